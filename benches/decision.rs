//! Measures the decision for a character set on real records: each is written in every set that can hold it, without a
//! label, and read back.
//!
//! ```text
//! decision FILE...                  tables: alone and in files of fifty, by language and set; confidence
//! decision --samples DIR FILE...    writes the bytes of each record alone too, for other programs to judge
//! decision --cases FILE             reads many small inputs from one file, and prints what comes of each
//! ```
//!
//! FILE is any input of which the records are right, such as records in UTF-8. Languages are those of 008/35-37 and
//! 101$a. A record is right if all its values come out as they were written, in normal form C.
//!
//! A file of cases has for each its length in decimal digits, a line feed, and the bytes: UNIMARC in ISO 2709 without a
//! label. For each record there is a line, with tabs between: the number of the case, the set, the confidence in
//! thousandths or `-`, whether the set is said to be doubtful, and the values, with U+001F between. `decision.py` asks
//! so, and compares.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use kartoteka::charset::{Normalization, Reason, candidates};
use kartoteka::{Charset, Dialect, Policy, ReadOptions, Record, RecordRead, Result, iso2709, open};

/// How many records are in a file of a language and set.
const FILE: usize = 50;
/// How many records alone are measured of a language and set at most.
const MOST: usize = 200;

fn main() -> ExitCode {
    let mut arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let mut samples = None;
    if arguments.first().is_some_and(|first| first.as_os_str() == "--samples") && arguments.len() > 1 {
        arguments.remove(0);
        samples = Some(arguments.remove(0));
    }
    if arguments.is_empty() {
        eprintln!("usage: decision [--samples DIR] FILE... | decision --cases FILE");
        return ExitCode::from(2);
    }
    if let [option, file] = arguments.as_slice()
        && option.as_os_str() == "--cases"
    {
        return match std::fs::read(file).and_then(|data| cases(&data, &mut std::io::stdout().lock())) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("{}: {error}", file.display());
                ExitCode::FAILURE
            }
        };
    }
    let mut languages: BTreeMap<String, Vec<Values>> = BTreeMap::new();
    for path in arguments {
        if let Err(error) = read(&path, &mut languages) {
            eprintln!("{}: {error}", path.display());
            return ExitCode::FAILURE;
        }
    }
    let mut measured = Measured::default();
    for (language, records) in &languages {
        // Nobody writes Latin letters in the Greek and Cyrillic sets of UNIMARC.
        let is_real = |set: &Charset| !matches!(set, Charset::Unimarc { g1: 2 | 5, .. });
        for charset in candidates().filter(is_real) {
            if let Err(error) = measured.set(language, charset, records, samples.as_ref()) {
                eprintln!("{language} in {charset}: {error}");
                return ExitCode::FAILURE;
            }
        }
    }
    measured.print();
    ExitCode::SUCCESS
}

/// The values of a record, by tag and code.
type Values = Vec<(String, char, String)>;

/// Reads the records that have letters beyond ASCII: their data fields of 200 to 799.
fn read(path: &PathBuf, languages: &mut BTreeMap<String, Vec<Values>>) -> Result<()> {
    let mut reader = open(path)?;
    let mut record = Record::new();
    loop {
        match reader.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => return Ok(()),
            Err(_) => continue,
        }
        let fixed =
            record.field("008").map(|field| field.lead().to_str_lossy().into_owned()).unwrap_or_default();
        let language = match record.field("101").and_then(|field| field.subfield('a')) {
            Some(coded) => coded.to_str_lossy().into_owned(),
            None => fixed.get(35..38).unwrap_or("und").to_owned(),
        };
        let mut values = Values::new();
        for field in record.fields() {
            let tag = field.tag().to_string();
            if !matches!(tag.as_bytes(), [b'2'..=b'7', _, _]) {
                continue;
            }
            for subfield in field.subfields().filter(|subfield| subfield.code().is_ascii_alphanumeric()) {
                let text = subfield.value().to_str_lossy().into_owned();
                let text: String =
                    Normalization::Nfc.apply(&text).chars().filter(|c| !c.is_control()).collect();
                values.push((tag.clone(), subfield.code(), text));
            }
        }
        if letters(&values) > 0 {
            languages.entry(language).or_default().push(values);
        }
    }
}

/// Counts the letters beyond ASCII.
fn letters(values: &Values) -> usize {
    let of = |text: &String| text.chars().filter(|c| !c.is_ascii() && c.is_alphabetic()).count();
    values.iter().map(|(.., text)| of(text)).sum()
}

/// A record of UNIMARC without field 100 in a set, and its texts: those of the set, which has other code points for some
/// marks over two letters.
struct Written<'a> {
    values: &'a Values,
    texts: Vec<String>,
    data: Vec<u8>,
}

/// Writes a record in a set, if that holds all of it.
fn written(values: &Values, charset: Charset) -> Option<Written<'_>> {
    let (mut directory, mut data) = (String::new(), Vec::new());
    let mut texts = Vec::new();
    for (tag, code, text) in values {
        let start = data.len();
        data.extend_from_slice(&[b' ', b' ', 0x1F, *code as u8]);
        let value = data.len();
        charset.encode_into(text, Policy::Strict, &mut data).ok()?;
        let text = charset.decode(data.get(value..)?).ok()?;
        texts.push(Normalization::Nfc.apply(&text).into_owned());
        data.push(0x1E);
        directory.push_str(&format!("{tag}{:04}{start:05}", data.len() - start));
    }
    let base = 24 + directory.len() + 1;
    let len = base + data.len() + 1;
    let text = format!("{len:05}nam0 22{base:05}3  450 {directory}\u{1E}");
    // What switches sets shows which they are; references in ASCII show nothing.
    let is_judged =
        !data.contains(&0x1B) && !data.is_ascii() && !data.windows(3).any(|three| three == b"&#x");
    let data = [text.as_bytes(), &data, b"\x1D"].concat();
    (len <= 99_999 && is_judged).then_some(Written { values, texts, data })
}

/// What came out of an input: for each record whether it is right, whether anything is said of its set, and the
/// confidence, if it was found by its text.
fn read_back(data: &[u8], records: &[&Written<'_>]) -> Vec<(bool, bool, Option<u16>)> {
    let options = ReadOptions::new().dialect(Dialect::Unimarc);
    let mut reader = iso2709::SliceReader::new(data, &options);
    let mut record = Record::new();
    let mut read = Vec::new();
    for written in records {
        if !reader.read_record(&mut record).unwrap_or(false) {
            break;
        }
        let texts = record.fields().filter_map(|field| field.subfields().next());
        let texts: Vec<String> =
            texts.map(|one| Normalization::Nfc.apply(&one.value().to_str_lossy()).into_owned()).collect();
        let right = texts == written.texts;
        let told = reader.findings().iter().any(|found| found.rule.id().starts_with('E'));
        let confidence = match record.charset_reason() {
            Reason::Text(evidence) => Some(evidence.per_mille),
            _ => None,
        };
        read.push((right, told, confidence));
    }
    read
}

/// Reads each case, and prints its records.
fn cases(mut data: &[u8], out: &mut impl Write) -> std::io::Result<()> {
    let options = ReadOptions::new().dialect(Dialect::Unimarc);
    let mut record = Record::new();
    for number in 0.. {
        let mut parts = data.splitn(2, |byte| *byte == b'\n');
        let (Some(length), Some(rest)) = (parts.next(), parts.next()) else { return Ok(()) };
        let length = std::str::from_utf8(length).ok().and_then(|digits| digits.parse::<usize>().ok());
        let Some((case, rest)) = length.and_then(|length| rest.split_at_checked(length)) else {
            return Err(std::io::Error::other(format!("case {number} has no length, or not so many bytes")));
        };
        data = rest;
        let mut reader = iso2709::SliceReader::new(case, &options);
        while reader.read_record(&mut record).unwrap_or(false) {
            let told = reader.findings().iter().any(|found| found.rule.id().starts_with('E'));
            let confidence = match record.charset_reason() {
                Reason::Text(evidence) => evidence.per_mille.to_string(),
                _ => "-".to_owned(),
            };
            let values: Vec<String> = record
                .fields()
                .flat_map(|field| field.subfields().collect::<Vec<_>>())
                .map(|one| one.value().to_str_lossy().replace(['\t', '\n'], " "))
                .collect();
            let values = values.join("\u{1F}");
            writeln!(out, "{number}\t{}\t{confidence}\t{}\t{values}", record.charset(), u8::from(told))?;
        }
    }
    Ok(())
}

/// How many there were, how many were right, and how many of the others were said to be doubtful.
#[derive(Debug, Default, Clone, Copy)]
struct Count {
    all: u32,
    right: u32,
    told: u32,
}

impl Count {
    fn add(&mut self, right: bool, told: bool) {
        self.all += 1;
        self.right += u32::from(right);
        self.told += u32::from(!right && told);
    }

    fn show(self) -> String {
        match self.all {
            0 => String::new(),
            all => format!("{:.1} ({})", 100.0 * f64::from(self.right) / f64::from(all), all),
        }
    }
}

/// Counts of records alone with three and more letters beyond ASCII, with fewer, and of files.
type Counts = [Count; 3];

#[derive(Debug, Default)]
struct Measured {
    cells: BTreeMap<(String, String), Counts>,
    bands: BTreeMap<&'static str, (f64, Count)>,
}

impl Measured {
    fn set(
        &mut self,
        language: &str,
        charset: Charset,
        records: &[Values],
        samples: Option<&PathBuf>,
    ) -> std::io::Result<()> {
        let written: Vec<Written<'_>> =
            records.iter().filter_map(|values| written(values, charset)).collect();
        if written.is_empty() {
            return Ok(());
        }
        let cell = self.cells.entry((language.to_owned(), charset.to_string())).or_default();
        let step = written.len().div_ceil(MOST);
        for (number, written) in written.iter().step_by(step).enumerate() {
            for (right, told, confidence) in read_back(&written.data, &[written]) {
                let [more, fewer, _] = cell;
                let count = if letters(written.values) < 3 { fewer } else { more };
                count.add(right, told);
                if let Some(confidence) = confidence {
                    let band = match confidence {
                        0..500 => "under 50 %",
                        500..800 => "50 to 80 %",
                        800..950 => "80 to 95 %",
                        950..990 => "95 to 99 %",
                        _ => "over 99 %",
                    };
                    let (sum, count) = self.bands.entry(band).or_default();
                    *sum += f64::from(confidence) / 10.0;
                    count.add(right, told);
                }
            }
            if let Some(folder) = samples {
                std::fs::create_dir_all(folder)?;
                std::fs::write(folder.join(format!("{language}-{charset}-{number}.mrc")), &written.data)?;
            }
        }
        for part in written.chunks(FILE).take(4) {
            let data: Vec<u8> = part.iter().flat_map(|written| written.data.iter().copied()).collect();
            let records: Vec<&Written<'_>> = part.iter().collect();
            let [.., files] = cell;
            read_back(&data, &records).into_iter().for_each(|(right, told, _)| files.add(right, told));
        }
        Ok(())
    }

    fn print(&self) {
        let mut sums: BTreeMap<(u8, &str), Counts> = BTreeMap::new();
        for ((language, charset), counts) in &self.cells {
            for key in [(0, ""), (1, language.as_str()), (2, charset.as_str())] {
                let sum = sums.entry(key).or_default();
                for (sum, count) in sum.iter_mut().zip(counts) {
                    sum.all += count.all;
                    sum.right += count.right;
                    sum.told += count.told;
                }
            }
        }
        println!(
            "| | 3 and more letters, right % (records) | fewer | of these wrong ones told % | in files of {FILE} |"
        );
        println!("|---|---:|---:|---:|---:|");
        for ((kind, name), [more, fewer, files]) in sums {
            let name = if kind == 0 { "all" } else { name };
            let wrong = more.all + fewer.all - more.right - fewer.right;
            let told = match wrong {
                0 => String::new(),
                wrong => format!("{:.0}", 100.0 * f64::from(more.told + fewer.told) / f64::from(wrong)),
            };
            println!("| {name} | {} | {} | {told} | {} |", more.show(), fewer.show(), files.show());
        }
        println!("\n| confidence stated | mean % | right % (records) |\n|---|---:|---:|");
        for (band, (sum, count)) in &self.bands {
            println!("| {band} | {:.1} | {} |", sum / f64::from(count.all.max(1)), count.show());
        }
    }
}
