//! The native half of the Python package `kartoteka`: see README.md. The other half is in `python/kartoteka`.

mod bib;
mod convert;
mod failure;
mod field;
mod files;
mod finding;
mod names;
mod options;
mod pymarc;
mod reader;
mod record;
mod shared;
mod table;
mod validate;
mod writer;

use pyo3::prelude::*;

/// Returns the names of the formats that are read, and of those that are written.
#[pyfunction]
fn formats() -> (Vec<&'static str>, Vec<&'static str>) {
    use kartoteka::{Can, FORMATS};
    let of = |can: Can| FORMATS.iter().filter(|format| format.can(can)).map(|format| format.name()).collect();
    (of(Can::Read), of(Can::Write))
}

#[pymodule]
fn _kartoteka(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("KartotekaError", module.py().get_type::<failure::KartotekaError>())?;
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add_class::<record::Record>()?;
    module.add_class::<field::Field>()?;
    module.add_class::<field::Subfield>()?;
    module.add_class::<finding::Finding>()?;
    module.add_class::<reader::Reader>()?;
    module.add_class::<reader::Values>()?;
    module.add_class::<writer::Writer>()?;
    module.add_class::<convert::Account>()?;
    module.add_class::<convert::Way>()?;
    module.add_class::<table::Table>()?;
    module.add_function(wrap_pyfunction!(convert::convert, module)?)?;
    module.add_function(wrap_pyfunction!(convert::crosswalks, module)?)?;
    module.add_function(wrap_pyfunction!(validate::validate, module)?)?;
    module.add_function(wrap_pyfunction!(pymarc::pymarc_fields, module)?)?;
    module.add_function(wrap_pyfunction!(pymarc::marc8_decode, module)?)?;
    module.add_function(wrap_pyfunction!(pymarc::marc8_character, module)?)?;
    module.add_function(wrap_pyfunction!(formats, module)?)
}
