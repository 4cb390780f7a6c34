//! The leader of ISO 2709, and the header of IRBIS and CDS/ISIS.

use std::fmt;
use std::str::FromStr;

use crate::error::Error;

/// The 24 bytes at the head of an ISO 2709 record, verbatim.
///
/// Getters are named by meaning; positions are 0-based, as in the standards. Creating a leader checks
/// nothing: it holds the bytes of the source.
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

    /// Creates a leader from its bytes, whatever they are.
    pub const fn new(bytes: [u8; 24]) -> Leader {
        Leader(bytes)
    }

    /// Creates a leader from the first 24 of `bytes`, padded with blanks.
    pub fn padded(bytes: &[u8]) -> Leader {
        let mut leader = [b' '; 24];
        for (to, from) in leader.iter_mut().zip(bytes) {
            *to = *from;
        }
        Leader(leader)
    }

    /// Returns the text of a leader with one ASCII character for each of its characters: a blank for white space beyond
    /// ASCII, `?` for others.
    pub(crate) fn ascii(text: &str) -> String {
        let ascii = |character: char| match character {
            character if character.is_ascii() => character,
            character if character.is_whitespace() => ' ',
            _ => '?',
        };
        text.chars().map(ascii).collect()
    }

    /// Creates a leader from the text of an element or a value. If that is none as it stands, returns what is wrong and
    /// what was done about it.
    ///
    /// A leader has 24 characters and no line break. White space around it comes from the layout of a document, and
    /// missing blanks from a program that trims text, or that makes one blank out of several. They are put back where
    /// the indicator count and the entry map (`22` at 10, `45` at 20) then have their places; at the end if neither
    /// tells. A text that stays too long is cut.
    pub(crate) fn fitted(text: &[u8]) -> (Leader, Option<(String, &'static str)>) {
        let trimmed = text.trim_ascii();
        let laid_out = |byte: &u8| matches!(byte, b'\n' | b'\r' | b'\t');
        let own = match text.len() {
            Leader::LEN if !text.iter().any(laid_out) => text,
            _ => trimmed,
        };
        // Its characters are 24, some of them of several bytes.
        if own.len() > Leader::LEN
            && let Ok(text) = std::str::from_utf8(own)
            && text.chars().count() == Leader::LEN
        {
            let ascii = |character| u8::try_from(character).ok().filter(u8::is_ascii).unwrap_or(b'?');
            let bytes: Vec<u8> = text.chars().map(ascii).collect();
            let message = "the leader has characters that are not ASCII".to_owned();
            return (Leader::padded(&bytes), Some((message, "read as question marks")));
        }
        let fault = |action| Some((format!("the leader has {} bytes, not 24", own.len()), action));
        let Some(missing) = Leader::LEN.checked_sub(own.len()) else {
            return (Leader::padded(own), fault("cut"));
        };
        if missing == 0 {
            let around = || ("there is white space around the leader".to_owned(), "left out");
            return (Leader::padded(own), (own.len() < text.len()).then(around));
        }
        let mut best = (0, Leader::padded(own), "filled with blanks");
        let mut weigh = |weight: usize, leader: Leader, action: &'static str| {
            if weight > best.0 {
                best = (weight, leader, action);
            }
        };
        for before in 0..=missing {
            let mut bytes = [b' '; Leader::LEN];
            for (to, from) in bytes.iter_mut().skip(before).zip(own) {
                *to = *from;
            }
            let action = match before {
                0 => "filled with blanks",
                _ if before == missing => "filled with blanks at its start",
                _ => "filled with blanks on both sides",
            };
            weigh(Leader(bytes).landmarks() * 2, Leader(bytes), action);
            // Several blanks after the base address may have become one.
            let blank = bytes.iter().skip(12).position(|byte| *byte == b' ').map(|at| at + 12);
            if let (Some(blank), Some(lost)) = (blank, missing.checked_sub(before).filter(|lost| *lost > 0)) {
                let mut spread = [b' '; Leader::LEN];
                for (at, byte) in bytes.iter().enumerate() {
                    let to = if at < blank { at } else { at + lost };
                    spread.iter_mut().skip(to).take(1).for_each(|place| *place = *byte);
                }
                weigh(
                    (Leader(spread).landmarks() * 2).saturating_sub(1),
                    Leader(spread),
                    "filled with blanks inside",
                );
            }
        }
        (best.1, fault(best.2))
    }

    /// Returns how many of the two landmarks of a leader are in their places: the indicator count with the length
    /// of a code, and the entry map.
    fn landmarks(&self) -> usize {
        let [.., a, b, _, _, _, _, _, _, _, _, c, d, _, _] = self.0;
        usize::from((a, b) == (b'2', b'2')) + usize::from((c, d) == (b'4', b'5'))
    }

    /// Returns the 24 bytes.
    pub const fn as_bytes(&self) -> &[u8; 24] {
        &self.0
    }

    /// Returns the byte at a position from 0 to 23; `None` for a greater position.
    pub fn get(&self, position: usize) -> Option<u8> {
        self.0.get(position).copied()
    }

    /// Sets the byte at a position from 0 to 23; returns false and does nothing for a greater position.
    pub fn set(&mut self, position: usize, byte: u8) -> bool {
        match self.0.get_mut(position) {
            Some(place) => {
                *place = byte;
                true
            }
            None => false,
        }
    }

    /// Returns the record length in bytes, terminator included, as stated at 0 to 4; `None` if those are not
    /// five digits.
    pub fn record_length(&self) -> Option<u32> {
        self.number(0, 5)
    }

    /// Returns the record status, position 5.
    pub const fn status(&self) -> u8 {
        self.0[5]
    }

    /// Returns the type of record, position 6.
    pub const fn record_type(&self) -> u8 {
        self.0[6]
    }

    /// Returns the bibliographic level, position 7.
    pub const fn level(&self) -> u8 {
        self.0[7]
    }

    /// Returns the type of control in MARC 21, the hierarchical level in UNIMARC, position 8.
    pub const fn control(&self) -> u8 {
        self.0[8]
    }

    /// Returns the character coding scheme of MARC 21, position 9: blank is MARC-8, `a` is UTF-8. Undefined
    /// in UNIMARC.
    pub const fn coding(&self) -> u8 {
        self.0[9]
    }

    /// Returns the number of indicators of a data field, position 10; `None` if it is not a digit.
    pub fn indicator_count(&self) -> Option<u8> {
        self.number(10, 1).and_then(|count| u8::try_from(count).ok())
    }

    /// Returns the length in bytes of delimiter and subfield code together, position 11; `None` if it is not
    /// a digit.
    pub fn identifier_length(&self) -> Option<u8> {
        self.number(11, 1).and_then(|length| u8::try_from(length).ok())
    }

    /// Returns the offset in bytes of the first field from the start of the record, positions 12 to 16;
    /// `None` if those are not five digits.
    pub fn base_address(&self) -> Option<u32> {
        self.number(12, 5)
    }

    /// Returns the encoding level, position 17.
    pub const fn encoding_level(&self) -> u8 {
        self.0[17]
    }

    /// Returns the descriptive cataloguing form, position 18.
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
    /// Returns `00000nam a2200000   4500`: a new monograph in UTF-8, lengths unknown.
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

    /// Accepts exactly 24 bytes.
    fn from_str(text: &str) -> Result<Leader, Error> {
        match text.as_bytes().try_into() {
            Ok(bytes) => Ok(Leader(bytes)),
            Err(_) => Err(Error::argument(format!("a leader has 24 bytes, this has {}", text.len()))),
        }
    }
}

/// The data that IRBIS and CDS/ISIS store about a record besides its fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub struct IsisHeader {
    /// Master file number, from 1; 0 if the record was not saved yet.
    pub mfn: u32,
    /// Status, a set of bits: 1 logically deleted, 2 physically deleted, 32 last version, 64 locked.
    pub status: u32,
    /// Version, from 1, incremented at each save; 0 where the format has none.
    pub version: u32,
    /// Offset in bytes of the version before this one in the master file; 0 if there is none.
    pub previous: u64,
}

impl IsisHeader {
    /// Creates a header with no previous version.
    pub const fn new(mfn: u32, status: u32, version: u32) -> IsisHeader {
        IsisHeader { mfn, status, version, previous: 0 }
    }

    /// Returns whether the status marks the record as deleted, logically or physically.
    pub const fn is_deleted(&self) -> bool {
        self.status & 3 != 0
    }
}

/// The data before the fields: the leader of ISO 2709, the header of IRBIS, both, or neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub struct Header {
    /// The leader, where the source has one.
    pub leader: Option<Leader>,
    /// Master file number, status and version, where the source has them.
    pub isis: Option<IsisHeader>,
    /// How the record lay in fields of CDS/ISIS, if it is MARC that was kept so.
    pub(crate) kept: Option<Kept>,
}

/// How a MARC record lay in the fields of a base of CDS/ISIS, so that it can be written so again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Kept {
    /// The tag that leader position 0 would have; `None` if no field keeps a leader.
    pub(super) first: Option<u32>,
    /// A bit for each position that a field keeps.
    pub(super) positions: u32,
    /// How many other fields stand before them.
    pub(super) before: u32,
    /// What stands for a blank in indicators; `None` if nothing.
    pub(super) blank: Option<u8>,
    /// Whether the record had others too, which come back as this one.
    pub(super) blanks_differ: bool,
    /// What stands for a blank in leader positions; `None` if nothing.
    pub(super) blank_position: Option<u8>,
    /// The leader of the record in ISO 2709, if that is where it was.
    pub(crate) exchange: Option<Leader>,
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
    fn a_leader_that_lost_blanks_is_filled_where_they_were() {
        for (text, expected, action) in [
            ("00512nas a2200157   4500", "00512nas a2200157   4500", None),
            ("     nas a22     1i 4500", "     nas a22     1i 4500", None),
            ("\n\t00512nas a2200157   4500\r\n", "00512nas a2200157   4500", Some("left out")),
            (" 00512nas a2200157   4500", "00512nas a2200157   4500", Some("left out")),
            ("nas a22     1i 4500", "     nas a22     1i 4500", Some("filled with blanks at its start")),
            ("\n  nas a22     1i 4500 ", "     nas a22     1i 4500", Some("filled with blanks at its start")),
            ("nam0 22     3  450", "     nam0 22     3  450 ", Some("filled with blanks on both sides")),
            ("00512nas a2200157", "00512nas a2200157       ", Some("filled with blanks")),
            ("00512nas a22", "00512nas a22            ", Some("filled with blanks")),
            ("00512nas a2200157 4500", "00512nas a2200157   4500", Some("filled with blanks inside")),
            ("nas a22 1i 4500", "     nas a22     1i 4500", Some("filled with blanks inside")),
            ("x", "x                       ", Some("filled with blanks")),
            ("", "                        ", Some("filled with blanks")),
            ("00512nas a2200157   4500 xx", "00512nas a2200157   4500", Some("cut")),
            ("00512nas a22\u{fffd}0157 ы 4500", "00512nas a22?0157 ? 4500", Some("read as question marks")),
        ] {
            let (leader, what) = Leader::fitted(text.as_bytes());
            assert_eq!(
                (leader.to_string().as_str(), what.map(|(_, action)| action)),
                (expected, action),
                "{text:?}"
            );
        }
    }

    #[test]
    fn positions_past_the_end() {
        let mut leader = Leader::default();
        assert!(leader.set(23, b' ') && !leader.set(24, b'x'));
        assert_eq!((leader.get(23), leader.get(24)), (Some(b' '), None));
        assert!("short".parse::<Leader>().is_err());
    }
}
