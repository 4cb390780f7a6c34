//! The XML formats. One reader finds the records of all of them.

#[cfg(feature = "xml")]
pub mod dublin_core;
pub(crate) mod formats;
#[cfg(feature = "xml")]
mod kit;
#[cfg(feature = "xml")]
pub mod marcxchange;
#[cfg(feature = "xml")]
pub mod marcxml;
#[cfg(feature = "xml")]
pub mod mods;
#[cfg(feature = "xml")]
pub mod oai_marc;
pub(crate) mod rules;
mod sniff;
#[cfg(feature = "xml")]
pub mod turbomarc;
