//! Writes records as lines.

use super::FORMAT;
use crate::charset::Charset;
use crate::error::Result;
use crate::finding::Finding;
use crate::format::irbis::fields::{number, put_body};
use crate::format::lines::LINE_ENDS;
use crate::io::{self, IllegalCharacters, Preparation, WriteOptions};
use crate::position::Location;
use crate::record::rules::HEADER_LOST;
use crate::record::{Record, RecordRef, in_irbis_form};

/// The rendering of id files: lines that end with LF.
///
/// An undamaged, unedited record from an id file is copied byte for byte. Status and version are dropped,
/// with a finding. A field cannot contain CR and LF: see [`WriteOptions::illegal_characters`].
///
/// # Example
/// ```
/// use kartoteka::{Builder, RecordWrite, Syntax, WriteOptions, cisis_id};
///
/// let record = Builder::new(Syntax::IRBIS).mfn(7).field("24", |field| field.subfield('a', "Xəmsə")).build()?;
/// let mut writer = cisis_id::Writer::new(Vec::new(), &WriteOptions::new());
/// writer.write_record(record.view())?;
/// writer.finish()?;
/// assert_eq!(writer.into_inner(), "!ID 000007\n!v024!^aXəmsə\n".as_bytes());
/// # Ok::<(), kartoteka::Error>(())
/// ```
#[derive(Debug)]
pub struct Rendering {
    charset: Charset,
    illegal: IllegalCharacters,
    irbis: Record,
    /// Number of records written, which is the number for a record without one.
    count: u32,
    /// Whether the last line written lacks its line end, as in some files.
    open: bool,
}

impl io::Rendering for Rendering {
    fn new(options: &WriteOptions) -> Rendering {
        let (charset, illegal) = (options.charset, options.illegal_characters);
        Rendering { charset, illegal, irbis: Record::new(), count: 0, open: false }
    }

    fn record(
        &mut self,
        record: RecordRef<'_>,
        preparation: &mut Preparation,
        out: &mut Vec<u8>,
    ) -> Result<()> {
        if self.open {
            out.push(b'\n');
        }
        if let Some(bytes) = record.verbatim(FORMAT.name)
            && (self.charset == Charset::Auto || self.charset == record.charset())
        {
            out.extend_from_slice(bytes);
            self.open = !bytes.ends_with(b"\n");
            self.count = record.mfn().unwrap_or_else(|| self.count.saturating_add(1));
            return Ok(());
        }
        let (prepared, findings) = preparation.in_charset(record, self.charset)?;
        let isis = record.header().isis.unwrap_or_default();
        let leader = record.header().leader.is_some() && record.header().kept.is_none();
        if leader || isis.status != 0 || isis.version != 0 {
            let message = "an id file has no leader, and no status and version of the record";
            let place = Location::of(record.position());
            findings.push(Finding::new(HEADER_LOST, place, message, "left out"));
        }
        let prepared = in_irbis_form(prepared, true, &mut self.irbis, findings);
        let mfn = prepared.mfn().unwrap_or_else(|| self.count.saturating_add(1));
        out.extend_from_slice(format!("!ID {mfn:06}\n").as_bytes());
        for field in prepared.fields() {
            let number = number(record, field)?;
            out.extend_from_slice(format!("!v{number:03}!").as_bytes());
            put_body((record, field), (LINE_ENDS, self.illegal), out, findings)?;
            out.push(b'\n');
        }
        (self.count, self.open) = (mfn, false);
        Ok(())
    }
}
