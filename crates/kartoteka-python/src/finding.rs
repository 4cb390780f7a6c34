//! Findings.

use kartoteka::validate::Found;
use pyo3::prelude::*;
use pyo3::types::PyList;

/// Says what is wrong in the data, where, and what was done about it.
#[pyclass(frozen, module = "kartoteka")]
pub(crate) struct Finding {
    /// Returns the id of the rule, such as `B001`.
    #[pyo3(get)]
    code: &'static str,
    /// Returns the name of the rule, such as `garbage`.
    #[pyo3(get)]
    name: &'static str,
    /// Returns `note`, `warning` or `error`.
    #[pyo3(get)]
    severity: &'static str,
    /// Returns what was found and what was expected.
    #[pyo3(get)]
    message: String,
    /// Returns what was done about it; empty if nothing.
    #[pyo3(get)]
    action: &'static str,
    /// Returns the number of the record in its input, from 1; None where it is not known, in a part.
    #[pyo3(get)]
    record: Option<u64>,
    /// Returns the offset of the faulty bytes in the input, from 0.
    #[pyo3(get)]
    offset: u64,
    /// Returns the line, from 1; None in formats without lines.
    #[pyo3(get)]
    line: Option<u64>,
    /// Returns the number of the record in its master file.
    #[pyo3(get)]
    mfn: Option<u32>,
    /// Returns the element of the record as a path that finds it again, such as `245[0]$a[1]`.
    #[pyo3(get)]
    place: Option<String>,
    /// Returns the control number of the record, where `validate` knows it.
    #[pyo3(get)]
    id: Option<String>,
    /// Returns the faulty value, where `validate` knows it.
    #[pyo3(get)]
    value: Option<String>,
    text: String,
}

impl Finding {
    /// Returns a list of findings.
    pub(crate) fn list<'py>(
        py: Python<'py>,
        findings: &[kartoteka::Finding],
    ) -> PyResult<Bound<'py, PyList>> {
        let made = findings.iter().map(|finding| Py::new(py, Finding::new(finding)));
        PyList::new(py, made.collect::<PyResult<Vec<_>>>()?)
    }

    pub(crate) fn new(finding: &kartoteka::Finding) -> Finding {
        let place = finding.location;
        Finding {
            code: finding.rule.id(),
            name: finding.rule.name(),
            severity: finding.severity().name(),
            message: finding.message.to_string(),
            action: finding.action,
            record: place.record.number(),
            offset: place.byte,
            line: Some(place.line).filter(|line| *line > 0),
            mfn: place.mfn,
            place: place.place().map(|place| place.to_string()),
            id: None,
            value: None,
            text: finding.to_string(),
        }
    }

    pub(crate) fn of(found: &Found<'_>) -> Finding {
        let mut finding = Finding::new(found.finding);
        finding.severity = found.severity.name();
        finding.mfn = found.mfn();
        finding.place = Some(found.path()).filter(|path| !path.is_empty());
        finding.id = found.id();
        finding.value = found.value();
        finding
    }
}

#[pymethods]
impl Finding {
    fn __str__(&self) -> &str {
        &self.text
    }

    fn __repr__(&self) -> String {
        format!("<Finding {}>", self.text)
    }
}
