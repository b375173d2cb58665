"""Proposes a questionnaire out of an export alone: types, choices and open questions, each with the reason why.

A proposal is to be read and corrected by the person who asked the questions: nothing here decides for them. It always reads
its own file back: columns put together that could not be found again are proposed one by one.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final

from habitat_enquete.errors import Code, EnqueteError
from habitat_enquete.ingest.answers.choices import bare
from habitat_enquete.ingest.answers.headers import HeaderIndex
from habitat_enquete.ingest.definitions.inferred_choices import choices_of, in_order, slug
from habitat_enquete.ingest.definitions.inferred_columns import (
    CODED,
    Group,
    columns_of,
    fullest,
    grouped,
    is_repeat_of,
)
from habitat_enquete.ingest.definitions.inferred_kinds import (
    OTHER_HEADER,
    Answers,
    identifies,
    kind_of,
    personal,
)
from habitat_enquete.ingest.files.workbooks import Sheet, Workbook
from habitat_enquete.model.questionnaire import Choice, Question, Questionnaire, QuestionType, Repeat

__all__ = ["Inferred", "InferredColumn", "infer", "slug"]

_ROUNDS: Final = 4
_OTHER_OF: Final = re.compile(r"^(?P<base>.+?)\s*(?:\[(?:other|autre)\]|_autre|_other)$", re.IGNORECASE)
_OTHER_CODE: Final = "-oth-"  # LimeSurvey's
_OTHER_LABEL: Final = re.compile(rf"^(?:(?:autre|other)s?\b|{_OTHER_CODE}$)", re.IGNORECASE)
_KINDS: Final = {
    QuestionType.TEXT: "texte",
    QuestionType.INTEGER: "nombre entier",
    QuestionType.DECIMAL: "nombre",
    QuestionType.DATE: "date",
    QuestionType.DATETIME: "date et heure",
    QuestionType.TIME: "heure",
    QuestionType.SELECT_ONE: "choix unique",
    QuestionType.SELECT_MULTIPLE: "choix multiple",
    QuestionType.RANK: "classement",
    QuestionType.MATRIX: "tableau",
    QuestionType.GEOPOINT: "position",
    QuestionType.ACKNOWLEDGE: "accord",
}


@dataclass(frozen=True, slots=True)
class InferredColumn:
    """What was understood of a question: its name, its kind in words, and why."""

    name: str
    kind: str
    why: str


@dataclass(frozen=True, slots=True)
class Inferred:
    """A proposed questionnaire, the reasons question by question, and the headers set aside (keys, dates, people)."""

    questionnaire: Questionnaire
    columns: tuple[InferredColumn, ...]
    aside: tuple[str, ...] = ()


@dataclass(slots=True)
class _Proposal:
    """A questionnaire being made. `expected` says which question each header must lead to when it is read back."""

    apart: frozenset[str]
    lists: dict[str, tuple[Choice, ...]] = field(default_factory=dict)
    questions: list[Question] = field(default_factory=list)
    columns: list[InferredColumn] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    headers: dict[str, set[str]] = field(default_factory=dict)
    expected: dict[str, set[str]] = field(default_factory=dict)
    aside: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    def add(self, question: Question, why: str) -> None:
        self.questions.append(question)
        kind = "question ouverte" if question.code else _KINDS.get(question.type, question.type.value)
        self.columns.append(InferredColumn(question.name, kind, why))

    def name(self, wished: str, header: str = "") -> str:
        """A short name of plain letters, not taken yet, that no other column bears as its header."""
        base = wished if re.fullmatch(r"[A-Za-z_]\w{0,40}", wished) and wished.isascii() else slug(wished)
        name, rank = base, 1
        while name in self.names or self._is_other_header(name, header or wished):
            rank += 1
            name = f"{base}_{rank}"
        self.names.add(name)
        return name

    def _is_other_header(self, name: str, header: str) -> bool:
        """Whether another column bears this name as its header: it would be read in its place."""
        return bool(self.headers.get(_squeezed(name), set()) - {bare(header)})

    def list_of(self, name: str, labels: Iterable[str]) -> str:
        """The list of these choices; the same choices make one list."""
        choices = tuple(choices_of(labels))
        wanted = {choice.label for choice in choices}
        for known, listed in self.lists.items():
            if {choice.label for choice in listed} == wanted:
                return known
        self.lists[name] = choices
        return name


def infer(workbook: Workbook, *, name: str, sheet: str | None = None, today: dt.date) -> Inferred:
    """The questionnaire that a file of answers seems to answer.

    Args: `name` becomes its id; `sheet`, the sheet to read, else the fullest one; its repeats are on the other sheets.
    Raises: EnqueteError when no sheet holds a table.
    """
    main = workbook.sheet(sheet) if sheet else fullest(workbook)
    apart: frozenset[str] = frozenset()
    for _ in range(_ROUNDS):
        proposal, repeats = _proposed(workbook, main, apart, today)
        if not proposal.questions:
            raise EnqueteError(Code.INFER_NOTHING, file=workbook.name, sheet=main.name)
        questionnaire = Questionnaire(
            id=slug(name),
            title=name,
            version="1",
            questions=tuple(proposal.questions),
            choice_lists=proposal.lists,
            repeats=repeats,
            respondent_key=tuple(proposal.keys),
        )
        lost = _lost(questionnaire, proposal)
        if not lost:
            break
        apart |= lost
    return Inferred(questionnaire, tuple(proposal.columns), tuple(proposal.aside))


def _lost(questionnaire: Questionnaire, proposal: _Proposal) -> frozenset[str]:
    """The headers of columns put together that would be read as something else."""
    scopes: dict[str | None, HeaderIndex] = {}
    repeats = {question.name: question.repeat for question in questionnaire.asked()}
    lost = set()
    for header, names in proposal.expected.items():
        repeat = next((repeats[name] for name in names if name in repeats), None)
        index = scopes.setdefault(repeat, HeaderIndex(questionnaire, repeat=repeat))
        found = {target.question.name for target in index.resolve(header) if target.question is not None}
        if not found or not found <= names:
            lost.add(header)
    return frozenset(lost)


def _proposed(
    workbook: Workbook, main: Sheet, apart: frozenset[str], today: dt.date
) -> tuple[_Proposal, tuple[Repeat, ...]]:
    proposal = _Proposal(apart)
    _propose(main, proposal, None, today)
    repeats = []
    for each in workbook.sheets:
        if each is not main and each.visible and is_repeat_of(each, main):
            repeat = proposal.name(each.name)
            repeats.append(Repeat(repeat, each.name, path=(repeat,)))
            _propose(each, proposal, repeat, today)
    return proposal, tuple(repeats)


def _propose(sheet: Sheet, proposal: _Proposal, repeat: str | None, today: dt.date) -> None:
    columns, aside = columns_of(sheet)
    proposal.aside.extend(aside)
    for column in columns:
        proposal.headers.setdefault(_squeezed(column.header), set()).add(bare(column.header))
    before = len(proposal.questions)
    for found in grouped(columns, proposal.apart):
        if isinstance(found, Group):
            _together(found, proposal)
        elif what := personal(found):
            proposal.aside.append(found.header)
            proposal.columns.append(InferredColumn(found.header, "mise à part", f"{what} : hors de l'étude"))
        elif repeat is None and identifies(found):
            proposal.keys.append(found.header)
            proposal.columns.append(InferredColumn(found.header, "clé", "un code différent à chaque ligne"))
        else:
            _single(found, proposal, today)
    _specify(proposal, before)
    for rank in range(before, len(proposal.questions) if repeat else 0):
        question = proposal.questions[rank]
        proposal.questions[rank] = replace(question, repeat=repeat, group=(repeat or "",))


def _specify(proposal: _Proposal, start: int) -> None:
    """The text beside « autre » belongs to its question, when the choice is there or LimeSurvey asks for it."""
    for text in proposal.questions[start:]:
        header = next((header for header, names in proposal.expected.items() if names == {text.name}), "")
        found = _OTHER_OF.match(header)
        if text.type is not QuestionType.TEXT or found is None or header in proposal.apart:
            continue
        rank = _question_of(proposal, found["base"], start)
        if rank is None:
            continue
        question = proposal.questions[rank]
        choices = proposal.lists[question.choices or ""]
        other = next((choice for choice in choices if _OTHER_LABEL.match(choice.label)), None)
        if other is None and not header.endswith("]"):
            continue
        marked = replace(other, specify=True) if other else Choice("autre", "Autre", specify=True)
        if marked.label == _OTHER_CODE:
            marked = replace(marked, name="autre", label="Autre", aliases=(_OTHER_CODE,))
        kept = tuple(marked if choice is other else choice for choice in choices)
        proposal.lists[question.name] = kept if other else (*choices, marked)
        proposal.questions[rank] = replace(question, choices=question.name)
        proposal.questions.remove(text)
        proposal.columns = [each for each in proposal.columns if each.name != text.name]
        proposal.names.discard(text.name)
        proposal.expected[header] = {question.name, f"{question.name}_{marked.name}"}
    used = {question.choices for question in proposal.questions}
    proposal.lists = {name: choices for name, choices in proposal.lists.items() if name in used}


def _question_of(proposal: _Proposal, base: str, start: int) -> int | None:
    """The rank of the only question of choices that `base` names or labels."""
    kinds = (QuestionType.SELECT_ONE, QuestionType.SELECT_MULTIPLE)
    coded = CODED.match(base)
    texts = {bare(base), bare(base.partition("[")[0]), *([bare(coded["code"])] if coded else [])}
    found = [
        rank
        for rank, question in enumerate(proposal.questions)
        if rank >= start and question.type in kinds and texts & {bare(question.name), bare(question.label)}
    ]
    return found[0] if len(found) == 1 else None


def _squeezed(text: str) -> str:
    return re.sub(r"[\s_]", "", bare(text))


# ── questions ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _together(group: Group, proposal: _Proposal) -> None:
    """Several columns, one question: choices ticked or not, rows of a matrix, ranks of a ranking."""
    name = proposal.name(group.code or group.question)
    inners = [inner for inner, _ in group.columns]
    columns = [column for _, column in group.columns]
    if group.how == "ticks":
        question = Question(name, QuestionType.SELECT_MULTIPLE, group.question)
        labels, why = [*inners, *group.unlisted], f"{len(columns)} colonnes cochées ou non"
    elif group.how == "ranks":
        question = Question(name, QuestionType.RANK, group.question)
        labels, why = _given(columns), f"{len(columns)} rangs"
    else:
        rows = tuple(
            replace(row, aliases=(column.header,))
            for row, column in zip(choices_of(inners), columns, strict=True)
        )
        question = Question(name, QuestionType.MATRIX, group.question, rows=rows)
        labels = _given(columns)
        why = f"{len(columns)} lignes, {len(labels)} réponses communes"
    for row, column in zip(question.rows or [None] * len(columns), columns, strict=True):
        proposal.expected[column.header] = {f"{name}_{row.name}" if row else name}
    listed = proposal.list_of(name, labels)
    if group.how == "ticks" and all(column.label for column in columns):
        listed = name
        suffixes = [column.header.removeprefix(group.code).lstrip("_") for column in columns]
        named = zip(choices_of(labels), suffixes, strict=True)
        proposal.lists[name] = tuple(replace(choice, name=suffix) for choice, suffix in named)
    proposal.add(replace(question, choices=listed), why)


def _given(columns: Iterable[Answers]) -> list[str]:
    return in_order(Counter(text for column in columns for text in column.texts))


def _single(column: Answers, proposal: _Proposal, today: dt.date) -> None:
    coded = CODED.match(column.header)
    plain_code = (
        coded is not None
        and not coded["part"]
        and bool(coded["label"])
        and not OTHER_HEADER.search(column.header)
    )
    if coded is not None and plain_code:
        name = proposal.name(coded["code"], column.header)
        question = Question(name, QuestionType.TEXT, coded["label"].strip(), aliases=(column.header,))
    else:
        label = column.label or column.header
        question = Question(proposal.name(column.header), QuestionType.TEXT, label)
    kind = kind_of(column, today)
    question = replace(
        question,
        type=kind.type,
        precision=kind.precision,
        code=kind.coded,
        multiline=kind.coded,
        choices=proposal.list_of(question.name, kind.labels) if kind.labels else None,
    )
    proposal.expected[column.header] = {question.name}
    proposal.add(question, kind.why)
