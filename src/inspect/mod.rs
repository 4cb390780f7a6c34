//! What an input is: how many records, of which dialects and character sets, how sound, what was found.
//!
//! An [`Inspection`] counts the items of a [`Pass`](crate::Pass); a [`Base`] is what a master file has besides its
//! records. A [`Description`] puts both into words, or into JSON.
//!
//! # Example
//! ```
//! use kartoteka::inspect::{Description, Inspection};
//! use kartoteka::report::Style;
//! use kartoteka::{Pass, open};
//!
//! let reader = open("fixtures/iso2709/damaged.mrc")?;
//! let format = reader.format();
//! let mut pass = Pass::new(reader);
//! let mut inspection = Inspection::new();
//! while let Some(item) = pass.item()? {
//!     inspection.add(&item);
//! }
//! assert_eq!((inspection.records, inspection.damage.sound, inspection.damage.damaged), (10, 6, 4));
//! let bytes = pass.reader().position().byte;
//! let text = Description::new("damaged.mrc", format, bytes, &inspection).text(Style::plain());
//! assert!(text.contains("damaged     4 records (40.0 %): read as far as they can be\n"), "{text}");
//! # Ok::<(), kartoteka::Error>(())
//! ```

mod base;
mod description;

use std::collections::HashMap;
use std::mem::{Discriminant, discriminant};

pub use self::base::Base;
pub use self::description::Description;
use crate::charset::{Charset, Reason};
use crate::finding::{Finding, Severity, Tally};
use crate::io::{Content, Item};
use crate::record::{Dialect, Record};
use crate::rules;

/// Counts over the records of one input. Memory does not grow with their number.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Inspection {
    /// Records, those that cannot be read included.
    pub records: u64,
    /// Records of which nothing could be read.
    pub unreadable: u64,
    /// Records that are marked as deleted.
    pub deleted: u64,
    /// Fields in all records.
    pub fields: u64,
    /// Subfields in all fields.
    pub subfields: u64,
    /// The record with the most bytes; the first of them.
    pub largest: Option<Largest>,
    /// How sound the records are.
    pub damage: Damage,
    /// What was found, by rule.
    pub tally: Tally,
    named: Dialect,
    dialects: HashMap<(Dialect, &'static str), u64>,
    /// How many records are in a character set for one kind of reason, and the evidence of all of them.
    charsets: HashMap<(Charset, Discriminant<Reason>), (u64, Reason)>,
}

/// The record with the most bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Largest {
    /// Its length in bytes.
    pub bytes: u64,
    /// Its number, from 1.
    pub record: u64,
    /// Its offset in the input, in bytes.
    pub offset: u64,
}

/// How sound the records of an input are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Damage {
    /// Records without findings, or with notes only.
    pub sound: u64,
    /// Records with warnings and no errors.
    pub with_warnings: u64,
    /// Records with errors, of which something could be read, or nothing.
    pub damaged: u64,
    /// Bytes between records that belong to none and are no filler.
    pub garbage_bytes: u64,
}

/// How many records are of a dialect, and how it was recognized.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DialectShare {
    /// The dialect; [`Dialect::Auto`] where none was recognized.
    pub dialect: Dialect,
    /// The evidence, in words.
    pub reason: &'static str,
    /// Number of records.
    pub records: u64,
}

/// How many records are in a character set, for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CharsetShare {
    /// The character set.
    pub charset: Charset,
    /// The reason, in words, with the evidence of all these records.
    pub reason: String,
    /// Number of records.
    pub records: u64,
}

impl Inspection {
    /// Starts an inspection.
    pub fn new() -> Inspection {
        Inspection::default()
    }

    /// Sets the dialect of all records. Default: [`Dialect::Auto`], each record is looked at.
    #[must_use]
    pub fn dialect(mut self, dialect: Dialect) -> Inspection {
        self.named = dialect;
        self
    }

    /// Counts an item.
    ///
    /// # Cost
    /// One pass over the fields of the record.
    pub fn add(&mut self, item: &Item<'_>) {
        let len = item.raw().len() as u64;
        item.findings.iter().for_each(|finding| self.tally.add(finding));
        self.tally.add_unlisted(item.unlisted);
        self.damage.add(item.findings, matches!(item.content, Content::Record(_)));
        match &item.content {
            Content::Record(record) => self.record(record, len),
            Content::Rejected { .. } => {
                self.records += 1;
                self.unreadable += 1;
            }
            Content::Rest => {}
        }
    }

    fn record(&mut self, record: &Record, bytes: u64) {
        self.records += 1;
        let reason = record.charset_reason();
        let charset = match reason {
            // The text of XML and JSON was decoded before it became fields.
            Reason::Text(evidence) if record.charset() == Charset::Utf8 => evidence.charset,
            Reason::Document(charset) => charset,
            _ => record.charset(),
        };
        let entry = self.charsets.entry((charset, discriminant(&reason)));
        let (count, _) = entry.and_modify(|(_, all)| add_evidence(all, reason)).or_insert((0, reason));
        *count += 1;
        let dialect = match self.named {
            Dialect::Auto => Dialect::find(record.view()),
            named => (named, "as given"),
        };
        *self.dialects.entry(dialect).or_default() += 1;
        let header = record.header();
        let deleted = header.leader.is_some_and(|leader| leader.status() == b'd')
            || header.isis.is_some_and(|isis| isis.is_deleted());
        self.deleted += u64::from(deleted);
        for field in record.fields() {
            self.fields += 1;
            if !field.is_control() {
                self.subfields += field.subfields().count() as u64;
            }
        }
        let position = record.position();
        if self.largest.is_none_or(|largest| bytes > largest.bytes) {
            let record = position.record.saturating_add(1);
            self.largest = Some(Largest { bytes, record, offset: position.byte });
        }
    }

    /// Returns the dialects, the most frequent first.
    pub fn dialects(&self) -> Vec<DialectShare> {
        let share =
            |(&(dialect, reason), &records): (&(Dialect, _), &u64)| DialectShare { dialect, reason, records };
        let mut shares: Vec<DialectShare> = self.dialects.iter().map(share).collect();
        shares.sort_by_key(|share| (std::cmp::Reverse(share.records), share.name(), share.reason));
        shares
    }

    /// Returns the character sets, the most frequent first.
    pub fn charsets(&self) -> Vec<CharsetShare> {
        let shares = self.charsets.iter().map(|(&(charset, _), (records, reason))| {
            let reason = match reason {
                Reason::Text(_) => "by how probable its text is".to_owned(),
                other => other.to_string(),
            };
            CharsetShare { charset, reason, records: *records }
        });
        let mut shares: Vec<CharsetShare> = shares.collect();
        shares.sort_by(|a, b| {
            let names = || (a.charset.to_string(), &a.reason).cmp(&(b.charset.to_string(), &b.reason));
            b.records.cmp(&a.records).then_with(names)
        });
        shares
    }
}

impl DialectShare {
    /// Returns the name of the dialect, or `unknown`.
    pub fn name(&self) -> &'static str {
        match self.dialect {
            Dialect::Auto => "unknown",
            known => known.name(),
        }
    }
}

impl Damage {
    /// Counts what was found in and before a record; after the last record, if `is_record` is false.
    fn add(&mut self, findings: &[Finding], is_record: bool) {
        let garbage = findings.iter().filter(|finding| finding.rule == rules::GARBAGE);
        self.garbage_bytes += garbage.map(|finding| finding.location.len).sum::<u64>();
        if !is_record {
            return;
        }
        // Bytes before a record are no damage of the record.
        let before = [rules::GARBAGE, rules::FILLER_BETWEEN_RECORDS, rules::BYTE_ORDER_MARK];
        let inside = findings.iter().filter(|finding| !before.contains(&finding.rule));
        match inside.map(Finding::severity).max() {
            Some(Severity::Error) => self.damaged += 1,
            Some(Severity::Warning) => self.with_warnings += 1,
            _ => self.sound += 1,
        }
    }
}

/// Adds the evidence of one more record with a reason of the same kind.
fn add_evidence(all: &mut Reason, one: Reason) {
    if let (Reason::Marks(all), Reason::Marks(one)) = (all, one) {
        all.marks += one.marks;
        all.against += one.against;
        all.escapes += one.escapes;
    }
}
