//! Missing indicators, filled with blanks.

use memchr::memchr;

use super::{FieldRef, Record, RecordRef, Slot};
use crate::bytes::Cut;

impl FieldRef<'_> {
    /// Returns how many indicators are missing before the first delimiter. 0 for a field without delimiter.
    #[inline]
    fn missing_indicators(self) -> usize {
        let wanted = usize::from(self.syntax().indicators);
        if self.is_control() {
            return 0;
        }
        let first = memchr(self.syntax().delimiter, self.raw().cut(..wanted.min(self.raw().len())));
        first.map_or(0, |first| wanted - first)
    }
}

impl RecordRef<'_> {
    /// Whether a data field has fewer indicators than its record has.
    #[inline]
    pub(crate) fn lacks_indicators(self) -> bool {
        let delimiter = self.syntax.delimiter;
        // As in nearly all fields. What is behind a shorter one does no harm: that is looked at again.
        let is_delimiter = |at: usize| self.bytes.get(at) == Some(&delimiter);
        let has_two = |slot: &Slot| {
            let start = slot.start as usize;
            !is_delimiter(start) && !is_delimiter(start + 1) || slot.control()
        };
        match self.syntax.indicators {
            0 => false,
            2 if self.slots.iter().all(has_two) => false,
            _ => self.fields().any(|field| field.missing_indicators() > 0),
        }
    }
}

impl Record {
    /// Inserts a blank for each missing indicator of a data field: `1` before the first delimiter becomes `1 `.
    /// Returns the number of fields changed.
    ///
    /// Readers keep such fields as they are, and writers write them so filled where they build a record anew; the
    /// bytes of an unchanged record are copied with the damage.
    ///
    /// # Example
    /// ```
    /// use kartoteka::{ReadOptions, Record, RecordRead, iso2709};
    ///
    /// let damaged = b"00045nam a2200037   4500245000700000\x1e1\x1faOne\x1e\x1d";
    /// let mut record = Record::new();
    /// iso2709::SliceReader::new(damaged, &ReadOptions::new()).read_record(&mut record)?;
    /// assert_eq!(record.fill_indicators(), 1);
    /// assert_eq!(record.field("245").unwrap().raw(), b"1 \x1faOne");
    /// # Ok::<(), kartoteka::Error>(())
    /// ```
    pub fn fill_indicators(&mut self) -> usize {
        if !self.view().lacks_indicators() {
            return 0;
        }
        let mut filled = self.first_fields(0);
        let mut changed = 0usize;
        for (field, slot) in self.view().fields().zip(&self.slots) {
            let start = filled.buffer_len();
            let missing = field.missing_indicators();
            changed += usize::from(missing > 0);
            let split = usize::from(self.syntax.indicators) - missing;
            let blanks = std::iter::repeat_n(b' ', missing);
            match field.raw_text().as_str().filter(|_| self.is_text) {
                Some(text) => {
                    let (before, after) = match missing {
                        0 => (text, ""),
                        _ => text.split_at_checked(split).unwrap_or((text, "")),
                    };
                    filled.text.push_str(before);
                    filled.text.extend(blanks.map(char::from));
                    filled.text.push_str(after);
                }
                None => {
                    let (before, after) = match missing {
                        0 => (field.raw(), &[][..]),
                        _ => field.raw().split_at_checked(split).unwrap_or((field.raw(), &[])),
                    };
                    filled.bytes.extend_from_slice(before);
                    filled.bytes.extend(blanks);
                    filled.bytes.extend_from_slice(after);
                }
            }
            filled.end_like(start, *slot);
        }
        *self = filled;
        changed
    }
}

#[cfg(test)]
mod tests {
    use crate::charset::{Charset, Reason};
    use crate::record::{Record, Slot};
    use crate::tag::Tag;

    #[test]
    fn blanks_after_the_indicators_that_are_there() {
        let bodies: [(&[u8; 3], &[u8]); 6] = [
            (b"001", b"\x1fa"),
            (b"100", b"\x1fakart"),
            (b"245", b"10\x1faDivan\x1fb!"),
            (b"300", b"1\x1fa7"),
            (b"500", b"no subfield"),
            (b"700", b"0\x1f"),
        ];
        let expected: [&[u8]; 6] =
            [b"\x1fa", b"  \x1fakart", b"10\x1faDivan\x1fb!", b"1 \x1fa7", b"no subfield", b"0 \x1f"];
        for latin in [false, true] {
            let mut record = Record::new();
            let (mut bytes, mut slots) = (Vec::new(), Vec::new());
            for (tag, body) in bodies {
                let start = bytes.len() as u32;
                bytes.extend_from_slice(body);
                slots.push(Slot::new(Tag::new(*tag), start, bytes.len() as u32, tag == b"001"));
            }
            match latin {
                true => record.set_bytes(&bytes),
                false => record.set_text(std::str::from_utf8(&bytes).unwrap()),
            }
            if latin {
                record.set_charset(Charset::Windows1252, Reason::Caller);
            }
            *record.slots_mut() = slots;
            assert_eq!(record.fill_indicators(), 3);
            let found: Vec<_> = record.fields().map(|field| field.raw().to_vec()).collect();
            assert_eq!(found, expected);
            assert_eq!(record.fill_indicators(), 0);
        }
    }
}
