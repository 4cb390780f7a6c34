"""Writers."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from typing import IO, Any

from kartoteka.pymarc.exceptions import WriteNeedsRecord
from kartoteka.pymarc.marcxml import MARC_XML_NS, record_to_xml_node
from kartoteka.pymarc.record import Record


class Writer:
    """Is the base of all writers."""

    def __init__(self, file_handle: IO[Any]) -> None:
        self.file_handle: IO[Any] | None = file_handle

    def write(self, record: Record) -> None:
        """Writes a record."""
        if not isinstance(record, Record):
            raise WriteNeedsRecord

    def close(self, close_fh: bool = True) -> None:
        """Ends the output, and closes the file unless `close_fh` is false."""
        if close_fh and self.file_handle:
            self.file_handle.close()
        self.file_handle = None


class JSONWriter(Writer):
    """Writes an array of MARC-in-JSON; `close` ends it."""

    def __init__(self, file_handle: IO[str]) -> None:
        super().__init__(file_handle)
        self.write_count = 0
        if self.file_handle:
            self.file_handle.write("[")

    def write(self, record: Record) -> None:
        """Writes a record."""
        super().write(record)
        if self.file_handle:
            comma = "," if self.write_count else ""
            self.file_handle.write(comma + json.dumps(record.as_dict(), separators=(",", ":")))
            self.write_count += 1

    def close(self, close_fh: bool = True) -> None:
        """Ends the array, and closes the file unless `close_fh` is false."""
        if self.file_handle:
            self.file_handle.write("]")
        super().close(close_fh)


class MARCWriter(Writer):
    """Writes ISO 2709."""

    def write(self, record: Record) -> None:
        """Writes a record."""
        super().write(record)
        if self.file_handle:
            self.file_handle.write(record.as_marc())


class TextWriter(Writer):
    """Writes MARCMaker, with an empty line between two records."""

    def __init__(self, file_handle: IO[str]) -> None:
        super().__init__(file_handle)
        self.write_count = 0

    def write(self, record: Record) -> None:
        """Writes a record."""
        super().write(record)
        if self.file_handle:
            self.file_handle.write(("\n" if self.write_count else "") + str(record))
            self.write_count += 1


class XMLWriter(Writer):
    """Writes a collection of MARCXML; `close` ends it."""

    def __init__(self, file_handle: IO[bytes]) -> None:
        super().__init__(file_handle)
        if self.file_handle:
            self.file_handle.write(b'<?xml version="1.0" encoding="UTF-8"?>')
            self.file_handle.write(f'<collection xmlns="{MARC_XML_NS}">'.encode())

    def write(self, record: Record) -> None:
        """Writes a record."""
        super().write(record)
        if self.file_handle:
            self.file_handle.write(ET.tostring(record_to_xml_node(record), encoding="utf-8"))

    def close(self, close_fh: bool = True) -> None:
        """Ends the collection, and closes the file unless `close_fh` is false."""
        if self.file_handle:
            self.file_handle.write(b"</collection>")
        super().close(close_fh)
