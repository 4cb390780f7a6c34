//! Builders of columns.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::builder::{PrimitiveBuilder, StringBuilder};
use arrow_array::types::UInt16Type;
use arrow_array::{ArrayRef, DictionaryArray};

/// A column of texts of which there are few. The list of texts is made anew for each batch.
#[derive(Debug, Default)]
pub(crate) struct Few {
    keys: PrimitiveBuilder<UInt16Type>,
    texts: StringBuilder,
    known: HashMap<Box<str>, u16>,
    /// The keys of texts of one byte.
    single: Vec<Option<u16>>,
}

impl Few {
    /// Returns the key of a text; the list holds 65,535.
    pub(crate) fn key(&mut self, text: &str) -> u16 {
        let byte = match text.as_bytes() {
            [byte] => Some(usize::from(*byte)),
            _ => None,
        };
        if self.single.is_empty() {
            self.single.resize(128, None);
        }
        if let Some(Some(Some(key))) = byte.map(|byte| self.single.get(byte)) {
            return *key;
        }
        if let Some(key) = self.known.get(text) {
            return *key;
        }
        let key = u16::try_from(self.known.len()).unwrap_or(u16::MAX);
        self.texts.append_value(text);
        self.known.insert(text.into(), key);
        if let Some(slot) = byte.and_then(|byte| self.single.get_mut(byte)) {
            *slot = Some(key);
        }
        key
    }

    /// Whether no more texts fit for a record with so many.
    pub(crate) fn is_full(&self, more: usize) -> bool {
        self.known.len().saturating_add(more) >= usize::from(u16::MAX)
    }

    pub(crate) fn put_key(&mut self, key: u16) {
        self.keys.append_value(key);
    }

    pub(crate) fn put(&mut self, text: &str) {
        let key = self.key(text);
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
