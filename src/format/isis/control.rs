//! The control record, and the detection of the variant.

use std::io::{Read, Seek};

use super::variant::{Shape, Variant, offset_in_block};
use super::walk::Walk;
use super::window::Window;
use super::xrf::Slots;
use crate::error::{Error, Result};

/// The control record, which precedes the first record of a master file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Control {
    /// CTLMFN, always 0.
    pub mfn: u32,
    /// NXTMFN: the number of the next new record.
    pub next_mfn: u32,
    /// Start of free space, in bytes: NXT of IRBIS64; block and position of CDS/ISIS, converted to an offset.
    pub free: u64,
    /// MFTYPE: 0 for a base of records, 1 for messages.
    pub kind: u32,
    /// RECCNT, which most programs leave at 0.
    pub record_count: u32,
    /// MFCXX1 to MFCXX3. The third is the lock of the base; in CDS/ISIS the second counts data entry locks.
    pub reserved: [u32; 3],
}

impl Control {
    /// Parses the control record, which is shorter than `bytes`.
    pub(super) fn parse(variant: Variant, bytes: &[u8]) -> Control {
        let word = |at| variant.u32(bytes, at);
        if variant.is_irbis64() {
            return Control {
                mfn: word(0),
                next_mfn: word(4),
                free: variant.u64(bytes, 8),
                kind: word(16),
                record_count: word(20),
                reserved: [word(24), word(28), word(32)],
            };
        }
        // Block and place are counted from 1.
        let place = variant.u16(bytes, 12).saturating_sub(1);
        Control {
            mfn: word(0),
            next_mfn: word(4),
            free: offset_in_block(word(8).max(1), place).unwrap_or(0),
            kind: variant.u16(bytes, 14) & 0xFF,
            record_count: word(16),
            reserved: [word(20), word(24), word(28)],
        }
    }

    /// Returns the shift in a control record of CDS/ISIS.
    fn shift(variant: Variant, bytes: &[u8]) -> u8 {
        (variant.u16(bytes, 14) >> 8) as u8
    }

    /// Returns whether the base is locked for writing.
    pub const fn is_locked(&self) -> bool {
        let [.., lock] = self.reserved;
        lock != 0
    }
}

/// The detected variant, and the evidence for it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Found {
    /// The variant.
    pub variant: Variant,
    /// The evidence in the files.
    pub evidence: String,
    /// Whether the control record is consistent with the file.
    pub(super) control_fits: bool,
}

/// Number of slots of the cross reference examined.
const SAMPLES: usize = 24;

/// Weighs the evidence for a variant: records of the cross reference, the first record, the control record.
#[expect(clippy::arithmetic_side_effects, reason = "a sum of small numbers")]
fn score(good: usize, first: bool, control_fits: bool, declared: bool) -> usize {
    4 * good + 3 * usize::from(first) + 2 * usize::from(control_fits) + usize::from(declared)
}

/// Detects the variant of a master file by its bytes: the one under which most of the examined records are
/// valid, namely the first one and those of the first slots of the cross reference.
pub(super) fn find<R: Read + Seek>(mst: &mut Window<R>, mut xrf: Option<&mut Window<R>>) -> Result<Found> {
    let head = mst.get(0, 64)?.to_vec();
    let mut best: Option<(usize, Found)> = None;
    let mut is_doubtful = true;
    for variant in candidates(&head) {
        let control = Control::parse(variant, &head);
        let control_fits = control_fits(variant, &control, mst.len());
        let first = is_record_at(mst, variant, variant.first(), None)?;
        let mut tried = Vec::new();
        if let Some(xrf) = xrf.as_deref_mut() {
            let slots = Slots::new(variant, xrf);
            for mfn in 1..=slots.count().min(512) {
                let Some(slot) = slots.read(xrf, mfn)? else { break };
                let Some(offset) = slot.offset else { continue };
                tried.push(is_record_at(mst, variant, offset, Some(mfn))?);
                if tried.len() >= SAMPLES {
                    break;
                }
            }
        }
        let (good, seen) = (tried.iter().filter(|is_record| **is_record).count(), tried.len());
        let is_empty = control_fits && control.next_mfn == 1 && control.free <= variant.first();
        if !first && good == 0 && !is_empty {
            continue;
        }
        let declared = variant.is_irbis64() || variant.shift == Control::shift(variant, &head);
        let score = score(good, first, control_fits, declared);
        if best.as_ref().is_none_or(|(known, _)| score > *known) {
            let evidence = evidence(variant, first, (good, seen), is_empty && !first, declared);
            best = Some((score, Found { variant, evidence, control_fits }));
            is_doubtful = !is_empty && if seen > 0 { good.saturating_mul(2) < seen } else { !first };
        }
    }
    let best = best.map(|(_, found)| found);
    let found = if is_doubtful { find_displaced(mst, &head, best)? } else { best };
    found.ok_or_else(|| {
        let message = "no record of IRBIS or CDS/ISIS lies where a master file has its first one";
        Error::refused(message)
    })
}

/// Number of bytes in which records are looked for that are not where they should be.
const SEARCHED: u64 = 256 * 1024;

/// Detects the variant of a master file in which bytes are missing or too many before the records: the one under which
/// most records are found one after another, if these are more than under the one that seemed best.
fn find_displaced<R: Read + Seek>(
    mst: &mut Window<R>,
    head: &[u8],
    seeming: Option<Found>,
) -> Result<Option<Found>> {
    let mut best = seeming;
    let mut most = match &best {
        Some(found) => count_records(mst, found.variant)?,
        None => 1,
    };
    let mut tried = None;
    for variant in candidates(head) {
        // The first of each shape has the shift that is declared.
        let layout = (variant.shape, variant.big_endian);
        if tried.replace(layout) == Some(layout) {
            continue;
        }
        let count = count_records(mst, variant)?;
        if count > most {
            let control_fits = control_fits(variant, &Control::parse(variant, head), mst.len());
            let evidence = format!("{count} records of this layout, displaced");
            best = Some(Found { variant, evidence, control_fits });
            most = count;
        }
    }
    Ok(best)
}

/// Returns the number of records that are found one after another near the start.
fn count_records<R: Read + Seek>(mst: &mut Window<R>, variant: Variant) -> Result<usize> {
    let mut walk = Walk::new(variant).within(SEARCHED);
    let mut count = 0usize;
    while walk.next(mst)?.is_some() {
        count = count.saturating_add(1);
    }
    Ok(count)
}

fn evidence(
    variant: Variant,
    first: bool,
    (good, seen): (usize, usize),
    is_empty: bool,
    declared: bool,
) -> String {
    let mut parts = Vec::new();
    if first {
        let place = variant.first();
        parts.push(format!("a record of this layout at byte {place}"));
    }
    if seen > 0 {
        parts.push(format!("{good} of the first {seen} slots of the .xrf lead to records"));
    }
    if is_empty {
        parts.push("a control record of an empty base".to_owned());
    }
    if !declared {
        parts.push("the control record names another shift".to_owned());
    }
    parts.join("; ")
}

/// Returns the variants to try. Of equal ones the first wins.
fn candidates(head: &[u8]) -> Vec<Variant> {
    let mut all = vec![Variant::IRBIS64];
    for big_endian in [false, true] {
        for shape in Shape::ISIS {
            let variant = Variant { shape, big_endian, shift: 0 };
            let declared = Control::shift(variant, head);
            let shifts = (0..=6u8).filter(|shift| *shift != declared);
            let declared = (declared <= 6).then_some(declared);
            all.extend(declared.into_iter().chain(shifts).map(|shift| Variant { shift, ..variant }));
        }
    }
    all
}

/// Returns whether the numbers of the control record are possible in a file of this length.
pub(super) fn control_fits(variant: Variant, control: &Control, len: u64) -> bool {
    control.mfn == 0
        && control.next_mfn >= 1
        && control.free >= variant.first()
        && control.free <= len
        && control.next_mfn < 0x8000_0000
}

/// Returns whether a record begins at `offset`, with this number if one is given.
fn is_record_at<R: Read + Seek>(
    mst: &mut Window<R>,
    variant: Variant,
    offset: u64,
    mfn: Option<u32>,
) -> Result<bool> {
    let left = mst.len().saturating_sub(offset);
    let bytes = mst.get(offset, variant.shape.leader_len())?;
    Ok(variant.leader(bytes).is_some_and(|leader| {
        variant.is_leader(&leader) && leader.len <= left && mfn.is_none_or(|mfn| mfn == leader.mfn)
    }))
}
