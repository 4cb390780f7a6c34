//! Filters compiled and evaluated.

use super::expr::{Expr, How, Literal, Order, Test};
use super::options::FilterOptions;
use crate::charset::Charset;
use crate::path::{FieldPath, SelectOptions, composed};
use crate::record::{RecordRef, Text};

/// A compiled filter.
#[derive(Debug, Clone)]
pub(super) struct Compiled {
    node: Node,
    select: SelectOptions,
}

#[derive(Debug, Clone)]
enum Node {
    Or(Vec<Node>),
    Xor(Vec<Node>),
    And(Vec<Node>),
    Not(Box<Node>),
    Exists(FieldPath),
    Count(FieldPath, Order, u64),
    Test { all: bool, path: FieldPath, negated: bool, matcher: Matcher },
}

/// Decides whether a value is one of those wanted.
#[derive(Debug, Clone)]
enum Matcher {
    /// Compares the whole value, its start, its end or a part.
    Part {
        how: How,
        needles: Vec<String>,
        ascii: bool,
        fold: bool,
        nfc: bool,
    },
    Similar {
        needles: Vec<String>,
        threshold: f64,
        fold: bool,
    },
    #[cfg(feature = "regex")]
    Regex(regex::bytes::RegexSet),
    Numbers(Order, Vec<i64>),
    Texts(Order, Vec<String>),
}

impl Compiled {
    pub(super) fn new(expr: &Expr, options: FilterOptions) -> Result<Compiled, String> {
        Ok(Compiled { node: Node::new(expr, options)?, select: options.select })
    }

    #[inline]
    pub(super) fn matches(&self, record: RecordRef<'_>) -> bool {
        self.node.holds(record, self.select)
    }
}

impl Node {
    fn new(expr: &Expr, options: FilterOptions) -> Result<Node, String> {
        let all = |parts: &[Expr]| -> Result<Vec<_>, String> {
            parts.iter().map(|part| Node::new(part, options)).collect()
        };
        Ok(match expr {
            Expr::Or(parts) => Node::Or(all(parts)?),
            Expr::Xor(parts) => Node::Xor(all(parts)?),
            Expr::And(parts) => Node::And(all(parts)?),
            Expr::Not(part) => Node::Not(Box::new(Node::new(part, options)?)),
            Expr::Exists(path) => Node::Exists(path.clone()),
            Expr::Count(path, order, number) => Node::Count(path.clone(), *order, *number),
            Expr::Test(test) => Node::Test {
                all: test.all,
                path: test.path.clone(),
                negated: test.negated,
                matcher: Matcher::new(test, options)?,
            },
        })
    }

    fn holds(&self, record: RecordRef<'_>, select: SelectOptions) -> bool {
        match self {
            Node::Or(parts) => parts.iter().any(|part| part.holds(record, select)),
            Node::Xor(parts) => parts.iter().filter(|part| part.holds(record, select)).count() % 2 == 1,
            Node::And(parts) => parts.iter().all(|part| part.holds(record, select)),
            Node::Not(part) => !part.holds(record, select),
            Node::Exists(path) => path.any_element(record, select, |_| true),
            Node::Count(path, order, number) => {
                let count = record.select_with(path, select).count() as u64;
                order.holds(count.cmp(number))
            }
            Node::Test { all: false, path, negated, matcher } => {
                path.any_element(record, select, |text| matcher.matches(text) != *negated)
            }
            Node::Test { all: true, path, negated, matcher } => {
                let mut some = false;
                let fails = path.any_element(record, select, |text| {
                    some = true;
                    matcher.matches(text) == *negated
                });
                some && !fails
            }
        }
    }
}

fn text_of(literal: &Literal) -> String {
    match literal {
        Literal::Text(text) => text.clone(),
        Literal::Number(number) => number.to_string(),
    }
}

impl Matcher {
    fn new(test: &Test, options: FilterOptions) -> Result<Matcher, String> {
        let fold = options.ignore_case;
        let nfc = options.select.nfc;
        let prepared = |literal: &Literal| {
            let text = text_of(literal);
            let text = if nfc { composed(text.into()).into_owned() } else { text };
            if fold { text.to_lowercase() } else { text }
        };
        match test.how {
            How::Regex => {
                let patterns: Vec<_> = test.literals.iter().map(text_of).collect();
                regex(&patterns, fold)
            }
            How::Similar => {
                let needles = test.literals.iter().map(prepared).collect();
                Ok(Matcher::Similar { needles, threshold: options.threshold, fold })
            }
            How::Ordered(order) => {
                let number = |literal: &Literal| match literal {
                    Literal::Number(number) => Some(*number),
                    Literal::Text(_) => None,
                };
                let numbers: Option<Vec<_>> = test.literals.iter().map(number).collect();
                Ok(match numbers {
                    Some(numbers) => Matcher::Numbers(order, numbers),
                    None => Matcher::Texts(order, test.literals.iter().map(text_of).collect()),
                })
            }
            how => {
                let needles: Vec<_> = test.literals.iter().map(prepared).collect();
                let ascii = needles.iter().all(|needle| needle.is_ascii());
                Ok(Matcher::Part { how, needles, ascii, fold, nfc })
            }
        }
    }

    fn matches(&self, text: Text<'_>) -> bool {
        match self {
            Matcher::Part { how, needles, ascii, fold, nfc } => {
                let raw = text.as_bytes();
                if !fold && (!nfc || raw.is_ascii()) && is_comparable(text, *ascii) {
                    return needles.iter().any(|needle| is_part(*how, raw, needle.as_bytes()));
                }
                let decoded = text.to_str_lossy();
                let decoded = if *nfc { composed(decoded) } else { decoded };
                let lowered;
                let value = if *fold {
                    lowered = decoded.to_lowercase();
                    lowered.as_str()
                } else {
                    &decoded
                };
                needles.iter().any(|needle| is_part(*how, value.as_bytes(), needle.as_bytes()))
            }
            Matcher::Similar { needles, threshold, fold } => {
                let decoded = text.to_str_lossy();
                let value = if *fold { decoded.to_lowercase() } else { decoded.into_owned() };
                needles.iter().any(|needle| is_similar(&value, needle, *threshold))
            }
            #[cfg(feature = "regex")]
            Matcher::Regex(set) => match text.charset() == Charset::Utf8 {
                true => set.is_match(text.as_bytes()),
                false => set.is_match(text.to_str_lossy().as_bytes()),
            },
            Matcher::Numbers(order, numbers) => {
                let value = std::str::from_utf8(text.as_bytes())
                    .ok()
                    .and_then(|text| text.trim().parse::<i64>().ok());
                value.is_some_and(|value| numbers.iter().any(|number| order.holds(value.cmp(number))))
            }
            Matcher::Texts(order, texts) => {
                let value = text.to_str_lossy();
                texts.iter().any(|text| order.holds(value.as_ref().cmp(text)))
            }
        }
    }
}

/// Returns whether the bytes of a value can be compared with those of a needle in UTF-8.
fn is_comparable(text: Text<'_>, ascii: bool) -> bool {
    match text.charset() {
        Charset::Utf8 => true,
        Charset::Unimarc { g0, .. } if g0 != 1 => false,
        // Escape sequences give ASCII bytes other meanings.
        _ => ascii && !text.as_bytes().contains(&0x1B),
    }
}

fn is_part(how: How, value: &[u8], needle: &[u8]) -> bool {
    match how {
        How::StartsWith => value.starts_with(needle),
        How::EndsWith => value.ends_with(needle),
        How::Contains => memchr::memmem::find(value, needle).is_some(),
        _ => value == needle,
    }
}

/// Returns whether the edit distance is small relative to the length. Lengths that differ too much decide
/// before any work quadratic in them.
fn is_similar(value: &str, needle: &str, threshold: f64) -> bool {
    let (a, b) = (value.chars().count() as f64, needle.chars().count() as f64);
    a.min(b) >= threshold * a.max(b) && strsim::normalized_levenshtein(value, needle) >= threshold
}

#[cfg(feature = "regex")]
fn regex(patterns: &[String], fold: bool) -> Result<Matcher, String> {
    let set = regex::bytes::RegexSetBuilder::new(patterns).case_insensitive(fold).build();
    set.map(Matcher::Regex).map_err(|error| {
        let message = error.to_string();
        let line = message.lines().rev().find_map(|line| line.strip_prefix("error: ")).unwrap_or(&message);
        format!("not a regular expression: {line}")
    })
}

#[cfg(not(feature = "regex"))]
fn regex(_: &[String], _: bool) -> Result<Matcher, String> {
    Err("regular expressions are not compiled in: the feature `regex` is off".to_owned())
}
