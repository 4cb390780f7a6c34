//! Repairs damaged text, on request only.

use super::{FieldRef, Record};
use crate::bytes::Cut;
use crate::charset::Policy;
use crate::charset::{Charset, Normalization, Reason, is_from_dos, read_as_dos, undo_second_encoding};
use crate::finding::{Finding, Findings};
use crate::named::named;
use crate::position::Location;
use crate::record::rules::{ENCODED_TWICE, MARC8_NONSTANDARD};

const ESC: u8 = 0x1B;

/// Faults of text that can be repaired because the intended text is known. No repair happens unless
/// requested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TextRepair {
    /// Decodes values that were encoded twice. See
    /// [`undo_second_encoding`](crate::charset::undo_second_encoding).
    Mojibake,
    /// Restores escape sequences of MARC-8 that lost their escape byte: `$1`, `(N`, `(3` and similar before,
    /// and `(B` after, bytes that make sense in that set.
    Marc8Escapes,
}

named!(TextRepair {
    Mojibake "mojibake" "Values that were encoded twice",
    Marc8Escapes "marc8-escapes" "Escape sequences of MARC-8 without their escape byte",
});

impl Record {
    /// Repairs text. Each changed field is reported in `findings`.
    ///
    /// # Example
    /// ```
    /// use kartoteka::{Findings, Record, TextRepair};
    ///
    /// let mut record = Record::builder().data_field("245", "10", [('a', "CafÃ©")]).build()?;
    /// let mut findings = Findings::new(10);
    /// record.repair_text(TextRepair::Mojibake, &mut findings);
    /// assert_eq!(record.field("245").unwrap().subfield('a').unwrap().to_str()?, "Café");
    /// assert_eq!(findings.list().len(), 1);
    /// # Ok::<(), kartoteka::Error>(())
    /// ```
    pub fn repair_text(&mut self, repair: TextRepair, findings: &mut Findings) {
        match repair {
            TextRepair::Mojibake => self.repair_mojibake(findings),
            TextRepair::Marc8Escapes => self.repair_escapes(findings),
        }
    }

    /// Writes all values in a normalization form of Unicode. A record in a set other than UTF-8 is transcoded
    /// to it first, with U+FFFD for bytes that do not decode; a record that already has the form stays as it
    /// is. Returns whether it was changed.
    pub fn normalize_text(&mut self, form: Normalization) -> bool {
        if form == Normalization::AsIs {
            return false;
        }
        let transcoded = !self.is_text && self.transcode(Charset::Utf8, Policy::Replace).is_ok();
        let changed = self.change_text(|_, text| match form.apply(text) {
            std::borrow::Cow::Borrowed(_) => None,
            std::borrow::Cow::Owned(text) => Some(text),
        });
        transcoded || changed
    }

    /// Changes the text of fields, each value between delimiters separately. Returns whether anything
    /// changed.
    fn change_text(&mut self, mut change: impl FnMut(FieldRef<'_>, &str) -> Option<String>) -> bool {
        if !self.is_text {
            return false;
        }
        let delimiter = char::from(self.syntax.delimiter);
        let mut changed: Option<Record> = None;
        for (number, field) in self.view().fields().enumerate() {
            let text = field.raw_text().as_str().unwrap_or_default();
            let mut out: Option<String> = None;
            if !text.is_ascii() {
                let mut next = 0usize;
                for piece in text.split(delimiter) {
                    let start = next;
                    next = start + piece.len() + 1;
                    // The code of a subfield is no part of its value: no mark may combine with it.
                    let is_code = start > 0 && piece.as_bytes().first().is_some_and(u8::is_ascii);
                    let (code, value) = piece.split_at(usize::from(is_code));
                    let better = change(field, value);
                    if better.is_some() && out.is_none() {
                        out = Some(text.cut(..start).to_owned());
                    } else if let (Some(out), true) = (&mut out, start > 0) {
                        out.push(delimiter);
                    }
                    if let Some(out) = &mut out {
                        out.push_str(code);
                        out.push_str(better.as_deref().unwrap_or(value));
                    }
                }
            }
            let Some(body) = out.as_deref().or(changed.is_some().then_some(text)) else { continue };
            let record = changed.get_or_insert_with(|| self.first_fields(number));
            let start = record.text.len();
            record.text.push_str(body);
            if let Some(slot) = self.slots.get(number) {
                record.end_like(start, *slot);
            }
        }
        let is_changed = changed.is_some();
        if let Some(record) = changed {
            *self = record;
        }
        is_changed
    }

    /// Returns a record with the first fields of this one, to which others can be appended.
    pub(super) fn first_fields(&self, count: usize) -> Record {
        let mut record = Record::new();
        record.header = self.header;
        record.syntax = self.syntax;
        record.position = self.position;
        record.set_charset(self.charset, self.reason);
        record.origin = None;
        match self.is_text {
            true => record.text_mut().clear(),
            false => record.bytes_mut().clear(),
        }
        for (field, slot) in self.view().fields().zip(&self.slots).take(count) {
            let start = record.buffer_len();
            match field.raw_text().as_str() {
                Some(text) if self.is_text => record.text.push_str(text),
                _ => record.bytes.extend_from_slice(field.raw()),
            }
            record.end_like(start, *slot);
        }
        record
    }

    fn repair_mojibake(&mut self, findings: &mut Findings) {
        let mut repaired = Vec::new();
        // If one value of a record came from DOS, all values that could have did.
        let delimiter = char::from(self.syntax.delimiter);
        let from_dos = |field: FieldRef<'_>| {
            let text = field.raw_text().as_str().unwrap_or_default();
            !text.is_ascii() && text.split(delimiter).any(is_from_dos)
        };
        let by_dos = self.view().fields().any(from_dos);
        self.change_text(|field, text| {
            let dos = || read_as_dos(text).filter(|_| by_dos).map(|better| (better, Charset::Windows1252));
            let (better, by) = undo_second_encoding(text).or_else(dos)?;
            repaired.push((field.tag(), field.index(), by, better.chars().take(40).collect::<String>()));
            Some(better)
        });
        for (tag, index, by, better) in repaired {
            let mut location = Location::of(self.position);
            (location.tag, location.field) = (Some(tag), u32::try_from(index).ok());
            let message = format!("a value that was encoded twice, by way of {by}: {better}");
            findings.push(Finding::new(ENCODED_TWICE, location, message, "decoded once"));
        }
    }

    fn repair_escapes(&mut self, findings: &mut Findings) {
        let is_marc8 = match self.charset {
            Charset::Marc8 => true,
            Charset::Utf8 => self.header.leader.is_some_and(|leader| leader.coding() != b'a'),
            _ => false,
        };
        if !is_marc8 || self.is_text && !self.text.is_ascii() {
            return;
        }
        let mut record = self.first_fields(0);
        let _ = record.bytes_mut();
        let mut changed = false;
        for (field, slot) in self.view().fields().zip(&self.slots) {
            let start = record.bytes.len();
            match with_escapes(field.raw()) {
                Some(body) => {
                    record.bytes.extend_from_slice(&body);
                    changed = true;
                    let mut location = Location::of(self.position);
                    (location.tag, location.field) = (Some(field.tag()), u32::try_from(field.index()).ok());
                    let message = "escape sequences without their escape byte";
                    findings.push(Finding::new(MARC8_NONSTANDARD, location, message, "put back"));
                }
                None => record.bytes.extend_from_slice(field.raw()),
            }
            record.end_like(start, *slot);
        }
        if changed {
            record.set_charset(Charset::Marc8, Reason::Declared);
            *self = record;
        }
    }
}

/// Returns the bytes of a field with escape bytes before sequences that lack them; `None` if there are no
/// such sequences.
fn with_escapes(body: &[u8]) -> Option<Vec<u8>> {
    const RETURN: &[u8] = b"(B";
    const BEGINNINGS: [&[u8]; 7] = [b"$1", b"(N", b"(Q", b"(2", b"(3", b"(4", b"(S"];
    if memchr::memmem::find(body, RETURN).is_none() || body.contains(&ESC) {
        return None;
    }
    let mut out = Vec::with_capacity(body.len() + 8);
    let mut rest = body;
    let mut found = false;
    while let Some((&first, after)) = rest.split_first() {
        let begins = BEGINNINGS.iter().find(|begins| rest.starts_with(begins));
        let end = begins.and_then(|_| memchr::memmem::find(rest, RETURN));
        let whole = begins.zip(end).and_then(|(begins, end)| {
            let text = rest.get(begins.len()..end).filter(|text| text.len() > 1 && !text.contains(&0x1F))?;
            let bytes = [&[ESC], *begins, text, &[ESC], RETURN].concat();
            let mut sound = true;
            Charset::Marc8.examine(&bytes, |_| sound = false);
            let all = Charset::Marc8
                .decode(&bytes)
                .is_ok_and(|text| !text.contains(|c: char| c.is_ascii_alphabetic()));
            (sound && all).then_some((bytes, end + RETURN.len()))
        });
        match whole {
            Some((bytes, end)) => {
                out.extend_from_slice(&bytes);
                rest = rest.cut(end..);
                found = true;
            }
            None => {
                out.push(first);
                rest = after;
            }
        }
    }
    found.then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_come_back() {
        assert_eq!(with_escapes(b"  \x1Fa(NmIR(B."), Some(b"  \x1Fa\x1B(NmIR\x1B(B.".to_vec()));
        assert_eq!(with_escapes(b"  \x1Fa$1!6k(B"), Some(b"  \x1Fa\x1B$1!6k\x1B(B".to_vec()));
        assert_eq!(with_escapes(b"  \x1Fa$1 for (B) and (C)"), None);
        assert_eq!(with_escapes(b"  \x1Fa(N\x1Fb(B"), None);
        let mut leader = crate::Leader::default();
        leader.set(9, b' ');
        let mut record = Record::builder().data_field("245", "10", [('a', "(NmIR(B /")]).build().unwrap();
        record.header.leader = Some(leader);
        let mut findings = Findings::new(9);
        record.repair_text(TextRepair::Marc8Escapes, &mut findings);
        assert_eq!(record.field("245").unwrap().subfield('a').unwrap().to_str().unwrap(), "Мир /");
        assert_eq!(findings.list().len(), 1);
    }

    #[test]
    fn only_what_was_encoded_twice_is_changed() {
        let mut record = Record::builder()
            .control_field("001", "x")
            .data_field("245", "10", [('a', "CafÃ©"), ('b', "São Tomé"), ('c', "Р’РѕР№РЅР°")])
            .data_field("500", "  ", [('a', "b")])
            .build()
            .unwrap();
        let mut findings = Findings::new(9);
        record.repair_text(TextRepair::Mojibake, &mut findings);
        let expected = Record::builder()
            .control_field("001", "x")
            .data_field("245", "10", [('a', "Café"), ('b', "São Tomé"), ('c', "Война")])
            .data_field("500", "  ", [('a', "b")])
            .build()
            .unwrap();
        assert_eq!((&record, findings.list().len()), (&expected, 2));
    }

    /// As in CDS/ISIS records that were converted from DOS by way of Latin-1.
    #[test]
    fn what_came_from_dos_is_known_by_its_neighbours() {
        let irbis = |values: [&str; 4]| {
            let [a, b, c, d] = values;
            crate::Builder::new(crate::Syntax::IRBIS)
                .field("24", |f| f.lead(a).subfield('z', "spa"))
                .field("70", |f| f.lead(b))
                .field("70", |f| f.lead(c))
                .field("70", |f| f.lead(d))
                .build()
                .unwrap()
        };
        let mut record = irbis(["La Unesco, un ideal en acci¢n", "S\u{A0}, Artur", "Peña, B.", "plain"]);
        let mut findings = Findings::new(9);
        record.repair_text(TextRepair::Mojibake, &mut findings);
        let expected = irbis(["La Unesco, un ideal en acción", "Sá, Artur", "Peña, B.", "plain"]);
        assert_eq!((&record, findings.list().len()), (&expected, 2));
        let mut record = irbis(["Titre\u{A0}: sous-titre", "S\u{A0}, Artur", "¡Hola!", "5¢"]);
        let before = record.clone();
        record.repair_text(TextRepair::Mojibake, &mut findings);
        assert_eq!(record, before, "no value shows it by itself");
    }

    #[test]
    fn normal_forms() {
        let mut record =
            Record::builder().data_field("245", "10", [('a', "Cafe\u{301}"), ('b', "é")]).build().unwrap();
        assert!(record.normalize_text(Normalization::Nfc));
        assert!(!record.normalize_text(Normalization::Nfc) && !record.normalize_text(Normalization::AsIs));
        assert_eq!(record.field("245").unwrap().subfield('a').unwrap().as_str(), Some("Café"));
        assert!(record.normalize_text(Normalization::Nfd));
        let mut odd = Record::builder().data_field("245", "10", [('a', "\u{301}e\u{301}")]).build().unwrap();
        assert!(odd.normalize_text(Normalization::Nfc));
        assert_eq!(odd.field("245").unwrap().raw(), "10\u{1F}a\u{301}é".as_bytes());
        assert_eq!(record.field("245").unwrap().subfield('b').unwrap().as_str(), Some("e\u{301}"));
    }
}
