"""Records and fields: reading, changing, building. What is expected of marc21.mrc is in marc21.expected.ndjson, by pymarc."""

from __future__ import annotations

import copy
import json
import pickle

import pytest

import kartoteka
from kartoteka import Field, KartotekaError, Record, Subfield


def first(path):
    return next(kartoteka.open(path))


def test_a_record_is_what_another_program_made_of_it(fixtures):
    for name in ("marc21", "unimarc", "rusmarc-utf8", "rusmarc-cp1251"):
        expected = (fixtures / "iso2709" / f"{name}.expected.ndjson").read_text("utf-8").splitlines()
        read = list(kartoteka.open(fixtures / "iso2709" / f"{name}.mrc"))
        assert len(read) == len(expected) > 0
        for record, line in zip(read, expected):
            want = json.loads(line)
            got = record.to_dict()
            assert got["fields"] == want["fields"]
            made = [
                {field.tag: field.data}
                if field.is_control
                else {
                    field.tag: {
                        "ind1": field.indicators[0],
                        "ind2": field.indicators[1],
                        "subfields": [{code: value} for code, value in field.subfields],
                    }
                }
                for field in record.fields
            ]
            assert made == want["fields"]


def test_fields_and_values(marc21):
    record = first(marc21)
    assert record["245"]["a"] == "Leyli və Məcnun :"
    assert record["001"].data == "kart0001" == record.control_number
    assert record["001"].is_control and not record["245"].is_control
    assert record.get("999") is None and "999" not in record and "245" in record
    with pytest.raises(KeyError):
        record["999"]
    with pytest.raises(KeyError):
        record["245"]["z"]
    assert record["245"].get("z") is None and record["245"].get("z", "-") == "-"
    assert [field.tag for field in record.get_fields("245", "65.")] == [f.tag for f in record if f.tag[:2] == "65" or f.tag == "245"]
    assert record.values("245$a") == ["Leyli və Məcnun :"]
    assert record["245"].values("a") == ["Leyli və Məcnun :"]
    assert record.number == 1 and record.offset == 0
    assert record.dialect == "marc21" and record.charset.lower() == "utf-8"
    assert len(record) == len(record.fields) == len(list(record))
    assert record.matches('245$a =^ "Leyli" && !999?')


def test_a_subfield_is_a_pair():
    subfield = Subfield("a", "Divan")
    code, value = subfield
    assert (code, value) == ("a", "Divan") == tuple(subfield)
    assert subfield == ("a", "Divan") == subfield and subfield == Subfield("a", "Divan") != ("b", "Divan")
    assert hash(subfield) == hash(("a", "Divan"))
    assert subfield[0] == "a" and subfield[-1] == "Divan" and len(subfield) == 2
    with pytest.raises(IndexError):
        subfield[2]
    with pytest.raises(ValueError):
        Subfield("ab", "Divan")


def test_every_handle_sees_an_edit(marc21):
    record = first(marc21)
    one, other = record["245"], record.get_fields("245")[0]
    one["a"] = "Xəmsə"
    assert other["a"] == record["245"]["a"] == "Xəmsə" == record.values("245$a")[0]
    other.add_subfield("z", "added")
    assert one["z"] == "added" and one.subfields[-1] == ("z", "added")
    one.indicators = "00"
    assert other.indicators == "00"
    del one["z"]
    assert "z" not in other
    # Fields before it come and go: the handle stays with its field.
    record.insert_field(0, Field("005", "20260101000000.0"))
    record.remove_fields("008")
    assert one["a"] == "Xəmsə" and one.tag == "245"
    record.set("245$a", "Divan")
    assert one["a"] == "Divan"
    record.sort_fields()
    assert [field.tag for field in record] == sorted(field.tag for field in record)
    assert one["a"] == "Divan"
    assert next(kartoteka.loads(record.to_iso2709()))["245"]["a"] == "Divan"


def test_a_path_deletes_and_the_others_stay(marc21):
    record = first(marc21)
    last = record.fields[-1]
    before = str(last)
    title = record["245"]
    assert record.delete("245$c") == 1
    assert "c" not in title and str(last) == before
    assert record.delete("245") == 1
    with pytest.raises(KartotekaError, match="no longer in its record"):
        title["a"]
    assert str(last) == before


def test_a_handle_stays_with_what_is_left_of_its_field():
    record = Record([Field("650", subfields=[("a", "one")]), Field("650", subfields=[("a", "two"), ("b", "three")])])
    gone, left = record.fields
    assert record.delete("650$a") == 2
    assert left["b"] == "three" and len(record) == 1
    with pytest.raises(KartotekaError, match="no longer in its record"):
        gone.tag


def test_a_field_joins_and_leaves_a_record(marc21):
    record = first(marc21)
    note = Field("500", indicators="  ", subfields=[("a", "Poem.")])
    record.add_field(note)
    note["a"] = "Poems."
    assert record.get_fields("500")[-1]["a"] == "Poems."
    record.remove_field(note)
    note["a"] = "A poem."
    assert "A poem." not in record.values("500$a") and note["a"] == "A poem."
    other = Record()
    other.add_field(note)
    note.add_subfield("b", "Two.")
    assert other["500"]["b"] == "Two."
    # A field of another record stays there.
    record.add_field(other["500"])
    record.get_fields("500")[-1]["a"] = "Changed."
    assert other["500"]["a"] == "A poem."
    with pytest.raises(KartotekaError, match="not in this record"):
        record.remove_field(note)


def test_a_record_is_built():
    record = Record(
        [Field("001", "kart0001"), Field("245", indicators="10", subfields=[("a", "Divan /"), Subfield("c", "Füzuli.")])],
        leader="00000nam a2200000 i 4500",
    )
    # The lengths by hand: 24 + 2 * 12 + 1 = 49, 9, 22, and 1.
    assert record.to_iso2709() == (
        b"00081nam a2200049 i 4500001000900000245002200009\x1ekart0001\x1e10\x1faDivan /\x1fcF\xc3\xbczuli.\x1e\x1d"
    )
    book = Record([Field("200", subfields=[("a", "Хамса")], syntax="irbis")], syntax="irbis", mfn=7)
    assert book.mfn == 7 and book.leader is None and book["200"]["A"] == "Хамса"
    assert book.to("irbis-text").decode().splitlines()[:1] == ["#200: ^aХамса"]


def test_what_cannot_be_is_refused_with_the_field(marc21):
    record = first(marc21)
    with pytest.raises(KartotekaError, match="field 245: .*delimiter") as caught:
        record["245"]["a"] = "a\x1fb"
    assert caught.value.kind == "argument"
    assert record["245"]["a"] == "Leyli və Məcnun :"
    with pytest.raises(KartotekaError, match="indicator"):
        Field("245", indicators="1", subfields=[("a", "x")])
    with pytest.raises(KartotekaError, match="tag"):
        Field("24", indicators="10")
    record["245"]["a"] = "x" * 10_000
    with pytest.raises(KartotekaError) as caught:
        record.to_iso2709()
    assert caught.value.kind == "unrepresentable" and caught.value.code and "245" in str(caught.value)
    with pytest.raises(TypeError):
        pickle.dumps(record)


def test_a_copy_is_a_record_of_its_own(marc21):
    record = first(marc21)
    for other in (record.copy(), copy.copy(record), copy.deepcopy(record)):
        assert other == record
        other["245"]["a"] = "Xəmsə"
        assert other != record and record["245"]["a"] == "Leyli və Məcnun :"


def test_plain_tuples(fixtures):
    for name in ("iso2709/marc21.mrc", "iso2709/rusmarc-cp1251.mrc", "isis/irbis64.mst"):
        for record in kartoteka.open(fixtures / name):
            expected = [
                (field.tag, field.data)
                if field.is_control
                else (field.tag, field.indicators, ([("", field.data)] if field.data else []) + [tuple(one) for one in field])
                for field in record
            ]
            assert record.to_tuples() == expected


def test_forms(marc21, fixtures):
    record = first(marc21)
    data = marc21.read_bytes()
    assert record.to_iso2709() == data[: int(data[:5])]
    assert json.loads(record.to_json()) == record.to_dict() == json.loads(record.to_json(indent=True))
    xml = record.to_marcxml()
    assert '<subfield code="a">Leyli və Məcnun :</subfield>' in xml
    assert next(kartoteka.loads(xml)).to_dict()["fields"] == record.to_dict()["fields"]
    assert "=245  10$aLeyli" in record.to("mrk").decode()


def test_text_that_does_not_decode_is_not_lost(fixtures):
    # 200$a in Windows-1251, and a byte that UTF-8 does not have.
    raw = b"00053nam a2200037 a 4500200001500000\x1e1 \x1faCaf\xe9\x1fbok\x1e\x1d"
    raw = b"%05d" % len(raw) + raw[5:]
    record = next(kartoteka.loads(raw, charset="utf-8"))
    assert record["200"]["a"] == "Caf\ufffd" and b"Caf\xe9" in record["200"].raw
    with pytest.raises(KartotekaError) as caught:
        record["200"]["b"] = "new"  # the other value would be lost
    assert caught.value.kind == "decode"
    record.set("200$b", "new")
    assert b"Caf\xe9\x1fbnew" in record["200"].raw


def test_the_typed_view(marc21, irbis):
    bib = first(marc21).bib
    assert bib.titles[0].value == "Leyli və Məcnun" and bib.reading == "marc21"
    assert pickle.loads(pickle.dumps(bib)) == bib
    assert isinstance(bib.to_dict()["agents"], list)
    with pytest.raises(AttributeError):
        bib.author
    titles = [title.value for record in kartoteka.open(irbis) for title in record.bib.titles]
    assert "Евгений Онегин" in titles and "Қара сөздер" in titles
