//! The rules of catalogue displays.

use crate::finding::rules;

rules! {
    DISPLAY_GUESS "B057" "display-guess" Warning
        "A display does not show something of the record, and it was assumed.";
}
