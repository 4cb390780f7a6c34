//! What the tests on real files share.
#![allow(dead_code, reason = "not every binary needs everything here")]

#[cfg(feature = "cli")]
pub(crate) mod program;

use std::fs;
use std::path::{Path, PathBuf};

use kartoteka::{
    Builder, Error, FieldRef, Framing, IsisHeader, ReadOptions, Record, RecordRead, RecordRef, SubfieldRef,
    Syntax, Tag,
};
use serde_json::{Value, json};
use unicode_normalization::UnicodeNormalization;

/// The folder of the corpus.
pub(crate) fn corpus() -> Option<PathBuf> {
    let named = std::env::var_os("KARTOTEKA_CORPUS").map(PathBuf::from);
    let folder = named.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"));
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(std::env::var_os("CI").is_none(), "no corpus at {}, and CI must not skip it", folder.display());
    eprintln!("SKIPPED: no corpus at {}; set KARTOTEKA_CORPUS", folder.display());
    None
}

pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(files(&path)),
            false => found.push(path),
        }
    }
    found.sort();
    found
}

fn nfc(text: &str) -> String {
    text.nfc().collect()
}

/// An IRBIS record of fields as they are written: a tag, and text with carets.
pub(crate) fn irbis_record<'a>(fields: impl IntoIterator<Item = (Tag, &'a str)>) -> Record {
    let mut made = Builder::new(Syntax::IRBIS).build().unwrap();
    for (tag, body) in fields {
        let mut parts = body.split('^');
        let head = parts.next().unwrap();
        made.push_field(tag, |writer| {
            writer.lead(head);
            for part in parts {
                let mut chars = part.chars();
                if let Some(code) = chars.next() {
                    writer.subfield(code, chars.as_str());
                }
            }
            writer
        })
        .unwrap();
    }
    made
}

/// An IRBIS record of the expectation of a base: tags, and fields with their carets.
pub(crate) fn irbis(record: &Value) -> Record {
    let fields = record["fields"].as_array().unwrap().iter();
    let mut made = irbis_record(fields.map(|field| {
        let tag = Tag::from_number(u32::try_from(field["tag"].as_u64().unwrap()).unwrap()).unwrap();
        (tag, field["value"].as_str().unwrap())
    }));
    made.set_isis(Some(IsisHeader::new(u32::try_from(record["mfn"].as_u64().unwrap()).unwrap(), 0, 0)));
    made
}

/// Tag, indicators, subfields of a MARC field as JSON, in NFC; an empty subfield code is not one.
fn canonical_field(field: FieldRef<'_>) -> Value {
    let text = |text: kartoteka::Text<'_>| nfc(&text.to_str().unwrap());
    if field.is_control() {
        return json!([field.tag().to_string(), text(field.lead())]);
    }
    let indicator =
        |at: usize| field.indicators().get(at).map_or(" ".to_owned(), |byte| char::from(*byte).to_string());
    let subfield = |subfield: SubfieldRef<'_>| json!([subfield.code().to_string(), text(subfield.value())]);
    json!([
        String::from_utf8_lossy(&field.tag().bytes().unwrap()),
        indicator(0),
        indicator(1),
        field.subfields().map(subfield).collect::<Vec<_>>()
    ])
}

/// What the expectations compare: leader/5 to 8, and the fields. A data field without any delimiter (250 of
/// `marc5.marc`) is kept by us, with its text before the first subfield, and dropped by those programs.
pub(crate) fn canonical(record: RecordRef<'_>) -> Value {
    let leader = record.header().leader.unwrap();
    let leader: String = leader.as_bytes()[5..9].iter().map(|byte| char::from(*byte)).collect();
    let fields = record
        .fields()
        .filter(|field| field.is_control() || field.lead().is_empty() || field.subfields().count() > 0);
    json!([leader, fields.map(canonical_field).collect::<Vec<_>>()])
}

/// The same of an expected record in MARC-in-JSON.
pub(crate) fn canonical_json(record: &Value) -> Value {
    let leader = &record["leader"].as_str().unwrap()[5..9];
    let mut fields = Vec::new();
    for field in record["fields"].as_array().unwrap() {
        let (tag, content) = field.as_object().unwrap().iter().next().unwrap();
        fields.push(match content.as_str() {
            Some(data) => json!([tag, nfc(data)]),
            None => {
                let subfields = content["subfields"].as_array().unwrap().iter().map(|subfield| {
                    let (code, value) = subfield.as_object().unwrap().iter().next().unwrap();
                    json!([code, nfc(value.as_str().unwrap())])
                });
                json!([tag, content["ind1"], content["ind2"], subfields.collect::<Vec<_>>()])
            }
        });
    }
    json!([leader, fields])
}

pub(crate) fn read_all<F: Framing>(data: &[u8], options: &ReadOptions) -> Vec<Result<Record, Error>> {
    kartoteka::Slice::<F>::new(data, options).records().collect()
}
