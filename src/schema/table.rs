//! The parser of `data/*.tsv`: the built-in sets as schemas.
//!
//! A line is a row of columns with tabs between; the first names its kind.
//!
//! | kind | columns |
//! |---|---|
//! | `set` | key, value |
//! | `field` | tag, `R` or `N`, occurrence (`M` mandatory, `X` obsolete, `X2008` since that year), both indicators, subfields once, many times, obsolete, label |
//! | `sub` | tag, code (`-` for the value of the field), occurrence, `@list`, label |
//! | `length` | where, type, one or more numbers of characters |
//! | `at` | where, type, positions, label, then a column for each code: the code, a blank, its label |
//!
//! `#` is a blank, `-` is nothing, `*` anything, `!` marks an obsolete code, `@` a list of `data/codes`; codes beside a list
//! make a list of their own with it, whose name ends in `+`.

use std::collections::BTreeMap;

use super::definition::{
    CodeDefinition, Codes, FieldDefinition, IndicatorDefinition, PositionDefinition, Schema,
    SubfieldDefinition, ValueDefinition,
};

/// The lists of codes, by name.
pub(crate) const LISTS: [(&str, &str); 7] = [
    ("languages", include_str!("data/codes/languages.tsv")),
    ("countries", include_str!("data/codes/countries.tsv")),
    ("areas", include_str!("data/codes/areas.tsv")),
    ("sources", include_str!("data/codes/sources.tsv")),
    ("relators", include_str!("data/codes/relators.tsv")),
    ("unimarc-relators", include_str!("data/codes/unimarc-relators.tsv")),
    ("iso3166", include_str!("data/codes/iso3166.tsv")),
];

/// Parses a table into a schema. A line that is no row is passed over; a test finds each.
pub(super) fn parse(text: &str) -> Schema {
    let mut schema = Schema { family: "marc".to_owned(), ..Schema::default() };
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        row(&mut schema, line);
    }
    schema
}

/// Adds a row; `None` if it is none.
fn row(schema: &mut Schema, line: &str) -> Option<()> {
    let mut columns = line.split('\t');
    let (kind, first) = (columns.next()?, columns.next()?);
    match kind {
        "set" => set(schema, first, columns.next()?),
        "field" => {
            let mut field =
                FieldDefinition { repeatable: columns.next()? == "R", ..FieldDefinition::default() };
            match columns.next()? {
                "M" => field.required = true,
                occurrence => {
                    let year = occurrence.strip_prefix('X');
                    field.deprecated = year.is_some();
                    field.since = year.and_then(|year| year.parse().ok());
                }
            }
            let (one, two) = (columns.next()?, columns.next()?);
            field.indicators = [indicator(one), indicator(two)];
            let (once, many, obsolete) = (columns.next()?, columns.next()?, columns.next()?);
            field.label = columns.next()?.to_owned();
            if one != "-" {
                let mut subfields = BTreeMap::new();
                for (codes, repeatable, deprecated) in
                    [(once, false, false), (many, true, false), (obsolete, true, true)]
                {
                    let codes = codes.chars().filter(|code| *code != '-');
                    subfields.extend(codes.map(|code| {
                        let subfield = SubfieldDefinition { repeatable, deprecated, ..Default::default() };
                        (code.to_string(), subfield)
                    }));
                }
                field.subfields = Some(subfields);
            }
            schema.fields.insert(first.to_owned(), field);
        }
        "sub" => {
            let (code, occurrence, list) = (columns.next()?, columns.next()?, columns.next()?);
            let label = columns.next()?.to_owned();
            let field = schema.fields.get_mut(first)?;
            if code == "-" {
                let name = list.strip_prefix('@')?;
                field.value.codes = Some(Codes::List(name.to_owned()));
                add_list(schema, name);
                return Some(());
            }
            let subfield = field.subfields.as_mut()?.get_mut(code)?;
            subfield.required = occurrence == "M";
            subfield.label = label;
            if let Some(name) = list.strip_prefix('@') {
                add_list(schema, name);
                let field = schema.fields.get_mut(first)?;
                let subfield = field.subfields.as_mut()?.get_mut(code)?;
                subfield.value.codes = Some(Codes::List(name.to_owned()));
            }
        }
        "length" => {
            let kind = columns.next()?;
            let length =
                columns.next()?.split(' ').map(|number| number.parse().ok()).collect::<Option<_>>()?;
            value(schema, first, kind)?.length = length;
        }
        "at" => {
            let kind = columns.next()?;
            let name = columns.next()?;
            let label = columns.next()?.to_owned();
            let (start, end) = range(name)?;
            let mut position =
                PositionDefinition { name: name.to_owned(), start, end, label, ..Default::default() };
            let mut own = BTreeMap::new();
            let mut list = None;
            for column in columns.filter(|column| !column.is_empty()) {
                match column.strip_prefix('@') {
                    Some(name) => list = Some(name),
                    None => own.extend(code(column)),
                }
            }
            if let Some(name) = list {
                add_list(schema, name);
                let name = with_others(schema, name, own);
                position.codes = Some(Codes::List(name));
            } else if !own.is_empty() {
                let width = end.saturating_sub(start).saturating_add(1);
                let whole = own.keys().all(|code| code.chars().count() >= width);
                let codes = Some(Codes::Own(own));
                if whole { position.codes = codes } else { position.flags = codes }
            }
            value(schema, first, kind)?.positions.push(position);
        }
        _ => return None,
    }
    Some(())
}

fn set(schema: &mut Schema, key: &str, value: &str) {
    let value = value.to_owned();
    match key {
        "title" => schema.title = value,
        "url" => schema.url = value,
        "source" => schema.source = value,
        "date" => schema.date = value,
        "language" => schema.language = value,
        "partial" => schema.partial = true,
        "family" => schema.family = value,
        "one" => schema.at_most_one_of.push(value.split(' ').map(str::to_owned).collect()),
        "fill" => schema.fill = value.chars().next(),
        _ => {}
    }
}

/// Parses a code and its label: `# No illustrations`. A code of three digits, a hyphen and three digits is a range.
fn code(column: &str) -> Option<(String, CodeDefinition)> {
    let (code, label) = column.split_once(' ').unwrap_or((column, ""));
    let live = code.strip_prefix('!').filter(|code| !code.is_empty());
    let deprecated = live.is_some();
    let code = live.unwrap_or(code);
    (!code.is_empty())
        .then(|| (code.replace('#', " "), CodeDefinition { label: label.to_owned(), deprecated }))
}

fn indicator(column: &str) -> IndicatorDefinition {
    match column {
        "-" | "*" => IndicatorDefinition::Any,
        "#" => IndicatorDefinition::Blank,
        codes => {
            let mut deprecated = false;
            let mut all = BTreeMap::new();
            for character in codes.chars() {
                if character == '!' {
                    deprecated = true;
                    continue;
                }
                let code = if character == '#' { ' ' } else { character };
                all.insert(code.to_string(), CodeDefinition { label: String::new(), deprecated });
                deprecated = false;
            }
            let codes = Some(Codes::Own(all));
            IndicatorDefinition::Values(ValueDefinition { codes, ..ValueDefinition::default() })
        }
    }
}

pub(super) fn range(name: &str) -> Option<(usize, usize)> {
    let (first, last) = name.split_once('-').unwrap_or((name, name));
    let (start, end) = (first.parse().ok()?, last.parse().ok()?);
    (start <= end && end < 10_000).then_some((start, end))
}

/// The definition of a value: of a field `008`, of one in records of a type, or of a subfield `100$a`.
fn value<'a>(schema: &'a mut Schema, place: &str, kind: &str) -> Option<&'a mut ValueDefinition> {
    let (tag, code) = place.split_once('$').unwrap_or((place, ""));
    let field = match tag {
        "LDR" => schema
            .fields
            .entry("LDR".to_owned())
            .or_insert_with(|| FieldDefinition { label: "Leader".to_owned(), ..FieldDefinition::default() }),
        _ => schema.fields.get_mut(tag)?,
    };
    if !code.is_empty() {
        return field.subfields.as_mut()?.get_mut(code).map(|subfield| &mut subfield.value);
    }
    match kind {
        "-" => Some(&mut field.value),
        kind => Some(field.types.entry(kind.to_owned()).or_default()),
    }
}

/// Returns the codes of a list and their labels, in the order of the table; none if there is no such list.
pub(crate) fn code_list(name: &str) -> impl Iterator<Item = (&'static str, &'static str)> + use<> {
    code_rows(name).map(|(code, label, _)| (code, label))
}

/// Returns the codes of a list, their labels, and whether the list has withdrawn them.
pub(crate) fn code_rows(name: &str) -> impl Iterator<Item = (&'static str, &'static str, bool)> + use<> {
    let text = LISTS.iter().find(|(known, _)| *known == name).map_or("", |(_, text)| text);
    text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let mut columns = line.split('\t');
        Some((columns.next()?, columns.next()?, columns.next() == Some("obsolete")))
    })
}

fn add_list(schema: &mut Schema, name: &str) {
    if schema.codelists.contains_key(name) {
        return;
    }
    let mut list = BTreeMap::new();
    for (code, label, deprecated) in code_rows(name) {
        let definition = CodeDefinition { label: label.to_owned(), deprecated };
        // A position of three characters has codes of two with a blank.
        if name == "countries" && code.len() == 2 {
            list.insert(format!("{code} "), definition.clone());
        }
        list.insert(code.to_owned(), definition);
    }
    schema.codelists.insert(name.to_owned(), list);
}

/// Adds the list that has these codes too, and returns its name.
fn with_others(schema: &mut Schema, name: &str, others: BTreeMap<String, CodeDefinition>) -> String {
    if others.is_empty() {
        return name.to_owned();
    }
    let longer = format!("{name}+");
    let known = schema.codelists.get(name).into_iter().flatten();
    let list = known.map(|(code, definition)| (code.clone(), definition.clone())).chain(others).collect();
    schema.codelists.insert(longer.clone(), list);
    longer
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::sets::{Set, table};

    #[test]
    fn every_line_is_a_row() {
        for set in Set::ALL {
            let mut schema = Schema::default();
            for line in table(set).lines().filter(|line| !line.starts_with('#')) {
                assert!(row(&mut schema, line).is_some(), "{set}: {line}");
            }
            assert!(
                !schema.title.is_empty() && !schema.source.is_empty() && !schema.date.is_empty(),
                "{set}"
            );
        }
    }

    #[test]
    fn rows_say_what_they_mean() {
        let schema = parse(table(Set::Marc21Bib));
        let title = &schema.fields["245"];
        assert!(!title.repeatable && title.required);
        let subfields = title.subfields.as_ref().unwrap();
        assert!(!subfields["a"].repeatable && subfields["n"].repeatable && subfields["d"].deprecated);
        let books = &schema.fields["008"].types["BK"];
        let illustrations = books.positions.iter().find(|position| position.name == "18-21").unwrap();
        let Some(Codes::Own(flags)) = &illustrations.flags else { panic!() };
        assert_eq!(flags["a"].label, "Illustrations");
        assert!(flags.contains_key("|") && flags.contains_key(" "));
        assert_eq!(schema.fields["008"].value.length, [40]);
        assert!(schema.codelists["languages"]["scr"].deprecated);
    }
}
