//! Character sets: bytes to text and back. Knows nothing of records.
//!
//! Catalogues come in a dozen encodings, so bytes stay bytes until text is requested: [`Charset::decode`] and
//! [`Charset::encode_into`] fail with the offset of the first fault, [`Charset::decode_lossy`] never fails
//! and counts faults.
//!
//! - MARC-8, ISO 5426 and related sets, ISO 6937: by our own tables. Marks precede their letter, escape
//!   sequences switch sets, and each subfield starts with the initial sets. [`Charset::examine`] reports the
//!   faults in such bytes.
//! - The sets of the WHATWG Encoding Standard: by encoding_rs.
//! - The code pages of DOS, KZ-1048 and PTCP154, danMARC, UTF-16: implemented here.
//!
//! In all of them, except UTF-16 and UNIMARC sets without ASCII, bytes below 0x80 begin as ASCII, which makes
//! it possible to split records before decoding them. Big5, GBK, GB 18030 and Shift_JIS have ASCII bytes, `^`
//! among them, as trailing bytes of characters: harmless in ISO 2709, whose delimiters are control
//! characters, but not in IRBIS.
//!
//! # Example
//! ```
//! use kartoteka::Charset;
//!
//! let title = Charset::Windows1251.decode(b"\xC2\xEE\xE9\xED\xE0")?;
//! assert_eq!(title, "Война");
//! assert_eq!(Charset::from_name("cp866"), Some(Charset::Ibm866));
//! # Ok::<(), kartoteka::DecodeError>(())
//! ```

mod codepage;
mod danmarc;
mod decode;
mod detect;
mod encode;
mod examine;
mod iso2022;
mod judge;
mod mojibake;
mod names;
mod nonsorting;
mod normalization;
mod patched;
mod reason;
mod set;
mod tables;
mod utf16;
mod whatwg;

pub use self::detect::{MarkEvidence, is_mostly_utf8, weigh_marks};
pub(crate) use self::detect::{find_utf8, has_known_escape, is_mostly_valid};
pub use self::iso2022::{Fault, FaultKind};
pub use self::judge::{Candidate, Judgement, Sample, TextEvidence, candidates, languages};
pub(crate) use self::judge::{
    divides, fit_in, is_utf8_word, is_written_in, likelier, odd_words, pair, value_at, values, word_at,
};
pub use self::mojibake::undo_second_encoding;
pub(crate) use self::mojibake::{is_from_dos, read_as_dos};
pub use self::names::ParseCharsetError;
pub(crate) use self::nonsorting::has_nonsorting;
pub use self::normalization::Normalization;
pub(crate) use self::patched::is_patch;
pub use self::reason::Reason;
pub use self::set::{Charset, Policy};
pub use crate::error::DecodeError;
