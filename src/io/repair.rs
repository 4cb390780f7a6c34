//! Text put right between reading and writing.

use super::Transform;
use crate::charset::{Charset, Normalization};
use crate::error::Result;
use crate::finding::Findings;
use crate::record::{Record, TextRepair};

/// A transform that repairs the text of each record: see [`Record::repair_text`] and [`Record::normalize_text`].
///
/// # Example
/// ```
/// use kartoteka::{Content, Normalization, Pass, Repairs, TextRepair, open};
///
/// let repairs = Repairs::new().repair(TextRepair::Mojibake).normalize(Normalization::Nfc);
/// let mut pass = Pass::new(open("fixtures/findings/E006.mrc")?).transform(repairs);
/// while let Some(item) = pass.item()? {
///     if let Content::Record(record) = item.content {
///         assert_eq!(record.charset(), kartoteka::Charset::Utf8);
///     }
/// }
/// # Ok::<(), kartoteka::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Repairs {
    repairs: Vec<TextRepair>,
    form: Normalization,
    /// Whether records in other sets than UTF-8 are left as they are.
    unicode_only: bool,
}

impl Default for Repairs {
    fn default() -> Repairs {
        Repairs { repairs: Vec::new(), form: Normalization::AsIs, unicode_only: false }
    }
}

impl Repairs {
    /// Repairs nothing yet.
    pub fn new() -> Repairs {
        Repairs::default()
    }

    /// Repairs this too, in the order of the calls. Default: nothing.
    #[must_use]
    pub fn repair(mut self, repair: TextRepair) -> Repairs {
        self.repairs.push(repair);
        self
    }

    /// Writes values in a normal form. Default: [`Normalization::AsIs`].
    #[must_use]
    pub fn normalize(mut self, form: Normalization) -> Repairs {
        self.form = form;
        self
    }

    /// Sets whether only records in UTF-8 are normalized, and those in other sets stay in them. Default: false, all
    /// become UTF-8.
    #[must_use]
    pub fn unicode_only(mut self, yes: bool) -> Repairs {
        self.unicode_only = yes;
        self
    }
}

impl Transform for Repairs {
    fn transform(&mut self, record: &mut Record, findings: &mut Findings) -> Result<()> {
        for repair in &self.repairs {
            record.repair_text(*repair, findings);
        }
        if !self.unicode_only
            || matches!(record.charset(), Charset::Utf8 | Charset::Utf8Or(_) | Charset::Either(_))
        {
            record.normalize_text(self.form);
        }
        Ok(())
    }
}
