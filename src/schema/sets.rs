//! The built-in sets of rules, by name, and which of them a record falls under.

use std::fmt;
use std::sync::OnceLock;

use super::compile::Compiled;
use super::table::parse;
use crate::named::Named;
use crate::record::{Dialect, RecordRef};

/// A built-in set of rules: one format of one family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Set {
    /// MARC 21, bibliographic data.
    Marc21Bib,
    /// MARC 21, authority data.
    Marc21Auth,
    /// MARC 21, holdings data.
    Marc21Holdings,
    /// MARC 21, classification data.
    Marc21Class,
    /// MARC 21, community information.
    Marc21Community,
    /// UNIMARC, bibliographic format.
    UnimarcBib,
    /// UNIMARC, authorities format.
    UnimarcAuth,
    /// RUSMARC, bibliographic format.
    RusmarcBib,
    /// RUSMARC, authorities format.
    RusmarcAuth,
    /// IRBIS, the base IBIS: catalogues of libraries.
    Irbis,
}

impl Set {
    /// All sets.
    pub const ALL: [Set; 10] = [
        Set::Marc21Bib,
        Set::Marc21Auth,
        Set::Marc21Holdings,
        Set::Marc21Class,
        Set::Marc21Community,
        Set::UnimarcBib,
        Set::UnimarcAuth,
        Set::RusmarcBib,
        Set::RusmarcAuth,
        Set::Irbis,
    ];

    /// Returns the name, such as `marc21-bib`.
    pub const fn name(self) -> &'static str {
        match self {
            Set::Marc21Bib => "marc21-bib",
            Set::Marc21Auth => "marc21-auth",
            Set::Marc21Holdings => "marc21-holdings",
            Set::Marc21Class => "marc21-class",
            Set::Marc21Community => "marc21-community",
            Set::UnimarcBib => "unimarc-bib",
            Set::UnimarcAuth => "unimarc-auth",
            Set::RusmarcBib => "rusmarc-bib",
            Set::RusmarcAuth => "rusmarc-auth",
            Set::Irbis => "irbis",
        }
    }

    /// Returns the set of this name; `None` if there is none.
    pub fn from_name(name: &str) -> Option<Set> {
        Set::ALL.into_iter().find(|set| set.name() == name)
    }

    /// Returns whether a record of IRBIS is of the base IBIS, by the fields that such a base lives by: document code,
    /// log, items, worksheet.
    pub(crate) fn is_ibis(record: RecordRef<'_>) -> bool {
        [903u32, 907, 910, 920].iter().any(|tag| record.field(*tag).is_some())
    }

    /// Returns the set for records of this dialect and of this type, which is leader/06; `None` if nothing is known of
    /// such records. [`Set::Irbis`] is never returned: it is for one base, which its fields show.
    ///
    /// # Example
    /// ```
    /// use kartoteka::{Dialect, schema::Set};
    ///
    /// assert_eq!(Set::of(Dialect::Marc21, b'a'), Some(Set::Marc21Bib));
    /// assert_eq!(Set::of(Dialect::Marc21, b'z'), Some(Set::Marc21Auth));
    /// assert_eq!(Set::of(Dialect::Auto, b'a'), None);
    /// ```
    pub fn of(dialect: Dialect, record_type: u8) -> Option<Set> {
        Some(match (dialect, record_type) {
            (Dialect::Marc21, b'z') => Set::Marc21Auth,
            (Dialect::Marc21, b'u' | b'v' | b'x' | b'y') => Set::Marc21Holdings,
            (Dialect::Marc21, b'w') => Set::Marc21Class,
            (Dialect::Marc21, b'q') => Set::Marc21Community,
            (Dialect::Marc21, _) => Set::Marc21Bib,
            (Dialect::Unimarc, b'x' | b'y' | b'z') => Set::UnimarcAuth,
            (Dialect::Unimarc, _) => Set::UnimarcBib,
            (Dialect::Rusmarc, b'x' | b'y' | b'z') => Set::RusmarcAuth,
            (Dialect::Rusmarc, _) => Set::RusmarcBib,
            _ => return None,
        })
    }
}

/// The facts of each set, as text.
pub(super) fn table(set: Set) -> &'static str {
    match set {
        Set::Marc21Bib => include_str!("data/marc21-bib.tsv"),
        Set::Marc21Auth => include_str!("data/marc21-auth.tsv"),
        Set::Marc21Holdings => include_str!("data/marc21-holdings.tsv"),
        Set::Marc21Class => include_str!("data/marc21-class.tsv"),
        Set::Marc21Community => include_str!("data/marc21-community.tsv"),
        Set::UnimarcBib => include_str!("data/unimarc-bib.tsv"),
        Set::UnimarcAuth => include_str!("data/unimarc-auth.tsv"),
        Set::RusmarcBib => include_str!("data/rusmarc-bib.tsv"),
        Set::RusmarcAuth => include_str!("data/rusmarc-auth.tsv"),
        Set::Irbis => include_str!("data/irbis.tsv"),
    }
}

/// The sets, parsed and compiled when first asked for.
static COMPILED: [OnceLock<Compiled>; Set::ALL.len()] = [const { OnceLock::new() }; Set::ALL.len()];

impl Set {
    /// Returns the rules of the set, ready to check records; parses them at the first call, in about a millisecond.
    ///
    /// # Example
    /// ```
    /// use kartoteka::schema::Set;
    ///
    /// let rules = Set::Marc21Bib.rules();
    /// assert_eq!(rules.schema().fields["245"].label, "Title Statement");
    /// ```
    pub fn rules(self) -> &'static Compiled {
        let compile = || self.compile();
        match COMPILED.get(self as usize) {
            Some(cell) => cell.get_or_init(compile),
            None => NONE.get_or_init(|| Compiled::new(super::Schema::default())),
        }
    }
}

impl Set {
    pub(super) fn compile(self) -> Compiled {
        let mut rules = Compiled::new(parse(table(self)));
        rules.is_built_in = true;
        rules
    }
}

/// Not reached: there is a cell for each set.
static NONE: OnceLock<Compiled> = OnceLock::new();

impl Named for Set {
    const ALL: &'static [Set] = &Set::ALL;

    fn name(&self) -> &'static str {
        Set::name(*self)
    }
}

impl fmt::Display for Set {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
