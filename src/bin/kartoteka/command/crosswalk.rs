//! `crosswalk`: the maps between formats.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use kartoteka::crosswalk::{Converter, Coverage, Crosswalk};
use kartoteka::report::{coverage_json, coverage_text, crosswalks_text};
use kartoteka::{Content, Record};

use crate::command::options::Reading;
use crate::crosswalk::{load, titles};
use crate::failure::{Failure, Outcome};
use crate::input::Run;
use crate::output::Sink;

/// List, show and check the maps between formats, and see what they leave of a catalogue
#[derive(Debug, Args)]
pub(crate) struct Options {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// List the built-in maps
    List,
    /// Print the rules of a map as a rule file
    Show {
        /// A built-in map or a rule file
        #[arg(value_name = "NAME|FILE")]
        map: String,
    },
    /// Check a rule file: each mistake, and each rule that never runs, with its line; exit status 1 if there is one
    Check {
        /// The file
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Show which fields of a catalogue a map does not touch, most frequent first
    Coverage(CoverageOptions),
}

#[derive(Debug, Args)]
struct CoverageOptions {
    /// A built-in map or a rule file
    #[arg(value_name = "NAME|FILE")]
    map: String,

    #[command(flatten)]
    reading: Reading,

    /// Print a line of JSON for each row
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(options: &Options) -> Result<Outcome, Failure> {
    match &options.what {
        What::List => print(&crosswalks_text()),
        What::Show { map } => print(&load(map)?.map().to_toml()),
        What::Check { file } => check(file),
        What::Coverage(options) => coverage(options),
    }
}

fn print(text: &str) -> Result<Outcome, Failure> {
    Sink::data()?.put(text.as_bytes())?;
    Ok(Outcome::Clean)
}

fn check(file: &PathBuf) -> Result<Outcome, Failure> {
    match Crosswalk::check(file) {
        Ok(crosswalk) => {
            let map = crosswalk.map();
            let (source, target) = (map.source.name(), map.target.name());
            print(&format!("{}: {} rules from {source} to {target}\n", file.display(), map.rules.len()))
        }
        Err(mistakes) => {
            let lines: Vec<_> = mistakes.iter().map(|mistake| format!("{mistake}\n")).collect();
            print(&lines.concat())?;
            Ok(Outcome::Findings)
        }
    }
}

fn coverage(options: &CoverageOptions) -> Result<Outcome, Failure> {
    let crosswalk = load(&options.map)?;
    let titles = titles(&options.reading)?;
    let mut converter = Converter::new(&crosswalk);
    if let Some(titles) = &titles {
        converter = converter.parents(titles);
    }
    let mut run = Run::new(&options.reading, true)?;
    let mut coverage = Coverage::new(&crosswalk);
    let mut made = Record::new();
    while let Some(mut input) = run.next_input()? {
        let mut pass = run.pass(&mut *input.reader);
        while let Some(item) = run.next(&input.name, &mut pass)? {
            if let Content::Record(record) = item.content
                && let Some(account) = converter.convert(record.view(), &mut made)
            {
                coverage.add(&account);
            }
        }
    }
    run.finish();
    let done = run.end(Outcome::Clean);
    if run.is_unread() {
        return Ok(done);
    }
    let reached = converter.reached().count();
    match options.json {
        true => print(&coverage_json(&coverage))?,
        false => print(&coverage_text(&coverage, crosswalk.map(), reached))?,
    };
    Ok(done)
}
