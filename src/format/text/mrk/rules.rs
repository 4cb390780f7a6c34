//! The rules of MARCMaker text.

use crate::finding::rules;

rules! {
    MNEMONIC_UNKNOWN "B056" "mnemonic-unknown" Warning
        "A name in braces is not a mnemonic, or stands for no character.";
}
