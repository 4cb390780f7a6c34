"""Reads, changes and writes bibliographic records: MARC 21, UNIMARC, RUSMARC, IRBIS and CDS/ISIS, without loss.

    import kartoteka

    for record in kartoteka.open("books.mrc"):
        print(record["245"]["a"], record.bib.titles[0].value)

    titles = list(kartoteka.values("books.mrc", "245$a"))  # without a loop over records
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import IO, Any

from kartoteka import model
from kartoteka._kartoteka import (
    Account,
    Crosswalk,
    Field,
    Finding,
    KartotekaError,
    Reader,
    Record,
    Subfield,
    Table,
    Values,
    Writer,
    __version__,
    crosswalks,
)
from kartoteka import _kartoteka

__all__ = [
    "Account",
    "Crosswalk",
    "Field",
    "Finding",
    "KartotekaError",
    "Reader",
    "Record",
    "Subfield",
    "Table",
    "Values",
    "Writer",
    "__version__",
    "convert",
    "crosswalks",
    "formats",
    "loads",
    "model",
    "open",
    "table",
    "validate",
    "values",
    "writer",
]

#: A path, or a file object with the method `read` or `write`.
Source = str | os.PathLike[str] | IO[Any]


def _reading(
    format: str | None,
    charset: str | None,
    dialect: str | None,
    strict: bool,
    part: tuple[int, int] | None,
    mfns: tuple[int, int] | None = None,
    deleted: bool = False,
) -> dict[str, Any]:
    return {
        "format": format,
        "charset": charset,
        "dialect": dialect,
        "strict": strict,
        "part": part,
        "mfns": mfns,
        "deleted": deleted,
    }


def _writing(
    charset: str | None,
    undecodable: str | None,
    illegal_characters: str | None,
    wide_tags: str | None,
    oversize: str | None,
    leader: str | None,
    indent: bool,
) -> dict[str, Any]:
    return {
        "to_charset": charset,
        "undecodable": undecodable,
        "illegal_characters": illegal_characters,
        "wide_tags": wide_tags,
        "oversize": oversize,
        "leader": leader,
        "indent": indent,
    }


def open(
    source: Source,
    format: str | None = None,
    *,
    charset: str | None = None,
    dialect: str | None = None,
    strict: bool = False,
    filter: str | None = None,
    part: tuple[int, int] | None = None,
    mfns: tuple[int, int] | None = None,
    deleted: bool = False,
) -> Reader:
    """Opens an input of any format, compressed or not, and returns a reader of its records.

    Format, dialect and character set are found by content unless they are given. A damaged input gives its records and, as
    `record.findings` and `reader.findings`, what is wrong with them; with `strict` the first error in a record is raised.
    `filter` keeps the records that meet it, such as `008/35-37 in ["aze", "kaz"] && 245?`. `part` is (k, n): the k-th of n
    equal parts of a file. `mfns` is the first and the last record of a master file; `deleted` includes those that are
    deleted there.
    """
    return Reader(source, _reading(format, charset, dialect, strict, part, mfns, deleted), filter)


def loads(
    data: bytes | str,
    format: str | None = None,
    *,
    charset: str | None = None,
    dialect: str | None = None,
    strict: bool = False,
) -> Reader:
    """Returns a reader of the records in bytes or a text, as `open` does of a file."""
    import io

    source: IO[Any] = io.BytesIO(data.encode() if isinstance(data, str) else data)
    return open(source, format, charset=charset, dialect=dialect, strict=strict)


def values(
    source: Source,
    path: str,
    format: str | None = None,
    *,
    charset: str | None = None,
    dialect: str | None = None,
    strict: bool = False,
    filter: str | None = None,
    part: tuple[int, int] | None = None,
) -> Values:
    """Returns an iterator over the values at a path, such as `650$a` or `008/35-37`, in all records of an input."""
    return Values(source, path, _reading(format, charset, dialect, strict, part), filter)


def table(
    source: str | os.PathLike[str],
    what: str | Mapping[str, str] | Sequence[str] = "long",
    *,
    format: str | None = None,
    charset: str | None = None,
    dialect: str | None = None,
    strict: bool = False,
    part: tuple[int, int] | None = None,
    tags: Iterable[str] | None = None,
    codes: Iterable[str] | None = None,
) -> Table:
    """Returns an input as a table that pyarrow, polars, pandas and DuckDB take as it is.

    `what` is `"long"`, a row for each subfield; `"findings"`, a row for each finding; or columns, a row for each record:
    `{"title": "245$a", "year": "first:@year"}`, a list of columns, or their text `title=245$a, year=first:@year`.
    `tags` and `codes` choose rows of the long table, so that others are not built; `LDR` is the tag of a leader.
    """
    if isinstance(what, Mapping):
        what = ", ".join(f"{name}={path}" for name, path in what.items())
    elif not isinstance(what, str):
        what = ", ".join(what)
    reading = _reading(format, charset, dialect, strict, part)
    return Table(source, what, reading, None if tags is None else list(tags), None if codes is None else list(codes))


def validate(
    source: Source,
    format: str | None = None,
    *,
    charset: str | None = None,
    dialect: str | None = None,
    strict: bool = False,
    part: tuple[int, int] | None = None,
    select: Iterable[str] | None = None,
    ignore: Iterable[str] | None = None,
    config: str | None = None,
    max_findings: int | None = None,
) -> list[Finding]:
    """Checks an input against the rules of its format, and returns what is found.

    `select` and `ignore` take ids, the first letters of ids or names of rules, with an element or without: `E020@5XX`.
    `config` is the text of a configuration in TOML.
    """
    return _kartoteka.validate(
        source,
        _reading(format, charset, dialect, strict, part),
        None if select is None else list(select),
        None if ignore is None else list(ignore),
        config,
        max_findings,
    )


def writer(
    target: Source,
    to: str | None = None,
    *,
    charset: str | None = None,
    undecodable: str | None = None,
    illegal_characters: str | None = None,
    wide_tags: str | None = None,
    oversize: str | None = None,
    leader: str | None = None,
    indent: bool = True,
) -> Writer:
    """Returns a writer of records. The format is `to`, or that of the extension; `.gz` and `.zst` are compressed.

    A file has its name when it is complete: at the end of `with`, or by `close`. The policies are those of
    `kartoteka convert`: what happens to characters that cannot be written (`undecodable`: strict, replace, escape), to those
    that the format forbids (`illegal_characters`), to tags above 999 (`wide_tags`), to records that are too long for ISO 2709
    (`oversize`), and to codes of the leader (`leader`).
    """
    options = _writing(charset, undecodable, illegal_characters, wide_tags, oversize, leader, indent)
    return Writer(target, to, options)


def convert(
    source: Source,
    target: Source,
    to: str | None = None,
    *,
    format: str | None = None,
    charset: str | None = None,
    dialect: str | None = None,
    strict: bool = False,
    filter: str | None = None,
    part: tuple[int, int] | None = None,
    crosswalk: str | Crosswalk | None = None,
    edits: Iterable[tuple[str, str]] = (),
    to_charset: str | None = None,
    undecodable: str | None = None,
    illegal_characters: str | None = None,
    wide_tags: str | None = None,
    oversize: str | None = None,
    leader: str | None = None,
    indent: bool = True,
) -> Account:
    """Converts an input, and returns the account: how many records and values became what, and what was found.

    `crosswalk` converts the meaning too, such as `"irbis-marc21"`; see `crosswalks()`. `edits` change each record afterwards:
    pairs such as `("set", "040$a=RU-X")`, `("delete", "9XX")`, `("keep", "245")`, `("replace", "245$a/ :$//")`. A file has its
    name when it is complete. The rest is as in `open` and `writer`.
    """
    way = Crosswalk(crosswalk) if isinstance(crosswalk, str) else crosswalk
    return _kartoteka.convert(
        source,
        target,
        to,
        _reading(format, charset, dialect, strict, part),
        _writing(to_charset, undecodable, illegal_characters, wide_tags, oversize, leader, indent),
        way,
        filter,
        list(edits),
    )


def formats() -> dict[str, list[str]]:
    """Returns the names of the formats that can be read and written."""
    read, write = _kartoteka.formats()
    return {"read": read, "write": write}
