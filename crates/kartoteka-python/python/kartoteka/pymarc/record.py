"""Records."""

from __future__ import annotations

import json
import logging
import re
import unicodedata
import warnings
from collections.abc import Iterable
from typing import Any

from kartoteka import _kartoteka
from kartoteka.pymarc.constants import DIRECTORY_ENTRY_LEN, LEADER_LEN
from kartoteka.pymarc.exceptions import (
    BadSubfieldCodeWarning,
    BaseAddressInvalid,
    BaseAddressNotFound,
    FieldNotFound,
    MissingLinkedFields,
    NoFieldsFound,
    RecordDirectoryInvalid,
    RecordLeaderInvalid,
    TruncatedRecord,
)
from kartoteka.pymarc.field import Field, Indicators, RawField, Subfield, map_marc8_field
from kartoteka.pymarc.leader import Leader
from kartoteka.pymarc.marc8 import marc8_to_unicode

logger = logging.getLogger("pymarc")
isbn_regex = re.compile(r"([0-9\-xX]+)")

_SERIES = "440 490 800 810 811 830"
_SUBJECTS = "600 610 611 630 648 650 651 653 654 655 656 657 658 662 690 691 696 697 698 699"
_ADDED = "700 710 711 720 730 740 752 753 754 790 791 792 793 796 797 798 799"
_NOTES = (
    "500 501 502 504 505 506 507 508 510 511 513 514 515 516 518 520 521 522 524 525 526 530 533 534 535 536 538 540"
    " 541 544 545 546 547 550 552 555 556 561 562 563 565 567 580 581 583 584 585 586 590 591 592 593 594 595 596 597"
    " 598 599"
)


class Record:
    """Is a record: a leader and fields."""

    __slots__ = ("leader", "fields", "pos", "force_utf8", "to_unicode", "_at")

    leader: Leader
    fields: list[Field]
    pos: int
    force_utf8: bool
    to_unicode: bool

    def __init__(
        self,
        data: str | bytes = "",
        fields: list[Field] | None = None,
        to_unicode: bool = True,
        force_utf8: bool = False,
        hide_utf8_warnings: bool = False,
        utf8_handling: str = "strict",
        leader: str = " " * LEADER_LEN,
        file_encoding: str = "iso8859-1",
    ) -> None:
        self.leader = Leader(f"{leader[:10]}22{leader[12:20]}4500")
        self.fields = fields or []
        self.pos = self._at = 0
        self.force_utf8 = force_utf8
        self.to_unicode = to_unicode
        if not fields and data:
            self.decode_marc(data, to_unicode, force_utf8, hide_utf8_warnings, utf8_handling, file_encoding)
        elif not fields and force_utf8:
            self.leader[9] = "a"

    def __str__(self) -> str:
        """Returns the record in MARCMaker, without its mnemonics."""
        return "\n".join([f"=LDR  {self.leader}", *map(str, self.fields)]) + "\n"

    def __repr__(self) -> str:
        return f"<Record {self['001'].data!r}>" if "001" in self else f"<Record, {len(self.fields)} fields>"

    def get(self, tag: str, default: Field | None = None) -> Field | None:
        """Returns the first field with this tag, or the default."""
        for field in self.fields:
            if field.tag == tag:
                return field
        return default

    def __getitem__(self, tag: str) -> Field:
        for field in self.fields:
            if field.tag == tag:
                return field
        raise KeyError(tag)

    def __contains__(self, tag: object) -> bool:
        return any(field.tag == tag for field in self.fields)

    def __iter__(self) -> Record:
        self._at = 0
        return self

    def __next__(self) -> Field:
        if self._at >= len(self.fields):
            raise StopIteration
        self._at += 1
        return self.fields[self._at - 1]

    def add_field(self, *fields: Field) -> None:
        """Adds fields at the end."""
        self.fields.extend(fields)

    def add_grouped_field(self, *fields: Field) -> None:
        """Adds fields, each after those whose tags begin with the same or a lower digit."""
        for field in fields:
            self._place(field, 1)

    def add_ordered_field(self, *fields: Field) -> None:
        """Adds fields, each after those with the same or a lower tag."""
        for field in fields:
            self._place(field, None)

    def _place(self, field: Field, digits: int | None) -> None:
        """Inserts a field before the first with a higher tag, or with one that is no number."""
        at = len(self.fields)
        if field.tag.isdigit():
            key = int(field.tag[:digits])
            later = (n for n, other in enumerate(self.fields) if not other.tag.isdigit() or int(other.tag[:digits]) > key)
            at = next(later, at)
        self.fields.insert(at, field)

    def remove_field(self, *fields: Field) -> None:
        """Removes fields."""
        for field in fields:
            try:
                self.fields.remove(field)
            except ValueError:
                raise FieldNotFound from None

    def remove_fields(self, *tags: str) -> None:
        """Removes all fields with these tags."""
        self.fields[:] = [field for field in self.fields if field.tag not in tags]

    def get_fields(self, *args: Any) -> list[Field]:
        """Returns the fields with these tags, in order; all without tags."""
        if not args:
            return self.fields
        return [field for field in self.fields if field.tag in args]

    def get_linked_fields(self, field: Field) -> list[Field]:
        """Returns the fields 880 that are linked to a field."""
        number = field.linkage_occurrence_num()
        linked = [other for other in self.get_fields("880") if other.linkage_occurrence_num() == number]
        if number is not None and not linked:
            raise MissingLinkedFields(field)
        return linked

    def decode_marc(
        self,
        marc: Any,
        to_unicode: bool = True,
        force_utf8: bool = False,
        hide_utf8_warnings: bool = False,
        utf8_handling: str = "strict",
        encoding: str = "iso8859-1",
    ) -> None:
        """Reads the fields of a record in ISO 2709."""
        if to_unicode and (force_utf8 or marc[9:10] == b"a"):
            # A sound record in UTF-8, nearly every record there is.
            read = _kartoteka.pymarc_fields(marc, Field, Indicators, Subfield)
            if read is not None:
                leader, fields = read
                self.leader = Leader(leader)
                self.fields += fields
                return
        self._decode(marc, to_unicode, force_utf8, hide_utf8_warnings, utf8_handling, encoding)

    def _decode(
        self, marc: bytes, to_unicode: bool, force_utf8: bool, quiet: bool, utf8_handling: str, encoding: str
    ) -> None:
        leader = marc[:LEADER_LEN].decode("ascii")
        if len(leader) != LEADER_LEN:
            raise RecordLeaderInvalid
        is_utf8 = leader[9] == "a" or force_utf8 or self.force_utf8
        encoding = "utf-8" if is_utf8 else encoding
        self.leader = Leader(leader)
        base = int(marc[12:17])
        if base <= 0:
            raise BaseAddressNotFound
        if base >= len(marc):
            raise BaseAddressInvalid
        if len(marc) < int(leader[:5]):
            raise TruncatedRecord
        directory = marc[LEADER_LEN : base - 1].decode("ascii")
        if len(directory) % DIRECTORY_ENTRY_LEN:
            raise RecordDirectoryInvalid
        kind = Field if to_unicode else RawField

        def text(value: bytes) -> Any:
            if not to_unicode:
                return value
            if leader[9] == "a" or force_utf8:
                return value.decode("utf-8", utf8_handling)
            return marc8_to_unicode(value, quiet) if encoding == "iso8859-1" else value.decode(encoding)

        for at in range(0, len(directory), DIRECTORY_ENTRY_LEN):
            entry = directory[at : at + DIRECTORY_ENTRY_LEN]
            tag, length, start = entry[:3], int(entry[3:7]), base + int(entry[7:])
            body = marc[start : start + length - 1]
            if tag < "010" and tag.isdigit():
                data: Any = body.decode(encoding) if to_unicode else body
                self.fields.append(kind(tag, data=data))
                continue
            head, *rest = body.split(b"\x1f")
            signs = head.decode("ascii")
            if len(signs) != 2:
                logger.warning("field %s has %d indicators, where there must be two: %r", tag, len(signs), body)
                signs = (signs + "  ")[:2]
            subfields = []
            for piece in filter(None, rest):
                code, after = piece[:1].decode("ascii", "replace"), 1
                if piece[0] > 0x7F:
                    warnings.warn(BadSubfieldCodeWarning(piece), stacklevel=4)
                    code, after = normalize_subfield_code(piece)
                subfields.append(Subfield(code, text(piece[after:])))
            self.fields.append(kind(tag, Indicators(*signs), subfields))
        if not directory:
            raise NoFieldsFound

    def as_marc(self) -> bytes:
        """Returns the record in ISO 2709, with a leader and a directory that fit it."""
        if self.to_unicode:
            if isinstance(self.leader, Leader):
                self.leader.coding_scheme = "a"
            else:
                self.leader = self.leader[:9] + "a" + self.leader[10:]
        encoding = "utf-8" if self.leader[9] == "a" or self.force_utf8 else "iso8859-1"
        directory, bodies, offset = [], [], 0
        for field in self.fields:
            body = field.as_marc() if isinstance(field, RawField) else field.as_marc(encoding=encoding)
            tag = f"{int(field.tag):03d}" if field.tag.isdigit() else f"{field.tag:>03}"
            directory.append(f"{tag}{len(body):04d}{offset:05d}")
            bodies.append(body)
            offset += len(body)
        entries = "".join(directory).encode(encoding)
        base = LEADER_LEN + len(entries) + 1
        length = base + offset + 1
        leader = f"{length:05d}{self.leader[5:12]}{base:05d}{self.leader[17:]}"
        return b"".join([leader.encode(encoding), entries, b"\x1e", *bodies, b"\x1d"])

    as_marc21 = as_marc

    def as_dict(self) -> dict[str, Any]:
        """Returns the record as the dict of its MARC-in-JSON."""
        fields: list[dict[str, Any]] = []
        for field in self.fields:
            content: Any = field.data
            if not field.control_field:
                content = {
                    "ind1": field.indicator1,
                    "ind2": field.indicator2,
                    "subfields": [{code: value} for code, value in field.subfields],
                }
            fields.append({field.tag: content})
        return {"leader": str(self.leader), "fields": fields}

    def as_json(self, **kwargs: Any) -> str:
        """Returns the record as MARC-in-JSON; the arguments are those of `json.dumps`."""
        return json.dumps(self.as_dict(), **kwargs)

    def _title_of(self, tag: str) -> str | None:
        field = self.get(tag)
        title = field.get("a") if field else None
        rest = field.get("b") if field else None
        return f"{title} {rest}" if title and rest else title

    @property
    def title(self) -> str | None:
        """Returns the title: 245 $a and $b."""
        return self._title_of("245")

    @property
    def issn_title(self) -> str | None:
        """Returns the key title: 222 $a and $b."""
        return self._title_of("222")

    @property
    def isbn(self) -> str | None:
        """Returns the digits of the first 020 $a; None if it has none."""
        field = self.get("020")
        found = isbn_regex.search((field.get("a") if field else None) or "")
        return found[1].replace("-", "") if found else None

    @property
    def issn(self) -> str | None:
        """Returns the first 022 $a."""
        field = self.get("022")
        return field.get("a") if field else None

    @property
    def issnl(self) -> str | None:
        """Returns the first 022 $l."""
        field = self.get("022")
        return field.get("l") if field else None

    def _shown(self, *tags: str) -> str | None:
        found: Iterable[Field | None] = map(self.get, tags)
        field = next(filter(None, found), None)
        return field.format_field() if field else None

    @property
    def sudoc(self) -> str | None:
        """Returns the class number of the Superintendent of Documents: 086."""
        return self._shown("086")

    @property
    def author(self) -> str | None:
        """Returns the main entry: 100, 110 or 111."""
        return self._shown("100", "110", "111")

    @property
    def uniformtitle(self) -> str | None:
        """Returns the uniform title: 130 or 240."""
        return self._shown("130", "240")

    @property
    def series(self) -> list[Field]:
        """Returns the fields of series."""
        return self.get_fields(*_SERIES.split())

    @property
    def subjects(self) -> list[Field]:
        """Returns the subject fields."""
        return self.get_fields(*_SUBJECTS.split())

    @property
    def addedentries(self) -> list[Field]:
        """Returns the fields of added entries."""
        return self.get_fields(*_ADDED.split())

    @property
    def location(self) -> list[Field]:
        """Returns the fields 852."""
        return self.get_fields("852")

    @property
    def notes(self) -> list[Field]:
        """Returns the fields of notes."""
        return self.get_fields(*_NOTES.split())

    @property
    def physicaldescription(self) -> list[Field]:
        """Returns the fields 300."""
        return self.get_fields("300")

    def _published(self, code: str) -> str | None:
        for field in self.get_fields("260", "264"):
            if field.tag == "260" or field.indicator2 == "1":
                return field.get(code)
        return None

    @property
    def publisher(self) -> str | None:
        """Returns $b of the first 260, or 264 with second indicator 1."""
        return self._published("b")

    @property
    def pubyear(self) -> str | None:
        """Returns $c of the first 260, or 264 with second indicator 1."""
        return self._published("c")


def map_marc8_record(record: Record) -> Record:
    """Decodes the values of a record from MARC-8."""
    record.fields = [map_marc8_field(field) for field in record.fields]
    record.leader[9] = "a"
    return record


def normalize_subfield_code(subfield: bytes) -> tuple[str, int]:
    """Returns an ASCII letter for a code that is none, and how many bytes the code takes."""
    try:
        text = subfield.decode("utf-8")
        length = len(text[0].encode("utf-8"))
    except UnicodeDecodeError:
        text, length = subfield.decode("latin-1"), 1
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")[0], length
