//! Paths: the syntax suite of MARCspec, the spellings of others, and what each construct finds in one small record.

use std::fs;
use std::path::{Path, PathBuf};

use kartoteka::{Builder, FieldPath, Record, SelectOptions, Syntax};
use serde_json::Value;

fn suite() -> Option<PathBuf> {
    let named = std::env::var_os("KARTOTEKA_CORPUS").map(PathBuf::from);
    let folder = named.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"));
    let folder = folder.join("marcspec");
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(std::env::var_os("CI").is_none(), "no suite at {}, and CI must not skip it", folder.display());
    eprintln!("SKIPPED: no MARCspec suite at {}; set KARTOTEKA_CORPUS", folder.display());
    None
}

/// A fragment of the suite in the smallest paths that hold it.
fn wrapped(file: &str, data: &str) -> Vec<String> {
    let kind = file.trim_start_matches("invalid").trim_start_matches("valid");
    match kind {
        "ComparisonString" => vec![format!(r"...{{$a=\{data}}}"), format!(r"...$a{{300$b~\{data}}}")],
        "Indicators" => vec![format!("...^{data}"), format!("245[0]^{data}")],
        "PositionOrRange" => {
            vec![format!("...[{data}]"), format!(".../{data}"), format!("245$a[{data}]/{data}")]
        }
        "SubfieldRange" | "SubfieldTag" => vec![format!("...${data}"), format!("245[0]${data}")],
        "SubSpec" => vec![format!("...{data}"), format!("245$a{data}")],
        _ => vec![data.to_owned()],
    }
}

#[test]
fn the_syntax_suite() {
    let Some(folder) = suite() else { return };
    let mut cases = 0;
    for kind in ["valid", "invalid"] {
        for entry in fs::read_dir(folder.join(kind)).unwrap() {
            let path = entry.unwrap().path();
            let file = path.file_stem().unwrap().to_str().unwrap().to_owned();
            let suite: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
            for case in suite["tests"].as_array().unwrap() {
                let data = case["data"].as_str().unwrap();
                let valid = case["valid"].as_bool().unwrap();
                for text in wrapped(&file, data) {
                    let parsed = text.parse::<FieldPath>();
                    assert_eq!(parsed.is_ok(), valid, "{file}: {data:?} in {text:?}: {parsed:?}");
                    if let Ok(path) = parsed {
                        let canonical = path.to_string();
                        assert_eq!(
                            canonical.parse::<FieldPath>(),
                            Ok(path),
                            "{text:?}, printed {canonical:?}"
                        );
                    }
                }
                cases += 1;
            }
        }
    }
    assert!(cases >= 1144, "{cases}");
    println!("{cases} cases");
}

/// What is valid beyond the suite, and how it is printed.
#[test]
fn spellings() {
    for (text, canonical) in [
        ("245", "245"),
        ("ldr/6", "LDR/6"),
        ("LDR/05-07", "LDR/5-7"),
        ("008/07-10", "008/7-10"),
        ("...", "..."),
        ("FMT", "FMT"),
        ("24a", "24a"),
        ("245ac", "245$a$c"),
        ("245a/0-3", "245$a/0-3"),
        ("245ac[0]", "245$a$c[0]"),
        ("6xx", "6.."),
        ("6XXa", "6..$a"),
        ("65.a0", "65.$a$0"),
        ("650[*0]a", r"650{^2=\0}$a"),
        ("650[_0]$a", r"650{^1=\\s}{^2=\0}$a"),
        ("245[1,0]a", r"245{^1=\1}{^2=\0}$a"),
        ("245[,0]", r"245{^2=\0}"),
        ("650[*0][1]a", r"650[1]{^2=\0}$a"),
        ("461$1/200$a", "461$1/200$a"),
        ("461/200$a", "461$1/200$a"),
        ("461$1/200a", "461$1/200$a"),
        ("461[0]$1/200[1]^1", "461[0]$1/200[1]^1"),
        ("461$1/200", "461$1/200"),
        ("461/200[_1]a", r"461$1/200[0-#]{^1=\\s}{^2=\1}$a"),
        ("461$1/200-200$a", "461$1/200-200$a"),
        ("v200^a", "200$a"),
        ("v200^A", "200$a"),
        ("v10", "010"),
        ("v1", "001"),
        ("v910[2]^b", "910[1]$b"),
        ("v910[2-3]", "910[1-2]"),
        ("v10^a*0.3", "010$a/0-2"),
        ("v10*2", "010/2-#"),
        ("v10.1", "010/0"),
        ("v200^*", "200$*"),
        ("v2022^a", "2022$a"),
        ("2022$a[0]/1", "2022$a[0]/1"),
        ("2022a", "2022$a"),
        ("v20$a", "v20$a"),
        ("245[0-0]", "245[0]"),
        ("245[#-#]", "245[#]"),
        ("245[#-0]", "245[#]"),
        ("245[0-#]", "245[0-#]"),
        (r"020$a{?$q}", "020$a{$q}"),
        (r"020$a{\x}", r"020$a{\x}"),
        (r"245{$a=\Война\sи\sмир}", r"245{$a=\Война\sи\sмир}"),
        (r"245{$a=\=x}", r"245{$a=\\=x}"),
        (r"...{/#=\/}", r"...{/#=\/}"),
        (r"245$a{[1]/0=\x}{^1}", r"245$a{[1]/0=\x}{^1}"),
        (r"245{[0]^1=\1}", r"245{[0]^1=\1}"),
        (r"245{2022$a}", "245{2022$a}"),
    ] {
        let path: FieldPath = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(path.to_string(), canonical, "{text}");
        assert_eq!(canonical.parse::<FieldPath>().as_ref(), Ok(&path), "{text}");
    }
}

/// What is no path: where the fault is, and what was expected there.
#[test]
fn faults() {
    for (text, offset, expected) in [
        ("", 0, "tag"),
        ("24", 2, "tag"),
        ("2 5", 1, "tag"),
        ("abC", 2, "tag"),
        ("245$", 4, "subfield code"),
        ("245$A", 4, "subfield code"),
        ("245$a-", 6, "last code"),
        ("245$b-a", 6, "last code"),
        ("245[", 4, "number"),
        ("245[0", 5, "]"),
        ("245[2-1]", 6, "not before the start"),
        ("245/x", 4, "number"),
        ("245/1-", 6, "number"),
        ("245^3", 4, "1 or 2"),
        ("245 ", 3, "end"),
        ("245$a ", 5, "end"),
        ("245{", 4, "path"),
        ("245{$a", 6, "}"),
        ("245{$a=", 7, "path"),
        (r"245{$a=\}", 8, "string"),
        (r"245{$a=\x y}", 9, "}"),
        ("245{$a{$b}}", 6, "}"),
        ("245{300a}", 7, "}"),
        ("245/1{^1}", 6, "indicator"),
        ("245^1{/1}", 6, "characters"),
        ("241[,#]/00", 7, "characters"),
        ("LDR$a", 3, "end"),
        ("v0^a", 2, "tag"),
        ("v910[0]^b", 5, "occurrence"),
        ("v200^a*", 7, "offset"),
        ("245[99999999999]", 4, "number"),
        ("0123", 0, "tag"),
    ] {
        let error = text.parse::<FieldPath>().unwrap_err();
        assert_eq!(error.offset(), offset, "{text}: {error}");
        assert!(error.expected().contains(expected), "{text}: {error}");
    }
}

/// One small record with repeated fields, after the examples of MARCspec.
fn record() -> Record {
    Record::builder()
        .leader("00000cam a2200000 a 4500")
        .control_field("001", "kart0001")
        .control_field("008", "990101s1999    aj            000 0 aze d")
        .data_field("020", "  ", [('a', "0491001304"), ('q', "hardback"), ('c', "12.50")])
        .data_field("020", "  ", [('a', "0394502884"), ('q', "paperback"), ('c', "4.95"), ('z', "1")])
        .data_field("020", "  ", [('a', "9785020130"), ('c', "9.00")])
        .data_field("245", "14", [('6', "880-01"), ('a', "The Poe əsərləri /"), ('b', "x"), ('b', "yz")])
        .data_field("300", "  ", [('a', "11 v. :"), ('b', "ill. ;"), ('c', "24 cm")])
        .data_field("300", "  ", [('a', "16 discs :"), ('b', "digital ;"), ('c', "12 cm")])
        .data_field("650", " 0", [('a', "Poetry")])
        .data_field("650", "17", [('a', "Poetri"), ('2', "gtt")])
        .data_field("880", "14", [('6', "245-01/(N"), ('a', "Сочинения /")])
        .data_field("880", "  ", [('6', "300-00/(N"), ('a', "11 т.")])
        .build()
        .unwrap()
}

fn found(path: &str) -> Vec<String> {
    let record = record();
    let path: FieldPath = path.parse().unwrap_or_else(|error| panic!("{path}: {error}"));
    record.select(&path).map(|found| found.to_str_lossy().into_owned()).collect()
}

fn places(path: &str) -> Vec<String> {
    let record = record();
    let path: FieldPath = path.parse().unwrap();
    record.select(&path).map(|found| found.place().to_string()).collect()
}

#[test]
fn fields_and_indexes() {
    assert_eq!(found("001"), ["kart0001"]);
    assert_eq!(found("650"), ["Poetry", "Poetri gtt"]);
    assert_eq!(found("300[0]"), ["11 v. : ill. ; 24 cm"]);
    assert_eq!(found("300[#]"), ["16 discs : digital ; 12 cm"]);
    assert_eq!(found("020[#-0]$a"), ["9785020130"]);
    assert_eq!(found("020[#-1]$a"), ["0394502884", "9785020130"]);
    assert_eq!(found("020[#-9]$a").len(), 3);
    assert_eq!(found("020[1-#]$a"), ["0394502884", "9785020130"]);
    assert_eq!(found("020[0-1]$a"), ["0491001304", "0394502884"]);
    assert_eq!(found("020[0-#]$a").len(), 3);
    assert!(found("020[3]$a").is_empty() && found("100").is_empty());
    assert_eq!(found("6..$a"), ["Poetry", "Poetri"]);
    assert_eq!(found("..0[0]$a"), ["0491001304"]);
    assert_eq!(found("...").len(), 12);
    assert_eq!(places("300"), ["300[0]", "300[1]"]);
    assert_eq!(places("..0[4]$a"), ["300[1]$a[0]"]);
}

#[test]
fn subfields() {
    assert_eq!(found("245$a"), ["The Poe əsərləri /"]);
    assert_eq!(found("245$b"), ["x", "yz"]);
    assert_eq!(found("245$b[1]"), ["yz"]);
    assert_eq!(found("245$b[#]"), ["yz"]);
    assert_eq!(found("245$b[0-1]"), ["x", "yz"]);
    assert!(found("245$b[2]").is_empty() && found("245$x").is_empty() && found("001$a").is_empty());
    assert_eq!(found("300$a-c"), ["11 v. :", "ill. ;", "24 cm", "16 discs :", "digital ;", "12 cm"]);
    // The union of the codes for each field, in the order of the record.
    assert_eq!(found("300$c$a"), ["11 v. :", "24 cm", "16 discs :", "12 cm"]);
    assert_eq!(found("245$b[1]$b[0]$a/0"), ["T", "x", "yz"]);
    assert_eq!(places("245$b"), ["245[0]$b[0]", "245[0]$b[1]"]);
    assert_eq!(places("020$a$z"), ["020[0]$a[0]", "020[1]$a[0]", "020[1]$z[0]", "020[2]$a[0]"]);
}

#[test]
fn characters() {
    assert_eq!(found("008/35-37"), ["aze"]);
    assert_eq!(found("LDR/6"), ["a"]);
    assert_eq!(found("LDR/5-7"), ["cam"]);
    assert_eq!(found("LDR[0]/6"), ["a"]);
    assert!(found("LDR[1]").is_empty() && found("LDR[1-2]/6").is_empty());
    assert_eq!(found("LDR"), ["00000cam a2200000 a 4500"]);
    assert_eq!(found("001/#"), ["1"]);
    assert_eq!(found("001/#-1"), ["01"]);
    assert_eq!(found("001/4-#"), ["0001"]);
    assert_eq!(found("001/7-99"), ["1"]);
    assert!(found("001/8").is_empty() && found("LDR/24").is_empty() && found("245/0").is_empty());
    // Characters, not bytes.
    assert_eq!(found("245$a/8-15"), ["əsərləri"]);
    assert_eq!(found("245$a/#-2"), ["i /"]);
    assert_eq!(places("245$b[1]/0"), ["245[0]$b[1]/0"]);
    assert_eq!(places("245$a/8-15"), ["245[0]$a[0]/8-15"]);
    assert_eq!(places("245$a/16-#"), ["245[0]$a[0]/16-17"]);
    assert_eq!(places("008/35-37"), ["008[0]/35-37"]);
    assert_eq!(places("LDR/6"), ["LDR/6"]);
}

#[test]
fn indicators() {
    assert_eq!(found("245^2"), ["4"]);
    assert_eq!(found("650^2"), ["0", "7"]);
    assert_eq!(found("650[1]^1"), ["1"]);
    assert!(found("001^1").is_empty());
    assert_eq!(places("650^2"), ["650[0]^2", "650[1]^2"]);
    assert_eq!(found("650[*0]a"), ["Poetry"]);
    assert_eq!(found("650[_0]a"), ["Poetry"]);
    assert_eq!(found("650[1*]a"), ["Poetri"]);
}

/// Each row of the table of comparisons, with sets that are empty, alike and not alike.
#[test]
fn comparisons() {
    let both = ["0491001304", "0394502884"];
    assert_eq!(found("020$a{$q}"), both);
    assert_eq!(found("020$a{?$q}"), both);
    assert_eq!(found("020$a{!$q}"), ["9785020130"]);
    assert_eq!(found(r"020$c{$q=\paperback}"), ["4.95"]);
    assert_eq!(found(r"020$c{$q!=\paperback}"), ["12.50"]); // false where the left side is empty
    assert_eq!(found(r"020$c{$q~\back}"), ["12.50", "4.95"]);
    assert_eq!(found(r"020$c{$q~\paper}"), ["4.95"]);
    assert_eq!(found(r"020$c{$q!~\paper}"), ["12.50"]);
    // The right side empty.
    assert!(found("020$c{$a=$x}").is_empty() && found("020$c{$a~$x}").is_empty());
    assert!(found("020$c{$a?$x}").is_empty());
    assert_eq!(found("020$c{$a!=$x}").len(), 3);
    assert_eq!(found("020$c{$a!~$x}").len(), 3);
    assert_eq!(found("020$c{$a!$x}").len(), 3);
    // The left side empty: false, whatever the operator.
    for op in ["=", "!=", "~", "!~", "?", "!"] {
        assert!(found(&format!("020$c{{$x{op}$a}}")).is_empty(), "{op}");
    }
    // No left side: what stands before the braces.
    assert_eq!(found(r"650$a{=\Poetri}"), ["Poetri"]);
    assert_eq!(found(r"650$a{!=\Poetri}"), ["Poetry"]);
    assert_eq!(found(r"245$b{~\z}"), ["yz"]);
    assert_eq!(found(r"001{=\kart0001}"), ["kart0001"]);
    assert_eq!(found(r"001/0-3{=\kart}"), ["kart"]);
    assert_eq!(found(r"650^2{=\7}"), ["7"]);
    assert_eq!(found(r"LDR/6{=\a}"), ["a"]);
    assert!(found(r"LDR/6{=\b}").is_empty());
    // A whole data field stands for its subfields.
    assert_eq!(found(r"650{=\gtt}$a"), ["Poetri"]);
    assert_eq!(found(r"650{~\oetr}$a"), ["Poetry", "Poetri"]);
}

#[test]
fn and_and_or() {
    assert_eq!(found("020$a{$q}{$z}"), ["0394502884"]);
    assert_eq!(found("020$a{$z|!$q}"), ["0394502884", "9785020130"]);
    assert_eq!(found(r"020$a{$q=\hardback|$z}{$c}"), ["0491001304", "0394502884"]);
    assert!(found("020$a{$q}{!$q}").is_empty());
}

/// A term with a tag of its own ranges over the whole record, others stay in the field.
#[test]
fn terms_and_their_context() {
    assert_eq!(found("020$a{300$a}").len(), 3);
    assert_eq!(found(r"245$a{LDR/6=\a}").len(), 1);
    assert_eq!(found(r"245$a{LDR/6=\m|008/35-37=\aze}").len(), 1);
    assert!(found(r"245$a{008/35-37=\rus}").is_empty());
    assert_eq!(found(r"245$a{~650$a}"), Vec::<String>::new());
    assert_eq!(found(r"300$a{880$a~\11}").len(), 2);
    // The comparison is within each field: only the second has both.
    assert_eq!(found(r"020$c{$z=\1}"), ["4.95"]);
}

/// What `[i]`, `/p`, `$c` and `^n` stand for, by what stands before the braces.
#[test]
fn abbreviations() {
    // Field, with and without index.
    assert_eq!(found(r"300{[1]~\discs}").len(), 2);
    assert_eq!(found(r"300[0]{[1]~\discs}").len(), 1);
    assert!(found(r"300[0]{[2]}").is_empty());
    assert_eq!(found(r"001{/0=\k}").len(), 1);
    assert_eq!(found(r"008{/35-37=\aze}").len(), 1);
    assert_eq!(found(r"650{^2=\7}$a"), ["Poetri"]);
    assert_eq!(found(r"650[0]{[1]^2=\7}$a"), ["Poetry"]);
    assert_eq!(found(r"020{$q=\hardback}$a"), ["0491001304"]);
    // Characters of a field.
    assert_eq!(found(r"008/35-37{/0-1=\99}"), ["aze"]);
    assert_eq!(found(r"008/35-37{[0]/6=\s}"), ["aze"]);
    // Subfields, with and without index and characters.
    assert_eq!(found(r"245$b{[1]=\yz}"), ["x", "yz"]);
    assert_eq!(found(r"245$b[0]{[1]/0=\y}"), ["x"]);
    assert_eq!(found(r"245$b{/0=\y}"), ["yz"]);
    assert_eq!(found(r"245$b[1]{/1=\z}"), ["yz"]);
    assert_eq!(found(r"245$b/0{/1=\z}"), ["y"]);
    assert_eq!(found(r"650$a{^2=\0}"), ["Poetry"]);
    assert_eq!(found(r"020$a{$q=\hardback}"), ["0491001304"]);
    // Indicators.
    assert_eq!(found(r"650^1{^2=\7}"), ["1"]);
    assert_eq!(found(r"650^1{$2}"), ["1"]);
    assert_eq!(found(r"650^1{[1]~\gtt}"), [" ", "1"]);
}

#[test]
fn options() {
    let ask = |path: &str, options: SelectOptions| -> Vec<String> {
        let path: FieldPath = path.parse().unwrap();
        let record = record();
        let found = record.select_with(&path, options);
        found.map(|found| format!("{} {}", found.place(), found.to_str_lossy())).collect()
    };
    let options = SelectOptions::new();
    let in_path_order = options.order(kartoteka::path::Order::Path);
    assert_eq!(ask("300[0]$c$a", in_path_order), ["300[0]$c[0] 24 cm", "300[0]$a[0] 11 v. :"]);
    let linked = options.linked(true);
    assert_eq!(ask("245$a", linked), ["245[0]$a[0] The Poe əsərləri /", "880[0]$a[0] Сочинения /"]);
    assert_eq!(ask("245[0]$a", linked).len(), 2);
    assert_eq!(ask("300$a", linked).len(), 3);
    assert_eq!(ask("300[0]$a", linked).len(), 1); // number 00 names no partner
    assert_eq!(ask("245$a", options.trim(true)), ["245[0]$a[0]/0-15 The Poe əsərləri"]);
    assert_eq!(ask("300[0]$b", options.trim(true)), ["300[0]$b[0]/0-3 ill."]);
    assert_eq!(ask("245$a", options.skip_nonfiling(true)), ["245[0]$a[0]/4-17 Poe əsərləri /"]);
    let both = options.skip_nonfiling(true).trim(true);
    assert_eq!(ask("245$a", both), ["245[0]$a[0]/4-15 Poe əsərləri"]);
    let decomposed = Record::builder().data_field("245", "00", [('a', "Cafe\u{301}")]).build().unwrap();
    let path: FieldPath = "245$a".parse().unwrap();
    assert_eq!(decomposed.select(&path).next().unwrap().to_str().unwrap(), "Cafe\u{301}");
    assert_eq!(decomposed.select_with(&path, options.nfc(true)).next().unwrap().to_str().unwrap(), "Café");
}

#[test]
fn embedded_fields() {
    let record = Record::builder()
        .data_field(
            "461",
            " 0",
            [('1', "001kart0007"), ('1', "2001 "), ('a', "Xəmsə"), ('v', "1"), ('1', "210  "), ('a', "Bakı")],
        )
        .data_field("461", " 0", [('1', "2001 "), ('a', "Divan")])
        .build()
        .unwrap();
    let ask = |path: &str| -> Vec<String> {
        let path: FieldPath = path.parse().unwrap();
        record.select(&path).map(|found| format!("{} {}", found.place(), found.to_str_lossy())).collect()
    };
    assert_eq!(ask("461$1/200$a"), ["461[0]$1/200[0]$a[0] Xəmsə", "461[1]$1/200[0]$a[0] Divan"]);
    assert_eq!(
        ask("461/200av"),
        ["461[0]$1/200[0]$a[0] Xəmsə", "461[0]$1/200[0]$v[0] 1", "461[1]$1/200[0]$a[0] Divan"]
    );
    assert_eq!(ask("461[0]$1/2..$a").len(), 2);
    assert_eq!(ask("461$1/200^1"), ["461[0]$1/200[0]^1 1", "461[1]$1/200[0]^1 1"]);
    assert_eq!(ask(r"461$1/200$a{$v}"), ["461[0]$1/200[0]$a[0] Xəmsə"]);
}

#[test]
fn irbis() {
    let record = Builder::new(Syntax::IRBIS)
        .mfn(1)
        .field("200", |f| f.subfield('A', "Қара сөздер").subfield('e', "проза"))
        .field("910", |f| f.lead("head").subfield('a', "0").subfield('b', "123"))
        .field("910", |f| f.subfield('A', "0").subfield('b', "124"))
        .field("920", |f| f.lead("PAZK"))
        .field("2022", |f| f.subfield('a', "wide"))
        .build()
        .unwrap();
    let ask = |path: &str| -> Vec<String> {
        let path: FieldPath = path.parse().unwrap();
        record.select(&path).map(|found| format!("{} {}", found.place(), found.to_str_lossy())).collect()
    };
    assert_eq!(ask("v200^a"), ["200[0]$a[0] Қара сөздер"]);
    assert_eq!(ask("v200^A*5.5"), ["200[0]$a[0]/5-9 сөзде"]);
    assert_eq!(ask("v910[2]^b"), ["910[1]$b[0] 124"]);
    assert_eq!(ask("910$*$b"), ["910[0]$*[0] head", "910[0]$b[0] 123", "910[1]$b[0] 124"]);
    assert_eq!(ask("v920"), ["920[0] PAZK"]);
    assert_eq!(ask("v920*0.2"), ["920[0]/0-1 PA"]);
    assert_eq!(ask("v2022^a"), ["2022[0]$a[0] wide"]);
    assert_eq!(ask(r"910$b{$a=\0}").len(), 2);
    assert_eq!(ask("910"), ["910[0] head 0 123", "910[1] 0 124"]);
}

/// A place is a path that finds the very value again.
#[test]
fn places_find_their_values() {
    let record = record();
    for text in ["...", "...$a-z", "...^1", "LDR/6", "...$a/1-3", "0../2-#"] {
        let path: FieldPath = text.parse().unwrap();
        for found in record.select(&path) {
            let place: FieldPath = found.place().to_string().parse().unwrap();
            let again: Vec<_> = record.select(&place).collect();
            assert_eq!(again.len(), 1, "{place}");
            assert_eq!(again[0].text().as_bytes(), found.text().as_bytes(), "{place}");
            assert_eq!(again[0].place(), found.place());
        }
    }
}

/// A field with very many subfields takes no time that grows with their square.
#[test]
fn numbers_in_a_long_field() {
    let record = Record::builder()
        .field("650", |field| {
            for number in 0..100_000 {
                field.subfield(if number % 2 == 0 { 'a' } else { 'b' }, &number.to_string());
            }
            field
        })
        .build()
        .unwrap();
    let ask = |path: &str| -> Vec<String> {
        let path: FieldPath = path.parse().unwrap();
        record.select(&path).map(|found| found.to_str_lossy().into_owned()).collect()
    };
    assert_eq!(ask("650$a[#]"), ["99998"]);
    assert_eq!(ask("650$a[49999]$b[0]"), ["1", "99998"]);
    assert_eq!(ask("650$b[#-1]$a[1]"), ["2", "99997", "99999"]);
    assert_eq!(ask("650$a-b[99998-#]"), ["99998", "99999"]);
}
