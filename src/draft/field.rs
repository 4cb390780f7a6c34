//! Fields made of parts, and parts put into fields that are there.

use super::table::{Row, Slot};
use crate::error::Result;
use crate::model::Bib;
use crate::record::{FieldBuf, FieldRef, Record, Syntax};

/// The parts of an element, by name, in the order of the table.
pub(super) type Parts<'p> = Vec<(&'static str, &'p str)>;

/// Makes a field.
pub(super) fn make(row: &Row, indicators: [u8; 2], parts: &Parts<'_>, syntax: Syntax) -> Result<FieldBuf> {
    let mut pieces: Vec<(char, String)> = Vec::new();
    for (slot, code, value) in placed(row, parts) {
        punctuate(&mut pieces, slot);
        pieces.push((code, value.to_owned()));
    }
    finish(&mut pieces, row);
    write(row, &indicators, &pieces, syntax)
}

/// Puts parts into a field: a subfield that is there gets the value and keeps its mark, others are added in their place.
pub(super) fn amend(row: &Row, old: FieldRef<'_>, parts: &Parts<'_>, is_isbd: bool) -> Result<FieldBuf> {
    let lead = old.lead().to_str_lossy().into_owned();
    let mut pieces: Vec<(char, String)> = Vec::new();
    if !lead.is_empty() {
        pieces.push(('*', lead));
    }
    pieces.extend(old.subfields().map(|part| {
        let code = part.code();
        let code = if old.syntax().fold_codes { code.to_ascii_lowercase() } else { code };
        (code, part.value().to_str_lossy().into_owned())
    }));
    for (slot, code, value) in placed(row, parts) {
        if let Some((_, own)) = pieces.iter_mut().find(|(known, _)| *known == code) {
            let (_, mark) = without_mark(own);
            *own = match mark {
                "." => with_stop(value),
                mark => format!("{value}{mark}"),
            };
            continue;
        }
        let place = row.slot_of(code).unwrap_or(usize::MAX);
        let at = pieces.iter().rposition(|(known, _)| row.slot_of(*known).is_some_and(|other| other < place));
        let at = at.map_or(0, |at| at + 1);
        let before = at.checked_sub(1).and_then(|before| pieces.get_mut(before));
        let mut value = value.to_owned();
        if let (Some((_, before)), true) = (before, is_isbd) {
            let (text, mark) = without_mark(before);
            value = if mark == "." { with_stop(&value) } else { format!("{value}{mark}") };
            let text = text.to_owned();
            *before = marked(&text, slot);
        }
        pieces.insert(at, (code, value));
    }
    write(row, old.indicators(), &pieces, old.syntax())
}

/// Puts values in the place of all that a field has in their subfields.
pub(super) fn replace(row: &Row, old: FieldRef<'_>, parts: &Parts<'_>) -> Result<FieldBuf> {
    let new = placed(row, parts);
    let mut pieces: Vec<(char, String)> =
        new.iter().map(|(_, code, value)| (*code, (*value).to_owned())).collect();
    let rest = old.subfields().filter(|part| !new.iter().any(|(_, code, _)| part.is(*code)));
    pieces.extend(rest.map(|part| (part.code(), part.value().to_str_lossy().into_owned())));
    write(row, old.indicators(), &pieces, old.syntax())
}

/// Returns parts with their slots and codes.
fn placed<'r, 'p>(row: &'r Row, parts: &Parts<'p>) -> Vec<(&'r Slot, char, &'p str)> {
    let mut out = Vec::new();
    for slot in &row.slots {
        let values = parts.iter().filter(|(part, value)| *part == slot.part && !value.is_empty());
        for ((_, value), code) in values.zip(slot.codes.chars().chain(std::iter::repeat(last(slot.codes)))) {
            out.push((slot, code, *value));
        }
    }
    out
}

fn last(codes: &str) -> char {
    codes.chars().last().unwrap_or('a')
}

/// Ends the last piece with the mark of the next.
fn punctuate(pieces: &mut [(char, String)], next: &Slot) {
    if let Some((_, before)) = pieces.last_mut() {
        *before = marked(before, next);
    }
}

fn marked(before: &str, next: &Slot) -> String {
    match next.mark {
        None => before.to_owned(),
        Some(',') => format!("{before},"),
        Some(mark) => format!("{before} {mark}"),
    }
}

/// Ends the last piece that ISBD counts with a stop.
fn finish(pieces: &mut [(char, String)], row: &Row) {
    let counts =
        |code: char| row.slot_of(code).and_then(|at| row.slots.get(at)).is_some_and(|slot| slot.stop);
    if let Some((_, last)) = pieces.iter_mut().rev().find(|(code, _)| counts(*code)) {
        *last = with_stop(last);
    }
}

fn write(row: &Row, indicators: &[u8], pieces: &[(char, String)], syntax: Syntax) -> Result<FieldBuf> {
    FieldBuf::new(syntax, row.tag, |field| {
        if syntax.has_indicators() {
            field.indicators(&String::from_utf8_lossy(indicators));
        }
        for (code, value) in pieces {
            match code {
                '*' => field.lead(value),
                code => field.subfield(*code, value),
            };
        }
        field
    })
}

/// Returns a value and the mark of ISBD that ends it: ` :`, `,`, `.`.
fn without_mark(value: &str) -> (&str, &str) {
    let text = value.trim_end_matches([' ', '/', ':', ';', '=', ',']);
    let text = match text.len() == value.len() {
        true => text.strip_suffix('.').unwrap_or(text),
        false => text,
    };
    value.split_at_checked(text.len()).unwrap_or((value, ""))
}

/// Returns a text with a stop at its end, unless it has a mark there or the stop would be read as that of an abbreviation.
fn with_stop(text: &str) -> String {
    let ended = text.trim_end().ends_with(['.', '!', '?', ']', '…', '-', ')']);
    let whole = format!("{text}.");
    match ended || !reads_back(&whole, text) {
        true => text.to_owned(),
        false => whole,
    }
}

/// Returns whether a value is read without its stop.
fn reads_back(whole: &str, text: &str) -> bool {
    let record = Record::builder().data_field("245", "00", [('a', whole)]).build();
    record.is_ok_and(|record| Bib::of(record.view()).title().is_some_and(|title| title == text))
}
