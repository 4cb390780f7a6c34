//! `explain`: the documentation of findings.

use kartoteka::Code;

use crate::args::Explain;
use crate::failure::{Failure, Outcome};
use crate::output::Sink;

pub(crate) fn run(options: &Explain) -> Result<Outcome, Failure> {
    let codes: Vec<Code> = options.codes.iter().flat_map(|codes| &codes.0).copied().collect();
    let text = if codes.is_empty() {
        let row =
            |code: &Code| format!("{code} {:7} {:28} {}\n", code.severity(), code.name(), code.summary());
        Code::ALL.iter().map(row).collect()
    } else {
        let pages: Vec<String> = codes
            .iter()
            .map(|code| format!("{}\n\nWeight: {}\n", code.page().trim_end(), code.severity()))
            .collect();
        pages.join("\n")
    };
    Sink::stdout()?.put(text.as_bytes())?;
    Ok(Outcome::Clean)
}
