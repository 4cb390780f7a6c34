//! An entry in the list of changes, in words and as JSON.

use std::fmt::Write as _;

use crate::finding::{Finding, Rule};
use crate::position::Position;
#[cfg(feature = "json")]
use crate::report::object;
use crate::report::printable;

/// What was found in a record, or what is different in it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Change {
    /// What it is about.
    pub kind: ChangeKind,
    /// The rule of a finding.
    pub rule: Option<Rule>,
    /// The element: a tag, or positions of the leader such as `LDR/0-4`.
    pub at: Option<String>,
    /// What the element was; `None` if it was not there.
    pub from: Option<String>,
    /// What the element is; `None` if it is not there.
    pub to: Option<String>,
    /// More, in words.
    pub message: Option<String>,
}

/// What a [`Change`] is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChangeKind {
    /// Something was found, while reading or writing.
    Found,
    /// Positions of the leader.
    Leader,
    /// The character set.
    Charset,
    /// Entries of the directory.
    Directory,
    /// A field.
    Field,
    /// Bytes that are in none of these.
    Bytes,
    /// The whole record, which is not in the output.
    Rejected,
}

impl ChangeKind {
    /// Returns the lower-case name, such as `leader`.
    pub const fn name(self) -> &'static str {
        match self {
            ChangeKind::Found => "found",
            ChangeKind::Leader => "leader",
            ChangeKind::Charset => "charset",
            ChangeKind::Directory => "directory",
            ChangeKind::Field => "field",
            ChangeKind::Bytes => "bytes",
            ChangeKind::Rejected => "rejected",
        }
    }
}

impl Change {
    pub(super) fn new(kind: ChangeKind, message: Option<String>) -> Change {
        Change { kind, rule: None, at: None, from: None, to: None, message }
    }

    /// Makes a change from one value to another.
    pub(super) fn values(
        kind: ChangeKind,
        at: Option<String>,
        from: Option<String>,
        to: Option<String>,
    ) -> Change {
        Change { at, from, to, ..Change::new(kind, None) }
    }

    /// Makes the entry of a finding.
    pub(super) fn found(finding: &Finding) -> Change {
        let message = match finding.action {
            "" => finding.message.to_string(),
            action => format!("{}; {action}", finding.message),
        };
        let at = finding.location.tag.map(|tag| tag.to_string());
        Change { rule: Some(finding.rule), at, ..Change::new(ChangeKind::Found, Some(message)) }
    }

    /// Makes an entry that is no finding but about findings.
    pub(super) fn note(message: String) -> Change {
        Change::new(ChangeKind::Found, Some(message))
    }

    /// Makes the entry of a record that is not in the output; `message` says where its bytes are.
    pub fn rejected(message: impl Into<String>) -> Change {
        Change::new(ChangeKind::Rejected, Some(message.into()))
    }

    /// Returns the head of the entries of one record, without a line end: `a.mrc: record 2, kart0002 (byte 653)`.
    pub fn head(file: &str, position: Position, id: Option<&str>) -> String {
        let number = position.record.saturating_add(1);
        let id = id.map(|id| format!(", {}", printable(id))).unwrap_or_default();
        format!("{}: record {number}{id} (byte {})", printable(file), position.byte)
    }

    /// Returns an indented line, without a line end, safe to print on a terminal.
    pub fn text(&self) -> String {
        let shown = |text: &Option<String>| match text {
            Some(text) => format!("\"{}\"", printable(&text.replace('\u{1F}', "$"))),
            None => "nothing".to_owned(),
        };
        let head = self.rule.map_or(self.kind.name(), |rule| rule.id());
        let mut line = format!("  {head:9}");
        if let Some(at) = &self.at {
            _ = write!(line, " {}", printable(at));
        }
        if self.from.is_some() || self.to.is_some() {
            _ = write!(line, " {} -> {}", shown(&self.from), shown(&self.to));
        }
        if let Some(message) = &self.message {
            _ = write!(line, " {}", printable(message));
        }
        line
    }

    /// Returns a JSON object with the place of the record, without a line end.
    #[cfg(feature = "json")]
    pub fn json(&self, file: &str, position: Position, id: Option<&str>) -> String {
        let mut out = String::new();
        object(&mut out, |line| {
            line.text("file", file);
            line.object("record", |record| {
                record.number("index", position.record);
                record.number("offset", position.byte);
                if let Some(id) = id {
                    record.text("id", id);
                }
            });
            line.text("change", self.kind.name());
            let rule = self.rule.map(|rule| rule.id().to_owned());
            let members = [
                ("rule", &rule),
                ("at", &self.at),
                ("from", &self.from),
                ("to", &self.to),
                ("message", &self.message),
            ];
            for (key, value) in members {
                if let Some(value) = value {
                    line.text(key, value);
                }
            }
        });
        out
    }
}
