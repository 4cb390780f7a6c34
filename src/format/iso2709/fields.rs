//! The inside of fields whose bounds are known: indicators, delimiters, terminators.

use memchr::{memchr, memchr_iter, memchr2_iter, memmem};
use wide::u8x16;

use super::dialect::{control_fields_are_data, has_whole_values};
use super::entry::DIRECTORY;
use super::rules::{FIELD_EMPTY, INDICATOR_INVALID};
use super::{DELIMITER, ESCAPE, FIELD_TERMINATOR, RECORD_TERMINATOR};
use crate::bytes::{Cut, sixteens};
use crate::finding::{Findings, Rule, counted};
use crate::format::rules::{
    CONTROL_BYTE_IN_DATA, CONTROL_FIELD_SUBFIELDS, DATA_BEFORE_SUBFIELD, INDICATOR_COUNT, SUBFIELD_EMPTY,
    TAG_INVALID,
};
use crate::record::{Slot, Syntax};
use crate::tag::Tag;

/// What the bytes of all fields show, from the base address on, without the record terminator.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    /// Whether delimiters or terminators are where they do not belong, if all fields begin and end at terminators.
    pub(super) strays: bool,
    /// Whether there is an escape character.
    pub(super) escapes: bool,
}

impl Look {
    /// Looks at the data of a record with this number of fields.
    ///
    /// # Cost
    /// Two passes that mostly find nothing, a few bytes an instruction.
    #[inline]
    pub(super) fn at(data: &[u8], fields: usize, double_delimiter: &memmem::Finder<'static>) -> Look {
        // Each field has its terminator: any more are strays, of records as well.
        let plain = separators(data) == fields;
        let terminators = || memchr2_iter(FIELD_TERMINATOR, RECORD_TERMINATOR, data).count();
        Look {
            strays: !plain && terminators() != fields || double_delimiter.find(data).is_some(),
            escapes: !plain && memchr(ESCAPE, data).is_some(),
        }
    }
}

/// Counts the escape characters, the field and record terminators, and 1C between them.
#[inline]
fn separators(data: &[u8]) -> usize {
    const { assert!(RECORD_TERMINATOR == ESCAPE + 2 && FIELD_TERMINATOR == ESCAPE + 3) };
    let (least, span) = (u8x16::splat(ESCAPE), u8x16::splat(FIELD_TERMINATOR - ESCAPE));
    let mut count = 0usize;
    // Each lane counts to 255 at most.
    for part in data.chunks(16 * 252) {
        let mut here = u8x16::ZERO;
        sixteens(part, 0, |block| {
            let offset = u8x16::new(*block) - least;
            here -= offset.min(span).cmp_eq(offset);
        });
        count += here.to_array().iter().map(|lane| usize::from(*lane)).sum::<usize>();
    }
    count
}

/// Whether a byte can be an indicator: a visible ASCII character or a blank.
#[inline]
pub(super) const fn is_indicator(byte: u8) -> bool {
    byte.wrapping_sub(b' ') < 0x5F
}

/// Reports what is odd in the fields. Fields 00X that all have subfields become data fields.
#[cold]
pub(super) fn check(body: &[u8], syntax: Syntax, slots: &mut [Slot], findings: &mut Findings) {
    if syntax.control_fields && control_fields_are_data(body, slots, usize::from(syntax.indicators)) {
        for slot in slots.iter_mut() {
            *slot = Slot::new(slot.tag, slot.start, slot.end, false);
        }
        let message = "all fields 00X have indicators and subfields";
        findings.at(CONTROL_FIELD_SUBFIELDS, (DIRECTORY, 0), message, "read as data fields");
    }
    report(body, slots, syntax, findings);
}

/// Reports what is odd in each field.
fn report(body: &[u8], slots: &[Slot], syntax: Syntax, findings: &mut Findings) {
    for (index, slot) in slots.iter().enumerate() {
        let start = slot.start as usize;
        let field_bytes = body.cut(start..slot.end as usize);
        let mut field = Field { tag: slot.tag, index, start, findings };
        if slot.tag.bytes().is_some_and(|tag| !tag.is_ascii()) {
            field.say(TAG_INVALID, (0, 0), "the tag is not ASCII".to_owned(), "kept");
        }
        if field_bytes.is_empty() {
            field.say(FIELD_EMPTY, (0, 0), "the field has no data".to_owned(), "kept empty");
            continue;
        }
        if syntax.delimiter == DELIMITER {
            match slot.control() {
                true => field.control(field_bytes),
                false => field.data(field_bytes, syntax),
            }
        }
        field.terminators(field_bytes);
    }
}

/// A field under examination.
struct Field<'f> {
    tag: Tag,
    index: usize,
    /// Offset of its body in the record.
    start: usize,
    findings: &'f mut Findings,
}

impl Field<'_> {
    /// Reports a finding at an offset in the field, of some length.
    fn say(&mut self, code: Rule, (at, len): (usize, usize), message: String, action: &'static str) {
        let place = (self.start + at, len);
        self.findings.in_field(code, (self.tag, self.index), place, message, action);
    }

    fn control(&mut self, body: &[u8]) {
        if let Some(at) = memchr(DELIMITER, body) {
            let message = format!("byte {at} of the field is a subfield delimiter");
            self.say(CONTROL_FIELD_SUBFIELDS, (at, 1), message, "kept as data");
        }
    }

    fn data(&mut self, body: &[u8], syntax: Syntax) {
        let (delimiter, indicators) = (syntax.delimiter, usize::from(syntax.indicators));
        let Some(first) = memchr(delimiter, body) else {
            if has_whole_values(syntax.indicators) {
                return;
            }
            let message = "the field has no subfield".to_owned();
            self.say(
                DATA_BEFORE_SUBFIELD,
                (0, body.len()),
                message,
                "kept as data before the first subfield",
            );
            return;
        };
        let surplus = first.saturating_sub(indicators);
        if first < indicators {
            let message =
                format!("the field has {}, its record {indicators}", counted(first as u64, "indicator"));
            self.say(INDICATOR_COUNT, (0, first), message, "the missing ones read as blanks");
        } else if surplus == 1 {
            let message =
                format!("the field has {}, its record {indicators}", counted(first as u64, "indicator"));
            self.say(INDICATOR_COUNT, (indicators, 1), message, "kept as data before the first subfield");
        } else if surplus > 1 {
            let message = format!("{surplus} bytes between the indicators and the first subfield");
            self.say(DATA_BEFORE_SUBFIELD, (indicators, surplus), message, "kept");
        }
        for (at, byte) in body.iter().enumerate().take(first.min(indicators)) {
            if !is_indicator(*byte) {
                let message = format!("indicator {} is the byte {byte:02X}", at + 1);
                self.say(INDICATOR_INVALID, (at, 1), message, "kept");
            }
        }
        let without_code = |at: &usize| body.get(at + 1).is_none_or(|code| *code == delimiter);
        let mut empty = memchr_iter(delimiter, body).filter(without_code);
        if let Some(at) = empty.next() {
            let message = match empty.count() {
                0 => "a delimiter without a subfield code".to_owned(),
                more => format!("{} delimiters without a subfield code", more + 1),
            };
            self.say(SUBFIELD_EMPTY, (at, 1), message, "passed over, kept in the bytes of the field");
        }
    }

    fn terminators(&mut self, body: &[u8]) {
        let mut strays = memchr::memchr2_iter(FIELD_TERMINATOR, RECORD_TERMINATOR, body);
        if let Some(at) = strays.next()
            && let Some(byte) = body.get(at)
        {
            let message = match strays.count() {
                0 => format!("byte {byte:02X} is inside the field"),
                more => format!("{} terminators are inside the field", more + 1),
            };
            self.say(CONTROL_BYTE_IN_DATA, (at, 1), message, "kept in the value");
        }
    }
}
