//! The rules of forms that are made from the model.

use crate::finding::rules;

rules! {
    NO_PLACE "W014" "no-place" Note
        "Values of the record have no place in the form of citations that is written.";
}
