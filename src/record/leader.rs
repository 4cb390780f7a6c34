//! The leader of ISO 2709, and the header of IRBIS and CDS/ISIS.

use std::fmt;
use std::str::FromStr;

use crate::Error;

/// The 24 bytes at the head of an ISO 2709 record, verbatim.
///
/// Getters go by meaning; positions are 0-based, as the standards count them. Nothing is checked when a leader is
/// made: it holds what the source holds.
///
/// # Spec
/// ISO 2709:2008, 4.3; MARC 21 Leader; UNIMARC record label.
///
/// # Example
/// ```
/// use kartoteka::Leader;
///
/// let leader: Leader = "00714cam a2200205 a 4500".parse()?;
/// assert_eq!(leader.record_length(), Some(714));
/// assert_eq!(leader.base_address(), Some(205));
/// assert_eq!(leader.coding(), b'a');
/// # Ok::<(), kartoteka::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Leader([u8; 24]);

impl Leader {
    /// Length of a leader in bytes.
    pub const LEN: usize = 24;

    /// Makes a leader of its bytes, whatever they are.
    pub const fn new(bytes: [u8; 24]) -> Leader {
        Leader(bytes)
    }

    /// Makes a leader of the first 24 of `bytes`; what is missing is blank.
    pub fn padded(bytes: &[u8]) -> Leader {
        let mut leader = [b' '; 24];
        for (to, from) in leader.iter_mut().zip(bytes) {
            *to = *from;
        }
        Leader(leader)
    }

    /// The 24 bytes.
    pub const fn as_bytes(&self) -> &[u8; 24] {
        &self.0
    }

    /// The byte at a position from 0 to 23; `None` past the end.
    pub fn get(&self, position: usize) -> Option<u8> {
        self.0.get(position).copied()
    }

    /// Sets the byte at a position from 0 to 23; past the end nothing happens, and the answer is false.
    pub fn set(&mut self, position: usize, byte: u8) -> bool {
        match self.0.get_mut(position) {
            Some(place) => {
                *place = byte;
                true
            }
            None => false,
        }
    }

    /// Record length in bytes, terminator included, as stated at 0 to 4; `None` if those are not five digits.
    pub fn record_length(&self) -> Option<u32> {
        self.number(0, 5)
    }

    /// Record status, position 5.
    pub const fn status(&self) -> u8 {
        self.0[5]
    }

    /// Type of record, position 6.
    pub const fn record_type(&self) -> u8 {
        self.0[6]
    }

    /// Bibliographic level, position 7.
    pub const fn level(&self) -> u8 {
        self.0[7]
    }

    /// Type of control in MARC 21, hierarchical level in UNIMARC, position 8.
    pub const fn control(&self) -> u8 {
        self.0[8]
    }

    /// Character coding scheme of MARC 21, position 9: blank is MARC-8, `a` is UTF-8. Undefined in UNIMARC.
    pub const fn coding(&self) -> u8 {
        self.0[9]
    }

    /// How many indicators a data field has, position 10; `None` if it is not a digit.
    pub fn indicator_count(&self) -> Option<u8> {
        self.number(10, 1).and_then(|count| u8::try_from(count).ok())
    }

    /// Length in bytes of delimiter and subfield code together, position 11; `None` if it is not a digit.
    pub fn identifier_length(&self) -> Option<u8> {
        self.number(11, 1).and_then(|length| u8::try_from(length).ok())
    }

    /// Offset in bytes of the first field from the start of the record, positions 12 to 16; `None` if those are
    /// not five digits.
    pub fn base_address(&self) -> Option<u32> {
        self.number(12, 5)
    }

    /// Encoding level, position 17.
    pub const fn encoding_level(&self) -> u8 {
        self.0[17]
    }

    /// Descriptive cataloguing form, position 18.
    pub const fn form(&self) -> u8 {
        self.0[18]
    }

    fn number(&self, start: usize, len: usize) -> Option<u32> {
        self.0.iter().skip(start).take(len).try_fold(0u32, |number, byte| match byte {
            b'0'..=b'9' => number.checked_mul(10)?.checked_add(u32::from(byte - b'0')),
            _ => None,
        })
    }
}

impl Default for Leader {
    /// `00000nam a2200000   4500`: a new monograph in UTF-8, lengths not yet known.
    fn default() -> Leader {
        Leader(*b"00000nam a2200000   4500")
    }
}

impl fmt::Display for Leader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match std::str::from_utf8(&self.0) {
            Ok(text) => f.pad(text),
            Err(_) => write!(f, "{}", self.0.escape_ascii()),
        }
    }
}

impl fmt::Debug for Leader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Leader({})", self.0.escape_ascii())
    }
}

impl FromStr for Leader {
    type Err = Error;

    /// Takes exactly 24 bytes.
    fn from_str(text: &str) -> Result<Leader, Error> {
        match text.as_bytes().try_into() {
            Ok(bytes) => Ok(Leader(bytes)),
            Err(_) => Err(Error::argument(format!("a leader has 24 bytes, this has {}", text.len()))),
        }
    }
}

/// What IRBIS and CDS/ISIS keep beside the fields of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub struct IsisHeader {
    /// Master file number, from 1; 0 if the record was not saved yet.
    pub mfn: u32,
    /// Status, a set of bits: 1 logically deleted, 2 physically deleted, 32 last version, 64 locked.
    pub status: u32,
    /// Version, from 1, one more at each save; 0 where the format has none.
    pub version: u32,
    /// Offset in bytes of the version before this one in the master file; 0 if there is none.
    pub previous: u64,
}

impl IsisHeader {
    /// Makes a header; the previous version is unknown.
    pub const fn new(mfn: u32, status: u32, version: u32) -> IsisHeader {
        IsisHeader { mfn, status, version, previous: 0 }
    }

    /// Whether the status says that the record is deleted, logically or physically.
    pub const fn is_deleted(&self) -> bool {
        self.status & 3 != 0
    }
}

/// What stands before the fields: the leader of ISO 2709, the header of IRBIS, both, or neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub struct Header {
    /// The leader, where the source has one.
    pub leader: Option<Leader>,
    /// Master file number, status and version, where the source has them.
    pub isis: Option<IsisHeader>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn getters_by_position() {
        let leader: Leader = "01234cam a2200397zi 4500".parse().unwrap();
        assert_eq!(leader.record_length(), Some(1234));
        assert_eq!((leader.status(), leader.record_type(), leader.level()), (b'c', b'a', b'm'));
        assert_eq!((leader.control(), leader.coding()), (b' ', b'a'));
        assert_eq!((leader.indicator_count(), leader.identifier_length()), (Some(2), Some(2)));
        assert_eq!(leader.base_address(), Some(397));
        assert_eq!((leader.encoding_level(), leader.form()), (b'z', b'i'));
    }

    #[test]
    fn what_is_no_number_is_none() {
        let leader = Leader::padded(b"0123 nam");
        assert_eq!(leader.record_length(), None);
        assert_eq!(leader.indicator_count(), None);
        assert_eq!(leader.to_string(), format!("{:24}", "0123 nam"));
    }

    #[test]
    fn positions_past_the_end() {
        let mut leader = Leader::default();
        assert!(leader.set(23, b' ') && !leader.set(24, b'x'));
        assert_eq!((leader.get(23), leader.get(24)), (Some(b' '), None));
        assert!("short".parse::<Leader>().is_err());
    }
}
