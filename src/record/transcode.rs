//! Transcodes whole records from one character set to another.

use super::{Dialect, FieldRef, Record, RecordRef, Slot, Syntax};
use crate::bytes::Cut;
use crate::charset::{Charset, DecodeError, Policy, Reason};
use crate::error::Result;

/// Ends a field in an ISO 2709 record.
const TERMINATOR: u8 = 0x1E;

impl Record {
    /// Transcodes all values to another character set, in one pass; returns the number of sequences and
    /// characters that `policy` replaced.
    ///
    /// Only values change, not the declaration of the character set in leader/09 or field 100.
    ///
    /// # Errors
    /// [`ErrorKind::Decode`](crate::ErrorKind::Decode) under [`Policy::Strict`], or if one of the two sets is
    /// known by name only. The record is then unchanged.
    ///
    /// # Example
    /// ```
    /// use kartoteka::{Charset, Policy, Record};
    ///
    /// let mut record = Record::builder().data_field("200", "1 ", [('a', "Война и мир")]).build()?;
    /// assert_eq!(record.transcode(Charset::Windows1251, Policy::Strict)?, 0);
    /// assert_eq!(record.field("200").unwrap().subfield('a').unwrap().len(), 11);
    /// assert_eq!(record.field("200").unwrap().subfield('a').unwrap().to_str()?, "Война и мир");
    /// # Ok::<(), kartoteka::Error>(())
    /// ```
    pub fn transcode(&mut self, to: Charset, policy: Policy) -> Result<u64> {
        if self.is_text && to == Charset::Utf8 {
            return Ok(0);
        }
        let mut out = Record::new();
        let replaced =
            transcode_into(self.view(), to, policy, &mut out, |_, _| ()).map_err(|(_, error)| error)?;
        *self = out;
        Ok(replaced)
    }
}

/// Returns whether a record with characters beyond ASCII declares this character set, or none.
pub(crate) fn declares(record: RecordRef<'_>, charset: Charset) -> bool {
    let plain = |field: FieldRef<'_>| {
        field.raw().is_ascii() && !(charset.has_states() && memchr::memchr(0x1B, field.raw()).is_some())
    };
    if record.fields().all(plain) {
        return true;
    }
    match Dialect::guess(record) {
        Dialect::Marc21 => {
            record.header.leader.is_none_or(|leader| (leader.coding() == b'a') == (charset == Charset::Utf8))
        }
        Dialect::Unimarc | Dialect::Rusmarc => {
            let coded = record.field(100).and_then(|field| field.subfield('a'));
            let codes = coded.and_then(|coded| coded.as_bytes().get(26..34)).filter(|codes| are_codes(codes));
            let names_utf8 = codes.map(|codes| codes.starts_with(b"50"));
            names_utf8.is_none_or(|utf8| utf8 == (charset == Charset::Utf8))
        }
        _ => true,
    }
}

/// Returns whether 100$a/26-33 is plausible: digits, blanks, fill characters.
fn are_codes(codes: &[u8]) -> bool {
    codes.iter().all(|byte| matches!(byte, b'0'..=b'9' | b' ' | b'|' | b'#'))
}

impl Record {
    /// Declares the character set of the record: in leader/09 in MARC 21, in 100$a/26-33 in UNIMARC and
    /// RUSMARC.
    pub(crate) fn declare_charset(&mut self, charset: Charset) {
        let dialect = Dialect::guess(self.view());
        if !matches!(dialect, Dialect::Unimarc | Dialect::Rusmarc) {
            if let Some(leader) = &mut self.header.leader {
                leader.set(9, if charset == Charset::Utf8 { b'a' } else { b' ' });
            }
            return;
        }
        let code = |code: u8| if code == 0 { "  ".to_owned() } else { format!("{code:02}") };
        let codes = match charset {
            Charset::Utf8 => "50      ".to_owned(),
            Charset::Ibm866 => "0179    ".to_owned(),
            Charset::Windows1251 => "0189    ".to_owned(),
            Charset::Koi8R | Charset::Koi8U => "0199    ".to_owned(),
            Charset::Unimarc { g0, g1, g2, g3 } => [g0, g1, g2, g3].map(code).concat(),
            _ => return,
        };
        let Some(field) = self.field(100) else { return };
        let known = |coded: &[u8]| coded.get(26..34).is_some_and(are_codes);
        let Some(coded) = field.subfield('a').filter(|coded| known(coded.as_bytes())) else { return };
        let Some(within) = memchr::memmem::find(field.raw(), coded.as_bytes()) else { return };
        let at = self.offset_of(field) + within + 26;
        let range = at..at + codes.len();
        match self.is_text {
            true if self.text.get(range.clone()).is_some() => {
                self.text.replace_range(range, &codes);
            }
            true => {}
            false => {
                if let Some(place) = self.bytes.get_mut(range) {
                    place.copy_from_slice(codes.as_bytes());
                }
            }
        }
        self.origin = None;
    }
}

/// Makes `out` a copy of `record` in the character set `to`. `fault` is called per field with the number of
/// replacements. An error carries the field's index.
pub(crate) fn transcode_into(
    record: RecordRef<'_>,
    to: Charset,
    policy: Policy,
    out: &mut Record,
    mut fault: impl FnMut(FieldRef<'_>, u64),
) -> Result<u64, (usize, DecodeError)> {
    out.clear();
    out.header = *record.header;
    out.syntax = record.syntax;
    out.position = record.position;
    out.origin = None;
    out.set_charset(to, Reason::Caller);
    let is_text = to == Charset::Utf8;
    // From MARC-8 and its family, all values become bytes that are checked together.
    let at_once = is_text && !record.is_text() && is_switched(record);
    match is_text && !at_once {
        true => out.text_mut().clear(),
        false => out.bytes_mut().clear(),
    }
    let mut all = 0u64;
    let mut unicode = String::new();
    if at_once && decode_together(record, out) {
        return Ok(0);
    }
    for (field, slot) in record.fields().zip(record.slots) {
        let start = out.buffer_len();
        let result = if at_once {
            record.charset.decode_states(field.raw(), indicators(field), policy, &mut out.bytes)
        } else if is_text {
            decode_body(record, field, policy, &mut out.text)
        } else {
            unicode.clear();
            decode_body(record, field, policy, &mut unicode).and_then(|faults| {
                let more = encode_body(field, &unicode, to, policy, &mut out.bytes)?;
                Ok(faults + more)
            })
        };
        let faults = result.map_err(|error| (field.index(), error))?;
        if faults > 0 {
            fault(field, faults);
        }
        all += faults;
        if !out.end_like(start, *slot) {
            return Err((field.index(), DecodeError::Unsupported { charset: to.name() }));
        }
    }
    if at_once {
        let text = simdutf8::basic::from_utf8(&out.bytes);
        out.text.push_str(text.map_err(|_| (0, DecodeError::Invalid { offset: 0, charset: to.name() }))?);
        out.text_mut();
    }
    Ok(all)
}

/// Decodes all fields of an unedited record at once, if they are plain text. Otherwise returns false and
/// decodes nothing.
fn decode_together(record: RecordRef<'_>, out: &mut Record) -> bool {
    let decoded = as_one(record).is_some_and(|bodies| record.charset.decode_plainly(bodies, &mut out.bytes));
    if let (true, Ok(text)) = (decoded, simdutf8::basic::from_utf8(&out.bytes)) {
        let mut ends = memchr::memchr_iter(TERMINATOR, text.as_bytes()).chain(std::iter::once(text.len()));
        let mut next = 0usize;
        for (slot, end) in record.slots.iter().zip(&mut ends) {
            let start = out.text.len();
            out.text.push_str(text.cut(next..end));
            next = end + 1;
            if let (Ok(start), Ok(end)) = (u32::try_from(start), u32::try_from(out.text.len())) {
                out.slots.push(Slot::new(slot.tag, start, end, slot.control()));
            }
        }
        if out.slots.len() == record.slots.len() && ends.next().is_none() {
            out.text_mut();
            return true;
        }
    }
    out.bytes_mut().clear();
    out.slots.clear();
    false
}

/// Returns the bodies of all fields with their terminators, if they are contiguous and indicators are ASCII.
fn as_one(record: RecordRef<'_>) -> Option<&[u8]> {
    let (first, last) = (record.slots.first()?, record.slots.last()?);
    let indicators = u32::from(record.syntax.indicators);
    let mut next = first.start;
    for slot in record.slots {
        let head = slot.start..(slot.start + indicators).min(slot.end);
        let head = record.bytes.get(head.start as usize..head.end as usize)?;
        if slot.start != next || !slot.control() && !head.is_ascii() {
            return None;
        }
        next = slot.end.checked_add(1)?;
        if record.bytes.get(slot.end as usize) != Some(&TERMINATOR) {
            return None;
        }
    }
    let is_read = record.origin == Some("iso2709");
    record.bytes.get(first.start as usize..last.end as usize).filter(|_| is_read)
}

/// Returns whether the record's set is switched by escape sequences and reset by its delimiter.
fn is_switched(record: RecordRef<'_>) -> bool {
    record.charset.has_states()
        && record.charset.is_supported()
        && record.syntax.delimiter == Syntax::MARC.delimiter
        && !matches!(record.charset, Charset::Utf8Or(_) | Charset::Either(_))
}

/// Returns the number of bytes of a field that are indicators, which are ASCII in any set.
fn indicators(field: FieldRef<'_>) -> usize {
    if field.is_control() { 0 } else { field.indicators().len() }
}

/// Appends the body of a field as text.
fn decode_body(
    record: RecordRef<'_>,
    field: FieldRef<'_>,
    policy: Policy,
    out: &mut String,
) -> Result<u64, DecodeError> {
    let text = field.raw_text();
    let charset = record.charset;
    if text.as_str().is_some() || !charset.has_states() {
        return text.write_utf8(policy, out);
    }
    let (body, delimiter) = (field.raw(), record.syntax.delimiter);
    let literal = indicators(field);
    if is_switched(record) {
        return charset.decode_field(body, literal, policy, out);
    }
    // At 1F, MARC-8 and its family reset by themselves.
    let start = out.len();
    let (mut faults, mut at) = (0u64, 0usize);
    for (number, piece) in body.split(|&byte| byte == delimiter).enumerate() {
        if number > 0 {
            out.push(char::from(delimiter));
        }
        let literal =
            if number == 0 { literal } else { usize::from(piece.first().is_some_and(u8::is_ascii)) };
        match charset.decode_field(piece, literal, policy, out) {
            Ok(more) => faults += more,
            Err(error) => {
                out.truncate(start);
                return Err(error.after(at));
            }
        }
        at = at + piece.len() + 1;
    }
    Ok(faults)
}

/// Appends the text of the body of a field in another set.
fn encode_body(
    field: FieldRef<'_>,
    text: &str,
    to: Charset,
    policy: Policy,
    out: &mut Vec<u8>,
) -> Result<u64, DecodeError> {
    let delimiter = field.syntax().delimiter;
    let literal = indicators(field);
    if !to.has_states() || delimiter == Syntax::MARC.delimiter {
        return to.encode_field(text, literal, policy, out);
    }
    let start = out.len();
    let (mut faults, mut at) = (0u64, 0usize);
    for (number, piece) in text.split(char::from(delimiter)).enumerate() {
        if number > 0 {
            out.push(delimiter);
        }
        let code = usize::from(number > 0 && piece.starts_with(|first: char| first.is_ascii()));
        match to.encode_field(piece, if number == 0 { literal } else { code }, policy, out) {
            Ok(more) => faults += more,
            Err(error) => {
                out.truncate(start);
                return Err(error.after(at));
            }
        }
        at = at + piece.len() + 1;
    }
    Ok(faults)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tag::Tag;

    #[test]
    fn there_and_back() {
        let record = Record::builder()
            .control_field("001", "kart0002")
            .data_field("200", "1 ", [('a', "Евгений Онегин"), ('e', "роман"), ('e', "")])
            .build()
            .unwrap();
        let mut changed = record.clone();
        for to in [Charset::Ibm866, Charset::Windows1251, Charset::Koi8R] {
            changed.transcode(to, Policy::Strict).unwrap();
            assert_eq!(changed.charset(), to);
        }
        assert_ne!(changed, record);
        changed.transcode(Charset::Utf8, Policy::Strict).unwrap();
        assert_eq!(changed, record);
    }

    #[test]
    fn strict_leaves_the_record_alone() {
        let mut record =
            Record::builder().data_field("245", "10", [('a', "Leyli və Məcnun")]).build().unwrap();
        let before = record.clone();
        assert!(record.transcode(Charset::Windows1251, Policy::Strict).is_err());
        assert_eq!(record, before);
        assert_eq!(record.transcode(Charset::Windows1251, Policy::Replace).unwrap(), 2);
        assert_eq!(
            record.fields().next().unwrap().subfield('a').unwrap().to_str().unwrap(),
            "Leyli v? M?cnun"
        );
    }

    proptest::proptest! {
        /// An unedited record decodes to the same in one piece and field by field.
        #[test]
        fn together_or_one_by_one(
            bodies in proptest::collection::vec(
                proptest::collection::vec(proptest::sample::select(vec![
                    &b"a"[..], b"plain ", b"\x1Fa", b"\x1F", b"\xE2e", b"\xEBi\xECa", b"\xE2", b"\xB8", b"\x1B(NA\x1B(B",
                    b"&", b"&#x0259;", b"\xAF", b"\x1E", b"1",
                ]), 0..8),
                1..6,
            ),
        ) {
            let mut record = Record::new();
            let mut frame = b"00000nam  2200000   4500".to_vec();
            let mut slots = Vec::new();
            for body in &bodies {
                let start = frame.len() as u32;
                frame.extend(body.concat());
                slots.push(Slot::new(Tag::new(*b"500"), start, frame.len() as u32, false));
                frame.push(TERMINATOR);
            }
            record.set_bytes(&frame);
            *record.slots_mut() = slots;
            record.set_charset(Charset::Marc8, Reason::Declared);
            let mut read = record.clone();
            read.set_origin("iso2709");
            let replaced = record.transcode(Charset::Utf8, Policy::Replace).unwrap();
            proptest::prop_assert_eq!(read.transcode(Charset::Utf8, Policy::Replace).unwrap(), replaced);
            proptest::prop_assert_eq!(read, record);
        }
    }

    #[test]
    fn places_of_faults() {
        let mut record = Record::new();
        record.set_charset(Charset::Utf8, Reason::Declared);
        record.bytes_mut().extend_from_slice(b"good  \x1FaCaf\xE9\xE9");
        record.end_field(Tag::new(*b"245"), 4, false);
        let mut out = Record::new();
        let mut places = Vec::new();
        let all = transcode_into(record.view(), Charset::Utf8, Policy::Replace, &mut out, |field, faults| {
            places.push((field.index(), faults));
        });
        assert_eq!((all, places), (Ok(2), vec![(0, 2)]));
        assert_eq!(out.field("245").unwrap().raw(), "  \u{1F}aCaf\u{FFFD}\u{FFFD}".as_bytes());
    }
}
