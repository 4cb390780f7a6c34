"""The typed view of a record: what `Record.bib` returns, whatever the format of the record.

The parts are objects: `bib.titles[0].value`. `to_dict()` returns the same as dicts and lists.
"""

from __future__ import annotations

from typing import Any


class Part:
    """Is a part of a description, with the attributes that its class declares."""

    __slots__ = ("_data",)

    _data: dict[str, Any]

    def __init__(self, data: dict[str, Any]) -> None:
        inner = _KINDS.get(type(self), {})
        self._data = {name: _made(inner.get(name), value) for name, value in data.items()}

    def __getattr__(self, name: str) -> Any:
        try:
            return self._data[name]
        except KeyError:
            raise AttributeError(f"{type(self).__name__} has no attribute {name!r}") from None

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._data]

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and isinstance(other, Part) and self._data == other._data

    def __repr__(self) -> str:
        parts = ", ".join(f"{name}={value!r}" for name, value in self._data.items())
        return f"{type(self).__name__}({parts})"

    def __getstate__(self) -> dict[str, Any]:
        return self.to_dict()

    def __setstate__(self, data: dict[str, Any]) -> None:
        type(self).__init__(self, data)

    def to_dict(self) -> dict[str, Any]:
        """Returns the part, and the parts in it, as dicts and lists."""
        return {name: _plain(value) for name, value in self._data.items()}


def _made(kind: type[Part] | None, value: Any) -> Any:
    if kind is None or value is None:
        return value
    return [kind(one) for one in value] if isinstance(value, list) else kind(value)


def _plain(value: Any) -> Any:
    if isinstance(value, Part):
        return value.to_dict()
    return [_plain(one) for one in value] if isinstance(value, list) else value


class Title(Part):
    """Describes a title."""

    __slots__ = ()

    kind: str
    value: str | None
    remainder: str | None
    parts: list[str]
    responsibility: str | None
    nonfiling: int
    details: list[PartValue]
    pair: str | None
    path: str


class Agent(Part):
    """Describes a person, body or meeting."""

    __slots__ = ()

    kind: str
    name: str | None
    full: str | None
    additions: list[str]
    dates: str | None
    roles: list[str]
    main: bool
    parts: list[PartValue]
    pair: str | None
    path: str


class Identifier(Part):
    """Describes a number or code."""

    __slots__ = ()

    scheme: str
    raw: str
    clean: str | None
    valid: bool | None
    status: str
    qualifiers: list[str]
    parts: list[PartValue]
    path: str


class PartValue(Part):
    """Describes a part of an entry."""

    __slots__ = ()

    kind: str
    value: str


class Value(Part):
    """Describes a value of a kind."""

    __slots__ = ()

    kind: str
    value: str | None
    parts: list[PartValue]
    path: str


class Date(Part):
    """Describes a date."""

    __slots__ = ()

    raw: str
    start: int | None
    end: int | None
    certainty: str


class Publication(Part):
    """Describes an event of publication."""

    __slots__ = ()

    kind: str
    place: str | None
    publisher: str | None
    date: Date | None
    parts: list[PartValue]
    path: str


class Extent(Part):
    """Describes what the resource is made of."""

    __slots__ = ()

    kind: str
    value: str | None
    pages: int | None
    parts: list[PartValue]
    path: str


class Series(Part):
    """Describes a series."""

    __slots__ = ()

    kind: str
    title: str | None
    volume: str | None
    issn: str | None
    parts: list[PartValue]
    path: str


class Code(Part):
    """Describes a language or country."""

    __slots__ = ()

    kind: str
    code: str | None
    raw: str
    parts: list[PartValue]
    path: str


class Subject(Part):
    """Describes a subject heading or keyword."""

    __slots__ = ()

    kind: str
    scheme: str | None
    value: str | None
    parts: list[PartValue]
    path: str


class Class(Part):
    """Describes a class number."""

    __slots__ = ()

    kind: str
    scheme: str | None
    value: str | None
    item: str | None
    edition: str | None
    parts: list[PartValue]
    path: str


class Relation(Part):
    """Describes another resource."""

    __slots__ = ()

    kind: str
    title: str | None
    parts: list[PartValue]
    path: str


class Electronic(Part):
    """Describes an address or file."""

    __slots__ = ()

    kind: str
    url: str | None
    label: str | None
    parts: list[PartValue]
    path: str


class Item(Part):
    """Describes a copy, or a statement of holdings."""

    __slots__ = ()

    kind: str
    library: str | None
    location: str | None
    call_number: str | None
    inventory: str | None
    barcode: str | None
    status: str | None
    parts: list[PartValue]
    path: str


class Coded(Part):
    """Describes characters at positions, or a subfield of them."""

    __slots__ = ()

    kind: str
    raw: str
    path: str


class Unmapped(Part):
    """Describes a value that the table of the dialect does not know."""

    __slots__ = ()

    path: str
    raw: str


class Bib(Part):
    """Is the description of a resource."""

    __slots__ = ()

    reading: str
    titles: list[Title]
    agents: list[Agent]
    identifiers: list[Identifier]
    edition: list[Value]
    publication: list[Publication]
    extent: list[Extent]
    series: list[Series]
    languages: list[Code]
    countries: list[Code]
    subjects: list[Subject]
    classification: list[Class]
    notes: list[Value]
    relations: list[Relation]
    electronic: list[Electronic]
    items: list[Item]
    admin: list[Value]
    coded: list[Coded]
    links: list[Value]
    unmapped: list[Unmapped]


#: The class of the items of a class that are parts themselves.
_KINDS: dict[type[Part], dict[str, type[Part]]] = {
    Title: {"details": PartValue},
    Agent: {"parts": PartValue},
    Identifier: {"parts": PartValue},
    Value: {"parts": PartValue},
    Publication: {"date": Date, "parts": PartValue},
    Extent: {"parts": PartValue},
    Series: {"parts": PartValue},
    Code: {"parts": PartValue},
    Subject: {"parts": PartValue},
    Class: {"parts": PartValue},
    Relation: {"parts": PartValue},
    Electronic: {"parts": PartValue},
    Item: {"parts": PartValue},
    Bib: {"titles": Title, "agents": Agent, "identifiers": Identifier, "edition": Value, "publication": Publication, "extent": Extent, "series": Series, "languages": Code, "countries": Code, "subjects": Subject, "classification": Class, "notes": Value, "relations": Relation, "electronic": Electronic, "items": Item, "admin": Value, "coded": Coded, "links": Value, "unmapped": Unmapped},
}

