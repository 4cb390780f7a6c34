//! Options of readers and writers: one set for all formats.

use std::ops::{Range, RangeInclusive};

use super::Part;
use crate::charset::{Charset, Policy};
use crate::limits::Limits;
use crate::named::named;
use crate::record::Dialect;
use crate::table::Formulas;

/// How a reader treats a damaged record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Recovery {
    /// The first finding of severity error makes the record an error; the next call reads the next record.
    Strict,
    /// Keep everything possible, with findings.
    #[default]
    Salvage,
}

/// Which records of a master file are read: logically deleted ones are still stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Deleted {
    /// Those not deleted.
    #[default]
    Skip,
    /// All records.
    Include,
    /// Only deleted records.
    Only,
}

named!(Deleted {
    Skip "skip" "Those that are not deleted",
    Include "include" "All",
    Only "only" "The deleted ones",
});

/// Options of readers.
///
/// # Example
/// ```
/// use kartoteka::{Charset, ReadOptions, Recovery};
///
/// let options = ReadOptions::new().charset(Charset::Ibm866).recovery(Recovery::Strict);
/// assert_eq!(options.charset, Charset::Ibm866);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ReadOptions {
    /// The character set of the input.
    pub charset: Charset,
    /// The language of the texts, by its code, if the character set is to be found.
    pub charset_hint: Option<&'static str>,
    /// The family of formats the records belong to.
    pub dialect: Dialect,
    /// What to do with damaged records.
    pub recovery: Recovery,
    /// Bounds on the memory of one record.
    pub limits: Limits,
    /// Range of offsets in the input, in bytes: records that begin there are read.
    pub range: Option<Range<u64>>,
    /// Part of the input to read.
    pub part: Option<Part>,
    /// Which records of a master file to read, by deletion.
    pub deleted: Deleted,
    /// Whether to read all stored versions of IRBIS64 records, not only the last.
    pub history: bool,
    /// Which records of a master file to read, by number; empty for all.
    pub mfns: Vec<RangeInclusive<u32>>,
}

impl ReadOptions {
    /// Returns the defaults: character set and dialect by evidence, salvage, default limits.
    pub fn new() -> ReadOptions {
        ReadOptions::default()
    }

    /// Sets the character set of the input. Default: [`Charset::Auto`], which decides for each record by a
    /// byte order mark, its declaration, whether it is UTF-8, and its letters. Choose one if that is known to
    /// be wrong.
    #[must_use]
    pub fn charset(mut self, charset: Charset) -> ReadOptions {
        self.charset = charset;
        self
    }

    /// Sets the language of most texts, by a code of [`languages`](crate::charset::languages); another code is no hint.
    /// It speaks for the sets in which that language is written, with ten bits: as much as two or three letters.
    /// Default: none.
    ///
    /// # Example
    /// ```
    /// use kartoteka::ReadOptions;
    ///
    /// assert_eq!(ReadOptions::new().charset_hint("lt").charset_hint, Some("lt"));
    /// assert_eq!(ReadOptions::new().charset_hint("xx").charset_hint, None);
    /// ```
    #[must_use]
    pub fn charset_hint(mut self, language: &str) -> ReadOptions {
        self.charset_hint = crate::charset::languages().find(|known| *known == language);
        self
    }

    /// Sets the dialect of the records. Default: [`Dialect::Auto`], by the fields of each record; by the first records of
    /// the input, whether it keeps [MARC in CDS/ISIS](crate::isis#marc-in-a-base).
    #[must_use]
    pub fn dialect(mut self, dialect: Dialect) -> ReadOptions {
        self.dialect = dialect;
        self
    }

    /// Sets the treatment of damaged records. Default: [`Recovery::Salvage`], which loses least.
    #[must_use]
    pub fn recovery(mut self, recovery: Recovery) -> ReadOptions {
        self.recovery = recovery;
        self
    }

    /// Sets the bounds on the memory of one record. Default: [`Limits::default`].
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> ReadOptions {
        self.limits = limits;
        self
    }

    /// Reads only the records that begin at these offsets of the input, with their true positions and
    /// numbers. Default: all.
    ///
    /// Readers of adjacent ranges together give what one reader gives, even on damaged files; findings after
    /// the last record are reported by the last range. So each range may be read on its own machine. All
    /// bytes before a range are examined, because only that determines where records begin and which numbers
    /// they have; if the format allows it, they are not parsed. Master files ignore the range: use
    /// [`ReadOptions::mfns`] there.
    ///
    ///
    /// # Example
    /// ```
    /// use kartoteka::{ReadOptions, RecordRead, iso2709};
    ///
    /// let data = std::fs::read("fixtures/iso2709/marc21.mrc")?;
    /// let middle = data.len() as u64 / 2;
    /// let read = |range| -> kartoteka::Result<Vec<u64>> {
    ///     let mut reader = iso2709::SliceReader::new(&data, &ReadOptions::new().range(range));
    ///     reader.records().map(|record| Ok(record?.position().record)).collect()
    /// };
    /// assert_eq!([read(0..middle)?, read(middle..u64::MAX)?].concat(), (0..8).collect::<Vec<_>>());
    /// # Ok::<(), kartoteka::Error>(())
    /// ```
    #[must_use]
    pub fn range(mut self, range: Range<u64>) -> ReadOptions {
        self.range = Some(range);
        self
    }

    /// Reads only this part of the input, if there is one. Default: all of it.
    ///
    /// Only [`open_with`](crate::open_with) can do that, of a file that is not compressed, in a format that
    /// [can](crate::Can::Split) be split. See [`Part`].
    #[must_use]
    pub fn part(mut self, part: Option<Part>) -> ReadOptions {
        self.part = part;
        self
    }

    /// Sets which records of a master file to read, by deletion. Default: [`Deleted::Skip`].
    #[must_use]
    pub fn deleted(mut self, deleted: Deleted) -> ReadOptions {
        self.deleted = deleted;
        self
    }

    /// Sets whether to read all stored versions of IRBIS64 records, the oldest of each first. Default: false,
    /// only the last.
    #[must_use]
    pub fn history(mut self, yes: bool) -> ReadOptions {
        self.history = yes;
        self
    }

    /// Sets which records of a master file to read, by number. Default: all.
    #[must_use]
    pub fn mfns(mut self, mfns: impl IntoIterator<Item = RangeInclusive<u32>>) -> ReadOptions {
        self.mfns = mfns.into_iter().collect();
        self
    }
}

/// How a writer treats characters that its format cannot represent, such as 1F in XML.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum IllegalCharacters {
    /// The record is not written; the writer continues with the next.
    #[default]
    Error,
    /// The character is left out, with a finding.
    Drop,
    /// U+FFFD is written instead, with a finding.
    Replace,
}

named!(IllegalCharacters {
    Error "error" "Reject the record",
    Drop "drop" "Leave the character out, with a finding",
    Replace "replace" "Write U+FFFD instead, with a finding",
});

/// How a writer treats tags above 999 that its format cannot represent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum WideTags {
    /// The record is not written; the writer continues with the next.
    #[default]
    Fail,
    /// The field is left out, with a finding.
    Drop,
}

named!(WideTags {
    Drop "drop" "Leave the field out, with a finding",
    Fail "fail" "Reject the record",
});

/// How the ISO 2709 writer treats a record of more than 99,999 bytes, or a field of more than 9,999,
/// terminators included: five and four digits cannot express more. No policy writes extra digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Oversize {
    /// The record is not written; the writer continues with the next.
    #[default]
    Fail,
    /// Numbers that do not fit are written as nines, with a finding, as marc4j can do.
    Cap,
    /// Numbers that do not fit are written as zeros, with a finding, as ruby-marc can do.
    Zero,
    /// The record is written as several, with a finding: each has the leader, all control fields, and as many
    /// of the other fields, in order, as fit. A record with a field that is too long is not written.
    Split,
}

named!(Oversize {
    Fail "fail" "Reject the record",
    Cap "cap" "Write nines where a number does not fit",
    Zero "zero" "Write zeros where a number does not fit",
    Split "split" "Write records that are too long as several, each with all control fields",
});

/// How the ISO 2709 writer treats the statements of a leader about its record, when it builds one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum LeaderValues {
    /// Set them: position 9 of MARC 21, and 100$a/26-33 of UNIMARC, to the character set written; 10 and 11
    /// to the number of indicators and the two bytes that begin a subfield; 20 to 23 to 4500, unless they
    /// begin with 45.
    #[default]
    Set,
    /// Keep them, right or wrong; only lengths and base address are computed.
    Keep,
}

named!(LeaderValues {
    Set "set" "Make them say what is so",
    Keep "keep" "Keep them as they are, right or wrong",
});

/// Options of writers.
///
/// # Example
/// ```
/// use kartoteka::{IllegalCharacters, WriteOptions};
///
/// let options = WriteOptions::new().illegal_characters(IllegalCharacters::Drop).indent(false);
/// assert!(!options.indent);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct WriteOptions {
    /// The character set of the output.
    pub charset: Charset,
    /// How to treat bytes that do not decode, and characters that do not encode.
    pub policy: Policy,
    /// How to treat characters that the format cannot represent.
    pub illegal_characters: IllegalCharacters,
    /// How to treat tags above 999.
    pub wide_tags: WideTags,
    /// How to treat records and fields that are too long for ISO 2709.
    pub oversize: Oversize,
    /// How to treat the statements of the leader about the record.
    pub leader: LeaderValues,
    /// Whether a record without field 1 gets its master file number as 001, in MARC forms.
    pub mfn_as_control_number: bool,
    /// Whether XML and JSON arrays are indented.
    pub indent: bool,
    /// The prefix of elements in MARCXML and MarcXchange; empty for none.
    pub xml_prefix: String,
    /// Whether records of MARCXML and MarcXchange state their type.
    pub record_types: bool,
    /// Whether MARCXML and MarcXchange are one record without a collection.
    pub single_record: bool,
    /// How to treat cells of tables that begin like the formula of a spreadsheet.
    pub formulas: Formulas,
    /// Whether the output is a part, to be given to another writer.
    pub part: bool,
}

impl Default for WriteOptions {
    fn default() -> WriteOptions {
        WriteOptions {
            charset: Charset::Auto,
            policy: Policy::default(),
            illegal_characters: IllegalCharacters::default(),
            wide_tags: WideTags::default(),
            oversize: Oversize::default(),
            leader: LeaderValues::default(),
            mfn_as_control_number: true,
            indent: true,
            xml_prefix: String::new(),
            record_types: false,
            single_record: false,
            formulas: Formulas::Keep,
            part: false,
        }
    }
}

impl WriteOptions {
    /// Returns the defaults of each setter.
    pub fn new() -> WriteOptions {
        WriteOptions::default()
    }

    /// Sets the character set of the output. Default: [`Charset::Auto`], the record's own in ISO 2709 and
    /// exchange text; UTF-8 in XML and JSON, which allow no other, and for IRBIS records written as ISO 2709.
    #[must_use]
    pub fn charset(mut self, charset: Charset) -> WriteOptions {
        self.charset = charset;
        self
    }

    /// Sets the treatment of faults of the character set. Default: [`Policy::Replace`], with a finding.
    #[must_use]
    pub fn policy(mut self, policy: Policy) -> WriteOptions {
        self.policy = policy;
        self
    }

    /// Sets the treatment of characters that the format cannot represent. Default:
    /// [`IllegalCharacters::Error`].
    #[must_use]
    pub fn illegal_characters(mut self, policy: IllegalCharacters) -> WriteOptions {
        self.illegal_characters = policy;
        self
    }

    /// Sets how cells of tables are treated that begin like the formula of a spreadsheet. Default: [`Formulas::Keep`], with
    /// a finding.
    #[must_use]
    pub fn formulas(mut self, policy: Formulas) -> WriteOptions {
        self.formulas = policy;
        self
    }

    /// Sets the treatment of tags above 999. Default: [`WideTags::Fail`].
    #[must_use]
    pub fn wide_tags(mut self, policy: WideTags) -> WriteOptions {
        self.wide_tags = policy;
        self
    }

    /// Sets the treatment of records and fields that are too long for ISO 2709. Default: [`Oversize::Fail`].
    #[must_use]
    pub fn oversize(mut self, policy: Oversize) -> WriteOptions {
        self.oversize = policy;
        self
    }

    /// Sets the treatment of leader/9 to 11 and 20 to 23. Default: [`LeaderValues::Set`].
    #[must_use]
    pub fn leader(mut self, policy: LeaderValues) -> WriteOptions {
        self.leader = policy;
        self
    }

    /// Sets whether the master file number becomes 001 if there is no field 1. Default: true.
    #[must_use]
    pub fn mfn_as_control_number(mut self, yes: bool) -> WriteOptions {
        self.mfn_as_control_number = yes;
        self
    }

    /// Sets the prefix of elements in MARCXML and MarcXchange, such as `marc`. Default: none, a default
    /// namespace. An invalid XML name counts as none.
    #[must_use]
    pub fn xml_prefix(mut self, prefix: &str) -> WriteOptions {
        let mut bytes = prefix.bytes();
        let begins = bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_');
        let is_name = begins && bytes.all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
        // Names beginning with xml are reserved.
        let free = !prefix.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("xml"));
        self.xml_prefix = if is_name && free { prefix.to_owned() } else { String::new() };
        self
    }

    /// Sets whether records of MARCXML and MarcXchange state their type, by leader/06, and those of
    /// MarcXchange also their format. Default: false.
    #[must_use]
    pub fn record_types(mut self, yes: bool) -> WriteOptions {
        self.record_types = yes;
        self
    }

    /// Sets whether MARCXML and MarcXchange are one record without a collection; a second record is then an
    /// error. Default: false.
    #[must_use]
    pub fn single_record(mut self, yes: bool) -> WriteOptions {
        self.single_record = yes;
        self
    }

    /// Sets whether the output is a part, without beginning and end, for
    /// [`RecordWrite::append`](crate::RecordWrite::append). Default: false.
    #[must_use]
    pub fn part(mut self, yes: bool) -> WriteOptions {
        self.part = yes;
        self
    }

    /// Sets whether the output is indented, if the format allows it. Default: true.
    #[must_use]
    pub fn indent(mut self, yes: bool) -> WriteOptions {
        self.indent = yes;
        self
    }
}
