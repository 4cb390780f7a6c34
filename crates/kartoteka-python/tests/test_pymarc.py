"""`kartoteka.pymarc` against pymarc's own tests, which are in its source archive, and against pymarc itself."""

from __future__ import annotations

import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from conftest import needed

from kartoteka import pymarc

HERE = Path(__file__).parent

#: Tests of pymarc that do not pass, and why.
DIFFERENT: dict[str, str] = {}

#: Files whose values, read as MARC-8, have marks after the last letter, which pymarc drops and we keep, or half of a double mark,
#: which we drop, a character that the tables of pymarc lack, or a numeric
#: character reference, which in MARC-8 stands for a character.
DIFFERENT_TEXT = ("rusmarc-cp1251.mrc", "E033.mrc", "E034.mrc", "E040.mrc", "E041.mrc")


def test_the_tests_of_pymarc(tmp_path):
    archive = Path(needed("KARTOTEKA_PYMARC", "the source archive of pymarc 5.4.0, unpacked,"))
    report = tmp_path / "report.xml"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "pymarc_alias", "-p", "no:cacheprovider", "--junitxml", str(report), "test"]
    environment = {**os.environ, "PYTHONPATH": str(HERE)}
    run = subprocess.run(command, cwd=archive, env=environment, capture_output=True, text=True, timeout=300)
    cases = {f"{case.get('classname')}.{case.get('name')}": case for case in ET.parse(report).iter("testcase")}
    failed = {name for name, case in cases.items() if case.find("failure") is not None or case.find("error") is not None}
    print(f"{len(cases) - len(failed)} of {len(cases)} tests of pymarc pass")
    assert len(cases) > 150, run.stdout
    assert failed == set(DIFFERENT), run.stdout
    assert len(failed) <= 0.05 * len(cases)


def test_all_names_are_there():
    known = set(pymarc.__all__)
    # The names in pymarc/__init__.pyi of 5.4.0.
    for name in """
        Record map_marc8_record normalize_subfield_code Field Subfield Indicators RawField map_marc8_field PymarcException
        FatalReaderError RecordLengthInvalid TruncatedRecord EndOfRecordNotFound RecordLeaderInvalid RecordDirectoryInvalid
        NoFieldsFound BaseAddressInvalid BaseAddressNotFound WriteNeedsRecord NoActiveFile BadLeaderValue MissingLinkedFields
        JSONHandler parse_json_to_array XmlHandler parse_xml map_xml parse_xml_to_array record_to_xml record_to_xml_node Reader
        MARCReader MARCMakerReader map_records JSONReader Writer JSONWriter MARCWriter TextWriter XMLWriter MARC8ToUnicode
        marc8_to_unicode Leader LEADER_LEN DIRECTORY_ENTRY_LEN SUBFIELD_INDICATOR END_OF_FIELD END_OF_RECORD
    """.split():
        assert name in known and getattr(pymarc, name) is not None


def test_the_fast_way_is_the_plain_way(fixtures):
    """What Rust reads is what the plain reader reads, in damaged files as in sound ones."""
    asked = 0
    for path in sorted((fixtures / "iso2709").glob("*.mrc")) + sorted((fixtures / "findings").glob("*.mrc")):
        for force in (False, True):
            data = path.read_bytes()
            fast = pymarc.MARCReader(data, force_utf8=force, hide_utf8_warnings=True, utf8_handling="replace")
            for record in fast:
                if isinstance(fast.current_exception, pymarc.FatalReaderError):
                    break  # of the reader, not of the record
                plain = pymarc.Record(force_utf8=force)
                try:
                    plain._decode(fast.current_chunk, True, force, True, "replace", "iso8859-1")
                except Exception as error:
                    assert record is None and type(error) is type(fast.current_exception)
                    continue
                if record is None:
                    continue
                assert record.as_dict() == plain.as_dict(), path
                asked += 1
    assert asked > 50


def test_it_reads_what_pymarc_reads(fixtures):
    """The same records, texts and bytes as pymarc, record by record."""
    theirs = pytest.importorskip("pymarc")
    if theirs is pymarc:
        pytest.fail("pymarc is an alias here")
    asked = 0
    for path in sorted((fixtures / "iso2709").glob("*.mrc")) + sorted((fixtures / "findings").glob("*.mrc")):
        if path.name in DIFFERENT_TEXT:
            continue
        ours = pymarc.MARCReader(path.read_bytes(), hide_utf8_warnings=True)
        reader = theirs.MARCReader(path.read_bytes(), hide_utf8_warnings=True)
        for other in reader:
            mine = next(ours)
            if other is None:
                assert mine is None
                assert type(ours.current_exception).__name__ == type(reader.current_exception).__name__
                continue
            assert mine is not None, (path, ours.current_exception)
            assert str(mine) == str(other), path
            assert mine.as_dict() == other.as_dict() and mine.as_marc() == other.as_marc()
            asked += 1
    assert asked > 50
