//! Opens a base: its files, its variant, its control record and the character set of its text.

use std::fs::File;
use std::io::{Cursor, Read, Seek};
use std::ops::RangeInclusive;
use std::path::Path;

use crate::bytes::Cut;
use crate::charset::{Charset, Reason};
use crate::error::Result;
use crate::finding::Findings;
use crate::format::isis::control::{Control, Found, find};
use crate::format::isis::files::{Files, open_file};
use crate::format::isis::record::fields;
use crate::format::isis::variant::Variant;
use crate::format::isis::walk::{Index, Walk};
use crate::format::isis::window::Window;
use crate::format::isis::xrf::Slots;
use crate::format::marc_in_isis::{self, Found as Kept};
use crate::io::encoding::OfBase;
use crate::io::{Part, ReadOptions, RecordSeek};
use crate::position::Position;
use crate::record::{Record, Syntax};

/// How many bytes and fields of a record are looked at for MARC.
const LOOKED_AT: usize = 32 * 1024;
const FIELDS: usize = 500;

/// Reads master files of IRBIS64, IRBIS32 and CDS/ISIS: in the order of their numbers, or any by its number.
///
/// Two files belong together: the records (`.mst`) and the cross reference (`.xrf`), which alone states which
/// copy of a record is current. If the cross reference is missing or damaged, the records are found by
/// walking the master file, with findings.
///
/// # Cost
/// Memory for the longest record and two windows of 128 KiB; sixteen more bytes per record if the master file
/// must be walked. Reading a record by its number takes two reads, one in each file; one more if it is longer
/// than 16 KiB.
///
/// # Example
/// ```
/// use kartoteka::{ReadOptions, Record, RecordRead, RecordSeek, isis};
///
/// let mut reader = isis::Reader::from_path("fixtures/isis/irbis64.mst", &ReadOptions::new())?;
/// println!("{}", reader.variant());
/// let mut record = Record::new();
/// assert!(reader.read_mfn(2, &mut record)?);
/// assert_eq!(record.view().mfn(), Some(2));
/// assert_eq!(reader.records().count(), 4); // one of the five is deleted
/// # Ok::<(), kartoteka::Error>(())
/// ```
#[derive(Debug)]
pub struct Reader<R> {
    pub(super) mst: Window<R>,
    pub(super) xrf: Option<(Window<R>, Slots)>,
    pub(super) found: Found,
    pub(super) control: Control,
    pub(super) charset: OfBase,
    pub(super) options: ReadOptions,
    pub(super) findings: Findings,
    /// The next number to examine, when reading in order.
    pub(super) next: u32,
    /// Number of records returned or rejected.
    pub(super) delivered: u64,
    /// The remaining versions of the current record, the oldest last.
    pub(super) versions: Vec<u64>,
    /// Number and flags of the record with these versions.
    pub(super) current: (u32, u32),
    pub(super) index: Option<Index>,
    pub(super) last: Position,
    pub(super) frame: (u64, usize),
    /// Whether the findings about the base as a whole were reported.
    pub(super) reported: bool,
    pub(super) ended: bool,
    /// Whether MARC is kept in the fields.
    pub(super) marc: Option<Kept>,
}

/// Reads a master file from memory, or from a memory map of the caller.
pub type SliceReader<'a> = Reader<Cursor<&'a [u8]>>;

impl Reader<File> {
    /// Opens a base: its master file, or its parameter file (`.par`), with the cross reference beside it. The
    /// case of the companions' names does not matter.
    ///
    /// # Errors
    /// [`ErrorKind::Read`](crate::ErrorKind::Read) if a file cannot be opened;
    /// [`ErrorKind::Format`](crate::ErrorKind::Format) if it is no master file.
    pub fn from_path(path: impl AsRef<Path>, options: &ReadOptions) -> Result<Reader<File>> {
        let files = Files::find(path.as_ref())?;
        let xrf = files.companion("xrf").map(open_file).transpose()?;
        Reader::new(open_file(files.mst())?, xrf, options)
    }
}

impl<'a> SliceReader<'a> {
    /// Creates a reader over the bytes of a master file and of its cross reference.
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
    /// Creates a reader over a master file and its cross reference, if there is one. Detects the variant by
    /// the bytes.
    ///
    /// # Errors
    /// [`ErrorKind::Format`](crate::ErrorKind::Format) if it is no master file.
    pub fn new(mst: R, xrf: Option<R>, options: &ReadOptions) -> Result<Reader<R>> {
        let mut mst = Window::new(mst)?;
        let mut xrf = xrf.map(Window::new).transpose()?.filter(|xrf| xrf.len() > 0);
        let found = find(&mut mst, xrf.as_mut())?;
        let control = Control::parse(found.variant, mst.get(0, 64)?);
        let xrf = xrf.map(|xrf| {
            let slots = Slots::new(found.variant, &xrf);
            (xrf, slots)
        });
        let mut options = options.clone();
        let mut charset = OfBase::new(found.variant.is_irbis64());
        if !found.variant.is_irbis64() {
            charset.take(&sample(&mut mst, found.variant)?, &options);
        }
        let part = options.part.take();
        let marc = match marc_in_isis::may_be(options.dialect) {
            true => kept_marc(&mut mst, found.variant)?,
            false => None,
        };
        let mut reader = Reader {
            mst,
            xrf,
            found,
            control,
            charset,
            findings: Findings::new(options.limits.findings),
            options,
            next: 1,
            delivered: 0,
            versions: Vec::new(),
            current: (0, 0),
            index: None,
            last: Position::default(),
            frame: (0, 0),
            reported: false,
            ended: false,
            marc,
        };
        if let Some(part) = part {
            reader.restrict(part)?;
        }
        Ok(reader)
    }

    /// Reads only a part of the base. What is found of the base as a whole is reported with the first.
    fn restrict(&mut self, part: Part) -> Result<()> {
        let range = part.mfns(self.last_mfn()?);
        let within = |other: &RangeInclusive<u32>| {
            let (first, last) = (*range.start().max(other.start()), *range.end().min(other.end()));
            (first <= last).then_some(first..=last)
        };
        let wanted = std::mem::take(&mut self.options.mfns);
        self.options.mfns = match wanted.is_empty() {
            true => within(&(0..=u32::MAX)).into_iter().collect(),
            false => wanted.iter().filter_map(within).collect(),
        };
        if self.options.mfns.is_empty() {
            self.options.mfns.push(0..=0); // no record has it
        }
        self.reported = part.number() > 1;
        self.delivered = Position::UNNUMBERED;
        Ok(())
    }

    /// Returns the variant of the base.
    pub fn variant(&self) -> Variant {
        self.found.variant
    }

    /// Returns the variant of the base, and the evidence for it.
    pub fn found(&self) -> &Found {
        &self.found
    }

    /// Returns the control record.
    pub fn control(&self) -> &Control {
        &self.control
    }

    /// Returns whether there is a cross reference.
    pub fn has_cross_reference(&self) -> bool {
        self.xrf.is_some()
    }

    /// Returns the length of the master file in bytes.
    pub fn file_len(&self) -> u64 {
        self.mst.len()
    }

    /// Returns the number of reads from the files, for measurements.
    pub fn reads(&self) -> u64 {
        self.mst.reads().saturating_add(self.xrf.as_ref().map_or(0, |(xrf, _)| xrf.reads()))
    }

    /// Returns the character set of the records that are not UTF-8, as guessed from a sample, and the reason.
    pub fn charset(&self) -> (Charset, Reason) {
        self.charset.charset()
    }

    pub(super) fn index(&mut self) -> Result<&Index> {
        let index = match self.index.take() {
            Some(index) => index,
            None => Index::build(&mut self.mst, self.found.variant)?,
        };
        Ok(self.index.insert(index))
    }
}

/// Returns whether the first records agree that MARC is kept in their fields.
fn kept_marc<R: Read + Seek>(mst: &mut Window<R>, variant: Variant) -> Result<Option<Kept>> {
    let mut evidence = marc_in_isis::Evidence::default();
    let (mut record, mut findings) = (Record::new(), Findings::new(0));
    let mut walk = Walk::new(variant).within(SAMPLED);
    while let Some((offset, leader)) = walk.next(mst)? {
        let len = usize::try_from(leader.len).unwrap_or(usize::MAX).min(LOOKED_AT);
        let bytes = mst.get(offset, len)?;
        let base = usize::try_from(leader.base).unwrap_or(usize::MAX);
        let Some((head, data)) = bytes.split_at_checked(base) else { continue };
        record.clear();
        record.set_syntax(Syntax::IRBIS);
        let entries = head.cut(variant.shape.leader_len()..);
        fields(variant, entries, data, base, FIELDS, &mut record, &mut findings);
        record.set_bytes(data);
        if !evidence.add(record.view()) {
            break;
        }
    }
    Ok(evidence.found())
}

/// The most bytes of a master file examined to guess its character set: most of it may be zeros.
const SAMPLED: u64 = 4 * 1024 * 1024;

/// Returns data of the first records that are not UTF-8, to find out their character set.
pub(super) fn sample<R: Read + Seek>(mst: &mut Window<R>, variant: Variant) -> Result<Vec<u8>> {
    let mut sample = Vec::new();
    let mut walk = Walk::new(variant).within(SAMPLED);
    while let Some((offset, leader)) = walk.next(mst)? {
        let len =
            usize::try_from(leader.len.saturating_sub(u64::from(leader.base))).unwrap_or(0).min(32 * 1024);
        let data = mst.get(offset.saturating_add(u64::from(leader.base)), len)?;
        if simdutf8::basic::from_utf8(data).is_err() {
            sample.extend_from_slice(data);
            sample.push(b' ');
        }
        if sample.len() > 64 * 1024 {
            break;
        }
    }
    Ok(sample)
}
