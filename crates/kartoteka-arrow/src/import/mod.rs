//! Records of a long table.

mod columns;
mod key;
mod make;
mod seen;

use arrow_array::RecordBatch;
use arrow_schema::{ArrowError, Schema};
use kartoteka::{Finding, Location, Position, Record, Rule};

use self::columns::{Columns, Keys};
use self::key::Key;
use self::seen::{Apart, Seen};
use crate::long::{LongBuilder, Row};
use crate::rules::{NO_INDICATORS, NONSENSE};
use crate::schema::LEADER;

/// Makes records of the batches of a long table.
///
/// The rows of a record are next to each other: rows with the same number in `record`, whatever their other columns say;
/// where it is null, with the same `offset`; where that is null too, with the same `mfn`, or else the same `id`. Their order
/// does not matter; `field` and `subfield` have it. Columns may have any type of numbers and text, as databases change them.
///
/// A record whose rows are apart is rejected, with one finding, and so is what has no row of a leader. Which records are
/// apart [`Import::survey`] finds out before the first is made; without it, what comes first of a record has been given
/// away when the rest comes, unless it lacks the leader.
///
/// # Cost
/// The rows of one record are in memory. More than 500,000 rows, or 64 MiB of values, are none: they are rejected piece
/// by piece. That rows of a record are not next to each other is noticed by the keys of the last million records, which
/// take 8 MiB, and a number for each record that is apart, of a million at most.
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
    apart: Apart,
    surveyed: Surveyed,
    records: u64,
    rows_before: u64,
    body: String,
}

/// The rows of the record that a survey is at.
#[derive(Debug, Default)]
struct Surveyed {
    key: Option<Key>,
    has_header: bool,
    has_fields: bool,
    seen: Seen,
}

impl Surveyed {
    /// Ends the record.
    fn end(&mut self, apart: &mut Apart) {
        if let Some(hash) = self.key.take().map(|key| key.hash()) {
            if self.seen.again(hash, self.has_header && self.has_fields) {
                apart.add(hash, false);
            }
        }
        (self.has_header, self.has_fields) = (false, false);
    }
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
    /// Something about the record that comes next.
    Noted(&'a Finding),
    /// A record, and its rows.
    Record(&'a Record, &'a Rows<'a>),
    /// Rows that make none, and why.
    Rejected(&'a Finding, &'a Rows<'a>),
    /// More rows of a record that was rejected.
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
        for name in ["field", "tag", "ind1", "ind2", "code", "value"] {
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

    /// Looks at a batch before all of the table is taken, for records whose rows are apart: they are rejected whole, and
    /// not from the second piece on. Of the batch, the columns `record`, `offset`, `mfn`, `id` and `field` are enough.
    ///
    /// # Errors
    /// If a column is no number or text.
    ///
    /// # Example
    /// ```
    /// use kartoteka_arrow::{Export, Import, Imported, Shape};
    ///
    /// let table = || Export::new(Shape::Long).open("../../fixtures/iso2709/marc21.mrc");
    /// let batch = table()?.next().unwrap_or_else(|| panic!("no batch"))?;
    /// // The first row of the table, which is the leader of its first record, is moved to the end.
    /// let pieces = [batch.slice(1, batch.num_rows() - 1), batch.slice(0, 1)];
    /// let mut import = Import::new();
    /// for piece in &pieces {
    ///     import.survey(piece)?;
    /// }
    /// let (mut made, mut rejected) = (0, 0);
    /// let mut take = |imported: Imported<'_>| {
    ///     match imported {
    ///         Imported::Record(..) => made += 1,
    ///         Imported::Rejected(..) => rejected += 1,
    ///         _ => {}
    ///     }
    ///     Ok::<(), arrow_schema::ArrowError>(())
    /// };
    /// for piece in &pieces {
    ///     import.batch(piece, &mut take)?;
    /// }
    /// import.finish(&mut take)?;
    /// assert_eq!((made, rejected), (7, 1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn survey(&mut self, batch: &RecordBatch) -> Result<(), ArrowError> {
        let keys = Keys::of(batch)?;
        let Import { surveyed, apart, .. } = self;
        for at in 0..batch.num_rows() {
            if surveyed.key.as_ref().is_some_and(|key| !keys.is_of(key, at)) {
                surveyed.end(apart);
            }
            if surveyed.key.is_none() {
                keys.fill(at, surveyed.key.get_or_insert_default());
            }
            match keys.is_header(at) {
                true => surveyed.has_header = true,
                false => surveyed.has_fields = true,
            }
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
        std::mem::take(&mut self.surveyed).end(&mut self.apart);
        for at in 0..batch.num_rows() {
            let last = self.len.checked_sub(1).and_then(|last| self.rows.get(last));
            let key = self.over.as_ref().or(last.map(|last| &last.key));
            if key.is_some_and(|key| !columns.keys.is_of(key, at)) {
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
        let at = (self.records, self.rows_before);
        let Import { rows, len, body, seen, apart, .. } = self;
        let (rows, _) = rows.split_at_mut_checked(*len).unwrap_or_default();
        rows.sort_by_key(|row| (row.field, row.subfield));
        let hash = rows.first().map(|row| row.key.hash()).unwrap_or_default();
        let has_leader = make::header(rows).0.iter().any(|row| row.tag.as_deref() == Some(LEADER));
        let has_fields = rows.last().is_some_and(|row| row.field.unwrap_or_default() > 0);
        let came_before = seen.again(hash, has_leader && has_fields);
        let told = apart.is_told(hash);
        let made = match told {
            Some(true) => {
                let done = take(Imported::Rest(&self.there()));
                self.begin();
                return done;
            }
            Some(false) => Err("its rows are not next to each other".to_owned()),
            None if came_before => {
                Err("rows of the record came before: they are not next to each other".to_owned())
            }
            None if !has_leader => Err("no row of a leader: field 0, tag LDR".to_owned()),
            None => make::record(rows, body),
        };
        let is_piece = told.is_some() || came_before || !has_leader;
        let done = match made {
            Ok(record) => {
                let noted = match make::without_indicators(rows, record.view().syntax()) {
                    Some(why) => take(Imported::Noted(&finding(NO_INDICATORS, rows, at, why, ""))),
                    None => Ok(()),
                };
                noted.and_then(|()| take(Imported::Record(&record, &Rows(rows))))
            }
            Err(why) => self.reject(why, take),
        };
        if is_piece {
            self.apart.add(hash, true);
        }
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
                if let Some(key) = &self.over {
                    self.apart.add(key.hash(), true);
                }
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
        let rows = self.there();
        let at = (self.records, self.rows_before);
        let finding = finding(NONSENSE, rows.0, at, why, "record rejected");
        take(Imported::Rejected(&finding, &rows))
    }

    fn there(&self) -> Rows<'_> {
        Rows(self.rows.get(..self.len).unwrap_or_default())
    }
}

/// Makes a finding about the record of these rows, before which there were so many records and rows.
fn finding(
    rule: Rule,
    rows: &[OwnedRow],
    (records, rows_before): (u64, u64),
    why: String,
    action: &'static str,
) -> Finding {
    let first = |of: fn(&Key) -> Option<u64>| rows.iter().find_map(|row| of(&row.key));
    let mut location = Location::of(Position {
        byte: first(|key| key.offset).unwrap_or(rows_before),
        record: first(|key| key.record).map_or(records, |number| number.saturating_sub(1)),
        line: 0,
    });
    location.mfn = first(|key| key.mfn).and_then(|mfn| u32::try_from(mfn).ok());
    Finding::new(rule, location, why, action)
}
