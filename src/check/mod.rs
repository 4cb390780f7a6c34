//! What can be said of a record beyond what its reader finds: checks, and the place that runs them.
//!
//! A reader finds what is wrong with the bytes. A [`Check`] looks at a record that was read: [`Leader`] at the values
//! of the leader, [`Encoding`] at characters that have no business in text, [`Indicators`] at indicators that were typed
//! into IRBIS fields. [`Checker`] runs several and keeps what
//! they find, in the form that readers have it in. Checks of your own join by the same trait.
//!
//! # Example
//! ```
//! use kartoteka::{ReadOptions, Record, RecordRead, check, iso2709, rules};
//!
//! let data = b"00047xam a2200037   4500001000900000\x1ekart\x010001\x1e\x1d";
//! let mut reader = iso2709::SliceReader::new(data, &ReadOptions::new());
//! let mut checker = check::Checker::new(100).with(check::Leader::new()).with(check::Encoding::new());
//! let mut record = Record::new();
//! while reader.read_record(&mut record)? {
//!     let found = checker.check(record.view(), reader.raw(), reader.findings());
//!     assert!(found.iter().any(|finding| finding.rule == rules::CONTROL_CHARACTER));
//! }
//! # Ok::<(), kartoteka::Error>(())
//! ```

pub(crate) mod content;
mod encoding;
mod fix;
mod indicators;
mod leader;
mod links;
mod numbers;
pub(crate) mod rules;
mod schema;

pub use self::content::Content;
pub use self::encoding::Encoding;
pub use self::fix::{Fix, Fixes};
pub use self::indicators::Indicators;
pub use self::leader::Leader;
pub use self::links::Links;
pub(crate) use self::links::{Dead, Link, links_of};
pub use self::numbers::Numbers;
pub(crate) use self::numbers::control_number;
pub use self::schema::SchemaRules;
use crate::bytes::Cut;
use crate::check::rules::{CHECK_FAILED, CONTROL_CHARACTER, LEADER_INVALID, LEADER_OBSOLETE};
use crate::finding::{Finding, Findings, Rule};
use crate::format::descriptor::Format;
use crate::format::rules::LEADER_VALUE;
use crate::io::rules::{CHARSET_UNSUPPORTED, UNDECODABLE};
use crate::position::Location;
use crate::record::rules::{
    INVALID_UTF8, MARC8_CONTROL, MARC8_INCOMPLETE_ESCAPE, MARC8_LOST_RETURN, MARC8_TRUNCATED_EACC,
    MARC8_UNDEFINED_CODE, MARC8_UNDEFINED_EACC, MARC8_UNKNOWN_SET,
};
use crate::record::{Dialect, FieldRef, Record, RecordRef};
use crate::schema::Compiled;
use std::any::Any;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;

/// A rule, or several, about one record.
pub trait Check {
    /// Looks at a record and adds what is wrong with it.
    fn check(&mut self, subject: Subject<'_>, findings: &mut Findings);

    /// Returns the rules whose findings this can add, so that it need not run where none of them is wanted. Default:
    /// none, and it always runs.
    fn rules(&self) -> &[Rule] {
        &[]
    }

    /// Leaves out what finds none of the wanted rules. Default: nothing is left out, and findings of other rules are
    /// passed over by whoever reads them.
    fn narrow(&mut self, wanted: &dyn Fn(Rule) -> bool) {
        let _ = wanted;
    }

    /// Repairs in `record` what a finding of this check is about, and returns what was done; `None` if nothing was. What
    /// does not decode is never repaired, and no repair is worse than the finding. Default: there is no repair.
    fn fix(&self, record: &mut Record, finding: &Finding, fixes: Fixes) -> Option<Fix> {
        let _ = (record, finding, fixes);
        None
    }
}

/// A record that is checked, and the bytes it was read from.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The record.
    pub record: RecordRef<'a>,
    /// The bytes of the input from which it was read; none if there are none.
    pub raw: &'a [u8],
}

impl Subject<'_> {
    /// Whether the offsets of fields in the record are offsets in the bytes it was read from.
    fn is_exact(&self) -> bool {
        self.record.buffer() == self.raw
    }

    /// A place in the leader: `len` bytes from `position` on, 0-based. The start of the record, if it was not read
    /// from ISO 2709.
    pub fn in_leader(&self, position: usize, len: usize) -> Location {
        let mut location = Location::of(self.record.position());
        let last = position.saturating_add(len).saturating_sub(1);
        location.chars = u16::try_from(position).ok().zip(u16::try_from(last).ok());
        if self.is_exact() {
            location.byte += position as u64;
            location.len = len as u64;
        }
        location
    }

    /// A place in a field: `len` bytes from `offset` in its body on, and the subfield it lies in, if any. Where the
    /// format of the input does not have the field as the record has it, the byte is that of the record.
    pub fn in_field(&self, field: FieldRef<'_>, offset: usize, len: usize) -> Location {
        let mut location = Location::of(self.record.position());
        location.tag = Some(field.tag());
        location.field = u32::try_from(field.index()).ok();
        location.subfield = subfield_at(field, offset);
        if self.is_exact() {
            let start = self.record.offset_of(field) + offset;
            location.byte += start as u64;
            location.len = len as u64;
            if location.line > 0 {
                let before = self.raw.cut(..start);
                let lines = memchr::memchr_iter(b'\n', before).count();
                location.line += lines as u64;
            }
        }
        location
    }
}

/// The index of the subfield that an offset in the body of a field lies in.
fn subfield_at(field: FieldRef<'_>, offset: usize) -> Option<u32> {
    if field.is_control() {
        return None;
    }
    // Delimiters that nothing follows are no subfields; in damaged fields indicators may be some.
    let before = field.raw().cut(..=offset);
    let (_, _, subfields) = field.parts();
    let body = field.raw().as_ptr() as usize;
    let starts = subfields.map(|subfield| (subfield.code_bytes().as_ptr() as usize).wrapping_sub(body));
    let count = starts.take_while(|start| *start < before.len()).count();
    u32::try_from(count).ok()?.checked_sub(1)
}

/// Runs checks over records, and keeps what they find in the last one. It can be moved to another thread, and each thread has
/// its own: checks of a whole input, such as repeated numbers, know what they have seen.
pub struct Checker {
    checks: Vec<Box<dyn Check + Send>>,
    findings: Findings,
    reported: Vec<Finding>,
}

impl Checker {
    /// Makes a checker without checks that lists up to `limit` findings for one record and counts the rest.
    pub fn new(limit: usize) -> Checker {
        Checker { checks: Vec::new(), findings: Findings::new(limit), reported: Vec::new() }
    }

    /// Makes a checker with all checks of this crate, for records of a dialect that were read from a format: what
    /// [`validate`](crate::validate) runs. It lists up to `limit` findings for one record and counts the rest.
    ///
    /// # Example
    /// ```
    /// use kartoteka::{Dialect, Format, check::Checker, rules};
    ///
    /// let all = Checker::standard(100, Dialect::Auto, Format::Iso2709);
    /// let some = all.only(|rule| rule == rules::CONTROL_CHARACTER);
    /// assert_eq!(some.len(), 1);
    /// ```
    pub fn standard(limit: usize, dialect: Dialect, format: Format) -> Checker {
        Checker::by(limit, dialect, format, None)
    }

    /// Makes the checker of [`Checker::standard`], which checks all records by a schema, if there is one, in place of the
    /// rules of their format.
    pub fn by(limit: usize, dialect: Dialect, format: Format, schema: Option<&Arc<Compiled>>) -> Checker {
        let mut rules = SchemaRules::new().dialect(dialect);
        if let Some(schema) = schema {
            rules = rules.by(schema.clone());
        }
        Checker::new(limit)
            .with(Leader::new().dialect(dialect).structure(format.has_leader_first()))
            .with(Encoding::new())
            .with(Indicators::new())
            .with(rules)
            .with(Content::new().dialect(dialect))
    }

    /// Repairs what can be of these findings in a record that was checked, and returns what was done.
    ///
    /// # Example
    /// ```
    /// use kartoteka::check::{Checker, Fixes};
    /// use kartoteka::{Dialect, Format, Record};
    ///
    /// let mut record = Record::builder().data_field("245", "10", [('a', "Two\nlines")]).build()?;
    /// let mut checker = Checker::standard(100, Dialect::Marc21, Format::Iso2709);
    /// let found = checker.check(record.view(), &[], &[]).to_vec();
    /// let fixes = checker.fix(&mut record, &found, Fixes::Safe);
    /// assert_eq!(fixes[0].what, "1 line end or tab became a blank");
    /// assert_eq!(record.field("245").unwrap().subfield('a').unwrap().to_str()?, "Two lines");
    /// # Ok::<(), kartoteka::Error>(())
    /// ```
    pub fn fix(&self, record: &mut Record, findings: &[Finding], fixes: Fixes) -> Vec<Fix> {
        let of = |finding: &Finding, record: &mut Record| {
            let able = self.checks.iter().filter(|check| check.rules().contains(&finding.rule));
            able.filter_map(|check| check.fix(record, finding, fixes)).next()
        };
        findings.iter().filter_map(|finding| of(finding, record)).collect()
    }

    /// Keeps the checks, and of each the parts, that can find a wanted rule.
    #[must_use]
    pub fn only(mut self, wanted: impl Fn(Rule) -> bool) -> Checker {
        self.checks.retain(|check| {
            let rules = check.rules();
            rules.is_empty() || rules.iter().any(|rule| wanted(*rule))
        });
        self.checks.iter_mut().for_each(|check| check.narrow(&wanted));
        self
    }

    /// Returns the number of checks.
    pub fn len(&self) -> usize {
        self.checks.len()
    }

    /// Returns whether there are no checks.
    pub fn is_empty(&self) -> bool {
        self.checks.is_empty()
    }

    /// Adds a check, to be run after those that are there.
    #[must_use]
    pub fn with(mut self, check: impl Check + Send + 'static) -> Checker {
        self.checks.push(Box::new(check));
        self
    }

    /// Checks a record. `raw` are the bytes it was read from, for exact places; `known` is what its reader found,
    /// which is not reported again. Allocates only for what it finds.
    ///
    /// A check that panics is a finding, [`CHECK_FAILED`], and the others run.
    pub fn check(&mut self, record: RecordRef<'_>, raw: &[u8], known: &[Finding]) -> &[Finding] {
        self.findings.begin(record.position());
        let subject = Subject { record, raw };
        for check in &mut self.checks {
            let findings = &mut self.findings;
            let checked = panic::catch_unwind(AssertUnwindSafe(|| check.check(subject, findings)));
            if let Err(payload) = checked {
                let place = Location::of(record.position());
                let message = format!("a check failed: {}", reason(&*payload));
                findings.push(Finding::new(CHECK_FAILED, place, message, "the others went on"));
            }
        }
        self.findings.locate(|location| record.locate(location));
        if known.is_empty() || self.findings.list().is_empty() {
            return self.findings.list();
        }
        self.reported.clear();
        let new =
            self.findings.list().iter().filter(|finding| !known.iter().any(|known| says(known, finding)));
        self.reported.extend(new.cloned());
        &self.reported
    }

    /// How many findings in the last record were counted, but not listed, by code.
    pub fn unlisted(&self) -> &[(Rule, u64)] {
        self.findings.unlisted()
    }
}

impl std::fmt::Debug for Checker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Checker").field("checks", &self.checks.len()).finish_non_exhaustive()
    }
}

/// What a panic said.
fn reason(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("it gave no reason")
}

/// Whether a finding of the reader says what one of a check says.
fn says(known: &Finding, finding: &Finding) -> bool {
    let (here, there) = (known.location, finding.location);
    let undecodable = [
        INVALID_UTF8,
        UNDECODABLE,
        CHARSET_UNSUPPORTED,
        MARC8_UNKNOWN_SET,
        MARC8_INCOMPLETE_ESCAPE,
        MARC8_UNDEFINED_CODE,
        MARC8_TRUNCATED_EACC,
        MARC8_UNDEFINED_EACC,
        MARC8_LOST_RETURN,
    ];
    match known.rule {
        MARC8_CONTROL => finding.rule == CONTROL_CHARACTER && here.field == there.field,
        LEADER_VALUE => [LEADER_INVALID, LEADER_OBSOLETE].contains(&finding.rule) && here.byte == there.byte,
        code if undecodable.contains(&code) => finding.rule == UNDECODABLE,
        code => code == finding.rule && here.field == there.field,
    }
}
