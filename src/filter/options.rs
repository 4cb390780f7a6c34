//! Options of a filter.

use crate::path::SelectOptions;

/// Options of a filter: how it compares.
///
/// # Example
/// ```
/// use kartoteka::{Filter, FilterOptions, Record};
///
/// let record = Record::builder().data_field("245", "10", [('a', "ВОЙНА И МИР")]).build()?;
/// let options = FilterOptions::new().ignore_case(true);
/// assert!(Filter::parse(r#"245$a == "Война и мир""#, options)?.matches(record.view()));
/// # Ok::<(), kartoteka::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct FilterOptions {
    /// Whether case is ignored.
    pub ignore_case: bool,
    /// The least similarity at which `=*` holds, 0 to 1.
    pub threshold: f64,
    /// Options of the selection of values.
    pub select: SelectOptions,
}

impl Default for FilterOptions {
    fn default() -> FilterOptions {
        FilterOptions { ignore_case: false, threshold: 0.8, select: SelectOptions::new() }
    }
}

impl FilterOptions {
    /// Returns the defaults of each setter.
    pub fn new() -> FilterOptions {
        FilterOptions::default()
    }

    /// Sets whether case is ignored. Default: false.
    #[must_use]
    pub fn ignore_case(mut self, yes: bool) -> FilterOptions {
        self.ignore_case = yes;
        self
    }

    /// Sets the least similarity at which `=*` holds: 1 minus the edit distance (Levenshtein) divided by the
    /// length of the longer value, in characters. Default: 0.8.
    #[must_use]
    pub fn threshold(mut self, threshold: f64) -> FilterOptions {
        self.threshold = threshold;
        self
    }

    /// Sets the options of the selection of values: partners in 880, punctuation, normalization. Default:
    /// [`SelectOptions::new`].
    #[must_use]
    pub fn select(mut self, select: SelectOptions) -> FilterOptions {
        self.select = select;
        self
    }
}
