//! From JSON values to the record in the making, without a tree between.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::build::{Build, INDICATORS, Indicator, Place};
use crate::record::IsisHeader;
use crate::{Code, Tag};

impl Build<'_> {
    /// Reads an object that is a field.
    fn body<'de, A: MapAccess<'de>>(&mut self, tag: Tag, mut map: A) -> Result<(), A::Error> {
        let count = usize::from(self.syntax.indicators);
        let start = self.record.text_mut().len();
        self.scratch.indicators = [Indicator::Missing; INDICATORS];
        self.scratch.wide.clear();
        self.scratch.lead.clear();
        // What stands before the subfields already.
        let (mut placed, mut lead_placed) = (false, false);
        let (mut leads, mut lists) = (0usize, 0usize);
        while let Some(key) = map.next_key_seed(FieldKeySeed(self))? {
            match key {
                FieldKey::Indicator(index) => {
                    let known = self.scratch.indicators.get(index).copied().unwrap_or_default();
                    if index >= count {
                        self.note(Code::JsonShape, "an indicator in a record without it", "left out");
                        map.next_value::<IgnoredAny>()?;
                    } else if placed || known != Indicator::Missing {
                        self.note(Code::JsonShape, "an indicator is there twice", "left out");
                        map.next_value::<IgnoredAny>()?;
                    } else {
                        map.next_value_seed(Value { build: self, place: Place::Indicator(index) })?;
                    }
                }
                FieldKey::Lead => {
                    leads = leads.saturating_add(1);
                    if lead_placed {
                        self.note(Code::JsonShape, "lead is there twice", "left out");
                        map.next_value::<IgnoredAny>()?;
                    } else {
                        map.next_value_seed(Value { build: self, place: Place::Lead })?;
                    }
                }
                FieldKey::Subfields => {
                    lists = lists.saturating_add(1);
                    if lists == 1 && self.put_prefix() {
                        placed = true;
                        if leads > 0 {
                            lead_placed = true;
                            self.record.text_mut().push_str(&self.scratch.lead);
                        }
                    }
                    map.next_value_seed(SubfieldsSeed(self))?;
                }
                FieldKey::Other => {
                    self.note(Code::JsonOdd, "a key in a field that means nothing", "left out");
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        if lists != 1 || leads > 1 {
            self.note(
                Code::JsonOdd,
                "a field has one list of subfields and at most one lead",
                "kept what is there",
            );
        }
        if !placed {
            self.make_prefix();
            let prefix = self.scratch.prefix.len();
            self.record.text_mut().insert_str(start, &self.scratch.prefix);
            if leads > 0 {
                self.record.text_mut().insert_str(start.saturating_add(prefix), &self.scratch.lead);
            }
        } else if leads > 0 && !lead_placed {
            self.record.text_mut().insert_str(start.saturating_add(count), &self.scratch.lead);
        }
        self.end_field(tag, start, false)
    }

    /// Reads the pairs of an object that holds a field, or several.
    #[inline]
    fn tagged<'de, A: MapAccess<'de>>(&mut self, mut map: A) -> Result<usize, A::Error> {
        let mut count = 0usize;
        while let Some(tag) = map.next_key_seed(TagSeed(self))? {
            count = count.saturating_add(1);
            if self.record.slots_mut().len() >= self.fields {
                if !self.full {
                    self.full = true;
                    let message = format!("more than {} fields", self.fields);
                    self.note(Code::LimitReached, message, "the rest left out");
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

    /// Reads the pairs of an object that is a subfield.
    #[inline]
    fn pairs<'de, A: MapAccess<'de>>(&mut self, mut map: A) -> Result<usize, A::Error> {
        let mut count = 0usize;
        while let Some(coded) = map.next_key_seed(CodeSeed(self))? {
            let before = self.record.text_mut().len();
            map.next_value_seed(Value { build: self, place: Place::Subfield })?;
            if !coded && self.record.text_mut().len() > before {
                let message = "a subfield has a value and no code";
                self.note(Code::JsonShape, message, "its first character became the code");
            }
            count = count.saturating_add(1);
        }
        Ok(count)
    }
}

/// Reads a value that should be a string, or in place of a field an object.
pub(super) struct Value<'a, 'b> {
    pub(super) build: &'a mut Build<'b>,
    pub(super) place: Place,
}

impl Value<'_, '_> {
    #[cold]
    fn odd<E: serde::de::Error>(self, what: &str, value: &str) -> Result<(), E> {
        self.build.note(Code::JsonOdd, format!("{what} where a string should be"), "kept as text");
        self.build.put(self.place, value, true)
    }

    fn leave_out(&mut self, what: &str) {
        self.build.note(Code::JsonShape, format!("{what} where a string should be"), "left out");
    }
}

impl<'de> DeserializeSeed<'de> for Value<'_, '_> {
    type Value = ();

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    #[inline]
    fn visit_borrowed_str<E: serde::de::Error>(self, value: &'de str) -> Result<(), E> {
        self.build.near(value);
        self.build.put(self.place, value, false)
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<(), E> {
        self.build.put(self.place, value, true)
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<(), E> {
        self.odd("true or false", if value { "true" } else { "false" })
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<(), E> {
        self.odd("a number", &value.to_string())
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<(), E> {
        self.odd("a number", &value.to_string())
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<(), E> {
        self.odd("a number", &value.to_string())
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        match self.place {
            Place::Indicator(index) => {
                self.build.set_indicator(index, Indicator::Null);
                Ok(())
            }
            Place::Leader => {
                self.build.note(Code::JsonOdd, "the leader is null", "read as none");
                Ok(())
            }
            place => {
                self.build.note(Code::JsonOdd, "null where a string should be", "read as an empty one");
                self.build.put(place, "", false)
            }
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<(), A::Error> {
        self.leave_out("an array");
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    #[inline]
    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        match self.place {
            Place::Field(tag) => self.build.body(tag, map),
            _ => {
                self.leave_out("an object");
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(())
            }
        }
    }
}

/// What a visitor says of values that have no place where it is.
macro_rules! leaves_out_scalars {
    ($what:literal) => {
        fn visit_bool<E: serde::de::Error>(self, _: bool) -> Result<(), E> {
            self.visit_unit()
        }

        fn visit_i64<E: serde::de::Error>(self, _: i64) -> Result<(), E> {
            self.visit_unit()
        }

        fn visit_u64<E: serde::de::Error>(self, _: u64) -> Result<(), E> {
            self.visit_unit()
        }

        fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<(), E> {
            self.visit_unit()
        }

        fn visit_str<E: serde::de::Error>(self, _: &str) -> Result<(), E> {
            self.visit_unit()
        }

        fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
            self.0.note(Code::JsonShape, $what, "left out");
            Ok(())
        }
    };
}

/// A seed that is its own visitor.
macro_rules! seed {
    ($name:ident, $how:ident) => {
        seed!($name, $how, ());
    };
    ($name:ident, $how:ident, $value:ty) => {
        struct $name<'a, 'b>(&'a mut Build<'b>);

        impl<'de> DeserializeSeed<'de> for $name<'_, '_> {
            type Value = $value;

            #[inline]
            fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<$value, D::Error> {
                deserializer.$how(self)
            }
        }
    };
}

/// The keys of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TopKey {
    Leader,
    Mfn,
    Status,
    Version,
    Fields,
    Other,
}

impl TopKey {
    pub(super) fn of(key: &str) -> TopKey {
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
pub(super) struct RecordSeed<'a, 'b>(pub(super) &'a mut Build<'b>);

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
                    build.note(Code::JsonShape, "the leader is there twice", "left out");
                    map.next_value::<IgnoredAny>()?;
                }
                TopKey::Leader => map.next_value_seed(Value { build, place: Place::Leader })?,
                TopKey::Mfn => isis.mfn = map.next_value_seed(NumberSeed(build))?,
                TopKey::Status => isis.status = map.next_value_seed(NumberSeed(build))?,
                TopKey::Version => isis.version = map.next_value_seed(NumberSeed(build))?,
                TopKey::Fields => {
                    lists = lists.saturating_add(1);
                    elements = elements.saturating_add(map.next_value_seed(FieldsSeed(build))?);
                }
                TopKey::Other => {
                    build.note(Code::JsonOdd, "a key in a record that means nothing", "left out");
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
            0 => build.note(Code::JsonShape, "the record has no list of fields", "kept without"),
            1 => {}
            _ => build.note(Code::JsonOdd, "the record has more than one list of fields", "kept all"),
        }
        if fields == 0 && lists > 0 {
            build.note(Code::NoFields, "the record has no fields", "kept");
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
            self.0.note(Code::JsonShape, message, "read as 0");
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
            self.0.note(Code::JsonOdd, "a string where a number should be", "read as the number");
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
            count = count.saturating_add(1);
        }
        Ok(count)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<usize, A::Error> {
        self.0.note(Code::JsonOdd, "the list of fields is an object, not an array", "kept in its order");
        self.0.tagged(map)
    }

    fn visit_unit<E>(self) -> Result<usize, E> {
        self.0.note(Code::JsonOdd, "the list of fields is null", "read as empty");
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
                Code::JsonOdd,
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
        match key.parse() {
            Ok(tag) => Ok(Some(tag)),
            Err(_) => {
                let shown: String = key.chars().take(40).collect();
                self.0.note(Code::JsonShape, format!("{shown:?} is no tag"), "field left out");
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

/// The keys of a field.
pub(super) enum FieldKey {
    Indicator(usize),
    Lead,
    Subfields,
    Other,
}

impl FieldKey {
    #[inline]
    fn of(key: &str) -> FieldKey {
        match key.as_bytes() {
            [b'i', b'n', b'd', digit @ b'1'..=b'9'] => {
                FieldKey::Indicator(usize::from(digit.saturating_sub(b'1')))
            }
            b"subfields" => FieldKey::Subfields,
            b"lead" => FieldKey::Lead,
            _ => FieldKey::Other,
        }
    }
}

seed!(FieldKeySeed, deserialize_str, FieldKey);

impl<'de> Visitor<'de> for FieldKeySeed<'_, '_> {
    type Value = FieldKey;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    #[inline]
    fn visit_borrowed_str<E>(self, key: &'de str) -> Result<FieldKey, E> {
        self.0.near(key);
        Ok(FieldKey::of(key))
    }

    fn visit_str<E>(self, key: &str) -> Result<FieldKey, E> {
        Ok(FieldKey::of(key))
    }
}

seed!(SubfieldsSeed, deserialize_any);

impl<'de> Visitor<'de> for SubfieldsSeed<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of subfields")
    }

    #[inline]
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element_seed(SubfieldSeed(self.0))?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        self.0.note(Code::JsonOdd, "the list of subfields is an object, not an array", "kept in its order");
        self.0.pairs(map).map(|_| ())
    }

    leaves_out_scalars!("a value where the list of subfields should be");
}

seed!(SubfieldSeed, deserialize_any);

impl<'de> Visitor<'de> for SubfieldSeed<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a subfield")
    }

    #[inline]
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        let count = self.0.pairs(map)?;
        if count != 1 {
            let message = format!("an object with {count} keys where one subfield should be");
            self.0.note(Code::JsonOdd, message, "kept all");
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        self.visit_unit()
    }

    leaves_out_scalars!("an element of the list of subfields is no object");
}

// Puts delimiter and code; tells whether there is a code.
seed!(CodeSeed, deserialize_str, bool);

impl CodeSeed<'_, '_> {
    #[inline]
    fn take<E: serde::de::Error>(self, key: &str, escaped: bool) -> Result<bool, E> {
        self.0.check(key, escaped)?;
        if key.len() > 1 && key.chars().count() > 1 {
            let shown: String = key.chars().take(40).collect();
            let message = format!("{shown:?} is no subfield code, which is one character");
            self.0.note(
                Code::JsonShape,
                message,
                "kept; what is behind the first character begins the value",
            );
        }
        let delimiter = char::from(self.0.syntax.delimiter);
        let text = self.0.record.text_mut();
        text.push(delimiter);
        text.push_str(key);
        Ok(!key.is_empty())
    }
}

impl<'de> Visitor<'de> for CodeSeed<'_, '_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a subfield code")
    }

    #[inline]
    fn visit_borrowed_str<E: serde::de::Error>(self, key: &'de str) -> Result<bool, E> {
        self.0.near(key);
        self.take(key, false)
    }

    fn visit_str<E: serde::de::Error>(self, key: &str) -> Result<bool, E> {
        self.take(key, true)
    }
}
