"""What a cell, or a row, answers to one question; and on what the reading of a cell depends."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from habitat_enquete.errors import Code
from habitat_enquete.ingest.answers.values import Parsed, plain
from habitat_enquete.ingest.files.workbooks import CellValue
from habitat_enquete.model.questionnaire import Questionnaire
from habitat_enquete.model.response import AnswerState

Rows = Sequence[list[CellValue]]

CELL_ERRORS: Final = frozenset(
    {"#N/A", "#DIV/0!", "#REF!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#VALEUR!", "#NOM?"}
)
# What stands in a cell whose formula was never calculated.
UNCOMPUTED: Final = "#NON CALCULÉ"


class Item(NamedTuple):
    """One answer of a cell: value, state, label, what was typed if other, and the letters of its column."""

    value: str
    state: AnswerState
    label: str
    raw: str
    letters: str


class Issue(NamedTuple):
    """A problem met in a cell: its code, what was typed, what completes the sentence, the letters of the column."""

    code: Code
    value: str
    hint: str
    letters: str


class Reading(NamedTuple):
    """What one row answers to one question: its items, the text of « autre » with its column, the problems met.

    `text` is the canonical value that conditions look at: codes apart by spaces for several choices.
    """

    items: tuple[Item, ...]
    text: str
    other: str = ""
    other_letters: str = ""
    issues: tuple[Issue, ...] = ()


@dataclass(frozen=True, slots=True)
class Context:
    """What reading a cell depends on beside its question."""

    questionnaire: Questionnaire
    today: dt.date
    ranked: bool = False
    recodes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    companions: frozenset[str] = frozenset()  # questions whose « autre » text has a column of its own
    labelled: bool = False  # whether the sheet writes the labels of choices
    flags: bool = False  # whether its split columns hold 1 for yes, 2 for no


def reading_of(parsed: Parsed, raw: CellValue, letters: str) -> Reading:
    """The reading of a cell that holds one answer."""
    value, state, label, issue, hint = parsed
    typed = raw if isinstance(raw, str) else plain(raw)
    item = Item(value, state, label, "" if typed == value else typed, letters)
    issues = () if issue is None else (Issue(issue, typed, hint, letters),)
    return Reading((item,), value, "", "", issues)


def cell_error(raw: CellValue) -> Parsed | None:
    """What an error value, or a formula that was never calculated, says; None for any other cell."""
    if not isinstance(raw, str) or not raw.startswith("#"):
        return None
    if raw == UNCOMPUTED:
        return Parsed("", AnswerState.NO_ANSWER, "", Code.ANSWER_FORMULA)
    return Parsed(raw, AnswerState.INVALID, "", Code.ANSWER_CELL_ERROR) if raw in CELL_ERRORS else None
