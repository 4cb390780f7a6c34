//! `diff`: which records of two files differ, and in what.

use std::path::Path;

use clap::Args;
use kartoteka::diff::{Counts, Diff, Difference};

use crate::command::EXIT_STATUS;
use crate::command::options::{AnswerForm, Reading};
use crate::failure::{Failure, Outcome, open, reason};
use crate::input::{Run, is_stdin};
use crate::output::{FLUSH_AT, Sink};
use crate::terminal::{Style, style_of_stdout};
use kartoteka::compression::decompress;

/// Compare two files, record by record
///
/// Records belong together by their control number (001) or master file number, those with the same number in the order
/// of the files; records without a number by their content. Lengths and offsets are not compared, and text is, whatever
/// character set it is in. Holds a few numbers for each record of A in memory, and reads records of A again to show what
/// changed: A must be a file, and not compressed. Exit status 1 if there is a difference.
#[derive(Debug, Args)]
#[command(after_help = EXIT_STATUS)]
pub(crate) struct Options {
    #[command(flatten)]
    pub(crate) reading: Reading,

    /// Form of the answer; json is an object a line for each record that differs
    #[arg(long, value_name = "FORM", value_enum, default_value_t = AnswerForm::Text)]
    pub(crate) format: AnswerForm,
}

pub(crate) fn run(options: &Options) -> Result<Outcome, Failure> {
    let reading = &options.reading;
    let [old, new] = reading.inputs.as_slice() else {
        return Err(Failure::new("diff compares two files: give A and B"));
    };
    let mut run = Run::new(reading, true)?;
    run.reporter = run.reporter.without_findings();
    if is_stdin(old) {
        return Err(Failure::new(
            "A must be a file, since its records are read again; B may be standard input",
        ));
    }
    refuse_compressed(old)?;
    let form = options.format;
    let style = style_of_stdout(reading.verbosity.color);
    let mut printer = Printer { form, style, sink: Sink::answer(options.format)?, out: String::new() };
    let mut input = run.open(old)?;
    let mut diff = Diff::new(open(old)?, input.format, &reading.options());
    let mut pass = run.pass(&mut input.reader);
    while let Some(item) = run.next(&input.name, &mut pass)? {
        diff.add_old(&item);
    }
    drop(input);
    let failed = |error: kartoteka::Error| Failure::reading(old.display(), &error);
    let mut input = run.open(new)?;
    let mut pass = run.pass(&mut input.reader);
    while let Some(item) = run.next(&input.name, &mut pass)? {
        if let Some(difference) = diff.compare_new(&item).map_err(failed)? {
            printer.difference(&difference)?;
        }
    }
    let removed = diff.removed(&mut |difference| printer.difference(&difference));
    removed.map_err(|failure| run.named(&old.display().to_string(), failure))?;
    printer.flush()?;
    run.reporter.progress.finish();
    let Counts { old, new, same, changed, added, removed, .. } = diff.counts();
    run.reporter.say(&format!(
        "A {old} records, B {new}: {same} the same, {changed} changed, {removed} removed, {added} added"
    ));
    Ok(if changed == 0 && added == 0 && removed == 0 { Outcome::Clean } else { Outcome::Findings })
}

/// Fails if a file is compressed: A is read twice.
fn refuse_compressed(path: &Path) -> Result<(), Failure> {
    let failed = |why| Failure::at(path.display(), format_args!("cannot read: {}", reason(&why)));
    let (_, compression) = decompress(Box::new(open(path)?)).map_err(failed)?;
    compression.map_or(Ok(()), |compression| {
        let why =
            format!("is compressed with {}, and A is read twice: decompress it first", compression.name());
        Err(Failure::at(path.display(), why))
    })
}

/// Prints differences.
struct Printer {
    form: AnswerForm,
    style: Style,
    sink: Sink,
    out: String,
}

impl Printer {
    fn difference(&mut self, difference: &Difference) -> Result<(), Failure> {
        match self.form {
            AnswerForm::Json => difference.json(&mut self.out),
            AnswerForm::Text => difference.text(self.style, &mut self.out),
        }
        if self.out.len() >= FLUSH_AT { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), Failure> {
        self.sink.put(std::mem::take(&mut self.out).as_bytes())
    }
}
