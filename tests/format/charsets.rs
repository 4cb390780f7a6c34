//! Text in any character set, in every form: read by its letters, with its marks, and whole but for what is damaged.

use kartoteka::{
    Charset, Finding, Format, Policy, ReadOptions, Record, RecordRead, RecordWrite, WriteOptions,
};
use kartoteka::{isis, reader, writer};

use super::made::{Form, base, encoded, forms, iso2709, values};

/// Titles in a language, and the sets that hold them.
const TITLES: &[(&[Charset], &[&str])] = &[
    (
        &[
            Charset::Windows1251,
            Charset::Ibm866,
            Charset::Koi8R,
            Charset::Iso8859_5,
            Charset::MacCyrillic,
            Charset::Utf8,
        ],
        &[
            "Записки старого паромщика",
            "Мельницы и плотины верхней Волги",
            "Календарь пасечника на каждый день",
            "Рыбацкие песни Беломорья",
            "Дорожник для пеших странников",
        ],
    ),
    (
        &[Charset::Windows1251, Charset::Koi8U, Charset::Cp1125],
        &[
            "Пісні чумацького шляху",
            "Гончарі та їхні вироби на Поділлі",
            "Зимові звичаї гуцулів",
            "Українські вишивки й килими",
        ],
    ),
    (
        &[Charset::Kz1048, Charset::Ptcp154],
        &[
            "Қыс мезгіліндегі аң аулау",
            "Ұста мен зергер өнері",
            "Көшпенділердің үй салу әдісі",
            "Балалар үшін ертегілер жинағы",
        ],
    ),
    (
        &[Charset::Windows1252, Charset::Cp850, Charset::Marc8, Charset::ISO_5426, Charset::Utf8],
        &[
            "Les écluses du canal après la crue",
            "Récits d'un éclusier de la Saône",
            "Métiers oubliés de la forêt",
            "Légendes et poèmes des hautes vallées",
        ],
    ),
    (
        &[Charset::Windows1252, Charset::Cp850, Charset::Marc8],
        &[
            "Brücken und Fähren über den großen Fluß",
            "Die schönsten Märchen der Müllerin",
            "Für Gärtner und Bäcker",
            "Über das Färben der Tücher",
        ],
    ),
    (
        &[Charset::Windows1250, Charset::Cp852, Charset::Iso8859_2],
        &[
            "Opowieści żeglarzy śródlądowych",
            "Młyny wodne nad Wisłą i Narwią",
            "Książka o pszczołach i łąkach",
            "Ścieżki górskie dla młodzieży",
        ],
    ),
    (
        &[Charset::Windows1254, Charset::Cp857],
        &[
            "İğne oyası ve köy düğünleri",
            "Boğaziçi kayıkçılarının türküleri",
            "Güneşli dağların çocukları",
            "Şehir çeşmeleri üzerine yazılar",
        ],
    ),
    (
        &[Charset::Windows1253, Charset::Iso8859_7, Charset::Cp737],
        &[
            "Οι ψαράδες του κόλπου και τα τραγούδια τους",
            "Παραμύθια από τα βουνά της Ηπείρου",
            "Μικρός οδηγός για μελισσοκόμους",
            "Γέφυρες και νερόμυλοι",
        ],
    ),
    (
        &[Charset::Windows1255],
        &["סיפורי הדייגים של הגליל", "מדריך לגידול דבורים", "שירים ישנים מן הנמל", "תולדות הגשרים בארץ"],
    ),
    (
        &[Charset::Windows1256],
        &[
            "أغاني الصيادين في الميناء",
            "دليل تربية النحل",
            "حكايات من القرية القديمة",
            "تاريخ الجسور والسدود",
        ],
    ),
];

/// The values of all records of a file, and what was found.
fn read(file: &[u8], form: &Form, options: &ReadOptions) -> (Vec<Vec<String>>, Vec<Finding>) {
    all(&mut reader(file, Some(form.format), options).unwrap())
}

fn all(reader: &mut dyn RecordRead) -> (Vec<Vec<String>>, Vec<Finding>) {
    let mut record = Record::new();
    let (mut found, mut findings) = (Vec::new(), Vec::new());
    while reader.read_record(&mut record).unwrap() {
        found.push(values(&record));
        findings.extend_from_slice(reader.findings());
    }
    (found, findings)
}

fn nfc(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    text.nfc().collect()
}

/// Reads a file of titles in each form, and as a base, and compares.
fn assert_read(texts: &[[&str; 2]], bytes: &[[Vec<u8>; 2]], what: &str, wrong: &mut Vec<String>) {
    let expected: Vec<Vec<String>> = texts.iter().map(|record| record.map(nfc).to_vec()).collect();
    for form in forms() {
        let (found, _) = read(&form.file(bytes.iter().enumerate()), &form, &ReadOptions::new());
        if found != expected {
            wrong.push(format!("{what} in {}: {found:?}", form.name));
        }
    }
    for is_irbis64 in [false, true] {
        let (mst, xrf) = base(is_irbis64, bytes);
        let options = ReadOptions::new();
        let (found, _) = all(&mut isis::SliceReader::from_slice(&mst, Some(&xrf), &options).unwrap());
        if found != expected {
            wrong.push(format!("{what} in a base, IRBIS64 {is_irbis64}: {found:?}"));
        }
    }
}

#[test]
fn titles_of_each_language_in_each_set_and_form() {
    let mut wrong = Vec::new();
    for (sets, titles) in TITLES {
        let next = titles.iter().cycle().skip(1);
        let texts: Vec<[&str; 2]> = titles.iter().zip(next).map(|(one, other)| [*one, *other]).collect();
        for charset in *sets {
            let bytes: Vec<[Vec<u8>; 2]> =
                texts.iter().map(|record| record.map(|text| encoded(text, *charset))).collect();
            assert_read(&texts, &bytes, charset.name(), &mut wrong);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The marks of ISO 6630 around words that are not filed: as escape sequences in any set, as bytes 88 and 89 in those that
/// have them, as characters in UTF-8. Nothing is rejected on the way to XML.
#[test]
fn marks_around_words_that_are_not_filed_in_each_set_and_form() {
    let mut wrong = Vec::new();
    let escaped = |text: &str| text.replace('\u{98}', "\u{1B}H").replace('\u{9C}', "\u{1B}I");
    for (charset, texts) in [
        (Charset::Utf8, ["\u{98}Les \u{9C}bergers d'Auvergne à pied", "\u{98}L'\u{9C}été"]),
        (
            Charset::Windows1252,
            ["\u{98}Les \u{9C}bergères d'Auvergne après l'été", "\u{98}L'\u{9C}école du village"],
        ),
        (
            Charset::Cp850,
            ["\u{98}Les \u{9C}bergères d'Auvergne après l'été", "\u{98}L'\u{9C}école du village"],
        ),
        (
            Charset::Marc8,
            ["\u{98}Les \u{9C}bergères d'Auvergne après l'été", "\u{98}L'\u{9C}école du village"],
        ),
        (
            Charset::ISO_5426,
            ["\u{98}Les \u{9C}bergères d'Auvergne après l'été", "\u{98}L'\u{9C}école du village"],
        ),
        (Charset::Windows1251, ["\u{98}The \u{9C}Песни сплавщиков Камы", "о \u{98}старых \u{9C}плотах"]),
        (Charset::Utf8, ["\u{98}The \u{9C}plain old shepherds", "\u{98}A \u{9C}second part"]),
    ] {
        let plain = texts.map(|text| text.replace(['\u{98}', '\u{9C}'], ""));
        for clothes in ["escapes", "bytes", "characters"] {
            let bytes = texts.map(|text| match clothes {
                "escapes" => escaped(text)
                    .split_inclusive('\u{1B}')
                    .flat_map(|part| match part.strip_suffix('\u{1B}') {
                        Some(before) => [encoded(before, charset), vec![0x1B]].concat(),
                        None => encoded(part, charset),
                    })
                    .collect(),
                "bytes" => text
                    .split_inclusive(['\u{98}', '\u{9C}'])
                    .flat_map(|part| {
                        let mark = part.chars().last().filter(|mark| matches!(mark, '\u{98}' | '\u{9C}'));
                        let rest = part.trim_end_matches(['\u{98}', '\u{9C}']);
                        let mark = mark.map(|mark| if mark == '\u{98}' { 0x88 } else { 0x89 });
                        encoded(rest, charset).into_iter().chain(mark)
                    })
                    .collect(),
                _ => text.as_bytes().to_vec(),
            });
            let has = match clothes {
                "bytes" => matches!(charset, Charset::Marc8 | Charset::ISO_5426),
                "characters" => charset == Charset::Utf8,
                _ => true,
            };
            if has {
                let neighbours = plain.each_ref().map(|text| encoded(text, charset));
                let what = format!("{clothes} in {charset}");
                let plain = plain.each_ref().map(String::as_str);
                assert_read(&[texts, plain], &[bytes.clone(), neighbours.clone()], &what, &mut wrong);
                for form in forms() {
                    let file = form.file([&bytes, &neighbours].into_iter().enumerate());
                    wrong.extend(
                        rejected(&file, &form).map(|error| format!("{what} in {}: {error}", form.name)),
                    );
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Why a record is rejected on the way to another form, if one is.
fn rejected(file: &[u8], form: &Form) -> Option<String> {
    for format in [Format::Ndjson, Format::Marcxml, Format::Iso2709, Format::Mrk] {
        let mut from = reader(file, Some(form.format), &ReadOptions::new()).unwrap();
        let options = WriteOptions::new().charset(Charset::Utf8).policy(Policy::Replace);
        let mut to = writer(format, std::io::sink(), &options).unwrap();
        let mut record = Record::new();
        loop {
            match from.read_record(&mut record) {
                Ok(false) => break,
                Ok(true) => {}
                Err(error) => return Some(error.to_string()),
            }
            if let Err(error) = to.write_record(record.view()) {
                return Some(format!("to {}: {error}", format.name()));
            }
        }
        to.finish().unwrap();
    }
    None
}

/// Field 100 of UNIMARC whose codes are a character off, or name sets that nobody has, or nothing.
#[test]
fn codes_of_sets_that_are_wrong_in_field_100() {
    let date = "20190304d2019    k  y0frey";
    let codes = [
        "50      ca",
        " 50      ca",
        "0 50     ca",
        "5",
        "",
        "5x      ca",
        "07      ca",
        "0108    ca",
        "1199    ca",
        "990    ca",
    ];
    let title = "Les écluses du canal après la crue";
    let mut wrong = Vec::new();
    for charset in [Charset::Utf8, Charset::Windows1252, Charset::ISO_5426, Charset::Marc8, Charset::Cp850] {
        for code in codes {
            for coded in [format!("{date}{code}"), format!("{}{code}", &date[..25]), date[..20].to_owned()] {
                let value = |text: &str| [b"10\x1Fa".to_vec(), encoded(text, charset)].concat();
                let fields = [
                    ("001", b"1".to_vec()),
                    ("100", [b"  \x1Fa", coded.as_bytes()].concat()),
                    ("200", value(title)),
                ];
                let iso = iso2709(("nam0 22", "3  450 "), &fields);
                let mrk = [
                    format!("=LDR  00000nam0 2200000   450 \n=001  1\n=100  \\\\$a{coded}\n=200  1\\$a")
                        .as_bytes(),
                    &encoded(title, charset),
                    b"\n\n",
                ]
                .concat();
                for (format, file) in [(Format::Iso2709, iso), (Format::Mrk, mrk)] {
                    let (found, _) = all(&mut reader(&file[..], Some(format), &ReadOptions::new()).unwrap());
                    if found != [[nfc(title)]] {
                        wrong.push(format!("{coded:?}, {charset} in {}: {found:?}", format.name()));
                    }
                    let mut from = reader(&file[..], Some(format), &ReadOptions::new()).unwrap();
                    let options = WriteOptions::new().charset(Charset::Utf8).policy(Policy::Replace);
                    let mut to = writer(Format::Marcxml, std::io::sink(), &options).unwrap();
                    let summary = kartoteka::copy(&mut from, &mut to).unwrap();
                    if (summary.written, summary.rejected) != (1, 0) {
                        wrong.push(format!("{coded:?}, {charset} in {}: {summary:?}", format.name()));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A document of XML that names its set.
fn document(name: &str, titles: &[Vec<u8>]) -> Vec<u8> {
    let head = format!(
        "<?xml version=\"1.0\" encoding=\"{name}\"?>\n<collection xmlns=\"http://www.loc.gov/MARC21/slim\">\n"
    );
    let mut file = head.into_bytes();
    for title in titles {
        file.extend_from_slice(b"<record><leader>00000nam  2200000   4500</leader>");
        file.extend_from_slice(br#"<datafield tag="245" ind1="1" ind2="0"><subfield code="a">"#);
        file.extend_from_slice(title);
        file.extend_from_slice(b"</subfield></datafield></record>\n");
    }
    file.extend_from_slice(b"</collection>\n");
    file
}

/// Sets that are named and not among those that are judged are what the document says, unless other words are in it.
#[test]
fn sets_that_only_a_document_names() {
    let mut wrong = Vec::new();
    for (name, charset, titles) in [
        ("GBK", Charset::Gbk, ["江南水乡的桥梁与渡船", "养蜂人手册", "老船工的歌"]),
        ("gb2312", Charset::Gbk, ["江南水乡的桥梁与渡船", "养蜂人手册", "老船工的歌"]),
        ("GB18030", Charset::Gb18030, ["江南水乡的桥梁与渡船", "养蜂人手册", "老船工的歌"]),
        ("Big5", Charset::Big5, ["江南水鄉的橋樑與渡船", "養蜂人手冊", "老船工的歌"]),
        ("Shift_JIS", Charset::ShiftJis, ["川の渡し舟と橋", "養蜂家のてびき", "古い船頭の歌"]),
        ("EUC-JP", Charset::EucJp, ["川の渡し舟と橋", "養蜂家のてびき", "古い船頭の歌"]),
        ("EUC-KR", Charset::EucKr, ["강나루의 다리와 나룻배", "꿀벌 치는 법", "늙은 뱃사공의 노래"]),
        ("windows-874", Charset::Windows874, ["สะพานและเรือข้ามฟาก", "คู่มือการเลี้ยงผึ้ง", "เพลงของคนเรือ"]),
        (
            "macintosh",
            Charset::Macintosh,
            ["Légendes et poèmes des hautes vallées", "Après la crue", "Métiers oubliés de la forêt"],
        ),
    ] {
        let honest = document(name, &titles.map(|title| encoded(title, charset)));
        let (found, findings) =
            all(&mut reader(&honest[..], Some(Format::Marcxml), &ReadOptions::new()).unwrap());
        if found != titles.map(|title| [nfc(title)]) || !findings.is_empty() {
            wrong.push(format!("{name}: {found:?} {findings:?}"));
        }
        for (other, titles) in [
            (Charset::Windows1251, TITLES[0].1),
            (Charset::Ibm866, TITLES[0].1),
            (Charset::Windows1253, TITLES[7].1),
            (Charset::Windows1250, TITLES[5].1),
        ] {
            let bytes: Vec<Vec<u8>> = titles.iter().map(|title| encoded(title, other)).collect();
            let lying = document(name, &bytes);
            let (found, findings) =
                all(&mut reader(&lying[..], Some(Format::Marcxml), &ReadOptions::new()).unwrap());
            let expected: Vec<[String; 1]> = titles.iter().map(|title| [nfc(title)]).collect();
            if found != expected || findings.is_empty() {
                wrong.push(format!("{name}, and the text is {other}: {found:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_document_in_utf8_that_names_another_set_is_told() {
    for (name, told) in [("windows-1251", 3), ("ISO-8859-1", 3), ("UTF-8", 0), ("utf8", 0)] {
        let titles = ["Вязание сетей", "Чинка лодок", "Солка рыбы"];
        let file = document(name, &titles.map(|title| title.as_bytes().to_vec()));
        let (found, findings) =
            all(&mut reader(&file[..], Some(Format::Marcxml), &ReadOptions::new()).unwrap());
        assert_eq!(found, titles.map(|title| [title.to_owned()]), "{name}");
        assert_eq!(findings.len(), told, "{name}: {findings:?}");
    }
}
