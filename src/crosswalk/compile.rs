//! Rules made ready to run.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::check::{Mistake, unknown};
use super::condition::{Condition, tag_of};
use super::rule::{Family, Map, Rule};
use super::single::single_codes;
use super::source::HEAD;
use super::tables;
use super::transform::{Mode, Step, Transform};
use crate::tag::Tag;

/// What a rule takes from a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum From {
    Code(char),
    /// The whole text of the field.
    All,
    /// Nothing: the rule writes a constant.
    Const,
    /// What no other rule names.
    Rest,
}

/// Where it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum To {
    Field(TagBy),
    /// Positions, an indicator, a unit: a builder or another rule writes them.
    Place,
    Dropped,
    Kept,
    /// Through the map of UNIMARC.
    Via,
}

/// A target tag: fixed, or computed from the source field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum TagBy {
    Fixed(Tag),
    Title517,
    Tail430,
    Tail440,
}

/// An indicator: fixed, or computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Indicator {
    Fixed(u8),
    /// 1 if the output has a 1XX.
    Main,
    /// 1 for a name in inverted order, by the source.
    Name,
    /// 1 for a surname, 0 for a forename, by the indicator of the source, 1 or 2; by what is written if it says neither.
    Surname(u8),
    /// 1 for a name in inverted order, by what was written.
    Comma,
    Language,
    Title517,
    Tail430,
    Tail440,
    Url,
    First19,
    /// 1 for a translation, by the first indicator of UNIMARC 101 or MARC 21 041.
    Translation,
    /// How many characters are not filed, by the signs around them in $a.
    NonSort,
    /// How many characters are not filed, by the filing marks of IRBIS at the head of the title.
    Filing,
    /// The list that a subject is from, by $2: what `thesaurus21` has for it, 7 for another, 4 for none.
    Thesaurus,
    /// The indicator of the source field, 1 or 2.
    Source(u8),
}

/// An embedded field that a rule opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Inner {
    pub(crate) tag: Tag,
    /// Tag and indicators as they are written; the last is `?` if it is computed.
    pub(crate) opening: Box<str>,
    pub(crate) comma: bool,
}

/// Which values meet in one field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    Occurrence,
    Each,
    Record,
}

/// A rule, compiled.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) when: Condition,
    pub(crate) from: From,
    /// The tag of the embedded field it takes from.
    pub(crate) from_inner: Option<Tag>,
    pub(crate) to: To,
    pub(crate) indicators: [Indicator; 2],
    /// The target code; `None` for the code of the source, or for a control field.
    pub(crate) code: Option<char>,
    pub(crate) inner: Option<Inner>,
    pub(crate) transform: Transform,
    /// The value only feeds a builder.
    pub(crate) is_use: bool,
    pub(crate) asks_parents: bool,
    /// The mark, and the one that comes instead if the code is there already.
    pub(crate) marks: [Box<str>; 2],
    pub(crate) scope: Scope,
    /// The codes that may not repeat in the target field, and in the embedded one.
    pub(crate) single: [&'static str; 2],
    pub(crate) group: u32,
    /// The first of the neighbouring rules of one source tag in one group.
    pub(crate) run: u32,
    /// The first of the neighbouring rules that take one value into an embedded name, or that take values in the order of the
    /// source.
    pub(crate) block: u32,
}

/// The rules of one source tag, in the order of the map.
#[derive(Debug, Default)]
pub(crate) struct OfTag {
    pub(crate) takes: Vec<u32>,
    /// Those of them that take values under one code.
    pub(crate) by_code: Vec<(char, Vec<u32>)>,
    /// Rules that keep or drop what nothing else took.
    pub(crate) rest: Vec<u32>,
}

/// A map, compiled.
#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) lines: Vec<Line>,
    /// In the order of tags.
    by_tag: Vec<(Tag, OfTag)>,
    /// The rule for tags and subfields that no other names; `u32::MAX` if there is none.
    pub(crate) any: u32,
    /// Source tag and code of values that are units of others.
    pub(crate) units: HashSet<(Tag, char)>,
    pub(crate) asks_parents: bool,
}

impl Program {
    pub(crate) fn new(map: &Map) -> Result<Program, Vec<Mistake>> {
        let mut program = Program {
            lines: Vec::with_capacity(map.rules.len()),
            by_tag: Vec::new(),
            any: u32::MAX,
            units: HashSet::new(),
            asks_parents: false,
        };
        let (mut mistakes, mut by_tag) = (Vec::new(), BTreeMap::new());
        let mut groups = Groups::default();
        for (rule, at) in map.rules.iter().zip(0u32..) {
            match line(rule, at, map, &mut groups) {
                Ok(line) => program.add(rule, at, line, &mut by_tag),
                Err(message) => mistakes.push(Mistake::new(&map.file, rule, message)),
            }
        }
        program.by_tag = by_tag.into_iter().collect();
        if mistakes.is_empty() { Ok(program) } else { Err(mistakes) }
    }

    fn add(&mut self, rule: &Rule, at: u32, line: Line, by_tag: &mut BTreeMap<Tag, OfTag>) {
        self.asks_parents |= line.asks_parents;
        let (from_tag, _) = split_tag(&rule.from_tag);
        match tag_of(from_tag) {
            Some(tag) if from_tag != "*" => {
                if let (From::Code(code), "use(unit)") = (line.from, rule.transform.as_str()) {
                    self.units.insert((tag, code));
                }
                let of_tag = by_tag.entry(tag).or_default();
                match line.to {
                    To::Kept | To::Dropped => of_tag.rest.push(at),
                    _ => match line.from {
                        From::Code(code) => match of_tag.by_code.iter_mut().find(|(known, _)| *known == code)
                        {
                            Some((_, lines)) => lines.push(at),
                            None => of_tag.by_code.push((code, vec![at])),
                        },
                        _ => of_tag.takes.push(at),
                    },
                }
            }
            _ => self.any = at,
        }
        self.lines.push(line);
    }

    /// Returns the rules for fields with this tag.
    pub(crate) fn of_tag(&self, tag: Tag) -> Option<&OfTag> {
        let at = self.by_tag.binary_search_by_key(&tag, |(other, _)| *other).ok()?;
        self.by_tag.get(at).map(|(_, of_tag)| of_tag)
    }

    pub(crate) fn line(&self, at: u32) -> Option<&Line> {
        self.lines.get(at as usize)
    }
}

/// Numbers of groups, and what is needed to tell neighbours.
#[derive(Default)]
struct Groups {
    numbers: HashMap<(String, String), u32>,
    /// Source tag and first rule of the last run, by group.
    runs: HashMap<u32, (String, u32)>,
    /// Source, tag of the embedded field, and first rule of the last block.
    block: Option<(String, String, String, u32)>,
}

/// Splits `461/200` into the tag and that of the embedded field.
fn split_tag(text: &str) -> (&str, Option<&str>) {
    text.split_once('/').map_or((text, None), |(tag, inner)| (tag, Some(inner)))
}

fn line(rule: &Rule, at: u32, map: &Map, groups: &mut Groups) -> Result<Line, String> {
    let when = Condition::parse(&rule.when)?;
    let mut transform = Transform::parse(&rule.transform)?;
    transform.folds = map.source == Family::Irbis;
    for step in &transform.steps {
        if let Step::Map(table) = step {
            if tables::find(table).is_none() && !map.tables.contains_key(&**table) {
                let known =
                    map.tables.keys().map(String::as_str).chain(tables::names().map(|name| -> &str { name }));
                return Err(unknown("table", table, known));
            }
        }
    }
    for table in when.tables() {
        if tables::find(table).is_none() {
            return Err(unknown("built-in table", table, tables::names()));
        }
    }
    let (from_tag, from_inner) = split_tag(&rule.from_tag);
    if from_tag != "*" && tag_of(from_tag).is_none() {
        return Err(format!("{from_tag:?} is no tag"));
    }
    let from_inner = match from_inner {
        Some(inner) => Some(tag_of(inner).ok_or_else(|| format!("{inner:?} is no tag"))?),
        None => None,
    };
    let mut code = rule.from_code.chars();
    let from = match (rule.from_code.as_str(), code.next(), code.next()) {
        ("*", ..) => From::Code(HEAD),
        ("#", ..) => From::All,
        ("=", ..) if matches!(transform.mode, Mode::Const { .. }) => From::Const,
        ("+", ..) => From::Rest,
        (_, Some(code), None) => From::Code(code),
        (text, ..) => {
            return Err(format!("{text:?} is no subfield code; * is the head, + the rest, # all, = none"));
        }
    };
    let to = to(rule, map)?;
    if to != To::Dropped && to != To::Kept && transform.steps.contains(&Step::Drop) {
        return Err("a rule that drops has no target".to_owned());
    }
    let single = match to {
        To::Field(TagBy::Fixed(tag)) => tag.is_control(),
        _ => false,
    };
    let code = match rule.to_code.as_str() {
        "" | "{same}" => None,
        text => Some(one_char(text).ok_or_else(|| format!("{text:?} is no subfield code"))?),
    };
    let opens_control = rule.inner.starts_with("00");
    if matches!(to, To::Field(_)) && !single && !opens_control && rule.to_code.is_empty() {
        return Err(format!("a subfield of {} is missing", rule.to));
    }
    let (scope, name) = match rule.group.split_once(':').unwrap_or((&rule.group, "")) {
        ("occ" | "seq" | "", name) => (Scope::Occurrence, name),
        ("each", name) => (Scope::Each, name),
        ("rec" | "seq-rec", name) => (Scope::Record, name),
        ("keep", _) => (Scope::Occurrence, "keep"),
        (other, _) => {
            return Err(unknown(
                "group",
                other,
                ["occ", "seq", "each", "rec", "seq-rec", "keep"].into_iter(),
            ));
        }
    };
    let key = match (scope, name) {
        (Scope::Each, "") => format!("{at}"),
        (Scope::Occurrence, "") => format!("occ {from_tag}"),
        (Scope::Each, name) => format!("each {name}"),
        (Scope::Occurrence, name) => format!("occ:{name}"),
        (Scope::Record, name) => format!("rec:{name}"),
    };
    // Groups named after a source tag meet the fields of that tag.
    let key = match key.strip_prefix("occ:").filter(|name| tag_of(name).is_some() && name.len() <= 4) {
        Some(tag) if scope == Scope::Occurrence && name != "keep" => format!("occ {tag}"),
        _ => key,
    };
    let next = u32::try_from(groups.numbers.len()).unwrap_or(u32::MAX);
    // In MARC the indicators tell apart what goes to one tag; in IRBIS they are computed for the field.
    let to_what = match map.source {
        Family::Irbis => rule.to.clone(),
        _ => format!("{} {}{}", rule.to, rule.ind1, rule.ind2),
    };
    let group = *groups.numbers.entry((key, to_what)).or_insert(next);
    let run = match groups.runs.get(&group) {
        Some((tag, first)) if *tag == rule.from_tag => *first,
        _ => at,
    };
    groups.runs.insert(group, (rule.from_tag.clone(), run));
    let inner = inner(rule)?;
    let inner_tag = inner.as_ref().map(|inner| inner.tag);
    let is_name = rule.inner.starts_with('7');
    let block = match &groups.block {
        Some((tag, code, inner, first))
            if is_name && *tag == rule.from_tag && *code == rule.from_code && *inner == rule.inner =>
        {
            *first
        }
        _ => at,
    };
    groups.block = Some((rule.from_tag.clone(), rule.from_code.clone(), rule.inner.clone(), block));
    let block = if rule.group.starts_with("seq") { run } else { block };
    let (mark, other) = rule.mark.split_once('|').unwrap_or((&rule.mark, &rule.mark));
    Ok(Line {
        when,
        from,
        from_inner,
        to,
        indicators: [indicator(&rule.ind1)?, indicator(&rule.ind2)?],
        code,
        inner,
        is_use: transform.steps.contains(&Step::Use),
        asks_parents: transform.asks_parents(),
        transform,
        marks: [mark.into(), other.into()],
        scope,
        single: [
            match to {
                To::Field(TagBy::Fixed(tag)) => single_codes(map.target.name(), tag),
                _ => "",
            },
            inner_tag.map_or("", |tag| single_codes(map.target.name(), tag)),
        ],
        group,
        run,
        block,
    })
}

fn one_char(text: &str) -> Option<char> {
    let mut chars = text.chars();
    chars.next().filter(|_| chars.next().is_none())
}

fn to(rule: &Rule, map: &Map) -> Result<To, String> {
    let is =
        |step: Step| Transform::parse(&rule.transform).is_ok_and(|transform| transform.steps.contains(&step));
    Ok(match rule.to.as_str() {
        "-" if is(Step::Drop) => To::Dropped,
        "-" if rule.transform.starts_with("use(") => To::Place,
        "-" => return Err("nothing is written: the transform is drop or use(…)".to_owned()),
        "via" => To::Via,
        "886" if is(Step::Raw) => To::Kept,
        "{t517}" => To::Field(TagBy::Title517),
        "{z430}" => To::Field(TagBy::Tail430),
        "{z440}" => To::Field(TagBy::Tail440),
        // Copies per status become items in the profile of Koha; the count is not a subfield.
        _ if is(Step::Expand) => To::Place,
        place if place.starts_with("LDR/") || place.contains(['/', '$']) => To::Place,
        "005" if map.source == Family::Irbis => To::Place,
        tag => To::Field(TagBy::Fixed(tag.parse().map_err(|_| format!("{tag:?} is no tag"))?)),
    })
}

fn inner(rule: &Rule) -> Result<Option<Inner>, String> {
    if rule.inner.is_empty() {
        return Ok(None);
    }
    let comma = rule.inner.ends_with("{comma}");
    let opening = rule.inner.replace("{comma}", "?");
    let tag = opening.get(..3).and_then(tag_of).ok_or_else(|| format!("{:?} opens no field", rule.inner))?;
    if opening.chars().count() != if tag.is_control() { 3 } else { 5 } {
        return Err(format!("{:?} is not three digits and two indicators", rule.inner));
    }
    Ok(Some(Inner { tag, opening: opening.into(), comma }))
}

fn indicator(text: &str) -> Result<Indicator, String> {
    Ok(match text {
        "" | "#" => Indicator::Fixed(b' '),
        "{main}" => Indicator::Main,
        "{name}" => Indicator::Name,
        "{name1}" => Indicator::Surname(1),
        "{name2}" => Indicator::Surname(2),
        "{comma}" => Indicator::Comma,
        "{lang}" => Indicator::Language,
        "{t517}" => Indicator::Title517,
        "{z430}" => Indicator::Tail430,
        "{z440}" => Indicator::Tail440,
        "{url}" => Indicator::Url,
        "{a1}" => Indicator::First19,
        "{101}" | "{041}" => Indicator::Translation,
        "{nonsort}" => Indicator::NonSort,
        "{filing}" => Indicator::Filing,
        "{thesaurus}" => Indicator::Thesaurus,
        "{ind1}" => Indicator::Source(1),
        "{ind2}" => Indicator::Source(2),
        text => match text.as_bytes() {
            [byte] if byte.is_ascii_graphic() => Indicator::Fixed(*byte),
            _ => {
                let names = [
                    "{main}",
                    "{name}",
                    "{name1}",
                    "{name2}",
                    "{comma}",
                    "{lang}",
                    "{t517}",
                    "{z430}",
                    "{z440}",
                    "{url}",
                    "{a1}",
                    "{101}",
                    "{041}",
                    "{nonsort}",
                    "{filing}",
                    "{thesaurus}",
                    "{ind1}",
                    "{ind2}",
                ];
                return Err(unknown("indicator", text, names.into_iter()));
            }
        },
    })
}
