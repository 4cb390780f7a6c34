use super::{decode, lines, wrong};
use crate::error::Result;

/// A field select table (`.fst`), or one for partial indexing (`.ifs`): how terms are created, or records
/// reformatted.
///
/// # Example
/// ```
/// use kartoteka::isis::companion::Fst;
///
/// let fst = Fst::parse(b"/* titles\r\n200 8 '/T=/',v200^a\r\n610 0 'K=',v610\r\n")?;
/// let rule = &fst.rules[0];
/// assert_eq!((rule.id, rule.method.number(), rule.format.as_str()), (200, 8, "'/T=/',v200^a"));
/// assert_eq!(rule.method.prefix(&rule.format), Some("T="));
/// # Ok::<(), kartoteka::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fst {
    /// The rules, in the order of the file.
    pub rules: Vec<FstRule>,
}

/// A rule of an [`Fst`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FstRule {
    /// The number stored in the postings of its terms; the tag of the result when records are reformatted.
    pub id: u32,
    /// The fields that the rule uses, if the file names them, as `.ifs` does.
    pub sources: Vec<u32>,
    /// How terms are created from the output of the format.
    pub method: FstMethod,
    /// The format, in the language of IRBIS.
    pub format: String,
}

/// The method of an [`FstRule`] to create terms: a number from 0 to 8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FstMethod(u8);

impl FstMethod {
    /// Returns the number: 0 each line, 1 each subfield or line, 2 text in `<>`, 3 text in `//`, 4 each word;
    /// 5 to 8 are 1 to 4 with a prefix.
    pub const fn number(self) -> u8 {
        self.0
    }

    /// Returns the prefix of the terms, for methods 5 to 8: the literal at the start of the format, such as
    /// `'/K=/'`, whose first character is its delimiter.
    pub fn prefix(self, format: &str) -> Option<&str> {
        if self.0 < 5 {
            return None;
        }
        let literal = format.split_once('\'')?.1.split_once('\'')?.0;
        let delimiter = literal.chars().next()?;
        let rest = literal.get(delimiter.len_utf8()..)?;
        Some(rest.split(delimiter).next().unwrap_or(rest))
    }
}

impl Fst {
    /// Parses the file. Skips empty lines and comments, which begin with `/*`.
    ///
    /// # Errors
    /// [`ErrorKind::Format`](crate::ErrorKind::Format) if a line is not number, method 0 to 8, and format.
    pub fn parse(bytes: &[u8]) -> Result<Fst> {
        let text = decode(bytes);
        let mut fst = Fst::default();
        for (number, line) in lines(&text) {
            let line = line.trim();
            if line.is_empty() || line.starts_with("/*") {
                continue;
            }
            let (ids, rest) = line.split_once([' ', '\t']).unwrap_or((line, ""));
            let rest = rest.trim_start();
            let (method, format) = rest.split_once([' ', '\t']).unwrap_or((rest, ""));
            let mut ids = ids.split(',').map(|id| id.trim().parse::<u32>());
            let (Some(Ok(id)), Ok(sources)) = (ids.next(), ids.collect::<std::result::Result<Vec<_>, _>>())
            else {
                return Err(wrong("field select table", number, "expected a number first"));
            };
            let Some(method) = method.parse::<u8>().ok().filter(|method| *method <= 8) else {
                return Err(wrong(
                    "field select table",
                    number,
                    format_args!("{method:?} is no method from 0 to 8"),
                ));
            };
            let format = format.trim().to_owned();
            fst.rules.push(FstRule { id, sources, method: FstMethod(method), format });
        }
        Ok(fst)
    }
}
