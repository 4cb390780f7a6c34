//! The record: one byte buffer and one slot per field, for MARC and IRBIS alike.
//!
//! A [`Record`] owns the bytes as the source had them, with a 16-byte slot per field in the order of the source.
//! Subfields are found when they are asked for, and bytes become text when it is asked for. What tools take is the
//! view, [`RecordRef`]. Everything that one buffer can say is kept: field order, odd indicators, empty subfields,
//! head text, the spelling of subfield codes.

mod build;
mod edit;
mod embedded;
mod field;
mod form;
mod leader;
mod mend;
mod syntax;
mod text;
mod transcode;
mod view;

pub use self::build::{Builder, FieldBuf, FieldWriter};
pub use self::embedded::Embedded;
#[cfg(feature = "xml")]
pub(crate) use self::field::find;
pub use self::field::{FieldKind, FieldRef, SubfieldRef, Subfields};
pub(crate) use self::form::{MarcForm, from_marc_form, to_marc_form};
pub use self::leader::{Header, IsisHeader, Leader};
pub use self::mend::TextRepair;
pub use self::syntax::{Dialect, Syntax};
pub use self::text::Text;
pub(crate) use self::transcode::{declares, transcode_into};
pub use self::view::RecordRef;

use std::fmt;

use crate::charset::{Charset, FaultKind, Reason};
use crate::{Code, Findings, Position, Tag, TagPattern};

/// A bibliographic record, owned and editable.
///
/// Make one with [`Record::new`] and let a reader fill it again and again: its memory is reused. Or build one with
/// [`Record::builder`]. All reading goes through [`Record::view`]; the most used methods are here too.
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
    /// Which of the two it is; the other is empty.
    is_text: bool,
    slots: Vec<Slot>,
    position: Position,
    origin: Origin,
    /// How many bytes of the buffer edits have left behind.
    dead: usize,
}

/// A field: its tag, and where its body lies in the buffer, without terminator.
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

    /// Where among the data of the record the field lies, if that is another order than that of the fields: fields
    /// of a lower rank come first. All are 0 in a record whose data lie in the order of its fields.
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

/// Whether the buffer is, byte for byte, a record in some format, so that a writer of it need only copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// It is not.
    None,
    /// A well-formed record of ISO 2709, leader to record terminator.
    Iso2709,
    /// The lines of a record of IRBIS exchange text, end mark and line ends included.
    IrbisText,
    /// The lines of a record of an id file of CISIS.
    CisisId,
    /// A record as the server of IRBIS sends it, line end included.
    IrbisServer,
}

impl Record {
    /// Makes an empty record: no leader, no fields, MARC syntax, UTF-8.
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
            origin: Origin::None,
            dead: 0,
        }
    }

    /// Starts a record of MARC syntax, to be built field by field.
    pub fn builder() -> Builder {
        Builder::new(Syntax::MARC)
    }

    /// Empties the record, keeping its memory.
    pub fn clear(&mut self) {
        self.header = Header::default();
        self.syntax = Syntax::MARC;
        self.set_charset(Charset::Utf8, Reason::Ascii);
        self.text.clear();
        self.bytes.clear();
        self.is_text = true;
        self.slots.clear();
        self.position = Position::default();
        self.origin = Origin::None;
        self.dead = 0;
    }

    /// The view that all tools take; costs nothing.
    #[inline]
    pub fn view(&self) -> RecordRef<'_> {
        RecordRef {
            header: &self.header,
            syntax: self.syntax,
            charset: self.charset,
            reason: self.reason,
            origin: if self.dead == 0 { self.origin } else { Origin::None },
            bytes: if self.is_text { self.text.as_bytes() } else { &self.bytes },
            text: self.is_text.then_some(self.text.as_str()),
            slots: &self.slots,
            position: self.position,
        }
    }

    /// The header: leader of ISO 2709, numbers of IRBIS, both, or neither.
    #[inline]
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// How the bodies of the fields are written.
    #[inline]
    pub const fn syntax(&self) -> Syntax {
        self.syntax
    }

    /// The character set of the bytes of the record.
    #[inline]
    pub const fn charset(&self) -> Charset {
        self.charset
    }

    /// Why that character set was taken.
    #[inline]
    pub const fn charset_reason(&self) -> Reason {
        self.reason
    }

    /// Where in the input the record begins; zeros for a record made here.
    #[inline]
    pub const fn position(&self) -> Position {
        self.position
    }

    /// The fields, in the order of the source.
    #[inline]
    pub fn fields(&self) -> impl ExactSizeIterator<Item = FieldRef<'_>> + DoubleEndedIterator + Clone + '_ {
        self.view().fields()
    }

    /// The fields with these tags, in order.
    pub fn fields_with(&self, tag: impl Into<TagPattern>) -> impl Iterator<Item = FieldRef<'_>> + Clone + '_ {
        self.view().fields_with(tag)
    }

    /// The first field with one of these tags.
    pub fn field(&self, tag: impl Into<TagPattern>) -> Option<FieldRef<'_>> {
        self.view().field(tag)
    }

    // What readers need; the parts of the struct stay in this module.

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

    /// Makes the buffer a copy of `bytes`, which are not known to be text.
    pub(crate) fn set_bytes(&mut self, bytes: &[u8]) {
        let buffer = self.bytes_mut();
        buffer.clear();
        buffer.extend_from_slice(bytes);
    }

    pub(crate) fn set_origin(&mut self, origin: Origin) {
        self.origin = origin;
    }

    /// The slots, to be filled by a reader.
    #[inline]
    pub(crate) fn slots_mut(&mut self) -> &mut Vec<Slot> {
        &mut self.slots
    }

    /// The buffer as text, to be filled by a reader. Bytes that were there are gone.
    #[inline]
    pub(crate) fn text_mut(&mut self) -> &mut String {
        self.bytes.clear();
        self.is_text = true;
        &mut self.text
    }

    /// The buffer as bytes, to be filled by a reader. Text that was there is gone.
    pub(crate) fn bytes_mut(&mut self) -> &mut Vec<u8> {
        self.text.clear();
        self.is_text = false;
        &mut self.bytes
    }

    /// Ends a body that was appended to the text from `start` on: adds its slot. False if the buffer is full.
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

    /// Keeps in mind in which order the data of the fields lie in the buffer, which is not that of the fields.
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

    /// Ends a body as [`Record::end_field`] does, with all else as in `slot`.
    fn end_like(&mut self, start: usize, slot: Slot) -> bool {
        let done = self.end_field(slot.tag, start, slot.control());
        if let (true, Some(last)) = (done, self.slots.last_mut()) {
            last.set_rank(slot.rank());
        }
        done
    }

    /// Puts the data of the last field behind those of the one at `index`, wherever they are.
    fn place_behind(&mut self, index: Option<usize>) {
        let rank = index.and_then(|index| self.slots.get(index)).map_or(0, |slot| slot.rank());
        if let Some(last) = self.slots.last_mut() {
            last.set_rank(rank);
        }
    }

    /// Whether all fields begin and end between characters of `text`, which is to be the buffer.
    pub(crate) fn cuts_at_characters(&self, text: &str) -> bool {
        let between = |at: u32| text.is_char_boundary(at as usize);
        self.slots.iter().all(|slot| between(slot.start) && between(slot.end))
    }

    /// Offset in the buffer of the body of a field of this record.
    pub(crate) fn offset_of(&self, field: FieldRef<'_>) -> usize {
        self.slots.get(field.index()).map_or(0, |slot| slot.start as usize)
    }

    /// Says what is wrong in values of MARC-8 and its family. The buffer must be the frame of the record.
    pub(crate) fn report_faults(&self, findings: &mut Findings) {
        for field in self.fields() {
            let indicators = if field.is_control() { 0 } else { field.indicators().len() };
            let start = self.offset_of(field);
            self.charset.examine_field(field.raw(), indicators, |fault| {
                let bytes = field.raw().get(fault.offset..fault.offset.saturating_add(fault.len));
                let (code, message, action) = say(self.charset, fault.kind, bytes.unwrap_or_default());
                let place = (start.saturating_add(fault.offset), fault.len);
                findings.in_field(code, (field.tag(), field.index()), place, message, action);
            });
        }
    }

    /// Says of each field that is not valid UTF-8 where it is not; tells how many there are. The buffer must be the
    /// frame of the record.
    pub(crate) fn report_invalid_utf8(&self, findings: &mut Findings, action: &'static str) -> usize {
        let mut seen = 0usize;
        for field in self.fields() {
            let Err(error) = std::str::from_utf8(field.raw()) else { continue };
            let at = self.offset_of(field).saturating_add(error.valid_up_to());
            let byte = field.raw().get(error.valid_up_to()).copied().unwrap_or_default();
            let message = format!("byte {byte:02X} is not valid in UTF-8 here");
            let place = (field.tag(), field.index());
            findings.in_field(Code::InvalidUtf8, place, (at, 1), message, action);
            seen = seen.saturating_add(1);
        }
        seen
    }

    fn buffer_len(&self) -> usize {
        if self.is_text { self.text.len() } else { self.bytes.len() }
    }
}

/// The finding that a fault in MARC-8 or its family is.
fn say(charset: Charset, kind: FaultKind, bytes: &[u8]) -> (Code, String, &'static str) {
    let shown = bytes.iter().take(8).map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(" ");
    let escaped = bytes.get(1..).unwrap_or_default().escape_ascii();
    match kind {
        FaultKind::UnknownSet => {
            (Code::Marc8UnknownSet, format!("ESC {escaped} names no set of {charset}"), "passed over")
        }
        FaultKind::IncompleteEscape => {
            let message = "an escape byte that begins no escape sequence".to_owned();
            (Code::Marc8IncompleteEscape, message, "byte kept")
        }
        FaultKind::UndefinedCode => {
            let message = format!("byte {shown} stands for no character of {charset} here");
            (Code::Marc8UndefinedCode, message, "byte kept")
        }
        FaultKind::DanglingMark => {
            let message = format!("the mark {shown} has no letter behind it");
            (Code::Marc8DanglingMark, message, "kept at the end")
        }
        FaultKind::OrphanSecondHalf => {
            let message = format!("{shown} is the second half of a mark whose first is not there");
            (Code::Marc8OrphanSecondHalf, message, "left out of the text")
        }
        FaultKind::TruncatedEacc => {
            let message = format!("{shown} is part of a character of three bytes");
            (Code::Marc8TruncatedEacc, message, "bytes kept")
        }
        FaultKind::UndefinedEacc => {
            (Code::Marc8UndefinedEacc, format!("{shown} stands for no character of EACC"), "bytes kept")
        }
        FaultKind::LostReturn => {
            let message = "characters of three bytes end without an escape sequence".to_owned();
            (Code::Marc8LostReturn, message, "read as ASCII from here")
        }
        FaultKind::NotReset => {
            let message = "the subfield ends in another set than it began with".to_owned();
            (Code::Marc8NotReset, message, "the next begins anew")
        }
        FaultKind::Control => {
            (Code::Marc8Control, format!("control character {shown}, which {charset} has not"), "kept")
        }
        FaultKind::Nonstandard => {
            let message = format!("\"{}\" is not in the specification of {charset}", bytes.escape_ascii());
            (Code::Marc8Nonstandard, message, "read as it was meant")
        }
        FaultKind::Reference => {
            (Code::Marc8Reference, format!("the reference {}", bytes.escape_ascii()), "read as its character")
        }
    }
}

impl Default for Record {
    fn default() -> Record {
        Record::new()
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.view().fmt(f)
    }
}

impl PartialEq for Record {
    /// See [`RecordRef::eq`].
    fn eq(&self, other: &Record) -> bool {
        self.view() == other.view()
    }
}

impl<'a> From<&'a Record> for RecordRef<'a> {
    fn from(record: &'a Record) -> RecordRef<'a> {
        record.view()
    }
}
