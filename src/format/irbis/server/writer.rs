//! Writes records as pieces.

use super::FORMAT;
use super::{RECORD, UNIT};
use crate::charset::Charset;
use crate::error::Result;
use crate::finding::Finding;
use crate::finding::Findings;
use crate::format::irbis::fields::{number, put_body};
use crate::format::lines::Delimiters;
use crate::io::{self, IllegalCharacters, Preparation, WriteOptions};
use crate::position::Location;
use crate::record::rules::HEADER_LOST;
use crate::record::{Record, RecordRef, in_irbis_form};

/// The rendering of records as the server receives them: one line, each piece ended by 1F 1E.
///
/// An undamaged, unedited record from such a form is copied byte for byte. A field cannot contain the bytes
/// 1E, 1F, CR and LF: see [`WriteOptions::illegal_characters`].
///
/// # Example
/// ```
/// use kartoteka::{Builder, RecordWrite, Syntax, WriteOptions, irbis_server};
///
/// let record = Builder::new(Syntax::IRBIS).mfn(7).field("200", |field| field.subfield('A', "Хамса")).build()?;
/// let mut writer = irbis_server::Writer::new(Vec::new(), &WriteOptions::new());
/// writer.write_record(record.view())?;
/// writer.finish()?;
/// let expected = "7#0\x1F\x1E0#0\x1F\x1E200#^AХамса\x1F\x1E\r\n";
/// assert_eq!(writer.into_inner(), expected.as_bytes());
/// # Ok::<(), kartoteka::Error>(())
/// ```
#[derive(Debug)]
pub struct Rendering {
    charset: Charset,
    illegal: IllegalCharacters,
    irbis: Record,
    /// Whether the last line written lacks its line end, as in some files.
    open: bool,
}

impl io::Rendering for Rendering {
    const PARTS: bool = true;

    fn new(options: &WriteOptions) -> Rendering {
        Rendering {
            charset: options.charset,
            illegal: options.illegal_characters,
            irbis: Record::new(),
            open: false,
        }
    }

    fn record(
        &mut self,
        record: RecordRef<'_>,
        preparation: &mut Preparation,
        out: &mut Vec<u8>,
    ) -> Result<()> {
        if self.open {
            out.extend_from_slice(b"\r\n");
        }
        let charset = if self.charset == Charset::Auto { Charset::Utf8 } else { self.charset };
        if let Some(bytes) = record.verbatim(FORMAT.name)
            && (self.charset == Charset::Auto || charset == record.charset())
        {
            out.extend_from_slice(bytes);
            self.open = !bytes.ends_with(b"\n");
            return Ok(());
        }
        let (prepared, findings) = preparation.in_charset(record, charset)?;
        if record.header().leader.is_some() && record.header().kept.is_none() {
            let message = "the forms of the server have no leader";
            let place = Location::of(record.position());
            findings.push(Finding::new(HEADER_LOST, place, message, "left out"));
        }
        let prepared = in_irbis_form(prepared, true, &mut self.irbis, findings);
        build(prepared, self.illegal, out, findings)?;
        self.open = false;
        Ok(())
    }
}

/// What ends pieces and records.
const DELIMITERS: Delimiters = Delimiters {
    bytes: &[UNIT, RECORD, b'\r', b'\n'],
    message: "the field holds a byte that delimits fields",
};

fn build(
    record: RecordRef<'_>,
    illegal: IllegalCharacters,
    out: &mut Vec<u8>,
    findings: &mut Findings,
) -> Result<()> {
    let end = [UNIT, RECORD];
    let isis = record.header().isis.unwrap_or_default();
    out.extend_from_slice(format!("{}#{}", isis.mfn, isis.status).as_bytes());
    out.extend_from_slice(&end);
    out.extend_from_slice(format!("0#{}", isis.version).as_bytes());
    out.extend_from_slice(&end);
    for field in record.fields() {
        out.extend_from_slice(number(record, field)?.to_string().as_bytes());
        out.push(b'#');
        put_body((record, field), (DELIMITERS, illegal), out, findings)?;
        out.extend_from_slice(&end);
    }
    out.extend_from_slice(b"\r\n");
    Ok(())
}
