//! An array of objects, written item by item, and in parts.

use crate::bytes::Cut;
use crate::format::json::object::{Object, object};
use crate::io::WriteOptions;

/// An array, with what is before and after it.
#[derive(Debug)]
pub(super) struct Array {
    start: &'static str,
    end: &'static str,
    line_end: &'static str,
    begun: bool,
}

impl Array {
    pub(super) fn new(options: &WriteOptions, start: &'static str, end: &'static str) -> Array {
        let line_end = if options.indent { "\n" } else { "" };
        Array { start, end, line_end, begun: options.part }
    }

    /// Appends what is before an item.
    fn begin(&mut self, out: &mut Vec<u8>) {
        let before = if std::mem::replace(&mut self.begun, true) { "," } else { self.start };
        out.extend_from_slice(before.as_bytes());
    }

    /// Appends an item, which `fill` fills.
    pub(super) fn item(&mut self, fill: impl FnOnce(&mut Object<'_>), out: &mut Vec<u8>) {
        let mut json = String::new();
        object(&mut json, fill);
        self.begin(out);
        out.extend_from_slice(self.line_end.as_bytes());
        out.extend_from_slice(json.as_bytes());
    }

    pub(super) fn append<'p>(&mut self, part: &'p [u8], out: &mut Vec<u8>) -> &'p [u8] {
        // The part begins with a comma, replaced if it is the first.
        self.begin(out);
        part.cut(1..)
    }

    pub(super) fn end(&mut self, out: &mut Vec<u8>) {
        match self.begun {
            true => out.extend_from_slice(self.line_end.as_bytes()),
            false => out.extend_from_slice(self.start.as_bytes()),
        }
        out.extend_from_slice(self.end.as_bytes());
        out.push(b'\n');
    }
}
