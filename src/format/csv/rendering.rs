//! Records as tables: one row per subfield, comma-separated or tab-separated. Written, not read.
//!
//! ```text
//! record,mfn,field,tag,ind,subfield,code,value
//! 1,,0,LDR,,,,00000nam a2200000   4500
//! 1,,1,001,,,,kart0001
//! 1,,2,245,10,1,a,Divan /
//! 1,,2,245,10,2,c,Füzuli.
//! ```
//!
//! For spreadsheets, databases and data frames. `record` counts the records written, `field` and `subfield`
//! their parts, all from 1, so that order and repetition are kept. Rows without a code are the leader (tag
//! `LDR`), control fields, and the head text of IRBIS fields; an empty field has one such row. `mfn` is the
//! master file number of IRBIS.
//!
//! # Spec
//! RFC 4180, but for the line ends, which are LF; UTF-8. Values with a delimiter, a quote or a line end in them stand in
//! quotes, in both forms. The rows are those of [`long_rows`](crate::table::long_rows).
//!
//! # Example
//! ```
//! use kartoteka::{Record, RecordWrite, WriteOptions, csv};
//!
//! let record = Record::builder().data_field("245", "10", [('a', "Divan, \"complete\"")]).build()?;
//! let mut writer = csv::Writer::new(Vec::new(), &WriteOptions::new());
//! writer.write_record(record.view())?;
//! writer.finish()?;
//! let csv = String::from_utf8(writer.into_inner()).unwrap();
//! assert!(csv.ends_with("1,,1,245,10,1,a,\"Divan, \"\"complete\"\"\"\n"));
//! # Ok::<(), kartoteka::Error>(())
//! ```

use crate::error::Result;
use crate::finding::Finding;
use crate::format::rules::FORMULA_IN_CELL;
use crate::io::{self, Preparation, WriteOptions};
use crate::position::Location;
use crate::record::RecordRef;
use crate::table::{Cells, Form, Formulas, LongRow, long_rows};

/// Writes a comma-separated table.
pub type Writer<W> = io::Writer<W, Rendering<b','>>;
/// Writes a tab-separated table.
pub type TabWriter<W> = io::Writer<W, Rendering<b'\t'>>;

/// The layout of a table: a row with the names of the columns, then a row for each subfield. `DELIMITER` is the byte
/// between columns: a comma or a tab.
#[derive(Debug)]
pub struct Rendering<const DELIMITER: u8> {
    cells: Cells,
    formulas: Formulas,
    records: u64,
    begun: bool,
}

impl<const DELIMITER: u8> io::Rendering for Rendering<DELIMITER> {
    fn new(options: &WriteOptions) -> Rendering<DELIMITER> {
        let formulas = options.formulas;
        let form = if DELIMITER == b'\t' { Form::QuotedTsv } else { Form::Csv };
        Rendering {
            cells: Cells::new(form, LongRow::COLUMNS).formulas(formulas),
            formulas,
            records: 0,
            begun: false,
        }
    }

    fn record(
        &mut self,
        record: RecordRef<'_>,
        preparation: &mut Preparation,
        out: &mut Vec<u8>,
    ) -> Result<()> {
        let (record, findings) = preparation.text(record)?;
        self.header(out);
        self.records += 1;
        let before = self.cells.formulas_found();
        let mut first = None;
        long_rows(record, self.records, &mut |row| {
            row.write(&self.cells, out);
            if first.is_none() && self.cells.formulas_found() > before {
                first = Some((row.tag, row.field));
            }
        });
        if let (Some((tag, field)), Formulas::Keep) = (first, self.formulas) {
            let mut location = Location::of(record.position());
            location.tag = tag;
            location.field = field.checked_sub(1).and_then(|index| u32::try_from(index).ok());
            let found = self.cells.formulas_found() - before;
            let message = format!("{} like the formula of a spreadsheet", begins(found));
            findings.push(Finding::new(FORMULA_IN_CELL, location, message, "written as it is"));
        }
        Ok(())
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        self.header(out); // a table without rows has it too
    }
}

/// Returns the subject and verb of a message about cells.
fn begins(cells: u64) -> String {
    match cells {
        1 => "a cell begins".to_owned(),
        several => format!("{several} cells begin"),
    }
}

impl<const DELIMITER: u8> Rendering<DELIMITER> {
    /// Appends the names of the columns, once.
    fn header(&mut self, out: &mut Vec<u8>) {
        if !std::mem::replace(&mut self.begun, true) {
            self.cells.header(out);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::RecordWrite;
    use crate::record::{Builder, Record, Syntax};

    fn written(records: &[Record]) -> (String, String) {
        let options = WriteOptions::new();
        let (mut csv, mut tsv) = (Writer::new(Vec::new(), &options), TabWriter::new(Vec::new(), &options));
        for record in records {
            csv.write_record(record.view()).unwrap();
            tsv.write_record(record.view()).unwrap();
        }
        csv.finish().unwrap();
        tsv.finish().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (text(csv.into_inner()), text(tsv.into_inner()))
    }

    #[test]
    fn a_row_per_subfield() {
        let marc = Record::builder()
            .control_field("001", "kart0001")
            .data_field("245", "10", [('a', "Divan,\n\"x\""), ('c', "Füzuli\t.")])
            .data_field("500", "  ", [('a', ""); 0])
            .build()
            .unwrap();
        let irbis = Builder::new(Syntax::IRBIS)
            .mfn(7)
            .field("920", |field| field.lead("PAZK"))
            .field("2022", |field| field.lead("head").subfield('A', "x"))
            .build()
            .unwrap();
        let (csv, tsv) = written(&[marc, irbis]);
        let expected = "record,mfn,field,tag,ind,subfield,code,value\n\
            1,,0,LDR,,,,00000nam a2200000   4500\n\
            1,,1,001,,,,kart0001\n\
            1,,2,245,10,1,a,\"Divan,\n\"\"x\"\"\"\n\
            1,,2,245,10,2,c,Füzuli\t.\n\
            1,,3,500,  ,,,\n\
            2,7,1,920,,,,PAZK\n\
            2,7,2,2022,,,,head\n\
            2,7,2,2022,,1,A,x\n";
        assert_eq!(csv, expected);
        assert!(tsv.contains("1\t\t2\t245\t10\t2\tc\t\"Füzuli\t.\"\n"), "{tsv}");
    }

    #[test]
    fn no_records_are_the_names_of_the_columns() {
        assert_eq!(written(&[]).0, "record,mfn,field,tag,ind,subfield,code,value\n");
    }
}
