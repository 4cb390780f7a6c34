//! Evaluates paths: the fields, subfields and characters that they select, and their conditions.

mod codes;
mod condition;
mod fields;
mod found;
mod matches;

pub use self::found::Match;
pub(super) use self::found::Subject;
pub use self::matches::Matches;
