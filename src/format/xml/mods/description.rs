//! The elements of one record.

use super::links::{classes, identifiers, location, related, subjects};
use super::parts::{Written, fields, indicator, scheme};
use crate::bytes::Cut;
use crate::format::xml::kit::{Elements, bare, bare_name, joined};
use crate::record::{FieldRef, RecordRef};

pub(super) fn describe(record: RecordRef<'_>, xml: &mut Elements<'_>) -> Written {
    let coded = record.field("008").map(|field| field.lead().to_str_lossy().into_owned()).unwrap_or_default();
    xml.open("mods", &[("version", "3.8")])?;
    titles(record, xml)?;
    for field in fields(record, &["100", "110", "111", "700", "710", "711", "720"]) {
        if field.subfield('t').is_none() {
            name(field, xml)?;
        }
    }
    kind(record, xml)?;
    for field in fields(record, &["655"]) {
        xml.text("genre", &[("authority", scheme(field))], bare_name(&joined(field, "avxyz")))?;
    }
    origin(record, &coded, xml)?;
    languages(record, &coded, xml)?;
    extent(record, xml)?;
    for field in fields(record, &["520"]) {
        xml.text("abstract", &[], &joined(field, "ab"))?;
    }
    for field in fields(record, &["505"]) {
        xml.text("tableOfContents", &[], &joined(field, "agrt"))?;
    }
    if let Some(audience) = audience(coded.cut(22..23)) {
        xml.text("targetAudience", &[("authority", "marctarget")], audience)?;
    }
    for field in fields(record, &["521"]) {
        xml.text("targetAudience", &[], &joined(field, "ab"))?;
    }
    notes(record, xml)?;
    subjects(record, xml)?;
    classes(record, xml)?;
    related(record, xml)?;
    identifiers(record, xml)?;
    for field in fields(record, &["852", "856"]) {
        location(field, xml)?;
    }
    for (tag, kind) in [("506", "restriction on access"), ("540", "use and reproduction")] {
        for field in record.fields_with(tag) {
            xml.text("accessCondition", &[("type", kind)], &joined(field, "abcdu3"))?;
        }
    }
    about_record(record, &coded, xml)?;
    xml.close("mods");
    Ok(())
}

fn titles(record: RecordRef<'_>, xml: &mut Elements<'_>) -> Written {
    for field in fields(record, &["245"]) {
        title(field, "", indicator(field, 2), xml)?;
    }
    for (tag, kind, place) in [
        ("210", "abbreviated", 0),
        ("242", "translated", 2),
        ("246", "alternative", 0),
        ("130", "uniform", 1),
        ("240", "uniform", 2),
        ("730", "uniform", 1),
        ("740", "alternative", 1),
    ] {
        for field in record.fields_with(tag) {
            if matches!(tag, "730" | "740") && indicator(field, 2) == b'2' {
                continue;
            }
            let kind = if tag == "246" && indicator(field, 2) == b'1' { "translated" } else { kind };
            let nonsort = if place == 0 { b'0' } else { indicator(field, place) };
            title(field, kind, nonsort, xml)?;
        }
    }
    Ok(())
}

fn title(field: FieldRef<'_>, kind: &str, nonsort: u8, xml: &mut Elements<'_>) -> Written {
    xml.open("titleInfo", &[("type", kind)])?;
    let whole = joined(field, "afgks");
    let count = if nonsort.is_ascii_digit() { usize::from(nonsort - b'0') } else { 0 };
    let cut = whole.char_indices().nth(count).map_or(0, |(at, _)| at);
    let (article, rest) =
        if count > 0 { whole.split_at_checked(cut).unwrap_or(("", &whole)) } else { ("", whole.as_str()) };
    xml.text("nonSort", &[], article)?;
    let has_part = field.subfield('n').is_some() || field.subfield('p').is_some();
    xml.text("title", &[], if has_part { bare_name(rest) } else { bare(rest) })?;
    xml.text("subTitle", &[], bare(&joined(field, "b")))?;
    for (code, element) in [('n', "partNumber"), ('p', "partName")] {
        for text in field.subfields_with(code) {
            xml.text(element, &[], bare(&text.to_str_lossy()))?;
        }
    }
    xml.close("titleInfo");
    Ok(())
}

fn name(field: FieldRef<'_>, xml: &mut Elements<'_>) -> Written {
    let tag = field.tag().number().unwrap_or_default();
    let kind = match tag {
        100 | 600 | 700 => "personal",
        110 | 610 | 710 => "corporate",
        111 | 611 | 711 => "conference",
        _ => "",
    };
    let usage = if tag < 200 { "primary" } else { "" };
    xml.open("name", &[("type", kind), ("usage", usage)])?;
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
    for text in field.subfields_with('u') {
        xml.text("affiliation", &[], &text.to_str_lossy())?;
    }
    let words = if kind == "conference" { 'j' } else { 'e' };
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
    for code in ['0', '1'] {
        for text in field.subfields_with(code) {
            xml.text("nameIdentifier", &[], &text.to_str_lossy())?;
        }
    }
    xml.close("name");
    Ok(())
}

fn kind(record: RecordRef<'_>, xml: &mut Elements<'_>) -> Written {
    let Some(leader) = record.header().leader else { return Ok(()) };
    let kind = match leader.record_type() {
        b'a' | b't' => "text",
        b'e' | b'f' => "cartographic",
        b'c' | b'd' => "notated music",
        b'i' => "sound recording-nonmusical",
        b'j' => "sound recording-musical",
        b'k' => "still image",
        b'g' => "moving image",
        b'r' => "three dimensional object",
        b'm' => "software, multimedia",
        b'p' => "mixed material",
        _ => return Ok(()),
    };
    let collection = if leader.get(7) == Some(b'c') { "yes" } else { "" };
    let manuscript = if matches!(leader.record_type(), b'd' | b'f' | b'p' | b't') { "yes" } else { "" };
    xml.text("typeOfResource", &[("collection", collection), ("manuscript", manuscript)], kind)
}

fn origin(record: RecordRef<'_>, coded: &str, xml: &mut Elements<'_>) -> Written {
    xml.open("originInfo", &[])?;
    let country = coded.cut(15..18).trim();
    if country.bytes().all(|byte| byte.is_ascii_lowercase()) && !matches!(country, "" | "xx") {
        place(&[("type", "code"), ("authority", "marccountry")], country, xml)?;
    }
    let imprints = || fields(record, &["260", "264"]);
    for text in imprints().flat_map(|field| field.subfields_with('a')) {
        place(&[("type", "text")], bare(&text.to_str_lossy()), xml)?;
    }
    for text in imprints().flat_map(|field| field.subfields_with('b')) {
        xml.text("publisher", &[], bare(&text.to_str_lossy()))?;
    }
    for field in imprints() {
        let element = if field.tag().number() == Some(264) && indicator(field, 2) == b'4' {
            "copyrightDate"
        } else {
            "dateIssued"
        };
        for text in field.subfields_with('c') {
            xml.text(element, &[], bare_name(&text.to_str_lossy()))?;
        }
    }
    dates(coded, xml)?;
    for field in fields(record, &["250"]) {
        xml.text("edition", &[], bare(&joined(field, "ab")))?;
    }
    let level = record.header().leader.and_then(|leader| leader.get(7));
    let issuance = match level {
        Some(b'a' | b'c' | b'd' | b'm') => "monographic",
        Some(b'b' | b's') => "serial",
        Some(b'i') => "integrating resource",
        _ => "",
    };
    xml.text("issuance", &[], issuance)?;
    for field in fields(record, &["310"]) {
        xml.text("frequency", &[], bare(&joined(field, "ab")))?;
    }
    xml.close("originInfo");
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

fn languages(record: RecordRef<'_>, coded: &str, xml: &mut Elements<'_>) -> Written {
    let is_code = |code: &str| code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_lowercase());
    let mut seen = Vec::new();
    let main = coded.get(35..38).filter(|code| is_code(code) && !matches!(*code, "und" | "zxx" | "mul"));
    let others = fields(record, &["041"]).flat_map(|field| field.subfields_with('a'));
    let others = others.map(|text| text.to_str_lossy().trim().to_owned());
    for code in main.map(ToOwned::to_owned).into_iter().chain(others) {
        if is_code(&code) && !seen.contains(&code) {
            xml.open("language", &[])?;
            xml.text("languageTerm", &[("type", "code"), ("authority", "iso639-2b")], &code)?;
            xml.close("language");
            seen.push(code);
        }
    }
    Ok(())
}

fn extent(record: RecordRef<'_>, xml: &mut Elements<'_>) -> Written {
    if fields(record, &["300", "338"]).next().is_none() {
        return Ok(());
    }
    xml.open("physicalDescription", &[])?;
    for field in fields(record, &["338"]) {
        xml.text("form", &[("authority", "rdacarrier")], &joined(field, "a"))?;
    }
    for field in fields(record, &["856"]) {
        xml.text("internetMediaType", &[], &joined(field, "q"))?;
    }
    for field in fields(record, &["300"]) {
        xml.text("extent", &[], bare(&joined(field, "abce")))?;
    }
    xml.close("physicalDescription");
    Ok(())
}

fn audience(code: &str) -> Option<&'static str> {
    match code {
        "a" | "b" | "c" | "j" => Some("juvenile"),
        "d" => Some("adolescent"),
        "e" => Some("adult"),
        "f" => Some("specialized"),
        "g" => Some("general"),
        _ => None,
    }
}

fn notes(record: RecordRef<'_>, xml: &mut Elements<'_>) -> Written {
    for field in fields(record, &["245"]) {
        xml.text("note", &[("type", "statement of responsibility")], &joined(field, "c"))?;
    }
    for (tags, kind) in [
        (&["500", "501", "513", "515", "525", "555", "563", "580", "588"][..], ""),
        (&["502"], "thesis"),
        (&["504"], "bibliography"),
        (&["508"], "creation/production credits"),
        (&["511"], "performers"),
        (&["518"], "venue"),
        (&["524"], "preferred citation"),
        (&["530"], "additional physical form"),
        (&["533"], "reproduction"),
        (&["534"], "original version"),
        (&["536"], "funding"),
        (&["538"], "system details"),
        (&["541"], "acquisition"),
        (&["545"], "biographical/historical"),
        (&["546"], "language"),
        (&["561"], "ownership"),
        (&["562"], "version identification"),
        (&["583"], "action"),
        (&["585"], "exhibitions"),
        (&["586"], "awards"),
    ] {
        for field in tags.iter().flat_map(|tag| record.fields_with(*tag)) {
            xml.text("note", &[("type", kind)], &joined(field, "abcdefghijklmnopqrstuvxyz"))?;
        }
    }
    Ok(())
}

fn about_record(record: RecordRef<'_>, coded: &str, xml: &mut Elements<'_>) -> Written {
    xml.open("recordInfo", &[])?;
    for field in fields(record, &["040"]) {
        xml.text("recordContentSource", &[], &joined(field, "a"))?;
        for standard in field.subfields_with('e') {
            xml.text("descriptionStandard", &[], &standard.to_str_lossy())?;
        }
    }
    let entered = coded.get(..6).filter(|date| date.bytes().all(|byte| byte.is_ascii_digit()));
    xml.text("recordCreationDate", &[("encoding", "marc")], entered.unwrap_or_default())?;
    let data = |tag: &str| {
        record.field(tag).map(|field| field.lead().to_str_lossy().into_owned()).unwrap_or_default()
    };
    xml.text("recordChangeDate", &[("encoding", "iso8601")], &data("005"))?;
    xml.text("recordIdentifier", &[("source", &data("003"))], &data("001"))?;
    for field in fields(record, &["040"]) {
        if let Some(code) = field.subfield('b') {
            xml.open("languageOfCataloging", &[])?;
            let attributes = [("type", "code"), ("authority", "iso639-2b")];
            xml.text("languageTerm", &attributes, &code.to_str_lossy())?;
            xml.close("languageOfCataloging");
        }
    }
    xml.close("recordInfo");
    Ok(())
}
