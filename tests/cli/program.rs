//! The `kartoteka` program, as scripts see it: output, messages, exit status, files.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::common::program::{
    DAMAGED, MARC21, command, run, run_with_input, says, scratch, status, stderr, stdout, text,
};

const IRBIS: &str = "fixtures/irbis/export.txt";

fn names_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn convert_to_itself_is_the_identity() {
    let bytes = fs::read(MARC21).unwrap();
    let output = run(&["convert", MARC21, "-t", "iso2709"]);
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    assert_eq!(output.stdout, bytes);
    let output = run_with_input(&["convert", "-", "-t", "mrc", "-q"], &bytes);
    assert_eq!((status(&output), stderr(&output).as_str()), (0, ""));
    assert_eq!(output.stdout, bytes);
}

#[test]
fn convert_writes_several_inputs_to_one_output() {
    let folder = scratch("cli/several");
    let out = folder.join("out.mrc");
    let output = run(&["convert", MARC21, "fixtures/iso2709/unimarc.mrc", "-o", text(&out)]);
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    says(&output, &["records   12 read, 12 written, 0 rejected", "bytes     8683 read, 8683 written"]);
    assert!(output.stdout.is_empty());
    let both = [fs::read(MARC21).unwrap(), fs::read("fixtures/iso2709/unimarc.mrc").unwrap()].concat();
    assert_eq!(fs::read(&out).unwrap(), both);
    assert_eq!(names_in(&folder), ["out.mrc"]);
}

#[test]
fn convert_goes_by_the_extension_of_the_output() {
    let folder = scratch("cli/extension");
    let xml = folder.join("out.xml");
    assert_eq!(status(&run(&["convert", MARC21, "-o", text(&xml)])), 0);
    assert!(fs::read_to_string(&xml).unwrap().contains("<collection xmlns="));
    let back = run(&["convert", text(&xml), "-t", "iso2709"]);
    assert_eq!(status(&back), 0, "{}", stderr(&back));
    assert_eq!(back.stdout, fs::read(MARC21).unwrap());
    let output = run(&["convert", MARC21]);
    assert_eq!(status(&output), 2);
    says(&output, &["give --to"]);
    let output = run(&["convert", MARC21, "-o", text(&folder.join("out.doc"))]);
    assert_eq!(status(&output), 2);
    says(&output, &["out.doc", "give --to"]);
}

#[test]
fn every_format_goes_to_every_format() {
    let both = kartoteka::FORMATS.iter().filter(|info| {
        info.can(kartoteka::Can::Read) && info.can(kartoteka::Can::Write) && !info.can(kartoteka::Can::Seek)
    });
    let names: Vec<&str> = both.map(|info| info.name()).collect();
    let direct = run(&["convert", MARC21, "-t", "marcxml"]).stdout;
    for name in names {
        let there = run(&["convert", MARC21, "-t", name, "-q"]);
        assert_eq!(status(&there), 0, "{name}: {}", stderr(&there));
        let counted = run_with_input(&["count", "-"], &there.stdout);
        assert_eq!(stdout(&counted), "8\n", "{name}: {}", stderr(&counted));
        let shown = run_with_input(&["show", "-", "--limit", "1"], &there.stdout);
        assert!(stdout(&shown).contains("245"), "{name}");
        if !["irbis-text", "irbis-server", "cisis-id"].contains(&name) {
            let back = run_with_input(&["convert", "-", "-t", "marcxml"], &there.stdout);
            assert_eq!(back.stdout, direct, "{name}");
        }
    }
}

#[test]
fn compressed_files_are_read_and_written() {
    let folder = scratch("cli/compressed");
    let plain = fs::read(MARC21).unwrap();
    for (end, magic) in [("gz", &b"\x1F\x8B"[..]), ("zst", b"\x28\xB5\x2F\xFD")] {
        let path = folder.join(format!("x.mrc.{end}"));
        let output = run(&["convert", MARC21, "-o", text(&path)]);
        assert_eq!(status(&output), 0, "{}", stderr(&output));
        let packed = fs::read(&path).unwrap();
        assert!(packed.starts_with(magic) && packed.len() < plain.len());
        // By content, not by name; from standard input too; and two files in one.
        assert_eq!(run(&["convert", text(&path), "-t", "iso2709"]).stdout, plain);
        let output = run_with_input(&["convert", "-", "-t", "iso2709"], &packed);
        assert_eq!(output.stdout, plain);
        let output = run_with_input(&["count", "-"], &[&packed[..], &packed].concat());
        assert_eq!(stdout(&output), "16\n");
        // Another program reads it.
        let program = if end == "gz" { "gzip" } else { "zstd" };
        match Command::new(program).args(["-dc", text(&path)]).output() {
            Ok(output) => assert!(output.status.success() && output.stdout == plain, "{program}"),
            Err(_) => eprintln!("SKIPPED: no {program}"),
        }
        // Cut short, it is an input that cannot be read, and leaves no output.
        let cut = folder.join("cut");
        fs::write(&cut, &packed[..packed.len() / 2]).unwrap();
        let target = folder.join("cut.xml");
        let output = run(&["convert", text(&cut), "-f", "iso2709", "-o", text(&target)]);
        assert_eq!(status(&output), 2);
        says(&output, &["cut: cannot read"]);
        assert!(!target.exists());
    }
    let rejects = folder.join("rejects.mrc.gz");
    let output = run(&["convert", DAMAGED, "-t", "ndjson", "--rejects", text(&rejects), "-q"]);
    assert_eq!(status(&output), 1);
    assert!(fs::read(&rejects).unwrap().starts_with(b"\x1F\x8B"));
}

#[test]
fn convert_transcodes() {
    let cp1251 = fs::read("fixtures/iso2709/rusmarc-cp1251.mrc").unwrap();
    let utf8 = fs::read("fixtures/iso2709/rusmarc-utf8.mrc").unwrap();
    let output = run_with_input(&["convert", "-", "-t", "iso2709", "--to-charset", "utf-8"], &cp1251);
    assert_eq!((status(&output), output.stdout), (0, utf8.clone()));
    let output = run_with_input(&["convert", "-", "-t", "iso2709", "--to-charset", "cp1251"], &utf8);
    assert_eq!((status(&output), output.stdout), (0, cp1251));
    let output = run(&["convert", MARC21, "-t", "marcxml", "--to-charset", "cp1251"]);
    assert_eq!(status(&output), 2);
    says(&output, &["marcxml is always UTF-8"]);
    let marc8 =
        run(&["convert", MARC21, "-t", "iso2709", "--to-charset", "marc-8", "--undecodable", "escape"]);
    let back = run_with_input(&["convert", "-", "-t", "iso2709", "--to-charset", "utf-8"], &marc8.stdout);
    assert_eq!(status(&back), 0);
    let output = run(&["convert", MARC21, "-t", "iso2709", "--to-charset", "unimarc-0111"]);
    assert_eq!(status(&output), 2);
}

#[test]
fn what_is_replaced_makes_the_exit_status_1() {
    let replaced = ["convert", MARC21, "-t", "iso2709", "--to-charset", "cp1251", "--summary", "json", "-q"];
    let output = run(&replaced);
    assert_eq!(status(&output), 1);
    let summary: serde_json::Value = serde_json::from_slice(&output.stderr).unwrap();
    assert!(summary["replaced"].as_u64().unwrap() > 0 && summary["findings"]["W004"].as_u64().unwrap() > 0);
    assert_eq!((summary["read"].as_u64(), summary["written"].as_u64()), (Some(8), Some(8)));
    let strict = run(&[&replaced[..], &["--undecodable", "strict"]].concat());
    let summary: serde_json::Value = serde_json::from_slice(&strict.stderr).unwrap();
    assert!(status(&strict) == 1 && summary["rejected"].as_u64().unwrap() > 0 && summary["replaced"] == 0);
    let escaped = run(&[&replaced[..], &["--undecodable", "escape"]].concat());
    assert!(status(&escaped) == 1 && escaped.stdout.windows(3).any(|bytes| bytes == b"&#x"));
}

#[test]
fn damage_is_told_by_place_and_all_records_come_out() {
    let folder = scratch("cli/damaged");
    let out = folder.join("out.xml");
    let output = run(&["convert", DAMAGED, "-o", text(&out)]);
    assert_eq!(status(&output), 1);
    says(
        &output,
        &[
            "kartoteka: fixtures/iso2709/damaged.mrc: error[B001] record 2 (byte 653)",
            "error[B003] record 4 (byte 1959)",
            "error[B017] record 6 (byte 3176)",
            "error[B001] record 8 (byte 4371)",
            "error[B008] record 10 (byte 6342)",
            "records   10 read, 10 written, 0 rejected",
            "error   B001 record-length-mismatch",
            "replaced  1 ",
        ],
    );
    assert!(!stderr(&output).contains("more findings"));
    assert_eq!(stdout(&run(&["count", text(&out)])), "10\n");
}

#[test]
fn strict_stops_and_leaves_no_file() {
    let folder = scratch("cli/strict");
    let out = folder.join("out.mrc");
    for quiet in [&[][..], &["-q"]] {
        let rejects = folder.join("rejects.mrc");
        let arguments = ["convert", DAMAGED, "-o", text(&out), "--strict", "--rejects", text(&rejects)];
        let output = run(&[&arguments[..], quiet].concat());
        assert_eq!(status(&output), 2);
        says(&output, &["damaged.mrc", "error[B001] record 2 (byte 653)", "--strict"]);
        assert!(names_in(&folder).is_empty(), "{:?}", names_in(&folder));
    }
    for command in ["count", "show", "info"] {
        let output = run(&[command, DAMAGED, "--strict"]);
        assert_eq!(status(&output), 2, "{command}");
        says(&output, &["record 2 (byte 653)"]);
    }
    assert_eq!(status(&run(&["count", MARC21, "--strict"])), 0);
}

#[test]
fn a_failed_run_leaves_the_old_file_as_it_was() {
    let folder = scratch("cli/old");
    let out = folder.join("out.mrc");
    fs::write(&out, "precious").unwrap();
    for arguments in [
        &["convert", DAMAGED, "--strict", "-o"][..],
        &["convert", "fixtures/no such file.mrc", "-o"],
        &["convert", "Cargo.toml", "fixtures/no such file.mrc", "-o"],
    ] {
        assert_eq!(status(&run(&[arguments, &[text(&out)]].concat())), 2);
        assert_eq!(fs::read(&out).unwrap(), b"precious");
        assert_eq!(names_in(&folder), ["out.mrc"]);
    }
    assert_eq!(status(&run(&["convert", MARC21, "-o", text(&out)])), 0);
    assert_eq!(fs::read(&out).unwrap(), fs::read(MARC21).unwrap());
    assert_eq!(names_in(&folder), ["out.mrc"]);
}

#[test]
fn a_file_can_be_converted_in_place() {
    let folder = scratch("cli/in place");
    let file = folder.join("books.mrc");
    fs::copy("fixtures/iso2709/rusmarc-cp1251.mrc", &file).unwrap();
    let output = run(&["convert", text(&file), "-o", text(&file), "--to-charset", "utf-8"]);
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    assert_eq!(fs::read(&file).unwrap(), fs::read("fixtures/iso2709/rusmarc-utf8.mrc").unwrap());
}

#[test]
fn rejects_hold_the_original_bytes() {
    let folder = scratch("cli/rejects");
    let (out, rejects) = (folder.join("out.mrc"), folder.join("rejects.txt"));
    let arguments = ["convert", IRBIS, "-o", text(&out), "--rejects", text(&rejects)];
    let output = run(&arguments);
    assert_eq!(status(&output), 1);
    says(&output, &["records   6 read, 3 written, 3 rejected", "error[W002] record 1 (line 1, byte 0)"]);
    let original = fs::read(IRBIS).unwrap();
    let rejected = fs::read(&rejects).unwrap();
    assert!(!rejected.is_empty() && original.starts_with(&rejected));
    assert_eq!(stdout(&run(&["count", text(&rejects)])), "3\n");
    // What is left out is a loss as well, but nothing is rejected: the file of an earlier run is replaced.
    let output = run(&[&arguments[..], &["--wide-tags", "drop"]].concat());
    assert_eq!(status(&output), 1);
    says(&output, &["6 written, 0 rejected", "field left out"]);
    assert_eq!(fs::read(&rejects).unwrap(), b"");
    let output = run(&["convert", IRBIS, "-o", text(&out), "--rejects", text(&out)]);
    assert_eq!(status(&output), 2);
}

#[test]
fn messages_are_bounded_unless_asked_for() {
    let many = fs::read(DAMAGED).unwrap()[653..1172].repeat(30);
    let lines = |output: &Output| stderr(output).matches("error[B001]").count();
    let output = run_with_input(&["convert", "-", "-t", "iso2709"], &many);
    assert_eq!((status(&output), lines(&output)), (1, 20));
    says(
        &output,
        &["kartoteka: stdin: error", "… and 10 more findings", "B001 record-length-mismatch       30"],
    );
    let output = run_with_input(&["convert", "-", "-t", "iso2709", "-v"], &many);
    assert_eq!(lines(&output), 30);
    says(&output, &["kartoteka: stdin: iso2709 ("]);
    let output = run_with_input(&["convert", "-", "-t", "iso2709", "-q"], &many);
    assert_eq!((status(&output), stderr(&output).as_str()), (1, ""));
    // Notes leave room for errors.
    let notes = [b"\r\n", &fs::read(MARC21).unwrap()[..844]].concat().repeat(30);
    let output = run_with_input(&["convert", "-", "-t", "iso2709"], &[notes, many].concat());
    assert_eq!((status(&output), stderr(&output).matches(" note[B007]").count()), (1, 5));
    assert_eq!(lines(&output), 15);
    says(&output, &["… and 40 more findings"]);
}

#[test]
fn the_weight_of_findings_decides_the_exit_status() {
    let filler = [&b"\r\n"[..], &fs::read(MARC21).unwrap()].concat();
    for (fail_on, expected) in [("error", 0), ("warning", 0), ("note", 1)] {
        for command in [&["count", "-"][..], &["show", "-"], &["info", "-"], &["convert", "-", "-t", "xml"]] {
            let output = run_with_input(&[command, &["--fail-on", fail_on]].concat(), &filler);
            assert_eq!(status(&output), expected, "{command:?} {fail_on}: {}", stderr(&output));
        }
    }
}

#[test]
fn count_counts() {
    let output = run(&["count", MARC21]);
    assert_eq!((status(&output), stdout(&output).as_str(), stderr(&output).as_str()), (0, "8\n", ""));
    let output = run(&["count", MARC21, DAMAGED]);
    let expected = " 8 fixtures/iso2709/marc21.mrc\n10 fixtures/iso2709/damaged.mrc\n18 total\n";
    assert_eq!((status(&output), stdout(&output).as_str()), (1, expected));
    says(&output, &["error[B001] record 2 (byte 653)"]);
}

#[test]
fn show_is_for_eyes() {
    let output = run(&["show", MARC21, "--limit", "2", "--fields", "245,65X,LDR"]);
    assert_eq!((status(&output), stderr(&output).as_str()), (0, ""));
    let shown = stdout(&output);
    let head = "fixtures/iso2709/marc21.mrc: record 1 (byte 0), utf-8\nLDR    00844nam";
    assert!(shown.starts_with(head), "{shown}");
    assert_eq!(shown.matches("record ").count(), 2);
    assert_eq!(shown.matches("\n245 ").count(), 2);
    assert!(shown.contains(" $a ") && !shown.contains("\n008") && !shown.contains('\x1b'));
    let output = run(&["show", DAMAGED]);
    assert_eq!((status(&output), stderr(&output).as_str()), (1, ""));
    assert!(stdout(&output).contains("\n  ! error[B001] record 2 (byte 653): "));
    let output = run(&["show", IRBIS, "--limit=1"]);
    assert!(stdout(&output).contains("\n700 ^A Пушкин ^B А. С. "), "{}", stdout(&output));
    let output = run(&["show", MARC21, "--limit=1", "--color", "always"]);
    assert!(stdout(&output).contains("\x1b[1m245\x1b[0m"));
    assert_eq!(status(&run(&["show", MARC21, "--fields", "title"])), 2);
}

#[test]
fn show_gives_a_terminal_no_commands() {
    let data = b"00058nam a2200037   4500245002000000\x1e00\x1faA\x1b[31mB\xC2\x9BC\xFFD\x07 (e)\x1e\x1d";
    let output = run_with_input(&["show", "-", "--from", "iso2709", "--charset", "utf-8"], data);
    let shown = stdout(&output);
    assert!(shown.contains(r"$a A\x1B[31mB\x9BC\xFFD\x07"), "{shown}");
}

#[test]
fn info_tells_what_a_file_is_and_why() {
    let output = run(&["info", "fixtures/iso2709/rusmarc-cp1251.mrc"]);
    assert_eq!((status(&output), stderr(&output).as_str()), (0, ""));
    let told = stdout(&output);
    for line in [
        "file        fixtures/iso2709/rusmarc-cp1251.mrc\n",
        "format      iso2709 (certain: ",
        "dialect     rusmarc: 4 records (100.0 %), coded data in field 100, and a field 899\n",
        "charset     windows-1251: 4 records (100.0 %), declared in the record\n",
        "records     4\n",
        "largest     745 bytes: record 3, at byte 1096\n",
        "findings    none\n",
    ] {
        assert!(told.contains(line), "{line:?} is not in:\n{told}");
    }
    let output = run(&["info", MARC21, DAMAGED, IRBIS, "--format", "json"]);
    assert_eq!((status(&output), stderr(&output).as_str()), (1, ""));
    let told: Vec<serde_json::Value> =
        stdout(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(told.len(), 3);
    assert_eq!(told[0]["format"], "iso2709");
    assert_eq!(told[0]["records"], 8);
    assert_eq!(told[0]["findings"].as_object().unwrap().len(), 0);
    assert_eq!(told[1]["findings"]["B001"], 2);
    assert_eq!(told[2]["format"], "irbis-text");
    assert_eq!(told[2]["dialects"][0]["dialect"], "irbis");
}

/// A record of MARC 21 with one field 245.
fn with_title(coding: u8, title: &[u8]) -> Vec<u8> {
    let length = title.len() + 5;
    let total = 24 + 12 + 1 + length + 1;
    let mut record =
        format!("{total:05}nam {}2200037   4500245{length:04}00000\x1e10\x1fa", char::from(coding))
            .into_bytes();
    record.extend_from_slice(title);
    record.extend_from_slice(b"\x1e\x1d");
    record
}

/// Why each character set was taken, with the evidence of all records that were read in it.
#[test]
fn info_shows_the_evidence_for_each_character_set() {
    let war = b"\xC2\xEE\xE9\xED\xE0 \xE8 \xEC\xE8\xF0, \xF0\xEE\xEC\xE0\xED";
    let data = [
        with_title(b' ', war),
        with_title(b' ', war),
        with_title(b' ', b"Caf\xE9, M\xFCnchen, d\xE9j\xE0 vu, Gen\xE8ve"),
        with_title(b' ', b"Caf\xE2e fran\xF0cais"),
        with_title(b'a', b"fran\xF0cais, Caf\xE2e"),
        with_title(b'a', "Café".as_bytes()),
        with_title(b' ', "Café Müller".as_bytes()),
        with_title(b' ', b"Cafe"),
    ]
    .concat();
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("evidence.mrc");
    std::fs::write(&path, data).unwrap();
    let output = run(&["info", path.to_str().unwrap()]);
    let told = stdout(&output);
    for line in [
        "windows-1251: 2 records (25.0 %), by how probable its text is\n",
        "windows-1252: 1 record (12.5 %), by how probable its text is\n",
        "marc-8: 1 record (12.5 %), declared in the record\n",
        "marc-8: 1 record (12.5 %), by how probable its text is\n",
        "utf-8: 1 record (12.5 %), declared in the record\n",
        "utf-8: 1 record (12.5 %), valid UTF-8 with multi-byte characters\n",
        "utf-8: 1 record (12.5 %), all bytes are ASCII\n",
    ] {
        assert!(told.contains(line), "{line:?} is not in:\n{told}");
    }
    for code in ["E003", "E002"] {
        assert!(told.contains(code), "{code} is not in:\n{told}");
    }
}

#[test]
fn formats_are_listed() {
    let output = run(&["formats"]);
    assert_eq!(status(&output), 0);
    let listed = stdout(&output);
    let output = run(&["formats", "--json"]);
    let rows: Vec<serde_json::Value> = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(rows.len(), kartoteka::FORMATS.len());
    assert_eq!(listed.lines().count(), rows.len() + 1);
    for (row, info) in rows.iter().zip(kartoteka::FORMATS) {
        assert_eq!(row["name"], info.name());
        assert!(listed.contains(info.name()));
    }
}

#[test]
fn nothing_is_no_records() {
    let output = run_with_input(&["count", "-"], b"");
    assert_eq!((status(&output), stdout(&output).as_str(), stderr(&output).as_str()), (0, "0\n", ""));
    let output = run_with_input(&["convert", "-", "-t", "iso2709"], b"");
    assert_eq!((status(&output), stdout(&output).as_str()), (0, ""));
    let output = run_with_input(&["convert", "-", "-t", "marcxml"], b"");
    assert_eq!(status(&output), 0);
    assert!(stdout(&output).contains("collection"));
    assert_eq!(status(&run_with_input(&["show", "-"], b"")), 0);
    assert_eq!(status(&run_with_input(&["info", "-"], b"")), 0);
}

#[test]
fn wrong_usage_is_2() {
    for arguments in [
        &[][..],
        &["convert"],
        &["shelve", MARC21],
        &["count", MARC21, "--from", "klingon"],
        &["count", MARC21, "--charset", "klingon"],
        &["count", MARC21, "--limits", "record=much"],
        &["count", MARC21, "--no-such-option"],
        &["count", MARC21, "-q", "-v"],
        &["count", "-", "-"],
        &["count", "fixtures/no such file.mrc"],
        &["count", "fixtures"],
        &["count", "Cargo.toml"],
        &["convert", MARC21, "-o", "no such folder/out.mrc"],
    ] {
        let output = run(arguments);
        assert_eq!(status(&output), 2, "{arguments:?}");
        assert!(!output.stderr.is_empty() && output.stdout.is_empty(), "{arguments:?}");
    }
    assert_eq!(status(&run(&["--help"])), 0);
    assert_eq!(status(&run(&["--version"])), 0);
    assert_eq!(status(&run(&["convert", "--help"])), 0);
}

#[test]
fn an_unknown_format_is_named() {
    let bzip = b"BZh91AY&SY";
    let output = run_with_input(&["count", "-"], bzip);
    assert_eq!(status(&output), 2);
    says(&output, &["kartoteka: stdin: ", "compressed with bzip2"]);
    let output = run_with_input(&["count", "-"], b"<html><body>Not found</body></html>");
    assert_eq!(status(&output), 2);
    says(&output, &["nearest is marcxml", "html", "--from"]);
    // Who knows better is believed.
    let output = run_with_input(&["count", "-", "--from", "irbis-text"], b"no field\n*****\n");
    assert_eq!((status(&output), stdout(&output).as_str()), (1, "1\n"));
}

#[test]
fn limits_hold() {
    let output = run(&["count", MARC21, "--limits", "fields=3"]);
    assert_eq!((status(&output), stdout(&output).as_str()), (1, "8\n"));
    says(&output, &["error[B023]"]);
}

#[test]
fn a_closed_pipe_ends_it_quietly() {
    let folder = scratch("cli/pipe");
    let big = folder.join("big.mrc");
    fs::write(&big, fs::read(MARC21).unwrap().repeat(500)).unwrap();
    for arguments in [&["show"][..], &["convert", "-t", "marcxml"], &["convert", "-t", "iso2709"]] {
        let arguments = [arguments, &[text(&big)]].concat();
        let mut child = command(&arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut pipe = child.stdout.take().unwrap();
        pipe.read_exact(&mut [0; 100]).unwrap();
        drop(pipe);
        let output = child.wait_with_output().unwrap();
        assert_eq!((status(&output), stderr(&output).as_str()), (0, ""), "{arguments:?}");
    }
}

#[cfg(unix)]
mod unix {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    #[test]
    fn permissions_stay_those_of_the_file_replaced() {
        let folder = scratch("cli/permissions");
        let (old, new, plain) = (folder.join("old.mrc"), folder.join("new.mrc"), folder.join("plain"));
        fs::write(&old, "").unwrap();
        fs::set_permissions(&old, fs::Permissions::from_mode(0o640)).unwrap();
        fs::write(&plain, "").unwrap();
        for out in [&old, &new] {
            assert_eq!(status(&run(&["convert", MARC21, "-o", text(out)])), 0);
        }
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&old), 0o640);
        assert_eq!(mode(&new), mode(&plain));
    }

    #[test]
    fn links_and_devices_are_written_through() {
        let folder = scratch("cli/links");
        let (real, link) = (folder.join("real.mrc"), folder.join("link.mrc"));
        fs::write(&real, "old").unwrap();
        symlink(&real, &link).unwrap();
        assert_eq!(status(&run(&["convert", MARC21, "-o", text(&link)])), 0);
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&real).unwrap(), fs::read(MARC21).unwrap());
        // Nothing is lost where the input is the output, nor when a run fails.
        assert_eq!(status(&run(&["convert", text(&real), "-o", text(&link)])), 0);
        assert_eq!(fs::read(&real).unwrap(), fs::read(MARC21).unwrap());
        let output = run(&["convert", "--strict", DAMAGED, "-t", "ndjson", "-o", text(&link)]);
        assert_eq!(status(&output), 2);
        assert_eq!(fs::read(&real).unwrap(), fs::read(MARC21).unwrap());
        let output = run(&["convert", MARC21, "-t", "ndjson", "-o", "/dev/null", "--rejects", MARC21]);
        assert_eq!(status(&output), 2);
        says(&output, &["same file"]);
        assert_eq!(status(&run(&["convert", MARC21, "-o", "/dev/null", "-t", "xml"])), 0);
        let output = run(&["convert", MARC21, "-o", "/dev/stdout", "-t", "iso2709"]);
        assert_eq!(output.stdout, fs::read(MARC21).unwrap());
    }

    #[test]
    fn a_full_device_is_told() {
        if !Path::new("/dev/full").exists() {
            return;
        }
        let output = run(&["convert", MARC21, "-t", "iso2709", "-o", "/dev/full"]);
        assert_eq!(status(&output), 2);
        says(&output, &["/dev/full: cannot write: "]);
    }

    #[test]
    fn an_output_that_is_also_the_input_is_refused() {
        let folder = scratch("cli/append");
        let file = folder.join("books.mrc");
        fs::copy(MARC21, &file).unwrap();
        let appended = fs::OpenOptions::new().append(true).open(&file).unwrap();
        let output = command(&["convert", text(&file), "-t", "iso2709"]).stdout(appended).output().unwrap();
        assert_eq!(status(&output), 2);
        assert_eq!(fs::read(&file).unwrap(), fs::read(MARC21).unwrap());
    }
}

#[test]
fn select_filter_count_and_stats() {
    let table = run(&["select", "001,245$a$b,650$a", MARC21]);
    assert_eq!(status(&table), 0);
    let lines: Vec<_> = table.stdout.split(|byte| *byte == b'\n').collect();
    assert_eq!(lines.len(), 10);
    assert!(lines[1].starts_with("kart0001,Leyli və Məcnun : poema /,".as_bytes()));
    let rows = run(&["select", "001,650$a", "--repeats", "product", "--to", "tsv", "--no-header", MARC21]);
    assert!(stdout(&rows).starts_with("kart0001\tPersian poetry\nkart0001\tMəhəbbət\n"));
    // The first record has two subjects.
    for (policy, rows) in [
        ("product", &["kart0001,Persian poetry", "kart0001,Məhəbbət"][..]),
        ("join", &["kart0001,Persian poetry|Məhəbbət"]),
        ("first", &["kart0001,Persian poetry"]),
        ("list", &[r#""[""kart0001""]","[""Persian poetry"",""Məhəbbət""]""#]),
    ] {
        let out = run(&["select", "001,650$a", "--repeats", policy, "--no-header", MARC21]);
        assert_eq!(stdout(&out).lines().take(rows.len()).collect::<Vec<_>>(), rows, "{policy}");
    }
    let objects = run(&["select", "001,650$a,999", "--repeats", "list", "-t", "ndjson", MARC21]);
    assert!(
        stdout(&objects)
            .starts_with(r#"{"001":["kart0001"],"650$a":["Persian poetry","Məhəbbət"],"999":[]}"#)
    );
    for jobs in ["1", "2"] {
        let all = run(&["filter", "001?", MARC21, "-j", jobs]);
        assert_eq!(all.stdout, fs::read(MARC21).unwrap(), "{jobs} jobs");
        let none = run(&["filter", "001?", "--invert", MARC21, "-j", jobs]);
        assert_eq!((none.stdout.len(), status(&none)), (0, 0));
        let counts = run(&["count", MARC21, "-j", jobs]);
        assert_eq!(stdout(&counts), "8\n");
        let stats = run(&["stats", MARC21, "-j", jobs]);
        assert!(stdout(&stats).starts_with("records   8\nfields    95\n"), "{}", stdout(&stats));
    }
    let found = run(&["filter", r#"245$a =^ "Leyli""#, MARC21, "-t", "ndjson"]);
    assert_eq!(stdout(&found).lines().count(), 1);
    let counts = run(&["count", "--by", "952$b", MARC21]);
    assert!(stdout(&counts).lines().all(|line| line.contains('\t')));
    let fault = run(&["filter", "245$a", MARC21]);
    assert_eq!(status(&fault), 2);
    says(&fault, &["operator", "at byte 5"]);
    let fault = run(&["select", "245$A", MARC21]);
    says(&fault, &["subfield code", "at byte 4"]);
}

#[test]
fn path_explains_and_checks() {
    let told = run(&["path", "245ac"]);
    assert_eq!(stdout(&told), "245$a$c\nsubfield $a, subfield $c of each field 245\n");
    let told = run_with_input(&["path", "--check"], b"245ac\n245$A\r\n 245\n");
    let said = stdout(&told);
    let lines: Vec<_> = said.lines().collect();
    assert_eq!(lines[0], "ok 245$a$c");
    assert!(lines[1].starts_with("error 4 expected ") && lines[2].starts_with("error 0 expected "), "{said}");
    assert_eq!(status(&told), 1);
}

#[test]
fn completions_and_manual_pages() {
    for (shell, sign) in
        [("bash", "complete -F _kartoteka"), ("zsh", "#compdef kartoteka"), ("fish", "complete -c")]
    {
        let script = stdout(&run(&["completions", shell]));
        assert!(script.contains(sign) && script.contains("validate"), "{shell}");
    }
    let page = stdout(&run(&["man"]));
    assert!(page.contains(".TH kartoteka 1") && page.contains("Exit status"), "{page}");
    let page = stdout(&run(&["man", "convert"]));
    assert!(page.contains("kartoteka\\-convert") && page.contains("to\\-charset"), "{page}");
    let fault = run(&["man", "nothing"]);
    assert_eq!(status(&fault), 2);
    says(&fault, &["no command is named \"nothing\""]);
}

/// A record of ten thousand letters, as MARC-in-JSON has it, into ISO 2709.
#[test]
fn what_is_too_long_by_policy() {
    let line = format!(
        r#"{{"leader":"00000nam  2200000   4500","fields":[{{"001":"k"}},{{"245":{{"ind1":"1","ind2":"0","subfields":[{{"a":"ə{}"}}]}}}}]}}"#,
        "x".repeat(10_000)
    );
    let with = |more: &[&str]| {
        let arguments = [&["convert", "-", "-f", "ndjson", "-t", "iso2709"], more].concat();
        run_with_input(&arguments, line.as_bytes())
    };
    let output = with(&[]);
    assert_eq!((status(&output), output.stdout.len()), (1, 0));
    says(&output, &["error[W003]", "field 245", "the field has 10007 bytes; the most is 9999"]);
    let output = with(&["--oversize", "split"]);
    assert_eq!((status(&output), output.stdout.len()), (1, 0));
    for (policy, expected) in [
        ("cap", "10059nam a2200049   4500001000200000245999900002\u{1E}k"),
        ("zero", "10059nam a2200049   4500001000200000245000000002\u{1E}k"),
    ] {
        let output = with(&["--oversize", policy]);
        assert!(output.stdout.starts_with(expected.as_bytes()), "{}", stdout(&output));
        let back = run_with_input(&["convert", "-", "-t", "ndjson"], &output.stdout);
        assert_eq!(stdout(&back).matches('x').count(), 10_000);
        says(&back, &["warning[B009]"]);
    }
    let output = with(&["--oversize", "cap", "--leader", "keep"]);
    assert!(output.stdout.starts_with(b"10059nam  2200049   4500"), "{}", stdout(&output));
}

/// Records that are changed on their way: the records that come out were changed by hand.
#[test]
fn edits() {
    let convert = |edits: &[&str]| -> (i32, String, String) {
        let out = run(&[&["convert", MARC21, "-t", "line", "-q"], edits].concat());
        (status(&out), stdout(&out), stderr(&out))
    };
    let (_, plain, _) = convert(&[]);
    let difference = |edits: &[&str]| -> Vec<String> {
        let (code, edited, said) = convert(edits);
        assert_eq!((code, said.as_str()), (0, ""), "{edits:?}");
        let (before, after): (Vec<_>, Vec<_>) = (plain.lines().collect(), edited.lines().collect());
        let gone = before.iter().filter(|line| !after.contains(line)).map(|line| format!("-{line}"));
        let new = after.iter().filter(|line| !before.contains(line)).map(|line| format!("+{line}"));
        gone.chain(new).collect()
    };
    let title = "245 10 $a Leyli və Məcnun : $b poema / $c Nizami Gəncəvi ; tərcümə edəni Səməd Vurğun.";
    assert!(plain.contains(title), "{plain}");
    let changed = title.replace("Məcnun :", "Məcnun");
    assert_eq!(
        difference(&["--replace", "245[0]$a{=\\Leyli\\svə\\sMəcnun\\s:} s/ *:$//"]),
        [format!("-{title}"), format!("+{changed}")]
    );
    // One after the other, as they stand there.
    let set = difference(&["--set", "001=x", "--replace", "001 s/x/y/", "--keep", "001", "--keep", "003$a"]);
    assert_eq!(set.last().unwrap(), "+001 y");
    let set = difference(&["--replace", "001 s/x/y/", "--set", "001=x", "--keep", "001"]);
    assert_eq!(set.last().unwrap(), "+001 x");
    let (_, kept, _) = convert(&["--keep", "245$a", "--keep", "001"]);
    assert_eq!(kept.lines().filter(|line| line.starts_with("245")).count(), 8);
    assert!(
        kept.lines().all(|line| ["001", "245", ""].iter().any(|tag| line.get(..3).unwrap_or("") == *tag)
            || line.as_bytes()[0].is_ascii_digit() && line.len() == 24),
        "{kept}"
    );
    let (_, deleted, _) = convert(&["--delete", "245, 6..$a"]);
    assert!(!deleted.contains("\n245 "));
    // Records that do not change keep their bytes.
    let same = run(&[
        "convert",
        MARC21,
        "-t",
        "iso2709",
        "-q",
        "--replace",
        "245 s/no such text//",
        "--delete",
        "999$q",
    ]);
    assert_eq!((status(&same), &same.stdout), (0, &fs::read(MARC21).unwrap()));
    for (edits, why) in [
        (["--set", "245$a"], "expected = after the path 245$a, at byte 5"),
        (["--set", "24$a=x"], "expected a tag"),
        (["--replace", "245$a s/(/x/"], "unclosed group"),
        (["--replace", "245$a"], "does not begin with s"),
        (["--delete", "245$"], "expected a subfield code"),
        (["--set", "245=x"], "marc21.mrc: record 1: 245[0] has subfields: name one, such as 245$a"),
        (["--set", "008/35-37=az"], "marc21.mrc: record 1: 008[0]/35-37: \"az\" has 2 characters, not 3"),
    ] {
        let (code, out, said) = convert(&edits);
        assert_eq!((code, out.as_str()), (2, ""), "{edits:?}");
        assert!(said.contains(why), "{edits:?}: {said}");
    }
}

/// What the character set of a record cannot hold is rejected, unless the output is UTF-8 anyway.
#[test]
fn edits_in_another_character_set() {
    let folder = scratch("cli/edits");
    let rejects = folder.join("rejects");
    let cp866 = "fixtures/irbis/export-cp866.txt";
    let set = [
        "convert",
        cp866,
        "--charset",
        "cp866",
        "--set",
        "v200^a=Қара сөздер",
        "-q",
        "--rejects",
        rejects.to_str().unwrap(),
    ];
    let out = run(&[&set[..], &["-t", "irbis-text"]].concat());
    assert_eq!((status(&out), out.stdout.len()), (1, 0));
    assert_eq!(fs::read(&rejects).unwrap(), fs::read(cp866).unwrap());
    let out = run(&[&set[..], &["-t", "ndjson"]].concat());
    assert_eq!(status(&out), 0);
    let count = stdout(&out).lines().count();
    assert!(count > 0 && stdout(&out).matches("Қара сөздер").count() == count);
    assert!(fs::read(&rejects).unwrap().is_empty());
}
