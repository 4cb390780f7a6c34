//! Evidence for a master file in the first bytes of an input.

use super::control::Control;
use super::variant::{Shape, Variant};
use crate::bytes::Cut;
use crate::format::verdict::{Confidence, Sample, Verdict, miss};

pub(crate) fn sniff(sample: &Sample<'_>) -> Verdict {
    if let Some(reason) = sniff_bytes(sample.bytes) {
        return Ok((Confidence::Certain, reason));
    }
    let extension = sample.path.and_then(|path| path.extension());
    if extension.is_some_and(|name| name.eq_ignore_ascii_case("mst")) && sample.bytes.starts_with(&[0; 4]) {
        return Ok((Confidence::Possible, "a number 0 at its start, and the extension".to_owned()));
    }
    if sample.path.is_some() && is_parameter_file(sample.bytes) {
        let reason = "a parameter file, which names the folder of a master file";
        return Ok((Confidence::Likely, reason.to_owned()));
    }
    miss(0, "it does not begin with a control record")
}

/// Returns the evidence for a master file in the bytes.
fn sniff_bytes(sample: &[u8]) -> Option<String> {
    if sample.get(..4) != Some(&[0; 4]) || sample.len() < 36 {
        return None;
    }
    let mut layouts = vec![Variant::IRBIS64];
    for big_endian in [false, true] {
        layouts.extend(Shape::ISIS.map(|shape| Variant { shape, big_endian, shift: 0 }));
    }
    for variant in layouts {
        let control = Control::parse(variant, sample);
        if control.mfn != 0 || control.next_mfn < 1 || control.free < variant.first() {
            continue;
        }
        let start = usize::try_from(variant.first()).unwrap_or_default();
        let rest = sample.cut(start..);
        if variant.leader(rest).is_some_and(|leader| variant.is_leader(&leader)) {
            let name = if variant.is_irbis64() { "IRBIS64" } else { "CDS/ISIS or IRBIS32" };
            return Some(format!("a control record, and a record of {name} at byte {start}"));
        }
        let is_empty = control.next_mfn == 1 && control.free == variant.first();
        if is_empty && rest.iter().all(|byte| *byte == 0) {
            return Some("the control record of an empty master file".to_owned());
        }
    }
    None
}

/// Returns whether all lines are a number from 1 to 11, `=`, and a folder.
fn is_parameter_file(sample: &[u8]) -> bool {
    let mut lines =
        sample.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
    let is_line = |line: &[u8]| {
        let mut parts = line.splitn(2, |byte| *byte == b'=');
        let number = parts.next().and_then(|number| std::str::from_utf8(number).ok()?.parse::<u8>().ok());
        number.is_some_and(|number| (1..=11).contains(&number)) && parts.next().is_some()
    };
    sample.len() < 8192 && lines.clone().count() >= 2 && lines.all(is_line)
}
