//! Character sets: bytes to text and back.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use kartoteka::{Charset, Policy};

/// Values of some length, in MARC-8: plain, with marks, with sets switched, of three bytes each.
const VALUES: [(&str, &[u8]); 4] = [
    ("ascii", b"The library of the academy, its catalogues and their history / by several hands. "),
    ("marks", b"Taish\xE5o jidai no kenky\xE5u, th\xE2e\xE3atre fran\xF0cais, \xEBi\xECu\xEBi\xECa. "),
    ("cyrillic", b"\x1B(NwOJNA I MIR\x1B(B : \x1B(NROMAN\x1B(B "),
    ("eacc", b"\x1B$1!6k!6k!6k!6k\x1B(B \x1B$1!6k!6k!6k!6k\x1B(B "),
];

fn decode(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("marc8");
    for (name, value) in VALUES {
        let bytes = value.repeat(1_000);
        let text = Charset::Marc8.decode_lossy(&bytes).0.into_owned();
        group.throughput(Throughput::Bytes(bytes.len() as u64));
        if name == "ascii" {
            // What no decoding can be faster than.
            group.bench_with_input(BenchmarkId::new("copy", name), &bytes, |bencher, bytes| {
                bencher.iter(|| black_box(bytes.clone()));
            });
        }
        group.bench_with_input(BenchmarkId::new("decode", name), &bytes, |bencher, bytes| {
            bencher.iter(|| black_box(Charset::Marc8.decode_lossy(bytes)));
        });
        group.bench_with_input(BenchmarkId::new("examine", name), &bytes, |bencher, bytes| {
            bencher.iter(|| {
                Charset::Marc8.examine(bytes, |fault| {
                    black_box(fault);
                });
            });
        });
        group.bench_with_input(BenchmarkId::new("encode", name), &text, |bencher, text| {
            let mut out = Vec::new();
            bencher.iter(|| {
                out.clear();
                black_box(Charset::Marc8.encode_into(text, Policy::Escape, &mut out))
            });
        });
    }
    group.finish();
}

criterion_group!(benches, decode);
criterion_main!(benches);
