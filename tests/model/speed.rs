//! How fast descriptions are made. `KARTOTEKA_DUMP` names the file; run with `--release --nocapture`.

use std::hint::black_box;
use std::time::Instant;

use kartoteka::Record;
use kartoteka::model::Bib;

#[test]
fn megabytes_a_second() {
    let Some(path) = std::env::var_os("KARTOTEKA_DUMP").filter(|_| !cfg!(debug_assertions)) else {
        eprintln!("SKIPPED: KARTOTEKA_DUMP names no file, or the build is not optimised");
        return;
    };
    let size = std::fs::metadata(&path).unwrap().len() as f64 / 1e6;
    let pass = |name: &str, work: &dyn Fn(&Record) -> usize| {
        let start = Instant::now();
        let mut reader = kartoteka::open(&path).unwrap();
        let mut record = Record::new();
        let mut sum = 0;
        while reader.read_record(&mut record).unwrap() {
            sum += work(&record);
        }
        let seconds = start.elapsed().as_secs_f64();
        println!("{name}: {:.0} MB/s ({sum})", size / seconds);
    };
    pass("read", &|record| record.fields().len());
    pass("touched", &|record| {
        let bib = Bib::of(record.view());
        let lengths = bib.entries().flat_map(|entry| entry.values().iter()).map(|value| value.clean().len());
        black_box(lengths.sum::<usize>() + bib.unmapped().len() + bib.year().map_or(0, |_| 1))
    });
    pass("snapshot", &|record| black_box(Bib::of(record.view()).snapshot()).titles.len());
}
