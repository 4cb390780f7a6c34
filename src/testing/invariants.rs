//! Invariants of readers and writers, for any bytes.

use crate::bytes::Cut;
use crate::format::json::rules::JSON_SYNTAX;
use crate::format::rules::DATA_BEFORE_SUBFIELD;
use crate::format::xml::rules::{TAG_WIDE, XML_SYNTAX};
use crate::record::rules::INDICATOR_LOST;
#[cfg(feature = "xml")]
use crate::record::rules::INVALID_UTF8;
use std::io::Read;

use crate::error::Result;
use crate::finding::{Finding, Severity};
use crate::format::descriptor::Format;
use crate::io::{AnyPush, Framing, Pushed, Recovery, Slice};
use crate::io::{ReadOptions, RecordRead, RecordWrite, WriteOptions};
use crate::position::Position;
use crate::record::Record;

/// The result of reading an input: an entry per call, the last one for the end.
#[derive(Debug)]
struct Outcome {
    entries: Vec<Entry>,
}

#[derive(Debug, PartialEq)]
struct Entry {
    read: Result<Option<Record>, String>,
    position: Position,
    findings: Vec<Finding>,
    raw: Vec<u8>,
}

impl Outcome {
    fn of(reader: &mut dyn RecordRead, bound: usize) -> Outcome {
        let mut entries = Vec::new();
        let mut record = Record::new();
        loop {
            let read = reader.read_record(&mut record);
            let findings = reader.findings().to_vec();
            let (position, raw) = (reader.position(), reader.raw().to_vec());
            let ended = match &read {
                Ok(more) => !more,
                Err(error) => !error.is_record(),
            };
            let read = match read {
                Ok(true) => Ok(Some(record.clone())),
                Ok(false) => Ok(None),
                Err(error) => Err(error.to_string()),
            };
            entries.push(Entry { read, position, findings, raw });
            if ended {
                return Outcome { entries };
            }
            assert!(entries.len() <= bound, "more records than bytes");
        }
    }

    fn records(&self) -> impl Iterator<Item = (&Record, &Entry)> {
        self.entries.iter().filter_map(|entry| Some((entry.read.as_ref().ok()?.as_ref()?, entry)))
    }
}

/// Returns one byte at a time.
struct Trickle<'a>(&'a [u8]);

impl Read for Trickle<'_> {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        let len = buf.len().min(1);
        self.0.read(buf.get_mut(..len).unwrap_or_default())
    }
}

fn pushed(mut push: Box<dyn AnyPush>, data: &[u8]) -> Vec<Result<Option<Record>, String>> {
    let mut found = Vec::new();
    let mut record = Record::new();
    // Pieces of growing size cut records in many places.
    let mut rest = data;
    for size in 1usize.. {
        let (piece, more) = rest.split_at_checked(size).unwrap_or((rest, &[]));
        push.feed(piece);
        rest = more;
        if rest.is_empty() {
            push.finish();
        }
        loop {
            match push.read_record(&mut record) {
                Ok(Pushed::Record) => found.push(Ok(Some(record.clone()))),
                Ok(Pushed::NeedMore) => break,
                Ok(Pushed::End) => {
                    found.push(Ok(None));
                    return found;
                }
                Err(error) => {
                    let ends = !error.is_record();
                    found.push(Err(error.to_string()));
                    if ends {
                        return found;
                    }
                }
            }
        }
    }
    found
}

fn same(ours: &Outcome, theirs: &Outcome, who: &str) {
    for (ours, theirs) in ours.entries.iter().zip(&theirs.entries) {
        assert_eq!(ours, theirs, "{who} disagree");
    }
    assert_eq!(ours.entries.len(), theirs.entries.len(), "{who} read another number of records");
}

/// Checks reading: it ends; all drivers agree; locations are in the input; strict reading equals salvage
/// without errors.
fn reading(format: Format, data: &[u8]) -> Outcome {
    let options = ReadOptions::new();
    let bound = data.len() + 1;
    let Some(drivers) = format.0.reader else { return Outcome { entries: Vec::new() } };
    let outcome = Outcome::of(&mut *(drivers.slice)(data, &options), bound);
    let streamed = Outcome::of(&mut *(drivers.stream)(Box::new(data), &options), bound);
    same(&outcome, &streamed, "slice and stream");
    if data.len() < 4096 {
        let trickled = Outcome::of(&mut *(drivers.stream)(Box::new(Trickle(data)), &options), bound);
        same(&outcome, &trickled, "slice and a stream of single bytes");
    }
    let read: Vec<_> = outcome.entries.iter().map(|entry| &entry.read).collect();
    assert_eq!(read, pushed((drivers.push)(&options), data).iter().collect::<Vec<_>>(), "slice and push");
    let end = data.len() as u64;
    for entry in &outcome.entries {
        for finding in &entry.findings {
            let location = &finding.location;
            assert!(location.byte <= end && location.record.byte <= end, "{finding} outside of {end} bytes");
        }
        let start = usize::try_from(entry.position.byte).unwrap_or(usize::MAX);
        let there = data.cut(start..);
        assert!(there.starts_with(&entry.raw), "the raw bytes are not those at {start}");
    }
    let strict = options.recovery(Recovery::Strict);
    let strict = Outcome::of(&mut *(drivers.slice)(data, &strict), 2 * bound);
    let is_error = |finding: &Finding| finding.severity() == Severity::Error;
    let mut salvaged = outcome.entries.iter();
    for entry in strict.entries.iter().filter(|entry| !entry.raw.is_empty()) {
        let twin = salvaged.find(|twin| twin.position == entry.position && !twin.raw.is_empty());
        let Some(twin) = twin else {
            assert!(entry.read.is_err(), "strict reading has a record that salvage has not");
            continue;
        };
        match &entry.read {
            Ok(_) => {
                assert_eq!(entry.read, twin.read, "strict and salvage");
                // A fault before the record was an error of its own.
                let inside = |finding: &&Finding| finding.location.byte >= entry.position.byte;
                assert!(!twin.findings.iter().filter(inside).any(is_error), "strict reading passed an error");
            }
            Err(_) => {
                assert!(twin.findings.iter().any(is_error) || twin.read.is_err(), "strict without a reason")
            }
        }
    }
    outcome
}

/// Returns tags and bodies, which every record must keep.
fn fields(record: &Record) -> Vec<(crate::Tag, &[u8])> {
    record.fields().map(|field| (field.tag(), field.raw())).collect()
}

/// Checks that a record that is written and read again has the same fields. The writer may refuse a record.
fn round_trip<F: Framing>(record: &Record, writer: impl Written) -> Option<Vec<u8>> {
    round_trip_with::<F>(record, writer, ReadOptions::new())
}

fn round_trip_with<F: Framing>(
    record: &Record,
    mut writer: impl Written,
    options: ReadOptions,
) -> Option<Vec<u8>> {
    match writer.write_record(record.view()) {
        Ok(()) => {}
        Err(error) => {
            assert!(error.is_record(), "a record broke the writer: {error}");
            return None;
        }
    }
    let replaced = writer.replaced();
    let lossy = writer
        .findings()
        .iter()
        .any(|finding| !matches!(finding.rule, TAG_WIDE | DATA_BEFORE_SUBFIELD | INDICATOR_LOST));
    assert!(writer.finish().is_ok(), "memory cannot be full");
    let bytes = writer.written();
    let options = options.charset(record.charset());
    let outcome = Outcome::of(&mut Slice::<F>::new(&bytes, &options), bytes.len() + 1);
    let broken = |finding: &Finding| matches!(finding.rule, XML_SYNTAX | JSON_SYNTAX);
    let mut findings = outcome.entries.iter().flat_map(|entry| &entry.findings);
    assert!(!findings.any(broken), "not well-formed: {}", bytes.escape_ascii());
    let again: Vec<_> = outcome.records().collect();
    // A record in which all tags are not UTF-8 has no fields in JSON: the writer reported it.
    let reported = again.is_empty() && (lossy || replaced > 0);
    assert!(
        again.len() == 1 || reported || is_joined(record),
        "one record written, {} read from {}",
        again.len(),
        bytes.escape_ascii()
    );
    if replaced == 0 && !lossy {
        let again: Vec<_> = again.into_iter().flat_map(|(record, _)| fields(record)).collect();
        if !reported {
            assert_eq!(again, fields(record), "{}", bytes.escape_ascii());
        }
    }
    Some(bytes)
}

/// A record in another set than UTF-8 as a form that has UTF-8 only has it: its text. `None` if the record is in UTF-8, or
/// not all of it is text.
pub(super) fn as_utf8(record: &Record) -> Option<Record> {
    let mut text = record.clone();
    let is_other = record.charset() != crate::Charset::Utf8;
    let replaced = text.transcode(crate::Charset::Utf8, crate::Policy::Replace);
    (is_other && matches!(replaced, Ok(0))).then_some(text)
}

/// Whether a control number follows other fields: a record whose start was lost before it, which is a record of its own
/// where lines are read.
fn is_joined(record: &Record) -> bool {
    record.fields().skip(1).any(|field| field.tag() == crate::Tag::new(*b"001"))
}

/// Returns the record with UTF-8 declared if it is UTF-8, as the writers of text declare it.
fn declared(record: &Record) -> Record {
    let mut record = record.clone();
    let is_utf8 = record.charset() == crate::Charset::Utf8;
    if is_utf8 && !crate::record::declares(record.view(), crate::Charset::Utf8) {
        record.declare_charset(crate::Charset::Utf8);
    }
    record.fill_indicators();
    record
}

/// A writer to memory.
trait Written: RecordWrite {
    fn written(self) -> Vec<u8>;
}

macro_rules! written {
    ($($writer:path),+) => {
        $(impl Written for $writer {
            fn written(self) -> Vec<u8> {
                self.into_inner()
            }
        })+
    };
}

written!(
    crate::iso2709::Writer<Vec<u8>>,
    crate::irbis_text::Writer<Vec<u8>>,
    crate::irbis_server::Writer<Vec<u8>>,
    crate::cisis_id::Writer<Vec<u8>>
);
written!(crate::mrk::Writer<Vec<u8>>, crate::line::Writer<Vec<u8>>, crate::aleph::Writer<Vec<u8>>);
#[cfg(feature = "xml")]
written!(
    crate::marcxml::Writer<Vec<u8>>,
    crate::marcxchange::Writer<Vec<u8>>,
    crate::turbomarc::Writer<Vec<u8>>
);
#[cfg(feature = "json")]
written!(crate::json::Writer<Vec<u8>>, crate::ndjson::Writer<Vec<u8>>);

/// Invariants of [`iso2709`](crate::iso2709), for any bytes: reading ends without a panic; slice, stream and
/// push agree; every location is in the input; a record without errors is the same in strict reading; written
/// records are read again; a record without findings is written byte for byte. Also, XML and JSON written
/// from the records are read again, and the XML is always well-formed.
pub fn iso2709(data: &[u8]) {
    let outcome = reading(Format::Iso2709, data);
    let options = WriteOptions::new();
    for (record, entry) in outcome.records() {
        #[cfg(feature = "xml")]
        well_formed(record);
        if !record.syntax().has_indicators() {
            continue; // written in another form
        }
        // A record that is not copied declares its character set.
        let whole = if entry.findings.is_empty() { record.clone() } else { declared(record) };
        let written =
            round_trip::<crate::iso2709::Iso2709>(&whole, crate::iso2709::Writer::new(Vec::new(), &options));
        // MAB2 in lines is written with terminators.
        if entry.findings.is_empty() && !entry.raw.starts_with(b"### ") {
            assert_eq!(written.as_deref(), Some(entry.raw.as_slice()), "a sound record is copied");
        }
        if !record.view().is_text() {
            continue;
        }
        #[cfg(feature = "json")]
        {
            let mut record = record.clone();
            record.fill_indicators();
            round_trip::<crate::ndjson::Ndjson>(&record, crate::ndjson::Writer::new(Vec::new(), &options));
        }
        #[cfg(feature = "xml")]
        round_trip_xml(record, &options);
        round_trip_lines(record);
    }
}

/// Checks the text formats: records that they accept must come back.
fn round_trip_lines(record: &Record) {
    let options = WriteOptions::new();
    let record = &declared(record);
    if record.view().is_text() || record.charset() == crate::Charset::Marc8 {
        round_trip::<crate::mrk::Mrk>(record, crate::mrk::Writer::new(Vec::new(), &options));
    }
    if record.view().is_text() {
        round_trip::<crate::line::Line>(record, crate::line::Writer::new(Vec::new(), &options));
        round_trip::<crate::aleph::Aleph>(record, crate::aleph::Writer::new(Vec::new(), &options));
    }
}

/// Invariants of a format that is read from a stream, for any bytes: those of its own function in this module,
/// or else that reading holds to what [`iso2709`] lists, and that the records go through the text formats.
pub fn format(format: Format, data: &[u8]) {
    match format.name() {
        "iso2709" => iso2709(data),
        "irbis-text" => irbis_text(data),
        "irbis-server" => irbis_server(data),
        "cisis-id" => cisis_id(data),
        #[cfg(feature = "xml")]
        "marcxml" | "marcxchange" | "turbomarc" | "oai-marc" => marcxml(data),
        #[cfg(feature = "json")]
        "json" => json(data),
        #[cfg(feature = "json")]
        "ndjson" => ndjson(data),
        _ => reading(format, data).records().for_each(|(record, _)| round_trip_lines(record)),
    }
}

/// Checks the XML formats: records that they accept must come back. Excluded are data before the first
/// delimiter, for which XML has one subfield, and tags and codes that are control characters.
#[cfg(feature = "xml")]
fn round_trip_xml(record: &Record, options: &WriteOptions) {
    let plain = |field: crate::FieldRef<'_>| {
        let whole = usize::from(record.syntax().indicators) == field.indicators().len();
        let standard = field.tag().is_standard() && field.is_control() == field.tag().is_control();
        standard && (field.is_control() || whole && field.lead().is_empty())
    };
    let record = &declared(record);
    if record.fields().all(plain) && record.syntax().indicators == 2 {
        round_trip::<crate::marcxml::Marcxml>(record, crate::marcxml::Writer::new(Vec::new(), options));
        round_trip::<crate::marcxml::Marcxml>(record, crate::turbomarc::Writer::new(Vec::new(), options));
        let prefixed = options.clone().xml_prefix("m").record_types(true);
        round_trip::<crate::marcxml::Marcxml>(record, crate::marcxchange::Writer::new(Vec::new(), &prefixed));
    }
}

/// Checks that the XML written from any record is well-formed.
#[cfg(feature = "xml")]
fn well_formed(record: &Record) {
    fn check(record: &Record, mut writer: impl Written) {
        if writer.write_record(record.view()).is_err() {
            return;
        }
        assert!(writer.finish().is_ok(), "memory cannot be full");
        let bytes = writer.written();
        let options = ReadOptions::new();
        let mut reader = Slice::<crate::marcxml::Marcxml>::new(&bytes, &options);
        let outcome = Outcome::of(&mut reader, bytes.len() + 1);
        let broken = |finding: &Finding| matches!(finding.rule, XML_SYNTAX | INVALID_UTF8);
        let mut findings = outcome.entries.iter().flat_map(|entry| &entry.findings);
        assert!(!findings.any(broken), "not well-formed: {}", bytes.escape_ascii());
        assert_eq!(outcome.records().count(), 1, "{}", bytes.escape_ascii());
    }
    let options = WriteOptions::new().illegal_characters(crate::IllegalCharacters::Replace);
    check(record, crate::marcxml::Writer::new(Vec::new(), &options));
    check(record, crate::turbomarc::Writer::new(Vec::new(), &options));
    let options = options.indent(false).xml_prefix("m").record_types(true);
    check(record, crate::marcxchange::Writer::new(Vec::new(), &options));
}

/// Invariants of [`irbis_text`](crate::irbis_text), for any bytes; see [`iso2709`].
pub fn irbis_text(data: &[u8]) {
    let outcome = reading(Format::IrbisText, data);
    for (record, entry) in outcome.records() {
        let writer = crate::irbis_text::Writer::new(Vec::new(), &WriteOptions::new());
        let written = round_trip::<crate::irbis_text::IrbisText>(record, writer);
        if entry.findings.is_empty() {
            assert_eq!(written.as_deref(), Some(entry.raw.as_slice()), "a sound record is copied");
        }
    }
}

/// Invariants of [`irbis_server`](crate::irbis_server), for any bytes; see [`iso2709`].
pub fn irbis_server(data: &[u8]) {
    let outcome = reading(Format::IrbisServer, data);
    for (record, entry) in outcome.records() {
        let writer = crate::irbis_server::Writer::new(Vec::new(), &WriteOptions::new());
        if let Some(text) = as_utf8(record) {
            let _ = round_trip::<crate::irbis_server::IrbisServer>(&text, writer);
            continue;
        }
        let written = round_trip::<crate::irbis_server::IrbisServer>(record, writer);
        if entry.findings.is_empty() {
            assert_eq!(written.as_deref(), Some(entry.raw.as_slice()), "a sound record is copied");
        }
    }
}

/// Invariants of [`cisis_id`](crate::cisis_id), for any bytes; see [`iso2709`].
pub fn cisis_id(data: &[u8]) {
    let outcome = reading(Format::CisisId, data);
    for (record, entry) in outcome.records() {
        let writer = crate::cisis_id::Writer::new(Vec::new(), &WriteOptions::new());
        // MARC in such fields is known by the agreement of several records.
        let options = match record.syntax().has_indicators() {
            true => ReadOptions::new().dialect(crate::Dialect::Marc21),
            false => ReadOptions::new(),
        };
        let written = round_trip_with::<crate::cisis_id::CisisId>(record, writer, options);
        // MARC in such fields is written anew.
        let is_own = !record.syntax().has_indicators();
        if is_own && entry.findings.is_empty() && record.view().mfn().is_some() {
            assert_eq!(written.as_deref(), Some(entry.raw.as_slice()), "a sound record is copied");
        }
    }
}

/// Invariants of [`marcxml`](crate::marcxml), for any bytes; see [`iso2709`].
#[cfg(feature = "xml")]
pub fn marcxml(data: &[u8]) {
    for (record, _) in reading(Format::Marcxml, data).records() {
        round_trip_xml(record, &WriteOptions::new());
        round_trip_xml(record, &WriteOptions::new().indent(false));
    }
}

/// Invariants of [`json`](crate::json), for any bytes; see [`iso2709`].
#[cfg(feature = "json")]
pub fn json(data: &[u8]) {
    for (record, _) in reading(Format::Json, data).records() {
        round_trip::<crate::json::Json>(record, crate::json::Writer::new(Vec::new(), &WriteOptions::new()));
    }
}

/// Invariants of [`ndjson`](crate::ndjson), for any bytes; see [`iso2709`].
#[cfg(feature = "json")]
pub fn ndjson(data: &[u8]) {
    for (record, _) in reading(Format::Ndjson, data).records() {
        round_trip::<crate::ndjson::Ndjson>(
            record,
            crate::ndjson::Writer::new(Vec::new(), &WriteOptions::new()),
        );
    }
}
