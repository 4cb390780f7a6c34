//! Standard error and standard output as a terminal: colours, and text that is safe to print.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write};

use kartoteka::Severity;

use crate::args::When;

/// Prints a message that the user must see. If standard error is gone, nobody can be told.
pub(crate) fn complain(message: &str) {
    let _ = writeln!(io::stderr(), "kartoteka: {}", printable(message));
}

/// Prints lines of our own making to standard error.
pub(crate) fn print(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// Whether text is coloured.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Style {
    coloured: bool,
}

/// What the colours are for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Role {
    Tag,
    Indicator,
    Code,
    Faint,
    Weight(Severity),
}

impl Style {
    pub(crate) fn of_stdout(when: When) -> Style {
        Style::new(when, || io::stdout().is_terminal())
    }

    pub(crate) fn of_stderr(when: When) -> Style {
        Style::new(when, || io::stderr().is_terminal())
    }

    /// No colours.
    pub(crate) fn plain() -> Style {
        Style { coloured: false }
    }

    fn new(when: When, is_terminal: impl Fn() -> bool) -> Style {
        let unwanted = || std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let coloured = match when {
            When::Always => true,
            When::Never => false,
            When::Auto => !unwanted() && is_terminal(),
        };
        Style { coloured }
    }

    /// Appends text in the colour of its role.
    pub(crate) fn paint(self, role: Role, text: &str, out: &mut String) {
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

/// Text without what a terminal would take as a command: control characters become `\x1B`.
pub(crate) fn printable(text: &str) -> Cow<'_, str> {
    if !text.chars().any(char::is_control) {
        return Cow::Borrowed(text);
    }
    let mut clean = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() {
            let _ = write!(clean, "\\x{:02X}", u32::from(character));
        } else {
            clean.push(character);
        }
    }
    Cow::Owned(clean)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminals_get_no_commands_from_data() {
        assert_eq!(printable("Leylı və Məcnun"), "Leylı və Məcnun");
        assert_eq!(printable("a\x1b[31mb\u{9b}c"), "a\\x1B[31mb\\x9Bc");
    }

    #[test]
    fn colours_only_where_wanted() {
        let painted = |when| {
            let mut out = String::new();
            Style::of_stdout(when).paint(Role::Tag, "245", &mut out);
            out
        };
        assert_eq!(painted(When::Never), "245");
        assert_eq!(painted(When::Always), "\x1b[1m245\x1b[0m");
    }
}
