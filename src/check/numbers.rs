//! K101: records of one input that have one control number, in 001; in 903 in the base IBIS of IRBIS.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, DefaultHasher, Hash, Hasher};

use super::rules::NUMBER_REPEATED;
use super::{Check, Subject};
use crate::finding::{Finding, Findings, Rule};
use crate::record::{FieldRef, Record, RecordRef};
use crate::schema::Set;

/// The most numbers that are remembered.
const MOST: usize = 1 << 24;

/// Checks that no two records have one control number.
///
/// It remembers all numbers that it has seen, so that records of another input need another one. Records are given to it in
/// their order: the second of two is the one that is found.
///
/// # Cost
/// A search among hashes of 64 bits: 9 to 18 bytes for a number, and no more than 16,777,216 numbers; those after them are
/// compared with them, and not with each other. Of ten million different numbers two have one hash, and are taken for
/// the same, about once in 400,000 runs.
///
/// # Example
/// ```
/// use kartoteka::{Record, check, rules};
///
/// let record = Record::builder().control_field("001", "kart0001").data_field("245", "10", [('a', "Divan")]).build()?;
/// let mut checker = check::Checker::new(100).with(check::Numbers::new());
/// assert!(checker.check(record.view(), &[], &[]).is_empty());
/// assert_eq!(checker.check(record.view(), &[], &[])[0].rule, rules::NUMBER_REPEATED);
/// # Ok::<(), kartoteka::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Numbers {
    seen: HashSet<u64, BuildHasherDefault<Same>>,
}

impl Numbers {
    /// Makes one that has seen no number.
    pub fn new() -> Numbers {
        Numbers::default()
    }

    /// Returns whether a number has not been seen before, and remembers it.
    pub(crate) fn is_new(&mut self, number: &[u8]) -> bool {
        let hash = Numbers::hash(number);
        match self.seen.len() < MOST {
            true => self.seen.insert(hash),
            false => !self.seen.contains(&hash),
        }
    }

    /// Returns whether a number with this hash has been seen.
    pub(crate) fn has(&self, hash: u64) -> bool {
        self.seen.contains(&hash)
    }

    pub(crate) fn hash(number: &[u8]) -> u64 {
        let mut hasher = DefaultHasher::new();
        number.trim_ascii().hash(&mut hasher);
        hasher.finish()
    }
}

/// Returns the control number of a record, if it has one.
pub(crate) fn control_number(record: &Record) -> Option<Vec<u8>> {
    control_number_of(record.view()).map(|field| field.raw().trim_ascii().to_vec())
}

/// Returns the field with the control number, if there is one in it.
pub(crate) fn control_number_of(record: RecordRef<'_>) -> Option<FieldRef<'_>> {
    let own = record.field("001").filter(|field| !field.raw().trim_ascii().is_empty());
    own.or_else(|| {
        let is_ibis = !record.syntax().has_indicators() && Set::is_ibis(record);
        record.field(903).filter(|field| is_ibis && !field.raw().trim_ascii().is_empty())
    })
}

impl Check for Numbers {
    fn rules(&self) -> &[Rule] {
        &[NUMBER_REPEATED]
    }

    fn check(&mut self, subject: Subject<'_>, findings: &mut Findings) {
        let Some(field) = control_number_of(subject.record) else { return };
        if !self.is_new(field.raw()) {
            let number = String::from_utf8_lossy(field.raw()).into_owned();
            let place = subject.in_field(field, 0, field.raw().len());
            let message = format!("a record before this one has the control number {number:?}");
            findings.push(Finding::new(NUMBER_REPEATED, place, message, "kept"));
        }
    }
}

/// Hashes are their own hashes.
#[derive(Debug, Clone, Default)]
struct Same(u64);

impl Hasher for Same {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.0 = self.0.rotate_left(8) ^ u64::from(*byte));
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_numbers_are_different() {
        let mut numbers = Numbers::new();
        assert!((0..200_000u32).all(|number| numbers.is_new(number.to_string().as_bytes())));
        assert!(!numbers.is_new(b" 777 "));
        assert!(numbers.is_new(b"x777"));
    }
}
