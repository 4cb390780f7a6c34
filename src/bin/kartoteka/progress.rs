//! The progress bar, on standard error.

use std::io::{self, IsTerminal, Read};
use std::time::{Duration, Instant};

use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::command::options::{Verbosity, When};
use crate::terminal::complain;

/// How often a line is printed where no bar can be drawn.
const LINE_EVERY: Duration = Duration::from_secs(5);
/// After how many records the count is brought up to date.
const RECORDS_EVERY: u64 = 1024;

/// How far a run is: a bar on a terminal, lines elsewhere if asked for, or nothing.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
    /// When the next line is due.
    line_due: Option<Instant>,
    records: u64,
}

impl Progress {
    /// `total` is the size of all inputs in bytes, if it is known; `data_on_stdout` tells that records are printed,
    /// between which a bar on the same terminal would be in the way.
    pub(crate) fn new(verbosity: Verbosity, total: Option<u64>, data_on_stdout: bool) -> Progress {
        let terminal = io::stderr().is_terminal();
        let in_the_way = data_on_stdout && io::stdout().is_terminal();
        let wanted = match verbosity.progress {
            When::Always => true,
            When::Never => false,
            When::Auto => terminal && !verbosity.quiet && !in_the_way,
        };
        let bar = match total {
            _ if !wanted || !terminal => ProgressBar::hidden(),
            Some(total) => ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr())
                .with_style(style("{wide_bar} {percent:>3} %  {msg}  {binary_bytes_per_sec}  {eta}")),
            None => ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr())
                .with_style(style("{spinner} {binary_bytes}  {msg}  {binary_bytes_per_sec}")),
        };
        let line_due = (wanted && !terminal).then(|| Instant::now() + LINE_EVERY);
        Progress { bar, line_due, records: 0 }
    }

    /// Counts what is read from a source.
    pub(crate) fn watch(&self, source: Box<dyn Read + Send>) -> Box<dyn Read + Send> {
        if self.bar.is_hidden() { source } else { Box::new(self.bar.wrap_read(source)) }
    }

    /// A record was done with.
    #[inline]
    pub(crate) fn record(&mut self) {
        self.records += 1;
        if self.records.is_multiple_of(RECORDS_EVERY) {
            self.tell();
        }
    }

    fn tell(&mut self) {
        if !self.bar.is_hidden() {
            self.bar.set_message(format!("{} records", HumanCount(self.records)));
        }
        if self.line_due.is_some_and(|due| Instant::now() >= due) {
            complain(&format!("{} records so far", self.records));
            self.line_due = Some(Instant::now() + LINE_EVERY);
        }
    }

    /// Prints a message above the bar.
    pub(crate) fn print<T>(&self, message: impl FnOnce() -> T) -> T {
        self.bar.suspend(message)
    }

    /// Takes the bar away.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
