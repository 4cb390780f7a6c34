//! Conversions: of files from format to format, and of records by a crosswalk.

use kartoteka::crosswalk::{Conversion, Converter, Crosswalk, Map, Meaning, OnLoss, Parents, Values};
use kartoteka::report::account_json;
use kartoteka::{
    Copying, Edit, Edits, Error, Event, Filter, Finding as Found, Findings, GarbageSink, Position,
    RecordRead, Rule, Run, Summary, Transform, writer,
};
use pyo3::prelude::*;
use pyo3::types::{PyAny, PyDict, PyList};

use crate::failure::{Failure, Interrupts, Outcome, argument, detached, named};
use crate::files::{Output, Place, open};
use crate::finding::Finding;
use crate::options::{Reading, Writing};
use crate::reader::counts;
use crate::record::{Record, filter};
use crate::shared::Shared;
use crate::writer::format_of;

/// The records of a reader that meet a filter. What is found in others is not reported.
struct Filtered<'r> {
    reader: &'r mut dyn RecordRead,
    filter: Filter,
}

impl RecordRead for Filtered<'_> {
    fn read_record(&mut self, record: &mut kartoteka::Record) -> kartoteka::Result<bool> {
        loop {
            if !self.reader.read_record(record)? {
                return Ok(false);
            }
            if self.filter.matches(record.view()) {
                return Ok(true);
            }
        }
    }

    fn findings(&self) -> &[Found] {
        self.reader.findings()
    }

    fn unlisted(&self) -> &[(Rule, u64)] {
        self.reader.unlisted()
    }

    fn position(&self) -> Position {
        self.reader.position()
    }

    fn raw(&self) -> &[u8] {
        self.reader.raw()
    }

    fn on_garbage(&mut self, sink: GarbageSink) {
        self.reader.on_garbage(sink);
    }
}

/// What each record undergoes.
struct Change<'c> {
    conversion: Option<Conversion<'c>>,
    meaning: Meaning,
    edits: Edits,
}

impl Transform for Change<'_> {
    fn transform(&mut self, record: &mut kartoteka::Record, findings: &mut Findings) -> Result<(), Error> {
        match &mut self.conversion {
            Some(conversion) => conversion.transform(record, findings)?,
            None => self.meaning.look(record.view()),
        }
        self.edits.transform(record, findings)
    }
}

/// Says what became of the records and values of a conversion.
#[pyclass(frozen, module = "kartoteka")]
pub(crate) struct Account {
    summary: Summary,
    values: Option<(Values, u64)>,
    findings: Vec<Found>,
    /// Returns what the output lacks, in words; None if nothing is to be said.
    #[pyo3(get)]
    note: Option<String>,
}

#[pymethods]
impl Account {
    /// Returns the number of records in the input, the rejected ones included.
    #[getter]
    fn read(&self) -> u64 {
        self.summary.read
    }

    /// Returns the number of records written.
    #[getter]
    fn written(&self) -> u64 {
        self.summary.written
    }

    /// Returns the number of records that could not be read, converted or written.
    #[getter]
    fn rejected(&self) -> u64 {
        self.summary.rejected
    }

    /// Returns the number of characters and undecodable sequences replaced.
    #[getter]
    fn replaced(&self) -> u64 {
        self.summary.replaced
    }

    /// Returns what became of the values that a crosswalk took: `mapped`, `used`, `kept`, `dropped`, `empty`, which sum to all
    /// that came in, and `lost`, those dropped though no rule says so. None without a crosswalk.
    #[getter]
    fn values<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyDict>>> {
        self.values.map(|(values, lost)| values_dict(py, values, lost)).transpose()
    }

    /// Returns the findings, the first 10,000 of them.
    #[getter]
    fn findings<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        Finding::list(py, &self.findings)
    }

    /// Returns how often each rule was found, by its id.
    #[getter]
    fn counts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        counts(py, &self.summary.report)
    }

    fn __str__(&self) -> String {
        self.summary.to_string()
    }

    fn __repr__(&self) -> String {
        format!("<Account: {}>", self.summary)
    }
}

fn values_dict<'py>(py: Python<'py>, values: Values, lost: u64) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    let all = [
        ("mapped", values.mapped),
        ("used", values.used),
        ("kept", values.kept),
        ("dropped", values.dropped),
        ("empty", values.empty),
        ("lost", lost),
    ];
    all.iter().try_for_each(|(name, count)| dict.set_item(name, count))?;
    Ok(dict)
}

/// Is a crosswalk, built in or from a rule file: it converts the meaning of records.
#[pyclass(frozen, module = "kartoteka", name = "Crosswalk")]
pub(crate) struct Way {
    crosswalk: Crosswalk,
    on_loss: OnLoss,
    set: Vec<(String, String)>,
}

impl Way {
    fn converter<'c>(&'c self, parents: Option<&'c Parents>) -> Converter<'c> {
        let converter = Converter::new(&self.crosswalk).on_loss(self.on_loss);
        let converter = match parents {
            Some(parents) => converter.parents(parents),
            None => converter,
        };
        self.set.iter().fold(converter, |converter, (key, value)| converter.set(key, value))
    }
}

#[pymethods]
impl Way {
    #[new]
    #[pyo3(signature = (name, *, on_loss="keep", options=None))]
    fn new(
        name: &str,
        on_loss: &str,
        options: Option<std::collections::BTreeMap<String, String>>,
    ) -> PyResult<Way> {
        let crosswalk = match Crosswalk::builtin(name) {
            Some(crosswalk) => crosswalk,
            None if !std::path::Path::new(name).exists() => {
                let known: Vec<_> = Crosswalk::names().collect();
                return Err(argument(format!(
                    "no crosswalk {name:?}; there are {}, and files",
                    known.join(", ")
                )));
            }
            None => Map::open(name).and_then(Crosswalk::new).map_err(|mistakes| {
                let lines: Vec<_> = mistakes.iter().map(ToString::to_string).collect();
                argument(lines.join("\n"))
            })?,
        };
        let set: Vec<_> = options.into_iter().flatten().collect();
        if let Some((key, _)) = set.iter().find(|(key, _)| !crosswalk.map().options.contains_key(key)) {
            let known: Vec<_> = crosswalk.map().options.keys().map(String::as_str).collect();
            return Err(argument(format!(
                "{} has no option {key:?}; there are {}",
                crosswalk.map().name,
                known.join(", ")
            )));
        }
        Ok(Way { crosswalk, on_loss: named("policy", on_loss)?, set })
    }

    /// Returns the name of the map.
    #[getter]
    fn name(&self) -> String {
        self.crosswalk.map().name.clone()
    }

    /// Converts a record. Returns the new record and what became of each value, as a dict.
    fn convert<'py>(&self, py: Python<'py>, record: &Record) -> PyResult<(Record, Bound<'py, PyAny>)> {
        let mut made = record.0.lock().record.clone();
        let (made, findings, line) = detached(py, move || {
            let mut findings = Findings::new(KEPT);
            let mut conversion = Conversion::new(self.converter(None));
            let account = conversion.convert(&mut made, &mut findings)?;
            let mut line = String::new();
            account_json(conversion.source(), made.view(), &account, &mut line);
            Ok((made, findings.list().to_vec(), line))
        })?;
        let account = py.import("json")?.call_method1("loads", (line,))?;
        Ok((Record(Shared::new(made, findings)), account))
    }
}

/// Returns the names of the built-in crosswalks.
#[pyfunction]
pub(crate) fn crosswalks() -> Vec<&'static str> {
    Crosswalk::names().collect()
}

/// The most findings that an account lists; all are counted.
const KEPT: usize = 10_000;

/// Converts a file, and returns the account.
#[pyfunction]
#[allow(clippy::too_many_arguments)]
pub(crate) fn convert(
    py: Python<'_>,
    source: &Bound<'_, PyAny>,
    target: &Bound<'_, PyAny>,
    to: Option<&str>,
    reading: Reading,
    writing: Writing,
    way: Option<Py<Way>>,
    only: Option<&str>,
    edits: Vec<(String, String)>,
) -> PyResult<Account> {
    let (from, into) = (Place::new(source, "read")?, Place::new(target, "write")?);
    if let (Some(one), Some(other)) = (from.path(), into.path()) {
        if one == other || same_file(one, other) {
            return Err(argument(format!("{}: the output would replace the input", one.display())));
        }
    }
    let format = format_of(&into, to)?;
    let (given, options, write) = (reading.format()?, reading.options()?, writing.options()?);
    let (strict, has_part) = (reading.is_strict(), reading.has_part());
    let only = only.map(filter).transpose()?;
    let mut list = Edits::new();
    for (kind, text) in &edits {
        let edit = match kind.as_str() {
            "set" => Edit::set(text),
            "delete" => Edit::delete(text),
            "keep" => Edit::keep(text),
            "replace" => Edit::replace(text),
            other => {
                return Err(argument(format!("no edit {other:?}; there are set, delete, keep, replace")));
            }
        };
        list = list.edit(edit.map_err(Failure::from)?);
    }
    let list = list.utf8(format.is_utf8_only());
    let way = way.as_ref().map(|way| way.get());
    detached(py, || {
        let mut parents = None;
        if let (Some(_), true) = (from.path(), way.is_some_and(|way| way.crosswalk.asks_parents())) {
            let mut titles = Parents::new();
            let mut reader = open(&from, given, &options.clone().part(None), false)?;
            titles.read(&mut reader)?;
            parents = Some(titles);
        }
        let mut reader = open(&from, given, &options, has_part)?.into_inner();
        let (output, sink) = Output::create(&into)?;
        let mut records = writer(format, sink, &write)?.into_inner();
        let (mut summary, mut findings, mut values) =
            (Summary::default(), Vec::new(), (Values::default(), 0));
        let (mut note, mut interrupts) = (None, Interrupts::new());
        let change = || Change {
            conversion: way.map(|way| Conversion::new(way.converter(parents.as_ref()))),
            meaning: Meaning::new(format),
            edits: list.clone(),
        };
        let mut watch = |event: Event<'_, Change<'_>>| -> Outcome<()> {
            match event {
                Event::Finding(finding) if findings.len() < KEPT => findings.push(finding.clone()),
                Event::Record(_) => interrupts.check()?,
                Event::Transform(change) => {
                    if let Some(conversion) = &mut change.conversion {
                        let (more, lost) = conversion.take();
                        values.0 += more;
                        values.1 += lost;
                    }
                    note = note.take().or_else(|| change.meaning.take(format));
                }
                _ => {}
            }
            Ok(())
        };
        let copying = Copying::new(Run::new().strict(strict));
        let copied = match only {
            Some(filter) => {
                let mut reader = Filtered { reader: &mut *reader, filter };
                copying.copy(&mut reader, &mut *records, change, &mut summary, &mut watch)
            }
            None => copying.copy(&mut *reader, &mut *records, change, &mut summary, &mut watch),
        };
        copied.map_err(|failure| match (failure, from.path(), into.path()) {
            (Failure::Library(error), _, Some(path))
                if matches!(error.kind(), kartoteka::ErrorKind::Write(_)) =>
            {
                Failure::Library(error.with_path(path))
            }
            (Failure::Library(error), Some(path), _) => Failure::Library(error.with_path(path)),
            (failure, ..) => failure,
        })?;
        records.finish()?;
        drop(records);
        output.commit()?;
        Ok(Account { summary, values: way.map(|_| values), findings, note })
    })
}

/// Returns whether two paths name one file.
fn same_file(one: &std::path::Path, other: &std::path::Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}
