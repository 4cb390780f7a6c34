//! Text that was encoded twice: UTF-8 read in another set and written as UTF-8 again.

use super::detect::guess_latin;
use super::set::{Charset, Policy};

/// C1 controls. They represent bytes that Windows-1252 leaves undefined, or come from reading as Latin-1.
const CONTROLS: std::ops::RangeInclusive<char> = '\u{80}'..='\u{9F}';

/// Undoes a second encoding: returns the intended text, and the set in which its bytes were read by mistake.
/// `None` if the text shows no sign of it, or if not all its letters beyond ASCII do.
///
/// Three kinds are known: UTF-8 read as Windows-1252 or Latin-1 (`CafÃ©`), UTF-8 read as Windows-1251
/// (`Р’РѕР№РЅР°`), and bytes of code page 850 read as Latin-1, recognized by C1 controls and by the
/// characters `¡` to `¥` between letters (`acci¢n`).
///
/// # Example
/// ```
/// use kartoteka::{Charset, charset::undo_second_encoding};
///
/// let (text, by) = undo_second_encoding("CafÃ©").unwrap();
/// assert_eq!((text.as_str(), by), ("Café", Charset::Windows1252));
/// assert_eq!(undo_second_encoding("São Tomé"), None);
/// ```
pub fn undo_second_encoding(text: &str) -> Option<(String, Charset)> {
    let start = text.bytes().position(|byte| byte >= 0x80)?;
    let begins = text.get(start..)?.chars().next()?;
    // The first byte of a sequence is C2 to F4, a letter in Windows-1252; Cyrillic begins with D0 and D1, two
    // letters in Windows-1251. Where such a letter is common, a single pair may be intended.
    let (charset, fewest) = match begins {
        'Â' | 'Ã' | 'Ä' | 'Å' | 'â' => (Charset::Windows1252, 1),
        'Æ'..='ô' => (Charset::Windows1252, 2),
        'Р' | 'С' => (Charset::Windows1251, 2),
        _ => return from_dos(text),
    };
    let mut bytes = Vec::with_capacity(text.len());
    for character in text.chars() {
        let mut one = [0; 4];
        if charset.encode_into(character.encode_utf8(&mut one), Policy::Strict, &mut bytes).is_err() {
            if !CONTROLS.contains(&character) {
                return from_dos(text);
            }
            bytes.push(character as u8);
        }
    }
    match String::from_utf8(bytes) {
        Ok(original) if original.chars().filter(|character| !character.is_ascii()).count() >= fewest => {
            Some((original, charset))
        }
        _ => from_dos(text),
    }
}

/// Recognizes text of code page 850 that was read as Latin-1, by C1 controls in place of letters, or Spanish
/// punctuation and currency signs inside words.
fn from_dos(text: &str) -> Option<(String, Charset)> {
    // These mark a nonsorting part and may be intended.
    let is_control = |character: char| {
        CONTROLS.contains(&character) && !matches!(character, '\u{88}' | '\u{89}' | '\u{98}' | '\u{9C}')
    };
    let mut before = ' ';
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let after = characters.peek().copied().unwrap_or(' ');
        let is_inside = before.is_alphabetic() && after.is_alphabetic();
        if is_control(character) || is_inside && matches!(character, '¡'..='¥') {
            return Some((read_as_dos(text)?, Charset::Windows1252));
        }
        before = character;
    }
    None
}

/// Returns the text read as code page 850, if the given text is Latin-1 and that makes more plausible words.
/// Call it only if other evidence shows that the text was misread.
pub(crate) fn read_as_dos(text: &str) -> Option<String> {
    let bytes: Option<Vec<u8>> =
        text.chars().map(|character| u8::try_from(u32::from(character)).ok()).collect();
    let bytes = bytes?;
    let likeliest = guess_latin(&bytes, &[Charset::Windows1252, Charset::Cp850])?;
    let original = Charset::Cp850.decode(&bytes).ok()?.into_owned();
    (likeliest == Charset::Cp850).then_some(original)
}

/// Returns whether text shows by itself that it is code page 850 read as Latin-1.
pub(crate) fn is_from_dos(text: &str) -> bool {
    !text.is_ascii() && from_dos(text).is_some()
}
