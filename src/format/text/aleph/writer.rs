//! Writes records as lines.

use super::LONGEST;
use super::frame::{Joined, body, code_len, head, is_aleph_line, line_inside_last};
use crate::bytes::Cut;
use crate::charset::Charset;
use crate::error::{Error, Result};
use crate::finding::Finding;
use crate::finding::Findings;
use crate::format::lines::LINE_ENDS;
use crate::format::text::kit::{Limits, ambiguous, lines, report_marks};
use crate::io::{self, Preparation, WriteOptions, place};
use crate::position::Location;
use crate::record::rules::{CHARACTER_NOT_ALLOWED, HEADER_LOST, INDICATOR_LOST};
use crate::record::{FieldRef, RecordRef};

/// The rendering of Aleph sequential: LF line ends, in UTF-8 unless another set is requested.
///
/// The system number is that of field 001, if it has at most nine digits, else the number of the record in
/// the output, from 1. Data of more than 2,000 bytes are split, at a blank if possible, and continue in the
/// next line. Values that would be read differently are written unchanged, with a finding. A value cannot
/// contain CR and LF: see [`WriteOptions::illegal_characters`]. Tags above 999 are treated according to
/// [`WriteOptions::wide_tags`].
///
/// # Example
/// ```
/// use kartoteka::{Record, RecordWrite, WriteOptions, aleph};
///
/// let record = Record::builder()
///     .control_field("001", "42")
///     .data_field("245", "10", [('a', "Divan /"), ('c', "Füzuli.")])
///     .build()?;
/// let mut writer = aleph::Writer::new(Vec::new(), &WriteOptions::new());
/// writer.write_record(record.view())?;
/// writer.finish()?;
/// assert_eq!(
///     String::from_utf8(writer.into_inner()).unwrap(),
///     "000000042 LDR   L 00000nam^a2200000^^^4500\n000000042 001   L 42\n000000042 24510 L $$aDivan /$$cFüzuli.\n"
/// );
/// # Ok::<(), kartoteka::Error>(())
/// ```
#[derive(Debug)]
pub struct Rendering {
    charset: Charset,
    limits: Limits,
    count: u64,
    last: [u8; 9],
    data: Vec<u8>,
    joined: Joined,
    again: Vec<u8>,
}

impl io::Rendering for Rendering {
    fn new(options: &WriteOptions) -> Rendering {
        let limits =
            Limits { illegal: options.illegal_characters, wide_tags: options.wide_tags, reserved: true };
        let (data, joined, again) = (Vec::new(), Joined::default(), Vec::new());
        Rendering { charset: options.charset, limits, count: 0, last: [0; 9], data, joined, again }
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
        let number = self.number(prepared);
        self.build(prepared, number, out, findings).map_err(Error::unrepresentable)?;
        (self.last, self.count) = (number, self.count + 1);
        Ok(())
    }
}

impl Rendering {
    /// Returns the system number of a record, which must differ from that of the last one, because both would
    /// be read as one record.
    fn number(&self, record: RecordRef<'_>) -> [u8; 9] {
        let own = record.control_number().map(|text| text.as_bytes().trim_ascii()).and_then(|text| {
            let zeros = 9usize.checked_sub(text.len())?;
            let mut number = [b'0'; 9];
            number.get_mut(zeros..)?.copy_from_slice(text);
            (!text.is_empty() && text.iter().all(u8::is_ascii_digit)).then_some(number)
        });
        let counted = |count: u64| {
            let mut number = [b'0'; 9];
            let digits = format!("{:09}", count % 1_000_000_000);
            number.iter_mut().zip(digits.bytes()).for_each(|(to, from)| *to = from);
            number
        };
        let next = self.count + 1;
        let choices = [own, Some(counted(next)), Some(counted(next + 1))];
        choices.into_iter().flatten().find(|number| *number != self.last).unwrap_or(self.last)
    }

    fn build(
        &mut self,
        record: RecordRef<'_>,
        number: [u8; 9],
        out: &mut Vec<u8>,
        findings: &mut Findings,
    ) -> Result<(), Finding> {
        let at_record =
            |code, message, action| Finding::new(code, Location::of(record.position()), message, action);
        match &record.header().leader {
            Some(leader) => {
                start(number, *b"LDR", *b"  ", out);
                let odd = |byte: u8| !matches!(byte, b' '..=b'~') || byte == b'^';
                if leader.as_bytes().iter().any(|byte| odd(*byte)) {
                    let message = format!("the leader is {leader}, which the form cannot express whole");
                    findings.push(at_record(CHARACTER_NOT_ALLOWED, message, "written as blanks"));
                }
                out.extend(leader.as_bytes().map(|byte| if byte == b' ' || odd(byte) { b'^' } else { byte }));
                out.push(b'\n');
            }
            None => {
                let message = "the record has no leader".to_owned();
                findings.push(at_record(HEADER_LOST, message, "written without"));
            }
        }
        if record.control_number().is_none() {
            let message = "the record has no field 001".to_owned();
            findings.push(at_record(HEADER_LOST, message, "it will be read with its system number as that"));
        }
        let mut before: Option<([u8; 3], [u8; 2])> = None;
        for field in record.fields() {
            let Some(tag) = self.limits.tag(record, field, findings)? else { continue };
            report_marks(record, field, findings);
            let indicators = indicators(field);
            if field.indicators().len() != 2 && !field.is_control() {
                let message = format!("the field has {} indicators, not two", field.indicators().len());
                let place = place(record, field.tag(), field.index());
                findings.push(Finding::new(INDICATOR_LOST, place, message, "filled with blanks, or cut"));
            }
            self.data(field);
            LINE_ENDS.replace(self.limits.illegal, (record, field), (&mut self.data, 0), findings)?;
            let from = out.len();
            write_lines(&self.data, out, |out| start(number, tag, indicators, out));
            if line_inside_last(out.cut(from..), false).is_some() {
                let place = place(record, field.tag(), field.index());
                let message = "the end of the line would be read as the beginning of another record";
                return Err(Finding::new(CHARACTER_NOT_ALLOWED, place, message, "record rejected"));
            }
            // The written lines must be read back as the same field.
            let first = before.replace((tag, indicators)) != Some((tag, indicators));
            let control = self.read_again(out.cut(from..));
            let taken = !first && self.data.starts_with(b"$$9^");
            if taken || control != field.is_control() || self.again != field.raw() {
                let what = "a value or tag that is taken otherwise in Aleph sequential";
                findings.push(ambiguous(record, field, what));
            }
        }
        Ok(())
    }

    /// Builds the data of a field, in one piece.
    fn data(&mut self, field: FieldRef<'_>) {
        let data = &mut self.data;
        data.clear();
        if field.is_control() {
            data.extend(field.raw().iter().map(|byte| match byte {
                b' ' if field.tag().is_control() => b'^',
                byte => *byte,
            }));
            return;
        }
        let (_, lead, mut subfields) = field.parts();
        data.extend_from_slice(lead.as_bytes());
        while let Some(range) = subfields.next_segment() {
            let (code, value) = subfields.split_segment(range);
            data.extend_from_slice(b"$$");
            data.extend_from_slice(code);
            data.extend_from_slice(value);
        }
    }

    /// Reads the written lines of a field; returns whether it is a control field.
    fn read_again(&mut self, written: &[u8]) -> bool {
        let mut all = lines(written, is_aleph_line).filter_map(|line| head(line.text));
        let Some(first) = all.next() else { return false };
        self.joined.begin(first.data);
        all.for_each(|more| self.joined.go_on(more.data));
        self.again.clear();
        body(&first, self.joined.data(), &mut self.again).0
    }
}

/// Appends the start of a line.
fn start(number: [u8; 9], tag: [u8; 3], indicators: [u8; 2], out: &mut Vec<u8>) {
    out.extend_from_slice(&number);
    out.push(b' ');
    out.extend_from_slice(&tag);
    out.extend_from_slice(&indicators);
    out.extend_from_slice(b" L ");
}

/// Returns the two columns of the indicators.
fn indicators(field: FieldRef<'_>) -> [u8; 2] {
    let mut columns = *b"  ";
    let printable = |byte: &u8| if matches!(byte, b' '..=b'~') { *byte } else { b' ' };
    columns.iter_mut().zip(field.indicators()).for_each(|(to, from)| *to = printable(from));
    columns
}

/// Appends data as one line, or as several if needed.
fn write_lines(data: &[u8], out: &mut Vec<u8>, start: impl Fn(&mut Vec<u8>)) {
    let mut rest = data;
    // The start of the next line, and the code of the subfield that continues there.
    let mut opening: Vec<u8> = Vec::new();
    loop {
        start(out);
        out.extend_from_slice(&opening);
        let room = LONGEST.saturating_sub(opening.len());
        if rest.len() <= room {
            out.extend_from_slice(rest);
            out.push(b'\n');
            return;
        }
        let (piece, more) = cut(rest, room);
        match piece.split_last() {
            Some((b' ', before)) => {
                out.extend_from_slice(before);
                out.push(b'^');
            }
            _ => out.extend_from_slice(piece),
        }
        out.push(b'\n');
        let goes_on = !more.starts_with(b"$$");
        let code = memchr::memmem::rfind(piece, b"$$").and_then(|at| piece.get(at + 2..));
        let code = code.and_then(|rest| rest.get(..code_len(rest)));
        if goes_on {
            match code {
                Some(code) => {
                    opening.clear();
                    opening.extend_from_slice(b"$$9^^$$");
                    opening.extend_from_slice(code);
                }
                // In the middle of a subfield that began in an earlier line: keep its opening.
                None if opening.starts_with(b"$$9^^$$") => {}
                None => {
                    opening.clear();
                    opening.extend_from_slice(b"$$9^^");
                }
            }
        } else {
            opening.clear();
            opening.extend_from_slice(b"$$9^");
        }
        rest = more;
    }
}

/// Splits data so that the first piece has at most `room` bytes: before a subfield if that wastes little,
/// else after a blank, else between characters.
fn cut(data: &[u8], room: usize) -> (&[u8], &[u8]) {
    let window = data.get(..room).unwrap_or(data);
    let late = |at: &usize| *at > room / 2;
    let subfield = memchr::memmem::rfind(window, b"$$").filter(late);
    let blank = memchr::memrchr(b' ', window).map(|at| at + 1).filter(late);
    let at = subfield.or(blank).unwrap_or_else(|| {
        // Must not split a character or a delimiter, nor leave a circumflex that would be read as a blank.
        let sound = |at: &usize| {
            let (before, after) = data.split_at_checked(*at).unwrap_or((data, &[]));
            after.first().is_none_or(|byte| byte & 0xC0 != 0x80)
                && !before.ends_with(b"^")
                && !before.ends_with(b"$")
        };
        (1..=room).rev().find(sound).unwrap_or(room)
    });
    data.split_at_checked(at).unwrap_or((data, &[]))
}
