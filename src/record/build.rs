//! Builds records and fields.

use std::fmt;

use super::{FieldRef, Header, IsisHeader, Leader, Record, Syntax};
use crate::charset::{Charset, Policy};
use crate::error::{Error, Result};
use crate::finding::counted;
use crate::tag::Tag;

/// Builds a record field by field. See [`Record::builder`].
///
/// [`Builder::build`] returns the first fault.
#[derive(Debug)]
pub struct Builder {
    record: Record,
    checked: bool,
    error: Option<Error>,
}

impl Builder {
    /// Starts a record of this syntax; a MARC record begins with a default leader.
    ///
    /// # Example
    /// ```
    /// use kartoteka::{Builder, Syntax};
    ///
    /// let record = Builder::new(Syntax::IRBIS)
    ///     .mfn(1)
    ///     .field("920", |field| field.lead("PAZK"))
    ///     .field("200", |field| field.subfield('A', "Қара сөздер").subfield('e', "проза"))
    ///     .build()?;
    /// assert_eq!(record.field(200).unwrap().subfield('a').unwrap().to_str()?, "Қара сөздер");
    /// # Ok::<(), kartoteka::Error>(())
    /// ```
    pub fn new(syntax: Syntax) -> Builder {
        let mut record = Record::new();
        record.syntax = syntax;
        if syntax.has_indicators() {
            record.header.leader = Some(Leader::default());
        }
        Builder { record, checked: true, error: None }
    }

    /// Takes tags, indicators and subfield codes as they are given from now on, also those that no standard allows:
    /// for records that damaged or unusual data are compared with.
    #[must_use]
    pub fn as_is(mut self) -> Builder {
        self.checked = false;
        self
    }

    /// Sets the leader: 24 bytes.
    #[must_use]
    pub fn leader(mut self, leader: &str) -> Builder {
        match leader.parse() {
            Ok(leader) => self.record.header.leader = Some(leader),
            Err(error) => self.error = self.error.or(Some(error)),
        }
        self
    }

    /// Sets the master file number, with status 0 and version 0.
    #[must_use]
    pub fn mfn(mut self, mfn: u32) -> Builder {
        self.record.header.isis = Some(IsisHeader::new(mfn, 0, 0));
        self
    }

    /// Adds a control field.
    #[must_use]
    pub fn control_field(self, tag: &str, data: impl AsRef<str>) -> Builder {
        self.field(tag, |field| {
            if !field.control && field.checked {
                field.fail("a control field has the tag 00 and any third character");
            }
            field.lead(data.as_ref())
        })
    }

    /// Adds a data field: indicators, then subfields.
    #[must_use]
    pub fn data_field<V: AsRef<str>>(
        self,
        tag: &str,
        indicators: &str,
        subfields: impl IntoIterator<Item = (char, V)>,
    ) -> Builder {
        self.field(tag, |field| {
            if field.control && field.checked {
                field.fail("a control field has no indicators and no subfields");
            }
            field.indicators(indicators);
            for (code, value) in subfields {
                field.subfield(code, value.as_ref());
            }
            field
        })
    }

    /// Adds a field whose body `fill` writes.
    #[must_use]
    pub fn field(
        mut self,
        tag: &str,
        fill: impl for<'f, 'b> FnOnce(&'f mut FieldWriter<'b>) -> &'f mut FieldWriter<'b>,
    ) -> Builder {
        let (syntax, checked) = (self.record.syntax, self.checked);
        let added = tag.parse::<Tag>().map_err(Error::from).and_then(|parsed| {
            // A number is a tag of IRBIS; those of MARC are written out.
            if checked
                && syntax.has_indicators()
                && (tag.len() < 3 || parsed.bytes().is_some() && !parsed.is_standard())
            {
                return Err(Error::argument(format!("{tag:?} is no tag: three letters or digits")));
            }
            self.record.push(parsed, checked, fill)
        });
        if let Err(error) = added {
            self.error = self.error.or(Some(error));
        }
        self
    }

    /// Returns the record.
    ///
    /// # Errors
    /// [`ErrorKind::Argument`](crate::ErrorKind::Argument) for the first fault: a tag that is not three letters or
    /// digits in MARC, or a number in IRBIS; a leader that has not 24 bytes; a control field made as a data field, or
    /// the reverse; and what [`Record::push_field`] refuses.
    pub fn build(self) -> Result<Record> {
        match self.error {
            Some(error) => Err(error),
            None => Ok(self.record),
        }
    }
}

/// Writes the body of one field. See [`Record::push_field`].
pub struct FieldWriter<'b> {
    sink: Sink<'b>,
    syntax: Syntax,
    tag: Tag,
    control: bool,
    indicators: bool,
    subfields: bool,
    /// Whether indicators and codes must be those that MARC allows.
    checked: bool,
    error: Option<Error>,
}

enum Sink<'b> {
    Text(&'b mut String),
    Bytes(&'b mut Vec<u8>, Charset),
}

impl<'b> FieldWriter<'b> {
    /// Writes the indicators, which must come first. Without this call a data field gets blanks.
    pub fn indicators(&mut self, indicators: &str) -> &mut FieldWriter<'b> {
        if self.control || self.indicators || self.subfields {
            self.fail("indicators come first, and in data fields only");
        } else if indicators.len() != usize::from(self.syntax.indicators) {
            let count = counted(indicators.len() as u64, "indicator");
            self.fail(format!("{count} in a record that has {}", self.syntax.indicators));
        } else if self.checked && !indicators.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()) {
            self.fail(format!("an indicator is a visible ASCII character or a blank: {indicators:?}"));
        } else {
            self.value(indicators);
        }
        self.indicators = true;
        self
    }

    /// Writes the data of a control field, or the head text of an IRBIS field before its first subfield.
    pub fn lead(&mut self, text: &str) -> &mut FieldWriter<'b> {
        if self.subfields {
            self.fail("data come before subfields");
        }
        self.blanks();
        self.value(text);
        self
    }

    /// Writes a subfield.
    pub fn subfield(&mut self, code: char, value: &str) -> &mut FieldWriter<'b> {
        if self.control {
            self.fail("a control field has no subfields");
        }
        if self.checked && self.syntax.has_indicators() && !code.is_ascii_graphic() {
            self.fail(format!("a subfield code is a visible ASCII character: {code:?}"));
        }
        self.blanks();
        self.subfields = true;
        let delimiter = self.syntax.delimiter;
        match &mut self.sink {
            Sink::Text(text) => text.push(char::from(delimiter)),
            Sink::Bytes(bytes, _) => bytes.push(delimiter),
        }
        self.value(code.encode_utf8(&mut [0; 4]));
        self.value(value);
        self
    }

    /// Writes the whole body as it is: the data of a control field, or else indicators and subfields with their
    /// delimiters. Nothing is checked, and the field is of that kind whatever its tag.
    pub fn body(&mut self, body: &str, control: bool) -> &mut FieldWriter<'b> {
        (self.indicators, self.subfields) = (true, true);
        self.control = true; // whose data may hold delimiters
        self.value(body);
        self.control = control;
        self
    }

    fn blanks(&mut self) {
        if !self.indicators && !self.control && !self.subfields {
            self.indicators = true;
            for _ in 0..self.syntax.indicators {
                self.value(" ");
            }
        }
    }

    fn value(&mut self, value: &str) {
        if !self.control && memchr::memchr(self.syntax.delimiter, value.as_bytes()).is_some() {
            let delimiter = self.syntax.delimiter;
            self.fail(format!("a value holds the subfield delimiter {delimiter:02X}: {value:?}"));
            return;
        }
        let written = match &mut self.sink {
            Sink::Text(text) => {
                text.push_str(value);
                Ok(0)
            }
            Sink::Bytes(bytes, charset) => charset.encode_into(value, Policy::Strict, bytes),
        };
        if let Err(error) = written {
            self.error.get_or_insert(error.into());
        }
    }

    fn fail(&mut self, message: impl fmt::Display) {
        let tag = self.tag;
        self.error.get_or_insert_with(|| Error::argument(format!("field {tag}: {message}")));
    }
}

impl fmt::Debug for FieldWriter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FieldWriter").field("tag", &self.tag).finish_non_exhaustive()
    }
}

impl Record {
    /// Adds a field at the end; `fill` writes its body.
    ///
    /// # Errors
    /// [`ErrorKind::Argument`](crate::ErrorKind::Argument) if a value holds the subfield delimiter, parts come in the
    /// wrong order, or an indicator or subfield code of a MARC field is not a visible ASCII character (an indicator may
    /// be a blank); [`ErrorKind::Decode`](crate::ErrorKind::Decode) if the character set of the record
    /// cannot hold a value. The record is then unchanged.
    ///
    /// # Example
    /// ```
    /// use kartoteka::{Record, Tag};
    ///
    /// let mut record = Record::new();
    /// record.push_field(Tag::new(*b"650"), |field| {
    ///     field.indicators(" 0").subfield('a', "Kazakh literature")
    /// })?;
    /// assert_eq!(record.field("650").unwrap().indicators(), b" 0");
    /// # Ok::<(), kartoteka::Error>(())
    /// ```
    pub fn push_field(
        &mut self,
        tag: Tag,
        fill: impl for<'f, 'b> FnOnce(&'f mut FieldWriter<'b>) -> &'f mut FieldWriter<'b>,
    ) -> Result<()> {
        self.push(tag, true, fill)
    }

    /// Adds a copy of a field of another syntax, with the indicators and codes that it has.
    pub(super) fn push_copy(
        &mut self,
        tag: Tag,
        fill: impl for<'f, 'b> FnOnce(&'f mut FieldWriter<'b>) -> &'f mut FieldWriter<'b>,
    ) -> Result<()> {
        self.push(tag, false, fill)
    }

    fn push(
        &mut self,
        tag: Tag,
        checked: bool,
        fill: impl for<'f, 'b> FnOnce(&'f mut FieldWriter<'b>) -> &'f mut FieldWriter<'b>,
    ) -> Result<()> {
        let control = self.syntax.control_fields && tag.is_control();
        let start = self.buffer_len();
        let mut writer = FieldWriter {
            sink: match self.is_text {
                true => Sink::Text(&mut self.text),
                false => Sink::Bytes(&mut self.bytes, self.charset),
            },
            syntax: self.syntax,
            tag,
            control,
            indicators: false,
            subfields: false,
            checked,
            error: None,
        };
        fill(&mut writer);
        writer.blanks();
        let (control, error) = (writer.control, writer.error);
        let error = match error {
            Some(error) => Some(error),
            None if self.end_field(tag, start, control) => None,
            None => Some(Error::argument("a record holds at most 4 GiB")),
        };
        match error {
            None => {
                self.place_after(self.slots.len().checked_sub(2));
                self.origin = None;
                Ok(())
            }
            Some(error) => {
                self.text.truncate(if self.is_text { start } else { 0 });
                self.bytes.truncate(if self.is_text { 0 } else { start });
                Err(error)
            }
        }
    }
}

/// A field of its own, to be kept and inserted into records.
///
/// # Example
/// ```
/// use kartoteka::{FieldBuf, Record, Syntax, Tag};
///
/// let tag = Tag::new(*b"650");
/// let subject = FieldBuf::new(Syntax::MARC, tag, |field| {
///     field.indicators(" 0").subfield('a', "Persian poetry")
/// })?;
/// let mut record = Record::new();
/// record.insert_field(0, &subject)?;
/// assert_eq!(record.field("650").map(|field| field.to_buf()), Some(subject));
/// # Ok::<(), kartoteka::Error>(())
/// ```
#[derive(Clone)]
pub struct FieldBuf(Record);

impl PartialEq for FieldBuf {
    /// Compares as [`FieldRef`] does.
    fn eq(&self, other: &FieldBuf) -> bool {
        self.as_field() == other.as_field()
    }
}

impl Eq for FieldBuf {}

impl std::hash::Hash for FieldBuf {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.as_field().hash(state);
    }
}

impl FieldBuf {
    /// Creates a field of this syntax, in UTF-8; `fill` writes its body.
    ///
    /// # Errors
    /// As [`Record::push_field`].
    pub fn new(
        syntax: Syntax,
        tag: Tag,
        fill: impl for<'f, 'b> FnOnce(&'f mut FieldWriter<'b>) -> &'f mut FieldWriter<'b>,
    ) -> Result<FieldBuf> {
        let mut record = Record::new();
        record.syntax = syntax;
        record.push_field(tag, fill)?;
        Ok(FieldBuf(record))
    }

    /// Returns the field.
    pub fn as_field(&self) -> FieldRef<'_> {
        match self.0.fields().next() {
            Some(field) => field,
            None => FieldRef::empty(),
        }
    }
}

impl fmt::Display for FieldBuf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.as_field(), f)
    }
}

impl fmt::Debug for FieldBuf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.as_field(), f)
    }
}

impl<'a> FieldRef<'a> {
    /// Returns an owned copy, byte for byte.
    pub fn to_buf(self) -> FieldBuf {
        let mut record = Record::new();
        record.header = Header::default();
        record.syntax = self.syntax;
        record.charset = self.charset;
        match self.text {
            Some(text) => record.text_mut().push_str(text),
            None => record.bytes_mut().extend_from_slice(self.bytes),
        }
        record.end_field(self.tag, 0, self.control);
        FieldBuf(record)
    }

    pub(super) fn empty() -> FieldRef<'static> {
        FieldRef {
            tag: Tag::new(*b"000"),
            index: 0,
            bytes: &[],
            text: Some(""),
            syntax: Syntax::MARC,
            charset: Charset::Utf8,
            control: true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn a_value_with_the_delimiter_is_refused_and_leaves_no_trace() {
        let mut record = Record::builder().control_field("001", "x").build().unwrap();
        let before = record.clone();
        let error =
            record.push_field(Tag::new(*b"245"), |field| field.indicators("10").subfield('a', "a\u{1F}b"));
        assert!(matches!(error.unwrap_err().kind(), ErrorKind::Argument(_)));
        assert_eq!(record, before);
        assert_eq!(record.view().buffer(), b"x");
    }

    #[test]
    fn the_first_fault_is_told() {
        let built = Record::builder()
            .data_field("24", "1", [('a', "")])
            .data_field("245", "123", [('a', ""); 0])
            .data_field("not a tag", "  ", [('a', ""); 0])
            .build();
        assert_eq!(built.unwrap_err().to_string(), "\"24\" is no tag: three letters or digits");
        let built = Record::builder().leader("short").build();
        assert_eq!(built.unwrap_err().to_string(), "a leader has 24 bytes, this has 5");
        let built = Record::builder().field("245", |f| f.subfield('a', "x").indicators("10")).build();
        assert!(built.is_err());
        let built = Record::builder().field("001", |f| f.subfield('a', "x")).build();
        assert!(built.is_err());
    }

    #[test]
    fn missing_indicators_are_blank() {
        let record =
            Record::builder().field("500", |f| f.subfield('a', "x")).field("501", |f| f).build().unwrap();
        assert_eq!(record.field("500").unwrap().raw(), b"  \x1Fax");
        assert_eq!(record.field("501").unwrap().raw(), b"  ");
    }

    #[test]
    fn a_field_in_bytes_is_written_in_the_charset_of_its_record() {
        let mut record = Record::new();
        record.set_charset(Charset::Windows1251, crate::charset::Reason::Caller);
        record.bytes_mut();
        record.push_field(Tag::new(*b"200"), |f| f.subfield('a', "Война")).unwrap();
        assert_eq!(record.fields().next().unwrap().raw(), b"  \x1Fa\xC2\xEE\xE9\xED\xE0");
        let error = record.push_field(Tag::new(*b"200"), |f| f.subfield('a', "ə"));
        assert!(matches!(error.unwrap_err().kind(), ErrorKind::Decode(_)));
        assert_eq!(record.fields().len(), 1);
    }
}
