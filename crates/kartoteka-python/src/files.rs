//! Inputs and outputs: paths, and the file objects of Python.

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use kartoteka::compression::{compress, decompress, uncompressed_name};
use kartoteka::{AnyReader, Can, Error, ErrorKind, Format, Peek, ReadOptions, open_with, reader};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyBytes, PyString};

/// Where records come from or go to.
pub(crate) enum Place {
    Path(PathBuf),
    Object(Py<PyAny>),
}

impl Place {
    /// Takes a `str`, an `os.PathLike` or an object with the method `method`.
    pub(crate) fn new(object: &Bound<'_, PyAny>, method: &str) -> PyResult<Place> {
        if object.is_instance_of::<PyString>() || object.hasattr("__fspath__")? {
            return Ok(Place::Path(object.extract()?));
        }
        if object.hasattr(method)? {
            return Ok(Place::Object(object.clone().unbind()));
        }
        let kind = object.get_type().name()?;
        Err(PyTypeError::new_err(format!(
            "expected a path or an object with the method {method}, not {kind}"
        )))
    }

    /// Returns what the input is called in messages.
    pub(crate) fn name(&self) -> String {
        match self {
            Place::Path(path) => path.display().to_string(),
            Place::Object(_) => "file object".to_owned(),
        }
    }

    pub(crate) fn path(&self) -> Option<&Path> {
        match self {
            Place::Path(path) => Some(path),
            Place::Object(_) => None,
        }
    }
}

/// Reads from a file object.
struct Source(Py<PyAny>);

impl Read for Source {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        // What comes is bytes, or text of a file that was opened as text.
        let got = Python::attach(|py| -> PyResult<usize> {
            let want = (buf.len() / 4).max(1); // characters of text take up to four bytes
            let read = self.0.bind(py).call_method1("read", (want,))?;
            let bytes: Cow<'_, [u8]> = match (read.cast::<PyBytes>(), read.cast::<PyString>()) {
                (Ok(bytes), _) => Cow::Borrowed(bytes.as_bytes()),
                (_, Ok(text)) => Cow::Owned(text.to_cow()?.into_owned().into_bytes()),
                _ => match read.cast::<PyByteArray>() {
                    Ok(bytes) => Cow::Owned(bytes.to_vec()),
                    Err(_) => return Err(PyTypeError::new_err("read() of the file object returns no bytes")),
                },
            };
            match buf.get_mut(..bytes.len()) {
                Some(place) => place.copy_from_slice(&bytes),
                None => {
                    return Err(PyTypeError::new_err(
                        "read() of the file object returns more than it was asked for",
                    ));
                }
            }
            Ok(bytes.len())
        });
        got.map_err(io::Error::other)
    }
}

/// Writes to a file object.
struct Sink(Py<PyAny>);

impl Write for Sink {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        let put = Python::attach(|py| -> PyResult<usize> {
            let object = self.0.bind(py);
            let written = object.call_method1("write", (PyBytes::new(py, buf),))?;
            Ok(written.extract().unwrap_or(buf.len()))
        });
        put.map_err(io::Error::other)
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = Python::attach(|py| -> PyResult<()> {
            let object = self.0.bind(py);
            if object.hasattr("flush")? {
                object.call_method0("flush")?;
            }
            Ok(())
        });
        flushed.map_err(io::Error::other)
    }
}

/// Opens an input: compressed or not, in this format or the one that is found.
pub(crate) fn open(
    place: &Place,
    format: Option<Format>,
    options: &ReadOptions,
    has_part: bool,
) -> kartoteka::Result<AnyReader<'static>> {
    let path = place.path();
    let named = |error: Error| match path {
        Some(path) => error.with_path(path),
        None => error,
    };
    let failed = |error: io::Error| named(Error::new(ErrorKind::Read(error)));
    let by_path = |format: Format| format.can(Can::Seek) || has_part;
    if let (Some(path), Some(format)) = (path, format.filter(|format| by_path(*format))) {
        return open_with(path, Some(format), options);
    }
    let source: Box<dyn Read + Send> = match place {
        Place::Path(path) => Box::new(File::open(path).map_err(failed)?),
        Place::Object(object) => Box::new(Source(Python::attach(|py| object.clone_ref(py)))),
    };
    let (source, compression) = decompress(source).map_err(failed)?;
    if let Some(format) = format {
        return reader(source, Some(format), options).map_err(named);
    }
    let source = Peek::new(source).map_err(named)?;
    let shown = path.map(uncompressed_name);
    let format = source.detect(shown.as_deref()).map_err(named)?.format;
    match path {
        Some(path) if compression.is_none() && by_path(format) => open_with(path, Some(format), options),
        _ => reader(source, Some(format), options).map_err(named),
    }
}

/// A number for each temporary file of this process.
static NEXT: AtomicU64 = AtomicU64::new(0);

/// An output. What goes to a path is in a temporary file beside it until it is complete.
pub(crate) struct Output {
    /// The temporary file, and the file that it becomes.
    files: Option<(PathBuf, PathBuf)>,
}

impl Output {
    /// Opens an output; a name that ends in `.gz` or `.zst` has it compressed.
    pub(crate) fn create(place: &Place) -> kartoteka::Result<(Output, Box<dyn Write + Send>)> {
        let path = match place {
            Place::Object(object) => {
                let object = Python::attach(|py| object.clone_ref(py));
                return Ok((Output { files: None }, Box::new(Sink(object))));
            }
            Place::Path(path) => path,
        };
        let failed = |error: io::Error| Error::new(ErrorKind::Write(error)).with_path(path);
        let is_direct = fs::symlink_metadata(path).is_ok_and(|found| !found.is_file());
        if is_direct {
            let file = File::create(path).map_err(failed)?;
            return Ok((Output { files: None }, compress(file, path).map_err(failed)?));
        }
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let hidden = path.with_file_name(format!(".kartoteka-{}-{number}-{name}.tmp", std::process::id()));
        let file = File::create_new(&hidden).map_err(failed)?;
        let output = Output { files: Some((hidden, path.clone())) };
        Ok((output, compress(file, path).map_err(failed)?))
    }

    /// Gives the file its name.
    pub(crate) fn commit(mut self) -> kartoteka::Result<()> {
        let Some((hidden, path)) = self.files.take() else { return Ok(()) };
        fs::rename(&hidden, &path).map_err(|error| {
            let _ = fs::remove_file(&hidden);
            Error::new(ErrorKind::Write(error)).with_path(path)
        })
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        if let Some((hidden, _)) = &self.files {
            let _ = fs::remove_file(hidden);
        }
    }
}
