//! Records and findings as rows of a table, and rows as text.
//!
//! | rows | one for each | columns |
//! |---|---|---|
//! | [`PathTable`] | record, or combination of its values | the paths you ask for |
//! | [`long_rows`] | subfield | [`LongRow::COLUMNS`] |
//! | [`FindingRow`] | finding | [`FindingRow::COLUMNS`] |
//!
//! Rows hold values, not text, for whatever takes them: a data frame, a database, Arrow. With the features `csv` and
//! `json`, `Cells` writes them as comma-separated values, tab-separated values or JSON lines.
//!
//! # Example
//! ```
//! # #[cfg(feature = "csv")] {
//! use kartoteka::table::{Cells, Form, PathRow, PathTable};
//! use kartoteka::{FieldPath, Record, RecordRead};
//!
//! let table = PathTable::new(FieldPath::parse_list("001, 245$a, 650$a")?);
//! let cells = Cells::new(Form::Csv, table.columns());
//! let mut csv = Vec::new();
//! cells.header(&mut csv);
//! let mut reader = kartoteka::open("fixtures/iso2709/marc21.mrc")?;
//! let (mut record, mut row) = (Record::new(), PathRow::default());
//! while reader.read_record(&mut record)? {
//!     table.write(record.view(), &mut row, &cells, &mut csv)?;
//! }
//! let csv = String::from_utf8(csv).unwrap();
//! assert!(csv.starts_with("001,245$a,650$a\nkart0001,Leyli və Məcnun :,Persian poetry|Məhəbbət\n"));
//! # }
//! # Ok::<(), kartoteka::Error>(())
//! ```

#[cfg(feature = "json")]
mod cells;
mod findings;
mod formulas;
mod long;
mod paths;

#[cfg(feature = "json")]
pub use self::cells::{Cells, Form, RowWriter};
pub use self::findings::FindingRow;
pub use self::formulas::{Formulas, is_formula};
pub use self::long::{LongRow, long_rows};
pub use self::paths::{Column, PathRow, PathTable, Repeats, Values};
