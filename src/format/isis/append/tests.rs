//! An append that is cut off at any write, and two writers.

use std::cell::Cell;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use super::super::lock::{Journal, Lock, beside};
use super::super::{Reader, Variant, Writer};
use super::{Commit, InPlace};
use crate::io::{ReadOptions, RecordRead, RecordWrite, WriteOptions};
use crate::record::{Builder, IsisHeader, Record, Syntax};

/// How many writes are left before nothing can be written any more.
#[derive(Clone)]
struct Power(Arc<AtomicUsize>);

impl Power {
    /// Whether one more write goes through.
    fn spend(&self) -> bool {
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok()
    }

    fn gone() -> io::Error {
        io::Error::other("the power is gone")
    }
}

/// A file that writes half of what it is given when the power goes, and then nothing.
struct Failing(File, Power);

impl Read for Failing {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.0.read(buf)
    }
}

impl Seek for Failing {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.0.seek(to)
    }
}

impl Write for Failing {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        match self.1.spend() {
            true => self.0.write(buf),
            // A control record is part of one block, which a disk writes or does not.
            false if buf.len() > 64 && self.1.0.load(Ordering::Relaxed) == 0 => {
                self.0.write_all(&buf[..buf.len() / 2])?;
                Err(Power::gone())
            }
            false => Err(Power::gone()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// The steps of a commit, each of which takes a write.
struct FailingCommit(InPlace, Power);

impl Commit<Failing> for FailingCommit {
    fn sync(&mut self, file: &mut Failing) -> io::Result<()> {
        if self.1.spend() { self.0.sync(&mut file.0) } else { Err(Power::gone()) }
    }

    fn note(&mut self, journal: &Journal) -> io::Result<()> {
        if self.1.spend() { self.0.note(journal) } else { Err(Power::gone()) }
    }

    fn switch(&mut self) -> io::Result<()> {
        if self.1.spend() { self.0.switch() } else { Err(Power::gone()) }
    }

    fn done(&mut self) {}
}

fn record(mfn: u32, text: &str) -> Record {
    let mut record =
        Builder::new(Syntax::IRBIS).field("200", |field| field.subfield('A', text)).build().unwrap();
    record.header_mut().isis = (mfn > 0).then(|| IsisHeader::new(mfn, 0, 0));
    record
}

/// A folder of its own for a base of six records.
struct Base(PathBuf);

impl Base {
    fn new(name: &str, variant: Variant) -> Base {
        let folder = std::env::temp_dir().join(format!("kartoteka-append-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        let base = Base(folder);
        let create =
            |path: PathBuf| OpenOptions::new().read(true).write(true).create_new(true).open(path).unwrap();
        let (mst, xrf) = (create(base.mst()), create(base.xrf()));
        let mut writer = Writer::create(mst, xrf, variant, &WriteOptions::new()).unwrap();
        for number in 1..=6 {
            writer.write_record(record(0, &format!("Old {number}")).view()).unwrap();
        }
        writer.finish().unwrap();
        base
    }

    fn mst(&self) -> PathBuf {
        self.0.join("base.mst")
    }

    fn xrf(&self) -> PathBuf {
        self.0.join("base.xrf")
    }

    fn copy(&self) -> (Vec<u8>, Vec<u8>) {
        (fs::read(self.mst()).unwrap(), fs::read(self.xrf()).unwrap())
    }

    fn restore(&self, (mst, xrf): &(Vec<u8>, Vec<u8>)) {
        for entry in fs::read_dir(&self.0).unwrap() {
            fs::remove_file(entry.unwrap().path()).unwrap();
        }
        fs::write(self.mst(), mst).unwrap();
        fs::write(self.xrf(), xrf).unwrap();
    }

    /// All records with number, version and text; with `history`, old versions too.
    fn records(&self, history: bool) -> Vec<(u32, u32, String)> {
        let options = ReadOptions::new().history(history);
        let mut reader = Reader::from_path(self.mst(), &options).unwrap();
        let mut record = Record::new();
        let mut found = Vec::new();
        while reader.read_record(&mut record).unwrap() {
            let header = record.header().isis.unwrap();
            let text = record.field("200").unwrap().subfield('A').unwrap().to_string();
            found.push((header.mfn, header.version, text));
        }
        found
    }

    /// Makes the lock that of a process that is no more.
    fn forget_owner(&self) {
        let lock = beside(&self.mst(), "lock");
        if let Ok(text) = fs::read_to_string(&lock) {
            let rest = text.split_once('\n').map_or("", |(_, rest)| rest);
            fs::write(&lock, format!("4294967295 1\n{rest}")).unwrap();
        }
    }
}

impl Drop for Base {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn add<F: Read + Write + Seek>(writer: &mut Writer<F>) -> crate::error::Result<()> {
    writer.write_record(record(2, "New version of 2").view())?;
    for number in 7..=9 {
        writer.write_record(record(0, &format!("New {number} {}", "x".repeat(300))).view())?;
    }
    writer.write_record(record(5, "New version of 5").view())?;
    writer.delete(3)?;
    writer.finish()
}

/// Adds to a base with power for some writes. Returns whether that was enough, and leaves everything as it is where
/// it was not, as a process that is killed does.
fn add_with(base: &Base, writes: usize) -> bool {
    let power = Power(Arc::new(AtomicUsize::new(writes)));
    let new_xrf = beside(&base.mst(), "xrf.new");
    let lock = Lock::take(&base.mst(), &new_xrf).unwrap();
    let commit = InPlace { lock, new_xrf: new_xrf.clone(), xrf: base.xrf() };
    fs::copy(base.xrf(), &new_xrf).unwrap();
    let open =
        |path: &Path| Failing(OpenOptions::new().read(true).write(true).open(path).unwrap(), power.clone());
    let mut writer = Writer::append(open(&base.mst()), open(&new_xrf), &WriteOptions::new()).unwrap();
    let killed = std::mem::ManuallyDrop::new(FailingCommit(commit, power.clone()));
    writer.commit_by(Box::new(Kept(killed)));
    let done = add(&mut writer).is_ok();
    std::mem::forget(writer);
    done
}

/// Steps that leave files behind, as a killed process does.
struct Kept(std::mem::ManuallyDrop<FailingCommit>);

impl Commit<Failing> for Kept {
    fn sync(&mut self, file: &mut Failing) -> io::Result<()> {
        self.0.sync(file)
    }

    fn note(&mut self, journal: &Journal) -> io::Result<()> {
        self.0.note(journal)
    }

    fn switch(&mut self) -> io::Result<()> {
        self.0.switch()
    }

    fn done(&mut self) {}
}

#[test]
fn cut_at_any_write_a_base_reads_as_before_or_as_after() {
    for (name, variant) in [("irbis64", Variant::IRBIS64), ("isis", Variant::ISIS)] {
        let base = Base::new(name, variant);
        let (before, files) = (base.records(false), base.copy());
        let mut writer = Writer::append_to(base.mst(), &WriteOptions::new()).unwrap();
        add(&mut writer).unwrap();
        drop(writer);
        let (after, history) = (base.records(false), base.records(true));
        assert_eq!((before.len(), after.len()), (6, 8), "one of nine is deleted");
        assert_eq!(fs::read_dir(&base.0).unwrap().count(), 2, "no lock and no new file is left");
        let (mut as_before, mut as_after) = (0, 0);
        let writes = Cell::new(0);
        loop {
            base.restore(&files);
            let done = add_with(&base, writes.get());
            let found = base.records(false);
            assert!(found == before || found == after, "{name}, cut at write {}: {found:?}", writes.get());
            // The next writer completes it or undoes it.
            base.forget_owner();
            let next = Writer::append_to(base.mst(), &WriteOptions::new()).unwrap();
            assert_eq!(next.next_mfn(), if found == before { 7 } else { 10 });
            drop(next);
            assert_eq!(base.records(false), found, "{name}, after recovery from write {}", writes.get());
            match found == before {
                true => as_before += 1,
                false => {
                    as_after += 1;
                    assert_eq!(base.records(true), history, "{name}, cut at write {}", writes.get());
                }
            }
            // What was undone can be done again.
            if found == before {
                let mut again = Writer::append_to(base.mst(), &WriteOptions::new()).unwrap();
                add(&mut again).unwrap();
                drop(again);
                assert_eq!(base.records(true), history, "{name}, again after write {}", writes.get());
            }
            if done {
                break;
            }
            writes.set(writes.get() + 1);
        }
        assert!(as_before >= 5 && as_after >= 2, "{name}: {as_before} as before, {as_after} as after");
    }
}

#[test]
fn a_second_writer_is_kept_out() {
    let base = Base::new("two", Variant::IRBIS64);
    let mut first = Writer::append_to(base.mst(), &WriteOptions::new()).unwrap();
    let error = Writer::append_to(base.mst(), &WriteOptions::new()).unwrap_err().to_string();
    assert!(error.contains(&format!("process {} writes to the base", std::process::id())), "{error}");
    assert!(error.contains("base.mst.lock"), "{error}");
    first.write_record(record(0, "Seventh").view()).unwrap();
    first.finish().unwrap();
    drop(first);
    Writer::append_to(base.mst(), &WriteOptions::new()).unwrap();

    // Of several at once, each finds the base free or is refused, and nothing is lost.
    let written = Mutex::new(0);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..8 {
                    if let Ok(mut writer) = Writer::append_to(base.mst(), &WriteOptions::new()) {
                        writer.write_record(record(0, "One more").view()).unwrap();
                        writer.finish().unwrap();
                        *written.lock().unwrap() += 1;
                    }
                }
            });
        }
    });
    let written = written.into_inner().unwrap();
    assert!(written > 0);
    assert_eq!(base.records(false).len(), 7 + written);
}

#[test]
fn a_writer_that_does_not_finish_changes_nothing() {
    let base = Base::new("dropped", Variant::IRBIS64);
    let before = base.records(true);
    let mut writer = Writer::append_to(base.mst(), &WriteOptions::new()).unwrap();
    writer.write_record(record(2, "Never seen").view()).unwrap();
    drop(writer);
    assert_eq!(base.records(true), before);
    assert_eq!(fs::read_dir(&base.0).unwrap().count(), 2);
}
