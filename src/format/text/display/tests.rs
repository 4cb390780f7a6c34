//! The displays of many catalogues, each as it comes out of a browser. The expected fields are by hand.

use super::Display;
use super::rules::DISPLAY_GUESS;
use crate::finding::{Finding, Rule};
use crate::format::descriptor::{Can, Format};
use crate::format::rules::{LINE_CONTINUED, LINE_INVALID, LINE_REMARK};
use crate::format::verdict::Confidence;
use crate::io::{ReadOptions, RecordRead, Recovery, Slice};
use crate::open::detect;
use crate::record::Record;

/// The records of a text, and all findings.
fn read(text: &str) -> (Vec<Record>, Vec<Finding>) {
    let mut reader = Slice::<Display>::new(text.as_bytes(), &ReadOptions::new());
    let (mut records, mut found) = (Vec::new(), Vec::new());
    let mut record = Record::new();
    while reader.read_record(&mut record).unwrap() {
        records.push(record.clone());
        found.extend(reader.findings().iter().cloned());
    }
    (records, found)
}

/// The fields of a record: the control fields with `=` after the tag, the data fields with indicators in brackets.
fn fields(record: &Record) -> Vec<String> {
    let field = |field: crate::record::FieldRef<'_>| match field.is_control() {
        true => format!("{}={}", field.tag(), String::from_utf8_lossy(field.raw())),
        false => {
            let (indicators, lead, subfields) = field.parts();
            let subfields: String = subfields.map(|one| format!("${}{}", one.code(), one.value())).collect();
            format!("{}[{}]{lead}{subfields}", field.tag(), String::from_utf8_lossy(indicators))
        }
    };
    record.fields().map(field).collect()
}

fn guesses(found: &[Finding]) -> usize {
    found.iter().filter(|finding| finding.rule == DISPLAY_GUESS).count()
}

const LEADER: &str = "00000nam  2200000 a 4500";

/// The record of most tests below.
const LAKE: [&str; 6] = [
    "001=ocm42",
    "008=250101s2025    xx            000 0 eng d",
    "100[1 ]$aLake, Ann,$d1950-",
    "245[10]$aWells and springs :$ba guide /$cAnn Lake.",
    "500[  ]$aIncludes index.",
    "650[ 0]$aWells$zAsia.",
];

/// Reads a display of [`LAKE`] that must be detected; returns the number of assumptions.
fn is_lake(text: &str) -> usize {
    let found = detect(text.as_bytes(), None).unwrap();
    assert_eq!((found.format, found.confidence), (Format::Display, Confidence::Certain), "{text}");
    let (records, found) = read(text);
    assert_eq!(records.len(), 1, "{text}");
    assert_eq!(records[0].header().leader.unwrap().to_string(), LEADER, "{text}");
    assert_eq!(fields(&records[0]), LAKE, "{text}");
    let others: Vec<_> = found.iter().filter(|finding| finding.rule != DISPLAY_GUESS).collect();
    assert!(others.is_empty(), "{text}{others:?}");
    guesses(&found)
}

#[test]
fn catalogues_with_columns() {
    // Sierra and Millennium.
    let sierra = "LEADER 00000nam  2200000 a 4500 \n001    ocm42 \n\
        008    250101s2025    xx            000 0 eng d\n100 1  Lake, Ann,|d1950-\n\
        245 10 Wells and springs :|ba guide /|cAnn \n       Lake.\n500    Includes index.\n650  0 Wells|zAsia.\n";
    assert_eq!(is_lake(sierra), 1);
    assert_eq!(is_lake(&sierra.replace('\n', "\r\n")), 1);
    // The same, forwarded, and indented by a mail program.
    let quoted: String = sierra.lines().map(|line| format!("> {line}\n")).collect();
    assert_eq!(is_lake(&quoted), 1);
    let indented: String = sierra.lines().map(|line| format!("    {line}\n")).collect();
    assert_eq!(is_lake(&indented), 1);
    // Two line ends for each.
    assert_eq!(is_lake(&sierra.replace('\n', "\n\n")), 1);
    // Voyager, and the old catalogue of the Library of Congress.
    is_lake(
        "000 00000nam  2200000 a 4500\n001 ocm42\n008 250101s2025    xx            000 0 eng d\n\
         100 1_ |a Lake, Ann, |d 1950-\n245 10 |a Wells and springs : |b a guide / |c Ann Lake.\n\
         500 __ |a Includes index.\n650 _0 |a Wells |z Asia.\n",
    );
    // `as_formatted` of MARC::Record, and the plain view of Koha.
    is_lake(
        "LDR 00000nam  2200000 a 4500\n001     ocm42\n008     250101s2025    xx            000 0 eng d\n\
         100 1  _aLake, Ann,\n       _d1950-\n245 10 _aWells and springs :\n       _ba guide /\n       _cAnn Lake.\n\
         500    _aIncludes index.\n650  0 _aWells\n       _zAsia.\n",
    );
    // OCLC: an indicator a column, and the first code not shown.
    is_lake(
        "LDR 00000nam  2200000 a 4500\n001     ocm42\n008     250101s2025    xx            000 0 eng d\n\
         100 1   Lake, Ann, ǂd 1950-\n245 1 0 Wells and springs : ǂb a guide / ǂc Ann Lake.\n\
         500     Includes index.\n650   0 Wells ǂz Asia.\n",
    );
    // Alma and Primo.
    is_lake(
        "leader 00000nam#a2200000#a#4500\n001 ocm42\n008 250101s2025####xx############000#0#eng#d\n\
         100 1# $$a Lake, Ann, $$d 1950-\n245 10 $$a Wells and springs : $$b a guide / $$c Ann Lake.\n\
         500 ## $$a Includes index.\n650 #0 $$a Wells $$z Asia.\n"
            .replace("nam#a", "nam##")
            .as_str(),
    );
}

#[test]
fn catalogues_with_joined_tags() {
    // Aleph.
    is_lake(
        "FMT   BK\nLDR   00000nam^^2200000^a^4500\n001   ocm42\n008   250101s2025^^^^xx^^^^^^^^^^^^000^0^eng^d\n\
         1001  |a Lake, Ann, |d 1950-\n24510 |a Wells and springs : |b a guide / |c Ann Lake.\n\
         500   |a Includes index.\n650 0 |a Wells |z Asia.\n"
            .strip_prefix("FMT   BK\n")
            .unwrap(),
    );
    let (records, _) = read(
        "FMT   BK\nLDR   00000nam^^2200000^a^4500\n24510 |a Wells\n\nFMT   BK\nLDR   00000nam^^2200000^a^4500\n24510 |a Springs\n",
    );
    assert_eq!(
        records.iter().map(fields).collect::<Vec<_>>(),
        [["FMT=BK", "245[10]$aWells"], ["FMT=BK", "245[10]$aSprings"]]
    );
}

#[test]
fn tables_copied_from_a_page() {
    // VuFind and Blacklight, with cells.
    is_lake(
        "LEADER\t00000nam  2200000 a 4500\n001\tocm42\n008\t250101s2025    xx            000 0 eng d\n\
         100\t1\t\t|a Lake, Ann, |d 1950-\n245\t1\t0\t|a Wells and springs : |b a guide / |c Ann Lake.\n\
         500\t\t\t|a Includes index.\n650\t\t0\t|a Wells |z Asia.\n",
    );
    // Evergreen: control fields after the empty cells.
    is_lake(
        "LDR\t\t\t00000nam  2200000 a 4500\n001\t\t\tocm42\n008\t\t\t250101s2025    xx            000 0 eng d\n\
         100\t1\t \t‡aLake, Ann, ‡d1950-\n245\t1\t0\t‡aWells and springs : ‡ba guide / ‡cAnn Lake.\n\
         500\t \t \t‡aIncludes index.\n650\t \t0\t‡aWells ‡zAsia.\n",
    );
    // Both indicators in a cell.
    is_lake(
        "LDR\t00000nam  2200000 a 4500\n001\tocm42\n008\t250101s2025    xx            000 0 eng d\n\
         100\t1 \t$aLake, Ann,$d1950-\n245\t10\t$aWells and springs :$ba guide /$cAnn Lake.\n\
         500\t  \t$aIncludes index.\n650\t 0\t$aWells$zAsia.\n",
    );
    // Joined to the tag.
    is_lake(
        "LDR\t00000nam^^2200000^a^4500\n001\tocm42\n008\t250101s2025^^^^xx^^^^^^^^^^^^000^0^eng^d\n\
         1001\t|a Lake, Ann, |d 1950-\n24510\t|a Wells and springs : |b a guide / |c Ann Lake.\n\
         500\t|a Includes index.\n650 0\t|a Wells |z Asia.\n",
    );
    // A cell for each code, and a row for each subfield.
    is_lake(
        "LDR\t\t\t\t00000nam  2200000 a 4500\n001\t\t\t\tocm42\n008\t\t\t\t250101s2025    xx            000 0 eng d\n\
         100\t1\t\ta\tLake, Ann,\n\t\t\td\t1950-\n245\t1\t0\ta\tWells and springs :\n\t\t\tb\ta guide /\n\
         \t\t\tc\tAnn Lake.\n500\t\t\ta\tIncludes index.\n650\t\t0\ta\tWells\n\t\t\tz\tAsia.\n",
    );
}

#[test]
fn blanks_that_browsers_drop() {
    let text = "LEADER 00000nam 2200000 a 4500\n001 ocm42\n008 250101s2025    xx            000 0 eng d\n\
        100 1 |a Lake, Ann, |d 1950-\n245 1 0 |a Wells and springs : |b a guide / |c Ann Lake.\n\
        500 |a Includes index.\n650 0 |a Wells |z Asia.\n";
    // The leader, and the first single indicator.
    assert_eq!(is_lake(text), 2);
    assert_eq!(is_lake(&text.replace("245 1 0", "245 10")), 2);
    // No-break spaces are kept by browsers.
    let kept = "LEADER 00000nam  2200000 a 4500\n001 ocm42\n008 250101s2025    xx            000 0 eng d\n\
        100 1\u{A0} |a Lake, Ann, |d 1950-\n245 10 |a Wells and springs : |b a guide / |c Ann Lake.\n\
        500 \u{A0}\u{A0} |a Includes index.\n650 \u{A0}0 |a Wells |z Asia.\n";
    assert_eq!(is_lake(kept), 0);
}

#[test]
fn marks_with_and_without_blanks() {
    let forms =
        ["|a", "|a ", "| a ", "‡a", "‡a ", "ǂa ", "$a ", "$$a", "†a ", "¦a", "▼a", "§a ", "\u{1F}a", "␟a"];
    for form in forms {
        let mark = |code: &str| form.replace('a', code);
        let space = if form.ends_with(' ') { " " } else { "" };
        let text = format!(
            "LEADER {LEADER}\n001    ocm42\n008    250101s2025    xx            000 0 eng d\n\
             100 1  {}Lake, Ann,{space}{}1950-\n245 10 {}Wells and springs :{space}{}a guide /{space}{}Ann Lake.\n\
             500    {}Includes index.\n650  0 {}Wells{space}{}Asia.\n",
            mark("a"),
            mark("d"),
            mark("a"),
            mark("b"),
            mark("c"),
            mark("a"),
            mark("a"),
            mark("z"),
        );
        assert_eq!(is_lake(&text), 0, "{form}");
    }
}

#[test]
fn what_is_a_mark_and_what_is_text() {
    let lines = |fields: &str| fields_of(&format!("LEADER {LEADER}\n001    1\n{fields}"));
    assert_eq!(
        lines("245 10 $aPrice$cX\n020    $a123 :$c$5.00\n365    $b(paid $9.50)\n"),
        ["001=1", "245[10]$aPrice$cX", "020[  ]$a123 :$c$5.00", "365[  ]$b(paid $9.50)"]
    );
    assert_eq!(
        lines("245 10 _aa_b /\n856 40 _uhttp://x.org/a_b_c\n"),
        ["001=1", "245[10]$aa_b /", "856[40]$uhttp://x.org/a_b_c"]
    );
    assert_eq!(
        lines("245 10 1984 /|cG. Orwell.\n500    300 copies\n"),
        ["001=1", "245[10]$a1984 /$cG. Orwell.", "500[  ]$a300 copies"]
    );
    assert_eq!(lines("245 10 |6880-01|aTitle|b|c\n"), ["001=1", "245[10]$6880-01$aTitle$b$c"]);
}

fn fields_of(text: &str) -> Vec<String> {
    fields(&read(text).0[0])
}

#[test]
fn records_end_before_the_next() {
    let record = |number: u32| format!("001    {number}\n245 10 |aTitle {number}|cX\n500    |aNote\n");
    let leader = format!("LEADER {LEADER}\n");
    let numbers = |text: &str| -> Vec<String> {
        read(text).0.iter().map(|record| record.view().control_number().unwrap().to_string()).collect()
    };
    for between in ["", "\n", "\n\n", "\r\n"] {
        let three: Vec<_> = (1..4).map(|number| format!("{leader}{}", record(number))).collect();
        assert_eq!(numbers(&three.join(between)), ["1", "2", "3"], "{between:?}");
        let without: Vec<_> = (1..4).map(record).collect();
        assert_eq!(numbers(&without.join(between)), ["1", "2", "3"], "{between:?}");
    }
    let (records, _) = read("100 1  |aA|b1\n245 10 |aB\n650  0 |aC\n\n100 1  |aD\n245 10 |aE\n");
    assert_eq!(records.iter().map(|record| record.fields().len()).collect::<Vec<_>>(), [3, 2]);
}

#[test]
fn the_text_of_a_mail_is_left_out_with_findings() {
    let text = format!(
        "Dear all,\n\nplease look at this:\n\nLEADER {LEADER}\n001    1\n245 10 |aTitle|cX\n500    |aA long\nnote\n\nBest wishes\nAnn\n"
    );
    assert_eq!(detect(text.as_bytes(), None).unwrap().format, Format::Display);
    let (records, found) = read(&text);
    assert_eq!(
        records.iter().map(fields).collect::<Vec<_>>(),
        [["001=1", "245[10]$aTitle$cX", "500[  ]$aA long note"]]
    );
    let found: Vec<(Rule, u64)> = found.iter().map(|finding| (finding.rule, finding.location.line)).collect();
    assert_eq!(
        found,
        [(LINE_REMARK, 1), (LINE_REMARK, 3), (LINE_CONTINUED, 9), (LINE_REMARK, 11), (LINE_REMARK, 12)]
    );
}

#[test]
fn strict_reading_stops_at_a_tag_without_a_text() {
    let text = format!("LEADER {LEADER}\n001    1\n245 10 |aTitle|cX\n500\n");
    let (records, found) = read(&text);
    assert_eq!(fields(&records[0]), ["001=1", "245[10]$aTitle$cX"]);
    assert_eq!(
        found.iter().map(|finding| (finding.rule, finding.location.line)).collect::<Vec<_>>(),
        [(LINE_INVALID, 4)]
    );
    let strict = ReadOptions::new().recovery(Recovery::Strict);
    let mut reader = Slice::<Display>::new(text.as_bytes(), &strict);
    assert!(reader.read_record(&mut Record::new()).unwrap_err().is_record());
}

#[test]
fn other_text_forms_keep_their_inputs() {
    for (text, format) in [
        ("LEADER 00000nam a2200000   4500\n001 1\n245 10$aTitle$cX\n500   $aNote\n", Format::Line),
        ("LDR    00000nam a2200000   4500\n001    1\n245 10 ‡aTitle‡cX\n500    ‡aNote\n", Format::Line),
        ("00000nam a2200000   4500\n001 1\n245 10 $a Title $c X\n500    $a Note\n", Format::Line),
        ("00000nam a2200000   4500\n001 1\n245 10 _a Title _c X\n", Format::Line),
        ("LEADER 00000nam a2200000   4500\n001 1\n", Format::Line),
        ("=LDR  00000nam a2200000   4500\n=001  1\n=245  10$aTitle$cX\n", Format::Mrk),
        ("000000001 LDR   L 00000nam^a2200000^^^4500\n000000001 24510 L $$aTitle\n", Format::Aleph),
        ("LDR00000nam  2200000   4500^\n001 1^\n245 10_aTitle`\n", Format::Microlif),
    ] {
        assert_eq!(detect(text.as_bytes(), None).unwrap().format, format, "{text}");
    }
    for text in ["245 10 people came\n300 of them left\n", "001 1\n022    $a 1940\n"] {
        assert!(detect(text.as_bytes(), None).is_err(), "{text}");
    }
    let bare = "100 1  |aLake\n245 10 |aWells|cAnn\n650  0 |aWells|zAsia\n";
    assert_eq!(detect(bare.as_bytes(), None).unwrap().format, Format::Display);
    assert!(
        Format::Display.can(Can::Read) && !Format::Display.can(Can::Write) && !Format::Display.can(Can::Seek)
    );
}
