//! The rules of master files.

use crate::finding::rules;

rules! {
    MASTER_CONTROL "B080" "master-control" Error
        "The control record of a master file is inconsistent with the file.";
    CROSS_REFERENCE_MISSING "B081" "cross-reference-missing" Warning
        "A master file has no cross reference, which alone distinguishes current records from old copies.";
    SLOT_INVALID "B082" "slot-invalid" Error
        "A slot of the cross reference points to no record, or is missing.";
    SLOT_MFN "B083" "slot-of-another" Error
        "A slot of the cross reference points to a record with another number.";
    SLOT_DUPLICATE "B084" "slot-duplicate" Error
        "Two slots of the cross reference point to the same record.";
    SLOT_BEYOND "B085" "slot-beyond" Warning
        "A slot of the cross reference is used beyond the last record in the control record.";
    RECORD_HEADER "B086" "record-header" Error
        "The numbers in the leader of a record of a master file are inconsistent.";
    VERSION_CHAIN "B087" "version-chain" Error
        "A record does not point to its previous version.";
    STATUS_MISMATCH "B088" "status-mismatch" Warning
        "Cross reference and master file disagree on whether a record is deleted.";
    RECORD_LOCKED "B089" "record-locked" Note
        "A record is locked for data entry.";
    RECORD_RECOVERED "B090" "record-recovered" Error
        "A record was recovered that the cross reference lacks.";
    VERSION_ZERO "B091" "version-zero" Warning
        "The version of a record is 0.";
    RECORD_BEYOND_FREE "B092" "record-beyond-free" Warning
        "A record is in the free space stated by the control record.";
    DICTIONARY_DAMAGED "B093" "dictionary-damaged" Error
        "A block of a dictionary points nowhere, or its number of terms or postings is wrong.";
}
