use std::collections::HashSet;

use super::{decode, lines};

/// A list of stop words (`.stw`): words that get no term in the dictionary.
///
/// # Example
/// ```
/// use kartoteka::isis::companion::StopWords;
///
/// let words = StopWords::parse("и\r\nИЗ \r\n".as_bytes());
/// assert!(words.contains("И") && words.contains("из") && !words.contains("изба"));
/// # Ok::<(), kartoteka::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StopWords {
    /// The words, in upper case and without surrounding blanks.
    pub words: HashSet<String>,
}

impl StopWords {
    /// Parses the file: one word per line.
    pub fn parse(bytes: &[u8]) -> StopWords {
        let text = decode(bytes);
        let words = lines(&text).map(|(_, line)| line.trim().to_uppercase()).filter(|word| !word.is_empty());
        StopWords { words: words.collect() }
    }

    /// Returns whether a word is in the list; ignores case.
    pub fn contains(&self, word: &str) -> bool {
        self.words.contains(&word.trim().to_uppercase())
    }
}
