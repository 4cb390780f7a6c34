//! `schema`: what records may have, as schemas in Avram, and what descriptions have, as JSON Schema.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};
use kartoteka::schema::{Inference, Schema, Set};
use kartoteka::{Content, model};

use crate::command::options::Reading;
use crate::failure::{Failure, Outcome, read_text};
use crate::input::Run;
use crate::output::Sink;

/// Write a built-in schema, make one of records, or check one, in Avram
#[derive(Debug, Args)]
pub(crate) struct Options {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Write a built-in set of rules as a schema, or the JSON Schema of `show --as bib --format json`
    Export {
        /// The set; bib for the JSON Schema
        #[arg(value_name = "NAME", value_parser = PossibleValuesParser::new(Set::ALL.map(Set::name).iter().chain(&["bib"])))]
        name: String,
    },
    /// Make a schema of what records have: fields, indicators, subfields, codes, and how often
    Infer(Box<Reading>),
    /// Check a schema: each mistake with its line and column, exit status 1 if there is one
    Check {
        /// The file
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
}

pub(crate) fn run(options: &Options) -> Result<Outcome, Failure> {
    let mut outcome = Outcome::Clean;
    let text = match &options.what {
        What::Export { name } => Set::from_name(name)
            .map_or_else(|| model::SCHEMA.to_owned(), |set| set.rules().schema().to_avram()),
        What::Infer(reading) => {
            let mut run = Run::new(reading, true)?;
            let mut inference = Inference::new();
            while let Some(mut input) = run.next_input()? {
                let mut pass = run.pass(&mut *input.reader);
                while let Some(item) = run.next(&input.name, &mut pass)? {
                    if let Content::Record(record) = item.content {
                        inference.add(record.view());
                    }
                }
            }
            outcome = run.finish();
            inference.into_schema().to_avram()
        }
        What::Check { file } => {
            let name = file.display();
            let mistakes = Schema::check(&read_text(file)?);
            outcome = if mistakes.is_empty() { outcome } else { Outcome::Findings };
            mistakes.iter().map(|mistake| format!("{name}:{mistake}\n")).collect()
        }
    };
    Sink::data()?.put(text.as_bytes())?;
    Ok(outcome)
}
