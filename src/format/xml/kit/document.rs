//! Finds the records of a document: which elements they are, and where they end.

use crate::bytes::Cut;
use crate::format::rules::TRUNCATED;
use crate::format::wide_mark::wide_mark;
use crate::format::xml::rules::{XML_NAMESPACE, XML_PACKED, XML_SHAPE, XML_SYNTAX};
use memchr::memchr;

use super::element::{
    ElementEnd, Markup, Passage, attributes, begins_doctype, broken_element_end, doctype, element_end,
    is_space, is_xml_declaration, name, passage_len, split,
};
use super::namespaces::{Element, namespace};
use super::packed::{self, Packed, Section};
use super::parse::{self, refuse_other_encodings};
use super::vocabulary::Vocabulary;
use crate::charset::Charset;
use crate::error::Result;
use crate::finding::Findings;
use crate::finding::{Finding, Rule};
use crate::io::{Frame, Framing, ReadOptions, Recovery, Step};
use crate::position::Location;
use crate::record::Record;
use crate::record::in_dialect;

/// The greatest depth of nested elements around records.
const DEEPEST: usize = 64;
/// The longest markup outside records that is buffered as a whole, in bytes.
const LONGEST_TAG: usize = 1 << 20;

/// The framing of MARCXML: a frame is one `record` element.
#[derive(Debug, Clone)]
pub struct Marcxml {
    options: ReadOptions,
    /// The set that the declaration names.
    named: Option<Charset>,
    /// The open elements around the next record, outermost first.
    open: Vec<Element>,
    /// Number of open elements that are too deep to be kept.
    deeper: usize,
    /// Number of bytes of the record already searched for its end.
    searched: usize,
    /// Whether the namespace of the records was reported.
    namespace_seen: bool,
    root_seen: bool,
    /// Whether the document is a collection without children so far.
    is_list: bool,
    record_seen: bool,
    /// The offset in the input before which no markup begins.
    plain: u64,
    /// Whether records in text were reported.
    packed_seen: bool,
    /// The CDATA section whose text is read as markup.
    section: Option<Section>,
    /// Whether a document type declaration was found.
    doctype_seen: bool,
    /// Whether text outside the root was reported.
    outside_seen: bool,
    /// Whether a field outside a record was reported.
    stray_seen: bool,
    /// The depth of the collection in which the last record is, and whether an element between its records was reported.
    list: Option<usize>,
    foreign_seen: bool,
    /// For each kind of passage, a range of the input that has no end mark.
    unended: [(u64, u64); 3],
    /// The column at which the last piece began, and that of the next, in bytes, from 1; 0 at the start.
    column: usize,
    next_column: usize,
    parser: parse::Parser,
}

impl Framing for Marcxml {
    const LINES: bool = true;

    fn new(options: &ReadOptions) -> Marcxml {
        Marcxml {
            options: options.clone(),
            named: None,
            open: Vec::new(),
            deeper: 0,
            searched: 0,
            namespace_seen: false,
            root_seen: false,
            is_list: false,
            record_seen: false,
            plain: 0,
            packed_seen: false,
            section: None,
            doctype_seen: false,
            outside_seen: false,
            stray_seen: false,
            list: None,
            foreign_seen: false,
            unended: [(0, 0); 3],
            column: 1,
            next_column: 0,
            parser: parse::Parser::default(),
        }
    }

    fn step(&mut self, buf: &[u8], eof: bool, findings: &mut Findings) -> Result<Step> {
        let step = match self.piece(buf, eof, findings) {
            Ok(Step::Need(len)) => Ok(Step::Need(len.max(buf.len() + buf.len() / 8 + 1))),
            step => step,
        };
        if let Ok(Step::Frame(len) | Step::Skip(len)) = step {
            let bytes = buf.cut(..len);
            self.column = match self.next_column {
                0 => 1,
                next => next,
            };
            let line = memchr::memrchr(b'\n', bytes).map(|at| bytes.len() - at);
            self.next_column = line.unwrap_or_else(|| self.column + len);
        }
        step
    }

    fn restart(&mut self) {
        self.searched = 0;
    }

    fn parse(&mut self, frame: Frame<'_>, record: &mut Record, findings: &mut Findings) -> Result<()> {
        let named = (self.options.charset, self.named);
        let salvage = self.options.recovery == Recovery::Salvage;
        self.parser.record(frame, self.column, named, salvage, record, findings)?;
        in_dialect(self.options.dialect, record, findings);
        Ok(())
    }
}

impl Marcxml {
    /// Processes the next piece of the document.
    fn piece(&mut self, buf: &[u8], eof: bool, findings: &mut Findings) -> Result<Step> {
        let section = self.section.as_mut();
        let (buf, eof) = match section.and_then(|section| section.end(buf, eof, findings.record().byte)) {
            Some(0) => {
                if let Some(section) = self.section.take() {
                    self.open.truncate(section.depth);
                }
                if buf.starts_with(packed::SECTION_END) {
                    return Ok(Step::Skip(packed::SECTION_END.len()));
                }
                let message = "a CDATA section that does not end before the next";
                findings.at(XML_SYNTAX, (0, 9.min(buf.len())), message, "ended here");
                (buf, eof)
            }
            Some(end) => (buf.cut(..end), true),
            // What may be its end is not looked at before that is known.
            None => match &self.section {
                Some(section) if !eof => (buf.cut(..section.known(findings.record().byte)), false),
                _ => (buf, eof),
            },
        };
        if findings.record().byte == 0 {
            if buf.len() < 4 && !eof {
                return Ok(Step::Need(4));
            }
            if let Some(step) = wide_mark(buf, eof, findings) {
                return Ok(step);
            }
            refuse_other_encodings(buf)?;
        }
        let here = findings.record().byte;
        let known = usize::try_from(self.plain.saturating_sub(here)).unwrap_or(usize::MAX).min(buf.len());
        let markup = memchr(b'<', buf.cut(known..)).map(|at| known + at);
        self.plain = here + markup.unwrap_or(buf.len()) as u64;
        let Some(markup) = markup else {
            return Ok(match (buf.len(), eof) {
                (0, false) => Step::Need(1),
                (0, true) => {
                    self.end(findings);
                    Step::End
                }
                _ => self.text(buf, eof, findings),
            });
        };
        if markup > 0 {
            return Ok(self.text(buf.cut(..markup), true, findings));
        }
        let markup = match Passage::of(buf) {
            Some(Passage::CData) if !self.open.is_empty() && self.section.is_none() => {
                let begin = packed::SECTION.len();
                match packed::section_holds_records(buf.cut(begin..), eof) {
                    None => return Ok(Step::Need(begin + packed::HEAD)),
                    Some(true) => {
                        self.report_packed(begin, "in a CDATA section", findings);
                        let text = findings.record().byte + begin as u64;
                        self.section = Some(Section::new(self.open.len(), text));
                        return Ok(Step::Skip(begin));
                    }
                    Some(false) => self.passage(Passage::CData, buf, findings),
                }
            }
            Some(passage) => self.passage(passage, buf, findings),
            None if !self.root_seen && !self.doctype_seen && begins_doctype(buf) => {
                let markup = doctype(buf.get(..LONGEST_TAG).unwrap_or(buf));
                // Looked at as a whole once: what has no end is left like any other declaration.
                self.doctype_seen = markup != Markup::Open || eof || buf.len() >= LONGEST_TAG;
                markup
            }
            None => Markup::of(buf),
        };
        match markup {
            Markup::Open if !eof && buf.len() < LONGEST_TAG => Ok(Step::Need(buf.len() + buf.len() / 8 + 1)),
            Markup::Open => {
                findings.at(XML_SYNTAX, (0, 2), "markup that does not end", "skipped");
                Ok(Step::Garbage(2.min(buf.len())))
            }
            Markup::Broken(len) => {
                let message = match Passage::of(buf) {
                    Some(Passage::Instruction) => "an instruction that does not end before the next",
                    Some(_) => "a comment or CDATA section that does not end before the next",
                    None => "a tag that does not end",
                };
                findings.at(XML_SYNTAX, (0, len), message, "skipped");
                Ok(Step::Garbage(len))
            }
            Markup::Other(len) => {
                let markup = buf.cut(..len);
                if is_xml_declaration(markup) && self.section.is_none() {
                    self.declaration(markup, findings)?;
                }
                Ok(Step::Skip(len))
            }
            Markup::End(len) => {
                self.close(name(buf), len, findings);
                Ok(Step::Skip(len))
            }
            Markup::Start(len, empty) => self.start(buf, len, empty, eof, findings),
        }
    }

    /// Finds the end of a comment, CDATA section or instruction, without searching any bytes twice.
    fn passage(&mut self, passage: Passage, buf: &[u8], findings: &Findings) -> Markup {
        let here = findings.record().byte;
        let window = buf.get(..LONGEST_TAG).unwrap_or(buf);
        match passage_len(&mut self.unended, passage, window, here) {
            None => Markup::Open,
            Some(len) if passage.is_lost(len) => Markup::Broken(len),
            Some(len) => Markup::Other(len),
        }
    }

    /// Processes text outside records, which is whole or continues: escaped records may be in it.
    fn text(&mut self, text: &[u8], is_whole: bool, findings: &mut Findings) -> Step {
        let len = match self.section {
            None if !self.open.is_empty() => match packed::packed(text, is_whole) {
                Packed::Open => return Step::Need(text.len() + text.len() / 8 + 1),
                Packed::None(len) | Packed::At(len) => len,
                Packed::Record(len) => {
                    let unpacked = packed::unpack(&String::from_utf8_lossy(text.cut(..len)));
                    if packed::is_record(&unpacked) {
                        self.report_packed(len, "escaped", findings);
                        self.record_seen = true;
                        return Step::Frame(len);
                    }
                    1
                }
            },
            _ => text.len(),
        };
        self.outside(text.cut(..len), findings);
        Step::Skip(len)
    }

    /// Reports, once, that records are the text of another document.
    fn report_packed(&mut self, len: usize, how: &str, findings: &mut Findings) {
        if !std::mem::replace(&mut self.packed_seen, true) {
            let message = format!("the records are text of the document, {how}");
            findings.at(XML_PACKED, (0, len), message, "read anyway; reported once");
        }
    }

    /// Processes a start tag of `len` bytes.
    fn start(
        &mut self,
        buf: &[u8],
        len: usize,
        empty: bool,
        eof: bool,
        findings: &mut Findings,
    ) -> Result<Step> {
        let tag = buf.cut(..len);
        let (prefix, local) = split(name(tag));
        self.is_list = !self.root_seen && local.eq_ignore_ascii_case(b"collection");
        self.root_seen = true;
        if let Some(vocabulary) = Vocabulary::of_record(local) {
            let in_namespace =
                namespace(&self.open, prefix, tag).is_some_and(|namespace| vocabulary.has(namespace));
            let is_marc = if in_namespace {
                true
            } else if empty {
                false
            } else {
                let content = buf.cut(len..);
                let here = findings.record().byte + len as u64;
                let unended = &mut self.unended;
                let passage =
                    |passage, at: usize| passage_len(unended, passage, content.get(at..)?, here + at as u64);
                match packed::has_children(content, vocabulary, passage) {
                    Some(has) => has,
                    None if eof || buf.len() > LONGEST_TAG => false,
                    None => return Ok(Step::Need(buf.len() + buf.len() / 8 + 1)),
                }
            };
            if is_marc {
                if !in_namespace && !self.namespace_seen {
                    let found = namespace(&self.open, prefix, tag).unwrap_or_default();
                    let found = String::from_utf8_lossy(found);
                    let message =
                        format!("the namespace of the records is \"{found}\", not that of the format");
                    self.namespace_seen = true;
                    findings.at(XML_NAMESPACE, (0, len), message, "read anyway; reported once");
                }
                return Ok(self.frame(buf, len, empty, eof, findings));
            }
        }
        if self.list == Some(self.open.len()) && !self.foreign_seen && !Vocabulary::is_part_of_record(local) {
            self.foreign_seen = true;
            let message = format!("an element \"{}\" between the records", String::from_utf8_lossy(local));
            findings.at(XML_SHAPE, (0, len), message, "left out; reported once");
        }
        if !self.stray_seen && Vocabulary::is_part_of_record(local) {
            self.stray_seen = true;
            let message = format!("an element \"{}\" outside of a record", String::from_utf8_lossy(local));
            findings.at(XML_SHAPE, (0, len), message, "left out; reported once");
        }
        if !empty {
            if self.open.len() < DEEPEST {
                self.open.push(Element::new(tag));
            } else {
                self.deeper += 1;
            }
        }
        Ok(Step::Skip(len))
    }

    /// Processes a record element whose start tag has `len` bytes.
    fn frame(&mut self, buf: &[u8], len: usize, empty: bool, eof: bool, findings: &mut Findings) -> Step {
        self.record_seen = true;
        self.list = Some(self.open.len()).filter(|_| self.is_in_collection());
        if empty {
            return Step::Frame(len);
        }
        let window = buf.get(..LONGEST_TAG).unwrap_or(buf);
        let here = findings.record().byte;
        let unended = &mut self.unended;
        let mut found = element_end(window, self.searched.min(window.len()), |passage, at| {
            passage_len(unended, passage, window.get(at..)?, here + at as u64)
        });
        self.searched = 0;
        if matches!(found, ElementEnd::Open(_)) && (eof || buf.len() > LONGEST_TAG) {
            // An unterminated comment or CDATA section must not swallow the records after it.
            found = broken_element_end(buf);
        }
        match found {
            ElementEnd::At(end) => Step::Frame(end),
            ElementEnd::Missing(next) => {
                let message = "the record does not end before the next begins";
                self.broken(XML_SYNTAX, buf, next, message, "ended here", findings);
                Step::Frame(next)
            }
            ElementEnd::Open(searched) if !eof => {
                self.searched = searched;
                Step::Need(buf.len() + buf.len() / 8 + 1)
            }
            ElementEnd::Open(_) => {
                let (rule, message) = match self.section.as_ref().is_some_and(Section::is_ended) {
                    true => (XML_SYNTAX, "the CDATA section ends inside a record"),
                    false => (TRUNCATED, "the input ends inside a record"),
                };
                self.broken(rule, buf, buf.len(), message, "kept what is there", findings);
                Step::Frame(buf.len())
            }
        }
    }

    /// Adds an error at an offset in `buf`, which begins at the record, with line and column.
    fn broken(
        &self,
        code: Rule,
        buf: &[u8],
        at: usize,
        message: &str,
        action: &'static str,
        findings: &mut Findings,
    ) {
        let before = buf.cut(..at);
        let mut place = Location::of(findings.record());
        place.byte += before.len() as u64;
        place.line += memchr::memchr_iter(b'\n', before).count() as u64;
        let column = match memchr::memrchr(b'\n', before) {
            Some(end) => before.len() - end,
            None => self.next_column.max(1) + before.len(),
        };
        findings.push(Finding::new(code, place, format!("{message} (column {column})"), action));
    }

    fn close(&mut self, name: &[u8], len: usize, findings: &mut Findings) {
        if self.deeper > 0 {
            self.deeper -= 1;
            return;
        }
        match self.open.iter().rposition(|element| element.name == name) {
            Some(at) => {
                if at + 1 < self.open.len() {
                    let name = String::from_utf8_lossy(name);
                    let message =
                        format!("the end tag of \"{name}\" closes elements inside it that have none");
                    findings.at(XML_SYNTAX, (0, len), message, "closed");
                }
                self.open.truncate(at);
            }
            None => {
                let message =
                    format!("an end tag of \"{}\", which is not open", String::from_utf8_lossy(name));
                findings.at(XML_SYNTAX, (0, len), message, "skipped");
            }
        }
    }

    /// Whether the innermost open element is a collection of records, in which nothing else has a place.
    fn is_in_collection(&self) -> bool {
        let innermost = self.open.last().map(|element| split(&element.name).1);
        innermost.is_some_and(|name| name.eq_ignore_ascii_case(b"collection"))
    }

    /// Processes text outside records: ignored inside other elements, a fault between records and outside the root.
    fn outside(&mut self, text: &[u8], findings: &mut Findings) {
        let in_collection = self.is_in_collection();
        if !(self.open.is_empty() || in_collection) || self.deeper > 0 || self.outside_seen {
            return;
        }
        let mark = findings.record().byte == 0 && text.starts_with(b"\xEF\xBB\xBF");
        let skipped = if mark { 3 } else { 0 };
        let Some(at) = text.iter().skip(skipped).position(|byte| !is_space(*byte)) else { return };
        self.outside_seen = true;
        let before = text.cut(..at + skipped);
        let mut record = findings.record();
        record.byte += before.len() as u64;
        record.line += memchr::memchr_iter(b'\n', before).count() as u64;
        let mut place = Location::of(record);
        place.len = 1;
        let message = match in_collection {
            true => "text between the records",
            false => "text outside of the root element",
        };
        findings.push(Finding::new(XML_SYNTAX, place, message, "skipped; reported once"));
    }

    fn end(&mut self, findings: &mut Findings) {
        if let Some(element) = self.open.last() {
            let name = String::from_utf8_lossy(&element.name).into_owned();
            findings.at(TRUNCATED, (0, 0), format!("the input ends inside \"{name}\""), "ended here");
        } else if !self.root_seen && findings.record().byte > 0 {
            findings.at(XML_SYNTAX, (0, 0), "the input has no element", "nothing read");
        }
        if self.root_seen && !self.record_seen && !self.is_list && !self.stray_seen {
            self.record_seen = true;
            findings.at(XML_SHAPE, (0, 0), "no element of the document is a record", "nothing read");
        }
        self.open.clear();
    }

    /// Processes the XML declaration, which may name an encoding.
    fn declaration(&mut self, markup: &[u8], findings: &mut Findings) -> Result<()> {
        if self.root_seen || findings.record().byte > 3 {
            let message = "an XML declaration that is not at the start of the document";
            findings.at(XML_SYNTAX, (0, markup.len()), message, "skipped");
            return Ok(());
        }
        let encoding = attributes(markup.cut(1..)).find(|(name, _)| *name == b"encoding");
        let Some((_, name)) = encoding.filter(|_| self.options.charset == Charset::Auto) else {
            return Ok(());
        };
        let name = String::from_utf8_lossy(name);
        match Charset::from_name(&name) {
            // It was UTF-16, and is now read as UTF-8 with a mark.
            _ if name.to_ascii_lowercase().starts_with("utf-16") && findings.record().byte == 3 => {}
            Some(charset) if charset.is_supported() => self.named = Some(charset),
            _ if name.to_ascii_lowercase().starts_with("utf-") => {
                let message = format!("the document says its encoding is {name}, and it is not");
                findings.at(XML_SYNTAX, (0, markup.len()), message, "read as UTF-8");
            }
            _ => {
                let message = format!("the document says its encoding is {name}, which is not known");
                findings.at(XML_SYNTAX, (0, markup.len()), message, "read by the bytes");
            }
        }
        Ok(())
    }
}
