//! The rules of ISO 2709.

use crate::finding::rules;

rules! {
    RECORD_LENGTH_MISMATCH "B001" "record-length-mismatch" Error
        "The record length in the leader is not the length of the record.";
    BASE_ADDRESS_INVALID "B002" "base-address-invalid" Error
        "The base address of data in the leader does not follow the directory.";
    DIRECTORY_INVALID "B003" "directory-invalid" Error
        "A directory entry is not a tag and two numbers, or the directory is not made of whole entries.";
    DIRECTORY_UNORDERED "B005" "directory-unordered" Note
        "The fields lie in another order than their directory entries.";
    FIELD_UNTERMINATED "B006" "field-unterminated" Error
        "A field does not end with the field terminator where its directory entry says so.";
    FILLER_BETWEEN_RECORDS "B007" "filler-between-records" Note
        "There are blanks, line ends, NUL or 1A between two records.";
    OVERSIZE "B009" "oversize" Warning
        "A record or field is longer than the digits of its length can state.";
    RECORD_LENGTH_INVALID "B010" "record-length-invalid" Error
        "The record length in the leader is not five digits, or too small to be one.";
    RECORD_UNTERMINATED "B018" "record-unterminated" Error
        "The record does not end with the record terminator.";
    DIRECTORY_UNTERMINATED "B019" "directory-unterminated" Error
        "No field terminator ends the directory.";
    FIELD_EMPTY "B021" "field-empty" Warning
        "A field has no data.";
    DATA_UNCLAIMED "B024" "data-unclaimed" Error
        "The record holds data that no directory entry points to.";
    ENTRY_WIDTH "B026" "directory-entry-width" Error
        "An entry of the directory is a byte longer or shorter than the others.";
    LENGTHS_IN_CHARACTERS "B027" "lengths-in-characters" Error
        "The lengths in the directory count characters, not bytes.";
    LINE_WRAPPED "B028" "line-wrapped" Note
        "The record is cut into lines.";
    INDICATOR_INVALID "B029" "indicator-invalid" Warning
        "An indicator is not a visible ASCII character or a blank.";
    LEADER_SHIFTED "B032" "leader-shifted" Error
        "The leader is a byte too short or too long.";
    OTHER_TERMINATOR "B033" "other-terminator" Note
        "Another character stands for the terminators of fields and record.";
    OTHER_DELIMITER "B035" "other-delimiter" Note
        "Another character stands for the subfield delimiter.";
}
