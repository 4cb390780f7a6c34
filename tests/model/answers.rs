//! The answers to the questions that are asked most, for records as catalogues really have them.

use kartoteka::dedupe::{Dedupe, Entry, List, Match};
use kartoteka::export::Citation;
use kartoteka::model::{Bib, Resource, columns};
use kartoteka::table::{PathRow, PathTable};
use kartoteka::{Builder, Dialect, Record, Syntax};

use crate::common::irbis_record;

/// A record of MARC 21: lines of tag, indicators, and subfields after `$`.
fn marc21(lines: &[&str]) -> Record {
    record("00000nam a2200000 a 4500", lines)
}

/// A record of UNIMARC.
fn unimarc(lines: &[&str]) -> Record {
    record("00000nam0 2200000   450 ", &[&["100   $a20260114d1999    k  y0rusy50      ca"], lines].concat())
}

fn record(leader: &str, lines: &[&str]) -> Record {
    let mut builder = Builder::new(Syntax::MARC).leader(leader);
    for line in lines {
        let (tag, rest) = line.split_at(3);
        if tag < "010" {
            builder = builder.control_field(tag, rest.strip_prefix(' ').unwrap());
            continue;
        }
        let (indicators, body) = rest.strip_prefix(' ').unwrap().split_at(2);
        let subfields: Vec<(char, &str)> =
            body.split('$').skip(1).map(|part| (part.chars().next().unwrap(), &part[1..])).collect();
        builder = builder.data_field(tag, indicators, subfields);
    }
    builder.build().unwrap()
}

fn irbis(fields: &[(&str, &str)]) -> Record {
    irbis_record(fields.iter().map(|(tag, body)| (tag.parse().unwrap(), *body)))
}

/// What `select` gives for an element.
fn ask(record: &Record, element: &str) -> Vec<String> {
    let table = PathTable::with_columns(columns(element).unwrap());
    let mut values = Vec::new();
    let mut add = |cell: &str| values.extend(cell.split('|').map(ToOwned::to_owned));
    table
        .rows(record.view(), &mut PathRow::default(), &mut |row| {
            row.cells().flatten().for_each(&mut add);
        })
        .unwrap();
    values
}

fn coded(kind_and_dates: &str) -> String {
    format!("008 260114{kind_and_dates}nyu           000 0 eng d")
}

#[test]
fn a_year_is_one_that_the_record_has() {
    for (dates, imprint, expected) in [
        ("s1995    ", "1995.", &["1995"][..]),
        ("muuuu9999", "1987-", &["1987"]),
        ("muuuu9999", "[19--]-", &[]),
        ("m18uu9999", "[18--]-", &[]),
        ("muuuu1999", "1990-1999.", &["1990"]),
        ("m19901999", "1990-1999.", &["1990"]),
        ("nuuuuuuuu", "19--?", &[]),
        ("nuuuuuuuu", "199?", &[]),
        ("nuuuuuuuu", "18[99]", &["1899"]),
        ("s9999    ", "2001.", &["2001"]),
        ("s0000    ", "c2001.", &["2001"]),
        ("|||||||||", "۱۳۷۹ [2000]", &["2000"]),
    ] {
        let imprint = format!("260   $aBaku$c{imprint}");
        let record = marc21(&[&coded(dates), "245 10$aDivan", &imprint]);
        assert_eq!(ask(&record, "@year"), expected, "{dates} {imprint}");
    }
    for (dates, expected) in [("g19  9999", &[][..]), ("d1999    ", &["1999"]), ("g19901999", &["1990"])] {
        let coded = format!("100   $a20260114{dates}k  y0rusy50      ca");
        let record = record("00000nam0 2200000   450 ", &[&coded, "200 1 $aДиван"]);
        assert_eq!(ask(&record, "@year"), expected, "{dates}");
    }
}

#[test]
fn states_and_provinces_are_in_their_country() {
    for (code, expected) in [
        ("nyu", "US"),
        ("ilu", "US"),
        ("enk", "GB"),
        ("stk", "GB"),
        ("onc", "CA"),
        ("ru ", "RU"),
        ("xxu", "US"),
    ] {
        let line = format!("008 260114s1995    {code}           000 0 eng d");
        let record = marc21(&[&line, "044   $aru", "245 10$aDivan"]);
        let mut all = vec![expected.to_owned()];
        all.extend(Some("RU".to_owned()).filter(|other| other != expected));
        assert_eq!(ask(&record, "@country"), all, "{code}");
    }
}

#[test]
fn subjects_are_headings_and_no_codes() {
    let record = marc21(&[
        &coded("s1995    "),
        "043   $ae-ru---",
        "045 0 $bd1812",
        "047   $asy",
        "048   $aka01",
        "245 10$aWar",
        "650  0$aWar$zRussia.",
    ]);
    assert_eq!(ask(&record, "@subject"), ["War -- Russia"]);
    assert_eq!(Citation::of(&Bib::of(record.view())).keywords, ["War -- Russia"]);
    assert!(Bib::of(record.view()).card().contains("e-ru---"));
    let record = unimarc(&["200 1 $aВойна", "606 1 $aВойна", "660   $ae-ru---", "661   $aw1"]);
    assert_eq!(ask(&record, "@subject"), ["Война"]);
}

#[test]
fn brackets_of_the_cataloguer_are_no_part_of_a_value() {
    let record = marc21(&[
        "245 00$a[Waiting for the Master /$cfilm].",
        "260   $a[New York :$bX Press],$c1990.",
        "260   $a[Cambridge, Mass.] :$bHarvard [University],$c1991.",
    ]);
    assert_eq!(ask(&record, "@title"), ["Waiting for the Master"]);
    assert_eq!(ask(&record, "@place"), ["New York", "Cambridge, Mass."]);
    assert_eq!(ask(&record, "@publisher"), ["X Press", "Harvard [University]"]);
}

#[test]
fn names_have_what_is_given() {
    let record = irbis(&[
        ("920", "PAZK"),
        ("200", "^AКнига"),
        ("700", "^ABibolet^GJan-Claude"),
        ("701", "^AИванов^BИ. И.^GИван Иванович"),
    ]);
    assert_eq!(ask(&record, "@author"), ["Bibolet, Jan-Claude", "Иванов, И. И."]);
    let record = unimarc(&["200 1 $aFoundation", "700  1$aAsimov$b, Isaac"]);
    assert_eq!(ask(&record, "@author"), ["Asimov, Isaac"]);
    // The fuller form in MARC 21 is an addition, and no given name.
    let record = marc21(&["100 0 $aHomer$q(Homeros)", "245 10$aIlias"]);
    assert_eq!(ask(&record, "@author"), ["Homer"]);
}

#[test]
fn what_filing_skips_is_marked_in_many_ways() {
    for (written, expected, skipped) in [
        ("<<The >>sweetest fig", "The sweetest fig", 4),
        ("<<The>> sweetest fig", "The sweetest fig", 4),
        ("\u{98}The \u{9C}sweetest fig", "The sweetest fig", 4),
        ("¬Der ¬Ring", "Der Ring", 4),
        ("<<Pravda>>", "<<Pravda>>", 0),
    ] {
        let line = format!("200 1 $a{written}");
        let record = unimarc(&[&line]);
        assert_eq!(ask(&record, "@title"), [expected], "{written}");
        let bib = Bib::of(record.view());
        assert_eq!(bib.titles().next().unwrap().nonfiling(), skipped, "{written}");
    }
}

#[test]
fn several_works_in_a_volume_have_titles_of_their_own() {
    let record = unimarc(&["200 1 $aДетство$aОтрочество$fЛ. Н. Толстой$cМать$fМ. Горький"]);
    assert_eq!(ask(&record, "@titles"), ["Детство", "Отрочество", "Мать"]);
    assert_eq!(ask(&record, "@title"), ["Детство"]);
    let bib = Bib::of(record.view());
    let said: Vec<_> = bib.titles().map(|title| title.responsibility()).collect();
    assert_eq!(said, [None, Some("Л. Н. Толстой".to_owned()), Some("М. Горький".to_owned())]);
}

#[test]
fn roles_are_divided_and_words_are_no_codes() {
    let cases = [
        ("author and illustrator", &["aut", "ill"][..]),
        ("сост. и ред.", &["com", "edt"]),
        ("red.", &["edt"]),
        ("editor", &["edt"]),
        ("cook and bottle washer", &[]),
    ];
    for (term, expected) in cases {
        let line = format!("700 1 $aAbbott, Edwin,$e{term}");
        let record = marc21(&["245 00$aFlatland", &line]);
        let bib = Bib::of(record.view());
        let roles = bib.agents().next().unwrap().roles();
        let codes: Vec<_> = roles.iter().filter_map(|role| role.code).collect();
        assert_eq!(codes, expected, "{term}");
        assert!(!roles.is_empty(), "{term}");
    }
    let record = marc21(&["245 00$aFlatland", "700 1 $aAbbott, Edwin$4red"]);
    let bib = Bib::of(record.view());
    assert_eq!(bib.agents().next().unwrap().roles()[0].code, Some("red"));
}

#[test]
fn without_a_main_entry_persons_without_a_role_are_authors() {
    let others = [
        "700 1 $aAbbott, Edwin",
        "700 1 $aStewart, Ian$eeditor",
        "700 1 $aWells, H. G.$tTime machine",
        "710 2 $aBasic Books",
    ];
    let free = marc21(&[&["245 00$aFlatland"], &others[..]].concat());
    assert_eq!(ask(&free, "@author"), ["Abbott, Edwin"]);
    let main = marc21(&[&["100 1 $aHinton, Charles", "245 10$aFlatland"], &others[..]].concat());
    assert_eq!(ask(&main, "@author"), ["Hinton, Charles"]);
    assert_eq!(ask(&main, "@agent").len(), 5);
    let record = unimarc(&["200 1 $aКнига", "701  1$aИванов$bИ.", "702  1$aПетров$bП."]);
    assert_eq!(ask(&record, "@author"), ["Иванов, И."]);
    let citation = Citation::of(&Bib::of(free.view()));
    assert_eq!(citation.authors.len(), 1);
}

#[test]
fn what_a_record_says_twice_is_answered_once() {
    let record = marc21(&[
        &coded("s1995    "),
        "041 1 $aengrus$hrus",
        "044   $anyu$aenk",
        "245 10$aTitle",
        "490 1 $aTransactions of the club ;$vv. 5",
        "490 0 $aBlue books",
        "830  0$aTransactions of the Club of London ;$v5.",
        "830  0$aThird series.",
    ]);
    assert_eq!(ask(&record, "@language"), ["eng", "rus"]);
    assert_eq!(ask(&record, "@country"), ["US", "GB"]);
    assert_eq!(ask(&record, "@series"), ["Transactions of the club", "Blue books", "Third series"]);
    let record = marc21(&["245 10$aTitle", "490 0 $aPenguin classics", "830  0$aPenguin classics."]);
    assert_eq!(ask(&record, "@series"), ["Penguin classics"]);
}

#[test]
fn a_form_in_another_script_is_no_answer_of_its_own() {
    let record = marc21(&[
        "100 1 $6880-01$aTolstoĭ, Lev",
        "245 10$6880-02$aVoĭna i mir",
        "250   $6880-03$a2-e izd.",
        "260   $6880-04$aMoskva :$bNauka,$c1978.",
        "490 0 $6880-05$aKlassika",
        "650  0$6880-06$aVoĭna",
        "880 1 $6100-01/(N$aТолстой, Лев",
        "880 10$6245-02/(N$aВойна и мир",
        "880   $6250-03/(N$a2-е изд.",
        "880   $6260-04/(N$aМосква :$bНаука,$c1978.",
        "880 0 $6490-05/(N$aКлассика",
        "880  0$6650-06/(N$aВойна",
    ]);
    for (element, expected) in [
        ("@author", "Tolstoĭ, Lev"),
        ("@agent", "Tolstoĭ, Lev"),
        ("@title", "Voĭna i mir"),
        ("@titles", "Voĭna i mir"),
        ("@edition", "2-e izd"),
        ("@place", "Moskva"),
        ("@publisher", "Nauka"),
        ("@series", "Klassika"),
        ("@subject", "Voĭna"),
    ] {
        assert_eq!(ask(&record, element), [expected], "{element}");
    }
}

#[test]
fn a_field_that_is_there_in_another_script_only_is_an_answer() {
    let record = marc21(&["245 00$aHattatlar", "880   $6260-00/(3/r$aاستانبول :$bدار الكتب,$c1990."]);
    assert_eq!(ask(&record, "@publisher"), ["دار الكتب"]);
    assert_eq!(ask(&record, "@year"), ["1990"]);
    let citation = Citation::of(&Bib::of(record.view()));
    assert_eq!(citation.place.as_deref(), Some("استانبول"));
}

#[test]
fn an_authority_is_no_book() {
    let record = record(
        "00000nz  a2200000n  4500",
        &[
            "001 n79021425",
            "008 800101n| azannaabn          |a aaa      ",
            "100 1 $aAbbott, Edwin Abbott,$d1838-1926",
            "400 1 $aA. Square,$d1838-1926",
            "510 2 $wr$aPress",
            "670   $aFlatland, 1884.",
        ],
    );
    for element in ["@year", "@series", "@author", "@title", "@language", "@country"] {
        assert_eq!(ask(&record, element), Vec::<String>::new(), "{element}");
    }
    assert_eq!(ask(&record, "@agent"), ["Abbott, Edwin Abbott", "A. Square"]);
    let bib = Bib::of(record.view());
    assert_eq!(bib.resource(), Resource::Other);
    assert_eq!(bib.agents().map(|agent| agent.kind()).collect::<Vec<_>>(), ["person", "variant"]);
    assert!(bib.unmapped().is_empty(), "{:?}", bib.unmapped());
}

#[test]
fn holdings_and_classes_and_unimarc_authorities_have_their_own_tables() {
    let holdings = record(
        "00000nx  a22000001n 4500",
        &[
            "004 ocm123",
            "008 0901014u    8   4001uueng0901128",
            "852 0 $aDLC$hQA1",
            "863 40$81.1$a1-5$i1990-1994",
        ],
    );
    assert_eq!(ask(&holdings, "@year"), Vec::<String>::new());
    let bib = Bib::of(holdings.view());
    assert_eq!(bib.items().count(), 1);
    assert!(bib.unmapped().is_empty(), "{:?}", bib.unmapped());
    let class = record("00000nw  a2200000n  4500", &["008 900101aaaaaaaa", "153   $aQA76$jComputer science"]);
    assert_eq!(ask(&class, "@class"), ["QA76"]);
    let name = record(
        "00000nx  j2200000   45  ",
        &[
            "100   $a20260114arusy50      ca",
            "152   $aRCR",
            "200  1$aПушкин$bА. С.$f1799-1837",
            "400  1$aPushkin$bA. S.",
        ],
    );
    assert_eq!(ask(&name, "@title"), Vec::<String>::new());
    assert_eq!(ask(&name, "@agent"), ["Пушкин, А. С.", "Pushkin, A. S."]);
}

#[test]
fn a_volume_is_found_by_its_own_title_and_by_that_of_its_set() {
    let record = irbis(&[
        ("920", "SPEC"),
        ("200", "^V1^AКороль Лир"),
        ("461", "^CСобрание сочинений^XШекспир У."),
        ("700", "^AШекспир^BУ."),
        ("210", "^D1990"),
        ("903", "A/1"),
    ]);
    let list = "Король Лир / Шекспир У.\nСобрание сочинений / Шекспир У.\nГамлет / Шекспир У.\n";
    let matching = Match::new(List::parse(list, None).unwrap(), 0.7);
    let lines: Vec<u64> = matching.hits(record.view()).iter().map(|hit| hit.line).collect();
    assert!(lines.contains(&1) && lines.contains(&2) && !lines.contains(&3), "{lines:?}");
}

#[test]
fn two_books_of_a_series_with_one_title_are_two() {
    let book = |isbn: &str, subtitle: &str, pages: &str| {
        marc21(&[
            &coded("s1995    "),
            &format!("020   $a{isbn}"),
            "100 1 $aDoinet, Mymi.",
            &format!("245 10$aAbbeville animals :$b{subtitle}."),
            "260   $aNew York :$bAbbeville Press,$c1995.",
            &format!("300   $a{pages} p."),
        ])
    };
    let likeness = |one: &Record, other: &Record| {
        let mut dedupe = Dedupe::new();
        for record in [one, other] {
            dedupe.add(&Entry::of(record.view(), Default::default()));
        }
        let found = dedupe.finish(0.0);
        found.groups().flatten().map(|member| member.certainty).fold(0.0, f64::max)
    };
    let dolphin = book("9780789200006", "dolphin", "12");
    let elephant = book("9780789200013", "elephant", "12");
    assert!(likeness(&dolphin, &elephant) < 0.7);
    // The same book bound in two ways has two numbers, and all else in common.
    assert!(likeness(&dolphin, &book("9780789200020", "dolphin", "12")) >= 0.7);
    assert!(likeness(&dolphin, &book("9780789200020", "dolphin", "96")) < 0.7);
}

#[test]
fn an_article_has_volume_issue_and_pages_apart() {
    let record = marc21(&[
        "024 7 $ahttps://doi.org/10.1000/ABC$2doi",
        "245 00$aOn wine",
        "773 0 $tDrinks$gVol. 3, no 2 (1999), p. 12-15",
    ]);
    let citation = Citation::of(&Bib::of(record.view()));
    assert_eq!(citation.doi.as_deref(), Some("10.1000/abc"));
    let host = citation.host.unwrap();
    assert_eq!(
        (host.volume.as_deref(), host.issue.as_deref(), host.pages.as_deref()),
        (Some("3"), Some("2"), Some("12-15"))
    );
    let record = marc21(&["245 00$aO вине", "773 0 $tНапитки$g№ 3. С. 12-15"]);
    let host = Citation::of(&Bib::of(record.view())).host.unwrap();
    assert_eq!(
        (host.volume.as_deref(), host.issue.as_deref(), host.pages.as_deref()),
        (None, Some("3"), Some("12-15"))
    );
}

#[test]
fn a_volume_that_is_a_number_has_the_title_of_its_set() {
    let volume = |own: &str| unimarc(&[&format!("200 1 $a{own}"), "461  0$12001 $aДиван$hизбранное"]);
    for (own, expected) in [
        ("Вып. 13", "Диван"),
        ("Т. 2", "Диван"),
        ("1929-1939", "Диван"),
        ("Лирика", "Лирика"),
        ("Т. 2. Лирика", "Т. 2. Лирика"),
    ] {
        let record = volume(own);
        assert_eq!(ask(&record, "@title"), [expected], "{own}");
        let bib = Bib::of(record.view());
        let path = bib.title_value().unwrap().path().to_string();
        assert_eq!(path.starts_with("461"), expected == "Диван", "{path}");
        // The number is a title of the volume none the less.
        assert_eq!(bib.titles().next().unwrap().value().unwrap().clean(), own);
    }
    assert_eq!(ask(&unimarc(&["200 1 $a1984"]), "@title"), ["1984"]);
    assert_eq!(ask(&irbis(&[("920", "SPEC"), ("200", "^VТ. 1"), ("461", "^CДиван")]), "@title"), ["Диван"]);
}

#[test]
fn a_part_has_the_year_of_the_whole() {
    for (fields, expected) in [
        (&[("463", "^CЧитальня^J1989^S12")][..], Some((1989, "463[0]$J[0]"))),
        (&[("463", "^CЧитальня^J1989"), ("210", "^D1990")], Some((1990, "210[0]$D[0]"))),
        (&[("461", "^CДиван^H2001")], Some((2001, "461[0]$H[0]"))),
        (&[("461", "^CДиван^H2001^Z2003")], None),
        (&[("461", "^CДиван^H1780 - 1790 гг.")], None),
        (&[("461", "^CДиван^HXII в.")], None),
        (&[("210", "^DXVIII в.")], None),
    ] {
        let record = irbis(&[&[("920", "PAZK"), ("200", "^AО книге")], fields].concat());
        let bib = Bib::of(record.view());
        let found = bib.year().zip(bib.date_value().map(|value| value.path().to_string()));
        assert_eq!(found, expected.map(|(year, path)| (year, path.to_owned())), "{fields:?}");
    }
}

#[test]
fn a_base_with_fields_of_its_own_is_not_described() {
    let record = irbis(&[("1", "AKEL"), ("10", "^aAkelPad^eтекстовый редактор"), ("100", "akelpad.png")]);
    let bib = Bib::of(record.view());
    assert_eq!(bib.reading().0, Dialect::Isis);
    assert_eq!((bib.entries().count(), bib.unmapped().len()), (0, 4));
    let findings: Vec<String> = bib.findings().map(|finding| finding.to_string()).collect();
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert!(findings[0].starts_with("note[D005]"), "{findings:?}");
    // Who knows better says so.
    assert_eq!(Bib::with_dialect(record.view(), Dialect::Irbis).identifiers().count(), 1);
}

#[test]
fn what_is_not_read_is_found() {
    let found = |record: &Record| -> Vec<String> {
        let bib = Bib::of(record.view());
        bib.findings().map(|one| format!("{} {}", one.rule, one.location.place().unwrap())).collect()
    };
    let cases: [(&str, &[&str]); 14] = [
        ("264  1$aBaku$c19--?", &["D001 264[0]$c[0]"]),
        ("264  1$aBaku$c[s.a.]", &[]),
        ("264  1$aBaku$c[between 1890 and 1895?]", &[]),
        ("260   $aBaku$c199-", &["D001 260[0]$c[0]"]),
        ("100 1 $aFüzuli", &["D002 100[0]$a[0]"]),
        ("100 0 $aFüzuli", &[]),
        ("100 1 $aFüzuli, Məhəmməd", &[]),
        ("600 14$aFüzuli Məhəmməd", &["D002 600[0]$a[0]"]),
        ("700 1 $aAbbott, E.$ebottle washer", &["D003 700[0]$e[0]"]),
        ("700 1 $aAbbott, E.$eillustrator$4ill", &[]),
        ("041 0 $aengqqq", &["D004 041[0]$a[0]/3-5"]),
        ("041 07$aqqq$2own", &[]),
        ("044   $azzz", &["D004 044[0]$a[0]"]),
        ("880 1 $6100-01$aFüzuli", &[]),
    ];
    for (line, expected) in cases {
        assert_eq!(found(&marc21(&["245 10$aDivan", line])), expected, "{line}");
    }
    assert_eq!(found(&marc21(&[&coded("nuuuuuuuu"), "245 10$aDivan"])), [""; 0]);
    assert_eq!(found(&marc21(&[&coded("s19x5    "), "245 10$aDivan"])), ["D001 008[0]/7-14"]);
    let cases: [(&str, &str, &[&str]); 5] = [
        ("700", "^AНеизвестный мастер", &["D002 700[0]$A[0]"]),
        ("700", "^AНизами", &[]),
        ("702", "^AАлиев^BЮ.^4999 мастер", &["D003 702[0]$4[0]"]),
        ("102", "SU", &[]),
        ("101", "русский", &["D004 101[0]"]),
    ];
    for (tag, body, expected) in cases {
        assert_eq!(found(&irbis(&[("200", "^AДиван"), (tag, body)])), expected, "{tag} {body}");
    }
    let record = unimarc(&["200 1 $aДиван", "700  1$aНизами", "701  0$aФизули", "702  1$aАлиев$bЮ.$4340"]);
    assert_eq!(found(&record), ["D002 700[0]$a[0]"]);
}

#[test]
fn marks_of_filing_in_irbis_are_not_shown() {
    for (raw, shown, skipped) in [
        ("<Die > Räuber", "Die Räuber", 4),
        ("<The >book", "The book", 4),
        ("<1000=тысяча> страниц", "1000 страниц", 0),
        ("a < b", "a < b", 0),
    ] {
        let record = irbis(&[("920", "PAZK"), ("200", &format!("^A{raw}"))]);
        let bib = Bib::of(record.view());
        assert_eq!(bib.title().as_deref(), Some(shown));
        assert_eq!(bib.titles().next().unwrap().nonfiling(), skipped, "{raw}");
        let filed = bib.snapshot().titles.remove(0).details;
        assert_eq!(filed.iter().any(|part| part.value == raw), raw.contains('='), "{raw}");
    }
    // In MARC 21 they are brackets.
    assert_eq!(ask(&marc21(&["245 10$a<The >book"]), "@title"), ["<The >book"]);
}
