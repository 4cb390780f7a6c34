//! What to look for, and what makes a run fail.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::baseline::Baseline;
use super::ignore::{Ignore, is_like};
use super::select::{Choice, Element};
use crate::finding::{Rule, Severity, counted};
use crate::limits::Limits;
use crate::named::Named;
use crate::position::Location;
use crate::record::Dialect;
use crate::rules;
use crate::schema::Compiled;
#[cfg(feature = "json")]
use crate::schema::LoadSchemaError;

/// What a validation looks for, how much each rule weighs, and what makes the run fail.
///
/// # Example
/// ```
/// use kartoteka::{Severity, rules, validate::Config};
///
/// let config = Config::new()
///     .select(&["E".parse()?, "B017".parse()?])
///     .ignore(&["E020".parse()?])
///     .severity(rules::GARBAGE, Severity::Note);
/// assert!(config.wants(rules::GARBAGE) && !config.wants(rules::CONTROL_CHARACTER));
/// # Ok::<(), kartoteka::validate::ParseChoiceError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Config {
    pub(super) selected: Vec<Choice>,
    pub(super) ignored: Vec<Choice>,
    pub(super) ignores: Vec<Ignore>,
    pub(super) severities: BTreeMap<Rule, Severity>,
    pub(super) overrides: Vec<Override>,
    pub(super) local: Vec<Element>,
    pub(super) fail_on: Severity,
    pub(super) max_findings: u64,
    pub(super) min_records: u64,
    /// Whether an input without records fails, unless it is a sound list of none.
    pub(super) some_records: bool,
    pub(super) dialect: Dialect,
    pub(super) strict: bool,
    pub(super) jobs: usize,
    pub(super) limit: usize,
    pub(super) baseline: Baseline,
    pub(super) schema: Option<Arc<Compiled>>,
    /// What is looked for beside what is selected.
    pub(super) profile: Vec<Choice>,
}

/// Severities in some files.
#[derive(Debug, Clone, Default)]
pub(super) struct Override {
    /// The patterns of their names.
    pub(super) files: Vec<String>,
    pub(super) severities: BTreeMap<Rule, Severity>,
}

impl Override {
    /// Returns whether this is about a file.
    pub(super) fn has(&self, file: &str) -> bool {
        self.files.iter().any(|pattern| is_like(file, pattern))
    }
}

impl Default for Config {
    fn default() -> Config {
        Config {
            selected: Vec::new(),
            ignored: Vec::new(),
            ignores: Vec::new(),
            severities: BTreeMap::new(),
            overrides: Vec::new(),
            local: Vec::new(),
            fail_on: Severity::Error,
            max_findings: u64::MAX,
            min_records: 0,
            some_records: false,
            dialect: Dialect::Auto,
            strict: false,
            jobs: 1,
            limit: Limits::default().findings,
            baseline: Baseline::default(),
            schema: None,
            profile: Vec::new(),
        }
    }
}

impl Config {
    /// Looks for everything that a record that was read can show; errors make the run fail.
    pub fn new() -> Config {
        Config::default()
    }

    /// Looks for these findings only, and no longer for those selected before. Default: for all but those that are
    /// [optional](rules::is_optional).
    #[must_use]
    pub fn select(mut self, choices: &[Choice]) -> Config {
        self.selected = choices.to_vec();
        self
    }

    /// Looks for these findings too, [optional](rules::is_optional) ones that one of the choices names among them, whatever is
    /// selected. Default: for none.
    ///
    /// # Example
    /// ```
    /// use kartoteka::{rules, validate::Config};
    ///
    /// let config = Config::new().profile(&["isbd".parse()?]);
    /// assert!(config.wants(rules::FINAL_MARK) && config.wants(rules::GARBAGE));
    /// # Ok::<(), kartoteka::validate::ParseChoiceError>(())
    /// ```
    #[must_use]
    pub fn profile(mut self, choices: &[Choice]) -> Config {
        self.profile.extend_from_slice(choices);
        self
    }

    /// Does not look for these findings, even if they are selected. Default: none.
    #[must_use]
    pub fn ignore(mut self, choices: &[Choice]) -> Config {
        self.ignored.extend_from_slice(choices);
        self
    }

    /// Passes over findings in some files or records. Default: none.
    #[must_use]
    pub fn ignore_where(mut self, ignore: Ignore) -> Config {
        self.ignores.push(ignore);
        self
    }

    /// Sets how much a rule weighs. Default: [`Rule::severity`].
    #[must_use]
    pub fn severity(mut self, rule: Rule, severity: Severity) -> Config {
        self.severities.insert(rule, severity);
        self
    }

    /// Returns how much a rule weighs in a file.
    pub fn severity_of(&self, rule: Rule, file: &str) -> Severity {
        let own = self.overrides.iter().rev().filter(|own| own.has(file));
        let own = own.filter_map(|own| own.severities.get(&rule)).next();
        own.or(self.severities.get(&rule)).copied().or(self.by_schema(rule)).unwrap_or(rule.severity())
    }

    /// Returns how much a rule weighs by the schema.
    fn by_schema(&self, rule: Rule) -> Option<Severity> {
        let all = self.schema.iter().flat_map(|schema| &schema.schema().severity);
        let all =
            all.filter(|(choice, _)| choice.parse().is_ok_and(|choice: Choice| choice.has_all_of(rule)));
        all.filter_map(|(_, name)| <Severity as Named>::from_name(name)).next_back()
    }

    /// Returns the rules that do not weigh what they weigh by default.
    pub(super) fn severities(&self) -> BTreeMap<Rule, Severity> {
        let by_schema = rules::all().filter_map(|rule| Some((rule, self.by_schema(rule)?)));
        by_schema.chain(self.severities.iter().map(|(rule, severity)| (*rule, *severity))).collect()
    }

    /// Sets the severity from which a finding makes the run fail. Default: [`Severity::Error`].
    #[must_use]
    pub fn fail_on(mut self, severity: Severity) -> Config {
        self.fail_on = severity;
        self
    }

    /// Sets the most findings that are listed; the rest are counted. Default: all are listed.
    #[must_use]
    pub fn max_findings(mut self, most: u64) -> Config {
        self.max_findings = most;
        self
    }

    /// Lists no more findings than this, if more are asked for.
    #[must_use]
    pub fn at_most_findings(mut self, most: u64) -> Config {
        self.max_findings = self.max_findings.min(most);
        self
    }

    /// Sets how many records each input must have. Default: 0.
    #[must_use]
    pub fn min_records(mut self, least: u64) -> Config {
        self.min_records = least;
        self.some_records = false;
        self
    }

    /// Requires a record of each input, unless it is a sound list of none, such as a MARCXML collection without children.
    /// [`Config::min_records`], called later, takes its place.
    #[must_use]
    pub fn some_records(mut self) -> Config {
        self.some_records = true;
        self
    }

    /// Sets the family of formats that the records belong to. Default: found for each record.
    #[must_use]
    pub fn dialect(mut self, dialect: Dialect) -> Config {
        self.dialect = dialect;
        self
    }

    /// Sets whether an input ends at the first record that cannot be read. Default: false.
    #[must_use]
    pub fn strict(mut self, yes: bool) -> Config {
        self.strict = yes;
        self
    }

    /// Sets the number of threads. Default: 1. The result does not depend on it.
    #[must_use]
    pub fn jobs(mut self, jobs: usize) -> Config {
        self.jobs = jobs;
        self
    }

    /// Sets how many findings of the checks are listed for one record; the rest are counted. Default: as in [`Limits`].
    #[must_use]
    pub fn findings_per_record(mut self, most: usize) -> Config {
        self.limit = most;
        self
    }

    /// Checks all records by a schema, in place of the rules of their format, and takes the severities that it sets where this
    /// configuration sets none. Default: the format of each record decides.
    #[must_use]
    pub fn schema(mut self, schema: Arc<Compiled>) -> Config {
        self.schema = Some(schema);
        self
    }

    /// Checks all records by a built-in set or the schema in a file, as [`Config::schema`] does.
    ///
    /// # Errors
    /// As [`Compiled::load`]; and if the schema sets the severity of a rule that there is not.
    #[cfg(feature = "json")]
    pub fn load_schema(self, name: &str) -> Result<Config, LoadSchemaError> {
        let schema = Compiled::load(name)?;
        for choice in schema.schema().severity.keys() {
            let parsed = choice.parse::<super::RuleChoice>();
            parsed.map_err(|error| LoadSchemaError::new(format!("{name}: severity: {error}")))?;
        }
        Ok(self.schema(schema))
    }

    /// Passes over the findings that a baseline knows. Default: none.
    #[must_use]
    pub fn baseline(mut self, baseline: Baseline) -> Config {
        self.baseline = baseline;
        self
    }

    /// Returns whether findings of this rule can be reported.
    pub fn wants(&self, rule: Rule) -> bool {
        let selected = match self.selected.as_slice() {
            [] => !rules::is_optional(rule) || self.severities.contains_key(&rule),
            some => some
                .iter()
                .any(|choice| choice.has_rule(rule) && (choice.names(rule) || !rules::is_optional(rule))),
        };
        let selected = selected || self.profile.iter().any(|choice| choice.names(rule));
        // Nothing is written here, so that nothing can go wrong with it.
        selected && !self.ignored.iter().any(|choice| choice.has_all_of(rule)) && !rule.id().starts_with('W')
    }

    /// Returns whether a finding is about what the format does not define, in an element that is local.
    pub(super) fn is_local(&self, rule: Rule, place: &Location) -> bool {
        let undefined = ["field-undefined", "subfield-undefined", "indicator-undefined"];
        undefined.contains(&rule.name()) && self.local.iter().any(|element| element.has(place))
    }

    /// Returns the rules that are looked for, by id.
    pub fn rules(&self) -> Vec<Rule> {
        rules::all().filter(|rule| self.wants(*rule)).collect()
    }
}

impl std::fmt::Display for Config {
    /// What is looked for, in lines for people: the settings, then the rules with their severities.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let most = match self.max_findings {
            u64::MAX => "all".to_owned(),
            most => most.to_string(),
        };
        let rules = self.rules();
        writeln!(f, "dialect       {}", self.dialect.name())?;
        if let Some(schema) = &self.schema {
            writeln!(f, "schema        {}", schema.schema().title)?;
        }
        writeln!(f, "fail-on       {}", self.fail_on)?;
        writeln!(f, "max-findings  {most}")?;
        writeln!(f, "min-records   {}", self.min_records)?;
        writeln!(f, "baseline      {}", counted(self.baseline.count(), "finding"))?;
        writeln!(f, "ignore-where  {}", counted(self.ignores.len() as u64, "condition"))?;
        writeln!(f, "local         {}", counted(self.local.len() as u64, "element"))?;
        for own in &self.overrides {
            let severities = own.severities.iter().map(|(rule, severity)| format!("{rule} {severity}"));
            let severities = severities.collect::<Vec<_>>().join(", ");
            writeln!(f, "overrides     {}: {severities}", own.files.join(", "))?;
        }
        writeln!(f, "rules         {}", rules.len())?;
        for rule in rules {
            let severity = self.severity_of(rule, "");
            writeln!(f, "  {severity:7} {rule} {}", rule.name())?;
        }
        Ok(())
    }
}
