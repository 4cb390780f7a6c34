//! Why a character set was taken.

use std::fmt;

use super::{LetterGuess, MarkEvidence};

/// Why a character set was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Reason {
    /// All bytes are ASCII, which is the same in all sets.
    #[default]
    Ascii,
    /// The caller named it.
    Caller,
    /// The input begins with a byte order mark.
    ByteOrderMark,
    /// The record holds multi-byte sequences, and all of it is valid UTF-8.
    ValidUtf8,
    /// The record names it: leader/09 of MARC 21, field 100 of UNIMARC and RUSMARC.
    Declared,
    /// By the frequency of Cyrillic and Greek letters under each candidate.
    Letters(LetterGuess),
    /// By Latin words: in this set most letters with accents stand where letters can stand. See [`guess_latin`](super::guess_latin).
    LatinWords,
    /// By marks before letters and escape sequences, for MARC-8 or against it.
    Marks(MarkEvidence),
    /// The format has no other, or nothing speaks for another.
    Format,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Ascii => f.write_str("all bytes are ASCII"),
            Reason::Caller => f.write_str("named by the caller"),
            Reason::ByteOrderMark => f.write_str("byte order mark"),
            Reason::ValidUtf8 => f.write_str("valid UTF-8 with multi-byte characters"),
            Reason::Declared => f.write_str("declared in the record"),
            Reason::Letters(guess) => guess.fmt(f),
            Reason::LatinWords => f.write_str("its letters with accents make words"),
            Reason::Marks(evidence) => evidence.fmt(f),
            Reason::Format => f.write_str("default of the format"),
        }
    }
}
