//! Rules, as a list and with their pages.

use crate::check::content::right_and_wrong;
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
    let page = |rule: &Rule| {
        let mut text = format!("{}\n\n", rule.page().trim_end());
        if let Some((right, wrong)) = right_and_wrong(*rule) {
            for (what, example) in [("Right", right), ("Wrong", wrong)] {
                let example = if example.is_empty() { "nothing there" } else { example };
                text += &format!("{what}: {example}\n");
            }
            text.push('\n');
        }
        text + &format!("Source: {}\nWeight: {}\n", rule.source(), rule.severity())
    };
    some.iter().map(page).collect::<Vec<_>>().join("\n")
}
