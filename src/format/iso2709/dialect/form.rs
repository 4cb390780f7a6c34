//! What a dialect says of itself.

use crate::finding::Findings;
use crate::format::iso2709::DELIMITER;
use crate::record::{Dialect, Leader, Slot, Syntax};

/// Finds fields without a directory, at most as many as the second argument says. Returns whether the record is
/// without damage.
type FindFields = fn(&[u8], usize, &mut Vec<Slot>, &mut Findings) -> bool;

/// A dialect of ISO 2709.
pub(in crate::format::iso2709) struct Form {
    /// The name by which callers ask for it.
    pub(super) dialect: Dialect,
    /// How field bodies are written.
    pub(in crate::format::iso2709) syntax: Syntax,
    /// Whether a field may be one value without subfields.
    pub(super) whole_values: bool,
    /// Whether a leader shows this dialect beyond doubt.
    pub(super) is_leader: fn(&Leader) -> bool,
    /// Whether a record is text in a form of its own: it has neither line ends to take out nor other terminators.
    pub(super) is_text: fn(&[u8]) -> bool,
    /// Returns the leader of a record.
    pub(in crate::format::iso2709) leader: fn(&[u8]) -> Leader,
    /// How fields are found; `None` if by a directory.
    pub(in crate::format::iso2709) fields: Option<FindFields>,
}

/// What most dialects have in common.
pub(super) const PLAIN: Form = Form {
    dialect: Dialect::Auto,
    syntax: Syntax::MARC,
    whole_values: false,
    is_leader: |_| false,
    is_text: |_| false,
    leader: |body| Leader::padded(body),
    fields: None,
};

impl Form {
    /// Whether fields are delimited by another byte than 1F.
    pub(super) fn is_other_syntax(&self) -> bool {
        self.syntax.delimiter != DELIMITER
    }
}
