//! Writers.

use std::sync::{Mutex, PoisonError};

use kartoteka::{AnyWriter, ErrorKind, Format, writer};
use pyo3::prelude::*;
use pyo3::types::PyList;

use crate::failure::{Failure, argument, detached};
use crate::files::{Output, Place};
use crate::finding::Finding;
use crate::options::{self, Writing};
use crate::record::Record;

/// Returns the format that is named, or that of the extension.
pub(crate) fn format_of(place: &Place, name: Option<&str>) -> PyResult<Format> {
    if let Some(format) = options::format(name)? {
        return Ok(format);
    }
    let path = place.path().map(kartoteka::compression::uncompressed_name);
    let found = path.and_then(Format::from_extension);
    found.ok_or_else(|| argument(format!("no format for the output {}: give to=", place.name())))
}

/// Writes records to a file or a file object. A file has its name when it is closed and complete.
#[pyclass(frozen, module = "kartoteka")]
pub(crate) struct Writer {
    output: Mutex<Option<(AnyWriter<'static>, Output)>>,
    #[pyo3(get)]
    format: &'static str,
    path: Option<std::path::PathBuf>,
}

#[pymethods]
impl Writer {
    #[new]
    fn new(
        py: Python<'_>,
        target: &Bound<'_, PyAny>,
        to: Option<&str>,
        writing: Writing,
    ) -> PyResult<Writer> {
        let place = Place::new(target, "write")?;
        let (format, options) = (format_of(&place, to)?, writing.options()?);
        let output = detached(py, || {
            let (output, sink) = Output::create(&place)?;
            Ok((writer(format, sink, &options)?, output))
        })?;
        Ok(Writer {
            output: Mutex::new(Some(output)),
            format: format.name(),
            path: place.path().map(Into::into),
        })
    }

    /// Writes a record, and returns what was found on the way. Raises where the format cannot hold it, with the field; then
    /// nothing of it is written.
    fn write<'py>(&self, py: Python<'py>, record: &Record) -> PyResult<Bound<'py, PyList>> {
        let record = record.0.lock().record.clone();
        let findings = detached(py, || {
            let mut output = self.output.lock().unwrap_or_else(PoisonError::into_inner);
            let (writer, _) =
                output.as_mut().ok_or_else(|| Failure::Python(argument("the writer is closed")))?;
            writer.write(&record)?;
            Ok(writer.findings().to_vec())
        })?;
        Finding::list(py, &findings)
    }

    /// Ends the output, and gives the file its name.
    fn close(&self, py: Python<'_>) -> PyResult<()> {
        let path = &self.path;
        detached(py, || {
            let Some((mut writer, output)) =
                self.output.lock().unwrap_or_else(PoisonError::into_inner).take()
            else {
                return Ok(());
            };
            let finished = writer.finish();
            drop(writer);
            finished.map_err(|error| match path {
                Some(path) if matches!(error.kind(), ErrorKind::Write(_)) => error.with_path(path),
                _ => error,
            })?;
            Ok(output.commit()?)
        })
    }

    /// Drops the output: a file that is not complete is removed.
    fn abandon(&self, py: Python<'_>) {
        let dropped = py.detach(|| self.output.lock().unwrap_or_else(PoisonError::into_inner).take());
        py.detach(|| drop(dropped));
    }

    fn __enter__(this: Py<Self>) -> Py<Self> {
        this
    }

    /// Closes the writer; after an exception it drops what was written.
    fn __exit__(
        &self,
        py: Python<'_>,
        kind: &Bound<'_, PyAny>,
        _value: &Bound<'_, PyAny>,
        _trace: &Bound<'_, PyAny>,
    ) -> PyResult<()> {
        match kind.is_none() {
            true => self.close(py),
            false => {
                self.abandon(py);
                Ok(())
            }
        }
    }
}
