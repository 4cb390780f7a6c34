//! Records to lines.

use std::io::Write;

use crate::format::json::write;
use crate::io::{Adapter, Output, RecordWrite, WriteOptions};
use crate::record::RecordRef;
use crate::{Code, Diagnostic, Result};

/// Writes MARC-in-JSON, a record a line, in UTF-8 and without spaces.
///
/// # Example
/// ```
/// use kartoteka::{Builder, RecordWrite, Syntax, WriteOptions, ndjson};
///
/// let record = Builder::new(Syntax::IRBIS)
///     .mfn(1)
///     .field("920", |field| field.lead("PAZK"))
///     .field("910", |field| field.lead("head").subfield('A', "0"))
///     .build()?;
/// let mut writer = ndjson::Writer::new(Vec::new(), &WriteOptions::new());
/// writer.write_record(record.view())?;
/// writer.finish()?;
/// assert_eq!(
///     String::from_utf8(writer.into_inner()).unwrap(),
///     r#"{"mfn":1,"status":0,"version":0,"fields":[{"920":"PAZK"},{"910":{"lead":"head","subfields":[{"A":"0"}]}}]}
/// "#
/// );
/// # Ok::<(), kartoteka::Error>(())
/// ```
#[derive(Debug)]
pub struct Writer<W> {
    out: Output<W>,
    adapter: Adapter,
    options: WriteOptions,
}

impl<W: Write> Writer<W> {
    /// Makes a writer; nothing is written yet.
    pub fn new(sink: W, options: &WriteOptions) -> Writer<W> {
        Writer { out: Output::new(sink), adapter: Adapter::new(options), options: options.clone() }
    }

    /// The sink. What is in the buffer of the writer has not reached it.
    pub fn get_ref(&self) -> &W {
        self.out.get_ref()
    }

    /// The sink. Finish first, or what is in the buffer is lost.
    pub fn into_inner(self) -> W {
        self.out.into_inner()
    }
}

impl<W: Write> RecordWrite for Writer<W> {
    fn write_record(&mut self, record: RecordRef<'_>) -> Result<()> {
        let (shaped, findings) = self.adapter.text(record)?;
        let start = self.out.buffer.len();
        if let Err(error) = write(shaped, self.options.policy, &mut self.out.buffer, findings) {
            self.out.buffer.truncate(start);
            return Err(error);
        }
        self.out.buffer.push(b'\n');
        self.out.ease()
    }

    fn finish(&mut self) -> Result<()> {
        self.out.flush()
    }

    fn diagnostics(&self) -> &[Diagnostic] {
        self.adapter.findings().list()
    }

    fn suppressed(&self) -> &[(Code, u64)] {
        self.adapter.findings().suppressed()
    }

    fn replaced(&self) -> u64 {
        self.adapter.replaced()
    }
}
