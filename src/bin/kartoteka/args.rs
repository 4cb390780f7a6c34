//! The command line: commands, options, and what `--help` says of them.

use std::num::NonZeroU64;
use std::ops::RangeInclusive;
use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};
use kartoteka::Repeats;
use kartoteka::path::{Order, SelectOptions};
use kartoteka::{
    Charset, Deleted, Dialect, Format, IllegalCharacters, LeaderValues, Limits, Normalization, Oversize,
    Policy, ReadOptions, Recovery, Severity, TextRepair, WideTags, WriteOptions,
};

use crate::edit::Edits;
use crate::names::{self, Codes, Shown};

const EXIT_STATUS: &str = "\
Exit status:
  0  done; nothing at or above --fail-on was found
  1  done, with findings at or above it; in convert also: something was rejected, replaced or dropped
  2  not done: wrong usage, a file that cannot be opened or written, --strict and a malformed record";

/// Bibliographic records: ISO 2709 (MARC 21, UNIMARC, RUSMARC), MARCXML, MARC-in-JSON, IRBIS.
///
/// Reads damaged and mislabelled files, says what is wrong with them and where, and loses nothing silently. Data go
/// to standard output, all messages to standard error.
#[derive(Debug, Parser)]
#[command(name = "kartoteka", version, after_help = EXIT_STATUS, max_term_width = 100)]
#[command(propagate_version = true, disable_help_subcommand = false)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Convert(Box<Convert>),
    Validate(Validate),
    Show(Show),
    Info(Info),
    Count(Count),
    Stats(StatsCommand),
    Select(Select),
    Filter(FilterCommand),
    Terms(Terms),
    Recover(Recover),
    Slice(Slice),
    Split(Split),
    Sample(Sample),
    Diff(Diff),
    Repair(Box<Repair>),
    Formats(Formats),
    Path(PathOptions),
    Explain(Explain),
    Completions(Completions),
    Man(Man),
}

/// Options of all commands that read.
#[derive(Debug, Args)]
pub(crate) struct Reading {
    /// Files to read; - is standard input. What is compressed with gzip or zstd is decompressed
    #[arg(value_name = "INPUT", required = true)]
    pub(crate) inputs: Vec<PathBuf>,

    /// Format of the input [default: found out by the content, then by the extension]
    #[arg(short, long, value_name = "FORMAT", value_parser = names::readable(), hide_possible_values = true)]
    pub(crate) from: Option<Format>,

    /// Character set of the input, such as utf-8, cp1251, cp866, koi8-r; auto decides for each record
    #[arg(long, value_name = "NAME", default_value = "auto", value_parser = names::charset)]
    pub(crate) charset: Charset,

    /// Family of formats the records belong to
    #[arg(long, value_name = "NAME", default_value = "auto", value_parser = names::dialect())]
    pub(crate) dialect: Dialect,

    /// Records of a master file to read, by their numbers, such as 1-100,205 or 500- [default: all]
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = names::mfns)]
    pub(crate) mfn: Vec<std::ops::RangeInclusive<u32>>,

    /// Which records of a master file to read, by whether they are deleted
    #[arg(long, value_name = "WHICH", default_value = "skip", value_parser = names::deleted())]
    pub(crate) deleted: Deleted,

    /// Read all stored versions of the records of an IRBIS64 master file, the oldest of each first
    #[arg(long)]
    pub(crate) history: bool,

    /// Stop at the first malformed record, with exit status 2 [default: salvage it and go on]
    #[arg(long)]
    pub(crate) strict: bool,

    /// How much one record may take: bytes, fields, findings listed
    /// [default: record=16M,fields=100000,findings=100]
    #[arg(long, value_name = "NAME=N,...", value_parser = names::limits)]
    pub(crate) limits: Option<Limits>,

    /// Weight of a finding from which the exit status is 1
    #[arg(long, value_name = "SEVERITY", default_value = "error", value_parser = names::severity())]
    pub(crate) fail_on: Severity,

    #[command(flatten)]
    pub(crate) talk: Talk,
}

impl Reading {
    pub(crate) fn options(&self) -> ReadOptions {
        let recovery = if self.strict { Recovery::Strict } else { Recovery::Salvage };
        let limits = self.limits.unwrap_or_default();
        ReadOptions::new()
            .charset(self.charset)
            .dialect(self.dialect)
            .recovery(recovery)
            .limits(limits)
            .deleted(self.deleted)
            .history(self.history)
            .mfns(self.mfn.iter().cloned())
    }
}

/// Options about messages.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Talk {
    /// Say nothing but what stops the run
    #[arg(short, long, conflicts_with = "verbose")]
    pub(crate) quiet: bool,

    /// Print all findings, not only the first (20 errors, fewer notes), and how each format was found out
    #[arg(short, long)]
    pub(crate) verbose: bool,

    /// When to use colours; auto: on a terminal, unless NO_COLOR is set
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = When::Auto)]
    pub(crate) color: When,

    /// When to draw a progress bar; auto: on a terminal
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = When::Auto)]
    pub(crate) progress: When,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    /// For people
    Text,
    /// One JSON object
    Json,
}

/// Convert records from any readable format to any writable one
///
/// The format of the output is that of -t, or that which the extension of the -o file names; there is no other
/// default. ISO 2709 to ISO 2709 without --to-charset copies sound records byte for byte. Output to a file goes to a
/// hidden temporary file beside it (.kartoteka-*.tmp), which is renamed when it is complete, and removed if the run
/// fails; a run that is killed leaves it. What is no regular file, such as a symbolic link or /dev/null, is written
/// directly.
///
/// --set, --delete, --keep and --replace change the records on the way, one after the other as they stand on the command
/// line; records that they do not change are written as they are. See kartoteka path for paths.
///
/// One thread alone writes what numbers its records (aleph, cisis-id, csv, tsv, mst), and what is rejected of text and XML.
#[derive(Debug, Args)]
#[command(after_help = EXIT_STATUS)]
pub(crate) struct Convert {
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
    #[arg(long, value_name = "POLICY", default_value = "replace", value_parser = names::policy())]
    pub(crate) undecodable: Policy,

    /// Characters that the output format cannot carry, such as 1F in XML
    #[arg(long, value_name = "POLICY", default_value = "error", value_parser = names::illegal_characters())]
    pub(crate) illegal_chars: IllegalCharacters,

    /// Fields with tags above 999 in formats that cannot hold them
    #[arg(long, value_name = "POLICY", default_value = "fail", value_parser = names::wide_tags())]
    pub(crate) wide_tags: WideTags,

    /// Records of more than 99,999 bytes and fields of more than 9,999 in ISO 2709
    #[arg(long, value_name = "POLICY", default_value = "fail", value_parser = names::oversize())]
    pub(crate) oversize: Oversize,

    /// Leader/9 to 11 and 20 to 23, and the codes of 100$a in UNIMARC, in records that are built in ISO 2709
    #[arg(long, value_name = "POLICY", default_value = "set", value_parser = names::leader_values())]
    pub(crate) leader: LeaderValues,

    /// What the master file number of an IRBIS record becomes in MARC formats
    #[arg(long, value_name = "FIELD", default_value = "001", value_parser = names::mfn_as())]
    #[arg(action = ArgAction::Set)]
    pub(crate) mfn_as: bool,

    /// Normal form of letters with marks: é as one character (nfc), or as e and a mark (nfd); records whose output stays
    /// in another set than UTF-8 are left as they are
    #[arg(long, value_name = "FORM", default_value = "none", value_parser = names::normalization())]
    pub(crate) normalize: Normalization,

    /// Faults of text to put right; each change is listed as a finding
    #[arg(long, value_name = "FAULT,...", value_delimiter = ',', value_parser = names::text_repair())]
    pub(crate) repair: Vec<TextRepair>,

    #[command(flatten)]
    pub(crate) edits: Edits,

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
    pub(crate) summary: Option<Form>,

    #[command(flatten)]
    pub(crate) jobs: Jobs,
}

impl Convert {
    pub(crate) fn options(&self) -> WriteOptions {
        WriteOptions::new()
            .charset(self.to_charset)
            .policy(self.undecodable)
            .illegal_characters(self.illegal_chars)
            .wide_tags(self.wide_tags)
            .oversize(self.oversize)
            .leader(self.leader)
            .mfn_as_control_number(self.mfn_as)
            .indent(!self.no_indent)
            .xml_prefix(&self.xml_prefix)
            .record_types(self.record_types)
            .single_record(self.single_record)
    }
}

/// A form of report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportForm {
    /// For people: each finding with its place shown
    Text,
    /// A line for each finding
    Concise,
    /// JSON Lines: an object for each finding, and one for the totals
    Json,
    /// SARIF 2.1.0, for code hosts; at most 25,000 results, the rest counted by rule
    Sarif,
    /// JUnit XML: a suite for each input, a case for each rule
    Junit,
}

/// Check records, and list what is wrong with their structure, leader and encoding
///
/// Findings have ids: B bytes and structure, E encoding, L leader. All that is found is counted, whether it is listed
/// or not. Records go by in one pass, and none is held.
#[derive(Debug, Args)]
#[command(after_help = EXIT_STATUS)]
pub(crate) struct Validate {
    #[command(flatten)]
    pub(crate) reading: Reading,

    /// Form of the report
    #[arg(long, value_name = "FORM", value_enum, default_value_t = ReportForm::Text)]
    pub(crate) format: ReportForm,

    /// File to write; - is standard output
    #[arg(short, long, value_name = "FILE", default_value = "-", hide_default_value = true)]
    pub(crate) output: PathBuf,

    /// Look for these findings only: ids, the first letters of ids such as B or E00, or names
    #[arg(long, value_name = "ID,...", value_delimiter = ',', value_parser = names::codes)]
    pub(crate) select: Vec<Codes>,

    /// Do not look for these findings, even if they are selected
    #[arg(long, value_name = "ID,...", value_delimiter = ',', value_parser = names::codes)]
    pub(crate) ignore: Vec<Codes>,

    /// List so many findings at most, and count the rest [default: all; for sarif so many that 25,000 results hold them]
    #[arg(long, value_name = "N")]
    pub(crate) max_findings: Option<u64>,

    #[command(flatten)]
    pub(crate) jobs: Jobs,
}

/// Show records for human eyes: a line per field, with the findings below
///
/// Blank indicators are shown as _, the subfield delimiter of MARC as $, that of IRBIS as ^. Control characters and
/// bytes that do not decode are shown as \x1B.
#[derive(Debug, Args)]
#[command(after_help = EXIT_STATUS)]
pub(crate) struct Show {
    #[command(flatten)]
    pub(crate) reading: Reading,

    /// Show these fields only: tags, 6XX, 600-699, LDR
    #[arg(long, value_name = "TAG,...", value_delimiter = ',', value_parser = names::shown)]
    pub(crate) fields: Vec<Shown>,

    /// Stop after so many records
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<u64>,
}

/// Tell what a file is: format, dialect, character sets and why, sizes, findings
///
/// Reads all of each input, and counts findings by code; --verbose prints them too, on standard error.
#[derive(Debug, Args)]
#[command(after_help = EXIT_STATUS)]
pub(crate) struct Info {
    #[command(flatten)]
    pub(crate) reading: Reading,

    /// Form of the answer; json is an object a line for each input
    #[arg(long, value_name = "FORM", value_enum, default_value_t = Form::Text)]
    pub(crate) format: Form,
}

/// Count records
///
/// Records of which nothing could be read are counted too. One input: the number. Several: a line for each, number and name, and the total.
#[derive(Debug, Args)]
#[command(after_help = EXIT_STATUS)]
pub(crate) struct Count {
    #[command(flatten)]
    pub(crate) reading: Reading,

    /// Count the values at this path instead: a line for each, how often and which, the most frequent first
    #[arg(long, value_name = "PATH")]
    pub(crate) by: Option<String>,

    /// Print only the N most frequent values
    #[arg(long, value_name = "N", requires = "by")]
    pub(crate) top: Option<usize>,

    #[command(flatten)]
    pub(crate) asking: Asking,

    #[command(flatten)]
    pub(crate) jobs: Jobs,
}

/// How many threads.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Jobs {
    /// Work on N threads; the output is the same for any number [default: as many as there are cores]
    #[arg(short, long, value_name = "N")]
    pub(crate) jobs: Option<std::num::NonZeroUsize>,
}

/// How values are asked for.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Asking {
    /// Take a field 880 as the field that it stands for
    #[arg(long)]
    pub(crate) linked: bool,

    /// Leave out ISBD punctuation at the end of subfields
    #[arg(long)]
    pub(crate) trim: bool,

    /// Leave out the articles that titles do not file under
    #[arg(long)]
    pub(crate) skip_nonfiling: bool,

    /// Compose text to Unicode normalization form C
    #[arg(long)]
    pub(crate) nfc: bool,

    /// Take subfields in the order of the codes in the path, not in that of the record
    #[arg(long)]
    pub(crate) path_order: bool,
}

impl Asking {
    pub(crate) fn options(self) -> SelectOptions {
        let order = if self.path_order { Order::Path } else { Order::Record };
        SelectOptions::new()
            .linked(self.linked)
            .trim(self.trim)
            .skip_nonfiling(self.skip_nonfiling)
            .nfc(self.nfc)
            .order(order)
    }
}

/// Tell which fields and subfields there are, how often, how long, and some of their values
///
/// Memory does not grow with the input. A field is counted in its record, a subfield in its field; lengths are those of
/// values, in characters. Samples are drawn at random, each value with the same chance.
#[derive(Debug, Args)]
#[command(after_help = EXIT_STATUS)]
pub(crate) struct StatsCommand {
    #[command(flatten)]
    pub(crate) reading: Reading,

    /// How many values of each element to show
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub(crate) samples: usize,

    /// What decides which values those are: the same number draws the same
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) seed: u64,

    /// Count the N most frequent values of each element; with many different values the counts are lower bounds
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) values: usize,

    /// Form of the answer; json is a line with the sums, and one for each element
    #[arg(long, value_name = "FORM", value_enum, default_value_t = Form::Text)]
    pub(crate) format: Form,

    #[command(flatten)]
    pub(crate) jobs: Jobs,
}

/// Print a table of the values at paths: a column for each, a row for each record
///
/// PATHS are separated by commas, such as 001,245$a$b,650$a; see kartoteka path. A path with several codes has one value
/// for each field, its subfields joined by blanks; a path with one code has one for each subfield. Several values
/// in one cell are joined, unless --repeats says otherwise.
#[derive(Debug, Args)]
#[command(after_help = EXIT_STATUS)]
pub(crate) struct Select {
    /// The paths of the columns
    #[arg(value_name = "PATHS")]
    pub(crate) paths: String,

    #[command(flatten)]
    pub(crate) reading: Reading,

    /// Form of the table; in tsv, tab, line end and backslash in values are written \t, \n and \\
    #[arg(short, long, value_name = "FORM", value_enum, default_value_t = TableForm::Csv)]
    pub(crate) to: TableForm,

    /// What becomes of several values in one cell
    #[arg(long, value_name = "POLICY", default_value = "join", value_parser = names::repeats())]
    pub(crate) repeats: Repeats,

    /// What stands between joined values
    #[arg(long, value_name = "TEXT", default_value = "|")]
    pub(crate) separator: String,

    /// Leave out the row with the paths
    #[arg(long)]
    pub(crate) no_header: bool,

    /// File to write; - is standard output
    #[arg(short, long, value_name = "FILE", default_value = "-", hide_default_value = true)]
    pub(crate) output: PathBuf,

    #[command(flatten)]
    pub(crate) asking: Asking,

    #[command(flatten)]
    pub(crate) jobs: Jobs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TableForm {
    /// Comma-separated values, RFC 4180, with line feeds
    Csv,
    /// Values between tabs
    Tsv,
    /// A JSON object a line
    Ndjson,
}

/// Print the records that match
///
/// EXPRESSION is made of paths and operators, such as '245$a =^ "The" && #650 >= 3 && !020? && LDR/6 in ["a","t"]':
/// == != =^ (starts) =$ (ends) =? (contains) =~ (regular expression) =* (similar), each with ! instead of = for its
/// opposite; in, not in; < <= > >=; path? (exists), #path (how many); && || ^ and !( ). ALL before a path asks it of all
/// values. Records of ISO 2709, NDJSON and IRBIS text stay as they are byte for byte; records of which nothing can be
/// read do not match.
#[derive(Debug, Args)]
#[command(after_help = EXIT_STATUS)]
pub(crate) struct FilterCommand {
    /// What must hold for a record
    #[arg(value_name = "EXPRESSION")]
    pub(crate) expression: String,

    #[command(flatten)]
    pub(crate) reading: Reading,

    /// Print the records that do not match
    #[arg(long)]
    pub(crate) invert: bool,

    /// Take upper and lower case as the same
    #[arg(long)]
    pub(crate) ignore_case: bool,

    /// From which similarity on =* holds, 0 to 1
    #[arg(long, value_name = "X", default_value_t = 0.8)]
    pub(crate) threshold: f64,

    /// Format of the output [default: by the extension of the -o file, else that of the first input]
    #[arg(short, long, value_name = "FORMAT", value_parser = names::writable(), hide_possible_values = true)]
    pub(crate) to: Option<Format>,

    /// File to write; - is standard output
    #[arg(short, long, value_name = "FILE", default_value = "-", hide_default_value = true)]
    pub(crate) output: PathBuf,

    #[command(flatten)]
    pub(crate) asking: Asking,

    #[command(flatten)]
    pub(crate) jobs: Jobs,
}

/// List the terms of the dictionary of an IRBIS64 base
///
/// A line for each term: how many postings it has, and the term. With --postings a line for each posting: term, record,
/// tag, repeat of the field, and place in it.
#[derive(Debug, Args)]
#[command(after_help = EXIT_STATUS)]
pub(crate) struct Terms {
    /// The base: its master file, dictionary or parameter file
    #[arg(value_name = "BASE")]
    pub(crate) base: PathBuf,

    /// List the terms that begin with this only, such as A= or K=
    #[arg(value_name = "PREFIX")]
    pub(crate) prefix: Option<String>,

    /// List all postings of each term
    #[arg(long)]
    pub(crate) postings: bool,

    /// Stop after so many terms
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<u64>,

    /// Form of the answer; json is an object a line for each term, with its postings
    #[arg(long, value_name = "FORM", value_enum, default_value_t = Form::Text)]
    pub(crate) format: Form,

    #[command(flatten)]
    pub(crate) talk: Talk,
}

/// Rebuild a master file from what can be read of it
///
/// All records are written anew, with their numbers, deleted ones and all versions too, in the layout of the base, with a
/// cross reference beside it. An output that ends in .xrf gets a cross reference for the master file as it is. The
/// dictionary is not rebuilt: the program that uses the base does that.
#[derive(Debug, Args)]
#[command(after_help = EXIT_STATUS)]
pub(crate) struct Recover {
    /// The base: its master file or parameter file
    #[arg(value_name = "BASE")]
    pub(crate) base: PathBuf,

    /// Master file to write, or cross reference
    #[arg(short, long, value_name = "NEW")]
    pub(crate) output: PathBuf,

    /// Character set of the base; the bytes of the records stay as they are
    #[arg(long, value_name = "NAME", default_value = "auto", value_parser = names::charset)]
    pub(crate) charset: Charset,

    /// Weight of a finding from which the exit status is 1
    #[arg(long, value_name = "SEVERITY", default_value = "error", value_parser = names::severity())]
    pub(crate) fail_on: Severity,

    #[command(flatten)]
    pub(crate) talk: Talk,
}

/// List the formats: names, extensions, and what can be done with them
#[derive(Debug, Args)]
pub(crate) struct Formats {
    /// Print a JSON array
    #[arg(long)]
    pub(crate) json: bool,
}

/// Write some of the records, chosen by their place
///
/// ISO 2709, JSON a record a line and exchange text keep the bytes of each record, damaged ones too; XML and JSON arrays
/// are written anew around the same records. Several inputs count as one row of records. --last holds so many records in
/// memory.
#[derive(Debug, Args)]
#[command(after_help = EXIT_STATUS)]
#[command(group(clap::ArgGroup::new("which").required(true).args(["records", "first", "last"])))]
pub(crate) struct Slice {
    #[command(flatten)]
    pub(crate) reading: Reading,

    /// The records with these numbers, counted from 1: 5, 10-20, 100-
    #[arg(long, value_name = "N-M,...", value_delimiter = ',', value_parser = names::range)]
    pub(crate) records: Vec<RangeInclusive<u64>>,

    /// The first N records
    #[arg(long, value_name = "N")]
    pub(crate) first: Option<u64>,

    /// The last N records
    #[arg(long, value_name = "N")]
    pub(crate) last: Option<u64>,

    /// File to write, in the format of the input; - is standard output
    #[arg(short, long, value_name = "FILE", default_value = "-", hide_default_value = true)]
    pub(crate) output: PathBuf,
}

/// Cut files into pieces
///
/// The pieces are numbered from 0001: books.mrc gives books-0001.mrc; in a name with {} the number stands there. Bytes
/// of records are kept as slice does. A run that fails leaves the pieces that were complete.
#[derive(Debug, Args)]
#[command(after_help = EXIT_STATUS)]
#[command(group(clap::ArgGroup::new("size").required(true).args(["records", "bytes"])))]
pub(crate) struct Split {
    #[command(flatten)]
    pub(crate) reading: Reading,

    /// Records in a piece
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) records: Option<u64>,

    /// Bytes of records in a piece, such as 50M; a longer record has a piece of its own
    #[arg(long, value_name = "SIZE", value_parser = names::size)]
    pub(crate) bytes: Option<usize>,

    /// Name of the pieces, without their numbers
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
}

/// Write some of the records, chosen by chance or evenly
///
/// Tells which part of all was taken, and the seed. The order is that of the input, and the bytes of records are kept as
/// slice does. --count holds so many records in memory.
#[derive(Debug, Args)]
#[command(after_help = EXIT_STATUS)]
pub(crate) struct Sample {
    #[command(flatten)]
    pub(crate) reading: Reading,

    /// So many records, each with the same chance
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub(crate) count: u64,

    /// The first record, and each Kth behind it
    #[arg(long, value_name = "K", conflicts_with_all = ["count", "seed"])]
    pub(crate) every: Option<NonZeroU64>,

    /// Where chance begins: the same seed chooses the same records [default: by the clock]
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,

    /// File to write, in the format of the input; - is standard output
    #[arg(short, long, value_name = "FILE", default_value = "-", hide_default_value = true)]
    pub(crate) output: PathBuf,
}

/// Compare two files, record by record
///
/// Records belong together by their control number (001) or master file number, those with the same number in the order
/// of the files; records without a number by their content. Lengths and offsets are not compared, and text is, whatever
/// character set it is in. Holds a few numbers for each record of A in memory, and reads records of A again to show what
/// changed: A must be a file, and not compressed. Exit status 1 if there is a difference.
#[derive(Debug, Args)]
#[command(after_help = EXIT_STATUS)]
pub(crate) struct Diff {
    #[command(flatten)]
    pub(crate) reading: Reading,

    /// Form of the answer; json is an object a line for each record that differs
    #[arg(long, value_name = "FORM", value_enum, default_value_t = Form::Text)]
    pub(crate) format: Form,
}

/// Mend damaged and mislabelled records, and list every change
///
/// Sound records keep their bytes. Damaged ones are read as far as they can be and built anew, with right lengths and a
/// right directory. Where only the label of the character set is wrong, that alone is changed, and nothing moves. What
/// cannot be read goes to --rejects. Exit status 1 tells that something was damaged, as for all commands.
#[derive(Debug, Args)]
#[command(after_help = EXIT_STATUS)]
pub(crate) struct Repair {
    #[command(flatten)]
    pub(crate) reading: Reading,

    /// File to write, in the format of the input; - is standard output
    #[arg(short, long, value_name = "FILE", required = true)]
    pub(crate) output: PathBuf,

    /// Transcode to this character set, and label the records so [default: that of each record]
    #[arg(long, value_name = "NAME", default_value = "auto", hide_default_value = true)]
    #[arg(value_parser = names::output_charset)]
    pub(crate) to_charset: Charset,

    /// Faults of text to put right too; each change is listed
    #[arg(long, value_name = "FAULT,...", value_delimiter = ',', value_parser = names::text_repair())]
    pub(crate) repair: Vec<TextRepair>,

    /// File for the original bytes of what could not be read or written; empty if there was nothing
    #[arg(long, value_name = "FILE")]
    pub(crate) rejects: Option<PathBuf>,

    /// File for the list of changes [default: standard output, or standard error if records go to the output]
    #[arg(long, value_name = "FILE")]
    pub(crate) changes: Option<PathBuf>,

    /// Form of the list of changes; json is an object a line
    #[arg(long, value_name = "FORM", value_enum, default_value_t = Form::Text)]
    pub(crate) format: Form,

    /// Form of the summary on standard error; printed with --quiet too, if given [default: text]
    #[arg(long, value_name = "FORM", value_enum)]
    pub(crate) summary: Option<Form>,
}

/// Tell what a path means, and its canonical form
///
/// Paths are MARCspec, such as 245$a, 008/35-37 or 020$a{$q=\paperback}; also 245ab, 6XX, 650[*0]a, 461$1/200$a and,
/// of IRBIS, v200^a.
#[derive(Debug, Args)]
pub(crate) struct PathOptions {
    /// The path
    #[arg(value_name = "SPEC", required_unless_present = "check")]
    pub(crate) spec: Option<String>,

    /// Read paths from standard input, a line each, and answer each with a line: ok CANONICAL, or error OFFSET MESSAGE
    #[arg(long, conflicts_with = "spec")]
    pub(crate) check: bool,
}

/// Explain a finding: what it means, what is done about it, and an example
///
/// Without a code: the list of all findings.
#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// Ids, the first letters of ids such as B or E00, or names
    #[arg(value_name = "CODE", value_parser = names::codes)]
    pub(crate) codes: Vec<Codes>,
}

/// Print what makes a shell complete the command line
///
/// In bash: source <(kartoteka completions bash)
#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub(crate) shell: clap_complete::Shell,
}

/// Print the manual page of the program, or of one of its commands
#[derive(Debug, Args)]
pub(crate) struct Man {
    /// The command
    #[arg(value_name = "COMMAND")]
    pub(crate) command: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }
}
