//! Names and numbers on the command line, and what they stand for.

use std::ops::RangeInclusive;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use kartoteka::Repeats;
use kartoteka::{
    Charset, Code, Deleted, Dialect, FORMATS, Format, FormatInfo, IllegalCharacters, LeaderValues, Limits,
    Normalization, Oversize, Policy, Severity, TagPattern, TextRepair, WideTags,
};

/// Formats that can be read.
pub(crate) fn readable() -> impl TypedValueParser<Value = Format> {
    formats(|info| info.reads)
}

/// Formats that can be written.
pub(crate) fn writable() -> impl TypedValueParser<Value = Format> {
    formats(|info| info.writes)
}

fn formats(wanted: fn(&FormatInfo) -> bool) -> impl TypedValueParser<Value = Format> {
    let value = |info: &FormatInfo| {
        PossibleValue::new(info.name).aliases(info.aliases.iter().copied()).help(info.description)
    };
    let names = FORMATS.iter().filter(|info| wanted(info)).map(value);
    PossibleValuesParser::new(names)
        .try_map(|name| Format::from_name(&name).ok_or_else(|| format!("no format {name:?}")))
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

/// Master file numbers: `7`, `1-100`, or `500-` for all from 500 on.
pub(crate) fn mfns(text: &str) -> Result<std::ops::RangeInclusive<u32>, String> {
    let number = |text: &str| text.trim().parse::<u32>().ok().filter(|number| *number > 0);
    let range = match text.split_once('-') {
        None => number(text).map(|mfn| mfn..=mfn),
        Some((first, "")) => number(first).map(|first| first..=u32::MAX),
        Some((first, last)) => number(first).zip(number(last)).map(|(first, last)| first..=last),
    };
    range
        .filter(|range| !range.is_empty())
        .ok_or_else(|| format!("{text:?} is no number or range, such as 1-100"))
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

/// A character set that output can be in.
pub(crate) fn output_charset(name: &str) -> Result<Charset, String> {
    match charset(name)? {
        found if found.is_supported() => Ok(found),
        Charset::Auto => Ok(Charset::Auto),
        found => Err(format!("{found} cannot be written")),
    }
}

/// Limits, such as `record=16M,fields=100000,findings=100`.
pub(crate) fn limits(text: &str) -> Result<Limits, String> {
    let mut limits = Limits::default();
    for part in text.split(',') {
        let (name, value) = part.split_once('=').ok_or_else(|| format!("no = in {part:?}"))?;
        let value = size(value)?;
        match name.trim() {
            "record" => limits.record_bytes = value,
            "fields" => limits.fields = value,
            "findings" => limits.diagnostics = value,
            other => return Err(format!("no limit {other:?}; there are record, fields and findings")),
        }
    }
    Ok(limits)
}

/// A number above 0, with K, M or G for powers of 1024.
pub(crate) fn size(text: &str) -> Result<usize, String> {
    let text = text.trim();
    let (digits, power) = match text.char_indices().next_back() {
        Some((at, 'k' | 'K')) => (text.get(..at), 1u32),
        Some((at, 'm' | 'M')) => (text.get(..at), 2),
        Some((at, 'g' | 'G')) => (text.get(..at), 3),
        _ => (Some(text), 0),
    };
    let number = digits.and_then(|digits| digits.parse::<usize>().ok()).filter(|number| *number > 0);
    let size = number.and_then(|number| number.checked_mul(1024usize.checked_pow(power)?));
    size.ok_or_else(|| format!("{text:?} is not a number above 0, such as 500 or 16M"))
}

/// Which fields to show: the leader, and those of these tags.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Shown {
    /// The leader.
    Leader,
    /// Fields.
    Fields(TagPattern),
}

/// One of the fields to show: `245`, `6XX`, `600-699`, `2022` or `LDR`.
pub(crate) fn shown(text: &str) -> Result<Shown, String> {
    let text = text.trim().to_ascii_uppercase();
    if text == "LDR" || text == "000" {
        return Ok(Shown::Leader);
    }
    let number = |text: &str| text.parse::<u32>().ok().filter(|number| *number > 0);
    if let Some((first, last)) = text.split_once('-') {
        return match (number(first), number(last)) {
            (Some(first), Some(last)) if first <= last => Ok(Shown::Fields((first..=last).into())),
            _ => Err(format!("{text:?} is no range of tags, such as 600-699")),
        };
    }
    match text.parse::<kartoteka::Tag>() {
        Ok(_) => Ok(Shown::Fields(TagPattern::from(text.as_str()))),
        Err(error) => Err(error.to_string()),
    }
}

/// Numbers of records: `5`, `10-20` or `100-`.
pub(crate) fn range(text: &str) -> Result<RangeInclusive<u64>, String> {
    let wrong = || format!("{text:?} is no number of records, such as 5, 10-20 or 100-");
    let number = |text: &str| text.trim().parse::<u64>().ok().filter(|number| *number > 0).ok_or_else(wrong);
    match text.split_once('-') {
        None => number(text).map(|number| number..=number),
        Some((first, "")) => number(first).map(|first| first..=u64::MAX),
        Some((first, last)) => match (number(first)?, number(last)?) {
            (first, last) if first <= last => Ok(first..=last),
            _ => Err(wrong()),
        },
    }
}

/// The findings that an id, the start of ids, or a name means.
#[derive(Debug, Clone)]
pub(crate) struct Codes(pub(crate) Vec<Code>);

/// Findings: `B001`, `B`, `E00` or `record-length-mismatch`.
pub(crate) fn codes(text: &str) -> Result<Codes, String> {
    let text = text.trim();
    let id = text.to_ascii_uppercase();
    let is_meant = |code: &Code| code.id().starts_with(&id) || code.name().eq_ignore_ascii_case(text);
    let found: Vec<Code> = Code::ALL.iter().copied().filter(is_meant).collect();
    match text.is_empty() || found.is_empty() {
        true => Err(format!("no finding has an id that begins with {text:?}, or that name")),
        false => Ok(Codes(found)),
    }
}

/// A prefix for the names of elements in XML.
pub(crate) fn xml_prefix(text: &str) -> Result<String, String> {
    match kartoteka::WriteOptions::new().xml_prefix(text).xml_prefix {
        prefix if prefix == text => Ok(prefix),
        _ => Err("not a name that can be a prefix in XML".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        assert_eq!(size("500"), Ok(500));
        assert_eq!(size("16M"), Ok(16 << 20));
        assert_eq!(size("2k"), Ok(2048));
        for bad in ["", "M", "0", "-1", "1.5M", "99999999999999G", "12Ж"] {
            assert!(size(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn limits_by_name() {
        let found = limits("record=1M,findings=5").unwrap();
        assert_eq!((found.record_bytes, found.diagnostics), (1 << 20, 5));
        assert_eq!(found.fields, Limits::default().fields);
        assert!(limits("records=1M").is_err() && limits("record").is_err());
    }

    #[test]
    fn ranges() {
        assert_eq!(range("5"), Ok(5..=5));
        assert_eq!(range("10-20"), Ok(10..=20));
        assert_eq!(range("100-"), Ok(100..=u64::MAX));
        for bad in ["", "0", "0-5", "-5", "9-3", "a", "1-2-3"] {
            assert!(range(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn findings_by_id_and_name() {
        assert_eq!(codes("b001").unwrap().0, [Code::RecordLengthMismatch]);
        assert_eq!(codes("garbage").unwrap().0, [Code::Garbage]);
        assert!(codes("L").unwrap().0.len() > 10 && codes("X").is_err() && codes("").is_err());
    }

    #[test]
    fn fields_to_show() {
        let matches = |text: &str, tag: &str| match shown(text) {
            Ok(Shown::Fields(pattern)) => pattern.matches(tag.parse().unwrap()),
            _ => false,
        };
        assert!(matches("245", "245") && matches("6xx", "650") && matches("6..", "650"));
        assert!(matches("600-699", "650") && matches("2022", "2022") && matches("1", "001"));
        assert!(matches!(shown("ldr"), Ok(Shown::Leader)));
        assert!(shown("title").is_err() && shown("699-600").is_err());
    }
}
