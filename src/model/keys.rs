//! Match keys: what of a description two catalogues agree on, normalised.

use super::bib::Bib;
use super::elements::{Agent, Title};
use super::fold::{Script, bones, facts, fold, script, sounds, without_article};
use super::identifier::isbn13;
use super::names::Part;
use crate::bytes::Cut;

/// The keys of a description, by which records of the same resource meet: whatever their format, script and cataloguing
/// rules.
///
/// Keys are **stable**: the same record gives the same keys in all versions, unless the changelog says otherwise, so that
/// they may be stored. Texts are [folded](fold): small Latin letters, digits and single blanks.
///
/// # Example
/// ```
/// use kartoteka::{Record, model::Keys};
///
/// let latin = Record::builder()
///     .data_field("020", "  ", [('a', "5-08-000123-8 (v. 1)")])
///     .data_field("100", "1 ", [('a', "Tolstoĭ, Lev Nikolaevich,")])
///     .data_field("245", "10", [('a', "Voĭna i mir."), ('n', "T. 1 /")])
///     .data_field("260", "  ", [('c', "[1978]")])
///     .build()?;
/// let keys = Keys::of(&kartoteka::model::Bib::of(latin.view()));
/// assert_eq!((keys.title.as_str(), keys.volume.as_deref(), keys.year), ("voina i mir", Some("1"), Some(1978)));
/// assert_eq!((keys.authors[0].surname.as_str(), keys.authors[0].initials.as_str()), ("tolstoi", "ln"));
///
/// let cyrillic = Keys::new().with_title("Война и мир. Т. 1").with_author("Л. Н. Толстой");
/// assert_eq!((&cyrillic.title, &cyrillic.volume), (&keys.title, &keys.volume));
/// assert_eq!(cyrillic.authors[0].surname, "tolstoi");
/// # Ok::<(), kartoteka::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Keys {
    /// The ISBNs that are right, of thirteen digits, sorted, each once.
    pub isbns: Vec<String>,
    /// Other identifiers of the resource or of its record elsewhere, `scheme:number`: those of ISSN, LCCN, OCLC, DOI, ISMN
    /// and national bibliographies that are right as far as that can be checked; sorted, each once.
    pub identifiers: Vec<String>,
    /// The title proper, of a volume that of its set, without an article at its start and without numbers of volumes.
    pub title: String,
    /// The other title information.
    pub subtitle: String,
    /// The title of the part, of a volume or section that has one of its own.
    pub section: String,
    /// The title of a volume itself, where [`Keys::title`] is that of its set, if it has words of its own.
    pub own_title: Option<String>,
    /// The title in its original script, if that is Arabic, folded; of other scripts it is the title itself.
    pub arabic_title: Option<String>,
    /// Persons and bodies, those of first responsibility first, each once.
    pub authors: Vec<NameKey>,
    /// The words of names in the statement of responsibility.
    pub responsibility: Vec<String>,
    /// The year of publication.
    pub year: Option<i32>,
    /// The number of the volume or part; several with a hyphen between.
    pub volume: Option<String>,
    /// The numbers in the title proper, with blanks between; years, classes, issues.
    pub numbers: String,
    /// The number of the edition.
    pub edition: Option<u32>,
    /// The number of pages.
    pub pages: Option<u32>,
    /// The first consonants of the word by which the first publisher is known.
    pub publisher: String,
    /// The code of the first language.
    pub language: Option<&'static str>,
    /// The type of record and the bibliographic level of MARC; blanks if they are not known.
    pub kind: [u8; 2],
    is_arabic: bool,
}

/// A name as a key.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct NameKey {
    /// The surname, folded; of a body its whole name.
    pub surname: String,
    /// The first letters of the given names.
    pub initials: String,
    /// Further words that may be the surname, if the order of the name is not known.
    pub others: Vec<String>,
    /// The surname in its original script, if that is Arabic, folded.
    pub arabic: Option<String>,
}

impl NameKey {
    /// Makes the key of a name in any order: `Surname, Name`, `Name Surname`, `N. M. Surname`, `Surname N. M.`
    ///
    /// Without a comma the last word is the surname, unless it is a patronymic; the first one is kept in
    /// [`NameKey::others`].
    ///
    /// # Example
    /// ```
    /// use kartoteka::model::NameKey;
    ///
    /// for name in ["Пушкин, Александр Сергеевич", "А. С. Пушкин", "Pushkin A.S.", "Пушкин Александр Сергеевич"] {
    ///     let key = NameKey::of(name, None);
    ///     assert_eq!((key.surname.as_str(), key.initials.as_str()), ("pushkin", "as"), "{name}");
    /// }
    /// ```
    pub fn of(name: &str, language: Option<&str>) -> NameKey {
        let arabic = (script(name) == Script::Arabic)
            .then(|| fold(name.split([',', '،']).next().unwrap_or(name), language));
        let comma = name.split_once([',', '،']);
        if let Some((surname, given)) = comma.filter(|(surname, _)| surname.chars().any(char::is_alphabetic))
        {
            let surname = fold(surname, language);
            let initials = initials(&fold(given, language));
            return NameKey { surname, initials, others: Vec::new(), arabic };
        }
        let folded = fold(&name.replace('.', ". "), language);
        let words: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
        let is_initial = |word: &&str| word.chars().count() <= 2 && words.len() > 1;
        let full: Vec<&str> = words.iter().copied().filter(|word| !is_initial(word)).collect();
        let is_patronymic = |word: &str| {
            facts().patronymics.keys().any(|end| word.len() > end.len() + 2 && word.ends_with(end))
        };
        let surname = match full.as_slice() {
            [first, .., last] if full.len() > 2 && is_patronymic(last) => first,
            [.., last] => last,
            [] => words.first().unwrap_or(&""),
        };
        let given: Vec<&str> = words.iter().copied().filter(|word| word != surname).collect();
        let others = full.iter().filter(|word| *word != surname && word.len() > 2);
        NameKey {
            surname: (*surname).to_owned(),
            initials: initials(&given.join(" ")),
            others: others.map(|word| (*word).to_owned()).collect(),
            arabic,
        }
    }
}

fn initials(folded: &str) -> String {
    // Ю, Yu and J, of which a vowel may be all that is heard.
    let first = |word: &str| match word.chars().next()? {
        'y' | 'j' | 'i' => Some('i'),
        _ => sounds(word).chars().next(),
    };
    folded.split(' ').filter_map(first).take(3).collect()
}

impl Keys {
    /// Returns keys of nothing, to be filled by the `with_` methods.
    pub fn new() -> Keys {
        Keys { kind: [b' '; 2], ..Keys::default() }
    }

    /// Returns the keys of a description. Never fails: what is not there, or cannot be understood, gives no key.
    ///
    /// # Cost
    /// Takes time linear in the size of the record, and some allocations for each key.
    pub fn of(bib: &Bib<'_>) -> Keys {
        let mut keys = Keys::new();
        keys.language = bib.languages().filter(|one| one.kind() == "text").find_map(|one| one.code());
        keys.numbers_of(bib);
        keys.titles_of(bib);
        keys.agents_of(bib);
        keys.year = bib.year();
        let edition = bib.editions().find_map(|edition| Some(edition.first(Part::Value)?.clean()));
        keys.edition = edition.and_then(|text| first_number(&fold(&text, keys.language)));
        keys.pages = bib.extents().find_map(|extent| extent.pages());
        let publisher = bib.publications().find_map(|one| Some(one.publishers().next()?.clean()));
        keys.publisher = publisher.map(|name| publisher_key(&fold(&name, keys.language))).unwrap_or_default();
        if let Some(leader) = bib.record().header().leader
            && let [_, _, _, _, _, _, kind, level, ..] = leader.as_bytes()
        {
            keys.kind = [*kind, *level];
        }
        keys
    }

    /// Adds an ISBN, in whatever form; one that is wrong is left out.
    #[must_use]
    pub fn with_isbn(mut self, isbn: &str) -> Keys {
        self.isbns.extend(isbn13(isbn));
        self.isbns.sort();
        self.isbns.dedup();
        self
    }

    /// Sets the title, with a volume in it: `Война и мир. Т. 1`. What follows a colon between blanks is the subtitle.
    #[must_use]
    pub fn with_title(mut self, title: &str) -> Keys {
        let (title, rest) = title.split_once(" : ").unwrap_or((title, ""));
        self.subtitle = fold(rest, self.language);
        self.set_title(without_article(title));
        self
    }

    /// Adds an author, a name in any order.
    #[must_use]
    pub fn with_author(mut self, name: &str) -> Keys {
        self.authors.extend(Some(NameKey::of(name, self.language)).filter(|key| !key.surname.is_empty()));
        self
    }

    /// Sets the year.
    #[must_use]
    pub fn with_year(mut self, year: Option<i32>) -> Keys {
        self.year = year;
        self
    }

    /// Returns the keys under which a volume of a set is known by its own title; `None` for anything else.
    pub(crate) fn of_volume(&self) -> Option<Keys> {
        let title = self.own_title.clone()?;
        let numbers = numbers_in(&title);
        Some(Keys { title, numbers, section: String::new(), own_title: None, ..self.clone() })
    }

    /// Returns whether the title is in Arabic script and has no romanization.
    pub(crate) fn is_arabic(&self) -> bool {
        self.is_arabic
    }

    fn numbers_of(&mut self, bib: &Bib<'_>) {
        for number in bib.identifiers().filter(|number| number.is_current()) {
            let scheme = number.scheme();
            let Some(clean) = number.clean() else { continue };
            match scheme.as_ref() {
                "isbn" => self.isbns.extend(isbn13(&clean)),
                "issn" | "lccn" | "oclc" | "doi" | "ismn" if number.valid() == Some(true) => {
                    self.identifiers.push(format!("{scheme}:{clean}"));
                }
                "national-bibliography" if clean.chars().filter(char::is_ascii_digit).count() > 4 => {
                    let key: String =
                        clean.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
                    self.identifiers.push(format!("nb:{key}"));
                }
                _ => {}
            }
        }
        for list in [&mut self.isbns, &mut self.identifiers] {
            list.sort();
            list.dedup();
        }
    }

    fn titles_of(&mut self, bib: &Bib<'_>) {
        let has_value = |title: &Title<'_, '_>| title.value().is_some() && !title.is_alternate();
        let main = bib.titles().filter(has_value).find(|title| title.kind() == "main");
        let main = main.or_else(|| bib.titles().find(has_value));
        let set = bib.relations().find(|one| one.kind() == "set" && one.title().is_some());
        let mut volume = main.and_then(|title| title.joined(&[Part::Number, Part::Volume], " "));
        let section = main.and_then(|title| title.joined(&[Part::Section], " "));
        let own = main.and_then(|title| {
            let value = title.value()?;
            let raw = value.clean();
            let skipped = title.nonfiling().min(8);
            // An indicator that is wrong is no reason to cut a word.
            let at = raw.char_indices().nth(skipped).map(|(at, _)| at).filter(|_| skipped > 0);
            let cut = at.and_then(|at| Some((raw.get(..at)?, raw.get(at..)?)));
            let cut = cut.filter(|(start, _)| start.ends_with([' ', '\'', '’', '-', '"', '[', '«', '“']));
            Some(without_article(cut.map_or(raw.as_ref(), |(_, rest)| rest)).to_owned())
        });
        let set_title =
            set.and_then(|set| set.title()).map(|title| without_article(&title.clean()).to_owned());
        if volume.is_none() {
            volume = set.and_then(|set| set.joined(&[Part::Volume], " "));
        }
        if let Some(main) = main {
            self.subtitle = main.remainder().map(|text| fold(&text, self.language)).unwrap_or_default();
            let pair = main.pair().and_then(|pair| pair.first(Part::Value));
            if let Some(pair) = pair.map(|pair| pair.raw()).filter(|pair| script(pair) == Script::Arabic) {
                self.arabic_title = Some(fold(&pair, self.language));
            }
        }
        self.section = section.map(|text| fold(&text, self.language)).unwrap_or_default();
        match (set_title, own) {
            (Some(set), Some(own)) if fold(&set, self.language) != fold(&own, self.language) => {
                self.set_title(&own);
                let section = std::mem::take(&mut self.title);
                self.own_title = Some(section.clone()).filter(|own| !only_numbers(own));
                let own_volume = self.volume.take();
                self.set_title(&set);
                self.volume = own_volume.or(self.volume.take());
                if self.section.is_empty() {
                    self.section = section;
                }
            }
            (Some(title), _) | (None, Some(title)) => self.set_title(&title),
            (None, None) => {}
        }
        if let Some(text) = volume {
            self.volume = volume_key(&fold(&text, self.language)).or(self.volume.take());
        }
    }

    /// Sets the title and what follows from it: numbers, volume, section.
    fn set_title(&mut self, title: &str) {
        self.is_arabic = script(title) == Script::Arabic;
        let folded = fold(title, self.language);
        if self.is_arabic {
            self.arabic_title = Some(folded.clone());
        }
        let words: Vec<&str> = folded.split(' ').collect();
        // Not at the start: `Kitāb-i …` is no book 1.
        let at = words.windows(2).skip(1).position(|pair| match pair {
            [word, number] => facts().parts.contains_key(word) && number_of(number).is_some(),
            _ => false,
        });
        let at = at.map(|at| at + 1);
        let kept = match at {
            Some(at) => {
                self.volume =
                    words.get(at + 1).and_then(|number| number_of(number)).map(|number| number.to_string());
                let rest = words.cut(at + 2..).join(" ");
                if self.section.is_empty() {
                    self.section = rest;
                }
                words.cut(..at).join(" ")
            }
            None => folded,
        };
        self.numbers = numbers_in(&kept);
        self.title = kept;
    }

    fn agents_of(&mut self, bib: &Bib<'_>) {
        let mut agents: Vec<Agent<'_, '_>> = bib.agents().filter(|agent| !agent.is_alternate()).collect();
        let is_author = |agent: &Agent<'_, '_>| agent.roles().iter().any(|role| role.code == Some("aut"));
        agents.sort_by_cached_key(|agent| (!agent.is_main(), !is_author(agent), agent.kind() != "person"));
        for agent in agents.into_iter().take(8) {
            let Some(name) = agent.name() else { continue };
            let mut key = NameKey::of(&name, self.language);
            let pair = agent.pair().and_then(Agent::of).and_then(|pair| pair.name());
            if let Some(pair) = pair.filter(|pair| script(pair) == Script::Arabic) {
                key.arabic = NameKey::of(&pair, self.language).arabic;
            }
            if !key.surname.is_empty() && !self.authors.contains(&key) {
                self.authors.push(key);
            }
        }
        let said =
            bib.titles().filter(|title| title.kind() == "main").find_map(|title| title.responsibility());
        for word in said.iter().flat_map(|said| said.split([' ', '.', ',', ';', '،'])) {
            let is_name =
                word.chars().next().is_some_and(|c| c.is_uppercase() || script(word) == Script::Arabic);
            if is_name && word.chars().count() > 2 && self.responsibility.len() < 16 {
                self.responsibility.push(fold(word, self.language));
            }
        }
    }
}

/// Returns the words of a folded text that have a digit.
fn numbers_in(folded: &str) -> String {
    let numbers = folded.split(' ').filter(|word| word.bytes().any(|byte| byte.is_ascii_digit()));
    numbers.collect::<Vec<_>>().join(" ")
}

/// Returns whether a folded title is a number of the volume, with or without its name: `вып 13`, `1929 1939`.
pub(super) fn only_numbers(folded: &str) -> bool {
    folded.split(' ').all(|word| facts().parts.contains_key(word) || number_of(word).is_some())
}

/// Returns the number that a folded word is: digits, Roman digits, an ordinal.
fn number_of(word: &str) -> Option<u32> {
    let digits = word.bytes().take_while(u8::is_ascii_digit).count();
    // `2 e`, `3rd` and `1a`.
    if let Some(start) = word.get(..digits).filter(|start| !start.is_empty() && word.len() - digits <= 3) {
        return start.parse().ok();
    }
    facts().ordinals.get(word).and_then(|number| number.parse().ok()).or_else(|| roman(word))
}

/// Returns the value of Roman digits up to 89; of `c`, `d` and `m` names and words are made.
fn roman(word: &str) -> Option<u32> {
    let (mut sum, mut last) = (0, 0);
    for c in word.chars().rev() {
        let value = match c {
            'i' => 1,
            'v' => 5,
            'x' => 10,
            'l' => 50,
            _ => return None,
        };
        if value < last {
            sum -= value
        } else {
            sum += value
        }
        last = last.max(value);
        if !(0..90).contains(&sum) {
            return None;
        }
    }
    u32::try_from(sum).ok().filter(|sum| *sum > 0)
}

fn first_number(folded: &str) -> Option<u32> {
    folded.split(' ').find_map(number_of).filter(|number| *number < 200)
}

/// Returns the key of a volume: its numbers, else its words.
fn volume_key(folded: &str) -> Option<String> {
    let words: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
    // `t. V`: a letter at the start is the word, after it the number.
    let is_name =
        |at: usize, word: &str| facts().parts.contains_key(word) && (at == 0 || number_of(word).is_none());
    let rest = (0..).zip(&words).filter(|(at, word)| words.len() == 1 || !is_name(*at, word));
    let rest: Vec<&str> = rest.map(|(_, word)| *word).collect();
    let numbers: Vec<String> =
        rest.iter().filter_map(|word| number_of(word)).map(|number| number.to_string()).collect();
    let key = if numbers.is_empty() { rest.join(" ") } else { numbers.join("-") };
    (!key.is_empty()).then_some(key)
}

fn publisher_key(folded: &str) -> String {
    let is_own = |word: &&str| word.len() > 2 && !facts().publishers.contains_key(*word);
    // An abbreviation has the start: `Худож. лит.`
    let start = |word: &str| bones(word).chars().take(3).collect();
    folded.split(' ').find(is_own).map(start).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn volumes() {
        let cases = [
            ("Т. 1", Some("1")),
            ("Том второй", Some("2")),
            ("т. V", Some("5")),
            ("Vol. II", Some("2")),
            ("Ч. 2, кн. 1", Some("2-1")),
            ("3-cü cild", Some("3")),
            ("جلد ۲", Some("2")),
            ("جلد دوم", Some("2")),
            ("Bd. 12", Some("12")),
            ("A", Some("a")),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(volume_key(&fold(text, None)).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn editions() {
        let cases = [
            ("2-е изд., испр. и доп.", Some(2)),
            ("3rd ed.", Some(3)),
            ("Second edition", Some(2)),
            ("Изд. 4-е", Some(4)),
            ("2-ci nəşr", Some(2)),
            ("چاپ دوم", Some(2)),
            ("Rev. ed.", None),
        ];
        for (text, expected) in cases {
            assert_eq!(first_number(&fold(text, None)), expected, "{text}");
        }
    }

    #[test]
    fn titles_with_a_volume_inside() {
        let keys = Keys::new().with_title("Собрание сочинений. Т. 3. Повести : в 5 томах");
        assert_eq!((keys.title.as_str(), keys.volume.as_deref()), ("sobranie sochinenii", Some("3")));
        assert_eq!((keys.section.as_str(), keys.subtitle.as_str()), ("povesti", "v 5 tomakh"));
        let keys = Keys::new().with_title("The Calendar 1999");
        assert_eq!(
            (keys.title.as_str(), keys.numbers.as_str(), keys.volume),
            ("calendar 1999", "1999", None)
        );
    }

    #[test]
    fn names() {
        let cases = [
            ("Füzuli, Məhəmməd", "fuzuli", "m"),
            ("Məhəmməd Füzuli", "fuzuli", "m"),
            ("Ə. Hüseynzadə", "huseynzada", "a"),
            ("Абай Құнанбайұлы", "qunanbaiuly", "a"),
            ("Иванов И.И.", "ivanov", "ii"),
            ("Юрий Тынянов", "tynianov", "i"),
            ("Yuri Tynyanov", "tynyanov", "i"),
            ("Гомер", "gomer", ""),
            ("Ə. Ə.", "a", ""),
        ];
        for (name, surname, initials) in cases {
            let key = NameKey::of(name, None);
            assert_eq!((key.surname.as_str(), key.initials.as_str()), (surname, initials), "{name}");
        }
        assert_eq!(NameKey::of("حافظ", None).arabic.as_deref(), Some("hafz"));
    }
}
