//! Finds the bounds of markup in a document: only as much of XML as is needed to find records.

use crate::bytes::Cut;
use memchr::{memchr, memchr_iter, memchr2, memchr3, memmem};

/// A piece of markup at the start of some bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Markup {
    /// A comment, CDATA section, processing instruction or declaration of this length.
    Other(usize),
    /// A start tag: its length, and whether it closes itself.
    Start(usize, bool),
    /// An end tag of this length.
    End(usize),
    /// A tag that does not end before the next `<`, which is at this offset.
    Broken(usize),
    /// Markup that continues after the bytes.
    Open,
}

/// Markup that continues to its own end mark, whatever it contains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Passage {
    Comment,
    CData,
    Instruction,
}

impl Passage {
    /// All kinds of passages.
    pub(super) const ALL: [Passage; 3] = [Passage::Comment, Passage::CData, Passage::Instruction];

    /// Returns the marks that begin and end it.
    pub(super) const fn marks(self) -> (&'static [u8], &'static [u8]) {
        match self {
            Passage::Comment => (b"<!--", b"-->"),
            Passage::CData => (b"<![CDATA[", b"]]>"),
            Passage::Instruction => (b"<?", b"?>"),
        }
    }

    /// Returns which kind of passage begins these bytes.
    pub(super) fn of(bytes: &[u8]) -> Option<Passage> {
        let is_name = |byte: &u8| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b':' | 0x80..);
        let begins = |passage: &Passage| match passage {
            Passage::Instruction => bytes.get(2).is_some_and(is_name),
            _ => true,
        };
        Passage::ALL.into_iter().find(|passage| bytes.starts_with(passage.marks().0) && begins(passage))
    }

    /// Returns its length, if its end mark is present. Up to `searched`, which is in a section that has no end, there is none.
    ///
    /// One that has lost its end has the length of its begin mark, and what follows is text: a comment or an instruction in
    /// which another begins; a CDATA section with the rest of an end mark before an end tag, in which another begins.
    pub(super) fn len(self, bytes: &[u8], searched: usize) -> Option<usize> {
        let (begin, end) = self.marks();
        let mut from = searched.saturating_sub(begin.len()).max(begin.len());
        let signs = (*begin.first()?, *end.first()?);
        // Whether the rest of an end mark is before the first end tag.
        let mut lost = match self {
            Passage::Comment | Passage::Instruction => Some(true),
            Passage::CData => (searched > 0).then_some(false),
        };
        loop {
            from += memchr2(signs.0, signs.1, bytes.get(from..)?)?;
            let rest = bytes.cut(from..);
            if rest.starts_with(end) {
                return Some(from + end.len());
            }
            if rest.starts_with(begin) && lost == Some(true) {
                return Some(begin.len());
            }
            if lost.is_none() && rest.starts_with(b"</") {
                let before = bytes.cut(begin.len()..from);
                lost = Some(before.ends_with(b"]]") || before.ends_with(b"]>"));
            }
            from += 1;
        }
    }

    /// Whether a passage of this length has lost its end.
    pub(super) const fn is_lost(self, len: usize) -> bool {
        self.marks().0.len() == len
    }
}

/// Returns the length of a passage that begins at byte `here` of the input, if it ends within `window`.
/// Ranges without an end mark are kept in `unended`, so that no bytes are searched twice.
pub(super) fn passage_len(
    unended: &mut [(u64, u64); 3],
    passage: Passage,
    window: &[u8],
    here: u64,
) -> Option<usize> {
    let known = unended.get_mut(passage as usize)?;
    // The same one, of which more is seen now, is looked at as a whole.
    let end = match *known {
        (start, end) if start < here => end,
        _ => 0,
    };
    let searched = usize::try_from(end.saturating_sub(here)).unwrap_or(usize::MAX).min(window.len());
    let len = passage.len(window, searched);
    if len.is_none() {
        let start = if searched > 0 { known.0 } else { here };
        *known = (start, here + window.len() as u64);
    }
    len
}

impl Markup {
    /// Returns the markup at the `<` that begins `bytes`.
    pub(super) fn of(bytes: &[u8]) -> Markup {
        if let Some(passage) = Passage::of(bytes) {
            return passage.len(bytes, 0).map_or(Markup::Open, Markup::Other);
        }
        if Passage::ALL.into_iter().any(|passage| passage.marks().0.starts_with(bytes)) {
            return Markup::Open;
        }
        match bytes.get(1) {
            Some(b'!') => return declaration(bytes),
            Some(b'?') => return Markup::Broken(2),
            _ => {}
        }
        // `<` is not allowed in a tag, not even in a value.
        let inside = bytes.cut(1..);
        let next = memchr(b'<', inside).map(|at| at + 1);
        let tag = bytes.cut(..next.unwrap_or(bytes.len()));
        let markup = match bytes.get(1) {
            Some(b'/') => memchr(b'>', tag).map_or(Markup::Open, |at| Markup::End(at + 1)),
            _ => start_tag(tag),
        };
        match (markup, next) {
            (Markup::Open, Some(next)) => Markup::Broken(next),
            (markup, _) => markup,
        }
    }
}

/// Finds the end of a declaration. One that is no document type declaration holds no other markup.
fn declaration(bytes: &[u8]) -> Markup {
    match bytes.get(2) {
        None => Markup::Open,
        Some(byte) if !byte.is_ascii_alphabetic() => Markup::Broken(2),
        Some(_) => match memchr2(b'<', b'>', bytes.cut(2..)) {
            None => Markup::Open,
            Some(at) if bytes.get(at + 2) == Some(&b'>') => Markup::Other(at + 3),
            Some(at) => Markup::Broken(at + 2),
        },
    }
}

/// Returns whether these bytes begin a document type declaration.
pub(super) fn begins_doctype(bytes: &[u8]) -> bool {
    bytes.get(..9).is_some_and(|mark| mark.eq_ignore_ascii_case(b"<!DOCTYPE"))
}

/// Finds the end of a document type declaration, whose internal subset is in brackets.
pub(super) fn doctype(bytes: &[u8]) -> Markup {
    let mut depth = 0u32;
    let mut quote = None;
    let mut at = 2usize;
    while let Some(byte) = bytes.get(at) {
        match (quote, byte) {
            (Some(open), byte) if open == *byte => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'') => quote = Some(*byte),
            (None, b'[') => depth += 1,
            (None, b']') => depth = depth.saturating_sub(1),
            (None, b'>') if depth == 0 => return Markup::Other(at + 1),
            (None, b'<') if bytes.cut(at..).starts_with(b"<!--") => {
                // Comments may hold quotes.
                let Some(len) = Passage::Comment.len(bytes.cut(at..), 0) else { return Markup::Open };
                at += len;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    Markup::Open
}

fn start_tag(bytes: &[u8]) -> Markup {
    let mut at = 1usize;
    loop {
        let rest = bytes.cut(at..);
        let Some(found) = memchr3(b'>', b'"', b'\'', rest) else { return Markup::Open };
        match rest.get(found) {
            Some(b'>') => {
                let end = at + found + 1;
                let closes = bytes.get(end - 2) == Some(&b'/');
                return Markup::Start(end, closes);
            }
            quote => {
                let inside = at + found + 1;
                let quote = quote.copied().unwrap_or(b'"');
                match memchr(quote, bytes.cut(inside..)) {
                    Some(len) => at = inside + len + 1,
                    None => return Markup::Open,
                }
            }
        }
    }
}

/// Returns whether markup is the XML declaration.
pub(super) fn is_xml_declaration(markup: &[u8]) -> bool {
    markup.starts_with(b"<?xml") && markup.get(5).is_some_and(|byte| is_space(*byte))
}

/// Returns the qualified name of the tag that begins `bytes`.
pub(super) fn name(bytes: &[u8]) -> &[u8] {
    let start = if bytes.starts_with(b"</") { 2 } else { 1 };
    let rest = bytes.cut(start..);
    let len =
        rest.iter().position(|byte| is_space(*byte) || matches!(byte, b'>' | b'/')).unwrap_or(rest.len());
    rest.cut(..len)
}

/// Splits a qualified name into prefix and local name.
pub(super) fn split(name: &[u8]) -> (&[u8], &[u8]) {
    match memchr(b':', name) {
        Some(at) => (name.cut(..at), name.cut(at + 1..)),
        None => (&[], name),
    }
}

/// Returns names and values of the attributes of a start tag, verbatim, with references unresolved.
pub(super) fn attributes(tag: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut rest = tag.cut(name(tag).len() + 1..);
    std::iter::from_fn(move || {
        let equals = memchr(b'=', rest)?;
        let name = rest.get(..equals)?.trim_ascii();
        let value = rest.get(equals + 1..)?.trim_ascii_start();
        let quote = *value.first().filter(|byte| matches!(byte, b'"' | b'\''))?;
        let value = value.get(1..)?;
        let len = memchr(quote, value)?;
        rest = value.get(len + 1..)?;
        Some((name, value.get(..len)?))
    })
}

pub(super) const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// The end of an element whose start tag begins the bytes, or why there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ElementEnd {
    /// The length of the element, end tag included.
    At(usize),
    /// Another element begins here: one of the same name before this one ended, or any before `>` ended its end tag.
    Missing(usize),
    /// The bytes end first; nothing before this offset need be searched again.
    Open(usize),
}

/// Finds the end of an element that contains none of the same name. The first `searched` bytes were searched
/// before. `passage` returns the length of a passage that begins at an offset, as [`Passage::len`] does; it
/// may know without searching that there is no end mark.
pub(super) fn element_end(
    bytes: &[u8],
    searched: usize,
    passage: impl FnMut(Passage, usize) -> Option<usize>,
) -> ElementEnd {
    search_end(bytes, searched, Some(passage))
}

/// As [`element_end`], for an element with an unterminated comment or CDATA section: the first tag of the
/// same name ends it, wherever it is.
pub(super) fn broken_element_end(bytes: &[u8]) -> ElementEnd {
    search_end(bytes, 0, None::<fn(Passage, usize) -> Option<usize>>)
}

fn search_end(
    bytes: &[u8],
    searched: usize,
    passage: Option<impl FnMut(Passage, usize) -> Option<usize>>,
) -> ElementEnd {
    let own = name(bytes);
    let mut at = searched.max(own.len() + 1);
    while let Some(found) = memmem::find(bytes.cut(at..), own) {
        let start = at + found;
        let end = start + own.len();
        let before = bytes.cut(..start);
        let closes = before.ends_with(b"</");
        let opens = before.ends_with(b"<");
        let delimited = match bytes.get(end) {
            None => return open(bytes, searched, start.saturating_sub(2)),
            Some(byte) => is_space(*byte) || matches!(byte, b'>' | b'/'),
        };
        if !delimited || !closes && !opens {
            at = end;
            continue;
        }
        let tag = start.saturating_sub(if closes { 2 } else { 1 });
        // A comment or CDATA section may contain text that looks like a tag.
        if let Some(passage) = passage {
            if has_declaration(bytes.cut(searched..tag)) {
                return careful_element_end(bytes, passage);
            }
        }
        if opens {
            return ElementEnd::Missing(tag);
        }
        return match memchr2(b'<', b'>', bytes.cut(end..)) {
            Some(len) if bytes.get(end + len) == Some(&b'<') => ElementEnd::Missing(end + len),
            Some(len) => ElementEnd::At(end + len + 1),
            None => open(bytes, searched, tag),
        };
    }
    open(bytes, searched, bytes.len().saturating_sub(own.len() + 2))
}

/// Returns that there is no end yet, and from where to search again, unless there is markup that must be
/// examined as a whole.
fn open(bytes: &[u8], searched: usize, safe: usize) -> ElementEnd {
    let safe = safe.max(searched);
    ElementEnd::Open(if has_declaration(bytes.cut(searched..)) { searched } else { safe })
}

/// Whether `<!` occurs: the beginning of a comment, of a CDATA section or of a declaration.
fn has_declaration(bytes: &[u8]) -> bool {
    let after_bracket = |at: usize| at.checked_sub(1).and_then(|before| bytes.get(before)) == Some(&b'<');
    memchr_iter(b'!', bytes).any(after_bracket)
}

/// As [`element_end`], one piece of markup after another.
fn careful_element_end(bytes: &[u8], mut passage: impl FnMut(Passage, usize) -> Option<usize>) -> ElementEnd {
    let own = name(bytes);
    let mut at = 0usize;
    while let Some(found) = memchr(b'<', bytes.cut(at..)) {
        let start = at + found;
        let rest = bytes.cut(start..);
        let markup = match Passage::of(rest) {
            Some(of) => passage(of, start).map_or(Markup::Open, Markup::Other),
            None => Markup::of(rest),
        };
        at = match markup {
            Markup::Open => return ElementEnd::Open(0),
            Markup::End(len) if name(rest) == own => return ElementEnd::At(start + len),
            Markup::Start(..) if start > 0 && name(rest) == own => return ElementEnd::Missing(start),
            Markup::Broken(len) if rest.starts_with(b"</") && name(rest) == own => {
                return ElementEnd::Missing(start + len);
            }
            Markup::Other(len) | Markup::End(len) | Markup::Start(len, _) | Markup::Broken(len) => {
                start + len
            }
        };
    }
    ElementEnd::Open(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_of_markup() {
        for (text, expected) in [
            ("<a>x", Markup::Start(3, false)),
            ("<a b=\"x>y\" c='>'/>z", Markup::Start(18, true)),
            ("</a >", Markup::End(5)),
            ("<!-- > -- > -->x", Markup::Other(15)),
            ("<![CDATA[ ]> </a> ]]>x", Markup::Other(21)),
            ("<?xml version='1.0'?>", Markup::Other(21)),
            ("<!ENTITY b>x", Markup::Other(11)),
            ("<!ENTITY b <c>", Markup::Broken(11)),
            ("<!ENTITY", Markup::Open),
            ("<! b>", Markup::Broken(2)),
            ("<?> <b?>", Markup::Broken(2)),
            ("<?b <?c?>", Markup::Other(2)),
            ("<?", Markup::Open),
            ("<a b=\"x>", Markup::Open),
            ("<a b=\"x><c/>", Markup::Broken(8)),
            ("</a <b>", Markup::Broken(4)),
            ("<![CDA", Markup::Open),
            ("<!-", Markup::Open),
            ("<", Markup::Open),
        ] {
            assert_eq!(Markup::of(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn document_type_declarations() {
        for (text, expected) in [
            ("<!DOCTYPE a [ <!ENTITY b \">]\"> ]>x", Markup::Other(33)),
            ("<!DOCTYPE a [<!-- it's ]> -->]>x", Markup::Other(31)),
            ("<!DOCTYPE a [ <!ENTITY", Markup::Open),
        ] {
            assert!(begins_doctype(text.as_bytes()));
            assert_eq!(doctype(text.as_bytes()), expected, "{text}");
        }
        assert!(!begins_doctype(b"<!ENTITY"));
    }

    #[test]
    fn names_and_attributes() {
        let tag = b"<marc:record xmlns:marc = \"uri\" type='Biblio\"graphic'>";
        assert_eq!(split(name(tag)), (&b"marc"[..], &b"record"[..]));
        let found: Vec<_> = attributes(tag).collect();
        assert_eq!(found, [(&b"xmlns:marc"[..], &b"uri"[..]), (b"type", b"Biblio\"graphic")]);
        assert_eq!(split(name(b"</record\n>")), (&b""[..], &b"record"[..]));
        assert_eq!(attributes(b"<a b>").count() + attributes(b"<a b=c>").count(), 0);
    }

    #[test]
    fn ends_of_elements() {
        for (text, expected) in [
            ("<r><s>r</s></r>x", ElementEnd::At(15)),
            ("<m:r><m:rs/></m:r ><m:r>", ElementEnd::At(19)),
            ("<r><!-- </r> --><s><![CDATA[</r>]]></s></r>", ElementEnd::At(43)),
            ("<r><s>x</s><r></r>", ElementEnd::Missing(11)),
        ] {
            let end = |bytes: &[u8], searched| {
                element_end(bytes, searched, |passage, at| passage.len(bytes.get(at..)?, 0))
            };
            assert_eq!(end(text.as_bytes(), 0), expected, "{text}");
            for cut in 0..text.len() - 1 {
                let bytes = text.as_bytes().get(..cut).unwrap();
                if let ElementEnd::Open(searched) = end(bytes, 0) {
                    assert_eq!(end(text.as_bytes(), searched), expected, "{text} cut at {cut}");
                }
            }
        }
    }
}
