//! Writes records as lines.

use super::frame::has_no_indicators;
use super::mnemonics;
use crate::bytes::Cut;
use crate::charset::Charset;
use crate::error::{Error, Result};
use crate::finding::Finding;
use crate::finding::Findings;
use crate::format::text::kit::{Limits, ambiguous, report_marks};
use crate::io::{self, Preparation, WriteOptions, place};
use crate::record::rules::FIELD_KIND;
use crate::record::{FieldRef, RecordRef};

/// The rendering of MARCMaker text: a line per field with LF, a blank line after each record.
///
/// In UTF-8, unless another set is requested or the record is in MARC-8: then every byte beyond ASCII becomes
/// a mnemonic. Characters with a meaning in the format, and control characters, are always mnemonics, so that
/// every record is read back unchanged. Tags above 999 are treated according to [`WriteOptions::wide_tags`].
///
/// # Example
/// ```
/// use kartoteka::{Record, RecordWrite, WriteOptions, mrk};
///
/// let record = Record::builder().data_field("020", "  ", [('c', "$5 {net}")]).build()?;
/// let mut writer = mrk::Writer::new(Vec::new(), &WriteOptions::new());
/// writer.write_record(record.view())?;
/// writer.finish()?;
/// assert_eq!(
///     String::from_utf8(writer.into_inner()).unwrap(),
///     "=LDR  00000nam a2200000   4500\n=020  \\\\$c{dollar}5 {lcub}net{rcub}\n\n"
/// );
/// # Ok::<(), kartoteka::Error>(())
/// ```
#[derive(Debug)]
pub struct Rendering {
    charset: Charset,
    limits: Limits,
}

impl io::Rendering for Rendering {
    const PARTS: bool = true;

    fn new(options: &WriteOptions) -> Rendering {
        let limits =
            Limits { illegal: options.illegal_characters, wide_tags: options.wide_tags, reserved: true };
        Rendering { charset: options.charset, limits }
    }

    fn record(
        &mut self,
        record: RecordRef<'_>,
        preparation: &mut Preparation,
        out: &mut Vec<u8>,
    ) -> Result<()> {
        let (prepared, findings) = match (self.charset, record.charset()) {
            (Charset::Auto, own) if own != Charset::Marc8 => preparation.filled_marc(record)?,
            (charset, _) => preparation.marc_in_charset(record, charset)?,
        };
        build(prepared, self.limits, out, findings).map_err(Error::unrepresentable)
    }
}

fn build(
    record: RecordRef<'_>,
    limits: Limits,
    out: &mut Vec<u8>,
    findings: &mut Findings,
) -> Result<(), Finding> {
    let all = record.charset() == Charset::Marc8;
    if let Some(leader) = &record.header().leader {
        out.extend_from_slice(b"=LDR  ");
        escape(leader.as_bytes(), |byte| !(b' '..0x7F).contains(&byte) || byte == b'\\', out);
        out.push(b'\n');
    }
    let count = usize::from(record.syntax().indicators);
    // The number in the leader is believed if the first data field confirms it.
    let mut said = record.header().leader.and_then(|leader| leader.indicator_count()).map(usize::from);
    said = said.filter(|said| *said > 0 && *said != count);
    for field in record.fields() {
        let Some(tag) = limits.tag(record, field, findings)? else { continue };
        if tag == *b"000" && field.index() == 0 && record.header().leader.is_none() {
            findings.push(ambiguous(record, field, "a first field 000 and no leader"));
        }
        if field.is_control() != field.tag().is_control() {
            let place = place(record, field.tag(), field.index());
            let message = "readers take the tag for that of another kind of field";
            findings.push(Finding::new(FIELD_KIND, place, message, "written as it is"));
        }
        report_marks(record, field, findings);
        out.push(b'=');
        out.extend_from_slice(&tag);
        out.extend_from_slice(b"  ");
        let start = out.len();
        body(field, all, out);
        // Inside a line this would begin a record.
        while let Some(at) = memchr::memmem::find(out.cut(start..), b"=LDR  ") {
            let rest = out.split_off(start + at);
            mnemonics::write(b'=', out);
            out.extend_from_slice(rest.cut(1..));
        }
        let written = out.cut(start..);
        if !field.tag().is_control() && has_no_indicators(written, 2) {
            findings.push(ambiguous(record, field, "neither indicators nor subfields"));
        }
        let is_at = |place: usize| memchr::memchr(b'$', written) == Some(place);
        if count != 2 && !field.is_control() && written.get(count) != Some(&b'$') {
            findings.push(ambiguous(record, field, "indicators that are not two"));
        } else if !field.tag().is_control() && said.take().is_some_and(is_at) {
            findings.push(ambiguous(
                record,
                field,
                "as many indicators as the leader says, and others have not",
            ));
        }
        out.push(b'\n');
    }
    out.push(b'\n');
    Ok(())
}

/// Appends the body of a field; if `all`, with bytes beyond ASCII as mnemonics.
fn body(field: FieldRef<'_>, all: bool, out: &mut Vec<u8>) {
    let special = |byte: u8| match byte {
        0..b' ' | b'$' | b'{' | b'}' | 0x7F => true,
        0x80.. => all,
        _ => false,
    };
    if field.is_control() {
        blanks(field.raw(), |byte| special(byte) || byte == b'\\', out);
        return;
    }
    // Those that are read as indicators; further indicators are text, with its blanks.
    let (indicators, ..) = field.parts();
    let indicators = indicators.get(..2).unwrap_or(indicators);
    blanks(indicators, |byte| special(byte) || matches!(byte, b'\\' | b'#'), out);
    let rest = field.raw().cut(indicators.len()..);
    for (number, piece) in rest.split(|byte| *byte == field.syntax().delimiter).enumerate() {
        if number > 0 {
            out.push(b'$');
        }
        escape(piece, special, out);
    }
}

/// Appends bytes, with blanks as backslashes.
fn blanks(bytes: &[u8], special: impl Fn(u8) -> bool, out: &mut Vec<u8>) {
    for byte in bytes {
        match *byte {
            b' ' => out.push(b'\\'),
            byte if special(byte) => mnemonics::write(byte, out),
            byte => out.push(byte),
        }
    }
}

/// Appends bytes, with special ones as mnemonics.
fn escape(bytes: &[u8], special: impl Fn(u8) -> bool, out: &mut Vec<u8>) {
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| special(*byte)) {
        let (before, from) = rest.split_at_checked(at).unwrap_or((rest, &[]));
        out.extend_from_slice(before);
        let Some((byte, after)) = from.split_first() else { return };
        mnemonics::write(*byte, out);
        rest = after;
    }
    out.extend_from_slice(rest);
}
