//! Records as the IRBIS64 server sends and takes them: what dumps and logs of its protocol hold.
//!
//! Several forms are in use, and all are read:
//!
//! | form | layout |
//! |---|---|
//! | request to write, and dumps | one line: `MFN#STATUS`, `0#VERSION`, `TAG#VALUE`..., each ended by the bytes 1F 1E |
//! | "all fields" (`&uf('+0')`) | one line: the number again, then the same, each ended by 1F; a piece that begins with `&&&&&` is a description |
//! | answer to a read | a line each, up to a line with `#` only; then a return code and formatted text |
//! | answer to a write | `MFN#STATUS` on a line, the rest on the next, each ended by 1E |
//! | result of a global correction | `0`, then the fields, each ended by 1E: without a number |
//!
//! Text is UTF-8. The value is the field as it lies in the base, with `^` before each code; it begins behind the first
//! `#`, and may hold others. A record that was read without damage and not changed is written back byte for byte;
//! others are written in the first form.
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
mod writer;

pub use self::frame::IrbisServer;
pub(super) use self::frame::begins_record;
pub use self::writer::Layout;
use crate::io::{self, Slice, Stream};

/// Reads records of the server from a source of bytes.
pub type Reader<R> = Stream<R, IrbisServer>;
/// Reads records of the server from bytes in memory.
pub type SliceReader<'a> = Slice<'a, IrbisServer>;
/// Writes records as the server takes them. What it makes of records is told at [`Layout`].
pub type Writer<W> = io::Writer<W, Layout>;

/// Ends a piece, together or alone.
const UNIT: u8 = 0x1F;
const RECORD: u8 = 0x1E;
