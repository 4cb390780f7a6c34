//! `slice`, `split`, `sample`, `diff` and `repair`, as scripts see them.

use std::fs;
use std::path::PathBuf;

use crate::common::program::{self, DAMAGED, MARC21, scratch, taken_apart, text};
use kartoteka::{ReadOptions, Record, RecordRead, iso2709, open};
use serde_json::Value;

/// Exit status, standard output, standard error.
fn run(arguments: &[&str]) -> (i32, Vec<u8>, String) {
    taken_apart(program::run(arguments))
}

fn run_with_input(arguments: &[&str], input: &[u8]) -> (i32, Vec<u8>, String) {
    taken_apart(program::run_with_input(arguments, input))
}

/// The bytes of each record of an ISO 2709 file.
fn records(data: &[u8]) -> Vec<Vec<u8>> {
    let mut reader = iso2709::SliceReader::new(data, &ReadOptions::new());
    let mut record = Record::new();
    let mut found = Vec::new();
    while reader.read_record(&mut record).unwrap() {
        found.push(reader.raw().to_vec());
    }
    found
}

fn numbers(path: &str) -> Vec<String> {
    let mut reader = open(path).unwrap();
    let mut record = Record::new();
    let mut found = Vec::new();
    while reader.read_record(&mut record).unwrap() {
        let number = record.view().control_number().map(|number| number.to_string());
        found.push(number.or(record.view().mfn().map(|mfn| mfn.to_string())).unwrap_or_default());
    }
    found
}

#[test]
fn slice_takes_records_by_their_place_and_keeps_their_bytes() {
    for file in [MARC21, DAMAGED] {
        let all = records(&fs::read(file).unwrap());
        let slice = |arguments: &[&str]| run(&[&["slice", file, "-q"], arguments].concat()).1;
        assert_eq!(slice(&["--records", "2-3,5"]), [&all[1..3], &all[4..5]].concat().concat());
        assert_eq!(slice(&["--records", "7-"]), all[6..].concat());
        assert_eq!(slice(&["--first", "2"]), all[..2].concat());
        assert_eq!(slice(&["--last", "2"]), all[all.len() - 2..].concat());
        assert_eq!(slice(&["--last", "0"]), b"");
        assert_eq!(slice(&["--first", "1000"]), all.concat());
    }
    let (_, both, _) = run(&["slice", MARC21, DAMAGED, "--records", "8-9", "-q"]);
    let (first, second) = (records(&fs::read(MARC21).unwrap()), records(&fs::read(DAMAGED).unwrap()));
    assert_eq!(both, [first[7].clone(), second[0].clone()].concat());
    for wrong in [&[][..], &["--records", "0"], &["--first", "1", "--last", "1"], &["--records", "x"]] {
        assert_eq!(run(&[&["slice", MARC21], wrong].concat()).0, 2, "{wrong:?}");
    }
    assert_eq!(run(&["slice", MARC21, "fixtures/xml/marc21.xml", "--records", "1-"]).0, 2);
}

#[test]
fn all_formats_can_be_sliced() {
    let folder = scratch("parts/formats");
    for info in kartoteka::FORMATS.iter().filter(|info| {
        info.can(kartoteka::Can::Read) && info.can(kartoteka::Can::Write) && !info.can(kartoteka::Can::Seek)
    }) {
        let file = folder.join(format!("all.{}", info.name()));
        let converted =
            run(&["convert", MARC21, "-t", info.name(), "-o", text(&file), "-q", "--wide-tags", "drop"]);
        assert!(converted.0 < 2, "{}: {}", info.name(), converted.2);
        let out = folder.join(format!("some.{}", info.name()));
        let (status, _, said) =
            run(&["slice", text(&file), "-f", info.name(), "--records", "2,4-5", "-o", text(&out)]);
        assert!(status < 2, "{}: {said}", info.name());
        let count = run(&["count", text(&out), "-f", info.name(), "-q"]);
        assert_eq!(count.1, b"3\n", "{}", info.name());
        let whole = folder.join(format!("whole.{}", info.name()));
        run(&["slice", text(&file), "-f", info.name(), "--records", "1-", "-o", text(&whole), "-q"]);
        assert_eq!(fs::read(&whole).unwrap(), fs::read(&file).unwrap(), "{}", info.name());
    }
}

#[test]
fn exchange_text_without_its_last_mark_can_be_put_together() {
    let folder = scratch("parts/marks");
    let (one, two) = (folder.join("one.txt"), folder.join("two.txt"));
    fs::write(&one, "#200: ^AA\r\n*****\r\n#200: ^AB").unwrap();
    fs::write(&two, "#200: ^AC\r\n*****\r\n").unwrap();
    let (_, out, _) = run(&["slice", text(&one), text(&two), "--records", "2-3", "-q"]);
    assert_eq!(out, b"#200: ^AB\r\n*****\r\n#200: ^AC\r\n*****\r\n");
}

#[test]
fn split_cuts_and_the_pieces_make_the_whole() {
    let folder = scratch("parts/split");
    let whole = fs::read(MARC21).unwrap();
    let pieces = |pattern: &str| {
        let mut names: Vec<PathBuf> =
            fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        names.retain(|name| name.file_name().unwrap().to_str().unwrap().starts_with(pattern));
        names.sort();
        names
    };
    let (status, _, said) = run(&["split", MARC21, "--records", "3", "-o", text(&folder.join("books.mrc"))]);
    assert_eq!(status, 0, "{said}");
    assert!(said.contains("8 records read, 3 files written"), "{said}");
    let names = pieces("books");
    assert!(names[0].ends_with("books-0001.mrc") && names.len() == 3, "{names:?}");
    assert_eq!(names.iter().flat_map(|name| fs::read(name).unwrap()).collect::<Vec<_>>(), whole);
    run(&["split", MARC21, "--bytes", "1500", "-o", text(&folder.join("part{}.mrc")), "-q"]);
    let names = pieces("part");
    assert!(names.len() > 2 && names[0].ends_with("part0001.mrc"), "{names:?}");
    assert_eq!(names.iter().flat_map(|name| fs::read(name).unwrap()).collect::<Vec<_>>(), whole);
    for name in &names {
        let size = fs::metadata(name).unwrap().len();
        assert!(size <= 1500 || records(&fs::read(name).unwrap()).len() == 1, "{size}");
    }
    run(&["split", "fixtures/xml/marc21.xml", "--records", "2", "-o", text(&folder.join("x.xml")), "-q"]);
    let numbers: Vec<_> = pieces("x").iter().flat_map(|name| numbers(text(name))).collect();
    assert_eq!(numbers, self::numbers("fixtures/xml/marc21.xml"));
    // No piece takes the place of the input.
    let input = folder.join("in-0001.mrc");
    fs::write(&input, &whole).unwrap();
    assert_eq!(run(&["split", text(&input), "--records", "3", "-o", text(&folder.join("in.mrc"))]).0, 2);
    assert_eq!(fs::read(&input).unwrap(), whole);
    assert_eq!(run(&["split", MARC21, "-o", text(&folder.join("y.mrc"))]).0, 2);
}

#[test]
fn samples_are_drawn_again_by_their_seed() {
    let all = records(&fs::read(MARC21).unwrap());
    let sample = |arguments: &[&str]| run(&[&["sample", MARC21], arguments].concat());
    let (status, one, said) = sample(&["--count", "3", "--seed", "7"]);
    assert_eq!((status, sample(&["--count", "3", "--seed", "7"]).1), (0, one.clone()));
    assert!(said.contains("3 of 8 records (37.500 %), seed 7"), "{said}");
    let places: Vec<_> =
        records(&one).iter().map(|record| all.iter().position(|known| known == record).unwrap()).collect();
    assert!(places.len() == 3 && places.is_sorted(), "{places:?}");
    let others = (0..20).any(|seed| sample(&["--count", "3", "--seed", &seed.to_string()]).1 != one);
    assert!(others);
    assert_eq!(sample(&["--every", "3"]).1, [&all[0], &all[3], &all[6]].map(Vec::as_slice).concat());
    assert_eq!(sample(&["--every", "1"]).1, all.concat());
    assert_eq!(sample(&["--count", "100", "-q"]).1, all.concat());
    assert_eq!(sample(&["--every", "0"]).0, 2);
}

#[test]
fn diff_goes_by_control_number() {
    let folder = scratch("parts/diff");
    let (out, same) = (folder.join("b.mrc"), folder.join("a.xml"));
    run(&["convert", MARC21, "-o", text(&same), "-q"]);
    let (status, stdout, said) = run(&["diff", MARC21, text(&same)]);
    assert_eq!((status, stdout.as_slice()), (0, &b""[..]), "{said}");
    // B lacks the first record, has another title in the second, and one record more.
    let mut b = records(&fs::read(MARC21).unwrap());
    b.remove(0);
    let at = b[0].windows(6).position(|window| window == b"matn-i").unwrap();
    b[0][at] = b'M';
    b.push(records(&fs::read(DAMAGED).unwrap())[0].clone());
    fs::write(&out, b.concat()).unwrap();
    let (status, stdout, said) = run(&["diff", MARC21, text(&out), "--color", "never"]);
    let stdout = String::from_utf8(stdout).unwrap();
    assert_eq!(status, 1);
    assert!(
        stdout.contains("~ kart0002\n  -245 10$6880-02") && stdout.contains("\n  +245 10$6880-02"),
        "{stdout}"
    );
    assert!(stdout.contains("+ damaged01\n") && stdout.ends_with("- kart0001\n"), "{stdout}");
    assert!(said.contains("A 8 records, B 8: 6 the same, 1 changed, 1 removed, 1 added"), "{said}");
    let (_, lines, _) = run(&["diff", MARC21, text(&out), "--format", "json"]);
    let lines: Vec<Value> = lines
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect();
    let changed =
        lines.iter().find(|line| line["difference"] == "changed" && line["id"] == "kart0002").unwrap();
    assert_eq!(changed["fields"].as_array().unwrap().len(), 2);
    assert_eq!(changed["fields"][0]["in_a"], true);
    // B may come from standard input, A may not, nor be compressed.
    let data = fs::read(MARC21).unwrap();
    assert_eq!(run_with_input(&["diff", MARC21, "-"], &data).0, 0);
    assert_eq!(run_with_input(&["diff", "-", MARC21], &data).0, 2);
    let compressed = folder.join("a.mrc.gz");
    run(&["convert", MARC21, "-o", text(&compressed), "-t", "iso2709", "-q"]);
    assert_eq!(run(&["diff", text(&compressed), MARC21]).0, 2);
    assert_eq!(run(&["diff", MARC21, text(&compressed)]).0, 0);
    assert_eq!(run(&["diff", MARC21]).0, 2);
    // Records with one number, and without any, are paired in order.
    let (status, _, said) = run(&["diff", "fixtures/irbis/export.txt", "fixtures/irbis/export.txt"]);
    assert_eq!(status, 0, "{said}");
    let twice = folder.join("twice.mrc");
    fs::write(&twice, [data.as_slice(), &data].concat()).unwrap();
    let (status, stdout, said) = run(&["diff", text(&twice), MARC21]);
    assert!(status == 1 && said.contains("8 the same, 0 changed, 8 removed"), "{said}");
    assert_eq!(String::from_utf8(stdout).unwrap().lines().count(), 8);
}

#[test]
fn repair_of_sound_records_is_the_identity() {
    let folder = scratch("parts/identity");
    for file in [
        MARC21,
        "fixtures/iso2709/unimarc.mrc",
        "fixtures/iso2709/rusmarc-cp1251.mrc",
        "fixtures/irbis/export.txt",
    ] {
        let out = folder.join("out");
        let (status, list, said) = run(&["repair", file, "-o", text(&out)]);
        assert_eq!((status, String::from_utf8(list).unwrap().as_str()), (0, ""), "{file}: {said}");
        assert_eq!(fs::read(&out).unwrap(), fs::read(file).unwrap(), "{file}");
    }
}

#[test]
fn repair_mends_damage_and_lists_every_change() {
    let folder = scratch("parts/damage");
    let (out, rejects) = (folder.join("out.mrc"), folder.join("rejects"));
    let (status, list, said) = run(&["repair", DAMAGED, "-o", text(&out), "--rejects", text(&rejects)]);
    let list = String::from_utf8(list).unwrap();
    assert_eq!(status, 1);
    for line in [
        "record 2, damaged02 (byte 653)\n  B001 ",
        "\n  leader    LDR/0-4 \"00499\" -> \"00519\"\n",
        "\n  directory 1 of 10 entries are not as they were\n",
        "\n  B017      23 bytes that belong to no record; skipped\n",
    ] {
        assert!(list.contains(line), "{line:?} is not in:\n{list}");
    }
    assert!(said.contains("6 untouched, 0 relabelled in place, 4 built anew"), "{said}");
    assert_eq!(fs::read(&rejects).unwrap().len(), 23);
    // What is left of the damage is what nobody can mend: the byte that is no UTF-8.
    let (_, found, _) = run(&["validate", text(&out), "--select", "B,E", "--format", "concise"]);
    let found = String::from_utf8(found).unwrap();
    assert!(found.lines().count() == 1 && found.contains("E001"), "{found}");
    let before = records(&fs::read(DAMAGED).unwrap());
    let after = records(&fs::read(&out).unwrap());
    let same: Vec<_> = before.iter().zip(&after).map(|(before, after)| before == after).collect();
    assert_eq!(same, [true, false, true, false, true, true, true, false, true, false]);
    assert_eq!(run(&["repair", DAMAGED, "-o", text(&out), "--strict"]).0, 2);
    assert_eq!(run(&["repair", DAMAGED, "-o", text(&out), "--changes", text(&out)]).0, 2);
}

#[test]
fn a_wrong_label_is_set_right_and_nothing_moves() {
    let folder = scratch("parts/label");
    let out = folder.join("out.mrc");
    for (file, places) in [("fixtures/findings/E002.mrc", 90..91), ("fixtures/findings/E007.mrc", 85..110)] {
        let (status, list, said) = run(&["repair", file, "-o", text(&out), "--format", "json"]);
        assert_eq!(status, 0, "{said}");
        assert!(said.contains("1 relabelled in place, 0 built anew"), "{said}");
        let (before, after) = (fs::read(file).unwrap(), fs::read(&out).unwrap());
        assert_eq!(before.len(), after.len());
        for (place, (before, after)) in before.iter().zip(&after).enumerate() {
            assert!(before == after || places.contains(&place), "{file}: byte {place}");
        }
        assert_ne!(before, after);
        assert_eq!(run(&["validate", text(&out), "--fail-on", "note", "--select", "B,E,L", "-q"]).0, 0);
        for line in list.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            let line: Value = serde_json::from_slice(line).unwrap();
            assert!(line["record"]["index"].is_u64() && line["change"].is_string(), "{line}");
        }
    }
}

#[test]
fn repair_transcodes() {
    let folder = scratch("parts/transcode");
    let out = folder.join("out.mrc");
    let file = "fixtures/iso2709/rusmarc-cp1251.mrc";
    let (status, list, said) = run(&["repair", file, "-o", text(&out), "--to-charset", "utf-8"]);
    assert_eq!(status, 0, "{said}");
    assert_eq!(fs::read(&out).unwrap(), fs::read("fixtures/iso2709/rusmarc-utf8.mrc").unwrap());
    let list = String::from_utf8(list).unwrap();
    assert!(list.contains("\n  charset   \"windows-1251\" -> \"utf-8\"\n"), "{list}");
}

#[test]
fn what_cannot_be_read_is_kept_with_the_rejects() {
    let folder = scratch("parts/unreadable");
    let (out, rejects) = (folder.join("out.xml"), folder.join("rejects.xml"));
    let file = "fixtures/xml/broken.xml";
    let (status, list, _) = run(&["repair", file, "-o", text(&out), "--rejects", text(&rejects)]);
    assert_eq!(status, 1);
    assert!(String::from_utf8(list).unwrap().contains("\n  rejected  kept with the rejects\n"));
    let (data, kept) = (fs::read_to_string(file).unwrap(), fs::read_to_string(&rejects).unwrap());
    assert!(kept.starts_with("<record") && data.contains(kept.trim_end()), "{kept}");
}

#[test]
fn rejects_of_convert_hold_what_stands_between_records() {
    let folder = scratch("parts/between");
    let (out, rejects) = (folder.join("out.xml"), folder.join("rejects"));
    let mut data = Vec::new();
    let garbage: Vec<u8> = b"no record at all, ".repeat(40_000);
    for record in records(&fs::read(MARC21).unwrap()) {
        data.extend_from_slice(&record);
        data.extend_from_slice(&garbage);
    }
    let arguments = ["convert", "-", "-f", "iso2709", "-o", text(&out), "--rejects", text(&rejects), "-q"];
    assert_eq!(run_with_input(&arguments, &data).0, 1);
    assert_eq!(numbers(text(&out)).len(), 8);
    let kept = fs::read(&rejects).unwrap();
    assert_eq!((kept.len(), kept == garbage.repeat(8)), (garbage.len() * 8, true));
}

/// Text that was encoded twice is put right on request, and the change is listed; a wrong label beside it, too.
#[test]
fn repair_undoes_a_second_encoding() {
    let folder = scratch("parts/mojibake");
    let (file, out) = (folder.join("in.mrc"), folder.join("out.mrc"));
    for leader in ['a', ' '] {
        let mut record = Record::builder()
            .control_field("001", "1")
            .data_field("245", "10", [('a', "CafÃ©")])
            .build()
            .unwrap();
        let mut bytes = Vec::new();
        let mut writer = iso2709::Writer::new(&mut bytes, &kartoteka::WriteOptions::new());
        kartoteka::RecordWrite::write_record(&mut writer, record.view()).unwrap();
        kartoteka::RecordWrite::finish(&mut writer).unwrap();
        drop(writer);
        bytes[9] = leader as u8;
        fs::write(&file, &bytes).unwrap();
        // Not asked for, it stays.
        let (status, ..) = run(&["repair", text(&file), "-o", text(&out)]);
        assert_eq!((status, records(&fs::read(&out).unwrap()).len()), (0, 1));
        let (_, list, said) = run(&["repair", text(&file), "-o", text(&out), "--repair", "mojibake"]);
        let list = String::from_utf8(list).unwrap();
        assert!(
            list.contains("245 a value that was encoded twice, by way of windows-1252: Café"),
            "{list}{said}"
        );
        let written = fs::read(&out).unwrap();
        assert_eq!(written[9], b'a', "{list}");
        let mut reader = iso2709::SliceReader::new(&written, &ReadOptions::new());
        assert!(reader.read_record(&mut record).unwrap());
        assert_eq!(record.field("245").unwrap().subfield('a').unwrap().to_str().unwrap(), "Café");
    }
}

#[test]
fn repair_puts_escapes_back() {
    let folder = scratch("parts/escapes");
    let (file, out) = (folder.join("in.mrc"), folder.join("out.mrc"));
    let bytes = b"00055nam  2200037   4500245001700000\x1e10\x1fa(NmIR(B / a.\x1e\x1d";
    fs::write(&file, bytes).unwrap();
    let (status, list, said) = run(&["repair", text(&file), "-o", text(&out), "--repair", "marc8-escapes"]);
    let list = String::from_utf8(list).unwrap();
    assert_eq!(status, 0, "{said}");
    assert!(list.contains("245 escape sequences without their escape byte; put back"), "{list}");
    let written = fs::read(&out).unwrap();
    let mut reader = iso2709::SliceReader::new(&written, &ReadOptions::new());
    let mut record = Record::new();
    assert!(reader.read_record(&mut record).unwrap());
    assert_eq!(record.field("245").unwrap().subfield('a').unwrap().to_str().unwrap(), "Мир / a.");
    // All of it is ASCII without them, and sound: left alone if nobody asks.
    assert_eq!(run(&["repair", text(&file), "-o", text(&out)]).0, 0);
    assert_eq!(fs::read(&out).unwrap(), bytes);
}

/// Parts of an input, named by `--part`, are the input together; in them records have no number.
#[test]
fn parts_make_the_whole() {
    for file in [MARC21, DAMAGED, "fixtures/json/marc21.ndjson", "fixtures/irbis/export-cp866.txt"] {
        let whole = run(&["convert", file, "-t", "ndjson", "-q"]).1;
        let found = |arguments: &[&str]| {
            let (_, lines, _) = run(&[&["validate", file, "--format", "json"], arguments].concat());
            let lines = String::from_utf8(lines).unwrap();
            let lines = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
            // The last line sums up.
            let told = lines.filter(|line| line["rule"].is_string()).map(|line| {
                let numbered = line["record"]["number"].is_u64();
                assert_eq!(numbered, arguments.is_empty(), "{line}");
                format!(
                    "{} {} {} {}",
                    line["rule"], line["record"]["offset"], line["at"]["byte"], line["message"]
                )
            });
            told.collect::<Vec<_>>()
        };
        for of in [1, 2, 7, 64] {
            let part = |number: i32| format!("--part={number}/{of}");
            let parts: Vec<u8> = (1..=of)
                .flat_map(|number| run(&["convert", file, "-t", "ndjson", "-q", &part(number)]).1)
                .collect();
            assert!(parts == whole, "{file} in {of} parts");
            if of < 64 {
                assert_eq!(
                    (1..=of).flat_map(|number| found(&[&part(number)])).collect::<Vec<_>>(),
                    found(&[]),
                    "{file}"
                );
            }
        }
    }
    let refused = |arguments: &[&str], why: &str| {
        let (status, _, said) = run(arguments);
        assert!(status == 2 && said.contains(why), "{said}");
    };
    refused(&["count", MARC21, "--part", "3/2"], "a part is K/N, such as 1/4: K is from 1 to N");
    refused(&["count", "fixtures/xml/marc21.xml", "--part", "1/2"], "marcxml cannot be read in parts");
    let (status, _, said) = run_with_input(&["count", "-", "--part", "1/2"], &fs::read(MARC21).unwrap());
    assert!(status == 2 && said.contains("not of a stream"), "{said}");
}

#[test]
fn tables_are_for_another_program() {
    let folder = scratch("parts/tables");
    for (name, start) in [
        ("t.parquet", &b"PAR1\x15\x04"[..]),
        ("t.arrow", b"ARROW1\0\0\xFF\xFF"),
        ("of-cpp.arrows", b"\xFF\xFF\xFF\xFF\x38\x03\0\0\x10\0\0\0\0\0\x0A\0"),
        ("of-rust.arrows", b"\xFF\xFF\xFF\xFF\x78\x02\0\0\x14\0\0\0\0\0\0\0"),
    ] {
        let file = folder.join(name);
        fs::write(&file, start).unwrap();
        let (status, _, said) = run(&["convert", text(&file), "-t", "ndjson"]);
        assert!(status == 2 && said.contains("kartoteka-import, of the crate kartoteka-arrow"), "{said}");
    }
}
