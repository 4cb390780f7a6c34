//! How many records there are of each type (leader/06), counted on all cores.

use kartoteka::{Record, in_batches, open};

fn main() -> kartoteka::Result<()> {
    let path = std::env::args().nth(1).unwrap_or_else(|| "fixtures/iso2709/marc21.mrc".to_owned());
    let mut totals = std::collections::BTreeMap::new();
    let count = |batch: &mut (dyn kartoteka::RecordRead + Send)| -> kartoteka::Result<Vec<u8>> {
        let (mut record, mut types) = (Record::new(), Vec::new());
        while batch.read_record(&mut record)? {
            types.extend(record.leader().map(|leader| leader.as_bytes()[6]));
        }
        Ok(types)
    };
    in_batches(
        &mut open(path)?,
        2,
        count,
        &mut |types: kartoteka::Result<Vec<u8>>| -> kartoteka::Result<()> {
            types?.into_iter().for_each(|kind| *totals.entry(char::from(kind)).or_insert(0) += 1);
            Ok(())
        },
    )?;
    totals.iter().for_each(|(kind, count)| println!("{kind}\t{count}"));
    Ok(())
}
