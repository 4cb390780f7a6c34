"""MARCXML."""

from __future__ import annotations

import unicodedata
import xml.etree.ElementTree as ET
from collections.abc import Callable
from typing import Any
from xml.sax import make_parser
from xml.sax.handler import ContentHandler, feature_namespaces

from kartoteka.pymarc.field import Field, Indicators
from kartoteka.pymarc.leader import Leader
from kartoteka.pymarc.marc8 import MARC8ToUnicode
from kartoteka.pymarc.record import Record

XSI_NS = "http://www.w3.org/2001/XMLSchema-instance"
MARC_XML_NS = "http://www.loc.gov/MARC21/slim"
MARC_XML_SCHEMA = f"{MARC_XML_NS} http://www.loc.gov/standards/marcxml/schema/MARC21slim.xsd"


class XmlHandler(ContentHandler):
    """Makes records of SAX events, and calls `process_record` with each."""

    def __init__(self, strict: bool = False, normalize_form: Any = None) -> None:
        """With `strict`, only elements in the namespace of MARCXML count."""
        super().__init__()
        self.records: list[Record] = []
        self.normalize_form = normalize_form
        self._strict = strict
        self._record: Record | None = None
        self._field: Field | None = None
        self._code: str | None = None
        self._text: list[str] = []

    def startElementNS(self, name: Any, qname: Any, attrs: Any) -> None:
        """Begins a record, field or subfield."""
        namespace, element = name
        if self._strict and namespace != MARC_XML_NS:
            return
        self._text = []
        if element == "record":
            self._record = Record()
        elif element == "controlfield":
            self._field = Field(attrs[(None, "tag")])
        elif element == "datafield":
            signs = Indicators(attrs.get((None, "ind1"), " "), attrs.get((None, "ind2"), " "))
            self._field = Field(attrs[(None, "tag")], signs)
        elif element == "subfield":
            self._code = attrs[(None, "code")]

    def endElementNS(self, name: Any, qname: Any) -> None:
        """Ends a record, leader, field or subfield."""
        namespace, element = name
        if self._strict and namespace != MARC_XML_NS:
            return
        text = "".join(self._text)
        if self.normalize_form is not None:
            text = unicodedata.normalize(self.normalize_form, text)
        record, field, self._text = self._record, self._field, []
        if element == "record" and record:
            self.process_record(record)
            self._record = None
        elif element == "leader" and record:
            record.leader = Leader(text)
        elif element in ("controlfield", "datafield") and record and field:
            if element == "controlfield":
                field.data = text
            record.add_field(field)
            self._field = None
        elif element == "subfield" and field and self._code:
            field.add_subfield(self._code, text)
            self._code = None

    def characters(self, content: str) -> None:
        """Collects text."""
        self._text.append(content)

    def process_record(self, record: Record) -> None:
        """Takes a record: keeps it in `records`."""
        self.records.append(record)


def parse_xml(xml_file: Any, handler: ContentHandler) -> None:
    """Gives a handler the events of an XML file."""
    parser = make_parser()
    parser.setContentHandler(handler)
    parser.setFeature(feature_namespaces, True)
    parser.parse(xml_file)


def map_xml(function: Callable[[Record], Any], *files: Any) -> None:
    """Calls a function with each record of some files."""
    handler = XmlHandler()
    handler.process_record = function  # type: ignore[method-assign,assignment]
    for file in files:
        parse_xml(file, handler)


def parse_xml_to_array(xml_file: Any, strict: bool = False, normalize_form: Any = None) -> list[Record]:
    """Returns the records of an XML file, their text in a normal form if one is named."""
    handler = XmlHandler(strict, normalize_form)
    parse_xml(xml_file, handler)
    return handler.records


def record_to_xml(record: Record, quiet: bool = False, namespace: bool = False) -> bytes:
    """Returns a record as an element `record`."""
    return bytes(ET.tostring(record_to_xml_node(record, quiet, namespace)))


def record_to_xml_node(record: Record, quiet: bool = False, namespace: bool = False) -> ET.Element:
    """Returns a record as an element `record`, with the namespace of MARCXML if asked for."""
    marc8 = MARC8ToUnicode(quiet=quiet)

    def text(value: Any) -> str:
        return value if isinstance(value, str) else marc8.translate(value)

    root = ET.Element("record")
    if namespace:
        root.set("xmlns", MARC_XML_NS)
        root.set("xmlns:xsi", XSI_NS)
        root.set("xsi:schemaLocation", MARC_XML_SCHEMA)
    ET.SubElement(root, "leader").text = str(record.leader)
    for field in record.fields:
        if field.control_field:
            ET.SubElement(root, "controlfield", {"tag": field.tag}).text = text(field.data)
            continue
        signs = {"ind1": field.indicator1, "ind2": field.indicator2, "tag": field.tag}
        node = ET.SubElement(root, "datafield", signs)
        for code, value in field.subfields:
            ET.SubElement(node, "subfield", {"code": code}).text = text(value)
    return root
