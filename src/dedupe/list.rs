//! A list of books, and the records that are on it.

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use super::compare::{Likeness, names, reason, titles, why};
use super::signature::{ISSN, Signature, mix};
use crate::bytes::Cut;
use crate::error::{Error, Result};
use crate::finding::Findings;
use crate::io::{Edits, Transform};
use crate::model::{Bib, Date, Keys, isbn13};
use crate::record::{Record, RecordRef};

/// With how many lines of the list that share a key a record is compared.
const MOST: usize = 64;

/// A list of books: a table with the columns `isbn`, `title`, `author`, `year`, or lines.
///
/// # Example
/// ```
/// use kartoteka::dedupe::List;
///
/// let table = List::parse("title;author;year\nВойна и мир;Толстой Л. Н.;1978\n", None)?;
/// assert_eq!(table.len(), 1);
/// // Lines: an ISBN, a title, or a title and an author as ISBD writes them.
/// let lines = List::parse("978-5-08-000123-7\nДетство / М. Горький\nFlatland\n", None)?;
/// assert_eq!(lines.len(), 3);
/// let error = List::parse("tilte,isbn\n", None).unwrap_err();
/// assert_eq!(error.to_string(), "no column \"tilte\"; did you mean title? There are isbn, title, author, year");
/// # Ok::<(), kartoteka::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct List {
    lines: Vec<(u64, Keys)>,
}

const COLUMNS: [&str; 4] = ["isbn", "title", "author", "year"];

impl List {
    /// Reads a list from a file, in UTF-8; a name that ends in `.csv` or `.tsv` says that it is a table.
    ///
    /// # Errors
    /// [`ErrorKind::Read`](crate::ErrorKind) if the file cannot be read, and those of [`List::parse`].
    pub fn open(path: impl AsRef<Path>) -> Result<List> {
        let text = std::fs::read(path.as_ref()).map_err(Error::read)?;
        let is_table =
            path.as_ref().extension().is_some_and(|end| end == "csv" || end == "tsv").then_some(true);
        List::parse(&String::from_utf8_lossy(&text), is_table)
    }

    /// Parses a list. `table` says whether it is a table or lines; `None` finds it out: a table has the name of a column
    /// in its first line. A table has commas, semicolons or tabs between its cells, which may be quoted as in RFC 4180.
    ///
    /// A line is an ISBN, if it is a right one; else a title, and an author after ` / `. Empty lines and rows are
    /// left out. Several ISBNs or authors in a cell have a semicolon or `|` between.
    ///
    /// # Errors
    /// [`ErrorKind::Argument`](crate::ErrorKind) for a table with a column of another name.
    pub fn parse(text: &str, table: Option<bool>) -> Result<List> {
        let text = text.trim_start_matches('\u{FEFF}');
        let head = text.lines().next().unwrap_or_default();
        let separator = ['\t', ';', ','].into_iter().max_by_key(|c| head.matches(*c).count()).unwrap_or(',');
        let mut rows = Rows { rest: text, separator, line: 0 };
        let names =
            Rows { rest: head, separator, line: 0 }.next().map(|(_, names)| names).unwrap_or_default();
        let names: Vec<String> = names.iter().map(|name| name.trim().to_lowercase()).collect();
        let is_known = |name: &String| COLUMNS.contains(&name.as_str());
        let mut list = List::default();
        if !table.unwrap_or_else(|| names.iter().any(is_known)) {
            list.lines =
                (1..).zip(text.lines()).filter_map(|(line, text)| Some((line, line_keys(text)?))).collect();
            return Ok(list);
        }
        if let Some(wrong) = names.iter().find(|name| !is_known(name)) {
            let likest =
                COLUMNS.into_iter().map(|known| (strsim::damerau_levenshtein(wrong, known), known)).min();
            let hint = likest.filter(|(apart, _)| *apart <= 2);
            let hint =
                hint.map(|(_, known)| format!(" did you mean {known}? There")).unwrap_or(" there".to_owned());
            return Err(Error::argument(format!("no column {wrong:?};{hint} are {}", COLUMNS.join(", "))));
        }
        rows.next();
        list.lines = rows.filter_map(|(line, cells)| Some((line, row_keys(&names, &cells)?))).collect();
        Ok(list)
    }

    /// Returns how many lines have something to look for.
    pub const fn len(&self) -> usize {
        self.lines.len()
    }

    /// Returns whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

fn line_keys(text: &str) -> Option<Keys> {
    let keys = Keys::new();
    let is_isbn =
        text.chars().all(|c| c.is_ascii_digit() || " -–ISBNisbnXxХх:".contains(c)) && isbn13(text).is_some();
    if is_isbn {
        return Some(keys.with_isbn(text));
    }
    let (title, author) = text.split_once(" / ").unwrap_or((text, ""));
    let keys = keys.with_title(title).with_author(author);
    (!keys.title.is_empty()).then_some(keys)
}

fn row_keys(names: &[String], cells: &[String]) -> Option<Keys> {
    let mut keys = Keys::new();
    for (name, cell) in names.iter().zip(cells) {
        let several = || cell.split([';', '|']);
        keys = match name.as_str() {
            "isbn" => several().fold(keys, |keys, isbn| keys.with_isbn(isbn)),
            "title" => keys.with_title(cell),
            "author" => several().fold(keys, |keys, name| keys.with_author(name)),
            _ => keys.with_year(Date::parse(cell).start),
        };
    }
    (!keys.isbns.is_empty() || !keys.title.is_empty()).then_some(keys)
}

/// The rows of a table: line, cells.
struct Rows<'a> {
    rest: &'a str,
    separator: char,
    line: u64,
}

impl Iterator for Rows<'_> {
    type Item = (u64, Vec<String>);

    fn next(&mut self) -> Option<(u64, Vec<String>)> {
        if self.rest.is_empty() {
            return None;
        }
        self.line += 1;
        let line = self.line;
        let (mut cells, mut cell, mut quoted) = (Vec::new(), String::new(), false);
        let mut chars = self.rest.char_indices().peekable();
        let mut end = self.rest.len();
        while let Some((at, c)) = chars.next() {
            match c {
                '"' if quoted && chars.peek().is_some_and(|(_, next)| *next == '"') => {
                    chars.next();
                    cell.push('"');
                }
                '"' if quoted || cell.is_empty() => quoted = !quoted,
                '\n' if !quoted => {
                    end = at + 1;
                    break;
                }
                c if c == self.separator && !quoted => cells.push(std::mem::take(&mut cell)),
                '\r' if !quoted => {}
                c => {
                    self.line += u64::from(c == '\n');
                    cell.push(c);
                }
            }
        }
        cells.push(cell);
        self.rest = self.rest.cut(end..);
        Some((line, cells))
    }
}

/// A line of the list that a record is like.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Hit {
    /// The line of the list, from 1.
    pub line: u64,
    /// What they have in common.
    pub reason: String,
    /// How certain it is that the record is on this line, 0 to 1.
    pub certainty: f64,
}

/// Finds the records that are on a list. It may be asked from many threads.
///
/// # Cost
/// Takes some 200 bytes for each line of the list; nothing for the records. A record is compared with at most 64 lines for
/// each of its keys.
///
/// # Example
/// ```
/// use kartoteka::dedupe::{List, Match};
///
/// let list = List::parse("Leyli və Məcnun / Nizami Gəncəvi\nNo such book\n", None)?;
/// let matching = Match::new(list, 0.7);
/// let mut found = 0;
/// for record in kartoteka::open("fixtures/iso2709/marc21.mrc")? {
///     found += matching.hits(record?.view()).len();
/// }
/// assert_eq!((found, matching.unmatched().collect::<Vec<_>>()), (1, vec![2]));
/// # Ok::<(), kartoteka::Error>(())
/// ```
#[derive(Debug)]
pub struct Match {
    lines: Vec<(u64, Signature)>,
    identifiers: HashMap<u32, Vec<u32>>,
    others: HashMap<u32, Vec<u32>>,
    /// The lines that a record was like.
    seen: Vec<AtomicBool>,
    least: u8,
}

impl Match {
    /// Makes a match against a list, of records that are on it with at least this certainty, 0 to 1.
    pub fn new(list: List, certainty: f64) -> Match {
        let mut made = Match {
            lines: Vec::with_capacity(list.lines.len()),
            identifiers: HashMap::new(),
            others: HashMap::new(),
            seen: list.lines.iter().map(|_| AtomicBool::new(false)).collect(),
            least: (certainty.clamp(0.0, 1.0) * 100.0).round() as u8,
        };
        for (at, (line, keys)) in (0..).zip(list.lines) {
            let signature = Signature::of(&keys);
            for number in Signature::identifiers(&keys) {
                made.identifiers.entry(number).or_default().push(at);
            }
            for key in meeting(&signature) {
                made.others.entry(key).or_default().push(at);
            }
            made.lines.push((line, signature));
        }
        made
    }

    /// Returns the lines that a record is like, the surest first.
    pub fn hits(&self, record: RecordRef<'_>) -> Vec<Hit> {
        let keys = Keys::of(&Bib::of(record));
        let mut found: HashMap<u32, Likeness> = HashMap::new();
        self.compare(&keys, &mut found);
        // A volume of a set may be on the list by its own title.
        if let Some(volume) = keys.of_volume() {
            self.compare(&volume, &mut found);
        }
        let mut found: Vec<(u32, Likeness)> = found.into_iter().collect();
        found.sort_by_key(|(at, likeness)| (std::cmp::Reverse(likeness.certainty), *at));
        let hits = found.into_iter().filter_map(|(at, Likeness { certainty, why })| {
            self.seen.get(at as usize)?.store(true, Ordering::Relaxed);
            let (line, _) = self.lines.get(at as usize)?;
            Some(Hit { line: *line, reason: reason(why), certainty: f64::from(certainty) / 100.0 })
        });
        hits.collect()
    }

    /// Adds the lines that keys are like; of a line that is there already the greater certainty.
    fn compare(&self, keys: &Keys, found: &mut HashMap<u32, Likeness>) {
        let own = Signature::of(keys);
        let mut add = |lines: Option<&Vec<u32>>, number: Option<u32>| {
            for at in lines.into_iter().flatten().take(MOST) {
                let Some((_, line)) = self.lines.get(*at as usize) else { continue };
                let likeness = like(line, &own, number).filter(|likeness| likeness.certainty >= self.least);
                if let Some(likeness) = likeness {
                    let best = found.entry(*at).or_insert(likeness);
                    if best.certainty < likeness.certainty {
                        *best = likeness;
                    }
                }
            }
        };
        Signature::identifiers(keys).for_each(|number| add(self.identifiers.get(&number), Some(number & 3)));
        meeting(&own).into_iter().for_each(|key| add(self.others.get(&key), None));
    }

    /// Returns the lines that no record so far was like.
    pub fn unmatched(&self) -> impl Iterator<Item = u64> {
        let lines = self.lines.iter().zip(&self.seen);
        lines.filter(|(_, seen)| !seen.load(Ordering::Relaxed)).map(|((line, _), _)| *line)
    }

    /// Returns a transform that edits the records that are on the list, and leaves the others as they are.
    ///
    /// # Example
    /// ```
    /// use kartoteka::dedupe::{List, Match};
    /// use kartoteka::{Content, Edit, Edits, Pass};
    ///
    /// let matching = Match::new(List::parse("Leyli və Məcnun", None)?, 0.7);
    /// let edits = Edits::new().edit(Edit::set("999$a=on the list")?);
    /// let mut pass = Pass::new(kartoteka::open("fixtures/iso2709/marc21.mrc")?).transform(matching.marking(edits));
    /// let mut marks = Vec::new();
    /// while let Some(item) = pass.item()? {
    ///     if let Content::Record(record) = item.content {
    ///         marks.extend(record.field("999").and_then(|field| Some(field.subfield('a')?.to_string())));
    ///     }
    /// }
    /// assert_eq!(marks, ["on the list"]);
    /// # Ok::<(), kartoteka::Error>(())
    /// ```
    pub fn marking(&self, edits: Edits) -> impl Transform {
        let mut edits = edits;
        move |record: &mut Record, findings: &mut Findings| match self.hits(record.view()).is_empty() {
            true => Ok(()),
            false => edits.transform(record, findings),
        }
    }
}

/// The keys by which lines and records meet: a line of a list has less than a record.
fn meeting(one: &Signature) -> [u32; 5] {
    let key = |of: u64, pass: u64| mix(of << 3 | pass);
    let named = u64::from(one.name_bones) << 16;
    let keys = [
        (one.title != 0, key(one.title.into(), 1)),
        (one.whole != one.title, key(one.whole.into(), 1)),
        (one.bones != 0, key(one.bones.into(), 2)),
        (named != 0 && one.start != 0, key(named | u64::from(one.start), 3)),
        (one.start != 0 && one.end != 0, key(u64::from(one.start) << 16 | u64::from(one.end), 4)),
    ];
    keys.map(|(is, key)| if is { key } else { 0 })
}

/// How much a record is like a line, of which only what the line has counts.
fn like(line: &Signature, own: &Signature, number: Option<u32>) -> Option<Likeness> {
    let title = titles(line, own);
    let (name_points, name) = if line.names == 0 { (0, 0) } else { names(line, own) };
    let apart = if line.year == 0 || own.year == 0 { None } else { Some(line.year.abs_diff(own.year)) };
    let mut found = name;
    found |= match apart {
        Some(0) => why::YEAR,
        Some(1) => why::NEAR_YEAR,
        _ => 0,
    };
    let certainty = match (number.filter(|number| *number != ISSN), title) {
        (Some(_), title) => {
            found |= why::ISBN | title.map_or(0, |(_, title)| title);
            if line.title != 0 && title.is_none() { 60 } else { 96 + name_points.signum() }
        }
        (None, None) => return None,
        (None, Some((_, kind))) => {
            found |= kind;
            if line.volume != 0 && own.volume != 0 && line.volume != own.volume
                || line.numbers != own.numbers && kind != why::TITLE
            {
                return None;
            }
            let letters: u32 = line.title_bits.iter().map(|word| word.count_ones()).sum();
            let base = match kind {
                why::TITLE if letters >= 9 => 60,
                why::TITLE => 45,
                why::SIMILAR_TITLE => 50,
                _ => 35,
            };
            let year = match apart {
                Some(0) => 15,
                Some(1) => 5,
                Some(_) => -40,
                None => 0,
            };
            let no_more = line.names == 0 && line.year == 0;
            let isbns =
                if line.isbns != 0 && own.isbns & line.isbns == 0 && own.isbns != 0 { -20 } else { 0 };
            let set = if line.volume != 0 && own.volume == 0 { -25 } else { 0 };
            base + name_points + year + isbns + set + if no_more { 15 } else { 0 }
        }
    };
    if line.volume != 0 && own.volume == line.volume {
        found |= why::VOLUME;
    }
    Some(Likeness { certainty: u8::try_from(certainty.clamp(0, 97)).ok()?, why: found })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_parsed() {
        let text = "Author,TITLE,isbn,year\r\n\"Iles, Greg\",\"The \"\"Quiet\"\"\ngame\",0-444-89728-3|978-0-444-89728-2,[1999]\n,,,\nA,B,,\n";
        let list = List::parse(text, None).unwrap();
        let lines: Vec<u64> = list.lines.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [2, 5]);
        let keys = &list.lines[0].1;
        assert_eq!((keys.title.as_str(), keys.year), ("quiet game", Some(1999)));
        assert_eq!((keys.authors[0].surname.as_str(), keys.isbns.len()), ("iles", 1));
    }

    #[test]
    fn a_table_without_known_columns_is_lines_unless_it_is_said_to_be_one() {
        assert_eq!(List::parse("isbm,titel\nx,y\n", None).unwrap().len(), 2);
        let error = List::parse("isbm,titel\nx,y\n", Some(true)).unwrap_err().to_string();
        assert_eq!(error, "no column \"isbm\"; did you mean isbn? There are isbn, title, author, year");
        let error = List::parse("title,shelf\n", None).unwrap_err().to_string();
        assert_eq!(error, "no column \"shelf\"; there are isbn, title, author, year");
    }
}
