//! An index of the base: titles by control number.

use std::collections::HashMap;

use crate::error::Result;
use crate::io::RecordRead;
use crate::record::{Record, RecordRef};

/// The titles of the records of a base, by control number, for rules that ask for the title of another record.
///
/// # Cost
/// Two strings for each record with a control number and a title.
#[derive(Debug, Clone, Default)]
pub struct Parents {
    titles: HashMap<String, String>,
}

impl Parents {
    /// Makes an empty index.
    pub fn new() -> Parents {
        Parents::default()
    }

    /// Adds a record: 903 and 200^a of IRBIS. A number that is there already keeps its title.
    pub fn add(&mut self, record: RecordRef<'_>) {
        let key = record.field(903).map(|field| field.lead().to_str_lossy());
        let title = record.fields_with(200).find_map(|field| field.subfield('a'));
        if let (Some(key), Some(title)) = (key, title.map(|title| title.to_str_lossy())) {
            let (key, title) = (key.trim(), title.trim());
            if !key.is_empty() && !title.is_empty() && !self.titles.contains_key(key) {
                self.titles.insert(key.to_owned(), title.to_owned());
            }
        }
    }

    /// Adds the records of a reader, up to its end or the first error that is not about one record.
    ///
    /// # Errors
    /// That error.
    pub fn read(&mut self, reader: &mut dyn RecordRead) -> Result<()> {
        let mut record = Record::new();
        loop {
            match reader.read_record(&mut record) {
                Ok(true) => self.add(record.view()),
                Ok(false) => return Ok(()),
                Err(error) if error.is_record() => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Returns the title of the record with this control number.
    pub fn title(&self, key: &str) -> Option<&str> {
        self.titles.get(key).map(String::as_str)
    }

    /// Returns how many titles there are.
    pub fn len(&self) -> usize {
        self.titles.len()
    }

    /// Returns whether there are none.
    pub fn is_empty(&self) -> bool {
        self.titles.is_empty()
    }
}
