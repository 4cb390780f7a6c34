//! Invariants of the decision for a character set, for any bytes.

use std::io::{Cursor, Read};

use crate::charset::{Charset, Reason, Sample};
use crate::format::iso2709;
use crate::io::{ReadOptions, RecordRead, in_batches};
use crate::record::Record;

/// The longest value, in bytes: the evidence begins with the first value that is not UTF-8.
const LONGEST: usize = 500;
/// How many records are made at most.
const MOST: usize = 40;

/// What is read of a record: its text, its set and why.
type Read1 = (String, Charset, Reason);

/// Gives some bytes at a time.
struct Pieces<'a>(&'a [u8], usize);

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let len = buffer.len().min(self.1);
        self.0.read(buffer.get_mut(..len).unwrap_or_default())
    }
}

/// Invariants of the decision, for any bytes: probabilities are probabilities, the likeliest first. Read from memory, from
/// a source in pieces of any size, and on several threads, records come out the same, and the same in any order of
/// the records.
///
/// The first byte is the size of a piece; control characters divide the others into values, one for each record.
pub fn decision(data: &[u8]) {
    let Some((first, rest)) = data.split_first() else { return };
    let values = rest.split(|byte| *byte < b' ' && *byte != 0x1B);
    let values: Vec<&[u8]> = values.filter(|value| (1..LONGEST).contains(&value.len())).take(MOST).collect();
    let mut sample = Sample::new();
    values.iter().for_each(|value| sample.add(value));
    let ranked = sample.judge().ranked(|_| 0.0);
    let sum: f32 = ranked.iter().map(|candidate| candidate.probability).sum();
    assert!((sum - 1.0).abs() < 0.01, "probabilities make {sum}");
    assert!(ranked.is_sorted_by(|one, other| one.probability >= other.probability), "{ranked:?}");
    let records: Vec<Vec<u8>> = values.iter().map(|value| iso2709_record(value)).collect();
    let forth = records.concat();
    let back: Vec<u8> = records.iter().rev().flatten().copied().collect();
    let options = ReadOptions::new();
    let expected = all(&mut iso2709::SliceReader::new(&forth, &options));
    let size = usize::from(*first).max(1);
    assert_eq!(all(&mut iso2709::Reader::new(Pieces(&forth, size), &options)), expected, "pieces of {size}");
    let mut threaded = Vec::new();
    let jobs = 1 + size % 8;
    let mut reader = iso2709::Reader::new(Cursor::new(&forth), &options);
    let ran = in_batches(
        &mut reader,
        jobs,
        |batch| all(batch),
        |found: Vec<Read1>| {
            threaded.extend(found);
            Ok::<(), crate::Error>(())
        },
    );
    assert!(ran.is_ok());
    assert_eq!(threaded, expected, "{jobs} threads");
    let mut reversed = all(&mut iso2709::SliceReader::new(&back, &options));
    reversed.reverse();
    assert_eq!(reversed, expected, "in reverse order");
}

/// Reads all records.
fn all(reader: &mut (impl RecordRead + ?Sized)) -> Vec<Read1> {
    let mut record = Record::new();
    let mut found = Vec::new();
    while reader.read_record(&mut record).unwrap_or(false) {
        let texts: Vec<String> =
            record.fields().map(|field| field.raw_text().to_str_lossy().into_owned()).collect();
        found.push((texts.join("\n"), record.charset(), record.charset_reason()));
    }
    found
}

/// A record of UNIMARC in ISO 2709 with this value as the title.
fn iso2709_record(value: &[u8]) -> Vec<u8> {
    let field = [b"1 \x1Fa", value, b"\x1E"].concat();
    let len = 37 + field.len() + 1;
    let head = format!("{len:05}nam0 2200037   450 200{:04}00000\x1E", field.len());
    [head.as_bytes(), &field, b"\x1D"].concat()
}
