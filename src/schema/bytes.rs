//! A set of ASCII characters.

/// A set of ASCII characters: one bit each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct ByteSet(u128);

impl ByteSet {
    /// Adds a character; one beyond ASCII is left out.
    pub(crate) fn add(&mut self, byte: u8) {
        if byte < 0x80 {
            self.0 |= 1u128 << byte;
        }
    }

    /// Returns whether the set has this character.
    #[inline]
    pub(crate) const fn has(self, byte: u8) -> bool {
        byte < 0x80 && self.0 >> byte & 1 == 1
    }

    /// Returns whether the set has one character only.
    pub(crate) const fn is_one(self) -> bool {
        self.0.is_power_of_two()
    }

    /// Returns the characters, in order.
    pub(crate) fn iter(self) -> impl Iterator<Item = u8> {
        (0..0x80u8).filter(move |byte| self.has(*byte))
    }
}

/// Returns a byte as people read it.
pub(crate) fn shown(byte: u8) -> String {
    match byte {
        b' ' => "blank".to_owned(),
        0x21..=0x7E => char::from(byte).to_string(),
        other => format!("byte {other:02X}"),
    }
}
