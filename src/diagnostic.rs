//! What is wrong in the data: findings with a code and a place.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use crate::{Location, Position, Tag};

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; nothing is wrong with the record.
    Note,
    /// Against the standard, but every reader would take it the same way.
    Warning,
    /// The record is damaged, or part of it could not be carried over.
    Error,
}

impl Severity {
    /// The lower-case name: `note`, `warning` or `error`.
    pub const fn name(self) -> &'static str {
        match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

macro_rules! codes {
    ($($variant:ident $id:literal $name:literal $severity:ident $summary:literal;)+) => {
        /// The kinds of findings. An id is never used again for another thing, and never renumbered.
        ///
        /// The letter is the layer: `B` bytes and structure, `E` encoding, `L` leader, `W` writing.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $(#[doc = concat!("`", $id, "` ", $name, ": ", $summary)] $variant,)+
        }

        impl Code {
            /// All codes, by id.
            pub const ALL: &'static [Code] = &[$(Code::$variant),+];

            /// The stable id, such as `B001`.
            pub const fn id(self) -> &'static str {
                match self { $(Code::$variant => $id),+ }
            }

            /// The stable name, such as `record-length-mismatch`.
            pub const fn name(self) -> &'static str {
                match self { $(Code::$variant => $name),+ }
            }

            /// How much a finding of this kind weighs.
            pub const fn severity(self) -> Severity {
                match self { $(Code::$variant => Severity::$severity),+ }
            }

            /// What is wrong, in one sentence.
            pub const fn summary(self) -> &'static str {
                match self { $(Code::$variant => $summary),+ }
            }
        }
    };
}

codes! {
    RecordLengthMismatch "B001" "record-length-mismatch" Error
        "The record length in the leader is not the length of the record.";
    BaseAddressInvalid "B002" "base-address-invalid" Error
        "The base address of data in the leader does not follow the directory.";
    DirectoryInvalid "B003" "directory-invalid" Error
        "A directory entry is not a tag and two numbers, or the directory is not made of whole entries.";
    FieldOutOfBounds "B004" "field-out-of-bounds" Error
        "A directory entry points outside the data of its record.";
    DirectoryUnordered "B005" "directory-unordered" Note
        "The fields lie in another order than their directory entries.";
    FieldUnterminated "B006" "field-unterminated" Error
        "A field does not end with the field terminator where its directory entry says so.";
    FillerBetweenRecords "B007" "filler-between-records" Note
        "Blanks, line ends, NUL or 1A stand between two records.";
    Truncated "B008" "truncated" Error
        "The input ends inside a record.";
    Oversize "B009" "oversize" Warning
        "A record or field is longer than its length can say.";
    RecordLengthInvalid "B010" "record-length-invalid" Error
        "The record length in the leader is not five digits, or too small to be one.";
    IndicatorCount "B011" "indicator-count" Warning
        "A field has fewer indicators than its record says.";
    DataBeforeSubfield "B012" "data-before-subfield" Warning
        "Data stand between the indicators and the first subfield.";
    SubfieldEmpty "B013" "subfield-empty" Warning
        "A subfield delimiter is followed by no subfield code.";
    ControlByteInData "B014" "control-byte-in-data" Warning
        "A value holds one of the bytes that delimit fields and records.";
    TagInvalid "B015" "tag-invalid" Warning
        "A tag is not three letters or digits.";
    ByteOrderMark "B016" "byte-order-mark" Note
        "A byte order mark stands before the first record.";
    Garbage "B017" "garbage" Error
        "Bytes between two records that belong to neither.";
    RecordUnterminated "B018" "record-unterminated" Error
        "The record does not end with the record terminator.";
    DirectoryUnterminated "B019" "directory-unterminated" Error
        "No field terminator ends the directory.";
    LeaderValue "B020" "leader-value" Warning
        "A position of the leader holds what the format does not know.";
    FieldEmpty "B021" "field-empty" Warning
        "A field has no data.";
    NoFields "B022" "no-fields" Warning
        "The record has no fields.";
    LimitReached "B023" "limit-reached" Error
        "The record is larger than the limits allow.";
    DataUnclaimed "B024" "data-unclaimed" Error
        "The record holds data that no directory entry points to.";
    DirectoryOverlap "B025" "directory-overlap" Warning
        "Two directory entries point to the same data.";
    LineInvalid "B050" "line-invalid" Error
        "A line is not a field of the format.";
    LineBlank "B051" "line-blank" Warning
        "A blank line stands inside a record.";
    RecordEndMissing "B052" "record-end-missing" Warning
        "The last record has no end mark.";
    LineSpacing "B053" "line-spacing" Warning
        "The blank that the format wants in a line is missing.";
    JsonSyntax "B060" "json-syntax" Error
        "The text is not JSON.";
    JsonShape "B061" "json-shape" Error
        "The JSON value is not shaped as a record.";
    JsonOdd "B062" "json-odd" Warning
        "The JSON value is not shaped as the format says, but what it means is plain.";
    XmlSyntax "B070" "xml-syntax" Error
        "The XML is not well-formed.";
    XmlShape "B071" "xml-shape" Error
        "An element or attribute is missing, or not one of the format.";
    XmlNamespace "B072" "xml-namespace" Note
        "The records have no namespace, or another than that of the format.";
    InvalidUtf8 "E001" "invalid-utf8" Error
        "A value is not valid UTF-8, which its record is said to be.";
    NotMarc8 "E002" "leader-says-marc8" Warning
        "Leader/09 says MARC-8, but the record is UTF-8.";
    NotUtf8 "E003" "leader-says-utf8" Error
        "Leader/09 says UTF-8, but the record is not.";
    Undecodable "E004" "undecodable" Error
        "Bytes that have no meaning in the character set of the record.";
    EncodedTwice "E006" "encoded-twice" Warning
        "A value is UTF-8 that was taken for another character set and encoded again.";
    CharsetMismatch "E007" "unimarc-charset-mismatch" Warning
        "Field 100 names another character set than the record is in.";
    ReplacementCharacter "E008" "replacement-character" Warning
        "A value holds U+FFFD, which stands for a character that was lost before.";
    CharsetDoubtful "E009" "charset-doubtful" Warning
        "The character set was found by few letters, or another fits nearly as well.";
    CharsetUnsupported "E010" "charset-unsupported" Error
        "The record is in a character set that cannot be decoded yet.";
    ControlCharacter "E020" "control-character" Warning
        "A value holds a control character, which is no part of text.";
    LeaderStatus "L005" "leader-status" Warning
        "Leader/05, the record status, is not one of the format.";
    LeaderType "L006" "leader-type" Warning
        "Leader/06, the type of record, is not one of the format.";
    LeaderLevel "L007" "leader-level" Warning
        "Leader/07, the bibliographic level, is not one of the format.";
    LeaderControl "L008" "leader-control" Warning
        "Leader/08, the type of control or the hierarchical level, is not one of the format.";
    LeaderCoding "L009" "leader-coding" Warning
        "Leader/09, the character coding scheme, is not one of the format.";
    LeaderIndicatorCount "L010" "leader-indicator-count" Warning
        "Leader/10, the indicator count, is not 2.";
    LeaderIdentifierLength "L011" "leader-identifier-length" Warning
        "Leader/11, the length of delimiter and subfield code, is not 2.";
    LeaderEncodingLevel "L017" "leader-encoding-level" Warning
        "Leader/17, the encoding level, is not one of the format.";
    LeaderForm "L018" "leader-form" Warning
        "Leader/18, the descriptive cataloguing form, is not one of the format.";
    LeaderMultipart "L019" "leader-multipart" Warning
        "Leader/19, the multipart resource record level, is not one of the format.";
    LeaderFieldLength "L020" "leader-field-length" Warning
        "Leader/20, the number of digits of a field length in the directory, is not 4.";
    LeaderStartLength "L021" "leader-start-length" Warning
        "Leader/21, the number of digits of an offset in the directory, is not 5.";
    LeaderImplementationLength "L022" "leader-implementation-length" Warning
        "Leader/22, the length of the implementation part of a directory entry, is not 0.";
    LeaderUndefined "L023" "leader-undefined" Warning
        "Leader/23, which has no meaning, is not what the format has there.";
    LeaderNotCurrent "L024" "leader-not-current" Note
        "A position of the leader holds what the format has withdrawn, or what one network uses.";
    CharacterNotAllowed "W001" "character-not-allowed" Error
        "A value holds a character that the output cannot carry.";
    TagTooWide "W002" "tag-too-wide" Error
        "A tag above 999 has no place in the output.";
    RecordTooLong "W003" "record-too-long" Error
        "A record passes 99,999 bytes or a field 9,999 bytes, the most that ISO 2709 can say.";
    Unencodable "W004" "unencodable" Error
        "A character does not exist in the character set of the output.";
    FieldKind "W005" "field-kind" Warning
        "A tag below 010 with subfields, or a tag above 009 without, which MARC readers take otherwise.";
    IndicatorLost "W006" "indicators-lost" Warning
        "The output has fewer indicators than the field, or none.";
    SubfieldLost "W007" "subfield-lost" Warning
        "A subfield delimiter without a code has no place in the output.";
    HeaderLost "W008" "header-lost" Note
        "The leader, or the numbers of IRBIS, have no place in the output.";
    TagNotNumber "W009" "tag-not-a-number" Error
        "The output has numbers as tags, and this tag is none.";
    TagWide "W010" "tag-wide" Note
        "A tag above 999 is written with all its digits, which few readers expect.";
    DelimiterInValue "W011" "delimiter-in-value" Error
        "A value holds the byte that delimits subfields in the output.";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.id())
    }
}

/// One thing that is wrong in the data: what, where, and what was done about it.
///
/// # Example
/// ```
/// use kartoteka::{Code, iso2709, RecordRead, ReadOptions, Record};
///
/// // The length in the leader says 39, the record has 38 bytes.
/// let data = b"00039nam a2200037 a 4500001\x30\x30\x30\x32\x30\x30\x30\x30\x30\x1e1\x1e\x1d";
/// let mut reader = iso2709::SliceReader::new(data, &ReadOptions::new());
/// let mut record = Record::new();
/// assert!(reader.read_record(&mut record)?);
/// assert!(reader.diagnostics().iter().any(|finding| finding.code == Code::RecordLengthMismatch));
/// # Ok::<(), kartoteka::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Diagnostic {
    /// The kind of finding; gives its severity too.
    pub code: Code,
    /// Where it was found.
    pub location: Location,
    /// What is wrong with this record: what was found and what was expected; no place, no full stop.
    pub message: Cow<'static, str>,
    /// What was done about it, such as `kept`; empty if there was nothing to do.
    pub action: &'static str,
}

impl Diagnostic {
    /// Makes a finding.
    pub fn new(
        code: Code,
        location: Location,
        message: impl Into<Cow<'static, str>>,
        action: &'static str,
    ) -> Diagnostic {
        Diagnostic { code, location, message: message.into(), action }
    }

    /// How much it weighs: the severity of its code.
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }
}

impl fmt::Display for Diagnostic {
    /// `error[B001] record 7 (byte 10532): the leader says 39 bytes, the record has 38; kept`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}[{}] {}: {}", self.severity(), self.code, self.location, self.message)?;
        if !self.action.is_empty() {
            write!(f, "; {}", self.action)?;
        }
        Ok(())
    }
}

/// Where readers and writers put what they find in one record.
///
/// Lists up to a limit and counts the rest; the list is reused from record to record.
#[derive(Debug, Clone)]
pub struct Findings {
    list: Vec<Diagnostic>,
    limit: usize,
    /// Counts of those not listed, by code.
    suppressed: Vec<(Code, u64)>,
    worst: Option<Severity>,
    record: Position,
    /// No place lies further from the start of the record, in bytes.
    extent: usize,
}

impl Findings {
    /// Makes an empty list that takes up to `limit` findings for one record.
    pub fn new(limit: usize) -> Findings {
        Findings {
            list: Vec::new(),
            limit: limit.max(1),
            suppressed: Vec::new(),
            worst: None,
            record: Position::default(),
            extent: usize::MAX,
        }
    }

    /// Forgets everything, for the next record, which begins at `record`.
    #[inline]
    pub(crate) fn begin(&mut self, record: Position) {
        self.list.clear();
        self.suppressed.clear();
        self.worst = None;
        self.record = record;
        self.extent = usize::MAX;
    }

    /// Sets where the record begins, for what is found from now on, and how many bytes there are to point into.
    #[inline]
    pub(crate) fn set_record(&mut self, record: Position, extent: usize) {
        self.record = record;
        self.extent = extent;
    }

    /// Where the record begins.
    #[inline]
    pub fn record(&self) -> Position {
        self.record
    }

    /// Adds a finding.
    pub fn push(&mut self, finding: Diagnostic) {
        let severity = Some(finding.severity());
        if self.list.len() < self.limit {
            self.list.push(finding);
        } else {
            let mut finding = finding;
            if severity > self.worst && severity == Some(Severity::Error) {
                // Strict reading names the first error, wherever it came.
                if let Some(last) = self.list.last_mut() {
                    std::mem::swap(last, &mut finding);
                }
            }
            self.count(finding.code);
        }
        self.worst = self.worst.max(severity);
    }

    /// Counts a finding that is not listed.
    fn count(&mut self, code: Code) {
        match self.suppressed.iter_mut().find(|(known, _)| *known == code) {
            Some((_, count)) => *count = count.saturating_add(1),
            None => self.suppressed.push((code, 1)),
        }
    }

    /// Adds a finding at a place of the current record: `offset` bytes from its start, `len` bytes long.
    pub fn at(
        &mut self,
        code: Code,
        (offset, len): (usize, usize),
        message: impl Into<Cow<'static, str>>,
        action: &'static str,
    ) {
        let location = self.place(offset, len);
        self.push(Diagnostic::new(code, location, message, action));
    }

    /// Adds a finding in a field of the current record.
    pub fn in_field(
        &mut self,
        code: Code,
        (tag, index): (Tag, usize),
        (offset, len): (usize, usize),
        message: impl Into<Cow<'static, str>>,
        action: &'static str,
    ) {
        let mut location = self.place(offset, len);
        location.tag = Some(tag);
        location.field = u32::try_from(index).ok();
        self.push(Diagnostic::new(code, location, message, action));
    }

    fn place(&self, offset: usize, len: usize) -> Location {
        let mut location = Location::of(self.record);
        let offset = offset.min(self.extent);
        location.byte = location.byte.saturating_add(offset as u64);
        location.len = len.min(self.extent.saturating_sub(offset)) as u64;
        location
    }

    /// The findings listed, in the order in which they were made.
    #[inline]
    pub fn list(&self) -> &[Diagnostic] {
        &self.list
    }

    /// How many findings were counted but not listed, by code.
    #[inline]
    pub fn suppressed(&self) -> &[(Code, u64)] {
        &self.suppressed
    }

    /// The first finding of severity error.
    pub(crate) fn first_error(&self) -> Option<&Diagnostic> {
        if self.worst < Some(Severity::Error) {
            return None;
        }
        self.list.iter().find(|finding| finding.severity() == Severity::Error)
    }
}

/// Counts of findings by code, for a whole run.
///
/// # Example
/// ```
/// use kartoteka::{Code, Diagnostic, Location, Report, Severity};
///
/// let mut report = Report::default();
/// report.add(&Diagnostic::new(Code::Garbage, Location::default(), "12 bytes", "skipped"));
/// assert_eq!(report.count(Code::Garbage), 1);
/// assert_eq!(report.at_least(Severity::Error), 1);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    counts: BTreeMap<Code, u64>,
    unlisted: u64,
}

impl Report {
    /// Counts one finding.
    pub fn add(&mut self, finding: &Diagnostic) {
        let count = self.counts.entry(finding.code).or_default();
        *count = count.saturating_add(1);
    }

    /// Counts findings that were not listed because of [`Limits::diagnostics`](crate::Limits).
    pub fn add_suppressed(&mut self, suppressed: &[(Code, u64)]) {
        for &(code, more) in suppressed {
            let count = self.counts.entry(code).or_default();
            *count = count.saturating_add(more);
            self.unlisted = self.unlisted.saturating_add(more);
        }
    }

    /// How many findings of this code there were.
    pub fn count(&self, code: Code) -> u64 {
        self.counts.get(&code).copied().unwrap_or_default()
    }

    /// The codes found, with their counts, by id.
    pub fn iter(&self) -> impl Iterator<Item = (Code, u64)> + '_ {
        self.counts.iter().map(|(&code, &count)| (code, count))
    }

    /// How many findings weigh `severity` or more.
    pub fn at_least(&self, severity: Severity) -> u64 {
        let listed = self.iter().filter(|(code, _)| code.severity() >= severity).map(|(_, count)| count);
        listed.fold(0, u64::saturating_add)
    }

    /// How many of the findings were counted only, and nobody was told of them one by one.
    pub fn unlisted(&self) -> u64 {
        self.unlisted
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn ids_and_names_are_unique_and_ordered() {
        let ids: Vec<_> = Code::ALL.iter().map(|code| code.id()).collect();
        assert!(ids.is_sorted_by(|a, b| a < b), "{ids:?}");
        let names: HashSet<_> = Code::ALL.iter().map(|code| code.name()).collect();
        assert_eq!(names.len(), ids.len());
    }

    #[test]
    fn the_list_is_bounded_and_the_rest_is_counted() {
        let mut findings = Findings::new(2);
        findings.begin(Position { byte: 100, record: 3, line: 0 });
        for offset in 0..5 {
            findings.at(Code::Garbage, (offset, 1), "x", "skipped");
        }
        assert_eq!(findings.list().len(), 2);
        assert_eq!(findings.suppressed(), [(Code::Garbage, 3)]);
        assert_eq!(findings.list()[1].location.byte, 101);
        assert!(findings.first_error().is_some());
        findings.begin(Position::default());
        assert_eq!((findings.list().len(), findings.suppressed().len()), (0, 0));
    }

    #[test]
    fn display_names_code_place_message_and_action() {
        let mut findings = Findings::new(9);
        findings.begin(Position { byte: 10_532, record: 6, line: 0 });
        findings.in_field(
            Code::FieldUnterminated,
            (Tag::new(*b"245"), 3),
            (72, 1),
            "byte 61 ends it",
            "kept",
        );
        assert_eq!(
            findings.list()[0].to_string(),
            "error[B006] record 7 (byte 10604), field 245 (#4): byte 61 ends it; kept"
        );
    }
}
