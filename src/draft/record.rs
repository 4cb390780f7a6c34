//! Records made of drafts.

use super::Family;
use super::field::make;
use super::fixed;
use super::values::Draft;
use crate::error::{Error, Result};
use crate::record::{Builder, Dialect, Record, Syntax};

impl Draft {
    /// Makes a record of the draft.
    ///
    /// # Errors
    /// [`ErrorKind::Argument`](crate::ErrorKind::Argument) if there is no title, a code or ISBN is wrong, the year has not four digits,
    /// a value has the delimiter of subfields in it, or the dialect is another one, or cannot say something.
    pub fn record(&self, dialect: Dialect) -> Result<Record> {
        let family = Family::of(dialect)?;
        if self.title.trim().is_empty() {
            return Err(Error::argument("a draft needs a title"));
        }
        let syntax = match family {
            Family::Irbis => Syntax::IRBIS,
            _ => Syntax::MARC,
        };
        let mut record = Builder::new(syntax).build()?;
        for element in self.elements(dialect, family, false)? {
            let field = make(element.row, element.indicators, &element.parts(), syntax)?;
            record.insert_field(usize::MAX, &field)?;
        }
        fixed::control_fields(self, &mut record, dialect, family)?;
        record.sort_fields()?;
        fixed::coded_fields(self, &mut record, dialect, true)?;
        Ok(record)
    }
}
