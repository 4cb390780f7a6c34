//! Writes records as elements.

use crate::error::{Error, Result};
use crate::finding::Findings;
use crate::finding::{Finding, counted};
use crate::format::rules::SUBFIELD_LOST;
use crate::format::rules::{DATA_BEFORE_SUBFIELD, TAG_TOO_WIDE};
use crate::format::xml::kit::{Collection, whole};
use crate::io::{self, Preparation, WriteOptions, place};
use crate::position::Location;
use crate::record::rules::CHARACTER_NOT_ALLOWED;
use crate::record::{FieldRef, RecordRef};

/// The rendering of TurboMARC: a collection of records, in UTF-8, always well-formed.
///
/// As that of [`marcxml`](crate::marcxml::Rendering), with other names; data between the indicators and the
/// first subfield becomes a subfield `*`.
///
/// # Example
/// ```
/// use kartoteka::{Record, RecordWrite, WriteOptions, turbomarc};
///
/// let record = Record::builder().data_field("245", "10", [('a', "Divan"), ('=', "x")]).build()?;
/// let mut writer = turbomarc::Writer::new(Vec::new(), &WriteOptions::new().indent(false));
/// writer.write_record(record.view())?;
/// writer.finish()?;
/// let xml = String::from_utf8(writer.into_inner()).unwrap();
/// assert!(xml.contains("<d245 i1=\"1\" i2=\"0\"><sa>Divan</sa><s code=\"=\">x</s></d245>"));
/// # Ok::<(), kartoteka::Error>(())
/// ```
#[derive(Debug)]
pub struct Rendering(Collection);

const HEAD: &str = "<collection xmlns=\"http://www.indexdata.com/turbomarc\">\n";

impl io::Rendering for Rendering {
    const PARTS: bool = true;

    fn new(options: &WriteOptions) -> Rendering {
        Rendering(Collection::new(options))
    }

    fn record(
        &mut self,
        record: RecordRef<'_>,
        preparation: &mut Preparation,
        out: &mut Vec<u8>,
    ) -> Result<()> {
        let (prepared, findings) = preparation.marc(record)?;
        self.0.begin(HEAD, out);
        self.element(prepared, out, findings).map_err(Error::unrepresentable)?;
        self.0.go_on();
        Ok(())
    }

    fn append<'p>(&mut self, part: &'p [u8], out: &mut Vec<u8>) -> &'p [u8] {
        self.0.append(HEAD, part, out)
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        self.0.begin(HEAD, out);
        out.extend_from_slice(b"</collection>\n");
    }
}

impl Rendering {
    fn element(
        &self,
        record: RecordRef<'_>,
        out: &mut Vec<u8>,
        findings: &mut Findings,
    ) -> Result<(), Finding> {
        self.line(out, b"", b"<r>");
        if let Some(leader) = &record.header().leader {
            let place = Location::of(record.position());
            self.open(out, b"  ", b"<l>");
            self.0.escape.append(leader.to_string().as_bytes(), place, out, findings)?;
            self.close(out, b"</l>");
        }
        let mut repaired = String::new();
        for field in record.fields() {
            let field = whole(record, field, &mut repaired, findings);
            let tag = tag(record, field)?;
            let place = place(record, field.tag(), field.index());
            if field.is_control() {
                self.open(out, b"  ", b"<c");
                out.extend_from_slice(&tag);
                out.push(b'>');
                self.0.escape.append(field.raw(), place, out, findings)?;
                out.extend_from_slice(b"</c");
                out.extend_from_slice(&tag);
                self.close(out, b">");
                continue;
            }
            let (indicators, lead, mut subfields) = field.parts();
            self.open(out, b"  ", b"<d");
            out.extend_from_slice(&tag);
            let count = usize::from(record.syntax().indicators).max(indicators.len());
            for number in 0..count {
                let indicator = indicators.get(number).copied().unwrap_or(b' ');
                out.extend_from_slice(format!(" i{}=\"", number + 1).as_bytes());
                if indicator.is_ascii() {
                    self.0.escape.attribute(&[indicator], place, out, findings)?;
                } else {
                    let message = format!("an indicator is the byte {indicator:02X}");
                    findings.push(Finding::new(CHARACTER_NOT_ALLOWED, place, message, "written as a blank"));
                    out.push(b' ');
                }
                out.push(b'"');
            }
            self.close(out, b">");
            if !lead.is_empty() {
                let message = format!("{} before the first subfield", counted(lead.len() as u64, "byte"));
                findings.push(Finding::new(DATA_BEFORE_SUBFIELD, place, message, "written as subfield *"));
                self.subfield(b"*", lead.as_bytes(), place, out, findings)?;
            }
            while let Some(range) = subfields.next_segment() {
                let (code, value) = subfields.split_segment(range);
                if code.is_empty() {
                    let message = "a delimiter without a subfield code";
                    findings.push(Finding::new(SUBFIELD_LOST, place, message, "left out"));
                    continue;
                }
                self.subfield(code, value, place, out, findings)?;
            }
            self.open(out, b"  ", b"</d");
            out.extend_from_slice(&tag);
            self.close(out, b">");
        }
        self.line(out, b"", b"</r>");
        if !self.0.indent {
            out.push(b'\n'); // one line per record
        }
        Ok(())
    }

    fn subfield(
        &self,
        code: &[u8],
        value: &[u8],
        place: Location,
        out: &mut Vec<u8>,
        findings: &mut Findings,
    ) -> Result<(), Finding> {
        self.open(out, b"    ", b"<s");
        let plain = matches!(code, [code] if code.is_ascii_alphanumeric());
        if plain {
            out.extend_from_slice(code);
        } else {
            out.extend_from_slice(b" code=\"");
            self.0.escape.attribute(code, place, out, findings)?;
            out.push(b'"');
        }
        out.push(b'>');
        self.0.escape.append(value, place, out, findings)?;
        out.extend_from_slice(b"</s");
        out.extend_from_slice(if plain { code } else { b"" });
        self.close(out, b">");
        Ok(())
    }

    fn line(&self, out: &mut Vec<u8>, indent: &[u8], piece: &[u8]) {
        self.open(out, indent, piece);
        self.close(out, b"");
    }

    fn open(&self, out: &mut Vec<u8>, indent: &[u8], piece: &[u8]) {
        if self.0.indent {
            out.extend_from_slice(indent);
        }
        out.extend_from_slice(piece);
    }

    fn close(&self, out: &mut Vec<u8>, piece: &[u8]) {
        out.extend_from_slice(piece);
        if self.0.indent {
            out.push(b'\n');
        }
    }
}

/// Returns the tag of a field as part of a name: three letters or digits.
fn tag(record: RecordRef<'_>, field: FieldRef<'_>) -> Result<[u8; 3], Finding> {
    let tag = field.tag();
    let refuse = |code, message| {
        let place = place(record, tag, field.index());
        Err(Finding::new(code, place, message, "record rejected"))
    };
    match tag.bytes() {
        Some(bytes) if tag.is_standard() => Ok(bytes),
        Some(_) => {
            refuse(CHARACTER_NOT_ALLOWED, format!("tag {tag} cannot be part of the name of an element"))
        }
        None => refuse(TAG_TOO_WIDE, format!("tag {tag} has more than three digits")),
    }
}
