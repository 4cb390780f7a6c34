//! Bytes that a field may not hold in the output, because they delimit lines or fields there.

use crate::bytes::Cut;
use crate::finding::{Finding, Findings};
use crate::io::{IllegalCharacters, place};
use crate::record::rules::CHARACTER_NOT_ALLOWED;
use crate::record::{FieldRef, RecordRef};

/// Bytes that delimit something in a format, and the message about a field that holds one.
#[derive(Debug, Clone, Copy)]
pub(in crate::format) struct Delimiters {
    pub(in crate::format) bytes: &'static [u8],
    pub(in crate::format) message: &'static str,
}

/// The line ends.
pub(in crate::format) const LINE_ENDS: Delimiters =
    Delimiters { bytes: b"\n\r", message: "the field holds a line end" };

impl Delimiters {
    /// Treats these bytes, according to the policy, in a body that was appended to `out` from offset `start` on.
    pub(in crate::format) fn replace(
        self,
        policy: IllegalCharacters,
        (record, field): (RecordRef<'_>, FieldRef<'_>),
        (out, start): (&mut Vec<u8>, usize),
        findings: &mut Findings,
    ) -> Result<(), Finding> {
        let written = out.cut(start..);
        let is_one = |byte: &u8| self.bytes.contains(byte);
        let found = match self.bytes {
            [a, b] => memchr::memchr2(*a, *b, written).is_some(),
            _ => written.iter().any(is_one),
        };
        if !found {
            return Ok(());
        }
        let finding = |action| {
            let place = place(record, field.tag(), field.index());
            Finding::new(CHARACTER_NOT_ALLOWED, place, self.message, action)
        };
        let rest = out.split_off(start);
        match policy {
            IllegalCharacters::Error => return Err(finding("record rejected")),
            IllegalCharacters::Drop => {
                out.extend(rest.iter().copied().filter(|byte| !is_one(byte)));
                findings.push(finding("left out"));
            }
            IllegalCharacters::Replace => {
                out.extend(rest.iter().map(|byte| if is_one(byte) { b' ' } else { *byte }));
                findings.push(finding("replaced by a blank"));
            }
        }
        Ok(())
    }
}
