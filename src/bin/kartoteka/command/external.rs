//! Commands that are programs of their own: `kartoteka NAME ...` runs `kartoteka-NAME ...`.

use std::collections::BTreeMap;
use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::CommandFactory;

use crate::command::Arguments;
use crate::failure::{Failure, Outcome, reason};
use crate::terminal::printable;

/// The start of the name of each such program.
const PREFIX: &str = "kartoteka-";

/// Returns the program that `name` runs: the first of that name in the folders of PATH.
pub(super) fn find(name: &OsStr) -> Option<PathBuf> {
    let is_plain = !name.is_empty() && Path::new(name).file_name() == Some(name);
    let mut file = OsString::from(PREFIX);
    file.push(name);
    file.push(env::consts::EXE_SUFFIX);
    folders().map(|folder| folder.join(&file)).find(|program| is_plain && is_executable(program))
}

/// Returns the programs in the folders of PATH by the names that run them.
fn list() -> BTreeMap<String, PathBuf> {
    let mut programs = BTreeMap::new();
    for entry in folders().filter_map(|folder| folder.read_dir().ok()).flatten().flatten() {
        let file = entry.file_name();
        let name = file.to_str().and_then(|file| file.strip_prefix(PREFIX));
        let name = name.and_then(|name| name.strip_suffix(env::consts::EXE_SUFFIX));
        let Some(name) = name.filter(|name| !name.is_empty()) else { continue };
        let program = entry.path();
        if is_executable(&program) {
            programs.entry(name.to_owned()).or_insert(program); // earlier folders win
        }
    }
    programs
}

/// The folders of PATH. An empty entry names the current folder, from which nothing is run unasked.
fn folders() -> impl Iterator<Item = PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = env::split_paths(&path).collect();
    folders.into_iter().filter(|folder| !folder.as_os_str().is_empty())
}

#[cfg(unix)]
fn is_executable(program: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    program.metadata().is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(program: &Path) -> bool {
    program.is_file()
}

/// Returns the list of the programs for `--help`, followed by `rest`.
pub(super) fn help(rest: &str) -> String {
    let mut programs = list();
    programs.retain(|name, _| Arguments::command().find_subcommand(name).is_none()); // built-in names win
    let width = programs.keys().map(|name| name.chars().count()).max().unwrap_or_default();
    let mut text = String::new();
    if !programs.is_empty() {
        text.push_str("Commands that are programs on the PATH:\n");
    }
    for (name, program) in &programs {
        let line = format!("  {name:width$}  {}", program.display());
        text.push_str(&printable(&line));
        text.push('\n');
    }
    if !programs.is_empty() {
        text.push('\n');
    }
    text + rest
}

/// Runs a program in place of this one.
pub(super) fn run(program: &Path, arguments: &[OsString]) -> Result<Outcome, Failure> {
    let mut command = Command::new(program);
    command.args(arguments);
    let failed =
        |why: &std::io::Error| Failure::at(program.display(), format_args!("cannot run: {}", reason(why)));
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt;
        Err(failed(&command.exec())) // returns only if it fails
    }
    #[cfg(not(unix))]
    {
        let status = command.status().map_err(|why| failed(&why))?;
        std::process::exit(status.code().unwrap_or(2))
    }
}
