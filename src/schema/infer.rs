//! A schema made from records: the fields, indicators, subfields and codes that they have.

use std::collections::{BTreeMap, BTreeSet};

use super::definition::{
    CodeDefinition, Codes, FieldDefinition, IndicatorDefinition, Schema, SubfieldDefinition, ValueDefinition,
};
use crate::record::{FieldRef, RecordRef};

/// The most fields, and subfields of a field, that have an entry of their own, so that damage cannot fill the memory.
const MOST: usize = 5000;
/// The most codes that a value is one of, and their longest, in bytes.
const MOST_CODES: usize = 40;
const LONGEST_CODE: usize = 12;
/// How often a code is seen on average, so that values are taken for codes.
const TIMES: u64 = 8;

/// Makes a [`Schema`] of the records that it is given: which fields and subfields there are, whether they repeat, whether
/// each record has them, which indicators and codes they have, and how often they are there.
///
/// Values are codes where few short ones are there many times. The schema holds for these records: none of them has a
/// fault by it, but for fields that are beyond a bound on memory, which the description names.
///
/// # Cost
/// Memory for the names that are seen, not for the records: at most 5,000 fields.
///
/// # Example
/// ```
/// use kartoteka::{Record, schema::Inference};
///
/// let mut inference = Inference::new();
/// for title in ["Divan", "Xəmsə"] {
///     let record = Record::builder().data_field("245", "10", [('a', title), ('c', "Nizami")]).build()?;
///     inference.add(record.view());
/// }
/// let schema = inference.into_schema();
/// let title = &schema.fields["245"];
/// assert!(title.required && !title.repeatable);
/// assert_eq!(title.subfields.as_ref().unwrap().keys().collect::<Vec<_>>(), ["a", "c"]);
/// # Ok::<(), kartoteka::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Inference {
    records: u64,
    fields: BTreeMap<String, Field>,
    /// How many fields are not in the schema, as there are too many names.
    beyond: u64,
}

#[derive(Debug, Clone, Default)]
struct Count {
    /// How many there are, and how many wholes have one.
    total: u64,
    wholes: u64,
    /// The number of the whole that had the last.
    last: u64,
    repeats: bool,
}

impl Count {
    fn add(&mut self, whole: u64) {
        self.repeats |= self.last == whole;
        self.wholes += u64::from(self.last != whole);
        self.last = whole;
        self.total += 1;
    }
}

#[derive(Debug, Clone, Default)]
struct Field {
    count: Count,
    /// How many fields have subfields, and how many a value alone.
    with_subfields: u64,
    flat: Values,
    indicators: [Values; 2],
    subfields: BTreeMap<String, (Count, Values)>,
}

/// The values of an element, as long as they may be codes.
#[derive(Debug, Clone, Default)]
struct Values {
    total: u64,
    seen: BTreeSet<String>,
    /// Whether they are no codes.
    free: bool,
    /// The length of all in characters; `None` if it is not one.
    length: Option<usize>,
}

impl Values {
    fn add(&mut self, value: Option<&str>) {
        let length = value.map(|value| value.chars().count());
        self.length =
            if self.total == 0 { length } else { self.length.filter(|known| Some(*known) == length) };
        self.total += 1;
        match value {
            Some(value) if !self.free && self.seen.contains(value) => {}
            Some(value) if !self.free && value.len() <= LONGEST_CODE && self.seen.len() < MOST_CODES => {
                self.seen.insert(value.to_owned());
            }
            _ => {
                self.free = true;
                self.seen.clear();
            }
        }
    }

    fn definition(self, times: u64) -> ValueDefinition {
        let few = u64::try_from(self.seen.len()).is_ok_and(|count| count <= self.total / times);
        let mut made = ValueDefinition::default();
        if !self.free && few && !self.seen.is_empty() {
            let code = |code| (code, CodeDefinition::default());
            made.codes = Some(Codes::Own(self.seen.into_iter().map(code).collect()));
        } else if let Some(length) = self.length.filter(|length| *length > 0 && self.total >= times) {
            made.length = u32::try_from(length).into_iter().collect();
        }
        made
    }
}

impl Inference {
    /// Makes one that has seen no record.
    pub fn new() -> Inference {
        Inference::default()
    }

    /// Adds what a record has.
    pub fn add(&mut self, record: RecordRef<'_>) {
        self.records += 1;
        if let Some(leader) = record.header().leader {
            let text = String::from_utf8_lossy(leader.as_bytes()).into_owned();
            if let Some(field) = self.field("LDR".to_owned()) {
                field.flat.add(Some(&text));
            }
        }
        for field in record.fields() {
            let has_indicators = record.syntax().has_indicators();
            if let Some(seen) = self.field(field.tag().to_string()) {
                seen.add(field, has_indicators);
            }
        }
    }

    /// Counts a field, and returns what is known of it; `None` if too many others are known.
    fn field(&mut self, tag: String) -> Option<&mut Field> {
        if self.fields.len() >= MOST && !self.fields.contains_key(&tag) {
            self.beyond += 1;
            return None;
        }
        let field = self.fields.entry(tag).or_default();
        field.count.add(self.records);
        Some(field)
    }

    /// Returns the schema of the records.
    pub fn into_schema(self) -> Schema {
        let mut schema = Schema { records: Some(self.records), ..Schema::default() };
        schema.description = format!("Made of {} records.", self.records);
        if self.beyond > 0 {
            schema.description +=
                &format!(" Partial: {} fields have other tags than the first {MOST}.", self.beyond);
            schema.partial = true;
        }
        let all = self.fields.into_iter();
        schema.fields = all.map(|(tag, field)| (tag, field.definition(self.records))).collect();
        schema
    }
}

impl Field {
    fn add(&mut self, field: FieldRef<'_>, has_indicators: bool) {
        if field.tag().is_control() || field.is_control() {
            let value = field.raw_text().to_str();
            self.flat.add(value.ok().as_deref());
            return;
        }
        self.with_subfields += 1;
        if has_indicators {
            for (seen, byte) in self.indicators.iter_mut().zip(field.indicators()) {
                seen.add(Some(char::from(*byte).encode_utf8(&mut [0; 4])));
            }
        }
        for subfield in field.subfields() {
            let code = String::from_utf8_lossy(subfield.code_bytes()).into_owned();
            if self.subfields.len() >= MOST && !self.subfields.contains_key(&code) {
                continue;
            }
            let (count, values) = self.subfields.entry(code).or_default();
            count.add(self.with_subfields);
            values.add(subfield.value().to_str().ok().as_deref());
        }
    }

    fn definition(self, records: u64) -> FieldDefinition {
        let (with, flat) = (self.with_subfields, self.flat.total);
        let [one, two] = self.indicators;
        let mut made = FieldDefinition {
            repeatable: self.count.repeats,
            required: self.count.wholes == records,
            total: Some(self.count.total),
            records: Some(self.count.wholes),
            ..FieldDefinition::default()
        };
        if flat == 0 && self.subfields.len() < MOST {
            made.indicators = [indicator(one, with), indicator(two, with)];
            let subfield = |(code, (count, values)): (String, (Count, Values))| {
                let made = SubfieldDefinition {
                    repeatable: count.repeats,
                    required: count.wholes == with,
                    total: Some(count.total),
                    records: Some(count.wholes),
                    value: values.definition(TIMES),
                    ..SubfieldDefinition::default()
                };
                (code, made)
            };
            made.subfields = Some(self.subfields.into_iter().map(subfield).collect());
        } else if with == 0 {
            made.value = self.flat.definition(TIMES);
        }
        made
    }
}

/// What an indicator may be, if each field has it.
fn indicator(values: Values, fields: u64) -> IndicatorDefinition {
    match values.total == fields {
        true if values.seen.len() == 1 && values.seen.contains(" ") => IndicatorDefinition::Blank,
        true if !values.free && !values.seen.is_empty() => IndicatorDefinition::Values(values.definition(1)),
        _ => IndicatorDefinition::Any,
    }
}

#[cfg(all(test, feature = "json"))]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;
    use crate::check::{Checker, SchemaRules};
    use crate::io::ReadOptions;
    use crate::record::Record;
    use crate::schema::Compiled;
    use std::sync::Arc;

    fn records(path: &str) -> Vec<Record> {
        let mut reader = crate::open::open_with(path, None, &ReadOptions::new()).unwrap();
        let mut records = Vec::new();
        let mut record = Record::new();
        while reader.read_record(&mut record).unwrap() {
            records.push(record.clone());
        }
        records
    }

    #[test]
    fn records_hold_to_the_schema_made_of_them() {
        for path in
            ["fixtures/iso2709/marc21.mrc", "fixtures/iso2709/unimarc.mrc", "fixtures/irbis/export.txt"]
        {
            let records = records(path);
            let mut inference = Inference::new();
            records.iter().for_each(|record| inference.add(record.view()));
            let text = inference.into_schema().to_avram();
            assert_eq!(Schema::check(&text), [], "{path}");
            let schema = Schema::from_avram(&text).unwrap();
            let mut checker = Checker::new(100).with(SchemaRules::new().by(Arc::new(Compiled::new(schema))));
            for record in &records {
                assert_eq!(checker.check(record.view(), &[], &[]), [], "{path}");
            }
        }
    }

    #[test]
    fn codes_are_few_and_often_there() {
        let mut inference = Inference::new();
        for number in 0..40 {
            let language = if number % 2 == 0 { "aze" } else { "rus" };
            let title = format!("Title {number}");
            let record = Record::builder()
                .data_field("041", "0 ", [('a', language)])
                .data_field("245", "10", [('a', title.as_str())])
                .build()
                .unwrap();
            inference.add(record.view());
        }
        let schema = inference.into_schema();
        let value = |tag: &str| schema.fields[tag].subfields.as_ref().unwrap()["a"].value.codes.clone();
        let Some(Codes::Own(codes)) = value("041") else { panic!("no codes") };
        assert_eq!(codes.keys().collect::<Vec<_>>(), ["aze", "rus"]);
        assert_eq!(value("245"), None);
        assert_eq!(schema.fields["041"].indicators[1], IndicatorDefinition::Blank);
    }
}
