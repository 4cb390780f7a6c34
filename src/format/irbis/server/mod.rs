//! Records as the IRBIS64 server sends and receives them: dumps and logs of its protocol.
//!
//! They are UTF-8. What is not is read by its letters, with a finding; it is written as UTF-8, except that a record which
//! nothing changes is copied as it was.
//!
//! # Spec
//! No standard; the description of the server in the help of IRBIS64, and the dumps.
//!
//! # Example
//! ```
//! use kartoteka::{ReadOptions, RecordRead, irbis_server};
//!
//! let dump = "7#32\x1F\x1E0#2\x1F\x1E920#PAZK\x1F\x1E200#^AХамса\x1F\x1E\r\n";
//! let mut reader = irbis_server::SliceReader::new(dump.as_bytes(), &ReadOptions::new());
//! let record = reader.records().next().unwrap()?;
//! let isis = record.header().isis.unwrap();
//! assert_eq!((isis.mfn, isis.status, isis.version), (7, 32, 2));
//! assert_eq!(record.field(200).unwrap().subfield('a').unwrap().to_str()?, "Хамса");
//! # Ok::<(), kartoteka::Error>(())
//! ```

mod frame;
mod line;
mod sniff;
mod writer;

pub use self::frame::IrbisServer;
pub(super) use self::frame::begins_record;
pub use self::writer::Rendering;
use crate::format::descriptor::{Descriptor, framed, rendered};
use crate::io::{self, Slice, Stream};

/// Reads records of the server from a source of bytes.
pub type Reader<R> = Stream<R, IrbisServer>;
/// Reads records of the server from bytes in memory.
pub type SliceReader<'a> = Slice<'a, IrbisServer>;
/// Writes records as the server receives them. See [`Rendering`].
pub type Writer<W> = io::Writer<W, Rendering>;

/// Ends a piece, together or alone.
const UNIT: u8 = 0x1F;
const RECORD: u8 = 0x1E;

/// The descriptor of this format.
pub(crate) const FORMAT: &Descriptor = &Descriptor {
    name: "irbis-server",
    description: "IRBIS server protocol and ALL dumps",
    sniff: Some(sniff::sniff),
    reader: framed::<IrbisServer>(),
    writer: Some(rendered::<Rendering>),
    ..Descriptor::BASE
};
