//! Records of lines that begin with a leader: where one ends, whatever is missing between them.

use memchr::{memchr, memchr_iter};

use super::numbered::Numbered;
use super::{Around, Cutter, Inside, Line};
use crate::bytes::Cut;
use crate::error::Result;
use crate::finding::Findings;
use crate::format::lines::{Begins, is_blank, lines};
use crate::io::Step;

/// How the lines of a format begin.
pub(in crate::format::text) struct LineShape {
    /// Whether text begins like a line of the format, beyond doubt.
    pub(in crate::format::text) begins: Begins,
    /// What a line is to the record, by the lines around it.
    pub(in crate::format::text) relation: fn(Around<'_>) -> Line,
    /// How fields begin whose tags begin with 00.
    pub(in crate::format::text) control: &'static str,
    /// Whether a leader begins inside a line.
    pub(in crate::format::text) ends_in_leader: fn(&[u8]) -> bool,
    /// Whether a line is a leader.
    pub(in crate::format::text) is_leader: fn(&[u8]) -> bool,
}

/// The most lines with a blank line after them that are no evidence.
const FEW: usize = 3;
/// The number of bytes that show it.
const HEAD: usize = 4096;

/// Finds records that end with a blank line, before the next leader, or before a second control number.
#[derive(Debug, Clone, Default)]
pub(in crate::format::text) struct LineRecords {
    cutter: Cutter,
    inside: Inside,
    numbered: Numbered,
    /// Whether the input has a blank line after each line.
    doubled: bool,
    /// Whether CR alone ends its lines.
    returns: bool,
}

/// Looks at the beginning of an input, all of it if `eof`: whether CR alone ends its lines, whatever begins after it.
///
/// # Errors
/// The number of bytes that are needed.
pub(in crate::format::text) fn has_returns(head: &[u8], eof: bool) -> std::result::Result<bool, usize> {
    if head.len() < HEAD && !eof {
        return Err(HEAD);
    }
    let head = head.get(..HEAD).unwrap_or(head);
    Ok(memchr(b'\n', head).is_none() && memchr_iter(b'\r', head).count() > FEW)
}

/// Returns what recognizes the beginning of a line: of any, if CR alone ends lines.
pub(in crate::format::text) fn beginning(returns: bool, begins: Begins) -> Begins {
    if returns { |_| true } else { begins }
}

impl LineRecords {
    /// Looks at the lines at the beginning of the input, all of it if `eof`: whether a blank line is after each of them.
    ///
    /// # Errors
    /// The number of bytes that are needed.
    pub(in crate::format::text) fn look(
        &mut self,
        head: &[u8],
        eof: bool,
        shape: &LineShape,
    ) -> std::result::Result<(), usize> {
        self.returns = has_returns(head, eof)?;
        let head = head.get(..HEAD).unwrap_or(head);
        let (mut single, mut other, mut blanks) = (0usize, 0usize, usize::MAX);
        for line in lines(head, self.begins(shape)) {
            if is_blank(line.text) {
                blanks = blanks.saturating_add(1);
                continue;
            }
            match blanks {
                0 => other += 1,
                1 => single += 1,
                _ => {}
            }
            blanks = 0;
        }
        self.doubled = single > FEW && other * 20 <= single;
        Ok(())
    }

    /// Returns what recognizes the beginning of a line.
    pub(in crate::format::text) fn begins(&self, shape: &LineShape) -> Begins {
        beginning(self.returns, shape.begins)
    }

    /// Returns whether the input has a blank line after each line.
    pub(in crate::format::text) fn is_doubled(&self) -> bool {
        self.doubled
    }

    /// Takes the next step of a framing. `leader_inside` returns the offset of a leader that begins inside a line of a
    /// record.
    pub(in crate::format::text) fn step(
        &mut self,
        (buf, eof): (&[u8], bool),
        findings: &mut Findings,
        shape: &LineShape,
        leader_inside: impl FnOnce(&[u8]) -> Option<usize>,
    ) -> Result<Step> {
        let len = match self.inside.known() {
            Some(len) => len,
            None => {
                let begins = self.begins(shape);
                let numbered = &mut self.numbered;
                let doubled = self.doubled;
                let relation = |around: Around<'_>| {
                    if doubled && around.blanks == 1 && is_blank(around.line) {
                        return if around.next.is_some() { Line::Inside } else { Line::Ask };
                    }
                    numbered
                        .line(around, shape.control, shape.ends_in_leader, shape.is_leader)
                        .unwrap_or_else(|| (shape.relation)(around))
                };
                let step = self.cutter.step(buf, eof, findings, begins, relation)?;
                if !matches!(step, Step::Need(_)) {
                    self.numbered.restart();
                }
                match step {
                    Step::Frame(len) => len,
                    other => return Ok(other),
                }
            }
        };
        let at = leader_inside(buf.cut(..len));
        Ok(self.inside.step(buf, len, at, findings))
    }

    /// Starts over, at another place of the input.
    pub(in crate::format::text) fn restart(&mut self) {
        *self = LineRecords { doubled: self.doubled, returns: self.returns, ..LineRecords::default() };
    }
}
