//! Forms of lines.

use super::{Form, Way, assert_none_harmed, fields, id, splits, try_all, way};
use kartoteka::Format;

/// A record in lines.
struct Text {
    /// Without line ends; the first begins the record.
    lines: Vec<String>,
    end: &'static str,
    /// What is after the last line.
    separator: &'static str,
    /// What is before the first subfield code.
    mark: &'static str,
}

impl Text {
    fn bytes(&self) -> Vec<u8> {
        self.with(|_| {})
    }

    /// Returns the record with other lines.
    fn with(&self, change: impl FnOnce(&mut Vec<String>)) -> Vec<u8> {
        let mut lines = self.lines.clone();
        change(&mut lines);
        let lines: String = lines.iter().map(|line| format!("{line}{}", self.end)).collect();
        (lines + self.separator).into_bytes()
    }

    /// Returns the record with another line in the middle, and the offset in it of a letter of its value.
    fn middle(&self, change: impl FnOnce(&mut String, usize)) -> Option<Vec<u8>> {
        let at = 3;
        let value = self.lines[at].find("r")?;
        Some(self.with(|lines| change(&mut lines[at], value)))
    }
}

fn text(lines: Vec<String>, separator: &'static str, mark: &'static str) -> Text {
    Text { lines, end: "\n", separator, mark }
}

fn marc(number: usize, leader: &str, control: &str, data: fn(&str, &str) -> String) -> Vec<String> {
    let mut lines = vec![leader.to_owned()];
    for (tag, value) in fields(number) {
        lines.push(if tag == "001" { format!("{control}{value}") } else { data(tag, &value) });
    }
    lines
}

fn mrk(number: usize) -> Text {
    let data = |tag: &str, value: &str| format!("={tag}  1\\$a{value}");
    text(marc(number, "=LDR  00000nam a2200000 a 4500", "=001  ", data), "\n", "$")
}

fn line(number: usize) -> Text {
    let data = |tag: &str, value: &str| format!("{tag} 1  $a {value}");
    text(marc(number, "00000nam a2200000 a 4500", "001 ", data), "\n", "$")
}

fn alma(number: usize) -> Text {
    let data = |tag: &str, value: &str| format!("{tag} 1 $a{value}");
    text(marc(number, "LEADER 00000nam a2200000 a 4500", "001 ", data), "\n", "$")
}

fn finnish(number: usize) -> Text {
    let data = |tag: &str, value: &str| format!("{tag} 1  ‡a{value}");
    text(marc(number, "LDR    00000nam a2200000 a 4500", "001    ", data), "", "‡")
}

fn display(number: usize) -> Text {
    let data = |tag: &str, value: &str| format!("{tag} 1  |a{value}|cof Łeba");
    text(marc(number, "LEADER 00000nam a2200000 a 4500", "001    ", data), "\n", "|")
}

fn columns(number: usize) -> Text {
    let data = |tag: &str, value: &str| format!("{tag} 1  {value}|cof Łeba");
    text(marc(number, "LEADER 00000nam a2200000 a 4500", "001    ", data), "\n", "|")
}

fn aleph(number: usize) -> Text {
    let data = |tag: &str, value: &str| format!("{tag}1  L $$a{value}");
    let lines = marc(number, "LDR   L 00000nam^a2200000^a^4500", "001   L ", data);
    let lines = lines.into_iter().map(|line| format!("{:09} {line}", number + 1)).collect();
    text(lines, "", "$$")
}

fn microlif(number: usize) -> Text {
    let data = |tag: &str, value: &str| format!("{tag}1 _a{value}^");
    let mut lines = marc(number, "LDR00000nam  2200000 a 4500^", "001", data);
    lines[1].push('^');
    let last = lines.last_mut().unwrap();
    last.pop();
    last.push('`');
    text(lines, "", "_")
}

/// Fields of IRBIS: the name of the worksheet first.
fn irbis(number: usize, data: fn(&str, &str) -> String) -> Vec<String> {
    let mut lines = vec![data("920", "PAZK")];
    lines.push(data("1", &id(number)));
    for (tag, value) in fields(number).into_iter().skip(1) {
        lines.push(data(tag, &format!("^A{value}")));
    }
    lines
}

fn exchange(number: usize) -> Text {
    text(irbis(number, |tag, value| format!("#{tag}: {value}")), "*****\n", "^")
}

fn server(number: usize) -> Text {
    let mut lines = vec![format!("{}#32", number + 1), "0#1".to_owned()];
    lines.extend(irbis(number, |tag, value| format!("{tag}#{value}")));
    Text { end: "\x1F\x1E", ..text(lines, "\r\n", "^") }
}

fn server_lines(number: usize) -> Text {
    Text { end: "\r\n", separator: "", ..server(number) }
}

fn cisis(number: usize) -> Text {
    let mut lines = vec![format!("!ID {:06}", number + 1)];
    lines.extend(irbis(number, |tag, value| format!("!v{tag:0>3}!{value}")));
    text(lines, "", "^")
}

const fn form(name: &'static str, format: Format, record: fn(usize) -> Text) -> Form<Text> {
    Form { name, format, head: "", between: "", tail: "", record, bytes: Text::bytes }
}

const FORMS: &[Form<Text>] = &[
    form("mrk", Format::Mrk, mrk),
    form("mrk with CR LF", Format::Mrk, |number| Text { end: "\r\n", separator: "\r\n", ..mrk(number) }),
    form("line", Format::Line, line),
    form("line with CR LF", Format::Line, |number| Text { end: "\r\n", separator: "\r\n", ..line(number) }),
    form("display of Alma", Format::Line, alma),
    form("text of the National Library of Finland", Format::Line, finnish),
    form("Aleph", Format::Aleph, aleph),
    form("Aleph with CR LF", Format::Aleph, |number| Text { end: "\r\n", ..aleph(number) }),
    form("display with |", Format::Display, display),
    form("display without the first code", Format::Display, columns),
    form("MicroLIF", Format::Microlif, microlif),
    form("exchange text", Format::IrbisText, exchange),
    form("exchange text with CR LF", Format::IrbisText, |number| Text {
        end: "\r\n",
        separator: "*****\r\n",
        ..exchange(number)
    }),
    form("server", Format::IrbisServer, server),
    form("server in lines", Format::IrbisServer, server_lines),
    form("id", Format::CisisId, cisis),
    form("id with CR LF", Format::CisisId, |number| Text { end: "\r\n", ..cisis(number) }),
];

const WAYS: &[Way<Text>] = &[
    way("separator lost", |it| {
        (!it.separator.is_empty()).then(|| Text { separator: "", ..it.copy() }.bytes())
    }),
    splits("separator doubled", |it| Some([&it.bytes(), it.separator.as_bytes()].concat())),
    splits("separator in the middle", |it| {
        Some(it.with(|lines| lines.insert(4, it.separator.trim_end().to_owned())))
    }),
    way("first line lost", |it| Some(it.with(|lines| drop(lines.remove(0))))),
    way("second line lost", |it| Some(it.with(|lines| drop(lines.remove(1))))),
    way("third line lost", |it| Some(it.with(|lines| drop(lines.remove(2))))),
    way("last line lost", |it| Some(it.with(|lines| drop(lines.pop())))),
    way("last line and separator lost", |it| {
        let text = Text { separator: "", ..it.copy() };
        Some(text.with(|lines| drop(lines.pop())))
    }),
    splits("first line doubled", |it| Some(it.with(|lines| lines.insert(0, lines[0].clone())))),
    splits("second line doubled", |it| Some(it.with(|lines| lines.insert(1, lines[1].clone())))),
    way("a line doubled", |it| Some(it.with(|lines| lines.insert(3, lines[3].clone())))),
    way("two lines swapped", |it| Some(it.with(|lines| lines.swap(3, 4)))),
    splits("first lines swapped", |it| (!it.is_bare()).then(|| it.with(|lines| lines.swap(0, 1)))),
    way("line end lost", |it| {
        Some(it.with(|lines| {
            let next = lines.remove(4);
            lines[3] += &next;
        }))
    }),
    way("line end after the first line lost", |it| {
        Some(it.with(|lines| {
            let next = lines.remove(1);
            lines[0] += &next;
        }))
    }),
    way("last line end lost", |it| {
        Some([it.lines.join(it.end).as_bytes(), it.separator.as_bytes()].concat())
    }),
    way("line end and separator lost", |it| Some(it.lines.join(it.end).into_bytes())),
    splits("line end is CR", |it| Some(replaced(it, it.end, "\r", 3))),
    splits("line end is LF", |it| Some(replaced(it, it.end, "\n", 3))),
    splits("line end is CR LF", |it| Some(replaced(it, it.end, "\r\n", 3))),
    way("all line ends are CR LF", |it| {
        let plain = String::from_utf8(it.bytes()).unwrap().replace("\r\n", "\n");
        Some(plain.replace('\n', "\r\n").into_bytes())
    }),
    way("all line ends are LF", |it| {
        Some(String::from_utf8(it.bytes()).unwrap().replace("\r\n", "\n").into_bytes())
    }),
    way("a line end in a value", |it| it.middle(|line, at| line.insert_str(at, it.end))),
    way("LF in a value", |it| it.middle(|line, at| line.insert(at, '\n'))),
    way("CR in a value", |it| it.middle(|line, at| line.insert(at, '\r'))),
    way("cut in a line", |it| {
        Some(it.with(|lines| {
            let cut = lines[3].len() - 3;
            lines[3].truncate(cut);
        }))
    }),
    way("cut in a value", |it| cut(it, 3, 3)),
    way("cut in the last value", |it| cut(it, it.lines.len() - 1, 3)),
    way("cut in the tag", |it| cut(it, 4, it.lines[4].len() - 2).filter(|_| !it.is_numbers())),
    way("cut in the first line", |it| cut(it, 0, 3).filter(|_| !it.is_numbers())),
    way("cut at a line end", |it| {
        let lines = &it.lines[..4];
        Some(lines.iter().map(|line| format!("{line}{}", it.end)).collect::<String>().into_bytes())
    }),
    splits("start cut off", |it| {
        let from = it.lines[0].len() + it.lines[1].len() + 2 * it.end.len() + it.lines[2].find("r")?;
        // Without a separator, what is left goes on with the record before.
        (!it.separator.is_empty()).then(|| it.bytes()[from..].to_vec())
    }),
    way("gone", |_| Some(Vec::new())),
    way("a mark before it", |it| Some([b"\xEF\xBB\xBF", it.bytes().as_slice()].concat())),
    way("a mark in a value", |it| it.middle(|line, at| line.insert(at, '\u{FEFF}'))),
    way("1A before it", |it| Some([b"\x1A", it.bytes().as_slice()].concat())),
    way("1A and a mark before it", |it| Some([b"\x1A\xEF\xBB\xBF", it.bytes().as_slice()].concat())),
    way("1A in a value", |it| it.middle(|line, at| line.insert(at, '\u{1A}'))),
    way("NUL in a value", |it| it.middle(|line, at| line.insert(at, '\0'))),
    way("1D in a value", |it| it.middle(|line, at| line.insert(at, '\u{1D}'))),
    way("a direction mark before a line", |it| it.middle(|line, _| line.insert(0, '\u{200E}'))),
    way("U+2028 in a value", |it| it.middle(|line, at| line.insert(at, '\u{2028}'))),
    way("a byte that is no UTF-8", |it| {
        let mut bytes = it.middle(|line, at| line.insert(at, '\u{7F}'))?;
        let at = bytes.iter().position(|byte| *byte == 0x7F)?;
        bytes[at] = 0xE9;
        Some(bytes)
    }),
    way("tag lost", |it| it.middle(|line, _| drop(line.drain(..4)))),
    way("tag of letters", |it| Some(it.with(|lines| lines[4] = lines[4].replace("300", "XYZ")))),
    way("tag of two digits", |it| Some(it.with(|lines| lines[4] = lines[4].replace("300", "30")))),
    way("mark lost", |it| Some(it.with(|lines| lines[3] = lines[3].replace(it.mark, "")))),
    way("mark doubled", |it| Some(it.with(|lines| lines[3] = lines[3].replace(it.mark, &it.mark.repeat(2))))),
    way("a letter lost", |it| it.middle(|line, at| line.replace_range(at + 1..at + 2, ""))),
    way("a letter doubled", |it| it.middle(|line, at| line.insert(at + 1, 'e'))),
    way("a letter of the first line lost", |it| Some(it.with(|lines| lines[0].replace_range(2..3, "")))),
    way("two letters of the first line lost", |it| Some(it.with(|lines| drop(lines[0].drain(1..3))))),
    way("blanks before a line", |it| it.middle(|line, _| line.insert_str(0, "  "))),
    way("blanks after a line", |it| it.middle(|line, _| line.push_str("   "))),
    way("an empty line in the middle", |it| Some(it.with(|lines| lines.insert(4, String::new())))),
    splits("words before it", |it| {
        // Where nothing separates records they go on with the line before, if the form has such lines.
        let is_apart = !it.separator.is_empty() || it.mark == "^";
        is_apart.then(|| [b"Total: 1 record\n", it.bytes().as_slice()].concat())
    }),
    way("words in it", |it| Some(it.with(|lines| lines.insert(4, "Page 17 of 20".to_owned())))),
    splits("words after it", |it| {
        (!it.separator.is_empty()).then(|| [it.bytes().as_slice(), b"- - -\n"].concat())
    }),
    splits("the whole record twice", |it| Some(it.bytes().repeat(2))),
];

impl Text {
    /// Whether only its first lines show where the record begins.
    fn is_bare(&self) -> bool {
        self.separator.is_empty() && self.mark == "^"
    }

    /// Whether the record begins with a number, which digits before it would join.
    fn is_numbers(&self) -> bool {
        self.lines[1] == "0#1"
    }

    fn copy(&self) -> Text {
        Text { lines: self.lines.clone(), ..*self }
    }
}

/// Returns the record with another line end after a line.
fn replaced(it: &Text, from: &str, to: &str, line: usize) -> Vec<u8> {
    let mut out = String::new();
    for (number, text) in it.lines.iter().enumerate() {
        out += text;
        out += if number == line { to } else { from };
    }
    (out + it.separator).into_bytes()
}

/// Returns the record up to a line without its last bytes.
fn cut(it: &Text, line: usize, without: usize) -> Option<Vec<u8>> {
    let mut out: String = it.lines[..line].iter().map(|line| format!("{line}{}", it.end)).collect();
    out += it.lines[line].get(..it.lines[line].len().checked_sub(without)?)?;
    Some(out.into_bytes())
}

#[test]
fn no_other_record_in_lines_is_lost_or_changed() {
    assert_none_harmed(try_all(FORMS, WAYS), 2_500);
}
