//! MARC-in-JSON: as one array, and as lines.

#[cfg(feature = "json")]
pub mod array;
pub(crate) mod formats;
#[cfg(feature = "serde")]
mod impls;
#[cfg(feature = "json")]
mod kit;
#[cfg(feature = "json")]
pub mod lines;
#[cfg(feature = "json")]
pub(crate) mod object;
pub(crate) mod rules;
mod sniff;
