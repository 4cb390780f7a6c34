"""The exceptions of pymarc, by name. Each that has a fixed meaning says it in its own words."""

from __future__ import annotations

from typing import Any


class PymarcException(Exception):
    """Is the base of all others."""

    _text: str | None = None

    def __str__(self) -> str:
        return super().__str__() if self._text is None else self._text


class FatalReaderError(PymarcException):
    """Says that nothing more can be read."""


class RecordLengthInvalid(FatalReaderError):
    """Says that the first five bytes of a record are no number."""

    _text = "the first five bytes of the record are no length"


class TruncatedRecord(FatalReaderError):
    """Says that the data end before the record does."""

    _text = "the data end before the length in the leader"


class EndOfRecordNotFound(FatalReaderError):
    """Says that a record does not end with its terminator."""

    _text = "no record terminator where the record ends"


class RecordLeaderInvalid(PymarcException):
    """Says that a leader has not 24 characters."""

    _text = "a leader has 24 characters"


class RecordDirectoryInvalid(PymarcException):
    """Says that the directory is not made of entries of twelve bytes."""

    _text = "the directory has not twelve bytes for each field"


class NoFieldsFound(PymarcException):
    """Says that a record has no fields."""

    _text = "the record has no fields"


class BaseAddressInvalid(PymarcException):
    """Says that the base address lies behind the record."""

    _text = "the base address lies behind the end of the record"


class BaseAddressNotFound(PymarcException):
    """Says that the base address is zero."""

    _text = "the record has no base address"


class WriteNeedsRecord(PymarcException):
    """Says that something else than a record was to be written."""

    _text = "only a Record can be written"


class NoActiveFile(PymarcException):
    """Says that there is no file to write to."""

    _text = "no file is open to write to"


class FieldNotFound(PymarcException):
    """Says that a field is not in the record."""

    _text = "the field is not in the record"


class BadLeaderValue(PymarcException):
    """Says that a value does not fit into the leader."""


class MissingLinkedFields(PymarcException):
    """Says that a field names a field 880 that is not there."""

    def __init__(self, field: Any) -> None:
        super().__init__(field)
        self.field = field

    def __str__(self) -> str:
        return f"{self.field.tag} field has a subfield 6, but no field 880 is linked to it"


class BadSubfieldCodeWarning(Warning):
    """Warns of a subfield code that is not ASCII."""

    def __init__(self, subf: Any) -> None:
        super().__init__()
        self.subf = subf

    def __str__(self) -> str:
        return f"a subfield code is not ASCII: {self.subf!r}"
