//! Parses a record from its bytes.

use super::build::{Build, Scratch};
use super::indicator_count::Shapes;
use super::repair::repair;
use super::variants;
use super::visit::RecordSeed;
use crate::charset::{Charset, Policy, Reason};
use crate::error::{Error, Result};
use crate::finding::Finding;
use crate::finding::Findings;
use crate::format::json::rules::{JSON_SHAPE, JSON_SYNTAX};
use crate::io::encoding::{decode_document, mark_nonsorting};
use crate::io::rules::UNDECODABLE;
use crate::io::{Frame, ReadOptions, Recovery};
use crate::record::Record;
use crate::record::rules::INVALID_UTF8;
use crate::record::{Dialect, from_marc_form};
use serde::de::DeserializeSeed;
use serde_json::error::Category;

/// Fills records from JSON objects and reuses its memory.
#[derive(Debug, Clone)]
pub(crate) struct Parser {
    options: ReadOptions,
    shapes: Shapes,
    scratch: Scratch,
    /// The decoded text of an object that is not UTF-8.
    decoded: String,
    /// A MARC form, to be converted to an IRBIS record.
    marc: Record,
    /// Whether records of the input have another shape; `None` before the first.
    other: Option<bool>,
}

impl Parser {
    pub(crate) fn new(options: &ReadOptions) -> Parser {
        Parser {
            options: options.clone(),
            shapes: Shapes::new(),
            scratch: Scratch::default(),
            decoded: String::new(),
            marc: Record::new(),
            other: None,
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
        let mut reason = if named { Reason::Caller } else { Reason::Format };
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
                            findings.at(UNDECODABLE, (0, frame.bytes.len()), message, "replaced");
                        }
                    }
                    (result, false) => {
                        let at = result.err().map(|error| error.valid_up_to()).unwrap_or_default();
                        let byte = frame.bytes.get(at).copied().unwrap_or_default();
                        let message = format!("byte {byte:02X} is not valid in UTF-8 here");
                        let action = match self.options.charset {
                            Charset::Auto => {
                                let text = &mut self.decoded;
                                let (_, why, faults) =
                                    decode_document(frame.bytes, None, frame.head, text, findings);
                                reason = why;
                                match faults {
                                    0 => "read by its letters, with all others in the record",
                                    _ => "replaced, with all others in the record",
                                }
                            }
                            _ => {
                                self.decoded.push_str(&String::from_utf8_lossy(frame.bytes));
                                "replaced, with all others in the record"
                            }
                        };
                        findings.at(INVALID_UTF8, (at, 1), message, action);
                    }
                }
                self.decoded.as_str()
            }
        };
        if self.other != Some(false) || text.trim_ascii_start().starts_with('[') {
            let rewritten = if variants::may_be(text) { variants::rewrite(text) } else { None };
            self.other.get_or_insert(rewritten.is_some());
            if let Some(rewritten) = rewritten {
                self.other = Some(true);
                let mut filler =
                    Filler { options: &self.options, shapes: &self.shapes, scratch: &mut self.scratch };
                filler.fill(&rewritten, false, frame, reason, record, findings).map_err(Error::malformed)?;
                return self.finish(record, findings);
            }
        }
        let mut filler = Filler { options: &self.options, shapes: &self.shapes, scratch: &mut self.scratch };
        if let Err(finding) = filler.fill(text, exact, frame, reason, record, findings) {
            let second = match finding.rule {
                JSON_SHAPE => variants::rewrite(text),
                _ if self.options.recovery == Recovery::Salvage => {
                    repair(text).map(|repaired| variants::rewrite(&repaired).unwrap_or(repaired))
                }
                _ => None,
            };
            let filled = second
                .is_some_and(|second| filler.fill(&second, false, frame, reason, record, findings).is_ok());
            if !filled {
                return Err(Error::malformed(finding));
            }
            if finding.rule == JSON_SYNTAX {
                findings.push(Finding { action: "repaired and read", ..finding });
            }
        }
        self.finish(record, findings)
    }

    fn finish(&mut self, record: &mut Record, findings: &mut Findings) -> Result<()> {
        if self.options.dialect == Dialect::Irbis && record.syntax().has_indicators() {
            std::mem::swap(record, &mut self.marc);
            from_marc_form(self.marc.view(), true, record, findings);
        }
        mark_nonsorting(record);
        Ok(())
    }
}

/// The state needed to fill a record from text.
struct Filler<'p> {
    options: &'p ReadOptions,
    shapes: &'p Shapes,
    scratch: &'p mut Scratch,
}

impl Filler<'_> {
    /// Fills a record from an object; `exact` says whether offsets in the text are offsets in the input.
    /// After an error the record is empty.
    fn fill(
        &mut self,
        text: &str,
        exact: bool,
        frame: Frame<'_>,
        reason: Reason,
        record: &mut Record,
        findings: &mut Findings,
    ) -> Result<(), Finding> {
        let syntax = self.shapes.syntax(text, self.options.dialect);
        record.set_syntax(syntax);
        record.set_charset(Charset::Utf8, reason);
        let fields = self.options.limits.fields;
        let mut build =
            Build::new(text, frame.position, exact, syntax, fields, record, findings, self.scratch);
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let read = RecordSeed(&mut build).deserialize(&mut deserializer);
        if let Err(error) = read.and_then(|()| deserializer.end()) {
            let finding = finding(&error, text, &mut build);
            record.clear();
            return Err(finding);
        }
        Ok(())
    }
}

/// Returns the error of the JSON parser, with its location.
fn finding(error: &serde_json::Error, text: &str, build: &mut Build<'_>) -> Finding {
    let (code, action) = match error.classify() {
        Category::Data => (JSON_SHAPE, "record rejected"),
        _ => (JSON_SYNTAX, "record rejected"),
    };
    let mut message = error.to_string();
    if let Some(end) = message.rfind(" at line ") {
        message.truncate(end);
    }
    let offset = if error.is_eof() {
        text.trim_ascii_end().len()
    } else {
        let bytes = text.as_bytes();
        let start = match error.line().checked_sub(2) {
            None => 0,
            Some(before) => memchr::memchr_iter(b'\n', bytes).nth(before).map_or(0, |at| at + 1),
        };
        (start + error.column().saturating_sub(1)).min(bytes.len())
    };
    Finding::new(code, build.place(offset), message, action)
}
