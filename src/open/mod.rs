//! The list of formats; readers and writers of any format.

mod any;
mod detect;
mod foreign;
mod source;
mod split;
mod table;
mod verbatim;

pub use self::any::{AnyReader, AnyRecords, AnyWriter, ReadRecord};
pub use self::detect::{Detection, detect};
pub use self::source::{Peek, open, open_with, reader, writer};
pub use self::split::split_points;
pub use self::table::FORMATS;
pub(crate) use self::table::KNOWN;
pub use self::verbatim::Verbatim;
