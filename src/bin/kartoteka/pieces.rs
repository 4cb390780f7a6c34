//! `slice`, `split` and `sample`: parts of files, with the bytes of their records kept.

use std::collections::VecDeque;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use kartoteka::{Format, Record, RecordWrite, WriteOptions, writer};

use crate::args::{Reading, Sample, Slice, Split};
use crate::failure::{Failure, Outcome};
use crate::input::{Input, Next, Run};
use crate::output::{Output, Target, is_stdout, refuse_to_replace};

/// A file that records are put into as they were read.
enum Part {
    /// In formats of which a file is nothing but its records: byte for byte.
    Bytes(Target, Format),
    /// In formats with something around the records: by their writer.
    Records(Output, Box<dyn RecordWrite + Send>),
}

impl Part {
    fn open(path: &Path, format: Format, inputs: &[PathBuf]) -> Result<Part, Failure> {
        if is_made_of_records(format) {
            return Ok(Part::Bytes(Target::open(path, inputs)?, format));
        }
        let output = Output::open(path, inputs)?;
        let sink = output.writer(path)?;
        let records =
            writer(format, sink, &WriteOptions::new()).map_err(|error| Failure::new(error.to_string()))?;
        Ok(Part::Records(output, records))
    }

    /// Adds a record. False if it cannot be carried over: in some formats what could not be read is lost.
    fn put(&mut self, held: &Held) -> Result<bool, Failure> {
        match self {
            Part::Bytes(target, format) => {
                target.put(&held.raw)?;
                target.put(missing_end(*format, &held.raw))?;
                Ok(true)
            }
            Part::Records(output, records) => {
                let Some(record) = &held.record else { return Ok(false) };
                match records.write_record(record.view()) {
                    Ok(()) => Ok(true),
                    Err(error) if error.is_record() => Ok(false),
                    Err(error) => {
                        Err(output.sink.failure().unwrap_or_else(|| Failure::new(error.to_string())))
                    }
                }
            }
        }
    }

    fn commit(self) -> Result<(), Failure> {
        match self {
            Part::Bytes(target, _) => {
                target.commit()?;
                Ok(())
            }
            Part::Records(output, mut records) => {
                let finished = records.finish();
                drop(records);
                if let Some(failure) = output.sink.failure() {
                    return Err(failure);
                }
                finished.map_err(|error| Failure::new(error.to_string()))?;
                output.commit()
            }
        }
    }
}

/// Whether a file in this format is its records one after the other, so that any of them make a file.
fn is_made_of_records(format: Format) -> bool {
    matches!(format.name(), "iso2709" | "ndjson" | "irbis-text")
}

/// What the last record of a file may lack and the others have.
fn missing_end(format: Format, raw: &[u8]) -> &'static [u8] {
    let ended = match raw.last() {
        Some(b'\n') | None => true,
        _ => format.name() == "iso2709",
    };
    let text = raw.trim_ascii_end();
    match format.name() {
        "irbis-text" if !text.ends_with(b"*****") => match ended {
            true => b"*****\r\n",
            false => b"\r\n*****\r\n",
        },
        _ if ended => b"",
        _ => b"\n",
    }
}

/// A record that is held, or was just read.
struct Held {
    raw: Vec<u8>,
    /// None if it could not be read, or if the bytes will do.
    record: Option<Record>,
}

/// The inputs of a run, read one after the other as one row of records.
struct Row<'a> {
    run: Run<'a>,
    paths: std::slice::Iter<'a, PathBuf>,
    input: Option<Input>,
    format: Option<Format>,
    record: Record,
    /// How many records were read.
    count: u64,
}

impl<'a> Row<'a> {
    fn new(reading: &'a Reading, data_on_stdout: bool) -> Result<Row<'a>, Failure> {
        let run = Run::new(reading, data_on_stdout)?;
        let mut row = Row {
            run,
            paths: reading.inputs.iter(),
            input: None,
            format: None,
            record: Record::new(),
            count: 0,
        };
        row.open()?;
        Ok(row)
    }

    /// Opens the next input, if there is one.
    fn open(&mut self) -> Result<(), Failure> {
        self.input = match self.paths.next() {
            Some(path) => Some(self.run.open(path)?),
            None => None,
        };
        let Some(input) = &self.input else { return Ok(()) };
        match *self.format.get_or_insert(input.format) {
            format if format == input.format => Ok(()),
            format => {
                let why =
                    format!("is {}, the input before it {format}: convert one of them first", input.format);
                Err(Failure::at(&input.name, why))
            }
        }
    }

    fn format(&self) -> Format {
        self.format.unwrap_or(Format::Iso2709)
    }

    /// Reads the next record. False at the end.
    fn next(&mut self) -> Result<bool, Failure> {
        while let Some(input) = &mut self.input {
            match self.run.next(input, &mut self.record)? {
                Next::End => self.open()?,
                Next::Record => {
                    self.count = self.count.saturating_add(1);
                    return Ok(true);
                }
                Next::Unreadable(_) => {
                    self.record.clear();
                    self.count = self.count.saturating_add(1);
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// The last record, held.
    fn held(&self) -> Held {
        let raw = self.input.as_ref().map(|input| input.reader.raw().to_vec()).unwrap_or_default();
        let wanted = !is_made_of_records(self.format());
        let is_read = self.record.header().leader.is_some() || self.record.fields().len() > 0;
        Held { raw, record: (wanted && is_read).then(|| self.record.clone()) }
    }

    /// Ends the run: says how many records were left out because they could not be carried over.
    fn finish(mut self, left_out: u64) -> Outcome {
        let outcome = self.run.finish();
        if left_out == 0 {
            return outcome;
        }
        self.run
            .reporter
            .say(&format!("kartoteka: {left_out} records could not be read or written, and are left out"));
        Outcome::Findings
    }
}

pub(crate) fn slice(options: &Slice) -> Result<Outcome, Failure> {
    let mut row = Row::new(&options.reading, is_stdout(&options.output))?;
    let mut part = Part::open(&options.output, row.format(), &options.reading.inputs)?;
    let (mut written, mut left_out) = (0u64, 0u64);
    let mut put = |part: &mut Part, held: &Held| {
        match part.put(held)? {
            true => written = written.saturating_add(1),
            false => left_out = left_out.saturating_add(1),
        }
        Ok::<(), Failure>(())
    };
    if let Some(last) = options.last {
        let mut window: VecDeque<Held> = VecDeque::new();
        while row.next()? {
            if last > 0 {
                window.push_back(row.held());
            }
            if window.len() as u64 > last {
                window.pop_front();
            }
        }
        window.iter().try_for_each(|held| put(&mut part, held))?;
    } else {
        let first = options.first.map(|first| 1..=first);
        let ranges: Vec<RangeInclusive<u64>> = options.records.iter().cloned().chain(first).collect();
        let end = ranges.iter().map(|range| *range.end()).max().unwrap_or_default();
        while row.count < end {
            if !row.next()? {
                break;
            }
            if ranges.iter().any(|range| range.contains(&row.count)) {
                put(&mut part, &row.held())?;
            }
        }
    }
    part.commit()?;
    let read = row.count;
    row.run.reporter.say(&format!("{written} records written, {read} read"));
    Ok(row.finish(left_out))
}

pub(crate) fn split(options: &Split) -> Result<Outcome, Failure> {
    let mut row = Row::new(&options.reading, false)?;
    let inputs = &options.reading.inputs;
    let most_records = options.records.unwrap_or(u64::MAX);
    let most_bytes = options.bytes.map_or(u64::MAX, |bytes| bytes as u64);
    let (mut pieces, mut left_out) = (0u64, 0u64);
    let mut open: Option<(Part, PathBuf, u64, u64)> = None;
    let close = |open: Option<(Part, PathBuf, u64, u64)>, row: &Row<'_>| {
        let Some((part, path, records, _)) = open else { return Ok(()) };
        part.commit()?;
        row.run.reporter.say(&format!("{}: {records} records", path.display()));
        Ok::<(), Failure>(())
    };
    while row.next()? {
        let held = row.held();
        let len = held.raw.len() as u64;
        let full = open.as_ref().is_some_and(|(_, _, records, bytes)| {
            *records >= most_records || bytes.saturating_add(len) > most_bytes
        });
        if full {
            close(open.take(), &row)?;
        }
        if open.is_none() {
            pieces = pieces.saturating_add(1);
            let path = piece(&options.output, pieces);
            refuse_to_replace(&path, inputs)?;
            open = Some((Part::open(&path, row.format(), inputs)?, path, 0, 0));
        }
        if let Some((part, _, records, bytes)) = &mut open {
            match part.put(&held)? {
                true => *records = records.saturating_add(1),
                false => left_out = left_out.saturating_add(1),
            }
            *bytes = bytes.saturating_add(len);
        }
    }
    close(open.take(), &row)?;
    let read = row.count;
    row.run.reporter.say(&format!("{read} records read, {pieces} files written"));
    Ok(row.finish(left_out))
}

/// The name of a piece: the number for `{}`, or before the extension.
fn piece(path: &Path, number: u64) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let number = format!("{number:04}");
    if name.contains("{}") {
        return path.with_file_name(name.replacen("{}", &number, 1));
    }
    // What is compressed has two extensions.
    let at = match name.rsplit_once('.') {
        Some((stem, "gz" | "zst")) => stem.rfind('.').filter(|at| *at > 0).unwrap_or(stem.len()),
        Some((stem, _)) if !stem.is_empty() => stem.len(),
        _ => name.len(),
    };
    let (stem, extension) = name.split_at(at);
    path.with_file_name(format!("{stem}-{number}{extension}"))
}

pub(crate) fn sample(options: &Sample) -> Result<Outcome, Failure> {
    let mut row = Row::new(&options.reading, is_stdout(&options.output))?;
    let mut part = Part::open(&options.output, row.format(), &options.reading.inputs)?;
    let (mut written, mut left_out) = (0u64, 0u64);
    let mut put = |part: &mut Part, held: &Held| {
        match part.put(held)? {
            true => written = written.saturating_add(1),
            false => left_out = left_out.saturating_add(1),
        }
        Ok::<(), Failure>(())
    };
    let mut how = String::new();
    if let Some(every) = options.every {
        while row.next()? {
            if row.count % every.get() == 1 % every.get() {
                put(&mut part, &row.held())?;
            }
        }
        how.push_str(&format!("one of each {every}, from the first on"));
    } else {
        let clock = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_micros() as u64);
        let seed = options.seed.unwrap_or_else(|| clock() % 1_000_000);
        let mut random = Random(seed);
        let count = usize::try_from(options.count).unwrap_or(usize::MAX);
        let mut chosen: Vec<(u64, Held)> = Vec::new();
        while row.next()? {
            let number = row.count;
            if chosen.len() < count {
                chosen.push((number, row.held()));
                continue;
            }
            // Each record has the same chance to be among those chosen at the end.
            let place = usize::try_from(random.below(number)).unwrap_or(usize::MAX);
            if let Some(place) = chosen.get_mut(place) {
                *place = (number, row.held());
            }
        }
        chosen.sort_unstable_by_key(|(number, _)| *number);
        chosen.iter().try_for_each(|(_, held)| put(&mut part, held))?;
        how.push_str(&format!("seed {seed}"));
    }
    part.commit()?;
    let read = row.count;
    let percent = written as f64 * 100.0 / read.max(1) as f64;
    row.run.reporter.say(&format!("{written} of {read} records ({percent:.3} %), {how}"));
    Ok(row.finish(left_out))
}

/// SplitMix64: small, and the same on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `end`.
    fn below(&mut self, end: u64) -> u64 {
        (u128::from(self.next()).wrapping_mul(u128::from(end)) >> 64) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_pieces() {
        let name = |path: &str| piece(Path::new(path), 7).to_string_lossy().into_owned();
        assert_eq!(name("out/books.mrc"), "out/books-0007.mrc");
        assert_eq!(name("books.mrc.gz"), "books-0007.mrc.gz");
        assert_eq!(name("books"), "books-0007");
        assert_eq!(name("{}-books.mrc"), "0007-books.mrc");
        assert_eq!(name(".mrc"), ".mrc-0007");
    }

    /// The first numbers of SplitMix64 from 1234567, as its published implementations have them.
    #[test]
    fn numbers_are_those_of_splitmix64() {
        let mut random = Random(1_234_567);
        let found = [random.next(), random.next(), random.next()];
        assert_eq!(found, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }

    #[test]
    fn chance_is_even() {
        let mut random = Random(1);
        let mut counts = [0u32; 10];
        for _ in 0..100_000 {
            counts[usize::try_from(random.below(10)).unwrap()] += 1;
        }
        assert!(counts.iter().all(|count| (9_500..10_500).contains(count)), "{counts:?}");
    }

    #[test]
    fn what_ends_a_record() {
        let text = Format::from_name("irbis-text").unwrap();
        assert_eq!(missing_end(text, b"#1: a\r\n*****\r\n"), b"");
        assert_eq!(missing_end(text, b"#1: a\r\n"), b"*****\r\n");
        assert_eq!(missing_end(text, b"#1: a"), b"\r\n*****\r\n");
        assert_eq!(missing_end(Format::from_name("ndjson").unwrap(), b"{}"), b"\n");
        assert_eq!(missing_end(Format::Iso2709, b"\x1d"), b"");
    }
}
