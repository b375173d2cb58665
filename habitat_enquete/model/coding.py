"""Who says that a passage speaks of a code, on what ground, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from habitat_enquete.model.span import Span


class CoderKind(StrEnum):
    """What proposed or decided a coding."""

    RULE = "rule"
    MODEL = "model"
    PERSON = "person"


class State(StrEnum):
    """Where a coding stands. Only `ACCEPTED` counts. `ORPHAN`: its passage is gone from the text, a person must look."""

    SUGGESTED = "suggested"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    MOVED = "moved"
    ORPHAN = "orphan"


@dataclass(frozen=True, slots=True)
class Coder:
    """A person (`anne`), the codebook's rules (`rules`) or a trained state of the model (`model:3f2a…`)."""

    name: str
    kind: CoderKind


@dataclass(frozen=True, slots=True)
class Coding:
    """A span of a document under a code.

    `reason` explains it to a person: the term that matched, the nearest accepted quotes; `score` is a calibrated
    probability in [0, 1] (1 for persons and rules). `negated`, `hypothetical` and `reported` qualify what was said.
    """

    document: str
    span: Span
    code: str
    coder: Coder
    state: State
    score: float = 1.0
    reason: str = ""
    negated: bool = False
    hypothetical: bool = False
    reported: bool = False
    respondent: str | None = None
    turn: int | None = None
    id: int | None = None

    @property
    def counts(self) -> bool:
        """Whether the synthesis may count it."""
        return self.state is State.ACCEPTED


class Action(StrEnum):
    """What a person can do; each is a row of the journal and can be undone."""

    CODE = "code"
    ACCEPT = "accept"
    REJECT = "reject"
    MOVE = "move"  # another code
    RESIZE = "resize"  # another span
    DELETE = "delete"
    MEMO = "memo"
    UNDO = "undo"
    REDO = "redo"


@dataclass(frozen=True, slots=True)
class Decision:
    """One human action on one coding, as the journal keeps it. `at` is ISO 8601 in UTC."""

    coder: str
    action: Action
    coding: int
    at: str
    before: str = ""
    after: str = ""
    id: int | None = None
