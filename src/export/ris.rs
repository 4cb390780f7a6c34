//! RIS, for reference managers: lines of two letters and a value, a reference a record.
//!
//! # Spec
//! RIS Format Specifications (Thomson, 2011).
//!
//! # Deviations
//! `PY` has the year alone, as all readers take it. Other contributors than editors (`ED`) and translators (`A4`) are `A2`.

use super::citation::{Citation, cite};
use super::person::Person;
use crate::error::Result;
use crate::io::{self, Preparation, WriteOptions};
use crate::model::Resource;
use crate::record::RecordRef;

/// The rendering of RIS, in UTF-8, with CR LF at the ends of lines.
///
/// # Example
/// ```
/// use kartoteka::{Record, RecordWrite, WriteOptions, export::ris};
///
/// let record = Record::builder()
///     .control_field("001", "kart0001")
///     .data_field("245", "10", [('a', "Divan /"), ('c', "Füzuli.")])
///     .build()?;
/// let mut writer = ris::Writer::new(Vec::new(), &WriteOptions::new());
/// writer.write_record(record.view())?;
/// writer.finish()?;
/// let lines = String::from_utf8(writer.into_inner()).unwrap();
/// assert_eq!(lines, "TY  - BOOK\r\nID  - kart0001\r\nTI  - Divan\r\nER  - \r\n\r\n");
/// # Ok::<(), kartoteka::Error>(())
/// ```
#[derive(Debug)]
pub struct Rendering(());

/// Writes RIS. See [`Rendering`].
pub type Writer<W> = io::Writer<W, Rendering>;

impl io::Rendering for Rendering {
    const PARTS: bool = true;

    fn new(_: &WriteOptions) -> Rendering {
        Rendering(())
    }

    fn record(
        &mut self,
        record: RecordRef<'_>,
        preparation: &mut Preparation,
        out: &mut Vec<u8>,
    ) -> Result<()> {
        cite(record, preparation, |citation| reference(citation, out))
    }
}

/// The type of a reference.
const fn kind(resource: Resource) -> &'static str {
    match resource {
        Resource::Book => "BOOK",
        Resource::Chapter => "CHAP",
        Resource::Article => "JOUR",
        Resource::Serial => "JFULL",
        Resource::Thesis => "THES",
        Resource::Map => "MAP",
        Resource::Score => "MUSIC",
        Resource::Sound => "SOUND",
        Resource::Video => "VIDEO",
        Resource::Image => "ART",
        Resource::Software => "COMP",
        Resource::Manuscript => "MANSCPT",
        _ => "GEN",
    }
}

fn reference(citation: &Citation, out: &mut Vec<u8>) {
    let mut line = |tag: &str, value: &str| {
        let value = value.trim();
        if !value.is_empty() {
            let value: String = value.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
            out.extend_from_slice(format!("{tag}  - {value}\r\n").as_bytes());
        }
    };
    line("TY", kind(citation.resource));
    line("ID", &citation.id);
    let lists: [(&str, &[Person]); 4] = [
        ("AU", &citation.authors),
        ("ED", &citation.editors),
        ("A4", &citation.translators),
        ("A2", &citation.contributors),
    ];
    for (tag, persons) in lists {
        persons.iter().for_each(|person| line(tag, &person.inverted()));
    }
    line("TI", &citation.title);
    let year = citation.year().map(|year| year.to_string());
    let pages = citation.pages.map(|pages| pages.to_string());
    let (series, mut volume) = match &citation.series {
        Some((title, volume)) => (Some(title), volume.as_deref()),
        None => (None, None),
    };
    let mut extent = pages.as_deref();
    match &citation.host {
        Some(host) => {
            line("T2", &host.title);
            line("T3", series.map_or("", String::as_str));
            (volume, extent) = (host.volume.as_deref(), host.pages.as_deref());
        }
        None => line("T2", series.map_or("", String::as_str)),
    }
    line("VL", volume.unwrap_or_default());
    let issue = citation.host.as_ref().and_then(|host| host.issue.as_deref());
    line("IS", issue.unwrap_or_default());
    line("PY", year.as_deref().unwrap_or_default());
    line("PB", citation.publisher.as_deref().unwrap_or_default());
    line("CY", citation.place.as_deref().unwrap_or_default());
    line("ET", citation.edition.as_deref().unwrap_or_default());
    // Of the pages in a host, the first and the last have lines of their own.
    let pages = extent.unwrap_or_default();
    let (start, end) = match pages.split_once(['-', '–']).filter(|_| citation.host.is_some()) {
        Some((start, end)) => (start.trim(), end.trim()),
        None => (pages, ""),
    };
    line("SP", start);
    line("EP", end);
    citation.isbns.iter().chain(&citation.issn).for_each(|number| line("SN", number));
    line("DO", citation.doi.as_deref().unwrap_or_default());
    citation.urls.iter().for_each(|url| line("UR", url));
    line("LA", citation.language.unwrap_or_default());
    citation.keywords.iter().for_each(|keyword| line("KW", keyword));
    line("AB", citation.summary.as_deref().unwrap_or_default());
    line("N1", citation.thesis.as_deref().unwrap_or_default());
    out.extend_from_slice(b"ER  - \r\n\r\n");
}
