//! Writes records as elements of Dublin Core.

use crate::error::{Error, Result};
use crate::finding::{Finding, Findings};
use crate::format::xml::kit::{Collection, Elements, bare, bare_name, joined, refuse_unimarc};
use crate::io::{self, Preparation, WriteOptions};
use crate::position::Location;
use crate::record::{FieldRef, RecordRef};

/// Tags, codes, the element, and the term that refines it.
type Row = (&'static [&'static str], &'static str, &'static str, &'static str);

/// The notes that have no element of their own.
const NOTES: &[&str] = &[
    "500", "501", "502", "504", "507", "508", "510", "511", "513", "514", "515", "516", "518", "521", "522",
    "524", "525", "533", "535", "536", "538", "541", "544", "545", "547", "550", "552", "555", "556", "562",
    "563", "565", "567", "580", "581", "583", "584", "585", "586", "588",
];

/// What is taken from data fields, in the order of the output.
const ROWS: &[Row] = &[
    (&["245"], "abnpfgk", "title", ""),
    (&["130", "210", "240", "242", "246", "730", "740"], "abnp", "title", "alternative"),
    (&["100", "110", "111"], "abcdnq", "creator", ""),
    (&["700", "710", "711", "720"], "abcdnq", "contributor", ""),
    (&["655"], "a", "type", ""),
    (&["260", "264"], "ab", "publisher", ""),
    (&["260", "264"], "c", "date", "issued"),
    (&["340"], "a", "format", "medium"),
    (&["300"], "a", "format", "extent"),
    (&["856"], "q", "format", ""),
    (&["520"], "ab", "description", "abstract"),
    (&["505"], "agtr", "description", "tableOfContents"),
    (NOTES, "abcdg", "description", ""),
    (&["561"], "a", "description", "provenance"),
    (&["050", "060", "080", "082", "084"], "ab", "subject", ""),
    (&["600", "610", "611", "630", "650", "653"], "abcdnpqtvxyz", "subject", ""),
    (&["651", "752"], "abcdvxyz", "coverage", "spatial"),
    (&["648"], "a", "coverage", "temporal"),
    (&["534"], "t", "source", ""),
    (&["786"], "ot", "source", ""),
    (&["490", "760", "773", "830"], "atvg", "relation", "isPartOf"),
    (&["780"], "ot", "relation", "replaces"),
    (&["785"], "ot", "relation", "isReplacedBy"),
    (&["775"], "ot", "relation", "isVersionOf"),
    (&["776"], "ot", "relation", "hasFormat"),
    (&["774"], "ot", "relation", "hasPart"),
    (&["530", "762", "765", "767", "770", "772", "777", "787"], "aot", "relation", ""),
    (&["020", "022", "024"], "a", "identifier", ""),
    (&["856"], "u", "identifier", ""),
    (&["041"], "abdefghj", "language", ""),
    (&["546"], "ab", "language", ""),
    (&["506"], "ab", "rights", "accessRights"),
    (&["540"], "ab", "rights", ""),
];

/// The rendering of Dublin Core, in UTF-8, always well-formed.
#[derive(Debug)]
pub struct Rendering<const QUALIFIED: bool>(Collection);

const SIMPLE_HEAD: &str = "<srw_dc:dcCollection xmlns:srw_dc=\"info:srw/schema/1/dc-schema\" \
xmlns:dc=\"http://purl.org/dc/elements/1.1/\">\n";
const QUALIFIED_HEAD: &str = "<srw_dc:dcCollection xmlns:srw_dc=\"info:srw/schema/1/dc-schema\" \
xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:dcterms=\"http://purl.org/dc/terms/\">\n";

impl<const QUALIFIED: bool> io::Rendering for Rendering<QUALIFIED> {
    const PARTS: bool = true;

    fn new(options: &WriteOptions) -> Rendering<QUALIFIED> {
        Rendering(Collection::new(options))
    }

    fn record(
        &mut self,
        record: RecordRef<'_>,
        preparation: &mut Preparation,
        out: &mut Vec<u8>,
    ) -> Result<()> {
        let (prepared, findings) = preparation.marc(record)?;
        refuse_unimarc(prepared, Location::of(record.position()))?;
        self.0.begin(Self::HEAD, out);
        self.element(prepared, out, findings).map_err(Error::unrepresentable)?;
        self.0.go_on();
        Ok(())
    }

    fn append<'p>(&mut self, part: &'p [u8], out: &mut Vec<u8>) -> &'p [u8] {
        self.0.append(Self::HEAD, part, out)
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        self.0.begin(Self::HEAD, out);
        out.extend_from_slice(b"</srw_dc:dcCollection>\n");
    }
}

impl<const QUALIFIED: bool> Rendering<QUALIFIED> {
    const HEAD: &str = if QUALIFIED { QUALIFIED_HEAD } else { SIMPLE_HEAD };

    fn element(
        &self,
        record: RecordRef<'_>,
        out: &mut Vec<u8>,
        findings: &mut Findings,
    ) -> std::result::Result<(), Finding> {
        let place = Location::of(record.position());
        let Collection { escape, indent, .. } = self.0;
        let mut xml = Elements { escape, indent, place, out, findings, depth: 0 };
        xml.open("srw_dc:dc", &[])?;
        for (tags, codes, element, term) in ROWS {
            let fields = record.fields().filter(|field| tags.iter().any(|tag| is(*field, tag)));
            for field in fields {
                // Each code of a language is an element.
                if *tags == ["041"] {
                    for code in field.subfields().filter(|subfield| codes.contains(subfield.code())) {
                        xml.text("dc:language", &[], &code.value().to_str_lossy())?;
                    }
                    continue;
                }
                let text = match *element {
                    "subject" | "coverage" => subject(field, codes),
                    _ => joined(field, codes),
                };
                let name = match QUALIFIED && !term.is_empty() {
                    true => format!("dcterms:{term}"),
                    false => format!("dc:{element}"),
                };
                let bare = if matches!(*element, "creator" | "contributor") {
                    bare_name(&text)
                } else {
                    bare(&text)
                };
                xml.text(&name, &[], bare)?;
            }
            if *element == "type" {
                if let Some(kind) = record.header().leader.and_then(|leader| kind(leader.record_type())) {
                    xml.text("dc:type", &[], kind)?;
                }
            }
        }
        let coded = record.field("008").map(|field| field.lead().to_str_lossy().into_owned());
        if let (Some(code), None) =
            (coded.as_deref().and_then(|coded| coded.get(35..38)), record.field("041"))
        {
            if code.bytes().all(|byte| byte.is_ascii_lowercase()) && code != "und" {
                xml.text("dc:language", &[], code)?;
            }
        }
        xml.close("srw_dc:dc");
        if !indent {
            xml.out.push(b'\n'); // one line per record
        }
        Ok(())
    }
}

fn is(field: FieldRef<'_>, tag: &str) -> bool {
    !field.is_control() && field.tag().bytes().is_some_and(|bytes| bytes == tag.as_bytes())
}

/// A heading, its subdivisions after dashes.
fn subject(field: FieldRef<'_>, codes: &str) -> String {
    let mut text = String::new();
    for subfield in field.subfields().filter(|subfield| codes.contains(subfield.code())) {
        if !text.is_empty() {
            text.push_str(if "vxyz".contains(subfield.code()) { "--" } else { " " });
        }
        text.push_str(subfield.value().to_str_lossy().trim());
    }
    text
}

/// The type of DCMI for a type of record.
fn kind(letter: u8) -> Option<&'static str> {
    match letter {
        b'a' | b'c' | b'd' | b't' => Some("Text"),
        b'e' | b'f' | b'g' | b'k' => Some("Image"),
        b'i' | b'j' => Some("Sound"),
        b'p' => Some("Collection"),
        _ => None,
    }
}
