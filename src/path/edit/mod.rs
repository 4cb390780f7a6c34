//! Edits of records by path: set, replace, delete, keep, substitute.
//!
//! An edit first finds and checks all its changes, then applies them at once: if it fails, the record is
//! unchanged.

mod checks;
mod delete;
mod keep;
mod leader;
mod replace;
mod set;
mod splices;
#[cfg(feature = "regex")]
mod substitution;

#[cfg(feature = "regex")]
pub use self::substitution::Substitution;
