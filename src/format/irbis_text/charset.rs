//! Which character set a file of lines is in: nothing in it says so.

use crate::charset::{Charset, LetterGuess, Reason, guess_cyrillic, is_mostly_utf8};
use crate::diagnostic::Findings;
use crate::io::ReadOptions;
use crate::{Code, Record};

/// What earlier records say of the character set of the file.
#[derive(Debug, Default, Clone, Copy)]
pub(in crate::format) struct Evidence {
    pub(super) mark: bool,
    utf8: bool,
    letters: Option<LetterGuess>,
}

impl Evidence {
    /// Puts the bytes into the record, as text if they are UTF-8, and tells it its character set.
    pub(in crate::format) fn load(
        &mut self,
        options: &ReadOptions,
        bytes: &[u8],
        record: &mut Record,
        findings: &mut Findings,
    ) {
        let auto = options.charset == Charset::Auto;
        if matches!(options.charset, Charset::Auto | Charset::Utf8) {
            if let Ok(text) = simdutf8::basic::from_utf8(bytes) {
                record.set_text(text);
                let is_ascii = text.is_ascii();
                self.utf8 |= !is_ascii;
                let reason = match (auto, self.mark, is_ascii) {
                    (false, ..) => Reason::Caller,
                    (_, true, _) => Reason::ByteOrderMark,
                    (_, _, true) => Reason::Ascii,
                    _ => Reason::ValidUtf8,
                };
                record.set_charset(Charset::Utf8, reason);
                return;
            }
        }
        record.set_bytes(bytes);
        let (charset, reason) =
            if auto { self.decide(bytes, findings) } else { (options.charset, Reason::Caller) };
        record.set_charset(charset, reason);
        if charset == Charset::Utf8 {
            record.report_invalid_utf8(findings, "bytes kept");
        } else if charset.has_states() && charset.is_supported() {
            record.report_faults(findings);
        } else if !charset.is_supported() {
            let message = format!("the record is in {charset}, for which there are no tables");
            findings.at(Code::CharsetUnsupported, (0, bytes.len()), message, "bytes kept, not decoded");
        }
    }

    /// Decides for a record that is not valid UTF-8. What weighs is the record, unless an earlier one had more
    /// letters: a file is in one character set as a rule.
    fn decide(&mut self, bytes: &[u8], findings: &mut Findings) -> (Charset, Reason) {
        if self.mark {
            return (Charset::Utf8, Reason::ByteOrderMark);
        }
        if is_mostly_utf8(bytes) {
            return (Charset::Utf8, Reason::ValidUtf8);
        }
        let guess = guess_cyrillic(bytes);
        let known = self.letters;
        let best = match (guess, known) {
            (Some(guess), Some(known)) if guess.letters < 30 && known.letters > guess.letters => Some(known),
            (Some(guess), _) => Some(guess),
            (None, known) => known,
        };
        if best.is_none_or(|best| best.is_doubtful()) {
            let message = match best {
                Some(best) => format!("read as {}: {best}", best.charset),
                None => "bytes that are not UTF-8, and no Cyrillic letters to go by".to_owned(),
            };
            findings.at(
                Code::CharsetDoubtful,
                (0, bytes.len()),
                message,
                "name the character set to be sure",
            );
        }
        match best {
            Some(best) => {
                if known.is_none_or(|known| best.letters > known.letters) {
                    self.letters = Some(best);
                }
                (best.charset, Reason::Letters(best))
            }
            None if self.utf8 => (Charset::Utf8, Reason::ValidUtf8),
            None => (Charset::Windows1251, Reason::Format),
        }
    }
}
