//! Related items: series, hosts, parts, and what other fields link to.

use super::names::{kind_of_name, name_parts};
use super::parts::{Item, Items, Written, indicator, text};
use crate::format::xml::kit::{Elements, bare, bare_name, joined};

pub(super) fn related(items: &Items<'_>, xml: &mut Elements<'_>) -> Written {
    let is_traced = items.has(&["800", "810", "811", "830"]);
    for field in items.with(&["440", "490", "800", "810", "811", "830"]) {
        // A traced series is written as it is traced.
        if field.tag != *b"490" || indicator(**field, 1) != b'1' || !is_traced {
            series(field, xml)?;
        }
    }
    for (tags, kind) in [
        (&["760"][..], "series"),
        (&["773", "772"], "host"),
        (&["774", "770"], "constituent"),
        (&["775", "765", "767"], "otherVersion"),
        (&["776"], "otherFormat"),
        (&["780"], "preceding"),
        (&["785"], "succeeding"),
        (&["777", "787"], ""),
    ] {
        for field in items.with(tags) {
            link(field, kind, xml)?;
        }
    }
    for field in items.with(&["700", "710", "711", "730", "740"]) {
        work(field, xml)?;
    }
    for field in items.with(&["856"]).filter(|field| indicator(***field, 2) == b'2') {
        xml.open("relatedItem", &[])?;
        xml.open("location", &[])?;
        for address in field.subfields_with('u') {
            xml.text("url", &[("displayLabel", &joined(**field, "y3"))], &address.to_str_lossy())?;
        }
        xml.close("location");
        xml.close("relatedItem");
    }
    Ok(())
}

fn series(field: &Item<'_>, xml: &mut Elements<'_>) -> Written {
    let [group, script] = field.alternative();
    let is_named = matches!(field.number(), 800 | 810 | 811);
    xml.open("relatedItem", &[("type", "series")])?;
    if is_named {
        let kind = kind_of_name(field);
        xml.open("name", &[("type", kind)])?;
        name_parts(**field, kind, xml)?;
        xml.close("name");
    }
    xml.open("titleInfo", &[group, script])?;
    xml.text("title", &[], bare(&joined(**field, if is_named { "t" } else { "a" })))?;
    for part in field.subfields().filter(|part| "nv".contains(part.code())) {
        xml.text("partNumber", &[], bare(&part.value().to_str_lossy()))?;
    }
    for part in field.subfields_with('p') {
        xml.text("partName", &[], bare_name(&part.to_str_lossy()))?;
    }
    xml.close("titleInfo");
    identifiers(field, xml)?;
    xml.close("relatedItem");
    Ok(())
}

/// A field 76X to 78X.
fn link(field: &Item<'_>, kind: &str, xml: &mut Elements<'_>) -> Written {
    let words = text(**field, 'i');
    let other = if field.number() == 787 { words.as_str() } else { "" };
    xml.open("relatedItem", &[("type", kind), ("otherType", other), ("displayLabel", &words)])?;
    // The part of a host is a part; elsewhere the designation belongs to the title.
    let is_part = field.number() != 773;
    if field.subfield('t').is_some() || is_part && field.subfield('g').is_some() {
        let [group, script] = field.alternative();
        xml.open("titleInfo", &[group, script])?;
        xml.text("title", &[], bare(&joined(**field, "t")))?;
        if is_part {
            xml.text("partNumber", &[], &joined(**field, "g"))?;
        }
        xml.close("titleInfo");
    }
    if let Some(name) = field.subfield('a') {
        xml.open("name", &[])?;
        xml.text("namePart", &[], bare_name(&name.to_str_lossy()))?;
        xml.close("name");
    }
    if field.subfield('d').is_some() || field.subfield('b').is_some() {
        xml.open("originInfo", &[])?;
        xml.text("publisher", &[], &joined(**field, "d"))?;
        xml.text("edition", &[], &joined(**field, "b"))?;
        xml.close("originInfo");
    }
    if let Some(form) = field.subfield('h') {
        xml.open("physicalDescription", &[])?;
        xml.text("form", &[], &form.to_str_lossy())?;
        xml.close("physicalDescription");
    }
    for note in field.subfields_with('n') {
        xml.text("note", &[], &note.to_str_lossy())?;
    }
    for part in field.subfields_with('g').filter(|_| !is_part) {
        xml.open("part", &[])?;
        xml.text("text", &[], &part.to_str_lossy())?;
        xml.close("part");
    }
    identifiers(field, xml)?;
    xml.close("relatedItem");
    Ok(())
}

/// A work with its author, or a title: a part of the resource if the second indicator says so.
fn work(field: &Item<'_>, xml: &mut Elements<'_>) -> Written {
    let is_part = indicator(**field, 2) == b'2';
    let is_title = matches!(field.number(), 730 | 740);
    if is_title && !is_part || !is_title && field.subfield('t').is_none() {
        return Ok(());
    }
    let [group, script] = field.alternative();
    xml.open("relatedItem", &[("type", if is_part { "constituent" } else { "" })])?;
    xml.open("titleInfo", &[group, script])?;
    let codes = if is_title { "adfgklmors" } else { "tfklmors" };
    xml.text("title", &[], bare_name(&joined(**field, codes)))?;
    for (code, element) in [('n', "partNumber"), ('p', "partName")] {
        xml.text(element, &[], bare_name(&text(**field, code)))?;
    }
    xml.close("titleInfo");
    if !is_title {
        let kind = kind_of_name(field);
        xml.open("name", &[("type", kind), group, script])?;
        name_parts(**field, kind, xml)?;
        xml.close("name");
    }
    identifiers(field, xml)?;
    xml.close("relatedItem");
    Ok(())
}

fn identifiers(field: &Item<'_>, xml: &mut Elements<'_>) -> Written {
    for (code, kind) in [('x', "issn"), ('z', "isbn"), ('w', "local"), ('o', "")] {
        for text in field.subfields_with(code) {
            xml.text("identifier", &[("type", kind)], bare(&text.to_str_lossy()))?;
        }
    }
    Ok(())
}
