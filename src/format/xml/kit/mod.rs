//! What the XML formats share: records from documents, names, escapes.

mod collection;
mod document;
mod element;
mod elements;
mod escape;
mod namespaces;
mod notes;
mod packed;
mod parse;
mod plain;
mod repair;
mod vocabulary;
mod walk;

pub(super) use self::collection::{Collection, refuse_unimarc};
pub use self::document::Marcxml;
pub(super) use self::elements::{Elements, bare, bare_name, joined};
pub(super) use self::escape::{Escape, is_plain, whole};
pub(super) use self::vocabulary::{NAMESPACE, record_type};
