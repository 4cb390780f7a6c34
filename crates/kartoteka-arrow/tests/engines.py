"""Tables in DuckDB, polars, pandas and pyarrow.

    engines.py KARTOTEKA EXPORT IMPORT FIXTURES [DUMP]

Runs each snippet of the README and compares what it prints with the block below it (UPDATE_PAGES=1 writes it anew); then asks
each engine the same three questions about a fixture and about the dump, its first 50,000 records or as many as KARTOTEKA_RECORDS says
(`all`), and compares the answers with those of kartoteka.
"""

import contextlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

kartoteka, export, imports, fixtures = [os.path.abspath(path) for path in sys.argv[1:5]]
dump = os.path.abspath(sys.argv[5]) if len(sys.argv) > 5 else None
readme = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "README.md")

folder = tempfile.mkdtemp(prefix="kartoteka-engines-")
for name, program in {"kartoteka": kartoteka, "kartoteka-export": export, "kartoteka-import": imports}.items():
    os.symlink(program, os.path.join(folder, name))
os.environ["PATH"] = folder + os.pathsep + os.environ["PATH"]
os.chdir(folder)


def run(*command, status=(0,)):
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode in status, (command, done.returncode, done.stderr)
    return done.stdout


def first(source, target, count):
    with open(source, "rb") as data, open(target, "wb") as out:
        rest = b""
        while count:
            read = data.read(1 << 22)
            pieces = (rest + read).split(b"\x1d")
            rest = pieces.pop()
            out.write(b"".join(piece + b"\x1d" for piece in pieces[:count]))
            count -= min(count, len(pieces)) if read else count


def snippets():
    """The page speaks of a fixture, to which one of its records is added under another number."""
    books = os.path.join(fixtures, "iso2709/marc21.mrc")
    text = run("kartoteka", "convert", books, "-t", "mrk", "-q")
    third = [record for record in text.split("\n\n") if "kart0003" in record]
    with open("other.mrk", "w", encoding="utf-8") as file:
        file.write(third[0].replace("kart0003", "other0003") + "\n\n")
    run("kartoteka", "convert", books, "other.mrk", "-t", "iso2709", "-o", "books.mrc", "-q")
    with open(readme, encoding="utf-8") as file:
        page = file.read()
    for block in re.findall(r"```sh\n(.*?)```", page, re.S):
        for line in block.splitlines():
            subprocess.run(line, shell=True, check=True, capture_output=True)
    fresh, count = page, 0
    pattern = re.compile(r"(```python\n(.*?)```\n\n```text\n)(.*?)```", re.S)
    assert len(pattern.findall(page)) == page.count("```python"), "each snippet has what it prints below it"
    for before, code, printed in pattern.findall(page):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec(compile(code, "README.md", "exec"), {})
        count += 1
        if out.getvalue() != printed:
            print(f"snippet {count} prints\n{out.getvalue()}and not\n{printed}")
            fresh = fresh.replace(f"{before}{printed}```", f"{before}{out.getvalue()}```")
    if fresh != page and os.environ.get("UPDATE_PAGES"):
        with open(readme, "w", encoding="utf-8") as file:
            file.write(fresh)
    else:
        assert fresh == page, "see above"
    print(f"{count} snippets of the README print what it says")


def repeated():
    """What the snippets about languages and subjects print of records that say theirs twice, counted by hand."""
    records = [
        # Number, 008/35-37, 041$a, 650$a
        ("one", "rus", ["rus", "eng"], ["Chess", "Chess"]),
        ("two", "rus", ["rus", "rus"], ["Chess"]),
        ("three", "eng", [], ["Go", "Go", "Go"]),
    ]
    expected = {
        "unnest(language)": "[('eng', '2001', 2), ('rus', '2001', 2)]",
        "explode(": "{'eng': 2, 'rus': 2}",
        "subjects": "[('Chess', 2), ('Go', 1)]",
    }
    os.mkdir("repeated")
    os.chdir("repeated")
    with open("books.mrk", "w", encoding="utf-8") as file:
        for number, language, more, subjects in records:
            coded = f"010101s2001    xx {17 * ' '}{language} d".replace(" ", "\\")
            assert len(coded) == 40 and coded[35:38] == language
            fields = ["=LDR  00000nam a2200000 a 4500", f"=001  {number}", f"=008  {coded}"]
            fields += [f"=041  0\\{''.join('$a' + one for one in more)}"] if more else []
            fields += ["=245  10$aTitle"] + [f"=650  \\0$a{one}" for one in subjects]
            file.write("\n".join(fields) + "\n\n")
    run("kartoteka", "convert", "books.mrk", "-t", "iso2709", "-o", "books.mrc", "-q")
    with open(readme, encoding="utf-8") as file:
        page = file.read()
    for line in re.search(r"```sh\n(.*?)```", page, re.S)[1].splitlines():
        assert subprocess.run(line, shell=True, capture_output=True).returncode < 2, line
    codes = re.findall(r"```python\n(.*?)```", page, re.S)
    for mark, printed in expected.items():
        code = [code for code in codes if mark in code]
        assert len(code) == 1, mark
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec(compile(code[0], "README.md", "exec"), {})
        assert out.getvalue().strip() == printed, (mark, out.getvalue(), printed)
    os.chdir("..")
    print(f"{len(expected)} snippets count a record once")


def rewritten(path, to):
    """What an engine reads and writes again makes the same records."""
    import duckdb
    import pandas as pd
    import polars as pl
    import pyarrow.parquet as pq

    run("kartoteka-export", path, "-o", "own.parquet", "-q", status=(0, 1))
    pd.read_parquet("own.parquet").to_parquet("pandas.parquet")
    pl.read_parquet("own.parquet").write_parquet("polars.parquet")
    pl.read_parquet("own.parquet").write_ipc("polars.arrow")
    pl.read_parquet("own.parquet").write_ipc_stream("polars.arrows")
    pq.write_table(pq.read_table("own.parquet"), "pyarrow.parquet")
    duckdb.sql("COPY (FROM 'own.parquet') TO 'duckdb.parquet'")
    own = run("kartoteka-import", "own.parquet", "-t", to, "-q")
    names = ["pandas.parquet", "polars.parquet", "polars.arrow", "polars.arrows", "pyarrow.parquet", "duckdb.parquet"]
    for name in names:
        assert run("kartoteka-import", name, "-t", to, "-q") == own and own, name
    print(f"{os.path.basename(path)} comes back from {len(names)} files of four engines")


def questions(path):
    """Most frequent 650$a, records per language, findings per id: the same from all, and from kartoteka."""
    import duckdb
    import polars as pl
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    began = time.time()
    run("kartoteka-export", path, "-o", "long.parquet", "-q", status=(0, 1))
    run("kartoteka-export", path, "-o", "paths.parquet", "-q", "--columns", "language=008/35-37, subject=650$a", status=(0, 1))
    run("kartoteka-export", path, "-o", "findings.parquet", "-q", "--as", "findings", status=(0, 1))
    print(f"tables of {os.path.basename(path)}: {time.time() - began:.1f} s")

    # What kartoteka says.
    def counted(by):
        lines = run("kartoteka", "count", path, "--by", by, "-q").splitlines()
        return {value: int(number) for number, _, value in (line.partition("\t") for line in lines)}

    subjects, languages = counted("650$a"), counted("008/35-37")
    totals = [json.loads(line) for line in run("kartoteka", "stats", path, "--format", "json", "-q").splitlines()][0]
    summary = run("kartoteka", "validate", path, "--format", "json", "-q", "--no-config", "--max-findings", "0", status=(0, 1))
    rules = json.loads(summary.splitlines()[-1])["summary"]["findings"]
    top = sorted(subjects.items(), key=lambda pair: (-pair[1], pair[0].encode()))[:10]
    assert len(top) > 2 and languages and rules

    # The long table, and that of paths, in SQL.
    ask = lambda sql: duckdb.sql(sql).fetchall()
    assert ask("""SELECT value, count(*) n FROM 'long.parquet' WHERE tag = '650' AND code = 'a'
                  GROUP BY ALL ORDER BY n DESC, value LIMIT 10""") == top
    assert ask("""SELECT s, count(*) n FROM (SELECT unnest(subject) s FROM 'paths.parquet')
                  GROUP BY ALL ORDER BY n DESC, s LIMIT 10""") == top
    assert dict(ask("""SELECT substr(value, 36, 3) l, count(*) FROM 'long.parquet' WHERE tag = '008' AND len(value) > 37
                       GROUP BY ALL""")) == languages
    assert dict(ask("SELECT l, count(*) FROM (SELECT unnest(language) l FROM 'paths.parquet') GROUP BY ALL")) == languages
    assert dict(ask("SELECT rule, count(*) FROM 'findings.parquet' GROUP BY ALL")) == rules
    [(records, fields, subfields)] = ask("""SELECT count(DISTINCT record), count(DISTINCT (record, field)) FILTER (field > 0),
                                            count(code) FILTER (code <> '') FROM 'long.parquet'""")
    assert {"records": records, "fields": fields, "subfields": subfields} == totals, totals

    # polars.
    long, findings = pl.scan_parquet("long.parquet"), pl.scan_parquet("findings.parquet")
    paths = pl.scan_parquet("paths.parquet")
    group = lambda frame, name: frame.group_by(name).len().collect().rows()
    with_a = long.filter((pl.col("tag") == "650") & (pl.col("code") == "a"))
    sort = lambda rows: sorted(rows, key=lambda pair: (-pair[1], pair[0].encode()))[:10]
    assert sort(group(with_a, "value")) == top
    language = long.filter((pl.col("tag") == "008") & (pl.col("value").str.len_chars() > 37))
    assert dict(group(language.select(pl.col("value").str.slice(35, 3)), "value")) == languages
    assert dict(group(paths.select(pl.col("language").explode()).drop_nulls(), "language")) == languages
    assert dict(group(findings, "rule")) == rules

    # pyarrow.
    def of(table, name):
        counts = table.column(name).combine_chunks().value_counts()
        return {pair["values"]: pair["counts"] for pair in counts.to_pylist() if pair["values"] is not None}

    table = pq.read_table("long.parquet", columns=["tag", "code", "value"], filters=[("tag", "in", ["008", "650"])])
    tags, codes = (table.column(name).cast("string") for name in ("tag", "code"))
    subject = table.filter(pc.and_kleene(pc.equal(tags, "650"), pc.equal(codes, "a")))
    assert sort(of(subject, "value").items()) == top
    coded = table.filter(pc.equal(tags, "008"))
    coded = coded.filter(pc.greater(pc.utf8_length(coded.column("value")), 37))
    coded = coded.set_column(0, "language", pc.utf8_slice_codeunits(coded.column("value"), 35, 38))
    assert of(coded, "language") == languages
    lists = pq.read_table("paths.parquet").column("language")
    assert {pair["values"]: pair["counts"] for pair in pc.value_counts(pc.list_flatten(lists)).to_pylist()} == languages
    found = pq.read_table("findings.parquet", columns=["rule"])
    found = found.set_column(0, "rule", found.column("rule").cast("string"))
    assert of(found, "rule") == rules
    print(f"three questions, three engines, one answer: {top[0][0]} {top[0][1]}, {len(languages)} languages, {len(rules)} rules")

    # The same rows in the other two kinds of files.
    rows = pq.read_metadata("long.parquet").num_rows
    for name in ["long.arrow", "long.arrows"]:
        run("kartoteka-export", path, "-o", name, "-q", status=(0, 1))
        with pa.OSFile(name) as file:
            if name == "long.arrow":
                reader = pa.ipc.open_file(file)
                found = sum(reader.get_batch(at).num_rows for at in range(reader.num_record_batches))
            else:
                found = sum(batch.num_rows for batch in pa.ipc.open_stream(file))
        assert found == rows, (name, found, rows)
        os.remove(name)

    # There and back.
    if path.endswith(".mrc") or path == dump:
        run("kartoteka-import", "long.parquet", "-t", "iso2709", "-o", "back.mrc", "-q")
        with open(path, "rb") as one, open("back.mrc", "rb") as other:
            while True:
                a, b = one.read(1 << 20), other.read(1 << 20)
                assert a == b, "there and back is not the same"
                if not a:
                    break
        print("long there and back is the same, byte for byte")


try:
    snippets()
    repeated()
    rewritten(os.path.join(fixtures, "iso2709/marc21.mrc"), "iso2709")
    rewritten(os.path.join(fixtures, "isis/irbis64.mst"), "ndjson")
    questions(os.path.join(fixtures, "iso2709/marc21.mrc"))
    records = os.environ.get("KARTOTEKA_RECORDS", "50000")
    if dump and records == "all":
        questions(dump)
    elif dump:
        first(dump, "slice.mrc", int(records))
        questions("slice.mrc")
finally:
    os.chdir("/")
    shutil.rmtree(folder)
