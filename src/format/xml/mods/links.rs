//! Subjects, classes, related items, identifiers, places.

use super::parts::{Written, fields, indicator, scheme};
use crate::format::xml::kit::{Elements, bare, bare_name, joined};
use crate::record::{FieldRef, RecordRef};

pub(super) fn subjects(record: RecordRef<'_>, xml: &mut Elements<'_>) -> Written {
    for field in fields(record, &["600", "610", "611", "630", "648", "650", "651", "653"]) {
        xml.open("subject", &[("authority", scheme(field))])?;
        match field.tag().number() {
            Some(600..=611) => {
                name_of_subject(field, xml)?;
                if let Some(title) = field.subfield('t') {
                    xml.open("titleInfo", &[])?;
                    xml.text("title", &[], bare_name(&title.to_str_lossy()))?;
                    xml.close("titleInfo");
                }
            }
            Some(630) => {
                xml.open("titleInfo", &[])?;
                xml.text("title", &[], bare_name(&joined(field, "adfhklor")))?;
                xml.close("titleInfo");
            }
            Some(648) => xml.text("temporal", &[], bare_name(&joined(field, "a")))?,
            Some(651) => xml.text("geographic", &[], bare_name(&joined(field, "a")))?,
            Some(653) => {
                for text in field.subfields_with('a') {
                    xml.text("topic", &[], bare_name(&text.to_str_lossy()))?;
                }
            }
            _ => xml.text("topic", &[], bare_name(&joined(field, "abcd")))?,
        }
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
    Ok(())
}

fn name_of_subject(field: FieldRef<'_>, xml: &mut Elements<'_>) -> Written {
    let kind = match field.tag().number() {
        Some(600) => "personal",
        Some(610) => "corporate",
        _ => "conference",
    };
    xml.open("name", &[("type", kind)])?;
    xml.text("namePart", &[], bare_name(&joined(field, if kind == "personal" { "aq" } else { "abcdenq" })))?;
    if kind == "personal" {
        xml.text("namePart", &[("type", "termsOfAddress")], bare(&joined(field, "bc")))?;
        xml.text("namePart", &[("type", "date")], bare_name(&joined(field, "d")))?;
    }
    xml.close("name");
    Ok(())
}

pub(super) fn classes(record: RecordRef<'_>, xml: &mut Elements<'_>) -> Written {
    for (tag, authority) in
        [("050", "lcc"), ("060", "nlm"), ("080", "udc"), ("082", "ddc"), ("084", ""), ("086", "")]
    {
        for field in record.fields_with(tag) {
            let source = field.subfield('2').map(|text| text.to_str_lossy().into_owned()).unwrap_or_default();
            let (authority, edition) = match authority {
                "" => (source.as_str(), ""),
                "ddc" => (authority, source.as_str()),
                other => (other, ""),
            };
            xml.text(
                "classification",
                &[("authority", authority), ("edition", edition)],
                &joined(field, "ab"),
            )?;
        }
    }
    Ok(())
}

pub(super) fn related(record: RecordRef<'_>, xml: &mut Elements<'_>) -> Written {
    for (tags, kind) in [
        (&["490", "760", "830"][..], "series"),
        (&["773"], "host"),
        (&["774"], "constituent"),
        (&["775"], "otherVersion"),
        (&["776"], "otherFormat"),
        (&["780"], "preceding"),
        (&["785"], "succeeding"),
        (&["765", "767", "770", "772", "777", "787"], ""),
    ] {
        for field in tags.iter().flat_map(|tag| record.fields_with(*tag)) {
            let is_link = field.tag().number() >= Some(760) && field.tag().number() < Some(800);
            let words = field.subfield('i').map(|text| text.to_str_lossy().into_owned()).unwrap_or_default();
            xml.open("relatedItem", &[("type", kind), ("displayLabel", &words)])?;
            xml.open("titleInfo", &[])?;
            xml.text("title", &[], bare(&joined(field, if is_link { "t" } else { "a" })))?;
            if !is_link {
                xml.text("partNumber", &[], bare(&joined(field, "v")))?;
            }
            xml.close("titleInfo");
            if is_link {
                if let Some(text) = field.subfield('a') {
                    xml.open("name", &[])?;
                    xml.text("namePart", &[], bare_name(&text.to_str_lossy()))?;
                    xml.close("name");
                }
                if field.subfield('d').is_some() || field.subfield('b').is_some() {
                    xml.open("originInfo", &[])?;
                    xml.text("publisher", &[], &joined(field, "d"))?;
                    xml.text("edition", &[], &joined(field, "b"))?;
                    xml.close("originInfo");
                }
                for text in field.subfields_with('g') {
                    xml.open("part", &[])?;
                    xml.text("text", &[], &text.to_str_lossy())?;
                    xml.close("part");
                }
            }
            for (code, kind) in [('x', "issn"), ('z', "isbn"), ('w', "local"), ('o', "")] {
                for text in field.subfields_with(code) {
                    xml.text("identifier", &[("type", kind)], bare(&text.to_str_lossy()))?;
                }
            }
            xml.close("relatedItem");
        }
    }
    Ok(())
}

pub(super) fn identifiers(record: RecordRef<'_>, xml: &mut Elements<'_>) -> Written {
    for (tag, kind) in [
        ("010", "lccn"),
        ("020", "isbn"),
        ("022", "issn"),
        ("028", "music publisher"),
        ("037", "stock number"),
    ] {
        for field in record.fields_with(tag) {
            for (code, invalid) in [('a', ""), ('z', "yes")] {
                for text in field.subfields_with(code) {
                    xml.text(
                        "identifier",
                        &[("type", kind), ("invalid", invalid)],
                        bare(&text.to_str_lossy()),
                    )?;
                }
            }
        }
    }
    for field in fields(record, &["024"]) {
        let source = field.subfield('2').map(|text| text.to_str_lossy().into_owned()).unwrap_or_default();
        let kind = match indicator(field, 1) {
            b'0' => "isrc",
            b'1' => "upc",
            b'2' => "ismn",
            b'3' => "ean",
            b'4' => "sici",
            b'7' => source.as_str(),
            _ => "",
        };
        xml.text("identifier", &[("type", kind)], &joined(field, "a"))?;
    }
    Ok(())
}

pub(super) fn location(field: FieldRef<'_>, xml: &mut Elements<'_>) -> Written {
    xml.open("location", &[])?;
    if field.tag().number() == Some(856) {
        for text in field.subfields_with('u') {
            xml.text("url", &[], &text.to_str_lossy())?;
        }
    } else {
        xml.text("physicalLocation", &[], &joined(field, "abce"))?;
        xml.text("shelfLocator", &[], &joined(field, "hijklm"))?;
    }
    xml.close("location");
    Ok(())
}
