//! Where repaired records go.

use std::path::Path;

use kartoteka::check::{Fix, Fixes};
use kartoteka::validate::Event;
use kartoteka::{Format, Severity};

use super::Options;
use crate::failure::Failure;
use crate::input::{Input, Run, is_stdin};
use crate::output::{is_one_place, is_stdout};
use crate::parts::PartFile;
use crate::terminal::complain;

/// The records after repairs, and what was repaired.
pub(super) struct Fixing<'a> {
    options: &'a Options,
    pub(super) fixes: Fixes,
    file: Option<(PartFile, Format)>,
    /// The repairs of the record whose event comes next.
    pending: Vec<Fix>,
    made: u64,
    records: u64,
    /// Records that could not be written.
    left_out: u64,
    /// Whether the input that is being read has bytes or records that are not in the output.
    loses: bool,
    /// Whether an input could not be read to its end.
    failed: bool,
}

impl<'a> Fixing<'a> {
    /// `None` if nothing is to be repaired.
    pub(super) fn new(options: &'a Options) -> Result<Option<Fixing<'a>>, Failure> {
        let fixes = match (options.fix, options.unsafe_fixes) {
            (false, false) if options.fixed.is_some() || options.in_place => {
                return Err(Failure::new("--fixed and --in-place need --fix or --unsafe-fixes"));
            }
            (false, false) => return Ok(None),
            (_, false) => Fixes::Safe,
            (_, true) => Fixes::All,
        };
        if options.fixed.as_ref().is_some_and(|fixed| is_one_place(fixed, &options.output)) {
            return Err(Failure::new("--fixed and --output name the same place"));
        }
        let pending = Vec::new();
        let (file, made, records, left_out) = (None, 0, 0, 0);
        let (loses, failed) = (false, false);
        Ok(Some(Fixing { options, fixes, file, pending, made, records, left_out, loses, failed }))
    }

    /// Opens the file for the records of an input.
    pub(super) fn open(&mut self, path: &Path, input: &Input) -> Result<(), Failure> {
        let inputs = &self.options.reading.inputs;
        let to = match &self.options.fixed {
            Some(fixed) => fixed,
            None if is_stdin(path) || is_stdout(path) => {
                return Err(Failure::at(&input.name, "cannot be repaired in place"));
            }
            None => path,
        };
        if self.options.in_place {
            self.commit()?;
        } else if self.failed {
            return Ok(());
        }
        self.loses = false;
        match &self.file {
            Some((_, format)) if *format == input.format => Ok(()),
            Some((_, format)) => {
                let why = format!("is {}, the input before it {format}: repair them apart", input.format);
                Err(Failure::at(&input.name, why))
            }
            None => {
                self.file = Some((PartFile::open(to, input.format, inputs)?, input.format));
                Ok(())
            }
        }
    }

    /// Writes a record, and says what was repaired in it.
    pub(super) fn event(&mut self, name: &str, event: &Event<'_>, run: &Run<'_>) -> Result<(), Failure> {
        match event {
            Event::Read(finding) => {
                // Garbage; filler and marks are no loss.
                self.loses |= finding.severity() == Severity::Error && finding.action == "skipped";
            }
            Event::Fixed(fix) => self.pending.push((*fix).clone()),
            Event::Record { record, raw, changed } => {
                let Some((file, _)) = &mut self.file else { return Ok(()) };
                if !file.put(raw, *record, *changed)? {
                    self.left_out += 1;
                    self.loses = true;
                }
                self.records += u64::from(*changed);
                for fix in self.pending.drain(..) {
                    self.made += 1;
                    if !self.options.reading.verbosity.quiet {
                        let record = fix.location.record.name();
                        let element =
                            fix.location.place().map(|place| format!(", {place}")).unwrap_or_default();
                        let line = format!("{name}: repaired {} {record}{element}: {}", fix.rule, fix.what);
                        run.reporter.progress.print(|| complain(&line));
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Gives the file up: an input could not be read to its end.
    pub(super) fn abandon(&mut self) {
        (self.file, self.failed) = (None, true);
    }

    fn commit(&mut self) -> Result<(), Failure> {
        let Some((file, _)) = self.file.take() else { return Ok(()) };
        if self.options.in_place && self.loses {
            let why = "a file is not replaced, since part of it would be lost: give --fixed, or repair it with kartoteka repair";
            return Err(Failure::new(why));
        }
        file.commit()
    }

    /// Gives the file its name, and says how much was repaired.
    pub(super) fn finish(mut self, quiet: bool, run: &Run<'_>) -> Result<(), Failure> {
        self.commit()?;
        if let Some(fixed) = self.options.fixed.as_ref().filter(|_| self.failed) {
            complain(&format!("{}: not written, since not all inputs could be read", fixed.display()));
        }
        if !quiet {
            let Fixing { made, records, left_out, .. } = self;
            let mut line = format!("repairs made: {made}; records changed: {records}");
            if left_out > 0 {
                line.push_str(&format!(
                    "; records that could not be read or written and are left out: {left_out}"
                ));
            }
            run.reporter.progress.print(|| complain(&line));
        }
        Ok(())
    }
}
