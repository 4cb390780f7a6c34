//! Fields with the tags they stand for, indicators and schemes.

use std::ops::Deref;

use crate::finding::Finding;
use crate::record::{FieldRef, RecordRef};

pub(super) type Written = Result<(), Finding>;

/// A data field. An 880 stands for the field that it has in another script.
pub(super) struct Item<'a> {
    field: FieldRef<'a>,
    pub(super) tag: [u8; 3],
    /// What ties the forms in two scripts together: the number in $6.
    group: String,
    script: &'static str,
}

impl<'a> Deref for Item<'a> {
    type Target = FieldRef<'a>;

    fn deref(&self) -> &FieldRef<'a> {
        &self.field
    }
}

impl<'a> Item<'a> {
    fn new(field: FieldRef<'a>) -> Option<Item<'a>> {
        if field.is_control() {
            return None;
        }
        let own = field.tag().bytes()?;
        let mut item = Item { field, tag: own, group: String::new(), script: "" };
        let link = field.subfield('6').map(|text| text.to_str_lossy().into_owned()).unwrap_or_default();
        if let Some((tag, rest)) = link.split_once('-') {
            let (number, code) = rest.split_once('/').unwrap_or((rest, ""));
            if own == *b"880" {
                item.tag = tag.as_bytes().try_into().ok()?;
            }
            item.group = if number == "00" { String::new() } else { number.to_owned() };
            item.script = script(code, field);
        }
        Some(item)
    }

    pub(super) fn number(&self) -> u32 {
        self.tag.iter().fold(0, |number, digit| number * 10 + u32::from(digit.wrapping_sub(b'0') % 10))
    }

    /// Returns the group and the script as attributes.
    pub(super) fn alternative(&self) -> [(&str, &str); 2] {
        [("altRepGroup", &self.group), ("script", self.script)]
    }

    /// Whether it is an 880 without a partner, or the partner of a field in the usual script.
    pub(super) fn is_880(&self) -> bool {
        self.field.tag().bytes() == Some(*b"880")
    }
}

/// The data fields of a record, each 880 with those it stands for, after them.
pub(super) struct Items<'a> {
    pub(super) record: RecordRef<'a>,
    items: Vec<Item<'a>>,
}

impl<'a> Items<'a> {
    pub(super) fn new(record: RecordRef<'a>) -> Items<'a> {
        let mut items: Vec<Item<'_>> = record.fields().filter_map(Item::new).collect();
        items.sort_by_key(Item::is_880);
        Items { record, items }
    }

    /// The fields with these tags, in the order of the tags.
    pub(super) fn with<'s>(&'s self, tags: &'s [&'s str]) -> impl Iterator<Item = &'s Item<'a>> + 's {
        tags.iter().flat_map(move |tag| self.items.iter().filter(move |item| item.tag == tag.as_bytes()))
    }

    /// Whether there is a field with one of these tags.
    pub(super) fn has(&self, tags: &[&str]) -> bool {
        self.with(tags).next().is_some()
    }

    /// The text of a control field.
    pub(super) fn control(&self, tag: &str) -> String {
        let field = self.record.field(tag).filter(|field| field.is_control());
        field.map(|field| field.lead().to_str_lossy().into_owned()).unwrap_or_default()
    }
}

/// The script by its code in $6; without one, by the first letter of the text.
fn script(code: &str, field: FieldRef<'_>) -> &'static str {
    match code.split('/').next().unwrap_or_default() {
        "(3" | "(4" | "Arab" => return "Arab",
        "(B" | "Latn" => return "Latn",
        "(N" | "(Q" | "Cyrl" => return "Cyrl",
        "(S" | "Grek" => return "Grek",
        "(2" | "Hebr" => return "Hebr",
        "$1" => return "CJK",
        _ => {}
    }
    let texts = field.subfields().filter(|subfield| subfield.code().is_ascii_lowercase());
    let letter =
        texts.filter_map(|text| text.value().to_str_lossy().chars().find(|c| c.is_alphabetic())).next();
    match letter.map(u32::from) {
        Some(0x41..=0x24F | 0x1E00..=0x1EFF) => "Latn",
        Some(0x370..=0x3FF | 0x1F00..=0x1FFF) => "Grek",
        Some(0x400..=0x52F) => "Cyrl",
        Some(0x590..=0x5FF) => "Hebr",
        Some(0x600..=0x6FF | 0x750..=0x77F) => "Arab",
        Some(0x2E80..=0x9FFF | 0xAC00..=0xD7AF) => "CJK",
        _ => "",
    }
}

pub(super) fn indicator(field: FieldRef<'_>, number: usize) -> u8 {
    field.indicators().get(number.saturating_sub(1)).copied().unwrap_or(b' ')
}

/// The text of a subfield; empty if there is none.
pub(super) fn text(field: FieldRef<'_>, code: char) -> String {
    field.subfield(code).map(|text| text.to_str_lossy().trim().to_owned()).unwrap_or_default()
}

/// The scheme of a heading: by the second indicator, or $2.
pub(super) fn scheme(field: FieldRef<'_>) -> String {
    match indicator(field, 2) {
        b'0' => "lcsh".to_owned(),
        b'1' => "lcshac".to_owned(),
        b'2' => "mesh".to_owned(),
        b'3' => "nal".to_owned(),
        b'5' => "csh".to_owned(),
        b'6' => "rvm".to_owned(),
        b'7' => text(field, '2'),
        _ => String::new(),
    }
}
