//! Titles and ISBNs of every record of a file, whatever its format.

fn main() -> kartoteka::Result<()> {
    let path = std::env::args().nth(1).unwrap_or_else(|| "fixtures/iso2709/marc21.mrc".to_owned());
    for record in kartoteka::open(path)? {
        let record = record?;
        let value = |tag: &str, code| record.field(tag).and_then(|field| field.subfield(code));
        let title = value("245", 'a').or_else(|| value("200", 'a'));
        println!("{}\t{}", title.unwrap_or_default(), value("020", 'a').unwrap_or_default());
    }
    Ok(())
}
