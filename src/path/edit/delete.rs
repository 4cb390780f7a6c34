//! Deletes fields and values.

use std::ops::Range;

use super::checks::{check_states, innermost};
use super::splices::{Splice, Splices, range_of};
use crate::error::Result;
use crate::path::ast::{TagSpec, Target};
use crate::path::eval::Subject;
use crate::path::field_path::FieldPath;
use crate::path::value::count_chars;
use crate::record::Record;

impl Record {
    /// Removes the fields or values at `path` and returns how many.
    ///
    /// A field, or embedded field, that becomes empty is removed too. Indicators, and characters of the
    /// leader and of control fields, become blanks, because their position has a meaning.
    ///
    /// # Errors
    /// [`ErrorKind::Argument`](crate::ErrorKind::Argument) if the path selects characters of a value whose character set
    /// makes them depend on those around them. The record is then unchanged.
    ///
    /// # Example
    /// ```
    /// use kartoteka::{FieldPath, Record};
    ///
    /// let mut record = Record::builder()
    ///     .data_field("245", "14", [('a', "The divan"), ('h', "[text]")])
    ///     .data_field("650", " 0", [('9', "local")])
    ///     .data_field("999", "  ", [('a', "local")])
    ///     .build()?;
    /// for path in ["9..", "6..$9", "245$h", "245^1"] {
    ///     assert_eq!(record.delete(&path.parse::<FieldPath>()?)?, 1);
    /// }
    /// let fields: Vec<String> = record.fields().map(|field| field.raw_text().to_string()).collect();
    /// assert_eq!(fields, [" 4\u{1F}aThe divan"]);
    /// # Ok::<(), kartoteka::Error>(())
    /// ```
    pub fn delete(&mut self, path: &FieldPath) -> Result<usize> {
        let spec = &path.0;
        if let (TagSpec::Leader, Target::Whole(None)) = (spec.tag, &spec.target) {
            let is_meant = self.select(path).next().is_some();
            if is_meant {
                self.set_leader(None);
            }
            return Ok(usize::from(is_meant));
        }
        if spec.tag == TagSpec::Leader {
            let is_meant = self.select(path).next().is_some();
            self.edit_leader(path, |_, len| Some(" ".repeat(len)))?;
            return Ok(usize::from(is_meant));
        }
        let whole = matches!(innermost(spec).target, Target::Whole(None));
        let mut splices = Splices::default();
        let mut gone = Vec::new();
        let mut count = 0usize;
        // Embedded fields that may end up empty.
        let mut inside: Vec<(usize, Range<usize>, usize)> = Vec::new();
        for found in self.select(path) {
            count += 1;
            let (Some(field), Some(outer)) = (found.field(), found.outer_field()) else { continue };
            let Some((index, body)) = range_of(&found, field.raw()) else { continue };
            if found.is_embedded() {
                inside.push((index, body.clone(), field.indicators().len()));
            } else if whole {
                gone.push(index);
                continue;
            }
            let Some((_, text)) = range_of(&found, found.text().as_bytes()) else { continue };
            let (range, with) = match found.of {
                _ if whole => (opening(&body)..body.end, Vec::new()),
                Subject::Indicator(..) => (text, b" ".to_vec()),
                Subject::Subfield(_, subfield, _) if found.is_whole() => {
                    let head = subfield.code_bytes().len() + 1;
                    (text.start.saturating_sub(head)..text.end, Vec::new())
                }
                _ if field.is_control() => (text, vec![b' '; count_chars(found.text())]),
                _ => (text, Vec::new()),
            };
            if !found.is_whole() {
                check_states(outer, found.text())?;
            }
            splices.0.push(Splice { field: index, range, with });
        }
        splices.sort();
        let empty = inside
            .into_iter()
            .filter(|(index, body, indicators)| splices.cover(*index, body.start + *indicators..body.end));
        let empty: Vec<_> = empty.map(|(field, body, _)| (field, opening(&body)..body.end)).collect();
        splices.0.extend(empty.into_iter().map(|(field, range)| Splice { field, range, with: Vec::new() }));
        splices.sort();
        for splices_of_field in splices.0.chunk_by(|one, other| one.field == other.field) {
            let index = splices_of_field.first().map(|splice| splice.field).unwrap_or_default();
            let Some(field) = self.view().next_field(index, |_| true) else { continue };
            if splices.cover(index, field.indicators().len()..field.raw().len()) {
                gone.push(index);
            }
        }
        gone.sort_unstable();
        splices.0.retain(|splice| gone.binary_search(&splice.field).is_err());
        splices.apply(self)?;
        if !gone.is_empty() {
            self.retain(|field| gone.binary_search(&field.index()).is_err());
        }
        Ok(count)
    }
}

/// Returns where the subfield that opens an embedded field begins: before its delimiter, `1` and tag.
fn opening(body: &Range<usize>) -> usize {
    body.start.saturating_sub(5)
}
