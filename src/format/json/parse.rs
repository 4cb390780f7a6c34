//! A record from its bytes.

use super::build::{Build, Scratch};
use super::shape::Shapes;
use super::visit::RecordSeed;
use crate::charset::{Charset, Policy, Reason};
use crate::diagnostic::Findings;
use crate::io::{Frame, ReadOptions};
use crate::record::{Dialect, from_marc_form};
use crate::{Code, Diagnostic, Error, Record, Result};
use serde::de::DeserializeSeed;
use serde_json::error::Category;

/// Fills records from JSON objects, with memory that is reused.
#[derive(Debug, Clone)]
pub(crate) struct Parser {
    options: ReadOptions,
    shapes: Shapes,
    scratch: Scratch,
    /// The text of an object that is not UTF-8.
    decoded: String,
    /// A MARC form, to be made a record of IRBIS.
    marc: Record,
}

impl Parser {
    pub(crate) fn new(options: &ReadOptions) -> Parser {
        Parser {
            options: options.clone(),
            shapes: Shapes::new(),
            scratch: Scratch::default(),
            decoded: String::new(),
            marc: Record::new(),
        }
    }

    /// Fills `record`, which is empty, from an object and the white space around it.
    pub(crate) fn parse(
        &mut self,
        frame: Frame<'_>,
        record: &mut Record,
        findings: &mut Findings,
    ) -> Result<()> {
        let mut exact = true;
        let named = !matches!(self.options.charset, Charset::Auto | Charset::Utf8);
        let text = match simdutf8::compat::from_utf8(frame.bytes) {
            Ok(text) if !named || text.is_ascii() => text,
            result => {
                exact = false;
                self.decoded.clear();
                match (result, named) {
                    (_, true) => {
                        let faults = self.options.charset.decode_into(
                            frame.bytes,
                            Policy::Replace,
                            &mut self.decoded,
                        )?;
                        if faults > 0 {
                            let message =
                                format!("{faults} byte sequences that are not {}", self.options.charset);
                            findings.at(Code::Undecodable, (0, frame.bytes.len()), message, "replaced");
                        }
                    }
                    (result, false) => {
                        let at = result.err().map(|error| error.valid_up_to()).unwrap_or_default();
                        let byte = frame.bytes.get(at).copied().unwrap_or_default();
                        let message = format!("byte {byte:02X} is not valid in UTF-8 here");
                        findings.at(
                            Code::InvalidUtf8,
                            (at, 1),
                            message,
                            "replaced, with all others in the record",
                        );
                        self.decoded.push_str(&String::from_utf8_lossy(frame.bytes));
                    }
                }
                self.decoded.as_str()
            }
        };
        let syntax = self.shapes.syntax(text, self.options.dialect);
        record.set_syntax(syntax);
        let reason = if named { Reason::Caller } else { Reason::Format };
        record.set_charset(Charset::Utf8, reason);
        let fields = self.options.limits.fields;
        let mut build =
            Build::new(text, frame.position, exact, syntax, fields, record, findings, &mut self.scratch);
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let read = RecordSeed(&mut build).deserialize(&mut deserializer);
        if let Err(error) = read.and_then(|()| deserializer.end()) {
            let finding = finding(&error, text, &mut build);
            record.clear();
            return Err(Error::malformed(finding));
        }
        if self.options.dialect == Dialect::Irbis && syntax.has_indicators() {
            std::mem::swap(record, &mut self.marc);
            from_marc_form(self.marc.view(), true, record, findings);
        }
        Ok(())
    }
}

/// What the JSON parser says, at its place.
fn finding(error: &serde_json::Error, text: &str, build: &mut Build<'_>) -> Diagnostic {
    let (code, action) = match error.classify() {
        Category::Data => (Code::JsonShape, "record rejected"),
        _ => (Code::JsonSyntax, "record rejected"),
    };
    let mut message = error.to_string();
    if let Some(end) = message.rfind(" at line ") {
        message.truncate(end);
    }
    let offset = if error.is_eof() {
        text.trim_ascii_end().len()
    } else {
        let bytes = text.as_bytes();
        let before = error.line().saturating_sub(2);
        let start = match error.line() {
            0 | 1 => 0,
            _ => memchr::memchr_iter(b'\n', bytes).nth(before).map_or(0, |at| at.saturating_add(1)),
        };
        start.saturating_add(error.column().saturating_sub(1)).min(bytes.len())
    };
    Diagnostic::new(code, build.place(offset), message, action)
}
