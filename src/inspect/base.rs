//! What a master file has besides its records.

use std::path::Path;

use crate::charset::{Charset, Reason};
use crate::error::Result;
use crate::format::isis::{Census, Control, Found, Reader};
use crate::io::ReadOptions;
#[cfg(feature = "json")]
use crate::report::Object;

/// The layout of a master file, its control record, and what file and cross reference hold.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Base {
    /// The layout, and the evidence for it.
    pub found: Found,
    /// The control record.
    pub control: Control,
    /// Counts of records and bytes.
    pub census: Census,
    /// Whether there is a cross reference.
    pub has_cross_reference: bool,
    /// Length of the master file in bytes.
    pub file_bytes: u64,
    /// The character set of the records that are not UTF-8, and the reason for it.
    pub charset: (Charset, Reason),
}

impl Base {
    /// Examines the base of a master file, parameter file or cross reference.
    ///
    /// # Errors
    /// As [`Reader::from_path`].
    ///
    /// # Cost
    /// Reads all of the cross reference and the leader of each record.
    ///
    /// # Example
    /// ```
    /// use kartoteka::inspect::Base;
    ///
    /// let base = Base::of("fixtures/isis/irbis64.mst")?;
    /// assert_eq!((base.census.active, base.census.deleted, base.census.copies), (4, 1, 7));
    /// # Ok::<(), kartoteka::Error>(())
    /// ```
    pub fn of(path: impl AsRef<Path>) -> Result<Base> {
        let mut reader = Reader::from_path(path, &ReadOptions::new())?;
        Ok(Base {
            census: reader.census()?,
            found: reader.found().clone(),
            control: *reader.control(),
            has_cross_reference: reader.has_cross_reference(),
            file_bytes: reader.file_len(),
            charset: reader.charset(),
        })
    }

    /// Returns lines of names and values.
    pub(super) fn lines(&self) -> Vec<(&'static str, String)> {
        let Census { active, deleted, erased, absent, locked, copies, used, free, longest } = self.census;
        let mut lines = vec![("layout", format!("{} ({})", self.found.variant, self.found.evidence))];
        let Control { next_mfn, free: free_at, .. } = self.control;
        let is_locked = if self.control.is_locked() { "; the base is locked" } else { "" };
        lines.push(("control", format!("next MFN {next_mfn}, free space at byte {free_at}{is_locked}")));
        let slots = match self.has_cross_reference {
            true => format!(
                "{active} active, {deleted} deleted, {erased} physically deleted, {absent} absent, {locked} locked"
            ),
            false => "no cross reference".to_owned(),
        };
        lines.push(("slots", slots));
        let file_bytes = self.file_bytes;
        lines.push((
            "copies",
            format!("{copies} stored, old versions too: {used} of {file_bytes} bytes; {free} free"),
        ));
        if let Some((mfn, offset, bytes)) = longest {
            lines.push(("longest", format!("{bytes} bytes: MFN {mfn}, at byte {offset}")));
        }
        let (charset, reason) = self.charset;
        if charset != Charset::Utf8 {
            lines.push(("text", format!("{charset} where it is not UTF-8: {reason}")));
        }
        lines
    }

    /// Adds the members of the base as JSON.
    #[cfg(feature = "json")]
    pub(super) fn json(&self, object: &mut Object<'_>) {
        let Census { active, deleted, erased, absent, locked, copies, used, free, longest } = self.census;
        object.text("layout", &self.found.variant.to_string());
        object.text("evidence", &self.found.evidence);
        object.flag("cross_reference", self.has_cross_reference);
        object.flag("locked", self.control.is_locked());
        object.number("next_mfn", u64::from(self.control.next_mfn));
        object.number("free_at", self.control.free);
        object.number("file_bytes", self.file_bytes);
        let counts = [
            ("free_bytes", free),
            ("active", active),
            ("deleted", deleted),
            ("erased", erased),
            ("absent", absent),
            ("locked_records", locked),
            ("copies", copies),
            ("copies_bytes", used),
        ];
        counts.into_iter().for_each(|(key, count)| object.number(key, count));
        match longest {
            Some((mfn, offset, bytes)) => object.object("longest", |longest| {
                longest.number("mfn", u64::from(mfn));
                longest.number("at_byte", offset);
                longest.number("bytes", bytes);
            }),
            None => object.raw("longest", "null"),
        }
        object.text("charset", &self.charset.0.to_string());
        object.text("charset_reason", &self.charset.1.to_string());
    }
}
