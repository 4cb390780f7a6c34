//! The list of the rules about content is that of their files.

use std::fs;
use std::path::Path;

/// A file with the list, and the folder of the files.
const LIST: &str = "src/check/content/mod.rs";

/// The names of the files with a rule.
fn files() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(LIST);
    let entries = fs::read_dir(folder.parent().unwrap()).unwrap().map(|entry| entry.unwrap().path());
    let has_rule = |path: &Path| fs::read_to_string(path).unwrap().contains("const RULE: ContentRule =");
    let found = entries.filter(|path| path.extension().is_some_and(|end| end == "rs") && has_rule(path));
    let mut names: Vec<String> =
        found.map(|path| path.file_stem().unwrap().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Returns the list with files that it lacks: their modules, and their rules after all others.
fn with(list: &str, files: &[String]) -> String {
    let mut list = list.to_owned();
    for file in files {
        let module = format!("mod {file};\n");
        if !list.contains(&format!("\n{module}")) {
            // In order of the alphabet, as rustfmt has them.
            let smaller = list.match_indices("\nmod ").filter(|(at, _)| list[at + 1..] < *module);
            let last = smaller.last().map(|(at, _)| at + 1).unwrap();
            let at = last + list[last..].find('\n').unwrap() + 1;
            list.insert_str(at, &module);
        }
        let (before, names) = list.split_once("\nassemble! {\n").unwrap();
        let (names, after) = names.split_once("}\n").unwrap();
        if !names.lines().any(|name| name.trim() == file) {
            list = format!("{before}\nassemble! {{\n{names}    {file}\n}}\n{after}");
        }
    }
    list
}

#[test]
fn each_file_with_a_rule_about_content_is_in_the_list() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(LIST);
    let (list, files) = (fs::read_to_string(&path).unwrap(), files());
    assert!(files.len() > 20, "{files:?}");
    let whole = with(&list, &files);
    if std::env::var_os("UPDATE_RULES").is_some() {
        fs::write(&path, &whole).unwrap();
        return;
    }
    assert!(whole == list, "{LIST} lacks a file: UPDATE_RULES=1 adds it");
}

#[test]
fn a_file_is_added_once() {
    let list = "mod a;\nmod c;\nmod d;\n\nassemble! {\n    c\n    a\n}\n";
    let files = ["a".to_owned(), "b".to_owned(), "c".to_owned()];
    let whole = "mod a;\nmod b;\nmod c;\nmod d;\n\nassemble! {\n    c\n    a\n    b\n}\n";
    assert_eq!(with(&format!("\n{list}"), &files), format!("\n{whole}"));
    assert_eq!(with(&format!("\n{whole}"), &files), format!("\n{whole}"));
}
