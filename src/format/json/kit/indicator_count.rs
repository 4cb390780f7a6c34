//! Determines whether an object is a MARC or an IRBIS record, which must be known before its bodies are
//! built.

use std::fmt;

use memchr::memmem::Finder;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};

use super::scan::is_blank;
use super::visit::TopKey;
use crate::bytes::Cut;
use crate::record::{Dialect, Syntax};

/// Finds the evidence for the syntax of a record.
#[derive(Debug, Clone)]
pub(super) struct Shapes {
    any: Finder<'static>,
    first: Finder<'static>,
    second: Finder<'static>,
    third: Finder<'static>,
    leader: Finder<'static>,
}

impl Shapes {
    pub(super) fn new() -> Shapes {
        Shapes {
            any: Finder::new("\"ind"),
            first: Finder::new("\"ind1\""),
            second: Finder::new("\"ind2\""),
            third: Finder::new("\"ind3\""),
            leader: Finder::new("\"leader\""),
        }
    }

    /// Returns the syntax of the record in `text`. Only few records need a second pass over the text.
    pub(super) fn syntax(&self, text: &str, dialect: Dialect) -> Syntax {
        let has = |key| is_key(text, key);
        if has(&self.third) {
            return marc(self.most(text));
        }
        if has(&self.second) {
            return Syntax::MARC;
        }
        let indicators = has(&self.first);
        let named = matches!(dialect, Dialect::Irbis | Dialect::Isis);
        if !indicators && (named || self.leader.find(text.as_bytes()).is_none()) {
            return Syntax::IRBIS;
        }
        let mut header = Header::default();
        let mut deserializer = serde_json::Deserializer::from_str(text);
        // Faults in the text are reported when it is parsed.
        let _ = HeaderSeed(&mut header).deserialize(&mut deserializer);
        let count = header.count.filter(u8::is_ascii_digit).map(|digit| digit - b'0');
        match count {
            Some(1) if indicators => marc(1),
            _ if indicators => Syntax::MARC,
            _ if header.isis || !header.leader || count == Some(0) => Syntax::IRBIS,
            count => marc(count.unwrap_or(2)),
        }
    }

    /// Returns the highest number in a key `ind1` to `ind9`.
    fn most(&self, text: &str) -> u8 {
        let bytes = text.as_bytes();
        let numbers = self.any.find_iter(bytes).filter_map(|at| match bytes.get(at + 4..)? {
            [digit @ b'1'..=b'9', b'"', rest @ ..] if ends_key(rest) => Some(digit - b'0'),
            _ => None,
        });
        numbers.max().unwrap_or(2)
    }
}

fn marc(indicators: u8) -> Syntax {
    Syntax { indicators, ..Syntax::MARC }
}

/// Returns whether the pattern of `finder` is a key in the text.
fn is_key(text: &str, finder: &Finder<'_>) -> bool {
    let bytes = text.as_bytes();
    finder.find_iter(bytes).any(|at| {
        let end = at + finder.needle().len();
        ends_key(bytes.cut(end..))
    })
}

/// Returns whether a colon follows, as after keys.
fn ends_key(bytes: &[u8]) -> bool {
    bytes.iter().take(64).find(|byte| !is_blank(**byte)) == Some(&b':')
}

/// The keys beside the fields.
#[derive(Debug, Default)]
struct Header {
    leader: bool,
    /// Leader/10.
    count: Option<u8>,
    isis: bool,
}

struct HeaderSeed<'a>(&'a mut Header);

impl<'de> DeserializeSeed<'de> for HeaderSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for HeaderSeed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a record")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key_seed(TopKeySeed)? {
            match key {
                TopKey::Leader if !self.0.leader => map.next_value_seed(LeaderSeed(self.0))?,
                TopKey::Mfn | TopKey::Status | TopKey::Version => {
                    self.0.isis = true;
                    map.next_value::<IgnoredAny>()?;
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

struct TopKeySeed;

impl<'de> DeserializeSeed<'de> for TopKeySeed {
    type Value = TopKey;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<TopKey, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for TopKeySeed {
    type Value = TopKey;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<TopKey, E> {
        Ok(TopKey::of(key))
    }
}

struct LeaderSeed<'a>(&'a mut Header);

impl<'de> DeserializeSeed<'de> for LeaderSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for LeaderSeed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a leader")
    }

    fn visit_str<E>(self, leader: &str) -> Result<(), E> {
        self.0.leader = true;
        self.0.count = leader.as_bytes().get(10).copied();
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}
