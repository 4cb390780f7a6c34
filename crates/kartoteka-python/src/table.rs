//! Tables, by the C stream interface of Arrow.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{RecordBatch, RecordBatchReader};
use arrow_schema::ffi::FFI_ArrowSchema;
use arrow_schema::{ArrowError, SchemaRef};
use kartoteka_arrow::{Batches, Columns, Export, Shape};
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

use crate::failure::{argument, detached, only_char};
use crate::field::tag;
use crate::files::{Place, open};
use crate::options::Reading;
use crate::validate::config;

/// Is a table of an input: it is read when a library of tables asks for it, each time anew.
#[pyclass(frozen, module = "kartoteka")]
pub(crate) struct Table {
    place: Place,
    reading: Reading,
    export: Export,
    built: Arc<AtomicU64>,
}

/// Counts the rows that pass.
struct Counted {
    batches: Batches,
    built: Arc<AtomicU64>,
}

impl Iterator for Counted {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.batches.next();
        if let Some(Ok(batch)) = &next {
            self.built.fetch_add(batch.num_rows() as u64, Ordering::Relaxed);
        }
        next
    }
}

impl RecordBatchReader for Counted {
    fn schema(&self) -> SchemaRef {
        self.batches.schema()
    }
}

#[pymethods]
impl Table {
    #[new]
    fn new(
        source: &Bound<'_, PyAny>,
        what: &str,
        reading: Reading,
        tags: Option<Vec<String>>,
        codes: Option<Vec<String>>,
    ) -> PyResult<Table> {
        let place = Place::new(source, "read")?;
        if place.path().is_none() {
            return Err(argument("a table is made of a file: give its path"));
        }
        let shape = match what {
            "long" => Shape::Long,
            "findings" => Shape::Findings(Box::new(config(&reading, None, None, None)?)),
            columns => {
                let columns: Columns = columns
                    .parse()
                    .map_err(|error: kartoteka_arrow::ColumnError| argument(error.to_string()))?;
                Shape::Paths(columns)
            }
        };
        if what != "long" && (tags.is_some() || codes.is_some()) {
            return Err(argument("tags and codes choose rows of the table long, not of others"));
        }
        let all = |tags: Vec<String>| tags.iter().map(|text| tag(text)).collect::<PyResult<Vec<_>>>();
        let (tags, codes) = (
            tags.map(all).transpose()?,
            codes.map(|codes| codes.iter().map(|code| only_char(code)).collect()).transpose()?,
        );
        let export = Export::new(shape).options(reading.options()?).only(tags, codes);
        reading.format()?;
        Ok(Table { place, reading, export, built: Arc::default() })
    }

    /// Returns the names of the columns.
    #[getter]
    fn columns(&self) -> Vec<String> {
        self.export.schema().fields().iter().map(|field| field.name().clone()).collect()
    }

    /// Returns how many rows were built so far: those that were asked for, and no others.
    #[getter]
    fn built(&self) -> u64 {
        self.built.load(Ordering::Relaxed)
    }

    /// Opens the input, and returns its batches as a C stream of Arrow. A schema that is asked for is not taken: the table has
    /// its own.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        let _ = requested_schema;
        let (format, options, has_part) =
            (self.reading.format()?, self.reading.options()?, self.reading.has_part());
        let batches = detached(py, || {
            let reader = open(&self.place, format, &options, has_part)?;
            let format = reader.format();
            let export = self.export.clone().file(self.place.path());
            Ok(export.read(reader.into_inner(), format, self.place.name()))
        })?;
        let batches: Box<dyn RecordBatchReader + Send> =
            Box::new(Counted { batches, built: Arc::clone(&self.built) });
        PyCapsule::new_with_value(py, FFI_ArrowArrayStream::new(batches), c"arrow_array_stream")
    }

    /// Returns the schema as a C schema of Arrow.
    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        let schema = FFI_ArrowSchema::try_from(self.export.schema().as_ref())
            .map_err(|error| argument(error.to_string()))?;
        PyCapsule::new_with_value(py, schema, c"arrow_schema")
    }
}
