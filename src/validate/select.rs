//! Which findings are wanted: rules by id, name or prefix, and elements of the record.

use std::fmt;
use std::str::FromStr;

use crate::finding::Rule;
use crate::position::Location;
use crate::rules;

/// A choice of findings: rules, elements of the record, or both.
///
/// Written as an id (`B001`), the first letters of ids (`B`, `E00`), a name (`garbage`), `isbd` for `P`, an element (`9XX`, `245$a`, `LDR`)
/// or both with `@` between (`E020@245$a`).
///
/// # Example
/// ```
/// use kartoteka::{rules, validate::Choice};
///
/// let choice: Choice = "E020@5XX$a".parse().unwrap();
/// assert!(choice.has_rule(rules::CONTROL_CHARACTER));
/// let wrong = "B01x".parse::<Choice>().unwrap_err();
/// assert!(wrong.to_string().contains("B010"), "{wrong}");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// All rules, if there are none.
    rules: Vec<Rule>,
    element: Option<Element>,
}

/// A field or a subfield, in any record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Element {
    /// `None` for the leader. A dot is any digit.
    tag: Option<[u8; 3]>,
    code: Option<char>,
}

impl Choice {
    /// Chooses all findings of these rules.
    pub fn of_rules(rules: impl IntoIterator<Item = Rule>) -> Choice {
        Choice { rules: rules.into_iter().collect(), element: None }
    }

    /// Returns whether a finding of this rule can be chosen.
    pub fn has_rule(&self, rule: Rule) -> bool {
        self.rules.is_empty() || self.rules.contains(&rule)
    }

    /// Returns whether this rule is among those that are chosen by id or name. The first letters of ids name an optional rule
    /// only if all rules with such ids are optional.
    pub(super) fn names(&self, rule: Rule) -> bool {
        self.rules.contains(&rule)
            && (self.rules.len() == 1 || self.rules.iter().all(|rule| rules::is_optional(*rule)))
    }

    /// Returns the rules, if that is all of the choice.
    pub(super) fn only_rules(&self) -> Option<&[Rule]> {
        (self.element.is_none() && !self.rules.is_empty()).then_some(&self.rules)
    }

    /// Returns whether all findings of this rule are chosen.
    pub fn has_all_of(&self, rule: Rule) -> bool {
        self.element.is_none() && self.has_rule(rule)
    }

    /// Returns whether a finding of this rule, at this place, is chosen.
    pub(crate) fn has(&self, rule: Rule, place: &Location) -> bool {
        self.has_rule(rule) && self.element.as_ref().is_none_or(|element| element.has(place))
    }
}

impl Element {
    /// Returns whether a place is in this element.
    pub(crate) fn has(&self, place: &Location) -> bool {
        let Some(tag) = place.tag else {
            let at = place.byte.checked_sub(place.record.byte);
            let is_leader = place.place().is_some() || place.len > 0 && at.is_some_and(|at| at < 24);
            return self.tag.is_none() && is_leader;
        };
        let Some(pattern) = self.tag else { return false };
        let text = format!("{tag:>03}");
        let same = |(pattern, digit): (&u8, u8)| *pattern == b'.' || *pattern == digit;
        if text.len() != pattern.len() || !pattern.iter().zip(text.bytes()).all(same) {
            return false;
        }
        let code = place.occurrence.and_then(|(_, subfield)| subfield).map(|(code, _)| code);
        self.code.is_none_or(|wanted| code == Some(wanted))
    }
}

/// Not a choice of findings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseChoiceError {
    text: String,
    nearest: Vec<String>,
}

impl fmt::Display for ParseChoiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no finding has an id that begins with {:?}, or that name", self.text)?;
        match self.nearest.as_slice() {
            [] => Ok(()),
            nearest => write!(f, "; the nearest are {}", nearest.join(", ")),
        }
    }
}

impl std::error::Error for ParseChoiceError {}

/// Rules that an id, the first letters of ids, or a name means: a [`Choice`] without an element.
///
/// # Example
/// ```
/// use kartoteka::{rules, validate::RuleChoice};
///
/// let choice: RuleChoice = "garbage".parse()?;
/// assert_eq!(choice.rules, [rules::GARBAGE]);
/// assert!("245$a".parse::<RuleChoice>().is_err());
/// # Ok::<(), kartoteka::validate::ParseChoiceError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RuleChoice {
    /// The rules, by id; at least one.
    pub rules: Vec<Rule>,
}

impl FromStr for RuleChoice {
    type Err = ParseChoiceError;

    fn from_str(text: &str) -> Result<RuleChoice, ParseChoiceError> {
        let choice: Choice = text.parse()?;
        let rules = choice.only_rules().map(<[Rule]>::to_vec);
        rules.map(|rules| RuleChoice { rules }).ok_or_else(|| ParseChoiceError::of(text))
    }
}

impl ParseChoiceError {
    fn of(text: &str) -> ParseChoiceError {
        let nearest = rules::nearest(text);
        let nearest = nearest.iter().map(|rule| format!("{rule} {}", rule.name())).collect();
        ParseChoiceError { text: text.to_owned(), nearest }
    }
}

impl FromStr for Element {
    type Err = ();

    /// `245`, `6XX`, `6..`, `245$a`, `LDR`; `CAT`, `FMT` and other tags of three capitals.
    fn from_str(text: &str) -> Result<Element, ()> {
        let (tag, code) = text.split_once('$').map_or((text, None), |(tag, code)| (tag, Some(code)));
        let code = match code.map(|code| (code.chars().next(), code.chars().count())) {
            None => None,
            Some((Some(code), 1)) => Some(code),
            Some(_) => return Err(()),
        };
        if tag.eq_ignore_ascii_case("LDR") && code.is_none() {
            return Ok(Element { tag: None, code });
        }
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => Some(byte),
            b'X' | b'x' | b'.' => Some(b'.'),
            _ => None,
        };
        let is_word =
            tag.bytes().all(|byte| byte.is_ascii_uppercase()) && tag.bytes().any(|byte| byte != b'X');
        let tag: Vec<u8> = match is_word {
            true => tag.bytes().collect(),
            false => tag.bytes().map(digit).collect::<Option<_>>().ok_or(())?,
        };
        Ok(Element { tag: Some(tag.try_into().map_err(|_| ())?), code })
    }
}

impl FromStr for Choice {
    type Err = ParseChoiceError;

    fn from_str(text: &str) -> Result<Choice, ParseChoiceError> {
        let text = text.trim();
        let wrong = ParseChoiceError::of;
        let named = |text: &str| -> Option<Vec<Rule>> {
            let text = if text.eq_ignore_ascii_case("isbd") { "P" } else { text };
            let id = text.to_ascii_uppercase();
            let is_meant = |rule: &Rule| rule.id().starts_with(&id) || rule.name().eq_ignore_ascii_case(text);
            let found: Vec<Rule> = rules::all().filter(is_meant).collect();
            (!text.is_empty() && !found.is_empty()).then_some(found)
        };
        if let Some((rule, element)) = text.split_once('@') {
            let rules = if rule.is_empty() { Vec::new() } else { named(rule).ok_or_else(|| wrong(rule))? };
            let element = element.parse().map_err(|()| wrong(text))?;
            return Ok(Choice { rules, element: Some(element) });
        }
        if let Some(rules) = named(text) {
            return Ok(Choice { rules, element: None });
        }
        match text.parse() {
            Ok(element) => Ok(Choice { rules: Vec::new(), element: Some(element) }),
            Err(()) => Err(wrong(text)),
        }
    }
}
