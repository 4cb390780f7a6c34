//! Writing: records in memory into each format.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use kartoteka::testing::corpus::{Kind, file};
use kartoteka::{
    Charset, Policy, ReadOptions, Record, RecordRead, RecordWrite, WriteOptions, irbis_text, iso2709,
    marcxml, ndjson,
};

fn records(data: &[u8]) -> Vec<Record> {
    iso2709::SliceReader::new(data, &ReadOptions::new()).records().flatten().collect()
}

fn all(records: &[Record], writer: &mut dyn RecordWrite) {
    for record in records {
        assert!(writer.write_record(record.view()).is_ok());
    }
    assert!(writer.finish().is_ok());
}

fn write(criterion: &mut Criterion) {
    let options = WriteOptions::new();
    for (name, kind) in [("Latin", Kind::Latin), ("Cyrillic", Kind::Cyrillic)] {
        let data = file(kind, 2_000);
        let read = records(&data);
        // Changed records are built, others copied.
        let mut changed = read.clone();
        changed.iter_mut().for_each(Record::compact);
        let mut group = criterion.benchmark_group(format!("write {name}"));
        group.throughput(Throughput::Bytes(data.len() as u64));
        let sink = std::io::sink;
        group.bench_function("iso2709 copied", |bencher| {
            bencher.iter(|| all(black_box(&read), &mut iso2709::Writer::new(sink(), &options)));
        });
        group.bench_function("iso2709 built", |bencher| {
            bencher.iter(|| all(black_box(&changed), &mut iso2709::Writer::new(sink(), &options)));
        });
        group.bench_function("marcxml", |bencher| {
            bencher.iter(|| all(black_box(&read), &mut marcxml::Writer::new(sink(), &options)));
        });
        group.bench_function("ndjson", |bencher| {
            bencher.iter(|| all(black_box(&read), &mut ndjson::Writer::new(sink(), &options)));
        });
        for format in [
            kartoteka::Format::Turbomarc,
            kartoteka::Format::Mrk,
            kartoteka::Format::Line,
            kartoteka::Format::Aleph,
        ] {
            group.bench_function(format.name(), |bencher| {
                bencher.iter(|| {
                    let to = kartoteka::writer(format, sink(), &options);
                    assert!(to.is_ok_and(|mut to| {
                        all(black_box(&read), &mut to);
                        true
                    }));
                });
            });
        }
        group.bench_function("irbis-text", |bencher| {
            bencher.iter(|| all(black_box(&read), &mut irbis_text::Writer::new(sink(), &options)));
        });
        group.finish();
    }
}

fn decode(criterion: &mut Criterion) {
    let mut cyrillic = records(&file(Kind::Cyrillic, 500));
    for record in &mut cyrillic {
        assert!(record.transcode(Charset::Windows1251, Policy::Strict).is_ok());
    }
    let mut group = criterion.benchmark_group("decode");
    group.throughput(Throughput::Elements(cyrillic.len() as u64));
    group.bench_function("windows-1251 to UTF-8", |bencher| {
        bencher.iter(|| {
            for record in &cyrillic {
                let mut record = record.clone();
                assert!(record.transcode(Charset::Utf8, Policy::Strict).is_ok());
                black_box(&record);
            }
        });
    });
    group.finish();
}

criterion_group!(benches, write, decode);
criterion_main!(benches);
