//! The options that change records on their way to the output.

use clap::{ArgAction, ArgMatches, Args, FromArgMatches};
use kartoteka::crosswalk::Meaning;
use kartoteka::dedupe::Match;
use kartoteka::{Edit, Edits, Findings, Record, Repairs, Result, Transform};

use crate::crosswalk::WayChange;

/// The options that change records.
#[derive(Debug, Args)]
struct EditOptions {
    /// Set the values at a path, such as '264$c=2026' or 'LDR/9=a'; what is not there is made, if the path leaves no
    /// doubt where
    #[arg(long, alias = "mark", value_name = "PATH=VALUE", value_parser = Edit::set, action = ArgAction::Append)]
    set: Vec<Edit>,

    /// Delete what is at these paths, such as 9..,650$9; a field of which nothing is left goes too
    #[arg(long, value_name = "PATHS", value_parser = Edit::delete, action = ArgAction::Append)]
    delete: Vec<Edit>,

    /// Delete all fields and subfields but those at these paths, such as 001,245,650$a; several of this option are one
    #[arg(long, value_name = "PATHS", value_parser = Edit::keep, action = ArgAction::Append)]
    keep: Vec<Edit>,

    /// Replace what a regular expression finds in the values at a path, as sed does: '245$a s/ *:$//'; flags g and i
    #[arg(long, value_name = "PATH s/RE/WITH/", value_parser = Edit::replace, action = ArgAction::Append)]
    replace: Vec<Edit>,
}

/// All changes, in the order of the command line.
#[derive(Debug, Default)]
pub(crate) struct EditList(pub(crate) Edits);

impl Args for EditList {
    fn augment_args(command: clap::Command) -> clap::Command {
        EditOptions::augment_args(command)
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        EditOptions::augment_args_for_update(command)
    }
}

impl FromArgMatches for EditList {
    fn from_arg_matches(matches: &ArgMatches) -> std::result::Result<EditList, clap::Error> {
        let mut edits = EditList::default();
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
        self.0 = all.into_iter().fold(Edits::new(), |edits, (_, edit)| edits.edit(edit));
        Ok(())
    }
}

/// Text repairs, the crosswalk and edits of each record, in this order.
pub(crate) struct Changes<'a> {
    pub(crate) repairs: Option<Repairs>,
    pub(crate) way: Option<WayChange<'a>>,
    /// What the tags mean, without a crosswalk.
    pub(crate) meaning: Option<Meaning>,
    pub(crate) list: Option<&'a Match>,
    pub(crate) edits: Edits,
}

impl Transform for Changes<'_> {
    fn transform(&mut self, record: &mut Record, findings: &mut Findings) -> Result<()> {
        if let Some(repairs) = &mut self.repairs {
            repairs.transform(record, findings)?;
        }
        if let Some(way) = &mut self.way {
            way.transform(record, findings)?;
        }
        if let Some(meaning) = &mut self.meaning {
            meaning.look(record.view());
        }
        let is_on = self.list.is_none_or(|list| !list.hits(record.view()).is_empty());
        if is_on { self.edits.transform(record, findings) } else { Ok(()) }
    }
}
