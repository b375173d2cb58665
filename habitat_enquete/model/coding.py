"""Who says that a passage speaks of a code, on what ground, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from habitat_enquete.model.pathway import Episode
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
    `id`, `version` and `text_sha256` are the store's: `version` grows at each change, and a change that was prepared on
    an older version is refused; `text_sha256` is the text that `span` was placed in.
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
    version: int = 1
    text_sha256: str = ""

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
    RECODE = "recode"  # a code of the codebook was renamed or merged: nobody judged the passage again
    EPISODE = "episode"  # an episode of a residential path was confirmed, corrected, rejected or added
    CODEBOOK = "codebook"  # codebook.yaml was edited from the page
    UNDO = "undo"
    REDO = "redo"


@dataclass(frozen=True, slots=True)
class Change:
    """What one action does to one coding: `before` is None when it creates it, `after` None when it removes it."""

    action: Action
    before: Coding | None
    after: Coding | None


class MemoTarget(StrEnum):
    """What a memo can be attached to."""

    CODING = "coding"
    CODE = "code"
    DOCUMENT = "document"
    READING = "reading"  # a text on screen: its memo says that the coder has read it to the end


@dataclass(frozen=True, slots=True)
class Memo:
    """A note of one coder on a coding (its id), a code or a document. One memo per coder and target; empty text: none."""

    target_kind: MemoTarget
    target: str
    coder: str
    text: str
    at: str = ""


@dataclass(frozen=True, slots=True)
class CodebookText:
    """The whole text of `codebook.yaml` before or after an edit."""

    text: str


Snapshot = Coding | Memo | Episode | CodebookText


@dataclass(frozen=True, slots=True)
class Decision:
    """One human action on one coding, memo, episode or codebook, as the journal keeps it: nothing in the journal is ever changed.

    `at` is ISO 8601 in UTC. `before` and `after` are snapshots, None where there was or is nothing. Rows that one gesture
    made share a `batch`, and are undone together; `undoes` is the batch that an UNDO or REDO reverses or replays.
    """

    coder: str
    action: Action
    coding: int | None
    at: str
    before: Snapshot | None = None
    after: Snapshot | None = None
    batch: int = 0
    undoes: int | None = None
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A code proposed for a span, before anybody decides: what the learned model or a term offers.

    `score` is a calibrated probability; `reason` says why in a sentence; `terms` are the matched words, `neighbours` the
    ids of the nearest codings people accepted.
    """

    document: str
    span: Span
    code: str
    score: float
    reason: str = ""
    terms: tuple[str, ...] = ()
    neighbours: tuple[int, ...] = ()
    turn: int | None = None
    respondent: str | None = None
