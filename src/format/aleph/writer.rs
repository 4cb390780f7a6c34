//! Records to lines.

use super::LONGEST;
use super::frame::{Joined, body, code_len, head};
use crate::charset::Charset;
use crate::diagnostic::Findings;
use crate::format::lines::{Limits, ambiguous, lines};
use crate::io::{self, Adapter, WriteOptions, place};
use crate::record::{FieldRef, RecordRef};
use crate::{Code, Diagnostic, Error, Location, Result};

/// The layout of Aleph sequential: LF, in UTF-8 unless told otherwise.
///
/// The system number is that of field 001, if it is one of at most nine digits, else the record's place in the output,
/// from 1. Data of more than 2,000 bytes are cut, where there is a blank, and go on in the next line. What would be read
/// otherwise than it was is written as it stands, with a finding. CR and LF cannot stand in a value: see
/// [`WriteOptions::illegal_characters`]. Tags above 999 are treated as [`WriteOptions::wide_tags`] says.
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
pub struct Layout {
    charset: Charset,
    limits: Limits,
    count: u64,
    last: [u8; 9],
    data: Vec<u8>,
    joined: Joined,
    again: Vec<u8>,
}

impl io::Layout for Layout {
    fn new(options: &WriteOptions) -> Layout {
        let limits =
            Limits { illegal: options.illegal_characters, wide_tags: options.wide_tags, reserved: true };
        let (data, joined, again) = (Vec::new(), Joined::default(), Vec::new());
        Layout { charset: options.charset, limits, count: 0, last: [0; 9], data, joined, again }
    }

    fn record(&mut self, record: RecordRef<'_>, adapter: &mut Adapter, out: &mut Vec<u8>) -> Result<()> {
        let (shaped, findings) = match self.charset {
            Charset::Auto => adapter.marc(record)?,
            named => adapter.marc_in_charset(record, named)?,
        };
        let number = self.number(shaped);
        self.build(shaped, number, out, findings).map_err(Error::unrepresentable)?;
        (self.last, self.count) = (number, self.count.saturating_add(1));
        Ok(())
    }
}

impl Layout {
    /// The system number of a record: another than that of the one before, or both would be one record.
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
        let next = self.count.saturating_add(1);
        let choices = [own, Some(counted(next)), Some(counted(next.saturating_add(1)))];
        choices.into_iter().flatten().find(|number| *number != self.last).unwrap_or(self.last)
    }

    fn build(
        &mut self,
        record: RecordRef<'_>,
        number: [u8; 9],
        out: &mut Vec<u8>,
        findings: &mut Findings,
    ) -> Result<(), Diagnostic> {
        let at_record =
            |code, message, action| Diagnostic::new(code, Location::of(record.position()), message, action);
        match &record.header().leader {
            Some(leader) => {
                start(number, *b"LDR", *b"  ", out);
                let odd = |byte: u8| !matches!(byte, b' '..=b'~') || byte == b'^';
                if leader.as_bytes().iter().any(|byte| odd(*byte)) {
                    let message = format!("the leader is {leader}, in which not all can be said");
                    findings.push(at_record(Code::CharacterNotAllowed, message, "written as blanks"));
                }
                out.extend(leader.as_bytes().map(|byte| if byte == b' ' || odd(byte) { b'^' } else { byte }));
                out.push(b'\n');
            }
            None => {
                let message = "the record has no leader".to_owned();
                findings.push(at_record(Code::HeaderLost, message, "written without"));
            }
        }
        if record.control_number().is_none() {
            let message = "the record has no field 001".to_owned();
            findings.push(at_record(
                Code::HeaderLost,
                message,
                "it will be read with its system number as that",
            ));
        }
        let mut before: Option<([u8; 3], [u8; 2])> = None;
        for field in record.fields() {
            let Some(tag) = self.limits.tag(record, field, findings)? else { continue };
            let indicators = indicators(field);
            if field.indicators().len() != 2 && !field.is_control() {
                let message = format!("the field has {} indicators, not two", field.indicators().len());
                let place = place(record, field.tag(), field.index());
                findings.push(Diagnostic::new(
                    Code::IndicatorLost,
                    place,
                    message,
                    "filled with blanks, or cut",
                ));
            }
            self.data(field);
            self.limits.one_line(record, field, (&mut self.data, 0), findings)?;
            let from = out.len();
            write_lines(&self.data, out, |out| start(number, tag, indicators, out));
            // What a reader makes of it must be what was written.
            let first = before.replace((tag, indicators)) != Some((tag, indicators));
            let control = self.read_again(out.get(from..).unwrap_or_default());
            let taken = !first && self.data.starts_with(b"$$9^");
            if taken || control != field.is_control() || self.again != field.raw() {
                let what = "a value or tag that is taken otherwise in Aleph sequential";
                findings.push(ambiguous(record, field, what));
            }
        }
        Ok(())
    }

    /// Makes the data of a field, in one piece.
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

    /// Reads the lines of a field; tells whether it is a control field.
    fn read_again(&mut self, written: &[u8]) -> bool {
        let mut all = lines(written).filter_map(|(_, line)| head(line));
        let Some(first) = all.next() else { return false };
        self.joined.begin(first.data);
        all.for_each(|more| self.joined.go_on(more.data));
        self.again.clear();
        body(&first, self.joined.data(), &mut self.again).0
    }
}

/// Appends what a line begins with.
fn start(number: [u8; 9], tag: [u8; 3], indicators: [u8; 2], out: &mut Vec<u8>) {
    out.extend_from_slice(&number);
    out.push(b' ');
    out.extend_from_slice(&tag);
    out.extend_from_slice(&indicators);
    out.extend_from_slice(b" L ");
}

/// The two columns of the indicators.
fn indicators(field: FieldRef<'_>) -> [u8; 2] {
    let mut columns = *b"  ";
    let printable = |byte: &u8| if matches!(byte, b' '..=b'~') { *byte } else { b' ' };
    columns.iter_mut().zip(field.indicators()).for_each(|(to, from)| *to = printable(from));
    columns
}

/// Appends data as one line, or as many as it takes.
fn write_lines(data: &[u8], out: &mut Vec<u8>, start: impl Fn(&mut Vec<u8>)) {
    let mut rest = data;
    // What the next line begins with, and the code of the subfield that it goes on with.
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
        let code = memchr::memmem::rfind(piece, b"$$").and_then(|at| piece.get(at.saturating_add(2)..));
        let code = code.and_then(|rest| rest.get(..code_len(rest)));
        if goes_on {
            match code {
                Some(code) => {
                    opening.clear();
                    opening.extend_from_slice(b"$$9^^$$");
                    opening.extend_from_slice(code);
                }
                // In the middle of a subfield that began in a line before: as that line.
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

/// Cuts data so that the first piece has at most `room` bytes: before a subfield if that wastes little, else behind a
/// blank, else between characters.
fn cut(data: &[u8], room: usize) -> (&[u8], &[u8]) {
    let window = data.get(..room).unwrap_or(data);
    let late = |at: &usize| *at > room / 2;
    let subfield = memchr::memmem::rfind(window, b"$$").filter(late);
    let blank = memchr::memrchr(b' ', window).map(|at| at.saturating_add(1)).filter(late);
    let at = subfield.or(blank).unwrap_or_else(|| {
        // Neither a character nor a delimiter is cut in two, and no circumflex taken for a blank.
        let sound = |at: &usize| {
            let (before, behind) = data.split_at_checked(*at).unwrap_or((data, &[]));
            behind.first().is_none_or(|byte| byte & 0xC0 != 0x80)
                && !before.ends_with(b"^")
                && !before.ends_with(b"$")
        };
        (1..=room).rev().find(sound).unwrap_or(room)
    });
    data.split_at_checked(at).unwrap_or((data, &[]))
}
