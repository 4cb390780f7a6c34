//! The output of the decoder: bytes of UTF-8, or nothing.

/// The output of the decoder.
pub(in crate::charset) trait Sink {
    /// Returns the position of the next character.
    fn end(&self) -> usize;
    fn push(&mut self, character: char);
    fn push_ascii(&mut self, text: &[u8]);
    fn insert(&mut self, at: usize, character: char);
}

/// Bytes of UTF-8: cheaper to append to than a `String`, which checks each piece.
impl Sink for Vec<u8> {
    #[inline]
    fn end(&self) -> usize {
        self.len()
    }

    #[inline]
    fn push(&mut self, character: char) {
        match u8::try_from(u32::from(character)) {
            Ok(byte) if byte.is_ascii() => self.push(byte),
            _ => self.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }

    #[inline]
    fn push_ascii(&mut self, text: &[u8]) {
        self.extend_from_slice(text);
    }

    fn insert(&mut self, at: usize, character: char) {
        let mut bytes = [0; 4];
        let character = character.encode_utf8(&mut bytes).as_bytes();
        let at = at.min(self.len());
        let old = self.len();
        self.extend_from_slice(character);
        self.copy_within(at..old, at + character.len());
        let end = at + character.len();
        if let Some(place) = self.get_mut(at..end) {
            place.copy_from_slice(character);
        }
    }
}

/// Discards the text, for callers that want only the faults.
impl Sink for () {
    fn end(&self) -> usize {
        0
    }

    fn push(&mut self, _: char) {}

    fn push_ascii(&mut self, _: &[u8]) {}

    fn insert(&mut self, _: usize, _: char) {}
}
