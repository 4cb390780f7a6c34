//! Subjects, classes, identifiers, places.

use super::names::{kind_of_name, name_parts, roles};
use super::parts::{Item, Items, Written, indicator, scheme, text};
use crate::format::xml::kit::{Elements, bare, bare_name, joined};

pub(super) fn subjects(items: &Items<'_>, xml: &mut Elements<'_>) -> Written {
    for field in items.with(&["600", "610", "611", "630", "648", "650", "651", "653"]) {
        let authority = if field.tag == *b"653" { String::new() } else { scheme(**field) };
        let [group, script] = field.alternative();
        xml.open("subject", &[("authority", &authority), group, script])?;
        heading(field, xml)?;
        for subfield in field.subfields() {
            let element = match subfield.code() {
                'x' => "topic",
                'v' => "genre",
                'y' => "temporal",
                'z' => "geographic",
                _ => continue,
            };
            xml.text(element, &[], bare_name(&subfield.value().to_str_lossy()))?;
        }
        xml.close("subject");
    }
    for code in items.with(&["043"]).flat_map(|field| field.subfields_with('a')) {
        xml.open("subject", &[])?;
        xml.text("geographicCode", &[("authority", "marcgac")], &code.to_str_lossy())?;
        xml.close("subject");
    }
    for field in items.with(&["752"]) {
        xml.open("subject", &[])?;
        xml.open("hierarchicalGeographic", &[])?;
        for (code, element) in [('a', "country"), ('b', "state"), ('c', "county"), ('d', "city")] {
            xml.text(element, &[], bare_name(&text(**field, code)))?;
        }
        xml.close("hierarchicalGeographic");
        xml.close("subject");
    }
    for field in items.with(&["255"]) {
        xml.open("subject", &[])?;
        xml.open("cartographics", &[])?;
        for (code, element) in [('a', "scale"), ('b', "projection"), ('c', "coordinates")] {
            xml.text(element, &[], bare(&text(**field, code)))?;
        }
        xml.close("cartographics");
        xml.close("subject");
    }
    Ok(())
}

fn heading(field: &Item<'_>, xml: &mut Elements<'_>) -> Written {
    match field.number() {
        600 | 610 | 611 => {
            let kind = kind_of_name(field);
            xml.open("name", &[("type", kind)])?;
            name_parts(**field, kind, xml)?;
            roles(**field, ' ', xml)?;
            xml.close("name");
            if field.subfield('t').is_some() {
                title(field, "t", xml)?;
            }
            Ok(())
        }
        630 => title(field, "adfhklor", xml),
        648 => xml.text("temporal", &[], bare_name(&joined(**field, "a"))),
        651 => xml.text("geographic", &[], bare_name(&joined(**field, "a"))),
        653 => free(field, xml),
        _ => xml.text("topic", &[], bare_name(&joined(**field, "abcd"))),
    }
}

fn title(field: &Item<'_>, codes: &str, xml: &mut Elements<'_>) -> Written {
    xml.open("titleInfo", &[])?;
    xml.text("title", &[], bare_name(&joined(**field, codes)))?;
    // In the heading of a meeting, $n is its number.
    let numbers = field.subfields_with('n').filter(|_| field.number() == 630);
    for number in numbers {
        xml.text("partNumber", &[], bare_name(&number.to_str_lossy()))?;
    }
    for name in field.subfields_with('p') {
        xml.text("partName", &[], bare_name(&name.to_str_lossy()))?;
    }
    xml.close("titleInfo");
    Ok(())
}

/// Free terms, of the kind that the second indicator says.
fn free(field: &Item<'_>, xml: &mut Elements<'_>) -> Written {
    for term in field.subfields_with('a') {
        let term = term.to_str_lossy();
        let term = bare_name(&term);
        let (name, element) = match indicator(**field, 2) {
            b'1' => ("personal", ""),
            b'2' => ("corporate", ""),
            b'3' => ("conference", ""),
            b'4' => ("", "temporal"),
            b'5' => ("", "geographic"),
            b'6' => ("", "genre"),
            _ => ("", "topic"),
        };
        if name.is_empty() {
            xml.text(element, &[], term)?;
        } else {
            xml.open("name", &[("type", name)])?;
            xml.text("namePart", &[], term)?;
            xml.close("name");
        }
    }
    Ok(())
}

pub(super) fn classes(items: &Items<'_>, xml: &mut Elements<'_>) -> Written {
    for (tag, authority) in
        [("050", "lcc"), ("060", "nlm"), ("080", "udc"), ("082", "ddc"), ("084", ""), ("086", "")]
    {
        for field in items.with(&[tag]) {
            let source = text(**field, '2');
            let (authority, edition) = match (authority, indicator(**field, 1)) {
                ("", b'0') if tag == "086" => ("sudocs", ""),
                ("", b'1') if tag == "086" => ("candoc", ""),
                ("", _) => (source.as_str(), ""),
                ("ddc", _) => (authority, source.as_str()),
                (other, _) => (other, ""),
            };
            for class in each_class(field) {
                xml.text("classification", &[("authority", authority), ("edition", edition)], &class)?;
            }
        }
    }
    Ok(())
}

/// Each class of a field: `$a`, with the item number after it.
fn each_class(field: &Item<'_>) -> Vec<String> {
    let mut classes: Vec<String> = Vec::new();
    for subfield in field.subfields().filter(|subfield| "ab".contains(subfield.code())) {
        let text = subfield.value().to_str_lossy();
        // In 082, a further $a is a mark for biographies and the like.
        match classes.last_mut().filter(|_| subfield.code() == 'b' || field.number() == 82) {
            Some(class) => {
                class.push(' ');
                class.push_str(text.trim());
            }
            None => classes.push(text.trim().to_owned()),
        }
    }
    classes
}

pub(super) fn identifiers(items: &Items<'_>, xml: &mut Elements<'_>) -> Written {
    for (tag, kind) in [
        ("010", "lccn"),
        ("020", "isbn"),
        ("022", "issn"),
        ("028", "music publisher"),
        ("037", "stock number"),
    ] {
        for field in items.with(&[tag]) {
            let kind = match (tag, indicator(**field, 1)) {
                ("028", b'0') => "issue number",
                ("028", b'1') => "matrix number",
                ("028", b'2') => "music plate",
                ("028", b'4') => "videorecording identifier",
                _ => kind,
            };
            for (code, invalid) in [('a', ""), ('z', "yes")] {
                for text in field.subfields_with(code) {
                    let attributes = [("type", kind), ("invalid", invalid)];
                    xml.text("identifier", &attributes, bare(&text.to_str_lossy()))?;
                }
            }
        }
    }
    for number in items.with(&["035"]).flat_map(|field| field.subfields_with('a')) {
        let number = number.to_str_lossy();
        if let Some(number) = number.trim().strip_prefix("(OCoLC)") {
            xml.text("identifier", &[("type", "oclc")], number)?;
        }
    }
    for field in items.with(&["024"]) {
        let source = text(**field, '2');
        let kind = match indicator(**field, 1) {
            b'0' => "isrc",
            b'1' => "upc",
            b'2' => "ismn",
            b'3' => "ean",
            b'4' => "sici",
            b'7' => source.as_str(),
            _ => "",
        };
        xml.text("identifier", &[("type", kind)], &joined(**field, "a"))?;
    }
    Ok(())
}

pub(super) fn location(items: &Items<'_>, xml: &mut Elements<'_>) -> Written {
    for field in items.with(&["852"]) {
        copy(field, xml)?;
    }
    let shown = |field: &&Item<'_>| indicator(***field, 2) != b'2' && field.subfield('u').is_some();
    // The resource itself, before a version of it, before what the field does not say.
    let rank = |field: &&Item<'_>| match indicator(***field, 2) {
        b'0' => 0,
        b'1' => 1,
        _ => 2,
    };
    let first = items.with(&["856"]).filter(shown).min_by_key(rank);
    for field in items.with(&["856"]).filter(shown) {
        let is_first = first.is_some_and(|first| std::ptr::eq(first, field));
        let usage = if is_first { "primary display" } else { "" };
        xml.open("location", &[])?;
        for address in field.subfields_with('u') {
            let (label, note) = (joined(**field, "y3"), joined(**field, "z"));
            let attributes = [("displayLabel", label.as_str()), ("usage", usage), ("note", &note)];
            xml.text("url", &attributes, &address.to_str_lossy())?;
        }
        xml.close("location");
    }
    Ok(())
}

/// Where a copy is, and what it is called.
fn copy(field: &Item<'_>, xml: &mut Elements<'_>) -> Written {
    let has = |codes: &str| field.subfields().any(|subfield| codes.contains(subfield.code()));
    if !has("abcehijklmpt") {
        return Ok(());
    }
    xml.open("location", &[])?;
    xml.text("physicalLocation", &[], &joined(**field, "abe"))?;
    xml.text("shelfLocator", &[], &joined(**field, "hijklm"))?;
    if has("cpt") {
        xml.open("holdingSimple", &[])?;
        xml.open("copyInformation", &[])?;
        xml.text("subLocation", &[], &joined(**field, "c"))?;
        for subfield in field.subfields().filter(|subfield| "pt".contains(subfield.code())) {
            let kind = if subfield.code() == 't' { "copy number" } else { "" };
            xml.text("itemIdentifier", &[("type", kind)], &subfield.value().to_str_lossy())?;
        }
        xml.close("copyInformation");
        xml.close("holdingSimple");
    }
    xml.close("location");
    Ok(())
}
