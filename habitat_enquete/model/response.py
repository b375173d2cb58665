"""What respondents answered, one answer to one question at a time, each traceable to its cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple


class AnswerState(StrEnum):
    """Missing has kinds: routing, silence, ignorance and refusal are different answers. `INVALID` keeps what was typed."""

    ANSWERED = "answered"
    NO_ANSWER = "no_answer"
    DONT_KNOW = "dont_know"
    REFUSED = "refused"
    NOT_ASKED = "not_asked"
    INVALID = "invalid"


class Answer(NamedTuple):
    """One answer. `value` is the canonical text (choice code, ISO date, plain number); `raw` what the cell held, if other.

    `repeat` is the rank (from 1) within a repeated block, 0 outside; several choices give several answers
    (`item` 0, 1, …). `sheet` and `cell` lead back to the workbook. A named tuple rather than a dataclass: an import
    makes six million of them, and these cost a quarter of the time.
    """

    question: str
    value: str
    state: AnswerState
    label: str = ""
    raw: str = ""
    repeat: int = 0
    item: int = 0
    sheet: str = ""
    cell: str = ""


@dataclass(frozen=True, slots=True)
class Response:
    """Everything one respondent answered to one questionnaire, in one version of it."""

    respondent: str
    questionnaire: str
    questionnaire_version: str
    answers: tuple[Answer, ...]
    source_file: str
    source_row: str
    identity: str  # which key identified it: rootUuid, _id, KEY, …, content
    content_hash: str
    attributes: Mapping[str, str] = field(default_factory=dict)
