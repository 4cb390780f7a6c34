//! `show`: records for human eyes.

use kartoteka::{Diagnostic, FieldRef, Policy, Record, Text};

use crate::args::Show;
use crate::failure::{Failure, Outcome};
use crate::input::{Input, Next, Run};
use crate::names::Shown;
use crate::output::Sink;
use crate::place;
use crate::report::finding_line;
use crate::terminal::{Role, Style, printable};

/// When what is to be printed is handed on, in bytes.
const FLUSH_AT: usize = 32 * 1024;

pub(crate) fn run(options: &Show) -> Result<Outcome, Failure> {
    let mut run = Run::new(&options.reading, true)?;
    run.reporter = run.reporter.without_findings();
    let mut view = View {
        fields: &options.fields,
        style: Style::of_stdout(options.reading.talk.color),
        out: String::new(),
        scratch: String::new(),
    };
    let mut sink = Sink::stdout()?;
    let mut record = Record::new();
    let mut left = options.limit.unwrap_or(u64::MAX);
    for path in &options.reading.inputs {
        if left == 0 {
            break;
        }
        let mut input = run.open(path)?;
        while left > 0 {
            let next = run.next(&mut input, &mut record).inspect_err(|_| {
                // What was read before is shown; if that fails too, the first failure is the one to tell.
                let _ = sink.put(std::mem::take(&mut view.out).as_bytes());
            })?;
            match next {
                Next::End => {
                    view.findings(&input, None);
                    break;
                }
                Next::Record => view.record(&record, &input),
                Next::Unreadable(why) => view.unreadable(&input, &why),
            }
            left = left.saturating_sub(1);
            if view.out.len() >= FLUSH_AT {
                sink.put(std::mem::take(&mut view.out).as_bytes())?;
            }
        }
    }
    sink.put(view.out.as_bytes())?;
    Ok(run.finish())
}

/// Lays records out.
struct View<'a> {
    fields: &'a [Shown],
    style: Style,
    out: String,
    scratch: String,
}

impl View<'_> {
    fn record(&mut self, record: &Record, input: &Input) {
        let position = record.position();
        let mut head = format!("{}: record {} (", printable(&input.name), position.record.saturating_add(1));
        if position.line > 0 {
            head.push_str(&format!("line {}, ", position.line));
        }
        head.push_str(&format!("byte {}), {}", position.byte, record.charset()));
        if let Some(isis) = record.header().isis {
            head.push_str(&format!(", mfn {}, status {}, version {}", isis.mfn, isis.status, isis.version));
        }
        self.faint(&head);
        if let Some(leader) = record.header().leader.filter(|_| self.shows_leader()) {
            self.style.paint(Role::Tag, "LDR", &mut self.out);
            self.out.push_str("    ");
            self.text(Text::new(leader.as_bytes(), record.charset()));
            self.out.push('\n');
        }
        for field in record.fields() {
            if self.shows(field) {
                self.field(field);
            }
        }
        self.findings(input, Some(record));
        self.out.push('\n');
    }

    /// A record of which nothing could be read.
    fn unreadable(&mut self, input: &Input, why: &Diagnostic) {
        let place = input.reader.position().record.saturating_add(1);
        self.faint(&format!("{}: record {place} could not be read", printable(&input.name)));
        self.findings(input, None);
        if !input.reader.diagnostics().contains(why) {
            self.finding(why, input, None);
        }
        self.out.push('\n');
    }

    fn finding(&mut self, finding: &Diagnostic, input: &Input, record: Option<&Record>) {
        self.out.push_str("  ! ");
        self.out.push_str(&finding_line(finding, self.style));
        self.out.push('\n');
        place::show(finding, &input.bytes_of(finding, record), record, self.style, &mut self.out);
    }

    fn field(&mut self, field: FieldRef<'_>) {
        self.style.paint(Role::Tag, &format!("{:3}", field.tag().to_string()), &mut self.out);
        let syntax = field.syntax();
        if field.is_control() {
            self.out.push_str("    ");
            self.text(field.lead());
            self.out.push('\n');
            return;
        }
        let mark = if syntax.delimiter == 0x1F { '$' } else { char::from(syntax.delimiter) };
        if syntax.has_indicators() {
            self.out.push(' ');
            let indicators = String::from_utf8_lossy(field.indicators()).replace(' ', "_");
            let padded = format!("{:2}", printable(&indicators));
            self.style.paint(Role::Indicator, &padded, &mut self.out);
        }
        if !field.lead().is_empty() {
            self.out.push(' ');
            self.text(field.lead());
        }
        for subfield in field.subfields() {
            self.out.push(' ');
            let code = format!("{mark}{}", printable(subfield.code().encode_utf8(&mut [0; 4])));
            self.style.paint(Role::Code, &code, &mut self.out);
            self.out.push(' ');
            self.text(subfield.value());
        }
        self.out.push('\n');
    }

    fn findings(&mut self, input: &Input, record: Option<&Record>) {
        for finding in input.reader.diagnostics() {
            self.finding(finding, input, record);
        }
        let more: u64 = input.reader.suppressed().iter().map(|(_, count)| count).sum();
        if more > 0 {
            self.out.push_str(&format!("  ! and {more} more\n"));
        }
    }

    /// A value, with escapes for what cannot be shown.
    fn text(&mut self, text: Text<'_>) {
        self.scratch.clear();
        // The policy mends all faults.
        let _ = text.write_utf8(Policy::Escape, &mut self.scratch);
        self.out.push_str(&printable(&self.scratch));
    }

    fn faint(&mut self, line: &str) {
        self.style.paint(Role::Faint, line, &mut self.out);
        self.out.push('\n');
    }

    fn shows_leader(&self) -> bool {
        self.fields.is_empty() || self.fields.iter().any(|shown| matches!(shown, Shown::Leader))
    }

    fn shows(&self, field: FieldRef<'_>) -> bool {
        let matches = |shown: &Shown| match shown {
            Shown::Fields(pattern) => pattern.matches(field.tag()),
            Shown::Leader => false,
        };
        self.fields.is_empty() || self.fields.iter().any(matches)
    }
}
