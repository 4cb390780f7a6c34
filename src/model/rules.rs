//! The rules of descriptions.

use crate::finding::rules;

rules! {
    DATE_WITHOUT_YEAR "D001" "date-without-year" Note
        "A date of publication gives no year.";
    NAME_NOT_DIVIDED "D002" "name-not-divided" Note
        "The name of a person is not divided into family name and given names.";
    ROLE_UNKNOWN "D003" "role-unknown" Note
        "The role of an agent is neither a code nor a word that is known.";
    CODE_UNKNOWN "D004" "code-unknown" Note
        "A language or country is given by a code that is in no list.";
    FORMAT_GUESSED "D005" "format-guessed" Note
        "Nothing tells the format of the record for certain.";
}
