//! The companion files of IRBIS in the corpus. What is in the worksheets is compared with a table that another program
//! made of them; the rest with what stands in the files, taken down by hand.

#![cfg(all(feature = "cli", feature = "testing"))]

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use kartoteka::isis::companion::{Fst, Menu, Opt, Par, StopWords, SubWorksheet, Tree, Worksheet};
use kartoteka::{Charset, Error};

fn corpus() -> Option<PathBuf> {
    crate::common::corpus().map(|folder| folder.join("irbis/irbis-companions"))
}

const WORKSHEETS: [&str; 9] =
    ["Content.ws", "Index.ws", "KO.ws", "KRV.ws", "PAZK31.WS", "Pazk42.ws", "RD.ws", "Techn.ws", "bouni.ws"];
const OTHERS: [&str; 9] = [
    "951m.wss",
    "FO.MNU",
    "ORG.MNU",
    "dbnam1.mnu",
    "IBIS.STW",
    "II.TRE",
    "test1.tre",
    "WS31.OPT",
    "ibis.par",
];
/// Tables of letters and a container: no files that a converter needs. And what describes the others.
const NOT_READ: [&str; 6] = [
    "ISISACW.TAB",
    "ISISUCW.TAB",
    "MARS_WSS.ILF.gz",
    "PROVENANCE.md",
    "ibis-fields.tsv",
    "ibis-subfields.tsv",
];

#[test]
fn no_file_is_forgotten() {
    let Some(corpus) = corpus() else { return };
    let there: BTreeSet<String> = fs::read_dir(corpus)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let named = WORKSHEETS.iter().chain(&OTHERS).chain(&NOT_READ).map(|name| (*name).to_owned()).collect();
    assert_eq!(there, named);
}

/// `ibis-fields.tsv` has worksheet, page, tag, label, repeatable, mode and info of each item of all worksheets.
#[test]
fn worksheets_are_what_a_table_of_them_says() {
    let Some(corpus) = corpus() else { return };
    let table = fs::read_to_string(corpus.join("ibis-fields.tsv")).unwrap();
    let mut compared = 0;
    for name in WORKSHEETS {
        let sheet = Worksheet::parse(&fs::read(corpus.join(name)).unwrap()).unwrap();
        let mut found: Vec<String> = Vec::new();
        for page in &sheet.pages {
            for item in &page.items {
                let cells =
                    [name, &page.name, &item.tag, &item.label, &item.repeatable, &item.mode, &item.info];
                found.push(cells.map(str::trim).join("\t"));
            }
        }
        let rows = table.lines().filter(|line| line.split('\t').next() == Some(name));
        let expected: Vec<String> =
            rows.map(|line| line.split('\t').map(str::trim).collect::<Vec<_>>().join("\t")).collect();
        assert_eq!(found, expected, "{name}");
        compared += found.len();
    }
    assert_eq!(compared, table.lines().count() - 1, "all rows of the table were compared");
}

#[test]
fn a_nested_worksheet() {
    let Some(corpus) = corpus() else { return };
    let sheet = SubWorksheet::parse(&fs::read(corpus.join("951m.wss")).unwrap()).unwrap();
    let brief: Vec<[&str; 4]> =
        sheet.items.iter().map(|item| [&*item.tag, &*item.label, &*item.mode, &*item.info]).collect();
    assert_eq!(brief.len(), 5);
    assert_eq!(brief[0], ["A", "Имя файла", "0", ""]);
    assert_eq!(brief[1], ["I", "URL (Адрес в Internet)", "1", "951.mnu"]);
    assert_eq!(brief[2][..2], ["T", "Текст для ссылки"]);
}

#[test]
fn menus() {
    let Some(corpus) = corpus() else { return };
    let menu = |name: &str| Menu::parse(&fs::read(corpus.join(name)).unwrap()).unwrap();
    let fo = menu("FO.MNU");
    assert_eq!(fo.entries.len(), 6);
    assert_eq!(fo.lookup("В/О"), Some("Вечернее отделение"), "without regard to case");
    assert_eq!(fo.lookup("д/о-Н"), Some("Дневное отделение - на нац.языке"), "the whole code comes first");
    let org = menu("ORG.MNU");
    assert_eq!(org.entries.len(), 9);
    assert_eq!(org.lookup("3"), Some(" р."), "a blank in front is part of it");
    assert_eq!((org.lookup(" 4 "), org.lookup("7")), (Some(" с"), None));
    let names = menu("dbnam1.mnu");
    assert_eq!(names.entries.len(), 39);
    assert_eq!(names.lookup("istu"), Some("Учебники, монографии и продолжающиеся издания"));
}

#[test]
fn trees_options_stop_words_and_parameters() {
    let Some(corpus) = corpus() else { return };
    let bytes = |name: &str| fs::read(corpus.join(name)).unwrap();
    let tree = Tree::parse(&bytes("test1.tre")).unwrap();
    let depths: Vec<usize> = tree.nodes.iter().map(|node| node.depth).collect();
    assert_eq!(depths, [0, 0, 1, 1, 2, 1, 0, 1, 2, 0]);
    assert_eq!((tree.nodes[4].code(), tree.nodes[4].meaning()), ("2.2.1", "Second second first"));
    assert_eq!((tree.parent(4), tree.parent(5), tree.parent(9)), (Some(3), Some(1), None));
    let tree = Tree::parse(&bytes("II.TRE")).unwrap();
    assert_eq!(tree.nodes.len(), 33);
    assert_eq!((tree.nodes[11].depth, tree.nodes[11].text.as_str()), (3, "1. 5. 5. 1 - Фестивали"));
    let opt = Opt::parse(&bytes("WS31.OPT")).unwrap();
    assert_eq!((opt.tag.number(), opt.width, opt.rules.len()), (Some(920), 5, 14));
    let chosen = ["PAZK", "nj", "NJP", "SZPRF", "XXXXX", ""].map(|value| opt.select(value).unwrap());
    assert_eq!(chosen, ["PAZK42", "!NJ31", "!NJ31", "SZPRF", "PAZK42", "PAZK42"]);
    let words = StopWords::parse(&bytes("IBIS.STW"));
    assert!(["about", "D'LLE", "А", "в"].iter().all(|word| words.contains(word)), "{words:?}");
    assert!(!words.contains("ABOU") && !words.contains(""));
    let par = Par::parse(&bytes("ibis.par")).unwrap();
    assert_eq!(par.paths.len(), 11);
    assert!((1..=11).all(|number| par.path(number) == Some(".\\datai\\ibis\\")));
}

/// No field select table is in the corpus: this one has what the description of the format names.
#[test]
fn field_select_tables() {
    let text = "/* Заглавия\r\n\r\n200 8 '/T=/',(v200^a/)\r\n610 0 'K=',v610\r\n331 4 v331\r\n700 5 '!A=!'v700^a,|, |v700^b\r\n";
    let mut cp1251 = Vec::new();
    Charset::Windows1251.encode_into(text, kartoteka::Policy::Strict, &mut cp1251).unwrap();
    for bytes in [text.as_bytes(), &cp1251] {
        let fst = Fst::parse(bytes).unwrap();
        let brief: Vec<(u32, u8, Option<&str>)> = fst
            .rules
            .iter()
            .map(|rule| (rule.id, rule.method.number(), rule.method.prefix(&rule.format)))
            .collect();
        assert_eq!(brief, [(200, 8, Some("T=")), (610, 0, None), (331, 4, None), (700, 5, Some("A="))]);
        assert_eq!(fst.rules[3].format, "'!A=!'v700^a,|, |v700^b");
    }
    let partial = Fst::parse(b"1,200,922 0 v200^a\r\n").unwrap();
    assert_eq!((partial.rules[0].id, partial.rules[0].sources.as_slice()), (1, &[200, 922][..]));
}

#[test]
fn what_does_not_follow_the_grammar_is_told_with_its_line() {
    let wrong = |error: Error, words: &str| assert!(error.to_string().contains(words), "{error}");
    wrong(Fst::parse(b"200 0 v200\r\n610 9 v610\r\n").unwrap_err(), "line 2");
    wrong(Fst::parse(b"\r\ntitle 0 v200\r\n").unwrap_err(), "line 2");
    wrong(Menu::parse(b"1\r\none\r\n2\r\n").unwrap_err(), "line 3");
    wrong(Tree::parse(b"1 - a\r\n\t\t1.1 - b\r\n").unwrap_err(), "line 2");
    wrong(Opt::parse(b"920\r\nfive\r\n").unwrap_err(), "line 2");
    wrong(Opt::parse(b"920\r\n5\r\nPAZK\r\n").unwrap_err(), "line 3");
    wrong(Par::parse(b"1=.\\a\\\r\n2 .\\a\\\r\n").unwrap_err(), "line 2");
    wrong(Worksheet::parse(b"1\r\nMain\r\nmany\r\n").unwrap_err(), "line 3");
    wrong(SubWorksheet::parse(b"\r\n").unwrap_err(), "line 1");
}

/// Whatever is in a file, reading it ends, and memory is bounded by its length.
#[test]
fn numbers_that_promise_too_much() {
    let sheet = Worksheet::parse(b"18446744073709551615\r\nMain\r\n99999999999\r\n").unwrap_or_default();
    assert!(sheet.pages.len() < 4);
    let sheet = SubWorksheet::parse(b"18446744073709551615\r\nA\r\n").unwrap();
    assert_eq!(sheet.items.len(), 1);
    assert!(Opt::parse(b"920\r\n18446744073709551615\r\nPAZK X\r\n").is_err());
}
