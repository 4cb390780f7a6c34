//! Leader and 008 of a UNIMARC record that becomes MARC 21.

use super::{char_at, coded_text, control, data, leader, translate};
use crate::crosswalk::state::Run;
use crate::crosswalk::tables;
use crate::record::Leader;
use crate::tag::Tag;

/// Adds 008, and the language of cataloguing; returns the leader.
pub(super) fn to_marc21(run: &mut Run<'_, '_>) -> Leader {
    let old = run.source.record.header().leader.unwrap_or_default();
    let at = |position| old.get(position).map_or(' ', char::from);
    let status = if at(5) == 'o' { 'c' } else { at(5) };
    let letter = translate(at(6), "abcdefgijklmrhn", "atcdefgijkmorar").unwrap_or('a');
    let level = if matches!(at(7), 'a' | 'i' | 'm' | 's' | 'c') { at(7) } else { 'm' };
    let control_type = if at(9) == 'a' { 'a' } else { ' ' };
    let encoding = translate(at(17), "23", "87").unwrap_or(if at(17) == '1' { '1' } else { ' ' });
    let form = if at(18) == 'n' { ' ' } else { 'i' };
    let leader = leader(&format!("00000{status}{letter}{level}{control_type}a2200000{encoding}{form} 4500"));
    let coded = control(b"008", coded_data(run, letter, level));
    let language =
        coded_text(run, 100).and_then(|text| text.get(22..25)).filter(|code| code.trim().len() == 3);
    let language = language.map(ToOwned::to_owned);
    run.targets.push(coded);
    if let Some(language) = language {
        let tag = Tag::new(*b"040");
        match run.targets.iter_mut().find(|target| target.tag == tag) {
            Some(target) => {
                let at = usize::from(target.text('a').is_some());
                let subfield = crate::crosswalk::target::Subfield::new('b', language);
                target.subfields.insert(at.min(target.subfields.len()), subfield);
            }
            None => run.targets.push(data(b"040", *b"  ", [('b', language)])),
        }
    }
    leader
}

fn coded_data(run: &Run<'_, '_>, letter: char, level: char) -> String {
    let general = coded_text(run, 100).unwrap_or_default();
    let entered =
        general.get(2..8).filter(|date| date.bytes().all(|byte| byte.is_ascii_digit())).unwrap_or("||||||");
    let kind = translate(char_at(general, 8), "abcdefghij", "cdusrqmtpe").unwrap_or('n');
    let date = |start: usize, is_unknown: bool| -> String {
        let text: String = (start..start + 4).map(|at| char_at(general, at)).collect();
        match text.trim().is_empty() {
            true if is_unknown => "uuuu".to_owned(),
            true => "    ".to_owned(),
            false => text.replace(' ', "u"),
        }
    };
    let (first, second) = (date(9, true), date(13, kind == 'n'));
    let country = run.source.text(102, 'a').map(str::to_uppercase);
    let country = country.and_then(|code| tables::look_up("country21", &code)).unwrap_or("xx");
    let language = run.source.text(101, 'a').filter(|code| code.len() == 3).unwrap_or("und");
    let audience = translate(char_at(general, 17), "bcadekmu", "abjcdeg ").unwrap_or(' ');
    let government = translate(char_at(general, 20), "abcdefghy", "fsllcizo ").unwrap_or('|');
    let modified = if char_at(general, 21) == '1' { 'o' } else { ' ' };
    let positions = match (letter, level) {
        ('a', 's' | 'i') => continuing(run, government),
        ('a' | 't', _) => book(run, audience, government),
        ('c' | 'd' | 'i' | 'j', _) => format!("||||{audience}||||||||| | "),
        ('e' | 'f', _) => "|||||| |  || | ||".to_owned(),
        ('m', _) => format!("    {audience}|  | |      "),
        _ => format!("||| {audience}     ||   ||"),
    };
    format!("{entered}{kind}{first}{second}{country:<3}{positions}{language}{modified}d")
}

fn book(run: &Run<'_, '_>, audience: char, government: char) -> String {
    let text = coded_text(run, 105).unwrap_or("||||||||||||||");
    let part = |range: std::ops::Range<usize>| -> String { range.map(|at| char_at(text, at)).collect() };
    let illustrations = part(0..4).replace('y', " ").replace('n', "|");
    let contents: String = part(4..8)
        .chars()
        .map(|c| translate(c, "abcdefghijnprzkm|", "bciaderysptlnwjm|").unwrap_or(' '))
        .collect();
    let form =
        coded_text(run, 106).map_or(' ', |text| translate(char_at(text, 0), "dfrst", "dfrst").unwrap_or(' '));
    let yes_no = |at: usize| translate(char_at(text, at), "01|", "01|").unwrap_or('|');
    let fiction = translate(char_at(text, 11), "aybcdefgh", "101eddejp").unwrap_or('|');
    let biography = translate(char_at(text, 12), "abcdy", "abcd ").unwrap_or('|');
    let (meeting, festschrift, index) = (yes_no(8), yes_no(9), yes_no(10));
    format!(
        "{illustrations}{audience}{form}{contents}{government}{meeting}{festschrift}{index} {fiction}{biography}"
    )
}

fn continuing(run: &Run<'_, '_>, government: char) -> String {
    let text = coded_text(run, 110).unwrap_or("||||||||");
    let kind = translate(char_at(text, 0), "abczefg", "pmn ldw").unwrap_or('|');
    let frequency = translate(char_at(text, 1), "abcdefghijklmnouyzp", "dcwesmbqtfaghiju zk").unwrap_or('|');
    let regularity = translate(char_at(text, 2), "abuy", "rnux").unwrap_or('|');
    let nature = translate(char_at(text, 3), "abcdefghijklmnoprz", "bciaderyspolwgvhn ").unwrap_or('|');
    let meeting = translate(char_at(text, 7), "01", "01").unwrap_or('|');
    format!("{frequency}{regularity} {kind}||{nature}|||{government}{meeting}   ||")
}
