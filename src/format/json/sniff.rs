//! Evidence for the JSON formats in the first bytes of an input.

use memchr::memmem;

use crate::bytes::Cut;
use crate::format::verdict::{Confidence, Miss, Sample, Verdict, miss};

/// Returns why a sample is no MARC-in-JSON; `None` if it may be.
fn no_json(sample: &[u8]) -> Option<Miss> {
    if !sample.starts_with(b"{") && !sample.starts_with(b"[") {
        return Some(Miss { nearness: 0, why: "it begins with neither { nor [".to_owned() });
    }
    let is_empty = sample.strip_prefix(b"[").is_some_and(|rest| rest.trim_ascii_start().starts_with(b"]"));
    // Includes the shapes of Catmandu, Avram, FOLIO and OCLC; the last is often not strictly JSON.
    let keys = ["\"fields\"", "\"record\"", "\"parsedRecord\"", "controlfield", "datafield"];
    let has = |key: &str| memmem::find(sample, key.as_bytes()).is_some();
    if is_empty || has_rows(sample) || keys.into_iter().any(has) {
        return None;
    }
    Some(Miss { nearness: 3, why: "no object in it has a member \"fields\"".to_owned() })
}

/// Returns whether a sample begins with arrays of strings in arrays.
fn has_rows(sample: &[u8]) -> bool {
    let mut tokens = sample.iter().filter(|byte| !byte.is_ascii_whitespace());
    let opening = tokens.by_ref().take_while(|byte| **byte == b'[').count();
    // The brackets were counted together with the quote.
    let quote = sample.iter().filter(|byte| !byte.is_ascii_whitespace()).nth(opening) == Some(&b'"');
    matches!(opening, 2 | 3) && quote
}

/// Returns the number of lines, and the number of those that look like a whole object; the last line, which
/// may be cut, is excluded.
fn object_lines(sample: &[u8]) -> (usize, usize) {
    let end = memchr::memrchr(b'\n', sample).unwrap_or_default();
    let lines = sample.cut(..end).split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    let lines = lines.filter(|line| !line.is_empty());
    let whole = |line: &&[u8]| {
        line.starts_with(b"{") && line.ends_with(b"}") || line.starts_with(b"[[") && line.ends_with(b"]]")
    };
    let objects = lines.clone().filter(whole);
    (lines.count(), objects.count())
}

/// Returns whether the sample is one line, which may be cut.
fn is_one_line(sample: &[u8]) -> bool {
    !sample.trim_ascii_end().contains(&b'\n')
}

pub(crate) fn array(sample: &Sample<'_>) -> Verdict {
    let sample = sample.content;
    if let Some(miss) = no_json(sample) {
        return Err(miss);
    }
    if let Some(rest) = sample.strip_prefix(b"[") {
        return match rest.trim_ascii_start().first() {
            Some(b'{' | b']') => Ok((Confidence::Certain, "a JSON array of records".to_owned())),
            Some(b'[') if has_rows(sample) && object_lines(sample).1 < 2 => {
                Ok((Confidence::Certain, "JSON arrays of tags, indicators, codes and values".to_owned()))
            }
            Some(b'[') if has_rows(sample) => miss(2, "it has a record on each line"),
            Some(_) if sample.contains(&b'{') => {
                Ok((Confidence::Likely, "a JSON array, which does not begin with a record".to_owned()))
            }
            _ => miss(3, "it is an array of something else than objects"),
        };
    }
    if is_one_line(sample) {
        return Ok((Confidence::Likely, "one JSON object, which is a record".to_owned()));
    }
    match object_lines(sample) {
        (lines, objects) if 2 * objects > lines => miss(2, "it has an object on each line"),
        _ => Ok((Confidence::Likely, "a JSON object over several lines, which is a record".to_owned())),
    }
}

pub(crate) fn lines(sample: &Sample<'_>) -> Verdict {
    let sample = sample.content;
    if let Some(miss) = no_json(sample) {
        return Err(miss);
    }
    if !sample.starts_with(b"{") && object_lines(sample).1 < 2 {
        return miss(2, "it is one JSON array");
    }
    if is_one_line(sample) {
        return Ok((Confidence::Likely, "a line with a JSON object, which is a record".to_owned()));
    }
    match object_lines(sample) {
        (lines, objects) if objects == lines => {
            Ok((Confidence::Certain, "a JSON object on each line".to_owned()))
        }
        (lines, objects) if 2 * objects > lines => {
            Ok((Confidence::Likely, format!("a JSON object on {objects} of the first {lines} lines")))
        }
        _ => miss(2, "it has JSON objects over several lines"),
    }
}
