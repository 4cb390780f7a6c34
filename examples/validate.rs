//! Fails if a file has errors, and prints each finding: a gate for CI.

use kartoteka::validate::{Config, Event, Validator};

fn main() -> kartoteka::Result<()> {
    let path = std::env::args().nth(1).unwrap_or_else(|| "fixtures/iso2709/damaged.mrc".to_owned());
    let mut reader = kartoteka::open(&path)?;
    let mut validator = Validator::new(Config::new());
    validator.input(&path, reader.format(), &mut reader, &mut |event| {
        if let Event::Found(found) = event {
            println!("{}", found.finding);
        }
        Ok::<(), kartoteka::Error>(())
    })?;
    let errors = validator.totals().tally.at_least(kartoteka::Severity::Error);
    println!("{errors} errors");
    std::process::exit(i32::from(errors > 0));
}
