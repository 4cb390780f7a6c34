//! Validation of inputs.

use kartoteka::validate::{Choice, Config, Event, Validator};
use pyo3::prelude::*;

use crate::failure::{Failure, Interrupts, argument, detached};
use crate::files::{Place, open};
use crate::finding::Finding;
use crate::options::Reading;

/// Makes the configuration of a validation.
pub(crate) fn config(
    reading: &Reading,
    select: Option<Vec<String>>,
    ignore: Option<Vec<String>>,
    toml: Option<&str>,
) -> PyResult<Config> {
    let mut config = Config::new().strict(reading.is_strict());
    if let Some(toml) = toml {
        config = config.with_toml(toml).map_err(|error| argument(format!("config: {error}")))?;
    }
    if let Some(dialect) = reading.dialect()? {
        config = config.dialect(dialect);
    }
    if let Some(select) = select {
        config = config.select(&choices(&select)?);
    }
    if let Some(ignore) = ignore {
        config = config.ignore(&choices(&ignore)?);
    }
    Ok(config)
}

fn choices(texts: &[String]) -> PyResult<Vec<Choice>> {
    let parsed = texts.iter().map(|text| {
        text.parse().map_err(|error: kartoteka::validate::ParseChoiceError| argument(error.to_string()))
    });
    parsed.collect()
}

/// Validates an input, and returns what is found.
#[pyfunction]
pub(crate) fn validate(
    py: Python<'_>,
    source: &Bound<'_, PyAny>,
    reading: Reading,
    select: Option<Vec<String>>,
    ignore: Option<Vec<String>>,
    toml: Option<&str>,
    max_findings: Option<u64>,
) -> PyResult<Vec<Finding>> {
    let place = Place::new(source, "read")?;
    let config = config(&reading, select, ignore, toml)?.max_findings(max_findings.unwrap_or(u64::MAX));
    let (format, options, has_part) = (reading.format()?, reading.options()?, reading.has_part());
    detached(py, || {
        let mut reader = open(&place, format, &options, has_part)?;
        let format = reader.format();
        let (mut found, mut interrupts) = (Vec::new(), Interrupts::new());
        let mut validator = Validator::new(config);
        if let Some(path) = place.path() {
            validator.before_part(path, format, &options)?;
        }
        validator.input(&place.name(), format, &mut reader, &mut |event| {
            match event {
                Event::Found(one) => found.push(Finding::of(one)),
                Event::Records(_) => interrupts.check()?,
                _ => {}
            }
            Ok::<(), Failure>(())
        })?;
        Ok(found)
    })
}
