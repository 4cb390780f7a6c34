//! The record: one byte buffer and one slot per field, for MARC and IRBIS alike.
//!
//! A [`Record`] owns the bytes of the source unchanged, with a 16-byte slot per field in the order of the
//! source. Subfields are located on access, and bytes are decoded on access. Tools take the view,
//! [`RecordRef`]. Everything that one buffer can express is kept: field order, odd indicators, empty
//! subfields, head text, the case of subfield codes.

mod build;
mod dialect;
mod edit;
mod embedded;
mod field;
mod indicators;
mod irbis_form;
pub(crate) mod kept;
mod leader;
mod repair;
pub(crate) mod rules;
mod syntax;
mod text;
mod traits;
mod transcode;
mod view;

pub use self::build::{Builder, FieldBuf, FieldWriter};
pub use self::dialect::Dialect;
pub use self::embedded::Embedded;
#[cfg(feature = "xml")]
pub(crate) use self::field::find;
pub use self::field::{FieldKind, FieldRef, SubfieldRef, Subfields};
pub(crate) use self::irbis_form::{MarcForm, from_marc_form, in_dialect, in_irbis_form, to_marc_form};
pub use self::leader::{Header, IsisHeader, Leader};
pub use self::repair::TextRepair;
pub use self::syntax::Syntax;
pub use self::text::Text;
pub use self::traits::Fields;
pub(crate) use self::transcode::{declares, transcode_into};
pub use self::view::RecordRef;

use crate::bytes::Cut;
use crate::record::rules::{
    INVALID_UTF8, MARC8_CONTROL, MARC8_DANGLING_MARK, MARC8_INCOMPLETE_ESCAPE, MARC8_LOST_RETURN,
    MARC8_NONSTANDARD, MARC8_NOT_RESET, MARC8_ORPHAN_SECOND_HALF, MARC8_REFERENCE, MARC8_TRUNCATED_EACC,
    MARC8_UNDEFINED_CODE, MARC8_UNDEFINED_EACC, MARC8_UNKNOWN_SET,
};

use crate::charset::{Charset, FaultKind, Reason};
use crate::finding::{Findings, Rule};
use crate::position::Position;
use crate::tag::{Tag, TagPattern};

/// A bibliographic record, owned and editable.
///
/// Create one with [`Record::new`] and let a reader fill it repeatedly: its memory is reused. Or build one
/// with [`Record::builder`]. All reading goes through [`Record::view`]; the most frequent methods are
/// available here too.
///
/// # Example
/// ```
/// use kartoteka::Record;
///
/// let record = Record::builder()
///     .control_field("001", "kart0001")
///     .data_field("245", "10", [('a', "Leyli və Məcnun /"), ('c', "Nizami Gəncəvi.")])
///     .build()?;
/// let title = record.field("245").and_then(|field| field.subfield('a'));
/// assert_eq!(title.unwrap().to_str()?, "Leyli və Məcnun /");
/// # Ok::<(), kartoteka::Error>(())
/// ```
#[derive(Clone)]
pub struct Record {
    header: Header,
    syntax: Syntax,
    charset: Charset,
    reason: Reason,
    /// The buffer, if it is known to be UTF-8, so that no value needs a check.
    text: String,
    /// The buffer otherwise, in `charset`.
    bytes: Vec<u8>,
    /// Whether the buffer is `text`; the other one is empty.
    is_text: bool,
    slots: Vec<Slot>,
    position: Position,
    origin: Origin,
    /// Number of bytes in the buffer that edits have made unused.
    dead: usize,
}

/// A field: its tag, and the range of its body in the buffer, without terminator.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slot {
    pub(crate) tag: Tag,
    pub(crate) start: u32,
    pub(crate) end: u32,
    flags: u32,
}

impl Slot {
    const CONTROL: u32 = 1;

    #[inline]
    pub(crate) fn new(tag: Tag, start: u32, end: u32, control: bool) -> Slot {
        Slot { tag, start, end, flags: u32::from(control) }
    }

    #[inline]
    pub(crate) fn control(self) -> bool {
        self.flags & Slot::CONTROL != 0
    }

    /// Returns the position of the field in the data of the record, if that order differs from the order of
    /// the fields: fields of a lower rank come first. All are 0 in a record whose data have the order of its
    /// fields.
    #[inline]
    pub(crate) fn rank(self) -> u32 {
        self.flags >> 1
    }

    fn set_rank(&mut self, rank: u32) {
        self.flags = self.flags & Slot::CONTROL | rank << 1;
    }

    #[inline]
    fn len(self) -> usize {
        self.end.saturating_sub(self.start) as usize
    }
}

/// The name of the format of which the buffer is a record, byte for byte, so that a writer of that format can
/// copy it; `None` if there is no such format.
pub(crate) type Origin = Option<&'static str>;

impl Record {
    /// Creates an empty record: no leader, no fields, MARC syntax, UTF-8.
    pub fn new() -> Record {
        Record {
            header: Header::default(),
            syntax: Syntax::MARC,
            charset: Charset::Utf8,
            reason: Reason::Ascii,
            text: String::new(),
            bytes: Vec::new(),
            is_text: true,
            slots: Vec::new(),
            position: Position::default(),
            origin: None,
            dead: 0,
        }
    }

    /// Starts a record of MARC syntax, built field by field.
    pub fn builder() -> Builder {
        Builder::new(Syntax::MARC)
    }

    /// Empties the record and keeps its memory.
    pub fn clear(&mut self) {
        self.header = Header::default();
        self.syntax = Syntax::MARC;
        self.set_charset(Charset::Utf8, Reason::Ascii);
        self.text.clear();
        self.bytes.clear();
        self.is_text = true;
        self.slots.clear();
        self.position = Position::default();
        self.origin = None;
        self.dead = 0;
    }

    /// Returns the view that all tools take, at no cost.
    #[inline]
    pub fn view(&self) -> RecordRef<'_> {
        RecordRef {
            header: &self.header,
            syntax: self.syntax,
            charset: self.charset,
            reason: self.reason,
            origin: if self.dead == 0 { self.origin } else { None },
            bytes: if self.is_text { self.text.as_bytes() } else { &self.bytes },
            text: self.is_text.then_some(self.text.as_str()),
            slots: &self.slots,
            position: self.position,
        }
    }

    /// Returns the header: leader of ISO 2709, numbers of IRBIS, both, or neither.
    #[inline]
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// Returns the syntax of the field bodies.
    #[inline]
    pub const fn syntax(&self) -> Syntax {
        self.syntax
    }

    /// Returns the character set of the record's bytes.
    #[inline]
    pub const fn charset(&self) -> Charset {
        self.charset
    }

    /// Returns the reason for that character set.
    #[inline]
    pub const fn charset_reason(&self) -> Reason {
        self.reason
    }

    /// Returns the position of the record in the input; zeros for a record created in memory.
    #[inline]
    pub const fn position(&self) -> Position {
        self.position
    }

    /// Returns the control number, the data of the first field 001; `None` if there is none.
    pub fn control_number(&self) -> Option<Text<'_>> {
        self.view().control_number()
    }

    /// Returns the leader; `None` for a record that has none, such as one of IRBIS.
    pub fn leader(&self) -> Option<Leader> {
        self.header.leader
    }

    /// Sorts the fields by their tags. Fields of one tag keep their order.
    ///
    /// # Errors
    /// [`ErrorKind::Argument`](crate::ErrorKind::Argument) if the record would hold more than 4 GiB.
    ///
    /// # Cost
    /// O(n log n) for n fields; each field is copied.
    pub fn sort_fields(&mut self) -> crate::error::Result<()> {
        let mut fields: Vec<FieldBuf> = self.fields().map(FieldRef::to_buf).collect();
        fields.sort_by_key(|field| field.as_field().tag());
        let sorted = self.clone();
        self.retain(|_| false);
        for field in &fields {
            if let Err(error) = self.insert_field(usize::MAX, field) {
                *self = sorted;
                return Err(error);
            }
        }
        Ok(())
    }

    /// Returns the fields, in the order of the source.
    #[inline]
    pub fn fields(&self) -> impl ExactSizeIterator<Item = FieldRef<'_>> + DoubleEndedIterator + Clone + '_ {
        self.view().fields()
    }

    /// Returns the fields with these tags, in order. A text that is no tag panics where debug assertions are on: see
    /// [`TagPattern`].
    pub fn fields_with(&self, tag: impl Into<TagPattern>) -> impl Iterator<Item = FieldRef<'_>> + Clone + '_ {
        self.view().fields_with(tag)
    }

    /// Returns the first field with one of these tags; as [`fields_with`](Self::fields_with), takes no path.
    pub fn field(&self, tag: impl Into<TagPattern>) -> Option<FieldRef<'_>> {
        self.view().field(tag)
    }

    // For readers; the parts of the struct stay private to this module.

    pub(crate) fn header_mut(&mut self) -> &mut Header {
        &mut self.header
    }

    #[inline]
    pub(crate) fn set_position(&mut self, position: Position) {
        self.position = position;
    }

    pub(crate) fn set_syntax(&mut self, syntax: Syntax) {
        self.syntax = syntax;
    }

    #[inline]
    pub(crate) fn set_charset(&mut self, charset: Charset, reason: Reason) {
        self.charset = charset;
        self.reason = reason;
    }

    /// Makes the buffer a copy of `text`.
    #[inline]
    pub(crate) fn set_text(&mut self, text: &str) {
        let buffer = self.text_mut();
        buffer.clear();
        buffer.push_str(text);
    }

    /// Makes the buffer a copy of `bytes`, which may not be valid text.
    pub(crate) fn set_bytes(&mut self, bytes: &[u8]) {
        let buffer = self.bytes_mut();
        buffer.clear();
        buffer.extend_from_slice(bytes);
    }

    pub(crate) fn set_origin(&mut self, format: &'static str) {
        self.origin = Some(format);
    }

    /// Returns the slots, to be filled by a reader.
    #[inline]
    pub(crate) fn slots_mut(&mut self) -> &mut Vec<Slot> {
        &mut self.slots
    }

    /// Returns the buffer as text, to be filled by a reader. Discards a buffer of bytes.
    #[inline]
    pub(crate) fn text_mut(&mut self) -> &mut String {
        self.bytes.clear();
        self.is_text = true;
        &mut self.text
    }

    /// Returns the buffer as bytes, to be filled by a reader. Discards a buffer of text.
    pub(crate) fn bytes_mut(&mut self) -> &mut Vec<u8> {
        self.text.clear();
        self.is_text = false;
        &mut self.bytes
    }

    /// Ends the body that begins at offset `start` of the buffer: adds its slot. Returns false if the buffer
    /// has 4 GiB.
    #[inline]
    pub(crate) fn end_field(&mut self, tag: Tag, start: usize, control: bool) -> bool {
        match (u32::try_from(start), u32::try_from(self.buffer_len())) {
            (Ok(start), Ok(end)) => {
                self.slots.push(Slot::new(tag, start, end, control));
                true
            }
            _ => false,
        }
    }

    /// Stores the data order of the fields where it differs from their own.
    pub(crate) fn keep_data_order(&mut self) {
        let mut order: Vec<(u32, usize)> =
            self.slots.iter().enumerate().map(|(index, slot)| (slot.start, index)).collect();
        order.sort_unstable();
        for (rank, (_, index)) in (1u32..).zip(order) {
            if let Some(slot) = self.slots.get_mut(index) {
                slot.set_rank(rank);
            }
        }
    }

    /// Ends a body as [`Record::end_field`] does, with the other properties of `slot`.
    fn end_like(&mut self, start: usize, slot: Slot) -> bool {
        let done = self.end_field(slot.tag, start, slot.control());
        if let (true, Some(last)) = (done, self.slots.last_mut()) {
            last.set_rank(slot.rank());
        }
        done
    }

    /// Ranks the data of the last field after those of the field at `index`.
    fn place_after(&mut self, index: Option<usize>) {
        let rank = index.and_then(|index| self.slots.get(index)).map_or(0, |slot| slot.rank());
        if let Some(last) = self.slots.last_mut() {
            last.set_rank(rank);
        }
    }

    /// Returns whether all fields begin and end at character boundaries of `text`, the future buffer.
    pub(crate) fn cuts_at_characters(&self, text: &str) -> bool {
        let between = |at: u32| text.is_char_boundary(at as usize);
        self.slots.iter().all(|slot| between(slot.start) && between(slot.end))
    }

    /// Returns the offset in the buffer of the body of a field of this record.
    pub(crate) fn offset_of(&self, field: FieldRef<'_>) -> usize {
        self.slots.get(field.index()).map_or(0, |slot| slot.start as usize)
    }

    /// Reports the faults in values of MARC-8 and its family. The buffer must be the frame of the record.
    pub(crate) fn report_faults(&self, findings: &mut Findings) {
        for field in self.fields() {
            let indicators = if field.is_control() { 0 } else { field.indicators().len() };
            let start = self.offset_of(field);
            self.charset.examine_field(field.raw(), indicators, |fault| {
                let bytes = field.raw().get(fault.offset..fault.offset + fault.len);
                let (code, message, action) = rule_of(self.charset, fault.kind, bytes.unwrap_or_default());
                let place = (start + fault.offset, fault.len);
                findings.in_field(code, (field.tag(), field.index()), place, message, action);
            });
        }
    }

    /// Reports, for each field that is not valid UTF-8, where it is not; returns the number of such fields.
    /// The buffer begins at `base` in the frame of the record.
    pub(crate) fn report_invalid_utf8(
        &self,
        base: usize,
        action: &'static str,
        findings: &mut Findings,
    ) -> usize {
        let mut seen = 0usize;
        for field in self.fields() {
            let Err(error) = std::str::from_utf8(field.raw()) else { continue };
            let Some(byte) = field.raw().get(error.valid_up_to()) else { continue };
            let at = base + self.offset_of(field) + error.valid_up_to();
            let message = format!("byte {byte:02X} is not valid in UTF-8 here");
            let place = (field.tag(), field.index());
            findings.in_field(INVALID_UTF8, place, (at, 1), message, action);
            seen += 1;
        }
        seen
    }

    fn buffer_len(&self) -> usize {
        if self.is_text { self.text.len() } else { self.bytes.len() }
    }
}

/// Returns rule, message and action of a fault in MARC-8 or its family.
fn rule_of(charset: Charset, kind: FaultKind, bytes: &[u8]) -> (Rule, String, &'static str) {
    let shown = bytes.iter().take(8).map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(" ");
    let escaped = bytes.cut(1..).escape_ascii();
    match kind {
        FaultKind::UnknownSet => {
            (MARC8_UNKNOWN_SET, format!("ESC {escaped} names no set of {charset}"), "passed over")
        }
        FaultKind::IncompleteEscape => {
            let message = "an escape byte that begins no escape sequence".to_owned();
            (MARC8_INCOMPLETE_ESCAPE, message, "byte kept")
        }
        FaultKind::UndefinedCode => {
            let message = format!("byte {shown} is no character of {charset} here");
            (MARC8_UNDEFINED_CODE, message, "byte kept")
        }
        FaultKind::DanglingMark => {
            let message = format!("the mark {shown} has no letter after it");
            (MARC8_DANGLING_MARK, message, "kept at the end")
        }
        FaultKind::OrphanSecondHalf => {
            let message = format!("{shown} is the second half of a mark whose first half is missing");
            (MARC8_ORPHAN_SECOND_HALF, message, "left out of the text")
        }
        FaultKind::TruncatedEacc => {
            let message = format!("{shown} is part of a character of three bytes");
            (MARC8_TRUNCATED_EACC, message, "bytes kept")
        }
        FaultKind::UndefinedEacc => {
            (MARC8_UNDEFINED_EACC, format!("{shown} is no character of EACC"), "bytes kept")
        }
        FaultKind::LostReturn => {
            let message = "characters of three bytes end without an escape sequence".to_owned();
            (MARC8_LOST_RETURN, message, "read as ASCII from here")
        }
        FaultKind::NotReset => {
            let message = "the subfield does not end in the set in which it began".to_owned();
            (MARC8_NOT_RESET, message, "the next subfield starts from the default sets")
        }
        FaultKind::Control => {
            (MARC8_CONTROL, format!("control character {shown}, which {charset} lacks"), "kept")
        }
        FaultKind::Nonstandard => {
            let message = format!("\"{}\" is not in the specification of {charset}", bytes.escape_ascii());
            (MARC8_NONSTANDARD, message, "read as it was meant")
        }
        FaultKind::Reference => {
            (MARC8_REFERENCE, format!("the reference {}", bytes.escape_ascii()), "read as its character")
        }
    }
}
