//! Input that costs a reader the most: one thing repeated, up to 64 MiB.
//!
//! What a byte costs must not grow with the size. From a size to its fourfold it is counted in instructions, by callgrind,
//! which the load of the machine does not change; a tenth more is allowed. Callgrind would take hours at 64 MiB: there the
//! time of the processor is measured in a plain run, against that at 1 MiB. What grows with the square of the size would
//! take 64 times as long for a byte; less than 4 times is asked for, as caches make large inputs dearer.
//!
//! With `KARTOTEKA_SHAPES` set, all are measured up to 64 MiB, and counted at 1 and 4 MiB, which takes an hour of a processor.
//! Without it, the dear ones are smaller.

use std::fs;
use std::sync::Mutex;
use std::time::Instant;

use kartoteka::Format;

use crate::cost::{self, Work};
use crate::inputs::Source;
use crate::run::{number, parallel};

/// A format, what comes first, what is repeated: if that is empty, bytes beyond ASCII in words and lines, by chance.
type Shape = (Format, &'static [u8], &'static [u8]);

const RECORD: &[u8] = b"<record xmlns=\"http://www.loc.gov/MARC21/slim\">";
const FIELD: &[u8] =
    b"<record xmlns=\"http://www.loc.gov/MARC21/slim\"><datafield tag=\"245\" ind1=\" \" ind2=\" \">";

#[rustfmt::skip]
const SHAPES: &[Shape] = &[
    (Format::Iso2709, b"", b"0"), (Format::Iso2709, b"", b"\x1D"), (Format::Iso2709, b"", b"\x1E"),
    (Format::Iso2709, b"", b"00024nam a2200025 i 4500\x1D"), (Format::Iso2709, b"", b"00100nam a2200049 i 4500"),
    (Format::Iso2709, b"99999nam a2299999 i 4500", b"245000100000"), (Format::Iso2709, b"", b"\n"), (Format::Iso2709, b"", b"#"),
    (Format::Iso2709, b"00100nam a2200037 i 4500245000200000\x1E", b"x\x1E"), (Format::Iso2709, b"", b"### "),
    (Format::Iso2709, b"### 00612nM2.01200024      h\n", b"001 4\n"), (Format::Iso2709, b"", b"\xFF"),
    (Format::Iso2709, b"", b"\x1B$1!!!"), (Format::Iso2709, b"", b"nam a2200049 i 4500"),
    (Format::Marcxml, b"", b"<"), (Format::Marcxml, b"", b"<!"), (Format::Marcxml, b"<a>", b"<!--"), (Format::Marcxml, b"<a>", b"<![CDATA["),
    (Format::Marcxml, b"<a>", b"<?"), (Format::Marcxml, b"", b"<!DOCTYPE a ["), (Format::Marcxml, b"<a>", b"&"), (Format::Marcxml, b"<a>", b"&lt;record"),
    (Format::Marcxml, b"", b"<record>"), (Format::Marcxml, b"", b"<record><leader>"), (Format::Marcxml, FIELD, b"<subfield code=\"a\">"),
    (Format::Marcxml, b"", b"<a>"), (Format::Marcxml, b"<a>", b"</a>"), (Format::Marcxml, b"", b"<a b=\""), (Format::Marcxml, RECORD, b"]]>"),
    (Format::Marcxml, FIELD, b"x"), (Format::Marcxml, FIELD, b"&#x41;"), (Format::Marcxml, RECORD, b"<a>"), (Format::Marcxml, RECORD, b"<a/>"),
    (Format::Marcxml, b"<c>", b"<record xmlns=\"http://www.loc.gov/MARC21/slim\"/>"), (Format::Turbomarc, b"", b"<r>"),
    (Format::Turbomarc, b"<r xmlns=\"http://www.indexdata.com/turbomarc\">", b"<d245 i3=\"x\">"), (Format::OaiMarc, b"", b"<oai_marc><fixfield id=\"1\">"),
    (Format::Marcxml, b"<a>", b"<b><![CDATA[<record>]]></b>"), (Format::Marcxml, b"<a>", b"<b><![CDATA[<record></b>"), (Format::Marcxml, b"<a>", b"<!-- x <b>"),
    (Format::Marcxml, FIELD, b"<!-- x -->"), (Format::Marcxml, FIELD, b"<!-- x"), (Format::Marcxml, FIELD, b"<![CDATA[x]]</a>"),
    (Format::Json, b"", b"{"), (Format::Json, b"", b"["), (Format::Json, b"[", b"\""), (Format::Json, b"[{\"leader\":\"", b"\\"), (Format::Json, b"[", b"{\"a\":"),
    (Format::Json, b"[", b"{\"fields\":["), (Format::Json, b"[", b"[],"), (Format::Json, b"", b","), (Format::Json, b"[", b"{},"), (Format::Json, b"[{\"leader\":\"", b"\\ud800"),
    (Format::Json, b"[{\"fields\":[", b"{\"245\":{\"subfields\":["), (Format::Json, b"[", b"1"), (Format::Json, b"[{\"fields\":[", b"{\"001\":\"x\"},"),
    (Format::Ndjson, b"", b"{\n"), (Format::Ndjson, b"", b"{"), (Format::Ndjson, b"", b"\"\n"), (Format::Ndjson, b"[", b"[\"LDR\","), (Format::Ndjson, b"", b"{\"record\":"),
    (Format::Ndjson, b"", b"{\"fields\":[]}\n"), (Format::Ndjson, b"", b"x\n"),
    (Format::Ndjson, b"", b"{\"leader\":1}"), (Format::Ndjson, b"", b"{\"leader\":"), (Format::Ndjson, b"{\"leader\":", b"[{\"leader\":1},"), (Format::Ndjson, b"", b"\0"), (Format::Ndjson, b"", b"\x1E{}\n"),
    (Format::Mrk, b"", b"="), (Format::Mrk, b"", b"=LDR  \n"), (Format::Mrk, b"", b"=LDR  "), (Format::Mrk, b"=LDR  00100nam a2200049 i 4500\n", b"=245  00$a\n"), (Format::Mrk, b"=245  00$a", b"{"),
    (Format::Mrk, b"=245  00", b"$"), (Format::Mrk, b"=245  00$a", b"x\n"), (Format::Mrk, b"", b"\n"), (Format::Mrk, b"=245  00$a", b"\xE2\x80\x8E"), (Format::Mrk, b"=245  00", b"$a\xE2\x80\x8E"),
    (Format::Line, b"", b"245 00 $a x\n"), (Format::Line, b"245 00 ", b"$ "), (Format::Line, b"", b"00100nam a2200049 i 4500\n"), (Format::Line, b"", b"x\n"), (Format::Line, b"", b"(x)\n"),
    (Format::Aleph, b"", b"000000001 24500 L $$a\n"), (Format::Aleph, b"", b"000000001 24500 L $$9^\n"), (Format::Aleph, b"000000001 24500 L ", b"$$"), (Format::Aleph, b"", b"0"),
    (Format::Aleph, b"000000001 24500 L $$a\n", b"x\n"), (Format::Aleph, b"000000001 24500 L $$a", b"000000002 24500 L $$a"),
    (Format::Microlif, b"", b"LDR"), (Format::Microlif, b"", b"^"), (Format::Microlif, b"", b"`"), (Format::Microlif, b"", b"_"), (Format::Microlif, b"LDR00100nam  22     2  4500^", b"24500_a^"),
    (Format::Display, b"", b"LEADER "), (Format::Display, b"", b"LEADER 00100nam a2200049 i 4500\n"), (Format::Display, b"245 00 ", b"|a"), (Format::Display, b"245 00 |a", b"\n  x"),
    (Format::Display, b"", b"100 1  x\n"), (Format::Display, b"245 00 |a", b"x"), (Format::Display, b"", b"\n"), (Format::Display, b"", b"245 00 |ax\r"), (Format::Mrk, b"", b"=245  00$ax\n\n"),
    (Format::IrbisText, b"", b"#"), (Format::IrbisText, b"", b"#1: \n"), (Format::IrbisText, b"", b"*****\n"), (Format::IrbisText, b"#1: ", b"^"), (Format::IrbisText, b"#1: ", b"x\n"), (Format::IrbisText, b"#1: ", b"#2: "),
    (Format::IrbisServer, b"", b"0#1\n"), (Format::IrbisServer, b"", b"1#0\n"), (Format::IrbisServer, b"", b"0\n"), (Format::IrbisServer, b"1#0\n0#1\n", b"#\n"),
    (Format::IrbisServer, b"", b"1#0\x1F\x1E0#1\x1F\x1E"), (Format::IrbisServer, b"1#0\x1F\x1E0#1\x1F\x1E", b"200#^a\x1F\x1E"), (Format::IrbisServer, b"", b"x"),
    (Format::CisisId, b"", b"!ID 1\n"), (Format::CisisId, b"!ID 1\n", b"!v1!"), (Format::CisisId, b"!ID 1\n", b"!v001!x\n"), (Format::CisisId, b"", b"!"), (Format::CisisId, b"!ID 1\n!v001!", b"x\n"),
    (Format::Marcxml, FIELD, b""), (Format::Ndjson, b"{\"leader\":\"", b""), (Format::Mrk, b"=LDR  00100nam a2200049 i 4500\n=245  00$a", b""),
    (Format::IrbisText, b"#1: ", b""), (Format::IrbisServer, b"1#0\n0#1\n", b""), (Format::CisisId, b"!ID 1\n!v001!", b""), (Format::Iso2709, b"", b""),
];

/// Bytes that no character set explains, in words of up to 16 of them and lines of up to 16 words.
fn by_chance(len: usize) -> Vec<u8> {
    let mut number = 0x9E37_79B9_7F4A_7C15u64;
    let byte = |_| {
        number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        match (number >> 56) as u8 {
            0 => b'\n',
            1..16 => b' ',
            byte => byte | 0x80,
        }
    };
    (0..len).map(byte).collect()
}

/// Returns a shape of this many bytes, or a few less: without a part of what is repeated, which would cost otherwise.
pub(crate) fn made(index: usize, size: usize) -> (Format, Source) {
    let (format, first, unit) = SHAPES[index];
    let mut bytes = first.to_vec();
    let rest = size - first.len();
    match unit.len() {
        0 => bytes.extend(by_chance(rest)),
        len => bytes.extend_from_slice(&unit.repeat(rest / len)),
    }
    (format, Source::Stream(bytes))
}

fn name(index: usize) -> String {
    let (format, first, unit) = SHAPES[index];
    format!("{format}, \"{}\" after \"{}\"", unit.escape_ascii(), first.escape_ascii())
}

/// The time that a shape takes, in nanoseconds of the processor for a byte. The work is repeated until it took long enough
/// for the ticks in which systems count.
fn time(index: usize, size: usize) -> f64 {
    const ENOUGH: u64 = 60_000_000;
    let (format, source) = made(index, size);
    let began = Instant::now();
    let spent = || {
        let status = fs::read_to_string("/proc/thread-self/schedstat").ok();
        let spent = status.and_then(|status| status.split(' ').next()?.parse::<u64>().ok());
        spent.unwrap_or_else(|| u64::try_from(began.elapsed().as_nanos()).unwrap())
    };
    let (first, mut times) = (spent(), 0);
    loop {
        cost::work(format, &source);
        times += 1;
        let took = spent() - first;
        if took >= ENOUGH {
            return took as f64 / (times * size) as f64;
        }
    }
}

/// The sizes at which a shape is looked at.
#[derive(Debug, Clone, Copy)]
struct Sizes {
    /// Two sizes at which instructions are counted.
    counted: [usize; 2],
    /// The largest size, at which time is measured.
    largest: usize,
}

impl Sizes {
    const ALL: Sizes = Sizes { counted: [1 << 20, 4 << 20], largest: 64 << 20 };

    /// The sizes for a shape that takes so many nanoseconds for a byte: a third of a second for the largest, and seconds for
    /// callgrind, which is some forty times slower.
    fn of(nanoseconds: f64) -> Sizes {
        let largest =
            (2..=6).rev().map(|power| 1 << (20 + power)).find(|size| nanoseconds * *size as f64 <= 3e8);
        let counted = match nanoseconds {
            ..6.0 => [1 << 20, 4 << 20],
            ..30.0 => [256 << 10, 1 << 20],
            ..200.0 => [64 << 10, 256 << 10],
            _ => [16 << 10, 64 << 10],
        };
        Sizes { counted, largest: largest.unwrap_or(4 << 20) }
    }
}

#[test]
fn the_worst_shapes_cost_the_same_for_each_byte() {
    let all = std::env::var_os("KARTOTEKA_SHAPES").is_some();
    let many = all || number("KARTOTEKA_MUTATIONS").is_some();
    let sizes = Mutex::new(vec![Sizes::ALL; SHAPES.len()]);
    let failed = parallel(0..SHAPES.len() as u64, |index| {
        let index = usize::try_from(index).unwrap();
        // Without optimisation, and in every run, smaller ones.
        let least = time(index, if many { 1 << 20 } else { 1 << 16 });
        let of_shape = if all { Sizes::ALL } else { Sizes::of(least) };
        sizes.lock().unwrap()[index] = of_shape;
        // What else the machine does makes a time longer, never shorter.
        let times = (0..3).map(|_| time(index, if many { of_shape.largest } else { 1 << 20 }));
        let mut most = f64::MAX;
        for time in times {
            most = most.min(time);
            if most <= 4.0 * least {
                return None;
            }
        }
        Some(format!("{}: {least:.1} ns a byte, {most:.1} with more", name(index)))
    });
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    if cfg!(debug_assertions) {
        eprintln!("SKIPPED: instructions are counted in the release profile only");
        return;
    }
    let sizes = sizes.into_inner().unwrap();
    let sizes: Vec<_> = sizes.into_iter().map(|sizes| sizes.counted).enumerate().collect();
    // Where a limit lies between two small sizes, as for the depth of JSON, the byte is dearer after it.
    let again: Vec<_> = grown(&sizes).into_iter().map(|(index, ..)| (index, Sizes::ALL.counted)).collect();
    let wrong: Vec<_> = grown(&again)
        .into_iter()
        .map(|(index, few, many)| {
            format!("{}: {few:.1} instructions a byte, {many:.1} with more", name(index))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Counts instructions at two sizes of some shapes, and returns those of which a byte is dearer at the larger one: the shape,
/// and what a byte costs at both.
fn grown(shapes: &[(usize, [usize; 2])]) -> Vec<(usize, f64, f64)> {
    // Both sizes of a shape after one another, so that the processors have as much to do.
    let work: Vec<Work> = shapes
        .iter()
        .flat_map(|(index, sizes)| sizes.map(|size| Work::Shape { index: *index, size }))
        .collect();
    let counts = cost::counted(&work).unwrap_or_default();
    let mut grown = Vec::new();
    for ((index, [less, more]), counts) in shapes.iter().zip(counts.chunks_exact(2)) {
        let (few, many) = (counts[0] as f64 / *less as f64, counts[1] as f64 / *more as f64);
        let [less, more] = [less, more].map(|size| size >> 10);
        println!("{}: {few:.1} instructions a byte for {less} KiB, {many:.1} for {more}", name(*index));
        if many > few * 1.1 + 1.0 {
            grown.push((*index, few, many));
        }
    }
    grown
}
