//! Records against the rules of their format, or against a schema of the user's.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use super::{Check, Subject};
use crate::bytes::Cut;
use crate::check::rules::{
    AREA_UNDEFINED, CODE_INVALID, CODE_OBSOLETE, COUNTRY_UNDEFINED, FIELD_MISSING, FIELD_OBSOLETE,
    FIELD_REPEATED, FIELD_SHAPE, FIELD_UNDEFINED, FIELDS_CONFLICTING, FILL_NOT_ALLOWED, INDICATOR_NOT_BLANK,
    INDICATOR_OBSOLETE, INDICATOR_UNDEFINED, LANGUAGE_UNDEFINED, LEADER_INVALID, LEADER_OBSOLETE,
    LENGTH_INVALID, PATTERN_MISMATCH, RELATOR_UNDEFINED, SUBFIELD_MISSING, SUBFIELD_OBSOLETE, SUBFIELD_ORDER,
    SUBFIELD_REPEATED, SUBFIELD_UNDEFINED, VALUE_OBSOLETE, VALUE_UNDEFINED,
};
use crate::filter::Filter;
use crate::finding::{Finding, Findings, Rule};
use crate::position::Location;
use crate::record::{Dialect, FieldRef, RecordRef};
use crate::schema::{Compiled, Fault, FaultKind, FieldView, Mode, Set, Types, Validation, letter, shown};

/// The most codes that a message names.
const MOST_CODES: usize = 12;

/// Checks fields, indicators, subfields and coded values.
///
/// Without a schema of your own the rules are those of the record's format: the dialect and leader/06 decide, so that an
/// authority record is never held against rules for books; nothing is checked in CDS/ISIS records, in IRBIS records
/// of other bases than IBIS, and in records whose format is not known. Tags with a 9 in them and subfields `9` are the library's own, and never called
/// undefined. By a schema of your own everything is checked that it says, as Avram has it; what a partial one does not say is
/// not called undefined. A field that was withdrawn in a year that the rules know is right in records made before.
///
/// # Cost
/// One pass over the subfields of a record; allocates for what it finds, and for values that are not UTF-8.
///
/// # Example
/// ```
/// use kartoteka::{Record, check, rules};
///
/// let record = Record::builder()
///     .leader("00000nam a2200000 i 4500")
///     .data_field("245", "17", [('a', "Divan"), ('a', "Qəzəllər")])
///     .data_field("247", "00", [('y', "?")])
///     .build()?;
/// let mut checker = check::Checker::new(100).with(check::SchemaRules::new());
/// let found: Vec<_> = checker.check(record.view(), &[], &[]).iter().map(|finding| finding.rule).collect();
/// assert_eq!(found, [rules::SUBFIELD_REPEATED, rules::SUBFIELD_UNDEFINED]);
/// # Ok::<(), kartoteka::Error>(())
/// ```
#[derive(Debug)]
pub struct SchemaRules {
    dialect: Dialect,
    own: Option<Validation<Arc<Compiled>>>,
    /// Filters of `required_if`, by their text; `None` for what is no filter.
    conditions: HashMap<String, Option<Filter>>,
    sets: [Option<Validation<&'static Compiled>>; Set::ALL.len()],
}

impl SchemaRules {
    /// Finds the rules for each record.
    pub fn new() -> SchemaRules {
        let conditions = HashMap::new();
        SchemaRules { dialect: Dialect::Auto, own: None, conditions, sets: [const { None }; Set::ALL.len()] }
    }

    /// The dialect of the records. Default: [`Dialect::Auto`], found for each.
    #[must_use]
    pub fn dialect(mut self, dialect: Dialect) -> SchemaRules {
        self.dialect = dialect;
        self
    }

    /// Checks every record by this schema, in place of the rules of its format. The leader is the field `LDR`.
    #[must_use]
    pub fn by(mut self, schema: Arc<Compiled>) -> SchemaRules {
        let conditions = schema.schema().fields.values().filter_map(|field| field.required_if.clone());
        self.conditions = conditions.map(|text| (text.clone(), text.parse().ok())).collect();
        let mode = Mode::of(&schema);
        self.own = Some(Validation::new(schema, mode));
        self
    }
}

impl Default for SchemaRules {
    fn default() -> SchemaRules {
        SchemaRules::new()
    }
}

impl Check for SchemaRules {
    fn rules(&self) -> &[Rule] {
        &[
            AREA_UNDEFINED,
            CODE_INVALID,
            CODE_OBSOLETE,
            COUNTRY_UNDEFINED,
            FIELD_MISSING,
            FIELD_OBSOLETE,
            FIELD_REPEATED,
            FIELD_SHAPE,
            FIELD_UNDEFINED,
            FIELDS_CONFLICTING,
            FILL_NOT_ALLOWED,
            INDICATOR_NOT_BLANK,
            INDICATOR_OBSOLETE,
            INDICATOR_UNDEFINED,
            LANGUAGE_UNDEFINED,
            LEADER_INVALID,
            LEADER_OBSOLETE,
            LENGTH_INVALID,
            PATTERN_MISMATCH,
            RELATOR_UNDEFINED,
            SUBFIELD_MISSING,
            SUBFIELD_OBSOLETE,
            SUBFIELD_ORDER,
            SUBFIELD_REPEATED,
            SUBFIELD_UNDEFINED,
            VALUE_OBSOLETE,
            VALUE_UNDEFINED,
        ]
    }

    fn check(&mut self, subject: Subject<'_>, findings: &mut Findings) {
        let record = subject.record;
        if let Some(own) = &mut self.own {
            let conditions = &self.conditions;
            let holds = |text: &str| {
                conditions.get(text).and_then(Option::as_ref).is_some_and(|filter| filter.matches(record))
            };
            run(own, subject, Manner { own: true, unimarc: false, irbis: false }, holds, findings);
            return;
        }
        let dialect = match self.dialect {
            Dialect::Auto => Dialect::guess(record),
            named => named,
        };
        let record_type = record.header().leader.map(|leader| leader.record_type()).unwrap_or_default();
        let set = match (record.syntax().has_indicators(), dialect) {
            (true, _) => Set::of(dialect, record_type),
            (false, Dialect::Irbis) => Some(Set::Irbis).filter(|_| Set::is_ibis(record)),
            (false, _) => None,
        };
        let Some(set) = set else { return };
        let Some(slot) = self.sets.get_mut(set as usize) else { return };
        let validation = slot.get_or_insert_with(|| Validation::new(set.rules(), Mode::of(set.rules())));
        let unimarc = matches!(dialect, Dialect::Unimarc | Dialect::Rusmarc);
        let manner = Manner { own: false, unimarc, irbis: set == Set::Irbis };
        run(validation, subject, manner, |_| false, findings);
    }
}

/// How the fields of a record are held against the rules.
#[derive(Clone, Copy)]
struct Manner {
    /// By a schema of the user's, the leader too.
    own: bool,
    /// As UNIMARC has them: `6` and `7` link and describe a field in another script, which may be there again for
    /// it, and a field with `1` has other fields in it.
    unimarc: bool,
    /// As IRBIS has them: codes in any case, and values with or without subfields.
    irbis: bool,
}

fn run<R: std::ops::Deref<Target = Compiled>>(
    validation: &mut Validation<R>,
    subject: Subject<'_>,
    Manner { own: leader, unimarc, irbis }: Manner,
    holds: impl FnMut(&str) -> bool,
    findings: &mut Findings,
) {
    let record = subject.record;
    validation.begin();
    let types = Types::of(record);
    let none = FieldView { tag: "LDR", occurrence: None, indicators: [None; 2], value: None, subfields: &[] };
    if let Some(text) = record.header().leader.as_ref().filter(|_| leader) {
        let text = String::from_utf8_lossy(text.as_bytes());
        let view = FieldView { value: Some(&text), ..none };
        validation
            .field(&view, usize::MAX, &types.record(), &mut |fault| tell(fault, subject, None, findings));
    }
    let mut subfields: Vec<(&str, Option<Cow<'_, str>>)> = Vec::new();
    for (index, field) in record.fields().enumerate() {
        let bytes = field.tag().bytes();
        let number = match bytes {
            Some(_) => String::new(),
            None => field.tag().to_string(),
        };
        let tag = bytes.as_ref().map_or(Ok(number.as_str()), |bytes| std::str::from_utf8(bytes));
        let Ok(tag) = tag else { continue };
        let has = |code: char| unimarc && !field.is_control() && field.subfield(code).is_some();
        let (is_linked, embeds) = (has('6'), has('1') && tag.starts_with('4'));
        let mut report = |fault: &Fault<'_>| {
            let in_script = is_linked && fault.kind == FaultKind::NonrepeatableField;
            let allowed =
                fault.subfield.is_some_and(|(_, code)| unimarc && matches!(code, "6" | "7") || embeds);
            // A role may be the address of a term, and 886 holds fields of another format.
            let is_address = matches!(fault.list(), Some("relators" | "unimarc-relators"))
                && fault.value.is_some_and(|value| value.contains("://"));
            let allowed = allowed || is_address || tag == "886" && fault.subfield.is_some();
            let was_right =
                fault.since.is_some_and(|year| created(record).is_some_and(|created| created < year));
            let either = irbis
                && (fault.kind == FaultKind::InvalidFieldValue
                    // Rules of their own, R101, R102 and R105, find these again.
                    || fault.kind == FaultKind::NonrepeatableField && matches!(tag, "200" | "903" | "920"));
            if !in_script && !allowed && !was_right && !either {
                tell(fault, subject, Some(field), findings);
            }
        };
        if field.tag().is_control() || field.is_control() {
            let Ok(value) = field.raw_text().to_str() else { continue };
            let view = FieldView { tag, value: Some(&value), ..none };
            validation.field(&view, index, &types.field(tag, &value), &mut report);
            continue;
        }
        let (indicators, _, parts) = field.parts();
        subfields.clear();
        for subfield in parts {
            let code = match subfield.code_bytes() {
                [capital @ b'A'..=b'Z'] if irbis => letter(capital.to_ascii_lowercase()),
                bytes => std::str::from_utf8(bytes).unwrap_or_default(),
            };
            subfields.push((code, subfield.value().to_str().ok()));
        }
        if subfields.is_empty() && !leader {
            // Damage that the reader has found.
            continue;
        }
        if tag == "041" && !leader && indicators.get(1) == Some(&b'7') {
            // The codes are of the list that $2 names.
            subfields.iter_mut().for_each(|(_, value)| *value = None);
        }
        let mut both = indicators.chunks(1).map(|one| std::str::from_utf8(one).unwrap_or("\u{FFFD}"));
        let indicators = if record.syntax().has_indicators() && !subfields.is_empty() {
            [both.next(), both.next()]
        } else {
            [None, None]
        };
        let view = FieldView { tag, indicators, subfields: &subfields, ..none };
        validation.field(&view, index, &types.record(), &mut report);
    }
    validation.end(holds, &mut |fault| tell(fault, subject, None, findings));
}

/// The year in which a record of MARC 21 was made, from 008. MARC began in 1968.
fn created(record: RecordRef<'_>) -> Option<u16> {
    let date = record.field("008")?.raw();
    let [tens @ b'0'..=b'9', ones @ b'0'..=b'9', ..] = date else { return None };
    let year = u16::from(tens & 0x0F) * 10 + u16::from(ones & 0x0F);
    Some(if year < 68 { year + 2000 } else { year + 1900 })
}

/// Makes a finding of a fault.
#[cold]
fn tell(fault: &Fault<'_>, subject: Subject<'_>, field: Option<FieldRef<'_>>, findings: &mut Findings) {
    let rule = rule(fault);
    let location = place(fault, subject, field);
    let known = |other: &Finding| {
        other.rule == rule && other.location.tag.is_none() && other.location.chars == location.chars
    };
    if fault.tag == Some("LDR") && findings.list().iter().any(known) {
        return;
    }
    findings.push(Finding::new(rule, location, message(fault, rule), "kept"));
}

fn rule(fault: &Fault<'_>) -> Rule {
    let leader = fault.tag == Some("LDR");
    match fault.kind {
        FaultKind::UndefinedField => FIELD_UNDEFINED,
        FaultKind::DeprecatedField => FIELD_OBSOLETE,
        FaultKind::NonrepeatableField => FIELD_REPEATED,
        FaultKind::MissingField => FIELD_MISSING,
        FaultKind::ConflictingFields => FIELDS_CONFLICTING,
        FaultKind::InvalidFieldValue => FIELD_SHAPE,
        FaultKind::InvalidIndicator if fault.expected(1).is_empty() => INDICATOR_NOT_BLANK,
        FaultKind::InvalidIndicator => INDICATOR_UNDEFINED,
        FaultKind::UndefinedSubfield => SUBFIELD_UNDEFINED,
        FaultKind::DeprecatedSubfield => SUBFIELD_OBSOLETE,
        FaultKind::NonrepeatableSubfield => SUBFIELD_REPEATED,
        FaultKind::MissingSubfield => SUBFIELD_MISSING,
        FaultKind::SubfieldOrder => SUBFIELD_ORDER,
        FaultKind::InvalidPosition | FaultKind::InvalidLength => LENGTH_INVALID,
        FaultKind::PatternMismatch => PATTERN_MISMATCH,
        FaultKind::DeprecatedCode if fault.indicator.is_some() => INDICATOR_OBSOLETE,
        FaultKind::DeprecatedCode if leader => LEADER_OBSOLETE,
        _ if leader => LEADER_INVALID,
        FaultKind::DeprecatedCode if fault.list().is_some() || fault.position.is_none() => VALUE_OBSOLETE,
        FaultKind::DeprecatedCode => CODE_OBSOLETE,
        _ if fault
            .value
            .is_some_and(|value| value.starts_with('|') && value.bytes().all(|byte| byte == b'|')) =>
        {
            FILL_NOT_ALLOWED
        }
        _ => match fault.list() {
            Some("languages") if fault.run_together() => VALUE_OBSOLETE,
            Some("languages") => LANGUAGE_UNDEFINED,
            Some("countries" | "iso3166") => COUNTRY_UNDEFINED,
            Some("areas") => AREA_UNDEFINED,
            Some("relators" | "unimarc-relators") => RELATOR_UNDEFINED,
            None if fault.position.is_some() => CODE_INVALID,
            _ => VALUE_UNDEFINED,
        },
    }
}

/// Where a fault is: the field, the indicator, the subfield, and the characters of its value.
fn place(fault: &Fault<'_>, subject: Subject<'_>, field: Option<FieldRef<'_>>) -> Location {
    let small = |number: usize| u16::try_from(number).unwrap_or(u16::MAX);
    let Some(field) = field else {
        if let Some((_, start, end, _)) = fault.position.filter(|_| fault.tag == Some("LDR")) {
            return subject.in_leader(start, end.saturating_sub(start).saturating_add(1));
        }
        let mut location = Location::of(subject.record.position());
        location.tag = fault.id.and_then(|id| id.parse().ok());
        return location;
    };
    let body = field.raw();
    let within = |part: &[u8]| (part.as_ptr() as usize).saturating_sub(body.as_ptr() as usize);
    let (mut offset, mut len) = (0, body.len());
    let mut value = body;
    if let Some((Some(index), _)) = fault.subfield {
        if let Some(subfield) = field.subfields().nth(index) {
            value = subfield.value().as_bytes();
            (offset, len) = match fault.value {
                Some(_) => (within(value), value.len()),
                None => (within(subfield.code_bytes()), subfield.code_bytes().len()),
            };
        }
    }
    if let Some(number) = fault.indicator {
        (offset, len) = (usize::from(number.saturating_sub(1)), 1);
    } else if fault.subfield.is_none() && fault.value.is_none() {
        len = 0;
    }
    let mut chars = None;
    if let Some((_, start, end, _)) = fault.position {
        chars = Some((small(start), small(end)));
        if let Ok(text) = std::str::from_utf8(value) {
            let at = |wanted: usize| text.char_indices().nth(wanted).map_or(text.len(), |(at, _)| at);
            let (first, after) = (at(start), at(end.saturating_add(1)));
            (offset, len) = (offset.saturating_add(first), after.saturating_sub(first));
        }
    }
    let mut location = subject.in_field(field, offset, len);
    location.chars = chars;
    location.indicator = fault.indicator.and_then(std::num::NonZeroU8::new);
    location
}

/// What is wrong, in words.
fn message(fault: &Fault<'_>, rule: Rule) -> String {
    let code = fault.subfield.map(|(_, code)| code).unwrap_or_default();
    let id = fault.id.or(fault.tag).unwrap_or_default();
    let what = match fault.position {
        Some((.., label)) if !label.is_empty() => lowered(label),
        _ if fault.indicator == Some(1) => "the first indicator".to_owned(),
        _ if fault.indicator == Some(2) => "the second indicator".to_owned(),
        _ => "the value".to_owned(),
    };
    let found = match fault.value {
        Some(value) => match value.as_bytes() {
            [byte] => shown(*byte),
            _ => format!("{value:?}"),
        },
        None => "missing".to_owned(),
    };
    match fault.kind {
        FaultKind::UndefinedField => format!("the format has no field {id}"),
        FaultKind::DeprecatedField => format!("field {id} was withdrawn from the format"),
        FaultKind::NonrepeatableField => format!("field {id} must not be repeated"),
        FaultKind::MissingField => format!("there is no field {id}{}", named(fault.label)),
        FaultKind::ConflictingFields => format!("field {id} and another field exclude each other"),
        FaultKind::InvalidFieldValue if fault.value.is_some() => {
            format!("field {id} has a value where it should have subfields")
        }
        FaultKind::InvalidFieldValue => {
            format!("field {id} has subfields where it should have a value, or the reverse")
        }
        FaultKind::UndefinedSubfield => format!("field {id} has no subfield {code}"),
        FaultKind::DeprecatedSubfield => format!("subfield {code} was withdrawn from the format"),
        FaultKind::NonrepeatableSubfield => format!("subfield {code} must not be repeated"),
        FaultKind::MissingSubfield => format!("there is no subfield {code}"),
        FaultKind::SubfieldOrder => format!("subfield {code} comes after one that it should precede"),
        FaultKind::InvalidLength => {
            let count = fault.value.map_or(0, |value| value.chars().count());
            format!("the value has {count} characters, not {}", fault.length.unwrap_or_default())
        }
        FaultKind::InvalidPosition => format!("the value ends before {what}"),
        FaultKind::PatternMismatch => {
            format!("{what} is {found}, which does not match {}", fault.pattern.unwrap_or_default())
        }
        FaultKind::DeprecatedCode => format!("{what} is {found}, which is not current"),
        _ if rule == VALUE_OBSOLETE => format!("{what} is {found}, codes that run together in one subfield"),
        _ if rule == FILL_NOT_ALLOWED => format!("{what} is {found}: the fill character has no place here"),
        _ => {
            let expected = fault.expected(MOST_CODES);
            match (expected.as_slice(), fault.list()) {
                ([], _) if fault.indicator.is_some() => format!("{what} is {found}, not blank"),
                (_, Some(list)) => {
                    format!("{what} is {found}, which is not in the list of {}", list_name(list))
                }
                ([one], None) => format!("{what} is {found}, not {one}"),
                (some, None) if some.len() > MOST_CODES => {
                    let first = some.cut(..MOST_CODES).join(", ");
                    format!("{what} is {found}, not one of {first}, …")
                }
                (some, None) => format!("{what} is {found}, not one of {}", some.join(", ")),
            }
        }
    }
}

fn list_name(list: &str) -> &str {
    match list {
        "areas" => "geographic areas",
        "iso3166" => "countries",
        "unimarc-relators" => "relators",
        other => other,
    }
}

fn named(label: &str) -> String {
    if label.is_empty() { String::new() } else { format!(", {label}") }
}

/// A label in the middle of a sentence: its first letter small, unless the word is an abbreviation.
fn lowered(label: &str) -> String {
    let mut characters = label.chars();
    match (characters.next(), characters.clone().next()) {
        (Some(first), Some(second)) if second.is_lowercase() => {
            first.to_lowercase().chain(characters).collect()
        }
        _ => label.to_owned(),
    }
}
