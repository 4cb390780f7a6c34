//! The run over one input after the other.

use std::collections::{BTreeMap, HashSet};

use super::found::Found;
use super::totals::{FileTotals, Totals};
use super::{Baseline, Config, Window};
use crate::check::rules::{NUMBER_DEAD, NUMBER_REPEATED};
use crate::check::{Checker, Fix, Fixes, Link, Links, Numbers, control_number, links_of};
use crate::error::Error;
use crate::finding::{Finding, Rule, Severity, Tally};
use crate::format::descriptor::Format;
use crate::io::{Content, Garbage, Item, Pass, RecordRead, in_batches};
use crate::position::Position;
use crate::record::Record;

/// How many bytes of each piece of garbage are kept to be shown.
const GARBAGE: usize = 48;

/// Validates one input after the other, and counts what is found.
///
/// # Example
/// ```
/// use kartoteka::validate::{Config, Event, Validator};
/// use kartoteka::{Format, open};
///
/// let mut validator = Validator::new(Config::new().jobs(2));
/// let mut places = Vec::new();
/// let mut reader = open("fixtures/findings/L001.mrc")?;
/// validator.input("L001.mrc", Format::Iso2709, &mut reader, &mut |event| {
///     if let Event::Found(found) = event {
///         places.push(format!("{}, {}", found.name(), found.path()));
///     }
///     Ok::<(), kartoteka::Error>(())
/// })?;
/// assert_eq!(places, ["record 2, LDR/5"]);
/// assert_eq!(validator.finish().exit_status(), 0); // a warning
/// # Ok::<(), kartoteka::Error>(())
/// ```
#[derive(Debug)]
pub struct Validator {
    pub(super) config: Config,
    pub(super) wanted: HashSet<Rule>,
    /// How many findings may still be listed.
    left: u64,
    totals: Totals,
    /// The control numbers of the input, if two that are the same are looked for.
    pub(super) numbers: Option<Numbers>,
    /// The control numbers before the next input, which is a part.
    pub(super) before: Option<Numbers>,
    /// The links of the input, if those that lead nowhere are looked for.
    pub(super) links: Option<Links>,
    /// The control numbers of the other parts, if the next input is a part.
    pub(super) others: Option<Links>,
    /// All findings of this run.
    seen: Option<Baseline>,
}

/// What happens during a validation.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A finding that is to be listed.
    Found(&'a Found<'a>),
    /// A finding of the reader, whether it is wanted or not.
    Read(&'a Finding),
    /// The number of records read since the last such event.
    Records(u64),
    /// A record as it is after [repairs](Validator::fix), and whether it was repaired; `None` if nothing of it could be
    /// read.
    Record {
        /// The record.
        record: Option<&'a Record>,
        /// Its bytes in the input.
        raw: &'a [u8],
        /// Whether it is not as it was.
        changed: bool,
    },
    /// A repair that was made in the record whose event comes next.
    Fixed(&'a Fix),
}

/// A record in which something was found, or the end of an input.
pub(super) struct Noted {
    /// `None` if it could not be read.
    pub(super) record: Option<Record>,
    pub(super) raw: Vec<u8>,
    /// Offset of the record in the input.
    pub(super) start: u64,
    pub(super) garbage: Vec<Garbage>,
    /// The findings of the reader, then those of the checks.
    pub(super) findings: Vec<Finding>,
    /// How many of them are the reader's.
    pub(super) of_reader: usize,
    pub(super) unlisted: Vec<(Rule, u64)>,
    /// Whether it is no record, but what comes after the last.
    pub(super) is_rest: bool,
}

/// The control number of a record, and its links.
pub(super) struct Linked {
    /// Offset of the record in the input.
    pub(super) start: u64,
    pub(super) number: Option<Vec<u8>>,
    pub(super) links: Vec<Link>,
}

/// The result of a batch.
#[derive(Default)]
pub(super) struct Part {
    pub(super) records: u64,
    pub(super) unreadable: u64,
    pub(super) noted: Vec<Noted>,
    /// The control number of each record, if they are looked for.
    pub(super) numbers: Option<Vec<(Position, Vec<u8>)>>,
    /// The links of each record, if they are looked for.
    pub(super) links: Option<Vec<Linked>>,
    /// Why reading ended early.
    pub(super) stop: Option<Error>,
}

impl Part {
    /// Reads and checks the records of a batch.
    fn of(mut self, batch: &mut (dyn RecordRead + Send), mut checker: Checker, strict: bool) -> Part {
        let part = &mut self;
        let mut pass = Pass::new(batch).strict(strict).keep_garbage(GARBAGE);
        loop {
            match pass.item() {
                Ok(Some(item)) => part.add(item, &mut checker),
                Ok(None) => return self,
                Err(error) => {
                    part.stop = Some(error);
                    return self;
                }
            }
        }
    }

    #[inline]
    fn add(&mut self, item: Item<'_>, checker: &mut Checker) {
        let is_rest = matches!(item.content, Content::Rest);
        self.records += u64::from(!is_rest);
        let (raw, known) = (item.raw(), item.findings);
        if let (Some(numbers), Content::Record(record)) = (&mut self.numbers, &item.content) {
            numbers.extend(control_number(record).map(|number| (item.position(), number)));
        }
        if let (Some(linked), Content::Record(record)) = (&mut self.links, &item.content) {
            let (start, number) = (item.position().byte, control_number(record));
            linked.push(Linked { start, number, links: links_of(record.view(), raw) });
        }
        let checked = match &item.content {
            Content::Record(record) => checker.check(record.view(), raw, known),
            Content::Rejected { .. } => {
                self.unreadable += 1;
                &[]
            }
            Content::Rest => &[],
        };
        if known.is_empty() && checked.is_empty() && item.unlisted.is_empty() {
            return;
        }
        let mut unlisted = item.unlisted.to_vec();
        let mut findings = known.to_vec();
        findings.extend_from_slice(checked);
        if !checked.is_empty() {
            unlisted.extend_from_slice(checker.unlisted());
        }
        let (of_reader, start) = (known.len(), item.position().byte);
        let garbage = item.garbage.to_vec();
        let record = match item.content {
            Content::Record(record) => Some(std::mem::take(record)),
            _ => None,
        };
        let raw = raw.to_vec();
        self.noted.push(Noted { record, raw, start, garbage, findings, of_reader, unlisted, is_rest });
    }
}

impl Validator {
    /// Makes a validator that has seen nothing yet.
    pub fn new(config: Config) -> Validator {
        let rules = config.rules();
        let totals = Totals {
            files: Vec::new(),
            tally: Tally::default(),
            unlisted: BTreeMap::new(),
            known: 0,
            local: 0,
            fail_on: config.fail_on,
            rules,
            failures: Vec::new(),
            min_records: config.min_records,
            some_records: config.some_records,
            severities: config.severities(),
        };
        let wanted = totals.rules.iter().copied().collect();
        Validator {
            left: config.max_findings,
            config,
            wanted,
            totals,
            numbers: None,
            before: None,
            links: None,
            others: None,
            seen: None,
        }
    }

    /// Collects all findings of the run for [`Validator::seen`], and takes them as known: none is reported.
    #[must_use]
    pub fn collect(mut self) -> Validator {
        self.seen = Some(Baseline::new());
        self
    }

    /// Begins the totals of an input.
    fn begin(&mut self, name: &str, format: Format) {
        let mut file = FileTotals::new(name, Some(format));
        for own in self.config.overrides.iter().filter(|own| own.has(name)) {
            file.severities.extend(own.severities.clone());
        }
        self.totals.files.push(file);
        let before = self.before.take();
        self.numbers = self.wanted.contains(&NUMBER_REPEATED).then(|| before.unwrap_or_default());
        let others = self.others.take();
        self.links = self.wanted.contains(&NUMBER_DEAD).then(|| others.unwrap_or_default());
    }

    /// An empty part, for a batch of records.
    fn part(&self) -> Part {
        let (numbers, links) = (self.numbers.is_some(), self.links.is_some());
        Part { numbers: numbers.then(Vec::new), links: links.then(Vec::new), ..Part::default() }
    }

    fn checker(&self, format: Format) -> Checker {
        let Config { limit, dialect, schema, .. } = &self.config;
        Checker::by(*limit, *dialect, format, schema.as_ref()).only(|rule| self.wanted.contains(&rule))
    }

    /// Reads an input to its end as [`Validator::input`] does, on this thread, and repairs what can be repaired of the
    /// findings that are looked for. Reported and counted is what remains.
    ///
    /// # Errors
    /// As [`Validator::input`].
    pub fn fix<E: From<Error>>(
        &mut self,
        name: &str,
        format: Format,
        reader: &mut dyn RecordRead,
        fixes: Fixes,
        watch: &mut dyn FnMut(Event<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        self.begin(name, format);
        let mut checker = self.checker(format);
        let mut pass = Pass::new(reader).strict(self.config.strict).keep_garbage(GARBAGE);
        while let Some(mut item) = pass.item()? {
            let (raw, start, mut changed) = (item.raw(), item.position().byte, false);
            if let Content::Record(record) = &mut item.content {
                let mut found = checker.check(record.view(), raw, item.findings).to_vec();
                found.retain(|finding| self.is_wanted(finding));
                if !found.is_empty() && !self.config.ignores.is_empty() {
                    let noted = Noted {
                        record: Some(std::mem::take(*record)),
                        raw: raw.to_vec(),
                        start,
                        garbage: Vec::new(),
                        findings: Vec::new(),
                        of_reader: 0,
                        unlisted: Vec::new(),
                        is_rest: false,
                    };
                    found.retain(|finding| !self.is_ignored(&self.found(finding, &noted, (name, format))));
                    **record = noted.record.unwrap_or_default();
                }
                if !found.is_empty() {
                    let fixed = checker.fix(record, &found, fixes);
                    changed = !fixed.is_empty();
                    fixed.iter().map(Event::Fixed).try_for_each(&mut *watch)?;
                }
            }
            match &item.content {
                Content::Record(record) => watch(Event::Record { record: Some(record), raw, changed })?,
                Content::Rejected { .. } => watch(Event::Record { record: None, raw, changed })?,
                Content::Rest => {}
            }
            let mut part = self.part();
            part.add(item, &mut checker);
            self.report(&mut part, (name, format), watch)?;
        }
        self.find_dead((name, format), watch)
    }

    /// Reads an input to its end, and gives `watch` each event, in the order of the input.
    ///
    /// # Errors
    /// If the input cannot be read on, or is malformed and the configuration strict: see [`Validator::fail`]; and the
    /// error of `watch`.
    pub fn input<E: From<Error>>(
        &mut self,
        name: &str,
        format: Format,
        reader: &mut dyn RecordRead,
        watch: &mut dyn FnMut(Event<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        self.begin(name, format);
        let (limit, dialect, strict) = (self.config.limit, self.config.dialect, self.config.strict);
        let (wanted, has_numbers, has_links) =
            (self.wanted.clone(), self.numbers.is_some(), self.links.is_some());
        let schema = self.config.schema.clone();
        let work = |batch: &mut (dyn RecordRead + Send)| {
            let checker =
                Checker::by(limit, dialect, format, schema.as_ref()).only(|rule| wanted.contains(&rule));
            let (numbers, links) = (has_numbers.then(Vec::new), has_links.then(Vec::new));
            Part { numbers, links, ..Part::default() }.of(batch, checker, strict)
        };
        in_batches(reader, self.config.jobs, work, |mut part: Part| {
            self.report(&mut part, (name, format), watch)?;
            part.stop.map_or(Ok(()), |error| Err(E::from(error)))
        })?;
        self.find_dead((name, format), watch)
    }

    /// Reports and counts what came of a batch.
    fn report<E>(
        &mut self,
        part: &mut Part,
        (name, format): (&str, Format),
        watch: &mut dyn FnMut(Event<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        watch(Event::Records(part.records))?;
        self.find_repeated(part);
        self.note_links(part);
        for noted in &part.noted {
            let of_reader = noted.findings.iter().take(noted.of_reader);
            of_reader.map(Event::Read).try_for_each(&mut *watch)?;
            self.list(noted, (name, format), watch)?;
        }
        if let Some(file) = self.totals.files.last_mut() {
            file.records += part.records;
            file.unreadable += part.unreadable;
        }
        Ok(())
    }

    /// Whether a finding is looked for, as far as rule and element tell.
    fn is_wanted(&self, finding: &Finding) -> bool {
        let (rule, place) = (finding.rule, &finding.location);
        let Config { selected, profile, ignored, .. } = &self.config;
        self.wanted.contains(&rule)
            && (selected.is_empty() || selected.iter().chain(profile).any(|choice| choice.has(rule, place)))
            && !ignored.iter().any(|choice| choice.has(rule, place))
    }

    /// Notes an input that could not be opened.
    pub fn missing(&mut self, name: &str, why: &str) {
        self.totals.files.push(FileTotals::new(name, None));
        self.fail(why);
    }

    /// Notes why the last input could not be read, or not to its end.
    pub fn fail(&mut self, why: &str) {
        if let Some(file) = self.totals.files.last_mut() {
            file.failure = Some(why.to_owned());
        }
        self.totals.failures.push(why.to_owned());
    }

    /// Returns the totals so far.
    pub fn totals(&self) -> &Totals {
        &self.totals
    }

    /// Returns the totals.
    pub fn finish(self) -> Totals {
        self.totals
    }

    /// Returns all findings of the run as a baseline, if they were [collected](Validator::collect).
    pub fn seen(&self) -> Option<&Baseline> {
        self.seen.as_ref()
    }

    /// Returns what of the baseline was not found again.
    pub fn gone(&self) -> &Baseline {
        &self.config.baseline
    }

    /// Counts the findings in a record, and lists those for which there is room.
    pub(super) fn list<E>(
        &mut self,
        noted: &Noted,
        (name, format): (&str, Format),
        watch: &mut dyn FnMut(Event<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let before = self.totals.tally.at_least(Severity::Note);
        for finding in noted.findings.iter().filter(|finding| self.wanted.contains(&finding.rule)) {
            let found = self.found(finding, noted, (name, format));
            if self.is_ignored(&found) {
                continue;
            }
            if self.config.is_local(finding.rule, &finding.location) {
                self.totals.local += 1;
                continue;
            }
            let is_known = match &mut self.seen {
                Some(seen) => {
                    seen.add(&found);
                    true
                }
                None => self.config.baseline.take(&found),
            };
            if is_known {
                self.totals.known += 1;
                continue;
            }
            self.totals.tally.add(finding);
            if let Some(file) = self.totals.files.last_mut() {
                file.tally.add(finding);
            }
            if self.left == 0 {
                let count = self.totals.unlisted.entry(finding.rule).or_default();
                *count += 1;
                continue;
            }
            self.left -= 1;
            watch(Event::Found(&found))?;
        }
        self.count(&noted.unlisted, name);
        let some = !noted.is_rest && self.totals.tally.at_least(Severity::Note) > before;
        if let Some(file) = self.totals.files.last_mut() {
            file.with_findings += u64::from(some);
        }
        Ok(())
    }

    fn found<'a>(
        &self,
        finding: &'a Finding,
        noted: &'a Noted,
        (file, format): (&'a str, Format),
    ) -> Found<'a> {
        let location = &finding.location;
        let bytes = (noted.raw.as_slice(), noted.start);
        let window = Window::new(location, format, noted.record.as_ref(), bytes, &noted.garbage);
        let is_between = !noted.is_rest && location.file.is_none() && location.byte < noted.start;
        let record = noted.record.as_ref().filter(|_| !is_between);
        let file_totals = self.totals.files.last();
        let severity = file_totals.map(|file| self.totals.severity_in(file, finding.rule));
        let (raw, start) = (bytes.0, noted.start);
        let severity = severity.unwrap_or(finding.severity());
        Found { file, format, finding, severity, record, window, raw, start, is_between }
    }

    fn is_ignored(&self, found: &Found<'_>) -> bool {
        !self.is_wanted(found.finding) || self.config.ignores.iter().any(|ignore| ignore.has(found))
    }

    /// Counts findings that nobody listed.
    pub(super) fn count(&mut self, unlisted: &[(Rule, u64)], name: &str) {
        for &(rule, more) in unlisted.iter().filter(|(rule, _)| self.wanted.contains(rule)) {
            let known = match &mut self.seen {
                Some(seen) => {
                    seen.add_count(rule, name, more);
                    more
                }
                None => self.config.baseline.take_count(rule, name, more),
            };
            self.totals.known += known;
            let more = more - known;
            if more == 0 {
                continue;
            }
            self.totals.tally.add_unlisted(&[(rule, more)]);
            if let Some(file) = self.totals.files.last_mut() {
                file.tally.add_unlisted(&[(rule, more)]);
            }
            let count = self.totals.unlisted.entry(rule).or_default();
            *count += more;
        }
    }
}
