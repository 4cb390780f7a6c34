//! The character sets, and their properties that need no bytes.

use crate::named::named;

/// A character set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Charset {
    /// Chosen for each record, by evidence. Only for options; the charset of a record is never this.
    #[default]
    Auto,
    /// UTF-8. ASCII is part of it.
    Utf8,
    /// MARC-8, the character set of MARC 21 where leader/09 is blank.
    Marc8,
    /// The sets named by pairs of digits in UNIMARC 100$a/26-33, such as 01 and 03 for ASCII with ISO 5426.
    /// There are tables for 01 ISO 646, 02 ISO-IR 37, 03 ISO 5426, 04 ISO 5427, 05 ISO 5428 and 06 ISO 6438;
    /// bytes in other sets are kept, not decoded.
    Unimarc {
        /// The code of the G0 set, 1 to 99.
        g0: u8,
        /// The code of the G1 set, 1 to 99; 0 if there is none.
        g1: u8,
        /// The code of the G2 set, or 0.
        g2: u8,
        /// The code of the G3 set, or 0.
        g3: u8,
    },
    /// ISO 6937, European Latin with marks before their letters.
    Iso6937,
    /// danMARC: Latin-1, in which `@` and four digits are a character of Unicode, and marks precede letters.
    DanMarc,
    /// UTF-8, except that values which are not UTF-8 at all are in another set: the result of inserting
    /// values into records without conversion. Found by evidence; has no name.
    Utf8Or(&'static Charset),
    /// The first set, except that values whose words fit much better in the second are in that; values that are UTF-8
    /// are so. Found by evidence; has no name.
    Either(&'static [Charset; 2]),
    /// UTF-16, little-endian. Not for ISO 2709 records, whose delimiters are single bytes.
    Utf16Le,
    /// UTF-16, big-endian.
    Utf16Be,
    /// Code page 437, American DOS.
    Cp437,
    /// Code page 737, Greek DOS.
    Cp737,
    /// Code page 850, western Latin DOS.
    Cp850,
    /// Code page 852, central European Latin DOS.
    Cp852,
    /// Code page 775, Baltic DOS.
    Cp775,
    /// Code page 855, Cyrillic DOS in Serbia, Bulgaria and the Soviet Union.
    Cp855,
    /// Code page 857, Turkish DOS.
    Cp857,
    /// Code page 860, Portuguese DOS.
    Cp860,
    /// Code page 861, Icelandic DOS.
    Cp861,
    /// Code page 863, Canadian French DOS.
    Cp863,
    /// Code page 865, Danish and Norwegian DOS.
    Cp865,
    /// Code page 869, Greek DOS.
    Cp869,
    /// Code page 866, Cyrillic DOS.
    Ibm866,
    /// Code page 1125, Ukrainian of DOS.
    Cp1125,
    /// KZ-1048, Kazakh of Windows: STRK1048-2002.
    Kz1048,
    /// PTCP154, Cyrillic of the Asian languages.
    Ptcp154,
    /// ISO 8859-2, Latin of central Europe.
    Iso8859_2,
    /// ISO 8859-3, Latin of southern Europe, and old Turkish.
    Iso8859_3,
    /// ISO 8859-4, Latin of northern Europe.
    Iso8859_4,
    /// ISO 8859-5, Cyrillic.
    Iso8859_5,
    /// ISO 8859-6, Arabic.
    Iso8859_6,
    /// ISO 8859-7, Greek.
    Iso8859_7,
    /// ISO 8859-8, Hebrew.
    Iso8859_8,
    /// ISO 8859-10, Nordic Latin.
    Iso8859_10,
    /// ISO 8859-13, Baltic Latin.
    Iso8859_13,
    /// ISO 8859-14, Celtic Latin.
    Iso8859_14,
    /// ISO 8859-15, western Latin with the euro sign.
    Iso8859_15,
    /// ISO 8859-16, Latin of south-eastern Europe.
    Iso8859_16,
    /// KOI8-R, Russian.
    Koi8R,
    /// KOI8-U, Ukrainian.
    Koi8U,
    /// Macintosh Roman.
    Macintosh,
    /// Macintosh Cyrillic.
    MacCyrillic,
    /// Windows-874, Thai.
    Windows874,
    /// Windows-1250, Latin of central Europe.
    Windows1250,
    /// Windows-1251, Cyrillic.
    Windows1251,
    /// Windows-1252, western Latin. The Encoding Standard maps the names ISO 8859-1 and ASCII to it.
    Windows1252,
    /// Windows-1253, Greek.
    Windows1253,
    /// Windows-1254, Turkish.
    Windows1254,
    /// Windows-1255, Hebrew.
    Windows1255,
    /// Windows-1256, Arabic and Persian.
    Windows1256,
    /// Windows-1257, Baltic.
    Windows1257,
    /// Windows-1258, Vietnamese.
    Windows1258,
    /// Big5, Chinese in traditional characters.
    Big5,
    /// EUC-JP, Japanese.
    EucJp,
    /// EUC-KR, Korean.
    EucKr,
    /// GB 18030, Chinese.
    Gb18030,
    /// GBK, Chinese in simplified characters.
    Gbk,
    /// Shift_JIS, Japanese.
    ShiftJis,
}

/// What to do with bytes that do not decode, and characters that do not encode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Policy {
    /// Fail.
    Strict,
    /// Substitute and count: U+FFFD for each bad sequence when decoding; `?` for each character when
    /// encoding, or `|` in MARC-8, as its specification requires.
    #[default]
    Replace,
    /// Escape and count: `\xE9` for each bad byte when decoding, `&#x04D9;` for each character when encoding.
    /// The latter loses nothing in MARC-8, whose readers know such references.
    Escape,
}

named!(Policy {
    Strict "strict" "Reject the record",
    Replace "replace" "Write U+FFFD, or ? where the output has no such character",
    Escape "escape" r"Write \xE9 for a byte, &#x04D9; for a character",
});

impl Charset {
    /// Returns whether each subfield is decoded separately: sets are reset there, or the next one may be in
    /// another set.
    pub(crate) const fn has_states(self) -> bool {
        matches!(
            self,
            Charset::Marc8
                | Charset::Iso6937
                | Charset::Unimarc { .. }
                | Charset::Utf8Or(_)
                | Charset::Either(_)
        )
    }

    /// Returns whether ASCII text encodes to the same bytes.
    pub(super) const fn keeps_ascii(self) -> bool {
        !matches!(
            self,
            Charset::Marc8
                | Charset::Iso6937
                | Charset::Unimarc { .. }
                | Charset::DanMarc
                | Charset::Utf16Le
                | Charset::Utf16Be
        )
    }
}
