//! Records that begin inside a line of the one before, which was cut off there.

use super::UTF8_MARK;
use crate::bytes::Cut;
use crate::finding::Findings;
use crate::format::rules::RECORD_CUT;
use crate::io::Step;

/// Ends records inside a line. Remembers where the whole ends, so that each byte is looked at once however many records
/// begin in it.
#[derive(Debug, Clone, Default)]
pub(in crate::format) struct Inside {
    /// Number of the next bytes that are known to be lines up to the end of a record.
    rest: usize,
}

impl Inside {
    /// Returns the number of the next bytes whose end is known; `None` if it must be looked for.
    pub(in crate::format) fn known(&self) -> Option<usize> {
        (self.rest > 0).then_some(self.rest)
    }

    /// Returns the step for the `len` bytes up to the end of a record, in which another one begins at `at`.
    pub(in crate::format) fn step(
        &mut self,
        buf: &[u8],
        len: usize,
        at: Option<usize>,
        findings: &mut Findings,
    ) -> Step {
        let Some(at) = at.filter(|at| (1..len).contains(at)) else {
            self.rest = 0;
            return Step::Frame(len);
        };
        self.rest = len - at;
        let before = buf.cut(..at);
        // Files without a line end at their end, put together.
        if !before.ends_with(b"\x1A") && !before.ends_with(UTF8_MARK) {
            let message = "the record ends inside a line, in which the next one begins";
            findings.at(RECORD_CUT, (at, 0), message, "cut there");
        }
        Step::Frame(at)
    }

    /// Forgets what is known.
    pub(in crate::format) fn restart(&mut self) {
        self.rest = 0;
    }
}
