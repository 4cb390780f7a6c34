//! A record from its bytes: the way of well-formed records, in which everything is checked and nothing repaired.

use memchr::memmem;
use nom::bytes::complete::take;
use nom::combinator::map_opt;
use nom::error::{ErrorKind, ParseError};
use nom::{IResult, Parser};

use super::details::{self, has_strays, is_indicator};
use super::plain::{Lines, other_terminator, put_terminators};
use super::{DELIMITER, FIELD_TERMINATOR, RECORD_TERMINATOR, charset, mab, salvage};
use crate::diagnostic::Findings;
use crate::io::ReadOptions;
use crate::record::{Dialect, Origin, Slot, Syntax, from_marc_form};
use crate::{Code, Leader, Record, Result, Tag};

/// Where the first entry of a directory stands.
pub(super) const DIRECTORY: usize = Leader::LEN;

/// What is wrong with an entry, or the bytes it is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fault;

impl<I> ParseError<I> for Fault {
    fn from_error_kind(_: I, _: ErrorKind) -> Fault {
        Fault
    }

    fn append(_: I, _: ErrorKind, other: Fault) -> Fault {
        other
    }
}

/// A directory entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) tag: [u8; 3],
    /// Length of the field in bytes, terminator included.
    pub(super) len: u32,
    /// Offset of the field from the base address, in bytes.
    pub(super) start: u32,
}

/// The widths of the parts of an entry, as leader/20-22 gives them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct EntryMap {
    pub(super) len: usize,
    pub(super) start: usize,
    pub(super) implementation: usize,
}

impl EntryMap {
    pub(super) const MARC: EntryMap = EntryMap { len: 4, start: 5, implementation: 0 };

    /// The map in the leader, if it is one.
    pub(super) fn of(leader: &Leader) -> Option<EntryMap> {
        let digit =
            |position| leader.get(position).filter(u8::is_ascii_digit).map(|byte| usize::from(byte - b'0'));
        let (len, start) = (digit(20)?, digit(21)?);
        let implementation = digit(22).unwrap_or_default();
        (len > 0 && start > 0).then_some(EntryMap { len, start, implementation })
    }

    pub(super) const fn width(self) -> usize {
        3 + self.len + self.start + self.implementation
    }
}

/// A number of so many digits.
pub(super) fn number<'a>(digits: usize) -> impl Parser<&'a [u8], Output = u32, Error = Fault> {
    map_opt(take(digits), |digits: &[u8]| {
        digits.iter().try_fold(0u32, |number, byte| match byte {
            b'0'..=b'9' => number.checked_mul(10)?.checked_add(u32::from(byte - b'0')),
            _ => None,
        })
    })
}

/// An entry of any map: tag, length, start, and a part that nobody reads.
pub(super) fn entry(map: EntryMap) -> impl FnMut(&[u8]) -> IResult<&[u8], Entry, Fault> {
    move |input| {
        let (rest, (tag, len, start, _)) =
            (take(3usize), number(map.len), number(map.start), take(map.implementation)).parse(input)?;
        let tag = tag.first_chunk::<3>().copied().ok_or(nom::Err::Error(Fault))?;
        Ok((rest, Entry { tag, len, start }))
    }
}

/// An entry of 3, 4 and 5 bytes: what [`entry`] says of it, in a few instructions.
#[inline]
pub(super) fn entry_of_12(bytes: &[u8; 12]) -> Option<Entry> {
    let [a, b, c, n0, n1, n2, n3, n4, n5, n6, n7, last] = *bytes;
    let digits = u64::from_le_bytes([n0, n1, n2, n3, n4, n5, n6, n7]);
    // All eight are digits if each high half is 3, and adding 6 does not change that.
    const HIGH: u64 = 0xF0F0_F0F0_F0F0_F0F0;
    const THREES: u64 = 0x3030_3030_3030_3030;
    if digits & HIGH != THREES || digits.wrapping_add(0x0606_0606_0606_0606) & HIGH != THREES {
        return None;
    }
    // Digits to pairs, pairs to fours: the length in the low half, four digits of the start in the high half.
    let pairs = (digits & 0x0F0F_0F0F_0F0F_0F0F).wrapping_mul(0x0A01) >> 8;
    let fours = (pairs & 0x00FF_00FF_00FF_00FF).wrapping_mul(0x0064_0001) >> 16;
    let len = (fours & 0xFFFF) as u32;
    let start = (fours >> 32 & 0xFFFF) as u32;
    let last = last.wrapping_sub(b'0');
    if last > 9 {
        return None;
    }
    Some(Entry { tag: [a, b, c], len, start: start * 10 + u32::from(last) })
}

/// Fills `record` from the bytes of a record.
#[inline]
pub(super) fn record(
    frame: &[u8],
    options: &ReadOptions,
    doubled: &memmem::Finder<'static>,
    plain: &mut Vec<u8>,
    record: &mut Record,
    findings: &mut Findings,
) -> Result<()> {
    let leader = Leader::padded(frame);
    record.header_mut().leader = Some(leader);
    match strict(frame, &leader, options, doubled, record.slots_mut()) {
        Some(whole) => {
            if whole.unordered {
                let message = "the fields lie in another order than their entries";
                findings.at(
                    Code::DirectoryUnordered,
                    (DIRECTORY, 0),
                    message,
                    "kept the order of the directory",
                );
            }
            if whole.odd {
                details(frame, Syntax::MARC, record, findings);
            }
            if whole.unordered {
                record.keep_data_order();
            }
            record.set_origin(Origin::Iso2709);
            charset::load(frame, &leader, !whole.odd, options, record, findings);
        }
        None => odd_record(frame, leader, options, plain, record, findings),
    }
    if record.slots_mut().is_empty() {
        findings.at(Code::NoFields, (0, frame.len()), "the record has no fields", "kept");
    }
    if options.dialect == Dialect::Irbis {
        let mut marc = std::mem::take(record);
        marc.set_position(findings.record());
        from_marc_form(marc.view(), true, record, findings);
    }
    Ok(())
}

/// Fills `record` from the bytes of a record that is not a well-formed one of the MARC family.
#[cold]
fn odd_record(
    frame: &[u8],
    leader: Leader,
    options: &ReadOptions,
    plain: &mut Vec<u8>,
    record: &mut Record,
    findings: &mut Findings,
) {
    if frame.starts_with(mab::DISKETTE) {
        let leader = Leader::padded(diskette_leader(frame));
        record.header_mut().leader = Some(leader);
        mab::lines(frame, options.limits.fields, record.slots_mut(), findings);
        record.set_syntax(mab::SYNTAX);
        details(frame, mab::SYNTAX, record, findings);
        charset::load(frame, &leader, false, options, record, findings);
        return;
    }
    let before = findings.list().len();
    let wrapped = frame.trim_ascii_end();
    let lines = Lines::at_start(wrapped).filter(|lines| lines.hold(wrapped)).filter(|lines| {
        plain.clear();
        lines.unwrap(wrapped, plain);
        // A line end or two may stand in the data of a record that is damaged otherwise.
        let stated = Leader::padded(plain).record_length().and_then(|length| usize::try_from(length).ok());
        stated == Some(plain.len())
            || lines.first == lines.width && wrapped.len() > 3 * lines.width && stated != Some(frame.len())
    });
    let terminator = other_terminator(if lines.is_some() { plain } else { frame });
    if lines.is_none() && terminator.is_none() {
        plain_record(frame, leader, options, record, findings);
        return;
    }
    if let Some(Lines { width, .. }) = lines {
        let message = format!("the record is cut into lines of {width} bytes");
        findings.at(Code::LineWrapped, (0, frame.len()), message, "line ends taken out");
    } else {
        plain.clear();
        plain.extend_from_slice(frame);
    }
    if let Some(byte) = terminator {
        put_terminators(plain);
        let message = format!("\"{}\" ends fields and record", char::from(byte).escape_default());
        findings.at(Code::OtherTerminator, (frame.len().saturating_sub(1), 1), message, "read as 1E and 1D");
    }
    plain_record(plain, Leader::padded(plain), options, record, findings);
    if let Some(lines) = lines {
        findings.move_places(before, |at| lines.place(at));
    }
}

/// Fills `record` from the bytes of a record in plain form: what is strict again, or is not.
fn plain_record(
    frame: &[u8],
    leader: Leader,
    options: &ReadOptions,
    record: &mut Record,
    findings: &mut Findings,
) {
    record.header_mut().leader = Some(leader);
    let mab = mab::is_leader(&leader) && options.dialect != Dialect::Isis;
    let (syntax, intact) = if mab || options.dialect == Dialect::Mab2 {
        let sound = mab::record(frame, options.limits.fields, record.slots_mut(), findings);
        (mab::SYNTAX, sound && leader.record_length() == u32::try_from(frame.len()).ok())
    } else {
        salvage::record(frame, &leader, options, record.slots_mut(), findings)
    };
    record.set_syntax(syntax);
    if intact {
        record.set_origin(Origin::Iso2709);
    }
    details(frame, syntax, record, findings);
    charset::load(frame, &leader, false, options, record, findings);
}

/// Says what is odd in the fields. Fields 00X that all have subfields become data fields.
#[cold]
fn details(frame: &[u8], syntax: Syntax, record: &mut Record, findings: &mut Findings) {
    let slots = record.slots_mut();
    let indicators = usize::from(syntax.indicators);
    if syntax.control_fields && details::control_fields_are_data(frame, slots, indicators) {
        for slot in slots.iter_mut() {
            *slot = Slot::new(slot.tag, slot.start, slot.end, false);
        }
        let message = "all fields 00X have indicators and subfields";
        findings.at(Code::ControlFieldSubfields, (DIRECTORY, 0), message, "read as data fields");
    }
    details::report(frame, slots, syntax, findings);
}

/// The leader behind the mark of the diskette form.
fn diskette_leader(frame: &[u8]) -> &[u8] {
    let rest = frame.get(mab::DISKETTE.len()..).unwrap_or_default();
    rest.split(|byte| matches!(byte, b'\r' | b'\n')).next().unwrap_or_default()
}

/// What is to be said of a record in which everything is where it should be.
#[derive(Debug, Clone, Copy)]
struct Whole {
    /// The fields lie in another order than their entries.
    unordered: bool,
    /// Indicators, delimiters or terminators are not as they should be.
    odd: bool,
}

/// Reads the directory of a record of the MARC family, if everything about it is right: every number a number,
/// every field where it should be and ended by a terminator, nothing left over.
#[inline]
fn strict(
    frame: &[u8],
    leader: &Leader,
    options: &ReadOptions,
    doubled: &memmem::Finder<'static>,
    slots: &mut Vec<Slot>,
) -> Option<Whole> {
    slots.clear();
    if leader.get(10) != Some(b'2') || leader.get(11) != Some(b'2') || frame.len() > super::MAX_RECORD {
        return None;
    }
    let map = EntryMap::of(leader);
    if map.is_some_and(|map| map != EntryMap::MARC)
        || leader.record_length() != u32::try_from(frame.len()).ok()
    {
        return None;
    }
    let base = leader.base_address()? as usize;
    let directory = frame.get(DIRECTORY..base.checked_sub(1)?)?;
    let end = frame.len().checked_sub(1)?;
    if frame.get(end) != Some(&RECORD_TERMINATOR)
        || frame.get(base.checked_sub(1)?) != Some(&FIELD_TERMINATOR)
    {
        return None;
    }
    let (entries, []) = directory.as_chunks::<12>() else { return None };
    if entries.len() > options.limits.fields {
        return None;
    }
    slots.resize(entries.len(), Slot::new(Tag::new(*b"000"), 0, 0, false));
    let mut next = base;
    let mut unordered = false;
    let mut odd = false;
    let mut tags = 0u32;
    let mut total = 0usize;
    for (bytes, slot) in entries.iter().zip(slots.iter_mut()) {
        let Entry { len, start, .. } = entry_of_12(bytes)?;
        // All three are below 100,000.
        let (start, len) = (base + start as usize, len as usize);
        let after = start + len;
        let last = after.wrapping_sub(1);
        if len == 0 || last >= end || frame.get(last) != Some(&FIELD_TERMINATOR) {
            return None;
        }
        if start != next {
            unordered = true;
            if frame.get(start.wrapping_sub(1)) != Some(&FIELD_TERMINATOR) {
                return None;
            }
        }
        next = after;
        total += len;
        let [a, b, c, d, ..] = *bytes;
        let word = u32::from_be_bytes([a, b, c, d]);
        tags |= word;
        let tag = Tag::of_word(word);
        let control = tag.is_control();
        let body = frame.get(start..).and_then(|body| body.first_chunk::<3>());
        let usual = match body {
            Some([_, _, third]) if control => *third != DELIMITER && len > 1,
            Some([first, second, DELIMITER]) => is_indicator(*first) && is_indicator(*second),
            _ => false,
        };
        if !usual {
            odd = true;
        }
        *slot = Slot::new(tag, start as u32, last as u32, control);
    }
    let all = end.checked_sub(base)?;
    if total != all || (!unordered && next != end) {
        return None;
    }
    // The same total in another order: a permutation, unless fields overlap.
    if unordered && overlap(slots) {
        return None;
    }
    odd |= tags & 0x8080_8080 != 0; // not ASCII
    odd |= has_strays(frame.get(base..end)?, entries.len(), doubled);
    Some(Whole { unordered, odd })
}

fn overlap(slots: &[Slot]) -> bool {
    let mut starts: Vec<(u32, u32)> = slots.iter().map(|slot| (slot.start, slot.end)).collect();
    starts.sort_unstable();
    starts.windows(2).any(|pair| matches!(pair, [(_, end), (start, _)] if start <= end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn entries_by_hand() {
        let expected = Entry { tag: *b"245", len: 127, start: 196 };
        assert_eq!(entry_of_12(b"245012700196"), Some(expected));
        assert_eq!(entry(EntryMap::MARC)(b"245012700196"), Ok((&b""[..], expected)));
        assert_eq!(entry_of_12(b"24501270019x"), None);
        assert_eq!(entry_of_12(b"245O12700196"), None);
        let wide = EntryMap { len: 3, start: 7, implementation: 2 };
        let expected = Entry { tag: *b"001", len: 12, start: 1_234_567 };
        assert_eq!(entry(wide)(b"0010121234567zz!"), Ok((&b"!"[..], expected)));
    }

    proptest! {
        /// The few instructions and the nom parser say the same of any bytes.
        #[test]
        fn both_ways_of_reading_an_entry_agree(
            bytes in prop_oneof![
                proptest::array::uniform12(any::<u8>()),
                proptest::array::uniform12(b'/'..=b':'),
                proptest::array::uniform12(b'0'..=b'9'),
            ]
        ) {
            let slow = entry(EntryMap::MARC)(&bytes).ok().map(|(_, entry)| entry);
            prop_assert_eq!(entry_of_12(&bytes), slow);
        }
    }
}
