"""What the report says where there is nothing to count or nothing that may be shown."""

from __future__ import annotations

from io import BytesIO
from types import SimpleNamespace

import pytest
from docx import Document

from habitat_enquete.model.codebook import Polarity
from habitat_enquete.model.synthesis import Cell, Comparison, Crossing, CrossingRow, Value
from habitat_enquete.report import word_report, wording
from habitat_enquete.report.deliverables.fieldwork_log import _gathered
from habitat_enquete.report.word import Word


def _heard(*, interviews: int = 0, answers: int = 0, suggested: int = 0) -> SimpleNamespace:
    return SimpleNamespace(
        interviews=interviews, interviewed=interviews, answers=answers, suggested=suggested
    )


@pytest.mark.parametrize(
    ("corpus", "command"),
    [
        (_heard(), "enquete code interviews/"),
        (_heard(interviews=3, answers=5), "enquete code interviews/"),
        (_heard(answers=5), "enquete code"),
        (_heard(interviews=3, suggested=12), "enquete review"),
    ],
)
def test_a_report_without_finding_tells_the_command_that_gives_some(
    corpus: SimpleNamespace, command: str
) -> None:
    assert f"Tapez « {command} », puis « enquete synthesis »." in wording.nothing_found(corpus)


def test_one_suggestion_alone_is_told_in_the_singular() -> None:
    assert "1\u00a0suggestion attend une décision" in wording.nothing_found(_heard(suggested=1))


@pytest.mark.parametrize(
    ("corpus", "told"),
    [
        (_heard(), ""),
        (_heard(answers=259), " : 259\u00a0réponses ouvertes"),
        (_heard(interviews=5), " : 5\u00a0entretiens (5\u00a0personnes interrogées)"),
    ],
)
def test_the_log_leaves_out_what_the_study_has_none_of(corpus: SimpleNamespace, told: str) -> None:
    assert _gathered(corpus) == told


def test_a_hidden_table_tells_why() -> None:
    small, large = Value("a", "Bourg", 3), Value("b", "Rural", 40)
    assert wording.hidden_crossing(Crossing("t", "Territoire", (small, small), ()), 5).startswith(
        "Trop peu de personnes dans chaque groupe"
    )
    assert "se retrouverait par soustraction" in wording.hidden_crossing(
        Crossing("t", "Territoire", (small, large), ()), 5
    )
    assert wording.hidden_comparison(Comparison("t", small, large, ()), 5) == (
        "Trop peu de personnes pour comparer « Bourg » (moins de 5\u00a0personnes) et « Rural » (40\u00a0personnes)."
    )


def test_word_shows_the_largest_groups_of_a_wide_crossing_and_tells_the_rest() -> None:
    values = tuple(Value(f"e{n}", f"CC {n}", 10 + n) for n in range(10))
    row = CrossingRow(
        "loyer", "Loyer", Polarity.BARRIER, tuple(Cell(6, value.people) for value in values), None, 0.0
    )
    word = Word(title="Essai", author="")
    word_report._crossing(word, Crossing("epci", "Intercommunalité", values, (row,)), 5)
    document = Document(BytesIO(word.save()))
    heads = [cell.text for cell in document.tables[0].rows[0].cells]
    assert heads == ["Constat", *(f"CC {n} ({10 + n})" for n in range(3, 10)), "p corrigé"]
    assert "7 sur 10" in document.paragraphs[-1].text
