//! Standard error and standard output as a terminal: colours, and text that is safe to print.

use std::io::{self, IsTerminal, Write};

pub(crate) use kartoteka::report::{Style, printable};

use crate::command::options::When;

/// Prints a message that the user must see. If standard error is gone, there is nowhere to print it.
pub(crate) fn complain(message: &str) {
    let _ = writeln!(io::stderr(), "kartoteka: {}", printable(message));
}

/// Prints lines of our own making to standard error.
pub(crate) fn print(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// The style of what goes to standard output.
pub(crate) fn style_of_stdout(when: When) -> Style {
    style(when, || io::stdout().is_terminal())
}

/// The style of what goes to standard error.
pub(crate) fn style_of_stderr(when: When) -> Style {
    style(when, || io::stderr().is_terminal())
}

fn style(when: When, is_terminal: impl Fn() -> bool) -> Style {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let unwanted = || is_set("NO_COLOR") || std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    let coloured = match when {
        When::Always => true,
        When::Never => false,
        When::Auto => !unwanted() && is_terminal(),
    };
    if coloured { Style::coloured() } else { Style::plain() }
}
