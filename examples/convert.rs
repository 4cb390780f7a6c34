//! An IRBIS base as MARCXML, with an account of what came of it.

use kartoteka::{Format, WriteOptions, copy, open, writer};

fn main() -> kartoteka::Result<()> {
    let path = std::env::args().nth(1).unwrap_or_else(|| "fixtures/isis/irbis64.mst".to_owned());
    let mut output = writer(Format::Marcxml, std::io::stdout(), &WriteOptions::new())?;
    let summary = copy(&mut open(path)?, &mut output)?;
    eprintln!("{} read, {} written, {} rejected", summary.read, summary.written, summary.rejected);
    Ok(())
}
