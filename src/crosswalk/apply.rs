//! Runs a compiled map over a record.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::account::Account;
use super::compile::{From, Line, Scope, To};
use super::rule::Family;
use super::rules::{NO_TITLE, PARENT_NOT_FOUND, VALUE_JOINED, VALUE_NOT_UNDERSTOOD, VALUE_REFUSED};
use super::source::{End, Occurrence};
use super::state::{Event, Run};
use super::target::{Put, Target};
use super::transform::{Around, Mode, Transformed};
use super::{OnLoss, fixed, items, tables, write};
use crate::finding::{Finding, Findings, Rule};
use crate::position::Location;
use crate::record::Record;
use crate::tag::Tag;

/// What a step may ask, at one field.
struct At<'a, 'r> {
    run: &'a Run<'a, 'r>,
    field: &'a Occurrence<'r>,
    /// Index of the value; `u32::MAX` for none.
    value: u32,
}

impl Around for At<'_, '_> {
    fn sibling(&self, code: char) -> Option<&str> {
        let program = &self.run.converter.crosswalk.program;
        let is_unit = program.units.contains(&(self.field.field.tag(), code));
        let value = self.run.source.value(self.field, code).filter(|_| is_unit)?;
        Some(value.text.trim())
    }

    fn indicator(&self, which: usize) -> u8 {
        self.field.field.indicators().get(which.saturating_sub(1)).copied().unwrap_or(b' ')
    }

    fn follows(&self) -> Option<char> {
        let index = self.value as usize;
        let range = index.checked_add(1)?..self.field.values.end;
        let rest = self.run.source.values.get(range)?.iter().filter(|value| value.has_text());
        rest.map(|value| value.code).find(char::is_ascii_alphabetic)
    }

    fn parent(&self, key: &str) -> Option<String> {
        self.run.converter.parents.and_then(|parents| parents.title(key)).map(ToOwned::to_owned)
    }

    fn look_up(&self, table: &str, code: &str) -> Option<Cow<'_, str>> {
        if let Some(value) = self.run.converter.table(table).and_then(|table| table.get(code)) {
            return Some(Cow::Borrowed(value));
        }
        tables::look_up(table, code).map(Cow::Borrowed)
    }

    fn number_prefix(&self) -> &str {
        self.run.converter.option("prefix").unwrap_or("IRBIS")
    }

    fn word<'w>(&'w self, word: &'w str) -> &'w str {
        let table = match self.run.converter.option("notes") {
            Some("en") => "notes-en",
            _ => return word,
        };
        tables::look_up(table, word.trim()).unwrap_or(word)
    }
}

impl Run<'_, '_> {
    /// Converts the record. `None` if it is rejected.
    pub(crate) fn convert(
        mut self,
        findings: &mut Findings,
        out: &mut Record,
        reached: &mut [bool],
    ) -> Option<Account> {
        if self.report_kind(findings) {
            return None;
        }
        self.restore();
        let events = self.events();
        self.make(&events, findings);
        self.rest();
        self.report_odd(findings);
        let leader = fixed::build(&mut self);
        if self.facts.profiles.iter().any(|profile| profile == "koha") {
            items::complete(&mut self);
        }
        self.finish_fields();
        let title = if self.converter.crosswalk.map.target == Family::Marc21 { b"245" } else { b"200" };
        if !self.targets.iter().any(|target| target.tag == Tag::new(*title)) {
            if self.is_of_no_base(findings) {
                return None;
            }
            say_of_record(findings, NO_TITLE, "the record has no title".to_owned(), "none made up");
        }
        let account = self.account();
        for value in &self.source.values {
            if let Some(reached) = reached.get_mut(value.rule as usize) {
                *reached = true;
            }
        }
        if account.lost > 0 && self.converter.options.on_loss == OnLoss::Fail {
            return None;
        }
        write::write(&mut self, leader, out, findings);
        Some(account)
    }

    /// Says which values no rule could take that names them.
    fn report_odd(&mut self, findings: &mut Findings) {
        let mut odd = std::mem::take(&mut self.odd);
        odd.sort_unstable();
        odd.dedup_by_key(|(index, _)| *index);
        for (index, line) in odd {
            let action = match self.source.values.get(index).map(|value| value.end) {
                Some(End::Kept) => "carried along in 886",
                Some(End::Dropped) => "left out",
                _ => continue,
            };
            let at = self.source.fields.partition_point(|field| field.values.end <= index);
            if let (Some(field), Some(value)) = (self.source.fields.get(at), self.source.values.get(index)) {
                self.say_odd(findings, field, &value.text, line, action);
            }
        }
    }

    fn say_odd(
        &self,
        findings: &mut Findings,
        field: &Occurrence<'_>,
        text: &str,
        line: u32,
        action: &'static str,
    ) {
        let rule = self.converter.crosswalk.map.rules.get(line as usize).map_or("", |rule| &*rule.id);
        let shown: String = text.trim().chars().take(40).collect();
        let message = format!("{shown:?} is not what the rule {rule} takes");
        say(findings, VALUE_NOT_UNDERSTOOD, (field.field.tag(), field.field.index()), message, action);
    }

    /// Finds which rules take which values; those that only fill places are accounted for here.
    fn events(&mut self) -> Vec<Event> {
        let program = &self.converter.crosswalk.program;
        let mut events = Vec::with_capacity(self.source.values.len());
        let mut placed: Vec<(usize, End, u32)> = Vec::new();
        let mut odd = Vec::new();
        let mut made = Transformed::default();
        for (field, number) in self.source.fields.iter().zip(0u32..) {
            let Some(of_tag) = program.of_tag(field.field.tag()) else { continue };
            let event = |at: u32, line: &Line, value: u32| Event {
                group: line.group,
                number: match line.scope {
                    Scope::Occurrence => field.number,
                    Scope::Each => value,
                    Scope::Record => 0,
                },
                run: line.run,
                field: number,
                block: line.block,
                value,
                line: at,
            };
            for &at in &of_tag.takes {
                let Some(line) = program.line(at) else { continue };
                if line.from == From::Rest {
                    continue; // MARC-shaped fields of imports: no rule takes their values, and they are carried along
                }
                if line.when.holds(&self.source, &self.facts, field, None) {
                    events.push(event(at, line, u32::MAX));
                }
            }
            for index in field.values.clone() {
                let Some(value) = self.source.values.get(index).filter(|value| value.has_text()) else {
                    continue;
                };
                let Some((_, lines)) = of_tag.by_code.iter().find(|(code, _)| *code == value.code) else {
                    continue;
                };
                for &at in lines {
                    let Some(line) = program.line(at) else { continue };
                    if value.inner != line.from_inner
                        || !line.when.holds(&self.source, &self.facts, field, Some((index, value)))
                    {
                        continue;
                    }
                    match line.to {
                        To::Place if line.is_use => placed.push((index, End::Used, at)),
                        To::Place => {
                            let around = At { run: self, field, value: u32::MAX };
                            line.transform.run(&value.text, &around, &mut made);
                            match made.texts.is_empty() {
                                true => odd.push((index, at)),
                                false => placed.push((index, End::Mapped, at)),
                            }
                        }
                        To::Field(_) => {
                            events.push(event(at, line, u32::try_from(index).unwrap_or(u32::MAX)))
                        }
                        To::Via | To::Dropped | To::Kept => {}
                    }
                }
            }
        }
        for (index, end, line) in placed {
            self.end(index, end, line);
        }
        self.odd = odd;
        events.sort_unstable();
        events
    }

    fn make(&mut self, events: &[Event], findings: &mut Findings) {
        let mut open: Option<(u32, u32, usize)> = None;
        let mut made = Transformed::default();
        for event in events {
            let Some(line) = self.converter.crosswalk.program.line(event.line) else { continue };
            if open.is_none_or(|(group, number, _)| (group, number) != (event.group, event.number)) {
                open = Some((event.group, event.number, usize::MAX));
            }
            let target = match (open, line.scope) {
                (Some((.., target)), Scope::Occurrence | Scope::Record) => target,
                (Some((.., target)), Scope::Each) if matches!(line.transform.mode, Mode::Const { .. }) => {
                    target
                }
                _ => usize::MAX,
            };
            if let (Mode::Const { .. }, Scope::Each) = (&line.transform.mode, line.scope) {
                continue;
            }
            let target = self.run_line((event, line), target, &mut made, findings);
            open = Some((event.group, event.number, target));
        }
        self.constants_of_each(events);
        self.targets.retain(|target| !target.is_empty());
    }

    /// Adds the constants of groups `each:X` to all their fields.
    fn constants_of_each(&mut self, events: &[Event]) {
        let program = &self.converter.crosswalk.program;
        let mut by_group: HashMap<u32, Vec<(&Line, &str, Tag)>> = HashMap::new();
        let mut seen = HashSet::new();
        for event in events {
            let Some(line) = program.line(event.line).filter(|line| line.scope == Scope::Each) else {
                continue;
            };
            let Mode::Const { value, .. } = &line.transform.mode else { continue };
            let Some(field) = self.source.fields.get(event.field as usize) else { continue };
            if seen.insert((event.line, field.field.tag())) {
                by_group.entry(line.group).or_default().push((line, &**value, field.field.tag()));
            }
        }
        if by_group.is_empty() {
            return;
        }
        for target in &mut self.targets {
            let group = program.line(target.line).and_then(|made| by_group.get(&made.group));
            for (line, value, source) in group.into_iter().flatten() {
                let code = line.code.unwrap_or('2');
                if target.source == *source && target.text(code).is_none() {
                    target.put(line, code, (*value).to_owned(), "");
                }
            }
        }
    }

    /// Runs one rule on one value; returns the field that is open then.
    fn run_line(
        &mut self,
        (event, line): (&Event, &Line),
        mut target: usize,
        made: &mut Transformed,
        findings: &mut Findings,
    ) -> usize {
        let Some(field) = self.source.fields.get(event.field as usize) else { return target };
        let at = At { run: self, field, value: event.value };
        let mut odd = None;
        match line.from {
            From::Const => {
                let Mode::Const { value, .. } = &line.transform.mode else { return target };
                let value = match &**value {
                    "{n}" => field.number.to_string(),
                    "{thesaurus}" => {
                        let code = char::from(at.indicator(2)).to_string();
                        tables::look_up("thesaurus-uni", &code).unwrap_or_default().to_owned()
                    }
                    "{catlang}" => fixed::language_of_cataloguing(&self.source),
                    value => at.word(value).to_owned(),
                };
                made.set(value);
            }
            From::All => {
                let text = field.field.raw_text().to_str_lossy();
                line.transform.run(&text, &at, made);
            }
            _ => {
                let Some(value) = self.source.values.get(event.value as usize) else { return target };
                line.transform.run(&value.text, &at, made);
                if line.asks_parents && at.parent(value.text.trim()).is_none() {
                    let message = format!("no record with the number {:?}", value.text.trim());
                    let place = (field.field.tag(), field.field.index());
                    say(findings, PARENT_NOT_FOUND, place, message, "number in square brackets");
                }
                if made.as_it_stands {
                    let action = "taken as it stands";
                    self.say_odd(findings, field, &value.text, event.line, action);
                } else if made.texts.is_empty() {
                    odd = Some((event.value as usize, event.line));
                }
            }
        }
        self.odd.extend(odd);
        let spelled = self.source.values.get(event.value as usize).map(|value| value.code);
        let code = made.code.or(line.code).or(spelled).unwrap_or('a');
        let (tag, index) = (field.field.tag(), field.field.index());
        let single_inside = line.single[1];
        let mut written = false;
        for text in made.texts.drain(..) {
            if target == usize::MAX || line.scope == Scope::Each {
                target = self.targets.len();
                match self.open(event, line) {
                    Some(new) => self.targets.push(new),
                    None => return usize::MAX,
                }
            }
            let Some(open) = self.targets.get_mut(target) else { continue };
            let is_const = matches!(line.transform.mode, Mode::Const { .. });
            if !is_const && (open.is_empty() || open.line > event.line) && !open_by_value(open) {
                open.line = event.line;
                open.source = tag;
            }
            match open.put(line, code, text, single_inside) {
                Put::Written => written = true,
                Put::Joined => {
                    written = true;
                    let to = format!("{}${code} may not repeat", open.tag);
                    say(findings, VALUE_JOINED, (tag, index), to, "joined with \"; \"");
                }
                Put::Refused => {
                    say(
                        findings,
                        VALUE_REFUSED,
                        (tag, index),
                        format!("{} is there already", open.tag),
                        "kept",
                    );
                }
            }
        }
        if written {
            match line.from {
                From::All => {
                    let values =
                        self.source.fields.get(event.field as usize).map(|field| field.values.clone());
                    for value in values.unwrap_or_default() {
                        self.end(value, End::Mapped, event.line);
                    }
                }
                From::Const => {}
                _ => self.end(event.value as usize, End::Mapped, event.line),
            }
        }
        target
    }
}

/// Whether the field was opened by a value, not by a constant.
fn open_by_value(target: &Target) -> bool {
    !target.is_empty()
}

pub(super) fn say(
    findings: &mut Findings,
    rule: Rule,
    (tag, index): (Tag, usize),
    message: String,
    action: &'static str,
) {
    let mut location = Location::of(findings.record());
    location.tag = Some(tag);
    location.field = u32::try_from(index).ok();
    findings.push(Finding::new(rule, location, message, action));
}

pub(super) fn say_of_record(findings: &mut Findings, rule: Rule, message: String, action: &'static str) {
    findings.push(Finding::new(rule, Location::of(findings.record()), message, action));
}
