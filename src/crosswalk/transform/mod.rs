//! The named transforms of rules: parsed once, then run on each value.

mod coded;
mod names;
mod numbers;
mod parse;
pub(crate) mod text;

use std::borrow::Cow;

pub(crate) use self::text::is_nonsort;

/// Where the text of a rule goes in its field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Mode {
    /// A subfield of its own; where the code may not repeat, the end of the one that is there.
    New,
    /// The end of the subfield with the same code, if there is one.
    Continue(Joint),
    /// The end of the subfield with the same code, after this text.
    Join(Box<str>),
    /// A qualifier in round brackets around all of them: `(4 : 2000 : Ярославль)`.
    Group,
    /// A fixed value, if the field exists.
    Const { value: Box<str>, first: bool },
}

/// What stands between a subfield and what is appended to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Joint {
    /// The mark of the rule and a blank.
    Mark,
    /// This text alone.
    Text(Box<str>),
}

/// One step on a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    Copy,
    Upper,
    Lower,
    Language,
    Country,
    Angle,
    Prefix(Box<str>),
    Suffix(Box<str>),
    Wrap(Box<str>, Box<str>),
    Unparen,
    StripLead,
    Split(Vec<Box<str>>),
    Initials,
    NameComma,
    NameFamily,
    NameRest,
    Role21,
    Role3,
    RoleText,
    Isbn,
    IsbnPlain,
    IsbnOnly,
    Issn,
    IssnOnly,
    Extent(char),
    PagesBefore,
    PagesAfter,
    Centimetres,
    MenuText,
    IssueNumber,
    DateIso,
    /// The four digits at the start; a text without them stays whole.
    Year,
    First(usize),
    Slice(usize, usize),
    Number,
    Decimal,
    CopiesText,
    Map(Box<str>),
    Flag(Box<str>),
    Parent,
    /// `use(X)`: the value feeds a builder.
    Use,
    Raw,
    Drop,
    Shape,
    Via,
    Expand,
    /// Cuts the mark of ISBD off the end.
    NoMark,
    /// Cuts a full stop off the end, where a subfield of text follows: one of these codes, or any.
    NoStop(Box<str>),
    /// What stands before the first of this text.
    Head(Box<str>),
    /// The text after the first occurrence of this one; nothing if there is none.
    Tail(Box<str>),
    /// Takes square brackets off.
    Unbracket,
    /// Takes off the round brackets and colons of qualifiers of a meeting.
    Ungroup,
    /// Takes off the signs around characters that are not filed.
    NonSort,
    /// Puts them around as many characters as the second indicator says.
    MarkNonSort,
    /// The Boolean of the first indicator and the like: the value if it is this, else nothing.
    Only(Box<str>),
}

/// The transforms of one rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Transform {
    pub(crate) mode: Mode,
    pub(crate) steps: Vec<Step>,
    /// Whether runs of blanks become one. In MARC they stay; only the ends are trimmed.
    pub(crate) folds: bool,
}

/// What a step may ask of the record around its value.
pub(crate) trait Around {
    /// The text under another code of the same field.
    fn sibling(&self, code: char) -> Option<&str>;
    /// The code of the next subfield with a letter for its code.
    fn follows(&self) -> Option<char>;
    /// The title of the record with this control number.
    fn parent(&self, key: &str) -> Option<String>;
    /// The indicator of the field, 1 or 2.
    fn indicator(&self, which: usize) -> u8;
    /// What a code becomes by a table: of the site, or built in. `None` if it is not in it.
    fn look_up(&self, table: &str, code: &str) -> Option<Cow<'_, str>>;
    /// The prefix of control numbers, `IRBIS`.
    fn number_prefix(&self) -> &str;
    /// A fixed word of a note in the language of the notes.
    fn word<'w>(&'w self, word: &'w str) -> &'w str;
}

/// What became of a value. It is made once and used for each value, so that its lists keep their room.
#[derive(Debug, Default)]
pub(crate) struct Transformed {
    pub(crate) texts: Vec<String>,
    /// The texts before a step.
    before: Vec<String>,
    /// The code that comes instead of that of the rule, for what is not valid.
    pub(crate) code: Option<char>,
    /// Whether a step could make nothing of the value, and left it as it stands.
    pub(crate) as_it_stands: bool,
}

impl Transformed {
    /// Begins anew with one text.
    pub(crate) fn set(&mut self, text: String) {
        self.texts.clear();
        self.texts.push(text);
        (self.code, self.as_it_stands) = (None, false);
    }
}

impl Transform {
    /// Whether a step asks for other records of the base.
    pub(crate) fn asks_parents(&self) -> bool {
        self.steps.contains(&Step::Parent)
    }

    /// Runs the steps on a value. No texts: the value is not taken.
    pub(crate) fn run(&self, text: &str, around: &dyn Around, made: &mut Transformed) {
        let mut steps = self.steps.iter();
        let first = match self.steps.first() {
            Some(Step::Copy) => {
                steps.next();
                text.to_owned()
            }
            _ if self.folds || text.contains(['\u{1D}', '\u{1E}', '\u{1F}']) => text::fold_blanks(text),
            _ => text.trim().to_owned(),
        };
        made.set(first);
        for step in steps {
            let mut before = std::mem::take(&mut made.before);
            std::mem::swap(&mut before, &mut made.texts);
            for text in before.drain(..) {
                step.run(text, around, made);
            }
            made.before = before;
        }
        made.texts.retain(|text| !text.is_empty());
    }
}

impl Step {
    fn run(&self, text: String, around: &dyn Around, made: &mut Transformed) {
        let one = |text: Option<String>, made: &mut Transformed| made.texts.extend(text);
        let or = |other: Option<String>, text: String, made: &mut Transformed| {
            made.as_it_stands |= other.is_none();
            made.texts.push(other.unwrap_or(text));
        };
        match self {
            Step::Copy | Step::Use | Step::Raw | Step::Drop | Step::Shape | Step::Via | Step::Expand => {
                made.texts.push(text);
            }
            Step::Upper => made.texts.push(text.to_uppercase()),
            Step::Lower => made.texts.push(text.to_lowercase()),
            Step::Language => one(coded::language(&text), made),
            Step::Country => or(coded::country(&text), text, made),
            Step::Angle => made.texts.push(text::angle(text)),
            Step::Prefix(prefix) => {
                let prefix = match &**prefix {
                    "(IRBIS)" => Cow::Owned(format!("({})", around.number_prefix())),
                    "IRBIS:" => Cow::Owned(format!("{}:", around.number_prefix())),
                    prefix => Cow::Borrowed(around.word(prefix)),
                };
                made.texts.push(format!("{prefix}{text}"));
            }
            Step::Suffix(suffix) => made.texts.push(format!("{text}{}", around.word(suffix))),
            Step::Wrap(left, right) => made.texts.push(text::wrap(text, left, right)),
            Step::Unparen => made.texts.push(text::unparen(&text).to_owned()),
            Step::StripLead => {
                made.texts.push(text.trim_start_matches(['.', ',', '-', '–', '—', ' ']).to_owned())
            }
            Step::Split(marks) => text::split(&text, marks, &mut made.texts),
            Step::Initials => made.texts.push(names::initials(&text)),
            Step::NameComma => made.texts.push(names::comma(text)),
            Step::NameFamily => made.texts.push(names::halves(&text).0),
            Step::NameRest => one(names::halves(&text).1, made),
            Step::Role21 | Step::Role3 => {
                let role = coded::role(&text, *self == Step::Role21);
                made.as_it_stands |= role.is_some() && !coded::is_known_role(&text);
                one(role, made);
            }
            Step::RoleText => one(coded::role_text(&text), made),
            Step::Isbn => match numbers::isbn(&text) {
                Some(isbn) => made.texts.push(isbn),
                None => {
                    made.code = Some('z');
                    made.texts.push(text);
                }
            },
            Step::IsbnPlain => made.texts.push(numbers::isbn(&text).unwrap_or(text)),
            Step::IsbnOnly => {
                if numbers::issn(&text).is_none() {
                    made.texts.push(numbers::isbn(&text).unwrap_or(text));
                }
            }
            Step::Issn => or(numbers::issn(&text), text, made),
            Step::IssnOnly => one(numbers::issn(&text), made),
            Step::Extent(unit) => made.texts.push(numbers::extent(text, around.sibling(*unit))),
            Step::PagesBefore => made.texts.push(numbers::pages_before(text, around.sibling('1'))),
            Step::PagesAfter => made.texts.push(numbers::extent(text, None)),
            Step::Centimetres => made.texts.push(numbers::centimetres(text)),
            Step::MenuText => made.texts.push(text::menu_text(&text).to_owned()),
            Step::IssueNumber => {
                let is_number = text.starts_with(|c: char| c.is_ascii_digit());
                made.texts.push(if is_number { format!("№ {text}") } else { text });
            }
            Step::DateIso => {
                let date = numbers::date_iso(&text);
                made.as_it_stands |= date.is_none() && !numbers::is_part_of_date(&text);
                made.texts.push(date.unwrap_or(text));
            }
            Step::Year => {
                let year = text.get(..4).filter(|year| year.bytes().all(|byte| byte.is_ascii_digit()));
                or(year.map(ToOwned::to_owned), text, made);
            }
            Step::First(count) => made.texts.push(text.chars().take(*count).collect()),
            Step::Slice(start, len) => made.texts.push(text.chars().skip(*start).take(*len).collect()),
            Step::Number => one(numbers::first_number(&text, false), made),
            Step::Decimal => one(numbers::first_number(&text, true), made),
            Step::CopiesText => {
                let is_number = text.ends_with(|c: char| c.is_ascii_digit());
                made.texts.push(if is_number { format!("{text}{}", around.word(" экз.")) } else { text });
            }
            Step::Map(table) => one(coded::map(table, text, around), made),
            Step::Flag(value) => one((**value == *text).then(|| "1".to_owned()), made),
            Step::Only(value) => one((**value == *text).then_some(text), made),
            Step::Parent => made.texts.push(around.parent(&text).unwrap_or_else(|| format!("[{text}]"))),
            Step::NoStop(codes) => {
                let is_inside = around.follows().is_some_and(|code| codes.is_empty() || codes.contains(code));
                let cut = text.strip_suffix('.').filter(|_| is_inside);
                made.texts.push(cut.unwrap_or(&text).to_owned());
            }
            Step::Head(mark) => {
                made.texts.push(text.split_once(&**mark).map_or(text.as_str(), |cut| cut.0).to_owned())
            }
            Step::Tail(mark) => made.texts.extend(text.split_once(&**mark).map(|cut| cut.1.to_owned())),
            Step::Unbracket => {
                let inside = text.strip_prefix('[');
                let inside =
                    inside.and_then(|text| text.strip_suffix(']').or_else(|| text.strip_suffix("].")));
                made.texts.push(inside.unwrap_or(&text).to_owned());
            }
            Step::Ungroup => {
                let bare = text.strip_prefix('(').unwrap_or(&text).trim_end();
                let bare = if bare.ends_with(").") { bare.trim_end_matches('.') } else { bare };
                let bare = bare.strip_suffix(')').or_else(|| bare.strip_suffix(':')).unwrap_or(bare);
                made.texts.push(bare.trim().to_owned());
            }
            Step::NonSort => made.texts.push(text.chars().filter(|c| !text::is_nonsort(*c)).collect()),
            Step::MarkNonSort => made.texts.push(text::mark_nonsort(text, around.indicator(2))),
            Step::NoMark => made.texts.push(text::no_mark(&text).to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;
    use std::collections::HashSet;

    use super::parse::{call, names, pipeline};
    use super::{Around, Transform, Transformed};
    use crate::crosswalk::tables;

    /// A field without other subfields, whose second indicator is 4, in a base with one journal.
    struct Alone;

    impl Around for Alone {
        fn sibling(&self, _: char) -> Option<&str> {
            None
        }
        fn follows(&self) -> Option<char> {
            Some('b')
        }
        fn parent(&self, key: &str) -> Option<String> {
            (key == "К1").then(|| "Кругозор".to_owned())
        }
        fn indicator(&self, _: usize) -> u8 {
            b'4'
        }
        fn look_up(&self, table: &str, code: &str) -> Option<Cow<'_, str>> {
            tables::look_up(table, code).map(Cow::Borrowed)
        }
        fn number_prefix(&self) -> &str {
            "IRBIS"
        }
        fn word<'w>(&'w self, word: &'w str) -> &'w str {
            word
        }
    }

    /// Each transform has an example: a value, and what it becomes, several with bars between.
    #[test]
    fn each_transform_does_what_its_example_says() {
        let mut shown = HashSet::new();
        for line in include_str!("examples.tsv").lines() {
            let mut parts = line.split('\t');
            let (text, value) = (parts.next().unwrap(), parts.next().unwrap());
            let expected: Vec<&str> =
                parts.next().unwrap().split('|').filter(|text| !text.is_empty()).collect();
            let mut made = Transformed::default();
            Transform::parse(text).unwrap().run(value, &Alone, &mut made);
            assert_eq!(made.texts, expected, "{text} of {value:?}");
            shown.extend(pipeline(text).into_iter().map(|part| call(part).0.to_owned()));
        }
        // The constant has no value to begin with: it is shown by the goldens.
        let missing: Vec<_> = names().filter(|name| !shown.contains(*name) && *name != "const").collect();
        assert!(missing.is_empty(), "no example: {missing:?}");
    }
}
