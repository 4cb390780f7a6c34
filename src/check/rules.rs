//! The rules of the checks.

use crate::finding::rules;

rules! {
    INDICATORS_IN_TEXT "B034" "indicators-in-text" Note
        "Indicators stand in the text of fields that have none.";
    REPLACEMENT_CHARACTER "E008" "replacement-character" Warning
        "A value holds U+FFFD, which stands for a character that was lost before.";
    CONTROL_CHARACTER "E020" "control-character" Warning
        "A value holds a control character, which has no place in text.";
    LEADER_INVALID "L001" "leader-invalid" Warning
        "A position of the leader has a value that the format does not define.";
    LEADER_OBSOLETE "L002" "leader-obsolete" Note
        "A position of the leader has a value that the format has withdrawn, or that only one network uses.";
    CODE_INVALID "C101" "code-invalid" Warning
        "A coded position has a value that the format does not define.";
    CODE_OBSOLETE "C102" "code-obsolete" Note
        "A coded position holds a code that the format has withdrawn.";
    FILL_NOT_ALLOWED "C103" "fill-not-allowed" Warning
        "A coded position holds the fill character, which has no place there.";
    LENGTH_INVALID "C104" "length-invalid" Warning
        "A value of fixed length has another length.";
    FIELD_UNDEFINED "F101" "field-undefined" Warning
        "The format has no field with this tag.";
    FIELD_OBSOLETE "F102" "field-obsolete" Note
        "The format has withdrawn the field.";
    FIELD_REPEATED "F103" "field-repeated" Error
        "A field that must not be repeated occurs more than once.";
    FIELD_MISSING "F104" "field-missing" Warning
        "A field that every record must have is missing.";
    FIELDS_CONFLICTING "F105" "fields-conflicting" Error
        "A record has two fields of which it may have only one.";
    FIELD_SHAPE "F107" "field-shape" Error
        "A field has subfields where the format has a value, or the reverse.";
    INDICATOR_UNDEFINED "I101" "indicator-undefined" Warning
        "An indicator has a value that the field does not define.";
    INDICATOR_NOT_BLANK "I102" "indicator-not-blank" Warning
        "An indicator has no meaning in the field, and is not blank.";
    INDICATOR_OBSOLETE "I103" "indicator-obsolete" Note
        "An indicator has a value that the format has withdrawn.";
    NUMBER_DEAD "K102" "number-dead" Note
        "A link names a control number that no record of the input has.";
    NUMBER_REPEATED "K101" "number-repeated" Warning
        "Two records of an input have one control number.";
    SUBFIELD_UNDEFINED "S101" "subfield-undefined" Warning
        "The field has no subfield with this code.";
    SUBFIELD_OBSOLETE "S102" "subfield-obsolete" Note
        "The format has withdrawn the subfield.";
    SUBFIELD_REPEATED "S103" "subfield-repeated" Warning
        "A subfield that must not be repeated occurs more than once.";
    SUBFIELD_MISSING "S104" "subfield-missing" Warning
        "A subfield that every such field must have is missing.";
    SUBFIELD_ORDER "S108" "subfield-order" Note
        "Subfields are in another order than the schema has them.";
    LANGUAGE_UNDEFINED "V107" "language-undefined" Warning
        "A language code is in no list.";
    COUNTRY_UNDEFINED "V108" "country-undefined" Warning
        "A country code is in no list.";
    AREA_UNDEFINED "V109" "area-undefined" Warning
        "A geographic area code is in no list.";
    RELATOR_UNDEFINED "V110" "relator-undefined" Warning
        "A relator code is in no list.";
    VALUE_OBSOLETE "V115" "value-obsolete" Note
        "A value is a code that its list has withdrawn.";
    VALUE_UNDEFINED "V117" "value-undefined" Warning
        "A value is not one of the codes that the schema has for it.";
    PATTERN_MISMATCH "V118" "pattern-mismatch" Warning
        "A value does not match the pattern that the schema has for it.";
    CHECK_FAILED "Z101" "check-failed" Error
        "A check failed on a record: a fault of the check, not of the record.";
}
