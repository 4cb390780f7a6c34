//! Finds the faults in bytes without producing their text.

use super::iso2022::{self, Fault, Profile, Repair};
use super::judge::likelier;
use super::set::Charset;
use super::{patched, whatwg};

impl Charset {
    /// Calls `each` with every sequence in a field body that does not decode.
    pub(crate) fn undecodable(self, bytes: &[u8], indicators: usize, mut each: impl FnMut(&[u8])) {
        if Profile::of(self).is_some() {
            self.examine_field(bytes, indicators, |fault| {
                let sequence = bytes.get(fault.offset..fault.offset + fault.len);
                if fault.kind.is_error() {
                    each(sequence.unwrap_or_default());
                }
            });
            return;
        }
        let mut fault = |_: usize, bad: &[u8], _: &mut String| each(bad);
        match self {
            Charset::Either(sets) => {
                Charset::Utf8Or(likelier(sets, bytes)).undecodable(bytes, indicators, each);
            }
            Charset::Utf8Or(other)
                if std::str::from_utf8(bytes).is_err() && !patched::has_words(*other, bytes) =>
            {
                other.undecodable(bytes, indicators, each);
            }
            Charset::Utf8Or(other) => patched::decode(*other, bytes, &mut String::new(), &mut fault),
            _ if self.by_hand() => self.decode_by_hand(bytes, &mut String::new(), &mut fault),
            Charset::Utf8 | Charset::Auto | Charset::Unimarc { .. } => {
                let invalid = bytes.utf8_chunks().map(|chunk| chunk.invalid()).filter(|bad| !bad.is_empty());
                invalid.for_each(each);
            }
            _ => whatwg::decode_with_faults(self, bytes, &mut String::new(), &mut fault),
        }
    }

    /// Calls `each` with every fault, and with everything merely unusual, in bytes of MARC-8 or its family.
    /// Does nothing in other sets, for which [`Charset::decode`] reports faults.
    ///
    /// # Spec
    /// [MARC-8](https://www.loc.gov/marc/specifications/speccharmarc8.html) defines valid bytes.
    ///
    /// # Example
    /// ```
    /// use kartoteka::{Charset, charset::FaultKind};
    ///
    /// let mut found = Vec::new();
    /// Charset::Marc8.examine(b"Caf\xE2", |fault| found.push((fault.kind, fault.offset)));
    /// assert_eq!(found, [(FaultKind::DanglingMark, 3)]);
    /// ```
    pub fn examine(self, bytes: &[u8], each: impl FnMut(Fault)) {
        self.examine_field(bytes, 0, each);
    }

    /// Quick test for sound MARC-8 without escapes; may answer false for valid bytes.
    pub(crate) fn is_sound_marc8(bytes: &[u8]) -> bool {
        iso2022::is_sound(bytes)
    }

    /// As [`Charset::examine`], for a field body that begins with `indicators` indicators.
    pub(crate) fn examine_field(self, bytes: &[u8], indicators: usize, mut each: impl FnMut(Fault)) {
        if let Some(profile) = Profile::of(self) {
            let observe = &mut |fault| {
                each(fault);
                true
            };
            let _ = iso2022::decode(profile, bytes, indicators, Repair::Replace, &mut (), observe);
        }
    }
}
