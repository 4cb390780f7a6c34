//! Bounds on what input may make us hold.

/// How much one record may take, so that no input can fill the memory.
///
/// What passes a bound is a finding, and reading goes on behind it.
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
    /// The most findings listed for one record; the rest is counted. Default: 100.
    pub diagnostics: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { record_bytes: 16 << 20, fields: 100_000, diagnostics: 100 }
    }
}
