//! Evidence for the XML formats in the first bytes of an input.

use memchr::memmem;

use crate::format::verdict::{Confidence, Sample, Verdict, miss};

/// The XML formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Marcxml,
    Marcxchange,
    Turbomarc,
    OaiMarc,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Kind::Marcxml => "marcxml",
            Kind::Marcxchange => "marcxchange",
            Kind::Turbomarc => "turbomarc",
            Kind::OaiMarc => "oai-marc",
        }
    }
}

pub(crate) fn marcxml(sample: &Sample<'_>) -> Verdict {
    let sample = sample.content;
    if !sample.starts_with(b"<") {
        return miss(0, "it does not begin with <");
    }
    let has = |text: &str| memmem::find(sample, text.as_bytes()).is_some();
    if has("http://www.loc.gov/MARC21/slim") {
        return Ok((Confidence::Certain, "XML with the namespace of MARCXML".to_owned()));
    }
    if let Some(other) = other_xml(sample) {
        return miss(2, format!("it is {}", other.name()));
    }
    if ["datafield", "controlfield"]
        .into_iter()
        .any(|name| has(&format!("<{name}")) || has(&format!(":{name}")))
    {
        return Ok((Confidence::Likely, "XML with fields as in MARCXML, without its namespace".to_owned()));
    }
    let mut elements = elements(sample);
    let root = elements.next().unwrap_or("none");
    if root.ends_with("collection") && elements.next().is_none() {
        return Ok((Confidence::Possible, "XML with an element collection and nothing in it".to_owned()));
    }
    miss(3, format!("no MARC record is in its first {} bytes (root element: {root})", sample.len()))
}

/// Returns which XML format other than MARCXML a sample is in, by its namespace or by its elements.
fn other_xml(sample: &[u8]) -> Option<Kind> {
    let has = |text: &str| memmem::find(sample, text.as_bytes()).is_some();
    let lower = sample.to_ascii_lowercase();
    let has_name = |name: &str| memmem::find(&lower, name.as_bytes()).is_some();
    let names = [
        ("http://www.loc.gov/MARC21/slim", Kind::Marcxml),
        ("info:lc/xmlns/marcxchange-", Kind::Marcxchange),
        ("http://www.indexdata.com/turbomarc", Kind::Turbomarc),
        ("http://www.openarchives.org/OAI/1.1/oai_marc", Kind::OaiMarc),
    ];
    let found = names.into_iter().find(|(namespace, _)| has(namespace)).map(|(_, format)| format);
    match found {
        Some(Kind::Marcxml) => None,
        None if has_name("oai_marc") && has_name("varfield") => Some(Kind::OaiMarc),
        None if has_name("<r>") && has_name("<l>") && (has_name("<d") || has_name("<c")) => {
            Some(Kind::Turbomarc)
        }
        found => found,
    }
}

/// Returns the verdict of an XML format other than MARCXML.
fn is_other_xml(sample: &[u8], kind: Kind) -> Verdict {
    if !sample.starts_with(b"<") {
        return miss(0, "it does not begin with <");
    }
    match other_xml(sample) {
        Some(other) if other == kind => {
            Ok((Confidence::Certain, format!("XML with the namespace or the elements of {}", kind.name())))
        }
        _ => miss(1, "it has neither the namespace nor the elements of the format"),
    }
}

pub(crate) fn marcxchange(sample: &Sample<'_>) -> Verdict {
    let sample = sample.content;
    is_other_xml(sample, Kind::Marcxchange)
}

pub(crate) fn turbomarc(sample: &Sample<'_>) -> Verdict {
    let sample = sample.content;
    is_other_xml(sample, Kind::Turbomarc)
}

pub(crate) fn oai_marc(sample: &Sample<'_>) -> Verdict {
    let sample = sample.content;
    is_other_xml(sample, Kind::OaiMarc)
}

/// Returns the names of the elements, in order.
fn elements(sample: &[u8]) -> impl Iterator<Item = &str> {
    let starts = memchr::memchr_iter(b'<', sample).filter_map(|at| sample.get(at + 1..));
    let starts = starts.filter(|rest| rest.first().is_some_and(u8::is_ascii_alphabetic));
    let in_name = |byte: &&u8| byte.is_ascii_alphanumeric() || b":-_.".contains(byte);
    starts.filter_map(move |rest| {
        let len = rest.iter().take_while(in_name).count();
        std::str::from_utf8(rest.get(..len)?).ok()
    })
}
