#!/usr/bin/env python3
"""Measures the decision for a character set beside other programs: chardetng, uchardet, charset-normalizer, chardet.

  decision.py [--corpus DIR] [--program FILE] [--cache FILE] [--few] [--alone N] [--records FILE] [--most N]
              [--markdown FILE] [--only SET[,SET]] [--show N] [--dump FILE]

The corpus is $KARTOTEKA_CORPUS: `charset/bench.py` makes records of words by language, and `marc/expected` and `irbis` have
real records, as other programs read them. Nothing of it is part of this repository, and no model was made from it. Each
record is written in every set that can hold it, by the codecs of Python and the tables of `bench.py`. Our program,
`target/release/examples/decision`, reads UNIMARC without a label; the others, which know nothing of records, get its
values, one a line, and so the same bytes of text. Fields of the real records are measured as records of their own too,
which gives many of a word or two. A record is right if all its text comes out as it was, in normal form C:
so Windows-1252 is right for what is ISO 8859-1 and the same in both.

What confidence is worth needs more records, which our program alone reads: with `--alone` so many of words alone of each
language and set, with `--records` a file in ISO 2709 and UTF-8, of whose records with letters beyond ASCII so many are taken
as `--most` says, evenly from the whole file, no two with the same words. `README.md` says where there is one.

The others come from `pip install chardet charset-normalizer chardetng-py`, and libuchardet from the system; one that is not
there is left out. `--cache` keeps what they say, by the hash of the bytes."""
import argparse, codecs, collections, concurrent.futures, ctypes, ctypes.util, datetime, hashlib, importlib.metadata, importlib.util
import json, os, pathlib, random, re, subprocess, sys, tempfile, unicodedata, zlib

HERE = pathlib.Path(__file__).resolve().parent
WEST, CENTRAL, BALTIC = 'fr es pt de it ca nl sv da nb fi is', 'pl cs sk hu sl hr ro', 'et lv lt'
CYRILLIC = 'ru uk be bg sr mk'
MARKED = ' '.join((WEST, CENTRAL, BALTIC, 'tr'))
# Name here, name in the corpus or in Python, languages.
SETS = [(a, b, c.split()) for a, b, c in [
    ('windows-1252', 'cp1252', WEST), ('iso-8859-15', 'iso8859-15', 'fr fi et'), ('windows-1250', 'cp1250', CENTRAL),
    ('iso-8859-2', 'iso8859-2', CENTRAL), ('windows-1257', 'cp1257', BALTIC), ('iso-8859-13', 'iso8859-13', BALTIC),
    ('iso-8859-4', 'iso8859-4', BALTIC), ('windows-1254', 'cp1254', 'tr'), ('iso-8859-16', 'iso8859-16', 'ro'),
    ('windows-1251', 'cp1251', CYRILLIC), ('koi8-r', 'koi8-r', 'ru bg'), ('koi8-u', 'koi8-u', 'uk'),
    ('iso-8859-5', 'iso8859-5', CYRILLIC), ('x-mac-cyrillic', 'mac-cyrillic', CYRILLIC), ('ibm866', 'cp866', 'ru bg'),
    ('cp855', 'cp855', 'ru be bg sr mk'), ('cp1125', 'cp1125', 'uk'), ('kz1048', 'kz1048', 'kk'), ('ptcp154', 'ptcp154', 'kk'),
    ('windows-1253', 'cp1253', 'el'), ('iso-8859-7', 'iso8859-7', 'el'), ('cp737', 'cp737', 'el'), ('cp869', 'cp869', 'el'),
    ('windows-1256', 'cp1256', 'ar fa'), ('iso-8859-6', 'iso8859-6', 'ar'), ('windows-1255', 'cp1255', 'he'),
    ('iso-8859-8', 'iso8859-8', 'he'), ('cp437', 'cp437', 'fr es de it ca nl sv fi'), ('cp850', 'cp850', WEST),
    ('cp860', 'cp860', 'pt'), ('cp861', 'cp861', 'is'), ('cp863', 'cp863', 'fr'), ('cp865', 'cp865', 'da nb sv'),
    ('cp852', 'cp852', CENTRAL), ('cp857', 'cp857', 'tr'), ('cp775', 'cp775', BALTIC), ('marc-8', 'marc-8', MARKED),
    ('iso-5426', 'iso-5426', MARKED), ('iso-6937', 'iso-6937', MARKED)]]
# What the others do not say they know of these sets.
UNKNOWN = {
    'chardetng': 'iso-8859-15 iso-8859-16 x-mac-cyrillic cp855 cp1125 kz1048 ptcp154 cp737 cp869 cp437 cp850 cp860 cp861 '
                 'cp863 cp865 cp852 cp857 cp775',
    'uchardet': 'koi8-u cp1125 kz1048 ptcp154 cp737 cp869 cp437 cp850 cp860 cp861 cp863 cp865 cp857 cp775',
    'charset-normalizer': '', 'chardet': ''}
UNKNOWN = {name: set(sets.split()) | {'marc-8', 'iso-5426', 'iso-6937'} for name, sets in UNKNOWN.items()}
SIZES = {1: 100, 5: 20, 50: 2}  # files of so many records in each language and set
SEED = 20261127
OURS = 'more', 'catalogue'  # kinds of records that only our program reads
LEAST = 20  # records that a cell must have to be compared
nfc = lambda text: unicodedata.normalize('NFC', text)
# Marks of romanization, which `bench.py` does not have.
MARKS = {'marc-8': {0x323: 0xF2, 0x324: 0xF3, 0x325: 0xF4, 0x332: 0xF6, 0x326: 0xF7, 0xFE20: 0xEB, 0xFE21: 0xEC},
         'iso-5426': {0x323: 0xD6, 0x324: 0xD7, 0x332: 0xD8}}
CEDILLAS = str.maketrans('șțȘȚ', 'şţŞŢ')


def others():
    """The programs that are there: name with version, and what they say of bytes."""
    found = {}
    try:
        import chardetng_py
        found['chardetng'] = (importlib.metadata.version('chardetng-py'), lambda data: chardetng_py.detect(data, allow_utf8=True))
    except ImportError: pass
    path = ctypes.util.find_library('uchardet')
    if path:
        lib = ctypes.CDLL(path)
        lib.uchardet_new.restype = ctypes.c_void_p
        lib.uchardet_get_charset.restype = ctypes.c_char_p
        def uchardet(data):
            detector = ctypes.c_void_p(lib.uchardet_new())
            lib.uchardet_handle_data(detector, data, ctypes.c_size_t(len(data)))
            lib.uchardet_data_end(detector)
            name = (lib.uchardet_get_charset(detector) or b'').decode()
            lib.uchardet_delete(detector)
            return name
        package = subprocess.run(['dpkg-query', '-W', '-f', '${Version}', 'libuchardet0'], capture_output=True, text=True)
        found['uchardet'] = (package.stdout.split('-')[0] or '?', uchardet)
    try:
        import charset_normalizer
        def normalizer(data):
            best = charset_normalizer.from_bytes(data).best()
            return best.encoding if best else ''
        found['charset-normalizer'] = (charset_normalizer.__version__, normalizer)
    except ImportError: pass
    try:
        import chardet
        found['chardet'] = (chardet.__version__, lambda data: chardet.detect(data)['encoding'] or '')
    except ImportError: pass
    return found


def read_as(data, name):
    """The text of bytes in the set that a program names."""
    name = {'iso-8859-8-i': 'iso8859-8', 'x-mac-cyrillic': 'mac-cyrillic', 'mac-centraleurope': 'mac-latin2'}.get(name.lower(), name)
    try: codec = codecs.lookup(name).name
    except LookupError: return ''
    # Windows sets as the web has them: what is not defined is a control character.
    return data.decode(codec, 'control' if codec.startswith('cp125') else 'replace')


codecs.register_error('control', lambda error: (chr(error.object[error.start]), error.start + 1))


def ask(job):
    """What a program says of each input."""
    name, inputs = job
    _, program = others()[name]
    return [program(data) for data in inputs]


# --- cases ------------------------------------------------------------------------------------------------------------
Case = collections.namedtuple('Case', 'kind language charset size records')  # records: [(tag, code, text)], and bytes of each text


class Writer:
    def __init__(self, bench): self.bench = bench
    def record(self, values, name):
        """The values with their bytes in a set; nothing if it cannot hold them, or all is ASCII."""
        out = []
        for tag, code, text in values:
            try: data = self.bench.encode(text, name)
            except (UnicodeError, KeyError): return None
            # A mark over two letters is one character, or two halves.
            out.append((tag, code, nfc(text.replace('\ufe20', '\u0361').replace('\ufe21', '')), data))
        return out if any(max(data, default=0) > 0x7F for *_, data in out) else None


def iso2709(values):
    directory, body = b'', b''
    for tag, code, _, data in values:
        field = b'  \x1f' + code.encode() + data + b'\x1e'
        directory += b'%s%04d%05d' % (tag.encode(), len(field), len(body))
        body += field
    base = 25 + len(directory)
    return b'%05dnam0 22%05d3  450 ' % (base + len(body) + 1, base) + directory + b'\x1e' + body + b'\x1d'


def letters(values): return sum(not c.isascii() and c.isalpha() for *_, text, _ in values for c in text)


def of_words(bench, corpus, only, sizes):
    words, tags = bench.read_words(corpus / 'charset/words-dev.tsv'), bench.TAGS['uni']
    writer = Writer(bench)
    for charset, name, languages in SETS:
        if only and charset not in only: continue
        speakers = {language: bench.Speaker(words, language, name) for language in languages}
        speakers = {language: speaker for language, speaker in speakers.items() if speaker.enough}
        for language in speakers:
            for size, count in sizes.items():
                for number in range(count):
                    made = bench.make_records(speakers, language, name, size, number, SEED)
                    records = [[(tag, code, text) for tag, subfields in bench.grouped(record, tags) for code, text in subfields] for record in made]
                    records = [writer.record(values, name) or [(*value, value[2].encode('ascii')) for value in values] for values in records
                               if all(text.isascii() for *_, text in values) or writer.record(values, name)]
                    kind = 'words' if number < SIZES[size] else 'more'
                    if any(letters(record) for record in records): yield Case(kind, language, charset, size, records)


CODES = {'eng': 'en', 'fre': 'fr', 'ger': 'de', 'spa': 'es', 'ita': 'it', 'rus': 'ru', 'por': 'pt', 'dut': 'nl', 'swe': 'sv',
         'dan': 'da', 'nor': 'nb', 'pol': 'pl', 'cze': 'cs', 'hun': 'hu', 'lat': 'la', 'fin': 'fi', 'tur': 'tr', 'gre': 'el',
         'ara': 'ar', 'heb': 'he', 'jpn': 'ja', 'chi': 'zh', 'est': 'et'}


def wrong(text):
    """Whether a text was read wrongly before it came here: as Windows-1252 or Latin-1, being UTF-8, or with losses."""
    if '\ufffd' in text or re.search('[\x80-\x87\x8a-\x97\x99-\x9b\x9d-\x9f]', text): return True
    for name in ('cp1252', 'latin-1'):
        try: return not text.isascii() and bool(text.encode(name).decode())
        except UnicodeError: pass
    return False


def real(corpus):
    """The real records with letters beyond ASCII, each once, by language: values of the fields 200 to 799."""
    seen, found = set(), collections.defaultdict(list)
    paths = [*sorted((corpus / 'marc/expected').rglob('*.jsonl')), *sorted((corpus / 'irbis').glob('*/expected*.jsonl'))]
    for path in paths:
        for line in path.read_text(encoding='utf-8').splitlines():
            try: record = json.loads(line)
            except ValueError: continue
            if not isinstance(record, dict) or 'fields' not in record: continue
            values, language = [], ''
            for field in record['fields']:
                if 'tag' in field:
                    tag = f'{field["tag"]:03d}'
                    subfields = [(part[:1].lower(), part[1:]) for part in ('^a' + field['value'] if not field['value'].startswith('^') else field['value']).split('^')[1:]]
                else:
                    (tag, content), = field.items()
                    if isinstance(content, str):
                        if tag == '008' and not language: language = content[35:38]
                        continue
                    subfields = [pair for subfield in content['subfields'] for pair in subfield.items()]
                if tag == '101' and subfields: language = subfields[0][1]
                if not re.fullmatch('[2-7][0-9][0-9]', tag): continue
                values += [(tag, code, text) for code, text in subfields if re.fullmatch('[a-z0-9]', code)]
            if any(wrong(text) for *_, text in values): continue
            values = [(tag, code, ''.join(c for c in nfc(text) if unicodedata.category(c) not in ('Cc', 'Cf'))) for tag, code, text in values]
            key = tuple(values)
            if key in seen or not any(not c.isascii() and c.isalpha() for *_, text in values for c in text): continue
            seen.add(key)
            found[CODES.get(language, language if language.isalpha() else 'und')].append(values)
    return found


def sentences(corpus):
    """Values of other real records, of which several programs agree how they are read."""
    for name, column in (('records', 1), ('sentences', 2)):
        for line in (corpus / f'marc8/{name}.tsv').read_text(encoding='utf-8').splitlines()[1:]:
            text = line.split('\t')[column].strip()
            if not wrong(text): yield [('245', 'a', ''.join(c for c in nfc(text) if unicodedata.category(c) not in ('Cc', 'Cf')))]


def fields_of(records, seen):
    """The fields of records that are text, of two words and more, and not a code or a shelf mark. Of those that have the
    same words beyond ASCII there is one."""
    for record in records:
        for field in by_field(record):
            words = [word for *_, text in field for word in re.findall(r'[^\W\d_]{2,}', text)]
            key = frozenset(word.lower() for word in words if not word.isascii())
            if len(words) > 1 and key and key not in seen:
                seen.add(key)
                yield field


def by_field(record):
    """The values of each field: codes ascend in one, and a tag is the same."""
    field = []
    for value in record:
        if field and (value[0] != field[-1][0] or value[1] <= field[-1][1]):
            yield field
            field = []
        field.append(value)
    if field: yield field


def catalogue(path, most):
    """So many of the records of a file with letters beyond ASCII, evenly from all of it: values of the fields 200 to 799.
    No two have the same words beyond ASCII."""
    seen, found = set(), []
    for record in path.read_bytes().split(b'\x1d'):
        if record.isascii(): continue
        try:
            base, values = int(record[12:17]), []
            for at in range(24, base - 12, 12):
                if not 0x32 <= record[at] <= 0x37: continue
                start = base + int(record[at + 7:at + 12])
                parts = record[start:start + int(record[at + 3:at + 7]) - 1].decode().split('\x1f')[1:]
                values += [(record[at:at + 3].decode(), part[:1], part[1:]) for part in parts if re.match('[a-z0-9]', part)]
        except ValueError: continue
        if any(wrong(text) for *_, text in values): continue
        # Romanian as the old sets spell it, which `bench.py` does too.
        values = [(tag, code, ''.join(c for c in nfc(text).translate(CEDILLAS) if unicodedata.category(c) not in ('Cc', 'Cf')))
                  for tag, code, text in values]
        words = frozenset(word.lower() for *_, text in values for word in re.findall(r'[^\W\d_]+', text) if not word.isascii())
        if words and words not in seen:
            seen.add(words)
            found.append(values)
    step = max(1, len(found) / most)
    return [found[int(at * step)] for at in range(min(most, len(found)))]


def of_catalogue(bench, path, most, only):
    writer = Writer(bench)
    for values in catalogue(path, most):
        for charset, name, _ in SETS:
            if only and charset not in only: continue
            made = writer.record(values, name)
            if made and len(iso2709(made)) < 99999: yield Case('catalogue', '', charset, 1, [made])


def of_real(bench, corpus, only):
    writer = Writer(bench)
    found = real(corpus)
    for language, records in sorted(found.items()):
        random.Random(SEED).shuffle(records)
        for charset, name, _ in SETS:
            if only and charset not in only: continue
            written = [made for made in (writer.record(values, name) for values in records) if made and len(iso2709(made)) < 99999]
            for record in written[:200]: yield Case('real', language, charset, 1, [record])
            for at in range(0, min(len(written), 200), 50):
                if len(written[at:at + 50]) >= 5: yield Case('real', language, charset, 50, written[at:at + 50])
    found['mixed'] = list(sentences(corpus))
    seen = set()
    for language, records in sorted(found.items()):
        fields = list(fields_of(records, seen))
        random.Random(SEED).shuffle(fields)
        for charset, name, _ in SETS:
            if only and charset not in only: continue
            written = [made for made in (writer.record(values, name) for values in fields) if made]
            for record in written[:150]: yield Case('field', language, charset, 1, [record])


# --- measuring --------------------------------------------------------------------------------------------------------
def ours(program, cases):
    """For each case, of each record its texts, confidence in thousandths, set, and whether there is doubt."""
    with tempfile.NamedTemporaryFile() as file:
        for case in cases:
            data = b''.join(map(iso2709, case.records))
            file.write(b'%d\n' % len(data) + data)
        file.flush()
        lines = subprocess.run([program, '--cases', file.name], capture_output=True, check=True).stdout.decode().split('\n')
    read = [[] for _ in cases]
    for line in lines[:-1]:
        number, charset, confidence, told, values = line.split('\t')
        read[int(number)].append((nfc(values), confidence, charset, told == '1'))
    return read


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--corpus', type=pathlib.Path, default=os.environ.get('KARTOTEKA_CORPUS', HERE.parent / '../shared/corpus'))
    parser.add_argument('--program', default=HERE.parent / 'target/release/examples/decision')
    parser.add_argument('--cache', type=pathlib.Path)
    parser.add_argument('--alone', type=int, default=SIZES[1], help='how many records of words alone of each language and set')
    parser.add_argument('--records', type=pathlib.Path, help='more records: a file of ISO 2709 in UTF-8')
    parser.add_argument('--most', type=int, default=3000, help='how many of these records')
    parser.add_argument('--few', action='store_true', help='a quarter of the files of words')
    parser.add_argument('--only', type=lambda text: text.split(','))
    parser.add_argument('--show', type=int, default=0, help='wrong records of each language and set to print')
    parser.add_argument('--dump', type=pathlib.Path, help='each record: kind, set, language, size, letters, right, confidence, '
                        'set read, whether told, whether the first of these bytes, hash of the text')
    parser.add_argument('--markdown', type=pathlib.Path)
    args = parser.parse_args()
    spec = importlib.util.spec_from_file_location('bench', args.corpus / 'charset/bench.py')
    bench = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(bench)
    for name, marks in MARKS.items(): bench.MARKED[name].marks.update((chr(mark), byte) for mark, byte in marks.items())
    sizes = {size: max(1, count // 4) for size, count in SIZES.items()} if args.few else SIZES
    sizes = sizes | {1: args.alone} if args.alone != SIZES[1] else sizes
    cases = [*of_words(bench, args.corpus, args.only, sizes), *of_real(bench, args.corpus, args.only)]
    if args.records: cases += of_catalogue(bench, args.records, args.most, args.only)
    programs = others()
    print(f'{len(cases)} files', file=sys.stderr)
    # What the others are asked comes first.
    cases.sort(key=lambda case: case.kind in OURS)
    asked = sum(case.kind not in OURS for case in cases)
    inputs = [b'\n'.join(data for record in case.records for *_, data in record) for case in cases[:asked]]
    mine = ours(args.program, cases)
    said = {}
    if programs:
        known = json.loads(args.cache.read_text()) if args.cache and args.cache.exists() else {}
        keys = [hashlib.sha256(data).hexdigest()[:20] for data in inputs]
        with concurrent.futures.ProcessPoolExecutor(2) as pool:
            for name in programs:
                names = known.setdefault(name, {})
                missing = list({key: data for key, data in zip(keys, inputs) if key not in names}.items())
                parts = [missing[at:at + 500] for at in range(0, len(missing), 500)]
                for part, found in zip(parts, pool.map(ask, [(name, [data for _, data in part]) for part in parts])):
                    names.update(zip((key for key, _ in part), found))
                said[name] = [names[key] for key in keys]
                print(f'{name}: {len(missing)} asked', file=sys.stderr)
        if args.cache: args.cache.write_text(json.dumps(known))
    measured(args, cases, mine, said, programs)


def measured(args, cases, mine, said, programs):
    names = ['kartoteka', *programs]
    right, total, told = collections.Counter(), collections.Counter(), collections.Counter()
    bands = collections.defaultdict(lambda: [0, 0, 0.0])
    shown = collections.Counter()
    dump = args.dump.open('w') if args.dump else None
    seen = set()
    for at, case in enumerate(cases):
        read = mine[at]
        for number, record in enumerate(case.records):
            count = letters(record)
            if not count: continue
            want = '\x1f'.join(text for *_, text, _ in record).replace('\t', ' ')
            size = case.size if case.kind in ('words', 'more') or case.size > 1 else ('3+' if count >= 3 else '1-2')
            cell = (case.kind, size, case.charset, case.language)
            total[cell] += 1
            got, confidence, charset, doubt = read[number] if number < len(read) else ('', '-', '', False)
            ok = got == want
            right['kartoteka', cell] += ok
            told[cell] += doubt and not ok
            # Many sets have the same bytes for a text: it is one input.
            kind = 'words' if case.kind == 'more' else case.kind
            key = (kind, hash((want, *(data for *_, data in record))))
            first = key not in seen
            seen.add(key)
            if confidence != '-' and case.size == 1:
                value = int(confidence)
                band = next(name for top, name in ((500, 'under 50'), (800, '50 to 80'), (950, '80 to 95'), (990, '95 to 99'), (1001, 'over 99')) if value < top)
                for once in (False, True)[:1 + first]:
                    for name in (kind, 'all'):
                        entry = bands[once, name, band]
                        entry[0] += 1; entry[1] += ok; entry[2] += value / 10
            if dump: print(case.kind, case.charset, case.language, size, count, int(ok), confidence, charset, int(doubt), int(first), zlib.crc32(want.encode()),
                           sep='\t', file=dump)
            if not ok and args.show and shown[cell] < args.show:
                shown[cell] += 1
                print('WRONG', *cell, charset, confidence, ' | '.join(text for *_, text, _ in record if not text.isascii())[:150], '=>', ' | '.join(t for t in got.split('\x1f') if not t.isascii())[:150])
            for name in programs if case.kind not in OURS else ():
                right[name, cell] += nfc(read_as(b'\x1f'.join(data for *_, data in record), said[name][at])).replace('\t', ' ') == want
    out = report(names, programs, right, total, told, bands)
    print(out)
    if args.markdown: args.markdown.write_text(out)


def report(names, programs, right, total, told, bands):
    versions = ', '.join(f'{name} {version}' for name, (version, _) in programs.items())
    lines = ['# Measured', '',
             f'{datetime.date.today()}, by `benches/decision.py`, which says how: {versions or "no other program"}. Per cent of records that are '
             'right to the letter, how many there are in brackets; the label says nothing, so that text alone decides.', '']
    def share(name, cells):
        whole = sum(total[cell] for cell in cells)
        return 100 * sum(right[name, cell] for cell in cells) / whole if whole else None
    def number(value): return '' if value is None else f'{value:.1f}'
    groups = [('words', 1), ('words', 5), ('words', 50), ('real', '3+'), ('real', '1-2'), ('real', 50), ('field', '3+'), ('field', '1-2'),
              ('more', 1), ('catalogue', '3+'), ('catalogue', '1-2')]
    called = {('words', 1): 'words, alone', ('words', 5): 'words, files of 5', ('words', 50): 'words, files of 50', ('real', '3+'): 'real, alone, 3 and more letters',
              ('real', '1-2'): 'real, alone, 1 or 2 letters', ('real', 50): 'real, files of up to 50', ('field', '3+'): 'fields of real ones, 3 and more letters', ('field', '1-2'): 'fields of real ones, 1 or 2 letters',
              ('more', 1): 'more words, alone', ('catalogue', '3+'): 'catalogue, alone, 3 and more letters', ('catalogue', '1-2'): 'catalogue, alone, 1 or 2 letters'}
    cells_of = {group: [cell for cell in total if cell[:2] == group] for group in groups}
    lines += ['| records | kartoteka, all sets | ' + ' | '.join(f'{name} {version}, sets it knows | kartoteka, the same' for name, (version, _) in programs.items()) + ' |',
              '|---|---:|' + '---:|---:|' * len(programs)]
    groups = [group for group in groups if cells_of[group]]
    for group in groups:
        cells = cells_of[group]
        row = [f'{number(share("kartoteka", cells))} ({sum(total[cell] for cell in cells)})']
        for name in programs:
            known = [cell for cell in cells if cell[2] not in UNKNOWN[name]]
            row += [number(share(name, known)), number(share('kartoteka', known))] if group[0] not in OURS else ['', '']
        lines.append(f'| {called[group]} | ' + ' | '.join(row) + ' |')
    wrong = {group: sum(total[cell] - right['kartoteka', cell] for cell in cells_of[group]) for group in groups}
    lines += ['', 'Of ours that are wrong, told as doubtful: ' + ', '.join(
        f'{called[group]} {sum(told[cell] for cell in cells_of[group])} of {wrong[group]}' for group in groups) + '.']
    kinds = {'words': 'words', 'real': 'real', 'catalogue': 'catalogue', 'field': 'fields', 'all': 'all of them'}
    kinds = {kind: name for kind, name in kinds.items() if any(key[1] == kind for key in bands)}
    for once in False, True:
        if once: lines += ['', 'The same, where all sets that have the same bytes for a text are one input:']
        lines += ['', '| confidence stated | ' + ' | '.join(f'{name}: mean | right ({"inputs" if once else "records"})' for name in kinds.values()) + ' |',
                  '|---|' + '---:|---:|' * len(kinds)]
        for band in ('under 50', '50 to 80', '80 to 95', '95 to 99', 'over 99'):
            row = []
            for kind in kinds:
                count, ok, whole = bands[once, kind, band]
                row += [f'{whole / count:.1f}', f'{100 * ok / count:.1f} ({count})'] if count else ['', '']
            lines.append(f'| {band} | ' + ' | '.join(row) + ' |')
    lines += ['', 'Records alone. Each text is written in every set that holds it, so that one text may be wrong many times. More words and the '
              'catalogue are read by our program alone.']
    behind, few = [], 0
    for title, by in (('set', lambda cell: (cell[2],)), ('set and language', lambda cell: (cell[2], cell[3]))):
        for kind in ('words', 'real'):
            mine = [group for group in groups if group[0] == kind]
            short = {'words': 'alone / in files of 5 / of 50', 'real': 'alone with 3 and more letters / with 1 or 2 / in files of up to 50'}[kind]
            lines += ['', f'## {"Words" if kind == "words" else "Real records"} by {title}', '', f'{short}; in brackets where a program does not know the set.'
                      + (f' Cells of {LEAST} records and more.' if kind == 'real' and title != 'set' else ''), '',
                      f'| {title} | ' + ' | '.join(names) + ' |', '|---|' + '---:|' * len(names)]
            for key in dict.fromkeys(by(cell) for group in mine for cell in cells_of[group]):
                of = [[cell for cell in cells_of[group] if by(cell) == key] for group in mine]
                counts = [sum(total[cell] for cell in cells) for cells in of]
                own, row = [share('kartoteka', cells) for cells in of], []
                for name in names:
                    shares = [share(name, cells) for cells in of]
                    text = ' / '.join('–' if value is None else f'{value:.1f}' for value in shares)
                    unknown = name != 'kartoteka' and key[0] in UNKNOWN[name]
                    row.append(f'({text})' if unknown else text)
                    if name == 'kartoteka' or unknown: continue
                    for group, theirs, value, count in zip(mine, shares, own, counts):
                        if theirs is None or theirs - value <= 0.5: continue
                        if count < LEAST: few += 1
                        else: behind.append(f'- {theirs - value:.1f} points behind {name}: {called[group]}, {" ".join(key)} ({count})')
                if title == 'set' or kind == 'words' or max(counts) >= LEAST: lines.append(f'| {" ".join(key)} | ' + ' | '.join(row) + ' |')
    lines += ['', '## Behind', '', f'Where another program is ahead by more than half a point on a set that it knows, in cells of {LEAST} records and more'
              f' ({few} smaller ones aside, of one record mostly):', '', *(behind or ['- nowhere'])]
    return '\n'.join(lines) + '\n'


if __name__ == '__main__': main()
