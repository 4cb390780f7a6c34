//! Builders of columns.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::builder::{ArrayBuilder, PrimitiveBuilder, StringBuilder};
use arrow_array::types::UInt16Type;
use arrow_array::{ArrayRef, DictionaryArray};

/// No key: a list holds one text less.
const NONE: u16 = u16::MAX;

/// A column of texts of which there are few. The list of texts is made anew for each batch.
#[derive(Debug, Default)]
pub(crate) struct Few {
    keys: PrimitiveBuilder<UInt16Type>,
    texts: StringBuilder,
    known: HashMap<Box<str>, u16>,
    /// The key of each text of one ASCII character, or [`NONE`].
    single: Vec<u16>,
}

impl Few {
    /// Makes a column with room for this many rows.
    pub(crate) fn with_capacity(rows: usize) -> Few {
        Few { keys: PrimitiveBuilder::with_capacity(rows), ..Few::default() }
    }

    /// Returns the key of a text; the list holds 65,535.
    pub(crate) fn key(&mut self, text: &str) -> u16 {
        if let [byte] = text.as_bytes() {
            return self.key_of_byte(*byte).unwrap_or(NONE);
        }
        if let Some(key) = self.known.get(text) {
            return *key;
        }
        let key = self.add(text);
        self.known.insert(text.into(), key);
        key
    }

    /// Adds a text to the list, and returns its key.
    fn add(&mut self, text: &str) -> u16 {
        let key = u16::try_from(self.texts.len()).unwrap_or(NONE);
        self.texts.append_value(text);
        key
    }

    /// Returns the key of a text of this character; `None` if it is not ASCII.
    #[inline]
    fn key_of_byte(&mut self, byte: u8) -> Option<u16> {
        if self.single.is_empty() {
            self.single.resize(128, NONE);
        }
        let at = usize::from(byte);
        let mut key = *self.single.get(at)?;
        if key == NONE {
            key = self.add(char::from(byte).encode_utf8(&mut [0; 4]));
            *self.single.get_mut(at)? = key;
        }
        Some(key)
    }

    /// Whether no more texts fit for a record with so many.
    pub(crate) fn is_full(&self, more: usize) -> bool {
        self.texts.len().saturating_add(more) >= usize::from(u16::MAX)
    }

    pub(crate) fn put_key(&mut self, key: u16) {
        self.keys.append_value(key);
    }

    pub(crate) fn put(&mut self, text: &str) {
        let key = self.key(text);
        self.keys.append_value(key);
    }

    /// Puts a text of one character, for which [`is_plain`] holds.
    #[inline]
    pub(crate) fn put_plain(&mut self, byte: u8) {
        let key = self.key_of_byte(byte).unwrap_or(NONE);
        self.keys.append_value(key);
    }

    pub(crate) fn put_option(&mut self, text: Option<&str>) {
        match text {
            Some(text) => self.put(text),
            None => self.keys.append_null(),
        }
    }

    /// Takes the column.
    pub(crate) fn finish(&mut self) -> Result<ArrayRef, arrow_schema::ArrowError> {
        self.known.clear();
        self.single.clear();
        let (keys, texts) = (self.keys.finish(), self.texts.finish());
        Ok(Arc::new(DictionaryArray::try_new(keys, Arc::new(texts))?))
    }
}

/// Whether a byte is the character of ASCII in all character sets that have one byte for it: blanks, digits, small letters.
#[inline]
pub(crate) fn is_plain(byte: u8) -> bool {
    matches!(byte, b' ' | b'0'..=b'9' | b'a'..=b'z')
}
