//! Detects the format of an input: by its content first, then by the extension of its name.

use std::io::Read;
use std::path::Path;

use super::foreign::foreign;
use super::table::KNOWN;
use crate::bytes::Cut;
use crate::error::{Error, FormatError, Result};
use crate::format::descriptor::{Can, Format};
use crate::format::iso2709::records_after;
use crate::format::verdict::{Confidence, Sample};
use crate::io::{Unicode, utf16};

/// The most bytes examined, from the start of an input.
pub(super) const SAMPLE: usize = 64 * 1024;
/// The most lines before the first record that is recognized.
const LINES_BEFORE: usize = 100;
/// The most tags and objects before the one that is recognized.
const TAGS_BEFORE: usize = 8;

/// The format of an input, and the evidence for it. See [`detect`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Detection {
    /// The format.
    pub format: Format,
    /// How certain the format is.
    pub confidence: Confidence,
    /// The evidence in the content.
    pub reason: String,
    /// The format that the extension of the file's name denotes, if any. Content outweighs it.
    pub extension: Option<Format>,
}

/// Detects the format of an input.
///
/// `sample` is the beginning of the input; 64 KiB suffice, and a whole small file is fine. `path` is the name
/// of the file, if it has one: its extension decides between formats for which the content gives equal
/// evidence, such as one record of JSON on one line. An input without content is [`Format::Iso2709`], without
/// records.
///
/// # Errors
/// [`ErrorKind::Format`](crate::ErrorKind::Format) if the content is something else, such as compressed data, or fits no format. The
/// message names what it is, or the most similar format and why it does not fit.
///
/// # Example
/// ```
/// use kartoteka::{Confidence, Format, detect};
///
/// let sample = std::fs::read("fixtures/iso2709/marc21.mrc")?;
/// let found = detect(&sample, None)?;
/// assert_eq!((found.format, found.confidence), (Format::Iso2709, Confidence::Certain));
///
/// let error = detect(b"<html><body>Not found</body></html>", None).unwrap_err();
/// assert!(error.to_string().contains("root element: html"));
/// # Ok::<(), kartoteka::Error>(())
/// ```
pub fn detect(sample: &[u8], path: Option<&Path>) -> Result<Detection> {
    let extension = path.and_then(Format::from_extension);
    let mut decoded = Vec::new();
    let sample = match utf16(sample) {
        // A cut character at the end of the sample does not matter.
        Some(_) if Unicode::new(sample).read_to_end(&mut decoded).is_ok() => decoded.as_slice(),
        _ => sample,
    };
    // The mark of UTF-16 before text that is not in it.
    let without_mark = |mark: &[u8]| sample.strip_prefix(mark).filter(|_| utf16(sample).is_none());
    let sample = without_mark(b"\xFF\xFE").or_else(|| without_mark(b"\xFE\xFF")).unwrap_or(sample);
    if let Some(what) = foreign(sample) {
        return Err(Error::format(FormatError::Foreign(what)));
    }
    let content = sample.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(sample);
    let blank = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, 0 | 0x1A);
    let start = content.iter().take_while(|byte| blank(byte)).count();
    let content = content.cut(start..);
    let shown = Sample { bytes: sample, content, path };
    // Master files begin with zeros, which other formats skip as filler.
    for format in KNOWN.iter().filter(|format| format.can(Can::Seek)) {
        if let Some(Ok((confidence, reason))) = format.0.sniff.map(|sniff| sniff(&shown)) {
            return Ok(Detection { format: *format, confidence, reason, extension });
        }
    }
    if content.is_empty() {
        let (format, confidence) = (Format::Iso2709, Confidence::Guess);
        return Ok(Detection { format, confidence, reason: "the input is empty".to_owned(), extension });
    }
    let (mut found, nearest) = examine(&shown, extension);
    if found.as_ref().is_some_and(|(format, ..)| *format != Format::Iso2709)
        && let Some(start) = records_after(content)
    {
        let reason = format!("two whole records, after {start} bytes of something else");
        found = Some((Format::Iso2709, Confidence::Possible, reason));
    }
    if found.is_none() {
        found = after_lines(content, path);
    }
    let message = match (found, nearest) {
        (Some((format, confidence, reason)), _) => {
            return Ok(Detection { format, confidence, reason, extension });
        }
        (None, Some((format, 1.., why))) => {
            format!("nearest is {format}, but {why}")
        }
        (None, _) => "it resembles none of those known".to_owned(),
    };
    Err(Error::format(FormatError::NotRecognized(message)))
}

/// A format, how certain it is, and the evidence.
type Found = (Format, Confidence, String);

/// Returns the format for which there is most evidence, and the one that misses it least.
fn examine(shown: &Sample<'_>, extension: Option<Format>) -> (Option<Found>, Option<(Format, u8, String)>) {
    let mut found: Option<Found> = None;
    let mut nearest: Option<(Format, u8, String)> = None;
    for format in KNOWN.iter().filter(|format| !format.can(Can::Seek)) {
        let Some(sniff) = format.0.sniff else { continue };
        match sniff(shown) {
            Ok((confidence, reason)) => {
                let better = match &found {
                    None => true,
                    Some((_, best, _)) => {
                        confidence > *best || confidence == *best && extension == Some(*format)
                    }
                };
                if better {
                    found = Some((*format, confidence, reason));
                }
            }
            Err(miss) => {
                let named = u8::from(extension == Some(*format));
                let nearness = 2 * miss.nearness + named;
                if nearest.as_ref().is_none_or(|(_, best, _)| nearness > *best) {
                    nearest = Some((*format, nearness, miss.why));
                }
            }
        }
    }
    (found, nearest)
}

/// Returns the format of what is after the first lines, which are something else, or a damaged record.
fn after_lines(content: &[u8], path: Option<&Path>) -> Option<Found> {
    let starts = memchr::memchr2_iter(b'\n', b'\r', content).map(|end| end + 1).take(LINES_BEFORE);
    // Inside a line, after the rest of a tag or an object.
    let inside = memchr::memchr2_iter(b'<', b'{', content).filter(|at| *at > 0).take(TAGS_BEFORE);
    starts.chain(inside).find_map(|start| {
        let rest = content.get(start..).filter(|rest| rest.first().is_some_and(u8::is_ascii_graphic))?;
        // Other XML holds pages of all kinds.
        if content.starts_with(b"<") && rest.contains(&b'<') {
            return None;
        }
        let shown = Sample { bytes: rest, content: rest, path };
        let (format, confidence, reason) = examine(&shown, None).0?;
        // These are known by how they begin, others by how many of the lines are theirs.
        let by_beginning = [Format::Iso2709, Format::Json, Format::Ndjson, Format::Marcxml].contains(&format);
        let is_clear = confidence == Confidence::Certain || confidence == Confidence::Likely && by_beginning;
        let reason = || format!("after {start} bytes of something else: {reason}");
        is_clear.then(|| (format, Confidence::Possible, reason()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::open::FORMATS;

    fn found(sample: &[u8]) -> (Format, Confidence) {
        let found = detect(sample, None).unwrap();
        (found.format, found.confidence)
    }

    fn refused(sample: &[u8], path: Option<&str>) -> String {
        detect(sample, path.map(Path::new)).unwrap_err().to_string()
    }

    #[test]
    fn all_fixtures_by_content_alone() {
        let mut seen = 0;
        for folder in ["iso2709", "irbis", "json", "xml"] {
            for entry in std::fs::read_dir(format!("fixtures/{folder}")).unwrap() {
                let path = entry.unwrap().path();
                // The stem of `turbomarc.xml` names its format, `marc21.xml` has only its extension.
                let by_name = path.file_stem().and_then(|stem| Format::from_name(stem.to_str()?));
                let Some(expected) = by_name.or(Format::from_extension(&path)).or(by_extension(&path)) else {
                    continue;
                };
                let sample = std::fs::read(&path).unwrap();
                let found = detect(&sample, None).unwrap();
                assert_eq!(found.format, expected, "{}", path.display());
                assert_eq!(found.confidence, Confidence::Certain, "{}: {}", path.display(), found.reason);
                seen += 1;
            }
        }
        assert!(seen >= 20, "{seen}");
    }

    /// For builds without all features.
    fn by_extension(path: &Path) -> Option<Format> {
        match path.extension()?.to_str()? {
            "xml" => Some(Format::Marcxml),
            "json" => Some(Format::Json),
            "ndjson" => Some(Format::Ndjson),
            _ => None,
        }
    }

    #[test]
    fn a_short_sample_is_enough() {
        for (path, format) in [
            ("fixtures/iso2709/marc21.mrc", Format::Iso2709),
            ("fixtures/irbis/export-cp866.txt", Format::IrbisText),
            ("fixtures/json/marc21.ndjson", Format::Ndjson),
            ("fixtures/json/marc21.json", Format::Json),
            ("fixtures/xml/marc21.xml", Format::Marcxml),
        ] {
            if !FORMATS.contains(&format) {
                continue;
            }
            let sample = std::fs::read(path).unwrap();
            let found = detect(&sample[..120], Some(Path::new(path))).unwrap();
            assert_eq!(found.format, format, "{path}: {}", found.reason);
        }
    }

    #[test]
    fn what_stands_before_the_first_record() {
        let marc = std::fs::read("fixtures/iso2709/marc21.mrc").unwrap();
        assert_eq!(found(&[b"\xEF\xBB\xBF\r\n", &marc[..]].concat()), (Format::Iso2709, Confidence::Certain));
        assert_eq!(found(&[b"garbage", &marc[..]].concat()), (Format::Iso2709, Confidence::Possible));
        assert_eq!(found(&[b"0x", &marc[2..]].concat()), (Format::Iso2709, Confidence::Possible));
        assert_eq!(found(b"<collection/>"), (Format::Marcxml, Confidence::Possible));
        assert_eq!(found(&marc[300..]), (Format::Iso2709, Confidence::Possible));
        let json = std::fs::read("fixtures/json/marc21.ndjson").unwrap();
        assert_eq!(found(&[b"\xEF\xBB\xBF\n", &json[..]].concat()), (Format::Ndjson, Confidence::Certain));
    }

    #[test]
    fn forms_in_xml() {
        for (sample, format) in [
            ("<collection xmlns=\"http://www.indexdata.com/turbomarc\"><r/></collection>", Format::Turbomarc),
            ("<r><l>00000nam a2200000   4500</l><c001>1</c001></r>", Format::Turbomarc),
            (
                "<collection xmlns=\"info:lc/xmlns/marcxchange-v2\"><record/></collection>",
                Format::Marcxchange,
            ),
            ("<?xml version='1.0'?><oai_marc><varfield id='245'/></oai_marc>", Format::OaiMarc),
        ] {
            assert_eq!(found(sample.as_bytes()), (format, Confidence::Certain), "{sample}");
            let wide: Vec<u8> = sample.encode_utf16().flat_map(u16::to_le_bytes).collect();
            assert_eq!(found(&wide), (format, Confidence::Certain), "{sample}");
        }
    }

    #[test]
    fn forms_in_lines() {
        for (sample, format) in [
            (&b"=LDR  00714cam a2200205 a 4500\n=001  1\n"[..], Format::Mrk),
            (b"000000002 FMT   L BK\n000000002 LDR   L 00000nam^a2200301^i^4500\n", Format::Aleph),
            (b"00251nas a2200121 c 4500\n001 987874829\n022    $a 1940-5758\n", Format::Line),
            (b"LEADER 02191cam a2200541   4500\n001 010000011\n", Format::Line),
            (b"LDR    00000ngm  2200000   4500\n001    123456\n", Format::Line),
            (b"header\r\nLDR00180nam  22     2  4500^\r\n040  _cIMchF^\r\n", Format::Microlif),
            (b"header\rLDR00180nam  22     2  4500^\r040  _cIMchF^\r", Format::Microlif),
        ] {
            assert_eq!(found(sample), (format, Confidence::Certain), "{}", sample.escape_ascii());
        }
        assert!(
            refused(b"001 987874829\n022    $a 1940\n", None).contains("nearest is line, but its first line")
        );
    }

    #[test]
    fn one_line_of_json_goes_by_the_extension() {
        let sample = br#"{"fields":[{"001":"1"}]}"#;
        let format = |path| detect(sample, Some(Path::new(path))).unwrap().format;
        assert_eq!(found(sample), (Format::Json, Confidence::Likely));
        assert_eq!(format("x.dat"), Format::Json);
        #[cfg(feature = "json")]
        assert_eq!(format("x.ndjson"), Format::Ndjson);
        let twice = [&sample[..], b"\n", sample, b"\n"].concat();
        assert_eq!(found(&twice), (Format::Ndjson, Confidence::Certain));
        assert_eq!(found(b"[]"), (Format::Json, Confidence::Certain));
    }

    #[test]
    fn the_content_outweighs_the_extension() {
        let marc = std::fs::read("fixtures/iso2709/marc21.mrc").unwrap();
        let found = detect(&marc, Some(Path::new("books.txt"))).unwrap();
        assert_eq!((found.format, found.extension), (Format::Iso2709, Some(Format::IrbisText)));
    }

    #[test]
    fn nothing_is_no_records() {
        for empty in [&b""[..], b"\r\n", b"\xEF\xBB\xBF", b"\x1A"] {
            assert_eq!(found(empty), (Format::Iso2709, Confidence::Guess));
        }
    }

    #[test]
    fn what_is_something_else_is_named() {
        for (sample, words) in [
            (&b"\x1F\x8B\x08\0"[..], "gzip"),
            (b"\x28\xB5\x2F\xFD", "zstd"),
            (b"003@ \x1f0123\x1e", "PICA+"),
            (b"003! \x1f0123\x1e", "PICA+"),
            (b"045R/01 $8x", "PICA+"),
            (b"x \x1f0123\x1e", "nearest is iso2709, but no leader is in it"),
            (b"<html><p>Not found</p></html>", "root element: html"),
            (br#"{"error": "not found"}"#, "\"fields\""),
            (b"[1, 2]", "\"fields\""),
            (b"Dear colleagues,\nhere are the records.\n", "resembles none"),
            (b"Dear colleagues,\n#1: here are\n\nthe records.\n", "nearest is irbis-text"),
        ] {
            let message = refused(sample, None);
            assert!(message.contains(words), "{message}");
        }
        let message = refused(b"Dear colleagues", Some("books.mrc"));
        assert!(message.contains("nearest is iso2709, but it does not begin with a leader"), "{message}");
    }
}
