"""Readers."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from io import BytesIO, IOBase, StringIO
from typing import IO, Any

from kartoteka.pymarc.exceptions import (
    EndOfRecordNotFound,
    FatalReaderError,
    PymarcException,
    RecordLengthInvalid,
    TruncatedRecord,
)
from kartoteka.pymarc.field import Field, Indicators, Subfield
from kartoteka.pymarc.leader import Leader
from kartoteka.pymarc.record import Record


class Reader:
    """Is the base of all readers."""


class MARCReader(Reader):
    """Reads records in ISO 2709 from bytes or a file object.

    A record that cannot be read is None; `current_exception` says why, and `current_chunk` has its bytes.
    """

    def __init__(
        self,
        marc_target: IO[bytes] | bytes,
        to_unicode: bool = True,
        force_utf8: bool = False,
        hide_utf8_warnings: bool = False,
        utf8_handling: str = "strict",
        file_encoding: str = "iso8859-1",
        permissive: bool = False,
    ) -> None:
        self.to_unicode = to_unicode
        self.force_utf8 = force_utf8
        self.hide_utf8_warnings = hide_utf8_warnings
        self.utf8_handling = utf8_handling
        self.file_encoding = file_encoding
        self.permissive = permissive
        self.file_handle: IO[bytes] = BytesIO(marc_target) if isinstance(marc_target, bytes) else marc_target
        self._current_chunk: bytes | None = None
        self._current_exception: Exception | None = None

    @property
    def current_chunk(self) -> bytes | None:
        """Returns the bytes of the last record."""
        return self._current_chunk

    @property
    def current_exception(self) -> Exception | None:
        """Returns why the last record could not be read; None if it could."""
        return self._current_exception

    def close(self) -> None:
        """Closes the file."""
        self.file_handle.close()

    def __iter__(self) -> MARCReader:
        return self

    def __next__(self) -> Record | None:
        if isinstance(self._current_exception, FatalReaderError):
            raise StopIteration
        self._current_chunk = self._current_exception = None
        first = self.file_handle.read(5)
        if not first:
            raise StopIteration
        self._current_chunk = first
        try:
            return self._record(first)
        except Exception as error:
            self._current_exception = error
            return None

    def _record(self, first: bytes) -> Record:
        if len(first) < 5:
            raise TruncatedRecord
        try:
            length = int(first)
        except ValueError:
            raise RecordLengthInvalid from None
        chunk = self._current_chunk = first + self.file_handle.read(length - 5)
        if len(chunk) < length:
            raise TruncatedRecord
        if chunk[-1] != 0x1D:
            raise EndOfRecordNotFound
        return Record(
            chunk,
            to_unicode=self.to_unicode,
            force_utf8=self.force_utf8,
            hide_utf8_warnings=self.hide_utf8_warnings,
            utf8_handling=self.utf8_handling,
            file_encoding=self.file_encoding,
        )


def map_records(f: Callable[[Record | None], Any], *files: IO[bytes]) -> None:
    """Calls a function with each record of some files."""
    for file in files:
        for record in MARCReader(file):
            f(record)


def _opened(target: Any, encoding: str | None) -> Any:
    """Returns a file object of one, of the name of a file, or of the content itself."""
    if isinstance(target, IOBase):
        return target
    if isinstance(target, str) and os.path.exists(target):
        return open(target, encoding=encoding)
    return StringIO(target)


class JSONReader(Reader):
    """Reads records in MARC-in-JSON: one, or an array of them."""

    def __init__(self, marc_target: Any, encoding: str = "utf-8", stream: bool = False) -> None:
        self.encoding = encoding
        self.file_handle = _opened(marc_target, encoding)
        if stream:
            sys.stderr.write("all of the file is read at once\n")
        self.records = json.load(self.file_handle, strict=False)
        self.iter: Iterator[Any] = iter(())

    def __iter__(self) -> JSONReader:
        self.iter = iter(self.records if isinstance(self.records, list) else [self.records])
        return self

    def __next__(self) -> Record:
        data = next(self.iter)
        record = Record()
        record.leader = Leader(data["leader"])
        for entry in data["fields"]:
            for tag, content in entry.items():
                if isinstance(content, dict) and "subfields" in content:
                    pairs = (pair for subfield in content["subfields"] for pair in subfield.items())
                    signs = Indicators(content["ind1"], content["ind2"])
                    record.add_field(Field(tag, signs, [Subfield(*pair) for pair in pairs]))
                else:
                    record.add_field(Field(tag, data=content))
        return record


class MARCMakerReader(Reader):
    """Reads records in MARCMaker, with an empty line between two, from a file object, a file or a text."""

    def __init__(self, target: Any, encoding: str | None = "utf-8") -> None:
        with _opened(target, encoding) as file:
            self.records: list[str] = file.read().split("\n\n")
        self.iter = iter(self.records)

    def _parse_line(self, line: str) -> Leader | Field:
        if line[0] != "=":
            raise ValueError('Line should start with a "=".')
        if line[4:6] != "  ":
            raise ValueError("Tag should be separated from the rest of the field by two spaces.")
        tag, rest = line[1:4], line[6:]
        if tag == "LDR":
            return Leader(rest)
        if tag < "010":
            return Field(tag, data=rest)
        subfields = [Subfield(piece[:1], piece[1:]) for piece in rest[3:].split("$")]
        return Field(tag, Indicators(rest[0], rest[1]), subfields)

    def __iter__(self) -> MARCMakerReader:
        return self

    def __next__(self) -> Record:
        record = Record()
        for line in next(self.iter).splitlines():
            try:
                part = self._parse_line(line)
            except Exception as error:
                raise PymarcException(f'Unable to parse line "{line}"') from error
            if isinstance(part, Leader):
                record.leader = part
            else:
                record.add_field(part)
        return record
