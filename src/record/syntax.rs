//! The syntax of field bodies.

/// The syntax of the field bodies in the buffer of a record.
///
/// A record carries its syntax, so an IRBIS field with `^` and a MARC field with the byte 1F have the same
/// type, and neither is rewritten for reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Syntax {
    /// The byte before each subfield code.
    pub delimiter: u8,
    /// Number of indicators: bytes before the first delimiter of a data field.
    pub indicators: u8,
    /// Whether subfield codes ignore case.
    pub fold_codes: bool,
    /// Whether fields 00X are control fields: data without indicators and subfields.
    pub control_fields: bool,
}

impl Default for Syntax {
    /// Returns [`Syntax::MARC`], the syntax of a new record.
    fn default() -> Syntax {
        Syntax::MARC
    }
}

impl Syntax {
    /// MARC 21, UNIMARC and RUSMARC: 1F, two indicators.
    pub const MARC: Syntax =
        Syntax { delimiter: 0x1F, indicators: 2, fold_codes: false, control_fields: true };
    /// IRBIS and CDS/ISIS: `^`, no indicators, codes that ignore case, no class of control fields.
    pub const IRBIS: Syntax =
        Syntax { delimiter: b'^', indicators: 0, fold_codes: true, control_fields: false };

    /// Returns whether records of this syntax have indicators.
    pub const fn has_indicators(self) -> bool {
        self.indicators > 0
    }
}
