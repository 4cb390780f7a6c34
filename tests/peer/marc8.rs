//! MARC-8 against the vectors of the corpus: what four other decoders and three encoders made of the same bytes.
//!
//! See `tests/common/mod.rs` for where the corpus is looked for.

use std::fs;
use std::path::{Path, PathBuf};

use kartoteka::{Charset, Policy};
use serde_json::Value;
use unicode_normalization::UnicodeNormalization;

fn corpus() -> Option<PathBuf> {
    crate::common::corpus().map(|folder| folder.join("marc8"))
}

fn hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

fn nfc(text: &str) -> String {
    text.nfc().collect()
}

fn rows(path: &Path) -> Vec<Vec<String>> {
    let text = fs::read_to_string(path).unwrap();
    let rows = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    rows.map(|line| line.split('\t').map(str::to_owned).collect()).collect()
}

/// The text of `\u1234`, `\xE9` and the like.
fn unescape(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let digits = match rest.as_bytes()[at + 1] {
            b'x' => 2,
            b'u' => 4,
            b'U' => 8,
            b'n' => 0,
            b't' => 0,
            other => panic!("\\{}", char::from(other)),
        };
        if digits == 0 {
            out.push(if rest.as_bytes()[at + 1] == b'n' { '\n' } else { '\t' });
        } else {
            let code = u32::from_str_radix(&rest[at + 2..at + 2 + digits], 16).unwrap();
            out.push(char::from_u32(code).unwrap());
        }
        rest = &rest[at + 2 + digits..];
    }
    out + rest
}

fn encode(text: &str, policy: Policy) -> Vec<u8> {
    let mut out = Vec::new();
    Charset::Marc8.encode_into(text, policy, &mut out).unwrap();
    out
}

#[test]
fn sentences() {
    let Some(corpus) = corpus() else { return };
    let (mut count, mut same_bytes) = (0, 0);
    for row in rows(&corpus.join("sentences.tsv")) {
        let (bytes, text) = (hex(&row[1]), nfc(&row[2]));
        let mut faults = Vec::new();
        Charset::Marc8.examine(&bytes, |fault| faults.push(fault));
        assert!(faults.is_empty(), "line {}: {faults:?}", row[0]);
        assert_eq!(nfc(&Charset::Marc8.decode(&bytes).unwrap()), text, "line {}", row[0]);
        let written = encode(&text, Policy::Strict);
        assert_eq!(nfc(&Charset::Marc8.decode(&written).unwrap()), text, "line {}", row[0]);
        if written == bytes {
            same_bytes += 1;
        } else {
            eprintln!("line {}: {} as {}", row[0], row[1], written.escape_ascii());
        }
        count += 1;
    }
    assert_eq!(count, 909);
    eprintln!("{same_bytes} of {count} are written byte for byte as they were");
    assert!(same_bytes >= 890, "{same_bytes}");
}

#[test]
fn values_of_real_records() {
    let Some(corpus) = corpus() else { return };
    let mut count = 0;
    for row in rows(&corpus.join("records.tsv")) {
        let bytes = hex(&row[0]);
        let ours = Charset::Marc8.decode_lossy(&bytes).0;
        assert_eq!(nfc(&ours), nfc(&row[1]), "{}", row[3]);
        count += 1;
    }
    assert_eq!(count, 370);
}

/// Cases on which the others disagree: our answer, and why.
const EDGE_CASES: &[(&str, &str, &str)] = &[
    ("combining-then-space", " \u{301}", "the mark belongs to the blank, as three say"),
    (
        "combining-at-end",
        "a\u{301}",
        "the mark is kept as the last character; the others lose it, one with its letter",
    ),
    ("combining-only", "\u{301}", "the same"),
    (
        "combining-then-control",
        "\u{301}\ne",
        "a control is no letter that a mark could stand on, and is kept",
    ),
    ("ligature-pair", "i\u{361}a", "the table of 2004, as three say; one has the half marks before it"),
    ("ligature-first-only", "i\u{361}a", "the same"),
    ("ligature-second-only", "ia", "a second half of nothing means nothing; told as a finding"),
    ("ligature-with-extra-diacritic", "i\u{361}\u{301}a", "marks in the order of the source, as three say"),
    ("double-tilde-pair", "n\u{360}g", "the table of 2004, as three say"),
    ("double-tilde-second-only", "ng", "as the ligature"),
    ("non-sort-88-89", "\u{98}The \u{9C}one", "the table has them, one drops them"),
    ("joiner-8D-8E", "\u{200D}a\u{200C}b", "the table has them, one drops them"),
    ("undefined-C1-80", "a\u{FFFD}b", "what has no meaning is not dropped: U+FFFD and a finding"),
    ("undefined-C1-A0", "a\u{FFFD}b", "the same"),
    ("undefined-ANSEL-AF", "a\u{FFFD}b", "the same"),
    ("undefined-ANSEL-BB", "a\u{FFFD}b", "the same"),
    ("undefined-FF", "a\u{FFFD}b", "the same"),
    ("undefined-FC", "a\u{FFFD}b", "the same"),
    ("DEL-7F", "a\u{FFFD}b", "the same"),
    ("control-01", "a\u{1}b", "kept, with a finding; no reader of text loses it"),
    ("tab-09", "a\tb", "the same"),
    ("NUL", "a\0b", "the same"),
    (
        "tech1-space-inside",
        "\u{FFFD} ",
        "the set of three Greek letters has no digit; 20 is a blank in all sets",
    ),
    ("g1-cyrillic", "аб", "a set in the other half is the same set, as three say"),
    ("g1-cyrillic-minus", "аб", "the same"),
    ("g1-cyrillic-ascii-mixed", "a а a", "the same"),
    ("g0-ext-cyrillic", "ђ", "the same"),
    ("g0-ansel", "ł\u{304}\u{304}", "ANSEL in the low half, as one says; the dangling mark is kept"),
    ("g0-ansel-used", "¿\u{301}\u{304}", "the same"),
    ("g1-ansel-return", "аe\u{301}", "the return to ANSEL has two bytes behind the half, as two say"),
    ("g1-hebrew", "אס", "a set in the other half"),
    ("g1-arabic-C7", "اف", "the same"),
    ("g0-ext-arabic", "\u{6FD}", "the same"),
    ("g1-greek", "α", "the same"),
    ("cjk-dollar-comma", "喝", "the specification has this escape, as three say"),
    ("cjk-dollar-paren", "喝", "not in the specification, but what it means is plain: a finding"),
    ("cjk-g1-dollar-rparen", "喝", "EACC in the high half, as one says"),
    ("cjk-g1-dollar-minus", "喝", "the same"),
    ("cjk-space-inside", "喝 \u{FFFD}", "20 is a blank; the three bytes after it are in no table"),
    (
        "cjk-ascii-punct-mapped",
        "!!1!##!!;",
        "three times three bytes that are none: the return to ASCII is lost",
    ),
    ("cjk-truncated-2", "喝\u{FFFD}", "one U+FFFD for the part of a character"),
    ("cjk-truncated-1", "喝\u{FFFD}", "the same"),
    ("cjk-undefined", "\u{FFFD}", "one U+FFFD for three bytes"),
    ("cjk-high-bytes-in-g0", "Łœ\u{361}", "the high half is ANSEL still; the dangling mark is kept"),
    ("cjk-ext-b-217559", "\u{212C4}", "the character of the table, which two cannot hold"),
    ("cjk-newline-inside", "喝\n喝", "a line end takes one byte and is kept, as one says"),
    (
        "esc-unknown-final",
        "\u{FFFD}A",
        "the sequence is passed over with a finding, what follows is in the set before it",
    ),
    ("esc-at-end", "a\u{FFFD}", "the escape alone is what cannot be read"),
    ("esc-paren-at-end", "a\u{FFFD}(", "the same: a parenthesis is a parenthesis"),
    ("esc-dollar-at-end", "a\u{FFFD}$", "the same"),
    ("esc-double", "\u{FFFD}а", "the first escape is none, the second is"),
    ("esc-lower-b-alone", "", "an escape and nothing in its set; two fail"),
    ("latin1-in-marc8", "caf\u{30C}", "E9 is a mark in MARC-8, and dangles"),
];

#[test]
fn edge_cases() {
    let Some(corpus) = corpus() else { return };
    let (mut unanimous, mut ours) = (0, 0);
    for row in rows(&corpus.join("edge-cases.tsv")) {
        let bytes = hex(&row[1]);
        let text = nfc(&Charset::Marc8.decode_lossy(&bytes).0);
        // The last decoder but one decodes references, as we do.
        let given = match (row[0].as_str(), row[6].as_str()) {
            ("ncr-hex", with_references) => with_references,
            _ => row[2].as_str(),
        };
        if row[7] == "True" {
            assert_eq!(text, nfc(&unescape(given)), "{}", row[0]);
            unanimous += 1;
        } else {
            let (_, answer, why) =
                EDGE_CASES.iter().find(|(name, ..)| *name == row[0]).unwrap_or_else(|| panic!("{}", row[0]));
            assert_eq!(text, nfc(answer), "{}: {why}", row[0]);
            ours += 1;
        }
    }
    assert_eq!((unanimous, ours), (43, EDGE_CASES.len()));
}

/// Values on which fewer than three decoders agree. Two have triples that are in no table, which two decoders drop;
/// twelve are Greek letters under the escape for three Greek symbols, as a converter wrote them that took one for the
/// other: of these only alpha, beta and gamma are defined. U+FFFD stands for all else, where the others have nothing,
/// blanks, or codes.
#[test]
fn disputed_values() {
    let Some(corpus) = corpus() else { return };
    let mut count = 0;
    for line in fs::read_to_string(corpus.join("records-disputed.jsonl")).unwrap().lines() {
        let value: Value = serde_json::from_str(line).unwrap();
        let bytes = hex(value["marc8"].as_str().unwrap());
        let ours = Charset::Marc8.decode_lossy(&bytes).0;
        let squeezed = |text: &str| text.replace('\u{FFFD}', "");
        assert_eq!(squeezed(&ours), squeezed(value["oracles"]["yaz"].as_str().unwrap()));
        let mut undefined = 0;
        Charset::Marc8.examine(&bytes, |fault| undefined += usize::from(fault.kind.is_error()));
        assert_eq!(ours.matches('\u{FFFD}').count(), undefined);
        assert!(undefined > 0 && Charset::Marc8.decode(&bytes).is_err());
        count += 1;
    }
    assert_eq!(count, 14);
}

/// What we write where it is not what the first of the three encoders writes, and why.
const ENCODE_CASES: &[(&str, &str, &str)] = &[
    ("viet NFC", "e3e265", "two marks, as two say; the first cannot"),
    ("greek tonos", "e21b67611b73", "the mark of ANSEL and a single alpha, which is a symbol"),
    ("greek alpha single", "1b67611b73", "a single alpha is a symbol, as two say"),
    (
        "not in marc8 emoji",
        "6126237831463630303b62",
        "one reference for one character; the first drops it, the second writes surrogates",
    ),
    ("not in marc8 devanagari", "262378303930353b", "a reference; the first drops it"),
    (
        "curly quotes",
        "1b28337a1b2842711b2833791b2842262378323031393b",
        "the third quote is in no set: a reference; the first drops it",
    ),
    (
        "em dash",
        "262378323031343b",
        "a reference; the first drops it, the third writes a code that is in no table",
    ),
    ("nbsp", "61262378303041303b62", "a reference; the first drops it"),
    (
        "combining alone",
        "262378303330313b61",
        "a reference: before the letter it would be a mark on it, which it is not",
    ),
];

#[test]
fn encode_cases() {
    let Some(corpus) = corpus() else { return };
    let mut count = 0;
    for row in rows(&corpus.join("encode-cases.tsv")) {
        let text = unescape(&row[1]);
        let written = encode(&text, Policy::Escape);
        let found: String = written.iter().map(|byte| format!("{byte:02x}")).collect();
        let (answer, why) = match ENCODE_CASES.iter().find(|(name, ..)| *name == row[0]) {
            Some((_, answer, why)) => (*answer, *why),
            None => (row[2].as_str(), "as the first encoder"),
        };
        assert_eq!(found, answer, "{}: {why}", row[0]);
        if row[0] != "half lig FE20/21" {
            assert_eq!(nfc(&Charset::Marc8.decode(&written).unwrap()), nfc(&text), "{}", row[0]);
        }
        count += 1;
    }
    assert_eq!(count, 34);
}

/// The bytes before a code of a set, so that it is read in that set.
fn designation(set: &str) -> &'static [u8] {
    match set {
        "67" => b"\x1Bg",
        "62" => b"\x1Bb",
        "70" => b"\x1Bp",
        "32" => b"\x1B(2",
        "4E" => b"\x1B(N",
        "51" => b"\x1B(Q",
        "33" => b"\x1B(3",
        "34" => b"\x1B(4",
        "53" => b"\x1B(S",
        "31" => b"\x1B$1",
        _ => b"",
    }
}

#[test]
fn every_row_of_the_table_both_ways() {
    let rows = rows(Path::new("src/charset/tables/marc8.tsv"));
    assert_eq!(rows.len(), 16_398);
    for row in rows {
        let (set, code, mark) = (&row[0], hex(&row[1]), row[4] == "1");
        if code == [0x1B] {
            continue; // the escape is no character
        }
        let character = u32::from_str_radix(&row[2], 16).ok().and_then(char::from_u32);
        let behind: &[u8] = if mark { b"\x1B(Ba" } else { b"" };
        let bytes = [designation(set), &code, behind].concat();
        let text = Charset::Marc8.decode(&bytes).unwrap();
        let Some(character) = character else {
            // the second halves: nothing, where the first is
            assert_eq!(text, "a");
            let first = if code == [0xEC] { [0xEB] } else { [0xFA] };
            let pair = [&first[..], b"i", &code, b"a"].concat();
            let pair = Charset::Marc8.decode(&pair).unwrap().into_owned();
            assert_eq!(encode(&pair, Policy::Strict), [&first[..], b"i", &code, b"a"].concat());
            continue;
        };
        let expected: String = if mark { ['a', character].iter().collect() } else { character.to_string() };
        assert_eq!(text, expected, "{set} {}", row[1]);
        let written = encode(&expected, Policy::Strict);
        assert_eq!(Charset::Marc8.decode(&written).unwrap(), expected, "{set} {}", row[1]);
        // The same in the other half. EACC has only the low one in use.
        if set != "42" && code.len() == 1 && code[0] > 0x20 && !(0x80..0xA0).contains(&code[0]) {
            let (half, flip) = if set == "45" { (&b"\x1B(!E"[..], 0x80) } else { (&b"\x1B)"[..], 0x80) };
            let last = u8::from_str_radix(set, 16).unwrap();
            let last = if set == "45" { &[][..] } else { &[last][..] };
            let bytes = [half, last, &[code[0] ^ flip], behind].concat();
            assert_eq!(
                Charset::Marc8.decode(&bytes).unwrap(),
                expected,
                "{set} {} in the other half",
                row[1]
            );
        }
    }
}

/// The tables of the kin, both ways: a table names the set of G1.
#[test]
fn every_row_of_the_kin_both_ways() {
    for (file, name) in [
        ("iso-ir-37-basic-cyrillic.tsv", "iso-ir-37"),
        ("iso5426.tsv", "iso-5426"),
        ("iso5427-extended-cyrillic.tsv", "iso-5427"),
        ("iso5428-greek.tsv", "iso-5428"),
        ("iso6438-african.tsv", "iso-6438"),
        ("iso6937.tsv", "iso-6937"),
        ("cp437.tsv", "cp437"),
        ("cp737.tsv", "cp737"),
        ("cp850.tsv", "cp850"),
        ("cp852.tsv", "cp852"),
    ] {
        let charset = Charset::from_name(name).unwrap();
        for row in rows(&Path::new("src/charset/tables").join(file)) {
            let Ok(code) = u32::from_str_radix(&row[1], 16) else { continue };
            let character = char::from_u32(code).unwrap();
            let bytes = [hex(&row[0])[0] | 0x80, b'a'];
            let mark = row[2] == "1";
            let text = charset.decode(&bytes).unwrap();
            let expected: String = if mark { ['a', character] } else { [character, 'a'] }.iter().collect();
            assert_eq!(text, expected, "{name} {}", row[0]);
            let mut written = Vec::new();
            charset.encode_into(&expected, Policy::Strict, &mut written).unwrap();
            assert_eq!(charset.decode(&written).unwrap(), expected, "{name} {}", row[0]);
        }
    }
}

#[test]
fn codes_of_faulty_converters() {
    let odd = b"\x1B$1\x7F \x14\x1B(B \x1B$1! =! @\x7F \x19\x7F \x20\x7F!\x22\x1B(B";
    assert_eq!(Charset::Marc8.decode(odd).unwrap(), "\u{2014} \u{2026}\u{201C}\u{2019}\u{201D}\u{2122}");
    assert_eq!(Charset::Marc8.decode(b"\x1B)E\xE2e").unwrap(), "e\u{301}");
    let lost = b"\x1B$1!6kSmith, John and others / by";
    assert_eq!(Charset::Marc8.decode_lossy(lost).0, "喝Smith, John and others / by");
    let reference = b"&#x1E0F; &#xD83D;&#xDE00; &#x26;amp;";
    assert_eq!(Charset::Marc8.decode(reference).unwrap(), "\u{1E0F} \u{1F600} &#x26;amp;");
    assert_eq!(encode("&#x1E0F;", Policy::Strict), b"&#x0026;#x1E0F;");
}

#[test]
fn policies() {
    let mut out = Vec::new();
    assert!(Charset::Marc8.encode_into("naïve ☃", Policy::Strict, &mut out).is_err());
    assert!(out.is_empty());
    assert_eq!(Charset::Marc8.encode_into("naïve ☃", Policy::Replace, &mut out), Ok(1));
    assert_eq!(out, b"na\xE8ive |");
    assert_eq!(encode("naïve ☃", Policy::Escape), b"na\xE8ive &#x2603;");
    let mut text = String::new();
    assert_eq!(Charset::Marc8.decode_into(b"a\xAFb\x1Bt", Policy::Escape, &mut text), Ok(2));
    assert_eq!(text, "a\\xAFb\\x1Bt");
}

#[test]
fn shifts_and_four_sets_of_unimarc() {
    let charset = Charset::from_name("unimarc-01030402").unwrap();
    // LS2R: G2, extended Cyrillic, in the high half; LS3R: basic Cyrillic; LS1R back.
    assert_eq!(charset.decode(b"\xC2e \x1B}\xC4 \x1B|\xC1\x1B~ \xC2e").unwrap(), "e\u{301} ё а e\u{301}");
    let mut out = Vec::new();
    charset.encode_into("é ё а Ж", Policy::Strict, &mut out).unwrap();
    assert_eq!(nfc(&charset.decode(&out).unwrap()), "é ё а Ж");
    // ISO-IR 37 in the low half, ASCII nowhere
    let charset = Charset::from_name("unimarc-02").unwrap();
    assert_eq!(charset.decode(b"mIR 1999").unwrap(), "Мир 1999");
    // SO brings G1 to the low half, SI brings ASCII back
    assert_eq!(Charset::ISO_5426.decode(b"x\x1B(NA\x1B(B\x0E\x7B\x0Fy").unwrap(), "xаßy");
}

/// Letters, signs and marks of the table: those that stand alone, and those that combine.
fn repertoire() -> (Vec<char>, Vec<char>) {
    let rows = rows(Path::new("src/charset/tables/marc8.tsv"));
    let characters = rows.iter().filter_map(|row| {
        let character = char::from_u32(u32::from_str_radix(&row[2], 16).ok()?)?;
        Some((character, row[4] == "1")).filter(|(character, _)| *character >= ' ')
    });
    let (marks, mut alone): (Vec<_>, Vec<_>) = characters.partition(|(_, mark)| *mark);
    // A few are marks to Unicode, but not to the table.
    alone.retain(|(character, _)| unicode_normalization::char::canonical_combining_class(*character) == 0);
    let only =
        |pairs: Vec<(char, bool)>| pairs.into_iter().map(|(character, _)| character).collect::<Vec<_>>();
    (only(alone), only(marks))
}

proptest::proptest! {
    /// Any text of the table, letters of all scripts with up to three marks of any, is written without a reference
    /// and read again.
    #[test]
    fn text_in_the_repertoire_comes_back(
        clusters in proptest::collection::vec(
            (proptest::prelude::any::<proptest::sample::Index>(), proptest::bool::weighted(0.4),
             proptest::collection::vec(proptest::prelude::any::<proptest::sample::Index>(), 0..4)),
            0..16,
        )
    ) {
        static ALL: std::sync::LazyLock<(Vec<char>, Vec<char>)> = std::sync::LazyLock::new(repertoire);
        let (alone, marks) = &*ALL;
        let mut text = String::new();
        for (base, small, on_it) in clusters {
            // Most of the table is EACC: the others must have their turn.
            let many = if small { 600.min(alone.len()) } else { alone.len() };
            text.push(alone[base.index(many)]);
            text.extend(on_it.iter().map(|mark| marks[mark.index(marks.len())]));
        }
        let mut written = Vec::new();
        let replaced = Charset::Marc8.encode_into(&text, Policy::Strict, &mut written);
        proptest::prop_assert_eq!(replaced, Ok(0), "{:?}", text);
        let back = Charset::Marc8.decode(&written).unwrap();
        proptest::prop_assert_eq!(nfc(&back), nfc(&text), "{}", written.escape_ascii());
        let normal = nfc(&text);
        let mut again = Vec::new();
        Charset::Marc8.encode_into(&normal, Policy::Strict, &mut again).unwrap();
        proptest::prop_assert_eq!(nfc(&Charset::Marc8.decode(&again).unwrap()), normal, "from NFC");
    }
}
