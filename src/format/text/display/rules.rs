//! The rules of catalogue displays.

use crate::finding::rules;

rules! {
    DISPLAY_GUESS "B057" "display-guess" Warning
        "A display leaves out something of the record, which was assumed.";
}
