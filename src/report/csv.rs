//! A table of findings.

use super::Report;
use crate::table::Formulas;
use crate::validate::{Found, Totals};

/// A table with a row for each finding, in CSV (RFC 4180, with line feeds).
#[derive(Debug, Clone, Copy, Default)]
pub struct Csv {
    formulas: Formulas,
}

impl Csv {
    /// Makes a table.
    pub fn new() -> Csv {
        Csv::default()
    }

    /// Sets how cells are treated that begin like the formula of a spreadsheet. Default: [`Formulas::Keep`].
    #[must_use]
    pub fn formulas(mut self, formulas: Formulas) -> Csv {
        self.formulas = formulas;
        self
    }
}

const COLUMNS: [&str; 13] = [
    "rule", "name", "severity", "file", "record", "offset", "length", "id", "mfn", "byte", "path", "value",
    "message",
];

impl Report for Csv {
    fn begin(&mut self, out: &mut String) {
        row(&COLUMNS, self.formulas, out);
    }

    fn finding(&mut self, found: &Found<'_>, out: &mut String) {
        let finding = found.finding;
        row(
            &[
                finding.rule.id(),
                finding.rule.name(),
                found.severity.name(),
                found.file,
                &found.number().map(|number| number.to_string()).unwrap_or_default(),
                &found.offset().to_string(),
                &found.record_len().to_string(),
                &found.id().unwrap_or_default(),
                &found.mfn().map(|mfn| mfn.to_string()).unwrap_or_default(),
                &finding.location.byte.to_string(),
                &found.path(),
                &found.value().unwrap_or_default(),
                &found.message(),
            ],
            self.formulas,
            out,
        );
    }

    fn end(&mut self, totals: &Totals, out: &mut String) {
        for (rule, count) in &totals.unlisted {
            let severity = totals.severity(*rule).name();
            let message = format!("and {count} more, not listed");
            let mut cells = [""; COLUMNS.len()];
            let ends = [rule.id(), rule.name(), severity];
            cells.iter_mut().zip(ends).for_each(|(cell, value)| *cell = value);
            if let Some(last) = cells.last_mut() {
                *last = &message;
            }
            row(&cells, self.formulas, out);
        }
    }
}

fn row(cells: &[&str], formulas: Formulas, out: &mut String) {
    for (at, cell) in cells.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        let cell = formulas.apply(cell);
        if cell.contains([',', '"', '\n', '\r']) {
            out.push('"');
            out.push_str(&cell.replace('"', "\"\""));
            out.push('"');
        } else {
            out.push_str(&cell);
        }
    }
    out.push('\n');
}
