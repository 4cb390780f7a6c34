//! The same in MAB2, which has no directory: in the exchange form, and in lines on diskettes.

use kartoteka::iso2709::SliceReader;
use kartoteka::{ReadOptions, Record, RecordRead};

use super::{RECORDS, fields};

/// A form of MAB2.
struct Shape {
    name: &'static str,
    before: &'static str,
    after_leader: &'static str,
    after_field: &'static str,
    end: &'static str,
    ways: &'static [Damage],
}

const SHAPES: &[Shape] = &[
    Shape { name: "MAB2", before: "", after_leader: "", after_field: "\x1e", end: "\x1d", ways: IN_EXCHANGE },
    Shape {
        name: "MAB2 on diskettes",
        before: "### ",
        after_leader: "\r\n",
        after_field: "\r\n",
        end: "\r\n",
        ways: IN_LINES,
    },
    Shape {
        name: "MAB2 on diskettes with LF",
        before: "### ",
        after_leader: "\n",
        after_field: "\n",
        end: "\n",
        ways: IN_LINES,
    },
];

/// A record, and the offsets of its parts.
struct Made {
    bytes: Vec<u8>,
    /// Where its leader begins, its first field, the value of its title, and the field after that.
    leader: usize,
    first: usize,
    title: usize,
    next: usize,
    /// The offset of what ends it, and the length of what ends a field.
    end: usize,
    after_field: usize,
}

/// Tag, indicator and value of each field, together.
fn seen(number: usize) -> Vec<String> {
    let tag_of = |tag| match tag {
        "245" => "331",
        "300" => "433",
        "500" => "501",
        "650" => "710",
        tag => tag,
    };
    fields(number).into_iter().map(|(tag, value)| format!("{} {value}", tag_of(tag))).collect()
}

impl Shape {
    fn made(&self, number: usize) -> Made {
        let mut body = String::new();
        let mut starts = Vec::new();
        for field in seen(number) {
            starts.push(body.len());
            body += &field;
            body += self.after_field;
        }
        let length = 24 + body.len() + 1;
        let head = format!("{}{length:05}nM2.01200024      h{}", self.before, self.after_leader);
        let first = head.len();
        Made {
            leader: self.before.len(),
            first,
            title: first + starts[2] + 4,
            next: first + starts[3],
            end: first + body.len(),
            after_field: self.after_field.len(),
            bytes: [&head, &body, self.end].concat().into_bytes(),
        }
    }
}

/// A way to damage a record: bytes at a place taken out, and others put in; and the number of records that may be made of
/// the damaged one.
type Damage = (&'static str, usize, fn(&Made) -> (usize, usize, Vec<u8>));

const IN_EXCHANGE: &[Damage] = &[
    ("no record terminator", 1, |made| (made.end, 1, vec![])),
    ("no terminators at the end", 1, |made| (made.end - 1, 2, vec![])),
    ("record terminator doubled", 1, |made| (made.end, 0, vec![0x1D])),
    ("record terminator is a blank", 1, |made| (made.end, 1, vec![b' '])),
    ("a line end after it", 1, |made| (made.end + 1, 0, b"\r\n".to_vec())),
    ("no field terminator", 1, |made| (made.next - 1, 1, vec![])),
    ("field terminator doubled", 1, |made| (made.next, 0, vec![0x1E])),
    ("field terminator in a value", 1, |made| (made.title + 3, 0, vec![0x1E])),
    ("field terminator for a letter", 1, |made| (made.title + 3, 1, vec![0x1E])),
    ("record terminator in a value", 2, |made| (made.title + 3, 0, vec![0x1D])),
    ("length too large", 1, |made| (0, 5, format!("{:05}", made.bytes.len() + 7).into_bytes())),
    ("length too small", 1, |made| (0, 5, format!("{:05}", made.bytes.len() - 7).into_bytes())),
    ("length of two records", 1, |made| (0, 5, format!("{:05}", made.bytes.len() * 2).into_bytes())),
    ("length 0", 1, |_| (0, 5, b"00000".to_vec())),
    ("length 99999", 1, |_| (0, 5, b"99999".to_vec())),
    ("length not digits", 1, |_| (0, 5, b"0O2l7".to_vec())),
    ("base address one too large", 1, |_| (12, 5, b"00025".to_vec())),
    ("base address 0", 1, |_| (12, 5, b"00000".to_vec())),
    ("base address not digits", 1, |_| (12, 5, b"xxxxx".to_vec())),
    ("no indicator count", 1, |_| (10, 1, vec![b' '])),
    ("an indicator count of 2", 1, |_| (10, 1, vec![b'2'])),
    ("a byte of the leader lost", 1, |_| (18, 1, vec![])),
    ("two bytes more in the leader", 1, |_| (18, 0, b"  ".to_vec())),
    ("a tag of letters", 1, |made| (made.first, 3, b"xyz".to_vec())),
    ("a tag lost", 1, |made| (made.next, 3, vec![])),
    ("a digit of a tag lost", 1, |made| (made.next + 1, 1, vec![])),
    ("indicator lost", 1, |made| (made.title - 1, 1, vec![])),
    ("a letter lost", 1, |made| (made.title + 4, 1, vec![])),
    ("a letter became two bytes", 1, |made| (made.title + 4, 1, "é".as_bytes().to_vec())),
    ("a line end in a value", 1, |made| (made.title + 4, 1, b"\n".to_vec())),
    ("cut in a value", 1, |made| (made.title + 4, made.bytes.len() - made.title - 4, vec![])),
    ("cut in a tag", 1, |made| (made.next + 2, made.bytes.len() - made.next - 2, vec![])),
    ("cut in the leader", 1, |made| (9, made.bytes.len() - 9, vec![])),
    ("a mark before it", 1, |_| (0, 0, b"\xEF\xBB\xBF".to_vec())),
    ("words before it", 1, |_| (0, 0, b"Total: 1 record\r\n".to_vec())),
    ("the whole record twice", 2, |made| (0, 0, made.bytes.clone())),
];

const IN_LINES: &[Damage] = &[
    ("no empty line after it", 1, |made| (made.end, 2, vec![])),
    ("two empty lines after it", 1, |made| (made.end, 0, b"\r\n".to_vec())),
    ("an empty line in it", 2, |made| (made.next, 0, b"\r\n".to_vec())),
    ("no line end", 1, |made| (made.next - made.after_field, made.after_field, vec![])),
    ("another line end", 1, |made| (made.next - made.after_field, made.after_field, b"\r".to_vec())),
    ("a line end in a value", 1, |made| (made.title + 4, 1, b"\n".to_vec())),
    ("no mark of a record", 1, |_| (0, 4, vec![])),
    ("one # lost", 1, |_| (0, 1, vec![])),
    ("no blank after ###", 1, |_| (3, 1, vec![])),
    ("a mark of a record in a value", 1, |made| (made.title + 4, 0, b"### ".to_vec())),
    ("length too large", 1, |_| (4, 5, b"09999".to_vec())),
    ("length not digits", 1, |_| (4, 5, b"0O2l7".to_vec())),
    ("base address not digits", 1, |made| (made.leader + 12, 5, b"xxxxx".to_vec())),
    ("a byte of the leader lost", 1, |made| (made.leader + 18, 1, vec![])),
    ("ten bytes of the leader lost", 1, |made| (made.leader + 12, 10, vec![])),
    ("two bytes more in the leader", 1, |made| (made.leader + 18, 0, b"  ".to_vec())),
    ("the leader lost", 1, |made| (made.leader, made.first - made.leader, vec![])),
    ("no line end after the leader", 1, |made| (made.first - made.after_field, made.after_field, vec![])),
    ("a tag of letters", 1, |made| (made.first, 3, b"xyz".to_vec())),
    ("a tag lost", 1, |made| (made.next, 3, vec![])),
    ("a digit of a tag lost", 1, |made| (made.next + 1, 1, vec![])),
    ("indicator lost", 1, |made| (made.title - 1, 1, vec![])),
    ("a letter lost", 1, |made| (made.title + 4, 1, vec![])),
    ("a letter became two bytes", 1, |made| (made.title + 4, 1, "é".as_bytes().to_vec())),
    ("a line of words", 1, |made| (made.next, 0, b"Seite 2\r\n".to_vec())),
    ("a line of blanks", 1, |made| (made.next, 0, b"   \r\n".to_vec())),
    ("terminators of the exchange form", 1, |made| (made.next, 0, b"\x1E\x1D".to_vec())),
    ("cut in a value", 1, |made| (made.title + 4, made.bytes.len() - made.title - 4, vec![])),
    ("cut in a tag", 1, |made| (made.next + 2, made.bytes.len() - made.next - 2, vec![])),
    ("cut in the leader", 1, |made| (made.leader + 9, made.bytes.len() - made.leader - 9, vec![])),
    ("cut after the leader", 1, |made| (made.first, made.bytes.len() - made.first, vec![])),
    ("a mark before it", 1, |_| (0, 0, b"\xEF\xBB\xBF".to_vec())),
    ("words before it", 1, |_| (0, 0, b"Total: 1 record\r\n".to_vec())),
    ("the whole record twice", 2, |made| (0, 0, made.bytes.clone())),
];

fn file(records: &[Made], damaged: Option<(usize, &Damage)>) -> Vec<u8> {
    let mut out = Vec::new();
    for (number, made) in records.iter().enumerate() {
        match damaged.filter(|(damaged, _)| *damaged == number) {
            Some((_, (_, _, damage))) => {
                let (at, gone, new) = damage(made);
                out.extend_from_slice(&made.bytes[..at]);
                out.extend_from_slice(&new);
                out.extend_from_slice(made.bytes.get(at + gone..).unwrap_or_default());
            }
            None => out.extend_from_slice(&made.bytes),
        }
    }
    out
}

fn read(data: &[u8]) -> Vec<Vec<String>> {
    let mut reader = SliceReader::new(data, &ReadOptions::new());
    let mut record = Record::new();
    let mut found = Vec::new();
    while reader.read_record(&mut record).unwrap() {
        let fields =
            record.fields().map(|field| format!("{}{}", field.tag(), field.raw_text().to_str_lossy()));
        found.push(fields.collect());
    }
    found
}

#[test]
fn no_other_record_is_lost_or_changed() {
    let (mut cases, mut failures) = (0, Vec::new());
    for shape in SHAPES {
        let records: Vec<Made> = (0..RECORDS).map(|number| shape.made(number)).collect();
        let expected: Vec<_> = (0..RECORDS).map(seen).collect();
        assert!(
            read(&file(&records, None)) == expected,
            "{}: sound records are not read as they are",
            shape.name
        );
        for damage in shape.ways {
            for damaged in [0, 25, RECORDS - 1] {
                cases += 1;
                let found = read(&file(&records, Some((damaged, damage))));
                let mut rest = found.iter();
                let others = (0..RECORDS).filter(|number| *number != damaged);
                let lost = others.into_iter().find(|number| !rest.any(|fields| *fields == expected[*number]));
                if lost.is_some() || found.len() >= RECORDS + damage.1 {
                    let count = found.len();
                    failures.push(format!(
                        "{}, record {damaged}, {}: {lost:?} is lost or changed; {count} were read",
                        shape.name, damage.0
                    ));
                }
            }
        }
    }
    assert!(failures.is_empty(), "{} of {cases} cases:\n{}", failures.len(), failures.join("\n"));
    assert_eq!(cases, 3 * SHAPES.iter().map(|shape| shape.ways.len()).sum::<usize>());
}
