//! Files of two values a record, as the bytes of any character set, in every form.

use kartoteka::{Charset, Format, Policy, Record};
use unicode_normalization::UnicodeNormalization;

/// A form in which there are records.
#[derive(Clone, Copy)]
pub(crate) struct Form {
    pub(crate) name: &'static str,
    pub(crate) format: Format,
    head: &'static str,
    between: &'static str,
    tail: &'static str,
    make: fn(usize, &[u8], &[u8]) -> Vec<u8>,
}

impl std::fmt::Debug for Form {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

impl Form {
    /// A file of records with these numbers and values.
    pub(crate) fn file<'a>(&self, records: impl IntoIterator<Item = (usize, &'a [Vec<u8>; 2])>) -> Vec<u8> {
        let mut file = self.head.as_bytes().to_vec();
        for (at, (number, [one, other])) in records.into_iter().enumerate() {
            if at > 0 {
                file.extend_from_slice(self.between.as_bytes());
            }
            file.extend((self.make)(number, one, other));
        }
        file.extend_from_slice(self.tail.as_bytes());
        file
    }
}

/// All forms that are read in pieces. A master file has two, and is made by [`base`].
pub(crate) fn forms() -> Vec<Form> {
    let form = |name, format, make| Form { name, format, head: "", between: "", tail: "", make };
    let mut forms: Vec<Form> = vec![
        form("MARC 21", Format::Iso2709, marc21),
        form("MARC 21 that says UTF-8", Format::Iso2709, marc21_utf8),
        form("UNIMARC", Format::Iso2709, unimarc),
        form("UNIMARC that says ISO 5426", Format::Iso2709, unimarc_5426),
        form("IRBIS in ISO 2709", Format::Iso2709, irbis),
        form("CDS/ISIS in ISO 2709", Format::Iso2709, isis),
        form("MAB2", Format::Iso2709, mab2),
        form("exchange text", Format::IrbisText, exchange),
        form("server", Format::IrbisServer, server),
        form("server, in lines", Format::IrbisServer, server_lines),
        form("id", Format::CisisId, id),
        form("mrk", Format::Mrk, mrk),
        form("line", Format::Line, line),
        form("Aleph", Format::Aleph, aleph),
        form("display", Format::Display, display),
        Form { head: "header^\n", ..form("MicroLIF", Format::Microlif, microlif) },
    ];
    forms.extend([
        Form { between: "\n", tail: "\n", ..form("NDJSON", Format::Ndjson, json) },
        Form { head: "[", between: ",\n", tail: "]", ..form("JSON", Format::Json, json) },
    ]);
    forms.extend([
        Form {
            head: "<collection xmlns=\"http://www.loc.gov/MARC21/slim\">\n",
            tail: "</collection>\n",
            ..form("MARCXML", Format::Marcxml, marcxml)
        },
        Form {
            head: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<collection xmlns=\"http://www.loc.gov/MARC21/slim\">\n",
            tail: "</collection>\n",
            ..form("MARCXML that says UTF-8", Format::Marcxml, marcxml)
        },
        Form {
            head: "<?xml version=\"1.0\" encoding=\"windows-1252\"?>\n<collection xmlns=\"http://www.loc.gov/MARC21/slim\">\n",
            tail: "</collection>\n",
            ..form("MARCXML that says Windows-1252", Format::Marcxml, marcxml)
        },
        Form {
            head: "<collection xmlns=\"info:lc/xmlns/marcxchange-v2\">\n",
            tail: "</collection>\n",
            ..form("MarcXchange", Format::Marcxchange, marcxml)
        },
        Form {
            head: "<collection xmlns=\"http://www.indexdata.com/turbomarc\">\n",
            tail: "</collection>\n",
            ..form("TurboMARC", Format::Turbomarc, turbomarc)
        },
    ]);
    forms
}

/// A record of ISO 2709: what is in its leader before and after the base address, and its fields.
pub(crate) fn iso2709((before, after): (&str, &str), fields: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let (mut directory, mut bodies) = (String::new(), Vec::new());
    for (tag, body) in fields {
        directory += &format!("{tag}{:04}{:05}", body.len() + 1, bodies.len());
        bodies.extend_from_slice(body);
        bodies.push(0x1E);
    }
    let base = 25 + directory.len();
    let head = format!("{:05}{before}{base:05}{after}{directory}\x1E", base + bodies.len() + 1);
    [head.as_bytes(), &bodies, b"\x1D"].concat()
}

/// Bytes between each of which a value stands.
fn around(parts: &[&str], one: &[u8], other: &[u8]) -> Vec<u8> {
    let mut values = [one, other].into_iter().cycle();
    let mut bytes = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        if at > 0 {
            bytes.extend_from_slice(values.next().unwrap());
        }
        bytes.extend_from_slice(part.as_bytes());
    }
    bytes
}

fn marc((before, after): (&str, &str), title: &str, number: usize, one: &[u8], other: &[u8]) -> Vec<u8> {
    let fields =
        [("001", number.to_string().into_bytes()), (title, around(&["10\x1Fa", "\x1Fb", ""], one, other))];
    iso2709((before, after), &fields)
}

fn marc21(number: usize, one: &[u8], other: &[u8]) -> Vec<u8> {
    marc(("nam  22", "   4500"), "245", number, one, other)
}

fn marc21_utf8(number: usize, one: &[u8], other: &[u8]) -> Vec<u8> {
    marc(("nam a22", "   4500"), "245", number, one, other)
}

fn unimarc(number: usize, one: &[u8], other: &[u8]) -> Vec<u8> {
    marc(("nam0 22", "3  450 "), "200", number, one, other)
}

fn unimarc_5426(number: usize, one: &[u8], other: &[u8]) -> Vec<u8> {
    let fields = [
        ("001", number.to_string().into_bytes()),
        ("100", b"  \x1Fa20200101d2020    k  y0rusy0103    ca".to_vec()),
        ("200", around(&["10\x1Fa", "\x1Fb", ""], one, other)),
    ];
    iso2709(("nam0 22", "3  450 "), &fields)
}

fn irbis(number: usize, one: &[u8], other: &[u8]) -> Vec<u8> {
    let fields =
        [("903", number.to_string().into_bytes()), ("200", around(&["\x1FA", "\x1FE", ""], one, other))];
    iso2709(("     00", "   450 "), &fields)
}

fn isis(number: usize, one: &[u8], other: &[u8]) -> Vec<u8> {
    let fields = [("003", number.to_string().into_bytes()), ("245", around(&["^a", "^b", ""], one, other))];
    iso2709(("     00", "   450 "), &fields)
}

fn mab2(number: usize, one: &[u8], other: &[u8]) -> Vec<u8> {
    let fields = [
        ("001", format!(" {number}").into_bytes()),
        ("331", around(&[" ", ""], one, b"")),
        ("335", around(&[" ", ""], other, b"")),
    ];
    iso2709(("M2.0100", "       h"), &fields)
}

fn exchange(number: usize, one: &[u8], other: &[u8]) -> Vec<u8> {
    around(&[&format!("#903: {number}\n#200: ^A"), "^E", "\n*****\n"], one, other)
}

fn server(number: usize, one: &[u8], other: &[u8]) -> Vec<u8> {
    let head = format!("{number}#0\x1F\x1E0#1\x1F\x1E903#{number}\x1F\x1E200#^A");
    around(&[&head, "^E", "\x1F\x1E\r\n"], one, other)
}

fn server_lines(number: usize, one: &[u8], other: &[u8]) -> Vec<u8> {
    around(&[&format!("{number}#0\r\n0#1\r\n903#{number}\r\n200#^A"), "^E", "\r\n"], one, other)
}

fn id(number: usize, one: &[u8], other: &[u8]) -> Vec<u8> {
    around(&[&format!("!ID {number:06}\n!v903!{number}\n!v200!^A"), "^E", "\n"], one, other)
}

fn mrk(number: usize, one: &[u8], other: &[u8]) -> Vec<u8> {
    let head = format!("=LDR  00000nam  2200000   4500\n=001  {number}\n=245  10$a");
    around(&[&head, "$b", "\n\n"], one, other)
}

fn line(number: usize, one: &[u8], other: &[u8]) -> Vec<u8> {
    let head = format!("00000nam  2200000   4500\n001 {number}\n245 10 $a ");
    around(&[&head, " $b ", "\n\n"], one, other)
}

fn aleph(number: usize, one: &[u8], other: &[u8]) -> Vec<u8> {
    let head = format!(
        "{number:09} LDR   L 00000nam^^2200000^^^4500\n{number:09} 001   L {number}\n{number:09} 24510 L $$a"
    );
    around(&[&head, "$$b", "\n"], one, other)
}

fn display(number: usize, one: &[u8], other: &[u8]) -> Vec<u8> {
    let head = format!("LEADER 00000nam  2200000   4500\n001    {number}\n245 10 |a");
    around(&[&head, "|b", "\n\n"], one, other)
}

fn microlif(number: usize, one: &[u8], other: &[u8]) -> Vec<u8> {
    let head = format!("LDR00000nam  2200000   4500^\n001{number}^\n24510_a");
    around(&[&head, "_b", "^\n`\n"], one, other)
}

fn json(number: usize, one: &[u8], other: &[u8]) -> Vec<u8> {
    let head = format!(
        r#"{{"leader":"00000nam  2200000   4500","fields":[{{"001":"{number}"}},{{"245":{{"ind1":"1","ind2":"0","subfields":[{{"a":""#
    );
    around(&[&head, r#""},{"b":""#, r#""}]}}]}"#], one, other)
}

fn marcxml(number: usize, one: &[u8], other: &[u8]) -> Vec<u8> {
    let head = format!(
        r#"<record><leader>00000nam  2200000   4500</leader><controlfield tag="001">{number}</controlfield><datafield tag="245" ind1="1" ind2="0"><subfield code="a">"#
    );
    let parts = [&*head, r#"</subfield><subfield code="b">"#, "</subfield></datafield></record>\n"];
    around(&parts, one, other)
}

fn turbomarc(number: usize, one: &[u8], other: &[u8]) -> Vec<u8> {
    let head = format!(r#"<r><l>00000nam  2200000   4500</l><c001>{number}</c001><d245 i1="1" i2="0"><sa>"#);
    around(&[&head, "</sa><sb>", "</sb></d245></r>\n"], one, other)
}

/// A base of CDS/ISIS, or of IRBIS64, whose records have these numbers and values, in order: the master file and the
/// cross reference.
pub(crate) fn base(is_irbis64: bool, records: &[[Vec<u8>; 2]]) -> (Vec<u8>, Vec<u8>) {
    let bodies = records.iter().enumerate().map(|(at, [one, other])| {
        [(903u32, (at + 1).to_string().into_bytes()), (200, around(&["^A", "^E", ""], one, other))]
    });
    if is_irbis64 { irbis64(bodies) } else { cds_isis(bodies) }
}

type Fields = [(u32, Vec<u8>); 2];

fn irbis64(records: impl Iterator<Item = Fields>) -> (Vec<u8>, Vec<u8>) {
    let (mut mst, mut xrf) = (vec![0; 36], Vec::new());
    let numbers = |numbers: &[usize]| -> Vec<u8> {
        numbers.iter().flat_map(|number| u32::try_from(*number).unwrap().to_be_bytes()).collect()
    };
    let mut mfn = 1;
    for fields in records {
        xrf.extend(numbers(&[mst.len(), 0, 0]));
        let base = 32 + 12 * fields.len();
        let (mut directory, mut data) = (Vec::new(), Vec::new());
        for (tag, body) in &fields {
            directory.extend(numbers(&[*tag as usize, data.len(), body.len()]));
            data.extend_from_slice(body);
        }
        mst.extend(numbers(&[mfn, base + data.len(), 0, 0, base, fields.len(), 1, 0]));
        mst.extend(directory);
        mst.extend(data);
        mfn += 1;
    }
    let control = numbers(&[0, mfn, mst.len(), 0, 0, 0, 0, 0, 0]);
    mst[..36].copy_from_slice(&control);
    (mst, xrf)
}

fn cds_isis(records: impl Iterator<Item = Fields>) -> (Vec<u8>, Vec<u8>) {
    let (mut mst, mut slots) = (vec![0; 512], Vec::new());
    let short = |number: usize| u16::try_from(number).unwrap().to_le_bytes();
    let long = |number: usize| u32::try_from(number).unwrap().to_le_bytes();
    for fields in records {
        // A leader stays within a block.
        if 512 - mst.len() % 512 < 18 {
            mst.resize(mst.len().next_multiple_of(512), 0);
        }
        slots.push((mst.len() / 512 + 1) * 2048 + mst.len() % 512);
        let base = 18 + 6 * fields.len();
        let (mut directory, mut data) = (Vec::new(), Vec::new());
        for (tag, body) in &fields {
            directory.extend([*tag as usize, data.len(), body.len()].into_iter().flat_map(short));
            data.extend_from_slice(body);
        }
        if data.len() % 2 == 1 {
            data.push(b' ');
        }
        mst.extend(long(slots.len()));
        mst.extend(short(base + data.len()));
        mst.extend([0; 6]);
        mst.extend([base, fields.len(), 0].into_iter().flat_map(short));
        mst.extend(directory);
        mst.extend(data);
    }
    let end = mst.len();
    mst[4..8].copy_from_slice(&long(slots.len() + 1));
    mst[8..12].copy_from_slice(&long(end / 512 + 1));
    mst[12..14].copy_from_slice(&short(end % 512 + 1));
    mst.resize(end.next_multiple_of(512), 0);
    let mut xrf = Vec::new();
    for (at, block) in slots.chunks(127).enumerate() {
        let number = i32::try_from(at + 1).unwrap();
        let is_last = (at + 1) * 127 >= slots.len();
        xrf.extend((if is_last { -number } else { number }).to_le_bytes());
        xrf.extend(block.iter().flat_map(|slot| long(*slot)));
        xrf.resize((at + 1) * 512, 0);
    }
    (mst, xrf)
}

/// The bytes of a text.
pub(crate) fn encoded(text: &str, charset: Charset) -> Vec<u8> {
    let mut bytes = Vec::new();
    charset.encode_into(text, Policy::Strict, &mut bytes).unwrap();
    bytes
}

/// The two values of a record, in normal form C.
pub(crate) fn values(record: &Record) -> Vec<String> {
    let mut values = Vec::new();
    for field in record.fields().filter(|field| matches!(field.tag().number(), Some(200 | 245 | 331 | 335))) {
        let found = field.subfields().map(|subfield| subfield.value().to_str_lossy().into_owned());
        values.extend(found);
        if field.subfields().next().is_none() {
            values.push(field.lead().to_str_lossy().into_owned());
        }
    }
    values.iter().map(|value| value.trim().nfc().collect()).collect()
}
