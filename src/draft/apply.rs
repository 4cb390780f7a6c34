//! Drafts put into records that are there.

use super::Family;
use super::agent::Agent;
use super::elements::NewField;
use super::field::{amend, make, replace};
use super::fixed;
use super::table::{Row, rows};
use super::values::Draft;
use crate::error::{Error, Result};
use crate::model::isbn13;
use crate::record::{FieldRef, Record};

/// Elements of which a record has one: their values are replaced.
const SINGLE: [&str; 4] = ["title", "publication", "extent", "summary"];
/// Elements whose values are replaced all at once.
const WHOLE: [&str; 2] = ["languages", "country"];

impl Draft {
    /// Puts what the draft says into a record, in the dialect of the record.
    ///
    /// Title, publication, extent, summary, languages and country replace those of the record, part by part: what the draft does not
    /// say stays, and so do subfields and marks that it knows nothing of. Agents, ISBNs, series, subjects, keywords, notes and
    /// addresses are added, unless the record has the same field. The first author becomes the main entry if the record has
    /// none. Codes in 008 or 100 follow. A draft to be applied may be without a title: [`Draft::default`].
    ///
    /// # Errors
    /// As [`Draft::record`]; the record is then unchanged.
    ///
    /// # Example
    /// ```
    /// use kartoteka::{Record, draft::Draft};
    ///
    /// let mut record = Record::builder()
    ///     .data_field("245", "00", [('a', "Divan /"), ('c', "Füzuli.")])
    ///     .data_field("500", "  ", [('a', "In verse.")])
    ///     .build()?;
    /// Draft::default().remainder("qəzəllər").year(2004).note("Facsimile.").apply(&mut record)?;
    /// let fields: Vec<String> = record.fields().map(|field| field.to_string()).collect();
    /// assert_eq!(fields, [
    ///     "008 ||||||s2004    ||||||||||||||||| |||||||",
    ///     "245 00 $aDivan :$bqəzəllər /$cFüzuli.",
    ///     "264 #1 $c2004.",
    ///     "500 ## $aIn verse.",
    ///     "500 ## $aFacsimile.",
    /// ]);
    /// # Ok::<(), kartoteka::Error>(())
    /// ```
    pub fn apply(&self, record: &mut Record) -> Result<()> {
        let (dialect, family) = Family::of_record(record.view())?;
        let mut done = record.clone();
        let had_main = has_main(record, family);
        if family == Family::Irbis && !self.languages.is_empty() {
            // There each language has a field.
            done.retain(|field| field.tag().number() != Some(101));
        }
        for made in self.elements(dialect, family, had_main)? {
            self.put(&mut done, &made, family)?;
        }
        if family == Family::Marc21 {
            self.replace_languages(&mut done)?;
            if !had_main && has_main(&done, family) {
                title_is_added(&mut done)?;
            }
        }
        fixed::coded_fields(self, &mut done, dialect, false)?;
        *record = done;
        Ok(())
    }

    /// Puts a field into a record.
    fn put(&self, record: &mut Record, made: &NewField, family: Family) -> Result<()> {
        let element = made.row.element;
        let is_isbd = family == Family::Marc21;
        if SINGLE.contains(&element)
            && let Some((row, old)) = existing(record, element, family)
        {
            let mut field = amend(row, old, &made.parts(), is_isbd)?;
            if element == "title" && is_isbd && !self.title.trim().is_empty() {
                let first = old.indicators().first().copied().unwrap_or(b'0');
                let [_, second] = made.indicators;
                field = with_indicators(&field.as_field(), [first, second])?;
            }
            return record.replace_field(old.index(), &field).map(drop);
        }
        let is_field_each = family == Family::Irbis && element == "languages";
        if WHOLE.contains(&element)
            && !is_field_each
            && let Some(old) = record.field(made.row.tag)
        {
            let field = replace(made.row, old, &made.parts())?;
            return record.replace_field(old.index(), &field).map(drop);
        }
        let field = make(made.row, made.indicators, &made.parts(), record.syntax())?;
        let is_there = record.fields().any(|old| old == field.as_field());
        if !is_there {
            record.insert_field(usize::MAX, &field)?;
            record.settle_last_field();
        }
        Ok(())
    }

    /// Replaces the languages of the text in 041, if the record has the field and the draft one language, which needs none.
    fn replace_languages(&self, record: &mut Record) -> Result<()> {
        let [language] = self.languages.as_slice() else { return Ok(()) };
        let code = super::codes::language(language)?;
        let Some((row, old)) = existing(record, "languages", Family::Marc21) else { return Ok(()) };
        let field = replace(row, old, &vec![("value", code)])?;
        record.replace_field(old.index(), &field).map(drop)
    }
}

/// Returns whether a record has a main entry.
fn has_main(record: &Record, family: Family) -> bool {
    let tags: &[u32] = match family {
        Family::Marc21 => &[100, 110, 111, 130],
        Family::Unimarc => &[700, 710, 720],
        Family::Irbis => &[700, 710, 971],
    };
    tags.iter().any(|tag| record.field(*tag).is_some())
}

/// Returns the field of an element that a record has, and its row.
fn existing<'r>(record: &'r Record, element: &str, family: Family) -> Option<(&'static Row, FieldRef<'r>)> {
    rows(element, family).find_map(|row| {
        let [_, second] = row.indicators;
        let is_kind = |field: &FieldRef<'_>| {
            element != "publication"
                || !matches!(field.indicators(), [_, other] if *other != second && *other != b' ')
        };
        Some((row, record.fields().filter(|field| field.tag() == row.tag).find(is_kind)?))
    })
}

/// Sets the first indicator of the title: there is a main entry now.
fn title_is_added(record: &mut Record) -> Result<()> {
    let Some(title) = record.field(245) else { return Ok(()) };
    let (index, second) = (title.index(), title.indicators().get(1).copied().unwrap_or(b'0'));
    let field = with_indicators(&title, [b'1', second])?;
    record.replace_field(index, &field).map(drop)
}

/// Returns a field with other indicators.
fn with_indicators(field: &FieldRef<'_>, indicators: [u8; 2]) -> Result<crate::record::FieldBuf> {
    let indicators = String::from_utf8_lossy(&indicators).into_owned();
    crate::record::FieldBuf::new(field.syntax(), field.tag(), |writer| {
        writer.indicators(&indicators);
        for subfield in field.subfields() {
            writer.subfield(subfield.code(), &subfield.value().to_str_lossy());
        }
        writer
    })
}

/// Replaces the title proper; a subtitle and the statement of responsibility stay.
///
/// # Errors
/// As [`Draft::apply`].
///
/// # Example
/// ```
/// use kartoteka::{Record, draft};
///
/// let mut record = Record::builder().data_field("245", "10", [('a', "Divna /"), ('c', "Füzuli.")]).build()?;
/// draft::set_title(&mut record, "Divan")?;
/// assert_eq!(record.field("245").unwrap().to_string(), "245 10 $aDivan /$cFüzuli.");
/// # Ok::<(), kartoteka::Error>(())
/// ```
pub fn set_title(record: &mut Record, title: &str) -> Result<()> {
    Draft::new(title).apply(record)
}

/// Sets the year of publication, also in 008 or 100.
///
/// # Errors
/// As [`Draft::apply`].
pub fn set_year(record: &mut Record, year: i32) -> Result<()> {
    Draft::default().year(year).apply(record)
}

/// Sets the language of the text, also in 008, by code or by label.
///
/// # Errors
/// As [`Draft::apply`].
pub fn set_language(record: &mut Record, language: &str) -> Result<()> {
    Draft::default().language(language).apply(record)
}

/// Adds an author: as the main entry if the record has none.
///
/// # Errors
/// As [`Draft::apply`].
pub fn add_author(record: &mut Record, agent: Agent) -> Result<()> {
    Draft::default().author(agent).apply(record)
}

/// Adds an editor, a translator, or another person or body that is not the author.
///
/// # Errors
/// As [`Draft::apply`].
pub fn add_contributor(record: &mut Record, agent: Agent) -> Result<()> {
    Draft::default().contributor(agent).apply(record)
}

/// Adds a subject heading with its subdivisions.
///
/// # Errors
/// As [`Draft::apply`].
pub fn add_subject(record: &mut Record, heading: &str, subdivisions: &[&str]) -> Result<()> {
    Draft::default().subject(heading, subdivisions.iter().copied()).apply(record)
}

/// Sets the ISBN: replaces the first one, with what is said of it, or adds one.
///
/// # Errors
/// If its check digit is wrong, or as [`Draft::apply`].
pub fn set_isbn(record: &mut Record, isbn: &str) -> Result<()> {
    let (_, family) = Family::of_record(record.view())?;
    let isbn = isbn.trim();
    isbn13(isbn).ok_or_else(|| Error::argument(format!("{isbn:?} is no ISBN with a right check digit")))?;
    let Some((row, old)) = existing(record, "isbn", family) else {
        return Draft::default().isbn(isbn).apply(record);
    };
    let field = amend(row, old, &vec![("value", isbn)], false)?;
    record.replace_field(old.index(), &field).map(drop)
}
