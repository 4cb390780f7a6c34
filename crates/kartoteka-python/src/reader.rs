//! Readers: records one by one, by number, and values alone.

use std::fs::File;
use std::sync::{Mutex, PoisonError, TryLockError};

use kartoteka::{
    AnyReader, Batch, Error, FieldPath, Filter, Finding as Found, Format, ReadOptions, RecordRead,
    RecordSeek, Severity, Tally, isis,
};
use pyo3::exceptions::{PyKeyError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString};

use crate::failure::{Failure, Interrupts, Outcome, argument, detached};
use crate::files::{Place, open};
use crate::finding::Finding;
use crate::options::Reading;
use crate::record::{Record, filter, path};
use crate::shared::Shared;

/// The most findings that a reader keeps; all are counted.
const KEPT: usize = 10_000;

/// An input, batch by batch. What reads a batch needs no lock of the interpreter.
struct Input {
    reader: AnyReader<'static>,
    batch: Option<Batch>,
    filter: Option<Filter>,
    strict: bool,
    /// Whether records were found; a part may have none.
    any: bool,
    ended: bool,
    findings: Vec<Found>,
    tally: Tally,
    path: Option<std::path::PathBuf>,
}

/// What comes next.
enum Next {
    /// A record, with what was found in it.
    Record(Vec<Found>),
    /// The batch has ended.
    Batch,
    End,
}

impl Input {
    fn open(place: &Place, reading: &Reading, filter: Option<Filter>) -> PyResult<Input> {
        let (format, options) = (reading.format()?, reading.options()?);
        let has_part = reading.has_part();
        let reader = Python::attach(|py| detached(py, || Ok(open(place, format, &options, has_part)?)))?;
        Ok(Input {
            reader,
            batch: None,
            filter,
            strict: reading.is_strict(),
            any: has_part,
            ended: false,
            findings: Vec::new(),
            tally: Tally::default(),
            path: place.path().map(Into::into),
        })
    }

    fn named(&self, error: Error) -> Failure {
        Failure::Library(match &self.path {
            Some(path) => error.with_path(path),
            None => error,
        })
    }

    fn note(&mut self, findings: &[Found]) {
        for finding in findings {
            self.tally.add(finding);
            if self.findings.len() < KEPT {
                self.findings.push(finding.clone());
            }
        }
    }

    /// Reads the next batch of the input.
    fn fill(&mut self) -> Outcome<()> {
        match self.reader.read_batch() {
            Ok(Some(batch)) => self.batch = Some(batch),
            Ok(None) => {
                self.ended = true;
                let wrong = self.findings.iter().find(|finding| finding.severity() == Severity::Error);
                if let Some(finding) = wrong.filter(|_| !self.any) {
                    let error = Error::new(kartoteka::ErrorKind::Malformed(finding.clone()));
                    return Err(self.named(error));
                }
            }
            Err(error) => {
                self.ended = !error.is_record();
                return Err(self.named(error));
            }
        }
        Ok(())
    }

    /// Reads the next record of the batch into `into`.
    fn next(&mut self, into: &mut kartoteka::Record) -> Outcome<Next> {
        loop {
            let Some(batch) = &mut self.batch else {
                return Ok(if self.ended { Next::End } else { Next::Batch });
            };
            let read = batch.read_record(into);
            let (findings, unlisted) = (batch.findings().to_vec(), batch.unlisted());
            if !unlisted.is_empty() {
                self.tally.add_unlisted(unlisted);
            }
            self.note(&findings);
            match read {
                Ok(true) => {
                    self.any = true;
                    if self.filter.as_ref().is_none_or(|filter| filter.matches(into.view())) {
                        return Ok(Next::Record(findings));
                    }
                }
                Ok(false) => self.batch = None,
                Err(error) => {
                    let known = error.finding().is_some_and(|finding| findings.contains(finding));
                    if let Some(finding) = error.finding().filter(|_| !known).cloned() {
                        self.note(&[finding]);
                    }
                    if !error.is_record() || self.strict {
                        self.any = true;
                        return Err(self.named(error));
                    }
                }
            }
        }
    }

    /// Reads the next record, over as many batches as it takes.
    fn next_record(&mut self) -> Outcome<Option<(kartoteka::Record, Vec<Found>)>> {
        let (mut record, mut interrupts) = (kartoteka::Record::new(), Interrupts::new());
        loop {
            match self.next(&mut record)? {
                Next::Record(findings) => return Ok(Some((record, findings))),
                Next::Batch => self.fill()?,
                Next::End => return Ok(None),
            }
            interrupts.check()?;
        }
    }

    /// Appends the values at a path in the next batch to `text`, with their ends; returns false at the end.
    fn next_values(&mut self, path: &FieldPath, text: &mut String, ends: &mut Vec<usize>) -> Outcome<bool> {
        let mut record = kartoteka::Record::new();
        loop {
            match self.next(&mut record)? {
                Next::Record(_) => {
                    for value in record.select(path) {
                        text.push_str(&value.to_str_lossy());
                        ends.push(text.len());
                    }
                }
                Next::Batch if ends.is_empty() => self.fill()?,
                Next::Batch => return Ok(true),
                Next::End => return Ok(!ends.is_empty()),
            }
        }
    }
}

/// Reads the records of an input: iterate over it. With `kartoteka.open(...) as reader`, the file is closed at the end.
#[pyclass(frozen, module = "kartoteka")]
pub(crate) struct Reader {
    input: Mutex<Option<Input>>,
    /// The master file, for records by their number.
    base: Mutex<Option<isis::Reader<File>>>,
    #[pyo3(get)]
    format: &'static str,
    path: Option<std::path::PathBuf>,
    options: ReadOptions,
}

impl Reader {
    /// Does something with the input, without the lock of the interpreter.
    fn with<T: Send>(
        &self,
        py: Python<'_>,
        work: impl FnOnce(&mut Input) -> Outcome<T> + Send,
    ) -> PyResult<T> {
        detached(py, || {
            let mut input = self.input.lock().unwrap_or_else(PoisonError::into_inner);
            work(input.as_mut().ok_or_else(|| Failure::Python(argument("the reader is closed")))?)
        })
    }

    /// Does something with the master file.
    fn with_base<T: Send>(
        &self,
        py: Python<'_>,
        work: impl FnOnce(&mut isis::Reader<File>) -> kartoteka::Result<T> + Send,
    ) -> PyResult<T> {
        let is_base = self.format == Format::Mst.name();
        let Some(path) = self.path.as_ref().filter(|_| is_base) else {
            return Err(PyTypeError::new_err(format!(
                "{} has no records by number: that is for master files",
                self.format
            )));
        };
        detached(py, || {
            let mut base = self.base.lock().unwrap_or_else(PoisonError::into_inner);
            if base.is_none() {
                *base = Some(
                    isis::Reader::from_path(path, &self.options).map_err(|error| error.with_path(path))?,
                );
            }
            match base.as_mut() {
                Some(base) => Ok(work(base).map_err(|error| error.with_path(path))?),
                None => Err(Failure::Python(argument("the base is not open"))),
            }
        })
    }
}

#[pymethods]
impl Reader {
    #[new]
    fn new(source: &Bound<'_, PyAny>, reading: Reading, filter: Option<&str>) -> PyResult<Reader> {
        let place = Place::new(source, "read")?;
        let filter = filter.map(self::filter).transpose()?;
        let input = Input::open(&place, &reading, filter)?;
        Ok(Reader {
            format: input.reader.format().name(),
            input: Mutex::new(Some(input)),
            base: Mutex::new(None),
            path: place.path().map(Into::into),
            options: reading.options()?,
        })
    }

    fn __iter__(this: Py<Self>) -> Py<Self> {
        this
    }

    fn __next__(&self, py: Python<'_>) -> PyResult<Option<Record>> {
        let made = |(record, findings)| Record(Shared::new(record, findings));
        // What is in memory already is read at once; the next batch, without the lock of the interpreter.
        match self.input.try_lock() {
            Ok(mut input) => {
                if let Some(input) = input.as_mut() {
                    let mut record = kartoteka::Record::new();
                    match input.next(&mut record)? {
                        Next::Record(findings) => return Ok(Some(made((record, findings)))),
                        Next::Batch => {}
                        Next::End => return Ok(None),
                    }
                }
            }
            Err(TryLockError::WouldBlock | TryLockError::Poisoned(_)) => {}
        }
        Ok(self.with(py, Input::next_record)?.map(made))
    }

    /// Returns the record with this number in its master file, whatever was read before. IRBIS and CDS/ISIS only.
    fn __getitem__(&self, py: Python<'_>, mfn: u32) -> PyResult<Record> {
        let found = self.with_base(py, |base| {
            let mut record = kartoteka::Record::new();
            let is_there = base.read_mfn(mfn, &mut record)?;
            Ok(is_there.then(|| (record, base.findings().to_vec())))
        })?;
        match found {
            Some((record, findings)) => Ok(Record(Shared::new(record, findings))),
            None => Err(PyKeyError::new_err(mfn)),
        }
    }

    /// Returns the greatest number that a record of the master file can have.
    #[getter]
    fn last_mfn(&self, py: Python<'_>) -> PyResult<u32> {
        self.with_base(py, |base| base.last_mfn())
    }

    /// Returns what was found so far, up to 10,000 findings.
    #[getter]
    fn findings<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let found = self.with(py, |input| Ok(input.findings.clone()))?;
        Finding::list(py, &found)
    }

    /// Returns how often each rule was found so far, by its id.
    #[getter]
    fn counts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let tally = self.with(py, |input| Ok(input.tally.clone()))?;
        counts(py, &tally)
    }

    /// Closes the input.
    fn close(&self, py: Python<'_>) {
        let closed = py.detach(|| self.input.lock().unwrap_or_else(PoisonError::into_inner).take());
        let base = py.detach(|| self.base.lock().unwrap_or_else(PoisonError::into_inner).take());
        drop((closed, base));
    }

    fn __enter__(this: Py<Self>) -> Py<Self> {
        this
    }

    #[pyo3(signature = (*_error))]
    fn __exit__(&self, py: Python<'_>, _error: &Bound<'_, PyAny>) {
        self.close(py);
    }

    fn __repr__(&self) -> String {
        match &self.path {
            Some(path) => format!("<Reader of {:?}, {}>", path.display().to_string(), self.format),
            None => format!("<Reader, {}>", self.format),
        }
    }
}

/// Returns the counts of findings as a dict.
pub(crate) fn counts<'py>(py: Python<'py>, tally: &Tally) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    for (rule, count) in tally.iter() {
        dict.set_item(rule.id(), count)?;
    }
    Ok(dict)
}

/// The values of a batch, and which is next.
#[derive(Default)]
struct Texts {
    text: String,
    ends: Vec<usize>,
    next: usize,
    start: usize,
}

/// Iterates over the values at a path in all records of an input.
#[pyclass(frozen, module = "kartoteka")]
pub(crate) struct Values {
    input: Mutex<Input>,
    texts: Mutex<Texts>,
    path: FieldPath,
}

#[pymethods]
impl Values {
    #[new]
    fn new(
        source: &Bound<'_, PyAny>,
        path: &str,
        reading: Reading,
        filter: Option<&str>,
    ) -> PyResult<Values> {
        let path = self::path(path)?;
        let filter = filter.map(self::filter).transpose()?;
        let input = Input::open(&Place::new(source, "read")?, &reading, filter)?;
        Ok(Values { input: Mutex::new(input), texts: Mutex::default(), path })
    }

    fn __iter__(this: Py<Self>) -> Py<Self> {
        this
    }

    fn __next__<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyString>>> {
        loop {
            {
                let mut texts = self.texts.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(end) = texts.ends.get(texts.next).copied() {
                    let value = texts.text.get(texts.start..end).unwrap_or_default();
                    let value = PyString::new(py, value);
                    (texts.next, texts.start) = (texts.next + 1, end);
                    return Ok(Some(value));
                }
            }
            let any = detached(py, || {
                let mut input = self.input.lock().unwrap_or_else(PoisonError::into_inner);
                let mut texts =
                    std::mem::take(&mut *self.texts.lock().unwrap_or_else(PoisonError::into_inner));
                if texts.next < texts.ends.len() {
                    *self.texts.lock().unwrap_or_else(PoisonError::into_inner) = texts; // another thread has filled them
                    return Ok(true);
                }
                texts.text.clear();
                texts.ends.clear();
                (texts.next, texts.start) = (0, 0);
                let any = input.next_values(&self.path, &mut texts.text, &mut texts.ends);
                *self.texts.lock().unwrap_or_else(PoisonError::into_inner) = texts;
                any
            })?;
            py.check_signals()?;
            if !any {
                return Ok(None);
            }
        }
    }
}
