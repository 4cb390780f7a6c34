#!/usr/bin/env python3
"""Counts instructions with callgrind and compares them with benches/instructions.tsv.

    .ci/instructions.py THROUGHPUT DUMP            fails at more than 5 % above the table
    .ci/instructions.py THROUGHPUT DUMP --update   writes the table anew

THROUGHPUT is the example of that name, built for release; DUMP the file of 250,000 records, of which the first 2,000 are
taken. Where it is missing only the fixtures are measured. Counted is what 2,000 records cost less what one costs, so that
start-up does not count, for each byte of input: machines and their load do not change it, compilers do.
"""
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
TABLE = ROOT / "benches/instructions.tsv"
TOLERANCE = 1.05
# Task, the form of its input, arguments.
TASKS = [
    ("read and touch", "iso2709", ["touch"]),
    ("to MARCXML", "iso2709", ["iso2709", "marcxml"]),
    ("to NDJSON", "iso2709", ["iso2709", "ndjson"]),
    ("MARCXML, read and touch", "marcxml", ["touch-xml"]),
    ("from MARCXML", "marcxml", ["marcxml", "iso2709"]),
    ("from NDJSON", "ndjson", ["ndjson", "iso2709"]),
]


def head(data, records):
    """Returns the bytes of the first records of an ISO 2709 file."""
    end = 0
    for _ in range(records):
        end = data.index(b"\x1d", end) + 1
    return data[:end]


def counted(command):
    """Returns the instructions of a run."""
    run = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *map(str, command)]
    output = subprocess.run(run, capture_output=True, text=True, check=True)
    return int(re.search(r"Collected : (\d+)", output.stderr).group(1))


def measured(throughput, name, data, folder):
    """Returns the instructions per byte of each task for an input."""
    found = {}
    sizes = {"many": head(data, 2000), "one": head(data, 1)}
    paths = {}
    for size, part in sizes.items():
        paths[size, "iso2709"] = folder / f"{name}-{size}.mrc"
        paths[size, "iso2709"].write_bytes(part)
        for form in ("marcxml", "ndjson"):
            paths[size, form] = folder / f"{name}-{size}.{form}"
            convert = [throughput, "iso2709", form, paths[size, "iso2709"], paths[size, form]]
            subprocess.run(convert, check=True, stdout=subprocess.DEVNULL)
    for task, form, arguments in TASKS:
        many, one = (counted([throughput, *arguments, paths[size, form]]) for size in ("many", "one"))
        size = paths["many", form].stat().st_size - paths["one", form].stat().st_size
        found[name, task] = (many - one) / size
    return found


def main():
    throughput, dump = map(pathlib.Path, sys.argv[1:3])
    inputs = {"fixtures": (ROOT / "fixtures/iso2709/marc21.mrc").read_bytes() * 250}
    if dump.exists():
        with open(dump, "rb") as file:
            inputs["dump"] = file.read(8 << 20)
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, data in inputs.items():
            found |= measured(throughput, name, data, pathlib.Path(folder))
    before = {}
    if TABLE.exists():
        rows = (line.split("\t") for line in TABLE.read_text().splitlines() if not line.startswith("#"))
        before = {(name, task): float(count) for name, task, count in rows}
    if "--update" in sys.argv:
        lines = ["# Instructions per byte of input, by callgrind: .ci/instructions.py says how, and fails at +5 %."]
        lines += [f"{name}\t{task}\t{count:.2f}" for (name, task), count in (before | found).items()]
        TABLE.write_text("\n".join(lines) + "\n")
    wrong = False
    for (name, task), count in found.items():
        was = before.get((name, task))
        if was is None:
            print(f"{name:9} {task:24} {count:7.2f}, and no figure to compare with")
            wrong = True
            continue
        over = count > was * TOLERANCE
        wrong |= over
        print(f"{name:9} {task:24} {count:7.2f}, was {was:.2f}: {count / was - 1:+.1%}{' TOO MUCH' if over else ''}")
    sys.exit(wrong and "--update" not in sys.argv)


main()
