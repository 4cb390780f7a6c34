"""Ranges of files, for engines that read them on many processes."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable
from typing import Any, NamedTuple

import kartoteka

#: How many bytes of a file are a range, unless another number is given.
SPLIT = 64 * 1024 * 1024


class Range(NamedTuple):
    """Is the number-th of `of` equal parts of a file: by bytes, or of a master file by record numbers."""

    path: str
    number: int
    of: int

    @property
    def part(self) -> tuple[int, int] | None:
        """Returns the part as `kartoteka.open` takes it; None for a whole file."""
        return (self.number, self.of) if self.of > 1 else None


def files(paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]]) -> list[str]:
    """Returns the files that paths and patterns name, sorted; a pattern that names none is an error."""
    if isinstance(paths, (str, os.PathLike)):
        paths = [paths]
    found: list[str] = []
    for path in [os.fspath(path) for path in paths]:
        named = sorted(glob.glob(path)) if glob.has_magic(path) and not os.path.exists(path) else [path]
        if not named:
            raise FileNotFoundError(f"no file is named {path!r}")
        found += named
    return found


def ranges(paths: Iterable[str], split: int = SPLIT, **reading: Any) -> list[Range]:
    """Returns ranges that have every record of the files once. What cannot be split is one range."""
    if split < 1:
        raise ValueError(f"a range has at least one byte, not {split}")
    made = []
    for path in paths:
        count = 1
        try:
            count = -(-os.path.getsize(path) // split)
            if count > 1:
                kartoteka.open(path, part=(1, count), **reading).close()
        except (OSError, kartoteka.KartotekaError):
            count = 1  # whoever reads it says what is wrong
        made += [Range(path, number, max(count, 1)) for number in range(1, max(count, 1) + 1)]
    return made


#: The options of a reader that engines hand on.
READING = ("format", "charset", "dialect")
