//! Tables in files: Parquet, Arrow files and Arrow streams.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::UInt16Type;
use arrow_array::{Array, DictionaryArray, PrimitiveArray, RecordBatch, RecordBatchReader, StringArray};
use arrow_ipc::reader::{FileReader, StreamReader};
use arrow_ipc::writer::{DictionaryHandling, FileWriter, IpcWriteOptions, StreamWriter};
#[cfg(feature = "parquet")]
use arrow_schema::DataType;
use arrow_schema::{ArrowError, Schema};
#[cfg(feature = "parquet")]
use parquet::{
    arrow::{
        ArrowWriter, ProjectionMask,
        arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReaderBuilder},
    },
    basic::{Compression, Encoding, ZstdLevel},
    file::properties::{EnabledStatistics, WriterProperties},
    schema::types::ColumnPath,
};

/// About how many encoded bytes a row group of Parquet has.
#[cfg(feature = "parquet")]
const ROW_GROUP: usize = 24 * 1024 * 1024;

/// About how many bytes of values a page of Parquet has.
#[cfg(feature = "parquet")]
const PAGE: usize = 128 * 1024;

/// How a table is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// Parquet, compressed with zstd.
    #[cfg(feature = "parquet")]
    Parquet,
    /// An Arrow file, which can be mapped into memory.
    Arrow,
    /// An Arrow stream, which can be piped.
    Arrows,
}

impl Kind {
    /// Returns the kind by the extension of a file: `parquet`, `arrow` or `feather`, `arrows`.
    ///
    /// # Example
    /// ```
    /// use kartoteka_arrow::Kind;
    ///
    /// assert_eq!(Kind::of_path("books.arrows".as_ref()), Some(Kind::Arrows));
    /// assert_eq!(Kind::of_path("books.mrc".as_ref()), None);
    /// ```
    pub fn of_path(path: &Path) -> Option<Kind> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            #[cfg(feature = "parquet")]
            "parquet" => Some(Kind::Parquet),
            "arrow" | "feather" => Some(Kind::Arrow),
            "arrows" => Some(Kind::Arrows),
            _ => None,
        }
    }
}

/// A table that is being written.
///
/// The file is there under its name when it is complete; until then it has another name beside it, and is removed if it
/// is dropped.
pub struct Output {
    writer: Option<Writer>,
    /// The name until the end, and the one after it; none for standard output.
    names: Option<(PathBuf, PathBuf)>,
}

type Sink = BufWriter<Box<dyn Write + Send>>;

enum Writer {
    #[cfg(feature = "parquet")]
    Parquet(Box<ArrowWriter<Sink>>),
    Arrow(Box<FileWriter<Sink>>, Lists),
    Arrows(Box<StreamWriter<Sink>>),
}

impl std::fmt::Debug for Output {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Output").field("names", &self.names).finish_non_exhaustive()
    }
}

impl Output {
    /// Begins a file.
    ///
    /// # Errors
    /// If it cannot be created.
    pub fn create(path: &Path, kind: Kind, schema: &Schema) -> Result<Output, ArrowError> {
        path.file_name().ok_or_else(|| io::Error::from(io::ErrorKind::InvalidFilename))?;
        let mut numbers = 0u32..1000;
        let (temporary, file) = loop {
            let number = numbers.next().ok_or_else(|| io::Error::from(io::ErrorKind::AlreadyExists))?;
            let temporary =
                path.with_file_name(format!(".kartoteka-table-{}-{number}.tmp", std::process::id()));
            match File::options().write(true).create_new(true).open(&temporary) {
                Ok(file) => break (temporary, file),
                Err(why) if why.kind() == io::ErrorKind::AlreadyExists => {}
                Err(why) => return Err(why.into()),
            }
        };
        let mut output = Output { writer: None, names: Some((temporary, path.to_owned())) };
        output.writer = Some(Writer::new(Box::new(file), kind, schema)?);
        Ok(output)
    }

    /// Begins a table that goes to a sink, such as standard output.
    ///
    /// # Errors
    /// If it cannot be written to.
    pub fn to(sink: Box<dyn Write + Send>, kind: Kind, schema: &Schema) -> Result<Output, ArrowError> {
        Ok(Output { writer: Some(Writer::new(sink, kind, schema)?), names: None })
    }

    /// Adds a batch.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<(), ArrowError> {
        match &mut self.writer {
            #[cfg(feature = "parquet")]
            Some(Writer::Parquet(writer)) => {
                writer.write(batch)?;
                if writer.in_progress_size() > ROW_GROUP || writer.memory_size() > 3 * ROW_GROUP {
                    writer.flush()?;
                }
                Ok(())
            }
            Some(Writer::Arrow(writer, lists)) => writer.write(&lists.unite(batch)?),
            Some(Writer::Arrows(writer)) => writer.write(batch),
            None => Ok(()),
        }
    }

    /// Ends the table, and gives the file its name.
    ///
    /// # Errors
    /// If it cannot be written, or renamed.
    pub fn finish(mut self) -> Result<(), ArrowError> {
        let mut sink = match self.writer.take() {
            #[cfg(feature = "parquet")]
            Some(Writer::Parquet(writer)) => writer.into_inner()?,
            Some(Writer::Arrow(writer, _)) => writer.into_inner()?,
            Some(Writer::Arrows(writer)) => writer.into_inner()?,
            None => return Ok(()),
        };
        sink.flush()?;
        drop(sink);
        if let Some((temporary, name)) = &self.names {
            std::fs::rename(temporary, name)?;
        }
        self.names = None;
        Ok(())
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        self.writer = None;
        if let Some((temporary, _)) = &self.names {
            let _ = std::fs::remove_file(temporary);
        }
    }
}

impl Writer {
    fn new(sink: Box<dyn Write + Send>, kind: Kind, schema: &Schema) -> Result<Writer, ArrowError> {
        let sink = BufWriter::with_capacity(256 * 1024, sink);
        Ok(match kind {
            #[cfg(feature = "parquet")]
            Kind::Parquet => {
                let writer = ArrowWriter::try_new(sink, Arc::new(schema.clone()), Some(properties()?))?;
                Writer::Parquet(Box::new(writer))
            }
            Kind::Arrow => {
                // A file has one list for each column, so it grows with the batches.
                let options = IpcWriteOptions::default().with_dictionary_handling(DictionaryHandling::Delta);
                Writer::Arrow(
                    Box::new(FileWriter::try_new_with_options(sink, schema, options)?),
                    Lists::default(),
                )
            }
            Kind::Arrows => Writer::Arrows(Box::new(StreamWriter::try_new(sink, schema)?)),
        })
    }
}

/// The lists of the columns of a file that have one: each grows, and is never replaced, as batches come with their own.
#[derive(Debug, Default)]
struct Lists(BTreeMap<usize, List>);

/// The list of a column: the key of each text, and the texts in the order of the keys.
type List = (HashMap<Box<str>, u16>, Vec<Box<str>>);

impl Lists {
    /// Returns a batch whose texts are those of the lists.
    fn unite(&mut self, batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
        let mut columns = batch.columns().to_vec();
        for (at, column) in columns.iter_mut().enumerate() {
            let Some(own) = column.as_dictionary_opt::<UInt16Type>() else { continue };
            let Some(texts) = own.values().as_string_opt::<i32>() else { continue };
            let name = batch.schema_ref().field(at).name();
            let (known, list) = self.0.entry(at).or_insert_with(|| begun(name));
            let mut keys = Vec::with_capacity(texts.len());
            for text in texts.iter().map(Option::unwrap_or_default) {
                let next = u16::try_from(list.len()).ok().filter(|next| *next < u16::MAX);
                let key = match known.get(text) {
                    Some(key) => *key,
                    None => {
                        let key = next.ok_or(ArrowError::DictionaryKeyOverflowError)?;
                        known.insert(text.into(), key);
                        list.push(text.into());
                        key
                    }
                };
                keys.push(key);
            }
            let moved = own.keys().iter().map(|key| key.and_then(|key| keys.get(usize::from(key)).copied()));
            let texts: StringArray = list.iter().map(|text| Some(&**text)).collect();
            let moved: PrimitiveArray<UInt16Type> = moved.collect();
            *column = Arc::new(DictionaryArray::try_new(moved, Arc::new(texts))?);
        }
        RecordBatch::try_new(batch.schema(), columns)
    }
}

/// The list with which a column of this name begins: what nearly all tables have, so that the list need not grow, which
/// polars does not read.
fn begun(name: &str) -> List {
    let texts: Vec<String> = match name {
        "tag" => std::iter::once("LDR".to_owned()).chain((0..1000).map(|tag| format!("{tag:03}"))).collect(),
        "ind1" | "ind2" | "code" => (' '..='~').map(String::from).collect(),
        "severity" => ["error", "warning", "note"].map(str::to_owned).to_vec(),
        "rule" => kartoteka::rules::all().map(|rule| rule.id().to_owned()).collect(),
        _ => Vec::new(),
    };
    let list: Vec<Box<str>> = texts.into_iter().map(Box::from).collect();
    ((0u16..).zip(&list).map(|(key, text)| (text.clone(), key)).collect(), list)
}

/// Zstd at level 3. Numbers are stored as differences, values with their lengths apart and without a list of them, as they
/// repeat little, in pages so small that what zstd remembers stays in the cache of a processor. Statistics are kept of what
/// rows are in order of: they say nothing of the rest.
#[cfg(feature = "parquet")]
fn properties() -> Result<WriterProperties, ArrowError> {
    let column = ColumnPath::from;
    let mut made = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(3)?))
        .set_max_row_group_row_count(None)
        .set_write_batch_size(4096)
        .set_statistics_enabled(EnabledStatistics::None)
        .set_column_dictionary_enabled(column("value"), false)
        .set_column_encoding(column("value"), Encoding::DELTA_LENGTH_BYTE_ARRAY)
        .set_column_data_page_size_limit(column("value"), PAGE);
    for name in ["record", "offset", "mfn", "field", "subfield"] {
        made = made
            .set_column_dictionary_enabled(column(name), false)
            .set_column_encoding(column(name), Encoding::DELTA_BINARY_PACKED);
    }
    for name in ["record", "offset", "mfn"] {
        made = made.set_column_statistics_enabled(column(name), EnabledStatistics::Page);
    }
    Ok(made.build())
}

/// Opens a table, whichever of the three it is.
///
/// # Errors
/// If the file cannot be read, or is none of them.
pub fn read_table(path: &Path) -> Result<Box<dyn RecordBatchReader + Send>, ArrowError> {
    read_columns(path, None)
}

/// Opens a table for [`Import::survey`](crate::Import::survey): of Parquet, only the columns that it looks at are read.
/// `None` if the path is no plain file, and what it gives cannot be read again.
///
/// # Errors
/// As [`read_table`].
pub fn read_keys(path: &Path) -> Result<Option<Box<dyn RecordBatchReader + Send>>, ArrowError> {
    match std::fs::metadata(path)?.is_file() {
        true => read_columns(path, Some(&KEYS)).map(Some),
        false => Ok(None),
    }
}

/// The columns that say which rows are of one record, and which of them are in its header.
const KEYS: [&str; 5] = ["record", "offset", "mfn", "id", "field"];

/// Opens a table; of Parquet, only some columns if they are named.
fn read_columns(
    path: &Path,
    #[cfg_attr(not(feature = "parquet"), expect(unused_variables))] only: Option<&[&str]>,
) -> Result<Box<dyn RecordBatchReader + Send>, ArrowError> {
    let mut file = File::open(path)?;
    let mut start = Vec::new();
    (&mut file).take(6).read_to_end(&mut start)?;
    if file.rewind().is_err() {
        return read_stream(io::Cursor::new(start).chain(file)); // nothing else can be read from a pipe
    }
    #[cfg(feature = "parquet")]
    if start.starts_with(b"PAR1") {
        let mut builder = ParquetRecordBatchReaderBuilder::try_new(file.try_clone()?)?;
        // A column in which all is null has no type for pandas, and one for Parquet, which must do.
        if builder.schema().fields().iter().any(|field| has_no_type(field.data_type())) {
            let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
            builder = ParquetRecordBatchReaderBuilder::try_new_with_options(file, options)?;
        }
        if let Some(only) = only {
            let mask = ProjectionMask::columns(builder.parquet_schema(), only.iter().copied());
            builder = builder.with_projection(mask);
        }
        return Ok(Box::new(builder.with_batch_size(8192).build()?));
    }
    match start.starts_with(b"ARROW1") {
        true => Ok(Box::new(FileReader::try_new(BufReader::new(file), None)?)),
        false => read_stream(file),
    }
}

#[cfg(feature = "parquet")]
fn has_no_type(data: &DataType) -> bool {
    match data {
        DataType::Dictionary(_, values) => has_no_type(values),
        data => *data == DataType::Null,
    }
}

/// Opens a table that comes as an Arrow stream, such as from standard input.
///
/// # Errors
/// If the source cannot be read, or is no stream.
pub fn read_stream(
    mut source: impl Read + Send + 'static,
) -> Result<Box<dyn RecordBatchReader + Send>, ArrowError> {
    let mut start = Vec::new();
    (&mut source).take(4).read_to_end(&mut start)?;
    if start != [0xFF; 4] {
        return Err(ArrowError::ParseError("it is no table: neither Parquet nor Arrow".to_owned()));
    }
    let source = io::Cursor::new(start).chain(source);
    Ok(Box::new(StreamReader::try_new(BufReader::new(source), None)?))
}
