//! Catalogue displays: records as catalogues show them to people, who then paste them into mails. Read, not
//! written.
//!
//! ```text
//! LEADER 00000nam  2200000 a 4500
//! 001    kart0001
//! 245 10 Divan /|cFüzuli ;
//!        edited by others.
//! ```
//!
//! No two catalogues show the same, but each shows all records in one way. The way is found in each record
//! by votes of its lines:
//!
//! | part | forms |
//! |---|---|
//! | leader | `LEADER`, `LDR`, tag 000, or a line of its own; may be missing |
//! | indicators | `245 10`, `245 1 0`, `24510`, cells between tabs; a blank may be `_`, `#`, `\` or `^` |
//! | mark of subfields | `$`, `$$`, `\|`, `‡`, `ǂ`, `†`, `¦`, `▼`, `§`, `␟`, `_` or 1F |
//! | spacing | `\|aDivan`, `\|a Divan`, `\| a Divan`; a cell each for code and value |
//! | first subfield | code shown; or nothing, which is `a` |
//! | long fields | indented lines, each more text or another subfield |
//!
//! # Spec
//! None. The displays of Sierra and Millennium, Voyager, Aleph, Alma and Primo, Koha, Evergreen, VuFind,
//! Blacklight, the Library of Congress and OCLC; `as_formatted` of the Perl module MARC::Record.
//!
//! # Deviations
//! A display does not show everything. What is assumed instead is a finding, at its first place in the
//! record. Text before and after the record, and lines quoted with `>`, are what a mail adds: the text is a
//! finding, and left out. The forms of Alma and of the National Library of Finland that
//! [`line`](mod@crate::line) reads are detected as that. Displays with names instead of tags and codes, such
//! as the view of Koha for readers, cannot be read.
//!
//! # Example
//! ```
//! use kartoteka::{ReadOptions, RecordRead, display};
//!
//! let text = "LEADER 00000nam  2200000 a 4500\n245 10 Divan /|cFüzuli ;\n       edited by others.\n";
//! let mut reader = display::SliceReader::new(text.as_bytes(), &ReadOptions::new());
//! let record = reader.records().next().unwrap()?;
//! let field = record.field("245").unwrap();
//! assert_eq!(field.subfield('a').unwrap().to_str()?, "Divan /");
//! assert_eq!(field.subfield('c').unwrap().to_str()?, "Füzuli ; edited by others.");
//! # Ok::<(), kartoteka::Error>(())
//! ```

mod body;
mod frame;
mod layout;
mod leader;
mod line;
pub mod rules;
mod sniff;
#[cfg(test)]
mod tests;

pub use self::frame::Display;
use crate::format::descriptor::{Can, Descriptor, framed};
use crate::io::{Slice, Stream};

/// Reads catalogue displays from a source of bytes.
pub type Reader<R> = Stream<R, Display>;
/// Reads catalogue displays from bytes in memory.
pub type SliceReader<'a> = Slice<'a, Display>;

/// The descriptor of this format.
pub(crate) const FORMAT: &Descriptor = &Descriptor {
    name: "display",
    description: "displays of catalogues, as in mails",
    can: &[Can::Read],
    sniff: Some(sniff::sniff),
    reader: framed::<Display>(),
    rules: rules::ALL,
    ..Descriptor::BASE
};
