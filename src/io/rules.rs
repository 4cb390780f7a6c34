//! The rules of readers and writers of any format.

use crate::finding::rules;

rules! {
    LIMIT_REACHED "B023" "limit-reached" Error
        "The record is larger than the limits allow.";
    NOT_MARC8 "E002" "leader-says-marc8" Warning
        "Leader/09 says MARC-8, but the record is UTF-8.";
    NOT_UTF8 "E003" "leader-says-utf8" Error
        "Leader/09 says UTF-8, but the record is not.";
    UNDECODABLE "E004" "undecodable" Error
        "Bytes have no meaning in the character set of the record.";
    CHARSET_MISMATCH "E007" "unimarc-charset-mismatch" Warning
        "Field 100, or the declaration of XML, names a character set other than that of the record.";
    CHARSET_DOUBTFUL "E009" "charset-doubtful" Warning
        "The character set was guessed from few letters, or another fits nearly as well.";
    CHARSET_UNSUPPORTED "E010" "charset-unsupported" Error
        "The record is in a character set for which there are no tables.";
    UNENCODABLE "W004" "unencodable" Error
        "A character does not exist in the character set of the output.";
}
