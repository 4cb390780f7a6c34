//! Text that is nearly JSON, made JSON: what people and programs write who take JavaScript for it.

use std::fmt::Write;

/// What is written next may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expect {
    /// A value, or a key in an object.
    Item,
    /// A colon.
    Colon,
    /// A comma, or the end of the object or array.
    Comma,
}

/// Mends control characters in strings, keys without quotes, and commas that are missing or too many. `None` if there is
/// nothing of that to mend, or anything else is wrong.
pub(super) fn mend(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len().saturating_add(16));
    let mut open: Vec<char> = Vec::new();
    let mut expect = Expect::Item;
    let mut mended = false;
    let mut rest = text.trim_ascii();
    // Where the last comma stands in the output, if nothing stands behind it.
    let mut comma = None;
    while let Some(first) = rest.chars().next() {
        let in_object = open.last() == Some(&'{');
        let taken = match first {
            ' ' | '\t' | '\n' | '\r' => 1,
            '}' | ']' => {
                if expect == Expect::Colon || open.pop() != Some(if first == '}' { '{' } else { '[' }) {
                    return None;
                }
                if let Some(at) = comma.take() {
                    out.truncate(at);
                    mended = true;
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
                // A value follows, and no key.
                let behind = rest.get(1..)?;
                let value = behind.trim_ascii_start();
                let blanks = behind.len().saturating_sub(value.len());
                let len = match value.chars().next()? {
                    opening @ ('{' | '[') => {
                        out.push(opening);
                        open.push(opening);
                        expect = Expect::Item;
                        1
                    }
                    _ => {
                        let (piece, changed) = scalar(value)?;
                        mended |= changed.is_some();
                        out.push_str(changed.as_deref().unwrap_or(piece));
                        expect = Expect::Comma;
                        piece.len()
                    }
                };
                len.saturating_add(blanks).saturating_add(1)
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
                    mended = true;
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
                        mended |= changed.is_some();
                        out.push_str(changed.as_deref().unwrap_or(piece));
                        expect = if in_object { Expect::Colon } else { Expect::Comma };
                        piece.len()
                    }
                    _ if in_object => {
                        let len = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '$')?;
                        let name = rest.get(..len).filter(|name| !name.is_empty())?;
                        let _ = write!(out, "\"{name}\"");
                        mended = true;
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
    (mended && open.is_empty() && expect == Expect::Comma).then_some(out)
}

/// The string, number or word with which a text begins; a string with control characters also as it should be.
fn scalar(text: &str) -> Option<(&str, Option<String>)> {
    if !text.starts_with('"') {
        let len = text.find(|c: char| !c.is_ascii_alphanumeric() && !"+-.".contains(c)).unwrap_or(text.len());
        let piece = text.get(..len)?;
        let word = matches!(piece, "true" | "false" | "null");
        return (word || piece.starts_with(|c: char| c == '-' || c.is_ascii_digit()))
            .then_some((piece, None));
    }
    let bytes = text.as_bytes();
    let mut at = 1usize;
    let mut control = false;
    loop {
        match bytes.get(at)? {
            b'"' => break,
            b'\\' => at = at.saturating_add(2),
            byte => {
                control |= *byte < b' ';
                at = at.saturating_add(1);
            }
        }
    }
    let piece = text.get(..at.saturating_add(1))?;
    let escaped = || {
        let mut out = String::with_capacity(piece.len());
        for character in piece.chars() {
            match character {
                '\0'..='\x1F' => {
                    let _ = write!(out, "\\u{:04x}", u32::from(character));
                }
                other => out.push(other),
            }
        }
        out
    };
    Some((piece, control.then(escaped)))
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
        ] {
            let mended = mend(text).unwrap();
            assert_eq!(mended, expected);
            assert!(serde_json::from_str::<serde_json::Value>(&mended).is_ok());
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
            assert_eq!(mend(text), None, "{text}");
        }
    }
}
