//! A description that owns its values, in the shape of its JSON.

use std::collections::HashSet;

use super::bib::{Bib, Entry};
use super::date::Date;
use super::elements::{Statement, Title};
use super::names::{Element, Part};
use super::shapes::{
    AgentData, ClassData, CodeData, CodedData, DateData, ElectronicData, ExtentData, IdentifierData,
    ItemData, PartData, PublicationData, RelationData, SeriesData, Snapshot, SubjectData, TitleData,
    UnmappedData, ValueData,
};
use super::value::Sourced;
use super::words;

/// Returns the values of an entry that are none of these parts, and not the first of one of `first`.
fn others(entry: &Entry<'_, '_>, named: &[Part], first: &[Part]) -> Vec<PartData> {
    // A bit for each of `first` that was met.
    let mut met = 0_u32;
    let rest = entry.values().iter().filter(|value| {
        let place = first.iter().position(|part| *part == value.part());
        match place.map(|place| 1 << place).filter(|bit| met & bit == 0) {
            Some(bit) => {
                met |= bit;
                false
            }
            None => !named.contains(&value.part()),
        }
    });
    rest.map(part).collect()
}

/// Returns what others say, without what the snapshot has as its scheme.
fn without_scheme(mut parts: Vec<PartData>, scheme: Option<&str>) -> Vec<PartData> {
    parts.retain(|part| part.kind != Part::Scheme.name() || Some(part.value.as_str()) != scheme);
    parts
}

fn part(value: &Sourced<'_>) -> PartData {
    PartData { kind: value.part().name().to_owned(), value: value.clean().into_owned() }
}

/// Returns the parts, and the value whole if other words are filed than are shown.
fn with_filed(mut parts: Vec<PartData>, value: Option<&Sourced<'_>>) -> Vec<PartData> {
    let filed = value.and_then(Sourced::filed);
    parts.extend(filed.map(|raw| PartData { kind: "filed".to_owned(), value: raw.into_owned() }));
    parts
}

fn text(value: &Sourced<'_>) -> String {
    value.clean().into_owned()
}

/// What an entry has of itself.
fn own(entry: &Entry<'_, '_>) -> (String, String) {
    (entry.kind().to_owned(), entry.path().to_string())
}

fn pair(entry: &Entry<'_, '_>) -> Option<String> {
    entry.pair().map(|pair| pair.path().to_string())
}

impl Bib<'_> {
    /// Returns the description as values of its own.
    ///
    /// # Example
    /// ```
    /// use kartoteka::{Record, model::Bib};
    ///
    /// let record = Record::builder()
    ///     .data_field("245", "10", [('a', "Divan :"), ('b', "şeirlər /"), ('c', "Füzuli.")])
    ///     .build()?;
    /// let snapshot = Bib::of(record.view()).snapshot();
    /// assert_eq!(snapshot.titles[0].value.as_deref(), Some("Divan"));
    /// assert_eq!(snapshot.titles[0].remainder.as_deref(), Some("şeirlər"));
    /// # Ok::<(), kartoteka::Error>(())
    /// ```
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            reading: self.reading().0.name().to_owned(),
            titles: self.titles().flat_map(|title| titles(&title)).collect(),
            agents: self.agent_data(),
            identifiers: self.identifier_data(),
            edition: self.editions().map(|entry| value(&entry)).collect(),
            publication: self.publication_data(),
            extent: self.extent_data(),
            series: self.series_data(),
            languages: self.languages().map(|entry| code(&entry, entry.code())).collect(),
            countries: self.countries().map(|entry| code(&entry, entry.code())).collect(),
            subjects: self.subject_data(),
            classification: self.class_data(),
            notes: self.notes().map(|entry| value(&entry)).collect(),
            relations: self.relation_data(),
            electronic: self.electronic_data(),
            items: self.item_data(),
            admin: self.admin().map(|entry| value(&entry)).collect(),
            coded: self.coded_data(),
            links: self.of_element(Element::Link).map(|entry| value(&entry)).collect(),
            unmapped: self.unmapped_data(),
        }
    }

    fn agent_data(&self) -> Vec<AgentData> {
        let agents = self.agents().map(|agent| {
            let (kind, path) = own(&agent);
            let roles: Vec<String> = agent
                .roles()
                .into_iter()
                .map(|role| role.code.map_or_else(|| role.raw.into_owned(), ToOwned::to_owned))
                .collect();
            const NAMED: [Part; 6] =
                [Part::Name, Part::Given, Part::Numeration, Part::Unit, Part::Full, Part::Addition];
            let mut parts = others(&agent, &NAMED, &[Part::Dates]);
            if parts.iter().any(|part| part.kind == Part::Role.name()) {
                let told: HashSet<&str> = roles.iter().map(String::as_str).collect();
                parts.retain(|part| part.kind != Part::Role.name() || !told.contains(part.value.as_str()));
            }
            AgentData {
                kind,
                name: agent.name(),
                full: agent.full_name(),
                additions: agent.additions().map(text).collect(),
                dates: agent.dates().map(|dates| dates.into_owned()),
                roles,
                main: agent.is_main(),
                parts,
                pair: pair(&agent),
                path,
            }
        });
        agents.collect()
    }

    fn identifier_data(&self) -> Vec<IdentifierData> {
        let identifiers = self.identifiers().map(|number| {
            let written = number.number();
            let status = match written.map(Sourced::part) {
                None => "absent",
                Some(Part::Value) => "current",
                Some(part) => part.name(),
            };
            let is_number = |value: &Sourced<'_>| written.is_some_and(|number| std::ptr::eq(number, value));
            let rest = number.values().iter();
            let rest = rest.filter(|value| value.part() != Part::Qualifier && !is_number(value));
            let scheme = number.scheme().into_owned();
            IdentifierData {
                raw: number.raw().unwrap_or_default().into_owned(),
                clean: number.clean(),
                valid: number.valid().filter(|_| written.is_some()),
                status: status.to_owned(),
                qualifiers: number.all(Part::Qualifier).map(text).collect(),
                parts: without_scheme(rest.map(part).collect(), Some(&scheme)),
                scheme,
                path: written.map_or_else(|| number.path(), Sourced::path).to_string(),
            }
        });
        identifiers.collect()
    }

    fn publication_data(&self) -> Vec<PublicationData> {
        let mut out = Vec::new();
        for event in self.publications() {
            let (kind, path) = own(&event);
            let date = event.date_value().map(|written| {
                let date = event.date().unwrap_or(Date::UNKNOWN);
                DateData {
                    raw: written.raw().into_owned(),
                    start: date.start,
                    end: date.end,
                    certainty: date.certainty.name().to_owned(),
                }
            });
            let mut parts = others(&event, &[Part::Place, Part::Publisher], &[Part::Date]);
            let named = event.values().iter();
            let named = named.filter(|value| matches!(value.part(), Part::Place | Part::Publisher));
            parts.extend(named.filter(|value| words::is_absent(&value.raw())).map(part));
            let mut statements = event.statements();
            if statements.is_empty() {
                if date.is_none() && parts.is_empty() {
                    continue;
                }
                statements.push(Statement { place: None, publisher: None });
            }
            for statement in statements {
                out.push(PublicationData {
                    kind: kind.clone(),
                    place: statement.place.map(text),
                    publisher: statement.publisher.map(text),
                    date: date.clone(),
                    parts: std::mem::take(&mut parts),
                    path: path.clone(),
                });
            }
        }
        out
    }

    fn extent_data(&self) -> Vec<ExtentData> {
        let extents = self.extents().map(|extent| {
            let (kind, path) = own(&extent);
            ExtentData {
                kind,
                value: extent.text(),
                pages: extent.pages(),
                parts: others(&extent, &[Part::Value, Part::Unit], &[]),
                path,
            }
        });
        extents.collect()
    }

    fn series_data(&self) -> Vec<SeriesData> {
        let series = self.series().map(|series| {
            let (kind, path) = own(&series);
            SeriesData {
                kind,
                title: series.title().map(text),
                volume: series.volume().map(|volume| volume.into_owned()),
                issn: series.issn().map(|issn| issn.into_owned()),
                parts: others(&series, &[], &[Part::Title, Part::Volume, Part::Issn]),
                path,
            }
        });
        series.collect()
    }

    fn subject_data(&self) -> Vec<SubjectData> {
        let subjects = self.subject_headings().map(|subject| {
            let (kind, path) = own(&subject);
            let scheme = subject.scheme().map(|scheme| scheme.into_owned());
            let parts = others(&subject, subject.heading_parts(), &[]);
            SubjectData {
                kind,
                value: subject.heading(),
                parts: without_scheme(parts, scheme.as_deref()),
                scheme,
                path,
            }
        });
        subjects.collect()
    }

    fn class_data(&self) -> Vec<ClassData> {
        let classes = self.classifications().map(|class| {
            let (kind, path) = own(&class);
            let scheme = class.scheme().map(|scheme| scheme.into_owned());
            let number = class.value().map_or(Part::Value, Sourced::part);
            let parts = others(&class, &[Part::Item, Part::Edition], &[number]);
            ClassData {
                kind,
                value: class.value().map(text),
                item: class.item(),
                edition: class.joined(&[Part::Edition], " "),
                parts: without_scheme(parts, scheme.as_deref()),
                scheme,
                path,
            }
        });
        classes.collect()
    }

    fn relation_data(&self) -> Vec<RelationData> {
        let relations = self.relations().map(|relation| {
            let (kind, path) = own(&relation);
            let part = relation.title().map_or(Part::Title, Sourced::part);
            RelationData {
                kind,
                title: relation.title().map(text),
                parts: with_filed(others(&relation, &[], &[part]), relation.title()),
                path,
            }
        });
        relations.collect()
    }

    fn electronic_data(&self) -> Vec<ElectronicData> {
        let addresses = self.electronic().map(|address| {
            let (kind, path) = own(&address);
            ElectronicData {
                kind,
                url: address.url().map(|url| url.into_owned()),
                label: address.label(),
                parts: others(&address, &[Part::Label], &[Part::Url]),
                path,
            }
        });
        addresses.collect()
    }

    fn item_data(&self) -> Vec<ItemData> {
        const NAMED: [Part; 6] =
            [Part::Library, Part::Location, Part::CallNumber, Part::Inventory, Part::Barcode, Part::Status];
        let items = self.items().map(|item| {
            let (kind, path) = own(&item);
            ItemData {
                kind,
                library: item.joined(&[Part::Library], " "),
                location: item.joined(&[Part::Location], " "),
                call_number: item.joined(&[Part::CallNumber], " "),
                inventory: item.joined(&[Part::Inventory], " "),
                barcode: item.joined(&[Part::Barcode], " "),
                status: item.joined(&[Part::Status], " "),
                parts: others(&item, &NAMED, &[]),
                path,
            }
        });
        items.collect()
    }

    fn coded_data(&self) -> Vec<CodedData> {
        let values =
            self.coded_values().flat_map(|entry| entry.values().iter().map(move |value| (entry, value)));
        let data = values.map(|(entry, value)| CodedData {
            kind: entry.kind().to_owned(),
            raw: value.raw().into_owned(),
            path: value.path().to_string(),
        });
        data.collect()
    }

    fn unmapped_data(&self) -> Vec<UnmappedData> {
        let values = self.unmapped().iter();
        values
            .map(|value| UnmappedData { path: value.path().to_string(), raw: value.raw().into_owned() })
            .collect()
    }
}

fn titles(title: &Title<'_, '_>) -> Vec<TitleData> {
    const NAMED: [Part; 6] =
        [Part::Remainder, Part::Number, Part::Section, Part::Volume, Part::Responsibility, Part::Parallel];
    let (kind, path) = own(title);
    let mut out = vec![TitleData {
        kind,
        value: title.value().map(text),
        remainder: title.remainder(),
        parts: title.parts().map(text).collect(),
        responsibility: title.responsibility(),
        nonfiling: title.nonfiling(),
        details: with_filed(others(title, &NAMED, &[Part::Value]), title.value()),
        pair: pair(title),
        path,
    }];
    for parallel in title.parallel() {
        let path = parallel.path().to_string();
        out.push(TitleData {
            kind: "parallel".to_owned(),
            value: Some(text(parallel)),
            path,
            ..TitleData::default()
        });
    }
    out
}

fn value(entry: &Entry<'_, '_>) -> ValueData {
    let (kind, path) = own(entry);
    let value = entry.joined(&[Part::Value], " ");
    ValueData { kind, value, parts: others(entry, &[Part::Value], &[]), path }
}

fn code(entry: &Entry<'_, '_>, code: Option<&str>) -> CodeData {
    let (kind, path) = own(entry);
    let raw = entry.first(Part::Value).map(|value| value.raw().into_owned()).unwrap_or_default();
    let path = entry.first(Part::Value).map_or(path, |value| value.path().to_string());
    let parts = others(entry, &[], &[Part::Value]);
    CodeData { kind, code: code.map(ToOwned::to_owned), raw, parts, path }
}
