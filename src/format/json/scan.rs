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
#[derive(Debug, Default)]
pub(super) struct Scan {
    /// How many bytes are done with.
    at: usize,
    depth: usize,
    in_string: bool,
}

impl Scan {
    /// Looks for the end of the object that begins `buf`; `eof` tells that there are no more bytes behind.
    pub(super) fn run(&mut self, buf: &[u8], eof: bool) -> Found {
        loop {
            let rest = buf.get(self.at..).unwrap_or_default();
            let found = match self.in_string {
                true => string_event(rest),
                false => rest.iter().position(|byte| matches!(byte, b'"' | b'{' | b'}')),
            };
            let Some(found) = found else {
                self.at = buf.len();
                return Found::More;
            };
            let at = self.at.saturating_add(found);
            let next = at.saturating_add(1);
            self.at = at;
            match (self.in_string, buf.get(at)) {
                (true, Some(b'\\')) => {
                    if next >= buf.len() {
                        return Found::More;
                    }
                    self.at = next.saturating_add(1);
                }
                // A line end is no part of a string. Is this one not closed, and the next line a record?
                (true, Some(b'\n')) => {
                    let behind = buf.get(next..).unwrap_or_default();
                    if behind.len() < 2 && !eof {
                        return Found::More;
                    }
                    if behind.starts_with(b"{\"") {
                        return Found::Start(next);
                    }
                    self.at = next;
                }
                // A string that ends with a brace, and behind it a word: the brace and the word belong together.
                (true, _) => {
                    match first_key(buf.get(next..).unwrap_or_default(), eof) {
                        None => return Found::More,
                        Some(true) => {
                            if let Some(brace) = brace_before(buf.get(..at).unwrap_or_default()) {
                                return Found::Start(brace);
                            }
                        }
                        Some(false) => {}
                    }
                    self.in_string = false;
                    self.at = next;
                }
                (false, Some(b'"')) => {
                    self.in_string = true;
                    self.at = next;
                }
                (false, Some(b'{')) => {
                    if self.depth > 0 {
                        match record_start(buf.get(at..).unwrap_or_default(), eof) {
                            None => return Found::More,
                            Some(true) => return Found::Start(at),
                            Some(false) => {}
                        }
                    }
                    self.depth = self.depth.saturating_add(1);
                    self.at = next;
                }
                _ => {
                    self.depth = self.depth.saturating_sub(1);
                    self.at = next;
                    if self.depth == 0 {
                        return Found::End(next);
                    }
                }
            }
        }
    }
}

/// Where a string ends, or something else is to be seen to. Most strings are short.
#[inline]
fn string_event(bytes: &[u8]) -> Option<usize> {
    const NEAR: usize = 12;
    let near = bytes.get(..NEAR).unwrap_or(bytes);
    if let Some(at) = near.iter().position(|byte| matches!(byte, b'"' | b'\\' | b'\n')) {
        return Some(at);
    }
    let far = bytes.get(NEAR..)?;
    memchr3(b'"', b'\\', b'\n', far).map(|at| at.saturating_add(NEAR))
}

/// Whether these bytes, which begin with a brace, begin a record by its first key; `None` if there are too few.
#[inline]
pub(super) fn record_start(bytes: &[u8], eof: bool) -> Option<bool> {
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
        Some(b'l' | b'f' | b'm' | b's' | b'v') => {}
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
        assert_eq!(scan("{\"a\":\"a long string with an end of line\n in it\"}"), Found::End(49));
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
