//! Where the parts of a file begin.

use std::path::Path;

use super::open_with;
use crate::error::Result;
use crate::format::descriptor::{Can, Format};
use crate::io::{Part, ReadOptions};
use crate::record::Record;

/// Returns where the first record of each of `parts` equal [parts](Part) of a file begins: its offset, or its MFN in a
/// master file. Parts without a record are left out, so that the points are in ascending order.
///
/// # Cost
/// One record is read of each part.
///
/// # Errors
/// As [`open_with`]; [`ErrorKind::Argument`](crate::ErrorKind::Argument) if the format cannot
/// [be split](crate::Can::Split).
///
/// # Example
/// ```
/// use kartoteka::{ReadOptions, split_points};
///
/// let points = split_points("fixtures/iso2709/marc21.mrc", None, 3, &ReadOptions::new())?;
/// assert_eq!((points.len(), points[0]), (3, 0));
/// assert_eq!(split_points("fixtures/isis/irbis64.mst", None, 2, &ReadOptions::new())?[0], 1);
/// # Ok::<(), kartoteka::Error>(())
/// ```
pub fn split_points(
    path: impl AsRef<Path>,
    format: Option<Format>,
    parts: u32,
    options: &ReadOptions,
) -> Result<Vec<u64>> {
    let mut points = Vec::new();
    let mut record = Record::new();
    for part in (1..=parts).filter_map(|number| Part::new(number, parts)) {
        let mut reader = open_with(&path, format, &options.clone().part(Some(part)))?;
        match reader.read_record(&mut record) {
            Ok(true) => {
                let mfn = record.view().mfn().filter(|_| reader.format().can(Can::Seek));
                points.push(mfn.map_or(reader.position().byte, u64::from));
            }
            Ok(false) => {}
            Err(error) if error.is_record() => points.push(reader.position().byte),
            Err(error) => return Err(error),
        }
    }
    Ok(points)
}
