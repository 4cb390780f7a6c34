//! The kinds of damage, and cases made of them.

use crate::inputs::{Input, Source};
use crate::random::Random;

/// Bytes that mean something in some format: delimiters, terminators, line ends, marks, escapes, characters cut in half.
#[rustfmt::skip]
pub(crate) const TOKENS: [&[u8]; 78] = [
    // ISO 2709 and MARC-8.
    b"\x1D", b"\x1E", b"\x1F", b"\x1Fa", b"\x1E\x1D", b"\x1A", b"\x00", b"\x1B$1", b"\x1B(N", b"\x1Bs", b"00000", b"99999",
    b"00100nam a2200049 i 4500", b"\xE1", b"\x88",
    // Line ends and marks.
    b"\n", b"\r\n", b"\r", b"\n\n", b"\xC2\x85", b"\xE2\x80\xA8", b"\t", b" ", b"        ", b"\xEF\xBB\xBF", b"\xFF\xFE",
    b"\xE2\x80\x8E", b"\xC2\xA0",
    // Markup.
    b"<", b">", b"</", b"/>", b"<record>", b"</record>", b"<leader>", b"<datafield tag=\"245\" ind1=\" \" ind2=\" \">", b"</datafield>",
    b"<subfield code=\"a\">", b"</subfield>", b"<![CDATA[", b"]]>", b"<!--", b"-->", b"<?", b"<!DOCTYPE a [", b"&", b"&#x0;",
    b"&#1114112;", b"&lt;", b" xmlns=\"\"", b"'",
    // JSON.
    b"\"", b"{", b"}", b"[", b"]", b",", b":", b"\\", b"\\u", b"\\ud800", b"{\"fields\":[", b"null", b"-1e999",
    // Lines of text.
    b"$", b"$$", b"=LDR  ", b"=245  ", b"LEADER ", b"LDR", b"_", b"^", b"`", b"*****", b"#", b"!v", b"\x1F\x1E",
    // Half a character.
    b"\xD0",
];

/// Damages `data` in one way.
fn damage(data: &mut Vec<u8>, other: &[u8], random: &mut Random) {
    let range = random.range(data);
    let at = range.start;
    let token = |random: &mut Random| random.pick(&TOKENS).iter().copied();
    match random.below(22) {
        0 if at < data.len() => data[at] ^= 1 << random.below(8),
        1 if at < data.len() => data[at] = random.next().to_le_bytes()[0],
        2 => drop(data.splice(at..at, token(random))),
        3 => drop(data.splice(range, token(random))),
        // One token out, doubled, or another in its place: the next one of those that are there.
        4..=6 => {
            let token = random.pick(&TOKENS);
            let found = memchr::memmem::find(&data[at..], token)
                .or_else(|| memchr::memmem::find(data, token).map(|found| found.wrapping_sub(at)));
            if let Some(found) = found {
                let found = at.wrapping_add(found);
                let place = found..found + token.len();
                match random.below(3) {
                    0 => drop(data.splice(place, [])),
                    1 => drop(data.splice(found..found, token.iter().copied())),
                    _ => drop(data.splice(place, random.pick(&TOKENS).iter().copied())),
                }
            }
        }
        7 => drop(data.drain(range)),
        // A range repeated, once or a hundred times.
        8 => {
            let times = [1, 1, 2, 100][random.below(4)];
            drop(data.splice(at..at, data[range].repeat(times)));
        }
        // A range moved to another place; two swapped.
        9 => {
            let piece: Vec<u8> = data.drain(range).collect();
            let to = random.below(data.len() + 1);
            drop(data.splice(to..to, piece));
        }
        10 => {
            let second = random.range(data);
            let (first, second) = if range.start <= second.start { (range, second) } else { (second, range) };
            if first.end <= second.start {
                let (one, two) = (data[first.clone()].to_vec(), data[second.clone()].to_vec());
                drop(data.splice(second, one));
                drop(data.splice(first, two));
            }
        }
        11 => data.truncate(at),
        12 => drop(data.drain(..at.min(data.len() / 2))),
        // A range of another file, in place of one or between.
        13 => drop(data.splice(range, other[random.range(other)].iter().copied())),
        14 => drop(data.splice(at..at, other[random.range(other)].iter().copied())),
        // A digit of a length, of a tag or of a position; or a whole number.
        15 | 16 => {
            let digit = data[at..].iter().position(u8::is_ascii_digit);
            if let Some(digit) = digit {
                data[at + digit] = b'0' + u8::try_from(random.below(10)).unwrap();
            }
        }
        17 => {
            let digit = data[at..].iter().position(u8::is_ascii_digit).map(|digit| at + digit);
            if let Some(start) = digit {
                let len = data[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
                let number: &[u8] = random.pick(&[
                    &b"0"[..],
                    b"00000",
                    b"99999",
                    b"1",
                    b"4294967296",
                    b"-1",
                    b"18446744073709551616",
                ]);
                drop(data.splice(start..start + len, number.iter().copied()));
            }
        }
        // A number of 16 or 32 bits, in either order of bytes.
        18 => {
            let width = [2, 4][random.below(2)].min(data.len() - at);
            let number = [u64::MAX, 0, 1, 1 << 31, 0x7FFF_FFFF_7FFF_7FFF, random.next()][random.below(6)];
            let number = if random.one_in(2) { number.to_le_bytes() } else { number.to_be_bytes() };
            data[at..at + width].copy_from_slice(&number[..width]);
        }
        // Every line end becomes another.
        19 => {
            let end = [&b"\n"[..], b"\r\n", b"\r", b"", b"\n\n", b" \n", b"\xC2\x85"][random.below(7)];
            *data = data.split(|byte| *byte == b'\n').collect::<Vec<_>>().join(end);
        }
        // Bytes of another character set; a whole input read by the wrong one.
        20 => data[range].iter_mut().filter(|byte| byte.is_ascii_alphabetic()).for_each(|byte| *byte |= 0x80),
        _ if random.one_in(8) => {
            let is_big = random.one_in(2);
            *data = data.iter().flat_map(|byte| if is_big { [0, *byte] } else { [*byte, 0] }).collect();
        }
        _ => {
            *data = data
                .iter()
                .flat_map(|byte| {
                    if *byte < 0x80 { vec![*byte] } else { vec![0xC0 | (*byte >> 6), 0x80 | (*byte & 0x3F)] }
                })
                .collect()
        }
    }
}

/// One damaged input.
pub(crate) struct Case {
    /// Index of the input.
    pub(crate) input: usize,
    pub(crate) source: Source,
}

/// The case of this number in the sequence of a seed.
pub(crate) fn case(seed: u64, number: u64, inputs: &[Input]) -> Case {
    let mut random = Random(Random(seed).next().wrapping_add(number));
    // Every format as often as any other, however many inputs it has.
    let kinds: Vec<&str> = inputs.iter().map(|input| input.format.name()).collect();
    let mut names = kinds.clone();
    names.dedup();
    let name = names[random.below(names.len())];
    let of_kind: Vec<usize> = (0..inputs.len()).filter(|at| kinds[*at] == name).collect();
    let input = of_kind[random.below(of_kind.len())];
    let other = &inputs[random.below(inputs.len())].source;
    let mut source = inputs[input].source.clone();
    match &mut source {
        Source::Stream(data) => {
            if random.one_in(4) {
                let start = random.below(data.len());
                data.drain(..start);
            }
            data.truncate(200 + random.below(1800));
            for _ in 0..=random.below(5) {
                damage(data, other.bytes(), &mut random);
            }
            // A range of 64 bytes a hundred times, and that a hundred times again.
            data.truncate(1 << 14);
        }
        Source::Base { mst, xrf } => {
            for _ in 0..=random.below(4) {
                let file = if random.one_in(3) { &mut *xrf } else { &mut *mst };
                damage(file, other.bytes(), &mut random);
                file.truncate(1 << 14);
            }
        }
    }
    Case { input, source }
}
