//! The rules of the JSON formats.

use crate::finding::rules;

rules! {
    JSON_SYNTAX "B060" "json-syntax" Error
        "The text is not JSON.";
    JSON_SHAPE "B061" "json-shape" Error
        "The JSON value is not shaped as a record.";
    JSON_ODD "B062" "json-odd" Warning
        "The JSON value is not shaped as the format says, but its meaning is plain.";
}
