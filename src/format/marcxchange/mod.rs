//! MarcXchange, the XML form of ISO 2709 for records of any family: MARCXML in another namespace.
//!
//! Elements are those of [`marcxml`](crate::marcxml); fields may have up to nine indicators, and leaders and tags may be
//! what they are in danMARC2, UNIMARC or MAB. [`Reader`] is that of MARCXML, which takes both versions; [`Writer`] writes
//! `info:lc/xmlns/marcxchange-v1`, which yaz-marcdump writes too. With
//! [`WriteOptions::record_types`](crate::WriteOptions) records get the attributes `format` and `type`.
//!
//! # Spec
//! ISO 25577.
//!
//! # Example
//! ```
//! use kartoteka::{ReadOptions, RecordRead, marcxchange};
//!
//! let mut reader = marcxchange::Reader::from_path("fixtures/xml/marcxchange.xml", &ReadOptions::new())?;
//! assert_eq!(reader.records().count(), 4);
//! # Ok::<(), kartoteka::Error>(())
//! ```

use super::marcxml::{self, Form, Marcxml};
use crate::Result;
use crate::io::{self, Adapter, Slice, Stream, WriteOptions};
use crate::record::RecordRef;

/// Reads MarcXchange, and the other XML forms, from a source of bytes.
pub type Reader<R> = Stream<R, Marcxml>;
/// Reads MarcXchange, and the other XML forms, from bytes in memory.
pub type SliceReader<'a> = Slice<'a, Marcxml>;
/// Writes MarcXchange. What it makes of records is told at [`Layout`].
pub type Writer<W> = io::Writer<W, Layout>;

/// The layout of MarcXchange: that of [`marcxml`](crate::marcxml::Layout), in the namespace of version 1.
///
/// # Example
/// ```
/// use kartoteka::{Record, RecordWrite, WriteOptions, marcxchange};
///
/// let record = Record::builder().data_field("245", "10", [('a', "Divan")]).build()?;
/// let mut writer = marcxchange::Writer::new(Vec::new(), &WriteOptions::new().record_types(true));
/// writer.write_record(record.view())?;
/// writer.finish()?;
/// let xml = String::from_utf8(writer.into_inner()).unwrap();
/// assert!(xml.contains("<collection xmlns=\"info:lc/xmlns/marcxchange-v1\">"));
/// assert!(xml.contains("<record format=\"MARC21\" type=\"Bibliographic\">"));
/// # Ok::<(), kartoteka::Error>(())
/// ```
#[derive(Debug)]
pub struct Layout(marcxml::Layout);

impl io::Layout for Layout {
    const PARTS: bool = true;

    fn new(options: &WriteOptions) -> Layout {
        Layout(marcxml::Layout::in_form(options, Form::Marcxchange))
    }

    fn record(&mut self, record: RecordRef<'_>, adapter: &mut Adapter, out: &mut Vec<u8>) -> Result<()> {
        self.0.record(record, adapter, out)
    }

    fn append<'p>(&mut self, part: &'p [u8], out: &mut Vec<u8>) -> &'p [u8] {
        self.0.append(part, out)
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        self.0.end(out);
    }
}
