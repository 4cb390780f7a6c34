//! The programs in `examples/` do what a first user would want of them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Once;
use std::time::SystemTime;

use crate::common::files;

/// Whether Cargo has built all examples from the sources as they are. With a test named on the command line, it has not.
fn are_built(folder: &Path) -> bool {
    let changed = |path: &PathBuf| fs::metadata(path).and_then(|found| found.modified()).ok();
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let examples = files(&package.join("examples"));
    let built = examples.iter().map(|path| changed(&folder.join(path.file_stem().unwrap())));
    let oldest = built.min().flatten().unwrap_or(SystemTime::UNIX_EPOCH);
    let sources = files(&package.join("src")).into_iter().chain(examples.iter().cloned());
    sources
        .chain([package.join("Cargo.lock")])
        .filter_map(|path| changed(&path))
        .all(|change| change < oldest)
}

/// Runs an example in the folder of the package. Returns its exit status and what it wrote.
fn example(name: &str) -> (i32, String) {
    static BUILT: Once = Once::new();
    let test = std::env::current_exe().unwrap();
    let folder: PathBuf = test.parent().unwrap().parent().unwrap().join("examples");
    BUILT.call_once(|| {
        if !are_built(&folder) {
            let build = ["build", "--quiet", "--all-features", "--examples"];
            assert!(Command::new(env!("CARGO")).args(build).status().unwrap().success());
        }
    });
    let output = Command::new(folder.join(name)).current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
    (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn titles_and_isbns() {
    let (status, text) = example("titles");
    assert_eq!((status, text.lines().count()), (0, 8), "{text}");
    assert!(text.starts_with("Leyli və Məcnun :\t"), "{text}");
}

#[test]
fn types_counted_in_parallel() {
    let (status, text) = example("count");
    let total: u32 = text.lines().map(|line| line.split('\t').nth(1).unwrap().parse::<u32>().unwrap()).sum();
    assert_eq!((status, total), (0, 8), "{text}");
}

#[test]
fn a_record_is_built() {
    let (status, text) = example("build");
    assert_eq!(status, 0);
    assert!(text.contains("10\u{1F}aLeyli və Məcnun /\u{1F}cNizami Gəncəvi.\u{1E}\u{1D}"), "{text}");
    assert!(text.contains("<subfield code=\"c\">Nizami Gəncəvi.</subfield>"), "{text}");
}

#[test]
fn a_base_is_converted() {
    let (status, text) = example("convert");
    assert_eq!((status, text.matches("</record>").count()), (0, 4), "{text}");
}

#[test]
fn fields_are_added_and_sorted() {
    let (status, text) = example("edit");
    assert_eq!((status, text.matches("\u{1F}aChecked.\u{1E}").count()), (0, 8), "{text}");
}

#[test]
fn values_become_a_struct() {
    let (status, text) = example("typed");
    assert_eq!((status, text.lines().count()), (0, 8), "{text}");
    assert!(text.starts_with("Leyli və Məcnun :: "), "{text}");
}

#[test]
fn bytes_arrive_in_pieces() {
    assert_eq!(example("push"), (0, "8 records\n".to_owned()));
}

#[test]
fn a_gate_for_ci() {
    let (status, text) = example("validate");
    assert_eq!(status, 1);
    assert!(text.contains("error[B001] record 2"), "{text}");
}
