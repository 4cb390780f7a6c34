//! Records that are the same are found, those that are not stay apart, and neither work nor memory runs away.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::arithmetic_side_effects)]

#[path = "../common/mod.rs"]
mod common;
mod planted;

use std::collections::BTreeSet;

use kartoteka::Record;
use kartoteka::dedupe::{Dedupe, Entry, Groups, List, Match};
use planted::{Book, Script, Shelf};

/// Records, each with the number of its book, and whether the book is one that was planted twice.
fn planted(seed: u64, pairs: usize, others: usize) -> Vec<(usize, Record)> {
    let mut shelf = Shelf::new(seed);
    let mut all: Vec<(usize, Book)> = Vec::new();
    let scripts = [Script::Latin, Script::Russian, Script::Persian];
    let mut number = 0;
    for at in 0..pairs {
        let book = shelf.book(scripts[at % 3]);
        let noisy = book.noisy(&mut shelf.random);
        let mut first = book.clone();
        first.romanize(false);
        all.extend([(number, first), (number, noisy)]);
        number += 1;
    }
    while all.len() < pairs * 2 + others {
        let mut book = shelf.book(scripts[all.len() % 3]);
        if shelf.random.percent(20) {
            book.isbn.clear();
        }
        let mut other = book.clone();
        other.isbn = if book.isbn.is_empty() { String::new() } else { shelf.isbn() };
        match shelf.random.below(6) {
            // The same author and year, another title.
            0 => {
                while other.title == book.title {
                    other.title = shelf.title(book.script);
                }
            }
            // Two volumes.
            1 => (book.volume, other.volume) = (Some(1), Some(2)),
            // A later year.
            2 => {
                other.year += 2 + shelf.random.below(20) as i32;
                other.year_text = other.year.to_string();
                other.pages += shelf.random.below(30);
            }
            // Another edition, a year later.
            3 => {
                (book.edition, other.edition) = (Some(2), Some(3));
                other.year += 1;
                other.year_text = other.year.to_string();
            }
            // A series of years.
            4 => {
                book.title = planted::join(&book.title, &book.year_text, " ");
                other.year += 1;
                other.year_text = other.year.to_string();
                other.title = planted::join(&other.title, &other.year_text, " ");
            }
            // The same title by another author.
            _ => {
                let next = shelf.book(book.script);
                (other.surname, other.given, other.pages, other.publisher) =
                    (next.surname, next.given, next.pages, next.publisher);
                if other.surname == book.surname {
                    continue;
                }
            }
        }
        for mut book in [book, other] {
            book.romanize(false);
            all.push((number, book));
            number += 1;
        }
    }
    let mut random = planted::Random(seed ^ 77);
    let made = all.iter().enumerate().map(|(at, (number, book))| (*number, book.record(at, random.below(3))));
    let mut made: Vec<_> = made.collect();
    for at in (1..made.len()).rev() {
        made.swap(at, random.below(at + 1));
    }
    made
}

fn found<'r>(records: impl IntoIterator<Item = &'r Record>) -> Groups {
    let mut dedupe = Dedupe::new();
    for record in records {
        dedupe.add(&Entry::of(record.view(), Default::default()));
    }
    dedupe.finish(0.7)
}

/// The pairs of records in one group, by their places.
fn pairs(groups: &Groups) -> BTreeSet<(usize, usize)> {
    let mut out = BTreeSet::new();
    for group in groups.groups() {
        let members: Vec<usize> = group.map(|member| member.index as usize).collect();
        for (at, one) in members.iter().enumerate() {
            out.extend(members[at + 1..].iter().map(|other| (*one, *other)));
        }
    }
    out
}

#[test]
fn planted_duplicates_are_found() {
    for seed in [1, 2, 3] {
        let records = planted(seed, 500, 1800);
        let found = pairs(&found(records.iter().map(|(_, record)| record)));
        let mut wanted = BTreeSet::new();
        for (at, (number, _)) in records.iter().enumerate() {
            let rest = records[at + 1..].iter().position(|(other, _)| other == number);
            wanted.extend(rest.map(|more| (at, at + 1 + more)));
        }
        assert_eq!(wanted.len(), 500);
        let right = found.intersection(&wanted).count() as f64;
        let (precision, recall) = (right / found.len() as f64, right / wanted.len() as f64);
        println!("seed {seed}: {} pairs found, precision {precision:.4}, recall {recall:.4}", found.len());
        for (one, other) in found.difference(&wanted).take(12) {
            println!("  wrong {}\n        {}", card(&records[*one].1), card(&records[*other].1));
        }
        for (one, other) in wanted.difference(&found).take(12) {
            println!("  missed {}\n         {}", card(&records[*one].1), card(&records[*other].1));
        }
        assert!(precision >= 0.98 && recall >= 0.9, "precision {precision}, recall {recall}");
    }
}

#[test]
fn the_order_of_records_does_not_count() {
    let records = planted(5, 120, 240);
    let named = |groups: &Groups, order: &[usize]| -> BTreeSet<(usize, usize)> {
        let pair =
            |(one, other): &(usize, usize)| (order[*one].min(order[*other]), order[*one].max(order[*other]));
        pairs(groups).iter().map(pair).collect()
    };
    let order: Vec<usize> = (0..records.len()).collect();
    let expected = named(&found(records.iter().map(|(_, record)| record)), &order);
    let mut random = planted::Random(9);
    for _ in 0..4 {
        let mut order = order.clone();
        for at in (1..order.len()).rev() {
            order.swap(at, random.below(at + 1));
        }
        let groups = found(order.iter().map(|at| &records[*at].1));
        assert_eq!(named(&groups, &order), expected);
    }
}

/// Records that are made fast: few words, so that blocks grow with the input.
fn many(count: usize) -> impl Iterator<Item = Record> {
    let mut random = planted::Random(11);
    (0..count).map(move |at| {
        let word = |random: &mut planted::Random| format!("w{}", random.below(500));
        let title = format!("{} {} {}", word(&mut random), word(&mut random), random.below(20));
        Record::builder()
            .control_field("001", format!("{at:010}"))
            .data_field("010", "  ", [('a', format!("  {:08} ", 10_000_000 + at))])
            .data_field("020", "  ", [('a', planted::isbn13(&format!("{:09}0", at * 7)))])
            .data_field("100", "1 ", [('a', format!("Name{}, A.", random.below(300)))])
            .data_field("245", "10", [('a', if at % 10 == 0 { "Annual report" } else { title.as_str() })])
            .data_field("260", "  ", [('c', format!("{}", 1950 + random.below(60)))])
            .build()
            .unwrap()
    })
}

#[test]
fn work_grows_as_the_input_does_and_memory_is_bounded() {
    let (mut compared, mut peaks) = (Vec::new(), Vec::new());
    // The tables of the model are made once, whatever the number of records.
    let first = many(1).next().unwrap();
    let _ = found([&first]);
    for count in [25_000, 50_000, 100_000, 200_000] {
        let mut work = None;
        let measured = allocation_counter::measure(|| {
            let mut dedupe = Dedupe::new();
            for (at, record) in many(count).enumerate() {
                let position = kartoteka::Position { byte: at as u64 * 1000, record: at as u64, line: 0 };
                dedupe.add(&Entry::of(record.view(), position));
            }
            let groups = dedupe.finish(0.7);
            work = Some((groups.comparisons(), pairs(&groups).len()));
        });
        let (work, pairs) = work.unwrap();
        let bytes = measured.bytes_max as f64 / count as f64;
        println!("{count} records: {bytes:.1} bytes a record at most, {work:?}, {pairs} pairs");
        compared.push(work.compared as f64 / count as f64);
        peaks.push(measured.bytes_max as f64);
    }
    // Of ten million records, by what the last hundred thousand took more than those before.
    let peak = peaks[3] + (peaks[3] - peaks[2]) * (10_000_000.0 - 200_000.0) / 100_000.0;
    println!("ten million records: {:.0} MiB", peak / 1_048_576.0);
    assert!(peak < 1_073_741_824.0, "{peak} bytes for ten million records, more than 1 GiB");
    let (first, last) = (compared[0], compared[3]);
    assert!(last < 150.0 && last < first * 3.0, "pairs a record: {compared:?}");
}

#[test]
fn nothing_makes_it_panic() {
    let mut dedupe = Dedupe::new();
    for file in ["iso2709/damaged.mrc", "iso2709/marc21.mrc", "isis/irbis64.mst", "irbis/export-cp866.txt"] {
        dedupe.begin_input();
        for record in kartoteka::open(format!("fixtures/{file}")).unwrap() {
            let Ok(record) = record else { continue };
            dedupe.add(&Entry::of(record.view(), Default::default()));
        }
    }
    let mut random = planted::Random(3);
    for _ in 0..2000 {
        let text = |random: &mut planted::Random| -> String {
            let pieces = [
                "", " ", "1", "т. ", "\u{98}", "ا", "ه", "\u{301}", "Щ", "a", ", ", "—", "中", "İ", "Vol. ",
                "II", "\u{200C}", "ß",
            ];
            (0..random.below(8)).map(|_| pieces[random.below(pieces.len())]).collect()
        };
        let builder = Record::builder()
            .data_field("020", "  ", [('a', text(&mut random))])
            .data_field("100", "1 ", [('a', text(&mut random))])
            .data_field(
                "245",
                "19",
                [('a', text(&mut random)), ('n', text(&mut random)), ('p', text(&mut random))],
            )
            .data_field("250", "  ", [('a', text(&mut random))])
            .data_field("260", "  ", [('b', text(&mut random)), ('c', text(&mut random))]);
        if let Ok(record) = builder.build() {
            dedupe.add(&Entry::of(record.view(), Default::default()));
            let list =
                List::parse(&format!("{}\n{},", text(&mut random), text(&mut random)), Some(false)).unwrap();
            Match::new(list, 0.0).hits(record.view());
        }
    }
    for member in dedupe.finish(0.0).groups().flatten() {
        assert!(!member.reason.is_empty() && member.certainty <= 1.0);
    }
}

#[test]
fn a_record_without_volume_does_not_chain_volumes() {
    let book = |volume: Option<&str>, isbn: &str| {
        let mut title = vec![('a', "Собрание сочинений старинных рукописей")];
        title.extend(volume.map(|volume| ('n', volume)));
        Record::builder()
            .data_field("020", "  ", [('a', isbn)])
            .data_field("100", "1 ", [('a', "Щербаков, А. С.")])
            .data_field("245", "10", title)
            .data_field("260", "  ", [('c', "1985")])
            .data_field("300", "  ", [('a', "300 с.")])
            .build()
            .unwrap()
    };
    let isbn = planted::isbn13("508000123");
    let records =
        [book(Some("Т. 1"), &isbn), book(None, &isbn), book(Some("Т. 2"), &isbn), book(Some("Т. 2"), &isbn)];
    let pairs = pairs(&found(&records));
    assert!(pairs.contains(&(2, 3)), "{pairs:?}");
    assert!(!pairs.contains(&(0, 2)) && !pairs.contains(&(0, 3)), "{pairs:?}");
}

#[test]
fn a_list_finds_its_books() {
    let mut shelf = Shelf::new(21);
    let mut text = String::from("author,title,year,isbn\n");
    let mut records = Vec::new();
    for at in 0..300 {
        let mut book = shelf.book([Script::Latin, Script::Russian, Script::Persian][at % 3]);
        book.romanize(false);
        // Of each third book there is an ISBN, of each third a title with author and year, of the others no year.
        let (isbn, year) = (
            if at % 3 == 0 { book.isbn.as_str() } else { "" },
            if at % 3 == 1 { &*book.year_text } else { "" },
        );
        text += &format!("\"{}, {}\",\"{}\",{year},{isbn}\n", book.surname, book.given, book.title);
        records.push(book.noisy(&mut shelf.random).record(at, at % 3));
    }
    for at in 300..600 {
        let mut book = shelf.book([Script::Latin, Script::Russian, Script::Persian][at % 3]);
        book.romanize(false);
        records.push(book.record(at, at % 3));
    }
    let matching = Match::new(List::parse(&text, None).unwrap(), 0.7);
    let (mut right, mut wrong) = (0, 0);
    for (at, record) in records.iter().enumerate() {
        for hit in matching.hits(record.view()) {
            if hit.line as usize == at + 2 {
                right += 1
            } else {
                wrong += 1;
                println!(
                    "  wrong {hit:?} {} | {}",
                    card(record),
                    text.lines().nth(hit.line as usize - 1).unwrap()
                );
            }
        }
    }
    println!("{right} of 300 lines found, {wrong} wrong");
    assert!(right >= 255 && wrong <= 5, "{right} of 300 lines found, {wrong} wrong");
}

/// The records of the Library of Congress, if `KARTOTEKA_DUMP` has them: work and memory, and groups to be read.
#[test]
fn a_real_catalogue() {
    let Some(path) = std::env::var_os("KARTOTEKA_DUMP") else {
        return println!("skipped: no KARTOTEKA_DUMP");
    };
    let started = std::time::Instant::now();
    let (mut dedupe, mut cards) = (Dedupe::new(), Vec::new());
    for record in kartoteka::open(path).unwrap() {
        let Ok(record) = record else { continue };
        dedupe.add(&Entry::of(record.view(), Default::default()));
        cards.push(card(&record.record));
    }
    let groups = dedupe.finish(0.7);
    println!("{}, {:?}", groups.summary(), started.elapsed());
    let all: Vec<Vec<_>> = groups.groups().map(|group| group.collect()).collect();
    let mut random = planted::Random(41);
    for _ in 0..30.min(all.len()) {
        for member in &all[random.below(all.len())] {
            println!("  {:.2} {} | {}", member.certainty, member.reason, cards[member.index as usize]);
        }
        println!();
    }
    assert!(groups.comparisons().compared < 200 * cards.len() as u64);
}

/// What a person needs to tell whether two records are the same.
fn card(record: &Record) -> String {
    let keys = kartoteka::model::Keys::of(&kartoteka::model::Bib::of(record.view()));
    let name = keys.authors.first().map(|name| format!("{} {}", name.surname, name.initials));
    let kartoteka::model::Keys { title, subtitle, volume, edition, year, pages, isbns, .. } = keys;
    format!("{title} : {subtitle} / {name:?} v{volume:?} e{edition:?} {year:?} p{pages:?} {isbns:?}")
}
