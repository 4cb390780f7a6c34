//! Reads a base: records in the order of their numbers, or any by its number.
//!
//! The cross reference states which copy of a record is current, and may be wrong: `locate` checks every slot
//! against the record that it refers to, and walks the master file where they disagree.

mod census;
mod locate;
mod open;
mod read;
mod versions;

pub use self::census::Census;
pub use self::open::{Reader, SliceReader};
