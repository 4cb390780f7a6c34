//! What is damaged: the fixtures, their records in every format that is written, and inputs of our own for the forms in
//! which none of these are.

use std::fs;
use std::path::Path;

use kartoteka::{
    Can, Dialect, FORMATS, Format, ReadOptions, Record, RecordRead, WriteOptions, detect, irbis_text,
    iso2709, writer,
};

/// A file, before damage or after.
#[derive(Clone)]
pub(crate) enum Source {
    Stream(Vec<u8>),
    /// A master file and its cross reference.
    Base {
        mst: Vec<u8>,
        xrf: Vec<u8>,
    },
}

impl Source {
    pub(crate) fn bytes(&self) -> &[u8] {
        match self {
            Source::Stream(bytes) => bytes,
            Source::Base { mst, .. } => mst,
        }
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Source::Stream(bytes) => bytes.len(),
            Source::Base { mst, xrf } => mst.len() + xrf.len(),
        }
    }
}

/// A file, and the format as which it is read.
pub(crate) struct Input {
    pub(crate) format: Format,
    pub(crate) source: Source,
}

/// All inputs, those of a format together.
pub(crate) fn inputs() -> Vec<Input> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let read = |name: &str| fs::read(root.join(name)).unwrap();
    let mut found: Vec<(Format, Source)> = Vec::new();
    let mut add = |format: Format, bytes: Vec<u8>| found.push((format, Source::Stream(bytes)));

    for folder in ["iso2709", "irbis", "json", "text", "xml"] {
        let mut paths: Vec<_> =
            fs::read_dir(root.join(folder)).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.retain(|path| !path.to_string_lossy().contains(".expected."));
        paths.sort();
        for path in paths {
            let bytes = fs::read(&path).unwrap();
            let Ok(found) = detect(&bytes, Some(&path)) else { continue };
            add(found.format, bytes);
        }
    }

    // MARC and IRBIS in every format that is written and read.
    let export = read("irbis/export.txt");
    let written = |format: Format, reader: &mut dyn RecordRead| {
        let mut bytes = Vec::new();
        let mut writer = writer(format, &mut bytes, &WriteOptions::new()).unwrap();
        let mut record = Record::new();
        while reader.read_record(&mut record).unwrap() {
            if let Err(error) = writer.write(&record) {
                assert!(error.is_record(), "{error}");
            }
        }
        writer.finish().unwrap();
        drop(writer);
        bytes
    };
    for format in FORMATS.iter().copied().filter(|format| format.can(Can::Read) && format.can(Can::Write)) {
        if format.can(Can::Seek) {
            continue;
        }
        for name in ["iso2709/marc21.mrc", "iso2709/rusmarc-utf8.mrc", "iso2709/unimarc.mrc"] {
            add(format, written(format, &mut iso2709::SliceReader::new(&read(name), &ReadOptions::new())));
        }
        let options = ReadOptions::new().dialect(Dialect::Irbis);
        add(format, written(format, &mut irbis_text::SliceReader::new(&export, &options)));
    }

    for (format, text) in OWN {
        add(*format, text.as_bytes().to_vec());
        add(*format, text.replace('\n', "\r\n").into_bytes());
    }
    add(Format::Iso2709, ended_by(&read("irbis/irbis-cp1251.iso"), *b"##"));
    add(Format::Iso2709, ended_by(&read("iso2709/marc21.mrc"), [b'\n', b'\r']));
    let lines: Vec<u8> =
        read("irbis/irbis-cp1251.iso").chunks(80).flat_map(|line| [line, b"\r\n"].concat()).collect();
    add(Format::Iso2709, lines);

    let packed = String::from_utf8(read("xml/marc21.xml")).unwrap();
    let packed = packed.split_once("?>").map_or(packed.as_str(), |(_, rest)| rest).trim().to_owned();
    let escaped = packed.replace('&', "&amp;").replace('<', "&lt;");
    for inside in [escaped, format!("<![CDATA[{packed}]]>")] {
        let answer = "<zs:searchRetrieveResponse xmlns:zs=\"http://www.loc.gov/zing/srw/\"><zs:numberOfRecords>1\
            </zs:numberOfRecords><zs:records><zs:record><zs:recordPacking>string</zs:recordPacking><zs:recordData>";
        let end = "</zs:recordData></zs:record></zs:records></zs:searchRetrieveResponse>";
        add(Format::Marcxml, format!("{answer}{inside}{end}").into_bytes());
    }
    let lines = String::from_utf8(read("json/marc21.ndjson")).unwrap();
    let wrapped = |line: &str| format!("{{\"_index\":\"books\",\"record\":{line},\"took\":12}}");
    add(Format::Ndjson, lines.lines().map(|line| wrapped(line) + "\n").collect::<String>().into_bytes());
    let all: Vec<String> = lines.lines().map(wrapped).collect();
    add(Format::Json, format!("{{\"total\":{},\"hits\":[{}]}}", all.len(), all.join(",\n")).into_bytes());

    for variant in ["ffi22", "ffi24", "irbis64", "isis18", "isis20-big-endian"] {
        for prefix in ["", "tiny-"] {
            let file = |ending: &str| read(&format!("isis/{prefix}{variant}.{ending}"));
            found.push((Format::Mst, Source::Base { mst: file("mst"), xrf: file("xrf") }));
        }
    }

    let mut inputs: Vec<Input> = found.into_iter().map(|(format, source)| Input { format, source }).collect();
    inputs.retain(|input| !input.source.bytes().is_empty());
    inputs.sort_by_key(|input| input.format.name());
    let readable = FORMATS.iter().filter(|format| format.can(Can::Read));
    for format in readable {
        let count = inputs.iter().filter(|input| input.format == *format).count();
        assert!(count >= 1, "{format} has no input");
    }
    inputs
}

/// Returns an ISO 2709 file with other field and record terminators.
fn ended_by(data: &[u8], [field, record]: [u8; 2]) -> Vec<u8> {
    let other = |byte: &u8| match byte {
        0x1E => field,
        0x1D => record,
        byte => *byte,
    };
    data.iter().map(other).collect()
}

/// Inputs of our own: forms that no writer makes.
const OWN: &[(Format, &str)] = &[
    // MAB2 as it came on diskettes.
    (
        Format::Iso2709,
        "### 00612nM2.01200024      h\n001 0815\n003 20030511\n100 Lindgren, Ottilie\n331 Wanderungen im Moor\n\
         410 Husum\n412 Heidekraut Verlag\n425 1987\n\n### 00431nM2.01200024      h\n001 4711\n100bBrandt, Karl\n\
         331 Deichbau \u{2021} Geschichte\n425a1990\n\n",
    ),
    (
        Format::Display,
        "000   00512cam a2200181 a 4500\n001   ocm12345678\n100 1_ |a Okafor, Adaeze, |d 1951-\n245 14 |a The weaver's \
         almanac / |c Adaeze Okafor.\n260 __ |a Lagos : |b Harmattan, |c 1988.\n500 __ |a Includes an index of \
         patterns and\n       of dyes.\n650 _0 |a Weaving |z Nigeria.\n\n",
    ),
    (
        Format::Display,
        "LDR 00409nam a2200145 i 4500\n001 zz77\n245 1 0 \u{1C1}aSalt roads\u{1C1}ba history /\u{1C1}cM. Ferreira.\n\
         300    \u{1C1}a212 pages\n650  0 \u{1C1}aSalt industry\u{1C1}xHistory.\n",
    ),
    (
        Format::Mrk,
        "=LDR  00412nam\\\\2200145\\i\\4500\n=001  mk1\n=008  990101s1999\\\\\\\\xx\\\\\\\\\\\\\\\\\\\\\\\\000\\0\\eng\\d\n\
         =100  1\\$aDuarte, In{acute}es.\n=245  10$aPrice {dollar}5 {lcub}net{rcub} /$cInes Duarte.\n\n=LDR  00100nam\\\\2200049\\\\\\4500\n\
         =245  00$$aDoubled$$bdelimiters\n",
    ),
    (
        Format::Line,
        "01200cam a2200265 a 4500\n001 ln-1\n008 850101s1985    xx            000 0 eng d\n245 10 $a Rivers of clay / \
         $c P. Nakamura.\n300    $a 12 cm $$ wide\n\n00100nam a2200049 i 4500\n245 00 $a Second\n",
    ),
    (
        Format::Aleph,
        "000000017 FMT   L BK\n000000017 LDR   L -----nam-a22------i-4500\n000000017 001   L 000000017\n\
         000000017 1001  L $$aKowalska, Zofia\n000000017 24510 L $$aWiatr i woda$$bwiersze\n000000018 FMT   L BK\n\
         000000018 LDR   L 00000nam a2200000 a 4500\n000000018 24500 L $$aDrugi tom\n",
    ),
    (
        Format::Microlif,
        "HDR EXAMPLE VENDOR 01/02/93                                        ^\nLDR00200nam  22     2  4500^\n\
         008930102s1992    xxu           00010 eng d^\n1001 _aOsei, Kwame.^\n24510_aDrums at dusk /_cKwame Osei.^\n\
         520  _aA long summary that is wrapped\nover two lines.^\n952  _a0042_cR`\nLDR00100nam  22     2  4500^\n\
         245 0_aTwo.^`\n",
    ),
    (
        Format::IrbisText,
        "#920: PAZK\n#200: ^A\u{422}\u{438}\u{445}\u{438}\u{439} \u{43B}\u{435}\u{441}^E\u{43E}\u{447}\u{435}\u{440}\u{43A}\u{438}\n\
         #700: ^A\u{41B}\u{438}\u{43F}\u{438}\u{43D}^B\u{41E}.\n*****\n#920: SPEC\n#200: ^ASecond volume\n#461: ^CWhole^U1\n*****\n",
    ),
    (Format::IrbisText, "#1: one\n#1: two\n#2:\n#3: ^\n*****\n*****\n#4: without an end"),
    (
        Format::CisisId,
        "!ID 000001\n!v001!alpha\n!v024!^aBeads and barter^bglass\n!v070!Moyo, T.\n!ID 0000002\n!v024!^aMillet\n!v024!^aSorghum\n",
    ),
    (Format::IrbisServer, "0\n1#0\n0#1\n920#PAZK\n200#^AAmber^Ehistory\n\n0\n2#32\n0#2\n200#^ASecond\n"),
    (
        Format::IrbisServer,
        "3#0\u{1F}\u{1E}0#4\u{1F}\u{1E}200#^AStored on one line\u{1F}\u{1E}700#^AMeri\u{1F}\u{1E}\n",
    ),
    (
        Format::Marcxml,
        "<?xml version=\"1.0\"?>\n<!DOCTYPE collection [<!ENTITY pub \"Kelp Press\">]>\n<marc:collection \
         xmlns:marc=\"http://www.loc.gov/MARC21/slim\"><!-- two -->\n<marc:record><marc:leader>\n  00000nam a2200000 i 4500\n\
         </marc:leader><marc:controlfield tag=\"001\">x&#x31;</marc:controlfield><marc:datafield tag=\"245\" ind1='1' ind2='0'>\
         <marc:subfield code=\"a\">Fish &amp; kelp<![CDATA[ <raw> ]]></marc:subfield></marc:datafield></marc:record>\n\
         <marc:record><marc:leader>00000cas a2200000 a 4500</marc:leader><marc:datafield tag=\"260\" ind1=\" \" ind2=\" \">\
         <marc:subfield code=\"b\">&pub;</marc:subfield></marc:datafield></marc:record></marc:collection>\n",
    ),
    (
        Format::Turbomarc,
        "<collection xmlns=\"http://www.indexdata.com/turbomarc\"><r><l>00000nam a2200000 i 4500</l><c001>tm1</c001>\
         <d245 i1=\"0\" i2=\"0\"><sa>Short names</sa><s code=\"-\">odd</s></d245></r><r><c001>tm2</c001></r></collection>",
    ),
    (
        Format::OaiMarc,
        "<oai_marc xmlns=\"http://www.openarchives.org/OAI/1.1/oai_marc\" status=\"n\" type=\"a\" level=\"m\">\
         <fixfield id=\"1\">\"oai1\"</fixfield><varfield id=\"245\" i1=\"1\" i2=\"0\"><subfield label=\"a\">Harvest</subfield>\
         </varfield></oai_marc>",
    ),
    (
        Format::Marcxchange,
        "<collection xmlns=\"info:lc/xmlns/marcxchange-v1\"><record format=\"MARC21\" type=\"Bibliographic\"><leader>\
         00000nam a2200000 i 4500</leader><controlfield tag=\"001\">mx1</controlfield><datafield tag=\"200\" ind1=\"1\" \
         ind2=\" \" ind3=\"x\"><subfield code=\"a\">Exchange</subfield></datafield></record></collection>",
    ),
    (
        Format::Json,
        "[\n  {\n    \"leader\": \"00000nam a2200000 i 4500\",\n    \"fields\": [\n      { \"001\": \"js\\u0031\" },\n      { \"245\": { \
         \"ind1\": \"1\", \"ind2\": \"0\", \"subfields\": [ { \"a\": \"Pretty \\ud83d\\udcda printed\" }, { \"c\": null } ] } }\n    ]\n  },\n  \
         {\"mfn\": 3, \"status\": 0, \"fields\": [{\"920\": \"PAZK\"}, {\"200\": {\"subfields\": [{\"A\": \"b\"}]}}]}\n]\n",
    ),
    (
        Format::Json,
        "{\"leader\":\"00000nam a2200000 i 4500\",\"controlfield\":[{\"tag\":\"001\",\"data\":\"d1\"}],\"datafield\":[{\"tag\":\"245\",\
         \"ind\":\"10\",\"subfield\":[{\"code\":\"a\",\"data\":\"Draft of 2010\"}]}]}",
    ),
    (
        Format::Ndjson,
        "[[\"LDR\",null,null,\"_\",\"00000nam a2200000 i 4500\"],[\"001\",null,null,\"_\",\"c1\"],[\"245\",\"1\",\"0\",\"a\",\"Rows\",\"b\",\"of arrays\"]]\n\
         {\"parsedRecord\":{\"content\":{\"leader\":\"00000nam a2200000 i 4500\",\"fields\":[{\"245\":{\"ind1\":\"0\",\"ind2\":\"0\",\"subfields\":[{\"a\":\"Folio\"}]}}]}}}\n",
    ),
    (
        Format::Ndjson,
        "{\"leader\":\"00000nam a2200000 i 4500\",\"fields\":[{\"tag\":\"001\",\"value\":\"n1\"},{\"tag\":\"245\",\"ind1\":\"0\",\"ind2\":\"0\",\
         \"subfields\":[{\"code\":\"a\",\"value\":\"National form\"}]}]}\n\n{\"fields\":[]}\n",
    ),
];
