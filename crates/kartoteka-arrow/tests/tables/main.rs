//! Tables and programs over the fixtures, and over real files in `KARTOTEKA_CORPUS`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod edits;
mod inputs;
mod pieces;
mod programs;
mod shapes;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use arrow_array::RecordBatch;
use arrow_schema::ArrowError;
use kartoteka::{Finding, Record};
use kartoteka_arrow::{Import, Imported, LongBuilder};

/// The folder of the whole project.
fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap()
}

fn fixtures() -> PathBuf {
    project().join("fixtures")
}

fn corpus() -> Option<PathBuf> {
    let named = std::env::var_os("KARTOTEKA_CORPUS").map(PathBuf::from);
    let folder = named.unwrap_or_else(|| project().join("../shared/corpus"));
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(std::env::var_os("CI").is_none(), "no corpus at {}, and CI must not skip it", folder.display());
    eprintln!("SKIPPED: no corpus at {}; set KARTOTEKA_CORPUS", folder.display());
    None
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(files(&path)),
            false => found.push(path),
        }
    }
    found.sort();
    found
}

fn scratch(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("kartoteka-arrow-{}-{name}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn export(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_kartoteka-export")).args(arguments).output().unwrap()
}

fn import(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_kartoteka-import")).args(arguments).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// The records of a table, and the findings about those that it does not make.
fn records_of(batches: impl Iterator<Item = Result<RecordBatch, ArrowError>>) -> (Vec<Record>, Vec<Finding>) {
    let (mut records, mut findings) = (Vec::new(), Vec::new());
    let mut import = Import::new();
    let mut take = |made: Imported<'_>| {
        match made {
            Imported::Record(record, _) => records.push(record.clone()),
            Imported::Rejected(finding, _) => findings.push(finding.clone()),
            Imported::Rest(_) | Imported::Noted(_) => {}
        }
        Ok::<(), ArrowError>(())
    };
    for batch in batches {
        import.batch(&batch.unwrap(), &mut take).unwrap();
    }
    import.finish(&mut take).unwrap();
    (records, findings)
}

/// The same of a table that is surveyed before, and how many rows are rejected.
fn surveyed(batch: &RecordBatch) -> (Vec<Record>, Vec<Finding>, usize) {
    let (mut records, mut findings, mut rejected) = (Vec::new(), Vec::new(), 0);
    let mut import = Import::new();
    import.survey(batch).unwrap();
    let mut take = |made: Imported<'_>| {
        let (Imported::Rejected(_, rows) | Imported::Rest(rows)) = made else {
            if let Imported::Record(record, _) = made {
                records.push(record.clone());
            }
            return Ok(());
        };
        if let Imported::Rejected(finding, _) = made {
            findings.push(finding.clone());
        }
        let mut builder = LongBuilder::new();
        rows.pieces().for_each(|piece| piece.add_to(&mut builder));
        rejected += builder.finish()?.num_rows();
        Ok::<(), ArrowError>(())
    };
    import.batch(batch, &mut take).unwrap();
    import.finish(&mut take).unwrap();
    (records, findings, rejected)
}
