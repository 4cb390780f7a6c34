//! Why a character set was chosen.

use std::fmt;

use super::detect::MarkEvidence;
use super::judge::TextEvidence;
use super::set::Charset;

/// Why a character set was chosen.
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
    /// The record contains multi-byte sequences, and all of it is valid UTF-8.
    ValidUtf8,
    /// The record names it: leader/09 of MARC 21, field 100 of UNIMARC and RUSMARC.
    Declared,
    /// The document names this set, in the declaration of XML; its text was decoded.
    Document(Charset),
    /// By how probable the bytes are as text, under each candidate.
    Text(TextEvidence),
    /// By marks before letters and escape sequences, for MARC-8 or against it.
    Marks(MarkEvidence),
    /// The format allows no other, or there is no evidence for another.
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
            Reason::Document(_) => f.write_str("declared in the document"),
            Reason::Text(evidence) => evidence.fmt(f),
            Reason::Marks(evidence) => evidence.fmt(f),
            Reason::Format => f.write_str("default of the format"),
        }
    }
}
