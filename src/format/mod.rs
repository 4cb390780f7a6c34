//! The formats, one folder each, and the table of them.

pub mod aleph;
pub mod cisis_id;
mod detect;
pub mod irbis_server;
pub mod irbis_text;
pub mod isis;
pub mod iso2709;
#[cfg(feature = "json")]
pub mod json;
pub mod line;
mod lines;
#[cfg(feature = "xml")]
pub mod marcxchange;
#[cfg(feature = "xml")]
pub mod marcxml;
pub mod microlif;
pub mod mrk;
#[cfg(feature = "json")]
pub mod ndjson;
#[cfg(feature = "xml")]
pub mod oai_marc;
mod open;
mod registry;
mod sniff;
#[cfg(feature = "csv")]
pub mod table;
#[cfg(feature = "xml")]
pub mod turbomarc;

pub use self::detect::{Confidence, Detection, detect};
pub use self::open::{Peek, open, open_with, reader, writer};
pub use self::registry::{FORMATS, Format, FormatInfo};
