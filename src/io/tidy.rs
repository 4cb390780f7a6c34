//! Text put right between reading and writing.

use super::{LostSink, RecordRead};
use crate::charset::{Charset, Normalization};
use crate::diagnostic::Findings;
use crate::{Code, Diagnostic, Position, Record, Result, TextRepair};

/// A reader that puts the text of each record right: see [`Record::repair_text`] and [`Record::normalize_text`].
///
/// # Example
/// ```
/// use kartoteka::{Normalization, ReadOptions, Record, RecordRead, TextRepair, Tidy, iso2709};
///
/// let reader = iso2709::Reader::from_path("fixtures/findings/E006.mrc", &ReadOptions::new())?;
/// let mut reader = Tidy::new(reader).repair(TextRepair::Mojibake).normalize(Normalization::Nfc);
/// let mut record = Record::new();
/// while reader.read_record(&mut record)? {}
/// assert_eq!(record.charset(), kartoteka::Charset::Utf8);
/// # Ok::<(), kartoteka::Error>(())
/// ```
#[derive(Debug)]
pub struct Tidy<R> {
    reader: R,
    repairs: Vec<TextRepair>,
    form: Normalization,
    /// Whether records in other sets than UTF-8 are left as they are.
    unicode_only: bool,
    own: Findings,
    all: Vec<Diagnostic>,
}

impl<R: RecordRead> Tidy<R> {
    /// Makes a reader that changes nothing yet.
    pub fn new(reader: R) -> Tidy<R> {
        let own = Findings::new(crate::Limits::default().diagnostics);
        let form = Normalization::AsIs;
        Tidy { reader, repairs: Vec::new(), form, unicode_only: false, own, all: Vec::new() }
    }

    /// Repairs this too, in the order of the calls. Default: nothing.
    #[must_use]
    pub fn repair(mut self, repair: TextRepair) -> Tidy<R> {
        self.repairs.push(repair);
        self
    }

    /// Writes values in a normal form. Default: [`Normalization::AsIs`].
    #[must_use]
    pub fn normalize(mut self, form: Normalization) -> Tidy<R> {
        self.form = form;
        self
    }

    /// Whether only records in UTF-8 are normalized, and those in other sets stay in them. Default: false, all become
    /// UTF-8.
    #[must_use]
    pub fn unicode_only(mut self, yes: bool) -> Tidy<R> {
        self.unicode_only = yes;
        self
    }
}

impl<R: RecordRead> RecordRead for Tidy<R> {
    fn read_record(&mut self, record: &mut Record) -> Result<bool> {
        self.all.clear();
        let read = self.reader.read_record(record);
        self.own.begin(self.reader.position());
        if let Ok(true) = read {
            for repair in &self.repairs {
                record.repair_text(*repair, &mut self.own);
            }
            if !self.unicode_only || matches!(record.charset(), Charset::Utf8 | Charset::Utf8Or(_)) {
                record.normalize_text(self.form);
            }
        }
        if !self.own.list().is_empty() {
            self.own.locate(|location| record.view().locate(location));
            self.all.extend_from_slice(self.reader.diagnostics());
            self.all.extend_from_slice(self.own.list());
        }
        read
    }

    fn diagnostics(&self) -> &[Diagnostic] {
        if self.all.is_empty() { self.reader.diagnostics() } else { &self.all }
    }

    fn suppressed(&self) -> &[(Code, u64)] {
        self.reader.suppressed()
    }

    fn position(&self) -> Position {
        self.reader.position()
    }

    fn raw(&self) -> &[u8] {
        self.reader.raw()
    }

    fn on_lost(&mut self, sink: LostSink) {
        self.reader.on_lost(sink);
    }
}
