//! What full validation finds in the RUSMARC, UNIMARC and IRBIS files of the corpus: each row of
//! `tests/golden/validate-reviewed.tsv` was held against the records, and has the reason why it is right.
#![cfg(feature = "cli")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use kartoteka::check::Checker;
use kartoteka::{Dialect, Finding, Record, open, rules};

use crate::common::corpus;

/// The path of a file of the corpus; of a base, which is packed there, a copy.
fn path(corpus: &Path, name: &str) -> PathBuf {
    let Some(base) = name.strip_suffix(".mst") else { return corpus.join("marc/wf").join(name) };
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("reviewed");
    fs::create_dir_all(&folder).unwrap();
    let file = base.rsplit('/').next().unwrap();
    for end in ["mst", "xrf"] {
        let packed = File::open(corpus.join("irbis").join(format!("{base}.{end}.gz"))).unwrap();
        let mut copy = File::create(folder.join(format!("{file}.{end}"))).unwrap();
        std::io::copy(&mut GzDecoder::new(packed), &mut copy).unwrap();
    }
    folder.join(format!("{file}.mst"))
}

/// How often each rule was found, and in which fields.
type Found = BTreeMap<String, (u32, BTreeSet<String>)>;

fn found(path: &Path) -> Found {
    let mut all = Found::new();
    let mut add = |finding: &Finding| {
        if !rules::is_optional(finding.rule) {
            let (count, tags) = all.entry(finding.rule.id().to_owned()).or_default();
            *count += 1;
            tags.extend(finding.location.tag.map(|tag| format!("{tag:>03}")));
        }
    };
    let mut reader = open(path).unwrap();
    let mut checker = Checker::standard(1000, Dialect::Auto, reader.format());
    let mut record = Record::new();
    while reader.read_record(&mut record).unwrap() {
        let known = reader.findings().to_vec();
        known.iter().for_each(&mut add);
        checker.check(record.view(), reader.raw(), &known).iter().for_each(&mut add);
    }
    reader.findings().iter().for_each(&mut add);
    all
}

#[test]
fn what_is_found_was_held_against_the_records() {
    let Some(corpus) = corpus() else { return };
    let golden = include_str!("../golden/validate-reviewed.tsv");
    let mut expected: BTreeMap<&str, Found> = BTreeMap::new();
    for line in golden.lines().filter(|line| !line.starts_with('#')) {
        let [file, rule, count, tags, reason] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        assert!(reason.starts_with("right"), "{line}");
        let tags = tags.split(' ').filter(|tag| *tag != "-").map(str::to_owned).collect();
        let row = (count.parse().unwrap(), tags);
        assert!(expected.entry(file).or_default().insert(rule.to_owned(), row).is_none(), "{line}");
    }
    assert_eq!(expected.len(), 5);
    for (file, rows) in expected {
        let found = found(&path(&corpus, file));
        let all: BTreeSet<&String> = rows.keys().chain(found.keys()).collect();
        let differ = all.into_iter().filter(|rule| rows.get(*rule) != found.get(*rule));
        let differ: Vec<_> = differ.map(|rule| (rule, rows.get(rule), found.get(rule))).collect();
        assert!(differ.is_empty(), "{file}: {differ:#?}");
    }
}
