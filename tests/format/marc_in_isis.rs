//! MARC kept in fields of CDS/ISIS: found by itself in master files, ISO 2709 and id files, read as MARC, and written back
//! as it was. The files are built here, byte by byte, and what is written is taken apart here.

use std::io::Cursor;

use kartoteka::inspect::Inspection;
use kartoteka::{
    Charset, Dialect, Format, Pass, ReadOptions, Record, RecordRead, RecordWrite, WriteOptions, isis, reader,
    rules, writer,
};

/// Leader positions 5, 6, 7, 17, 18, and the fields, with `$` for 1F.
type Marc = (&'static str, &'static [(u16, &'static str)]);

const RECORDS: &[Marc] = &[
    (
        "namia",
        &[
            (1, "turm0001"),
            (8, "080703s1981    xx            000 0 ger d"),
            (100, "1 $aJäger, Änne,$d1931-"),
            (245, "14$aDie Türme der Küste :$bfünf Führungen für Gäste /$cÄnne Jäger."),
            (300, "  $a90 Seiten"),
            (500, "  $aEnthält Übersichten über ältere Leuchttürme."),
            (650, " 7$aLeuchttürme$zSüden$2örtlich"),
        ],
    ),
    (
        "cas1 ",
        &[
            (1, "turm0002"),
            (245, "00$aBlätter für Wärter und Lotsen."),
            (310, "  $aJährlich, früher zweimal jährlich"),
            (650, " 0$aLeuchttürme"),
            (650, " 0$aKüste$xÖde Strände"),
        ],
    ),
    (
        "nem a",
        &[
            (1, "turm0003"),
            (245, "10$aKarte der Nebelhörner."),
            (255, "  $aMaßstab 1:50 000$cnördlich bis südlich"),
            (710, "2 $aHafenbehörde."),
        ],
    ),
];

/// How a base keeps a record.
#[derive(Clone, Copy)]
struct Base {
    name: &'static str,
    /// The tag of leader position 0, and which of the five positions are kept.
    first: u16,
    positions: [bool; 5],
    at_end: bool,
    /// What a blank indicator is, and a blank leader position.
    blank: &'static str,
    blank_position: &'static str,
    /// The records that have no leader.
    without: &'static [usize],
    charset: Text,
}

#[derive(Clone, Copy, PartialEq)]
enum Text {
    Utf8,
    Ansi,
    Oem,
}

const ALL: [bool; 5] = [true; 5];
const ABCD: Base = Base {
    name: "3005 to 3018",
    first: 3000,
    positions: ALL,
    at_end: false,
    blank: " ",
    blank_position: " ",
    without: &[],
    charset: Text::Ansi,
};
const BASES: &[Base] = &[
    ABCD,
    Base { name: "in UTF-8", charset: Text::Utf8, ..ABCD },
    Base { name: "in code page 850", charset: Text::Oem, ..ABCD },
    Base { name: "905 to 918", first: 900, ..ABCD },
    Base { name: "905 to 918 at the end, with #", first: 900, at_end: true, blank: "#", ..ABCD },
    Base { name: "at the end", at_end: true, ..ABCD },
    Base { name: "some positions", positions: [false, true, true, false, true], ..ABCD },
    Base { name: "# for blanks", blank: "#", blank_position: "#", ..ABCD },
    Base { name: "_ for blanks", blank: "_", blank_position: "_", ..ABCD },
    Base { name: "| for blanks", blank: "|", ..ABCD },
    Base { name: "nothing for blank positions", blank_position: "", ..ABCD },
    Base { name: "one record without a leader", without: &[1], ..ABCD },
    Base { name: "no leader", without: &[0, 1, 2], ..ABCD },
    Base {
        name: "no leader, # for blanks, UTF-8",
        without: &[0, 1, 2],
        blank: "#",
        charset: Text::Utf8,
        ..ABCD
    },
];

const POSITIONS: [usize; 5] = [5, 6, 7, 17, 18];

impl Base {
    fn bytes(&self, text: &str) -> Vec<u8> {
        let oem = [('ä', 0x84), ('ö', 0x94), ('ü', 0x81), ('Ä', 0x8E), ('Ö', 0x99), ('Ü', 0x9A), ('ß', 0xE1)];
        let byte = |letter: char| match (self.charset, letter) {
            (_, letter) if letter.is_ascii() => letter as u8,
            (Text::Oem, letter) => oem.iter().find(|(known, _)| *known == letter).unwrap().1,
            (_, letter) => u8::try_from(u32::from(letter)).unwrap(),
        };
        match self.charset {
            Text::Utf8 => text.as_bytes().to_vec(),
            _ => text.chars().map(byte).collect(),
        }
    }

    fn kept(&self, position: usize, number: usize) -> bool {
        self.positions[position] && !self.without.contains(&number)
    }

    /// The fields as the base has them.
    fn fields(&self, number: usize) -> Vec<(u16, Vec<u8>)> {
        let (leader, marc) = RECORDS[number];
        let kept = leader.chars().enumerate().filter(|(at, _)| self.kept(*at, number));
        let kept = kept.map(|(at, value)| {
            let value = if value == ' ' { self.blank_position.to_owned() } else { value.to_string() };
            (self.first + POSITIONS[at] as u16, value.into_bytes())
        });
        let data = marc.iter().map(|(tag, text)| match tag {
            ..10 => (*tag, self.bytes(text)),
            _ => {
                let indicators = text[..2].replace(' ', self.blank);
                (*tag, self.bytes(&format!("{indicators}{}", text[2..].replace('$', "^"))))
            }
        });
        match self.at_end {
            true => data.chain(kept).collect(),
            false => kept.chain(data).collect(),
        }
    }

    /// The leader positions that are read: those that are not kept are the usual ones.
    fn leader(&self, number: usize) -> String {
        let (leader, _) = RECORDS[number];
        let usual = "nam  ";
        let read = |at: usize| if self.kept(at, number) { leader } else { usual }.chars().nth(at).unwrap();
        (0..5).map(read).collect()
    }

    fn all(&self) -> Vec<Vec<(u16, Vec<u8>)>> {
        (0..RECORDS.len()).map(|number| self.fields(number)).collect()
    }
}

type Fields = Vec<(u16, Vec<u8>)>;

/// A master file with leaders of 18 bytes.
fn master_file(records: &[Fields]) -> Vec<u8> {
    let mut mst = vec![0; 64];
    for (number, fields) in records.iter().enumerate() {
        let base = 18 + 6 * fields.len();
        let data: Vec<u8> = fields.iter().flat_map(|(_, value)| value.clone()).collect();
        let length = (base + data.len()).next_multiple_of(2);
        let long = |number: usize| (number as u32).to_le_bytes().to_vec();
        let short = |number: usize| (number as u16).to_le_bytes().to_vec();
        let mut record = [long(number + 1), short(length), long(0), short(0), short(base)].concat();
        record.extend([short(fields.len()), short(0)].concat());
        let mut at = 0;
        for (tag, value) in fields {
            record.extend([short(usize::from(*tag)), short(at), short(value.len())].concat());
            at += value.len();
        }
        record.extend(data);
        record.resize(length, b' ');
        mst.extend(record);
    }
    let end = mst.len();
    let next = (records.len() as u32 + 1).to_le_bytes();
    mst[4..8].copy_from_slice(&next);
    mst[8..12].copy_from_slice(&(end as u32 / 512 + 1).to_le_bytes());
    mst[12..14].copy_from_slice(&(end as u16 % 512 + 1).to_le_bytes());
    mst.resize(end.next_multiple_of(512), 0);
    mst
}

/// The fields of the records of a master file with leaders of 18 bytes: those in which the numbers begin at 1.
fn taken_apart(mst: &[u8]) -> Vec<Fields> {
    let short = |at: usize| usize::from(u16::from_le_bytes([mst[at], mst[at + 1]]));
    let (mut at, mut records) = (64, Vec::new());
    while mst.len() > at + 18 {
        if mst[at..at + 4] == [0; 4] {
            at += 2;
            continue;
        }
        let (length, base, count) = (short(at + 4), short(at + 12), short(at + 14));
        let entries = (0..count).map(|field| at + 18 + 6 * field);
        let field = |entry: usize| {
            let start = at + base + short(entry + 2);
            (short(entry) as u16, mst[start..start + short(entry + 4)].to_vec())
        };
        records.push(entries.map(field).collect());
        at += length;
    }
    records
}

fn id_file(records: &[Fields]) -> Vec<u8> {
    let mut out = Vec::new();
    for (number, fields) in records.iter().enumerate() {
        out.extend(format!("!ID {:06}\n", number + 1).into_bytes());
        for (tag, value) in fields {
            out.extend([format!("!v{tag:03}!").as_bytes(), value, b"\n"].concat());
        }
    }
    out
}

/// ISO 2709 with these bytes of the leader, 5 to 11 and 17 to 23.
fn exchange(records: &[Fields], leader: impl Fn(usize) -> (String, &'static str)) -> Vec<u8> {
    let mut out = Vec::new();
    for (number, fields) in records.iter().enumerate() {
        let (mut directory, mut data) = (String::new(), Vec::new());
        for (tag, value) in fields {
            directory += &format!("{tag:03}{:04}{:05}", value.len() + 1, data.len());
            data.extend([value, &b"\x1e"[..]].concat());
        }
        let (start, end) = leader(number);
        let base = 25 + directory.len();
        let length = base + data.len() + 1;
        let head = format!("{length:05}{start}{base:05}{end}{directory}\x1e");
        out.extend([head.as_bytes(), &data, b"\x1d"].concat());
    }
    out
}

/// What is read: leader positions, and fields with `$` for 1F. And how often the note was given.
type Read = (Vec<(String, Vec<(u16, String)>)>, usize);

fn all(reader: &mut dyn RecordRead) -> Read {
    let (mut records, mut notes) = (Vec::new(), 0);
    let mut record = Record::new();
    while reader.read_record(&mut record).unwrap() {
        notes += reader.findings().iter().filter(|finding| finding.rule == rules::MARC_IN_ISIS).count();
        let leader = record.leader().map_or(String::new(), |leader| {
            POSITIONS.iter().map(|at| char::from(leader.get(*at).unwrap())).collect()
        });
        let fields = record.fields().map(|field| {
            let text = field.raw_text().to_str().unwrap().replace('\u{1F}', "$");
            (field.tag().number().unwrap() as u16, text)
        });
        records.push((leader, fields.collect()));
    }
    (records, notes)
}

/// What is to be read from a base.
fn expected(base: &Base) -> Read {
    let fields = |number: usize| RECORDS[number].1.iter().map(|(tag, text)| (*tag, (*text).to_owned()));
    ((0..RECORDS.len()).map(|number| (base.leader(number), fields(number).collect())).collect(), 1)
}

fn open<'a>(format: Format, data: &'a [u8], options: &ReadOptions) -> Box<dyn RecordRead + 'a> {
    Box::new(reader(data, Some(format), options).unwrap())
}

fn format(name: &str) -> Format {
    Format::from_name(name).unwrap()
}

fn written(reader: &mut dyn RecordRead, to: Format) -> Vec<u8> {
    let shared = Shared::default();
    let mut out = writer(to, shared.clone(), &WriteOptions::new()).unwrap();
    let mut record = Record::new();
    while reader.read_record(&mut record).unwrap() {
        out.write_record(record.view()).unwrap();
        assert!(out.findings().is_empty(), "{:?}", out.findings());
    }
    out.finish().unwrap();
    drop(out);
    shared.0.lock().unwrap().clone()
}

#[derive(Default, Clone)]
struct Shared(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

impl std::io::Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn as_base(reader: &mut dyn RecordRead) -> Vec<Fields> {
    let files = (Cursor::new(Vec::new()), Cursor::new(Vec::new()));
    let layout = master_file(&ABCD.all());
    let variant = isis::SliceReader::from_slice(&layout, None, &ReadOptions::new()).unwrap().variant();
    let mut out = isis::Writer::create(files.0, files.1, variant, &WriteOptions::new()).unwrap();
    let mut record = Record::new();
    while reader.read_record(&mut record).unwrap() {
        out.write_record(record.view()).unwrap();
        assert!(out.findings().is_empty(), "{:?}", out.findings());
    }
    out.finish().unwrap();
    taken_apart(&out.into_inner().0.into_inner())
}

#[test]
fn master_files_are_read_and_written_back() {
    for base in BASES {
        let mst = master_file(&base.all());
        let open = || isis::SliceReader::from_slice(&mst, None, &ReadOptions::new()).unwrap();
        assert_eq!(all(&mut open()), expected(base), "{}", base.name);
        assert!(as_base(&mut open()) == base.all(), "{}: {:?}", base.name, as_base(&mut open()));
        assert_eq!(written(&mut open(), format("cisis-id")), id_file(&base.all()), "{}", base.name);
    }
}

#[test]
fn id_files_are_read_and_written_back() {
    for base in BASES {
        let id = id_file(&base.all());
        let open = || open(format("cisis-id"), &id, &ReadOptions::new());
        assert_eq!(all(&mut *open()), expected(base), "{}", base.name);
        assert!(written(&mut *open(), format("cisis-id")) == id, "{}", base.name);
        assert!(as_base(&mut *open()) == base.all(), "{}", base.name);
    }
}

#[test]
fn exports_are_read_and_written_back() {
    for base in BASES.iter().filter(|base| base.first == 900 || base.without.len() == RECORDS.len()) {
        let iso = exchange(&base.all(), |_| ("0000000".to_owned(), "0004500"));
        let open = || open(format("iso2709"), &iso, &ReadOptions::new());
        assert_eq!(all(&mut *open()), expected(base), "{}", base.name);
        assert!(written(&mut *open(), format("iso2709")) == iso, "{}", base.name);
        assert!(as_base(&mut *open()) == base.all(), "{}", base.name);
    }
}

#[test]
fn marc_with_carets_is_read_and_written_back() {
    for blank in [" ", "#", "_", "|"] {
        let base = Base { blank, without: &[0, 1, 2], charset: Text::Utf8, ..ABCD };
        let iso = exchange(&base.all(), |number| {
            let leader = RECORDS[number].0;
            (format!("{} a22", &leader[..3]), [" i 4500", "1  4500", " a 4500"][number])
        });
        let open = |options: &ReadOptions| open(format("iso2709"), &iso, options);
        let (records, notes) = all(&mut *open(&ReadOptions::new()));
        assert_eq!((records.len(), notes), (3, 1), "{blank}");
        for (number, (leader, fields)) in records.iter().enumerate() {
            assert_eq!(leader[..3], RECORDS[number].0[..3], "{blank}");
            let (_, marc) = RECORDS[number];
            assert!(
                fields.iter().map(|(tag, text)| (*tag, text.as_str())).eq(marc.iter().copied()),
                "{blank}"
            );
        }
        assert!(written(&mut *open(&ReadOptions::new()), format("iso2709")) == iso, "{blank}");
    }
}

#[test]
fn marc_is_made_of_a_base() {
    // In ISO 2709 they are MARC: the directory has no room for 3005, and other programs read it.
    let mst = master_file(&ABCD.all());
    let mut base = isis::SliceReader::from_slice(&mst, None, &ReadOptions::new()).unwrap();
    let iso = written(&mut base, format("iso2709"));
    assert!(!iso.contains(&b'^') && iso[5..8] == *b"nam" && iso[10..12] == *b"22");
    let fields = iso.split(|byte| *byte == 0x1E).filter(|field| field.contains(&0x1F));
    assert!(fields.clone().next().unwrap().starts_with(b"1 \x1faJ"));
    let data = RECORDS.iter().flat_map(|(_, fields)| *fields).filter(|(tag, _)| *tag > 9);
    assert_eq!(fields.count(), data.count());
}

#[test]
fn the_dialect_is_named() {
    let mst = master_file(&ABCD.all());
    let base = isis::SliceReader::from_slice(&mst, None, &ReadOptions::new()).unwrap();
    let mut pass = Pass::new(base);
    let mut inspection = Inspection::new();
    while let Some(item) = pass.item().unwrap() {
        inspection.add(&item);
    }
    let dialects = inspection.dialects();
    assert_eq!(dialects.len(), 1);
    assert_eq!((dialects[0].dialect, dialects[0].records), (Dialect::Marc21, 3));
    assert_eq!(dialects[0].reason, "MARC kept in CDS/ISIS");
}

/// Whether the fields come as they are in the file, with their `^`.
fn is_plain(records: &[Fields], options: &ReadOptions) {
    let expected: Vec<Vec<(u16, String)>> = records
        .iter()
        .map(|fields| {
            let text = |value: &[u8]| String::from_utf8(value.to_vec()).unwrap();
            fields.iter().map(|(tag, value)| (*tag, text(value))).collect()
        })
        .collect();
    let (mst, id) = (master_file(records), id_file(records));
    let mut base = isis::SliceReader::from_slice(&mst, None, options).unwrap();
    for reader in [&mut base as &mut dyn RecordRead, &mut *open(format("cisis-id"), &id, options)] {
        let (read, notes) = all(reader);
        assert_eq!(notes, 0);
        assert!(read.into_iter().map(|(_, fields)| fields).eq(expected.iter().cloned()));
    }
}

fn plain(records: &[&[(u16, &str)]]) -> Vec<Fields> {
    let field = |(tag, text): &(u16, &str)| (*tag, text.as_bytes().to_vec());
    records.iter().map(|fields| fields.iter().map(field).collect()).collect()
}

#[test]
fn other_bases_are_left_as_they_are() {
    let utf8 = Base { charset: Text::Utf8, ..ABCD };
    // One record is not enough, and neither is one of many.
    is_plain(&utf8.all()[..1], &ReadOptions::new());
    let library: &[(u16, &str)] = &[(24, "^aTechniques for^bkeepers"), (69, "lamps%wicks"), (70, "Lake, A.")];
    let shelf: &[(u16, &str)] = &[(920, "PAZK"), (200, "^aHarbours^fA. Lake"), (905, "n"), (910, "^A0^B17")];
    let coded: &[(u16, &str)] =
        &[(5, "s"), (6, "m"), (18, "Harbours of the north"), (64, "1981"), (90, "12^av. 3")];
    let mut mixed = plain(&[library, shelf, library, shelf, coded, library, coded, shelf]);
    mixed.push(utf8.fields(0));
    is_plain(&mixed, &ReadOptions::new());
    // Years and numbers before a code are no indicators.
    let year: &[(u16, &str)] =
        &[(26, "1981^aHarbours"), (30, "90^ap."), (245, "Lamps^bwicks"), (650, "Lamps")];
    is_plain(&plain(&[year, year, year, coded]), &ReadOptions::new());
    // Local fields of one letter.
    let local: &[(u16, &str)] =
        &[(905, "n"), (906, "a"), (907, "m"), (200, "^aHarbours"), (210, "^aBaku^d1981"), (700, "^aLake")];
    is_plain(&plain(&[local, local, local]), &ReadOptions::new());
}

#[test]
fn the_caller_decides() {
    let utf8 = Base { charset: Text::Utf8, ..ABCD };
    for dialect in [Dialect::Isis, Dialect::Irbis] {
        is_plain(&utf8.all(), &ReadOptions::new().dialect(dialect));
    }
    // One record, of which the caller says that it is MARC.
    let id = id_file(&utf8.all()[..1]);
    let options = ReadOptions::new().dialect(Dialect::Marc21);
    let (records, notes) = all(&mut *open(format("cisis-id"), &id, &options));
    assert_eq!((records, notes), (expected(&utf8).0[..1].to_vec(), 0));
}

#[test]
fn pieces_of_any_size_are_read_alike() {
    struct Slowly<'a>(&'a [u8], usize);
    impl std::io::Read for Slowly<'_> {
        fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
            let most = out.len().min(self.1);
            self.0.read(&mut out[..most])
        }
    }
    let base = Base { first: 900, charset: Text::Utf8, ..ABCD };
    let iso = exchange(&base.all(), |_| ("0000000".to_owned(), "0004500"));
    let id = id_file(&base.all());
    for size in [1, 7, 100, 5000] {
        let options = ReadOptions::new().charset(Charset::Auto);
        let mut stream = kartoteka::iso2709::Reader::new(Slowly(&iso, size), &options);
        assert_eq!(all(&mut stream), expected(&base), "{size}");
        let mut stream = kartoteka::cisis_id::Reader::new(Slowly(&id, size), &options);
        assert_eq!(all(&mut stream), expected(&base), "{size}");
    }
}
