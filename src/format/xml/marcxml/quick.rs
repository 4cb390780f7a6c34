//! The quick way to write a record: the fields of a usual one, in few and large pieces.
//!
//! Must produce the same bytes as the careful way in `element.rs`, which a test compares, or nothing. Never
//! adds a finding and never escapes anything but `&`, `<` and `>`.

use std::ops::Range;

use memchr::{memchr3, memchr3_iter, memrchr3};
use wide::u8x16;

use crate::bytes::{Cut, sixteens};
use crate::format::iso2709;
use crate::format::xml::kit::is_plain;
use crate::record::{RecordRef, find};

/// A record whose buffer contains no control character but delimiters: their number, and the range of markup.
struct Clean {
    /// Number of bytes 1D, 1E and 1F in bodies.
    delimiters: usize,
    /// The range from the first to the last of `&`, `<` and `>`.
    marked: Range<usize>,
}

impl Clean {
    /// Scans the whole buffer once; `None` if anything else is in it.
    fn of(record: RecordRef<'_>) -> Option<Clean> {
        let bytes = record.buffer();
        let mut odd = u8x16::ZERO;
        let mut delimiters = 0usize;
        // Each lane counts to 255 at most.
        for part in bytes.chunks(16 * 252) {
            let mut low = u8x16::ZERO;
            sixteens(part, b' ', |block| {
                let block = u8x16::new(*block);
                odd |= block.min(u8x16::splat(0x1C)).cmp_eq(block);
                odd |= block.cmp_eq(u8x16::splat(0xEF)); // U+FFFE and U+FFFF begin with EF
                low -= block.min(u8x16::splat(0x1F)).cmp_eq(block);
            });
            delimiters += low.to_array().iter().map(|lane| usize::from(*lane)).sum::<usize>();
        }
        if odd != u8x16::ZERO {
            return None;
        }
        // A sound ISO 2709 record has one terminator per field, one for the directory and one for the record;
        // any further delimiter is inside a body. Other buffers contain bodies only.
        if record.verbatim(iso2709::FORMAT.name).is_some() {
            delimiters = delimiters.checked_sub(record.fields().len())?.checked_sub(2)?;
        }
        let marked = match memchr3(b'&', b'<', b'>', bytes) {
            None => 0..0,
            Some(first) => first..memrchr3(b'&', b'<', b'>', bytes)? + 1,
        };
        Some(Clean { delimiters, marked })
    }
}

/// Appends all fields of a usual record, in few and large pieces. `None`, with part of them appended, if a field
/// needs the careful way of [`Element`](super::element::Element).
pub(super) fn fields<const INDENT: bool>(record: RecordRef<'_>, out: &mut Vec<u8>) -> Option<()> {
    let Clean { mut delimiters, marked } = Clean::of(record)?;
    let mut done = 0usize;
    for field in record.fields() {
        let [a, b, c] = field.tag().bytes()?;
        let body = field.checked()?.as_bytes();
        if !(is_plain(a) && is_plain(b) && is_plain(c)) {
            return None;
        }
        let start = record.offset_of(field);
        let end = start + body.len();
        if start < done {
            return None; // in overlapping bodies a delimiter would count twice
        }
        done = end;
        let is_marked = start < marked.end && end > marked.start;
        if field.is_control() {
            if INDENT {
                let fill = |start: &mut [u8; 26]| [start[21], start[22], start[23]] = [a, b, c];
                append(out, b"  <controlfield tag=\"   \">", fill);
                text(body, is_marked, out);
                out.extend_from_slice(b"</controlfield>\n");
            } else {
                let fill = |start: &mut [u8; 24]| [start[19], start[20], start[21]] = [a, b, c];
                append(out, b"<controlfield tag=\"   \">", fill);
                text(body, is_marked, out);
                out.extend_from_slice(b"</controlfield>");
            }
            continue;
        }
        let [first, second, 0x1F, code, rest @ ..] = body else { return None };
        if !(is_plain(*first) && is_plain(*second) && is_plain(*code)) {
            return None;
        }
        if INDENT {
            let fill = |start: &mut [u8; 65]| {
                [start[18], start[19], start[20]] = [a, b, c];
                [start[29], start[38], start[62]] = [*first, *second, *code];
            };
            let start = b"  <datafield tag=\"   \" ind1=\" \" ind2=\" \">\n    <subfield code=\" \">";
            append(out, start, fill);
        } else {
            let fill = |start: &mut [u8; 58]| {
                [start[16], start[17], start[18]] = [a, b, c];
                [start[27], start[36], start[55]] = [*first, *second, *code];
            };
            append(out, b"<datafield tag=\"   \" ind1=\" \" ind2=\" \"><subfield code=\" \">", fill);
        }
        let mut rest = rest;
        loop {
            delimiters = delimiters.checked_sub(1)?;
            let len = find(0x1F, rest).unwrap_or(rest.len());
            let (value, after) = rest.split_at_checked(len)?;
            text(value, is_marked, out);
            let code = match after {
                [_, code, next @ ..] if is_plain(*code) => {
                    rest = next;
                    *code
                }
                [] => break,
                _ => return None,
            };
            if INDENT {
                append(out, b"</subfield>\n    <subfield code=\" \">", |next| next[32] = code);
            } else {
                append(out, b"</subfield><subfield code=\" \">", |next| next[27] = code);
            }
        }
        match INDENT {
            true => out.extend_from_slice(b"</subfield>\n  </datafield>\n"),
            false => out.extend_from_slice(b"</subfield></datafield>"),
        }
    }
    // Any remaining delimiters are in control fields or tags.
    (delimiters == 0).then_some(())
}

/// Appends markup and fills in its variable bytes.
#[inline(always)]
fn append<const N: usize>(out: &mut Vec<u8>, markup: &[u8; N], fill: impl Fn(&mut [u8; N])) {
    out.extend_from_slice(markup);
    if let Some(appended) = out.last_chunk_mut() {
        fill(appended);
    }
}

/// Appends text without control characters.
#[inline(always)]
fn text(text: &[u8], is_marked: bool, out: &mut Vec<u8>) {
    if !is_marked {
        out.extend_from_slice(text);
        return;
    }
    let mut done = 0usize;
    for at in memchr3_iter(b'&', b'<', b'>', text) {
        out.extend_from_slice(text.cut(done..at));
        out.extend_from_slice(match text.get(at) {
            Some(b'&') => b"&amp;",
            Some(b'<') => b"&lt;",
            _ => b"&gt;",
        });
        done = at + 1;
    }
    out.extend_from_slice(text.cut(done..));
}
