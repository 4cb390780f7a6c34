//! Fifty records, one of them damaged in some thirty ways, as the first, in the middle, or the last: no other record is
//! lost or changed, in any dialect of ISO 2709 and with any terminators.

use kartoteka::iso2709::SliceReader;
use kartoteka::{Dialect, ReadOptions, Record, RecordRead};

const RECORDS: usize = 50;

/// A way to write a record in ISO 2709.
#[derive(Clone, Copy)]
struct Shape {
    name: &'static str,
    /// Leader/05 to 11, and 17 to 23.
    leader: (&'static str, &'static str),
    field: u8,
    record: u8,
    delimiter: u8,
    indicators: &'static str,
    /// What the caller says.
    dialect: Dialect,
    /// Indicators and delimiter of the fields that are read.
    read: (&'static str, u8),
    /// Width of the lines, and the line end.
    lines: Option<(usize, &'static [u8])>,
}

const MARC: Shape = Shape {
    name: "MARC 21",
    leader: ("nam a22", " a 4500"),
    field: 0x1E,
    record: 0x1D,
    delimiter: 0x1F,
    indicators: "1 ",
    dialect: Dialect::Auto,
    read: ("1 ", 0x1F),
    lines: None,
};
const ISIS: Shape = Shape {
    name: "CDS/ISIS with 1E and 1D",
    leader: ("0000000", "0004500"),
    delimiter: b'^',
    indicators: "",
    read: ("", b'^'),
    ..MARC
};
/// An export of a base that keeps MARC.
const KEPT: Shape =
    Shape { name: "MARC in CDS/ISIS with 1E and 1D", indicators: "10", read: ("10", 0x1F), ..ISIS };
/// A file of MARC in which the base left its `^`.
const CARETS: Shape =
    Shape { name: "MARC with ^", delimiter: b'^', indicators: "#0", read: (" 0", 0x1F), ..MARC };
const UNIMARC: Shape =
    Shape { name: "UNIMARC", leader: ("cam0 22", "1  450 "), indicators: "  ", read: ("  ", 0x1F), ..MARC };
const RUSMARC: Shape =
    Shape { name: "RUSMARC", leader: ("nam0 22", "   450 "), indicators: "  ", read: ("  ", 0x1F), ..MARC };
const DANMARC2: Shape = Shape {
    name: "danMARC2",
    leader: ("nam a32", "   4500"),
    indicators: "00 ",
    read: ("00 ", 0x1F),
    ..MARC
};
const SHAPES: &[Shape] = &[
    MARC,
    UNIMARC,
    Shape { name: "UNIMARC in lines", lines: Some((80, b"\n")), ..UNIMARC },
    RUSMARC,
    Shape { name: "RUSMARC by name", dialect: Dialect::Rusmarc, ..RUSMARC },
    Shape { name: "RUSMARC in lines", lines: Some((80, b"\r\n")), ..RUSMARC },
    Shape { name: "IRBIS", dialect: Dialect::Irbis, read: ("", b'^'), ..RUSMARC },
    Shape {
        name: "IRBIS in lines",
        dialect: Dialect::Irbis,
        read: ("", b'^'),
        lines: Some((80, b"\r\n")),
        ..RUSMARC
    },
    DANMARC2,
    Shape { name: "danMARC2 by name", dialect: Dialect::Danmarc2, ..DANMARC2 },
    Shape { name: "danMARC2 in lines", lines: Some((80, b"\r\n")), ..DANMARC2 },
    KEPT,
    Shape { name: "MARC in CDS/ISIS with #", field: b'#', record: b'#', ..KEPT },
    Shape {
        name: "MARC in CDS/ISIS with # in lines",
        field: b'#',
        record: b'#',
        lines: Some((80, b"\r\n")),
        ..KEPT
    },
    Shape { name: "MARC in CDS/ISIS in lines", lines: Some((80, b"\n")), ..KEPT },
    CARETS,
    Shape { name: "MARC with ^ by name", dialect: Dialect::Marc21, ..CARETS },
    Shape { name: "MARC with ^ in lines", lines: Some((80, b"\r\n")), ..CARETS },
    Shape { name: "MARC 21 in lines", lines: Some((80, b"\r\n")), ..MARC },
    ISIS,
    Shape { name: "CDS/ISIS with #", field: b'#', record: b'#', ..ISIS },
    Shape { name: "CDS/ISIS with ~", field: b'~', record: b'~', ..ISIS },
    Shape { name: "CDS/ISIS in lines", lines: Some((80, b"\n")), ..ISIS },
    Shape { name: "CDS/ISIS with # in lines", field: b'#', record: b'#', lines: Some((80, b"\r\n")), ..ISIS },
    Shape { name: "CDS/ISIS with | in lines", field: b'|', record: b'|', lines: Some((72, b"\n")), ..ISIS },
];

/// A record, and the offsets of its parts.
struct Made {
    bytes: Vec<u8>,
    base: usize,
    /// Where a value in the middle begins, and a field before it.
    value: usize,
    /// The length of the first field.
    first: usize,
    /// The fields as they are read.
    fields: Vec<Vec<u8>>,
    lines: Option<(usize, &'static [u8])>,
}

const WORDS: [&str; 6] = ["Harbours", "of the", "north and", "their lamps", "in winter", "until noon"];

impl Made {
    fn new(shape: Shape, number: usize) -> Made {
        let data =
            |text: &str| [shape.indicators.as_bytes(), &[shape.delimiter, b'a'], text.as_bytes()].concat();
        let words = |count: usize| {
            (0..count).map(|at| WORDS[(at + number) % WORDS.len()]).collect::<Vec<_>>().join(" ")
        };
        let mut fields: Vec<(&str, Vec<u8>)> = vec![("001", format!("lamp{number:04}").into_bytes())];
        fields.push(("100", data(&format!("Keeper {number}"))));
        fields.push(("245", data(&words(3 + number % 7))));
        fields.push(("300", data(&format!("{} p.", 90 + number))));
        for note in 0..number % 4 {
            fields.push(("500", data(&words(2 + note))));
        }
        fields.push(("650", data("Lighthouses")));
        let base = 25 + 12 * fields.len();
        let (mut directory, mut body) = (String::new(), Vec::new());
        let mut value = 0;
        for (tag, field) in &fields {
            if *tag == "245" {
                value = base + body.len() + shape.indicators.len() + 2;
            }
            directory += &format!("{tag}{:04}{:05}", field.len() + 1, body.len());
            body.extend_from_slice(field);
            body.push(shape.field);
        }
        let length = base + body.len() + 1;
        let (start, end) = shape.leader;
        let mut bytes = format!("{length:05}{start}{base:05}{end}{directory}").into_bytes();
        bytes.push(shape.field);
        bytes.extend_from_slice(&body);
        bytes.push(shape.record);
        let first = fields[0].1.len();
        let (indicators, delimiter) = shape.read;
        let seen = fields.into_iter().map(|(tag, body)| match tag {
            "001" => [tag.as_bytes(), &body].concat(),
            _ => [tag.as_bytes(), indicators.as_bytes(), &[delimiter], &body[shape.indicators.len() + 1..]]
                .concat(),
        });
        Made { bytes, base, value, first, fields: seen.collect(), lines: shape.lines }
    }

    /// The record as it is in a file, and the offset in it of each byte.
    fn in_file(&self) -> (Vec<u8>, Vec<usize>) {
        let (mut out, mut places) = (Vec::new(), Vec::new());
        let (width, end) = self.lines.unwrap_or((usize::MAX, b""));
        for (at, byte) in self.bytes.iter().enumerate() {
            if at > 0 && at % width == 0 {
                out.extend_from_slice(end);
            }
            places.push(out.len());
            out.push(*byte);
        }
        out.extend_from_slice(end);
        (out, places)
    }
}

/// A way to damage a record: bytes at a place taken out, and others put in.
type Damage = (&'static str, fn(&Made) -> (usize, usize, Vec<u8>));

const WAYS: &[Damage] = &[
    ("no record terminator", |made| (made.bytes.len() - 1, 1, vec![])),
    ("no terminators at the end", |made| (made.bytes.len() - 2, 2, vec![])),
    ("record terminator doubled", |made| (made.bytes.len(), 0, vec![made.bytes[made.bytes.len() - 1]])),
    ("record terminator is a blank", |made| (made.bytes.len() - 1, 1, vec![b' '])),
    ("no terminator after the directory", |made| (made.base - 1, 1, vec![])),
    ("terminator after the directory doubled", |made| (made.base, 0, vec![made.bytes[made.base - 1]])),
    ("no field terminator", |made| (made.base + made.first, 1, vec![])),
    ("field terminator in a value", |made| (made.value + 3, 0, vec![made.bytes[made.base - 1]])),
    ("field terminator for a letter", |made| (made.value + 3, 1, vec![made.bytes[made.base - 1]])),
    ("record terminator in a value", |made| (made.value + 3, 0, vec![0x1D])),
    ("length too large", |made| (0, 5, format!("{:05}", made.bytes.len() + 7).into_bytes())),
    ("length too small", |made| (0, 5, format!("{:05}", made.bytes.len() - 7).into_bytes())),
    ("length of two records", |made| (0, 5, format!("{:05}", made.bytes.len() * 2).into_bytes())),
    ("length 0", |_| (0, 5, b"00000".to_vec())),
    ("length 99999", |_| (0, 5, b"99999".to_vec())),
    ("length not digits", |_| (0, 5, b"0O2l7".to_vec())),
    ("base address one too large", |made| (12, 5, format!("{:05}", made.base + 1).into_bytes())),
    ("base address 0", |_| (12, 5, b"00000".to_vec())),
    ("base address not digits", |_| (12, 5, b"xxxxx".to_vec())),
    ("length in an entry", |_| (39, 4, b"0077".to_vec())),
    ("start in an entry", |_| (43, 5, b"00777".to_vec())),
    ("letters in an entry", |_| (39, 4, b"0o1B".to_vec())),
    ("an entry lost", |_| (36, 12, vec![])),
    ("a digit of an entry lost", |_| (40, 1, vec![])),
    ("a digit of an entry doubled", |_| (40, 0, vec![b'0'])),
    ("a byte of the leader lost", |_| (18, 1, vec![])),
    ("two bytes of the leader lost", |_| (18, 2, vec![])),
    ("two bytes more in the leader", |_| (18, 0, b"  ".to_vec())),
    ("delimiter lost", |made| (made.value - 2, 1, vec![])),
    ("delimiter doubled", |made| (made.value - 2, 0, vec![made.bytes[made.value - 2]])),
    ("a letter lost", |made| (made.value + 4, 1, vec![])),
    ("a letter doubled", |made| (made.value + 4, 0, vec![b'e'])),
    ("a letter became two bytes", |made| (made.value + 4, 1, "é".as_bytes().to_vec())),
    ("a line end in a value", |made| (made.value + 4, 1, b"\n".to_vec())),
    ("cut in a value", |made| (made.value + 4, made.bytes.len() - made.value - 4, vec![])),
    ("cut in the directory", |made| (41, made.bytes.len() - 41, vec![])),
    ("cut in the leader", |made| (9, made.bytes.len() - 9, vec![])),
    ("a mark before it", |_| (0, 0, b"\xEF\xBB\xBF".to_vec())),
    ("words before it", |_| (0, 0, b"Total: 1 record\r\n".to_vec())),
    ("the whole record twice", |made| (0, 0, made.in_file().0)),
];

/// The bytes of a file in which one record is damaged.
fn file(records: &[Made], damaged: usize, damage: &Damage) -> Vec<u8> {
    let mut out = Vec::new();
    for (number, made) in records.iter().enumerate() {
        let (bytes, places) = made.in_file();
        if number != damaged {
            out.extend_from_slice(&bytes);
            continue;
        }
        let (at, gone, new) = (damage.1)(made);
        let place = |at: usize| places.get(at).copied().unwrap_or(bytes.len());
        out.extend_from_slice(&bytes[..place(at)]);
        out.extend_from_slice(&new);
        out.extend_from_slice(&bytes[place(at + gone)..]);
    }
    out
}

fn read(data: &[u8], dialect: Dialect) -> Vec<Vec<Vec<u8>>> {
    let mut reader = SliceReader::new(data, &ReadOptions::new().dialect(dialect));
    let mut record = Record::new();
    let mut found = Vec::new();
    while reader.read_record(&mut record).unwrap() {
        let fields = record.fields().map(|field| [field.tag().to_string().as_bytes(), field.raw()].concat());
        found.push(fields.collect());
    }
    found
}

/// Says how other records were lost or changed, if they were.
fn harm(shape: Shape, records: &[Made], damaged: usize, damage: &Damage) -> Option<String> {
    let found = read(&file(records, damaged, damage), shape.dialect);
    let mut rest = found.iter();
    for (number, made) in records.iter().enumerate().filter(|(number, _)| *number != damaged) {
        if !rest.any(|fields| *fields == made.fields) {
            return Some(format!("record {number} is lost or changed; {} were read", found.len()));
        }
    }
    // The damaged one may be read, once, or not.
    let most = if damage.0 == "the whole record twice" { RECORDS + 1 } else { RECORDS };
    (found.len() > most).then(|| format!("{} records were read", found.len()))
}

#[test]
fn no_other_record_is_lost_or_changed() {
    let (mut cases, mut failures) = (0, Vec::new());
    for shape in SHAPES {
        let records: Vec<Made> = (0..RECORDS).map(|number| Made::new(*shape, number)).collect();
        let sound = records.iter().flat_map(|made| made.in_file().0).collect::<Vec<u8>>();
        let expected: Vec<_> = records.iter().map(|made| made.fields.clone()).collect();
        assert!(
            read(&sound, shape.dialect) == expected,
            "{}: sound records are not read as they are",
            shape.name
        );
        for damage in WAYS {
            for damaged in [0, 25, RECORDS - 1] {
                cases += 1;
                if let Some(harm) = harm(*shape, &records, damaged, damage) {
                    failures.push(format!("{}, record {damaged}, {}: {harm}", shape.name, damage.0));
                }
            }
        }
    }
    assert!(failures.is_empty(), "{} of {cases} cases:\n{}", failures.len(), failures.join("\n"));
    assert_eq!(cases, 3 * WAYS.len() * SHAPES.len());
}
