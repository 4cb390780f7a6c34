//! Rebuilds a cross reference from its master file.

use std::io::{Read, Seek, Write};

use super::control::find;
use super::store::CrossReference;
use super::walk::Index;
use super::window::Window;
use super::xrf::DELETED;
use crate::error::Result;

/// Rebuilds the cross reference of a master file by walking through it; returns the number of records. If the
/// file contains several copies of a record, IRBIS64 marks the last one; in CDS/ISIS the last in the file is
/// taken.
///
/// # Errors
/// [`ErrorKind::Format`](crate::ErrorKind::Format) if it is no master file; [`ErrorKind::Read`](crate::ErrorKind::Read) and
/// [`ErrorKind::Write`](crate::ErrorKind::Write).
///
/// # Example
/// ```
/// use std::io::Cursor;
/// use kartoteka::isis;
///
/// let mst = std::fs::File::open("fixtures/isis/irbis64.mst")?;
/// let mut xrf = Cursor::new(Vec::new());
/// assert_eq!(isis::rebuild_cross_reference(mst, &mut xrf)?, 5);
/// assert_eq!(xrf.into_inner(), std::fs::read("fixtures/isis/irbis64.xrf")?);
/// # Ok::<(), kartoteka::Error>(())
/// ```
pub fn rebuild_cross_reference<R: Read + Seek, F: Read + Write + Seek>(mst: R, xrf: F) -> Result<u64> {
    let mut mst = Window::new(mst)?;
    let found = find(&mut mst, None)?;
    let variant = found.variant;
    let index = Index::build(&mut mst, variant)?;
    let mut slots = CrossReference::new(xrf, variant);
    let (mut next, mut count) = (1u32, 0u64);
    while let Some((mfn, offset)) = index.next(next) {
        let leader = variant.leader(mst.get(offset, variant.shape.leader_len())?);
        let deleted = leader.map_or(0, |leader| leader.status & DELETED);
        slots.set(mfn, offset, deleted)?;
        count = count.saturating_add(1);
        next = mfn.saturating_add(1);
    }
    slots.finish()?;
    Ok(count)
}
