//! Master files: read in order, by number and without their cross reference; written; terms looked up.

use std::hint::black_box;
use std::io::Cursor;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use kartoteka::isis::{Dictionary, Shape, SliceReader, Variant, Writer};
use kartoteka::testing::corpus::{Kind, file};
use kartoteka::{ReadOptions, Record, RecordRead, RecordSeek, RecordWrite, WriteOptions, irbis_text};

const RECORDS: usize = 2_000;

fn layouts() -> [(&'static str, Variant); 3] {
    let ffi = Variant { shape: Shape::Ffi24, big_endian: false, shift: 3 };
    [("irbis64", Variant::IRBIS64), ("isis18", Variant::ISIS), ("ffi24", ffi)]
}

fn records() -> Vec<Record> {
    let text = file(Kind::IrbisText, RECORDS);
    irbis_text::SliceReader::new(&text, &ReadOptions::new()).records().filter_map(Result::ok).collect()
}

fn written(layout: Variant, records: &[Record]) -> (Vec<u8>, Vec<u8>) {
    let (mst, xrf) = (Cursor::new(Vec::new()), Cursor::new(Vec::new()));
    let Ok(mut writer) = Writer::create(mst, xrf, layout, &WriteOptions::new()) else {
        return Default::default();
    };
    assert!(records.iter().all(|record| writer.write_record(record.view()).is_ok()));
    assert!(writer.finish().is_ok());
    let (mst, xrf) = writer.into_inner();
    (mst.into_inner(), xrf.into_inner())
}

/// Looks at all of a base, in order.
fn look(mst: &[u8], xrf: Option<&[u8]>) -> usize {
    let Ok(mut reader) = SliceReader::from_slice(mst, xrf, &ReadOptions::new()) else { return 0 };
    let mut record = Record::new();
    let mut bytes = 0;
    while reader.read_record(&mut record).unwrap_or(false) {
        for field in record.fields() {
            bytes += field.lead().len();
            bytes += field.subfields().map(|subfield| subfield.value().len()).sum::<usize>();
        }
    }
    bytes
}

fn read(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("isis");
    let records = records();
    for (name, layout) in layouts() {
        let (mst, xrf) = written(layout, &records);
        assert!(look(&mst, Some(&xrf)) > 0 && look(&mst, None) == look(&mst, Some(&xrf)));
        group.throughput(Throughput::Bytes(mst.len() as u64));
        group.bench_function(BenchmarkId::new("read", name), |bencher| {
            bencher.iter(|| black_box(look(&mst, Some(&xrf))));
        });
        group.bench_function(BenchmarkId::new("read without cross reference", name), |bencher| {
            bencher.iter(|| black_box(look(&mst, None)));
        });
        group.bench_function(BenchmarkId::new("write", name), |bencher| {
            bencher.iter(|| black_box(written(layout, &records)));
        });
        let Ok(mut reader) = SliceReader::from_slice(&mst, Some(&xrf), &ReadOptions::new()) else { continue };
        let mut record = Record::new();
        group.throughput(Throughput::Elements(RECORDS as u64));
        group.bench_function(BenchmarkId::new("by number", name), |bencher| {
            bencher.iter(|| {
                // 919 and 2,000 have no factor in common, so each record comes once.
                for at in 0..RECORDS {
                    let mfn = u32::try_from(at * 919 % RECORDS + 1).unwrap_or(1);
                    assert!(reader.read_mfn(mfn, &mut record).is_ok_and(|found| found));
                }
            });
        });
    }
    group.finish();
}

/// The dictionary of the fixture is walked, and a term looked up in it.
fn dictionary(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("dictionary");
    let Ok(mut dictionary) = Dictionary::from_path("fixtures/isis/irbis64.mst") else { return };
    group.bench_function("find", |bencher| {
        bencher.iter(|| black_box(dictionary.find("K=ОНЕГИНСКАЯ СТРОФА").is_ok_and(|term| term.is_some())));
    });
    group.bench_function("walk", |bencher| {
        bencher.iter(|| {
            let mut terms = 0;
            assert!(dictionary.seek("").is_ok());
            while dictionary.read_term().is_ok_and(|term| term.is_some()) {
                terms += 1;
            }
            black_box(terms)
        });
    });
    group.finish();
}

criterion_group!(benches, read, dictionary);
criterion_main!(benches);
