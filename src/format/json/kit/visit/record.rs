//! Visits the object of a record: its header and its list of fields, straight into the record.

use crate::format::json::rules::{JSON_ODD, JSON_SHAPE};
use crate::format::rules::NO_FIELDS;
use crate::io::rules::LIMIT_REACHED;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::field::Value;
use super::seed::{leaves_out_scalars, seed};
use crate::format::json::kit::build::{Build, Place};
use crate::record::IsisHeader;
use crate::tag::Tag;

impl Build<'_> {
    /// Reads the pairs of an object that contains one field or several; returns their number.
    #[inline]
    fn tagged<'de, A: MapAccess<'de>>(&mut self, mut map: A) -> Result<usize, A::Error> {
        let mut count = 0usize;
        while let Some(tag) = map.next_key_seed(TagSeed(self))? {
            count += 1;
            if self.record.slots_mut().len() >= self.fields {
                if !self.full {
                    self.full = true;
                    let message = format!("more than {} fields", self.fields);
                    self.note(LIMIT_REACHED, message, "the rest left out");
                }
                map.next_value::<IgnoredAny>()?;
            } else if let Some(tag) = tag {
                self.tag = Some(tag);
                map.next_value_seed(Value { build: self, place: Place::Field(tag) })?;
                self.tag = None;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(count)
    }
}

/// The keys of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::format::json::kit) enum TopKey {
    Leader,
    Mfn,
    Status,
    Version,
    Fields,
    Other,
}

impl TopKey {
    pub(in crate::format::json::kit) fn of(key: &str) -> TopKey {
        match key {
            "leader" => TopKey::Leader,
            "mfn" => TopKey::Mfn,
            "status" => TopKey::Status,
            "version" => TopKey::Version,
            "fields" => TopKey::Fields,
            _ => TopKey::Other,
        }
    }
}

/// Reads a record.
pub(in crate::format::json::kit) struct RecordSeed<'a, 'b>(
    pub(in crate::format::json::kit) &'a mut Build<'b>,
);

impl<'de> DeserializeSeed<'de> for RecordSeed<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for RecordSeed<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a record, which is an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let build = self.0;
        let (mut isis, mut has_isis) = (IsisHeader::default(), false);
        let (mut lists, mut elements) = (0usize, 0usize);
        while let Some(key) = map.next_key_seed(TopKeySeed(build))? {
            match key {
                TopKey::Leader if build.record.header().leader.is_some() => {
                    build.note(JSON_SHAPE, "the leader is there twice", "left out");
                    map.next_value::<IgnoredAny>()?;
                }
                TopKey::Leader => map.next_value_seed(Value { build, place: Place::Leader })?,
                TopKey::Mfn => isis.mfn = map.next_value_seed(NumberSeed(build))?,
                TopKey::Status => isis.status = map.next_value_seed(NumberSeed(build))?,
                TopKey::Version => isis.version = map.next_value_seed(NumberSeed(build))?,
                TopKey::Fields => {
                    lists += 1;
                    elements += map.next_value_seed(FieldsSeed(build))?;
                }
                TopKey::Other => {
                    build.note(JSON_ODD, "a key in a record that means nothing", "left out");
                    map.next_value::<IgnoredAny>()?;
                }
            }
            has_isis |= matches!(key, TopKey::Mfn | TopKey::Status | TopKey::Version);
        }
        if has_isis {
            build.record.header_mut().isis = Some(isis);
        }
        let fields = build.record.slots_mut().len();
        if lists == 0 && build.record.header().leader.is_none() && !has_isis {
            return Err(A::Error::custom("an object without leader, mfn and fields is no record"));
        }
        if elements > 0 && fields == 0 && !build.full {
            return Err(A::Error::custom("nothing in the list of fields is a field"));
        }
        match lists {
            0 => build.note(JSON_SHAPE, "the record has no list of fields", "kept without fields"),
            1 => {}
            _ => build.note(JSON_ODD, "the record has more than one list of fields", "kept all"),
        }
        if fields == 0 && lists > 0 {
            build.note(NO_FIELDS, "the record has no fields", "kept");
        }
        Ok(())
    }
}

seed!(TopKeySeed, deserialize_str, TopKey);

impl<'de> Visitor<'de> for TopKeySeed<'_, '_> {
    type Value = TopKey;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E>(self, key: &'de str) -> Result<TopKey, E> {
        self.0.near(key);
        Ok(TopKey::of(key))
    }

    fn visit_str<E>(self, key: &str) -> Result<TopKey, E> {
        Ok(TopKey::of(key))
    }
}

seed!(NumberSeed, deserialize_any, u32);

impl NumberSeed<'_, '_> {
    fn take(self, number: Option<u32>) -> u32 {
        if number.is_none() {
            let message = "mfn, status and version are whole numbers up to 4,294,967,295";
            self.0.note(JSON_SHAPE, message, "read as 0");
        }
        number.unwrap_or_default()
    }
}

impl<'de> Visitor<'de> for NumberSeed<'_, '_> {
    type Value = u32;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number")
    }

    fn visit_u64<E>(self, value: u64) -> Result<u32, E> {
        Ok(self.take(u32::try_from(value).ok()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<u32, E> {
        Ok(self.take(u32::try_from(value).ok()))
    }

    fn visit_f64<E>(self, _: f64) -> Result<u32, E> {
        Ok(self.take(None))
    }

    fn visit_bool<E>(self, _: bool) -> Result<u32, E> {
        Ok(self.take(None))
    }

    fn visit_unit<E>(self) -> Result<u32, E> {
        Ok(self.take(None))
    }

    fn visit_str<E>(self, value: &str) -> Result<u32, E> {
        let number = value.parse().ok();
        if number.is_some() {
            self.0.note(JSON_ODD, "a string where a number should be", "read as the number");
        }
        Ok(self.take(number))
    }
}

seed!(FieldsSeed, deserialize_any, usize);

impl<'de> Visitor<'de> for FieldsSeed<'_, '_> {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of fields")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<usize, A::Error> {
        let mut count = 0usize;
        while seq.next_element_seed(FieldSeed(self.0))?.is_some() {
            count += 1;
        }
        Ok(count)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<usize, A::Error> {
        self.0.note(JSON_ODD, "the list of fields is an object, not an array", "kept in its order");
        self.0.tagged(map)
    }

    fn visit_unit<E>(self) -> Result<usize, E> {
        self.0.note(JSON_ODD, "the list of fields is null", "read as empty");
        Ok(0)
    }
}

seed!(FieldSeed, deserialize_any);

impl<'de> Visitor<'de> for FieldSeed<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a field")
    }

    #[inline]
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        let count = self.0.tagged(map)?;
        if count != 1 {
            self.0.note(
                JSON_ODD,
                format!("an object with {count} keys where one field should be"),
                "kept all",
            );
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        self.visit_unit()
    }

    leaves_out_scalars!("an element of the list of fields is no object");
}

seed!(TagSeed, deserialize_str, Option<Tag>);

impl TagSeed<'_, '_> {
    #[inline]
    fn take<E: serde::de::Error>(self, key: &str) -> Result<Option<Tag>, E> {
        if let &[a, b, c] = key.as_bytes() {
            return Ok(Some(Tag::new([a, b, c])));
        }
        let shown = || key.chars().take(40).collect::<String>();
        match key.trim().parse() {
            Ok(tag) if key.trim() == key => Ok(Some(tag)),
            Ok(tag) => {
                let shown = shown();
                self.0.note(JSON_ODD, format!("the tag is {shown:?}"), "its blanks left out");
                Ok(Some(tag))
            }
            Err(_) => {
                let shown = shown();
                self.0.note(JSON_SHAPE, format!("{shown:?} is no tag"), "field left out");
                Ok(None)
            }
        }
    }
}

impl<'de> Visitor<'de> for TagSeed<'_, '_> {
    type Value = Option<Tag>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a tag")
    }

    #[inline]
    fn visit_borrowed_str<E: serde::de::Error>(self, key: &'de str) -> Result<Option<Tag>, E> {
        self.0.near(key);
        self.take(key)
    }

    fn visit_str<E: serde::de::Error>(self, key: &str) -> Result<Option<Tag>, E> {
        self.take(key)
    }
}
