//! Inputs as batches of a table.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::JoinHandle;

use arrow_array::builder::{ListBuilder, PrimitiveBuilder, StringBuilder};
use arrow_array::types::{UInt32Type, UInt64Type};
use arrow_array::{ArrayRef, RecordBatch, RecordBatchReader};
use arrow_schema::{ArrowError, DataType, Field, SchemaRef};
use kartoteka::table::{PathRow, PathTable, Repeats};
use kartoteka::validate::{Config, Event, Found, Validator};
use kartoteka::{
    Content, Error, Finding, Format, Item, Location, ReadOptions, RecordRead, RecordRef, Run, Severity, Tag,
    open_with,
};

use crate::build::Few;
use crate::columns::{Columns, Source};
use crate::long::{LongBuilder, Only, excess};
use crate::rules::TOO_MUCH;
use crate::schema;

/// About how many bytes a batch of findings has.
const BATCH: usize = 256 * 1024;

/// Which table is made of an input.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Shape {
    /// A row for each subfield, and all of the record: see [`schema::long`](crate::schema::long).
    Long,
    /// A row for each record, with these columns.
    Paths(Columns),
    /// A row for each finding, of the reader and of the checks: see [`schema::findings`](crate::schema::findings).
    Findings(Box<Config>),
}

impl Shape {
    /// Returns the schema of the table.
    pub fn schema(&self) -> SchemaRef {
        match self {
            Shape::Long => schema::long(),
            Shape::Paths(columns) => columns.schema(),
            Shape::Findings(_) => schema::findings(),
        }
    }
}

/// Makes tables of inputs.
///
/// # Example
/// ```
/// use arrow_array::RecordBatchReader;
/// use kartoteka_arrow::{Export, Shape};
///
/// let export = Export::new(Shape::Paths("title=245$a, year=first:@year".parse()?));
/// let batches = export.open("../../fixtures/iso2709/marc21.mrc")?;
/// assert_eq!(batches.schema().fields().len(), 2);
/// let rows: usize = batches.map(|batch| batch.map_or(0, |batch| batch.num_rows())).sum();
/// assert_eq!(rows, 8);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Export {
    shape: Shape,
    format: Option<Format>,
    options: ReadOptions,
    jobs: usize,
    /// How many records were in the inputs before.
    before: u64,
    file: Option<PathBuf>,
    only: Only,
}

/// What comes of some records of an input.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Piece {
    /// The rows; there may be none.
    pub batch: RecordBatch,
    /// How many records were read, or could not be.
    pub records: u64,
    /// What the reader found in them, and [`TOO_MUCH`](crate::TOO_MUCH) for each that was left out.
    pub findings: Vec<Finding>,
    /// How many rows of a table of findings have the severity `error`; 0 in other tables.
    pub errors: u64,
    /// How many records have no rows although they were read: they have more fields or codes, or a field more subfields, than
    /// the table has numbers for.
    pub left_out: u64,
}

impl Export {
    /// Makes tables of this shape, on one thread, of whole inputs whose formats are found out.
    pub fn new(shape: Shape) -> Export {
        Export {
            shape,
            format: None,
            options: ReadOptions::new(),
            jobs: 1,
            before: 0,
            file: None,
            only: Only::default(),
        }
    }

    /// Sets the format of the inputs. Default: none, it is found out.
    #[must_use]
    pub fn format(mut self, format: Option<Format>) -> Export {
        self.format = format;
        self
    }

    /// Sets how the inputs are read; [`ReadOptions::part`] reads a part of each.
    #[must_use]
    pub fn options(mut self, options: ReadOptions) -> Export {
        self.options = options;
        self
    }

    /// Sets the number of threads. Default: 1.
    #[must_use]
    pub fn jobs(mut self, jobs: usize) -> Export {
        self.jobs = jobs.max(1);
        self
    }

    /// Sets how many records were in the inputs before: their numbers run on. Default: 0.
    #[must_use]
    pub fn after(mut self, records: u64) -> Export {
        self.before = records;
        self
    }

    /// Sets the file of the next input. Of a [part](ReadOptions::part) the table of findings needs it, to find what K101
    /// finds in the whole: all records before the part are read for that. Default: none.
    #[must_use]
    pub fn file(mut self, path: Option<&Path>) -> Export {
        self.file = path.map(Path::to_owned);
        self
    }

    /// Makes only the rows of the long table with one of these tags, and one of these codes: see [`LongBuilder::only`]. Other
    /// tables are as they are.
    #[must_use]
    pub fn only(mut self, tags: Option<Vec<Tag>>, codes: Option<Vec<char>>) -> Export {
        self.only = Only { tags, codes };
        self
    }

    /// Returns which table is made.
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// Returns the schema of the table.
    pub fn schema(&self) -> SchemaRef {
        self.shape.schema()
    }

    /// Opens a file as a table. The batches are made on a thread of their own, at most two ahead.
    ///
    /// # Errors
    /// As [`kartoteka::open_with`].
    pub fn open(&self, path: impl AsRef<Path>) -> kartoteka::Result<Batches> {
        let path = path.as_ref();
        let reader = open_with(path, self.format, &self.options)?;
        let format = reader.format();
        let export = self.clone().file(Some(path));
        Ok(export.read(reader.into_inner(), format, path.display().to_string()))
    }

    /// Makes a table of what a reader reads, in this format, from an input of this name.
    pub fn read(self, mut reader: Box<dyn RecordRead + Send>, format: Format, name: String) -> Batches {
        let schema = self.schema();
        let (sender, receiver) = sync_channel(2);
        let thread = std::thread::spawn(move || {
            let run = self.run(&mut *reader, format, &name, &mut |piece: Piece| {
                let is_empty = piece.batch.num_rows() == 0;
                if !is_empty && sender.send(Ok(piece.batch)).is_err() {
                    return Err(ArrowError::IoError(
                        "nobody reads on".into(),
                        io::ErrorKind::BrokenPipe.into(),
                    )
                    .into());
                }
                Ok::<(), Failure>(())
            });
            if let Err(failure) = run {
                let _ = sender.send(Err(failure.into()));
            }
        });
        Batches { schema, receiver: Some(receiver), thread: Some(thread) }
    }

    /// Reads an input to its end and gives each piece of the table to `take`, in the order of the input.
    ///
    /// # Errors
    /// If the input cannot be read on, and the error of `take`.
    pub fn run<E: From<Error> + From<ArrowError>>(
        &self,
        reader: &mut dyn RecordRead,
        format: Format,
        name: &str,
        take: &mut dyn FnMut(Piece) -> Result<(), E>,
    ) -> Result<(), E> {
        match &self.shape {
            Shape::Long => self.each(
                reader,
                |made: &mut Made<LongBuilder>, record, number| {
                    let Only { tags, codes } = &self.only;
                    let new = || LongBuilder::new().only(tags.clone(), codes.clone());
                    let builder = made.builder.get_or_insert_with(new);
                    let offset = record.position().byte;
                    if builder.is_full_for(record) {
                        made.early.push(builder.finish());
                    }
                    if !builder.push(record, number, offset) {
                        made.left_out.push(left_out(record));
                    }
                },
                LongBuilder::finish,
                take,
            ),
            Shape::Paths(columns) => self.each(
                reader,
                |made: &mut Made<PathBuilder>, record, number| {
                    let builder = made.builder.get_or_insert_with(|| PathBuilder::new(columns));
                    builder.push(record, number, &mut made.failure);
                },
                PathBuilder::finish,
                take,
            ),
            Shape::Findings(config) => self.validate(config, reader, format, name, take),
        }
    }

    /// Makes batches of what `push` puts into builders.
    fn each<B: Send, E: From<Error> + From<ArrowError>>(
        &self,
        reader: &mut dyn RecordRead,
        push: impl Fn(&mut Made<B>, RecordRef<'_>, Option<u64>) + Sync,
        finish: fn(&mut B) -> Result<RecordBatch, ArrowError>,
        take: &mut dyn FnMut(Piece) -> Result<(), E>,
    ) -> Result<(), E> {
        let work = |made: &mut Made<B>, item: Item<'_>| {
            let Content::Record(record) = item.content else { return };
            let number = record.position().number().map(|number| number.saturating_add(self.before));
            push(made, record.view(), number);
        };
        let strict = self.options.recovery == kartoteka::Recovery::Strict;
        let schema = self.schema();
        Run::new().jobs(self.jobs).strict(strict).each(reader, work, |made, account| {
            if let Some(failure) = made.failure.take() {
                return Err(failure.into());
            }
            for early in made.early.drain(..) {
                take(Piece { batch: early?, records: 0, findings: Vec::new(), errors: 0, left_out: 0 })?;
            }
            let batch = match &mut made.builder {
                Some(builder) => finish(builder)?,
                None => RecordBatch::new_empty(Arc::clone(&schema)),
            };
            let left_out = made.left_out.len() as u64;
            let mut findings = account.findings.clone();
            findings.append(&mut made.left_out);
            take(Piece { batch, records: account.records, findings, errors: 0, left_out })
        })?;
        Ok(())
    }

    fn validate<E: From<Error> + From<ArrowError>>(
        &self,
        config: &Config,
        reader: &mut dyn RecordRead,
        format: Format,
        name: &str,
        take: &mut dyn FnMut(Piece) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut validator = Validator::new(config.clone().jobs(self.jobs).max_findings(u64::MAX));
        if let Some(path) = &self.file {
            validator.before_part(path, format, &self.options)?;
        }
        let mut rows = FindingBuilder::default();
        let (mut records, mut errors, mut findings) = (0, 0, Vec::new());
        let run = validator.input(name, format, reader, &mut |event| {
            match event {
                Event::Found(found) => {
                    errors += u64::from(found.severity >= Severity::Error);
                    rows.push(found, self.before);
                }
                Event::Read(finding) => findings.push(finding.clone()),
                Event::Records(more) => records += more,
                _ => {}
            }
            if rows.bytes < BATCH && rows.len() < 10_000 {
                return Ok::<(), E>(());
            }
            let (records, findings) = (std::mem::take(&mut records), std::mem::take(&mut findings));
            let errors = std::mem::take(&mut errors);
            take(Piece { batch: rows.finish()?, records, findings, errors, left_out: 0 })
        });
        // What was found before the end is there in any case.
        take(Piece { batch: rows.finish()?, records, findings, errors, left_out: 0 })?;
        run
    }
}

/// The finding about a record that has no room in the table.
fn left_out(record: RecordRef<'_>) -> Finding {
    let mut location = Location::of(record.position());
    location.mfn = record.mfn();
    let id = record.id().map(|id| format!(" (record {id})")).unwrap_or_default();
    let why = excess(record).unwrap_or_else(|| "more than a table has room for".to_owned());
    Finding::new(TOO_MUCH, location, format!("{why}{id}"), "record left out")
}

/// What one thread makes of some records.
struct Made<B> {
    builder: Option<B>,
    /// Batches that were full before the end.
    early: Vec<Result<RecordBatch, ArrowError>>,
    left_out: Vec<Finding>,
    failure: Option<Error>,
}

impl<B> Default for Made<B> {
    fn default() -> Made<B> {
        Made { builder: None, early: Vec::new(), left_out: Vec::new(), failure: None }
    }
}

/// An error of either library, on its way to a reader of batches.
struct Failure(ArrowError);

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        Failure(ArrowError::ExternalError(Box::new(error)))
    }
}

impl From<ArrowError> for Failure {
    fn from(error: ArrowError) -> Failure {
        Failure(error)
    }
}

impl From<Failure> for ArrowError {
    fn from(failure: Failure) -> ArrowError {
        failure.0
    }
}

/// The batches of a table, from [`Export::open`]. An input that cannot be read on gives an error at the end.
#[derive(Debug)]
pub struct Batches {
    schema: SchemaRef,
    receiver: Option<Receiver<Result<RecordBatch, ArrowError>>>,
    thread: Option<JoinHandle<()>>,
}

impl Iterator for Batches {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.receiver.as_ref().and_then(|receiver| receiver.recv().ok());
        if next.is_none() {
            self.receiver = None;
        }
        next
    }
}

impl RecordBatchReader for Batches {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }
}

impl Drop for Batches {
    fn drop(&mut self) {
        self.receiver = None; // the thread stops at the next batch
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Builds the columns of a table of paths.
struct PathBuilder {
    schema: SchemaRef,
    table: PathTable,
    row: PathRow,
    columns: Vec<Cells>,
}

/// A column that is being built.
enum Cells {
    List(ListBuilder<StringBuilder>),
    First(StringBuilder),
    Record(PrimitiveBuilder<UInt64Type>),
    Offset(PrimitiveBuilder<UInt64Type>),
    Mfn(PrimitiveBuilder<UInt32Type>),
}

impl PathBuilder {
    fn new(columns: &Columns) -> PathBuilder {
        let values = columns.sources.iter().filter_map(|(source, _)| match source {
            Source::Values(column) => Some(column.clone()),
            _ => None,
        });
        let table = PathTable::with_columns(values.collect()).repeats(Repeats::List);
        let item = Arc::new(Field::new("item", DataType::Utf8, false));
        let columns_of = columns.sources.iter().map(|(source, first)| match (source, first) {
            (Source::Values(_), false) => {
                Cells::List(ListBuilder::new(StringBuilder::new()).with_field(Arc::clone(&item)))
            }
            (Source::Values(_), true) => Cells::First(StringBuilder::new()),
            (Source::Record, _) => Cells::Record(PrimitiveBuilder::new()),
            (Source::Offset, _) => Cells::Offset(PrimitiveBuilder::new()),
            (Source::Mfn, _) => Cells::Mfn(PrimitiveBuilder::new()),
        });
        PathBuilder {
            schema: columns.schema(),
            table,
            row: PathRow::default(),
            columns: columns_of.collect(),
        }
    }

    fn push(&mut self, record: RecordRef<'_>, number: Option<u64>, failure: &mut Option<Error>) {
        let PathBuilder { table, row, columns, .. } = self;
        let filled = table.rows(record, row, &mut |row| {
            let mut cells = row.cells();
            for column in &mut *columns {
                match column {
                    Cells::List(list) => {
                        if let Some(values) = cells.next() {
                            values.for_each(|value| list.values().append_value(value));
                        }
                        list.append(true);
                    }
                    Cells::First(first) => {
                        first.append_option(cells.next().and_then(|mut values| values.next()));
                    }
                    Cells::Record(numbers) => numbers.append_option(number),
                    Cells::Offset(offsets) => offsets.append_value(record.position().byte),
                    Cells::Mfn(mfns) => mfns.append_option(record.mfn()),
                }
            }
        });
        if let Err(error) = filled {
            failure.get_or_insert(error);
        }
    }

    fn finish(&mut self) -> Result<RecordBatch, ArrowError> {
        let made = self.columns.iter_mut().map(|column| -> ArrayRef {
            match column {
                Cells::List(list) => Arc::new(list.finish()),
                Cells::First(first) => Arc::new(first.finish()),
                Cells::Record(numbers) | Cells::Offset(numbers) => Arc::new(numbers.finish()),
                Cells::Mfn(mfns) => Arc::new(mfns.finish()),
            }
        });
        RecordBatch::try_new(Arc::clone(&self.schema), made.collect())
    }
}

/// The offset of the record that a finding is about; of what is in none, its own. Which record comes after it depends on the
/// part that is read.
fn offset_of(found: &Found<'_>) -> u64 {
    let (start, place) = (found.offset(), found.finding.location.byte);
    match place.checked_sub(start) {
        Some(at) if found.record.is_some() || at < found.record_len() as u64 => start,
        _ => place,
    }
}

/// Builds the columns of the findings table.
#[derive(Default)]
struct FindingBuilder {
    file: Few,
    record: PrimitiveBuilder<UInt64Type>,
    offset: PrimitiveBuilder<UInt64Type>,
    id: StringBuilder,
    rule: Few,
    severity: Few,
    path: StringBuilder,
    value: StringBuilder,
    message: StringBuilder,
    rows: usize,
    bytes: usize,
}

impl FindingBuilder {
    fn len(&self) -> usize {
        self.rows
    }

    fn push(&mut self, found: &Found<'_>, before: u64) {
        self.file.put(found.file);
        self.record.append_option(found.number().map(|number| number.saturating_add(before)));
        self.offset.append_value(offset_of(found));
        let (id, path, value, message) = (found.id(), found.path(), found.value(), found.message());
        self.bytes += path.len() + value.as_ref().map_or(0, String::len) + message.len() + 64;
        self.rows += 1;
        self.id.append_option(id);
        self.rule.put(found.finding.rule.id());
        self.severity.put(found.severity.name());
        self.path.append_option(Some(path).filter(|path| !path.is_empty()));
        self.value.append_option(value);
        self.message.append_value(message);
    }

    fn finish(&mut self) -> Result<RecordBatch, ArrowError> {
        (self.rows, self.bytes) = (0, 0);
        RecordBatch::try_new(
            schema::findings(),
            vec![
                self.file.finish()?,
                Arc::new(self.record.finish()),
                Arc::new(self.offset.finish()),
                Arc::new(self.id.finish()),
                self.rule.finish()?,
                self.severity.finish()?,
                Arc::new(self.path.finish()),
                Arc::new(self.value.finish()),
                Arc::new(self.message.finish()),
            ],
        )
    }
}
