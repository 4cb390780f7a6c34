//! The names of character sets.

use std::fmt;

use super::set::Charset;
use super::{codepage, whatwg};

impl Charset {
    /// ISO 5426, the extended Latin of UNIMARC and MAB2, with ASCII.
    pub const ISO_5426: Charset = Charset::Unimarc { g0: 1, g1: 3, g2: 0, g3: 0 };

    /// UTF-8 in which ESC H and ESC I are the marks around words that are not filed.
    pub(crate) const UTF8_ESCAPED: Charset = Charset::Utf8Or(&Charset::Utf8);

    /// Returns the name in lower case, as used on the command line and in the documentation.
    pub fn name(self) -> &'static str {
        match self {
            Charset::Auto => "auto",
            Charset::Utf8 => "utf-8",
            Charset::Marc8 => "marc-8",
            Charset::Unimarc { g0: 1, g1: 2, g2: 0, g3: 0 } => "iso-ir-37",
            Charset::ISO_5426 => "iso-5426",
            Charset::Unimarc { g0: 1, g1: 4, g2: 0, g3: 0 } => "iso-5427",
            Charset::Unimarc { g0: 1, g1: 5, g2: 0, g3: 0 } => "iso-5428",
            Charset::Unimarc { g0: 1, g1: 6, g2: 0, g3: 0 } => "iso-6438",
            Charset::Unimarc { .. } => "unimarc-sets",
            Charset::Utf8Or(_) => "utf-8",
            Charset::Either([first, _]) => first.name(),
            Charset::Iso6937 => "iso-6937",
            Charset::DanMarc => "danmarc",
            Charset::Utf16Le => "utf-16le",
            Charset::Utf16Be => "utf-16be",
            other => match codepage::name(other) {
                "" => whatwg::name(other),
                name => name,
            },
        }
    }

    /// Returns the character set with this name: those of [`Charset::name`], `cp1251` and similar, `mab2`,
    /// the digits of UNIMARC 100$a/26-33 as `unimarc-0103` or `unimarc-01030402`, the labels of the
    /// WHATWG Encoding Standard, and those of IANA for code pages. Ignores case, and signs between letters and digits.
    /// `None` if there is no such set.
    pub fn from_name(name: &str) -> Option<Charset> {
        let name = name.trim();
        let is = |known: &str| known.eq_ignore_ascii_case(name);
        let alias = |known: &[&str]| known.iter().any(|known| is(known));
        if is("auto") {
            return Some(Charset::Auto);
        }
        if alias(&["utf-8", "utf8", "ascii", "us-ascii"]) {
            return Some(Charset::Utf8);
        }
        if alias(&["marc8", "ansel"]) {
            return Some(Charset::Marc8);
        }
        if alias(&["iso5426", "iso-ir-53", "mab2", "mab"]) {
            return Some(Charset::ISO_5426);
        }
        if alias(&["iso6937", "t.61"]) {
            return Some(Charset::Iso6937);
        }
        if let Some(sets) = name.get(..8).filter(|start| start.eq_ignore_ascii_case("unimarc-")) {
            return Charset::from_unimarc(name.get(sets.len()..)?.as_bytes());
        }
        let lower = name.to_ascii_lowercase();
        if let Some(page) = codepage::by_number(page_number(&lower)) {
            return Some(page);
        }
        match lower.as_str() {
            "kz-1048" | "strk1048-2002" | "strk1048" | "rk1048" => return Some(Charset::Kz1048),
            "pt154" | "csptcp154" | "cyrillic-asian" => return Some(Charset::Ptcp154),
            "cp1125u" | "ruscii" => return Some(Charset::Cp1125),
            "mac-cyrillic" | "maccyrillic" => return Some(Charset::MacCyrillic),
            _ => {}
        }
        Charset::own().find(|charset| is(charset.name())).or_else(|| whatwg::from_name(name)).or_else(|| {
            let bare_name = bare(name);
            let labels = [&bare_name, &format!("iso{bare_name}")];
            let known = Charset::all().find(|charset| bare(charset.name()) == bare_name);
            known.or_else(|| labels.iter().find_map(|label| whatwg::from_name(label)))
        })
    }

    /// Returns the character set named by the digits of UNIMARC 100$a/26-33: two to eight of them, blanks for
    /// none. 50 is UTF-8; 79, 89 and 99 of RUSMARC are cp866, Windows-1251 and KOI8-R. `None` if they name
    /// none.
    ///
    /// # Spec
    /// UNIMARC Bibliographic, 100 $a/26-29 and 30-33; RUSMARC, the same.
    ///
    /// # Example
    /// ```
    /// use kartoteka::Charset;
    ///
    /// assert_eq!(Charset::from_unimarc(b"0189"), Some(Charset::Windows1251));
    /// assert_eq!(Charset::from_unimarc(b"0103"), Some(Charset::ISO_5426));
    /// assert_eq!(Charset::ISO_5426.decode(b"na\xC8\xF5ve \xC2e")?, "na\u{131}\u{308}ve e\u{301}");
    /// # Ok::<(), kartoteka::DecodeError>(())
    /// ```
    pub fn from_unimarc(digits: &[u8]) -> Option<Charset> {
        let code = |at: usize| match digits.get(at..at + 2) {
            Some([tens @ b'0'..=b'9', units @ b'0'..=b'9']) => (tens - b'0') * 10 + (units - b'0'),
            _ => 0,
        };
        let codes = [code(0), code(2), code(4), code(6)];
        if codes == [0; 4] {
            return None;
        }
        let whole = codes.iter().find_map(|code| match code {
            50 => Some(Charset::Utf8),
            79 => Some(Charset::Ibm866),
            89 => Some(Charset::Windows1251),
            99 => Some(Charset::Koi8R),
            _ => None,
        });
        let [g0, g1, g2, g3] = codes;
        Some(whole.unwrap_or(Charset::Unimarc { g0: g0.max(u8::from(g0 == 0)), g1, g2, g3 }))
    }

    /// Returns all character sets that have a name of their own and can be decoded, [`Charset::Utf8`] first.
    pub fn all() -> impl Iterator<Item = Charset> {
        std::iter::once(Charset::Utf8).chain(Charset::own()).chain(whatwg::all())
    }

    /// Returns the sets with tables of our own.
    fn own() -> impl Iterator<Item = Charset> {
        let sets = (2..=6u8).map(|g1| Charset::Unimarc { g0: 1, g1, g2: 0, g3: 0 });
        let others = [Charset::Iso6937, Charset::DanMarc, Charset::Utf16Le, Charset::Utf16Be];
        std::iter::once(Charset::Marc8).chain(sets).chain(others).chain(codepage::all())
    }
}

/// The number of a code page in a name of it in lower case: `850` in `ibm850`, `cp-850` and `cspc850multilingual`.
fn page_number(name: &str) -> &str {
    let name = name.strip_prefix("cs").unwrap_or(name);
    let starts = ["x-cp", "cp", "windows", "win", "ibm", "pc8codepage", "pcp", "pc", "dos", "ms", "ansi"];
    let number = starts.iter().find_map(|start| name.strip_prefix(start)).unwrap_or(name);
    let number = number.trim_start_matches(['-', '_', '0']);
    let ends = ["multilingual", "baltic", "latinhebrew"];
    ends.iter().find_map(|end| number.strip_suffix(end)).unwrap_or(number)
}

/// A name in lower case without signs, nor what stands before many of them.
fn bare(name: &str) -> String {
    let mut bare: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    bare.make_ascii_lowercase();
    let start =
        ["cs", "x", "iso"].iter().find(|start| bare.starts_with(**start)).map_or(0, |start| start.len());
    bare.split_off(start)
}

/// No character set has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no character set is called {0:?}")]
pub struct ParseCharsetError(String);

impl std::str::FromStr for Charset {
    type Err = ParseCharsetError;

    /// See [`Charset::from_name`].
    fn from_str(name: &str) -> Result<Charset, ParseCharsetError> {
        Charset::from_name(name).ok_or_else(|| ParseCharsetError(name.to_owned()))
    }
}

impl fmt::Display for Charset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            &Charset::UTF8_ESCAPED => f.pad("utf-8"),
            Charset::Utf8Or(other) => write!(f, "utf-8, in places {other}"),
            Charset::Either([first, other]) => write!(f, "{first}, in places {other}"),
            Charset::Unimarc { g0, g1, g2: 0, g3: 0 } if self.name() == "unimarc-sets" => {
                write!(f, "unimarc-{g0:02}{g1:02}")
            }
            Charset::Unimarc { g0, g1, g2, g3 } if self.name() == "unimarc-sets" => {
                write!(f, "unimarc-{g0:02}{g1:02}{g2:02}{g3:02}")
            }
            other => f.pad(other.name()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_finds_its_set() {
        for charset in Charset::all().chain([Charset::Auto]) {
            assert_eq!(Charset::from_name(charset.name()), Some(charset));
            assert_eq!(Charset::from_name(&charset.name().to_uppercase()), Some(charset));
        }
        assert_eq!(Charset::from_name("cp1251"), Some(Charset::Windows1251));
        assert_eq!(Charset::from_name("latin1"), Some(Charset::Windows1252));
        assert_eq!(Charset::from_name("klingon"), None);
        for name in ["IBM850", "cp850", "850", "CP-850", "ibm-850"] {
            assert_eq!(Charset::from_name(name), Some(Charset::Cp850), "{name}");
        }
        for (name, charset) in
            [("CP1048", Charset::Kz1048), ("kz-1048", Charset::Kz1048), ("pt154", Charset::Ptcp154)]
        {
            assert_eq!(Charset::from_name(name), Some(charset), "{name}");
        }
    }

    #[test]
    fn usual_names_of_each_set() {
        for (names, charset) in [
            ("csPC850Multilingual IBM_850 cp00850 858 x-cp850", Charset::Cp850),
            ("csPC8CodePage437 437 IBM437", Charset::Cp437),
            ("csPCp852 cp_852", Charset::Cp852),
            ("csIBM857 DOS-857", Charset::Cp857),
            ("csPC775Baltic", Charset::Cp775),
            ("win-1251 WIN1251 ansi-1251 windows_1251 ms1251 x-cp1251 ansi", Charset::Windows1251),
            ("win1252 Latin-1 ISO_8859-1 8859-1 l1", Charset::Windows1252),
            ("csKZ1048 kz_1048 STRK1048-2002", Charset::Kz1048),
            ("csIBM866 dos866 oem", Charset::Ibm866),
            ("KOI8R koi-8-r koi8_r cskoi8r", Charset::Koi8R),
            ("KOI8U koi8-ru", Charset::Koi8U),
            ("8859-5 ISO88595 cyrillic", Charset::Iso8859_5),
            ("ISO_5426 5426 iso-ir-53 unimarc-0103", Charset::ISO_5426),
            ("marc_8 MARC8 ansel", Charset::Marc8),
            ("utf_8 UTF8 65001", Charset::Utf8),
            ("sjis Shift-JIS", Charset::ShiftJis),
        ] {
            for name in names.split(' ') {
                assert_eq!(Charset::from_name(name), Some(charset), "{name}");
            }
        }
        for name in ["", "-", "cs", "iso", "x", "cp", "cp9999", "0", "8859-99"] {
            assert_eq!(Charset::from_name(name), None, "{name}");
        }
    }
}
