//! Names and numbers on the command line, and what they stand for.

use std::ops::RangeInclusive;
use std::str::FromStr;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use kartoteka::{Can, Charset, FORMATS, Format, Named, Tag};

/// Formats that can be read.
pub(crate) fn readable() -> impl TypedValueParser<Value = Format> {
    formats(Can::Read)
}

/// Formats that can be written.
pub(crate) fn writable() -> impl TypedValueParser<Value = Format> {
    formats(Can::Write)
}

fn formats(wanted: Can) -> impl TypedValueParser<Value = Format> {
    let value = |format: &Format| {
        let aliases = format.aliases().iter().copied();
        PossibleValue::new(format.name()).aliases(aliases).help(format.description())
    };
    let names = FORMATS.iter().filter(move |format| format.can(wanted)).map(value);
    PossibleValuesParser::new(names)
        .try_map(|name| Format::from_name(&name).ok_or_else(|| format!("no format {name:?}")))
}

/// A name and its value: `agency=RU-X`.
pub(crate) fn assignment(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("a name, =, and a value")?;
    let known = ["agency", "prefix", "profile", "notes"];
    match known.contains(&key) {
        true => Ok((key.to_owned(), value.to_owned())),
        false => Err(format!("no option {key:?}; there are {}", known.join(", "))),
    }
}

/// The tag of a data field.
pub(crate) fn local_tag(text: &str) -> Result<Tag, String> {
    let tag = text.parse::<Tag>().map_err(|error| error.to_string())?;
    match tag.is_standard() && !tag.is_control() {
        true => Ok(tag),
        false => Err("a tag of three letters or digits, not 00X".to_owned()),
    }
}

/// A value of a fixed list, by its name.
pub(crate) fn named<T: Named>() -> impl TypedValueParser<Value = T> {
    let names = T::ALL.iter().map(|value| match value.description() {
        "" => PossibleValue::new(value.name()),
        help => PossibleValue::new(value.name()).help(help),
    });
    PossibleValuesParser::new(names).try_map(|name| T::from_name(&name).ok_or("no such value"))
}

/// Numbers of records or master file numbers: `7`, `1-100`, or `500-` for all from 500 on.
pub(crate) fn range<N: FromStr + PartialOrd + From<u8>>(text: &str) -> Result<RangeInclusive<N>, String> {
    let number = |text: &str| text.trim().parse::<N>().ok().filter(|number| *number >= N::from(1));
    let range = match text.split_once('-') {
        None => number(text).zip(number(text)),
        Some((first, "")) => number(first).zip(largest()),
        Some((first, last)) => number(first).zip(number(last)),
    };
    let range = range.map(|(first, last)| first..=last).filter(|range| !range.is_empty());
    range.ok_or_else(|| format!("{text:?} is no number or range, such as 5, 10-20 or 100-"))
}

/// The largest number of a type, of those that numbers of records have.
fn largest<N: FromStr>() -> Option<N> {
    u64::MAX.to_string().parse().or_else(|_| u32::MAX.to_string().parse()).ok()
}

/// Whether the master file number becomes field 001.
pub(crate) fn mfn_as() -> impl TypedValueParser<Value = bool> {
    let as_001 = PossibleValue::new("001").help("Field 001, if the record has no field 1");
    let none = PossibleValue::new("none").help("Leave it out");
    PossibleValuesParser::new([as_001, none]).map(|name| name == "001")
}

/// A character set that input can be in.
pub(crate) fn charset(name: &str) -> Result<Charset, String> {
    Charset::from_name(name).ok_or_else(|| {
        let known: Vec<_> = Charset::all().map(Charset::name).collect();
        format!(
            "no such character set; known are auto, {}, unimarc-0103 and its kin, and cp1251 and its kin",
            known.join(", ")
        )
    })
}

/// A language that the texts of the input can be in.
pub(crate) fn language() -> PossibleValuesParser {
    PossibleValuesParser::new(kartoteka::charset::languages())
}

/// A character set that output can be in.
pub(crate) fn output_charset(name: &str) -> Result<Charset, String> {
    match charset(name)? {
        found if found.is_supported() => Ok(found),
        Charset::Auto => Ok(Charset::Auto),
        found => Err(format!("{found} cannot be written")),
    }
}

/// A prefix for the names of elements in XML.
pub(crate) fn xml_prefix(text: &str) -> Result<String, String> {
    match kartoteka::WriteOptions::new().xml_prefix(text).xml_prefix {
        prefix if prefix == text => Ok(prefix),
        _ => Err("not a name that can be a prefix in XML".to_owned()),
    }
}
