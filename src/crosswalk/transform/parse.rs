//! Transforms as rules write them.

use super::{Joint, Mode, Step, Transform};
use crate::crosswalk::check::unknown;

/// The transforms that take nothing, by name.
static PLAIN: [(&str, Step); 42] = [
    ("copy", Step::Copy),
    ("upper", Step::Upper),
    ("lower", Step::Lower),
    ("lang", Step::Language),
    ("country", Step::Country),
    ("angle", Step::Angle),
    ("unparen", Step::Unparen),
    ("strip-lead", Step::StripLead),
    ("initials", Step::Initials),
    ("name-comma", Step::NameComma),
    ("name-family", Step::NameFamily),
    ("name-rest", Step::NameRest),
    ("role21", Step::Role21),
    ("role3", Step::Role3),
    ("role-text", Step::RoleText),
    ("isbn", Step::Isbn),
    ("isbn-plain", Step::IsbnPlain),
    ("isbn-only", Step::IsbnOnly),
    ("issn", Step::Issn),
    ("issn-only", Step::IssnOnly),
    ("pages-before", Step::PagesBefore),
    ("pages-after", Step::PagesAfter),
    ("cm", Step::Centimetres),
    ("menu-text", Step::MenuText),
    ("issue-number", Step::IssueNumber),
    ("date-iso", Step::DateIso),
    ("year", Step::Year),
    ("number", Step::Number),
    ("decimal", Step::Decimal),
    ("copies-text", Step::CopiesText),
    ("expand", Step::Expand),
    ("parent", Step::Parent),
    ("use", Step::Use),
    ("raw", Step::Raw),
    ("drop", Step::Drop),
    ("shape", Step::Shape),
    ("via-rusmarc", Step::Via),
    ("no-mark", Step::NoMark),
    ("unbracket", Step::Unbracket),
    ("ungroup", Step::Ungroup),
    ("nonsort", Step::NonSort),
    ("mark-nonsort", Step::MarkNonSort),
];

/// The names of those that take something, and of those that say where a text goes.
const OTHERS: [&str; 19] = [
    "trim",
    "prefix",
    "suffix",
    "wrap",
    "continue",
    "split",
    "join",
    "group",
    "const",
    "extent",
    "accompanying",
    "first",
    "slice",
    "map",
    "flag",
    "head",
    "tail",
    "only",
    "no-stop",
];

/// Returns the names of all transforms.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    PLAIN.iter().map(|(name, _)| *name).chain(OTHERS)
}

/// Splits `a(b|c)|d` at the bars outside brackets.
pub(super) fn pipeline(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut depth, mut start) = (0usize, 0usize);
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            '|' if depth == 0 => {
                parts.extend(text.get(start..at));
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.extend(text.get(start..));
    parts
}

/// Splits `name(argument)`.
pub(super) fn call(text: &str) -> (&str, &str) {
    match text.split_once('(').and_then(|(name, rest)| Some((name, rest.strip_suffix(')')?))) {
        Some((name, argument)) => (name, argument),
        None => (text, ""),
    }
}

impl Transform {
    /// Parses transforms joined by `|`.
    pub(crate) fn parse(text: &str) -> Result<Transform, String> {
        let mut transform = Transform { mode: Mode::New, steps: Vec::new(), folds: true };
        for part in pipeline(text.trim_start()) {
            transform.add(part)?;
        }
        Ok(transform)
    }

    fn add(&mut self, part: &str) -> Result<(), String> {
        let (name, argument) = call(part);
        match name {
            "continue" => {
                self.mode = Mode::Continue(Joint::Mark);
                match argument {
                    "" => {}
                    "wrap" => self.steps.push(Step::Wrap("(".into(), ")".into())),
                    _ => match call(argument) {
                        ("join", between) => self.mode = Mode::Continue(Joint::Text(between.into())),
                        (name, _) if names().any(|known| known == name) => self.steps.push(step(argument)?),
                        _ => self.mode = Mode::Continue(Joint::Text(argument.into())),
                    },
                }
            }
            "join" => self.mode = Mode::Join(argument.into()),
            "group" => self.mode = Mode::Group,
            "const" => {
                let (first, value) = match argument.strip_prefix("first:") {
                    Some(value) => (true, value),
                    None => (false, argument),
                };
                self.mode = Mode::Const { value: value.into(), first };
            }
            "" | "trim" => {}
            _ => self.steps.push(step(part)?),
        }
        Ok(())
    }
}

fn step(part: &str) -> Result<Step, String> {
    let (name, argument) = call(part);
    if let Some((_, step)) = PLAIN.iter().find(|(plain, _)| *plain == name) {
        return Ok(step.clone());
    }
    let number = |text: &str| text.trim().parse::<usize>().map_err(|_| format!("{text:?} is no number"));
    Ok(match name {
        "prefix" => Step::Prefix(argument.into()),
        "suffix" => Step::Suffix(argument.into()),
        "wrap" => {
            let (left, right) = argument.split_once(',').ok_or("wrap takes two marks: wrap((,))")?;
            Step::Wrap(left.into(), right.into())
        }
        "split" => Step::Split(match argument.contains('|') {
            true => argument.split('|').map(Into::into).collect(),
            false => vec![argument.into()],
        }),
        "extent" => Step::Extent('1'),
        "accompanying" => Step::Extent('2'),
        "first" => Step::First(number(argument)?),
        "slice" => {
            let (start, len) =
                argument.split_once(',').ok_or("slice takes a start and a number: slice(2,8)")?;
            Step::Slice(number(start)?, number(len)?)
        }
        "map" => Step::Map(argument.into()),
        "flag" => Step::Flag(argument.into()),
        "head" => Step::Head(argument.into()),
        "tail" => Step::Tail(argument.into()),
        "only" => Step::Only(argument.into()),
        "no-stop" => Step::NoStop(argument.into()),
        _ => return Err(unknown("transform", name, names())),
    })
}
