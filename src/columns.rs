//! Records as rows of a table.

use crate::path::{FieldPath, SelectOptions};
use crate::{Error, FieldRef, RecordRef, Result, Text};

/// What becomes of several values in one cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Repeats {
    /// A row for each combination of values.
    Product,
    /// One value, with a separator between them.
    #[default]
    Join,
    /// The first, the others are left out.
    First,
    /// A list.
    List,
}

/// How records become rows: a column for each path.
///
/// A path with several codes has one value for each field, its subfields joined by blanks; a path with one code has one
/// for each subfield.
///
/// # Example
/// ```
/// use kartoteka::{FieldPath, Record, Repeats, Row, Table};
///
/// let record = Record::builder()
///     .control_field("001", "kart0001")
///     .data_field("245", "10", [('a', "Divan /"), ('c', "Fuzuli.")])
///     .data_field("650", " 0", [('a', "Poetry")])
///     .data_field("650", " 0", [('a', "Azerbaijan")])
///     .build()?;
/// let table = Table::new(FieldPath::parse_list("001, 245$a$c, 650$a")?).separator("; ");
/// let mut row = Row::default();
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
/// use kartoteka::{FieldPath, Record, RecordRead, Row, Table, open};
///
/// let first_row = |file: &str, paths: &str| -> kartoteka::Result<Vec<String>> {
///     let mut record = Record::new();
///     open(file)?.read_record(&mut record)?;
///     let mut cells = Vec::new();
///     Table::new(FieldPath::parse_list(paths)?).rows(record.view(), &mut Row::default(), &mut |row| {
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
pub struct Table {
    columns: Vec<FieldPath>,
    repeats: Repeats,
    separator: String,
    options: SelectOptions,
}

/// A row, and memory that is used again for the next. See [`Table::rows`].
#[derive(Debug, Clone, Default)]
pub struct Row {
    cells: Vec<Cell>,
}

/// The values of a cell, one behind the other.
#[derive(Debug, Clone, Default)]
struct Cell {
    text: String,
    ends: Vec<usize>,
    /// The one value that is shown, where it is but one.
    only: Option<usize>,
}

/// The most rows that one record may give.
const MOST_ROWS: usize = 100_000;

impl Table {
    /// Makes a table with these columns; several values are joined by `|`.
    pub fn new(columns: Vec<FieldPath>) -> Table {
        Table { columns, repeats: Repeats::Join, separator: "|".to_owned(), options: SelectOptions::new() }
    }

    /// What becomes of several values in one cell. Default: [`Repeats::Join`].
    #[must_use]
    pub fn repeats(mut self, repeats: Repeats) -> Table {
        self.repeats = repeats;
        self
    }

    /// What stands between joined values. Default: `|`.
    #[must_use]
    pub fn separator(mut self, separator: &str) -> Table {
        self.separator = separator.to_owned();
        self
    }

    /// How values are asked for. Default: [`SelectOptions::new`].
    #[must_use]
    pub fn options(mut self, options: SelectOptions) -> Table {
        self.options = options;
        self
    }

    /// The paths of the columns.
    pub fn columns(&self) -> &[FieldPath] {
        &self.columns
    }

    /// Gives the rows of a record to `each`: one, or as many as there are combinations of values. Bytes that do not
    /// decode are shown as U+FFFD.
    ///
    /// # Errors
    /// [`ErrorKind::Argument`](crate::ErrorKind::Argument) if there are more than 100,000 combinations; no row is given
    /// then.
    pub fn rows(&self, record: RecordRef<'_>, row: &mut Row, each: &mut dyn FnMut(&Row)) -> Result<()> {
        row.cells.resize_with(self.columns.len(), Cell::default);
        for (path, cell) in self.columns.iter().zip(&mut row.cells) {
            self.fill(record, path, cell);
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
                let next = cell.only.unwrap_or_default().saturating_add(1);
                let more = next < cell.ends.len();
                cell.only = Some(if more { next } else { 0 });
                more
            });
            if !turned {
                return Ok(());
            }
        }
    }

    fn fill(&self, record: RecordRef<'_>, path: &FieldPath, cell: &mut Cell) {
        cell.text.clear();
        cell.ends.clear();
        cell.only = (self.repeats == Repeats::First).then_some(0);
        let by_field = path.has_several_codes();
        let mut last = None;
        let mut put = |field: Option<FieldRef<'_>>, text: &str| {
            let field = field.map(|field| field.raw().as_ptr());
            if by_field && field.is_some() && last == field {
                cell.text.push(' ');
                cell.ends.pop();
            } else if self.repeats == Repeats::Join && !cell.ends.is_empty() {
                cell.text.push_str(&self.separator);
                cell.ends.pop();
            }
            last = field;
            cell.text.push_str(text);
            cell.ends.push(cell.text.len());
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

impl Row {
    /// The cells, in the order of the columns: each gives its values, none if there is nothing, and one unless a list
    /// was asked for.
    pub fn cells(&self) -> impl ExactSizeIterator<Item = impl Iterator<Item = &str> + '_> + '_ {
        self.cells.iter().map(Cell::values)
    }
}

impl Cell {
    fn values(&self) -> impl Iterator<Item = &str> + '_ {
        let ends = match self.only {
            Some(at) => self.ends.get(..=at.min(self.ends.len().saturating_sub(1))).unwrap_or_default(),
            None => self.ends.as_slice(),
        };
        let skip = self.only.unwrap_or_default();
        ends.iter().enumerate().skip(skip).map(|(at, end)| {
            let start =
                at.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or_default();
            self.text.get(start..*end).unwrap_or_default()
        })
    }
}
