//! Rules: the kinds of findings. The module that emits a finding declares its rule.

use std::fmt;
use std::hash::{Hash, Hasher};

use super::Severity;

/// The description of a [`Rule`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct RuleInfo {
    /// The stable id, such as `B001`.
    pub id: &'static str,
    /// The stable name, such as `record-length-mismatch`.
    pub name: &'static str,
    /// The severity of its findings.
    pub severity: Severity,
    /// What is wrong, in one sentence.
    pub summary: &'static str,
    /// Its meaning, what is done about it, and an example, in Markdown. The first line is a heading.
    pub page: &'static str,
}

impl RuleInfo {
    /// Creates the description of a rule.
    pub const fn new(
        id: &'static str,
        name: &'static str,
        severity: Severity,
        summary: &'static str,
        page: &'static str,
    ) -> RuleInfo {
        RuleInfo { id, name, severity, summary, page }
    }
}

/// One kind of finding. An id is never reused for another kind, and never renumbered.
///
/// The letter of the id is the layer: `B` bytes and structure, `D` descriptions of the model, `E` encoding, `L` leader, `M`
/// crosswalks, `W` writing.
/// The rules of this crate are constants in [`rules`](crate::rules); a program declares its own with [`Rule::new`].
///
/// Two rules are equal if their ids are.
///
/// # Example
/// ```
/// use kartoteka::{Rule, RuleInfo, Severity, rules};
///
/// assert_eq!(rules::GARBAGE.id(), "B017");
/// assert_eq!(rules::GARBAGE.severity(), Severity::Error);
///
/// static NO_SHELFMARK: RuleInfo =
///     RuleInfo::new("X001", "no-shelfmark", Severity::Warning, "A book has no shelfmark.", "# X001\n");
/// const RULE: Rule = Rule::new(&NO_SHELFMARK);
/// assert_eq!(RULE.to_string(), "X001");
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Rule(&'static RuleInfo);

impl Rule {
    /// Creates a rule from its description.
    pub const fn new(info: &'static RuleInfo) -> Rule {
        Rule(info)
    }

    /// Returns the stable id, such as `B001`.
    pub const fn id(self) -> &'static str {
        self.0.id
    }

    /// Returns the stable name, such as `record-length-mismatch`.
    pub const fn name(self) -> &'static str {
        self.0.name
    }

    /// Returns the severity of its findings.
    pub const fn severity(self) -> Severity {
        self.0.severity
    }

    /// Returns what is wrong, in one sentence.
    pub const fn summary(self) -> &'static str {
        self.0.summary
    }

    /// Returns where the rule comes from: a standard, a manual, or the data that it is made from.
    ///
    /// # Example
    /// ```
    /// assert_eq!(kartoteka::rules::ISBN_INVALID.source(), "ISO 2108");
    /// assert!(kartoteka::rules::all().all(|rule| !rule.source().is_empty()));
    /// ```
    pub fn source(self) -> &'static str {
        let rows = include_str!("sources.tsv").lines().filter(|line| !line.starts_with('#'));
        let rows = rows.filter_map(|line| line.split_once('\t'));
        let fits = rows.filter(|(begin, _)| self.id().starts_with(begin));
        fits.max_by_key(|(begin, _)| begin.len()).map_or("", |(_, source)| source)
    }

    /// Returns the page: its meaning, what is done about it, and an example, in Markdown. The first line is a
    /// heading.
    pub const fn page(self) -> &'static str {
        self.0.page
    }
}

impl PartialOrd for Rule {
    fn partial_cmp(&self, other: &Rule) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Rule {
    /// Compares by id.
    fn cmp(&self, other: &Rule) -> std::cmp::Ordering {
        self.id().cmp(other.id())
    }
}

impl Hash for Rule {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.id().hash(state);
    }
}

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.id(), self.name())
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.id())
    }
}

/// Declares the rules of a module: a constant for each, and the list `ALL`. The page of a rule is the text after its
/// summary, or else `rules/ID.md` beside the file that calls this.
macro_rules! rules {
    (@page $id:literal) => { include_str!(concat!("rules/", $id, ".md")) };
    (@page $id:literal $page:literal) => { $page };
    ($($constant:ident $id:literal $name:literal $severity:ident $summary:literal $($page:literal)?;)+) => {
        $(
            #[doc = concat!("`", $id, "` ", $name, ": ", $summary)]
            #[doc = ""]
            #[doc = crate::finding::rules!(@page $id $($page)?)]
            pub const $constant: crate::finding::Rule = crate::finding::Rule::new(&crate::finding::RuleInfo::new(
                $id,
                $name,
                crate::finding::Severity::$severity,
                $summary,
                concat!(
                    "# ", $id, " ", $name, "\n\n", $summary, "\n\n",
                    crate::finding::rules!(@page $id $($page)?)
                ),
            ));
        )+

        /// The rules of this module.
        pub(crate) const ALL: &[crate::finding::Rule] = &[$($constant),+];
    };
}
pub(crate) use rules;
