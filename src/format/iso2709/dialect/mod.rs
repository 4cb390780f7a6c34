//! What sets the dialects of ISO 2709 apart: one file each, and one line in [`FORMS`].
//!
//! The default character set of a dialect is a prior of the decision about character sets, which all formats share.

mod danmarc2;
mod form;
mod isis;
mod mab2;
mod marc;

use memchr::memchr;

pub(super) use self::danmarc2::control_fields_are_data;
use self::form::Form;
pub(super) use self::isis::replace_carets;
pub(super) use self::mab2::{
    DISKETTE, HEAD as DISKETTE_HEAD, begins as begins_diskette, begins_exchange as is_mab2, diskette_end,
};
use super::DELIMITER;
use super::entry::show;
use crate::bytes::Cut;
use crate::finding::Findings;
use crate::format::rules::LEADER_VALUE;
use crate::record::{Dialect, Leader, Slot, Syntax};

/// All dialects. The first is that of records that show no other.
const FORMS: &[&Form] = &[&marc::FORM, &isis::FORM, &danmarc2::FORM, &mab2::FORM];

/// Whether a record is in a text form of some dialect.
pub(super) fn is_text(body: &[u8]) -> bool {
    FORMS.iter().any(|form| (form.is_text)(body))
}

/// Returns the dialect that decides how the fields of a record are found.
pub(super) fn form_of(body: &[u8], named: Dialect) -> &'static Form {
    let leader = Leader::padded(body);
    let asked_for = FORMS.iter().find(|form| form.dialect == named);
    let shown = FORMS.iter().find(|form| (form.is_text)(body) || (form.is_leader)(&leader));
    match (asked_for, shown) {
        // The caller's word excludes the leader's only where the syntax differs altogether.
        (Some(asked_for), Some(shown)) if asked_for.is_other_syntax() && !(shown.is_text)(body) => asked_for,
        (_, Some(shown)) => shown,
        (Some(asked_for), None) => asked_for,
        (None, None) => &marc::FORM,
    }
}

/// Whether the fields of a record with this many indicators may be one value without subfields.
pub(super) fn has_whole_values(indicators: u8) -> bool {
    FORMS.iter().any(|form| form.whole_values && form.syntax.indicators == indicators)
}

/// Decides how the bodies of fields are written: as the leader says if the fields bear it out, else as most of them
/// are, else as the dialect has it.
pub(super) fn syntax_of(
    body: &[u8],
    leader: &Leader,
    form: &Form,
    slots: &[Slot],
    findings: &mut Findings,
) -> Syntax {
    if form.is_other_syntax() {
        return form.syntax;
    }
    let declared = leader.indicator_count();
    if declared == Some(2) && leader.identifier_length() == Some(2) {
        return Syntax::MARC;
    }
    let counts = IndicatorCounts::of(body, slots);
    if counts.delimited == 0 && declared == Some(0) {
        return isis::FORM.syntax;
    }
    let indicators = match declared.map(usize::from) {
        Some(count) if counts.delimited == 0 || counts.bear_out(count) => count,
        _ => counts.most().unwrap_or_else(|| usize::from(form.syntax.indicators)),
    };
    if declared.map(usize::from) != Some(indicators) {
        let message =
            format!("the indicator count is \"{}\", the fields have {indicators}", show(leader, 10, 1));
        findings.at(LEADER_VALUE, (10, 1), message, "read as the fields have them");
    } else if leader.identifier_length() != Some(2) && counts.delimited > 0 {
        let message = format!("the identifier length is \"{}\", not 2", show(leader, 11, 1));
        findings.at(LEADER_VALUE, (11, 1), message, "read with codes of one character");
    }
    Syntax { indicators: u8::try_from(indicators).unwrap_or(2), ..Syntax::MARC }
}

/// The numbers of bytes before the first delimiter, over the data fields of a record.
struct IndicatorCounts {
    /// How many fields have this many bytes before their first delimiter.
    fields: [usize; 10],
    /// How many fields have a delimiter.
    delimited: usize,
}

impl IndicatorCounts {
    fn of(body: &[u8], slots: &[Slot]) -> IndicatorCounts {
        let mut counts = IndicatorCounts { fields: [0; 10], delimited: 0 };
        for slot in slots.iter().filter(|slot| !slot.tag.is_control()) {
            let field = body.cut(slot.start as usize..slot.end as usize);
            if let Some(first) = memchr(DELIMITER, field) {
                counts.delimited += 1;
                if let Some(count) = counts.fields.get_mut(first) {
                    *count += 1;
                }
            }
        }
        counts
    }

    /// Whether more than half of the fields have this number.
    fn bear_out(&self, indicators: usize) -> bool {
        self.fields.get(indicators).is_some_and(|fields| 2 * fields > self.delimited)
    }

    /// Returns the number that more than half of the fields have.
    fn most(&self) -> Option<usize> {
        (0..self.fields.len()).find(|count| self.bear_out(*count))
    }
}
