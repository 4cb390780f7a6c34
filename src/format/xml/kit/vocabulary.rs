//! The names of elements and attributes in the XML forms of MARC.

use std::borrow::Cow;

use quick_xml::events::BytesStart;

use super::element::{Markup, Passage, attributes, name, split};

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

/// The role of an element in a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Record,
    Leader,
    Control,
    Data,
    Subfield,
    Foreign,
}

/// The namespace of MARCXML.
pub(in crate::format::xml) const NAMESPACE: &str = "http://www.loc.gov/MARC21/slim";
const TURBO: &[u8] = b"http://www.indexdata.com/turbomarc";
const OAI: &[u8] = b"http://www.openarchives.org/OAI/1.1/oai_marc";
/// Followed by `v1` or `v2`.
const MARCXCHANGE: &[u8] = b"info:lc/xmlns/marcxchange-";

impl Vocabulary {
    /// Returns the form in which an element of this local name is a record, whatever the case of its letters.
    pub(super) fn of_record(local: &[u8]) -> Option<Vocabulary> {
        let is = |name: &str| local.eq_ignore_ascii_case(name.as_bytes());
        match local.len() {
            6 if is("record") => Some(Vocabulary::Slim),
            1 if is("r") => Some(Vocabulary::Turbo),
            8 if is("oai_marc") => Some(Vocabulary::Oai),
            _ => None,
        }
    }

    /// Returns the form of a record, given its exact bytes.
    pub(super) fn of_frame(bytes: &[u8]) -> Vocabulary {
        Vocabulary::of_record(split(name(bytes)).1).unwrap_or(Vocabulary::Slim)
    }

    /// Returns whether a namespace belongs to the form.
    pub(super) fn has(self, namespace: &[u8]) -> bool {
        match self {
            Vocabulary::Slim => namespace == NAMESPACE.as_bytes() || namespace.starts_with(MARCXCHANGE),
            Vocabulary::Turbo => namespace == TURBO,
            Vocabulary::Oai => namespace == OAI,
        }
    }

    /// Returns the role of an element of this local name, whatever the case of its letters.
    #[inline]
    pub(super) fn kind(self, local: &str) -> Kind {
        match self.exact_kind(local) {
            Kind::Foreign if local.bytes().any(|byte| byte.is_ascii_uppercase()) => {
                self.exact_kind(&self.in_case(local))
            }
            kind => kind,
        }
    }

    fn exact_kind(self, local: &str) -> Kind {
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

    /// Returns a local name in small letters; in TurboMARC its first letter only: the others are a tag or a code.
    fn in_case(self, local: &str) -> String {
        let mut name = local.to_owned();
        let cased = if self == Vocabulary::Turbo { name.get_mut(..1) } else { Some(name.as_mut_str()) };
        if let Some(cased) = cased {
            cased.make_ascii_lowercase();
        }
        name
    }

    /// Returns whether a local name has the letters of the form.
    pub(super) fn is_in_case(self, local: &str) -> bool {
        self.in_case(local) == local
    }

    /// Returns whether an element of this local name, as the first child, identifies a record without a
    /// namespace.
    pub(super) fn is_child(self, local: &[u8]) -> bool {
        let known = std::str::from_utf8(local).map(|local| self.kind(local));
        matches!(known, Ok(Kind::Leader | Kind::Control | Kind::Data))
    }

    /// Returns whether an element of this local name is a field, a subfield or a leader in one of the forms, and hardly anything
    /// else.
    pub(super) fn is_part_of_record(local: &[u8]) -> bool {
        let is_turbo = |name: &[u8]| matches!(name, [b'c' | b'C' | b'd' | b'D', tag @ ..] if tag.len() == 3 && tag.iter().all(u8::is_ascii_digit));
        let is_subfield = local.eq_ignore_ascii_case(b"subfield");
        is_subfield || Vocabulary::Slim.is_child(local) || Vocabulary::Oai.is_child(local) || is_turbo(local)
    }

    /// Returns the tag of a field; `None` if it has none.
    /// Sets `other_case` if the name of the attribute has other letters.
    pub(super) fn tag<'a>(self, start: &'a BytesStart<'_>, other_case: &mut bool) -> Option<Cow<'a, str>> {
        match self {
            Vocabulary::Slim => attribute(start, "tag", other_case),
            Vocabulary::Turbo => {
                start.local_name().into_inner().get(1..).map(|tag| Cow::Owned(tag.to_owned()))
            }
            Vocabulary::Oai => attribute(start, "id", other_case),
        }
    }

    /// Returns the code of a subfield as [`Vocabulary::tag`] does a tag.
    pub(super) fn code<'a>(self, start: &'a BytesStart<'_>, other_case: &mut bool) -> Option<Cow<'a, str>> {
        match self {
            Vocabulary::Slim => attribute(start, "code", other_case),
            Vocabulary::Turbo => match start.local_name().into_inner().get(1..) {
                Some(code) if !code.is_empty() => Some(Cow::Owned(code.to_owned())),
                _ => attribute(start, "code", other_case),
            },
            Vocabulary::Oai => attribute(start, "label", other_case),
        }
    }

    /// Returns the name of the attribute for an indicator, counted from 1.
    pub(super) fn indicator(self, number: u8) -> &'static str {
        let at = usize::from(number).checked_sub(1);
        let (long, short) = at.and_then(|at| NAMES.get(at)).copied().unwrap_or_default();
        if self == Vocabulary::Slim { long } else { short }
    }

    /// Returns the number of indicators of a record's fields: two, or the highest number of an attribute in a tag.
    /// Text that looks like an attribute is none.
    pub(super) fn indicators(self, text: &str) -> u8 {
        let third = |name: &str| memchr::memmem::find(text.as_bytes(), name.as_bytes()).is_some();
        if !third(self.indicator(3)) && !third(&self.indicator(3).to_ascii_uppercase()) {
            return 2;
        }
        let names = start_tags(text.as_bytes()).flat_map(attributes).map(|(name, _)| split(name).1);
        let is = |name: &[u8], number: u8| name.eq_ignore_ascii_case(self.indicator(number).as_bytes());
        let number = |name: &[u8]| (3..=9).find(|number| is(name, *number));
        names.filter_map(number).max().unwrap_or(2)
    }
}

/// Returns the start tags in the exact bytes of an element, each up to the next tag at most.
fn start_tags(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        loop {
            rest = rest.get(memchr::memchr(b'<', rest)?..)?;
            if let Some(passage) = Passage::of(rest) {
                rest = rest.get(passage.len(rest, 0)?..)?;
                continue;
            }
            let next = memchr::memchr(b'<', rest.get(1..)?).map_or(rest.len(), |at| at + 1);
            let (tag, after) = rest.split_at_checked(next)?;
            rest = after;
            if let Markup::Start(len, _) = Markup::of(tag) {
                return tag.get(..len);
            }
        }
    })
}

/// The names of the indicators, long and short.
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

/// Returns the value of an attribute with references resolved; `None` if it is absent. Sets `other_case` if the name has
/// other letters.
#[inline]
pub(super) fn attribute<'a>(
    start: &'a BytesStart<'_>,
    name: &str,
    other_case: &mut bool,
) -> Option<Cow<'a, str>> {
    // Duplicates are not checked for.
    let named = |is: &dyn Fn(&str) -> bool| {
        let mut attributes = start.attributes();
        attributes.with_checks(false).flatten().find(|attribute| is(attribute.key.local_name().into_inner()))
    };
    let attribute = match named(&|local| local == name) {
        Some(attribute) => attribute,
        None => {
            let attribute = named(&|local| local.eq_ignore_ascii_case(name))?;
            *other_case = true;
            attribute
        }
    };
    match attribute.normalized_value(quick_xml::XmlVersion::Explicit1_0) {
        Ok(value) => Some(Cow::Owned(value.into_owned())),
        Err(_) => Some(Cow::Borrowed("")),
    }
}

/// Returns the schema's name for the type of a record, by leader/06.
pub(in crate::format::xml) fn record_type(byte: u8) -> Option<&'static str> {
    match byte {
        b'a' | b'c'..=b'g' | b'i'..=b'k' | b'm' | b'o' | b'p' | b'r' | b't' => Some("Bibliographic"),
        b'z' => Some("Authority"),
        b'u' | b'v' | b'x' | b'y' => Some("Holdings"),
        b'w' => Some("Classification"),
        b'q' => Some("Community"),
        _ => None,
    }
}
