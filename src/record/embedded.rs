//! Embedded fields: fields inside a field.

use super::FieldRef;
use super::field::Subfields;
use crate::bytes::Cut;
use crate::tag::Tag;

impl<'a> FieldRef<'a> {
    /// Returns the fields embedded in this one: those that UNIMARC and RUSMARC put into subfields `$1` of
    /// their linking fields 4XX and of 604, and IRBIS into `^1` of its fields 421 to 488. Other fields have
    /// none.
    ///
    /// Each `1` opens a field: three digits of tag, two indicators unless the tag is 00X, then the subfields
    /// up to the next `1` that opens one. A `1` with any other content opens nothing. In IRBIS records `1` is
    /// also an ordinary code, in 463 for instance; there it opens a field only if nothing follows the
    /// indicators, which may lack trailing blanks.
    ///
    /// # Spec
    /// UNIMARC manual, 4-- linking entry block, embedded fields technique.
    ///
    /// # Example
    /// ```
    /// use kartoteka::{Record, Tag};
    ///
    /// let record = Record::builder()
    ///     .data_field("461", " 0", [('1', "001kart0007"), ('1', "2001 "), ('a', "Xəmsə"), ('v', "1")])
    ///     .build()?;
    /// let mut inside = record.field("461").unwrap().embedded();
    /// let link = inside.next().unwrap();
    /// assert_eq!((link.tag(), link.lead().to_str()?.as_ref()), (Tag::new(*b"001"), "kart0007"));
    /// let title = inside.next().unwrap();
    /// assert_eq!((title.tag(), title.indicators()), (Tag::new(*b"200"), &b"1 "[..]));
    /// assert_eq!(title.subfield('a').unwrap().to_str()?, "Xəmsə");
    /// assert!(inside.next().is_none());
    /// # Ok::<(), kartoteka::Error>(())
    /// ```
    pub fn embedded(self) -> Embedded<'a> {
        Embedded::new(self)
    }
}

/// The fields embedded in a field. See [`FieldRef::embedded`].
#[derive(Debug, Clone)]
pub struct Embedded<'a> {
    field: FieldRef<'a>,
    segments: Subfields<'a>,
    /// Range of the `1` that opens the next field, once found.
    open: Option<(usize, usize)>,
}

impl<'a> Embedded<'a> {
    fn new(field: FieldRef<'a>) -> Embedded<'a> {
        let mut embedded = Embedded { field, segments: field.subfields(), open: None };
        if may_embed(field) {
            embedded.open = embedded.next_opening();
        }
        embedded
    }

    fn next_opening(&mut self) -> Option<(usize, usize)> {
        loop {
            let (start, end) = self.segments.next_segment()?;
            if let Some([b'1', opening @ ..]) = self.field.raw().get(start..end) {
                if opens(opening, self.field.syntax().has_indicators()) {
                    return Some((start, end));
                }
            }
        }
    }
}

/// Returns whether a field belongs to those that may contain others.
fn may_embed(field: FieldRef<'_>) -> bool {
    field.tag().number().is_some_and(|tag| match field.syntax().has_indicators() {
        true => matches!(tag, 400..=499 | 604),
        false => matches!(tag, 421..=488),
    })
}

/// Returns whether the value of a `1` opens a field: a tag, then data if the tag is 00X, else indicators. In
/// IRBIS, where `1` is also an ordinary code, nothing may follow the indicators.
fn opens(value: &[u8], is_marc: bool) -> bool {
    let Some((tag, rest)) = value.split_first_chunk::<3>() else { return false };
    let is_indicator = |byte: &u8| matches!(byte, b'0'..=b'9' | b' ' | b'#' | b'|');
    tag.iter().all(u8::is_ascii_digit)
        && tag != b"000"
        && (is_marc
            || match tag {
                [b'0', b'0', _] => !rest.is_empty(),
                _ => rest.len() <= 2 && rest.iter().all(is_indicator),
            })
}

impl<'a> Iterator for Embedded<'a> {
    type Item = FieldRef<'a>;

    fn next(&mut self) -> Option<FieldRef<'a>> {
        let (start, _) = self.open?;
        self.open = self.next_opening();
        let end = match self.open {
            Some((next, _)) => next - 1,
            None => self.field.raw().len(),
        };
        let &[_, a, b, c] = self.field.raw().get(start..)?.first_chunk::<4>()?;
        let body = start + 4;
        let tag = Tag::new([a, b, c]);
        let mut inner = self.field;
        inner.tag = tag;
        inner.bytes = inner.bytes.cut(body..end);
        inner.text = inner.text.and_then(|text| text.get(body..end));
        inner.control = tag.is_control();
        inner.syntax.indicators = 2;
        Some(inner)
    }
}

#[cfg(test)]
mod tests {
    use crate::record::{Builder, Record, Syntax};

    fn tags(record: &Record) -> Vec<String> {
        record.fields().flat_map(|field| field.embedded().map(|inner| inner.tag().to_string())).collect()
    }

    #[test]
    fn in_linking_fields_of_marc() {
        let record = Record::builder()
            .data_field(
                "461",
                " 0",
                [('1', "001kart7"), ('1', "2001 "), ('a', "Divan"), ('1', "x"), ('1', "UDC1 ")],
            )
            .data_field("604", "  ", [('1', "700 1"), ('a', "Nizami"), ('1', "5001 "), ('a', "Xəmsə")])
            .data_field("910", "  ", [('1', "101 copies")])
            .data_field("215", "  ", [('1', "2001 ")])
            .build()
            .unwrap();
        assert_eq!(tags(&record), ["001", "200", "700", "500"]);
    }

    /// In an IRBIS base `^1` is an ordinary code: number of copies, unit, place of printing.
    #[test]
    fn in_records_of_irbis_only_where_nothing_else_can_be_meant() {
        let record = Builder::new(Syntax::IRBIS)
            .field("910", |f| f.subfield('A', "U").subfield('1', "101"))
            .field("215", |f| f.subfield('A', "300").subfield('1', "200"))
            .field("463", |f| f.subfield('C', "Огонёк").subfield('1', "С."))
            .field("463", |f| f.subfield('1', "101 листов").subfield('1', ""))
            .field("421", |f| f.subfield('1', "001DB-12345").subfield('1', "2001 ").subfield('a', "Хамса"))
            .field("461", |f| f.subfield('1', "2001").subfield('A', "Диван"))
            .field("410", |f| f.subfield('1', "2001 ").subfield('a', "Серия"))
            .build()
            .unwrap();
        assert_eq!(tags(&record), ["001", "200", "200"]);
        let last = record.fields().nth(5).unwrap().embedded().next().unwrap();
        assert_eq!(last.indicators(), b"1", "a blank at the end went missing");
        assert_eq!(last.subfield('a').unwrap().to_str().unwrap(), "Диван");
    }
}
