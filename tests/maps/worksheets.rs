//! The thirty records of `fixtures/irbis/worksheets.txt`, one for each kind of worksheet and more, in MARC 21 and RUSMARC.
//!
//! The goldens are MARCMaker with remarks. Each field was read against the reference of the crosswalk; where its reason is not
//! plain, a remark above it names the rules that made it, which the test holds to: their source tag is in the record, and their
//! target is the field.
//! `UPDATE_GOLDEN=1` writes the fields anew under the remarks that still fit.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs;

use kartoteka::crosswalk::{Account, Converter, Crosswalk, Parents};
use kartoteka::{Record, RecordRead, RecordWrite, WriteOptions, mrk, open};

const SOURCE: &str = "fixtures/irbis/worksheets.txt";

/// A record of a golden: remarks and fields, as they stand.
type Block = Vec<String>;

fn blocks(text: &str) -> Vec<Block> {
    let blocks = text.split("\n\n").filter(|block| !block.trim().is_empty());
    blocks.map(|block| block.lines().map(ToOwned::to_owned).collect()).collect()
}

pub(crate) fn in_lines(record: &Record) -> Vec<String> {
    let mut out = mrk::Writer::new(Vec::new(), &WriteOptions::new());
    out.write_record(record.view()).unwrap();
    out.finish().unwrap();
    let text = String::from_utf8(out.into_inner()).unwrap();
    text.lines().filter(|line| !line.is_empty()).map(ToOwned::to_owned).collect()
}

/// The account as the last remark of a record has it.
fn in_words(account: &Account) -> String {
    let values = account.values;
    format!(
        "# {} values: {} mapped, {} used, {} kept, {} dropped, {} empty",
        values.total(),
        values.mapped,
        values.used,
        values.kept,
        values.dropped,
        values.empty
    )
}

/// The values of each record as they are written in the file: head texts, and subfields.
fn counted() -> Vec<u64> {
    let text = fs::read_to_string(SOURCE).unwrap();
    let records = text.split("*****").filter(|record| !record.trim().is_empty());
    let values = |line: &str| {
        let (_, body) = line.split_once(": ").unwrap();
        let mut parts = body.split('^');
        let head = u64::from(!parts.next().unwrap().is_empty());
        head + parts.filter(|part| !part.is_empty()).count() as u64
    };
    records
        .map(|record| record.trim().lines().map(|line| values(line.trim_end_matches('\r'))).sum())
        .collect()
}

/// The rules that a remark names: `# RULE, RULE: why`.
fn rules(remark: &str) -> Vec<&str> {
    let Some((names, _)) = remark.trim_start_matches("# ").split_once(": ") else { return Vec::new() };
    names.split(", ").filter(|name| name.starts_with("m21.") || name.starts_with("rus.")).collect()
}

/// The fields whose remarks name a rule that cannot have made them.
fn wrong_remarks<'g>(
    crosswalk: &Crosswalk,
    record: &Record,
    golden: &'g Block,
) -> Vec<(&'g String, &'g String)> {
    let (mut waiting, mut wrong) = (Vec::new(), Vec::new());
    for line in golden {
        if line.starts_with('#') {
            waiting.push(line);
            continue;
        }
        let tag = &line[1..4];
        let made_it = |id: &str| {
            let rule = crosswalk.map().rules.iter().find(|rule| rule.id == id).expect(id);
            let to = rule.to.starts_with(tag) || rule.to.starts_with(['-', '{']) || rule.to == "via";
            let from =
                record.fields().any(|field| field.tag().to_string().trim_start_matches('0') == rule.from_tag);
            to && (from || rule.from_tag == "*")
        };
        for remark in waiting.drain(..) {
            if !rules(remark).into_iter().all(made_it) {
                wrong.push((line, remark));
            }
        }
    }
    wrong
}

/// The fields, each under the remarks that stand above the same field of the golden.
fn with_remarks(golden: Option<&Block>, fields: &[String], account: &str) -> String {
    let mut remarks: HashMap<&str, Vec<&str>> = HashMap::new();
    let mut waiting = Vec::new();
    for line in golden.into_iter().flatten() {
        if line.starts_with('#') {
            waiting.push(line.as_str());
        } else {
            remarks.entry(line).or_default().append(&mut waiting);
        }
    }
    let mut text = String::new();
    for field in fields {
        for remark in remarks.remove(field.as_str()).unwrap_or_default() {
            writeln!(text, "{remark}").unwrap();
        }
        writeln!(text, "{field}").unwrap();
    }
    writeln!(text, "{account}\n").unwrap();
    text
}

fn golden(map: &str, path: &str) {
    let crosswalk = Crosswalk::builtin(map).unwrap();
    let records: Vec<Record> = open(SOURCE).unwrap().records().map(Result::unwrap).collect();
    let mut parents = Parents::new();
    records.iter().for_each(|record| parents.add(record.view()));
    let expected = blocks(&fs::read_to_string(path).unwrap_or_default());
    let (mut anew, mut wrong) = (String::new(), Vec::new());
    for (at, (record, total)) in records.iter().zip(counted()).enumerate() {
        let mut converter = Converter::new(&crosswalk).parents(&parents);
        let mut made = Record::new();
        let account = converter.convert(record.view(), &mut made).unwrap();
        assert_eq!(account.values.total(), total, "record {}: a value is not accounted for", at + 1);
        let made = with_remarks(expected.get(at), &in_lines(&made), &in_words(&account));
        anew.push_str(&made);
        let Some(golden) = expected.get(at) else { continue };
        for (line, remark) in wrong_remarks(&crosswalk, record, golden) {
            wrong.push(format!("record {}: {line}: no rule for it: {remark}", at + 1));
        }
        for line in golden.iter().filter(|line| !line.starts_with('#')) {
            if !made.lines().any(|other| other == line) {
                wrong.push(format!("record {}: - {line}", at + 1));
            }
        }
        for line in made.lines().filter(|line| !line.is_empty() && !golden.iter().any(|other| other == line))
        {
            wrong.push(format!("record {}: + {line}", at + 1));
        }
        if wrong.is_empty() && !golden.iter().eq(made.lines().filter(|line| !line.is_empty())) {
            wrong.push(format!("record {}: another order", at + 1));
        }
    }
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(path, anew).unwrap();
    }
    assert_eq!(records.len(), 30);
    assert_eq!(expected.len(), records.len(), "records in {path}");
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn worksheets_become_marc21_as_reviewed() {
    golden("irbis-marc21", "tests/golden/worksheets-marc21.mrk");
}

#[test]
fn worksheets_become_rusmarc_as_reviewed() {
    golden("irbis-rusmarc", "tests/golden/worksheets-rusmarc.mrk");
}
