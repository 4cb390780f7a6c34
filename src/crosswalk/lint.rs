//! Rules that can never run.

use std::collections::HashMap;

use super::Crosswalk;
use super::check::Mistake;
use super::compile::{From, Line, Program, To};
use super::condition::{Condition, Term, Test};
use super::rule::{Family, Rule};
use super::source::HEAD;

impl Crosswalk {
    /// Reads and compiles a rule file that is to have nothing wrong: also no rule that can never run.
    ///
    /// # Errors
    /// All mistakes; if there are none, what [`Crosswalk::unreachable`] returns.
    #[cfg(feature = "rules")]
    pub fn check(path: impl AsRef<std::path::Path>) -> Result<Crosswalk, Vec<Mistake>> {
        let crosswalk = super::Map::open(path).and_then(Crosswalk::new)?;
        let idle = crosswalk.unreachable();
        if idle.is_empty() { Ok(crosswalk) } else { Err(idle) }
    }

    /// Returns the rules of the file, or of the built-in map, that can never run, with the reason.
    ///
    /// # Example
    /// ```
    /// use kartoteka::crosswalk::{Crosswalk, Map};
    ///
    /// let ours = r##"
    /// extends = "irbis-marc21"
    ///
    /// [[rule]]
    /// id = "ours.2006"
    /// from = "2006^*"
    /// when = "ind1:1"
    /// to = "590$a"
    /// "##;
    /// let crosswalk = Crosswalk::new(Map::from_toml(ours).unwrap()).unwrap();
    /// let idle = crosswalk.unreachable();
    /// assert_eq!(idle[0].to_string(), "4: rule ours.2006: never runs: fields of irbis have no indicators");
    /// ```
    pub fn unreachable(&self) -> Vec<Mistake> {
        let rules = self.map.rules.iter().zip(0u32..);
        let mut kept: HashMap<(&str, &str, &str), &str> = HashMap::new();
        let mut found = Vec::new();
        for (rule, at) in rules {
            let Some(line) = self.program.line(at) else { continue };
            let reason = impossible(rule, line, self.map.source)
                .or_else(|| shadowed(rule, line, at, &self.program, &mut kept));
            if let (Some(reason), true) = (reason, rule.line > 0) {
                found.push(Mistake::new(&self.map.file, rule, format!("never runs: {reason}")));
            }
        }
        found
    }
}

/// Why what the rule asks for is never there.
fn impossible(rule: &Rule, line: &Line, source: Family) -> Option<String> {
    let is_irbis = source == Family::Irbis;
    if is_irbis && line.from_inner.is_some() {
        return Some("fields of irbis have no embedded fields".to_owned());
    }
    let is_head = line.from == From::Code(HEAD) && rule.from_tag != "*";
    let is_control = rule.from_tag.starts_with("00") || rule.from_tag.contains("/00");
    if is_head && !is_irbis && !is_control {
        return Some(format!("fields of {} have no text before the first subfield", source.name()));
    }
    let always = line.when.every.iter().filter_map(|terms| match terms.as_slice() {
        [only] => Some(only),
        _ => None,
    });
    let always: Vec<&Term> = always.collect();
    for term in always.iter().filter(|term| !term.not) {
        match &term.test {
            Test::Indicator(..) if is_irbis => {
                return Some("fields of irbis have no indicators".to_owned());
            }
            test if !is_irbis && is_of_irbis(test) => {
                return Some(format!("records of {} have no worksheet", source.name()));
            }
            _ => {}
        }
    }
    if let (From::Code(code), None) = (line.from, line.from_inner) {
        if always.iter().any(|term| term.not && term.test == Test::Sub(code, None)) {
            return Some(format!("it takes {code}, and asks that there is none"));
        }
    }
    let contradicts =
        |term: &&&Term| always.iter().any(|other| other.test == term.test && other.not != term.not);
    always.iter().find(contradicts).map(|_| format!("{} asks for a thing and for its opposite", rule.when))
}

/// Whether only a record of IRBIS can answer.
fn is_of_irbis(test: &Test) -> bool {
    matches!(test, Test::Sheet(_) | Test::Own | Test::SetMain | Test::HostParts)
}

/// Which rule takes all that this one would.
fn shadowed<'r>(
    rule: &'r Rule,
    line: &Line,
    at: u32,
    program: &Program,
    kept: &mut HashMap<(&'r str, &'r str, &'r str), &'r str>,
) -> Option<String> {
    if !matches!(line.to, To::Kept | To::Dropped) {
        return None;
    }
    if rule.from_tag == "*" {
        return (program.any != at).then(|| "a later rule for all other tags stands in its place".to_owned());
    }
    let (tag, code) = (rule.from_tag.as_str(), rule.from_code.as_str());
    let before = [(tag, code, ""), (tag, code, rule.when.as_str())];
    let first = before.iter().find_map(|place| kept.get(place)).copied();
    if line.when == Condition::default() || first.is_none() {
        kept.entry((tag, code, rule.when.as_str())).or_insert(&rule.id);
    }
    first.map(|first| format!("rule {first} before it takes the same"))
}

#[cfg(test)]
#[cfg(feature = "rules")]
mod tests {
    use crate::crosswalk::{Crosswalk, Map};

    /// What is said of rules of a file; each is `from`, `when` and `to`.
    fn idle(head: &str, rules: &[[&str; 3]]) -> Vec<String> {
        let mut text = head.to_owned();
        for (at, [from, when, to]) in rules.iter().enumerate() {
            let rule =
                format!("[[rule]]\nid = \"o.{at}\"\nfrom = \"{from}\"\nwhen = \"{when}\"\nto = \"{to}\"\n");
            text.push_str(&rule);
        }
        let crosswalk = Crosswalk::new(Map::from_toml(&text).unwrap()).unwrap();
        crosswalk.unreachable().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn rules_that_never_run_are_told_with_the_reason() {
        let irbis = "source = \"irbis\"\ntarget = \"marc21\"\n";
        let marc = "source = \"unimarc\"\ntarget = \"marc21\"\n";
        for (head, rule, reason) in [
            (irbis, ["461/200^a", "", "773$t"], "fields of irbis have no embedded fields"),
            (irbis, ["700^a", "ind1:1", "100$a"], "fields of irbis have no indicators"),
            (irbis, ["700^a", "nosub:a", "100$a"], "it takes a, and asks that there is none"),
            (
                irbis,
                ["700^a", "has:701,no:701", "100$a"],
                "has:701,no:701 asks for a thing and for its opposite",
            ),
            (marc, ["700^*", "", "100$a"], "fields of unimarc have no text before the first subfield"),
            (marc, ["700^a", "SPEC", "100$a"], "records of unimarc have no worksheet"),
        ] {
            assert_eq!(idle(head, &[rule]), [format!("3: rule o.0: never runs: {reason}")], "{rule:?}");
        }
        let kept =
            [["900^b", "", "886"], ["900^b", "has:200", "-"], ["900^+", "", "886"], ["900^+", "", "-"]];
        assert_eq!(
            idle(irbis, &kept),
            [
                "8: rule o.1: never runs: rule o.0 before it takes the same",
                "18: rule o.3: never runs: rule o.2 before it takes the same"
            ]
        );
        let fine = [
            ["900^b", "PAZK", "886"],
            ["900^b", "", "886"],
            ["900^*", "", "886"],
            ["900^c", "!ASP,has:1", "590$a"],
        ];
        assert!(idle(irbis, &fine).is_empty());
        let any = [["*^+", "", "886"], ["*^+", "", "-"]];
        assert_eq!(
            idle(irbis, &any),
            ["3: rule o.0: never runs: a later rule for all other tags stands in its place"]
        );
    }

    #[test]
    fn every_rule_of_a_map_that_is_built_in_can_run() {
        for name in Crosswalk::names() {
            let crosswalk = Crosswalk::builtin(name).unwrap();
            let idle: Vec<_> = crosswalk.unreachable().iter().map(ToString::to_string).collect();
            assert!(idle.is_empty(), "{name}:\n{}", idle.join("\n"));
        }
    }
}
