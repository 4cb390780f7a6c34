"""The same questions asked of one process, of a Spark cluster and of two processes of Dask; a worker is killed in the middle.

Run by cluster.sh. The cluster is a real one, on loopback: a master and two workers, processes that are started and stopped here.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

os.environ.update(SPARK_LOCAL_IP="127.0.0.1", PYSPARK_PYTHON=sys.executable, PYSPARK_DRIVER_PYTHON=sys.executable)

import pyarrow as pa
import pyspark

import kartoteka

ROOT = Path(__file__).resolve().parents[3]
FIXTURES = ROOT / "fixtures"
WORK = Path(tempfile.mkdtemp(prefix="kartoteka-cluster-"))


def books() -> Path:
    """Returns a file of some megabytes: the beginning of the dump, where it is, or a fixture many times."""
    path, dump = WORK / "books.mrc", Path(os.environ["KARTOTEKA_DUMP"])
    if dump.exists():
        with dump.open("rb") as file:
            data = file.read(6_000_000)
        path.write_bytes(data[: data.rindex(b"\x1d") + 1])
    else:
        print(f"no dump at {dump}: a fixture many times is read instead")
        path.write_bytes((FIXTURES / "iso2709" / "marc21.mrc").read_bytes() * 1000)
    with path.open("ab") as file:
        file.write((FIXTURES / "iso2709" / "damaged.mrc").read_bytes())
    return path


def bases() -> list[Path]:
    """Returns two IRBIS bases: those of the corpus, where it is, or those of the fixtures."""
    corpus = Path(os.environ["KARTOTEKA_CORPUS"]) / "irbis"
    found = []
    for packed in sorted(corpus.glob("irbis*/*.mst.gz"), reverse=True):
        folder = WORK / packed.parent.name
        folder.mkdir()
        for name in packed.parent.glob("*.gz"):
            (folder / name.stem).write_bytes(gzip.decompress(name.read_bytes()))
        found.append(folder / packed.stem)
    if len(found) < 2:
        if os.environ.get("CI"):
            sys.exit(f"no two IRBIS bases in {corpus}")
        print(f"no corpus at {corpus}: fixtures are read instead")
        found = [FIXTURES / "isis" / "irbis64.mst", FIXTURES / "isis" / "isis18.mst"]
    return found[:2]


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Cluster:
    """A master and two workers."""

    def __init__(self) -> None:
        self.home = os.path.dirname(pyspark.__file__)
        port = free_port()
        self.url = f"spark://127.0.0.1:{port}"
        self.master = self.start("master.Master", "--port", str(port), "--webui-port", str(free_port()))
        self.wait(self.master, "I have been elected leader|New state: ALIVE")
        self.workers = [
            self.start("worker.Worker", "-c", "1", "-m", "1g", "--webui-port", str(free_port()), "--work-dir", str(WORK / f"worker{n}"), self.url)
            for n in range(2)
        ]
        for worker in self.workers:
            self.wait(worker, "Successfully registered with master")

    def start(self, what: str, *arguments: str) -> subprocess.Popen[bytes]:
        log = open(WORK / f"{what}-{time.monotonic_ns()}.log", "wb")
        command = [f"{self.home}/bin/spark-class", f"org.apache.spark.deploy.{what}", "--host", "127.0.0.1", *arguments]
        environment = {**os.environ, "SPARK_HOME": self.home, "SPARK_NO_DAEMONIZE": "1"}
        run = subprocess.Popen(command, stdout=log, stderr=log, env=environment, start_new_session=True)
        run.log = log.name  # type: ignore[attr-defined]
        return run

    def wait(self, run: subprocess.Popen[bytes], *texts: str) -> None:
        wanted = texts[0].split("|")
        for _ in range(1200):
            said = Path(run.log).read_text("utf-8", "replace")  # type: ignore[attr-defined]
            if any(text in said for text in wanted):
                return
            if run.poll() is not None:
                break
            time.sleep(0.1)
        sys.exit(f"the cluster does not start:\n{said}")

    def kill(self, worker: subprocess.Popen[bytes]) -> None:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()

    def stop(self) -> None:
        for run in [*self.workers, self.master]:
            if run.poll() is None:
                os.killpg(run.pid, signal.SIGTERM)
        for run in [*self.workers, self.master]:
            try:
                run.wait(20)
            except subprocess.TimeoutExpired:
                self.kill(run)


#: The subject of a record, by dialect.
SUBJECTS = {"marc": ("650", "a"), "irbis": ("606", "a")}


LANGUAGES = "language=@language"


def alone(paths: list[Path], kind: str) -> dict[str, Counter[str]]:
    """Answers the questions in this process, by a loop over records, without tables."""
    tag, code = SUBJECTS[kind]
    answers: dict[str, Counter[str]] = {"subjects": Counter(), "languages": Counter(), "findings": Counter()}
    for path in paths:
        for record in kartoteka.open(path):
            answers["subjects"].update(record.values(f"{tag}${code}"))
            answers["languages"].update({one.code for one in record.bib.languages if one.kind == "text" and one.code})
        answers["findings"].update(one.code for one in kartoteka.validate(path))
    return answers


def counted(rows) -> Counter[str]:
    return Counter({row[0]: row[1] for row in rows})


def of_spark(spark, paths: list[Path], kind: str, split: int, parquet: Path | None = None) -> dict[str, Counter[str]]:
    """Answers the questions on the cluster: from the files, or from Parquet that the cluster made of them."""
    from pyspark.sql import functions as f

    tag, code = SUBJECTS[kind]
    source = lambda: spark.read.format("kartoteka").option("paths", json.dumps([str(path) for path in paths])).option("splitSize", split)
    tables = {
        "long": source(),
        "languages": source().option("columns", LANGUAGES),
        "findings": source().option("table", "findings"),
    }
    frames = {}
    for name, reader in tables.items():
        if parquet:
            if not (parquet / name).exists():
                reader.load().write.parquet(str(parquet / name))
            frames[name] = spark.read.parquet(str(parquet / name))
        else:
            frames[name] = reader.load()
    codes = [code, code.upper()] if kind == "irbis" else [code]
    subjects = frames["long"].where((f.col("tag") == tag) & f.col("code").isin(codes)).groupBy("value").count()
    languages = frames["languages"].select(f.explode(f.array_distinct("language")).alias("one")).groupBy("one").count()
    findings = frames["findings"].groupBy("rule").count()
    return {"subjects": counted(subjects.collect()), "languages": counted(languages.collect()), "findings": counted(findings.collect())}


def of_dask(paths: list[Path], kind: str, split: int, parquet: Path | None = None) -> dict[str, Counter[str]]:
    """Answers the questions on two processes of Dask: from the files, or from Parquet that the cluster made of them."""
    import dask.dataframe
    import kartoteka.dask

    tag, code = SUBJECTS[kind]
    codes = [code, code.upper()] if kind == "irbis" else [code]
    if parquet:
        read = lambda name: dask.dataframe.read_parquet(str(parquet / name), dtype_backend="pyarrow")
        long, languages, findings = read("long"), read("languages"), read("findings")
        long = long[(long["tag"] == tag) & long["code"].isin(codes)]
    else:
        long = kartoteka.dask.read(paths, split=split, tags=[tag], codes=codes)
        languages = kartoteka.dask.read(paths, [LANGUAGES], split=split)
        findings = kartoteka.dask.read(paths, "findings", split=split)
    subjects = long["value"].value_counts().compute()
    languages = languages.compute()["language"]
    findings = findings["rule"].value_counts().compute()
    return {
        "subjects": Counter(subjects.to_dict()),
        "languages": Counter(one for row in languages for one in set(row)),
        "findings": Counter(findings.to_dict()),
    }


def same(name: str, got: dict[str, Counter[str]], wanted: dict[str, Counter[str]]) -> None:
    for question, answer in wanted.items():
        assert answer, f"{name}: nothing to ask for {question}"
        differ = [(key, got[question][key], answer[key]) for key in {*got[question], *answer} if got[question][key] != answer[key]]
        assert not differ, f"{name}, {question}: {differ[:5]}"
    print(f"{name}: the same answers: " + ", ".join(f"{sum(answer.values())} {question}" for question, answer in wanted.items()))


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def spark_session(url: str):
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master(url).appName("kartoteka")
    settings = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.executor.memory": "512m",
        "spark.sql.shuffle.partitions": "4",
        "spark.sql.warehouse.dir": str(WORK / "warehouse"),
        "spark.network.timeout": "60s",
        "spark.executor.heartbeatInterval": "5s",
    }
    for name, value in settings.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    return spark


def only_what_is_asked_for(spark, path: Path) -> None:
    """Rows of other tags and codes are not built, in no task; nor are columns that are not named."""
    source = spark.read.format("kartoteka").option("splitSize", 750_000)
    whole = source.load(str(path))
    every = whole.count()
    filtered = whole.where("tag = '650' AND code = 'a'").count()
    assert whole.count() == every, "a filter stays where it was"
    chosen = source.option("tags", "650").option("codes", "a").load(str(path)).count()
    table = kartoteka.table(path, tags=["650"], codes=["a"])
    rows = pa.table(table).num_rows
    assert chosen == filtered == rows == table.built and 0 < rows < every
    assert taken(path, source.option("pushdown", "true"), filtered) == filtered
    named = spark.read.format("kartoteka").option("columns", "title=first:245$a").load(str(path))
    assert named.columns == ["title"]
    print(f"of {every} rows {chosen} are asked for and built")


def taken(path: Path, source, wanted: int) -> int:
    """Returns how many rows a source builds that takes filters, and looks what Spark makes of it."""
    from pyspark.sql.datasource import EqualTo, In, IsNotNull

    from kartoteka.spark import Source

    own = Source({"path": str(path), "pushdown": "true", "splitSize": "750000"})
    scan = own.reader(own.schema())
    given = [IsNotNull(("tag",)), In(("tag",), ("650", "651")), EqualTo(("tag",), "650"), EqualTo(("code",), "a"), EqualTo(("code",), "ab")]
    assert list(scan.pushFilters(given)) == [given[0], given[4]], "others stay with Spark"
    spark = source._spark
    spark.conf.set("spark.sql.python.filterPushdown.enabled", "true")
    assert source.load(str(path)).where("tag = '650' AND code = 'a'").count() == wanted
    assert source.load(str(path)).where("tag IN ('650', '651') AND code = 'a' AND tag <> '651'").count() == wanted
    assert source.load(str(path)).where("tag = '650' AND tag = '651'").count() == 0
    spark.conf.set("spark.sql.python.filterPushdown.enabled", "false")
    return sum(batch.num_rows for piece in scan.partitions() for batch in scan.read(piece))


def refused(spark, path: Path) -> None:
    """What is wrong fails on the driver, or with the name of the file."""
    for option, value in (("columns", "title=24$a"), ("tabel", "long"), ("table", "short"), ("unreadable", "no"), ("codes", "ab"), ("pushdown", "yes")):
        try:
            spark.read.format("kartoteka").option(option, value).load(str(path))
        except Exception as error:
            assert option in str(error).lower() or value in str(error), error
        else:
            sys.exit(f"{option}={value} is taken")
    broken = WORK / "letter.txt"
    broken.write_text("Dear librarian, " * 1000)
    both = json.dumps([str(path), str(broken)])
    try:
        spark.read.format("kartoteka").option("paths", both).load().count()
    except Exception as error:
        assert "letter.txt" in str(error)
    else:
        sys.exit("a letter is read")
    kept = spark.read.format("kartoteka").option("paths", both).option("unreadable", "finding")
    assert kept.load().count() > 0
    rows = kept.option("table", "findings").load().where("rule = 'unreadable'").collect()
    assert [Path(row["file"]).name for row in rows] == ["letter.txt"] and "letter.txt" in rows[0]["message"]
    print("refused: wrong options on the driver, an unreadable file by its name, or as a finding")


def converted(spark, cluster: Cluster, paths: list[Path], kind: str, kill: bool) -> dict[str, str]:
    """Converts on the cluster; kills a worker after the first parts, if asked to."""
    import kartoteka.spark

    out = WORK / f"out-{kind}-{'killed' if kill else 'whole'}"
    crosswalk = "irbis-marc21" if kind == "irbis" else None
    split = 200_000

    def killer() -> None:
        while not out.exists() or len(list(out.glob("part-*"))) < 3:
            time.sleep(0.01)
        print(f"killing a worker after {len(list(out.glob('part-*')))} parts")
        cluster.kill(cluster.workers[0])

    thread = threading.Thread(target=killer, daemon=True)
    if kill:
        thread.start()
    made = kartoteka.spark.convert(spark, paths, out, "marcxml", crosswalk=crosswalk, split=split)
    if kill:
        thread.join(1)
        assert not thread.is_alive() and cluster.workers[0].poll() is not None, "no worker was killed"
    rows = made.accounts.collect()
    left = [path.name for path in out.iterdir() if not path.name.startswith("part-") and path.name != "manifest.json"]
    assert not left, left
    manifest = json.loads((out / "manifest.json").read_text("utf-8"))
    found = digests(out)
    assert [(part["file"], part["sha256"]) for part in manifest["parts"]] == [(name, found[name]) for name in found if name.startswith("part-")]
    alone = WORK / f"alone-{kind}.xml"
    read = written = 0
    for path in paths:
        account = kartoteka.convert(path, alone, crosswalk=crosswalk)
        read, written = read + account.read, written + account.written
    assert sum(row["read"] for row in rows) == read and sum(row["written"] for row in rows) == written
    assert made.findings.count() >= 0
    print(f"converted {kind}{', a worker killed' if kill else ''}: {written} records in {len(rows)} parts")
    return found


def snippets() -> None:
    """Runs what README.md shows of Spark and Dask."""
    readme = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
    shown = [code for code in re.findall(r"```python\n(.*?)```", readme, re.S) if re.search("pyspark|kartoteka.dask", code)]
    assert len(shown) >= 2
    for number, code in enumerate(shown):
        folder = WORK / f"snippet{number}"
        folder.mkdir()
        shutil.copy(FIXTURES / "iso2709" / "marc21.mrc", folder / "books.mrc")
        for end in ("mst", "xrf"):
            shutil.copy(FIXTURES / "isis" / f"irbis64.{end}", folder / f"ibis.{end}")
        run = subprocess.run([sys.executable, "-X", "utf8", "-c", code], cwd=folder, capture_output=True, text=True, encoding="utf-8")
        assert run.returncode == 0, run.stderr
        print(f"README: {' '.join(run.stdout.split())}")


def main() -> None:
    began = time.monotonic()
    marc, irbis = [books()], bases()
    wanted = {"marc": alone(marc, "marc"), "irbis": alone(irbis, "irbis")}
    cluster = Cluster()
    print(f"a master and two workers after {time.monotonic() - began:.0f} s")
    try:
        import kartoteka.spark

        spark = spark_session(cluster.url)
        kartoteka.spark.register(spark)
        assert spark.sparkContext.master.startswith("spark://")
        same("Spark, .mrc", of_spark(spark, marc, "marc", 750_000), wanted["marc"])
        same("Spark, two IRBIS bases", of_spark(spark, irbis, "irbis", 200_000), wanted["irbis"])
        same("Spark, Parquet", of_spark(spark, marc, "marc", 750_000, WORK / "parquet"), wanted["marc"])
        only_what_is_asked_for(spark, marc[0])
        refused(spark, FIXTURES / "iso2709" / "marc21.mrc")
        converted(spark, cluster, irbis, "irbis", False)
        whole = converted(spark, cluster, marc, "marc", False)
        killed = converted(spark, cluster, marc, "marc", True)
        assert killed == whole, "a worker that is killed changes the output"
        same("Spark, with one worker left", of_spark(spark, marc, "marc", 750_000), wanted["marc"])
        spark.stop()
    finally:
        cluster.stop()
    snippets()
    from dask.distributed import Client, LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1") as two, Client(two):
        same("Dask, .mrc", of_dask(marc, "marc", 750_000), wanted["marc"])
        same("Dask, two IRBIS bases", of_dask(irbis, "irbis", 200_000), wanted["irbis"])
        same("Dask, Parquet", of_dask(marc, "marc", 750_000, WORK / "parquet"), wanted["marc"])


if __name__ == "__main__":
    try:
        main()
    finally:
        shutil.rmtree(WORK, ignore_errors=True)
