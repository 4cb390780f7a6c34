//! Names, of the record and of other headings.

use super::parts::{Item, Written};
use crate::format::xml::kit::{Elements, bare, bare_name, joined};
use crate::record::FieldRef;

/// The kind of a name by the last two digits of its tag.
pub(super) fn kind_of_name(field: &Item<'_>) -> &'static str {
    match field.number() % 100 {
        0 => "personal",
        10 => "corporate",
        11 => "conference",
        _ => "",
    }
}

/// What ties a main entry to its uniform title; the forms in another script are a pair of their own.
pub(super) fn name_title_group(field: &Item<'_>) -> &'static str {
    if field.is_880() { "2" } else { "1" }
}

pub(super) fn name(field: &Item<'_>, has_title: bool, xml: &mut Elements<'_>) -> Written {
    let kind = kind_of_name(field);
    let is_main = field.number() < 200;
    let usage = if is_main { "primary" } else { "" };
    let [group, script] = field.alternative();
    let pair = if is_main && has_title { name_title_group(field) } else { "" };
    xml.open("name", &[("type", kind), ("usage", usage), ("nameTitleGroup", pair), group, script])?;
    name_parts(**field, kind, xml)?;
    for text in field.subfields_with('u') {
        xml.text("affiliation", &[], &text.to_str_lossy())?;
    }
    roles(**field, if kind == "conference" { 'j' } else { 'e' }, xml)?;
    for code in ['0', '1'] {
        for text in field.subfields_with(code) {
            xml.text("nameIdentifier", &[], &text.to_str_lossy())?;
        }
    }
    xml.close("name");
    Ok(())
}

pub(super) fn name_parts(field: FieldRef<'_>, kind: &str, xml: &mut Elements<'_>) -> Written {
    match kind {
        "personal" => {
            xml.text("namePart", &[], bare_name(&joined(field, "aq")))?;
            xml.text("namePart", &[("type", "termsOfAddress")], bare(&joined(field, "bc")))?;
            xml.text("namePart", &[("type", "date")], bare(&joined(field, "d")))?;
        }
        "corporate" => {
            for subfield in field.subfields().filter(|subfield| "ab".contains(subfield.code())) {
                xml.text("namePart", &[], bare_name(&subfield.value().to_str_lossy()))?;
            }
            xml.text("namePart", &[], bare(&joined(field, "cdn")))?;
        }
        _ => xml.text("namePart", &[], bare_name(&joined(field, "acdenq")))?,
    }
    Ok(())
}

pub(super) fn roles(field: FieldRef<'_>, words: char, xml: &mut Elements<'_>) -> Written {
    for (code, attribute) in [(words, "text"), ('4', "code")] {
        for text in field.subfields_with(code) {
            let authority = if code == '4' { "marcrelator" } else { "" };
            xml.open("role", &[])?;
            xml.text(
                "roleTerm",
                &[("type", attribute), ("authority", authority)],
                bare(&text.to_str_lossy()),
            )?;
            xml.close("role");
        }
    }
    Ok(())
}
