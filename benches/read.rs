//! Reading: a record into memory that is used again, and every field and subfield of it looked at.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use kartoteka::testing::corpus::{Kind, file};
use kartoteka::{
    Framing, ReadOptions, Record, RecordRead, Slice, WriteOptions, copy, irbis_text, iso2709, marcxml, ndjson,
};

/// Looks at all of a file.
type Look = fn(&[u8]) -> usize;

fn look<F: Framing>(data: &[u8]) -> usize {
    let mut reader = Slice::<F>::new(data, &ReadOptions::new());
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

/// Files of nothing but damage, ten million bytes each: the time must grow with the size, whatever is in them.
fn damage(criterion: &mut Criterion) {
    const SIZE: usize = 10_000_000;
    let of = |piece: &[u8]| piece.iter().copied().cycle().take(SIZE).collect::<Vec<u8>>();
    let sound = file(Kind::Latin, 2_000);
    let mut group = criterion.benchmark_group("damage");
    group.sample_size(10);
    group.throughput(Throughput::Bytes(SIZE as u64));
    for (name, data) in [
        ("garbage", of(b"no record at all, ")),
        ("digits", of(b"0123456789")),
        ("record terminators", of(b"\x1D")),
        ("field terminators", of(b"\x1E")),
        ("delimiters", of(b"\x1F")),
        ("leaders", of(b"00714cam a2200205 a 4500")),
        ("leaders of long records", of(b"99984cam a2200205 a 4500")),
        ("leaders and terminators", of(b"00714cam a2200205 a 4500\x1E\x1D")),
        ("leaders in lines", of(b"00714cam a2200205 a 4500\r\n")),
        ("records without ends", of(&sound.iter().copied().filter(|byte| *byte != 0x1D).collect::<Vec<_>>())),
        ("records without lengths", of(&without_lengths(&sound))),
    ] {
        group.bench_function(name, |bencher| bencher.iter(|| black_box(look::<iso2709::Iso2709>(&data))));
    }
    group.finish();
}

/// The records with a length that is no number.
fn without_lengths(records: &[u8]) -> Vec<u8> {
    let ends = |byte: &u8| *byte == 0x1D;
    let records = records.split_inclusive(ends);
    records.flat_map(|record| [b"     ", record.get(5..).unwrap_or_default()].concat()).collect()
}

fn read(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("read");
    for kind in [Kind::Latin, Kind::Cyrillic, Kind::Long] {
        let records = if kind == Kind::Long { 100 } else { 2_000 };
        let data = file(kind, records);
        group.throughput(Throughput::Bytes(data.len() as u64));
        group.bench_with_input(BenchmarkId::new("iso2709", format!("{kind:?}")), &data, |bencher, data| {
            bencher.iter(|| black_box(look::<iso2709::Iso2709>(data)));
        });
    }
    let iso = file(Kind::Latin, 2_000);
    let mut xml = marcxml::Writer::new(Vec::new(), &WriteOptions::new());
    let mut lines = ndjson::Writer::new(Vec::new(), &WriteOptions::new());
    let reader = || iso2709::SliceReader::new(&iso, &ReadOptions::new());
    assert!(copy(&mut reader(), &mut xml).is_ok() && copy(&mut reader(), &mut lines).is_ok());
    let (xml, lines) = (xml.into_inner(), lines.into_inner());
    group.throughput(Throughput::Bytes(xml.len() as u64));
    group.bench_function("marcxml/Latin", |bencher| {
        bencher.iter(|| black_box(look::<marcxml::Marcxml>(&xml)))
    });
    group.throughput(Throughput::Bytes(lines.len() as u64));
    group
        .bench_function("ndjson/Latin", |bencher| bencher.iter(|| black_box(look::<ndjson::Ndjson>(&lines))));
    let form = |format| {
        let mut out = Vec::new();
        let to = kartoteka::writer(format, &mut out, &WriteOptions::new());
        assert!(to.is_ok_and(|mut to| copy(&mut reader(), &mut to).is_ok()));
        out
    };
    let (turbo, mrk) = (form(kartoteka::Format::Turbomarc), form(kartoteka::Format::Mrk));
    let (line, aleph) = (form(kartoteka::Format::Line), form(kartoteka::Format::Aleph));
    let forms: [(&str, &[u8], Look); 4] = [
        ("turbomarc", &turbo, look::<marcxml::Marcxml>),
        ("mrk", &mrk, look::<kartoteka::mrk::Mrk>),
        ("line", &line, look::<kartoteka::line::Line>),
        ("aleph", &aleph, look::<kartoteka::aleph::Aleph>),
    ];
    for (name, data, look) in forms {
        group.throughput(Throughput::Bytes(data.len() as u64));
        group.bench_function(format!("{name}/Latin"), |bencher| bencher.iter(|| black_box(look(data))));
    }
    let text = file(Kind::IrbisText, 2_000);
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("irbis-text/Cyrillic", |bencher| {
        bencher.iter(|| black_box(look::<irbis_text::IrbisText>(&text)));
    });
    group.finish();
}

criterion_group!(benches, read, damage);
criterion_main!(benches);
