//! Pieces to records.

use memchr::{memchr, memchr2};

use super::{RECORD, UNIT};
use crate::charset::{Charset, Reason};
use crate::diagnostic::Findings;
use crate::io::{Frame, Framing, ReadOptions, Step};
use crate::record::{IsisHeader, Origin, Slot, Syntax};
use crate::{Code, Diagnostic, Error, Location, Record, Result, Tag};

/// The framing of records of the server.
#[derive(Debug, Clone)]
pub struct IrbisServer {
    options: ReadOptions,
    /// How many bytes of the record were looked at: up to there no other record begins.
    searched: usize,
}

/// A line, without its end, and its length with it; `None` if its end is not there yet.
fn line(buf: &[u8], eof: bool) -> Option<(&[u8], usize)> {
    match memchr(b'\n', buf) {
        Some(end) => {
            let line = buf.get(..end)?;
            Some((line.strip_suffix(b"\r").unwrap_or(line), end.saturating_add(1)))
        }
        None if eof && !buf.is_empty() => Some((buf, buf.len())),
        None => None,
    }
}

fn has_separator(line: &[u8]) -> bool {
    memchr2(UNIT, RECORD, line).is_some()
}

/// Number before the first `#`, and what stands behind it; `None` if it is no number.
fn split(piece: &[u8]) -> Option<(i64, &[u8])> {
    let at = memchr(b'#', piece)?;
    Some((number(piece.get(..at)?)?, piece.get(at.saturating_add(1)..)?))
}

fn number(digits: &[u8]) -> Option<i64> {
    let is_number = |digits: &[u8]| !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    let plain = digits.strip_prefix(b"-").unwrap_or(digits);
    std::str::from_utf8(digits).ok().filter(|_| is_number(plain) && plain.len() < 12)?.parse().ok()
}

/// Whether a line is `0#`, which stands second in a record, before its version.
fn is_version(line: &[u8]) -> bool {
    line.strip_prefix(b"0#").is_some_and(|rest| rest.first().is_some_and(u8::is_ascii_digit))
}

/// Whether a line is `MFN#STATUS` and no more; the status may be missing.
fn is_head(line: &[u8]) -> bool {
    split(line).is_some_and(|(_, status)| status.iter().all(u8::is_ascii_digit))
}

/// Whether a sample begins with a record of the server.
pub(in crate::format) fn begins_record(sample: &[u8]) -> bool {
    let Some((first, len)) = line(sample, true) else { return false };
    if has_separator(first) {
        let mut pieces = first.split(|byte| matches!(*byte, UNIT | RECORD)).filter(|piece| !piece.is_empty());
        let starts = pieces.next().is_some_and(|piece| piece == b"0" || split(piece).is_some());
        return starts && pieces.next().is_some_and(|piece| split(piece).is_some());
    }
    let next = sample.get(len..).and_then(|rest| line(rest, true));
    is_head(first) && next.is_some_and(|(next, _)| is_version(next))
}

impl Framing for IrbisServer {
    const LINES: bool = true;

    fn new(options: &ReadOptions) -> IrbisServer {
        IrbisServer { options: options.clone(), searched: 0 }
    }

    fn step(&mut self, buf: &[u8], eof: bool, _findings: &mut Findings) -> Result<Step> {
        let more = Step::Need(buf.len().saturating_add(1));
        let Some((first, len)) = line(buf, eof) else {
            return Ok(if eof { Step::End } else { more });
        };
        if self.searched == 0 {
            if first.iter().all(|byte| byte.is_ascii_whitespace() || *byte == 0x1A) {
                return Ok(Step::Skip(len));
            }
            if has_separator(first) {
                return Ok(Step::Frame(len));
            }
        }
        // Lines, up to the one before the next line that is a version, or the next that is a record by itself.
        let mut at = self.searched.max(len);
        loop {
            let rest = buf.get(at..).unwrap_or_default();
            let Some((this, this_len)) = line(rest, eof) else {
                self.searched = at;
                if eof {
                    self.searched = 0;
                    return Ok(Step::Frame(buf.len()));
                }
                return Ok(more);
            };
            if has_separator(this) {
                // The second line of an answer to a write, or another record.
                let is_second = at == len && is_version(this);
                self.searched = 0;
                return Ok(Step::Frame(if is_second { at.saturating_add(this_len) } else { at }));
            }
            let behind = rest.get(this_len..).unwrap_or_default();
            match line(behind, eof) {
                None if !eof => {
                    self.searched = at;
                    return Ok(more);
                }
                // A return code before the first record of an answer is part of it.
                Some((next, _)) if is_head(this) && is_version(next) && !(at == len && first == b"0") => {
                    self.searched = 0;
                    return Ok(Step::Frame(at));
                }
                _ => at = at.saturating_add(this_len),
            }
        }
    }

    fn restart(&mut self) {
        self.searched = 0;
    }

    fn parse(&mut self, frame: Frame<'_>, record: &mut Record, findings: &mut Findings) -> Result<()> {
        record.set_syntax(Syntax::IRBIS);
        let mut state = State {
            isis: None,
            has_version: false,
            answered: false,
            ended: false,
            intact: findings.list().is_empty(),
        };
        let bytes = frame.bytes;
        let mut at = 0usize;
        let mut line = frame.position.line;
        while at < bytes.len() {
            let rest = bytes.get(at..).unwrap_or_default();
            let len = rest
                .iter()
                .position(|byte| matches!(*byte, UNIT | RECORD | b'\r' | b'\n'))
                .unwrap_or(rest.len());
            let piece = rest.get(..len).unwrap_or_default();
            if !piece.is_empty() && !state.ended {
                let mut location = Location::of(frame.position);
                location.byte = location.byte.saturating_add(at as u64);
                (location.len, location.line) = (len as u64, line);
                self.piece(piece, at, location, &mut state, record, findings)?;
            }
            at = at.saturating_add(len);
            while let Some(&byte) = bytes.get(at) {
                match byte {
                    b'\n' => line = line.saturating_add(1),
                    UNIT | RECORD | b'\r' => {}
                    _ => break,
                }
                at = at.saturating_add(1);
            }
        }
        record.header_mut().isis = state.isis;
        self.load(bytes, record, findings);
        if record.fields().len() == 0 {
            findings.at(Code::NoFields, (0, bytes.len()), "the record has no fields", "kept");
        }
        if state.intact {
            record.set_origin(Origin::IrbisServer);
        }
        Ok(())
    }
}

/// What was seen of a record.
struct State {
    isis: Option<IsisHeader>,
    has_version: bool,
    /// Whether a return code came first: behind it, a number without a status is a tag.
    answered: bool,
    /// Whether the line that ends the fields was seen.
    ended: bool,
    intact: bool,
}

impl IrbisServer {
    fn piece(
        &self,
        piece: &[u8],
        at: usize,
        location: Location,
        state: &mut State,
        record: &mut Record,
        findings: &mut Findings,
    ) -> Result<()> {
        let begun = !record.slots_mut().is_empty();
        if piece == b"#" || piece.starts_with(b"&&&&&") {
            state.ended = true;
            return Ok(());
        }
        let Some((number, value)) = split(piece) else {
            let is_first = state.isis.is_none() && !state.has_version && !begun;
            if is_first && piece == b"0" {
                state.answered = true;
                return Ok(()); // the result of a global correction, or a return code that says that all went well
            }
            if let Some(code) = self::number(piece).filter(|code| is_first && *code < 0) {
                let message = format!("the server answered {code}: {}", meaning(code));
                let finding = Diagnostic::new(Code::LineInvalid, location, message, "record rejected");
                findings.push(finding.clone());
                return Err(Error::malformed(finding));
            }
            let shown = piece.get(..40).unwrap_or(piece).escape_ascii();
            let message = format!("expected a tag and \"#\", found \"{shown}\"");
            findings.push(Diagnostic::new(Code::LineInvalid, location, message, "left out"));
            state.intact = false;
            return Ok(());
        };
        if !begun && !state.has_version {
            if number == 0 && is_version(piece) {
                state.has_version = true;
                let version = self::number(value).and_then(|version| u32::try_from(version).ok());
                let isis = state.isis.get_or_insert_default();
                isis.version = version.unwrap_or_default();
                if version.is_none() {
                    state.intact = false;
                    let message = "the version is no number".to_owned();
                    findings.push(Diagnostic::new(Code::LineInvalid, location, message, "taken as 0"));
                }
                return Ok(());
            }
            // The number of the record; in the form of all fields it stands twice.
            let mfn = u32::try_from(number.unsigned_abs()).ok();
            let is_again = state.isis.is_none_or(|isis| Some(isis.mfn) == mfn);
            let status =
                std::str::from_utf8(value).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
            if let (Some(mfn), true, Some(status)) = (mfn, is_again, status) {
                let status = status.parse().unwrap_or_default();
                state.isis = Some(IsisHeader::new(mfn, status, 0));
                return Ok(());
            }
            if state.isis.is_none()
                && !state.answered
                && let Some(mfn) = mfn
                && memchr2(b'^', b' ', value).is_none()
                && value.is_ascii()
                && number >= 0
                && value.len() < 24
            {
                state.isis = Some(IsisHeader::new(mfn, 0, 0)); // what stands behind it is not a status
                return Ok(());
            }
        }
        let Some(tag) = u32::try_from(number).ok().and_then(Tag::from_number) else {
            let message = format!("a field cannot have the tag {number}");
            findings.push(Diagnostic::new(Code::LineInvalid, location, message, "left out"));
            state.intact = false;
            return Ok(());
        };
        if record.slots_mut().len() >= self.options.limits.fields {
            let message = format!("more than {} fields", self.options.limits.fields);
            findings.push(Diagnostic::new(Code::LimitReached, location, message, "the rest left out"));
            state.intact = false;
            state.ended = true;
            return Ok(());
        }
        let start = at.saturating_add(piece.len().saturating_sub(value.len()));
        let end = start.saturating_add(value.len());
        if let (Ok(start), Ok(end)) = (u32::try_from(start), u32::try_from(end)) {
            record.slots_mut().push(Slot::new(tag, start, end, false));
        }
        Ok(())
    }

    /// Puts the bytes into the record. The server speaks UTF-8.
    fn load(&self, bytes: &[u8], record: &mut Record, findings: &mut Findings) {
        let auto = self.options.charset == Charset::Auto;
        let charset = if auto { Charset::Utf8 } else { self.options.charset };
        let reason = if auto { Reason::Format } else { Reason::Caller };
        record.set_charset(charset, reason);
        if charset == Charset::Utf8
            && let Ok(text) = simdutf8::basic::from_utf8(bytes)
        {
            record.set_text(text);
            if auto && text.is_ascii() {
                record.set_charset(charset, Reason::Ascii);
            }
            return;
        }
        record.set_bytes(bytes);
        if charset == Charset::Utf8 {
            record.report_invalid_utf8(findings, "bytes kept");
        } else if !charset.is_supported() {
            let message = format!("the record is in {charset}, for which there are no tables yet");
            findings.at(Code::CharsetUnsupported, (0, bytes.len()), message, "bytes kept, not decoded");
        }
    }
}

/// What a return code in place of a record says.
fn meaning(code: i64) -> &'static str {
    match code {
        -140 => "there is no record with this number",
        -201 => "there is no version before this one",
        -600 | -603 => "the record is logically deleted",
        -605 => "the record is physically deleted",
        -602 => "the record is locked",
        _ => "an error",
    }
}

#[cfg(test)]
mod tests {
    use super::super::{SliceReader, Writer};
    use super::*;
    use crate::{RecordRead, WriteOptions};

    fn all(data: &[u8]) -> Vec<(u32, u32, u32, Vec<String>)> {
        let mut reader = SliceReader::new(data, &ReadOptions::new());
        let records = reader.records().map(|record| {
            let record = record.unwrap();
            let isis = record.header().isis.unwrap_or_default();
            let fields = record.fields().map(|f| format!("{}#{}", f.tag(), f.raw_text())).collect();
            (isis.mfn, isis.status, isis.version, fields)
        });
        records.collect()
    }

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    /// The forms by the table in the description of the format, each with two records where it can have them.
    #[test]
    fn every_form() {
        let fields = texts(&["920#PAZK", "200#^Aa#b"]);
        for form in [
            "7#32\x1F\x1E0#2\x1F\x1E920#PAZK\x1F\x1E200#^Aa#b\x1F\x1E\r\n",
            "7#0\x1F7#32\x1F0#2\x1F920#PAZK\x1F200#^Aa#b\x1F&&&&&A description, not a field\r\n",
            "7#32\r\n0#2\r\n920#PAZK\r\n200#^Aa#b\r\n#\r\n0\r\nSome #text\r\n",
            "-7#32\r\n0#2\r\n920#PAZK\r\n200#^Aa#b\r\n",
            "7#32\r\n0#2\x1E920#PAZK\x1E200#^Aa#b\x1E\r\n",
            "0\r\n7#32\r\n0#2\r\n920#PAZK\r\n200#^Aa#b\r\n",
        ] {
            assert_eq!(all(form.as_bytes()), [(7, 32, 2, fields.clone())], "{form:?}");
            if !form.starts_with('0') {
                assert_eq!(all(format!("{form}{form}").as_bytes()).len(), 2, "{form:?}");
            }
            let mut writer = Writer::new(Vec::new(), &WriteOptions::new());
            let twice = if form.starts_with('0') { form.to_owned() } else { format!("{form}{form}") };
            crate::copy(&mut SliceReader::new(twice.as_bytes(), &ReadOptions::new()), &mut writer).unwrap();
            assert_eq!(writer.into_inner(), twice.as_bytes(), "{form:?}");
        }
        assert_eq!(all(b"0\x1E920#PAZK\x1E200#^Aa#b\x1E"), [(0, 0, 0, fields)]);
        assert_eq!(all(b"22#\x1F\x1E0#1\x1F\x1E1#x")[0].1, 0, "no status is 0");
    }

    #[test]
    fn what_is_no_field_is_told() {
        let mut reader = SliceReader::new(b"7#0\x1F0#1\x1F9x#a\x1F920#P\x1F0#b", &ReadOptions::new());
        let mut record = Record::new();
        assert!(reader.read_record(&mut record).unwrap());
        let codes: Vec<Code> = reader.diagnostics().iter().map(|finding| finding.code).collect();
        assert_eq!((codes, record.fields().len()), (vec![Code::LineInvalid; 2], 1));
        let mut reader = SliceReader::new(b"-603\r\n", &ReadOptions::new());
        let error = reader.read_record(&mut record).unwrap_err();
        assert!(error.is_record() && error.to_string().contains("logically deleted"), "{error}");
    }
}
