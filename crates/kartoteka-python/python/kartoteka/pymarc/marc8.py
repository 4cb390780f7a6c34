"""MARC-8, decoded by the tables of kartoteka."""

from __future__ import annotations

import sys
import unicodedata

from kartoteka import _kartoteka

#: What follows the escape character to choose a set for G0 and for G1.
_G0, _G1 = b"(,$", b")-$"


class MARC8ToUnicode:
    """Converts MARC-8 to text, and remembers the sets that were chosen."""

    basic_latin = 0x42
    ansel = 0x45

    def __init__(self, G0: int = basic_latin, G1: int = ansel, quiet: bool = False) -> None:
        self.g0 = G0
        self.g1 = G1
        self.quiet = quiet

    def translate(self, marc8_string: bytes | str | None) -> str:
        """Returns the text, in NFC. A byte that is no character is a blank, with a message on standard error."""
        if not marc8_string:
            return ""
        if isinstance(marc8_string, str):
            return unicodedata.normalize("NFC", marc8_string)  # it is decoded already
        if (self.g0, self.g1) == (self.basic_latin, self.ansel):
            whole = _kartoteka.marc8_decode(marc8_string)
            if whole is not None:
                return unicodedata.normalize("NFC", whole)
        return self._by_character(marc8_string)

    def _by_character(self, data: bytes) -> str:
        made: list[str] = []
        marks: list[str] = []
        at = 0
        while at < len(data):
            if data[at] == 0x1B:
                after = self._escape(data, at)
                if after is None:
                    made.append("\x1b")
                    at += 1
                    continue
                if after != at:
                    at = after
                    continue
            wide = self.g0 == 0x31
            piece = data[at : at + (3 if wide else 1)]
            at += 3 if wide else 1
            if wide and len(piece) < 3:
                if not self.quiet:
                    sys.stderr.write("a character of three bytes is cut off at the end\n")
                made.append(" ")
                continue
            if not wide and (piece[0] < 0x20 or 0x80 < piece[0] < 0xA0):
                continue
            chosen = self.g1 if piece[0] > 0x80 and not wide else self.g0
            found = _kartoteka.marc8_character(chosen, piece)
            if found is None:
                if not self.quiet:
                    sys.stderr.write(f"no character: {piece.hex()} in the set {chosen:02x}\n")
                found = " "
            if unicodedata.combining(found[0]):
                marks.append(found)
            else:
                made.append(found)
                made += marks
                marks.clear()
        return unicodedata.normalize("NFC", "".join(made))

    def _escape(self, data: bytes, at: int) -> int | None:
        """Chooses a set, and returns where the next character is; None if the data end before it is named."""
        sign = data[at + 1 : at + 2]
        if not sign:
            raise IndexError("an escape character ends the data")
        for name, signs in (("g0", _G0), ("g1", _G1)):
            if sign in signs:
                if len(data) < at + 3:
                    return None
                if sign == b"$" and data[at + 2 : at + 3] in (b",", b"-"):
                    name = "g0" if data[at + 2 : at + 3] == b"," else "g1"
                    at += 1
                if len(data) < at + 3:
                    return None
                setattr(self, name, data[at + 2])
                return at + 3
        if sign == b"s":
            self.g0 = self.basic_latin
            return at + 2
        if sign in b"gbp":
            self.g0 = sign[0]
            return at + 2
        return at


def marc8_to_unicode(marc8: bytes | str | None, hide_utf8_warnings: bool = False) -> str:
    """Returns MARC-8 as text."""
    try:
        return MARC8ToUnicode(quiet=hide_utf8_warnings).translate(marc8)
    except (IndexError, TypeError) as error:
        data = marc8 if isinstance(marc8, bytes) else str(marc8).encode()
        raise UnicodeDecodeError("marc8_to_unicode", data, 0, len(data), str(error)) from error
