//! MARC 21, UNIMARC, RUSMARC and their kin: a directory, two indicators, 1F before subfield codes.

use super::form::{Form, PLAIN};

/// The dialect of all records that show no other.
pub(super) const FORM: Form = PLAIN;
