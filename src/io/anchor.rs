//! Readers of parts, which begin without what is before them.
//!
//! A record belongs to the part in which its first byte is, with the damage before it. So that a part begins where the
//! reader of the whole file begins a record, its reader starts at an anchor, at least a mebibyte earlier: a place at which
//! records begin whatever the bytes before it are. From there on records are framed, and skipped until the part begins.
//! Where no anchor is found, the reader starts at the beginning of the file.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use super::driver::Driver;
use super::encoding::{HEAD, Head};
use super::framing::{Framing, LOOK, Step};
use super::stream::Stream;
use super::{Part, ReadOptions, Unicode, utf16};
use crate::charset::Charset;
use crate::error::{Error, Result};
use crate::finding::Findings;
use crate::position::Position;

/// How many times farther an anchor is looked for if there is none near.
const LONGER: u64 = 16;

type Source = Box<dyn Read + Send>;

impl<F: Framing> Stream<Source, F> {
    /// Opens a part of a file. `text` says whether the format is text, which may be UTF-16.
    ///
    /// # Errors
    /// [`ErrorKind::Read`](crate::ErrorKind::Read) if the file cannot be read.
    pub(crate) fn open_part(file: File, part: Part, text: bool, options: &ReadOptions) -> Result<Self> {
        Self::at_part(file, part, text, options).map_err(Error::read)
    }

    fn at_part(mut file: File, part: Part, text: bool, options: &ReadOptions) -> std::io::Result<Self> {
        let range = part.bytes(file.seek(SeekFrom::End(0))?);
        file.rewind()?;
        let mut first = Vec::new();
        (&mut file).take(16).read_to_end(&mut first)?;
        let is_wide = text && utf16(&first).is_some();
        let base =
            if part.counted || is_wide { 0 } else { anchor::<F>(&mut file, range.start, part, options)? };
        let options = options.clone().range(range);
        if base == 0 {
            file.rewind()?;
            let source: Source = if text { Box::new(Unicode::new(file)) } else { Box::new(file) };
            let mut stream = Stream::new(source, &options);
            if !part.counted {
                stream.driver.begin_at(0);
            }
            return Ok(stream);
        }
        let mut head = Vec::new();
        file.rewind()?;
        let most = if options.charset == Charset::Auto { HEAD } else { LOOK };
        (&mut file).take(most as u64).read_to_end(&mut head)?;
        // Few inputs ask for more than that.
        let mut eof = head.len() < most;
        if let Some(needed) = Driver::<F>::new(&options).look(&head, eof) {
            let more = needed.max(head.len()) - head.len();
            (&mut file).take(more as u64).read_to_end(&mut head)?;
            eof = head.len() < needed;
        }
        file.seek(SeekFrom::Start(base))?;
        let mut stream: Self = Stream::new(Box::new(file), &options);
        stream.skip_head((options.charset == Charset::Auto).then(|| Head::of(&head, &options)));
        let _ = stream.driver.look(&head, eof);
        stream.driver.begin_at(base);
        Ok(stream)
    }
}

/// Returns the offset from which a reader frames records to find those that begin at `start` or later.
fn anchor<F: Framing>(
    file: &mut File,
    start: u64,
    part: Part,
    options: &ReadOptions,
) -> std::io::Result<u64> {
    let mut window = Vec::new();
    for back in [part.look_back, part.look_back.saturating_mul(LONGER)] {
        let Some(from) = start.checked_sub(back).filter(|from| *from > 0) else { return Ok(0) };
        file.seek(SeekFrom::Start(from))?;
        window.clear();
        file.take(back).read_to_end(&mut window)?;
        if let Some(at) = F::new(options).anchor(&window) {
            return Ok(from.saturating_add(at as u64));
        }
    }
    Ok(0)
}

/// Returns where a record of whole lines begins in `buf`, the middle of an input: after two that were framed from the
/// start of some line, of which the first may be the rest of one. One more record ends in `buf`.
pub(crate) fn anchor_in_lines<F: Framing>(framing: &mut F, buf: &[u8]) -> Option<usize> {
    const ENOUGH: usize = 3;
    let line = memchr::memchr(b'\n', buf).or_else(|| memchr::memchr(b'\r', buf))?;
    let mut at = line + 1;
    let mut ends = Vec::new();
    let mut findings = Findings::new(1);
    while ends.len() < ENOUGH {
        let rest = buf.get(at..)?;
        // Not the start of the input, whose rules are others.
        findings.begin(Position { byte: at as u64, record: Position::UNNUMBERED, line: 0 });
        match framing.step(rest, false, &mut findings).ok()? {
            Step::Frame(len) => {
                at += len.max(1);
                ends.push(at);
            }
            Step::Skip(len) | Step::Garbage(len) => at += len,
            Step::Need(_) | Step::End => return None,
        }
    }
    ends.get(ENOUGH - 2).copied()
}
