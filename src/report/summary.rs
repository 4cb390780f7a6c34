//! The summary at the end of a run that writes records.

use std::time::Duration;

#[cfg(feature = "json")]
use super::object::{object, tally};
use super::style::Style;
use super::text::by_rule;
use crate::finding::{Rule, Severity};
use crate::io::Summary;
use crate::rules;

/// What a run that writes records says at its end, in words or as JSON.
///
/// # Example
/// ```
/// use kartoteka::report::{RunSummary, Style};
/// use kartoteka::{WriteOptions, copy, mrk, open};
///
/// let mut to = mrk::Writer::new(Vec::new(), &WriteOptions::new());
/// let summary = copy(&mut open("fixtures/iso2709/marc21.mrc")?, &mut to)?;
/// let (read, written) = (5628, to.get_ref().len() as u64);
/// let text = RunSummary::new(&summary, read, written, std::time::Duration::ZERO).text(Style::plain());
/// assert!(text.starts_with("records   8 read, 8 written, 0 rejected\nbytes     5628 read, "), "{text}");
/// # Ok::<(), kartoteka::Error>(())
/// ```
#[derive(Debug)]
pub struct RunSummary<'a> {
    summary: &'a Summary,
    bytes_read: u64,
    bytes_written: u64,
    time: Duration,
}

impl<'a> RunSummary<'a> {
    /// Puts the numbers of a run together.
    pub fn new(summary: &'a Summary, bytes_read: u64, bytes_written: u64, time: Duration) -> RunSummary<'a> {
        RunSummary { summary, bytes_read, bytes_written, time }
    }

    /// Returns whether all that was read is in the output: nothing was rejected, replaced or left out.
    pub fn is_whole(&self) -> bool {
        let lossy = [
            rules::CHARACTER_NOT_ALLOWED,
            rules::TAG_TOO_WIDE,
            rules::UNENCODABLE,
            rules::SUBFIELD_LOST,
            rules::DELIMITER_IN_VALUE,
        ];
        let Summary { rejected, replaced, ref report, .. } = *self.summary;
        rejected == 0 && replaced == 0 && lossy.into_iter().all(|rule| report.count(rule) == 0)
    }

    /// Returns the exit status of the run: 1 if something was lost, or found at or above `fail_on`, else 0.
    pub fn exit_status(&self, fail_on: Severity) -> u8 {
        u8::from(!self.is_whole() || self.summary.report.at_least(fail_on) > 0)
    }

    /// Returns a JSON object, without a line end.
    #[cfg(feature = "json")]
    pub fn json(&self) -> String {
        let mut out = String::new();
        object(&mut out, |line| {
            line.number("read", self.summary.read);
            line.number("written", self.summary.written);
            line.number("rejected", self.summary.rejected);
            line.number("replaced", self.summary.replaced);
            line.object("findings", |counts| tally(&self.summary.report, counts));
            line.number("bytes_read", self.bytes_read);
            line.number("bytes_written", self.bytes_written);
            line.value("seconds", &((self.time.as_secs_f64() * 1000.0).round() / 1000.0));
        });
        out
    }

    /// Returns lines, without a line end after the last.
    pub fn text(&self, style: Style) -> String {
        let Summary { read, written, rejected, replaced, ref report } = *self.summary;
        let mut lines = vec![format!("records   {read} read, {written} written, {rejected} rejected")];
        let mut head = "findings";
        for line in by_rule(report, Rule::severity, style) {
            lines.push(format!("{head:9} {line}"));
            head = "";
        }
        if replaced > 0 {
            lines.push(format!("replaced  {replaced} characters or byte sequences"));
        }
        lines.push(format!("bytes     {} read, {} written", self.bytes_read, self.bytes_written));
        lines.push(format!("time      {:.2} s", self.time.as_secs_f64()));
        lines.join("\n")
    }
}
