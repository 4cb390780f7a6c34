//! Where records go: standard output, or a file that has its name only when it is complete.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, BufWriter, IsTerminal, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use kartoteka::report::printable_lines;

use crate::command::options::AnswerForm;
use crate::failure::{Failure, reason};
use crate::input::is_stdin;
use crate::temporary;
use kartoteka::Format;
use kartoteka::compression::{compress, uncompressed_name};

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
    /// Standard output that is a terminal, for what is not made for one, and the start of a character that is not complete.
    Terminal(Mutex<Vec<u8>>),
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

    /// Standard output for data: on a terminal, what it would take for commands is shown as escapes.
    pub(crate) fn data() -> Result<Sink, Failure> {
        match io::stdout().is_terminal() {
            true => Ok(Sink::new("stdout".to_owned(), Destination::Terminal(Mutex::default()))),
            false => Sink::stdout(),
        }
    }

    /// Standard output for an answer: text is printable already, JSON is data.
    pub(crate) fn answer(form: AnswerForm) -> Result<Sink, Failure> {
        match form {
            AnswerForm::Text => Sink::stdout(),
            AnswerForm::Json => Sink::data(),
        }
    }

    /// Returns what the system knows of the file, if the destination is one.
    fn metadata(&self) -> Option<Metadata> {
        match &self.0.destination {
            Destination::File(file) => file.metadata().ok(),
            Destination::Terminal(_) => None,
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
            Destination::Terminal(rest) => show(buf, rest).map(|()| buf.len()),
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
            Destination::Terminal(rest) => show(b"", rest).and_then(|()| io::stdout().flush()),
            #[cfg(not(unix))]
            Destination::Stdout(stdout) => stdout.lock().flush(),
        };
        self.note(flushed)
    }
}

/// Shows a piece of data on the terminal; an empty piece is the end of it.
fn show(piece: &[u8], rest: &Mutex<Vec<u8>>) -> io::Result<()> {
    let mut rest = rest.lock().unwrap_or_else(PoisonError::into_inner);
    let mut out = Vec::with_capacity(piece.len());
    *rest = printable_lines(piece, std::mem::take(&mut *rest), &mut out);
    io::stdout().write_all(&out)
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
            _ => Err(io::ErrorKind::Unsupported.into()),
        }
    }
}

impl Seek for Sink {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match &self.0.destination {
            Destination::File(file) => (&mut &*file).seek(to),
            _ => Err(io::ErrorKind::Unsupported.into()),
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
            let sink = Sink::data()?;
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
            match temporary::create(&temporary) {
                Ok(file) => break (temporary, file),
                Err(why) if why.kind() == io::ErrorKind::AlreadyExists && number < 1000 => number += 1,
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

    /// Why writing failed, if it did, else `other`.
    pub(crate) fn failure(&self, other: Failure) -> Failure {
        self.sink.failure().unwrap_or(other)
    }

    /// Gives the output its name, and returns how many bytes were written, after any compression. All must have been
    /// written, and the writer dropped.
    pub(crate) fn commit(mut self) -> Result<u64, Failure> {
        if let Some(failure) = self.sink.failure() {
            return Err(failure); // what a compressed file ends with could not be written
        }
        let written = self.sink.written();
        let Some((temporary, path)) = self.pending.take() else { return Ok(written) };
        fs::rename(&temporary, &path).map_err(|why| {
            temporary::remove(&temporary);
            Failure::at(
                path.display(),
                format_args!("cannot rename {}: {}", temporary.display(), reason(&why)),
            )
        })?;
        temporary::forget(&temporary);
        Ok(written)
    }
}

/// When what is to be printed is handed on, in bytes.
pub(crate) const FLUSH_AT: usize = 32 * 1024;
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
        Target::of(Output::open(path, inputs)?, path)
    }

    /// As [`Target::open`], for text that may go to a terminal as it is.
    pub(crate) fn for_people(path: &Path, inputs: &[PathBuf]) -> Result<Target, Failure> {
        match is_stdout(path) {
            true => Target::of(Output { sink: Sink::stdout()?, pending: None }, path),
            false => Target::open(path, inputs),
        }
    }

    fn of(output: Output, path: &Path) -> Result<Target, Failure> {
        let writer = BufWriter::with_capacity(BUFFER, output.writer(path)?);
        Ok(Target { output, writer, name: path.display().to_string() })
    }

    /// Writes all of `bytes`.
    pub(crate) fn put(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        let written = self.writer.write_all(bytes);
        written.map_err(|why| self.output.failure(Failure::writing(&self.name, &why)))
    }

    /// Ends the output, and gives it its name; returns how many bytes were written, after any compression.
    pub(crate) fn commit(self) -> Result<u64, Failure> {
        let Target { output, mut writer, name } = self;
        writer.flush().map_err(|why| output.failure(Failure::writing(&name, &why)))?;
        drop(writer);
        output.commit()
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        if let Some((temporary, _)) = &self.pending {
            temporary::remove(temporary);
        }
    }
}

/// The format that the extension of an output names, of what may be compressed.
pub(crate) fn format_of(path: &Path) -> Option<Format> {
    Format::from_extension(uncompressed_name(path)).filter(|_| !is_stdout(path))
}

/// Whether a path means standard output. Its devices are links to what may be a file, which must not be truncated.
pub(crate) fn is_stdout(path: &Path) -> bool {
    is_stdin(path)
        || cfg!(unix)
            && ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"].iter().any(|known| path == Path::new(known))
}

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

/// Whether two paths name one file.
pub(crate) fn is_one_place(one: &Path, other: &Path) -> bool {
    let place = |path: &Path| {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        match (std::fs::canonicalize(path), std::fs::canonicalize(folder), path.file_name()) {
            (Ok(place), ..) => place,
            (_, Ok(folder), Some(name)) => folder.join(name),
            _ => path.to_owned(),
        }
    };
    is_stdout(one) && is_stdout(other) || place(one) == place(other)
}
