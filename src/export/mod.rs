//! Forms for reference managers and the web, made from the [model](crate::model): written, never read.
//!
//! | format | for | specification |
//! |---|---|---|
//! | [`bibtex`] | LaTeX | BibTeX 0.99d, *BibTeXing* (Patashnik, 1988); `isbn`, `url` and their like as BibLaTeX has them |
//! | [`ris`] | EndNote, Zotero, Mendeley | RIS Format Specifications (Thomson, 2011) |
//! | `csl_json` | citeproc, pandoc | the JSON schema of CSL 1.0.2. Feature `json` |
//! | `json_ld` | search engines | schema.org, as JSON-LD 1.1. Feature `json` |
//!
//! All of them take a [`Citation`], so that they agree on what the title is and who is an author. They hold little of a
//! record: what has no place in them is counted in a finding (W014).
//!
//! # Example
//! ```
//! use kartoteka::{Format, WriteOptions, copy, open, writer};
//!
//! // An IRBIS base as BibTeX: no map is named, for the model reads all families of records.
//! let mut from = open("fixtures/isis/irbis64.mst")?;
//! let mut bibtex = Vec::new();
//! let mut to = writer(Format::Bibtex, &mut bibtex, &WriteOptions::new())?;
//! assert_eq!(copy(&mut from, &mut to)?.written, 4);
//! # Ok::<(), kartoteka::Error>(())
//! ```

pub mod bibtex;
mod citation;
#[cfg(feature = "json")]
pub mod csl_json;
mod formats;
#[cfg(feature = "json")]
mod json;
#[cfg(feature = "json")]
pub mod json_ld;
mod locus;
mod person;
pub mod ris;
pub(crate) mod rules;

pub use self::citation::{Citation, Host};
pub(crate) use self::formats::{BIBTEX, CSL_JSON, JSON_LD, RIS};
pub use self::person::Person;
