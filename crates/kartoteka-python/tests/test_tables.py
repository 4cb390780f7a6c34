"""Tables: each library of tables sees the same."""

from __future__ import annotations

import pytest

import kartoteka
from kartoteka import KartotekaError


def test_long(marc21):
    pa = pytest.importorskip("pyarrow")
    table = pa.table(kartoteka.table(marc21))
    values = sum(1 if field.is_control else len(field) for record in kartoteka.open(marc21) for field in record)
    assert table.num_rows == values + 8  # and the leaders
    assert kartoteka.table(marc21).columns == table.column_names
    subjects = [row["value"] for row in table.to_pylist() if row["tag"] == "650" and row["code"] == "a"]
    assert subjects == list(kartoteka.values(marc21, "650$a"))


def test_columns(marc21, irbis, kept):
    pa = pytest.importorskip("pyarrow")
    columns = {"id": "first:001", "title": "first:245$a", "subjects": "650$a"}
    for what in (columns, [f"{name}={path}" for name, path in columns.items()], "id=first:001, title=first:245$a, subjects=650$a"):
        rows = pa.table(kartoteka.table(marc21, what)).to_pylist()
        assert [row["id"] for row in rows] == list(kartoteka.values(marc21, "001"))
        assert rows[0]["title"] == "Leyli və Məcnun :"
    titles = pa.table(kartoteka.table(irbis, ["title=first:@title"]))["title"].to_pylist()
    assert len(titles) == kept
    assert "Евгений Онегин" in titles
    with pytest.raises(KartotekaError):
        kartoteka.table(marc21, "title=24$a")


def test_findings(damaged):
    pa = pytest.importorskip("pyarrow")
    rows = pa.table(kartoteka.table(damaged, "findings")).to_pylist()
    assert [row["rule"] for row in rows] == [finding.code for finding in kartoteka.validate(damaged)]
    assert "B001" in [row["rule"] for row in rows]


@pytest.mark.parametrize("parts", [1, 64])
def test_parts(damaged, parts):
    pa = pytest.importorskip("pyarrow")
    names = ["offset", "field", "tag", "ind1", "ind2", "subfield", "code", "value"]
    whole = pa.table(kartoteka.table(damaged)).select(names).to_pylist()
    found = []
    for number in range(1, parts + 1):
        found += pa.table(kartoteka.table(damaged, part=(number, parts))).select(names).to_pylist()
    assert found == whole


def test_the_libraries_agree(marc21):
    pa = pytest.importorskip("pyarrow")
    pl = pytest.importorskip("polars")
    pd = pytest.importorskip("pandas")
    duckdb = pytest.importorskip("duckdb")
    wanted = list(kartoteka.values(marc21, "650$a"))
    frame = pl.DataFrame(kartoteka.table(marc21))
    assert frame.filter((pl.col("tag") == "650") & (pl.col("code") == "a"))["value"].to_list() == wanted
    books = kartoteka.table(marc21)
    assert duckdb.sql("SELECT value FROM books WHERE tag = '650' AND code = 'a'").fetchall() == [(value,) for value in wanted]
    panda = pd.DataFrame.from_arrow(kartoteka.table(marc21))
    assert panda[(panda["tag"] == "650") & (panda["code"] == "a")]["value"].tolist() == wanted
    assert pa.table(books).num_rows == len(panda) == frame.height


def test_rows_that_are_not_asked_for_are_not_built(marc21):
    pa = pytest.importorskip("pyarrow")
    table = kartoteka.table(marc21, tags=["650"], codes=["a"])
    wanted = list(kartoteka.values(marc21, "650$a"))
    assert pa.table(table)["value"].to_pylist() == wanted and table.built == len(wanted)
    leaders = kartoteka.table(marc21, tags=["LDR"])
    assert pa.table(leaders).num_rows == 8 == leaders.built
    with pytest.raises(KartotekaError):
        kartoteka.table(marc21, "findings", tags=["650"])
