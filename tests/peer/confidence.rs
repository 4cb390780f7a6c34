//! What the confidence that is stated for a character set is worth: of what is 90 % likely, 90 in 100 are right.
//!
//! Titles are made of the words of the corpus (`charset/words-dev.tsv`), from which no model was made, and written in
//! every set in which their language is written. See `tests/common/mod.rs` for where the corpus is looked for.

use std::fs;

use kartoteka::charset::{Reason, candidates};
use kartoteka::{Charset, Dialect, Policy, ReadOptions, Record, RecordRead, iso2709};

use crate::common::corpus;

/// How many titles of each language in each set.
const TITLES: usize = 60;
/// By how many points the share that is right may differ from what is stated.
const POINTS: f64 = 3.0;
/// The lower ends of the bands, in thousandths. What is under the first is told as doubtful, and no measure.
const BANDS: [u16; 4] = [500, 800, 950, 990];

/// Numbers that are the same in every run.
struct Draw(u64);

impl Draw {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }
}

/// A record of UNIMARC that does not say its set, with this title.
fn unimarc(title: &[u8]) -> Vec<u8> {
    let field = [b"1 \x1Fa", title, b"\x1E"].concat();
    let head = format!("{:05}nam0 2200037   450 200{:04}00000\x1E", 37 + field.len() + 1, field.len());
    [head.as_bytes(), &field, b"\x1D"].concat()
}

/// The title as it is read, and the confidence in thousandths if its set was found by its text.
fn read(title: &[u8]) -> (String, Option<u16>) {
    let data = unimarc(title);
    let options = ReadOptions::new().dialect(Dialect::Unimarc);
    let mut reader = iso2709::SliceReader::new(&data, &options);
    let mut record = Record::new();
    assert!(reader.read_record(&mut record).unwrap());
    let confidence = match record.charset_reason() {
        Reason::Text(evidence) => Some(evidence.per_mille),
        _ => None,
    };
    let title = record.field("200").and_then(|field| field.subfield('a')).unwrap();
    (title.to_str_lossy().into_owned(), confidence)
}

/// Writes a word in a set, if that holds it.
fn written(word: &str, charset: Charset) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    charset.encode_into(word, Policy::Strict, &mut bytes).ok()?;
    (!bytes.contains(&0x1B) && !bytes.windows(3).any(|three| three == b"&#x")).then_some(bytes)
}

#[test]
fn in_bands_of_stated_confidence_as_many_are_right() {
    let Some(folder) = corpus() else { return };
    let words = fs::read_to_string(folder.join("charset/words-dev.tsv")).unwrap();
    // Nobody writes Latin letters in the Greek and Cyrillic sets of UNIMARC.
    let sets: Vec<Charset> =
        candidates().filter(|set| !matches!(set, Charset::Unimarc { g1: 2 | 5, .. })).collect();
    let mut draw = Draw(20_261_127);
    // The sum of what is stated, how many are right, how many there are.
    let mut bands = [(0f64, 0u32, 0u32); BANDS.len()];
    for line in words.lines() {
        let all: Vec<&str> = line.split('\t').skip(1).flat_map(|some| some.split(' ')).collect();
        let telling: Vec<&str> = all.iter().copied().filter(|word| !word.is_ascii()).collect();
        for set in &sets {
            let held: Vec<&str> =
                telling.iter().copied().filter(|word| written(word, *set).is_some()).collect();
            if held.len() * 5 < telling.len() * 4 {
                continue;
            }
            for _ in 0..TITLES {
                let mut title = vec![held[draw.below(held.len())]];
                title.extend((0..draw.below(6)).map(|_| all[draw.below(all.len())]));
                title.retain(|word| written(word, *set).is_some());
                title.rotate_left(draw.below(2) % title.len());
                let text = title.join(" ");
                let (got, confidence) = read(&written(&text, *set).unwrap());
                let Some(confidence) = confidence else { continue };
                let Some(band) = BANDS.iter().rposition(|least| confidence >= *least) else { continue };
                let (stated, right, count) = &mut bands[band];
                *stated += f64::from(confidence) / 10.0;
                *right += u32::from(got == text);
                *count += 1;
            }
        }
    }
    let mut wrong = Vec::new();
    for (least, (stated, right, count)) in BANDS.iter().zip(bands) {
        assert!(count >= 200, "{count} titles from {least} on are too few to measure");
        let (stated, right) = (stated / f64::from(count), 100.0 * f64::from(right) / f64::from(count));
        eprintln!(
            "from {:.0} %: {stated:.1} % stated, {right:.1} % right of {count}",
            f64::from(*least) / 10.0
        );
        if (stated - right).abs() > POINTS {
            wrong.push(*least);
        }
    }
    assert!(wrong.is_empty(), "bands from {wrong:?} thousandths on are more than {POINTS} points off");
}
