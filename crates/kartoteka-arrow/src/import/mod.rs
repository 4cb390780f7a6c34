//! Records of a long table.

mod columns;
mod make;
mod seen;

use arrow_array::RecordBatch;
use arrow_schema::{ArrowError, Schema};
use kartoteka::{Finding, Location, Position, Record, Rule, RuleInfo, Severity};

use self::columns::Columns;
use self::seen::Seen;
use crate::long::{LongBuilder, Row};

static NONSENSE_INFO: RuleInfo = RuleInfo::new(
    "A001",
    "rows-without-sense",
    Severity::Error,
    "The rows of a record in a long table do not make a record.",
    include_str!("../rules/A001.md"),
);

/// The rule of the findings about rows that do not make a record.
pub const NONSENSE: Rule = Rule::new(&NONSENSE_INFO);

/// Makes records of the batches of a long table.
///
/// The rows of a record are next to each other: rows with the same record, offset, MFN and id, which are columns that may
/// be missing or null. Their order does not matter; `field` and `subfield` have it. Columns may have any type of numbers
/// and text, as databases change them.
///
/// # Cost
/// The rows of one record are in memory. More than 500,000 rows, or 64 MiB of values, are none: they are rejected piece
/// by piece. That rows of a record are not next to each other is noticed by the keys of the last million records.
///
/// # Example
/// ```
/// use kartoteka_arrow::{Export, Import, Imported, Shape};
///
/// let batches = Export::new(Shape::Long).open("../../fixtures/iso2709/marc21.mrc")?;
/// let mut import = Import::new();
/// let mut titles = 0;
/// for batch in batches {
///     import.batch(&batch?, &mut |made| {
///         if let Imported::Record(record, _) = made {
///             titles += usize::from(record.field("245").is_some());
///         }
///         Ok::<(), arrow_schema::ArrowError>(())
///     })?;
/// }
/// import.finish(&mut |_| Ok::<(), arrow_schema::ArrowError>(()))?;
/// assert_eq!(titles, 7); // the last is made by finish()
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Default)]
pub struct Import {
    rows: Vec<OwnedRow>,
    /// How many of them are of this record.
    len: usize,
    /// How many bytes their values have.
    bytes: usize,
    /// The record that has too many rows, while there are more of them.
    over: Option<Key>,
    seen: Seen,
    records: u64,
    rows_before: u64,
    body: String,
}

/// How many rows a record can have.
const MOST_ROWS: usize = 500_000;
/// How many bytes the values of a record can have.
const MOST_BYTES: usize = 64 * 1024 * 1024;
/// How many rows a piece has.
pub(crate) const PIECE: usize = 16_384;

/// What an [`Import`] makes of the rows of a record.
#[derive(Debug)]
pub enum Imported<'a> {
    /// A record, and its rows.
    Record(&'a Record, &'a Rows<'a>),
    /// Rows that make none, and why.
    Rejected(&'a Finding, &'a Rows<'a>),
    /// More rows of the record that was rejected last.
    Rest(&'a Rows<'a>),
}

/// Rows as they are in the table, but in order.
#[derive(Debug, Clone, Copy)]
pub struct Rows<'a>(&'a [OwnedRow]);

impl<'a> Rows<'a> {
    /// Returns the rows in pieces, each of which has room in an [empty](LongBuilder::is_full) batch.
    pub fn pieces(self) -> impl Iterator<Item = Rows<'a>> {
        self.0.chunks(PIECE).map(Rows)
    }

    /// Returns the number of the record, from 0, and its offset, as its rows have them.
    pub fn position(self) -> Position {
        let key = self.0.first().map(|row| &row.key);
        let number = key.and_then(|key| key.record).and_then(|number| number.checked_sub(1));
        let byte = key.and_then(|key| key.offset).unwrap_or_default();
        Position { byte, record: number.unwrap_or(Position::UNNUMBERED), line: 0 }
    }

    /// Adds the rows of a piece to a batch. What is null and must not be is empty, and zero.
    pub fn add_to(&self, builder: &mut LongBuilder) {
        for row in self.0 {
            let narrow = |number: Option<u64>| number.map(|number| u16::try_from(number).unwrap_or(u16::MAX));
            builder.push_row(&Row {
                record: row.key.record,
                offset: row.key.offset.unwrap_or_default(),
                mfn: row.key.mfn.and_then(|mfn| u32::try_from(mfn).ok()),
                id: row.key.id.as_deref(),
                field: narrow(row.field).unwrap_or_default(),
                tag: row.tag.as_deref().unwrap_or_default(),
                ind1: row.ind1.as_deref(),
                ind2: row.ind2.as_deref(),
                subfield: narrow(row.subfield),
                code: row.code.as_deref(),
                value: row.value.as_deref().unwrap_or_default(),
            });
        }
    }
}

/// What the rows of a record have in common.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Key {
    record: Option<u64>,
    offset: Option<u64>,
    mfn: Option<u64>,
    id: Option<String>,
}

/// A row, whose memory is used again.
#[derive(Debug, Clone, Default)]
struct OwnedRow {
    key: Key,
    field: Option<u64>,
    tag: Option<String>,
    ind1: Option<String>,
    ind2: Option<String>,
    subfield: Option<u64>,
    code: Option<String>,
    value: Option<String>,
}

impl Import {
    /// Makes an import that has seen nothing.
    pub fn new() -> Import {
        Import::default()
    }

    /// Returns how many records were seen, the rejected ones included.
    pub fn records(&self) -> u64 {
        self.records
    }

    /// Checks that a table is a long one.
    ///
    /// # Errors
    /// If a column is missing that records need, or is neither text nor number.
    pub fn check(schema: &Schema) -> Result<(), ArrowError> {
        for name in ["field", "tag", "code", "value"] {
            if schema.column_with_name(name).is_none() {
                let there: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
                let why = format!(
                    "no column {name:?}: there are {}; records are made of a long table",
                    there.join(", ")
                );
                return Err(ArrowError::SchemaError(why));
            }
        }
        if !["record", "offset", "mfn", "id"].iter().any(|name| schema.column_with_name(name).is_some()) {
            let why = "no column record, offset, mfn or id: nothing says which rows are of one record";
            return Err(ArrowError::SchemaError(why.to_owned()));
        }
        Ok(())
    }

    /// Takes a batch, and gives `take` each record whose rows have ended.
    ///
    /// # Errors
    /// If the table is no long one, and the error of `take`.
    pub fn batch<E: From<ArrowError>>(
        &mut self,
        batch: &RecordBatch,
        take: &mut dyn FnMut(Imported<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let columns = Columns::of(batch)?;
        for at in 0..batch.num_rows() {
            let last = self.len.checked_sub(1).and_then(|last| self.rows.get(last));
            let key = self.over.as_ref().or(last.map(|last| &last.key));
            if key.is_some_and(|key| !columns.is_of(key, at)) {
                self.end(take)?;
            }
            if self.rows.len() == self.len {
                self.rows.push(OwnedRow::default());
            }
            if let Some(row) = self.rows.get_mut(self.len) {
                columns.fill(at, row);
                self.bytes = self.bytes.saturating_add(row.value.as_ref().map_or(0, String::len));
            }
            self.len += 1;
            let is_over = self.over.is_some() && self.len >= PIECE;
            if is_over || self.len >= MOST_ROWS || self.bytes > MOST_BYTES {
                self.pass_on(take)?;
            }
        }
        Ok(())
    }

    /// Gives `take` the last record.
    ///
    /// # Errors
    /// The error of `take`.
    pub fn finish<E: From<ArrowError>>(
        &mut self,
        take: &mut dyn FnMut(Imported<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        match self.len {
            0 => Ok(()),
            _ => self.end(take),
        }
    }

    /// Ends a record.
    fn end<E>(&mut self, take: &mut dyn FnMut(Imported<'_>) -> Result<(), E>) -> Result<(), E> {
        if self.over.is_some() {
            let done = self.pass_on(take);
            self.over = None;
            return done;
        }
        let Import { rows, len, body, seen, .. } = self;
        let (rows, _) = rows.split_at_mut_checked(*len).unwrap_or_default();
        rows.sort_by_key(|row| (row.field, row.subfield));
        let made = match apart(rows, seen) {
            true => Err("rows of the record came before: they are not next to each other".to_owned()),
            false => make::record(rows, body),
        };
        let done = match made {
            Ok(record) => take(Imported::Record(&record, &Rows(rows))),
            Err(why) => self.reject(why, take),
        };
        self.records += 1;
        self.begin();
        done
    }

    /// Gives `take` the rows that there are of a record with too many.
    fn pass_on<E>(&mut self, take: &mut dyn FnMut(Imported<'_>) -> Result<(), E>) -> Result<(), E> {
        let done = match self.over {
            Some(_) => take(Imported::Rest(&self.there())),
            None => {
                self.over = self.rows.first().map(|row| row.key.clone());
                let done = self.reject(format!("more than {MOST_ROWS} rows, or {MOST_BYTES} bytes"), take);
                self.records += 1;
                done
            }
        };
        self.begin();
        done
    }

    fn begin(&mut self) {
        self.rows_before += u64::try_from(self.len).unwrap_or_default();
        (self.len, self.bytes) = (0, 0);
        // What one record needed is not kept for all others.
        self.rows.truncate(PIECE);
    }

    /// Gives `take` the rows as they are, and why.
    fn reject<E>(&self, why: String, take: &mut dyn FnMut(Imported<'_>) -> Result<(), E>) -> Result<(), E> {
        let key = self.rows.first().map(|row| row.key.clone()).unwrap_or_default();
        let mut location = Location::of(Position {
            byte: key.offset.unwrap_or(self.rows_before),
            record: key.record.map_or(self.records, |number| number.saturating_sub(1)),
            line: 0,
        });
        location.mfn = key.mfn.and_then(|mfn| u32::try_from(mfn).ok());
        let finding = Finding::new(NONSENSE, location, why, "record rejected");
        take(Imported::Rejected(&finding, &self.there()))
    }

    fn there(&self) -> Rows<'_> {
        Rows(self.rows.get(..self.len).unwrap_or_default())
    }
}

/// Whether these rows, which are in order, are only some of those of a record, and others came before.
fn apart(rows: &[OwnedRow], seen: &mut Seen) -> bool {
    let has = |row: Option<&OwnedRow>, header: bool| row.is_some_and(|row| (row.field == Some(0)) == header);
    let whole = has(rows.first(), true) && has(rows.last(), false);
    rows.first().is_some_and(|row| seen.again(&row.key, whole))
}
