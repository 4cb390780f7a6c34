//! The faults in bytes of MARC-8 and its family.

use std::fmt;

/// A fault in bytes of MARC-8 or its family. See [`Charset::examine`](crate::Charset::examine).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fault {
    /// The kind of fault.
    pub kind: FaultKind,
    /// Offset in the bytes, 0-based.
    pub offset: usize,
    /// Length in bytes.
    pub len: usize,
}

/// The kinds of [`Fault`]s.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FaultKind {
    /// An escape sequence that names no set. It is skipped.
    UnknownSet,
    /// An escape byte without a valid sequence.
    IncompleteEscape,
    /// A byte that is undefined in the current set.
    UndefinedCode,
    /// A combining mark with no base letter after it; kept in place.
    DanglingMark,
    /// The second half of a mark over two letters, without the first; left out.
    OrphanSecondHalf,
    /// One or two bytes of a three-byte character.
    TruncatedEacc,
    /// Three bytes that are no character.
    UndefinedEacc,
    /// Bytes that are no three-byte characters where such are expected. They are read as ASCII up to the next
    /// escape, because an escape must be missing before them.
    LostReturn,
    /// The sets at the end of a value differ from those at its start.
    NotReset,
    /// A control character. It is kept.
    Control,
    /// An escape or code that is in no specification but has a known meaning.
    Nonstandard,
    /// A numeric reference, such as `&#x0259;`. It is decoded.
    Reference,
}

impl FaultKind {
    /// Returns whether something could not be decoded. If not, nothing is lost.
    pub const fn is_error(self) -> bool {
        use FaultKind::{
            IncompleteEscape, LostReturn, TruncatedEacc, UndefinedCode, UndefinedEacc, UnknownSet,
        };
        matches!(
            self,
            UnknownSet | IncompleteEscape | UndefinedCode | TruncatedEacc | UndefinedEacc | LostReturn
        )
    }
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            FaultKind::UnknownSet => "an escape that names no set",
            FaultKind::IncompleteEscape => "an escape that is no sequence",
            FaultKind::UndefinedCode => "a byte that is no character",
            FaultKind::DanglingMark => "a mark without a letter after it",
            FaultKind::OrphanSecondHalf => "a second half of a mark without the first",
            FaultKind::TruncatedEacc => "part of a three-byte character",
            FaultKind::UndefinedEacc => "three bytes that are no character",
            FaultKind::LostReturn => "no three-byte characters where they are expected",
            FaultKind::NotReset => "the value ends in another set than it began with",
            FaultKind::Control => "a control character",
            FaultKind::Nonstandard => "a sequence that is not in the specification",
            FaultKind::Reference => "a numeric reference",
        })
    }
}
