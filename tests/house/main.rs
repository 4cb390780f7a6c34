//! What a program can check of how the source is built: the arrows between rooms and files, the length of files, the
//! words of comments, and that the lists people read are those of the code.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::arithmetic_side_effects)]

mod circles;
mod counts;
#[cfg(all(feature = "xml", feature = "json", feature = "csv"))]
mod formats;
mod rules;
mod source;
mod walk;

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

/// From the bottom up. A module may use its own level and all below.
const LEVELS: [&[&str]; 21] = [
    &["tag", "position", "limits", "bytes", "named", "compression"],
    &["finding"],
    &["error"],
    &["charset"],
    &["record"],
    &["path"],
    &["filter", "stats", "table"],
    &["io"],
    &["format"],
    &["schema"],
    &["check"],
    &["crosswalk"],
    &["coded"],
    &["model"],
    &["dedupe", "export", "draft"],
    &["open"],
    &["rules"],
    &["validate"],
    &["report"],
    &["inspect", "repair", "diff"],
    &["testing"],
];

fn level(module: &str) -> Option<usize> {
    LEVELS.iter().position(|modules| modules.contains(&module))
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true if path.ends_with("bin") => {}
            true => found.extend(files(&path)),
            false => found.push(path),
        }
    }
    found
}

/// The names that follow `start` up to a `;`, braces taken apart one level deep.
fn names(text: &str) -> Vec<String> {
    let text = text.split(';').next().unwrap_or_default();
    let (path, list) = text.split_once('{').unwrap_or((text, text));
    let list = if list == path { path } else { list };
    list.split(['{', '}', ',', '\n'])
        .map(|name| name.trim().split("::").next().unwrap_or_default().to_owned())
        .collect()
}

#[test]
fn the_features_are_those_of_the_front_page() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
    let (manifest, front) = (read("Cargo.toml"), read("src/lib.rs"));
    let features = manifest.split_once("\n[features]\n").unwrap().1.split("\n\n").next().unwrap();
    let mut features: Vec<&str> =
        features.lines().filter_map(|line| line.split_once(" = ")).map(|one| one.0).collect();
    features.retain(|name| *name != "default" && !name.starts_with('#'));
    let table = front.split_once("//! # Features\n").unwrap().1;
    let mut rows: Vec<&str> =
        table.lines().filter_map(|row| row.strip_prefix("//! | `")?.split('`').next()).collect();
    features.sort();
    rows.sort();
    assert_eq!(rows, features, "src/lib.rs, Features");
}

#[test]
fn nothing_points_up() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let front = fs::read_to_string(src.join("lib.rs")).unwrap();
    // What the crate shows at its root, and where it comes from.
    let mut shown = HashMap::new();
    for reexport in front.split("pub use crate::").skip(1) {
        let module = reexport.split("::").next().unwrap();
        for name in names(reexport.split_once("::").unwrap().1) {
            shown.insert(name, module.to_owned());
        }
    }
    assert!(shown.len() > 40, "{shown:?}");
    let mut looked_at = 0;
    // Tests may use what is above.
    let is_code =
        |path: &PathBuf| path.extension().is_some_and(|end| end == "rs") && !path.ends_with("tests.rs");
    for path in files(&src).into_iter().filter(is_code) {
        let inside = path.strip_prefix(&src).unwrap();
        let own = inside.iter().next().unwrap().to_string_lossy().replace(".rs", "");
        let Some(own_level) = level(&own) else {
            assert_eq!(own, "lib", "a module without a level: add it to LEVELS");
            continue;
        };
        let text = fs::read_to_string(&path).unwrap();
        let text = text.split("\nmod tests {").next().unwrap();
        let code: String =
            text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
        for used in code.split("crate::").skip(1) {
            let mut first: Vec<String> = names(used);
            if !used.starts_with('{') {
                let end = used.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(used.len());
                first = vec![used[..end].to_owned()];
            }
            for name in first.into_iter().filter(|name| !name.is_empty()) {
                let module = shown.get(&name).cloned().unwrap_or(name);
                // The formats show their modules at the root.
                let used_level = level(&module).unwrap_or_else(|| level("format").unwrap());
                assert!(used_level <= own_level, "{} uses {module}", inside.display());
                looked_at += 1;
            }
        }
    }
    assert!(looked_at > 150, "{looked_at}");
}
