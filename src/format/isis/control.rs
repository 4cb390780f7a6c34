//! The control record, and which layout a master file has.

use std::io::{Read, Seek};

use super::layout::{Layout, Shape};
use super::slot::Slots;
use super::window::Window;
use crate::{Error, ErrorKind, Result};

/// The control record: what stands before the first record of a master file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Control {
    /// CTLMFN, which is 0.
    pub mfn: u32,
    /// NXTMFN: the number that the next new record gets.
    pub next_mfn: u32,
    /// Where free space begins, in bytes: NXT of IRBIS64; block and position of CDS/ISIS, made an offset.
    pub free: u64,
    /// MFTYPE: 0 is a base of records, 1 one of messages.
    pub kind: u32,
    /// RECCNT, which most programs leave at 0.
    pub record_count: u32,
    /// MFCXX1 to MFCXX3. The third is the lock of the base; in CDS/ISIS the second counts locks of data entry.
    pub reserved: [u32; 3],
}

impl Control {
    /// Reads the control record, which is shorter than `bytes`.
    pub(super) fn parse(layout: Layout, bytes: &[u8]) -> Control {
        let word = |at| layout.u32(bytes, at);
        if layout.is_irbis64() {
            return Control {
                mfn: word(0),
                next_mfn: word(4),
                free: layout.u64(bytes, 8),
                kind: word(16),
                record_count: word(20),
                reserved: [word(24), word(28), word(32)],
            };
        }
        let block = u64::from(word(8).saturating_sub(1)).saturating_mul(512);
        let place = u64::from(layout.u16(bytes, 12).saturating_sub(1));
        Control {
            mfn: word(0),
            next_mfn: word(4),
            free: block.saturating_add(place),
            kind: layout.u16(bytes, 14) & 0xFF,
            record_count: word(16),
            reserved: [word(20), word(24), word(28)],
        }
    }

    /// The shift that a control record of CDS/ISIS names.
    fn shift(layout: Layout, bytes: &[u8]) -> u8 {
        (layout.u16(bytes, 14) >> 8) as u8
    }

    /// Whether the base is locked for writing.
    pub const fn is_locked(&self) -> bool {
        let [.., lock] = self.reserved;
        lock != 0
    }
}

/// A layout that was found, and what speaks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Found {
    /// The layout.
    pub layout: Layout,
    /// What in the files speaks for it.
    pub evidence: String,
    /// Whether anything in the control record speaks against it.
    pub(super) control_fits: bool,
}

/// How many slots of the cross reference are looked at.
const SAMPLES: usize = 24;

/// Finds the layout of a master file by its bytes: that under which most of the records looked at, the first one and
/// those of the first slots of the cross reference, are records.
pub(super) fn find<R: Read + Seek>(mst: &mut Window<R>, mut xrf: Option<&mut Window<R>>) -> Result<Found> {
    let head = mst.get(0, 64)?.to_vec();
    let mut best: Option<(usize, Found)> = None;
    for layout in candidates(&head) {
        let control = Control::parse(layout, &head);
        let control_fits = control_fits(layout, &control, mst.len());
        let first = is_record_at(mst, layout, layout.first(), None)?;
        let (mut seen, mut good) = (0usize, 0usize);
        if let Some(xrf) = xrf.as_deref_mut() {
            let slots = Slots::new(layout, xrf);
            for mfn in 1..=slots.count().min(512) {
                let Some(slot) = slots.read(xrf, mfn)? else { break };
                let Some(offset) = slot.offset else { continue };
                seen = seen.saturating_add(1);
                good = good.saturating_add(usize::from(is_record_at(mst, layout, offset, Some(mfn))?));
                if seen >= SAMPLES {
                    break;
                }
            }
        }
        let is_empty = control_fits && control.next_mfn == 1 && control.free <= layout.first();
        if !first && good == 0 && !is_empty {
            continue;
        }
        let declared = layout.is_irbis64() || layout.shift == Control::shift(layout, &head);
        let score = good
            .saturating_mul(4)
            .saturating_add(usize::from(first).saturating_mul(3))
            .saturating_add(usize::from(control_fits).saturating_mul(2))
            .saturating_add(usize::from(declared));
        if best.as_ref().is_none_or(|(known, _)| score > *known) {
            let evidence = evidence(layout, first, (good, seen), is_empty && !first, declared);
            best = Some((score, Found { layout, evidence, control_fits }));
        }
    }
    best.map(|(_, found)| found).ok_or_else(|| {
        let message = "no record of IRBIS or CDS/ISIS lies where a master file has its first one";
        Error::new(ErrorKind::Format(message.to_owned()))
    })
}

fn evidence(
    layout: Layout,
    first: bool,
    (good, seen): (usize, usize),
    is_empty: bool,
    declared: bool,
) -> String {
    let mut parts = Vec::new();
    if first {
        let place = layout.first();
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

/// The layouts worth trying. Of equal ones the first wins.
fn candidates(head: &[u8]) -> Vec<Layout> {
    let mut all = vec![Layout::IRBIS64];
    for big_endian in [false, true] {
        for shape in Shape::ISIS {
            let layout = Layout { shape, big_endian, shift: 0 };
            let declared = Control::shift(layout, head);
            let shifts = (0..=6u8).filter(|shift| *shift != declared);
            let declared = (declared <= 6).then_some(declared);
            all.extend(declared.into_iter().chain(shifts).map(|shift| Layout { shift, ..layout }));
        }
    }
    all
}

/// Whether the numbers of the control record can be true of a file of this length.
pub(super) fn control_fits(layout: Layout, control: &Control, len: u64) -> bool {
    control.mfn == 0
        && control.next_mfn >= 1
        && control.free >= layout.first()
        && control.free <= len
        && control.next_mfn < 0x8000_0000
}

/// Whether a record begins at `offset`, with this number if one is given.
fn is_record_at<R: Read + Seek>(
    mst: &mut Window<R>,
    layout: Layout,
    offset: u64,
    mfn: Option<u32>,
) -> Result<bool> {
    let left = mst.len().saturating_sub(offset);
    let bytes = mst.get(offset, layout.shape.leader_len())?;
    Ok(layout.leader(bytes).is_some_and(|leader| {
        layout.is_leader(&leader) && leader.len <= left && mfn.is_none_or(|mfn| mfn == leader.mfn)
    }))
}

/// What speaks for a master file in the first bytes of an input.
pub(crate) fn sniff(sample: &[u8]) -> Option<String> {
    if sample.get(..4) != Some(&[0; 4]) || sample.len() < 36 {
        return None;
    }
    let mut layouts = vec![Layout::IRBIS64];
    for big_endian in [false, true] {
        layouts.extend(Shape::ISIS.map(|shape| Layout { shape, big_endian, shift: 0 }));
    }
    for layout in layouts {
        let control = Control::parse(layout, sample);
        if control.mfn != 0 || control.next_mfn < 1 || control.free < layout.first() {
            continue;
        }
        let start = usize::try_from(layout.first()).unwrap_or_default();
        let rest = sample.get(start..).unwrap_or_default();
        if layout.leader(rest).is_some_and(|leader| layout.is_leader(&leader)) {
            let name = if layout.is_irbis64() { "IRBIS64" } else { "CDS/ISIS or IRBIS32" };
            return Some(format!("a control record, and a record of {name} at byte {start}"));
        }
        let is_empty = control.next_mfn == 1 && control.free == layout.first();
        if is_empty && rest.iter().all(|byte| *byte == 0) {
            return Some("the control record of an empty master file".to_owned());
        }
    }
    None
}
