//! Which bytes are usual after which, in an input: what has none but these is not judged again.

/// By how much the bytes of a record may be less usual than those of the sample: for each byte, and beside, in quarters of a
/// bit.
const LESS_USUAL: f32 = 5.0;
const ONCE: f32 = 24.0;
/// Of how many pairs one may occur in no word of the sample, beside a few, each counted once: sets may differ in capitals.
const PAIRS: usize = 128;
const FEW: usize = 2;
/// How many pairs a sample must have.
const ENOUGH: f32 = 4096.0;
/// How unusual a byte is at most, in quarters of a bit.
const MOST: f32 = 127.0;

/// In the number of a pair: how unusual it is, that it is one of two of which not both are ASCII, and that it occurs in no
/// word. Sixteen of them have room in one number.
const UNUSUAL: u32 = (1 << 12) - 1;
const ONE: u32 = 1 << 12;
const NEW: u32 = 1 << 17;
const BLOCK: usize = 16;

/// The number of the place of two bytes that follow on each other.
#[inline]
const fn place(before: u8, byte: u8) -> (u16, u8) {
    let here = byte.saturating_sub(0x7F);
    ((before as u16) << 8 | here as u16, here)
}

/// Counts which bytes follow on which.
pub(super) struct Count(Vec<f32>);

impl Count {
    pub(super) fn new() -> Count {
        Count(vec![0.0; 1 << 16])
    }

    /// Takes a word that occurs so often.
    pub(super) fn add(&mut self, word: &[u8], often: u32) {
        let mut before = 0;
        for byte in word.iter().chain(b" ") {
            let (pair, here) = place(before, *byte);
            before = here;
            if let Some(count) = self.0.get_mut(usize::from(pair)) {
                *count += often as f32;
            }
        }
    }

    /// What is usual by what was counted, if that is enough.
    pub(super) fn usual(mut self) -> Option<Usual> {
        let all: f32 = self.0.iter().sum();
        if all <= ENOUGH {
            return None;
        }
        let mut sum = 0.0;
        let mut pairs = Vec::with_capacity(self.0.len());
        for row in self.0.chunks_mut(1 << 8) {
            let whole = row.iter().sum::<f32>() + 32.0;
            for count in row {
                let unusual = ((whole / (*count + 0.25)).log2() * 4.0).clamp(0.0, MOST) as u32;
                pairs.push(unusual | ONE | if *count > 0.0 { 0 } else { NEW });
                sum += *count * unusual as f32;
            }
        }
        if let Some(ascii) = pairs.first_mut() {
            *ascii = 0;
        }
        Some(Usual { pairs: pairs.try_into().ok()?, average: sum / all })
    }
}

/// How unusual each byte is after each.
#[derive(Debug)]
pub(super) struct Usual {
    pairs: Box<[u32; 1 << 16]>,
    average: f32,
}

impl Usual {
    #[inline]
    fn of(&self, pair: u16) -> u32 {
        self.pairs.get(usize::from(pair)).map_or(0, |pair| *pair)
    }

    /// Whether the bytes beyond ASCII follow on those before them as is usual.
    ///
    /// # Cost
    /// A look at each byte.
    pub(super) fn has(&self, bytes: &[u8]) -> bool {
        let (mut bits, mut count) = (0u32, 0usize);
        let mut new: Vec<u16> = Vec::new();
        let mut before = 0;
        for block in bytes.chunks(BLOCK) {
            if before == 0 && block.is_ascii() {
                continue;
            }
            let first = before;
            let mut sum = 0u32;
            for byte in block {
                let (pair, here) = place(before, *byte);
                before = here;
                sum += self.of(pair);
            }
            bits = bits.saturating_add(sum & UNUSUAL);
            count += (sum / ONE) as usize % (NEW / ONE) as usize;
            if sum >= NEW && new.len() <= FEW + bytes.len() / PAIRS {
                self.add_new(first, block, &mut new);
            }
        }
        bits as f32 <= (self.average + LESS_USUAL) * count as f32 + ONCE && new.len() <= FEW + count / PAIRS
    }

    /// Adds the pairs that occur in no word, each once.
    #[cold]
    fn add_new(&self, mut before: u8, bytes: &[u8], new: &mut Vec<u16>) {
        for byte in bytes {
            let (pair, here) = place(before, *byte);
            before = here;
            if self.of(pair) >= NEW
                && let Err(at) = new.binary_search(&pair)
            {
                new.insert(at, pair);
            }
        }
    }
}
