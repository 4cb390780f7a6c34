//! A record of the rows of a long table.

use kartoteka::{Builder, IsisHeader, Leader, Record, Syntax, Tag};

use super::OwnedRow;
use crate::long::syntax_of;
use crate::schema::{LEADER, header as codes};

/// Cuts the rows of the header off, which are in no field, from rows that are in order.
pub(super) fn header(rows: &[OwnedRow]) -> (&[OwnedRow], &[OwnedRow]) {
    let len = rows.iter().take_while(|row| row.field.unwrap_or_default() == 0).count();
    rows.split_at_checked(len).unwrap_or_default()
}

/// Makes a record of its rows, which are in order.
pub(super) fn record(rows: &[OwnedRow], body: &mut String) -> Result<Record, String> {
    let (header, fields) = header(rows);
    let mut record = head(header)?;
    let mut rest = fields;
    while let Some(first) = rest.first() {
        let len = rest.iter().take_while(|row| row.field == first.field).count();
        let (rows, others) = rest.split_at_checked(len).unwrap_or_default();
        let of = || {
            format!(
                "field {} ({})",
                first.field.unwrap_or_default(),
                first.tag.as_deref().unwrap_or("no tag")
            )
        };
        let (tag, control) =
            field(rows, record.view().syntax(), body).map_err(|why| format!("{}: {why}", of()))?;
        let pushed = record.push_field(tag, |writer| writer.body(body, control));
        pushed.map_err(|error| format!("{}: {error}", of()))?;
        rest = others;
    }
    Ok(record)
}

/// Makes a record without fields of the rows of its header.
fn head(rows: &[OwnedRow]) -> Result<Record, String> {
    let (mut leader, mut syntax, mut isis) = (None, None, None::<IsisHeader>);
    let mfn = rows.iter().find_map(|row| row.key.mfn);
    for row in rows {
        let value = row.value.as_deref().unwrap_or_default();
        if row.tag.as_deref() != Some(LEADER) {
            let (tag, code) = (row.tag.as_deref().unwrap_or("null"), row.code.as_deref());
            return Err(match code {
                Some(code) => format!("subfield {code} of {tag} is in no field: its field is 0 or null"),
                None => format!("a row with the tag {tag} has no field: it is 0 or null"),
            });
        }
        let number = || value.parse::<u64>().map_err(|_| format!("{value:?} in the header is no number"));
        let narrow =
            || number().and_then(|number| u32::try_from(number).map_err(|_| format!("{value} is too great")));
        match row.code.as_deref() {
            None if leader.is_some() => {
                return Err("two leaders, as where one table is made of those of several inputs".to_owned());
            }
            None => {
                let parsed = value.parse::<Leader>();
                leader = Some(
                    parsed.map_err(|_| format!("the leader {value:?} has not 24 characters of one byte"))?,
                );
            }
            Some(codes::SYNTAX) => {
                syntax = Some(syntax_of(value).ok_or_else(|| format!("{value:?} is no syntax of records"))?);
            }
            Some(codes::STATUS) => in_base(&mut isis).status = narrow()?,
            Some(codes::VERSION) => in_base(&mut isis).version = narrow()?,
            Some(codes::PREVIOUS) => in_base(&mut isis).previous = number()?,
            Some(code) => return Err(format!("{code:?} is no code of a header")),
        }
    }
    // Where there is a number and nothing else, it is that of a master file, whose records have no indicators.
    let bare = mfn.is_some() && isis.is_none() && leader.is_none();
    let syntax = syntax.unwrap_or(if bare { Syntax::IRBIS } else { Syntax::MARC });
    if let Some(mfn) = mfn {
        in_base(&mut isis).mfn = u32::try_from(mfn).map_err(|_| format!("the MFN {mfn} is too great"))?;
    }
    let mut record = Builder::new(syntax).build().map_err(|error| error.to_string())?;
    record.set_leader(leader);
    record.set_isis(isis);
    Ok(record)
}

/// Says which field of a record is the first whose indicators are null, although the fields of its syntax have them.
pub(super) fn without_indicators(rows: &[OwnedRow], syntax: Syntax) -> Option<String> {
    if !syntax.has_indicators() {
        return None;
    }
    let is_one = |row: &&OwnedRow| row.subfield.is_some() && row.ind1.is_none() && row.ind2.is_none();
    let first = header(rows).1.iter().find(is_one)?;
    let tag = first.tag.as_deref().unwrap_or("no tag");
    Some(format!("field {} ({tag}): ind1 and ind2 are null; a blank is ' '", first.field.unwrap_or_default()))
}

fn in_base(isis: &mut Option<IsisHeader>) -> &mut IsisHeader {
    isis.get_or_insert(IsisHeader::new(0, 0, 0))
}

/// Puts the body of a field together, and returns its tag.
fn field(rows: &[OwnedRow], syntax: Syntax, body: &mut String) -> Result<(Tag, bool), String> {
    let Some(first) = rows.first() else { return Err("no rows".to_owned()) };
    let name = first.tag.as_deref().ok_or("no tag")?;
    if name == LEADER {
        return Err("a row of the leader is in a field, and not in field 0".to_owned());
    }
    let tag = tag_of(name).ok_or_else(|| format!("{name:?} is no tag"))?;
    // Where all fields 00X of a record have indicators and subfields, they are read as data fields; and Aleph has fields
    // such as FMT that have neither.
    let is_standard = syntax.control_fields && tag.is_control();
    let has_value = first.value.as_ref().is_some_and(|value| !value.is_empty());
    let has_subfields = rows.iter().any(|row| row.subfield.is_some());
    let is_other = syntax.has_indicators() && has_value && !has_subfields;
    let control = first.ind1.is_none() && (is_standard || is_other);
    let delimiter = char::from(syntax.delimiter);
    body.clear();
    if !control {
        for (number, indicator) in (1..).zip([&first.ind1, &first.ind2]) {
            let indicator = indicator.as_deref().unwrap_or_default();
            // The second holds all others, where a record has more than two.
            let most = if number == 1 { 1 } else { usize::from(syntax.indicators).saturating_sub(1).max(1) };
            if indicator.chars().count() > most || indicator.contains(delimiter) {
                return Err(format!("the indicator {indicator:?} is not one character"));
            }
            body.push_str(indicator);
        }
    }
    let mut before = None;
    for row in rows {
        if row.tag != first.tag {
            return Err(format!("two tags, {name} and {}", row.tag.as_deref().unwrap_or("null")));
        }
        if row.ind1 != first.ind1 || row.ind2 != first.ind2 {
            return Err("its rows have different indicators".to_owned());
        }
        if before == Some(row.subfield) {
            return Err(match row.subfield {
                Some(number) => format!("two subfields with the number {number}"),
                None => "two rows without a subfield".to_owned(),
            });
        }
        before = Some(row.subfield);
        let value = row.value.as_deref().ok_or("a value is null")?;
        if !control && value.contains(delimiter) {
            return Err(format!("a value holds the delimiter of subfields: {value:?}"));
        }
        match (row.subfield, row.code.as_deref()) {
            (None, None) => {}
            (Some(number), _) if control => {
                return Err(format!("a control field with the subfield {number}"));
            }
            (None, Some(code)) => {
                return Err(format!("the code {code:?} without the number of its subfield"));
            }
            (Some(number), None) => return Err(format!("subfield {number} without a code")),
            // A delimiter that nothing follows has an empty code.
            (Some(number), Some(code)) => {
                if code.chars().count() > 1
                    || code.is_empty() && !value.is_empty()
                    || code.contains(delimiter)
                {
                    return Err(format!("the code {code:?} of subfield {number} is not one character"));
                }
                body.push(delimiter);
                body.push_str(code);
            }
        }
        body.push_str(value);
    }
    Ok((tag, control))
}

/// A tag by its name, in which bytes that are no visible ASCII are written as `\xC3`.
fn tag_of(name: &str) -> Option<Tag> {
    if !name.contains('\\') {
        return name.parse().ok();
    }
    let (mut bytes, mut rest) = (Vec::new(), name.as_bytes());
    while let Some((first, after)) = rest.split_first() {
        let (byte, len) = match (first, after) {
            (b'\\', [b'x', digits @ ..]) => {
                let digits = std::str::from_utf8(digits.get(..2)?).ok()?;
                (u8::from_str_radix(digits, 16).ok()?, 3)
            }
            (b'\\', [b't', ..]) => (b'\t', 1),
            (b'\\', [b'n', ..]) => (b'\n', 1),
            (b'\\', [b'r', ..]) => (b'\r', 1),
            (b'\\', [other, ..]) => (*other, 1),
            (byte, _) => (*byte, 0),
        };
        bytes.push(byte);
        rest = after.get(len..)?;
    }
    Some(Tag::new(bytes.try_into().ok()?))
}
