//! K101: records whose control number was there before.

use std::path::Path;

use super::Validator;
use super::run::{Noted, Part};
use crate::bytes::Cut;
use crate::check::rules::{NUMBER_DEAD, NUMBER_REPEATED};
use crate::check::{Links, Numbers, control_number};
use crate::error::Error;
use crate::finding::Finding;
use crate::format::descriptor::Format;
use crate::io::{ReadOptions, RecordRead, in_batches};
use crate::open::{AnyReader, open_with};
use crate::position::Location;
use crate::record::Record;
use crate::tag::Tag;

/// Opens a file, which may be compressed.
fn open_any(path: &Path, format: Format, options: &ReadOptions) -> Result<AnyReader<'static>, Error> {
    #[cfg(feature = "compression")]
    {
        let failed = |error| Error::new(crate::error::ErrorKind::Read(error));
        let file = std::fs::File::open(path).map_err(failed)?;
        if let (source, Some(_)) = crate::compression::decompress(Box::new(file)).map_err(failed)? {
            return crate::open::reader(source, Some(format), options);
        }
    }
    open_with(path, Some(format), options)
}

impl Validator {
    /// Remembers the control numbers of the records before the part of a file that is the next input, so that the parts
    /// have all findings of the whole: K101 too, about records of one number; and those of the records after it, if K102 is looked
    /// for, about links. Does nothing if the options name no part, if neither is looked for, or if the path is not that of a
    /// file.
    ///
    /// # Errors
    /// If the file cannot be opened.
    ///
    /// # Cost
    /// All records before the part are read, or of all other parts. Who leaves out K101 spares that.
    ///
    /// # Example
    /// ```
    /// use kartoteka::validate::{Config, Event, Validator};
    /// use kartoteka::{Error, Format, Part, ReadOptions, open_with, rules};
    ///
    /// let path = std::env::temp_dir().join(format!("kartoteka-twice-{}.mrc", std::process::id()));
    /// std::fs::write(&path, std::fs::read("fixtures/iso2709/marc21.mrc")?.repeat(2))?;
    /// let mut repeated = 0;
    /// for number in 1..=3 {
    ///     let options = ReadOptions::new().part(Part::new(number, 3));
    ///     let mut validator = Validator::new(Config::new());
    ///     validator.before_part(&path, Format::Iso2709, &options)?;
    ///     let mut reader = open_with(&path, Some(Format::Iso2709), &options)?;
    ///     validator.input("twice.mrc", Format::Iso2709, &mut reader, &mut |event| {
    ///         if let Event::Found(found) = event {
    ///             repeated += u32::from(found.finding.rule == rules::NUMBER_REPEATED);
    ///         }
    ///         Ok::<(), Error>(())
    ///     })?;
    /// }
    /// std::fs::remove_file(&path)?;
    /// assert_eq!(repeated, 8);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn before_part(&mut self, path: &Path, format: Format, options: &ReadOptions) -> Result<(), Error> {
        let (has_numbers, has_links) =
            (self.wanted.contains(&NUMBER_REPEATED), self.wanted.contains(&NUMBER_DEAD));
        let Some(part) = options.part.filter(|_| has_numbers || has_links) else { return Ok(()) };
        if !path.is_file() {
            return Ok(());
        }
        let (mut numbers, mut others) = (Numbers::new(), Links::new());
        let last = if has_links { part.of() } else { part.number().saturating_sub(1) };
        for number in (1..=last).filter(|number| *number != part.number()) {
            let options = options.clone().part(crate::io::Part::new(number, part.of()));
            let mut reader = open_any(path, format, &options)?;
            let work = |batch: &mut (dyn RecordRead + Send)| {
                let (mut found, mut record) = (Vec::new(), Record::new());
                loop {
                    match batch.read_record(&mut record) {
                        Ok(true) => found.extend(control_number(&record)),
                        Err(error) if error.is_record() => {}
                        // What cannot be read is found where it is read for itself.
                        Ok(false) | Err(_) => return found,
                    }
                }
            };
            in_batches(&mut reader, self.config.jobs, work, |found| {
                for found in &found {
                    if number < part.number() {
                        numbers.is_new(found);
                    }
                    others.number(found);
                }
                Ok::<(), Error>(())
            })?;
        }
        self.before = Some(numbers);
        self.others = Some(others);
        Ok(())
    }

    /// Notes the records of a part whose number is that of a record before. Where nothing else was found in one, the number
    /// is all that is kept of it.
    pub(super) fn find_repeated(&mut self, part: &mut Part) {
        let Some(seen) = &mut self.numbers else { return };
        let count = part.noted.len();
        for (position, number) in part.numbers.iter().flatten().filter(|(_, number)| !seen.is_new(number)) {
            let number = String::from_utf8_lossy(number);
            let message = format!("a record before this one has the control number {number:?}");
            let mut place = Location::of(*position);
            place.tag = Tag::from_number(1);
            let sorted = part.noted.cut(..count);
            let at = sorted.partition_point(|noted| noted.start < position.byte);
            let known = part.noted.get_mut(at).filter(|noted| at < count && noted.start == position.byte);
            if let Some(noted) = known.filter(|noted| !noted.is_rest) {
                let number = noted.record.as_ref().and_then(|record| record.field("001"));
                place.field = number.and_then(|field| u32::try_from(field.index()).ok());
                if let Some(record) = &noted.record {
                    record.view().locate(&mut place);
                }
                noted.findings.push(Finding::new(NUMBER_REPEATED, place, message, "kept"));
                continue;
            }
            place.field = Some(0);
            let record = Record::builder().control_field("001", &number).build().ok();
            if let Some(record) = &record {
                record.view().locate(&mut place);
            }
            part.noted.push(Noted {
                record,
                raw: Vec::new(),
                start: position.byte,
                garbage: Vec::new(),
                findings: vec![Finding::new(NUMBER_REPEATED, place, message, "kept")],
                of_reader: 0,
                unlisted: Vec::new(),
                is_rest: false,
            });
        }
        part.noted.sort_by_key(|noted| (noted.is_rest, noted.start));
    }
}
