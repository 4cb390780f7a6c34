//! Parts of files, with the bytes of their records kept: what `slice`, `split` and `sample` have in common.

use std::io::BufWriter;
use std::path::{Path, PathBuf};

use kartoteka::report::counted;
use kartoteka::{Can, Content, Format, Pass, Record, RecordRead, Verbatim};

use crate::command::options::Reading;
use crate::failure::{Failure, Outcome};
use crate::input::Run;
use crate::output::Output;

/// A file that records are put into as they were read.
pub(crate) struct PartFile {
    output: Output,
    records: Verbatim<'static>,
}

impl PartFile {
    pub(crate) fn open(path: &Path, format: Format, inputs: &[PathBuf]) -> Result<PartFile, Failure> {
        let output = Output::open(path, inputs)?;
        let records = Verbatim::new(BufWriter::new(output.writer(path)?), format)?;
        Ok(PartFile { output, records })
    }

    /// Adds a record, as [`Verbatim::write`] does.
    pub(crate) fn put(
        &mut self,
        raw: &[u8],
        record: Option<&Record>,
        changed: bool,
    ) -> Result<bool, Failure> {
        self.records.write(raw, record, changed).map_err(|error| self.output.failure(Failure::Library(error)))
    }

    pub(crate) fn commit(self) -> Result<(), Failure> {
        let PartFile { output, mut records } = self;
        records.finish().map_err(|error| output.failure(Failure::Library(error)))?;
        drop(records);
        output.commit().map(drop)
    }
}

/// A record that is held, or was just read.
pub(crate) struct HeldRecord {
    pub(crate) raw: Vec<u8>,
    /// None if it could not be read, or if the bytes will do.
    record: Option<Record>,
}

/// The inputs of a run, read one after the other as one sequence of records.
pub(crate) struct RecordSequence<'a> {
    pub(crate) run: Run<'a>,
    input: Option<(String, Pass<Box<dyn RecordRead + Send>>)>,
    pub(crate) format: Format,
    /// How many records were read, how many written, and how many could not be.
    pub(crate) count: u64,
    pub(crate) written: u64,
    left_out: u64,
}

impl<'a> RecordSequence<'a> {
    /// Opens the first input that can be opened; `None` if none can.
    pub(crate) fn new(
        reading: &'a Reading,
        data_on_stdout: bool,
    ) -> Result<Option<RecordSequence<'a>>, Failure> {
        let mut run = Run::new(reading, data_on_stdout)?;
        let Some(input) = run.next_input()? else { return Ok(None) };
        let (format, input) = (input.format, Some((input.name, run.pass(input.reader))));
        Ok(Some(RecordSequence { run, input, format, count: 0, written: 0, left_out: 0 }))
    }

    /// Reads the next record. False at the end.
    pub(crate) fn next(&mut self) -> Result<bool, Failure> {
        while let Some((name, pass)) = &mut self.input {
            match self.run.next(name, pass)?.map(|item| matches!(item.content, Content::Rest)) {
                None => {
                    let next = self.run.next_of(self.format)?;
                    self.input = next.map(|input| (input.name, self.run.pass(input.reader)));
                }
                Some(true) => {}
                Some(false) => {
                    self.count += 1;
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// The last record, held.
    pub(crate) fn held(&self) -> HeldRecord {
        let pass = self.input.as_ref().map(|(_, pass)| pass);
        let raw = pass.map(|pass| pass.reader().raw().to_vec()).unwrap_or_default();
        let record = pass.and_then(Pass::record).filter(|_| !self.format.can(Can::Concatenate));
        HeldRecord { raw, record: record.cloned() }
    }

    /// Puts a record into a file, and counts it.
    pub(crate) fn put(&mut self, part: &mut PartFile, held: &HeldRecord) -> Result<(), Failure> {
        match part.put(&held.raw, held.record.as_ref(), false)? {
            true => self.written += 1,
            false => self.left_out += 1,
        }
        Ok(())
    }

    /// Puts the last record into a file.
    pub(crate) fn keep(&mut self, part: &mut PartFile) -> Result<(), Failure> {
        let held = self.held();
        self.put(part, &held)
    }

    /// Ends the run: says how many records were left out because they could not be carried over.
    pub(crate) fn finish(mut self) -> Outcome {
        let outcome = self.run.finish();
        if self.left_out == 0 {
            return outcome;
        }
        let why = "left out, since they could not be read or written";
        self.run.reporter.say(&format!("kartoteka: {why}: {}", counted(self.left_out, "record")));
        self.run.end(Outcome::Findings)
    }
}
