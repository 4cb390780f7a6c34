//! Options of readers and writers: one set for all formats.

use std::ops::{Range, RangeInclusive};

use crate::charset::{Charset, Policy};
use crate::{Dialect, Limits};

/// What a reader does with a damaged record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Recovery {
    /// The first finding of severity error makes the record an error; the next call reads the next record.
    Strict,
    /// Keep all that can be kept, with findings.
    #[default]
    Salvage,
}

/// Which records of a master file are read: those that are logically deleted are still there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Deleted {
    /// Those that are not deleted.
    #[default]
    Skip,
    /// All.
    Include,
    /// The deleted ones.
    Only,
}

/// How to read.
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
    /// The family of formats the records belong to.
    pub dialect: Dialect,
    /// What to do with damaged records.
    pub recovery: Recovery,
    /// How much one record may take.
    pub limits: Limits,
    /// Where the records that are read begin: offsets in the input, in bytes.
    pub range: Option<Range<u64>>,
    /// Which records of a master file to read, by whether they are deleted.
    pub deleted: Deleted,
    /// Whether to read all stored versions of the records of IRBIS64, and not only the last.
    pub history: bool,
    /// Which records of a master file to read, by their numbers; empty for all.
    pub mfns: Vec<RangeInclusive<u32>>,
}

impl ReadOptions {
    /// Decide character set and dialect by the records, salvage, default limits.
    pub fn new() -> ReadOptions {
        ReadOptions::default()
    }

    /// The character set of the input. Default: [`Charset::Auto`], which decides for each record by a byte order
    /// mark, what the record declares, whether it is UTF-8, and the letters in it.
    #[must_use]
    pub fn charset(mut self, charset: Charset) -> ReadOptions {
        self.charset = charset;
        self
    }

    /// The dialect of the records. Default: [`Dialect::Auto`].
    #[must_use]
    pub fn dialect(mut self, dialect: Dialect) -> ReadOptions {
        self.dialect = dialect;
        self
    }

    /// What to do with damaged records. Default: [`Recovery::Salvage`].
    #[must_use]
    pub fn recovery(mut self, recovery: Recovery) -> ReadOptions {
        self.recovery = recovery;
        self
    }

    /// How much one record may take. Default: [`Limits::default`].
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> ReadOptions {
        self.limits = limits;
        self
    }

    /// Reads only the records that begin at these offsets of the input, with their true places and numbers. Default:
    /// all.
    ///
    /// The readers of ranges that lie end to end give together what one reader gives, on damaged files too, and what
    /// stands behind the last record is told by the last of them. So each may have a machine of its own. Whatever is
    /// before a range is looked at, since only so it is known where records begin and which number they have; where
    /// the format allows it, it is not parsed. Master files take no notice: there, [`ReadOptions::mfns`] deals records
    /// out.
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

    /// Which records of a master file to read, by whether they are deleted. Default: [`Deleted::Skip`].
    #[must_use]
    pub fn deleted(mut self, deleted: Deleted) -> ReadOptions {
        self.deleted = deleted;
        self
    }

    /// Whether to read all stored versions of the records of IRBIS64, the oldest of each first. Default: false, only the
    /// last.
    #[must_use]
    pub fn history(mut self, yes: bool) -> ReadOptions {
        self.history = yes;
        self
    }

    /// Which records of a master file to read, by their numbers. Default: none named, which is all.
    #[must_use]
    pub fn mfns(mut self, mfns: impl IntoIterator<Item = RangeInclusive<u32>>) -> ReadOptions {
        self.mfns = mfns.into_iter().collect();
        self
    }
}

/// What a writer does with characters that its format cannot carry, such as 1F in XML.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum IllegalCharacters {
    /// The record is not written, and the writer goes on with the next.
    #[default]
    Error,
    /// The character is left out, with a finding.
    Drop,
    /// U+FFFD is written instead, with a finding.
    Replace,
}

/// What a writer does with tags above 999 that its format cannot hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum WideTags {
    /// The record is not written, and the writer goes on with the next.
    #[default]
    Fail,
    /// The field is left out, with a finding.
    Drop,
}

/// What the writer of ISO 2709 does when a record has more than 99,999 bytes, or a field more than 9,999, terminators
/// included: no more can be said with five and four digits. No policy writes more digits than fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Oversize {
    /// The record is not written, and the writer goes on with the next.
    #[default]
    Fail,
    /// Numbers that do not fit are written as nines, with a finding, as marc4j does if told to.
    Cap,
    /// Numbers that do not fit are written as zeros, with a finding, as ruby-marc does if told to.
    Zero,
    /// The record is written as several, with a finding: each has the leader, all control fields, and as many of the
    /// other fields, in their order, as fit. A record with a field that is too long is not written.
    Split,
}

/// What the writer of ISO 2709 does with what a leader says of the record around it, when it builds one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum LeaderValues {
    /// Position 9 of MARC 21, and 100$a/26-33 of UNIMARC, say which character set the record is written in; 10 and 11
    /// say how many indicators its fields have, and that a subfield begins with two bytes; 20 to 23 stay if they begin
    /// with 45, else they become 4500.
    #[default]
    Set,
    /// They stay as they are in the record, right or wrong; only lengths and base address are computed.
    Keep,
}

/// How to write.
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
    /// What to do with bytes that do not decode, and characters that do not encode.
    pub policy: Policy,
    /// What to do with characters that the format cannot carry.
    pub illegal_characters: IllegalCharacters,
    /// What to do with tags above 999.
    pub wide_tags: WideTags,
    /// What to do with records and fields that are too long for ISO 2709.
    pub oversize: Oversize,
    /// What to do with what the leader says of the record.
    pub leader: LeaderValues,
    /// Whether a record without field 1 gets its master file number as 001, in MARC forms.
    pub mfn_as_control_number: bool,
    /// Whether XML and JSON arrays are laid out for human eyes.
    pub indent: bool,
    /// The prefix of the elements of MARCXML and MarcXchange; empty for none.
    pub xml_prefix: String,
    /// Whether records of MARCXML and MarcXchange say of which type they are.
    pub record_types: bool,
    /// Whether MARCXML and MarcXchange are one record without a collection around it.
    pub single_record: bool,
    /// Whether what is written is a part of an output, to be given to another writer.
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
            part: false,
        }
    }
}

impl WriteOptions {
    /// The defaults of each setter.
    pub fn new() -> WriteOptions {
        WriteOptions::default()
    }

    /// The character set of the output. Default: [`Charset::Auto`], that of the record in ISO 2709 and exchange
    /// text, UTF-8 in XML and JSON, which know no other, and for IRBIS records that become ISO 2709.
    #[must_use]
    pub fn charset(mut self, charset: Charset) -> WriteOptions {
        self.charset = charset;
        self
    }

    /// What to do with faults of the character set. Default: [`Policy::Replace`], with a finding.
    #[must_use]
    pub fn policy(mut self, policy: Policy) -> WriteOptions {
        self.policy = policy;
        self
    }

    /// What to do with characters that the format cannot carry. Default: [`IllegalCharacters::Error`].
    #[must_use]
    pub fn illegal_characters(mut self, policy: IllegalCharacters) -> WriteOptions {
        self.illegal_characters = policy;
        self
    }

    /// What to do with tags above 999. Default: [`WideTags::Fail`].
    #[must_use]
    pub fn wide_tags(mut self, policy: WideTags) -> WriteOptions {
        self.wide_tags = policy;
        self
    }

    /// What to do with records and fields that are too long for ISO 2709. Default: [`Oversize::Fail`].
    #[must_use]
    pub fn oversize(mut self, policy: Oversize) -> WriteOptions {
        self.oversize = policy;
        self
    }

    /// What to do with leader/9 to 11 and 20 to 23. Default: [`LeaderValues::Set`].
    #[must_use]
    pub fn leader(mut self, policy: LeaderValues) -> WriteOptions {
        self.leader = policy;
        self
    }

    /// Whether the master file number becomes 001 where there is no field 1. Default: true.
    #[must_use]
    pub fn mfn_as_control_number(mut self, yes: bool) -> WriteOptions {
        self.mfn_as_control_number = yes;
        self
    }

    /// The prefix of the elements of MARCXML and MarcXchange, such as `marc`. Default: none, the namespace is that of
    /// all elements. What is no name in XML is taken for none.
    #[must_use]
    pub fn xml_prefix(mut self, prefix: &str) -> WriteOptions {
        let mut bytes = prefix.bytes();
        let begins = bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_');
        let is_name = begins && bytes.all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
        // Names that begin with xml are not ours to bind.
        let free = !prefix.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("xml"));
        self.xml_prefix = if is_name && free { prefix.to_owned() } else { String::new() };
        self
    }

    /// Whether records of MARCXML and MarcXchange say of which type they are, by leader/06; those of MarcXchange also of
    /// which format. Default: false.
    #[must_use]
    pub fn record_types(mut self, yes: bool) -> WriteOptions {
        self.record_types = yes;
        self
    }

    /// Whether MARCXML and MarcXchange are one record without a collection around it; a second one cannot be written.
    /// Default: false.
    #[must_use]
    pub fn single_record(mut self, yes: bool) -> WriteOptions {
        self.single_record = yes;
        self
    }

    /// Whether what is written is a part of an output, without its beginning and its end: what
    /// [`RecordWrite::append`](crate::RecordWrite::append) takes. Default: false.
    #[must_use]
    pub fn part(mut self, yes: bool) -> WriteOptions {
        self.part = yes;
        self
    }

    /// Whether output is laid out for human eyes where the format allows it. Default: true.
    #[must_use]
    pub fn indent(mut self, yes: bool) -> WriteOptions {
        self.indent = yes;
        self
    }
}
