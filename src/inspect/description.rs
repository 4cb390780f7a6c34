//! An inspection in words, and as JSON.

use super::{Base, Damage, Inspection, Largest};
use crate::charset::Candidate;
use crate::finding::{Rule, counted};
use crate::format::descriptor::Format;
use crate::open::Detection;
use crate::report::{Style, by_rule, printable};
#[cfg(feature = "json")]
use crate::report::{object, tally};

/// An input and its inspection, in words or as JSON.
#[derive(Debug, Clone, Copy)]
pub struct Description<'a> {
    name: &'a str,
    format: Format,
    bytes: u64,
    inspection: &'a Inspection,
    detection: Option<&'a Detection>,
    base: Option<&'a Base>,
    candidates: &'a [Candidate],
}

/// How many character sets are listed at most, and how probable those after the second are at least.
const CANDIDATES: usize = 6;
const LIKELY: f32 = 0.001;

impl<'a> Description<'a> {
    /// Describes the input `name`, of `bytes` bytes.
    pub fn new(name: &'a str, format: Format, bytes: u64, inspection: &'a Inspection) -> Description<'a> {
        Description { name, format, bytes, inspection, detection: None, base: None, candidates: &[] }
    }

    /// Adds how the format was detected. Default: it was given.
    #[must_use]
    pub fn detection(mut self, detection: Option<&'a Detection>) -> Description<'a> {
        self.detection = detection;
        self
    }

    /// Adds the base, if the input is a master file. Default: none.
    #[must_use]
    pub fn base(mut self, base: Option<&'a Base>) -> Description<'a> {
        self.base = base;
        self
    }

    /// Adds the character sets in which the text may be, as
    /// [`charset_candidates`](crate::RecordRead::charset_candidates) returns them. Default: none.
    #[must_use]
    pub fn candidates(mut self, candidates: &'a [Candidate]) -> Description<'a> {
        self.candidates = candidates;
        self
    }

    /// Returns the candidates that are likely at all, each with its probability in per cent; the first two in any case.
    fn likely(&self) -> Vec<(&Candidate, String)> {
        let is_likely = |(place, one): &(usize, &Candidate)| *place < 2 || one.probability >= LIKELY;
        let all = self.candidates.iter().enumerate().filter(is_likely).take(CANDIDATES);
        all.map(|(_, one)| (one, format!("{:.1}", one.probability * 100.0))).collect()
    }

    /// Returns the format that the extension names, if it is another one.
    fn extension(&self) -> Option<Format> {
        self.detection.and_then(|found| found.extension).filter(|format| *format != self.format)
    }

    /// Returns lines with a heading each, such as `records     8`, safe to print on a terminal.
    pub fn text(&self, style: Style) -> String {
        let Inspection {
            records, unreadable, deleted, fields, subfields, largest, damage, ref tally, ..
        } = *self.inspection;
        let mut lines = Lines::default();
        lines.add("file", self.name);
        let name = self.format.name();
        lines.add(
            "format",
            &match self.detection {
                Some(found) => format!("{name} ({}: {})", found.confidence.name(), found.reason),
                None => format!("{name} (as given)"),
            },
        );
        if let Some(other) = self.extension() {
            lines.add("", &format!("the extension says {}", other.name()));
        }
        for share in self.inspection.dialects() {
            let line = format!("{}: {}, {}", share.name(), self.share(share.records), share.reason);
            lines.add("dialect", &line);
        }
        for share in self.inspection.charsets() {
            let line = format!("{}: {}, {}", share.charset, self.share(share.records), share.reason);
            lines.add("charset", &line);
        }
        for (candidate, percent) in self.likely() {
            let Candidate { charset, language, .. } = candidate;
            lines.add("candidate", &format!("{charset}: {percent} % likely, in the language {language}"));
        }
        lines.add("bytes", &self.bytes.to_string());
        lines.add("records", &records.to_string());
        if unreadable > 0 {
            lines.add("unreadable", &unreadable.to_string());
        }
        lines.add("deleted", &deleted.to_string());
        lines.add("fields", &fields.to_string());
        lines.add("subfields", &subfields.to_string());
        if let Some(Largest { bytes, record, offset }) = largest {
            lines.add("largest", &format!("{bytes} bytes: record {record}, at byte {offset}"));
        }
        self.base.iter().flat_map(|base| base.lines()).for_each(|(name, line)| lines.add(name, &line));
        let Damage { sound, with_warnings, damaged, garbage_bytes } = damage;
        lines.add("sound", &self.share(sound));
        if with_warnings > 0 {
            lines.add("odd", &format!("{}: against the standard", self.share(with_warnings)));
        }
        if damaged > 0 {
            lines.add("damaged", &format!("{}: read as far as they can be", self.share(damaged)));
        }
        if garbage_bytes > 0 {
            lines.add("garbage", &format!("{} between records", counted(garbage_bytes, "byte")));
        }
        let findings = by_rule(tally, Rule::severity, style);
        if findings.is_empty() {
            lines.add("findings", "none");
        }
        findings.iter().for_each(|line| lines.add_coloured("findings", line));
        lines.text
    }

    /// Returns a JSON object, without a line end.
    #[cfg(feature = "json")]
    pub fn json(&self) -> String {
        let mut out = String::new();
        object(&mut out, |file| {
            file.text("name", self.name);
            file.text("format", self.format.name());
            file.optional("confidence", self.detection.map(|found| found.confidence.name()));
            file.optional("reason", self.detection.map(|found| found.reason.as_str()));
            file.optional("extension_says", self.extension().map(|format| format.name()));
            file.number("bytes", self.bytes);
            let Inspection { records, unreadable, deleted, fields, subfields, largest, .. } =
                *self.inspection;
            let counts = [
                ("records", records),
                ("unreadable", unreadable),
                ("deleted", deleted),
                ("fields", fields),
                ("subfields", subfields),
            ];
            counts.into_iter().for_each(|(key, count)| file.number(key, count));
            match largest {
                Some(Largest { bytes, record, offset }) => file.object("largest", |largest| {
                    largest.number("bytes", bytes);
                    largest.number("record", record);
                    largest.number("at_byte", offset);
                }),
                None => file.raw("largest", "null"),
            }
            let Damage { sound, with_warnings, damaged, garbage_bytes } = self.inspection.damage;
            file.object("damage", |damage| {
                damage.number("sound", sound);
                damage.number("with_warnings", with_warnings);
                damage.number("damaged", damaged);
                damage.number("garbage_bytes", garbage_bytes);
            });
            file.list("dialects", &self.inspection.dialects(), |share, line| {
                line.text("dialect", share.name());
                line.text("reason", share.reason);
                line.number("records", share.records);
            });
            file.list("charsets", &self.inspection.charsets(), |share, line| {
                line.text("charset", &share.charset.to_string());
                line.text("reason", &share.reason);
                line.number("records", share.records);
            });
            file.list("charset_candidates", &self.likely(), |(candidate, percent), line| {
                line.text("charset", &candidate.charset.to_string());
                line.raw("percent", percent);
                line.text("language", candidate.language);
            });
            file.object("findings", |counts| tally(&self.inspection.tally, counts));
            if let Some(base) = self.base {
                file.object("master", |master| base.json(master));
            }
        });
        out
    }

    /// Returns a number of records and their part of all.
    fn share(&self, records: u64) -> String {
        let all = self.inspection.records;
        let percent = records as f64 * 100.0 / all.max(1) as f64;
        // All is all, and not nearly all.
        let percent = if records == all { percent } else { percent.min(99.9) };
        format!("{} ({percent:.1} %)", counted(records, "record"))
    }
}

/// Lines with a heading each, which is not repeated.
#[derive(Default)]
struct Lines {
    text: String,
    last: &'static str,
}

impl Lines {
    fn add(&mut self, heading: &'static str, line: &str) {
        self.add_coloured(heading, &printable(line));
    }

    /// Adds a line of ours, which may have colours.
    fn add_coloured(&mut self, heading: &'static str, line: &str) {
        let shown = if heading == self.last { "" } else { heading };
        self.text.push_str(&format!("{shown:11} {line}\n"));
        self.last = heading;
    }
}
