//! Options by their names.

use std::ops::RangeInclusive;

use kartoteka::{
    Charset, Deleted, Dialect, Format, IllegalCharacters, LeaderValues, Oversize, Part, Policy, ReadOptions,
    Recovery, WideTags, WriteOptions,
};
use pyo3::prelude::*;

use crate::failure::{argument, named};

/// Returns the format with this name.
pub(crate) fn format(name: Option<&str>) -> PyResult<Option<Format>> {
    let Some(name) = name else { return Ok(None) };
    name.parse().map(Some).map_err(|error: kartoteka::FormatError| argument(error.to_string()))
}

/// Returns the character set with this name.
pub(crate) fn charset(name: &str) -> PyResult<Charset> {
    name.parse().map_err(|error: kartoteka::ParseCharsetError| argument(error.to_string()))
}

/// How an input is read.
#[derive(FromPyObject)]
pub(crate) struct Reading {
    #[pyo3(item)]
    format: Option<String>,
    #[pyo3(item)]
    charset: Option<String>,
    #[pyo3(item)]
    dialect: Option<String>,
    #[pyo3(item)]
    strict: bool,
    #[pyo3(item)]
    part: Option<(u32, u32)>,
    #[pyo3(item)]
    mfns: Option<(u32, u32)>,
    #[pyo3(item)]
    deleted: bool,
}

impl Reading {
    pub(crate) fn format(&self) -> PyResult<Option<Format>> {
        format(self.format.as_deref())
    }

    pub(crate) fn is_strict(&self) -> bool {
        self.strict
    }

    pub(crate) fn has_part(&self) -> bool {
        self.part.is_some()
    }

    pub(crate) fn dialect(&self) -> PyResult<Option<Dialect>> {
        self.dialect.as_deref().map(|name| named("dialect", name)).transpose()
    }

    pub(crate) fn options(&self) -> PyResult<ReadOptions> {
        let mut options = ReadOptions::new();
        if let Some(name) = &self.charset {
            options = options.charset(charset(name)?);
        }
        if let Some(dialect) = self.dialect()? {
            options = options.dialect(dialect);
        }
        if self.strict {
            options = options.recovery(Recovery::Strict);
        }
        if let Some((number, of)) = self.part {
            let part = Part::new(number, of);
            let part = part.ok_or_else(|| argument("a part is (k, n), such as (1, 4): k is from 1 to n"))?;
            options = options.part(Some(part));
        }
        if let Some((first, last)) = self.mfns {
            let range: RangeInclusive<u32> = first..=last;
            options = options.mfns([range]);
        }
        if self.deleted {
            options = options.deleted(Deleted::Include);
        }
        Ok(options)
    }
}

/// How an output is written.
#[derive(FromPyObject)]
pub(crate) struct Writing {
    #[pyo3(item)]
    to_charset: Option<String>,
    #[pyo3(item)]
    undecodable: Option<String>,
    #[pyo3(item)]
    illegal_characters: Option<String>,
    #[pyo3(item)]
    wide_tags: Option<String>,
    #[pyo3(item)]
    oversize: Option<String>,
    #[pyo3(item)]
    leader: Option<String>,
    #[pyo3(item)]
    indent: bool,
}

impl Writing {
    pub(crate) fn options(&self) -> PyResult<WriteOptions> {
        let mut options = WriteOptions::new().indent(self.indent);
        if let Some(name) = &self.to_charset {
            options = options.charset(charset(name)?);
        }
        if let Some(name) = &self.undecodable {
            options = options.policy(named::<Policy>("policy", name)?);
        }
        if let Some(name) = &self.illegal_characters {
            options = options.illegal_characters(named::<IllegalCharacters>("policy", name)?);
        }
        if let Some(name) = &self.wide_tags {
            options = options.wide_tags(named::<WideTags>("policy", name)?);
        }
        if let Some(name) = &self.oversize {
            options = options.oversize(named::<Oversize>("policy", name)?);
        }
        if let Some(name) = &self.leader {
            options = options.leader(named::<LeaderValues>("policy", name)?);
        }
        Ok(options)
    }
}
