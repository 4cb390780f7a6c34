//! Fields and subfields.

use std::sync::{Mutex, PoisonError};

use kartoteka::{FieldBuf, FieldRef, Syntax, Tag};
use pyo3::exceptions::{PyIndexError, PyKeyError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList, PyString, PyTuple};

use crate::failure::{Failure, argument, only_char};
use crate::names;
use crate::shared::Shared;

/// Is a code and a value: a value of its own, that unpacks and compares as a tuple. A field is changed through the field.
#[pyclass(frozen, module = "kartoteka", sequence)]
pub(crate) struct Subfield {
    /// Returns the code.
    #[pyo3(get)]
    code: Py<PyString>,
    /// Returns the value, without delimiter and code.
    #[pyo3(get)]
    value: Py<PyString>,
}

impl Subfield {
    fn pair<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        (self.code.bind(py), self.value.bind(py)).into_pyobject(py)
    }
}

#[pymethods]
impl Subfield {
    #[new]
    fn new(code: Bound<'_, PyString>, value: Bound<'_, PyString>) -> PyResult<Subfield> {
        only_char(code.to_cow()?.as_ref())?;
        Ok(Subfield { code: code.unbind(), value: value.unbind() })
    }

    fn __len__(&self) -> usize {
        2
    }

    fn __getitem__(&self, py: Python<'_>, index: isize) -> PyResult<Py<PyString>> {
        match index {
            0 | -2 => Ok(self.code.clone_ref(py)),
            1 | -1 => Ok(self.value.clone_ref(py)),
            _ => Err(PyIndexError::new_err("a subfield has a code and a value")),
        }
    }

    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        Ok(self.pair(py)?.try_iter()?.into_any())
    }

    fn __eq__<'py>(&self, py: Python<'py>, other: &Bound<'py, PyAny>) -> PyResult<bool> {
        match other.cast::<Subfield>() {
            Ok(other) => self.pair(py)?.eq(other.get().pair(py)?),
            Err(_) => self.pair(py)?.eq(other),
        }
    }

    fn __hash__(&self, py: Python<'_>) -> PyResult<isize> {
        self.pair(py)?.hash()
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(format!("Subfield({}, {})", self.code.bind(py).repr()?, self.value.bind(py).repr()?))
    }
}

/// Where a field is: in a record, or in one of its own.
#[derive(Clone)]
struct Home {
    shared: Shared,
    number: u32,
    /// Whether that record has only been made for the field.
    is_own: bool,
}

/// Is a field of a record, or one that is not yet in a record. A change of it is a change of the record.
#[pyclass(frozen, module = "kartoteka")]
pub(crate) struct Field(Mutex<Home>);

/// The parts of a field, as it is built anew.
struct Parts {
    tag: Tag,
    syntax: Syntax,
    indicators: String,
    lead: String,
    subfields: Vec<(char, String)>,
}

impl Parts {
    /// Takes a field apart.
    ///
    /// Fails if a value does not decode: it would be lost.
    fn of(field: FieldRef<'_>) -> kartoteka::Result<Parts> {
        let mut subfields = Vec::new();
        for subfield in field.subfields() {
            subfields.push((subfield.code(), subfield.value().to_str()?.into_owned()));
        }
        Ok(Parts {
            tag: field.tag(),
            syntax: field.syntax(),
            indicators: String::from_utf8_lossy(field.indicators()).into_owned(),
            lead: field.lead().to_str()?.into_owned(),
            subfields,
        })
    }

    fn build(&self) -> kartoteka::Result<FieldBuf> {
        FieldBuf::new(self.syntax, self.tag, |writer| {
            if !self.indicators.is_empty() {
                writer.indicators(&self.indicators);
            }
            if !self.lead.is_empty() {
                writer.lead(&self.lead);
            }
            for (code, value) in &self.subfields {
                writer.subfield(*code, value);
            }
            writer
        })
    }
}

/// Takes subfields: pairs of code and value.
fn pairs(subfields: &Bound<'_, PyAny>) -> PyResult<Vec<(char, String)>> {
    let mut made = Vec::new();
    for one in subfields.try_iter()? {
        let one = one?;
        let pair: (String, String) = match one.cast::<Subfield>() {
            Ok(subfield) => subfield.get().pair(one.py())?.extract()?,
            Err(_) => one
                .extract()
                .map_err(|_| PyTypeError::new_err("a subfield is a pair of a code and a value"))?,
        };
        made.push((only_char(&pair.0)?, pair.1));
    }
    Ok(made)
}

/// Returns the syntax with this name.
pub(crate) fn syntax(name: &str) -> PyResult<Syntax> {
    match name {
        "marc" => Ok(Syntax::MARC),
        "irbis" => Ok(Syntax::IRBIS),
        other => Err(argument(format!("no syntax {other:?}; there are marc, irbis"))),
    }
}

/// Returns the tag that a text names.
pub(crate) fn tag(text: &str) -> PyResult<Tag> {
    text.parse().map_err(|error: kartoteka::ParseTagError| argument(error.to_string()))
}

impl Field {
    pub(crate) fn at(shared: Shared, number: u32) -> Field {
        Field(Mutex::new(Home { shared, number, is_own: false }))
    }

    fn home(&self) -> Home {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Asks something of the field.
    fn with<T>(&self, ask: impl FnOnce(FieldRef<'_>) -> T) -> PyResult<T> {
        let home = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let held = home.shared.lock();
        held.field(home.number).map(ask).ok_or_else(gone)
    }

    /// Builds the field anew.
    fn change<T>(&self, edit: impl FnOnce(&mut Parts) -> PyResult<T>) -> PyResult<T> {
        let home = self.home();
        let mut parts = {
            let held = home.shared.lock();
            Parts::of(held.field(home.number).ok_or_else(gone)?).map_err(Failure::from)?
        };
        let done = edit(&mut parts)?;
        let built = parts.build().map_err(Failure::from)?;
        let mut held = home.shared.lock();
        let index = held.index(home.number).ok_or_else(gone)?;
        held.record.replace_field(index, &built).map_err(Failure::from)?;
        Ok(done)
    }

    /// Returns a copy of the field as it is.
    pub(crate) fn copy(&self) -> PyResult<FieldBuf> {
        self.with(|field| field.to_buf())
    }

    /// Returns whether the field is in this record, and its number there.
    pub(crate) fn number_in(&self, shared: &Shared) -> Option<u32> {
        let home = self.home();
        home.shared.is(shared).then_some(home.number)
    }

    /// Puts the field into a record. A field of another record stays there, and a copy of it is put in.
    pub(crate) fn join(&self, shared: &Shared, index: usize) -> PyResult<()> {
        let field = self.copy()?;
        let moves = self.home().is_own;
        let number = shared.lock().insert(index, &field).map_err(Failure::from)?;
        if moves {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) =
                Home { shared: shared.clone(), number, is_own: false };
        }
        Ok(())
    }

    /// Gives the field a home of its own.
    pub(crate) fn leave(&self, field: FieldBuf) -> PyResult<()> {
        let home = alone(&field)?;
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = home;
        Ok(())
    }
}

/// Returns a home for a field that is in no record.
fn alone(field: &FieldBuf) -> PyResult<Home> {
    let mut record = kartoteka::Builder::new(field.as_field().syntax()).build().map_err(Failure::from)?;
    record.set_leader(None);
    record.insert_field(0, field).map_err(Failure::from)?;
    Ok(Home { shared: Shared::new(record, Vec::new()), number: 0, is_own: true })
}

fn gone() -> PyErr {
    argument("the field is no longer in its record")
}

#[pymethods]
impl Field {
    #[new]
    #[pyo3(signature = (tag, data=None, *, indicators=None, subfields=None, syntax="marc"), text_signature = "(tag, data=None, *, indicators=None, subfields=None, syntax='marc')")]
    fn new(
        tag: &str,
        data: Option<&str>,
        indicators: Option<String>,
        subfields: Option<&Bound<'_, PyAny>>,
        syntax: &str,
    ) -> PyResult<Field> {
        let syntax = self::syntax(syntax)?;
        let parsed = self::tag(tag)?;
        // A number is a tag of IRBIS; those of MARC are written out.
        if syntax.has_indicators() && (tag.len() < 3 || parsed.bytes().is_some() && !parsed.is_standard()) {
            return Err(argument(format!("{tag:?} is no tag: three letters or digits")));
        }
        let parts = Parts {
            tag: parsed,
            syntax,
            indicators: indicators.unwrap_or_default(),
            lead: data.unwrap_or_default().to_owned(),
            subfields: subfields.map(pairs).transpose()?.unwrap_or_default(),
        };
        let field = parts.build().map_err(Failure::from)?;
        Ok(Field(Mutex::new(alone(&field)?)))
    }

    /// Returns the tag.
    #[getter]
    fn tag(&self, py: Python<'_>) -> PyResult<Py<PyString>> {
        self.with(|field| names::tag(py, field.tag()))
    }

    /// Returns whether this is a control field, which has data and no subfields.
    #[getter]
    fn is_control(&self) -> PyResult<bool> {
        self.with(|field| field.is_control())
    }

    /// Returns the data of a control field, or the text before the first subfield of an IRBIS field; None if there is none.
    #[getter]
    fn data(&self, py: Python<'_>) -> PyResult<Option<Py<PyString>>> {
        self.with(|field| {
            let lead = field.lead();
            let has_data = field.is_control() || !lead.is_empty();
            has_data.then(|| PyString::new(py, &lead.to_str_lossy()).unbind())
        })
    }

    #[setter]
    fn set_data(&self, data: &str) -> PyResult<()> {
        self.change(|parts| {
            parts.lead = data.to_owned();
            Ok(())
        })
    }

    /// Returns the indicators; empty in control fields and in IRBIS records.
    #[getter]
    fn indicators(&self) -> PyResult<String> {
        self.with(|field| String::from_utf8_lossy(field.indicators()).into_owned())
    }

    #[setter]
    fn set_indicators(&self, indicators: String) -> PyResult<()> {
        self.change(|parts| {
            parts.indicators = indicators;
            Ok(())
        })
    }

    /// Returns the subfields, in the order of the field; values that do not decode have U+FFFD.
    #[getter]
    fn subfields<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let made = self.with(|field| {
            let mut made = Vec::with_capacity(8);
            for subfield in field.subfields() {
                let value = subfield.value().to_str_lossy();
                let (code, value) = (names::code(py, subfield.code()), PyString::new(py, &value).unbind());
                made.push(Py::new(py, Subfield { code, value })?);
            }
            Ok::<_, PyErr>(made)
        })??;
        PyList::new(py, made)
    }

    #[setter]
    fn set_subfields(&self, subfields: &Bound<'_, PyAny>) -> PyResult<()> {
        let subfields = pairs(subfields)?;
        self.change(|parts| {
            parts.subfields = subfields;
            Ok(())
        })
    }

    /// Returns the values of the subfields with these codes, in the order of the field; of all without codes.
    #[pyo3(signature = (*codes))]
    fn values(&self, codes: Vec<String>) -> PyResult<Vec<String>> {
        let codes = codes.iter().map(|code| only_char(code)).collect::<PyResult<Vec<_>>>()?;
        self.with(|field| {
            let wanted = field
                .subfields()
                .filter(|subfield| codes.is_empty() || codes.iter().any(|code| subfield.is(*code)));
            wanted.map(|subfield| subfield.value().to_str_lossy().into_owned()).collect()
        })
    }

    /// Returns the value of the first subfield with this code, or the default.
    #[pyo3(signature = (code, default=None))]
    fn get<'py>(
        &self,
        py: Python<'py>,
        code: &str,
        default: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let code = only_char(code)?;
        let found =
            self.with(|field| field.subfield(code).map(|value| PyString::new(py, &value.to_str_lossy())))?;
        Ok(found.map(Bound::into_any).or(default))
    }

    fn __getitem__<'py>(&self, py: Python<'py>, code: &str) -> PyResult<Bound<'py, PyAny>> {
        self.get(py, code, None)?.ok_or_else(|| PyKeyError::new_err(code.to_owned()))
    }

    /// Sets the value of the first subfield with this code; adds one if there is none.
    fn __setitem__(&self, code: &str, value: String) -> PyResult<()> {
        let code = only_char(code)?;
        self.change(|parts| {
            match parts.subfields.iter_mut().find(|(known, _)| *known == code) {
                Some((_, old)) => *old = value,
                None => parts.subfields.push((code, value)),
            }
            Ok(())
        })
    }

    /// Removes all subfields with this code.
    fn __delitem__(&self, code: &str) -> PyResult<()> {
        let wanted = only_char(code)?;
        self.change(|parts| {
            let before = parts.subfields.len();
            parts.subfields.retain(|(known, _)| *known != wanted);
            match parts.subfields.len() == before {
                true => Err(PyKeyError::new_err(code.to_owned())),
                false => Ok(()),
            }
        })
    }

    fn __contains__(&self, code: &str) -> PyResult<bool> {
        let code = only_char(code)?;
        self.with(|field| field.subfield(code).is_some())
    }

    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        Ok(self.subfields(py)?.try_iter()?.into_any())
    }

    fn __len__(&self) -> PyResult<usize> {
        self.with(|field| field.subfields().count())
    }

    fn __bool__(&self) -> bool {
        true
    }

    /// Adds a subfield: at the end, or before the one at `index`.
    #[pyo3(signature = (code, value, index=None))]
    fn add_subfield(&self, code: &str, value: String, index: Option<usize>) -> PyResult<()> {
        let code = only_char(code)?;
        self.change(|parts| {
            let at = index.unwrap_or(usize::MAX).min(parts.subfields.len());
            parts.subfields.insert(at, (code, value));
            Ok(())
        })
    }

    /// Removes the subfield at `index`, and returns it.
    #[pyo3(signature = (index=-1), text_signature = "($self, index=-1)")]
    fn pop_subfield(&self, py: Python<'_>, index: isize) -> PyResult<Subfield> {
        let (code, value) = self.change(|parts| {
            let at = if index < 0 {
                parts.subfields.len().checked_add_signed(index)
            } else {
                Some(index as usize)
            };
            match at.filter(|at| *at < parts.subfields.len()) {
                Some(at) => Ok(parts.subfields.remove(at)),
                None => Err(PyIndexError::new_err("no subfield has this index")),
            }
        })?;
        Ok(Subfield { code: names::code(py, code), value: PyString::new(py, &value).unbind() })
    }

    /// Returns the body of the field as it is: indicators, delimiters, values in the character set of the record.
    #[getter]
    fn raw<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        self.with(|field| PyBytes::new(py, field.raw()))
    }

    fn __eq__(&self, other: &Bound<'_, PyAny>) -> PyResult<bool> {
        match other.cast::<Field>() {
            Ok(other) => Ok(self.copy()? == other.get().copy()?),
            Err(_) => Ok(false),
        }
    }

    fn __str__(&self) -> PyResult<String> {
        self.with(|field| field.to_string())
    }

    fn __repr__(&self) -> PyResult<String> {
        self.with(|field| format!("<Field {field}>"))
    }
}

/// Takes the arguments of `get_fields` and the like: tags.
pub(crate) fn patterns(tags: &[String]) -> PyResult<Vec<kartoteka::TagPattern>> {
    tags.iter()
        .map(|text| text.parse().map_err(|error| PyValueError::new_err(format!("{text:?}: {error}"))))
        .collect()
}
