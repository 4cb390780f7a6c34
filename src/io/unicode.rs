//! UTF-16 input, read as UTF-8.

use crate::bytes::Cut;
use std::fmt;
use std::io::{self, Read};

use encoding_rs::{CoderResult, Decoder, UTF_16BE, UTF_16LE};

/// Number of bytes examined.
pub(crate) const LOOK: usize = 16;

/// A source of text: UTF-16 is read as UTF-8 with a byte order mark, anything else unchanged. Invalid UTF-16
/// is read as U+FFFD.
pub(crate) struct Unicode<R> {
    source: R,
    state: State,
}

enum State {
    /// Nothing was read yet.
    New,
    /// These bytes from an offset on, then the source.
    Plain(Vec<u8>, usize),
    Wide(Box<Wide>),
}

/// The state of decoding.
struct Wide {
    decoder: Decoder,
    input: Vec<u8>,
    /// The part of the input that was read and not decoded.
    unread: std::ops::Range<usize>,
    output: Vec<u8>,
    taken: usize,
    eof: bool,
    ended: bool,
}

impl<R: Read> Unicode<R> {
    pub(crate) fn new(source: R) -> Unicode<R> {
        Unicode { source, state: State::New }
    }

    /// Examines the first bytes.
    fn begin(&mut self) -> io::Result<()> {
        let mut first = Vec::new();
        self.source.by_ref().take(LOOK as u64).read_to_end(&mut first)?;
        self.state = match utf16(&first) {
            None => State::Plain(first, 0),
            Some(big) => {
                let encoding = if big { UTF_16BE } else { UTF_16LE };
                let unread = 0..first.len();
                first.resize(64 * 1024, 0);
                State::Wide(Box::new(Wide {
                    decoder: encoding.new_decoder_with_bom_removal(),
                    input: first,
                    unread,
                    output: b"\xEF\xBB\xBF".to_vec(),
                    taken: 0,
                    eof: false,
                    ended: false,
                }))
            }
        };
        Ok(())
    }
}

impl<R: Read> Read for Unicode<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if matches!(self.state, State::New) {
            self.begin()?;
        }
        match &mut self.state {
            State::New => Ok(0),
            State::Plain(first, taken) => {
                let mut rest = first.cut(*taken..);
                if rest.is_empty() {
                    return self.source.read(buf);
                }
                let len = rest.read(buf)?;
                *taken += len;
                Ok(len)
            }
            State::Wide(wide) => loop {
                let mut rest = wide.output.cut(wide.taken..);
                if !rest.is_empty() || wide.ended || buf.is_empty() {
                    let len = rest.read(buf)?;
                    wide.taken += len;
                    return Ok(len);
                }
                wide.fill(&mut self.source)?;
            },
        }
    }
}

impl Wide {
    /// Decodes the next piece of the source.
    fn fill(&mut self, source: &mut impl Read) -> io::Result<()> {
        if self.unread.is_empty() && !self.eof {
            let read = source.read(&mut self.input)?;
            self.eof = read == 0;
            self.unread = 0..read;
        }
        let input = self.input.cut(self.unread.clone());
        let room = self.decoder.max_utf8_buffer_length(input.len()).unwrap_or(input.len()).max(16);
        self.output.resize(room, 0);
        self.taken = 0;
        let (result, read, written, _) = self.decoder.decode_to_utf8(input, &mut self.output, self.eof);
        self.output.truncate(written);
        self.unread.start += read;
        self.ended = self.eof && result == CoderResult::InputEmpty;
        Ok(())
    }
}

/// Returns whether bytes begin a text in UTF-16: a byte order mark, or ASCII with a zero beside each
/// character; true if it is big-endian.
pub(crate) fn utf16(sample: &[u8]) -> Option<bool> {
    match sample {
        [0xFF, 0xFE, rest @ ..] | [0xFE, 0xFF, rest @ ..] if is_ascii_text(rest) => return None,
        [0xFF, 0xFE, ..] => return Some(false),
        [0xFE, 0xFF, ..] => return Some(true),
        [b'<', 0, b'?' | b'!' | b'a'..=b'z', 0, ..] => return Some(false),
        [0, b'<', 0, b'?' | b'!' | b'a'..=b'z', ..] => return Some(true),
        _ => {}
    }
    let pairs = sample.chunks_exact(2).take(8);
    let ascii = |low: u8, high: u8| high == 0 && low.is_ascii() && low != 0;
    let all = |big: bool| {
        pairs.clone().all(|pair| match (pair, big) {
            ([low, high], false) | ([high, low], true) => ascii(*low, *high),
            _ => false,
        })
    };
    if sample.len() < LOOK {
        return None;
    }
    [false, true].into_iter().find(|big| all(*big))
}

/// Whether the bytes after a mark are letters and signs of ASCII, without the zeros that these have in UTF-16.
fn is_ascii_text(rest: &[u8]) -> bool {
    let seen = rest.get(..LOOK - 2).unwrap_or(rest);
    let is_text = |byte: &u8| matches!(byte, b' '..=b'~' | b'\t' | b'\r' | b'\n');
    seen.len() >= 8 && seen.iter().all(is_text)
}

impl<R> fmt::Debug for Unicode<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unicode").field("wide", &matches!(self.state, State::Wide(_))).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns a few bytes at a time.
    struct Trickle<'a>(&'a [u8]);

    impl Read for Trickle<'_> {
        fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
            let len = buf.len().min(3);
            self.0.read(&mut buf[..len])
        }
    }

    fn through(bytes: &[u8]) -> Vec<u8> {
        let mut whole = Vec::new();
        Unicode::new(bytes).read_to_end(&mut whole).unwrap();
        let mut pieces = Vec::new();
        Unicode::new(Trickle(bytes)).read_to_end(&mut pieces).unwrap();
        assert_eq!(whole, pieces);
        whole
    }

    #[test]
    fn utf16_in_both_orders_with_a_mark_or_without() {
        let text = format!("<?xml version='1.0'?>{}", "Leyli və Məcnun 𐐷 ".repeat(20_000));
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let expected = [b"\xEF\xBB\xBF", text.as_bytes()].concat();
        assert!(through(&little) == expected && through(&big) == expected);
        assert!(through(&[b"\xFF\xFE", &little[..]].concat()) == expected);
        assert!(through(&[b"\xFE\xFF", &big[..]].concat()) == expected);
    }

    #[test]
    fn all_else_as_it_is() {
        for bytes in [&b""[..], b"<", b"00714cam a2200205 a 4500001", b"\xEF\xBB\xBF<a/>", b"a\0"] {
            assert_eq!(through(bytes), bytes);
        }
        let odd = *b"\xFF\xFEa\0\x00\xD8b\0c";
        assert_eq!(through(&odd), "\u{FEFF}a\u{FFFD}b\u{FFFD}".as_bytes());
    }
}
