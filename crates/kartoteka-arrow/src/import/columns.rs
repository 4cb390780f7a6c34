//! The columns of a long table, whatever their types.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::{ArrowError, DataType};

use super::{Import, Key, OwnedRow};

/// The columns that name the record of a row, and say whether the row is in its header.
pub(super) struct Keys {
    record: Numbers,
    offset: Numbers,
    mfn: Numbers,
    id: Texts,
    field: Numbers,
}

impl Keys {
    pub(super) fn of(batch: &RecordBatch) -> Result<Keys, ArrowError> {
        let numbers = |name: &str| Numbers::of(name, batch.column_by_name(name));
        Ok(Keys {
            record: numbers("record")?,
            offset: numbers("offset")?,
            mfn: numbers("mfn")?,
            id: Texts::of("id", batch.column_by_name("id"))?,
            field: numbers("field")?,
        })
    }

    /// Whether a row is of the record with this key.
    pub(super) fn is_of(&self, key: &Key, at: usize) -> bool {
        let numbers = [self.record.get(at), self.offset.get(at), self.mfn.get(at)];
        Key::is_one(key.parts(), (numbers, self.id.get(at)))
    }

    /// Whether a row is in the header of its record, and in no field.
    pub(super) fn is_header(&self, at: usize) -> bool {
        self.field.get(at).unwrap_or_default() == 0
    }

    pub(super) fn fill(&self, at: usize, key: &mut Key) {
        (key.record, key.offset, key.mfn) = (self.record.get(at), self.offset.get(at), self.mfn.get(at));
        set(&mut key.id, self.id.get(at));
    }
}

/// The columns of a batch, whatever their types.
pub(super) struct Columns {
    pub(super) keys: Keys,
    tag: Texts,
    ind1: Texts,
    ind2: Texts,
    subfield: Numbers,
    code: Texts,
    value: Texts,
}

impl Columns {
    pub(super) fn of(batch: &RecordBatch) -> Result<Columns, ArrowError> {
        Import::check(&batch.schema())?;
        let numbers = |name: &str| Numbers::of(name, batch.column_by_name(name));
        let texts = |name: &str| Texts::of(name, batch.column_by_name(name));
        Ok(Columns {
            keys: Keys::of(batch)?,
            tag: texts("tag")?,
            ind1: texts("ind1")?,
            ind2: texts("ind2")?,
            subfield: numbers("subfield")?,
            code: texts("code")?,
            value: texts("value")?,
        })
    }

    pub(super) fn fill(&self, at: usize, row: &mut OwnedRow) {
        self.keys.fill(at, &mut row.key);
        (row.field, row.subfield) = (self.keys.field.get(at), self.subfield.get(at));
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
