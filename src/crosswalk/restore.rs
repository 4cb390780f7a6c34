//! Fields of the target format that an earlier conversion carried along in 886, taken back.

use std::ops::Range;

use super::rule::Family;
use super::source::End;
use super::state::Run;
use super::target::{Subfield, Target};
use crate::bytes::Cut;
use crate::tag::Tag;

impl Run<'_, '_> {
    /// Takes back the fields of the target format that were carried along in 886.
    pub(super) fn restore(&mut self) {
        let format = self.converter.crosswalk.map.target.code_in_886();
        let mut ends = Vec::new();
        for field in self.source.fields.iter().filter(|field| field.field.tag() == Tag::new(*b"886")) {
            let values = self.source.values_of(field);
            let [first, tag, begin, rest @ ..] = values else { continue };
            let is_ours =
                (first.code, tag.code, begin.code) == ('2', 'a', 'b') && first.text.trim() == format;
            let Some(tag) = tag.text.trim().parse::<Tag>().ok().filter(|_| is_ours) else { continue };
            let mut target = Target::new(tag, tag);
            target.occurrence = field.number;
            target.restored = true;
            match tag.is_control() {
                true => target.data = Some(begin.text.to_string()),
                false => {
                    let mut bytes = begin.text.bytes();
                    target.indicators = [bytes.next().unwrap_or(b' '), bytes.next().unwrap_or(b' ')];
                    let subfields =
                        rest.iter().map(|value| Subfield::new(value.spelled, value.text.as_ref()));
                    target.subfields = subfields.collect();
                }
            }
            if target.indicators.is_ascii() && (!target.subfields.is_empty() || target.data.is_some()) {
                self.targets.push(target);
                ends.extend(field.values.clone());
            }
        }
        for index in ends {
            self.end(index, End::Mapped, u32::MAX);
        }
    }

    /// Drops the fields that rules made of what a field that was taken back holds too: 886 has fields whole, and what other
    /// fields say of them is said twice.
    pub(super) fn drop_said_twice(&mut self) {
        let is_unimarc = self.converter.crosswalk.map.target == Family::Unimarc;
        let whole = self.targets.iter().enumerate();
        let whole = whole.filter(|(_, target)| target.restored && target.data.is_none());
        let mut whole: Vec<_> =
            whole.map(|(at, target)| (at, kind(target.tag, is_unimarc), texts(target))).collect();
        if whole.is_empty() {
            return;
        }
        let mut places = Vec::new();
        let mut keeps = Vec::with_capacity(self.targets.len());
        for target in &self.targets {
            let (kind, texts) = (kind(target.tag, is_unimarc), texts(target));
            let mut same = whole.iter_mut().filter(|(_, other, _)| *other == kind);
            let found = match target.restored || texts.is_empty() {
                true => None,
                false => same.find_map(|(at, _, whole)| take(whole, &texts).then_some(*at)),
            };
            places.extend(found.map(|at| (at, target.source, target.occurrence, target.line)));
            keeps.push(found.is_none());
        }
        // The first that says a part of the field has its place.
        for (at, source, occurrence, line) in places.into_iter().rev() {
            if let Some(target) = self.targets.get_mut(at) {
                (target.source, target.occurrence, target.line) = (source, occurrence, line);
            }
        }
        let mut keeps = keeps.into_iter();
        self.targets.retain(|_| keeps.next() != Some(false));
    }
}

/// Codes, and the values without the marks around them.
type Texts = Vec<(char, String)>;

/// Takes the texts out of those of the whole field, if it has them all: under the same codes; or some of them, if what is left
/// is said by neighbours in other pieces.
fn take(whole: &mut Texts, texts: &Texts) -> bool {
    let (mut left, mut other) = (whole.clone(), Vec::new());
    for text in texts {
        match left.iter().position(|own| own == text) {
            Some(at) => _ = left.remove(at),
            None => other.push(text.1.as_str()),
        }
    }
    if !other.is_empty() {
        let is_sure = left.len() < whole.len();
        let wanted = letters(other.iter().copied());
        let run = |start: usize| (start..=left.len()).map(move |end| start..end);
        let mut runs = (0..left.len()).flat_map(run);
        let says = |run: &Range<usize>| {
            let texts = left.cut(run.clone()).iter().map(|own| own.1.as_str());
            letters(texts) == wanted && (is_sure || run.len() + other.len() > 2)
        };
        let Some(found) = runs.find(says) else { return false };
        left.drain(found);
    }
    *whole = left;
    true
}

/// Letters and digits, in small letters.
fn letters<'t>(texts: impl Iterator<Item = &'t str>) -> String {
    let chars = texts.flat_map(str::chars).filter(|c| c.is_alphanumeric());
    chars.flat_map(char::to_lowercase).collect()
}

/// What must agree in two fields that may be one: the tag, or its kind where the way there and back changes the tag.
fn kind(tag: Tag, is_unimarc: bool) -> u32 {
    match tag.number().unwrap_or_default() {
        number @ (461..=464 | 700..=702 | 710..=712) if is_unimarc => number / 10,
        number => number * 10,
    }
}

/// The subfields without the marks around them; without those that open an embedded field.
fn texts(target: &Target) -> Texts {
    let is_embedding = matches!(target.tag.number(), Some(400..=499 | 604));
    let is_text =
        |subfield: &&Subfield| !(is_embedding && subfield.code == '1' && subfield.text.chars().count() == 5);
    let bare = |text: &str| text.trim_matches([' ', '.', ',', ':', ';', '/', '=']).to_owned();
    target.subfields.iter().filter(is_text).map(|subfield| (subfield.code, bare(&subfield.text))).collect()
}
