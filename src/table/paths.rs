//! Records as rows: a column for each path.

use std::fmt;

#[cfg(feature = "json")]
use super::cells::Cells;
use crate::bytes::Cut;
use crate::error::{Error, Result};
use crate::named::named;
use crate::path::{FieldPath, SelectOptions};
use crate::record::{FieldRef, RecordRef, Text};

/// What to do with several values in one cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Repeats {
    /// A row for each combination of values.
    Product,
    /// One value, with a separator between them.
    #[default]
    Join,
    /// The first; the others are left out.
    First,
    /// A list.
    List,
}

named!(Repeats {
    Product "product" "A row for each combination of values",
    Join "join" "One value, with the separator between them",
    First "first" "The first, the others left out",
    List "list" "A JSON list",
});

/// A column of a [`PathTable`].
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Column {
    /// The values at a path.
    Path(FieldPath),
    /// Values that a function finds in a record.
    Named {
        /// The name of the column.
        name: String,
        /// A number that is handed to the function.
        number: usize,
        /// Hands each value over.
        values: Values,
    },
}

/// Hands the values of a record to a function.
pub type Values = fn(usize, RecordRef<'_>, &mut dyn FnMut(&str));

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Column::Path(path) => path.fmt(f),
            Column::Named { name, .. } => f.pad(name),
        }
    }
}

/// A table with a column for each path and a row for each record.
///
/// A path with several codes has one value for each field, its subfields joined by blanks; a path with one code has one
/// for each subfield.
///
/// # Example
/// ```
/// use kartoteka::table::{PathRow, PathTable, Repeats};
/// use kartoteka::{FieldPath, Record};
///
/// let record = Record::builder()
///     .control_field("001", "kart0001")
///     .data_field("245", "10", [('a', "Divan /"), ('c', "Fuzuli.")])
///     .data_field("650", " 0", [('a', "Poetry")])
///     .data_field("650", " 0", [('a', "Azerbaijan")])
///     .build()?;
/// let table = PathTable::new(FieldPath::parse_list("001, 245$a$c, 650$a")?).separator("; ");
/// let mut row = PathRow::default();
/// let mut lines = Vec::new();
/// table.rows(record.view(), &mut row, &mut |row| {
///     lines.push(row.cells().map(|mut cell| cell.next().unwrap_or("").to_owned()).collect::<Vec<_>>());
/// })?;
/// assert_eq!(lines, [["kart0001", "Divan / Fuzuli.", "Poetry; Azerbaijan"]]);
///
/// let mut count = 0;
/// table.repeats(Repeats::Product).rows(record.view(), &mut row, &mut |_| count += 1)?;
/// assert_eq!(count, 2);
/// # Ok::<(), kartoteka::Error>(())
/// ```
///
/// The same in three worlds:
/// ```
/// use kartoteka::table::{PathRow, PathTable};
/// use kartoteka::{FieldPath, Record, RecordRead, open};
///
/// let first_row = |file: &str, paths: &str| -> kartoteka::Result<Vec<String>> {
///     let mut record = Record::new();
///     open(file)?.read_record(&mut record)?;
///     let mut cells = Vec::new();
///     PathTable::new(FieldPath::parse_list(paths)?).rows(record.view(), &mut PathRow::default(), &mut |row| {
///         cells = row.cells().map(|mut cell| cell.next().unwrap_or("").to_owned()).collect();
///     })?;
///     Ok(cells)
/// };
/// assert_eq!(
///     first_row("fixtures/iso2709/marc21.mrc", "001, 245$a, 650$a")?,
///     ["kart0001", "Leyli və Məcnun :", "Persian poetry|Məhəbbət"]
/// );
/// assert_eq!(
///     first_row("fixtures/iso2709/unimarc.mrc", "001, 200$a, 606$a")?,
///     ["kartu001", "Leyli və Məcnun", "Azərbaycan ədəbiyyatı|Məhəbbət"]
/// );
/// assert_eq!(
///     first_row("fixtures/irbis/export.txt", "v920, v200^a, v606^a")?,
///     ["PAZK", "Евгений Онегин", "РУССКАЯ ЛИТЕРАТУРА|РОМАНЫ В СТИХАХ"]
/// );
/// # Ok::<(), kartoteka::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct PathTable {
    columns: Vec<Column>,
    repeats: Repeats,
    separator: String,
    options: SelectOptions,
}

/// A row, whose memory is reused for the next. See [`PathTable::rows`].
#[derive(Debug, Clone, Default)]
pub struct PathRow {
    cells: Vec<Cell>,
}

/// The values of a cell, one after the other.
#[derive(Debug, Clone, Default)]
struct Cell {
    text: String,
    ends: Vec<usize>,
    /// Index of the value to show, if only one is to be shown.
    only: Option<usize>,
}

/// Greatest number of rows for one record.
const MOST_ROWS: usize = 100_000;

impl PathTable {
    /// Makes a table with these columns; several values are joined by `|`.
    pub fn new(columns: Vec<FieldPath>) -> PathTable {
        PathTable::with_columns(columns.into_iter().map(Column::Path).collect())
    }

    /// Makes a table of columns that need not be paths.
    pub fn with_columns(columns: Vec<Column>) -> PathTable {
        PathTable {
            columns,
            repeats: Repeats::Join,
            separator: "|".to_owned(),
            options: SelectOptions::new(),
        }
    }

    /// Sets what to do with several values in one cell. Default: [`Repeats::Join`].
    #[must_use]
    pub fn repeats(mut self, repeats: Repeats) -> PathTable {
        self.repeats = repeats;
        self
    }

    /// Sets the text between joined values. Default: `|`.
    #[must_use]
    pub fn separator(mut self, separator: &str) -> PathTable {
        self.separator = separator.to_owned();
        self
    }

    /// Sets how values are read. Default: [`SelectOptions::new`].
    #[must_use]
    pub fn options(mut self, options: SelectOptions) -> PathTable {
        self.options = options;
        self
    }

    /// The paths of the columns.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Calls `each` for the rows of a record: one, or as many as there are combinations of values with
    /// [`Repeats::Product`]. Bytes that do not decode become U+FFFD.
    ///
    /// # Errors
    /// [`ErrorKind::Argument`](crate::ErrorKind::Argument) if there are more than 100,000 combinations; no row is given
    /// then.
    pub fn rows(
        &self,
        record: RecordRef<'_>,
        row: &mut PathRow,
        each: &mut dyn FnMut(&PathRow),
    ) -> Result<()> {
        row.cells.resize_with(self.columns.len(), Cell::default);
        for (column, cell) in self.columns.iter().zip(&mut row.cells) {
            match column {
                Column::Path(path) => self.fill(record, path, cell),
                Column::Named { number, values, .. } => {
                    self.empty(cell);
                    values(*number, record, &mut |text| self.put(cell, text));
                }
            }
        }
        if self.repeats != Repeats::Product {
            each(row);
            return Ok(());
        }
        let count = row.cells.iter().try_fold(1usize, |count, cell| {
            count.checked_mul(cell.ends.len().max(1)).filter(|count| *count <= MOST_ROWS)
        });
        if count.is_none() {
            let message = format!("more than {MOST_ROWS} combinations of values in one record: join them");
            return Err(Error::argument(message));
        }
        row.cells.iter_mut().for_each(|cell| cell.only = Some(0));
        loop {
            each(row);
            // The last column turns fastest.
            let turned = row.cells.iter_mut().rev().any(|cell| {
                let next = cell.only.unwrap_or_default() + 1;
                let more = next < cell.ends.len();
                cell.only = Some(if more { next } else { 0 });
                more
            });
            if !turned {
                return Ok(());
            }
        }
    }

    /// Appends the rows of a record to `out`, in the form of `cells`, which has the same columns. A list is a JSON list.
    ///
    /// # Errors
    /// As [`PathTable::rows`].
    #[cfg(feature = "json")]
    pub fn write(
        &self,
        record: RecordRef<'_>,
        row: &mut PathRow,
        cells: &Cells,
        out: &mut Vec<u8>,
    ) -> Result<()> {
        self.rows(record, row, &mut |row| {
            let mut line = cells.row(out);
            for mut values in row.cells() {
                match self.repeats {
                    Repeats::List => line.list(values),
                    _ => line.optional(values.next()),
                };
            }
            line.end();
        })
    }

    fn empty(&self, cell: &mut Cell) {
        cell.text.clear();
        cell.ends.clear();
        cell.only = (self.repeats == Repeats::First).then_some(0);
    }

    /// Adds a value to a cell.
    fn put(&self, cell: &mut Cell, text: &str) {
        if self.repeats == Repeats::Join && !cell.ends.is_empty() {
            cell.text.push_str(&self.separator);
            cell.ends.pop();
        }
        cell.text.push_str(text);
        cell.ends.push(cell.text.len());
    }

    fn fill(&self, record: RecordRef<'_>, path: &FieldPath, cell: &mut Cell) {
        self.empty(cell);
        let by_field = path.has_several_codes();
        let mut last = None;
        let mut put = |field: Option<FieldRef<'_>>, text: &str| {
            let field = field.map(|field| field.raw().as_ptr());
            if by_field && field.is_some() && last == field {
                cell.text.extend([" ", text]);
                cell.ends.pop();
                cell.ends.push(cell.text.len());
            } else {
                self.put(cell, text);
            }
            last = field;
        };
        let mut put_text = |field, text: Text<'_>| {
            match text.as_str() {
                Some(text) => put(Some(field), text),
                None => put(Some(field), &text.to_str_lossy()),
            }
            false
        };
        let plain =
            if self.options.nfc { None } else { path.each_plain(record, self.options, &mut put_text) };
        if plain.is_some() {
            return;
        }
        for found in record.select_with(path, self.options) {
            match found.text().as_str() {
                Some(text) if !found.needs_work() => put(found.field(), text),
                _ => put(found.field(), &found.to_str_lossy()),
            }
        }
    }
}

impl PathRow {
    /// Returns the cells in the order of the columns, each as its values: none if there are none, at most one unless
    /// the table has [`Repeats::List`].
    pub fn cells(&self) -> impl ExactSizeIterator<Item = impl Iterator<Item = &str> + '_> + '_ {
        self.cells.iter().map(Cell::values)
    }
}

impl Cell {
    fn values(&self) -> impl Iterator<Item = &str> + '_ {
        let ends = match self.only {
            Some(at) => self.ends.get(..=at).unwrap_or(&self.ends),
            None => self.ends.as_slice(),
        };
        let starts = std::iter::once(&0).chain(&self.ends);
        starts.zip(ends).skip(self.only.unwrap_or_default()).map(|(start, end)| self.text.cut(*start..*end))
    }
}
