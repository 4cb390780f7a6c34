//! Leader, 005, 100, 105, 110 and 801 of a RUSMARC record.

use super::irbis::{self, Kind};
use super::{control, control_numbers, data, leader};
use crate::crosswalk::condition::well_formed_100;
use crate::crosswalk::state::Run;
use crate::crosswalk::target::Subfield;
use crate::record::Leader;
use crate::tag::Tag;

/// Adds the coded fields to what the rules made; returns the leader.
pub(crate) fn unimarc(run: &mut Run<'_, '_>) -> Leader {
    control_numbers(run);
    let source = &run.source;
    let facts = &run.facts;
    let letter = irbis::type_letter(source, facts);
    let level = irbis::level(source, facts);
    let hierarchy = match facts.sheet.as_str() {
        "J" => '1',
        "NJ" | "NJP" | "NJK" => '2',
        "ASP" if source.text(463, 'w').is_some() => '2',
        _ => '0',
    };
    let leader = leader(&format!("00000n{letter}{level}{hierarchy} 2200000 i 450 "));
    let changed = irbis::last_change(source).map(|day| control(b"005", format!("{day}000000.0")));
    let mut made = vec![data(b"100", *b"  ", [('a', general(run))])];
    match irbis::kind(source, facts) {
        Kind::Book => made.push(data(b"105", *b"  ", [('a', book(run))])),
        Kind::Continuing => made.push(data(b"110", *b"  ", [('a', continuing(run))])),
        _ => {}
    }
    cataloguing_source(run);
    run.targets.extend(changed);
    run.targets.extend(made);
    leader
}

fn general(run: &Run<'_, '_>) -> String {
    let source = &run.source;
    let old = source.text(100, 'a').filter(|text| well_formed_100(text));
    let entered = irbis::entry_date(source).unwrap_or("||||||||");
    let (kind, first, second) = irbis::publication(source, &run.facts);
    let kind = match kind {
        's' => 'd',
        'm' => 'g',
        'q' => 'f',
        'c' => 'a',
        'd' => 'b',
        'u' => 'c',
        _ => 'u',
    };
    let first = first.unwrap_or_default();
    let second = second.unwrap_or_default();
    let mut audience = irbis::audience(source);
    if audience.is_empty() {
        let age = source.text(900, 'z').and_then(|age| crate::crosswalk::tables::look_up("age-uni", age));
        let stated = age.map(ToOwned::to_owned).or_else(|| Some(old?.get(17..20)?.to_owned()));
        audience = stated.unwrap_or_else(|| "u".to_owned());
    }
    let audience: String = audience.chars().take(3).collect();
    let old_at = |range: std::ops::Range<usize>, default: &'static str| {
        old.and_then(|old| old.get(range)).map_or_else(|| default.to_owned(), ToOwned::to_owned)
    };
    let (publication, modified) = (old_at(20..21, "y"), old_at(21..22, "0"));
    let language = irbis::language_of_cataloguing(source);
    let script = script(run);
    format!(
        "{entered}{kind}{first:<4}{second:<4}{audience:<3}{publication}{modified}{language}y50      {script}"
    )
}

/// The script of the title: 919^g, else by its letters.
fn script(run: &Run<'_, '_>) -> String {
    let stated = run.source.text(919, 'g');
    let is_code = |text: &&str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic());
    if let Some(code) = stated.filter(is_code) {
        return code.to_ascii_lowercase();
    }
    let title =
        run.targets.iter().find(|target| target.tag == Tag::new(*b"200")).and_then(|title| title.text('a'));
    let is_cyrillic = title.is_some_and(|title| title.chars().any(|c| matches!(c, '\u{400}'..='\u{52F}')));
    if is_cyrillic { "ca" } else { "ba" }.to_owned()
}

fn book(run: &Run<'_, '_>) -> String {
    let source = &run.source;
    let illustrations = irbis::illustrations(source);
    let illustrations = if illustrations.is_empty() { "y" } else { &illustrations };
    let contents = if irbis::bibliography_says(source, "иблиогр") { "a   " } else { "||||" };
    let is_meeting = run
        .targets
        .iter()
        .any(|target| matches!(target.tag.number(), Some(710..=712)) && target.indicators[0] == b'1');
    let meeting = if is_meeting { "1" } else { "|" };
    let index = if irbis::bibliography_says(source, "указ") { "1" } else { "|" };
    format!("{illustrations:<4}{contents}{meeting}|{index}||")
}

fn continuing(run: &Run<'_, '_>) -> String {
    let letter = |code| irbis::serial(&run.source, code).unwrap_or("|");
    format!("{}{}{}||||||||", letter('b'), letter('d'), letter('e'))
}

/// Completes 801: Russia, the date, in this order: a b c g.
fn cataloguing_source(run: &mut Run<'_, '_>) {
    let tag = Tag::new(*b"801");
    let date = run.source.texts(907, 'a').find_map(super::dates::day).map(ToOwned::to_owned);
    if !run.targets.iter().any(|target| target.tag == tag) {
        run.targets.push(data(b"801", *b" 0", []));
    }
    if let Some(target) = run.targets.iter_mut().find(|target| target.tag == tag) {
        target.subfields.insert(0, Subfield::new('a', "RU"));
        if let Some(date) = date {
            target.subfields.push(Subfield::new('c', date));
        }
        target.subfields.sort_by_key(|subfield| subfield.code);
    }
}
