//! What is in a file: which fields and subfields, how often, how long, and some of their values.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use crate::{FieldRef, RecordRef, Tag, Text};

/// How many different tags are told apart; damaged files can have any number of them.
const MOST_TAGS: usize = 20_000;
/// Longer values, in bytes, are not counted one by one.
const LONGEST_COUNTED: usize = 256;
/// The longest sample, in characters.
const LONGEST_SAMPLE: usize = 200;

/// Statistics over records, taken one by one, in memory that does not grow with their number.
///
/// Two of them can be [merged](Stats::merge): what comes out does not depend on how the records were dealt out.
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
    /// Fields with tags beyond the most that are told apart.
    untold: u64,
    input: u64,
    index: HashMap<Tag, usize>,
    tags: Vec<OfTag>,
}

/// What is counted, beside fields and subfields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct StatsOptions {
    /// How many values of each element are kept as samples.
    pub samples: usize,
    /// What decides which values those are.
    pub seed: u64,
    /// How many of the most frequent values of each element are counted.
    pub values: usize,
}

impl Default for StatsOptions {
    fn default() -> StatsOptions {
        StatsOptions { samples: 3, seed: 0, values: 0 }
    }
}

impl StatsOptions {
    /// The defaults of each setter.
    pub fn new() -> StatsOptions {
        StatsOptions::default()
    }

    /// How many values of each element are kept as samples, drawn at random, each with the same chance. Default: 3.
    #[must_use]
    pub fn samples(mut self, samples: usize) -> StatsOptions {
        self.samples = samples;
        self
    }

    /// What decides which values are drawn: the same seed over the same input draws the same. Default: 0.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> StatsOptions {
        self.seed = seed;
        self
    }

    /// How many of the most frequent values of each element are counted. Default: 0, none.
    ///
    /// The counts are exact as long as an element has no more than some hundred different values; then they are lower
    /// bounds, and [`Element::values_missed`] tells by how much they can be wrong.
    #[must_use]
    pub fn values(mut self, values: usize) -> StatsOptions {
        self.values = values;
        self
    }
}

#[derive(Debug, Clone)]
struct OfTag {
    tag: Tag,
    own: Counts,
    /// Where the counts of an ASCII code are in `codes`, and 1; 0 if it was not seen.
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
    /// Occurrences where they are counted now: in the record, or in the field.
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

/// Frequent values, in bounded memory: when there are too many, the rarest go, and all counts lose what they had.
///
/// # Spec
/// Misra and Gries, Finding repeated elements, 1982; merged as in Agarwal and others, Mergeable summaries, 2012.
#[derive(Debug, Clone, Default)]
struct Values {
    counts: HashMap<Box<str>, u64>,
    missed: u64,
}

/// A row of [`Stats::elements`]: a field, or a subfield of it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Element<'s> {
    /// The tag of the field.
    pub tag: Tag,
    /// The code of the subfield, in lower case where case means nothing; `None` for the field itself.
    pub code: Option<char>,
    /// In how many records it is.
    pub records: u64,
    /// How often it is there.
    pub occurrences: u64,
    /// How often at most: a field in one record, a subfield in one field.
    pub most: u32,
    /// Length of the shortest value, in characters. Of fields with subfields: of what stands before them.
    pub shortest: u32,
    /// Length of the longest value, in characters.
    pub longest: u32,
    /// Some values, drawn at random; long ones are cut.
    pub samples: Vec<&'s str>,
    /// The most frequent values, and how often they are there.
    pub values: Vec<(&'s str, u64)>,
    /// By how much the counts of the values can be too low; values rarer than this may be missing.
    pub values_missed: u64,
}

impl Stats {
    /// Starts with nothing.
    pub fn new(options: StatsOptions) -> Stats {
        Stats {
            options,
            records: 0,
            fields: 0,
            subfields: 0,
            untold: 0,
            input: 0,
            index: HashMap::new(),
            tags: Vec::new(),
        }
    }

    /// Says that the records to come are of input number `input`, so that samples do not depend on the order in which
    /// inputs are read.
    pub fn begin_input(&mut self, input: u64) {
        self.input = input;
    }

    /// How many records there were.
    pub fn records(&self) -> u64 {
        self.records
    }

    /// How many fields there were, control fields among them.
    pub fn fields(&self) -> u64 {
        self.fields
    }

    /// How many subfields there were.
    pub fn subfields(&self) -> u64 {
        self.subfields
    }

    /// How many fields were counted only in all, since there are more than 20,000 different tags.
    pub fn untold(&self) -> u64 {
        self.untold
    }

    /// Counts what is in a record.
    ///
    /// # Cost
    /// One pass over the record. Nothing is allocated but for samples, and for values if they are counted.
    pub fn add(&mut self, record: RecordRef<'_>) {
        let mut draw = Draw::new(self.options, self.input, record.position().record);
        let this = self.records;
        self.records = self.records.saturating_add(1);
        let options = self.options;
        for field in record.fields() {
            self.fields = self.fields.saturating_add(1);
            let Some(at) = self.tag(field.tag()) else {
                self.untold = self.untold.saturating_add(1);
                self.subfields = self.subfields.saturating_add(field.subfields().count() as u64);
                continue;
            };
            let Some(of_tag) = self.tags.get_mut(at) else { continue };
            self.subfields =
                self.subfields.saturating_add(of_tag.add(field, (this, self.fields), &mut draw, options));
        }
    }

    /// Where the counts of a tag are; `None` if there are too many.
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
        self.tags.push(OfTag { tag, own: Counts::default(), ascii: Box::new([0; 128]), codes: Vec::new() });
        Some(at)
    }

    /// Adds what others counted, in other records.
    pub fn merge(&mut self, other: Stats) {
        self.records = self.records.saturating_add(other.records);
        self.fields = self.fields.saturating_add(other.fields);
        self.subfields = self.subfields.saturating_add(other.subfields);
        self.untold = self.untold.saturating_add(other.untold);
        let options = self.options;
        for of_tag in other.tags {
            let Some(at) = self.tag(of_tag.tag) else {
                self.untold = self.untold.saturating_add(of_tag.own.occurrences);
                continue;
            };
            let Some(own) = self.tags.get_mut(at) else { continue };
            own.own.merge(of_tag.own, options);
            for (code, counts) in of_tag.codes {
                if let Some(own) = own.code(code) {
                    own.merge(counts, options);
                }
            }
        }
    }

    /// Fields, each with its subfields behind it: by tag, and by code.
    pub fn elements(&self) -> impl Iterator<Item = Element<'_>> + '_ {
        let sorted: BTreeMap<Tag, &OfTag> = self.tags.iter().map(|of_tag| (of_tag.tag, of_tag)).collect();
        let top = self.options.values;
        sorted.into_values().flat_map(move |of_tag| {
            let mut codes: Vec<_> = of_tag.codes.iter().collect();
            codes.sort_by_key(|(code, _)| *code);
            let own = std::iter::once(of_tag.own.element(of_tag.tag, None, top));
            own.chain(
                codes.into_iter().map(move |(code, counts)| counts.element(of_tag.tag, Some(*code), top)),
            )
        })
    }
}

impl OfTag {
    /// Counts a field; tells how many subfields it has.
    fn add(
        &mut self,
        field: FieldRef<'_>,
        (record, place): (u64, u64),
        draw: &mut Draw,
        options: StatsOptions,
    ) -> u64 {
        let lead = field.lead();
        let flat = field.is_control() || !lead.is_empty() || field.subfields().next().is_none();
        self.own.count(record, record);
        if flat {
            self.own.value(lead, draw, options);
        }
        let fold = field.syntax().fold_codes;
        let mut count = 0u64;
        for subfield in field.subfields() {
            count = count.saturating_add(1);
            let code = subfield.code();
            let code = if fold { code.to_ascii_lowercase() } else { code };
            if let Some(counts) = self.code(code) {
                counts.count(record, place);
                counts.value(subfield.value(), draw, options);
            }
        }
        count
    }

    /// The counts of a code. There are no more of them than a `u16` can tell.
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
                self.codes.push((code, Counts::default()));
                if let Some(slot) = slot {
                    *slot = u16::try_from(self.codes.len()).unwrap_or_default();
                }
                self.codes.len().saturating_sub(1)
            }
        };
        self.codes.get_mut(at).map(|(_, counts)| counts)
    }
}

impl Counts {
    #[inline]
    fn count(&mut self, record: u64, place: u64) {
        self.occurrences = self.occurrences.saturating_add(1);
        if self.last_record != record {
            self.last_record = record;
            self.records = self.records.saturating_add(1);
        }
        if self.last_place != place {
            self.last_place = place;
            self.now = 0;
        }
        self.now = self.now.saturating_add(1);
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
        self.records = self.records.saturating_add(other.records);
        self.occurrences = self.occurrences.saturating_add(other.occurrences);
        self.most = self.most.max(other.most);
        self.shortest = self.shortest.min(other.shortest);
        self.longest = self.longest.max(other.longest);
        for (lot, text) in other.samples {
            self.sample(lot, text, options.samples);
        }
        self.values.missed = self.values.missed.saturating_add(other.values.missed);
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

impl Values {
    fn insert(&mut self, value: &str, count: u64) {
        match self.counts.get_mut(value) {
            Some(known) => *known = known.saturating_add(count),
            None => {
                self.counts.insert(value.into(), count);
            }
        }
    }

    /// Makes room, if there are far more values than are asked for.
    #[inline]
    fn settle(&mut self, top: usize) {
        let room = top.saturating_mul(10).clamp(200, 10_000);
        if self.counts.len() > room.saturating_mul(2) {
            self.shrink(room);
        }
    }

    /// Keeps no more than `room` values.
    fn shrink(&mut self, room: usize) {
        let mut counts: Vec<u64> = self.counts.values().copied().collect();
        counts.sort_unstable_by_key(|count| Reverse(*count));
        let loss = counts.get(room).copied().unwrap_or_default();
        self.counts.retain(|_, count| {
            *count = count.saturating_sub(loss);
            *count > 0
        });
        self.missed = self.missed.saturating_add(loss);
    }
}

/// The lots of the values of a record: each is decided by the seed, the record, and its number in the record, so that
/// nothing depends on which records were seen before.
struct Draw {
    state: u64,
    drawn: u64,
}

impl Draw {
    fn new(options: StatsOptions, input: u64, record: u64) -> Draw {
        Draw { state: mixed(options.seed, mixed(input, record)), drawn: 0 }
    }

    #[inline]
    fn lot(&mut self) -> u64 {
        self.drawn = self.drawn.wrapping_add(1);
        mixed(self.state, self.drawn)
    }
}

/// Two numbers made one that looks random: the finalizer of SplitMix64.
#[inline]
fn mixed(one: u64, other: u64) -> u64 {
    let mut z =
        one.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(other).wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
