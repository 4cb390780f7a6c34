//! Conditions of rules.

use super::fixed::dates;
use super::source::{HEAD, Occurrence, Source, Value};
use super::tables;
use crate::tag::Tag;

/// All of `every` hold; each holds if one of its alternatives does.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Condition {
    pub(crate) every: Vec<Vec<Term>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Term {
    pub(crate) not: bool,
    pub(crate) test: Test,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Test {
    /// The worksheet of the record, upper case.
    Sheet(Box<str>),
    Has(Tag, Option<char>),
    Many(Tag),
    Nth(u32),
    /// The field has text under the code, which matches the pattern.
    Sub(char, Option<Pattern>),
    /// The first text under the code is in the table.
    Listed(char, Box<str>),
    /// The indicator, 1 or 2, is one of these.
    Indicator(u8, Box<str>),
    /// The first text under the code ends in this.
    Ends(char, Box<str>),
    /// The value before this one ends in this.
    Follows(Box<str>),
    /// There is more than one text under the code.
    ManySub(char),
    /// The first of the one code stands before the last of the other.
    Order(char, char),
    /// The first text under the code has a comma in it.
    Comma(char),
    /// The role in $4 is this one.
    Role(Box<str>),
    Digits,
    Hex,
    WellFormed100,
    Own,
    Book,
    SetMain,
    Meeting,
    HostParts,
    /// Eight digits that are a day.
    Day,
    /// A year is in it.
    Year,
    TypeLetter,
    AudienceLetter,
    Unmapped,
    UnknownSheet,
    Profile(Box<str>),
}

/// What conditions ask of a record, found once.
#[derive(Debug)]
pub(crate) struct Facts {
    pub(crate) sheet: String,
    pub(crate) book: bool,
    /// The control number, field 903 of IRBIS.
    pub(crate) own: Option<String>,
    pub(crate) profiles: Vec<String>,
}

/// The worksheets that the maps of IRBIS know.
pub(crate) const SHEETS: [&str; 11] =
    ["PAZK", "PVK", "SPEC", "ASP", "J", "NJ", "NJK", "NJP", "MUSP", "BOUNI", "AUNTD"];

const NAMES: [&str; 38] = [
    "order:",
    "comma:",
    "is:day",
    "is:year",
    "in:",
    "follows:",
    "ends:",
    "many-sub:",
    "role:",
    "has:",
    "no:",
    "many:",
    "nth:",
    "sub:",
    "nosub:",
    "ind1:",
    "ind2:",
    "is:digits",
    "not:digits",
    "is:hex",
    "not:hex",
    "is:letter",
    "is:aud",
    "wf100",
    "own",
    "bk",
    "setmain",
    "meet",
    "nomeet",
    "hostparts",
    "unmapped",
    "unknown-sheet",
    "profile:",
    "PAZK",
    "SPEC",
    "ASP",
    "NJ",
    "MUSP",
];

impl Condition {
    /// Parses conditions joined by commas, each with alternatives joined by `|`.
    pub(crate) fn parse(text: &str) -> Result<Condition, String> {
        let mut every = Vec::new();
        for part in text.split(',').filter(|part| !part.trim().is_empty()) {
            every.push(part.split('|').map(|term| Term::parse(term.trim())).collect::<Result<Vec<_>, _>>()?);
        }
        Ok(Condition { every })
    }

    /// Returns the tables in which it looks values up.
    pub(crate) fn tables(&self) -> impl Iterator<Item = &str> {
        self.every.iter().flatten().filter_map(|term| match &term.test {
            Test::Listed(_, table) => Some(&**table),
            _ => None,
        })
    }

    /// Returns whether it holds. `value` comes with its index, and is `None` for what is not asked of one value.
    pub(crate) fn holds(
        &self,
        source: &Source<'_>,
        facts: &Facts,
        field: &Occurrence<'_>,
        value: Option<(usize, &Value<'_>)>,
    ) -> bool {
        let holds = |term: &Term| term.test.holds(source, facts, field, value) != term.not;
        self.every.iter().all(|terms| terms.iter().any(holds))
    }
}

impl Term {
    fn parse(text: &str) -> Result<Term, String> {
        let (not, text) = match text.strip_prefix('!') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (name, rest) = text.split_once(':').unwrap_or((text, ""));
        let place = || -> Result<(Tag, Option<char>), String> {
            let (tag, code) =
                rest.split_once('^').map_or((rest, None), |(tag, code)| (tag, code.chars().next()));
            Ok((tag_of(tag).ok_or_else(|| format!("{tag:?} is no tag"))?, code))
        };
        let sub = || -> Result<Test, String> {
            let mut chars = rest.chars();
            let code = chars.next().ok_or("a code is missing")?;
            let pattern = match chars.as_str().strip_prefix('=') {
                Some(pattern) => Some(Pattern::parse(pattern)?),
                None => None,
            };
            Ok(Test::Sub(code, pattern))
        };
        let (also_not, test) = match (name, rest) {
            ("has", _) => place().map(|(tag, code)| (false, Test::Has(tag, code)))?,
            ("no", _) => place().map(|(tag, code)| (true, Test::Has(tag, code)))?,
            ("many", _) => place().map(|(tag, _)| (false, Test::Many(tag)))?,
            ("nth", _) => (false, Test::Nth(rest.parse().map_err(|_| format!("{rest:?} is no number"))?)),
            ("sub", _) => (false, sub()?),
            ("nosub", _) => (true, sub()?),
            ("in", _) => {
                let (code, table) = rest.split_once('=').ok_or("in takes a code, =, and a table")?;
                (false, Test::Listed(code.chars().next().ok_or("a code is missing")?, table.into()))
            }
            ("ind1", _) => (false, Test::Indicator(1, rest.replace('#', " ").into())),
            ("ind2", _) => (false, Test::Indicator(2, rest.replace('#', " ").into())),
            ("ends", _) => {
                let (code, suffix) = rest.split_once('=').ok_or("ends takes a code, =, and a text")?;
                (false, Test::Ends(code.chars().next().ok_or("a code is missing")?, suffix.into()))
            }
            ("follows", _) => (false, Test::Follows(rest.into())),
            ("many-sub", _) => (false, Test::ManySub(rest.chars().next().ok_or("a code is missing")?)),
            ("comma", _) => (false, Test::Comma(rest.chars().next().ok_or("a code is missing")?)),
            ("order", _) => match rest.chars().collect::<Vec<_>>().as_slice() {
                [first, last] => (false, Test::Order(*first, *last)),
                _ => return Err("order takes two codes: order:fd".to_owned()),
            },
            ("role", _) => (false, Test::Role(rest.into())),
            ("is", "digits") => (false, Test::Digits),
            ("not", "digits") => (true, Test::Digits),
            ("is", "hex") => (false, Test::Hex),
            ("not", "hex") => (true, Test::Hex),
            ("is", "day") => (false, Test::Day),
            ("is", "year") => (false, Test::Year),
            ("is", "letter") => (false, Test::TypeLetter),
            ("is", "aud") => (false, Test::AudienceLetter),
            ("wf100", "") => (false, Test::WellFormed100),
            ("own", "") => (false, Test::Own),
            ("bk", "") => (false, Test::Book),
            ("setmain", "") => (false, Test::SetMain),
            ("meet", "") => (false, Test::Meeting),
            ("nomeet", "") => (true, Test::Meeting),
            ("hostparts", "") => (false, Test::HostParts),
            ("unmapped", "") => (false, Test::Unmapped),
            ("unknown-sheet", "") => (false, Test::UnknownSheet),
            ("profile", _) if !rest.is_empty() => (false, Test::Profile(rest.into())),
            (sheet, "") if is_sheet(sheet) => (false, Test::Sheet(sheet.into())),
            _ => {
                let asked =
                    if text.contains(':') && !rest.is_empty() { format!("{name}:") } else { text.to_owned() };
                return Err(super::check::unknown("condition", &asked, NAMES.iter().copied()));
            }
        };
        Ok(Term { not: not != also_not, test })
    }
}

/// Worksheets of a site are named in capitals too.
fn is_sheet(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

/// A tag as rules write it: without zeros in front in IRBIS.
pub(crate) fn tag_of(text: &str) -> Option<Tag> {
    match text.bytes().all(|byte| byte.is_ascii_digit()) {
        true => text.parse::<u32>().ok().and_then(Tag::from_number),
        false => text.parse().ok(),
    }
}

impl Test {
    fn holds(
        &self,
        source: &Source<'_>,
        facts: &Facts,
        field: &Occurrence<'_>,
        value: Option<(usize, &Value<'_>)>,
    ) -> bool {
        let text = || value.map(|(_, value)| value.text.trim()).unwrap_or_default();
        match self {
            Test::Sheet(sheet) => *facts.sheet == **sheet,
            Test::Has(tag, code) => source.nth_with(*tag, *code, 0).is_some(),
            Test::Many(tag) => source.nth_with(*tag, None, 1).is_some(),
            Test::Nth(number) => field.number == *number,
            Test::Sub(code, None) => source.value(field, *code).is_some(),
            Test::Sub(code, Some(pattern)) => {
                source.value(field, *code).is_some_and(|value| pattern.matches(value.text.trim()))
            }
            Test::Listed(code, table) => {
                let value = source.value(field, *code);
                value.is_some_and(|value| tables::look_up(table, value.text.trim()).is_some())
            }
            Test::Indicator(which, any) => {
                let at = usize::from(*which).saturating_sub(1);
                field.field.indicators().get(at).is_some_and(|byte| any.as_bytes().contains(byte))
            }
            Test::Ends(code, suffix) => {
                source.value(field, *code).is_some_and(|value| value.text.trim_end().ends_with(&**suffix))
            }
            Test::Follows(suffix) => {
                let before = value.and_then(|(index, _)| source.before(field, index));
                before.is_some_and(|before| before.text.trim_end().ends_with(&**suffix))
            }
            Test::ManySub(code) => source.count(field, *code) > 1,
            Test::Order(first, last) => source.is_in_order(field, *first, *last),
            Test::Comma(code) => source.value(field, *code).is_some_and(|value| value.text.contains(',')),
            Test::Role(role) => source.value(field, '4').is_some_and(|value| value.text.trim() == &**role),
            Test::Digits => !text().is_empty() && text().bytes().all(|byte| byte.is_ascii_digit()),
            Test::Hex => text().len() == 16 && text().bytes().all(|byte| byte.is_ascii_hexdigit()),
            Test::WellFormed100 => well_formed_100(text()),
            Test::Own => facts.own.as_deref() == Some(text()),
            Test::Book => facts.book,
            Test::SetMain => {
                &*facts.sheet == "SPEC" && source.nth_with(tag(700), None, 0).is_none() && {
                    let first = source.nth_with(field.field.tag(), Some('z'), 0);
                    first.is_some_and(|first| first.number == field.number)
                }
            }
            Test::Meeting => {
                let has = |code| source.value(field, code).is_some();
                matches!(field.field.tag().number(), Some(971 | 972)) || has('d') || has('f') && has('e')
            }
            Test::HostParts => {
                let host = source.numbered(tag(463), field.number);
                host.is_some_and(|host| {
                    ['v', 'h', 'k'].iter().any(|code| source.value(host, *code).is_some())
                })
            }
            Test::Day => dates::day(text()).is_some(),
            Test::Year => dates::years(text()) != dates::Years::None,
            Test::TypeLetter => one_of(text(), "abcdefgijklmr"),
            Test::AudienceLetter => one_of(text(), "abcdekmu"),
            Test::Unmapped => tables::look_up("country21", &text().to_uppercase()).is_none(),
            Test::UnknownSheet => !SHEETS.contains(&&*facts.sheet),
            Test::Profile(name) => facts.profiles.iter().any(|profile| **profile == **name),
        }
    }
}

fn tag(number: u32) -> Tag {
    Tag::from_number(number).unwrap_or(Tag::new(*b"000"))
}

fn one_of(text: &str, letters: &str) -> bool {
    text.len() == 1 && letters.contains(text)
}

/// Whether a text is the coded data of UNIMARC 100: eight digits, a letter, 36 characters in all.
pub(crate) fn well_formed_100(text: &str) -> bool {
    let bytes = text.as_bytes();
    text.chars().count() == 36
        && bytes.iter().take(8).all(u8::is_ascii_digit)
        && bytes.get(8).is_some_and(u8::is_ascii_alphabetic)
}

/// Returns the worksheet of the record, in upper case.
pub(crate) fn sheet(source: &Source<'_>) -> String {
    source.text(920, HEAD).unwrap_or_default().to_uppercase()
}

/// A pattern that a text must begin with: characters, `.`, `[…]`, `[^…]`, each perhaps with `+`; `$` at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pattern {
    parts: Vec<Part>,
    to_end: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Part {
    set: Vec<(char, char)>,
    not: bool,
    many: bool,
}

impl Pattern {
    pub(crate) fn parse(text: &str) -> Result<Pattern, String> {
        let (text, to_end) = text.strip_suffix('$').map_or((text, false), |text| (text, true));
        let mut parts: Vec<Part> = Vec::new();
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            let mut part = Part { set: Vec::new(), not: false, many: false };
            match c {
                '.' => part.not = true,
                '[' => {
                    part.not = chars.next_if_eq(&'^').is_some();
                    loop {
                        let Some(first) = chars.next() else {
                            return Err(format!("[ without ] in {text:?}"));
                        };
                        if first == ']' {
                            break;
                        }
                        let last = match chars.next_if_eq(&'-') {
                            Some(_) => chars.next().unwrap_or('-'),
                            None => first,
                        };
                        part.set.push((first, last));
                    }
                }
                '*' | '(' | ')' | '\\' | '?' | '{' => {
                    return Err(format!("{c:?} is not known in a pattern; use characters, . [] [^] + $"));
                }
                c => part.set.push((c, c)),
            }
            part.many = chars.next_if_eq(&'+').is_some();
            parts.push(part);
        }
        Ok(Pattern { parts, to_end })
    }

    pub(crate) fn matches(&self, text: &str) -> bool {
        let mut rest = text;
        for part in &self.parts {
            let takes =
                |c: char| part.set.iter().any(|(first, last)| (*first..=*last).contains(&c)) != part.not;
            let mut chars = rest.chars();
            match chars.next() {
                Some(c) if takes(c) => rest = chars.as_str(),
                _ => return false,
            }
            if part.many {
                rest = rest.trim_start_matches(takes);
            }
        }
        !self.to_end || rest.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_at_the_start() {
        let matches = |pattern: &str, text: &str| Pattern::parse(pattern).unwrap().matches(text);
        assert!(matches("[0-4]", "01") && !matches("[0-4]", "z"));
        assert!(matches("[^0-4].+", "z ИСН") && !matches("[^0-4].+", "z"));
        assert!(matches("[^0-4]$", "z") && !matches("[^0-4]$", "zz"));
        assert!(matches("Пат", "Патент РФ") && !matches("Пат", "па"));
        assert!(Pattern::parse("a(b)").is_err());
    }
}
