//! Fields of the output while they are made: order of subfields, marks, embedded fields.

use super::compile::{Indicator, Inner, Line};
use super::transform::{Joint, Mode};
use crate::bytes::Cut;
use crate::tag::Tag;

/// A subfield.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Subfield {
    pub(crate) code: char,
    pub(crate) text: String,
    /// Part of a qualifier in round brackets.
    grouped: bool,
    constant: bool,
    /// How long the text is without the mark at its end, if one was put there.
    bare: Option<usize>,
    /// Opens an embedded field with this tag.
    opens: Option<Tag>,
}

impl Subfield {
    pub(crate) fn new(code: char, text: impl Into<String>) -> Subfield {
        Subfield { code, text: text.into(), grouped: false, constant: false, bare: None, opens: None }
    }
}

/// A field.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) tag: Tag,
    pub(crate) indicators: [u8; 2],
    pub(crate) late: [Option<Indicator>; 2],
    /// The data of a control field.
    pub(crate) data: Option<String>,
    pub(crate) subfields: Vec<Subfield>,
    /// Index of the last subfield that opens an embedded field.
    opened: Option<usize>,
    /// The source tag, the occurrence and the rule that made the field: its place among those with its tag.
    pub(crate) source: Tag,
    pub(crate) occurrence: u32,
    pub(crate) line: u32,
    /// Codes that may not repeat.
    pub(crate) single: &'static str,
    /// Whether it was taken back from 886.
    pub(crate) restored: bool,
}

/// What became of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Put {
    Written,
    /// Appended to a subfield that may not repeat, without a mark of its own.
    Joined,
    /// There is no room: a control field has one value.
    Refused,
}

impl Target {
    pub(crate) fn new(tag: Tag, source: Tag) -> Target {
        Target {
            tag,
            indicators: [b' '; 2],
            late: [None, None],
            data: None,
            subfields: Vec::new(),
            opened: None,
            source,
            occurrence: 0,
            line: 0,
            single: "",
            restored: false,
        }
    }

    /// Returns the text of the first subfield with this code.
    pub(crate) fn text(&self, code: char) -> Option<&str> {
        self.subfields.iter().find(|subfield| subfield.code == code).map(|subfield| subfield.text.as_str())
    }

    /// Whether the field holds nothing but constants.
    pub(crate) fn is_empty(&self) -> bool {
        self.data.is_none() && self.subfields.iter().all(|subfield| subfield.constant)
    }

    /// Puts a text where the rule says.
    pub(crate) fn put(&mut self, line: &Line, code: char, text: String, single_inside: &str) -> Put {
        if self.tag.is_control() {
            return match self.data {
                None => {
                    self.data = Some(text);
                    Put::Written
                }
                Some(_) => Put::Refused,
            };
        }
        if let Some(inner) = &line.inner {
            if inner.tag.is_control() {
                let mut subfield = Subfield::new('1', format!("{}{text}", inner.opening));
                subfield.opens = Some(inner.tag);
                self.push_opening(subfield);
                return Put::Written;
            }
            self.open(inner, code);
        }
        let single = if line.inner.is_some() { single_inside } else { self.single };
        let inside = self.inside(line.inner.is_some());
        let same =
            self.subfields.iter().skip(inside).rposition(|other| other.code == code && !other.constant);
        let same = same.map(|at| at + inside);
        match (&line.transform.mode, same) {
            (Mode::Const { first, .. }, _) => {
                let mut subfield = Subfield::new(code, text);
                subfield.constant = true;
                if *first {
                    self.subfields.insert(0, subfield);
                    self.opened = self.opened.map(|at| at + 1);
                } else {
                    self.subfields.push(subfield);
                }
            }
            (Mode::Group, _) => {
                let mut subfield = Subfield::new(code, text);
                subfield.grouped = true;
                self.subfields.push(subfield);
            }
            (Mode::Continue(Joint::Text(between)), Some(at)) => self.append(at, between, &text),
            (Mode::Join(between), Some(at)) => self.append(at, between, &text),
            (Mode::Continue(Joint::Mark), Some(at)) => self.append_marked(at, &line.marks[0], &text),
            (Mode::Continue(_), None) => self.subfields.push(Subfield::new(code, text)),
            (Mode::New, Some(at)) if single.contains(code) => match &*line.marks[1] {
                "" => {
                    self.append(at, "; ", &text);
                    return Put::Joined;
                }
                mark => self.append_marked(at, mark, &text),
            },
            (Mode::New | Mode::Join(_), same) => {
                let mark = if same.is_some() { &line.marks[1] } else { &line.marks[0] };
                self.mark_last(mark);
                self.subfields.push(Subfield::new(code, text));
            }
        }
        Put::Written
    }

    /// Where the embedded field that is open begins; 0 outside.
    fn inside(&self, embedded: bool) -> usize {
        self.opened.filter(|_| embedded).unwrap_or_default()
    }

    fn push_opening(&mut self, subfield: Subfield) {
        self.opened = Some(self.subfields.len());
        self.subfields.push(subfield);
    }

    /// Opens an embedded field, unless it is open. A name is opened by each $a.
    fn open(&mut self, inner: &Inner, code: char) {
        let open = self.opened.and_then(|at| self.subfields.get(at)?.opens);
        let is_name = matches!(inner.tag.number(), Some(700..=799));
        if open == Some(inner.tag) && !(is_name && code == 'a') {
            return;
        }
        let mut subfield = Subfield::new('1', &*inner.opening);
        subfield.opens = Some(inner.tag);
        self.push_opening(subfield);
    }

    fn append(&mut self, at: usize, between: &str, text: &str) {
        self.lengthen(at, |to| {
            to.push_str(between);
            to.push_str(text);
        });
    }

    fn append_marked(&mut self, at: usize, mark: &str, text: &str) {
        self.lengthen(at, |to| {
            put_mark(to, mark);
            to.push(' ');
            to.push_str(text);
        });
    }

    /// Changes the end of a subfield, ahead of the mark that precedes the next one.
    fn lengthen(&mut self, at: usize, change: impl FnOnce(&mut String)) {
        let Some(subfield) = self.subfields.get_mut(at) else { return };
        let mark = subfield.bare.filter(|bare| subfield.text.is_char_boundary(*bare));
        let mark = mark.map(|bare| subfield.text.split_off(bare));
        change(&mut subfield.text);
        if let Some(mark) = mark {
            subfield.bare = Some(subfield.text.len());
            put_mark(&mut subfield.text, &mark);
        }
    }

    /// Puts a mark at the end of the last subfield of text.
    fn mark_last(&mut self, mark: &str) {
        let is_text = |subfield: &&mut Subfield| !matches!(subfield.code, '0' | '2' | '4' | '6' | '8');
        if let Some(last) = self.subfields.iter_mut().rev().find(is_text) {
            last.bare = Some(last.text.len());
            put_mark(&mut last.text, mark);
        }
    }

    /// Writes the brackets of qualifiers and the indicators of embedded names.
    pub(crate) fn finish(&mut self) {
        let last = self.subfields.iter().rposition(|subfield| subfield.grouped);
        let mut is_first = true;
        for (at, subfield) in self.subfields.iter_mut().enumerate().filter(|(_, subfield)| subfield.grouped) {
            if is_first {
                subfield.text.insert(0, '(');
                is_first = false;
            }
            subfield.text.push_str(if Some(at) == last { ")" } else { " :" });
        }
        let mut has_rest = false;
        for subfield in self.subfields.iter_mut().rev() {
            if subfield.opens.is_some() {
                if subfield.text.ends_with('?') {
                    subfield.text.pop();
                    subfield.text.push(if has_rest { '1' } else { '0' });
                }
                has_rest = false;
            } else if subfield.code == 'b' {
                has_rest = true;
            }
        }
    }

    /// The heading without marks at the ends of subfields, to be compared.
    pub(crate) fn heading(&self) -> Vec<(char, &str)> {
        let bare = |text: &'_ str| -> usize { text.trim_end_matches([' ', ',', '.', ':', ';', '/']).len() };
        self.subfields
            .iter()
            .map(|subfield| (subfield.code, subfield.text.cut(..bare(&subfield.text))))
            .collect()
    }
}

/// Puts a mark at the end of a text; a full stop only where no stop is, nor the hyphen of an open date.
fn put_mark(text: &mut String, mark: &str) {
    let mark = match mark.strip_prefix('.') {
        Some(rest) if text.ends_with(['.', '!', '?', '-']) => rest,
        _ => mark,
    };
    if mark == "," && text.ends_with(',') {
        return;
    }
    text.push_str(mark);
}
