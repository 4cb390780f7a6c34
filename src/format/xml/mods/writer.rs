//! Writes a collection of MODS.

use super::description::describe;
use crate::error::{Error, Result};
use crate::format::xml::kit::{Collection, Elements, refuse_unimarc};
use crate::io::{self, Preparation, WriteOptions};
use crate::position::Location;
use crate::record::RecordRef;

const HEAD: &str = "<modsCollection xmlns=\"http://www.loc.gov/mods/v3\">\n";

/// The rendering of MODS: a collection, in UTF-8, always well-formed.
#[derive(Debug)]
pub struct Rendering(Collection);

impl io::Rendering for Rendering {
    const PARTS: bool = true;

    fn new(options: &WriteOptions) -> Rendering {
        Rendering(Collection::new(options))
    }

    fn record(
        &mut self,
        record: RecordRef<'_>,
        preparation: &mut Preparation,
        out: &mut Vec<u8>,
    ) -> Result<()> {
        let (prepared, findings) = preparation.marc(record)?;
        let place = Location::of(record.position());
        refuse_unimarc(prepared, place)?;
        self.0.begin(HEAD, out);
        let Collection { escape, indent, .. } = self.0;
        let mut xml = Elements { escape, indent, place, out, findings, depth: 0 };
        describe(prepared, &mut xml).map_err(Error::unrepresentable)?;
        if !indent {
            xml.out.push(b'\n'); // one line per record
        }
        self.0.go_on();
        Ok(())
    }

    fn append<'p>(&mut self, part: &'p [u8], out: &mut Vec<u8>) -> &'p [u8] {
        self.0.append(HEAD, part, out)
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        self.0.begin(HEAD, out);
        out.extend_from_slice(b"</modsCollection>\n");
    }
}
