//! The description of a resource as dicts: the shape of `kartoteka show --as bib`.

use kartoteka::model::{
    AgentData, ClassData, CodeData, CodedData, DateData, ElectronicData, ExtentData, IdentifierData,
    ItemData, PartData, PublicationData, RelationData, SeriesData, Snapshot, SubjectData, TitleData,
    UnmappedData, ValueData,
};
use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

/// Makes dicts of the parts of a description.
macro_rules! dicts {
    ($($name:ident: $($field:ident)+;)+) => {
        $(
            impl Made for $name {
                fn made<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
                    let dict = PyDict::new(py);
                    $(dict.set_item(stringify!($field), self.$field.made(py)?)?;)+
                    Ok(dict.into_any())
                }
            }
        )+
    };
}

/// What can be made a value of Python.
trait Made {
    fn made<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>>;
}

/// Values that PyO3 converts.
macro_rules! plain {
    ($($type:ty)+) => {
        $(
            impl Made for $type {
                fn made<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
                    self.into_bound_py_any(py)
                }
            }
        )+
    };
}

plain!(String bool usize u32 i32);

impl<T: Made> Made for Option<T> {
    fn made<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        match self {
            Some(value) => value.made(py),
            None => Ok(py.None().into_bound(py)),
        }
    }
}

impl<T: Made> Made for Vec<T> {
    fn made<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let made = self.iter().map(|value| value.made(py)).collect::<PyResult<Vec<_>>>()?;
        Ok(PyList::new(py, made)?.into_any())
    }
}

dicts! {
    Snapshot: reading titles agents identifiers edition publication extent series languages countries subjects classification notes relations electronic items admin coded links unmapped;
    TitleData: kind value remainder parts responsibility nonfiling details pair path;
    AgentData: kind name full additions dates roles main parts pair path;
    IdentifierData: scheme raw clean valid status qualifiers parts path;
    ValueData: kind value parts path;
    PartData: kind value;
    PublicationData: kind place publisher date parts path;
    DateData: raw start end certainty;
    ExtentData: kind value pages parts path;
    SeriesData: kind title volume issn parts path;
    CodeData: kind code raw parts path;
    SubjectData: kind scheme value parts path;
    ClassData: kind scheme value item edition parts path;
    RelationData: kind title parts path;
    ElectronicData: kind url label parts path;
    ItemData: kind library location call_number inventory barcode status parts path;
    CodedData: kind raw path;
    UnmappedData: path raw;
}

/// Returns a description as a dict.
pub(crate) fn to_dict<'py>(py: Python<'py>, snapshot: &Snapshot) -> PyResult<Bound<'py, PyDict>> {
    Ok(snapshot.made(py)?.cast_into::<PyDict>()?)
}
