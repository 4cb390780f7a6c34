//! Letters with marks, composed or decomposed.

use std::borrow::Cow;

use crate::named::named;

/// The form of letters with marks in Unicode.
///
/// # Spec
/// [Unicode Standard Annex 15](https://www.unicode.org/reports/tr15/).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Normalization {
    /// The form of the source: text from MARC-8 has a letter and its marks, in the order of the source.
    #[default]
    AsIs,
    /// Composed: `é` is one character.
    Nfc,
    /// Decomposed: `é` is `e` and a mark.
    Nfd,
}

named!(Normalization {
    AsIs "none" "As the source has them",
    Nfc "nfc" "One character",
    Nfd "nfd" "A letter and its marks",
});

impl Normalization {
    /// Returns the text in this form; borrowed where it already has it.
    ///
    /// # Example
    /// ```
    /// use kartoteka::Normalization;
    ///
    /// assert_eq!(Normalization::Nfc.apply("Cafe\u{301}"), "Café");
    /// ```
    pub fn apply(self, text: &str) -> Cow<'_, str> {
        use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick, is_nfd_quick};
        let is_so = match self {
            _ if text.is_ascii() => true,
            Normalization::AsIs => true,
            Normalization::Nfc => is_nfc_quick(text.chars()) == IsNormalized::Yes,
            Normalization::Nfd => is_nfd_quick(text.chars()) == IsNormalized::Yes,
        };
        match self {
            _ if is_so => Cow::Borrowed(text),
            Normalization::Nfd => Cow::Owned(text.nfd().collect()),
            _ => Cow::Owned(text.nfc().collect()),
        }
    }
}
