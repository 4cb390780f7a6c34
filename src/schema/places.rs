//! Where the keys of a JSON text are.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

use crate::bytes::Cut;

/// Where the keys of a text are that is known to be JSON.
#[derive(Default)]
pub(super) struct Places {
    pub(super) at: HashMap<String, usize>,
    /// The paths of keys that their object has twice.
    pub(super) twice: Vec<String>,
}

impl Places {
    pub(super) fn of(text: &str) -> Places {
        let mut places = Places::default();
        places.value(text, &mut 0, &mut String::new());
        places
    }

    /// Passes over a value. It nests no deeper than the parser of JSON allows, 128 levels.
    fn value(&mut self, text: &str, at: &mut usize, path: &mut String) {
        blanks(text, at);
        match text.as_bytes().get(*at) {
            Some(b'"') => _ = string(text, at),
            Some(open @ (b'{' | b'[')) => {
                *at += 1;
                let mut names = HashSet::new();
                for index in 0usize.. {
                    blanks(text, at);
                    if matches!(text.as_bytes().get(*at), None | Some(b'}' | b']')) {
                        break;
                    }
                    let (start, length) = (*at, path.len());
                    if !path.is_empty() {
                        path.push('/');
                    }
                    match *open {
                        b'{' => {
                            let name = string(text, at);
                            path.push_str(&name);
                            if !names.insert(name) {
                                self.twice.push(path.clone());
                            }
                            blanks(text, at);
                            *at += 1;
                        }
                        _ => _ = write!(path, "{index}"),
                    }
                    self.at.insert(path.clone(), start);
                    self.value(text, at, path);
                    path.truncate(length);
                    blanks(text, at);
                    if text.as_bytes().get(*at) == Some(&b',') {
                        *at += 1;
                    }
                }
                *at += 1;
            }
            _ => {
                let rest = text.cut(*at..);
                *at += rest.find([',', '}', ']']).unwrap_or(rest.len());
            }
        }
    }
}

fn blanks(text: &str, at: &mut usize) {
    while text.as_bytes().get(*at).is_some_and(u8::is_ascii_whitespace) {
        *at += 1;
    }
}

/// Passes over a string, and returns it.
fn string(text: &str, at: &mut usize) -> String {
    let start = *at;
    *at += 1;
    loop {
        match text.as_bytes().get(*at) {
            Some(b'\\') => *at += 2,
            None | Some(b'"') => break,
            Some(_) => *at += 1,
        }
    }
    *at += 1;
    serde_json::from_str(text.cut(start..*at)).unwrap_or_default()
}
