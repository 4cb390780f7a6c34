//! Records into master files.

use std::fmt;
use std::io::{Read, Seek, Write};

use super::control::{Control, find};
use super::layout::{Layout, Leader, Shape};
use super::slot::{DELETED, LAST_VERSION, LOCKED, NEW, NOT_ACTUALIZED, PHYSICALLY_DELETED, Slots};
use super::store::{CrossReference, Tail};
use super::walk::Index;
use super::window::Window;
use crate::charset::Charset;
use crate::io::{Adapter, RecordWrite, WriteOptions, place};
use crate::record::{FieldRef, IsisHeader, Record, RecordRef, from_marc_form};
use crate::{Code, Diagnostic, Error, ErrorKind, Location, Result};

/// Writes master files with their cross references: new ones, or at the end of what is there.
///
/// A record goes under its number, or under the next free one if it has none. Where the number is taken, the record is a
/// new version of it: in IRBIS64 it leads to the version before, which is marked as superseded; in CDS/ISIS the old copy
/// is left behind as garbage, as all programs do. Records that come with status and version keep them in a new base.
///
/// What is written is complete only after [`RecordWrite::finish`]. The dictionary is not written: let the program that
/// uses the base build it.
///
/// # Cost
/// Two buffers of 128 KiB, whatever the size of the base. Records in the order of their numbers are the fastest.
///
/// # Example
/// ```
/// use std::io::Cursor;
/// use kartoteka::{Builder, ReadOptions, Record, RecordRead, RecordWrite, Syntax, WriteOptions, isis};
///
/// let record = Builder::new(Syntax::IRBIS).field("200", |field| field.subfield('A', "Хамса")).build()?;
/// let files = (Cursor::new(Vec::new()), Cursor::new(Vec::new()));
/// let mut writer = isis::Writer::create(files.0, files.1, isis::Layout::IRBIS64, &WriteOptions::new())?;
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
    layout: Layout,
    next_mfn: u32,
    reserved: [u32; 3],
    /// Whether records keep status and version: the base is new.
    is_new: bool,
    charset: Charset,
    adapter: Adapter,
    irbis: Record,
    body: Vec<u8>,
    ended: bool,
}

impl<F: Read + Write + Seek> Writer<F> {
    /// Makes a new base in two files, which should be empty. In IRBIS64 text is UTF-8; in CDS/ISIS in the character set of
    /// the options, or that of each record.
    ///
    /// # Errors
    /// [`ErrorKind::Write`](crate::ErrorKind::Write).
    pub fn create(mst: F, xrf: F, layout: Layout, options: &WriteOptions) -> Result<Writer<F>> {
        let layout = Layout { shift: layout.shift.min(6), ..layout };
        let mut writer = Writer::new(mst, xrf, layout, layout.first(), options);
        let room = usize::try_from(layout.first()).unwrap_or_default();
        writer.mst.start = 0;
        writer.mst.buffer.resize(room, 0);
        Ok(writer)
    }

    /// Opens a base to add to it. Both files must be there and fit each other.
    ///
    /// # Errors
    /// [`ErrorKind::Format`] if it is no master file, or its control record is damaged: recover it first.
    pub fn append(mst: F, xrf: F, options: &WriteOptions) -> Result<Writer<F>> {
        let (mut mst, mut xrf) = (Window::new(mst)?, Window::new(xrf)?);
        let found = find(&mut mst, Some(&mut xrf))?;
        let layout = found.layout;
        let control = Control::parse(layout, mst.get(0, 64)?);
        let slots = Slots::new(layout, &xrf);
        let last = control.next_mfn.saturating_sub(1);
        if !found.control_fits || slots.count() < last {
            let message = "the control record or the cross reference is damaged; recover the base first";
            return Err(Error::new(ErrorKind::Format(message.to_owned())));
        }
        let len = xrf.len();
        let mut writer = Writer::new(mst.into_inner(), xrf.into_inner(), layout, control.free, options);
        writer.xrf.reopen(len, last);
        writer.next_mfn = control.next_mfn;
        (writer.reserved, writer.is_new) = (control.reserved, false);
        Ok(writer)
    }

    fn new(mst: F, xrf: F, layout: Layout, free: u64, options: &WriteOptions) -> Writer<F> {
        Writer {
            mst: Tail::new(mst, free),
            xrf: CrossReference::new(xrf, layout),
            layout,
            next_mfn: 1,
            reserved: [0; 3],
            is_new: true,
            charset: if layout.is_irbis64() { Charset::Utf8 } else { options.charset },
            adapter: Adapter::new(options),
            irbis: Record::new(),
            body: Vec::new(),
            ended: false,
        }
    }

    /// The layout of the base.
    pub fn layout(&self) -> Layout {
        self.layout
    }

    /// The number that the next record without one gets.
    pub fn next_mfn(&self) -> u32 {
        self.next_mfn
    }

    /// The two files: master file and cross reference. Finish first, or what is in the buffers is lost.
    pub fn into_inner(self) -> (F, F) {
        (self.mst.file, self.xrf.into_inner())
    }

    /// Deletes a record logically; false if there is none, or it is deleted already. In IRBIS64 that makes a new version.
    ///
    /// # Errors
    /// [`ErrorKind::Read`](crate::ErrorKind::Read), [`ErrorKind::Write`](crate::ErrorKind::Write).
    pub fn delete(&mut self, mfn: u32) -> Result<bool> {
        self.mark(mfn, true)
    }

    /// Takes a logical deletion back; false if there is no such record, or it is not deleted.
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
        if !self.layout.is_irbis64() {
            let at = offset.saturating_add(status_place(self.layout.shape));
            let status = self.layout.bytes16(bit);
            self.mst.patch(at, &status)?;
            self.set_slot(mfn, offset, flags & !DELETED | bit | NOT_ACTUALIZED)?;
            return Ok(true);
        }
        let len = usize::try_from(leader.len).unwrap_or(usize::MAX);
        let mut copy = self.mst.get(offset, len)?;
        let status = LAST_VERSION | NOT_ACTUALIZED | bit;
        let base = leader.base as usize;
        let body = copy.split_off(base.min(copy.len()));
        let directory = copy.get(Shape::Irbis64.leader_len()..).unwrap_or_default().to_vec();
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

    fn leader(&mut self, offset: u64) -> Result<Option<Leader>> {
        let bytes = self.mst.get(offset, self.layout.shape.leader_len())?;
        Ok(self.layout.leader(&bytes).filter(|leader| self.layout.is_leader(leader)))
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
        let base = self.layout.base_for(fields);
        let len = base.saturating_add(body.len() as u64);
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

    /// Brings a record into IRBIS syntax and the character set of the base, and writes it.
    fn shape_and_put(
        &mut self,
        record: RecordRef<'_>,
        adapter: &mut Adapter,
        irbis: &mut Record,
    ) -> Result<()> {
        let (shaped, findings) = adapter.in_charset(record, self.charset)?;
        if record.header().leader.is_some() {
            let place = Location::of(record.position());
            let message = "a master file has no leader of ISO 2709";
            findings.push(Diagnostic::new(Code::HeaderLost, place, message, "left out"));
        }
        if shaped.syntax().has_indicators() {
            from_marc_form(shaped, true, irbis, findings);
            return self.put(irbis.view());
        }
        self.put(shaped)
    }

    /// Writes a record that is in IRBIS syntax and the right character set.
    fn put(&mut self, record: RecordRef<'_>) -> Result<()> {
        let given = record.header().isis.unwrap_or_default();
        let mfn = if given.mfn == 0 { self.next_mfn } else { given.mfn };
        let refuse = |field: Option<FieldRef<'_>>, code, message: String| {
            let location = match field {
                Some(field) => place(record, field.tag(), field.index()),
                None => Location::of(record.position()),
            };
            Error::unrepresentable(Diagnostic::new(code, location, message, "record rejected"))
        };
        if mfn >= 0x8000_0000 || mfn > self.next_mfn.saturating_add(MOST_ABSENT) {
            let message = format!("number {mfn} lies too far beyond {}, which is next", self.next_mfn);
            return Err(refuse(None, Code::RecordTooLong, message));
        }
        let layout = self.layout;
        let mut directory = std::mem::take(&mut self.body);
        directory.clear();
        let mut end = 0u64;
        let most_tag = if layout.is_irbis64() { u32::MAX } else { 32_767 };
        for field in record.fields() {
            let tag = match field.tag().number() {
                Some(tag) if tag <= most_tag => tag,
                Some(tag) => {
                    let message = format!("tag {tag} is above {most_tag}, the greatest of the layout");
                    self.body = directory;
                    return Err(refuse(Some(field), Code::TagTooWide, message));
                }
                None => {
                    let message = format!("tag {} is no number", field.tag());
                    self.body = directory;
                    return Err(refuse(Some(field), Code::TagNotNumber, message));
                }
            };
            layout.push_entry(&mut directory, tag, end as u32, field.raw().len() as u32);
            end = end.saturating_add(field.raw().len() as u64);
        }
        let fields = record.fields().len();
        let base = (layout.shape.leader_len() as u64).saturating_add(directory.len() as u64);
        let step = if layout.is_irbis64() { 1 } else { layout.step() };
        let len = base.saturating_add(end).div_ceil(step).saturating_mul(step);
        let most: u64 = if layout.shape.is_wide() { i32::MAX as u64 } else { 32_767 };
        let most_fields = if layout.is_irbis64() { 1 << 20 } else { 4000 };
        if len > most || fields >= most_fields {
            let message = format!("{len} bytes and {fields} fields are more than {} can hold", layout.shape);
            self.body = directory;
            return Err(refuse(None, Code::RecordTooLong, message));
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
        let layout = self.layout;
        let fields = record.fields().len() as u32;
        let before = match self.xrf.slot(mfn)? {
            Some((offset, _)) => {
                self.leader(offset)?.filter(|leader| leader.mfn == mfn).map(|leader| (offset, leader))
            }
            None => None,
        };
        let deleted = given.status & DELETED;
        if layout.is_irbis64() {
            let next = before.map_or(1, |(_, leader)| leader.version.saturating_add(1));
            let (status, version, flags) = match (self.is_new && given.status != 0, before) {
                // What is known of the record is kept: it is copied.
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
            let together = layout.shape.leader_len().saturating_sub(4) as u64;
            let in_block = self.mst.end() % 512;
            if in_block > 512u64.saturating_sub(together) {
                self.mst.pad(512u64.saturating_sub(in_block), 0);
            }
            let offset = self.mst.end();
            layout.push_leader(&mut self.mst.buffer, mfn, len as u32, base as u32, fields, deleted);
            self.mst.buffer.extend_from_slice(directory);
            self.bodies(record, len, offset, base);
            let flags = if before.is_some() { NOT_ACTUALIZED } else { NEW | NOT_ACTUALIZED };
            self.set_slot(mfn, offset, flags | deleted)?;
        }
        self.mst.hand_over()
    }

    /// The data of all fields, and blanks up to the length of the record.
    fn bodies(&mut self, record: RecordRef<'_>, len: u64, offset: u64, base: u64) {
        let mut end = base;
        for field in record.fields() {
            self.mst.buffer.extend_from_slice(field.raw());
            end = end.saturating_add(field.raw().len() as u64);
        }
        if self.layout.is_irbis64() {
            // The length in the leader did not count the data yet.
            let end = end as u32;
            let at = usize::try_from(offset.saturating_sub(self.mst.start))
                .unwrap_or(usize::MAX)
                .saturating_add(4);
            if let Some(place) = self.mst.buffer.get_mut(at..at.saturating_add(4)) {
                place.copy_from_slice(&end.to_be_bytes());
            }
        } else {
            self.mst.pad(len.saturating_sub(end), b' ');
        }
    }

    fn control(&self, free: u64) -> Vec<u8> {
        let layout = self.layout;
        let mut out = Vec::with_capacity(64);
        if layout.is_irbis64() {
            let [one, two, three] = self.reserved;
            let words = [0, self.next_mfn, free as u32, (free >> 32) as u32, 0, 0, one, two, three];
            words.iter().for_each(|word| out.extend_from_slice(&word.to_be_bytes()));
            return out;
        }
        let block = (free / 512).saturating_add(1) as u32;
        let place = (free % 512).saturating_add(1) as u32;
        for word in [0, self.next_mfn, block] {
            out.extend_from_slice(&layout.bytes32(word));
        }
        out.extend_from_slice(&layout.bytes16(place));
        out.extend_from_slice(&layout.bytes16(u32::from(layout.shift) << 8));
        out.extend_from_slice(&layout.bytes32(0));
        self.reserved.iter().for_each(|word| out.extend_from_slice(&layout.bytes32(*word)));
        out
    }
}

impl<F: Read + Write + Seek> RecordWrite for Writer<F> {
    fn write_record(&mut self, record: RecordRef<'_>) -> Result<()> {
        if self.ended {
            return Err(Error::argument("the output is finished, no more records can be written to it"));
        }
        self.adapter.begin(record);
        let mut irbis = std::mem::take(&mut self.irbis);
        let mut adapter = std::mem::replace(&mut self.adapter, Adapter::new(&WriteOptions::new()));
        let written = self.shape_and_put(record, &mut adapter, &mut irbis);
        (self.irbis, self.adapter) = (irbis, adapter);
        written
    }

    fn finish(&mut self) -> Result<()> {
        if self.ended {
            return Ok(());
        }
        self.ended = true;
        let free = self.mst.end();
        if !self.layout.is_irbis64() {
            self.mst.pad((512 - free % 512) % 512, 0);
        }
        self.mst.flush()?;
        let control = self.control(free);
        self.mst.patch(0, &control)?;
        self.xrf.finish()?;
        self.mst.file.flush().map_err(|error| Error::new(ErrorKind::Write(error)))
    }

    fn diagnostics(&self) -> &[Diagnostic] {
        self.adapter.findings().list()
    }

    fn suppressed(&self) -> &[(Code, u64)] {
        self.adapter.findings().suppressed()
    }

    fn replaced(&self) -> u64 {
        self.adapter.replaced()
    }
}

impl<F> fmt::Debug for Writer<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer")
            .field("layout", &self.layout)
            .field("next_mfn", &self.next_mfn)
            .finish_non_exhaustive()
    }
}

/// The most numbers that are passed over between two records: each takes room in the cross reference.
const MOST_ABSENT: u32 = 1 << 24;

/// Offset of the status in the leader of a record of CDS/ISIS.
fn status_place(shape: Shape) -> u64 {
    (shape.leader_len() as u64).saturating_sub(2)
}

impl Layout {
    pub(super) fn bytes16(self, number: u32) -> [u8; 2] {
        let number = number as u16;
        if self.big_endian { number.to_be_bytes() } else { number.to_le_bytes() }
    }

    pub(super) fn bytes32(self, number: u32) -> [u8; 4] {
        if self.big_endian { number.to_be_bytes() } else { number.to_le_bytes() }
    }

    fn push_entry(self, out: &mut Vec<u8>, tag: u32, start: u32, len: u32) {
        match self.shape {
            Shape::Irbis64 => {
                [tag, start, len].iter().for_each(|word| out.extend_from_slice(&word.to_be_bytes()))
            }
            Shape::Isis18 | Shape::Isis20 => {
                [tag, start, len].iter().for_each(|word| out.extend_from_slice(&self.bytes16(*word)));
            }
            Shape::Ffi22 | Shape::Ffi24 => {
                out.extend_from_slice(&self.bytes16(tag));
                if self.shape == Shape::Ffi24 {
                    out.extend_from_slice(&[0; 2]);
                }
                out.extend_from_slice(&self.bytes32(start));
                out.extend_from_slice(&self.bytes32(len));
            }
        }
    }

    /// The leader of a record of CDS/ISIS that leads to no version before it.
    fn push_leader(self, out: &mut Vec<u8>, mfn: u32, len: u32, base: u32, fields: u32, status: u32) {
        out.extend_from_slice(&self.bytes32(mfn));
        let is_wide = self.shape.is_wide();
        let length = |out: &mut Vec<u8>, number: u32| match is_wide {
            true => out.extend_from_slice(&self.bytes32(number)),
            false => out.extend_from_slice(&self.bytes16(number)),
        };
        length(out, len);
        if self.shape == Shape::Isis20 {
            out.extend_from_slice(&[0; 2]);
        }
        out.extend_from_slice(&[0; 6]);
        if self.shape == Shape::Ffi24 {
            out.extend_from_slice(&[0; 2]);
        }
        length(out, base);
        out.extend_from_slice(&self.bytes16(fields));
        out.extend_from_slice(&self.bytes16(status));
    }
}

/// Writes the cross reference of a master file anew, from what a walk through it finds; tells how many records it leads
/// to. Where several copies of a record lie in the file, IRBIS64 says which is the last; of CDS/ISIS the last is taken.
///
/// # Errors
/// [`ErrorKind::Format`] if it is no master file; [`ErrorKind::Read`] and
/// [`ErrorKind::Write`].
///
/// # Example
/// ```
/// use std::io::Cursor;
/// use kartoteka::isis;
///
/// let mst = std::fs::File::open("fixtures/isis/irbis64.mst")?;
/// let mut xrf = Cursor::new(Vec::new());
/// assert_eq!(isis::rebuild_cross_reference(mst, &mut xrf)?, 5);
/// assert_eq!(xrf.into_inner(), std::fs::read("fixtures/isis/irbis64.xrf")?);
/// # Ok::<(), kartoteka::Error>(())
/// ```
pub fn rebuild_cross_reference<R: Read + Seek, F: Read + Write + Seek>(mst: R, xrf: F) -> Result<u64> {
    let mut mst = Window::new(mst)?;
    let found = find(&mut mst, None)?;
    let layout = found.layout;
    let index = Index::build(&mut mst, layout)?;
    let mut slots = CrossReference::new(xrf, layout);
    let (mut next, mut count) = (1u32, 0u64);
    while let Some((mfn, offset)) = index.next(next) {
        let leader = layout.leader(mst.get(offset, layout.shape.leader_len())?);
        let deleted = leader.map_or(0, |leader| leader.status & DELETED);
        slots.set(mfn, offset, deleted)?;
        count = count.saturating_add(1);
        next = mfn.saturating_add(1);
    }
    slots.finish()?;
    Ok(count)
}
