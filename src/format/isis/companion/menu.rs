use super::{decode, lines, wrong};
use crate::error::Result;

/// A menu (`.mnu`): codes and their meanings.
///
/// # Example
/// ```
/// use kartoteka::isis::companion::Menu;
///
/// let menu = Menu::parse("ru - Russia\r\nРоссия\r\nde\r\n\r\n*****\r\n".as_bytes())?;
/// assert_eq!(menu.lookup("RU"), Some("Россия"));
/// assert_eq!(menu.lookup("de"), Some(""));
/// assert_eq!(menu.lookup("fr"), None);
/// # Ok::<(), kartoteka::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Menu {
    /// The entries, in the order of the file.
    pub entries: Vec<MenuEntry>,
}

/// An entry of a [`Menu`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MenuEntry {
    /// The code, with any text after it, such as ` - comment`.
    pub code: String,
    /// The meaning, including leading blanks.
    pub meaning: String,
}

impl Menu {
    /// Parses the file: a line for the code, a line for its meaning, up to a line of asterisks, an empty
    /// code, or the end.
    ///
    /// # Errors
    /// [`ErrorKind::Format`](crate::ErrorKind::Format) if the file ends after a code.
    pub fn parse(bytes: &[u8]) -> Result<Menu> {
        let text = decode(bytes);
        let mut lines = lines(&text);
        let mut menu = Menu::default();
        while let Some((number, code)) = lines.next() {
            if code.is_empty() || code.starts_with("*****") {
                break;
            }
            let Some((_, meaning)) = lines.next() else {
                return Err(wrong("menu", number, format_args!("code {code:?} is the last line")));
            };
            menu.entries.push(MenuEntry { code: code.to_owned(), meaning: meaning.to_owned() });
        }
        Ok(menu)
    }

    /// Returns the meaning of a code, looked up as IRBIS does: exactly, then ignoring case, then without
    /// surrounding blanks, then without the text after a blank, `-`, `=` or `:`.
    pub fn lookup(&self, code: &str) -> Option<&str> {
        let find = |is: &dyn Fn(&str) -> bool| self.entries.iter().find(|entry| is(&entry.code));
        let same = |a: &str, b: &str| a.to_lowercase() == b.to_lowercase();
        let found = find(&|own| own == code)
            .or_else(|| find(&|own| same(own, code)))
            .or_else(|| find(&|own| same(own.trim(), code.trim())))
            .or_else(|| {
                find(&|own| {
                    !without_comment(own).is_empty() && same(without_comment(own), without_comment(code))
                })
            });
        found.map(|entry| entry.meaning.as_str())
    }
}

/// Returns a code without its comment.
pub(crate) fn without_comment(code: &str) -> &str {
    code.trim().split([' ', '-', '=', ':']).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exact_code_comes_before_all_others() {
        let menu = Menu::parse(b"a - first\n1\nA\n2\na\n3\n\n4\n").unwrap();
        assert_eq!(menu.entries.len(), 3, "an empty code ends it");
        assert_eq!(
            (menu.lookup("a"), menu.lookup("A"), menu.lookup(" a ")),
            (Some("3"), Some("2"), Some("2"))
        );
        assert_eq!(menu.lookup("a - first"), Some("1"));
        assert!(Menu::parse(b"a\n1\nb\n").is_err());
    }
}
