//! UNIMARC to MARC 21 and back: what must come back exactly, and how much of the rest does.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::LazyLock;

use common::{corpus, files};
use kartoteka::crosswalk::{Account, Converter, Crosswalk};
use kartoteka::{Dialect, FieldRef, Record, RecordRead, Severity, check, open};
use proptest::prelude::*;

/// Converts a record, and counts that each value ended in one way.
fn convert(map: &str, record: &Record) -> Record {
    let (made, account) = run(map, record);
    let values = record.fields().map(|field| match field.is_control() {
        true => 1,
        // $1 that opens an embedded field is no value.
        false => {
            let is_link = matches!(field.tag().number(), Some(400..=499 | 604));
            let opens = |text: &str| is_link && text.len() == 5 && !text.starts_with("00");
            field.subfields().filter(|s| !(s.is('1') && opens(&s.value().to_str_lossy()))).count() as u64
        }
    });
    assert_eq!(account.values.total(), values.sum::<u64>(), "{account:?}");
    made
}

fn run(map: &str, record: &Record) -> (Record, Account) {
    static THERE: LazyLock<Crosswalk> = LazyLock::new(|| Crosswalk::builtin("unimarc-marc21").unwrap());
    static BACK: LazyLock<Crosswalk> = LazyLock::new(|| Crosswalk::builtin("marc21-unimarc").unwrap());
    let crosswalk = if map == "unimarc-marc21" { &*THERE } else { &*BACK };
    let mut made = Record::new();
    let account = Converter::new(crosswalk).list(false).convert(record.view(), &mut made).unwrap();
    (made, account)
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
        for (code, at) in [('h', 6), ('i', 7), ('d', 2), ('e', 3), ('f', 4), ('g', 5)] {
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
            add("225", "1 ", &[('a', &t[25]), ('x', "0130-2698"), ('v', "7")]);
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

/// Titles, names, imprint, subjects and identifiers of MARC 21.
const EXACT21: [&str; 27] = [
    "001", "020", "022", "024", "100", "110", "111", "130", "240", "245", "246", "250", "260", "264", "490",
    "600", "610", "611", "630", "650", "651", "653", "655", "700", "710", "711", "740",
];

/// A record of MARC 21 as the Library of Congress punctuates it.
fn marc21() -> impl Strategy<Value = Record> {
    (proptest::collection::vec(words(), 40), proptest::collection::vec(any::<bool>(), 20)).prop_map(
        |(t, some)| {
            let mut record = Record::builder()
                .control_field("001", "kart0002 ")
                .control_field("008", "160328s2015    ru            000 0 rus d")
                .build()
                .unwrap();
            let mut add = |tag: &str, ind: &str, subfields: &[(char, String)]| {
                let filled = record.push_field(tag.parse().unwrap(), |field| {
                    field.indicators(ind);
                    subfields.iter().for_each(|(code, value)| _ = field.subfield(*code, value));
                    field
                });
                filled.unwrap();
            };
            let own = |text: &str| text.to_owned();
            add("020", "  ", &[('a', own("9785905450600")), ('q', own("(paperback)"))]);
            if some[0] {
                let dates = if some[1] { own("1799-1837,") } else { own("1965-") };
                let mut name =
                    vec![('a', format!("{}, A. S.", t[0])), ('q', format!("({}),", t[1])), ('d', dates)];
                match some[1] {
                    true => name.push(('e', own("author."))),
                    false => name.push(('4', own("aut"))),
                }
                add("100", "1 ", &name);
                if some[2] {
                    let title =
                        [('a', format!("{}.", t[2])), ('p', format!("{}.", t[3])), ('l', own("English"))];
                    add("240", "10", &title);
                }
            } else if some[1] {
                add(
                    "110",
                    "1 ",
                    &[('a', format!("{}.", t[0])), ('b', format!("{}.", t[1])), ('b', format!("{}.", t[2]))],
                );
            } else if some[2] {
                let place = [('n', own("(2nd :")), ('d', own("1999 :")), ('c', format!("{})", t[1]))];
                add("111", "2 ", &[&[('a', t[0].clone())][..], &place].concat());
            }
            let mut title = vec![('a', if some[3] { format!("The {}", t[4]) } else { t[4].clone() })];
            let mut put = |code: char, mark: &str, text: String| {
                let last: &mut (char, String) = title.last_mut().unwrap();
                last.1.push_str(mark);
                title.push((code, text));
            };
            match (some[4], some[5]) {
                (true, true) => {
                    put('n', ".", own("Part 1"));
                    put('p', ",", t[5].clone());
                }
                (true, false) => put('p', ".", t[5].clone()),
                _ => {}
            }
            if some[6] {
                put('h', "", own("[electronic resource]"));
            }
            match (some[7], some[8]) {
                (true, true) => put('b', " :", format!("{} : {}", t[6], t[7])),
                (true, false) => put('b', " :", format!("{} = {} : {}", t[6], t[7], t[8])),
                (false, true) => put('b', " =", format!("{} : {}", t[6], t[7])),
                _ => {}
            }
            put('c', " /", if some[9] { format!("{} ; {}.", t[9], t[10]) } else { format!("{}.", t[9]) });
            let main = if some[..3].contains(&true) { "1" } else { "0" };
            add("245", &format!("{main}{}", if some[3] { 4 } else { 0 }), &title);
            add(
                "250",
                "  ",
                &[('a', own("2nd ed., rev.")), ('b', t[11].clone())]
                    .map(|(code, text)| (code, if code == 'a' { format!("{text} /") } else { text })),
            );
            let imprint = [('a', format!("{} :", t[12])), ('b', format!("{},", t[13])), ('c', own("2015."))];
            match some[10] {
                true => add("264", " 1", &imprint),
                false => add(
                    "260",
                    "  ",
                    &[&[('a', format!("{} :", t[14])), ('b', format!("{} ;", t[15]))][..], &imprint].concat(),
                ),
            }
            add(
                "490",
                if some[11] { "1 " } else { "0 " },
                &[('a', format!("{},", t[16])), ('x', own("0130-2698 ;")), ('v', own("7"))],
            );
            let who = [('a', format!("{}, B.,", t[22])), ('d', own("1939-")), ('x', t[23].clone())];
            add("600", "10", &who);
            if some[12] {
                add(
                    "600",
                    "10",
                    &[('a', format!("{}, B.,", t[22])), ('d', own("1939-")), ('t', format!("{}.", t[24]))],
                );
                add("600", "30", &[('a', format!("{} family", t[25])), ('v', own("Diaries."))]);
            }
            add("610", "10", &[('a', format!("{}.", t[26])), ('b', t[27].clone()), ('x', own("History."))]);
            add("630", "00", &[('a', own("Bible.")), ('p', own("Genesis")), ('x', own("Commentaries."))]);
            let subject = [
                ('a', t[17].clone()),
                ('z', t[18].clone()),
                ('x', t[19].clone()),
                ('y', own("20th century")),
                ('v', own("Maps.")),
            ];
            add("650", " 0", &subject);
            add("651", " 7", &[('a', t[20].clone()), ('x', t[21].clone()), ('2', own("fast"))]);
            add("653", "0 ", &[('a', t[28].clone()), ('a', t[29].clone())]);
            if some[13] {
                add("700", "1 ", &[('a', format!("{}, C.,", t[30])), ('e', own("editor."))]);
                add("700", "1 ", &[('a', format!("{}, D.", t[31])), ('4', own("edt"))]);
                add("710", "2 ", &[('a', t[32].clone()), ('5', own("DLC"))]);
            }
            record.set_leader(Some("00000nam a2200000 a 4500".parse().unwrap()));
            record
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn marc_21_comes_back_by_way_of_unimarc(record in marc21()) {
        let unimarc = convert("marc21-unimarc", &record);
        let back = convert("unimarc-marc21", &unimarc);
        prop_assert_eq!(fields(&back, &EXACT21), fields(&record, &EXACT21), "by way of {:?}", unimarc);
        let again = convert("marc21-unimarc", &back);
        prop_assert_eq!(again.view(), unimarc.view());
    }
}

/// Codes and values of a field, those without text left out. Where the order of parts is that of the format, as in names, it
/// is that of the codes; the order of subdivisions is that of the field.
type Said = (String, Vec<(char, String)>);

fn said(field: FieldRef<'_>, change: impl Fn(&str) -> String) -> Said {
    let tag = field.tag().to_string();
    if field.is_control() {
        return (tag, vec![(' ', change(&field.lead().to_str_lossy()))]);
    }
    let values = field.subfields().map(|one| (one.code(), change(&one.value().to_str_lossy())));
    let mut values: Vec<_> = values.filter(|(_, text)| !text.trim().is_empty()).collect();
    let is_subject = matches!(field.tag().number(), Some(601..=699));
    values.sort_by_key(|(code, _)| match code {
        'v' | 'x' | 'y' | 'z' | 'j' => 'v',
        code if is_subject && code.is_ascii_alphabetic() => 'a',
        code => *code,
    });
    (tag, values)
}

/// NSB and NSE have two codes each.
fn exact(text: &str) -> String {
    text.trim().replace('\u{88}', "\u{98}").replace('\u{89}', "\u{9C}")
}

/// Without the marks at the end, with single blanks: those are written anew.
fn loose(text: &str) -> String {
    let words: Vec<&str> = exact_words(text).collect();
    words.join(" ").trim_end_matches([' ', '.', ',', ':', ';', '/', '=', '+']).to_owned()
}

fn exact_words(text: &str) -> impl Iterator<Item = &str> {
    text.split_whitespace()
}

/// What became of the fields and values of records there and back.
#[derive(Default)]
struct Tally {
    records: u64,
    fields: u64,
    marks: u64,
    other: Vec<String>,
    pairs: BTreeMap<(String, char), (u64, u64)>,
}

impl Tally {
    fn add(&mut self, record: &Record, there: &str, back: &str, tags: &[&str]) {
        let returned = run(back, &run(there, record).0).0;
        let all = |record: &Record, change: &dyn Fn(&str) -> String| -> Vec<Said> {
            record.fields().map(|field| said(field, change)).collect()
        };
        let (mut came, mut came_loosely) = (all(&returned, &exact), all(&returned, &loose));
        let mut values: Vec<(String, char, String)> = Vec::new();
        for (tag, said) in &came {
            values.extend(said.iter().map(|(code, text)| (tag.clone(), *code, text.clone())));
        }
        self.records += 1;
        let mut left = Vec::new();
        for (field, whole) in record.fields().zip(all(record, &exact)) {
            for (code, text) in &whole.1 {
                let pair = self.pairs.entry((whole.0.clone(), *code)).or_default();
                pair.0 += 1;
                match values.iter().position(|value| (&value.0, value.1, &value.2) == (&whole.0, *code, text))
                {
                    Some(at) => _ = values.swap_remove(at),
                    None => pair.1 += 1,
                }
            }
            if !tags.contains(&whole.0.as_str()) || whole.1.is_empty() {
                continue;
            }
            self.fields += 1;
            match came.iter().position(|other| *other == whole) {
                Some(at) => {
                    came.swap_remove(at);
                    came_loosely.swap_remove(at);
                }
                None => left.push(field),
            }
        }
        for field in left {
            match came_loosely.iter().position(|other| *other == said(field, loose)) {
                Some(at) => {
                    came_loosely.swap_remove(at);
                    self.marks += 1;
                }
                None => {
                    let id = record.view().control_number().map(|id| id.to_str_lossy().into_owned());
                    self.other.push(format!("{}: {field:?}", id.unwrap_or_default()));
                }
            }
        }
    }

    /// Prints what came back and what did not, and holds the rest to a tenth.
    fn print(&self, name: &str) {
        let lost = self.pairs.iter().filter(|(_, (_, lost))| *lost > 0);
        let lost: Vec<String> =
            lost.map(|((tag, code), (all, lost))| format!("{tag}${code} {lost} of {all}")).collect();
        let values: (u64, u64) =
            self.pairs.values().fold((0, 0), |sum, (all, lost)| (sum.0 + all, sum.1 + lost));
        println!(
            "{name}: {} records; of {} fields that must come back {} did not, {} have other marks; \
             of {} pairs {} lost values, {} values of {}: {lost:?}",
            self.records,
            self.fields,
            self.other.len(),
            self.marks,
            self.pairs.len(),
            lost.len(),
            values.1,
            values.0,
        );
        assert!(lost.len() * 10 <= self.pairs.len(), "{name}: {} of {} pairs", lost.len(), self.pairs.len());
        assert!(values.1 * 10 <= values.0, "{name}: {} of {} values", values.1, values.0);
    }
}

fn records(paths: &[PathBuf]) -> impl Iterator<Item = Record> {
    paths.iter().flat_map(|path| open(path).unwrap().records().filter_map(Result::ok).collect::<Vec<_>>())
}

#[test]
fn real_records_of_unimarc_come_back() {
    let Some(corpus) = corpus() else { return };
    let mut tally = Tally::default();
    let paths = [files(&corpus.join("marc/wf/unimarc")), files(&corpus.join("marc/wf/rusmarc"))].concat();
    records(&paths).for_each(|record| tally.add(&record, "unimarc-marc21", "marc21-unimarc", &EXACT));
    tally.print("UNIMARC");
    assert!(tally.records > 80 && tally.fields > 600, "{} {}", tally.records, tally.fields);
    assert!(tally.other.is_empty() && tally.marks == 0, "{} {:#?}", tally.marks, tally.other);
}

/// The records of the corpus, some of which are made to be wrong, and every 50th of the dump, if it is there.
#[test]
fn real_records_of_marc_21_come_back() {
    if let Some(corpus) = corpus() {
        let mut tally = Tally::default();
        let folders =
            ["bib-ascii", "bib-utf8", "bib-marc8"].map(|folder| corpus.join("marc/wf").join(folder));
        let paths: Vec<PathBuf> = folders.iter().flat_map(|folder| files(folder)).collect();
        let marc21 = records(&paths).filter(|record| Dialect::guess(record.view()) == Dialect::Marc21);
        marc21.for_each(|record| tally.add(&record, "marc21-unimarc", "unimarc-marc21", &EXACT21));
        tally.print("MARC 21");
        assert!(tally.other.len() as u64 * 500 <= tally.fields, "{:#?}", tally.other);
    }
    let Some(dump) = std::env::var_os("KARTOTEKA_DUMP").map(PathBuf::from) else {
        return eprintln!("SKIPPED: KARTOTEKA_DUMP names no file");
    };
    let mut tally = Tally::default();
    for record in open(dump).unwrap().records().step_by(50) {
        tally.add(&record.unwrap(), "marc21-unimarc", "unimarc-marc21", &EXACT21);
    }
    tally.print("dump");
    assert!(tally.other.len() as u64 * 2000 <= tally.fields, "{:#?}", tally.other);
}

/// Warnings that the target format has where the source has none of the kind: map, rule, tag, and why.
const EXPLAINED: &[(&str, &str, &str, &str)] = &[
    ("unimarc-marc21", "T101", "245", "no signs stand around the article, and none is guessed"),
    ("marc21-unimarc", "C103", "105", "008 is filled there, and so stays"),
    ("marc21-unimarc", "F104", "001", "there is no 001"),
    ("marc21-unimarc", "F104", "101", "008 names no language"),
    ("marc21-unimarc", "F104", "200", "245 is empty"),
    ("marc21-unimarc", "F104", "801", "there is no 040"),
    ("marc21-unimarc", "V108", "102", "044 names a country and a part of it"),
];

/// Validates what becomes of records: an error or a warning there is one of the source, of the same kind.
fn validate(name: &str, map: &str, records: impl Iterator<Item = Record>) {
    let (from, to) = match map {
        "unimarc-marc21" => (Dialect::Unimarc, Dialect::Marc21),
        _ => (Dialect::Marc21, Dialect::Unimarc),
    };
    let checker = |dialect| check::Checker::standard(1000, dialect, kartoteka::Format::Iso2709);
    let (mut before, mut after) = (checker(from), checker(to));
    let (mut count, mut new) = (0u64, BTreeMap::<String, (u64, String)>::new());
    for record in records {
        count += 1;
        let known: BTreeSet<&str> =
            before.check(record.view(), &[], &[]).iter().map(|finding| finding.rule.id()).collect();
        let made = run(map, &record).0;
        for finding in after.check(made.view(), &[], &[]) {
            let tag = finding.location.tag.map(|tag| tag.to_string()).unwrap_or_default();
            let id = finding.rule.id();
            let is_explained = EXPLAINED.iter().any(|row| (row.0, row.1, row.2) == (map, id, tag.as_str()));
            if finding.severity() != Severity::Note && !known.contains(id) && !is_explained {
                let place = format!("{:?} {id} {tag}", finding.severity());
                new.entry(place).or_insert_with(|| (0, finding.to_string())).0 += 1;
            }
        }
    }
    println!("{name}: {count} records by {map}, {} kinds of findings that the source has not", new.len());
    assert!(count > 0 && new.is_empty(), "{name}: {new:#?}");
}

#[test]
fn what_becomes_of_real_records_is_valid() {
    if let Some(corpus) = corpus() {
        let wf = corpus.join("marc/wf");
        let paths = [files(&wf.join("unimarc")), files(&wf.join("rusmarc"))].concat();
        validate("UNIMARC", "unimarc-marc21", records(&paths));
        let paths = [files(&wf.join("bib-ascii")), files(&wf.join("bib-utf8"))].concat();
        let marc21 = records(&paths).filter(|record| Dialect::guess(record.view()) == Dialect::Marc21);
        validate("MARC 21", "marc21-unimarc", marc21);
    }
    let Some(dump) = std::env::var_os("KARTOTEKA_DUMP") else {
        return eprintln!("SKIPPED: KARTOTEKA_DUMP names no file");
    };
    let every = open(&dump).unwrap().records().step_by(50).map(Result::unwrap).collect::<Vec<_>>();
    validate("dump", "marc21-unimarc", every.into_iter());
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
