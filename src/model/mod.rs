//! The description of a resource, whatever the format of its record: titles, agents, identifiers, publication, subjects.
//!
//! [`Bib::of`] reads a record of MARC 21, UNIMARC, RUSMARC or IRBIS; the same question has the same answer in all of them.
//! An [`Entry`] is a title, an agent, a note; its values are [`Sourced`]: they know where they come from, and are there as
//! they are written and cleaned. Nothing is lost: what no table knows is in [`Bib::unmapped`].
//!
//! What a field means is data: `data/marc21.tsv`, `data/unimarc.tsv`, `data/irbis.tsv`; authorities, holdings, classes and
//! community information have tables of their own, which leader/06 chooses. [`Bib::snapshot`] is the
//! description as values of its own, with the JSON of `show --as bib`; [`SCHEMA`] is its JSON Schema.
//!
//! What could not be read, such as a date without a year or a role that nobody knows, is kept as it is, and is among
//! [`Bib::findings`].
//!
//! [`Keys`] are what descriptions of the same resource have in common, for comparison; [`translit`] writes a text of one script
//! in another.
//!
//! # Example
//! ```
//! use kartoteka::model::Bib;
//!
//! // An IRBIS base: no tag is named, and MARC 21 is read by the same lines.
//! for record in kartoteka::open("fixtures/isis/irbis64.mst")? {
//!     let record = record?;
//!     let bib = Bib::of(record.view());
//!     let authors: Vec<String> = bib.authors().collect();
//!     println!("{:?} by {authors:?}, {:?}", bib.title(), bib.year());
//! }
//! # Ok::<(), kartoteka::Error>(())
//! ```
mod agent;
pub mod agreement;
mod answers;
mod bib;
mod build;
mod card;
mod clean;
mod date;
mod elements;
mod extent;
mod findings;
mod fold;
mod identifier;
mod keys;
mod names;
mod query;
mod resource;
pub(crate) mod rules;
mod shapes;
mod snapshot;
mod table;
pub mod translit;
mod value;
mod words;

pub use self::agent::Role;
pub use self::bib::{Bib, Entry};
pub use self::date::{Certainty, Date};
pub use self::elements::{
    Admin, Agent, Classification, Coded, Country, Edition, Electronic, Extent, Identifier, Item, Language,
    Note, Publication, Relation, Series, Statement, Subject, Title,
};
pub use self::fold::fold;
pub(crate) use self::fold::{bones, sounds};
pub use self::identifier::isbn13;
pub use self::keys::{Keys, NameKey};
pub use self::names::{Element, Part};
pub use self::query::{columns, element_names};
pub use self::resource::Resource;
pub use self::shapes::{
    AgentData, ClassData, CodeData, CodedData, DateData, ElectronicData, ExtentData, IdentifierData,
    ItemData, PartData, PublicationData, RelationData, SeriesData, Snapshot, SubjectData, TitleData,
    UnmappedData, ValueData,
};
pub use self::value::Sourced;

/// The JSON Schema of a [`Snapshot`].
pub const SCHEMA: &str = include_str!("schema.json");
