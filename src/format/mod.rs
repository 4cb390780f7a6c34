//! The formats, one folder each. `CONTRIBUTING.md` describes what a folder contains; the list of formats is
//! in [`open`](crate::open), above this module.

pub(crate) mod csv;
pub(crate) mod descriptor;
pub(crate) mod irbis;
pub mod isis;
pub mod iso2709;
pub(crate) mod json;
pub(crate) mod lines;
pub(crate) mod marc_in_isis;
pub(crate) mod rules;
pub(crate) mod text;
pub(crate) mod verdict;
mod wide_mark;
pub(crate) mod xml;
