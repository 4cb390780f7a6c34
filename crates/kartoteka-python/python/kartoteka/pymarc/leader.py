"""The leader: 24 characters, each read and set by position or by name."""

from __future__ import annotations

from kartoteka.pymarc.constants import LEADER_LEN
from kartoteka.pymarc.exceptions import BadLeaderValue, RecordLeaderInvalid


def _named(first: int, length: int, what: str) -> property:
    """Makes the property for some positions."""

    def read(leader: Leader) -> str:
        return leader.leader[first : first + length]

    def write(leader: Leader, value: str) -> None:
        if len(value) != length:
            raise BadLeaderValue(f"{what} has {length} characters, not those of {value!r}")
        leader[first] = value

    return property(read, write, doc=f"Returns the {what}, from position {first}.")


class Leader:
    """Is a leader that can be changed: `leader[5] = "c"`, `leader.record_status = "c"`."""

    def __init__(self, leader: str) -> None:
        if len(leader) != LEADER_LEN:
            raise RecordLeaderInvalid
        self.leader = leader

    def __getitem__(self, item: str | int | slice) -> str:
        if isinstance(item, str):
            return str(getattr(self, item))
        return self.leader[item]

    def __setitem__(self, item: str | int | slice, value: str) -> None:
        if isinstance(item, str):
            setattr(self, item, value)
            return
        first = item.start if isinstance(item, slice) else item
        if first < 0:
            raise IndexError("a position in the leader is not negative")
        if first + len(value) > LEADER_LEN:
            raise BadLeaderValue(f"{value!r} is too long for position {first} of the leader")
        self.leader = self.leader[:first] + value + self.leader[first + len(value) :]

    def __str__(self) -> str:
        return self.leader

    def __repr__(self) -> str:
        return f"Leader({self.leader!r})"

    record_length = _named(0, 5, "record length")
    record_status = _named(5, 1, "record status")
    type_of_record = _named(6, 1, "type of record")
    bibliographic_level = _named(7, 1, "bibliographic level")
    type_of_control = _named(8, 1, "type of control")
    coding_scheme = _named(9, 1, "character coding scheme")
    indicator_count = _named(10, 1, "indicator count")
    subfield_code_count = _named(11, 1, "subfield code count")
    base_address = _named(12, 5, "base address of data")
    encoding_level = _named(17, 1, "encoding level")
    cataloging_form = _named(18, 1, "descriptive cataloging form")
    multipart_ressource = _named(19, 1, "multipart resource record level")
    length_of_field_length = _named(20, 1, "length of the length of a field")
    starting_character_position_length = _named(21, 1, "length of the starting position")
    implementation_defined_length = _named(22, 1, "length of the part defined by the implementation")
