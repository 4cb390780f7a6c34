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
//! For spreadsheets, databases and data frames. `record` counts the records written, `field` and `subfield` their parts,
//! all from 1, so that order and repeats are kept. Rows without a code are the leader (tag `LDR`), control fields, and the
//! head text of IRBIS fields; a field with nothing in it has one such row. `mfn` is the master file number of IRBIS.
//!
//! # Spec
//! RFC 4180, but for the line ends, which are LF; UTF-8. Values with a delimiter, a quote or a line end in them stand in
//! quotes, in both forms.
//!
//! # Example
//! ```
//! use kartoteka::{Record, RecordWrite, WriteOptions, table};
//!
//! let record = Record::builder().data_field("245", "10", [('a', "Divan, \"complete\"")]).build()?;
//! let mut writer = table::Csv::new(Vec::new(), &WriteOptions::new());
//! writer.write_record(record.view())?;
//! writer.finish()?;
//! let csv = String::from_utf8(writer.into_inner()).unwrap();
//! assert!(csv.ends_with("1,,1,245,10,1,a,\"Divan, \"\"complete\"\"\"\n"));
//! # Ok::<(), kartoteka::Error>(())
//! ```

use crate::io::{self, Adapter, WriteOptions};
use crate::record::RecordRef;
use crate::{Error, ErrorKind, Result};

/// Writes a comma-separated table.
pub type Csv<W> = io::Writer<W, Layout<b','>>;
/// Writes a tab-separated table.
pub type Tsv<W> = io::Writer<W, Layout<b'\t'>>;

/// The layout of a table: a row with the names of the columns, then a row per subfield. `DELIMITER` is the byte between
/// columns.
#[derive(Debug)]
pub struct Layout<const DELIMITER: u8> {
    records: u64,
    begun: bool,
    memory: Vec<u8>,
}

const COLUMNS: [&str; 8] = ["record", "mfn", "field", "tag", "ind", "subfield", "code", "value"];

impl<const DELIMITER: u8> io::Layout for Layout<DELIMITER> {
    fn new(_: &WriteOptions) -> Layout<DELIMITER> {
        Layout { records: 0, begun: false, memory: Vec::new() }
    }

    fn record(&mut self, record: RecordRef<'_>, adapter: &mut Adapter, out: &mut Vec<u8>) -> Result<()> {
        let (record, _) = adapter.text(record)?;
        self.records = self.records.saturating_add(1);
        let number = self.records;
        self.rows(out, |table| rows(record, number, table)).map_err(failed)
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        // A table without rows has names of columns all the same; memory does not fail.
        let _ = self.rows(out, |_| Ok(()));
    }
}

impl<const DELIMITER: u8> Layout<DELIMITER> {
    /// Appends what `fill` writes, behind the names of the columns if they are not there yet.
    fn rows(
        &mut self,
        out: &mut Vec<u8>,
        fill: impl FnOnce(&mut csv::Writer<Vec<u8>>) -> csv::Result<()>,
    ) -> csv::Result<()> {
        let memory = std::mem::take(&mut self.memory);
        let mut table =
            csv::WriterBuilder::new().delimiter(DELIMITER).buffer_capacity(4096).from_writer(memory);
        if !self.begun {
            table.write_record(COLUMNS)?;
        }
        fill(&mut table)?;
        self.memory = table.into_inner().map_err(|error| error.into_error())?;
        self.begun = true;
        out.extend_from_slice(&self.memory);
        self.memory.clear();
        Ok(())
    }
}

/// Writes the rows of a record.
fn rows(record: RecordRef<'_>, number: u64, table: &mut csv::Writer<Vec<u8>>) -> csv::Result<()> {
    let number = number.to_string();
    let mfn = record.mfn().map(|mfn| mfn.to_string()).unwrap_or_default();
    let (number, mfn) = (number.as_bytes(), mfn.as_bytes());
    if let Some(leader) = &record.header().leader {
        let leader = leader.to_string(); // escaped where it is not UTF-8
        table.write_record([number, mfn, b"0", b"LDR", b"", b"", b"", leader.as_bytes()])?;
    }
    for field in record.fields() {
        let index = field.index().saturating_add(1).to_string();
        let tag = field.tag().to_string();
        let (indicators, lead, subfields) = field.parts();
        let mut row = |subfield: &[u8], code: &[u8], value: &[u8]| {
            table.write_record([
                number,
                mfn,
                index.as_bytes(),
                tag.as_bytes(),
                indicators,
                subfield,
                code,
                value,
            ])
        };
        let mut empty = true;
        if !lead.is_empty() {
            row(b"", b"", lead.as_bytes())?;
            empty = false;
        }
        for (place, subfield) in subfields.enumerate() {
            let place = place.saturating_add(1).to_string();
            row(place.as_bytes(), subfield.code_bytes(), subfield.value().as_bytes())?;
            empty = false;
        }
        if empty {
            row(b"", b"", b"")?;
        }
    }
    Ok(())
}

fn failed(error: csv::Error) -> Error {
    Error::new(ErrorKind::Write(std::io::Error::other(error)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Builder, Record, RecordWrite, Syntax};

    fn written(records: &[Record]) -> (String, String) {
        let options = WriteOptions::new();
        let (mut csv, mut tsv) = (Csv::new(Vec::new(), &options), Tsv::new(Vec::new(), &options));
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
            .data_field("500", "  ", [])
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
