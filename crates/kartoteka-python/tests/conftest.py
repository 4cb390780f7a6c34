"""What the tests share."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
FIXTURES = ROOT / "fixtures"


@pytest.fixture
def fixtures() -> Path:
    return FIXTURES


@pytest.fixture
def marc21() -> Path:
    return FIXTURES / "iso2709" / "marc21.mrc"


@pytest.fixture
def damaged() -> Path:
    return FIXTURES / "iso2709" / "damaged.mrc"


@pytest.fixture
def irbis() -> Path:
    return FIXTURES / "isis" / "irbis64.mst"


@pytest.fixture
def kept(irbis) -> int:
    """Returns how many records of the base are not deleted, as another program reads it: bit 0 of the status says so."""
    lines = (FIXTURES / "isis" / "irbis64.expected.ndjson").read_text("utf-8").splitlines()
    return sum(1 for line in lines if not json.loads(line)["status"] & 1)


def needed(variable: str, what: str) -> str:
    """Returns the value of a variable that names something to compare with; without it the test is skipped, but not in CI."""
    value = os.environ.get(variable)
    if value:
        return value
    if os.environ.get("CI"):
        pytest.fail(f"{variable} does not say where {what} is")
    pytest.skip(f"{variable} does not say where {what} is")
