//! Writes records to master files.

#![expect(clippy::arithmetic_side_effects, reason = "lengths of what is in memory, and blocks of them")]

use crate::bytes::Cut;
use crate::format::rules::{RECORD_TOO_LONG, TAG_NOT_NUMBER, TAG_TOO_WIDE};
use crate::record::rules::HEADER_LOST;
use std::fmt;
use std::io::{Read, Seek, Write};

use super::control::{Control, find};
use super::encode::status_place;
use super::lock::Journal;
use super::store::{Commit, CrossReference, Tail, part};
use super::variant::{RecordHead, Shape, Variant};
use super::window::Window;
use super::xrf::{DELETED, LAST_VERSION, LOCKED, NEW, NOT_ACTUALIZED, PHYSICALLY_DELETED, Slots};
use crate::charset::Charset;
use crate::error::{Error, Result};
use crate::finding::{Finding, Rule};
use crate::io::{Preparation, RecordWrite, WriteOptions, place};
use crate::position::Location;
use crate::record::{FieldRef, IsisHeader, Record, RecordRef, in_irbis_form};

/// Writes master files with their cross references: creates them, or appends to existing ones.
///
/// A record is stored under its number, or under the next free one if it has none. If the number exists, the
/// record is a new version of it: in IRBIS64 it is linked to the previous version, which is marked as
/// superseded; in CDS/ISIS the old copy stays as garbage, as with all programs. Records that have status and
/// version keep them in a new base.
///
/// The files are complete only after [`RecordWrite::finish`]. The dictionary is not written: let the program
/// that uses the base build it.
///
/// # Cost
/// Two buffers of 128 KiB, whatever the size of the base. Fastest if records are sorted by number.
///
/// # Example
/// ```
/// use std::io::Cursor;
/// use kartoteka::{Builder, ReadOptions, Record, RecordRead, RecordWrite, Syntax, WriteOptions, isis};
///
/// let record = Builder::new(Syntax::IRBIS).field("200", |field| field.subfield('A', "Хамса")).build()?;
/// let files = (Cursor::new(Vec::new()), Cursor::new(Vec::new()));
/// let mut writer = isis::Writer::create(files.0, files.1, isis::Variant::IRBIS64, &WriteOptions::new())?;
/// writer.write_record(record.view())?;
/// writer.finish()?;
/// let (mst, xrf) = writer.into_inner();
///
/// let mut reader = isis::Reader::new(mst, Some(xrf), &ReadOptions::new())?;
/// let first = reader.records().next().unwrap()?;
/// assert_eq!(first.view().mfn(), Some(1));
/// # Ok::<(), kartoteka::Error>(())
/// ```
pub struct Writer<F> {
    mst: Tail<F>,
    xrf: CrossReference<F>,
    variant: Variant,
    next_mfn: u32,
    reserved: [u32; 3],
    /// Whether the base is new, so that records keep status and version.
    is_new: bool,
    charset: Charset,
    preparation: Preparation,
    irbis: Record,
    body: Vec<u8>,
    ended: bool,
    commit: Option<Box<dyn Commit<F>>>,
}

impl<F: Read + Write + Seek> Writer<F> {
    /// Creates a base in two files, which should be empty. In IRBIS64 text is UTF-8; in CDS/ISIS it is in the
    /// character set of the options, or that of each record.
    ///
    /// # Errors
    /// [`ErrorKind::Write`](crate::ErrorKind::Write).
    pub fn create(mst: F, xrf: F, variant: Variant, options: &WriteOptions) -> Result<Writer<F>> {
        let variant = Variant { shift: variant.shift.min(6), ..variant };
        let mut writer = Writer::new(mst, xrf, variant, variant.first(), options);
        let room = usize::try_from(variant.first()).unwrap_or_default();
        writer.mst.start = 0;
        writer.mst.buffer.resize(room, 0);
        Ok(writer)
    }

    /// Opens a base to append to it. Both files must exist and be consistent.
    ///
    /// The files are changed in place, old versions last. [`Writer::append_to`] adds to a base on the disk all or nothing.
    ///
    /// # Errors
    /// [`ErrorKind::Format`](crate::ErrorKind::Format) if it is no master file, or its control record is damaged: recover it first.
    pub fn append(mst: F, xrf: F, options: &WriteOptions) -> Result<Writer<F>> {
        let (mut mst, mut xrf) = (Window::new(mst)?, Window::new(xrf)?);
        let found = find(&mut mst, Some(&mut xrf))?;
        let variant = found.variant;
        let control = Control::parse(variant, mst.get(0, 64)?);
        let slots = Slots::new(variant, &xrf);
        let last = control.next_mfn.saturating_sub(1);
        if !found.control_fits || slots.count() < last {
            let message = "the control record or the cross reference is damaged; recover the base first";
            return Err(Error::refused(message));
        }
        let len = xrf.len();
        let mut writer = Writer::new(mst.into_inner(), xrf.into_inner(), variant, control.free, options);
        writer.mst.old = control.free;
        writer.xrf.reopen(len, last);
        writer.next_mfn = control.next_mfn;
        (writer.reserved, writer.is_new) = (control.reserved, false);
        Ok(writer)
    }

    /// Makes what is written visible by these steps.
    pub(super) fn commit_by(&mut self, commit: Box<dyn Commit<F>>) {
        self.commit = Some(commit);
    }

    fn new(mst: F, xrf: F, variant: Variant, free: u64, options: &WriteOptions) -> Writer<F> {
        Writer {
            mst: Tail::new(mst, free),
            xrf: CrossReference::new(xrf, variant),
            variant,
            next_mfn: 1,
            reserved: [0; 3],
            is_new: true,
            charset: if variant.is_irbis64() { Charset::Utf8 } else { options.charset },
            preparation: Preparation::new(options),
            irbis: Record::new(),
            body: Vec::new(),
            ended: false,
            commit: None,
        }
    }

    /// Returns the variant of the base.
    pub fn variant(&self) -> Variant {
        self.variant
    }

    /// Returns the number that the next record without one gets.
    pub fn next_mfn(&self) -> u32 {
        self.next_mfn
    }

    /// Returns the two files: master file and cross reference. Finish first, or buffered bytes are lost.
    pub fn into_inner(self) -> (F, F) {
        (self.mst.file, self.xrf.into_inner())
    }

    /// Deletes a record logically; returns false if there is none, or it is already deleted. In IRBIS64 that
    /// creates a new version.
    ///
    /// # Errors
    /// [`ErrorKind::Read`](crate::ErrorKind::Read), [`ErrorKind::Write`](crate::ErrorKind::Write).
    pub fn delete(&mut self, mfn: u32) -> Result<bool> {
        self.mark(mfn, true)
    }

    /// Undoes a logical deletion; returns false if there is no such record, or it is not deleted.
    ///
    /// # Errors
    /// As [`Writer::delete`].
    pub fn undelete(&mut self, mfn: u32) -> Result<bool> {
        self.mark(mfn, false)
    }

    fn mark(&mut self, mfn: u32, deleted: bool) -> Result<bool> {
        let Some((offset, flags)) = self.xrf.slot(mfn)? else { return Ok(false) };
        let Some(leader) = self.leader(offset)?.filter(|leader| leader.mfn == mfn) else { return Ok(false) };
        let is_deleted = (leader.status | flags) & DELETED != 0;
        if is_deleted == deleted {
            return Ok(false);
        }
        let bit = if deleted { DELETED } else { 0 };
        if !self.variant.is_irbis64() {
            let at = offset.saturating_add(status_place(self.variant.shape));
            let status = self.variant.bytes16(bit);
            self.mst.patch(at, &status)?;
            self.set_slot(mfn, offset, flags & !DELETED | bit | NOT_ACTUALIZED)?;
            return Ok(true);
        }
        let len = usize::try_from(leader.len).unwrap_or(usize::MAX);
        let mut copy = self.mst.get(offset, len)?;
        let status = LAST_VERSION | NOT_ACTUALIZED | bit;
        let base = leader.base as usize;
        let body = copy.split_off(base.min(copy.len()));
        let directory = copy.cut(Shape::Irbis64.leader_len()..).to_vec();
        let header = IsisHeader::new(mfn, status, leader.version.saturating_add(1));
        let at = self.put_irbis64(header, offset, leader.fields, &directory, &body)?;
        self.supersede(offset)?;
        self.set_slot(mfn, at, NOT_ACTUALIZED | bit)?;
        Ok(true)
    }

    /// Marks a version of IRBIS64 as superseded.
    fn supersede(&mut self, offset: u64) -> Result<()> {
        let status = NOT_ACTUALIZED.to_be_bytes();
        self.mst.patch(offset.saturating_add(28), &status)
    }

    fn set_slot(&mut self, mfn: u32, offset: u64, flags: u32) -> Result<()> {
        self.xrf.set(mfn, offset, flags)?;
        self.next_mfn = self.next_mfn.max(mfn.saturating_add(1));
        Ok(())
    }

    fn leader(&mut self, offset: u64) -> Result<Option<RecordHead>> {
        let bytes = self.mst.get(offset, self.variant.shape.leader_len())?;
        Ok(self.variant.leader(&bytes).filter(|leader| self.variant.is_leader(leader)))
    }

    fn put_irbis64(
        &mut self,
        header: IsisHeader,
        previous: u64,
        fields: u32,
        directory: &[u8],
        body: &[u8],
    ) -> Result<u64> {
        let offset = self.mst.end();
        let base = self.variant.base_for(fields);
        let len = base + body.len() as u64;
        let number = |number: u64| (number as u32).to_be_bytes();
        let out = &mut self.mst.buffer;
        for word in [u64::from(header.mfn), len, previous & 0xFFFF_FFFF, previous >> 32, base, fields.into()]
        {
            out.extend_from_slice(&number(word));
        }
        out.extend_from_slice(&header.version.to_be_bytes());
        out.extend_from_slice(&header.status.to_be_bytes());
        out.extend_from_slice(directory);
        out.extend_from_slice(body);
        Ok(offset)
    }

    /// Converts a record to IRBIS syntax and the character set of the base, and writes it.
    fn shape_and_put(
        &mut self,
        record: RecordRef<'_>,
        preparation: &mut Preparation,
        irbis: &mut Record,
    ) -> Result<()> {
        let (prepared, findings) = preparation.in_charset(record, self.charset)?;
        if record.header().leader.is_some() && record.header().kept.is_none() {
            let place = Location::of(record.position());
            let message = "a master file has no leader of ISO 2709";
            findings.push(Finding::new(HEADER_LOST, place, message, "left out"));
        }
        self.put(in_irbis_form(prepared, true, irbis, findings))
    }

    /// Writes a record that is in IRBIS syntax and the character set of the base.
    fn put(&mut self, record: RecordRef<'_>) -> Result<()> {
        let given = record.header().isis.unwrap_or_default();
        let mfn = if given.mfn == 0 { self.next_mfn } else { given.mfn };
        let refuse = |field: Option<FieldRef<'_>>, code, message: String| {
            let location = match field {
                Some(field) => place(record, field.tag(), field.index()),
                None => Location::of(record.position()),
            };
            Error::unrepresentable(Finding::new(code, location, message, "record rejected"))
        };
        if mfn >= 0x8000_0000 || mfn > self.next_mfn.saturating_add(MOST_ABSENT) {
            let message = format!("number {mfn} lies too far beyond {}, which is next", self.next_mfn);
            return Err(refuse(None, RECORD_TOO_LONG, message));
        }
        let variant = self.variant;
        let mut directory = std::mem::take(&mut self.body);
        directory.clear();
        let mut end = 0u64;
        let most_tag = if variant.is_irbis64() { u32::MAX } else { 32_767 };
        for field in record.fields() {
            let tag = match field.tag().number() {
                Some(tag) if tag <= most_tag => tag,
                Some(tag) => {
                    let message = format!("tag {tag} is above {most_tag}, the greatest of the layout");
                    self.body = directory;
                    return Err(refuse(Some(field), TAG_TOO_WIDE, message));
                }
                None => {
                    let message = format!("tag {} is no number", field.tag());
                    self.body = directory;
                    return Err(refuse(Some(field), TAG_NOT_NUMBER, message));
                }
            };
            variant.push_entry(&mut directory, tag, end as u32, field.raw().len() as u32);
            end += field.raw().len() as u64;
        }
        let fields = record.fields().len();
        let base = variant.shape.leader_len() as u64 + directory.len() as u64;
        let step = if variant.is_irbis64() { 1 } else { variant.step() };
        let len = (base + end).next_multiple_of(step);
        let most: u64 = if variant.shape.is_wide() { i32::MAX as u64 } else { 32_767 };
        let most_fields = if variant.is_irbis64() { 1 << 20 } else { 4000 };
        if len > most || fields >= most_fields {
            let message = format!("{len} bytes and {fields} fields are more than {} can hold", variant.shape);
            self.body = directory;
            return Err(refuse(None, RECORD_TOO_LONG, message));
        }
        let stored = self.store(record, given, mfn, &directory, (base, len));
        self.body = directory;
        stored
    }

    fn store(
        &mut self,
        record: RecordRef<'_>,
        given: IsisHeader,
        mfn: u32,
        directory: &[u8],
        (base, len): (u64, u64),
    ) -> Result<()> {
        let variant = self.variant;
        let fields = record.fields().len() as u32;
        let before = match self.xrf.slot(mfn)? {
            Some((offset, _)) => {
                self.leader(offset)?.filter(|leader| leader.mfn == mfn).map(|leader| (offset, leader))
            }
            None => None,
        };
        let deleted = given.status & DELETED;
        if variant.is_irbis64() {
            let next = before.map_or(1, |(_, leader)| leader.version.saturating_add(1));
            let (status, version, flags) = match (self.is_new && given.status != 0, before) {
                // A copied record keeps its status and version.
                (true, _) => {
                    let kept = given.status & (DELETED | PHYSICALLY_DELETED | NOT_ACTUALIZED | LOCKED | NEW);
                    let flags = if given.status & LAST_VERSION != 0 { kept } else { kept & !NOT_ACTUALIZED };
                    (given.status, given.version.max(next), flags)
                }
                (false, None) => {
                    (LAST_VERSION | deleted, given.version.max(1), NEW | NOT_ACTUALIZED | deleted)
                }
                (false, Some(_)) => (LAST_VERSION | NOT_ACTUALIZED | deleted, next, NOT_ACTUALIZED | deleted),
            };
            let header = IsisHeader::new(mfn, status, version);
            let previous = before.map_or(0, |(offset, _)| offset);
            let offset = self.put_irbis64(header, previous, fields, directory, &[])?;
            self.bodies(record, len, offset, base);
            if let Some((offset, leader)) = before
                && leader.status & LAST_VERSION != 0
            {
                self.supersede(offset)?;
            }
            self.set_slot(mfn, offset, flags)?;
        } else {
            let together = variant.shape.leader_len() as u64 - 4;
            let in_block = self.mst.end() % 512;
            if in_block + together > 512 {
                self.mst.pad(512 - in_block, 0);
            }
            let offset = self.mst.end();
            variant.push_leader(&mut self.mst.buffer, mfn, len as u32, base as u32, fields, deleted);
            self.mst.buffer.extend_from_slice(directory);
            self.bodies(record, len, offset, base);
            let flags = if before.is_some() { NOT_ACTUALIZED } else { NEW | NOT_ACTUALIZED };
            self.set_slot(mfn, offset, flags | deleted)?;
        }
        self.mst.hand_over()
    }

    /// Appends the data of all fields, and blanks up to the length of the record.
    fn bodies(&mut self, record: RecordRef<'_>, len: u64, offset: u64, base: u64) {
        let mut end = base;
        for field in record.fields() {
            self.mst.buffer.extend_from_slice(field.raw());
            end += field.raw().len() as u64;
        }
        if self.variant.is_irbis64() {
            // The length in the leader does not include the data yet.
            let end = end as u32;
            if let Some(place) = part(&mut self.mst.buffer, offset + 4 - self.mst.start, 4) {
                place.copy_from_slice(&end.to_be_bytes());
            }
        } else {
            self.mst.pad(len - end, b' ');
        }
    }

    /// Makes new records visible at once: everything is on the disk before the new cross reference takes the place of
    /// the old one, and the control record and old versions are changed after that.
    fn commit(&mut self, commit: &mut dyn Commit<F>, control: Vec<u8>) -> Result<()> {
        commit.sync(&mut self.mst.file).map_err(Error::write)?;
        self.xrf.finish()?;
        commit.sync(self.xrf.file()).map_err(Error::write)?;
        self.mst.marks.insert(0, control);
        let marks = self.mst.marks.iter().map(|(at, bytes)| (*at, bytes.clone())).collect();
        commit.note(&Journal { marks }).map_err(Error::write)?;
        commit.switch().map_err(Error::write)?;
        self.mst.mark()?;
        commit.sync(&mut self.mst.file).map_err(Error::write)?;
        commit.done();
        Ok(())
    }

    fn control(&self, free: u64) -> Vec<u8> {
        let variant = self.variant;
        let mut out = Vec::with_capacity(64);
        if variant.is_irbis64() {
            let [one, two, three] = self.reserved;
            let words = [0, self.next_mfn, free as u32, (free >> 32) as u32, 0, 0, one, two, three];
            words.iter().for_each(|word| out.extend_from_slice(&word.to_be_bytes()));
            return out;
        }
        let block = (free / 512 + 1) as u32;
        let place = (free % 512 + 1) as u32;
        for word in [0, self.next_mfn, block] {
            out.extend_from_slice(&variant.bytes32(word));
        }
        out.extend_from_slice(&variant.bytes16(place));
        out.extend_from_slice(&variant.bytes16(u32::from(variant.shift) << 8));
        out.extend_from_slice(&variant.bytes32(0));
        self.reserved.iter().for_each(|word| out.extend_from_slice(&variant.bytes32(*word)));
        out
    }
}

impl<F: Read + Write + Seek> RecordWrite for Writer<F> {
    fn write_record(&mut self, record: RecordRef<'_>) -> Result<()> {
        if self.ended {
            return Err(Error::argument("the output is finished, no more records can be written to it"));
        }
        self.preparation.begin(record);
        let mut irbis = std::mem::take(&mut self.irbis);
        let mut preparation =
            std::mem::replace(&mut self.preparation, Preparation::new(&WriteOptions::new()));
        let written = self.shape_and_put(record, &mut preparation, &mut irbis);
        (self.irbis, self.preparation) = (irbis, preparation);
        written
    }

    #[expect(clippy::arithmetic_side_effects, reason = "a remainder is below its divisor")]
    fn finish(&mut self) -> Result<()> {
        if self.ended {
            return Ok(());
        }
        self.ended = true;
        let free = self.mst.end();
        if !self.variant.is_irbis64() {
            self.mst.pad((512 - free % 512) % 512, 0);
        }
        self.mst.flush()?;
        let control = self.control(free);
        if let Some(mut commit) = self.commit.take() {
            return self.commit(&mut *commit, control);
        }
        self.mst.write_at(0, &control)?;
        self.xrf.finish()?;
        self.mst.mark()?;
        self.mst.file.flush().map_err(Error::write)
    }

    fn findings(&self) -> &[Finding] {
        self.preparation.findings().list()
    }

    fn unlisted(&self) -> &[(Rule, u64)] {
        self.preparation.findings().unlisted()
    }

    fn replaced(&self) -> u64 {
        self.preparation.replaced()
    }
}

impl<F> fmt::Debug for Writer<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer")
            .field("variant", &self.variant)
            .field("next_mfn", &self.next_mfn)
            .finish_non_exhaustive()
    }
}

/// The most numbers that may be left out between two records: each takes space in the cross reference.
const MOST_ABSENT: u32 = 1 << 24;
