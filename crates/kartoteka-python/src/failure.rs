//! Errors on their way to Python: `KartotekaError` with the text, the code and the place of the error of the library.

use kartoteka::{Error, ErrorKind};
use pyo3::exceptions::{PyException, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyString;

pyo3::create_exception!(
    kartoteka,
    KartotekaError,
    PyException,
    "Says why an input could not be read, an output not be written, or a record not be changed.\n\n\
     `kind` names the kind of error, `code` the rule of the finding behind it, `path` the file; `record`, `offset`, `mfn`\n\
     and `place` say where. What is not known is None."
);

/// What can go wrong while Rust works: an error of the library, or an exception of Python.
#[derive(Debug)]
pub(crate) enum Failure {
    Library(Error),
    Python(PyErr),
}

pub(crate) type Outcome<T> = Result<T, Failure>;

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        Failure::Library(error)
    }
}

impl From<PyErr> for Failure {
    fn from(error: PyErr) -> Failure {
        Failure::Python(error)
    }
}

impl From<Failure> for PyErr {
    fn from(failure: Failure) -> PyErr {
        match failure {
            Failure::Library(error) => Python::attach(|py| to_python(py, error)),
            Failure::Python(error) => error,
        }
    }
}

/// Returns a `KartotekaError` about an argument.
pub(crate) fn argument(message: impl Into<String>) -> PyErr {
    Failure::Library(Error::new(ErrorKind::Argument(message.into()))).into()
}

/// Returns the name of a kind of error.
fn kind_name(kind: &ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Io(_) => "io",
        ErrorKind::Read(_) => "read",
        ErrorKind::Write(_) => "write",
        ErrorKind::Malformed(_) => "malformed",
        ErrorKind::Unrepresentable(_) => "unrepresentable",
        ErrorKind::Decode(_) => "decode",
        ErrorKind::Format(_) => "format",
        ErrorKind::Argument(_) => "argument",
        _ => "other",
    }
}

/// Makes the exception, with what is known of the place. An exception of a file object comes back as it was raised.
pub(crate) fn to_python(py: Python<'_>, error: Error) -> PyErr {
    let text = format!("{error:?}");
    let kind = kind_name(error.kind());
    let (code, place) = (error.rule().map(|rule| rule.id()), error.location().copied());
    let path = error.path().map(|path| path.to_path_buf());
    let mut cause = None;
    if let ErrorKind::Io(error) | ErrorKind::Read(error) | ErrorKind::Write(error) = error.into_kind() {
        let own = error.get_ref().and_then(|inner| inner.downcast_ref::<PyErr>());
        match own {
            Some(own) => return own.clone_ref(py),
            None => cause = Some(PyErr::from(error)),
        }
    }
    let exception = KartotekaError::new_err(text);
    let fill = || -> PyResult<()> {
        let value = exception.value(py);
        value.setattr("kind", kind)?;
        value.setattr("code", code)?;
        value.setattr("path", path)?;
        value.setattr("record", place.and_then(|place| place.record.number()))?;
        value.setattr("offset", place.map(|place| place.byte))?;
        value.setattr("mfn", place.and_then(|place| place.mfn))?;
        value.setattr("place", place.and_then(|place| place.place()).map(|place| place.to_string()))
    };
    if let Err(error) = fill() {
        return error;
    }
    exception.set_cause(py, cause);
    exception
}

/// Runs `work` without the lock of the interpreter.
pub(crate) fn detached<T: Send>(py: Python<'_>, work: impl FnOnce() -> Outcome<T> + Send) -> PyResult<T> {
    py.detach(work).map_err(PyErr::from)
}

/// Looks for Ctrl-C, at most ten times a second.
pub(crate) struct Interrupts(std::time::Instant);

impl Interrupts {
    pub(crate) fn new() -> Interrupts {
        Interrupts(std::time::Instant::now())
    }

    /// Returns the exception of the signal, if one came.
    pub(crate) fn check(&mut self) -> Outcome<()> {
        if self.0.elapsed().as_millis() < 100 {
            return Ok(());
        }
        self.0 = std::time::Instant::now();
        Ok(Python::attach(|py| py.check_signals())?)
    }
}

/// Returns the value with this name, or says which there are.
pub(crate) fn named<T: kartoteka::Named>(what: &str, text: &str) -> PyResult<T> {
    T::from_name(text).ok_or_else(|| {
        let known: Vec<_> = T::ALL.iter().map(|value| value.name()).collect();
        argument(format!("no {what} {text:?}; there are {}", known.join(", ")))
    })
}

/// Returns the only character of a text.
pub(crate) fn only_char(text: &str) -> PyResult<char> {
    let mut chars = text.chars();
    match (chars.next(), chars.next()) {
        (Some(one), None) => Ok(one),
        _ => Err(PyValueError::new_err(format!("a subfield code is one character, not {text:?}"))),
    }
}

/// Returns text as a string of Python.
pub(crate) fn string<'py>(py: Python<'py>, text: &str) -> Bound<'py, PyString> {
    PyString::new(py, text)
}
