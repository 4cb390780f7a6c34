//! A reader and a writer that are used again allocate nothing for each record, once they have run for a while.
#![cfg(feature = "testing")]

use kartoteka::testing::corpus::{Kind, file};
use kartoteka::{ReadOptions, Record, RecordRead, RecordWrite, WriteOptions, irbis_text, iso2709};

/// Runs `each` over the records of a reader; returns how many allocations the second half of them made.
fn allocations(mut reader: impl RecordRead, records: usize, mut each: impl FnMut(&Record)) -> u64 {
    let mut record = Record::new();
    let mut read = |count: usize| {
        for _ in 0..count {
            assert!(reader.read_record(&mut record).unwrap());
            each(&record);
        }
    };
    read(records / 2);
    allocation_counter::measure(|| read(records / 2)).count_total
}

fn look(record: &Record) {
    let values = record.fields().flat_map(|field| field.subfields()).map(|subfield| subfield.value().len());
    std::hint::black_box(values.sum::<usize>());
}

#[test]
fn reading_iso2709() {
    for kind in [Kind::Latin, Kind::Cyrillic, Kind::Long] {
        let data = file(kind, 400);
        let options = ReadOptions::new();
        assert_eq!(allocations(iso2709::Reader::new(data.as_slice(), &options), 400, look), 0, "{kind:?}");
        assert_eq!(allocations(iso2709::SliceReader::new(&data, &options), 400, look), 0, "{kind:?}");
    }
}

#[test]
fn reading_exchange_text() {
    let data = file(Kind::IrbisText, 400);
    assert_eq!(allocations(irbis_text::SliceReader::new(&data, &ReadOptions::new()), 400, look), 0);
}

/// In the order of the cross reference, and by number.
#[test]
fn reading_master_files() {
    use kartoteka::RecordSeek;
    use kartoteka::isis::{Reader, Shape, Variant, Writer};
    use std::io::Cursor;
    let text = file(Kind::IrbisText, 400);
    for layout in [Variant::IRBIS64, Variant { shape: Shape::Ffi24, big_endian: false, shift: 3 }] {
        let files = (Cursor::new(Vec::new()), Cursor::new(Vec::new()));
        let mut writer = Writer::create(files.0, files.1, layout, &WriteOptions::new()).unwrap();
        let _ = kartoteka::copy(&mut irbis_text::SliceReader::new(&text, &ReadOptions::new()), &mut writer)
            .unwrap();
        let (mst, xrf) = writer.into_inner();
        let reader = || Reader::new(mst.clone(), Some(xrf.clone()), &ReadOptions::new()).unwrap();
        assert_eq!(allocations(reader(), 400, look), 0, "{layout}");
        let (mut reader, mut record) = (reader(), Record::new());
        let mut all = || (1..=400).for_each(|mfn| assert!(reader.read_mfn(mfn, &mut record).unwrap()));
        all();
        assert_eq!(allocation_counter::measure(all).count_total, 0, "{layout}");
    }
}

#[test]
fn writing() {
    let data = file(Kind::Cyrillic, 400);
    let options = WriteOptions::new();
    let mut writers: Vec<(&str, Box<dyn RecordWrite>)> =
        vec![("iso2709", Box::new(iso2709::Writer::new(std::io::sink(), &options)))];
    #[cfg(feature = "xml")]
    writers.push(("marcxml", Box::new(kartoteka::marcxml::Writer::new(std::io::sink(), &options))));
    #[cfg(feature = "json")]
    writers.push(("ndjson", Box::new(kartoteka::ndjson::Writer::new(std::io::sink(), &options))));
    for (name, writer) in &mut writers {
        let reader = iso2709::SliceReader::new(&data, &ReadOptions::new());
        let count = allocations(reader, 400, |record| writer.write_record(record.view()).unwrap());
        assert_eq!(count, 0, "{name}");
    }
}

#[cfg(feature = "xml")]
#[test]
fn reading_marcxml() {
    let data = file(Kind::Cyrillic, 400);
    let mut writer = kartoteka::marcxml::Writer::new(Vec::new(), &WriteOptions::new());
    let _ = kartoteka::copy(&mut iso2709::SliceReader::new(&data, &ReadOptions::new()), &mut writer).unwrap();
    let xml = writer.into_inner();
    assert_eq!(allocations(kartoteka::marcxml::SliceReader::new(&xml, &ReadOptions::new()), 400, look), 0);
}

/// Values are found without an allocation, whatever the path; only text that has to be made is.
#[test]
fn paths() {
    let paths = [
        "245$a",
        "245$a$b$c",
        "6..$a/0-2",
        r"650[#]$a{^2=\0}",
        r"...$a-z{$b|!$c}{300$a!=\x}",
        "008/35-37",
        "LDR/6",
        "100^1",
        "461$1/200$a",
    ];
    let paths: Vec<kartoteka::FieldPath> = paths.iter().map(|path| path.parse().unwrap()).collect();
    let options = kartoteka::SelectOptions::new().linked(true).trim(true).skip_nonfiling(true);
    for kind in [Kind::Latin, Kind::Cyrillic, Kind::IrbisText] {
        let data = file(kind, 400);
        let reader: Box<dyn RecordRead> = match kind {
            Kind::IrbisText => Box::new(irbis_text::SliceReader::new(&data, &ReadOptions::new())),
            _ => Box::new(iso2709::SliceReader::new(&data, &ReadOptions::new())),
        };
        let mut found = 0;
        let count = allocations(reader, 400, |record| {
            for path in &paths {
                found += record.select(path).map(|found| found.text().len().min(1)).sum::<usize>();
                found += record
                    .select_with(path, options)
                    .map(|found| found.place().occurrence as usize)
                    .sum::<usize>();
            }
        });
        assert_eq!(count, 0, "{kind:?}");
        assert!(found > 400, "{kind:?}: {found}");
    }
}

/// Twice the records take no more memory at once, in any format of the list that is written and read as a stream.
#[test]
fn every_format_is_flat() {
    use kartoteka::{Can, FORMATS, Format};
    let file = |format: Format, records: usize| {
        let mut bytes = Vec::new();
        let mut writer = kartoteka::writer(format, &mut bytes, &WriteOptions::new()).ok()?;
        let data = file(Kind::Latin, records);
        let _ =
            kartoteka::copy(&mut iso2709::SliceReader::new(&data, &ReadOptions::new()), &mut writer).unwrap();
        drop(writer);
        Some(bytes)
    };
    let most = |bytes: &[u8], format: Format| {
        let mut count = 0;
        let allocations = allocation_counter::measure(|| {
            let mut reader = kartoteka::reader(bytes, Some(format), &ReadOptions::new()).unwrap();
            let mut writer = kartoteka::writer(format, std::io::sink(), &WriteOptions::new()).unwrap();
            let mut record = Record::new();
            while reader.read_record(&mut record).unwrap() {
                count += 1;
                writer.write(&record).unwrap();
            }
            writer.finish().unwrap();
        });
        (allocations.bytes_max, count)
    };
    let mut tried = 0;
    for format in FORMATS.iter().copied().filter(|format| format.can(Can::Read) && format.can(Can::Write)) {
        let (Some(small), Some(large)) = (file(format, 1200), file(format, 2400)) else { continue };
        let ((few, records), (many, all)) = (most(&small, format), most(&large, format));
        assert_eq!((records, all), (1200, 2400), "{format}");
        assert!(many <= few + few / 10, "{format}: {few} bytes for 1,200 records, {many} for 2,400");
        tried += 1;
    }
    assert!(tried >= 9, "{tried} formats");
}
