//! Descriptors: the properties of a format. Each format has one [`Descriptor`], in its folder.

use std::fmt;
use std::fs::File;
use std::hash::{Hash, Hasher};
use std::io::{Read, Write};
use std::path::Path;

use super::verdict::Sniffer;
use crate::error::Result;
use crate::finding::Rule;
use crate::io::{
    Framing, Part, ReadOptions, RecordRead, RecordWrite, Rendering, Stream, WriteOptions, Writer,
};

/// A capability of a format. See [`Format::can`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Can {
    /// Records can be read.
    Read,
    /// Records can be written.
    Write,
    /// Single records can be read by number, without those before them. The input must be a file, not a
    /// stream.
    Seek,
    /// The bytes of one record are a file of the format, and so are the concatenated bytes of several.
    Concatenate,
    /// Files can be read in [parts](crate::Part), each without the others.
    Split,
    /// Records and the garbage between them keep their order when batches of records are read on several
    /// threads.
    Order,
    /// Each record is written in its own character set, unless another is requested.
    KeepCharset,
}

/// The properties of a format.
#[derive(Debug)]
pub(crate) struct Descriptor {
    /// The name on the command line and in messages. Never changes.
    pub(crate) name: &'static str,
    /// Other names on the command line.
    pub(crate) aliases: &'static [&'static str],
    /// Extensions of its files, without dot, in lower case; the most frequent first.
    pub(crate) extensions: &'static [&'static str],
    /// A short description.
    pub(crate) description: &'static str,
    /// The feature that it needs; empty for none.
    pub(crate) feature: &'static str,
    pub(crate) can: &'static [Can],
    /// Whether files are lines of text.
    pub(crate) text: bool,
    /// Whether it is always written in UTF-8, so that no other character set can be requested.
    pub(crate) utf8_only: bool,
    /// Whether an input is a list, which may have no records, and the reader reports an input that is none.
    pub(crate) lists: bool,
    /// Whether the leader of a record is its first 24 bytes.
    pub(crate) leader_first: bool,
    /// Examines the first bytes of an input for evidence of the format.
    pub(crate) sniff: Option<Sniffer>,
    pub(crate) reader: Option<Drivers>,
    /// Replaces `reader` in formats that need a file.
    pub(crate) opener: Option<OpenFile>,
    pub(crate) writer: Option<MakeWriter>,
    /// The rules of this format alone.
    pub(crate) rules: &'static [Rule],
}

impl Descriptor {
    /// The properties that most formats share, for `..Descriptor::BASE`.
    pub(crate) const BASE: Descriptor = Descriptor {
        name: "",
        aliases: &[],
        extensions: &[],
        description: "",
        feature: "",
        can: &[Can::Read, Can::Write],
        text: true,
        utf8_only: false,
        lists: false,
        leader_first: false,
        sniff: None,
        reader: None,
        opener: None,
        writer: None,
        rules: &[],
    };
}

pub(crate) type AnySource<'a> = Box<dyn Read + Send + 'a>;
pub(crate) type AnyReader<'a> = Box<dyn RecordRead + Send + 'a>;
pub(crate) type AnySink<'a> = Box<dyn Write + Send + 'a>;
pub(crate) type AnyWriter<'a> = Box<dyn RecordWrite + Send + 'a>;
pub(crate) type MakeReader = for<'a> fn(AnySource<'a>, &ReadOptions) -> AnyReader<'a>;
pub(crate) type OpenFile = fn(&Path, &ReadOptions) -> Result<AnyReader<'static>>;
pub(crate) type OpenPart = fn(File, Part, bool, &ReadOptions) -> Result<AnyReader<'static>>;
pub(crate) type MakeWriter = for<'a> fn(AnySink<'a>, &WriteOptions) -> AnyWriter<'a>;

/// The drivers of a framing.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Drivers {
    pub(crate) stream: MakeReader,
    /// Opens a part of a file.
    pub(crate) part: Option<OpenPart>,
    /// Reads bytes in memory.
    #[cfg(feature = "testing")]
    pub(crate) slice: for<'a> fn(&'a [u8], &ReadOptions) -> AnyReader<'a>,
    /// Reads bytes that are pushed.
    #[cfg(feature = "testing")]
    pub(crate) push: fn(&ReadOptions) -> Box<dyn crate::io::AnyPush>,
}

fn open_part<F: Framing>(
    file: File,
    part: Part,
    text: bool,
    options: &ReadOptions,
) -> Result<AnyReader<'static>> {
    Ok(Box::new(Stream::<_, F>::open_part(file, part, text, options)?))
}

/// Returns the drivers of a format that is a [`Framing`].
pub(crate) const fn framed<F: Framing>() -> Option<Drivers> {
    Some(Drivers {
        stream: |source, options| Box::new(Stream::<_, F>::new(source, options)),
        part: if F::SPLITS { Some(open_part::<F>) } else { None },
        #[cfg(feature = "testing")]
        slice: |bytes, options| Box::new(crate::io::Slice::<F>::new(bytes, options)),
        #[cfg(feature = "testing")]
        push: |options| Box::new(crate::io::Push::<F>::new(options)),
    })
}

/// Creates the writer of a format that is a [`Rendering`].
pub(crate) fn rendered<'a, R: Rendering + Send + 'static>(
    sink: AnySink<'a>,
    options: &WriteOptions,
) -> AnyWriter<'a> {
    Box::new(Writer::<_, R>::new(sink, options))
}

/// A file format. The constants of this type, such as [`Format::Iso2709`], are all formats;
/// [`FORMATS`](crate::FORMATS) lists those that are compiled in.
///
/// # Example
/// ```
/// use kartoteka::{Can, Format};
///
/// assert_eq!(Format::from_name("MRC"), Some(Format::Iso2709));
/// assert_eq!(Format::from_extension("books.2026.iso"), Some(Format::Iso2709));
/// assert_eq!(Format::from_extension("books"), None);
/// assert_eq!(Format::Iso2709.name(), "iso2709");
/// assert!(Format::Mst.can(Can::Seek) && !Format::Iso2709.can(Can::Seek));
/// ```
#[derive(Clone, Copy)]
pub struct Format(pub(crate) &'static Descriptor);

impl Format {
    /// Returns the name on the command line and in messages. Never changes.
    pub const fn name(self) -> &'static str {
        self.0.name
    }

    /// Returns the other names on the command line.
    pub const fn aliases(self) -> &'static [&'static str] {
        self.0.aliases
    }

    /// Returns the extensions of its files, without dot, in lower case; the most frequent first.
    pub const fn extensions(self) -> &'static [&'static str] {
        self.0.extensions
    }

    /// Returns a short description.
    pub const fn description(self) -> &'static str {
        self.0.description
    }

    /// Returns the feature of this crate that it needs; empty for none.
    pub const fn feature(self) -> &'static str {
        self.0.feature
    }

    /// Returns whether the format has a capability. False for all if its feature is off.
    pub fn can(self, what: Can) -> bool {
        let compiled = self.0.reader.is_some() || self.0.opener.is_some() || self.0.writer.is_some();
        let splits = self.0.reader.is_some_and(|drivers| drivers.part.is_some()) || self.0.opener.is_some();
        compiled && (self.0.can.contains(&what) || what == Can::Split && splits)
    }

    /// Returns whether its files are lines of text.
    pub const fn is_text(self) -> bool {
        self.0.text
    }

    /// Returns whether it is always written in UTF-8, so that no other character set can be requested.
    pub const fn is_utf8_only(self) -> bool {
        self.0.utf8_only
    }

    /// Returns whether the leader of a record is its first 24 bytes.
    pub const fn has_leader_first(self) -> bool {
        self.0.leader_first
    }
}

impl PartialEq for Format {
    fn eq(&self, other: &Format) -> bool {
        self.name() == other.name()
    }
}

impl Eq for Format {}

impl Hash for Format {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name().hash(state);
    }
}

impl fmt::Debug for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
