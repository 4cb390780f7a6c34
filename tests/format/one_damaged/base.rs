//! Master files: a record damaged, or its slot in the cross reference.

use super::{RECORDS, assert_none_harmed, assert_sound, fields, harm};
use kartoteka::isis::{Shape, SliceReader, Variant, Writer};
use kartoteka::{
    Builder, IsisHeader, ReadOptions, Record, RecordRead, RecordWrite, Syntax, Tag, WriteOptions,
};
use std::io::Cursor;

const fn variant(shape: Shape, big_endian: bool, shift: u8) -> Variant {
    Variant { shape, big_endian, shift }
}

const VARIANTS: [Variant; 7] = [
    Variant::IRBIS64,
    Variant::ISIS,
    variant(Shape::Isis20, true, 0),
    variant(Shape::Ffi22, false, 0),
    variant(Shape::Ffi22, false, 3),
    variant(Shape::Ffi24, false, 0),
    variant(Shape::Ffi24, true, 0),
];

/// The two files of a base, and where the record is that is damaged, and its slot.
#[derive(Clone)]
struct Base {
    mst: Vec<u8>,
    xrf: Vec<u8>,
    place: (usize, usize),
    slot: (usize, usize),
}

fn made(variant: Variant) -> (Vec<u8>, Vec<u8>) {
    let empty = || Cursor::new(Vec::new());
    let mut writer = Writer::create(empty(), empty(), variant, &WriteOptions::new()).unwrap();
    for number in 0..RECORDS {
        let mut record = Builder::new(Syntax::IRBIS).build().unwrap();
        for (tag, value) in fields(number) {
            let tag = Tag::from_number(tag.parse().unwrap()).unwrap();
            record
                .push_field(tag, |field| match tag.number() {
                    Some(1) => field.lead(&value),
                    _ => field.subfield('a', &value),
                })
                .unwrap();
        }
        writer.write_record(record.view()).unwrap();
    }
    writer.finish().unwrap();
    let (mst, xrf) = writer.into_inner();
    (mst.into_inner(), xrf.into_inner())
}

fn read(base: &Base) -> Vec<Record> {
    let mut found = Vec::new();
    let Ok(mut reader) = SliceReader::from_slice(&base.mst, Some(&base.xrf), &ReadOptions::new()) else {
        return found;
    };
    for record in reader.records() {
        match record {
            Ok(mut record) => {
                // The status is in the slot too, and may be lost with it.
                let mfn = record.view().mfn().unwrap();
                record.set_isis(Some(IsisHeader::new(mfn, 0, 0)));
                found.push(record);
            }
            Err(error) => assert!(error.is_record(), "{error}"),
        }
    }
    found
}

/// All ways to damage a record of a base.
fn ways(base: &Base, variant: Variant) -> Vec<(String, Base)> {
    let (start, end) = base.place;
    let numbers = variant.shape.leader_len() + 2 * variant.shape.entry_len();
    let mut ways = Vec::new();
    let mut way = |name: String, change: &dyn Fn(&mut Base)| {
        let mut base = base.clone();
        change(&mut base);
        ways.push((name, base));
    };
    for at in (0..numbers).step_by(2) {
        let change = |base: &mut Base, word: u16| {
            base.mst[start + at..start + at + 2].copy_from_slice(&word.to_le_bytes());
        };
        way(format!("0 at {at}"), &|base| change(base, 0));
        way(format!("FFFF at {at}"), &|base| change(base, 0xFFFF));
        way(format!("0101 at {at}"), &|base| change(base, 0x0101));
        for byte in [at, at + 1] {
            way(format!("a bit at {byte}"), &|base| base.mst[start + byte] ^= 1);
        }
    }
    let body = start + variant.shape.leader_len() + 6 * variant.shape.entry_len();
    way("zeros".to_owned(), &|base| base.mst[start..end].fill(0));
    way("FF".to_owned(), &|base| base.mst[start..end].fill(0xFF));
    way("blanks".to_owned(), &|base| base.mst[start..end].fill(b' '));
    way("zeros in the body".to_owned(), &|base| base.mst[body..body + 8].fill(0));
    way("zeros from the body on".to_owned(), &|base| base.mst[body..end].fill(0));
    way("the start zeros".to_owned(), &|base| base.mst[start..body].fill(0));
    for len in [1, 2, 4, 16] {
        way(format!("{len} bytes lost from the body"), &|base| drop(base.mst.drain(body..body + len)));
        way(format!("{len} bytes more in the body"), &|base| {
            base.mst.splice(body..body, vec![b'x'; len]);
        });
        way(format!("{len} bytes lost from the start"), &|base| drop(base.mst.drain(start..start + len)));
    }
    way("all lost".to_owned(), &|base| drop(base.mst.drain(start..end)));
    way("CR LF for LF".to_owned(), &|base| {
        base.mst.splice(body..body + 1, *b"\r\n");
    });
    let (from, to) = base.slot;
    let len = to - from;
    way("slot is 0".to_owned(), &|base| base.xrf[from..to].fill(0));
    way("slot is FF".to_owned(), &|base| base.xrf[from..to].fill(0xFF));
    way("slot is that of the one before".to_owned(), &|base| {
        if from >= len {
            base.xrf.copy_within(from - len..from, from);
        }
    });
    way("slot is that of the next".to_owned(), &|base| {
        if to + len <= base.xrf.len() {
            base.xrf.copy_within(to..to + len, from);
        }
    });
    for byte in from..to {
        for bit in [0, 3, 6] {
            way(format!("bit {bit} at {} of the slot", byte - from), &|base| base.xrf[byte] ^= 1 << bit);
        }
    }
    ways
}

#[test]
fn no_other_record_of_a_base_is_lost_or_changed() {
    let (mut cases, mut failures) = (0, Vec::new());
    for variant in VARIANTS {
        let (mst, xrf) = made(variant);
        let sound = read(&Base { mst: mst.clone(), xrf: xrf.clone(), place: (0, 0), slot: (0, 0) });
        assert_eq!(sound.len(), RECORDS, "{variant:?}");
        sound.iter().enumerate().for_each(|(number, record)| assert_sound("base", number, record));
        for damaged in [0, 25, RECORDS - 1] {
            let offset = |number: usize| sound.get(number).map(|it| it.position().byte as usize);
            let place = (offset(damaged).unwrap(), offset(damaged + 1).unwrap_or(mst.len()));
            let slot = match variant.is_irbis64() {
                true => (damaged * 12, damaged * 12 + 12),
                false => (4 + damaged * 4, 8 + damaged * 4),
            };
            let base = Base { mst: mst.clone(), xrf: xrf.clone(), place, slot };
            for (way, base) in ways(&base, variant) {
                cases += 1;
                let found = read(&base);
                if let Some(harm) = harm(&sound, damaged, &found, 1) {
                    failures.push(format!("{variant:?}, record {damaged}, {way}: {harm}"));
                }
            }
        }
    }
    assert_none_harmed((cases, failures), 2_000);
}
