//! What is done when all rules have run: the rest kept or dropped, fields put in order, values counted.

use std::collections::{BTreeMap, HashSet};

use super::OnLoss;
use super::account::{Account, Entry};
use super::compile::{From, Indicator, To};
use super::rule::Family;
use super::source::{End, HEAD, Occurrence};
use super::state::Run;
use super::target::Target;
use crate::tag::Tag;

impl Run<'_, '_> {
    /// Keeps or drops what nothing took.
    pub(super) fn rest(&mut self) {
        let program = &self.converter.crosswalk.program;
        let mut ends = Vec::new();
        let mut whole = Vec::new();
        for field in &self.source.fields {
            let of_tag = program.of_tag(field.field.tag());
            let mut rest = of_tag.map(|of_tag| of_tag.rest.iter()).unwrap_or_default();
            whole.push(rest.any(|at| {
                program.line(*at).is_some_and(|line| {
                    (line.from, line.to) == (From::All, To::Kept)
                        && line.when.holds(&self.source, &self.facts, field, None)
                })
            }));
            for index in field.values.clone() {
                let Some(value) = self.source.values.get(index).filter(|value| value.end == End::Open) else {
                    continue;
                };
                let rules = of_tag.map(|of_tag| of_tag.rest.as_slice()).unwrap_or_default();
                let holds = |at: &u32, named: bool| {
                    program.line(*at).is_some_and(|line| {
                        let takes = match line.from {
                            From::Code(code) => named && code == value.code && value.inner == line.from_inner,
                            From::Rest => !named,
                            _ => false,
                        };
                        takes && line.when.holds(&self.source, &self.facts, field, Some((index, value)))
                    })
                };
                let found = rules
                    .iter()
                    .find(|at| holds(at, true))
                    .or_else(|| rules.iter().find(|at| holds(at, false)));
                let at = found.copied().unwrap_or(program.any);
                let end = match program.line(at).map(|line| line.to) {
                    Some(To::Dropped) => End::Dropped,
                    _ if at == program.any && self.converter.options.on_loss == OnLoss::Allow => End::Dropped,
                    _ => End::Kept,
                };
                ends.push((index, end, at));
            }
        }
        for (index, end, line) in ends {
            self.end(index, end, line);
        }
        for (field, whole) in self.source.fields.iter_mut().zip(whole) {
            field.whole = whole;
        }
    }

    /// Late indicators, brackets, equal names, order.
    pub(super) fn finish_fields(&mut self) {
        for target in &mut self.targets {
            target.finish();
        }
        self.drop_said_twice();
        let main = self.targets.iter().any(|target| matches!(target.tag.number(), Some(100..=199)));
        let is_marc21 = self.converter.crosswalk.map.target == Family::Marc21;
        for target in &mut self.targets {
            for place in 0..2 {
                let set = match target.late.get(place).copied().flatten() {
                    Some(Indicator::Main) => main,
                    Some(Indicator::Comma) if is_marc21 => target.text('a').is_some_and(|a| a.contains(',')),
                    Some(Indicator::Comma) => target.text('b').is_some(),
                    _ => continue,
                };
                if let Some(byte) = target.indicators.get_mut(place) {
                    *byte = b'0' + u8::from(set);
                }
            }
        }
        let mut ranks: BTreeMap<(Tag, Tag), u32> = BTreeMap::new();
        for target in &self.targets {
            let rank = ranks.entry((target.tag, target.source)).or_insert(target.line);
            *rank = (*rank).min(target.line);
        }
        let rank = |target: &Target| ranks.get(&(target.tag, target.source)).copied().unwrap_or_default();
        self.targets.sort_by_cached_key(|target| (target.tag, rank(target), target.occurrence, target.line));
        if self.converter.crosswalk.map.source == Family::Irbis {
            self.drop_equal_names(is_marc21);
        }
    }

    /// Writes equal headings once: the first stays. IRBIS has names of a set and of a volume apart; in MARC each field is meant.
    fn drop_equal_names(&mut self, is_marc21: bool) {
        let kind = |target: &Target| match (is_marc21, target.tag.number()) {
            (true, Some(100 | 700)) | (false, Some(700..=702)) => 1u8,
            (true, Some(110 | 710)) | (false, Some(710..=712)) => 2,
            (true, Some(111 | 711)) => 3,
            _ => 0,
        };
        if self.targets.iter().filter(|target| kind(target) > 0).nth(1).is_none() {
            return;
        }
        let mut seen: HashSet<(u8, Vec<(char, &str)>)> = HashSet::new();
        let mut stays = Vec::with_capacity(self.targets.len());
        for target in &self.targets {
            let kind = kind(target);
            let is_heading = kind > 0 && target.text('t').is_none();
            stays.push(!is_heading || seen.insert((kind, target.heading())));
        }
        let mut stays = stays.into_iter();
        self.targets.retain(|_| stays.next() != Some(false));
    }

    pub(super) fn account(&self) -> Account {
        let mut account = Account::default();
        let rules = &self.converter.crosswalk.map.rules;
        for field in &self.source.fields {
            for value in self.source.values_of(field) {
                let (count, list) = match value.end {
                    End::Mapped => (&mut account.values.mapped, None),
                    End::Used => (&mut account.values.used, None),
                    End::Empty => (&mut account.values.empty, None),
                    End::Kept | End::Open => (&mut account.values.kept, Some(&mut account.kept)),
                    End::Dropped => (&mut account.values.dropped, Some(&mut account.dropped)),
                };
                *count += 1;
                if value.rule == self.converter.crosswalk.program.any && value.end == End::Dropped {
                    account.lost += 1;
                }
                if value.rule == self.converter.crosswalk.program.any
                    && self.converter.options.on_loss == OnLoss::Fail
                    && value.end == End::Kept
                {
                    account.lost += 1;
                }
                let Some(list) = list.filter(|_| self.converter.options.list) else { continue };
                list.push(Entry {
                    path: path(field, value.code),
                    value: value.text.trim().to_owned(),
                    rule: rules.get(value.rule as usize).map(|rule| rule.id.clone()).unwrap_or_default(),
                });
            }
        }
        account
    }
}

/// The path of a value: `910[2]$g`, `60` for head text.
fn path(field: &Occurrence<'_>, code: char) -> String {
    let tag = field.field.tag();
    let number = if field.number > 1 { format!("[{}]", field.number - 1) } else { String::new() };
    match code {
        HEAD => format!("{tag}{number}"),
        code => format!("{tag}{number}${code}"),
    }
}
