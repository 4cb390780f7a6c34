//! The forms of report by name.

use super::{Concise, Csv, Github, Gitlab, Json, Junit, Report, Sarif, Style, Text};
use crate::named::Named;
use crate::table::Formulas;
use crate::validate::{Found, Totals};

/// A form of report, by name: `sarif`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Form {
    /// [`Text`].
    Text,
    /// [`Concise`].
    Concise,
    /// [`Json`].
    Json,
    /// [`Sarif`].
    Sarif,
    /// [`Junit`].
    Junit,
    /// [`Github`].
    Github,
    /// [`Gitlab`].
    Gitlab,
    /// [`Csv`].
    Csv,
    /// Nothing: the exit status says it all.
    Silent,
}

/// How a report is written, where its form leaves a choice.
#[derive(Debug, Clone, Copy)]
pub struct FormOptions {
    /// Colours of text. Default: none.
    pub style: Style,
    /// [`Sarif::grouped`].
    pub grouped: bool,
    /// [`Junit::passed`].
    pub passed: bool,
    /// [`Csv::formulas`].
    pub formulas: Formulas,
}

impl Form {
    /// The forms that are asked for by name: all but [`Form::Silent`].
    pub const ALL: [Form; 8] = [
        Form::Text,
        Form::Concise,
        Form::Json,
        Form::Sarif,
        Form::Junit,
        Form::Github,
        Form::Gitlab,
        Form::Csv,
    ];

    /// Returns the name.
    pub const fn name(self) -> &'static str {
        match self {
            Form::Text => "text",
            Form::Concise => "concise",
            Form::Json => "json",
            Form::Sarif => "sarif",
            Form::Junit => "junit",
            Form::Github => "github",
            Form::Gitlab => "gitlab",
            Form::Csv => "csv",
            Form::Silent => "silent",
        }
    }

    /// Returns what the form is for, in a line.
    pub const fn description(self) -> &'static str {
        match self {
            Form::Text => "For people: each finding with its place shown",
            Form::Concise => "A line for each finding",
            Form::Json => "JSON Lines: an object for each finding, and one for the totals",
            Form::Sarif => "SARIF 2.1.0, for code hosts; at most 25,000 results, the rest counted by rule",
            Form::Junit => "JUnit XML: a suite for each input, a case for each rule that was found",
            Form::Github => "Annotations of GitHub Actions, a line each",
            Form::Gitlab => "GitLab code quality: a JSON array",
            Form::Csv => "Comma-separated values: a row for each finding",
            Form::Silent => "Nothing",
        }
    }

    /// Returns the form of this name; `None` if there is none.
    ///
    /// # Example
    /// ```
    /// use kartoteka::report::Form;
    ///
    /// assert_eq!(Form::from_name("sarif"), Some(Form::Sarif));
    /// ```
    pub fn from_name(name: &str) -> Option<Form> {
        Form::ALL.into_iter().find(|form| form.name() == name)
    }

    /// Makes a report of this form; `totals` are those of a validation that begins.
    pub fn report(self, options: FormOptions, totals: &Totals) -> Box<dyn Report> {
        match self {
            Form::Text => Box::new(Text::new(options.style)),
            Form::Concise => Box::new(Concise),
            Form::Json => Box::new(Json),
            Form::Sarif => Box::new(Sarif::new(totals).grouped(options.grouped)),
            Form::Junit => Box::new(Junit::new().passed(options.passed)),
            Form::Github => Box::new(Github),
            Form::Gitlab => Box::new(Gitlab::new()),
            Form::Csv => Box::new(Csv::new().formulas(options.formulas)),
            Form::Silent => Box::new(Silence),
        }
    }
}

impl Named for Form {
    const ALL: &'static [Form] = &Form::ALL;

    fn name(&self) -> &'static str {
        Form::name(*self)
    }

    fn description(&self) -> &'static str {
        Form::description(*self)
    }
}

/// No report.
struct Silence;

impl Report for Silence {
    fn finding(&mut self, _: &Found<'_>, _: &mut String) {}

    fn end(&mut self, _: &Totals, _: &mut String) {}
}
