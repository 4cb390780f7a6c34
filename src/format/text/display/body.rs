//! Finds the mark of subfields, and splits texts by it.

use crate::bytes::Cut;
use memchr::{memchr, memchr2};

/// Text or a byte before the code of a subfield.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark(&'static [u8]);

/// The delimiter of MARC, which displays show where they leave it as it is.
const DELIMITER: u8 = 0x1F;

/// All known marks. Of those with equal votes, the first is chosen.
pub(super) const MARKS: [Mark; 12] = [
    Mark(b"|"),
    Mark("‡".as_bytes()),
    Mark("ǂ".as_bytes()),
    Mark(b"$$"),
    Mark(b"$"),
    Mark("†".as_bytes()),
    Mark("¦".as_bytes()),
    Mark("▼".as_bytes()),
    Mark("␟".as_bytes()),
    Mark("§".as_bytes()),
    Mark(b"_"),
    Mark(&[DELIMITER]),
];

/// A subfield in a text: where its mark begins, its code, where its value begins.
#[derive(Debug, Clone, Copy)]
struct Found {
    at: usize,
    code: u8,
    value: usize,
}

impl Mark {
    /// Returns whether the text begins with the mark and a code.
    pub(super) fn at_start(self, text: &[u8]) -> bool {
        self.code(text).is_some()
    }

    /// Returns the code after the mark at the start of a text, and what follows it. A blank may precede a code
    /// that a blank follows.
    pub(super) fn code(self, text: &[u8]) -> Option<(u8, &[u8])> {
        let is_code = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        match text.strip_prefix(self.0)? {
            [code, after @ ..] if is_code(*code) => Some((*code, after)),
            [b' ', code, after @ ..] if is_code(*code) && matches!(after, [] | [b' ', ..]) => {
                Some((*code, after))
            }
            _ => None,
        }
    }

    /// Returns the first subfield from an offset on.
    fn find(self, text: &[u8], from: usize) -> Option<Found> {
        let first = *self.0.first()?;
        let mut from = from;
        loop {
            let at = from.checked_add(memchr2(first, DELIMITER, text.get(from..)?)?)?;
            from = at + 1;
            let rest = text.cut(at..);
            let code = match rest {
                [DELIMITER, code, after @ ..] => Some((*code, after)),
                _ => self.code(rest),
            };
            let Some((code, after)) = code else { continue };
            if self.can_be_inside(text.cut(..at), code, after) {
                return Some(Found { at, code, value: text.len().checked_sub(after.len())? });
            }
        }
    }

    /// Returns whether a mark that is also a character of texts is one here.
    fn can_be_inside(self, before: &[u8], code: u8, after: &[u8]) -> bool {
        match self.0 {
            b"_" => !before.last().is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_'),
            // A sum of money.
            b"$" => {
                let sum = code.is_ascii_digit() && matches!(after, [b'0'..=b'9' | b'.' | b',', ..]);
                !(sum && before.last().is_some_and(|byte| matches!(byte, b' ' | b'(')))
            }
            _ => true,
        }
    }
}

/// How the subfields of a record are marked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Style {
    mark: Mark,
    /// Whether blanks precede the marks.
    before: bool,
    /// Whether a blank follows the codes.
    after: bool,
}

/// What speaks for a mark, in numbers of texts and of subfields.
#[derive(Debug, Clone, Copy, Default)]
struct Vote {
    /// Texts that begin with it.
    begins: u64,
    /// Subfields, and how many codes are followed by a blank.
    all: u64,
    after: u64,
    /// Subfields inside a text, and how many are preceded by a blank.
    inside: u64,
    before: u64,
}

/// The votes of the texts of a record.
#[derive(Debug, Clone, Default)]
pub(super) struct Votes([Vote; MARKS.len()]);

impl Votes {
    /// Counts the marks in the text of a field, or of a line that continues it.
    pub(super) fn count(&mut self, text: &[u8]) {
        for (vote, mark) in self.0.iter_mut().zip(MARKS) {
            let mut from = 0;
            if mark.0.first().is_none_or(|first| memchr(*first, text).is_none()) {
                continue;
            }
            while let Some(found) = mark.find(text, from) {
                from = found.value;
                let value = text.cut(found.value..);
                let next_is_near = || mark.at_start(value);
                vote.all += 1;
                vote.after += u64::from(value.first().is_none_or(|byte| *byte == b' ') || next_is_near());
                match found.at.checked_sub(1).and_then(|at| text.get(at)) {
                    None => vote.begins += 1,
                    Some(byte) => {
                        vote.inside += 1;
                        vote.before += u64::from(*byte == b' ');
                    }
                }
            }
        }
    }

    /// Returns the style with the most votes: of the marks that begin texts, else of those inside. With no
    /// mark at all, the whole of each text is one subfield.
    pub(super) fn style(&self) -> Style {
        let best = |votes: fn(&Vote) -> u64| {
            let all = self.0.iter().zip(MARKS).map(|(vote, mark)| (votes(vote), vote, mark)).rev();
            all.max_by_key(|(votes, ..)| *votes).filter(|(votes, ..)| *votes > 0)
        };
        let most = |part: u64, whole: u64| whole > 0 && part >= whole - whole / 10;
        match best(|vote| vote.begins).or_else(|| best(|vote| vote.inside)) {
            Some((_, vote, mark)) => {
                Style { mark, before: most(vote.before, vote.inside), after: most(vote.after, vote.all) }
            }
            None => Style { mark: Mark(&[DELIMITER]), before: false, after: false },
        }
    }
}

impl Style {
    /// Returns whether a text begins with the mark.
    pub(super) fn begins(self, text: &[u8]) -> bool {
        text.first() == Some(&DELIMITER) || self.mark.at_start(text)
    }

    /// Appends a line that continues a field: a subfield, or more text after a blank.
    pub(super) fn join(self, more: &[u8], text: &mut Vec<u8>) {
        match (more, self.mark.code(more)) {
            ([DELIMITER, ..], _) => text.extend_from_slice(more),
            (_, Some((code, value))) => {
                text.extend_from_slice(&[DELIMITER, code]);
                text.extend_from_slice(value);
            }
            (_, None) => {
                text.push(b' ');
                text.extend_from_slice(more);
            }
        }
    }

    /// Appends the subfields of a text. Text before the first mark is subfield `a`.
    pub(super) fn split(self, text: &[u8], out: &mut Vec<u8>) {
        let text = text.trim_ascii();
        let mut next = self.mark.find(text, 0);
        let lead = text.cut(..next.map_or(text.len(), |found| found.at));
        if !lead.trim_ascii().is_empty() {
            self.subfield(b'a', lead, false, out);
        }
        while let Some(found) = next {
            next = self.mark.find(text, found.value);
            let end = next.map_or(text.len(), |found| found.at);
            self.subfield(found.code, text.cut(found.value..end), self.after, out);
        }
    }

    fn subfield(self, code: u8, value: &[u8], after: bool, out: &mut Vec<u8>) {
        let value = if after { value.strip_prefix(b" ").unwrap_or(value) } else { value };
        let value = if self.before { value.trim_ascii_end() } else { value };
        out.extend_from_slice(&[DELIMITER, code]);
        out.extend_from_slice(value);
    }
}
