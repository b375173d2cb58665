"""French typography: agreement and no-break spaces, in one place for the command line and the reports."""

from __future__ import annotations

import pytest

from habitat_enquete.cli import show
from habitat_enquete.errors import Code, EnqueteError
from habitat_enquete.report import wording
from habitat_enquete.typography import agreed, count, typographic


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0, "0\u00a0erreur"), (1, "1\u00a0erreur"), (2, "2\u00a0erreurs"), (27790, "27\u202f790\u00a0erreurs")],
)
def test_a_noun_agrees_with_its_number(value: int, expected: str) -> None:
    assert count(value, "erreur") == expected


def test_the_command_line_and_the_report_share_one_typography() -> None:
    assert show.typographic is wording.typographic is typographic
    assert show.count is wording.count is count


@pytest.mark.parametrize(("number", "noun"), [(1, "1 tour)"), (2, "2 tours)")])
def test_a_sentence_of_the_catalogue_agrees_with_its_count(number: int, noun: str) -> None:
    told = str(EnqueteError(Code.SPEAKER_MISSPELT, file="E01.txt", label="Anne", count=number, close="Ane"))
    assert noun in told
    assert "(s)" not in told


def test_what_is_not_a_number_is_left_as_it_is() -> None:
    assert agreed("{label} enfant(s)", label="En couple avec") == "{label} enfant(s)"


@pytest.mark.parametrize(
    ("waiting", "told"),
    [
        (0, "Aucune suggestion n'attend de décision."),
        (1, "1 suggestion non validée n'est pas comptée."),
        (12, "12 suggestions non validées ne sont pas comptées."),
    ],
)
def test_waiting_suggestions_are_told_in_a_right_sentence(waiting: int, told: str) -> None:
    assert wording.waiting_suggestions(waiting) == told
