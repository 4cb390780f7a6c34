//! `convert`: from any readable format to any writable one.

mod copy;

use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Instant;

use clap::{ArgAction, Args};
use kartoteka::crosswalk::Values;
use kartoteka::dedupe::Match;
use kartoteka::report::{RunSummary, values_line};
use kartoteka::table::Formulas;
use kartoteka::{
    AnyWriter, Can, Charset, Format, IllegalCharacters, LeaderValues, Normalization, Oversize, Policy,
    RecordWrite, Rule, Summary, TextRepair, WideTags, WriteOptions, isis, rules, writer,
};

use crate::command::EXIT_STATUS;
use crate::command::options::{AnswerForm, Jobs, Reading};
use crate::crosswalk::{CrosswalkOptions, Way};
use crate::edit::EditList;
use crate::failure::{Failure, Outcome};
use crate::input::Run;
use crate::names;
use crate::output::{Output, Target, format_of, is_one_place, is_stdout, refuse_to_replace};
use crate::rejects::Rejects;

const EXAMPLES: &str = "\
Examples:
  kartoteka convert books.mrc -o books.xml
      MARCXML from ISO 2709; the extension names the format
  kartoteka convert old.iso --charset cp866 -t iso2709 --to-charset utf-8 -o new.mrc --rejects rest.mrc
      another character set; what cannot be read is kept
  kartoteka convert ibis.mst -t marcxml --crosswalk irbis-marc21 -o ibis.xml.gz
      an IRBIS base in MARC 21, compressed
  zcat dump.gz | kartoteka convert -t ndjson --delete 9XX | jq .leader
      standard input to standard output, without local fields";

/// Convert records from any readable format to any writable one
///
/// The format of the output is that of -t, or of the extension of the -o file; there is no other
/// default. ISO 2709 to ISO 2709 without --to-charset copies sound records byte for byte. Output to a file goes to a
/// hidden temporary file beside it (.kartoteka-*.tmp), which is renamed when it is complete, and removed if the run
/// fails or is interrupted; one that SIGKILL ends leaves it. What is no regular file, such as a symbolic link or /dev/null, is written
/// directly.
///
/// --set, --delete, --keep and --replace change the records on the way, one after the other as they stand on the command
/// line; records that they do not change are written as they are. See kartoteka path for paths.
///
/// One thread alone writes what numbers its records (aleph, cisis-id, csv, tsv, mst), and what is rejected of text and XML.
#[derive(Debug, Args)]
#[command(after_help = format!("{EXAMPLES}\n\n{EXIT_STATUS}"))]
pub(crate) struct Options {
    #[command(flatten)]
    pub(crate) reading: Reading,

    /// Format of the output [default: by the extension of the -o file]
    #[arg(short, long, value_name = "FORMAT", value_parser = names::writable(), hide_possible_values = true)]
    pub(crate) to: Option<Format>,

    /// File to write; - is standard output. A name that ends in .gz or .zst has it compressed
    #[arg(short, long, value_name = "FILE", default_value = "-", hide_default_value = true)]
    pub(crate) output: PathBuf,

    /// Character set of the output [default: that of each record; XML and JSON are always UTF-8]
    #[arg(long, value_name = "NAME", default_value = "auto", hide_default_value = true)]
    #[arg(value_parser = names::output_charset)]
    pub(crate) to_charset: Charset,

    /// File for the original bytes of all records that could not be read or not be written; empty if there were none
    #[arg(long, value_name = "FILE")]
    pub(crate) rejects: Option<PathBuf>,

    /// Bytes that do not decode, and characters that the output's character set lacks
    #[arg(long, value_name = "POLICY", default_value = "replace", value_parser = names::named::<Policy>())]
    pub(crate) undecodable: Policy,

    /// Characters that the output format cannot carry, such as 1F in XML
    #[arg(long, value_name = "POLICY", default_value = "error", value_parser = names::named::<IllegalCharacters>())]
    pub(crate) illegal_chars: IllegalCharacters,

    /// Fields with tags above 999 in formats that cannot hold them
    #[arg(long, value_name = "POLICY", default_value = "fail", value_parser = names::named::<WideTags>())]
    pub(crate) wide_tags: WideTags,

    /// Cells of tables that begin like the formula of a spreadsheet, with = + - @ or a tab
    #[arg(long, value_name = "POLICY", default_value = "keep", value_parser = names::named::<Formulas>())]
    pub(crate) formulas: Formulas,

    /// Records of more than 99,999 bytes and fields of more than 9,999 in ISO 2709
    #[arg(long, value_name = "POLICY", default_value = "fail", value_parser = names::named::<Oversize>())]
    pub(crate) oversize: Oversize,

    /// Leader/9 to 11 and 20 to 23, and the codes of 100$a in UNIMARC, in records that are built in ISO 2709
    #[arg(long, value_name = "POLICY", default_value = "set", value_parser = names::named::<LeaderValues>())]
    pub(crate) leader: LeaderValues,

    /// What the master file number of an IRBIS record becomes in MARC formats
    #[arg(long, value_name = "FIELD", default_value = "001", value_parser = names::mfn_as())]
    #[arg(action = ArgAction::Set)]
    pub(crate) mfn_as: bool,

    /// Normal form of letters with marks: é as one character (nfc), or as e and a mark (nfd); records whose output stays
    /// in another set than UTF-8 are left as they are
    #[arg(long, value_name = "FORM", default_value = "none", value_parser = names::named::<Normalization>())]
    pub(crate) normalize: Normalization,

    /// Faults of text to put right; each change is listed as a finding
    #[arg(long, value_name = "FAULT,...", value_delimiter = ',', value_parser = names::named::<TextRepair>())]
    pub(crate) repair: Vec<TextRepair>,

    #[command(flatten)]
    pub(crate) crosswalk: CrosswalkOptions,

    #[command(flatten)]
    pub(crate) edits: EditList,

    /// Write XML and JSON without line breaks and indentation inside records
    #[arg(long)]
    pub(crate) no_indent: bool,

    /// Prefix of the elements of MARCXML and MarcXchange, such as marc
    #[arg(long, value_name = "PREFIX", value_parser = names::xml_prefix, default_value = "", hide_default_value = true)]
    pub(crate) xml_prefix: String,

    /// Write the types of records in MARCXML and MarcXchange
    #[arg(long)]
    pub(crate) record_types: bool,

    /// Write one record without a collection in MARCXML and MarcXchange
    #[arg(long)]
    pub(crate) single_record: bool,

    /// Form of the summary on standard error; printed with --quiet too, if given [default: text]
    #[arg(long, value_name = "FORM", value_enum)]
    pub(crate) summary: Option<AnswerForm>,

    #[command(flatten)]
    pub(crate) jobs: Jobs,

    /// The list whose records alone are edited, in match.
    #[arg(skip)]
    pub(crate) list: OnceLock<Match>,
}

impl Options {
    pub(crate) fn options(&self) -> WriteOptions {
        WriteOptions::new()
            .charset(self.to_charset)
            .policy(self.undecodable)
            .illegal_characters(self.illegal_chars)
            .wide_tags(self.wide_tags)
            .oversize(self.oversize)
            .formulas(self.formulas)
            .leader(self.leader)
            .mfn_as_control_number(self.mfn_as)
            .indent(!self.no_indent)
            .xml_prefix(&self.xml_prefix)
            .record_types(self.record_types)
            .single_record(self.single_record)
    }
}

pub(crate) fn run(options: &Options) -> Result<Outcome, Failure> {
    let started = Instant::now();
    let format = output_format(options)?;
    let reading = &options.reading;
    let way = Way::new(&options.crosswalk, reading)?;
    let mut run = Run::new(reading, is_stdout(&options.output))?;
    // An output that is written directly is emptied when it is opened: only for an input that can be read.
    let mut next = run.next_input()?;
    if next.is_none() {
        return Ok(Outcome::NotAll);
    }
    let output = Output::open(&options.output, &reading.inputs)?;
    let open = |path: &PathBuf| Target::open(path, &reading.inputs);
    let rejects = options.rejects.as_ref().map(open).transpose()?.map(Rejects::new);
    let mut report = options.crosswalk.report.as_ref().map(open).transpose()?;
    let mut values = (Values::default(), 0u64);
    let slots = match format.can(Can::Seek) {
        true => Some(output.cross_reference(&options.output, &reading.inputs)?),
        false => None,
    };
    let made = match &slots {
        Some(slots) => {
            let (mst, xrf) = (output.sink.clone(), slots.sink.clone());
            isis::Writer::create(mst, xrf, isis::Variant::IRBIS64, &options.options())
                .map(|writer| Box::new(writer) as Box<dyn RecordWrite + Send>)
        }
        None => {
            writer(format, output.writer(&options.output)?, &options.options()).map(AnyWriter::into_inner)
        }
    };
    let mut records = made.map_err(|error| Failure::new(error.to_string()))?;
    let mut summary = Summary::default();
    let mut bytes_read = 0u64;
    let mut note = None;
    while let Some(mut input) = next {
        let copied = copy::input(
            options,
            (&mut input, format),
            &mut *records,
            (rejects.as_ref(), &mut summary),
            (way.as_ref(), report.as_mut(), &mut values),
            &mut note,
            &mut run,
        );
        copied.map_err(|failure| match failure {
            Failure::Library(_) => output.failure(run.named(&input.name, failure)),
            other => other,
        })?;
        bytes_read += input.reader.position().byte;
        next = run.next_input()?;
    }
    let finished = records.finish();
    drop(records);
    finished.map_err(|error| output.failure(Failure::new(error.to_string())))?;
    rejects.map(Rejects::commit).transpose()?;
    let bytes_written = output.commit()?;
    report.map(Target::commit).transpose()?;
    slots.map(Output::commit).transpose()?;
    run.reporter.finish();
    if let Some(note) = note {
        run.reporter.say(&format!("kartoteka: {note}"));
    }
    if let Some(way) = &way {
        let line = values_line(&way.crosswalk.map().name, values.0, values.1);
        run.reporter.say(&format!("kartoteka: {line}"));
    }
    let tally = RunSummary::new(&summary, bytes_read, bytes_written, started.elapsed());
    run.reporter.summary(&tally, options.summary, "");
    for (rule, options) in helpful(options).into_iter().filter(|(rule, _)| summary.report.count(*rule) > 0) {
        run.reporter.say(&format!("kartoteka: of {rule}: {options}"));
    }
    let status = tally.exit_status(reading.fail_on()).max(u8::from(values.1 > 0));
    Ok(run.end(status.into()))
}

/// Findings that an option would treat otherwise, and that option.
fn helpful(options: &Options) -> Vec<(Rule, &'static str)> {
    let Options { wide_tags, illegal_chars, oversize, undecodable, formulas, .. } = options;
    let (wide, illegal) = (*wide_tags == WideTags::Fail, *illegal_chars == IllegalCharacters::Error);
    let (long, unknown) = (*oversize == Oversize::Fail, *undecodable == Policy::Strict);
    let known = [
        (wide, rules::TAG_TOO_WIDE, "--wide-tags drop leaves these fields out, and writes their records"),
        (illegal, rules::CHARACTER_NOT_ALLOWED, "--illegal-chars drop or replace writes these records"),
        (long, rules::RECORD_TOO_LONG, "--oversize split, cap or zero writes these records"),
        (unknown, rules::UNENCODABLE, "--undecodable replace or escape writes these records"),
        (*formulas == Formulas::Keep, rules::FORMULA_IN_CELL, "--formulas defuse makes these cells text"),
    ];
    known.into_iter().filter(|(holds, ..)| *holds).map(|(_, rule, what)| (rule, what)).collect()
}

/// The format to write, if all else on the command line goes with it.
fn output_format(options: &Options) -> Result<Format, Failure> {
    let Some(format) = options.to.or_else(|| format_of(&options.output)) else {
        let why = match is_stdout(&options.output) {
            true => "no format for the output: give --to",
            false => "its extension names no format: give --to",
        };
        return Err(match is_stdout(&options.output) {
            true => Failure::new(why),
            false => Failure::at(options.output.display(), why),
        });
    };
    let charset = options.to_charset;
    let utf8_only = format.is_utf8_only();
    if utf8_only && !matches!(charset, Charset::Auto | Charset::Utf8) {
        return Err(Failure::new(format!("{format} is always UTF-8: it cannot be written in {charset}")));
    }
    if options.rejects.as_deref().is_some_and(|rejects| is_one_place(rejects, &options.output)) {
        return Err(Failure::new("--rejects and --output name the same place"));
    }
    if let Some(rejects) = &options.rejects {
        refuse_to_replace(rejects, &options.reading.inputs)?;
    }
    Ok(format)
}
