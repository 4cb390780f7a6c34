//! Every byte of an input is in a record, is reported, or is filler.
//!
//! A reader says of each byte that it belongs to a record ([`RecordRead::raw`](kartoteka::RecordRead::raw)), that it is
//! damage and belongs to none ([`on_garbage`](kartoteka::RecordRead::on_garbage)), or, by silence, that it carries nothing.
//! These stretches must not overlap; what is left must be filler or have a finding; and every word of a record's bytes must
//! be in the record, or have a finding.

use std::ops::Range;

use kartoteka::{Finding, Format, Record, rules};

use crate::checks::{Call, Stretches};

/// The shortest run of letters that counts as a word.
const WORD: usize = 5;

/// Names that belong to formats, and are no data.
const NAMES: [&str; 20] = [
    "leader",
    "fields",
    "subfields",
    "datafield",
    "controlfield",
    "subfield",
    "record",
    "collection",
    "LEADER",
    "label",
    "varfield",
    "fixfield",
    "status",
    "version",
    "quot",
    "apos",
    "xmlns",
    "CDATA",
    "value",
    "datafields",
];

/// # Panics
/// If a byte is in none of these, or in two of them.
pub(crate) fn every_byte(format: Format, data: &[u8], calls: &[Call], garbage: &Stretches) {
    // Positions in text in UTF-16 are those in the UTF-8 that it is read as.
    if is_utf16(data) {
        return;
    }
    let mut claimed = vec![false; data.len()];
    let mut claim = |start: u64, len: usize, what: &str| {
        let start = usize::try_from(start).unwrap();
        let stretch =
            claimed.get_mut(start..start + len).unwrap_or_else(|| panic!("{what} beyond the end: {start}"));
        assert!(!stretch.contains(&true), "{what} at {start} overlaps another stretch");
        stretch.fill(true);
    };
    calls.iter().for_each(|call| claim(call.position.byte, call.raw.len(), "a record"));
    garbage.iter().for_each(|(offset, bytes)| claim(*offset, bytes.len(), "garbage"));
    for (offset, bytes) in garbage {
        let start = usize::try_from(*offset).unwrap();
        assert_eq!(
            &data[start..start + bytes.len()],
            bytes,
            "the bytes handed over are not those at {start}"
        );
    }

    let findings: Vec<&Finding> = calls.iter().flat_map(|call| &call.findings).collect();
    let is_full = calls.iter().any(|call| !call.unlisted.is_empty());
    // What an error ends is reported by it.
    if let Some(Call { read: Err(_), position, .. }) = calls.last() {
        let start = usize::try_from(position.byte).unwrap().min(data.len());
        claimed[start..].fill(true);
    }
    let ranges: Vec<Range<usize>> = findings.iter().map(|finding| range(finding)).collect();
    if is_full {
        return;
    }
    for stretch in stretches(&claimed, false) {
        let bytes = &data[stretch.clone()];
        if let Some(lost) = lost(format, bytes) {
            let word = stretch.start + lost.start..stretch.start + lost.end;
            let is_reported = ranges.iter().any(|range| touches(range, &stretch));
            // Some of what is between records is reported once for the whole input.
            let once = |finding: &&Finding| matches!(finding.rule.id(), "B061" | "B070" | "B071");
            // The namespace of the records is told with the first of them.
            let lost_word = String::from_utf8_lossy(&bytes[lost.clone()]);
            let in_namespace =
                |finding: &&Finding| finding.rule.id() == "B072" && finding.message.contains(&*lost_word);
            let is_said = is_nested(format) && findings.iter().any(|it| once(it) || in_namespace(it));
            assert!(
                is_reported || is_said,
                "{:?} at {word:?} is in no record and not reported: {findings:?}",
                bytes[lost].escape_ascii().to_string()
            );
        }
    }
    for (offset, bytes) in garbage {
        let start = usize::try_from(*offset).unwrap();
        let stretch = start..start + bytes.len();
        assert!(
            ranges.iter().any(|range| touches(range, &stretch)),
            "garbage at {stretch:?} without a finding: {findings:?}"
        );
    }
    for call in calls {
        if let Ok(Some(record)) = &call.read {
            kept(format, record, call, &ranges);
        }
    }
}

fn is_utf16(data: &[u8]) -> bool {
    matches!(data, [0xFE, 0xFF, ..] | [0xFF, 0xFE, ..]) || data.iter().take(4).any(|byte| *byte == 0)
}

/// Whether records of a format are parts of something larger, which may hold other things.
fn is_nested(format: Format) -> bool {
    is_markup(format) || matches!(format.name(), "json" | "ndjson")
}

fn is_markup(format: Format) -> bool {
    matches!(format.name(), "marcxml" | "marcxchange" | "turbomarc" | "oai-marc")
}

/// The bytes that a finding names.
fn range(finding: &Finding) -> Range<usize> {
    let start = usize::try_from(finding.location.byte).unwrap();
    start..start + usize::try_from(finding.location.len).unwrap()
}

/// Whether a finding is about a stretch: it names some of its bytes, or a place in it or at its edge.
fn touches(finding: &Range<usize>, stretch: &Range<usize>) -> bool {
    match finding.is_empty() {
        true => finding.start >= stretch.start && finding.start <= stretch.end,
        false => finding.start < stretch.end && finding.end > stretch.start,
    }
}

/// The maximal stretches of bytes that are claimed, or that are not.
fn stretches(claimed: &[bool], which: bool) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for at in (0..claimed.len()).filter(|at| claimed[*at] == which) {
        match found.last_mut() {
            Some(last) if last.end == at => last.end = at + 1,
            _ => found.push(at..at + 1),
        }
    }
    found
}

/// The first thing between records that is no filler: in text and binary files a word; in markup and JSON, which may hold
/// other things than records, a name that only records have.
fn lost(format: Format, bytes: &[u8]) -> Option<Range<usize>> {
    if !is_nested(format) {
        return words(bytes).next();
    }
    let names: &[&str] = if is_markup(format) {
        &["<datafield", "<controlfield", "<subfield", ":datafield", ":controlfield", ":subfield"]
    } else {
        &["\"subfields\"", "\"ind1\""]
    };
    // What is in an instruction, a comment or a document type is no element.
    let mut bytes = bytes.to_vec();
    for (start, end) in [(&b"<?"[..], &b"?>"[..]), (b"<!--", b"-->"), (b"<!DOCTYPE", b"]>")] {
        let places: Vec<usize> = memchr::memmem::find_iter(&bytes, start).collect();
        for place in places {
            let len = memchr::memmem::find(&bytes[place..], end).unwrap_or(bytes.len() - place);
            bytes[place..place + len].fill(b' ');
        }
    }
    let bytes = bytes.as_slice();
    names.iter().find_map(|name| memchr::memmem::find(bytes, name.as_bytes()).map(|at| at..at + name.len()))
}

/// The words of some bytes: runs of ASCII letters, which are the same in every character set.
fn words(bytes: &[u8]) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let start = at + bytes[at..].iter().position(u8::is_ascii_alphabetic)?;
            let len = bytes[start..].iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
            at = start + len;
            if len >= WORD {
                return Some(start..at);
            }
        }
    })
}

/// Whether a record is JSON in the shape of another program: what is beside the record there is passed over.
fn is_other_shape(raw: &[u8]) -> bool {
    [&b"parsedRecord"[..], b"controlfield", b"datafield", b"\"record\""]
        .iter()
        .any(|name| memchr::memmem::find(raw, name).is_some())
}

/// The bytes of a record without what its format has for markup: tags of elements, keys of objects, names of characters.
/// They are blanks, so that places stay.
fn without_markup(format: Format, raw: &[u8]) -> Vec<u8> {
    let mut bytes = raw.to_vec();
    let mut blank = |range: Range<usize>| bytes[range].fill(b' ');
    let find =
        |from: usize, byte: u8| raw[from..].iter().position(|other| *other == byte).map(|at| from + at);
    match format.name() {
        _ if is_markup(format) => {
            for open in (0..raw.len()).filter(|at| raw[*at] == b'<') {
                let next = find(open + 1, b'<').unwrap_or(raw.len());
                // In the value of an attribute, it ends nothing.
                let (mut close, mut quote) = (open, None);
                while close < next {
                    match (quote, raw[close]) {
                        (None, b'>') => break,
                        (None, b'"' | b'\'') if raw[close + 1..next].contains(&raw[close]) => {
                            quote = Some(raw[close])
                        }
                        (Some(open), byte) if open == byte => quote = None,
                        _ => {}
                    }
                    close += 1;
                }
                blank(open..close);
            }
        }
        "json" | "ndjson" => {
            for colon in (0..raw.len()).filter(|at| raw[*at] == b':') {
                let before = raw[..colon].trim_ascii_end();
                if let Some(key) = before.strip_suffix(b"\"") {
                    let start = key.iter().rposition(|byte| *byte == b'"').unwrap_or(0);
                    blank(start..colon);
                }
            }
            for escape in (0..raw.len()).filter(|at| raw[*at..].starts_with(b"\\u")) {
                blank(escape..(escape + 6).min(raw.len()));
            }
            (0..raw.len()).filter(|at| raw[*at] == b'\\').for_each(|at| blank(at..(at + 2).min(raw.len())));
        }
        "microlif" => {
            let begins = |at: &usize| *at == 0 || matches!(raw[at - 1], b'\r' | b'\n' | b'^' | b'`');
            let labels = (0..raw.len()).filter(begins).filter(|at| raw[*at..].starts_with(b"LDR"));
            labels.for_each(|at| blank(at..at + 3));
        }
        "mrk" => {
            for open in (0..raw.len()).filter(|at| raw[*at] == b'{') {
                // With the letter after it, it may be one character.
                blank(open..find(open, b'}').map_or(raw.len(), |close| raw.len().min(close + 2)));
            }
        }
        _ => {}
    }
    bytes
}

/// Checks that each word of a record's bytes is in the record or has a finding.
fn kept(format: Format, record: &Record, call: &Call, findings: &[Range<usize>]) {
    // Escapes of MARC-8 make letters of letters.
    if call.raw.contains(&0x1B) {
        return;
    }
    let mut text = Vec::new();
    record.leader().iter().for_each(|leader| text.extend_from_slice(leader.as_bytes()));
    for field in record.fields() {
        text.push(b' ');
        text.extend_from_slice(field.tag().to_string().as_bytes());
        text.push(b' ');
        text.extend_from_slice(field.raw());
    }
    // Where damage moves the borders of tags and fields, a word may be on both sides of one.
    text.push(b' ');
    record.leader().iter().for_each(|leader| text.extend_from_slice(leader.as_bytes()));
    for field in record.fields() {
        text.extend_from_slice(field.tag().to_string().as_bytes());
        text.extend_from_slice(field.raw());
    }
    text.push(b' ');
    record.fields().for_each(|field| text.extend_from_slice(field.raw()));
    let start = usize::try_from(call.position.byte).unwrap();
    for word in words(&without_markup(format, &call.raw)) {
        let letters = &call.raw[word.clone()];
        if memchr::memmem::find(&text, letters).is_some()
            || NAMES.iter().any(|name| name.as_bytes() == letters)
            // The label of displays, in any case.
            || letters.eq_ignore_ascii_case(b"LEADER")
        {
            continue;
        }
        let place = start + word.start..start + word.end;
        // A byte of another set in XML may be a mark that makes one letter with the next.
        let is_marked = word.start > 0
            && !call.raw[word.start - 1].is_ascii()
            && call.findings.iter().any(|finding| finding.rule == rules::INVALID_UTF8);
        if is_marked {
            continue;
        }
        // Where a record is text in text, a finding names the place of the element.
        let is_reported = findings.iter().any(|range| touches(range, &place))
            || matches!(format.name(), "json" | "ndjson")
                && (!call.findings.is_empty() || is_other_shape(&call.raw));
        assert!(
            is_reported,
            "{:?} at {place:?} is not in the record and not reported: {:?}\n{}",
            letters.escape_ascii().to_string(),
            call.findings,
            call.raw.escape_ascii()
        );
    }
}
