//! Drafts made records of four formats: the description of each has the values that were put in.

use kartoteka::draft::{self, Agent, Draft};
use kartoteka::model::{Bib, Part};
use kartoteka::validate::{Config, Validator};
use kartoteka::{
    Dialect, Format, ReadOptions, Record, RecordWrite, Severity, WriteOptions, check, irbis_text, iso2709,
    reader,
};

const DIALECTS: [Dialect; 4] = [Dialect::Marc21, Dialect::Unimarc, Dialect::Rusmarc, Dialect::Irbis];

/// What a description says, in an order of its own.
#[derive(Debug, Default, PartialEq)]
struct Values {
    title: [String; 3],
    /// Kind, name, dates, roles, main.
    agents: Vec<(&'static str, String, String, Vec<&'static str>, bool)>,
    isbns: Vec<String>,
    published: [String; 2],
    year: Option<i32>,
    extent: [String; 3],
    series: Vec<(String, String)>,
    subjects: Vec<String>,
    notes: Vec<(&'static str, String)>,
    urls: Vec<String>,
    languages: Vec<&'static str>,
    countries: Vec<&'static str>,
}

impl Values {
    fn of(record: &Record) -> Values {
        let bib = Bib::of(record.view());
        let title = bib.titles().next().unwrap();
        let text = |value: Option<String>| value.unwrap_or_default();
        let statement = bib.publications().flat_map(|one| one.statements()).next();
        let digits = |text: String| text.chars().take_while(char::is_ascii_digit).collect::<String>();
        let extent = bib.extents().next();
        let part = |part| extent.and_then(|extent| extent.first(part)).map(|value| value.to_string());
        let mut values = Values {
            title: [bib.title().unwrap().into_owned(), text(title.remainder()), text(title.responsibility())],
            agents: bib
                .agents()
                .map(|agent| {
                    let roles = agent.roles().into_iter().map(|role| role.code.unwrap()).collect();
                    let dates = agent.dates().unwrap_or_default().into_owned();
                    (agent.kind(), agent.name().unwrap(), dates, roles, agent.is_main())
                })
                .collect(),
            isbns: bib.isbns().collect(),
            published: statement.map_or_else(Default::default, |one| {
                [one.place, one.publisher]
                    .map(|value| value.map(|value| value.to_string()).unwrap_or_default())
            }),
            year: bib.year(),
            extent: [
                extent.and_then(|extent| extent.pages()).map(|pages| pages.to_string()).unwrap_or_default(),
                text(part(Part::Illustrations)),
                digits(text(part(Part::Size))),
            ],
            series: bib
                .series()
                .map(|one| (one.title().unwrap().to_string(), one.volume().unwrap_or_default().into_owned()))
                .collect(),
            subjects: bib.subjects().collect(),
            notes: bib.notes().map(|note| (note.kind(), note.text().unwrap())).collect(),
            urls: bib.electronic().map(|one| one.url().unwrap().into_owned()).collect(),
            languages: bib.languages().filter_map(|one| one.code()).filter(|code| *code != "und").collect(),
            countries: bib.countries().filter_map(|one| one.code()).collect(),
        };
        assert!(bib.unmapped().is_empty(), "{:?}", bib.unmapped());
        values.sort();
        values
    }

    fn sort(&mut self) {
        self.agents.sort();
        self.series.sort();
        self.subjects.sort();
        self.notes.sort();
        self.languages.sort();
        self.languages.dedup();
    }
}

/// Writes a record, reads it, and validates it by the default rules: nothing is wrong with it.
fn is_sound(record: &Record, dialect: Dialect, about: &str) {
    let format = if dialect == Dialect::Irbis { Format::IrbisText } else { Format::Iso2709 };
    let options = WriteOptions::new();
    let bytes = match dialect {
        Dialect::Irbis => {
            let mut out = irbis_text::Writer::new(Vec::new(), &options);
            out.write_record(record.view()).unwrap();
            out.into_inner()
        }
        _ => {
            let mut out = iso2709::Writer::new(Vec::new(), &options);
            out.write_record(record.view()).unwrap();
            out.into_inner()
        }
    };
    let mut input = reader(bytes.as_slice(), Some(format), &ReadOptions::new()).unwrap();
    let mut validator = Validator::new(Config::new());
    validator.input("draft", format, &mut input, &mut |_| Ok::<(), kartoteka::Error>(())).unwrap();
    assert_eq!(validator.finish().exit_status(), 0, "{about}");
    let mut checker = check::Checker::standard(100, Dialect::Auto, format);
    for finding in checker.check(record.view(), &[], &[]) {
        assert!(finding.severity() != Severity::Error, "{about}: {finding}");
        // What a library has to add: the code of the document in IRBIS, the agency in UNIMARC; and marks for filing.
        let known = ["document-code", "field-missing", "control-character"];
        let is_known = known.contains(&finding.rule.name()) || finding.severity() == Severity::Note;
        assert!(is_known, "{about}: {finding}");
    }
}

/// The lines of some fields.
fn lines(record: &Record, tags: &[u32]) -> Vec<String> {
    record
        .fields()
        .filter(|field| field.tag().number().is_some_and(|number| tags.contains(&number)))
        .map(|field| field.to_string())
        .collect()
}

/// A book, and by hand what its title, first agent and publication are in MARC 21, in UNIMARC and in IRBIS.
struct Book {
    draft: Draft,
    marc21: [&'static str; 3],
    unimarc: [&'static str; 3],
    irbis: [&'static str; 3],
    name: &'static str,
}

fn books() -> Vec<Book> {
    let ru = |title: &str| Draft::new(title).language("rus").country("RU");
    vec![
        Book {
            draft: ru("Евгений Онегин")
                .remainder("роман в стихах")
                .responsibility("А. С. Пушкин")
                .author(Agent::person("Пушкин", "А. С.").dates("1799-1837"))
                .contributor(Agent::person("Лотман", "Ю. М.").role("редактор"))
                .isbn("978-5-17-080000-1")
                .published("Москва", "Наука", 1999)
                .pages(287)
                .size_cm(20)
                .series("Литературные памятники", "12")
                .subject("Русская литература", ["Поэзия"]),
            marc21: [
                "100 1# $aПушкин, А. С.,$d1799-1837.$4aut",
                "245 10 $aЕвгений Онегин :$bроман в стихах /$cА. С. Пушкин.",
                "264 #1 $aМосква :$bНаука,$c1999.",
            ],
            unimarc: [
                "200 1# $aЕвгений Онегин$eроман в стихах$fА. С. Пушкин",
                "210 ## $aМосква$cНаука$d1999",
                "700 #1 $aПушкин$bА. С.$f1799-1837$4070",
            ],
            irbis: [
                "200 $aЕвгений Онегин$eроман в стихах$fА. С. Пушкин",
                "210 $aМосква$cНаука$d1999",
                "700 $aПушкин$bА. С.$f1799-1837",
            ],
            name: "Пушкин, А. С.",
        },
        Book {
            draft: Draft::new("Leyli və Məcnun")
                .remainder("poema")
                .language("Azerbaijani")
                .country("Азербайджан")
                .author(Agent::person("Füzuli", "Məhəmməd"))
                .isbn("9789952340006")
                .published("Bakı", "Yazıçı", 2004)
                .pages(320)
                .illustrations("şəkilli")
                .note("Kiril əlifbası ilə."),
            marc21: [
                "100 1# $aFüzuli, Məhəmməd.$4aut",
                "245 10 $aLeyli və Məcnun :$bpoema.",
                "264 #1 $aBakı :$bYazıçı,$c2004.",
            ],
            unimarc: [
                "200 1# $aLeyli və Məcnun$epoema",
                "210 ## $aBakı$cYazıçı$d2004",
                "700 #1 $aFüzuli$bMəhəmməd$4070",
            ],
            irbis: ["200 $aLeyli və Məcnun$epoema", "210 $aBakı$cYazıçı$d2004", "700 $aFüzuli$bMəhəmməd"],
            name: "Füzuli, Məhəmməd",
        },
        Book {
            draft: Draft::new("Қара сөздер")
                .language("kaz")
                .country("kz")
                .author(Agent::person("Абай", ""))
                .published("Алматы", "Жазушы", 2021)
                .pages(128)
                .subject("Қазақ әдебиеті", [] as [&str; 0]),
            marc21: ["100 0# $aАбай.$4aut", "245 10 $aҚара сөздер.", "264 #1 $aАлматы :$bЖазушы,$c2021."],
            unimarc: ["200 1# $aҚара сөздер", "210 ## $aАлматы$cЖазушы$d2021", "700 #0 $aАбай$4070"],
            irbis: ["200 $aҚара сөздер", "210 $aАлматы$cЖазушы$d2021", "700 $aАбай"],
            name: "Абай",
        },
        Book {
            draft: Draft::new("The flat land")
                .nonfiling(4)
                .remainder("a romance of many dimensions")
                .language("eng")
                .country("US")
                .author(Agent::person("Abbott", "Edwin A."))
                .contributor(Agent::person("Stewart", "Ian").role("ann"))
                .isbn("9780465011230")
                .published("New York", "Basic Books", 2002)
                .url("https://example.org/flatland"),
            marc21: [
                "100 1# $aAbbott, Edwin A.$4aut",
                "245 14 $aThe flat land :$ba romance of many dimensions.",
                "264 #1 $aNew York :$bBasic Books,$c2002.",
            ],
            unimarc: [
                "200 1# $a\u{98}The \u{9C}flat land$ea romance of many dimensions",
                "210 ## $aNew York$cBasic Books$d2002",
                "700 #1 $aAbbott$bEdwin A.$4070",
            ],
            irbis: [
                "200 $aThe flat land$ea romance of many dimensions",
                "210 $aNew York$cBasic Books$d2002",
                "700 $aAbbott$bEdwin A.",
            ],
            name: "Abbott, Edwin A.",
        },
        Book {
            draft: Draft::new("شاهنامه")
                .remainder("متن کامل")
                .language("per")
                .country("IR")
                .author(Agent::person("فردوسی", "ابوالقاسم"))
                .published("تهران", "امیرکبیر", 2010)
                .pages(640)
                .series("متون کهن", "2"),
            marc21: [
                "100 1# $aفردوسی, ابوالقاسم.$4aut",
                "245 10 $aشاهنامه :$bمتن کامل.",
                "264 #1 $aتهران :$bامیرکبیر,$c2010.",
            ],
            unimarc: [
                "200 1# $aشاهنامه$eمتن کامل",
                "210 ## $aتهران$cامیرکبیر$d2010",
                "700 #1 $aفردوسی$bابوالقاسم$4070",
            ],
            irbis: ["200 $aشاهنامه$eمتن کامل", "210 $aتهران$cامیرکبیر$d2010", "700 $aفردوسی$bابوالقاسم"],
            name: "فردوسی, ابوالقاسم",
        },
        Book {
            draft: ru("Сборник трудов")
                .author(Agent::body("Академия наук"))
                .published("Ленинград", "Наука", 1985)
                .keyword("физика"),
            marc21: [
                "110 2# $aАкадемия наук.$4aut",
                "245 10 $aСборник трудов.",
                "264 #1 $aЛенинград :$bНаука,$c1985.",
            ],
            unimarc: [
                "200 1# $aСборник трудов",
                "210 ## $aЛенинград$cНаука$d1985",
                "710 02 $aАкадемия наук$4070",
            ],
            irbis: ["200 $aСборник трудов", "210 $aЛенинград$cНаука$d1985", "710 $aАкадемия наук$4070"],
            name: "Академия наук",
        },
        Book {
            draft: ru("Детская энциклопедия")
                .contributor(Agent::person("Маркушевич", "А. И.").role("340"))
                .published("Москва", "", 1958),
            marc21: [
                "245 00 $aДетская энциклопедия.",
                "264 #1 $aМосква,$c1958.",
                "700 1# $aМаркушевич, А. И.$4edt",
            ],
            unimarc: [
                "200 1# $aДетская энциклопедия",
                "210 ## $aМосква$d1958",
                "702 #1 $aМаркушевич$bА. И.$4340",
            ],
            irbis: ["200 $aДетская энциклопедия", "210 $aМосква$d1958", "702 $aМаркушевич$bА. И.$4340"],
            name: "Маркушевич, А. И.",
        },
        Book {
            draft: Draft::new("Dədə Qorqud")
                .language("aze")
                .language("eng")
                .country("aj")
                .year(1988)
                .author(Agent::person("Təhmasib", "M. H")),
            marc21: ["100 1# $aTəhmasib, M. H$4aut", "245 10 $aDədə Qorqud.", "264 #1 $c1988."],
            unimarc: ["200 1# $aDədə Qorqud", "210 ## $d1988", "700 #1 $aTəhmasib$bM. H$4070"],
            irbis: ["200 $aDədə Qorqud", "210 $d1988", "700 $aTəhmasib$bM. H"],
            name: "Təhmasib, M. H",
        },
        Book {
            draft: Draft::new("Who is who?")
                .language("English")
                .country("GB")
                .publisher("Black")
                .place("London")
                .author(Agent::person("Black", "Adam")),
            marc21: ["100 1# $aBlack, Adam.$4aut", "245 10 $aWho is who?", "264 #1 $aLondon :$bBlack."],
            unimarc: ["200 1# $aWho is who?", "210 ## $aLondon$cBlack", "700 #1 $aBlack$bAdam$4070"],
            irbis: ["200 $aWho is who?", "210 $aLondon$cBlack", "700 $aBlack$bAdam"],
            name: "Black, Adam",
        },
        Book {
            draft: Draft::new("Абай жолы")
                .language("Казахский")
                .country("Kazakhstan")
                .summary("Роман-эпопея о жизни Абая")
                .author(Agent::person("Әуезов", "Мұхтар").dates("1897-1961"))
                .author(Agent::person("Соболев", "Леонид"))
                .published("Алматы", "Жазушы", 1942),
            marc21: [
                "100 1# $aӘуезов, Мұхтар,$d1897-1961.$4aut",
                "245 10 $aАбай жолы.",
                "264 #1 $aАлматы :$bЖазушы,$c1942.",
            ],
            unimarc: [
                "200 1# $aАбай жолы",
                "210 ## $aАлматы$cЖазушы$d1942",
                "700 #1 $aӘуезов$bМұхтар$f1897-1961$4070",
            ],
            irbis: ["200 $aАбай жолы", "210 $aАлматы$cЖазушы$d1942", "700 $aӘуезов$bМұхтар$f1897-1961"],
            name: "Әуезов, Мұхтар",
        },
    ]
}

#[test]
fn ten_books_in_four_formats() {
    for book in books() {
        let draft = book.draft.entered("20261128");
        let first = Values::of(&draft.record(Dialect::Marc21).unwrap());
        assert!(first.agents.iter().any(|agent| agent.1 == book.name), "{:?}", first.agents);
        for dialect in DIALECTS {
            let record = draft.record(dialect).unwrap();
            let about = format!("{dialect}: {}", first.title[0]);
            let (tags, expected): (&[u32], _) = match dialect {
                Dialect::Marc21 => (&[100, 110, 245, 264], book.marc21),
                Dialect::Irbis => (&[200, 210, 700, 710], book.irbis),
                _ => (&[200, 210, 700, 710], book.unimarc),
            };
            let mut found = lines(&record, tags);
            if found.len() < 3 {
                found.extend(lines(&record, if dialect == Dialect::Marc21 { &[700] } else { &[702] }));
            }
            assert_eq!(found, expected, "{about}");
            assert_eq!(Values::of(&record), first, "{about}");
            let read = Bib::of(record.view()).reading().0;
            assert_eq!(read, dialect, "{about}");
            is_sound(&record, dialect, &about);
        }
    }
}

#[test]
fn coded_data_and_the_source_of_a_record() {
    let draft =
        Draft::new("Евгений Онегин").language("rus").country("RU").year(1999).id("17").entered("20261128");
    let record = |dialect| draft.clone().agency("AZ", "AzBaKML").record(dialect).unwrap();
    assert_eq!(
        lines(&record(Dialect::Marc21), &[1, 8, 40, 41]),
        ["001 17", "008 261128s1999    ru ||||||||||||||||| ||rus d", "040 ## $aAzBaKML$beng$cAzBaKML"]
            .map(|line| line.replace("ru ||||||||||||||||| ||", "ru |||||||||||||| ||")),
    );
    assert_eq!(record(Dialect::Marc21).leader().unwrap().to_string(), "00000nam a2200000 i 4500");
    assert_eq!(
        lines(&record(Dialect::Unimarc), &[1, 100, 101, 102, 801]),
        [
            "001 17",
            "100 ## $a20261128d1999    u  y0engy50      ca",
            "101 0# $arus",
            "102 ## $aRU",
            "801 #0 $aAZ$bAzBaKML$c20261128",
        ]
    );
    assert_eq!(
        lines(&draft.record(Dialect::Rusmarc).unwrap(), &[100, 801]),
        ["100 ## $a20261128d1999    u  y0rusy50      ca", "801 #0 $aRU$c20261128"]
    );
    assert_eq!(
        lines(&record(Dialect::Irbis), &[101, 102, 900, 903, 920]),
        ["101 rus", "102 RU", "900 $ta$b05", "903 17", "920 PAZK"]
    );
}

#[test]
fn what_is_wrong_is_refused() {
    for (wrong, why) in [
        (Draft::new(" "), "title"),
        (Draft::new("Divan").isbn("9785170800002"), "ISBN"),
        (Draft::new("Divan").language("xxx"), "language"),
        (Draft::new("Divan").country("Atlantis"), "country"),
        (Draft::new("Divan").year(99), "year"),
        (Draft::new("Divan").entered("20260230"), "day"),
        (Draft::new("Divan").nonfiling(9), "filing"),
        (Draft::new("Divan").author(Agent::person("", "A.")), "name"),
        (Draft::new("Divan").author(Agent::person("Black", "A.").role("vdvdv")), "role"),
        (Draft::new("Di\u{1F}van"), "delimiter"),
    ] {
        let error = wrong.record(Dialect::Marc21).unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    }
    assert!(Draft::new("Di^van").record(Dialect::Irbis).is_err());
    assert!(Draft::new("Divan").record(Dialect::Mab2).is_err());
    let judge = Draft::new("Divan").contributor(Agent::person("Black", "A.").role("jud"));
    assert!(judge.record(Dialect::Marc21).is_ok() && judge.record(Dialect::Unimarc).is_err());
}

#[test]
fn values_are_set_in_records_of_each_format() {
    let draft = Draft::new("Divan")
        .remainder("qəzəllər")
        .responsibility("Füzuli")
        .language("aze")
        .country("AZ")
        .isbn("9789952340006")
        .published("Bakı", "Yazıçı", 2004)
        .pages(320)
        .entered("20261128");
    for dialect in DIALECTS {
        let mut record = draft.record(dialect).unwrap();
        draft::set_title(&mut record, "Leyli və Məcnun").unwrap();
        draft::set_year(&mut record, 2005).unwrap();
        draft::set_isbn(&mut record, "978-5-17-080000-1").unwrap();
        draft::set_language(&mut record, "English").unwrap();
        draft::add_author(&mut record, Agent::person("Füzuli", "Məhəmməd")).unwrap();
        draft::add_author(&mut record, Agent::person("Araslı", "Həmid")).unwrap();
        draft::add_contributor(&mut record, Agent::body("Elmlər Akademiyası").role("edt")).unwrap();
        draft::add_subject(&mut record, "Azərbaycan ədəbiyyatı", &["Poeziya"]).unwrap();
        draft::add_subject(&mut record, "Azərbaycan ədəbiyyatı", &["Poeziya"]).unwrap();
        let before = record.clone();
        assert!(draft::set_isbn(&mut record, "9785170800002").is_err());
        assert!(draft::set_language(&mut record, "xxx").is_err());
        assert_eq!(record, before);
        let values = Values::of(&record);
        let expected = Values {
            title: ["Leyli və Məcnun", "qəzəllər", "Füzuli"].map(str::to_owned),
            agents: vec![
                ("body", "Elmlər Akademiyası".to_owned(), String::new(), vec!["edt"], false),
                ("person", "Araslı, Həmid".to_owned(), String::new(), vec!["aut"], false),
                ("person", "Füzuli, Məhəmməd".to_owned(), String::new(), vec!["aut"], true),
            ],
            isbns: vec!["9785170800001".to_owned()],
            published: ["Bakı", "Yazıçı"].map(str::to_owned),
            year: Some(2005),
            extent: ["320", "", ""].map(str::to_owned),
            subjects: vec!["Azərbaycan ədəbiyyatı -- Poeziya".to_owned()],
            languages: vec!["eng"],
            countries: vec!["AZ"],
            ..Values::default()
        };
        assert_eq!(values, expected, "{dialect}");
        if dialect == Dialect::Marc21 {
            assert_eq!(
                lines(&record, &[100, 245, 264, 700, 710]),
                [
                    "100 1# $aFüzuli, Məhəmməd.$4aut",
                    "245 10 $aLeyli və Məcnun :$bqəzəllər /$cFüzuli.",
                    "264 #1 $aBakı :$bYazıçı,$c2005.",
                    "700 1# $aAraslı, Həmid.$4aut",
                    "710 2# $aElmlər Akademiyası.$4edt",
                ]
            );
        }
        is_sound(&record, dialect, dialect.name());
    }
    // What a draft knows nothing of stays, and so do marks.
    let mut record = Record::builder()
        .control_field("008", "990101s1999    aj            000 0 aze d")
        .data_field("020", "  ", [('a', "0444897283"), ('q', "(hbk.)")])
        .data_field("041", "1 ", [('a', "aze"), ('h', "per")])
        .data_field(
            "245",
            "14",
            [('6', "880-01"), ('a', "The divan"), ('h', "[text] /"), ('c', "Füzuli ; translated.")],
        )
        .data_field("260", "  ", [('a', "Baku :"), ('b', "Elm,"), ('c', "[1999]"), ('e', "(Baku)")])
        .build()
        .unwrap();
    Draft::new("Divan").publisher("Yazıçı").year(2001).language("eng").apply(&mut record).unwrap();
    draft::set_isbn(&mut record, "9789952340006").unwrap();
    assert_eq!(
        lines(&record, &[8, 20, 41, 245, 260]),
        [
            "008 990101s2001    aj            000 0 eng d",
            "020 ## $a9789952340006$q(hbk.)",
            "041 1# $aeng$hper",
            "245 10 $6880-01$aDivan$h[text] /$cFüzuli ; translated.",
            "260 ## $aBaku :$bYazıçı,$c2001$e(Baku)",
        ]
    );
}

mod generated {
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;

    /// A draft, and what its records say.
    #[derive(Debug)]
    struct Case {
        draft: Draft,
        values: Values,
    }

    /// Words of four languages and three scripts, with those that a stop makes an abbreviation.
    fn words() -> impl Strategy<Value = String> {
        let words = [
            "Divan",
            "Мир",
            "Leyli",
            "və",
            "Məcnun",
            "Қара",
            "сөздер",
            "Война",
            "и",
            "شاهنامه",
            "فردوسی",
            "A",
            "Co",
            "изд",
            "2001",
            "Kniga",
            "O'Brien",
            "Ünlü",
            "(сборник)",
            "Jr",
            "etc",
            "ч",
            "123",
            "St",
            "ısı",
            "C#",
            "ел",
            "no",
            "univ",
        ];
        vec(select(words.to_vec()), 1..4).prop_map(|words| words.join(" "))
    }

    fn perhaps() -> impl Strategy<Value = String> {
        prop_oneof![Just(String::new()), words()]
    }

    /// An agent and what is read of it, but for whether it has the main entry.
    type Named = (Agent, bool, (&'static str, String, String, Vec<&'static str>));

    fn agent() -> impl Strategy<Value = Named> {
        let given = select(vec!["Л. Н.", "Leo", "Məhəmməd", "", "J. R. R", "ابوالقاسم", "Jr"]);
        let dates = select(vec!["", "1828-1910", "1950-", "1799-"]);
        let roles = vec![
            ("", ""),
            ("edt", "edt"),
            ("переводчик", "trl"),
            ("340", "edt"),
            ("Illustrator", "ill"),
            ("com", "com"),
        ];
        (words(), given, dates, select(roles), any::<(bool, bool)>()).prop_map(
            |(name, given, dates, role, flags)| {
                let (is_body, is_author) = flags;
                let roles = match (role.1, is_author) {
                    ("", true) => vec!["aut"],
                    ("", false) => vec![],
                    (code, _) => vec![code],
                };
                let (agent, read) = match is_body {
                    true => (Agent::body(name.clone()), ("body", name, String::new(), roles)),
                    false => {
                        let whole = if given.is_empty() { name.clone() } else { format!("{name}, {given}") };
                        (Agent::person(name, given).dates(dates), ("person", whole, dates.to_owned(), roles))
                    }
                };
                (agent.role(role.0), is_author, read)
            },
        )
    }

    prop_compose! {
        fn case()(
            title in (words(), perhaps(), perhaps()),
            agents in vec(agent(), 0..4),
            isbns in vec(select(vec![("9789952340006", "9789952340006"), ("0-444-89728-3", "0444897283"), ("978-5-17-080000-1", "9785170800001")]), 0..3),
            languages in vec(select(vec![("rus", "rus"), ("aze", "aze"), ("Persian", "per"), ("Turkish", "tur"), ("немецкий", "ger")]), 0..3),
            country in select(vec![("", ""), ("RU", "RU"), ("aj", "AZ"), ("Kazakhstan", "KZ"), ("US", "US"), ("Германия", "DE")]),
            imprint in (perhaps(), perhaps(), prop::option::of(1450..2030i32)),
            extent in (prop::option::of(1..3000u32), perhaps(), prop::option::of(10..40u32)),
            series in vec((words(), select(vec!["", "1", "B-5", "т. 12"])), 0..2),
            subjects in vec((words(), vec(words(), 0..3)), 0..3),
            lists in (vec(words(), 0..3), vec(words(), 0..3), perhaps()),
        ) -> Case {
            let (title, remainder, responsibility) = title;
            let (place, publisher, year) = imprint;
            let (pages, illustrations, size) = extent;
            let (keywords, notes, summary) = lists;
            let mut draft = Draft::new(title.clone()).remainder(remainder.clone()).responsibility(responsibility.clone())
                .country(country.0).place(place.clone()).publisher(publisher.clone()).illustrations(illustrations.clone())
                .summary(summary.clone()).entered("20261128");
            draft = agents.iter().fold(draft, |draft, (agent, is_author, _)| match is_author {
                true => draft.author(agent.clone()),
                false => draft.contributor(agent.clone()),
            });
            draft = isbns.iter().fold(draft, |draft, (isbn, _)| draft.isbn(*isbn));
            draft = languages.iter().fold(draft, |draft, (language, _)| draft.language(*language));
            if let Some(year) = year { draft = draft.year(year) }
            if let Some(pages) = pages { draft = draft.pages(pages) }
            if let Some(size) = size { draft = draft.size_cm(size) }
            draft = series.iter().fold(draft, |draft, (title, volume)| draft.series(title.clone(), *volume));
            draft = subjects.iter().fold(draft, |draft, (heading, parts)| draft.subject(heading.clone(), parts.clone()));
            draft = keywords.iter().fold(draft, |draft, keyword| draft.keyword(keyword.clone()));
            draft = notes.iter().fold(draft, |draft, note| draft.note(note.clone()));
            let digits = |number: Option<u32>| number.map(|number| number.to_string()).unwrap_or_default();
            let main = agents.iter().position(|(_, is_author, _)| *is_author);
            let agents = agents.into_iter().enumerate().map(|(at, (_, _, (kind, name, dates, roles)))| (kind, name, dates, roles, Some(at) == main));
            let subjects = subjects.into_iter().map(|(heading, parts)| [vec![heading], parts].concat().join(" -- "));
            let notes = notes.into_iter().map(|note| ("general", note));
            let summary = Some(("summary", summary)).filter(|(_, text)| !text.is_empty());
            let mut values = Values {
                title: [title, remainder, responsibility],
                agents: agents.collect(),
                isbns: isbns.iter().map(|(_, clean)| (*clean).to_owned()).collect(),
                published: [place, publisher],
                year,
                extent: [digits(pages), illustrations, digits(size)],
                series: series.into_iter().map(|(title, volume)| (title, volume.to_owned())).collect(),
                subjects: subjects.chain(keywords).collect(),
                notes: notes.chain(summary).collect(),
                urls: Vec::new(),
                languages: languages.iter().map(|(_, code)| *code).collect(),
                countries: Some(country.1).filter(|code| !code.is_empty()).into_iter().collect(),
            };
            values.sort();
            Case { draft, values }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn a_draft_is_read_as_it_was_written(case in case()) {
            for dialect in DIALECTS {
                let record = case.draft.record(dialect).unwrap();
                prop_assert_eq!(&Values::of(&record), &case.values, "{}", dialect);
                is_sound(&record, dialect, dialect.name());
            }
        }
    }
}
