//! The table of formats: what they are called and what can be done with them.

use std::fmt;
use std::io::{Read, Write};
use std::path::Path;

#[cfg(feature = "csv")]
use super::table;
use super::{aleph, cisis_id, irbis_server, irbis_text, iso2709, line, microlif, mrk};
#[cfg(feature = "json")]
use super::{json, ndjson};
#[cfg(feature = "xml")]
use super::{marcxchange, marcxml, turbomarc};
use crate::io::{Framing, ReadOptions, RecordRead, RecordWrite, Stream, WriteOptions};

/// A format of files.
///
/// # Example
/// ```
/// use kartoteka::Format;
///
/// assert_eq!(Format::from_name("MRC"), Some(Format::Iso2709));
/// assert_eq!(Format::from_extension("books.2026.iso"), Some(Format::Iso2709));
/// assert_eq!(Format::from_extension("books"), None);
/// assert_eq!(Format::Iso2709.name(), "iso2709");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// ISO 2709, the binary exchange format of MARC 21, UNIMARC and RUSMARC.
    Iso2709,
    /// MARCXML. Feature `xml`.
    Marcxml,
    /// MarcXchange. Feature `xml`.
    Marcxchange,
    /// TurboMARC. Feature `xml`.
    Turbomarc,
    /// OAI-MARC. Feature `xml`.
    OaiMarc,
    /// MARC-in-JSON, an array of records. Feature `json`.
    Json,
    /// MARC-in-JSON, a record a line. Feature `json`.
    Ndjson,
    /// MARCMaker text.
    Mrk,
    /// The line format of yaz-marcdump, and its kin.
    Line,
    /// Aleph sequential.
    Aleph,
    /// MicroLIF, the text form of vendors.
    Microlif,
    /// A table, comma-separated. Feature `csv`.
    Csv,
    /// A table, tab-separated. Feature `csv`.
    Tsv,
    /// The exchange text of IRBIS.
    IrbisText,
    /// Id files of CISIS, a line per field.
    CisisId,
    /// Records as the server of IRBIS64 sends them: dumps of its protocol.
    IrbisServer,
    /// Master files of IRBIS64, IRBIS32 and CDS/ISIS: read and written where they lie, not as a stream.
    Mst,
}

impl Format {
    /// The name on the command line, and in messages. It never changes.
    pub const fn name(self) -> &'static str {
        match self {
            Format::Iso2709 => "iso2709",
            Format::Marcxml => "marcxml",
            Format::Marcxchange => "marcxchange",
            Format::Turbomarc => "turbomarc",
            Format::OaiMarc => "oai-marc",
            Format::Json => "json",
            Format::Ndjson => "ndjson",
            Format::Mrk => "mrk",
            Format::Line => "line",
            Format::Aleph => "aleph",
            Format::Microlif => "microlif",
            Format::Csv => "csv",
            Format::Tsv => "tsv",
            Format::IrbisText => "irbis-text",
            Format::IrbisServer => "irbis-server",
            Format::CisisId => "cisis-id",
            Format::Mst => "mst",
        }
    }

    /// Finds a format by its name or one of its other names. Case does not matter. `None` if there is no such, or it
    /// is not compiled in.
    pub fn from_name(name: &str) -> Option<Format> {
        let is = |known: &str| known.eq_ignore_ascii_case(name);
        let found = FORMATS.iter().find(|info| is(info.name) || info.aliases.iter().copied().any(is));
        found.map(|info| info.format)
    }

    /// Finds a format by what stands behind the last dot of a file's name. Case does not matter. `None` if there is
    /// no dot, or no format has that extension.
    pub fn from_extension(path: impl AsRef<Path>) -> Option<Format> {
        let extension = path.as_ref().extension()?.to_str()?;
        let is = |known: &&str| known.eq_ignore_ascii_case(extension);
        FORMATS.iter().find(|info| info.extensions.iter().any(is)).map(|info| info.format)
    }

    /// What can be done with it; `None` if it is not compiled in.
    pub fn info(self) -> Option<&'static FormatInfo> {
        FORMATS.iter().find(|info| info.format == self)
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A row of [`FORMATS`].
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct FormatInfo {
    /// The format.
    pub format: Format,
    /// Its name: that of [`Format::name`].
    pub name: &'static str,
    /// Other names by which it can be asked for.
    pub aliases: &'static [&'static str],
    /// Extensions of its files, without dot, lower case; the most usual first.
    pub extensions: &'static [&'static str],
    /// What it is, in a few words.
    pub description: &'static str,
    /// Whether it can be read.
    pub reads: bool,
    /// Whether it can be written.
    pub writes: bool,
    /// Whether single records can be read by number, without reading those before them.
    pub seeks: bool,
    /// Whether files are lines of text.
    pub text: bool,
    /// Whether it is always UTF-8 when written, so that no other character set can be asked for.
    pub utf8_only: bool,
    pub(super) reader: Option<MakeReader>,
    pub(super) writer: Option<MakeWriter>,
}

pub(super) type AnySource<'a> = Box<dyn Read + Send + 'a>;
pub(super) type AnyReader<'a> = Box<dyn RecordRead + Send + 'a>;
pub(super) type AnySink<'a> = Box<dyn Write + Send + 'a>;
pub(super) type AnyWriter<'a> = Box<dyn RecordWrite + Send + 'a>;
type MakeReader = for<'a> fn(AnySource<'a>, &ReadOptions) -> AnyReader<'a>;
type MakeWriter = for<'a> fn(AnySink<'a>, &WriteOptions) -> AnyWriter<'a>;

/// The formats that are compiled in.
///
/// # Example
/// ```
/// use kartoteka::FORMATS;
///
/// let readable: Vec<_> = FORMATS.iter().filter(|info| info.reads).map(|info| info.name).collect();
/// assert!(readable.contains(&"iso2709"));
/// ```
pub static FORMATS: &[FormatInfo] = &[
    FormatInfo {
        format: Format::Iso2709,
        name: Format::Iso2709.name(),
        aliases: &["mrc", "marc", "iso"],
        extensions: &["mrc", "marc", "iso", "dat"],
        description: "ISO 2709, binary exchange format of MARC 21, UNIMARC and RUSMARC",
        reads: true,
        writes: true,
        seeks: false,
        text: false,
        utf8_only: false,
        reader: Some(|source, options| framed::<iso2709::Iso2709>(source, options)),
        writer: Some(|sink, options| Box::new(iso2709::Writer::new(sink, options))),
    },
    #[cfg(feature = "xml")]
    FormatInfo {
        format: Format::Marcxml,
        name: Format::Marcxml.name(),
        aliases: &["xml"],
        extensions: &["xml"],
        description: "MARCXML of the Library of Congress",
        reads: true,
        writes: true,
        seeks: false,
        text: true,
        utf8_only: true,
        reader: Some(|source, options| framed::<marcxml::Marcxml>(source, options)),
        writer: Some(|sink, options| Box::new(marcxml::Writer::new(sink, options))),
    },
    #[cfg(feature = "xml")]
    FormatInfo {
        format: Format::Marcxchange,
        name: Format::Marcxchange.name(),
        aliases: &[],
        extensions: &[],
        description: "MarcXchange, ISO 25577",
        reads: true,
        writes: true,
        seeks: false,
        text: true,
        utf8_only: true,
        reader: Some(|source, options| framed::<marcxml::Marcxml>(source, options)),
        writer: Some(|sink, options| Box::new(marcxchange::Writer::new(sink, options))),
    },
    #[cfg(feature = "xml")]
    FormatInfo {
        format: Format::Turbomarc,
        name: Format::Turbomarc.name(),
        aliases: &[],
        extensions: &[],
        description: "TurboMARC of Index Data",
        reads: true,
        writes: true,
        seeks: false,
        text: true,
        utf8_only: true,
        reader: Some(|source, options| framed::<marcxml::Marcxml>(source, options)),
        writer: Some(|sink, options| Box::new(turbomarc::Writer::new(sink, options))),
    },
    #[cfg(feature = "xml")]
    FormatInfo {
        format: Format::OaiMarc,
        name: Format::OaiMarc.name(),
        aliases: &[],
        extensions: &[],
        description: "OAI-MARC, before MARCXML",
        reads: true,
        writes: false,
        seeks: false,
        text: true,
        utf8_only: true,
        reader: Some(|source, options| framed::<marcxml::Marcxml>(source, options)),
        writer: None,
    },
    #[cfg(feature = "json")]
    FormatInfo {
        format: Format::Json,
        name: Format::Json.name(),
        aliases: &[],
        extensions: &["json"],
        description: "MARC-in-JSON, an array",
        reads: true,
        writes: true,
        seeks: false,
        text: true,
        utf8_only: true,
        reader: Some(|source, options| framed::<json::Json>(source, options)),
        writer: Some(|sink, options| Box::new(json::Writer::new(sink, options))),
    },
    #[cfg(feature = "json")]
    FormatInfo {
        format: Format::Ndjson,
        name: Format::Ndjson.name(),
        aliases: &["jsonl"],
        extensions: &["ndjson", "jsonl"],
        description: "MARC-in-JSON, a record a line",
        reads: true,
        writes: true,
        seeks: false,
        text: true,
        utf8_only: true,
        reader: Some(|source, options| framed::<ndjson::Ndjson>(source, options)),
        writer: Some(|sink, options| Box::new(ndjson::Writer::new(sink, options))),
    },
    FormatInfo {
        format: Format::Mrk,
        name: Format::Mrk.name(),
        aliases: &[],
        extensions: &["mrk", "mrk8"],
        description: "MARCMaker text",
        reads: true,
        writes: true,
        seeks: false,
        text: true,
        utf8_only: false,
        reader: Some(|source, options| framed::<mrk::Mrk>(source, options)),
        writer: Some(|sink, options| Box::new(mrk::Writer::new(sink, options))),
    },
    FormatInfo {
        format: Format::Line,
        name: Format::Line.name(),
        aliases: &[],
        extensions: &[],
        description: "the line format of yaz-marcdump",
        reads: true,
        writes: true,
        seeks: false,
        text: true,
        utf8_only: false,
        reader: Some(|source, options| framed::<line::Line>(source, options)),
        writer: Some(|sink, options| Box::new(line::Writer::new(sink, options))),
    },
    FormatInfo {
        format: Format::Aleph,
        name: Format::Aleph.name(),
        aliases: &[],
        extensions: &["seq"],
        description: "Aleph sequential",
        reads: true,
        writes: true,
        seeks: false,
        text: true,
        utf8_only: false,
        reader: Some(|source, options| framed::<aleph::Aleph>(source, options)),
        writer: Some(|sink, options| Box::new(aleph::Writer::new(sink, options))),
    },
    FormatInfo {
        format: Format::Microlif,
        name: Format::Microlif.name(),
        aliases: &[],
        extensions: &["lif"],
        description: "MicroLIF text",
        reads: true,
        writes: false,
        seeks: false,
        text: true,
        utf8_only: false,
        reader: Some(|source, options| framed::<microlif::Microlif>(source, options)),
        writer: None,
    },
    #[cfg(feature = "csv")]
    FormatInfo {
        format: Format::Csv,
        name: Format::Csv.name(),
        aliases: &[],
        extensions: &["csv"],
        description: "a table with a row per subfield, comma-separated",
        reads: false,
        writes: true,
        seeks: false,
        text: true,
        utf8_only: true,
        reader: None,
        writer: Some(|sink, options| Box::new(table::Csv::new(sink, options))),
    },
    #[cfg(feature = "csv")]
    FormatInfo {
        format: Format::Tsv,
        name: Format::Tsv.name(),
        aliases: &[],
        extensions: &["tsv"],
        description: "a table with a row per subfield, tab-separated",
        reads: false,
        writes: true,
        seeks: false,
        text: true,
        utf8_only: true,
        reader: None,
        writer: Some(|sink, options| Box::new(table::Tsv::new(sink, options))),
    },
    FormatInfo {
        format: Format::IrbisText,
        name: Format::IrbisText.name(),
        aliases: &[],
        extensions: &["txt"],
        description: "IRBIS exchange text",
        reads: true,
        writes: true,
        seeks: false,
        text: true,
        utf8_only: false,
        reader: Some(|source, options| framed::<irbis_text::IrbisText>(source, options)),
        writer: Some(|sink, options| Box::new(irbis_text::Writer::new(sink, options))),
    },
    FormatInfo {
        format: Format::IrbisServer,
        name: Format::IrbisServer.name(),
        aliases: &[],
        extensions: &[],
        description: "IRBIS server protocol and ALL dumps",
        reads: true,
        writes: true,
        seeks: false,
        text: true,
        utf8_only: false,
        reader: Some(|source, options| framed::<irbis_server::IrbisServer>(source, options)),
        writer: Some(|sink, options| Box::new(irbis_server::Writer::new(sink, options))),
    },
    FormatInfo {
        format: Format::CisisId,
        name: Format::CisisId.name(),
        aliases: &[],
        extensions: &["id"],
        description: "id files of CISIS (id2i, i2id)",
        reads: true,
        writes: true,
        seeks: false,
        text: true,
        utf8_only: false,
        reader: Some(|source, options| framed::<cisis_id::CisisId>(source, options)),
        writer: Some(|sink, options| Box::new(cisis_id::Writer::new(sink, options))),
    },
    // Made by `open_with` and `isis::Writer`, for they have two files and go to and fro in them.
    FormatInfo {
        format: Format::Mst,
        name: Format::Mst.name(),
        aliases: &[],
        extensions: &["mst"],
        description: "master files of IRBIS64, IRBIS32 and CDS/ISIS",
        reads: true,
        writes: true,
        seeks: true,
        text: false,
        utf8_only: true,
        reader: None,
        writer: None,
    },
];

/// The reader of every format that is a [`Framing`].
fn framed<'a, F: Framing + Send + 'a>(source: AnySource<'a>, options: &ReadOptions) -> AnyReader<'a> {
    Box::new(Stream::<_, F>::new(source, options))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn names_and_extensions_are_of_one_format_each() {
        let mut names = HashSet::new();
        let mut extensions = HashSet::new();
        for info in FORMATS {
            for name in info.aliases.iter().chain([&info.name]) {
                assert!(names.insert(*name), "{name} twice");
                assert_eq!(Format::from_name(&name.to_uppercase()), Some(info.format));
            }
            for extension in info.extensions {
                assert!(extensions.insert(*extension), "{extension} twice");
                assert_eq!(Format::from_extension(format!("dir.d/x.{extension}")), Some(info.format));
            }
            assert_eq!(info.format.name(), info.name);
            if !info.seeks {
                assert_eq!((info.reads, info.writes), (info.reader.is_some(), info.writer.is_some()));
            }
        }
        assert_eq!(Format::from_name("klingon"), None);
        assert_eq!(Format::from_extension("xml"), None);
    }
}
