//! The buffer in front of a sink.

use std::fmt;
use std::io::Write;

use crate::{Error, ErrorKind, Result};

/// When the buffer is handed to the sink, in bytes.
const FLUSH_AT: usize = 128 * 1024;

/// A sink with a buffer that writers append to.
pub(crate) struct Output<W> {
    sink: W,
    pub(crate) buffer: Vec<u8>,
}

impl<W: Write> Output<W> {
    pub(crate) fn new(sink: W) -> Output<W> {
        Output { sink, buffer: Vec::new() }
    }

    /// Hands the buffer on, if there is enough in it.
    #[inline]
    pub(crate) fn ease(&mut self) -> Result<()> {
        if self.buffer.len() < FLUSH_AT { Ok(()) } else { self.hand_over() }
    }

    /// Hands on all there is.
    pub(crate) fn flush(&mut self) -> Result<()> {
        self.hand_over()?;
        self.sink.flush().map_err(|error| Error::new(ErrorKind::Write(error)))
    }

    fn hand_over(&mut self) -> Result<()> {
        let written = self.sink.write_all(&self.buffer);
        self.buffer.clear();
        written.map_err(|error| Error::new(ErrorKind::Write(error)))
    }

    pub(crate) fn get_ref(&self) -> &W {
        &self.sink
    }

    pub(crate) fn into_inner(self) -> W {
        self.sink
    }
}

impl<W> fmt::Debug for Output<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Output").field("buffered", &self.buffer.len()).finish_non_exhaustive()
    }
}
