//! A finding in its surroundings: what the forms of report say of it.

use kartoteka::{Diagnostic, Format, Record, Text};

use super::Seen;
use crate::input::bytes_of;
use crate::place::Bytes;

/// The most characters of a value that are repeated in a report.
const VALUE: usize = 120;

/// A finding, the record it is in, and the bytes of that record.
pub(super) struct Found<'a> {
    pub(super) file: &'a str,
    pub(super) format: Format,
    pub(super) finding: &'a Diagnostic,
    pub(super) record: Option<&'a Record>,
    pub(super) bytes: Bytes<'a>,
    /// The bytes of the record.
    pub(super) raw: &'a [u8],
}

impl<'a> Found<'a> {
    pub(super) fn new(
        finding: &'a Diagnostic,
        (file, format): (&'a str, Format),
        seen: &'a Seen,
    ) -> Found<'a> {
        let record = seen.record.as_ref();
        let bytes = bytes_of(finding, format, record, (&seen.raw, seen.start), &seen.lost);
        Found { file, format, finding, record, bytes, raw: &seen.raw }
    }

    /// Control number, or master file number.
    pub(super) fn id(&self) -> Option<String> {
        let record = self.record?.view();
        let number = record.control_number().map(|number| number.to_str_lossy().trim().to_owned());
        number.filter(|number| !number.is_empty()).or_else(|| record.mfn().map(|mfn| mfn.to_string()))
    }

    /// The element of the record, as a MARCspec: `LDR/9`, `245[0]$a[1]`; empty for the record as a whole.
    pub(super) fn path(&self) -> String {
        let place = &self.finding.location;
        let Some(tag) = place.tag else {
            let offset = place.byte.checked_sub(place.record.byte).filter(|offset| *offset < 24);
            let code = self.finding.code.id();
            // The check of the leader knows its position where the input has none.
            let position = code.strip_prefix('L').and_then(|number| number.parse::<u64>().ok());
            return match (offset, position.filter(|position| *position < 24)) {
                (_, Some(position)) => format!("LDR/{position}"),
                (Some(first), _) if self.format == Format::Iso2709 && place.len > 0 => {
                    let last = first.saturating_add(place.len).saturating_sub(1);
                    match last {
                        last if last == first => format!("LDR/{first}"),
                        last if last < 24 => format!("LDR/{first}-{last}"),
                        _ => String::new(),
                    }
                }
                _ => String::new(),
            };
        };
        place.place().map_or_else(|| tag.to_string(), |place| place.to_string())
    }

    /// The bytes of the culprit as text; `None` if there are none, or too many.
    pub(super) fn value(&self) -> Option<String> {
        let (offset, len) = self.bytes.find(&self.finding.location)?;
        let bytes =
            self.bytes.bytes.get(offset..offset.saturating_add(len)).filter(|bytes| !bytes.is_empty())?;
        let text = Text::new(bytes, self.bytes.charset).to_str_lossy().into_owned();
        (text.chars().count() <= VALUE).then_some(text)
    }

    /// What is wrong, and what was done about it.
    pub(super) fn message(&self) -> String {
        match self.finding.action {
            "" => self.finding.message.to_string(),
            action => format!("{}; {action}", self.finding.message),
        }
    }

    /// A number that stays the same while the record and what is wrong with it do, wherever in a file it stands.
    pub(super) fn fingerprint(&self) -> u64 {
        let mut hash = Fnv::default();
        hash.add(self.finding.code.id().as_bytes());
        match self.id() {
            Some(id) => hash.add(id.as_bytes()),
            None => hash.add(self.raw),
        }
        hash.add(self.path().as_bytes());
        let (offset, len) = self.bytes.find(&self.finding.location).unwrap_or_default();
        hash.add(self.bytes.bytes.get(offset..offset.saturating_add(len)).unwrap_or_default());
        hash.0
    }
}

/// FNV-1a, of which each part ends with a byte that UTF-8 does not have.
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Fnv {
        Fnv(0xCBF2_9CE4_8422_2325)
    }
}

impl Fnv {
    fn add(&mut self, bytes: &[u8]) {
        for byte in bytes.iter().chain(&[0xFF]) {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01B3);
        }
    }
}
