//! The rules of the record itself: its text, and what a form of it cannot contain.

use crate::finding::rules;

rules! {
    INVALID_UTF8 "E001" "invalid-utf8" Error
        "A value is not valid UTF-8, although its record is declared as UTF-8.";
    ENCODED_TWICE "E006" "encoded-twice" Warning
        "A value is UTF-8 that was read in another character set and encoded again.";
    MARC8_UNKNOWN_SET "E030" "marc8-unknown-set" Error
        "An escape sequence of MARC-8 names a set that does not exist.";
    MARC8_INCOMPLETE_ESCAPE "E031" "marc8-incomplete-escape" Error
        "An escape byte begins no escape sequence.";
    MARC8_UNDEFINED_CODE "E032" "marc8-undefined-code" Error
        "A byte is undefined in the current set of MARC-8.";
    MARC8_DANGLING_MARK "E033" "marc8-dangling-mark" Warning
        "A combining mark, which in MARC-8 precedes its letter, has no letter after it.";
    MARC8_ORPHAN_SECOND_HALF "E034" "marc8-orphan-second-half" Warning
        "The second half of a mark over two letters has no first half.";
    MARC8_TRUNCATED_EACC "E035" "marc8-truncated-eacc" Error
        "Only one or two bytes of a three-byte character are present.";
    MARC8_UNDEFINED_EACC "E036" "marc8-undefined-eacc" Error
        "Three bytes are not a character of EACC, the East Asian set of MARC-8.";
    MARC8_LOST_RETURN "E037" "marc8-lost-return" Error
        "The escape sequence from EACC back to ASCII is missing.";
    MARC8_NOT_RESET "E038" "marc8-not-reset" Note
        "A subfield does not end in the set of MARC-8 in which it began.";
    MARC8_CONTROL "E039" "marc8-control" Warning
        "A value in MARC-8 contains a control character.";
    MARC8_NONSTANDARD "E040" "marc8-nonstandard" Warning
        "An escape sequence or code is not defined in MARC-8, but its meaning is known.";
    MARC8_REFERENCE "E041" "marc8-reference" Note
        "A character that MARC-8 lacks is written as a numeric reference.";
    CHARACTER_NOT_ALLOWED "W001" "character-not-allowed" Error
        "A value contains a character that the output format cannot represent.";
    FIELD_KIND "W005" "field-kind" Warning
        "A tag below 010 has subfields, or a tag above 009 has none; MARC readers expect the opposite.";
    INDICATOR_LOST "W006" "indicators-lost" Warning
        "The output has fewer indicators than the field, or none.";
    HEADER_LOST "W008" "header-lost" Note
        "The output format has no place for the leader, or for the numbers of IRBIS.";
    DELIMITER_IN_VALUE "W011" "delimiter-in-value" Error
        "A value contains the byte that delimits subfields in the output.";
    BLANK_REPLACED "W015" "blank-replaced" Note
        "A record had several characters for a blank indicator, and is written with one of them.";
}
