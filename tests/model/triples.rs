//! Ten books, each as a record of MARC 21, of RUSMARC and of IRBIS: their descriptions are those of the book.
//!
//! Their snapshots are compared whole. What is left out says where a value comes from and how it is written there: paths,
//! `raw`, roles and schemes in the words of the record. What may differ beyond that is in [`LOSSES`], which was fixed before
//! the records were made.

use kartoteka::model::Bib;
use kartoteka::{Dialect, Record};

use crate::common::irbis_record;

/// A book, as its title page has it.
struct Book {
    title: &'static str,
    subtitle: &'static str,
    family: &'static str,
    given: &'static str,
    /// The second agent: family name, given name, code of MARC 21, code of UNIMARC.
    other: (&'static str, &'static str, &'static str, &'static str),
    isbn: &'static str,
    place: &'static str,
    publisher: &'static str,
    year: i32,
    pages: u32,
    /// Pages and centimetres, in the language of the catalogue.
    units: (&'static str, &'static str),
    language: &'static str,
    /// MARC and ISO 3166.
    country: (&'static str, &'static str),
    series: &'static str,
    volume: &'static str,
    subject: &'static str,
    subdivision: &'static str,
}

#[rustfmt::skip]
const BOOKS: [Book; 10] = [
    Book { title: "Евгений Онегин", subtitle: "роман в стихах", family: "Пушкин", given: "А. С.", other: ("Лотман", "Ю. М.", "edt", "340"), isbn: "9785170800001", place: "Москва", publisher: "Наука", year: 1999, pages: 287, units: ("с.", "см"), language: "rus", country: ("ru", "RU"), series: "Литературные памятники", volume: "12", subject: "Русская литература", subdivision: "Поэзия" },
    Book { title: "Слово о полку Игореве", subtitle: "перевод и комментарии", family: "Лихачев", given: "Д. С.", other: ("Зимин", "А. А.", "trl", "730"), isbn: "5020113026", place: "Ленинград", publisher: "Советский писатель", year: 1985, pages: 498, units: ("с.", "см"), language: "rus", country: ("ru", "RU"), series: "Библиотека поэта", volume: "3", subject: "Древнерусская литература", subdivision: "Памятники" },
    Book { title: "Leyli və Məcnun", subtitle: "poema", family: "Füzuli", given: "Məhəmməd", other: ("Araslı", "Həmid", "com", "220"), isbn: "9789952340006", place: "Bakı", publisher: "Yazıçı", year: 2004, pages: 320, units: ("s.", "sm"), language: "aze", country: ("aj", "AZ"), series: "Azərbaycan klassikləri", volume: "7", subject: "Azərbaycan ədəbiyyatı", subdivision: "Poeziya" },
    Book { title: "Abay joly", subtitle: "roman-epopeya", family: "Äuezov", given: "Mūhtar", other: ("Qabdolov", "Zeinolla", "edt", "340"), isbn: "9786010100008", place: "Almaty", publisher: "Jazuşy", year: 2021, pages: 512, units: ("bet", "sm"), language: "kaz", country: ("kz", "KZ"), series: "Qazaq prozasy", volume: "1", subject: "Qazaq ädebieti", subdivision: "Roman" },
    Book { title: "The flat land", subtitle: "a romance of many dimensions", family: "Abbott", given: "Edwin", other: ("Stewart", "Ian", "ann", "020"), isbn: "9780465011230", place: "New York", publisher: "Basic Books", year: 2002, pages: 239, units: ("pages", "cm"), language: "eng", country: ("xxu", "US"), series: "Mathematical classics", volume: "4", subject: "Fourth dimension", subdivision: "Fiction" },
    Book { title: "Computer applications in shipbuilding", subtitle: "proceedings", family: "Vieira", given: "Claudio", other: ("Kuo", "Chengi", "edt", "340"), isbn: "0444897283", place: "Amsterdam", publisher: "North-Holland", year: 1992, pages: 376, units: ("pages", "cm"), language: "eng", country: ("ne", "NL"), series: "IFIP transactions", volume: "B-5", subject: "Shipbuilding", subdivision: "Automation" },
    Book { title: "شاهنامه", subtitle: "متن کامل", family: "فردوسی", given: "ابوالقاسم", other: ("خالقی", "جلال", "edt", "340"), isbn: "9789640000007", place: "تهران", publisher: "امیرکبیر", year: 2010, pages: 640, units: ("ص.", "سم"), language: "per", country: ("ir", "IR"), series: "متون کهن", volume: "2", subject: "شعر فارسی", subdivision: "تاریخ" },
    Book { title: "Война и мир", subtitle: "роман в четырех томах", family: "Толстой", given: "Л. Н.", other: ("Бирюков", "П. И.", "aui", "080"), isbn: "5280000019", place: "Москва", publisher: "Художественная литература", year: 1978, pages: 703, units: ("с.", "см"), language: "rus", country: ("ru", "RU"), series: "Классика", volume: "22", subject: "Отечественная война 1812 г.", subdivision: "Романы" },
    Book { title: "Dədə Qorqud", subtitle: "dastan", family: "Təhmasib", given: "M. H.", other: ("Zeynalov", "Fərhad", "com", "220"), isbn: "9789952450002", place: "Bakı", publisher: "Öndər", year: 1988, pages: 265, units: ("s.", "sm"), language: "aze", country: ("aj", "AZ"), series: "Folklor", volume: "15", subject: "Dastanlar", subdivision: "Mətnlər" },
    Book { title: "Principles of cataloguing", subtitle: "with examples", family: "Cutter", given: "Charles", other: ("Lubetzky", "Seymour", "aui", "080"), isbn: "9780838900000", place: "Chicago", publisher: "American Library Association", year: 1969, pages: 173, units: ("pages", "cm"), language: "eng", country: ("xxu", "US"), series: "Library science", volume: "9", subject: "Cataloging", subdivision: "Handbooks" },
];

/// Elements and the kinds of their entries that a format has not, or has for itself; `*` is all of them.
#[cfg(feature = "serde")]
const LOSSES: [(&str, &str, &str); 5] = [
    ("publication", "coded", "IRBIS has the date of the imprint alone"),
    ("admin", "*", "it is about the record, and not about the book"),
    ("coded", "*", "the positions are those of a format"),
    ("links", "*", "they are numbers of fields"),
    ("items", "status", "IRBIS alone has the status of a copy"),
];

fn marc21(book: &Book) -> Record {
    let (family, given, role, _) = book.other;
    let coded = format!("260114s{}    {:3}           000 0 {} d", book.year, book.country.0, book.language);
    Record::builder()
        .leader("00000nam a2200000 i 4500")
        .control_field("008", coded)
        .data_field("020", "  ", [('a', book.isbn), ('q', "(hbk.)")])
        .data_field("080", "  ", [('a', "821.0")])
        .data_field("084", "  ", [('a', "84(0)"), ('2', "rubbk")])
        .data_field(
            "100",
            "1 ",
            [('a', format!("{}, {},", book.family, book.given)), ('e', "author.".to_owned())],
        )
        .data_field(
            "245",
            "10",
            [
                ('a', format!("{} :", book.title)),
                ('b', format!("{} /", book.subtitle)),
                ('c', format!("{}.", book.family)),
            ],
        )
        .data_field("250", "  ", [('a', "2nd ed.")])
        .data_field(
            "264",
            " 1",
            [
                ('a', format!("{} :", book.place)),
                ('b', format!("{},", book.publisher)),
                ('c', format!("{}.", book.year)),
            ],
        )
        .data_field(
            "300",
            "  ",
            [
                ('a', format!("VIII, {} {} :", book.pages, book.units.0)),
                ('b', "maps ;".to_owned()),
                ('c', format!("24 {}", book.units.1)),
            ],
        )
        .data_field("490", "0 ", [('a', format!("{} ;", book.series)), ('v', book.volume.to_owned())])
        .data_field("500", "  ", [('a', "Printed on grey paper")])
        .data_field("504", "  ", [('a', "Bibliography: p. 9")])
        .data_field("520", "  ", [('a', "A book about itself")])
        .data_field("650", " 4", [('a', book.subject.to_owned()), ('x', format!("{}.", book.subdivision))])
        .data_field("653", "  ", [('a', "test")])
        .data_field("700", "1 ", [('a', format!("{family}, {given},")), ('4', role.to_owned())])
        .data_field("852", "  ", [('b', "Hall"), ('p', "E004")])
        .data_field("856", "40", [('u', "https://example.org/book"), ('y', "Full text")])
        .build()
        .unwrap()
}

fn rusmarc(book: &Book) -> Record {
    let (family, given, _, role) = book.other;
    let coded = format!("20260114d{}    k  y0rusy50      ca", book.year);
    Record::builder()
        .leader("00000nam0 2200000   450 ")
        .data_field("010", "  ", [('a', book.isbn), ('b', "hbk.")])
        .data_field("100", "  ", [('a', coded)])
        .data_field("101", "0 ", [('a', book.language)])
        .data_field("102", "  ", [('a', book.country.1)])
        .data_field("200", "1 ", [('a', book.title), ('e', book.subtitle), ('f', book.family)])
        .data_field("205", "  ", [('a', "2nd ed.")])
        .data_field("210", "  ", [('a', book.place), ('c', book.publisher), ('d', &book.year.to_string())])
        .data_field(
            "215",
            "  ",
            [
                ('a', format!("VIII, {} {}", book.pages, book.units.0)),
                ('c', "maps".to_owned()),
                ('d', format!("24 {}", book.units.1)),
            ],
        )
        .data_field("225", "1 ", [('a', book.series), ('v', book.volume)])
        .data_field("300", "  ", [('a', "Printed on grey paper")])
        .data_field("320", "  ", [('a', "Bibliography: p. 9")])
        .data_field("330", "  ", [('a', "A book about itself")])
        .data_field("606", "1 ", [('a', book.subject), ('x', book.subdivision)])
        .data_field("610", "0 ", [('a', "test")])
        .data_field("675", "  ", [('a', "821.0")])
        .data_field("686", "  ", [('a', "84(0)"), ('2', "rubbk")])
        .data_field("700", " 1", [('a', book.family), ('b', book.given), ('4', "070")])
        .data_field("702", " 1", [('a', family), ('b', given), ('4', role)])
        .data_field("801", " 0", [('a', "RU"), ('b', "KART")])
        .data_field("856", "4 ", [('u', "https://example.org/book"), ('2', "Full text")])
        .data_field("899", "  ", [('b', "Hall"), ('p', "E004")])
        .build()
        .unwrap()
}

fn irbis(book: &Book) -> Record {
    let (family, given, _, role) = book.other;
    let fields: [(&str, String); 22] = [
        ("920", "PAZK".to_owned()),
        ("10", format!("^a{}^Bhbk.", book.isbn)),
        ("101", book.language.to_owned()),
        ("102", book.country.1.to_owned()),
        ("200", format!("^A{}^E{}^F{}", book.title, book.subtitle, book.family)),
        ("205", "^A2nd ed.".to_owned()),
        ("210", format!("^C{}^A{}^D{}", book.publisher, book.place, book.year)),
        ("215", format!("^AVIII, {}^1{}^Cmaps^D24 {}", book.pages, book.units.0, book.units.1)),
        ("225", format!("^A{}^V{}", book.series, book.volume)),
        ("300", "Printed on grey paper".to_owned()),
        ("320", "Bibliography: p. 9".to_owned()),
        ("331", "A book about itself".to_owned()),
        ("606", format!("^A{}^B{}", book.subject, book.subdivision)),
        ("610", "test".to_owned()),
        ("675", "821.0".to_owned()),
        ("621", "84(0)".to_owned()),
        ("700", format!("^A{}^B{}", book.family, book.given)),
        ("702", format!("^A{family}^B{given}^4{role} ред.")),
        ("900", "^Ta^B05".to_owned()),
        ("903", "K/1".to_owned()),
        ("910", "^A0^HE004^DHall".to_owned()),
        ("951", "^Ihttps://example.org/book^TFull text".to_owned()),
    ];
    irbis_record(fields.iter().map(|(tag, body)| (tag.parse().unwrap(), body.as_str())))
}

/// Whether the table of losses has a kind of an element.
#[cfg(feature = "serde")]
fn is_lost(element: &str, kind: &str) -> bool {
    LOSSES.iter().any(|(of, what, _)| *of == element && (*what == kind || *what == "*"))
}

/// The snapshot without what says where a value comes from, and without the losses.
#[cfg(feature = "serde")]
fn comparable(record: &Record) -> serde_json::Value {
    use serde_json::Value;

    let mut snapshot: Value = serde_json::from_str(&Bib::of(record.view()).json()).unwrap();
    let elements = snapshot.as_object_mut().unwrap();
    elements.remove("reading");
    for (element, entries) in elements {
        let entries = entries.as_array_mut().unwrap();
        entries.retain(|entry| !is_lost(element, entry["kind"].as_str().unwrap_or_default()));
        for entry in entries.iter_mut().map(|entry| entry.as_object_mut().unwrap()) {
            // The kind of an item is its field.
            let is_source = |name: &str| {
                matches!(name, "path" | "pair" | "raw")
                    || element == "items" && matches!(name, "kind" | "status")
            };
            entry.retain(|name, _| !is_source(name));
            if let Some(date) = entry.get_mut("date").and_then(Value::as_object_mut) {
                date.remove("raw");
            }
            if let Some(parts) = entry.get_mut("parts").and_then(Value::as_array_mut) {
                parts.retain(|part| !matches!(part["kind"].as_str(), Some("role" | "scheme" | "status")));
            }
        }
        // The order of notes and numbers is that of the tags.
        entries.sort_by_key(ToString::to_string);
    }
    snapshot
}

#[test]
#[cfg(feature = "serde")]
fn snapshots_of_a_book_are_equal() {
    for book in &BOOKS {
        let [one, two, three] = [marc21(book), rusmarc(book), irbis(book)].map(|record| comparable(&record));
        let mut different = Vec::new();
        for (name, other) in [("RUSMARC", &two), ("IRBIS", &three)] {
            let elements =
                one.as_object().unwrap().iter().filter(|(name, entries)| **entries != other[*name]);
            different.extend(elements.map(|(element, own)| format!("{own}\n{name}: {}", other[element])));
        }
        assert!(different.is_empty(), "{}: {}", book.title, different.join("\n\n"));
        for element in
            ["titles", "agents", "identifiers", "publication", "extent", "series", "languages", "countries"]
        {
            assert!(!one[element].as_array().unwrap().is_empty(), "{element}");
        }
        for element in ["edition", "subjects", "classification", "notes", "electronic", "items"] {
            assert!(!one[element].as_array().unwrap().is_empty(), "{element}");
        }
    }
}

#[test]
fn three_formats_say_the_same() {
    for book in &BOOKS {
        for (name, dialect, record) in [
            ("MARC 21", Dialect::Marc21, marc21(book)),
            ("RUSMARC", Dialect::Rusmarc, rusmarc(book)),
            ("IRBIS", Dialect::Irbis, irbis(book)),
        ] {
            let bib = Bib::of(record.view());
            let about = format!("{name}: {}", book.title);
            assert_eq!(bib.reading().0, dialect, "{about}");
            assert_eq!(bib.title().as_deref(), Some(book.title), "{about}");
            let title = bib.titles().next().unwrap();
            assert_eq!(title.remainder().as_deref(), Some(book.subtitle), "{about}");
            assert_eq!(title.responsibility().as_deref(), Some(book.family), "{about}");
            let agents: Vec<_> = bib
                .agents()
                .map(|agent| {
                    let roles: Vec<_> = agent.roles().into_iter().filter_map(|role| role.code).collect();
                    (agent.kind(), agent.name().unwrap(), roles, agent.is_main())
                })
                .collect();
            let (family, given, role, _) = book.other;
            let expected = [
                ("person", format!("{}, {}", book.family, book.given), vec!["aut"], true),
                ("person", format!("{family}, {given}"), vec![role], false),
            ];
            assert_eq!(agents, expected, "{about}");
            let isbns: Vec<_> = bib.identifiers().filter_map(|number| number.clean()).collect();
            assert!(isbns.contains(&book.isbn.to_owned()), "{about}: {isbns:?}");
            assert_eq!(bib.year(), Some(book.year), "{about}");
            assert_eq!(bib.extents().find_map(|extent| extent.pages()), Some(book.pages), "{about}");
            assert_eq!(
                bib.languages().filter_map(|one| one.code()).collect::<Vec<_>>(),
                [book.language],
                "{about}"
            );
            assert_eq!(
                bib.countries().filter_map(|one| one.code()).collect::<Vec<_>>(),
                [book.country.1],
                "{about}"
            );
            let series: Vec<_> = bib
                .series()
                .map(|one| (one.title().unwrap().clean().into_owned(), one.volume().unwrap().into_owned()))
                .collect();
            assert_eq!(series, [(book.series.to_owned(), book.volume.to_owned())], "{about}");
            let subjects: Vec<_> = bib.subjects().collect();
            let expected = [format!("{} -- {}", book.subject, book.subdivision), "test".to_owned()];
            assert_eq!(subjects, expected, "{about}");
            let statement = bib.publications().flat_map(|one| one.statements()).next().unwrap();
            assert_eq!(statement.place.unwrap().to_string(), book.place, "{about}");
            assert_eq!(statement.publisher.unwrap().to_string(), book.publisher, "{about}");
            assert!(bib.unmapped().is_empty(), "{about}: {:?}", bib.unmapped());
        }
    }
}
