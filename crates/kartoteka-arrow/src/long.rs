//! Records as rows of the long table.

use std::collections::HashSet;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_array::builder::{ArrayBuilder, PrimitiveBuilder, StringBuilder};
use arrow_array::types::{UInt16Type, UInt32Type, UInt64Type};
use arrow_schema::ArrowError;
use kartoteka::table::long_rows;
use kartoteka::{RecordRef, Syntax, Tag, Text};

use crate::build::{Few, is_plain};
use crate::import::PIECE;
use crate::schema::{self, header};

/// Builds batches of the long table.
///
/// # Example
/// ```
/// use kartoteka_arrow::LongBuilder;
///
/// let mut builder = LongBuilder::new();
/// for record in kartoteka::open("../../fixtures/iso2709/marc21.mrc")? {
///     builder.push(record?.view(), Some(1), 0);
/// }
/// let batch = builder.finish()?;
/// assert_eq!(batch.num_columns(), 11);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Default)]
pub struct LongBuilder {
    record: PrimitiveBuilder<UInt64Type>,
    offset: PrimitiveBuilder<UInt64Type>,
    mfn: PrimitiveBuilder<UInt32Type>,
    id: StringBuilder,
    field: PrimitiveBuilder<UInt16Type>,
    tag: Few,
    ind1: Few,
    ind2: Few,
    subfield: PrimitiveBuilder<UInt16Type>,
    code: Few,
    value: StringBuilder,
    /// The key of each tag that is a number under 1,000, as its text is made once for a batch.
    tags: Vec<Option<u16>>,
    bytes: usize,
    only: Only,
}

/// The rows that are wanted, where not all are.
#[derive(Debug, Clone, Default)]
pub(crate) struct Only {
    pub(crate) tags: Option<Vec<Tag>>,
    pub(crate) codes: Option<Vec<char>>,
}

impl Only {
    fn tag(&self, tag: Tag) -> bool {
        self.tags.as_ref().is_none_or(|wanted| wanted.contains(&tag))
    }

    /// Whether a code is wanted; a row without a code is not, where there is a list.
    fn code(&self, code: Option<Text<'_>>) -> bool {
        let Some(wanted) = &self.codes else { return true };
        let code = code.map(Text::to_str_lossy);
        code.and_then(|code| code.chars().next()).is_some_and(|code| wanted.contains(&code))
    }
}

/// The tag of the rows of a leader.
const LEADER: Tag = Tag::new(*b"LDR");

/// A row of the long table as it is, whatever it holds.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Row<'a> {
    pub(crate) record: Option<u64>,
    pub(crate) offset: u64,
    pub(crate) mfn: Option<u32>,
    pub(crate) id: Option<&'a str>,
    pub(crate) field: u16,
    pub(crate) tag: &'a str,
    pub(crate) ind1: Option<&'a str>,
    pub(crate) ind2: Option<&'a str>,
    pub(crate) subfield: Option<u16>,
    pub(crate) code: Option<&'a str>,
    pub(crate) value: &'a str,
}

impl LongBuilder {
    /// Makes a builder of an empty batch.
    pub fn new() -> LongBuilder {
        LongBuilder::default()
    }

    /// Builds only the rows with one of these tags, and one of these codes; `LDR` is the tag of a leader. Default: all rows,
    /// which a list that is `None` stands for.
    ///
    /// # Example
    /// ```
    /// use kartoteka_arrow::LongBuilder;
    ///
    /// let mut builder = LongBuilder::new().only(Some(vec!["245".parse()?]), Some(vec!['a']));
    /// for record in kartoteka::open("../../fixtures/iso2709/marc21.mrc")? {
    ///     builder.push(record?.view(), Some(1), 0);
    /// }
    /// assert_eq!(builder.len(), 8);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn only(mut self, tags: Option<Vec<Tag>>, codes: Option<Vec<char>>) -> LongBuilder {
        self.only = Only { tags, codes };
        self
    }

    /// Returns how many rows the batch has.
    pub fn len(&self) -> usize {
        self.field.len()
    }

    /// Returns whether the batch has no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns about how many bytes the batch has.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Adds the rows of a record with this number and offset. Returns false, and adds none, if it has more than 65,535
    /// fields, or codes, or a field that has more subfields: these numbers have no room in the table.
    pub fn push(&mut self, record: RecordRef<'_>, number: Option<u64>, offset: u64) -> bool {
        if excess(record).is_some() {
            return false;
        }
        let first = self.len();
        self.push_header(record);
        let mut cells = |row: kartoteka::table::LongRow<'_>| {
            let code = row.subfield.map(|_| row.code);
            if !self.only.tag(row.tag.unwrap_or(LEADER)) || !self.only.code(code) {
                return;
            }
            let Some(tag) = row.tag else {
                self.cells(0, "LDR", (None, None), None, None, row.value);
                return;
            };
            let key = self.key_of_tag(tag);
            self.tag.put_key(key);
            self.field.append_value(u16::try_from(row.field).unwrap_or(u16::MAX));
            match *row.indicators.as_bytes() {
                [one, two] if is_plain(one) && is_plain(two) => {
                    self.ind1.put_plain(one);
                    self.ind2.put_plain(two);
                }
                _ => {
                    let indicators = row.indicators.to_str_lossy();
                    let cut = indicators.chars().next().map_or(0, char::len_utf8);
                    let (ind1, ind2) = indicators.split_at_checked(cut).unwrap_or_default();
                    self.ind1.put_option(Some(ind1).filter(|text| !text.is_empty()));
                    self.ind2.put_option(Some(ind2).filter(|text| !text.is_empty()));
                }
            }
            self.subfield.append_option(row.subfield.map(|number| u16::try_from(number).unwrap_or(u16::MAX)));
            match (row.subfield, row.code.as_bytes()) {
                (None, _) => self.code.put_option(None),
                (_, [code]) if is_plain(*code) => self.code.put_plain(*code),
                _ => self.code.put(&row.code.to_str_lossy()),
            }
            self.put_value(row.value);
        };
        long_rows(record, 0, &mut cells);
        let rows = self.len().saturating_sub(first);
        self.offset.append_value_n(offset, rows);
        match number {
            Some(number) => self.record.append_value_n(number, rows),
            None => self.record.append_nulls(rows),
        }
        match record.mfn() {
            Some(mfn) => self.mfn.append_value_n(mfn, rows),
            None => self.mfn.append_nulls(rows),
        }
        let id = record.control_number();
        let id = id.as_ref().map(|id| id.to_str_lossy());
        let id = id.as_deref().map(str::trim).filter(|id| !id.is_empty());
        match id {
            Some(id) => self.id.append_value_n(id, rows),
            None => self.id.append_nulls(rows),
        }
        self.bytes += rows.saturating_mul(32 + id.map_or(0, str::len));
        true
    }

    /// Returns the key of a tag; its text is made once for a batch, if it is a number under 1,000.
    fn key_of_tag(&mut self, tag: Tag) -> u16 {
        let LongBuilder { tag: texts, tags, .. } = self;
        if tags.is_empty() {
            tags.resize(1000, None);
        }
        let number = tag.number().and_then(|number| usize::try_from(number).ok());
        let mut make = || texts.key(&tag.to_string());
        match number.and_then(|number| tags.get_mut(number)) {
            Some(slot) => *slot.get_or_insert_with(make),
            None => make(),
        }
    }

    /// Adds the rows of what is in no leader.
    fn push_header(&mut self, record: RecordRef<'_>) {
        let (syntax, isis) = (record.syntax(), record.header().isis);
        let mut rows: Vec<(&str, String)> = Vec::new();
        // Each record has a row of its header.
        if syntax != Syntax::MARC || record.header().leader.is_none() {
            rows.push((header::SYNTAX, syntax_name(syntax)));
        }
        if let Some(isis) = isis {
            rows.push((header::STATUS, isis.status.to_string()));
            rows.push((header::VERSION, isis.version.to_string()));
            if isis.previous > 0 {
                rows.push((header::PREVIOUS, isis.previous.to_string()));
            }
        }
        for (number, (code, value)) in (1u16..).zip(&rows) {
            let known = Text::new(code.as_bytes(), kartoteka::Charset::Utf8);
            if !self.only.tag(LEADER) || !self.only.code(Some(known)) {
                continue;
            }
            let value = Text::new(value.as_bytes(), kartoteka::Charset::Utf8);
            self.cells(0, "LDR", (None, None), Some(number), Some(code), value);
        }
    }

    fn cells(
        &mut self,
        field: u16,
        tag: &str,
        (ind1, ind2): (Option<&str>, Option<&str>),
        subfield: Option<u16>,
        code: Option<&str>,
        value: Text<'_>,
    ) {
        self.field.append_value(field);
        self.tag.put(tag);
        self.ind1.put_option(ind1);
        self.ind2.put_option(ind2);
        self.subfield.append_option(subfield);
        self.code.put_option(code);
        self.put_value(value);
    }

    fn put_value(&mut self, value: Text<'_>) {
        self.bytes += value.as_bytes().len();
        match value.as_str() {
            Some(text) => self.value.append_value(text),
            None => self.value.append_value(value.to_str_lossy()),
        }
    }

    /// Adds a row as it is.
    pub(crate) fn push_row(&mut self, row: &Row<'_>) {
        self.record.append_option(row.record);
        self.offset.append_value(row.offset);
        self.mfn.append_option(row.mfn);
        self.id.append_option(row.id);
        let value = Text::new(row.value.as_bytes(), kartoteka::Charset::Utf8);
        self.cells(row.field, row.tag, (row.ind1, row.ind2), row.subfield, row.code, value);
        self.bytes += 32;
    }

    /// Whether the lists of tags and codes may not hold those of this record: the batch must be finished first.
    pub fn is_full_for(&self, record: RecordRef<'_>) -> bool {
        !self.is_empty() && self.lacks(record.fields().map(|field| 1 + field.raw().len()).sum())
    }

    /// Whether the lists of tags and codes may not hold those of another [piece](crate::Rows::pieces) of rows.
    pub fn is_full(&self) -> bool {
        self.lacks(PIECE)
    }

    fn lacks(&self, more: usize) -> bool {
        [&self.tag, &self.ind1, &self.ind2, &self.code].into_iter().any(|few| few.is_full(more))
    }

    /// Takes the batch, and begins another.
    ///
    /// # Errors
    /// If a column is not as long as the others, which no data makes happen.
    pub fn finish(&mut self) -> Result<RecordBatch, ArrowError> {
        let taken = std::mem::replace(self, self.next());
        taken.batch()
    }

    /// An empty builder with room for as much as this one has: a batch is mostly as long as the one before it.
    fn next(&self) -> LongBuilder {
        let rows = self.len();
        LongBuilder {
            record: PrimitiveBuilder::with_capacity(rows),
            offset: PrimitiveBuilder::with_capacity(rows),
            mfn: PrimitiveBuilder::with_capacity(rows),
            id: StringBuilder::with_capacity(rows, self.id.values_slice().len()),
            field: PrimitiveBuilder::with_capacity(rows),
            tag: Few::with_capacity(rows),
            ind1: Few::with_capacity(rows),
            ind2: Few::with_capacity(rows),
            subfield: PrimitiveBuilder::with_capacity(rows),
            code: Few::with_capacity(rows),
            value: StringBuilder::with_capacity(rows, self.value.values_slice().len()),
            tags: Vec::new(),
            bytes: 0,
            only: self.only.clone(),
        }
    }

    fn batch(mut self) -> Result<RecordBatch, ArrowError> {
        RecordBatch::try_new(
            schema::long(),
            vec![
                Arc::new(self.record.finish()),
                Arc::new(self.offset.finish()),
                Arc::new(self.mfn.finish()),
                Arc::new(self.id.finish()),
                Arc::new(self.field.finish()),
                self.tag.finish()?,
                self.ind1.finish()?,
                self.ind2.finish()?,
                Arc::new(self.subfield.finish()),
                self.code.finish()?,
                Arc::new(self.value.finish()),
            ],
        )
    }
}

/// Says of what a record has more than can be numbered in the table: fields, subfields of a field, or codes.
pub(crate) fn excess(record: RecordRef<'_>) -> Option<String> {
    const MOST: usize = u16::MAX as usize;
    let fields = record.fields();
    let subfields = |raw: &[u8], delimiter: u8| match raw.len() > MOST {
        true => raw.iter().filter(|byte| **byte == delimiter).count(),
        false => raw.len(),
    };
    if fields.len() > MOST {
        return Some(format!("{} fields, of which a table has room for {MOST}", fields.len()));
    }
    let mut all = 0usize;
    for (number, field) in (1..).zip(fields.clone()) {
        let count = subfields(field.raw(), field.syntax().delimiter);
        if count > MOST {
            let tag = field.tag();
            let of = format!("field {number} ({tag})");
            return Some(format!("{of} has {count} subfields, of which a table has room for {MOST}"));
        }
        all = all.saturating_add(count);
    }
    if all <= MOST {
        return None;
    }
    let mut codes = HashSet::new();
    fields.for_each(|field| codes.extend(field.subfields().map(|one| one.code().to_string())));
    let count = codes.len();
    (count > MOST).then(|| format!("{count} codes of subfields, of which a table has room for {MOST}"))
}

/// The syntax in the words of [`header::SYNTAX`].
pub(crate) fn syntax_name(syntax: Syntax) -> String {
    let flags = [(syntax.fold_codes, "f"), (syntax.control_fields, "c")];
    let flags: String = flags.iter().filter(|(set, _)| *set).map(|(_, flag)| *flag).collect();
    format!("{:02X}{}{flags}", syntax.delimiter, syntax.indicators)
}

/// The syntax that [`syntax_name`] names.
pub(crate) fn syntax_of(name: &str) -> Option<Syntax> {
    let (delimiter, rest) = name.split_at_checked(2)?;
    let delimiter = u8::from_str_radix(delimiter, 16).ok()?;
    let end = rest.find(|char: char| !char.is_ascii_digit()).unwrap_or(rest.len());
    let (indicators, flags) = rest.split_at_checked(end)?;
    let mut syntax =
        Syntax { delimiter, indicators: indicators.parse().ok()?, fold_codes: false, control_fields: false };
    for flag in flags.chars() {
        match flag {
            'f' => syntax.fold_codes = true,
            'c' => syntax.control_fields = true,
            _ => return None,
        }
    }
    Some(syntax)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn syntaxes_have_names() {
        assert_eq!(
            (syntax_name(Syntax::MARC), syntax_name(Syntax::IRBIS)),
            ("1F2c".to_owned(), "5E0f".to_owned())
        );
        assert_eq!((syntax_of("1F2c"), syntax_of("5E0f")), (Some(Syntax::MARC), Some(Syntax::IRBIS)));
        assert_eq!((syntax_of(""), syntax_of("5E0q"), syntax_of("^0")), (None, None, None));
    }
}
