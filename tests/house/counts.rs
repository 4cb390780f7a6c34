//! What is counted in the source, and how much of it may be there.

use crate::source::{Source, sources};

/// Something of which there may be so much and no more.
struct Check {
    what: &'static str,
    /// What there may be. It only ever goes down.
    ceiling: usize,
    /// What the ceiling goes down to.
    goal: usize,
    count: fn(&[Source]) -> usize,
}

/// Phrases that no English reader would use, or that have to be read twice.
const PHRASES: [&str; 8] = [
    "is told",
    "are told",
    "tells how",
    "tells whether",
    "behind it",
    "behind them",
    "that which",
    "so many",
];

const CHECKS: [Check; 22] = [
    Check { what: "banned phrases in comments and messages", ceiling: 0, goal: 0, count: phrases },
    Check { what: "files over 500 lines", ceiling: 0, goal: 0, count: long_files },
    Check { what: "lines of the program", ceiling: 4740, goal: 4740, count: program_lines },
    Check { what: "files over 400 lines in the program", ceiling: 0, goal: 0, count: long_program_files },
    Check {
        what: "records read one by one in the program",
        ceiling: 0,
        goal: 0,
        count: |all| lines_with(all, Source::is_program, "read_record("),
    },
    Check {
        what: "formats named in the program",
        ceiling: 2,
        goal: 2,
        count: |all| lines_with(all, Source::is_program, "Format::"),
    },
    Check {
        what: "false errors that leave a loop",
        ceiling: 0,
        goal: 0,
        count: |all| lines_with(all, |_| true, "the run ended early"),
    },
    Check { what: "`enum Code`", ceiling: 0, goal: 0, count: |all| lines_with(all, |_| true, "enum Code ") },
    Check { what: "ids of rules in `finding`", ceiling: 0, goal: 0, count: ids_in_finding },
    Check {
        what: "saturating arithmetic",
        ceiling: 200,
        goal: 249,
        count: |all| all.iter().map(|source| source.text.matches("saturating_").count()).sum(),
    },
    Check { what: "`get` with `unwrap_or_default`", ceiling: 29, goal: 29, count: defended_gets },
    Check {
        what: "functions called `record` in `iso2709`",
        ceiling: 0,
        goal: 0,
        count: |all| lines_with(all, |source| source.is_in("format/iso2709"), "fn record("),
    },
    Check {
        what: "decisions about character sets in formats",
        ceiling: 0,
        goal: 0,
        count: |all| {
            all.iter()
                .filter(|source| source.is_in("format") && source.name().ends_with("/charset.rs"))
                .count()
        },
    },
    Check {
        what: "lines of `io/framing.rs`",
        ceiling: 0,
        goal: 250,
        count: |all| all.iter().filter(|source| source.is_in("io/framing.rs")).map(lines).sum(),
    },
    Check {
        what: "`ignore` and `no_run` examples",
        ceiling: 0,
        goal: 0,
        count: |all| lines_with(all, |_| true, "```ignore") + lines_with(all, |_| true, "```no_run"),
    },
    Check {
        what: "swallowed poison of locks",
        ceiling: 17,
        goal: 17,
        count: |all| lines_with(all, |_| true, "PoisonError::into_inner"),
    },
    Check { what: "imports of the crate's face below `open`", ceiling: 0, goal: 0, count: by_the_face },
    Check {
        what: "`todo!` and `unimplemented!`",
        ceiling: 0,
        goal: 0,
        count: |all| lines_with(all, |_| true, "todo!(") + lines_with(all, |_| true, "unimplemented!("),
    },
    Check {
        what: "rooms that compute with numbers of the input without `arithmetic_side_effects`",
        ceiling: 0,
        goal: 0,
        count: |all| {
            let rooms = [
                "iso2709/entry.rs",
                "iso2709/sound.rs",
                "iso2709/damaged/mod.rs",
                "iso2709/frame/leader.rs",
                "isis/mod.rs",
            ];
            let is_on = |source: &Source| source.code.contains("#![deny(clippy::arithmetic_side_effects)]");
            let off = |room: &&str| {
                !all.iter().any(|source| source.is_in(&format!("format/{room}")) && is_on(source))
            };
            rooms.iter().filter(|room| off(room)).count()
        },
    },
    Check {
        what: "sentences about a character set without tables",
        ceiling: 1,
        goal: 1,
        count: |all| lines_with(all, |_| true, "no tables for"),
    },
    Check { what: "names of one dialect", ceiling: 0, goal: 0, count: private_names },
    Check { what: "`Copy::all`", ceiling: 0, goal: 0, count: |all| lines_with(all, |_| true, "Copy::all") },
];

fn lines(source: &Source) -> usize {
    source.text.lines().count()
}

/// The lines of code that have a piece of text.
fn lines_with(sources: &[Source], which: fn(&Source) -> bool, piece: &str) -> usize {
    let code = sources.iter().filter(|source| which(source)).flat_map(|source| source.code.lines());
    code.filter(|line| line.contains(piece)).count()
}

/// The text on one line: comments that were wrapped are sentences again.
fn unwrapped(text: &str) -> String {
    let words = text.lines().flat_map(|line| line.trim().trim_start_matches(['/', '!']).split_whitespace());
    words.collect::<Vec<_>>().join(" ").to_lowercase()
}

fn phrases(sources: &[Source]) -> usize {
    let count = |source: &Source| {
        let text = unwrapped(&source.text);
        PHRASES.iter().map(|phrase| text.matches(phrase).count()).sum::<usize>()
    };
    sources.iter().map(count).sum()
}

/// The names that were words of nobody but the authors, as types, variants, modules and functions.
fn private_names(sources: &[Source]) -> usize {
    const NAMES: [&str; 17] = [
        "struct Made ",
        "struct Seen ",
        "enum Seen ",
        "struct Told ",
        "struct Sheet ",
        "struct Talk ",
        "struct Asking ",
        "struct Work ",
        "struct Here ",
        "enum Own ",
        "struct Adapter ",
        "struct Shaper ",
        "struct Tidy ",
        "Lost(",
        "mod mend;",
        "fn mend(",
        "on_lost",
    ];
    NAMES.iter().map(|name| lines_with(sources, |_| true, name)).sum()
}

fn long_files(sources: &[Source]) -> usize {
    sources.iter().filter(|source| !source.is_generated() && lines(source) > 500).count()
}

fn program_lines(sources: &[Source]) -> usize {
    sources.iter().filter(|source| source.is_program()).map(lines).sum()
}

fn long_program_files(sources: &[Source]) -> usize {
    sources.iter().filter(|source| source.is_program() && lines(source) > 400).count()
}

fn ids_in_finding(sources: &[Source]) -> usize {
    let is_id = |word: &str| {
        word.len() == 4
            && word.starts_with(|c: char| c.is_ascii_uppercase())
            && word[1..].bytes().all(|byte| byte.is_ascii_digit())
    };
    let code = sources.iter().filter(|source| source.is_in("finding")).map(|source| &source.code);
    code.map(|code| code.split(|c: char| !c.is_alphanumeric()).filter(|word| is_id(word)).count()).sum()
}

fn defended_gets(sources: &[Source]) -> usize {
    let code = sources.iter().flat_map(|source| source.text.lines());
    code.filter(|line| line.contains(".get(") && line.contains("unwrap_or_default")).count()
}

/// `use crate::{…}` and `use crate::Name`, where a room should import from the room that owns the name.
fn by_the_face(sources: &[Source]) -> usize {
    let low = |source: &&Source| {
        !source.is_program() && !["lib.rs", "testing"].iter().any(|above| source.is_in(above))
    };
    let face = |line: &&str| {
        let Some(rest) = line.strip_prefix("use crate::") else { return false };
        let mut names = rest.trim_start_matches('{').split(',').map(str::trim);
        names.any(|name| name.starts_with(char::is_uppercase) && !name.contains("::"))
            && !rest.split('{').next().unwrap().contains("::")
    };
    sources.iter().filter(low).map(|source| source.code.lines().filter(face).count()).sum()
}

#[test]
fn nothing_grows_over_its_ceiling() {
    let sources = sources();
    let mut wrong = Vec::new();
    let mut open = Vec::new();
    for check in &CHECKS {
        let count = (check.count)(&sources);
        let line = format!("{}: {count}, ceiling {}, goal {}", check.what, check.ceiling, check.goal);
        if count > check.ceiling.max(check.goal) {
            wrong.push(line.clone());
        }
        if count > check.goal {
            open.push(line);
        }
    }
    // For those who bring them down: `cargo test --test house counts -- --nocapture`.
    eprintln!("{}\nnot yet at their goal:\n{}", listing(&sources), open.join("\n"));
    assert!(wrong.is_empty(), "too much of it:\n{}", wrong.join("\n"));
}

/// Where the phrases are and which files are long, for those who mend them.
fn listing(sources: &[Source]) -> String {
    let mut lines_of = String::new();
    for source in sources {
        let text = unwrapped(&source.text);
        for phrase in PHRASES {
            for (at, _) in text.match_indices(phrase) {
                let before: Vec<&str> = text[..at].split(' ').rev().take(8).collect();
                let before: Vec<&str> = before.into_iter().rev().collect();
                lines_of += &format!("{}: …{} [{phrase}]\n", source.name(), before.join(" "));
            }
        }
        if !source.is_generated() && lines(source) > 500 {
            lines_of += &format!("{}: {} lines\n", source.name(), lines(source));
        }
    }
    lines_of
}

#[test]
fn a_phrase_is_found_where_a_comment_is_wrapped() {
    assert_eq!(unwrapped("/// What is\n/// told here.\n//! So  many."), "what is told here. so many.");
}
