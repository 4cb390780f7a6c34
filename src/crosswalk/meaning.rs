//! Whether the tags of a record mean what the output format says they mean.

use crate::format::descriptor::Format;
use crate::record::{Dialect, RecordRef};

/// The forms of MARC 21, and those whose elements are found by its tags.
const OF_MARC21: [&str; 6] = ["marcxml", "turbomarc", "mrk", "dublin-core", "dc", "mods"];

/// Looks for the first record whose tags have another meaning than those of MARC 21, where nothing converts it.
///
/// # Example
/// ```
/// use kartoteka::crosswalk::Meaning;
/// use kartoteka::{Format, Pass, open};
///
/// let mut meaning = Meaning::new(Format::Mrk);
/// let mut pass = Pass::new(open("fixtures/iso2709/unimarc.mrc")?);
/// while pass.item()?.is_some() {
///     pass.record().into_iter().for_each(|record| meaning.look(record.view()));
/// }
/// assert!(meaning.take(Format::Mrk).unwrap().starts_with("the UNIMARC records keep their tags"));
/// # Ok::<(), kartoteka::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct Meaning {
    looks: bool,
    found: Option<Dialect>,
}

impl Meaning {
    /// Looks where the output is a form of MARC 21.
    pub fn new(format: Format) -> Meaning {
        Meaning { looks: OF_MARC21.contains(&format.name()), found: None }
    }

    /// Looks at a record. Cheap after the first that was found.
    pub fn look(&mut self, record: RecordRef<'_>) {
        if !self.looks {
            return;
        }
        // A base of CDS/ISIS has its own tags; one of IRBIS has a worksheet, a control number or a title at the known ones.
        let is_ibis = || [920, 903, 200].iter().any(|tag| record.field(*tag).is_some());
        self.found = match Dialect::guess(record) {
            Dialect::Irbis if is_ibis() => Some(Dialect::Irbis),
            unimarc @ (Dialect::Unimarc | Dialect::Rusmarc) => Some(unimarc),
            _ => return,
        };
        self.looks = false;
    }

    /// Returns the note, if a record was found since the last call.
    pub fn take(&mut self, format: Format) -> Option<String> {
        let (name, map) = match self.found.take()? {
            Dialect::Irbis => ("IRBIS", "irbis-marc21"),
            Dialect::Rusmarc => ("RUSMARC", "unimarc-marc21"),
            _ => ("UNIMARC", "unimarc-marc21"),
        };
        Some(format!(
            "the {name} records keep their tags, which mean other things in MARC 21, the format of {format}; \
             --crosswalk {map} converts their meaning"
        ))
    }
}
