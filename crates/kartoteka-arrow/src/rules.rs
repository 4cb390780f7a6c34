//! The rules of this crate.

use kartoteka::{Rule, RuleInfo, Severity};

static NONSENSE_INFO: RuleInfo = RuleInfo::new(
    "A001",
    "rows-without-sense",
    Severity::Error,
    "The rows of a record in a long table do not make a record.",
    include_str!("rules/A001.md"),
);

static TOO_MUCH_INFO: RuleInfo = RuleInfo::new(
    "A002",
    "too-much-for-a-table",
    Severity::Error,
    "A record has more fields, subfields of a field, or codes, than the long table has numbers for.",
    include_str!("rules/A002.md"),
);

static NO_INDICATORS_INFO: RuleInfo = RuleInfo::new(
    "A003",
    "indicators-are-null",
    Severity::Warning,
    "A field with subfields has no indicators, in a record whose fields have them.",
    include_str!("rules/A003.md"),
);

/// The rule of the findings about rows that do not make a record.
pub const NONSENSE: Rule = Rule::new(&NONSENSE_INFO);

/// The rule of the findings about records that have no room in the long table.
pub const TOO_MUCH: Rule = Rule::new(&TOO_MUCH_INFO);

/// The rule of the findings about fields whose indicators are null.
pub const NO_INDICATORS: Rule = Rule::new(&NO_INDICATORS_INFO);
