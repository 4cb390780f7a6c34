//! One record on its way through a map.

use super::Converter;
use super::condition::{self, Facts};
use super::fixed::is_book;
use super::source::{End, HEAD, Source};
use super::target::Target;
use crate::record::RecordRef;

/// A rule that takes a value, in the order in which they run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Event {
    pub(crate) group: u32,
    pub(crate) number: u32,
    pub(crate) run: u32,
    pub(crate) field: u32,
    pub(crate) block: u32,
    /// Index of the value; `u32::MAX` for a constant.
    pub(crate) value: u32,
    pub(crate) line: u32,
}

/// One record on its way.
pub(crate) struct Run<'c, 'r> {
    pub(crate) converter: &'c Converter<'c>,
    pub(crate) source: Source<'r>,
    pub(crate) facts: Facts,
    pub(crate) targets: Vec<Target>,
    /// The values of which a rule could make nothing, with the rule.
    pub(crate) odd: Vec<(usize, u32)>,
}

impl<'c, 'r> Run<'c, 'r> {
    pub(crate) fn new(converter: &'c Converter<'c>, record: RecordRef<'r>) -> Run<'c, 'r> {
        let source = Source::new(record);
        let sheet = condition::sheet(&source);
        let own = source.text(903, HEAD).map(ToOwned::to_owned);
        let profiles =
            converter.option("profile").map(|list| list.split(' ').map(ToOwned::to_owned).collect());
        let mut facts = Facts { sheet, book: false, own, profiles: profiles.unwrap_or_default() };
        facts.book = is_book(&source, &facts);
        Run { converter, source, facts, targets: Vec::new(), odd: Vec::new() }
    }

    /// Marks how a value ended, unless it ended in something that weighs more.
    pub(crate) fn end(&mut self, index: usize, end: End, line: u32) {
        if let Some(value) = self.source.values.get_mut(index) {
            if value.end < end && value.end != End::Empty {
                value.end = end;
                value.rule = line;
            }
        }
    }
}
