use super::{decode, lines, number, wrong};
use crate::error::Result;
use crate::tag::Tag;

/// An option file (`.opt`): the worksheet or format for each kind of record.
///
/// # Example
/// ```
/// use kartoteka::isis::companion::Opt;
///
/// let opt = Opt::parse(b"920\r\n5\r\nPAZK  PAZK42\r\nNJ    !NJ31\r\n+++++ OTHER\r\n*****\r\n")?;
/// assert_eq!(opt.tag.number(), Some(920));
/// assert_eq!((opt.select("pazk"), opt.select("ASP")), (Some("PAZK42"), Some("OTHER")));
/// # Ok::<(), kartoteka::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opt {
    /// The field whose value selects.
    pub tag: Tag,
    /// Number of characters of the value that are compared.
    pub width: usize,
    /// The rules; the first match applies.
    pub rules: Vec<OptRule>,
}

/// A rule of an [`Opt`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptRule {
    /// The value, in which `+` matches any character.
    pub pattern: String,
    /// The name of the worksheet or format, including a leading `!`.
    pub name: String,
}

impl Opt {
    /// Parses the file.
    ///
    /// # Errors
    /// [`ErrorKind::Format`](crate::ErrorKind::Format) if the first two lines are no numbers, or a rule has no name.
    pub fn parse(bytes: &[u8]) -> Result<Opt> {
        let what = "option file";
        let text = decode(bytes);
        let mut lines = lines(&text);
        let tag = number(what, lines.next().unwrap_or((1, "")))?;
        let tag = u32::try_from(tag).ok().and_then(Tag::from_number);
        let tag = tag.ok_or_else(|| wrong(what, 1, "a tag is a number above 0"))?;
        let width = number(what, lines.next().unwrap_or((2, "")))?;
        let mut rules = Vec::new();
        for (number, line) in lines {
            if line.starts_with('*') {
                break;
            }
            if line.trim().is_empty() {
                continue;
            }
            let end = line.char_indices().nth(width).map_or(line.len(), |(at, _)| at);
            let (pattern, name) = line.split_at(end);
            if name.trim().is_empty() {
                return Err(wrong(
                    what,
                    number,
                    format_args!("no name after the {width} characters of the key"),
                ));
            }
            rules.push(OptRule { pattern: pattern.trim_end().to_owned(), name: name.trim().to_owned() });
        }
        Ok(Opt { tag, width, rules })
    }

    /// Returns the name for a value; ignores case.
    pub fn select(&self, value: &str) -> Option<&str> {
        let value = value.to_uppercase();
        let matches = |rule: &&OptRule| {
            let pattern = rule.pattern.to_uppercase();
            let (mut own, mut given) = (pattern.chars(), value.chars());
            (0..self.width).all(|_| match (own.next().unwrap_or(' '), given.next().unwrap_or(' ')) {
                ('+', _) => true,
                (own, given) => own == given,
            })
        };
        self.rules.iter().find(matches).map(|rule| rule.name.as_str())
    }
}
