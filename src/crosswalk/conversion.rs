//! A crosswalk as a change that each record undergoes on its way.

use super::account::Account;
use super::kind::REJECTED;
use super::rules::VALUE_LOST;
use super::{Converter, Values};
use crate::error::{Error, ErrorKind, Result};
use crate::finding::{Finding, Findings};
use crate::io::Transform;
use crate::position::Location;
use crate::record::{Record, RecordRef};

/// A transform that converts each record by a crosswalk, and counts what became of the values.
///
/// # Example
/// ```
/// use kartoteka::crosswalk::{Conversion, Converter, Crosswalk};
/// use kartoteka::{Content, Pass, open};
///
/// let crosswalk = Crosswalk::builtin("irbis-marc21").unwrap();
/// let conversion = Conversion::new(Converter::new(&crosswalk));
/// let mut pass = Pass::new(open("fixtures/irbis/export-cp866.txt")?).transform(conversion);
/// while let Some(item) = pass.item()? {
///     if let Content::Record(record) = item.content {
///         assert!(record.field("245").is_some());
///     }
/// }
/// let values = pass.into_transform().unwrap().values();
/// assert_eq!(values.total(), values.mapped + values.used + values.kept + values.dropped + values.empty);
/// # Ok::<(), kartoteka::Error>(())
/// ```
#[derive(Debug)]
pub struct Conversion<'c> {
    converter: Converter<'c>,
    source: Record,
    values: Values,
    lost: u64,
}

impl<'c> Conversion<'c> {
    /// Makes a transform of a converter.
    pub fn new(converter: Converter<'c>) -> Conversion<'c> {
        Conversion { converter, source: Record::new(), values: Values::default(), lost: 0 }
    }

    /// Converts a record in place, and returns what became of its values.
    ///
    /// # Errors
    /// [`ErrorKind::Unrepresentable`] if the record is rejected, by [`OnLoss::Fail`](super::OnLoss::Fail) or
    /// [`OnWrongKind::Reject`](super::OnWrongKind::Reject).
    pub fn convert(&mut self, record: &mut Record, findings: &mut Findings) -> Result<Account> {
        std::mem::swap(record, &mut self.source);
        let account = self.converter.convert(self.source.view(), record);
        let found = self.converter.findings();
        let reason = found.iter().position(|finding| account.is_none() && finding.action == REJECTED);
        let others = found.iter().enumerate().filter(|(at, _)| Some(*at) != reason);
        others.for_each(|(_, finding)| findings.push(finding.clone()));
        if let Some(reason) = reason.and_then(|at| found.get(at)) {
            return Err(Error::new(ErrorKind::Unrepresentable(reason.clone())));
        }
        let Some(account) = account else {
            let mut location = Location::of(self.source.position());
            location.mfn = self.source.view().mfn();
            let finding = Finding::new(VALUE_LOST, location, "no rule takes one of its values", REJECTED);
            return Err(Error::new(ErrorKind::Unrepresentable(finding)));
        };
        self.values += account.values;
        self.lost += account.lost;
        Ok(account)
    }

    /// Returns the last record as it was before.
    pub fn source(&self) -> RecordRef<'_> {
        self.source.view()
    }

    /// Returns the counts of all records so far.
    pub fn values(&self) -> Values {
        self.values
    }

    /// Returns how many values so far are not in the output though no rule says so.
    pub fn lost(&self) -> u64 {
        self.lost
    }

    /// Returns the counts and the lost values since the last call.
    pub fn take(&mut self) -> (Values, u64) {
        (std::mem::take(&mut self.values), std::mem::take(&mut self.lost))
    }
}

impl Transform for Conversion<'_> {
    fn transform(&mut self, record: &mut Record, findings: &mut Findings) -> Result<()> {
        self.convert(record, findings).map(|_| ())
    }
}
