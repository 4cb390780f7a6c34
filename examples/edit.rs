//! Adds a note to every record, sorts the fields, and writes the file again.

use kartoteka::{Format, WriteOptions, open, writer};

fn main() -> kartoteka::Result<()> {
    let path = std::env::args().nth(1).unwrap_or_else(|| "fixtures/iso2709/marc21.mrc".to_owned());
    let mut output = writer(Format::Iso2709, std::io::stdout(), &WriteOptions::new())?;
    for record in open(path)? {
        let mut record = record?.record;
        record.push_field("590".parse()?, |field| field.subfield('a', "Checked."))?;
        record.sort_fields()?;
        output.write(&record)?;
    }
    output.finish()
}
