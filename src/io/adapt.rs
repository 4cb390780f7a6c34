//! What writers ask of a record before they write it: a character set, and MARC syntax.

use super::{LeaderValues, WriteOptions};
use crate::charset::{Charset, DecodeError, Policy};
use crate::diagnostic::{Findings, counted};
use crate::record::{FieldRef, MarcForm, Record, RecordRef, declares, to_marc_form, transcode_into};
use crate::{Code, Diagnostic, Error, Location, Result, Tag};

/// Brings records into the shape a writer needs, and keeps what is found on the way. A record that has that shape
/// already passes through untouched.
#[derive(Debug)]
pub struct Adapter {
    shaper: Shaper,
    form: MarcForm,
    text: Record,
    marc: Record,
}

/// A record in the shape that was asked for, and where to put what is found in it.
pub(crate) type Shaped<'a> = (RecordRef<'a>, &'a mut Findings);

impl Adapter {
    pub(crate) fn new(options: &WriteOptions) -> Adapter {
        let findings = Findings::new(crate::Limits::default().diagnostics);
        Adapter {
            shaper: Shaper {
                policy: options.policy,
                declare: options.leader == LeaderValues::Set,
                findings,
                replaced: 0,
            },
            form: MarcForm { mfn_as_control_number: options.mfn_as_control_number },
            text: Record::new(),
            marc: Record::new(),
        }
    }

    /// Begins a record: forgets what was found in the one before.
    #[inline]
    pub(crate) fn begin(&mut self, record: RecordRef<'_>) {
        self.shaper.findings.begin(record.position());
    }

    /// Gives what was found its places in the record, whose fields have not moved.
    #[inline]
    pub(crate) fn locate(&mut self, record: RecordRef<'_>) {
        self.shaper.findings.locate(|location| record.locate(location));
    }

    /// What was found in the last record.
    pub(crate) fn findings(&self) -> &Findings {
        &self.shaper.findings
    }

    /// How much was replaced in all records.
    pub(crate) fn replaced(&self) -> u64 {
        self.shaper.replaced
    }

    /// The record as checked UTF-8, in its own syntax; all else stays as it is.
    #[cfg(any(feature = "json", feature = "csv"))]
    #[inline]
    pub(crate) fn text<'a>(&'a mut self, record: RecordRef<'a>) -> Result<Shaped<'a>> {
        let record = self.shaper.as_text(record, &mut self.text)?;
        Ok((record, &mut self.shaper.findings))
    }

    /// The record as checked UTF-8, which it then declares, in MARC syntax.
    #[inline]
    pub(crate) fn marc<'a>(&'a mut self, record: RecordRef<'a>) -> Result<Shaped<'a>> {
        if !record.syntax().has_indicators() {
            let record = self.shaper.as_text(record, &mut self.text)?;
            to_marc_form(record, self.form, &mut self.marc, &mut self.shaper.findings)?;
            return Ok((self.marc.view(), &mut self.shaper.findings));
        }
        let leader = record.header().leader;
        let declared =
            leader.is_some_and(|leader| leader.coding() == b'a') || declares(record, Charset::Utf8);
        if record.is_text() && declared {
            return Ok((record, &mut self.shaper.findings)); // as nearly all are
        }
        match record.is_text() {
            true => self.text.copy_from(record),
            false => self.shaper.transcode(record, Charset::Utf8, &mut self.text)?,
        }
        self.text.declare_charset(Charset::Utf8);
        Ok((self.text.view(), &mut self.shaper.findings))
    }

    /// The record in a character set, which it then declares if it is MARC: field 100 of an IRBIS record is a field
    /// like any other. In its own for [`Charset::Auto`].
    pub(crate) fn in_charset<'a>(
        &'a mut self,
        record: RecordRef<'a>,
        charset: Charset,
    ) -> Result<Shaped<'a>> {
        let record = self.shaper.in_charset(record, charset, &mut self.text)?;
        Ok((record, &mut self.shaper.findings))
    }

    /// The record in MARC syntax and a character set, which it then declares. [`Charset::Auto`] is its own, and
    /// UTF-8 for a record that had another syntax.
    pub(crate) fn marc_in_charset<'a>(
        &'a mut self,
        record: RecordRef<'a>,
        charset: Charset,
    ) -> Result<Shaped<'a>> {
        if record.syntax().has_indicators() {
            return self.in_charset(record, charset);
        }
        let text = self.shaper.as_text(record, &mut self.text)?;
        to_marc_form(text, self.form, &mut self.marc, &mut self.shaper.findings)?;
        let record = self.shaper.in_charset(self.marc.view(), charset, &mut self.text)?;
        Ok((record, &mut self.shaper.findings))
    }
}

/// What an adapter has beside the records it makes.
#[derive(Debug)]
struct Shaper {
    policy: Policy,
    /// Whether records are to say which character set they are in.
    declare: bool,
    findings: Findings,
    replaced: u64,
}

impl Shaper {
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
                Charset::Utf8 => (
                    Code::Undecodable,
                    format!("{} not valid in {from}{which}", counted(faults, "byte sequence")),
                ),
                _ => (Code::Unencodable, format!("{} not in {charset}{which}", counted(faults, "character"))),
            };
            findings.push(Diagnostic::new(code, place(record, field.tag(), field.index()), what, action));
        });
        match done {
            Ok(faults) => {
                self.replaced = self.replaced.saturating_add(faults);
                Ok(())
            }
            Err((index, error)) => {
                let tag = record.fields().nth(index).map_or(Tag::new(*b"000"), |field| field.tag());
                let code = match error {
                    DecodeError::Unsupported { .. } => Code::CharsetUnsupported,
                    DecodeError::Unencodable { .. } => Code::Unencodable,
                    DecodeError::Invalid { .. } => Code::Undecodable,
                };
                let message = match error {
                    DecodeError::Invalid { offset, charset } => {
                        format!("offset {offset} in the field is not valid in {charset}")
                    }
                    DecodeError::Unencodable { offset, character, charset } => {
                        format!("{character:?} at offset {offset} in the field does not exist in {charset}")
                    }
                    DecodeError::Unsupported { charset } => format!("there are no tables for {charset}"),
                };
                let place = place(record, tag, index);
                Err(Error::unrepresentable(Diagnostic::new(code, place, message, "record rejected")))
            }
        }
    }
}

/// What is replaced in a field, and how often: a few, the most frequent first.
fn which(field: FieldRef<'_>, to: Charset) -> String {
    const MOST: usize = 5;
    let mut counts = std::collections::BTreeMap::<String, u64>::new();
    let mut one_more = |what: String| {
        let count = counts.entry(what).or_default();
        *count = count.saturating_add(1);
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
            // Indicators, and the code of a subfield.
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

/// The place of a field in a record that was read.
pub(crate) fn place(record: RecordRef<'_>, tag: Tag, index: usize) -> Location {
    let mut location = Location::of(record.position());
    location.tag = Some(tag);
    location.field = u32::try_from(index).ok();
    location
}
