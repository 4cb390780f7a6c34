//! The program comes with the next change.
fn main() {}
