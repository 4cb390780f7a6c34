//! A finding in its surroundings: what a report needs to know of it.

use super::Window;
use crate::finding::{Finding, Severity};
use crate::format::descriptor::Format;
use crate::record::{Record, Text};

/// The most characters of a value that are repeated in a report.
const VALUE: usize = 120;

/// A finding, the record it is about, and the bytes of that record.
#[derive(Debug)]
#[non_exhaustive]
pub struct Found<'a> {
    /// The name of the input.
    pub file: &'a str,
    /// The format of the input.
    pub format: Format,
    /// The finding.
    pub finding: &'a Finding,
    /// How much it weighs: the severity of its rule, unless the [configuration](super::Config) says otherwise.
    pub severity: Severity,
    /// The record, if it could be read and the finding is about it, and not about bytes before it.
    pub record: Option<&'a Record>,
    /// The bytes around the finding.
    pub window: Window<'a>,
    /// The bytes of the record.
    pub(crate) raw: &'a [u8],
    /// Offset of the record in the input.
    pub(crate) start: u64,
    /// Whether it is about bytes before the record, which belong to none.
    pub(crate) is_between: bool,
}

impl Found<'_> {
    /// Returns the number of the record in the input, from 1; `None` if it is not known, in a
    /// [`Part`](crate::Part) of an input.
    pub fn number(&self) -> Option<u64> {
        self.finding.location.record.number()
    }

    /// Returns what people call the record: see [`Position::name`](crate::Position::name).
    pub fn name(&self) -> String {
        self.finding.location.record.name()
    }

    /// Returns the offset of the record in the input: the same for all findings about one record.
    pub fn offset(&self) -> u64 {
        if self.raw.is_empty() { self.finding.location.record.byte } else { self.start }
    }

    /// Returns the number of bytes of the record.
    pub fn record_len(&self) -> usize {
        self.raw.len()
    }

    /// Returns the control number of the record.
    pub fn control_number(&self) -> Option<String> {
        let number = self.record?.view().control_number()?.to_str_lossy().trim().to_owned();
        (!number.is_empty()).then_some(number)
    }

    /// Returns the master file number of the record.
    pub fn mfn(&self) -> Option<u32> {
        self.record.and_then(|record| record.view().mfn()).or(self.finding.location.mfn)
    }

    /// Returns the control number of the record, or its master file number.
    pub fn id(&self) -> Option<String> {
        self.record?.view().id()
    }

    /// Returns the element of the record as a MARCspec, such as `LDR/9` or `245[0]$a[1]`; empty for the record as a whole.
    pub fn path(&self) -> String {
        let place = &self.finding.location;
        let Some(tag) = place.tag else {
            let offset = place.byte.checked_sub(place.record.byte).filter(|offset| *offset < 24);
            return match (place.place(), offset) {
                (Some(element), _) => element.to_string(),
                (None, Some(first)) if self.format.has_leader_first() && place.len > 0 => {
                    let last = (first + place.len).saturating_sub(1);
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

    /// Returns the bytes of the culprit as text; `None` if there are none, or too many.
    pub fn value(&self) -> Option<String> {
        let text = Text::new(self.culprit()?, self.window.charset).to_str_lossy().into_owned();
        (text.chars().count() <= VALUE).then_some(text)
    }

    /// The bytes of the culprit, if there are some.
    fn culprit(&self) -> Option<&[u8]> {
        let (offset, len) = self.window.find(&self.finding.location)?;
        self.window.bytes.get(offset..offset + len).filter(|bytes| !bytes.is_empty())
    }

    /// Returns what is wrong, and what was done about it.
    pub fn message(&self) -> String {
        match self.finding.action {
            "" => self.finding.message.to_string(),
            action => format!("{}; {action}", self.finding.message),
        }
    }

    /// Returns a number that stays the same as long as the record and what is wrong with it do, wherever in a file the
    /// record is. Two records with one control number share it; so do records without one that have the same bytes.
    pub fn fingerprint(&self) -> u64 {
        let mut hash = Fnv::default();
        hash.add(self.finding.rule.id().as_bytes());
        match self.id() {
            Some(id) => hash.add(id.as_bytes()),
            None if self.is_between => hash.add(b""),
            None => hash.add(self.raw),
        }
        hash.add(self.path().as_bytes());
        hash.add(self.culprit().unwrap_or_default());
        hash.0
    }
}

/// FNV-1a, with a byte after each part that UTF-8 does not have.
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
