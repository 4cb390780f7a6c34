//! The rules of forms that are made from the model.

use crate::finding::rules;

rules! {
    NO_PLACE "W014" "no-place" Note
        "The form of citations has no place for some values of the record.";
}
