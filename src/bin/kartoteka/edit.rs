//! Changes to records on their way to the output.

use clap::{ArgAction, ArgMatches, Args, FromArgMatches};
use kartoteka::path::Substitution;
use kartoteka::{
    Charset, Code, DecodeError, Diagnostic, Error, ErrorKind, FieldPath, Location, Policy, Record, RecordRef,
    RecordWrite, Result,
};

/// A change.
#[derive(Debug, Clone)]
pub(crate) enum Edit {
    Set(FieldPath, String),
    Delete(Vec<FieldPath>),
    Keep(Vec<FieldPath>),
    Replace(FieldPath, Substitution),
}

impl Edit {
    fn apply(&self, record: &mut Record) -> Result<()> {
        match self {
            Edit::Set(path, value) => record.set(path, value).map(|_| ()),
            Edit::Delete(paths) => paths.iter().try_for_each(|path| record.delete(path).map(|_| ())),
            Edit::Keep(paths) => record.keep(paths).map(|_| ()),
            Edit::Replace(path, substitution) => {
                record.replace(path, |value| substitution.apply(value)).map(|_| ())
            }
        }
    }
}

/// The options that change records.
#[derive(Debug, Args)]
struct Options {
    /// Set the values at a path, such as '264$c=2026' or 'LDR/9=a'; what is not there is made, if the path leaves no
    /// doubt where
    #[arg(long, value_name = "PATH=VALUE", value_parser = set, action = ArgAction::Append)]
    set: Vec<Edit>,

    /// Delete what is at these paths, such as 9..,650$9; a field of which nothing is left goes too
    #[arg(long, value_name = "PATHS", value_parser = delete, action = ArgAction::Append)]
    delete: Vec<Edit>,

    /// Delete all fields and subfields but those at these paths, such as 001,245,650$a; several of this option are one
    #[arg(long, value_name = "PATHS", value_parser = keep, action = ArgAction::Append)]
    keep: Vec<Edit>,

    /// Replace what a regular expression finds in the values at a path, as sed does: '245$a s/ *:$//'; flags g and i
    #[arg(long, value_name = "PATH s/RE/WITH/", value_parser = replace, action = ArgAction::Append)]
    replace: Vec<Edit>,
}

/// All changes, in the order of the command line.
#[derive(Debug, Default)]
pub(crate) struct Edits(Vec<Edit>);

impl Edits {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Args for Edits {
    fn augment_args(command: clap::Command) -> clap::Command {
        Options::augment_args(command)
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        Options::augment_args_for_update(command)
    }
}

impl FromArgMatches for Edits {
    fn from_arg_matches(matches: &ArgMatches) -> std::result::Result<Edits, clap::Error> {
        let mut edits = Edits::default();
        edits.update_from_arg_matches(matches)?;
        Ok(edits)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> std::result::Result<(), clap::Error> {
        let mut all: Vec<(usize, Edit)> = Vec::new();
        for option in ["set", "delete", "keep", "replace"] {
            if let (Some(places), Some(edits)) = (matches.indices_of(option), matches.get_many(option)) {
                all.extend(places.zip(edits.cloned()));
            }
        }
        all.sort_by_key(|(place, _)| *place);
        self.0.clear();
        for (_, edit) in all {
            let first = self.0.iter_mut().find_map(|edit| match edit {
                Edit::Keep(paths) => Some(paths),
                _ => None,
            });
            match (edit, first) {
                (Edit::Keep(more), Some(paths)) => paths.extend(more),
                (edit, _) => self.0.push(edit),
            }
        }
        Ok(())
    }
}

fn set(text: &str) -> std::result::Result<Edit, String> {
    let (path, rest) = FieldPath::parse_start(text).map_err(|error| error.to_string())?;
    match rest.strip_prefix('=') {
        Some(value) => Ok(Edit::Set(path, value.to_owned())),
        None => Err(format!("expected = behind the path {path}, at byte {}", text.len() - rest.len())),
    }
}

fn replace(text: &str) -> std::result::Result<Edit, String> {
    let (path, rest) = FieldPath::parse_start(text).map_err(|error| error.to_string())?;
    let substitution = rest.trim_start().parse().map_err(|error: Error| error.to_string())?;
    Ok(Edit::Replace(path, substitution))
}

fn delete(text: &str) -> std::result::Result<Edit, String> {
    FieldPath::parse_list(text).map(Edit::Delete).map_err(|error| error.to_string())
}

fn keep(text: &str) -> std::result::Result<Edit, String> {
    FieldPath::parse_list(text).map(Edit::Keep).map_err(|error| error.to_string())
}

/// A writer that changes records before it writes them.
pub(crate) struct Editor<'a> {
    writer: Box<dyn RecordWrite + Send + 'a>,
    edits: &'a Edits,
    /// Whether records become UTF-8 anyway.
    utf8: bool,
    record: Record,
    finding: Option<Diagnostic>,
}

impl<'a> Editor<'a> {
    /// A writer around another; that itself, if there is nothing to change.
    pub(crate) fn around(
        writer: Box<dyn RecordWrite + Send + 'a>,
        edits: &'a Edits,
        utf8: bool,
    ) -> Box<dyn RecordWrite + Send + 'a> {
        match edits.is_empty() {
            true => writer,
            false => Box::new(Editor { writer, edits, utf8, record: Record::new(), finding: None }),
        }
    }

    fn edit(&mut self, edit: &Edit) -> Result<()> {
        match edit.apply(&mut self.record) {
            Err(error) if self.utf8 && is_unencodable(&error) => {
                self.record.transcode(Charset::Utf8, Policy::Strict)?;
                edit.apply(&mut self.record)
            }
            other => other,
        }
    }
}

fn is_unencodable(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::Decode(DecodeError::Unencodable { .. } | DecodeError::Unsupported { .. })
    )
}

impl RecordWrite for Editor<'_> {
    fn write_record(&mut self, record: RecordRef<'_>) -> Result<()> {
        self.finding = None;
        self.record.copy_from(record);
        for edit in &self.edits.0 {
            let Err(error) = self.edit(edit) else { continue };
            let place = Location::of(record.position());
            return Err(match error.kind() {
                // What the character set of a record cannot hold is about that record.
                ErrorKind::Decode(why) => {
                    let finding =
                        Diagnostic::new(Code::Unencodable, place, why.to_string(), "record rejected");
                    self.finding = Some(finding.clone());
                    Error::new(ErrorKind::Unrepresentable(finding))
                }
                _ => Error::new(ErrorKind::Argument(format!(
                    "record {}: {error}",
                    place.record.record.saturating_add(1)
                ))),
            });
        }
        self.writer.write_record(self.record.view())
    }

    fn finish(&mut self) -> Result<()> {
        self.writer.finish()
    }

    fn takes_parts(&self) -> bool {
        self.writer.takes_parts()
    }

    fn append(&mut self, part: &[u8]) -> Result<()> {
        self.writer.append(part)
    }

    fn diagnostics(&self) -> &[Diagnostic] {
        match &self.finding {
            Some(finding) => std::slice::from_ref(finding),
            None => self.writer.diagnostics(),
        }
    }

    fn suppressed(&self) -> &[(Code, u64)] {
        if self.finding.is_some() { &[] } else { self.writer.suppressed() }
    }

    fn replaced(&self) -> u64 {
        self.writer.replaced()
    }
}
