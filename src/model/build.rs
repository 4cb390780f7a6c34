//! The walk over a record that makes its description.

use std::collections::HashMap;

use super::bib::{Bib, EntryData};
use super::names::{Element, Part};
use super::table::{Chars, Condition, Rule, Table, table};
use super::value::{Place, Sourced};
use crate::charset::Charset;
use crate::record::{Dialect, FieldRef, RecordRef, Text};
use crate::schema::Set;
use crate::tag::Tag;

/// The field of alternate scripts in MARC 21.
const ALTERNATE: u32 = 880;

/// A subfield of the field that is read.
#[derive(Clone, Copy)]
struct Piece<'a> {
    /// The code, in lower case if case does not count; none if it is not ASCII.
    code: Option<u8>,
    shown: char,
    occurrence: u32,
    text: Text<'a>,
    taken: bool,
}

/// Where the entry under construction is.
#[derive(Default)]
struct Open {
    entry: bool,
    /// Whether it has a value that begins an entry.
    begun: bool,
}

/// Builds a description.
struct Build<'a> {
    bib: Bib<'a>,
    table: &'static Table,
    pieces: Vec<Piece<'a>>,
    /// How often each ASCII code was seen in the field.
    codes: [u32; 128],
}

/// Returns the dialect of a record, or the one that is nearest, and the reason.
fn reading(record: RecordRef<'_>) -> (Dialect, &'static str) {
    let has = |tag: u32| record.field(tag).is_some();
    // A base of CDS/ISIS or IRBIS may have fields of its own.
    let is_ibis = || Set::is_ibis(record) || [200, 461, 463, 900, 933].into_iter().any(has);
    match Dialect::find(record) {
        (Dialect::Irbis | Dialect::Isis, reason) if is_ibis() => (Dialect::Irbis, reason),
        (Dialect::Irbis | Dialect::Isis, _) => {
            (Dialect::Isis, "^ before subfield codes, and no field of IBIS")
        }
        (Dialect::Auto, _) if has(920) && (has(903) || has(907) || has(910)) => {
            (Dialect::Irbis, "nearest: fields 920 and 903, 907 or 910")
        }
        (Dialect::Auto, _) if has(200) => (Dialect::Unimarc, "nearest: a title in field 200"),
        (Dialect::Auto, _) => (Dialect::Marc21, "nearest: nothing tells the format"),
        // A name in 100 that is as long as coded data.
        (Dialect::Unimarc | Dialect::Rusmarc, _) if !has(200) && has(8) => {
            (Dialect::Marc21, "nearest: field 008, and no title in field 200")
        }
        (Dialect::Mab2, _) => (Dialect::Marc21, "nearest: MAB2 has no table"),
        (Dialect::Danmarc2, _) => (Dialect::Marc21, "nearest: danMARC2 has no table"),
        found => found,
    }
}

impl<'a> Bib<'a> {
    /// Describes a record. Its dialect is found by its leader and fields; a record of an unknown format is read as the
    /// one that is nearest: see [`Bib::reading`].
    ///
    /// Never fails. Takes time linear in the size of the record, and a few allocations; values are cleaned when you ask.
    pub fn of(record: RecordRef<'a>) -> Bib<'a> {
        let (dialect, reason) = reading(record);
        build(record, dialect, reason)
    }

    /// Describes a record of a known dialect; finds it out for [`Dialect::Auto`], and for [`Dialect::Isis`] whether the
    /// fields are those of IBIS: those of another base are all [unmapped](Bib::unmapped).
    pub fn with_dialect(record: RecordRef<'a>, dialect: Dialect) -> Bib<'a> {
        match dialect {
            Dialect::Auto | Dialect::Isis => Bib::of(record),
            dialect => build(record, dialect, "as asked for"),
        }
    }
}

/// Describes a record.
fn build<'a>(record: RecordRef<'a>, dialect: Dialect, reason: &'static str) -> Bib<'a> {
    let kind = record.header().leader.and_then(|leader| leader.get(6)).unwrap_or(b' ');
    let (reading, table) = table(dialect, kind, record.field(245_u32).is_some());
    let fields = record.fields();
    let bib = Bib {
        record,
        reading,
        reason,
        entries: Vec::with_capacity(fields.len() + 8),
        values: Vec::with_capacity(fields.len() * 3),
        unmapped: Vec::new(),
        has_main: false,
    };
    let mut build = Build { bib, table, pieces: Vec::new(), codes: [0; 128] };
    if let Some(leader) = &record.header().leader {
        let place = Place { leader: true, ..Place::of(Tag::new(*b"000"), 0) };
        build.lead_only(table.of(0), Text::new(leader.as_bytes(), Charset::Utf8), place);
    }
    let angles = reading == Dialect::Irbis;
    let mut seen = [0_u32; 1000];
    let mut others: HashMap<Tag, u32> = HashMap::new();
    for field in fields {
        let tag = field.tag();
        let number = tag.number();
        let known = number.and_then(|number| seen.get_mut(number as usize));
        let count = known.unwrap_or_else(|| others.entry(tag).or_default());
        let occurrence = std::mem::replace(count, *count + 1);
        build.field(field, number, Place { angles, ..Place::of(tag, occurrence) });
    }
    let is_main = |entry: &EntryData| entry.rule.facts.main && !entry.is_alternate();
    build.bib.has_main = build.bib.entries.iter().any(is_main);
    build.bib
}

impl Place {
    fn of(tag: Tag, occurrence: u32) -> Place {
        Place {
            tag,
            occurrence,
            subfield: 0,
            code: None,
            embedded: None,
            chars: None,
            leader: false,
            angles: false,
        }
    }
}

impl<'a> Build<'a> {
    /// Reads a text that is not divided into subfields.
    fn lead_only(&mut self, rules: impl Iterator<Item = &'static Rule>, text: Text<'a>, place: Place) {
        self.pieces.clear();
        let taken = self.apply(rules, [b' '; 2], text, place, None);
        if !taken {
            self.unmapped(text, place);
        }
    }

    fn field(&mut self, field: FieldRef<'a>, number: Option<u32>, place: Place) {
        let (indicators, lead, subfields) = field.parts();
        self.take_apart(subfields, field.syntax().fold_codes);
        let mut number = number.unwrap_or(u32::MAX);
        let mut pair = None;
        if number == ALTERNATE && self.bib.reading == Dialect::Marc21 {
            pair = self
                .pieces
                .iter()
                .find(|piece| piece.code == Some(b'6'))
                .and_then(|piece| linked(piece.text));
            number = pair.map_or(number, |(tag, _)| tag);
        }
        let pairs = match *indicators {
            [one, two, ..] => [one, two],
            [one] => [one, b' '],
            [] => [b' '; 2],
        };
        if (400..500).contains(&number) && self.bib.reading != Dialect::Marc21 {
            self.embedded(field, place);
        }
        let taken = self.apply(self.table.of(number), pairs, lead, place, pair);
        if !taken && !lead.is_empty() {
            self.unmapped(lead, place);
        }
        self.rest(place);
    }

    /// Divides a field into subfields.
    fn take_apart(&mut self, subfields: crate::record::Subfields<'a>, fold: bool) {
        self.pieces.clear();
        let mut others = 0;
        for subfield in subfields {
            let shown = subfield.code();
            let code = match *subfield.code_bytes() {
                [byte @ ..0x80] if fold => Some(byte.to_ascii_lowercase()),
                [byte @ ..0x80] => Some(byte),
                _ => None,
            };
            let count = code.and_then(|code| self.codes.get_mut(usize::from(code))).unwrap_or(&mut others);
            let occurrence = std::mem::replace(count, *count + 1);
            self.pieces.push(Piece { code, shown, occurrence, text: subfield.value(), taken: false });
        }
        for code in self.pieces.iter().filter_map(|piece| piece.code) {
            if let Some(count) = self.codes.get_mut(usize::from(code)) {
                *count = 0;
            }
        }
    }

    /// Applies the rules of a field to its text and subfields. Returns whether one takes the text before the first
    /// subfield.
    fn apply(
        &mut self,
        rules: impl Iterator<Item = &'static Rule>,
        indicators: [u8; 2],
        lead: Text<'a>,
        place: Place,
        pair: Option<(u32, u32)>,
    ) -> bool {
        let mut lead_taken = false;
        for rule in rules {
            if !rule.when.iter().all(|condition| self.holds(condition, indicators)) {
                continue;
            }
            let mut open = Open::default();
            let data = EntryData { rule, place, indicators, first: 0, end: 0, pair };
            if let Some(part) = rule.lead {
                lead_taken = true;
                if !lead.is_empty() {
                    self.push(&data, &mut open, false, part, lead, place);
                }
            }
            for chars in &rule.chars {
                lead_taken |= chars.code.is_none();
                self.characters(&data, &mut open, chars, lead, place);
            }
            for at in 0..self.pieces.len() {
                let Some(piece) = self.pieces.get_mut(at) else { break };
                let Some((code, part)) = piece.code.and_then(|code| Some((code, rule.part(code)?))) else {
                    continue;
                };
                piece.taken = true;
                let piece = *piece;
                if piece.text.is_empty() {
                    continue;
                }
                let place =
                    Place { subfield: at as u32, code: Some((piece.shown, piece.occurrence)), ..place };
                self.value(&data, &mut open, rule.opens(code), part, piece.text, place);
            }
        }
        lead_taken
    }

    fn holds(&self, condition: &Condition, indicators: [u8; 2]) -> bool {
        match *condition {
            Condition::Indicator(which, values, is) => {
                let [one, two] = indicators;
                let value = match if which == 0 { one } else { two } {
                    b' ' => b'#',
                    value => value,
                };
                values.contains(&value) == is
            }
            Condition::Agency(agency) => {
                let own = self.bib.record.field(3).map(|field| field.lead());
                own.is_some_and(|own| own.as_bytes().trim_ascii() == agency)
            }
            Condition::Subfield(code, is) => self.pieces.iter().any(|piece| piece.code == Some(code)) == is,
        }
    }

    /// Adds the characters at positions.
    fn characters(&mut self, data: &EntryData, open: &mut Open, chars: &Chars, lead: Text<'a>, place: Place) {
        let mut place = Place { chars: Some((chars.first, chars.last)), ..place };
        let mut text = lead;
        if let Some(code) = chars.code {
            let Some((at, piece)) =
                self.pieces.iter_mut().enumerate().find(|(_, piece)| piece.code == Some(code))
            else {
                return;
            };
            piece.taken = true;
            text = piece.text;
            place.subfield = at as u32;
            place.code = Some((piece.shown, piece.occurrence));
        }
        let part = cut(text, usize::from(chars.first), usize::from(chars.last) + 1);
        // A no-break space in place of a blank is C2 A0.
        if !part.as_bytes().iter().all(|byte| matches!(byte, b' ' | b'|' | b'#' | 0xC2 | 0xA0)) {
            let last = usize::from(chars.first) + part.to_str_lossy().chars().count().max(1) - 1;
            place.chars = u16::try_from(last).ok().map(|last| (chars.first, last));
            self.push(data, open, false, chars.part, part, place);
        }
    }

    /// Adds a value, or the several that it holds.
    fn value(
        &mut self,
        data: &EntryData,
        open: &mut Open,
        opens: bool,
        part: Part,
        text: Text<'a>,
        place: Place,
    ) {
        match (data.rule.element, part) {
            // Older records have the codes of several languages in one subfield.
            (Element::Language, Part::Value)
                if text.len() > 3 && text.len().is_multiple_of(3) && is_codes(text) =>
            {
                for start in (0..text.len()).step_by(3) {
                    let chars =
                        u16::try_from(start).ok().and_then(|start| Some((start, start.checked_add(2)?)));
                    self.push(data, open, opens, part, cut(text, start, start + 3), Place { chars, ..place });
                }
            }
            // A parallel title in the remainder.
            (Element::Title, Part::Remainder) if data.rule.kind == "main" => {
                let mut part = match self.bib.values.last() {
                    Some(before) if before.part == Part::Value && ends_with(before.text, b'=') => {
                        Part::Parallel
                    }
                    _ => part,
                };
                let mut rest = text;
                while let Some(at) = memchr::memmem::find(rest.as_bytes(), b" = ") {
                    self.push(data, open, opens, part, bytes(rest, 0, at), place);
                    rest = bytes(rest, at + 3, rest.len());
                    part = Part::Parallel;
                }
                if !rest.is_empty() {
                    self.push(data, open, opens, part, rest, place);
                }
            }
            _ => self.push(data, open, opens, part, text, place),
        }
    }

    fn push(
        &mut self,
        data: &EntryData,
        open: &mut Open,
        opens: bool,
        part: Part,
        text: Text<'a>,
        place: Place,
    ) {
        let first = self.bib.values.len() as u32;
        if !open.entry || opens && open.begun {
            self.bib.entries.push(EntryData { first, end: first, ..*data });
            *open = Open { entry: true, begun: false };
        }
        open.begun |= opens;
        self.bib.values.push(Sourced { text, element: data.rule.element, part, place });
        if let Some(entry) = self.bib.entries.last_mut() {
            entry.end = first + 1;
        }
    }

    /// Reads the fields embedded in a linking field, as values of one entry.
    fn embedded(&mut self, field: FieldRef<'a>, place: Place) {
        let mut inside = field.embedded().peekable();
        let Some(rule) = self.table.of(field.tag().number().unwrap_or_default()).next() else { return };
        if inside.peek().is_none() {
            return;
        }
        let indicators = [b' '; 2];
        let data = EntryData { rule, place, indicators, first: 0, end: 0, pair: None };
        let mut open = Open::default();
        let outer = std::mem::take(&mut self.pieces);
        let mut seen: Vec<(Tag, u32)> = Vec::new();
        for inner in inside {
            let tag = inner.tag();
            let occurrence = match seen.last() {
                Some((other, before)) if *other == tag => before + 1,
                _ => 0,
            };
            seen.push((tag, occurrence));
            let place = Place { embedded: Some((tag, occurrence)), ..place };
            let (_, lead, subfields) = inner.parts();
            self.take_apart(subfields, inner.syntax().fold_codes);
            let rule = self.table.of_embedded(tag.number().unwrap_or(u32::MAX)).next();
            if !lead.is_empty() {
                match rule.and_then(|rule| rule.lead) {
                    Some(part) => self.push(&data, &mut open, false, part, lead, place),
                    None => self.unmapped(lead, place),
                }
            }
            for at in 0..self.pieces.len() {
                let Some(piece) = self.pieces.get(at).copied().filter(|piece| !piece.text.is_empty()) else {
                    continue;
                };
                let place =
                    Place { subfield: at as u32, code: Some((piece.shown, piece.occurrence)), ..place };
                match rule.and_then(|rule| rule.part(piece.code?)) {
                    Some(part) => self.push(&data, &mut open, false, part, piece.text, place),
                    None => self.unmapped(piece.text, place),
                }
            }
        }
        self.pieces = outer;
        // What comes before the first embedded field is of the linking field itself.
        let opens = |piece: &Piece<'_>| piece.code == Some(b'1') && piece.text.len() >= 3;
        let own = self.pieces.iter().position(opens).unwrap_or(self.pieces.len());
        self.pieces.truncate(own);
    }

    /// Lists the subfields that no rule took.
    fn rest(&mut self, place: Place) {
        for (at, piece) in (0..).zip(&self.pieces) {
            if !piece.taken && !piece.text.is_empty() {
                let place = Place { subfield: at, code: Some((piece.shown, piece.occurrence)), ..place };
                self.bib.unmapped.push(Sourced {
                    text: piece.text,
                    element: Element::Coded,
                    part: Part::Detail,
                    place,
                });
            }
        }
    }

    fn unmapped(&mut self, text: Text<'a>, place: Place) {
        self.bib.unmapped.push(Sourced { text, element: Element::Coded, part: Part::Detail, place });
    }
}

/// Returns the tag and the number in `245-01/(B`, the link of a field in another script.
fn linked(text: Text<'_>) -> Option<(u32, u32)> {
    let &[a, b, c, b'-', ten @ b'0'..=b'9', one @ b'0'..=b'9', ..] = text.as_bytes() else { return None };
    Some((Tag::new([a, b, c]).number()?, u32::from(ten - b'0') * 10 + u32::from(one - b'0')))
}

fn is_codes(text: Text<'_>) -> bool {
    text.as_bytes().iter().all(u8::is_ascii_lowercase)
}

fn ends_with(text: Text<'_>, mark: u8) -> bool {
    text.as_bytes().trim_ascii_end().last() == Some(&mark)
}

/// Returns the characters of a range, as far as there are any; bytes of a text that is not known to be UTF-8.
fn cut(text: Text<'_>, start: usize, end: usize) -> Text<'_> {
    let at = |position: usize| match text.as_str() {
        Some(text) if !text.is_ascii() => text.char_indices().nth(position).map_or(text.len(), |(at, _)| at),
        _ => position.min(text.len()),
    };
    let (start, end) = (at(start), at(end));
    bytes(text, start.min(end), end)
}

/// Returns the bytes of a range.
fn bytes(text: Text<'_>, start: usize, end: usize) -> Text<'_> {
    Text::slice(text.as_bytes(), text.as_str(), text.charset(), start, end)
}
