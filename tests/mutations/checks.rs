//! What is checked of each case.

use std::io::Read;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use kartoteka::{
    Can, FORMATS, Finding, Format, Position, ReadOptions, Record, RecordRead, Rule, Tag, WriteOptions, isis,
    reader, rules, testing, writer,
};

use crate::account;
use crate::cost;
use crate::inputs::Source;
use crate::random::Random;

/// A call of a reader: a record, an error or the end; its place, its bytes and its findings.
#[derive(Debug, PartialEq)]
pub(crate) struct Call {
    pub(crate) read: Result<Option<Record>, String>,
    pub(crate) position: Position,
    pub(crate) findings: Vec<Finding>,
    pub(crate) unlisted: Vec<(Rule, u64)>,
    pub(crate) raw: Vec<u8>,
}

/// Gives at most so many bytes at a time.
pub(crate) struct Pieces<'a>(pub(crate) &'a [u8], pub(crate) usize);

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let len = self.1.min(buffer.len()).min(self.0.len());
        buffer[..len].copy_from_slice(&self.0[..len]);
        self.0 = &self.0[len..];
        Ok(len)
    }
}

/// Bytes that belong to no record, with their offsets.
pub(crate) type Stretches = Vec<(u64, Vec<u8>)>;

/// Reads all of an input, up to an error that ends it.
pub(crate) fn read(format: Option<Format>, data: &[u8], size: usize) -> Option<(Vec<Call>, Stretches)> {
    let mut reader = reader(Pieces(data, size), format, &ReadOptions::new()).ok()?;
    let garbage: Arc<Mutex<Stretches>> = Arc::default();
    let sink = Arc::clone(&garbage);
    reader.on_garbage(Box::new(move |offset, bytes| sink.lock().unwrap().push((offset, bytes.to_vec()))));
    let (mut calls, mut record) = (Vec::new(), Record::new());
    loop {
        let read = reader.read_record(&mut record);
        let ended = match &read {
            Ok(more) => !more,
            Err(error) => !error.is_record(),
        };
        calls.push(Call {
            read: read.map(|more| more.then(|| record.clone())).map_err(|error| error.to_string()),
            position: reader.position(),
            findings: reader.findings().to_vec(),
            unlisted: reader.unlisted().to_vec(),
            raw: reader.raw().to_vec(),
        });
        assert!(calls.len() <= data.len() + 1, "more records than bytes");
        if ended {
            let garbage = std::mem::take(&mut *garbage.lock().unwrap());
            return Some((calls, garbage));
        }
    }
}

/// All that must hold for a file, however damaged. `random` chooses the cuts and the output formats. Returns how long it
/// took to convert.
///
/// # Panics
/// If something does not hold.
pub(crate) fn all(format: Format, source: &Source, random: &mut Random) -> Duration {
    match source {
        Source::Stream(data) => {
            testing::format(format, data);
            stream(format, data, random);
        }
        Source::Base { mst, xrf } => {
            let len = u16::try_from(xrf.len()).unwrap().to_le_bytes();
            testing::mst(&[&len[..], xrf, mst].concat());
            let Ok(mut reader) = isis::SliceReader::from_slice(mst, Some(xrf), &ReadOptions::new()) else {
                return Duration::ZERO;
            };
            let (mut all, mut record) = (Vec::new(), Record::new());
            while let Ok(true) = reader.read_record(&mut record) {
                all.push(record.clone());
            }
            written(&all, random);
        }
    }
    cost::memory(format, source)
}

/// What must hold for any reader of a stream.
pub(crate) fn stream(format: Format, data: &[u8], random: &mut Random) {
    let (calls, garbage) = read(Some(format), data, usize::MAX).expect("the format is in the list");
    let same = |size: usize| {
        let pieces = read(Some(format), data, size).unwrap();
        for (whole, piece) in calls.iter().zip(&pieces.0) {
            assert_eq!(whole, piece, "the whole, and {size} bytes at a time");
        }
        assert_eq!(calls.len(), pieces.0.len(), "another number of records, {size} bytes at a time");
        // Garbage may come in other pieces.
        let joined = |all: &Stretches| all.iter().flat_map(|(_, bytes)| bytes.clone()).collect::<Vec<u8>>();
        assert_eq!(joined(&garbage), joined(&pieces.1), "other garbage, {size} bytes at a time");
    };
    match data.len() {
        0..=120 => (1..=data.len()).for_each(same),
        len => [7, 2 + random.below(len)].into_iter().for_each(same),
    }
    // In the format that is detected.
    if random.one_in(4) {
        let [whole, pieces] = [usize::MAX, 5].map(|size| read(None, data, size));
        assert_eq!(whole.is_some(), pieces.is_some(), "a format is detected or not");
        if let (Some(whole), Some(pieces)) = (whole, pieces) {
            assert_eq!(whole.0, pieces.0, "in the format that is detected, in pieces");
        }
    }
    account::every_byte(format, data, &calls, &garbage);
    let records: Vec<Record> = calls.into_iter().filter_map(|call| call.read.ok()?).collect();
    written(&records, random);
}

/// Writes records in some formats: what is written is well-formed, and as many records are read from it.
fn written(records: &[Record], random: &mut Random) {
    let formats: Vec<Format> =
        FORMATS.iter().copied().filter(|format| format.can(Can::Write) && !format.can(Can::Seek)).collect();
    for _ in 0..3 {
        let format = formats[random.below(formats.len())];
        let mut bytes = Vec::new();
        let mut writer = writer(format, &mut bytes, &WriteOptions::new()).unwrap();
        let (mut count, mut is_lossy) = (0, false);
        // A record in which nothing is leaves nothing. In Aleph sequential a single line with another number is damage.
        let is_something = |record: &&Record| {
            record.leader().is_some() || record.fields().len() > 0 && format != Format::Aleph
        };
        // Where a control number follows other fields, the start of a record was lost: in lines it is one of its own again.
        let is_joined =
            |record: &Record| record.fields().skip(1).any(|field| field.tag() == Tag::new(*b"001"));
        for record in records.iter().filter(is_something).take(4) {
            match writer.write(record) {
                Ok(()) => {
                    count += 1;
                    is_lossy |= !writer.findings().is_empty() || is_joined(record);
                }
                Err(error) => assert!(error.is_record(), "{format}: {error}"),
            }
        }
        writer.finish().unwrap();
        drop(writer);
        well_formed(format, &bytes, count);
        if !format.can(Can::Read) || is_lossy {
            continue;
        }
        let (calls, _) = read(Some(format), &bytes, usize::MAX).unwrap();
        let again = calls.iter().filter(|call| matches!(call.read, Ok(Some(_)))).count();
        // Where damage was written, it may be found again: records without a leader, or with their fields doubled.
        let is_damage = |finding: &Finding| {
            matches!(finding.rule, rules::LINE_BLANK | rules::RECORD_END_MISSING | rules::RECORD_CUT)
        };
        if calls.iter().flat_map(|call| &call.findings).any(is_damage) {
            continue;
        }
        assert_eq!(
            again,
            count,
            "as many records as were written, {format}: {}\n{:?}",
            bytes.escape_ascii(),
            calls.iter().flat_map(|call| &call.findings).collect::<Vec<_>>()
        );
    }
}

/// Checks what other programs must be able to parse.
fn well_formed(format: Format, bytes: &[u8], records: usize) {
    match format.name() {
        "marcxml" | "marcxchange" | "turbomarc" | "oai-marc" | "dublin-core" | "dc" | "mods" => xml(bytes),
        "json" => {
            let found = serde_json::from_slice::<Vec<serde_json::Value>>(bytes);
            let found = found.unwrap_or_else(|error| panic!("{error}: {}", bytes.escape_ascii()));
            assert_eq!(found.len(), records);
        }
        "ndjson" => {
            let lines = bytes.split_inclusive(|byte| *byte == b'\n').map(|line| {
                let found = serde_json::from_slice::<serde_json::Map<_, _>>(line);
                found.unwrap_or_else(|error| panic!("{error}: {}", line.escape_ascii()))
            });
            assert_eq!(lines.count(), records);
        }
        "csv" | "tsv" => assert!(std::str::from_utf8(bytes).is_ok(), "not UTF-8: {}", bytes.escape_ascii()),
        _ => {}
    }
}

/// Parses a document with quick-xml; the characters, which quick-xml passes, are checked here.
fn xml(bytes: &[u8]) {
    use quick_xml::events::Event;
    let text = std::str::from_utf8(bytes).unwrap_or_else(|_| panic!("not UTF-8: {}", bytes.escape_ascii()));
    let is_char =
        |c: char| !matches!(c, '\0'..='\x08' | '\x0B' | '\x0C' | '\x0E'..='\x1F' | '\u{FFFE}' | '\u{FFFF}');
    assert!(text.chars().all(is_char), "characters that XML has not: {text:?}");
    let mut reader = quick_xml::Reader::from_str(text);
    reader.config_mut().check_comments = true;
    let mut depth = 0;
    loop {
        match reader.read_event() {
            Ok(Event::Eof) => break,
            Ok(Event::Start(start)) => {
                depth += 1;
                start
                    .attributes()
                    .for_each(|attribute| drop(attribute.unwrap_or_else(|error| panic!("{error}: {text}"))));
            }
            Ok(Event::Empty(start)) => {
                start
                    .attributes()
                    .for_each(|attribute| drop(attribute.unwrap_or_else(|error| panic!("{error}: {text}"))));
            }
            Ok(Event::End(_)) => depth -= 1,
            Ok(Event::GeneralRef(reference)) => {
                let is_known = matches!(&*reference, "amp" | "lt" | "gt" | "quot" | "apos");
                assert!(
                    is_known || reference.resolve_char_ref().is_ok_and(|c| c.is_some()),
                    "{reference:?} in {text}"
                );
            }
            Ok(Event::DocType(_)) => panic!("a document type in {text}"),
            Ok(_) => {}
            Err(error) => panic!("{error} in {text}"),
        }
    }
    assert_eq!(depth, 0, "{text}");
}
