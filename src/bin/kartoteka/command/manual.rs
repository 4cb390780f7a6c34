//! `completions` and `man`: the command line, for shells and as manual pages.

use clap::{Args, CommandFactory};

use crate::command::Arguments;
use crate::failure::{Failure, Outcome};
use crate::output::Sink;

/// The name under which the program is known, whatever it was called by.
const NAME: &str = "kartoteka";

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

pub(crate) fn completions(options: &Completions) -> Result<Outcome, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(options.shell, &mut Arguments::command(), NAME, &mut script);
    Sink::stdout()?.put(&script)?;
    Ok(Outcome::Clean)
}

pub(crate) fn man(options: &Man) -> Result<Outcome, Failure> {
    let mut program = Arguments::command();
    program.build();
    let command = match &options.command {
        None => program,
        Some(name) => program
            .find_subcommand(name)
            .cloned()
            .ok_or_else(|| Failure::new(format!("no command is named {name:?}")))?,
    };
    let mut page = Vec::new();
    let rendered = clap_mangen::Man::new(command).render(&mut page);
    rendered.map_err(|why| Failure::new(why.to_string()))?;
    Sink::stdout()?.put(&page)?;
    Ok(Outcome::Clean)
}
