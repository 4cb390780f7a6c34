//! Records changed by path.

use std::ops::Range;

use super::FieldPath;
use super::ast::{Code, Span, Spec, TagSpec, Target};
use super::eval::{Match, Of};
use super::value::count_chars;
use crate::charset::Policy;
use crate::record::{FieldRef, Leader, Record, Text};
use crate::{Error, Result, Tag};

impl Record {
    /// Sets all values at `path`; tells how many changed.
    ///
    /// What is not there is made, if the path leaves no doubt what that would be: a subfield at the end of each field
    /// that is meant and has none, if the path names one code, without condition, and without a number or as the first
    /// or last; and a field with blank indicators, behind those with the same tag or a lower one, if the record has none
    /// with the tag, and the path names it without condition, and without a number or as the first or last. Embedded
    /// fields are not made.
    ///
    /// # Errors
    /// [`ErrorKind::Argument`](crate::ErrorKind::Argument) if the value cannot stand there: if it holds the subfield
    /// delimiter; if it has another length than the characters of the leader or of a control field that it is to
    /// replace; if it is no ASCII character for an indicator; or if the path means a field with subfields as a whole.
    /// [`ErrorKind::Decode`](crate::ErrorKind::Decode) if the character set of the record cannot hold it. The record
    /// is then unchanged.
    ///
    /// # Example
    /// ```
    /// use kartoteka::{FieldPath, Record};
    ///
    /// let mut record = Record::builder()
    ///     .control_field("008", "990101s1999    aj            000 0 eng d")
    ///     .data_field("245", "00", [('a', "The divan")])
    ///     .data_field("650", " 7", [('a', "Poetry")])
    ///     .build()?;
    /// let mut set = |path: &str, value: &str| -> kartoteka::Result<usize> {
    ///     record.set(&path.parse::<FieldPath>()?, value)
    /// };
    /// assert_eq!(set("008/35-37", "aze")?, 1);
    /// assert_eq!(set("245^2", "4")?, 1);
    /// assert_eq!(set(r"650{^2=\7}$2", "gtt")?, 1);
    /// assert_eq!(set("500$a", "In verse.")?, 1);
    /// assert_eq!(set("500$a", "In verse.")?, 0); // it is already
    /// let fields: Vec<String> = record.fields().map(|field| field.raw_text().to_string()).collect();
    /// assert_eq!(
    ///     fields,
    ///     [
    ///         "990101s1999    aj            000 0 aze d",
    ///         "04\u{1F}aThe divan",
    ///         "  \u{1F}aIn verse.",
    ///         " 7\u{1F}aPoetry\u{1F}2gtt",
    ///     ]
    /// );
    /// # Ok::<(), kartoteka::Error>(())
    /// ```
    pub fn set(&mut self, path: &FieldPath, value: &str) -> Result<usize> {
        let spec = &path.0;
        if spec.tag == TagSpec::Leader {
            return self.edit_leader(path, |_, _| Some(value.to_owned()));
        }
        let mut splices = Splices::default();
        let bytes = self.encoded(value)?;
        for found in self.select(path) {
            if let Some(field) = found.field() {
                check_whole(&found, field)?;
                check_value(&found, field, value)?;
            }
            splices.of_text(&found, found.text(), bytes.clone());
        }
        let inner = innermost(spec);
        let code = match inner.target.codes() {
            [code] if is_makeable(code) => Some(code),
            _ => None,
        };
        let mut none = true;
        let fields = FieldPath(fields_of(spec));
        for found in self.select(&fields) {
            none = false;
            let (Some(code), Some(field)) = (code, found.field()) else { continue };
            if field.is_control() || has_code(field, code) {
                continue;
            }
            check_delimiter(field, value)?;
            let lead = is_lead(code, field);
            if lead && value.is_empty() {
                continue; // it is empty
            }
            let end = if lead { 0 } else { field.raw().len() };
            let Some((index, body)) = range_of(&found, field.raw()) else { continue };
            let mut made = Vec::new();
            if !lead {
                made.extend_from_slice(&[field.syntax().delimiter, code.first]);
            }
            made.extend_from_slice(&bytes);
            let at = body.start.saturating_add(end);
            splices.0.push(Splice { field: index, range: at..at, with: made });
        }
        if none
            && let Some(tag) = single_tag(spec)
            && (code.is_some() || matches!(spec.target, Target::Whole(None)))
        {
            return self.make_field(tag, code, value);
        }
        splices.apply(self)
    }

    /// Puts other values for those at `path`: those that `with` returns, which is given each as text. `None` leaves one
    /// as it is. Tells how many changed.
    ///
    /// A data field as a whole is given subfield by subfield. Values that do not decode are left as they are.
    ///
    /// # Errors
    /// As [`Record::set`]; the record is then unchanged.
    ///
    /// # Example
    /// ```
    /// use kartoteka::{FieldPath, Record};
    ///
    /// let mut record = Record::builder()
    ///     .data_field("650", " 0", [('a', "Poetry.")])
    ///     .data_field("650", " 0", [('a', "Persian poetry"), ('y', "12th century.")])
    ///     .build()?;
    /// let subjects: FieldPath = "650".parse()?;
    /// let changed = record.replace(&subjects, |value| value.strip_suffix('.').map(str::to_owned))?;
    /// assert_eq!(changed, 2);
    /// let last = record.fields().last().unwrap();
    /// assert_eq!(last.raw_text().to_str()?, " 0\u{1F}aPersian poetry\u{1F}y12th century");
    /// # Ok::<(), kartoteka::Error>(())
    /// ```
    pub fn replace(
        &mut self,
        path: &FieldPath,
        mut with: impl FnMut(&str) -> Option<String>,
    ) -> Result<usize> {
        if path.0.tag == TagSpec::Leader {
            return self.edit_leader(path, |text, _| with(text));
        }
        let mut splices = Splices::default();
        for found in self.select(path) {
            let mut error = None;
            found.each_element(&mut |text| {
                let Some(value) = text.to_str().ok().and_then(|text| with(&text)) else { return false };
                let checked = match found.field() {
                    Some(field) => check_value(&found, field, &value),
                    None => Ok(()),
                };
                match checked.and_then(|()| self.encoded(&value)) {
                    Ok(bytes) => splices.of_text(&found, text, bytes),
                    Err(why) => error = Some(why),
                }
                error.is_some()
            });
            if let Some(error) = error {
                return Err(error);
            }
        }
        splices.apply(self)
    }

    /// Removes what is at `path`; tells how many fields or values that were.
    ///
    /// A field of which nothing is left goes too, and so does an embedded one. Indicators and characters of the leader
    /// and of control fields, whose place counts, become blanks.
    ///
    /// # Errors
    /// [`ErrorKind::Argument`](crate::ErrorKind::Argument) if the path names characters of a value, and its character
    /// set is one in which they depend on those around them. The record is then unchanged.
    ///
    /// # Example
    /// ```
    /// use kartoteka::{FieldPath, Record};
    ///
    /// let mut record = Record::builder()
    ///     .data_field("245", "14", [('a', "The divan"), ('h', "[text]")])
    ///     .data_field("650", " 0", [('9', "local")])
    ///     .data_field("999", "  ", [('a', "local")])
    ///     .build()?;
    /// for path in ["9..", "6..$9", "245$h", "245^1"] {
    ///     assert_eq!(record.delete(&path.parse::<FieldPath>()?)?, 1);
    /// }
    /// let fields: Vec<String> = record.fields().map(|field| field.raw_text().to_string()).collect();
    /// assert_eq!(fields, [" 4\u{1F}aThe divan"]);
    /// # Ok::<(), kartoteka::Error>(())
    /// ```
    pub fn delete(&mut self, path: &FieldPath) -> Result<usize> {
        let spec = &path.0;
        if let (TagSpec::Leader, Target::Whole(None)) = (spec.tag, &spec.target) {
            let is_meant = self.select(path).next().is_some();
            if is_meant {
                self.set_leader(None);
            }
            return Ok(usize::from(is_meant));
        }
        if spec.tag == TagSpec::Leader {
            let is_meant = self.select(path).next().is_some();
            self.edit_leader(path, |_, len| Some(" ".repeat(len)))?;
            return Ok(usize::from(is_meant));
        }
        let whole = matches!(innermost(spec).target, Target::Whole(None));
        let mut splices = Splices::default();
        let mut gone = Vec::new();
        let mut count = 0usize;
        // Embedded fields that may end up empty.
        let mut inside: Vec<(usize, Range<usize>, usize)> = Vec::new();
        for found in self.select(path) {
            count = count.saturating_add(1);
            let (Some(field), Some(outer)) = (found.field(), found.outer_field()) else { continue };
            let Some((index, body)) = range_of(&found, field.raw()) else { continue };
            if found.is_embedded() {
                inside.push((index, body.clone(), field.indicators().len()));
            } else if whole {
                gone.push(index);
                continue;
            }
            let Some((_, text)) = range_of(&found, found.text().as_bytes()) else { continue };
            let (range, with) = match found.of {
                _ if whole => (opening(&body)..body.end, Vec::new()),
                Of::Indicator(..) => (text, b" ".to_vec()),
                Of::Subfield(_, subfield, _) if found.is_whole() => {
                    let head = subfield.code_bytes().len().saturating_add(1);
                    (text.start.saturating_sub(head)..text.end, Vec::new())
                }
                _ if field.is_control() => (text, vec![b' '; count_chars(found.text())]),
                _ => (text, Vec::new()),
            };
            if !found.is_whole() {
                check_states(outer, found.text())?;
            }
            splices.0.push(Splice { field: index, range, with });
        }
        splices.sort();
        let empty = inside.into_iter().filter(|(index, body, indicators)| {
            splices.cover(*index, body.start.saturating_add(*indicators)..body.end)
        });
        let empty: Vec<_> = empty.map(|(field, body, _)| (field, opening(&body)..body.end)).collect();
        splices.0.extend(empty.into_iter().map(|(field, range)| Splice { field, range, with: Vec::new() }));
        splices.sort();
        for splices_of_field in splices.0.chunk_by(|one, other| one.field == other.field) {
            let index = splices_of_field.first().map(|splice| splice.field).unwrap_or_default();
            let Some(field) = self.view().next_field(index, |_| true) else { continue };
            if splices.cover(index, field.indicators().len()..field.raw().len()) {
                gone.push(index);
            }
        }
        gone.sort_unstable();
        splices.0.retain(|splice| gone.binary_search(&splice.field).is_err());
        splices.apply(self)?;
        if !gone.is_empty() {
            self.retain(|field| gone.binary_search(&field.index()).is_err());
        }
        Ok(count)
    }

    /// Removes all fields and subfields but those at one of `paths`; tells from how many fields something went.
    ///
    /// Characters, indicators and embedded fields are kept with the subfield or field that they are in. The leader
    /// stays.
    ///
    /// # Example
    /// ```
    /// use kartoteka::{FieldPath, Record};
    ///
    /// let mut record = Record::builder()
    ///     .control_field("001", "kart0001")
    ///     .data_field("245", "14", [('a', "The divan /"), ('c', "Fuzuli.")])
    ///     .data_field("999", "  ", [('a', "local")])
    ///     .build()?;
    /// assert_eq!(record.keep(&FieldPath::parse_list("001, 245$a")?)?, 2);
    /// let fields: Vec<String> = record.fields().map(|field| field.raw_text().to_string()).collect();
    /// assert_eq!(fields, ["kart0001", "14\u{1F}aThe divan /"]);
    /// # Ok::<(), kartoteka::Error>(())
    /// ```
    pub fn keep(&mut self, paths: &[FieldPath]) -> Result<usize> {
        // What is kept of each field: all, or these ranges of its body.
        let mut kept: Vec<Option<Vec<Range<usize>>>> = vec![Some(Vec::new()); self.fields().len()];
        for path in paths {
            let by_code = matches!(path.0.target, Target::Codes(_));
            for found in self.select(path) {
                let Some(field) = found.outer_field() else { continue };
                let Some(place) = kept.get_mut(field.index()) else { continue };
                let range = match found.of {
                    Of::Subfield(_, subfield, _) if by_code => {
                        let head = subfield.code_bytes().len().saturating_add(1);
                        let value = range_of(&found, subfield.value().as_bytes());
                        value.map(|(_, value)| value.start.saturating_sub(head)..value.end)
                    }
                    Of::Lead(field) if by_code => {
                        range_of(&found, field.lead().as_bytes()).map(|(_, range)| range)
                    }
                    _ => None,
                };
                match (range, place) {
                    (Some(range), Some(ranges)) => ranges.push(range),
                    (None, place) => *place = None,
                    (Some(_), None) => {}
                }
            }
        }
        let mut bodies = Vec::new();
        let mut gone = Vec::new();
        for (field, ranges) in self.fields().zip(kept) {
            let Some(mut ranges) = ranges else { continue };
            if ranges.is_empty() {
                gone.push(field.index());
                continue;
            }
            ranges.sort_unstable_by_key(|range| range.start);
            ranges.dedup();
            let mut body = field.indicators().to_vec();
            ranges.into_iter().for_each(|range| {
                body.extend_from_slice(field.raw().get(range).unwrap_or_default());
            });
            if body != field.raw() {
                bodies.push((field.index(), body));
            }
        }
        let changed = gone.len().saturating_add(bodies.len());
        if !bodies.is_empty() {
            self.replace_bodies(bodies)?;
        }
        if !gone.is_empty() {
            self.retain(|field| gone.binary_search(&field.index()).is_err());
        }
        Ok(changed)
    }

    /// Puts other characters into the leader: `with` is given what is there, and of how many bytes it is.
    fn edit_leader(
        &mut self,
        path: &FieldPath,
        mut with: impl FnMut(&str, usize) -> Option<String>,
    ) -> Result<usize> {
        let Some(old) = self.header().leader else {
            // All of it can be made.
            let may_be_made = path.0.conditions.is_empty() && is_first(path.0.index);
            return match (&path.0.target, may_be_made, with("", 0)) {
                (Target::Whole(None), true, Some(text)) if !text.is_empty() => {
                    self.set_leader(Some(text.parse()?));
                    Ok(1)
                }
                _ => Ok(0),
            };
        };
        let Some(found) = self.select(path).next() else { return Ok(0) };
        let text = found.text().to_str_lossy();
        let Some(value) = with(&text, found.text().len()) else { return Ok(0) };
        if value.len() != found.text().len() || !value.is_ascii() || value.contains(char::is_control) {
            let wanted = found.text().len();
            let message = format!("{}: {value:?} is not {wanted} ASCII characters", found.place());
            return Err(Error::argument(message));
        }
        let start = found.place().chars.map_or(0, |(first, _)| first as usize);
        let mut leader: Leader = old;
        value.bytes().enumerate().for_each(|(at, byte)| {
            leader.set(start.saturating_add(at), byte);
        });
        if leader == old {
            return Ok(0);
        }
        self.set_leader(Some(leader));
        Ok(1)
    }

    /// Adds a field with one value.
    fn make_field(&mut self, tag: Tag, code: Option<&Code>, value: &str) -> Result<usize> {
        let syntax = self.syntax();
        let flat = !syntax.has_indicators() || syntax.control_fields && tag.is_control();
        let is_lead = code.is_none_or(|code| code.first == b'*' && !syntax.has_indicators());
        if is_lead && !flat {
            return Err(Error::argument(format!("field {tag} has subfields: name one, such as {tag}$a")));
        }
        self.push_field(tag, |field| {
            match code {
                Some(code) if !is_lead => field.subfield(char::from(code.first), value),
                _ => field.lead(value),
            };
        })?;
        self.settle_last_field();
        Ok(1)
    }

    /// A value in the character set of the record.
    fn encoded(&self, value: &str) -> Result<Vec<u8>> {
        if self.view().is_text() {
            return Ok(value.as_bytes().to_vec());
        }
        let mut bytes = Vec::new();
        self.charset().encode_into(value, Policy::Strict, &mut bytes)?;
        Ok(bytes)
    }
}

/// A range of the body of a field, and what is to stand there.
#[derive(Debug)]
struct Splice {
    field: usize,
    range: Range<usize>,
    with: Vec<u8>,
}

#[derive(Debug, Default)]
struct Splices(Vec<Splice>);

impl Splices {
    fn of_text(&mut self, found: &Match<'_>, text: Text<'_>, with: Vec<u8>) {
        if text.as_bytes() != with
            && let Some((field, range)) = range_of(found, text.as_bytes())
        {
            self.0.push(Splice { field, range, with });
        }
    }

    fn sort(&mut self) {
        self.0.sort_by_key(|splice| (splice.field, splice.range.start, splice.range.end));
    }

    /// Whether nothing is left of a range. They must be sorted.
    fn cover(&self, field: usize, range: Range<usize>) -> bool {
        let first =
            self.0.partition_point(|splice| (splice.field, splice.range.start) < (field, range.start));
        let mut at = range.start;
        for splice in self.0.iter().skip(first) {
            let goes_on = splice.field == field && splice.range.start <= at && splice.with.is_empty();
            if !goes_on || at >= range.end {
                break;
            }
            at = at.max(splice.range.end);
        }
        at >= range.end && range.end > range.start
    }

    /// Makes the changes; tells how many there were. Of those that overlap, the first is made.
    fn apply(mut self, record: &mut Record) -> Result<usize> {
        if self.0.is_empty() {
            return Ok(0);
        }
        self.sort();
        let mut bodies: Vec<(usize, Vec<u8>)> = Vec::new();
        let mut count = 0usize;
        for ours in self.0.chunk_by(|one, other| one.field == other.field) {
            let index = ours.first().map(|splice| splice.field).unwrap_or_default();
            let raw = record.view().next_field(index, |_| true).map(FieldRef::raw).unwrap_or_default();
            let mut body = Vec::with_capacity(raw.len());
            let mut at = 0usize;
            let mut last: Option<&Range<usize>> = None;
            for splice in ours {
                if splice.range.start < at || last == Some(&splice.range) {
                    continue;
                }
                body.extend_from_slice(raw.get(at..splice.range.start).unwrap_or_default());
                body.extend_from_slice(&splice.with);
                at = splice.range.end;
                last = Some(&splice.range);
                count = count.saturating_add(1);
            }
            body.extend_from_slice(raw.get(at..).unwrap_or_default());
            bodies.push((index, body));
        }
        record.replace_bodies(bodies)?;
        Ok(count)
    }
}

/// The field of the record that a part of a match lies in, and its range in the body of that.
fn range_of(found: &Match<'_>, part: &[u8]) -> Option<(usize, Range<usize>)> {
    let outer = found.outer_field()?;
    let start = part.as_ptr().addr().checked_sub(outer.raw().as_ptr().addr())?;
    let end = start.checked_add(part.len())?;
    (end <= outer.raw().len()).then_some((outer.index(), start..end))
}

/// Where the subfield begins that opens an embedded field: before delimiter, `1` and tag.
fn opening(body: &Range<usize>) -> usize {
    body.start.saturating_sub(5)
}

fn innermost(spec: &Spec) -> &Spec {
    match &spec.target {
        Target::Embedded(inner) => inner,
        _ => spec,
    }
}

/// The path of the fields that the values of a path are in.
fn fields_of(spec: &Spec) -> Spec {
    let target = match &spec.target {
        Target::Embedded(inner) => Target::Embedded(Box::new(fields_of(inner))),
        _ => Target::Whole(None),
    };
    Spec { tag: spec.tag, index: spec.index, target, conditions: spec.conditions.clone() }
}

/// Whether a number means the first, or the last.
fn is_first(index: Option<Span>) -> bool {
    matches!(index, None | Some(Span::One(0) | Span::From(0) | Span::Last(0)))
}

/// Whether a subfield can be made of it.
fn is_makeable(code: &Code) -> bool {
    code.first == code.last && is_first(code.index) && code.chars.is_none() && code.conditions.is_empty()
}

/// The one tag of a path for which a field can be made.
fn single_tag(spec: &Spec) -> Option<Tag> {
    if !is_first(spec.index) || !spec.conditions.is_empty() || matches!(spec.target, Target::Embedded(_)) {
        return None;
    }
    match spec.tag {
        TagSpec::Shape(shape) if !shape.contains(&b'.') => Some(Tag::new(shape)),
        TagSpec::Number(tag) => Some(tag),
        TagSpec::Shape(_) | TagSpec::Leader => None,
    }
}

/// Whether a code is the text of a field before its first subfield.
fn is_lead(code: &Code, field: FieldRef<'_>) -> bool {
    code.first == b'*' && !field.syntax().has_indicators()
}

fn has_code(field: FieldRef<'_>, code: &Code) -> bool {
    if is_lead(code, field) && !field.lead().is_empty() {
        return true;
    }
    field.subfields().any(|subfield| subfield.is(char::from(code.first)))
}

/// Fails if a path means all of a field that has subfields.
fn check_whole(found: &Match<'_>, field: FieldRef<'_>) -> Result<()> {
    let whole = match found.of {
        Of::Field(_) => true,
        Of::Lead(_) => found.is_whole() && field.syntax().has_indicators() && !field.is_control(),
        _ => false,
    };
    match whole {
        false => Ok(()),
        true => {
            let place = found.place();
            Err(Error::argument(format!("{place} has subfields: name one, such as {}$a", field.tag())))
        }
    }
}

fn check_delimiter(field: FieldRef<'_>, value: &str) -> Result<()> {
    let delimiter = field.syntax().delimiter;
    if !field.is_control() && value.as_bytes().contains(&delimiter) {
        let tag = field.tag();
        let message = format!("field {tag}: a value holds the subfield delimiter {delimiter:02X}: {value:?}");
        return Err(Error::argument(message));
    }
    Ok(())
}

/// Fails if a value cannot stand for what was found.
fn check_value(found: &Match<'_>, field: FieldRef<'_>, value: &str) -> Result<()> {
    check_delimiter(field, value)?;
    if found.indicator().is_some() {
        let good = matches!(value.as_bytes(), [b' '..=b'~']);
        return match good {
            true => Ok(()),
            false => Err(Error::argument(format!("{}: {value:?} is no indicator", found.place()))),
        };
    }
    if found.is_whole() {
        return Ok(());
    }
    if let Some(outer) = found.outer_field() {
        check_states(outer, found.text())?;
    }
    let (wanted, has) = (count_chars(found.text()), value.chars().count());
    if field.is_control() && wanted != has {
        let message = format!("{}: {value:?} has {has} characters, not {wanted}", found.place());
        return Err(Error::argument(message));
    }
    Ok(())
}

/// Fails if the characters of a part of a value depend on those around it.
fn check_states(outer: FieldRef<'_>, part: Text<'_>) -> Result<()> {
    let charset = part.charset();
    let plain = !charset.has_states() || part.as_bytes().is_ascii() && !outer.raw().contains(&0x1B);
    match plain {
        true => Ok(()),
        false => Err(Error::argument(format!(
            "field {}: characters in {charset} cannot be changed one by one: transcode the record first",
            outer.tag()
        ))),
    }
}

impl Target {
    fn codes(&self) -> &[Code] {
        match self {
            Target::Codes(codes) => codes,
            _ => &[],
        }
    }
}
