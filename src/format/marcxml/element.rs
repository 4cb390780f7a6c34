//! Where the markup of a document begins and ends: only as much of XML as it takes to find the records in it.

use memchr::{memchr, memchr3, memmem};

/// A piece of markup at the start of some bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Markup {
    /// A comment, CDATA section, processing instruction or declaration of this length.
    Other(usize),
    /// A start tag: its length, and whether it closes itself.
    Start(usize, bool),
    /// An end tag of this length.
    End(usize),
    /// A tag that does not end before the next `<`, which begins after so many bytes.
    Broken(usize),
    /// It goes on behind the bytes.
    Open,
}

/// Markup that goes on to an end mark of its own, whatever stands between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Passage {
    Comment,
    CData,
    Instruction,
}

impl Passage {
    /// All of them.
    pub(super) const ALL: [Passage; 3] = [Passage::Comment, Passage::CData, Passage::Instruction];

    /// The marks that begin and end it.
    pub(super) const fn marks(self) -> (&'static [u8], &'static [u8]) {
        match self {
            Passage::Comment => (b"<!--", b"-->"),
            Passage::CData => (b"<![CDATA[", b"]]>"),
            Passage::Instruction => (b"<?", b"?>"),
        }
    }

    /// Which of them begins these bytes.
    pub(super) fn of(bytes: &[u8]) -> Option<Passage> {
        Passage::ALL.into_iter().find(|passage| bytes.starts_with(passage.marks().0))
    }

    /// Its length, if its end mark is there; nothing before `searched` need be looked at.
    pub(super) fn len(self, bytes: &[u8], searched: usize) -> Option<usize> {
        let (begin, end) = self.marks();
        let from = searched.saturating_sub(end.len()).max(begin.len());
        let at = memmem::find(bytes.get(from..)?, end)?;
        Some(from.saturating_add(at).saturating_add(end.len()))
    }
}

impl Markup {
    /// What begins at the `<` with which `bytes` begin.
    pub(super) fn of(bytes: &[u8]) -> Markup {
        if let Some(passage) = Passage::of(bytes) {
            return passage.len(bytes, 0).map_or(Markup::Open, Markup::Other);
        }
        if Passage::ALL.into_iter().any(|passage| passage.marks().0.starts_with(bytes)) {
            return Markup::Open;
        }
        if bytes.get(1) == Some(&b'!') {
            return declaration(bytes);
        }
        // `<` cannot stand in a tag, not even in a value.
        let inside = bytes.get(1..).unwrap_or_default();
        let next = memchr(b'<', inside).map(|at| at.saturating_add(1));
        let tag = bytes.get(..next.unwrap_or(bytes.len())).unwrap_or_default();
        let markup = match bytes.get(1) {
            Some(b'/') => memchr(b'>', tag).map_or(Markup::Open, |at| Markup::End(at.saturating_add(1))),
            _ => start_tag(tag),
        };
        match (markup, next) {
            (Markup::Open, Some(next)) => Markup::Broken(next),
            (markup, _) => markup,
        }
    }
}

/// A document type declaration, whose internal subset is in brackets.
fn declaration(bytes: &[u8]) -> Markup {
    let mut depth = 0u32;
    let mut quote = None;
    for (at, byte) in bytes.iter().enumerate() {
        match (quote, byte) {
            (Some(open), byte) if open == *byte => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'') => quote = Some(*byte),
            (None, b'[') => depth = depth.saturating_add(1),
            (None, b']') => depth = depth.saturating_sub(1),
            (None, b'>') if depth == 0 => return Markup::Other(at.saturating_add(1)),
            _ => {}
        }
    }
    Markup::Open
}

fn start_tag(bytes: &[u8]) -> Markup {
    let mut at = 1usize;
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        let Some(found) = memchr3(b'>', b'"', b'\'', rest) else { return Markup::Open };
        match rest.get(found) {
            Some(b'>') => {
                let end = at.saturating_add(found).saturating_add(1);
                let closes = bytes.get(end.saturating_sub(2)) == Some(&b'/');
                return Markup::Start(end, closes);
            }
            quote => {
                let inside = at.saturating_add(found).saturating_add(1);
                let quote = quote.copied().unwrap_or(b'"');
                match memchr(quote, bytes.get(inside..).unwrap_or_default()) {
                    Some(len) => at = inside.saturating_add(len).saturating_add(1),
                    None => return Markup::Open,
                }
            }
        }
    }
}

/// The qualified name of the tag with which `bytes` begin.
pub(super) fn name(bytes: &[u8]) -> &[u8] {
    let start = if bytes.starts_with(b"</") { 2 } else { 1 };
    let rest = bytes.get(start..).unwrap_or_default();
    let len =
        rest.iter().position(|byte| is_space(*byte) || matches!(byte, b'>' | b'/')).unwrap_or(rest.len());
    rest.get(..len).unwrap_or_default()
}

/// Prefix and local name of a qualified name.
pub(super) fn split(name: &[u8]) -> (&[u8], &[u8]) {
    match memchr(b':', name) {
        Some(at) => {
            (name.get(..at).unwrap_or_default(), name.get(at.saturating_add(1)..).unwrap_or_default())
        }
        None => (&[], name),
    }
}

/// The attributes of a start tag, as they stand: name and value, nothing resolved.
pub(super) fn attributes(tag: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut rest = tag.get(name(tag).len().saturating_add(1)..).unwrap_or_default();
    std::iter::from_fn(move || {
        let equals = memchr(b'=', rest)?;
        let name = rest.get(..equals)?.trim_ascii();
        let value = rest.get(equals.saturating_add(1)..)?.trim_ascii_start();
        let quote = *value.first().filter(|byte| matches!(byte, b'"' | b'\''))?;
        let value = value.get(1..)?;
        let len = memchr(quote, value)?;
        rest = value.get(len.saturating_add(1)..)?;
        Some((name, value.get(..len)?))
    })
}

pub(super) const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// The end of the element whose start tag begins `bytes`, or why it is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ElementEnd {
    /// It is so long, end tag included.
    At(usize),
    /// Another element of its name begins here, before it ended.
    Missing(usize),
    /// The bytes end first; nothing before this place need be looked at again.
    Open(usize),
}

/// Finds the end of an element that holds none of its own name. `searched` bytes were looked at before, in vain.
/// `passage` tells the length of a passage that begins at an offset, as [`Passage::len`] does; it may know that there is
/// no end mark, without a look.
pub(super) fn element_end(
    bytes: &[u8],
    searched: usize,
    passage: impl FnMut(Passage, usize) -> Option<usize>,
) -> ElementEnd {
    search_end(bytes, searched, Some(passage))
}

/// As [`element_end`] for an element with a comment or CDATA section in it that does not end: the first tag of its
/// name ends it, wherever that stands.
pub(super) fn broken_element_end(bytes: &[u8]) -> ElementEnd {
    search_end(bytes, 0, None::<fn(Passage, usize) -> Option<usize>>)
}

fn search_end(
    bytes: &[u8],
    searched: usize,
    passage: Option<impl FnMut(Passage, usize) -> Option<usize>>,
) -> ElementEnd {
    let own = name(bytes);
    let mut at = searched.max(own.len().saturating_add(1));
    while let Some(found) = memmem::find(bytes.get(at..).unwrap_or_default(), own) {
        let start = at.saturating_add(found);
        let end = start.saturating_add(own.len());
        let before = bytes.get(..start).unwrap_or_default();
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
        // A comment or CDATA section may hold what looks like a tag.
        if let Some(passage) = passage {
            if memmem::find(bytes.get(searched..tag).unwrap_or_default(), b"<!").is_some() {
                return careful_element_end(bytes, passage);
            }
        }
        if opens {
            return ElementEnd::Missing(tag);
        }
        return match memchr(b'>', bytes.get(end..).unwrap_or_default()) {
            Some(len) => ElementEnd::At(end.saturating_add(len).saturating_add(1)),
            None => open(bytes, searched, tag),
        };
    }
    open(bytes, searched, bytes.len().saturating_sub(own.len().saturating_add(2)))
}

/// No end yet: what need not be looked at again, unless there is markup that has to be looked at as a whole.
fn open(bytes: &[u8], searched: usize, safe: usize) -> ElementEnd {
    let safe = safe.max(searched);
    match memmem::find(bytes.get(searched..).unwrap_or_default(), b"<!") {
        Some(_) => ElementEnd::Open(searched),
        None => ElementEnd::Open(safe),
    }
}

/// As [`element_end`], one piece of markup after the other.
fn careful_element_end(bytes: &[u8], mut passage: impl FnMut(Passage, usize) -> Option<usize>) -> ElementEnd {
    let own = name(bytes);
    let mut at = 0usize;
    while let Some(found) = memchr(b'<', bytes.get(at..).unwrap_or_default()) {
        let start = at.saturating_add(found);
        let rest = bytes.get(start..).unwrap_or_default();
        let markup = match Passage::of(rest) {
            Some(of) => passage(of, start).map_or(Markup::Open, Markup::Other),
            None => Markup::of(rest),
        };
        at = match markup {
            Markup::Open => return ElementEnd::Open(0),
            Markup::End(len) if name(rest) == own => return ElementEnd::At(start.saturating_add(len)),
            Markup::Start(..) if start > 0 && name(rest) == own => return ElementEnd::Missing(start),
            Markup::Other(len) | Markup::End(len) | Markup::Start(len, _) | Markup::Broken(len) => {
                start.saturating_add(len)
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
            ("<!DOCTYPE a [ <!ENTITY b \">]\"> ]>x", Markup::Other(33)),
            ("<!DOCTYPE a [ <!ENTITY", Markup::Open),
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
