//! Parses a record from its element: decodes it, reads it the quick way or with [`Walk`], and checks the type
//! that it states.

use crate::bytes::Cut;
use crate::format::xml::rules::{XML_SYNTAX, XML_TYPE};
use crate::record::rules::INVALID_UTF8;

use quick_xml::Reader;

use super::element::{attributes, name, split};
use super::packed::{source_of, unpack};
use super::plain;
use super::repair::{Changed, lost_end, repair};
use super::vocabulary::{Vocabulary, record_type};
use super::walk::{Counted, Walk};
use crate::charset::{Charset, Policy, Reason};
use crate::error::{Error, Result};
use crate::finding::Findings;
use crate::io::Frame;
use crate::io::encoding::{Sources, compare_with_document, decode_document, mark_nonsorting};
use crate::record::{Record, Syntax};

/// Fills records from `record` elements and reuses its memory.
#[derive(Debug, Default, Clone)]
pub(super) struct Parser {
    decoded: String,
    value: String,
}

impl Parser {
    /// Parses the bytes of a frame, which are exactly one element, escaped if they begin with `&`.
    pub(super) fn record(
        &mut self,
        frame: Frame<'_>,
        column: usize,
        (wanted, named): (Charset, Option<Charset>),
        salvage: bool,
        record: &mut Record,
        findings: &mut Findings,
    ) -> Result<()> {
        let bytes = frame.bytes;
        let auto = wanted == Charset::Auto;
        let utf8 = match wanted {
            // UTF-8 is what text in another set never is by chance, where there is more than a character of it.
            Charset::Auto => true,
            named => named == Charset::Utf8,
        };
        let mut decoded = std::mem::take(&mut self.decoded);
        let read = match simdutf8::basic::from_utf8(bytes) {
            Ok(text) if utf8 || text.is_ascii() => {
                compare_with_document(text, named, findings);
                self.text(text, (column, bytes.len()), salvage, record, findings)
            }
            _ => {
                decoded.clear();
                let (charset, reason, faults) = match auto {
                    true => decode_document(bytes, named, frame.head, &mut decoded, findings),
                    false => {
                        let faults = wanted.decode_into(bytes, Policy::Replace, &mut decoded)?;
                        (wanted, Reason::Caller, faults)
                    }
                };
                let differs = auto && named.unwrap_or(Charset::Utf8) != charset;
                if faults > 0 || differs {
                    let by = if differs { named.unwrap_or(Charset::Utf8) } else { charset };
                    let at = match by.decode(bytes) {
                        Err(crate::DecodeError::Invalid { offset, .. }) => offset,
                        _ => 0,
                    };
                    let message = match differs {
                        true => format!("bytes that are not {by}, the first here; read as {charset}"),
                        false => format!("{faults} byte sequences that are not {charset}, the first here"),
                    };
                    let action = if faults > 0 { "replaced by U+FFFD" } else { "read by its letters" };
                    findings.at(INVALID_UTF8, (at, 1), message, action);
                }
                let (first, start) = (findings.list().len(), findings.record());
                findings.set_record(start, decoded.len());
                let read = self.text(&decoded, (column, decoded.len()), salvage, record, findings);
                findings.set_record(start, bytes.len());
                record.set_charset(Charset::Utf8, reason);
                if findings.list().len() > first {
                    let sources = Sources::new(bytes, &decoded);
                    findings.move_places(first, |at| sources.of(at));
                }
                read
            }
        };
        self.decoded = decoded;
        mark_nonsorting(record);
        read
    }

    fn text(
        &mut self,
        text: &str,
        place: (usize, usize),
        salvage: bool,
        record: &mut Record,
        findings: &mut Findings,
    ) -> Result<()> {
        if !text.starts_with('&') {
            return self.element(text, place, salvage, record, findings);
        }
        let first = findings.list().len();
        let read = self.element(&unpack(text), place, salvage, record, findings);
        findings.move_places(first, |at| source_of(text, at));
        read
    }

    fn element(
        &mut self,
        text: &str,
        place: (usize, usize),
        salvage: bool,
        record: &mut Record,
        findings: &mut Findings,
    ) -> Result<()> {
        record.set_charset(Charset::Utf8, Reason::Format);
        let vocabulary = Vocabulary::of_frame(text.as_bytes());
        if vocabulary != Vocabulary::Slim || !plain::record(text, record) {
            let (whole, text) = (text, complete_fields(text));
            let rest = whole.get(text.len()..).unwrap_or_default();
            // Less than the end tag of the record is no loss.
            let data = rest
                .trim_ascii_start()
                .strip_prefix("</")
                .map_or(rest, |end| end.split_once('>').map_or("", |(_, data)| data));
            if !data.trim_ascii().is_empty() {
                let message = "a field that does not end";
                findings.at(XML_SYNTAX, (text.len(), rest.len()), message, "left out");
            }
            let before = findings.clone();
            if let Err(error) = self.walk(text, &Changed::default(), place, vocabulary, record, findings) {
                let Some((text, changed)) = salvage.then(|| repair(text, vocabulary)).flatten() else {
                    return Err(error);
                };
                let faults = std::mem::replace(findings, before);
                if self.walk(&text, &changed, place, vocabulary, record, findings).is_err() {
                    *findings = faults;
                    return Err(error);
                }
            }
        }
        check_type(text, record, findings);
        Ok(())
    }

    /// Parses the events of a text, in which these signs were changed.
    fn walk(
        &mut self,
        text: &str,
        repaired: &Changed,
        (column, extent): (usize, usize),
        vocabulary: Vocabulary,
        record: &mut Record,
        findings: &mut Findings,
    ) -> Result<()> {
        record.clear();
        let indicators = vocabulary.indicators(text);
        record.set_syntax(Syntax { indicators, ..Syntax::MARC });
        record.set_charset(Charset::Utf8, Reason::Format);
        let mut reader = Reader::from_str(text);
        // Reported by the walk.
        reader.config_mut().allow_dangling_amp = true;
        let mut walk = Walk {
            text,
            column,
            extent,
            counted: Counted::default(),
            repaired,
            tag: None,
            other_case: (false, false),
            vocabulary,
            reader,
            record,
            findings,
            value: &mut self.value,
        };
        if let Some(at) = lost_end(text) {
            return Err(walk.error("a comment or CDATA section that does not end".to_owned(), at));
        }
        walk.repaired();
        walk.element(indicators)
    }
}

/// Compares the attribute `type` of a record with its leader; except in a MarcXchange record, which names a
/// `format` and may have any type.
fn check_type(text: &str, record: &Record, findings: &mut Findings) {
    let end = memchr::memchr(b'>', text.as_bytes()).unwrap_or(text.len());
    let tag = text.as_bytes().cut(..end);
    let Some((_, named)) = attributes(tag).find(|(name, _)| *name == b"type") else { return };
    if attributes(tag).any(|(name, _)| name == b"format") {
        return;
    }
    let own = record.header().leader.and_then(|leader| record_type(leader.record_type()));
    if own.is_none_or(|own| own.as_bytes() == named) && TYPES.iter().any(|known| known.as_bytes() == named) {
        return;
    }
    let named = String::from_utf8_lossy(named);
    let message = match own {
        Some(own) => format!("the type of the record is \"{named}\", that of its leader {own}"),
        None => format!("the type of the record is \"{named}\""),
    };
    findings.at(XML_TYPE, (0, end), message, "read by its leader");
}

/// The types of records in the schema.
const TYPES: [&str; 5] = ["Bibliographic", "Authority", "Holdings", "Classification", "Community"];

/// Returns the record up to its last complete field, if it lacks its end tag.
fn complete_fields(text: &str) -> &str {
    let own = split(name(text.as_bytes())).1;
    let last = text.rfind("</");
    let end = last.and_then(|at| text.get(at..)).unwrap_or_default();
    if split(name(end.as_bytes())).1 == own && end.contains('>') {
        return text;
    }
    let last = match own {
        b"r" => last.filter(|_| end.contains('>')).map(|at| at + end.find('>').unwrap_or_default() + 1),
        _ => memchr::memmem::rfind(text.as_bytes(), b"field>").map(|at| at + 6),
    };
    text.get(..last.unwrap_or_default()).filter(|kept| !kept.is_empty()).unwrap_or(text)
}

/// Fails if the encoding of the input does not include ASCII, and names that encoding.
pub(super) fn refuse_other_encodings(buf: &[u8]) -> Result<()> {
    let what = match buf {
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] | [b'<', 0, ..] | [0, b'<', ..] => {
            "the input is UTF-16; convert it to UTF-8 first"
        }
        [0x1F, 0x8B, ..] => "the input is compressed with gzip; decompress it first",
        [0x28, 0xB5, 0x2F, 0xFD, ..] => "the input is compressed with zstd; decompress it first",
        _ => return Ok(()),
    };
    Err(Error::refused(what))
}
