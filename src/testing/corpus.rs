//! Files for measurements, generated from a seed: the same on every machine.

use crate::format::iso2709;
use crate::io::{RecordWrite, WriteOptions};
use crate::irbis_text;
use crate::record::{Builder, Record, Syntax};

/// The kind of records in a generated file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// MARC 21 like that of an English-speaking library: about 900 bytes per record, hardly any beyond ASCII.
    Latin,
    /// RUSMARC with Cyrillic values in UTF-8: about half of the bytes beyond ASCII.
    Cyrillic,
    /// MARC 21 with hundreds of fields per record.
    Long,
    /// IRBIS exchange text in UTF-8, Cyrillic.
    IrbisText,
}

/// Generates a file with this number of records.
///
/// # Example
/// ```
/// use kartoteka::testing::corpus::{Kind, file};
///
/// assert_eq!(file(Kind::Latin, 3), file(Kind::Latin, 3));
/// assert_eq!(file(Kind::Latin, 3).iter().filter(|byte| **byte == 0x1D).count(), 3);
/// ```
pub fn file(kind: Kind, records: usize) -> Vec<u8> {
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let mut iso = iso2709::Writer::new(Vec::new(), &WriteOptions::new());
    let mut text = irbis_text::Writer::new(Vec::new(), &WriteOptions::new());
    for number in 0..records {
        let record = record(kind, number, &mut random);
        let written = match kind {
            Kind::IrbisText => text.write_record(record.view()),
            _ => iso.write_record(record.view()),
        };
        assert!(written.is_ok(), "a made record cannot be written");
    }
    assert!(iso.finish().is_ok() && text.finish().is_ok());
    match kind {
        Kind::IrbisText => text.into_inner(),
        _ => iso.into_inner(),
    }
}

fn record(kind: Kind, number: usize, random: &mut Random) -> Record {
    const LATIN: &[&str] =
        &["history", "of", "the", "library", "and", "its", "readers", "a", "study", "in", "poetry"];
    const CYRILLIC: &[&str] =
        &["история", "и", "библиотека", "читатели", "в", "поэзия", "собрание", "сочинений"];
    let words = if matches!(kind, Kind::Latin | Kind::Long) { LATIN } else { CYRILLIC };
    let fields = if kind == Kind::Long { 300 } else { 16 };
    let tags = ["020", "050", "100", "245", "260", "300", "500", "650", "650", "700", "910"];
    if kind == Kind::IrbisText {
        let mut builder = Builder::new(Syntax::IRBIS).field("920", |field| field.lead("PAZK"));
        for at in 0..fields {
            let value = random.words(words);
            let tag = tags.get(at % tags.len()).copied().unwrap_or("500");
            builder = builder.field(tag, |field| field.subfield('A', &value).subfield('b', "1999"));
        }
        return builder.build().unwrap_or_default();
    }
    let mut builder = Record::builder()
        .control_field("001", format!("made{number:08}"))
        .control_field("008", "260101s1999    xx            000 0 eng  ");
    for at in 0..fields {
        let (first, second) = (random.words(words), random.words(words));
        let tag = tags.get(at % tags.len()).copied().unwrap_or("500");
        builder = builder.data_field(tag, "1 ", [('a', first.as_str()), ('b', second.as_str())]);
    }
    builder.build().unwrap_or_default()
}

/// Pseudo-random numbers: xorshift.
struct Random(u64);

impl Random {
    fn next(&mut self) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap_or_default()
    }

    /// Returns one to four words.
    fn words(&mut self, words: &[&str]) -> String {
        let count = self.next() % 4 + 1;
        let picked = (0..count).filter_map(|_| words.get(self.next() % words.len().max(1)).copied());
        picked.collect::<Vec<_>>().join(" ")
    }
}
