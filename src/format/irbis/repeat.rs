//! Records that nothing ends: where fields begin again as at the start of the record.
//!
//! Text forms of IRBIS have no leader. A lost end mark shows only in that the first field of a record comes once more,
//! with others after it that were there before. A record may have such fields itself, so that the records around it
//! decide: in them the first field comes once, or in one run.

use memchr::memmem::Finder;

use crate::bytes::Cut;
use crate::format::lines::{Begins, before_text, lines};

/// Number of bytes of the next record that are looked at.
pub(super) const AHEAD: usize = 64 * 1024;
/// The most lines of a record that are compared.
const MOST_LINES: usize = 2_000;

/// What the records before were like.
#[derive(Debug, Clone, Default)]
pub(super) struct Repeat {
    /// Finds the head of the field with which records begin.
    head: Option<Finder<'static>>,
    /// Whether a record began with this field and did not have it again later.
    proved: bool,
}

/// How a format writes its fields.
#[derive(Clone, Copy)]
pub(super) struct Form {
    /// Returns what is after the line that begins a record and has no field, if there is one.
    pub(super) first: fn(&[u8]) -> &[u8],
    /// Returns the head of a field at the start of a line, as it is written.
    pub(super) head: fn(&[u8]) -> Option<&[u8]>,
    /// Returns the length of the record at the start of bytes.
    pub(super) len: fn(&[u8]) -> usize,
    pub(super) begins: Begins,
}

/// What is known of the end of a record.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// The record ends where it seems to.
    Whole,
    /// Another record begins at this offset.
    At(usize),
    /// More of the next record is needed.
    Need,
}

impl Repeat {
    /// Looks for another record in one; `after` are the bytes after it, all of them
    /// if `eof`.
    pub(super) fn find(&mut self, frame: &[u8], form: Form, after: &[u8], eof: bool) -> Found {
        let fields = frame.cut(before_text(frame, form.begins)..);
        let fields = (form.first)(fields);
        let start = frame.len() - fields.len();
        let Some(head) = (form.head)(fields) else { return Found::Whole };
        if self.head.as_ref().is_none_or(|known| known.needle() != head) {
            self.head = Some(Finder::new(head).into_owned());
            self.proved = false;
        }
        let Some(at) = self.again(fields, head, form) else {
            self.proved = true;
            return Found::Whole;
        };
        if !self.proved {
            if after.len() < AHEAD && !eof {
                return Found::Need;
            }
            let next = after.get(..AHEAD).unwrap_or(after);
            let next = next.cut(..(form.len)(next));
            let next = next.cut(before_text(next, form.begins)..);
            let next = (form.first)(next);
            if !next.starts_with(head) || self.again(next, head, form).is_some() {
                return Found::Whole;
            }
        }
        let (first, second) = fields.split_at_checked(at).unwrap_or((fields, &[]));
        let end = self.again(second, head, form).unwrap_or(second.len());
        let (own, others) = (heads(first, form), heads(second.cut(..end), form));
        // A first line in which the same field begins was cut off.
        let is_cut = own.len() == 1 && !first.ends_with(b"\n") && others.len() > 2;
        self.proved = is_cut || are_alike(&own, &others);
        if self.proved { Found::At(start + at) } else { Found::Whole }
    }

    /// Returns the offset of the first head of this kind that is not in the first run of such fields.
    fn again(&self, fields: &[u8], head: &[u8], form: Form) -> Option<usize> {
        let mut run = 0usize;
        for at in self.head.as_ref()?.find_iter(fields) {
            // The line before it, if it begins one.
            let before = fields.cut(run..at);
            let is_run = at == 0
                || before.starts_with(head) && {
                    let mut between = lines(before, form.begins);
                    between.next().is_some() && between.next().is_none() && before.ends_with(b"\n")
                };
            if !is_run {
                return Some(at);
            }
            run = at;
        }
        None
    }
}

/// Returns the different heads of the fields, in order.
fn heads(fields: &[u8], form: Form) -> Vec<&[u8]> {
    let mut heads: Vec<&[u8]> =
        lines(fields, form.begins).take(MOST_LINES).filter_map(|line| (form.head)(line.text)).collect();
    heads.sort_unstable();
    heads.dedup();
    heads
}

/// Whether the fields of the second list are like those of the first: not many fewer, and half of the shorter list in
/// both, two at least.
fn are_alike(first: &[&[u8]], second: &[&[u8]]) -> bool {
    let common = second.iter().filter(|head| first.binary_search(head).is_ok()).count();
    second.len() * 2 >= first.len() && common >= 2 && common * 2 >= first.len().min(second.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORM: Form = Form {
        first: |record| record,
        head: |line| line.get(..2).filter(|head| head.first() == Some(&b'#')),
        len: |bytes| memchr::memmem::find(bytes, b"\n*").unwrap_or(bytes.len()),
        begins: |line| line.first() == Some(&b'#'),
    };

    fn find(repeat: &mut Repeat, frame: &str, after: &str) -> Found {
        repeat.find(frame.as_bytes(), FORM, after.as_bytes(), true)
    }

    #[test]
    fn another_record_or_fields_that_come_again() {
        let sound = "#9 x\n#9 y\n#2 z\n";
        let two = "#9 a\n#2 b\n#9 c\n#2 d\n";
        let mut new = Repeat::default();
        assert_eq!(find(&mut new, two, ""), Found::Whole, "nothing shows it");
        assert_eq!(find(&mut new, two, two), Found::Whole, "records repeat their fields");
        assert_eq!(new.find(two.as_bytes(), FORM, sound.as_bytes(), false), Found::Need);
        assert_eq!(find(&mut new, two, sound), Found::At(10));
        assert_eq!(
            find(&mut Repeat::default(), two, "#9 x\n#2 y\n*\n#9 z\n"),
            Found::At(10),
            "of the next only"
        );
        assert_eq!(find(&mut new, sound, ""), Found::Whole);
        assert_eq!(find(&mut new, two, ""), Found::At(10), "the record before shows it");
        assert_eq!(find(&mut new, "#9 a\n#2 b#9 c\n#2 d\n", ""), Found::At(9), "inside a line");
        assert_eq!(find(&mut new, "#9 a#9 c\n#2 d\n#3 e\n", ""), Found::At(4), "inside the first line");
        assert_eq!(
            find(&mut new, "#9 a\n#2 b\n#3 c\n#4\n#5\n#6\n#9 d\n#2 f\n", ""),
            Found::Whole,
            "a few more"
        );
    }
}
