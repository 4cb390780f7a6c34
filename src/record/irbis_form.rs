//! Converts IRBIS and ISIS records to MARC forms and back: the syntax changes, tags and values do not.

use super::kept::keep;
use super::{Dialect, IsisHeader, Leader, Record, RecordRef, Syntax};
use crate::bytes::Cut;
use crate::error::{Error, Result};
use crate::finding::Finding;
use crate::finding::{Findings, counted};
use crate::position::Location;
use crate::record::rules::{
    CHARACTER_NOT_ALLOWED, DELIMITER_IN_VALUE, FIELD_KIND, HEADER_LOST, INDICATOR_LOST,
};
use crate::tag::Tag;

/// The code of the subfield that carries head text in MARC forms, as IRBIS itself writes it in formats.
const HEAD: char = '*';
const CONTROL_NUMBER: Tag = Tag::new(*b"001");
const NO_ROOM: &str = "a record holds at most 4 GiB";

/// Options of the MARC form of an IRBIS record.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MarcForm {
    /// Whether the master file number becomes field 001.
    pub(crate) mfn_as_control_number: bool,
}

/// Makes `out` the MARC form of a record without indicators, whose text must be checked already.
///
/// # Errors
/// `Unrepresentable` if a value contains the delimiter of MARC.
pub(crate) fn to_marc_form(
    record: RecordRef<'_>,
    form: MarcForm,
    out: &mut Record,
    findings: &mut Findings,
) -> Result<()> {
    out.clear();
    out.position = record.position;
    out.header = *record.header;
    out.syntax = Syntax::MARC;
    let isis = record.header.isis.unwrap_or_default();
    out.header.leader = Some(record.header.leader.unwrap_or_else(|| made_leader(isis.is_deleted())));
    out.header.isis = None;
    if isis.version > 0 || isis.status & !3 != 0 || isis.previous != 0 {
        let message = format!("status {} and version {} of IRBIS", isis.status, isis.version);
        let place = Location::of(record.position);
        findings.push(Finding::new(HEADER_LOST, place, message, "left out, but for deleted or not"));
    }
    if form.mfn_as_control_number && record.control_number().is_none() {
        if let Some(mfn) = record.mfn() {
            out.text_mut().push_str(&mfn.to_string());
            out.end_field(CONTROL_NUMBER, 0, true);
        }
    }
    // One search through all of it saves a search in each field of most records.
    let delimiter = Syntax::MARC.delimiter;
    let has_delimiter =
        record.syntax.delimiter != delimiter && memchr::memchr(delimiter, record.buffer()).is_some();
    out.text.reserve(record.buffer().len() + record.slots.len() * 4);
    for field in record.fields() {
        let tag = field.tag();
        let text = field.text.unwrap_or_default();
        let place = || {
            let mut location = Location::of(record.position);
            location.tag = Some(tag);
            location.field = Some(field.index);
            location
        };
        if has_delimiter && text.as_bytes().contains(&Syntax::MARC.delimiter) {
            let message = "a value holds the byte 1F, which delimits subfields in MARC";
            return Err(Error::unrepresentable(Finding::new(
                CHARACTER_NOT_ALLOWED,
                place(),
                message,
                "record rejected",
            )));
        }
        let head = field.lead().as_str().unwrap_or_default();
        let rest = text.cut(head.len()..);
        let start = out.text.len();
        if tag.is_control() && rest.is_empty() {
            out.text.push_str(head);
            if !out.end_field(tag, start, true) {
                return Err(Error::argument(NO_ROOM));
            }
            continue;
        }
        if tag.is_control() {
            findings.push(Finding::new(
                FIELD_KIND,
                place(),
                format!("field {tag} has subfields, which control fields of MARC do not have"),
                "written as a data field",
            ));
        }
        out.text.push_str("  ");
        let first = rest.trim_start_matches(char::from(record.syntax.delimiter));
        let starts_as_head = first.starts_with(HEAD);
        if !head.is_empty() || rest.is_empty() || starts_as_head {
            out.text.push(char::from(Syntax::MARC.delimiter));
            out.text.push(HEAD);
            out.text.push_str(head);
        }
        let mut pieces = memchr::memchr_iter(record.syntax.delimiter, rest.as_bytes()).peekable();
        while let Some(at) = pieces.next() {
            let end = pieces.peek().copied().unwrap_or(rest.len());
            out.text.push(char::from(Syntax::MARC.delimiter));
            out.text.push_str(rest.cut(at + 1..end));
        }
        if !out.end_field(tag, start, false) {
            return Err(Error::argument(NO_ROOM));
        }
    }
    Ok(())
}

impl Record {
    /// Empties a record that becomes the IRBIS form of another: it has the header, position and character set of that.
    pub(super) fn begin_irbis(&mut self, record: RecordRef<'_>) {
        self.clear();
        self.position = record.position;
        self.header = *record.header;
        self.syntax = Syntax::IRBIS;
        self.set_charset(record.charset, record.reason);
        match record.text {
            Some(_) => self.text_mut().clear(),
            None => self.bytes_mut().clear(),
        }
    }
}

/// Makes a record that was read in a form of MARC one of IRBIS, if that is the dialect the caller names.
pub(crate) fn in_dialect(dialect: Dialect, record: &mut Record, findings: &mut Findings) {
    if dialect == Dialect::Irbis {
        let marc = std::mem::take(record);
        from_marc_form(marc.view(), true, record, findings);
    }
}

/// Returns a record that is to be written in a form of IRBIS; one of MARC is made of IRBIS in `out`. For `take_mfn` see
/// [`from_marc_form`].
pub(crate) fn in_irbis_form<'r>(
    record: RecordRef<'r>,
    take_mfn: bool,
    out: &'r mut Record,
    findings: &mut Findings,
) -> RecordRef<'r> {
    if !record.syntax().has_indicators() {
        return record;
    }
    from_marc_form(record, take_mfn, out, findings);
    out.view()
}

/// Makes `out` the IRBIS record whose MARC form is `record`: the inverse of [`to_marc_form`].
///
/// With `take_mfn`, a first and only field 001 that is a number without leading zeros becomes the master file
/// number; otherwise it stays a field. Indicators that are not blank stay as the first two characters of the
/// head text, where IRBIS users type them, with a finding. So does a literal `^`, which becomes a delimiter. A record that
/// was kept in fields of CDS/ISIS gets the fields that it had there.
pub(crate) fn from_marc_form(
    record: RecordRef<'_>,
    take_mfn: bool,
    out: &mut Record,
    findings: &mut Findings,
) {
    if let Some(kept) = record.header.kept {
        return keep(record, kept, false, out, findings);
    }
    out.begin_irbis(record);
    let mfn = master_file_number(record).filter(|_| take_mfn);
    if let Some(mfn) = mfn {
        let deleted = record.header.leader.is_some_and(|leader| leader.status() == b'd');
        out.header.isis = Some(IsisHeader::new(mfn, u32::from(deleted), 0));
    }
    let mut typed_indicators = 0usize;
    out.header.leader = out.header.leader.filter(|leader| !is_made_leader(*leader));
    for field in record.fields() {
        if mfn.is_some() && field.index == 0 {
            continue; // it became the master file number
        }
        let start = out.buffer_len();
        let indicators = match field.indicators() {
            b"  " => &[][..],
            other => other,
        };
        let body = field.bytes.cut(field.indicators().len()..);
        let lead = field.lead().as_bytes();
        let mut rest = body.cut(lead.len()..);
        let mut head = lead;
        let delimiter = record.syntax.delimiter;
        if let (true, Some(after)) = (lead.is_empty(), rest.strip_prefix(&[delimiter, HEAD as u8])) {
            let end = memchr::memchr(delimiter, after).unwrap_or(after.len());
            head = after.cut(..end);
            rest = after.cut(end..);
        }
        if field.bytes.contains(&Syntax::IRBIS.delimiter) {
            let mut location = Location::of(record.position);
            location.tag = Some(field.tag);
            location.field = Some(field.index);
            let message = "a value holds ^, which delimits subfields in IRBIS";
            findings.push(Finding::new(DELIMITER_IN_VALUE, location, message, "kept, as a delimiter"));
        }
        typed_indicators += usize::from(!indicators.is_empty());
        let mut push = |bytes: &[u8]| match out.is_text {
            // whole characters: checked text is cut at indicators, lead and segments only
            true => out.text.push_str(&String::from_utf8_lossy(bytes)),
            false => out.bytes.extend_from_slice(bytes),
        };
        push(indicators);
        push(head);
        for piece in rest.split(|&byte| byte == delimiter).skip(1) {
            push(&[Syntax::IRBIS.delimiter]);
            push(piece);
        }
        out.end_field(field.tag, start, false);
    }
    if typed_indicators > 0 {
        let message = format!(
            "indicators in {}, for which IRBIS has no place",
            counted(typed_indicators as u64, "field")
        );
        let place = Location::of(record.position);
        findings.push(Finding::new(INDICATOR_LOST, place, message, "written as head text"));
    }
}

/// Returns the number in the first field, if that is the only 001 and has the form that [`to_marc_form`]
/// writes.
fn master_file_number(record: RecordRef<'_>) -> Option<u32> {
    let mut numbers = record.fields_with(CONTROL_NUMBER);
    let first = numbers.next().filter(|field| field.index == 0)?;
    let text = first.lead().as_str().filter(|_| numbers.next().is_none() && record.header.isis.is_none())?;
    text.parse::<u32>().ok().filter(|mfn| *mfn > 0 && mfn.to_string() == text)
}

/// Returns the leader for a record without one.
fn made_leader(deleted: bool) -> Leader {
    let mut leader = Leader::default();
    if deleted {
        leader.set(5, b'd');
    }
    leader
}

fn is_made_leader(leader: Leader) -> bool {
    let mut plain = leader;
    (0..5).chain(12..17).for_each(|position| {
        plain.set(position, b'0');
    });
    plain == made_leader(false) || plain == made_leader(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Builder;

    fn irbis() -> Record {
        Builder::new(Syntax::IRBIS)
            .mfn(7)
            .field("5", |f| f.lead("plain"))
            .field("920", |f| f.lead("PAZK"))
            .field("910", |f| f.lead("head").subfield('A', "0").subfield('b', ""))
            .field("200", |f| f.subfield('*', "starred"))
            .field("300", |f| f)
            .field("2022", |f| f.subfield('a', "local"))
            .build()
            .unwrap()
    }

    fn marc(record: &Record) -> (Record, usize) {
        let mut out = Record::new();
        let mut findings = Findings::new(9);
        to_marc_form(record.view(), MarcForm { mfn_as_control_number: true }, &mut out, &mut findings)
            .unwrap();
        (out, findings.list().len())
    }

    #[test]
    fn marc_form_by_the_table() {
        let (marc, findings) = marc(&irbis());
        let raw: Vec<_> = marc.fields().map(|f| (f.tag().to_string(), f.raw_text().to_string())).collect();
        let expected = [
            ("001", "7"),
            ("005", "plain"),
            ("920", "  \u{1F}*PAZK"),
            ("910", "  \u{1F}*head\u{1F}A0\u{1F}b"),
            ("200", "  \u{1F}*\u{1F}*starred"),
            ("300", "  \u{1F}*"),
            ("2022", "  \u{1F}alocal"),
        ];
        assert_eq!(raw, expected.map(|(tag, body)| (tag.to_owned(), body.to_owned())));
        assert_eq!(marc.header().leader.unwrap().to_string(), "00000nam a2200000   4500");
        assert_eq!(findings, 0);
    }

    #[test]
    fn and_back() {
        let before = irbis();
        let (marc, _) = marc(&before);
        let mut out = Record::new();
        from_marc_form(marc.view(), true, &mut out, &mut Findings::new(9));
        assert_eq!(out, before);
    }

    #[test]
    fn a_field_below_ten_with_subfields_is_told() {
        let record = Builder::new(Syntax::IRBIS).field("9", |f| f.subfield('a', "x")).build().unwrap();
        let (marc, findings) = marc(&record);
        assert_eq!(findings, 1);
        assert!(!marc.field(9).unwrap().is_control());
    }

    #[test]
    fn the_delimiter_of_marc_in_a_value_is_refused() {
        let record =
            Builder::new(Syntax::IRBIS).field("200", |f| f.subfield('a', "x\u{1F}y")).build().unwrap();
        let form = MarcForm { mfn_as_control_number: true };
        assert!(to_marc_form(record.view(), form, &mut Record::new(), &mut Findings::new(9)).is_err());
    }
}
