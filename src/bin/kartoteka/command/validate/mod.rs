//! `validate`: findings, for people and for CI.

mod fixing;

use std::path::PathBuf;

use clap::Args;
use kartoteka::Dialect;
use kartoteka::report::{self, Form, FormOptions, Report, Sarif, Style};
use kartoteka::table::{Formulas, is_formula};
use kartoteka::validate::{Choice, Config, Event, ParseBaselineError, Validator};

use self::fixing::Fixing;
use crate::command::EXIT_STATUS;
use crate::command::options::{Jobs, Reading};
use crate::failure::{Failure, Outcome, read_text};
use crate::input::{Input, Run};
use crate::names;
use crate::output::{FLUSH_AT, Sink, Target, is_stdout};
use crate::report::warn_of_formulas;
use crate::terminal::{complain, style_of_stderr, style_of_stdout};

/// Check records, and list what is wrong with them: structure, encoding, format, content
///
/// Findings have ids: B bytes and structure, E encoding, L leader, C control fields, F fields, I indicators, S subfields,
/// V values, X elements that disagree, T titles, P punctuation, U UNIMARC, R IRBIS, K the whole file. All that is found is
/// counted, whether it is listed or not. Records go by in one pass, and none is held.
#[derive(Debug, Args)]
#[command(after_help = EXIT_STATUS)]
pub(crate) struct Options {
    #[command(flatten)]
    pub(crate) reading: Reading,

    /// Form of the report
    #[arg(long, value_name = "FORM", default_value = "text", value_parser = names::named::<Form>())]
    pub(crate) format: Form,

    /// File to write; - is standard output
    #[arg(short, long, value_name = "FILE", default_value = "-", hide_default_value = true)]
    pub(crate) output: PathBuf,

    /// Look for these findings only: ids, the first letters of ids such as B or E00, names, elements such as 245$a, 9XX
    /// or LDR, or ids in an element, such as E020@245$a
    #[arg(long, value_name = "ID,...", value_delimiter = ',')]
    pub(crate) select: Vec<Choice>,

    /// Look for these findings beside the others: isbd for the marks of ISBD, K102 for dead links, or what --select takes
    #[arg(long, value_name = "ID,...", value_delimiter = ',')]
    pub(crate) profile: Vec<Choice>,

    /// Do not look for these findings, even if they are selected
    #[arg(long, value_name = "ID,...", value_delimiter = ',')]
    pub(crate) ignore: Vec<Choice>,

    /// List N findings at most, and count the rest [default: all; for sarif, what fits in 25,000 results]
    #[arg(long, value_name = "N")]
    pub(crate) max_findings: Option<u64>,

    /// Check all records by this schema, a built-in set or a file in Avram, in place of the rules of their format
    #[arg(long, value_name = "NAME|FILE")]
    pub(crate) schema: Option<String>,

    /// Make the repairs that leave no doubt, and report what remains
    #[arg(long, requires = "fixed_to")]
    pub(crate) fix: bool,

    /// Make the repairs too that drop something or may be wrong
    #[arg(long, requires = "fixed_to")]
    pub(crate) unsafe_fixes: bool,

    /// File for all records, repaired or as they were, in the format of the input, without bytes between records
    #[arg(long, value_name = "FILE", group = "fixed_to")]
    pub(crate) fixed: Option<PathBuf>,

    /// Put the repaired records in place of each input
    #[arg(long, group = "fixed_to")]
    pub(crate) in_place: bool,

    /// How many records each input must have; with fewer the exit status is 1 [default: 1, or an empty list]
    #[arg(long, value_name = "N")]
    pub(crate) min_records: Option<u64>,

    /// What to look for, in TOML; options given here come before its keys [default: kartoteka.toml here or above]
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,

    /// Read no configuration file
    #[arg(long, conflicts_with = "config")]
    pub(crate) no_config: bool,

    /// Print what is looked for, from the configuration file and the options, and read no input
    #[arg(long)]
    pub(crate) explain_config: bool,

    /// Pass over the findings that are in this file; new ones are reported
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,

    /// Write all findings of this run to the file of --baseline: they are known then, and none is reported
    #[arg(long, requires = "baseline")]
    pub(crate) update_baseline: bool,

    /// With --format csv: cells that begin like the formula of a spreadsheet, with = + - @ or a tab
    #[arg(long, value_name = "POLICY", default_value = "keep", value_parser = names::named::<Formulas>())]
    pub(crate) formulas: Formulas,

    /// With --format sarif: one result for each rule and file, with the number of findings and ten places
    #[arg(long)]
    pub(crate) grouped: bool,

    /// With --format junit: a case for each rule of which nothing was found, too
    #[arg(long)]
    pub(crate) passed: bool,

    #[command(flatten)]
    pub(crate) jobs: Jobs,
}

pub(crate) fn run(options: &Options) -> Result<Outcome, Failure> {
    let reading = &options.reading;
    let (config, path) = config(options)?;
    if options.explain_config {
        let path = path.map_or("none".to_owned(), |path| path.display().to_string());
        Sink::stdout()?.put(format!("config        {path}\n{config}").as_bytes())?;
        return Ok(Outcome::Clean);
    }
    let mut run = Run::new(reading, is_stdout(&options.output))?;
    run.reporter = run.reporter.without_findings();
    let mut output = match options.format {
        Form::Text | Form::Concise => Target::for_people(&options.output, &reading.inputs)?,
        _ => Target::open(&options.output, &reading.inputs)?,
    };
    let mut validator = Validator::new(config);
    if options.update_baseline {
        validator = validator.collect();
    }
    let mut fixing = Fixing::new(options)?;
    let mut report = report(options, &validator);
    let (mut out, mut formulas) = (String::new(), 0u64);
    report.begin(&mut out);
    for path in &reading.inputs {
        let read = match run.open(path) {
            Ok(mut input) => {
                validator.before_part(&input.path, input.format, &reading.options())?;
                let fixing =
                    fixing.as_mut().map(|fixing| fixing.open(path, &input).map(|()| fixing)).transpose()?;
                one(
                    (&mut validator, fixing),
                    &mut *report,
                    (&mut run, &mut input),
                    (&mut output, &mut out, &mut formulas),
                )?
            }
            Err(Failure::Message(why)) => {
                validator.missing(&path.display().to_string(), &why);
                Err(why)
            }
            Err(other) => return Err(other),
        };
        if let Err(why) = read {
            fixing.iter_mut().for_each(Fixing::abandon);
            run.reporter.progress.print(|| complain(&why));
            if reading.strict {
                break;
            }
        }
    }
    fixing.map(|fixing| fixing.finish(reading.verbosity.quiet, &run)).transpose()?;
    let totals = validator.totals();
    report.end(totals, &mut out);
    output.put(out.as_bytes())?;
    output.commit()?;
    run.reporter.progress.finish();
    if matches!(options.format, Form::Csv) && !reading.verbosity.quiet {
        warn_of_formulas(formulas, options.formulas);
    }
    if matches!(options.format, Form::Concise) {
        run.reporter.say(&report::summary(totals, style_of_stderr(reading.verbosity.color)));
    }
    if let (Some(path), Some(seen)) = (&options.baseline, validator.seen()) {
        let mut file = Target::open(path, &reading.inputs)?;
        file.put(seen.to_string().as_bytes())?;
        file.commit()?;
    } else if options.baseline.is_some() && validator.gone().count() > 0 && !reading.verbosity.quiet {
        let gone = validator.gone().count();
        let them = if gone == 1 { "1 finding is" } else { &format!("{gone} findings are") };
        complain(&format!("{them} in the baseline, and no longer there"));
    }
    Ok(totals.exit_status().into())
}

/// The configuration file that is named, or the nearest one upwards.
fn config_file(options: &Options) -> Option<PathBuf> {
    if options.config.is_some() || options.no_config {
        return options.config.clone();
    }
    let folder = std::env::current_dir().ok()?;
    folder.ancestors().map(|folder| folder.join("kartoteka.toml")).find(|path| path.is_file())
}

/// What the configuration file and the options say is to be looked for, and that file.
fn config(options: &Options) -> Result<(Config, Option<PathBuf>), Failure> {
    let reading = &options.reading;
    let file = config_file(options);
    let mut config = Config::new().some_records();
    if let Some(path) = &file {
        // A place follows the name of the file, as compilers print it.
        let failed = |mistake| Failure::new(format!("{}:{mistake}", path.display()));
        config = config.with_toml(&read_text(path)?).map_err(failed)?;
    }
    config = config
        .ignore(&options.ignore)
        .profile(&options.profile)
        .strict(reading.strict)
        .jobs(options.jobs.count())
        .findings_per_record(reading.options().limits.findings);
    if let Some(name) = &options.schema {
        config = config.load_schema(name).map_err(|why| Failure::new(why.to_string()))?;
    }
    if !options.select.is_empty() {
        config = config.select(&options.select);
    }
    if let Some(severity) = reading.fail_on {
        config = config.fail_on(severity);
    }
    if let Some(least) = options.min_records {
        config = config.min_records(least);
    }
    if reading.dialect != Dialect::Auto {
        config = config.dialect(reading.dialect);
    }
    let rules = config.rules();
    if rules.is_empty() {
        return Err(Failure::new("--select and --ignore leave nothing to look for"));
    }
    config = match (options.max_findings, options.format) {
        (Some(most), _) => config.max_findings(most),
        (None, Form::Sarif) => config.at_most_findings(Sarif::most_findings(&rules)),
        (None, _) => config,
    };
    if let Some(path) = options.baseline.as_ref().filter(|_| !options.update_baseline) {
        let failed = |why: ParseBaselineError| Failure::at(path.display(), why);
        config = config.baseline(read_text(path)?.parse().map_err(failed)?);
    }
    Ok((config, file))
}

fn report(options: &Options, validator: &Validator) -> Box<dyn Report> {
    let (on_stdout, verbosity) = (is_stdout(&options.output), options.reading.verbosity);
    let (form, style) = match (options.format, on_stdout) {
        (Form::Text, true) if verbosity.quiet => (Form::Silent, Style::plain()),
        (form, true) => (form, style_of_stdout(verbosity.color)),
        (form, false) => (form, Style::plain()),
    };
    let Options { grouped, passed, formulas, .. } = *options;
    form.report(FormOptions { style, grouped, passed, formulas }, validator.totals())
}

/// Reads an input to its end; `Ok(Err(why))` if it cannot be read that far. Fails where the report cannot be written.
fn one(
    (validator, mut fixing): (&mut Validator, Option<&mut Fixing<'_>>),
    report: &mut dyn Report,
    (run, input): (&mut Run<'_>, &mut Input),
    (output, out, formulas): (&mut Target, &mut String, &mut u64),
) -> Result<Result<(), String>, Failure> {
    let fixes = fixing.as_ref().map(|fixing| fixing.fixes);
    let mut watch = |event: Event<'_>| {
        if let Some(fixing) = &mut fixing {
            fixing.event(&input.name, &event, run)?;
        }
        match event {
            Event::Found(found) => {
                let cells = [Some(found.file.into()), found.value(), found.id()];
                *formulas += cells.iter().flatten().filter(|cell| is_formula(cell)).count() as u64;
                report.finding(found, out);
            }
            Event::Read(finding) => run.reporter.finding(&input.name, finding),
            Event::Records(count) => (0..count).for_each(|_| run.reporter.progress.record()),
            _ => {}
        }
        match out.len() >= FLUSH_AT {
            true => output.put(std::mem::take(out).as_bytes()),
            false => Ok(()),
        }
    };
    let read = match fixes {
        Some(fixes) => validator.fix(&input.name, input.format, &mut *input.reader, fixes, &mut watch),
        None => validator.input(&input.name, input.format, &mut *input.reader, &mut watch),
    };
    match read.map_err(|failure| (matches!(failure, Failure::Library(_)), run.named(&input.name, failure))) {
        Ok(()) => Ok(Ok(())),
        Err((true, Failure::Message(why))) => {
            validator.fail(&why);
            Ok(Err(why))
        }
        Err((_, failure)) => Err(failure),
    }
}
