//! The forms in which a validation is reported.
//!
//! A [`Report`] writes text to a string: what begins it, each [`Found`] as it comes, and the [`Totals`] at the end. All
//! forms write as they go, and need no memory for it, but for [`Junit`], which keeps ten examples for each rule and file.
//!
//! # Example
//!
//! SARIF, for code hosts:
//!
#![cfg_attr(feature = "json", doc = "```")]
#![cfg_attr(not(feature = "json"), doc = "```text")]
//! use kartoteka::report::{Report, Sarif};
//! use kartoteka::validate::{Config, Event, Validator};
//! use kartoteka::{Format, open};
//!
//! let mut validator = Validator::new(Config::new());
//! let mut report = Sarif::new(validator.totals());
//! let mut out = String::new();
//! report.begin(&mut out);
//! let mut reader = open("fixtures/iso2709/damaged.mrc")?;
//! validator.input("damaged.mrc", Format::Iso2709, &mut reader, &mut |event| {
//!     if let Event::Found(found) = event {
//!         report.finding(found, &mut out);
//!     }
//!     Ok::<(), kartoteka::Error>(())
//! })?;
//! report.end(validator.totals(), &mut out);
//! println!("{out}");
//! let sarif: serde_json::Value = serde_json::from_str(&out).unwrap();
//! assert_eq!(sarif["version"], "2.1.0");
//! assert_eq!(sarif["runs"][0]["results"].as_array().unwrap().len(), 8);
//! # Ok::<(), kartoteka::Error>(())
//! ```

mod crosswalk;
mod csv;
mod excerpt;
#[cfg(feature = "json")]
mod form;
mod formats;
mod github;
#[cfg(feature = "json")]
mod gitlab;
#[cfg(feature = "json")]
mod json;
mod junit;
mod listing;
#[cfg(feature = "json")]
mod object;
mod rules;
#[cfg(feature = "json")]
mod sarif;
mod stats;
mod style;
mod summary;
mod text;

#[cfg(feature = "json")]
pub use self::crosswalk::{account_json, coverage_json};
pub use self::crosswalk::{coverage_text, crosswalks_text, values_line};
pub use self::csv::Csv;
pub use self::excerpt::excerpt;
#[cfg(feature = "json")]
pub use self::form::{Form, FormOptions};
#[cfg(feature = "json")]
pub use self::formats::formats_json;
pub use self::formats::formats_text;
pub use self::github::Github;
#[cfg(feature = "json")]
pub use self::gitlab::Gitlab;
#[cfg(feature = "json")]
pub use self::json::Json;
pub use self::junit::Junit;
pub use self::listing::{Listing, ParseShownError, Shown};
#[cfg(feature = "json")]
pub(crate) use self::object::{Object, object, tally};
pub use self::rules::rules_text;
#[cfg(feature = "json")]
pub use self::sarif::Sarif;
#[cfg(feature = "json")]
pub use self::stats::stats_json;
pub use self::stats::stats_text;
pub use self::style::{Role, Style, finding_line, printable, printable_lines};
pub use self::summary::RunSummary;
pub use self::text::{Concise, Text, by_rule, summary};
pub use crate::finding::counted;
use crate::validate::{Found, Totals};

/// A form of report. What it writes is complete only after [`Report::end`].
pub trait Report {
    /// Appends what begins the report. Once, before all findings. Default: nothing.
    fn begin(&mut self, out: &mut String) {
        let _ = out;
    }

    /// Appends a finding.
    fn finding(&mut self, found: &Found<'_>, out: &mut String);

    /// Appends the totals and what ends the report. Once, after all findings.
    fn end(&mut self, totals: &Totals, out: &mut String);
}

/// The line of a finding, for hosts that want one for each: the first, where the input has no lines.
fn line(found: &Found<'_>) -> u64 {
    found.finding.location.line.max(1)
}

/// A path as a URI: relative as it is, or `file:` if it is absolute.
#[cfg(feature = "json")]
fn uri(path: &str) -> String {
    use std::fmt::Write as _;

    let mut uri = if std::path::Path::new(path).is_absolute() { "file://".to_owned() } else { String::new() };
    for byte in path.replace('\\', "/").bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            _ => _ = write!(uri, "%{byte:02X}"),
        }
    }
    uri
}
