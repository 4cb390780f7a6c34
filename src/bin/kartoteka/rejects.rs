//! The file for what is rejected.

use std::sync::{Arc, Mutex, PoisonError};

use kartoteka::GarbageSink;

use crate::failure::Failure;
use crate::output::Target;

/// Where what is rejected goes: records, and what stands between them and belongs to none.
#[derive(Clone)]
pub(crate) struct Rejects(Arc<Mutex<Target>>);

impl Rejects {
    pub(crate) fn new(file: Target) -> Rejects {
        Rejects(Arc::new(Mutex::new(file)))
    }

    pub(crate) fn put(&self, bytes: &[u8]) -> Result<(), Failure> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).put(bytes)
    }

    /// Returns a sink for bytes that belong to no record. If writing to it fails, [`Rejects::commit`] fails too.
    pub(crate) fn sink(&self) -> GarbageSink {
        let rejects = self.clone();
        Box::new(move |_, bytes| {
            let _ = rejects.put(bytes);
        })
    }

    /// Writes a rejected record; one of a text format ends with a line, so that the next one begins with a line.
    pub(crate) fn keep(&self, raw: &[u8], is_text: bool) -> Result<(), Failure> {
        self.put(raw)?;
        match !is_text || raw.is_empty() || raw.ends_with(b"\n") {
            true => Ok(()),
            false => self.put(b"\n"),
        }
    }

    /// All readers must be gone.
    pub(crate) fn commit(self) -> Result<u64, Failure> {
        match Arc::into_inner(self.0) {
            Some(target) => target.into_inner().unwrap_or_else(PoisonError::into_inner).commit(),
            None => Err(Failure::new("rejects: an input is still being read")),
        }
    }
}
