//! Options that several commands share.

use std::io::IsTerminal;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use kartoteka::path::{Order, SelectOptions};
use kartoteka::{Charset, Deleted, Dialect, Format, Limits, Part, ReadOptions, Recovery, Severity};

use crate::names;

/// Options of all commands that read.
#[derive(Debug, Args)]
pub(crate) struct Reading {
    /// Files to read [default: standard input, if it is no terminal; - means it too]. What is compressed with gzip or zstd
    /// is decompressed
    #[arg(value_name = "INPUT", default_values_os_t = standard_input(), hide_default_value = true)]
    pub(crate) inputs: Vec<PathBuf>,

    /// Format of the input [default: found out by the content, then by the extension]
    #[arg(short, long, value_name = "FORMAT", value_parser = names::readable(), hide_possible_values = true)]
    pub(crate) from: Option<Format>,

    /// Character set of the input, such as utf-8, cp1251, cp866, koi8-r; auto decides for each record
    #[arg(long, value_name = "NAME", default_value = "auto", value_parser = names::charset)]
    pub(crate) charset: Charset,

    /// Language of most texts, such as ru, fr, lt, where the character set has to be found out
    #[arg(long, value_name = "LANGUAGE", value_parser = names::language(), hide_possible_values = true)]
    pub(crate) charset_hint: Option<String>,

    /// Family of formats the records belong to
    #[arg(long, value_name = "NAME", default_value = "auto", value_parser = names::named::<Dialect>())]
    pub(crate) dialect: Dialect,

    /// Records of a master file to read, by their numbers, such as 1-100,205 or 500- [default: all]
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = names::range::<u32>)]
    pub(crate) mfn: Vec<std::ops::RangeInclusive<u32>>,

    /// Part of each file to read, such as 1/4: a record belongs to one of them, and has no number
    #[arg(long, value_name = "K/N")]
    pub(crate) part: Option<Part>,

    /// Which records of a master file to read, by whether they are deleted
    #[arg(long, value_name = "WHICH", default_value = "skip", value_parser = names::named::<Deleted>())]
    pub(crate) deleted: Deleted,

    /// Read all stored versions of the records of an IRBIS64 master file, the oldest of each first
    #[arg(long)]
    pub(crate) history: bool,

    /// Stop at the first malformed record, with exit status 2 [default: salvage it and go on]
    #[arg(long)]
    pub(crate) strict: bool,

    /// How much one record may take: bytes, fields, findings listed
    /// [default: record=16M,fields=100000,findings=100]
    #[arg(long, value_name = "NAME=N,...")]
    pub(crate) limits: Option<Limits>,

    /// Weight of a finding from which the exit status is 1 [default: error]
    #[arg(long, value_name = "SEVERITY", value_parser = names::named::<Severity>())]
    pub(crate) fail_on: Option<Severity>,

    #[command(flatten)]
    pub(crate) verbosity: Verbosity,
}

/// What is read if no input is named.
fn standard_input() -> Vec<PathBuf> {
    if std::io::stdin().is_terminal() { Vec::new() } else { vec!["-".into()] }
}

impl Reading {
    /// The weight of a finding from which the exit status is 1.
    pub(crate) fn fail_on(&self) -> Severity {
        self.fail_on.unwrap_or(Severity::Error)
    }

    pub(crate) fn options(&self) -> ReadOptions {
        let recovery = if self.strict { Recovery::Strict } else { Recovery::Salvage };
        ReadOptions::new()
            .charset(self.charset)
            .charset_hint(self.charset_hint.as_deref().unwrap_or_default())
            .dialect(self.dialect)
            .recovery(recovery)
            .limits(self.limits.unwrap_or_default())
            .part(self.part)
            .deleted(self.deleted)
            .history(self.history)
            .mfns(self.mfn.iter().cloned())
    }
}

/// Options about messages.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Verbosity {
    /// Say nothing but what stops the run; data, and reports to a file or for programs, are written all the same
    #[arg(short, long, conflicts_with = "verbose")]
    pub(crate) quiet: bool,

    /// Print all findings, not only the first (20 errors, fewer notes), and how each format was found out
    #[arg(short, long)]
    pub(crate) verbose: bool,

    /// When to use colours; auto: on a terminal, unless NO_COLOR is set or TERM is dumb
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
pub(crate) enum AnswerForm {
    /// For people
    Text,
    /// One JSON object
    Json,
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
pub(crate) struct ValueOptions {
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

impl ValueOptions {
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
