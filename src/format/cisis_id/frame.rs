//! Lines to records.

use memchr::{memchr, memmem};

use super::START;
use crate::diagnostic::Findings;
use crate::format::irbis_text::Evidence;
use crate::io::{Frame, Framing, ReadOptions, Step};
use crate::record::{IsisHeader, Origin, Slot, Syntax};
use crate::{Code, Diagnostic, Location, Record, Result, Tag};

/// The framing of id files. A record ends where the next begins.
#[derive(Debug, Clone)]
pub struct CisisId {
    options: ReadOptions,
    /// How many bytes of the record were searched for the next in vain.
    searched: usize,
    evidence: Evidence,
}

impl Framing for CisisId {
    const LINES: bool = true;

    fn new(options: &ReadOptions) -> CisisId {
        CisisId { options: options.clone(), searched: 0, evidence: Evidence::default() }
    }

    fn step(&mut self, buf: &[u8], eof: bool, _findings: &mut Findings) -> Result<Step> {
        if let Some(found) = memmem::find(buf.get(self.searched..).unwrap_or_default(), b"\n!ID ") {
            let end = self.searched.saturating_add(found).saturating_add(1);
            self.searched = 0;
            let is_blank = buf.get(..end).unwrap_or_default().iter().all(u8::is_ascii_whitespace);
            return Ok(if is_blank { Step::Skip(end) } else { Step::Frame(end) });
        }
        if !eof {
            self.searched = buf.len().saturating_sub(START.len());
            return Ok(Step::Need(buf.len().saturating_add(1)));
        }
        self.searched = 0;
        let is_blank = buf.iter().all(|byte| byte.is_ascii_whitespace() || *byte == 0x1A);
        Ok(match buf.len() {
            0 => Step::End,
            len if is_blank => Step::Skip(len),
            len => Step::Frame(len),
        })
    }

    fn restart(&mut self) {
        self.searched = 0;
    }

    fn parse(&mut self, frame: Frame<'_>, record: &mut Record, findings: &mut Findings) -> Result<()> {
        record.set_syntax(Syntax::IRBIS);
        let bytes = frame.bytes;
        let (mut at, mut number) = (0usize, frame.position.line);
        let mut intact = findings.list().is_empty();
        let mut isis = None;
        while at < bytes.len() {
            let rest = bytes.get(at..).unwrap_or_default();
            let len = memchr(b'\n', rest).map_or(rest.len(), |len| len.saturating_add(1));
            let line = rest.get(..len).unwrap_or(rest);
            let line = line.strip_suffix(b"\n").unwrap_or(line);
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let mut location = Location::of(frame.position);
            location.byte = location.byte.saturating_add(at as u64);
            (location.len, location.line) = (line.len() as u64, number);
            if let Some(mfn) = line.strip_prefix(START).and_then(digits).filter(|_| isis.is_none()) {
                isis = Some(IsisHeader::new(mfn, 0, 0));
            } else if let Some((tag, text)) = field(line) {
                if record.slots_mut().len() >= self.options.limits.fields {
                    let message = format!("more than {} fields", self.options.limits.fields);
                    findings.push(Diagnostic::new(
                        Code::LimitReached,
                        location,
                        message,
                        "the rest left out",
                    ));
                    intact = false;
                    break;
                }
                let end = at.saturating_add(line.len());
                let start = end.saturating_sub(text.len());
                if let (Ok(start), Ok(end)) = (u32::try_from(start), u32::try_from(end)) {
                    record.slots_mut().push(Slot::new(tag, start, end, false));
                }
            } else if !line.trim_ascii().is_empty() {
                let shown = line.get(..40).unwrap_or(line).escape_ascii();
                let message = format!("expected \"!v\", a tag, \"!\", found \"{shown}\"");
                findings.push(Diagnostic::new(Code::LineInvalid, location, message, "line left out"));
                intact = false;
            }
            at = at.saturating_add(len);
            number = number.saturating_add(1);
        }
        record.header_mut().isis = isis;
        self.evidence.load(&self.options, bytes, record, findings);
        if record.fields().len() == 0 {
            findings.at(Code::NoFields, (0, bytes.len()), "the record has no fields", "kept");
        }
        if intact && isis.is_some() {
            record.set_origin(Origin::CisisId);
        }
        Ok(())
    }
}

fn digits(text: &[u8]) -> Option<u32> {
    let text = text.trim_ascii();
    let is_number = !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    std::str::from_utf8(text).ok().filter(|_| is_number)?.parse().ok()
}

/// Tag and text of a line that is a field.
fn field(line: &[u8]) -> Option<(Tag, &[u8])> {
    let rest = line.strip_prefix(b"!v")?;
    let end = memchr(b'!', rest)?;
    let tag = digits(rest.get(..end)?).and_then(Tag::from_number)?;
    Some((tag, rest.get(end.saturating_add(1)..)?))
}

#[cfg(test)]
mod tests {
    use super::super::{SliceReader, Writer};
    use super::*;
    use crate::{RecordRead, WriteOptions};

    #[test]
    fn records_come_back_byte_for_byte() {
        let data = b"!ID 000001\n!v024!^aTechniques^b!\n!v2022!text!\n!ID 000300\n!v001!\n";
        let mut writer = Writer::new(Vec::new(), &WriteOptions::new());
        crate::copy(&mut SliceReader::new(data, &ReadOptions::new()), &mut writer).unwrap();
        assert_eq!(writer.into_inner(), data);
        let records: Vec<_> =
            SliceReader::new(data, &ReadOptions::new()).records().map(Result::unwrap).collect();
        assert_eq!(
            records.iter().map(|record| record.view().mfn()).collect::<Vec<_>>(),
            [Some(1), Some(300)]
        );
        assert_eq!(records[0].field(2022).unwrap().lead().to_str().unwrap(), "text!");
    }

    #[test]
    fn other_lines_are_told() {
        let mut reader = SliceReader::new(b"!ID 1\n!v1!a\nstray\n!vx!b\n", &ReadOptions::new());
        let mut record = Record::new();
        assert!(reader.read_record(&mut record).unwrap());
        let lines: Vec<u64> = reader.diagnostics().iter().map(|finding| finding.location.line).collect();
        assert_eq!(lines, [3, 4]);
    }
}
