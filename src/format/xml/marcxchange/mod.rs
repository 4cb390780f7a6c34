//! MarcXchange, the XML form of ISO 2709 for records of any family: MARCXML in another namespace.
//!
//! The elements are those of [`marcxml`](crate::marcxml); fields may have up to nine indicators, and leaders
//! and tags may be those of danMARC2, UNIMARC or MAB. [`Reader`] is that of MARCXML, which reads both
//! versions; [`Writer`] writes `info:lc/xmlns/marcxchange-v1`, as yaz-marcdump does. With
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
use crate::error::Result;
use crate::io::{self, Preparation, Slice, Stream, WriteOptions};
use crate::record::RecordRef;

/// Reads MarcXchange, and the other XML forms, from a source of bytes.
pub type Reader<R> = Stream<R, Marcxml>;
/// Reads MarcXchange, and the other XML forms, from bytes in memory.
pub type SliceReader<'a> = Slice<'a, Marcxml>;
/// Writes MarcXchange. See [`Rendering`].
pub type Writer<W> = io::Writer<W, Rendering>;

/// The rendering of MarcXchange: that of [`marcxml`](crate::marcxml::Rendering), in the namespace of version
/// 1.
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
pub struct Rendering(marcxml::Rendering);

impl io::Rendering for Rendering {
    const PARTS: bool = true;

    fn new(options: &WriteOptions) -> Rendering {
        Rendering(marcxml::Rendering::in_form(options, Form::Marcxchange))
    }

    fn record(
        &mut self,
        record: RecordRef<'_>,
        preparation: &mut Preparation,
        out: &mut Vec<u8>,
    ) -> Result<()> {
        self.0.record(record, preparation, out)
    }

    fn append<'p>(&mut self, part: &'p [u8], out: &mut Vec<u8>) -> &'p [u8] {
        self.0.append(part, out)
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        self.0.end(out);
    }
}
