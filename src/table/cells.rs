//! Rows as text: comma-separated, tab-separated, JSON lines.

use std::fmt::{Display, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::formulas::{Formulas, is_formula};
use crate::named::named;
use crate::record::Text;

/// How rows are written. Lines end with a line feed, text is UTF-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Form {
    /// Comma-separated values, RFC 4180. Values with a comma, a quote or a line end are quoted.
    #[cfg(feature = "csv")]
    Csv,
    /// Tab-separated values, none quoted: tab, line feed, carriage return and backslash are written `\t`, `\n`, `\r` and
    /// `\\`. For `cut`, `awk` and databases, where a row must be a line.
    Tsv,
    /// Tab-separated values, quoted as in [`Form::Csv`]. For spreadsheets.
    #[cfg(feature = "csv")]
    QuotedTsv,
    /// A JSON object a line, without a header.
    JsonLines,
}

named!(Form {
    #[cfg(feature = "csv")]
    Csv "csv" "Comma-separated values, RFC 4180, with line feeds",
    Tsv "tsv" "Values between tabs",
    #[cfg(feature = "csv")]
    QuotedTsv "quoted-tsv" "Values between tabs, quoted as in csv",
    JsonLines "ndjson" "A JSON object a line",
});

/// The columns of a table and the form in which its rows are written.
///
/// Holds no output: rows are appended to the memory you give, by as many threads as you like.
///
/// # Example
/// ```
/// use kartoteka::table::{Cells, Form};
///
/// let write = |form| {
///     let cells = Cells::new(form, ["title", "count", "subjects"]);
///     let mut out = Vec::new();
///     cells.header(&mut out);
///     cells.row(&mut out).text("a\tb").number(Some(2)).list(["x", "y"]).end();
///     cells.row(&mut out).optional(None).end(); // the other cells are empty
///     String::from_utf8(out).unwrap()
/// };
/// assert_eq!(write(Form::Tsv), "title\tcount\tsubjects\na\\tb\t2\t[\"x\",\"y\"]\n\t\t\n");
/// assert_eq!(
///     write(Form::JsonLines),
///     "{\"title\":\"a\\tb\",\"count\":2,\"subjects\":[\"x\",\"y\"]}\n{\"title\":null,\"count\":null,\"subjects\":null}\n"
/// );
/// ```
#[derive(Debug, Clone)]
pub struct Cells {
    form: Form,
    columns: Vec<String>,
    /// The columns as JSON strings.
    keys: Vec<String>,
    formulas: Formulas,
    /// How many cells began like a formula.
    found: Arc<AtomicU64>,
    #[cfg(feature = "csv")]
    quoting: csv_core::Writer,
}

impl Cells {
    /// Makes the writer of a table with these columns.
    pub fn new(form: Form, columns: impl IntoIterator<Item = impl Display>) -> Cells {
        let columns: Vec<String> = columns.into_iter().map(|column| column.to_string()).collect();
        let keys = columns.iter().map(|column| json(column)).collect();
        Cells {
            form,
            columns,
            keys,
            formulas: Formulas::Keep,
            found: Arc::default(),
            #[cfg(feature = "csv")]
            quoting: csv_core::WriterBuilder::new()
                .delimiter(if form == Form::QuotedTsv { b'\t' } else { b',' })
                .build(),
        }
    }

    /// Sets how cells are treated that begin like a formula. Default: [`Formulas::Keep`]. In [`Form::JsonLines`] none is one.
    ///
    /// # Example
    /// ```
    /// use kartoteka::table::{Cells, Form, Formulas};
    ///
    /// let cells = Cells::new(Form::Tsv, ["title"]).formulas(Formulas::Defuse);
    /// let mut out = Vec::new();
    /// cells.row(&mut out).text("=1+1").end();
    /// assert_eq!((out.as_slice(), cells.formulas_found()), (&b"'=1+1\n"[..], 1));
    /// ```
    #[must_use]
    pub fn formulas(mut self, formulas: Formulas) -> Cells {
        self.formulas = formulas;
        self
    }

    /// Returns how many cells so far began like a formula, on all threads.
    pub fn formulas_found(&self) -> u64 {
        self.found.load(Ordering::Relaxed)
    }

    /// Appends the row with the names of the columns; nothing in [`Form::JsonLines`].
    pub fn header(&self, out: &mut Vec<u8>) {
        if self.form == Form::JsonLines {
            return;
        }
        let mut row = self.row(out);
        for column in &self.columns {
            row.text(column);
        }
        row.end();
    }

    /// Begins a row at the end of `out`. Give its cells in the order of the columns, then [`end`](RowWriter::end) it.
    pub fn row<'a>(&'a self, out: &'a mut Vec<u8>) -> RowWriter<'a> {
        let start = out.len();
        RowWriter {
            cells: self,
            out,
            start,
            column: 0,
            #[cfg(feature = "csv")]
            quoting: self.quoting.clone(),
        }
    }
}

/// A row that is being written. See [`Cells::row`].
#[derive(Debug)]
pub struct RowWriter<'a> {
    cells: &'a Cells,
    out: &'a mut Vec<u8>,
    start: usize,
    /// Number of cells written.
    column: usize,
    #[cfg(feature = "csv")]
    quoting: csv_core::Writer,
}

impl RowWriter<'_> {
    /// Writes a cell with text.
    pub fn text(&mut self, text: &str) -> &mut Self {
        if self.begin() {
            match self.cells.form {
                Form::JsonLines => self.out.extend_from_slice(json(text).as_bytes()),
                _ => self.plain(text),
            }
        }
        self
    }

    /// Writes a cell with text, or an empty one; `null` in JSON.
    pub fn optional(&mut self, text: Option<&str>) -> &mut Self {
        match text {
            Some(text) => self.text(text),
            None => self.bare(None),
        }
    }

    /// Writes a cell with a value of a record; bytes that do not decode become U+FFFD.
    pub fn value(&mut self, value: Text<'_>) -> &mut Self {
        match value.as_str() {
            Some(text) => self.text(text),
            None => self.text(&value.to_str_lossy()),
        }
    }

    /// Writes a cell with whatever prints as text.
    pub fn display(&mut self, value: impl Display) -> &mut Self {
        let mut text = String::new();
        let _ = write!(text, "{value}"); // memory does not fail
        self.text(&text)
    }

    /// Writes a cell with a number, or an empty one; `null` in JSON.
    pub fn number(&mut self, number: Option<u64>) -> &mut Self {
        self.bare(number)
    }

    /// Writes a cell with a number of two decimals, such as `0.95`.
    pub fn decimal(&mut self, number: f64) -> &mut Self {
        if self.begin() {
            self.out.extend_from_slice(format!("{number:.2}").as_bytes());
        }
        self
    }

    /// Writes a cell with a list: in JSON as one, elsewhere as the text of the JSON.
    pub fn list<'v>(&mut self, values: impl IntoIterator<Item = &'v str>) -> &mut Self {
        if self.begin() {
            let values: Vec<&str> = values.into_iter().collect();
            let list = serde_json::to_string(&values).unwrap_or_default();
            match self.cells.form {
                Form::JsonLines => self.out.extend_from_slice(list.as_bytes()),
                _ => self.plain(&list),
            }
        }
        self
    }

    /// Ends the row. Cells that were not written are empty.
    pub fn end(&mut self) {
        while self.column < self.cells.columns.len() {
            self.optional(None);
        }
        match self.cells.form {
            Form::JsonLines if self.cells.columns.is_empty() => self.out.extend_from_slice(b"{}\n"),
            Form::JsonLines => self.out.extend_from_slice(b"}\n"),
            // A row of one empty cell is an empty line, not a pair of quotes.
            _ if self.out.len() == self.start => self.out.push(b'\n'),
            #[cfg(feature = "csv")]
            Form::Csv | Form::QuotedTsv => {
                append(self.out, 3, |room| self.quoting.terminator(room).1);
            }
            Form::Tsv => self.out.push(b'\n'),
        }
    }

    /// Begins a cell; false if the table has no more columns.
    fn begin(&mut self) -> bool {
        let Some(key) = self.cells.keys.get(self.column) else { return false };
        let first = self.column == 0;
        self.column += 1;
        match self.cells.form {
            Form::JsonLines => {
                self.out.push(if first { b'{' } else { b',' });
                self.out.extend_from_slice(key.as_bytes());
                self.out.push(b':');
            }
            _ if first => {}
            #[cfg(feature = "csv")]
            Form::Csv | Form::QuotedTsv => append(self.out, 2, |room| self.quoting.delimiter(room).1),
            Form::Tsv => self.out.push(b'\t'),
        }
        true
    }

    /// Writes a cell that needs no quotes: a number or nothing.
    fn bare(&mut self, number: Option<u64>) -> &mut Self {
        if self.begin() {
            match (number, self.cells.form) {
                (Some(number), _) => self.out.extend_from_slice(number.to_string().as_bytes()),
                (None, Form::JsonLines) => self.out.extend_from_slice(b"null"),
                (None, _) => {}
            }
        }
        self
    }

    /// Appends text as the form quotes or escapes it.
    fn plain(&mut self, text: &str) {
        let mut text = text;
        let defused;
        if is_formula(text) {
            self.cells.found.fetch_add(1, Ordering::Relaxed);
            defused = self.cells.formulas.apply(text);
            text = &defused;
        }
        match self.cells.form {
            #[cfg(feature = "csv")]
            Form::Csv | Form::QuotedTsv => {
                // At worst every byte is a quote, and is doubled.
                let most = 2 * text.len() + 2;
                append(self.out, most, |room| self.quoting.field(text.as_bytes(), room).2);
            }
            _ => escape(text, self.out),
        }
    }
}

/// Appends what `write` puts into `room` more bytes of memory, of which it returns the number used.
#[cfg(feature = "csv")]
fn append(out: &mut Vec<u8>, room: usize, write: impl FnOnce(&mut [u8]) -> usize) {
    let start = out.len();
    out.resize(start + room, 0);
    let used = write(out.get_mut(start..).unwrap_or_default());
    out.truncate(start + used);
}

fn escape(text: &str, out: &mut Vec<u8>) {
    for byte in text.bytes() {
        match byte {
            b'\t' => out.extend_from_slice(b"\\t"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\\' => out.extend_from_slice(b"\\\\"),
            other => out.push(other),
        }
    }
}

fn json(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(form: Form, rows: &[&[&str]]) -> String {
        let columns = rows.first().map_or(0, |row| row.len());
        let cells = Cells::new(form, 0..columns);
        let mut out = Vec::new();
        for row in rows {
            let mut writer = cells.row(&mut out);
            row.iter().for_each(|text| _ = writer.text(text));
            writer.end();
        }
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn tabs_and_line_ends_are_escaped() {
        assert_eq!(lines(Form::Tsv, &[&["a\tb", "\\n\r\n", "\""]]), "a\\tb\t\\\\n\\r\\n\t\"\n");
        assert_eq!(lines(Form::Tsv, &[&[""], &["x"]]), "\nx\n");
    }

    #[cfg(feature = "csv")]
    #[test]
    fn values_are_quoted_where_they_must_be() {
        let row: &[&str] = &["a,b", "\"", "c\td", "\r", "plain ünïcode", ""];
        assert_eq!(lines(Form::Csv, &[row]), "\"a,b\",\"\"\"\",c\td,\"\r\",plain ünïcode,\n");
        assert_eq!(lines(Form::QuotedTsv, &[row]), "a,b\t\"\"\"\"\t\"c\td\"\t\"\r\"\tplain ünïcode\t\n");
        let quotes = "\"".repeat(1000);
        assert_eq!(lines(Form::Csv, &[&[&quotes]]), format!("\"{}\"\n", quotes.repeat(2)));
        assert_eq!(lines(Form::Csv, &[&[""], &["x"], &["", ""]]), "\nx\n\n"); // a cell too many is left out
    }

    #[test]
    fn json_has_all_keys() {
        assert_eq!(lines(Form::JsonLines, &[&["\u{1}\"", ""]]), "{\"0\":\"\\u0001\\\"\",\"1\":\"\"}\n");
        assert_eq!(lines(Form::JsonLines, &[&[]]), "{}\n");
    }
}
