//! Where, by whom and when the resource was made.

use super::coded::{self, Kind};
use super::parts::{Item, Items, Written, indicator};
use crate::bytes::Cut;
use crate::format::xml::kit::{Elements, bare, bare_name, joined};

/// What 264 speaks of by its second indicator, and the element with its date.
const EVENTS: [(u8, &str, &str, &str); 4] = [
    (b'0', "producer", "dateOther", "production"),
    (b'1', "publisher", "dateIssued", ""),
    (b'2', "distributor", "dateOther", "distribution"),
    (b'3', "manufacturer", "dateOther", "manufacture"),
];

/// An element for 008, 250 and 260, and one for each 264.
pub(super) fn origin(items: &Items<'_>, coded: &str, kind: Kind, xml: &mut Elements<'_>) -> Written {
    for field in items.with(&["264"]) {
        let event = EVENTS.iter().find(|(second, ..)| *second == indicator(**field, 2));
        if let Some((_, event, element, type_of_date)) = event {
            let [group, script] = field.alternative();
            xml.open("originInfo", &[("eventType", event), group, script])?;
            imprint(field, (element, type_of_date), xml)?;
            xml.close("originInfo");
        }
    }
    let main = items.with(&["260"]).find(|field| !field.is_880());
    let none = [("", ""); 2];
    let [group, script] = main.map_or(none, Item::alternative);
    let before = xml.out.len();
    xml.open("originInfo", &[group, script])?;
    let inside = xml.out.len();
    let country = coded.cut(15..18).trim();
    if country.bytes().all(|byte| byte.is_ascii_lowercase()) && !matches!(country, "" | "xx") {
        place(&[("type", "code"), ("authority", "marccountry")], country, xml)?;
    }
    for field in items.with(&["260"]).filter(|field| !field.is_880()) {
        imprint(field, ("dateIssued", ""), xml)?;
    }
    for field in items.with(&["264"]).filter(|field| indicator(***field, 2) == b'4') {
        xml.text("copyrightDate", &[], bare_name(&joined(**field, "c")))?;
    }
    dates(coded, xml)?;
    for field in items.with(&["250"]).filter(|field| !field.is_880()) {
        xml.text("edition", &[], bare(&joined(**field, "ab")))?;
    }
    let level = items.record.header().leader.and_then(|leader| leader.get(7));
    let issuance = match level {
        Some(b'a' | b'c' | b'd' | b'm') => "monographic",
        Some(b'b' | b's') => "serial",
        Some(b'i') => "integrating resource",
        _ => "",
    };
    xml.text("issuance", &[], issuance)?;
    for term in coded::terms("frequency", kind, coded) {
        xml.text("frequency", &[("authority", "marcfrequency")], term)?;
    }
    for field in items.with(&["310"]) {
        xml.text("frequency", &[], bare(&joined(**field, "ab")))?;
    }
    let is_empty = xml.out.len() == inside;
    xml.close("originInfo");
    if is_empty {
        xml.out.truncate(before);
    }
    for field in items.with(&["260", "250"]).filter(|field| field.is_880()) {
        let [group, script] = field.alternative();
        xml.open("originInfo", &[group, script])?;
        if field.tag == *b"260" {
            imprint(field, ("dateIssued", ""), xml)?;
        } else {
            xml.text("edition", &[], bare(&joined(**field, "ab")))?;
        }
        xml.close("originInfo");
    }
    Ok(())
}

/// Places, publishers and dates of a field.
fn imprint(field: &Item<'_>, (element, type_of_date): (&str, &str), xml: &mut Elements<'_>) -> Written {
    for text in field.subfields_with('a') {
        place(&[("type", "text")], bare(&text.to_str_lossy()), xml)?;
    }
    for text in field.subfields_with('b') {
        xml.text("publisher", &[], bare(&text.to_str_lossy()))?;
    }
    for text in field.subfields_with('c') {
        xml.text(element, &[("type", type_of_date)], bare_name(&text.to_str_lossy()))?;
    }
    for text in field.subfields_with('g') {
        xml.text("dateCreated", &[], bare_name(&text.to_str_lossy()))?;
    }
    Ok(())
}

fn place(attributes: &[(&str, &str)], text: &str, xml: &mut Elements<'_>) -> Written {
    if text.is_empty() {
        return Ok(());
    }
    xml.open("place", &[])?;
    xml.text("placeTerm", attributes, text)?;
    xml.close("place");
    Ok(())
}

/// The dates of 008.
fn dates(coded: &str, xml: &mut Elements<'_>) -> Written {
    let date = |range| coded.get(range).filter(|date: &&str| date.bytes().any(|byte| byte.is_ascii_digit()));
    let (first, second) = (date(7..11), date(11..15));
    let qualifier = if coded.get(6..7) == Some("q") { "questionable" } else { "" };
    match coded.get(6..7) {
        Some("c" | "d" | "i" | "k" | "m" | "q" | "u") => {
            for (point, date) in [("start", first), ("end", second)] {
                let attributes = [("encoding", "marc"), ("point", point), ("qualifier", qualifier)];
                xml.text("dateIssued", &attributes, date.unwrap_or_default())?;
            }
            Ok(())
        }
        Some("e" | "p" | "r" | "s" | "t") => {
            xml.text("dateIssued", &[("encoding", "marc")], first.unwrap_or_default())
        }
        _ => Ok(()),
    }
}
