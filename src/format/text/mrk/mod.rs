//! MARCMaker text, as MarcEdit writes it: a line per field, with mnemonics for characters that a line cannot
//! contain.
//!
//! ```text
//! =LDR  00000nam a2200000   4500
//! =001  kart0001
//! =245  10$aDivan /$cFüzuli.
//! =020  \\$c{dollar}5
//! ```
//!
//! A backslash is a blank in the leader, in control fields and in indicators; elsewhere it is itself. `$`
//! begins a subfield. A name in braces is a character: `{dollar}`, `{lcub}`, `{eacute}`, or a byte in two
//! hexadecimal digits. In `.mrk` files the records are in MARC-8 and every mnemonic means its bytes there, a
//! mark before its letter; in `.mrk8` files they are in UTF-8 and a mnemonic means its character, a mark
//! after its letter. Leader/09 and the bytes of each record decide which of these it is. Length and base
//! address in the leader are kept, and have no meaning.
//!
//! # Spec
//! No standard; the MARCMaker and MARCBreaker documentation of the Library of Congress, and the files.
//!
//! # Deviations
//! A name that is no mnemonic is kept unchanged, with a finding. A line that does not begin like a field
//! continues the one before. `#` is a blank in indicators. `{ecirc}` and similar are read, but letters and
//! marks are written separately.
//!
//! # Example
//! ```
//! use kartoteka::{ReadOptions, RecordRead, mrk};
//!
//! let text = "=LDR  00000nam a2200000   4500\n=245  10$aPriz{eacute} :$bcosts {dollar}5\n";
//! let mut reader = mrk::SliceReader::new(text.as_bytes(), &ReadOptions::new());
//! let record = reader.records().next().unwrap()?;
//! let field = record.field("245").unwrap();
//! assert_eq!(field.subfield('a').unwrap().to_str()?, "Prize\u{301} :");
//! assert_eq!(field.subfield('b').unwrap().to_str()?, "costs $5");
//! # Ok::<(), kartoteka::Error>(())
//! ```

mod frame;
mod mnemonics;
pub(crate) mod rules;
mod sniff;
mod writer;

pub use self::frame::Mrk;
pub use self::writer::Rendering;
use crate::format::descriptor::{Descriptor, framed, rendered};
use crate::io::{self, Slice, Stream};

/// Reads MARCMaker text from a source of bytes.
pub type Reader<R> = Stream<R, Mrk>;
/// Reads MARCMaker text from bytes in memory.
pub type SliceReader<'a> = Slice<'a, Mrk>;
/// Writes MARCMaker text. See [`Rendering`].
pub type Writer<W> = io::Writer<W, Rendering>;

/// The descriptor of this format.
pub(crate) const FORMAT: &Descriptor = &Descriptor {
    name: "mrk",
    extensions: &["mrk", "mrk8"],
    description: "MARCMaker text",
    sniff: Some(sniff::sniff),
    reader: framed::<Mrk>(),
    rules: rules::ALL,
    writer: Some(rendered::<Rendering>),
    ..Descriptor::BASE
};
