//! Serializes records with serde, in any self-describing format: the structure of MARC-in-JSON.

use std::borrow::Cow;

use serde::de::{Error as _, Unexpected};
use serde::ser::{Error as _, SerializeMap, SerializeSeq};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::kit::{Parser, leader};
use crate::charset::Charset;
use crate::finding::Findings;
use crate::finding::{Finding, Severity, Tally};
use crate::io::{Frame, Head, Recovery};
use crate::io::{ReadOptions, Summary};
use crate::position::{Location, Position};
use crate::record::{FieldBuf, FieldRef, Leader, Record, RecordRef, SubfieldRef, Text};
use crate::tag::Tag;

impl Serialize for Record {
    /// Serializes as [`json`](crate::json) writes. Fails if a value does not decode.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.view().serialize(serializer)
    }
}

impl Serialize for RecordRef<'_> {
    /// Serializes as [`json`](crate::json) writes. Fails if a value does not decode.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Some(isis) = &self.header().isis {
            map.serialize_entry("mfn", &isis.mfn)?;
            map.serialize_entry("status", &isis.status)?;
            map.serialize_entry("version", &isis.version)?;
        }
        if let Some(leader) = leader(*self) {
            map.serialize_entry("leader", &leader)?;
        }
        map.serialize_entry("fields", &Fields(*self))?;
        map.end()
    }
}

/// The fields of a record.
struct Fields<'a>(RecordRef<'a>);

impl Serialize for Fields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.fields())
    }
}

impl Serialize for FieldRef<'_> {
    /// Serializes a map from the tag to the data of a control field, or to the parts of a data field.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        let plain = !self.syntax().has_indicators() && !self.raw().contains(&self.syntax().delimiter);
        match self.is_control() || plain {
            true => map.serialize_entry(&self.tag(), &decoded(self.raw_text())?)?,
            false => map.serialize_entry(&self.tag(), &Data(*self))?,
        }
        map.end()
    }
}

/// The parts of a data field.
struct Data<'a>(FieldRef<'a>);

impl Serialize for Data<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (indicators, lead, _) = self.0.parts();
        let mut map = serializer.serialize_map(None)?;
        let text = decoded(Text::new(indicators, self.0.raw_text().charset()))?;
        let mut rest = text.chars();
        for number in 1..=self.0.syntax().indicators {
            let indicator = rest.next().map(String::from);
            map.serialize_entry(&format!("ind{number}"), &indicator)?;
        }
        if !lead.is_empty() {
            map.serialize_entry("lead", &decoded(lead)?)?;
        }
        map.serialize_entry("subfields", &Subfields(self.0))?;
        map.end()
    }
}

/// The subfields of a field; a delimiter followed by nothing is one without a code.
struct Subfields<'a>(FieldRef<'a>);

impl Serialize for Subfields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut sequence = serializer.serialize_seq(None)?;
        let (.., mut subfields) = self.0.parts();
        let charset = self.0.raw_text().charset();
        while let Some(range) = subfields.next_segment() {
            let (code, value) = subfields.split_segment(range);
            sequence.serialize_element(&Pair(Text::new(code, charset), Text::new(value, charset)))?;
        }
        sequence.end()
    }
}

struct Pair<'a>(Text<'a>, Text<'a>);

impl Serialize for Pair<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry(&decoded(self.0)?, &decoded(self.1)?)?;
        map.end()
    }
}

impl Serialize for SubfieldRef<'_> {
    /// Serializes a map from the code to the value.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let code = Text::new(self.code_bytes(), self.value().charset());
        Pair(code, self.value()).serialize(serializer)
    }
}

fn decoded<E: serde::ser::Error>(text: Text<'_>) -> Result<Cow<'_, str>, E> {
    text.to_str().map_err(E::custom)
}

impl<'de> Deserialize<'de> for Record {
    /// Deserializes everything that [`json`](crate::json) reads: MARC-in-JSON, and its other shapes. Unusual
    /// data with a clear meaning are accepted; errors of strict reading are errors here.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Record, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        let text = value.to_string();
        let options = ReadOptions::new().recovery(Recovery::Strict).charset(Charset::Utf8);
        let mut record = Record::new();
        let mut findings = Findings::new(options.limits.findings);
        let frame = Frame { bytes: text.as_bytes(), position: Position::default(), head: &Head::default() };
        Parser::new(&options).parse(frame, &mut record, &mut findings).map_err(D::Error::custom)?;
        match findings.first_error() {
            Some(finding) => Err(D::Error::custom(&finding.message)),
            None => Ok(record),
        }
    }
}

impl Serialize for FieldBuf {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.as_field().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for FieldBuf {
    /// Deserializes an element of the `fields` of a record.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<FieldBuf, D::Error> {
        let field = serde_json::Value::deserialize(deserializer)?;
        let record: Record =
            serde_json::from_value(serde_json::json!({ "fields": [field] })).map_err(D::Error::custom)?;
        let mut fields = record.fields();
        match (fields.next(), fields.next()) {
            (Some(field), None) => Ok(field.to_buf()),
            _ => Err(D::Error::custom("not one field")),
        }
    }
}

impl Serialize for Tally {
    /// Serializes a map from the id of each rule to the number of its findings.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter().map(|(rule, count)| (rule.id(), count)))
    }
}

impl Serialize for Summary {
    /// Serializes its numbers, and the findings as [`Tally`] does.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(5))?;
        map.serialize_entry("read", &self.read)?;
        map.serialize_entry("written", &self.written)?;
        map.serialize_entry("rejected", &self.rejected)?;
        map.serialize_entry("replaced", &self.replaced)?;
        map.serialize_entry("findings", &self.report)?;
        map.end()
    }
}

impl Serialize for Tag {
    /// Serializes as text.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Tag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Tag, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(|_| D::Error::invalid_value(Unexpected::Str(&text), &"a tag"))
    }
}

impl Serialize for Leader {
    /// Serializes as text. Fails if it is not UTF-8.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(std::str::from_utf8(self.as_bytes()).map_err(S::Error::custom)?)
    }
}

impl<'de> Deserialize<'de> for Leader {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Leader, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(|_| D::Error::invalid_length(text.len(), &"24 bytes of a leader"))
    }
}

impl Serialize for Severity {
    /// Serializes the name, such as `error`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl Serialize for Position {
    /// Serializes a map of `byte`, `record` and `line`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry("byte", &self.byte)?;
        map.serialize_entry("record", &self.record)?;
        map.serialize_entry("line", &self.line)?;
        map.end()
    }
}

impl Serialize for Location {
    /// Serializes a map of all its parts.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("record", &self.record)?;
        map.serialize_entry("byte", &self.byte)?;
        map.serialize_entry("len", &self.len)?;
        map.serialize_entry("line", &self.line)?;
        map.serialize_entry("tag", &self.tag)?;
        map.serialize_entry("field", &self.field)?;
        map.serialize_entry("subfield", &self.subfield)?;
        map.serialize_entry("place", &self.place().map(|place| place.to_string()))?;
        map.end()
    }
}

impl Serialize for Finding {
    /// Serializes a map of `rule`, `severity`, `location`, `message` and `action`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(5))?;
        map.serialize_entry("rule", &self.rule)?;
        map.serialize_entry("severity", &self.severity())?;
        map.serialize_entry("location", &self.location)?;
        map.serialize_entry("message", &self.message)?;
        map.serialize_entry("action", &self.action)?;
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Rule;
    use crate::format::iso2709;
    use crate::format::iso2709::rules::RECORD_LENGTH_MISMATCH;
    use crate::format::rules::GARBAGE;
    use crate::io::{RecordRead, RecordWrite, WriteOptions};
    use crate::ndjson;
    use crate::record::{Builder, Syntax};

    fn there_and_back(record: &Record) {
        let value = serde_json::to_value(record).unwrap();
        let mut writer = ndjson::Writer::new(Vec::new(), &WriteOptions::new());
        writer.write_record(record.view()).unwrap();
        writer.finish().unwrap();
        let written: serde_json::Value = serde_json::from_slice(&writer.into_inner()).unwrap();
        assert_eq!(value, written);
        assert_eq!(&serde_json::from_value::<Record>(value).unwrap(), record);
        let text = serde_json::to_string(record).unwrap();
        assert_eq!(&serde_json::from_str::<Record>(&text).unwrap(), record);
    }

    #[test]
    fn records_as_the_writer_writes_them() {
        let data = std::fs::read("fixtures/iso2709/marc21.mrc").unwrap();
        iso2709::SliceReader::new(&data, &ReadOptions::new())
            .records()
            .for_each(|read| there_and_back(&read.unwrap()));
        let irbis = Builder::new(Syntax::IRBIS)
            .mfn(7)
            .field("920", |field| field.lead("PAZK"))
            .field("2022", |field| field.lead("head").subfield('A', "x"))
            .build()
            .unwrap();
        there_and_back(&irbis);
    }

    #[test]
    fn parts_and_findings() {
        assert_eq!(serde_json::to_string(&Tag::new(*b"245")).unwrap(), "\"245\"");
        assert_eq!(serde_json::from_str::<Tag>("\"2022\"").unwrap().number(), Some(2022));
        assert!(serde_json::from_str::<Tag>("\"24\u{20}5\"").is_err());
        assert_eq!(
            serde_json::from_str::<Leader>("\"00000nam a2200000   4500\"").unwrap(),
            Leader::default()
        );
        assert!(serde_json::from_str::<Leader>("\"short\"").is_err());
        assert_eq!(serde_json::from_str::<Rule>("\"B001\"").unwrap(), RECORD_LENGTH_MISMATCH);
        let finding = Finding::new(GARBAGE, Location::default(), "12 bytes", "skipped");
        let value = serde_json::to_value(&finding).unwrap();
        assert_eq!((value["rule"].as_str(), value["severity"].as_str()), (Some("B017"), Some("error")));
        assert!(serde_json::from_str::<Record>("{\"fields\":7}").is_err());
    }
}
