//! Whole records from one character set to another.

use super::{Dialect, FieldRef, Origin, Record, RecordRef};
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
    if record.fields().all(|field| field.raw().is_ascii()) {
        return true;
    }
    match Dialect::guess(record) {
        Dialect::Marc21 => {
            record.header.leader.is_none_or(|leader| (leader.coding() == b'a') == (charset == Charset::Utf8))
        }
        Dialect::Unimarc | Dialect::Rusmarc => {
            let coded = record.field(100).and_then(|field| field.subfield('a'));
            let names_utf8 = coded.and_then(|coded| coded.as_bytes().get(26..28)).map(|code| code == b"50");
            names_utf8.is_none_or(|utf8| utf8 == (charset == Charset::Utf8))
        }
        _ => true,
    }
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
        let codes: &[u8; 8] = match charset {
            Charset::Utf8 => b"50      ",
            Charset::Ibm866 => b"0179    ",
            Charset::Windows1251 => b"0189    ",
            Charset::Koi8R | Charset::Koi8U => b"0199    ",
            _ => return,
        };
        let Some(field) = self.field(100) else { return };
        let Some(coded) = field.subfield('a').filter(|coded| coded.len() >= 34) else { return };
        let Some(within) = memchr::memmem::find(field.raw(), coded.as_bytes()) else { return };
        let at = self.offset_of(field).saturating_add(within).saturating_add(26);
        let range = at..at.saturating_add(codes.len());
        match self.is_text {
            true if self.text.get(range.clone()).is_some() => {
                self.text.replace_range(range, std::str::from_utf8(codes).unwrap_or("        "));
            }
            true => {}
            false => {
                if let Some(place) = self.bytes.get_mut(range) {
                    place.copy_from_slice(codes);
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
            field.raw_text().write_utf8(policy, &mut out.text)
        } else {
            unicode.clear();
            field.raw_text().write_utf8(policy, &mut unicode).and_then(|faults| {
                let more = to.encode_into(&unicode, policy, &mut out.bytes)?;
                Ok(faults.saturating_add(more))
            })
        };
        let faults = result.map_err(|error| (field.index(), error))?;
        if faults > 0 {
            fault(field, faults);
        }
        all = all.saturating_add(faults);
        if !out.end_field(slot.tag, start, slot.control()) {
            return Err((field.index(), DecodeError::Unsupported { charset: to.name() }));
        }
    }
    Ok(all)
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
