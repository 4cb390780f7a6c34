//! Writes one record as an element: the quick way if possible, else the careful way, field by field.

use super::quick;
use crate::bytes::Cut;
use crate::finding::{Finding, Findings, counted};
use crate::format::rules::DATA_BEFORE_SUBFIELD;
use crate::format::rules::SUBFIELD_LOST;
use crate::format::xml::kit::{Escape, is_plain, whole};
use crate::format::xml::rules::TAG_WIDE;
use crate::io::place;
use crate::position::Location;
use crate::record::rules::{CHARACTER_NOT_ALLOWED, INDICATOR_LOST};
use crate::record::{FieldRef, RecordRef};

/// A record to be written as XML.
pub(super) struct Element<'a> {
    pub(super) record: RecordRef<'a>,
    pub(super) attributes: &'a str,
    pub(super) indent: bool,
    pub(super) escape: Escape,
}

impl Element<'_> {
    /// Appends the element.
    pub(super) fn write(&self, out: &mut Vec<u8>, findings: &mut Findings) -> Result<(), Finding> {
        out.extend_from_slice(b"<record");
        out.extend_from_slice(self.attributes.as_bytes());
        self.piece(out, b">\n", 0);
        if let Some(leader) = &self.record.header().leader {
            self.piece(out, b"  <leader>", 2);
            let bytes = leader.as_bytes();
            if bytes.iter().all(|byte| is_plain(*byte)) {
                out.extend_from_slice(bytes);
            } else {
                let place = Location::of(self.record.position());
                let text = leader.to_string(); // invalid UTF-8 is escaped
                self.escape.append(text.as_bytes(), place, out, findings)?;
            }
            self.piece(out, b"</leader>\n", 0);
        }
        let start = out.len();
        let quick = match self.indent {
            true => quick::fields::<true>(self.record, out),
            false => quick::fields::<false>(self.record, out),
        };
        if quick.is_none() {
            out.truncate(start);
            let mut repaired = String::new();
            for field in self.record.fields() {
                self.field(whole(self.record, field, &mut repaired, findings), out, findings)?;
            }
        }
        self.piece(out, b"</record>\n", 0);
        if !self.indent {
            out.push(b'\n'); // one line per record
        }
        Ok(())
    }

    /// Appends a field of any kind.
    fn field(&self, field: FieldRef<'_>, out: &mut Vec<u8>, findings: &mut Findings) -> Result<(), Finding> {
        let place = place(self.record, field.tag(), field.index());
        if field.is_control() {
            self.piece(out, b"  <controlfield tag=\"", 2);
            self.tag(field, out, findings)?;
            out.extend_from_slice(b"\">");
            self.escape.append(field.raw(), place, out, findings)?;
            self.piece(out, b"</controlfield>\n", 0);
            return Ok(());
        }
        let (indicators, lead, mut segments) = field.parts();
        self.data_start(field, indicators, out, findings)?;
        if !lead.is_empty() {
            let message = format!("{} before the first subfield", counted(lead.len() as u64, "byte"));
            findings.push(Finding::new(DATA_BEFORE_SUBFIELD, place, message, "written as subfield *"));
            self.subfield(b"*", lead.as_bytes(), field, out, findings)?;
        }
        while let Some(range) = segments.next_segment() {
            let (code, value) = segments.split_segment(range);
            self.subfield(code, value, field, out, findings)?;
        }
        self.piece(out, b"\n  </datafield>\n", 3);
        Ok(())
    }

    /// Appends markup, without its first bytes and its line end if the output is not indented.
    #[inline(always)]
    fn piece(&self, out: &mut Vec<u8>, piece: &[u8], indent: usize) {
        if self.indent {
            out.extend_from_slice(piece);
        } else {
            let piece = piece.cut(indent..);
            out.extend_from_slice(piece.strip_suffix(b"\n").unwrap_or(piece));
        }
    }

    /// Appends the start tag of a data field.
    fn data_start(
        &self,
        field: FieldRef<'_>,
        indicators: &[u8],
        out: &mut Vec<u8>,
        findings: &mut Findings,
    ) -> Result<(), Finding> {
        self.piece(out, b"  <datafield tag=\"", 2);
        self.tag(field, out, findings)?;
        out.push(b'"');
        let count = usize::from(self.record.syntax().indicators).max(2);
        let place = place(self.record, field.tag(), field.index());
        for number in 0..count {
            let indicator = indicators.get(number).copied().unwrap_or(b' ');
            out.extend_from_slice(format!(" ind{}=\"", number + 1).as_bytes());
            if indicator.is_ascii() {
                self.escape.attribute(&[indicator], place, out, findings)?;
            } else {
                let message = format!("indicator {} is the byte {indicator:02X}", number + 1);
                findings.push(Finding::new(CHARACTER_NOT_ALLOWED, place, message, "written as a blank"));
                out.push(b' ');
            }
            out.push(b'"');
        }
        if indicators.len() > 2 {
            let message = format!("the field has {} indicators", indicators.len());
            findings.push(Finding::new(INDICATOR_LOST, place, message, "written as ind3 and so on"));
        }
        out.push(b'>');
        Ok(())
    }

    /// Appends a subfield; one without a code is reported.
    fn subfield(
        &self,
        code: &[u8],
        value: &[u8],
        field: FieldRef<'_>,
        out: &mut Vec<u8>,
        findings: &mut Findings,
    ) -> Result<(), Finding> {
        let place = place(self.record, field.tag(), field.index());
        if code.is_empty() {
            let message = "a delimiter without a subfield code";
            findings.push(Finding::new(SUBFIELD_LOST, place, message, "left out"));
            return Ok(());
        }
        self.piece(out, b"\n    <subfield code=\"", 5);
        self.escape.attribute(code, place, out, findings)?;
        out.extend_from_slice(b"\">");
        self.escape.append(value, place, out, findings)?;
        out.extend_from_slice(b"</subfield>");
        Ok(())
    }

    /// Appends a tag.
    fn tag(&self, field: FieldRef<'_>, out: &mut Vec<u8>, findings: &mut Findings) -> Result<(), Finding> {
        let tag = field.tag();
        let place = place(self.record, tag, field.index());
        match tag.bytes() {
            None => {
                let message = format!("tag {tag} has more than three digits");
                findings.push(Finding::new(TAG_WIDE, place, message, "written with all its digits"));
                out.extend_from_slice(tag.to_string().as_bytes());
                Ok(())
            }
            Some(bytes) if bytes.is_ascii() => self.escape.attribute(&bytes, place, out, findings),
            Some(_) => {
                let message = format!("tag {tag} is not ASCII");
                findings.push(Finding::new(CHARACTER_NOT_ALLOWED, place, message, "escaped"));
                self.escape.attribute(tag.to_string().as_bytes(), place, out, findings)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::WriteOptions;
    use crate::record::Record;

    /// Renders all fields of a record in both ways.
    fn both_ways(record: &Record) -> Vec<(Option<Vec<u8>>, Vec<u8>)> {
        let escape = Escape::new(&WriteOptions::new());
        let both = |indent| {
            let element = Element { record: record.view(), attributes: "", indent, escape };
            let (mut quick_out, mut careful) = (Vec::new(), Vec::new());
            let done = if indent {
                quick::fields::<true>(record.view(), &mut quick_out)
            } else {
                quick::fields::<false>(record.view(), &mut quick_out)
            };
            let mut findings = Findings::new(99);
            record.fields().for_each(|field| element.field(field, &mut careful, &mut findings).unwrap());
            (done.map(|()| quick_out), careful)
        };
        vec![both(true), both(false)]
    }

    #[test]
    fn the_quick_way_and_the_careful_way_agree() {
        let plain = Record::builder()
            .as_is()
            .control_field("001", "a & b")
            .control_field("005", "")
            .data_field("245", "1#", [('a', "\"x\" <&> əğı"), ('*', ""), ('\'', "]]>")])
            .data_field("a!?", "|\\", [(' ', "y"), ('b', &"long ".repeat(99))]);
        let plain = plain.build().unwrap();
        for (quick, careful) in both_ways(&plain) {
            assert_eq!(quick.map(String::from_utf8), Some(String::from_utf8(careful)));
        }
        // Everything that the quick way leaves to the other.
        let odd = |tag: &str, body: &str, control: bool| {
            let mut record = Record::new();
            record.text_mut().push_str(body);
            record.end_field(tag.parse().unwrap(), 0, control);
            record
        };
        for (tag, body, control) in [
            ("245", "10", false),
            ("245", "10\u{1F}", false),
            ("245", "10\u{1F}ax\u{1F}", false),
            ("245", "10\u{1F}ax\u{1F}\u{1F}by", false),
            ("245", "10lead\u{1F}ax", false),
            ("245", "1\u{1F}ax", false),
            ("245", "1<\u{1F}ax", false),
            ("245", "10\u{1F}\"x", false),
            ("245", "10\u{1F}əx", false),
            ("245", "10\u{1F}ax\ty", false),
            ("245", "10\u{1F}ax\u{FFFD}", false),
            ("2022", "10\u{1F}ax", false),
            ("001", "\u{B}", true),
        ] {
            let record = odd(tag, body, control);
            assert!(quick::fields::<true>(record.view(), &mut Vec::new()).is_none(), "{body}");
        }
        for body in ["a\u{1F}b", "\u{1E}", "\u{1D}"] {
            let record = odd("001", body, true);
            assert!(quick::fields::<true>(record.view(), &mut Vec::new()).is_none(), "{body}");
        }
    }
}
