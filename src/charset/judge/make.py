#!/usr/bin/env python3
"""Makes languages.bin: for each language, how probable each letter is after each letter.

From Debian 12: the spelling dictionaries below, and the message catalogues of evolution-common, epiphany-browser-data,
gedit-common, gimp-data, gnome-control-center-data, gnucash-common, gnumeric-common, iso-codes, libglib2.0-data,
libgtk-3-common, libgtk2.0-common, nautilus-data, pidgin-data and totem-common. The catalogues give running text, so
each word counts as often as it occurs, up to a limit; each word of a dictionary counts once. Azerbaijani in Cyrillic
and Kazakh in Latin letters are transliterated. `--check` compares with the file, `--root DIR` looks for the lists there.

The file, for each language: the length of its name and the name; the number of letters and the letters, two bytes each,
low byte first; then for each row (word boundary, foreign letter, letters) the cost of each column (the same), one byte:
minus the binary logarithm of the probability, in twelfths, at most 255."""
import argparse, collections, gettext, math, pathlib, re, sys, unicodedata

HERE = pathlib.Path(__file__).resolve().parent
DOMAINS = ('epiphany evolution gedit gimp20 gimp20-script-fu gimp20-std-plug-ins gnome-control-center-2.0 gnucash '
           'gnumeric-1.12.55 glib20 gtk20 gtk20-properties gtk30 gtk30-properties iso_3166-1 iso_3166-2 iso_639-2 '
           'iso_639-3 nautilus pidgin totem').split()
# name: (catalogue, dictionaries)
LANGUAGES = {
    'en': (None, ['en_US', 'en_GB']), 'fr': ('fr', ['fr']), 'es': ('es', ['es_ES']), 'pt': ('pt_BR', ['pt_PT']),
    'ca': ('ca', ['ca_ES']), 'it': ('it', ['it_IT']), 'de': ('de', ['de_DE']), 'nl': ('nl', ['nl_NL']),
    'sv': ('sv', ['sv_SE']), 'da': ('da', ['da_DK']), 'nb': ('nb', ['nb_NO']), 'fi': ('fi', []),
    'is': ('is', ['is_IS']), 'et': ('et', ['et_EE']), 'lv': ('lv', ['lv_LV']), 'lt': ('lt', ['lt_LT']),
    'pl': ('pl', ['pl_PL']), 'cs': ('cs', ['cs_CZ']), 'sk': ('sk', ['sk_SK']), 'hu': ('hu', ['hu_HU']),
    'ro': ('ro', ['ro_RO']), 'sl': ('sl', ['sl_SI']), 'hr': ('hr', ['hr_HR']), 'tr': ('tr', ['tr_TR']),
    'az': ('az', []), 'ru': ('ru', ['ru_RU']), 'uk': ('uk', ['uk_UA']), 'be': ('be', ['be_BY']),
    'bg': ('bg', ['bg_BG']), 'sr': ('sr', ['sr_RS']), 'mk': ('mk', []), 'kk': ('kk', ['kk_KZ']),
    'el': ('el', ['el_GR']), 'ar': ('ar', ['ar']), 'fa': ('fa', []), 'he': ('he', ['he_IL']),
    'az-cyrl': ('az', []), 'kk-latn': ('kk', ['kk_KZ']), 'sq': ('sq', []),
    'ru-latn': ('ru', ['ru_RU']), 'uk-latn': ('uk', ['uk_UA']), 'bg-latn': ('bg', ['bg_BG']),
    'ar-latn': ('ar', ['ar']), 'fa-latn': ('fa', []), 'he-latn': ('he', ['he_IL']), 'hi-latn': ('hi', []),
    'ja-latn': ('ja', []), 'ko-latn': ('ko', []), 'el-latn': ('el', ['el_GR']),
}
AZ = dict(zip('abcçdeəfgğhxıijkqlmnoöprsştuüvyz', 'абҹчдеәфҝғһхыижкглмноөпрсштуүвјз'))
KK = dict(zip('аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщыіэюя',
              'a ä b v g ğ d e io j z i i k q l m n ñ o ö p r s t u ū ü f h h ts ch ş ştş y ı e iu ia'.split()))
# The tables of romanization of the American Library Association and the Library of Congress, without ligatures and signs.
RU = dict(zip('абвгдеёжзийклмнопрстуфхцчшщъыьэюяі', 'a b v g d e ë zh z i ĭ k l m n o p r s t u f kh ts ch sh '
              'shch _ y _ ė iu ia i'.split()))
UK = RU | dict(zip('гґеєиіїй', 'h g e ie y i ï ĭ'.split()))
BG = RU | dict(zip('йщъ', 'ĭ sht ŭ'.split()))
# Upsilon is u after a vowel, y elsewhere.
EL = dict(zip('αβγδεζηθικλμνξοπρσςτυφχψωάέήίόώϊΐύϋΰ', 'a v g d e z ē th i k l m n x o p r s s t y ph ch ps ō a e ē i o ō i i y y '
              'y'.split()))
# Vowels that are not written are taken to be these.
AR = ('a', dict(zip('ابتثجحخدذرزسشصضطظعغفقكلمنهويىةأإآؤئءپچژگ', 'ā b t th j ḥ kh d dh r z s sh ṣ ḍ ṭ ẓ _ gh f q k l m n h '
                    'ū ī á ah a i ā u i _ p ch zh g'.split())))
FA = ('a', AR[1] | dict(zip('ثحذضوۀە', 's̲ ḥ z̲ z̤ v ih ih'.split())))
HE = ('e', dict(zip('אבגדהוזחטיכךלמםנןסעפףצץקרשת',
                    '_ b g d h o z ḥ ṭ i k kh l m m n n s _ p f ts ts ḳ r sh t'.split())))
HI = dict(zip('अआइईउऊऋएऐओऔ', 'a ā i ī u ū ṛ e ai o au'.split()))
HI_SIGNS = dict(zip('ािीुूृेैोौ्', 'ā i ī u ū ṛ e ai o au _'.split()))
HI_LETTERS = dict(zip('कखगघङचछजझञटठडढणतथदधनपफबभमयरलवशषसह', 'k kh g gh ṅ c ch j jh ñ ṭ ṭh ḍ ḍh ṇ t th d dh n p ph b bh '
                      'm y r l v ś ṣ s h'.split()))
JA = dict(zip('アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲンガギグゲゴザジズゼゾ'
              'ダヂヅデドバビブベボパピプペポ', 'a i u e o ka ki ku ke ko sa shi su se so ta chi tsu te to na ni nu ne no '
              'ha hi fu he ho ma mi mu me mo ya yu yo ra ri ru re ro wa o n ga gi gu ge go za ji zu ze zo da ji zu de do '
              'ba bi bu be bo pa pi pu pe po'.split()))
KO = ('k kk n t tt r m p pp s ss _ ch tch chʻ kʻ tʻ pʻ h'.split(),
      'a ae ya yae ŏ e yŏ ye o wa wae oe yo u wŏ we wi yu ŭ ŭi i'.split(),
      '_ k k k n n n t l k m l l l p l m p p t t ng t t k t p t'.split())
# Letters that old sets have in place of others.
FOLD = str.maketrans('șțیۍېکھہەۀ', 'şţيييكهههه')
SIZE = 20000  # words of a dictionary
LIMIT = 60    # occurrences of a word in catalogues that count


def fold(text):
    text = unicodedata.normalize('NFC', text).replace('İ', 'i').lower().translate(FOLD)
    return unicodedata.normalize('NFC', text)


def words_of(text):
    return [fold(word) for word in re.findall(r"(?:[^\W\d_]|[\u093c-\u094d\u0901\u0902])+", text)]


def catalogue(root, name):
    """Words of the translations, with how often they occur; of the originals for English."""
    counts = collections.Counter()
    for domain in DOMAINS:
        path = root / 'usr/share/locale' / (name or 'en_GB') / 'LC_MESSAGES' / f'{domain}.mo'
        if not path.exists(): continue
        with path.open('rb') as file: messages = gettext.GNUTranslations(file)._catalog
        for source, text in messages.items():
            if not source: continue
            if isinstance(source, tuple): source = source[0]
            if name is None: text = source
            text = re.sub(r'%[-+ #0-9.]*[a-zA-Z]|<[^>]*>|\{[^}]*\}|[_&\u200b-\u200f\u202a-\u202e]|https?:\S*', '', text)
            if name not in (None, 'en_GB') and text == source: continue
            counts.update(words_of(text))
    return counts


def dictionary(root, name):
    base = root / 'usr/share/hunspell' / name
    aff = base.with_suffix('.aff').read_bytes()
    encoding = re.search(rb'^\s*SET\s+(\S+)', aff, re.M)
    encoding = (encoding.group(1).decode() if encoding else 'latin-1').replace('microsoft-', '')
    lines = base.with_suffix('.dic').read_bytes().decode(encoding, 'replace').splitlines()[1:]
    words = [word for line in lines for word in words_of(re.split(r'[/\t ]', line)[0]) if len(word) > 1]
    step = max(1, len(words) // SIZE)
    return words[::step]


def latin(word): return not word.isascii() or all('LATIN' in unicodedata.name(c, '') for c in word)


def script_of(name):
    if name in 'ru uk be bg sr mk kk az-cyrl'.split(): return 'CYRILLIC'
    return {'el': 'GREEK', 'ar': 'ARABIC', 'fa': 'ARABIC', 'he': 'HEBREW'}.get(name, 'LATIN')


def romanized(name, word):
    """A word in Latin letters, or nothing if a letter of it is in no table."""
    if name == 'el-latn':
        word = re.sub('γ(?=[γκξχ])', 'ν', re.sub('^μπ', 'β', re.sub('^ντ', 'δ', word)))
        word = re.sub('(?<=[αεοη])[υύ]', 'u', word)
        return ''.join(c if c == 'u' else EL[c] for c in word) if all(c in EL or c == 'u' for c in word) else ''
    if name in TABLES:
        table = TABLES[name]
        return ''.join(table[c] for c in word).replace('_', '') if all(c in table for c in word) else ''
    if name in ABJADS:
        short, table = ABJADS[name]
        if name == 'ar-latn': word = re.sub('^ال(?=..)', '', word)
        if not all(c in table for c in word): return ''
        out = ''
        for c in word:
            letter = table[c].strip('_')
            if not out: letter = {'ā': 'a', 'ī': 'y', 'ū': table.get('ض') == 'z̤' and 'v' or 'w'}.get(letter, letter)
            elif letter == 'ā' and out[-1] in 'īū': out = out[:-1] + {'ī': 'iy', 'ū': 'uw'}[out[-1]]
            if out and letter and out[-1] not in VOWELS and letter[0] not in VOWELS: out += short
            out += letter
        return out
    if name == 'hi-latn':
        out, open_ = '', False
        word = word.replace('\u093c', '')
        for c in word:
            if c in HI_SIGNS: out, open_ = out + HI_SIGNS[c].strip('_'), False
            elif c in 'ंँ': out, open_ = out + 'aṃ'[not open_:], False
            else:
                letter = HI.get(c) or HI_LETTERS.get(c)
                if letter is None: return ''
                out, open_ = out + 'a' * open_ + letter, c in HI_LETTERS
        return out
    if name == 'ja-latn':
        out = ''
        for c in word:
            c = chr(ord(c) + 0x60) if 'ぁ' <= c <= 'ゖ' else c
            if c == 'ー' and out and out[-1] in LONG: out = out[:-1] + LONG[out[-1]]
            elif c in 'ャュョ' and out.endswith('i'): out = out[:-1] + ('' if out[-2:-1] in 'hj' else 'y') + 'auo'['ャュョ'.index(c)]
            elif c in 'ァィゥェォ' and out: out = out[:-1] + 'aiueo'['ァィゥェォ'.index(c)]
            elif c == 'ッ': out += '='
            elif c in JA: out += JA[c]
            else: return ''
        for short, long in ('ou', 'ō'), ('uu', 'ū'): out = out.replace(short, long)
        return re.sub('=(.)', r'\1\1', out).strip('=')
    out = ''
    for c in word:
        at = ord(c) - 0xAC00
        if not 0 <= at < 11172: return ''
        lead, vowel, tail = KO[0][at // 588], KO[1][at // 28 % 21], KO[2][at % 28]
        if out and out[-1] in VOWELS + 'nmlg' and lead in ('k', 't', 'p', 'ch'): lead = {'k': 'g', 't': 'd', 'p': 'b', 'ch': 'j'}[lead]
        out += (lead + vowel + tail).replace('_', '')
    return out.replace('ʻ', '')


VOWELS = 'aeiouāīūáŏŭ'
LONG = dict(zip('aiueo', 'āīūēō'))
TABLES = {'az-cyrl': AZ, 'kk-latn': KK, 'ru-latn': RU, 'uk-latn': UK, 'bg-latn': BG}
ABJADS = {'ar-latn': AR, 'fa-latn': FA, 'he-latn': HE}


def model(root, name):
    counts = collections.Counter()
    code, dictionaries = LANGUAGES[name]
    for word, count in catalogue(root, code).items(): counts[word] += min(count, LIMIT)
    for other in dictionaries:
        for word in dictionary(root, other): counts[word] += 1
    if name.endswith(('-latn', '-cyrl')):
        other, counts = counts, collections.Counter()
        for word, n in other.items():
            word = unicodedata.normalize('NFC', romanized(name, word))
            if word: counts[word] += n
    script = script_of(name)
    good = {w: n for w, n in counts.items() if all(unicodedata.name(c, '').startswith(script) for c in w)}
    single = collections.Counter()
    for word, n in good.items():
        for c in word: single[c] += n
    total = sum(single.values())
    letters = sorted(c for c, n in single.items() if n >= max(3, total * 2e-6))[:90]
    index = {c: i + 2 for i, c in enumerate(letters)}
    size = len(letters) + 2
    pairs = [[0] * size for _ in range(size)]
    for word, n in good.items():
        before = 0
        for c in word:
            here = index.get(c, 1)
            pairs[before][here] += n
            before = here
        pairs[before][0] += n
    column = [sum(row[j] for row in pairs) for j in range(size)]
    column[1] = 0
    whole = sum(column)
    rows = bytearray()
    for i, row in enumerate(pairs):
        row = row[:]
        row[1] = 0
        seen = 0 if i == 1 else sum(row)
        for j in range(size):
            if j == 1: p = 2 ** -20
            elif i == 0 and j == 0: p = 1
            else: p = ((row[j] if i != 1 else 0) + 6 * max(column[j], 0.5) / whole) / (seen + 6)
            rows.append(min(255, round(-12 * math.log2(p))))
    encoded = name.encode()
    print(f'{name}: {len(good)} words, {total} letters, {len(letters)} in the alphabet: {"".join(letters)}', file=sys.stderr)
    return bytes([len(encoded)]) + encoded + bytes([len(letters)]) + ''.join(letters).encode('utf-16-le') + bytes(rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--root', type=pathlib.Path, default=pathlib.Path('/'))
    parser.add_argument('--check', action='store_true')
    args = parser.parse_args()
    data = b''.join(model(args.root, name) for name in LANGUAGES)
    path = HERE / 'languages.bin'
    if args.check:
        sys.exit(0 if path.read_bytes() == data else 'languages.bin differs from what the lists give')
    path.write_bytes(data)
    print(f'{len(data)} bytes', file=sys.stderr)


if __name__ == '__main__': main()
