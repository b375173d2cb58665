"""Asking for passages by codes and people, and counting them."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from openpyxl import load_workbook

from habitat_enquete.coding import decisions
from habitat_enquete.coding.crossings import UNKNOWN, Cell, by_attribute, cooccurrences, matrix
from habitat_enquete.coding.query import Condition, Scope, parse, search
from habitat_enquete.errors import EnqueteError
from habitat_enquete.model.codebook import Code, Codebook, Theme
from habitat_enquete.model.coding import Coding
from habitat_enquete.model.span import Span
from habitat_enquete.model.text import Document
from habitat_enquete.project import Project
from habitat_enquete.store import journal, texts
from habitat_enquete.store.connection import Store
from habitat_enquete.store.respondents import save_respondent

CODEBOOK = Codebook(
    (Theme("prix", "Prix"), Theme("vie", "Vie")),
    (Code("loyer", "Loyer", "prix"), Code("prix_achat", "Achat", "prix"), Code("emploi", "Emploi", "vie")),
)
PEOPLE = {
    "R01": {"public": "habitant", "age": "67"},
    "R02": {"public": "candidat;acteur", "age": "31,5"},
    "R03": {},
}
ANNE = decisions.person("anne")


@pytest.fixture
def said(make_document: Callable[..., Document]) -> tuple[dict[str, Document], list[Coding]]:
    """Two invented interviews: R01 speaks of rent and work at once, R02 of rent, then of buying."""
    first = make_document("R: Le loyer et l'emploi vont ensemble.", "R: L'emploi, c'est tout.")
    second = make_document("R: Le loyer est bas.", "R: Acheter est cher.", id="E02", respondent="R02")
    spans = [
        (first, "loyer", "loyer"),
        (first, "emploi", "emploi"),
        (first, "L'emploi", "emploi"),
        (second, "loyer", "loyer"),
        (second, "Acheter", "prix_achat"),
    ]
    codings = []
    for document, words, code in spans:
        start = document.text.index(words)
        codings.append(decisions.place(document, Span(start, start + len(words)), code, ANNE))
    return {"E01": first, "E02": second}, codings


def ask(said, text: str, scope: Scope = Scope.TURN, where: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    documents, codings = said
    hits = search(
        parse(text, CODEBOOK),
        codings,
        documents,
        PEOPLE,
        conditions=[Condition(each) for each in where],
        scope=scope,
    )
    return [(hit.coding.document, hit.quote) for hit in hits]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("loyer", [("E01", "loyer"), ("E02", "loyer")]),
        ("loyer ET emploi", [("E01", "loyer"), ("E01", "emploi")]),
        ("loyer and emploi", [("E01", "loyer"), ("E01", "emploi")]),
        ("loyer SAUF emploi", [("E02", "loyer")]),
        ("loyer ET NON emploi", [("E02", "loyer")]),
        ("prix_achat OU emploi ET loyer", [("E01", "emploi"), ("E01", "loyer"), ("E02", "Acheter")]),
        ("(prix_achat OU emploi) ET loyer", [("E01", "loyer"), ("E01", "emploi")]),
        ("theme:prix SAUF prix_achat", [("E01", "loyer"), ("E02", "loyer")]),
        ("prix*", [("E02", "Acheter")]),
        ("loyer PRÈS/3 (emploi OU prix_achat)", [("E01", "loyer"), ("E01", "emploi")]),
        ("loyer PRÈS/3 emploi PRÈS/3 prix_achat", []),
        ("loyer PRÈS/3 emploi", [("E01", "loyer"), ("E01", "emploi")]),
        ("loyer près/0 emploi", []),
    ],
)
def test_codes_meet_within_a_turn(said, text, found):
    assert sorted(ask(said, text)) == sorted(found)


def test_codes_meet_within_a_document_or_a_person(said):
    assert ask(said, "loyer ET prix_achat") == []
    expected = [("E02", "loyer"), ("E02", "Acheter")]
    assert ask(said, "loyer ET prix_achat", Scope.DOCUMENT) == expected
    assert ask(said, "loyer ET prix_achat", Scope.PERSON) == expected


@pytest.mark.parametrize(
    ("condition", "people"),
    [
        ("public=habitant", {"R01"}),
        ("public = Acteur", {"R02"}),
        ("public!=habitant", {"R02", "R03"}),
        ("age>=60", {"R01"}),
        ("age<31,6", {"R02"}),
        ("public=acteur|habitant", {"R01", "R02"}),
        ("public!=acteur | candidat", {"R01", "R03"}),
        ("public=", {"R03"}),
        ("public!=", {"R01", "R02"}),
        ("age>2021-01-01", set()),
    ],
)
def test_conditions_on_people(condition, people):
    assert {person for person, known in PEOPLE.items() if Condition(condition).holds(known)} == people


@pytest.mark.parametrize(
    ("known", "holds"), [("2021-03-31", True), ("2020-12-31", False), ("12", False), ("", False)]
)
def test_dates_are_compared_as_dates(known, holds):
    assert Condition("date>=2021-01-01").holds({"date": known}) is holds


def test_values_that_nobody_has_are_told():
    assert Condition("public=habitant|martien").unheard(PEOPLE.values()) == ["martien"]
    assert Condition("age>200").unheard(PEOPLE.values()) == []


def test_conditions_filter_passages(said):
    assert ask(said, "loyer", where=("public=candidat", "age<40")) == [("E02", "loyer")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("loyr", "« loyr » n'est ni un code.* Vouliez-vous dire « loyer »"),
        ("theme:pri", "Vouliez-vous dire « prix »"),
        ("loyer ET", "il manque un nom de code"),
        ("(loyer", "parenthèse n'est pas refermée"),
        ("loyer emploi", "il manque ET, OU, SAUF ou PRÈS/30 entre « loyer » et « emploi »"),
        ("loyer PRÈS/x emploi", "« PRÈS/x » : après PRÈS/, écrivez un nombre de mots"),
        ("loyer)", "une parenthèse est refermée sans avoir été ouverte"),
        ("(loyer emploi)", "il manque ET, OU, SAUF ou PRÈS/30 entre « loyer » et « emploi »"),
        ("loyer OU OU emploi", "il manque un nom de code après « OU »"),
        ("ET loyer", "il manque un nom de code au début"),
        ("SAUF loyer", "ne peut pas commencer par une exclusion"),
        ("(loyer ET emploi) PRÈS emploi", "de part et d'autre de PRÈS, mettez un nom"),
        ("loyer PRÈS (emploi SAUF loyer)", "des noms reliés par OU"),
    ],
)
def test_a_query_that_cannot_be_understood_says_why(text, message):
    with pytest.raises(EnqueteError, match=message):
        parse(text, CODEBOOK)


def test_a_condition_that_cannot_be_understood_says_why():
    with pytest.raises(EnqueteError, match="public=nouvel_arrivant"):
        Condition("public")
    with pytest.raises(EnqueteError, match="« x », qui n'est ni un nombre ni une date"):
        Condition("age>x")


def test_people_documents_and_mentions_by_attribute(said):
    crossing = by_attribute(said[1], ["loyer", "emploi"], PEOPLE, "public")
    assert list(crossing["loyer"]) == ["acteur", "candidat", "habitant", UNKNOWN]
    assert crossing["emploi"]["habitant"] == Cell(people=1, documents=1, mentions=2, base=1)
    assert crossing["loyer"]["candidat"] == crossing["loyer"]["acteur"] == Cell(1, 1, 1, 1)
    assert crossing["loyer"][UNKNOWN] == Cell(0, 0, 0, 1)


def test_codes_met_together_by_overlap_or_window(said):
    documents, codings = said
    words = {name: each.text for name, each in documents.items()}
    assert cooccurrences(codings, words) == {}
    assert cooccurrences(codings, words, words=3) == {
        ("emploi", "loyer"): (1, 1),
        ("loyer", "prix_achat"): (1, 1),
    }
    over = [*codings, decisions.place(documents["E01"], Span(0, 20), "prix_achat", ANNE)]
    assert cooccurrences(over, words) == {("emploi", "prix_achat"): (1, 1), ("loyer", "prix_achat"): (1, 1)}


def test_people_by_codes_matrix(said):
    assert matrix(said[1], ["R01", "R02", "R03"], ["loyer", "emploi", "prix_achat"]) == [
        [1, 1, 0],
        [1, 0, 1],
        [0, 0, 0],
    ]


@pytest.fixture
def asked(study: Project, said) -> Project:
    """The same, in the store of a study."""
    documents, codings = said
    with Store(study.database) as store, store.transaction():
        for person, known in PEOPLE.items():
            save_respondent(store, person, known)
        for document in documents.values():
            texts.save_document(store, document)
        for coding in codings:
            journal.apply(
                store, "anne", decisions.code(documents[coding.document], coding.span, coding.code, ANNE)
            )
        journal.apply(
            store,
            "anne",
            decisions.refuse(
                documents["E01"],
                [],
                ANNE,
            ),
        )
    study.codebook_file.write_text(
        "themes:\n  - id: prix\n    label: Prix\n    codes:\n      - {id: loyer, label: Loyer}\n"
        "      - {id: prix_achat, label: Achat}\n      - {id: emploi, label: '=Emploi'}\n",
        encoding="utf-8",
    )
    return study


def test_the_command_shows_passages_and_writes_json(asked, enquete: Callable[..., Result]):
    told = enquete("query", "loyer ET emploi").output.replace("\u00a0", " ")
    assert "2 passages, 1 personne." in told.replace("\u00a0", " ")
    assert "[emploi] « emploi »" in told
    result = json.loads(enquete("query", "loyer", "--where", "age>60", "--by", "public", "--json").stdout)
    assert [hit["document"] for hit in result["hits"]] == ["E01"]
    assert result["crossings"]["public"]["loyer"]["habitant"] == {
        "people": 1,
        "base": 1,
        "documents": 1,
        "mentions": 1,
    }


def test_everything_is_written_as_tables(asked, enquete: Callable[..., Result], tmp_path: Path):
    enquete("query", "--by", "public", "--output", tmp_path / "q.xlsx")
    sheets = load_workbook(tmp_path / "q.xlsx").sheetnames
    assert {"Passages", "Codes × public", "Codes × codes", "Personnes × codes"} <= set(sheets)
    enquete("query", "--output", tmp_path / "csv")
    passages = list(
        csv.DictReader((tmp_path / "csv" / "passages.csv").read_text(encoding="utf-8").splitlines())
    )
    assert passages[0]["passage"] == "loyer" and passages[0]["age"] == "67"
    assert passages[1]["libellé"] == "'=Emploi"  # never a formula
    people = (tmp_path / "csv" / "personnes_codes.csv").read_text(encoding="utf-8").splitlines()
    assert people == ["personne,loyer,prix_achat,emploi", "R01,1,0,1", "R02,1,1,0", "R03,0,0,0"]


def test_an_unknown_attribute_is_told_with_those_that_exist(asked, enquete: Callable[..., Result]):
    output = enquete("query", "--by", "publc", exit_code=2).output.replace("\u00a0", " ")
    assert "caractéristique « publc »" in output and "age, public" in output
