//! Cells that a spreadsheet would compute.

use std::borrow::Cow;

use crate::named::named;

/// How to treat cells that begin like the formula of a spreadsheet, which would compute it instead of showing it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Formulas {
    /// Write them as they are.
    #[default]
    Keep,
    /// Write an apostrophe before them, which makes them text.
    Defuse,
}

named!(Formulas {
    Keep "keep" "Write them as they are, and say so",
    Defuse "defuse" "Write an apostrophe before them",
});

/// Returns whether a text begins like the formula of a spreadsheet: with `=`, `+`, `-`, `@`, a tab or a carriage return
/// (OWASP, "CSV Injection").
///
/// # Example
/// ```
/// use kartoteka::table::is_formula;
///
/// assert!(is_formula("=HYPERLINK(\"http://example.com\")") && is_formula("-1+2"));
/// assert!(!is_formula("Divan = Poems") && !is_formula(""));
/// ```
pub fn is_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r'])
}

impl Formulas {
    /// Returns a text as it is written.
    ///
    /// # Example
    /// ```
    /// use kartoteka::table::Formulas;
    ///
    /// assert_eq!(Formulas::Defuse.apply("=1+1"), "'=1+1");
    /// assert_eq!(Formulas::Defuse.apply("1+1"), "1+1");
    /// assert_eq!(Formulas::Keep.apply("=1+1"), "=1+1");
    /// ```
    pub fn apply(self, text: &str) -> Cow<'_, str> {
        match self == Formulas::Defuse && is_formula(text) {
            true => Cow::Owned(format!("'{text}")),
            false => Cow::Borrowed(text),
        }
    }
}
