//! Records of a long table.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::{ArrowError, DataType, Schema};
use kartoteka::{
    Builder, Finding, IsisHeader, Leader, Location, Position, Record, Rule, RuleInfo, Severity, Syntax, Tag,
};

use crate::long::{LongBuilder, Row, syntax_of};
use crate::schema::header;

static NONSENSE_INFO: RuleInfo = RuleInfo::new(
    "A001",
    "rows-without-sense",
    Severity::Error,
    "The rows of a record in a long table do not make a record.",
    include_str!("rules/A001.md"),
);

/// The rule of the findings about rows that do not make a record.
pub const NONSENSE: Rule = Rule::new(&NONSENSE_INFO);

/// Makes records of the batches of a long table.
///
/// The rows of a record are next to each other: rows with the same record, offset, MFN and id, which are columns that may
/// be missing or null. Their order does not matter; `field` and `subfield` have it. Columns may have any type of numbers
/// and text, as databases change them.
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
///         if let Imported::Record(record) = made {
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
    records: u64,
    rows_before: u64,
    body: String,
}

/// What an [`Import`] makes of the rows of a record.
#[derive(Debug)]
pub enum Imported<'a> {
    /// A record.
    Record(&'a Record),
    /// Rows that make none: why, and the rows as they are, which a [`LongBuilder`] collects.
    Rejected(&'a Finding, &'a Rejected<'a>),
}

/// The rows that make no record.
#[derive(Debug)]
pub struct Rejected<'a>(&'a [OwnedRow]);

impl Rejected<'_> {
    /// Adds the rows to a batch. What is null and must not be is empty, and zero.
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

/// Puts a text into memory that is there already.
fn set(slot: &mut Option<String>, text: Option<&str>) {
    match (slot.as_mut(), text) {
        (Some(old), Some(text)) => {
            old.clear();
            old.push_str(text);
        }
        _ => *slot = text.map(str::to_owned),
    }
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
            if last.is_some_and(|last| !columns.is_of(&last.key, at)) {
                self.end(take)?;
            }
            if self.rows.len() == self.len {
                self.rows.push(OwnedRow::default());
            }
            if let Some(row) = self.rows.get_mut(self.len) {
                columns.fill(at, row);
            }
            self.len += 1;
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

    fn end<E>(&mut self, take: &mut dyn FnMut(Imported<'_>) -> Result<(), E>) -> Result<(), E> {
        let Import { rows, len, records, rows_before, body } = self;
        let (rows, _) = rows.split_at_mut_checked(*len).unwrap_or_default();
        rows.sort_by_key(|row| (row.field, row.subfield));
        let done = match record(rows, body) {
            Ok(record) => take(Imported::Record(&record)),
            Err(why) => {
                let key = rows.first().map(|row| row.key.clone()).unwrap_or_default();
                let mut location = Location::of(Position {
                    byte: key.offset.unwrap_or(*rows_before),
                    record: key.record.map_or(*records, |number| number.saturating_sub(1)),
                    line: 0,
                });
                location.mfn = key.mfn.and_then(|mfn| u32::try_from(mfn).ok());
                let finding = Finding::new(NONSENSE, location, why, "record rejected");
                take(Imported::Rejected(&finding, &Rejected(rows)))
            }
        };
        *records += 1;
        *rows_before += u64::try_from(*len).unwrap_or_default();
        *len = 0;
        done
    }
}

/// Makes a record of its rows, which are in order.
fn record(rows: &[OwnedRow], body: &mut String) -> Result<Record, String> {
    let of_header = rows.iter().take_while(|row| row.field.unwrap_or_default() == 0).count();
    let (header, fields) = rows.split_at_checked(of_header).unwrap_or_default();
    let mut record = head(header)?;
    let mut rest = fields;
    while let Some(first) = rest.first() {
        let len = rest.iter().take_while(|row| row.field == first.field).count();
        let (rows, others) = rest.split_at_checked(len).unwrap_or_default();
        let of = || {
            format!(
                "field {} ({})",
                first.field.unwrap_or_default(),
                first.tag.as_deref().unwrap_or("no tag")
            )
        };
        let (tag, control) =
            field(rows, record.view().syntax(), body).map_err(|why| format!("{}: {why}", of()))?;
        let pushed = record.push_field(tag, |writer| writer.body(body, control));
        pushed.map_err(|error| format!("{}: {error}", of()))?;
        rest = others;
    }
    Ok(record)
}

/// Makes a record without fields of the rows of its header.
fn head(rows: &[OwnedRow]) -> Result<Record, String> {
    let (mut leader, mut syntax, mut isis) = (None, None, None::<IsisHeader>);
    let mfn = rows.first().and_then(|row| row.key.mfn);
    for row in rows {
        let value = row.value.as_deref().unwrap_or_default();
        if row.tag.as_deref() != Some("LDR") {
            let (tag, code) = (row.tag.as_deref().unwrap_or("null"), row.code.as_deref());
            return Err(match code {
                Some(code) => format!("subfield {code} of {tag} is in no field: its field is 0 or null"),
                None => format!("a row with the tag {tag} has no field: it is 0 or null"),
            });
        }
        let number = || value.parse::<u64>().map_err(|_| format!("{value:?} in the header is no number"));
        let narrow =
            || number().and_then(|number| u32::try_from(number).map_err(|_| format!("{value} is too great")));
        match row.code.as_deref() {
            None if leader.is_some() => return Err("two leaders".to_owned()),
            None => {
                let parsed = value.parse::<Leader>();
                leader = Some(
                    parsed.map_err(|_| format!("the leader {value:?} has not 24 characters of one byte"))?,
                );
            }
            Some(header::SYNTAX) => {
                syntax = Some(syntax_of(value).ok_or_else(|| format!("{value:?} is no syntax of records"))?);
            }
            Some(header::STATUS) => in_base(&mut isis).status = narrow()?,
            Some(header::VERSION) => in_base(&mut isis).version = narrow()?,
            Some(header::PREVIOUS) => in_base(&mut isis).previous = number()?,
            Some(code) => return Err(format!("{code:?} is no code of a header")),
        }
    }
    // Where there is a number and nothing else, it is that of a master file, whose records have no indicators.
    let bare = mfn.is_some() && isis.is_none() && leader.is_none();
    let syntax = syntax.unwrap_or(if bare { Syntax::IRBIS } else { Syntax::MARC });
    if let Some(mfn) = mfn {
        in_base(&mut isis).mfn = u32::try_from(mfn).map_err(|_| format!("the MFN {mfn} is too great"))?;
    }
    let mut record = Builder::new(syntax).build().map_err(|error| error.to_string())?;
    record.set_leader(leader);
    record.set_isis(isis);
    Ok(record)
}

fn in_base(isis: &mut Option<IsisHeader>) -> &mut IsisHeader {
    isis.get_or_insert(IsisHeader::new(0, 0, 0))
}

/// Puts the body of a field together, and returns its tag.
fn field(rows: &[OwnedRow], syntax: Syntax, body: &mut String) -> Result<(Tag, bool), String> {
    let Some(first) = rows.first() else { return Err("no rows".to_owned()) };
    let name = first.tag.as_deref().ok_or("no tag")?;
    let tag = tag_of(name).ok_or_else(|| format!("{name:?} is no tag"))?;
    // Where all fields 00X of a record have indicators and subfields, they are read as data fields; and Aleph has fields
    // such as FMT that have neither.
    let is_standard = syntax.control_fields && tag.is_control();
    let has_value = first.value.as_ref().is_some_and(|value| !value.is_empty());
    let has_subfields = rows.iter().any(|row| row.subfield.is_some());
    let is_other = syntax.has_indicators() && has_value && !has_subfields;
    let control = first.ind1.is_none() && (is_standard || is_other);
    let delimiter = char::from(syntax.delimiter);
    body.clear();
    if !control {
        for (number, indicator) in (1..).zip([&first.ind1, &first.ind2]) {
            let indicator = indicator.as_deref().unwrap_or_default();
            // The second holds all others, where a record has more than two.
            let most = if number == 1 { 1 } else { usize::from(syntax.indicators).saturating_sub(1).max(1) };
            if indicator.chars().count() > most || indicator.contains(delimiter) {
                return Err(format!("the indicator {indicator:?} is not one character"));
            }
            body.push_str(indicator);
        }
    }
    let mut before = None;
    for row in rows {
        if row.tag != first.tag {
            return Err(format!("two tags, {name} and {}", row.tag.as_deref().unwrap_or("null")));
        }
        if row.ind1 != first.ind1 || row.ind2 != first.ind2 {
            return Err("its rows have different indicators".to_owned());
        }
        if before == Some(row.subfield) {
            return Err(match row.subfield {
                Some(number) => format!("two subfields with the number {number}"),
                None => "two rows without a subfield".to_owned(),
            });
        }
        before = Some(row.subfield);
        let value = row.value.as_deref().ok_or("a value is null")?;
        if !control && value.contains(delimiter) {
            return Err(format!("a value holds the delimiter of subfields: {value:?}"));
        }
        match (row.subfield, row.code.as_deref()) {
            (None, None) => {}
            (Some(number), _) if control => {
                return Err(format!("a control field with the subfield {number}"));
            }
            (None, Some(code)) => {
                return Err(format!("the code {code:?} without the number of its subfield"));
            }
            (Some(number), None) => return Err(format!("subfield {number} without a code")),
            // A delimiter that nothing follows has an empty code.
            (Some(number), Some(code)) => {
                if code.chars().count() > 1
                    || code.is_empty() && !value.is_empty()
                    || code.contains(delimiter)
                {
                    return Err(format!("the code {code:?} of subfield {number} is not one character"));
                }
                body.push(delimiter);
                body.push_str(code);
            }
        }
        body.push_str(value);
    }
    Ok((tag, control))
}

/// A tag by its name, in which bytes that are no visible ASCII are written as `\xC3`.
fn tag_of(name: &str) -> Option<Tag> {
    if !name.contains('\\') {
        return name.parse().ok();
    }
    let (mut bytes, mut rest) = (Vec::new(), name.as_bytes());
    while let Some((first, after)) = rest.split_first() {
        let (byte, len) = match (first, after) {
            (b'\\', [b'x', digits @ ..]) => {
                let digits = std::str::from_utf8(digits.get(..2)?).ok()?;
                (u8::from_str_radix(digits, 16).ok()?, 3)
            }
            (b'\\', [b't', ..]) => (b'\t', 1),
            (b'\\', [b'n', ..]) => (b'\n', 1),
            (b'\\', [b'r', ..]) => (b'\r', 1),
            (b'\\', [other, ..]) => (*other, 1),
            (byte, _) => (*byte, 0),
        };
        bytes.push(byte);
        rest = after.get(len..)?;
    }
    Some(Tag::new(bytes.try_into().ok()?))
}

/// The columns of a batch, whatever their types.
struct Columns {
    record: Numbers,
    offset: Numbers,
    mfn: Numbers,
    id: Texts,
    field: Numbers,
    tag: Texts,
    ind1: Texts,
    ind2: Texts,
    subfield: Numbers,
    code: Texts,
    value: Texts,
}

impl Columns {
    fn of(batch: &RecordBatch) -> Result<Columns, ArrowError> {
        Import::check(&batch.schema())?;
        let numbers = |name: &str| Numbers::of(name, batch.column_by_name(name));
        let texts = |name: &str| Texts::of(name, batch.column_by_name(name));
        Ok(Columns {
            record: numbers("record")?,
            offset: numbers("offset")?,
            mfn: numbers("mfn")?,
            id: texts("id")?,
            field: numbers("field")?,
            tag: texts("tag")?,
            ind1: texts("ind1")?,
            ind2: texts("ind2")?,
            subfield: numbers("subfield")?,
            code: texts("code")?,
            value: texts("value")?,
        })
    }

    fn is_of(&self, key: &Key, at: usize) -> bool {
        key.record == self.record.get(at)
            && key.offset == self.offset.get(at)
            && key.mfn == self.mfn.get(at)
            && key.id.as_deref() == self.id.get(at)
    }

    fn fill(&self, at: usize, row: &mut OwnedRow) {
        let key = &mut row.key;
        (key.record, key.offset, key.mfn) = (self.record.get(at), self.offset.get(at), self.mfn.get(at));
        set(&mut key.id, self.id.get(at));
        (row.field, row.subfield) = (self.field.get(at), self.subfield.get(at));
        set(&mut row.tag, self.tag.get(at));
        set(&mut row.ind1, self.ind1.get(at));
        set(&mut row.ind2, self.ind2.get(at));
        set(&mut row.code, self.code.get(at));
        set(&mut row.value, self.value.get(at));
    }
}

/// A column of numbers.
enum Numbers {
    Missing,
    There(Vec<Option<u64>>),
}

impl Numbers {
    fn of(name: &str, column: Option<&ArrayRef>) -> Result<Numbers, ArrowError> {
        let Some(column) = column else { return Ok(Numbers::Missing) };
        macro_rules! numbers {
            ($($data:ident $type:ty),*) => {
                match column.data_type() {
                    $(DataType::$data => {
                        let numbers = column.as_primitive::<$type>();
                        numbers.iter().map(|number| number.and_then(|number| u64::try_from(number).ok())).collect()
                    })*
                    DataType::Null => vec![None; column.len()],
                    // Of a column with nulls, pandas makes one of floating point.
                    DataType::Float64 => column
                        .as_primitive::<arrow_array::types::Float64Type>()
                        .iter()
                        .map(|number| number.filter(|number| number.fract() == 0.0 && *number >= 0.0))
                        .map(|number| number.and_then(|number| format!("{number:.0}").parse().ok()))
                        .collect(),
                    other => {
                        return Err(ArrowError::SchemaError(format!("column {name:?} is {other}, and no number")));
                    }
                }
            };
        }
        Ok(Numbers::There(numbers!(
            UInt64 UInt64Type, UInt32 UInt32Type, UInt16 UInt16Type, UInt8 UInt8Type,
            Int64 Int64Type, Int32 Int32Type, Int16 Int16Type, Int8 Int8Type
        )))
    }

    fn get(&self, at: usize) -> Option<u64> {
        match self {
            Numbers::Missing => None,
            Numbers::There(numbers) => numbers.get(at).copied().flatten(),
        }
    }
}

/// A column of texts.
enum Texts {
    Missing,
    Plain(ArrayRef),
    /// Indices into a column.
    Dictionary(Vec<Option<usize>>, ArrayRef),
}

impl Texts {
    fn of(name: &str, column: Option<&ArrayRef>) -> Result<Texts, ArrowError> {
        let Some(column) = column else { return Ok(Texts::Missing) };
        let is_text =
            |data: &DataType| matches!(data, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View);
        match column.data_type() {
            data if is_text(data) => Ok(Texts::Plain(Arc::clone(column))),
            DataType::Null => Ok(Texts::Missing),
            DataType::Dictionary(_, values) if is_text(values) => {
                let dictionary = column.as_any_dictionary();
                if dictionary.values().is_empty() {
                    return Ok(Texts::Missing); // all are null, and keys of nothing cannot be asked for
                }
                let nulls = dictionary.keys();
                let keys = dictionary.normalized_keys();
                let keys = keys.into_iter().enumerate().map(|(at, key)| (!nulls.is_null(at)).then_some(key));
                Ok(Texts::Dictionary(keys.collect(), Arc::clone(dictionary.values())))
            }
            other => Err(ArrowError::SchemaError(format!("column {name:?} is {other}, and no text"))),
        }
    }

    fn get(&self, at: usize) -> Option<&str> {
        let (column, at) = match self {
            Texts::Missing => return None,
            Texts::Plain(column) => (column, at),
            Texts::Dictionary(keys, column) => (column, (*keys.get(at)?)?),
        };
        if column.is_null(at) {
            return None;
        }
        Some(match column.data_type() {
            DataType::Utf8 => column.as_string::<i32>().value(at),
            DataType::LargeUtf8 => column.as_string::<i64>().value(at),
            _ => column.as_string_view().value(at),
        })
    }
}
