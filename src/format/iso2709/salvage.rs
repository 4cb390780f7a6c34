//! A record from its bytes, whatever they are: the way for all that is not a well-formed record of the MARC family.
//!
//! First the directory is found, then the fields: by their entries, if those agree with the data, else by their
//! terminators. What the leader says of indicators is believed if the fields bear it out.

use super::assign::assign;
use super::directory::{self, show};
use super::{DELIMITER, RECORD_TERMINATOR};
use crate::diagnostic::Findings;
use crate::io::ReadOptions;
use crate::record::{Dialect, Slot, Syntax};
use crate::{Code, Leader};

/// Finds the fields of a record. Tells the syntax of their bodies, and whether all is as it should be after all.
pub(super) fn record(
    frame: &[u8],
    leader: &Leader,
    options: &ReadOptions,
    slots: &mut Vec<Slot>,
    findings: &mut Findings,
) -> (Syntax, bool) {
    slots.clear();
    let before = findings.list().len();
    let mut directory = directory::find(frame, leader, findings);
    if let Some((first, count)) = directory.untangle(frame) {
        let (at, width) = directory.entries.get(first).map_or((0, 0), |entry| (entry.at, entry.width));
        let message = format!(
            "five digits cannot say where {count} fields begin, from entry {} on",
            first.saturating_add(1)
        );
        findings.at(Code::Oversize, (at, width), message, "read behind the field before");
    }
    let end = match frame.last() {
        Some(&RECORD_TERMINATOR) => frame.len().saturating_sub(1),
        _ => frame.len(),
    };
    assign(frame, end, &directory, options, slots, findings);
    let syntax = find_syntax(frame, leader, options, slots, findings);
    if !syntax.control_fields {
        for slot in slots.iter_mut() {
            *slot = Slot::new(slot.tag, slot.start, slot.end, false);
        }
    }
    // What the leader says beside lengths does not matter to the bytes.
    let new = findings.list().get(before..).unwrap_or_default();
    let sound = new.iter().all(|finding| finding.code == Code::LeaderValue)
        && findings.suppressed().is_empty()
        && leader.record_length().is_some_and(|length| length as usize == frame.len())
        && end < frame.len();
    (syntax, sound)
}

/// Tells how the bodies are written: as the leader says if the fields bear it out, else as most of them are, else as
/// the dialect has it.
fn find_syntax(
    frame: &[u8],
    leader: &Leader,
    options: &ReadOptions,
    slots: &[Slot],
    findings: &mut Findings,
) -> Syntax {
    if options.dialect == Dialect::Isis {
        return Syntax::IRBIS;
    }
    let declared = leader.indicator_count();
    if declared == Some(2) && leader.identifier_length() == Some(2) {
        return Syntax::MARC;
    }
    let mut at = [0usize; 10];
    let mut delimited = 0usize;
    for slot in slots.iter().filter(|slot| !slot.tag.is_control()) {
        let body = frame.get(slot.start as usize..slot.end as usize).unwrap_or_default();
        if let Some(first) = memchr::memchr(DELIMITER, body) {
            delimited = delimited.saturating_add(1);
            if let Some(count) = at.get_mut(first) {
                *count = count.saturating_add(1);
            }
        }
    }
    if delimited == 0 && declared == Some(0) {
        return Syntax::IRBIS;
    }
    let bears_out = |count: &usize| at.get(*count).is_some_and(|fields| fields.saturating_mul(2) > delimited);
    let of_dialect = usize::from(options.dialect.indicators());
    let indicators = match declared.map(usize::from) {
        Some(count) if delimited == 0 || bears_out(&count) => count,
        _ => (0..at.len()).find(bears_out).unwrap_or(of_dialect),
    };
    if declared.map(usize::from) != Some(indicators) {
        let message =
            format!("the indicator count is \"{}\", the fields have {indicators}", show(leader, 10, 1));
        findings.at(Code::LeaderValue, (10, 1), message, "read by the fields");
    } else if leader.identifier_length() != Some(2) && delimited > 0 {
        let message = format!("the identifier length is \"{}\", not 2", show(leader, 11, 1));
        findings.at(Code::LeaderValue, (11, 1), message, "read with codes of one character");
    }
    Syntax { indicators: u8::try_from(indicators).unwrap_or(2), ..Syntax::MARC }
}
