//! MARC records as they lie in the fields of CDS/ISIS, and back.

use super::leader::Kept;
use super::{FieldRef, Leader, Record, RecordRef, Syntax};
use crate::bytes::Cut;
use crate::finding::{Finding, Findings};
use crate::position::Location;
use crate::record::rules::{BLANK_REPLACED, DELIMITER_IN_VALUE};
use crate::tag::Tag;

/// The positions of a leader that fields may keep: the others are lengths.
const POSITIONS: [std::ops::RangeInclusive<usize>; 2] = [5..=11, 17..=23];
/// The position at which a field keeps the whole leader.
const WHOLE: usize = 0;
/// The positions that must be written for the leader to come back: the others follow from the form.
const NEEDED: [usize; 7] = [5, 6, 7, 8, 17, 18, 19];
/// The leader positions in the tags that most programs use: 3005 is position 5.
pub(crate) const WIDE: u32 = 3000;
/// The leader positions where tags have three digits: 905 is position 5.
pub(crate) const NARROW: u32 = 900;

/// Whether a byte stands for a blank in an indicator or a leader position.
pub(crate) const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'#' | b'_' | b'|')
}

/// Whether a byte may be an indicator as a base keeps it.
pub(crate) const fn is_indicator(byte: u8) -> bool {
    byte.is_ascii_digit() || is_blank(byte)
}

/// Returns the offset of the first `^` with a code after it.
pub(crate) fn first_caret(body: &[u8]) -> Option<usize> {
    memchr::memchr_iter(b'^', body).find(|at| is_delimiter(body, *at))
}

/// Whether the `^` at an offset has a code after it.
fn is_delimiter(body: &[u8], at: usize) -> bool {
    body.get(at.saturating_add(1)).is_some_and(u8::is_ascii_alphanumeric)
}

/// Returns the leader position that a field keeps, if the tag of position 0 is `first`.
pub(crate) fn position_of(field: FieldRef<'_>, first: u32) -> Option<usize> {
    let position = usize::try_from(field.tag().number()?.checked_sub(first)?).ok()?;
    let is_position = POSITIONS.iter().any(|kept| kept.contains(&position));
    match field.raw() {
        // Fields 910 and 920 belong to libraries.
        [_] | [] if first == NARROW => (NEEDED.contains(&position) || position == 9).then_some(position),
        [_] | [] => is_position.then_some(position),
        whole => (first == WIDE && position == WHOLE && whole.len() == Leader::LEN).then_some(position),
    }
}

/// How many bytes at the start of a data field are indicators, where a base keeps them.
fn indicators(body: &[u8], caret: Option<usize>) -> usize {
    let may_be = |byte: &u8| is_indicator(*byte) || byte.is_ascii_lowercase();
    match (caret, body) {
        (Some(count @ ..=2), _) if body.iter().take(count).all(may_be) => count,
        // A value without a code, or before the first one: not a number or a word of its own.
        (_, [first, second, third, ..]) if is_indicator(*first) && is_indicator(*second) => {
            let is_text = third.is_ascii_alphabetic() || !third.is_ascii();
            let has_digit = first.is_ascii_digit() || second.is_ascii_digit();
            if is_text && (has_digit || caret.is_some()) { 2 } else { 0 }
        }
        _ => 0,
    }
}

/// How often each of [`BLANKS`] stands for a blank indicator.
#[derive(Default)]
struct Blanks([u32; BLANKS.len()]);

const BLANKS: [Option<u8>; 5] = [Some(b' '), Some(b'#'), Some(b'_'), Some(b'|'), None];

impl Blanks {
    fn see(&mut self, blank: Option<u8>) {
        for (count, known) in self.0.iter_mut().zip(BLANKS) {
            *count = count.saturating_add(u32::from(known == blank));
        }
    }

    /// Returns the most frequent; the first of several.
    fn most(&self) -> Option<u8> {
        let most = self.0.iter().max().copied().unwrap_or(0);
        let at = self.0.iter().position(|count| *count == most).unwrap_or(0);
        BLANKS.get(at).copied().flatten()
    }

    /// Whether there are several.
    fn differ(&self) -> bool {
        self.0.iter().filter(|count| **count > 0).count() > 1
    }

    /// Returns an indicator as MARC has it.
    fn indicator(&mut self, byte: u8) -> u8 {
        if !is_blank(byte) {
            return byte;
        }
        self.see(Some(byte));
        b' '
    }
}

impl Record {
    /// Turns a record whose fields keep MARC into MARC. `first` is the tag of leader position 0, if fields keep one.
    pub(crate) fn unkeep(&mut self, first: Option<u32>) {
        let exchange = self.header.leader;
        let mut leader = exchange.and_then(of_exchange).unwrap_or_default();
        let mut marc = Record::new();
        marc.syntax = Syntax::MARC;
        marc.set_charset(self.charset, self.reason);
        let is_text = self.is_text;
        match is_text {
            true => marc.text_mut().clear(),
            false => marc.bytes_mut().clear(),
        }
        let mut blanks = Blanks::default();
        let mut kept = Kept {
            first,
            positions: 0,
            before: 0,
            blank: None,
            blanks_differ: false,
            blank_position: Some(b' '),
            exchange,
        };
        let mut body = Vec::new();
        for field in self.fields() {
            let position = first.and_then(|first| position_of(field, first));
            if let Some(position) = position.filter(|at| kept.positions & 1 << at == 0) {
                if kept.positions == 0 {
                    kept.before = u32::try_from(marc.slots.len()).unwrap_or(u32::MAX);
                }
                kept.positions |= 1 << position;
                match field.raw() {
                    blank @ ([] | [b' ' | b'#' | b'_']) => {
                        kept.blank_position = blank.first().copied();
                        leader.set(position, b' ');
                    }
                    [byte] => _ = leader.set(position, *byte),
                    whole => leader = Leader::padded(whole),
                }
                continue;
            }
            body.clear();
            let control = field.tag().is_control();
            match control {
                true => body.extend_from_slice(field.raw()),
                false => with_indicators(field.raw(), &mut blanks, &mut body),
            }
            let start = marc.buffer_len();
            match is_text {
                // Only whole ASCII characters were put in or taken out.
                true => marc.text.push_str(&String::from_utf8_lossy(&body)),
                false => marc.bytes.extend_from_slice(&body),
            }
            marc.end_field(field.tag(), start, control);
        }
        kept.blank = blanks.most();
        marc.header.leader = Some(leader);
        marc.header.isis = self.header.isis;
        marc.header.kept = Some(kept);
        marc.position = self.position;
        if blanks.differ() {
            let mut again = Record::new();
            keep(marc.view(), kept, exchange.is_some(), &mut again, &mut Findings::new(0));
            kept.blanks_differ = again.fields().map(FieldRef::raw).ne(self.fields().map(FieldRef::raw));
            marc.header.kept = Some(kept);
        }
        *self = marc;
    }
}

/// Returns the leader of a record in ISO 2709, if it is that of MARC: other programs have zeros there.
fn of_exchange(mut leader: Leader) -> Option<Leader> {
    let is_letter = |at| leader.get(at).is_some_and(|byte| byte.is_ascii_lowercase());
    if !is_letter(6) || !is_letter(7) {
        return None;
    }
    for (at, byte) in [(10, b'2'), (11, b'2'), (20, b'4'), (21, b'5'), (22, b'0'), (23, b'0')] {
        leader.set(at, byte);
    }
    Some(leader)
}

/// Appends the body of a data field in MARC: two indicators, blanks for those that are missing, and 1F for `^` before a
/// code.
fn with_indicators(body: &[u8], blanks: &mut Blanks, out: &mut Vec<u8>) {
    let caret = first_caret(body);
    let count = indicators(body, caret);
    let (given, rest) = body.split_at_checked(count).unwrap_or((body, &[]));
    out.extend(given.iter().map(|byte| blanks.indicator(*byte)));
    if count == 0 && caret == Some(0) {
        blanks.see(None);
    }
    out.resize(2, b' ');
    out.extend(rest.iter().enumerate().map(|(at, byte)| match *byte {
        b'^' if is_delimiter(rest, at) => Syntax::MARC.delimiter,
        byte => byte,
    }));
}

/// Makes `out` the record whose fields keep a MARC record as they did. In ISO 2709 it has the leader that it had there.
pub(crate) fn keep(
    record: RecordRef<'_>,
    kept: Kept,
    exchange: bool,
    out: &mut Record,
    findings: &mut Findings,
) {
    out.begin_irbis(record);
    let leader = record.header.leader.unwrap_or_default();
    out.header.leader = kept.exchange.filter(|_| exchange).map(|own| leader_of(own, leader, out));
    if kept.blanks_differ {
        let message = "several characters stand for blank indicators";
        let finding =
            Finding::new(BLANK_REPLACED, Location::of(record.position), message, "written with one");
        findings.push(finding);
    }
    let first = kept.first.unwrap_or(WIDE);
    let mut positions = kept.positions;
    if !exchange {
        let default = Leader::default();
        let changed = NEEDED.iter().filter(|at| leader.get(**at) != default.get(**at));
        if positions & 1 << WHOLE == 0 {
            changed.for_each(|at| positions |= 1 << at);
        }
    }
    let before = if kept.positions == 0 { 0 } else { kept.before as usize };
    let mut leader_is_there = false;
    for field in record.fields() {
        if field.index() == before {
            push_leader(leader, (first, positions), kept.blank_position, out);
            leader_is_there = true;
        }
        push_field(record, field, kept.blank, out, findings);
    }
    if !leader_is_there {
        push_leader(leader, (first, positions), kept.blank_position, out);
    }
}

/// Returns the leader of ISO 2709 for a record that had `own`, with what is now in its MARC leader. Sets the syntax.
fn leader_of(own: Leader, marc: Leader, out: &mut Record) -> Leader {
    let mut leader = own;
    if of_exchange(own).is_some() {
        for at in NEEDED.into_iter().chain([9]) {
            leader.set(at, marc.get(at).unwrap_or(b' '));
        }
    }
    if own.indicator_count() == Some(2) {
        out.syntax = Syntax { delimiter: Syntax::IRBIS.delimiter, ..Syntax::MARC };
    }
    leader
}

/// Appends the fields that keep a leader.
fn push_leader(leader: Leader, (first, positions): (u32, u32), blank: Option<u8>, out: &mut Record) {
    for position in (0..Leader::LEN).filter(|at| positions & 1 << at != 0) {
        let number = first.saturating_add(u32::try_from(position).unwrap_or(0));
        let Some(tag) = Tag::from_number(number) else { continue };
        let start = out.buffer_len();
        let byte = leader.get(position).unwrap_or(b' ');
        let value = match (position, byte) {
            (WHOLE, _) => leader.to_string(),
            (_, b' ') => blank.map(char::from).map(String::from).unwrap_or_default(),
            _ => char::from(byte).to_string(),
        };
        match out.is_text {
            true => out.text.push_str(&value),
            false => out.bytes.extend_from_slice(value.as_bytes()),
        }
        out.end_field(tag, start, false);
    }
}

/// Appends a field as a base keeps it.
fn push_field(
    record: RecordRef<'_>,
    field: FieldRef<'_>,
    blank: Option<u8>,
    out: &mut Record,
    findings: &mut Findings,
) {
    let start = out.buffer_len();
    // ISO 2709 has control fields, whatever the program says of them.
    let control = field.is_control() && out.header.leader.is_some();
    let delimiter = record.syntax.delimiter;
    let (indicators, body) = match field.is_control() {
        true => (&[][..], field.bytes),
        false => (field.indicators(), field.bytes.cut(field.indicators().len()..)),
    };
    if !field.is_control() && first_caret(body).is_some() {
        let mut location = Location::of(record.position);
        (location.tag, location.field) = (Some(field.tag), Some(field.index));
        let message = "a value holds ^, which delimits subfields in CDS/ISIS";
        findings.push(Finding::new(DELIMITER_IN_VALUE, location, message, "kept, as a delimiter"));
    }
    let mut shown = Vec::with_capacity(2);
    // A value before the first code has no blank indicators before it.
    let is_blank = indicators.iter().all(|byte| *byte == b' ');
    if !is_blank || body.first() == Some(&delimiter) && blank.is_some() {
        let of = |byte: &u8| if *byte == b' ' { blank.unwrap_or(b' ') } else { *byte };
        shown.extend(indicators.iter().map(of));
        if blank.is_none() && shown.last() == Some(&b' ') {
            shown.pop();
        }
    }
    shown.extend(body.iter().map(|byte| match *byte {
        byte if byte == delimiter && !field.is_control() => Syntax::IRBIS.delimiter,
        byte => byte,
    }));
    match out.is_text {
        true => out.text.push_str(&String::from_utf8_lossy(&shown)),
        false => out.bytes.extend_from_slice(&shown),
    }
    out.end_field(field.tag, start, control);
}
