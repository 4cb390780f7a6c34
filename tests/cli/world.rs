//! The program where the world is not as it should be: inputs that are missing, signals, terminals, spreadsheets.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::common::program::{
    DAMAGED, MARC21, command, run, run_with_input, says, scratch, status, stderr, stdout, text,
};

const MISSING: &str = "fixtures/no such file.mrc";

#[test]
fn standard_input_is_read_where_no_input_is_named() {
    let bytes = fs::read(MARC21).unwrap();
    for (arguments, expected) in [
        (&["count"][..], "8\n"),
        (&["select", "001"], "kart0001"),
        (&["filter", "001 == \"kart0002\"", "-t", "ndjson"], "kart0002"),
        (&["convert", "-t", "mrk"], "=001  kart0001"),
        (&["show", "--limit", "1"], "stdin: record 1"),
        (&["info"], "records     8"),
        (&["stats"], "records   8"),
        (&["validate"], "8 records"),
        (&["slice", "--first", "1"], "kart0001"),
        (&["sample", "--every", "4"], "kart0001"),
        (&["repair", "-o", "-"], "kart0001"),
        (&["crosswalk", "coverage", "marc21-unimarc"], "8 records"),
    ] {
        let output = run_with_input(arguments, &bytes);
        assert!(stdout(&output).contains(expected), "{arguments:?}: {}{}", stdout(&output), stderr(&output));
    }
}

#[test]
fn a_missing_input_does_not_stop_the_others() {
    let folder = scratch("cli/missing");
    let out = folder.join("out.mrc");
    let pieces = folder.join("piece.mrc");
    for (arguments, expected) in [
        (&["count"][..], "8 fixtures/iso2709/marc21.mrc"),
        (&["count", "--by", "001"], "kart0008"),
        (&["select", "001"], "kart0008"),
        (&["filter", "245?"], "kart0008"),
        (&["convert", "-t", "mrk"], "kart0008"),
        (&["show"], "kart0008"),
        (&["info"], "records     8"),
        (&["stats"], "records   8"),
        (&["validate"], "8 records"),
        (&["slice", "--last", "1"], "kart0008"),
        (&["sample", "--every", "1"], "kart0008"),
        (&["repair", "-o", text(&out)], ""),
        (&["split", "--records", "8", "-o", text(&pieces)], ""),
        (&["crosswalk", "coverage", "marc21-unimarc"], "8 records"),
    ] {
        for inputs in [[MISSING, MARC21], [MARC21, MISSING]] {
            let output = run(&[arguments, &inputs].concat());
            assert_eq!(status(&output), 2, "{arguments:?}: {}", stderr(&output));
            assert!(stdout(&output).contains(expected), "{arguments:?}: {}", stdout(&output));
            says(&output, &["no such file.mrc: cannot open"]);
        }
    }
    assert_eq!(fs::read(&out).unwrap(), fs::read(MARC21).unwrap());
    assert_eq!(fs::read(folder.join("piece-0001.mrc")).unwrap(), fs::read(MARC21).unwrap());
    // Where no input can be read, there is no output at all.
    let none = folder.join("none.xml");
    let output = run(&["convert", MISSING, "-o", text(&none)]);
    assert_eq!((status(&output), none.exists()), (2, false));
    for arguments in
        [&["count"][..], &["stats"], &["select", "001"], &["crosswalk", "coverage", "marc21-unimarc"]]
    {
        let output = run(&[arguments, &[MISSING]].concat());
        assert_eq!((status(&output), stdout(&output).as_str()), (2, ""), "{arguments:?}");
    }
    // --strict stops at the first thing that is wrong.
    let output = run(&["count", "--strict", MISSING, MARC21]);
    assert_eq!((status(&output), stdout(&output).as_str()), (2, ""));
}

#[cfg(target_os = "linux")]
#[test]
fn a_signal_leaves_no_temporary_file() {
    for signal in ["INT", "TERM", "HUP"] {
        let folder = scratch(&format!("cli/signal {signal}"));
        let out = folder.join("out.xml");
        // Standard input that does not end: the program waits for more.
        // A signal that this process ignores is not ignored there.
        let mut child = Command::new("env")
            .args(["--default-signal=INT,TERM,HUP", env!("CARGO_BIN_EXE_kartoteka")])
            .args(["convert", "-", "-f", "iso2709", "-o", text(&out)])
            .stdin(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(&fs::read(MARC21).unwrap()).unwrap();
        let began = Instant::now();
        while fs::read_dir(&folder).unwrap().count() == 0 {
            assert!(began.elapsed() < Duration::from_secs(60), "no temporary file");
            std::thread::sleep(Duration::from_millis(5));
        }
        let name = fs::read_dir(&folder).unwrap().next().unwrap().unwrap().file_name();
        assert!(name.to_string_lossy().starts_with(".kartoteka-"), "{name:?}");
        let killed = Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]).status();
        assert!(killed.unwrap().success());
        let ended = child.wait().unwrap();
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 0, "{signal}");
        // As if the signal had not been caught.
        let number = match signal {
            "INT" => 2,
            "TERM" => 15,
            _ => 1,
        };
        assert_eq!(std::os::unix::process::ExitStatusExt::signal(&ended), Some(number));
    }
}

/// Runs the program on a terminal of its own, which `script` of util-linux makes; `None` if there is no such program.
fn on_a_terminal(arguments: &[&str], variables: &[(&str, &str)]) -> Option<String> {
    let quoted = |word: &&str| format!("'{}'", word.replace('\'', r"'\''"));
    let words: Vec<String> = [env!("CARGO_BIN_EXE_kartoteka")].iter().chain(arguments).map(quoted).collect();
    let mut script = Command::new("script");
    script.args(["-qec", &words.join(" "), "/dev/null"]).stdin(Stdio::null()).env_remove("NO_COLOR");
    script.env("TERM", "xterm").envs(variables.iter().copied());
    match script.output() {
        Ok(output) => Some(String::from_utf8_lossy(&output.stdout).into_owned()),
        Err(_) => {
            eprintln!("SKIPPED: no script");
            None
        }
    }
}

#[test]
fn colours_only_on_terminals_that_have_some() {
    let arguments = ["show", MARC21, "--limit", "1"];
    let Some(coloured) = on_a_terminal(&arguments, &[]) else { return };
    assert!(coloured.contains("\x1b[1m245"), "{coloured:?}");
    assert!(stdout(&run(&[&arguments[..], &["--color", "always"]].concat())).contains("\x1b[1m245"));
    for variable in [("TERM", "dumb"), ("NO_COLOR", "1")] {
        let plain = on_a_terminal(&arguments, &[variable]).unwrap();
        assert!(plain.contains("245") && !plain.contains('\x1b'), "{variable:?}: {plain:?}");
    }
}

#[test]
fn what_goes_to_a_terminal_commands_nothing() {
    let folder = scratch("cli/terminal");
    let file = folder.join("evil.ndjson");
    let evil = "\u{1b}]0;owned\u{7}\u{202E}\u{9b}31m";
    let title =
        serde_json::json!({"245": {"ind1": "0", "ind2": "0", "subfields": [{"a": format!("Title{evil}")}]}});
    let fields = [serde_json::json!({"001": format!("kart1{evil}")}), title];
    let record = serde_json::json!({"leader": "00000nam a2200000 i 4500", "fields": fields});
    fs::write(&file, record.to_string()).unwrap();
    let path = text(&file);
    for arguments in [
        &["show", path][..],
        &["convert", path, "-t", "mrk"],
        &["convert", path, "-t", "iso2709"],
        &["convert", path, "-t", "csv"],
        &["select", "001,245$a", path],
        &["select", "001,245$a", "-t", "ndjson", path],
        &["count", "--by", "245$a", path],
        &["stats", path],
        &["info", path],
        &["info", "--format", "json", path],
        &["filter", "245?", path],
        &["slice", "--first", "1", path],
        &["sample", "--every", "1", path],
        &["repair", path, "-o", "-"],
        &["diff", path, MARC21],
        &["diff", path, MARC21, "--format", "json"],
        &["crosswalk", "coverage", "marc21-unimarc", path],
        &["validate", path],
        &["validate", path, "--format", "concise"],
        &["validate", path, "--format", "json"],
        &["validate", path, "--format", "csv"],
    ] {
        let Some(shown) =
            on_a_terminal(&[arguments, &["--color", "never", "--progress", "never"]].concat(), &[])
        else {
            return;
        };
        let command =
            |c: char| c.is_control() && !"\r\n\t".contains(c) || ('\u{202A}'..='\u{202E}').contains(&c);
        assert!(!shown.contains(command), "{arguments:?}: {shown:?}");
        assert!(!shown.is_empty(), "{arguments:?}");
    }
    // Files and pipes have the bytes.
    assert!(stdout(&run(&["convert", path, "-t", "iso2709"])).contains(evil));
}

#[test]
fn formulas_are_said_and_defused() {
    let folder = scratch("cli/formulas");
    let file = folder.join("sums.mrk");
    fs::write(&file, "=LDR  00000nam a2200000 i 4500\n=001  kart1\n=245  00$a=1+1$b@SUM(1)$c1+1\n").unwrap();
    let path = text(&file);
    let output = run(&["convert", path, "-t", "csv"]);
    assert!(stdout(&output).contains(",a,=1+1\n"), "{}", stdout(&output));
    says(&output, &["note[W013]", "2 cells begin like the formula of a spreadsheet", "--formulas defuse"]);
    assert_eq!(status(&output), 0);
    let output = run(&["convert", path, "-t", "tsv", "--formulas", "defuse"]);
    assert!(stdout(&output).contains("\ta\t'=1+1\n") && stdout(&output).contains("\tc\t1+1\n"));
    assert!(!stderr(&output).contains("W013"));
    let output = run(&["select", "245$a,245$b", path]);
    assert!(stdout(&output).ends_with("\n=1+1,@SUM(1)\n"), "{}", stdout(&output));
    says(&output, &["2 cells begin", "--formulas defuse"]);
    let output = run(&["select", "245$a,245$b", path, "--formulas", "defuse"]);
    assert!(stdout(&output).ends_with("\n'=1+1,'@SUM(1)\n"), "{}", stdout(&output));
    assert_eq!(stderr(&output), "");
    let renamed = folder.join("=cmd.mrc");
    fs::copy(DAMAGED, &renamed).unwrap();
    let here = |arguments: &[&str]| {
        let output = command(arguments).current_dir(&folder).output().unwrap();
        (stdout(&output), stderr(&output))
    };
    let (table, said) = here(&["validate", "=cmd.mrc", "--format", "csv"]);
    assert!(table.contains(",=cmd.mrc,") && said.contains("--formulas defuse"), "{said}");
    let (table, said) = here(&["validate", "=cmd.mrc", "--format", "csv", "--formulas", "defuse"]);
    assert!(table.contains(",'=cmd.mrc,") && !table.contains(",=cmd.mrc,") && said.is_empty(), "{said}");
}

#[test]
fn a_tar_archive_is_named() {
    let folder = scratch("cli/tar");
    let archive = folder.join("books.tar");
    let packed = Command::new("tar").args(["-cf", text(&archive), MARC21]).status();
    assert!(packed.unwrap().success());
    for end in ["", ".gz"] {
        let path = format!("{}{end}", archive.display());
        if !end.is_empty() {
            assert!(Command::new("gzip").args(["-k", text(&archive)]).status().unwrap().success());
        }
        assert!(Path::new(&path).exists());
        let output = run(&["count", &path]);
        assert_eq!((status(&output), stdout(&output).as_str()), (2, ""));
        says(&output, &["tar archive"]);
    }
}

#[test]
fn quiet_validation_is_an_exit_status() {
    for (file, expected) in [(MARC21, 0), (DAMAGED, 1), (MISSING, 2)] {
        let output = run(&["validate", "-q", file]);
        assert_eq!((status(&output), stdout(&output).as_str()), (expected, ""), "{file}");
        assert_eq!(stderr(&output).is_empty(), file != MISSING, "{}", stderr(&output));
    }
    assert!(stdout(&run(&["validate", "-q", "--format", "json", DAMAGED])).contains("B001"));
}

#[test]
fn messages_name_the_option_that_helps() {
    let folder = scratch("cli/hints");
    let file = folder.join("a.mrk");
    fs::write(&file, "=LDR  00000nam a2200000 i 4500\n=001  kart1\n=245  00$aTitle\u{1}\n").unwrap();
    let output = run(&["convert", text(&file), "-t", "marcxml"]);
    assert_eq!(status(&output), 1);
    says(&output, &["--illegal-chars"]);
    let output = run(&["convert", text(&file), "-t", "marcxml", "--illegal-chars", "drop"]);
    assert!(!stderr(&output).contains("--illegal-chars"), "{}", stderr(&output));
    says(&run(&["convert", "fixtures/irbis/export.txt", "-t", "iso2709"]), &["--wide-tags drop"]);
    says(&run(&["convert", "Cargo.toml", "-t", "iso2709"]), &["--from"]);
}

#[test]
fn help_of_convert_has_examples() {
    let help = stdout(&run(&["convert", "--help"]));
    assert!(help.contains("Examples:\n  kartoteka convert books.mrc -o books.xml\n"), "{help}");
}

#[test]
fn numbers_and_ranges_are_checked() {
    let out = scratch("cli/numbers").join("x.mrc");
    for (bad, said) in [
        (&["--limits", "records=1M"][..], "no limit"),
        (&["--limits", "record"], "no ="),
        (&["--limits", "record=0"], "not a number above 0"),
        (&["--limits", "record=12\u{416}"], "not a number above 0"),
        (&["--limits", "record=99999999999999G"], "not a number above 0"),
        (&["--mfn", "9-3"], "no number or range"),
    ] {
        let output = run(&[&["count", MARC21], bad].concat());
        assert_eq!(status(&output), 2, "{bad:?}");
        says(&output, &[said]);
    }
    for bad in ["0", "0-5", "-5", "9-3", "a", "1-2-3"] {
        let output = run(&["slice", MARC21, &format!("--records={bad}")]);
        assert_eq!(status(&output), 2, "{bad}");
    }
    for (good, count) in [("5", "1"), ("2-3", "2"), ("7-", "2")] {
        assert_eq!(status(&run(&["slice", MARC21, "--records", good, "-o", text(&out), "-q"])), 0);
        assert_eq!(stdout(&run(&["count", text(&out)])).trim(), count);
    }
    let both = stdout(&run(&["count", MARC21, DAMAGED]));
    assert_eq!(both, " 8 fixtures/iso2709/marc21.mrc\n10 fixtures/iso2709/damaged.mrc\n18 total\n");
    assert_eq!(status(&run(&["explain", "X9"])), 2);
    assert_eq!(status(&run(&["show", MARC21, "--fields", "title"])), 2);
}

#[test]
fn pieces_have_numbers_in_their_names() {
    let folder = scratch("cli/pieces");
    for (name, piece) in [
        ("books.mrc", "books-0001.mrc"),
        ("books.mrc.gz", "books-0001.mrc.gz"),
        ("books", "books-0001"),
        ("{}-books.mrc", "0001-books.mrc"),
        (".mrc", ".mrc-0001"),
    ] {
        let output = run(&["split", MARC21, "--records", "9", "-o", text(&folder.join(name))]);
        assert_eq!(status(&output), 0, "{}", stderr(&output));
        says(&output, &["8 records read, 1 file written"]);
        assert!(folder.join(piece).exists(), "{piece}");
    }
}
