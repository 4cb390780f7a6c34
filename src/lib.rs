//! Bibliographic records, read and written without loss.
#![forbid(unsafe_code)]

pub mod charset;
mod diagnostic;
mod error;
mod limits;
mod position;
mod record;
mod tag;

pub use crate::charset::{Charset, Policy};
pub use crate::diagnostic::{Code, Diagnostic, Findings, Report, Severity};
pub use crate::error::{DecodeError, Error, ErrorKind, Result};
pub use crate::limits::Limits;
pub use crate::position::{Location, Position};
pub use crate::record::*;
pub use crate::tag::{ParseTagError, Tag, TagPattern};
