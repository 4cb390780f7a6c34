//! Evidence for catalogue displays in the first bytes of an input.

use super::frame::{Form, begins, cells, is_control};
use super::leader::LeaderLine;
use super::line::{Kind, indent, kind, unquoted};
use crate::bytes::Cut;
use crate::format::text::kit::first_lines;
use crate::format::verdict::{Confidence, Sample, Verdict, miss};
use crate::tag::Tag;

/// The most lines that may precede the first record.
const BEFORE: usize = 60;

pub(crate) fn sniff(sample: &Sample<'_>) -> Verdict {
    // With the blanks before the first line, which may precede all lines.
    let bytes = sample.bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(sample.bytes);
    let lines = first_lines(bytes);
    let indent =
        lines.iter().take(BEFORE).map(|line| indent(line)).find(|indent| *indent > 0).unwrap_or_default();
    let lines: Vec<&[u8]> = lines.iter().map(|line| unquoted(line, indent)).collect();
    let leader = lines.iter().take(BEFORE).enumerate().find_map(|(number, line)| match kind(line) {
        Kind::Leader(leader) => Some((number, leader)),
        _ => None,
    });
    let (first, leader) = (leader.map_or(0, |(number, _)| number), leader.map(|(_, leader)| leader));
    let record = lines.cut(first..);
    let mut text = Vec::new();
    let form = Form::new(&record.join(&b'\n'), begins, &mut text);
    let (mut fields, mut marked, mut fitting, mut data, mut control_blanks) =
        (0usize, 0usize, 0usize, 0usize, 1usize);
    let mut plain = 0usize;
    for line in record {
        let Kind::Field(tag, rest) = kind(line) else { continue };
        if is_control(tag) {
            fields += 1;
            let blanks = rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            control_blanks = control_blanks.max(blanks);
            continue;
        }
        if !form.is_field(None, tag, line, rest) {
            continue;
        }
        let parts = form.layout.parts(Tag::new(tag), line, rest);
        text.clear();
        cells(parts.text, &mut text);
        fields += 1;
        data += 1;
        marked += usize::from(form.style.begins(&text));
        fitting += usize::from(form.layout.fits(line));
        let is_plain =
            form.layout.fits(line) && leader.is_some_and(|leader| in_line_form(leader, &form, &text));
        plain += usize::from(is_plain);
    }
    let blanks_of_line = match leader.map(|leader| leader.label) {
        Some(b"LDR    ") => control_blanks == 4 || control_blanks == 1,
        _ => control_blanks == 1,
    };
    let line_form = blanks_of_line && plain >= data - data / 5;
    let reason =
        format!("{fields} of {} lines begin with a tag, {marked} of them with a mark after it", record.len());
    match leader {
        Some(leader) if fields == 0 => {
            miss(u8::from(!leader.label.is_empty()), "no field follows the leader")
        }
        Some(_) if line_form => miss(1, "it has the form of other programs"),
        Some(_) if marked > data / 2 || fitting > 0 && fitting == data => {
            Ok((Confidence::Certain, format!("a leader, and {reason}")))
        }
        Some(_) => Ok((Confidence::Likely, format!("a leader, and {reason}"))),
        None if marked >= 3 && fields >= record.len() - record.len() / 5 => {
            Ok((Confidence::Likely, format!("no leader, but {reason}")))
        }
        None => miss(0, "it has no leader"),
    }
}

/// Returns whether the line format reads a line as it is.
fn in_line_form(leader: LeaderLine<'_>, form: &Form, text: &[u8]) -> bool {
    let first = |mark: &[u8]| text.starts_with(mark);
    match leader.label {
        b"LEADER " => form.layout.is_plain(false) && first(b"$"),
        b"LDR    " => form.layout.is_plain(true) && first("‡".as_bytes()),
        b"" => form.layout.is_plain(true) && [&b"$"[..], b"_", b"*"].into_iter().any(first),
        _ => false,
    }
}
