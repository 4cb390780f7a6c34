//! Text formats with one line per field.

pub mod aleph;
pub mod display;
mod kit;
pub mod line;
pub mod microlif;
pub mod mrk;
