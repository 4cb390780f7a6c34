//! Substitutions in the syntax of sed.

use std::fmt;
use std::str::FromStr;

use regex::{Captures, Regex, RegexBuilder};

use crate::bytes::Cut;
use crate::error::Error;

/// A substitution in the syntax of sed: `s/pattern/replacement/flags`.
///
/// The pattern is a regular expression of [regex]. In the replacement, `&` is the match, `\1` to `\9` are its
/// groups, `\n` and `\t` a line feed and a tab, and a backslash makes any other character literal. The flags
/// are `g`, replace all matches and not only the first, and `i`, ignore case. Any ASCII punctuation may serve
/// as the delimiter instead of `/`; a backslash makes it literal.
///
/// [regex]: https://docs.rs/regex/latest/regex/#syntax
///
///
/// # Example
/// ```
/// use kartoteka::{FieldPath, Record, path::Substitution};
///
/// let turn: Substitution = r"s/^(\w+), (\w+)\.?$/\2 \1/".parse()?;
/// assert_eq!(turn.apply("Fuzuli, Mehmed."), Some("Mehmed Fuzuli".to_owned()));
/// assert_eq!(turn.apply("Fuzuli"), None);
///
/// let mut record = Record::builder().data_field("100", "1 ", [('a', "Fuzuli, Mehmed.")]).build()?;
/// record.replace(&"100$a".parse::<FieldPath>()?, |name| turn.apply(name))?;
/// assert_eq!(record.field("100").unwrap().subfield('a').unwrap().to_str()?, "Mehmed Fuzuli");
/// # Ok::<(), kartoteka::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Substitution {
    regex: Regex,
    with: Vec<Piece>,
    all: bool,
    text: String,
}

#[derive(Debug, Clone)]
enum Piece {
    Text(String),
    Group(usize),
}

impl Substitution {
    /// Returns the text with the matches replaced; `None` if nothing matched.
    pub fn apply(&self, text: &str) -> Option<String> {
        self.regex.find(text)?;
        let with = |found: &Captures<'_>| -> String {
            let pieces = self.with.iter().map(|piece| match piece {
                Piece::Text(text) => text.as_str(),
                Piece::Group(group) => found.get(*group).map_or("", |group| group.as_str()),
            });
            pieces.collect()
        };
        let limit = usize::from(!self.all); // 0 is no limit
        Some(self.regex.replacen(text, limit, with).into_owned())
    }
}

impl FromStr for Substitution {
    type Err = Error;

    fn from_str(text: &str) -> Result<Substitution, Error> {
        let fault =
            |why: &str| Error::argument(format!("{text:?} is no substitution s/pattern/replacement/: {why}"));
        let rest = text.strip_prefix('s').ok_or_else(|| fault("it does not begin with s"))?;
        let delimiter = rest.chars().next().filter(|c| c.is_ascii_punctuation() && *c != '\\');
        let delimiter = delimiter.ok_or_else(|| fault("no punctuation after the s"))?;
        let rest = rest.cut(1..);
        let (pattern, rest) = upto(delimiter, rest).ok_or_else(|| fault("the pattern has no end"))?;
        let (with, flags) = upto(delimiter, rest).ok_or_else(|| fault("the replacement has no end"))?;
        let (mut all, mut fold) = (false, false);
        for flag in flags.chars() {
            match flag {
                'g' => all = true,
                'i' | 'I' => fold = true,
                other => return Err(fault(&format!("{other:?} is no flag"))),
            }
        }
        // An escaped delimiter is literal, even if it has a meaning in the pattern.
        let plain = regex::escape(delimiter.encode_utf8(&mut [0; 4]));
        let pattern = pattern.replace(&format!("\\{delimiter}"), &plain);
        let regex = RegexBuilder::new(&pattern).case_insensitive(fold).build().map_err(|error| {
            let message = error.to_string();
            let line = message.lines().rev().find_map(|line| line.strip_prefix("error: "));
            fault(line.unwrap_or(&message))
        })?;
        let with = pieces(with);
        for piece in &with {
            if let Piece::Group(group) = piece
                && *group >= regex.captures_len()
            {
                return Err(fault(&format!("the pattern has no group {group}")));
            }
        }
        Ok(Substitution { regex, with, all, text: text.to_owned() })
    }
}

impl fmt::Display for Substitution {
    /// Writes the text that was parsed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Splits the text at the first delimiter without a backslash before it.
fn upto(delimiter: char, text: &str) -> Option<(&str, &str)> {
    let mut escaped = false;
    for (at, character) in text.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            found if found == delimiter => {
                return Some((text.get(..at)?, text.get(at + 1..)?));
            }
            _ => {}
        }
    }
    None
}

/// Splits the replacement into literal text and groups.
fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut plain = String::new();
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        let group = match character {
            '&' => Some(0),
            '\\' => match characters.next() {
                Some(digit @ '0'..='9') => digit.to_digit(10).map(|digit| digit as usize),
                Some('n') => {
                    plain.push('\n');
                    None
                }
                Some('t') => {
                    plain.push('\t');
                    None
                }
                Some(other) => {
                    plain.push(other);
                    None
                }
                None => {
                    plain.push('\\');
                    None
                }
            },
            other => {
                plain.push(other);
                None
            }
        };
        if let Some(group) = group {
            if !plain.is_empty() {
                pieces.push(Piece::Text(std::mem::take(&mut plain)));
            }
            pieces.push(Piece::Group(group));
        }
    }
    if !plain.is_empty() {
        pieces.push(Piece::Text(plain));
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The results are those of GNU sed 4.9 with -E, but for `s|\||x|`, where the pattern of sed is an alternation.
    #[test]
    fn as_sed_does() {
        for (substitution, text, expected) in [
            ("s/a/b/", "banana", Some("bbnana")),
            ("s/a/b/g", "banana", Some("bbnbnb")),
            ("s/A/b/gi", "banana", Some("bbnbnb")),
            ("s/x/b/", "banana", None),
            ("s/a//g", "banana", Some("bnn")),
            (r"s/(an)+/[&]/", "banana", Some("b[anan]a")),
            (r"s/(b)(a)/\2\1/", "banana", Some("abnana")),
            (r"s/n/\&/", "banana", Some("ba&ana")),
            (r"s/n/\//", "banana", Some("ba/ana")),
            (r"s|n|/|g", "banana", Some("ba/a/a")),
            (r"s/\//|/", "a/b", Some("a|b")),
            (r"s|\||x|", "a|b", Some("axb")),
            (r"s/n/\n/", "an", Some("a\n")),
            (r"s/\s+$//", "title  ", Some("title")),
            (r"s/n/$1/", "an", Some("a$1")),
            (r"s/^/x/", "", Some("x")),
            (r"s/ə/e/g", "Gəncə", Some("Gence")),
            (r"s/\bN/n/", "Nizami", Some("nizami")),
            (r"s/(x)?n/<\1>/", "an", Some("a<>")),
        ] {
            let parsed: Substitution = substitution.parse().unwrap();
            assert_eq!(parsed.apply(text).as_deref(), expected, "{substitution} on {text:?}");
            assert_eq!(parsed.to_string(), substitution);
        }
    }

    #[test]
    fn what_is_none() {
        for (text, why) in [
            ("", "begin with s"),
            ("x/a/b/", "begin with s"),
            ("s", "punctuation"),
            ("sabab", "punctuation"),
            ("s/a", "pattern has no end"),
            ("s/a/b", "replacement has no end"),
            (r"s/a\/b/", "replacement has no end"),
            ("s/a/b/q", "flag"),
            ("s/(/b/", "unclosed"),
            (r"s/a/\1/", "group 1"),
        ] {
            let error = text.parse::<Substitution>().unwrap_err().to_string();
            assert!(error.contains(why), "{text}: {error}");
        }
    }
}
