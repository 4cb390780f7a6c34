//! Edits records. A new body is appended to the buffer; the old one stays there, unused, until `compact`.

use super::{FieldBuf, FieldRef, IsisHeader, Leader, Record, Slot};
use crate::error::Result;

impl Record {
    /// Sets or removes the leader.
    pub fn set_leader(&mut self, leader: Option<Leader>) {
        self.header.leader = leader;
        self.origin = None;
    }

    /// Sets or removes master file number, status and version. ISO 2709 and exchange text do not contain
    /// them: a record read from these is still written byte for byte.
    pub fn set_isis(&mut self, isis: Option<IsisHeader>) {
        self.header.isis = isis;
    }

    /// Inserts a field before the one at `index`, 0-based; at the end if `index` is greater.
    ///
    /// A field of another syntax or character set is converted to those of the record.
    ///
    /// # Errors
    /// As [`Record::push_field`]; the record is then unchanged.
    pub fn insert_field(&mut self, index: usize, field: &FieldBuf) -> Result<()> {
        let end = self.slots.len();
        self.append(field.as_field())?;
        self.place_after(index.min(end).checked_sub(1));
        if let Some(slots) = self.slots.get_mut(index.min(end)..) {
            slots.rotate_right(1);
        }
        Ok(())
    }

    /// Replaces the field at `index`, 0-based. Returns false if there is none.
    ///
    /// # Errors
    /// As [`Record::insert_field`].
    pub fn replace_field(&mut self, index: usize, field: &FieldBuf) -> Result<bool> {
        if index >= self.slots.len() {
            return Ok(false);
        }
        self.append(field.as_field())?;
        let new = self.slots.pop();
        if let (Some(slot), Some(mut new)) = (self.slots.get_mut(index), new) {
            self.dead += slot.len();
            new.set_rank(slot.rank());
            *slot = new;
        }
        self.compact_if_worth();
        Ok(true)
    }

    /// Removes the field at `index`, 0-based. Returns false if there is none.
    pub fn remove_field(&mut self, index: usize) -> bool {
        let mut places = 0usize..;
        let before = self.slots.len();
        self.retain(|_| places.next() != Some(index));
        self.slots.len() < before
    }

    /// Replaces the bodies of fields by others in the character set of the record: all of them, or none on
    /// failure.
    pub(crate) fn replace_bodies(&mut self, bodies: Vec<(usize, Vec<u8>)>) -> Result<()> {
        let more = bodies.iter().map(|(_, body)| body.len()).sum::<usize>();
        if u32::try_from(self.buffer_len() + more).is_err() {
            return Err(crate::Error::argument("a record holds at most 4 GiB"));
        }
        if self.is_text && bodies.iter().any(|(_, body)| std::str::from_utf8(body).is_err()) {
            return Err(crate::Error::argument("a field would begin or end inside a character"));
        }
        for (index, body) in bodies {
            let Some(slot) = self.slots.get(index).copied() else { continue };
            let start = self.buffer_len();
            match (self.is_text, std::str::from_utf8(&body)) {
                (true, Ok(text)) => self.text.push_str(text),
                (true, Err(_)) => {} // unreachable: all bodies were checked above
                (false, _) => self.bytes.extend_from_slice(&body),
            }
            self.end_field(slot.tag, start, slot.control());
            let new = self.slots.pop();
            if let (Some(place), Some(new)) = (self.slots.get_mut(index), new) {
                *place = new;
            }
            self.dead += slot.len();
            self.origin = None;
        }
        self.compact_if_worth();
        Ok(())
    }

    /// Moves the last field to its place by tag: after the last field with the same or a lower tag.
    pub(crate) fn settle_last_field(&mut self) {
        let Some((last, before)) = self.slots.split_last() else { return };
        let tag = last.tag;
        let at = before.iter().rposition(|slot| slot.tag <= tag).map_or(0, |at| at + 1);
        if let Some(slots) = self.slots.get_mut(at..) {
            slots.rotate_right(1);
        }
    }

    /// Keeps the fields for which `keep` is true.
    ///
    /// # Example
    /// ```
    /// use kartoteka::Record;
    ///
    /// let mut record = Record::builder()
    ///     .data_field("245", "10", [('a', "Divan")])
    ///     .data_field("999", "  ", [('x', "local")])
    ///     .build()?;
    /// record.retain(|field| field.tag().number() < Some(900));
    /// assert_eq!(record.fields().len(), 1);
    /// # Ok::<(), kartoteka::Error>(())
    /// ```
    pub fn retain(&mut self, mut keep: impl FnMut(FieldRef<'_>) -> bool) {
        let mut kept: Vec<Slot> = Vec::new();
        for (field, slot) in self.fields().zip(&self.slots) {
            if keep(field) {
                kept.push(*slot);
            }
        }
        if kept.len() == self.slots.len() {
            return;
        }
        let len = |slots: &[Slot]| slots.iter().map(|slot| slot.len()).sum::<usize>();
        let gone = len(&self.slots) - len(&kept);
        self.slots = kept;
        self.dead += gone;
        self.origin = None;
        self.compact_if_worth();
    }

    /// Removes unused bytes from the buffer. Called automatically when these are more than half of it.
    pub fn compact(&mut self) {
        let old = self.clone();
        self.text.clear();
        self.bytes.clear();
        self.slots.clear();
        for (field, slot) in old.fields().zip(&old.slots) {
            let start = self.buffer_len();
            match self.is_text {
                true => self.text.push_str(field.text.unwrap_or_default()),
                false => self.bytes.extend_from_slice(field.bytes),
            }
            self.end_like(start, *slot);
        }
        self.dead = 0;
        self.origin = None;
    }

    fn compact_if_worth(&mut self) {
        if self.dead > self.buffer_len() / 2 {
            self.compact();
        }
    }

    /// Adds a copy of a field at the end.
    fn append(&mut self, field: FieldRef<'_>) -> Result<()> {
        let same_charset = match self.is_text {
            true => field.text.is_some(),
            false => field.text.is_none() && field.charset == self.charset,
        };
        if same_charset && field.syntax == self.syntax {
            let start = self.buffer_len();
            match field.text {
                Some(text) => self.text.push_str(text),
                None => self.bytes.extend_from_slice(field.bytes),
            }
            self.origin = None;
            return match self.end_field(field.tag, start, field.control) {
                true => Ok(()),
                false => Err(crate::Error::argument("a record holds at most 4 GiB")),
            };
        }
        let keep_indicators = field.syntax.indicators == self.syntax.indicators;
        let indicators = super::Text::new(field.indicators(), field.charset).to_str()?;
        let lead = field.lead().to_str()?;
        let mut subfields = Vec::new();
        for subfield in field.subfields() {
            subfields.push((subfield.code(), subfield.value().to_str()?));
        }
        self.push_copy(field.tag, |writer| {
            if keep_indicators && !indicators.is_empty() {
                writer.indicators(&indicators);
            }
            if !lead.is_empty() {
                writer.lead(&lead);
            }
            for (code, value) in &subfields {
                writer.subfield(*code, value);
            }
            writer
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Syntax;
    use crate::tag::Tag;

    fn record() -> Record {
        Record::builder()
            .control_field("001", "kart0001")
            .data_field("650", " 0", [('a', "one")])
            .data_field("651", " 0", [('a', "two")])
            .data_field("650", " 0", [('a', "three")])
            .build()
            .unwrap()
    }

    fn tags(record: &Record) -> Vec<String> {
        record.fields().map(|field| format!("{} {}", field.tag(), field.raw_text())).collect()
    }

    fn note(value: &str) -> FieldBuf {
        FieldBuf::new(Syntax::MARC, Tag::new(*b"500"), |f| f.subfield('a', value)).unwrap()
    }

    #[test]
    fn insert_replace_remove_keep_the_order_of_the_rest() {
        let mut record = record();
        record.insert_field(1, &note("n")).unwrap();
        record.insert_field(99, &note("last")).unwrap();
        assert_eq!(
            tags(&record),
            [
                "001 kart0001",
                "500   \u{1F}an",
                "650  0\u{1F}aone",
                "651  0\u{1F}atwo",
                "650  0\u{1F}athree",
                "500   \u{1F}alast"
            ]
        );
        assert!(record.replace_field(2, &note("longer than before")).unwrap());
        assert!(!record.replace_field(6, &note("nowhere")).unwrap());
        assert!(record.remove_field(1) && !record.remove_field(5));
        assert_eq!(
            tags(&record),
            [
                "001 kart0001",
                "500   \u{1F}alonger than before",
                "651  0\u{1F}atwo",
                "650  0\u{1F}athree",
                "500   \u{1F}alast"
            ]
        );
    }

    #[test]
    fn compacting_changes_nothing_that_can_be_seen() {
        let mut record = record();
        record.replace_field(0, &note("x")).unwrap();
        let before = record.clone();
        record.compact();
        assert_eq!(record, before);
        assert!(record.view().buffer().len() < before.view().buffer().len());
    }

    #[test]
    fn many_edits_do_not_pile_up() {
        let mut record = record();
        for _ in 0..1000 {
            record.replace_field(1, &note("again and again")).unwrap();
        }
        assert!(record.view().buffer().len() < 200);
    }

    #[test]
    fn a_field_of_another_syntax_is_rewritten() {
        let irbis =
            FieldBuf::new(Syntax::IRBIS, Tag::new(*b"200"), |f| f.lead("head").subfield('A', "Title"))
                .unwrap();
        let mut record = record();
        record.insert_field(9, &irbis).unwrap();
        assert_eq!(record.field("200").unwrap().raw(), b"  head\x1FATitle");
    }
}
