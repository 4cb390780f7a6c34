//! Sets the label of the character set right, in place.

use crate::charset::Charset;
use crate::finding::Finding;
use crate::format::iso2709;
use crate::io::{ReadOptions, RecordRead};
use crate::record::Record;
use crate::rules;
use crate::tag::Tag;

/// Returns the bytes of a record in which only the label of the character set is wrong, with the right label: leader/09
/// in MARC 21, 100$a/26-33 in UNIMARC. `None` if more has to be done, or less.
pub(super) fn relabelled(
    record: &Record,
    raw: &[u8],
    findings: &[Finding],
    charset: Charset,
    options: &ReadOptions,
) -> Option<Vec<u8>> {
    let labels = [rules::NOT_MARC8, rules::CHARSET_MISMATCH];
    if !findings.iter().any(|finding| labels.contains(&finding.rule)) {
        return None;
    }
    if ![Charset::Auto, record.charset()].contains(&charset) {
        return None;
    }
    let mut bytes = raw.to_vec();
    if findings.iter().any(|finding| finding.rule == rules::CHARSET_MISMATCH) {
        let codes = match record.charset() {
            Charset::Utf8 => b"50      ",
            Charset::Ibm866 => b"0179    ",
            Charset::Windows1251 => b"0189    ",
            Charset::Koi8R | Charset::Koi8U => b"0199    ",
            _ => return None,
        };
        let coded = record.field(100)?.subfield('a').filter(|coded| coded.len() >= 34)?;
        let at = raw.windows(coded.len()).position(|window| window == coded.as_bytes())?.checked_add(26)?;
        bytes.get_mut(at..at.checked_add(codes.len())?)?.copy_from_slice(codes);
    } else if record.charset() == Charset::Utf8 {
        *bytes.get_mut(9)? = b'a';
    }
    // It is right if nothing is found any more, and nothing else has changed.
    let mut reader = iso2709::SliceReader::new(&bytes, options);
    let mut again = Record::new();
    let sound = matches!(reader.read_record(&mut again), Ok(true)) && reader.findings().is_empty();
    let whole = reader.raw().len() == bytes.len() && again.fields().len() == record.fields().len();
    let label = |tag: Tag| tag == Tag::new(*b"100");
    let mut pairs = again.fields().zip(record.fields());
    let whole = whole && pairs.all(|(new, old)| label(old.tag()) || new.raw() == old.raw());
    (sound && whole && bytes != raw).then_some(bytes)
}
