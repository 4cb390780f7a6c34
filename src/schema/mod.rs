//! What a format knows of its records, as data: the sets of rules in `data/*.tsv`, and schemas of your own.
//!
//! The tables are the text itself, compiled into the program and parsed when a set is first asked for, which takes about
//! a millisecond. No rule is a line of Rust. [`Schema`] has the shape of Avram; [`Compiled`] is a schema made ready,
//! and [`Validation`] checks records by it. [`check::Schema`](crate::check) makes findings of its faults.

#[cfg(feature = "json")]
mod avram;
mod bytes;
mod compile;
mod count;
mod definition;
mod fault;
mod infer;
#[cfg(feature = "json")]
mod keys;
mod leader;
#[cfg(feature = "json")]
mod load;
#[cfg(feature = "json")]
mod mistakes;
#[cfg(feature = "json")]
mod places;
mod sets;
mod table;
mod types;
mod validate;

#[cfg(feature = "json")]
pub use self::avram::SchemaError;
pub(crate) use self::bytes::shown;
pub use self::compile::Compiled;
pub(crate) use self::compile::numbers;
pub use self::count::{CountFault, Counting};
pub use self::definition::{
    CodeDefinition, Codes, FieldDefinition, IndicatorDefinition, PositionDefinition, Schema,
    SubfieldDefinition, ValueDefinition,
};
pub use self::fault::{Fault, FaultKind};
pub use self::infer::Inference;
pub(crate) use self::leader::{LeaderRule, leader};
#[cfg(feature = "json")]
pub use self::load::LoadSchemaError;
#[cfg(feature = "json")]
pub use self::mistakes::SchemaMistake;
pub use self::sets::Set;
pub(crate) use self::table::{LISTS, code_list, code_rows};
pub(crate) use self::types::{Types, letter};
pub use self::validate::{FieldView, Mode, Validation};
