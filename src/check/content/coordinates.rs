//! V113: coordinates in 034 `$d` to `$g`: a hemisphere and degrees, minutes and seconds, as `E0450000`, or decimal degrees, as `+045.5`
//! or `E045.5`. West and east to 180 degrees, north and south to 90.

use super::{Card, ContentRule, Family};
use crate::finding::{Findings, rules};

rules! {
    COORDINATES_INVALID "V113" "coordinates-invalid" Warning
        "A value is not a coordinate."
        r#"A coordinate in 034 is a letter for the hemisphere and degrees, minutes and seconds, as `E0450000`, or decimal degrees, as
`+045.5`: west and east up to 180 degrees, north and south up to 90.

It is kept.

```input.ndjson
{"leader":"00000nam a2200000 i 4500","fields":[{"034":{"ind1":"1","ind2":" ","subfields":[{"a":"a"},{"d":"E1850000"}]}},{"245":{"ind1":"1","ind2":"0","subfields":[{"a":"Divan."}]}}]}
```

```text
warning[V113] record 1 (line 1, byte 0), field 034[0]$d[0] (#1): "E1850000" is not a coordinate of EW in degrees, or is too large; kept
```
"#;
}

pub(super) const RULE: ContentRule =
    ContentRule { rules: ALL, families: &[Family::Marc21], check, ..ContentRule::BASE };

fn check(card: &Card<'_>, findings: &mut Findings) {
    for (code, hemispheres, most) in
        [('d', "EW", 180.0), ('e', "EW", 180.0), ('f', "NS", 90.0), ('g', "NS", 90.0)]
    {
        card.values(34, code, |field, bytes, value| {
            if !is_coordinate(value.trim_end(), hemispheres, most) {
                let message =
                    format!("{value:?} is not a coordinate of {hemispheres} in degrees, or is too large");
                card.tell(COORDINATES_INVALID, field, bytes, message, findings);
            }
        });
    }
}

fn is_coordinate(value: &str, hemispheres: &str, most: f64) -> bool {
    let mut rest = value.chars();
    let rest = match rest.next() {
        Some('+' | '-') => rest.as_str(),
        Some(letter) if hemispheres.contains(letter.to_ascii_uppercase()) => rest.as_str(),
        Some(first) if first.is_ascii_digit() => value,
        _ => return false,
    };
    let (whole, fraction) = rest.split_once('.').unwrap_or((rest, ""));
    let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !are_digits(whole) || !are_digits(fraction) || whole.len() > 7 {
        return false;
    }
    let part = |range: std::ops::Range<usize>| {
        whole
            .get(range.start.min(whole.len())..range.end.min(whole.len()))
            .and_then(|part| part.parse::<f64>().ok())
            .unwrap_or(0.0)
    };
    let (degrees, minutes, seconds) = (part(0..3), part(3..5), part(5..7));
    minutes < 60.0 && seconds < 60.0 && degrees + minutes / 60.0 + seconds / 3600.0 <= most
}

/// Faults in `clean.ndjson`: see the tests.
pub(super) const PLANTED: &str = r#"5	E0450000	E0456000	V113	034[0]$d[0]
5	E0450000	E1850000	V113	034[0]$d[0]
5	N0420000	E0420000	V113	034[0]$f[0]
5	+38.5000	38.5 N	V113	034[0]$g[0]
"#;
