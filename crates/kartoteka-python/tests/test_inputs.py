"""Inputs and outputs: files and file objects, damage, parts, bases, threads, forks, signals."""

from __future__ import annotations

import gzip
import io
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import kartoteka
from kartoteka import KartotekaError


def test_paths_and_file_objects(marc21):
    expected = [record["245"]["a"] for record in kartoteka.open(marc21)]
    assert len(expected) == 8
    assert [record["245"]["a"] for record in kartoteka.open(str(marc21))] == expected
    with open(marc21, "rb") as file:
        assert [record["245"]["a"] for record in kartoteka.open(file)] == expected
    with open(marc21, encoding="utf-8", newline="") as file:
        assert [record["245"]["a"] for record in kartoteka.open(file)] == expected
    assert [record["245"]["a"] for record in kartoteka.open(io.BytesIO(gzip.compress(marc21.read_bytes())))] == expected
    assert list(kartoteka.values(marc21, "245$a")) == expected
    with kartoteka.open(marc21) as reader:
        assert reader.format == "iso2709"
    with pytest.raises(KartotekaError, match="closed"):
        next(reader)
    with pytest.raises(TypeError):
        kartoteka.open(42)


def test_an_error_of_a_file_object_comes_back():
    class Broken(io.RawIOBase):
        def read(self, size=-1):
            raise ZeroDivisionError("broken")

    with pytest.raises(ZeroDivisionError, match="broken"):
        list(kartoteka.open(Broken()))


def test_errors_say_what_and_where(tmp_path):
    missing = tmp_path / "no.mrc"
    with pytest.raises(KartotekaError) as caught:
        kartoteka.open(missing)
    assert caught.value.kind == "read" and Path(caught.value.path) == missing
    assert isinstance(caught.value.__cause__, FileNotFoundError) and str(missing) in str(caught.value)
    for wrong in (dict(format="marc99"), dict(charset="marc99"), dict(dialect="x"), dict(filter="245$a =="), dict(part=(3, 2))):
        with pytest.raises(KartotekaError) as caught:
            kartoteka.open(__file__, **wrong)
        assert caught.value.kind == "argument" or "marc99" in str(caught.value)
    other = tmp_path / "letter.txt"
    other.write_text("Dear librarian, " * 100)
    with pytest.raises(KartotekaError) as caught:
        kartoteka.open(other)
    assert caught.value.kind == "format"


def test_damage_is_findings_and_no_exception(damaged):
    reader = kartoteka.open(damaged)
    records = list(reader)
    # As the core counts in the same file.
    assert len(records) == 10 and len(reader.findings) == 8 and sum(reader.counts.values()) == 8
    finding = records[1].findings[0]
    assert finding.code == "B001" and finding.severity == "error" and finding.record == 2
    assert str(finding).startswith("error[B001] record 2 (byte 653)")
    with pytest.raises(KartotekaError) as caught:
        list(kartoteka.open(damaged, strict=True))
    assert caught.value.code == "B001" and caught.value.record == 2 and caught.value.kind == "malformed"
    # After an error the next record can be read.
    strict = kartoteka.open(damaged, strict=True)
    good = 0
    for _ in range(100):
        try:
            next(strict)
            good += 1
        except KartotekaError:
            continue
        except StopIteration:
            break
    assert good >= 2


@pytest.mark.parametrize("parts", [1, 2, 3, 64])
def test_parts_have_every_record_once(fixtures, parts):
    names = ["iso2709/damaged.mrc", "iso2709/marc21.mrc", "text/marc21.mrk", "isis/irbis64.mst"]
    names += [f"findings/{path.name}" for path in sorted((fixtures / "findings").glob("B0*.mrc"))]
    asked = 0
    for name in names:
        path = fixtures / name
        fmt = "iso2709" if name.endswith(".mrc") else None
        try:
            whole = kartoteka.open(path, format=fmt)
            expected = [(record.offset, record.mfn, record.to_dict()) for record in whole]
        except KartotekaError:
            continue
        codes = sorted(finding.code for finding in whole.findings)
        found, split = [], []
        for number in range(1, parts + 1):
            part = kartoteka.open(path, format=fmt, part=(number, parts))
            found += [(record.offset, record.mfn, record.to_dict()) for record in part]
            split += [finding.code for finding in part.findings]
        assert found == expected, name
        assert sorted(split) == codes, name
        asked += 1
    assert asked > 20


def test_a_base_by_number(irbis, marc21):
    base = kartoteka.open(irbis)
    numbers = [record.mfn for record in base]
    for mfn in reversed(numbers):
        assert base[mfn].mfn == mfn
    assert base.last_mfn >= max(numbers)
    with pytest.raises(KeyError):
        base[1000]
    with pytest.raises(TypeError, match="master files"):
        kartoteka.open(marc21)[1]
    only = kartoteka.open(irbis, mfns=(numbers[1], numbers[1]))
    assert [record.mfn for record in only] == [numbers[1]]


def test_a_filter(marc21):
    assert len(list(kartoteka.open(marc21, filter='245$a =^ "Leyli"'))) == 1
    assert list(kartoteka.values(marc21, "001", filter='245$a =^ "Leyli"')) == ["kart0001"]


def test_writers(marc21, tmp_path):
    records = list(kartoteka.open(marc21))
    copy = tmp_path / "copy.mrc"
    with kartoteka.writer(copy) as out:
        assert not copy.exists()
        for record in records:
            out.write(record)
    assert copy.read_bytes() == marc21.read_bytes()
    memory = io.BytesIO()
    with kartoteka.writer(memory, "marcxml") as out:
        out.write(records[0])
    assert memory.getvalue().rstrip().endswith(b"</collection>")
    with kartoteka.writer(tmp_path / "books.ndjson.gz") as out:
        out.write(records[0])
    assert gzip.decompress((tmp_path / "books.ndjson.gz").read_bytes()).decode().strip() == records[0].to_json()
    with pytest.raises(ZeroDivisionError):
        with kartoteka.writer(tmp_path / "half.mrc") as out:
            out.write(records[0])
            1 / 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["books.ndjson.gz", "copy.mrc"]
    with pytest.raises(KartotekaError, match="closed"):
        out.write(records[0])
    with pytest.raises(KartotekaError, match="give to="):
        kartoteka.writer(tmp_path / "books.unknown")


def test_convert(irbis, kept, marc21, tmp_path):
    account = kartoteka.convert(irbis, tmp_path / "ibis.xml", crosswalk="irbis-marc21")
    assert (account.read, account.written, account.rejected) == (kept, kept, 0) and kept >= 3
    values = account.values
    assert values["mapped"] > 0 and values["lost"] == 0
    assert [record["245"]["a"] for record in kartoteka.open(tmp_path / "ibis.xml")]
    account = kartoteka.convert(marc21, tmp_path / "few.mrc", filter='245$a =^ "Leyli"', edits=[("set", "245$a=Xəmsə"), ("delete", "9XX")])
    assert account.written == 1 and account.values is None
    (record,) = kartoteka.open(tmp_path / "few.mrc")
    assert record["245"]["a"] == "Xəmsə" and not [field for field in record if field.tag[0] == "9"]
    account = kartoteka.convert(irbis, tmp_path / "ibis.mrk")
    assert account.note and "keep their tags" in account.note
    target = io.BytesIO()
    kartoteka.convert(io.BytesIO(marc21.read_bytes()), target, "iso2709")
    assert target.getvalue() == marc21.read_bytes()
    with pytest.raises(KartotekaError, match="replace the input"):
        kartoteka.convert(marc21, marc21)
    with pytest.raises(KartotekaError):
        kartoteka.convert(marc21, tmp_path / "x.mrc", edits=[("drop", "245")])
    before = sorted(tmp_path.iterdir())
    with pytest.raises(KartotekaError):
        kartoteka.convert(tmp_path / "none.mrc", tmp_path / "y.mrc")
    assert sorted(tmp_path.iterdir()) == before


def test_a_crosswalk_of_one_record(irbis):
    way = kartoteka.Crosswalk("irbis-marc21")
    assert way.name in kartoteka.crosswalks()
    source = next(kartoteka.open(irbis))
    made, account = way.convert(source)
    assert made["245"]["a"] and source["200"]["a"] and account
    with pytest.raises(KartotekaError, match="there are irbis-marc21|there are .*irbis-marc21"):
        kartoteka.Crosswalk("x")
    with pytest.raises(KartotekaError, match="no option"):
        kartoteka.Crosswalk("irbis-marc21", options={"nope": "1"})


def test_validate(damaged, fixtures):
    found = kartoteka.validate(fixtures / "findings" / "L001.mrc")
    # As in the documentation of the core.
    assert ("L001", 2, "LDR/5") in [(finding.code, finding.record, finding.place) for finding in found]
    assert not kartoteka.validate(fixtures / "findings" / "L001.mrc", ignore=["L001"], select=["L"])
    assert len(kartoteka.validate(damaged, max_findings=1)) == 1
    noted = kartoteka.validate(fixtures / "findings" / "L001.mrc", select=["L001"], config='[validate]\nseverity = { L001 = "note" }')
    assert [finding.severity for finding in noted] == ["note"]
    with pytest.raises(KartotekaError, match="config"):
        kartoteka.validate(damaged, config="[validate]\nselct = 1")


def test_threads(marc21, irbis):
    """Readers of their own on several threads, and one reader that they share."""
    expected = [record["245"]["a"] for record in kartoteka.open(marc21)] * 50
    data = marc21.read_bytes() * 50
    results, shared, found = [], kartoteka.loads(data), []

    def own():
        results.append([record["245"]["a"] for record in kartoteka.loads(data)])

    def together():
        for record in shared:
            record["245"].add_subfield("z", "seen")
            found.append(record["245"]["a"])

    record = next(kartoteka.open(marc21))

    def edit():
        for number in range(200):
            record["245"].add_subfield("z", str(number))
            assert record.to_iso2709()

    threads = [threading.Thread(target=work) for work in (own, own, together, together, edit, edit)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    assert results == [expected, expected]
    assert sorted(found) == sorted(expected)
    assert len(record["245"].values("z")) == 400


def test_rust_works_without_the_lock_of_the_interpreter(marc21, tmp_path):
    big = tmp_path / "big.mrc"
    big.write_bytes(marc21.read_bytes() * 4000)
    ticks, done = [], threading.Event()

    def tick():
        while not done.is_set():
            ticks.append(1)
            time.sleep(0.001)

    thread = threading.Thread(target=tick)
    thread.start()
    before = len(ticks)
    kartoteka.convert(big, tmp_path / "big.xml")
    during = len(ticks) - before
    done.set()
    thread.join()
    assert during > 20


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_fork_reads_on(marc21):
    reader = kartoteka.open(marc21)
    next(reader)
    pid = os.fork()
    if pid == 0:
        try:
            ok = len(list(reader)) == 7 and len(list(kartoteka.open(marc21))) == 8 and len(list(kartoteka.values(marc21, "001"))) == 8
        finally:
            os._exit(0 if ok else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert len(list(reader)) == 7


def test_ctrl_c_stops_long_work(marc21, tmp_path):
    big = tmp_path / "big.mrc"
    big.write_bytes(marc21.read_bytes() * 40000)
    # What runs in the background of a shell ignores the signal, unless it says otherwise.
    script = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    script += f"import kartoteka; print('go', flush=True); kartoteka.convert({str(big)!r}, {str(tmp_path / 'big.xml')!r})"
    child = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert child.stdout.readline() == "go\n"
    time.sleep(0.3)
    child.send_signal(signal.SIGINT)
    errors = child.communicate(timeout=60)[1]
    assert "KeyboardInterrupt" in errors
    assert sorted(path.name for path in tmp_path.iterdir()) == ["big.mrc"]
