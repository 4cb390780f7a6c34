//! The list of formats, as a table or as JSON.

#[cfg(feature = "json")]
use serde::ser::{Serialize, SerializeStruct, Serializer};

use crate::format::descriptor::Can;
#[cfg(feature = "json")]
use crate::format::descriptor::Format;
use crate::open::FORMATS;

/// Returns the [`FORMATS`] as a table: names, extensions, and what can be done with them.
///
/// # Example
/// ```
/// let table = kartoteka::report::formats_text();
/// assert!(table.lines().any(|line| line.starts_with("iso2709 ") && line.contains(" .mrc ")));
/// ```
pub fn formats_text() -> String {
    let row = |[name, also, reads, writes, seeks, extensions, what]: [&str; 7]| {
        format!("{name:11} {also:13} {reads:5} {writes:6} {seeks:5} {extensions:21} {what}\n")
    };
    let mut text = row(["name", "also", "reads", "writes", "seeks", "extensions", "what"]);
    for format in FORMATS {
        let can = |what| if format.can(what) { "yes" } else { "no" };
        let (reads, writes, seeks) = (can(Can::Read), can(Can::Write), can(Can::Seek));
        let extensions: Vec<String> = format.extensions().iter().map(|end| format!(".{end}")).collect();
        let (also, extensions) = (format.aliases().join(" "), extensions.join(" "));
        text += &row([format.name(), &also, reads, writes, seeks, &extensions, format.description()]);
    }
    text
}

/// Returns the [`FORMATS`] as a JSON array with a line end.
#[cfg(feature = "json")]
pub fn formats_json() -> String {
    let rows: Vec<Row> = FORMATS.iter().copied().map(Row).collect();
    // Strings and booleans can always be written.
    serde_json::to_string_pretty(&rows).unwrap_or_default() + "\n"
}

#[cfg(feature = "json")]
struct Row(Format);

#[cfg(feature = "json")]
impl Serialize for Row {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let format = self.0;
        let mut row = serializer.serialize_struct("Format", 7)?;
        row.serialize_field("name", format.name())?;
        row.serialize_field("aliases", format.aliases())?;
        row.serialize_field("extensions", format.extensions())?;
        row.serialize_field("reads", &format.can(Can::Read))?;
        row.serialize_field("writes", &format.can(Can::Write))?;
        row.serialize_field("seeks", &format.can(Can::Seek))?;
        row.serialize_field("description", format.description())?;
        row.end()
    }
}
