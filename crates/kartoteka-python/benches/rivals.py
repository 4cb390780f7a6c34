"""Every value of a file, touched from Python: kartoteka, rmarc, mrrc and pymarc in one run, each in a process of its own.

    python rivals.py FILE.mrc [ROUNDS]

Needs kartoteka, rmarc, mrrc and pymarc installed in one environment. Prints the least CPU seconds of the rounds, user and system, the greatest
memory, and what was seen: the number of values and of characters, which must be equal. mrrc gives control fields by tag.
"""

import json
import resource
import subprocess
import sys

def objects(path):
    import kartoteka

    values = characters = 0
    for record in kartoteka.open(path):
        for field in record.fields:
            if field.is_control:
                values += 1
                characters += len(field.data)
            else:
                for subfield in field.subfields:
                    values += 1
                    subfield.code
                    characters += len(subfield.value)
    return values, characters


def tuples(path):
    import kartoteka

    values = characters = 0
    for record in kartoteka.open(path):
        for field in record.to_tuples():
            if len(field) == 2:
                values += 1
                characters += len(field[1])
            else:
                for code, value in field[2]:
                    values += 1
                    characters += len(value)
    return values, characters


def like_pymarc(module, path):
    values = characters = 0
    with open(path, "rb") as file:
        for record in module.MARCReader(file):
            for field in record.fields:
                if field.is_control_field():
                    values += 1
                    characters += len(field.data)
                else:
                    for subfield in field.subfields:
                        values += 1
                        subfield.code
                        characters += len(subfield.value)
    return values, characters


def module(name):
    import importlib

    return lambda path: like_pymarc(importlib.import_module(name), path)


def mrrc(path):
    import mrrc

    values = characters = 0
    for record in mrrc.MARCReader(path):
        for tag, data in record.control_fields():
            values += 1
            characters += len(data)
        for field in record.fields():
            for subfield in field.subfields():
                values += 1
                subfield.code
                characters += len(subfield.value)
    return values, characters


def titles_of(name):
    def run(path):
        import importlib

        found = 0
        with open(path, "rb") as file:
            for record in importlib.import_module(name).MARCReader(file):
                found += record is not None and "245" in record and "a" in record["245"]
        return found, 0

    return run


def titles(path):
    import kartoteka

    return sum(1 for _ in kartoteka.values(path, "245$a")), 0


def title_objects(path):
    import kartoteka

    return sum(1 for record in kartoteka.open(path) if "245" in record and "a" in record["245"]), 0


CASES = {
    "all values: kartoteka, objects": objects,
    "all values: kartoteka, to_tuples()": tuples,
    "all values: kartoteka.pymarc": module("kartoteka.pymarc"),
    "all values: rmarc": module("rmarc"),
    "all values: mrrc": mrrc,
    "all values: pymarc": module("pymarc"),
    "titles: kartoteka.values()": titles,
    "titles: kartoteka, objects": title_objects,
    "titles: rmarc": titles_of("rmarc"),
    "titles: pymarc": titles_of("pymarc"),
}


def main():
    if sys.argv[1] == "--case":
        seen = CASES[sys.argv[2]](sys.argv[3])
        used = resource.getrusage(resource.RUSAGE_SELF)
        print(json.dumps([used.ru_utime + used.ru_stime, used.ru_maxrss, seen]))
        return
    path, rounds = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 3
    best = {}
    for _ in range(rounds):
        for name in CASES:
            run = subprocess.run([sys.executable, __file__, "--case", name, path], capture_output=True, text=True)
            if run.returncode:
                print(f"{name}: {run.stderr.strip().splitlines()[-1]}", file=sys.stderr)
                continue
            seconds, memory, seen = json.loads(run.stdout)
            best[name] = min(best.get(name, (seconds, memory, seen)), (seconds, memory, seen))
    print("| case | CPU, s | memory, MiB | values | characters |\n|---|---|---|---|---|")
    for name, (seconds, memory, (values, characters)) in best.items():
        print(f"| {name} | {seconds:.2f} | {memory / 1024:.0f} | {values:,} | {characters:,} |")


main()
