//! The tables `data/*.tsv`: which subfield of a dialect, and of a format of it, means what.

use std::sync::OnceLock;

use super::names::{Element, Part};
use crate::record::Dialect;

/// Fields and subfields of MARC 21.
pub(super) const MARC21: &str = include_str!("data/marc21.tsv");
/// The formats of MARC 21 that are not bibliographic, each after its name in brackets.
const MARC21_OTHER: &str = include_str!("data/marc21-other.tsv");
/// Fields and subfields of UNIMARC and RUSMARC.
pub(super) const UNIMARC: &str = include_str!("data/unimarc.tsv");
/// Fields and subfields of authorities in UNIMARC and RUSMARC.
const UNIMARC_AUTH: &str = include_str!("data/unimarc-auth.tsv");
/// Fields and subfields of IRBIS.
pub(super) const IRBIS: &str = include_str!("data/irbis.tsv");

/// What a field means, under a condition.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) when: Vec<Condition>,
    pub(super) element: Element,
    pub(super) kind: &'static str,
    /// The part of each ASCII code.
    parts: [Option<Part>; 128],
    /// Codes that begin a new entry.
    opens: u128,
    /// The part of the text before the first subfield.
    pub(super) lead: Option<Part>,
    /// Values at positions of the text before the first subfield, or of a subfield.
    pub(super) chars: Vec<Chars>,
    pub(super) facts: Facts,
}

/// A value at positions: in a subfield, or in the text before the first; counted from 0.
#[derive(Debug, Clone, Copy)]
pub(super) struct Chars {
    pub(super) code: Option<u8>,
    pub(super) first: u16,
    pub(super) last: u16,
    pub(super) part: Part,
}

/// A condition on a field.
#[derive(Debug)]
pub(super) enum Condition {
    /// The indicator (0 or 1) is one of these bytes.
    Indicator(usize, &'static [u8], bool),
    /// Field 003 names this agency.
    Agency(&'static [u8]),
    /// There is a subfield with this code.
    Subfield(u8, bool),
}

/// What a rule adds to the values.
#[derive(Debug, Default)]
pub(super) struct Facts {
    /// The agent has the first responsibility.
    pub(super) main: bool,
    /// The agent is an author where the record has no main entry.
    pub(super) free: bool,
    /// The agent belongs to the set of which the resource is a volume.
    pub(super) set: bool,
    /// The indicator (0 or 1) that counts the characters skipped in filing.
    pub(super) skips: Option<usize>,
    /// The indicator (0 or 1) that is 0 if the name is in direct order.
    pub(super) direct: Option<usize>,
    /// The role where none is given.
    pub(super) role: Option<&'static str>,
    /// The scheme of headings, classes and codes where none is given.
    pub(super) scheme: Option<&'static str>,
    /// The scheme by the value of an indicator (0 or 1).
    pub(super) by_indicator: Option<(usize, Vec<(u8, &'static str)>)>,
}

impl Rule {
    #[inline]
    pub(super) fn part(&self, code: u8) -> Option<Part> {
        self.parts.get(usize::from(code)).copied().flatten()
    }

    /// Returns whether a subfield is this part.
    pub(super) fn has(&self, part: Part) -> bool {
        self.parts.contains(&Some(part))
    }

    #[inline]
    pub(super) fn opens(&self, code: u8) -> bool {
        self.opens >> (code & 0x7F) & 1 == 1
    }
}

/// The rules of a dialect.
#[derive(Debug)]
pub(super) struct Table {
    rules: Vec<Rule>,
    /// The rules of each tag below 1000, as places in `rules`.
    by_tag: Vec<Vec<u16>>,
    /// The rules of each tag embedded in a field.
    embedded: Vec<Vec<u16>>,
}

impl Table {
    fn new() -> Table {
        Table { rules: Vec::new(), by_tag: vec![Vec::new(); 1000], embedded: vec![Vec::new(); 1000] }
    }

    fn parse(text: &'static str) -> Table {
        Table::of_lines(text.lines(), "")
    }

    /// Parses lines, of which some take the rows of tags from `base`.
    fn of_lines(lines: impl Iterator<Item = &'static str>, base: &'static str) -> Table {
        let mut table = Table::new();
        for line in lines.filter(|line| !line.starts_with('#')) {
            // A line that is no row is passed over; a test finds each.
            let _ = table.line(line, base);
        }
        table
    }

    fn line(&mut self, line: &'static str, base: &'static str) -> Option<()> {
        let Some(tags) = line.strip_prefix("= ") else { return self.row(line) };
        for tag in tags.split(',') {
            let rows = base.lines().filter(|row| {
                let own = row.split('\t').next().unwrap_or_default();
                own.split(',').any(|one| one == tag)
            });
            for row in rows {
                let (_, rest) = row.split_once('\t')?;
                self.row_of(tag, rest)?;
            }
        }
        Some(())
    }

    fn row(&mut self, line: &'static str) -> Option<()> {
        let (tags, rest) = line.split_once('\t')?;
        self.row_of(tags, rest)
    }

    /// Adds the row of some tags.
    fn row_of(&mut self, tags: &'static str, rest: &'static str) -> Option<()> {
        let mut columns = rest.split('\t');
        let when = columns.next()?;
        let (element, kind) = (Element::from_name(columns.next()?)?, columns.next()?);
        let (subfields, facts) = (columns.next()?, columns.next()?);
        let mut rule = Rule {
            when: list(when).map(condition).collect::<Option<_>>()?,
            element,
            kind,
            parts: [None; 128],
            opens: 0,
            lead: None,
            chars: Vec::new(),
            facts: parse_facts(facts)?,
        };
        for piece in list(subfields) {
            add_subfields(&mut rule, piece)?;
        }
        let place = u16::try_from(self.rules.len()).ok()?;
        for tag in tags.split(',') {
            let (list, tag) = match tag.strip_prefix("4XX:") {
                Some(tag) => (&mut self.embedded, tag),
                None => (&mut self.by_tag, tag),
            };
            list.get_mut(tag.parse::<usize>().ok()?)?.push(place);
        }
        self.rules.push(rule);
        Some(())
    }

    /// Returns the rules of a tag.
    #[inline]
    pub(super) fn of(&'static self, tag: u32) -> impl Iterator<Item = &'static Rule> + Clone {
        self.at(&self.by_tag, tag)
    }

    /// Returns the rules of a tag that is embedded in a field.
    pub(super) fn of_embedded(&'static self, tag: u32) -> impl Iterator<Item = &'static Rule> + Clone {
        self.at(&self.embedded, tag)
    }

    #[inline]
    fn at(&'static self, list: &'static [Vec<u16>], tag: u32) -> impl Iterator<Item = &'static Rule> + Clone {
        let places = usize::try_from(tag).ok().and_then(|tag| list.get(tag));
        places.into_iter().flatten().filter_map(|place| self.rules.get(usize::from(*place)))
    }
}

/// A format of a dialect, by leader/06.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Bibliographic,
    Authority,
    Holdings,
    Classification,
    Community,
}

impl Format {
    /// The lines of the format in the table of those that are not bibliographic.
    fn lines(self) -> impl Iterator<Item = &'static str> {
        let name = match self {
            Format::Bibliographic => "",
            Format::Authority => "[authority]",
            Format::Holdings => "[holdings]",
            Format::Classification => "[classification]",
            Format::Community => "[community]",
        };
        let own = MARC21_OTHER.lines().skip_while(move |line| *line != name).skip(1);
        own.take_while(|line| !line.starts_with('['))
    }
}

/// Returns the dialect whose table reads the records of a dialect, and the table for those with this leader/06. A record of
/// MARC 21 that `has_title` is bibliographic whatever its leader says.
pub(super) fn table(dialect: Dialect, kind: u8, has_title: bool) -> (Dialect, &'static Table) {
    static TABLES: [OnceLock<Table>; 9] = [const { OnceLock::new() }; 9];
    let [marc21, unimarc, irbis, isis, authority, holdings, classification, community, unimarc_authority] =
        &TABLES;
    match dialect {
        Dialect::Irbis => (Dialect::Irbis, irbis.get_or_init(|| Table::parse(IRBIS))),
        // Each base has fields of its own.
        Dialect::Isis => (Dialect::Isis, isis.get_or_init(Table::new)),
        Dialect::Unimarc | Dialect::Rusmarc if matches!(kind, b'x' | b'y' | b'z') => {
            (dialect, unimarc_authority.get_or_init(|| Table::of_lines(UNIMARC_AUTH.lines(), UNIMARC)))
        }
        Dialect::Unimarc | Dialect::Rusmarc => (dialect, unimarc.get_or_init(|| Table::parse(UNIMARC))),
        _ => {
            let (format, place) = match kind {
                b'z' if !has_title => (Format::Authority, authority),
                b'u' | b'v' | b'x' | b'y' if !has_title => (Format::Holdings, holdings),
                b'w' if !has_title => (Format::Classification, classification),
                b'q' => (Format::Community, community),
                _ => (Format::Bibliographic, marc21),
            };
            let made = || match format {
                Format::Bibliographic => Table::parse(MARC21),
                other => Table::of_lines(other.lines(), MARC21),
            };
            (Dialect::Marc21, place.get_or_init(made))
        }
    }
}

fn list(column: &'static str) -> impl Iterator<Item = &'static str> {
    column.split(' ').filter(|piece| !piece.is_empty() && *piece != "-")
}

fn condition(text: &'static str) -> Option<Condition> {
    let (text, is) = match text.strip_prefix('!') {
        Some(rest) => (rest, false),
        None => (text, true),
    };
    match text.as_bytes() {
        [b'0', b'0', b'3', b'=', agency @ ..] => Some(Condition::Agency(agency)),
        [b'$', code] => Some(Condition::Subfield(*code, is)),
        [number @ (b'1' | b'2'), b'=', values @ ..] => {
            Some(Condition::Indicator(usize::from(*number == b'2'), values, is))
        }
        _ => None,
    }
}

fn add_subfields(rule: &mut Rule, piece: &'static str) -> Option<()> {
    // The code may itself be an equals sign, never the part.
    let (codes, part) = piece.rsplit_once('=')?;
    let part = Part::from_name(part)?;
    let (codes, opens) = match codes.strip_suffix('|') {
        Some(codes) => (codes, true),
        None => (codes, false),
    };
    if codes == "*" {
        rule.lead = Some(part);
        return Some(());
    }
    if let Some((code, range)) = codes.split_once('/') {
        let code = code.as_bytes().first().copied();
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        rule.chars.push(Chars { code, first: first.parse().ok()?, last: last.parse().ok()?, part });
        return Some(());
    }
    for code in codes.bytes() {
        *rule.parts.get_mut(usize::from(code))? = Some(part);
        if opens {
            rule.opens |= 1 << code;
        }
    }
    Some(())
}

fn parse_facts(column: &'static str) -> Option<Facts> {
    let mut facts = Facts::default();
    let mut by: Option<(usize, Vec<(u8, &'static str)>)> = None;
    for piece in list(column) {
        match (piece, piece.split_once(':'), piece.split_once('=')) {
            ("main", ..) => facts.main = true,
            ("free", ..) => facts.free = true,
            ("set", ..) => facts.set = true,
            (_, Some((number @ ("1" | "2"), first)), _) => {
                by = Some((usize::from(number == "2"), vec![by_value(first)?]));
            }
            (_, _, Some(("skips", number))) => facts.skips = Some(usize::from(number == "2")),
            (_, _, Some(("direct", number))) => facts.direct = Some(usize::from(number == "2")),
            (_, _, Some(("role", code))) => facts.role = Some(code),
            (_, _, Some(("scheme", name))) => facts.scheme = Some(name),
            _ => by.as_mut()?.1.push(by_value(piece)?),
        }
    }
    facts.by_indicator = by;
    Some(facts)
}

fn by_value(piece: &'static str) -> Option<(u8, &'static str)> {
    let (value, name) = piece.split_once('=')?;
    Some((*value.as_bytes().first()?, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_a_row() {
        for (text, base) in
            [(MARC21, ""), (UNIMARC, ""), (IRBIS, ""), (MARC21_OTHER, MARC21), (UNIMARC_AUTH, UNIMARC)]
        {
            let mut table = Table::new();
            for line in text.lines().filter(|line| !line.starts_with(['#', '['])) {
                assert!(table.line(line, base).is_some(), "{line}");
            }
        }
    }

    #[test]
    fn tags_that_are_taken_from_another_table_are_there() {
        for (text, base) in [(MARC21_OTHER, MARC21), (UNIMARC_AUTH, UNIMARC)] {
            for tag in
                text.lines().filter_map(|line| line.strip_prefix("= ")).flat_map(|tags| tags.split(','))
            {
                let mut table = Table::new();
                table.row_of(tag, "-\tnote\tgeneral\t*=value\t-").unwrap();
                let line = String::leak(format!("= {tag}"));
                table.line(line, base).unwrap();
                assert!(table.rules.len() > 1, "{tag}");
            }
        }
    }
}
