//! A record that Python shares: the record itself, and numbers by which fields are found again after edits.
//!
//! The lock is held while no Python code can run: nothing that the garbage collector tracks is made under it, and the lock of
//! the interpreter is never waited for.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kartoteka::{FieldBuf, FieldRef, Finding, Record};

/// A record and what belongs to it.
#[derive(Default)]
pub(crate) struct Held {
    pub(crate) record: Record,
    /// The number of each field; none as long as all are where they were read.
    numbers: Option<Vec<u32>>,
    /// The number that the next field gets, once there are numbers.
    next: u32,
    pub(crate) findings: Vec<Finding>,
}

impl Held {
    /// Returns where a field is; `None` if it was removed.
    pub(crate) fn index(&self, number: u32) -> Option<usize> {
        match &self.numbers {
            None => Some(number as usize).filter(|index| *index < self.record.fields().len()),
            Some(numbers) => numbers.iter().position(|known| *known == number),
        }
    }

    /// Returns the number of the field at an index.
    pub(crate) fn number(&self, index: usize) -> u32 {
        let own = self.numbers.as_ref().and_then(|numbers| numbers.get(index));
        own.copied().unwrap_or(index as u32)
    }

    pub(crate) fn field(&self, number: u32) -> Option<FieldRef<'_>> {
        self.record.fields().nth(self.index(number)?)
    }

    /// Gives all fields numbers, so that they can move.
    fn numbered(&mut self) -> &mut Vec<u32> {
        let count = self.record.fields().len() as u32;
        if self.numbers.is_none() {
            self.next = count;
        }
        self.numbers.get_or_insert_with(|| (0..count).collect())
    }

    /// Inserts a field, and returns its number.
    pub(crate) fn insert(&mut self, index: usize, field: &FieldBuf) -> kartoteka::Result<u32> {
        let index = index.min(self.record.fields().len());
        self.numbered();
        self.record.insert_field(index, field)?;
        let number = self.next;
        self.next += 1;
        self.numbered().insert(index, number);
        Ok(number)
    }

    /// Removes the fields for which `goes` is true.
    pub(crate) fn remove(&mut self, mut goes: impl FnMut(FieldRef<'_>) -> bool) -> usize {
        let mut kept = Vec::new();
        let numbers = std::mem::take(self.numbered());
        let mut of = numbers.iter();
        let before = self.record.fields().len();
        self.record.retain(|field| {
            let (stays, number) = (!goes(field), of.next());
            if stays {
                kept.extend(number);
            }
            stays
        });
        self.numbers = Some(kept);
        before - self.record.fields().len()
    }

    /// Changes the record as a whole. The fields keep their numbers where as many are left as before; otherwise those that
    /// are unchanged keep them, and the others get new ones.
    pub(crate) fn change<T>(
        &mut self,
        edit: impl FnOnce(&mut Record) -> kartoteka::Result<T>,
    ) -> kartoteka::Result<T> {
        let before: Vec<FieldBuf> = self.record.fields().map(FieldRef::to_buf).collect();
        let numbers = self.numbered().clone();
        let done = edit(&mut self.record)?;
        if self.record.fields().len() == before.len() && self.same_tags(&before) {
            return Ok(done);
        }
        let mut left: Vec<(FieldBuf, u32)> = before.into_iter().zip(numbers).collect();
        let mut found = Vec::new();
        let mut next = self.next;
        for field in self.record.fields() {
            let place =
                |is_it: &dyn Fn(FieldRef<'_>) -> bool| left.iter().position(|(old, _)| is_it(old.as_field()));
            let known = place(&|old| old == field)
                .or_else(|| place(&|old| is_rest(field, old)))
                .or_else(|| place(&|old| old.tag() == field.tag()));
            match known {
                Some(at) => found.push(left.remove(at).1),
                None => {
                    found.push(next);
                    next += 1;
                }
            }
        }
        (self.next, self.numbers) = (next, Some(found));
        Ok(done)
    }

    /// Sorts the fields by their tags; those of one tag keep their order.
    pub(crate) fn sort(&mut self) -> kartoteka::Result<()> {
        let tags: Vec<_> = self.record.fields().map(FieldRef::tag).collect();
        let numbers = self.numbered().clone();
        self.record.sort_fields()?;
        let mut sorted: Vec<_> = tags.into_iter().zip(numbers).collect();
        sorted.sort_by_key(|(tag, _)| *tag);
        self.numbers = Some(sorted.into_iter().map(|(_, number)| number).collect());
        Ok(())
    }

    fn same_tags(&self, before: &[FieldBuf]) -> bool {
        self.record.fields().zip(before).all(|(field, old)| field.tag() == old.as_field().tag())
    }
}

/// Whether a field is what is left of another, of which some subfields were deleted.
fn is_rest(field: FieldRef<'_>, old: FieldRef<'_>) -> bool {
    let mut before = old.subfields();
    field.tag() == old.tag() && field.subfields().all(|subfield| before.any(|known| known == subfield))
}

/// A record with its lock.
#[derive(Clone, Default)]
pub(crate) struct Shared(Arc<Mutex<Held>>);

impl Shared {
    pub(crate) fn new(record: Record, findings: Vec<Finding>) -> Shared {
        Shared(Arc::new(Mutex::new(Held { record, findings, ..Held::default() })))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn is(&self, other: &Shared) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}
