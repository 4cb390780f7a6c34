//! The records of one input, copied to the output.

use kartoteka::crosswalk::{Meaning, Values};
use kartoteka::{Can, Charset, Copying, Event, Format, Normalization, RecordWrite, Repairs, Summary, writer};

use super::Options;
use crate::crosswalk::Way;
use crate::edit::Changes;
use crate::failure::Failure;
use crate::input::{Input, Run};
use crate::output::Target;
use crate::rejects::Rejects;

/// The text repairs that the options ask for, if they ask for some.
fn repairs(options: &Options, format: Format) -> Option<Repairs> {
    if options.repair.is_empty() && options.normalize == Normalization::AsIs {
        return None;
    }
    // ISO 2709 and exchange text keep the character set of each record, unless another is named.
    let keeps = options.to_charset == Charset::Auto && format.can(Can::KeepCharset);
    let other = !matches!(options.to_charset, Charset::Auto | Charset::Utf8);
    let repairs = Repairs::new().normalize(options.normalize).unicode_only(keeps || other);
    Some(options.repair.iter().fold(repairs, |repairs, repair| repairs.repair(*repair)))
}

/// Copies the records of one input to the output, whose format is `format`.
pub(super) fn input(
    options: &Options,
    (input, format): (&mut Input, Format),
    records: &mut dyn RecordWrite,
    (rejects, summary): (Option<&Rejects>, &mut Summary),
    (way, mut report, values): (Option<&Way<'_>>, Option<&mut Target>, &mut (Values, u64)),
    note: &mut Option<String>,
    run: &mut Run<'_>,
) -> Result<(), Failure> {
    let is_text = input.format.is_text();
    // The order of garbage and rejected records is known only where batches are cut off unread.
    let in_order = rejects.is_none() || input.format.can(Can::Order);
    let jobs = if in_order && !options.single_record { options.jobs.count() } else { 1 };
    let write = options.options().part(true);
    let utf8 = options.to_charset == Charset::Utf8 || format.is_utf8_only();
    let changes = || Changes {
        repairs: repairs(options, format),
        way: way.map(Way::change),
        meaning: way.is_none().then(|| Meaning::new(format)),
        list: options.list.get(),
        edits: options.edits.0.clone().utf8(utf8),
    };
    let mut watch = |event: Event<'_, Changes<'_>>| {
        run.event(&input.name, &event);
        match event {
            Event::Rejected { raw, .. } => {
                if let Some(rejects) = rejects {
                    rejects.keep(raw, is_text)?;
                }
            }
            Event::Transform(changes) => {
                if let Some(way) = &mut changes.way {
                    way.take(report.as_deref_mut(), values)?;
                }
                let found = changes.meaning.as_mut().and_then(|meaning| meaning.take(format));
                *note = note.take().or(found);
            }
            _ => {}
        }
        Ok(())
    };
    Copying::new(kartoteka::Run::new().jobs(jobs).strict(options.reading.strict))
        .parts(&|bytes| writer(format, bytes, &write).map(|writer| Box::new(writer) as Box<dyn RecordWrite>))
        .garbage(rejects.map(Rejects::sink))
        .copy(&mut *input.reader, records, changes, summary, &mut watch)
}
