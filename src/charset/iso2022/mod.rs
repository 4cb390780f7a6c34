//! MARC-8 and its family: sets of 94 characters, two at a time, switched by escape sequences as in ISO 2022;
//! marks precede their letter.
//!
//! MARC-8, the sets of UNIMARC 100$a (ISO 5426 and related ones, used also by MAB2) and ISO 6937 differ in
//! their initial sets and in the escapes that they have; all else is the same, so they share one decoder and
//! one encoder.

mod decode;
mod encode;
mod escape;
mod fault;
mod profile;
mod reference;
mod sink;
mod state;
mod usual;

pub(super) use self::decode::{Repair, decode};
pub(super) use self::encode::{Missing, encode};
pub use self::fault::{Fault, FaultKind};
pub(super) use self::profile::Profile;
pub(super) use self::usual::{decode_usual, is_plain, is_sound};
