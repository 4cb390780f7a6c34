//! The bytes of the input that a finding lies in.

use std::borrow::Cow;

use crate::bytes::Cut;
use crate::charset::Charset;
use crate::format::descriptor::Format;
use crate::io::Garbage;
use crate::position::Location;
use crate::record::{Record, Text};

/// The bytes that a finding may lie in: those of its record, or of the garbage before it.
#[derive(Debug, Clone)]
pub struct Window<'a> {
    pub(crate) bytes: Cow<'a, [u8]>,
    /// Offset of the first byte in the input.
    pub(crate) start: u64,
    /// Whether they are lines of text.
    pub(crate) is_text: bool,
    pub(crate) charset: Charset,
}

impl<'a> Window<'a> {
    /// Returns the bytes that `place` lies in: a piece of the garbage before the record, or the bytes `raw` of the record,
    /// which begin at `start`. `record` is what was read of them.
    pub fn new(
        place: &Location,
        format: Format,
        record: Option<&Record>,
        (raw, start): (&'a [u8], u64),
        garbage: &'a [Garbage],
    ) -> Window<'a> {
        let is_text = format.is_text();
        let charset = record.map_or(Charset::Utf8, Record::charset);
        let holds = |piece: &&Garbage| {
            let offset = place.byte.checked_sub(piece.offset);
            offset.is_some_and(|offset| offset < piece.bytes.len() as u64)
        };
        if place.len > 0
            && place.file.is_none()
            && let Some(piece) = garbage.iter().find(holds)
        {
            let bytes = Cow::Borrowed(piece.bytes.as_slice());
            return Window { bytes, start: piece.offset, is_text, charset };
        }
        Window { bytes: Cow::Borrowed(raw), start, is_text, charset }
    }

    /// Returns the offset of the culprit in the bytes, and its length there; `None` if it does not lie in them.
    pub(crate) fn find(&self, place: &Location) -> Option<(usize, usize)> {
        let offset = usize::try_from(place.byte.checked_sub(self.start)?).ok()?;
        let room = self.bytes.len().checked_sub(offset)?;
        let len = usize::try_from(place.len).unwrap_or(usize::MAX).min(room);
        (!self.bytes.is_empty()).then_some((offset, len))
    }

    /// Returns the line that an offset lies in: where it begins, and its bytes without the line end.
    pub(crate) fn line(&self, offset: usize) -> (usize, &[u8]) {
        let before = self.bytes.get(..offset).unwrap_or(&self.bytes);
        let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let rest = self.bytes.cut(start..);
        let line = rest.split(|byte| *byte == b'\n').next().unwrap_or_default();
        (start, line.strip_suffix(b"\r").unwrap_or(line))
    }

    /// Returns the number of characters before an offset in its line, if the bytes begin with a line or that line begins
    /// in them.
    pub(crate) fn column(&self, offset: usize) -> usize {
        let (start, line) = self.line(offset);
        let before = line.get(..offset - start).unwrap_or(line);
        Text::new(before, self.charset).to_str_lossy().chars().count()
    }
}
