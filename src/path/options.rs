//! Options of a selection.

use std::borrow::Cow;

use unicode_normalization::{UnicodeNormalization, is_nfc};

use crate::bytes::Cut;
use crate::record::{Dialect, FieldRef, RecordRef, Text};

/// The order in which the subfields of a field are returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Order {
    /// The order in which they occur in the field.
    #[default]
    Record,
    /// The order of the codes in the path: all of the first code, then all of the second.
    Path,
}

/// Options of a selection: one set per query.
///
/// # Example
/// ```
/// use kartoteka::{FieldPath, Record, SelectOptions};
///
/// let record = Record::builder()
///     .data_field("245", "14", [('6', "880-01"), ('a', "The divan /"), ('c', "Fuzuli.")])
///     .data_field("880", "10", [('6', "245-01/(3"), ('a', "ديوان /")])
///     .build()?;
/// let path: FieldPath = "245$a".parse()?;
/// let titles = |options| -> Vec<String> {
///     record.select_with(&path, options).map(|found| found.to_str_lossy().into_owned()).collect()
/// };
/// assert_eq!(titles(SelectOptions::new()), ["The divan /"]);
/// assert_eq!(titles(SelectOptions::new().linked(true).trim(true)), ["The divan", "ديوان"]);
/// # Ok::<(), kartoteka::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct SelectOptions {
    /// The order of the subfields in each field.
    pub order: Order,
    /// Whether fields 880 count as the fields that they represent in another script.
    pub linked: bool,
    /// Whether ISBD punctuation at the end of subfields is removed.
    pub trim: bool,
    /// Whether leading articles are removed.
    pub skip_nonfiling: bool,
    /// Whether text is returned in Unicode normalization form C.
    pub nfc: bool,
}

impl SelectOptions {
    /// Returns the defaults: the order of the record, values unchanged.
    pub fn new() -> SelectOptions {
        SelectOptions::default()
    }

    /// Sets the order of the subfields in each field. Default: [`Order::Record`].
    #[must_use]
    pub fn order(mut self, order: Order) -> SelectOptions {
        self.order = order;
        self
    }

    /// Sets whether a field 880 counts as the field that its `$6` names: the same field in its original
    /// script. If the path has an index, only the partners of the selected fields count. Default: false.
    #[must_use]
    pub fn linked(mut self, yes: bool) -> SelectOptions {
        self.linked = yes;
        self
    }

    /// Sets whether ISBD punctuation at the end of subfields is removed: blanks, `/ : ; = ,`, a full stop
    /// after a word that is no abbreviation, and a bracket without its partner. Default: false.
    #[must_use]
    pub fn trim(mut self, yes: bool) -> SelectOptions {
        self.trim = yes;
        self
    }

    /// Sets whether the nonfiling characters at the start of a title are removed: as many as the indicator of
    /// MARC 21 gives, or those between U+0098 and U+009C. Default: false.
    #[must_use]
    pub fn skip_nonfiling(mut self, yes: bool) -> SelectOptions {
        self.skip_nonfiling = yes;
        self
    }

    /// Sets whether text is returned in normalization form C, composed. Default: false, text as stored.
    #[must_use]
    pub fn nfc(mut self, yes: bool) -> SelectOptions {
        self.nfc = yes;
        self
    }
}

/// Returns text in normalization form C. Borrows text that is in it already.
pub(crate) fn composed(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.is_ascii() || is_nfc(&text) { text } else { Cow::Owned(text.nfc().collect()) }
}

/// Returns the number of nonfiling characters at the start of the first subfield of a field.
///
/// # Spec
/// MARC 21: second indicator of 222, 240, 242, 243, 245, 440 and 830, first indicator of 130, 630, 730 and 740.
/// UNIMARC and others: U+0098 and U+009C, start and end of a non-sorting part.
pub(super) fn nonfiling(record: RecordRef<'_>, field: FieldRef<'_>, text: Text<'_>) -> u32 {
    let bytes = text.as_bytes();
    for (start, end) in [(&b"\xC2\x98"[..], "\u{9C}"), (b"\x1BH", "\x1BI")] {
        if bytes.starts_with(start) {
            let decoded = text.to_str_lossy();
            let end = decoded.find(end).map(|at| decoded.cut(..at).chars().count());
            let marks = u32::try_from(end.unwrap_or_default()).unwrap_or_default();
            return if end.is_some() { marks + 1 } else { 0 };
        }
    }
    let at = match field.tag().number() {
        Some(222 | 240 | 242 | 243 | 245 | 440 | 830) => 1usize,
        Some(130 | 630 | 730 | 740) => 0,
        _ => return 0,
    };
    match field.indicators().get(at) {
        Some(digit @ b'1'..=b'9')
            if !matches!(Dialect::guess(record), Dialect::Unimarc | Dialect::Rusmarc) =>
        {
            u32::from(digit - b'0')
        }
        _ => 0,
    }
}
