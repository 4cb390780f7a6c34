"""Catalogues in Spark 4: a data source, and conversions as tasks.

    import kartoteka.spark

    kartoteka.spark.register(spark)
    books = spark.read.format("kartoteka").option("columns", "title=first:245$a").load("catalogues/*.mrc")

Files are read where the tasks run: all workers need the same path to them, and this package. Records of ISO 2709 and of text
forms are split by byte ranges, master files by record numbers; XML and compressed files are read whole.
"""

from __future__ import annotations

import glob
import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.datasource import DataSource, DataSourceReader, EqualTo, Filter, In, InputPartition
from pyspark.sql.pandas.types import from_arrow_schema
from pyspark.sql.types import StructType

import kartoteka
from kartoteka import _split

__all__ = ["Conversion", "Source", "convert", "register"]

#: The options of the data source.
_OPTIONS = {"path", "paths", "columns", "table", "tags", "codes", "pushdown", "splitsize", "unreadable", *_split.READING}


def register(spark: SparkSession) -> None:
    """Makes `spark.read.format("kartoteka")` known."""
    spark.dataSource.register(Source)


def _plain(schema: pa.Schema) -> pa.Schema:
    """Returns a schema with types that Spark has: no dictionaries, and numbers with signs."""
    wider = {pa.uint64(): pa.int64(), pa.uint32(): pa.int64(), pa.uint16(): pa.int32()}

    def plain(kind: pa.DataType) -> pa.DataType:
        return plain(kind.value_type) if pa.types.is_dictionary(kind) else wider.get(kind, kind)

    return pa.schema([pa.field(field.name, plain(field.type), field.nullable) for field in schema])


class Source(DataSource):
    """Reads catalogues as tables. Options:

    - `columns`: a row for each record with these columns, such as `title=first:245$a, subjects=650$a`;
    - `table`: `long`, the default without columns, or `findings`;
    - `tags`, `codes`: rows of the table `long` with these tags and codes, with commas between them; others are not built;
    - `pushdown`: `true` takes filters of Spark on `tag` and `code`, such as `tag = '650'`, so that other rows are not built. For
      data frames that are used once: Spark 4.3 keeps a filter that a source in Python took when the data frame is used again
      without it. It needs the setting `spark.sql.python.filterPushdown.enabled`;
    - `splitSize`: how many bytes of a file one task reads, 67108864 by default;
    - `unreadable`: `fail`, the default, ends the job with the name of a file that cannot be read; `finding` makes a row in the
      table `findings` of it, and no rows in others;
    - `format`, `charset`, `dialect`: as in `kartoteka.open`.
    """

    @classmethod
    def name(cls) -> str:
        """Returns the name of the format."""
        return "kartoteka"

    def _checked(self) -> dict[str, str]:
        options = {name.lower(): value for name, value in self.options.items()}
        unknown = sorted(set(options) - _OPTIONS)
        if unknown:
            raise ValueError(f"no option {', '.join(unknown)}; there are {', '.join(sorted(_OPTIONS))}")
        if "columns" in options and "table" in options:
            raise ValueError("columns and table exclude each other")
        if options.get("table", "long") not in ("long", "findings"):
            raise ValueError(f"no table {options['table']!r}; there are long, findings, and columns")
        if options.get("pushdown", "false") not in ("true", "false"):
            raise ValueError(f"pushdown is true or false, not {options['pushdown']!r}")
        if options.get("unreadable", "fail") not in ("fail", "finding"):
            raise ValueError(f"unreadable is fail or finding, not {options['unreadable']!r}")
        return options

    def _files(self) -> list[str]:
        options = self._checked()
        if "paths" in options:
            return _split.files(json.loads(options["paths"]))
        return _split.files([path.removeprefix("file:") for path in options["path"].split(",")])

    def _what(self) -> str:
        options = self._checked()
        return options.get("columns") or options.get("table", "long")

    def schema(self) -> StructType:
        """Returns the schema of the table; a wrong column or option fails here, before a task starts."""
        files = self._files()
        table = kartoteka.table(files[0], self._what(), **self._reading(), **self._chosen())
        return from_arrow_schema(_plain(pa.schema(table)))

    def _reading(self) -> dict[str, Any]:
        options = self._checked()
        return {name: options[name] for name in _split.READING if name in options}

    def _chosen(self) -> dict[str, Any]:
        options = self._checked()
        return {name: options[name].split(",") for name in ("tags", "codes") if name in options}

    def reader(self, schema: StructType) -> DataSourceReader:
        """Returns what reads the ranges."""
        options = self._checked()
        split = int(options.get("splitsize", _split.SPLIT))
        keeps = options.get("unreadable") == "finding"
        scan = _Taking if options.get("pushdown") == "true" and self._what() == "long" else _Scan
        return scan(self._files(), self._what(), self._reading(), self._chosen(), split, keeps)


class _Piece(InputPartition):
    """Is a range, as Spark hands it to a task."""

    def __init__(self, piece: _split.Range) -> None:
        super().__init__(tuple(piece))
        self.piece = piece


class _Scan(DataSourceReader):
    """Reads ranges as batches."""

    def __init__(
        self, paths: list[str], what: str, reading: dict[str, Any], chosen: dict[str, Any], split: int, keeps: bool
    ) -> None:
        self.paths = paths
        self.what = what
        self.reading = reading
        self.chosen = chosen
        self.split = split
        self.keeps = keeps

    def partitions(self) -> list[InputPartition]:
        """Returns the ranges of the files."""
        return [_Piece(piece) for piece in _split.ranges(self.paths, self.split, **self.reading)]

    def read(self, partition: InputPartition) -> Iterator[pa.RecordBatch]:  # type: ignore[override]
        """Reads a range."""
        assert isinstance(partition, _Piece)
        piece = partition.piece
        table = kartoteka.table(piece.path, self.what, part=piece.part, **self.reading, **self.chosen)
        target = _plain(pa.schema(table))
        try:
            for batch in pa.RecordBatchReader.from_stream(table):
                yield batch.cast(target)
        except (kartoteka.KartotekaError, pa.ArrowException, OSError) as error:
            if not self.keeps:
                raise RuntimeError(f"{piece.path}: {error}") from error
            if self.what == "findings":
                row = {"file": piece.path, "offset": 0, "rule": "unreadable", "severity": "error", "message": str(error)}
                yield pa.RecordBatch.from_pylist([{name: row.get(name) for name in target.names}], schema=target)


class _Taking(_Scan):
    """Takes filters that ask for tags and codes."""

    def pushFilters(self, filters: list[Filter]) -> Iterator[Filter]:
        """Returns the filters that stay with Spark."""
        for one in filters:
            if not (isinstance(one, (EqualTo, In)) and self._takes(one)):
                yield one

    def _takes(self, one: EqualTo | In) -> bool:
        wanted = list(one.value) if isinstance(one, In) else [one.value]
        column = one.attribute[0] if len(one.attribute) == 1 else ""
        length = {"tag": 3, "code": 1}.get(column)
        if not wanted or not all(isinstance(value, str) and value.isascii() and len(value) == length for value in wanted):
            return False
        before = self.chosen.get(column + "s")
        both = [value for value in wanted if before is None or value in before]
        if not both:
            return False  # Spark finds that nothing meets both
        self.chosen[column + "s"] = both
        return True


class Conversion(NamedTuple):
    """Says what became of a conversion: a row for each part, and a row for each finding."""

    accounts: DataFrame
    findings: DataFrame


_COUNTS = ("read", "written", "rejected", "replaced")
_VALUES = ("mapped", "used", "kept", "dropped", "empty", "lost")


def convert(
    spark: SparkSession,
    inputs: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
    out_dir: str | os.PathLike[str],
    to: str,
    *,
    crosswalk: str | None = None,
    split: int = _split.SPLIT,
    **options: Any,
) -> Conversion:
    """Converts catalogues, a task for each range, into files in a folder that all workers see.

    Each task writes its part under a temporary name and renames it when it is whole, so that a task that is run again makes the
    same file. `manifest.json` says what came from where. Of each part the first 10,000 findings are listed. The other options are those of `kartoteka.convert`.
    """
    out = os.path.abspath(os.fspath(out_dir))
    if to not in kartoteka.formats()["write"]:
        raise ValueError(f"no format {to!r} is written; there are {', '.join(kartoteka.formats()['write'])}")
    if crosswalk is not None:
        kartoteka.Crosswalk(crosswalk)  # a wrong name fails here
    os.makedirs(out, exist_ok=True)
    reading = {name: options[name] for name in _split.READING if options.get(name) is not None}
    pieces = _split.ranges([os.path.abspath(path) for path in _split.files(inputs)], split, **reading)
    ends = {"iso2709": "mrc", "marcxml": "xml"}

    def run(numbered: tuple[int, _split.Range]) -> dict[str, Any]:
        number, piece = numbered
        name = f"part-{number:05d}.{ends.get(to, to)}"
        path = os.path.join(out, name)
        try:
            account = kartoteka.convert(piece.path, path, to, part=piece.part, crosswalk=crosswalk, **options)
        except kartoteka.KartotekaError as error:
            raise RuntimeError(f"{piece.path}: {error}") from error
        with open(path, "rb") as made:
            digest = hashlib.sha256(made.read())
        row: dict[str, Any] = {"file": name, "source": piece.path, "number": piece.number, "of": piece.of}
        row.update({count: getattr(account, count) for count in _COUNTS})
        row.update({value: (account.values or {}).get(value) for value in _VALUES})
        row.update({"bytes": os.path.getsize(path), "sha256": digest.hexdigest()})
        found = [(one.code, one.severity, one.offset, one.mfn, one.place, one.message) for one in account.findings]
        return {"row": row, "findings": [(piece.path, *one) for one in found]}

    context = spark.sparkContext
    done = context.parallelize(list(enumerate(pieces, 1)), max(len(pieces), 1)).map(run).collect()
    rows = [one["row"] for one in done]
    for left in glob.glob(os.path.join(out, ".kartoteka-*-part-*.tmp")):
        os.remove(left)  # of tasks whose process was killed
    hidden = os.path.join(out, ".manifest.json.tmp")
    with open(hidden, "w", encoding="utf-8") as manifest:
        json.dump({"to": to, "crosswalk": crosswalk, "parts": rows}, manifest, indent=2, ensure_ascii=False)
        manifest.write("\n")
    os.replace(hidden, os.path.join(out, "manifest.json"))
    numbers = ", ".join(f"`{name}` bigint" for name in ("number", "of", *_COUNTS, *_VALUES, "bytes"))
    accounts = spark.createDataFrame(
        [tuple(row.values()) for row in rows], f"file string, source string, {numbers}, sha256 string"
    )
    findings = spark.createDataFrame(
        [finding for one in done for finding in one["findings"]],
        "source string, rule string, severity string, offset bigint, mfn bigint, place string, message string",
    )
    return Conversion(accounts, findings)
