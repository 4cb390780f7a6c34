//! Recognizes lines: leaders, fields, and all others.

use super::body::MARKS;
use super::leader::{LeaderLine, is_symbol, leader};
use crate::bytes::Cut;
use crate::format::lines::marks_len;
use crate::format::text::kit::is_blank;

/// A line, by what it begins with.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind<'a> {
    Blank,
    Leader(LeaderLine<'a>),
    /// A tag and what follows it.
    Field([u8; 3], &'a [u8]),
    Other,
}

/// Returns what a line is.
pub(super) fn kind(line: &[u8]) -> Kind<'_> {
    if is_blank(line) {
        return Kind::Blank;
    }
    if let Some(leader) = leader(line) {
        return Kind::Leader(leader);
    }
    match field(line) {
        Some((tag, rest)) => Kind::Field(tag, rest),
        None => Kind::Other,
    }
}

/// Returns a line without the marks of quotation that mail programs add, and without up to `indent` blanks.
pub(super) fn unquoted(mut line: &[u8], indent: usize) -> &[u8] {
    while let Some(quoted) = line.strip_prefix(b">") {
        line = quoted.strip_prefix(b" ").unwrap_or(quoted);
    }
    let blanks = line.iter().take(indent).take_while(|byte| **byte == b' ').count();
    line.get(blanks..).unwrap_or(line)
}

/// Returns the number of blanks before a leader; 0 if the line is none.
pub(super) fn indent(line: &[u8]) -> usize {
    let line = unquoted(line, 0);
    let blanks = line.iter().take_while(|byte| **byte == b' ').count();
    match blanks {
        1..=40
            if line.get(blanks..).is_some_and(|line| leader(line).is_some_and(|it| !it.label.is_empty())) =>
        {
            blanks
        }
        _ => 0,
    }
}

/// Returns the tag of a line and what follows it, if the line begins like a field.
fn field(line: &[u8]) -> Option<([u8; 3], &[u8])> {
    let (tag, rest) = line.split_first_chunk::<3>()?;
    let numeric = tag.iter().all(u8::is_ascii_digit);
    if !numeric && !(tag.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())) {
        return None;
    }
    let is_apart = matches!(rest, [] | [b' ' | b'\t', ..]) || rest.starts_with(NO_BREAK);
    let joined = match rest {
        [first, second, after @ ..]
            if is_indicator(*first) && (is_indicator(*second) || matches!(*second, b' ' | b'\t')) =>
        {
            mark_at_start(after.trim_ascii_start())
        }
        _ => false,
    };
    // Capitals are a tag only where nothing else can be meant.
    let named = numeric || matches!(tag, b"FMT" | b"SYS") || mark_at_start(after_gap(rest));
    (named && (is_apart || joined)).then_some((*tag, rest))
}

/// A no-break space, which web pages have in place of blanks.
pub(super) const NO_BREAK: &[u8] = "\u{A0}".as_bytes();

/// Returns whether a byte may be an indicator, or is shown for one that is blank.
pub(super) const fn is_indicator(byte: u8) -> bool {
    byte.is_ascii_digit() || is_symbol(byte)
}

/// Returns what follows blanks, tabs and indicators.
pub(super) fn after_gap(mut rest: &[u8]) -> &[u8] {
    let mut indicators = 0;
    loop {
        rest = match rest {
            [b' ' | b'\t', more @ ..] => more,
            [byte, more @ ..] if is_indicator(*byte) && indicators < 2 && !mark_at_start(rest) => {
                indicators += 1;
                more
            }
            _ => match rest.strip_prefix(NO_BREAK) {
                Some(more) => more,
                None => match marks_len(rest) {
                    0 => return rest,
                    marks => rest.cut(marks..),
                },
            },
        };
    }
}

/// Returns whether text begins with a mark and a code.
pub(super) fn mark_at_start(text: &[u8]) -> bool {
    MARKS.iter().any(|mark| mark.at_start(text))
}
