//! Colours, and text that is safe to print.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::finding::{Finding, Severity};

/// Whether text is coloured, with the escape sequences of terminals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    coloured: bool,
}

/// What a colour is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Role {
    /// A tag.
    Tag,
    /// An indicator.
    Indicator,
    /// A subfield code, and the mark under a culprit.
    Code,
    /// What is less important than the text around it.
    Faint,
    /// The severity of a finding, and its rule.
    Weight(Severity),
}

impl Style {
    /// No colours.
    pub const fn plain() -> Style {
        Style { coloured: false }
    }

    /// Colours.
    pub const fn coloured() -> Style {
        Style { coloured: true }
    }

    /// Appends text in the colour of its role.
    ///
    /// # Example
    /// ```
    /// use kartoteka::report::{Role, Style};
    ///
    /// let mut out = String::new();
    /// Style::coloured().paint(Role::Tag, "245", &mut out);
    /// assert_eq!(out, "\x1b[1m245\x1b[0m");
    /// ```
    pub fn paint(self, role: Role, text: &str, out: &mut String) {
        let colour = match role {
            Role::Tag => "1",
            Role::Indicator => "33",
            Role::Code => "36",
            Role::Faint => "2",
            Role::Weight(Severity::Error) => "1;31",
            Role::Weight(Severity::Warning) => "33",
            Role::Weight(Severity::Note) => "34",
        };
        // Writing to a string does not fail.
        let _ = match self.coloured {
            true => write!(out, "\x1b[{colour}m{text}\x1b[0m"),
            false => write!(out, "{text}"),
        };
    }
}

/// Returns a finding as one line, with its severity and rule in colour, safe to print on a terminal.
///
/// # Example
/// ```
/// use kartoteka::report::{Style, finding_line};
/// use kartoteka::{Finding, Location, rules};
///
/// let finding = Finding::new(rules::GARBAGE, Location::default(), "12 bytes", "skipped");
/// assert_eq!(finding_line(&finding, Style::plain()), finding.to_string());
/// assert!(finding_line(&finding, Style::coloured()).starts_with("\x1b[1;31merror[B017]\x1b[0m"));
/// ```
pub fn finding_line(finding: &Finding, style: Style) -> String {
    let text = finding.to_string();
    let head = format!("{}[{}]", finding.severity(), finding.rule);
    let rest = text.strip_prefix(&head).unwrap_or(&text);
    let mut line = String::with_capacity(text.len());
    style.paint(Role::Weight(finding.severity()), &head, &mut line);
    line.push_str(&printable(rest));
    line
}

/// Returns text in which a terminal finds no commands: control characters become `\x1B`, and characters that change the
/// direction of what follows `\u202E`.
///
/// # Example
/// ```
/// use kartoteka::report::printable;
///
/// assert_eq!(printable("Leylı və Məcnun"), "Leylı və Məcnun");
/// assert_eq!(printable("a\x1b[31mb\u{202E}"), "a\\x1B[31mb\\u202E");
/// ```
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.contains(is_command) {
        return Cow::Borrowed(text);
    }
    let mut clean = String::with_capacity(text.len());
    for character in text.chars() {
        escape(character, &mut clean);
    }
    Cow::Owned(clean)
}

/// Returns whether a terminal would act on a character: control characters, and the embeddings, overrides and isolates of
/// bidirectional text (Unicode Standard Annex 9). The marks of direction, which only have a place, are none.
fn is_command(character: char) -> bool {
    character.is_control() || matches!(character, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Appends a character, or its escape.
fn escape(character: char, out: &mut String) {
    // Writing to a string does not fail.
    let _ = match (is_command(character), u32::from(character)) {
        (false, _) => out.write_char(character),
        (true, code @ ..=0xFF) => write!(out, "\\x{code:02X}"),
        (true, code) => write!(out, "\\u{code:04X}"),
    };
}

/// Makes text that passes by in pieces safe to print on a terminal as [`printable`] does, but keeps line ends and tabs, of
/// which tables are made.
///
/// # Example
/// ```
/// use kartoteka::report::printable_lines;
///
/// let mut out = Vec::new();
/// // A piece may end within a character: the rest of it is kept for the next call.
/// let mut rest = printable_lines("a\tb\x1b[m\nя".as_bytes().split_last().unwrap().1, Vec::new(), &mut out);
/// assert_eq!(rest, [0xD1]);
/// rest = printable_lines(&[0x8F, 0xFF], rest, &mut out);
/// assert!(rest.is_empty());
/// assert_eq!(String::from_utf8(out).unwrap(), "a\tb\\x1B[m\nя\\xFF");
/// ```
pub fn printable_lines(piece: &[u8], mut rest: Vec<u8>, out: &mut Vec<u8>) -> Vec<u8> {
    rest.extend_from_slice(piece);
    let mut clean = String::with_capacity(rest.len());
    let mut kept = Vec::new();
    let mut chunks = rest.utf8_chunks().peekable();
    while let Some(chunk) = chunks.next() {
        for character in chunk.valid().chars() {
            match character {
                '\n' | '\t' => clean.push(character),
                other => escape(other, &mut clean),
            }
        }
        let is_cut = chunks.peek().is_none()
            && std::str::from_utf8(chunk.invalid()).is_err_and(|error| error.error_len().is_none());
        if is_cut {
            kept = chunk.invalid().to_vec();
        } else {
            // Writing to a string does not fail.
            chunk.invalid().iter().for_each(|byte| _ = write!(clean, "\\x{byte:02X}"));
        }
    }
    out.extend_from_slice(clean.as_bytes());
    kept
}
