//! The names of the model: its elements, and the parts that their values have.

/// Declares an enum whose variants have the names that tables and JSON use.
macro_rules! names {
    ($(#[$about:meta])* $vis:vis enum $type:ident { $($(#[$doc:meta])* $variant:ident $name:literal,)+ }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        $vis enum $type { $($(#[$doc])* #[doc = concat!("`", $name, "`")] $variant,)+ }

        impl $type {
            /// All of them.
            pub const ALL: &'static [$type] = &[$($type::$variant),+];

            /// Returns the name in tables and in JSON.
            pub const fn name(self) -> &'static str {
                match self { $($type::$variant => $name,)+ }
            }

            /// Returns the one of this name; `None` if there is none.
            pub fn from_name(name: &str) -> Option<$type> {
                $type::ALL.iter().copied().find(|known| known.name() == name)
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.name())
            }
        }
    };
}
pub(crate) use names;

names! {
    /// An element of the description: what an [`Entry`](super::Entry) is about.
    pub enum Element {
        /// A title of the resource.
        Title "title",
        /// A person, body or meeting with a part in the resource.
        Agent "agent",
        /// A number or code that identifies the resource or its record.
        Identifier "identifier",
        /// A statement of edition.
        Edition "edition",
        /// An event of production, publication, distribution or manufacture.
        Publication "publication",
        /// What the resource is made of.
        Extent "extent",
        /// A series.
        Series "series",
        /// A subject heading or keyword.
        Subject "subject",
        /// A class number.
        Classification "classification",
        /// A language.
        Language "language",
        /// A country.
        Country "country",
        /// A note.
        Note "note",
        /// Another resource.
        Relation "relation",
        /// A place on the net, or a file.
        Electronic "electronic",
        /// A copy, or a statement of what a library holds.
        Item "item",
        /// Data about the record.
        Admin "admin",
        /// Coded data: characters whose meaning depends on their position.
        Coded "coded",
        /// A link between fields.
        Link "link",
    }
}

names! {
    /// What a value is in its entry.
    pub enum Part {
        /// The value itself.
        Value "value",
        Remainder "remainder", Parallel "parallel", Number "number", Section "part", Responsibility "responsibility",
        Medium "medium", Form "form", Version "version", Date "date", EndDate "end-date", Dates "dates",
        Language "language", Qualifier "qualifier", Invalid "invalid", Linking "linking", Price "price",
        Agency "agency", Scheme "scheme", Authority "authority", Name "name", Given "given", Full "full",
        Inverted "inverted", Numeration "numeration", Addition "addition", Unit "unit", Affiliation "affiliation",
        Attribution "attribution", Role "role", Place "place", Address "address",
        Publisher "publisher", ManufacturePlace "manufacture-place", Manufacturer "manufacturer",
        ManufactureDate "manufacture-date", Illustrations "illustrations", Size "size", Accompanying "accompanying",
        Copies "copies", Media "media", Code "code", Title "title", TitleVariant "title-variant", Author "author",
        Volume "volume", Issn "issn", Isbn "isbn", Coden "coden", Report "report", Id "id", Edition "edition",
        Imprint "imprint", Extent "extent", Host "host", Relationship "relationship", Heading "heading",
        Topic "topic", Time "time", Region "region", Item "item", Url "url", Label "label", Note "note",
        File "file", Format "format", Data "data", Library "library", Location "location", Shelf "shelf",
        CallNumber "call-number", Barcode "barcode", Inventory "inventory", Status "status", Collection "collection",
        Type "type", Level "level", Audience "audience", Purpose "purpose", Rules "rules", Script "script",
        CharacterSets "character-sets", OriginalLanguage "original-language", Stage "stage",
        Transcriber "transcriber", Modifier "modifier", Materials "materials", Institution "institution",
        Pair "pair", Link "link", Embedded "embedded", Detail "detail",
    }
}
