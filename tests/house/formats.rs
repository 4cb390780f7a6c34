//! The lists of formats that people read hold what the code has.

use std::fs;
use std::path::Path;

use kartoteka::{Can, FORMATS};

fn text(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

fn yes(can: bool) -> &'static str {
    if can { "yes" } else { "no" }
}

/// `UPDATE_README=1 cargo test --all-features --test house formats` writes the table anew.
#[test]
fn the_table_of_the_readme_is_the_list_of_formats() {
    let readme = text("README.md");
    let mut expected = String::from("| name | what | reads | writes |\n|---|---|---|---|\n");
    for format in FORMATS {
        let (reads, writes) = (yes(format.can(Can::Read)), yes(format.can(Can::Write)));
        expected += &format!("| `{}` | {} | {reads} | {writes} |\n", format.name(), format.description());
    }
    let (before, after) = readme.split_once("## Formats\n\n").unwrap();
    let end = after.find("\n\n").unwrap() + 1;
    if std::env::var_os("UPDATE_README").is_some() {
        let whole = format!("{before}## Formats\n\n{expected}{}", &after[end..]);
        fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md"), whole).unwrap();
        return;
    }
    assert_eq!(after[..end], expected, "README.md, Formats: run this test with UPDATE_README=1");
}
