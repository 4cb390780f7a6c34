//! Offsets in decoded text, as offsets in the bytes that it was decoded from.

use memchr::memchr;

use crate::bytes::Cut;

/// The distance between two places that are remembered, in bytes of the text.
const STEP: usize = 256;

/// Where the characters of a decoded document stand in its bytes.
pub(crate) struct Sources<'a> {
    bytes: &'a [u8],
    text: &'a str,
    /// Offsets of the same character in the text and in the bytes, in order.
    known: Vec<(usize, usize)>,
}

impl Sources<'_> {
    /// Compares text and bytes: a character that is there in UTF-8 stands for its bytes, any other for one byte, and after a
    /// character of markup both are at the same place again, in whatever set it was.
    ///
    /// # Cost
    /// One pass over both.
    pub(crate) fn new<'a>(bytes: &'a [u8], text: &'a str) -> Sources<'a> {
        let mut sources = Sources { bytes, text, known: vec![(0, 0)] };
        let mut place = (0, 0);
        while let Some(next) = sources.next(place) {
            place = next;
            if sources.known.last().is_none_or(|(last, _)| place.0 - last >= STEP) {
                sources.known.push(place);
            }
        }
        sources
    }

    /// Returns the place after the next character; `None` at the end.
    fn next(&self, place: (usize, usize)) -> Option<(usize, usize)> {
        let (at, source) = self.at_markup(place);
        let len = self.text.get(at..)?.chars().next()?.len_utf8();
        let is_same = self.bytes.cut(source..).starts_with(self.text.as_bytes().cut(at..at + len));
        let len_there = if is_same { len } else { 1 };
        Some((at + len, (source + len_there).min(self.bytes.len())))
    }

    /// Moves a place before a character of markup to that character in the bytes.
    fn at_markup(&self, (at, source): (usize, usize)) -> (usize, usize) {
        match self.text.as_bytes().get(at) {
            Some(mark @ (b'<' | b'>' | b'"')) => {
                (at, source + memchr(*mark, self.bytes.cut(source..)).unwrap_or(0))
            }
            _ => (at, source),
        }
    }

    /// Returns the offset in the bytes for one in the text.
    ///
    /// # Cost
    /// Some hundred characters.
    pub(crate) fn of(&self, at: usize) -> usize {
        let before = self.known.partition_point(|(known, _)| *known <= at);
        let mut place =
            before.checked_sub(1).and_then(|last| self.known.get(last)).copied().unwrap_or((0, 0));
        while place.0 < at {
            let Some(next) = self.next(place) else { break };
            place = next;
        }
        self.at_markup(place).1
    }
}

#[cfg(test)]
mod tests {
    use super::Sources;

    #[test]
    fn offsets_in_bytes_of_one_set_or_of_several() {
        // Windows-1251: each letter is a byte, and two in the text.
        let cyrillic = b"<a>\xCC\xE8\xF0</a><b/>";
        let text = "<a>Мир</a><b/>";
        let sources = Sources::new(cyrillic, text);
        for mark in ["<a>", "</a>", "<b/>"] {
            let source = cyrillic.windows(mark.len()).position(|window| window == mark.as_bytes());
            assert_eq!(Some(sources.of(text.find(mark).unwrap())), source, "{mark}");
        }
        assert_eq!(sources.of(text.len()), cyrillic.len());
        // UTF-8, in places KOI8-R.
        let mixed = "<a>Мир</a><b>?</b><c/>".replace('?', "\u{1}").into_bytes();
        let mixed: Vec<u8> = mixed.into_iter().map(|byte| if byte == 1 { 0xCD } else { byte }).collect();
        let text = "<a>Мир</a><b>м</b><c/>";
        let place = mixed.windows(4).position(|window| window == b"<c/>");
        assert_eq!(Some(Sources::new(&mixed, text).of(text.find("<c/>").unwrap())), place);
        // MARC-8: a mark before its letter; what is longer or shorter ends where markup begins.
        let marc8 = b"<a>d\xE2ej\xE1a</a><b/>";
        let text = "<a>de\u{301}ja\u{300}</a><b/>";
        assert_eq!(Sources::new(marc8, text).of(text.find("<b/>").unwrap()), 13);
        let fewer = "<a>d?</a><b/>";
        assert_eq!(Sources::new(marc8, fewer).of(fewer.find("</a>").unwrap()), 9);
    }
}
