//! The decision for a record in XML or JSON, whose text is decoded before it is parsed.

#[cfg(feature = "xml")]
use super::CHARSET_MISMATCH;
use memchr::memchr;

use super::declared::Prior;
use super::head::Head;
use super::{ESCAPE, judge};
use crate::charset::{Charset, Policy, Reason, has_nonsorting};
use crate::finding::Findings;
use crate::record::Record;

/// How many bits a byte takes at most in words, where a document names a set that is not tried: usual words take four to
/// five, text of another set more than six.
const WORDS: f32 = 6.0;
/// Of how many bytes beyond ASCII one may have no meaning in a set that is named and not tried.
const DAMAGED: u64 = 20;

/// Decodes the bytes of a record in XML or JSON that is not UTF-8: value by value, as they stand between the markup.
/// `named` is the set that the document names. Returns the set and why, and how many sequences could not be decoded.
pub(crate) fn decode_document(
    bytes: &[u8],
    named: Option<Charset>,
    head: &Head,
    text: &mut String,
    findings: &mut Findings,
) -> (Charset, Reason, u64) {
    let named = named.filter(|named| !matches!(named, Charset::Auto | Charset::Utf8));
    let prior = named.map_or(Prior::Document, Prior::DocumentNames);
    if let Some(named) = named.filter(|_| prior.is_untried()) {
        let faults = decode(bytes, named, text);
        let beyond_ascii = bytes.iter().filter(|byte| !byte.is_ascii()).count() as u64;
        if faults * DAMAGED <= beyond_ascii && !head.makes_words(prior, WORDS) {
            return (named, Reason::Document(named), faults);
        }
        text.clear();
    }
    let (charset, reason) = judge(bytes, prior, head, &Record::new(), findings);
    let reason = if reason == Reason::Declared { Reason::Document(charset) } else { reason };
    (charset, reason, decode(bytes, charset, text))
}

/// Decodes value by value; returns how many sequences could not be decoded.
fn decode(bytes: &[u8], charset: Charset, text: &mut String) -> u64 {
    let mut faults = 0u64;
    for value in bytes.split_inclusive(|byte| matches!(byte, b'<' | b'>' | b'"')) {
        match charset.decode_into(value, Policy::Replace, text) {
            Ok(more) => faults += more,
            Err(_) => text.push_str(&String::from_utf8_lossy(value)),
        }
    }
    faults
}

/// Reports a record in XML that is valid UTF-8, where the document names another set.
#[cfg(feature = "xml")]
pub(crate) fn compare_with_document(text: &str, named: Option<Charset>, findings: &mut Findings) {
    if let Some(named) = named.filter(|named| *named != Charset::Utf8)
        && !text.is_ascii()
    {
        let message =
            format!("the document names {named}, the record is valid UTF-8 with multi-byte characters");
        findings.at(CHARSET_MISMATCH, (0, 0), message, "read as UTF-8");
    }
}

/// Makes marks of the escape sequences around words that are not filed, in a record whose text was parsed.
pub(crate) fn mark_nonsorting(record: &mut Record) {
    let bytes = record.view().buffer();
    if memchr(ESCAPE, bytes).is_some() && has_nonsorting(bytes) {
        let bytes = bytes.to_vec();
        record.set_bytes(&bytes);
        record.set_charset(Charset::UTF8_ESCAPED, record.charset_reason());
    }
}
