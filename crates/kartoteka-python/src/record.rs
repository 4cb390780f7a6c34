//! Records.

use kartoteka::model::Bib;
use kartoteka::{Builder, FieldPath, Filter, Format, WriteOptions, writer};
use pyo3::exceptions::{PyKeyError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyString};

use crate::failure::{Failure, Outcome, argument, detached, string};
use crate::field::{Field, patterns, syntax};
use crate::finding::Finding;
use crate::shared::Shared;
use crate::{bib, names, options};

/// Is a record of any format. Its fields are found when they are asked for; a change is seen by all that have the record.
#[pyclass(frozen, module = "kartoteka")]
pub(crate) struct Record(pub(crate) Shared);

/// Parses a path.
pub(crate) fn path(text: &str) -> PyResult<FieldPath> {
    text.parse().map_err(|error: kartoteka::ParsePathError| argument(error.to_string()))
}

/// Parses a filter.
pub(crate) fn filter(text: &str) -> PyResult<Filter> {
    text.parse().map_err(|error: kartoteka::ParseFilterError| Failure::Library(error.into()).into())
}

impl Record {
    /// Asks for the record itself.
    fn with<T>(&self, ask: impl FnOnce(&kartoteka::Record) -> T) -> T {
        ask(&self.0.lock().record)
    }

    fn field_at(&self, number: u32) -> Field {
        Field::at(self.0.clone(), number)
    }

    /// Returns the numbers of the fields for which `wanted` is true.
    fn numbers(&self, wanted: impl Fn(kartoteka::Tag) -> bool) -> Vec<u32> {
        let held = self.0.lock();
        let fields = held.record.fields().enumerate().filter(|(_, field)| wanted(field.tag()));
        fields.map(|(index, _)| held.number(index)).collect()
    }

    fn handles<'py>(&self, py: Python<'py>, numbers: Vec<u32>) -> PyResult<Bound<'py, PyList>> {
        let fields = numbers.into_iter().map(|number| Py::new(py, self.field_at(number)));
        PyList::new(py, fields.collect::<PyResult<Vec<_>>>()?)
    }

    fn copy(&self) -> kartoteka::Record {
        self.with(kartoteka::Record::clone)
    }

    /// Returns the record in a format.
    fn written(&self, py: Python<'_>, format: Format, options: WriteOptions) -> PyResult<Vec<u8>> {
        let record = self.copy();
        detached(py, move || -> Outcome<Vec<u8>> {
            let mut bytes = Vec::new();
            let mut output = writer(format, &mut bytes, &options.single_record(true))?;
            output.write(&record)?;
            output.finish()?;
            drop(output);
            Ok(bytes)
        })
    }

    fn text(&self, py: Python<'_>, format: Format, indent: bool) -> PyResult<String> {
        let bytes = self.written(py, format, WriteOptions::new().indent(indent))?;
        Ok(String::from_utf8_lossy(&bytes).trim_end_matches('\n').to_owned())
    }
}

#[pymethods]
impl Record {
    #[new]
    #[pyo3(signature = (fields=None, *, leader=None, mfn=None, syntax="marc"))]
    fn new(
        fields: Option<Vec<Py<Field>>>,
        leader: Option<&str>,
        mfn: Option<u32>,
        syntax: &str,
    ) -> PyResult<Record> {
        let mut builder = Builder::new(self::syntax(syntax)?);
        if let Some(leader) = leader {
            builder = builder.leader(leader);
        }
        if let Some(mfn) = mfn {
            builder = builder.mfn(mfn);
        }
        let record = Record(Shared::new(builder.build().map_err(Failure::from)?, Vec::new()));
        for field in fields.iter().flatten() {
            field.get().join(&record.0, usize::MAX)?;
        }
        Ok(record)
    }

    /// Returns the fields, in the order of the record.
    #[getter(fields)]
    fn all_fields<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let numbers = self.numbers(|_| true);
        self.handles(py, numbers)
    }

    /// Returns the fields with these tags, in order; all without tags. A tag may have points: `6..`.
    #[pyo3(name = "get_fields", signature = (*tags))]
    fn fields_with<'py>(&self, py: Python<'py>, tags: Vec<String>) -> PyResult<Bound<'py, PyList>> {
        let patterns = patterns(&tags)?;
        let numbers =
            self.numbers(|tag| patterns.is_empty() || patterns.iter().any(|pattern| pattern.matches(tag)));
        self.handles(py, numbers)
    }

    /// Returns the first field with this tag, or None.
    fn get(&self, tag: &str) -> PyResult<Option<Field>> {
        let tag = crate::field::tag(tag)?;
        let held = self.0.lock();
        let found = held.record.fields().position(|field| field.tag() == tag);
        Ok(found.map(|index| self.field_at(held.number(index))))
    }

    fn __getitem__(&self, tag: &str) -> PyResult<Field> {
        self.get(tag)?.ok_or_else(|| PyKeyError::new_err(tag.to_owned()))
    }

    fn __contains__(&self, tag: &str) -> PyResult<bool> {
        let tag = crate::field::tag(tag)?;
        Ok(self.with(|record| record.fields().any(|field| field.tag() == tag)))
    }

    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        Ok(self.all_fields(py)?.try_iter()?.into_any())
    }

    fn __len__(&self) -> usize {
        self.with(|record| record.fields().len())
    }

    fn __bool__(&self) -> bool {
        true
    }

    /// Returns the leader, 24 characters; None for a record that has none, such as one of IRBIS.
    #[getter]
    fn leader(&self) -> Option<String> {
        self.with(|record| record.leader().map(|leader| leader.to_string()))
    }

    #[setter]
    fn set_leader(&self, leader: Option<&str>) -> PyResult<()> {
        let leader = leader.map(str::parse::<kartoteka::Leader>).transpose().map_err(Failure::from)?;
        self.0.lock().record.set_leader(leader);
        Ok(())
    }

    /// Returns the number of the record in its master file; None if it has none.
    #[getter]
    fn mfn(&self) -> Option<u32> {
        self.with(|record| record.view().mfn())
    }

    /// Returns the control number: the data of the first field 001; None if there is none.
    #[getter]
    fn control_number(&self) -> Option<String> {
        self.with(|record| record.control_number().map(|number| number.to_str_lossy().into_owned()))
    }

    /// Returns the number of the record in its input, from 1; None in a part, where it is not known.
    #[getter]
    fn number(&self) -> Option<u64> {
        self.with(|record| record.position().number())
    }

    /// Returns the offset of the record in its input, in bytes, from 0.
    #[getter]
    fn offset(&self) -> u64 {
        self.with(|record| record.position().byte)
    }

    /// Returns the name of the character set of the bytes of the record.
    #[getter]
    fn charset(&self) -> &'static str {
        self.with(|record| record.charset().name())
    }

    /// Returns the name of the family of formats that the record belongs to: `marc21`, `unimarc`, `irbis` and others.
    #[getter]
    fn dialect(&self) -> &'static str {
        self.with(|record| kartoteka::Dialect::guess(record.view()).name())
    }

    /// Returns what was found in the record when it was read, and between it and the record before.
    #[getter]
    fn findings<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let findings = self.0.lock().findings.clone();
        Finding::list(py, &findings)
    }

    /// Returns the values at a path, such as `650$a` or `008/35-37`.
    fn values(&self, path: &str) -> PyResult<Vec<String>> {
        let path = self::path(path)?;
        Ok(self.with(|record| record.select(&path).map(|found| found.to_str_lossy().into_owned()).collect()))
    }

    /// Sets the values at a path, and returns how many there were.
    fn set(&self, path: &str, value: &str) -> PyResult<usize> {
        let path = self::path(path)?;
        Ok(self.0.lock().change(|record| record.set(&path, value)).map_err(Failure::from)?)
    }

    /// Deletes what is at a path, and returns how much there was.
    fn delete(&self, path: &str) -> PyResult<usize> {
        let path = self::path(path)?;
        Ok(self.0.lock().change(|record| record.delete(&path)).map_err(Failure::from)?)
    }

    /// Returns whether the record meets a filter, such as `245$a =^ "The" && !020?`.
    fn matches(&self, filter: &str) -> PyResult<bool> {
        let filter = self::filter(filter)?;
        Ok(self.with(|record| filter.matches(record.view())))
    }

    /// Adds fields at the end. One that is in another record stays there, and a copy of it is added.
    #[pyo3(signature = (*fields))]
    fn add_field(&self, fields: Vec<Py<Field>>) -> PyResult<()> {
        fields.iter().try_for_each(|field| field.get().join(&self.0, usize::MAX))
    }

    /// Inserts a field before the one at `index`.
    fn insert_field(&self, index: usize, field: Py<Field>) -> PyResult<()> {
        field.get().join(&self.0, index)
    }

    /// Removes fields from the record. They keep their content, and can be added to a record again.
    #[pyo3(signature = (*fields))]
    fn remove_field(&self, fields: Vec<Py<Field>>) -> PyResult<()> {
        for field in &fields {
            let field = field.get();
            let index = field.number_in(&self.0).and_then(|number| self.0.lock().index(number));
            let index = index.ok_or_else(|| argument("the field is not in this record"))?;
            let copy = field.copy()?;
            self.0.lock().remove(|other| other.index() == index);
            field.leave(copy)?;
        }
        Ok(())
    }

    /// Removes all fields with these tags, and returns how many there were. A tag may have points: `9..`.
    #[pyo3(signature = (*tags))]
    fn remove_fields(&self, tags: Vec<String>) -> PyResult<usize> {
        let patterns = patterns(&tags)?;
        Ok(self.0.lock().remove(|field| patterns.iter().any(|pattern| pattern.matches(field.tag()))))
    }

    /// Sorts the fields by their tags; those of one tag keep their order.
    fn sort_fields(&self) -> PyResult<()> {
        Ok(self.0.lock().sort().map_err(Failure::from)?)
    }

    /// Returns the fields as plain tuples, which is the fastest way to see all of a record: `(tag, data)` for control fields,
    /// `(tag, indicators, [(code, value), ...])` for others. They are no part of the record: a change needs its fields.
    fn to_tuples<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        // Strings are made under the lock; what the garbage collector tracks, after it.
        enum Made {
            Control(Py<PyString>, Py<PyString>),
            Data(Py<PyString>, Py<PyString>, Vec<(Py<PyString>, Py<PyString>)>),
        }
        let made = self.with(|record| {
            let text = |text: kartoteka::Text<'_>| PyString::new(py, &text.to_str_lossy()).unbind();
            let fields = record.fields().map(|field| {
                let tag = names::tag(py, field.tag());
                if field.is_control() {
                    return Made::Control(tag, text(field.lead()));
                }
                let mut pairs = Vec::with_capacity(8);
                if !field.lead().is_empty() {
                    pairs.push((PyString::intern(py, "").unbind(), text(field.lead())));
                }
                pairs.extend(field.subfields().map(|one| (names::code(py, one.code()), text(one.value()))));
                Made::Data(
                    tag,
                    PyString::new(py, &String::from_utf8_lossy(field.indicators())).unbind(),
                    pairs,
                )
            });
            fields.collect::<Vec<_>>()
        });
        let list = PyList::empty(py);
        for field in made {
            match field {
                Made::Control(tag, data) => list.append((tag, data))?,
                Made::Data(tag, indicators, pairs) => {
                    list.append((tag, indicators, PyList::new(py, pairs)?))?
                }
            }
        }
        Ok(list)
    }

    /// Returns the record as MARC-in-JSON.
    #[pyo3(signature = (*, indent=false))]
    fn to_json(&self, py: Python<'_>, indent: bool) -> PyResult<String> {
        if !indent {
            return self.text(py, Format::Ndjson, false);
        }
        let whole = self.to_dict(py)?;
        let arguments = PyDict::new(py);
        arguments.set_item("indent", 2)?;
        arguments.set_item("ensure_ascii", false)?;
        py.import("json")?.call_method("dumps", (whole,), Some(&arguments))?.extract()
    }

    /// Returns the record as the dict of its MARC-in-JSON.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let text = self.text(py, Format::Ndjson, false)?;
        py.import("json")?.call_method1("loads", (text,))
    }

    /// Returns the record as MARCXML: one element `record`, with its declaration.
    #[pyo3(signature = (*, indent=true))]
    fn to_marcxml(&self, py: Python<'_>, indent: bool) -> PyResult<String> {
        self.text(py, Format::Marcxml, indent)
    }

    /// Returns the record as ISO 2709, in its own character set unless another is named.
    #[pyo3(signature = (*, charset=None))]
    fn to_iso2709<'py>(&self, py: Python<'py>, charset: Option<&str>) -> PyResult<Bound<'py, PyBytes>> {
        self.to(py, "iso2709", charset)
    }

    /// Returns the record in any format that is written to a stream.
    #[pyo3(signature = (format, *, charset=None))]
    fn to<'py>(&self, py: Python<'py>, format: &str, charset: Option<&str>) -> PyResult<Bound<'py, PyBytes>> {
        let format = options::format(Some(format))?.ok_or_else(|| argument("no format"))?;
        let mut write = WriteOptions::new();
        if let Some(charset) = charset {
            write = write.charset(options::charset(charset)?);
        }
        Ok(PyBytes::new(py, &self.written(py, format, write)?))
    }

    /// Returns the description of the resource, whatever the format of the record: titles, agents, identifiers and so on.
    #[getter]
    fn bib<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let snapshot = self.with(|record| Bib::of(record.view()).snapshot());
        py.import("kartoteka.model")?.call_method1("Bib", (bib::to_dict(py, &snapshot)?,))
    }

    /// Returns a record of its own with the same content.
    #[pyo3(name = "copy")]
    fn copy_record(&self) -> Record {
        Record(Shared::new(self.copy(), self.0.lock().findings.clone()))
    }

    fn __copy__(&self) -> Record {
        self.copy_record()
    }

    fn __deepcopy__(&self, _memo: &Bound<'_, PyAny>) -> Record {
        self.copy_record()
    }

    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        match other.cast::<Record>() {
            Ok(other) => self.0.is(&other.get().0) || self.copy() == other.get().copy(),
            Err(_) => false,
        }
    }

    fn __str__(&self) -> String {
        self.with(|record| record.to_string())
    }

    fn __repr__<'py>(&self, py: Python<'py>) -> PyResult<String> {
        let id = self.with(|record| record.view().id());
        let count = self.__len__();
        match id {
            Some(id) => Ok(format!("<Record {}, {count} fields>", string(py, &id).repr()?)),
            None => Ok(format!("<Record, {count} fields>")),
        }
    }

    fn __reduce__(&self) -> PyResult<()> {
        Err(PyTypeError::new_err("a record is not pickled: send its to_iso2709() or to_json()"))
    }
}
