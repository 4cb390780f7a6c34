//! Tags and codes as strings that are made once.

use kartoteka::Tag;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyString;

static TAGS: PyOnceLock<Vec<Py<PyString>>> = PyOnceLock::new();
static CODES: PyOnceLock<Vec<Py<PyString>>> = PyOnceLock::new();

/// Returns a tag as text.
#[inline]
pub(crate) fn tag(py: Python<'_>, tag: Tag) -> Py<PyString> {
    let known = TAGS.get_or_init(py, || {
        (0..1000).map(|number| PyString::intern(py, &format!("{number:03}")).unbind()).collect()
    });
    // A tag such as 00a has no number; one such as 7 of IRBIS is written 007 in MARC, and is told apart.
    let number = tag.bytes().and_then(|bytes| {
        bytes.iter().try_fold(0usize, |number, byte| {
            byte.is_ascii_digit().then(|| number * 10 + usize::from(byte - b'0'))
        })
    });
    match number.and_then(|number| known.get(number)) {
        Some(known) => known.clone_ref(py),
        None => PyString::new(py, &tag.to_string()).unbind(),
    }
}

/// Returns a code as text.
#[inline]
pub(crate) fn code(py: Python<'_>, code: char) -> Py<PyString> {
    let known = CODES.get_or_init(py, || {
        (0u8..128)
            .map(|code| PyString::intern(py, char::from(code).encode_utf8(&mut [0; 4])).unbind())
            .collect()
    });
    match known.get(code as usize) {
        Some(known) => known.clone_ref(py),
        None => PyString::new(py, code.encode_utf8(&mut [0; 4])).unbind(),
    }
}
