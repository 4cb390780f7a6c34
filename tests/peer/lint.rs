//! MARC::Lint (Debian `libmarc-lint-perl`) beside our own validation, on 5,000 records of the Library of Congress and on the sound
//! MARC 21 files of the corpus: each of its warnings is judged by its kind, and nearly all that are right are found here too. The
//! table in `src/check/content/marc-lint.md` has the counts.
#![cfg(all(feature = "cli", feature = "xml", feature = "json"))]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use kartoteka::check::Checker;
use kartoteka::{Dialect, Format, ReadOptions, Record, RecordRead, iso2709};

use crate::common::corpus;
use crate::common::program::scratch;
use crate::takers::{run, skip};

/// The number of the record, leader/18 and the warning. The check of 020 calls a method of Business::ISBN that is not there any
/// more.
const LINT: &str = r#"
use MARC::Batch; use MARC::Lint;
{ no warnings; *MARC::Lint::check_020 = sub {}; }
my $lint = MARC::Lint->new; my $number = 0;
my $batch = MARC::Batch->new("USMARC", $ARGV[0]); $batch->strict_off;
while (my $record = $batch->next) {
    $lint->check_record($record);
    my $form = substr($record->leader, 18, 1);
    print "$number\t$form\t$_\n" for $lint->warnings;
    $number++;
}
"#;

/// Words of a warning, the rules that find the same, and whether it is about marks of ISBD.
const KINDS: [(&str, &[&str], bool); 17] = [
    ("non-numeric", &["I101"], false),
    ("No subfield 6", &["X101"], false),
    ("allows ? or !", &[], false),
    ("Indicator ", &["I101", "I102", "I103"], false),
    ("Field is not repeatable", &["F103"], false),
    ("is not repeatable", &["S103"], false),
    ("is not allowed", &["S101", "S102"], false),
    ("may be obsolete", &["V115"], false),
    ("is not valid", &["V107", "V109", "V115"], false),
    ("must be exactly", &["V107", "V109"], false),
    ("No 245 tag", &["F104"], false),
    ("Must end with", &["P101"], true),
    ("preceded by", &["P102"], true),
    ("initials", &["P103"], true),
    ("square brackets", &["P121"], true),
    ("article", &["T101", "T102"], false),
    ("ubfield", &["S104", "S101", "B011", "F106"], false),
];

/// Warnings that are wrong, and why, beside those about marks where leader/18 says that there are none.
const WRONG: [(&str, &str); 10] = [
    ("allows ? or !", "MARC 21 allows them, as the warning says itself"),
    ("First word, die,", "an article in German"),
    ("First word, la, may be", "the first word of a name or of a phrase"),
    ("First word, el, may be", "the first word of a name or of a phrase"),
    ("First word, the, may be", "in quotation marks, which count"),
    ("Subfield _9 ", "of the library itself"),
    ("Must end with . (period)", "ends in [et al.] or a quotation"),
    ("886:", "holds a field of another format"),
    ("880:", "a field in another script: by the rules of the field that it stands for"),
    ("First word, ", "an article that is not in the list of MARC::Lint"),
];

#[derive(Default, Debug)]
struct Count {
    covered: u32,
    wrong: u32,
    missed: Vec<String>,
}

/// What is found in each record: rules and tags.
fn found(path: &Path) -> Vec<Vec<(String, String)>> {
    let mut reader = iso2709::Reader::from_path(path, &ReadOptions::new()).unwrap();
    let mut checker = Checker::standard(1000, Dialect::Marc21, Format::Iso2709);
    let mut record = Record::new();
    let mut all = Vec::new();
    while reader.read_record(&mut record).unwrap() {
        let found = checker.check(record.view(), reader.raw(), reader.findings());
        let tag = |tag: Option<kartoteka::Tag>| tag.map(|tag| tag.to_string()).unwrap_or_default();
        all.push(found.iter().map(|one| (one.rule.id().to_owned(), tag(one.location.tag))).collect());
    }
    all
}

fn compare(path: &Path, folder: &Path, counts: &mut BTreeMap<&'static str, Count>) {
    let output =
        run("perl", &["-e", LINT, path.to_str().unwrap()], folder, "KARTOTEKA_WITHOUT_LINT").unwrap();
    let found = found(path);
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let mut parts = line.splitn(3, '\t');
        let number: usize = parts.next().unwrap().parse().unwrap();
        let (form, warning) = (parts.next().unwrap(), parts.next().unwrap());
        let (words, rules, of_marks) =
            KINDS.iter().find(|(words, ..)| warning.contains(words)).expect(warning);
        let count = counts.entry(words).or_default();
        let tag = warning.get(..3).unwrap();
        let is_ours = |(rule, place): &&(String, String)| rules.contains(&rule.as_str()) && place == tag;
        if *of_marks && !matches!(form, "a" | "i") {
            count.wrong += 1;
        } else if found.get(number).is_some_and(|found| found.iter().find(is_ours).is_some()) {
            count.covered += 1;
        } else if WRONG.iter().any(|(known, _)| warning.contains(known)) {
            count.wrong += 1;
        } else {
            count.missed.push(format!("{} {number}: {warning}", path.file_name().unwrap().display()));
        }
    }
}

fn judged(paths: &[PathBuf], least: u32) {
    let folder = scratch("judged");
    match run("perl", &["-MMARC::Lint", "-e", "1"], &folder, "KARTOTEKA_WITHOUT_LINT") {
        Some(output) if output.status.success() => {}
        _ => return skip("MARC::Lint", "KARTOTEKA_WITHOUT_LINT"),
    }
    let mut counts = BTreeMap::new();
    paths.iter().for_each(|path| compare(path, &folder, &mut counts));
    let covered: u32 = counts.values().map(|count: &Count| count.covered).sum();
    let missed: Vec<&String> = counts.values().flat_map(|count| &count.missed).collect();
    println!("{counts:#?}");
    assert!(covered >= least, "{covered}");
    let right = covered + u32::try_from(missed.len()).unwrap();
    assert!(covered * 100 >= right * 95, "{covered} of {right}: {missed:#?}");
}

#[test]
fn what_lint_finds_in_a_real_catalogue_is_found() {
    let Some(dump) = std::env::var_os("KARTOTEKA_DUMP") else {
        return eprintln!("SKIPPED: KARTOTEKA_DUMP names no file");
    };
    let path = scratch("lint-5000").join("first.mrc");
    let data = fs::read(dump).unwrap();
    let end = data.iter().enumerate().filter(|(_, byte)| **byte == 0x1D).nth(4999).unwrap().0;
    fs::write(&path, &data[..=end]).unwrap();
    judged(&[path], 200);
}

#[test]
fn what_lint_finds_in_sound_files_is_found() {
    let Some(corpus) = corpus() else { return };
    let files = ["bib-ascii", "bib-utf8"].iter().flat_map(|folder| {
        let entries = fs::read_dir(corpus.join("marc/wf").join(folder)).unwrap();
        entries
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|end| end == "mrc"))
    });
    let mut files: Vec<PathBuf> = files.collect();
    files.sort();
    judged(&files, 100);
}
