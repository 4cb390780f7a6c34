//! ISO 2709 as CDS/ISIS writes it: a directory, no indicators, `^` before subfield codes inside the field.
//!
//! Shown by an indicator count of 0 in a record without any 1F. Exports in the shape of MARC change leader and
//! terminators and leave the delimiters of the base: those have indicators, and `^` all the same.

use memchr::memchr;

use super::form::{Form, PLAIN};
use crate::bytes::Cut;
use crate::finding::Findings;
use crate::format::iso2709::DELIMITER;
use crate::format::iso2709::rules::OTHER_DELIMITER;
use crate::record::{Dialect, Slot, Syntax};

/// No indicators, no control fields.
pub(super) const FORM: Form = Form { dialect: Dialect::Isis, syntax: Syntax::IRBIS, ..PLAIN };

/// Returns the bytes of a record in the shape of MARC with 1F for `^`, if no field has 1F and most data fields have `^`
/// and a code after their indicators.
pub(in crate::format::iso2709) fn replace_carets(
    body: &[u8],
    syntax: Syntax,
    slots: &[Slot],
    findings: &mut Findings,
) -> Option<Vec<u8>> {
    let indicators = usize::from(syntax.indicators);
    if syntax.delimiter != DELIMITER || indicators == 0 {
        return None;
    }
    let (mut fields, mut carets) = (0usize, 0usize);
    let mut first = 0usize;
    for slot in slots.iter().filter(|slot| !slot.control()) {
        let field = body.cut(slot.start as usize..slot.end as usize);
        if memchr(DELIMITER, field).is_some() {
            return None;
        }
        fields += 1;
        if let [b'^', code, ..] = field.cut(indicators.min(field.len())..) {
            if code.is_ascii_alphanumeric() {
                first = if carets == 0 { slot.start as usize + indicators } else { first };
                carets += 1;
            }
        }
    }
    if carets * 2 <= fields {
        return None;
    }
    let mut replaced = body.to_vec();
    for slot in slots.iter().filter(|slot| !slot.control()) {
        let field = replaced.get_mut(slot.start as usize..slot.end as usize).unwrap_or_default();
        for at in 0..field.len() {
            if let Some([caret @ b'^', code, ..]) = field.get_mut(at..) {
                *caret = if code.is_ascii_alphanumeric() { DELIMITER } else { b'^' };
            }
        }
    }
    findings.at(OTHER_DELIMITER, (first, 1), "\"^\" precedes subfield codes", "read as 1F");
    Some(replaced)
}
