//! Files that use one another in a circle: none may be read before the other, so they are one file in several pieces.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::source::{Source, sources};

/// The folders whose files may use one another, and why. A circle that leaves its folder is never allowed. One is to be
/// here in the end: `path/eval`.
const ALLOWED: [(&str, &str); 1] = [("path/eval", "a condition of a path contains paths")];

type Module = Vec<String>;

/// The modules of the crate and what each brings into scope.
struct Modules {
    files: HashMap<Module, usize>,
    /// The paths behind the names that a module imports, public or not.
    names: HashMap<Module, HashMap<String, Module>>,
}

impl Modules {
    fn of(sources: &[Source]) -> Modules {
        let mut modules = Modules { files: HashMap::new(), names: HashMap::new() };
        for (at, source) in sources.iter().enumerate() {
            modules.files.insert(module(source), at);
        }
        for source in sources {
            let imports = imports(&source.code);
            let names = imports.into_iter().map(|import| (import.name, import.path)).collect();
            modules.names.insert(module(source), names);
        }
        modules
    }

    /// The file that defines what `path` names for `inside`. `None` for what is not of the crate.
    fn resolve(&self, inside: &Module, path: &[String], depth: usize) -> Option<usize> {
        let (first, rest) = path.split_first()?;
        let mut at = inside.clone();
        match first.as_str() {
            "crate" => at.clear(),
            "self" => {}
            "super" => _ = at.pop(),
            _ => return self.member(inside, path, false, depth),
        }
        self.member(&at, rest, true, depth)
    }

    /// The file of `path` looked up in a module. What the module neither contains nor imports it defines itself, if
    /// the path is `certain` to lead into the crate.
    fn member(&self, at: &Module, path: &[String], certain: bool, depth: usize) -> Option<usize> {
        let itself = self.files.get(at).copied();
        let Some((first, rest)) = path.split_first() else { return itself };
        if first == "super" {
            return self.member(&at[..at.len() - 1].to_vec(), rest, true, depth);
        }
        let inner = [at.as_slice(), std::slice::from_ref(first)].concat();
        if self.files.contains_key(&inner) {
            return self.member(&inner, rest, true, depth);
        }
        let imported = self.names.get(at).and_then(|names| names.get(first));
        match imported {
            Some(path) if depth < 8 => {
                let whole = [path.as_slice(), rest].concat();
                self.resolve(at, &whole, depth + 1).filter(|_| certain || &whole[0] != first)
            }
            _ if certain => itself,
            _ => None,
        }
    }
}

fn module(source: &Source) -> Module {
    let mut parts: Module =
        source.path.with_extension("").iter().map(|part| part.to_string_lossy().into_owned()).collect();
    if parts.last().is_some_and(|last| ["mod", "lib", "main"].contains(&last.as_str())) {
        parts.pop();
    }
    parts
}

/// A name that a `use` brings into scope.
struct Import {
    name: String,
    path: Vec<String>,
}

/// The places of the `use` declarations in a file: start, end.
fn declarations(code: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut start = 0;
    for line in code.split_inclusive('\n') {
        let words = line.trim_start();
        let after = match words.strip_prefix("pub") {
            Some(rest) => rest.split_once(' ').map_or("", |(_, rest)| rest),
            None => words,
        };
        if after.starts_with("use ") {
            let length = code[start..].find(';').unwrap_or(0);
            found.push((start, start + length));
        }
        start += line.len();
    }
    found
}

fn imports(code: &str) -> Vec<Import> {
    let mut found = Vec::new();
    for (start, end) in declarations(code) {
        let text = code[start..end].trim_start();
        let (_, tree) = text.split_once("use ").unwrap();
        let mut paths = Vec::new();
        expand("", tree, &mut paths);
        for path in paths {
            let (path, alias) = match path.split_once(" as ") {
                Some((path, alias)) => (path.to_owned(), Some(alias.trim().to_owned())),
                None => (path, None),
            };
            let mut parts: Vec<String> = path.split("::").map(|part| part.trim().to_owned()).collect();
            if parts.len() > 1 && parts.last().is_some_and(|last| last == "self") {
                parts.pop();
            }
            let name = alias.unwrap_or_else(|| parts.last().unwrap().clone());
            found.push(Import { name, path: parts });
        }
    }
    found
}

/// The single paths of a tree such as `a::{b, c::{self, d}}`.
fn expand(prefix: &str, tree: &str, out: &mut Vec<String>) {
    let tree = tree.trim();
    let Some(open) = tree.find('{') else {
        if !tree.is_empty() {
            out.push(format!("{prefix}{tree}"));
        }
        return;
    };
    let prefix = format!("{prefix}{}", tree[..open].trim());
    let inside = &tree[open + 1..tree.rfind('}').unwrap_or(tree.len())];
    let (mut depth, mut start) = (0, 0);
    for (at, byte) in inside.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            b',' if depth == 0 => {
                expand(&prefix, &inside[start..at], out);
                start = at + 1;
            }
            _ => {}
        }
    }
    expand(&prefix, &inside[start..], out);
}

/// The paths in the code outside of `use`: `super::frame::next`, `slot::Slot`.
fn paths(code: &str) -> Vec<Vec<String>> {
    let mut rest = String::new();
    let mut from = 0;
    for (start, end) in declarations(code) {
        rest.push_str(&code[from..start]);
        from = end;
    }
    rest.push_str(&code[from..]);
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let mut found = Vec::new();
    for line in rest.split(|c: char| !word(c) && c != ':') {
        let parts: Vec<String> = line.split("::").map(str::to_owned).collect();
        if parts.len() > 1 && parts.iter().take(2).all(|part| !part.is_empty() && part.chars().all(word)) {
            found.push(parts.into_iter().take_while(|part| !part.is_empty()).collect());
        }
    }
    found
}

/// For each file the files that it uses. The face of a folder, `mod.rs`, is read with the files it hands work to: what
/// it uses inside of its folder is not counted.
fn arrows(sources: &[Source]) -> Vec<BTreeSet<usize>> {
    let modules = Modules::of(sources);
    let mut arrows = vec![BTreeSet::new(); sources.len()];
    for (at, source) in sources.iter().enumerate() {
        let inside = module(source);
        let imported = imports(&source.code).into_iter().map(|import| import.path);
        let used: Vec<Vec<String>> = paths(&source.code).into_iter().chain(imported).collect();
        let face = source.path.file_stem().is_some_and(|stem| stem == "mod" || stem == "lib");
        let own = |to: &usize| *to == at || face && module(&sources[*to]).starts_with(&inside);
        let found = used.iter().filter_map(|path| modules.resolve(&inside, path, 0));
        arrows[at].extend(found.filter(|to| !own(to)));
    }
    arrows
}

/// The sets of files of which each reaches each other.
fn circles(arrows: &[BTreeSet<usize>]) -> Vec<Vec<usize>> {
    let reach: Vec<BTreeSet<usize>> = (0..arrows.len())
        .map(|start| {
            let (mut seen, mut next) = (BTreeSet::new(), vec![start]);
            while let Some(at) = next.pop() {
                next.extend(arrows[at].iter().copied().filter(|to| seen.insert(*to)));
            }
            seen
        })
        .collect();
    let mut found: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for at in (0..arrows.len()).filter(|at| reach[*at].contains(at)) {
        let first = (0..=at).find(|other| reach[*other].contains(&at) && reach[at].contains(other)).unwrap();
        found.entry(first).or_default().push(at);
    }
    found.into_values().filter(|circle| circle.len() > 1).collect()
}

#[test]
fn no_files_use_one_another_in_a_circle() {
    let sources: Vec<Source> = sources().into_iter().filter(|source| !source.is_program()).collect();
    let arrows = arrows(&sources);
    assert!(arrows.iter().map(BTreeSet::len).sum::<usize>() > 500, "few arrows: are they still found?");
    let mut wrong = Vec::new();
    for circle in circles(&arrows) {
        let allowed = |folder: &str| circle.iter().all(|at| sources[*at].is_in(folder));
        if ALLOWED.iter().any(|(folder, _)| allowed(folder)) {
            continue;
        }
        let mut lines = String::from("a circle:\n");
        for at in &circle {
            let uses: Vec<String> =
                arrows[*at].iter().filter(|to| circle.contains(to)).map(|to| sources[*to].name()).collect();
            lines.push_str(&format!("  {} uses {}\n", sources[*at].name(), uses.join(", ")));
        }
        wrong.push(lines);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_circle_is_found() {
    let source =
        |path: &str, code: &str| Source { path: path.into(), text: code.to_owned(), code: code.to_owned() };
    let files = [
        source("lib.rs", "mod a;\nmod b;\npub use crate::a::One;\n"),
        source("a/mod.rs", "mod inner;\npub use self::inner::{One, Two as Three};\n"),
        source("a/inner.rs", "use crate::b;\nfn one() { b::two() }\n"),
        source("b.rs", "fn two() -> crate::One { super::a::Three::new() }\n"),
    ];
    let arrows = arrows(&files);
    assert_eq!(arrows[1].len(), 0, "the face of a folder");
    assert_eq!(circles(&arrows), [[2, 3]]);
}
