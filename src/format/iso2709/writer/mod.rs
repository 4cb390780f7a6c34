//! Records to bytes.

mod split;
#[cfg(test)]
mod tests;

use super::FORMAT;
use super::{DELIMITER, FIELD_TERMINATOR, MAX_FIELD, MAX_RECORD, RECORD_TERMINATOR};
use crate::charset::Charset;
use crate::error::{Error, Result};
use crate::finding::Findings;
use crate::finding::{Finding, Rule};
use crate::format::rules::{RECORD_TOO_LONG, TAG_TOO_WIDE};
use crate::io::{
    self, IllegalCharacters, LeaderValues, Oversize, Preparation, WideTags, WriteOptions, place,
};
use crate::position::Location;
use crate::record::Leader;
use crate::record::kept::keep;
use crate::record::rules::{CHARACTER_NOT_ALLOWED, FIELD_KIND};
use crate::record::{FieldRef, Record, RecordRef, declares};

/// The rendering of ISO 2709.
///
/// A record that was read from ISO 2709 without damage and not changed is copied byte for byte. Any other is built:
/// lengths and base address are computed, and the other values of the leader are set or kept, as
/// [`WriteOptions::leader`] says. The data of the fields stay in their order, even where that is not the order of
/// their entries. IRBIS records get their MARC form: see [`WriteOptions::mfn_as_control_number`] and
/// [`WriteOptions::wide_tags`].
///
/// A record that was kept in fields of CDS/ISIS in ISO 2709 is written so again, with `^` and the leader that it had; so is one
/// without indicators whose leader says that there are none.
///
/// What does not fit is treated as [`WriteOptions::oversize`] says. Terminators inside a field would make it another
/// when it is read again, and NUL ends it for many programs: see [`WriteOptions::illegal_characters`]. Where those are
/// to be dropped or replaced, so are all other control characters but TAB, LF, CR and ESC, and delimiters in control
/// fields, in any record.
///
/// # Example
/// ```
/// use kartoteka::{Record, RecordWrite, WriteOptions, iso2709};
///
/// let record = Record::builder().control_field("001", "kart0001").build()?;
/// let mut writer = iso2709::Writer::new(Vec::new(), &WriteOptions::new());
/// writer.write_record(record.view())?;
/// writer.finish()?;
/// assert_eq!(writer.into_inner(), b"00047nam a2200037   4500001000900000\x1ekart0001\x1e\x1d");
/// # Ok::<(), kartoteka::Error>(())
/// ```
#[derive(Debug)]
pub struct Rendering {
    charset: Charset,
    wide_tags: WideTags,
    illegal: IllegalCharacters,
    oversize: Oversize,
    leader: LeaderValues,
    /// A record with the fields in which it was kept.
    kept: Record,
}

impl io::Rendering for Rendering {
    const PARTS: bool = true;

    fn new(options: &WriteOptions) -> Rendering {
        Rendering {
            charset: options.charset,
            wide_tags: options.wide_tags,
            illegal: options.illegal_characters,
            oversize: options.oversize,
            leader: options.leader,
            kept: Record::new(),
        }
    }

    fn record(
        &mut self,
        record: RecordRef<'_>,
        preparation: &mut Preparation,
        out: &mut Vec<u8>,
    ) -> Result<()> {
        if let Some(bytes) = record.verbatim(FORMAT.name) {
            let own = record.charset();
            let declares = || self.leader == LeaderValues::Keep || declares(record, own);
            let clean = || self.illegal == IllegalCharacters::Error || record.fields().all(is_clean);
            if (self.charset == Charset::Auto || self.charset == own && declares()) && clean() {
                out.extend_from_slice(bytes);
                return Ok(());
            }
        }
        if let Some(kept) = record.header().kept.filter(|kept| kept.exchange.is_some()) {
            let (prepared, findings) = preparation.in_charset(record, self.charset)?;
            let mut fields = std::mem::take(&mut self.kept);
            keep(prepared, kept, true, &mut fields, findings);
            let built = self.build(fields.view(), out, findings);
            self.kept = fields;
            return built.map_err(Error::unrepresentable);
        }
        let says_none = |leader: Leader| leader.indicator_count() == Some(0);
        let is_isis = !record.syntax().has_indicators() && record.header().leader.is_some_and(says_none);
        let (prepared, findings) = match is_isis {
            true => preparation.in_charset(record, self.charset)?,
            false => preparation.marc_in_charset(record, self.charset)?,
        };
        self.build(prepared, out, findings).map_err(Error::unrepresentable)
    }
}

impl Rendering {
    /// Appends a record, or returns a finding for what ISO 2709 cannot hold.
    fn build(
        &self,
        record: RecordRef<'_>,
        out: &mut Vec<u8>,
        findings: &mut Findings,
    ) -> Result<(), Finding> {
        let (mut entries, mut data) = (0usize, 0usize);
        let mut in_order = true;
        for (field, rank) in record.fields().zip(record.ranks()) {
            in_order &= rank == 0;
            if field.tag().bytes().is_some() {
                entries += 1;
                data += field.raw().len() + 1;
                continue;
            }
            let message = format!("tag {} has more than three digits", field.tag());
            let finding = refusal(record, field, TAG_TOO_WIDE, message);
            match self.wide_tags {
                WideTags::Fail => return Err(finding),
                WideTags::Drop => findings.push(Finding { action: "field left out", ..finding }),
            }
        }
        let len = base_of(entries) + data + 1;
        if len > MAX_RECORD && self.oversize == Oversize::Split {
            return self.parts(record, out, findings);
        }
        let written = (entries, self.is_clean(record));
        let fields = record.fields().zip(record.ranks()).filter(|(field, _)| field.tag().bytes().is_some());
        let numbered = fields.enumerate().map(|(number, (field, rank))| (rank, number, field));
        if in_order {
            return self.one(
                record,
                written,
                numbered.map(|(_, number, field)| (number, field)),
                out,
                findings,
            );
        }
        // The data lie in another order than the fields.
        let mut sorted: Vec<(u32, usize, FieldRef<'_>)> = numbered.collect();
        sorted.sort_by_key(|(rank, number, _)| (*rank, *number));
        let sorted = sorted.into_iter().map(|(_, number, field)| (number, field));
        self.one(record, written, sorted, out, findings)
    }

    /// Appends one record of `entries` fields, each with the index of its entry, in the order of their data. All have
    /// tags of three characters. `clean` promises that no byte in them is illegal.
    fn one<'a>(
        &self,
        record: RecordRef<'a>,
        (entries, clean): (usize, bool),
        fields: impl Iterator<Item = (usize, FieldRef<'a>)>,
        out: &mut Vec<u8>,
        findings: &mut Findings,
    ) -> Result<(), Finding> {
        let start = out.len();
        let base = base_of(entries);
        out.resize(start + base - 1, b'0');
        out.push(FIELD_TERMINATOR);
        let data = out.len();
        for (number, field) in fields {
            let at = out.len();
            match clean {
                true => out.extend_from_slice(field.raw()),
                false => self.body(record, field, out, findings)?,
            }
            out.push(FIELD_TERMINATOR);
            let entry = (start + Leader::LEN) + 12 * number;
            self.entry(record, field, (entry, at, data), out, findings)?;
        }
        self.close(record, (start, base), out, findings)
    }

    /// Whether no byte of a record is illegal in its fields, by one look at all of them.
    fn is_clean(&self, record: RecordRef<'_>) -> bool {
        self.illegal == IllegalCharacters::Error
            && memchr::memchr3(FIELD_TERMINATOR, RECORD_TERMINATOR, 0, record.buffer()).is_none()
    }

    /// Fills the entry of the last field so far, which begins at `at`, in data that begin at `data`.
    #[inline]
    fn entry(
        &self,
        record: RecordRef<'_>,
        field: FieldRef<'_>,
        (entry, at, data): (usize, usize, usize),
        out: &mut [u8],
        findings: &mut Findings,
    ) -> Result<(), Finding> {
        let offset = at - data;
        let len = out.len() - at;
        let (stated, begins) = (self.fitting(len, MAX_FIELD), self.fitting(offset, MAX_RECORD));
        if (stated, begins) != (Some(len), Some(offset)) {
            self.oversized(record, field, (len, stated), (offset, begins), findings)?;
        }
        if field.is_control() != field.tag().is_control() {
            findings.push(other_kind(record, field));
        }
        if let Some(place) = out.get_mut(entry..).and_then(<[u8]>::first_chunk_mut::<12>) {
            let [a, b, c] = field.tag().bytes().unwrap_or(*b"000");
            let [d, e, f, g] = four_digits(stated.unwrap_or(len));
            let [h, i, j, k, l] = five_digits(begins.unwrap_or(offset));
            *place = [a, b, c, d, e, f, g, h, i, j, k, l];
        }
        Ok(())
    }

    /// Reports a length or a start too large for an entry, and the number written in its place.
    #[cold]
    fn oversized(
        &self,
        record: RecordRef<'_>,
        field: FieldRef<'_>,
        (len, stated): (usize, Option<usize>),
        (offset, begins): (usize, Option<usize>),
        findings: &mut Findings,
    ) -> Result<(), Finding> {
        let message = match stated {
            Some(stated) if stated == len => {
                format!("the field begins {offset} bytes into the data; the most is {MAX_RECORD}")
            }
            _ => format!("the field has {len} bytes; the most is {MAX_FIELD}"),
        };
        let finding = refusal(record, field, RECORD_TOO_LONG, message);
        self.state(stated.and(begins), finding, findings)
    }

    /// Appends the body of a field, without bytes that would end it early.
    fn body(
        &self,
        record: RecordRef<'_>,
        field: FieldRef<'_>,
        out: &mut Vec<u8>,
        findings: &mut Findings,
    ) -> Result<(), Finding> {
        let body = field.raw();
        let first = match self.illegal {
            IllegalCharacters::Error => memchr::memchr3(FIELD_TERMINATOR, RECORD_TERMINATOR, 0, body),
            _ => body.iter().position(|byte| is_illegal(field, *byte)),
        };
        let Some((first, byte)) = first.and_then(|at| Some((at, body.get(at)?))) else {
            out.extend_from_slice(body);
            return Ok(());
        };
        let what = match *byte {
            FIELD_TERMINATOR | RECORD_TERMINATOR => "which ends a field or record",
            DELIMITER => "the delimiter, in a control field",
            _ => "a control character",
        };
        let message = format!("byte {first} of the field is {byte:02X}, {what}");
        let finding = refusal(record, field, CHARACTER_NOT_ALLOWED, message);
        let (with, action): (&[u8], _) = match (self.illegal, record.charset()) {
            (IllegalCharacters::Error, _) => return Err(finding),
            (IllegalCharacters::Drop, _) => (b"", "left out"),
            (IllegalCharacters::Replace, Charset::Utf8) => ("\u{FFFD}".as_bytes(), "replaced by U+FFFD"),
            (IllegalCharacters::Replace, _) => (b" ", "replaced by a blank"),
        };
        for byte in body {
            match is_illegal(field, *byte) {
                true => out.extend_from_slice(with),
                false => out.push(*byte),
            }
        }
        findings.push(Finding { action, ..finding });
        Ok(())
    }

    /// Ends a record that began at `start`: fills its leader.
    fn close(
        &self,
        record: RecordRef<'_>,
        (start, base): (usize, usize),
        out: &mut Vec<u8>,
        findings: &mut Findings,
    ) -> Result<(), Finding> {
        out.push(RECORD_TERMINATOR);
        let length = out.len() - start;
        let (stated, begins) = (self.fitting(length, MAX_RECORD), self.fitting(base, MAX_RECORD));
        if stated != Some(length) {
            let message = format!("the record has {length} bytes; the most is {MAX_RECORD}");
            let place = Location::of(record.position());
            let finding = Finding::new(RECORD_TOO_LONG, place, message, "record rejected");
            self.state(stated, finding, findings)?;
        }
        let leader = self.leader_of(record, stated.unwrap_or(length), begins.unwrap_or(base));
        if let Some(place) = out.get_mut(start..start + Leader::LEN) {
            place.copy_from_slice(leader.as_bytes());
        }
        Ok(())
    }

    /// Returns the number to write for `number`, where none above `most` fits; `None` to refuse it.
    fn fitting(&self, number: usize, most: usize) -> Option<usize> {
        match self.oversize {
            _ if number <= most => Some(number),
            Oversize::Cap => Some(most),
            Oversize::Zero => Some(0),
            Oversize::Fail | Oversize::Split => None,
        }
    }

    /// Reports an oversize length; an error unless the policy substitutes a number.
    fn state(&self, stated: Option<usize>, finding: Finding, findings: &mut Findings) -> Result<(), Finding> {
        if stated.is_none() {
            return Err(finding);
        }
        let action = match self.oversize {
            Oversize::Zero => "written as zeros",
            _ => "written as nines",
        };
        findings.push(Finding { action, ..finding });
        Ok(())
    }

    fn leader_of(&self, record: RecordRef<'_>, length: usize, base: usize) -> Leader {
        let leader = record.header().leader.unwrap_or_default();
        let mut bytes = *leader.as_bytes();
        for (at, number) in [(0, length), (12, base)] {
            if let Some(place) = bytes.get_mut(at..).and_then(<[u8]>::first_chunk_mut::<5>) {
                *place = five_digits(number);
            }
        }
        let mut leader = Leader::new(bytes);
        if self.leader == LeaderValues::Keep {
            return leader;
        }
        let indicators = record.syntax().indicators.min(9);
        leader.set(10, b'0' + indicators);
        leader.set(11, if indicators == 0 { b'0' } else { b'2' });
        // The entries that are written have no part for the implementation.
        let has_part = leader.get(22).is_some_and(|byte| matches!(byte, b'1'..=b'9'));
        if has_part || leader.get(20) != Some(b'4') || leader.get(21) != Some(b'5') {
            b"4500".iter().zip(20..).for_each(|(byte, position)| {
                leader.set(position, *byte);
            });
        }
        leader
    }
}

/// Returns the base address of a record with this many entries.
fn base_of(entries: usize) -> usize {
    12 * entries + Leader::LEN + 1
}

fn refusal(record: RecordRef<'_>, field: FieldRef<'_>, code: Rule, message: String) -> Finding {
    Finding::new(code, place(record, field.tag(), field.index()), message, "record rejected")
}

/// Whether a byte of a field is dropped or replaced where illegal characters are.
fn is_illegal(field: FieldRef<'_>, byte: u8) -> bool {
    match byte {
        DELIMITER => field.is_control(),
        b'\t' | b'\n' | b'\r' | 0x1B => false,
        _ => byte < 0x20 || byte == 0x7F,
    }
}

fn is_clean(field: FieldRef<'_>) -> bool {
    !field.raw().iter().any(|byte| is_illegal(field, *byte))
}

/// Returns a finding for a field whose tag is that of the other kind.
#[cold]
fn other_kind(record: RecordRef<'_>, field: FieldRef<'_>) -> Finding {
    let (is, reads) = match field.is_control() {
        true => ("has neither indicators nor subfields", "a data field"),
        false => ("has indicators and subfields", "a control field"),
    };
    let message = format!("the field {is}; readers take its tag for that of {reads}");
    let place = place(record, field.tag(), field.index());
    Finding::new(FIELD_KIND, place, message, "written as it is")
}

/// Returns the last four digits of a number below 100,000, with leading zeros.
#[inline]
fn four_digits(number: usize) -> [u8; 4] {
    let number = number as u32 % 10_000;
    let (high, low) = (number / 100, number % 100);
    // Both at once: pairs of digits, then digits.
    let pairs = high | low << 16;
    let tens = ((pairs * 103) >> 10) & 0x000F_000F;
    let ones = pairs - tens * 10;
    (0x3030_3030 + (tens | ones << 8)).to_le_bytes()
}

/// Returns the five digits of a number below 100,000, with leading zeros.
#[inline]
fn five_digits(number: usize) -> [u8; 5] {
    let [b, c, d, e] = four_digits(number);
    [b'0' + (number / 10_000 % 10) as u8, b, c, d, e]
}
