//! K102: links by the control number of another record that the input does not have. Links lead forward too, so that the rule
//! speaks at the end of the input.

use super::Subject;
use super::numbers::{Numbers, control_number_of};
use super::rules::NUMBER_DEAD;
use crate::finding::Finding;
use crate::position::Location;
use crate::record::{FieldRef, RecordRef};
use crate::schema::Set;

/// The most links without a record that are kept with their places; those after them are counted.
const MOST: usize = 100_000;
/// The most that are counted.
const MOST_COUNTED: usize = 1 << 24;

/// A link, and where it is.
#[derive(Debug, Clone)]
pub(crate) struct Link {
    number: Vec<u8>,
    place: Location,
    /// The control number of the record that the link is in.
    own: Option<Vec<u8>>,
    /// Whether something else was found in that record.
    pub(crate) is_noted: bool,
}

/// A link that leads to no record, and the record that it is in.
#[derive(Debug)]
pub(crate) struct Dead {
    pub(crate) finding: Finding,
    pub(crate) own: Option<Vec<u8>>,
    pub(crate) is_noted: bool,
}

/// Finds links that lead to no record of an input: `$w` of 760 to 787 and of series in MARC 21, the embedded 001 of 4XX in
/// UNIMARC, 933 and `^w` of 461 and 463 in the base IBIS of IRBIS.
///
/// An authority number, an identifier of another system than 003 names, and a number with a prefix where there is no 003,
/// are no such links.
///
/// # Cost
/// The numbers of all records, as [`Numbers`] keeps them, and the places of 100,000 links without a record. Links after them
/// are counted up to 16,777,216, at 8 bytes each.
///
/// # Example
/// ```
/// use kartoteka::{Record, check::Links, rules};
///
/// let record = Record::builder()
///     .control_field("001", "kart0001")
///     .data_field("773", "08", [('t', "Divan"), ('w', "kart0002")])
///     .build()?;
/// let mut links = Links::new();
/// links.record(record.view(), &[]);
/// let (found, uncounted) = links.end();
/// assert_eq!((found[0].rule, uncounted), (rules::NUMBER_DEAD, 0));
/// # Ok::<(), kartoteka::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Links {
    numbers: Numbers,
    open: Vec<Link>,
    /// Hashes of the numbers of links for which there was no room.
    more: Vec<u64>,
    /// How many links are asked for before those that have found their record are left out.
    limit: usize,
}

impl Default for Links {
    fn default() -> Links {
        Links { numbers: Numbers::new(), open: Vec::new(), more: Vec::new(), limit: 1024 }
    }
}

impl Links {
    /// Makes one that has seen no record.
    pub fn new() -> Links {
        Links::default()
    }

    /// Notes the number and the links of a record. `raw` are the bytes it was read from, for exact places.
    pub fn record(&mut self, record: RecordRef<'_>, raw: &[u8]) {
        if let Some(number) = control_number_of(record) {
            self.number(number.raw());
        }
        links_of(record, raw).into_iter().for_each(|link| self.link(link));
    }

    pub(crate) fn number(&mut self, number: &[u8]) {
        self.numbers.is_new(number);
    }

    pub(crate) fn link(&mut self, link: Link) {
        if self.numbers.has(Numbers::hash(&link.number)) {
            return;
        }
        if self.open.len() >= self.limit && self.limit < MOST {
            let numbers = &self.numbers;
            self.open.retain(|link| !numbers.has(Numbers::hash(&link.number)));
            // At least half of the room is free, so that a link is looked at again only a few times.
            self.limit = (self.open.len() * 2).clamp(self.limit, MOST);
        }
        if self.open.len() < MOST {
            self.open.push(link);
        } else if self.more.len() < MOST_COUNTED {
            self.more.push(Numbers::hash(&link.number));
        }
    }

    /// Ends the input. Returns a finding for each link that leads to no record, in the order of the input, and how many there
    /// are beside them.
    pub fn end(&mut self) -> (Vec<Finding>, u64) {
        let (dead, more) = self.dead();
        (dead.into_iter().map(|dead| dead.finding).collect(), more)
    }

    pub(crate) fn dead(&mut self) -> (Vec<Dead>, u64) {
        let Links { numbers, open, more, .. } = std::mem::take(self);
        let is_dead = |hash: &u64| !numbers.has(*hash);
        let dead = open.into_iter().filter(|link| is_dead(&Numbers::hash(&link.number)));
        let found = dead.map(|link| {
            let number = String::from_utf8_lossy(&link.number).into_owned();
            let message = format!("no record of the input has the control number {number:?}");
            let finding = Finding::new(NUMBER_DEAD, link.place, message, "kept");
            Dead { finding, own: link.own, is_noted: link.is_noted }
        });
        (found.collect(), more.iter().filter(|hash| is_dead(hash)).count() as u64)
    }
}

/// Returns the links of a record.
pub(crate) fn links_of(record: RecordRef<'_>, raw: &[u8]) -> Vec<Link> {
    let subject = Subject { record, raw };
    let own = control_number_of(record).map(|field| field.raw().trim_ascii().to_vec());
    let mut links = Vec::new();
    let mut add = |field: FieldRef<'_>, value: &[u8]| {
        let number = value.trim_ascii();
        if !number.is_empty() {
            let offset = (value.as_ptr() as usize).wrapping_sub(field.raw().as_ptr() as usize);
            let mut place = subject.in_field(field, offset, value.len());
            record.locate(&mut place);
            links.push(Link { number: number.to_vec(), place, own: own.clone(), is_noted: false });
        }
    };
    if !record.syntax().has_indicators() {
        for field in record.fields().filter(|_| Set::is_ibis(record)) {
            match field.tag().number() {
                Some(933) => add(field, field.raw()),
                Some(461 | 463) => {
                    field
                        .subfields()
                        .filter(|part| part.is('w'))
                        .for_each(|part| add(field, part.value().as_bytes()));
                }
                _ => {}
            }
        }
        return links;
    }
    let organisation = record.field("003").map(|field| field.raw().trim_ascii());
    for field in record.fields().filter(|field| !field.is_control()) {
        match field.tag().number() {
            // In UNIMARC $1 opens an embedded field, here 001 with its data.
            Some(400..=499) => {
                for part in field.subfields().filter(|part| part.is('1')) {
                    part.value()
                        .as_bytes()
                        .strip_prefix(b"001")
                        .into_iter()
                        .for_each(|number| add(field, number));
                }
            }
            Some(760..=787 | 800..=830) => {
                for part in field.subfields().filter(|part| part.is('w')) {
                    let value = part.value().as_bytes();
                    match prefixed(value) {
                        None => add(field, value),
                        Some((prefix, number)) if organisation == Some(prefix) => add(field, number),
                        Some(_) => {}
                    }
                }
            }
            _ => {}
        }
    }
    links
}

/// Splits the organisation in brackets off a number.
fn prefixed(value: &[u8]) -> Option<(&[u8], &[u8])> {
    let rest = value.trim_ascii_start().strip_prefix(b"(")?;
    let end = memchr::memchr(b')', rest)?;
    Some((rest.get(..end)?, rest.get(end + 1..)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Builder, Record, Syntax};

    fn dead(records: &[Record]) -> Vec<String> {
        let mut links = Links::new();
        records.iter().for_each(|record| links.record(record.view(), &[]));
        let (found, more) = links.end();
        assert_eq!(more, 0);
        found.iter().map(|finding| format!("{} {}", finding.location, finding.message)).collect()
    }

    #[test]
    fn links_lead_forward_and_back_in_each_family() {
        let marc = |own: &str, to: &str| {
            let record = Record::builder().control_field("001", own).control_field("003", "AZ-Xx");
            record.data_field("773", "08", [('t', "Divan"), ('w', to)]).build().unwrap()
        };
        assert!(dead(&[marc("1", "2"), marc("2", "(AZ-Xx)1"), marc("3", "(OCoLC)99")]).is_empty());
        let found = dead(&[marc("1", "2"), marc("2", "(AZ-Xx)4")]);
        assert_eq!(found.len(), 1);
        assert!(found[0].contains("773[0]$w[0]") && found[0].ends_with("\"4\""), "{found:?}");

        let unimarc = |own: &str, to: &str| {
            let record = Record::builder().control_field("001", own);
            record.data_field("461", " 0", [('1', to), ('1', "2001 "), ('a', "Sada")]).build().unwrap()
        };
        assert_eq!(dead(&[unimarc("a", "001b"), unimarc("b", "001c")]).len(), 1);

        let irbis = |own: &str, to: &str| {
            let record = Builder::new(Syntax::IRBIS).field("920", |field| field.lead("NJ"));
            record.field("903", |field| field.lead(own)).field("933", |field| field.lead(to)).build().unwrap()
        };
        assert_eq!(dead(&[irbis("J1/2001/1", "J1"), irbis("J1", "J1/2001/1")]).len(), 0);
        assert_eq!(dead(&[irbis("J1/2001/1", "J2")]).len(), 1);
    }

    #[test]
    fn links_that_found_their_record_take_no_room() {
        let mut links = Links::new();
        for number in 0..50_000u32 {
            let record = Record::builder().control_field("001", format!("n{number}"));
            let next = format!("n{}", number + 1);
            let record = record.data_field("780", "00", [('w', next.as_str())]).build().unwrap();
            links.record(record.view(), &[]);
        }
        assert!(links.open.len() < 2048, "{}", links.open.len());
        assert_eq!(links.end().0.len(), 1);
    }
}
