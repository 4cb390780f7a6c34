//! The programs.

use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Output, Stdio};
use std::time::{Duration, Instant};

use arrow_array::cast::AsArray;
use arrow_array::types::UInt64Type;
use kartoteka_arrow::read_table;

use crate::{export, fixtures, import, records_of, said, scratch, text};

#[test]
fn programs_there_and_back() {
    let folder = scratch("programs");
    let input = fixtures().join("iso2709/marc21.mrc");
    for name in ["t.parquet", "t.arrow", "t.arrows"] {
        let (table, out) = (folder.join(name), folder.join("out.mrc"));
        let done = export(&[text(&input), "-o", text(&table), "-j", "2"]);
        assert_eq!(done.status.code(), Some(0), "{}", said(&done));
        assert!(said(&done).starts_with("8 records read, "), "{}", said(&done));
        let done = import(&[text(&table), "-t", "iso2709", "-o", text(&out)]);
        assert_eq!(
            (done.status.code(), said(&done).as_str()),
            (Some(0), "8 records in the tables, 8 written, 0 rejected\n")
        );
        assert_eq!(fs::read(&out).unwrap(), fs::read(&input).unwrap(), "{name}");
    }
    // The mark of each record of a base comes back, too.
    let table = folder.join("base.parquet");
    assert_eq!(
        export(&[text(&fixtures().join("isis/irbis64.mst")), "-o", text(&table)]).status.code(),
        Some(0)
    );
    let done = import(&[text(&table), "-t", "ndjson"]);
    let lines = String::from_utf8(done.stdout).unwrap();
    assert_eq!(lines.lines().count(), 4);
    assert!(lines.starts_with("{\"mfn\":1,"), "{lines}");
}

#[test]
fn what_cannot_be_read_does_not_stop_the_others() {
    let folder = scratch("others");
    let (missing, table) = (folder.join("none.mrc"), folder.join("t.parquet"));
    let input = fixtures().join("iso2709/marc21.mrc");
    let done = export(&[text(&missing), text(&input), text(&folder), text(&input), "-o", text(&table)]);
    assert_eq!(done.status.code(), Some(2));
    assert!(said(&done).contains("none.mrc: cannot read"), "{}", said(&done));
    assert!(said(&done).contains("16 records read"), "{}", said(&done));
    let numbers = read_table(&table).unwrap().flat_map(|batch| {
        let batch = batch.unwrap();
        batch.column_by_name("record").unwrap().as_primitive::<UInt64Type>().values().to_vec()
    });
    assert_eq!(numbers.max(), Some(16), "numbers run on");
    let (records, _) = records_of(read_table(&table).unwrap());
    assert_eq!(records.len(), 16);
    let done = export(&[text(&missing), "-o", text(&folder.join("none.parquet"))]);
    assert_eq!((done.status.code(), folder.join("none.parquet").exists()), (Some(2), false));
}

#[test]
fn wrong_columns_fail_before_anything_is_read() {
    let folder = scratch("columns");
    let table = folder.join("t.parquet");
    let wrong = |arguments: &[&str], why: &str| {
        let all = [&["no such file", "-o", text(&table)], arguments].concat();
        let done = export(&all);
        assert_eq!(done.status.code(), Some(2));
        assert!(said(&done).contains(why), "{}", said(&done));
        assert!(!said(&done).contains("no such file"), "{}", said(&done));
    };
    wrong(&["--columns", "id=001,title=245$$a"], "column 2, \"title=245$$a\", character 12: expected");
    wrong(&["--columns", "id=001,title=245$$a"], "the nearest right one is title=245$a");
    wrong(&["--columns", "@titel"], "the nearest right one is @title");
    wrong(&["--as", "paths"], "--as paths needs --columns");
    wrong(&["--as", "long", "--columns", "001"], "--columns are those of --as paths");
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
    let done = import(&[text(&fixtures().join("iso2709/marc21.mrc")), "-t", "ndjson"]);
    assert_eq!(done.status.code(), Some(2), "{}", said(&done));
    assert!(said(&done).contains("it is no table: neither Parquet nor Arrow"), "{}", said(&done));
}

#[test]
fn tables_that_are_not_long() {
    let folder = scratch("not-long");
    let table = folder.join("t.parquet");
    let input = fixtures().join("iso2709/marc21.mrc");
    let done = export(&[text(&input), "-o", text(&table), "--columns", "title=245$a"]);
    assert_eq!(done.status.code(), Some(0), "{}", said(&done));
    let done = import(&[text(&table), "-t", "ndjson"]);
    assert_eq!(done.status.code(), Some(2));
    assert!(said(&done).contains("no column \"field\": there are title"), "{}", said(&done));
}

/// A program that waits for its standard input, from a folder in which it has made a temporary file.
#[cfg(target_os = "linux")]
fn waiting(program: &str, arguments: &[&str], folder: &Path) -> (Child, ChildStdin) {
    // A signal that this process ignores is not ignored there.
    let mut child = Command::new("env")
        .args(["--default-signal=INT,TERM,HUP", program])
        .args(arguments)
        .stdin(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let stdin = child.stdin.take().unwrap();
    let began = Instant::now();
    while fs::read_dir(folder).unwrap().count() == 0 {
        assert!(began.elapsed() < Duration::from_secs(60), "no temporary file");
        std::thread::sleep(Duration::from_millis(5));
    }
    (child, stdin)
}

#[cfg(target_os = "linux")]
#[test]
fn a_signal_leaves_no_temporary_file() {
    let (exporting, importing) =
        (env!("CARGO_BIN_EXE_kartoteka-export"), env!("CARGO_BIN_EXE_kartoteka-import"));
    for (signal, number) in [("INT", 2), ("TERM", 15), ("HUP", 1)] {
        for is_export in [true, false] {
            let folder = scratch(&format!("signal-{signal}-{is_export}"));
            let (out, rejects) = (folder.join("out.parquet"), folder.join("rejects.arrow"));
            let (program, arguments) = match is_export {
                true => (exporting, vec!["-", "-f", "iso2709", "-o", text(&out)]),
                false => (importing, vec!["-", "-t", "mrk", "-o", text(&out), "--rejects", text(&rejects)]),
            };
            let (mut child, stdin) = waiting(program, &arguments, &folder);
            let names: Vec<_> =
                fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
            assert!(names.iter().all(|name| name.to_string_lossy().starts_with(".kartoteka-")), "{names:?}");
            let killed = Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]).status();
            assert!(killed.unwrap().success());
            let ended = child.wait().unwrap();
            drop(stdin);
            assert_eq!(fs::read_dir(&folder).unwrap().count(), 0, "{signal} {program}");
            // As if the signal had not been caught.
            assert_eq!(std::os::unix::process::ExitStatusExt::signal(&ended), Some(number));
        }
    }
}

#[test]
fn a_stream_from_one_program_to_the_other() {
    let input = fixtures().join("iso2709/marc21.mrc");
    let stream = export(&[text(&input), "-q", "-o", "-"]).stdout;
    let mut child = Command::new(env!("CARGO_BIN_EXE_kartoteka-import"))
        .args(["-", "-q", "-t", "iso2709"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(&stream).unwrap();
    let done = child.wait_with_output().unwrap();
    assert_eq!((done.status.code(), done.stdout), (Some(0), fs::read(&input).unwrap()));
}

/// Who reads the start of standard output and goes away did so on purpose.
#[cfg(unix)]
#[test]
fn a_closed_pipe_is_no_error() {
    let folder = scratch("closed");
    let (large, table) = (folder.join("large.mrc"), folder.join("large.arrows"));
    fs::write(&large, fs::read(fixtures().join("iso2709/marc21.mrc")).unwrap().repeat(300)).unwrap();
    assert_eq!(export(&[text(&large), "-q", "-o", text(&table)]).status.code(), Some(0));
    for (program, arguments) in [
        (env!("CARGO_BIN_EXE_kartoteka-export"), [text(&large), "-q", "-o", "-"]),
        (env!("CARGO_BIN_EXE_kartoteka-import"), [text(&table), "-q", "-t", "iso2709"]),
    ] {
        let mut command = Command::new(program);
        let mut child =
            command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stdout = child.stdout.take().unwrap();
        stdout.read_exact(&mut [0; 10]).unwrap();
        drop(stdout);
        let done = child.wait_with_output().unwrap();
        assert_eq!((done.status.code(), said(&done).as_str()), (Some(0), ""), "{program}");
    }
}

#[test]
fn outputs_that_cannot_be_written() {
    let folder = scratch("outputs");
    let input = fixtures().join("iso2709/marc21.mrc");
    let (table, missing) = (folder.join("t.parquet"), folder.join("none/t.parquet"));
    let fails = |done: Output, why: &str| {
        assert_eq!(done.status.code(), Some(2), "{}", said(&done));
        assert!(said(&done).contains(why), "{} without {why}", said(&done));
    };
    fails(export(&[text(&input), "-o", text(&missing)]), "none/t.parquet: cannot be written: ");
    fails(export(&[text(&input), "-o", text(&folder)]), "the name of the output ends with .parquet");
    fails(export(&[text(&input), "-o", "a.parquet", "-o", "b.parquet"]), "cannot be used multiple times");
    let copy = folder.join("in.parquet");
    fs::copy(&input, &copy).unwrap();
    fails(export(&[text(&copy), "-o", text(&folder.join("./in.parquet"))]), "is an input, too");
    assert_eq!(export(&[text(&input), "-q", "-o", text(&table)]).status.code(), Some(0));
    fails(import(&[text(&table), "-t", "mrk", "-o", text(&missing)]), "none/t.parquet: cannot be written: ");
    let rejects = ["--rejects", text(&missing)];
    fails(
        import(&[&[text(&table), "-t", "mrk"], &rejects[..]].concat()),
        "none/t.parquet: cannot be written: ",
    );
    let out = folder.join("out.arrow");
    let same = folder.join("./out.arrow");
    let twice = import(&[text(&table), "-t", "mrk", "-o", text(&out), "--rejects", text(&same)]);
    fails(twice, "out.arrow: is the output, too");
    fails(import(&[text(&table), "-t", "mrk", "-o", text(&table)]), "t.parquet: is an input, too");
    let mut names: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["in.parquet", "t.parquet"], "nothing is left of what failed");
}

/// A device that is full, and links.
#[cfg(target_os = "linux")]
#[test]
fn outputs_that_are_no_plain_files() {
    use std::os::unix::fs::symlink;
    let folder = scratch("devices");
    let input = fixtures().join("iso2709/marc21.mrc");
    for kind in ["parquet", "arrow", "arrows"] {
        let full = folder.join(format!("full.{kind}"));
        symlink("/dev/full", &full).unwrap();
        let done = export(&[text(&input), "-o", text(&full)]);
        assert_eq!(done.status.code(), Some(2), "{}", said(&done));
        assert!(said(&done).contains(&format!("full.{kind}: cannot be written: ")), "{}", said(&done));
        assert!(said(&done).contains("No space left on device"), "{}", said(&done));
        assert!(fs::symlink_metadata(&full).unwrap().is_symlink(), "the device has its name still");
    }
    let (table, link) = (folder.join("t.parquet"), folder.join("link.parquet"));
    fs::write(&table, "old").unwrap();
    symlink(&table, &link).unwrap();
    assert_eq!(export(&[text(&input), "-q", "-o", text(&link)]).status.code(), Some(0));
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(records_of(read_table(&table).unwrap()).0.len(), 8);
    let full = folder.join("full.mrk");
    symlink("/dev/full", &full).unwrap();
    let done = import(&[text(&table), "-t", "mrk", "-o", text(&full)]);
    assert_eq!(done.status.code(), Some(2), "{}", said(&done));
    assert!(said(&done).contains("full.mrk: cannot be written: "), "{}", said(&done));
}

#[test]
fn formats_are_those_that_a_program_can_use() {
    let input = fixtures().join("iso2709/marc21.mrc");
    let list = |done: &Output| {
        let said = said(done);
        let list =
            said.lines().find(|line| line.contains("these can: ") || line.contains("there are ")).unwrap();
        let list = list.split_once("these can: ").or(list.split_once("there are ")).unwrap().1;
        list.split(", ").map(str::to_owned).collect::<Vec<_>>()
    };
    for (wrong, why) in [("mst", "mst cannot be written here"), ("nothing", "no format \"nothing\"")] {
        let done = import(&["none.parquet", "-t", wrong]);
        assert_eq!(done.status.code(), Some(2));
        assert!(said(&done).contains(why), "{}", said(&done));
        let names = list(&done);
        assert!(names.iter().any(|name| name == "marcxml") && !names.iter().any(|name| name == "mst"));
        // Each of the list is written.
        let folder = scratch("listed");
        let table = folder.join("t.arrow");
        assert_eq!(export(&[text(&input), "-q", "-o", text(&table)]).status.code(), Some(0));
        for name in names.iter().map(|name| name.trim()) {
            let done = import(&[text(&table), "-t", name, "-o", text(&folder.join("out"))]);
            assert!(said(&done).contains("8 records in the tables"), "{name}: {}", said(&done));
        }
    }
    let done = export(&[text(&input), "-f", "dublincore", "-o", "none.parquet"]);
    assert_eq!(done.status.code(), Some(2));
    assert!(!list(&done).iter().any(|name| name == "csv") && list(&done).iter().any(|name| name == "mst"));
}
