//! Keeps the fields and subfields at some paths and deletes all others.

use std::ops::Range;

use super::splices::range_of;
use crate::bytes::Cut;
use crate::error::Result;
use crate::path::ast::Target;
use crate::path::eval::Subject;
use crate::path::field_path::FieldPath;
use crate::record::Record;

impl Record {
    /// Removes all fields and subfields except those at one of `paths`; returns the number of fields that
    /// were changed or removed.
    ///
    /// A path to characters, indicators or embedded fields keeps the subfield or field that contains them.
    /// The leader is kept.
    ///
    /// # Example
    /// ```
    /// use kartoteka::{FieldPath, Record};
    ///
    /// let mut record = Record::builder()
    ///     .control_field("001", "kart0001")
    ///     .data_field("245", "14", [('a', "The divan /"), ('c', "Fuzuli.")])
    ///     .data_field("999", "  ", [('a', "local")])
    ///     .build()?;
    /// assert_eq!(record.keep(&FieldPath::parse_list("001, 245$a")?)?, 2);
    /// let fields: Vec<String> = record.fields().map(|field| field.raw_text().to_string()).collect();
    /// assert_eq!(fields, ["kart0001", "14\u{1F}aThe divan /"]);
    /// # Ok::<(), kartoteka::Error>(())
    /// ```
    pub fn keep(&mut self, paths: &[FieldPath]) -> Result<usize> {
        // Per field, what is kept: all (`None`), or these ranges of its body.
        let mut kept: Vec<Option<Vec<Range<usize>>>> = vec![Some(Vec::new()); self.fields().len()];
        for path in paths {
            let by_code = matches!(path.0.target, Target::Codes(_));
            for found in self.select(path) {
                let Some(field) = found.outer_field() else { continue };
                let Some(place) = kept.get_mut(field.index()) else { continue };
                let range = match found.of {
                    Subject::Subfield(_, subfield, _) if by_code => {
                        let head = subfield.code_bytes().len() + 1;
                        let value = range_of(&found, subfield.value().as_bytes());
                        value.map(|(_, value)| value.start.saturating_sub(head)..value.end)
                    }
                    Subject::Lead(field) if by_code => {
                        range_of(&found, field.lead().as_bytes()).map(|(_, range)| range)
                    }
                    _ => None,
                };
                match (range, place) {
                    (Some(range), Some(ranges)) => ranges.push(range),
                    (None, place) => *place = None,
                    (Some(_), None) => {}
                }
            }
        }
        let mut bodies = Vec::new();
        let mut gone = Vec::new();
        for (field, ranges) in self.fields().zip(kept) {
            let Some(mut ranges) = ranges else { continue };
            if ranges.is_empty() {
                gone.push(field.index());
                continue;
            }
            ranges.sort_unstable_by_key(|range| range.start);
            ranges.dedup();
            let mut body = field.indicators().to_vec();
            ranges.into_iter().for_each(|range| {
                body.extend_from_slice(field.raw().cut(range));
            });
            if body != field.raw() {
                bodies.push((field.index(), body));
            }
        }
        let changed = gone.len() + bodies.len();
        if !bodies.is_empty() {
            self.replace_bodies(bodies)?;
        }
        if !gone.is_empty() {
            self.retain(|field| gone.binary_search(&field.index()).is_err());
        }
        Ok(changed)
    }
}
