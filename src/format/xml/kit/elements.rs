//! Elements written one after the other: what the writers of descriptions share.

use super::Escape;
use crate::finding::{Finding, Findings};
use crate::position::Location;
use crate::record::FieldRef;

/// Writes elements, each on its line, with their text escaped.
pub(in crate::format::xml) struct Elements<'o> {
    pub(in crate::format::xml) escape: Escape,
    pub(in crate::format::xml) indent: bool,
    pub(in crate::format::xml) place: Location,
    pub(in crate::format::xml) out: &'o mut Vec<u8>,
    pub(in crate::format::xml) findings: &'o mut Findings,
    pub(in crate::format::xml) depth: usize,
}

impl Elements<'_> {
    /// Writes an element with text; nothing if there is no text.
    pub(in crate::format::xml) fn text(
        &mut self,
        name: &str,
        attributes: &[(&str, &str)],
        text: &str,
    ) -> Result<(), Finding> {
        if text.trim().is_empty() {
            return Ok(());
        }
        self.start(name, attributes)?;
        self.escape.append(text.trim().as_bytes(), self.place, self.out, self.findings)?;
        self.end(name);
        Ok(())
    }

    /// Opens an element that holds others.
    pub(in crate::format::xml) fn open(
        &mut self,
        name: &str,
        attributes: &[(&str, &str)],
    ) -> Result<(), Finding> {
        self.start(name, attributes)?;
        self.line_end();
        self.depth += 1;
        Ok(())
    }

    /// Closes it.
    pub(in crate::format::xml) fn close(&mut self, name: &str) {
        self.depth = self.depth.saturating_sub(1);
        self.margin();
        self.end(name);
    }

    fn start(&mut self, name: &str, attributes: &[(&str, &str)]) -> Result<(), Finding> {
        self.margin();
        self.out.push(b'<');
        self.out.extend_from_slice(name.as_bytes());
        for (name, value) in attributes.iter().filter(|(_, value)| !value.is_empty()) {
            self.out.push(b' ');
            self.out.extend_from_slice(name.as_bytes());
            self.out.extend_from_slice(b"=\"");
            self.escape.attribute(value.as_bytes(), self.place, self.out, self.findings)?;
            self.out.push(b'"');
        }
        self.out.push(b'>');
        Ok(())
    }

    fn end(&mut self, name: &str) {
        self.out.extend_from_slice(b"</");
        self.out.extend_from_slice(name.as_bytes());
        self.out.push(b'>');
        self.line_end();
    }

    fn margin(&mut self) {
        if self.indent {
            self.out.resize(self.out.len() + 2 * self.depth, b' ');
        }
    }

    fn line_end(&mut self) {
        if self.indent {
            self.out.push(b'\n');
        }
    }
}

/// Returns the texts under these codes, in the order of the field, joined by blanks.
pub(in crate::format::xml) fn joined(field: FieldRef<'_>, codes: &str) -> String {
    let mut text = String::new();
    for subfield in field.subfields().filter(|subfield| codes.contains(subfield.code())) {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(subfield.value().to_str_lossy().trim());
    }
    text
}

/// Returns the text without the mark of ISBD at its end.
pub(in crate::format::xml) fn bare(text: &str) -> &str {
    let text = text.trim_end();
    text.strip_suffix([':', ';', '/', '=', ',']).unwrap_or(text).trim_end()
}

/// Returns the text without the mark, and without a full stop that does not end an initial or an abbreviation of one
/// or two letters.
pub(in crate::format::xml) fn bare_name(text: &str) -> &str {
    let text = bare(text);
    let Some(cut) = text.strip_suffix('.') else { return text };
    let last = cut.rsplit([' ', '.', ',']).next().unwrap_or_default();
    if last.chars().count() > 2 { cut } else { text }
}
