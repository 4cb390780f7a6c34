//! Leader, 100, 105, 106 and 110 of a MARC 21 record that becomes UNIMARC.

use super::{char_at, coded_text, data, leader, translate};
use crate::crosswalk::state::Run;
use crate::record::Leader;

/// Adds the coded fields; returns the leader.
pub(super) fn to_unimarc(run: &mut Run<'_, '_>) -> Leader {
    let old = run.source.record.header().leader.unwrap_or_default();
    let at = |position| old.get(position).map_or(' ', char::from);
    let status = if matches!(at(5), 'a' | 'p') { 'c' } else { at(5) };
    let letter = translate(at(6), "acdefgijkmoprt", "acdefgijklmmrb").unwrap_or('a');
    let level = translate(at(7), "amsicbd", "amsicaa").unwrap_or('m');
    let hierarchy = match run.targets.iter().any(|target| matches!(target.tag.number(), Some(461..=464))) {
        true => '2',
        false => ' ',
    };
    let control_type = if at(8) == 'a' { 'a' } else { ' ' };
    let encoding = translate(at(17), "857234", "233111").unwrap_or(if at(17) == '1' { '1' } else { ' ' });
    let form = match at(18) {
        'i' | 'u' => 'i',
        'c' => ' ',
        _ => 'n',
    };
    let leader =
        leader(&format!("00000{status}{letter}{level}{hierarchy}{control_type}2200000{encoding}{form} 450 "));
    let coded = coded_text(run, 8).map(ToOwned::to_owned).unwrap_or_default();
    run.targets.push(data(b"100", *b"  ", [('a', general(run, &coded))]));
    match (at(6), at(7)) {
        ('a', 's' | 'i') => run.targets.push(data(b"110", *b"  ", [('a', continuing(&coded))])),
        ('a' | 't', _) => {
            run.targets.push(data(b"105", *b"  ", [('a', book(&coded))]));
            if let Some(form) = translate(char_at(&coded, 23), "dfrst", "dfrst") {
                run.targets.push(data(b"106", *b"  ", [('a', form.to_string())]));
            }
        }
        _ => {}
    }
    leader
}

fn general(run: &Run<'_, '_>, coded: &str) -> String {
    let year = coded.get(..2).and_then(|year| year.parse::<u32>().ok());
    let entered = match (year, coded.get(..6).filter(|date| date.bytes().all(|byte| byte.is_ascii_digit()))) {
        (Some(year), Some(date)) => format!("{}{date}", if year < 70 { 20 } else { 19 }),
        _ => "||||||||".to_owned(),
    };
    let kind = translate(char_at(coded, 6), "cdusrqmtpe", "abcdefghij").unwrap_or('u');
    let date = |start: usize| -> String {
        let text: String = (start..start + 4).map(|at| char_at(coded, at)).collect();
        text.replace(['u', '|'], " ")
    };
    let (first, second) = (date(7), date(11));
    let audience = translate(char_at(coded, 22), "abjcdeg ", "bcadekmu").unwrap_or('u');
    let government = translate(char_at(coded, 28), "fslcizo ", "abcefghy").unwrap_or('y');
    let modified = if char_at(coded, 38) == 'o' { '1' } else { '0' };
    let language = run.source.text(40, 'b').filter(|code| code.len() == 3);
    let language = language.unwrap_or("und").to_ascii_lowercase();
    let title = run.source.text(245, 'a').unwrap_or_default();
    let script = match title.chars().find(|c| c.is_alphabetic()) {
        Some('\u{400}'..='\u{52F}') => "ca",
        Some('\u{370}'..='\u{3FF}') => "ga",
        Some('\u{590}'..='\u{5FF}') => "ha",
        Some('\u{600}'..='\u{6FF}') => "fa",
        Some('\u{10A0}'..='\u{10FF}') => "ma",
        Some('\u{530}'..='\u{58F}') => "mb",
        _ => "ba",
    };
    format!("{entered}{kind}{first}{second}{audience}  {government}{modified}{language}y50      {script}")
}

fn book(coded: &str) -> String {
    let part = |range: std::ops::Range<usize>| -> String { range.map(|at| char_at(coded, at)).collect() };
    let illustrations = part(18..22);
    let illustrations = match illustrations.trim() {
        "" => "y   ".to_owned(),
        _ => illustrations,
    };
    let contents: String = part(24..28)
        .chars()
        .map(|c| translate(c, "bciaderysptlnwjm|", "abcdefghijnprzkm|").unwrap_or(' '))
        .collect();
    let yes_no = |at: usize| translate(char_at(coded, at), "01|", "01|").unwrap_or('|');
    let fiction = translate(char_at(coded, 33), "10", "ay").unwrap_or('|');
    let biography = translate(char_at(coded, 34), "abcd ", "abcdy").unwrap_or('|');
    let (meeting, festschrift, index) = (yes_no(29), yes_no(30), yes_no(31));
    format!("{illustrations}{contents}{meeting}{festschrift}{index}{fiction}{biography}")
}

fn continuing(coded: &str) -> String {
    let kind = translate(char_at(coded, 21), "pmn ldw", "abczefg").unwrap_or('z');
    let frequency =
        translate(char_at(coded, 18), "dcwesmbqtfaghiju zk", "abcdefghijklmnouyzp").unwrap_or('u');
    let regularity = translate(char_at(coded, 19), "rnux", "abuy").unwrap_or('u');
    let nature = translate(char_at(coded, 24), "bciaderyspolwgvhn ", "abcdefghijklmnoprz").unwrap_or('z');
    let meeting = translate(char_at(coded, 29), "01", "01").unwrap_or('0');
    // Title pages and an index are not known of; there is no code for that of a cumulative index.
    format!("{kind}{frequency}{regularity}{nature}   {meeting}uu|")
}
