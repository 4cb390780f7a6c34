//! The table of codes.

use std::fmt;
use std::str::FromStr;

use super::Severity;
use crate::Error;

macro_rules! codes {
    ($($variant:ident $id:literal $name:literal $severity:ident $summary:literal;)+) => {
        /// The kinds of findings. An id is never used again for another thing, and never renumbered.
        ///
        /// The letter is the layer: `B` bytes and structure, `E` encoding, `L` leader, `W` writing. Each has a page, which
        /// [`Code::page`] returns, and a file in `fixtures/findings` that shows it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $(
                #[doc = concat!("`", $id, "` ", $name, ": ", $summary)]
                #[doc = ""]
                #[doc = include_str!(concat!("pages/", $id, ".md"))]
                $variant,
            )+
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

            /// What it means, what is done about it, and an example, in Markdown. The first line is a heading.
            pub const fn page(self) -> &'static str {
                match self {
                    $(Code::$variant => concat!(
                        "# ", $id, " ", $name, "\n\n", $summary, "\n\n",
                        include_str!(concat!("pages/", $id, ".md"))
                    )),+
                }
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
        "A field has more or fewer indicators than its record says.";
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
    EntryWidth "B026" "directory-entry-width" Error
        "An entry of the directory is a byte longer or shorter than the others.";
    LengthsInCharacters "B027" "lengths-in-characters" Error
        "The lengths in the directory count characters, not bytes.";
    LineWrapped "B028" "line-wrapped" Note
        "The record is cut into lines.";
    IndicatorInvalid "B029" "indicator-invalid" Warning
        "An indicator is not a visible ASCII character or a blank.";
    ControlFieldSubfields "B031" "control-field-with-subfields" Warning
        "A control field has subfields.";
    LeaderShifted "B032" "leader-shifted" Error
        "The leader is a byte too short or too long.";
    OtherTerminator "B033" "other-terminator" Note
        "Another character stands for the terminators of fields and record.";
    IndicatorsInText "B034" "indicators-in-text" Note
        "Indicators stand in the text of fields that have none.";
    LineInvalid "B050" "line-invalid" Error
        "A line is not a field of the format.";
    LineBlank "B051" "line-blank" Warning
        "A blank line stands inside a record.";
    RecordEndMissing "B052" "record-end-missing" Warning
        "The last record has no end mark.";
    LineSpacing "B053" "line-spacing" Warning
        "The blank that the format wants in a line is missing.";
    LineContinued "B054" "line-continued" Warning
        "A line is no field by itself, and was taken as part of the one before it.";
    LineRemark "B055" "line-remark" Note
        "Something in the lines has no place in a record.";
    MnemonicUnknown "B056" "mnemonic-unknown" Warning
        "A name in braces is no mnemonic, or stands for no character.";
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
    XmlType "B073" "xml-type" Warning
        "The type of a record is not one that the schema knows, or not that of its leader.";
    MasterControl "B080" "master-control" Error
        "The control record of a master file does not fit the file.";
    CrossReferenceMissing "B081" "cross-reference-missing" Warning
        "A master file has no cross reference, which alone tells current records from old copies.";
    SlotInvalid "B082" "slot-invalid" Error
        "A slot of the cross reference leads to no record, or is missing.";
    SlotMfn "B083" "slot-of-another" Error
        "A slot of the cross reference leads to a record with another number.";
    SlotDuplicate "B084" "slot-duplicate" Error
        "Two slots of the cross reference lead to the same record.";
    SlotBeyond "B085" "slot-beyond" Warning
        "A slot of the cross reference is in use beyond the last record that the control record knows.";
    RecordHeader "B086" "record-header" Error
        "The numbers in the leader of a record of a master file do not fit each other.";
    VersionChain "B087" "version-chain" Error
        "A record does not lead to the version before it.";
    StatusMismatch "B088" "status-mismatch" Warning
        "Cross reference and master file disagree on whether a record is deleted.";
    RecordLocked "B089" "record-locked" Note
        "A record is locked for data entry.";
    RecordRecovered "B090" "record-recovered" Error
        "A record was found that the cross reference does not have.";
    VersionZero "B091" "version-zero" Warning
        "The version of a record is 0.";
    RecordBeyondFree "B092" "record-beyond-free" Warning
        "A record lies where the control record says that free space is.";
    DictionaryDamaged "B093" "dictionary-damaged" Error
        "A block of a dictionary leads nowhere, or holds another number of terms or postings than it says.";
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
        "The record is in a character set for which there are no tables.";
    ControlCharacter "E020" "control-character" Warning
        "A value holds a control character, which is no part of text.";
    Marc8UnknownSet "E030" "marc8-unknown-set" Error
        "An escape sequence of MARC-8 names a set that does not exist.";
    Marc8IncompleteEscape "E031" "marc8-incomplete-escape" Error
        "An escape byte begins no escape sequence.";
    Marc8UndefinedCode "E032" "marc8-undefined-code" Error
        "A byte stands for no character in the set of MARC-8 that is in use.";
    Marc8DanglingMark "E033" "marc8-dangling-mark" Warning
        "A mark, which in MARC-8 comes before its letter, has no letter behind it.";
    Marc8OrphanSecondHalf "E034" "marc8-orphan-second-half" Warning
        "The second half of a mark over two letters has no first half.";
    Marc8TruncatedEacc "E035" "marc8-truncated-eacc" Error
        "Of a character of three bytes only one or two are there.";
    Marc8UndefinedEacc "E036" "marc8-undefined-eacc" Error
        "Three bytes stand for no character of EACC, the East Asian set of MARC-8.";
    Marc8LostReturn "E037" "marc8-lost-return" Error
        "The escape sequence from EACC back to ASCII is missing.";
    Marc8NotReset "E038" "marc8-not-reset" Note
        "A subfield ends in another set of MARC-8 than it began with.";
    Marc8Control "E039" "marc8-control" Warning
        "A value in MARC-8 holds a control character.";
    Marc8Nonstandard "E040" "marc8-nonstandard" Warning
        "An escape sequence or code is not of MARC-8, but what it means is known.";
    Marc8Reference "E041" "marc8-reference" Note
        "A character that MARC-8 lacks stands as a numeric reference.";
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

impl FromStr for Code {
    type Err = Error;

    /// Takes an id or a name, in any case.
    fn from_str(text: &str) -> Result<Code, Error> {
        let is =
            |code: &&Code| code.id().eq_ignore_ascii_case(text) || code.name().eq_ignore_ascii_case(text);
        let found = Code::ALL.iter().find(is);
        found.copied().ok_or_else(|| Error::argument(format!("no finding has the id or name {text:?}")))
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
        for code in Code::ALL {
            assert_eq!(code.id().parse::<Code>().unwrap(), *code);
            assert_eq!(code.name().to_uppercase().parse::<Code>().unwrap(), *code);
        }
        assert!("B000".parse::<Code>().is_err());
    }

    #[test]
    fn pages_begin_with_what_the_table_says() {
        let page = Code::RecordLengthMismatch.page();
        assert!(page.starts_with("# B001 record-length-mismatch\n\nThe record length in the leader"));
    }
}
