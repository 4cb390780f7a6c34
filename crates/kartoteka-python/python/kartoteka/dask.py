"""Catalogues in Dask: a data frame with a partition for each range of the files.

    import kartoteka.dask

    books = kartoteka.dask.read("catalogues/*.mrc", {"title": "first:245$a"})
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import dask.dataframe
import pandas as pd
import pyarrow as pa

import kartoteka
from kartoteka import _split

__all__ = ["read"]


def _frame(table: pa.Table) -> pd.DataFrame:
    """Returns a table with text and numbers of Arrow, and no dictionaries."""
    kinds = [field.type.value_type if pa.types.is_dictionary(field.type) else field.type for field in table.schema]
    schema = pa.schema([field.with_type(kind) for field, kind in zip(table.schema, kinds)])
    frame: pd.DataFrame = table.cast(schema).to_pandas(types_mapper=pd.ArrowDtype)
    return frame


def _read(piece: _split.Range, what: str | Sequence[str], reading: dict[str, Any]) -> pd.DataFrame:
    """Reads a range."""
    return _frame(pa.table(kartoteka.table(piece.path, what, part=piece.part, **reading)))


def read(
    paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
    what: str | Mapping[str, str] | Sequence[str] = "long",
    *,
    split: int = _split.SPLIT,
    tags: Iterable[str] | None = None,
    codes: Iterable[str] | None = None,
    **reading: Any,
) -> Any:
    """Returns a data frame of Dask over files and patterns; `what`, `tags`, `codes` and the rest are as in `kartoteka.table`.

    A wrong column fails here. A file that cannot be read fails its task, with its name.
    """
    if isinstance(what, Mapping):
        what = [f"{name}={path}" for name, path in what.items()]
    files = _split.files(paths)
    known = {name: reading[name] for name in _split.READING if name in reading}
    chosen: dict[str, Any] = {name: list(values) for name, values in (("tags", tags), ("codes", codes)) if values is not None}
    schema = pa.schema(kartoteka.table(files[0], what, **reading, **chosen))
    pieces = _split.ranges(files, split, **known)
    meta = _frame(schema.empty_table())
    return dask.dataframe.from_map(_read, pieces, what=what, reading={**reading, **chosen}, meta=meta, enforce_metadata=False)
