//! `diff`: which records of two files differ, and in what.

use std::collections::HashMap;
use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use kartoteka::{Format, Policy, Record, RecordRef, Text, reader};
use serde::Serialize;

use crate::args::{Diff, Form};
use crate::compression::decompress;
use crate::failure::{Failure, Outcome, reason};
use crate::input::{Input, Next, Run, is_stdin};
use crate::output::Sink;
use crate::terminal::{Role, Style, printable};

/// When what is to be printed is handed on, in bytes.
const FLUSH_AT: usize = 32 * 1024;

/// What is known of a record of A: what it says, and where it is.
struct Known {
    content: u64,
    offset: u64,
    len: u64,
    seen: bool,
    /// Its number, where the record cannot be read again.
    number: Option<Box<str>>,
}

/// Records with one number, in the order of the file. Most numbers have one.
type Table = HashMap<(u64, u32), Known>;

pub(crate) fn run(options: &Diff) -> Result<Outcome, Failure> {
    let reading = &options.reading;
    let [old, new] = reading.inputs.as_slice() else {
        return Err(Failure::new("diff compares two files: give A and B"));
    };
    let mut run = Run::new(reading, true)?;
    run.reporter = run.reporter.without_findings();
    if is_stdin(old) {
        return Err(Failure::new(
            "A must be a file, since its records are read again; B may be standard input",
        ));
    }
    refuse_compressed(old)?;
    let mut sheet = Sheet {
        form: options.format,
        style: Style::of_stdout(reading.talk.color),
        sink: Sink::stdout()?,
        out: String::new(),
        counts: Counts::default(),
    };
    let mut input = run.open(old)?;
    let mut table = first_pass(&mut run, &mut input, &mut sheet.counts)?;
    let mut again = Again { file: open(old)?, path: old, format: input.format, options: reading.options() };
    drop(input);
    second_pass(&mut run, new, &mut table, &mut again, &mut sheet)?;
    let mut left: Vec<Known> = table.into_values().filter(|known| !known.seen).collect();
    left.sort_unstable_by_key(|known| known.offset);
    for known in &left {
        let record = again.read(known)?;
        sheet.counts.removed = sheet.counts.removed.saturating_add(1);
        let id = known.number.as_deref().map(str::to_owned);
        let id = id.or_else(|| record.as_ref().and_then(|record| number(record.view())));
        sheet.record('-', "removed", id.as_deref(), known.offset, Some(&[]))?;
    }
    sheet.sink.put(std::mem::take(&mut sheet.out).as_bytes())?;
    run.reporter.progress.finish();
    let Counts { old, new, same, changed, added, removed } = sheet.counts;
    if !reading.talk.quiet {
        crate::terminal::print(&format!(
            "A {old} records, B {new}: {same} the same, {changed} changed, {removed} removed, {added} added"
        ));
    }
    Ok(if changed == 0 && added == 0 && removed == 0 { Outcome::Clean } else { Outcome::Findings })
}

fn open(path: &Path) -> Result<File, Failure> {
    File::open(path).map_err(|why| Failure::at(path.display(), format_args!("cannot open: {}", reason(&why))))
}

fn refuse_compressed(path: &Path) -> Result<(), Failure> {
    let failed =
        |why: &std::io::Error| Failure::at(path.display(), format_args!("cannot read: {}", reason(why)));
    let (_, compression) = decompress(Box::new(open(path)?)).map_err(|why| failed(&why))?;
    match compression {
        Some(compression) => Err(Failure::at(
            path.display(),
            format_args!(
                "is compressed with {}, and A is read twice: decompress it first",
                compression.name()
            ),
        )),
        None => Ok(()),
    }
}

#[derive(Default)]
struct Counts {
    old: u64,
    new: u64,
    same: u64,
    changed: u64,
    added: u64,
    removed: u64,
}

/// The key of a record that is the `n`th with its number.
fn key(record: RecordRef<'_>, content: u64, nth: &mut HashMap<u64, u32>) -> (u64, u32) {
    let key = match number(record) {
        Some(number) => hash(&(1u8, number)),
        None => hash(&(0u8, content)),
    };
    let nth = nth.entry(key).or_default();
    *nth = nth.saturating_add(1);
    (key, *nth)
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// Control number or master file number.
fn number(record: RecordRef<'_>) -> Option<String> {
    let number = record.control_number().map(|number| number.to_str_lossy().trim().to_owned());
    number.filter(|number| !number.is_empty()).or_else(|| record.mfn().map(|mfn| mfn.to_string()))
}

/// What a record says, as a number: leader without lengths, and the text of its fields.
fn content(record: RecordRef<'_>, scratch: &mut String) -> u64 {
    let mut hasher = DefaultHasher::new();
    if let Some(leader) = leader(record) {
        leader.hash(&mut hasher);
    }
    for field in record.fields() {
        field.tag().hash(&mut hasher);
        scratch.clear();
        match field.raw_text().write_utf8(Policy::Strict, scratch) {
            Ok(_) => scratch.hash(&mut hasher),
            Err(_) => field.raw().hash(&mut hasher),
        }
    }
    hasher.finish()
}

/// The leader with zeros for record length and base address, which a change moves.
fn leader(record: RecordRef<'_>) -> Option<[u8; 24]> {
    let mut bytes = *record.header().leader?.as_bytes();
    for (position, byte) in bytes.iter_mut().enumerate() {
        if position < 5 || (12..17).contains(&position) {
            *byte = b'0';
        }
    }
    Some(bytes)
}

fn first_pass(run: &mut Run<'_>, input: &mut Input, counts: &mut Counts) -> Result<Table, Failure> {
    let mut table = Table::new();
    let mut nth = HashMap::new();
    let (mut record, mut scratch) = (Record::new(), String::new());
    loop {
        match run.next(input, &mut record)? {
            Next::End => return Ok(table),
            Next::Unreadable(_) => record.clear(),
            Next::Record => {}
        }
        counts.old = counts.old.saturating_add(1);
        let content = content(record.view(), &mut scratch);
        let (offset, len) = (input.reader.position().byte, input.reader.raw().len() as u64);
        let addressed = input.format.info().is_some_and(|info| info.seeks);
        let number = number(record.view()).filter(|_| addressed).map(String::into_boxed_str);
        let known = Known { content, offset, len, seen: false, number };
        table.insert(key(record.view(), content, &mut nth), known);
    }
}

fn second_pass(
    run: &mut Run<'_>,
    path: &Path,
    table: &mut Table,
    again: &mut Again<'_>,
    sheet: &mut Sheet,
) -> Result<(), Failure> {
    let mut input = run.open(path)?;
    let mut nth = HashMap::new();
    let (mut record, mut scratch) = (Record::new(), String::new());
    loop {
        match run.next(&mut input, &mut record)? {
            Next::End => return Ok(()),
            Next::Unreadable(_) => record.clear(),
            Next::Record => {}
        }
        let view = record.view();
        let offset = input.reader.position().byte;
        let one_more = |count: &mut u64| *count = count.saturating_add(1);
        one_more(&mut sheet.counts.new);
        let content = content(view, &mut scratch);
        match table.get_mut(&key(view, content, &mut nth)) {
            None => {
                one_more(&mut sheet.counts.added);
                sheet.record('+', "added", number(view).as_deref(), offset, Some(&[]))?;
            }
            Some(known) => {
                known.seen = true;
                if known.content == content {
                    one_more(&mut sheet.counts.same);
                    continue;
                }
                one_more(&mut sheet.counts.changed);
                let old = again.read(known)?;
                let changes = old.map(|old| compare(old.view(), view));
                sheet.record('~', "changed", number(view).as_deref(), offset, changes.as_deref())?;
            }
        }
    }
}

/// Reads records of A again.
struct Again<'a> {
    file: File,
    path: &'a Path,
    format: Format,
    options: kartoteka::ReadOptions,
}

impl Again<'_> {
    /// `None` if it could not be read then either.
    fn read(&mut self, known: &Known) -> Result<Option<Record>, Failure> {
        let failed = |why: &std::io::Error| {
            Failure::at(self.path.display(), format_args!("cannot read again: {}", reason(why)))
        };
        self.file.seek(SeekFrom::Start(known.offset)).map_err(|why| failed(&why))?;
        let mut bytes = Vec::new();
        (&self.file).take(known.len).read_to_end(&mut bytes).map_err(|why| failed(&why))?;
        let Ok(mut reader) = reader(bytes.as_slice(), Some(self.format), &self.options) else {
            return Ok(None);
        };
        let mut record = Record::new();
        Ok(matches!(reader.read_record(&mut record), Ok(true)).then_some(record))
    }
}

/// A field that is in one of two records only.
#[derive(Serialize)]
struct Change {
    in_a: bool,
    tag: String,
    value: String,
}

/// The fields that are in one of two records only, in order, those of A first where they have one tag.
fn compare(old: RecordRef<'_>, new: RecordRef<'_>) -> Vec<Change> {
    let lines = |record: RecordRef<'_>| -> Vec<(String, String)> {
        let leader =
            leader(record).map(|bytes| Text::new(&bytes, record.charset()).to_str_lossy().into_owned());
        let mut lines: Vec<_> = leader.map(|leader| ("LDR".to_owned(), leader)).into_iter().collect();
        for field in record.fields() {
            let mut value = String::new();
            // The policy mends all faults.
            let _ = field.raw_text().write_utf8(Policy::Escape, &mut value);
            lines.push((field.tag().to_string(), value));
        }
        lines
    };
    let (old, new) = (lines(old), lines(new));
    let mut balance: HashMap<&(String, String), (u64, u64)> = HashMap::new();
    for line in &old {
        let counts = balance.entry(line).or_default();
        counts.0 = counts.0.saturating_add(1);
    }
    for line in &new {
        let counts = balance.entry(line).or_default();
        counts.1 = counts.1.saturating_add(1);
    }
    let only = |lines: &[(String, String)], in_a: bool| -> Vec<Change> {
        let mut balance = balance.clone();
        let mut changes = Vec::new();
        for line in lines {
            let Some((a, b)) = balance.get_mut(line) else { continue };
            let (own, other) = if in_a { (a, b) } else { (b, a) };
            match *other {
                0 => changes.push(Change { in_a, tag: line.0.clone(), value: line.1.clone() }),
                _ => *other = other.saturating_sub(1),
            }
            *own = own.saturating_sub(1);
        }
        changes
    };
    let mut changes = only(&old, true);
    changes.extend(only(&new, false));
    changes.sort_by(|one, other| one.tag.cmp(&other.tag)); // stable, so that A comes first
    changes
}

/// What is printed.
struct Sheet {
    form: Form,
    style: Style,
    sink: Sink,
    out: String,
    counts: Counts,
}

#[derive(Serialize)]
struct Line<'a> {
    difference: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    /// In B, or in A for what was removed.
    offset: u64,
    #[serde(skip_serializing_if = "<[Change]>::is_empty")]
    fields: &'a [Change],
}

impl Sheet {
    fn record(
        &mut self,
        sign: char,
        difference: &'static str,
        id: Option<&str>,
        offset: u64,
        changes: Option<&[Change]>,
    ) -> Result<(), Failure> {
        match self.form {
            Form::Json => {
                let line = Line { difference, id, offset, fields: changes.unwrap_or_default() };
                self.out.push_str(&serde_json::to_string(&line).unwrap_or_default());
                self.out.push('\n');
            }
            Form::Text => self.text(sign, id, offset, changes),
        }
        match self.out.len() >= FLUSH_AT {
            true => self.sink.put(std::mem::take(&mut self.out).as_bytes()),
            false => Ok(()),
        }
    }

    fn text(&mut self, sign: char, id: Option<&str>, offset: u64, changes: Option<&[Change]>) {
        let name = id.map_or_else(|| format!("record at byte {offset}"), |id| printable(id).into_owned());
        self.style.paint(Role::Tag, &format!("{sign} {name}"), &mut self.out);
        self.out.push('\n');
        for Change { in_a, tag, value } in changes.unwrap_or_default() {
            let sign = if *in_a { '-' } else { '+' };
            let value = value.replace('\u{1F}', "$");
            self.out.push_str(&format!("  {sign}{tag} {}\n", printable(&value)));
        }
        match changes {
            Some([]) if sign == '~' => self.out.push_str("  the order of fields\n"),
            None => self.out.push_str("  in what cannot be shown: the record in A cannot be read again\n"),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(fields: &[(&str, &str)]) -> Record {
        let mut builder = Record::builder();
        for (tag, value) in fields {
            builder = builder.data_field(tag, "  ", [('a', *value)]);
        }
        builder.build().unwrap()
    }

    #[test]
    fn repeated_fields_are_counted() {
        let old = record(&[("650", "a"), ("650", "b"), ("650", "a")]);
        let new = record(&[("650", "a"), ("650", "c"), ("700", "d")]);
        let changes = compare(old.view(), new.view());
        let shown: Vec<_> = changes
            .iter()
            .map(|change| {
                format!("{}{} {}", if change.in_a { '-' } else { '+' }, change.tag, &change.value[4..])
            })
            .collect();
        assert_eq!(shown, ["-650 b", "-650 a", "+650 c", "+700 d"]);
        assert!(compare(old.view(), old.view()).is_empty());
    }

    #[test]
    fn content_does_not_depend_on_the_character_set() {
        let mut record = record(&[("200", "Война и мир")]);
        let before = content(record.view(), &mut String::new());
        record.transcode(kartoteka::Charset::Windows1251, Policy::Strict).unwrap();
        assert_eq!(content(record.view(), &mut String::new()), before);
    }
}
