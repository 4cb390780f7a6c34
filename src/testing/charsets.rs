//! Invariants of character sets, for any bytes and any text.

use crate::charset::{Charset, Normalization, Policy};
use crate::charset::{Fault, FaultKind};

fn nfc(text: &str) -> String {
    Normalization::Nfc.apply(text).into_owned()
}

fn encoded(charset: Charset, text: &str, policy: Policy) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    charset.encode_into(text, policy, &mut out).ok().map(|_| out)
}

/// Invariants of MARC-8 and its family, for any bytes: decoding ends without a panic; the offset of every
/// fault is in the bytes; strict decoding fails if and only if there is an error; bytes without a fault are
/// encoded and decoded again to the same text, up to normalization; nothing vanishes without a fault.
pub fn marc8(data: &[u8]) {
    for charset in [Charset::Marc8, Charset::ISO_5426, Charset::Iso6937] {
        let mut faults: Vec<Fault> = Vec::new();
        charset.examine(data, |fault| faults.push(fault));
        for fault in &faults {
            let end = fault.offset + fault.len;
            assert!(end <= data.len(), "{fault:?} outside of {} bytes", data.len());
        }
        let errors = faults.iter().filter(|fault| fault.kind.is_error()).count();
        let (text, counted) = charset.decode_lossy(data);
        assert_eq!(counted, errors as u64, "{faults:?} in {}", data.escape_ascii());
        match charset.decode(data) {
            Ok(strict) => assert!(errors == 0 && strict == text, "{charset}: {}", data.escape_ascii()),
            Err(_) => assert!(errors > 0, "{charset}: {}", data.escape_ascii()),
        }
        let silent = |kind| !matches!(kind, FaultKind::NotReset | FaultKind::Nonstandard);
        if faults.iter().any(|fault| silent(fault.kind))
            || data.iter().any(|byte| *byte < 0x20 && *byte != 0x1B)
        {
            continue;
        }
        if charset != Charset::Marc8 && data.contains(&0x1B) {
            continue; // sets that the encoder never designates
        }
        let graphic = data.iter().filter(|byte| **byte >= 0x20).count();
        assert!(text.chars().count() <= graphic, "more characters than bytes");
        assert!(!data.is_ascii() || data.contains(&0x1B) || text.len() == data.len(), "something vanished");
        let again = encoded(charset, &text, Policy::Strict);
        let again = again.map(|bytes| nfc(&charset.decode_lossy(&bytes).0));
        assert_eq!(again, Some(nfc(&text)), "{charset}: {}", data.escape_ascii());
    }
}

/// Invariants of every character set, for any bytes and text: decoding and encoding end without a panic; all
/// ways to decode agree; text that encodes strictly decodes to the same text, up to normalization; characters
/// that MARC-8 lacks come back from its references.
///
/// The first byte selects the set, the others are the bytes, and the text if they are UTF-8.
pub fn charset(data: &[u8]) {
    let Some((first, bytes)) = data.split_first() else { return };
    let sets: Vec<Charset> = Charset::all().collect();
    let Some(&charset) = sets.get(usize::from(*first) % sets.len().max(1)) else { return };
    let (lossy, faults) = charset.decode_lossy(bytes);
    match charset.decode(bytes) {
        Ok(text) => assert!(faults == 0 && text == lossy, "{charset}: {}", bytes.escape_ascii()),
        Err(_) => assert!(faults > 0, "{charset}: no fault in {}", bytes.escape_ascii()),
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    // Half marks become whole ones; the quirks of other programs are excluded.
    let halves = |text: &str| text.chars().any(|c| ('\u{FE20}'..='\u{FE23}').contains(&c));
    let quirks =
        [Charset::Big5, Charset::EucJp, Charset::EucKr, Charset::Gb18030, Charset::Gbk, Charset::ShiftJis];
    let delimited = text.chars().any(|c| ('\u{1D}'..='\u{1F}').contains(&c));
    if let Some(bytes) = encoded(charset, text, Policy::Strict)
        && !halves(text)
        && !quirks.contains(&charset)
        && !delimited
    {
        let again = charset.decode(&bytes).map(|text| nfc(&text));
        assert_eq!(again, Ok(nfc(text)), "{charset}: {text:?} as {}", bytes.escape_ascii());
    }
    assert!(encoded(charset, text, Policy::Replace).is_some());
    if !halves(text) && !delimited && !text.contains(['\x1B', '\u{FFFE}', '\u{FFFF}']) {
        let bytes = encoded(Charset::Marc8, text, Policy::Escape).unwrap_or_default();
        let again = Charset::Marc8.decode_lossy(&bytes).0;
        assert_eq!(nfc(&again), nfc(text), "{text:?} as {}", bytes.escape_ascii());
    }
}
