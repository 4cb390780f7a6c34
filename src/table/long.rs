//! Records as rows: one for each subfield.

#[cfg(feature = "json")]
use super::cells::Cells;
use crate::charset::Charset;
use crate::record::{RecordRef, Text};
use crate::tag::Tag;

/// A subfield of a record, or a part of a record that has no subfields, as a row. See [`long_rows`].
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct LongRow<'a> {
    /// Number of the record, as given to [`long_rows`].
    pub record: u64,
    /// Master file number, if the record is from IRBIS or CDS/ISIS.
    pub mfn: Option<u32>,
    /// Number of the field in the record, 1-based; 0 for the leader.
    pub field: u64,
    /// Tag of the field; `None` for the leader.
    pub tag: Option<Tag>,
    /// Indicators of the field, empty if it has none.
    pub indicators: Text<'a>,
    /// Number of the subfield in the field, 1-based. `None` for the leader, a control field, text before the first
    /// subfield, and a field that is empty.
    pub subfield: Option<u64>,
    /// Code of the subfield, empty if there is none.
    pub code: Text<'a>,
    /// The value.
    pub value: Text<'a>,
}

impl LongRow<'_> {
    /// Names of the columns, in the order of the row's members.
    pub const COLUMNS: [&'static str; 8] =
        ["record", "mfn", "field", "tag", "ind", "subfield", "code", "value"];

    /// Appends the row to `out`; bytes that do not decode become U+FFFD. The tag of the leader is `LDR`.
    ///
    /// # Example
    /// ```
    /// # #[cfg(feature = "csv")] {
    /// use kartoteka::table::{Cells, Form, LongRow, long_rows};
    /// use kartoteka::Record;
    ///
    /// let record = Record::builder().data_field("245", "10", [('a', "Divan, \"complete\"")]).build()?;
    /// let (csv, json) = (Cells::new(Form::Csv, LongRow::COLUMNS), Cells::new(Form::JsonLines, LongRow::COLUMNS));
    /// let (mut rows, mut lines) = (Vec::new(), Vec::new());
    /// long_rows(record.view(), 1, &mut |row| {
    ///     row.write(&csv, &mut rows);
    ///     row.write(&json, &mut lines);
    /// });
    /// let rows = String::from_utf8(rows).unwrap();
    /// assert_eq!(rows.lines().last(), Some(r#"1,,1,245,10,1,a,"Divan, ""complete""""#));
    /// let lines = String::from_utf8(lines).unwrap();
    /// assert_eq!(
    ///     lines.lines().last(),
    ///     Some(r#"{"record":1,"mfn":null,"field":1,"tag":"245","ind":"10","subfield":1,"code":"a","value":"Divan, \"complete\""}"#)
    /// );
    /// # }
    /// # Ok::<(), kartoteka::Error>(())
    /// ```
    #[cfg(feature = "json")]
    pub fn write(&self, cells: &Cells, out: &mut Vec<u8>) {
        let mut row = cells.row(out);
        row.number(Some(self.record)).number(self.mfn.map(u64::from)).number(Some(self.field));
        match self.tag {
            Some(tag) => row.display(tag),
            None => row.text("LDR"),
        };
        row.value(self.indicators).number(self.subfield).value(self.code).value(self.value).end();
    }
}

/// Calls `each` for every row of a record: the leader, and each field as one row for each subfield.
///
/// Text before the first subfield is a row without a code, and so is a field that is empty. A delimiter with nothing after
/// it is a subfield with an empty code. `number` becomes
/// [`LongRow::record`]. Numbers of fields and subfields keep order and repeats: the rows hold the whole record.
///
/// # Example
/// ```
/// use kartoteka::Record;
/// use kartoteka::table::long_rows;
///
/// let record = Record::builder()
///     .control_field("001", "kart0001")
///     .data_field("650", " 0", [('a', "Poetry"), ('x', "History")])
///     .build()?;
/// let mut rows = Vec::new();
/// long_rows(record.view(), 1, &mut |row| {
///     let tag = row.tag.map_or("LDR".to_owned(), |tag| tag.to_string());
///     rows.push(format!("{} {tag} {} {}", row.field, row.code.to_str_lossy(), row.value.to_str_lossy()));
/// });
/// assert_eq!(rows[1..], ["1 001  kart0001", "2 650 a Poetry", "2 650 x History"]);
/// # Ok::<(), kartoteka::Error>(())
/// ```
pub fn long_rows(record: RecordRef<'_>, number: u64, each: &mut dyn FnMut(LongRow<'_>)) {
    let none = Text::new(b"", Charset::Utf8);
    let (mfn, charset) = (record.mfn(), record.charset());
    let leader = record.header().leader.map(|leader| leader.to_string()); // escaped where it is not UTF-8
    let mut row = |field, tag, indicators, subfield, code, value| {
        each(LongRow { record: number, mfn, field, tag, indicators, subfield, code, value });
    };
    if let Some(leader) = &leader {
        row(0, None, none, None, none, Text::new(leader.as_bytes(), Charset::Utf8));
    }
    for field in record.fields() {
        let (index, tag) = (field.index() as u64 + 1, Some(field.tag()));
        let (indicators, lead, subfields) = field.parts();
        let indicators = Text::new(indicators, charset);
        let mut empty = lead.is_empty();
        if !empty {
            row(index, tag, indicators, None, none, lead);
        }
        let raw = field.raw();
        let mut end = indicators.as_bytes().len() + lead.as_bytes().len();
        let mut place = 0;
        for subfield in subfields {
            let (code, value) = (subfield.code_bytes(), subfield.value());
            let start = code.as_ptr().addr().checked_sub(raw.as_ptr().addr()).unwrap_or(end + 1);
            for _ in end + 1..start {
                place += 1;
                row(index, tag, indicators, Some(place), none, none);
            }
            place += 1;
            row(index, tag, indicators, Some(place), Text::new(code, Charset::Utf8), value);
            end = start + code.len() + value.as_bytes().len();
        }
        for _ in end..raw.len() {
            place += 1;
            row(index, tag, indicators, Some(place), none, none);
        }
        empty &= place == 0;
        if empty {
            row(index, tag, indicators, None, none, none);
        }
    }
}
