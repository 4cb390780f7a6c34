//! What is odd inside fields whose bounds are known: indicators, delimiters, terminators.

use memchr::{memchr, memchr_iter, memmem};

use super::mab::SYNTAX as MAB;
use super::{DELIMITER, FIELD_TERMINATOR, RECORD_TERMINATOR};
use crate::diagnostic::Findings;
use crate::record::{Slot, Syntax};
use crate::{Code, Tag};

/// Whether a record whose fields all begin and end at terminators has delimiters or terminators where they do not
/// belong. `data` are its fields, from the base address on, without the record terminator.
///
/// # Cost
/// Two passes that mostly find nothing, a few bytes an instruction.
#[inline]
pub(super) fn has_strays(data: &[u8], fields: usize, doubled: &memmem::Finder<'static>) -> bool {
    // Each field has its terminator: any more are strays, of records as well.
    terminators(data) != fields || doubled.find(data).is_some()
}

/// How many bytes are field or record terminators.
#[inline]
fn terminators(data: &[u8]) -> usize {
    const { assert!(FIELD_TERMINATOR == RECORD_TERMINATOR + 1) };
    let mut count = 0usize;
    for block in data.chunks(240) {
        let mut here = 0u8; // at most 240
        for byte in block {
            here = here.wrapping_add(u8::from(byte.wrapping_sub(RECORD_TERMINATOR) < 2));
        }
        count = count.saturating_add(usize::from(here));
    }
    count
}

/// Whether a byte can be an indicator: a visible ASCII character or a blank.
#[inline]
pub(super) const fn is_indicator(byte: u8) -> bool {
    byte.wrapping_sub(b' ') < 0x5F
}

/// Whether all fields 00X have indicators and subfields, as danMARC has it: then they are data fields.
pub(super) fn control_fields_are_data(frame: &[u8], slots: &[Slot], indicators: usize) -> bool {
    let mut control = slots.iter().filter(|slot| slot.tag.is_control()).peekable();
    control.peek().is_some()
        && control.all(|slot| {
            let body = frame.get(slot.start as usize..slot.end as usize).unwrap_or_default();
            memchr(DELIMITER, body) == Some(indicators)
        })
}

/// Says what is odd in each field.
pub(super) fn report(frame: &[u8], slots: &[Slot], syntax: Syntax, findings: &mut Findings) {
    for (index, slot) in slots.iter().enumerate() {
        let start = slot.start as usize;
        let body = frame.get(start..slot.end as usize).unwrap_or_default();
        let mut field = Field { tag: slot.tag, index, start, findings };
        if slot.tag.bytes().is_some_and(|tag| !tag.is_ascii()) {
            field.say(Code::TagInvalid, (0, 0), "the tag is not ASCII".to_owned(), "kept");
        }
        if body.is_empty() {
            field.say(Code::FieldEmpty, (0, 0), "the field has no data".to_owned(), "kept empty");
            continue;
        }
        if syntax.delimiter == DELIMITER {
            match slot.control() {
                true => field.control(body),
                false => field.data(body, usize::from(syntax.indicators)),
            }
        }
        field.terminators(body);
    }
}

/// A field, and where to say what is odd in it.
struct Field<'f> {
    tag: Tag,
    index: usize,
    /// Offset of its body in the record.
    start: usize,
    findings: &'f mut Findings,
}

impl Field<'_> {
    /// `at` is an offset in the body, and a length.
    fn say(&mut self, code: Code, (at, len): (usize, usize), message: String, action: &'static str) {
        let place = (self.start.saturating_add(at), len);
        self.findings.in_field(code, (self.tag, self.index), place, message, action);
    }

    fn control(&mut self, body: &[u8]) {
        if let Some(at) = memchr(DELIMITER, body) {
            let message = format!("byte {at} of the field is a subfield delimiter");
            self.say(Code::ControlFieldSubfields, (at, 1), message, "kept as data");
        }
    }

    fn data(&mut self, body: &[u8], indicators: usize) {
        let Some(first) = memchr(DELIMITER, body) else {
            if indicators == usize::from(MAB.indicators) {
                return; // most fields of MAB2 are one value
            }
            let message = "the field has no subfield".to_owned();
            self.say(
                Code::DataBeforeSubfield,
                (0, body.len()),
                message,
                "kept as data before the first subfield",
            );
            return;
        };
        let surplus = first.saturating_sub(indicators);
        if first < indicators {
            let message = format!("the field has {first} indicators, its record has {indicators}");
            self.say(Code::IndicatorCount, (0, first), message, "the missing read as blank");
        } else if surplus == 1 {
            let message = format!("the field has {first} indicators, its record has {indicators}");
            self.say(
                Code::IndicatorCount,
                (indicators, 1),
                message,
                "kept as data before the first subfield",
            );
        } else if surplus > 1 {
            let message = format!("{surplus} bytes stand between indicators and first subfield");
            self.say(Code::DataBeforeSubfield, (indicators, surplus), message, "kept");
        }
        for (at, byte) in body.iter().enumerate().take(first.min(indicators)) {
            if !is_indicator(*byte) {
                let message = format!("indicator {} is the byte {byte:02X}", at.saturating_add(1));
                self.say(Code::IndicatorInvalid, (at, 1), message, "kept");
            }
        }
        let without_code = |at: &usize| matches!(body.get(at.saturating_add(1)), None | Some(&DELIMITER));
        let mut empty = memchr_iter(DELIMITER, body).filter(without_code);
        if let Some(at) = empty.next() {
            let message = match empty.count() {
                0 => "a delimiter without a subfield code".to_owned(),
                more => format!("{} delimiters without a subfield code", more.saturating_add(1)),
            };
            self.say(Code::SubfieldEmpty, (at, 1), message, "passed over, kept in the bytes of the field");
        }
    }

    fn terminators(&mut self, body: &[u8]) {
        let mut strays = memchr::memchr2_iter(FIELD_TERMINATOR, RECORD_TERMINATOR, body);
        if let Some(at) = strays.next() {
            let byte = body.get(at).copied().unwrap_or_default();
            let message = match strays.count() {
                0 => format!("byte {byte:02X} stands inside the field"),
                more => format!("{} terminators stand inside the field", more.saturating_add(1)),
            };
            self.say(Code::ControlByteInData, (at, 1), message, "kept in the value");
        }
    }
}
