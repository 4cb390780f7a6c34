//! Runs the `kartoteka` program as a script does.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

pub(crate) const MARC21: &str = "fixtures/iso2709/marc21.mrc";
pub(crate) const DAMAGED: &str = "fixtures/iso2709/damaged.mrc";

/// The program with arguments, without input.
pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kartoteka"));
    command.args(arguments).env_remove("NO_COLOR").stdin(Stdio::null());
    command
}

pub(crate) fn run(arguments: &[&str]) -> Output {
    command(arguments).output().unwrap()
}

pub(crate) fn run_with_input(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = command(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let feeder = std::thread::spawn(move || {
        let _ = stdin.write_all(&input); // the program may end before it has read everything
    });
    let output = child.wait_with_output().unwrap();
    feeder.join().unwrap();
    output
}

/// Exit status, standard output, standard error.
pub(crate) fn taken_apart(output: Output) -> (i32, Vec<u8>, String) {
    (output.status.code().unwrap(), output.stdout, String::from_utf8(output.stderr).unwrap())
}

pub(crate) fn status(output: &Output) -> i32 {
    output.status.code().unwrap()
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A path as an argument.
pub(crate) fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// An empty folder of its own for a test, under the build's temporary folder.
pub(crate) fn scratch(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).unwrap();
    path
}

/// Asserts that standard error has all of these words in it.
#[track_caller]
pub(crate) fn says(output: &Output, words: &[&str]) {
    let said = stderr(output);
    for word in words {
        assert!(said.contains(word), "{word:?} is not in:\n{said}");
    }
}
