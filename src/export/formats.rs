//! The descriptors of the forms, compiled even without the feature `json`.

use super::{bibtex, ris};
#[cfg(feature = "json")]
use super::{csl_json, json_ld};
use crate::format::descriptor::{Can, Descriptor, rendered};

const CITATIONS: Descriptor = Descriptor { can: &[Can::Write], utf8_only: true, ..Descriptor::BASE };

/// BibTeX.
pub(crate) const BIBTEX: &Descriptor = &Descriptor {
    name: "bibtex",
    aliases: &["bib"],
    extensions: &["bib"],
    description: "BibTeX, for LaTeX",
    writer: Some(rendered::<bibtex::Rendering>),
    ..CITATIONS
};

/// RIS.
pub(crate) const RIS: &Descriptor = &Descriptor {
    name: "ris",
    extensions: &["ris"],
    description: "RIS, for reference managers",
    writer: Some(rendered::<ris::Rendering>),
    ..CITATIONS
};

/// CSL-JSON.
pub(crate) const CSL_JSON: &Descriptor = &Descriptor {
    name: "csl-json",
    aliases: &["csl"],
    description: "CSL-JSON, for citation processors",
    feature: "json",
    #[cfg(feature = "json")]
    writer: Some(rendered::<csl_json::Rendering>),
    ..CITATIONS
};

/// JSON-LD.
pub(crate) const JSON_LD: &Descriptor = &Descriptor {
    name: "json-ld",
    aliases: &["jsonld"],
    extensions: &["jsonld"],
    description: "JSON-LD in the words of schema.org",
    feature: "json",
    #[cfg(feature = "json")]
    writer: Some(rendered::<json_ld::Rendering>),
    ..CITATIONS
};
