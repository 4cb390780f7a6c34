//! The outcome of looking for the fields of a record, whichever way they were found.

use crate::record::{Leader, Syntax};

/// What is known of a record once its fields are found.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parsed {
    pub(super) leader: Leader,
    pub(super) syntax: Syntax,
    /// Whether the data of the fields are in another order than their entries.
    pub(super) unordered: bool,
    /// Whether the fields need a closer look: some are not as they should be, or nobody knows.
    pub(super) odd: bool,
    /// Whether there may be an escape character.
    pub(super) escapes: bool,
    /// Whether writing the record anew would give the same bytes.
    pub(super) intact: bool,
}
