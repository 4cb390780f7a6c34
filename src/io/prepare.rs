//! Prepares a record for a writer: character set and MARC syntax.

use super::{LeaderValues, WriteOptions};
use crate::charset::{Charset, DecodeError, Policy};
use crate::error::{Error, Result};
use crate::finding::Finding;
use crate::finding::{Findings, counted};
use crate::io::rules::{CHARSET_UNSUPPORTED, UNDECODABLE, UNENCODABLE};
use crate::position::Location;
use crate::record::{FieldRef, MarcForm, Record, RecordRef, declares, to_marc_form, transcode_into};
use crate::tag::Tag;

/// Converts records to the character set and syntax that a writer needs, and collects the findings. A record
/// that needs no conversion passes through untouched.
#[derive(Debug)]
pub struct Preparation {
    preparer: Preparer,
    form: MarcForm,
    text: Record,
    marc: Record,
    filled: Record,
}

/// A prepared record, and the list for further findings in it.
pub(crate) type Prepared<'a> = (RecordRef<'a>, &'a mut Findings);

impl Preparation {
    pub(crate) fn new(options: &WriteOptions) -> Preparation {
        let findings = Findings::new(crate::Limits::default().findings);
        Preparation {
            preparer: Preparer {
                policy: options.policy,
                declare: options.leader == LeaderValues::Set,
                findings,
                replaced: 0,
            },
            form: MarcForm { mfn_as_control_number: options.mfn_as_control_number },
            text: Record::new(),
            marc: Record::new(),
            filled: Record::new(),
        }
    }

    /// Begins a record: discards the findings of the last one.
    #[inline]
    pub(crate) fn begin(&mut self, record: RecordRef<'_>) {
        self.preparer.findings.begin(record.position());
    }

    /// Completes the locations of the findings; the fields of the record must not have moved.
    #[inline]
    pub(crate) fn locate(&mut self, record: RecordRef<'_>) {
        self.preparer.findings.locate(|location| record.locate(location));
    }

    /// Returns the findings in the last record.
    pub(crate) fn findings(&self) -> &Findings {
        &self.preparer.findings
    }

    /// Returns the number of replacements in all records.
    pub(crate) fn replaced(&self) -> u64 {
        self.preparer.replaced
    }

    /// Returns the record as checked UTF-8, in its own syntax, with blanks for missing indicators.
    #[inline]
    pub(crate) fn text<'a>(&'a mut self, record: RecordRef<'a>) -> Result<Prepared<'a>> {
        let record = fill(record, &mut self.filled);
        let record = self.preparer.as_text(record, &mut self.text)?;
        Ok((record, &mut self.preparer.findings))
    }

    /// Returns the record as [`Preparation::marc`] does, with blanks for missing indicators.
    pub(crate) fn filled_marc<'a>(&'a mut self, record: RecordRef<'a>) -> Result<Prepared<'a>> {
        if !record.lacks_indicators() {
            return self.marc(record);
        }
        let mut filled = std::mem::take(&mut self.filled);
        filled.copy_from(record);
        filled.fill_indicators();
        let prepared =
            self.preparer.as_text(filled.view(), &mut self.text).map(|record| self.marc.copy_from(record));
        self.filled = filled;
        prepared?;
        if !declares(self.marc.view(), Charset::Utf8) {
            self.marc.declare_charset(Charset::Utf8);
        }
        Ok((self.marc.view(), &mut self.preparer.findings))
    }

    /// Returns the record as checked UTF-8, declared in it, in MARC syntax.
    #[inline]
    pub(crate) fn marc<'a>(&'a mut self, record: RecordRef<'a>) -> Result<Prepared<'a>> {
        if !record.syntax().has_indicators() {
            let record = self.preparer.as_text(record, &mut self.text)?;
            to_marc_form(record, self.form, &mut self.marc, &mut self.preparer.findings)?;
            return Ok((self.marc.view(), &mut self.preparer.findings));
        }
        let leader = record.header().leader;
        let declared =
            leader.is_some_and(|leader| leader.coding() == b'a') || declares(record, Charset::Utf8);
        if record.is_text() && declared {
            return Ok((record, &mut self.preparer.findings)); // as for nearly all records
        }
        match record.is_text() {
            true => self.text.copy_from(record),
            false => self.preparer.transcode(record, Charset::Utf8, &mut self.text)?,
        }
        self.text.declare_charset(Charset::Utf8);
        Ok((self.text.view(), &mut self.preparer.findings))
    }

    /// Returns the record in a character set, declared in it if it is MARC; field 100 of an IRBIS record is
    /// an ordinary field. [`Charset::Auto`] keeps the record's own.
    pub(crate) fn in_charset<'a>(
        &'a mut self,
        record: RecordRef<'a>,
        charset: Charset,
    ) -> Result<Prepared<'a>> {
        let is_kept =
            record.header().kept.is_some() && (charset == Charset::Auto || charset == record.charset());
        let record = match is_kept {
            true => record, // a base declares no character set
            false => self.preparer.in_charset(record, charset, &mut self.text)?,
        };
        Ok((record, &mut self.preparer.findings))
    }

    /// Returns the record in MARC syntax and a character set, declared in it, with blanks for missing indicators.
    /// [`Charset::Auto`] is the record's own, or UTF-8 for a record of another syntax.
    pub(crate) fn marc_in_charset<'a>(
        &'a mut self,
        record: RecordRef<'a>,
        charset: Charset,
    ) -> Result<Prepared<'a>> {
        if record.syntax().has_indicators() {
            let record = fill(record, &mut self.filled);
            let record = self.preparer.in_charset(record, charset, &mut self.text)?;
            return Ok((record, &mut self.preparer.findings));
        }
        let text = self.preparer.as_text(record, &mut self.text)?;
        to_marc_form(text, self.form, &mut self.marc, &mut self.preparer.findings)?;
        let record = self.preparer.in_charset(self.marc.view(), charset, &mut self.text)?;
        Ok((record, &mut self.preparer.findings))
    }
}

/// Returns a record in which no indicator is missing: the record itself, or a copy in `scratch`.
#[inline]
fn fill<'a>(record: RecordRef<'a>, scratch: &'a mut Record) -> RecordRef<'a> {
    if !record.lacks_indicators() {
        return record;
    }
    scratch.copy_from(record);
    scratch.fill_indicators();
    scratch.view()
}

/// The state of a preparation apart from the records it creates.
#[derive(Debug)]
struct Preparer {
    policy: Policy,
    /// Whether records must declare their character set.
    declare: bool,
    findings: Findings,
    replaced: u64,
}

impl Preparer {
    #[inline]
    fn as_text<'a>(&mut self, record: RecordRef<'a>, scratch: &'a mut Record) -> Result<RecordRef<'a>> {
        if record.is_text() {
            return Ok(record);
        }
        self.transcode(record, Charset::Utf8, scratch)?;
        Ok(scratch.view())
    }

    fn in_charset<'a>(
        &mut self,
        record: RecordRef<'a>,
        charset: Charset,
        scratch: &'a mut Record,
    ) -> Result<RecordRef<'a>> {
        let own = record.charset();
        if charset != Charset::Auto && charset != own {
            self.transcode(record, charset, scratch)?;
            if self.declare && record.syntax().has_indicators() {
                scratch.declare_charset(charset);
            }
        } else if self.declare
            && (own == Charset::Utf8 || charset == own)
            && record.syntax().has_indicators()
            && !declares(record, own)
        {
            scratch.copy_from(record);
            scratch.declare_charset(own);
        } else {
            return Ok(record);
        }
        Ok(scratch.view())
    }

    fn transcode(&mut self, record: RecordRef<'_>, charset: Charset, out: &mut Record) -> Result<()> {
        let from = record.charset();
        let supported = from.is_supported() && charset.is_supported();
        let policy = if supported { self.policy } else { Policy::Strict };
        let action = match policy {
            Policy::Escape => "escaped",
            _ => "replaced",
        };
        let findings = &mut self.findings;
        let done = transcode_into(record, charset, policy, out, |field, faults| {
            let which = which(field, charset);
            let (code, what) = match charset {
                Charset::Utf8 => {
                    (UNDECODABLE, format!("{} not valid in {from}{which}", counted(faults, "byte sequence")))
                }
                _ => (UNENCODABLE, format!("{} not in {charset}{which}", counted(faults, "character"))),
            };
            findings.push(Finding::new(code, place(record, field.tag(), field.index()), what, action));
        });
        match done {
            Ok(faults) => {
                self.replaced += faults;
                Ok(())
            }
            Err((index, error)) => {
                let tag = record.fields().nth(index).map_or(Tag::new(*b"000"), |field| field.tag());
                let code = match error {
                    DecodeError::Unsupported { .. } => CHARSET_UNSUPPORTED,
                    DecodeError::Unencodable { .. } => UNENCODABLE,
                    DecodeError::Invalid { .. } => UNDECODABLE,
                };
                let message = match error {
                    DecodeError::Invalid { offset, charset } => {
                        format!("offset {offset} in the field is not valid in {charset}")
                    }
                    DecodeError::Unencodable { offset, character, charset } => {
                        format!("{character:?} at offset {offset} in the field does not exist in {charset}")
                    }
                    DecodeError::Unsupported { .. } => error.to_string(),
                };
                let place = place(record, tag, index);
                Err(Error::unrepresentable(Finding::new(code, place, message, "record rejected")))
            }
        }
    }
}

/// Returns the most frequent replaced characters or sequences of a field, with their counts.
fn which(field: FieldRef<'_>, to: Charset) -> String {
    const MOST: usize = 5;
    let mut counts = std::collections::BTreeMap::<String, u64>::new();
    let mut one_more = |what: String| {
        let count = counts.entry(what).or_default();
        *count += 1;
    };
    let text = field.raw_text();
    if text.as_str().is_none() {
        let charset = text.charset();
        let mut bad = |bytes: &[u8]| {
            one_more(bytes.iter().take(8).map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(" "));
        };
        let delimiter = field.syntax().delimiter;
        let pieces = text.as_bytes().split(|byte| charset.has_states() && *byte == delimiter);
        for (number, piece) in pieces.enumerate() {
            // Indicators, or the code of a subfield.
            let literal = if number == 0 { field.indicators().len() } else { 1 };
            charset.undecodable(piece, literal, &mut bad);
        }
    }
    if to != Charset::Utf8 {
        let mut out = Vec::new();
        for character in text.to_str_lossy().chars().filter(|character| !character.is_ascii()) {
            out.clear();
            if to.encode_into(character.encode_utf8(&mut [0; 4]), Policy::Strict, &mut out).is_err() {
                one_more(format!("U+{:04X}", u32::from(character)));
            }
        }
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let shown = counts.iter().take(MOST).map(|(what, count)| match count {
        1 => what.clone(),
        _ => format!("{what} {count} times"),
    });
    let shown = shown.collect::<Vec<_>>().join(", ");
    match (shown.is_empty(), counts.len().saturating_sub(MOST)) {
        (true, _) => String::new(),
        (false, 0) => format!(": {shown}"),
        (false, others) => format!(": {shown}, and {others} others"),
    }
}

/// Returns the location of a field in a record.
pub(crate) fn place(record: RecordRef<'_>, tag: Tag, index: usize) -> Location {
    let mut location = Location::of(record.position());
    location.tag = Some(tag);
    location.field = u32::try_from(index).ok();
    location
}
