//! Whole runs over a file, for measuring beside other programs: reads, or converts, and prints what it saw.
//!
//! ```text
//! throughput touch FILE.mrc            every field and subfield; UTF-8 checked
//! throughput touch-xml FILE.xml        the same of MARCXML
//! throughput FROM TO IN [OUT]          converts; FROM iso2709 marcxml json ndjson irbis-text, TO the same; OUT /dev/null
//! ```
//!
//! The last line of a run reads `RESULT records=.. fields=.. subfields=.. bytes=..`; bytes are those of control
//! field data and subfield values.

use std::fs::File;
use std::process::ExitCode;

use kartoteka::{
    Error, ReadOptions, Record, RecordRead, RecordWrite, Result, WriteOptions, copy, irbis_text, iso2709,
    json, marcxml, ndjson,
};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let run = match arguments.as_slice() {
        ["touch", path] => reader("iso2709", path).and_then(|mut reader| touch(&mut *reader)),
        ["touch-xml", path] => reader("marcxml", path).and_then(|mut reader| touch(&mut *reader)),
        [from, to, path] => convert(from, to, path, "/dev/null"),
        [from, to, path, out] => convert(from, to, path, out),
        _ => {
            eprintln!("usage: throughput touch|touch-xml FILE | throughput FROM TO IN [OUT]");
            return ExitCode::from(2);
        }
    };
    match run {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn reader(format: &str, path: &str) -> Result<Box<dyn RecordRead>> {
    let options = ReadOptions::new();
    Ok(match format {
        "iso2709" => Box::new(iso2709::Reader::from_path(path, &options)?),
        "marcxml" => Box::new(marcxml::Reader::from_path(path, &options)?),
        "json" => Box::new(json::Reader::from_path(path, &options)?),
        "ndjson" => Box::new(ndjson::Reader::from_path(path, &options)?),
        _ => Box::new(irbis_text::Reader::from_path(path, &options)?),
    })
}

fn touch(reader: &mut dyn RecordRead) -> Result<()> {
    let mut record = Record::new();
    let (mut records, mut fields, mut subfields, mut bytes) = (0u64, 0u64, 0u64, 0usize);
    while reader.read_record(&mut record)? {
        records += 1;
        for field in record.fields() {
            fields += 1;
            if field.is_control() {
                bytes += field.lead().len();
            }
            for subfield in field.subfields() {
                subfields += 1;
                bytes += subfield.value().len();
            }
        }
    }
    println!("RESULT records={records} fields={fields} subfields={subfields} bytes={bytes}");
    Ok(())
}

fn convert(from: &str, to: &str, path: &str, out: &str) -> Result<()> {
    let sink = File::options().write(true).create(true).truncate(true).open(out).map_err(Error::from)?;
    let options = WriteOptions::new();
    let mut writer: Box<dyn RecordWrite> = match to {
        "iso2709" => Box::new(iso2709::Writer::new(sink, &options)),
        "marcxml" => Box::new(marcxml::Writer::new(sink, &options)),
        "json" => Box::new(json::Writer::new(sink, &options)),
        "ndjson" => Box::new(ndjson::Writer::new(sink, &options)),
        _ => Box::new(irbis_text::Writer::new(sink, &options)),
    };
    let summary = copy(&mut *reader(from, path)?, &mut *writer)?;
    println!("RESULT records={} errors={}", summary.read, summary.rejected);
    Ok(())
}
