//! The configuration file, `kartoteka.toml`.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::config::{Config, Override};
use super::ignore::Ignore;
use super::select::Choice;
use crate::bytes::Cut;
use crate::filter::{Filter, FilterOptions};
use crate::finding::Severity;
use crate::named::Named;
use crate::record::Dialect;

/// A mistake in a configuration file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{line}:{column}: {message}")]
pub struct ConfigError {
    line: usize,
    column: usize,
    message: String,
}

impl ConfigError {
    /// Returns the line of the mistake, 1-based.
    pub fn line(&self) -> usize {
        self.line
    }

    /// Returns the column of the mistake, in characters, 1-based.
    pub fn column(&self) -> usize {
        self.column
    }

    /// Returns what is wrong, without the place.
    pub fn message(&self) -> &str {
        &self.message
    }
}

/// A mistake at a place in the text.
type Mistake = (Range<usize>, String);

impl Config {
    /// Makes a configuration from the text of a file: see [`Config::with_toml`].
    ///
    /// # Errors
    /// As there.
    pub fn from_toml(text: &str) -> Result<Config, ConfigError> {
        Config::new().with_toml(text)
    }

    /// Reads the table `validate` of a configuration file, in TOML: each key takes the place of what was set before.
    /// Other tables are left to others.
    ///
    /// | key | value |
    /// |---|---|
    /// | `dialect` | name of the family of formats |
    /// | `select`, `ignore` | lists of [`Choice`]s |
    /// | `profile` | list of [`Choice`]s, or one: what is looked for too, such as `isbd` |
    /// | `schema` | name of a built-in set or a file, which checks all records |
    /// | `local` | list of elements such as `9XX` or `590$a`: that a field, subfield or indicator is undefined there is counted apart |
    /// | `fail-on` | `note`, `warning` or `error` |
    /// | `max-findings`, `min-records` | numbers |
    /// | `severity` | table from rules (as in a [`Choice`]) to `note`, `warning` or `error` |
    /// | `ignore-where` | tables with `rules` (choices), `files` (patterns), `records` (control numbers), `when` (a filter); all that are given must hold |
    /// | `overrides` | tables with `files` (patterns) and `severity` for these files |
    ///
    /// # Errors
    /// The first mistake, with its place, and the nearest name that is known.
    ///
    /// # Example
    /// ```
    /// use kartoteka::{Severity, rules, validate::Config};
    ///
    /// let config = Config::from_toml(r#"
    ///     [validate]
    ///     ignore = ["E020@5XX"]
    ///     severity = { garbage = "warning", L = "note" }
    ///
    ///     [[validate.ignore-where]]
    ///     rules = ["B007"]
    ///     files = ["old/*.mrc"]
    /// "#)?;
    /// assert_eq!(config.severity_of(rules::GARBAGE, "any.mrc"), Severity::Warning);
    ///
    /// let wrong = Config::from_toml("[validate]\nselct = [\"B\"]\n").unwrap_err();
    /// assert_eq!(wrong.to_string(), "2:1: no key \"selct\" is known here; the nearest is \"select\"");
    /// # Ok::<(), kartoteka::validate::ConfigError>(())
    /// ```
    pub fn with_toml(self, text: &str) -> Result<Config, ConfigError> {
        let placed = |(span, message): Mistake| {
            let before = text.get(..span.start).unwrap_or(text);
            let start = before.rfind('\n').map_or(0, |at| at + 1);
            let line = before.matches('\n').count() + 1;
            let column = before.cut(start..).chars().count() + 1;
            ConfigError { line, column, message }
        };
        let file = DeTable::parse(text)
            .map_err(|error| placed((error.span().unwrap_or_default(), error.message().to_owned())))?;
        let mut config = self;
        for (name, value) in file.get_ref() {
            match name.get_ref().as_ref() {
                "validate" => read(table(value).map_err(placed)?, &mut config).map_err(placed)?,
                other if nearest(other, &["validate"]).is_some() => {
                    return Err(placed(unknown(name.span(), other, &["validate"])));
                }
                _ => {}
            }
        }
        Ok(config)
    }
}

const KEYS: [&str; 12] = [
    "dialect",
    "select",
    "profile",
    "schema",
    "ignore",
    "local",
    "fail-on",
    "max-findings",
    "min-records",
    "severity",
    "ignore-where",
    "overrides",
];

fn read(keys: &DeTable<'_>, config: &mut Config) -> Result<(), Mistake> {
    for (name, value) in keys {
        match name.get_ref().as_ref() {
            "dialect" => {
                let parsed = text(value)?.parse::<Dialect>();
                config.dialect = parsed.map_err(|error| (value.span(), error.to_string()))?;
            }
            "select" => config.selected = choices(value)?,
            "ignore" => config.ignored = choices(value)?,
            "profile" => {
                let is_text = value.get_ref().is_str();
                config.profile = if is_text { vec![choice(value)?] } else { choices(value)? };
            }
            #[cfg(feature = "json")]
            "schema" => {
                let made = std::mem::take(config).load_schema(text(value)?);
                *config = made.map_err(|why| (value.span(), why.to_string()))?;
            }
            #[cfg(not(feature = "json"))]
            "schema" => return Err((value.span(), "schemas need the feature json".to_owned())),
            "local" => {
                for item in list(value)? {
                    let element = text(item)?
                        .parse()
                        .map_err(|()| (item.span(), "expected an element such as 9XX or 590$a".to_owned()))?;
                    config.local.push(element);
                }
            }
            "fail-on" => config.fail_on = severity(value)?,
            "max-findings" => config.max_findings = number(value)?,
            "min-records" => (config.min_records, config.some_records) = (number(value)?, false),
            "severity" => config.severities = severities(value)?,
            "ignore-where" => {
                for item in list(value)? {
                    config.ignores.push(ignore(item)?);
                }
            }
            "overrides" => {
                for item in list(value)? {
                    config.overrides.push(override_of(item)?);
                }
            }
            other => return Err(unknown(name.span(), other, &KEYS)),
        }
    }
    Ok(())
}

fn ignore(value: &Spanned<DeValue<'_>>) -> Result<Ignore, Mistake> {
    let mut ignore = Ignore::new(&[]);
    for (name, value) in table(value)? {
        match name.get_ref().as_ref() {
            "rules" => ignore = ignore.choose(&choices(value)?),
            "files" => {
                for item in list(value)? {
                    ignore = ignore.in_files(text(item)?);
                }
            }
            "records" => {
                for item in list(value)? {
                    ignore = ignore.in_record(text(item)?);
                }
            }
            "when" => {
                let filter = Filter::parse(text(value)?, FilterOptions::new());
                ignore = ignore.when(filter.map_err(|error| (value.span(), error.to_string()))?);
            }
            other => return Err(unknown(name.span(), other, &["rules", "files", "records", "when"])),
        }
    }
    Ok(ignore)
}

fn override_of(value: &Spanned<DeValue<'_>>) -> Result<Override, Mistake> {
    let mut made = Override::default();
    for (name, value) in table(value)? {
        match name.get_ref().as_ref() {
            "files" => {
                for item in list(value)? {
                    made.files.push(text(item)?.to_owned());
                }
            }
            "severity" => made.severities = severities(value)?,
            other => return Err(unknown(name.span(), other, &["files", "severity"])),
        }
    }
    match made.files.is_empty() {
        true => Err((value.span(), "expected a key \"files\" with patterns".to_owned())),
        false => Ok(made),
    }
}

fn severities(
    value: &Spanned<DeValue<'_>>,
) -> Result<std::collections::BTreeMap<crate::finding::Rule, Severity>, Mistake> {
    let mut found = std::collections::BTreeMap::new();
    for (name, value) in table(value)? {
        let choice: Choice = name
            .get_ref()
            .parse()
            .map_err(|error: super::ParseChoiceError| (name.span(), error.to_string()))?;
        let rules = choice
            .only_rules()
            .ok_or_else(|| (name.span(), "expected a rule, not an element of records".to_owned()))?;
        let severity = severity(value)?;
        found.extend(rules.iter().map(|rule| (*rule, severity)));
    }
    Ok(found)
}

fn severity(value: &Spanned<DeValue<'_>>) -> Result<Severity, Mistake> {
    let name = text(value)?;
    let found = Severity::from_name(name);
    found.ok_or_else(|| unknown_value(value.span(), name, &["note", "warning", "error"]))
}

fn choices(value: &Spanned<DeValue<'_>>) -> Result<Vec<Choice>, Mistake> {
    list(value)?.iter().map(choice).collect()
}

fn choice(value: &Spanned<DeValue<'_>>) -> Result<Choice, Mistake> {
    let parsed = text(value)?.parse();
    parsed.map_err(|error: super::ParseChoiceError| (value.span(), error.to_string()))
}

fn table<'v, 't>(value: &'v Spanned<DeValue<'t>>) -> Result<&'v DeTable<'t>, Mistake> {
    value.get_ref().as_table().ok_or_else(|| expected(value, "a table"))
}

fn list<'v, 't>(value: &'v Spanned<DeValue<'t>>) -> Result<&'v [Spanned<DeValue<'t>>], Mistake> {
    let array = value.get_ref().as_array();
    array.map(|array| array.as_ref()).ok_or_else(|| expected(value, "a list"))
}

fn text<'v>(value: &'v Spanned<DeValue<'_>>) -> Result<&'v str, Mistake> {
    value.get_ref().as_str().ok_or_else(|| expected(value, "text in quotes"))
}

fn number(value: &Spanned<DeValue<'_>>) -> Result<u64, Mistake> {
    let integer = value.get_ref().as_integer();
    let parsed = integer.and_then(|integer| u64::from_str_radix(integer.as_str(), integer.radix()).ok());
    parsed.ok_or_else(|| expected(value, "a number that is not negative"))
}

fn expected(value: &Spanned<DeValue<'_>>, what: &str) -> Mistake {
    (value.span(), format!("expected {what}, not {}", value.get_ref().type_str()))
}

fn unknown(span: Range<usize>, name: &str, known: &[&str]) -> Mistake {
    let message = match nearest(name, known) {
        Some(near) => format!("no key {name:?} is known here; the nearest is {near:?}"),
        None => format!("no key {name:?} is known here; known are {}", known.join(", ")),
    };
    (span, message)
}

fn unknown_value(span: Range<usize>, name: &str, known: &[&str]) -> Mistake {
    (span, format!("{name:?} is none of {}", known.join(", ")))
}

/// The known name that is most like another, if one is much like it.
fn nearest<'k>(name: &str, known: &[&'k str]) -> Option<&'k str> {
    let like = |known: &str| strsim::normalized_damerau_levenshtein(&name.to_ascii_lowercase(), known);
    let best =
        known.iter().map(|known| (*known, like(known))).max_by(|(_, one), (_, two)| one.total_cmp(two));
    best.filter(|(_, similarity)| *similarity >= 0.6).map(|(known, _)| known)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules;

    fn mistake(text: &str) -> String {
        Config::from_toml(text).unwrap_err().to_string()
    }

    #[test]
    fn mistakes_have_a_place_and_the_nearest_name() {
        assert_eq!(
            mistake("[validate]\nselect = [\"B\", \"control-charakter\"]\n"),
            "2:16: no finding has an id that begins with \"control-charakter\", or that name; the nearest are E020 control-character"
        );
        assert_eq!(
            mistake("[validate]\nfail-on = \"eror\"\n"),
            "2:11: \"eror\" is none of note, warning, error"
        );
        assert_eq!(
            mistake("[validate]\nmin-records = -1\n"),
            "2:15: expected a number that is not negative, not integer"
        );
        assert_eq!(
            mistake("[validat]\n"),
            "1:2: no key \"validat\" is known here; the nearest is \"validate\""
        );
        assert!(
            mistake("[validate]\nselect = [\n").starts_with("2:"),
            "{}",
            mistake("[validate]\nselect = [\n")
        );
        assert!(mistake("[[validate.overrides]]\nseverity = {}\n").contains("files"));
        assert!(mistake("[[validate.ignore-where]]\nwhen = \"245$a ==\"\n").starts_with("2:8: "));
        assert!(mistake("[validate.severity]\n\"245$a\" = \"note\"\n").contains("not an element"));
    }

    #[test]
    fn severities_by_rule_and_file() {
        let config = Config::from_toml(
            "[validate.severity]\nB = \"note\"\n\n[[validate.overrides]]\nfiles = [\"old/*\"]\nseverity = { B017 = \"warning\" }\n",
        )
        .unwrap();
        let of = |rule, file| config.severity_of(rule, file);
        assert_eq!(of(rules::GARBAGE, "new.mrc"), Severity::Note);
        assert_eq!(of(rules::GARBAGE, "old/a.mrc"), Severity::Warning);
        assert_eq!(of(rules::RECORD_LENGTH_MISMATCH, "old/a.mrc"), Severity::Note);
        assert_eq!(of(rules::INVALID_UTF8, "old/a.mrc"), Severity::Error);
    }
}
