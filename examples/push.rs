//! Records from bytes that arrive in pieces, as a server or an async runtime has them.

use kartoteka::{Push, Pushed, ReadOptions, Record, iso2709};

fn main() -> kartoteka::Result<()> {
    let path = std::env::args().nth(1).unwrap_or_else(|| "fixtures/iso2709/marc21.mrc".to_owned());
    let data = std::fs::read(path)?;
    let mut push = Push::<iso2709::Iso2709>::new(&ReadOptions::new());
    let (mut record, mut count) = (Record::new(), 0);
    for piece in data.chunks(100) {
        push.feed(piece);
        while push.read_record(&mut record)? == Pushed::Record {
            count += 1;
        }
    }
    push.finish();
    while push.read_record(&mut record)? == Pushed::Record {
        count += 1;
    }
    println!("{count} records");
    Ok(())
}
