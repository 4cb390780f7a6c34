//! Bounds on the memory that input can make a reader use.

/// Bounds on the memory of one record, so that no input can exhaust it.
///
/// Exceeding a bound is a finding, and reading continues after the excess.
///
/// # Example
/// ```
/// use kartoteka::{Limits, ReadOptions};
///
/// let mut limits = Limits::default();
/// limits.record_bytes = 1 << 20;
/// let options = ReadOptions::new().limits(limits);
/// assert_eq!(options.limits.record_bytes, 1_048_576);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// The longest record, in bytes of input. Default: 16 MiB.
    pub record_bytes: usize,
    /// The most fields of a record. Default: 100,000.
    pub fields: usize,
    /// The most findings listed for one record; further ones are counted. Default: 100.
    pub findings: usize,
}

/// A text that is no limit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ParseLimitsError(String);

impl std::str::FromStr for Limits {
    type Err = ParseLimitsError;

    /// Parses limits that differ from the default: `record=16M,fields=100000,findings=100`.
    ///
    /// # Example
    /// ```
    /// use kartoteka::Limits;
    ///
    /// let limits: Limits = "record=2K".parse()?;
    /// assert_eq!((limits.record_bytes, limits.fields), (2048, 100_000));
    /// assert!("recrod=1".parse::<Limits>().is_err());
    /// # Ok::<(), kartoteka::ParseLimitsError>(())
    /// ```
    fn from_str(text: &str) -> Result<Limits, ParseLimitsError> {
        let mut limits = Limits::default();
        for part in text.split(',') {
            let wrong = || ParseLimitsError(format!("no = in {part:?}"));
            let (name, value) = part.split_once('=').ok_or_else(wrong)?;
            let value = Limits::size(value)?;
            match name.trim() {
                "record" => limits.record_bytes = value,
                "fields" => limits.fields = value,
                "findings" => limits.findings = value,
                other => {
                    let message = format!("no limit {other:?}; there are record, fields and findings");
                    return Err(ParseLimitsError(message));
                }
            }
        }
        Ok(limits)
    }
}

impl Limits {
    /// Parses a number above 0, with K, M or G for powers of 1024.
    ///
    /// # Errors
    /// If the text is none.
    ///
    /// # Example
    /// ```
    /// assert_eq!(kartoteka::Limits::size("16M")?, 16 << 20);
    /// # Ok::<(), kartoteka::ParseLimitsError>(())
    /// ```
    pub fn size(text: &str) -> Result<usize, ParseLimitsError> {
        let text = text.trim();
        let (digits, power) = match text.char_indices().next_back() {
            Some((at, 'k' | 'K')) => (text.get(..at), 1u32),
            Some((at, 'm' | 'M')) => (text.get(..at), 2),
            Some((at, 'g' | 'G')) => (text.get(..at), 3),
            _ => (Some(text), 0),
        };
        let number = digits.and_then(|digits| digits.parse::<usize>().ok()).filter(|number| *number > 0);
        let size = number.and_then(|number| number.checked_mul(1024usize.checked_pow(power)?));
        size.ok_or_else(|| ParseLimitsError(format!("{text:?} is not a number above 0, such as 500 or 16M")))
    }
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { record_bytes: 16 << 20, fields: 100_000, findings: 100 }
    }
}
