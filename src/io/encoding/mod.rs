//! Which character set a record is in: one decision for all formats.
//!
//! Bytes that are valid UTF-8 are UTF-8. For all others three things count: what the caller says; what is known
//! beforehand, from a label in the record, the dialect or the format; and how probable the bytes are as text under each
//! set that is tried ([`crate::charset::candidates`]).
//!
//! An input is in one set unless it is shown otherwise. Its beginning, the [`Head`], is judged as a whole, once: the
//! first 8 MiB, or less if that has 16,384 values that are neither ASCII nor UTF-8. Every record is read by that
//! judgement, so that one of two words is read like its neighbours. What a label says is worth seven bits, about two
//! letters; a language that the caller names is worth ten bits for the sets in which it is written.
//!
//! A record may be in another set than its input. What speaks for that of the input is worth 12 bits (fewer, if it has
//! under 16 words). A record is judged for itself if its bytes do not follow on each other as they do in the input, and
//! if its words fit another set better by more than these bits. It is in another set if that is then 99 % likely.
//!
//! Values that are UTF-8 stay so beside values in another set. Where all values of that form make better words in the
//! other set, with eight bits in its favour, they have it by chance: the Cyrillic ФК in ISO 8859-5 are the two bytes of
//! ĺ. In UTF-8, ESC H and ESC I around words that are not filed are U+0098 and U+009C when the text is asked for; the
//! bytes stay.
//!
//! A set that XML names and that is not among those tried, such as GBK, is taken where nearly all bytes have a meaning
//! in it, and make no words in the likeliest set (`document.rs`). Else the first row that fits decides:
//!
//! | known | shown | answer | reason | finding |
//! |---|---|---|---|---|
//! | leader/09 says MARC-8 | escapes of MARC-8 | that one | declared |  |
//! | leader/09 says UTF-8 | escapes of MARC-8 | MARC-8 | marks | E003 |
//! | leader/09 says UTF-8; 100$a says UTF-8; the format says UTF-8 | values in UTF-8 | UTF-8, in places the likeliest | declared |  |
//! | leader/09 says UTF-8; 100$a says UTF-8; the format says UTF-8 | no words in any set | that one | declared |  |
//! | leader/09 says MARC-8 | values in UTF-8 | UTF-8, in places the likeliest | valid UTF-8 | E002 |
//! | 100$a names sets | values in UTF-8 | UTF-8, in places the likeliest | valid UTF-8 | E007 |
//! | XML names a set; nothing | values in UTF-8 | UTF-8, in places the likeliest | valid UTF-8 |  |
//! | leader/09 says MARC-8; 100$a names sets; XML names a set | that set is the likeliest | that one | declared | E009, if less than 95 % likely |
//! | 100$a names sets | a set that cannot be judged, no other that is 95.5 % likely | that one | declared |  |
//! | leader/09 says MARC-8 | anything else | the likeliest | probable text | E002 |
//! | 100$a says UTF-8; 100$a names sets | anything else | the likeliest | probable text | E007 |
//! | leader/09 says UTF-8 | anything else | the likeliest | probable text | E003 |
//! | XML names a set; the format says UTF-8 | anything else | the likeliest | probable text | E001 |
//! | nothing | anything else | the likeliest | probable text | E009, if less than 95 % likely |
//!
//! `known` is in `declared.rs`, `shown` in `evidence.rs`, the head in `head.rs`, the table in `decide.rs`.

mod base;
mod decide;
mod declared;
#[cfg(any(feature = "xml", feature = "json"))]
mod document;
mod evidence;
mod head;
mod mixed;
#[cfg(feature = "xml")]
mod sources;

use memchr::{memchr, memchr_iter};

pub(crate) use self::base::OfBase;
use self::decide::{Decision, Reported, decide};
use self::declared::{Prior, dialect};
#[cfg(feature = "xml")]
pub(crate) use self::document::compare_with_document;
#[cfg(any(feature = "xml", feature = "json"))]
pub(crate) use self::document::{decode_document, mark_nonsorting};
use self::evidence::Evidence;
pub use self::head::Head;
pub(crate) use self::head::{HEAD, Watch};
use self::mixed::two_sets;
#[cfg(feature = "xml")]
pub(crate) use self::sources::Sources;
use super::ReadOptions;
use super::rules::{CHARSET_DOUBTFUL, CHARSET_MISMATCH, CHARSET_UNSUPPORTED, NOT_MARC8, NOT_UTF8};
use crate::charset::{Charset, FaultKind, Reason, has_known_escape, has_nonsorting, weigh_marks};
use crate::error::no_tables;
use crate::finding::Findings;
use crate::record::rules::INVALID_UTF8;
use crate::record::{Leader, Record};
use crate::tag::Tag;

const ESCAPE: u8 = 0x1B;
const TO_BE_SURE: &str = "name the character set to be sure";

/// What a caller says, and what the head of the input says.
type Asked<'a> = (&'a ReadOptions, &'a Head);

/// What is known of the bytes of a record before its character set.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    /// Whether all fields begin and end at terminators, and have the indicators they should.
    pub(crate) sound: bool,
    /// Whether there may be an escape character.
    pub(crate) escapes: bool,
}

impl Shape {
    /// Nothing is known.
    pub(crate) const UNKNOWN: Shape = Shape { sound: false, escapes: true };
}

/// Puts the bytes of a record that has a label into it, as text if they are UTF-8, and sets its character set: the
/// caller's, or by the evidence in the record first, then by what it declares.
#[inline]
pub(crate) fn load(
    (frame, leader): (&[u8], &Leader),
    Shape { sound, escapes }: Shape,
    (options, head): Asked<'_>,
    record: &mut Record,
    findings: &mut Findings,
) {
    if matches!(options.charset, Charset::Auto | Charset::Utf8) {
        if let Ok(text) = simdutf8::basic::from_utf8(frame) {
            let auto = options.charset == Charset::Auto;
            let plain = || !auto || !may_be_switched(leader, escapes, text);
            if plain() || !load_switched(frame, leader, options, record, findings) {
                let charset = utf8_of(frame, escapes);
                if charset == Charset::Utf8 && (sound || record.cuts_at_characters(text)) {
                    record.set_text(text);
                } else {
                    record.set_bytes(frame);
                }
                let reason = match (auto, leader.coding()) {
                    (false, _) => Reason::Caller,
                    (true, b'a') => Reason::Declared,
                    (true, _) if text.is_ascii() => Reason::Ascii,
                    (true, _) => Reason::ValidUtf8,
                };
                record.set_charset(charset, reason);
                if reason == Reason::ValidUtf8 {
                    compare_with_label(leader, options, record, findings);
                }
            }
            return;
        }
    }
    record.set_bytes(frame);
    let may_be_marc8 = match options.charset {
        Charset::Auto => leader.coding() != b'a',
        named => named == Charset::Marc8,
    };
    let is_marc8 = may_be_marc8 && Charset::is_sound_marc8(frame);
    let (charset, reason) = match options.charset {
        Charset::Auto => {
            let prior = Prior::of(dialect(options, record), leader, record);
            judge(frame, prior, head, record, findings)
        }
        named => (named, Reason::Caller),
    };
    if is_marc8 && sound && charset == Charset::Marc8 {
        record.set_charset(charset, reason);
    } else {
        set(charset, reason, frame, record, findings);
    }
}

/// UTF-8 as bytes that are valid have it: with marks around words that are not filed as escape sequences, or without.
#[inline]
fn utf8_of(bytes: &[u8], escapes: bool) -> Charset {
    match escapes && has_nonsorting(bytes) {
        true => Charset::UTF8_ESCAPED,
        false => Charset::Utf8,
    }
}

/// Decides for a record that is not valid UTF-8; its bytes are in it already.
fn judge(
    bytes: &[u8],
    prior: Prior,
    head: &Head,
    record: &Record,
    findings: &mut Findings,
) -> (Charset, Reason) {
    let evidence = Evidence::of(bytes, prior, head);
    let decision = decide(prior, &evidence);
    report(&decision, prior, bytes, record, findings);
    if let Some(sets) = of_values(&decision, &evidence, (bytes, prior, head), findings) {
        return (sets, decision.reason);
    }
    if evidence.deviates && decision.reported == Reported::Doubt && decision.doubt.is_none() {
        let message = format!("the record is not in the set of the input: {}", decision.reason);
        findings.at(CHARSET_DOUBTFUL, (0, bytes.len()), message, "read so");
    }
    (decision.charset, decision.reason)
}

/// The two sets of a record whose values are not all in that of the decision; reports them.
fn of_values(
    decision: &Decision,
    evidence: &Evidence,
    (bytes, prior, head): (&[u8], Prior, &Head),
    findings: &mut Findings,
) -> Option<Charset> {
    let decided = match decision.charset {
        Charset::Utf8Or(other) => *other,
        charset => charset,
    };
    let sets = two_sets(bytes, prior, head, evidence)
        .filter(|_| Some(decided) == evidence.best().map(|best| best.charset))?;
    let message = format!("values of the record are in two character sets: {sets}");
    findings.at(CHARSET_DOUBTFUL, (0, bytes.len()), message, "read so, by their letters");
    Some(sets)
}

/// Reports a decision against a label, and one that is not certain.
fn report(decision: &Decision, prior: Prior, bytes: &[u8], record: &Record, findings: &mut Findings) {
    let Decision { charset, reason, reported, doubt } = decision;
    match reported {
        Reported::NotUtf8 => {
            let message = format!("leader/09 says UTF-8, which the record is not: {reason}");
            findings.at(NOT_UTF8, (9, 1), message, read_as(*charset));
        }
        Reported::NotMarc8 if matches!(charset, Charset::Utf8 | Charset::Utf8Or(_)) => {
            let message = "leader/09 says MARC-8, values of the record are UTF-8";
            findings.at(NOT_MARC8, (9, 1), message, "read as UTF-8");
        }
        Reported::NotMarc8 => {
            let message = format!("leader/09 says MARC-8, but the record is {reason}");
            findings.at(NOT_MARC8, (9, 1), message, read_as(*charset));
        }
        Reported::Field100 => {
            let message = match prior.charset() {
                Some(named) if named != Charset::Utf8 => {
                    format!("field 100 names {named}, but the record is {reason}")
                }
                _ => format!("field 100 names UTF-8, which the record is not: {reason}"),
            };
            in_field_100(message, "read so", record, findings);
        }
        Reported::Nothing | Reported::Form | Reported::Doubt => {}
    }
    if let Some(doubt) = doubt {
        findings.at(CHARSET_DOUBTFUL, (0, bytes.len()), format!("read as {charset}: {doubt}"), TO_BE_SURE);
    }
}

/// What is done with bytes that are not UTF-8, in words.
fn read_as(charset: Charset) -> &'static str {
    match charset {
        Charset::Marc8 => "read as marc-8",
        Charset::Windows1252 => "read as windows-1252",
        _ => "read by its letters",
    }
}

/// Sets the character set of a record whose bytes are in it, and reports what in them is not of that set.
fn set(charset: Charset, reason: Reason, frame: &[u8], record: &mut Record, findings: &mut Findings) {
    report_faults(charset, reason, frame, record, findings);
    record.set_charset(with_nonsorting(charset, frame), reason);
}

/// The set in which ESC H and ESC I around words that are not filed are marks, if they are in a record of a set that
/// knows no escape sequences.
fn with_nonsorting(charset: Charset, bytes: &[u8]) -> Charset {
    if charset.has_states() || !has_nonsorting(bytes) {
        return charset;
    }
    match charset.or_utf8() {
        escaped @ Charset::Utf8Or(_) => escaped,
        _ => charset,
    }
}

fn report_faults(
    charset: Charset,
    reason: Reason,
    frame: &[u8],
    record: &mut Record,
    findings: &mut Findings,
) {
    record.set_charset(charset, reason);
    match charset {
        Charset::Utf8 => report_invalid_utf8(frame, record, findings, "bytes kept"),
        Charset::Utf8Or(other) => report_invalid_utf8(frame, record, findings, read_as(*other)),
        Charset::Either(_) => {}
        _ if charset.has_states() && charset.is_supported() => record.report_faults(findings),
        _ if !charset.is_supported() && (!frame.is_ascii() || frame.contains(&ESCAPE)) => {
            report_unsupported(charset, frame, findings);
        }
        _ => {}
    }
}

/// Reports a set for which there are no tables.
fn report_unsupported(charset: Charset, bytes: &[u8], findings: &mut Findings) {
    if !charset.is_supported() {
        findings.at(CHARSET_UNSUPPORTED, (0, bytes.len()), no_tables(charset), "bytes kept, not decoded");
    }
}

/// Whether a record of valid UTF-8 may be in a set that is switched by escape sequences all the same.
#[inline]
fn may_be_switched(leader: &Leader, escapes: bool, text: &str) -> bool {
    let bytes = text.as_bytes();
    let escapes = escapes && memchr(ESCAPE, bytes).is_some();
    let references =
        || leader.coding() != b'a' && memchr_iter(b'&', bytes).any(|at| bytes.get(at + 1) == Some(&b'#'));
    (escapes || references()) && text.is_ascii()
}

/// Loads an ASCII record with escape sequences or references as what it declares, if those are what they seem; returns
/// whether it did.
#[cold]
fn load_switched(
    frame: &[u8],
    leader: &Leader,
    options: &ReadOptions,
    record: &mut Record,
    findings: &mut Findings,
) -> bool {
    record.set_bytes(frame);
    record.set_charset(Charset::Utf8, Reason::Ascii);
    let has_escape = memchr(ESCAPE, frame).is_some();
    let has_reference = || {
        let mut has_reference = false;
        Charset::Marc8.examine(frame, |fault| has_reference |= fault.kind == FaultKind::Reference);
        has_reference
    };
    match Prior::of(dialect(options, record), leader, record) {
        Prior::LeaderMarc8 if has_escape || has_reference() => {
            set(Charset::Marc8, Reason::Declared, frame, record, findings);
        }
        Prior::LeaderUtf8 if has_known_escape(frame) => {
            let evidence = weigh_marks(frame);
            let message = format!("leader/09 says UTF-8, but {evidence}");
            findings.at(NOT_UTF8, (9, 1), message, "read as marc-8");
            set(Charset::Marc8, Reason::Marks(evidence), frame, record, findings);
        }
        Prior::FieldSets(sets) if has_escape => set(sets, Reason::Declared, frame, record, findings),
        _ => return false,
    }
    true
}

/// Reports a record that is valid UTF-8 and names another character set.
fn compare_with_label(leader: &Leader, options: &ReadOptions, record: &mut Record, findings: &mut Findings) {
    let prior = Prior::of(dialect(options, record), leader, record);
    match prior.charset() {
        Some(Charset::Utf8) => record.set_charset(record.charset(), Reason::Declared),
        Some(Charset::Marc8) => {
            let message = "leader/09 says MARC-8, the record is valid UTF-8 with multi-byte characters";
            findings.at(NOT_MARC8, (9, 1), message, "read as UTF-8");
        }
        Some(other) => {
            let message =
                format!("field 100 names {other}, the record is valid UTF-8 with multi-byte characters");
            in_field_100(message, "read as UTF-8", record, findings);
        }
        None => {}
    }
}

fn in_field_100(message: String, action: &'static str, record: &Record, findings: &mut Findings) {
    let index = record.field(100).map_or(0, |field| field.index());
    findings.in_field(CHARSET_MISMATCH, (Tag::new(*b"100"), index), (0, 0), message, action);
}

/// Reports where a record that should be UTF-8 is not.
fn report_invalid_utf8(frame: &[u8], record: &Record, findings: &mut Findings, action: &'static str) {
    if record.report_invalid_utf8(0, action, findings) == 0 {
        if let Err(error) = std::str::from_utf8(frame) {
            let message = "bytes that are not valid UTF-8, outside the fields";
            findings.at(INVALID_UTF8, (error.valid_up_to(), 1), message, "bytes kept");
        }
    }
}

/// Puts the bytes of a record of exchange text or an id file, which have no label, into it, as text if they are UTF-8,
/// and sets its character set.
pub(crate) fn load_lines(bytes: &[u8], asked: Asked<'_>, record: &mut Record, findings: &mut Findings) {
    load_unlabelled(bytes, Prior::Lines, asked, record, findings);
}

/// The same for a record of a form that has UTF-8 only: any other set is a fault.
pub(crate) fn load_utf8(bytes: &[u8], asked: Asked<'_>, record: &mut Record, findings: &mut Findings) {
    load_unlabelled(bytes, Prior::FormatUtf8, asked, record, findings);
}

fn load_unlabelled(
    bytes: &[u8],
    prior: Prior,
    (options, head): Asked<'_>,
    record: &mut Record,
    findings: &mut Findings,
) {
    let auto = options.charset == Charset::Auto;
    if matches!(options.charset, Charset::Auto | Charset::Utf8) {
        if let Ok(text) = simdutf8::basic::from_utf8(bytes) {
            let charset = utf8_of(bytes, memchr(ESCAPE, bytes).is_some());
            match charset {
                Charset::Utf8 => record.set_text(text),
                _ => record.set_bytes(bytes),
            }
            let reason = match (auto, head.has_byte_order_mark(), text.is_ascii()) {
                (false, ..) => Reason::Caller,
                (_, true, _) => Reason::ByteOrderMark,
                (_, _, true) => Reason::Ascii,
                _ if prior == Prior::FormatUtf8 => Reason::Format,
                _ => Reason::ValidUtf8,
            };
            record.set_charset(charset, reason);
            return;
        }
    }
    record.set_bytes(bytes);
    let (charset, reason) = match auto {
        true => judge(bytes, prior, head, record, findings),
        false => (options.charset, Reason::Caller),
    };
    set(charset, reason, bytes, record, findings);
    if auto {
        report_format(prior, charset, 0, record, findings);
    }
}

/// Reports where a record of a form that has UTF-8 only is not, if all of it was read in another set.
fn report_format(prior: Prior, charset: Charset, base: usize, record: &Record, findings: &mut Findings) {
    if prior == Prior::FormatUtf8 && !matches!(charset, Charset::Utf8 | Charset::Utf8Or(_)) {
        record.report_invalid_utf8(base, read_as(charset), findings);
    }
}
