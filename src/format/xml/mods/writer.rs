//! Writes a collection of MODS.

use super::description::describe;
use crate::error::{Error, Result};
use crate::finding::Finding;
use crate::format::xml::kit::{Elements, Escape};
use crate::format::xml::rules::NOT_MARC21;
use crate::io::{self, Preparation, WriteOptions};
use crate::position::Location;
use crate::record::RecordRef;

/// The rendering of MODS: a collection, in UTF-8, always well-formed.
#[derive(Debug)]
pub struct Rendering {
    escape: Escape,
    indent: bool,
    begun: bool,
}

impl io::Rendering for Rendering {
    const PARTS: bool = true;

    fn new(options: &WriteOptions) -> Rendering {
        Rendering { escape: Escape::new(options), indent: options.indent, begun: options.part }
    }

    fn record(
        &mut self,
        record: RecordRef<'_>,
        preparation: &mut Preparation,
        out: &mut Vec<u8>,
    ) -> Result<()> {
        let (prepared, findings) = preparation.marc(record)?;
        let place = Location::of(record.position());
        if prepared.field("245").is_none() && prepared.field("200").is_some() {
            let message = "a record without 245 that has 200: no MARC 21 record";
            return Err(Error::unrepresentable(Finding::new(NOT_MARC21, place, message, "record rejected")));
        }
        self.begin(out);
        let (escape, indent) = (self.escape, self.indent);
        let mut xml = Elements { escape, indent, place, out, findings, depth: 0 };
        describe(prepared, &mut xml).map_err(Error::unrepresentable)?;
        if !indent {
            xml.out.push(b'\n'); // one line per record
        }
        self.begun = true;
        Ok(())
    }

    fn append<'p>(&mut self, part: &'p [u8], out: &mut Vec<u8>) -> &'p [u8] {
        self.begin(out);
        self.begun = true;
        part
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        self.begin(out);
        out.extend_from_slice(b"</modsCollection>\n");
    }
}

impl Rendering {
    fn begin(&self, out: &mut Vec<u8>) {
        if !self.begun {
            out.extend_from_slice(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
            out.extend_from_slice(b"<modsCollection xmlns=\"http://www.loc.gov/mods/v3\">\n");
        }
    }
}
