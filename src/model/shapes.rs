//! The parts of a snapshot: the shape of its JSON.

/// Declares the parts of a snapshot.
macro_rules! shapes {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)+ })+) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
            #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
            #[non_exhaustive]
            pub struct $name { $($(#[$field_doc])* pub $field: $type,)+ }
        )+
    };
}

shapes! {
    /// A description that owns its values and is serialised as the JSON of `show --as bib`.
    ///
    /// All values are cleaned, but for `raw`. A `path` says where in the record an entry is. The JSON Schema is
    /// [`SCHEMA`](super::SCHEMA).
    Snapshot {
        /// The dialect as which the record was read.
        reading: String,
        /// Titles.
        titles: Vec<TitleData>,
        /// Persons, bodies and meetings.
        agents: Vec<AgentData>,
        /// Numbers and codes of the resource.
        identifiers: Vec<IdentifierData>,
        /// Statements of edition.
        edition: Vec<ValueData>,
        /// Events of publication and their dates.
        publication: Vec<PublicationData>,
        /// What the resource is made of.
        extent: Vec<ExtentData>,
        /// Series.
        series: Vec<SeriesData>,
        /// Languages.
        languages: Vec<CodeData>,
        /// Countries.
        countries: Vec<CodeData>,
        /// Subject headings and keywords.
        subjects: Vec<SubjectData>,
        /// Class numbers.
        classification: Vec<ClassData>,
        /// Notes.
        notes: Vec<ValueData>,
        /// Other resources.
        relations: Vec<RelationData>,
        /// Addresses and files.
        electronic: Vec<ElectronicData>,
        /// Copies and holdings.
        items: Vec<ItemData>,
        /// Data about the record.
        admin: Vec<ValueData>,
        /// Characters whose meaning depends on their position.
        coded: Vec<CodedData>,
        /// Links between fields.
        links: Vec<ValueData>,
        /// Values that the table of the dialect does not know.
        unmapped: Vec<UnmappedData>,
    }

    /// A title.
    TitleData {
        /// The kind: `main`, `parallel`, `uniform`…
        kind: String,
        /// The title proper.
        value: Option<String>,
        /// Other title information.
        remainder: Option<String>,
        /// Numbers and names of parts.
        parts: Vec<String>,
        /// The statement of responsibility.
        responsibility: Option<String>,
        /// How many characters filing skips.
        nonfiling: usize,
        /// What else is said of it: language, medium, dates, further titles proper.
        details: Vec<PartData>,
        /// The path of the same title in another script.
        pair: Option<String>,
        /// Where it is.
        path: String,
    }

    /// A person, body or meeting.
    AgentData {
        /// `person`, `body`, `meeting`, `family`…
        kind: String,
        /// The name in the order of a heading.
        name: Option<String>,
        /// The full form of the name.
        full: Option<String>,
        /// Titles, ordinals, places that tell it from others.
        additions: Vec<String>,
        /// Dates of life or of the meeting.
        dates: Option<String>,
        /// Codes of the MARC list of relators; the words of the record for a role that is not known.
        roles: Vec<String>,
        /// Whether it is the main entry.
        main: bool,
        /// What else is said of it: authority, affiliation, number and place of a meeting, roles as they are written.
        parts: Vec<PartData>,
        /// The path of the same name in another script.
        pair: Option<String>,
        /// Where it is.
        path: String,
    }

    /// A number or code.
    IdentifierData {
        /// The scheme.
        scheme: String,
        /// As it is written; empty where only the other values are there, such as a price.
        raw: String,
        /// In its normal form.
        clean: Option<String>,
        /// Whether its check digit or form is right; null where there is nothing to check.
        valid: Option<bool>,
        /// `current`, or `invalid` if the record gives it as wrong or cancelled, or `linking`; `absent` without a number.
        status: String,
        /// What is said of it: binding, volume.
        qualifiers: Vec<String>,
        /// What else is said of it: price, agency.
        parts: Vec<PartData>,
        /// Where it is.
        path: String,
    }

    /// A value of a kind.
    ValueData {
        /// The kind.
        kind: String,
        /// The value.
        value: Option<String>,
        /// Its other parts.
        parts: Vec<PartData>,
        /// Where it is.
        path: String,
    }

    /// A part of an entry.
    PartData {
        /// What it is.
        kind: String,
        /// The value.
        value: String,
    }

    /// An event of publication.
    PublicationData {
        /// `publication`, `production`, `distribution`, `manufacture`, `copyright`, or `coded` for the coded field.
        kind: String,
        /// The place.
        place: Option<String>,
        /// The publisher.
        publisher: Option<String>,
        /// The date.
        date: Option<DateData>,
        /// What belongs to the manufacture, addresses, the kind of a coded date, and statements that there is no place or
        /// publisher.
        parts: Vec<PartData>,
        /// Where it is.
        path: String,
    }

    /// A date.
    DateData {
        /// As it is written.
        raw: String,
        /// The first year.
        start: Option<i32>,
        /// The last year; null for an open range.
        end: Option<i32>,
        /// How certain it is.
        certainty: String,
    }

    /// What the resource is made of.
    ExtentData {
        /// `physical`, `content`, `media`, `carrier`…
        kind: String,
        /// The statement.
        value: Option<String>,
        /// The number of pages.
        pages: Option<u32>,
        /// Illustrations, size, accompanying material.
        parts: Vec<PartData>,
        /// Where it is.
        path: String,
    }

    /// A series.
    SeriesData {
        /// `statement`, or `tracing` for the controlled form.
        kind: String,
        /// The title.
        title: Option<String>,
        /// The number in the series.
        volume: Option<String>,
        /// The ISSN.
        issn: Option<String>,
        /// Its other parts.
        parts: Vec<PartData>,
        /// Where it is.
        path: String,
    }

    /// A language or country.
    CodeData {
        /// What it is the language or country of.
        kind: String,
        /// The code, of ISO 639-2 (B) or ISO 3166; null if it is not known.
        code: Option<String>,
        /// As it is written.
        raw: String,
        /// What else is said of it.
        parts: Vec<PartData>,
        /// Where it is.
        path: String,
    }

    /// A subject heading or keyword.
    SubjectData {
        /// `topic`, `person`, `place`…
        kind: String,
        /// The scheme: `lcsh`, `mesh`…
        scheme: Option<String>,
        /// The heading.
        value: Option<String>,
        /// The subdivisions, and what else is said of the heading: dates, roles, authority.
        parts: Vec<PartData>,
        /// Where it is.
        path: String,
    }

    /// A class number.
    ClassData {
        /// The kind.
        kind: String,
        /// The scheme: `udc`, `bbk`, `ddc`, `lcc`, `grnti`…
        scheme: Option<String>,
        /// The number.
        value: Option<String>,
        /// The rest of the shelf mark.
        item: Option<String>,
        /// The edition of the scheme.
        edition: Option<String>,
        /// What else is said of it.
        parts: Vec<PartData>,
        /// Where it is.
        path: String,
    }

    /// Another resource.
    RelationData {
        /// The kind: `host`, `set`, `preceding`…
        kind: String,
        /// Its title.
        title: Option<String>,
        /// What else is said of it.
        parts: Vec<PartData>,
        /// Where it is.
        path: String,
    }

    /// An address or file.
    ElectronicData {
        /// The kind.
        kind: String,
        /// The address.
        url: Option<String>,
        /// The text of the link.
        label: Option<String>,
        /// What else is said of it.
        parts: Vec<PartData>,
        /// Where it is.
        path: String,
    }

    /// A copy, or a statement of holdings.
    ItemData {
        /// The kind.
        kind: String,
        /// The library.
        library: Option<String>,
        /// The place in it.
        location: Option<String>,
        /// The shelf mark.
        call_number: Option<String>,
        /// The inventory number.
        inventory: Option<String>,
        /// The bar code.
        barcode: Option<String>,
        /// The status, as it is written.
        status: Option<String>,
        /// What else is said of it.
        parts: Vec<PartData>,
        /// Where it is.
        path: String,
    }

    /// Characters at positions, or a subfield of them.
    CodedData {
        /// What they are about: `leader`, `material`…
        kind: String,
        /// As they are written, with all blanks.
        raw: String,
        /// Where they are, with their positions.
        path: String,
    }

    /// A value that the table of the dialect does not know.
    UnmappedData {
        /// Where it is.
        path: String,
        /// As it is written.
        raw: String,
    }
}
