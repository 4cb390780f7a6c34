//! Records that nothing separates: where a control number comes again.

use super::{Around, Line};

/// Finds the control number of the next record among the lines of one that has its own.
#[derive(Debug, Clone, Default)]
pub(in crate::format::text) struct Numbered {
    /// Whether the record has a control number.
    has: bool,
}

impl Numbered {
    /// Returns what a line is if it has the number of a record that has one already: the first line of another record if a
    /// leader, a control field, or a heading or title is after it. Some records have two numbers, the other among numbers
    /// and notes. `start` is how fields begin whose tags begin with 00, `ends_in_leader` tells lines in which the leader of
    /// another record begins, and `is_leader` those that are one. Every line of the record after the first must be given,
    /// in order.
    pub(in crate::format::text) fn line(
        &mut self,
        around: Around<'_>,
        start: &str,
        ends_in_leader: fn(&[u8]) -> bool,
        is_leader: fn(&[u8]) -> bool,
    ) -> Option<Line> {
        let is = |line: &[u8], digit: &[u8]| {
            line.strip_prefix(start.as_bytes()).is_some_and(|rest| rest.starts_with(digit))
        };
        if !is(around.line, b"1") {
            return None;
        }
        // A leader of 100 to 199 bytes begins as control numbers do.
        let is_first = is(around.first, b"1") && !is_leader(around.first);
        let has = std::mem::replace(&mut self.has, true) || is_first;
        if !has || is(around.last, b"") || ends_in_leader(around.last) {
            return None;
        }
        let Some(next) = around.next else { return Some(Line::Ask) };
        let tag = next.strip_prefix(start.trim_end_matches('0').as_bytes());
        let is_low =
            matches!(tag, Some([b'0', b'0', b'0'..=b'9', ..] | [b'1' | b'2', b'0'..=b'9', b'0'..=b'9', ..]));
        (is_low || is_leader(next)).then_some(Line::Begins)
    }

    /// Starts over for the next record.
    pub(in crate::format::text) fn restart(&mut self) {
        self.has = false;
    }
}
