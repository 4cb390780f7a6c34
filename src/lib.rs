//! Bibliographic records, read and written without loss.
#![forbid(unsafe_code)]

pub mod charset;
mod diagnostic;
mod error;
mod format;
mod io;
mod limits;
mod position;
mod record;
mod tag;
#[cfg(feature = "testing")]
pub mod testing;

pub use crate::charset::{Charset, Policy};
pub use crate::diagnostic::{Code, Diagnostic, Findings, Report, Severity};
pub use crate::error::{DecodeError, Error, ErrorKind, Result};
pub use crate::format::*;
pub use crate::io::{
    Event, Frame, Framing, IllegalCharacters, Push, Pushed, ReadOptions, RecordRead, RecordWrite, Records,
    Recovery, Slice, Step, Stream, Summary, WideTags, WriteOptions, copy, copy_with,
};
pub use crate::limits::Limits;
pub use crate::position::{Location, Position};
pub use crate::record::{
    Builder, Dialect, Embedded, FieldBuf, FieldKind, FieldRef, FieldWriter, Header, IsisHeader, Leader,
    Record, RecordRef, SubfieldRef, Subfields, Syntax, Text,
};
pub use crate::tag::{ParseTagError, Tag, TagPattern};
