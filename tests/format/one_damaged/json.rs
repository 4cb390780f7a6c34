//! Forms of JSON.
#![cfg(feature = "json")]

use super::{Form, Way, assert_none_harmed, fields, splits, try_all, way};
use kartoteka::Format;

fn compact(number: usize) -> String {
    let mut all = Vec::new();
    for (tag, value) in fields(number) {
        all.push(match tag {
            "001" => format!("{{\"001\":\"{value}\"}}"),
            _ => format!(
                "{{\"{tag}\":{{\"ind1\":\"1\",\"ind2\":\" \",\"subfields\":[{{\"a\":\"{value}\"}}]}}}}"
            ),
        });
    }
    format!("{{\"leader\":\"00000nam a2200000 a 4500\",\"fields\":[{}]}}", all.join(","))
}

fn indented(number: usize) -> String {
    let mut all = Vec::new();
    for (tag, value) in fields(number) {
        all.push(match tag {
            "001" => format!("    {{\n      \"001\": \"{value}\"\n    }}"),
            _ => format!(
                "    {{\n      \"{tag}\": {{\n        \"ind1\": \"1\",\n        \"ind2\": \" \",\n        \"subfields\": [\n          {{\n            \"a\": \"{value}\"\n          }}\n        ]\n      }}\n    }}"
            ),
        });
    }
    let all = all.join(",\n");
    format!("  {{\n    \"leader\": \"00000nam a2200000 a 4500\",\n    \"fields\": [\n{all}\n  ]\n  }}")
}

fn finnish(number: usize) -> String {
    let mut all = Vec::new();
    for (tag, value) in fields(number) {
        all.push(match tag {
            "001" => format!("{{\"tag\":\"001\",\"value\":\"{value}\"}}"),
            _ => format!(
                "{{\"tag\":\"{tag}\",\"ind1\":\"1\",\"ind2\":\" \",\"subfields\":[{{\"code\":\"a\",\"value\":\"{value}\"}}]}}"
            ),
        });
    }
    format!("{{\"leader\":\"00000nam a2200000 a 4500\",\"fields\":[{}]}}", all.join(","))
}

const fn form(
    name: &'static str,
    format: Format,
    (head, between, tail): (&'static str, &'static str, &'static str),
    record: fn(usize) -> String,
) -> Form<String> {
    Form { name, format, head, between, tail, record, bytes: |text| text.clone().into_bytes() }
}

const FORMS: &[Form<String>] = &[
    form("lines of JSON", Format::Ndjson, ("", "\n", "\n"), compact),
    form("lines of JSON with CR LF", Format::Ndjson, ("", "\r\n", "\r\n"), compact),
    form("lines of JSON in the Finnish form", Format::Ndjson, ("", "\n", "\n"), finnish),
    form("an array", Format::Json, ("[", ",", "]"), compact),
    form("an array in lines", Format::Json, ("[\n", ",\n", "\n]\n"), compact),
    form("an indented array", Format::Json, ("[\n", ",\n", "\n]\n"), indented),
    form("an array in the Finnish form", Format::Json, ("[", ",", "]"), finnish),
    form("objects one after another", Format::Json, ("", "\n", "\n"), compact),
    form("the answer of a server", Format::Json, ("{\"total\":50,\"records\":[", ",", "]}"), compact),
];

/// Replaces a piece of text at its first place after some other text.
fn change(text: &str, after: &str, from: &str, to: &str) -> Option<Vec<u8>> {
    let start = text.find(after)? + after.len();
    let at = start + text[start..].find(from)?;
    Some(format!("{}{to}{}", &text[..at], &text[at + from.len()..]).into_bytes())
}

fn cut(text: &str, at: &str, beyond: usize) -> Option<Vec<u8>> {
    text.get(..text.find(at)? + beyond).map(|text| text.as_bytes().to_vec())
}

const WAYS: &[Way<String>] = &[
    way("first brace lost", |it| change(it, "", "{", "")),
    way("first brace doubled", |it| change(it, "", "{", "{{")),
    way("last brace lost", |it| Some(it.as_bytes()[..it.len() - 1].to_vec())),
    way("last brace doubled", |it| Some([it.as_bytes(), b"}"].concat())),
    way("last bracket and brace lost", |it| {
        Some(it.trim_end_matches(['}', ']', ' ', '\n']).as_bytes().to_vec())
    }),
    way("bracket of the fields lost", |it| change(it, "\"fields\"", "[", "")),
    way("bracket of the fields doubled", |it| change(it, "\"fields\"", "[", "[[")),
    way("last bracket lost", |it| {
        let at = it.rfind(']')?;
        Some([&it.as_bytes()[..at], &it.as_bytes()[at + 1..]].concat())
    }),
    way("last bracket doubled", |it| {
        let at = it.rfind(']')?;
        Some([&it.as_bytes()[..at], b"]", &it.as_bytes()[at..]].concat())
    }),
    way("brace of a field lost", |it| change(it, "\"fields\"", "{", "")),
    way("brace of a field doubled", |it| change(it, "\"fields\"", "{", "{{")),
    way("end of a field lost", |it| change(it, "lamp", "}", "")),
    way("end of a field doubled", |it| change(it, "lamp", "}", "}}")),
    way("bracket of subfields lost", |it| change(it, "\"subfields\"", "[", "")),
    way("end of subfields lost", |it| change(it, "\"subfields\"", "]", "")),
    way("end of subfields doubled", |it| change(it, "\"subfields\"", "]", "]]")),
    way("quote of a name lost", |it| change(it, "", "\"fields", "fields")),
    way("quote of a value lost", |it| change(it, "lamp", "\"", "")),
    way("quote before a value lost", |it| change(it, "", "\"lamp", "lamp")),
    way("quote in a value", |it| change(it, "", "lamp", "la\"mp")),
    way("quotes in a value", |it| change(it, "", "Lighthouses", "\"Light\", [\"houses\"]}")),
    way("opening quote and brackets in a value", |it| change(it, "", "Lighthouses", "\"{[{[")),
    way("comma lost", |it| change(it, "lamp", ",", "")),
    way("comma doubled", |it| change(it, "lamp", ",", ",,")),
    way("comma before the fields lost", |it| change(it, "4500\"", ",", "")),
    way("comma after the last field", |it| {
        let at = it.rfind(']')?;
        Some([&it.as_bytes()[..at], b",", &it.as_bytes()[at..]].concat())
    }),
    way("colon lost", |it| change(it, "\"fields\"", ":", "")),
    way("colon doubled", |it| change(it, "\"fields\"", ":", "::")),
    way("wrong escape", |it| change(it, "", "Keeper", "C:\\Keeper\\x")),
    way("backslash before a quote", |it| change(it, "lamp", "\"", "\\\"")),
    way("half of a pair", |it| change(it, "", "Keeper", "\\ud800 Keeper")),
    way("escape cut", |it| change(it, "", "Keeper", "\\u00")),
    way("LF in a value", |it| change(it, "", "Keeper", "Kee\nper")),
    way("CR LF in a value", |it| change(it, "", "Keeper", "Kee\r\nper")),
    way("LF between values", |it| change(it, "\"fields\"", ":", ":\n")),
    way("NUL in a value", |it| change(it, "", "Keeper", "Kee\0per")),
    way("1A in a value", |it| change(it, "", "Keeper", "Kee\u{1A}per")),
    way("a mark before it", |it| Some([b"\xEF\xBB\xBF", it.as_bytes()].concat())),
    way("a mark in a value", |it| change(it, "", "Keeper", "Kee\u{FEFF}per")),
    way("1A before it", |it| Some([b"\x1A", it.as_bytes()].concat())),
    way("a byte that is no UTF-8", |it| {
        let at = it.find("Keeper")?;
        Some([&it.as_bytes()[..at], b"\xE9", &it.as_bytes()[at..]].concat())
    }),
    way("cut in a value", |it| cut(it, "Keeper", 3)),
    way("cut after a value", |it| cut(it, "Keeper", 8)),
    way("cut in a name", |it| cut(it, "\"ind1\"", 3).or_else(|| cut(it, "fields", 3))),
    way("cut after a colon", |it| cut(it, "\"fields\":", 9)),
    way("cut in the leader", |it| cut(it, "00000nam", 6)),
    way("cut after the first brace", |it| cut(it, "{", 1)),
    way("start cut off", |it| Some(it.as_bytes()[it.find("Keeper")?..].to_vec())),
    way("gone", |_| Some(Vec::new())),
    way("single quotes", |it| Some(it.replace('"', "'").into_bytes())),
    way("names without quotes", |it| {
        Some(it.replace("\"leader\"", "leader").replace("\"fields\"", "fields").into_bytes())
    }),
    way("null", |_| Some(b"null".to_vec())),
    way("a string", |_| Some(b"\"Harbours { [\"".to_vec())),
    way("an array", |_| Some(b"[1,[\"two\"]]".to_vec())),
    way("no record", |_| Some(b"{\"error\":\"timeout\",\"fields\":7}".to_vec())),
    way("words", |_| Some(b"Internal Server Error".to_vec())),
    way("words after it", |it| Some([it.as_bytes(), b" Total: 1"].concat())),
    way("words before it", |it| Some([b"Total: 1 ", it.as_bytes()].concat())),
    way("words in it", |it| change(it, "\"fields\"", ":", ": Page 17 of 20 ")),
    way("a remark", |it| change(it, "\"fields\"", ":", ": /* {[ */")),
    way("fields are null", |it| change(it, "", "\"fields\"", "\"fields\":null,\"fields\"")),
    way("tag is a number", |it| change(it, "", "\"300\"", "300")),
    splits("the whole record twice", |it| Some(format!("{it}\n{it}").into_bytes())),
    splits("the whole record twice with a comma", |it| Some(format!("{it},{it}").into_bytes())),
];

#[test]
fn no_other_record_in_json_is_lost_or_changed() {
    assert_none_harmed(try_all(FORMS, WAYS), 1_500);
}
