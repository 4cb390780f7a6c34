//! Records for human eyes: a line for each field, with the findings below.

use std::str::FromStr;

use super::excerpt::excerpt;
use super::style::{Role, Style, finding_line, printable};
use crate::charset::Policy;
use crate::coded::Coded;
#[cfg(feature = "serde")]
use crate::coded::Lang;
use crate::finding::Finding;
use crate::format::descriptor::Format;
use crate::io::{Content, Item};
use crate::model::Bib;
use crate::record::{Dialect, FieldRef, Record, Text};
use crate::tag::{Tag, TagPattern};
use crate::validate::Window;

/// Which elements of a record are shown.
///
/// # Example
/// ```
/// use kartoteka::report::Shown;
///
/// assert!(matches!("LDR".parse(), Ok(Shown::Leader)));
/// assert!(matches!("600-699".parse(), Ok(Shown::Fields(_))));
/// assert!("title".parse::<Shown>().is_err() && "699-600".parse::<Shown>().is_err());
/// ```
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Shown {
    /// The leader.
    Leader,
    /// Fields with these tags.
    Fields(TagPattern),
}

/// A text names no element to show.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ParseShownError(String);

impl FromStr for Shown {
    type Err = ParseShownError;

    /// Accepts `245`, `6XX`, `600-699`, `2022` and `LDR`, in any case.
    fn from_str(text: &str) -> Result<Shown, ParseShownError> {
        let text = text.trim().to_ascii_uppercase();
        if text == "LDR" || text == "000" {
            return Ok(Shown::Leader);
        }
        let number = |text: &str| text.parse::<u32>().ok().filter(|number| *number > 0);
        if let Some((first, last)) = text.split_once('-') {
            return match (number(first), number(last)) {
                (Some(first), Some(last)) if first <= last => Ok(Shown::Fields((first..=last).into())),
                _ => Err(ParseShownError(format!("{text:?} is no range of tags, such as 600-699"))),
            };
        }
        match text.parse::<Tag>() {
            Ok(_) => Ok(Shown::Fields(TagPattern::from(text.as_str()))),
            Err(error) => Err(ParseShownError(error.to_string())),
        }
    }
}

/// Lays records out for human eyes. Blank indicators are shown as `_`, the delimiter of MARC as `$`; control characters and
/// bytes that do not decode as `\x1B`.
///
/// # Example
/// ```
/// use kartoteka::report::{Listing, Style};
/// use kartoteka::{Pass, open};
///
/// let reader = open("fixtures/iso2709/marc21.mrc")?;
/// let shown = ["264".parse().unwrap()];
/// let listing = Listing::new("marc21.mrc", reader.format(), Style::plain()).shown(&shown);
/// let mut out = String::new();
/// if let Some(item) = Pass::new(reader).item()? {
///     listing.item(&item, &mut out);
/// }
/// assert_eq!(out, "marc21.mrc: record 1 (byte 0), utf-8\n264 _1 $a Bakı : $b Lider, $c 2004.\n\n");
/// # Ok::<(), kartoteka::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Listing<'a> {
    name: &'a str,
    format: Format,
    style: Style,
    shown: &'a [Shown],
    /// The dialect of records that are described instead of shown field by field.
    described: Option<Dialect>,
    coded: bool,
    json: bool,
}

impl<'a> Listing<'a> {
    /// Lays out the records of the input `name`.
    pub fn new(name: &'a str, format: Format, style: Style) -> Listing<'a> {
        Listing { name, format, style, shown: &[], described: None, coded: false, json: false }
    }

    /// Shows these elements only. Default: all.
    #[must_use]
    pub fn shown(mut self, shown: &'a [Shown]) -> Listing<'a> {
        self.shown = shown;
        self
    }

    /// Describes the records as those of a dialect instead, as [cards](crate::model::Bib::card) with the findings below, or
    /// as lines of JSON without findings. Default: none, that is field by field.
    #[must_use]
    pub fn described(mut self, dialect: Option<Dialect>, json: bool) -> Listing<'a> {
        self.described = dialect;
        self.json = json;
        self
    }

    /// Says what the codes of the records mean, each with its place, instead of describing them as cards. Default: `false`.
    ///
    /// # Example
    /// ```
    /// use kartoteka::report::{Listing, Style};
    /// use kartoteka::{Dialect, Pass, open};
    ///
    /// let reader = open("fixtures/iso2709/marc21.mrc")?;
    /// let listing = Listing::new("marc21.mrc", reader.format(), Style::plain());
    /// let listing = listing.described(Some(Dialect::Auto), false).coded(true);
    /// let mut out = String::new();
    /// if let Some(item) = Pass::new(reader).item()? {
    ///     listing.item(&item, &mut out);
    /// }
    /// assert!(out.contains("\nLDR/6 Type of record: a (Language material)\n"), "{out}");
    /// # Ok::<(), kartoteka::Error>(())
    /// ```
    #[must_use]
    pub fn coded(mut self, coded: bool) -> Listing<'a> {
        self.coded = coded;
        self
    }

    /// Appends the lines of an item: its record, if it could be read, and what was found.
    pub fn item(&self, item: &Item<'_>, out: &mut String) {
        match &item.content {
            #[cfg(feature = "serde")]
            Content::Record(record) if self.json => {
                let dialect = self.described.unwrap_or_default();
                let line = match self.coded {
                    true => codes_as_json(&Coded::with_dialect(record.view(), dialect)),
                    false => Bib::with_dialect(record.view(), dialect).json(),
                };
                out.extend([&*line, "\n"]);
            }
            _ if self.json => {}
            Content::Record(record) => {
                let mut line = |line: &str| out.extend([&*printable(line), "\n"]);
                let mut unread = Vec::new();
                match self.described {
                    Some(dialect) if self.coded => {
                        let coded = Coded::with_dialect(record.view(), dialect);
                        coded.values().for_each(|value| line(&value.to_string()));
                    }
                    Some(dialect) => {
                        let bib = Bib::with_dialect(record.view(), dialect);
                        bib.card().lines().for_each(line);
                        unread.extend(bib.findings());
                    }
                    None => self.record(record, out),
                }
                self.findings(item, Some(record), out);
                unread
                    .iter()
                    .for_each(|finding| out.extend(["  ! ", &*finding_line(finding, self.style), "\n"]));
                out.push('\n');
            }
            Content::Rejected { .. } => {
                let place = item.position().name();
                let line = format!("{}: {place} could not be read", printable(self.name));
                self.faint(&line, out);
                self.findings(item, None, out);
                out.push('\n');
            }
            Content::Rest => self.findings(item, None, out),
        }
    }

    fn record(&self, record: &Record, out: &mut String) {
        let position = record.position();
        let mut head = format!("{}: record {} (", printable(self.name), position.record.saturating_add(1));
        if position.line > 0 {
            head.push_str(&format!("line {}, ", position.line));
        }
        head.push_str(&format!("byte {}), {}", position.byte, record.charset()));
        if let Some(isis) = record.header().isis {
            head.push_str(&format!(", mfn {}, status {}, version {}", isis.mfn, isis.status, isis.version));
        }
        self.faint(&head, out);
        if let Some(leader) = record.header().leader.filter(|_| self.shows_leader()) {
            self.style.paint(Role::Tag, "LDR", out);
            out.push_str("    ");
            text(Text::new(leader.as_bytes(), record.charset()), out);
            out.push('\n');
        }
        for field in record.fields() {
            if self.shows(field) {
                self.field(field, out);
            }
        }
    }

    fn field(&self, field: FieldRef<'_>, out: &mut String) {
        let tag = format!("{:3}", field.tag().to_string());
        self.style.paint(Role::Tag, &printable(&tag), out);
        let syntax = field.syntax();
        if field.is_control() {
            out.push_str("    ");
            text(field.lead(), out);
            out.push('\n');
            return;
        }
        let mark = if syntax.delimiter == 0x1F { '$' } else { char::from(syntax.delimiter) };
        if syntax.has_indicators() {
            out.push(' ');
            let indicators = String::from_utf8_lossy(field.indicators()).replace(' ', "_");
            let padded = format!("{:2}", printable(&indicators));
            self.style.paint(Role::Indicator, &padded, out);
        }
        if !field.lead().is_empty() {
            out.push(' ');
            text(field.lead(), out);
        }
        for subfield in field.subfields() {
            out.push(' ');
            let code = format!("{mark}{}", printable(subfield.code().encode_utf8(&mut [0; 4])));
            self.style.paint(Role::Code, &code, out);
            out.push(' ');
            text(subfield.value(), out);
        }
        out.push('\n');
    }

    fn findings(&self, item: &Item<'_>, record: Option<&Record>, out: &mut String) {
        item.findings.iter().for_each(|finding| self.finding(finding, item, record, out));
        let more: u64 = item.unlisted.iter().map(|(_, count)| count).sum();
        if more > 0 {
            out.push_str(&format!("  ! and {more} more\n"));
        }
    }

    fn finding(&self, finding: &Finding, item: &Item<'_>, record: Option<&Record>, out: &mut String) {
        out.push_str("  ! ");
        out.push_str(&finding_line(finding, self.style));
        out.push('\n');
        let bytes = (item.raw(), item.position().byte);
        let window = Window::new(&finding.location, self.format, record, bytes, item.garbage);
        excerpt(&finding.location, &window, record, self.style, out);
    }

    fn faint(&self, line: &str, out: &mut String) {
        self.style.paint(Role::Faint, line, out);
        out.push('\n');
    }

    fn shows_leader(&self) -> bool {
        self.shown.is_empty() || self.shown.iter().any(|shown| matches!(shown, Shown::Leader))
    }

    fn shows(&self, field: FieldRef<'_>) -> bool {
        let matches = |shown: &Shown| match shown {
            Shown::Fields(pattern) => pattern.matches(field.tag()),
            Shown::Leader => false,
        };
        self.shown.is_empty() || self.shown.iter().any(matches)
    }
}

/// Returns the values of a coded view as a line of JSON.
#[cfg(feature = "serde")]
fn codes_as_json(coded: &Coded<'_>) -> String {
    let values = coded.values().map(|value| {
        let (name, label) = (value.name(Lang::En), value.label(Lang::En));
        serde_json::json!({ "path": value.path().to_string(), "name": name, "raw": value.raw(), "label": label })
    });
    serde_json::Value::from_iter(values).to_string()
}

/// Appends a value, with escapes for what cannot be shown.
fn text(text: Text<'_>, out: &mut String) {
    let mut value = String::new();
    // Escaping never fails.
    let _ = text.write_utf8(Policy::Escape, &mut value);
    out.push_str(&printable(&value));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_to_show() {
        let matches = |text: &str, tag: &str| match text.parse() {
            Ok(Shown::Fields(pattern)) => pattern.matches(tag.parse().unwrap()),
            _ => false,
        };
        assert!(matches("245", "245") && matches("6xx", "650") && matches("6..", "650"));
        assert!(matches("600-699", "650") && matches("2022", "2022") && matches("1", "001"));
        assert!(matches!("ldr".parse(), Ok(Shown::Leader)));
    }
}
