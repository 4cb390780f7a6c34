//! A description for human eyes: a line for each entry.

use super::bib::Bib;
use super::names::Part;
use super::value::Sourced;

/// How wide the names of the elements are.
const WIDTH: usize = 14;

/// A card under construction.
struct Card(String);

impl Card {
    fn line(&mut self, name: &str, value: &str) {
        if !value.is_empty() {
            self.0.push_str(&format!("{name:WIDTH$}{value}\n"));
        }
    }
}

impl Bib<'_> {
    /// Returns the description as a card for human eyes: a line for each entry, the name of the element first.
    ///
    /// # Example
    /// ```
    /// use kartoteka::{Record, model::Bib};
    ///
    /// let record = Record::builder().data_field("245", "10", [('a', "Divan /"), ('c', "Füzuli.")]).build()?;
    /// assert!(Bib::of(record.view()).card().starts_with("title         Divan / Füzuli\n"));
    /// # Ok::<(), kartoteka::Error>(())
    /// ```
    pub fn card(&self) -> String {
        let mut card = Card(String::new());
        self.names(&mut card);
        self.imprint(&mut card);
        self.contents(&mut card);
        self.copies(&mut card);
        for value in self.unmapped() {
            card.line("unmapped", &format!("{} {}", value.path(), value.raw()));
        }
        card.0
    }

    /// Returns the [snapshot](super::Snapshot) as a line of JSON, without a line end.
    #[cfg(feature = "serde")]
    pub fn json(&self) -> String {
        // A snapshot has text and numbers only: it can always be written.
        serde_json::to_string(&self.snapshot()).unwrap_or_default()
    }

    fn names(&self, card: &mut Card) {
        for title in self.titles() {
            let mut text = title.value().map(|value| value.clean().into_owned()).unwrap_or_default();
            for (mark, value) in [
                (" = ", title.joined(&[Part::Parallel], " = ")),
                (" : ", title.remainder()),
                (". ", title.joined(&[Part::Number, Part::Section, Part::Volume], ", ")),
                (" / ", title.responsibility()),
            ] {
                text.extend(value.into_iter().flat_map(|value| [mark.to_owned(), value]));
            }
            let name = if title.kind() == "main" { "title" } else { title.kind() };
            card.line(name, &text);
        }
        for agent in self.agents() {
            let mut text = agent.name().unwrap_or_default();
            text.extend(agent.full_name().map(|full| format!(" ({full})")));
            text.extend(agent.dates().map(|dates| format!(", {dates}")));
            let roles: Vec<String> = agent
                .roles()
                .into_iter()
                .map(|role| role.code.map_or(role.raw.into_owned(), ToOwned::to_owned))
                .collect();
            if !roles.is_empty() {
                text.push_str(&format!(" [{}]", roles.join(", ")));
            }
            card.line(agent.kind(), &text);
        }
    }

    fn imprint(&self, card: &mut Card) {
        for number in self.identifiers() {
            let valid = if number.valid() == Some(false) { " (not valid)" } else { "" };
            let raw = number.raw().unwrap_or_default();
            card.line(&number.scheme(), &format!("{}{valid}", number.clean().unwrap_or(raw.into_owned())));
        }
        for edition in self.editions() {
            card.line(
                "edition",
                &edition.joined(&[Part::Value, Part::Responsibility], " / ").unwrap_or_default(),
            );
        }
        for event in self.publications() {
            let statements = event.statements().into_iter().map(|one| {
                let pieces = [one.place, one.publisher];
                pieces
                    .into_iter()
                    .flatten()
                    .map(|value| value.clean().into_owned())
                    .collect::<Vec<_>>()
                    .join(" : ")
            });
            let date = event.date_value().map(|date| date.clean().into_owned());
            card.line(event.kind(), &statements.chain(date).collect::<Vec<_>>().join(", "));
        }
        for extent in self.extents() {
            let name = if extent.kind() == "physical" { "extent" } else { extent.kind() };
            let rest = extent.joined(&[Part::Illustrations, Part::Size, Part::Accompanying], " ; ");
            let pieces: Vec<String> = extent.text().into_iter().chain(rest).collect();
            card.line(name, &pieces.join(" ; "));
        }
        for series in self.series() {
            card.line(
                "series",
                &series.joined(&[Part::Title, Part::Section, Part::Volume], " ; ").unwrap_or_default(),
            );
        }
    }

    fn contents(&self, card: &mut Card) {
        let codes = |codes: Vec<&str>| codes.join(", ");
        card.line("language", &codes(self.languages().filter_map(|one| one.code()).collect()));
        card.line("country", &codes(self.countries().filter_map(|one| one.code()).collect()));
        for code in self.subject_headings().filter(|subject| subject.is_code()) {
            card.line(code.kind(), &code.joined(&[Part::Value], ", ").unwrap_or_default());
        }
        for subject in self.subjects() {
            card.line("subject", &subject);
        }
        for class in self.classifications() {
            let mut text = class.value().map(|value| value.clean().into_owned()).unwrap_or_default();
            text.extend(class.item().map(|item| format!(" {item}")));
            let scheme = class.scheme().unwrap_or_else(|| class.kind().into());
            card.line(&scheme, &text);
        }
        for note in self.notes() {
            card.line("note", &note.text().unwrap_or_default());
        }
        for relation in self.relations() {
            let parts = relation.values().iter().filter(|value| value.part() != Part::Title);
            let rest: Vec<String> = parts.map(|part| part.clean().into_owned()).collect();
            let title = relation.title().map(|title| title.clean().into_owned()).unwrap_or_default();
            card.line(
                relation.kind(),
                &[title, rest.join(", ")]
                    .into_iter()
                    .filter(|text| !text.is_empty())
                    .collect::<Vec<_>>()
                    .join("; "),
            );
        }
        for address in self.electronic() {
            let label = address.label().unwrap_or_default();
            card.line("link", format!("{} {label}", address.url().unwrap_or_default()).trim());
        }
    }

    fn copies(&self, card: &mut Card) {
        for item in self.items() {
            let values: Vec<String> = item
                .values()
                .iter()
                .map(|value: &Sourced<'_>| format!("{} {}", value.part(), value.clean()))
                .collect();
            card.line("copy", &values.join(", "));
        }
        for entry in self.admin() {
            let text =
                entry.joined(&[Part::Value, Part::Date, Part::Stage, Part::Language, Part::Rules], " ");
            card.line(entry.kind(), &text.unwrap_or_default());
        }
    }
}
