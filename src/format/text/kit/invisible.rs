//! Invisible characters that an editor puts before delimiters, so that right-to-left text is shown in order.

use memchr::memchr;

use crate::bytes::Cut;
use crate::format::lines::{mark_len, marks_len};

const DELIMITER: u8 = 0x1F;

/// Returns the body of a data field without the marks among its indicators, before its codes and in `$6`, whose form is
/// fixed; `None` if there are none. At the ends of other values they may be data.
pub(super) fn without_marks(body: &[u8], indicators: usize) -> Option<Vec<u8>> {
    memchr(0xE2, body)?;
    let mut pieces = body.split(|byte| *byte == DELIMITER);
    let head = pieces.next()?;
    let mut plain = Vec::with_capacity(body.len());
    push_plain(head, &mut plain);
    if plain.len() > indicators {
        plain.clear();
        plain.extend_from_slice(head);
    }
    for piece in pieces {
        plain.push(DELIMITER);
        let marks = marks_len(piece);
        let piece = match piece.get(marks) {
            Some(code) if code.is_ascii_alphanumeric() => piece.cut(marks..),
            _ => piece,
        };
        match piece.first() {
            Some(b'6') => {
                let start = plain.len();
                push_plain(piece, &mut plain);
                // Only a link, `880-01`, has a form that tells marks from data.
                if !is_link(plain.cut(start + 1..)) {
                    plain.truncate(start);
                    plain.extend_from_slice(piece);
                }
            }
            _ => plain.extend_from_slice(piece),
        }
    }
    (plain.len() < body.len()).then_some(plain)
}

/// Returns text without the marks that are directly before a delimiter, after its indicators or a blank; `None` if there are
/// none. At the end of a value they may be data.
pub(in crate::format::text) fn without_marks_before(
    text: &[u8],
    is_delimiter: impl Fn(&[u8]) -> bool,
) -> Option<Vec<u8>> {
    memchr(0xE2, text)?;
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, after)) = rest.split_first() {
        let marks = if *first == 0xE2 { marks_len(rest) } else { 0 };
        let is_apart = plain.len() <= 2 || plain.ends_with(b" ");
        if marks > 0 && is_apart && is_delimiter(rest.cut(marks..)) {
            rest = rest.cut(marks..);
        } else {
            plain.push(*first);
            rest = after;
        }
    }
    (plain.len() < text.len()).then_some(plain)
}

/// Whether a value begins as a link to another field does: a tag, a hyphen, two digits.
fn is_link(value: &[u8]) -> bool {
    matches!(value, [a, b, c, b'-', d, e, ..] if [a, b, c, d, e].into_iter().all(u8::is_ascii_digit))
}

/// Appends bytes without the marks in them.
fn push_plain(bytes: &[u8], out: &mut Vec<u8>) {
    let mut rest = bytes;
    while let Some((first, after)) = rest.split_first() {
        match if *first < 0x80 { 0 } else { mark_len(rest) } {
            0 => {
                out.push(*first);
                rest = after;
            }
            mark => rest = rest.cut(mark..),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::without_marks;

    #[test]
    fn marks_before_delimiters_go_and_those_in_values_stay() {
        let plain = |text: &str| {
            let body = text.replace('$', "\u{1F}");
            without_marks(body.as_bytes(), 2)
                .map(|plain| String::from_utf8(plain).unwrap().replace('\u{1F}', "$"))
        };
        let (left, right) = ('\u{200E}', '\u{200F}');
        assert_eq!(plain(&format!("1{left}0{right}$aنهر")).as_deref(), Some("10$aنهر"));
        assert_eq!(
            plain(&format!("10$6245-02{left}$aنهر{left}")).as_deref(),
            Some(&*format!("10$6245-02$aنهر{left}"))
        );
        assert_eq!(plain(&format!("10${left}aنهر")).as_deref(), Some("10$aنهر"));
        assert_eq!(plain(&format!("10 text{left}$aنهر{left}")), None);
        assert_eq!(plain("10$aنهر – نهر"), None);
    }
}
