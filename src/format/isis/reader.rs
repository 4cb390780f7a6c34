//! Records by number and in order.

use std::fs::File;
use std::io::{Cursor, Read, Seek};
use std::path::Path;

use super::charset::{Fallback, guess};
use super::control::{Control, Found, find};
use super::files::Files;
use super::layout::{Layout, Leader};
use super::record::{check_leader, fields, load};
use super::slot::{ABSENT, DELETED, LOCKED, PHYSICALLY_DELETED, Slot, Slots};
use super::walk::{Index, Walk};
use super::window::Window;
use crate::charset::{Charset, Reason};
use crate::diagnostic::Findings;
use crate::io::{Deleted, ReadOptions, RecordRead, RecordSeek, Recovery};
use crate::record::{IsisHeader, Syntax};
use crate::{Code, Diagnostic, Error, Location, Position, Record, Result};

/// Reads master files of IRBIS64, IRBIS32 and CDS/ISIS: in the order of their numbers, or any by its number.
///
/// Two files belong together, the records (`.mst`) and the cross reference (`.xrf`), which alone says which copy of a
/// record is the current one. Where the cross reference is missing or damaged, the records are found by walking the
/// master file, with findings.
///
/// # Cost
/// Memory for the longest record and two windows of 128 KiB; sixteen bytes for each record more if the master file must
/// be walked. A record by its number costs two reads, one of each file; one more if it is longer than 16 KiB.
///
/// # Example
/// ```
/// use kartoteka::{ReadOptions, Record, RecordRead, RecordSeek, isis};
///
/// let mut reader = isis::Reader::from_path("fixtures/isis/irbis64.mst", &ReadOptions::new())?;
/// println!("{}", reader.layout());
/// let mut record = Record::new();
/// assert!(reader.read_mfn(2, &mut record)?);
/// assert_eq!(record.view().mfn(), Some(2));
/// assert_eq!(reader.records().count(), 4); // one of the five is deleted
/// # Ok::<(), kartoteka::Error>(())
/// ```
#[derive(Debug)]
pub struct Reader<R> {
    mst: Window<R>,
    xrf: Option<(Window<R>, Slots)>,
    found: Found,
    control: Control,
    fallback: Fallback,
    options: ReadOptions,
    findings: Findings,
    /// The number to look at next, when reading in order.
    next: u32,
    /// How many records were delivered or refused.
    delivered: u64,
    /// The versions of the record in hand that are still to come, the oldest last.
    versions: Vec<u64>,
    /// Number and flags of the record whose versions these are.
    current: (u32, u32),
    index: Option<Index>,
    last: Position,
    frame: (u64, usize),
    told: Told,
    ended: bool,
}

/// What is said once of a base.
#[derive(Debug, Default)]
struct Told {
    base: bool,
    charset: bool,
}

/// Reads a master file from memory, or from a memory map of yours.
pub type SliceReader<'a> = Reader<Cursor<&'a [u8]>>;

/// Where a record is.
enum Place {
    /// Nowhere, and that is as it should be.
    Nowhere,
    At {
        offset: u64,
        flags: u32,
    },
    /// Nowhere, though the cross reference says otherwise: the finding is the last one.
    Lost(Diagnostic),
}

impl Reader<File> {
    /// Opens a base: its master file, or its parameter file (`.par`), with the cross reference beside it. Names of
    /// companions are found whatever their case.
    ///
    /// # Errors
    /// [`ErrorKind::Read`](crate::ErrorKind::Read) if a file cannot be opened;
    /// [`ErrorKind::Format`](crate::ErrorKind::Format) if it is no master file.
    pub fn from_path(path: impl AsRef<Path>, options: &ReadOptions) -> Result<Reader<File>> {
        let files = Files::find(path.as_ref())?;
        let xrf = files.companion("xrf").map(File::open).transpose()?;
        Reader::new(File::open(files.mst())?, xrf, options)
    }
}

impl<'a> SliceReader<'a> {
    /// Makes a reader over the bytes of a master file, and of its cross reference.
    ///
    /// # Errors
    /// [`ErrorKind::Format`](crate::ErrorKind::Format) if it is no master file.
    pub fn from_slice(
        mst: &'a [u8],
        xrf: Option<&'a [u8]>,
        options: &ReadOptions,
    ) -> Result<SliceReader<'a>> {
        Reader::new(Cursor::new(mst), xrf.map(Cursor::new), options)
    }
}

impl<R: Read + Seek> Reader<R> {
    /// Makes a reader over a master file and its cross reference, if there is one. The layout is found by the bytes.
    ///
    /// # Errors
    /// [`ErrorKind::Format`](crate::ErrorKind::Format) if it is no master file.
    pub fn new(mst: R, xrf: Option<R>, options: &ReadOptions) -> Result<Reader<R>> {
        let mut mst = Window::new(mst)?;
        let mut xrf = xrf.map(Window::new).transpose()?.filter(|xrf| xrf.len() > 0);
        let found = find(&mut mst, xrf.as_mut())?;
        let control = Control::parse(found.layout, mst.get(0, 64)?);
        let xrf = xrf.map(|xrf| {
            let slots = Slots::new(found.layout, &xrf);
            (xrf, slots)
        });
        let fallback = guess(&sample(&mut mst, found.layout)?);
        Ok(Reader {
            mst,
            xrf,
            found,
            control,
            fallback,
            findings: Findings::new(options.limits.diagnostics),
            options: options.clone(),
            next: 1,
            delivered: 0,
            versions: Vec::new(),
            current: (0, 0),
            index: None,
            last: Position::default(),
            frame: (0, 0),
            told: Told::default(),
            ended: false,
        })
    }

    /// The layout of the base.
    pub fn layout(&self) -> Layout {
        self.found.layout
    }

    /// The layout of the base, and what speaks for it.
    pub fn found(&self) -> &Found {
        &self.found
    }

    /// The control record.
    pub fn control(&self) -> &Control {
        &self.control
    }

    /// Whether there is a cross reference.
    pub fn has_cross_reference(&self) -> bool {
        self.xrf.is_some()
    }

    /// How many bytes the master file has.
    pub fn file_len(&self) -> u64 {
        self.mst.len()
    }

    /// How often the files were read from, for those who count.
    pub fn reads(&self) -> u64 {
        self.mst.reads().saturating_add(self.xrf.as_ref().map_or(0, |(xrf, _)| xrf.reads()))
    }

    /// The character set of those records that are not UTF-8, as far as a sample of them tells, and why.
    pub fn charset(&self) -> (Charset, Reason) {
        match self.found.layout.is_irbis64() {
            true => (Charset::Utf8, Reason::Format),
            false => (self.fallback.charset, self.fallback.reason),
        }
    }

    /// What the cross reference says of all records: how many are there, deleted, locked, or gone.
    ///
    /// # Errors
    /// [`ErrorKind::Read`](crate::ErrorKind::Read).
    pub fn census(&mut self) -> Result<Census> {
        let mut census = Census::default();
        let layout = self.found.layout;
        let one_more = |count: &mut u64| *count = count.saturating_add(1);
        if let Some((xrf, slots)) = &mut self.xrf {
            for mfn in 1..=slots.count().min(self.control.next_mfn.saturating_sub(1)) {
                let Some(slot) = slots.read(xrf, mfn)? else { break };
                match slot {
                    Slot { flags, .. } if flags & PHYSICALLY_DELETED != 0 => one_more(&mut census.erased),
                    Slot { offset: None, .. } => one_more(&mut census.absent),
                    Slot { flags, .. } if flags & DELETED != 0 => one_more(&mut census.deleted),
                    _ => one_more(&mut census.active),
                }
                let mut is_locked = slot.flags & LOCKED != 0;
                // In CDS/ISIS the record says it, and old copies may still say it.
                if let Some(offset) = slot.offset.filter(|_| !layout.is_irbis64()) {
                    let leader = layout.leader(self.mst.get(offset, layout.shape.leader_len())?);
                    is_locked |= leader.is_some_and(|leader| leader.mfn == mfn && leader.locked);
                }
                if is_locked {
                    one_more(&mut census.locked);
                }
            }
        }
        let mut walk = Walk::new(self.found.layout);
        while let Some((offset, leader)) = walk.next(&mut self.mst)? {
            one_more(&mut census.copies);
            if leader.locked && self.xrf.is_none() {
                one_more(&mut census.locked);
            }
            if leader.len > census.longest.map_or(0, |(_, _, len)| len) {
                census.longest = Some((leader.mfn, offset, leader.len));
            }
            census.used = census.used.saturating_add(leader.len);
        }
        census.free = self.mst.len().saturating_sub(self.control.free);
        Ok(census)
    }

    /// What is said of the base as a whole, with its first record.
    fn tell_base(&mut self) {
        if std::mem::replace(&mut self.told.base, true) {
            return;
        }
        let mut location = Location::of(self.findings.record());
        location.byte = 0;
        location.len = self.found.layout.first().min(36);
        if !self.found.control_fits {
            let Control { next_mfn, free, .. } = self.control;
            let len = self.mst.len();
            let message = format!(
                "the control record says that number {next_mfn} is next and free space begins at {free}, of a file \
                 of {len} bytes"
            );
            self.findings.push(Diagnostic::new(Code::MasterControl, location, message, "not relied on"));
        }
        if self.xrf.is_none() {
            let message = "there is no cross reference, or it is empty";
            let action = "records found by walking the master file";
            location.file = Some("xrf");
            self.findings.push(Diagnostic::new(Code::CrossReferenceMissing, location, message, action));
        }
    }

    fn index(&mut self) -> Result<&Index> {
        let index = match self.index.take() {
            Some(index) => index,
            None => Index::build(&mut self.mst, self.found.layout)?,
        };
        Ok(self.index.insert(index))
    }

    /// A finding about a slot of the cross reference.
    fn slot_finding(&mut self, code: Code, mfn: u32, at: Option<u64>, message: String, action: &'static str) {
        let mut location = Location::of(self.findings.record());
        location.mfn = Some(mfn);
        location.file = Some("xrf");
        let len = if self.found.layout.is_irbis64() { 12 } else { 4 };
        let end = self.xrf.as_ref().map_or(0, |(xrf, _)| xrf.len());
        location.byte = at.unwrap_or(end);
        location.len = if at.is_some() { len } else { 0 };
        self.findings.push(Diagnostic::new(code, location, message, action));
    }

    /// Finds the current copy of a record.
    fn locate(&mut self, mfn: u32) -> Result<Place> {
        let layout = self.found.layout;
        let Some((xrf, slots)) = &mut self.xrf else {
            let offset = self.index()?.get(mfn);
            return Ok(offset.map_or(Place::Nowhere, |offset| Place::At { offset, flags: 0 }));
        };
        let slots = *slots;
        let Some(slot) = slots.read(xrf, mfn)? else {
            if mfn >= self.control.next_mfn && self.found.control_fits {
                return Ok(Place::Nowhere);
            }
            let message = format!("the cross reference ends before the slot of record {mfn}");
            return self.recover(mfn, None, Code::SlotInvalid, message, 0);
        };
        let Some(offset) = slot.offset else {
            // A slot without anything, where there should be one, may have been wiped.
            if layout.is_irbis64() && slot.is_blank && mfn < self.control.next_mfn {
                if let Some(offset) = self.index()?.get(mfn) {
                    let message = format!("the slot of record {mfn} is empty");
                    let action = "record found by walking the master file";
                    self.slot_finding(Code::RecordRecovered, mfn, Some(slot.at), message, action);
                    return Ok(Place::At { offset, flags: 0 });
                }
            }
            return Ok(Place::Nowhere);
        };
        if mfn >= self.control.next_mfn {
            let next = self.control.next_mfn;
            let message = format!("slot {mfn} is in use, though the control record says that {next} is next");
            self.slot_finding(Code::SlotBeyond, mfn, Some(slot.at), message, "used");
        }
        let bytes = self.mst.get(offset, layout.shape.leader_len())?;
        let leader = layout.leader(bytes).filter(|leader| leader.mfn > 0 && offset >= layout.first());
        match leader {
            Some(leader) if leader.mfn == mfn => Ok(Place::At { offset, flags: slot.flags }),
            Some(leader) if layout.is_leader(&leader) => {
                let other = leader.mfn;
                let twin = match &mut self.xrf {
                    Some((xrf, slots)) => slots.read(xrf, other)?.and_then(|twin| twin.offset),
                    None => None,
                };
                let (code, what) = match twin {
                    Some(twin) if twin == offset => (Code::SlotDuplicate, "as the slot of that record does"),
                    _ => (Code::SlotMfn, "which has a place of its own"),
                };
                let message = format!(
                    "the slot of record {mfn} leads to byte {offset}, where record {other} is, {what}"
                );
                match self.recover(mfn, Some(slot.at), code, message, slot.flags)? {
                    // No other copy has the number, and no other slot leads here: the number of the copy is wrong.
                    Place::Lost(_) if code == Code::SlotMfn => Ok(Place::At { offset, flags: slot.flags }),
                    place => Ok(place),
                }
            }
            _ => {
                let message = format!("the slot of record {mfn} leads to byte {offset}, where no record is");
                self.recover(mfn, Some(slot.at), Code::SlotInvalid, message, slot.flags)
            }
        }
    }

    /// Looks for a record that the cross reference has not, or not in its place.
    fn recover(
        &mut self,
        mfn: u32,
        at: Option<u64>,
        code: Code,
        message: String,
        flags: u32,
    ) -> Result<Place> {
        match self.index()?.get(mfn) {
            Some(offset) => {
                self.slot_finding(code, mfn, at, message, "record found by walking the master file");
                Ok(Place::At { offset, flags: flags & DELETED })
            }
            None => {
                self.slot_finding(code, mfn, at, message, "no other copy of the record found");
                let finding = self.findings.list().last().cloned();
                Ok(finding.map_or(Place::Nowhere, Place::Lost))
            }
        }
    }

    /// The next number to look at, among those asked for.
    fn next_number(&mut self) -> Result<Option<u32>> {
        let Some(next) = wanted(&self.options, self.next) else { return Ok(None) };
        let slots = self.xrf.as_ref().map_or(0, |(_, slots)| slots.count());
        if next <= slots {
            return Ok(Some(next));
        }
        // Behind the cross reference, or without it, the walk tells which numbers there are.
        let is_short = !self.found.control_fits || self.control.next_mfn.saturating_sub(1) > slots;
        if self.xrf.is_some() && !is_short {
            return Ok(None);
        }
        let mut from = next;
        loop {
            let Some((mfn, _)) = self.index()?.next(from) else { return Ok(None) };
            match wanted(&self.options, mfn) {
                Some(wanted) if wanted == mfn => return Ok(Some(mfn)),
                Some(wanted) => from = wanted,
                None => return Ok(None),
            }
        }
    }

    /// Whether a record of this status is one of those asked for.
    fn is_wanted(&self, status: u32) -> bool {
        let is_deleted = status & (DELETED | PHYSICALLY_DELETED) != 0;
        match self.options.deleted {
            Deleted::Skip => !is_deleted,
            Deleted::Include => true,
            Deleted::Only => is_deleted,
        }
    }

    /// Finds the versions of the record at `offset`, and checks that each is what the one behind it says.
    fn find_versions(&mut self, offset: u64, mfn: u32) -> Result<()> {
        let layout = self.found.layout;
        self.versions.push(offset);
        if !layout.is_irbis64() {
            return Ok(());
        }
        let mut newer: (u64, Leader) = match layout.leader(self.mst.get(offset, 32)?) {
            Some(leader) => (offset, leader),
            None => return Ok(()),
        };
        while newer.1.previous != 0 {
            let (at, leader) = newer;
            let previous = leader.previous;
            let fault = if previous >= at || previous < layout.first() {
                Some(format!(
                    "the version before it is said to lie at byte {previous}, not before its own {at}"
                ))
            } else {
                match layout.leader(self.mst.get(previous, 32)?) {
                    Some(old) if !layout.is_leader(&old) || old.mfn != mfn => Some(format!(
                        "byte {previous} is to have the version before it, and has another record or none"
                    )),
                    Some(old) if old.version.checked_add(1) != Some(leader.version) => {
                        Some(format!("version {} comes behind version {}", leader.version, old.version))
                    }
                    Some(old) => {
                        newer = (previous, old);
                        None
                    }
                    None => {
                        Some(format!("no record is at byte {previous}, where the version before it is to be"))
                    }
                }
            };
            let fault = fault.or_else(|| {
                let is_full = self.versions.len() >= MOST_VERSIONS;
                is_full.then(|| format!("the record has more than {MOST_VERSIONS} versions"))
            });
            if let Some(message) = fault {
                let mut location = Location::of(self.findings.record());
                (location.byte, location.len, location.mfn) = (at.saturating_add(8), 8, Some(mfn));
                let action = "older versions left out";
                self.findings.push(Diagnostic::new(Code::VersionChain, location, message, action));
                return Ok(());
            }
            self.versions.push(previous);
        }
        Ok(())
    }

    /// Reads the record at a place; false if it is not one of those asked for.
    fn read_at(&mut self, offset: u64, mfn: u32, flags: u32, record: &mut Record) -> Result<bool> {
        let layout = self.found.layout;
        let position = Position { byte: offset, record: self.delivered, line: 0 };
        self.last = position;
        let head = self.mst.get(offset, layout.shape.leader_len())?;
        let Some(leader) = layout.leader(head) else { return Err(self.refuse(offset, mfn, "the file ends")) };
        let status = leader.status | flags & if layout.is_irbis64() { KNOWN } else { DELETED };
        if !self.options.history && !self.is_wanted(status) {
            self.check_status(position, &leader, mfn, flags);
            return Ok(false);
        }
        let there = self.mst.len().saturating_sub(offset);
        let len = leader.len.min(there);
        let limit = self.options.limits.record_bytes as u64;
        if leader.len > limit && len > limit {
            let message = format!("the record has {} bytes, {limit} are allowed", leader.len);
            return Err(self.refuse_with(Code::LimitReached, offset, mfn, message));
        }
        let len = usize::try_from(len).unwrap_or(usize::MAX);
        self.frame = (offset, len);
        self.findings.set_record(position, len.max(layout.shape.leader_len()));
        self.findings.set_mfn(Some(mfn));
        self.check_status(position, &leader, mfn, flags);
        let bytes = self.mst.get(offset, len)?;
        record.clear();
        record.set_syntax(Syntax::IRBIS);
        let mut header = IsisHeader::new(mfn, status, leader.version);
        header.previous = leader.previous;
        record.header_mut().isis = Some(header);
        let free = self.found.control_fits.then_some(self.control.free);
        check_leader(layout, offset, &leader, there, free, &mut self.findings);
        let base = usize::try_from(layout.base_for(leader.fields)).unwrap_or(usize::MAX);
        let (directory, data) = match bytes.split_at_checked(base) {
            Some((directory, data)) if u64::from(leader.base) == layout.base_for(leader.fields) => {
                (directory, data)
            }
            _ => return Err(self.refuse(offset, mfn, "its directory does not fit into it")),
        };
        let entries = directory.get(layout.shape.leader_len()..).unwrap_or_default();
        fields(layout, entries, data, base, self.options.limits.fields, record, &mut self.findings);
        load(data, &self.options, layout, &self.fallback, &mut self.told.charset, record, &mut self.findings);
        record.set_position(position);
        if record.fields().len() == 0 {
            self.findings.at(Code::NoFields, (0, len), "the record has no fields", "kept");
        }
        self.findings.locate(|location| record.view().locate(location));
        Ok(true)
    }

    /// Whether master file and cross reference agree on what a record is.
    fn check_status(&mut self, position: Position, leader: &Leader, mfn: u32, flags: u32) {
        let layout = self.found.layout;
        let mut location = Location::of(position);
        location.mfn = Some(mfn);
        let in_record = leader.status & DELETED != 0;
        let in_slot = flags & (DELETED | PHYSICALLY_DELETED | ABSENT) != 0;
        if self.xrf.is_some() && in_record != in_slot && (in_slot || layout.is_irbis64()) {
            let say = |yes: bool| if yes { "deleted" } else { "not deleted" };
            let message =
                format!("{} by the cross reference, {} by the record", say(in_slot), say(in_record));
            self.findings.push(Diagnostic::new(Code::StatusMismatch, location, message, "taken as deleted"));
        }
        if flags & !KNOWN != 0 {
            let message = format!("the slot has the flags {:X}, which mean nothing", flags & !KNOWN);
            self.findings.push(Diagnostic::new(Code::StatusMismatch, location, message, "left out"));
        }
        if leader.locked || flags & LOCKED != 0 {
            let message = "the record is locked for data entry";
            self.findings.push(Diagnostic::new(Code::RecordLocked, location, message, "read"));
        }
    }

    fn refuse(&mut self, offset: u64, mfn: u32, why: &str) -> Error {
        let message = format!("the record cannot be read: {why}");
        self.refuse_with(Code::RecordHeader, offset, mfn, message)
    }

    fn refuse_with(&mut self, code: Code, offset: u64, mfn: u32, message: String) -> Error {
        let mut location = Location::of(Position { byte: offset, record: self.delivered, line: 0 });
        location.mfn = Some(mfn);
        let finding = Diagnostic::new(code, location, message, "record rejected");
        self.findings.push(finding.clone());
        Error::malformed(finding)
    }

    /// What strict reading says.
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

    /// Reads one record in hand, and counts it.
    fn deliver(&mut self, offset: u64, mfn: u32, flags: u32, record: &mut Record) -> Result<bool> {
        let read = self.read_at(offset, mfn, flags, record);
        let read = read.and_then(|is_wanted| if is_wanted { self.judge().map(|()| true) } else { Ok(false) });
        if !matches!(read, Ok(false)) {
            self.delivered = self.delivered.saturating_add(1);
        }
        read
    }
}

/// The bits that flags can have.
const KNOWN: u32 = 0x1FF;

/// The most versions of a record that are followed.
const MOST_VERSIONS: usize = 1 << 20;

impl<R: Read + Seek> RecordRead for Reader<R> {
    fn read_record(&mut self, record: &mut Record) -> Result<bool> {
        self.begin();
        if self.ended {
            return Ok(false);
        }
        self.tell_base();
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
                Place::Lost(finding) => {
                    self.delivered = self.delivered.saturating_add(1);
                    return Err(Error::malformed(finding));
                }
                Place::At { offset, flags } if self.options.history => {
                    let layout = self.found.layout;
                    let leader = layout.leader(self.mst.get(offset, layout.shape.leader_len())?);
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

    fn diagnostics(&self) -> &[Diagnostic] {
        self.findings.list()
    }

    fn suppressed(&self) -> &[(Code, u64)] {
        self.findings.suppressed()
    }

    fn position(&self) -> Position {
        self.last
    }

    fn raw(&self) -> &[u8] {
        let (offset, len) = self.frame;
        self.mst.held(offset, len).unwrap_or_default()
    }
}

impl<R: Read + Seek> RecordSeek for Reader<R> {
    fn read_mfn(&mut self, mfn: u32, record: &mut Record) -> Result<bool> {
        self.begin();
        self.findings.set_mfn(Some(mfn));
        self.versions.clear();
        match self.locate(mfn)? {
            Place::Nowhere => Ok(false),
            Place::Lost(finding) => Err(Error::malformed(finding)),
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

/// What [`Reader::census`] counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Census {
    /// Records that are there and not deleted.
    pub active: u64,
    /// Records that are logically deleted: they can be read.
    pub deleted: u64,
    /// Records that are physically deleted.
    pub erased: u64,
    /// Numbers that no record has, or ever had.
    pub absent: u64,
    /// Records that are locked.
    pub locked: u64,
    /// Stored copies of records, superseded ones included.
    pub copies: u64,
    /// How many bytes all copies take.
    pub used: u64,
    /// How many bytes there are behind the place where free space begins.
    pub free: u64,
    /// The longest copy: number, offset and length in bytes.
    pub longest: Option<(u32, u64, u64)>,
}

/// The smallest number that is asked for and not below `from`.
fn wanted(options: &ReadOptions, from: u32) -> Option<u32> {
    if options.mfns.is_empty() {
        return Some(from);
    }
    let first = |range: &std::ops::RangeInclusive<u32>| from.max(*range.start());
    options.mfns.iter().filter(|range| first(range) <= *range.end()).map(first).min()
}

/// How much of a master file is looked at to guess its character set: most of it may be zeros.
const SAMPLED: u64 = 4 * 1024 * 1024;

/// Data of the first records, to guess the character set by.
fn sample<R: Read + Seek>(mst: &mut Window<R>, layout: Layout) -> Result<Vec<u8>> {
    let mut sample = Vec::new();
    if layout.is_irbis64() {
        return Ok(sample);
    }
    let mut walk = Walk::new(layout).within(SAMPLED);
    for _ in 0..1000 {
        let Some((offset, leader)) = walk.next(mst)? else { break };
        let len =
            usize::try_from(leader.len.saturating_sub(u64::from(leader.base))).unwrap_or(0).min(32 * 1024);
        let data = mst.get(offset.saturating_add(u64::from(leader.base)), len)?;
        if !data.is_ascii() {
            sample.extend_from_slice(data);
            sample.push(b' ');
        }
        if sample.len() > 64 * 1024 {
            break;
        }
    }
    Ok(sample)
}
