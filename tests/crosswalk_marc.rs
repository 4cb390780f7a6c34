//! UNIMARC to MARC 21 and back: what must come back exactly, and how much of the rest does.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::collections::BTreeSet;
use std::sync::LazyLock;

use kartoteka::Record;
use kartoteka::crosswalk::{Converter, Crosswalk};
use proptest::prelude::*;

fn convert(map: &str, record: &Record) -> Record {
    static THERE: LazyLock<Crosswalk> = LazyLock::new(|| Crosswalk::builtin("unimarc-marc21").unwrap());
    static BACK: LazyLock<Crosswalk> = LazyLock::new(|| Crosswalk::builtin("marc21-unimarc").unwrap());
    let crosswalk = if map == "unimarc-marc21" { &*THERE } else { &*BACK };
    let mut made = Record::new();
    let account = Converter::new(crosswalk).convert(record.view(), &mut made).unwrap();
    let values = record.fields().map(|field| match field.is_control() {
        true => 1,
        // $1 that opens an embedded field is no value.
        false => {
            let is_link = matches!(field.tag().number(), Some(400..=499 | 604));
            let opens = |text: &str| is_link && text.len() == 5 && !text.starts_with("00");
            field.subfields().filter(|s| !(s.is('1') && opens(&s.value().to_str().unwrap()))).count() as u64
        }
    });
    assert_eq!(account.values.total(), values.sum::<u64>(), "{account:?}");
    made
}

/// The fields with these tags, as text.
fn fields(record: &Record, tags: &[&str]) -> Vec<String> {
    let wanted = record.fields().filter(|field| tags.contains(&field.tag().to_string().as_str()));
    wanted.map(|field| format!("{field:?}")).collect()
}

fn words() -> impl Strategy<Value = String> {
    "[A-ZА-Я][a-zа-я]{2,8}( [a-zа-я]{2,8}){0,2}"
}

/// Titles, names, imprint, subjects and identifiers, some of which are there.
const EXACT: [&str; 17] = [
    "001", "010", "011", "200", "205", "210", "225", "510", "517", "606", "607", "610", "700", "701", "702",
    "711", "675",
];

fn unimarc() -> impl Strategy<Value = Record> {
    let texts = proptest::collection::vec(words(), 40);
    let some = proptest::collection::vec(any::<bool>(), 16);
    (texts, some).prop_map(|(t, some)| {
        let mut record = Record::builder().control_field("001", "kart0001").build().unwrap();
        let mut add = |tag: &str, ind: &str, subfields: &[(char, &str)]| {
            let filled = record.push_field(tag.parse().unwrap(), |field| {
                field.indicators(ind);
                for (code, value) in subfields {
                    field.subfield(*code, value);
                }
                field
            });
            filled.unwrap();
        };
        if some[0] {
            add("010", "  ", &[('a', "978-5-905450-60-0"), ('b', &t[0]), ('d', "100")]);
        }
        if some[1] {
            add("011", "  ", &[('a', "0130-2698")]);
        }
        add("100", "  ", &[('a', "20160328d2015    u  y0rusy50      ca")]);
        let mut title: Vec<(char, &str)> = vec![('a', &t[1])];
        for (code, at) in [('d', 2), ('e', 3), ('f', 4), ('g', 5), ('h', 6), ('i', 7)] {
            let needs = code != 'g' || some[4];
            let number = code != 'i' || some[6];
            if some[at] && needs && number {
                title.push((code, &t[at + 8]));
            }
        }
        add("200", "1 ", &title);
        if some[8] {
            add("205", "  ", &[('a', &t[20]), ('b', &t[21]), ('f', &t[22])]);
        }
        add("210", "  ", &[('a', &t[23]), ('c', &t[24]), ('d', "2015")]);
        if some[9] {
            add("225", "2 ", &[('a', &t[25]), ('x', "0130-2698"), ('v', "7")]);
        }
        if some[10] {
            add("510", "1 ", &[('a', &t[26])]);
            add("517", "1 ", &[('a', &t[27]), ('e', &t[28])]);
        }
        add("606", "  ", &[('a', &t[29]), ('x', &t[30]), ('y', &t[31]), ('z', &t[32])]);
        if some[11] {
            add("607", "  ", &[('a', &t[33]), ('x', &t[34])]);
            add("610", "0 ", &[('a', &t[35])]);
        }
        add("675", "  ", &[('a', "821.161.1")]);
        if some[12] {
            add(
                "700",
                " 1",
                &[('a', &t[36]), ('b', "А. С."), ('g', "Александр"), ('f', "1799-1837"), ('4', "070")],
            );
        }
        if some[13] {
            add("701", " 1", &[('a', &t[37]), ('b', "Б."), ('4', "070")]);
        }
        if some[14] {
            add("702", " 1", &[('a', &t[38]), ('b', "В."), ('4', "340")]);
        }
        if some[15] {
            add("711", "02", &[('a', &t[39]), ('b', &t[0])]);
        }
        record.set_leader(Some("00000nam0 2200000 i 450 ".parse().unwrap()));
        record
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn there_and_back_keeps_titles_names_imprint_subjects_and_identifiers(record in unimarc()) {
        let marc = convert("unimarc-marc21", &record);
        let back = convert("marc21-unimarc", &marc);
        prop_assert_eq!(fields(&back, &EXACT), fields(&record, &EXACT), "by way of {:?}", marc);
        let again = convert("unimarc-marc21", &back);
        prop_assert_eq!(again.view(), marc.view());
    }
}

/// The pairs of tag and code that the map names: how many come back under the same tag and code.
#[test]
fn at_most_a_tenth_of_the_pairs_is_lost() {
    for (there, back) in [("unimarc-marc21", "marc21-unimarc"), ("marc21-unimarc", "unimarc-marc21")] {
        let map = Crosswalk::builtin(there).unwrap().map().clone();
        let mut pairs = BTreeSet::new();
        let mut lost = BTreeSet::new();
        for rule in map.rules.iter().filter(|rule| rule.from_code.len() == 1 && rule.to.len() == 3) {
            let Some(code) = rule.from_code.chars().next().filter(char::is_ascii_alphanumeric) else {
                continue;
            };
            if rule.from_tag.len() != 3 || rule.from_tag.starts_with("00") || rule.to == "886" {
                continue;
            }
            let place = |which: &str| {
                let when = rule.when.split(',').find_map(|part| part.strip_prefix(which));
                when.and_then(|any| any.chars().next()).map_or(' ', |c| if c == '#' { ' ' } else { c })
            };
            let indicators: String = [place("ind1:"), place("ind2:")].into_iter().collect();
            let value = if rule.transform.contains("lang") { "rus" } else { "Word" };
            let value = if rule.transform.contains("role") { "070" } else { value };
            let value = if rule.transform.contains("role-uni") { "aut" } else { value };
            let value = if rule.to == "044" || rule.from_tag == "044" { "RU" } else { value };
            let mut subfields = vec![(code, value)];
            // A second statement of responsibility follows a first.
            if code == 'g' && ["200", "205"].contains(&rule.from_tag.as_str()) {
                subfields.insert(0, ('f', "Second"));
            }
            if code != 'a' {
                subfields.insert(0, ('a', "First"));
            }
            let record =
                Record::builder().data_field(&rule.from_tag, &indicators, subfields).build().unwrap();
            let middle = convert(there, &record);
            let end = convert(back, &middle);
            let pair = format!("{}${code}", rule.from_tag);
            let is_back = end.fields().any(|field| {
                // Links come back in embedded fields, whichever way they were written.
                let is_link = there == "unimarc-marc21" && rule.from_tag.starts_with('4');
                let same = |text: &str| text == value || is_link && text == format!("001{value}");
                field.tag().to_string() == rule.from_tag
                    && field.subfields().any(|subfield| {
                        (is_link || subfield.is(code)) && same(&subfield.value().to_str().unwrap())
                    })
            });
            if !is_back {
                lost.insert(pair.clone());
            }
            pairs.insert(pair);
        }
        println!("{there}: {} of {} pairs do not come back: {lost:?}", lost.len(), pairs.len());
        assert!(
            pairs.len() > 150 && lost.len() * 10 <= pairs.len(),
            "{there}: {} of {}: {lost:?}",
            lost.len(),
            pairs.len()
        );
    }
}
