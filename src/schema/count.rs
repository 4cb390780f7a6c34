//! How many records, fields and subfields a file has, against what a schema says.

use std::collections::BTreeMap;
use std::fmt;

use super::compile::Compiled;
use super::definition::SubfieldDefinition;
use super::validate::FieldView;

/// How often something was seen.
#[derive(Debug, Clone, Copy, Default)]
struct Count {
    total: u64,
    records: u64,
    /// The record in which it was seen last, from 1.
    last: u64,
}

impl Count {
    fn add(&mut self, record: u64) {
        self.total += 1;
        if self.last != record {
            (self.last, self.records) = (record, self.records + 1);
        }
    }
}

/// Counts the records of a file, and the fields and subfields in them, for which a schema has a number.
///
/// # Spec
/// Avram 0.9.6: the keys `records` of the schema, `records` and `total` of fields and subfields; the rules `countRecord`,
/// `countField` and `countSubfield`, which are off unless they are asked for.
///
/// # Cost
/// A look-up for each field and subfield; memory for what the schema defines.
///
/// # Example
/// ```
/// use kartoteka::schema::{Compiled, Counting, FieldView, Schema};
///
/// let schema = Schema::from_avram(r#"{"records": 2, "fields": {"245": {"records": 1}}}"#)?;
/// let rules = Compiled::new(schema);
/// let mut counting = Counting::new(&rules);
/// let title = FieldView { tag: "245", occurrence: None, indicators: [None; 2], value: Some("Divan"), subfields: &[] };
/// counting.record([title, title]);
/// counting.record([title]);
/// let wrong: Vec<String> = counting.end().iter().map(ToString::to_string).collect();
/// assert_eq!(wrong, ["field 245 is in 2 records, not in 1"]);
/// # Ok::<(), kartoteka::schema::SchemaError>(())
/// ```
#[derive(Debug)]
pub struct Counting<'s> {
    rules: &'s Compiled,
    records: u64,
    /// For each field definition, in the order of the schema, and for each subfield of it by code.
    fields: Vec<(Count, BTreeMap<&'s str, Count>)>,
}

/// A number that a file does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct CountFault<'s> {
    /// The identifier of the field; `None` for the number of records.
    pub id: Option<&'s str>,
    /// The code of the subfield.
    pub code: Option<&'s str>,
    /// Whether records that have it are counted, and not each time that it occurs.
    pub in_records: bool,
    /// What the schema says.
    pub expected: u64,
    /// What the file has.
    pub found: u64,
}

impl CountFault<'_> {
    /// Returns the identifier of Avram: `countRecord`, `countField` or `countSubfield`.
    pub const fn name(&self) -> &'static str {
        match (self.id, self.code) {
            (None, _) => "countRecord",
            (Some(_), None) => "countField",
            (Some(_), Some(_)) => "countSubfield",
        }
    }
}

impl fmt::Display for CountFault<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let CountFault { found, expected, .. } = self;
        match (self.id, self.code) {
            (None, _) => return write!(f, "there are {found} records, not {expected}"),
            (Some(id), None) => write!(f, "field {id}")?,
            (Some(id), Some(code)) => write!(f, "subfield {id}${code}")?,
        }
        match self.in_records {
            true => write!(f, " is in {found} records, not in {expected}"),
            false => write!(f, " is there {found} times, not {expected}"),
        }
    }
}

impl<'s> Counting<'s> {
    /// Begins to count.
    pub fn new(rules: &'s Compiled) -> Counting<'s> {
        let fields = rules.schema().fields.values().map(|definition| {
            let codes = definition.subfields.iter().flatten();
            (Count::default(), codes.map(|(code, _)| (&**code, Count::default())).collect())
        });
        Counting { rules, records: 0, fields: fields.collect() }
    }

    /// Counts the fields of a record.
    pub fn record<'v>(&mut self, fields: impl IntoIterator<Item = FieldView<'v>>) {
        self.records += 1;
        for view in fields {
            let at = self.rules.find(view.tag, view.occurrence);
            let Some((field, subfields)) = at.and_then(|at| self.fields.get_mut(at)) else { continue };
            field.add(self.records);
            for (code, _) in view.subfields {
                if let Some(count) = subfields.get_mut::<str>(*code) {
                    count.add(self.records);
                }
            }
        }
    }

    /// Returns the numbers that are not as the schema says.
    pub fn end(&self) -> Vec<CountFault<'s>> {
        let schema = self.rules.schema();
        let mut faults = Vec::new();
        let mut compare = |(id, code), in_records, expected: Option<u64>, found| {
            let expected = expected.filter(|expected| *expected != found);
            faults.extend(expected.map(|expected| CountFault { id, code, in_records, expected, found }));
        };
        compare((None, None), true, schema.records, self.records);
        for ((id, field), (count, subfields)) in schema.fields.iter().zip(&self.fields) {
            compare((Some(&**id), None), true, field.records, count.records);
            compare((Some(&**id), None), false, field.total, count.total);
            for (code, SubfieldDefinition { records, total, .. }) in field.subfields.iter().flatten() {
                let Some(count) = subfields.get(&**code) else { continue };
                compare((Some(&**id), Some(&**code)), true, *records, count.records);
                compare((Some(&**id), Some(&**code)), false, *total, count.total);
            }
        }
        faults
    }
}
