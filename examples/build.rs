//! Makes a record and writes it as ISO 2709 and as MARCXML.

use kartoteka::{Format, Record, WriteOptions, writer};

fn main() -> kartoteka::Result<()> {
    let record = Record::builder()
        .control_field("001", "kart0001")
        .data_field("245", "10", [('a', "Leyli və Məcnun /"), ('c', "Nizami Gəncəvi.")])
        .build()?;
    for format in [Format::Iso2709, Format::Marcxml] {
        let mut output = writer(format, std::io::stdout(), &WriteOptions::new())?;
        output.write(&record)?;
        output.finish()?;
    }
    Ok(())
}
