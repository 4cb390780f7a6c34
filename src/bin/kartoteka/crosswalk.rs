//! The crosswalk of a run: options, the map, the titles of the base, the report.

use std::path::{Path, PathBuf};

use clap::Args;
use kartoteka::crosswalk::{Conversion, Converter, Crosswalk, Map, OnLoss, OnWrongKind, Parents, Values};
use kartoteka::report::account_json;
use kartoteka::{Error, Findings, Record, Tag, Transform};

use crate::command::options::Reading;
use crate::failure::Failure;
use crate::input::{Run, is_stdin};
use crate::names;
use crate::output::Target;

/// Options of a crosswalk.
#[derive(Debug, Args)]
#[command(next_help_heading = "Crosswalk")]
pub(crate) struct CrosswalkOptions {
    /// Convert the meaning of the records too: by a built-in map (see kartoteka crosswalk list) or a rule file
    #[arg(long, value_name = "NAME|FILE")]
    pub(crate) crosswalk: Option<String>,

    /// Set an option of the map: agency=RU-X, prefix=X, profile=koha, notes=en
    #[arg(long, value_name = "KEY=VALUE", requires = "crosswalk", value_parser = names::assignment)]
    pub(crate) crosswalk_set: Vec<(String, String)>,

    /// What happens to values that no rule takes; where some are dropped, the exit status is 1
    #[arg(long, value_name = "WHAT", default_value = "keep", requires = "crosswalk", value_parser = names::named::<OnLoss>())]
    pub(crate) on_loss: OnLoss,

    /// What happens to authority records and others that the map is not for, such as those of another format
    #[arg(long, value_name = "WHAT", default_value = "convert", requires = "crosswalk", value_parser = names::named::<OnWrongKind>())]
    pub(crate) on_wrong_kind: OnWrongKind,

    /// Carry along in 886 what the map drops, too
    #[arg(long, requires = "crosswalk")]
    pub(crate) keep_dropped: bool,

    /// Carry values along in a field with this tag instead of 886
    #[arg(long, value_name = "TAG", requires = "crosswalk", value_parser = names::local_tag)]
    pub(crate) keep_in: Option<Tag>,

    /// File for what became of the values of each record: a line of JSON a record
    #[arg(long, value_name = "FILE", requires = "crosswalk")]
    pub(crate) report: Option<PathBuf>,
}

/// A crosswalk, ready to run.
pub(crate) struct Way<'o> {
    options: &'o CrosswalkOptions,
    pub(crate) crosswalk: Crosswalk,
    parents: Option<Parents>,
}

impl<'o> Way<'o> {
    /// Compiles the map, and reads the titles of the inputs if a rule asks for them. `None` if no map is named.
    pub(crate) fn new(options: &'o CrosswalkOptions, reading: &Reading) -> Result<Option<Way<'o>>, Failure> {
        let Some(name) = &options.crosswalk else { return Ok(None) };
        let crosswalk = load(name)?;
        let parents = if crosswalk.asks_parents() { titles(reading)? } else { None };
        Ok(Some(Way { options, crosswalk, parents }))
    }

    fn converter(&self) -> Converter<'_> {
        let options = self.options;
        let mut converter = Converter::new(&self.crosswalk)
            .on_loss(options.on_loss)
            .on_wrong_kind(options.on_wrong_kind)
            .keep_dropped(options.keep_dropped)
            .list(options.report.is_some());
        if let Some(tag) = options.keep_in {
            converter = converter.keep_in(tag);
        }
        if let Some(parents) = &self.parents {
            converter = converter.parents(parents);
        }
        options.crosswalk_set.iter().fold(converter, |converter, (key, value)| converter.set(key, value))
    }

    /// The change that each record undergoes.
    pub(crate) fn change(&self) -> WayChange<'_> {
        let conversion = Conversion::new(self.converter());
        WayChange { conversion, reports: self.options.report.is_some(), lines: String::new() }
    }
}

/// Records by a crosswalk, and lines of the report.
pub(crate) struct WayChange<'w> {
    conversion: Conversion<'w>,
    reports: bool,
    lines: String,
}

impl WayChange<'_> {
    /// Puts the lines of the report into a file, and adds the counts, since the last call.
    pub(crate) fn take(
        &mut self,
        report: Option<&mut Target>,
        values: &mut (Values, u64),
    ) -> Result<(), Failure> {
        let (more, lost) = self.conversion.take();
        values.0 += more;
        values.1 += lost;
        if let Some(report) = report {
            report.put(self.lines.as_bytes())?;
        }
        self.lines.clear();
        Ok(())
    }
}

impl Transform for WayChange<'_> {
    fn transform(&mut self, record: &mut Record, findings: &mut Findings) -> Result<(), Error> {
        let account = self.conversion.convert(record, findings)?;
        if self.reports {
            account_json(self.conversion.source(), record.view(), &account, &mut self.lines);
        }
        Ok(())
    }
}

/// Finds a map by its name, or reads a rule file.
pub(crate) fn load(name: &str) -> Result<Crosswalk, Failure> {
    if let Some(crosswalk) = Crosswalk::builtin(name) {
        return Ok(crosswalk);
    }
    let is_file = Path::new(name).exists() || name.contains(['.', '/']);
    if !is_file {
        let known = Crosswalk::names().collect::<Vec<_>>().join(", ");
        return Err(Failure::new(format!("no crosswalk {name:?}; there are {known}, and files")));
    }
    Map::open(name).and_then(Crosswalk::new).map_err(|mistakes| {
        let lines: Vec<_> = mistakes.iter().map(ToString::to_string).collect();
        Failure::new(lines.join("\n"))
    })
}

/// The titles of the inputs by control number; `None` for standard input, which is read once.
pub(crate) fn titles(reading: &Reading) -> Result<Option<Parents>, Failure> {
    if reading.inputs.iter().any(|path| is_stdin(path)) {
        return Ok(None);
    }
    let mut parents = Parents::new();
    let run = Run::new(reading, false)?;
    for path in &reading.inputs {
        // The run itself meets the same errors, and reports them.
        if let Ok(mut input) = run.open(path) {
            let _ = parents.read(&mut *input.reader);
        }
    }
    Ok(Some(parents))
}
