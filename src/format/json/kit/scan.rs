//! Finds the end of an object without parsing its contents.

use crate::bytes::Cut;
use memchr::memchr3;

/// Keys that begin a record. No object inside a record begins with one of them.
const FIRST_KEYS: [&[u8]; 5] = [
    b"leader\"".as_slice(),
    b"fields\"".as_slice(),
    b"mfn\"".as_slice(),
    b"status\"".as_slice(),
    b"version\"".as_slice(),
];
/// The most white space between a brace and the first key of a record that is recognized after damage.
const INDENT: usize = 64;

/// The result of a scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::format::json) enum Found {
    /// The object ends before this offset.
    End(usize),
    /// Another record begins at this offset, so this object has no end.
    Start(usize),
    /// More bytes are needed.
    More,
}

/// A scan through an object that continues where it stopped.
#[derive(Debug, Default, Clone)]
pub(in crate::format::json) struct Scan {
    /// Number of bytes scanned.
    at: usize,
    depth: usize,
    in_string: bool,
}

impl Scan {
    /// Finds the end of the object that begins `buf`; `eof` says that no bytes follow.
    pub(in crate::format::json) fn run(&mut self, buf: &[u8], eof: bool) -> Found {
        // Offsets in a slice are far from overflow.
        let Scan { mut at, mut depth, mut in_string } = *self;
        let found = loop {
            if in_string {
                let Some(event) = string_event(buf.cut(at..)) else {
                    at = buf.len();
                    break Found::More;
                };
                at += event;
                match (buf.get(at), buf.get(at + 1)) {
                    (Some(b'"'), Some(b':' | b',' | b'}' | b']')) => {
                        in_string = false;
                        at += 1;
                    }
                    (Some(b'\\'), Some(_)) => at += 2,
                    (Some(b'\\'), None) => break Found::More,
                    (Some(b'\n'), _) => match next_line(buf, at + 1, eof) {
                        Some(true) => break Found::Start(at + 1),
                        Some(false) => at += 1,
                        None => break Found::More,
                    },
                    _ => match brace_and_word(buf, at, eof) {
                        Ok(None) => {
                            in_string = false;
                            at += 1;
                        }
                        Ok(Some(brace)) => break Found::Start(brace),
                        Err(TooFew) => break Found::More,
                    },
                }
            } else {
                match buf.get(at) {
                    None => break Found::More,
                    Some(b'"') => in_string = true,
                    Some(b'{') => {
                        if depth > 0 && !is_value(buf.cut(..at)) {
                            match record_start(buf.cut(at..), eof) {
                                None => break Found::More,
                                Some(true) => break Found::Start(at),
                                Some(false) => {}
                            }
                        }
                        depth += 1;
                    }
                    Some(b'}') => {
                        depth = depth.saturating_sub(1);
                        if depth == 0 {
                            break Found::End(at + 1);
                        }
                    }
                    Some(_) => {}
                }
                at += 1;
            }
        };
        *self = Scan { at, depth, in_string };
        found
    }
}

/// A search for the end of an array that continues where it stopped.
#[derive(Debug, Default, Clone)]
pub(in crate::format::json) struct ArrayScan {
    at: usize,
    depth: usize,
    in_string: bool,
}

impl ArrayScan {
    /// Returns the length of the element of an array that begins `buf`, and is no object; `None` if it continues after the
    /// bytes, 0 if it begins with a sign of another kind.
    pub(in crate::format::json) fn element(&mut self, buf: &[u8], eof: bool) -> Option<usize> {
        match buf.first()? {
            b'[' => self.run(buf),
            b'"' => {
                let mut escaped = false;
                let end = buf.iter().skip(1).position(|byte| {
                    let ends = *byte == b'"' && !escaped;
                    escaped = *byte == b'\\' && !escaped;
                    ends
                });
                end.map(|at| at + 2)
            }
            byte if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+') => {
                let is_word =
                    |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.' | b'_');
                let len = buf.iter().take_while(|byte| is_word(byte)).count();
                (len < buf.len() || eof).then_some(len)
            }
            _ => Some(0),
        }
    }

    /// Returns the length of the array that begins `buf`; `None` if it continues after the bytes.
    pub(in crate::format::json) fn run(&mut self, buf: &[u8]) -> Option<usize> {
        while let Some(byte) = buf.get(self.at) {
            let mut len = 1usize;
            match byte {
                b'"' => self.in_string = !self.in_string,
                b'\\' if self.in_string => {
                    // The byte after a backslash may be missing yet.
                    buf.get(self.at + 1)?;
                    len = 2;
                }
                b'[' if !self.in_string => self.depth += 1,
                b']' if !self.in_string => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
            self.at += len;
            if self.depth == 0 {
                return Some(self.at);
            }
        }
        None
    }
}

/// More bytes are needed to decide.
struct TooFew;

/// Returns whether the next line begins like a record: a line end is not allowed in a string, which may
/// therefore be unclosed.
#[cold]
fn next_line(buf: &[u8], next: usize, eof: bool) -> Option<bool> {
    let line = buf.cut(next..);
    (line.len() >= 2 || eof).then(|| line.starts_with(b"{\""))
}

/// Returns the offset of the brace before a string that ends with a brace and is followed by a word: brace
/// and word belong together.
#[cold]
fn brace_and_word(buf: &[u8], quote: usize, eof: bool) -> Result<Option<usize>, TooFew> {
    match first_key(buf.cut(quote + 1..), eof) {
        None => Err(TooFew),
        Some(true) => Ok(brace_before(buf.cut(..quote))),
        Some(false) => Ok(None),
    }
}

/// Returns the offset of the end of a string, or of another byte that needs attention. Most strings are
/// short.
#[inline]
fn string_event(bytes: &[u8]) -> Option<usize> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    // The lowest bit set belongs to the first byte of the word that equals `byte`.
    let find = |word: u64, byte: u8| {
        let zero = word ^ (ONES * u64::from(byte));
        zero.wrapping_sub(ONES) & !zero & HIGH
    };
    let (mut rest, mut offset) = (bytes, 0usize);
    for _ in 0..4 {
        let Some((chunk, after)) = rest.split_first_chunk::<8>() else {
            let found = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | b'\n'));
            return found.map(|at| offset + at);
        };
        let word = u64::from_le_bytes(*chunk);
        let found = find(word, b'"') | find(word, b'\\') | find(word, b'\n');
        if found != 0 {
            return Some(offset + found.trailing_zeros() as usize / 8);
        }
        (rest, offset) = (after, offset + 8);
    }
    memchr3(b'"', b'\\', b'\n', rest).map(|at| offset + at)
}

/// Returns whether these bytes, which begin with a brace, begin a record by its first key; `None` if more
/// bytes are needed.
#[inline]
pub(in crate::format::json) fn record_start(bytes: &[u8], eof: bool) -> Option<bool> {
    if let [_, b'"', byte, ..] = bytes
        && !begins_first_key(*byte)
    {
        return Some(false);
    }
    let inside = bytes.cut(1..);
    let blanks = inside.iter().take(INDENT).take_while(|byte| is_blank(**byte)).count();
    match inside.get(blanks) {
        Some(b'"') => first_key(inside.cut(blanks + 1..), eof),
        None if !eof => None,
        _ => Some(false),
    }
}

/// Returns whether these bytes begin with a key that begins records, and its quote; `None` if more bytes are
/// needed.
#[inline]
fn first_key(bytes: &[u8], eof: bool) -> Option<bool> {
    match bytes.first() {
        None if !eof => return None,
        Some(byte) if begins_first_key(*byte) => {}
        _ => return Some(false),
    }
    let is = |key: &[u8]| bytes.starts_with(key);
    let could_be = |key: &[u8]| !eof && key.starts_with(bytes);
    match FIRST_KEYS.into_iter().any(is) {
        true => Some(true),
        false if FIRST_KEYS.into_iter().any(could_be) => None,
        false => Some(false),
    }
}

const fn begins_first_key(byte: u8) -> bool {
    matches!(byte, b'l' | b'f' | b'm' | b's' | b'v')
}

/// Whether what follows these bytes is the value of a key, and so no new record. Fields, leaders and subfields are no
/// records: such a key lost its value.
fn is_value(before: &[u8]) -> bool {
    let Some(key) = before.trim_ascii_end().strip_suffix(b":") else { return false };
    let key = key.trim_ascii_end();
    let name = key.strip_suffix(b"\"").and_then(|key| key.rsplit(|byte| *byte == b'"').next());
    let is_tag = |name: &[u8]| match name {
        [_] | b"LDR" | b"ind1" | b"ind2" | b"fields" | b"leader" | b"subfields" => true,
        [a, b, c] => [a, b, c].into_iter().all(u8::is_ascii_digit),
        _ => false,
    };
    !name.is_some_and(is_tag)
}

/// Returns the offset of the brace that ends these bytes, except for white space.
fn brace_before(bytes: &[u8]) -> Option<usize> {
    let blanks = bytes.iter().rev().take(INDENT).take_while(|byte| is_blank(**byte)).count();
    let brace = bytes.len().checked_sub(blanks)?.checked_sub(1)?;
    (bytes.get(brace) == Some(&b'{') && brace > 0).then_some(brace)
}

pub(in crate::format::json) const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scan(text: &str) -> Found {
        let whole = Scan::default().run(text.as_bytes(), true);
        let mut scan = Scan::default();
        let mut found = Found::More;
        for len in 0..=text.len() {
            found = scan.run(&text.as_bytes()[..len], len == text.len());
            if found != Found::More {
                break;
            }
        }
        assert_eq!(found, whole, "byte by byte: {text}");
        whole
    }

    #[test]
    fn ends_at_the_brace_that_closes() {
        assert_eq!(scan("{}"), Found::End(2));
        assert_eq!(scan(r#"{"a":{"b":"}\"}"},"c":[{}]} {"#), Found::End(27));
        assert_eq!(scan(r#"{"a":"\\"}"#), Found::End(10));
        assert_eq!(scan(r#"{"a":"#), Found::More);
        assert_eq!(scan(r#"{"a":"\"#), Found::More);
        assert_eq!(scan("{\"a\":\"a long string with an end of line\n in it\"}"), Found::End(48));
    }

    #[test]
    fn or_where_another_record_begins() {
        assert_eq!(scan("{\"leader\":\"x\",\n{\"leader\":\"y\"}"), Found::Start(15));
        assert_eq!(scan("{\"leader\":[{ \n\t\"fields\":[]}"), Found::Start(11));
        assert_eq!(scan("{\"leader\":\"x,\n{\"leader\":\"y\"}"), Found::Start(14));
        assert_eq!(scan("{\"leader\":\"x,\n{\"other\":\"y\"}"), Found::Start(14));
        assert_eq!(scan("{\"leader\":\"x}, {\"mfn\":1}"), Found::Start(15));
        assert_eq!(scan("{\"leader\":\"x}, { \"version\":1}"), Found::Start(15));
        assert_eq!(scan("{\"leader\":\"x\",\"fields\":\n{\"leader\":\"y\"}"), Found::Start(24));
        assert_eq!(scan("{\"marc\":{\"leader\":\"y\"}}"), Found::End(23));
    }

    #[test]
    fn codes_that_look_like_keys_do_not_begin_records() {
        let text = r#"{"leader":"x","fields":[{"245":{"subfields":[{"l":"x"},{"f":"{"},{"m":"leader"}]}}]}"#;
        assert_eq!(scan(text), Found::End(text.len()));
    }
}
