//! Sets codes.

use super::element::{Element, elements, reading};
use super::encode::encode;
use super::spot::Spot;
use super::template::template;
use super::view::cut;
use crate::error::{Error, Result};
use crate::path::FieldPath;
use crate::record::{Dialect, FieldRef, Record};
use crate::schema::{Codes, FieldDefinition, IndicatorDefinition, Set, Types};
use crate::tag::Tag;

/// Sets the code at a place, such as `008/33`, `LDR/06`, `100$a/17-19` or `041$a`.
///
/// The value is a code, a label of one in English or Russian, or a row of codes where the position takes several (`ab`, or
/// labels separated by commas); shorter codes are filled up with blanks. Where the format has no list, as for dates, it is the
/// characters themselves. The length of the field stays; one that is too short gets what it lacks.
///
/// A field that is missing is made: 008 for the material of the record, 006 and 007 if their position 00 is set, others
/// with the subfield that is set. What is not set in it says that it was not coded.
///
/// # Errors
/// [`ErrorKind::Argument`](crate::ErrorKind::Argument) if the format has no code at that place, does not know the value or
/// has withdrawn it, or the value has not the right length. The record is then unchanged.
///
/// # Example
/// ```
/// use kartoteka::{Record, coded};
///
/// let mut record = Record::builder()
///     .leader("00000cam a2200000 i 4500")
///     .data_field("245", "10", [('a', "Абай жолы")])
///     .build()?;
/// coded::set(&mut record, "008/35-37", "Kazakh")?;
/// coded::set(&mut record, "008/15-17", "kz")?;
/// coded::set(&mut record, "008/33", "f")?;
/// coded::set(&mut record, "007/00", "Text")?;
/// assert_eq!(record.field("008").unwrap().lead(), "|||||||||||||||kz |||||||||||||| f|kaz||");
/// # Ok::<(), kartoteka::Error>(())
/// ```
pub fn set(record: &mut Record, path: &str, value: &str) -> Result<()> {
    set_as(record, Dialect::Auto, path, value)
}

/// Sets a code as [`set()`] does, in a record of a known dialect.
///
/// # Errors
/// As [`set()`].
pub fn set_as(record: &mut Record, dialect: Dialect, path: &str, value: &str) -> Result<()> {
    let spot = Spot::parse(path)?;
    let (reading, set) = reading(record.view(), dialect);
    let set = set.ok_or_else(|| Error::argument(format!("there are no tables of codes for {reading}")))?;
    let place = Place::find(record, set, spot, path, value)?;
    let text = encode(&place.element, place.width, value)?;
    let Some(tag) = spot.tag else { return set_leader(record, place.first, &text) };
    let mut done = record.clone();
    let missing = Missing { tag, name: place.name, field: place.field, set };
    missing.complete(&mut done, spot, &place, &text)?;
    write(&mut done, spot, tag, &place, &text)?;
    *record = done;
    Ok(())
}

/// Where a code goes.
struct Place {
    element: Element,
    name: &'static str,
    field: &'static FieldDefinition,
    types: [&'static str; 2],
    first: usize,
    /// The number of characters; `None` for all of a value.
    width: Option<usize>,
}

impl Place {
    fn find(record: &Record, set: Set, spot: Spot, path: &str, value: &str) -> Result<Place> {
        let fields = &set.rules().schema().fields;
        let bytes = spot.tag.map(Tag::bytes);
        let name = match &bytes {
            None => Some("LDR"),
            Some(Some(bytes)) => std::str::from_utf8(bytes).ok(),
            Some(None) => None,
        };
        let (name, field) = name.and_then(|name| fields.get_key_value(name)).ok_or_else(|| no_place(path))?;
        let types = Types::of(record.view());
        let own = spot.tag.and_then(|tag| nth(record, tag, spot.occurrence));
        let own = own.map(|own| own.raw_text().to_str_lossy().into_owned());
        let types = match own {
            Some(own) => types.field(name, &own),
            // The code itself says which material a field is for that is made of it.
            None => types.field(name, &first_code(set, name, field, spot, value).unwrap_or_default()),
        };
        let mut all = elements(set, name, field, spot.subfield.map(|(code, _)| code), &types);
        let element = match spot.chars {
            None => all.find(|element| element.range.is_empty()),
            Some((first, last)) => {
                let covers = |element: &Element| {
                    !element.range.is_empty() && element.start <= first && last <= element.end
                };
                let is_free = |element: &Element| {
                    let unit = element.unit.filter(|_| element.codes.is_some()).unwrap_or(1);
                    (element.start, element.end) == (first, last)
                        || (element.codes.is_none() || element.unit.is_some())
                            && (first - element.start).is_multiple_of(unit)
                            && (last + 1 - first).is_multiple_of(unit)
                };
                all.find(|element| covers(element) && is_free(element))
            }
        };
        let element = element.ok_or_else(|| no_place(path))?;
        let (first, width) = match spot.chars {
            Some((first, last)) => (first, Some(last + 1 - first)),
            None => (0, None),
        };
        Ok(Place { element, name, field, types, first, width })
    }
}

/// Returns the code of position 00, if it is the one that is set.
fn first_code(
    set: Set,
    name: &'static str,
    field: &'static FieldDefinition,
    spot: Spot,
    value: &str,
) -> Option<String> {
    let is_first = spot.chars == Some((0, 0)) && spot.subfield.is_none() && matches!(name, "006" | "007");
    let element = elements(set, name, field, None, &[]).find(|element| element.start == 0 && is_first)?;
    encode(&element, Some(1), value).ok()
}

fn set_leader(record: &mut Record, first: usize, text: &str) -> Result<()> {
    let mut leader = record.leader().unwrap_or_default();
    for (position, byte) in (first..).zip(text.bytes()) {
        if !leader.set(position, byte) {
            return Err(Error::argument(format!("a leader has no position {position}")));
        }
    }
    record.set_leader(Some(leader));
    Ok(())
}

/// A field that may lack what is to be set in it.
struct Missing {
    tag: Tag,
    name: &'static str,
    field: &'static FieldDefinition,
    set: Set,
}

impl Missing {
    /// Makes the field or subfield if there is none, and gives it the length that it needs.
    fn complete(&self, record: &mut Record, spot: Spot, place: &Place, text: &str) -> Result<()> {
        let own = nth(record, self.tag, spot.occurrence);
        if own.is_none() && spot.occurrence.is_some_and(|number| number > 0) {
            return Err(Error::argument(format!("there is no such field {}", self.name)));
        }
        let Some((code, number)) = spot.subfield else {
            let of_material = matches!(self.name, "006" | "007");
            return match own {
                Some(own) => {
                    let old = own.raw_text().to_str_lossy().into_owned();
                    self.lengthen(record, spot, place, &old)
                }
                None if of_material && place.first > 0 => {
                    let name = self.name;
                    Err(Error::argument(format!("there is no field {name}: set {name}/00 first")))
                }
                None => {
                    let whole = self.template(None, place, 0);
                    record.push_field(self.tag, |field| field.lead(&whole))?;
                    record.settle_last_field();
                    Ok(())
                }
            };
        };
        let values = own.map(|own| own.subfields_with(code).map(|value| value.to_str_lossy().into_owned()));
        let old = values.and_then(|mut values| values.nth(number.unwrap_or_default() as usize));
        match (old, own.is_some()) {
            (Some(old), _) => self.lengthen(record, spot, place, &old),
            (None, _) if number.is_some_and(|number| number > 0) => {
                Err(Error::argument(format!("there is no such subfield {code} in field {}", self.name)))
            }
            (None, true) => self.put(record, spot, &self.start(place, code, text)),
            (None, false) => {
                let indicators = self.indicators();
                let start = self.start(place, code, text);
                record.push_field(self.tag, |field| field.indicators(&indicators).subfield(code, &start))?;
                record.settle_last_field();
                Ok(())
            }
        }
    }

    /// Returns what a new subfield holds: the whole value, or positions that were not coded.
    fn start(&self, place: &Place, code: char, text: &str) -> String {
        match place.width {
            None => text.to_owned(),
            Some(_) => self.template(Some(code), place, 0),
        }
    }

    /// Gives a value that ends before the place the characters that it lacks.
    fn lengthen(&self, record: &mut Record, spot: Spot, place: &Place, old: &str) -> Result<()> {
        let Some(width) = place.width else { return Ok(()) };
        let count = old.chars().count();
        if count >= place.first + width {
            return Ok(());
        }
        let code = spot.subfield.map(|(code, _)| code);
        let whole = self.template(code, place, place.first + width);
        let rest: String = whole.chars().skip(count).collect();
        self.put(record, spot, &format!("{old}{rest}"))
    }

    fn put(&self, record: &mut Record, spot: Spot, value: &str) -> Result<()> {
        let path = path_of(self.tag, spot, None)?;
        // The length is another one, which the edit of characters would refuse.
        match spot.subfield {
            Some(_) => record.set(&path, value).map(drop),
            None => {
                let at = nth(record, self.tag, spot.occurrence).map(FieldRef::index);
                let field =
                    crate::record::FieldBuf::new(record.syntax(), self.tag, |field| field.lead(value))?;
                record.replace_field(at.unwrap_or(usize::MAX), &field).map(drop)
            }
        }
    }

    /// Returns a value that says nothing yet, of the length of the format and not shorter than `at_least`.
    fn template(&self, code: Option<char>, place: &Place, at_least: usize) -> String {
        let all = || elements(self.set, self.name, self.field, code, &place.types);
        let end = all().map(|element| element.end + 1).max().unwrap_or_default();
        let subfield =
            code.and_then(|code| self.field.subfields.as_ref()?.get(code.encode_utf8(&mut [0; 4])));
        let of_type = self.field.types.iter().filter(|(name, _)| place.types.contains(&name.as_str()));
        let values = of_type.map(|(_, value)| value).filter(|_| code.is_none());
        let own = subfield.map_or(&self.field.value, |subfield| &subfield.value);
        let stated = values.chain([own]).find_map(|value| value.length.first().copied());
        let length = stated.map_or(end, |length| length as usize);
        template(all(), length.max(at_least))
    }

    /// Returns the indicators of a new field: blanks where the format allows them.
    fn indicators(&self) -> String {
        let one = |indicator: &IndicatorDefinition| match indicator {
            IndicatorDefinition::Values(value) => match &value.codes {
                Some(Codes::Own(codes)) if !codes.contains_key(" ") => {
                    codes.keys().next().and_then(|code| code.chars().next()).unwrap_or(' ')
                }
                _ => ' ',
            },
            IndicatorDefinition::Any | IndicatorDefinition::Blank => ' ',
        };
        self.field.indicators.iter().map(one).collect()
    }
}

/// Returns the field of this tag and number; the first without a number.
fn nth(record: &Record, tag: Tag, number: Option<u32>) -> Option<FieldRef<'_>> {
    record.fields_with(tag).nth(number.unwrap_or_default() as usize)
}

/// Returns a path to the value, or to characters of it.
fn path_of(tag: Tag, spot: Spot, chars: Option<(usize, usize)>) -> Result<FieldPath> {
    let mut path = format!("{tag}[{}]", spot.occurrence.unwrap_or_default());
    if let Some((code, number)) = spot.subfield {
        path.push_str(&format!("${code}[{}]", number.unwrap_or_default()));
    }
    if let Some((first, last)) = chars {
        path.push_str(&format!("/{first}-{last}"));
    }
    path.parse().map_err(|error| Error::argument(format!("{error}")))
}

/// Writes the characters, and sees that they are there.
fn write(record: &mut Record, spot: Spot, tag: Tag, place: &Place, text: &str) -> Result<()> {
    let chars = place.width.map(|width| (place.first, place.first + width - 1));
    record.set(&path_of(tag, spot, chars)?, text)?;
    let field = nth(record, tag, spot.occurrence);
    let now = field.and_then(|field| match spot.subfield {
        Some((code, number)) => field.subfields_with(code).nth(number.unwrap_or_default() as usize),
        None => Some(field.raw_text()),
    });
    let now = now.map(|now| now.to_str_lossy().into_owned()).unwrap_or_default();
    let there = match chars {
        Some((first, last)) => cut(&now, first, last),
        None => Some(now.as_str()),
    };
    match there == Some(text) {
        true => Ok(()),
        false => Err(Error::argument(format!("field {tag} cannot hold the code"))),
    }
}

fn no_place(path: &str) -> Error {
    Error::argument(format!("the format of the record has no code at {path}"))
}
