//! Which records are compared: those that share a key, never all with all.

use super::signature::{Signature, mix};

/// How many records are compared with each other, all with all.
pub(super) const BLOCK: usize = 48;
/// With how many that follow a record of a larger block is compared, once the block is sorted.
const WINDOW: usize = 12;

/// A record in a pass: the key, and its number.
pub(super) type Keyed = (u32, u32);

/// The keys by which records meet, one pass each; 0 is no key.
pub(super) const PASSES: [fn(&Signature) -> u32; 7] = [
    // The same title, and the volume.
    |one| key(u64::from(one.title), one.title != 0, one.volume),
    // A title of which a subtitle is a part in one record and not in the other.
    |one| key(u64::from(one.whole), one.whole != 0 && one.whole != one.title, one.volume),
    // The same consonants: two scripts, romanizations.
    |one| key(u64::from(one.bones), one.bones != 0, one.volume),
    // A title with a mistake: the same name and year,
    |one| key(u64::from(one.name_bones) << 16 | u64::from(one.year), one.name_bones != 0 && one.year != 0, 1),
    // the same name and start of the title,
    |one| {
        key(u64::from(one.name_bones) << 16 | u64::from(one.start), one.name_bones != 0 && one.start != 0, 2)
    },
    // or end,
    |one| key(u64::from(one.name_bones) << 16 | u64::from(one.end), one.name_bones != 0 && one.end != 0, 4),
    // or the same end and year.
    |one| key(u64::from(one.end) << 16 | u64::from(one.year), one.end != 0 && one.year != 0, 3),
];

fn key(of: u64, is: bool, volume: u16) -> u32 {
    if is { mix(of ^ u64::from(volume) << 40).max(1) } else { 0 }
}

/// What became of the blocks of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Comparisons {
    /// How many pairs of records were compared.
    pub compared: u64,
    /// How many blocks were too large to compare all their records with each other.
    pub refined: u64,
    /// How many records the largest block had.
    pub largest: u64,
}

/// Gives each pair of records of each block to `pair`. Sorts `keyed`, which loses nothing else.
///
/// A block of at most [`BLOCK`] records is compared all with all; a larger one is sorted by what its records are, so that
/// those that are alike are neighbours, and each is compared with the next [`WINDOW`].
pub(super) fn pairs(
    keyed: &mut [Keyed],
    order: impl Fn(u32) -> Signature,
    work: &mut Comparisons,
    mut pair: impl FnMut(u32, u32, u32),
) {
    keyed.sort_unstable();
    for block in keyed.chunk_by_mut(|one, other| one.0 == other.0) {
        let Some((key, _)) = block.first().copied().filter(|_| block.len() > 1) else { continue };
        work.largest = work.largest.max(block.len() as u64);
        let mut reach = block.len();
        if block.len() > BLOCK {
            work.refined += 1;
            reach = WINDOW;
            block.sort_unstable_by_key(|(_, record)| sorted(&order(*record)));
        }
        let mut rest = &*block;
        while let Some(((_, one), others)) = rest.split_first() {
            for (_, other) in others.iter().take(reach) {
                if one != other {
                    work.compared += 1;
                    pair(*one, *other, key);
                }
            }
            rest = others;
        }
    }
}

/// What a large block is sorted by: what most often tells its records apart.
fn sorted(one: &Signature) -> (u16, u16, u16, u32, u16, u16, Signature) {
    (one.year, one.start, one.volume, one.title, one.name_bones, one.pages, *one)
}
