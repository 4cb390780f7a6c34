//! The verdict of a format about the first bytes of an input.

use std::fmt;
use std::path::Path;

/// How certain a detection is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Confidence {
    /// There is no content, and so no evidence.
    Guess,
    /// There is evidence for the format, and some against it.
    Possible,
    /// The content looks like it.
    Likely,
    /// The content can hardly be in another format.
    Certain,
}

impl Confidence {
    /// Returns the lower-case name: `guess`, `possible`, `likely` or `certain`.
    pub const fn name(self) -> &'static str {
        match self {
            Confidence::Guess => "guess",
            Confidence::Possible => "possible",
            Confidence::Likely => "likely",
            Confidence::Certain => "certain",
        }
    }
}

impl fmt::Display for Confidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The beginning of an input, as shown to the formats.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sample<'a> {
    /// The first bytes of the input; those of UTF-16 as UTF-8.
    pub(crate) bytes: &'a [u8],
    /// The same, after byte order mark, blanks, line ends, NUL and 1A.
    pub(crate) content: &'a [u8],
    /// The name of the file, if it has one.
    pub(crate) path: Option<&'a Path>,
}

/// How certain a format is about an input, and by what evidence; or why the input is not in the format.
pub(crate) type Verdict = Result<(Confidence, String), Miss>;

/// Examines the beginning of an input.
pub(crate) type Sniffer = fn(&Sample<'_>) -> Verdict;

/// Why a sample is not in a format.
#[derive(Debug)]
pub(crate) struct Miss {
    /// 0 if there is no evidence for the format at all.
    pub(crate) nearness: u8,
    pub(crate) why: String,
}

pub(crate) fn miss(nearness: u8, why: impl Into<String>) -> Verdict {
    Err(Miss { nearness, why: why.into() })
}
