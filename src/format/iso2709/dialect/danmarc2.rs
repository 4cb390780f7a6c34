//! danMARC2, of Denmark: three indicators, and subfields in fields 00X too.

use memchr::memchr;

use super::form::{Form, PLAIN};
use crate::bytes::Cut;
use crate::format::iso2709::DELIMITER;
use crate::record::{Dialect, Slot, Syntax};

/// Three indicators.
pub(super) const FORM: Form =
    Form { dialect: Dialect::Danmarc2, syntax: Syntax { indicators: 3, ..Syntax::MARC }, ..PLAIN };

/// Whether all fields 00X have indicators and subfields: then they are data fields.
pub(in crate::format::iso2709) fn control_fields_are_data(
    body: &[u8],
    slots: &[Slot],
    indicators: usize,
) -> bool {
    let mut control = slots.iter().filter(|slot| slot.tag.is_control()).peekable();
    control.peek().is_some()
        && control.all(|slot| {
            let field = body.cut(slot.start as usize..slot.end as usize);
            memchr(DELIMITER, field) == Some(indicators)
        })
}
