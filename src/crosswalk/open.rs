//! Opens the field that a rule writes, and finds its indicators.

use std::collections::HashSet;

use super::compile::{Indicator, Line, TagBy, To};
use super::single::single_codes;
use super::source::{HEAD, Occurrence};
use super::state::{Event, Run};
use super::tables;
use super::target::Target;
use super::transform::is_nonsort;
use crate::tag::Tag;

impl<'r> Run<'_, 'r> {
    /// Makes the field that a rule opens, with its indicators as far as the source decides them.
    pub(super) fn open(&self, event: &Event, line: &Line) -> Option<Target> {
        let field = self.source.fields.get(event.field as usize)?;
        let To::Field(by) = line.to else { return None };
        let tag = match by {
            TagBy::Fixed(tag) => tag,
            TagBy::Title517 => self
                .code_of(field, 't', "title-tag", 3)
                .and_then(|tag| tag.parse().ok())
                .unwrap_or(Tag::new(*b"517")),
            TagBy::Tail430 | TagBy::Tail440 => {
                let default = if by == TagBy::Tail430 { *b"430" } else { *b"440" };
                self.code_of(field, 'z', "tag-tail", 2)
                    .and_then(|tag| tag.parse().ok())
                    .unwrap_or(Tag::new(default))
            }
        };
        let mut target = Target::new(tag, field.field.tag());
        target.occurrence = field.number;
        target.line = event.line;
        target.single = match by {
            TagBy::Fixed(_) => line.single[0],
            _ => single_codes(self.converter.crosswalk.map.target.name(), tag),
        };
        let [first, second] = line.indicators;
        for (place, indicator) in [first, second].into_iter().enumerate() {
            let byte = match indicator {
                Indicator::Fixed(byte) => byte,
                Indicator::Main | Indicator::Comma => {
                    if let Some(late) = target.late.get_mut(place) {
                        *late = Some(indicator);
                    }
                    b'0'
                }
                other => self.indicator(other, field),
            };
            if let Some(to) = target.indicators.get_mut(place) {
                *to = byte;
            }
        }
        Some(target)
    }

    /// What the first characters of a value become by a table.
    fn code_of(&self, field: &Occurrence<'r>, code: char, table: &str, len: usize) -> Option<&'static str> {
        let value = self.source.value(field, code)?;
        tables::look_up(table, value.text.trim().get(..len)?)
    }

    fn indicator(&self, indicator: Indicator, field: &Occurrence<'r>) -> u8 {
        let text = |code| self.source.value(field, code).map(|value| value.text.trim());
        let by_table = |code, table, len, or: u8| {
            let found = self.code_of(field, code, table, len);
            found.and_then(|found| found.bytes().next()).unwrap_or(or)
        };
        match indicator {
            Indicator::Fixed(byte) => byte,
            Indicator::Main | Indicator::Comma => b'0',
            Indicator::Name => {
                let inverted =
                    text('b').is_some() || text('g').is_some() || text('a').is_some_and(|a| a.contains(','));
                b'0' + u8::from(inverted)
            }
            Indicator::Surname(which) => {
                let at = usize::from(which).saturating_sub(1);
                match field.field.indicators().get(at) {
                    Some(b'0') => b'0',
                    Some(b'1' | b'2') => b'1',
                    _ => self.indicator(Indicator::Name, field),
                }
            }
            Indicator::Language => {
                let own: HashSet<_> = self.source.texts(101, HEAD).map(str::to_ascii_lowercase).collect();
                let mut original = self.source.texts(919, 'o');
                let is_other = original.any(|code| !own.contains(&code.to_ascii_lowercase()));
                b'0' + u8::from(is_other)
            }
            Indicator::Title517 => by_table('t', "title-kind", 3, b'3'),
            Indicator::Tail430 => by_table('z', "continues", 2, b'0'),
            Indicator::Tail440 => by_table('z', "continued", 2, b'0'),
            Indicator::Thesaurus => match text('2') {
                Some(list) => {
                    tables::look_up("thesaurus21", list).and_then(|to| to.bytes().next()).unwrap_or(b'7')
                }
                None => b'4',
            },
            Indicator::Url => match text('i').map(|url| url.split_once("://")) {
                Some(Some(("http" | "https", _))) => b'4',
                Some(Some(("ftp", _))) => b'1',
                Some(Some(_)) => b'7',
                _ => b' ',
            },
            Indicator::Translation => {
                let is_translation = matches!(field.field.indicators().first(), Some(b'1' | b'2'));
                b'0' + u8::from(is_translation)
            }
            Indicator::NonSort => {
                let title = text('a').unwrap_or_default();
                let mut marks = title.char_indices().filter(|(_, c)| is_nonsort(*c));
                let count = match (marks.next(), marks.next()) {
                    (Some((0, open)), Some((close, _))) => {
                        title.get(open.len_utf8()..close).map_or(0, |article| article.chars().count())
                    }
                    _ => 0,
                };
                u8::try_from(count).ok().filter(|count| *count < 10).map_or(b'0', |count| b'0' + count)
            }
            Indicator::Filing => {
                let title = text(if field.field.tag() == Tag::new(*b"461") { 'c' } else { 'a' });
                let count = title.and_then(article).map_or(0, |article| article.chars().count());
                u8::try_from(count).ok().filter(|count| *count < 10).map_or(b'0', |count| b'0' + count)
            }
            Indicator::First19 => text('a').and_then(|a| a.bytes().next()).unwrap_or(b'0'),
            Indicator::Source(which) => {
                let at = usize::from(which).saturating_sub(1);
                field.field.indicators().get(at).copied().unwrap_or(b' ')
            }
        }
    }
}

/// Returns what a title begins with and is not filed: `The ` of `<The >book` or `<The =>book`. A form that is filed
/// instead of what is shown is no article.
fn article(title: &str) -> Option<&str> {
    let (marked, _) = title.strip_prefix('<')?.split_once('>')?;
    let shown = match marked.split_once('=') {
        Some((shown, "")) => shown,
        Some(_) => return None,
        None => marked,
    };
    shown.ends_with([' ', '\'', '’', '-']).then_some(shown)
}
