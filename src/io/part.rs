//! One of several equal parts of an input.

use std::fmt;
use std::num::NonZeroU32;
use std::ops::{Range, RangeInclusive};
use std::str::FromStr;

/// How far before a part its reader looks for an anchor, in bytes. Records of ISO 2709 have up to 99,999.
const LOOK_BACK: u64 = 1024 * 1024;

/// One of several equal parts of an input: by bytes, or of a master file by record numbers (MFN).
///
/// All parts together have the records and findings of the whole input, none twice. The character set is decided by the
/// beginning of the input in each part. Numbers of records and lines are not known in a part
/// ([`Position::UNNUMBERED`](crate::Position::UNNUMBERED)) unless they are [counted](Part::counted): what identifies a
/// record in the parts and in the whole is its offset, or its MFN. Of garbage that one part ends in and whose record is in
/// the next, the former hands the bytes over, and the latter reports the finding.
///
/// # Cost
/// Beside its own bytes a part reads at most a mebibyte before it, twice: to look for a record that begins whatever was
/// before, and to read on from there. It reads 16 MiB where there is none, and the first 8 MiB of the file if the character set is to be found out. A part reads all
/// before it only where no record is in 16 MiB, in UTF-16, and where numbers are [counted](Part::counted). Of a master file
/// only its own records are read.
///
/// # Example
/// ```
/// use kartoteka::{Part, ReadOptions, open_with};
///
/// let mut offsets = Vec::new();
/// for number in 1..=3 {
///     let options = ReadOptions::new().part(Part::new(number, 3));
///     for record in open_with("fixtures/iso2709/marc21.mrc", None, &options)? {
///         offsets.push(record?.position().byte);
///     }
/// }
/// assert!(offsets.len() == 8 && offsets.is_sorted());
/// assert_eq!("2/7".parse(), Part::new(2, 7).ok_or("wrong"));
/// # Ok::<(), kartoteka::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    number: NonZeroU32,
    of: NonZeroU32,
    pub(crate) counted: bool,
    pub(crate) look_back: u64,
}

impl Part {
    /// Returns the part with this number, from 1, of `of` parts. `None` if there is no such part.
    pub fn new(number: u32, of: u32) -> Option<Part> {
        let (number, of) = (NonZeroU32::new(number)?, NonZeroU32::new(of)?);
        (number <= of).then_some(Part { number, of, counted: false, look_back: LOOK_BACK })
    }

    /// Sets whether records and lines before the part are counted, so that numbers are known. All bytes before the part
    /// are examined for that. Default: false. Records of master files are never counted.
    #[must_use]
    pub fn counted(mut self, yes: bool) -> Part {
        self.counted = yes;
        self
    }

    /// Sets how many bytes before a part are examined, for tests of the anchors.
    #[cfg(feature = "testing")]
    #[must_use]
    pub fn look_back(mut self, bytes: u64) -> Part {
        self.look_back = bytes.max(1);
        self
    }

    /// Returns the number of the part, from 1.
    pub fn number(&self) -> u32 {
        self.number.get()
    }

    /// Returns how many parts there are.
    pub fn of(&self) -> u32 {
        self.of.get()
    }

    /// Returns the offsets at which the records of this part begin, in an input of `len` bytes.
    ///
    /// # Example
    /// ```
    /// use kartoteka::Part;
    ///
    /// let bytes: Vec<_> = (1..=3).filter_map(|number| Some(Part::new(number, 3)?.bytes(100))).collect();
    /// assert_eq!(bytes, [0..33, 33..66, 66..u64::MAX]);
    /// ```
    pub fn bytes(&self, len: u64) -> Range<u64> {
        let (start, end) = self.share(len);
        start..if self.number == self.of { u64::MAX } else { end }
    }

    /// Returns the numbers of the records of this part, in a master file whose greatest number is `last`. Empty if there
    /// are fewer records than parts.
    pub fn mfns(&self, last: u32) -> RangeInclusive<u32> {
        let narrow = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        let (start, end) = self.share(u64::from(last));
        let end = if self.number == self.of { u32::MAX } else { narrow(end) };
        narrow(start).saturating_add(1)..=end
    }

    /// The part of `0..len` that is this one's.
    fn share(&self, len: u64) -> (u64, u64) {
        let cut = |number: u32| {
            let at = u128::from(len) * u128::from(number) / u128::from(self.of.get());
            u64::try_from(at).unwrap_or(len)
        };
        (cut(self.number.get() - 1), cut(self.number.get()))
    }
}

impl fmt::Display for Part {
    /// Writes `2/7`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

impl FromStr for Part {
    type Err = &'static str;

    /// Reads `2/7`.
    fn from_str(text: &str) -> std::result::Result<Part, &'static str> {
        let part = text
            .split_once('/')
            .and_then(|(number, of)| Part::new(number.trim().parse().ok()?, of.trim().parse().ok()?));
        part.ok_or("a part is K/N, such as 1/4: K is from 1 to N")
    }
}
