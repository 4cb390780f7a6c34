//! Forms of XML.
#![cfg(feature = "xml")]

use super::{Form, Way, assert_none_harmed, fields, splits, try_all, way};
use kartoteka::Format;

/// A record, and the names of its elements.
struct Element {
    text: String,
    names: Names,
}

/// The names of the elements of a form.
#[derive(Clone, Copy)]
struct Names {
    record: &'static str,
    leader: &'static str,
    data: &'static str,
    subfield: &'static str,
}

const SLIM: Names = Names { record: "record", leader: "leader", data: "datafield", subfield: "subfield" };
const PREFIXED: Names =
    Names { record: "m:record", leader: "m:leader", data: "m:datafield", subfield: "m:subfield" };

fn slim(number: usize, names: Names, break_: &str) -> Element {
    let Names { record, leader, data, subfield } = names;
    let control = data.replace("data", "control");
    let mut text = format!("<{record}>{break_}<{leader}>00000nam a2200000 a 4500</{leader}>{break_}");
    for (tag, value) in fields(number) {
        text += &match tag {
            "001" => format!("<{control} tag=\"001\">{value}</{control}>{break_}"),
            _ => format!(
                "<{data} tag=\"{tag}\" ind1=\"1\" ind2=\" \">{break_}<{subfield} code=\"a\">{value}</{subfield}>{break_}</{data}>{break_}"
            ),
        };
    }
    Element { text: text + &format!("</{record}>"), names }
}

fn turbo(number: usize) -> Element {
    let mut text = "<r>\n<l>00000nam a2200000 a 4500</l>\n".to_owned();
    for (tag, value) in fields(number) {
        text += &match tag {
            "001" => format!("<c001>{value}</c001>\n"),
            _ => format!("<d{tag} i1=\"1\" i2=\" \">\n<sa>{value}</sa>\n</d{tag}>\n"),
        };
    }
    let names = Names { record: "r", leader: "l", data: "d300", subfield: "sa" };
    Element { text: text + "</r>", names }
}

fn oai(number: usize) -> Element {
    let mut text =
        "<oai_marc status=\"n\">\n<fixfield id=\"LDR\">00000nam^a2200000^a^4500</fixfield>\n".to_owned();
    for (tag, value) in fields(number) {
        text += &match tag {
            "001" => format!("<fixfield id=\"001\">\"{value}\"</fixfield>\n"),
            _ => format!(
                "<varfield id=\"{tag}\" i1=\"1\" i2=\" \"><subfield label=\"a\">{value}</subfield></varfield>\n"
            ),
        };
    }
    let names = Names { record: "oai_marc", leader: "fixfield", data: "varfield", subfield: "subfield" };
    Element { text: text + "</oai_marc>", names }
}

const fn form(
    name: &'static str,
    format: Format,
    (head, between, tail): (&'static str, &'static str, &'static str),
    record: fn(usize) -> Element,
) -> Form<Element> {
    Form { name, format, head, between, tail, record, bytes: |it| it.text.clone().into_bytes() }
}

const COLLECTION: (&str, &str, &str) = (
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<collection xmlns=\"http://www.loc.gov/MARC21/slim\">\n",
    "\n",
    "\n</collection>\n",
);

const FORMS: &[Form<Element>] = &[
    form("MARCXML", Format::Marcxml, COLLECTION, |number| slim(number, SLIM, "\n  ")),
    form(
        "MARCXML in one line",
        Format::Marcxml,
        ("<collection xmlns=\"http://www.loc.gov/MARC21/slim\">", "", "</collection>"),
        |number| slim(number, SLIM, ""),
    ),
    form(
        "MARCXML with a prefix",
        Format::Marcxml,
        ("<m:collection xmlns:m=\"http://www.loc.gov/MARC21/slim\">\n", "\n", "\n</m:collection>"),
        |number| slim(number, PREFIXED, "\r\n\t"),
    ),
    form(
        "MARCXML in answers",
        Format::Marcxml,
        (
            "<OAI-PMH xmlns=\"http://www.openarchives.org/OAI/2.0/\"><ListRecords><item><metadata>",
            "</metadata></item>\n<item><metadata>",
            "</metadata></item></ListRecords></OAI-PMH>",
        ),
        |number| {
            let mut it = slim(number, SLIM, "\n");
            it.text = it.text.replacen("<record>", "<record xmlns=\"http://www.loc.gov/MARC21/slim\">", 1);
            it
        },
    ),
    form(
        "MarcXchange",
        Format::Marcxchange,
        ("<collection xmlns=\"info:lc/xmlns/marcxchange-v1\">\n", "\n", "\n</collection>"),
        |number| slim(number, SLIM, "\n"),
    ),
    form(
        "TurboMARC",
        Format::Turbomarc,
        ("<collection xmlns=\"http://www.indexdata.com/turbomarc\">\n", "\n", "\n</collection>"),
        turbo,
    ),
    form(
        "OAI MARC",
        Format::OaiMarc,
        ("<records xmlns=\"http://www.openarchives.org/OAI/1.1/oai_marc\">\n", "\n", "\n</records>"),
        oai,
    ),
];

impl Element {
    /// Replaces a piece of text at its first place after some other text.
    fn change(&self, after: &str, from: &str, to: &str) -> Option<Vec<u8>> {
        let text = &self.text;
        let start = text.find(after)? + after.len();
        let at = start + text[start..].find(from)?;
        Some(format!("{}{to}{}", &text[..at], &text[at + from.len()..]).into_bytes())
    }

    fn start(&self, name: &str) -> String {
        format!("<{name}")
    }

    fn end(&self, name: &str) -> String {
        format!("</{name}>")
    }

    fn cut(&self, at: &str, beyond: usize) -> Option<Vec<u8>> {
        self.text.get(..self.text.find(at)? + beyond).map(|text| text.as_bytes().to_vec())
    }

    /// Returns the record without the first tag that begins so.
    fn without(&self, start: &str) -> Option<Vec<u8>> {
        let at = self.text.find(start)?;
        let end = at + self.text[at..].find('>')? + 1;
        Some(format!("{}{}", &self.text[..at], &self.text[end..]).into_bytes())
    }
}

const WAYS: &[Way<Element>] = &[
    way("start of the record lost", |it| it.without(&it.start(it.names.record))),
    way("end of the record lost", |it| it.change("", &it.end(it.names.record), "")),
    splits("start of the record doubled", |it| {
        it.change("", &it.start(it.names.record), &format!("<{0}>\n<{0}", it.names.record))
    }),
    way("end of the record doubled", |it| {
        let end = it.end(it.names.record);
        it.change("", &end, &format!("{end}\n{end}"))
    }),
    way("start of the leader lost", |it| it.without(&it.start(it.names.leader))),
    way("end of the leader lost", |it| it.change("", &it.end(it.names.leader), "")),
    way("end of the leader doubled", |it| {
        let end = it.end(it.names.leader);
        it.change("", &end, &format!("{end}{end}"))
    }),
    way("start of a field lost", |it| it.without(&it.start(it.names.data))),
    way("end of a field lost", |it| it.change("", &it.end(it.names.data), "")),
    way("end of a field doubled", |it| {
        let end = it.end(it.names.data);
        it.change("", &end, &format!("{end}{end}"))
    }),
    way("start of a subfield lost", |it| it.without(&it.start(it.names.subfield))),
    way("end of a subfield lost", |it| it.change("", &it.end(it.names.subfield), "")),
    way("end of a subfield doubled", |it| {
        let end = it.end(it.names.subfield);
        it.change("", &end, &format!("{end}{end}"))
    }),
    way("end of the last subfield, field and record lost", |it| {
        Some(it.text.as_bytes()[..it.text.find("Lighthouses")? + 11].to_vec())
    }),
    way("end of the control field lost", |it| it.change(&super::WORDS[0][..0], "</c", "<c")),
    way("slash of an end lost", |it| it.change("Keeper", "</", "<")),
    splits("slash of the last end lost", |it| {
        let at = it.text.rfind("</")?;
        Some(format!("{}<{}", &it.text[..at], &it.text[at + 2..]).into_bytes())
    }),
    way("a start lost its end", |it| it.change(&it.start(it.names.data), ">", "")),
    way("the record's start lost its end", |it| it.change(&it.start(it.names.record), ">", "")),
    way("an end lost its end", |it| it.change("Keeper", ">", "")),
    way("the record's end lost its end", |it| Some(it.text.as_bytes()[..it.text.len() - 1].to_vec())),
    way("a start lost its beginning", |it| it.change("", &it.start(it.names.data), it.names.data)),
    way("the record's start lost its beginning", |it| Some(it.text.as_bytes()[1..].to_vec())),
    way("an end lost its beginning", |it| it.change("Keeper", "<", "")),
    way("a quote lost", |it| it.change(&it.start(it.names.data), "\"", "")),
    way("a quote after an attribute lost", |it| it.change("1=\"1", "\"", "")),
    way("a quote doubled", |it| it.change("1=\"1", "\"", "\"\"")),
    way("an attribute lost", |it| {
        it.change("", " ind1=\"1\"", "").or_else(|| it.change("", " i1=\"1\"", ""))
    }),
    way("a sign of equality lost", |it| it.change(&it.start(it.names.data), "=", "")),
    way("a bare &", |it| it.change("", "Keeper", "Kee & per")),
    way("a bare <", |it| it.change("", "Keeper", "Kee < per")),
    way("a bare < before a letter", |it| it.change("", "Keeper", "Kee <per")),
    way("a bare >", |it| it.change("", "Keeper", "Kee > per")),
    way("an unknown reference", |it| it.change("", "Keeper", "&Keeper;")),
    way("a reference to no character", |it| it.change("", "Keeper", "&#xFFFFFFFF;&#0;&#;")),
    way("a comment without an end", |it| it.change("", "Keeper", "<!-- Keeper")),
    way("a comment without an end in a record", |it| it.change("Keeper", ">", "><!-- ")),
    way("CDATA without an end", |it| it.change("", "Keeper", "<![CDATA[ Keeper")),
    way("an instruction without an end", |it| it.change("", "Keeper", "<? Keeper")),
    way("a declaration without an end", |it| it.change("", "Keeper", "<!DOCTYPE Keeper")),
    way("an end of CDATA", |it| it.change("", "Keeper", "Kee]]>per")),
    way("HTML in a value", |it| it.change("", "Keeper", "<b>Kee<br>per</i>")),
    way("another record's start in a value", |it| it.change("", "Keeper", &format!("<{}>", it.names.record))),
    way("another record's end in a value", |it| it.change("", "Keeper", &format!("</{}>", it.names.record))),
    way("an end of the collection", |it| it.change("Keeper", ">", "></collection>")),
    way("a declaration before it", |it| Some(format!("<?xml version=\"1.0\"?>{}", it.text).into_bytes())),
    way("NUL in a value", |it| it.change("", "Keeper", "Kee\0per")),
    way("1A in a value", |it| it.change("", "Keeper", "Kee\u{1A}per")),
    way("1A before it", |it| Some(format!("\u{1A}{}", it.text).into_bytes())),
    way("a mark before it", |it| Some(format!("\u{FEFF}{}", it.text).into_bytes())),
    way("a mark in a value", |it| it.change("", "Keeper", "Kee\u{FEFF}per")),
    way("a byte that is no UTF-8", |it| {
        let at = it.text.find("Keeper")?;
        Some([&it.text.as_bytes()[..at], b"\xE9", &it.text.as_bytes()[at..]].concat())
    }),
    way("cut in a value", |it| it.cut("Keeper", 3)),
    way("cut in a start", |it| it.cut(&it.start(it.names.data), 4)),
    way("cut in an attribute", |it| it.cut("1=\"1", 4)),
    way("cut in an end", |it| it.cut(&it.end(it.names.subfield), 4)),
    way("cut after a field", |it| it.cut(&it.end(it.names.data), it.names.data.len() + 3)),
    way("cut in the leader", |it| it.cut("00000nam", 6)),
    way("cut in the record's start", |it| it.cut(&it.start(it.names.record), 2)),
    way("start cut off", |it| Some(it.text.as_bytes()[it.text.find("Keeper")?..].to_vec())),
    way("gone", |_| Some(Vec::new())),
    way("names in capitals", |it| {
        Some(it.text.replace(it.names.data, &it.names.data.to_uppercase()).into_bytes())
    }),
    way("an end in capitals", |it| {
        it.change("", &it.end(it.names.data), &it.end(&it.names.data.to_uppercase()))
    }),
    way("the record's end in capitals", |it| {
        it.change("", &it.end(it.names.record), &it.end(&it.names.record.to_uppercase()))
    }),
    way("a prefix that nobody declared", |it| it.change("", &it.start(it.names.data), "<x:y")),
    way("words before it", |it| Some(format!("Total: 1 {}", it.text).into_bytes())),
    way("words in it", |it| it.change("Keeper", ">", ">Page 17 of 20")),
    way("words after it", |it| Some(format!("{} - - -", it.text).into_bytes())),
    splits("the whole record twice", |it| Some(format!("{0}\n{0}", it.text).into_bytes())),
];

#[test]
fn no_other_record_in_xml_is_lost_or_changed() {
    assert_none_harmed(try_all(FORMS, WAYS), 1_200);
}
