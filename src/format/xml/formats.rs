//! The descriptors of the XML formats, compiled even without the feature `xml`.

#[cfg(feature = "xml")]
use super::{dublin_core, kit::Marcxml, marcxchange, marcxml, mods, turbomarc};
use crate::format::descriptor::{Can, Descriptor};
#[cfg(feature = "xml")]
use crate::format::descriptor::{framed, rendered};
use crate::format::xml::sniff;

const XML: Descriptor = Descriptor {
    feature: "xml",
    utf8_only: true,
    lists: true,
    #[cfg(feature = "xml")]
    reader: framed::<Marcxml>(),
    ..Descriptor::BASE
};

/// MARCXML.
pub(crate) const MARCXML: &Descriptor = &Descriptor {
    name: "marcxml",
    aliases: &["xml"],
    extensions: &["xml"],
    description: "MARCXML of the Library of Congress",
    sniff: Some(sniff::marcxml),
    #[cfg(feature = "xml")]
    writer: Some(rendered::<marcxml::Rendering>),
    ..XML
};

/// MarcXchange.
pub(crate) const MARCXCHANGE: &Descriptor = &Descriptor {
    name: "marcxchange",
    description: "MarcXchange, ISO 25577",
    sniff: Some(sniff::marcxchange),
    #[cfg(feature = "xml")]
    writer: Some(rendered::<marcxchange::Rendering>),
    ..XML
};

/// TurboMARC.
pub(crate) const TURBOMARC: &Descriptor = &Descriptor {
    name: "turbomarc",
    description: "TurboMARC of Index Data",
    sniff: Some(sniff::turbomarc),
    #[cfg(feature = "xml")]
    writer: Some(rendered::<turbomarc::Rendering>),
    ..XML
};

/// OAI-MARC.
pub(crate) const OAI_MARC: &Descriptor = &Descriptor {
    name: "oai-marc",
    description: "OAI-MARC, before MARCXML",
    can: &[Can::Read],
    sniff: Some(sniff::oai_marc),
    ..XML
};

/// A description of MARC 21 records in other words, which is written only.
const DESCRIPTION: Descriptor =
    Descriptor { feature: "xml", utf8_only: true, can: &[Can::Write], ..Descriptor::BASE };

/// Qualified Dublin Core.
pub(crate) const DUBLIN_CORE: &Descriptor = &Descriptor {
    name: "dublin-core",
    description: "Dublin Core with the terms of DCMI, from MARC 21",
    #[cfg(feature = "xml")]
    writer: Some(rendered::<dublin_core::Rendering<true>>),
    ..DESCRIPTION
};

/// Simple Dublin Core.
pub(crate) const DC: &Descriptor = &Descriptor {
    name: "dc",
    description: "simple Dublin Core, fifteen elements, from MARC 21",
    #[cfg(feature = "xml")]
    writer: Some(rendered::<dublin_core::Rendering<false>>),
    ..DESCRIPTION
};

/// MODS.
pub(crate) const MODS: &Descriptor = &Descriptor {
    name: "mods",
    description: "MODS 3.8, from MARC 21",
    #[cfg(feature = "xml")]
    writer: Some(rendered::<mods::Rendering>),
    ..DESCRIPTION
};
