//! The syntax tree of a path, and its canonical spelling.

use std::fmt::{self, Display as _};

use crate::tag::{Tag, TagPattern};

/// Selects fields: the leader, tags of a pattern, or one tag above 999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum TagSpec {
    Leader,
    /// Three characters; `.` matches any.
    Shape([u8; 3]),
    /// A tag above 999.
    Number(Tag),
}

impl TagSpec {
    /// Returns the pattern of the tags; `None` for the leader.
    pub(super) fn pattern(self) -> Option<TagPattern> {
        match self {
            TagSpec::Leader => None,
            TagSpec::Shape(shape) => Some(TagPattern::shape(shape, b'.')),
            TagSpec::Number(tag) => Some(tag.into()),
        }
    }
}

/// Selects some of several occurrences or characters. Counts from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Span {
    /// `n`
    One(u32),
    /// `a-b`, both included, `a` less than `b`
    Range(u32, u32),
    /// `a-#`: to the last
    From(u32),
    /// `#-n`: the last `n + 1`; `#` is `#-0`
    Last(u32),
}

impl Span {
    /// Returns the first and last selected of `count`, both included; `None` if none is selected.
    #[inline]
    pub(super) fn of(self, count: usize) -> Option<(usize, usize)> {
        let last = count.checked_sub(1)?;
        let (from, to) = match self {
            Span::One(at) => (at as usize, at as usize),
            Span::Range(from, to) => (from as usize, to as usize),
            Span::From(from) => (from as usize, usize::MAX),
            Span::Last(more) => (last.saturating_sub(more as usize), last),
        };
        (from <= last).then_some((from, to.min(last)))
    }

    /// Returns whether the selection is independent of how many there are.
    pub(super) const fn is_absolute(self) -> bool {
        !matches!(self, Span::Last(_))
    }
}

/// Subfields: a code or a range of codes, and which occurrences.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Code {
    pub(super) first: u8,
    pub(super) last: u8,
    pub(super) index: Option<Span>,
    pub(super) chars: Option<Span>,
    pub(super) conditions: Vec<Condition>,
}

/// What a path selects in its fields.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Target {
    /// All of the field, or characters of a field without subfields.
    Whole(Option<Span>),
    /// An indicator, 1 or 2.
    Indicator(u8),
    /// Subfields.
    Codes(Vec<Code>),
    /// A selection in the fields embedded in it.
    Embedded(Box<Spec>),
}

/// A path: fields, the part of them that it selects, and conditions.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Spec {
    pub(super) tag: TagSpec,
    pub(super) index: Option<Span>,
    pub(super) target: Target,
    /// Conditions on the field, all of which must hold.
    pub(super) conditions: Vec<Condition>,
}

/// `{A|B}`: holds if one of its tests does.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Condition(pub(super) Vec<Test>);

/// A comparison. Without a left side it applies to the element before the braces.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Test {
    pub(super) left: Option<Term>,
    pub(super) op: Op,
    pub(super) right: Term,
}

/// How two sets of strings are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Op {
    Equal,
    NotEqual,
    Contains,
    ContainsNot,
    Exists,
    ExistsNot,
}

impl Op {
    pub(super) const ALL: [Op; 6] =
        [Op::NotEqual, Op::ContainsNot, Op::Equal, Op::Contains, Op::ExistsNot, Op::Exists];

    pub(super) const fn text(self) -> &'static str {
        match self {
            Op::Equal => "=",
            Op::NotEqual => "!=",
            Op::Contains => "~",
            Op::ContainsNot => "!~",
            Op::Exists => "?",
            Op::ExistsNot => "!",
        }
    }
}

/// One side of a comparison.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Term {
    /// A literal string.
    Text(String),
    /// A path with its own tag, anywhere in the record.
    Path(Spec),
    /// `$a`: subfields of the field.
    Code(Code),
    /// `^1`, `[0]^1`: an indicator.
    Indicator(Option<Span>, u8),
    /// `[0]`, `[0]/1`: another occurrence of the field, or of the subfield in its field.
    Index(Span, Option<Span>),
    /// `/1`: characters of the field, or of the subfield.
    Chars(Span),
}

impl Spec {
    pub(super) fn has_several_codes(&self) -> bool {
        match &self.target {
            Target::Codes(codes) => codes.len() > 1 || codes.iter().any(|code| code.first != code.last),
            Target::Embedded(inner) => inner.has_several_codes(),
            Target::Whole(_) | Target::Indicator(_) => false,
        }
    }
}

// The canonical spelling.

impl fmt::Display for TagSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TagSpec::Leader => f.write_str("LDR"),
            TagSpec::Shape(shape) => shape.iter().try_for_each(|byte| write!(f, "{}", char::from(*byte))),
            TagSpec::Number(tag) => tag.fmt(f),
        }
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Span::One(at) => at.fmt(f),
            Span::Range(from, to) => write!(f, "{from}-{to}"),
            Span::From(from) => write!(f, "{from}-#"),
            Span::Last(0) => f.write_str("#"),
            Span::Last(more) => write!(f, "#-{more}"),
        }
    }
}

fn index(index: Option<Span>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    index.map_or(Ok(()), |span| write!(f, "[{span}]"))
}

fn chars(chars: Option<Span>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    chars.map_or(Ok(()), |span| write!(f, "/{span}"))
}

impl Code {
    /// Returns the position in `$1/200`, which would be read as an embedded field if a code followed.
    fn is_like_embedded(&self) -> Option<u32> {
        match (self.first, self.index, self.chars) {
            (b'1', None, Some(Span::One(at @ 100..=999))) if self.first == self.last => Some(at),
            _ => None,
        }
    }

    fn write(&self, more: bool, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "${}", char::from(self.first))?;
        if self.last != self.first {
            write!(f, "-{}", char::from(self.last))?;
        }
        match self.is_like_embedded().filter(|_| more && self.conditions.is_empty()) {
            Some(at) => write!(f, "/{at}-{at}"),
            None => {
                index(self.index, f)?;
                chars(self.chars, f)?;
                self.conditions.iter().try_for_each(|condition| condition.fmt(f))
            }
        }
    }
}

impl fmt::Display for Spec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.tag.fmt(f)?;
        index(self.index, f)?;
        match &self.target {
            Target::Whole(span) => chars(*span, f)?,
            Target::Indicator(number) => write!(f, "^{number}")?,
            Target::Codes(_) | Target::Embedded(_) => {}
        }
        self.conditions.iter().try_for_each(|condition| condition.fmt(f))?;
        match &self.target {
            Target::Codes(codes) => {
                codes.iter().enumerate().try_for_each(|(at, code)| code.write(at + 1 < codes.len(), f))
            }
            Target::Embedded(inner) => write!(f, "$1/{inner}"),
            Target::Whole(_) | Target::Indicator(_) => Ok(()),
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, test) in self.0.iter().enumerate() {
            f.write_str(if at == 0 { "{" } else { "|" })?;
            test.fmt(f)?;
        }
        f.write_str("}")
    }
}

impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(left) = &self.left {
            left.fmt(f)?;
        }
        if self.left.is_some() || self.op != Op::Exists {
            f.write_str(self.op.text())?;
        }
        self.right.fmt(f)
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Term::Text(text) => {
                f.write_str("\\")?;
                text.chars().try_for_each(|character| match character {
                    ' ' => f.write_str("\\s"),
                    special if is_special(special) => write!(f, "\\{special}"),
                    other => write!(f, "{other}"),
                })
            }
            Term::Path(spec) => spec.fmt(f),
            Term::Code(code) => code.write(false, f),
            Term::Indicator(at, number) => {
                index(*at, f)?;
                write!(f, "^{number}")
            }
            Term::Index(at, span) => {
                index(Some(*at), f)?;
                chars(*span, f)
            }
            Term::Chars(span) => chars(Some(*span), f),
        }
    }
}

/// Returns whether a character must be escaped in a string.
pub(super) const fn is_special(character: char) -> bool {
    matches!(character, '$' | '{' | '}' | '!' | '=' | '~' | '?' | '|')
}
