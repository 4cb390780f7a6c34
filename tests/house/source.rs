//! The source as the checks see it: files, modules, and what is left of a file without comments and tests.

use std::fs;
use std::path::{Path, PathBuf};

/// A file of `src`.
pub(crate) struct Source {
    /// Relative to `src`.
    pub(crate) path: PathBuf,
    /// The whole text.
    pub(crate) text: String,
    /// The text without comments and without the module `tests`.
    pub(crate) code: String,
}

impl Source {
    /// The path with slashes.
    pub(crate) fn name(&self) -> String {
        self.path.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/")
    }

    pub(crate) fn is_in(&self, folder: &str) -> bool {
        self.path.starts_with(folder)
    }

    pub(crate) fn is_program(&self) -> bool {
        self.is_in("bin")
    }

    /// Whether another program made the file: nobody reads it line by line.
    pub(crate) fn is_generated(&self) -> bool {
        self.path.file_stem().is_some_and(|stem| stem == "generated")
    }
}

/// All Rust files of `src`, the program's included.
pub(crate) fn sources() -> Vec<Source> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    collect(&src, &src, &mut found);
    found.sort_by(|one: &Source, two: &Source| one.path.cmp(&two.path));
    assert!(found.len() > 150, "{} files", found.len());
    found
}

fn collect(root: &Path, folder: &Path, found: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let code = code(&text);
            found.push(Source { path: path.strip_prefix(root).unwrap().to_owned(), text, code });
        }
    }
}

fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests").next().unwrap();
    let mut code = String::new();
    for line in text.lines().filter(|line| !line.trim_start().starts_with("//")) {
        code.push_str(line.split(" // ").next().unwrap());
        code.push('\n');
    }
    code
}
