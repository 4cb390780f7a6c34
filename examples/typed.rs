//! A struct of your own from each record, by paths.

use kartoteka::{FieldPath, open};

struct Book {
    title: String,
    subjects: Vec<String>,
}

fn main() -> kartoteka::Result<()> {
    let path = std::env::args().nth(1).unwrap_or_else(|| "fixtures/iso2709/marc21.mrc".to_owned());
    let (title, subjects): (FieldPath, FieldPath) = ("245$a".parse()?, "6xx$a".parse()?);
    for record in open(path)? {
        let record = record?;
        let values =
            |path: &FieldPath| record.select(path).map(|value| value.to_string()).collect::<Vec<_>>();
        let book = Book { title: values(&title).concat(), subjects: values(&subjects) };
        println!("{}: {}", book.title, book.subjects.join("; "));
    }
    Ok(())
}
