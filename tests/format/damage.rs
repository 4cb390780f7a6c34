//! Damage to ISO 2709: it stays where it is, and as much as can be read of the damaged record is read.
#![cfg(feature = "testing")]

use std::fs;
use std::path::{Path, PathBuf};

use crate::common::{canonical, canonical_json, corpus, files, read_all};
use kartoteka::iso2709::{Iso2709, SliceReader, Writer};
use kartoteka::testing::marc_record;
use kartoteka::{
    Error, Finding, ReadOptions, Record, RecordRead, RecordWrite, Recovery, Severity, WriteOptions, rules,
};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::Value;

/// The record in ISO 2709; what of a damaged one cannot be written is nothing.
fn written(record: &Record) -> Vec<u8> {
    let mut writer = Writer::new(Vec::new(), &WriteOptions::new());
    let _ = writer.write_record(record.view());
    writer.finish().unwrap();
    writer.into_inner()
}

/// All records, each with its findings; what strict reading refuses is an error.
fn outcome(data: &[u8], recovery: Recovery) -> Vec<(Result<Record, Error>, Vec<Finding>)> {
    let mut reader = SliceReader::new(data, &ReadOptions::new().recovery(recovery));
    let mut found = Vec::new();
    let mut record = Record::new();
    loop {
        match reader.read_record(&mut record) {
            Ok(false) => return found,
            Ok(true) => found.push((Ok(record.clone()), reader.findings().to_vec())),
            Err(error) => {
                let ends = !error.is_record();
                found.push((Err(error), reader.findings().to_vec()));
                if ends {
                    return found;
                }
            }
        }
    }
}

// One kind of damage at a time, to any record of any file.

/// A sound record in its parts.
struct Parts {
    leader: Vec<u8>,
    entries: Vec<Vec<u8>>,
    /// Each with its terminator.
    fields: Vec<Vec<u8>>,
}

impl Parts {
    fn of(record: &[u8]) -> Parts {
        let number = |bytes: &[u8]| std::str::from_utf8(bytes).unwrap().parse::<usize>().unwrap();
        let base = number(&record[12..17]);
        let entries: Vec<Vec<u8>> = record[24..base - 1].chunks(12).map(<[u8]>::to_vec).collect();
        let field = |entry: &Vec<u8>| {
            let start = base + number(&entry[7..]);
            record[start..start + number(&entry[3..7])].to_vec()
        };
        Parts { leader: record[..24].to_vec(), fields: entries.iter().map(field).collect(), entries }
    }

    fn bytes(&self) -> Vec<u8> {
        let directory = self.entries.concat();
        [&self.leader, directory.as_slice(), b"\x1e", &self.fields.concat(), b"\x1d"].concat()
    }

    /// Computes all numbers again, in bytes or in characters.
    fn counted(&mut self, len: impl Fn(&[u8]) -> usize) {
        let mut start = 0;
        for (entry, field) in self.entries.iter_mut().zip(&self.fields) {
            entry[3..].copy_from_slice(format!("{:04}{start:05}", len(field)).as_bytes());
            start += len(field);
        }
        let base = 25 + 12 * self.entries.len();
        self.leader[12..17].copy_from_slice(format!("{base:05}").as_bytes());
        let all = base + start + 1;
        self.leader[..5].copy_from_slice(format!("{all:05}").as_bytes());
    }
}

/// Where and with what the damage is done.
#[derive(Debug, Clone)]
struct Dice {
    first: Index,
    second: Index,
    byte: u8,
    number: u32,
}

impl Dice {
    fn pick<'a, T>(&self, of: &'a mut [T]) -> Option<&'a mut T> {
        (!of.is_empty()).then(|| self.first.index(of.len())).and_then(|index| of.get_mut(index))
    }
}

fn put(into: &mut [u8], digits: &str) {
    into.copy_from_slice(digits.as_bytes());
}

type Damage = fn(&[u8], &Dice) -> Option<Vec<u8>>;

/// With the parts of a record, then put together again.
fn parts(record: &[u8], change: impl FnOnce(&mut Parts) -> Option<()>) -> Option<Vec<u8>> {
    let mut parts = Parts::of(record);
    change(&mut parts)?;
    Some(parts.bytes())
}

/// With one field, lengths computed again.
fn field(record: &[u8], dice: &Dice, change: impl FnOnce(&mut Vec<u8>) -> Option<()>) -> Option<Vec<u8>> {
    parts(record, |parts| {
        change(dice.pick(&mut parts.fields)?)?;
        parts.counted(<[u8]>::len);
        Some(())
    })
}

/// With one field that has subfields, lengths computed again.
fn data_field(
    record: &[u8],
    dice: &Dice,
    change: impl FnOnce(&mut Vec<u8>) -> Option<()>,
) -> Option<Vec<u8>> {
    field(record, dice, |field| if field.get(2) == Some(&0x1F) { change(field) } else { None })
}

/// With one entry.
fn entry(record: &[u8], dice: &Dice, change: impl FnOnce(&mut Vec<u8>)) -> Option<Vec<u8>> {
    parts(record, |parts| dice.pick(&mut parts.entries).map(change))
}

/// A byte put into the value of a field, lengths as they were or computed again.
fn into_field(record: &[u8], dice: &Dice, bytes: &[u8], counted: bool) -> Option<Vec<u8>> {
    parts(record, |parts| {
        let field = dice.pick(&mut parts.fields)?;
        let at = dice.second.index(field.len());
        field.splice(at..at, bytes.iter().copied());
        if counted {
            parts.counted(<[u8]>::len);
        }
        Some(())
    })
}

const DAMAGES: &[(&str, Damage)] = &[
    ("record length off by a few", |record, dice| {
        let length = record.len().checked_add_signed(i16::from(dice.byte as i8) as isize)?;
        let mut record = record.to_vec();
        put(&mut record[..5], &format!("{length:05}"));
        Some(record)
    }),
    ("record length any number", |record, dice| {
        let mut record = record.to_vec();
        put(&mut record[..5], &format!("{:05}", dice.number % 100_000));
        Some(record)
    }),
    ("record length no number", |record, dice| {
        let mut record = record.to_vec();
        put(
            &mut record[..5],
            ["     ", "00000", "99999", "0012x", "length"[..5].as_ref()][dice.first.index(5)],
        );
        Some(record)
    }),
    ("base address any number", |record, dice| {
        let mut record = record.to_vec();
        put(&mut record[12..17], &format!("{:05}", dice.number % 100_000));
        Some(record)
    }),
    ("base address off by a few", |record, dice| {
        let mut record = record.to_vec();
        let base = std::str::from_utf8(&record[12..17]).unwrap().parse::<usize>().unwrap();
        let base = base.checked_add_signed(isize::from(dice.byte as i8 / 4))?;
        put(&mut record[12..17], &format!("{base:05}"));
        Some(record)
    }),
    ("base address no number", |record, _| {
        let mut record = record.to_vec();
        put(&mut record[12..17], "base ");
        Some(record)
    }),
    ("an entry of 11 bytes", |record, dice| {
        entry(record, dice, |entry| {
            entry.remove(3 + dice.second.index(9));
        })
    }),
    ("an entry of 13 bytes", |record, dice| {
        entry(record, dice, |entry| entry.insert([3, 7][dice.second.index(2)], b'0'))
    }),
    ("all entries of 13 bytes", |record, dice| {
        parts(record, |parts| {
            if parts.entries.len() < 2 {
                return None; // it could also be a leader that is too long
            }
            let at = [3, 7][dice.second.index(2)];
            parts.entries.iter_mut().for_each(|entry| entry.insert(at, b'0'));
            Some(())
        })
    }),
    ("a letter in a number", |record, dice| {
        entry(record, dice, |entry| entry[3 + dice.second.index(9)] = b'x')
    }),
    ("a length any number", |record, dice| {
        entry(record, dice, |entry| put(&mut entry[3..7], &format!("{:04}", dice.number % 10_000)))
    }),
    ("a start any number", |record, dice| {
        entry(record, dice, |entry| put(&mut entry[7..], &format!("{:05}", dice.number % 100_000)))
    }),
    ("counted in characters", |record, _| {
        parts(record, |parts| {
            parts.counted(|field| std::str::from_utf8(field).unwrap().chars().count());
            Some(())
        })
    }),
    ("the end of the directory missing", |record, _| {
        let mut record = record.to_vec();
        record.remove(record.iter().position(|byte| *byte == 0x1E)?);
        Some(record)
    }),
    ("the end of the directory another byte", |record, dice| {
        let mut record = record.to_vec();
        let at = record.iter().position(|byte| *byte == 0x1E)?;
        record[at] = dice.byte;
        Some(record)
    }),
    ("a terminator missing", |record, dice| {
        parts(record, |parts| dice.pick(&mut parts.fields)?.pop().map(drop))
    }),
    ("a terminator another byte", |record, dice| {
        parts(record, |parts| dice.pick(&mut parts.fields)?.last_mut().map(|last| *last = dice.byte))
    }),
    ("a field terminator in a value", |record, dice| into_field(record, dice, b"\x1e", true)),
    ("a field terminator in a value, not counted", |record, dice| into_field(record, dice, b"\x1e", false)),
    ("a record terminator in a value", |record, dice| into_field(record, dice, b"\x1d", true)),
    ("a record terminator in a value, not counted", |record, dice| into_field(record, dice, b"\x1d", false)),
    ("filler after it", |record, dice| {
        let filler: [&[u8]; 4] = [b"\n", b"\r\n", b"\0\x1a ", b"\n\n\n"];
        Some([record, filler[dice.first.index(4)]].concat())
    }),
    ("garbage after it", |record, dice| {
        let garbage: [&[u8]; 4] = [b"no record at all", b"<html>0</html>\n", &[dice.byte; 40], b"00123"];
        Some([record, garbage[dice.first.index(4)]].concat())
    }),
    ("a byte order mark before it", |record, _| Some([b"\xEF\xBB\xBF", record].concat())),
    ("NUL in a value", |record, dice| into_field(record, dice, b"\0", true)),
    ("a line end in a value, not counted", |record, dice| into_field(record, dice, b"\r\n", false)),
    ("a tag of other bytes", |record, dice| {
        entry(record, dice, |entry| entry[dice.second.index(3)] = dice.byte)
    }),
    ("no indicators", |record, dice| {
        data_field(record, dice, |field| {
            drop(field.drain(..2));
            Some(())
        })
    }),
    ("one indicator", |record, dice| {
        data_field(record, dice, |field| {
            field.remove(0);
            Some(())
        })
    }),
    ("three indicators", |record, dice| {
        data_field(record, dice, |field| {
            field.insert(0, dice.byte);
            Some(())
        })
    }),
    ("an indicator of another byte", |record, dice| {
        data_field(record, dice, |field| {
            field[1] = dice.byte;
            Some(())
        })
    }),
    ("a subfield code missing", |record, dice| {
        data_field(record, dice, |field| {
            field.remove(3);
            Some(())
        })
    }),
    ("a subfield code of another byte", |record, dice| {
        data_field(record, dice, |field| {
            field[3] = dice.byte;
            Some(())
        })
    }),
    ("a delimiter doubled", |record, dice| {
        data_field(record, dice, |field| {
            field.insert(2, 0x1F);
            Some(())
        })
    }),
    ("no delimiters", |record, dice| {
        data_field(record, dice, |field| {
            field.retain(|byte| *byte != 0x1F);
            Some(())
        })
    }),
    ("leader/09 blank", |record, _| {
        let mut record = record.to_vec();
        record[9] = b' ';
        Some(record)
    }),
    ("a byte of Latin-1", |record, dice| into_field(record, dice, b"\xE9", true)),
    ("cut off", |record, dice| Some(record[..1 + dice.first.index(record.len() - 1)].to_vec())),
    ("its beginning lost", |record, dice| Some(record[1 + dice.first.index(record.len() - 1)..].to_vec())),
    ("entries in another order", |record, dice| {
        parts(record, |parts| {
            let middle = dice.first.index(parts.entries.len().max(1));
            parts.entries.rotate_left(middle);
            Some(())
        })
    }),
    ("an entry twice", |record, dice| {
        parts(record, |parts| {
            let index = dice.first.index(parts.entries.len().max(1));
            let entry = parts.entries.get(index)?.clone();
            parts.entries.push(entry);
            let base = 25 + 12 * parts.entries.len();
            put(&mut parts.leader[12..17], &format!("{base:05}"));
            put(&mut parts.leader[..5], &format!("{:05}", record.len() + 12));
            Some(())
        })
    }),
    ("a length of zero", |record, dice| entry(record, dice, |entry| put(&mut entry[3..7], "0000"))),
    ("a field of nothing", |record, dice| {
        field(record, dice, |field| {
            drop(field.drain(..field.len() - 1));
            Some(())
        })
    }),
    ("a field of 12,005 bytes, capped", |record, dice| {
        parts(record, |parts| {
            let field = dice.pick(&mut parts.fields)?;
            field.splice(field.len() - 1..field.len() - 1, [b'x'; 12_000]);
            parts.counted(|field| field.len().min(9_999));
            Some(())
        })
    }),
    ("a record of more than 99,999 bytes", |record, dice| {
        let digits = ["00000", "99999"][dice.second.index(2)];
        let mut parts = Parts::of(record);
        for _ in 0..11 {
            parts.entries.push(b"500000000000".to_vec());
            parts.fields.push([b"  \x1fa", [b'x'; 9_994].as_slice(), b"\x1e"].concat());
        }
        let mut start = 0;
        for (entry, field) in parts.entries.iter_mut().zip(&parts.fields) {
            let begins = if start > 99_999 { digits.to_owned() } else { format!("{start:05}") };
            put(&mut entry[3..], &format!("{:04}{begins}", field.len()));
            start += field.len();
        }
        let base = 25 + 12 * parts.entries.len();
        put(&mut parts.leader[12..17], &format!("{base:05}"));
        put(&mut parts.leader[..5], digits);
        Some(parts.bytes())
    }),
    ("its terminator missing", |record, _| Some(record[..record.len() - 1].to_vec())),
    ("its terminator twice", |record, _| Some([record, b"\x1d"].concat())),
    ("a leader too short", |record, dice| {
        let mut record = record.to_vec();
        record.remove(dice.first.index(24));
        Some(record)
    }),
    ("a leader too long", |record, dice| {
        let mut record = record.to_vec();
        record.insert(dice.first.index(24), [b' ', dice.byte][dice.second.index(2)]);
        Some(record)
    }),
    ("leader/10 and 11, or 20 to 23, other bytes", |record, dice| {
        let mut record = record.to_vec();
        record[[10, 11, 20, 21, 22, 23][dice.first.index(6)]] = dice.byte;
        Some(record)
    }),
    ("lines of 80 columns", |record, dice| {
        let end: &[u8] = [&b"\n"[..], b"\r\n"][dice.first.index(2)];
        let lines: Vec<Vec<u8>> = record.chunks(80).map(|line| [line, end].concat()).collect();
        Some(lines.concat())
    }),
    ("a byte another", |record, dice| {
        let mut record = record.to_vec();
        *dice.pick(&mut record)? = dice.byte;
        Some(record)
    }),
    ("a byte lost", |record, dice| {
        let mut record = record.to_vec();
        record.remove(dice.first.index(record.len()));
        Some(record)
    }),
    ("a byte too many", |record, dice| {
        let mut record = record.to_vec();
        record.insert(dice.first.index(record.len()), dice.byte);
        Some(record)
    }),
    ("bytes overwritten", |record, dice| {
        let mut record = record.to_vec();
        let start = dice.first.index(record.len());
        let end = record.len().min(start + 1 + dice.second.index(40));
        record[start..end].fill(dice.byte);
        Some(record)
    }),
    ("bytes lost", |record, dice| {
        let mut record = record.to_vec();
        let start = dice.first.index(record.len());
        let end = record.len().min(start + 1 + dice.second.index(40));
        record.drain(start..end);
        Some(record)
    }),
    ("bytes twice", |record, dice| {
        let mut record = record.to_vec();
        let start = dice.first.index(record.len());
        let end = record.len().min(start + 1 + dice.second.index(40));
        let piece = record[start..end].to_vec();
        record.splice(start..start, piece);
        Some(record)
    }),
];

/// Damage that leaves all of the record to be read: fields, and leader but for what the damage is to.
const HARMLESS: &[&str] = &[
    "record length off by a few",
    "record length no number",
    "base address any number",
    "base address off by a few",
    "base address no number",
    "counted in characters",
    "the end of the directory missing",
    "filler after it",
    "its terminator missing",
    "its terminator twice",
    "lines of 80 columns",
    "all entries of 13 bytes",
];

fn check(before: &[Vec<u8>], damaged: &[u8], after: &[Vec<u8>], harmless: Option<&Record>) {
    let data = [before.concat().as_slice(), damaged, after.concat().as_slice()].concat();
    let start = before.concat().len() as u64;
    let end = start + damaged.len() as u64;
    let shown = || damaged.escape_ascii().to_string();
    for recovery in [Recovery::Salvage, Recovery::Strict] {
        let records = outcome(&data, recovery);
        let all = records.iter().map(|(read, _)| read.as_ref().ok().map(written)).collect::<Vec<_>>();
        let around = before.len() + after.len();
        assert!(all.len() >= around, "{recovery:?}: {} of {around} neighbours of {}", all.len(), shown());
        for (number, (ours, theirs)) in all.iter().zip(before).enumerate() {
            assert!(ours.as_ref() == Some(theirs), "{recovery:?}: record {number} before {}", shown());
        }
        for (number, (ours, theirs)) in all.iter().rev().zip(after.iter().rev()).enumerate() {
            assert_eq!(
                ours.as_ref().map(|bytes| bytes.escape_ascii().to_string()),
                Some(theirs.escape_ascii().to_string()),
                "{recovery:?}: record {number} from the end, behind {}",
                shown()
            );
        }
        if let (Some(original), Recovery::Salvage) = (harmless, recovery) {
            assert_eq!(
                all.len(),
                around + 1,
                "{:?} in {}",
                records.iter().flat_map(|(_, found)| found).map(ToString::to_string).collect::<Vec<_>>(),
                shown()
            );
            let fields = |record: &Record| -> Vec<_> {
                record.fields().map(|field| (field.tag(), field.raw().to_vec())).collect()
            };
            let read = records[before.len()].0.as_ref().unwrap();
            assert_eq!(fields(read), fields(original), "{}", shown());
        }
        for (read, _) in &records {
            let Err(error) = read else { continue };
            let at = error.location().unwrap().byte;
            assert!((start..=end).contains(&at), "{error}: not in {start} to {end}");
            assert_eq!(error.finding().map(Finding::severity), Some(Severity::Error));
        }
    }
}

fn dice() -> impl Strategy<Value = Dice> {
    let byte = prop_oneof![any::<u8>(), proptest::sample::select(b"\x1d\x1e\x1f 0129a\n\0".to_vec())];
    (any::<Index>(), any::<Index>(), byte, any::<u32>()).prop_map(|(first, second, byte, number)| Dice {
        first,
        second,
        byte,
        number,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(1024), ..Default::default() })]

    #[test]
    fn any_damage_leaves_all_other_records_as_they_are(
        records in proptest::collection::vec(marc_record(), 1..5),
        which in any::<Index>(),
        kind in 0..DAMAGES.len(),
        dice in dice(),
    ) {
        let bytes: Vec<Vec<u8>> = records.iter().map(written).collect();
        let which = which.index(bytes.len());
        let (name, damage) = DAMAGES[kind];
        if let Some(damaged) = damage(&bytes[which], &dice) {
            // Without data, nothing tells whose terminator is missing.
            let full = records[which].fields().all(|field| !field.raw().is_empty());
            let harmless = HARMLESS.contains(&name) && full && records[which].fields().len() > 0;
            check(&bytes[..which], &damaged, &bytes[which + 1..], harmless.then_some(&records[which]));
        }
    }
}

#[test]
fn each_name_of_harmless_damage_is_one() {
    assert!(HARMLESS.iter().all(|name| DAMAGES.iter().any(|(kind, _)| kind == name)));
}

// Files with known damage.

/// Three records, of which one is damaged in one way or another, and what other programs make of them or should.
fn synthetic(corpus: &Path) -> Vec<(String, Vec<u8>, Option<Vec<Value>>)> {
    let folder = corpus.join("marc/bad/synthetic");
    let of = |path: PathBuf| {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let expected = fs::read_to_string(path.with_extension("expected.jsonl")).ok();
        let lines = |text: String| text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        (name, fs::read(&path).unwrap(), expected.map(lines))
    };
    let is_mrc = |path: &PathBuf| path.extension().is_some_and(|end| end == "mrc");
    let all: Vec<_> = files(&folder).into_iter().filter(is_mrc).map(of).collect();
    assert_eq!(all.len(), 61);
    all
}

fn errors(findings: &[Finding]) -> usize {
    findings.iter().filter(|finding| finding.severity() == Severity::Error).count()
}

/// The neighbours come back whole in all files, and the damaged record as well, but for what is said here.
#[test]
fn each_class_of_damage_behaves_as_its_line_says() {
    let Some(corpus) = corpus() else { return };
    let all = synthetic(&corpus);
    let clean = all.iter().find(|(name, ..)| name == "00-clean").unwrap().2.clone().unwrap();
    let mut whole = 0;
    for (name, data, expected) in &all {
        let records = outcome(data, Recovery::Salvage);
        let number = &name[..2];
        if matches!(number, "57" | "58" | "59" | "60") {
            // No records: UTF-16 and text are one error each.
            let texts: Vec<_> =
                records.iter().map(|(read, _)| read.as_ref().unwrap_err().to_string()).collect();
            match number {
                "57" => assert!(texts.len() == 1 && texts[0].contains("UTF-16"), "{texts:?}"),
                _ => assert!(texts.is_empty(), "{texts:?}"),
            }
            continue;
        }
        let records: Vec<Record> = records.into_iter().map(|(read, _)| read.unwrap()).collect();
        assert_eq!(records.len(), 3, "{name}");
        let mut theirs = expected.as_ref().unwrap_or(&clean).clone();
        if number == "41" {
            theirs.swap(1, 2); // the last is cut
        }
        for (index, expected) in theirs.iter().enumerate() {
            let mut record = records[index].clone();
            let damaged = if number == "41" { index == 2 } else { index == 1 };
            let fields = expected["fields"].as_array().unwrap().len();
            match number {
                // Whole but for the tag, the leader, the field that cannot be; Latin-1 in what says that it is UTF-8.
                "30" | "52" | "19" | "36" | "38" | "39" if damaged => {
                    assert_eq!(record.fields().len(), fields, "{name}");
                    continue;
                }
                "41" if damaged => {
                    let ours: Vec<Value> = canonical(record.view())[1].as_array().unwrap().clone();
                    let theirs = canonical_json(expected);
                    let same =
                        ours.iter().zip(theirs[1].as_array().unwrap()).take_while(|(a, b)| a == b).count();
                    assert!(same + 1 >= ours.len() && same > 10, "{name}: {same} of {}", ours.len());
                    continue;
                }
                // The empty field is kept by us.
                "44" | "45" if damaged => record.retain(|field| !field.raw().is_empty()),
                _ => {}
            }
            assert_eq!(canonical(record.view()), canonical_json(expected), "{name}, record {}", index + 1);
            whole += usize::from(index == 1);
        }
    }
    assert!(whole >= 51, "{whole}");
}

/// Strict reading refuses the damaged record, or what stands before it, and nothing else; and says where.
#[test]
fn strict_reading_names_a_place_in_the_damaged_record() {
    let Some(corpus) = corpus() else { return };
    let mut refused = 0;
    for (name, data, _) in synthetic(&corpus) {
        // All three are in lines of 80 columns, and no file of records at all.
        if ["56", "57", "58", "59", "60"].iter().any(|number| name.starts_with(number)) {
            continue;
        }
        // The first and the last record are the same in all files.
        let clean = fs::read(corpus.join("marc/bad/synthetic/00-clean.mrc")).unwrap();
        let sound = read_all::<Iso2709>(&clean, &ReadOptions::new());
        let sound: Vec<Vec<u8>> = sound.iter().map(|read| written(read.as_ref().unwrap())).collect();
        let last = name.starts_with("41");
        let start = if last { sound[0].len() + sound[2].len() } else { sound[0].len() };
        let end = if last { data.len() } else { data.len() - sound[2].len() };
        let records = outcome(&data, Recovery::Strict);
        let good: Vec<_> = records.iter().filter_map(|(read, _)| read.as_ref().ok().map(written)).collect();
        assert!(good.contains(&sound[0]) && good.contains(&sound[2]), "{name}");
        let bom = if name.starts_with("26") { 3 } else { 0 };
        for error in records.iter().filter_map(|(read, _)| read.as_ref().err()) {
            let at = error.location().unwrap().byte as usize;
            assert!((start + bom..=end).contains(&at), "{name}: {error}: not in {start} to {end}");
            refused += 1;
        }
        let salvaged = outcome(&data, Recovery::Salvage);
        let found = salvaged.iter().map(|(_, findings)| errors(findings)).sum::<usize>();
        assert_eq!(found > 0, good.len() < records.len(), "{name}: strict reading without a reason");
    }
    assert!(refused > 25, "{refused}");
}

// Real files.

/// The table in the documentation: file, then records and errors of ours and of each other program.
fn table() -> Vec<Vec<String>> {
    let text = include_str!("../../src/format/iso2709/damage.md");
    let rows = text.lines().filter(|line| line.starts_with("| `"));
    let cells =
        |row: &str| row.trim_matches('|').split('|').map(|cell| cell.trim().replace('`', "")).collect();
    rows.map(cells).collect()
}

/// How many records of a file are whole or partly there, and how many findings of damage they have.
fn ours(data: &[u8]) -> String {
    let records = outcome(data, Recovery::Salvage);
    let read = records.iter().filter(|(read, _)| read.is_ok()).count();
    let with_errors = records.iter().filter(|(_, findings)| errors(findings) > 0).count();
    format!("{read}/{with_errors}")
}

#[test]
fn real_files_yield_no_fewer_records_than_with_any_other_program() {
    let Some(corpus) = corpus() else { return };
    let peers = fs::read_to_string(corpus.join("marc/expected/BAD-PEERS.tsv")).unwrap();
    let mut expected: Vec<Vec<String>> = Vec::new();
    for line in peers.lines().filter(|line| !line.starts_with('#')) {
        let mut cells = line.split('\t');
        let name = cells.next().unwrap();
        let ours = ours(&fs::read(corpus.join("marc").join(name)).unwrap());
        let short = name.trim_start_matches("bad/").to_owned();
        let theirs: Vec<String> = cells.map(str::to_owned).collect();
        let count = |cell: &str| cell.split('/').next().unwrap().parse::<usize>().unwrap();
        let best = theirs.iter().map(|cell| count(cell)).max().unwrap();
        // MARC::Record makes two of nothing in this file: one without fields, and one of a single digit.
        let phantoms = if short == "leader/badldr.usmarc" { 2 } else { 0 };
        assert!(count(&ours) >= best - phantoms, "{name}: {ours}, the best of them {best}");
        expected.push([vec![short, ours], theirs].concat());
    }
    expected.sort();
    if std::env::var_os("UPDATE_TABLE").is_some() {
        let rows: Vec<String> =
            expected.iter().map(|row| format!("| `{}` | {} |\n", row[0], row[1..].join(" | "))).collect();
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/format/iso2709/damage.md");
        let text = fs::read_to_string(&path).unwrap();
        let kept: String = text.split_inclusive('\n').filter(|line| !line.starts_with("| `")).collect();
        fs::write(path, kept + &rows.concat()).unwrap();
        return;
    }
    assert_eq!(table(), expected, "UPDATE_TABLE=1 writes the table anew");
}

/// Of `bu_bibs.mrc`, sixteen records have lengths counted in characters.
#[test]
fn lengths_in_characters_come_back_whole() {
    let Some(corpus) = corpus() else { return };
    let data = fs::read(corpus.join("marc/bad/reclen/bu_bibs.mrc")).unwrap();
    let records = outcome(&data, Recovery::Salvage);
    assert_eq!(records.len(), 100);
    let mut in_characters = 0;
    for (read, findings) in &records {
        if findings.iter().any(|finding| finding.rule == rules::LENGTHS_IN_CHARACTERS) {
            in_characters += 1;
            let record = read.as_ref().unwrap();
            let leader = record.header().leader.unwrap();
            let entries = (leader.base_address().unwrap() - 25) / 12;
            assert_eq!(record.fields().len(), entries as usize);
            // As many characters as its directory has bytes for: nothing is cut, nothing too much.
            let characters: usize =
                record.fields().map(|field| field.raw_text().as_str().unwrap().chars().count() + 1).sum();
            assert_eq!(
                leader.record_length().unwrap() - leader.base_address().unwrap() - 1,
                characters as u32
            );
            assert!(record.fields().all(|field| field.is_control() || field.raw()[2] == 0x1F), "{record:?}");
        }
    }
    assert_eq!(in_characters, 16);
}

#[test]
fn records_longer_than_a_leader_can_say_come_back_whole() {
    let Some(corpus) = corpus() else { return };
    let data = fs::read(corpus.join("marc/bad/oversize/bad_too_long_plus_2.mrc")).unwrap();
    let records = outcome(&data, Recovery::Salvage);
    assert_eq!(records.len(), 3);
    let mut long = 0;
    let ends = memchr_all(0x1D, &data);
    assert_eq!(ends.len(), 3);
    let mut start = 0;
    for ((read, findings), end) in records.iter().zip(ends) {
        let frame = &data[start..end];
        start = end + 1;
        let record = read.as_ref().unwrap();
        // Every byte behind the directory belongs to a field, and every field to an entry.
        let first = frame.iter().position(|byte| *byte == 0x1E).unwrap();
        let fields: usize = record.fields().map(|field| field.raw().len() + 1).sum();
        assert_eq!(fields, frame.len() - first - 1);
        assert_eq!(record.fields().len(), memchr_all(0x1E, frame).len() - 1);
        if frame.len() > 99_999 {
            long += 1;
            assert!(findings.iter().any(|finding| finding.rule == rules::OVERSIZE), "{findings:?}");
        }
    }
    assert!(long > 0);
}

fn memchr_all(byte: u8, data: &[u8]) -> Vec<usize> {
    data.iter().enumerate().filter(|(_, there)| **there == byte).map(|(at, _)| at).collect()
}

/// Nothing that is well-formed is called damaged. What is left is there: a leader that lies; a record that is one byte
/// shorter than it says, which no two programs read alike; and bytes that are in no table of MARC-8, one of them an
/// indicator.
#[test]
fn well_formed_files_have_no_errors() {
    let Some(corpus) = corpus() else { return };
    let mut read = 0;
    let mut found = Vec::new();
    for path in files(&corpus.join("marc/wf")) {
        if path.extension().is_some_and(|end| end == "xml") {
            continue;
        }
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        for (record, findings) in outcome(&fs::read(&path).unwrap(), Recovery::Salvage) {
            assert!(record.is_ok(), "{name}");
            let errors = findings.iter().filter(|finding| finding.severity() == Severity::Error);
            found.extend(errors.map(|finding| format!("{name}: {}", finding.rule)));
            read += 1;
        }
    }
    assert!(read > 700, "{read}");
    found.dedup();
    found.retain(|found| !matches!(found.as_str(), "diac_from_oclc.mrc: E032" | "diac_from_oclc.mrc: E036"));
    let expected =
        ["185258.mrc: E032", "sample1.mrc: E001", "cp866_unimarc.marc: B001", "cp866_unimarc.marc: B006"];
    assert_eq!(found, expected);
}

/// A record of `count` entries, all of which point to the same `len` bytes.
fn sharing(count: usize, len: usize) -> Vec<u8> {
    let base = 25 + 12 * count;
    let total = base + len + 1;
    let mut bytes = format!("{total:05}nam a22{base:05} a 4500").into_bytes();
    for _ in 0..count {
        bytes.extend_from_slice(format!("500{len:04}00000").as_bytes());
    }
    bytes.extend_from_slice(b"\x1e  \x1fa");
    bytes.resize(total - 2, b'x');
    bytes.extend_from_slice(b"\x1e\x1d");
    bytes
}

#[test]
fn entries_that_share_bytes_do_not_make_a_record_many_times_as_long() {
    let mut data = sharing(1_000, 9_000);
    let len = data.len();
    let few = sharing(3, 500);
    data.extend_from_slice(&few);
    let found = outcome(&data, Recovery::Salvage);
    assert_eq!(found.len(), 2);
    let made: usize = found[0].0.as_ref().unwrap().fields().map(|field| field.raw().len()).sum();
    assert!(made > 7 * len && made <= 8 * len, "{made} bytes from {len}");
    assert!(found[0].1.iter().any(|finding| finding.rule == rules::LIMIT_REACHED));
    // Two or three that share their bytes are kept.
    assert_eq!(found[1].0.as_ref().unwrap().fields().len(), 3);
    assert!(found[1].1.iter().all(|finding| finding.rule == rules::DIRECTORY_OVERLAP), "{:?}", found[1].1);
}

#[test]
fn missing_indicators_are_blanks_in_all_that_is_written_anew() {
    let fields: [(&str, &[u8]); 4] =
        [("001", b"t7"), ("100", b"\x1faKaya"), ("245", b"1\x1faReefs"), ("650", b" 4\x1faCorals")];
    let (mut directory, mut body) = (String::new(), Vec::new());
    for (tag, field) in fields {
        directory += &format!("{tag}{:04}{:05}", field.len() + 1, body.len());
        body.extend_from_slice(field);
        body.push(0x1E);
    }
    let total = 25 + directory.len() + body.len() + 1;
    let mut data = format!("{total:05}nam a22{:05} a 4500{directory}\x1e", 25 + directory.len()).into_bytes();
    data.extend_from_slice(&body);
    data.push(0x1D);
    let mut record = outcome(&data, Recovery::Salvage).remove(0).0.unwrap();
    assert_eq!(written(&record), data, "an unchanged record keeps its bytes");
    record.set_leader(record.header().leader);
    let expect: [(kartoteka::Format, &[&str]); 5] = [
        (kartoteka::Format::Iso2709, &["\x1e  \x1faKaya\x1e1 \x1faReefs\x1e 4\x1faCorals\x1e"]),
        (kartoteka::Format::Mrk, &["=100  \\\\$aKaya", "=245  1\\$aReefs", "=650  \\4$aCorals"]),
        (kartoteka::Format::Line, &["100    $a Kaya", "245 1  $a Reefs", "650  4 $a Corals"]),
        (
            kartoteka::Format::Ndjson,
            &[
                r#"{"100":{"ind1":" ","ind2":" ","subfields":[{"a":"Kaya"}]}}"#,
                r#"{"245":{"ind1":"1","ind2":" ","subfields":[{"a":"Reefs"}]}}"#,
            ],
        ),
        (
            kartoteka::Format::Marcxml,
            &[
                r#"tag="100" ind1=" " ind2=" ""#,
                r#"tag="245" ind1="1" ind2=" ""#,
                r#"tag="650" ind1=" " ind2="4""#,
            ],
        ),
    ];
    for (format, parts) in expect {
        let sink = Shared::default();
        let mut writer = kartoteka::writer(format, sink.clone(), &WriteOptions::new()).unwrap();
        writer.write_record(record.view()).unwrap();
        writer.finish().unwrap();
        drop(writer);
        let text = String::from_utf8(sink.0.lock().unwrap().clone()).unwrap();
        for part in parts {
            assert!(text.contains(part), "{format}: no {part:?} in {text:?}");
        }
    }
}

/// Memory that a boxed writer leaves its bytes in.
#[derive(Clone, Default)]
struct Shared(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

impl std::io::Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
