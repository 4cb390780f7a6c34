//! Validation: what is wrong with the records of some inputs, counted and listed, and whether that is too much.
//!
//! A [`Validator`] reads one input after the other, runs the [standard checks](crate::check::Checker::standard) over each
//! record, and hands on each finding with its surroundings, a [`Found`]. A [`Config`] says what is looked for, how much
//! each rule weighs and what is passed over; a [`Baseline`] is what was found before. The [`Totals`] at the end say
//! whether the run failed. [`report`](crate::report) makes text, SARIF or JUnit of it.
//!
//! Memory does not grow with the input: records are checked in batches, and only those in which something was found are
//! kept until they are reported.

mod baseline;
mod config;
mod dead;
#[cfg(feature = "config")]
mod file;
mod found;
mod ignore;
mod repeated;
mod run;
mod select;
mod totals;
mod window;

pub use self::baseline::{Baseline, ParseBaselineError};
pub use self::config::Config;
#[cfg(feature = "config")]
pub use self::file::ConfigError;
pub use self::found::Found;
pub use self::ignore::Ignore;
pub use self::run::{Event, Validator};
pub use self::select::{Choice, ParseChoiceError, RuleChoice};
pub use self::totals::{FileTotals, Totals};
pub use self::window::Window;
