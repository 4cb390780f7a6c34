//! Crosswalks: records of one format made into records of another by meaning, with an account of each value.
//!
//! A [`Map`] is data: rules, code tables, options. [`Crosswalk::new`] compiles it, [`Converter::convert`] runs it over a
//! record and returns an [`Account`]: which values were mapped, used, kept, dropped, empty. The parts sum to the values
//! that came in.
//!
//! A rule file in TOML extends a built-in map, or is a map of its own: [`Map::open`](crate::crosswalk::Map). What each part of a rule may hold
//! is written in [`guide`], which also leads from an IRBIS base to Koha.
//!
//! # Example
//! ```
//! use kartoteka::crosswalk::{Converter, Crosswalk};
//! use kartoteka::{Builder, Record, Syntax};
//!
//! let book = Builder::new(Syntax::IRBIS)
//!     .mfn(7)
//!     .field("920", |field| field.lead("PAZK"))
//!     .field("200", |field| field.subfield('A', "Хамса").subfield('F', "Низами Гянджеви"))
//!     .build()?;
//! let crosswalk = Crosswalk::builtin("irbis-marc21").unwrap();
//! let mut marc = Record::new();
//! let account = Converter::new(&crosswalk).convert(book.view(), &mut marc).unwrap();
//! let title = marc.field("245").unwrap();
//! assert_eq!(title.subfield('a').unwrap().to_str()?, "Хамса /");
//! assert_eq!((account.values.mapped, account.values.total()), (3, 3));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod account;
mod apply;
mod check;
mod compile;
mod condition;
mod conversion;
mod coverage;
#[cfg(feature = "rules")]
mod file;
mod finish;
mod fixed;
pub mod guide;
mod items;
mod kind;
mod lint;
mod load;
mod meaning;
#[cfg(feature = "rules")]
mod menu;
mod open;
mod parents;
mod restore;
mod rule;
pub(crate) mod rules;
mod show;
mod single;
mod source;
mod state;
pub(crate) mod tables;
mod target;
pub(crate) mod transform;
mod write;

use std::collections::BTreeMap;

pub use self::account::{Account, Entry, Values};
pub use self::check::Mistake;
pub use self::conversion::Conversion;
pub use self::coverage::{Coverage, Untouched};
pub use self::kind::OnWrongKind;
pub use self::meaning::Meaning;
pub use self::parents::Parents;
pub use self::rule::{Family, Map, Rule};

use self::compile::Program;
use crate::finding::{Finding, Findings};
use crate::limits::Limits;
use crate::named::named;
use crate::record::{Record, RecordRef};
use crate::tag::Tag;

/// The options that maps know.
#[cfg(feature = "rules")]
pub(crate) const OPTIONS: [&str; 4] = ["agency", "notes", "prefix", "profile"];

/// A map, compiled.
#[derive(Debug)]
pub struct Crosswalk {
    pub(crate) map: Map,
    pub(crate) program: Program,
}

impl Crosswalk {
    /// Returns the names of the built-in maps.
    pub fn names() -> impl Iterator<Item = &'static str> {
        load::BUILTIN.iter().map(|(name, ..)| *name)
    }

    /// Returns a built-in map, compiled; `None` if there is none with this name.
    pub fn builtin(name: &str) -> Option<Crosswalk> {
        Crosswalk::new(load::builtin(name)?).ok()
    }

    /// Compiles a map.
    ///
    /// # Errors
    /// All mistakes in its rules.
    pub fn new(map: Map) -> Result<Crosswalk, Vec<Mistake>> {
        let program = Program::new(&map)?;
        Ok(Crosswalk { map, program })
    }

    /// Returns the map as data.
    pub fn map(&self) -> &Map {
        &self.map
    }

    /// Returns the id of the rule for tags and subfields that no other names; empty if there is none.
    pub fn any_rule(&self) -> &str {
        self.map.rules.get(self.program.any as usize).map_or("", |rule| rule.id.as_str())
    }

    /// Returns whether a rule asks for the titles of other records: see [`Converter::parents`].
    pub fn asks_parents(&self) -> bool {
        self.program.asks_parents
    }
}

/// What happens to values that no rule takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum OnLoss {
    /// They are carried along in 886.
    #[default]
    Keep,
    /// They are listed in the account as dropped, and are not in the output.
    Allow,
    /// The record is rejected.
    Fail,
}

named!(OnLoss {
    Keep "keep" "They are carried along in 886",
    Allow "allow" "They are dropped, and listed in the report",
    Fail "fail" "The record is rejected",
});

#[derive(Debug, Clone)]
pub(crate) struct Options {
    pub(crate) on_loss: OnLoss,
    pub(crate) on_wrong_kind: OnWrongKind,
    pub(crate) keep_dropped: bool,
    pub(crate) keep_in: Option<Tag>,
    pub(crate) list: bool,
    pub(crate) set: BTreeMap<String, String>,
}

/// Converts records by a crosswalk.
#[derive(Debug)]
pub struct Converter<'c> {
    pub(crate) crosswalk: &'c Crosswalk,
    pub(crate) options: Options,
    pub(crate) parents: Option<&'c Parents>,
    findings: Findings,
    /// For each rule, whether it has decided a value.
    reached: Vec<bool>,
}

impl<'c> Converter<'c> {
    /// Makes a converter with the options of the map.
    pub fn new(crosswalk: &'c Crosswalk) -> Converter<'c> {
        let options = Options {
            on_loss: OnLoss::Keep,
            on_wrong_kind: OnWrongKind::Convert,
            keep_dropped: false,
            keep_in: None,
            list: true,
            set: crosswalk.map.options.clone(),
        };
        let findings = Findings::new(Limits::default().findings);
        let reached = vec![false; crosswalk.map.rules.len()];
        Converter { crosswalk, options, parents: None, findings, reached }
    }

    /// Decides what happens to values that no rule takes. Default: [`OnLoss::Keep`].
    #[must_use]
    pub fn on_loss(mut self, on_loss: OnLoss) -> Converter<'c> {
        self.options.on_loss = on_loss;
        self
    }

    /// Decides what happens to records that are not of the kind that the map takes. Default: [`OnWrongKind::Convert`].
    ///
    /// # Example
    /// ```
    /// use kartoteka::crosswalk::{Converter, Crosswalk, OnWrongKind};
    /// use kartoteka::Record;
    ///
    /// let mut authority = Record::builder().data_field("100", "1 ", [('a', "Ali, Sabahattin")]).build()?;
    /// authority.set_leader(Some("00000nz  a2200000n  4500".parse()?));
    /// let crosswalk = Crosswalk::builtin("marc21-unimarc").unwrap();
    /// let mut converter = Converter::new(&crosswalk).on_wrong_kind(OnWrongKind::Reject);
    /// assert!(converter.convert(authority.view(), &mut Record::new()).is_none());
    /// assert_eq!(
    ///     converter.findings()[0].message,
    ///     "the map is for bibliographic records, and this is an authority record"
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn on_wrong_kind(mut self, on_wrong_kind: OnWrongKind) -> Converter<'c> {
        self.options.on_wrong_kind = on_wrong_kind;
        self
    }

    /// Whether values that a rule drops are carried along too. They still count as dropped. Default: false.
    #[must_use]
    pub fn keep_dropped(mut self, yes: bool) -> Converter<'c> {
        self.options.keep_dropped = yes;
        self
    }

    /// Carries values along in a field with this tag instead of 886.
    #[must_use]
    pub fn keep_in(mut self, tag: Tag) -> Converter<'c> {
        self.options.keep_in = Some(tag);
        self
    }

    /// Whether the account lists kept and dropped values, or only counts them. Default: true.
    #[must_use]
    pub fn list(mut self, yes: bool) -> Converter<'c> {
        self.options.list = yes;
        self
    }

    /// Sets an option of the map: `agency`, `prefix`, `profile`, `notes`.
    #[must_use]
    pub fn set(mut self, key: &str, value: &str) -> Converter<'c> {
        self.options.set.insert(key.to_owned(), value.to_owned());
        self
    }

    /// Gives the titles of the base, for rules that ask for them.
    #[must_use]
    pub fn parents(mut self, parents: &'c Parents) -> Converter<'c> {
        self.parents = Some(parents);
        self
    }

    /// Converts a record into `out`. Returns what became of its values; `None` if it is rejected, by
    /// [`OnLoss::Fail`] or [`OnWrongKind::Reject`].
    pub fn convert(&mut self, record: RecordRef<'_>, out: &mut Record) -> Option<Account> {
        let mut findings = std::mem::replace(&mut self.findings, Findings::new(0));
        findings.begin(record.position());
        let mut reached = std::mem::take(&mut self.reached);
        let account = state::Run::new(self, record).convert(&mut findings, out, &mut reached);
        self.reached = reached;
        findings.locate(|location| record.locate(location));
        self.findings = findings;
        account
    }

    /// Returns the ids of the rules that have decided a value in any record so far.
    pub fn reached(&self) -> impl Iterator<Item = &str> {
        let rules = self.crosswalk.map.rules.iter();
        rules.zip(&self.reached).filter(|(_, reached)| **reached).map(|(rule, _)| rule.id.as_str())
    }

    /// Returns what was found in the last record.
    pub fn findings(&self) -> &[Finding] {
        self.findings.list()
    }

    pub(crate) fn option(&self, name: &str) -> Option<&str> {
        self.options.set.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    pub(crate) fn table(&self, name: &str) -> Option<&BTreeMap<String, String>> {
        self.crosswalk.map.tables.get(name)
    }
}
