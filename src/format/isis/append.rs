//! Adding to a base in its place, all or nothing.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::Path;

use super::Writer;
use super::files::Files;
use super::lock::{Journal, Lock, beside, sync_folder};
use super::store::Commit;
use crate::error::{Error, Result};
use crate::io::WriteOptions;

/// The files of a base that is added to.
#[derive(Debug)]
struct InPlace {
    lock: Lock,
    new_xrf: std::path::PathBuf,
    xrf: std::path::PathBuf,
}

impl Commit<File> for InPlace {
    fn sync(&mut self, file: &mut File) -> io::Result<()> {
        file.sync_all()
    }

    fn note(&mut self, journal: &Journal) -> io::Result<()> {
        self.lock.note(journal)
    }

    fn switch(&mut self) -> io::Result<()> {
        fs::rename(&self.new_xrf, &self.xrf)?;
        self.lock.keep(true);
        sync_folder(&self.xrf)
    }

    fn done(&mut self) {
        self.lock.keep(false);
    }
}

impl Drop for InPlace {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.new_xrf);
    }
}

impl Writer<File> {
    /// Opens a base on the disk to add to it, all or nothing: before [`RecordWrite::finish`](crate::RecordWrite::finish)
    /// has done its work the base reads as before, afterwards as after, wherever the process is killed or the disk full.
    ///
    /// New records go after the old ones, the cross reference is written beside the old one and takes its place, and
    /// old versions are marked only then. A lock, the file `NAME.mst.lock`, keeps other writers out; one that a dead
    /// process left behind is recognised, and what it left undone is completed or undone.
    ///
    /// # Errors
    /// As [`Writer::append`]; [`ErrorKind::Format`](crate::ErrorKind::Format) if another process writes to the base.
    pub fn append_to(path: impl AsRef<Path>, options: &WriteOptions) -> Result<Writer<File>> {
        let files = Files::find(path.as_ref())?;
        let mst = files.mst();
        let new_xrf = beside(mst, "xrf.new");
        let lock = Lock::take(mst, &new_xrf)?;
        let xrf = files.companion("xrf").ok_or_else(|| {
            Error::refused("the base has no cross reference; recover it first").with_path(mst)
        })?;
        let cannot = |error| Error::write(error).with_path(&new_xrf);
        let commit = InPlace { lock, new_xrf: new_xrf.clone(), xrf: xrf.clone() };
        fs::copy(&xrf, &new_xrf).map_err(cannot)?;
        let open = |path: &Path| {
            let opened = OpenOptions::new().read(true).write(true).open(path);
            opened.map_err(|error| Error::write(error).with_path(path))
        };
        let (old, new) = (open(mst)?, open(&new_xrf)?);
        let mut writer = Writer::append(old, new, options)?;
        writer.commit_by(Box::new(commit));
        Ok(writer)
    }
}

#[cfg(test)]
mod tests;
