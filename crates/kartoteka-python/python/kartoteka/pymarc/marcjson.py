"""MARC-in-JSON."""

from __future__ import annotations

from typing import Any

from kartoteka.pymarc.field import Field, Indicators
from kartoteka.pymarc.leader import Leader
from kartoteka.pymarc.reader import JSONReader
from kartoteka.pymarc.record import Record


class JSONHandler:
    """Makes records of the dicts of MARC-in-JSON, and calls `process_record` with each."""

    def __init__(self) -> None:
        self.records: list[Record] = []

    def element(self, element_dict: dict[str, Any]) -> None:
        """Makes the record of a dict."""
        record = Record()
        record.leader = Leader(element_dict["leader"])
        for entry in element_dict["fields"]:
            for tag, content in entry.items():
                field = Field(tag)
                if field.control_field:
                    field.data = content
                else:
                    field.indicators = Indicators(content["ind1"], content["ind2"])
                    for subfield in content["subfields"]:
                        for code, value in subfield.items():
                            field.add_subfield(code, value)
                record.add_field(field)
        self.process_record(record)

    def elements(self, dict_list: Any) -> list[Record]:
        """Makes the records of a dict, or of a list of them."""
        for one in dict_list if isinstance(dict_list, list) else [dict_list]:
            self.element(one)
        return self.records

    def process_record(self, record: Record) -> None:
        """Takes a record: keeps it in `records`."""
        self.records.append(record)


def parse_json_to_array(json_file: Any) -> list[Record]:
    """Returns the records of a file of MARC-in-JSON."""
    return JSONHandler().elements(JSONReader(json_file).records)
