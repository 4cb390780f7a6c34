//! Lists of records inside objects, such as the answers of servers: where they begin, and what is around them.

use crate::bytes::Cut;
use crate::format::json::kit::{is_blank, record_start};

/// The names of lists of records in the answers of FOLIO, whose records have many shapes.
const LISTS: [&[u8]; 2] = [b"\"sourceRecords\"", b"\"records\""];
/// The keys of records.
const KEYS: [&[u8]; 6] =
    [b"\"leader\"", b"\"fields\"", b"\"mfn\"", b"\"parsedRecord\"", b"\"controlfield\"", b"\"datafield\""];
/// The most bytes in which a list of records must begin, and the most objects and arrays around it.
const HEAD: usize = 1 << 16;
const DEEPEST: usize = 16;

/// The objects and arrays that are open around a list of records.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Around {
    /// How many are open.
    pub(super) depth: usize,
    /// Which of the outermost 64 are arrays, by bits.
    arrays: u64,
    /// Whether a string is open.
    pub(super) in_string: bool,
    escaped: bool,
}

impl Around {
    /// Opens an object or an array.
    pub(super) fn open(&mut self, byte: u8) {
        let bit = bit(self.depth);
        self.arrays = if byte == b'[' { self.arrays | bit } else { self.arrays & !bit };
        self.depth += 1;
    }

    /// Closes the innermost. Returns whether it is one that this byte closes.
    pub(super) fn close(&mut self, byte: u8) -> bool {
        let Some(depth) = self.depth.checked_sub(1) else { return false };
        self.depth = depth;
        let bit = bit(depth);
        bit == 0 || (self.arrays & bit != 0) == (byte == b']')
    }

    /// Passes over bytes, up to the end of the outermost object or to a `[`; returns how many, at least one. As an error,
    /// up to a bracket that closes something else: nothing is certain after it.
    pub(super) fn pass(&mut self, bytes: &[u8]) -> Result<usize, usize> {
        for (at, byte) in bytes.iter().enumerate() {
            match byte {
                _ if std::mem::take(&mut self.escaped) => {}
                b'\\' if self.in_string => self.escaped = true,
                b'"' => self.in_string = !self.in_string,
                _ if self.in_string => {}
                b'[' if at > 0 => return Ok(at),
                b'{' | b'[' => self.open(*byte),
                b'}' | b']' => match self.close(*byte) {
                    false => return Err(at + 1),
                    true if self.depth == 0 => return Ok(at + 1),
                    true => {}
                },
                _ => {}
            }
        }
        Ok(bytes.len())
    }
}

/// Returns the bit of a depth; 0 beyond 64.
fn bit(depth: usize) -> u64 {
    u32::try_from(depth).ok().and_then(|depth| 1u64.checked_shl(depth)).unwrap_or(0)
}

/// Returns the length of the text before the first record of a list, and which objects and arrays are around the
/// list, if an object holds one; 0 if it is a record itself, or no list begins in its head; `None` if more bytes are
/// needed.
pub(super) fn list_start(bytes: &[u8], eof: bool) -> Option<(usize, Around)> {
    let none = || Some((0, Around::default()));
    let more = || if eof { none() } else { None };
    let (mut at, mut around, mut key) = (0usize, Around::default(), &b""[..]);
    while at < HEAD && around.depth <= DEEPEST {
        let Some(byte) = bytes.get(at) else { return more() };
        let here = at;
        at += 1;
        match byte {
            b'"' => {
                let Some(len) = string_len(bytes.cut(here..)) else { return more() };
                at = here + len;
                let blanks = bytes.cut(at..).iter().take_while(|byte| is_blank(**byte)).count();
                match bytes.get(at + blanks) {
                    None => return more(),
                    Some(b':') => {
                        key = bytes.cut(here..at);
                        if around.depth == 1 && KEYS.contains(&key) {
                            return none();
                        }
                        at += blanks + 1;
                    }
                    Some(_) => {}
                }
            }
            b'[' => {
                let list = match list_in(bytes.cut(here..), eof) {
                    // Of these lists the name is enough; an empty one is a list without records.
                    Some(0) if LISTS.contains(&key) => match first_in(bytes.cut(here..)) {
                        (_, None) => return more(),
                        (len, Some(_)) => Some(len),
                    },
                    list => list,
                };
                match list {
                    None => return None,
                    Some(0) => around.open(b'['),
                    Some(len) => return Some((here + len, around)),
                }
            }
            b'{' => around.open(b'{'),
            b'}' | b']' => {
                around.close(*byte);
                if around.depth == 0 {
                    return none();
                }
            }
            _ => {}
        }
    }
    none()
}

/// Returns the length of the text before the first element of an array, and that element's first byte.
fn first_in(bytes: &[u8]) -> (usize, Option<u8>) {
    let blanks = bytes.cut(1..).iter().take_while(|byte| is_blank(**byte)).count();
    (blanks + 1, bytes.get(blanks + 1).copied())
}

/// Returns the length of the text before the first record, if an array begins with one that is known by its first key;
/// 0 if it does not; `None` if more bytes are needed.
pub(super) fn list_in(bytes: &[u8], eof: bool) -> Option<usize> {
    match first_in(bytes) {
        (_, None) => eof.then_some(0),
        (len, Some(b'{')) => Some(if record_start(bytes.cut(len..), eof)? { len } else { 0 }),
        _ => Some(0),
    }
}

/// Returns the length of the string at the start of some bytes; `None` if it does not end.
fn string_len(bytes: &[u8]) -> Option<usize> {
    let mut at = 1usize;
    loop {
        match bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// Returns whether an array holds the rows of a record, not records: its first element is an array that begins with a tag
/// and two indicators. `None` if more bytes are needed.
pub(super) fn rows_start(bytes: &[u8], eof: bool) -> Option<bool> {
    let is_tag = |token: &[u8]| matches!(token, [b'"', a, b, c, b'"'] if [a, b, c].iter().all(|byte| byte.is_ascii_alphanumeric()));
    let is_indicator =
        |token: &[u8]| token == b"null" || token == b"\"\"" || matches!(token, [b'"', _, b'"']);
    let mut rest = bytes;
    for number in 0..7 {
        let Some(token) = token(&mut rest) else { return eof.then_some(false) };
        let fits = match number {
            0 | 1 => token == b"[",
            2 => is_tag(token),
            4 | 6 => is_indicator(token),
            _ => token == b",",
        };
        if !fits {
            return Some(false);
        }
    }
    Some(true)
}

/// Takes the next sign, `null` or short string; `None` if it may continue after the bytes.
fn token<'b>(rest: &mut &'b [u8]) -> Option<&'b [u8]> {
    let blanks = rest.iter().take_while(|byte| is_blank(**byte)).count();
    let bytes = rest.cut(blanks..);
    let len = match bytes.first()? {
        b'"' => match memchr::memchr(b'"', bytes.cut(1..)) {
            Some(len) => len + 2,
            None if bytes.len() < 8 => return None,
            None => 8,
        },
        b'n' if bytes.len() < 4 => return None,
        b'n' => 4,
        _ => 1,
    };
    let (token, after) = bytes.split_at_checked(len)?;
    *rest = after;
    Some(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_a_list_begins() {
        for (text, expected) in [
            (r#"{"records":[{"x":1}]}"#, (12, 1)),
            (r#"{"records": [ ]}"#, (14, 1)),
            (r#"{"total":2,"sourceRecords":[{"parsedRecord":{}}]}"#, (28, 1)),
            (r#"{"answer":{"tags":["a","]"],"items":[{"leader":"x"}]}}"#, (37, 2)),
            (r#"{"leader":"x","fields":[{"leader":"y"}]}"#, (0, 0)),
            (r#"{"_id":"x","record":[["LDR",null,null,"_","x"]]}"#, (0, 0)),
            (r#"{"id":1,"fields":[{"001":"x"}]}"#, (0, 0)),
            (r#"{"a":[{"b":1}]}"#, (0, 0)),
            ("{}", (0, 0)),
        ] {
            let start = |text: &[u8], eof| list_start(text, eof).map(|(len, around)| (len, around.depth));
            assert_eq!(start(text.as_bytes(), true), Some(expected), "{text}");
            for cut in 0..text.len() {
                let early = start(&text.as_bytes()[..cut], false);
                assert!(early.is_none() || early == Some(expected), "{text} cut at {cut}: {early:?}");
            }
        }
    }

    #[test]
    fn rows_and_other_arrays() {
        for (text, expected) in [
            (r#"[["LDR",null,null,"_","x"]]"#, true),
            (r#" [ [ "245", "1" , " ","a","x"]]"#, true),
            (r#"[["made by","x"]]"#, false),
            (r#"[["abc","def"]]"#, false),
            (r#"[[1,2]]"#, false),
            (r#"[{"leader":"x"}]"#, false),
        ] {
            assert_eq!(rows_start(text.as_bytes(), true), Some(expected), "{text}");
        }
    }
}
