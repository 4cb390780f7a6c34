//! A collection of elements as an output: its head, its end, and its parts.

use super::Escape;
use crate::error::{Error, Result};
use crate::finding::Finding;
use crate::format::xml::rules::NOT_MARC21;
use crate::io::WriteOptions;
use crate::position::Location;
use crate::record::RecordRef;

/// An output that is one element around those of the records.
#[derive(Debug)]
pub(in crate::format::xml) struct Collection {
    pub(in crate::format::xml) escape: Escape,
    pub(in crate::format::xml) indent: bool,
    begun: bool,
}

impl Collection {
    pub(in crate::format::xml) fn new(options: &WriteOptions) -> Collection {
        Collection { escape: Escape::new(options), indent: options.indent, begun: options.part }
    }

    /// Appends what is before the first record: a declaration, and `head`, the start of the element with its line end.
    pub(in crate::format::xml) fn begin(&self, head: &str, out: &mut Vec<u8>) {
        if !self.begun {
            out.extend_from_slice(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
            out.extend_from_slice(head.as_bytes());
        }
    }

    /// Notes that a record or a part is in the output.
    pub(in crate::format::xml) fn go_on(&mut self) {
        self.begun = true;
    }

    /// Appends what is before a part, and returns the part.
    pub(in crate::format::xml) fn append<'p>(
        &mut self,
        head: &str,
        part: &'p [u8],
        out: &mut Vec<u8>,
    ) -> &'p [u8] {
        self.begin(head, out);
        self.begun = true;
        part
    }
}

/// Refuses a record that has no title in field 245, and has one in 200: a map of MARC 21 would make nonsense of it.
pub(in crate::format::xml) fn refuse_unimarc(prepared: RecordRef<'_>, place: Location) -> Result<()> {
    if prepared.field("245").is_none() && prepared.field("200").is_some() {
        let message = "a field 200 and no 245: not a MARC 21 record";
        return Err(Error::unrepresentable(Finding::new(NOT_MARC21, place, message, "record rejected")));
    }
    Ok(())
}
