//! Rules, as a list and with their pages.

use crate::finding::Rule;
use crate::rules;

/// Returns the pages of rules with their weights; if there are none, all rules as a list, a line each.
///
/// # Example
/// ```
/// use kartoteka::{report, rules};
///
/// assert!(report::rules_text(&[]).lines().any(|line| line.starts_with("V101 warning isbn-invalid ")));
/// assert!(report::rules_text(&[rules::ISBN_INVALID]).ends_with("Weight: warning\n"));
/// ```
pub fn rules_text(some: &[Rule]) -> String {
    if some.is_empty() {
        let row =
            |rule: Rule| format!("{rule} {:7} {:28} {}\n", rule.severity(), rule.name(), rule.summary());
        return rules::all().map(row).collect();
    }
    let page = |rule: &Rule| format!("{}\n\nWeight: {}\n", rule.page().trim_end(), rule.severity());
    some.iter().map(page).collect::<Vec<_>>().join("\n")
}
