//! Leader, 005, 008 and 040 of a MARC 21 record.

use super::irbis::{self, Kind};
use super::{control, control_numbers, data, leader};
use crate::crosswalk::state::Run;
use crate::crosswalk::tables;
use crate::crosswalk::target::Subfield;
use crate::record::Leader;
use crate::tag::Tag;

const FILL: char = '|';

/// The positions 18 to 34 of 008.
struct Positions([char; 17]);

impl Positions {
    fn new(pattern: &str) -> Positions {
        let mut positions = [' '; 17];
        for (to, from) in positions.iter_mut().zip(pattern.chars()) {
            *to = from;
        }
        Positions(positions)
    }

    fn set(&mut self, position: usize, text: &str) {
        for (to, from) in self.0.iter_mut().skip(position.saturating_sub(18)).zip(text.chars()) {
            *to = from;
        }
    }
}

/// Adds the coded fields to what the rules made; returns the leader.
pub(crate) fn marc21(run: &mut Run<'_, '_>) -> Leader {
    control_numbers(run);
    let source = &run.source;
    let facts = &run.facts;
    let letter = irbis::type_letter(source, facts).to_string();
    let kind_of_record = tables::look_up("type21", &letter).unwrap_or("a");
    let part = match facts.sheet.as_str() {
        "SPEC" if source.text(200, 'a').is_some() => 'b',
        "SPEC" => 'c',
        _ => ' ',
    };
    let level = irbis::level(source, facts);
    let leader = leader(&format!("00000n{kind_of_record}{level} a2200000 i{part}4500"));
    let changed = irbis::last_change(source).map(|day| control(b"005", format!("{day}000000.0")));
    let coded = control(b"008", coded_data(run));
    cataloguing_source(run);
    run.targets.extend(changed);
    run.targets.push(coded);
    leader
}

fn coded_data(run: &Run<'_, '_>) -> String {
    let source = &run.source;
    let facts = &run.facts;
    let entered = irbis::entry_date(source).and_then(|day| day.get(2..)).unwrap_or("||||||");
    let (kind_of_date, first, second) = irbis::publication(source, facts);
    let unknown = if matches!(kind_of_date, 'n' | 'u') { "uuuu" } else { "    " };
    let first = first.as_deref().unwrap_or("uuuu");
    let second = second.as_deref().unwrap_or(unknown);
    let country = irbis::country(source).unwrap_or("xx");
    let positions: String = positions(run).0.iter().collect();
    let language = irbis::language(source);
    format!("{entered}{kind_of_date}{first}{second}{country:<3}{positions}{language} d")
}

fn positions(run: &Run<'_, '_>) -> Positions {
    let source = &run.source;
    let kind = irbis::kind(source, &run.facts);
    let mut positions = Positions::new(match kind {
        Kind::Book => "     ",
        Kind::Continuing => "|| |||||||||   ||",
        Kind::Music => "||||  |||||||| | ",
        Kind::Map => "|||||| |  || | ||",
        Kind::Visual => "|||       ||   ||",
        Kind::Computer => "     |  | |      ",
    });
    let audience = irbis::audience(source).chars().next().map(|letter| letter.to_string());
    let audience = audience.and_then(|letter| tables::look_up("aud21", &letter)).unwrap_or(" ");
    match kind {
        Kind::Book => {
            positions.set(18, &format!("{:<4}", irbis::illustrations(source)));
            positions.set(22, audience);
            let form =
                source.text(106, 'a').and_then(|form| form.get(..1)).filter(|form| "dfrs".contains(form));
            positions.set(23, form.unwrap_or(" "));
            let has_bibliography = irbis::bibliography_says(source, "иблиогр");
            positions.set(24, if has_bibliography { "b   " } else { "||||" });
            let meeting = run.targets.iter().any(|target| matches!(target.tag.number(), Some(111 | 711)));
            positions.set(28, if meeting { "|1|" } else { "|||" });
            positions.set(31, if irbis::bibliography_says(source, "указ") { "1" } else { "|" });
            positions.set(33, "||");
        }
        Kind::Continuing => {
            let fill = FILL.to_string();
            for (position, code, table) in [(18, 'd', "freq21"), (19, 'e', "regul21"), (21, 'b', "serial21")]
            {
                let value = irbis::serial(source, code).and_then(|letter| tables::look_up(table, letter));
                positions.set(position, value.unwrap_or(&fill));
            }
        }
        Kind::Music | Kind::Visual | Kind::Computer => positions.set(22, audience),
        Kind::Map => {}
    }
    positions
}

/// Completes 040: the agency, and the language of cataloguing.
fn cataloguing_source(run: &mut Run<'_, '_>) {
    let agency = run.converter.option("agency").map(ToOwned::to_owned);
    let language = irbis::language_of_cataloguing(&run.source);
    let tag = Tag::new(*b"040");
    if !run.targets.iter().any(|target| target.tag == tag) {
        run.targets.push(data(b"040", *b"  ", []));
    }
    if let Some(target) = run.targets.iter_mut().find(|target| target.tag == tag) {
        if target.text('b').is_none() {
            target.subfields.insert(0, Subfield::new('b', language));
        }
        if let Some(agency) = agency {
            target.subfields.insert(0, Subfield::new('a', agency));
        }
    }
}
