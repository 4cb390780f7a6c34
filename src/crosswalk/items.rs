//! The items of Koha: what the rules of the profile wrote to 952, an item a field.

use super::state::Run;
use super::target::{Subfield, Target};
use crate::tag::Tag;

/// The most items that one line of copies without numbers becomes.
const MOST: usize = 1000;

/// Gives each item the call number of the record and the first one the number of loans; writes as many items as a line
/// of copies without own numbers counts. The bar code is the inventory number where there is none.
pub(crate) fn complete(run: &mut Run<'_, '_>) {
    let items = Tag::new(*b"952");
    let number = |number| Tag::from_number(number).unwrap_or(items);
    let from_copies =
        |target: &Target| target.tag == items && matches!(target.source.number(), Some(910 | 909));
    let of_record = |target: &Target| target.tag == items && !from_copies(target);
    let words = |code: char| -> Option<String> {
        let parts = run.targets.iter().filter(|target| of_record(target));
        let texts: Vec<&str> = parts.filter_map(|target| target.text(code)).collect();
        (!texts.is_empty()).then(|| texts.join(" "))
    };
    let (call_number, loans) = (words('o'), words('l'));
    let mut made = Vec::new();
    let mut is_first = true;
    for target in run.targets.iter().filter(|target| from_copies(target)) {
        let mut item = target.clone();
        if let (None, Some(call_number)) = (item.text('o'), &call_number) {
            item.subfields.push(Subfield::new('o', call_number.as_str()));
        }
        if let (true, Some(loans)) = (is_first, &loans) {
            item.subfields.push(Subfield::new('l', loans.as_str()));
        }
        is_first = false;
        let copies = match item.source == number(910) {
            true => copies(run, item.occurrence),
            false => None,
        };
        match copies {
            Some(copies) => made.extend(std::iter::repeat_n(item, copies)),
            None => {
                if let (None, Some(inventory)) = (item.text('p'), item.text('i').map(ToOwned::to_owned)) {
                    item.subfields.push(Subfield::new('p', inventory));
                }
                made.push(item);
            }
        }
    }
    run.targets.retain(|target| target.tag != items);
    run.targets.extend(made);
}

/// How many copies without own numbers a field 910 stands for: status U, C or R, and a number in ^1.
fn copies(run: &Run<'_, '_>, occurrence: u32) -> Option<usize> {
    let tag = Tag::from_number(910)?;
    let field = run.source.numbered(tag, occurrence)?;
    let status = run.source.value(field, 'a')?.text.trim().to_uppercase();
    if !matches!(status.as_str(), "U" | "C" | "R") {
        return None;
    }
    let count: usize = run.source.value(field, '1')?.text.trim().parse().ok()?;
    Some(count.clamp(1, MOST))
}
