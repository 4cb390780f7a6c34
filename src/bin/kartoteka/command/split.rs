//! `split`: files cut into pieces.

use std::path::{Path, PathBuf};

use clap::Args;
use kartoteka::Limits;
use kartoteka::report::counted;

use crate::command::EXIT_STATUS;
use crate::command::options::Reading;
use crate::failure::{Failure, Outcome};
use crate::output::refuse_to_replace;
use crate::parts::{PartFile, RecordSequence};

/// Cut files into pieces
///
/// The pieces are numbered from 0001: books.mrc gives books-0001.mrc; in a name with {} the number stands there. Bytes
/// of records are kept as slice does. A run that fails leaves the pieces that were complete.
#[derive(Debug, Args)]
#[command(after_help = EXIT_STATUS)]
#[command(group(clap::ArgGroup::new("size").required(true).args(["records", "bytes"])))]
pub(crate) struct Options {
    #[command(flatten)]
    pub(crate) reading: Reading,

    /// Records in a piece
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) records: Option<u64>,

    /// Bytes of records in a piece, such as 50M; a longer record has a piece of its own
    #[arg(long, value_name = "SIZE", value_parser = Limits::size)]
    pub(crate) bytes: Option<usize>,

    /// Name of the pieces, without their numbers
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
}

pub(crate) fn run(options: &Options) -> Result<Outcome, Failure> {
    let Some(mut records) = RecordSequence::new(&options.reading, false)? else {
        return Ok(Outcome::NotAll);
    };
    let inputs = &options.reading.inputs;
    let most_records = options.records.unwrap_or(u64::MAX);
    let most_bytes = options.bytes.map_or(u64::MAX, |bytes| bytes as u64);
    let mut pieces = 0u64;
    let mut open: Option<(PartFile, PathBuf, u64, u64)> = None;
    let close = |open: Option<(PartFile, PathBuf, u64, u64)>, records: &RecordSequence<'_>| {
        let Some((part, path, count, _)) = open else { return Ok(()) };
        part.commit()?;
        records.run.reporter.say(&format!("{}: {}", path.display(), counted(count, "record")));
        Ok::<(), Failure>(())
    };
    while records.next()? {
        let held = records.held();
        let len = held.raw.len() as u64;
        let full = open
            .as_ref()
            .is_some_and(|(_, _, records, bytes)| *records >= most_records || *bytes + len > most_bytes);
        if full {
            close(open.take(), &records)?;
        }
        if open.is_none() {
            pieces += 1;
            let path = piece(&options.output, pieces);
            refuse_to_replace(&path, inputs)?;
            open = Some((PartFile::open(&path, records.format, inputs)?, path, 0, 0));
        }
        if let Some((part, _, count, bytes)) = &mut open {
            let before = records.written;
            records.put(part, &held)?;
            *count += records.written - before;
            *bytes += len;
        }
    }
    close(open.take(), &records)?;
    let (read, pieces) = (counted(records.count, "record"), counted(pieces, "file"));
    records.run.reporter.say(&format!("{read} read, {pieces} written"));
    Ok(records.finish())
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
