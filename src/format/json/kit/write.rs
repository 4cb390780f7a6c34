//! Writes records as objects.

use crate::bytes::Cut;
use crate::format::rules::{INDICATOR_COUNT, SUBFIELD_LOST};
use crate::io::rules::UNDECODABLE;
use std::io::Write;

use memchr::{memchr, memchr3};

use crate::charset::Policy;
use crate::error::{Error, Result};
use crate::finding::Finding;
use crate::finding::Findings;
use crate::io::place;
use crate::position::Location;
use crate::record::{FieldRef, Header, Leader, RecordRef, Syntax};
use crate::tag::Tag;

/// Appends a record, which is checked text, as an object on one line.
///
/// # Errors
/// `Unrepresentable` under [`Policy::Strict`], if the leader or a tag is not UTF-8. Part of the record may
/// then have been appended.
pub(in crate::format::json) fn write(
    record: RecordRef<'_>,
    policy: Policy,
    out: &mut Vec<u8>,
    findings: &mut Findings,
) -> Result<()> {
    let syntax = record.syntax();
    let plain = is_plain(record.buffer(), syntax);
    let plain_body = |body: &str| plain || is_plain(body.as_bytes(), syntax);
    out.reserve(record.buffer().len());
    write_header(record, policy, out, findings)?;
    let mut first = true;
    for field in record.fields() {
        write_tag(record, field, std::mem::take(&mut first), policy, out, findings)?;
        let lost = match field.raw_text().as_str() {
            Some(body) => write_body(body, field.is_control(), syntax, plain_body(body), out),
            None => {
                let message = "the field begins or ends inside a character";
                let place = place(record, field.tag(), field.index());
                findings.push(Finding::new(UNDECODABLE, place, message, "replaced"));
                write_body(&field.raw_text().to_str_lossy(), field.is_control(), syntax, false, out)
            }
        };
        for _ in 0..lost {
            let place = place(record, field.tag(), field.index());
            let message = "a delimiter without a subfield code";
            findings.push(Finding::new(SUBFIELD_LOST, place, message, "left out"));
        }
    }
    out.extend_from_slice(b"]}");
    Ok(())
}

/// Returns whether no byte must be escaped, except the delimiters and terminators of MARC.
fn is_plain(bytes: &[u8], syntax: Syntax) -> bool {
    let delimiters = syntax.delimiter == Syntax::MARC.delimiter;
    let least = if delimiters { 0x1D } else { b' ' };
    let special = |byte: u8| u8::from(byte < least) | u8::from(byte == b'"') | u8::from(byte == b'\\');
    // Loops without an early exit, so that the compiler can vectorize them. The last block may overlap the one before it.
    let any = |bytes: &[u8]| bytes.iter().fold(0u8, |seen, byte| seen | special(*byte));
    let (blocks, rest) = bytes.as_chunks::<16>();
    let last = bytes.last_chunk::<16>().map_or(rest, <[u8; 16]>::as_slice);
    any(last) == 0 && blocks.chunks(16).all(|blocks| any(blocks.as_flattened()) == 0)
}

/// Writes everything up to the first field.
fn write_header(
    record: RecordRef<'_>,
    policy: Policy,
    out: &mut Vec<u8>,
    findings: &mut Findings,
) -> Result<()> {
    let Header { isis, .. } = record.header();
    out.push(b'{');
    let leader = leader(record);
    if leader.is_none() && record.syntax().has_indicators() {
        let all_control = record.fields().all(FieldRef::is_control);
        let message = match record.syntax().indicators {
            _ if all_control => Some("no leader or data field says that it is a MARC record"),
            1 => Some("no leader says that the fields have one indicator"),
            _ => None,
        };
        if let Some(message) = message {
            let place = Location::of(record.position());
            findings.push(Finding::new(INDICATOR_COUNT, place, message, "written as it is"));
        }
    }
    if let Some(leader) = leader {
        out.extend_from_slice(b"\"leader\":\"");
        write_bytes(leader.as_bytes(), policy, out, findings, || {
            ("the leader is not valid UTF-8", Location::of(record.position()))
        })?;
        out.extend_from_slice(b"\",");
    }
    if let Some(isis) = isis {
        let numbers = [("\"mfn\":", isis.mfn), ("\"status\":", isis.status), ("\"version\":", isis.version)];
        for (key, number) in numbers {
            out.extend_from_slice(key.as_bytes());
            // Writing to a vector cannot fail.
            let _ = write!(out, "{number}");
            out.push(b',');
        }
    }
    out.extend_from_slice(b"\"fields\":[");
    Ok(())
}

/// Returns the leader for JSON: unless fields have two indicators, it states their number.
pub(in crate::format::json) fn leader(record: RecordRef<'_>) -> Option<Leader> {
    let mut leader = record.header().leader?;
    let count = record.syntax().indicators;
    if count == 1 || count > 2 || count == 0 && record.header().isis.is_none() {
        leader.set(10, b'0' + count.min(9));
    }
    Some(leader)
}

/// Writes `,{"245":`, the first without the comma.
#[inline]
fn write_tag(
    record: RecordRef<'_>,
    field: FieldRef<'_>,
    first: bool,
    policy: Policy,
    out: &mut Vec<u8>,
    findings: &mut Findings,
) -> Result<()> {
    match field.tag().bytes() {
        Some([a, b, c])
            if a.is_ascii_alphanumeric() && b.is_ascii_alphanumeric() && c.is_ascii_alphanumeric() =>
        {
            match first {
                true => out.extend_from_slice(&[b'{', b'"', a, b, c, b'"', b':']),
                false => out.extend_from_slice(&[b',', b'{', b'"', a, b, c, b'"', b':']),
            }
            Ok(())
        }
        _ => {
            if !first {
                out.push(b',');
            }
            write_odd_tag(record, field.tag(), field.index(), policy, out, findings)
        }
    }
}

#[cold]
fn write_odd_tag(
    record: RecordRef<'_>,
    tag: Tag,
    index: usize,
    policy: Policy,
    out: &mut Vec<u8>,
    findings: &mut Findings,
) -> Result<()> {
    let mut bytes = Vec::new();
    tag.write_to(&mut bytes);
    out.extend_from_slice(b"{\"");
    write_bytes(&bytes, policy, out, findings, || ("the tag is not valid UTF-8", place(record, tag, index)))?;
    out.extend_from_slice(b"\":");
    Ok(())
}

/// Writes bytes that may be invalid UTF-8, with `\xE9` for those that are.
fn write_bytes(
    bytes: &[u8],
    policy: Policy,
    out: &mut Vec<u8>,
    findings: &mut Findings,
    what: impl Fn() -> (&'static str, Location),
) -> Result<()> {
    if bytes.iter().all(|byte| is_plain_ascii(*byte)) {
        out.extend_from_slice(bytes);
        return Ok(());
    }
    for chunk in bytes.utf8_chunks() {
        escape(chunk.valid().as_bytes(), out);
        if chunk.invalid().is_empty() {
            continue;
        }
        let (message, place) = what();
        if policy == Policy::Strict {
            let finding = Finding::new(UNDECODABLE, place, message, "record rejected");
            return Err(Error::unrepresentable(finding));
        }
        findings.push(Finding::new(UNDECODABLE, place, message, "escaped"));
        for byte in chunk.invalid() {
            let _ = write!(out, "\\\\x{byte:02X}");
        }
    }
    Ok(())
}

/// Writes the body of a field, and ends the field. `plain` says that only 1D, 1E and 1F in it must be escaped. Returns the
/// number of delimiters without a code that were left out, where fields have indicators.
#[inline]
fn write_body(body: &str, control: bool, syntax: Syntax, plain: bool, out: &mut Vec<u8>) -> usize {
    let bytes = body.as_bytes();
    let marc = syntax.delimiter == Syntax::MARC.delimiter;
    if control || (!syntax.has_indicators() && memchr(syntax.delimiter, bytes).is_none()) {
        let plain = plain && (!marc || memchr3(0x1D, 0x1E, 0x1F, bytes).is_none());
        out.push(b'"');
        value(bytes, plain, out);
        out.extend_from_slice(b"\"}");
        return 0;
    }
    let start = match bytes {
        &[a, b, 0x1F, ..] if syntax == Syntax::MARC && is_plain_ascii(a) && is_plain_ascii(b) => {
            out.extend_from_slice(&[
                b'{', b'"', b'i', b'n', b'd', b'1', b'"', b':', b'"', a, b'"', b',', b'"', b'i', b'n', b'd',
                b'2', b'"', b':', b'"', b, b'"', b',',
            ]);
            2
        }
        _ => write_lead(body, syntax, out),
    };
    out.extend_from_slice(b"\"subfields\":[");
    // After the first delimiter; past the end if there is none.
    let mut rest = bytes.get(start + 1..);
    let mut first = true;
    let mut lost = 0usize;
    while let Some(segment) = rest {
        // 1D and 1E are found in the same search, if nothing else must be escaped.
        let found = match plain && marc {
            true => memchr3(0x1F, 0x1E, 0x1D, segment),
            false => memchr(syntax.delimiter, segment),
        };
        let stray = found.is_some_and(|at| segment.get(at) != Some(&syntax.delimiter));
        let found = if stray { memchr(syntax.delimiter, segment) } else { found };
        let len = found.unwrap_or(segment.len());
        rest = found.and_then(|at| segment.get(at + 1..));
        if len == 0 && syntax.has_indicators() {
            lost += 1;
            continue;
        }
        subfield(segment.cut(..len), std::mem::take(&mut first), plain && !stray, out);
    }
    match first {
        true => out.extend_from_slice(b"]}}"),
        false => out.extend_from_slice(b"\"}]}}"),
    }
    lost
}

/// Writes a subfield: what ends the one before it, code and value, without what ends it.
#[inline]
fn subfield(segment: &[u8], first: bool, plain: bool, out: &mut Vec<u8>) {
    match segment {
        [code, rest @ ..] if code.is_ascii() && plain => {
            match first {
                true => out.extend_from_slice(&[b'{', b'"', *code, b'"', b':', b'"']),
                false => out.extend_from_slice(&[b'"', b'}', b',', b'{', b'"', *code, b'"', b':', b'"']),
            }
            out.extend_from_slice(rest);
        }
        _ => {
            // The first character: all bytes up to the start of the next.
            let code = segment.iter().skip(1).take_while(|byte| **byte & 0xC0 == 0x80).count();
            let code = (code + 1).min(segment.len());
            out.extend_from_slice(if first { b"{\"" } else { b"\"},{\"" });
            value(segment.cut(..code), plain, out);
            out.extend_from_slice(b"\":\"");
            value(segment.cut(code..), plain, out);
        }
    }
}

/// Writes the brace, indicators and lead of a field; returns the offset of the first delimiter, or of the
/// end.
fn write_lead(body: &str, syntax: Syntax, out: &mut Vec<u8>) -> usize {
    let end = memchr(syntax.delimiter, body.as_bytes()).unwrap_or(body.len());
    let lead = body.cut(..end);
    let mut rest = lead.chars();
    out.push(b'{');
    for number in 1..=syntax.indicators {
        let _ = write!(out, "\"ind{number}\":");
        // Indicators are bytes. A longer character replaces several.
        let taken = lead.len() - rest.as_str().len();
        let indicator = if taken < usize::from(syntax.indicators) { rest.next() } else { None };
        match indicator {
            Some(indicator) => {
                out.push(b'"');
                escape(indicator.encode_utf8(&mut [0; 4]).as_bytes(), out);
                out.extend_from_slice(b"\",");
            }
            None => out.extend_from_slice(b"null,"),
        }
    }
    if !rest.as_str().is_empty() {
        out.extend_from_slice(b"\"lead\":\"");
        escape(rest.as_str().as_bytes(), out);
        out.extend_from_slice(b"\",");
    }
    end
}

const fn is_plain_ascii(byte: u8) -> bool {
    byte >= b' ' && byte < 0x80 && byte != b'"' && byte != b'\\'
}

#[inline]
fn value(bytes: &[u8], plain: bool, out: &mut Vec<u8>) {
    match plain {
        true => out.extend_from_slice(bytes),
        false => escape(bytes, out),
    }
}

/// Appends UTF-8, escaped as JSON requires.
///
/// # Spec
/// RFC 8259, 7.
fn escape(bytes: &[u8], out: &mut Vec<u8>) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let mut rest = bytes;
    loop {
        // Blocks of sixteen without early exit, so that the compiler can vectorize them.
        let blocks = rest
            .chunks_exact(16)
            .take_while(|block| !block.iter().fold(false, |seen, byte| seen | is_special(*byte)));
        let first = blocks.count() * 16;
        let near = rest.iter().skip(first).position(|byte| is_special(*byte));
        let clean = near.map_or(rest.len(), |near| first + near);
        let (before, from) = rest.split_at_checked(clean).unwrap_or((rest, &[]));
        out.extend_from_slice(before);
        let Some((&byte, after)) = from.split_first() else { return };
        match how(byte) {
            b'u' => {
                let digit = |half: u8| HEX.get(usize::from(half)).copied().unwrap_or(b'0');
                out.extend_from_slice(b"\\u00");
                out.extend_from_slice(&[digit(byte >> 4), digit(byte & 15)]);
            }
            letter => out.extend_from_slice(&[b'\\', letter]),
        }
        rest = after;
    }
}

/// Returns whether a byte must be escaped.
#[inline]
const fn is_special(byte: u8) -> bool {
    (byte < b' ') | (byte == b'"') | (byte == b'\\')
}

/// Returns how a byte is written: unchanged (0), as `\u00XX` (`u`), or as this letter after a backslash.
#[inline]
const fn how(byte: u8) -> u8 {
    match byte {
        b'"' | b'\\' => byte,
        0x08 => b'b',
        b'\t' => b't',
        b'\n' => b'n',
        0x0C => b'f',
        b'\r' => b'r',
        0..=0x1F => b'u',
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::RecordWrite;
    use crate::io::WriteOptions;
    use crate::json::Writer;
    use crate::record::{Leader, Record};

    fn written(record: &Record) -> String {
        let mut out = Vec::new();
        write(record.view(), Policy::Replace, &mut out, &mut Findings::new(9)).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn with_body(syntax: Syntax, body: &str) -> String {
        let mut record = Record::new();
        record.set_syntax(syntax);
        record.text_mut().push_str(body);
        record.end_field(Tag::new(*b"245"), 0, false);
        let line = written(&record);
        line.strip_prefix(r#"{"fields":[{"245":"#)
            .and_then(|line| line.strip_suffix("}]}"))
            .unwrap()
            .to_owned()
    }

    #[test]
    fn every_character_as_serde_json_writes_it() {
        for character in (0..0x300).chain([0x2028, 0xFFFD, 0x1_F600]).filter_map(char::from_u32) {
            let text = format!("a{character}b");
            let mut out = vec![b'"'];
            escape(text.as_bytes(), &mut out);
            out.push(b'"');
            assert_eq!(String::from_utf8(out).unwrap(), serde_json::to_string(&text).unwrap());
        }
    }

    #[test]
    fn bodies_of_any_shape() {
        let marc = |body: &str| with_body(Syntax::MARC, body);
        assert_eq!(marc("10\u{1F}ax"), r#"{"ind1":"1","ind2":"0","subfields":[{"a":"x"}]}"#);
        assert_eq!(marc("10"), r#"{"ind1":"1","ind2":"0","subfields":[]}"#);
        assert_eq!(marc(""), r#"{"ind1":null,"ind2":null,"subfields":[]}"#);
        assert_eq!(marc("1\u{1F}a"), r#"{"ind1":"1","ind2":null,"subfields":[{"a":""}]}"#);
        assert_eq!(marc("10lead\u{1F}"), r#"{"ind1":"1","ind2":"0","lead":"lead","subfields":[]}"#);
        assert_eq!(marc("ə\u{1F}aə"), r#"{"ind1":"ə","ind2":null,"subfields":[{"a":"ə"}]}"#);
        assert_eq!(marc("1əx"), r#"{"ind1":"1","ind2":"ə","lead":"x","subfields":[]}"#);
        assert_eq!(
            marc("\"\\\u{1F}\"\n\u{1F}əy\u{1F}a\u{1E}\u{1F}b"),
            r#"{"ind1":"\"","ind2":"\\","subfields":[{"\"":"\n"},{"ə":"y"},{"a":"\u001e"},{"b":""}]}"#
        );
        assert_eq!(marc("1\u{1D}\u{1F}ax"), r#"{"ind1":"1","ind2":"\u001d","subfields":[{"a":"x"}]}"#);
        let three = Syntax { indicators: 3, ..Syntax::MARC };
        assert_eq!(
            with_body(three, "123\u{1F}ax"),
            r#"{"ind1":"1","ind2":"2","ind3":"3","subfields":[{"a":"x"}]}"#
        );
        let irbis = |body: &str| with_body(Syntax::IRBIS, body);
        assert_eq!(irbis(""), r#""""#);
        assert_eq!(irbis("x\u{1F}\""), r#""x\u001f\"""#);
        assert_eq!(irbis("x^Ay^"), r#"{"lead":"x","subfields":[{"A":"y"},{"":""}]}"#);
    }

    #[test]
    fn headers() {
        let mut record = Record::new();
        record.header_mut().leader = Some(Leader::padded(b"\xE9\"123"));
        let mut findings = Findings::new(9);
        let mut out = Vec::new();
        write(record.view(), Policy::Replace, &mut out, &mut findings).unwrap();
        let expected = r#"{"leader":"\\xE9\"123                   ","fields":[]}"#;
        assert_eq!(String::from_utf8(out).unwrap(), expected);
        assert_eq!(findings.list().len(), 1);
        let refused = write(record.view(), Policy::Strict, &mut Vec::new(), &mut findings);
        assert_eq!(refused.unwrap_err().rule(), Some(UNDECODABLE));
        record.header_mut().leader = Some(Leader::default());
        record.set_syntax(Syntax::IRBIS);
        assert_eq!(written(&record), r#"{"leader":"00000nam a0200000   4500","fields":[]}"#);
    }

    #[test]
    fn a_tag_of_any_bytes() {
        let mut record = Record::new();
        for tag in [Tag::new(*b"2\"\\"), Tag::new([b'2', 0xE9, 0]), Tag::new(*b"\xC9\x99x")] {
            record.end_field(tag, 0, true);
        }
        assert_eq!(written(&record), r#"{"fields":[{"2\"\\":""},{"2\\xE9\u0000":""},{"əx":""}]}"#);
    }

    #[test]
    fn a_refused_record_leaves_the_array_whole() {
        let mut bad = Record::new();
        bad.header_mut().leader = Some(Leader::padded(b"\xE9"));
        let options = WriteOptions::new().policy(Policy::Strict);
        let mut writer = Writer::new(Vec::new(), &options);
        assert!(writer.write_record(bad.view()).is_err());
        writer.write_record(Record::new().view()).unwrap();
        assert!(writer.write_record(bad.view()).is_err());
        writer.write_record(Record::new().view()).unwrap();
        writer.finish().unwrap();
        writer.finish().unwrap();
        assert_eq!(writer.into_inner(), b"[\n{\"fields\":[]},\n{\"fields\":[]}\n]\n");
    }
}
