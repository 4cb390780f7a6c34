//! Where records of whole lines end.

use super::refuse_other_encodings;
use crate::bytes::Cut;
use crate::error::Result;
use crate::finding::Findings;
use crate::format::lines::{Begins, UTF8_MARK, is_blank, line_end, marks_before, marks_len, name};
use crate::format::rules::BYTE_ORDER_MARK;
use crate::format::wide_mark::wide_mark;
use crate::io::Step;

/// The relation of a line to the current record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::format::text) enum Line {
    /// Part of it.
    Inside,
    /// The first line of the next.
    Begins,
    /// The last line of it.
    Ends,
    /// The line after it decides.
    Ask,
}

/// A line among those around it, all without marks and line ends.
#[derive(Debug, Clone, Copy)]
pub(in crate::format::text) struct Around<'a> {
    /// The first two lines of the record; the second is empty until there is one.
    pub(in crate::format::text) first: &'a [u8],
    pub(in crate::format::text) second: &'a [u8],
    /// The last line before this one that is not blank.
    pub(in crate::format::text) last: &'a [u8],
    pub(in crate::format::text) line: &'a [u8],
    /// Number of blank lines from this line to the next; known after [`Line::Ask`].
    pub(in crate::format::text) blanks: usize,
    /// The next line that is not blank, after [`Line::Ask`]; empty at the end of the input.
    pub(in crate::format::text) next: Option<&'a [u8]>,
}

type Span = (usize, usize);

/// Finds the ends of records that consist of whole lines.
#[derive(Debug, Clone, Default)]
pub(in crate::format::text) struct Cutter {
    /// Start of the first unexamined line.
    line: usize,
    /// Number of bytes already searched for the end of that line, or of the line asked for.
    searched: usize,
    /// The line that asks for the next one, with its end, and the start of that.
    asking: Option<(Span, usize, usize)>,
    /// Number of blank lines after that line.
    blanks: usize,
    first: Option<Span>,
    second: Option<Span>,
    last: Span,
}

fn part(buf: &[u8], (start, end): Span) -> &[u8] {
    buf.cut(start..end)
}

impl Cutter {
    /// The step of a framing: skips blank lines before a record; `kind` classifies every other line. `begins`
    /// recognizes the beginning of a line.
    pub(in crate::format::text) fn step(
        &mut self,
        buf: &[u8],
        eof: bool,
        findings: &mut Findings,
        begins: Begins,
        mut kind: impl FnMut(Around<'_>) -> Line,
    ) -> Result<Step> {
        if findings.record().byte == 0 {
            if buf.len() < 4 && !eof {
                return Ok(Step::Need(4));
            }
            if let Some(step) = wide_mark(buf, eof, findings) {
                return Ok(step);
            }
            refuse_other_encodings(buf)?;
            if buf.starts_with(UTF8_MARK) {
                findings.at(BYTE_ORDER_MARK, (0, 3), "byte order mark EF BB BF", "skipped");
                return Ok(Step::Skip(3));
            }
        }
        if buf.is_empty() {
            return Ok(if eof { Step::End } else { Step::Need(1) });
        }
        loop {
            let (this, end, next) = match self.asking {
                None => {
                    let Some((this, end)) = self.line_at(buf, self.line, eof, begins) else {
                        return Ok(Step::Need(buf.len() + 1));
                    };
                    (this, end, None)
                }
                Some((this, end, from)) => match self.next_line(buf, from, eof, begins) {
                    None => return Ok(Step::Need(buf.len() + 1)),
                    next => (this, end, next),
                },
            };
            let line = part(buf, this);
            let kind = match self.first {
                None if is_blank(line) || is_blank(line.cut(marks_len(line)..)) => {
                    let marks = marks_len(line);
                    if marks > 1 {
                        let (rule, message) = name(line.cut(..marks));
                        findings.at(rule, (this.0, marks), message, "skipped");
                    }
                    return Ok(self.cut(Step::Skip(end)));
                }
                None => {
                    self.first = Some(this);
                    Line::Inside
                }
                Some(first) => kind(Around {
                    first: part(buf, first),
                    second: self.second.map(|second| part(buf, second)).unwrap_or_default(),
                    last: part(buf, self.last),
                    line,
                    blanks: self.blanks + usize::from(is_blank(line)),
                    next: next.map(|next| part(buf, next)),
                }),
            };
            match kind {
                Line::Begins => {
                    let len = self.line;
                    return Ok(self.cut(Step::Frame(len)));
                }
                Line::Ends => return Ok(self.cut(Step::Frame(end))),
                Line::Ask if next.is_none() => {
                    self.asking = Some((this, end, end));
                    (self.searched, self.blanks) = (end, 0);
                    continue;
                }
                Line::Inside | Line::Ask => {
                    if self.second.is_none() && self.first != Some(this) {
                        self.second = Some(this);
                    }
                    if !is_blank(line) {
                        self.last = this;
                    }
                    (self.line, self.searched, self.asking) = (end, end, None);
                    self.blanks = 0;
                }
            }
            if self.line >= buf.len() {
                return Ok(match eof {
                    true => self.cut(Step::Frame(buf.len())),
                    false => Step::Need(buf.len() + 1),
                });
            }
        }
    }

    /// Starts over for the next record.
    pub(in crate::format::text) fn restart(&mut self) {
        *self = Cutter::default();
    }

    fn cut(&mut self, step: Step) -> Step {
        self.restart();
        step
    }

    /// Returns the text of the line that begins at `start`, without marks, and its end; `None` if it is not complete.
    fn line_at(&mut self, buf: &[u8], start: usize, eof: bool, begins: Begins) -> Option<(Span, usize)> {
        match line_end(buf, start, self.searched.max(start), eof, begins) {
            Ok((text_end, end)) => {
                let marks = marks_before(buf.cut(start..text_end), begins);
                Some(((start + marks, text_end), end))
            }
            Err(searched) => {
                self.searched = searched;
                None
            }
        }
    }

    /// Returns the text of the next line from `from` on that is not blank; `None` if it is not complete.
    fn next_line(&mut self, buf: &[u8], mut from: usize, eof: bool, begins: Begins) -> Option<Span> {
        loop {
            if from >= buf.len() {
                return eof.then_some((from, from));
            }
            let (text, end) = self.line_at(buf, from, eof, begins)?;
            if !is_blank(part(buf, text)) {
                return Some(text);
            }
            from = end;
            self.searched = end;
            self.blanks += 1;
            if let Some((_, _, next)) = &mut self.asking {
                *next = end;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_of_lines_however_they_come() {
        let kind = |around: Around<'_>| match around.line {
            b"" => Line::Ends,
            [b'A', ..] => Line::Begins,
            _ => Line::Inside,
        };
        let text = b"\r\nA1\nb\nA2\n\n\nA3";
        let mut steps = Vec::new();
        for reveal in 1..=text.len() {
            let (mut at, mut shown, mut cutter) = (0, reveal, Cutter::default());
            let mut findings = Findings::new(1);
            let mut seen = Vec::new();
            loop {
                findings.begin(crate::Position { byte: 1, ..Default::default() });
                let eof = shown >= text.len();
                let buf = &text[at..shown.min(text.len())];
                match cutter.step(buf, eof, &mut findings, |_| false, kind).unwrap() {
                    Step::Need(_) => shown += reveal,
                    Step::End => break,
                    step @ (Step::Frame(len) | Step::Skip(len) | Step::Garbage(len)) => {
                        seen.push(step);
                        at += len;
                    }
                }
            }
            steps.push(seen);
        }
        assert_eq!(steps[0], [Step::Skip(2), Step::Frame(5), Step::Frame(4), Step::Skip(1), Step::Frame(2)]);
        assert!(steps.iter().all(|seen| *seen == steps[0]));
    }
}
