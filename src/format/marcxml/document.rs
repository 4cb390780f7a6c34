//! The records of a document: which elements they are, and where they end.

use memchr::memchr;

use super::element::{
    ElementEnd, Markup, Passage, attributes, broken_element_end, element_end, is_space, name, split,
};
use super::parse;
use super::vocabulary::Vocabulary;
use crate::charset::Charset;
use crate::diagnostic::Findings;
use crate::io::{Frame, Framing, ReadOptions, Step};
use crate::record::{Dialect, from_marc_form};
use crate::{Code, Diagnostic, Error, ErrorKind, Location, Record, Result};

/// How deep elements around records may nest.
const DEEPEST: usize = 64;
/// The longest piece of markup outside of records that is looked at as a whole, in bytes.
const LONGEST_TAG: usize = 1 << 20;

/// The framing of MARCXML: a frame is one `record` element.
#[derive(Debug, Clone)]
pub struct Marcxml {
    options: ReadOptions,
    charset: Charset,
    /// The elements that are open around the next record, outermost first.
    open: Vec<Element>,
    /// How many elements are open that are too deep to be kept.
    deeper: usize,
    /// How many bytes of the record were searched for its end in vain.
    searched: usize,
    /// Whether the namespace of the records was reported.
    namespace_seen: bool,
    root_seen: bool,
    /// Whether text outside of the root was reported.
    outside_seen: bool,
    /// Whether a field outside of a record was reported.
    stray_seen: bool,
    /// Between which bytes of the input there is no end mark, for each kind of passage.
    unended: [(u64, u64); 3],
    /// The column in which the last piece began, and that of the next, in bytes, from 1; 0 at the start.
    column: usize,
    next_column: usize,
    parser: parse::Parser,
}

/// An open element: its qualified name, and the namespaces it declares.
#[derive(Debug, Clone)]
struct Element {
    name: Vec<u8>,
    namespaces: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Element {
    fn new(tag: &[u8]) -> Element {
        let declared = attributes(tag)
            .filter_map(|(attribute, uri)| Some((declared_prefix(attribute)?.to_vec(), uri.to_vec())));
        Element { name: name(tag).to_vec(), namespaces: declared.collect() }
    }
}

/// The prefix that an attribute declares; empty for the default namespace.
fn declared_prefix(attribute: &[u8]) -> Option<&[u8]> {
    match split(attribute) {
        (b"", b"xmlns") => Some(&[]),
        (b"xmlns", prefix) => Some(prefix),
        _ => None,
    }
}

impl Framing for Marcxml {
    const LINES: bool = true;

    fn new(options: &ReadOptions) -> Marcxml {
        Marcxml {
            options: options.clone(),
            charset: options.charset,
            open: Vec::new(),
            deeper: 0,
            searched: 0,
            namespace_seen: false,
            root_seen: false,
            outside_seen: false,
            stray_seen: false,
            unended: [(0, 0); 3],
            column: 1,
            next_column: 0,
            parser: parse::Parser::default(),
        }
    }

    fn step(&mut self, buf: &[u8], eof: bool, findings: &mut Findings) -> Result<Step> {
        let step = self.piece(buf, eof, findings);
        if let Ok(Step::Frame(len) | Step::Skip(len)) = step {
            let bytes = buf.get(..len).unwrap_or_default();
            self.column = match self.next_column {
                0 => 1,
                next => next,
            };
            let line = memchr::memrchr(b'\n', bytes).map(|at| len.saturating_sub(at));
            self.next_column = line.unwrap_or_else(|| self.column.saturating_add(len));
        }
        step
    }

    fn restart(&mut self) {
        self.searched = 0;
    }

    fn parse(&mut self, frame: Frame<'_>, record: &mut Record, findings: &mut Findings) -> Result<()> {
        self.parser.record(frame.bytes, self.column, self.charset, record, findings)?;
        if self.options.dialect == Dialect::Irbis {
            let marc = std::mem::take(record);
            from_marc_form(marc.view(), true, record, findings);
        }
        Ok(())
    }
}

impl Marcxml {
    /// The next piece of the document.
    fn piece(&mut self, buf: &[u8], eof: bool, findings: &mut Findings) -> Result<Step> {
        if findings.record().byte == 0 {
            if buf.len() < 4 && !eof {
                return Ok(Step::Need(4));
            }
            refuse_other_encodings(buf)?;
        }
        let Some(markup) = memchr(b'<', buf) else {
            return Ok(match (buf.len(), eof) {
                (0, false) => Step::Need(1),
                (0, true) => {
                    self.end(findings);
                    Step::End
                }
                (len, _) => {
                    self.outside(buf, findings);
                    Step::Skip(len)
                }
            });
        };
        if markup > 0 {
            self.outside(buf.get(..markup).unwrap_or_default(), findings);
            return Ok(Step::Skip(markup));
        }
        let markup = match Passage::of(buf) {
            Some(passage) => self.passage(passage, buf, findings),
            None => Markup::of(buf),
        };
        match markup {
            Markup::Open if !eof && buf.len() < LONGEST_TAG => {
                Ok(Step::Need(buf.len().saturating_add(buf.len() / 8).saturating_add(1)))
            }
            Markup::Open => {
                findings.at(Code::XmlSyntax, (0, 2), "markup that does not end", "skipped");
                Ok(Step::Lost(2.min(buf.len())))
            }
            Markup::Broken(len) => {
                findings.at(Code::XmlSyntax, (0, len), "a tag that does not end", "skipped");
                Ok(Step::Lost(len))
            }
            Markup::Other(len) => {
                let markup = buf.get(..len).unwrap_or_default();
                if is_xml_declaration(markup) {
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

    /// A comment, CDATA section or instruction: what was searched for its end is not searched again.
    fn passage(&mut self, passage: Passage, buf: &[u8], findings: &Findings) -> Markup {
        let here = findings.record().byte;
        let window = buf.get(..LONGEST_TAG).unwrap_or(buf);
        passage_len(&mut self.unended, passage, window, here).map_or(Markup::Open, Markup::Other)
    }

    /// A start tag of `len` bytes.
    fn start(
        &mut self,
        buf: &[u8],
        len: usize,
        empty: bool,
        eof: bool,
        findings: &mut Findings,
    ) -> Result<Step> {
        let tag = buf.get(..len).unwrap_or_default();
        let (prefix, local) = split(name(tag));
        self.root_seen = true;
        if let Some(vocabulary) = Vocabulary::of_record(local) {
            let namespace = self.namespace(prefix, tag);
            let in_namespace = namespace.is_some_and(|namespace| vocabulary.has(namespace));
            let is_marc = if in_namespace {
                true
            } else if empty {
                false
            } else {
                match has_children(buf.get(len..).unwrap_or_default(), vocabulary) {
                    Some(has) => has,
                    None if eof || buf.len() > LONGEST_TAG => false,
                    None => return Ok(Step::Need(buf.len().saturating_add(1))),
                }
            };
            if is_marc {
                if !in_namespace && !self.namespace_seen {
                    let found = String::from_utf8_lossy(namespace.unwrap_or_default());
                    let message =
                        format!("the namespace of the records is \"{found}\", not that of the format");
                    self.namespace_seen = true;
                    findings.at(Code::XmlNamespace, (0, len), message, "read all the same; said once");
                }
                return Ok(self.frame(buf, len, empty, eof, findings));
            }
        }
        if matches!(local, b"datafield" | b"controlfield" | b"leader") && !self.stray_seen {
            self.stray_seen = true;
            let message = format!("an element \"{}\" outside of a record", String::from_utf8_lossy(local));
            findings.at(Code::XmlShape, (0, len), message, "left out; said once");
        }
        if !empty {
            if self.open.len() < DEEPEST {
                self.open.push(Element::new(tag));
            } else {
                self.deeper = self.deeper.saturating_add(1);
            }
        }
        Ok(Step::Skip(len))
    }

    /// A record element whose start tag has `len` bytes.
    fn frame(&mut self, buf: &[u8], len: usize, empty: bool, eof: bool, findings: &mut Findings) -> Step {
        if empty {
            return Step::Frame(len);
        }
        let window = buf.get(..LONGEST_TAG).unwrap_or(buf);
        let here = findings.record().byte;
        let unended = &mut self.unended;
        let mut found = element_end(window, self.searched.min(window.len()), |passage, at| {
            passage_len(unended, passage, window.get(at..)?, here.saturating_add(at as u64))
        });
        self.searched = 0;
        if matches!(found, ElementEnd::Open(_)) && (eof || buf.len() > LONGEST_TAG) {
            // A comment or CDATA section in it that does not end must not take the records behind it.
            found = broken_element_end(buf);
        }
        match found {
            ElementEnd::At(end) => Step::Frame(end),
            ElementEnd::Missing(next) => {
                let message = "the record does not end before the next begins";
                self.broken(Code::XmlSyntax, buf, next, message, "ended here", findings);
                Step::Frame(next)
            }
            ElementEnd::Open(searched) if !eof => {
                self.searched = searched;
                Step::Need(buf.len().saturating_add(buf.len() / 8).saturating_add(1))
            }
            ElementEnd::Open(_) => {
                let message = "the input ends inside a record";
                self.broken(Code::Truncated, buf, buf.len(), message, "kept what is there", findings);
                Step::Frame(buf.len())
            }
        }
    }

    /// Adds an error at an offset in `buf`, which begins where the record does, with its line and column.
    fn broken(
        &self,
        code: Code,
        buf: &[u8],
        at: usize,
        message: &str,
        action: &'static str,
        findings: &mut Findings,
    ) {
        let before = buf.get(..at).unwrap_or_default();
        let mut place = Location::of(findings.record());
        place.byte = place.byte.saturating_add(before.len() as u64);
        place.line = place.line.saturating_add(memchr::memchr_iter(b'\n', before).count() as u64);
        let column = match memchr::memrchr(b'\n', before) {
            Some(end) => before.len().saturating_sub(end),
            None => self.next_column.max(1).saturating_add(before.len()),
        };
        findings.push(Diagnostic::new(code, place, format!("{message} (column {column})"), action));
    }

    /// The namespace to which a prefix is bound in a start tag.
    fn namespace<'a>(&'a self, prefix: &[u8], tag: &'a [u8]) -> Option<&'a [u8]> {
        let own = attributes(tag).find(|(attribute, _)| declared_prefix(attribute) == Some(prefix));
        let around = || self.open.iter().rev().flat_map(|element| &element.namespaces);
        match own {
            Some((_, uri)) => Some(uri),
            None => around().find(|(bound, _)| bound == prefix).map(|(_, uri)| uri.as_slice()),
        }
    }

    fn close(&mut self, name: &[u8], len: usize, findings: &mut Findings) {
        if self.deeper > 0 {
            self.deeper = self.deeper.saturating_sub(1);
            return;
        }
        match self.open.iter().rposition(|element| element.name == name) {
            Some(at) => {
                if at.saturating_add(1) < self.open.len() {
                    let name = String::from_utf8_lossy(name);
                    let message =
                        format!("the end tag of \"{name}\" closes elements inside it that have none");
                    findings.at(Code::XmlSyntax, (0, len), message, "closed");
                }
                self.open.truncate(at);
            }
            None => {
                let message =
                    format!("an end tag of \"{}\", which is not open", String::from_utf8_lossy(name));
                findings.at(Code::XmlSyntax, (0, len), message, "skipped");
            }
        }
    }

    /// Text outside of records: of no account inside other elements, a fault outside of the root.
    fn outside(&mut self, text: &[u8], findings: &mut Findings) {
        if !self.open.is_empty() || self.deeper > 0 || self.outside_seen {
            return;
        }
        let mark = findings.record().byte == 0 && text.starts_with(b"\xEF\xBB\xBF");
        let skipped = if mark { 3 } else { 0 };
        let Some(at) = text.iter().skip(skipped).position(|byte| !is_space(*byte)) else { return };
        self.outside_seen = true;
        let before = text.get(..at.saturating_add(skipped)).unwrap_or_default();
        let mut record = findings.record();
        record.byte = record.byte.saturating_add(before.len() as u64);
        record.line = record.line.saturating_add(memchr::memchr_iter(b'\n', before).count() as u64);
        let mut place = Location::of(record);
        place.len = 1;
        let message = "text outside of the root element";
        findings.push(Diagnostic::new(Code::XmlSyntax, place, message, "skipped; said once"));
    }

    fn end(&mut self, findings: &mut Findings) {
        if let Some(element) = self.open.last() {
            let name = String::from_utf8_lossy(&element.name).into_owned();
            findings.at(Code::Truncated, (0, 0), format!("the input ends inside \"{name}\""), "ended here");
        } else if !self.root_seen && findings.record().byte > 0 {
            findings.at(Code::XmlSyntax, (0, 0), "the input has no element", "nothing read");
        }
        self.open.clear();
    }

    /// The XML declaration, which may name an encoding.
    fn declaration(&mut self, markup: &[u8], findings: &mut Findings) -> Result<()> {
        if self.root_seen || findings.record().byte > 3 {
            let message = "an XML declaration that is not at the start of the document";
            findings.at(Code::XmlSyntax, (0, markup.len()), message, "skipped");
            return Ok(());
        }
        let encoding = attributes(markup.get(1..).unwrap_or_default()).find(|(name, _)| *name == b"encoding");
        let Some((_, name)) = encoding.filter(|_| self.options.charset == Charset::Auto) else {
            return Ok(());
        };
        let name = String::from_utf8_lossy(name);
        match Charset::from_name(&name) {
            // It was, and is read as UTF-8 behind a mark by now.
            _ if name.to_ascii_lowercase().starts_with("utf-16") && findings.record().byte == 3 => {}
            Some(charset) if charset.is_supported() => self.charset = charset,
            _ if name.to_ascii_lowercase().starts_with("utf-") => {
                let message = format!("the document says its encoding is {name}, and it is not");
                findings.at(Code::XmlSyntax, (0, markup.len()), message, "read as UTF-8");
            }
            _ => {
                let message = format!("the document says its encoding is {name}, which cannot be read");
                return Err(Error::new(ErrorKind::Format(message)));
            }
        }
        Ok(())
    }
}

/// The length of a passage that begins at the byte `here` of the input, if it ends within `window`. Between which bytes
/// there is no end mark is kept in `unended`, so that nothing is searched twice in vain.
fn passage_len(unended: &mut [(u64, u64); 3], passage: Passage, window: &[u8], here: u64) -> Option<usize> {
    let known = unended.get_mut(passage as usize)?;
    let end = match *known {
        (start, end) if start <= here => end,
        _ => 0,
    };
    let searched = usize::try_from(end.saturating_sub(here)).unwrap_or(usize::MAX).min(window.len());
    let len = passage.len(window, searched);
    if len.is_none() {
        let start = if searched > 0 { known.0 } else { here };
        *known = (start, here.saturating_add(window.len() as u64));
    }
    len
}

fn is_xml_declaration(markup: &[u8]) -> bool {
    markup.starts_with(b"<?xml") && markup.get(5).is_some_and(|byte| is_space(*byte))
}

/// Whether an element without a namespace has children of a record in this form; `None` if the bytes end before that can
/// be told. An element that holds another record is none.
fn has_children(content: &[u8], vocabulary: Vocabulary) -> Option<bool> {
    let (mut at, mut depth) = (0usize, 0usize);
    loop {
        at = at.saturating_add(memchr(b'<', content.get(at..)?)?);
        let rest = content.get(at..)?;
        let len = match Markup::of(rest) {
            Markup::Open => return None,
            Markup::Other(len) | Markup::Broken(len) => len,
            Markup::End(_) if depth == 0 => return Some(false),
            Markup::End(len) => {
                depth = depth.saturating_sub(1);
                len
            }
            Markup::Start(len, empty) => {
                let local = split(name(rest)).1;
                if Vocabulary::of_record(local).is_some() {
                    return Some(false);
                }
                if depth == 0 && vocabulary.is_child(local) {
                    return Some(true);
                }
                depth = depth.saturating_add(usize::from(!empty));
                len
            }
        };
        at = at.saturating_add(len);
    }
}

/// Says what the input is, where it is not in bytes that ASCII is part of.
fn refuse_other_encodings(buf: &[u8]) -> Result<()> {
    let what = match buf {
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] | [b'<', 0, ..] | [0, b'<', ..] => {
            "the input is UTF-16; convert it to UTF-8 first"
        }
        [0x1F, 0x8B, ..] => "the input is compressed with gzip; decompress it first",
        [0x28, 0xB5, 0x2F, 0xFD, ..] => "the input is compressed with zstd; decompress it first",
        _ => return Ok(()),
    };
    Err(Error::new(ErrorKind::Format(what.to_owned())))
}
