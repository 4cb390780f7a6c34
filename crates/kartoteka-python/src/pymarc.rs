//! What `kartoteka.pymarc` leaves to Rust: the fields of a sound record, and MARC-8.

use kartoteka::{Charset, Policy, Tag};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList, PyString, PyTuple, PyType};

use crate::names;

/// Returns the leader and the fields of a record of ISO 2709 in UTF-8. None for what is not sound in every respect: that is
/// left to the caller.
#[pyfunction]
pub(crate) fn pymarc_fields<'py>(
    py: Python<'py>,
    marc: &[u8],
    field: &Bound<'py, PyType>,
    indicators: &Bound<'py, PyType>,
    subfield: &Bound<'py, PyType>,
) -> PyResult<Option<(Bound<'py, PyString>, Bound<'py, PyList>)>> {
    let Some(sound) = Sound::new(marc) else { return Ok(None) };
    let new_tuple = py.get_type::<PyTuple>().getattr(intern!(py, "__new__"))?;
    let new_object = py.get_type::<PyAny>().getattr(intern!(py, "__new__"))?;
    let none = py.None();
    let mut fields = Vec::with_capacity(sound.entries.len());
    for Entry { tag, body } in sound.entries {
        let made = new_object.call1((field,))?;
        made.setattr(intern!(py, "tag"), names::tag(py, tag))?;
        made.setattr(intern!(py, "control_field"), tag.is_control())?;
        if tag.is_control() {
            made.setattr(intern!(py, "data"), body)?;
            made.setattr(intern!(py, "_indicators"), &none)?;
            made.setattr(intern!(py, "subfields"), PyList::empty(py))?;
        } else {
            let mut parts = body.split('\u{1F}');
            let mut signs = parts.next().unwrap_or_default().chars();
            let (Some(first), Some(second)) = (signs.next(), signs.next()) else { return Ok(None) };
            let signs = (names::code(py, first), names::code(py, second));
            let mut subfields = Vec::with_capacity(4);
            for part in parts.filter(|part| !part.is_empty()) {
                let mut chars = part.chars();
                let Some(code) = chars.next() else { continue };
                let pair = (names::code(py, code), PyString::new(py, chars.as_str()));
                subfields.push(new_tuple.call1((subfield, pair))?);
            }
            made.setattr(intern!(py, "data"), &none)?;
            made.setattr(intern!(py, "_indicators"), new_tuple.call1((indicators, signs))?)?;
            made.setattr(intern!(py, "subfields"), PyList::new(py, subfields)?)?;
        }
        fields.push(made);
    }
    Ok(Some((PyString::new(py, sound.leader), PyList::new(py, fields)?)))
}

/// A record without a fault.
struct Sound<'a> {
    leader: &'a str,
    entries: Vec<Entry<'a>>,
}

struct Entry<'a> {
    tag: Tag,
    body: &'a str,
}

/// Reads digits alone: no sign, no blank.
fn number(bytes: &[u8]) -> Option<usize> {
    bytes.iter().try_fold(0usize, |number, byte| {
        byte.is_ascii_digit().then(|| number * 10 + usize::from(byte - b'0'))
    })
}

impl<'a> Sound<'a> {
    fn new(marc: &'a [u8]) -> Option<Sound<'a>> {
        let text = std::str::from_utf8(marc).ok()?;
        let leader = text.get(..24).filter(|leader| leader.is_ascii())?;
        if number(marc.get(..5)?)? != marc.len() {
            return None;
        }
        let base = number(marc.get(12..17)?)?;
        let directory = marc.get(24..base.checked_sub(1)?)?;
        if directory.is_empty() || directory.len() % 12 != 0 {
            return None;
        }
        let mut entries = Vec::with_capacity(directory.len() / 12);
        for entry in directory.chunks_exact(12) {
            let tag = Tag::new(entry.get(..3)?.try_into().ok()?);
            if !entry.get(..3)?.iter().all(u8::is_ascii_alphanumeric) {
                return None;
            }
            // Control fields are told by pymarc by their number: 00A is none.
            if tag.is_control() && !entry.get(..3)?.iter().all(u8::is_ascii_digit) {
                return None;
            }
            let (length, start) = (number(entry.get(3..7)?)?, base + number(entry.get(7..)?)?);
            let body = text.get(start..(start + length).checked_sub(1)?)?;
            if !tag.is_control() && !is_data(body.as_bytes()) {
                return None;
            }
            entries.push(Entry { tag, body });
        }
        Some(Sound { leader, entries })
    }
}

/// Returns whether a body has two indicators of ASCII, and codes of ASCII.
fn is_data(body: &[u8]) -> bool {
    let mut parts = body.split(|byte| *byte == 0x1F);
    let has_signs = parts.next().is_some_and(|signs| signs.len() == 2 && signs.is_ascii());
    has_signs && parts.all(|part| part.first().is_none_or(u8::is_ascii))
}

/// Decodes MARC-8 as a whole; None if a byte is not valid, or is a control character.
#[pyfunction]
pub(crate) fn marc8_decode(data: &[u8]) -> Option<String> {
    let controls = data.iter().any(|byte| *byte < 0x20 && *byte != 0x1B || (0x80..0xA0).contains(byte));
    let mut text = String::new();
    let decoded = Charset::Marc8.decode_into(data, Policy::Strict, &mut text);
    (!controls && decoded.is_ok()).then_some(text)
}

/// Decodes one character of a set of MARC-8, which its final byte names; None if there is none.
#[pyfunction]
pub(crate) fn marc8_character(set: u8, data: &Bound<'_, PyBytes>) -> Option<String> {
    let data = data.as_bytes();
    let is_upper = data.first().is_some_and(|byte| *byte > 0x80);
    let mut bytes = match set {
        b'g' | b'b' | b'p' | b's' => vec![0x1B, set],
        0x31 => vec![0x1B, b'$', set],
        _ if is_upper => vec![0x1B, b')', set],
        _ => vec![0x1B, b'(', set],
    };
    bytes.extend_from_slice(data);
    // A mark that stands before nothing would be a fault.
    for rest in [&[][..], &[0x1B, b's', b' '][..], b" "] {
        let mut whole = bytes.clone();
        whole.extend_from_slice(rest);
        let mut text = String::new();
        if Charset::Marc8.decode_into(&whole, Policy::Strict, &mut text).is_ok() {
            let text = if rest.is_empty() { text } else { text.trim_start_matches(' ').to_owned() };
            return Some(text).filter(|text| !text.is_empty());
        }
    }
    None
}
