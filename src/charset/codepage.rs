//! The code pages that encoding_rs lacks: those of DOS, and two of Kazakhstan.

use super::set::Charset;
use super::tables;

/// The pages: set, name, and the characters from 80 on, 0 where there is none.
static PAGES: [(Charset, &str, &[u16; 128]); 15] = [
    (Charset::Cp437, "cp437", &tables::CP437),
    (Charset::Cp737, "cp737", &tables::CP737),
    (Charset::Cp775, "cp775", &tables::CP775),
    (Charset::Cp850, "cp850", &tables::CP850),
    (Charset::Cp852, "cp852", &tables::CP852),
    (Charset::Cp855, "cp855", &tables::CP855),
    (Charset::Cp857, "cp857", &tables::CP857),
    (Charset::Cp860, "cp860", &tables::CP860),
    (Charset::Cp861, "cp861", &tables::CP861),
    (Charset::Cp863, "cp863", &tables::CP863),
    (Charset::Cp865, "cp865", &tables::CP865),
    (Charset::Cp869, "cp869", &tables::CP869),
    (Charset::Cp1125, "cp1125", &tables::CP1125),
    (Charset::Kz1048, "kz1048", &tables::KZ1048),
    (Charset::Ptcp154, "ptcp154", &tables::PTCP154),
];

/// Returns the sets that are read with these tables.
pub(super) fn all() -> impl Iterator<Item = Charset> {
    PAGES.iter().map(|(charset, ..)| *charset)
}

/// Returns the name of a set; empty if it is none of these.
pub(super) fn name(charset: Charset) -> &'static str {
    PAGES.iter().find(|(known, ..)| *known == charset).map_or("", |(_, name, _)| name)
}

/// Returns the set that a number of IBM, Microsoft or a national standard names: `850` of `IBM850`, `cp850` and `850`.
pub(super) fn by_number(number: &str) -> Option<Charset> {
    Some(match number {
        "866" => Charset::Ibm866,
        "866u" | "1124" | "848" => Charset::Cp1125,
        "872" => Charset::Cp855,
        "858" => Charset::Cp850,
        "874" => Charset::Windows874,
        "1048" => Charset::Kz1048,
        "154" => Charset::Ptcp154,
        "1250" => Charset::Windows1250,
        "1251" => Charset::Windows1251,
        "1252" | "28591" | "819" => Charset::Windows1252,
        "1253" => Charset::Windows1253,
        "1254" => Charset::Windows1254,
        "1255" => Charset::Windows1255,
        "1256" => Charset::Windows1256,
        "1257" => Charset::Windows1257,
        "1258" => Charset::Windows1258,
        "10007" => Charset::MacCyrillic,
        "20866" | "878" => Charset::Koi8R,
        "21866" | "1168" => Charset::Koi8U,
        "28592" | "912" => Charset::Iso8859_2,
        "28595" | "915" => Charset::Iso8859_5,
        "28597" | "813" => Charset::Iso8859_7,
        "28605" | "923" => Charset::Iso8859_15,
        "65001" | "1208" => Charset::Utf8,
        _ => {
            return PAGES
                .iter()
                .find(|(_, name, _)| name.strip_prefix("cp") == Some(number))
                .map(|(page, ..)| *page);
        }
    })
}

fn table(charset: Charset) -> Option<&'static [u16; 128]> {
    PAGES.iter().find(|(known, ..)| *known == charset).map(|(.., table)| *table)
}

/// Decodes; `fault` gets the bytes that have no meaning.
pub(super) fn decode(
    charset: Charset,
    bytes: &[u8],
    out: &mut String,
    fault: &mut dyn FnMut(usize, &[u8], &mut String),
) {
    let Some(table) = table(charset) else { return };
    for (offset, byte) in bytes.iter().enumerate() {
        let high = byte.checked_sub(0x80).and_then(|at| table.get(usize::from(at)));
        let character = match high {
            None => Some(char::from(*byte)),
            Some(code) => char::from_u32(u32::from(*code)).filter(|character| *character != '\0'),
        };
        match character {
            Some(character) => out.push(character),
            None => fault(offset, std::slice::from_ref(byte), out),
        }
    }
}

/// Encodes up to the first character that the set lacks; returns the number of bytes of `text` read, that
/// character included, and the character.
pub(super) fn encode(charset: Charset, text: &str, out: &mut Vec<u8>) -> (usize, Option<char>) {
    let Some(table) = table(charset) else { return (text.len(), None) };
    let mut done = 0usize;
    for character in text.chars() {
        done += character.len_utf8();
        let code = u32::from(character);
        let byte = match code {
            0..0x80 => u8::try_from(code).ok(),
            _ => {
                (0x80..=0xFFu8).zip(table).find(|(_, known)| u32::from(**known) == code).map(|(byte, _)| byte)
            }
        };
        match byte {
            Some(byte) => out.push(byte),
            None => return (done, Some(character)),
        }
    }
    (done, None)
}
