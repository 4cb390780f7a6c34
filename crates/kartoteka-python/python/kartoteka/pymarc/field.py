"""Fields, their indicators and subfields."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any, NamedTuple

from kartoteka.pymarc.constants import END_OF_FIELD, SUBFIELD_INDICATOR
from kartoteka.pymarc.marc8 import marc8_to_unicode

logger = logging.getLogger("pymarc")


class Subfield(NamedTuple):
    """Is a code and a value."""

    code: str
    value: str


class Indicators(NamedTuple):
    """Is the two indicators of a data field."""

    first: str
    second: str


_BLANKS = Indicators(" ", " ")


class Field:
    """Is a control field, with data, or a data field, with indicators and subfields."""

    __slots__ = ("tag", "data", "_indicators", "subfields", "control_field", "_at")

    tag: str
    data: str | None
    subfields: list[Subfield]
    control_field: bool
    _indicators: Indicators | None
    _at: int

    def __init__(
        self,
        tag: str,
        indicators: Indicators | Sequence[str] | None = None,
        subfields: list[Subfield] | None = None,
        data: str | None = None,
    ) -> None:
        text = tag if isinstance(tag, str) else str(tag)
        self.tag = f"{int(text):03}" if text.isdigit() else text
        if subfields and isinstance(subfields[0], str):
            raise ValueError("subfields are Subfield objects, not texts: see Field.convert_legacy_subfields")
        self.control_field = self.tag < "010" and self.tag.isdigit()
        self._indicators = None
        if self.control_field:
            self.data, self.subfields = data, []
        else:
            self.data, self.subfields = None, subfields or []
            self.indicators = indicators or _BLANKS

    @property
    def indicators(self) -> Indicators | None:
        """Returns the indicators; None in a control field."""
        return self._indicators

    @indicators.setter
    def indicators(self, value: Sequence[str] | None) -> None:
        if value is None:
            return
        if len(value) != 2:
            raise ValueError(f"a field has two indicators, not {len(value)}: use Indicators()")
        self._indicators = value if isinstance(value, Indicators) else Indicators(*value)

    @property
    def indicator1(self) -> str:
        """Returns the first indicator; empty in a control field."""
        return self._indicators.first if self._indicators else ""

    @indicator1.setter
    def indicator1(self, value: str) -> None:
        if self._indicators:  # a control field has none
            self._indicators = self._indicators._replace(first=value)

    @property
    def indicator2(self) -> str:
        """Returns the second indicator; empty in a control field."""
        return self._indicators.second if self._indicators else ""

    @indicator2.setter
    def indicator2(self, value: str) -> None:
        if self._indicators:  # a control field has none
            self._indicators = self._indicators._replace(second=value)

    @classmethod
    def convert_legacy_subfields(cls, subfields: list[str]) -> list[Subfield]:
        """Returns the subfields of a list in which codes and values alternate."""
        return [Subfield(*pair) for pair in zip(subfields[::2], subfields[1::2], strict=True)]

    def __iter__(self) -> Field:
        self._at = 0
        return self

    def __next__(self) -> Subfield:
        if self.control_field or self._at >= len(self.subfields):
            raise StopIteration
        self._at += 1
        return self.subfields[self._at - 1]

    def __str__(self) -> str:
        """Returns the field as a line of MARCMaker, without its mnemonics."""
        if self.control_field:
            return f"={self.tag}  {(self.data or '').replace(' ', chr(92))}"
        signs = "".join(chr(92) if sign == " " else str(sign) for sign in self._indicators or ())
        return f"={self.tag}  {signs}" + "".join(f"${code}{value}" for code, value in self.subfields)

    def __repr__(self) -> str:
        return f"<Field {self}>"

    def get(self, code: str, default: str | None = None) -> str | None:
        """Returns the value of the first subfield with this code, or the default."""
        for subfield in self.subfields:
            if subfield.code == code:
                return subfield.value
        return default

    def __getitem__(self, code: str) -> str:
        for subfield in self.subfields:
            if subfield.code == code:
                return subfield.value
        raise KeyError(code)

    def __contains__(self, code: object) -> bool:
        return any(subfield.code == code for subfield in self.subfields)

    def __setitem__(self, code: str, value: str) -> None:
        """Sets the value of the only subfield with this code."""
        if self.control_field:
            raise KeyError("a control field has no subfields")
        places = [at for at, subfield in enumerate(self.subfields) if subfield.code == code]
        if len(places) != 1:
            raise KeyError(f"{len(places)} subfields have the code {code!r}, where there must be one")
        self.subfields[places[0]] = Subfield(code, value)

    def value(self) -> str:
        """Returns the data, or the values with a blank between them."""
        if self.control_field:
            return self.data or ""
        return " ".join(subfield.value.strip() for subfield in self.subfields)

    def get_subfields(self, *codes: str) -> list[str]:
        """Returns the values of the subfields with these codes, in the order of the field."""
        return [subfield.value for subfield in self.subfields if subfield.code in codes]

    def add_subfield(self, code: str, value: str, pos: int | None = None) -> None:
        """Adds a subfield: at the end, or at a position. Does nothing in a control field."""
        if self.control_field:
            return
        at = len(self.subfields) if pos is None else pos
        self.subfields.insert(at, Subfield(code, value))

    def delete_subfield(self, code: str) -> str | None:
        """Removes the first subfield with this code, and returns its value; None if there is none."""
        for at, subfield in enumerate(self.subfields):
            if subfield.code == code:
                del self.subfields[at]
                return subfield.value
        return None

    def subfields_as_dict(self) -> dict[str, list[str]]:
        """Returns the values by code."""
        found: dict[str, list[str]] = {}
        for code, value in self.subfields:
            found.setdefault(code, []).append(value)
        return found

    def is_control_field(self) -> bool:
        """Returns whether the field is a control field."""
        return self.control_field

    def linkage_occurrence_num(self) -> str | None:
        """Returns the number in subfield 6 that links a field with its 880; None if there is none."""
        link = self.get("6")
        return link.split("-")[1].split("/")[0] if link else None

    def as_marc(self, encoding: str) -> bytes:
        """Returns the body of the field in ISO 2709, with its terminator."""
        if self.control_field:
            return f"{self.data}{END_OF_FIELD}".encode(encoding)
        values = "".join(f"{SUBFIELD_INDICATOR}{code}{value}" for code, value in self.subfields)
        return f"{self.indicator1}{self.indicator2}{values}{END_OF_FIELD}".encode(encoding)

    as_marc21 = as_marc

    def format_field(self) -> str:
        """Returns the values for display: without subfield 6, with dashes before the subdivisions of a subject."""
        if self.control_field:
            return self.data or ""
        dashes = "vxyz" if self.is_subject_field() else ""
        shown = (f" -- {value}" if code in dashes else f" {value}" for code, value in self.subfields if code != "6")
        return "".join(shown).strip()

    def is_subject_field(self) -> bool:
        """Returns whether the field is a subject: its tag begins with 6."""
        return self.tag.startswith("6")


class RawField(Field):
    """Is a field whose data and values are bytes, as they were read."""

    __slots__ = ()

    def as_marc(self, encoding: str | None = None) -> bytes:
        """Returns the body of the field as it was, with its terminator."""
        if encoding is not None:
            logger.warning("a RawField is written as it is, not in %s", encoding)
        body: Any = self.data
        if not self.control_field:
            parts: list[Any] = [f"{self.indicator1}{self.indicator2}".encode("ascii")]
            for code, value in self.subfields:
                parts += [b"\x1f", code.encode("ascii"), value]
            body = b"".join(parts)
        return bytes(body) + b"\x1e"


def map_marc8_field(f: Field) -> Field:
    """Decodes the values of a field from MARC-8."""
    if f.control_field:
        f.data = marc8_to_unicode(f.data)
    else:
        f.subfields = [Subfield(code, marc8_to_unicode(value)) for code, value in f.subfields]
    return f
