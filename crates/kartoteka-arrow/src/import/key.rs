//! What says which rows are of one record.

use std::hash::{DefaultHasher, Hasher};

/// The columns of a row that name its record.
///
/// The number of the record decides alone where it is there; else the offset does, else the MFN, else the id. The others
/// say where a record was, and may differ in the rows of one: a row that was inserted in SQL often lacks them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) record: Option<u64>,
    pub(super) offset: Option<u64>,
    pub(super) mfn: Option<u64>,
    pub(super) id: Option<String>,
}

impl Key {
    /// Whether two rows are of one record: the numbers, in the order of [`Key`], and the ids.
    pub(super) fn is_one(
        one: ([Option<u64>; 3], Option<&str>),
        other: ([Option<u64>; 3], Option<&str>),
    ) -> bool {
        let mut numbers = one.0.into_iter().zip(other.0);
        match numbers.find(|(one, other)| one.is_some() || other.is_some()) {
            Some((one, other)) => one == other,
            None => one.1 == other.1,
        }
    }

    /// Returns its numbers and its id.
    pub(super) fn parts(&self) -> ([Option<u64>; 3], Option<&str>) {
        ([self.record, self.offset, self.mfn], self.id.as_deref())
    }

    /// Returns a number that all rows of a record have in common, and those of hardly any other record.
    pub(super) fn hash(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        let (numbers, id) = self.parts();
        match (0u8..).zip(numbers).find_map(|(kind, number)| Some((kind, number?))) {
            Some((kind, number)) => {
                hasher.write_u8(kind);
                hasher.write_u64(number);
            }
            None => {
                hasher.write_u8(3);
                hasher.write(id.unwrap_or_default().as_bytes());
            }
        }
        hasher.finish()
    }
}
