//! Books out of lists of words, and their records as catalogues have them: three formats, three scripts, with noise.

use std::collections::HashMap;

use kartoteka::Record;

use crate::common::irbis_record;

const WORDS: &str = include_str!("words.txt");

/// Random numbers, the same for the same seed.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % end
    }

    pub(crate) fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn of<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.below(list.len())]
    }
}

fn words() -> HashMap<&'static str, Vec<&'static str>> {
    let mut lists: HashMap<_, Vec<_>> = HashMap::new();
    let mut name = "";
    for line in WORDS.lines().filter(|line| !line.starts_with('#')) {
        match line.strip_prefix('[') {
            Some(next) => name = next.trim_end_matches(']'),
            None => lists.entry(name).or_default().push(line),
        }
    }
    lists
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Script {
    Latin,
    Russian,
    Persian,
}

/// A book as it is. Persian texts have their romanization after a tab.
#[derive(Debug, Clone)]
pub(crate) struct Book {
    pub(crate) script: Script,
    pub(crate) title: String,
    pub(crate) subtitle: String,
    pub(crate) surname: String,
    pub(crate) given: String,
    pub(crate) publisher: String,
    pub(crate) year: i32,
    pub(crate) year_text: String,
    pub(crate) pages: usize,
    pub(crate) isbn: String,
    pub(crate) volume: Option<usize>,
    pub(crate) edition: Option<usize>,
    /// The name as a direct one, in the statement of the record.
    pub(crate) direct: bool,
    /// The title ends as ISBD wants, in formats that have no punctuation too.
    pub(crate) punctuated: bool,
}

/// The last digit of an ISBN of ten digits, and the whole.
fn isbn10(nine: usize) -> String {
    let digits = format!("{nine:09}");
    let sum: usize =
        digits.bytes().zip((2..=10).rev()).map(|(byte, weight)| usize::from(byte - b'0') * weight).sum();
    let check = (11 - sum % 11) % 11;
    if check == 10 { format!("{digits}X") } else { format!("{digits}{check}") }
}

pub(crate) fn isbn13(ten: &str) -> String {
    let twelve = format!("978{}", &ten[..9]);
    let sum: usize =
        twelve.bytes().enumerate().map(|(at, byte)| usize::from(byte - b'0') * [1, 3][at % 2]).sum();
    format!("{twelve}{}", (10 - sum % 10) % 10)
}

/// Books without end, no two with the same title and author.
pub(crate) struct Shelf {
    lists: HashMap<&'static str, Vec<&'static str>>,
    seen: std::collections::HashSet<String>,
    pub(crate) random: Random,
}

impl Shelf {
    pub(crate) fn new(seed: u64) -> Shelf {
        Shelf { lists: words(), seen: Default::default(), random: Random(seed) }
    }

    pub(crate) fn isbn(&mut self) -> String {
        let nine = self.random.below(1_000_000_000);
        isbn10(nine)
    }

    pub(crate) fn title(&mut self, script: Script) -> String {
        let language = match script {
            Script::Latin => "latin",
            Script::Russian => "russian",
            Script::Persian => "persian",
        };
        let noun = self.random.of(&self.lists[format!("{language}-nouns").as_str()]);
        let theme = self.random.of(&self.lists[format!("{language}-themes").as_str()]);
        join(noun, theme, " ")
    }

    pub(crate) fn book(&mut self, script: Script) -> Book {
        let language = match script {
            Script::Latin => "latin",
            Script::Russian => "russian",
            Script::Persian => "persian",
        };
        loop {
            let title = self.title(script);
            let pick = |random: &mut Random, lists: &HashMap<&'static str, Vec<&'static str>>, name: &str| {
                random.of(&lists[format!("{language}-{name}").as_str()]).to_owned()
            };
            let surname = pick(&mut self.random, &self.lists, "surnames");
            if !self.seen.insert(format!("{title}{surname}")) {
                continue;
            }
            let given = pick(&mut self.random, &self.lists, "names");
            let publisher = pick(&mut self.random, &self.lists, "publishers");
            let year = 1950 + self.random.below(65) as i32;
            let subtitle = match script {
                _ if self.random.percent(55) => String::new(),
                Script::Latin => "a handbook for students".to_owned(),
                Script::Russian => "учебное пособие".to_owned(),
                Script::Persian => "متن و ترجمه\tmatn va tarjumah".to_owned(),
            };
            let isbn = if self.random.percent(70) { self.isbn() } else { String::new() };
            let pages = 60 + self.random.below(600);
            let year_text = year.to_string();
            return Book {
                script,
                title,
                subtitle,
                surname,
                given,
                publisher,
                year,
                year_text,
                pages,
                isbn,
                volume: None,
                edition: None,
                direct: false,
                punctuated: false,
            };
        }
    }
}

/// Joins two texts, and their romanizations.
pub(crate) fn join(one: &str, other: &str, between: &str) -> String {
    match (one.split_once('\t'), other.split_once('\t')) {
        (Some((a, b)), Some((c, d))) => format!("{a}{between}{c}\t{b}{between}{d}"),
        (Some((a, b)), None) => format!("{a}{between}{other}\t{b}{between}{other}"),
        _ => format!("{one}{between}{other}"),
    }
}

/// Russian as libraries abroad type it without marks.
fn romanized(text: &str) -> String {
    let letters = [
        ("щ", "shch"),
        ("ж", "zh"),
        ("х", "kh"),
        ("ц", "ts"),
        ("ч", "ch"),
        ("ш", "sh"),
        ("ю", "iu"),
        ("я", "ia"),
        ("ё", "e"),
        ("э", "e"),
        ("ы", "y"),
        ("й", "i"),
        ("ь", ""),
        ("ъ", ""),
        ("а", "a"),
        ("б", "b"),
        ("в", "v"),
        ("г", "g"),
        ("д", "d"),
        ("е", "e"),
        ("з", "z"),
        ("и", "i"),
        ("к", "k"),
        ("л", "l"),
        ("м", "m"),
        ("н", "n"),
        ("о", "o"),
        ("п", "p"),
        ("р", "r"),
        ("с", "s"),
        ("т", "t"),
        ("у", "u"),
        ("ф", "f"),
    ];
    let mut out = String::new();
    for c in text.chars() {
        let lower = c.to_lowercase().to_string();
        let latin = letters.iter().find(|(from, _)| *from == lower).map_or(lower.as_str(), |(_, to)| to);
        match c.is_uppercase() {
            true => {
                let mut chars = latin.chars();
                out.extend(chars.next().into_iter().flat_map(char::to_uppercase));
                out.push_str(chars.as_str());
            }
            false => out.push_str(latin),
        }
    }
    out
}

/// Changes one letter of a word, leaves one out, or swaps two.
fn mistyped(text: &str, random: &mut Random) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    let at = 2 + random.below(chars.len() - 4);
    match random.below(3) {
        0 => _ = chars.remove(at),
        1 => chars.swap(at, at + 1),
        _ => chars[at] = if text.is_ascii() { 'e' } else { chars[at - 1] },
    }
    chars.into_iter().collect()
}

/// The half of a Persian text: in Arabic script, or romanized.
fn half(text: &str, latin: bool) -> String {
    match text.split_once('\t') {
        Some((arabic, roman)) => if latin { roman } else { arabic }.to_owned(),
        None => text.to_owned(),
    }
}

impl Book {
    /// The book as another catalogue describes it: with the noise of each kind now and then.
    pub(crate) fn noisy(&self, random: &mut Random) -> Book {
        let mut book = self.clone();
        match random.below(5) {
            0 => book.isbn.clear(),
            1 if !book.isbn.is_empty() => book.isbn = isbn13(&book.isbn),
            2 if !book.isbn.is_empty() => {
                let (start, end) = book.isbn.split_at(9);
                book.isbn = format!("{}-{}-{}-{end} (hbk.)", &start[..1], &start[1..4], &start[4..]);
            }
            3 if !book.isbn.is_empty() => {
                let last = if book.isbn.ends_with('7') { "5" } else { "7" };
                book.isbn.replace_range(9.., last);
            }
            _ => {}
        }
        let latin = random.percent(40);
        if latin && book.script == Script::Russian {
            for text in
                [&mut book.title, &mut book.subtitle, &mut book.surname, &mut book.given, &mut book.publisher]
            {
                *text = romanized(text);
            }
        }
        book.romanize(latin);
        if random.percent(25) {
            book.title = mistyped(&book.title, random);
        }
        if random.percent(30) {
            book.subtitle.clear();
        }
        match random.below(4) {
            0 => book.direct = true,
            1 => {
                let initials: Vec<String> = book
                    .given
                    .split(' ')
                    .filter_map(|name| name.chars().find(|c| c.is_alphabetic()))
                    .map(|c| format!("{c}."))
                    .collect();
                book.given = initials.join(" ");
            }
            _ => {}
        }
        match random.below(10) {
            0 => book.year_text = (book.year + 1).to_string(),
            1 | 2 => book.year_text = format!("[{}]", book.year),
            3 => book.year_text = format!("c{}", book.year),
            _ => {}
        }
        if random.percent(15) {
            book.pages += 2;
        }
        book.punctuated = random.percent(30);
        if random.percent(10) {
            book.title = book.title.to_uppercase();
        }
        book
    }

    /// Takes one script of a Persian book.
    pub(crate) fn romanize(&mut self, latin: bool) {
        for text in
            [&mut self.title, &mut self.subtitle, &mut self.surname, &mut self.given, &mut self.publisher]
        {
            *text = half(text, latin);
        }
    }

    fn language(&self) -> &'static str {
        match self.script {
            Script::Latin => "eng",
            Script::Russian => "rus",
            Script::Persian => "per",
        }
    }

    fn name(&self) -> String {
        match self.direct {
            true => format!("{} {}", self.given, self.surname),
            false => format!("{}, {}", self.surname, self.given),
        }
    }

    /// The record, in one of three formats.
    pub(crate) fn record(&self, number: usize, format: usize) -> Record {
        match format {
            0 => self.marc21(number),
            1 => self.unimarc(number),
            _ => self.irbis(number),
        }
    }

    fn marc21(&self, number: usize) -> Record {
        let mut builder = Record::builder()
            .leader("00000nam a2200000 i 4500")
            .control_field("001", format!("m{number}"))
            .control_field("008", format!("260114s{}    xx            000 0 {} d", "    ", self.language()));
        if !self.isbn.is_empty() {
            builder = builder.data_field("020", "  ", [('a', self.isbn.as_str())]);
        }
        let ends = if self.subtitle.is_empty() { " /" } else { " :" };
        let mut title = vec![('a', format!("{}{ends}", self.title))];
        if !self.subtitle.is_empty() {
            title.push(('b', format!("{} /", self.subtitle)));
        }
        if let Some(volume) = self.volume {
            title.insert(1, ('n', format!("Vol. {volume}.")));
        }
        title.push(('c', format!("{} {}.", self.given, self.surname)));
        let skipped = ["The ", "A ", "An "]
            .iter()
            .find(|article| self.title.starts_with(**article))
            .map_or(0, |one| one.len());
        builder = builder
            .data_field("100", if self.direct { "0 " } else { "1 " }, [('a', format!("{},", self.name()))])
            .data_field("245", &format!("1{skipped}"), title);
        if let Some(edition) = self.edition {
            builder = builder.data_field("250", "  ", [('a', format!("{edition}. ed."))]);
        }
        builder
            .data_field(
                "260",
                "  ",
                [('b', format!("{},", self.publisher)), ('c', format!("{}.", self.year_text))],
            )
            .data_field("300", "  ", [('a', format!("{} p. ;", self.pages)), ('c', "22 cm.".to_owned())])
            .build()
            .unwrap()
    }

    fn unimarc(&self, number: usize) -> Record {
        let mut builder =
            Record::builder().leader("00000nam0 2200000   450 ").control_field("001", format!("u{number}"));
        if !self.isbn.is_empty() {
            builder = builder.data_field("010", "  ", [('a', self.isbn.as_str())]);
        }
        let mut title = vec![('a', self.title.clone())];
        if self.punctuated {
            title[0].1.push_str(" /");
        }
        if !self.subtitle.is_empty() {
            title.push(('e', self.subtitle.clone()));
        }
        if let Some(volume) = self.volume {
            title.push(('h', format!("Т. {volume}")));
        }
        title.push(('f', format!("{} {}", self.given, self.surname)));
        builder = builder
            .data_field("100", "  ", [('a', format!("20260114d{}    k  y0rusy50      ca", "    "))])
            .data_field("101", "0 ", [('a', self.language())])
            .data_field("200", "1 ", title);
        if let Some(edition) = self.edition {
            builder = builder.data_field("205", "  ", [('a', format!("{edition}-е изд., доп."))]);
        }
        builder = builder
            .data_field("210", "  ", [('c', self.publisher.as_str()), ('d', &self.year_text)])
            .data_field("215", "  ", [('a', format!("{} с.", self.pages))]);
        let name = match self.direct {
            true => vec![('a', self.name())],
            false => vec![('a', self.surname.clone()), ('b', self.given.clone())],
        };
        builder.data_field("700", if self.direct { " 0" } else { " 1" }, name).build().unwrap()
    }

    fn irbis(&self, number: usize) -> Record {
        let title = format!("^A{}{}", self.title, if self.punctuated { "." } else { "" });
        let mut fields: Vec<(&str, String)> = vec![("920", "PAZK".to_owned()), ("903", format!("i{number}"))];
        if !self.isbn.is_empty() {
            fields.push(("10", format!("^a{}", self.isbn)));
        }
        fields.push(("101", self.language().to_owned()));
        let volume = self.volume.map(|volume| format!("^VТ. {volume}")).unwrap_or_default();
        let subtitle = if self.subtitle.is_empty() { String::new() } else { format!("^E{}", self.subtitle) };
        fields.push(("200", format!("{title}{volume}{subtitle}^F{} {}", self.given, self.surname)));
        if let Some(edition) = self.edition {
            fields.push(("205", format!("^A{edition}-е изд.")));
        }
        fields.push(("210", format!("^C{}^D{}", self.publisher, self.year_text)));
        fields.push(("215", format!("^A{}", self.pages)));
        fields.push((
            "700",
            match self.direct {
                true => format!("^A{}", self.name()),
                false => format!("^A{}^B{}", self.surname, self.given),
            },
        ));
        irbis_record(fields.iter().map(|(tag, body)| (tag.parse().unwrap(), body.as_str())))
    }
}
