//! Citations in four forms are read by bibtexparser, rispy, citeproc-py and pyld, with the same titles, names and years.
//!
//! They run under the Python that `KARTOTEKA_PYTHON` names. Where one is missing the test says so and passes, unless `CI`
//! is set.
#![cfg(all(feature = "cli", feature = "xml", feature = "json"))]

use std::fs;
use std::path::Path;
use std::process::Command;

use kartoteka::{Format, RecordWrite, WriteOptions, open, writer};

use crate::common::program::scratch;
use crate::takers::{run, skip};

/// The titles, authors (family and given name) and years of the fixtures, by hand.
const EXPECTED: [&str; 16] = [
    r#"["Leyli və Məcnun: poema", [["Nizami Gəncəvi", ""]], 2004]"#,
    r#"["Shāhnāmah-ʼi Firdawsī: matn-i intiqādī", [["Firdawsī", ""]], 1960]"#,
    r#"["Pride and prejudice", [["Austen", "Jane"]], 2003]"#,
    r#"["Қара сөздер", [["Абай", ""]], 1993]"#,
    r#"["Таңдамалы шығармалары", [["Алтынсарин", "Ыбырай"]], 1955]"#,
    r#"["Война и мир", [["Толстой", "Лев Николаевич"]], 1868]"#,
    r#"["Evgeniĭ Onegin: roman v stikhakh", [["Pushkin", "Aleksandr Sergeevich"]], 1833]"#,
    r#"["Dīvān-i Ḥāfiẓ", [["Ḥāfiẓ", ""]], 1941]"#,
    r#"["Война и мир", [["Толстой", "Лев Николаевич"]], 1868]"#,
    // A volume of a set, and an article whose issue is in 463 and journal in 461.
    r#"["Война и мир. Т. 1", [], 1868]"#,
    r#"["Евгений Онегин: роман в стихах", [["Пушкин", "Александр Сергеевич"]], 1833]"#,
    r#"["Что такое обломовщина?", [["Добролюбов", "Николай Александрович"]], 1859]"#,
    r#"["Евгений Онегин: роман в стихах", [["Пушкин", "Александр Сергеевич"]], 1833]"#,
    // The title of the set has the number of its volumes in one value, 461^c.
    r#"["Война и мир : в 6 т. Т. 1", [["Толстой", "Лев Николаевич"]], 1868]"#,
    r#"["Что такое обломовщина?", [["Добролюбов", "Николай Александрович"]], 1859]"#,
    // IRBIS has the given names in full, 700^g, and no initials: they are the given names.
    r#"["Қара сөздер", [["Абай", "Ибраһим Құнанбайұлы"]], 1993]"#,
];

#[test]
fn other_programs_read_the_same_titles_names_and_years() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = scratch("citations");
    let python = std::env::var("KARTOTEKA_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let modules = "import bibtexparser, rispy, citeproc, pyld";
    let found = Command::new(&python).args(["-c", modules]).output();
    if !found.is_ok_and(|output| output.status.success()) {
        return skip("Python with bibtexparser, rispy, citeproc-py and pyld", "KARTOTEKA_WITHOUT_CITATIONS");
    }
    let script = root.join("tests/peer/citations.py");
    for format in [Format::Bibtex, Format::Ris, Format::CslJson, Format::JsonLd] {
        let path = folder.join(format.name());
        let mut to = writer(format, fs::File::create(&path).unwrap(), &WriteOptions::new()).unwrap();
        for name in ["iso2709/marc21.mrc", "iso2709/rusmarc-utf8.mrc", "isis/irbis64.mst"] {
            for record in open(root.join("fixtures").join(name)).unwrap() {
                to.write_record(record.unwrap().view()).unwrap();
            }
        }
        to.finish().unwrap();
        drop(to);
        let arguments = [script.to_str().unwrap(), format.name(), path.to_str().unwrap()];
        let output = run(&python, &arguments, &folder, "KARTOTEKA_WITHOUT_CITATIONS").unwrap();
        assert!(output.status.success(), "{format}: {}", String::from_utf8_lossy(&output.stderr));
        let read = String::from_utf8(output.stdout).unwrap();
        assert_eq!(read.lines().collect::<Vec<_>>(), EXPECTED, "{format}");
    }
}
