//! Writes the fields that were made, and what was kept, into a record.

use std::borrow::Cow;

use super::rule::Family;
use super::rules::VALUE_REFUSED;
use super::source::{End, HEAD, Occurrence, Value};
use super::state::Run;
use super::target::Target;
use crate::error::Result;
use crate::finding::{Finding, Findings};
use crate::position::Location;
use crate::record::{FieldRef, Leader, Record};
use crate::tag::Tag;

/// Fills `out` with the fields in their order.
pub(crate) fn write(run: &mut Run<'_, '_>, leader: Leader, out: &mut Record, findings: &mut Findings) {
    out.clear();
    out.set_leader(Some(leader));
    out.set_position(run.source.record.position());
    let keep_in = run.converter.options.keep_in.unwrap_or(Tag::new(*b"886"));
    for target in &run.targets {
        push(out, target, findings);
    }
    kept(run, keep_in, out, findings);
}

fn push(out: &mut Record, target: &Target, findings: &mut Findings) {
    let done = out.push_field(target.tag, |field| {
        if let Some(data) = &target.data {
            return field.lead(data);
        }
        match std::str::from_utf8(&target.indicators) {
            Ok(indicators) => field.indicators(indicators),
            Err(_) => field.indicators(&String::from_iter(target.indicators.map(char::from))),
        };
        for subfield in &target.subfields {
            field.subfield(subfield.code, &subfield.text);
        }
        field
    });
    failed(done, target.tag, findings);
}

/// Writes what is left of each source field into 886: from IRBIS the values that are left, from MARC the whole field, so that
/// what is left has its context, and comes back as it was.
fn kept(run: &Run<'_, '_>, keep_in: Tag, out: &mut Record, findings: &mut Findings) {
    let keep_dropped = run.converter.options.keep_dropped;
    let keeps = |value: &&Value<'_>| {
        matches!(value.end, End::Kept | End::Open) || keep_dropped && value.end == End::Dropped
    };
    let mut order: Vec<usize> = (0..run.source.fields.len()).collect();
    order.sort_by_key(|at| run.source.fields.get(*at).map(|field| field.field.tag()));
    let source = run.converter.crosswalk.map.source;
    for field in order.into_iter().filter_map(|at| run.source.fields.get(at)) {
        let all = run.source.values_of(field).iter();
        let values: Vec<_> = all.filter(|value| field.whole || keeps(value)).collect();
        if values.is_empty() && !field.whole {
            continue;
        }
        let done = match source {
            Family::Irbis => push_irbis(out, keep_in, field, &values),
            _ => push_marc(out, keep_in, source.code_in_886(), field.field),
        };
        failed(done, keep_in, findings);
    }
}

/// Head text, then caret, code and value of each subfield, in the spelling of the source.
fn push_irbis(out: &mut Record, keep_in: Tag, field: &Occurrence<'_>, values: &[&Value<'_>]) -> Result<()> {
    let mut text = String::new();
    for value in values {
        if value.code != HEAD {
            text.push('^');
            text.push(value.spelled);
        }
        text.extend(value.text.chars().filter(|c| !is_separator(*c)));
    }
    let tag = field.field.tag();
    let tag = tag.number().map_or_else(|| tag.to_string(), |number| number.to_string());
    out.push_field(keep_in, |target| {
        target.indicators("2 ").subfield('2', "irbis").subfield('a', &tag).subfield('b', &text)
    })
}

/// Tag, indicators, and the subfields with their own codes.
fn push_marc(out: &mut Record, keep_in: Tag, format: &str, field: FieldRef<'_>) -> Result<()> {
    let clean = |text: Cow<'_, str>| text.chars().filter(|c| !is_separator(*c)).collect::<String>();
    let is_control = field.is_control();
    let begin = match is_control {
        true => clean(field.lead().to_str_lossy()),
        false => field.indicators().iter().copied().map(char::from).collect(),
    };
    out.push_field(keep_in, |target| {
        target.indicators(if is_control { "1 " } else { "2 " });
        target.subfield('2', format).subfield('a', &field.tag().to_string()).subfield('b', &begin);
        for subfield in field.subfields().filter(|_| !is_control) {
            target.subfield(subfield.code(), &clean(subfield.value().to_str_lossy()));
        }
        target
    })
}

/// Whether a character separates records, fields or subfields.
fn is_separator(c: char) -> bool {
    matches!(c, '\u{1D}'..='\u{1F}')
}

/// Says that a field could not be written.
fn failed(done: Result<()>, tag: Tag, findings: &mut Findings) {
    if let Err(error) = done {
        let location = Location::of(findings.record());
        findings.push(Finding::new(VALUE_REFUSED, location, format!("{tag}: {error}"), "field left out"));
    }
}
