//! Mnemonics: names in braces for characters.

use std::collections::HashMap;
use std::sync::LazyLock;

/// The meaning of a mnemonic.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mnemonic {
    /// Its bytes in MARC-8.
    pub(super) marc8: Vec<u8>,
    /// Its characters; `None` if it is no character by itself.
    pub(super) text: Option<String>,
}

impl Mnemonic {
    /// Returns whether it is a mark, which precedes its letter here and follows it in Unicode.
    pub(super) fn is_mark(&self) -> bool {
        let is_mark = |mark: char| matches!(mark, '\u{300}'..='\u{36F}' | '\u{FE20}'..='\u{FE2F}');
        self.text.as_deref().is_some_and(|text| text.chars().all(is_mark))
    }

    /// Returns whether it is the right half of a mark over two letters, which Unicode does not need: the left
    /// half is the whole mark.
    pub(super) fn is_right_half(&self) -> bool {
        matches!(*self.marc8, [0xEC | 0xFB])
    }
}

/// The table: from names to their meaning, and from bytes of MARC-8 to their names.
struct Table {
    names: HashMap<&'static str, Mnemonic>,
    written: [Option<&'static str>; 256],
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table { names: HashMap::new(), written: [None; 256] };
    for line in include_str!("mnemonics.tsv").lines().filter(|line| !line.starts_with('#')) {
        let mut columns = line.split('\t');
        let (Some(name), Some(bytes), Some(points)) = (columns.next(), columns.next(), columns.next()) else {
            continue;
        };
        let marc8: Vec<u8> = bytes.split(' ').filter_map(|byte| u8::from_str_radix(byte, 16).ok()).collect();
        let characters: Option<String> = points
            .split(' ')
            .map(|point| u32::from_str_radix(point, 16).ok().and_then(char::from_u32))
            .collect();
        // ASCII characters of MARC-8 are themselves.
        let control = || marc8.is_ascii().then(|| marc8.iter().copied().map(char::from).collect());
        if columns.next() == Some("*")
            && let [byte] = *marc8
            && let Some(place) = table.written.get_mut(usize::from(byte))
        {
            *place = Some(name);
        }
        let text = characters.or_else(control);
        table.names.insert(name, Mnemonic { marc8, text });
    }
    table
});

/// Returns the meaning of a name.
pub(super) fn find(name: &[u8]) -> Option<&'static Mnemonic> {
    TABLE.names.get(std::str::from_utf8(name).ok()?)
}

/// Appends a byte of MARC-8 as a mnemonic: a name, or two hexadecimal digits.
pub(super) fn write(byte: u8, out: &mut Vec<u8>) {
    out.push(b'{');
    match TABLE.written.get(usize::from(byte)).copied().flatten() {
        Some(name) => out.extend_from_slice(name.as_bytes()),
        None => out.extend_from_slice(format!("{byte:02X}").as_bytes()),
    }
    out.push(b'}');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole() {
        assert_eq!(TABLE.names.len(), 687);
        assert_eq!(TABLE.written.iter().flatten().count(), 70);
        for byte in 0..=255u8 {
            let mut out = Vec::new();
            write(byte, &mut out);
            let name = out.strip_prefix(b"{").unwrap().strip_suffix(b"}").unwrap();
            assert_eq!(find(name).unwrap().marc8, [byte], "{byte:02X}");
        }
    }

    #[test]
    fn names() {
        assert_eq!(find(b"eacute").unwrap().text.as_deref(), Some("e\u{301}"));
        assert_eq!(find(b"eacute").unwrap().marc8, [0xE2, b'e']);
        assert!(find(b"acute").unwrap().is_mark() && !find(b"eacute").unwrap().is_mark());
        assert_eq!(find(b"esc").unwrap().text.as_deref(), Some("\u{1B}"));
        assert_eq!(find(b"E9").unwrap().marc8, [0xE9]);
        assert_eq!(find(b"nothing"), None);
    }
}
