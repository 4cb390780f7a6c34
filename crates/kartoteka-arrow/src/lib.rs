#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod build;
mod columns;
mod export;
mod import;
mod long;
mod output;
mod rules;
pub mod schema;

pub use self::columns::{ColumnError, Columns};
pub use self::export::{Batches, Export, Piece, Shape};
pub use self::import::{Import, Imported, Rows};
pub use self::long::LongBuilder;
pub use self::output::{Kind, Output, read_keys, read_stream, read_table};
pub use self::rules::{NO_INDICATORS, NONSENSE, TOO_MUCH};
