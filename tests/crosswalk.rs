//! Crosswalks, held to the goldens of the corpus: `record` exactly, the account as its README says.
//!
//! The goldens are not part of this repository: see `tests/corpus.rs`.

#![cfg(feature = "json")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

mod common;

use common::{corpus, irbis};
use kartoteka::crosswalk::{Account, Converter, Crosswalk, Parents, Values};
use kartoteka::{Record, RecordRef, Tag, rules};
use proptest::prelude::*;
use serde_json::{Value, json};

/// A base of the corpus: its records by MFN, and its titles.
fn base(corpus: &Path, name: &str) -> (HashMap<u64, Record>, Parents) {
    let text = fs::read_to_string(corpus.join("irbis").join(name).join("expected.jsonl")).unwrap();
    let mut parents = Parents::new();
    let mut records = HashMap::new();
    for line in text.lines() {
        let value: Value = serde_json::from_str(line).unwrap();
        let record = irbis(&value);
        parents.add(record.view());
        records.insert(value["mfn"].as_u64().unwrap(), record);
    }
    (records, parents)
}

/// A record as MARC-in-JSON, the lengths in the leader zeros.
fn marc_in_json(record: RecordRef<'_>) -> Value {
    let fields = record.fields().map(|field| {
        let tag = field.tag().to_string();
        if field.is_control() {
            return json!({ tag: field.lead().to_str().unwrap() });
        }
        let indicator = |at: usize| char::from(field.indicators()[at]).to_string();
        let subfields = field
            .subfields()
            .map(|subfield| json!({ subfield.code().to_string(): subfield.value().to_str().unwrap() }));
        let subfields: Vec<Value> = subfields.collect();
        json!({ tag: { "ind1": indicator(0), "ind2": indicator(1), "subfields": subfields } })
    });
    let fields: Vec<Value> = fields.collect();
    let leader = String::from_utf8(record.header().leader.unwrap().as_bytes().to_vec()).unwrap();
    json!({ "leader": leader, "fields": fields })
}

fn parts(account: &Account) -> [u64; 3] {
    let values = account.values;
    [values.mapped + values.used + values.dropped, values.kept, values.empty]
}

fn goldens(file: &str, crosswalk: &str) {
    let Some(corpus) = corpus() else { return };
    let crosswalk = Crosswalk::builtin(crosswalk).unwrap();
    let text = fs::read_to_string(corpus.join("crosswalk/irbis-marc21").join(file)).unwrap();
    let mut bases = HashMap::new();
    let mut wrong = Vec::new();
    for line in text.lines() {
        let golden: Value = serde_json::from_str(line).unwrap();
        let (set, mfn) = (golden["set"].as_str().unwrap(), golden["mfn"].as_u64().unwrap());
        let (records, parents) = bases.entry(set.to_owned()).or_insert_with(|| base(&corpus, set));
        let mut converter = Converter::new(&crosswalk).parents(parents);
        let mut made = Record::new();
        let account = converter.convert(records[&mfn].view(), &mut made).unwrap();
        let (ours, theirs) = (marc_in_json(made.view()), &golden["record"]);
        if ours["leader"] != theirs["leader"] {
            wrong.push(format!("{set} {mfn}: leader {} is not {}", ours["leader"], theirs["leader"]));
        }
        let (ours, theirs) = (ours["fields"].as_array().unwrap(), theirs["fields"].as_array().unwrap());
        for field in ours.iter().filter(|field| !theirs.contains(field)) {
            wrong.push(format!("{set} {mfn}: + {field}"));
        }
        for field in theirs.iter().filter(|field| !ours.contains(field)) {
            wrong.push(format!("{set} {mfn}: - {field}"));
        }
        if ours != theirs && ours.len() == theirs.len() && ours.iter().all(|field| theirs.contains(field)) {
            let tags = |fields: &[Value]| -> Vec<String> {
                fields.iter().map(|field| field.as_object().unwrap().keys().next().unwrap().clone()).collect()
            };
            wrong.push(format!("{set} {mfn}: order {:?} {:?}", tags(ours), tags(theirs)));
        }
        let number = |name: &str| golden["values"][name].as_u64().unwrap();
        let expected =
            [number("mapped") + number("used") + number("dropped"), number("kept"), number("empty")];
        if parts(&account) != expected || account.values.total() != golden["total"].as_u64().unwrap() {
            wrong.push(format!("{set} {mfn}: account {:?} is not {}", account.values, golden["values"]));
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn irbis_to_marc21_equals_the_goldens() {
    goldens("marc21.expected.jsonl", "irbis-marc21");
}

#[test]
fn irbis_to_rusmarc_equals_the_goldens() {
    goldens("rusmarc.expected.jsonl", "irbis-rusmarc");
}

/// Fields of IRBIS, and the lines of what they become.
type Example = (Vec<(u32, &'static str)>, Vec<&'static str>);

/// The examples of the documentation.
fn examples() -> Vec<Example> {
    let page = include_str!("../src/crosswalk/examples.md");
    let blocks = page.split("```text\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let example = |block: &'static str| {
        let (made, source): (Vec<_>, Vec<_>) = block.lines().partition(|line| line.starts_with('='));
        let source = source.into_iter().map(|line| {
            let (tag, value) = line.split_once(' ').unwrap();
            (tag.parse().unwrap(), value)
        });
        (source.collect(), made)
    };
    blocks.map(example).collect()
}

/// The fields of an example as a record; a book where the worksheet is not given.
fn example(fields: &[(u32, &str)]) -> Record {
    let sheet = (!fields.iter().any(|(tag, _)| *tag == 920)).then(|| json!({ "tag": 920, "value": "PAZK" }));
    let fields = fields.iter().map(|(tag, value)| json!({ "tag": tag, "value": value }));
    irbis(&json!({ "mfn": 1, "fields": sheet.into_iter().chain(fields).collect::<Vec<_>>() }))
}

/// A record as lines of MARCMaker.
fn lines(record: RecordRef<'_>) -> Vec<String> {
    let leader = record.header().leader.unwrap();
    let mut lines = vec![format!("=LDR  {}", std::str::from_utf8(leader.as_bytes()).unwrap())];
    for field in record.fields() {
        let mut line = format!("={}  ", field.tag());
        match field.is_control() {
            true => line.push_str(&field.lead().to_str().unwrap()),
            false => line.extend(field.indicators().iter().map(|byte| match byte {
                b' ' => '\\',
                byte => char::from(*byte),
            })),
        }
        for subfield in field.subfields() {
            line.push_str(&format!("${}{}", subfield.code(), subfield.value().to_str().unwrap()));
        }
        lines.push(line);
    }
    lines
}

#[test]
fn examples_become_what_stands_under_them() {
    let crosswalk = Crosswalk::builtin("irbis-marc21").unwrap();
    let mut converter = Converter::new(&crosswalk);
    let mut wrong = Vec::new();
    for (source, expected) in examples() {
        let mut made = Record::new();
        converter.convert(example(&source).view(), &mut made).unwrap();
        // What every record has is shown where it matters.
        let always =
            |line: &str| ["LDR", "001", "005", "008", "040"].iter().any(|tag| line[1..].starts_with(tag));
        let shown = |line: &String| !always(line) || expected.iter().any(|other| other[..4] == line[..4]);
        let lines: Vec<String> = lines(made.view()).into_iter().filter(shown).collect();
        if lines != expected {
            let less = expected.iter().filter(|line| !lines.iter().any(|other| other == *line));
            let more = lines.iter().filter(|line| !expected.contains(&line.as_str()));
            let differ: Vec<_> =
                less.map(|line| format!("- {line}")).chain(more.map(|line| format!("+ {line}"))).collect();
            let differ = if differ.is_empty() { lines.clone() } else { differ };
            wrong.push(format!("{source:?}\n{}", differ.join("\n")));
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
    reached(&crosswalk, &converter);
}

/// Prints how many of the rules that the bases of the corpus reach are reached by examples and goldens too.
fn reached(crosswalk: &Crosswalk, examples: &Converter<'_>) {
    let rules = crosswalk.map().rules.len();
    let by_examples: BTreeSet<&str> = examples.reached().collect();
    println!("{} of {rules} rules decide a value in the examples", by_examples.len());
    let Some(corpus) = corpus() else { return };
    let text = fs::read_to_string(corpus.join("crosswalk/irbis-marc21/marc21.expected.jsonl")).unwrap();
    let golden = |set: &str| -> BTreeSet<u64> {
        let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        lines.filter(|line| line["set"] == set).map(|line| line["mfn"].as_u64().unwrap()).collect()
    };
    let (mut all, mut shown) = (Converter::new(crosswalk), Converter::new(crosswalk));
    let mut made = Record::new();
    for set in ["irbis64-istu", "irbis32-ibis"] {
        let chosen = golden(set);
        for (mfn, record) in base(&corpus, set).0 {
            all.convert(record.view(), &mut made);
            if chosen.contains(&mfn) {
                shown.convert(record.view(), &mut made);
            }
        }
    }
    let all: BTreeSet<&str> = all.reached().collect();
    let shown: BTreeSet<&str> = shown.reached().chain(by_examples).collect();
    let missing: Vec<_> = all.difference(&shown).collect();
    println!(
        "{} of the {} rules that decide a value in the bases do so in examples or goldens",
        all.len() - missing.len(),
        all.len()
    );
    assert!(missing.is_empty(), "in no example: {missing:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever the fields hold, each value ends in one way, and nothing is carried into the structure of the output.
    #[test]
    fn any_record_is_accounted_for(
        fields in proptest::collection::vec(
            (
                prop_oneof![
                    Just(200u32), Just(210), Just(461), Just(463), Just(700), Just(702), Just(910), Just(922), Just(961),
                    Just(606), Just(101), Just(102), Just(900), Just(907), Just(215), 1u32..1100,
                ],
                "[a-cА-В0-9<>=. ;:,]{0,6}(\\^[a-zA-Z0-9!?*]?[a-zА-В0-9<>=.(,;: \u{1D}\u{98}]{0,12}){0,5}",
            ),
            0..20,
        ),
        sheet in prop_oneof![Just("PAZK"), Just("SPEC"), Just("ASP"), Just("J"), Just("NJ"), Just("MUSP"), Just("x")],
        koha in any::<bool>(),
    ) {
        let mut list = vec![json!({ "tag": 920, "value": sheet })];
        list.extend(fields.iter().map(|(tag, value)| json!({ "tag": tag, "value": value })));
        let value = json!({ "mfn": 1, "fields": list });
        let record = irbis(&value);
        static MAPS: LazyLock<Vec<Crosswalk>> = LazyLock::new(|| {
            ["irbis-marc21", "irbis-rusmarc"].into_iter().filter_map(Crosswalk::builtin).collect()
        });
        prop_assert_eq!(MAPS.len(), 2);
        for crosswalk in &*MAPS {
            let mut converter = Converter::new(crosswalk).set("profile", if koha { "koha" } else { "" });
            let mut made = Record::new();
            let account = converter.convert(record.view(), &mut made).unwrap();
            prop_assert_eq!((account.values.total(), account.values.empty), count(&value));
            prop_assert_eq!(account.kept.len() as u64, account.values.kept);
            for field in made.fields().filter(|field| !field.is_control()) {
                prop_assert!(field.indicators().len() == 2 && field.subfields().next().is_some(), "{:?}", field);
            }
        }
    }
}

/// A value that no list and no form has: wherever a rule takes it, it is found again in the output, or the account says that it
/// is not there.
#[test]
fn what_is_mapped_is_in_the_output() {
    let mut wrong = BTreeSet::new();
    for name in ["irbis-marc21", "irbis-rusmarc"] {
        let crosswalk = Crosswalk::builtin(name).unwrap();
        let mut converter = Converter::new(&crosswalk);
        for rule in &crosswalk.map().rules {
            let Ok(tag) = rule.from_tag.parse::<u32>() else { continue };
            // The worksheet is decided on, and ^( ^) are marks of the tag in RUSMARC, not text.
            if tag == 920 || tag == 600 && matches!(&*rule.from_code, "(" | ")") {
                continue;
            }
            for sheet in ["PAZK", "SPEC", "ASP", "J", "NJ", "MUSP"] {
                let value = match &*rule.from_code {
                    "*" => "Qwzx плён".to_owned(),
                    code if code.chars().count() == 1 && code != "+" && code != "=" => {
                        format!("^{code}Qwzx плён")
                    }
                    _ => continue,
                };
                let fields = [json!({ "tag": 920, "value": sheet }), json!({ "tag": tag, "value": value })];
                let record = irbis(&json!({ "mfn": 1, "fields": fields }));
                let mut made = Record::new();
                let account = converter.convert(record.view(), &mut made).unwrap();
                let is_mapped = account.values.kept + account.values.dropped == 0 && account.values.used < 2;
                let text = lines(made.view()).join("\n").to_lowercase();
                if is_mapped && !text.contains("qwzx плён") && !text.contains("qwzx, плён") {
                    wrong.insert(format!("{name} {sheet} {tag} {value}: {:?}", account.values));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.into_iter().collect::<Vec<_>>().join("\n"));
}

/// What no list has is taken as it stands, or carried along, with a finding.
#[test]
fn what_a_rule_cannot_take_is_said() {
    let crosswalk = Crosswalk::builtin("irbis-marc21").unwrap();
    for (tag, value, line, action) in [
        (101, "русский", "=886  2\\$2irbis$a101$bрусский", "carried along in 886"),
        (102, "Россия", "=044  \\\\$cРоссия", "taken as it stands"),
        (700, "^AИванов^4999 друг", "=100  0\\$aИванов,$eдруг$4999", "taken as it stands"),
        (11, "^Azzz", "=022  \\\\$azzz", "taken as it stands"),
        (910, "^A0^B17^Cнет", "$dнет", "taken as it stands"),
        (110, "^By", "=886", "carried along in 886"),
    ] {
        let sheet = if tag == 110 { "J" } else { "PAZK" };
        let fields = [json!({ "tag": 920, "value": sheet }), json!({ "tag": tag, "value": value })];
        let record = irbis(&json!({ "mfn": 1, "fields": fields }));
        let mut made = Record::new();
        let mut converter = Converter::new(&crosswalk);
        converter.convert(record.view(), &mut made).unwrap();
        let found: Vec<_> = converter
            .findings()
            .iter()
            .filter(|finding| finding.rule == rules::VALUE_NOT_UNDERSTOOD)
            .collect();
        assert_eq!(found.len(), 1, "{tag} {value}: {found:?}");
        assert_eq!((found[0].location.tag, found[0].action), (Some(Tag::from_number(tag).unwrap()), action));
        assert!(
            lines(made.view()).iter().any(|made| made.contains(line)),
            "{line}: {:#?}",
            lines(made.view())
        );
    }
}

/// Values of a record as the account counts them: head texts, and subfields, with text or without.
fn count(record: &Value) -> (u64, u64) {
    let (mut all, mut empty) = (0, 0);
    for field in record["fields"].as_array().unwrap() {
        for (at, part) in field["value"].as_str().unwrap().split('^').enumerate() {
            let text: String = if at == 0 { part.to_owned() } else { part.chars().skip(1).collect() };
            let is_value = if at == 0 { !text.is_empty() } else { !part.is_empty() };
            all += u64::from(is_value);
            empty += u64::from(is_value && text.trim().is_empty());
        }
    }
    (all, empty)
}

/// Every value of both bases ends in one way; what is kept is what the tables say, to the value. They count 80,472:
/// one delimiter has nothing after it, and is no subfield here; 13,780 kept values for MARC 21, two
/// fewer than here, where a unit without a number and a level that no list has are kept; and 13,805 for RUSMARC, three fewer.
#[test]
fn the_parts_sum_to_the_values_that_came_in() {
    let Some(corpus) = corpus() else { return };
    for (name, kept) in [("irbis-marc21", 13_782), ("irbis-rusmarc", 13_808)] {
        let crosswalk = Crosswalk::builtin(name).unwrap();
        let mut sum = Values::default();
        for set in ["irbis64-istu", "irbis32-ibis"] {
            let (_, parents) = base(&corpus, set);
            let mut converter = Converter::new(&crosswalk).parents(&parents);
            let mut made = Record::new();
            let text = fs::read_to_string(corpus.join("irbis").join(set).join("expected.jsonl")).unwrap();
            for line in text.lines() {
                let value: Value = serde_json::from_str(line).unwrap();
                let account = converter.convert(irbis(&value).view(), &mut made).unwrap();
                assert_eq!(
                    (account.values.total(), account.values.empty),
                    count(&value),
                    "{set} {}",
                    value["mfn"]
                );
                assert_eq!(account.kept.len() as u64, account.values.kept);
                assert_eq!(account.dropped.len() as u64, account.values.dropped);
                sum += account.values;
            }
        }
        println!("{name}: {sum:?}");
        assert_eq!((sum.total(), sum.empty, sum.kept), (80_471, 2_915, kept), "{name}: {sum:?}");
    }
}
