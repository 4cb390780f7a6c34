//! Leader and coded fields, built from the whole record.

pub(crate) mod dates;
mod irbis;
mod marc21;
mod to_marc21;
mod to_unimarc;
mod unimarc;

pub(crate) use self::irbis::{is_book, language_of_cataloguing};

use super::rule::Family;
use super::source::HEAD;
use super::state::Run;
use super::target::{Subfield, Target};
use crate::record::Leader;
use crate::tag::Tag;

/// A control field of the output.
fn control(tag: &[u8; 3], data: String) -> Target {
    let tag = Tag::new(*tag);
    let mut target = Target::new(tag, tag);
    target.data = Some(data);
    target
}

/// A data field of the output.
fn data(tag: &[u8; 3], indicators: [u8; 2], subfields: impl IntoIterator<Item = (char, String)>) -> Target {
    let tag = Tag::new(*tag);
    let mut target = Target::new(tag, tag);
    target.indicators = indicators;
    target.subfields = subfields.into_iter().map(|(code, text)| Subfield::new(code, text)).collect();
    target
}

/// Sets 001 from the MFN if no rule made one, and 003 if the option is given.
fn control_numbers(run: &mut Run<'_, '_>) {
    if !run.targets.iter().any(|target| target.tag == Tag::new(*b"001")) {
        if let Some(mfn) = run.source.record.mfn() {
            run.targets.push(control(b"001", format!("irbis-{mfn}")));
        }
    }
    if let Some(agency) = run.converter.option("agency").map(ToOwned::to_owned) {
        run.targets.push(control(b"003", agency));
    }
}

/// A leader of these characters; blank where there are fewer than 24.
fn leader(text: &str) -> Leader {
    Leader::padded(text.as_bytes())
}

/// Adds leader and coded fields to what the rules made.
pub(crate) fn build(run: &mut Run<'_, '_>) -> Leader {
    let map = &run.converter.crosswalk.map;
    match (map.source, map.target) {
        (Family::Irbis, Family::Unimarc) => unimarc::unimarc(run),
        (Family::Irbis, _) => marc21::marc21(run),
        (Family::Unimarc, Family::Marc21) => to_marc21::to_marc21(run),
        (Family::Marc21, Family::Unimarc) => to_unimarc::to_unimarc(run),
        // Between records of one format the leader stays.
        _ => run.source.record.header().leader.unwrap_or_default(),
    }
}

/// Returns what a code becomes: the character at the same place of the other text.
fn translate(code: char, from: &str, to: &str) -> Option<char> {
    from.chars().zip(to.chars()).find(|(known, _)| *known == code).map(|(_, to)| to)
}

/// Returns the text of a control field or of $a, with its blanks.
fn coded_text<'s>(run: &'s Run<'_, '_>, tag: u32) -> Option<&'s str> {
    let tag = Tag::from_number(tag)?;
    let field = run.source.with_tag(tag).next()?;
    let values = run.source.values_of(field);
    values.iter().find(|value| matches!(value.code, HEAD | 'a')).map(|value| value.text.as_ref())
}

/// Returns the character at a position; blank past the end.
fn char_at(text: &str, position: usize) -> char {
    text.chars().nth(position).unwrap_or(' ')
}
