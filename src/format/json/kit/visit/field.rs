//! Visits the object of a field: indicators, lead and subfields, straight into the record.

use crate::format::json::rules::{JSON_ODD, JSON_SHAPE};
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::seed::{leaves_out_scalars, seed};
use crate::format::json::kit::build::{Build, INDICATORS, Indicator, Place};
use crate::tag::Tag;

impl Build<'_> {
    /// Reads the object of a field.
    fn body<'de, A: MapAccess<'de>>(&mut self, tag: Tag, mut map: A) -> Result<(), A::Error> {
        self.check_kind(tag);
        let count = usize::from(self.syntax.indicators);
        let start = self.record.text_mut().len();
        self.scratch.indicators = [Indicator::Missing; INDICATORS];
        self.scratch.wide.clear();
        self.scratch.lead.clear();
        // Whether prefix and lead precede the subfields already.
        let (mut placed, mut lead_placed) = (false, false);
        let (mut leads, mut lists) = (0usize, 0usize);
        while let Some(key) = map.next_key_seed(FieldKeySeed(self))? {
            match key {
                FieldKey::Indicator(index) => {
                    let known = self.scratch.indicators.get(index).copied().unwrap_or_default();
                    if index >= count {
                        self.note(JSON_SHAPE, "an indicator in a record without it", "left out");
                        map.next_value::<IgnoredAny>()?;
                    } else if placed || known != Indicator::Missing {
                        self.note(JSON_SHAPE, "an indicator is there twice", "left out");
                        map.next_value::<IgnoredAny>()?;
                    } else {
                        map.next_value_seed(Value { build: self, place: Place::Indicator(index) })?;
                    }
                }
                FieldKey::Lead => {
                    leads += 1;
                    if lead_placed {
                        self.note(JSON_SHAPE, "lead is there twice", "left out");
                        map.next_value::<IgnoredAny>()?;
                    } else {
                        map.next_value_seed(Value { build: self, place: Place::Lead })?;
                    }
                }
                FieldKey::Subfields => {
                    lists += 1;
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
                    self.note(JSON_ODD, "a key in a field that means nothing", "left out");
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        if lists != 1 || leads > 1 {
            self.note(
                JSON_ODD,
                "a field has one list of subfields and at most one lead",
                "kept what is there",
            );
        }
        if !placed {
            self.make_prefix();
            let prefix = self.scratch.prefix.len();
            self.record.text_mut().insert_str(start, &self.scratch.prefix);
            if leads > 0 {
                self.record.text_mut().insert_str(start + prefix, &self.scratch.lead);
            }
        } else if leads > 0 && !lead_placed {
            self.record.text_mut().insert_str(start + count, &self.scratch.lead);
        }
        self.end_field(tag, start, false)
    }

    /// Reads the pairs of the object of a subfield.
    #[inline]
    fn pairs<'de, A: MapAccess<'de>>(&mut self, mut map: A) -> Result<usize, A::Error> {
        let mut count = 0usize;
        while let Some(coded) = map.next_key_seed(CodeSeed(self))? {
            let before = self.record.text_mut().len();
            map.next_value_seed(Value { build: self, place: Place::Subfield })?;
            if !coded && self.record.text_mut().len() > before {
                let message = "a subfield has a value and no code";
                self.note(JSON_SHAPE, message, "its first character became the code");
            }
            count += 1;
        }
        Ok(count)
    }
}

/// Reads a value that should be a string, or an object in place of a field.
pub(super) struct Value<'a, 'b> {
    pub(super) build: &'a mut Build<'b>,
    pub(super) place: Place,
}

impl Value<'_, '_> {
    #[cold]
    fn odd<E: serde::de::Error>(self, what: &str, value: &str) -> Result<(), E> {
        self.build.note(JSON_ODD, format!("{what} where a string should be"), "kept as text");
        self.build.put(self.place, value, true)
    }

    fn leave_out(&mut self, what: &str) {
        self.build.note(JSON_SHAPE, format!("{what} where a string should be"), "left out");
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
                self.build.note(JSON_ODD, "the leader is null", "read as none");
                Ok(())
            }
            place => {
                self.build.note(JSON_ODD, "null where a string should be", "read as an empty one");
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
            [b'i', b'n', b'd', digit @ b'1'..=b'9'] => FieldKey::Indicator(usize::from(digit - b'1')),
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
        self.0.note(JSON_ODD, "the list of subfields is an object, not an array", "kept in its order");
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
            self.0.note(JSON_ODD, message, "kept all");
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        self.visit_unit()
    }

    leaves_out_scalars!("an element of the list of subfields is no object");
}

// Appends delimiter and code; returns whether the code is not empty.
seed!(CodeSeed, deserialize_str, bool);

impl CodeSeed<'_, '_> {
    #[inline]
    fn take<E: serde::de::Error>(self, key: &str, escaped: bool) -> Result<bool, E> {
        self.0.check(key, escaped)?;
        let mut key = key;
        if key.len() > 1 && key.trim() != key && key.trim().chars().count() == 1 {
            let shown: String = key.chars().take(40).collect();
            self.0.note(JSON_ODD, format!("a subfield code is {shown:?}"), "its blanks left out");
            key = key.trim();
        } else if key.len() > 1 && key.chars().count() > 1 {
            let shown: String = key.chars().take(40).collect();
            let message = format!("{shown:?} is no subfield code, which is one character");
            self.0.note(JSON_SHAPE, message, "kept; what follows the first character begins the value");
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
