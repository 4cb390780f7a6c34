//! A look at the beginning of an input, before its first record is read.

use memchr::{memchr, memchr_iter};

use super::{Evidence, Found, may_be};
use crate::charset::Charset;
use crate::io::{Framing, LONGEST_LOOK, LOOK, ReadOptions, RecordRead, Slice};
use crate::record::{Dialect, Record};

/// The delimiter of MARC.
const DELIMITER: u8 = 0x1F;
/// Where a record of MARC has its first delimiter, and one of CDS/ISIS some `^`.
const FIRST: usize = 2048;

/// Looks at the beginning of an input, all of it if `eof`. An error is the number of bytes that are needed.
pub(crate) fn look<F: Framing>(
    head: &[u8],
    eof: bool,
    options: &ReadOptions,
) -> Result<Option<Found>, usize> {
    if !may_be(options.dialect) {
        return Ok(None);
    }
    let first = head.get(..FIRST).unwrap_or(head);
    if memchr(DELIMITER, first).is_some() {
        return Ok(None);
    }
    if head.len() < FIRST && !eof {
        return Err(FIRST);
    }
    if memchr_iter(b'^', first).take(3).count() < 3 {
        return Ok(None);
    }
    // A long first record may fill what is enough elsewhere.
    for most in [LOOK, LONGEST_LOOK] {
        if head.len() < most && !eof {
            return Err(most);
        }
        let is_whole = eof && head.len() <= most;
        let evidence = evidence::<F>(head.get(..most).unwrap_or(head), is_whole);
        if is_whole || evidence.is_enough() || most == LONGEST_LOOK {
            return Ok(evidence.found());
        }
    }
    Ok(None)
}

/// Looks at the records at the beginning of an input, of which the last may be cut off if it is not whole.
fn evidence<F: Framing>(head: &[u8], is_whole: bool) -> Evidence {
    // The values that count are ASCII in any set.
    let options = ReadOptions::new().dialect(Dialect::Isis).charset(Charset::Windows1252);
    let mut reader = Slice::<F>::new(head, &options);
    let mut record = Record::new();
    let mut evidence = Evidence::default();
    loop {
        match reader.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => break,
            // A record that cannot be read says nothing; an input that cannot be, nothing more.
            Err(_) if reader.raw().is_empty() => break,
            Err(_) => continue,
        }
        let ends = reader.position().byte.saturating_add(reader.raw().len() as u64);
        // The last one may be cut off.
        if !is_whole && ends >= head.len() as u64 || !evidence.add(record.view()) {
            break;
        }
    }
    evidence
}
