//! Writes records as lines.

use super::frame::{Style, data, ends_in_leader, leader};
use crate::bytes::Cut;
use crate::charset::Charset;
use crate::error::{Error, Result};
use crate::finding::Finding;
use crate::finding::Findings;
use crate::format::lines::LINE_ENDS;
use crate::format::text::kit::{Limits, ambiguous, is_leader_line, report_marks};
use crate::io::{self, Preparation, WriteOptions, place};
use crate::position::Location;
use crate::record::Leader;
use crate::record::RecordRef;
use crate::record::rules::{CHARACTER_NOT_ALLOWED, FIELD_KIND, HEADER_LOST};

/// The rendering of yaz-marcdump: leader, a line per field, an empty line; LF line ends, in UTF-8 unless
/// another set is requested.
///
/// Values that would be read differently are written unchanged, with a finding. A value cannot contain CR and
/// LF: see [`WriteOptions::illegal_characters`]. Tags above 999 are treated according to
/// [`WriteOptions::wide_tags`].
///
/// # Example
/// ```
/// use kartoteka::{Record, RecordWrite, WriteOptions, line};
///
/// let record = Record::builder()
///     .control_field("001", "kart0001")
///     .data_field("245", "10", [('a', "Divan /"), ('c', "Füzuli.")])
///     .build()?;
/// let mut writer = line::Writer::new(Vec::new(), &WriteOptions::new());
/// writer.write_record(record.view())?;
/// writer.finish()?;
/// assert_eq!(
///     String::from_utf8(writer.into_inner()).unwrap(),
///     "00000nam a2200000   4500\n001 kart0001\n245 10 $a Divan / $c Füzuli.\n\n"
/// );
/// # Ok::<(), kartoteka::Error>(())
/// ```
#[derive(Debug)]
pub struct Rendering {
    charset: Charset,
    limits: Limits,
    again: Vec<u8>,
}

impl io::Rendering for Rendering {
    const PARTS: bool = true;

    fn new(options: &WriteOptions) -> Rendering {
        let limits =
            Limits { illegal: options.illegal_characters, wide_tags: options.wide_tags, reserved: false };
        Rendering { charset: options.charset, limits, again: Vec::new() }
    }

    fn record(
        &mut self,
        record: RecordRef<'_>,
        preparation: &mut Preparation,
        out: &mut Vec<u8>,
    ) -> Result<()> {
        let (prepared, findings) = match self.charset {
            Charset::Auto => preparation.filled_marc(record)?,
            named => preparation.marc_in_charset(record, named)?,
        };
        self.build(prepared, out, findings).map_err(Error::unrepresentable)
    }
}

impl Rendering {
    fn build(
        &mut self,
        record: RecordRef<'_>,
        out: &mut Vec<u8>,
        findings: &mut Findings,
    ) -> Result<(), Finding> {
        let count = usize::from(record.syntax().indicators);
        let note =
            |message, action| Finding::new(HEADER_LOST, Location::of(record.position()), message, action);
        match &record.header().leader {
            Some(leader) if is_leader_line(leader.as_bytes()) => out.extend_from_slice(leader.as_bytes()),
            Some(leader) => {
                let message = format!("the leader is \"{leader}\", which a reader would not know as one");
                findings.push(note(message, "its numbers and what cannot be printed replaced"));
                out.extend_from_slice(&repaired(*leader.as_bytes()));
            }
            None => {
                findings.push(note("the record has no leader".to_owned(), "written with a default one"));
                out.extend_from_slice(Leader::default().as_bytes());
            }
        }
        out.push(b'\n');
        for field in record.fields() {
            let Some(tag) = self.limits.tag(record, field, findings)? else { continue };
            report_marks(record, field, findings);
            let line = out.len();
            out.extend_from_slice(&tag);
            out.push(b' ');
            let start = out.len();
            if field.is_control() {
                out.extend_from_slice(field.raw());
            } else {
                let (indicators, lead, mut subfields) = field.parts();
                out.extend_from_slice(indicators);
                if !lead.is_empty() {
                    out.push(b' ');
                    out.extend_from_slice(lead.as_bytes());
                }
                while let Some(range) = subfields.next_segment() {
                    let (code, value) = subfields.split_segment(range);
                    out.extend_from_slice(b" $");
                    out.extend_from_slice(code);
                    out.push(b' ');
                    out.extend_from_slice(value);
                }
            }
            LINE_ENDS.replace(self.limits.illegal, (record, field), (out, start), findings)?;
            if leader(out.cut(line..)).is_some() || ends_in_leader(out.cut(line..)) {
                let place = place(record, field.tag(), field.index());
                let message = "the line would be read as a leader, and begin another record";
                return Err(Finding::new(CHARACTER_NOT_ALLOWED, place, message, "record rejected"));
            }
            if field.is_control() != field.tag().is_control() {
                let place = place(record, field.tag(), field.index());
                let message = "readers take the tag for that of another kind of field";
                findings.push(Finding::new(FIELD_KIND, place, message, "written as it is"));
            } else if !field.is_control() {
                self.again.clear();
                data(out.cut(start..), count, Style::Spaced, &mut self.again);
                if count != 2 {
                    findings.push(ambiguous(record, field, "indicators that are not two"));
                } else if self.again != field.raw() {
                    let what = "a value or code that cannot be told from a delimiter in the line format";
                    findings.push(ambiguous(record, field, what));
                }
            }
            out.push(b'\n');
        }
        out.push(b'\n');
        Ok(())
    }
}

/// Returns the leader in a form that is recognized: without numbers, and printable.
fn repaired(mut leader: [u8; 24]) -> [u8; 24] {
    for (position, byte) in leader.iter_mut().enumerate() {
        *byte = match (position, *byte) {
            (0..=4, _) => b'0',
            (20.., _) => b"4500".get(position.saturating_sub(20)).copied().unwrap_or(b'0'),
            (_, byte @ b' '..=b'~') => byte,
            _ => b'?',
        };
    }
    leader
}
