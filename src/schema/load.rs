//! Schemas by name: built-in sets, and files.

use std::path::Path;
use std::sync::Arc;

use super::compile::Compiled;
use super::definition::Schema;
use super::sets::Set;

/// Why there is no schema: a line for each mistake, with the file and the place in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct LoadSchemaError(String);

impl LoadSchemaError {
    pub(crate) fn new(why: impl Into<String>) -> LoadSchemaError {
        LoadSchemaError(why.into())
    }
}

impl Compiled {
    /// Returns the rules of a built-in set, by its name, or of the schema in a file.
    ///
    /// # Errors
    /// If there is no such set or file, or the schema has mistakes by which something would not be checked; of those, up to
    /// ten are named.
    ///
    /// # Example
    /// ```
    /// use kartoteka::schema::Compiled;
    ///
    /// assert_eq!(Compiled::load("marc21-bib")?.schema().fields["245"].label, "Title Statement");
    /// assert!(Compiled::load("marc21-bip").unwrap_err().to_string().contains("marc21-bib"));
    /// # Ok::<(), kartoteka::schema::LoadSchemaError>(())
    /// ```
    pub fn load(name: &str) -> Result<Arc<Compiled>, LoadSchemaError> {
        if let Some(set) = Set::from_name(name) {
            return Ok(Arc::new(set.compile()));
        }
        let failed = |why: String| LoadSchemaError(why);
        if !Path::new(name).exists() && !name.contains(['.', '/']) {
            let known = Set::ALL.map(Set::name).join(", ");
            return Err(failed(format!("no schema {name:?}; there are {known}, and files")));
        }
        let text =
            std::fs::read_to_string(name).map_err(|why| failed(format!("{name}: cannot read: {why}")))?;
        let mistakes = Schema::check(&text).into_iter().filter(|mistake| !mistake.is_usable);
        let lines: Vec<String> = mistakes.map(|mistake| format!("{name}:{mistake}")).take(10).collect();
        if !lines.is_empty() {
            return Err(failed(lines.join("\n")));
        }
        let schema = Schema::from_avram(&text).map_err(|why| failed(format!("{name}: {why}")))?;
        Ok(Arc::new(Compiled::new(schema)))
    }
}
