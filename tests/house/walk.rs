//! How often a reader of the code changes files who follows the bytes of a record through the calls that take them.

use std::collections::HashSet;

use crate::source::{Source, sources};

/// A function: its file, parameters and body.
struct Function {
    name: String,
    file: String,
    parameters: Vec<String>,
    takes_self: bool,
    body: String,
}

/// Returns the text up to the bracket that closes the one before it, and its length with that bracket.
fn inside(text: &str, open: char, close: char) -> Option<&str> {
    let mut depth = 1usize;
    let end = text.char_indices().find(|(_, c)| {
        depth += usize::from(*c == open);
        depth -= usize::from(*c == close);
        depth == 0
    });
    end.map(|(at, _)| &text[..at])
}

/// Cuts a list at the commas that are in no bracket.
fn list(text: &str) -> Vec<&str> {
    let (mut depth, mut start, mut found) = (0i32, 0, Vec::new());
    for (at, c) in text.char_indices() {
        match c {
            '(' | '[' | '{' | '<' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            '>' if !text[..at].ends_with(['-', '=']) => depth -= 1,
            ',' if depth == 0 => {
                found.push(text[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    found.push(text[start..].trim());
    found.retain(|part| !part.is_empty());
    found
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn functions(source: &Source) -> Vec<Function> {
    let mut found = Vec::new();
    for (at, _) in source.code.match_indices("fn ") {
        let rest = &source.code[at + 3..];
        let name: String = rest.chars().take_while(|c| is_word(*c)).collect();
        let mut after = &rest[name.len()..];
        if let Some(generics) = after.strip_prefix('<').map(|rest| rest.split("(\n").next().unwrap()) {
            let end = generics.match_indices(">(").next().map_or(0, |(at, _)| at + 1);
            after = &after[1 + end..];
        }
        let Some(parameters) = after.strip_prefix('(').and_then(|rest| inside(rest, '(', ')')) else {
            continue;
        };
        let tail = &after[parameters.len() + 2..];
        let Some(brace) = tail.find(['{', ';']).filter(|at| tail[*at..].starts_with('{')) else { continue };
        let Some(body) = inside(&tail[brace + 1..], '{', '}') else { continue };
        let parameters: Vec<&str> = list(parameters);
        let takes_self = parameters.first().is_some_and(|first| first.ends_with("self"));
        let names =
            parameters.iter().map(|one| one.split(':').next().unwrap().trim_start_matches("mut ").to_owned());
        let (file, parameters) = (source.name(), names.collect());
        found.push(Function { name, file, parameters, takes_self, body: body.to_owned() });
    }
    found
}

/// Follows a value from a function on: the files on the way, in the order of the calls. A function is entered once.
fn walk(
    all: &[Function],
    at: &Function,
    value: &str,
    seen: &mut HashSet<(String, String)>,
    way: &mut Vec<String>,
) {
    way.push(at.file.clone());
    if !seen.insert((at.file.clone(), at.name.clone())) {
        return;
    }
    for (open, _) in at.body.match_indices('(') {
        let before = &at.body[..open];
        let start = before.rfind(|c| !is_word(c)).map_or(0, |at| at + 1);
        let (before, name) = before.split_at(start);
        let Some(arguments) = inside(&at.body[open + 1..], '(', ')') else { continue };
        let is_it = |one: &&str| one.trim_start_matches('&').trim_start_matches("mut ") == value;
        let Some(place) = list(arguments).iter().position(is_it) else { continue };
        let mut named: Vec<&Function> = all.iter().filter(|one| one.name == name).collect();
        if let Some(module) =
            before.strip_suffix("::").map(|path| path.rsplit(|c| !is_word(c)).next().unwrap())
        {
            let is_there = |one: &&Function| {
                one.file.ends_with(&format!("/{module}.rs"))
                    || one.file.ends_with(&format!("/{module}/mod.rs"))
            };
            // A name that the module only hands on is where it is defined.
            if named.iter().any(is_there) {
                named.retain(is_there);
            }
        } else if named.iter().any(|one| one.file == at.file) {
            named.retain(|one| one.file == at.file);
        }
        let [next] = named[..] else { continue };
        let place = place + usize::from(next.takes_self && before.ends_with('.'));
        if let Some(value) = next.parameters.get(place) {
            walk(all, next, value, seen, way);
        }
    }
}

/// The stays of the walk, each in one file, and how many of them are in a file that was left before.
fn stays(way: &[String]) -> (usize, usize) {
    let mut way = way.to_vec();
    way.dedup();
    let files: HashSet<&String> = way.iter().collect();
    (way.len(), way.len() - files.len())
}

/// The way of the bytes of a record of ISO 2709 into slots, as `parse_record` hands them on. It was 35 stays and 23 returns
/// when the fifteen changes of the house began; 15 and 5 are wanted.
#[test]
fn the_walk_of_a_record_is_not_longer_than_it_was() {
    let rooms = ["format/iso2709", "io", "record", "charset"];
    let sources = sources();
    let inside = sources.iter().filter(|source| rooms.iter().any(|room| source.is_in(room)));
    let all: Vec<Function> = inside.flat_map(functions).collect();
    let start =
        all.iter().find(|one| one.file.ends_with("iso2709/parse.rs") && one.name == "parse_record").unwrap();
    let mut way = Vec::new();
    walk(&all, start, "original", &mut HashSet::new(), &mut way);
    let (stays, returns) = stays(&way);
    eprintln!("the walk of a record: {stays} stays, {returns} returns\n{}", way.join("\n"));
    assert!(stays > 8, "{way:?}: are the calls still found?");
    assert!(stays <= 23 && returns <= 12, "{stays} stays, {returns} returns\n{}", way.join("\n"));
}

#[test]
fn a_walk_is_counted() {
    let source =
        |path: &str, code: &str| Source { path: path.into(), text: code.to_owned(), code: code.to_owned() };
    let files = [
        source(
            "x/a.rs",
            "fn one(body: &[u8], n: u8) { two(body); b::three(n, &body); four(n) }\nfn two(x: &[u8]) {}\n",
        ),
        source("x/b.rs", "fn three(n: u8, it: &[u8]) { crate::c::five(it) }\nfn four(body: &[u8]) {}\n"),
        source("x/c.rs", "fn five<T: Fn(u8)>(me: &[u8]) { a::two(me) }\n"),
    ];
    let all: Vec<Function> = files.iter().flat_map(functions).collect();
    let mut way = Vec::new();
    walk(&all, &all[0], "body", &mut HashSet::new(), &mut way);
    assert_eq!(way, ["x/a.rs", "x/a.rs", "x/b.rs", "x/c.rs", "x/a.rs"]);
    assert_eq!(stays(&way), (4, 1));
}
