//! The one loop: the same items, events and accounts with any number of threads, and the caller's own error.

use kartoteka::{
    Content, Copying, Error, ErrorKind, Event, Finding, Findings, Location, Pass, Record, Result, Run,
    Summary, Transform, WriteOptions, rules, writer,
};

const DAMAGED: &str = "fixtures/iso2709/damaged.mrc";

/// Several batches of records, sound and damaged: the damaged file again and again.
fn data() -> Vec<u8> {
    std::fs::read(DAMAGED).unwrap().repeat(400)
}

fn reader(data: &[u8]) -> kartoteka::AnyReader<'_> {
    kartoteka::reader(data, Some(kartoteka::Format::Iso2709), &kartoteka::ReadOptions::new()).unwrap()
}

/// Notes the number of each record, and rejects one in seven.
#[derive(Default)]
struct Numbers(Vec<u64>);

impl Transform for Numbers {
    fn transform(&mut self, record: &mut Record, findings: &mut Findings) -> Result<()> {
        let position = record.position();
        self.0.push(position.record);
        let finding = |message| Finding::new(rules::UNENCODABLE, Location::of(position), message, "");
        match position.record % 7 {
            0 => Err(Error::new(ErrorKind::Unrepresentable(finding("rejected")))),
            1 => {
                findings.push(finding("seen"));
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

#[test]
fn a_copy_is_the_same_with_any_number_of_threads() {
    let data = data();
    let copied = |jobs: usize| {
        let (mut out, mut summary) = (Vec::new(), Summary::default());
        let (mut accounts, mut events) = (Vec::new(), Vec::new());
        let garbage = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
        let sink = std::sync::Arc::clone(&garbage);
        let write = WriteOptions::new();
        let mut to = writer(kartoteka::Format::Iso2709, &mut out, &write).unwrap();
        Copying::new(Run::new().jobs(jobs))
            .parts(&|bytes| {
                let part = writer(kartoteka::Format::Iso2709, bytes, &WriteOptions::new().part(true))?;
                Ok(Box::new(part) as Box<dyn kartoteka::RecordWrite>)
            })
            .garbage(Box::new(move |offset: u64, bytes: &[u8]| {
                sink.lock().unwrap().push((offset, bytes.to_vec()))
            }) as kartoteka::GarbageSink)
            .copy(&mut reader(&data), &mut to, Numbers::default, &mut summary, &mut |event| {
                match event {
                    Event::Transform(numbers) => accounts.append(&mut numbers.0),
                    Event::Finding(finding) => events.push(finding.to_string()),
                    Event::Rejected { raw, read, .. } => events.push(format!("{read} {}", raw.len())),
                    _ => {}
                }
                Ok::<(), Error>(())
            })
            .unwrap();
        to.finish().unwrap();
        drop(to);
        let garbage = std::mem::take(&mut *garbage.lock().unwrap());
        (out, summary, accounts, events, garbage)
    };
    let one = copied(1);
    assert_eq!((one.1.read, one.1.written, one.1.rejected), (4000, 3428, 572));
    assert_eq!(one.2, (0..4000).collect::<Vec<u64>>());
    assert_eq!((one.4.len(), one.4[0].0), (400, 3176));
    assert!(one.4.iter().all(|(offset, bytes)| data[*offset as usize..].starts_with(bytes)));
    for jobs in [2, 3] {
        let more = copied(jobs);
        assert!(one == more, "{jobs} threads give something else");
    }
}

/// An error of the caller's, which is not the library's.
#[derive(Debug)]
enum Stop {
    Enough(u64),
    Library(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Stop {
        Stop::Library(error)
    }
}

#[test]
fn a_loop_is_left_with_the_error_of_the_caller() {
    let data = data();
    for jobs in [1, 2] {
        let mut seen = 0;
        let left = Run::new().jobs(jobs).each(
            &mut reader(&data),
            |count: &mut u64, item| *count += u64::from(matches!(item.content, Content::Record(_))),
            |count, account| {
                assert_eq!(*count, account.records);
                seen += std::mem::take(count);
                if seen > 100 { Err(Stop::Enough(seen)) } else { Ok(()) }
            },
        );
        assert!(matches!(left, Err(Stop::Enough(count)) if count > 100 && count < 4000), "{left:?}");
    }
}

#[test]
fn strict_runs_end_at_the_first_malformed_record() {
    let data = data();
    for jobs in [1, 2] {
        let (mut records, mut found) = (0, Vec::new());
        let ended = Run::new().jobs(jobs).strict(true).each(
            &mut strict(&data),
            |(): &mut (), _| {},
            |(), account| {
                records += account.records;
                found.extend(account.findings.iter().map(|finding| finding.rule));
                Ok::<(), Stop>(())
            },
        );
        // The findings of that record come before the error, and it is not counted.
        let Err(Stop::Library(error)) = ended else { panic!("{ended:?}") };
        assert_eq!((records, error.rule()), (1, Some(rules::RECORD_LENGTH_MISMATCH)));
        assert_eq!(found, [rules::RECORD_LENGTH_MISMATCH]);
    }
}

fn strict(data: &[u8]) -> kartoteka::AnyReader<'_> {
    let options = kartoteka::ReadOptions::new().recovery(kartoteka::Recovery::Strict);
    kartoteka::reader(data, Some(kartoteka::Format::Iso2709), &options).unwrap()
}

#[test]
fn what_follows_the_last_record_is_an_item_of_its_own() {
    let mut data = std::fs::read("fixtures/iso2709/marc21.mrc").unwrap();
    data.extend_from_slice(b"and so on");
    let mut reader = reader(&data);
    let mut pass = Pass::new(&mut reader).keep_garbage(4);
    let mut last = None;
    while let Some(item) = pass.item().unwrap() {
        let is_rest = matches!(item.content, Content::Rest);
        last = Some((is_rest, item.findings.to_vec(), item.garbage.to_vec()));
    }
    let (is_rest, findings, garbage) = last.unwrap();
    assert!(is_rest);
    assert_eq!((findings.len(), findings[0].rule), (1, rules::GARBAGE));
    assert_eq!((garbage.len(), garbage[0].bytes.as_slice()), (1, &b"and "[..]));
    assert_eq!(garbage[0].offset, findings[0].location.byte);
}
