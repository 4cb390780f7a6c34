//! The search for the end of an object, without a look at what is in it.

use memchr::memchr3;

/// Keys with which a record begins. No object inside a record begins with one of them.
const FIRST_KEYS: [&[u8]; 5] = [
    b"leader\"".as_slice(),
    b"fields\"".as_slice(),
    b"mfn\"".as_slice(),
    b"status\"".as_slice(),
    b"version\"".as_slice(),
];
/// How much white space may stand between a brace and the first key of a record that is found again.
const INDENT: usize = 64;

/// What a scan came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// The object ends before this offset.
    End(usize),
    /// Another record begins at this offset, so this object has no end.
    Start(usize),
    /// More bytes are needed.
    More,
}

/// A scan through an object, which goes on where it stopped.
#[derive(Debug, Default, Clone)]
pub(super) struct Scan {
    /// How many bytes are done with.
    at: usize,
    depth: usize,
    in_string: bool,
}

impl Scan {
    /// Looks for the end of the object that begins `buf`; `eof` tells that there are no more bytes behind.
    pub(super) fn run(&mut self, buf: &[u8], eof: bool) -> Found {
        // Offsets in a slice are far from overflow.
        let Scan { mut at, mut depth, mut in_string } = *self;
        let found = loop {
            if in_string {
                let Some(event) = string_event(buf.get(at..).unwrap_or_default()) else {
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
                        // The value of a key is no new record.
                        let behind = buf.get(..at).unwrap_or_default().trim_ascii_end();
                        if depth > 0 && !behind.ends_with(b":") {
                            match record_start(buf.get(at..).unwrap_or_default(), eof) {
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

/// A search for the end of an array, which goes on where it stopped.
#[derive(Debug, Default, Clone)]
pub(super) struct ArrayScan {
    at: usize,
    depth: usize,
    in_string: bool,
}

impl ArrayScan {
    /// The length of the array that begins `buf`; `None` if it goes on behind the bytes.
    pub(super) fn run(&mut self, buf: &[u8]) -> Option<usize> {
        while let Some(byte) = buf.get(self.at) {
            let mut len = 1usize;
            match byte {
                b'"' => self.in_string = !self.in_string,
                b'\\' if self.in_string => {
                    // What is behind a backslash may not be there yet.
                    buf.get(self.at.saturating_add(1))?;
                    len = 2;
                }
                b'[' if !self.in_string => self.depth = self.depth.saturating_add(1),
                b']' if !self.in_string => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
            self.at = self.at.saturating_add(len);
            if self.depth == 0 {
                return Some(self.at);
            }
        }
        None
    }
}

/// There are too few bytes to tell.
struct TooFew;

/// A line end is no part of a string. Where one is in it, the string may not be closed: tells whether the next line
/// begins as a record does.
#[cold]
fn next_line(buf: &[u8], next: usize, eof: bool) -> Option<bool> {
    let line = buf.get(next..).unwrap_or_default();
    (line.len() >= 2 || eof).then(|| line.starts_with(b"{\""))
}

/// Where a string ends with a brace, and a word is behind it, brace and word belong together: tells where the brace
/// stands.
#[cold]
fn brace_and_word(buf: &[u8], quote: usize, eof: bool) -> Result<Option<usize>, TooFew> {
    match first_key(buf.get(quote + 1..).unwrap_or_default(), eof) {
        None => Err(TooFew),
        Some(true) => Ok(brace_before(buf.get(..quote).unwrap_or_default())),
        Some(false) => Ok(None),
    }
}

/// Where a string ends, or something else is to be seen to. Most strings are short.
#[inline]
fn string_event(bytes: &[u8]) -> Option<usize> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    // The lowest bit that is set is that of the first byte of the word that is `byte`.
    let find = |word: u64, byte: u8| {
        let zero = word ^ (ONES * u64::from(byte));
        zero.wrapping_sub(ONES) & !zero & HIGH
    };
    let (mut rest, mut offset) = (bytes, 0usize);
    for _ in 0..4 {
        let Some((chunk, behind)) = rest.split_first_chunk::<8>() else {
            let found = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | b'\n'));
            return found.map(|at| offset + at);
        };
        let word = u64::from_le_bytes(*chunk);
        let found = find(word, b'"') | find(word, b'\\') | find(word, b'\n');
        if found != 0 {
            return Some(offset + found.trailing_zeros() as usize / 8);
        }
        (rest, offset) = (behind, offset + 8);
    }
    memchr3(b'"', b'\\', b'\n', rest).map(|at| offset + at)
}

/// Whether these bytes, which begin with a brace, begin a record by its first key; `None` if there are too few.
#[inline]
pub(super) fn record_start(bytes: &[u8], eof: bool) -> Option<bool> {
    if let [_, b'"', byte, ..] = bytes
        && !begins_first_key(*byte)
    {
        return Some(false);
    }
    let inside = bytes.get(1..).unwrap_or_default();
    let blanks = inside.iter().take(INDENT).take_while(|byte| is_blank(**byte)).count();
    match inside.get(blanks) {
        Some(b'"') => first_key(inside.get(blanks.saturating_add(1)..).unwrap_or_default(), eof),
        None if !eof => None,
        _ => Some(false),
    }
}

/// Whether these bytes begin with a key that begins records, and the quote behind it; `None` if there are too few.
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

/// Where the brace stands that ends these bytes, but for white space.
fn brace_before(bytes: &[u8]) -> Option<usize> {
    let blanks = bytes.iter().rev().take(INDENT).take_while(|byte| is_blank(**byte)).count();
    let brace = bytes.len().checked_sub(blanks)?.checked_sub(1)?;
    (bytes.get(brace) == Some(&b'{') && brace > 0).then_some(brace)
}

pub(super) const fn is_blank(byte: u8) -> bool {
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
    }

    #[test]
    fn codes_that_look_like_keys_do_not_begin_records() {
        let text = r#"{"leader":"x","fields":[{"245":{"subfields":[{"l":"x"},{"f":"{"},{"m":"leader"}]}}]}"#;
        assert_eq!(scan(text), Found::End(text.len()));
    }
}
