//! What `info` says of a master file beside its records.

use std::path::Path;

use kartoteka::ReadOptions;
use kartoteka::isis::{Census, Reader};
use serde::Serialize;

/// The control record, and what master file and cross reference hold.
#[derive(Debug, Serialize)]
pub(crate) struct Master {
    layout: String,
    evidence: String,
    cross_reference: bool,
    /// Whether the base is locked for writing.
    locked: bool,
    next_mfn: u32,
    free_at: u64,
    file_bytes: u64,
    free_bytes: u64,
    active: u64,
    deleted: u64,
    erased: u64,
    absent: u64,
    locked_records: u64,
    copies: u64,
    copies_bytes: u64,
    longest: Option<Longest>,
    /// The character set of the records that are not UTF-8.
    charset: String,
    charset_reason: String,
}

#[derive(Debug, Serialize)]
struct Longest {
    mfn: u32,
    at_byte: u64,
    bytes: u64,
}

impl Master {
    pub(crate) fn of(path: &Path) -> kartoteka::Result<Master> {
        let mut reader = Reader::from_path(path, &ReadOptions::new())?;
        let census: Census = reader.census()?;
        let control = *reader.control();
        let (charset, reason) = reader.charset();
        Ok(Master {
            layout: reader.layout().to_string(),
            evidence: reader.found().evidence.clone(),
            cross_reference: reader.has_cross_reference(),
            locked: control.is_locked(),
            next_mfn: control.next_mfn,
            free_at: control.free,
            file_bytes: reader.file_len(),
            free_bytes: census.free,
            active: census.active,
            deleted: census.deleted,
            erased: census.erased,
            absent: census.absent,
            locked_records: census.locked,
            copies: census.copies,
            copies_bytes: census.used,
            longest: census.longest.map(|(mfn, at_byte, bytes)| Longest { mfn, at_byte, bytes }),
            charset: charset.to_string(),
            charset_reason: reason.to_string(),
        })
    }

    /// Lines of names and values.
    pub(crate) fn lines(&self) -> Vec<(&'static str, String)> {
        let Master { active, deleted, erased, absent, .. } = self;
        let mut lines = vec![("layout", format!("{} ({})", self.layout, self.evidence))];
        let locked = if self.locked { "; the base is locked" } else { "" };
        lines.push((
            "control",
            format!("next MFN {}, free space at byte {}{locked}", self.next_mfn, self.free_at),
        ));
        if self.cross_reference {
            let counts = format!(
                "{active} active, {deleted} deleted, {erased} physically deleted, {absent} absent, {} locked",
                self.locked_records
            );
            lines.push(("slots", counts));
        } else {
            lines.push(("slots", "no cross reference".to_owned()));
        }
        let copies = format!(
            "{} stored, old versions too: {} of {} bytes; {} free",
            self.copies, self.copies_bytes, self.file_bytes, self.free_bytes
        );
        lines.push(("copies", copies));
        if let Some(Longest { mfn, at_byte, bytes }) = &self.longest {
            lines.push(("longest", format!("{bytes} bytes: MFN {mfn}, at byte {at_byte}")));
        }
        if self.charset != "utf-8" {
            let guess = format!("{} where it is not UTF-8: {}", self.charset, self.charset_reason);
            lines.push(("text", guess));
        }
        lines
    }
}
