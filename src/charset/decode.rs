//! Bytes to text, in any set: strictly, or with faults replaced and counted.

use std::borrow::Cow;

use super::iso2022::{self, Fault, Profile, Repair};
use super::judge::likelier;
use super::nonsorting::{mark_from, with_marks};
use super::set::{Charset, Policy};
use super::{codepage, danmarc, patched, utf16, whatwg};
use crate::error::DecodeError;

impl Charset {
    /// Returns whether valid bytes in this set can be decoded; false for sets known by name only.
    pub fn is_supported(self) -> bool {
        match self {
            Charset::Auto => false,
            Charset::Unimarc { .. } => Profile::of(self).is_some(),
            Charset::Utf8Or(other) => other.is_supported(),
            Charset::Either(sets) => sets.iter().all(|set| set.is_supported()),
            _ => true,
        }
    }

    /// Decodes `bytes`. Borrows where they are already UTF-8 or ASCII.
    ///
    /// In MARC-8 and its family the text keeps the form of the bytes, with marks after their letters: `e` and
    /// U+0301, not `é`. [`Normalization`](crate::Normalization) composes it.
    ///
    /// # Errors
    /// [`DecodeError::Invalid`] with the offset of the first byte that does not decode;
    /// [`DecodeError::Unsupported`] if there are bytes above 0x7F, or escapes, in a set known by name only.
    pub fn decode(self, bytes: &[u8]) -> Result<Cow<'_, str>, DecodeError> {
        match self {
            Charset::Utf8 => match simdutf8::compat::from_utf8(bytes) {
                Ok(text) => Ok(Cow::Borrowed(text)),
                Err(error) => Err(DecodeError::Invalid { offset: error.valid_up_to(), charset: self.name() }),
            },
            Charset::Utf8Or(other) => match std::str::from_utf8(bytes) {
                Ok(text) => Ok(with_marks(text)),
                Err(_) if !patched::has_words(*other, bytes) => match other.decode(bytes)? {
                    Cow::Borrowed(text) => Ok(with_marks(text)),
                    Cow::Owned(mut text) => {
                        mark_from(&mut text, 0);
                        Ok(Cow::Owned(text))
                    }
                },
                Err(_) => {
                    let mut text = String::with_capacity(bytes.len());
                    let mut first = None;
                    patched::decode(*other, bytes, &mut text, &mut |offset, _, _| {
                        first.get_or_insert(offset);
                    });
                    match first {
                        None => Ok(Cow::Owned(text)),
                        Some(offset) => Err(DecodeError::Invalid { offset, charset: self.name() }),
                    }
                }
            },
            Charset::Either(sets) => Charset::Utf8Or(likelier(sets, bytes)).decode(bytes),
            Charset::Marc8 | Charset::Iso6937 | Charset::Unimarc { .. } | Charset::Auto => {
                let plain = iso2022::is_plain(bytes).then(|| std::str::from_utf8(bytes).ok()).flatten();
                match (Profile::of(self), plain) {
                    (Some(profile), Some(text)) if profile.begins_with_ascii() => Ok(Cow::Borrowed(text)),
                    (Some(profile), _) => {
                        let mut text = Vec::with_capacity(2 * bytes.len());
                        let wrong = |offset| DecodeError::Invalid { offset, charset: self.name() };
                        let observe = &mut |fault: Fault| !fault.kind.is_error();
                        iso2022::decode(profile, bytes, 0, Repair::Replace, &mut text, observe)
                            .map_err(|fault| wrong(fault.offset))?;
                        String::from_utf8(text).map(Cow::Owned).map_err(|_| wrong(0))
                    }
                    (None, _) => match std::str::from_utf8(bytes) {
                        Ok(text) if text.is_ascii() && !bytes.contains(&0x1B) => Ok(Cow::Borrowed(text)),
                        _ => Err(DecodeError::Unsupported { charset: self.name() }),
                    },
                }
            }
            _ if self.by_hand() => {
                let mut first = None;
                let mut text = String::with_capacity(bytes.len());
                self.decode_by_hand(bytes, &mut text, &mut |offset, _, _| {
                    first.get_or_insert(offset);
                });
                match first {
                    None => Ok(Cow::Owned(text)),
                    Some(offset) => Err(DecodeError::Invalid { offset, charset: self.name() }),
                }
            }
            other => whatwg::decode(other, bytes),
        }
    }

    /// Decodes `bytes` with U+FFFD for each sequence that does not decode; returns also the number of these.
    pub fn decode_lossy(self, bytes: &[u8]) -> (Cow<'_, str>, u64) {
        if let Ok(text) = self.decode(bytes) {
            return (text, 0);
        }
        let mut text = String::with_capacity(bytes.len());
        let faults = self.decode_into(bytes, Policy::Replace, &mut text).unwrap_or_default();
        (Cow::Owned(text), faults)
    }

    /// Decodes `bytes`, appends the text to `out` and returns the number of faults that the policy handled.
    ///
    /// A set known by name only is read as UTF-8 with faults.
    ///
    /// # Errors
    /// [`DecodeError`] under [`Policy::Strict`]; `out` is then unchanged.
    pub fn decode_into(self, bytes: &[u8], policy: Policy, out: &mut String) -> Result<u64, DecodeError> {
        self.decode_field(bytes, 0, policy, out)
    }

    /// As [`Charset::decode_into`], for a field body that begins with `indicators` bytes that are ASCII in
    /// any set.
    pub(crate) fn decode_field(
        self,
        bytes: &[u8],
        indicators: usize,
        policy: Policy,
        out: &mut String,
    ) -> Result<u64, DecodeError> {
        if let Charset::Either(sets) = self {
            return Charset::Utf8Or(likelier(sets, bytes)).decode_field(bytes, indicators, policy, out);
        }
        if let Charset::Utf8Or(other) = self {
            if let Ok(text) = std::str::from_utf8(bytes) {
                out.push_str(&with_marks(text));
                return Ok(0);
            }
            if !patched::has_words(*other, bytes) {
                let start = out.len();
                let faults = other.decode_field(bytes, indicators, policy, out)?;
                mark_from(out, start);
                return Ok(faults);
            }
        }
        if Profile::of(self).is_some() {
            let mut text = Vec::with_capacity(2 * bytes.len());
            let faults = self.decode_states(bytes, indicators, policy, &mut text)?;
            let wrong = |_| DecodeError::Invalid { offset: 0, charset: self.name() };
            out.push_str(simdutf8::basic::from_utf8(&text).map_err(wrong)?);
            return Ok(faults);
        }
        match self.decode(bytes) {
            Ok(text) => {
                out.push_str(&text);
                return Ok(0);
            }
            Err(error) if policy == Policy::Strict => return Err(error),
            Err(_) => {}
        }
        let mut faults = 0u64;
        let mut fault = |_: usize, bad: &[u8], out: &mut String| {
            faults += 1;
            match policy {
                Policy::Escape => bad.iter().for_each(|byte| out.push_str(&format!("\\x{byte:02X}"))),
                _ => out.push('\u{FFFD}'),
            }
        };
        if let Charset::Utf8Or(other) = self {
            patched::decode(*other, bytes, out, &mut fault);
        } else if self == Charset::Utf8 || !self.is_supported() {
            for chunk in bytes.utf8_chunks() {
                out.push_str(chunk.valid());
                if !chunk.invalid().is_empty() {
                    fault(0, chunk.invalid(), out);
                }
            }
        } else if self.by_hand() {
            self.decode_by_hand(bytes, out, &mut fault);
        } else {
            whatwg::decode_with_faults(self, bytes, out, &mut fault);
        }
        Ok(faults)
    }

    /// As [`Charset::decode_field`], for MARC-8 and its family: appends bytes that are valid UTF-8, so that
    /// one check suffices for many fields.
    pub(crate) fn decode_states(
        self,
        bytes: &[u8],
        indicators: usize,
        policy: Policy,
        out: &mut Vec<u8>,
    ) -> Result<u64, DecodeError> {
        let unsupported = DecodeError::Unsupported { charset: self.name() };
        let profile = Profile::of(self).ok_or(unsupported)?;
        let mut faults = 0u64;
        let observe = &mut |fault: Fault| {
            faults += u64::from(fault.kind.is_error());
            policy != Policy::Strict || !fault.kind.is_error()
        };
        let repair = if policy == Policy::Escape { Repair::Escape } else { Repair::Replace };
        match iso2022::decode(profile, bytes, indicators, repair, out, observe) {
            Ok(()) => Ok(faults),
            Err(fault) => Err(DecodeError::Invalid { offset: fault.offset, charset: self.name() }),
        }
    }

    /// Decodes several field bodies with their delimiters and terminators at once, to bytes of UTF-8, if they
    /// are plain text of MARC-8 or its family. Otherwise returns false, with a part of them decoded. Does not
    /// know indicators, which must be ASCII.
    pub(crate) fn decode_plainly(self, bytes: &[u8], out: &mut Vec<u8>) -> bool {
        Profile::of(self).is_some_and(|profile| iso2022::decode_usual(profile, bytes, out))
    }

    pub(super) const fn by_hand(self) -> bool {
        matches!(
            self,
            Charset::Cp437
                | Charset::Cp737
                | Charset::Cp775
                | Charset::Cp850
                | Charset::Cp852
                | Charset::Cp855
                | Charset::Cp857
                | Charset::Cp860
                | Charset::Cp861
                | Charset::Cp863
                | Charset::Cp865
                | Charset::Cp869
                | Charset::Cp1125
                | Charset::Kz1048
                | Charset::Ptcp154
                | Charset::DanMarc
                | Charset::Utf16Le
                | Charset::Utf16Be
        )
    }

    pub(super) fn decode_by_hand(
        self,
        bytes: &[u8],
        out: &mut String,
        fault: &mut dyn FnMut(usize, &[u8], &mut String),
    ) {
        match self {
            Charset::DanMarc => danmarc::decode(bytes, out, fault),
            Charset::Utf16Le => utf16::decode(bytes, u16::from_le_bytes, out, fault),
            Charset::Utf16Be => utf16::decode(bytes, u16::from_be_bytes, out, fault),
            page => codepage::decode(page, bytes, out, fault),
        }
    }
}
