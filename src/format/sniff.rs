//! What speaks for each format in the first bytes of an input.

use memchr::memmem;

use super::Format;
use super::aleph::is_aleph_line;
use super::detect::Confidence;
use super::iso2709::{FIELD_TERMINATOR, RECORD_TERMINATOR, begins_diskette, could_be_leader, is_leader};
use super::lines::{content, is_blank, is_leader_line};
use super::microlif::leader_at;
use crate::Leader;

/// What a sniffer says: how sure it is that this is its format, and why; or why it is not, and how near it came.
pub(super) type Verdict = Result<(Confidence, String), Miss>;

/// Why a sample is not in a format.
#[derive(Debug)]
pub(super) struct Miss {
    /// 0 if nothing at all speaks for the format.
    pub(super) nearness: u8,
    pub(super) why: String,
}

fn miss(nearness: u8, why: impl Into<String>) -> Verdict {
    Err(Miss { nearness, why: why.into() })
}

/// Looks at a sample that begins with neither blanks nor byte order mark.
pub(super) type Sniffer = fn(&[u8]) -> Verdict;

/// The sniffers of all formats, also of those not compiled in, so that the message can say what is missing.
pub(super) const SNIFFERS: &[(Format, Sniffer)] = &[
    (Format::Iso2709, iso2709),
    (Format::Marcxml, marcxml),
    (Format::Marcxchange, marcxchange),
    (Format::Turbomarc, turbomarc),
    (Format::OaiMarc, oai_marc),
    (Format::Json, json),
    (Format::Ndjson, ndjson),
    (Format::Mrk, mrk),
    (Format::Line, line),
    (Format::Aleph, aleph),
    (Format::Microlif, microlif),
    (Format::IrbisText, irbis_text),
    (Format::IrbisServer, irbis_server),
    (Format::CisisId, cisis_id),
];

/// What the input is, if it is known to be nothing that can be read.
pub(super) fn foreign(sample: &[u8]) -> Option<&'static str> {
    let signed = FOREIGN.iter().find(|(signature, _)| sample.starts_with(signature)).map(|(_, what)| *what);
    signed.or_else(|| is_pica(sample).then_some("PICA+, which is no form of MARC"))
}

/// Whether the first line is a field of PICA+: three digits, a capital or `@`, an occurrence or none, a blank, and a mark.
/// Before the byte 1F the last of the tag may be anything: nothing else looks like that.
fn is_pica(sample: &[u8]) -> bool {
    let start =
        sample.iter().take_while(|byte| byte.is_ascii_whitespace() || matches!(byte, 0x1D | 0x1E)).count();
    let Some([a, b, c, last, rest @ ..]) = sample.get(start..) else { return false };
    let digits = [a, b, c].into_iter().all(|digit| digit.is_ascii_digit());
    let occurrence = match rest.strip_prefix(b"/") {
        Some(rest) => rest.iter().take_while(|byte| byte.is_ascii_digit()).count().saturating_add(1),
        None => 0,
    };
    let mark = rest.get(occurrence..).unwrap_or_default();
    let printed = mark.starts_with(b" $") || mark.starts_with(" ƒ".as_bytes());
    digits && (mark.starts_with(b" \x1F") || printed && matches!(last, b'A'..=b'Z' | b'@'))
}

/// Signatures of what is none of our formats, and what to say of it.
const FOREIGN: &[(&[u8], &str)] = &[
    (b"\x1F\x8B", "compressed with gzip; decompress it first"),
    (b"\x28\xB5\x2F\xFD", "compressed with zstd; decompress it first"),
    (b"BZh", "compressed with bzip2; decompress it first"),
    (b"\xFD7zXZ\0", "compressed with xz; decompress it first"),
    (b"PK\x03\x04", "a zip archive; unpack it first"),
    (b"%PDF", "a PDF document"),
    (b"SQLite format 3\0", "an SQLite database"),
];

fn iso2709(sample: &[u8]) -> Verdict {
    if is_leader(sample) {
        if matches!(sample.get(Leader::LEN), Some(b'\r' | b'\n')) {
            return miss(2, "its leader is a line of its own, as in line formats");
        }
        let length = Leader::padded(sample).record_length().unwrap_or_default();
        let last = usize::try_from(length).ok().and_then(|length| length.checked_sub(1));
        return Ok(match last.and_then(|last| sample.get(last)) {
            Some(&RECORD_TERMINATOR) => {
                (Confidence::Certain, format!("a leader, and byte 1D where its {length} bytes end"))
            }
            Some(_) => {
                (Confidence::Likely, format!("a leader, though no byte 1D where its {length} bytes end"))
            }
            None => (Confidence::Likely, format!("a leader, of a record of {length} bytes")),
        });
    }
    if begins_diskette(sample) {
        return Ok((
            Confidence::Likely,
            "the mark of a record of MAB2 on its own line, and a tag".to_owned(),
        ));
    }
    if !sample.contains(&FIELD_TERMINATOR) {
        return miss(0, "it does not begin with a leader");
    }
    if could_be_leader(sample) {
        return Ok((Confidence::Possible, "a damaged leader, and bytes that end fields".to_owned()));
    }
    let is_clear = |rest: &[u8]| is_leader(rest) && rest.get(20..22) == Some(b"45");
    match sample.windows(Leader::LEN).position(is_clear) {
        Some(at) => Ok((Confidence::Possible, format!("a leader, behind {at} bytes of something else"))),
        None => miss(1, "no leader is in it"),
    }
}

fn marcxml(sample: &[u8]) -> Verdict {
    if !sample.starts_with(b"<") {
        return miss(0, "it does not begin with <");
    }
    let has = |text: &str| memmem::find(sample, text.as_bytes()).is_some();
    if has("http://www.loc.gov/MARC21/slim") {
        return Ok((Confidence::Certain, "XML with the namespace of MARCXML".to_owned()));
    }
    if let Some(other) = other_xml(sample) {
        return miss(2, format!("it is {other}"));
    }
    if ["datafield", "controlfield"]
        .into_iter()
        .any(|name| has(&format!("<{name}")) || has(&format!(":{name}")))
    {
        return Ok((Confidence::Likely, "XML with fields as in MARCXML, without its namespace".to_owned()));
    }
    let mut elements = elements(sample);
    let root = elements.next().unwrap_or("none");
    if root.ends_with("collection") && elements.next().is_none() {
        return Ok((Confidence::Possible, "XML with an element collection and nothing in it".to_owned()));
    }
    miss(3, format!("no MARC record is in its first {} bytes (root element: {root})", sample.len()))
}

/// Which of the XML forms beside MARCXML a sample is in, by its namespace, or by its elements.
fn other_xml(sample: &[u8]) -> Option<Format> {
    let has = |text: &str| memmem::find(sample, text.as_bytes()).is_some();
    let names = [
        ("http://www.loc.gov/MARC21/slim", Format::Marcxml),
        ("info:lc/xmlns/marcxchange-", Format::Marcxchange),
        ("http://www.indexdata.com/turbomarc", Format::Turbomarc),
        ("http://www.openarchives.org/OAI/1.1/oai_marc", Format::OaiMarc),
    ];
    let found = names.into_iter().find(|(namespace, _)| has(namespace)).map(|(_, format)| format);
    match found {
        Some(Format::Marcxml) => None,
        None if has("oai_marc") && has("varfield") => Some(Format::OaiMarc),
        None if has("<r>") && has("<l>") && (has("<d") || has("<c")) => Some(Format::Turbomarc),
        found => found,
    }
}

/// A verdict about one of the XML forms beside MARCXML.
fn is_other_xml(sample: &[u8], format: Format) -> Verdict {
    if !sample.starts_with(b"<") {
        return miss(0, "it does not begin with <");
    }
    match other_xml(sample) {
        Some(other) if other == format => {
            Ok((Confidence::Certain, format!("XML with the namespace or the elements of {format}")))
        }
        _ => miss(1, "it has neither the namespace nor the elements of the format"),
    }
}

fn marcxchange(sample: &[u8]) -> Verdict {
    is_other_xml(sample, Format::Marcxchange)
}

fn turbomarc(sample: &[u8]) -> Verdict {
    is_other_xml(sample, Format::Turbomarc)
}

fn oai_marc(sample: &[u8]) -> Verdict {
    is_other_xml(sample, Format::OaiMarc)
}

/// The names of the elements, in order.
fn elements(sample: &[u8]) -> impl Iterator<Item = &str> {
    let starts = memchr::memchr_iter(b'<', sample).filter_map(|at| sample.get(at.saturating_add(1)..));
    let starts = starts.filter(|rest| rest.first().is_some_and(u8::is_ascii_alphabetic));
    let in_name = |byte: &&u8| byte.is_ascii_alphanumeric() || b":-_.".contains(byte);
    starts.filter_map(move |rest| {
        let len = rest.iter().take_while(in_name).count();
        std::str::from_utf8(rest.get(..len)?).ok()
    })
}

/// Says what is wrong with a sample that is no MARC-in-JSON.
fn no_json(sample: &[u8]) -> Option<Miss> {
    if !sample.starts_with(b"{") && !sample.starts_with(b"[") {
        return Some(Miss { nearness: 0, why: "it begins with neither { nor [".to_owned() });
    }
    let is_empty = sample.strip_prefix(b"[").is_some_and(|rest| rest.trim_ascii_start().starts_with(b"]"));
    // Also in the shapes of Catmandu, Avram, FOLIO and OCLC, of which the last is often no JSON to the letter.
    let keys = ["\"fields\"", "\"record\"", "\"parsedRecord\"", "controlfield", "datafield"];
    let has = |key: &str| memmem::find(sample, key.as_bytes()).is_some();
    if is_empty || has_rows(sample) || keys.into_iter().any(has) {
        return None;
    }
    Some(Miss { nearness: 3, why: "no object in it has a member \"fields\"".to_owned() })
}

/// Whether a sample begins with arrays of strings in arrays.
fn has_rows(sample: &[u8]) -> bool {
    let mut tokens = sample.iter().filter(|byte| !byte.is_ascii_whitespace());
    let opening = tokens.by_ref().take_while(|byte| **byte == b'[').count();
    // The quote was taken with the brackets.
    let quote = sample.iter().filter(|byte| !byte.is_ascii_whitespace()).nth(opening) == Some(&b'"');
    matches!(opening, 2 | 3) && quote
}

/// How many of the lines there are, and how many look as a whole object; the last one, which may be cut, is left
/// out.
fn object_lines(sample: &[u8]) -> (usize, usize) {
    let end = memchr::memrchr(b'\n', sample).unwrap_or_default();
    let lines = sample.get(..end).unwrap_or_default().split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    let lines = lines.filter(|line| !line.is_empty());
    let whole = |line: &&[u8]| {
        line.starts_with(b"{") && line.ends_with(b"}") || line.starts_with(b"[[") && line.ends_with(b"]]")
    };
    let objects = lines.clone().filter(whole);
    (lines.count(), objects.count())
}

/// Whether the sample is one line, which may be cut.
fn is_one_line(sample: &[u8]) -> bool {
    !sample.trim_ascii_end().contains(&b'\n')
}

fn json(sample: &[u8]) -> Verdict {
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
            _ => miss(3, "it is an array of something else than objects"),
        };
    }
    if is_one_line(sample) {
        return Ok((Confidence::Likely, "one JSON object, which is a record".to_owned()));
    }
    match object_lines(sample) {
        (lines, objects) if objects.saturating_mul(2) > lines => miss(2, "it has an object on each line"),
        _ => Ok((Confidence::Likely, "a JSON object over several lines, which is a record".to_owned())),
    }
}

fn ndjson(sample: &[u8]) -> Verdict {
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
        (lines, objects) if objects.saturating_mul(2) > lines => {
            Ok((Confidence::Likely, format!("a JSON object on {objects} of the first {lines} lines")))
        }
        _ => miss(2, "it has JSON objects over several lines"),
    }
}

fn cisis_id(sample: &[u8]) -> Verdict {
    let mut lines = sample.split(|byte| *byte == b'\n');
    match (lines.next(), lines.next()) {
        (Some(first), Some(second)) if first.starts_with(b"!ID ") && second.starts_with(b"!v") => {
            Ok((Confidence::Certain, "a line !ID, and a line !v behind it".to_owned()))
        }
        (Some(first), _) if first.starts_with(b"!ID ") => Ok((Confidence::Likely, "a line !ID".to_owned())),
        _ => miss(0, "it does not begin with !ID"),
    }
}

fn irbis_server(sample: &[u8]) -> Verdict {
    match super::irbis_server::begins_record(sample) {
        true => {
            Ok((Confidence::Certain, "a number, # and a status, then pieces of tag, # and value".to_owned()))
        }
        false => miss(0, "it does not begin with the number of a record and #"),
    }
}

fn irbis_text(sample: &[u8]) -> Verdict {
    let lines = sample.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
    let lines: Vec<&[u8]> = lines.take(200).collect();
    let ends = lines.iter().filter(|line| line.starts_with(b"*****")).count();
    let fields = lines.iter().filter(|line| is_field_line(line)).count();
    let (good, all) = (fields.saturating_add(ends), lines.len());
    let reason = format!("{fields} of the first {all} lines are #tag: value, {ends} are *****");
    let begins = lines.first().is_some_and(|line| is_field_line(line));
    if begins && ends > 0 && good.saturating_mul(10) >= all.saturating_mul(9) {
        Ok((Confidence::Certain, reason))
    } else if fields > 0 && good.saturating_mul(2) >= all {
        Ok((Confidence::Likely, reason))
    } else {
        miss(if good > 0 { 2 } else { 0 }, reason)
    }
}

/// Whether a line is `#` with a number, and a colon.
fn is_field_line(line: &[u8]) -> bool {
    let Some(rest) = line.strip_prefix(b"#") else { return false };
    let rest = rest.trim_ascii_start();
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    digits > 0 && rest.get(digits) == Some(&b':')
}

/// The first lines that are not blank. The last one may be cut, and is left out if there are others.
fn first_lines(sample: &[u8]) -> Vec<&[u8]> {
    let end = memchr::memrchr(b'\n', sample).unwrap_or(sample.len());
    let lines = sample.get(..end).unwrap_or(sample).split(|byte| *byte == b'\n').map(content);
    lines.filter(|line| !is_blank(line)).take(200).collect()
}

/// A verdict by how many of the lines are of the format; the first of them weighs most.
fn by_lines(sample: &[u8], what: &str, is_one: impl Fn(&[u8]) -> bool) -> Verdict {
    let lines = first_lines(sample);
    let good = lines.iter().filter(|line| is_one(line)).count();
    let reason = format!("{good} of the first {} lines are {what}", lines.len());
    match lines.first().is_some_and(|line| is_one(line)) {
        true if good.saturating_mul(10) >= lines.len().saturating_mul(9) => Ok((Confidence::Certain, reason)),
        _ if good > 0 && good.saturating_mul(2) >= lines.len() => Ok((Confidence::Likely, reason)),
        _ => miss(if good > 0 { 2 } else { 0 }, reason),
    }
}

fn mrk(sample: &[u8]) -> Verdict {
    by_lines(sample, "\"=\", a tag and two blanks", |line| {
        let tag = line.strip_prefix(b"=").and_then(|rest| rest.split_first_chunk::<3>());
        tag.is_some_and(|(tag, rest)| {
            tag.iter().all(u8::is_ascii_alphanumeric) && matches!(rest, [] | [b' ', ..])
        })
    })
}

fn aleph(sample: &[u8]) -> Verdict {
    by_lines(sample, "a number of nine digits, a tag, \"L\" and data", is_aleph_line)
}

/// Whether a line begins with a tag and a blank.
fn is_tag_line(line: &[u8]) -> bool {
    matches!(line, [a, b, c, b' ', ..] if [a, b, c].into_iter().all(u8::is_ascii_alphanumeric))
}

fn line(sample: &[u8]) -> Verdict {
    let lines = first_lines(sample);
    let named = |line: &[u8]| line.starts_with(b"LEADER ") || line.starts_with(b"LDR    ");
    let Some((first, rest)) = lines.split_first() else { return miss(0, "it is empty") };
    if !named(first) && !is_leader_line(first) {
        let good = lines.iter().filter(|line| is_tag_line(line)).count();
        let near = if good.saturating_mul(2) > lines.len() { 2 } else { 0 };
        return miss(near, "its first line is no leader");
    }
    let good = rest.iter().filter(|line| is_tag_line(line) || named(line) || is_leader_line(line)).count();
    let reason = format!("a line that is a leader, and {good} of {} that begin with a tag", rest.len());
    match good.saturating_mul(2) >= rest.len() {
        true if good > 0 => Ok((Confidence::Certain, reason)),
        true => Ok((Confidence::Likely, reason)),
        false => miss(3, reason),
    }
}

fn microlif(sample: &[u8]) -> Verdict {
    let Some(at) = leader_at(sample, 0) else { return miss(0, "no line in it begins with LDR") };
    let leader = sample.get(at.saturating_add(3)..).unwrap_or_default();
    let digits = leader.iter().take(5).filter(|byte| byte.is_ascii_digit()).count();
    if digits < 5 || leader.get(20..22) != Some(b"45") {
        return miss(1, "no leader stands behind LDR");
    }
    let marks = leader.iter().take(2_000).filter(|byte| matches!(byte, b'^' | b'`')).count();
    match (at <= 200, marks) {
        (true, 1..) => Ok((Confidence::Certain, "LDR with a leader, and ^ where fields end".to_owned())),
        (true, 0) => Ok((Confidence::Likely, "LDR with a leader, and lines".to_owned())),
        (false, _) => Ok((Confidence::Possible, format!("LDR with a leader, behind {at} bytes"))),
    }
}
