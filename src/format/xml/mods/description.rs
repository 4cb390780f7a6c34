//! The elements of one record.

use std::collections::BTreeSet;

use super::coded::{self, Kind};
use super::links::{classes, identifiers, location, subjects};
use super::names::{name, name_title_group};
use super::origin::origin;
use super::parts::{Item, Items, Written, indicator, scheme, text};
use super::related::related;
use crate::format::xml::kit::{Elements, bare, bare_name, joined};
use crate::record::RecordRef;

pub(super) fn describe(record: RecordRef<'_>, xml: &mut Elements<'_>) -> Written {
    let items = &Items::new(record);
    let coded = items.control("008");
    let kind = Kind::of(record);
    xml.open("mods", &[("version", "3.8")])?;
    titles(items, xml)?;
    for field in items.with(&["100", "110", "111", "700", "710", "711", "720"]) {
        if field.subfield('t').is_none() {
            name(field, items.has(&["240"]), xml)?;
        }
    }
    type_of_resource(record, xml)?;
    for term in coded::terms("genre", kind, &coded) {
        xml.text("genre", &[("authority", "marcgt")], term)?;
    }
    for field in items.with(&["655"]) {
        xml.text("genre", &[("authority", &scheme(**field))], bare_name(&joined(**field, "avxyz")))?;
    }
    origin(items, &coded, kind, xml)?;
    languages(items, &coded, xml)?;
    form_and_extent(items, &coded, kind, xml)?;
    labelled(items, "520", ("abstract", "ab"), " 01234", &ABSTRACTS, xml)?;
    labelled(items, "505", ("tableOfContents", "agrt"), "012", &CONTENTS, xml)?;
    for term in coded::terms("audience", kind, &coded) {
        xml.text("targetAudience", &[("authority", "marctarget")], term)?;
    }
    labelled(items, "521", ("targetAudience", "ab"), " 01234", &AUDIENCES, xml)?;
    notes(items, xml)?;
    subjects(items, xml)?;
    classes(items, xml)?;
    related(items, xml)?;
    identifiers(items, xml)?;
    location(items, xml)?;
    for (tag, kind) in [("506", "restriction on access"), ("540", "use and reproduction")] {
        for field in items.with(&[tag]) {
            let [group, script] = field.alternative();
            xml.text("accessCondition", &[("type", kind), group, script], &joined(**field, "abcdu3"))?;
        }
    }
    about_record(items, &coded, xml)?;
    xml.close("mods");
    Ok(())
}

const ABSTRACTS: [&str; 6] =
    ["Summary", "Subject", "Review", "Scope and content", "Abstract", "Content advice"];
const CONTENTS: [&str; 3] = ["Contents", "Incomplete contents", "Partial contents"];
const AUDIENCES: [&str; 6] = [
    "Audience",
    "Reading grade level",
    "Interest age level",
    "Interest grade level",
    "Special audience characteristics",
    "Motivation or interest level",
];

/// An element with the words that the first indicator stands for.
fn labelled(
    items: &Items<'_>,
    tag: &str,
    (element, codes): (&str, &str),
    indicators: &str,
    words: &[&str],
    xml: &mut Elements<'_>,
) -> Written {
    for field in items.with(&[tag]) {
        let mut known = indicators.bytes().zip(words);
        let label = known.find(|(byte, _)| *byte == indicator(**field, 1)).map_or("", |(_, words)| *words);
        let [group, script] = field.alternative();
        xml.text(element, &[("displayLabel", label), group, script], &joined(**field, codes))?;
    }
    Ok(())
}

fn titles(items: &Items<'_>, xml: &mut Elements<'_>) -> Written {
    for (tag, kind, place) in [
        ("245", "", 2),
        ("210", "abbreviated", 0),
        ("242", "translated", 2),
        ("246", "alternative", 0),
        ("130", "uniform", 1),
        ("240", "uniform", 2),
        ("730", "uniform", 1),
        ("740", "alternative", 1),
    ] {
        for field in items.with(&[tag]) {
            // These are parts of the resource.
            if matches!(tag, "730" | "740") && indicator(**field, 2) == b'2' {
                continue;
            }
            let kind = if tag == "246" && indicator(**field, 2) == b'1' { "translated" } else { kind };
            let of_main = tag == "240" && items.has(&["100", "110", "111"]);
            title(field, (kind, of_main), if place == 0 { b'0' } else { indicator(**field, place) }, xml)?;
        }
    }
    Ok(())
}

fn title(field: &Item<'_>, (kind, of_main): (&str, bool), nonsort: u8, xml: &mut Elements<'_>) -> Written {
    let label = if field.tag == *b"246" { text(**field, 'i') } else { String::new() };
    let language = if field.tag == *b"242" { text(**field, 'y') } else { String::new() };
    let [group, script] = field.alternative();
    let pair = if of_main { name_title_group(field) } else { "" };
    let attributes = [("type", kind), ("displayLabel", label.as_str()), ("lang", &language)];
    xml.open("titleInfo", &[&attributes[..], &[("nameTitleGroup", pair), group, script]].concat())?;
    let whole = joined(**field, if kind == "uniform" { "adfgklmors" } else { "afgks" });
    let count = if nonsort.is_ascii_digit() { usize::from(nonsort - b'0') } else { 0 };
    let cut = whole.char_indices().nth(count).map_or(0, |(at, _)| at);
    let (article, rest) =
        if count > 0 { whole.split_at_checked(cut).unwrap_or(("", &whole)) } else { ("", whole.as_str()) };
    xml.text("nonSort", &[], article)?;
    let has_part = field.subfield('n').is_some() || field.subfield('p').is_some();
    xml.text("title", &[], if has_part { bare_name(rest) } else { bare(rest) })?;
    xml.text("subTitle", &[], bare(&joined(**field, "b")))?;
    for (code, element) in [('n', "partNumber"), ('p', "partName")] {
        for text in field.subfields_with(code) {
            xml.text(element, &[], bare(&text.to_str_lossy()))?;
        }
    }
    xml.close("titleInfo");
    Ok(())
}

fn type_of_resource(record: RecordRef<'_>, xml: &mut Elements<'_>) -> Written {
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

fn languages(items: &Items<'_>, coded: &str, xml: &mut Elements<'_>) -> Written {
    let is_code = |code: &str| code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_lowercase());
    let mut seen = BTreeSet::new();
    let main = coded.get(35..38).filter(|code| is_code(code) && !matches!(*code, "und" | "zxx" | "mul"));
    let mut found: Vec<(&str, String)> = main.map(|code| ("", code.to_owned())).into_iter().collect();
    for (code, part) in [
        ('a', ""),
        ('b', "summary"),
        ('d', "sung or spoken text"),
        ('e', "libretto"),
        ('f', "table of contents"),
        ('g', "accompanying material"),
    ] {
        for text in items.with(&["041"]).flat_map(|field| field.subfields_with(code)) {
            // Older records have several codes in one subfield.
            let text = text.to_str_lossy();
            let codes =
                text.trim().as_bytes().chunks(3).map(|code| String::from_utf8_lossy(code).into_owned());
            found.extend(codes.map(|code| (part, code)));
        }
    }
    for language in found {
        if is_code(&language.1) && seen.insert(language.clone()) {
            xml.open("language", &[("objectPart", language.0)])?;
            xml.text("languageTerm", &[("type", "code"), ("authority", "iso639-2b")], &language.1)?;
            xml.close("language");
        }
    }
    Ok(())
}

fn form_and_extent(items: &Items<'_>, coded: &str, kind: Kind, xml: &mut Elements<'_>) -> Written {
    let mut forms: Vec<(&str, String)> = Vec::new();
    forms.extend(coded::form(items.record, kind, coded).map(|term| ("marcform", term.to_owned())));
    for field in items.with(&["245"]).flat_map(|field| field.subfields_with('h')) {
        let text = field.to_str_lossy();
        forms.push(("gmd", bare(&text).trim_matches(['[', ']', '.', ' ']).to_owned()));
    }
    forms.extend(items.with(&["256"]).map(|field| ("", joined(**field, "a"))));
    forms.extend(items.with(&["338"]).map(|field| ("rdacarrier", joined(**field, "a"))));
    for field in items.record.fields_with("007").filter(|field| field.is_control()) {
        let text = field.lead().to_str_lossy();
        forms.extend(coded::physical(&text).map(|(authority, term)| (authority, term.to_owned())));
    }
    forms.retain(|(_, form)| !form.is_empty());
    if forms.is_empty() && !items.has(&["300"]) {
        return Ok(());
    }
    xml.open("physicalDescription", &[])?;
    for (authority, form) in &forms {
        xml.text("form", &[("authority", authority)], form)?;
    }
    for field in items.with(&["856"]) {
        xml.text("internetMediaType", &[], &joined(**field, "q"))?;
    }
    for field in items.with(&["300"]) {
        xml.text("extent", &[], bare(&joined(**field, "abce")))?;
    }
    xml.close("physicalDescription");
    Ok(())
}

fn notes(items: &Items<'_>, xml: &mut Elements<'_>) -> Written {
    for field in items.with(&["245"]) {
        let [group, script] = field.alternative();
        let kind = ("type", "statement of responsibility");
        xml.text("note", &[kind, group, script], &joined(**field, "c"))?;
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
        for field in items.with(tags) {
            let [group, script] = field.alternative();
            let text = joined(**field, "abcdefghijklmnopqrstuvxyz");
            xml.text("note", &[("type", kind), group, script], &text)?;
        }
    }
    Ok(())
}

fn about_record(items: &Items<'_>, coded: &str, xml: &mut Elements<'_>) -> Written {
    let before = xml.out.len();
    xml.open("recordInfo", &[])?;
    let inside = xml.out.len();
    if items.record.header().leader.and_then(|leader| leader.get(18)) == Some(b'a') {
        xml.text("descriptionStandard", &[], "aacr")?;
    }
    for field in items.with(&["040"]) {
        xml.text("recordContentSource", &[("authority", "marcorg")], &joined(**field, "a"))?;
        for standard in field.subfields_with('e') {
            xml.text("descriptionStandard", &[], &standard.to_str_lossy())?;
        }
    }
    let entered = coded.get(..6).filter(|date| date.bytes().all(|byte| byte.is_ascii_digit()));
    xml.text("recordCreationDate", &[("encoding", "marc")], entered.unwrap_or_default())?;
    xml.text("recordChangeDate", &[("encoding", "iso8601")], &items.control("005"))?;
    xml.text("recordIdentifier", &[("source", &items.control("003"))], &items.control("001"))?;
    for field in items.with(&["040"]) {
        if let Some(code) = field.subfield('b') {
            xml.open("languageOfCataloging", &[])?;
            let attributes = [("type", "code"), ("authority", "iso639-2b")];
            xml.text("languageTerm", &attributes, &code.to_str_lossy())?;
            xml.close("languageOfCataloging");
        }
    }
    let is_empty = xml.out.len() == inside;
    xml.close("recordInfo");
    if is_empty {
        xml.out.truncate(before);
    }
    Ok(())
}
