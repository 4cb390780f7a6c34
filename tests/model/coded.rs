//! Codes read, looked up and set: by hand for each kind of record, and for every code of every table.

use kartoteka::coded::{self, CodeList, Coded, Lang, Meaning};
use kartoteka::schema::{Codes, Set};
use kartoteka::{Dialect, Record};
#[cfg(feature = "testing")]
use {kartoteka::testing, proptest::collection::vec, proptest::prelude::*, proptest::sample::select};

fn record(leader: &str, fields: &[(&str, &str)]) -> Record {
    let builder = Record::builder().leader(leader);
    fields.iter().fold(builder, |builder, (tag, data)| builder.control_field(tag, data)).build().unwrap()
}

/// The texts of all values, without those of the leader.
fn lines(record: &Record) -> Vec<String> {
    let view = Coded::of(record.view());
    view.values().filter(|value| value.path().tag.is_some()).map(ToString::to_string).collect()
}

#[test]
fn a_book_of_marc_21() {
    let book = record(
        "00714cam a2200205 i 4500",
        &[("007", "ta"), ("008", "980220s1999    aj ac  j b    001 f aze|d")],
    );
    assert_eq!(
        lines(&book),
        [
            "007[0]/0 Category of material: t (Text)",
            "007[0]/1 Specific material designation: a (Regular print)",
            "008[0]/0-5 Date entered on file: 980220",
            "008[0]/6 Type of date/Publication status: s (Single known date/probable date)",
            "008[0]/7-10 Date 1: 1999",
            "008[0]/11-14 Date 2: ####",
            "008[0]/15-17 Place of publication, production, or execution: aj (Azerbaijan)",
            "008[0]/18-21 Illustrations: a (Illustrations), c (Portraits)",
            "008[0]/22 Target audience: j (Juvenile)",
            "008[0]/23 Form of item: # (None of the following)",
            "008[0]/24-27 Nature of contents: b (Bibliographies)",
            "008[0]/28 Government publication: # (Not a government publication)",
            "008[0]/29 Conference publication: 0 (Not a conference publication)",
            "008[0]/30 Festschrift: 0 (Not a festschrift)",
            "008[0]/31 Index: 1 (Index present)",
            "008[0]/33 Literary form: f (Novels)",
            "008[0]/34 Biography: # (No biographical material)",
            "008[0]/35-37 Language: aze (Azerbaijani)",
            "008[0]/38 Modified record: | (No attempt to code)",
            "008[0]/39 Cataloging source: d (Other)",
        ]
        .map(|line| line.to_owned())
    );
    let view = Coded::of(book.view());
    assert_eq!(view.get("LDR/05").unwrap().label(Lang::Ru), "Откорректированная запись");
    assert_eq!(view.get("leader/18").unwrap().meaning(), Meaning::Known("ISBD punctuation included"));
    assert_eq!(view.get("008/18-21").unwrap().label(Lang::Ru), "Иллюстрации, Портреты");
    assert_eq!(view.get("008/19").unwrap().to_string(), "008[0]/19 Illustrations: c (Portraits)");
    assert_eq!(view.get("008/07").unwrap().raw(), "1");
    assert!(view.get("008/15").is_none() && view.get("008/32").is_none() && view.get("009").is_none());
    assert_eq!(view.reading(), Dialect::Marc21);
}

#[test]
fn how_a_code_stands_to_its_list() {
    let book = record("00714cam a2200205zi 4500", &[("008", "980220s1999    ajrad|?j      000 c scr x")]);
    let view = Coded::of(book.view());
    let at = |path: &str| view.get(path).unwrap().meaning();
    assert_eq!(at("008/15-17"), Meaning::Obsolete("Azerbaijan S.S.R."));
    assert_eq!(at("008/35-37"), Meaning::Obsolete("Croatian"));
    assert_eq!(at("008/33"), Meaning::Obsolete("Comic strips"));
    assert_eq!(at("008/20"), Meaning::Fill);
    assert_eq!(at("008/21"), Meaning::Unknown);
    assert_eq!(at("008/11-14"), Meaning::Blank);
    assert_eq!(at("008/07-10"), Meaning::Free);
    assert_eq!(at("008/34"), Meaning::Known("No biographical material"));
    assert_eq!(view.get("008/33").unwrap().label(Lang::En), "Comic strips");
}

#[test]
fn each_material_has_its_positions() {
    // Leader/06-07, and a position with a code that only this material has there.
    for (kind, path, code, label) in [
        ("am", "008/33", "p", "Poetry"),
        ("as", "008/18", "q", "Quarterly"),
        ("cm", "008/18-19", "sy", "Symphonies"),
        ("em", "008/25", "e", "Atlas"),
        ("gm", "008/33", "v", "Videorecording"),
        ("mm", "008/26", "b", "Computer program"),
        ("pc", "008/23", "r", "Regular print reproduction"),
    ] {
        let mut record = record(&format!("00000n{kind} a2200000 i 4500"), &[]);
        coded::set(&mut record, path, code).unwrap();
        let text = record.field("008").unwrap().lead().to_str().unwrap().into_owned();
        assert_eq!(text.len(), 40, "{kind} {text:?}");
        let view = Coded::of(record.view());
        assert_eq!(view.get(path).unwrap().label(Lang::En), label);
        // What was not set is not coded, and nothing of it is unknown.
        let wrong = view.values().filter(|value| value.meaning() == Meaning::Unknown).count();
        assert_eq!(wrong, 0, "{kind} {text:?}");
    }
}

#[test]
fn authorities_holdings_and_classification() {
    for (leader, path, code, label, russian, length) in [
        ("00000nz  a2200000n  4500", "008/09", "a", "Established heading", "Установленная точка доступа", 40),
        ("00000ny  a22000003n 4500", "008/06", "4", "Currently received", "Поступает", 32),
        ("00000nx  a22000001n 4500", "008/12", "8", "Permanently retained", "Постоянное хранение", 32),
        (
            "00000nw  a2200000n  4500",
            "008/07",
            "c",
            "Summary number span",
            "Обобщающий диапазон индексов",
            14,
        ),
    ] {
        let mut record = record(leader, &[]);
        coded::set(&mut record, path, label).unwrap();
        assert_eq!(record.field("008").unwrap().lead().len(), length, "{leader}");
        let view = Coded::of(record.view());
        let value = view.get(path).unwrap();
        assert_eq!(
            (value.raw(), value.label(Lang::En).as_str(), value.label(Lang::Ru).as_str()),
            (code, label, russian)
        );
    }
    let authority = record("00000nz  a2200000o  4500", &[]);
    assert_eq!(
        Coded::of(authority.view()).get("LDR/17").unwrap().label(Lang::En),
        "Incomplete authority record"
    );
}

fn unimarc(agency: &str) -> Record {
    Record::builder()
        .leader("00000nam0 2200000   450 ")
        .data_field("100", "  ", [('a', "20260114d1999    km y0rusy50      ca")])
        .data_field("101", "1 ", [('a', "rus"), ('c', "aze")])
        .data_field("102", "  ", [('a', "AZ")])
        .data_field("105", "  ", [('a', "ac  z   00|a|")])
        .data_field("181", "  ", [('a', "i "), ('b', "xxxe")])
        .data_field("200", "1 ", [('a', "Лейли и Меджнун")])
        .data_field("702", " 1", [('a', "Липскеров"), ('4', "730")])
        .data_field("801", " 0", [('a', agency), ('b', "KART")])
        .build()
        .unwrap()
}

#[test]
fn unimarc_and_rusmarc_in_two_languages() {
    for (agency, dialect) in [("AZ", Dialect::Unimarc), ("RU", Dialect::Rusmarc)] {
        let record = unimarc(agency);
        let view = Coded::of(record.view());
        assert_eq!(view.reading(), dialect);
        let label =
            |path: &str, lang| view.get(path).unwrap_or_else(|| panic!("{dialect} {path}")).label(lang);
        assert_eq!(label("105$a/11", Lang::En), "fiction", "{dialect}");
        assert_eq!(label("105$a/11", Lang::Ru), "художественная литература", "{dialect}");
        assert_eq!(label("105$a/00-03", Lang::En), "illustrations, portraits", "{dialect}");
        assert_eq!(label("105$a/0-3", Lang::Ru), "иллюстрации, портреты", "{dialect}");
        assert_eq!(label("100$a/22-24", Lang::Ru), "русский", "{dialect}");
        assert_eq!(label("100$a/34-35", Lang::Ru), "кириллическая", "{dialect}");
        assert_eq!(label("101$c", Lang::En), "Azerbaijani", "{dialect}");
        assert_eq!(label("102$a", Lang::Ru), "Азербайджан", "{dialect}");
        assert_eq!(label("181$a/00", Lang::En), "text", "{dialect}");
        assert_eq!(label("702$4", Lang::En), "Translator", "{dialect}");
        assert_eq!(label("702$4", Lang::Ru), "переводчик", "{dialect}");
        assert_eq!(view.get("105$a/12").unwrap().meaning(), Meaning::Fill);
        assert_eq!(
            view.get("LDR/08").unwrap().label(Lang::Ru),
            "иерархическая связь отсутствует",
            "{dialect}"
        );
    }
}

#[test]
fn lists_in_subfields() {
    let record = Record::builder()
        .data_field("041", "1 ", [('a', "engfre"), ('a', "aze"), ('h', "xyz")])
        .data_field("041", "17", [('a', "en"), ('2', "iso639-1")])
        .data_field("043", "  ", [('a', "a-aj---"), ('a', "e-ru")])
        .data_field("044", "  ", [('a', "aj")])
        .data_field("245", "10", [('a', "Divan")])
        .data_field("700", "1 ", [('a', "Füzuli"), ('4', "aut")])
        .build()
        .unwrap();
    assert_eq!(
        lines(&record),
        [
            "041[0]$a[0] Language Code: eng (English), fre (French)",
            "041[0]$a[1] Language Code: aze (Azerbaijani)",
            "041[0]$h[0] Language Code: xyz",
            "041[1]$a[0] Language Code: en",
            "043[0]$a[0] Geographic Area Code: a-aj--- (Azerbaijan)",
            "043[0]$a[1] Geographic Area Code: e-ru",
            "044[0]$a[0] Country of Publishing/Producing Entity Code: aj (Azerbaijan)",
            "700[0]$4[0] Added Entry - Personal Name: aut (Author)",
        ]
    );
    let view = Coded::of(record.view());
    assert_eq!(view.all("041$a").count(), 3);
    let languages = view.get("041$a").unwrap();
    let paths: Vec<String> = languages.codes().map(|code| code.path().to_string()).collect();
    assert_eq!(paths, ["041[0]$a[0]/0-2", "041[0]$a[0]/3-5"]);
    assert_eq!(view.get("041[1]$a").unwrap().meaning(), Meaning::Free);
    assert_eq!(view.get("041$h").unwrap().meaning(), Meaning::Unknown);
}

#[test]
fn codes_are_set_by_code_and_by_label() {
    let mut book = record("00000nam a2200000 i 4500", &[("008", "990101s1999    aj            000 0 aze d")]);
    for (path, value) in [
        ("008/33", "роман"),
        ("008/33", "c"),
        ("008/33", "qq"),
        ("008/07-10", "199"),
        ("008/15-17", "zzz"),
        ("008/15-17", "ajr"),
        ("008/18-21", "abcde"),
        ("008/18-21", "a?"),
        ("008/32", " "),
        ("009", "x"),
        ("LDR/05", "z"),
        ("100$z", "x"),
        ("nowhere", "x"),
        ("007/01", "a"),
    ] {
        let before = book.clone();
        assert!(coded::set(&mut book, path, value).is_err(), "{path} {value}");
        assert_eq!(book, before);
    }
    for (path, value, expected) in [
        ("008/33", "романы", "990101s1999    aj            000 f aze d"),
        ("008/18-21", "Maps, Portraits", "990101s1999    aj bc         000 f aze d"),
        ("008/19", "a", "990101s1999    aj ba         000 f aze d"),
        ("008/18-21", "No illustrations", "990101s1999    aj            000 f aze d"),
        ("008/15-17", "Kazakhstan", "990101s1999    kz            000 f aze d"),
        ("008/35-37", "казахский", "990101s1999    kz            000 f kaz d"),
        ("008/07-10", "2021", "990101s2021    kz            000 f kaz d"),
        ("008/22", "#", "990101s2021    kz            000 f kaz d"),
        ("008/24-27", "|", "990101s2021    kz       |||| 000 f kaz d"),
    ] {
        coded::set(&mut book, path, value).unwrap();
        assert_eq!(book.field("008").unwrap().lead(), expected, "{path} {value}");
    }
    coded::set(&mut book, "LDR/18", "ISBD punctuation omitted").unwrap();
    assert_eq!(book.leader().unwrap().to_string(), "00000nam a2200000 c 4500");
    coded::set(&mut book, "007/00", "c").unwrap();
    coded::set(&mut book, "007/01", "o").unwrap();
    assert_eq!(book.field("007").unwrap().lead(), "co |||||||||||");
    coded::set(&mut book, "006/00", "Computer file").unwrap();
    coded::set(&mut book, "006/09", "d").unwrap();
    assert_eq!(book.field("006").unwrap().lead(), "m    ||  d |      ");
    coded::set(&mut book, "041$a", "kaz").unwrap();
    coded::set(&mut book, "041$h", "Russian").unwrap();
    assert_eq!(book.field("041").unwrap().to_string(), "041 ## $akaz$hrus");
    let tags: Vec<String> = book.fields().map(|field| field.tag().to_string()).collect();
    assert_eq!(tags, ["006", "007", "008", "041"]);
    // A field that lost its end gets it back.
    let mut short = record("00000nam a2200000 i 4500", &[("008", "990101s1999")]);
    coded::set(&mut short, "008/35-37", "eng").unwrap();
    assert_eq!(short.field("008").unwrap().lead(), "990101s1999||||||||||||||||||||| ||eng||");
}

#[test]
fn coded_data_of_unimarc_are_made() {
    let mut record = Record::builder().leader("00000nam0 2200000   450 ").build().unwrap();
    let mut set = |path, value| coded::set_as(&mut record, Dialect::Rusmarc, path, value).unwrap();
    set("100$a/00-07", "20260114");
    set("100$a/08", "d");
    set("100$a/09-12", "1999");
    set("100$a/17-19", "km");
    set("100$a/22-24", "русский");
    set("105$a/11", "поэтические произведения");
    set("102$a", "Азербайджан");
    let fields: Vec<String> = record.fields().map(|field| field.to_string()).collect();
    assert_eq!(
        fields,
        ["100 ## $a20260114d1999||||km ||rus|||||||||||", "102 ## $aAZ", "105 ## $a|||||||||||g|"]
    );
}

/// A type, a place, and the codes there with whether they were withdrawn.
type Place = (String, String, Vec<(String, bool)>);

/// Every element with codes.
fn elements(set: Set) -> Vec<Place> {
    let schema = set.rules().schema();
    let mut found = Vec::new();
    for (tag, field) in &schema.fields {
        let types = field.types.iter().map(|(name, value)| (name.as_str(), String::new(), value));
        let subfields = field.subfields.iter().flatten();
        let subfields = subfields.map(|(code, subfield)| ("", format!("${code}"), &subfield.value));
        for (kind, code, value) in types.chain([("", String::new(), &field.value)]).chain(subfields) {
            for position in &value.positions {
                let Some(codes) = position.codes.as_ref().or(position.flags.as_ref()) else { continue };
                let list = schema.codes(codes).unwrap();
                let codes = list.iter().map(|(code, one)| (code.clone(), one.deprecated)).collect();
                found.push((kind.to_owned(), format!("{tag}{code}/{}", position.name), codes));
            }
            if let Some(Codes::List(name)) = &value.codes {
                let list = &schema.codelists[name];
                let codes = list.iter().map(|(code, one)| (code.clone(), one.deprecated)).collect();
                found.push((kind.to_owned(), format!("{tag}{code}"), codes));
            }
        }
    }
    found
}

#[test]
fn every_code_of_every_table_is_set_and_read_again() {
    let mut sum = 0;
    for (set, dialect, leader) in [
        (Set::Marc21Bib, Dialect::Marc21, "00000nam a2200000 i 4500"),
        (Set::Marc21Auth, Dialect::Marc21, "00000nz  a2200000n  4500"),
        (Set::Marc21Holdings, Dialect::Marc21, "00000nx  a22000001n 4500"),
        (Set::Marc21Class, Dialect::Marc21, "00000nw  a2200000n  4500"),
        (Set::UnimarcBib, Dialect::Unimarc, "00000nam0 2200000   450 "),
        (Set::RusmarcBib, Dialect::Rusmarc, "00000nam0 2200000   450 "),
        (Set::UnimarcAuth, Dialect::Unimarc, "00000nx  a2200000   45  "),
        (Set::RusmarcAuth, Dialect::Rusmarc, "00000nx  a2200000   45  "),
    ] {
        for (kind, path, codes) in elements(set) {
            let mut record = record(leader, &[]);
            let (leader_kind, first) = match kind.as_str() {
                "CR" => ("as", "s"),
                "MU" => ("cm", "c"),
                "MP" => ("em", "e"),
                "VM" => ("gm", "g"),
                "CF" => ("mm", "m"),
                "MX" => ("pm", "p"),
                _ => ("am", "a"),
            };
            if path.starts_with("008") && !kind.is_empty() {
                record = self::record(&format!("00000n{leader_kind} a2200000 i 4500"), &[]);
            }
            let first = kind.strip_prefix("007").unwrap_or(first);
            if path.starts_with("006/") || path.starts_with("007/") {
                if !path.ends_with("/00") {
                    coded::set_as(&mut record, dialect, &format!("{}/00", &path[..3]), first).unwrap();
                }
            }
            for (code, deprecated) in codes {
                // A range of numbers, and leader/06 of another format.
                if code.contains('-') && code.len() > 3 && code.as_bytes()[0].is_ascii_digit() {
                    continue;
                }
                let mut copy = record.clone();
                let done = coded::set_as(&mut copy, dialect, &path, &code);
                assert_eq!(done.is_err(), deprecated, "{set} {path} {code:?}: {done:?}");
                if deprecated || path == "LDR/06" {
                    continue;
                }
                let view = Coded::with_dialect(copy.view(), dialect);
                let value = view.get(&path).unwrap_or_else(|| panic!("{set} {path} {code:?}"));
                let read: Vec<_> = value.codes().map(|code| code.raw().trim_end().to_owned()).collect();
                let is_fill = code.chars().all(|character| character == '|');
                assert!(is_fill || read == [code.trim_end()], "{set} {path} {code:?}: {read:?}");
                sum += 1;
            }
        }
    }
    assert!(sum > 20_000, "{sum}");
}

#[test]
fn labels_lead_back_to_codes() {
    let languages = CodeList::named("languages").unwrap();
    for (code, english, russian) in [
        ("rus", "Russian", "русский"),
        ("aze", "Azerbaijani", "азербайджанский"),
        ("per", "Persian", "персидский"),
    ] {
        assert_eq!(languages.label(code, Lang::En), Some(english));
        assert_eq!(languages.label(code, Lang::Ru), Some(russian));
        assert_eq!((languages.code(english), languages.code(russian)), (Some(code), Some(code)));
    }
    assert_eq!(languages.label("xyz", Lang::En), None);
    assert_eq!(languages.code("Klingonese"), None);
    assert_eq!(CodeList::named("relators").unwrap().code("редактор"), Some("edt"));
    assert_eq!(CodeList::named("areas").unwrap().label("a-aj---", Lang::En), Some("Azerbaijan"));
    assert!(CodeList::named("countries").unwrap().is_obsolete("ajr"));
    assert_eq!(CodeList::NAMES.len(), 7);
}

#[cfg(feature = "testing")]
proptest! {
    #[test]
    fn any_bytes_are_read_and_set(pieces in vec(prop_oneof![
        vec(any::<u8>(), 0..50),
        "[0-9a-z |#]{0,45}".prop_map(String::into_bytes),
        select(vec![
            "00714cam a2200205 i 4500", "00714cas a2200205 i 4500", "00714nz  a2200205n  4500",
            "980220s1999    aj ac  j  b    001 f bcaze|d", "20260114d1999    km y0rusy50      ca", "engfre", "ta",
            "s  xpo||| |0   a0", "f", "Poetry", "rus",
        ]).prop_map(|text| text.as_bytes().to_vec()),
    ], 7)) {
        testing::fixed_fields(&pieces.join(&0xFF));
    }
}
