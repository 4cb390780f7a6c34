//! Repairs text that is nearly JSON: the output of people and programs who mistake JavaScript for it.

use std::borrow::Cow;
use std::fmt::Write;

use crate::bytes::Cut;

/// What may come next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expect {
    /// A value, or a key in an object.
    Item,
    /// A colon.
    Colon,
    /// A comma, or the end of the object or array.
    Comma,
}

/// The deepest nesting that the parser of JSON reads.
const DEEPEST: usize = 128;

/// Repairs control characters in strings, escapes of no character, keys without quotes, and missing or extra commas.
/// `None` if there is nothing of that to repair, or there is any other fault.
///
/// Half of a surrogate pair becomes U+FFFD; a backslash that escapes nothing, one of the text.
pub(super) fn repair(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len() + 16);
    let mut open: Vec<char> = Vec::new();
    let mut expect = Expect::Item;
    let mut repaired = false;
    let mut rest = text.trim_ascii();
    // Offset of the last comma in the output, if nothing follows it.
    let mut comma = None;
    while let Some(first) = rest.chars().next() {
        if open.len() > DEEPEST {
            return None;
        }
        let in_object = open.last() == Some(&'{');
        let taken = match first {
            ' ' | '\t' | '\n' | '\r' => 1,
            '}' | ']' => {
                if expect == Expect::Colon || open.pop() != Some(if first == '}' { '{' } else { '[' }) {
                    return None;
                }
                if let Some(at) = comma.take() {
                    out.truncate(at);
                    repaired = true;
                }
                out.push(first);
                expect = Expect::Comma;
                1
            }
            ',' if expect == Expect::Comma => {
                comma = Some(out.len());
                out.push(',');
                expect = Expect::Item;
                1
            }
            ':' if expect == Expect::Colon => {
                out.push(':');
                // A value follows, not a key.
                let after = rest.get(1..)?;
                let value = after.trim_ascii_start();
                let blanks = after.len() - value.len();
                let len = match value.chars().next()? {
                    opening @ ('{' | '[') => {
                        out.push(opening);
                        open.push(opening);
                        expect = Expect::Item;
                        1
                    }
                    _ => {
                        let (piece, changed) = scalar(value)?;
                        repaired |= changed.is_some();
                        out.push_str(changed.as_deref().unwrap_or(piece));
                        expect = Expect::Comma;
                        piece.len()
                    }
                };
                len + blanks + 1
            }
            _ => {
                if expect == Expect::Colon {
                    return None;
                }
                if expect == Expect::Comma {
                    if open.is_empty() {
                        return None;
                    }
                    out.push(',');
                    repaired = true;
                }
                comma = None;
                match first {
                    '{' | '[' if !in_object => {
                        out.push(first);
                        open.push(first);
                        expect = Expect::Item;
                        1
                    }
                    '"' => {
                        let (piece, changed) = scalar(rest)?;
                        repaired |= changed.is_some();
                        out.push_str(changed.as_deref().unwrap_or(piece));
                        expect = if in_object { Expect::Colon } else { Expect::Comma };
                        piece.len()
                    }
                    _ if in_object => {
                        let len = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '$')?;
                        let name = rest.get(..len).filter(|name| !name.is_empty())?;
                        let _ = write!(out, "\"{name}\"");
                        repaired = true;
                        expect = Expect::Colon;
                        len
                    }
                    _ => {
                        let (piece, _) = scalar(rest)?;
                        out.push_str(piece);
                        expect = Expect::Comma;
                        piece.len()
                    }
                }
            }
        };
        rest = rest.get(taken..)?;
    }
    (repaired && open.is_empty() && expect == Expect::Comma).then_some(out)
}

/// Returns the string, number or word at the start of a text; a string with control characters also in its
/// repaired form.
fn scalar(text: &str) -> Option<(&str, Option<String>)> {
    if !text.starts_with('"') {
        let len = text.find(|c: char| !c.is_ascii_alphanumeric() && !"+-.".contains(c)).unwrap_or(text.len());
        let piece = text.get(..len)?;
        let word = matches!(piece, "true" | "false" | "null");
        return (word || piece.starts_with(|c: char| c == '-' || c.is_ascii_digit()))
            .then_some((piece, None));
    }
    string(text)
}

/// Returns the string at the start of a text; one that needs it also in its repaired form.
fn string(text: &str) -> Option<(&str, Option<String>)> {
    let bytes = text.as_bytes();
    let mut out: Option<String> = None;
    let (mut at, mut done) = (1usize, 0usize);
    loop {
        let (len, repaired) = match bytes.get(at)? {
            b'"' => break,
            b'\\' => escape(bytes.cut(at..))?,
            byte if *byte < b' ' => (1, Some(Cow::Owned(format!("\\u{byte:04x}")))),
            _ => (1, None),
        };
        if let Some(repaired) = repaired {
            let out = out.get_or_insert_default();
            out.push_str(text.cut(done..at));
            out.push_str(&repaired);
            done = at + len;
        }
        at += len;
    }
    if let Some(out) = &mut out {
        out.push_str(text.cut(done..at + 1));
    }
    Some((text.get(..at + 1)?, out))
}

/// Returns the length of the escape at the start of some bytes, and what to write if it escapes no character.
fn escape(bytes: &[u8]) -> Option<(usize, Option<Cow<'static, str>>)> {
    let next = bytes.get(1)?;
    let unit = |at: usize| -> Option<u16> {
        let digits = bytes.cut(at..).strip_prefix(b"\\u")?.get(..4)?;
        let digits = std::str::from_utf8(digits)
            .ok()
            .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
        u16::from_str_radix(digits, 16).ok()
    };
    Some(match (next, unit(0), unit(6)) {
        (b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't', ..) => (2, None),
        (b'u', Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => (12, None),
        (b'u', Some(0xD800..=0xDFFF), _) => (6, Some(Cow::Borrowed("\\ufffd"))),
        (b'u', Some(_), _) => (6, None),
        _ => (1, Some(Cow::Borrowed("\\\\"))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_mended() {
        for (text, expected) in [
            (r#"{"a":"b",}"#, r#"{"a":"b"}"#),
            ("[1,[2,],]", "[1,[2]]"),
            ("{\"a\":\"x\ny\t\"}", r#"{"a":"x\u000ay\u0009"}"#),
            (
                "{ a : \"b\", c: [ { d : 1 } { e : null } ] f : true }",
                r#"{"a":"b","c":[{"d":1},{"e":null}],"f":true}"#,
            ),
            (r#"{"a":{"b":[]},}"#, r#"{"a":{"b":[]}}"#),
            (
                r#"{"a":"\ud83d x \ude00\ud83d","b":"\ud83d\ude00"}"#,
                r#"{"a":"\ufffd x \ufffd\ufffd","b":"\ud83d\ude00"}"#,
            ),
            (r#"["D:\data\1 \u12 \é \"\\"]"#, r#"["D:\\data\\1 \\u12 \\é \"\\"]"#),
        ] {
            let repaired = repair(text).unwrap();
            assert_eq!(repaired, expected);
            assert!(serde_json::from_str::<serde_json::Value>(&repaired).is_ok());
        }
    }

    #[test]
    fn what_cannot_or_need_not() {
        for text in [
            r#"{"a":"b"}"#,
            "[1,2]",
            "",
            "{",
            r#"{"a":"b"#,
            r#"{"a"}"#,
            r#"{"a":}"#,
            "{]",
            "[,]",
            "[1,,2]",
            r#"{"a" "b"}"#,
            "[a]",
            "x",
            "[1] [2]",
            r#"{"a":"b",},"#,
            "{:1}",
            r#""\"#,
            "[undefined,]",
        ] {
            assert_eq!(repair(text), None, "{text}");
        }
    }
}
