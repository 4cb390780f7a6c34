//! V106: DOI, URN and URI by their syntax: 024 with a source of that name, and 856 `$u`.
//!
//! A DOI begins with `10.`, a registrant and a slash; a URN with `urn:` and a namespace; a URI with a scheme. None has blanks.

use super::{Card, ContentRule, Family};
use crate::finding::{Findings, rules};

rules! {
    IDENTIFIER_INVALID "V106" "identifier-invalid" Warning
        "A value is not a DOI, URN or URI."
        r#"A DOI begins with `10.`, a number and a slash; a URN with `urn:`, a namespace and a colon; a URI with a scheme such as `https:`.
None has blanks. Programs that follow the value find nothing.

It is kept.

```input.ndjson
{"leader":"00000nam a2200000 i 4500","fields":[{"245":{"ind1":"1","ind2":"0","subfields":[{"a":"Divan."}]}},{"856":{"ind1":"4","ind2":"0","subfields":[{"u":"example.org/divan"}]}}]}
```

```text
warning[V106] record 1 (line 1, byte 0), field 856[0]$u[0] (#2): "example.org/divan" is not a URI: it has no scheme, or it has blanks; kept
```
"#;
}

pub(super) const RULE: ContentRule =
    ContentRule { rules: ALL, families: &[Family::Marc21, Family::Unimarc], check, ..ContentRule::BASE };

fn check(card: &Card<'_>, findings: &mut Findings) {
    if card.family == Family::Marc21 {
        for field in card.fields(24).filter(|field| field.indicators().first() == Some(&b'7')) {
            let source = field.subfield('2').map(|source| source.as_bytes()).unwrap_or_default();
            for value in field.subfields_with('a') {
                let Ok(text) = value.to_str() else { continue };
                let message = match source {
                    b"doi" if !is_doi(&text) => "no DOI: it does not begin with 10., a number and a slash",
                    b"urn" if !is_urn(&text) => {
                        "no URN: it does not begin with urn:, a namespace and a colon"
                    }
                    b"uri" if !is_uri(&text) => "no URI: it has no scheme, or has blanks",
                    _ => continue,
                };
                card.tell(
                    IDENTIFIER_INVALID,
                    field,
                    value.as_bytes(),
                    format!("{text:?} is {message}"),
                    findings,
                );
            }
        }
    }
    card.values(856, 'u', |field, bytes, text| {
        if !is_uri(text.trim()) && !text.trim().is_empty() {
            let message = format!("{text:?} is not a URI: it has no scheme, or it has blanks");
            card.tell(IDENTIFIER_INVALID, field, bytes, message, findings);
        }
    });
}

fn is_solid(text: &str) -> bool {
    !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || c.is_control())
}

fn is_doi(text: &str) -> bool {
    let text = text.strip_prefix("https://doi.org/").unwrap_or(text);
    let parts = text.strip_prefix("10.").and_then(|rest| rest.split_once('/'));
    let is_registrant = |text: &str| {
        text.starts_with(|first: char| first.is_ascii_digit())
            && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
    };
    parts.is_some_and(|(registrant, rest)| is_registrant(registrant) && is_solid(rest))
}

fn is_urn(text: &str) -> bool {
    let head = text.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("urn:"));
    let parts = text.get(4..).and_then(|rest| rest.split_once(':'));
    let is_name =
        |text: &str| text.len() > 1 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    head && parts.is_some_and(|(name, rest)| is_name(name) && is_solid(rest))
}

fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
        && is_solid(rest)
}

/// Faults in `clean.ndjson`: see the tests.
pub(super) const PLANTED: &str = r#"5	10.1234/divan	doi.1234/divan	V106	024[0]$a[0]
5	urn:nbn:az-101	nbn:az-101	V106	024[1]$a[0]
5	https://example.org/divan	https://example.org/my divan	V106	856[0]$u[0]
5	https://example.org/divan	example.org/divan	V106	856[0]$u[0]
"#;
