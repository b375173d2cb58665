"""Comparing coders of a study, from their decisions to the tables."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from openpyxl import load_workbook

from habitat_enquete.coding import decisions
from habitat_enquete.coding.agreement import Unit, compare
from habitat_enquete.model.codebook import Code, Codebook, Theme
from habitat_enquete.model.coding import Coding
from habitat_enquete.model.span import Span
from habitat_enquete.model.text import Document, DocumentKind, Role, Source, Speaker, Turn
from habitat_enquete.project import Project
from habitat_enquete.stats.agreement import alpha_u, unitizing_disagreements
from habitat_enquete.store import journal, texts
from habitat_enquete.store.connection import Store

CODEBOOK = Codebook(
    (Theme("t", "T"),), (Code("a", "Code A", "t"), Code("b", "Code B", "t"), Code("c", "Jamais", "t"))
)
ANNE, BOB = decisions.person("anne"), decisions.person("bob")


def thousand(id: str = "E01") -> Document:
    """A document of a thousand characters said by one informant."""
    text = "x" * 1000
    return Document(
        id,
        DocumentKind.INTERVIEW,
        text,
        (Turn(0, "R", Span(0, 1000)),),
        (Speaker("R", Role.INFORMANT, "R01"),),
        Source(f"{id}.txt", ""),
        respondents=("R01",),
    )


def said(document: Document, coder: object, *spans: tuple[int, int], code: str = "a") -> list[Coding]:
    return [decisions.place(document, Span(*span), code, coder) for span in spans]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("first", "second", "kappa"), [((0, 600), (300, 900), -0.250), ((0, 900), (50, 950), 0.444)]
)
def test_two_spans_over_a_thousand_characters(first, second, kappa):
    document = thousand()
    result = compare(
        [document], {"anne": said(document, ANNE, first), "bob": said(document, BOB, second)}, CODEBOOK
    )
    a, b, never = result.by_code
    assert a.kappa == pytest.approx(kappa, abs=5e-4)
    assert a.uses == {"anne": 1, "bob": 1}
    assert all(math.isnan(value) for value in (b.kappa, b.alpha, b.alpha_u, never.kappa))
    assert never.percent == 1


def test_units_of_turn_and_document_only_ask_whether_the_code_is_there():
    document = thousand()
    held = {"anne": said(document, ANNE, (0, 10)), "bob": said(document, BOB, (900, 950))}
    for unit in (Unit.TURN, Unit.DOCUMENT):
        assert compare([document], held, CODEBOOK, unit=unit).by_code[0].percent == 1


def test_codes_taken_for_one_another_and_passages_to_discuss():
    document = thousand()
    held = {
        "anne": [*said(document, ANNE, (0, 100), (500, 600)), *said(document, ANNE, (800, 900), code="b")],
        "bob": [*said(document, BOB, (0, 20)), *said(document, BOB, (510, 590), (800, 900), code="b")],
    }
    result = compare([document], held, CODEBOOK)
    assert result.confusions == {("a", "b"): 1}
    assert [(d.span, d.code, d.by, d.against, d.instead, d.extent_only) for d in result.disagreements] == [
        (Span(0, 100), "a", "anne", "bob", (), True),
        (Span(500, 600), "a", "anne", "bob", ("b",), False),
        (Span(510, 590), "b", "bob", "anne", ("a",), False),
    ]


def test_three_coders_and_intervals_over_documents():
    documents = [thousand(f"E{rank:02d}") for rank in range(12)]
    held = {
        name: [
            coding
            for rank, each in enumerate(documents)
            for coding in said(each, coder, (0, 300 + 40 * (rank % shift)))
        ]
        for name, coder, shift in (("anne", ANNE, 3), ("bob", BOB, 4), ("zoe", decisions.person("zoe"), 5))
    }
    a = compare(documents, held, CODEBOOK, draws=100).by_code[0]
    assert 0 < a.kappa_interval[0] <= a.kappa <= a.kappa_interval[1] < 1
    assert a.alpha == pytest.approx(a.fleiss, abs=0.01)
    for value, (lowest, highest) in ((a.percent, a.percent_interval), (a.fleiss, a.fleiss_interval)):
        assert 0 < lowest <= value <= highest < 1
    low, high = a.alpha_u_interval
    assert low <= a.alpha_u <= high < 1
    assert low < high


def test_extents_are_compared_on_one_line_of_all_turns():
    documents = [thousand("E01"), thousand("E02")]
    held = {
        "anne": [*said(documents[0], ANNE, (0, 600)), *said(documents[1], ANNE, (100, 200))],
        "bob": [*said(documents[0], BOB, (300, 900)), *said(documents[1], BOB, (100, 200), code="b")],
    }
    result = compare(documents, held, CODEBOOK, draws=20)
    a, b, never = result.by_code
    assert a.alpha_u == pytest.approx(alpha_u([[(0, 600), (1100, 1200)], [(300, 900)]], 2000))
    assert b.alpha_u == pytest.approx(alpha_u([[], [(1100, 1200)]], 2000))
    assert math.isnan(never.alpha_u) and math.isnan(never.alpha_u_interval[0])
    parts = [
        unitizing_disagreements(lines, 2000)
        for lines in ([[(0, 600), (1100, 1200)], [(300, 900)]], [[], [(1100, 1200)]])
    ]
    assert result.overall.alpha_u == pytest.approx(1 - sum(o for o, _ in parts) / sum(e for _, e in parts))


def test_no_documents_say_nothing():
    result = compare([], {"anne": [], "bob": []}, CODEBOOK)
    assert math.isnan(result.overall.kappa)
    assert result.disagreements == ()


# ── the command ──


@pytest.fixture
def doubly_coded(study: Project) -> Project:
    with Store(study.database) as store, store.transaction():
        store.execute("INSERT INTO respondent (id) VALUES ('R01')")
        for name in ("E01", "E02"):
            texts.save_document(store, thousand(name))
        document = texts.document(store, "E01")
        assert document is not None
        journal.apply(store, "anne", decisions.code(document, Span(0, 600), "loyer", ANNE))
        journal.apply(store, "bob", decisions.code(document, Span(300, 900), "loyer", BOB))
    study.codebook_file.write_text(
        "themes:\n  - {id: t, label: T, codes: [{id: loyer, label: Loyer}]}\n", encoding="utf-8"
    )
    return study


def test_the_command_compares_common_documents(doubly_coded, enquete: Callable[..., Result]):
    result = json.loads(enquete("agreement", "--json").stdout)
    assert result["documents"] == 1
    assert result["codes"]["loyer"]["kappa"] == pytest.approx(-0.25)
    assert result["codes"]["loyer"]["uses"] == {"anne": 1, "bob": 1}
    everything = json.loads(enquete("agreement", "--json", "--all-documents").stdout)
    assert everything["documents"] == 2
    assert everything["codes"]["loyer"]["kappa"] > 0
    assert "-0,25" in enquete("agreement").output


def test_the_tables_are_written(doubly_coded, enquete: Callable[..., Result], tmp_path: Path):
    enquete("agreement", "--output", tmp_path / "accord.xlsx")
    workbook = load_workbook(tmp_path / "accord.xlsx")
    assert {"Accord", "Confusions", "Désaccords"} <= set(workbook.sheetnames)
    enquete("agreement", "--output", tmp_path / "accord")
    rows = (tmp_path / "accord" / "désaccords.csv").read_text(encoding="utf-8").splitlines()
    assert rows[0].startswith("document,début,fin,code")


@pytest.mark.parametrize(
    ("arguments", "message", "status"),
    [
        (("--coder", "anne"), "au moins deux codeurs", 1),
        (("--coder", "zoe", "--coder", "anne"), "« zoe » n'a rien codé", 2),
    ],
)
def test_what_cannot_be_compared_is_said(
    doubly_coded, enquete: Callable[..., Result], arguments, message, status
):
    output = enquete("agreement", *arguments, exit_code=status).output.replace("\u00a0", " ")
    assert message in output


def test_coders_without_a_common_document_are_told(doubly_coded, enquete: Callable[..., Result]):
    with Store(doubly_coded.database) as store:
        document = texts.document(store, "E02")
        assert document is not None
        zoe = decisions.person("zoe")
        journal.apply(store, "zoe", decisions.code(document, Span(0, 10), "loyer", zoe))
    output = enquete("agreement", "--coder", "zoe", "--coder", "anne", exit_code=1).output
    assert "Aucun document n'a été travaillé par tous" in output


def test_a_colleagues_store_is_merged_first(doubly_coded, enquete: Callable[..., Result], tmp_path: Path):
    with Store(doubly_coded.database) as store:
        store.backup(tmp_path / "zoe.db")
    with Store(tmp_path / "zoe.db") as copy:
        document = texts.document(copy, "E01")
        assert document is not None
        journal.apply(copy, "zoe", decisions.code(document, Span(0, 600), "loyer", decisions.person("zoe")))
    result = enquete(
        "agreement", "--merge", tmp_path / "zoe.db", "--coder", "anne", "--coder", "zoe", "--json"
    )
    assert json.loads(result.stdout)["codes"]["loyer"]["kappa"] == pytest.approx(1)
    assert "1\u00a0décision versée" in result.stderr
    assert list(doubly_coded.root.glob("enquete.db.avant_fusion.bak"))
