"""CPU and memory of the long table beside marctable and bib2, in turns, on the first records of a file.

    rivals.py EXPORT VENV DUMP [ROUNDS]

VENV has marctable and bib2: `python3 -m venv VENV; VENV/bin/pip install marctable bib2`. CPU is user and system time of the
whole process; the median of the rounds.
"""

import os
import resource
import statistics
import subprocess
import sys
import tempfile

export, venv, dump = [os.path.abspath(path) for path in sys.argv[1:4]]
rounds = int(sys.argv[4]) if len(sys.argv) > 4 else 3
RECORDS = 50_000


def first(source, target, count):
    with open(source, "rb") as data, open(target, "wb") as out:
        rest = b""
        while count:
            pieces = (rest + data.read(1 << 22)).split(b"\x1d")
            rest = pieces.pop()
            out.write(b"".join(piece + b"\x1d" for piece in pieces[:count]))
            count -= min(count, len(pieces))


def measured(command):
    """CPU seconds and peak MiB, in a process of its own, whose children are this one only."""
    code = (
        "import resource, subprocess, sys\n"
        "done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)\n"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
        "sys.stderr.write(done.stderr.decode()[-500:] if done.returncode > 1 else '')\n"
        "print(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)\n"
        "sys.exit(done.returncode > 1)"
    )
    done = subprocess.run([sys.executable, "-c", code, *command], stdout=subprocess.PIPE, check=True, text=True)
    return tuple(float(number) for number in done.stdout.split())


with tempfile.TemporaryDirectory(dir=os.path.dirname(dump) if os.access(os.path.dirname(dump), os.W_OK) else None) as folder:
    slice = os.path.join(folder, "slice.mrc")
    first(dump, slice, RECORDS)
    out = os.path.join(folder, "out.parquet")
    commands = {
        "long, Arrow stream": (slice, [export, slice, "-q", "-o", out.replace("parquet", "arrows")]),
        "long, Parquet": (slice, [export, slice, "-q", "-o", out]),
        "marctable, Parquet": (slice, [venv + "/bin/marctable", "parquet", slice, out]),
        "bib2, Parquet": (slice, [venv + "/bin/bib2", slice, "-o", out]),
        "whole: long, Arrow stream": (dump, [export, dump, "-q", "-o", out.replace("parquet", "arrows")]),
        "whole: long, Parquet": (dump, [export, dump, "-q", "-o", out]),
        "whole: findings, Parquet": (dump, [export, dump, "-q", "--as", "findings", "-o", out]),
        "whole: paths, Parquet": (dump, [export, dump, "-q", "--columns", "id=first:001,title=245$a,subject=650$a", "-o", out]),
    }
    found = {name: [] for name in commands}
    for _ in range(rounds):
        for name, (_, command) in commands.items():
            if os.path.exists(out):
                os.remove(out)
            found[name].append(measured(command) + (os.path.getsize(out) / 1e6 if os.path.exists(out) else 0,))
    ours = statistics.median(run[0] for run in found["long, Parquet"])
    print(f"input {os.path.getsize(slice) / 1e6:.1f} MB, whole {os.path.getsize(dump) / 1e6:.1f} MB; {rounds} rounds")
    for name, runs in found.items():
        cpu, peak = statistics.median(run[0] for run in runs), max(run[1] for run in runs)
        size = os.path.getsize(commands[name][0]) / 1e6
        print(f"| {name} | {cpu:.3f} | {size / cpu:.1f} | {cpu / ours:.1f} | {peak:.0f} | {runs[-1][2]:.1f} |")
