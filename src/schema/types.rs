//! The types of a record and of its coded fields, by which a schema tells its rules apart.

use crate::bytes::Cut;
use crate::record::RecordRef;

/// The types of a record: leader/06, and the material that 008 describes; 006 and 007 have their own.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Types {
    letter: &'static str,
    material: &'static str,
}

impl Types {
    pub(crate) fn of(record: RecordRef<'_>) -> Types {
        let leader = record.header().leader;
        let (kind, level) =
            leader.map_or((0, 0), |leader| (leader.record_type(), leader.get(7).unwrap_or_default()));
        let material = match (kind, level) {
            (b'a', b'b' | b'i' | b's') => "CR",
            (kind, _) => material(kind),
        };
        Types { letter: letter(kind), material }
    }

    pub(crate) fn record(self) -> [&'static str; 2] {
        [self.letter, self.material]
    }

    /// Returns the types of a field with this value.
    pub(crate) fn field(self, tag: &str, value: &str) -> [&'static str; 2] {
        let first = value.bytes().next().unwrap_or_default();
        match tag {
            "006" => [self.letter, if first == b's' { "CR" } else { material(first) }],
            "007" => [self.letter, category(first)],
            _ => self.record(),
        }
    }
}

/// Returns a small letter as text; nothing for another byte.
pub(crate) fn letter(byte: u8) -> &'static str {
    let at = usize::from(byte.wrapping_sub(b'a'));
    "abcdefghijklmnopqrstuvwxyz".cut(at..at.saturating_add(1))
}

/// The material of a type of record: the configuration of 008.
fn material(kind: u8) -> &'static str {
    match kind {
        b'a' | b't' => "BK",
        b'c' | b'd' | b'i' | b'j' => "MU",
        b'e' | b'f' => "MP",
        b'g' | b'k' | b'o' | b'r' => "VM",
        b'm' => "CF",
        b'p' | b'b' => "MX",
        _ => "",
    }
}

fn category(first: u8) -> &'static str {
    const ALL: [&str; 15] = [
        "007a", "007c", "007d", "007f", "007g", "007h", "007k", "007m", "007o", "007q", "007r", "007s",
        "007t", "007v", "007z",
    ];
    ALL.into_iter().find(|name| name.as_bytes().last() == Some(&first)).unwrap_or_default()
}
