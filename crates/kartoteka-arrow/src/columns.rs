//! Columns of a table of paths, by the names that people give them.

mod nearest;

use std::fmt;
use std::sync::Arc;

use arrow_schema::{DataType, Field, Schema, SchemaRef};
use kartoteka::FieldPath;
use kartoteka::model::{columns, element_names};
use kartoteka::table::Column;

/// Where the values of a column come from.
#[derive(Debug, Clone)]
pub(crate) enum Source {
    /// A path, or an element of the typed view.
    Values(Column),
    /// The number of the record.
    Record,
    /// Its offset in the input.
    Offset,
    /// Its number in its master file.
    Mfn,
}

/// The properties of the record that are columns, too.
const PROPERTIES: [(&str, Source, DataType); 3] = [
    ("record", Source::Record, DataType::UInt64),
    ("offset", Source::Offset, DataType::UInt64),
    ("mfn", Source::Mfn, DataType::UInt32),
];

/// The columns of a table with a row for each record: names, and paths or elements.
///
/// Columns are separated by commas. Each is a path such as `245$a` or `008/35-37`, or an element of the typed view such as
/// `@title`, `@isbn` or `@year`, which is the same whatever the format of the record; `@record`, `@offset` and `@mfn` are
/// the number of the record, its offset in bytes, and its number in its master file. A name and `=` before it name the
/// column; without them it is named as it is written, without `@`. `first:` before a path takes the first value, and the
/// column is text; without it the column is a list of texts.
///
/// # Example
/// ```
/// use kartoteka_arrow::Columns;
///
/// let columns: Columns = "id=first:001, title=245$a, @year, offset=@offset".parse()?;
/// let names: Vec<_> = columns.schema().fields().iter().map(|field| field.name().clone()).collect();
/// assert_eq!(names, ["id", "title", "year", "offset"]);
/// assert_eq!(
///     "title=245$$a".parse::<Columns>().unwrap_err().to_string(),
///     "column 1, \"title=245$$a\", character 12: expected $, [, /, { or the end; the nearest right one is title=245$a"
/// );
/// # Ok::<(), kartoteka_arrow::ColumnError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Columns {
    pub(crate) sources: Vec<(Source, bool)>,
    schema: SchemaRef,
}

impl Columns {
    /// Returns the schema of the table.
    pub fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }
}

/// Why a list of columns cannot be used: the place, what was expected there, and the nearest right one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnError {
    /// Number of the column, from 1, and its text.
    column: (usize, String),
    /// Number of the character in it, from 1.
    character: usize,
    why: String,
    nearest: Option<String>,
}

impl std::error::Error for ColumnError {}

impl fmt::Display for ColumnError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (number, text) = &self.column;
        write!(f, "column {number}, {text:?}, character {}: {}", self.character, self.why)?;
        match &self.nearest {
            Some(nearest) => write!(f, "; the nearest right one is {nearest}"),
            None => Ok(()),
        }
    }
}

impl std::str::FromStr for Columns {
    type Err = ColumnError;

    fn from_str(text: &str) -> Result<Columns, ColumnError> {
        let (mut sources, mut fields) = (Vec::<(Source, bool)>::new(), Vec::<Field>::new());
        for (number, item) in (1..).zip(split(text)) {
            let item = item.trim();
            let error = |at: usize, why: String, nearest: Option<String>| ColumnError {
                column: (number, item.to_owned()),
                character: item.get(..at).unwrap_or(item).chars().count() + 1,
                why,
                nearest,
            };
            let (mut name, mut rest) = name_of(item);
            let mut first = false;
            // `first:title=245$a` is as good as `title=first:245$a`.
            if let Some(after) = rest.strip_prefix("first:") {
                first = true;
                rest = after.trim_start();
                if name.is_none() {
                    (name, rest) = name_of(rest);
                }
            }
            let at = item.len().saturating_sub(rest.len());
            let head = item.get(..at).unwrap_or_default();
            if rest.is_empty() {
                let expected = "expected a path, such as 245$a, or an element, such as @title";
                return Err(error(
                    at,
                    expected.into(),
                    nearest::named(name).map(|right| format!("{head}{right}")),
                ));
            }
            let property =
                rest.strip_prefix('@').and_then(|name| PROPERTIES.iter().find(|one| one.0 == name));
            let (source, data) = match property {
                Some((_, source, data)) => (source.clone(), data.clone()),
                None => match column(rest) {
                    Ok(column) if first => (Source::Values(column), DataType::Utf8),
                    Ok(column) => {
                        let values = Field::new("item", DataType::Utf8, false);
                        (Source::Values(column), DataType::List(Arc::new(values)))
                    }
                    Err((offset, why)) => {
                        let (why, right) = match nearest::turned(rest, offset) {
                            Some((why, right)) => (why, Some(right)),
                            None => (why, nearest::path(rest, offset)),
                        };
                        return Err(error(at + offset, why, right.map(|right| format!("{head}{right}"))));
                    }
                },
            };
            let name = name.unwrap_or_else(|| rest.trim_start_matches('@'));
            if fields.iter().any(|field| field.name() == name) {
                return Err(error(0, format!("there is a column {name:?} already"), None));
            }
            fields.push(Field::new(name, data, true));
            sources.push((source, first));
        }
        Ok(Columns { sources, schema: Arc::new(Schema::new(fields)) })
    }
}

/// Cuts a list at its commas, but for those inside brackets and quotes.
fn split(text: &str) -> Vec<&str> {
    let (mut items, mut start, mut depth, mut quoted) = (Vec::new(), 0, 0u32, false);
    for (at, char) in text.char_indices() {
        match char {
            '"' => quoted = !quoted,
            '{' | '[' | '(' if !quoted => depth += 1,
            '}' | ']' | ')' if !quoted => depth = depth.saturating_sub(1),
            ',' if !quoted && depth == 0 => {
                items.extend(text.get(start..at));
                start = at + 1;
            }
            _ => {}
        }
    }
    items.extend(text.get(start..));
    items
}

/// Cuts the name off that is before `=`.
fn name_of(item: &str) -> (Option<&str>, &str) {
    let is_name = |name: &str| {
        name.starts_with(|char: char| char.is_alphabetic() || char == '_')
            && name.chars().all(|char| char.is_alphanumeric() || matches!(char, '_' | '-' | '.'))
    };
    match item.split_once('=') {
        Some((name, rest)) if is_name(name.trim()) => (Some(name.trim()), rest.trim_start()),
        _ => (None, item),
    }
}

/// Parses a path or an element; the error is its place and what was expected.
fn column(text: &str) -> Result<Column, (usize, String)> {
    if let Some(name) = text.strip_prefix('@') {
        let known = || element_names().collect::<Vec<_>>().join(", @");
        let made = columns(text).ok().and_then(|made| made.into_iter().next());
        return made.ok_or_else(|| {
            (1, format!("no element {name:?}: there are @record, @offset, @mfn, @{}", known()))
        });
    }
    match text.parse::<FieldPath>() {
        Ok(path) => Ok(Column::Path(path)),
        Err(error) => Err((error.offset(), format!("expected {}", error.expected()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        text.parse::<Columns>().unwrap_err().to_string()
    }

    #[test]
    fn columns_have_names_and_types() {
        let columns: Columns = "first:id=001, isbn=020$a,@title, y=first:@year, m=@mfn".parse().unwrap();
        let found: Vec<String> = columns
            .schema()
            .fields()
            .iter()
            .map(|field| format!("{} {}", field.name(), field.data_type()))
            .collect();
        assert_eq!(found[0], "id Utf8");
        assert!(found[1].starts_with("isbn List"), "{found:?}");
        assert!(found[2].starts_with("title List"), "{found:?}");
        assert_eq!(found[3..], ["y Utf8", "m UInt32"]);
    }

    #[test]
    fn wrong_columns_have_a_place_and_a_neighbour() {
        assert!(error("id=001, t=245$$a").starts_with("column 2, \"t=245$$a\", character 8: expected "));
        assert!(error("id=001, t=245$$a").ends_with("the nearest right one is t=245$a"));
        assert!(error("@titel").contains("character 2: no element \"titel\": there are @record"));
        assert!(error("@titel").ends_with("the nearest right one is @title"));
        assert!(error("24$a").ends_with("the nearest right one is 024$a"));
        assert!(error("245$a{").ends_with("the nearest right one is 245$a"));
        assert!(error("title").ends_with("the nearest right one is @title"));
        assert_eq!(
            error("a=001,a=245$a"),
            "column 2, \"a=245$a\", character 1: there is a column \"a\" already"
        );
        // Prefixes, elements and tags that are nearly right.
        for (wrong, right) in [
            ("frist:245$a", "first:245$a"),
            ("First:@title", "first:@title"),
            ("t=fist:@titel", "t=first:@title"),
            ("first:@RECORD", "first:@record"),
            ("@RECORD", "@record"),
            ("y=@Year", "y=@year"),
            ("@OFSET", "@offset"),
            ("TITLE", "@title"),
            ("leader=leader", "leader=LDR"),
            ("leader=leader/6", "leader=LDR/6"),
            ("Leader/7", "LDR/7"),
            ("leader=", "leader=LDR"),
            ("title=", "title=@title"),
            ("t=245 $a", "t=245$a"),
            ("t=245:a", "t=245$a"),
            ("t=245.a", "t=245$a"),
            ("t=245$A", "t=245$a"),
            ("t=245$a$", "t=245$a"),
            ("t=245$a !!! 5", "t=245$a"),
        ] {
            assert!(
                error(wrong).ends_with(&format!("; the nearest right one is {right}")),
                "{}",
                error(wrong)
            );
        }
        // Ranges that are turned.
        assert_eq!(
            error("c=008/40-35"),
            "column 1, \"c=008/40-35\", character 10: the range is turned, as 35 is before 40; \
             the nearest right one is c=008/35-40"
        );
        assert!(
            error("650[3-1]$a")
                .ends_with("the range is turned, as 1 is before 3; the nearest right one is 650[1-3]$a")
        );
        assert!(
            error("245$c-a")
                .ends_with("the range is turned, as a is before c; the nearest right one is 245$a-c")
        );
        // What is nothing has no neighbour.
        assert!(
            !error("a=").contains("nearest") && !error("!").contains("nearest"),
            "{} {}",
            error("a="),
            error("!")
        );
        assert!(error("a=001,,").contains("column 2, \"\", character 1: expected a path"));
        assert!(error("a=").contains("character 3: expected a path"));
    }
}
