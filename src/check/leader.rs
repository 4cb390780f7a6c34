//! The values of the leader.

use super::{Check, Fix, Fixes, Subject};
use crate::check::rules::{LEADER_INVALID, LEADER_OBSOLETE};
use crate::finding::{Finding, Findings, Rule};
use crate::record::{Dialect, Record};
use crate::schema::{LeaderRule, Set, leader, shown};

/// Checks that each position of the leader holds what its format knows.
///
/// Which format that is goes by the dialect, and in MARC 21 by the type of record: bibliographic, authority, holdings
/// or classification data. Records of an unknown dialect are checked for what all of them share; IRBIS and
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
    fn rules(&self) -> &[Rule] {
        &[LEADER_INVALID, LEADER_OBSOLETE]
    }

    /// Sets the positions that say how a record of ISO 2709 is laid out, which can have one value only.
    fn fix(&self, record: &mut Record, finding: &Finding, _: Fixes) -> Option<Fix> {
        let (position, last) = finding.location.chars?;
        let value = match position {
            _ if position != last || finding.rule != LEADER_INVALID => return None,
            10 | 11 => b'2',
            20 => b'4',
            21 => b'5',
            22 => b'0',
            _ => return None,
        };
        let mut leader = record.header().leader?;
        leader.set(usize::from(position), value).then_some(())?;
        record.set_leader(Some(leader));
        Some(Fix::new(finding, format!("leader/{position} set to {}", char::from(value))))
    }

    fn check(&mut self, subject: Subject<'_>, findings: &mut Findings) {
        let record = subject.record;
        let Some(record_leader) = record.header().leader else { return };
        if !record.syntax().has_indicators() {
            return;
        }
        let dialect = match self.dialect {
            Dialect::Auto => Dialect::guess(record),
            named => named,
        };
        let set = Set::of(dialect, record_leader.record_type());
        if set.is_none() && dialect != Dialect::Auto {
            return;
        }
        for rule in leader(set) {
            let byte = record_leader.get(rule.position).unwrap_or_default();
            if rule.live.has(byte) || !self.structure && rule.layout && byte == b' ' {
                continue;
            }
            fault(subject, rule, byte, findings);
        }
    }
}

#[cold]
fn fault(subject: Subject<'_>, rule: &LeaderRule, byte: u8, findings: &mut Findings) {
    let (what, found) = (rule.label, shown(byte));
    let known = rule.live.iter().map(shown).collect::<Vec<_>>().join(", ");
    let (code, message) = match rule.obsolete.has(byte) {
        true => (LEADER_OBSOLETE, format!("the {what} is {found}, which is not current")),
        false if rule.live.is_one() => (LEADER_INVALID, format!("the {what} is {found}, not {known}")),
        false => (LEADER_INVALID, format!("the {what} is {found}, not one of {known}")),
    };
    let place = subject.in_leader(rule.position, 1);
    findings.push(Finding::new(code, place, message, "kept"));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Record;

    fn found(leader: &str, fields: &[&str], structure: bool) -> Vec<String> {
        let mut builder = Record::builder().leader(leader);
        for tag in fields {
            builder = builder.data_field(tag, "  ", [('a', "20200101d2020    k  y0rusy50      ca")]);
        }
        let record = builder.build().unwrap();
        let mut checker = super::super::Checker::new(100).with(Leader::new().structure(structure));
        let found = checker.check(record.view(), &[], &[]).iter();
        let path = |finding: &Finding| finding.location.place().unwrap();
        found.map(|finding| format!("{} {}", finding.rule, path(finding))).collect()
    }

    #[test]
    fn marc21_by_type() {
        assert_eq!(found("00000cam a2200000zi 4500", &["245"], true), [""; 0]);
        assert_eq!(
            found("00000xam b2300000yi 4501", &["245"], true),
            ["L001 LDR/5", "L001 LDR/9", "L001 LDR/17", "L001 LDR/11", "L001 LDR/23"]
        );
        assert_eq!(found("00000nz  a2200000n  4500", &["245"], true), [""; 0]);
        assert_eq!(found("00000nzm a2200000n  4500", &["245"], true), ["L001 LDR/7"]);
        assert_eq!(found("00000chm a2200000Ii 4500", &["245"], true), ["L002 LDR/6", "L002 LDR/17"]);
    }

    #[test]
    fn unimarc_and_what_has_no_dialect() {
        assert_eq!(found("00000nam0 2200000   450 ", &["100", "200"], true), [""; 0]);
        assert_eq!(found("00000nam 22200000 i 4500", &["100", "200"], true), ["L001 LDR/9"]);
        assert_eq!(found("00000???????00000   4500", &["999"], true), ["L001 LDR/10", "L001 LDR/11"]);
    }

    /// One fault in each position, and the path that names it.
    #[test]
    fn each_position_by_its_path() {
        let clean = "00000nam a2200000 i 4500";
        for (position, byte) in [
            (5, 'x'),
            (6, 's'),
            (7, 'x'),
            (8, 'x'),
            (9, 'u'),
            (10, '3'),
            (11, '1'),
            (17, 'a'),
            (18, 'x'),
            (19, '4'),
            (20, '5'),
            (21, '4'),
            (22, ' '),
            (23, ' '),
        ] {
            let mut leader: Vec<char> = clean.chars().collect();
            leader[position] = byte;
            let leader: String = leader.into_iter().collect();
            assert_eq!(found(&leader, &["245"], true), [format!("L001 LDR/{position}")]);
        }
    }

    #[test]
    fn other_formats_leave_the_layout_blank() {
        assert_eq!(found("     cam a  00000zi     ", &["245"], false), [""; 0]);
        assert_eq!(found("     cam a  00000zi     ", &["245"], true).len(), 6);
    }
}
