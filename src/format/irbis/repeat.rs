//! Records that nothing ends: where fields begin again as at the start of the record.
//!
//! Text forms of IRBIS have no leader. A lost end mark shows only in that the first field of a record comes once more,
//! with others after it that were there before. A record may have such fields itself, so that the records around it
//! decide: in them the first field comes once, or in one run. Where that field was damaged together with the end mark, a
//! line that is no field shows it, with fields after it as at the start of the record.

use memchr::memchr_iter;
use memchr::memmem::Finder;

use crate::bytes::Cut;
use crate::format::lines::{Begins, Line, before_text, lines};

/// Number of bytes of the next record that are looked at.
pub(super) const AHEAD: usize = 64 * 1024;
/// The message about a record that begins with a damaged line.
pub(super) const DAMAGED_START: &str =
    "nothing ends the record before a line that is no field, after which fields are as at its start";
/// Fields that a record of IRBIS has once: its worksheet, and the code of the document.
const ONCE: [&[u8]; 2] = [b"920", b"903"];
/// The most lines of a record that are compared.
const MOST_LINES: usize = 2_000;

/// The most lines before and after a damaged one that are compared, and the most damaged ones that are looked at.
const NEAR_LINES: usize = 40;
const MOST_DAMAGED: usize = 8;
/// The number of fields at the start of a record, of which one comes first after a damaged start.
const FIRST_FIELDS: usize = 3;

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
    /// Whether a line begins like that of a field, by its first two bytes.
    pub(super) sign: fn(&[u8]) -> bool,
}

/// What is known of the end of a record.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// The record ends where it seems to.
    Whole,
    /// Another record begins at this offset.
    At(usize),
    /// Another record begins at this offset, with a damaged line.
    Damaged(usize),
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
            let suspects = memchr_iter(b'\n', fields).map(|end| end + 1).filter(|at| {
                let line = fields.cut(*at..);
                !(form.sign)(line) && !matches!(line, [] | [b'\r' | b'\n', ..])
            });
            return match damaged_start(fields, suspects, form.head, form.begins) {
                Some(at) => Found::Damaged(start + at),
                None => Found::Whole,
            };
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
        // A first line in which the same field begins was cut off, and a record after its first line.
        let is_cut = own.len() == 1 && (!first.ends_with(b"\n") || comes_once(head)) && others.len() > 2;
        self.proved = is_cut || are_alike(&own, &others);
        if self.proved { Found::At(start + at) } else { Found::Whole }
    }

    /// Returns the offset of the first head of this kind that is not in the first run of such fields.
    fn again(&self, fields: &[u8], head: &[u8], form: Form) -> Option<usize> {
        let mut run = 0usize;
        let is_number = head.first().is_some_and(u8::is_ascii_digit);
        for at in self.head.as_ref()?.find_iter(fields) {
            // A number is the end of many others.
            if is_number && !matches!(fields.cut(..at).last(), None | Some(b'\n' | b'\r')) {
                continue;
            }
            // The line before it, if it begins one.
            let before = fields.cut(run..at);
            let is_run = at == 0
                || before.starts_with(head) && !comes_once(head) && {
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

/// Whether a head is that of a field that a record has once.
fn comes_once(head: &[u8]) -> bool {
    let is_digit = u8::is_ascii_digit;
    let start = head.iter().position(is_digit).unwrap_or(head.len());
    let digits = head.cut(start..).split(|byte| !is_digit(byte)).next().unwrap_or_default();
    ONCE.contains(&digits)
}

/// Returns the first of these lines that are no fields with which another record begins: the fields after it are like
/// those at the start of the record, from one of the first on.
pub(super) fn damaged_start(
    record: &[u8],
    suspects: impl Iterator<Item = usize>,
    head: fn(&[u8]) -> Option<&[u8]>,
    begins: Begins,
) -> Option<usize> {
    let near = |bytes| lines(bytes, begins).take(NEAR_LINES).filter_map(|line: Line<'_>| head(line.text));
    suspects.take(MOST_DAMAGED).find(|at| {
        let mut others: Vec<&[u8]> = near(record.cut(*at..)).collect();
        if others.is_empty() {
            return false;
        }
        let mut own: Vec<&[u8]> = near(record.cut(..*at)).collect();
        own.dedup();
        let is_first = |head: &&[u8]| own.iter().take(FIRST_FIELDS).any(|first| first == head);
        // The first head after it may be damaged too.
        let known = others.iter().take(2).find(|head| own.contains(head));
        if !known.is_some_and(|head| is_first(head) && own.last() != Some(head)) {
            return false;
        }
        for heads in [&mut own, &mut others] {
            heads.sort_unstable();
            heads.dedup();
        }
        are_alike(&own, &others)
    })
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
        sign: |line| line.starts_with(b"#"),
    };

    fn find(repeat: &mut Repeat, frame: &str, after: &str) -> Found {
        repeat.find(frame.as_bytes(), FORM, after.as_bytes(), true)
    }

    #[test]
    fn a_damaged_line_with_fields_after_it_as_at_the_start() {
        let mut new = Repeat::default();
        for (frame, expected) in [
            ("#9 x\n#2 y\n#3 z\n*-\n?9\n#2 a\n#3 b\n", Found::Damaged(15)),
            ("#9 x\n#2 y\n#3 z\n?9 #2 a\n#3 b\n#2 c\n", Found::Whole),
            ("#9 x\n#2 y\n#3 z\n?2 a\n#3 b\n#4 c\n", Found::Whole),
            ("#9 x\n#2 y\n#3 z\n#4 z\n#5 z\n?2 a\n#2 c\n", Found::Whole),
            ("#9 x\n#2 y\n?2 a\n#2 b\n#9z\n", Found::Whole),
        ] {
            assert_eq!(find(&mut new, frame, ""), expected, "{frame}");
        }
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
