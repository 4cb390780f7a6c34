//! What can be said of a record beyond what its reader finds: checks, and the place that runs them.
//!
//! A reader finds what is wrong with the bytes. A [`Check`] looks at a record that was read: [`Leader`] at the values
//! of the leader, [`Encoding`] at characters that have no business in text, [`Indicators`] at indicators that were typed
//! into IRBIS fields. [`Checker`] runs several and keeps what
//! they find, in the form that readers have it in. Checks of your own join by the same trait.
//!
//! # Example
//! ```
//! use kartoteka::{Code, ReadOptions, Record, RecordRead, check, iso2709};
//!
//! let data = b"00047xam a2200037   4500001000900000\x1ekart\x010001\x1e\x1d";
//! let mut reader = iso2709::SliceReader::new(data, &ReadOptions::new());
//! let mut checker = check::Checker::new(100).with(check::Leader::new()).with(check::Encoding::new());
//! let mut record = Record::new();
//! while reader.read_record(&mut record)? {
//!     let found = checker.check(record.view(), reader.raw(), reader.diagnostics());
//!     assert!(found.iter().any(|finding| finding.code == Code::ControlCharacter));
//! }
//! # Ok::<(), kartoteka::Error>(())
//! ```

mod encoding;
mod indicators;
mod leader;

pub use self::encoding::Encoding;
pub use self::indicators::Indicators;
pub use self::leader::Leader;
use crate::{Code, Diagnostic, FieldRef, Findings, Location, RecordRef};

/// A rule, or several, about one record.
pub trait Check {
    /// Looks at a record and adds what is wrong with it.
    fn check(&mut self, subject: Subject<'_>, findings: &mut Findings);
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
        if self.is_exact() {
            location.byte = location.byte.saturating_add(position as u64);
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
            let start = self.record.offset_of(field).saturating_add(offset);
            location.byte = location.byte.saturating_add(start as u64);
            location.len = len as u64;
            if location.line > 0 {
                let before = self.raw.get(..start).unwrap_or_default();
                let lines = memchr::memchr_iter(b'\n', before).count();
                location.line = location.line.saturating_add(lines as u64);
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
    let before = field.raw().get(..=offset).unwrap_or_default();
    let (_, _, subfields) = field.parts();
    let body = field.raw().as_ptr() as usize;
    let starts = subfields.map(|subfield| (subfield.code_bytes().as_ptr() as usize).wrapping_sub(body));
    let count = starts.take_while(|start| *start < before.len()).count();
    u32::try_from(count).ok()?.checked_sub(1)
}

/// Runs checks over records, and keeps what they find in the last one.
pub struct Checker {
    checks: Vec<Box<dyn Check + Send>>,
    findings: Findings,
    told: Vec<Diagnostic>,
}

impl Checker {
    /// Makes a checker without checks that lists up to `limit` findings for one record and counts the rest.
    pub fn new(limit: usize) -> Checker {
        Checker { checks: Vec::new(), findings: Findings::new(limit), told: Vec::new() }
    }

    /// Adds a check, to be run behind those that are there.
    #[must_use]
    pub fn with(mut self, check: impl Check + Send + 'static) -> Checker {
        self.checks.push(Box::new(check));
        self
    }

    /// Checks a record. `raw` are the bytes it was read from, for exact places; `known` is what its reader found,
    /// which is not told again. Allocates only for what it finds.
    pub fn check(&mut self, record: RecordRef<'_>, raw: &[u8], known: &[Diagnostic]) -> &[Diagnostic] {
        self.findings.begin(record.position());
        let subject = Subject { record, raw };
        for check in &mut self.checks {
            check.check(subject, &mut self.findings);
        }
        self.findings.locate(|location| record.locate(location));
        if known.is_empty() || self.findings.list().is_empty() {
            return self.findings.list();
        }
        self.told.clear();
        let new =
            self.findings.list().iter().filter(|finding| !known.iter().any(|known| says(known, finding)));
        self.told.extend(new.cloned());
        &self.told
    }

    /// How many findings in the last record were counted, but not listed, by code.
    pub fn suppressed(&self) -> &[(Code, u64)] {
        self.findings.suppressed()
    }
}

impl std::fmt::Debug for Checker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Checker").field("checks", &self.checks.len()).finish_non_exhaustive()
    }
}

/// Whether a finding of the reader says what one of a check says.
fn says(known: &Diagnostic, finding: &Diagnostic) -> bool {
    let (here, there) = (known.location, finding.location);
    let undecodable = [
        Code::InvalidUtf8,
        Code::Undecodable,
        Code::CharsetUnsupported,
        Code::Marc8UnknownSet,
        Code::Marc8IncompleteEscape,
        Code::Marc8UndefinedCode,
        Code::Marc8TruncatedEacc,
        Code::Marc8UndefinedEacc,
        Code::Marc8LostReturn,
    ];
    match known.code {
        Code::Marc8Control => finding.code == Code::ControlCharacter && here.field == there.field,
        Code::LeaderValue => finding.code.id().starts_with('L') && here.byte == there.byte,
        code if undecodable.contains(&code) => finding.code == Code::Undecodable,
        code => code == finding.code && here.field == there.field,
    }
}
