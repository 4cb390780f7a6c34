//! Whole records from one character set to another.

use super::{Dialect, FieldRef, Origin, Record, RecordRef, Syntax};
use crate::Result;
use crate::charset::{Charset, DecodeError, Policy, Reason};

impl Record {
    /// Rewrites all values in another character set, in one pass; tells how many sequences and characters `policy`
    /// replaced.
    ///
    /// Only values change: what leader/09 or field 100 say of the character set stays.
    ///
    /// # Errors
    /// [`ErrorKind::Decode`](crate::ErrorKind::Decode) under [`Policy::Strict`], or where one of the two sets is
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

/// Whether a record with characters beyond ASCII says of itself that it is in this character set, or nothing else.
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

/// Whether 100$a/26-33 holds what it should: digits, blanks, fill characters.
fn are_codes(codes: &[u8]) -> bool {
    codes.iter().all(|byte| matches!(byte, b'0'..=b'9' | b' ' | b'|' | b'#'))
}

impl Record {
    /// Makes the record say which character set it is in: leader/09 in MARC 21, 100$a/26-33 in UNIMARC and RUSMARC.
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
        let at = self.offset_of(field).saturating_add(within).saturating_add(26);
        let range = at..at.saturating_add(codes.len());
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
        self.origin = Origin::None;
    }
}

/// Makes `out` a copy of `record` in the character set `to`. `fault` hears of each field in which something was
/// replaced, and how much. Of an error tells the index of the field.
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
    out.origin = Origin::None;
    out.set_charset(to, Reason::Caller);
    let is_text = to == Charset::Utf8;
    match is_text {
        true => out.text_mut().clear(),
        false => out.bytes_mut().clear(),
    }
    let mut all = 0u64;
    let mut unicode = String::new();
    for (field, slot) in record.fields().zip(record.slots) {
        let start = out.buffer_len();
        let result = if is_text {
            decode_body(record, field, policy, &mut out.text)
        } else {
            unicode.clear();
            decode_body(record, field, policy, &mut unicode).and_then(|faults| {
                let more = encode_body(field, &unicode, to, policy, &mut out.bytes)?;
                Ok(faults.saturating_add(more))
            })
        };
        let faults = result.map_err(|error| (field.index(), error))?;
        if faults > 0 {
            fault(field, faults);
        }
        all = all.saturating_add(faults);
        if !out.end_like(start, *slot) {
            return Err((field.index(), DecodeError::Unsupported { charset: to.name() }));
        }
    }
    Ok(all)
}

/// How many bytes of a field are indicators, which are ASCII in any set.
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
    if delimiter == Syntax::MARC.delimiter && !matches!(charset, Charset::Utf8Or(_)) {
        return charset.decode_field(body, literal, policy, out);
    }
    // What MARC-8 and its kin do at 1F by themselves.
    let start = out.len();
    let (mut faults, mut at) = (0u64, 0usize);
    for (number, piece) in body.split(|&byte| byte == delimiter).enumerate() {
        if number > 0 {
            out.push(char::from(delimiter));
        }
        let literal =
            if number == 0 { literal } else { usize::from(piece.first().is_some_and(u8::is_ascii)) };
        match charset.decode_field(piece, literal, policy, out) {
            Ok(more) => faults = faults.saturating_add(more),
            Err(error) => {
                out.truncate(start);
                return Err(error.behind(at));
            }
        }
        at = at.saturating_add(piece.len()).saturating_add(1);
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
            Ok(more) => faults = faults.saturating_add(more),
            Err(error) => {
                out.truncate(start);
                return Err(error.behind(at));
            }
        }
        at = at.saturating_add(piece.len()).saturating_add(1);
    }
    Ok(faults)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Tag;

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
