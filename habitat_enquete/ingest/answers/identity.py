"""Who a row is: the best key it has, a pseudonymous id made of it, and the hash of what was answered."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Final

from habitat_enquete.ingest.answers.choices import fold
from habitat_enquete.ingest.answers.layout import Layout
from habitat_enquete.ingest.answers.metadata import KEYS, Meta, role_of
from habitat_enquete.ingest.answers.values import plain
from habitat_enquete.ingest.files.workbooks import CellValue
from habitat_enquete.model.questionnaire import Questionnaire
from habitat_enquete.model.response import Answer, AnswerState

CONTENT: Final = "content"
_PLAIN_KEY: Final = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}$")
_PHONE: Final = re.compile(r"^(?:\+?33|0)[1-9]\d{8}$")
_EMPTY: Final = frozenset({AnswerState.NO_ANSWER, AnswerState.NOT_ASKED})


@dataclass(frozen=True, slots=True)
class Identity:
    """The key that identifies a row (`by`: which one), and the respondent's pseudonymous id."""

    by: str
    key: str
    respondent: str


@dataclass(slots=True)
class Identifier:
    """Finds who each row of a sheet is. `secret` makes pseudonyms of keys that say too much about a person."""

    questionnaire: Questionnaire
    layout: Layout
    secret: bytes
    columns: list[tuple[str, int]] = field(init=False)
    own: int | None = field(init=False)

    def __post_init__(self) -> None:
        self.columns = list(_key_columns(self.questionnaire, self.layout))
        self.own = _column_of(self.questionnaire.respondent_id, self.layout)

    @property
    def is_weak(self) -> bool:
        """Whether no column identifies the rows."""
        return not self.columns

    def identity(self, row: Sequence[CellValue]) -> Identity | None:
        """Who the row is; None when it has no key, and its content must serve."""
        for by, index in self.columns:
            key = plain(row[index]).strip()
            if key:
                own = plain(row[self.own]).strip() if self.own is not None else ""
                # « 12 » is somebody else in another tool's file, unless the questionnaire says it is the person's own id.
                plain_rank = key.isdigit() and not own
                return Identity(
                    by, key, self.respondent(f"{self.questionnaire.id}-{key}" if plain_rank else own or key)
                )
        return None

    def respondent(self, key: str) -> str:
        """The pseudonymous id of a key: itself when it means nothing to anybody, else a keyed hash.

        Any key is hashed when the questionnaire asks for pseudonyms (`pseudonyme: hmac-sha256`).
        """
        text = key.removeprefix("uuid:")
        means_nothing = _PLAIN_KEY.match(text) and not _PHONE.match(text.replace(".", ""))
        if means_nothing and not self.questionnaire.attributes.get("pseudonym"):
            return text
        return "r" + hmac.new(self.secret, text.casefold().encode(), hashlib.sha256).hexdigest()[:16]

    def unnamed(self, content: str, rank: int) -> Identity:
        """The identity of a row without a key: its content, and its rank among the rows of this very content."""
        key = f"{content[:16]}-{rank}" if rank else content[:16]
        return Identity(CONTENT, key, f"c{key}")


def _key_columns(questionnaire: Questionnaire, layout: Layout) -> Iterable[tuple[str, int]]:
    """The columns that identify a row, best first: those the questionnaire names, then the tools' own."""
    found: dict[int, str] = {}
    for key in questionnaire.respondent_key:
        role = role_of(key)
        index = _column_of(key, layout)
        if index is None and role in KEYS:
            index = layout.meta(role)
        if index is not None:
            found.setdefault(index, role.value if role in KEYS and role else key)
    for role in KEYS:
        index = layout.meta(role)
        if index is not None:
            found.setdefault(index, role.value)
    own = _column_of(questionnaire.respondent_id, layout)
    if own is not None:
        found.setdefault(own, Meta.USER_KEY.value)
    return [(by, index) for index, by in found.items()]


def _column_of(name: str, layout: Layout) -> int | None:
    """The column called `name`, or that answers the question of this name under its label."""
    if not name:
        return None
    headed = (column.index for column in layout.columns if fold(column.header) == fold(name))
    asked = (
        column.index
        for column in layout.columns
        if column.question is not None and column.question.name == name
    )
    return next(headed, next(asked, None))


def content_hash(answers: Iterable[Answer]) -> str:
    """The hash of what was answered, whatever the file, the columns and their order; blanks say nothing."""
    answered = AnswerState.ANSWERED
    given = [a for a in answers if a[1] or a[2] not in _EMPTY]
    if max(map(_repeat, given), default=0):  # repeats come among or after the other questions, by file
        parts = [f"{a[0]}\x1f{a[5]}\x1f{a[6]}\x1f{a[2]._value_}\x1f{a[1]}" for a in given]
        parts.sort()
    else:
        states = [f"{rank}{a[2]._value_}" for rank, a in enumerate(given) if a[2] is not answered]
        parts = ["\x1f".join(map(_question, given)), "\x1f".join(map(_value, given)), "\x1f".join(states)]
    return hashlib.sha256("\x1e".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


_question: Final = itemgetter(0)
_repeat: Final = itemgetter(5)
_value: Final = itemgetter(1)
