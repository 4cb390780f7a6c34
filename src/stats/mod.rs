//! Statistics of a file: its fields and subfields, their frequency and length, and samples of their values.

mod draw;
mod frequencies;
mod reservoir;
mod values;

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use self::draw::Draw;
pub use self::frequencies::Frequencies;
pub use self::reservoir::Reservoir;
use self::values::Values;
use crate::record::{FieldRef, RecordRef, Text};
use crate::tag::Tag;

/// The most distinct tags counted; damaged files can contain any number.
const MOST_TAGS: usize = 20_000;
/// Longer values, in bytes, are not counted individually.
const LONGEST_COUNTED: usize = 256;
/// The longest sample, in characters.
const LONGEST_SAMPLE: usize = 200;

/// Statistics over records, added one by one, in memory that does not grow with their number.
///
/// Two of them can be [merged](Stats::merge): the result does not depend on how the records were divided.
///
/// # Example
/// ```
/// use kartoteka::{RecordRead, Stats, StatsOptions, Tag, open};
///
/// let mut stats = Stats::new(StatsOptions::new().samples(2).seed(7));
/// for record in open("fixtures/iso2709/marc21.mrc")?.records() {
///     stats.add(record?.view());
/// }
/// assert_eq!((stats.records(), stats.fields()), (8, 95));
/// let title = stats.elements().find(|row| row.tag == Tag::new(*b"245") && row.code == Some('a')).unwrap();
/// assert_eq!((title.records, title.occurrences, title.most), (8, 8, 1));
/// assert_eq!(title.samples.len(), 2);
/// # Ok::<(), kartoteka::Error>(())
/// ```
///
/// UNIMARC and IRBIS the same way:
/// ```
/// use kartoteka::{RecordRead, Stats, StatsOptions, Tag, open};
///
/// for (file, records, with_title) in [("iso2709/unimarc.mrc", 4, 4), ("irbis/export.txt", 6, 5)] {
///     let mut stats = Stats::new(StatsOptions::new());
///     for record in open(format!("fixtures/{file}"))?.records() {
///         stats.add(record?.view());
///     }
///     assert_eq!(stats.records(), records);
///     let is_title = |tag: Tag, code: Option<char>| tag.number() == Some(200) && code == Some('a');
///     let title = stats.elements().find(|row| is_title(row.tag, row.code)).unwrap();
///     assert_eq!(title.records, with_title);
/// }
/// # Ok::<(), kartoteka::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Stats {
    options: StatsOptions,
    records: u64,
    fields: u64,
    subfields: u64,
    /// Number of fields whose tags exceed the most that are counted.
    unlisted: u64,
    input: u64,
    index: HashMap<Tag, usize>,
    tags: Vec<TagCounts>,
}

/// What is counted besides fields and subfields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct StatsOptions {
    /// Number of values of each element kept as samples.
    pub samples: usize,
    /// Seed of the random choice of samples.
    pub seed: u64,
    /// Number of the most frequent values of each element to count.
    pub values: usize,
}

impl Default for StatsOptions {
    fn default() -> StatsOptions {
        StatsOptions { samples: 3, seed: 0, values: 0 }
    }
}

impl StatsOptions {
    /// Returns the defaults of each setter.
    pub fn new() -> StatsOptions {
        StatsOptions::default()
    }

    /// Sets how many values of each element are kept as samples, drawn at random with equal chances. Default:
    /// 3.
    #[must_use]
    pub fn samples(mut self, samples: usize) -> StatsOptions {
        self.samples = samples;
        self
    }

    /// Sets the seed of the draw: the same seed over the same input draws the same samples. Default: 0.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> StatsOptions {
        self.seed = seed;
        self
    }

    /// Sets how many of the most frequent values of each element are counted. Default: 0, none.
    ///
    /// The counts are exact while an element has no more than a few hundred distinct values; beyond that they
    /// are lower bounds, and [`Element::values_missed`] gives the greatest possible error.
    #[must_use]
    pub fn values(mut self, values: usize) -> StatsOptions {
        self.values = values;
        self
    }
}

#[derive(Debug, Clone)]
struct TagCounts {
    tag: Tag,
    whole: Counts,
    /// One more than the index in `codes` of the counts of an ASCII code; 0 if it was not seen.
    ascii: Box<[u16; 128]>,
    codes: Vec<(char, Counts)>,
}

/// The counts of a field or subfield.
#[derive(Debug, Clone)]
struct Counts {
    records: u64,
    occurrences: u64,
    most: u32,
    shortest: u32,
    longest: u32,
    /// Occurrences in the current record or field.
    now: u32,
    last_record: u64,
    last_place: u64,
    samples: Vec<(u64, String)>,
    values: Values,
}

impl Default for Counts {
    fn default() -> Counts {
        Counts {
            records: 0,
            occurrences: 0,
            most: 0,
            shortest: u32::MAX,
            longest: 0,
            now: 0,
            last_record: u64::MAX,
            last_place: u64::MAX,
            samples: Vec::new(),
            values: Values::default(),
        }
    }
}

/// A row of [`Stats::elements`]: a field, or a subfield of it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Element<'s> {
    /// The tag of the field.
    pub tag: Tag,
    /// The code of the subfield, in lower case if case is ignored; `None` for the field itself.
    pub code: Option<char>,
    /// Number of records that contain it.
    pub records: u64,
    /// Number of occurrences.
    pub occurrences: u64,
    /// Greatest number of occurrences: of a field in one record, of a subfield in one field.
    pub most: u32,
    /// Length of the shortest value, in characters. For fields with subfields: of the text before them.
    pub shortest: u32,
    /// Length of the longest value, in characters.
    pub longest: u32,
    /// Some values, drawn at random; long ones are truncated.
    pub samples: Vec<&'s str>,
    /// The most frequent values, and their counts.
    pub values: Vec<(&'s str, u64)>,
    /// The greatest possible error of the counts of values; values rarer than this may be missing.
    pub values_missed: u64,
}

impl Default for Stats {
    /// Creates empty statistics with the default options.
    fn default() -> Stats {
        Stats::new(StatsOptions::new())
    }
}

impl Stats {
    /// Creates empty statistics.
    pub fn new(options: StatsOptions) -> Stats {
        Stats {
            options,
            records: 0,
            fields: 0,
            subfields: 0,
            unlisted: 0,
            input: 0,
            index: HashMap::new(),
            tags: Vec::new(),
        }
    }

    /// Sets the number of the input to which the next records belong, so that samples do not depend on the
    /// order in which inputs are read.
    pub fn begin_input(&mut self, input: u64) {
        self.input = input;
    }

    /// Returns the number of records.
    pub fn records(&self) -> u64 {
        self.records
    }

    /// Returns the number of fields, control fields included.
    pub fn fields(&self) -> u64 {
        self.fields
    }

    /// Returns the number of subfields.
    pub fn subfields(&self) -> u64 {
        self.subfields
    }

    /// Returns the number of fields that were counted only in total, because there are more than 20,000
    /// distinct tags.
    pub fn unlisted(&self) -> u64 {
        self.unlisted
    }

    /// Counts the elements of a record.
    ///
    /// # Cost
    /// One pass over the record. Allocates only for samples, and for values if they are counted.
    pub fn add(&mut self, record: RecordRef<'_>) {
        let mut draw = Draw::new(self.options.seed, self.input, record.position().record);
        let this = self.records;
        self.records += 1;
        let options = self.options;
        for field in record.fields() {
            self.fields += 1;
            let Some(at) = self.tag(field.tag()) else {
                self.unlisted += 1;
                self.subfields += field.subfields().count() as u64;
                continue;
            };
            let Some(counts_of_tag) = self.tags.get_mut(at) else { continue };
            self.subfields += counts_of_tag.add(field, (this, self.fields), &mut draw, options);
        }
    }

    /// Returns the index of the counts of a tag; `None` if there are too many tags.
    #[inline]
    fn tag(&mut self, tag: Tag) -> Option<usize> {
        if let Some(at) = self.index.get(&tag) {
            return Some(*at);
        }
        let at = self.tags.len();
        if at >= MOST_TAGS {
            return None;
        }
        self.index.insert(tag, at);
        self.tags.push(TagCounts {
            tag,
            whole: Counts::default(),
            ascii: Box::new([0; 128]),
            codes: Vec::new(),
        });
        Some(at)
    }

    /// Adds the counts of other records.
    pub fn merge(&mut self, other: Stats) {
        self.records += other.records;
        self.fields += other.fields;
        self.subfields += other.subfields;
        self.unlisted += other.unlisted;
        let options = self.options;
        for counts_of_tag in other.tags {
            let Some(at) = self.tag(counts_of_tag.tag) else {
                self.unlisted += counts_of_tag.whole.occurrences;
                continue;
            };
            let Some(ours) = self.tags.get_mut(at) else { continue };
            ours.whole.merge(counts_of_tag.whole, options);
            for (code, counts) in counts_of_tag.codes {
                if let Some(known) = ours.code(code) {
                    known.merge(counts, options);
                }
            }
        }
    }

    /// Returns the fields, sorted by tag, each followed by its subfields, sorted by code.
    pub fn elements(&self) -> impl Iterator<Item = Element<'_>> + '_ {
        let sorted: BTreeMap<Tag, &TagCounts> =
            self.tags.iter().map(|counts_of_tag| (counts_of_tag.tag, counts_of_tag)).collect();
        let top = self.options.values;
        sorted.into_values().flat_map(move |counts_of_tag| {
            let mut codes: Vec<_> = counts_of_tag.codes.iter().collect();
            codes.sort_by_key(|(code, _)| *code);
            let whole = std::iter::once(counts_of_tag.whole.element(counts_of_tag.tag, None, top));
            whole.chain(
                codes
                    .into_iter()
                    .map(move |(code, counts)| counts.element(counts_of_tag.tag, Some(*code), top)),
            )
        })
    }
}

impl TagCounts {
    /// Counts a field and returns the number of its subfields.
    fn add(
        &mut self,
        field: FieldRef<'_>,
        (record, place): (u64, u64),
        draw: &mut Draw,
        options: StatsOptions,
    ) -> u64 {
        let lead = field.lead();
        let flat = field.is_control() || !lead.is_empty() || field.subfields().next().is_none();
        self.whole.count(record, record);
        if flat {
            self.whole.value(lead, draw, options);
        }
        let fold = field.syntax().fold_codes;
        let mut count = 0u64;
        for subfield in field.subfields() {
            count += 1;
            let code = subfield.code();
            let code = if fold { code.to_ascii_lowercase() } else { code };
            if let Some(counts) = self.code(code) {
                counts.count(record, place);
                counts.value(subfield.value(), draw, options);
            }
        }
        count
    }

    /// Returns the counts of a code; `None` if there are 4096 codes already.
    #[inline]
    fn code(&mut self, code: char) -> Option<&mut Counts> {
        let slot = self.ascii.get_mut(code as usize);
        let known = match &slot {
            Some(at) => usize::from(**at).checked_sub(1),
            None => self.codes.iter().position(|(known, _)| *known == code),
        };
        let at = match known {
            Some(at) => at,
            None => {
                if self.codes.len() >= 4096 {
                    return None;
                }
                let at = self.codes.len();
                self.codes.push((code, Counts::default()));
                if let Some(slot) = slot {
                    *slot = u16::try_from(at + 1).unwrap_or_default();
                }
                at
            }
        };
        self.codes.get_mut(at).map(|(_, counts)| counts)
    }
}

impl Counts {
    #[inline]
    fn count(&mut self, record: u64, place: u64) {
        self.occurrences += 1;
        if self.last_record != record {
            self.last_record = record;
            self.records += 1;
        }
        if self.last_place != place {
            self.last_place = place;
            self.now = 0;
        }
        self.now += 1;
        self.most = self.most.max(self.now);
    }

    #[inline]
    fn value(&mut self, value: Text<'_>, draw: &mut Draw, options: StatsOptions) {
        let len = match value.as_str() {
            Some(text) if !text.is_ascii() => text.chars().count(),
            None if !value.as_bytes().is_ascii() => value.to_str_lossy().chars().count(),
            _ => value.len(),
        };
        let len = u32::try_from(len).unwrap_or(u32::MAX);
        self.shortest = self.shortest.min(len);
        self.longest = self.longest.max(len);
        if options.samples > 0 {
            let lot = draw.lot();
            if self.samples.len() < options.samples
                || self.samples.last().is_some_and(|(worst, _)| lot < *worst)
            {
                let text: String = value.to_str_lossy().chars().take(LONGEST_SAMPLE).collect();
                self.sample(lot, text, options.samples);
            }
        }
        if options.values > 0 && value.len() <= LONGEST_COUNTED {
            self.values.insert(&value.to_str_lossy(), 1);
            self.values.settle(options.values);
        }
    }

    /// Keeps the values with the lowest lots.
    fn sample(&mut self, lot: u64, text: String, most: usize) {
        let at = self.samples.partition_point(|(other, _)| *other < lot);
        self.samples.insert(at, (lot, text));
        self.samples.truncate(most);
    }

    fn merge(&mut self, other: Counts, options: StatsOptions) {
        self.records += other.records;
        self.occurrences += other.occurrences;
        self.most = self.most.max(other.most);
        self.shortest = self.shortest.min(other.shortest);
        self.longest = self.longest.max(other.longest);
        for (lot, text) in other.samples {
            self.sample(lot, text, options.samples);
        }
        self.values.missed += other.values.missed;
        for (value, count) in other.values.counts {
            self.values.insert(&value, count);
        }
        self.values.settle(options.values);
    }

    fn element(&self, tag: Tag, code: Option<char>, top: usize) -> Element<'_> {
        let mut values: Vec<_> = self.values.counts.iter().map(|(value, count)| (&**value, *count)).collect();
        values.sort_unstable_by_key(|(value, count)| (Reverse(*count), *value));
        values.truncate(top);
        Element {
            tag,
            code,
            records: self.records,
            occurrences: self.occurrences,
            most: self.most,
            shortest: if self.shortest == u32::MAX { 0 } else { self.shortest },
            longest: self.longest,
            samples: self.samples.iter().map(|(_, text)| text.as_str()).collect(),
            values,
            values_missed: self.values.missed,
        }
    }
}
