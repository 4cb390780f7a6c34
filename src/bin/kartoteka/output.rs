//! Where records go: standard output, or a file that has its name only when it is complete.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::compression::compress;
use crate::failure::{Failure, reason};
use crate::input::is_stdin;

/// A sink that can be shared: it counts the bytes, and keeps the first failure.
#[derive(Debug, Clone)]
pub(crate) struct Sink(Arc<State>);

#[derive(Debug)]
struct State {
    name: String,
    destination: Destination,
    written: AtomicU64,
    failure: Mutex<Option<Failure>>,
}

#[derive(Debug)]
enum Destination {
    File(File),
    /// Where standard output is not to be had as a file.
    #[cfg(not(unix))]
    Stdout(io::Stdout),
}

impl Sink {
    fn new(name: String, destination: Destination) -> Sink {
        let (written, failure) = (AtomicU64::new(0), Mutex::new(None));
        Sink(Arc::new(State { name, destination, written, failure }))
    }

    /// Standard output, without the buffer of the standard library, which looks for the ends of lines.
    pub(crate) fn stdout() -> Result<Sink, Failure> {
        let destination = stdout().map_err(|why| Failure::writing("stdout", &why))?;
        Ok(Sink::new("stdout".to_owned(), destination))
    }

    /// What the system knows of the file behind it.
    fn metadata(&self) -> Option<Metadata> {
        match &self.0.destination {
            Destination::File(file) => file.metadata().ok(),
            #[cfg(not(unix))]
            Destination::Stdout(_) => None,
        }
    }

    /// How many bytes were written.
    pub(crate) fn written(&self) -> u64 {
        self.0.written.load(Ordering::Relaxed)
    }

    /// Why writing failed, if it did.
    pub(crate) fn failure(&self) -> Option<Failure> {
        self.0.failure.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Writes all of `bytes`, and lets nothing wait.
    pub(crate) fn put(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        let written = self.write_all(bytes).and_then(|()| self.flush());
        written.map_err(|why| self.failure().unwrap_or_else(|| Failure::writing(&self.0.name, &why)))
    }

    fn note<T>(&self, result: io::Result<T>) -> io::Result<T> {
        if let Err(why) = &result
            && why.kind() != io::ErrorKind::Interrupted
        {
            let mut failure = self.0.failure.lock().unwrap_or_else(PoisonError::into_inner);
            failure.get_or_insert_with(|| Failure::writing(&self.0.name, why));
        }
        result
    }
}

impl Write for Sink {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        let written = match &self.0.destination {
            Destination::File(file) => (&mut &*file).write(buf),
            #[cfg(not(unix))]
            Destination::Stdout(stdout) => stdout.lock().write(buf),
        };
        if let Ok(len) = written {
            self.0.written.fetch_add(len as u64, Ordering::Relaxed);
        }
        self.note(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = match &self.0.destination {
            Destination::File(file) => (&mut &*file).flush(),
            #[cfg(not(unix))]
            Destination::Stdout(stdout) => stdout.lock().flush(),
        };
        self.note(flushed)
    }
}

#[cfg(unix)]
fn stdout() -> io::Result<Destination> {
    use std::os::fd::AsFd;
    Ok(Destination::File(File::from(io::stdout().as_fd().try_clone_to_owned()?)))
}

#[cfg(not(unix))]
fn stdout() -> io::Result<Destination> {
    Ok(Destination::Stdout(io::stdout()))
}

impl Read for Sink {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match &self.0.destination {
            Destination::File(file) => (&mut &*file).read(buf),
            #[cfg(not(unix))]
            Destination::Stdout(_) => Err(io::ErrorKind::Unsupported.into()),
        }
    }
}

impl Seek for Sink {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match &self.0.destination {
            Destination::File(file) => (&mut &*file).seek(to),
            #[cfg(not(unix))]
            Destination::Stdout(_) => Err(io::ErrorKind::Unsupported.into()),
        }
    }
}

/// An output that is thrown away unless [`Output::commit`] is called.
#[derive(Debug)]
pub(crate) struct Output {
    pub(crate) sink: Sink,
    /// The temporary file, and the name it is to have.
    pending: Option<(PathBuf, PathBuf)>,
}

impl Output {
    /// Opens an output; `-` is standard output. `inputs` are the files that are read meanwhile.
    ///
    /// A regular file, or one that is not there yet, is written under a temporary name beside it; so is the one that
    /// a symbolic link leads to. Anything else, such as a device, is written directly, unless that would destroy an
    /// input.
    pub(crate) fn open(path: &Path, inputs: &[PathBuf]) -> Result<Output, Failure> {
        let name = path.display();
        let failed = |why: &io::Error| Failure::at(&name, format_args!("cannot write: {}", reason(why)));
        if is_stdout(path) {
            let sink = Sink::stdout()?;
            refuse_input("stdout", sink.metadata(), inputs)?;
            return Ok(Output { sink, pending: None });
        }
        let target = fs::canonicalize(path).ok().filter(|target| target.is_file());
        let path = target.as_deref().unwrap_or(path);
        let own = match fs::symlink_metadata(path) {
            Ok(own) => Some(own),
            Err(why) if why.kind() == io::ErrorKind::NotFound => None,
            Err(why) => return Err(failed(&why)),
        };
        match own {
            None => Output::beside(path, None),
            Some(own) if own.is_file() => {
                // A file that must not be written must not be replaced either.
                OpenOptions::new().write(true).open(path).map_err(|why| failed(&why))?;
                Output::beside(path, Some(own))
            }
            Some(_) => {
                refuse_input(&name.to_string(), fs::metadata(path).ok(), inputs)?;
                let options = OpenOptions::new().write(true).create(true).truncate(true).clone();
                let file = options.open(path).map_err(|why| failed(&why))?;
                Ok(Output { sink: Sink::new(name.to_string(), Destination::File(file)), pending: None })
            }
        }
    }

    /// A writer to it, which compresses if its name asks for that. The file is whole only when the writer is dropped.
    pub(crate) fn writer(&self, path: &Path) -> Result<Box<dyn Write + Send>, Failure> {
        if is_stdout(path) {
            return Ok(Box::new(self.sink.clone()));
        }
        compress(self.sink.clone(), path).map_err(|why| Failure::writing(path.display(), &why))
    }

    /// Opens a new file beside `path`, with the permissions of the one that it is to replace.
    fn beside(path: &Path, replaced: Option<Metadata>) -> Result<Output, Failure> {
        let name = path.display();
        let failed = |why: &io::Error| {
            Failure::at(&name, format_args!("cannot make a temporary file beside it: {}", reason(why)))
        };
        let mut number = 0u32;
        let (temporary, file) = loop {
            let temporary = path.with_file_name(format!(".kartoteka-{}-{number}.tmp", std::process::id()));
            match OpenOptions::new().read(true).write(true).create_new(true).open(&temporary) {
                Ok(file) => break (temporary, file),
                Err(why) if why.kind() == io::ErrorKind::AlreadyExists && number < 1000 => {
                    number = number.saturating_add(1);
                }
                Err(why) => return Err(failed(&why)),
            }
        };
        let sink = Sink::new(name.to_string(), Destination::File(file));
        let output = Output { sink, pending: Some((temporary, path.to_owned())) };
        if let (Some(replaced), Some((temporary, _))) = (replaced, &output.pending) {
            fs::set_permissions(temporary, replaced.permissions()).map_err(|why| failed(&why))?;
        }
        Ok(output)
    }

    /// Opens the cross reference that goes with this output, which is to be a master file.
    pub(crate) fn cross_reference(&self, path: &Path, inputs: &[PathBuf]) -> Result<Output, Failure> {
        let extension = if path.extension().is_some_and(|end| end == "MST") { "XRF" } else { "xrf" };
        let slots = path.with_extension(extension);
        if slots == path {
            return Err(Failure::at(
                path.display(),
                "a master file cannot have the name of its cross reference",
            ));
        }
        let slots = Output::open(&slots, inputs)?;
        if self.pending.is_none() || slots.pending.is_none() {
            let why = "a master file is written to two plain files: name the first with --output";
            return Err(Failure::at(path.display(), why));
        }
        Ok(slots)
    }

    /// Gives the output its name. All must have been written.
    pub(crate) fn commit(mut self) -> Result<(), Failure> {
        let Some((temporary, path)) = self.pending.take() else { return Ok(()) };
        fs::rename(&temporary, &path).map_err(|why| {
            let _ = fs::remove_file(&temporary);
            Failure::at(
                path.display(),
                format_args!("cannot rename {}: {}", temporary.display(), reason(&why)),
            )
        })
    }
}

/// How many bytes are handed to an output at a time.
const BUFFER: usize = 128 * 1024;

/// An output with its writer, for bytes that are put together here. What was put before a run fails is written, as far
/// as it can be.
pub(crate) struct Target {
    output: Output,
    writer: BufWriter<Box<dyn Write + Send>>,
    name: String,
}

impl Target {
    /// Opens it as [`Output::open`] does.
    pub(crate) fn open(path: &Path, inputs: &[PathBuf]) -> Result<Target, Failure> {
        let output = Output::open(path, inputs)?;
        let writer = BufWriter::with_capacity(BUFFER, output.writer(path)?);
        Ok(Target { output, writer, name: path.display().to_string() })
    }

    /// Writes all of `bytes`.
    pub(crate) fn put(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        let written = self.writer.write_all(bytes);
        written.map_err(|why| self.failure().unwrap_or_else(|| Failure::writing(&self.name, &why)))
    }

    /// Why writing failed, if it did.
    pub(crate) fn failure(&self) -> Option<Failure> {
        self.output.sink.failure()
    }

    /// Ends the output, and gives it its name; tells how many bytes were written, behind any compression.
    pub(crate) fn commit(self) -> Result<u64, Failure> {
        let Target { output, mut writer, name } = self;
        writer
            .flush()
            .map_err(|why| output.sink.failure().unwrap_or_else(|| Failure::writing(&name, &why)))?;
        drop(writer);
        if let Some(failure) = output.sink.failure() {
            return Err(failure); // what a compressed file ends with could not be written
        }
        let written = output.sink.written();
        output.commit()?;
        Ok(written)
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        if let Some((temporary, _)) = &self.pending {
            let _ = fs::remove_file(temporary);
        }
    }
}

/// Whether a path means standard output. Its devices are links to what may be a file, which must not be truncated.
pub(crate) fn is_stdout(path: &Path) -> bool {
    is_stdin(path)
        || cfg!(unix)
            && ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"].iter().any(|known| path == Path::new(known))
}

/// Refuses to write directly to a file that is being read.
/// Fails if a file is one of the inputs.
pub(crate) fn refuse_to_replace(path: &Path, inputs: &[PathBuf]) -> Result<(), Failure> {
    refuse_input(&path.display().to_string(), fs::metadata(path).ok(), inputs)
}

fn refuse_input(name: &str, output: Option<Metadata>, inputs: &[PathBuf]) -> Result<(), Failure> {
    let Some(output) = output.filter(Metadata::is_file) else { return Ok(()) };
    let same = |path: &PathBuf| fs::metadata(path).is_ok_and(|input| is_same(&input, &output));
    match inputs.iter().find(|path| same(path)) {
        Some(path) => {
            Err(Failure::at(name, format_args!("is the same file as the input {}", path.display())))
        }
        None => Ok(()),
    }
}

#[cfg(unix)]
fn is_same(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

#[cfg(not(unix))]
fn is_same(_: &Metadata, _: &Metadata) -> bool {
    false // links are rare there, and plain files are written beside
}
