//! Reading and writing records, whatever the format.
//!
//! A format is a [`Framing`]: it tells where a record ends and fills a [`Record`](crate::Record) from its bytes,
//! and never reads or waits. Three drivers run it: [`Stream`] over any `Read`, [`Slice`] over bytes in memory or
//! in a memory map of yours, [`Push`] over bytes that arrive in pieces. All three give the same records, findings
//! and places.

mod adapt;
mod batch;
mod copy;
mod core;
mod framing;
mod options;
mod parallel;
mod push;
mod tidy;
mod traits;
mod unicode;
mod writer;

pub(crate) use self::adapt::{Adapter, place};
pub use self::batch::Batch;
pub use self::copy::{Event, Summary, copy, copy_with};
pub use self::framing::{Frame, Framing, Slice, Step, Stream};
pub use self::options::{
    Deleted, IllegalCharacters, LeaderValues, Oversize, ReadOptions, Recovery, WideTags, WriteOptions,
};
pub use self::parallel::in_batches;
pub use self::push::{Push, Pushed};
pub use self::tidy::Tidy;
pub use self::traits::{LostSink, RecordRead, RecordSeek, RecordWrite, Records};
pub(crate) use self::unicode::{Unicode, utf16};
pub use self::writer::{Layout, Writer};
