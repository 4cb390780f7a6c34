//! The tables of `src/charset/tables` are made from `src/charset/tables/*.tsv`, and only from them.
//!
//! `UPDATE_TABLES=1 cargo test --test format tables` writes them anew.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

/// A row of a table: its set, code, character, and whether that combines.
struct Row {
    set: String,
    code: Vec<u8>,
    character: u32,
    combining: bool,
}

/// The code pages that encoding_rs has not.
const PAGES: [&str; 15] = [
    "cp437", "cp737", "cp775", "cp850", "cp852", "cp855", "cp857", "cp860", "cp861", "cp863", "cp865",
    "cp869", "cp1125", "kz1048", "ptcp154",
];

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

/// Rows of `code, character, combining`; a character that only the alternative names is `alt:FE21`.
fn single(name: &str) -> Vec<Row> {
    let text = fs::read_to_string(folder("src/charset/tables").join(name)).unwrap();
    let rows = text.lines().filter(|line| !line.starts_with('#')).map(|line| {
        let columns: Vec<_> = line.split('\t').collect();
        let character = columns[1].strip_prefix("alt:").unwrap_or(columns[1]);
        Row {
            set: String::new(),
            code: hex(columns[0]),
            character: u32::from_str_radix(character, 16).unwrap(),
            combining: columns[2] == "1",
        }
    });
    rows.collect()
}

/// Rows of `set, code, character, alternative, combining`. The second halves of double marks have no character but
/// the alternative.
fn marc8() -> Vec<Row> {
    let text = fs::read_to_string(folder("src/charset/tables/marc8.tsv")).unwrap();
    let rows = text.lines().filter(|line| !line.starts_with('#')).map(|line| {
        let columns: Vec<_> = line.split('\t').collect();
        let character = if columns[2] == "-" { columns[3] } else { columns[2] };
        Row {
            set: columns[0].to_owned(),
            code: hex(columns[1]),
            character: u32::from_str_radix(character, 16).unwrap(),
            combining: columns[4] == "1",
        }
    });
    rows.collect()
}

fn numbers(codes: &[u16]) -> String {
    let mut out = String::new();
    for line in codes.chunks(16) {
        let line: Vec<_> = line.iter().map(|code| format!("0x{code:04X}")).collect();
        writeln!(out, "    {},", line.join(", ")).unwrap();
    }
    out
}

/// 96 codes from 20, or A0, on.
fn half<'a>(out: &mut String, name: &str, source: &str, rows: impl Iterator<Item = &'a Row>) {
    let mut codes = [0u16; 96];
    let mut marks = 0u128;
    for row in rows.filter(|row| row.code[0] & 0x7F >= 0x20) {
        let at = usize::from(row.code[0] & 0x7F) - 0x20;
        assert_eq!(codes[at], 0, "{name}: two rows for {:02X}", row.code[0]);
        codes[at] = u16::try_from(row.character).unwrap();
        marks |= u128::from(row.combining) << at;
    }
    writeln!(out, "\n/// {source}.").unwrap();
    writeln!(
        out,
        "pub(crate) static {name}: Half = Half {{ marks: 0x{marks:X}, codes: [\n{}] }};",
        numbers(&codes)
    )
    .unwrap();
}

fn generated() -> String {
    let mut out = String::from(
        "//! Made by `tests/format/tables.rs` from the tables beside it; \
         `UPDATE_TABLES=1 cargo test --test format tables` makes it anew.\n\nuse super::Half;\n",
    );
    let marc8 = marc8();
    for (set, name, what) in [
        ("45", "ANSEL", "extended Latin, ANSEL"),
        ("67", "GREEK_SYMBOLS", "Greek symbols"),
        ("62", "SUBSCRIPTS", "subscripts"),
        ("70", "SUPERSCRIPTS", "superscripts"),
        ("32", "HEBREW", "Hebrew"),
        ("4E", "CYRILLIC", "basic Cyrillic"),
        ("51", "EXTENDED_CYRILLIC", "extended Cyrillic"),
        ("33", "ARABIC", "basic Arabic"),
        ("34", "EXTENDED_ARABIC", "extended Arabic"),
        ("53", "GREEK", "Greek"),
    ] {
        // 88, 89, 8D and 8E of ANSEL are C1 controls of all sets
        let rows = marc8.iter().filter(|row| row.set == set && !(0x80..0xA0).contains(&row.code[0]));
        half(&mut out, name, &format!("`marc8.tsv`, set {set}: {what}"), rows);
    }
    for (file, name) in
        [("iso5426.tsv", "ISO_5426"), ("iso6438-african.tsv", "ISO_6438"), ("iso6937.tsv", "ISO_6937")]
    {
        let rows = single(file);
        let rows = rows.iter().filter(|row| !(0x80..0xA0).contains(&row.code[0]));
        half(&mut out, name, &format!("`{file}`"), rows);
    }
    for page in PAGES {
        let mut codes = [0u16; 128];
        for row in single(&format!("{page}.tsv")) {
            codes[usize::from(row.code[0] - 0x80)] = u16::try_from(row.character).unwrap();
        }
        let name = page.to_uppercase();
        let says = format!("`{page}.tsv`: 128 codes from 80 on, 0 where there is no character.");
        writeln!(out, "\n/// {says}\npub(crate) static {name}: [u16; 128] = [\n{}];", numbers(&codes))
            .unwrap();
    }
    out
}

/// For each pair of first bytes the pair and a bit for each third byte (12 bytes, the bit of 20 first); then, in the
/// order of these bits, a character for each in two bytes. The few beyond the BMP are surrogates that count them, and
/// stand at the end in four bytes each. Before all of it the number of pairs, in two bytes. Little endian.
fn eacc() -> Vec<u8> {
    let mut pages: BTreeMap<[u8; 2], BTreeMap<u8, u32>> = BTreeMap::new();
    for row in marc8().iter().filter(|row| row.set == "31") {
        let before = pages.entry([row.code[0], row.code[1]]).or_default().insert(row.code[2], row.character);
        assert_eq!(before, None);
    }
    let mut out = u16::try_from(pages.len()).unwrap().to_le_bytes().to_vec();
    for (pair, page) in &pages {
        let bits = page.keys().fold(0u128, |bits, third| bits | 1 << (third - 0x20));
        out.extend_from_slice(pair);
        out.extend_from_slice(&bits.to_le_bytes()[..12]);
    }
    let mut beyond = Vec::new();
    for character in pages.values().flat_map(|page| page.values()) {
        let short = u16::try_from(*character).unwrap_or_else(|_| {
            beyond.push(*character);
            0xD800 + u16::try_from(beyond.len() - 1).unwrap()
        });
        out.extend_from_slice(&short.to_le_bytes());
    }
    out.extend(beyond.iter().flat_map(|character| character.to_le_bytes()));
    out
}

#[test]
fn the_tables_are_those_that_the_data_make() {
    for (path, made) in [
        ("src/charset/tables/generated.rs", generated().into_bytes()),
        ("src/charset/tables/eacc.bin", eacc()),
    ] {
        let path = folder(path);
        if std::env::var_os("UPDATE_TABLES").is_some() {
            fs::write(&path, &made).unwrap();
        }
        assert!(fs::read(&path).is_ok_and(|there| there == made), "{}: make it anew", path.display());
    }
}

/// Where the lists are installed that `src/charset/judge/make.py` reads, the table of languages is what they give.
#[test]
fn the_languages_are_those_that_the_lists_make() {
    let lists = [
        "hunspell/lv_LV.dic",
        "hunspell/et_EE.dic",
        "locale/mk/LC_MESSAGES/gnucash.mo",
        "locale/az/LC_MESSAGES/totem.mo",
    ];
    if !lists.iter().all(|list| Path::new("/usr/share").join(list).exists()) {
        return;
    }
    let script = folder("src/charset/judge/make.py");
    let checked = std::process::Command::new("python3").arg(script).arg("--check").output().unwrap();
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
}
