//! Evidence for records of the IRBIS server in the first bytes of an input.

use super::begins_record;
use crate::format::verdict::{Confidence, Sample, Verdict, miss};

pub(crate) fn sniff(sample: &Sample<'_>) -> Verdict {
    let sample = sample.content;
    match begins_record(sample) {
        true => {
            Ok((Confidence::Certain, "a number, # and a status, then pieces of tag, # and value".to_owned()))
        }
        false => miss(0, "it does not begin with the number of a record and #"),
    }
}
