//! Whole runs over a file, for measuring beside other programs: reads, or converts, and prints what it saw.
//!
//! ```text
//! throughput touch FILE.mrc            every field and subfield; UTF-8 checked
//! throughput touch-xml FILE.xml        the same of MARCXML
//! throughput model FILE.mrc            every value of every element of the model, cleaned
//! throughput snapshots FILE.mrc        an owned snapshot of the model of each record
//! throughput FROM TO IN [OUT]          converts; FROM iso2709 marcxml json ndjson irbis-text, TO the same; OUT /dev/null
//! ```
//!
//! The last line of a run reads `RESULT records=.. fields=.. subfields=.. bytes=..`; bytes are those of control
//! field data and subfield values.

use std::fs::File;
use std::process::ExitCode;

use kartoteka::model::Bib;
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
        ["model", path] => reader("iso2709", path).and_then(|mut reader| model(&mut *reader)),
        ["snapshots", path] => reader("iso2709", path).and_then(|mut reader| snapshots(&mut *reader)),
        [from, to, path] => convert(from, to, path, "/dev/null"),
        [from, to, path, out] => convert(from, to, path, out),
        _ => {
            eprintln!("usage: throughput touch|touch-xml|model|snapshots FILE | throughput FROM TO IN [OUT]");
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

fn model(reader: &mut dyn RecordRead) -> Result<()> {
    let mut record = Record::new();
    let (mut records, mut entries, mut values, mut bytes, mut answers) = (0u64, 0u64, 0u64, 0usize, 0usize);
    while reader.read_record(&mut record)? {
        records += 1;
        let bib = Bib::of(record.view());
        for entry in bib.entries() {
            entries += 1;
            for value in entry.values() {
                values += 1;
                bytes += value.clean().len();
            }
        }
        bytes += bib.unmapped().iter().map(|value| value.raw().len()).sum::<usize>();
        answers += answer(&bib);
    }
    println!("RESULT records={records} entries={entries} values={values} bytes={bytes} answers={answers}");
    Ok(())
}

/// Asks for what is made of several values, or read from one: names, roles, numbers, dates, pages, headings, codes.
fn answer(bib: &Bib<'_>) -> usize {
    let some = |is: bool| usize::from(is);
    let mut count = some(bib.title().is_some()) + some(bib.year().is_some());
    for title in bib.titles() {
        count +=
            some(title.remainder().is_some()) + some(title.responsibility().is_some()) + title.nonfiling();
    }
    for agent in bib.agents() {
        count += some(agent.name().is_some()) + some(agent.dates().is_some()) + agent.roles().len();
    }
    for number in bib.identifiers() {
        count += some(number.clean().is_some()) + some(number.valid() == Some(true)) + number.scheme().len();
    }
    for event in bib.publications() {
        count += event.statements().len() + some(event.date().is_some());
    }
    count += bib.extents().filter(|extent| extent.pages().is_some()).count();
    count += bib.series().filter(|series| series.volume().is_some()).count();
    for subject in bib.subject_headings() {
        count += some(subject.heading().is_some()) + some(subject.scheme().is_some());
    }
    count += bib.classifications().filter(|class| class.item().is_some()).count();
    count += bib.languages().filter(|language| language.code().is_some()).count();
    count += bib.countries().filter(|country| country.code().is_some()).count();
    count += bib.notes().filter(|note| note.text().is_some()).count();
    count + bib.electronic().filter(|address| address.url().is_some()).count()
}

fn snapshots(reader: &mut dyn RecordRead) -> Result<()> {
    let mut record = Record::new();
    let (mut records, mut titles, mut agents, mut subjects) = (0u64, 0usize, 0usize, 0usize);
    while reader.read_record(&mut record)? {
        records += 1;
        let snapshot = Bib::of(record.view()).snapshot();
        titles += snapshot.titles.len();
        agents += snapshot.agents.len();
        subjects += snapshot.subjects.len();
    }
    println!("RESULT records={records} titles={titles} agents={agents} subjects={subjects}");
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
