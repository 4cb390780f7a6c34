//! Findings as rows.

#[cfg(feature = "json")]
use super::cells::Cells;
use crate::finding::{Finding, Severity};
use crate::position::ElementPath;

/// A finding as a row: the rule, the record, the place in it, and what is wrong.
///
/// # Example
/// ```
/// use kartoteka::table::FindingRow;
/// use kartoteka::{Record, RecordRead};
///
/// let mut reader = kartoteka::open("fixtures/findings/B013.mrc")?;
/// let mut record = Record::new();
/// let mut rows = Vec::new();
/// while reader.read_record(&mut record)? {
///     let number = record.view().control_number().map(|number| number.to_str_lossy().into_owned());
///     for finding in reader.findings() {
///         let row = FindingRow::new(finding, "B013.mrc", number.as_deref());
///         rows.push((row.rule, row.record, row.place.map(|place| place.to_string())));
///     }
/// }
/// assert_eq!(rows[0], ("B013", Some(2), Some("245[0]".to_owned())));
/// # Ok::<(), kartoteka::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct FindingRow<'a> {
    /// Id of the rule, such as `B001`.
    pub rule: &'static str,
    /// Name of the rule, such as `record-length-mismatch`.
    pub name: &'static str,
    /// Severity of the rule.
    pub severity: Severity,
    /// Name of the input.
    pub file: &'a str,
    /// Number of the record in the input, 1-based; `None` if it is not known, in a [`Part`](crate::Part) of an input.
    pub record: Option<u64>,
    /// Control number of the record, if known.
    pub id: Option<&'a str>,
    /// Master file number of the record, if it has one.
    pub mfn: Option<u32>,
    /// Offset of the finding in the input, in bytes, 0-based.
    pub offset: u64,
    /// Number of bytes the finding is about.
    pub length: u64,
    /// Element of the record the finding is about, if known.
    pub place: Option<ElementPath>,
    /// What is wrong.
    pub message: &'a str,
    /// What was done about it, empty if nothing.
    pub action: &'static str,
}

impl<'a> FindingRow<'a> {
    /// Names of the columns, in the order of the row's members.
    pub const COLUMNS: [&'static str; 12] = [
        "rule", "name", "severity", "file", "record", "id", "mfn", "offset", "length", "path", "message",
        "action",
    ];

    /// Makes the row of a finding in an input named `file`, in the record with this control number.
    pub fn new(finding: &'a Finding, file: &'a str, id: Option<&'a str>) -> FindingRow<'a> {
        let location = &finding.location;
        FindingRow {
            rule: finding.rule.id(),
            name: finding.rule.name(),
            severity: finding.severity(),
            file,
            record: location.record.number(),
            id,
            mfn: location.mfn,
            offset: location.byte,
            length: location.len,
            place: location.place(),
            message: &finding.message,
            action: finding.action,
        }
    }

    /// Appends the row to `out`.
    #[cfg(feature = "json")]
    pub fn write(&self, cells: &Cells, out: &mut Vec<u8>) {
        let mut row = cells.row(out);
        row.text(self.rule).text(self.name).text(self.severity.name()).text(self.file);
        row.number(self.record).optional(self.id).number(self.mfn.map(u64::from));
        row.number(Some(self.offset)).number(Some(self.length));
        match self.place {
            Some(place) => row.display(place),
            None => row.optional(None),
        };
        row.text(self.message).text(self.action).end();
    }
}

#[cfg(all(test, feature = "csv"))]
mod tests {
    use super::*;
    use crate::finding::Rule;
    use crate::position::{Location, Position};
    use crate::table::Form;

    #[test]
    fn a_row_has_a_cell_for_each_column() {
        let rule: Rule = crate::format::iso2709::rules::RECORD_LENGTH_MISMATCH;
        let record = Position { byte: 100, record: 6, line: 0 };
        let location = Location { byte: 104, len: 5, tag: None, ..Location::of(record) };
        let finding = Finding::new(rule, location, "a, b", "kept");
        let cells = Cells::new(Form::Csv, FindingRow::COLUMNS);
        let mut out = Vec::new();
        FindingRow::new(&finding, "x.mrc", Some("id7")).write(&cells, &mut out);
        let row = "B001,record-length-mismatch,error,x.mrc,7,id7,,104,5,,\"a, b\",kept\n";
        assert_eq!(String::from_utf8(out).unwrap(), row);
    }
}
