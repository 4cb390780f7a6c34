//! The examples of the documentation: of conditions, of groups, and of every source tag of `irbis-marc21`.

use std::collections::BTreeSet;

use kartoteka::crosswalk::{Converter, Crosswalk, Map, OnLoss};
use kartoteka::{Builder, ReadOptions, Record, RecordRead, Syntax, Tag, mrk};

use crate::worksheets::in_lines;

/// The rows of a table, without its head.
fn rows(table: &'static str) -> Vec<Vec<&'static str>> {
    table.lines().skip(1).map(|line| line.split('\t').collect()).collect()
}

/// A record of IRBIS; of UNIMARC where fields have indicators, with `#` for a blank.
fn record(text: &str) -> Record {
    let fields: Vec<(&str, &str)> = text.split('|').map(|field| field.split_once(' ').unwrap()).collect();
    let indicators = |body: &str| body.get(2..3) == Some(" ") && !body.starts_with('^') && body.contains('^');
    let is_marc = fields.iter().all(|(_, body)| indicators(body));
    let mut made = Builder::new(if is_marc { Syntax::MARC } else { Syntax::IRBIS }).build().unwrap();
    for (tag, body) in fields {
        let tag =
            if is_marc { tag.parse().unwrap() } else { Tag::from_number(tag.parse().unwrap()).unwrap() };
        let (head, subfields) = body.split_once('^').unwrap_or((body, ""));
        made.push_field(tag, |field| {
            match is_marc {
                true => field.indicators(&head[..2].replace('#', " ")),
                false => field.lead(head),
            };
            for subfield in subfields.split('^').filter(|subfield| !subfield.is_empty()) {
                let mut chars = subfield.chars();
                field.subfield(chars.next().unwrap(), chars.as_str());
            }
            field
        })
        .unwrap();
    }
    made
}

/// Converts a record by rules of a group, each `FROM>TO`.
fn convert(text: &str, rules: &str, when: &str, group: &str) -> Vec<String> {
    let source = record(text);
    let family = if text.contains("# ^") || text.contains("#0 ^") { "unimarc" } else { "irbis" };
    let mut toml = format!("name = \"example\"\nsource = \"{family}\"\ntarget = \"marc21\"\n");
    toml.push_str("[options]\nprofile = \"test\"\n");
    for (at, rule) in rules.split(' ').enumerate() {
        let (from, to) = rule.split_once('>').unwrap();
        let transform = if group == "keep" { "raw" } else { "copy" };
        toml.push_str(&format!(
            "[[rule]]\nid = \"example.{at}\"\nwhen = \"{when}\"\nfrom = \"{from}\"\nto = \"{to}\"\n\
             group = \"{group}\"\ntransform = \"{transform}\"\n"
        ));
    }
    let map = Map::from_toml(&toml).unwrap_or_else(|mistakes| panic!("{mistakes:?}\n{toml}"));
    let crosswalk = Crosswalk::new(map).unwrap_or_else(|mistakes| panic!("{mistakes:?}\n{toml}"));
    let mut made = Record::new();
    let mut converter = Converter::new(&crosswalk).on_loss(OnLoss::Allow);
    converter.convert(source.view(), &mut made).unwrap();
    let fields = made.fields().filter(|field| matches!(field.tag().number(), Some(886 | 990)));
    let fields = fields.map(|field| {
        let subfields =
            field.subfields().map(|one| format!("${}{}", one.code(), one.value().to_str().unwrap()));
        format!("{} {}", field.tag(), subfields.collect::<String>())
    });
    fields.collect()
}

#[test]
fn conditions_hold_as_their_examples_show() {
    let mut wrong = Vec::new();
    for row in rows(include_str!("../../src/crosswalk/conditions.tsv")) {
        let [when, from, record, expected] = row[..] else { panic!("{row:?}") };
        let taken = convert(record, &format!("{from}>990$a"), when, "each");
        let taken: Vec<&str> = taken.iter().map(|field| field.split_once("$a").unwrap().1).collect();
        if taken.join("|") != expected {
            wrong.push(format!("{when} {record}: {taken:?} is not {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_condition_has_an_example() {
    let source = include_str!("../../src/crosswalk/condition.rs");
    let names =
        source.split_once("const NAMES").unwrap().1.split_once("= [").unwrap().1.split_once("];").unwrap().0;
    let table = rows(include_str!("../../src/crosswalk/conditions.tsv"));
    let conditions: Vec<&str> = table
        .iter()
        .flat_map(|row| row[0].split([',', '|']))
        .map(|term| term.trim_start_matches('!'))
        .collect();
    for name in names.split('"').skip(1).step_by(2) {
        let is_shown = |term: &&str| *term == name || name.ends_with(':') && term.starts_with(name);
        assert!(conditions.iter().any(is_shown), "no example of {name}");
    }
}

#[test]
fn groups_make_fields_as_their_examples_show() {
    let mut wrong = Vec::new();
    for row in rows(include_str!("../../src/crosswalk/groups.tsv")) {
        let [group, rules, record, expected] = row[..] else { panic!("{row:?}") };
        let made = convert(record, rules, "", group).join("|");
        if made != expected {
            wrong.push(format!("{group} {record}: {made} is not {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_source_tag_of_irbis_has_an_example() {
    let page = include_str!("../../src/crosswalk/examples.md");
    let blocks = page.split("```text\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let shown: BTreeSet<&str> = blocks
        .flat_map(str::lines)
        .filter(|line| !line.starts_with('='))
        .map(|line| line.split(' ').next().unwrap())
        .collect();
    let crosswalk = Crosswalk::builtin("irbis-marc21").unwrap();
    let tags: BTreeSet<&str> = crosswalk.map().rules.iter().map(|rule| rule.from_tag.as_str()).collect();
    let missing: Vec<_> = tags.difference(&shown).filter(|tag| **tag != "*").collect();
    assert!(missing.is_empty(), "tags without an example: {missing:?}");
}

/// The examples of a map in the page of the others: fields before and after the arrow.
fn examples_of(map: &str) -> Vec<(&'static str, &'static str)> {
    let page = include_str!("../../src/crosswalk/examples-others.md");
    let section = page.split("\n## ").find(|section| section.starts_with(map)).unwrap();
    let blocks = section.split("```text\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    blocks.map(|block| block.split_once("-->\n").unwrap()).collect()
}

#[test]
fn the_other_maps_make_what_their_examples_show() {
    let mut wrong = Vec::new();
    for map in ["irbis-rusmarc", "unimarc-marc21", "marc21-unimarc"] {
        let crosswalk = Crosswalk::builtin(map).unwrap();
        let mut tags = BTreeSet::new();
        for (source, expected) in examples_of(map) {
            tags.extend(source.lines().map(|line| line.trim_start_matches('=').split(' ').next().unwrap()));
            let from = if map == "irbis-rusmarc" {
                record(&source.trim_end().replace('\n', "|"))
            } else {
                let options = ReadOptions::new();
                mrk::SliceReader::new(source.as_bytes(), &options).records().next().unwrap().unwrap()
            };
            let mut made = Record::new();
            Converter::new(&crosswalk).convert(from.view(), &mut made).unwrap();
            let made = in_lines(&made);
            if made != expected.lines().collect::<Vec<_>>() {
                let more = made.iter().filter(|line| !expected.lines().any(|other| other == *line));
                let less = expected.lines().filter(|line| !made.iter().any(|other| other == line));
                let differ = more.map(|line| format!("+ {line}")).chain(less.map(|line| format!("- {line}")));
                wrong.push(format!("{map}:\n{}", differ.collect::<Vec<_>>().join("\n")));
            }
        }
        assert!(tags.len() >= 30, "{map}: {} tags", tags.len());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
