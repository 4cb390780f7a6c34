//! A random choice among things that pass by.

/// A fixed number of things, chosen at random among all that are offered, each with the same chance. The same seed chooses
/// the same on every machine.
///
/// # Example
/// ```
/// use kartoteka::Reservoir;
///
/// let mut chosen = Reservoir::new(3, 42);
/// for number in 0..1000 {
///     chosen.offer(|| number);
/// }
/// let chosen = chosen.into_vec();
/// assert!(chosen.len() == 3 && chosen.is_sorted());
/// ```
#[derive(Debug, Clone)]
pub struct Reservoir<T> {
    size: usize,
    random: Random,
    offered: u64,
    chosen: Vec<(u64, T)>,
}

impl<T> Reservoir<T> {
    /// Makes room for `size` things.
    pub fn new(size: usize, seed: u64) -> Reservoir<T> {
        Reservoir { size, random: Random(seed), offered: 0, chosen: Vec::new() }
    }

    /// Offers a thing, which is made only if it is chosen, for now.
    pub fn offer(&mut self, make: impl FnOnce() -> T) {
        self.offered += 1;
        if self.chosen.len() < self.size {
            self.chosen.push((self.offered, make()));
            return;
        }
        let place = usize::try_from(self.random.below(self.offered)).unwrap_or(usize::MAX);
        if let Some(place) = self.chosen.get_mut(place) {
            *place = (self.offered, make());
        }
    }

    /// Returns what was chosen, in the order in which it was offered.
    pub fn into_vec(mut self) -> Vec<T> {
        self.chosen.sort_unstable_by_key(|(number, _)| *number);
        self.chosen.into_iter().map(|(_, thing)| thing).collect()
    }
}

/// SplitMix64: small, and the same on every machine.
#[derive(Debug, Clone)]
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Returns a number below `end`.
    fn below(&mut self, end: u64) -> u64 {
        (u128::from(self.next()).wrapping_mul(u128::from(end)) >> 64) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first numbers of SplitMix64 from 1234567, as its published implementations have them.
    #[test]
    fn numbers_are_those_of_splitmix64() {
        let mut random = Random(1_234_567);
        let found = [random.next(), random.next(), random.next()];
        assert_eq!(found, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }

    #[test]
    fn chance_is_even() {
        let mut random = Random(1);
        let mut counts = [0u32; 10];
        for _ in 0..100_000 {
            counts[usize::try_from(random.below(10)).unwrap()] += 1;
        }
        assert!(counts.iter().all(|count| (9_500..10_500).contains(count)), "{counts:?}");
    }
}
