//! The values of the leader.

use super::{Check, Subject};
use crate::{Code, Diagnostic, Dialect, Findings};

/// Checks that each position of the leader holds what its format knows.
///
/// Which format that is goes by the dialect, and in MARC 21 by the type of record: bibliographic, authority, holdings
/// or classification data. Records whose dialect cannot be told are checked for what all of them share; IRBIS and
/// CDS/ISIS give no meaning to a leader.
///
/// # Spec
/// MARC 21 Leader (bibliographic, authority, holdings and classification data); UNIMARC record label.
#[derive(Debug, Clone)]
pub struct Leader {
    dialect: Dialect,
    structure: bool,
}

impl Leader {
    /// Decides for each record which format it is in, and checks the positions that say how it is laid out, too.
    pub fn new() -> Leader {
        Leader { dialect: Dialect::Auto, structure: true }
    }

    /// The dialect of the records. Default: [`Dialect::Auto`].
    #[must_use]
    pub fn dialect(mut self, dialect: Dialect) -> Leader {
        self.dialect = dialect;
        self
    }

    /// Whether positions 10, 11 and 20 to 23 matter, which say how a record of ISO 2709 is laid out; in other formats
    /// they may be blank. Default: true.
    #[must_use]
    pub fn structure(mut self, yes: bool) -> Leader {
        self.structure = yes;
        self
    }
}

impl Default for Leader {
    fn default() -> Leader {
        Leader::new()
    }
}

impl Check for Leader {
    fn check(&mut self, subject: Subject<'_>, findings: &mut Findings) {
        let record = subject.record;
        let Some(leader) = record.header().leader else { return };
        if !record.syntax().has_indicators() {
            return;
        }
        let dialect = match self.dialect {
            Dialect::Auto => Dialect::guess(record),
            named => named,
        };
        let Some(tables) = tables(dialect, leader.record_type()) else { return };
        for rule in tables.into_iter().flatten() {
            let byte = leader.get(rule.position).unwrap_or_default();
            if rule.live.has(byte) || !self.structure && rule.structure && byte == b' ' {
                continue;
            }
            fault(subject, rule, byte, findings);
        }
    }
}

#[cold]
fn fault(subject: Subject<'_>, rule: &Rule, byte: u8, findings: &mut Findings) {
    let found = shown(byte);
    let known = (0..128u8).filter(|byte| rule.live.has(*byte)).map(shown).collect::<Vec<_>>().join(", ");
    let (code, message) = match rule.past.has(byte) {
        true => (Code::LeaderNotCurrent, format!("{} is {found}, which is not current", rule.what)),
        false if rule.live.is_one() => (rule.code, format!("{} is {found}, not {known}", rule.what)),
        false => (rule.code, format!("{} is {found}, not one of {known}", rule.what)),
    };
    let place = subject.in_leader(rule.position, 1);
    findings.push(Diagnostic::new(code, place, message, "kept"));
}

/// A byte as people read it.
fn shown(byte: u8) -> String {
    match byte {
        b' ' => "blank".to_owned(),
        0x21..=0x7E => char::from(byte).to_string(),
        other => format!("byte {other:02X}"),
    }
}

/// A set of ASCII characters.
#[derive(Clone, Copy)]
struct Set(u128);

impl Set {
    const fn of(bytes: &[u8]) -> Set {
        let mut bits = 0u128;
        let mut rest = bytes;
        while let [first, others @ ..] = rest {
            bits |= 1u128 << (*first & 0x7F);
            rest = others;
        }
        Set(bits)
    }

    #[inline]
    fn has(self, byte: u8) -> bool {
        byte < 0x80 && self.0 >> byte & 1 == 1
    }

    fn is_one(self) -> bool {
        self.0.is_power_of_two()
    }
}

/// What a position may hold.
struct Rule {
    position: usize,
    code: Code,
    what: &'static str,
    live: Set,
    /// What was right once, or is in one network.
    past: Set,
    /// Whether it says how the record is laid out.
    structure: bool,
}

const fn rule(position: usize, code: Code, what: &'static str, live: &[u8], past: &[u8]) -> Rule {
    Rule { position, code, what, live: Set::of(live), past: Set::of(past), structure: false }
}

const fn structure(position: usize, code: Code, what: &'static str, live: &[u8]) -> Rule {
    Rule { position, code, what, live: Set::of(live), past: Set::of(b""), structure: true }
}

/// What all records of the MARC family share.
const COUNTS: &[Rule] = &[
    structure(10, Code::LeaderIndicatorCount, "the indicator count", b"2"),
    structure(11, Code::LeaderIdentifierLength, "the subfield code length", b"2"),
    structure(20, Code::LeaderFieldLength, "the length of field lengths in the directory", b"4"),
    structure(21, Code::LeaderStartLength, "the length of offsets in the directory", b"5"),
];

/// What follows the entry map in MARC 21.
const ZEROS: &[Rule] = &[
    structure(22, Code::LeaderImplementationLength, "the length of the implementation part", b"0"),
    structure(23, Code::LeaderUndefined, "the undefined position of the entry map", b"0"),
];

/// What follows it in UNIMARC; files with zeros are as many as those with blanks.
const ZERO_AND_BLANK: &[Rule] = &[
    structure(22, Code::LeaderImplementationLength, "the length of the implementation part", b"0 "),
    structure(23, Code::LeaderUndefined, "the undefined position of the entry map", b" 0"),
];

/// MARC 21 bibliographic data. Letters at 17 in capitals are those of OCLC.
const BIBLIOGRAPHIC: &[Rule] = &[
    rule(5, Code::LeaderStatus, "the record status", b"acdnp", b""),
    rule(6, Code::LeaderType, "the type of record", b"acdefgijkmoprt", b"bhn"),
    rule(7, Code::LeaderLevel, "the bibliographic level", b"abcdims", b"p"),
    rule(8, Code::LeaderControl, "the type of control", b" a", b""),
    rule(9, Code::LeaderCoding, "the character coding scheme", b" a", b""),
    rule(17, Code::LeaderEncodingLevel, "the encoding level", b" 1234578uz", b"06EIJKLM"),
    rule(18, Code::LeaderForm, "the descriptive cataloguing form", b" acinu", b"pr"),
    rule(19, Code::LeaderMultipart, "the multipart resource record level", b" abc", b"r2"),
];

const AUTHORITY: &[Rule] = &[
    rule(5, Code::LeaderStatus, "the record status", b"acdnosx", b""),
    rule(7, Code::LeaderLevel, "the undefined position 7", b" ", b""),
    rule(8, Code::LeaderControl, "the undefined position 8", b" ", b""),
    rule(9, Code::LeaderCoding, "the character coding scheme", b" a", b""),
    rule(17, Code::LeaderEncodingLevel, "the encoding level", b"no", b""),
    rule(18, Code::LeaderForm, "the punctuation policy", b" ciu", b""),
    rule(19, Code::LeaderMultipart, "the undefined position 19", b" ", b""),
];

const HOLDINGS: &[Rule] = &[
    rule(5, Code::LeaderStatus, "the record status", b"cdn", b""),
    rule(7, Code::LeaderLevel, "the undefined position 7", b" ", b""),
    rule(8, Code::LeaderControl, "the undefined position 8", b" ", b""),
    rule(9, Code::LeaderCoding, "the character coding scheme", b" a", b""),
    rule(17, Code::LeaderEncodingLevel, "the encoding level", b"12345muz", b""),
    rule(18, Code::LeaderForm, "the item information", b"in", b""),
    rule(19, Code::LeaderMultipart, "the undefined position 19", b" ", b""),
];

const CLASSIFICATION: &[Rule] = &[
    rule(5, Code::LeaderStatus, "the record status", b"acdn", b""),
    rule(9, Code::LeaderCoding, "the character coding scheme", b" a", b""),
    rule(17, Code::LeaderEncodingLevel, "the encoding level", b"no", b""),
];

/// Community information.
const COMMUNITY: &[Rule] = &[
    rule(5, Code::LeaderStatus, "the record status", b"cdn", b""),
    rule(9, Code::LeaderCoding, "the character coding scheme", b" a", b""),
];

const UNIMARC: &[Rule] = &[
    rule(5, Code::LeaderStatus, "the record status", b"cdnop", b""),
    rule(6, Code::LeaderType, "the type of record", b"abcdefgijklmr", b""),
    rule(7, Code::LeaderLevel, "the bibliographic level", b"aimsc", b""),
    rule(8, Code::LeaderControl, "the hierarchical level", b" 012", b""),
    rule(9, Code::LeaderCoding, "position 9", b" am", b""),
    rule(17, Code::LeaderEncodingLevel, "the encoding level", b" 123", b""),
    rule(18, Code::LeaderForm, "the descriptive cataloguing form", b" inx", b""),
    rule(19, Code::LeaderMultipart, "the undefined position 19", b" ", b""),
];

const UNIMARC_AUTHORITY: &[Rule] = &[rule(5, Code::LeaderStatus, "the record status", b"cdn", b"")];

/// The rules for a record of this type; `None` where a leader has no meaning.
fn tables(dialect: Dialect, record_type: u8) -> Option<[&'static [Rule]; 3]> {
    Some(match dialect {
        Dialect::Marc21 => {
            let kind = match record_type {
                b'z' => AUTHORITY,
                b'u' | b'v' | b'x' | b'y' => HOLDINGS,
                b'w' => CLASSIFICATION,
                b'q' => COMMUNITY,
                _ => BIBLIOGRAPHIC,
            };
            [kind, COUNTS, ZEROS]
        }
        Dialect::Unimarc | Dialect::Rusmarc => {
            let kind = match record_type {
                b'x' | b'y' | b'z' => UNIMARC_AUTHORITY,
                _ => UNIMARC,
            };
            [kind, COUNTS, ZERO_AND_BLANK]
        }
        Dialect::Auto => [COUNTS, &[], &[]],
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Record;

    fn found(leader: &str, fields: &[&str], structure: bool) -> Vec<&'static str> {
        let mut builder = Record::builder().leader(leader);
        for tag in fields {
            builder = builder.data_field(tag, "  ", [('a', "20200101d2020    k  y0rusy50      ca")]);
        }
        let record = builder.build().unwrap();
        let mut checker = super::super::Checker::new(100).with(Leader::new().structure(structure));
        checker.check(record.view(), &[], &[]).iter().map(|finding| finding.code.id()).collect()
    }

    #[test]
    fn marc21_by_type() {
        assert_eq!(found("00000cam a2200000zi 4500", &["245"], true), [""; 0]);
        assert_eq!(
            found("00000xam b2300000yi 4501", &["245"], true),
            ["L005", "L009", "L017", "L011", "L023"]
        );
        assert_eq!(found("00000nz  a2200000n  4500", &["245"], true), [""; 0]);
        assert_eq!(found("00000nzm a2200000n  4500", &["245"], true), ["L007"]);
        assert_eq!(found("00000chm a2200000Ii 4500", &["245"], true), ["L024", "L024"]);
    }

    #[test]
    fn unimarc_and_what_has_no_dialect() {
        assert_eq!(found("00000nam0 2200000   450 ", &["100", "200"], true), [""; 0]);
        assert_eq!(found("00000nam 22200000 i 4500", &["100", "200"], true), ["L009"]);
        assert_eq!(found("00000???????00000   4500", &["999"], true), ["L010", "L011"]);
    }

    #[test]
    fn other_formats_leave_the_layout_blank() {
        assert_eq!(found("     cam a  00000zi     ", &["245"], false), [""; 0]);
        assert_eq!(found("     cam a  00000zi     ", &["245"], true).len(), 6);
    }
}
