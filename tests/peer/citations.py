"""Prints what other programs read in citations: an array of title, authors and year for each record.

    python citations.py bibtex|ris|csl-json|json-ld FILE
"""

import json
import sys
import unicodedata


def bibtex(text):
    import bibtexparser
    from bibtexparser.customization import getnames, splitname
    from bibtexparser.latexenc import latex_to_unicode

    for entry in bibtexparser.loads(text).entries:
        names = []
        for name in entry.get("author", "").split(" and ") if "author" in entry else []:
            parts = splitname(name)
            names.append([" ".join(parts["last"]).strip("{}"), " ".join(parts["first"])])
        yield latex_to_unicode(entry["title"]), names, int(entry["year"])


def ris(text):
    import rispy

    for entry in rispy.loads(text):
        names = [(name.split(", ") + [""])[:2] for name in entry.get("authors", [])]
        yield entry["title"], names, int(entry["year"])


def csl_json(text):
    from citeproc.source.json import CiteProcJSON

    entries = json.loads(text)
    source = CiteProcJSON(entries)
    for entry in entries:
        read = source[entry["id"].lower()]
        names = []
        for name in read["author"] if "author" in entry else []:
            given, family = name.parts()[:2]
            names.append([str(family or given), str(given) if family and given else ""])
        issued = read["issued"]
        issued = issued["begin"] if "begin" in issued else issued
        yield str(read["title"]), names, int(issued.year)


def json_ld(text):
    from pyld import jsonld

    def local(url, options):
        assert url == "https://schema.org", url
        context = {"@vocab": "https://schema.org/", "url": {"@type": "@id"}}
        return {"contentType": "application/ld+json", "contextUrl": None, "documentUrl": url, "document": {"@context": context}}

    word = "https://schema.org/"
    value = lambda node, key: node[word + key][0]["@value"]
    for node in jsonld.expand(json.loads(text), {"documentLoader": local}):
        names = []
        for agent in node.get(word + "author", []):
            parted = word + "familyName" in agent
            names.append([value(agent, "familyName"), value(agent, "givenName")] if parted else [value(agent, "name"), ""])
        yield value(node, "name"), names, int(value(node, "datePublished"))


text = open(sys.argv[2], encoding="utf-8", newline="").read()
readers = {"bibtex": bibtex, "ris": ris, "csl-json": csl_json, "json-ld": json_ld}
for title, names, year in readers[sys.argv[1]](text):
    # bibtexparser composes letters with their marks; the others leave them.
    print(unicodedata.normalize("NFC", json.dumps([title, names, year], ensure_ascii=False)))
