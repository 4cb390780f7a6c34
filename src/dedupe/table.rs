//! Groups and matches as rows of a table.

use super::{Groups, Match};
use crate::io::{Content, Item};
use crate::table::{Cells, Form};

/// Returns the columns of a table, without that of the file where there is one input.
fn columns(first: &'static str, files: bool) -> impl Iterator<Item = &'static str> {
    let all = [first, "record", "file", "offset", "id", "reason", "certainty"];
    all.into_iter().filter(move |name| files || *name != "file")
}

/// A table of groups: group, record, file if there are several, offset, id, reason, certainty.
///
/// # Example
/// ```
/// use kartoteka::Record;
/// use kartoteka::dedupe::{Dedupe, Entry, GroupTable};
/// use kartoteka::table::Form;
///
/// let record = Record::builder()
///     .control_field("001", "7")
///     .data_field("020", "  ", [('a', "0444897283")])
///     .data_field("245", "10", [('a', "Flatland")])
///     .build()?;
/// let mut dedupe = Dedupe::new();
/// for _ in 0..2 {
///     dedupe.add(&Entry::of(record.view(), Default::default()));
/// }
/// let mut out = String::new();
/// GroupTable::new(Form::Tsv, None).write(&dedupe.finish(0.7), |rows| {
///     out += std::str::from_utf8(rows).unwrap();
///     Ok::<(), kartoteka::Error>(())
/// })?;
/// assert!(out.starts_with("group\trecord\toffset\tid\treason\tcertainty\n1\t1\t0\t7\tisbn, title\t0."));
/// # Ok::<(), kartoteka::Error>(())
/// ```
#[derive(Debug)]
pub struct GroupTable {
    cells: Cells,
    files: Option<Vec<String>>,
}

impl GroupTable {
    /// Makes a table; with the names of the inputs, it has a column for them.
    pub fn new(form: Form, files: Option<Vec<String>>) -> GroupTable {
        GroupTable { cells: Cells::new(form, columns("group", files.is_some())), files }
    }

    /// Gives the header and the rows of all groups to `put`, a group at a time.
    ///
    /// # Errors
    /// Those of `put`.
    pub fn write<E>(&self, found: &Groups, mut put: impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
        let mut rows = Vec::new();
        self.cells.header(&mut rows);
        for (number, group) in (1..).zip(found.groups()) {
            for member in group {
                let mut row = self.cells.row(&mut rows);
                row.number(Some(number)).number(member.record);
                if let Some(files) = &self.files {
                    row.optional(files.get(member.input).map(String::as_str));
                }
                row.number(Some(member.offset))
                    .text(&member.id)
                    .text(&member.reason)
                    .decimal(member.certainty)
                    .end();
            }
            put(&rows)?;
            rows.clear();
        }
        put(&rows)
    }
}

/// A table of records that are on a list: line of the list, record, file if there are several, offset, id, reason,
/// certainty.
#[derive(Debug)]
pub struct MatchTable<'m> {
    cells: Cells,
    matching: &'m Match,
    files: bool,
}

impl<'m> MatchTable<'m> {
    /// Makes a table; `files` says whether it has a column for the names of the inputs.
    pub fn new(form: Form, matching: &'m Match, files: bool) -> MatchTable<'m> {
        MatchTable { cells: Cells::new(form, columns("line", files)), matching, files }
    }

    /// Returns the header; nothing in JSON.
    pub fn header(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.cells.header(&mut out);
        out
    }

    /// Appends the rows of an item of the input `file`: one for each line of the list that it is like.
    pub fn item(&self, file: &str, item: &Item<'_>, out: &mut Vec<u8>) {
        let Content::Record(record) = &item.content else { return };
        let position = item.position();
        for hit in self.matching.hits(record.view()) {
            let mut row = self.cells.row(out);
            row.number(Some(hit.line)).number(position.number());
            if self.files {
                row.text(file);
            }
            let id = super::id_of(record.view());
            row.number(Some(position.byte)).text(&id).text(&hit.reason).decimal(hit.certainty).end();
        }
    }

    /// Returns the rows of the lines that no record so far was like: with their number and the reason `not found`.
    pub fn unmatched(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for line in self.matching.unmatched() {
            let mut row = self.cells.row(&mut out);
            row.number(Some(line)).number(None);
            if self.files {
                row.optional(None);
            }
            row.number(None).optional(None).text("not found").end();
        }
        out
    }
}
