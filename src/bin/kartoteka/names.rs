//! Names and numbers on the command line, and what they stand for.

use std::ops::RangeInclusive;
use std::str::FromStr;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use kartoteka::crosswalk::OnLoss;
use kartoteka::report;
use kartoteka::schema::Set;
use kartoteka::table::{Form, Formulas, Repeats};
use kartoteka::{
    Can, Charset, Deleted, Dialect, FORMATS, Format, IllegalCharacters, LeaderValues, Normalization,
    Oversize, Policy, Severity, Tag, TextRepair, WideTags,
};

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

/// What happens to values that no rule takes.
pub(crate) fn on_loss() -> impl TypedValueParser<Value = OnLoss> {
    named(&[
        ("keep", OnLoss::Keep, "They are carried along in 886"),
        ("allow", OnLoss::Allow, "They are listed in the report alone; exit status 1"),
        ("fail", OnLoss::Fail, "The record is rejected"),
    ])
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
fn named<T: Clone + Send + Sync + 'static>(
    values: &'static [(&'static str, T, &'static str)],
) -> impl TypedValueParser<Value = T> {
    let names = values.iter().map(|(name, _, help)| {
        let value = PossibleValue::new(*name);
        if help.is_empty() { value } else { value.help(*help) }
    });
    PossibleValuesParser::new(names).try_map(move |name| {
        let found = values.iter().find(|(known, ..)| *known == name);
        found.map(|(_, value, _)| value.clone()).ok_or_else(|| format!("no value {name:?}"))
    })
}

pub(crate) fn dialect() -> impl TypedValueParser<Value = Dialect> {
    let names = Dialect::ALL.iter().map(|dialect| PossibleValue::new(dialect.name()));
    PossibleValuesParser::new(names).try_map(|name| name.parse::<Dialect>())
}

pub(crate) fn severity() -> impl TypedValueParser<Value = Severity> {
    named(&[("note", Severity::Note, ""), ("warning", Severity::Warning, ""), ("error", Severity::Error, "")])
}

pub(crate) fn deleted() -> impl TypedValueParser<Value = Deleted> {
    named(&[
        ("skip", Deleted::Skip, "Those that are not deleted"),
        ("include", Deleted::Include, "All"),
        ("only", Deleted::Only, "The deleted ones"),
    ])
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

pub(crate) fn wide_tags() -> impl TypedValueParser<Value = WideTags> {
    named(&[
        ("drop", WideTags::Drop, "Leave the field out, with a finding"),
        ("fail", WideTags::Fail, "Reject the record"),
    ])
}

pub(crate) fn oversize() -> impl TypedValueParser<Value = Oversize> {
    named(&[
        ("fail", Oversize::Fail, "Reject the record"),
        ("cap", Oversize::Cap, "Write nines where a number does not fit"),
        ("zero", Oversize::Zero, "Write zeros where a number does not fit"),
        (
            "split",
            Oversize::Split,
            "Write records that are too long as several, each with all control fields",
        ),
    ])
}

pub(crate) fn leader_values() -> impl TypedValueParser<Value = LeaderValues> {
    named(&[
        ("set", LeaderValues::Set, "Make them say what is so"),
        ("keep", LeaderValues::Keep, "Keep them as they are, right or wrong"),
    ])
}

pub(crate) fn illegal_characters() -> impl TypedValueParser<Value = IllegalCharacters> {
    named(&[
        ("error", IllegalCharacters::Error, "Reject the record"),
        ("drop", IllegalCharacters::Drop, "Leave the character out, with a finding"),
        ("replace", IllegalCharacters::Replace, "Write U+FFFD instead, with a finding"),
    ])
}

pub(crate) fn normalization() -> impl TypedValueParser<Value = Normalization> {
    named(&[
        ("none", Normalization::AsIs, "As the source has them"),
        ("nfc", Normalization::Nfc, "One character"),
        ("nfd", Normalization::Nfd, "A letter and its marks"),
    ])
}

pub(crate) fn text_repair() -> impl TypedValueParser<Value = TextRepair> {
    named(&[
        ("mojibake", TextRepair::Mojibake, "Values that were encoded twice"),
        ("marc8-escapes", TextRepair::Marc8Escapes, "Escape sequences of MARC-8 without their escape byte"),
    ])
}

pub(crate) fn policy() -> impl TypedValueParser<Value = Policy> {
    named(&[
        ("strict", Policy::Strict, "Reject the record"),
        ("replace", Policy::Replace, "Write U+FFFD, or ? where the output has no such character"),
        ("escape", Policy::Escape, r"Write \xE9 for a byte, &#x04D9; for a character"),
    ])
}

/// Whether the master file number becomes field 001.
pub(crate) fn mfn_as() -> impl TypedValueParser<Value = bool> {
    named(&[("001", true, "Field 001, if the record has no field 1"), ("none", false, "Leave it out")])
}

pub(crate) fn formulas() -> impl TypedValueParser<Value = Formulas> {
    named(&[
        ("keep", Formulas::Keep, "Write them as they are, and say so"),
        ("defuse", Formulas::Defuse, "Write an apostrophe before them"),
    ])
}

/// A form of report.
pub(crate) fn report_form() -> impl TypedValueParser<Value = report::Form> {
    let names = report::Form::ALL.map(|form| PossibleValue::new(form.name()).help(form.description()));
    PossibleValuesParser::new(names)
        .try_map(|name| report::Form::from_name(&name).ok_or_else(|| format!("no form {name:?}")))
}

/// A form of table.
pub(crate) fn table_form() -> impl TypedValueParser<Value = Form> {
    named(&[
        ("csv", Form::Csv, "Comma-separated values, RFC 4180, with line feeds"),
        ("tsv", Form::Tsv, "Values between tabs"),
        ("ndjson", Form::JsonLines, "A JSON object a line"),
    ])
}

/// What becomes of several values in one cell.
pub(crate) fn repeats() -> impl TypedValueParser<Value = Repeats> {
    named(&[
        ("product", Repeats::Product, "A row for each combination of values"),
        ("join", Repeats::Join, "One value, with --separator between them"),
        ("first", Repeats::First, "The first, the others left out"),
        ("list", Repeats::List, "A JSON list"),
    ])
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

/// A built-in set of rules.
pub(crate) fn set() -> impl TypedValueParser<Value = Set> {
    PossibleValuesParser::new(Set::ALL.map(Set::name))
        .try_map(|name| Set::from_name(&name).ok_or_else(|| format!("no set {name:?}")))
}

/// A prefix for the names of elements in XML.
pub(crate) fn xml_prefix(text: &str) -> Result<String, String> {
    match kartoteka::WriteOptions::new().xml_prefix(text).xml_prefix {
        prefix if prefix == text => Ok(prefix),
        _ => Err("not a name that can be a prefix in XML".to_owned()),
    }
}
