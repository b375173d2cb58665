"""How good the answers are: states by question, « autre » and NSP, straight lines in matrices, durations, interviewers."""

from __future__ import annotations

import datetime as dt
import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import Final

from habitat_enquete.errors import Code, Problem
from habitat_enquete.ingest.answers.choices import other_choice
from habitat_enquete.ingest.answers.rows import Defects
from habitat_enquete.model.questionnaire import Question, Questionnaire, QuestionType
from habitat_enquete.model.response import AnswerState, Response

STRAIGHT_LINE_ITEMS: Final = 5
_FEW: Final = 20
_TWIN_ANSWERS: Final = 15  # fewer answers are the same by chance
RULES: Final = (Code.ANSWER_REQUIRED, Code.ANSWER_CONSTRAINT, Code.ANSWER_NOT_RELEVANT)
_question_of: Final = itemgetter(0)


@dataclass(frozen=True, slots=True)
class QuestionQuality:
    """The answers to one question: how many in each state, how many chose « autre », what is wrong with some.

    `broken` counts the rules broken: an answer required and missing, a constraint, an answer to what was not to be asked.
    """

    name: str
    label: str
    states: Mapping[AnswerState, int]
    other: int = 0
    unknown: int = 0
    broken: Mapping[Code, int] = field(default_factory=dict)

    @property
    def base(self) -> int:
        """Those to whom it was asked."""
        return sum(count for state, count in self.states.items() if state is not AnswerState.NOT_ASKED)

    @property
    def violations(self) -> int:
        """How many times a rule of the questionnaire is broken."""
        return sum(self.broken.values())

    @property
    def other_share(self) -> float:
        """The share of those asked who chose « autre »; 0 when nobody was asked."""
        return self.other / self.base if self.base else 0.0

    def share(self, *states: AnswerState) -> float:
        """The share of those asked whose answer is in one of `states`; 0 when nobody was asked."""
        return sum(self.states.get(state, 0) for state in states) / self.base if self.base else 0.0


@dataclass(frozen=True, slots=True)
class EnumeratorQuality:
    """The answers one interviewer brought: how many people, their shares of NSP and refusals, of « autre » among the questions that
    propose it, their median duration in minutes.
    """

    name: str
    respondents: int
    missing_share: float
    minutes: float | None
    other_share: float = 0.0


@dataclass(frozen=True, slots=True)
class Durations:
    """How long people took, in minutes, and who was so quick that their answers are doubtful."""

    known: int = 0
    median: float = 0.0
    threshold: float = 0.0
    quick: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Quality:
    """The quality of one import."""

    respondents: int
    questions: tuple[QuestionQuality, ...]
    straight_lines: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # matrix → respondents
    durations: Durations = Durations()
    enumerators: tuple[EnumeratorQuality, ...] = ()
    unknown: tuple[tuple[str, str, int], ...] = ()  # question, what is written, how many times
    problems: Mapping[str, int] = field(default_factory=dict)
    twins: tuple[tuple[str, ...], ...] = ()  # respondents whose answers are the same, word for word


@dataclass(slots=True)
class QualityMeter:
    """Counts as responses go by; `quality()` gives the result."""

    questionnaire: Questionnaire
    respondents: int = 0
    _states: Counter[tuple[str, str]] = field(default_factory=Counter)
    _items: Counter[str] = field(default_factory=Counter)
    _others: Counter[str] = field(default_factory=Counter)
    _matrices: dict[str, tuple[str, ...]] = field(init=False)
    _other_codes: dict[str, str] = field(init=False)
    _other_values: frozenset[str] = field(init=False)
    _straight: dict[str, list[str]] = field(default_factory=dict)
    _minutes: list[tuple[str, float, str]] = field(default_factory=list)
    _by_enumerator: dict[str, Counter[str]] = field(default_factory=dict)
    _same: dict[str, list[str]] = field(default_factory=dict)  # hash of the answers → respondents

    def __post_init__(self) -> None:
        self._matrices = dict(_matrices(self.questionnaire))
        self._other_codes = {
            question.name: other.name
            for question in self.questionnaire.asked()
            if question.type.is_choice and (other := other_choice(self.questionnaire.choices_of(question)))
        }
        self._other_values = frozenset(self._other_codes.values())

    def add(self, response: Response) -> None:
        """Count one response."""
        self.respondents += 1
        answers = response.answers
        # Few answers are looked at one by one; the hash of an enumeration member is computed in Python.
        answered, codes = AnswerState.ANSWERED, self._other_values
        self._items.update(map(_question_of, answers))
        for answer in [a for a in answers if a[2] is not answered or a[6] or a[1] in codes]:
            name = answer[0]
            if answer[6]:
                self._items[name] -= 1
            elif answer[2] is not answered:
                self._states[name, answer[2]._value_] += 1
            if self._other_codes.get(name) == answer[1]:
                self._others[name] += 1
        if len(answers) >= _TWIN_ANSWERS:
            self._same.setdefault(response.content_hash, []).append(response.respondent)
        if self._matrices:
            self._note_straight_lines(response)
        enumerator = response.attributes.get("enumerator", "")
        minutes = duration(response.attributes.get("start", ""), response.attributes.get("end", ""))
        if minutes is not None:
            self._minutes.append((response.respondent, minutes, enumerator))
        if enumerator:
            counts = self._by_enumerator.setdefault(enumerator, Counter())
            counts["people"] += 1
            for answer in answers:
                if answer[2] is not AnswerState.NOT_ASKED:
                    counts["asked"] += 1
                    counts["missing"] += answer[2] in {AnswerState.DONT_KNOW, AnswerState.REFUSED}
                    if (other := self._other_codes.get(answer[0])) is not None and not answer[6]:
                        counts["with_other"] += 1
                    counts["other"] += other is not None and answer[1] == other

    def _note_straight_lines(self, response: Response) -> None:
        given = {a.question: a.value for a in response.answers if a.value}
        for matrix, rows in self._matrices.items():
            values = [given[row] for row in rows if row in given]
            if len(values) >= STRAIGHT_LINE_ITEMS and len(set(values)) == 1:
                self._straight.setdefault(matrix, []).append(response.respondent)

    def quality(self, problems: Iterable[Problem], defects: Defects | None = None) -> Quality:
        """What was counted, with what was found wrong."""
        codes = Counter(each.code for each in problems)
        found = defects or Defects()
        listed = found.unknown
        return Quality(
            self.respondents,
            tuple(self._question(question, found) for question in self._answered()),
            {matrix: tuple(people) for matrix, people in self._straight.items()},
            durations([(who, minutes) for who, minutes, _ in self._minutes]),
            tuple(self._enumerators()),
            tuple(
                sorted(((q, text, n) for (q, text), n in listed.items()), key=lambda each: (-each[2], each))
            ),
            dict(codes),
            tuple(tuple(people) for people in map(dict.fromkeys, self._same.values()) if len(people) > 1),
        )

    def _answered(self) -> list[Question]:
        seen = self._items.keys()
        return [question for question in self.questionnaire.asked() if question.name in seen]

    def _question(self, question: Question, defects: Defects) -> QuestionQuality:
        name = question.name
        states = {state: n for state in AnswerState if (n := self._states[name, state.value])}
        if answered := self._items[name] - sum(states.values()):
            states = {AnswerState.ANSWERED: answered, **states}
        return QuestionQuality(
            name,
            question.label,
            states,
            self._others[name],
            sum(count for (about, _), count in defects.unknown.items() if about == name),
            {code: count for code in RULES if (count := defects.broken[name, code])},
        )

    def _enumerators(self) -> Iterable[EnumeratorQuality]:
        for name, counts in sorted(self._by_enumerator.items()):
            minutes = [each for _, each, who in self._minutes if who == name]
            share = counts["missing"] / counts["asked"] if counts["asked"] else 0.0
            other = counts["other"] / counts["with_other"] if counts["with_other"] else 0.0
            yield EnumeratorQuality(
                name, counts["people"], share, statistics.median(minutes) if minutes else None, other
            )


def _matrices(questionnaire: Questionnaire) -> Iterable[tuple[str, tuple[str, ...]]]:
    """The matrices of five rows or more; single choices in a row, of one group and one list, make one as well."""

    def block(question: Question) -> tuple[object, ...]:
        is_row = question.type is QuestionType.SELECT_ONE and question.choices and question.repeat is None
        return (question.matrix, question.group, question.choices) if is_row else (question.name,)

    for key, questions in groupby(questionnaire.asked(), key=block):
        names = tuple(question.name for question in questions)
        if len(key) > 1 and len(names) >= STRAIGHT_LINE_ITEMS:
            yield str(key[0]) or f"{names[0]} … {names[-1]}", names


def duration(start: str, end: str) -> float | None:
    """Minutes from `start` to `end` (ISO moments); None when one is missing or the order is wrong.

    >>> duration("2026-03-01T10:00:00", "2026-03-01T10:30:00")
    30.0
    """
    try:
        first, last = dt.datetime.fromisoformat(start), dt.datetime.fromisoformat(end)
    except ValueError:
        return None
    if (first.tzinfo is None) != (last.tzinfo is None):
        return None
    minutes = (last - first).total_seconds() / 60
    return minutes if minutes >= 0 else None


def durations(known: Sequence[tuple[str, float]]) -> Durations:
    """Who took less than a third of the median time. Fewer than twenty known durations say nothing of anybody."""
    if not known:
        return Durations()
    median = statistics.median(minutes for _, minutes in known)
    threshold = median / 3
    quick = tuple(who for who, minutes in known if minutes < threshold) if len(known) >= _FEW else ()
    return Durations(len(known), median, threshold, quick)
