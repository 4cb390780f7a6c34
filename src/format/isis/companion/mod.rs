//! The small text files that lie beside the bases of IRBIS: parameters, menus, trees, worksheets and the like.
//!
//! A converter needs them to know where files lie, what codes mean, and what fields are called. All are read from
//! bytes, in UTF-8 if they are valid UTF-8, else in Windows-1251, which is what IRBIS writes; lines end with CR LF or
//! LF. What does not follow the grammar is an [`ErrorKind::Format`](crate::ErrorKind::Format) that names the line.
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

mod fst;
mod menu;
mod opt;
mod par;
mod stop;
mod tree;
mod worksheet;

use std::borrow::Cow;

pub use self::fst::{Fst, FstMethod, FstRule};
pub use self::menu::{Menu, MenuEntry};
pub use self::opt::{Opt, OptRule};
pub use self::par::Par;
pub use self::stop::StopWords;
pub use self::tree::{Tree, TreeNode};
pub use self::worksheet::{Item, Page, SubWorksheet, Worksheet};

use crate::charset::Charset;
use crate::{Error, ErrorKind, Result};

/// The text of a file: UTF-8 if it is that, else Windows-1251.
fn decode(bytes: &[u8]) -> Cow<'_, str> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Charset::Windows1251.decode_lossy(bytes).0,
    }
}

/// The lines of a file, with their numbers from 1; a 1A at the end, as DOS wrote it, is none.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> + Clone {
    let text = text.trim_end_matches('\u{1A}');
    text.lines().enumerate().map(|(index, line)| (index.saturating_add(1), line.trim_end_matches('\r')))
}

fn wrong(what: &str, line: usize, why: impl std::fmt::Display) -> Error {
    Error::new(ErrorKind::Format(format!("{what}, line {line}: {why}")))
}

/// A number that a line must be.
fn number(what: &str, (line, text): (usize, &str)) -> Result<usize> {
    text.trim().parse().map_err(|_| wrong(what, line, format_args!("{text:?} is no number")))
}
