//! Parses pieces to records.

use super::FORMAT;
use crate::bytes::Cut;
use crate::format::irbis::repeat::{AHEAD, DAMAGED_START, Form, Found, Repeat};
use crate::format::lines::{Inside, is_blank, marks_before, marks_len, name};
use crate::format::rules::{LINE_INVALID, NO_FIELDS, RECORD_END_MISSING};
use crate::format::wide_mark::wide_mark;
use crate::io::encoding::load_utf8;
use crate::io::rules::LIMIT_REACHED;
use memchr::memchr2;

use super::line::{
    begins, damaged_start, fields, has_separator, head_at_end, is_head, is_joined_head, is_like, is_next,
    is_only_version, is_version, line, number, record_inside, record_len, split, written_head,
};
use super::{RECORD, UNIT};
use crate::error::{Error, Result};
use crate::finding::Finding;
use crate::finding::Findings;
use crate::io::{Frame, Framing, ReadOptions, Step, anchor_in_lines};
use crate::position::Location;
use crate::record::Record;
use crate::record::{IsisHeader, Slot, Syntax};
use crate::tag::Tag;

/// The framing of records of the server.
#[derive(Debug, Clone)]
pub struct IrbisServer {
    options: ReadOptions,
    /// Number of bytes of the record examined: no other record begins in them.
    searched: usize,
    inside: Inside,
    repeat: Repeat,
    /// Whether a line of the record may be the damaged start of another.
    odd: bool,
    /// Number of the next bytes that are known to be a record, after a damaged start.
    rest: usize,
}

const FIELDS: Form = Form {
    first: fields,
    head: written_head,
    len: record_len,
    begins,
    sign: |line| matches!(line, [b'1'..=b'9', ..]),
};

/// Returns whether a sample begins with a record of the server.
pub(in crate::format) fn begins_record(sample: &[u8]) -> bool {
    let Some((first, _, len)) = line(sample, true) else { return false };
    if has_separator(first) {
        let mut pieces = first.split(|byte| matches!(*byte, UNIT | RECORD)).filter(|piece| !piece.is_empty());
        let starts = pieces.next().is_some_and(|piece| piece == b"0" || split(piece).is_some());
        return starts && pieces.next().is_some_and(|piece| split(piece).is_some());
    }
    let next = sample.get(len..).and_then(|rest| line(rest, true));
    is_head(first) && next.is_some_and(|(next, ..)| is_version(next))
}

impl Framing for IrbisServer {
    const LINES: bool = true;
    const SPLITS: bool = true;

    fn new(options: &ReadOptions) -> IrbisServer {
        IrbisServer {
            options: options.clone(),
            searched: 0,
            inside: Inside::default(),
            repeat: Repeat::default(),
            odd: false,
            rest: 0,
        }
    }

    fn step(&mut self, buf: &[u8], eof: bool, findings: &mut Findings) -> Result<Step> {
        if findings.record().byte == 0
            && let Some(step) = wide_mark(buf, eof, findings)
        {
            return Ok(step);
        }
        let step = match std::mem::take(&mut self.rest) {
            0 => self.whole(buf, eof, findings)?,
            rest => Step::Frame(rest),
        };
        let Step::Frame(len) = step else { return Ok(step) };
        let frame = buf.cut(..len);
        if line(frame, true).is_some_and(|(first, ..)| has_separator(first)) {
            return Ok(step);
        }
        let found = match self.repeat.find(frame, FIELDS, buf.cut(len..), eof) {
            found @ (Found::Whole | Found::Damaged(_)) if self.odd => {
                let other = if let Found::Damaged(at) = found { at } else { len };
                damaged_start(frame).filter(|at| *at < other).map_or(found, Found::Damaged)
            }
            found => found,
        };
        let (at, message) = match found {
            Found::Whole => {
                self.odd = false;
                return Ok(step);
            }
            Found::Need => {
                self.rest = len;
                return Ok(Step::Need((len + AHEAD).max(buf.len() + 1)));
            }
            Found::At(at) => (at, "no number before the next record, which begins like the others"),
            Found::Damaged(at) => (at, DAMAGED_START),
        };
        self.rest = len - at;
        findings.at(RECORD_END_MISSING, (at, 0), message, "cut there");
        Ok(Step::Frame(at))
    }

    fn restart(&mut self) {
        (self.searched, self.rest, self.odd) = (0, 0, false);
        self.inside.restart();
    }

    fn anchor(&mut self, buf: &[u8]) -> Option<usize> {
        anchor_in_lines(self, buf)
    }

    fn parse(&mut self, frame: Frame<'_>, record: &mut Record, findings: &mut Findings) -> Result<()> {
        record.set_syntax(Syntax::IRBIS);
        let mut state = State {
            isis: None,
            has_number: false,
            has_version: false,
            is_before_version: false,
            answered: false,
            ended: false,
            intact: findings.list().is_empty(),
        };
        let bytes = frame.bytes;
        let mut at = 0usize;
        let mut line = frame.position.line;
        while at < bytes.len() {
            let rest = bytes.cut(at..);
            let len = rest
                .iter()
                .position(|byte| matches!(*byte, UNIT | RECORD | b'\r' | b'\n'))
                .unwrap_or(rest.len());
            let piece = rest.cut(..len);
            let mut location = Location::of(frame.position);
            location.byte += at as u64;
            (location.len, location.line) = (len as u64, line);
            let marks = marks_before(piece, begins);
            if marks > 0 {
                let (rule, message) = name(piece.cut(..marks));
                let mut location = location;
                location.len = marks as u64;
                findings.push(Finding::new(rule, location, message, "skipped"));
                state.intact = false;
            }
            let piece = piece.cut(marks..);
            location.byte += marks as u64;
            if !piece.is_empty() && !state.ended {
                let is_end = |byte: &u8| matches!(*byte, UNIT | RECORD | b'\r' | b'\n');
                state.is_before_version = state.isis.is_none() && {
                    let next = rest.cut(len..);
                    let next = next.cut(next.iter().take_while(|byte| is_end(byte)).count()..);
                    is_version(next)
                };
                self.piece(piece, at + marks, location, &mut state, record, findings)?;
            }
            at += len;
            while let Some(&byte) = bytes.get(at) {
                match byte {
                    b'\n' => line += 1,
                    UNIT | RECORD | b'\r' => {}
                    _ => break,
                }
                at += 1;
            }
        }
        // A result of a global correction has no number, after a 0.
        let has_lines = super::line::line(bytes, true).is_some_and(|(first, ..)| !has_separator(first));
        if !state.has_number && !state.answered && (state.has_version || has_lines) {
            findings.at(LINE_INVALID, (0, 0), "the record begins without its number", "taken as 0");
            state.intact = false;
        }
        record.header_mut().isis = state.isis;
        load_utf8(bytes, (&self.options, frame.head), record, findings);
        if record.fields().len() == 0 {
            findings.at(NO_FIELDS, (0, bytes.len()), "the record has no fields", "kept");
        }
        if state.intact {
            record.set_origin(FORMAT.name);
        }
        Ok(())
    }
}

impl IrbisServer {
    /// Finds the end of the record by the next one.
    fn whole(&mut self, buf: &[u8], eof: bool, findings: &mut Findings) -> Result<Step> {
        let more = Step::Need(buf.len() + 1);
        let known = self.inside.known().filter(|_| self.searched == 0);
        let Some((first, marks, len)) =
            known.map_or_else(|| line(buf, eof), |len| Some((buf.cut(..len), 0, len)))
        else {
            return Ok(if eof { Step::End } else { more });
        };
        if self.searched == 0 {
            if is_blank(first) || is_blank(first.cut(marks_len(first)..)) {
                return Ok(Step::Skip(len));
            }
            if has_separator(first) {
                let at = record_inside(first).map(|at| marks + at);
                return Ok(self.inside.step(buf, len, at, findings));
            }
        }
        let mfn = split(first).map(|(number, _)| number.wrapping_abs());
        // Lines, up to the one before the next version line, or up to the next line that is a whole record.
        let mut at = self.searched.max(len);
        loop {
            let rest = buf.cut(at..);
            let Some((this, marks, this_len)) = line(rest, eof) else {
                self.searched = at;
                if eof {
                    self.searched = 0;
                    return Ok(Step::Frame(buf.len()));
                }
                return Ok(more);
            };
            if has_separator(this) {
                // The second line of a response to a write, or another record.
                let begins = is_head(first) || number(first).is_some();
                let is_second = at == len && begins && is_version(this);
                self.searched = 0;
                return Ok(Step::Frame(if is_second { at + this_len } else { at }));
            }
            let Some((next, ..)) = line(rest.cut(this_len..), eof).or(eof.then_some((b"", 0, 0))) else {
                self.searched = at;
                return Ok(more);
            };
            // A return code before the first record of a response is part of that record.
            if is_head(this) && is_version(next) && !(at == len && first == b"0") {
                self.searched = 0;
                return Ok(Step::Frame(at));
            }
            if is_head(this) && is_next(this, mfn) && is_like(next, buf) {
                self.searched = 0;
                return Ok(Step::Frame(at)); // the version was lost
            }
            if is_next(this, mfn) && (is_joined_head(this) || is_head(this) && next == this) {
                self.searched = 0;
                return Ok(Step::Frame(at)); // the line end after the number was lost, or the line is there twice
            }
            if is_only_version(next) && !is_head(this) && !is_blank(this) {
                self.searched = 0;
                return Ok(match head_at_end(this, mfn) {
                    Some(0) => Step::Frame(at),
                    Some(inside) => {
                        let at = at + marks + inside;
                        Inside::default().step(buf, at + 1, Some(at), findings)
                    }
                    None => Step::Frame(at + this_len), // the number was lost
                });
            }
            // Looked at more closely when the end is known.
            self.odd |= at > len && is_next(this, mfn);
            at += this_len;
        }
    }
}

/// The state of parsing a record.
struct State {
    isis: Option<IsisHeader>,
    has_number: bool,
    has_version: bool,
    /// Whether nothing was read yet, and the version is the piece after this one.
    is_before_version: bool,
    /// Whether a return code came first: after it, a number without a status is a tag.
    answered: bool,
    /// Whether the line that ends the fields was read.
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
                return Ok(()); // the result of a global correction, or a return code for success
            }
            if let Some(code) = super::line::number(piece).filter(|code| is_first && *code < 0) {
                let message = format!("the server answered {code}: {}", meaning(code));
                let finding = Finding::new(LINE_INVALID, location, message, "record rejected");
                findings.push(finding.clone());
                return Err(Error::malformed(finding));
            }
            let shown = piece.get(..40).unwrap_or(piece).escape_ascii();
            let message = format!("expected a tag and \"#\", found \"{shown}\"");
            findings.push(Finding::new(LINE_INVALID, location, message, "left out"));
            state.intact = false;
            return Ok(());
        };
        if !begun && !state.has_version {
            if number == 0 && is_version(piece) && !state.is_before_version {
                state.has_version = true;
                let version = super::line::number(value).and_then(|version| u32::try_from(version).ok());
                let isis = state.isis.get_or_insert_default();
                isis.version = version.unwrap_or_default();
                if version.is_none() {
                    state.intact = false;
                    let message = "the version is no number".to_owned();
                    findings.push(Finding::new(LINE_INVALID, location, message, "taken as 0"));
                }
                return Ok(());
            }
            // The number of the record; it occurs twice in the form of all fields.
            let mfn = u32::try_from(number.unsigned_abs()).ok();
            let is_again = state.isis.is_none_or(|isis| Some(isis.mfn) == mfn);
            let status =
                std::str::from_utf8(value).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
            if let (Some(mfn), true, Some(status)) = (mfn, is_again, status) {
                let status = status.parse().unwrap_or_default();
                state.isis = Some(IsisHeader::new(mfn, status, 0));
                state.has_number = true;
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
                state.isis = Some(IsisHeader::new(mfn, 0, 0));
                state.has_number = true;
                state.intact = false;
                let message = format!("the status is \"{}\", no number", value.escape_ascii());
                findings.push(Finding::new(LINE_INVALID, location, message, "taken as 0"));
                return Ok(());
            }
        }
        let Some(tag) = u32::try_from(number).ok().and_then(Tag::from_number) else {
            let message = format!("a field cannot have the tag {number}");
            findings.push(Finding::new(LINE_INVALID, location, message, "left out"));
            state.intact = false;
            return Ok(());
        };
        if record.slots_mut().len() >= self.options.limits.fields {
            let message = format!("more than {} fields", self.options.limits.fields);
            findings.push(Finding::new(LIMIT_REACHED, location, message, "the rest left out"));
            state.intact = false;
            state.ended = true;
            return Ok(());
        }
        let start = at + piece.len() - value.len();
        let end = start + value.len();
        if let (Ok(start), Ok(end)) = (u32::try_from(start), u32::try_from(end)) {
            record.slots_mut().push(Slot::new(tag, start, end, false));
        }
        Ok(())
    }
}

/// Returns the meaning of a return code in place of a record.
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
    use crate::finding::Rule;
    use crate::io::{RecordRead, WriteOptions};

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

    /// The forms in the table of the module's documentation, with two records each where possible.
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
            let _ = crate::copy(&mut SliceReader::new(twice.as_bytes(), &ReadOptions::new()), &mut writer)
                .unwrap();
            assert_eq!(writer.into_inner(), twice.as_bytes(), "{form:?}");
        }
        assert_eq!(all(b"0\x1E920#PAZK\x1E200#^Aa#b\x1E"), [(0, 0, 0, fields)]);
        assert_eq!(all(b"22#\x1F\x1E0#1\x1F\x1E1#x")[0].1, 0, "no status is 0");
    }

    #[test]
    fn lines_that_are_no_fields_are_reported() {
        let mut reader = SliceReader::new(b"7#0\x1F0#1\x1F9x#a\x1F920#P\x1F0#b", &ReadOptions::new());
        let mut record = Record::new();
        assert!(reader.read_record(&mut record).unwrap());
        let codes: Vec<Rule> = reader.findings().iter().map(|finding| finding.rule).collect();
        assert_eq!((codes, record.fields().len()), (vec![LINE_INVALID; 2], 1));
        let mut reader = SliceReader::new(b"-603\r\n", &ReadOptions::new());
        let error = reader.read_record(&mut record).unwrap_err();
        assert!(error.is_record() && error.to_string().contains("logically deleted"), "{error}");
    }
}
