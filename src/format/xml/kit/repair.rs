//! Finds each `<` in the text of a record that begins no markup, and escapes it, so that the record can be parsed; and each
//! `/` that got into the name of an element, which becomes a blank.

use memchr::{memchr, memchr_iter};

use super::element::{Markup, Passage, is_space, name, passage_len, split};
use super::vocabulary::{Kind, Vocabulary};
use crate::bytes::Cut;

/// The escape of `<`.
const ESCAPE: &str = "&#60;";
/// Number of bytes that it is longer.
pub(super) const ADDED: usize = ESCAPE.len() - 1;
/// The most signs that are escaped, and the most elements of other names that may be open.
const MOST: usize = 100_000;

/// The offsets of the signs that were changed, in the text that came of it.
#[derive(Debug, Default)]
pub(super) struct Changed {
    pub(super) escaped: Vec<usize>,
    pub(super) blanked: Vec<usize>,
}

/// Returns the text of an element with all such signs changed, and their offsets in it; `None` if there are none, or
/// too many.
///
/// A sign begins no markup if no name is after it, if it begins a comment or CDATA section without end, or if it begins a tag that the form does not have and that has no
/// counterpart in the same element, as in `<1950-2001>` and `<Berlin>`; or an end tag of which nothing is open, after the
/// first element.
///
/// # Cost
/// One pass over the text.
pub(super) fn repair(text: &str, vocabulary: Vocabulary) -> Option<(String, Changed)> {
    let signs = bare(text.as_bytes(), vocabulary)?;
    let mut repaired = String::with_capacity(text.len() + ADDED * signs.len());
    let mut escaped = Vec::with_capacity(signs.len());
    let mut done = 0usize;
    for sign in signs {
        repaired.push_str(text.cut(done..sign));
        escaped.push(repaired.len());
        repaired.push_str(ESCAPE);
        done = sign + 1;
    }
    repaired.push_str(text.cut(done..));
    let blanked = in_names(repaired.as_bytes());
    blanked.iter().for_each(|at| repaired.replace_range(*at..at + 1, " "));
    (!escaped.is_empty() || !blanked.is_empty()).then_some((repaired, Changed { escaped, blanked }))
}

/// Returns the offsets of all `/` in the names of start tags.
fn in_names(bytes: &[u8]) -> Vec<usize> {
    let mut found = Vec::new();
    let mut at = 0usize;
    while let Some(next) = memchr(b'<', bytes.cut(at..)).map(|next| at + next) {
        let rest = bytes.cut(next..);
        let markup = match Passage::of(rest) {
            Some(passage) => passage.len(rest, 0).map_or(Markup::Open, Markup::Other),
            None => Markup::of(rest),
        };
        at = next
            + match markup {
                Markup::Start(len, empty) => {
                    let tag = rest.cut(..len - if empty { 2 } else { 1 });
                    let name = tag.iter().position(|byte| is_space(*byte)).unwrap_or(tag.len());
                    found.extend(memchr_iter(b'/', tag.cut(..name)).map(|sign| next + sign));
                    len
                }
                Markup::Other(len) | Markup::End(len) | Markup::Broken(len) => len,
                Markup::Open => 1,
            };
    }
    found
}

/// Returns the offsets of the signs that begin no markup; `None` if there are too many.
fn bare(bytes: &[u8], vocabulary: Vocabulary) -> Option<Vec<usize>> {
    let mut signs = Vec::new();
    // The open tags that the form does not have, in the innermost element that it has.
    let mut open: Vec<(&[u8], usize)> = Vec::new();
    // How many elements of each kind that it has are open.
    let mut depths = [0usize; 5];
    // Whether a field or a leader has begun. An end before that is of an element that begins before the record: such a
    // record is a piece of another.
    let mut begun = false;
    let mut unended = [(0, 0); 3];
    let mut at = 0usize;
    while let Some(found) = memchr(b'<', bytes.cut(at..)) {
        let start = at + found;
        let rest = bytes.cut(start..);
        let markup = match Passage::of(rest) {
            Some(passage) => match passage_len(&mut unended, passage, rest, start as u64) {
                Some(len) if !passage.is_lost(len) => Markup::Other(len),
                _ => Markup::Broken(1),
            },
            None => Markup::of(rest),
        };
        let is_name = |name: &[u8]| {
            name.first().is_some_and(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | 0x80..))
        };
        let tag = match markup {
            Markup::Start(len, _) | Markup::End(len) => rest.cut(..len),
            _ => &[],
        };
        let name = name(tag);
        let kind = std::str::from_utf8(split(name).1).map_or(Kind::Foreign, |local| vocabulary.kind(local));
        let depth = match kind {
            Kind::Foreign => None,
            Kind::Record => depths.first_mut(),
            Kind::Leader => depths.get_mut(1),
            Kind::Control => depths.get_mut(2),
            Kind::Data => depths.get_mut(3),
            Kind::Subfield => depths.get_mut(4),
        };
        let known = match (depth, markup) {
            (Some(depth), Markup::Start(_, false)) => {
                *depth += 1;
                begun |= kind != Kind::Record;
                true
            }
            (Some(depth), Markup::End(_)) => {
                let less = depth.checked_sub(1);
                *depth = less.unwrap_or(0);
                less.is_some() || !begun
            }
            (depth, _) => depth.is_some(),
        };
        at = match markup {
            Markup::Other(len) => start + len,
            Markup::Start(len, _) | Markup::End(len) if known => {
                signs.extend(open.drain(..).map(|(_, sign)| sign));
                start + len
            }
            Markup::Start(len, empty) if is_name(name) => {
                if !empty {
                    open.push((name, start));
                }
                start + len
            }
            Markup::End(len) if open.iter().rev().take(64).any(|(known, _)| *known == name) => {
                while let Some((opened, sign)) = open.pop() {
                    if opened == name {
                        break;
                    }
                    signs.push(sign);
                }
                start + len
            }
            Markup::Start(..) | Markup::End(_) | Markup::Broken(_) | Markup::Open => {
                signs.push(start);
                start + 1
            }
        };
        if signs.len() > MOST || open.len() > MOST {
            return None;
        }
    }
    signs.extend(open.drain(..).map(|(_, sign)| sign));
    signs.sort_unstable();
    (signs.len() <= MOST).then_some(signs)
}

/// Returns where the first comment, CDATA section or instruction begins that has lost its end.
pub(super) fn lost_end(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    if memchr::memmem::find(bytes, b"<!").is_none() && memchr::memmem::find(bytes, b"<?").is_none() {
        return None;
    }
    let mut at = 0usize;
    loop {
        at += memchr(b'<', bytes.cut(at..))?;
        let rest = bytes.cut(at..);
        at += match Passage::of(rest) {
            None if rest.starts_with(b"<?") => return Some(at),
            None => 1,
            Some(passage) => match passage.len(rest, 0)? {
                len if passage.is_lost(len) => return Some(at),
                len => len,
            },
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repaired(text: &str) -> Option<String> {
        let (repaired, places) = repair(text, Vocabulary::Slim)?;
        assert!(places.blanked.iter().all(|at| repaired[*at..].starts_with(' ')), "{text}");
        assert!(places.escaped.iter().all(|at| repaired[*at..].starts_with(ESCAPE)), "{text}");
        Some(repaired)
    }

    #[test]
    fn signs_that_begin_no_markup() {
        for (text, expected) in [
            ("<subfield code=\"a\">p < 3</subfield>", "<subfield code=\"a\">p &#60; 3</subfield>"),
            ("<subfield code=\"a\"><1901-77></subfield>", "<subfield code=\"a\">&#60;1901-77></subfield>"),
            ("<subfield code=\"a\">Ed <Praha></subfield>", "<subfield code=\"a\">Ed &#60;Praha></subfield>"),
            ("<subfield code=\"a\">Ed <Praha</subfield>", "<subfield code=\"a\">Ed &#60;Praha</subfield>"),
            ("<subfield code=\"a\">a<<<</subfield>", "<subfield code=\"a\">a&#60;&#60;&#60;</subfield>"),
            ("<subfield>1 <!-- < </subfield>", "<subfield>1 &#60;!-- &#60; </subfield>"),
            ("<a>x<!--y</a><!-- z -->", "<a>x&#60;!--y</a><!-- z -->"),
            ("<a><![CDATA[x]]</a><a><![CDATA[y]]></a>", "<a>&#60;![CDATA[x]]</a><a><![CDATA[y]]></a>"),
            ("<record/x><datafield/ tag=\"245\"/></record>", "<record x><datafield  tag=\"245\"/></record>"),
            ("<leader>x</leader></leader>", "<leader>x</leader>&#60;/leader>"),
            (
                "<subfield code=\"a\"><i>x <y></i> </b></subfield>",
                "<subfield code=\"a\"><i>x &#60;y></i> &#60;/b></subfield>",
            ),
        ] {
            assert_eq!(repaired(text).as_deref(), Some(expected));
        }
    }

    #[test]
    fn markup_stays() {
        for text in [
            "<datafield><subfield>x</subfield></datafield>",
            "<subfield>a <i>b</i><br/> &lt;</subfield>",
            "<subfield><![CDATA[ < <x> ]]><!-- <y> --></subfield>",
        ] {
            assert_eq!(repaired(text), None, "{text}");
        }
        assert_eq!(repaired(&"<".repeat(MOST + 1)), None);
    }
}
