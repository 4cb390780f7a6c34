//! Generated records and bytes.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::bytes::Cut;
use crate::record::{Builder, Record, Syntax};

/// Generates values: words of the languages of these catalogues, markup, quotes, combining marks, and
/// nothing.
fn value() -> impl Strategy<Value = String> {
    let words = vec![
        "",
        " ",
        "Divan",
        "Leyli və Məcnun",
        "ğıİ",
        "Қара сөздер ңү",
        "Война и мир",
        "شاهنامه\u{200C}ها",
        "a\u{301}e",
        "<b>&amp;\"'",
        "]]>",
        "{dollar}\\",
        "1999",
        "\t",
        "日本",
        "\u{FFFD}",
        "\u{FEFF}",
        "\u{85}\u{7F}",
        "$a",
        "#: ",
    ];
    vec(select(words), 0..4).prop_map(|words| words.concat())
}

/// Generates a MARC record that every format except IRBIS text can represent.
pub fn marc_record() -> impl Strategy<Value = Record> {
    let control = (select(vec!["001", "003", "005", "008"]), value());
    let indicators = "[ 0-9a-z#]{2}";
    let subfields = vec((select(vec!['a', 'b', 'c', '6', '9', 'A', '$', '=']), value()), 1..5);
    let data = ("[0-9][1-9][0-9]|[1-9]00|FMT|24a", indicators, subfields);
    (vec(control, 0..4), vec(data, 0..8)).prop_map(|(control, data)| {
        let mut builder = Record::builder();
        for (tag, value) in &control {
            builder = builder.control_field(tag, value);
        }
        for (tag, indicators, subfields) in &data {
            let subfields = subfields.iter().map(|(code, value)| (*code, value.as_str()));
            builder = builder.data_field(tag, indicators, subfields);
        }
        builder.build().unwrap_or_default()
    })
}

/// Generates an IRBIS record: tags of any width, head text, codes in both cases, empty subfields.
pub fn irbis_record() -> impl Strategy<Value = Record> {
    let subfields = vec((select(vec!['a', 'A', 'b', '1', '!', '(', 'С', '*']), value()), 0..5);
    let field = (1u32..3000, value(), subfields);
    (vec(field, 0..8), proptest::option::of(1u32..1_000_000)).prop_map(|(fields, mfn)| {
        let mut builder = Builder::new(Syntax::IRBIS);
        if let Some(mfn) = mfn {
            builder = builder.mfn(mfn);
        }
        for (tag, head, subfields) in &fields {
            builder = builder.field(&tag.to_string(), |field| {
                field.lead(head);
                for (code, value) in subfields {
                    field.subfield(*code, value);
                }
                field
            });
        }
        builder.build().unwrap_or_default()
    })
}

/// Damages `data`: some bytes are changed, removed, doubled or inserted. `special` are the bytes that have a
/// meaning in the format.
pub fn mutated(data: Vec<u8>, special: &'static [u8]) -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![any::<u8>(), select(special.to_vec())];
    vec((any::<Index>(), 0u8..6, byte), 0..6).prop_map(move |edits| {
        let mut data = data.clone();
        for (index, edit, byte) in edits {
            if data.is_empty() {
                break;
            }
            let at = index.index(data.len());
            match edit {
                0 | 1 => data.splice(at..at + 1, [byte]).for_each(drop),
                2 => data.splice(at..at + 1, []).for_each(drop),
                3 => data.splice(at..at, [byte]).for_each(drop),
                4 => data.truncate(at),
                _ => {
                    let end = (at + usize::from(byte)).min(data.len());
                    let piece = data.cut(at..end).to_vec();
                    data.splice(at..at, piece).for_each(drop);
                }
            }
        }
        data
    })
}
