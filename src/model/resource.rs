//! What a resource is: a book, an article, a map.

use super::bib::Bib;
use super::elements::Relation;
use super::names::{Element, Part, names};
use crate::record::Dialect;

names! {
    /// What a resource is, as far as citations tell resources apart.
    pub enum Resource {
        /// A book, or a volume of one.
        Book "book",
        /// A part of a book.
        Chapter "chapter",
        /// A part of a serial.
        Article "article",
        /// A serial, or a resource that is updated.
        Serial "serial",
        /// A book or manuscript that was presented for a degree.
        Thesis "thesis",
        /// A map, plan or globe.
        Map "map",
        /// Written music.
        Score "score",
        /// Recorded sound.
        Sound "sound",
        /// A film or video.
        Video "video",
        /// A picture.
        Image "image",
        /// A program or other electronic resource.
        Software "software",
        /// Written by hand, or typed.
        Manuscript "manuscript",
        /// Anything else: objects, kits, collections.
        Other "other",
    }
}

impl Bib<'_> {
    /// Returns what the resource is, by leader/06 and 07 of MARC, the worksheet of IRBIS, and the notes.
    ///
    /// # Example
    /// ```
    /// use kartoteka::{Record, model::{Bib, Resource}};
    ///
    /// let record = Record::builder()
    ///     .data_field("245", "10", [('a', "Divan")])
    ///     .data_field("502", "  ", [('a', "Thesis (Ph. D.)")])
    ///     .build()?;
    /// assert_eq!(Bib::of(record.view()).resource(), Resource::Thesis);
    /// # Ok::<(), kartoteka::Error>(())
    /// ```
    pub fn resource(&self) -> Resource {
        let (kind, level) = match self.reading().0 {
            Dialect::Irbis => self.irbis_kind(),
            Dialect::Isis => return Resource::Other,
            _ => {
                let leader = self.record().header().leader;
                let at = |position| leader.and_then(|leader| leader.get(position)).unwrap_or(b' ');
                (at(6), at(7))
            }
        };
        let is_unimarc = matches!(self.reading().0, Dialect::Unimarc | Dialect::Rusmarc | Dialect::Irbis);
        match (kind, level) {
            (b'c' | b'd', _) => Resource::Score,
            (b'e' | b'f', _) => Resource::Map,
            (b'g', _) => Resource::Video,
            (b'i' | b'j', _) => Resource::Sound,
            (b'k', _) => Resource::Image,
            (b'l', _) if is_unimarc => Resource::Software,
            (b'm', _) if !is_unimarc => Resource::Software,
            (b'm' | b'o' | b'p' | b'r', _) => Resource::Other,
            // Records that describe no resource: authorities, holdings, classes, services.
            (b'q' | b'u' | b'v' | b'w' | b'x' | b'y' | b'z', _) => Resource::Other,
            (_, b'b') if !is_unimarc => Resource::Article,
            (_, b'a' | b'b') => self.component(),
            (_, b's' | b'i') => Resource::Serial,
            _ if self.notes().any(|note| note.kind() == "thesis") => Resource::Thesis,
            (b't', _) if !is_unimarc => Resource::Manuscript,
            (b'b', _) if is_unimarc => Resource::Manuscript,
            (_, b'c' | b'd') => Resource::Other,
            _ => Resource::Book,
        }
    }

    /// A part of a book, or of a serial: that has an ISSN, or numbers that parts of books have not.
    fn component(&self) -> Resource {
        let is_serial = |host: &Relation<'_, '_>| {
            host.first(Part::Isbn).is_none()
                && (host.first(Part::Issn).is_some() || host.first(Part::Volume).is_some())
        };
        match self.host().is_some_and(|host| is_serial(&host)) {
            true => Resource::Article,
            false => Resource::Chapter,
        }
    }

    /// Returns the resource of which this is a part: the book of a chapter, the journal of an article.
    pub fn host(&self) -> Option<Relation<'_, '_>> {
        self.relations().find(|relation| relation.kind() == "host")
    }

    /// The letters of type and level for the worksheet (920) and the type (900^t).
    fn irbis_kind(&self) -> (u8, u8) {
        let value = |kind: &str, part| {
            let entry = self.of_element(Element::Admin).find(|entry| entry.kind() == kind)?;
            Some(entry.first(part)?.raw().to_ascii_uppercase())
        };
        let sheet = value("worksheet", Part::Value).unwrap_or_default();
        let level = match sheet.as_str() {
            "ASP" => b'a',
            "J" | "NJ" | "NJP" | "NJK" | "OJ" | "OJK" | "JJ" => b's',
            _ => b'm',
        };
        let kind = value("kind", Part::Type).and_then(|kind| kind.bytes().next()).unwrap_or(b'a');
        (kind.to_ascii_lowercase(), level)
    }
}
