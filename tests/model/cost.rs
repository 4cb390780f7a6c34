//! What a value costs does not grow with the record: one of sixteen times as many fields, or subfields in a field, takes
//! sixteen times as long. What grows with the square takes 256 times as long; less than 64 times is asked for.

use std::time::{Duration, Instant};

use kartoteka::model::Bib;
use kartoteka::{Builder, Record, Syntax};

/// Where the subfields of a record are.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Layout {
    /// Each in a field of its own.
    Apart,
    /// All in one field, the codes in turn.
    InTurn,
    /// All in one field, those of a code after one another.
    Together,
}

/// Makes a record with this many subfields.
fn made(syntax: Syntax, tag: &str, codes: &str, layout: Layout, count: usize) -> Record {
    let mut record = Builder::new(syntax).build().unwrap();
    let codes: Vec<char> = codes.chars().collect();
    let fields = if layout == Layout::Apart { count } else { 1 };
    for at in 0..fields {
        let pushed = record.push_field(tag.parse().unwrap(), |field| {
            if syntax != Syntax::IRBIS {
                field.indicators("1 ");
            }
            for number in 0..count / fields {
                let code = match layout {
                    Layout::Together => number * codes.len() / count,
                    _ => (at + number) % codes.len(),
                };
                field.subfield(codes[code], &format!("Nəsir {}, ət-Tusi", at + number));
            }
            field
        });
        pushed.unwrap();
    }
    record
}

fn time(record: &Record) -> Duration {
    let once = |_| {
        let began = Instant::now();
        let bib = Bib::of(record.view());
        let answers = (bib.title(), bib.authors().count(), bib.year(), bib.subjects().count());
        let snapshot = bib.snapshot();
        std::hint::black_box((answers, snapshot, bib.findings().count()));
        began.elapsed()
    };
    (0..3).map(once).min().unwrap()
}

#[test]
fn records_of_many_fields_or_subfields_cost_no_more_for_each() {
    let marc: &[(&str, &str)] = &[
        ("100", "e"),
        ("700", "aebcd4"),
        ("245", "b"),
        ("245", "abcnp"),
        ("264", "a"),
        ("264", "b"),
        ("260", "abc"),
        ("300", "abc"),
        ("020", "aqz"),
        ("041", "ah"),
        ("490", "avx"),
        ("650", "axyz2"),
        ("600", "atx"),
        ("773", "tgw"),
        ("856", "uyz"),
        ("880", "6abc"),
        ("505", "tr"),
        ("852", "bhp"),
    ];
    let irbis: &[(&str, &str)] = &[
        ("200", "aef"),
        ("210", "acd"),
        ("210", "ca"),
        ("461", "cvw"),
        ("700", "ab4"),
        ("910", "abcd"),
        ("225", "av"),
    ];
    let mut slow = Vec::new();
    for (syntax, kinds) in [(Syntax::MARC, marc), (Syntax::IRBIS, irbis)] {
        for (tag, codes) in kinds {
            for layout in [Layout::Apart, Layout::InTurn, Layout::Together] {
                let few = time(&made(syntax, tag, codes, layout, 500)).max(Duration::from_micros(200));
                let many = time(&made(syntax, tag, codes, layout, 8_000));
                if many > few * 64 {
                    slow.push(format!("{tag}${codes} {layout:?}, {few:?}, then {many:?}"));
                }
            }
        }
    }
    assert!(slow.is_empty(), "{slow:#?}");
}
