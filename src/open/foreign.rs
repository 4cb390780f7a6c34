//! Recognizes inputs that are in no supported format.

use crate::bytes::Cut;

/// Returns what the input is, if it is known to be in no supported format.
pub(super) fn foreign(sample: &[u8]) -> Option<&'static str> {
    let signed = FOREIGN.iter().find(|(signature, _)| sample.starts_with(signature)).map(|(_, what)| *what);
    let is_tar = sample.get(257..262) == Some(b"ustar");
    let signed = signed.or(is_tar.then_some("a tar archive; unpack it first"));
    let signed = signed.or(is_arrow_stream(sample).then_some(ARROW));
    signed.or_else(|| is_pica(sample).then_some("PICA+, which is no form of MARC"))
}

/// Returns whether the first line is a field of PICA+: three digits, a capital or `@`, an optional
/// occurrence, a blank, and a delimiter. Before the byte 1F the last character of the tag may be anything: no
/// other format looks like that.
fn is_pica(sample: &[u8]) -> bool {
    let start =
        sample.iter().take_while(|byte| byte.is_ascii_whitespace() || matches!(byte, 0x1D | 0x1E)).count();
    let Some([a, b, c, last, rest @ ..]) = sample.get(start..) else { return false };
    let digits = [a, b, c].into_iter().all(|digit| digit.is_ascii_digit());
    let occurrence = match rest.strip_prefix(b"/") {
        Some(rest) => rest.iter().take_while(|byte| byte.is_ascii_digit()).count() + 1,
        None => 0,
    };
    let mark = rest.cut(occurrence..);
    let printed = mark.starts_with(b" $") || mark.starts_with(" ƒ".as_bytes());
    digits && (mark.starts_with(b" \x1F") || printed && matches!(last, b'A'..=b'Z' | b'@'))
}

/// Returns whether an Arrow stream begins here: a mark, the length of the schema, and where in it its table is, which differs
/// with the program that wrote it.
fn is_arrow_stream(sample: &[u8]) -> bool {
    let [0xFF, 0xFF, 0xFF, 0xFF, length @ .., 0, table, 0, 0, 0] = sample.cut(..12) else { return false };
    length.len() == 3
        && matches!(length, [low, ..] if low % 8 == 0)
        && table % 4 == 0
        && (8..=64).contains(table)
}

const PARQUET: &str =
    "a Parquet file; kartoteka-import, of the crate kartoteka-arrow, makes records of a long table";
const ARROW: &str =
    "an Arrow table; kartoteka-import, of the crate kartoteka-arrow, makes records of a long table";

/// Signatures of unsupported formats, and their descriptions in the error.
const FOREIGN: &[(&[u8], &str)] = &[
    (b"\x1F\x8B", "compressed with gzip; decompress it first"),
    (b"\x28\xB5\x2F\xFD", "compressed with zstd; decompress it first"),
    (b"BZh", "compressed with bzip2; decompress it first"),
    (b"\xFD7zXZ\0", "compressed with xz; decompress it first"),
    (b"PK\x03\x04", "a zip archive; unpack it first"),
    (b"%PDF", "a PDF document"),
    (b"PAR1", PARQUET),
    (b"ARROW1\0\0", ARROW),
    (b"SQLite format 3\0", "an SQLite database"),
];
