use super::{decode, lines, number};
use crate::error::Result;

/// A worksheet (`.ws`): the fields shown to a cataloguer, page by page.
///
/// # Example
/// ```
/// use kartoteka::isis::companion::Worksheet;
///
/// let text = "1\r\nMain\r\n1\r\n200\r\nTitle\r\n0\r\n\r\n5\r\n200.wss\r\n\r\n\r\n\r\n\r\n";
/// let sheet = Worksheet::parse(text.as_bytes())?;
/// let title = &sheet.pages[0].items[0];
/// assert_eq!((title.tag.as_str(), title.label.as_str(), title.mode.as_str()), ("200", "Title", "5"));
/// # Ok::<(), kartoteka::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Worksheet {
    /// The pages.
    pub pages: Vec<Page>,
}

/// A page of a [`Worksheet`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Page {
    /// The label of its tab; `@FILE` includes all pages of another worksheet.
    pub name: String,
    /// The items, in order.
    pub items: Vec<Item>,
}

/// A nested worksheet (`.wss`): the subfields of one field.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SubWorksheet {
    /// The items, with the code of a subfield, or `*` for the head text, in place of the tag.
    pub items: Vec<Item>,
}

/// A field of a worksheet, or a subfield of a nested one: ten lines, verbatim.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Item {
    /// Tag of the field, or code of the subfield.
    pub tag: String,
    /// Its label.
    pub label: String,
    /// Whether it repeats: `1` if so; `0`, and rarely `2`.
    pub repeatable: String,
    /// Number of the help text.
    pub help: String,
    /// The input mode: `0` plain, `1` menu, `2` dictionary, `5` nested worksheet, `6` tree, and so on.
    pub mode: String,
    /// The parameter of the mode, such as the name of a menu.
    pub info: String,
    /// The format that validates it.
    pub check: String,
    /// A hint.
    pub hint: String,
    /// The default value.
    pub default: String,
    /// The last line, without a meaning.
    pub reserved: String,
}

impl Item {
    /// Takes ten lines; lines missing at the end of the file count as empty.
    fn take<'a>(lines: &mut impl Iterator<Item = (usize, &'a str)>) -> Item {
        let mut line = || lines.next().map(|(_, line)| line.to_owned()).unwrap_or_default();
        Item {
            tag: line().trim().to_owned(),
            label: line(),
            repeatable: line().trim().to_owned(),
            help: line(),
            mode: line().trim().to_owned(),
            info: line(),
            check: line(),
            hint: line(),
            default: line(),
            reserved: line(),
        }
    }
}

impl Worksheet {
    /// Parses the file.
    ///
    /// # Errors
    /// [`ErrorKind::Format`](crate::ErrorKind::Format) if the number of pages, or of the items of a page, is
    /// invalid.
    pub fn parse(bytes: &[u8]) -> Result<Worksheet> {
        let what = "worksheet";
        let text = decode(bytes);
        let mut lines = lines(&text);
        let mut pages = Vec::new();
        for _ in 0..number(what, lines.next().unwrap_or((1, "")))? {
            let Some((_, name)) = lines.next() else { break };
            pages.push(Page { name: name.to_owned(), items: Vec::new() });
        }
        let mut counts = Vec::new();
        for _ in &pages {
            counts.push(number(what, lines.next().unwrap_or((pages.len() + 2, "")))?);
        }
        let mut lines = lines.peekable();
        for (page, count) in pages.iter_mut().zip(counts) {
            for _ in 0..count {
                if lines.peek().is_none() {
                    break;
                }
                page.items.push(Item::take(&mut lines));
            }
        }
        Ok(Worksheet { pages })
    }
}

impl SubWorksheet {
    /// Parses the file.
    ///
    /// # Errors
    /// [`ErrorKind::Format`](crate::ErrorKind::Format) if the number of items is invalid.
    pub fn parse(bytes: &[u8]) -> Result<SubWorksheet> {
        let text = decode(bytes);
        let mut lines = lines(&text).peekable();
        let count = number("nested worksheet", lines.next().unwrap_or((1, "")))?;
        let mut sheet = SubWorksheet::default();
        for _ in 0..count {
            if lines.peek().is_none() {
                break;
            }
            sheet.items.push(Item::take(&mut lines));
        }
        Ok(sheet)
    }
}
