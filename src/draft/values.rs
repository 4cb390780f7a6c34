//! A draft: what is said of a resource.

use super::agent::Agent;
use super::codes;
use crate::error::{Error, Result};
use crate::record::Dialect;

/// What is said of a book, to be made a record. See the [module](super).
///
/// Values are written as they are, without blanks around them; a mark of ISBD at their end would be read as punctuation. They are
/// checked when the record is made.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Draft {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) remainder: String,
    pub(super) responsibility: String,
    pub(super) nonfiling: usize,
    /// Agents, and whether they are authors.
    pub(super) agents: Vec<(Agent, bool)>,
    pub(super) isbns: Vec<String>,
    pub(super) languages: Vec<String>,
    pub(super) country: String,
    pub(super) place: String,
    pub(super) publisher: String,
    pub(super) year: Option<i32>,
    pub(super) pages: Option<u32>,
    pub(super) illustrations: String,
    pub(super) size: Option<u32>,
    pub(super) series: Vec<(String, String)>,
    pub(super) subjects: Vec<(String, Vec<String>)>,
    pub(super) keywords: Vec<String>,
    pub(super) notes: Vec<String>,
    pub(super) summary: String,
    pub(super) urls: Vec<String>,
    pub(super) agency: Option<(String, String)>,
    pub(super) catalogued_in: String,
    pub(super) entered: String,
}

/// Declares setters of texts.
macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident;)+) => {
        $(
            $(#[$doc])*
            #[must_use]
            pub fn $name(mut self, $name: impl Into<String>) -> Draft {
                self.$name = $name.into();
                self
            }
        )+
    };
}

/// Declares adders of texts.
macro_rules! lists {
    ($($(#[$doc:meta])* $name:ident $list:ident;)+) => {
        $(
            $(#[$doc])*
            #[must_use]
            pub fn $name(mut self, $name: impl Into<String>) -> Draft {
                self.$list.push($name.into());
                self
            }
        )+
    };
}

impl Draft {
    /// Starts a draft with the title proper.
    pub fn new(title: impl Into<String>) -> Draft {
        Draft { title: title.into(), ..Draft::default() }
    }

    texts! {
        /// The control number, field 001. In IRBIS it is the code of the document, 903.
        id;
        /// Other title information: a subtitle.
        remainder;
        /// The statement of responsibility, as the title page has it.
        responsibility;
        /// The country of publication: a code of ISO 3166 in capitals, a code of MARC 21, or a label of one of them in English or
        /// Russian.
        country;
        /// The place of publication.
        place;
        /// The publisher.
        publisher;
        /// What illustrations there are.
        illustrations;
        /// A summary.
        summary;
        /// The language in which the record is written, as [`language`](Draft::language) takes it. Default: Russian in RUSMARC and
        /// IRBIS, English in the others.
        catalogued_in;
        /// The day on which the record is made, `20261128`. Default: today.
        entered;
    }

    lists! {
        /// Adds an ISBN of ten or thirteen digits; it is checked.
        isbn isbns;
        /// Adds a language of the text: a code of the MARC list, or its label in English or Russian.
        language languages;
        /// Adds a keyword.
        keyword keywords;
        /// Adds a general note.
        note notes;
        /// Adds an address on the net.
        url urls;
    }

    /// The number of characters at the start of the title that filing skips: 4 for `The `.
    #[must_use]
    pub fn nonfiling(mut self, characters: usize) -> Draft {
        self.nonfiling = characters;
        self
    }

    /// Adds an author. The first one is the main entry.
    #[must_use]
    pub fn author(mut self, agent: Agent) -> Draft {
        self.agents.push((agent, true));
        self
    }

    /// Adds an editor, a translator, or another person or body that is not the author.
    #[must_use]
    pub fn contributor(mut self, agent: Agent) -> Draft {
        self.agents.push((agent, false));
        self
    }

    /// Sets place, publisher and year.
    #[must_use]
    pub fn published(self, place: impl Into<String>, publisher: impl Into<String>, year: i32) -> Draft {
        self.place(place).publisher(publisher).year(year)
    }

    /// The year of publication, of four digits.
    #[must_use]
    pub fn year(mut self, year: i32) -> Draft {
        self.year = Some(year);
        self
    }

    /// The number of pages.
    #[must_use]
    pub fn pages(mut self, pages: u32) -> Draft {
        self.pages = Some(pages);
        self
    }

    /// The height in centimetres.
    #[must_use]
    pub fn size_cm(mut self, size: u32) -> Draft {
        self.size = Some(size);
        self
    }

    /// Adds a series, with the number in it; the number is empty if there is none.
    #[must_use]
    pub fn series(mut self, title: impl Into<String>, volume: impl Into<String>) -> Draft {
        self.series.push((title.into(), volume.into()));
        self
    }

    /// Adds a subject heading and its subdivisions.
    #[must_use]
    pub fn subject<S: Into<String>>(
        mut self,
        heading: impl Into<String>,
        subdivisions: impl IntoIterator<Item = S>,
    ) -> Draft {
        self.subjects.push((heading.into(), subdivisions.into_iter().map(Into::into).collect()));
        self
    }

    /// The cataloguing agency: its country, as [`country`](Draft::country) takes it, and its code. RUSMARC without it has Russia.
    #[must_use]
    pub fn agency(mut self, country: impl Into<String>, code: impl Into<String>) -> Draft {
        self.agency = Some((country.into(), code.into()));
        self
    }

    /// Returns the year as four digits.
    pub(super) fn year_digits(&self) -> Result<Option<String>> {
        match self.year {
            None => Ok(None),
            Some(year @ 1000..=2999) => Ok(Some(year.to_string())),
            Some(year) => Err(Error::argument(format!("{year} is no year of four digits"))),
        }
    }

    /// Returns the code of the language in which the record is written.
    pub(super) fn cataloguing_language(&self, dialect: Dialect) -> Result<&'static str> {
        match (self.catalogued_in.trim(), dialect) {
            ("", Dialect::Rusmarc | Dialect::Irbis) => Ok("rus"),
            ("", _) => Ok("eng"),
            (language, _) => codes::language(language),
        }
    }
}
