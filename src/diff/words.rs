//! A difference in words, and as JSON.

use super::{Difference, Kind};
#[cfg(feature = "json")]
use crate::report::object;
use crate::report::{Role, Style, printable};

impl Kind {
    /// Returns the lower-case name: `added`, `removed` or `changed`.
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Added => "added",
            Kind::Removed => "removed",
            Kind::Changed => "changed",
        }
    }

    const fn sign(self) -> char {
        match self {
            Kind::Added => '+',
            Kind::Removed => '-',
            Kind::Changed => '~',
        }
    }
}

impl Difference {
    /// Appends a line for the record and one for each field, safe to print on a terminal.
    pub fn text(&self, style: Style, out: &mut String) {
        let sign = self.kind.sign();
        let offset = self.offset;
        let name = self.id.as_deref().map_or_else(|| format!("record at byte {offset}").into(), printable);
        style.paint(Role::Tag, &format!("{sign} {name}"), out);
        out.push('\n');
        for field in self.fields.iter().flatten() {
            let sign = if field.in_old { '-' } else { '+' };
            let value = field.value.replace('\u{1F}', "$");
            out.push_str(&format!("  {sign}{} {}\n", printable(&field.tag), printable(&value)));
        }
        match self.fields.as_deref() {
            Some([]) if self.kind == Kind::Changed => out.push_str("  the order of fields\n"),
            None => out.push_str("  in what cannot be shown: the record in A cannot be read again\n"),
            _ => {}
        }
    }

    /// Appends a JSON object and a line end.
    #[cfg(feature = "json")]
    pub fn json(&self, out: &mut String) {
        object(out, |line| {
            line.text("difference", self.kind.name());
            if let Some(id) = &self.id {
                line.text("id", id);
            }
            line.number("offset", self.offset);
            if let Some(fields) = self.fields.as_deref().filter(|fields| !fields.is_empty()) {
                line.list("fields", fields, |field, object| {
                    object.flag("in_a", field.in_old);
                    object.text("tag", &field.tag);
                    object.text("value", &field.value);
                });
            }
        });
        out.push('\n');
    }
}
