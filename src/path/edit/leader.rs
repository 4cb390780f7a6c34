//! Edits characters of the leader. Never changes its length.

use super::checks::is_first;
use crate::error::{Error, Result};
use crate::path::ast::Target;
use crate::path::field_path::FieldPath;
use crate::record::{Leader, Record};

impl Record {
    /// Replaces characters of the leader by the result of `with`, which gets the old characters and their
    /// number.
    pub(super) fn edit_leader(
        &mut self,
        path: &FieldPath,
        mut with: impl FnMut(&str, usize) -> Option<String>,
    ) -> Result<usize> {
        let Some(old) = self.header().leader else {
            // Only a whole leader can be created.
            let may_be_made = path.0.conditions.is_empty() && is_first(path.0.index);
            return match (&path.0.target, may_be_made, with("", 0)) {
                (Target::Whole(None), true, Some(text)) if !text.is_empty() => {
                    self.set_leader(Some(text.parse()?));
                    Ok(1)
                }
                _ => Ok(0),
            };
        };
        let Some(found) = self.select(path).next() else { return Ok(0) };
        let text = found.text().to_str_lossy();
        let Some(value) = with(&text, found.text().len()) else { return Ok(0) };
        if value.len() != found.text().len() || !value.is_ascii() || value.contains(char::is_control) {
            let wanted = found.text().len();
            let message = format!("{}: {value:?} is not {wanted} ASCII characters", found.place());
            return Err(Error::argument(message));
        }
        let start = found.place().chars.map_or(0, |(first, _)| first as usize);
        let mut leader: Leader = old;
        value.bytes().enumerate().for_each(|(at, byte)| {
            leader.set(start + at, byte);
        });
        if leader == old {
            return Ok(0);
        }
        self.set_leader(Some(leader));
        Ok(1)
    }
}
