//! `formats`: the table of formats.

use kartoteka::{FORMATS, FormatInfo};
use serde::Serialize;

use crate::args::Formats;
use crate::failure::{Failure, Outcome};
use crate::output::Sink;

/// A row, as JSON has it.
#[derive(Serialize)]
struct Row {
    name: &'static str,
    aliases: &'static [&'static str],
    extensions: &'static [&'static str],
    reads: bool,
    writes: bool,
    seeks: bool,
    description: &'static str,
}

impl Row {
    fn new(info: &FormatInfo) -> Row {
        let FormatInfo { name, aliases, extensions, description, reads, writes, seeks, .. } = *info;
        Row { name, aliases, extensions, reads, writes, seeks, description }
    }

    fn line(&self) -> String {
        let yes = |can: bool| if can { "yes" } else { "no" };
        let extensions: Vec<_> = self.extensions.iter().map(|extension| format!(".{extension}")).collect();
        let (reads, writes, seeks) = (yes(self.reads), yes(self.writes), yes(self.seeks));
        let (aliases, extensions) = (self.aliases.join(" "), extensions.join(" "));
        row([self.name, &aliases, reads, writes, seeks, &extensions, self.description])
    }
}

pub(crate) fn run(options: &Formats) -> Result<Outcome, Failure> {
    let rows: Vec<Row> = FORMATS.iter().map(Row::new).collect();
    let mut text = String::new();
    if options.json {
        text = serde_json::to_string_pretty(&rows).unwrap_or_default();
        text.push('\n');
    } else {
        text.push_str(&row(["name", "also", "reads", "writes", "seeks", "extensions", "what"]));
        rows.iter().for_each(|row| text.push_str(&row.line()));
    }
    Sink::stdout()?.put(text.as_bytes())?;
    Ok(Outcome::Clean)
}

fn row([name, also, reads, writes, seeks, extensions, what]: [&str; 7]) -> String {
    format!("{name:11} {also:13} {reads:5} {writes:6} {seeks:5} {extensions:21} {what}\n")
}
