//! The names that elements and attributes have in the XML forms of MARC.

use std::borrow::Cow;

use quick_xml::events::BytesStart;

use super::element::{name, split};

/// The names of an XML form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Vocabulary {
    /// MARCXML and MarcXchange: `record`, `datafield`, `subfield`.
    Slim,
    /// TurboMARC: `r`, `d245`, `sa`.
    Turbo,
    /// OAI-MARC: `oai_marc`, `varfield`, `subfield`.
    Oai,
}

/// What an element is inside a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Record,
    Leader,
    Control,
    Data,
    Subfield,
    Foreign,
}

const TURBO: &[u8] = b"http://www.indexdata.com/turbomarc";
const OAI: &[u8] = b"http://www.openarchives.org/OAI/1.1/oai_marc";
/// Behind it stands `v1` or `v2`.
const MARCXCHANGE: &[u8] = b"info:lc/xmlns/marcxchange-";

impl Vocabulary {
    /// The form in which an element of this local name is a record.
    pub(super) fn of_record(local: &[u8]) -> Option<Vocabulary> {
        match local {
            b"record" => Some(Vocabulary::Slim),
            b"r" => Some(Vocabulary::Turbo),
            b"oai_marc" => Some(Vocabulary::Oai),
            _ => None,
        }
    }

    /// The form of the record that is all of these bytes.
    pub(super) fn of_frame(bytes: &[u8]) -> Vocabulary {
        Vocabulary::of_record(split(name(bytes)).1).unwrap_or(Vocabulary::Slim)
    }

    /// Whether a namespace is that of the form.
    pub(super) fn has(self, namespace: &[u8]) -> bool {
        match self {
            Vocabulary::Slim => {
                namespace == super::NAMESPACE.as_bytes() || namespace.starts_with(MARCXCHANGE)
            }
            Vocabulary::Turbo => namespace == TURBO,
            Vocabulary::Oai => namespace == OAI,
        }
    }

    /// What an element of this local name is.
    #[inline]
    pub(super) fn kind(self, local: &str) -> Kind {
        match (self, local) {
            (Vocabulary::Slim, "record") | (Vocabulary::Turbo, "r") | (Vocabulary::Oai, "oai_marc") => {
                Kind::Record
            }
            (Vocabulary::Slim, "leader") | (Vocabulary::Turbo, "l") => Kind::Leader,
            (Vocabulary::Slim, "controlfield") | (Vocabulary::Oai, "fixfield") => Kind::Control,
            (Vocabulary::Slim, "datafield") | (Vocabulary::Oai, "varfield") => Kind::Data,
            (Vocabulary::Slim | Vocabulary::Oai, "subfield") => Kind::Subfield,
            (Vocabulary::Turbo, name) => match (name.as_bytes(), name.chars().count()) {
                ([b'c', ..], 4) => Kind::Control,
                ([b'd', ..], 4) => Kind::Data,
                ([b's', ..], 1 | 2) => Kind::Subfield,
                _ => Kind::Foreign,
            },
            _ => Kind::Foreign,
        }
    }

    /// Whether an element of this local name, the first in a record without a namespace, shows that it is one.
    pub(super) fn is_child(self, local: &[u8]) -> bool {
        let known = std::str::from_utf8(local).map(|local| self.kind(local));
        matches!(known, Ok(Kind::Leader | Kind::Control | Kind::Data))
    }

    /// The tag of a field; `None` if it has none.
    pub(super) fn tag<'a>(self, start: &'a BytesStart<'_>) -> Option<Cow<'a, str>> {
        match self {
            Vocabulary::Slim => attribute(start, "tag"),
            Vocabulary::Turbo => {
                start.local_name().into_inner().get(1..).map(|tag| Cow::Owned(tag.to_owned()))
            }
            Vocabulary::Oai => attribute(start, "id"),
        }
    }

    /// The code of a subfield; `None` if it has none.
    pub(super) fn code<'a>(self, start: &'a BytesStart<'_>) -> Option<Cow<'a, str>> {
        match self {
            Vocabulary::Slim => attribute(start, "code"),
            Vocabulary::Turbo => match start.local_name().into_inner().get(1..) {
                Some(code) if !code.is_empty() => Some(Cow::Owned(code.to_owned())),
                _ => attribute(start, "code"),
            },
            Vocabulary::Oai => attribute(start, "label"),
        }
    }

    /// The name of the attribute that is an indicator, counted from 1.
    pub(super) fn indicator(self, number: u8) -> &'static str {
        let (long, short) = NAMES.get(usize::from(number).saturating_sub(1)).copied().unwrap_or_default();
        if self == Vocabulary::Slim { long } else { short }
    }

    /// How many indicators the fields of a record have: two, or as many as the highest attribute says.
    pub(super) fn indicators(self, text: &str) -> u8 {
        let has = |number: u8| {
            let attribute = format!(" {}=", self.indicator(number));
            memchr::memmem::find(text.as_bytes(), attribute.as_bytes()).is_some()
        };
        if !has(3) {
            return 2;
        }
        (4..=9).rev().find(|number| has(*number)).unwrap_or(3)
    }
}

/// The names of the indicators, in full and in short.
const NAMES: [(&str, &str); 9] = [
    ("ind1", "i1"),
    ("ind2", "i2"),
    ("ind3", "i3"),
    ("ind4", "i4"),
    ("ind5", "i5"),
    ("ind6", "i6"),
    ("ind7", "i7"),
    ("ind8", "i8"),
    ("ind9", "i9"),
];

/// The value of an attribute, entities resolved; `None` if it is not there.
#[inline]
pub(super) fn attribute<'a>(start: &'a BytesStart<'_>, name: &str) -> Option<Cow<'a, str>> {
    // Nobody needs duplicates to be found out.
    let mut attributes = start.attributes();
    let attribute = attributes
        .with_checks(false)
        .flatten()
        .find(|attribute| attribute.key.local_name().into_inner() == name)?;
    match attribute.normalized_value(quick_xml::XmlVersion::Explicit1_0) {
        Ok(value) => Some(Cow::Owned(value.into_owned())),
        Err(_) => Some(Cow::Borrowed("")),
    }
}

/// What the schema calls the types of records, by leader/06.
pub(super) fn record_type(byte: u8) -> Option<&'static str> {
    match byte {
        b'a' | b'c'..=b'g' | b'i'..=b'k' | b'm' | b'o' | b'p' | b'r' | b't' => Some("Bibliographic"),
        b'z' => Some("Authority"),
        b'u' | b'v' | b'x' | b'y' => Some("Holdings"),
        b'w' => Some("Classification"),
        b'q' => Some("Community"),
        _ => None,
    }
}
