//! Writes records as lines.

use crate::charset::Policy;
use crate::error::Result;
use crate::format::json::kit::write;
use crate::io::{self, Preparation, WriteOptions};
use crate::record::RecordRef;

/// The rendering of MARC-in-JSON with one record per line, in UTF-8 and without spaces.
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
pub struct Rendering {
    policy: Policy,
}

impl io::Rendering for Rendering {
    const PARTS: bool = true;

    fn new(options: &WriteOptions) -> Rendering {
        Rendering { policy: options.policy }
    }

    fn record(
        &mut self,
        record: RecordRef<'_>,
        preparation: &mut Preparation,
        out: &mut Vec<u8>,
    ) -> Result<()> {
        let (prepared, findings) = preparation.text(record)?;
        write(prepared, self.policy, out, findings)?;
        out.push(b'\n');
        Ok(())
    }
}
