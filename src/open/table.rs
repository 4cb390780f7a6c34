//! The list of formats: one line per format.

use std::path::Path;
use std::str::FromStr;

use crate::error::FormatError;
use crate::export;
use crate::format::descriptor::Format;
use crate::format::{csv, irbis, isis, iso2709, json, text, xml};

/// Declares the constants of [`Format`] and the lists of formats. `if` names the feature that the format
/// needs.
macro_rules! formats {
    ($($(#[doc = $doc:literal])* $name:ident = $format:expr $(, if $feature:literal)?;)+) => {
        #[allow(non_upper_case_globals)]
        impl Format {
            $($(#[doc = $doc])* pub const $name: Format = Format($format);)+
        }

        /// All known formats, even those not compiled in.
        pub(crate) const KNOWN: &[Format] = &[$(Format::$name),+];

        /// The formats that are compiled in.
        ///
        /// # Example
        /// ```
        /// use kartoteka::{Can, FORMATS};
        ///
        /// let readable: Vec<_> =
        ///     FORMATS.iter().filter(|format| format.can(Can::Read)).map(|format| format.name()).collect();
        /// assert!(readable.contains(&"iso2709"));
        /// ```
        pub static FORMATS: &[Format] = &[$($(#[cfg(feature = $feature)])? Format::$name),+];
    };
}

formats! {
    /// ISO 2709, the binary exchange format of MARC 21, UNIMARC and RUSMARC.
    Iso2709 = iso2709::FORMAT;
    /// MARCXML. Feature `xml`.
    Marcxml = xml::formats::MARCXML, if "xml";
    /// MarcXchange. Feature `xml`.
    Marcxchange = xml::formats::MARCXCHANGE, if "xml";
    /// TurboMARC. Feature `xml`.
    Turbomarc = xml::formats::TURBOMARC, if "xml";
    /// OAI-MARC. Feature `xml`.
    OaiMarc = xml::formats::OAI_MARC, if "xml";
    /// Dublin Core with the terms of DCMI. Feature `xml`.
    DublinCore = xml::formats::DUBLIN_CORE, if "xml";
    /// Simple Dublin Core. Feature `xml`.
    Dc = xml::formats::DC, if "xml";
    /// MODS. Feature `xml`.
    Mods = xml::formats::MODS, if "xml";
    /// MARC-in-JSON, an array of records. Feature `json`.
    Json = json::formats::ARRAY, if "json";
    /// MARC-in-JSON, one record per line. Feature `json`.
    Ndjson = json::formats::LINES, if "json";
    /// MARCMaker text.
    Mrk = text::mrk::FORMAT;
    /// Displays of catalogues, as people paste them into mails. Read only.
    Display = text::display::FORMAT;
    /// The line format of yaz-marcdump and similar ones.
    Line = text::line::FORMAT;
    /// Aleph sequential.
    Aleph = text::aleph::FORMAT;
    /// MicroLIF, the text form of vendors.
    Microlif = text::microlif::FORMAT;
    /// A table, comma-separated. Feature `csv`.
    Csv = csv::CSV, if "csv";
    /// A table, tab-separated. Feature `csv`.
    Tsv = csv::TSV, if "csv";
    /// The exchange text of IRBIS.
    IrbisText = irbis::text::FORMAT;
    /// Records as the server of IRBIS64 sends them: dumps of its protocol.
    IrbisServer = irbis::server::FORMAT;
    /// Id files of CISIS, a line per field.
    CisisId = irbis::cisis_id::FORMAT;
    /// BibTeX. Written only.
    Bibtex = export::BIBTEX;
    /// RIS. Written only.
    Ris = export::RIS;
    /// CSL-JSON. Written only. Feature `json`.
    CslJson = export::CSL_JSON, if "json";
    /// JSON-LD in the words of schema.org. Written only. Feature `json`.
    JsonLd = export::JSON_LD, if "json";
    /// Master files of IRBIS64, IRBIS32 and CDS/ISIS: read and written in place, not as a stream.
    Mst = isis::FORMAT;
}

impl Format {
    /// Returns the format with this name or alias. Ignores case. `None` if there is none, or it is not
    /// compiled in.
    pub fn from_name(name: &str) -> Option<Format> {
        let is = |known: &str| known.eq_ignore_ascii_case(name);
        let found = |format: &&Format| is(format.name()) || format.aliases().iter().copied().any(is);
        FORMATS.iter().find(found).copied()
    }

    /// Returns the format that the extension of a file's name denotes. Ignores case. `None` if there is no
    /// extension, or no format has it.
    pub fn from_extension(path: impl AsRef<Path>) -> Option<Format> {
        let extension = path.as_ref().extension()?.to_str()?;
        let is = |known: &&str| known.eq_ignore_ascii_case(extension);
        FORMATS.iter().find(|format| format.extensions().iter().any(is)).copied()
    }
}

impl FromStr for Format {
    type Err = FormatError;

    /// Takes what [`Format::from_name`] takes.
    fn from_str(text: &str) -> Result<Format, FormatError> {
        Format::from_name(text)
            .ok_or_else(|| FormatError::Refused(format!("no format has the name {text:?}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::descriptor::Can;
    use std::collections::HashSet;

    #[test]
    fn names_and_extensions_are_of_one_format_each() {
        let mut names = HashSet::new();
        let mut extensions = HashSet::new();
        for format in FORMATS {
            for name in format.aliases().iter().chain([&format.name()]) {
                assert!(names.insert(*name), "{name} twice");
                assert_eq!(Format::from_name(&name.to_uppercase()), Some(*format));
            }
            for extension in format.extensions() {
                assert!(extensions.insert(*extension), "{extension} twice");
                assert_eq!(Format::from_extension(format!("dir.d/x.{extension}")), Some(*format));
            }
        }
        assert_eq!(Format::from_name("klingon"), None);
        assert_eq!(Format::from_extension("xml"), None);
    }

    #[test]
    fn what_a_format_can_is_what_it_has() {
        for format in FORMATS {
            let reads = format.0.reader.is_some() || format.0.opener.is_some();
            assert_eq!(format.can(Can::Read), reads, "{format}");
            assert_eq!(format.can(Can::Seek), format.0.opener.is_some(), "{format}");
            assert_eq!(
                format.can(Can::Write),
                format.0.writer.is_some() || format.can(Can::Seek),
                "{format}"
            );
        }
        for format in KNOWN {
            assert!(!format.description().is_empty() && !format.0.can.is_empty(), "{format:?}");
        }
    }
}
