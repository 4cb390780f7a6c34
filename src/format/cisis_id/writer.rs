//! Records to lines.

use crate::charset::Charset;
use crate::io::{self, Adapter, IllegalCharacters, WriteOptions, place};
use crate::record::{Origin, Record, RecordRef, from_marc_form};
use crate::{Code, Diagnostic, Error, Location, Result};

/// The layout of id files: lines that end with LF.
///
/// A record that was read from an id file without damage and not changed is copied byte for byte. Status and version are
/// left out, with a finding. CR and LF cannot stand in a field: see [`WriteOptions::illegal_characters`].
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
pub struct Layout {
    charset: Charset,
    illegal: IllegalCharacters,
    irbis: Record,
    /// How many records were written: the number of one that has none.
    count: u32,
    /// Whether the last line that was written lacks its end, as the last one of some files does.
    open: bool,
}

impl io::Layout for Layout {
    fn new(options: &WriteOptions) -> Layout {
        let (charset, illegal) = (options.charset, options.illegal_characters);
        Layout { charset, illegal, irbis: Record::new(), count: 0, open: false }
    }

    fn record(&mut self, record: RecordRef<'_>, adapter: &mut Adapter, out: &mut Vec<u8>) -> Result<()> {
        if self.open {
            out.push(b'\n');
        }
        if let Some(bytes) = record.verbatim(Origin::CisisId)
            && (self.charset == Charset::Auto || self.charset == record.charset())
        {
            out.extend_from_slice(bytes);
            self.open = !bytes.ends_with(b"\n");
            self.count = record.mfn().unwrap_or_else(|| self.count.saturating_add(1));
            return Ok(());
        }
        let (mut shaped, findings) = adapter.in_charset(record, self.charset)?;
        let isis = record.header().isis.unwrap_or_default();
        if record.header().leader.is_some() || isis.status != 0 || isis.version != 0 {
            let message = "an id file has no leader, and no status and version of the record";
            let place = Location::of(record.position());
            findings.push(Diagnostic::new(Code::HeaderLost, place, message, "left out"));
        }
        if shaped.syntax().has_indicators() {
            from_marc_form(shaped, true, &mut self.irbis, findings);
            shaped = self.irbis.view();
        }
        let mfn = shaped.mfn().unwrap_or_else(|| self.count.saturating_add(1));
        out.extend_from_slice(format!("!ID {mfn:06}\n").as_bytes());
        for field in shaped.fields() {
            let finding = |code, message: String, action| {
                Diagnostic::new(code, place(record, field.tag(), field.index()), message, action)
            };
            let Some(number) = field.tag().number() else {
                let message = format!("tag {} is no number", field.tag());
                return Err(Error::unrepresentable(finding(Code::TagNotNumber, message, "record rejected")));
            };
            out.extend_from_slice(format!("!v{number:03}!").as_bytes());
            let body = field.raw();
            if memchr::memchr2(b'\n', b'\r', body).is_none() {
                out.extend_from_slice(body);
            } else {
                let message = "the field holds a line end".to_owned();
                let bytes = body.iter().copied();
                let (code, is_end) = (Code::CharacterNotAllowed, |byte: &u8| matches!(byte, b'\n' | b'\r'));
                match self.illegal {
                    IllegalCharacters::Error => {
                        return Err(Error::unrepresentable(finding(code, message, "record rejected")));
                    }
                    IllegalCharacters::Drop => {
                        out.extend(bytes.filter(|byte| !is_end(byte)));
                        findings.push(finding(code, message, "left out"));
                    }
                    IllegalCharacters::Replace => {
                        out.extend(bytes.map(|byte| if is_end(&byte) { b' ' } else { byte }));
                        findings.push(finding(code, message, "replaced by a blank"));
                    }
                }
            }
            out.push(b'\n');
        }
        (self.count, self.open) = (mfn, false);
        Ok(())
    }
}
