//! The table by which the character set is decided.

use super::declared::Prior;
use super::evidence::Evidence;
use crate::charset::{Charset, Reason, TextEvidence};

/// What is known beforehand, as the rows have it: several [`Prior`]s may share a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    LeaderUtf8,
    LeaderMarc8,
    FieldUtf8,
    FormatUtf8,
    FieldNames,
    DocumentNames,
    Nothing,
}

impl Known {
    const fn of(prior: Prior) -> Known {
        match prior {
            Prior::LeaderUtf8 => Known::LeaderUtf8,
            Prior::LeaderMarc8 => Known::LeaderMarc8,
            Prior::FieldUtf8 => Known::FieldUtf8,
            Prior::FormatUtf8 => Known::FormatUtf8,
            Prior::FieldCyrillic(_) | Prior::FieldSets(_) => Known::FieldNames,
            Prior::DocumentNames(_) => Known::DocumentNames,
            _ => Known::Nothing,
        }
    }

    #[cfg(test)]
    const fn words(self) -> &'static str {
        match self {
            Known::LeaderUtf8 => "leader/09 says UTF-8",
            Known::LeaderMarc8 => "leader/09 says MARC-8",
            Known::FieldUtf8 => "100$a says UTF-8",
            Known::FormatUtf8 => "the format says UTF-8",
            Known::FieldNames => "100$a names sets",
            Known::DocumentNames => "XML names a set",
            Known::Nothing => "nothing",
        }
    }
}

/// What the bytes show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    Anything,
    Escapes,
    Utf8Values,
    /// The bytes make no words in any set.
    Damage,
    /// The likeliest set is the one that is named.
    Named,
    /// The set that is named has no tables or is not among those tried, and no other is near certain.
    NamedUntried,
}

impl Shown {
    fn by(self, evidence: &Evidence, prior: Prior) -> bool {
        let best = evidence.best();
        match self {
            Shown::Anything => true,
            Shown::Escapes => evidence.escapes.is_some(),
            Shown::Utf8Values => evidence.utf8_characters > 0,
            Shown::Damage => evidence.is_damaged,
            Shown::Named => best.is_some_and(|best| prior.is_read_as(best.charset)),
            Shown::NamedUntried => prior.is_untried() && best.is_none_or(|best| best.probability < 0.955),
        }
    }

    #[cfg(test)]
    const fn words(self) -> &'static str {
        match self {
            Shown::Anything => "anything else",
            Shown::Escapes => "escapes of MARC-8",
            Shown::Utf8Values => "values in UTF-8",
            Shown::Damage => "no words in any set",
            Shown::Named => "that set is the likeliest",
            Shown::NamedUntried => "a set that cannot be judged, no other that is 95.5 % likely",
        }
    }
}

/// The set a row answers, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    /// The one that the label names.
    Declared,
    /// MARC-8, by its escapes.
    Escapes,
    /// UTF-8, with the likeliest set in the values that are not, as declared.
    MixedDeclared,
    /// The same, by the bytes.
    Mixed,
    /// The likeliest.
    Likeliest,
}

impl Answer {
    fn of(self, evidence: &Evidence, prior: Prior) -> (Charset, Reason) {
        let best = evidence.best();
        let declared = if prior == Prior::FormatUtf8 { Reason::Format } else { Reason::Declared };
        match self {
            Answer::Declared => (prior.charset().unwrap_or_default(), declared),
            Answer::Escapes => (Charset::Marc8, Reason::Marks(evidence.escapes.unwrap_or_default())),
            Answer::MixedDeclared => (mixed(evidence), declared),
            Answer::Mixed => (mixed(evidence), Reason::ValidUtf8),
            Answer::Likeliest => match best {
                Some(best) => {
                    let second = evidence.second().unwrap_or_default();
                    (best.charset, Reason::Text(TextEvidence::new(best, second)))
                }
                None => (Charset::Windows1252, Reason::Format),
            },
        }
    }

    #[cfg(test)]
    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Answer::Declared => ("that one", "declared"),
            Answer::Escapes => ("MARC-8", "marks"),
            Answer::MixedDeclared => ("UTF-8, in places the likeliest", "declared"),
            Answer::Mixed => ("UTF-8, in places the likeliest", "valid UTF-8"),
            Answer::Likeliest => ("the likeliest", "probable text"),
        }
    }
}

/// UTF-8, with the likeliest set for values that are not.
fn mixed(evidence: &Evidence) -> Charset {
    match evidence.best().filter(|_| evidence.other_bytes > 0) {
        Some(best) => best.charset.or_utf8(),
        None => Charset::Utf8,
    }
}

/// The finding of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reported {
    Nothing,
    /// The leader says UTF-8 wrongly.
    NotUtf8,
    /// The leader says MARC-8 wrongly.
    NotMarc8,
    /// Field 100 is wrong.
    Field100,
    /// The declaration of the document is wrong, or what the format says: who reads the form reports where.
    Form,
    /// The decision may be wrong, if it is not certain.
    Doubt,
}

impl Reported {
    #[cfg(test)]
    const fn words(self) -> &'static str {
        match self {
            Reported::Nothing => "",
            Reported::NotUtf8 => "E003",
            Reported::NotMarc8 => "E002",
            Reported::Field100 => "E007",
            Reported::Form => "E001",
            Reported::Doubt => "E009, if less than 95 % likely",
        }
    }
}

struct Row(&'static [Known], Shown, Answer, Reported);

/// The first row that fits decides. The last of each prior fits anything.
const TABLE: &[Row] = {
    use self::Known as K;
    const UTF8: &[Known] = &[K::LeaderUtf8, K::FieldUtf8, K::FormatUtf8];
    const NAMED: &[Known] = &[K::LeaderMarc8, K::FieldNames, K::DocumentNames];
    &[
        Row(&[K::LeaderMarc8], Shown::Escapes, Answer::Declared, Reported::Nothing),
        Row(&[K::LeaderUtf8], Shown::Escapes, Answer::Escapes, Reported::NotUtf8),
        Row(UTF8, Shown::Utf8Values, Answer::MixedDeclared, Reported::Nothing),
        Row(UTF8, Shown::Damage, Answer::Declared, Reported::Nothing),
        Row(&[K::LeaderMarc8], Shown::Utf8Values, Answer::Mixed, Reported::NotMarc8),
        Row(&[K::FieldNames], Shown::Utf8Values, Answer::Mixed, Reported::Field100),
        Row(&[K::DocumentNames, K::Nothing], Shown::Utf8Values, Answer::Mixed, Reported::Nothing),
        Row(NAMED, Shown::Named, Answer::Declared, Reported::Doubt),
        Row(&[K::FieldNames], Shown::NamedUntried, Answer::Declared, Reported::Nothing),
        Row(&[K::LeaderMarc8], Shown::Anything, Answer::Likeliest, Reported::NotMarc8),
        Row(&[K::FieldUtf8, K::FieldNames], Shown::Anything, Answer::Likeliest, Reported::Field100),
        Row(&[K::LeaderUtf8], Shown::Anything, Answer::Likeliest, Reported::NotUtf8),
        Row(&[K::DocumentNames, K::FormatUtf8], Shown::Anything, Answer::Likeliest, Reported::Form),
        Row(&[K::Nothing], Shown::Anything, Answer::Likeliest, Reported::Doubt),
    ]
};

/// A decision.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Decision {
    pub(super) charset: Charset,
    pub(super) reason: Reason,
    pub(super) reported: Reported,
    /// Where the decision may be wrong: what speaks for it.
    pub(super) doubt: Option<TextEvidence>,
}

/// From where on a decision counts as certain, in thousandths.
const CERTAIN: u16 = 950;

/// Decides for bytes that are not valid UTF-8.
pub(super) fn decide(prior: Prior, evidence: &Evidence) -> Decision {
    let known = Known::of(prior);
    let row =
        TABLE.iter().find(|Row(priors, shown, ..)| priors.contains(&known) && shown.by(evidence, prior));
    let (answer, reported) =
        row.map_or((Answer::Likeliest, Reported::Doubt), |Row(_, _, answer, reported)| (*answer, *reported));
    let (charset, reason) = answer.of(evidence, prior);
    let judged = matches!(answer, Answer::Likeliest)
        || reported == Reported::Doubt
        || matches!(charset, Charset::Utf8Or(_));
    let doubt = evidence
        .best()
        .filter(|_| judged)
        .map(|best| TextEvidence::new(best, evidence.second().unwrap_or_default()));
    Decision { charset, reason, reported, doubt: doubt.filter(|doubt| doubt.per_mille < CERTAIN) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [Known; 7] = [
        Known::LeaderUtf8,
        Known::LeaderMarc8,
        Known::FieldUtf8,
        Known::FormatUtf8,
        Known::FieldNames,
        Known::DocumentNames,
        Known::Nothing,
    ];

    #[test]
    fn every_prior_ends_with_a_row_that_fits_anything() {
        for known in KNOWN {
            let rows: Vec<&Row> = TABLE.iter().filter(|Row(priors, ..)| priors.contains(&known)).collect();
            let ends = rows.iter().position(|row| row.1 == Shown::Anything);
            assert_eq!(ends, Some(rows.len() - 1), "{known:?}");
        }
    }

    #[test]
    fn the_table_in_the_documentation_is_this_one() {
        let mut table =
            String::from("//! | known | shown | answer | reason | finding |\n//! |---|---|---|---|---|\n");
        for Row(priors, shown, answer, reported) in TABLE {
            let priors: Vec<&str> = priors.iter().map(|known| known.words()).collect();
            let (charset, reason) = answer.words();
            let (priors, shown, reported) = (priors.join("; "), shown.words(), reported.words());
            table.push_str(&format!("//! | {priors} | {shown} | {charset} | {reason} | {reported} |\n"));
        }
        let documented = include_str!("mod.rs");
        assert!(documented.contains(&table), "put this into mod.rs:\n{table}");
    }
}
