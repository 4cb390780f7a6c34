//! The rules that several formats share.

use crate::finding::rules;

rules! {
    FIELD_OUT_OF_BOUNDS "B004" "field-out-of-bounds" Error
        "A directory entry points outside the data of its record.";
    TRUNCATED "B008" "truncated" Error
        "The input ends inside a record.";
    INDICATOR_COUNT "B011" "indicator-count" Warning
        "A field has more or fewer indicators than its record says.";
    DATA_BEFORE_SUBFIELD "B012" "data-before-subfield" Warning
        "A field has data between its indicators and its first subfield.";
    CONTROL_BYTE_IN_DATA "B014" "control-byte-in-data" Warning
        "A value holds one of the bytes that delimit fields and records.";
    TAG_INVALID "B015" "tag-invalid" Warning
        "A tag is not three letters or digits.";
    BYTE_ORDER_MARK "B016" "byte-order-mark" Note
        "There is a byte order mark, which is not data.";
    GARBAGE "B017" "garbage" Error
        "Bytes between two records belong to neither.";
    SUBFIELD_EMPTY "B013" "subfield-empty" Warning
        "A subfield delimiter is not followed by a subfield code.";
    LEADER_VALUE "B020" "leader-value" Warning
        "A position of the leader has a value that the format does not define.";
    NO_FIELDS "B022" "no-fields" Warning
        "The record has no fields.";
    CONTROL_FIELD_SUBFIELDS "B031" "control-field-with-subfields" Warning
        "A control field has subfields.";
    MARC_IN_ISIS "B036" "marc-in-isis" Note
        "MARC is kept in the fields of CDS/ISIS: leader positions in fields of their own, indicators before the first `^`.";
    LINE_INVALID "B050" "line-invalid" Error
        "A line is not a field of the format.";
    LINE_SPACING "B053" "line-spacing" Warning
        "A blank that the format requires in a line is missing.";
    LINE_CONTINUED "B054" "line-continued" Warning
        "A line is not a field, and was read as a continuation of the one before.";
    LINE_REMARK "B055" "line-remark" Note
        "Something in the lines has no place in a record.";
    LINE_BLANK "B051" "line-blank" Warning
        "There is a blank line inside a record.";
    RECORD_END_MISSING "B052" "record-end-missing" Warning
        "Nothing ends a record: the input ends, or the next record begins.";
    LINE_END "B049" "line-end" Note
        "A line ends with something other than LF or CR LF.";
    STRAY_MARK "B058" "stray-mark" Note
        "An invisible character, or the 1A that ends files of DOS, is where it cannot be data.";
    RECORD_CUT "B059" "record-cut" Error
        "A record ends inside a line: another begins there.";
    TAG_TOO_WIDE "W002" "tag-too-wide" Error
        "The output format cannot represent a tag above 999.";
    RECORD_TOO_LONG "W003" "record-too-long" Error
        "A record exceeds 99,999 bytes or a field 9,999 bytes, the limits of ISO 2709.";
    SUBFIELD_LOST "W007" "subfield-lost" Warning
        "A subfield delimiter without a code has no place in the output.";
    TAG_NOT_NUMBER "W009" "tag-not-a-number" Error
        "The output format requires numeric tags, and this tag is not a number.";
    FORMULA_IN_CELL "W013" "formula-in-cell" Note
        "A cell of a table begins like the formula of a spreadsheet.";
    DIRECTORY_OVERLAP "B025" "directory-overlap" Warning
        "Two directory entries point to the same data.";
}
