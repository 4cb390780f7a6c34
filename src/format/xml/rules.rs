//! The rules of the XML formats.

use crate::finding::rules;

rules! {
    XML_SYNTAX "B070" "xml-syntax" Error
        "The XML is not well-formed.";
    XML_SHAPE "B071" "xml-shape" Error
        "An element or attribute is missing, or not one of the format.";
    XML_NAMESPACE "B072" "xml-namespace" Note
        "The records have no namespace, or not that of the format.";
    XML_TYPE "B073" "xml-type" Warning
        "The type of a record is not one that the schema knows, or not that of its leader.";
    XML_PACKED "B074" "xml-packed" Note
        "Records are the text of another document, escaped or in a CDATA section.";
    TAG_WIDE "W010" "tag-wide" Note
        "A tag above 999 is written with all its digits, which few readers expect.";
    NOT_MARC21 "W012" "not-marc21" Error
        "Only MARC 21 records can be described in this format.";
}
