//! The summary at the end of a run that writes records.

use std::collections::BTreeMap;
use std::time::Duration;

use kartoteka::{Report, Summary};
use serde::Serialize;

use crate::report::by_code;
use crate::terminal::Style;

/// What is said at the end, as JSON and as text.
#[derive(Debug, Serialize)]
pub(crate) struct Tally<'a> {
    read: u64,
    written: u64,
    rejected: u64,
    replaced: u64,
    findings: BTreeMap<&'static str, u64>,
    bytes_read: u64,
    bytes_written: u64,
    seconds: f64,
    #[serde(skip)]
    report: &'a Report,
}

/// Findings by code, for JSON.
pub(crate) fn counts(report: &Report) -> BTreeMap<&'static str, u64> {
    report.iter().map(|(code, count)| (code.id(), count)).collect()
}

impl<'a> Tally<'a> {
    pub(crate) fn new(
        summary: &'a Summary,
        bytes_read: u64,
        bytes_written: u64,
        time: Duration,
    ) -> Tally<'a> {
        Tally {
            read: summary.read,
            written: summary.written,
            rejected: summary.rejected,
            replaced: summary.replaced,
            findings: counts(&summary.report),
            bytes_read,
            bytes_written,
            seconds: (time.as_secs_f64() * 1000.0).round() / 1000.0,
            report: &summary.report,
        }
    }

    pub(crate) fn json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    pub(crate) fn text(&self, style: Style) -> String {
        let Tally { read, written, rejected, replaced, bytes_read, bytes_written, seconds, .. } = self;
        let mut lines = vec![format!("records   {read} read, {written} written, {rejected} rejected")];
        let mut head = "findings";
        for line in by_code(self.report, style) {
            lines.push(format!("{head:9} {line}"));
            head = "";
        }
        if *replaced > 0 {
            lines.push(format!("replaced  {replaced} characters or byte sequences"));
        }
        lines.push(format!("bytes     {bytes_read} read, {bytes_written} written"));
        lines.push(format!("time      {seconds:.2} s"));
        lines.join("\n")
    }
}
