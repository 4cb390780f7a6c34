//! K102: links that lead to no record of an input.

use super::Validator;
use super::run::{Event, Linked, Noted, Part};
use crate::bytes::Cut;
use crate::check::Dead;
use crate::check::rules::NUMBER_DEAD;
use crate::format::descriptor::Format;
use crate::record::Record;

impl Validator {
    /// Notes the links of the records of a batch.
    pub(super) fn note_links(&mut self, part: &mut Part) {
        let Some(known) = &mut self.links else { return };
        let records = part.noted.partition_point(|noted| !noted.is_rest);
        let noted = part.noted.cut(..records);
        for Linked { start, number, links } in part.links.take().into_iter().flatten() {
            number.iter().for_each(|number| known.number(number));
            let is_noted = noted.binary_search_by_key(&start, |noted| noted.start).is_ok();
            for mut link in links {
                link.is_noted = is_noted;
                known.link(link);
            }
        }
    }

    /// Reports the links that lead nowhere, at the end of an input.
    pub(super) fn find_dead<E>(
        &mut self,
        (name, format): (&str, Format),
        watch: &mut dyn FnMut(Event<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let Some(mut links) = self.links.take() else { return Ok(()) };
        let (dead, more) = links.dead();
        let mut dead = dead.into_iter().peekable();
        while let Some(Dead { finding, own, is_noted }) = dead.next() {
            let start = finding.location.record.byte;
            let mut findings = vec![finding];
            while let Some(next) = dead.next_if(|next| next.finding.location.record.byte == start) {
                findings.push(next.finding);
            }
            // The number is all that is kept of the record.
            let own = own.map(|own| String::from_utf8_lossy(&own).into_owned());
            let record = own.and_then(|own| Record::builder().control_field("001", &own).build().ok());
            let noted = Noted {
                record,
                raw: Vec::new(),
                start,
                garbage: Vec::new(),
                of_reader: 0,
                findings,
                unlisted: Vec::new(),
                // The record was counted when the other findings were.
                is_rest: is_noted,
            };
            self.list(&noted, (name, format), watch)?;
        }
        if more > 0 {
            self.count(&[(NUMBER_DEAD, more)], name);
        }
        Ok(())
    }
}

#[cfg(all(test, feature = "json"))]
mod tests {
    use std::collections::HashSet;

    use crate::error::Error;
    use crate::format::descriptor::Format;
    use crate::io::{Part, ReadOptions};
    use crate::open::open_with;
    use crate::validate::{Config, Event, Validator};

    /// Records 0 to 399: each links to the next, every tenth to one that is not there, and in every fortieth a date is wrong.
    fn input() -> String {
        let mut text = String::new();
        for number in 0..400 {
            let to = if number % 10 == 3 || number == 399 { number + 5000 } else { number + 1 };
            let year = if number % 40 == 3 { "19x9" } else { "1999" };
            let coded = format!("010101s{year}    aj            000 0 aze  ");
            text += &format!(
                r#"{{"leader":"00000nab a2200000 i 4500","fields":[{{"001":"r{number}"}},{{"008":"{coded}"}},{{"245":{{"ind1":"0","ind2":"0","subfields":[{{"a":"Poem."}}]}}}},{{"773":{{"ind1":"0","ind2":" ","subfields":[{{"t":"Divan"}},{{"w":"r{to}"}}]}}}}]}}"#
            );
            text.push('\n');
        }
        text
    }

    #[test]
    fn links_that_lead_nowhere_are_those_of_the_whole_for_any_threads_and_parts() {
        let path = std::env::temp_dir().join(format!("kartoteka-dead-{}.ndjson", std::process::id()));
        std::fs::write(&path, input()).unwrap();
        let run = |jobs: usize, parts: u32| {
            let (mut found, mut records, mut with_findings) = (Vec::new(), HashSet::new(), 0);
            for part in 1..=parts {
                let options = match parts {
                    1 => ReadOptions::new(),
                    _ => ReadOptions::new().part(Part::new(part, parts)),
                };
                let config = Config::new().profile(&["K102".parse().unwrap()]).jobs(jobs);
                let mut validator = Validator::new(config);
                validator.before_part(&path, Format::Ndjson, &options).unwrap();
                let mut reader = open_with(&path, Some(Format::Ndjson), &options).unwrap();
                let watch = &mut |event: Event<'_>| {
                    if let Event::Found(one) = event {
                        records.insert(one.finding.location.record.byte);
                        if one.finding.rule.id() == "K102" {
                            found.push((one.finding.location.byte, format!("{} {}", one.name(), one.path())));
                        }
                    }
                    Ok::<(), Error>(())
                };
                validator.input("all.ndjson", Format::Ndjson, &mut reader, watch).unwrap();
                with_findings += validator.totals().with_findings();
            }
            assert_eq!(
                with_findings,
                records.len() as u64,
                "a record in which more is found is counted once"
            );
            found
        };
        let whole = run(1, 1);
        assert_eq!(whole.len(), 41);
        assert_eq!(whole[0].1, "record 4 773[0]$w[0]");
        assert_eq!(run(2, 1), whole);
        let places = |found: &[(u64, String)]| found.iter().map(|one| one.0).collect::<Vec<_>>();
        assert_eq!(places(&run(1, 3)), places(&whole));
        std::fs::remove_file(&path).unwrap();
    }
}
