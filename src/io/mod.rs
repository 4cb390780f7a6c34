//! Reads and writes records of any format.
//!
//! A format is a [`Framing`]: it finds the end of each record and fills a [`Record`](crate::Record) from its
//! bytes, and never reads or waits. Three drivers run it: [`Stream`] over any `Read`, [`Slice`] over bytes in
//! memory or in a memory map of the caller, [`Push`] over bytes that arrive in pieces. All three give the
//! same records, findings and positions.

mod anchor;
mod copy;
mod driver;
mod edits;
pub(crate) mod encoding;
mod framing;
mod options;
mod parallel;
mod part;
#[cfg(feature = "rayon")]
mod per_thread;
mod prepare;
mod push;
mod repair;
pub(crate) mod rules;
mod run;
mod slice;
mod stream;
mod traits;
mod unicode;
mod unparsed;
mod writer;

pub(crate) use self::anchor::anchor_in_lines;
pub use self::copy::{Copying, Event, Summary, copy, copy_with};
pub use self::edits::{Edit, Edits};
pub use self::encoding::Head;
pub use self::framing::{Frame, Framing, Step};
pub(crate) use self::framing::{LONGEST_LOOK, LOOK};
pub use self::options::{
    Deleted, IllegalCharacters, LeaderValues, Oversize, ReadOptions, Recovery, WideTags, WriteOptions,
};
pub use self::parallel::in_batches;
pub use self::part::Part;
#[cfg(feature = "rayon")]
pub use self::per_thread::PerThread;
pub(crate) use self::prepare::{Preparation, place};
#[cfg(feature = "testing")]
pub(crate) use self::push::AnyPush;
pub use self::push::{Push, Pushed};
pub use self::repair::Repairs;
pub use self::run::{Account, Content, Garbage, Item, Pass, Run, Transform, Unchanged};
pub use self::slice::Slice;
pub use self::stream::Stream;
pub use self::traits::{Batch, GarbageSink, RecordRead, RecordSeek, RecordWrite, Records};
pub(crate) use self::traits::{read_through, write_through};
pub(crate) use self::unicode::{LOOK as LOOK_FOR_UTF16, Unicode, utf16};
pub use self::writer::{Rendering, Writer};
