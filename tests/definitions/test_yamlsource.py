"""Study files in YAML: texts stay texts, problems have a line, comments survive."""

from __future__ import annotations

from pathlib import Path

import pytest

from habitat_enquete.errors import EnqueteError
from habitat_enquete.yamlsource import (
    MAXIMUM_BYTES,
    Section,
    Table,
    dump,
    load_for_rewriting,
    parse_mapping,
    read_mapping,
    refuse_problems,
)


def section(text: str, aliases: dict[str, str] | None = None) -> Section:
    return Section(parse_mapping(text, file="f.yaml"), "f.yaml", aliases or {})


@pytest.mark.parametrize(
    "typed", ["01004", "no", "1:30", "1e3", "0x1F", "2019-03-01", "~", "null", "1_000", ".5", "Yes"]
)
def test_every_scalar_stays_the_text_that_was_typed(typed):
    assert parse_mapping(f"a: {typed}", file="f.yaml") == {"a": typed}


@pytest.mark.parametrize(
    "typed", ["01004", "no", "1:30", "1e3", "~", "", "été", "a: b", "# x", "deux\nlignes", "- x"]
)
def test_what_is_dumped_reads_back(typed):
    assert parse_mapping(dump({"a": {"b": [typed]}}), file="f.yaml") == {"a": {"b": [typed]}}


def test_lines_are_known():
    table = parse_mapping("a: 1\n\nb:\n  - x\n  - c: 2\n", file="f.yaml")
    assert table.lines == {"a": 1, "b": 3}
    assert table["b"].lines == [4, 5]
    assert table["b"][1].lines == {"c": 5}


def test_an_empty_file_is_an_empty_table():
    assert parse_mapping("# rien\n", file="f.yaml") == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\na: 2", "f.yaml, ligne 2 : la clé « a » est écrite deux fois"),
        ("a: &x 1\nb: 2", "f.yaml, ligne 1 : une ancre"),
        ("a: 1\nb: *x", "f.yaml, ligne 2 : un alias"),
        ("a: !!int 3", "f.yaml, ligne 1 : une étiquette de type"),
        ("a: 1\n---\nb: 2", "f.yaml, ligne 2 : un second document"),
        ("? [a]\n: 1", "f.yaml, ligne 1 : une clé qui n'est pas un simple mot"),
        ("[" * 100, "f.yaml, ligne 1 : un emboîtement de plus de 30 niveaux"),
        ("a: b: c", "f.yaml, ligne 1 : ce YAML n'est pas lisible (un « : » inattendu"),
        ("a:\n\t- b", "f.yaml, ligne 2 : ce YAML n'est pas lisible (une tabulation"),
        ("a: 1\nb: 'x", "ce YAML n'est pas lisible (des guillemets jamais refermés)"),
        ("a: 1\n b: 2", "ligne 2 : ce YAML n'est pas lisible"),
        ("a: \x07", "ce YAML n'est pas lisible (un caractère de contrôle invisible)"),
        ("- a", "f.yaml, ligne 1 : « f.yaml » attend des lignes « clé : valeur »"),
    ],
)
def test_what_is_refused_says_where_and_why(text, message):
    with pytest.raises(EnqueteError) as caught:
        parse_mapping(text, file="f.yaml")
    assert message in str(caught.value)


def test_deep_nesting_is_refused_before_it_costs_anything():
    with pytest.raises(EnqueteError, match="emboîtement"):
        parse_mapping("{a: " * 200_000, file="f.yaml")


def test_missing_file(tmp_path: Path):
    with pytest.raises(EnqueteError, match=r"« absent\.yaml » n'existe pas"):
        read_mapping(tmp_path / "absent.yaml")


def test_file_that_is_not_utf8(tmp_path: Path):
    (tmp_path / "f.yaml").write_bytes("titre: Enquête".encode("cp1252"))
    with pytest.raises(EnqueteError, match="pas enregistré en UTF-8"):
        read_mapping(tmp_path / "f.yaml")


def test_file_too_big(tmp_path: Path):
    (tmp_path / "f.yaml").write_bytes(b"#" * (MAXIMUM_BYTES + 1))
    with pytest.raises(EnqueteError, match="dépasse 5 Mo"):
        read_mapping(tmp_path / "f.yaml")


def test_text_is_nfc_without_bom_nor_carriage_returns(tmp_path: Path):
    (tmp_path / "f.yaml").write_bytes(b"\xef\xbb\xbfa: e\xcc\x81te\xcc\x81\r\n")
    assert read_mapping(tmp_path / "f.yaml") == {"a": "été"}


def test_french_aliases_are_read_under_english_names():
    found = section("titre: T\nfiltre: x", {"titre": "title", "filtre": "relevant"})
    assert (found.text("title"), found.text("relevant"), "title" in found) == ("T", "x", True)


def test_unknown_key_proposes_the_nearest():
    found = section("consinge: T", {"consigne": "hint"})
    found.check_keys(["hint", "label"])
    assert [each.message for each in found.problems] == [
        "f.yaml, ligne 1 : la clé « consinge » n'est pas connue ici. Vouliez-vous dire « consigne » ? "
        "Corrigez-la ou supprimez-la."
    ]


def test_the_same_key_in_both_languages_is_a_duplicate():
    found = section("filtre: a\nrelevant: b", {"filtre": "relevant"})
    found.check_keys(["relevant"])
    assert found.problems[0].message.startswith("f.yaml, ligne 2 : la clé « relevant » est écrite deux fois")


def test_typed_values():
    found = section("oui: oui\nnon: NON\nn: 12\nx: 1,5\nl: [a, b]\ns: seul\nm: {fr: Titre}\nt: [{a: b}]")
    assert found.flag("oui") is True and found.flag("non") is False
    assert found.integer("n") == 12 and found.number("x") == 1.5
    assert found.texts("l") == ("a", "b") and found.texts("s") == ("seul",)
    assert found.mapping("m") == {"fr": "Titre"}
    assert [each.text("a") for each in found.sections("t")] == ["b"]
    assert found.one_of("s", ["seul"], "autre") == "seul"
    assert found.problems == []


@pytest.mark.parametrize(
    ("read", "expected"),
    [
        (lambda s: s.text("liste"), "un texte"),
        (lambda s: s.texts("table"), "une liste de textes"),
        (lambda s: s.mapping("mot"), "des lignes « clé : texte »"),
        (lambda s: s.flag("mot"), "« oui » ou « non »"),
        (lambda s: s.integer("mot"), "un nombre entier"),
        (lambda s: s.number("mot"), "un nombre"),
        (lambda s: s.one_of("mot", ["x", "y"], "x"), "l'une de ces valeurs : x, y"),
        (lambda s: s.section("mot"), "des lignes « clé : valeur »"),
        (lambda s: s.sections("mot"), "une liste de lignes « - clé : valeur »"),
    ],
)
def test_wrong_type_is_a_located_problem(read, expected):
    found = section("table: {a: [b]}\nmot: peut-être\nliste: [a]")
    read(found)
    assert len(found.problems) == 1
    assert f"attend {expected}" in found.problems[0].message


def test_all_problems_are_told_together():
    found = section("a: x\nb: y")
    found.integer("a")
    found.integer("b")
    with pytest.raises(
        EnqueteError, match=r"« f.yaml » contient 2 erreurs à corriger\. f.yaml, ligne 1"
    ) as caught:
        refuse_problems(found.problems, file="f.yaml")
    assert [each.row for each in caught.value.problems] == [1, 2]


def test_comments_quotes_and_texts_survive_rewriting():
    text = '# tête\na: 01004 # commune\nb: "oui"\nliste:\n  - no\n  # fin\n'
    content = load_for_rewriting(text, file="f.yaml")
    assert dump(content) == text
    content["a"] = "48095"
    assert dump(content) == text.replace("01004", "48095")


def test_rewriting_refuses_what_reading_refuses():
    with pytest.raises(EnqueteError, match="écrite deux fois"):
        load_for_rewriting("a: 1\na: 2", file="f.yaml")


def test_tables_are_plain_dictionaries():
    assert isinstance(parse_mapping("a: {b: c}", file="f")["a"], Table)
    assert parse_mapping("a: {b: c}", file="f") == {"a": {"b": "c"}}
