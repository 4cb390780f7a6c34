//! The lock of a base that is written to, and the journal that completes what a writer left unfinished.

use std::fmt::Write as _;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::{Error, Result};

/// What a writer notes before it changes bytes that readers see.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Journal {
    /// Bytes of the master file to be written once the new cross reference is in place: offset and bytes.
    pub(super) marks: Vec<(u64, Vec<u8>)>,
}

impl Journal {
    fn text(&self) -> String {
        let hex = |bytes: &[u8]| {
            bytes.iter().fold(String::new(), |mut text, byte| {
                // Writing to a string does not fail.
                let _ = write!(text, "{byte:02x}");
                text
            })
        };
        let mut text = String::new();
        for (offset, bytes) in &self.marks {
            let _ = writeln!(text, "mark {offset} {}", hex(bytes));
        }
        text + "end\n"
    }

    /// Parses the lines after the first of a lock. Returns `None` if the journal is not there or not whole: then
    /// nothing that readers see was changed.
    fn parse(text: &str) -> Option<Journal> {
        let mut journal = Journal::default();
        for line in text.lines().skip(1) {
            let mut words = line.split(' ');
            let kind = words.next()?;
            if kind == "end" {
                return Some(journal);
            }
            let offset = words.next()?.parse().ok()?;
            let digits = words.next()?.as_bytes();
            let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
            let bytes: Option<Vec<u8>> = digits.chunks(2).map(byte).collect();
            journal.marks.push((offset, bytes.filter(|_| kind == "mark")?));
        }
        None
    }
}

/// A lock on a base: a file beside its master file, which names the process that writes. Removed when dropped.
#[derive(Debug)]
pub(super) struct Lock {
    path: PathBuf,
    file: File,
    /// Whether something is left to be completed by the next writer.
    is_kept: bool,
}

impl Lock {
    /// Locks the base with this master file. Where a process that has ended left a lock, its work is completed or
    /// undone first.
    ///
    /// # Errors
    /// [`ErrorKind::Format`](crate::ErrorKind::Format) if another process writes to the base,
    /// [`ErrorKind::Write`](crate::ErrorKind::Write).
    pub(super) fn take(mst: &Path, new_xrf: &Path) -> Result<Lock> {
        let path = beside(mst, "lock");
        let file = take_at(mst, &path, &|left| recover(mst, new_xrf, left))?;
        Ok(Lock { path, file, is_kept: false })
    }

    /// Writes the journal after the name of the owner.
    pub(super) fn note(&mut self, journal: &Journal) -> io::Result<()> {
        self.file.write_all(journal.text().as_bytes())?;
        self.file.sync_all()
    }

    /// Sets whether the lock stays when it is dropped, with its journal, for the next writer.
    pub(super) fn keep(&mut self, yes: bool) {
        self.is_kept = yes;
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        if !self.is_kept {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Takes the lock at `path`; `complete` completes or undoes the work of a process that has ended and left it.
fn take_at(mst: &Path, path: &Path, complete: &dyn Fn(&str) -> Result<()>) -> Result<File> {
    for _ in 0..3 {
        match create(mst, path) {
            Ok(file) => return Ok(file),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(Error::write(error).with_path(path)),
        }
        let Ok(left) = fs::read_to_string(path) else { continue };
        if is_held(&left) {
            let holder = left.split(' ').next().unwrap_or_default();
            let message = format!(
                "process {holder} writes to the base; if there is no such process, remove {}",
                path.display()
            );
            return Err(Error::refused(message).with_path(mst));
        }
        if let Some(file) = take_over(mst, path, &left, complete)? {
            return Ok(file);
        }
    }
    Err(Error::refused("another process is about to write to the base").with_path(mst))
}

/// Takes over the lock at `path` with the text `left`, whose process has ended; `None` if it has another text by now.
///
/// Several processes may come upon such a lock. Who takes it over holds a lock on it, named after its owner, and replaces
/// it in one step: it is never away, and nobody replaces the lock of one that was quicker.
fn take_over(
    mst: &Path,
    path: &Path,
    left: &str,
    complete: &dyn Fn(&str) -> Result<()>,
) -> Result<Option<File>> {
    let cannot = |error| Error::write(error).with_path(path);
    let first = left.lines().next().unwrap_or_default();
    let digits = first.chars().map(|c| if c.is_ascii_digit() { c } else { '-' }).take(40);
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".of-{}", digits.collect::<String>()));
    let name = PathBuf::from(name);
    let file = take_at(mst, &name, &|_| Ok(()))?;
    let _alone = Lock { path: name, file, is_kept: false };
    if fs::read_to_string(path).map_err(cannot)? != left {
        return Ok(None);
    }
    complete(left)?;
    let unnamed = beside(mst, &own("lock"));
    let file = write_owner(&unnamed).map_err(cannot)?;
    fs::rename(&unnamed, path).map_err(cannot)?;
    Ok(Some(file))
}

/// Returns an ending that no other writer has, of this process or another.
fn own(ending: &str) -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    format!("{ending}.{}.{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

/// Creates the lock at `path` with its first line in it, so that nobody sees it without an owner and takes it for one that
/// was left. Fails if there is one. Where a file cannot have two names, the line is written after the file is there.
fn create(mst: &Path, path: &Path) -> io::Result<File> {
    let unnamed = beside(mst, &own("lock"));
    let written = write_owner(&unnamed);
    let linked = written.and_then(|file| fs::hard_link(&unnamed, path).map(|()| file));
    let _ = fs::remove_file(&unnamed);
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => write_owner(path),
        linked => linked,
    }
}

/// Creates a file with this process as the owner in its first line. Fails if there is one.
fn write_owner(path: &Path) -> io::Result<File> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(owner(std::process::id()).as_bytes())?;
    file.sync_all()?;
    Ok(file)
}

/// Returns the name of a file beside the master file.
pub(super) fn beside(mst: &Path, ending: &str) -> PathBuf {
    let mut name = mst.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}

/// Makes names that were created or renamed in the folder of a file durable, where folders can be synced.
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// The first line of a lock: a process, and when it started, so that a number that is used again is no match.
fn owner(process: u32) -> String {
    format!("{process} {}\n", started(process).unwrap_or_default())
}

/// Returns when a process started, in ticks since the system did; `None` if there is none, or nobody knows.
fn started(process: u32) -> Option<String> {
    let status = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name, in parentheses, may hold blanks.
    let (_, after) = status.rsplit_once(')')?;
    after.split_ascii_whitespace().nth(19).map(str::to_owned)
}

/// Whether the process of a lock is there. A lock without a whole first line was left by one that was killed.
fn is_held(lock: &str) -> bool {
    let Some((first, _)) = lock.split_once('\n') else { return !lock.is_empty() };
    let mut words = first.split(' ');
    let Some(process) = words.next().and_then(|process| process.parse().ok()) else { return true };
    let ticks = words.next().unwrap_or_default();
    match started(process) {
        Some(now) => ticks.is_empty() || now == ticks,
        // Where the system does not say, it may be there.
        None => !Path::new("/proc/self/stat").exists(),
    }
}

/// Completes the work of a writer that was killed, if its cross reference is in place, else undoes it.
fn recover(mst: &Path, new_xrf: &Path, lock: &str) -> Result<()> {
    let cannot = |error| Error::write(error).with_path(mst);
    if let Some(journal) = Journal::parse(lock) {
        let mut file = OpenOptions::new().read(true).write(true).open(mst).map_err(cannot)?;
        let mut put = |offset: u64, bytes: &[u8]| {
            file.seek(SeekFrom::Start(offset))?;
            file.write_all(bytes)
        };
        if !new_xrf.exists() {
            for (offset, bytes) in &journal.marks {
                put(*offset, bytes).map_err(cannot)?;
            }
        }
        file.sync_all().map_err(cannot)?;
    }
    match fs::remove_file(new_xrf) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(cannot(error)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn journals_come_back_and_parts_of_them_do_not() {
        let journal =
            Journal { marks: vec![(0, vec![0, 1, 0xFE, 10]), (700, vec![0, 0, 0, 1]), (1 << 40, vec![255])] };
        let text = owner(7) + &journal.text();
        assert_eq!(Journal::parse(&text), Some(journal));
        for end in 0..text.len() - 1 {
            assert_eq!(Journal::parse(&text[..end]), None, "{end}");
        }
    }

    #[test]
    fn only_a_process_that_is_there_holds_a_lock() {
        assert!(is_held(&owner(std::process::id())));
        if Path::new("/proc/self/stat").exists() {
            assert!(!is_held("4294967295 1\n"));
            assert!(!is_held(&format!("{} 1\n", std::process::id())), "the number is used again");
        }
        assert!(!is_held(""));
    }

    /// A folder of its own for a base, with the paths of its master file and its new cross reference.
    fn folder(name: &str) -> (PathBuf, PathBuf) {
        let folder = std::env::temp_dir().join(format!("kartoteka-lock-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        (folder.join("base.mst"), folder.join("base.xrf.new"))
    }

    /// The text of a lock whose process has ended.
    const LEFT: &str = "4294967295 1\n";

    /// One reads a lock that was left, and takes it over only after another has done so.
    #[test]
    fn a_lock_is_taken_over_by_the_quicker_only() {
        if !Path::new("/proc/self/stat").exists() {
            return;
        }
        let (mst, xrf) = folder("quicker");
        let path = beside(&mst, "lock");
        fs::write(&path, LEFT).unwrap();
        let quicker = Lock::take(&mst, &xrf).unwrap();
        let held = fs::read_to_string(&path).unwrap();
        let complete = |_: &str| -> Result<()> { panic!("there is nothing to complete") };
        assert!(take_over(&mst, &path, LEFT, &complete).unwrap().is_none());
        assert_eq!(fs::read_to_string(&path).unwrap(), held);
        assert!(Lock::take(&mst, &xrf).is_err());
        // Nor while another is at it, even if that one has not replaced the lock yet.
        fs::write(&path, LEFT).unwrap();
        let other = PathBuf::from(format!("{}.of-4294967295-1", path.display()));
        fs::write(&other, owner(std::process::id())).unwrap();
        assert!(take_over(&mst, &path, LEFT, &complete).is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), LEFT);
        // One that ended over it is taken over too.
        fs::write(&other, LEFT).unwrap();
        assert!(take_over(&mst, &path, LEFT, &|_| Ok(())).unwrap().is_some());
        drop(quicker);
        let folder = mst.parent().unwrap();
        assert_eq!(fs::read_dir(folder).unwrap().count(), 0, "nothing is left");
        fs::remove_dir_all(folder).unwrap();
    }

    /// Eight come upon it at once: one has it, and nobody else until all have tried.
    #[test]
    fn of_many_that_take_a_lock_over_one_has_it() {
        if !Path::new("/proc/self/stat").exists() {
            return;
        }
        let (mst, xrf) = folder("many");
        for round in 0..40 {
            fs::write(beside(&mst, "lock"), LEFT).unwrap();
            let (start, end) = (std::sync::Barrier::new(8), std::sync::Barrier::new(8));
            let took = || {
                start.wait();
                let lock = Lock::take(&mst, &xrf);
                end.wait();
                lock.is_ok()
            };
            let count = std::thread::scope(|scope| {
                let all: Vec<_> = (0..8).map(|_| scope.spawn(took)).collect();
                all.into_iter().map(|one| one.join().unwrap()).filter(|has| *has).count()
            });
            assert_eq!(count, 1, "round {round}");
        }
        fs::remove_dir_all(mst.parent().unwrap()).unwrap();
    }
}
