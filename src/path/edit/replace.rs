//! Replaces each value by the result of a function.

use super::checks::check_value;
use super::splices::Splices;
use crate::error::Result;
use crate::path::ast::TagSpec;
use crate::path::field_path::FieldPath;
use crate::record::Record;

impl Record {
    /// Replaces each value at `path` by the result of `with`, which gets it as text; `None` keeps the value.
    /// Returns how many changed.
    ///
    /// A whole data field is replaced subfield by subfield. Values that do not decode are kept.
    ///
    /// # Errors
    /// As for [`Record::set`]; the record is then unchanged.
    ///
    /// # Example
    /// ```
    /// use kartoteka::{FieldPath, Record};
    ///
    /// let mut record = Record::builder()
    ///     .data_field("650", " 0", [('a', "Poetry.")])
    ///     .data_field("650", " 0", [('a', "Persian poetry"), ('y', "12th century.")])
    ///     .build()?;
    /// let subjects: FieldPath = "650".parse()?;
    /// let changed = record.replace(&subjects, |value| value.strip_suffix('.').map(str::to_owned))?;
    /// assert_eq!(changed, 2);
    /// let last = record.fields().last().unwrap();
    /// assert_eq!(last.raw_text().to_str()?, " 0\u{1F}aPersian poetry\u{1F}y12th century");
    /// # Ok::<(), kartoteka::Error>(())
    /// ```
    pub fn replace(
        &mut self,
        path: &FieldPath,
        mut with: impl FnMut(&str) -> Option<String>,
    ) -> Result<usize> {
        if path.0.tag == TagSpec::Leader {
            return self.edit_leader(path, |text, _| with(text));
        }
        let mut splices = Splices::default();
        for found in self.select(path) {
            let mut error = None;
            found.each_element(&mut |text| {
                let Some(value) = text.to_str().ok().and_then(|text| with(&text)) else { return false };
                let checked = match found.field() {
                    Some(field) => check_value(&found, field, &value),
                    None => Ok(()),
                };
                match checked.and_then(|()| self.encoded(&value)) {
                    Ok(bytes) => splices.of_text(&found, text, bytes),
                    Err(why) => error = Some(why),
                }
                error.is_some()
            });
            if let Some(error) = error {
                return Err(error);
            }
        }
        splices.apply(self)
    }
}
