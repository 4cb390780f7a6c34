//! Writes records as an array.

use crate::bytes::Cut;
use crate::charset::Policy;
use crate::error::Result;
use crate::format::json::kit::write;
use crate::io::{self, Preparation, WriteOptions};
use crate::record::RecordRef;

/// The rendering of MARC-in-JSON as one array, in UTF-8. Each record is on its own line unless
/// [`WriteOptions::indent`] is off.
///
/// # Example
/// ```
/// use kartoteka::{Record, RecordWrite, WriteOptions, json};
///
/// let record = Record::builder()
///     .control_field("001", "kart0001")
///     .data_field("245", "10", [('a', "\"Divan\"")])
///     .build()?;
/// let mut writer = json::Writer::new(Vec::new(), &WriteOptions::new());
/// writer.write_record(record.view())?;
/// writer.finish()?;
/// assert_eq!(
///     String::from_utf8(writer.into_inner()).unwrap(),
///     r#"[
/// {"leader":"00000nam a2200000   4500","fields":[{"001":"kart0001"},{"245":{"ind1":"1","ind2":"0","subfields":[{"a":"\"Divan\""}]}}]}
/// ]
/// "#
/// );
/// # Ok::<(), kartoteka::Error>(())
/// ```
#[derive(Debug)]
pub struct Rendering {
    policy: Policy,
    line_end: &'static [u8],
    begun: bool,
}

impl io::Rendering for Rendering {
    const PARTS: bool = true;

    fn new(options: &WriteOptions) -> Rendering {
        let line_end: &[u8] = if options.indent { b"\n" } else { b"" };
        Rendering { policy: options.policy, line_end, begun: options.part }
    }

    fn record(
        &mut self,
        record: RecordRef<'_>,
        preparation: &mut Preparation,
        out: &mut Vec<u8>,
    ) -> Result<()> {
        let (prepared, findings) = preparation.text(record)?;
        out.push(if self.begun { b',' } else { b'[' });
        out.extend_from_slice(self.line_end);
        write(prepared, self.policy, out, findings)?;
        self.begun = true;
        Ok(())
    }

    fn append<'p>(&mut self, part: &'p [u8], out: &mut Vec<u8>) -> &'p [u8] {
        if std::mem::replace(&mut self.begun, true) {
            return part;
        }
        // The element begins with a comma, replaced here.
        out.push(b'[');
        part.cut(1..)
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        if self.begun {
            out.extend_from_slice(self.line_end);
            out.extend_from_slice(b"]\n");
        } else {
            out.extend_from_slice(b"[]\n");
        }
    }
}
