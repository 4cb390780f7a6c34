//! The rules of the crosswalk.

use crate::finding::rules;

rules! {
    VALUE_JOINED "M001" "value-joined" Note
        "Two values meet in a subfield that may not repeat.";
    VALUE_REFUSED "M002" "value-refused" Warning
        "A value has no room in the field that its rule names.";
    NO_TITLE "M003" "no-title" Warning
        "The record has no title, and none is made up.";
    UNKNOWN_WORKSHEET "M004" "unknown-worksheet" Warning
        "The worksheet in 920 is missing, or unknown to the map.";
    PARENT_NOT_FOUND "M005" "parent-not-found" Warning
        "The record whose title is asked for is not in the base.";
    WRONG_FAMILY "M006" "wrong-family" Error
        "The record is not of the format that the map takes.";
    VALUE_NOT_UNDERSTOOD "M008" "value-not-understood" Note
        "A value is not what its rule takes.";
    VALUE_LOST "M007" "value-lost" Error
        "No rule takes a value, and records with such values are to be rejected.";
}
