//! What a value costs does not grow with the record: one of sixteen times as many fields, or subfields in a field, takes
//! sixteen times as long. What grows with the square takes 256 times as long; less than 64 times is asked for.

use std::time::{Duration, Instant};

use kartoteka::crosswalk::{Converter, Crosswalk};
use kartoteka::{Record, Syntax};

/// Makes a record of a form, with this many values: each in a field of its own, or all in one.
fn made(syntax: Syntax, tag: &str, codes: &str, in_one: bool, count: usize) -> Record {
    let mut record = Record::builder().build().unwrap();
    if syntax == Syntax::IRBIS {
        record = kartoteka::Builder::new(syntax).field("920", |field| field.lead("PAZK")).build().unwrap();
    }
    let mut codes = codes.chars().cycle();
    let fields = if in_one { 1 } else { count };
    for at in 0..fields {
        let pushed = record.push_field(tag.parse().unwrap(), |field| {
            if syntax != Syntax::IRBIS {
                field.indicators("1 ");
            }
            for number in 0..count / fields {
                field.subfield(codes.next().unwrap(), &format!("Rüstəm {}, S.", at + number));
            }
            field
        });
        pushed.unwrap();
    }
    record
}

fn time(crosswalk: &Crosswalk, record: &Record) -> Duration {
    let mut converter = Converter::new(crosswalk);
    let once = |_| {
        let (began, mut out) = (Instant::now(), Record::new());
        converter.convert(record.view(), &mut out).unwrap();
        began.elapsed()
    };
    (0..3).map(once).min().unwrap()
}

#[test]
fn records_of_many_fields_or_subfields_cost_no_more_for_each() {
    let irbis: &[(&str, &str)] = &[
        ("700", "ab"),
        ("200", "aef"),
        ("461", "cvw"),
        ("463", "cw"),
        ("606", "ab"),
        ("910", "abcd"),
        ("101", "a"),
        ("922", "cf"),
        ("330", "cf"),
        ("919", "oz"),
        ("300", "a"),
        ("225", "av"),
        ("910", "q"),
    ];
    let unimarc: &[(&str, &str)] = &[
        ("701", "ab"),
        ("200", "ae"),
        ("606", "axyz"),
        ("461", "tv"),
        ("463", "1a"),
        ("225", "av"),
        ("327", "a"),
        ("856", "u"),
        ("604", "1a"),
        ("700", "x"),
    ];
    let marc21: &[(&str, &str)] = &[
        ("700", "ad"),
        ("245", "abc"),
        ("650", "ax"),
        ("773", "tgw"),
        ("490", "av"),
        ("505", "agrt"),
        ("856", "uz"),
        ("245", "hnp"),
        ("880", "6a"),
        ("700", "i"),
    ];
    for (name, syntax, shapes) in [
        ("irbis-marc21", Syntax::IRBIS, irbis),
        ("irbis-rusmarc", Syntax::IRBIS, irbis),
        ("unimarc-marc21", Syntax::MARC, unimarc),
        ("marc21-unimarc", Syntax::MARC, marc21),
    ] {
        let crosswalk = Crosswalk::builtin(name).unwrap();
        for (tag, codes) in shapes {
            for in_one in [false, true] {
                let few = time(&crosswalk, &made(syntax, tag, codes, in_one, 1_000));
                let many = time(&crosswalk, &made(syntax, tag, codes, in_one, 16_000));
                let most = few.max(Duration::from_millis(1)) * 64;
                assert!(many < most, "{name}, {tag} ${codes}, in one field: {in_one}: {few:?}, {many:?}");
            }
        }
    }
}
