//! The random choice of samples, the same on every run.

/// The lots of the values of a record. Each depends only on the seed, the record and the value's index in it,
/// not on the records seen before.
pub(super) struct Draw {
    state: u64,
    drawn: u64,
}

impl Draw {
    pub(super) fn new(seed: u64, input: u64, record: u64) -> Draw {
        Draw { state: mixed(seed, mixed(input, record)), drawn: 0 }
    }

    #[inline]
    pub(super) fn lot(&mut self) -> u64 {
        self.drawn = self.drawn.wrapping_add(1);
        mixed(self.state, self.drawn)
    }
}

/// Mixes two numbers into one that looks random: the finalizer of SplitMix64.
#[inline]
fn mixed(one: u64, other: u64) -> u64 {
    let mut z =
        one.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(other).wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
