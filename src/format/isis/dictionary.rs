//! The dictionary of IRBIS64: terms, and the records that contain them.

use crate::format::isis::rules::DICTIONARY_DAMAGED;
use std::borrow::Cow;
use std::fs::File;
use std::io::{Cursor, Read, Seek};
use std::path::Path;

use super::files::{Files, open_file};
use super::variant::Variant;
use super::window::Window;
use crate::error::{Error, ErrorKind, Result};
use crate::finding::Finding;
use crate::finding::Findings;
use crate::limits::Limits;
use crate::position::{Location, Position};

/// Reads the dictionary of an IRBIS64 base: the tree of terms (`.n01`, `.l01`) and the lists of postings (`.ifp`).
///
/// Terms are sorted by their bytes, in upper case, with a prefix for their kind, such as `A=` for authors.
///
/// # Cost
/// Three windows on the files; finding a term costs a read per level of the tree, usually two or three.
///
/// # Example
/// ```
/// use kartoteka::isis::Dictionary;
///
/// let mut dictionary = Dictionary::from_path("fixtures/isis/irbis64.mst")?;
/// let term = dictionary.find("K=АУСТЕРЛИЦ")?.unwrap();
/// let mut records = Vec::new();
/// dictionary.postings(&term, |posting| records.push(posting.mfn))?;
/// assert_eq!(records, [2]);
///
/// dictionary.seek("T=")?;
/// let first = dictionary.read_term()?.unwrap();
/// assert_eq!(first.text(), "T=ВОЙНА");
/// # Ok::<(), kartoteka::Error>(())
/// ```
#[derive(Debug)]
pub struct Dictionary<R> {
    n01: Window<R>,
    l01: Window<R>,
    ifp: Window<R>,
    findings: Findings,
    /// The leaf and entry to read next; `None`: the first leaf.
    next: Option<(u32, u16)>,
    /// Number of leaves read since the last search, which cannot exceed that of the file.
    leaves: u64,
    ended: bool,
}

/// A term of a dictionary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    key: Vec<u8>,
    /// Offset of its postings in the `.ifp`.
    offset: u64,
}

impl Term {
    /// Returns the bytes of the term.
    pub fn key(&self) -> &[u8] {
        &self.key
    }

    /// Returns the term as text, with U+FFFD for invalid UTF-8.
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.key)
    }
}

/// An occurrence of a term.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Posting {
    /// Number of the record.
    pub mfn: u32,
    /// The number of the rule that created the term, usually the tag of the field.
    pub tag: u32,
    /// Number of the occurrence of the field, from 1.
    pub occurrence: u32,
    /// Number of the word in the field, from 1.
    pub position: u32,
}

const BLOCK: u64 = 2048;
const LEADER: usize = 16;
const ENTRY: usize = 12;
/// The greatest depth of a tree: each level has dozens of entries.
const LEVELS: usize = 32;
/// Identifies the block that lists the blocks of a long list.
const SPECIAL: u32 = 0xFFFF_FC17;

/// A block of the tree.
struct Node<'a> {
    bytes: &'a [u8],
}

impl Node<'_> {
    fn next(&self) -> u32 {
        Variant::IRBIS64.u32(self.bytes, 8)
    }

    fn previous(&self) -> u32 {
        Variant::IRBIS64.u32(self.bytes, 4)
    }

    #[expect(clippy::arithmetic_side_effects, reason = "constants")]
    fn terms(&self) -> u16 {
        let most = (BLOCK as usize - LEADER) / ENTRY;
        (Variant::IRBIS64.u16(self.bytes, 12) as u16).min(most as u16)
    }

    /// Returns key, and the two words after it.
    fn entry(&self, index: u16) -> Option<(&[u8], u32, u32)> {
        let variant = Variant::IRBIS64;
        let at = LEADER.checked_add(usize::from(index).checked_mul(ENTRY)?)?;
        let (len, offset) =
            (variant.u16(self.bytes, at) as usize, variant.u16(self.bytes, at.checked_add(2)?) as usize);
        let key = self.bytes.get(offset..offset.checked_add(len)?)?;
        Some((key, variant.u32(self.bytes, at.checked_add(4)?), variant.u32(self.bytes, at.checked_add(8)?)))
    }
}

impl Dictionary<File> {
    /// Opens the dictionary of a base, given the name of one of its files.
    ///
    /// # Errors
    /// [`ErrorKind::Read`] if a file is missing.
    pub fn from_path(path: impl AsRef<Path>) -> Result<Dictionary<File>> {
        let files = Files::find(path.as_ref())?;
        let open = |extension: &str| -> Result<File> {
            let missing = || {
                let why = format!("no .{extension} belongs to {}", files.mst().display());
                Error::new(ErrorKind::Read(std::io::Error::new(std::io::ErrorKind::NotFound, why)))
            };
            open_file(files.companion(extension).ok_or_else(missing)?)
        };
        if files.companion("n02").is_some() {
            let message = "a dictionary of CDS/ISIS (it has an .n02): only those of IRBIS64 can be read";
            return Err(Error::refused(message));
        }
        Dictionary::new(open("n01")?, open("l01")?, open("ifp")?)
    }
}

impl<'a> Dictionary<Cursor<&'a [u8]>> {
    /// Creates a reader over the bytes of the three files.
    ///
    /// # Errors
    /// As [`Dictionary::new`].
    pub fn from_slices(n01: &'a [u8], l01: &'a [u8], ifp: &'a [u8]) -> Result<Dictionary<Cursor<&'a [u8]>>> {
        Dictionary::new(Cursor::new(n01), Cursor::new(l01), Cursor::new(ifp))
    }
}

impl<R: Read + Seek> Dictionary<R> {
    /// Creates a reader over the three files.
    ///
    /// # Errors
    /// [`ErrorKind::Read`].
    pub fn new(n01: R, l01: R, ifp: R) -> Result<Dictionary<R>> {
        Ok(Dictionary {
            n01: Window::new(n01)?,
            l01: Window::new(l01)?,
            ifp: Window::new(ifp)?,
            findings: Findings::new(Limits::default().findings),
            next: None,
            leaves: 0,
            ended: false,
        })
    }

    /// Returns the findings of the last call.
    pub fn findings(&self) -> &[Finding] {
        self.findings.list()
    }

    fn damaged(&mut self, file: &'static str, byte: u64, message: String, action: &'static str) {
        let mut location = Location::of(Position::default());
        (location.byte, location.file) = (byte, Some(file));
        self.findings.push(Finding::new(DICTIONARY_DAMAGED, location, message, action));
    }

    /// Moves to the first term that is not less than `key`; the empty key is less than all.
    ///
    /// # Errors
    /// [`ErrorKind::Read`].
    pub fn seek(&mut self, key: &str) -> Result<()> {
        self.findings.begin(Position::default());
        self.start(key.as_bytes())
    }

    fn start(&mut self, key: &[u8]) -> Result<()> {
        (self.ended, self.leaves) = (false, 0);
        let Some(mut leaf) = self.descend(key)? else {
            self.ended = true;
            return Ok(());
        };
        loop {
            let node = Node { bytes: self.l01.get(place(leaf), BLOCK as usize)? };
            let terms = node.terms();
            let at = (0..terms).find(|index| node.entry(*index).is_some_and(|(own, ..)| own >= key));
            let next = node.next();
            if let Some(at) = at {
                self.next = Some((leaf, at));
                return Ok(());
            }
            if !self.go_on(next) {
                return Ok(());
            }
            leaf = next;
        }
    }

    /// Moves to the next leaf; returns false if there is none.
    fn go_on(&mut self, next: u32) -> bool {
        self.leaves = self.leaves.saturating_add(1);
        let blocks = self.l01.len() / BLOCK;
        if next == 0 || next >= 0x8000_0000 {
            self.ended = true;
            return false;
        }
        if u64::from(next) > blocks || self.leaves > blocks {
            let message = match u64::from(next) > blocks {
                true => format!("a leaf points to block {next} of {blocks}"),
                false => "the leaves lead in a circle".to_owned(),
            };
            self.damaged("l01", 8, message, "the rest of the terms left out");
            self.ended = true;
            return false;
        }
        true
    }

    /// Returns the leaf that contains a key, or would.
    fn descend(&mut self, key: &[u8]) -> Result<Option<u32>> {
        let variant = Variant::IRBIS64;
        // Block 1 begins with the number of the root.
        let mut block = variant.u32(self.n01.get(0, LEADER)?, 0);
        let leaves = self.l01.len() / BLOCK;
        for _ in 0..LEVELS {
            let bytes = self.n01.get(place(block), BLOCK as usize)?;
            if block == 0 || bytes.len() < BLOCK as usize {
                break;
            }
            let node = Node { bytes };
            let mut link = None;
            for index in 0..node.terms() {
                let Some((own, low, _)) = node.entry(index) else { break };
                if index > 0 && own > key {
                    break;
                }
                link = Some(low);
            }
            match link.map(|low| low as i32) {
                Some(low) if low > 0 => block = low.unsigned_abs(),
                Some(low) if low < 0 && u64::from(low.unsigned_abs()) <= leaves => {
                    return Ok(Some(low.unsigned_abs()));
                }
                _ => break,
            }
        }
        // Without the tree, the leaves are still linked to each other.
        for leaf in 1..=u32::try_from(leaves).unwrap_or(u32::MAX) {
            let node = Node { bytes: self.l01.get(place(leaf), BLOCK as usize)? };
            let is_first = node.previous() == 0 || node.previous() >= 0x8000_0000;
            if is_first && node.terms() > 0 {
                let message = format!("block {block} points to no leaf");
                self.damaged("n01", place(block.max(1)), message, "searched from the first leaf");
                return Ok(Some(leaf));
            }
        }
        if self.n01.len() > 0 && leaves > 0 && (Node { bytes: self.l01.get(0, BLOCK as usize)? }).terms() > 0
        {
            self.damaged("l01", 0, "no leaf is the first".to_owned(), "no terms read");
        }
        Ok(None)
    }

    /// Returns the next term, sorted by bytes; `None` at the end.
    ///
    /// # Errors
    /// [`ErrorKind::Read`].
    pub fn read_term(&mut self) -> Result<Option<Term>> {
        self.findings.begin(Position::default());
        if self.next.is_none() && !self.ended {
            self.start(&[])?;
        }
        while let (Some((leaf, index)), false) = (self.next, self.ended) {
            let node = Node { bytes: self.l01.get(place(leaf), BLOCK as usize)? };
            if index >= node.terms() {
                let next = node.next();
                if !self.go_on(next) {
                    break;
                }
                self.next = Some((next, 0));
                continue;
            }
            let found = node.entry(index).map(|(key, low, high)| Term {
                key: key.to_vec(),
                offset: u64::from(high) << 32 | u64::from(low),
            });
            self.next = Some((leaf, index.saturating_add(1)));
            match found {
                Some(term) => return Ok(Some(term)),
                None => {
                    let at = (index as u64).saturating_mul(ENTRY as u64).saturating_add(LEADER as u64);
                    let message = format!("a key of block {leaf} lies outside of it");
                    self.damaged("l01", place(leaf).saturating_add(at), message, "term left out");
                }
            }
        }
        self.next = None;
        self.ended = true;
        Ok(None)
    }

    /// Returns the term with this text.
    ///
    /// # Errors
    /// [`ErrorKind::Read`].
    pub fn find(&mut self, term: &str) -> Result<Option<Term>> {
        self.seek(term)?;
        if self.ended {
            return Ok(None);
        }
        Ok(self.read_term()?.filter(|found| found.key == term.as_bytes()))
    }

    /// Calls `each` with the postings of a term, in the order of the file; returns their number.
    ///
    /// # Errors
    /// [`ErrorKind::Read`].
    pub fn postings(&mut self, term: &Term, mut each: impl FnMut(Posting)) -> Result<u64> {
        let variant = Variant::IRBIS64;
        self.findings.begin(Position::default());
        let mut offset = term.offset;
        let head = self.ifp.get(offset, 20)?;
        let total = u64::from(variant.u32(head, 8));
        if variant.u32(head, 0) == SPECIAL && variant.u32(head, 4) == SPECIAL {
            let slot = self.ifp.get(offset.saturating_add(20), 24)?;
            offset = variant.u64(slot, 16);
        }
        let mut given = 0u64;
        let mut blocks = 0u64;
        loop {
            let head = self.ifp.get(offset, 20)?;
            if head.len() < 20 {
                self.damaged(
                    "ifp",
                    offset.min(self.ifp.len()),
                    "no list of postings is here".to_owned(),
                    "left out",
                );
                break;
            }
            let next = variant.u64(head, 0);
            let (count, capacity) = (variant.u32(head, 12), variant.u32(head, 16));
            let is_last = next == u64::MAX || next == 0;
            let mut at = offset.saturating_add(20);
            for _ in 0..count.min(capacity.max(count.min(1 << 16))) {
                let bytes = self.ifp.get(at, 16)?;
                if bytes.len() < 16 || given >= total {
                    break;
                }
                let word = |at| variant.u32(bytes, at);
                each(Posting { mfn: word(0), tag: word(4), occurrence: word(8), position: word(12) });
                given = given.saturating_add(1);
                at = at.saturating_add(16);
            }
            blocks = blocks.saturating_add(1);
            if is_last || given >= total || blocks > self.ifp.len() / 20 {
                break;
            }
            offset = next;
        }
        if given != total {
            let message = format!("{given} postings, where {total} are stated");
            self.damaged("ifp", term.offset.min(self.ifp.len()), message, "those read are kept");
        }
        Ok(given)
    }

    /// Returns the number of postings that a term states.
    ///
    /// # Errors
    /// [`ErrorKind::Read`].
    pub fn count(&mut self, term: &Term) -> Result<u64> {
        self.findings.begin(Position::default());
        Ok(u64::from(Variant::IRBIS64.u32(self.ifp.get(term.offset, 20)?, 8)))
    }
}

/// Returns the offset of a block.
fn place(block: u32) -> u64 {
    u64::from(block).saturating_sub(1).saturating_mul(BLOCK)
}
