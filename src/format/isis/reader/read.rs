//! Reads records, in the order of their numbers or one by its number.

use std::io::{Read, Seek};

use super::locate::Place;
use super::open::{Reader, sample};
use crate::bytes::Cut;
use crate::charset::Candidate;
use crate::error::{Error, Result};
use crate::finding::{Finding, Rule};
use crate::format::isis::control::Control;
use crate::format::isis::record::{check_leader, fields};
use crate::format::isis::rules::{
    CROSS_REFERENCE_MISSING, MASTER_CONTROL, RECORD_HEADER, RECORD_LOCKED, STATUS_MISMATCH,
};
use crate::format::isis::variant::RecordHead;
use crate::format::isis::xrf::{ABSENT, DELETED, LOCKED, PHYSICALLY_DELETED};
use crate::format::marc_in_isis;
use crate::format::rules::{MARC_IN_ISIS, NO_FIELDS};
use crate::io::rules::LIMIT_REACHED;
use crate::io::{Deleted, RecordRead, RecordSeek, Recovery};
use crate::position::{Location, Position};
use crate::record::{IsisHeader, Record, Syntax};

/// The valid bits of flags.
const KNOWN: u32 = 0x1FF;

impl<R: Read + Seek> Reader<R> {
    /// Reports the findings about the base as a whole, with its first record.
    fn report_base(&mut self) {
        if std::mem::replace(&mut self.reported, true) {
            return;
        }
        let mut location = Location::of(self.findings.record());
        location.byte = 0;
        location.len = self.found.variant.first().min(36);
        if let Some(marc) = self.marc {
            self.findings.push(Finding::new(
                MARC_IN_ISIS,
                location,
                marc.message(),
                "read as MARC; said once",
            ));
        }
        if !self.found.control_fits {
            let Control { next_mfn, free, .. } = self.control;
            let len = self.mst.len();
            let message = format!(
                "the control record says that number {next_mfn} is next and free space begins at {free}, of a file \
                 of {len} bytes"
            );
            self.findings.push(Finding::new(MASTER_CONTROL, location, message, "ignored"));
        }
        if self.xrf.is_none() {
            let message = "there is no cross reference, or it is empty";
            let action = "records found by walking the master file";
            location.file = Some("xrf");
            self.findings.push(Finding::new(CROSS_REFERENCE_MISSING, location, message, action));
        }
    }

    /// Returns whether records of this status are requested.
    fn is_wanted(&self, status: u32) -> bool {
        let is_deleted = status & (DELETED | PHYSICALLY_DELETED) != 0;
        match self.options.deleted {
            Deleted::Skip => !is_deleted,
            Deleted::Include => true,
            Deleted::Only => is_deleted,
        }
    }

    /// Reads the record at an offset; returns false if it is not requested.
    fn read_at(&mut self, offset: u64, mfn: u32, flags: u32, record: &mut Record) -> Result<bool> {
        let variant = self.found.variant;
        let position = Position { byte: offset, record: self.delivered, line: 0 };
        self.last = position;
        let head = self.mst.get(offset, variant.shape.leader_len())?;
        let Some(leader) = variant.leader(head) else {
            return Err(self.refuse(offset, mfn, "the file ends"));
        };
        let status = leader.status | flags & if variant.is_irbis64() { KNOWN } else { DELETED };
        if !self.options.history && !self.is_wanted(status) {
            self.check_status(position, &leader, mfn, flags);
            return Ok(false);
        }
        let there = self.mst.len().saturating_sub(offset);
        let len = leader.len.min(there);
        let limit = self.options.limits.record_bytes as u64;
        if leader.len > limit && len > limit {
            let message = format!("the record has {} bytes, {limit} are allowed", leader.len);
            return Err(self.refuse_with(LIMIT_REACHED, offset, mfn, message));
        }
        let len = usize::try_from(len).unwrap_or(usize::MAX);
        self.frame = (offset, len);
        self.findings.set_record(position, len.max(variant.shape.leader_len()));
        self.findings.set_mfn(Some(mfn));
        self.check_status(position, &leader, mfn, flags);
        let bytes = self.mst.get(offset, len)?;
        record.clear();
        record.set_syntax(Syntax::IRBIS);
        let mut header = IsisHeader::new(mfn, status, leader.version);
        header.previous = leader.previous;
        record.header_mut().isis = Some(header);
        let free = self.found.control_fits.then_some(self.control.free);
        check_leader(variant, offset, &leader, there, free, &mut self.findings);
        let base = usize::try_from(variant.base_for(leader.fields)).unwrap_or(usize::MAX);
        let (directory, data) = match bytes.split_at_checked(base) {
            Some((directory, data)) if u64::from(leader.base) == variant.base_for(leader.fields) => {
                (directory, data)
            }
            _ => return Err(self.refuse(offset, mfn, "its directory does not fit into it")),
        };
        let entries = directory.cut(variant.shape.leader_len()..);
        fields(variant, entries, data, base, self.options.limits.fields, record, &mut self.findings);
        if !self.charset.load((data, base), &self.options, record, &mut self.findings) {
            let sample = sample(&mut self.mst, variant)?;
            self.charset.take(&sample, &self.options);
            let data = self.mst.get(offset, len)?.cut(base..);
            self.charset.load((data, base), &self.options, record, &mut self.findings);
        }
        record.set_position(position);
        if record.fields().len() == 0 {
            self.findings.at(NO_FIELDS, (0, len), "the record has no fields", "kept");
        }
        self.findings.locate(|location| record.view().locate(location));
        marc_in_isis::apply(self.marc, self.options.dialect, record, &mut self.findings);
        Ok(true)
    }

    /// Checks that master file and cross reference agree on the state of a record.
    fn check_status(&mut self, position: Position, leader: &RecordHead, mfn: u32, flags: u32) {
        let variant = self.found.variant;
        let mut location = Location::of(position);
        location.mfn = Some(mfn);
        let in_record = leader.status & DELETED != 0;
        let in_slot = flags & (DELETED | PHYSICALLY_DELETED | ABSENT) != 0;
        if self.xrf.is_some() && in_record != in_slot && (in_slot || variant.is_irbis64()) {
            let say = |yes: bool| if yes { "deleted" } else { "not deleted" };
            let message = format!(
                "{} according to the cross reference, {} according to the record",
                say(in_slot),
                say(in_record)
            );
            self.findings.push(Finding::new(STATUS_MISMATCH, location, message, "taken as deleted"));
        }
        if flags & !KNOWN != 0 {
            let message = format!("the slot has the flags {:X}, which mean nothing", flags & !KNOWN);
            self.findings.push(Finding::new(STATUS_MISMATCH, location, message, "left out"));
        }
        if leader.locked || flags & LOCKED != 0 {
            let message = "the record is locked for data entry";
            self.findings.push(Finding::new(RECORD_LOCKED, location, message, "read"));
        }
    }

    fn refuse(&mut self, offset: u64, mfn: u32, why: &str) -> Error {
        let message = format!("the record cannot be read: {why}");
        self.refuse_with(RECORD_HEADER, offset, mfn, message)
    }

    fn refuse_with(&mut self, code: Rule, offset: u64, mfn: u32, message: String) -> Error {
        let mut location = Location::of(Position { byte: offset, record: self.delivered, line: 0 });
        location.mfn = Some(mfn);
        let finding = Finding::new(code, location, message, "record rejected");
        self.findings.push(finding.clone());
        Error::malformed(finding)
    }

    /// Returns, in strict mode, the first error found.
    fn judge(&self) -> Result<()> {
        match self.findings.first_error() {
            Some(finding) if self.options.recovery == Recovery::Strict => {
                Err(Error::malformed(finding.clone()))
            }
            _ => Ok(()),
        }
    }

    fn begin(&mut self) {
        let position = Position { record: self.delivered, ..self.last };
        self.findings.begin(position);
        self.frame = (0, 0);
    }

    /// Reads one located record, and counts it.
    fn deliver(&mut self, offset: u64, mfn: u32, flags: u32, record: &mut Record) -> Result<bool> {
        let read = self.read_at(offset, mfn, flags, record);
        let read = read.and_then(|is_wanted| if is_wanted { self.judge().map(|()| true) } else { Ok(false) });
        if !matches!(read, Ok(false)) {
            self.delivered = self.delivered.saturating_add(1);
        }
        read
    }
}

impl<R: Read + Seek> RecordRead for Reader<R> {
    fn read_record(&mut self, record: &mut Record) -> Result<bool> {
        self.begin();
        if self.ended {
            return Ok(false);
        }
        self.report_base();
        loop {
            if let Some(offset) = self.versions.pop() {
                let (mfn, flags) = self.current;
                let flags = if self.versions.is_empty() { flags } else { 0 };
                if self.deliver(offset, mfn, flags, record)? {
                    return Ok(true);
                }
                continue;
            }
            let Some(mfn) = self.next_number()? else {
                self.ended = true;
                self.last = Position { byte: self.mst.len(), record: self.delivered, line: 0 };
                return self.judge().map(|()| false);
            };
            self.next = mfn.saturating_add(1);
            self.findings.set_mfn(Some(mfn));
            match self.locate(mfn)? {
                Place::Nowhere => {}
                Place::Missing(finding) => {
                    self.delivered = self.delivered.saturating_add(1);
                    return Err(Error::malformed(finding));
                }
                Place::At { offset, flags } if self.options.history => {
                    let variant = self.found.variant;
                    let leader = variant.leader(self.mst.get(offset, variant.shape.leader_len())?);
                    self.current = (mfn, flags);
                    if self.is_wanted(leader.map_or(0, |leader| leader.status) | flags) {
                        self.find_versions(offset, mfn)?;
                    }
                }
                Place::At { offset, flags } => {
                    if self.deliver(offset, mfn, flags, record)? {
                        return Ok(true);
                    }
                }
            }
        }
    }

    fn findings(&self) -> &[Finding] {
        self.findings.list()
    }

    fn unlisted(&self) -> &[(Rule, u64)] {
        self.findings.unlisted()
    }

    fn position(&self) -> Position {
        self.last
    }

    fn raw(&self) -> &[u8] {
        let (offset, len) = self.frame;
        self.mst.held(offset, len).unwrap_or_default()
    }

    fn charset_candidates(&self) -> &[Candidate] {
        self.charset.candidates()
    }
}

impl<R: Read + Seek> RecordSeek for Reader<R> {
    fn read_mfn(&mut self, mfn: u32, record: &mut Record) -> Result<bool> {
        self.begin();
        self.findings.set_mfn(Some(mfn));
        self.versions.clear();
        match self.locate(mfn)? {
            Place::Nowhere => Ok(false),
            Place::Missing(finding) => Err(Error::malformed(finding)),
            Place::At { offset, flags } => {
                let history = std::mem::take(&mut self.options.history);
                let deleted = std::mem::replace(&mut self.options.deleted, Deleted::Include);
                let read = self.deliver(offset, mfn, flags, record);
                (self.options.history, self.options.deleted) = (history, deleted);
                read
            }
        }
    }

    fn last_mfn(&mut self) -> Result<u32> {
        let slots = self.xrf.as_ref().map_or(0, |(_, slots)| slots.count());
        match self.control.next_mfn.saturating_sub(1) {
            last if self.found.control_fits && last <= slots => Ok(last),
            _ => Ok(self.index()?.last()),
        }
    }
}
