//! The small text files beside the bases of IRBIS: parameters, menus, trees, worksheets and so on.
//!
//! A converter needs them to find files, meanings of codes, and names of fields. All are parsed from bytes,
//! as UTF-8 if valid, else as Windows-1251, which IRBIS writes; lines end with CR LF or LF. Anything that
//! violates the grammar is an [`ErrorKind::Format`](crate::ErrorKind::Format) that names the line.
//!
//! # Spec
//! No standard; the help of IRBIS64 and the files.
//!
//! # Example
//! ```
//! use kartoteka::isis::companion::Menu;
//!
//! let menu = Menu::parse("0\r\nfree\r\n1\r\non loan\r\n*****\r\n".as_bytes())?;
//! assert_eq!(menu.lookup("1"), Some("on loan"));
//! # Ok::<(), kartoteka::Error>(())
//! ```

#![expect(clippy::arithmetic_side_effects, reason = "numbers of lines")]

mod fst;
mod menu;
mod opt;
mod par;
mod stop;
mod tree;
mod worksheet;

use std::borrow::Cow;

pub use self::fst::{Fst, FstMethod, FstRule};
#[cfg(feature = "rules")]
pub(crate) use self::menu::without_comment;
pub use self::menu::{Menu, MenuEntry};
pub use self::opt::{Opt, OptRule};
pub use self::par::Par;
pub use self::stop::StopWords;
pub use self::tree::{Tree, TreeNode};
pub use self::worksheet::{Item, Page, SubWorksheet, Worksheet};

use crate::charset::Charset;
use crate::error::{Error, Result};

/// Returns the text of a file: UTF-8 if valid, else Windows-1251.
fn decode(bytes: &[u8]) -> Cow<'_, str> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Charset::Windows1251.decode_lossy(bytes).0,
    }
}

/// Returns the lines of a file with their numbers from 1; ignores a final 1A, the end of file of DOS.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> + Clone {
    let text = text.trim_end_matches('\u{1A}');
    text.lines().enumerate().map(|(index, line)| (index + 1, line.trim_end_matches('\r')))
}

fn wrong(what: &str, line: usize, why: impl std::fmt::Display) -> Error {
    Error::refused(format!("{what}, line {line}: {why}"))
}

/// Parses a line that must be a number.
fn number(what: &str, (line, text): (usize, &str)) -> Result<usize> {
    text.trim().parse().map_err(|_| wrong(what, line, format_args!("{text:?} is no number")))
}
