//! The text formats of IRBIS and CISIS.

pub mod cisis_id;
mod fields;
mod repeat;
pub mod server;
pub mod text;
