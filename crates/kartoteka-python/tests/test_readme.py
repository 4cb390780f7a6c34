"""The snippets of README.md, in a folder that has the files they name; what they print is compared where it is shown."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

README = Path(__file__).resolve().parents[1] / "README.md"
ALL = re.findall(r"```python\n(.*?)```\n(?:\n```text\n(.*?)```)?", README.read_text("utf-8"), re.S)
#: Those of Spark and Dask are run by cluster.py, in its own environment.
SNIPPETS = [pair for pair in ALL if not re.search("pyspark|kartoteka.dask", pair[0])]


def test_there_are_snippets():
    assert len(SNIPPETS) >= 8


@pytest.mark.parametrize("number", range(len(SNIPPETS)))
def test_a_snippet(number, fixtures, tmp_path):
    code, printed = SNIPPETS[number]
    for name in re.findall(r"^(?:import|from) (.*)", code, re.M):
        for module in re.findall(r"duckdb|polars|pyarrow", name):
            pytest.importorskip(module)
    shutil.copy(fixtures / "iso2709" / "marc21.mrc", tmp_path / "books.mrc")
    shutil.copy(fixtures / "iso2709" / "damaged.mrc", tmp_path / "damaged.mrc")
    for end in ("mst", "xrf"):
        shutil.copy(fixtures / "isis" / f"irbis64.{end}", tmp_path / f"ibis.{end}")
    run = subprocess.run([sys.executable, "-X", "utf8", "-c", code], cwd=tmp_path, capture_output=True, text=True, encoding="utf-8")
    assert run.returncode == 0, run.stderr
    assert run.stdout
    if printed:
        assert run.stdout == printed
