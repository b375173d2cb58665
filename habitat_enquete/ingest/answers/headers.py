"""Which column answers which question: names, labels, group paths, split choices, ranks of repeats, in any exporter's way.

Only exact matches (once folded) are used. What merely resembles is proposed in `correspondances.yaml`, for a person to decide.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from habitat_enquete.ingest.answers.choices import bare, fold, numbered_choices, other_choice
from habitat_enquete.ingest.answers.header_texts import (
    CODED,
    designated_by,
    group_texts,
    is_row,
    question_texts,
    rejoined,
    texts_aside,
    unnumbered,
)
from habitat_enquete.ingest.answers.metadata import Meta, role_of
from habitat_enquete.ingest.files.cellscan import column_letters
from habitat_enquete.model.questionnaire import Choice, Question, Questionnaire, QuestionType

_SPLIT: Final = re.compile(r"\s*(?:/|:|\||\s[-–—]\s|-|\.|_|\s)\s*")
_BRACKET: Final = re.compile(r"^(.*?)\s*\[([^\[\]]*)\]\s*$", re.DOTALL)
_DIGITS: Final = re.compile(r"(?<!\d)\d{1,2}(?!\d)")
# A longer text is an answer, not a header: only whole labels are looked for in it.
_LONGEST: Final = 300
_MOST_NUMBERS: Final = 4
# `Q06[SQ001]. Pourquoi ? [Un emploi]`, `Q06[SQ001]._.Pourquoi ? [Un emploi]`: LimeSurvey's code tells the question.
_CODE_AND_LABEL: Final = re.compile(r"^([A-Za-z]\w*)\[\w+\](?:\. |\._\.).*\[([^\[\]]*)\]\s*$", re.DOTALL)
_RANK_NAME: Final = re.compile(r"^(?:rang|rank|ranking|classement|choix)\s*(\d{1,2})$")
_RANK_CODE: Final = re.compile(r"^q_?0*(\d{1,3})$")
_SUBRANK: Final = re.compile(r"^sq_?0*(\d{1,3})$")
_SUBQUESTION: Final = re.compile(r"^([^\[\]]+)\[sq_?0*(\d{1,3})\]")
_OTHER_COLUMN: Final = re.compile(r"^([^\[\]]+)\[other\]")
_OTHER_WORDS: Final = frozenset(
    {
        "other",
        "autre",
        "oth",
        "préciser",
        "preciser",
        "précisez",
        "specify",
        "autre (préciser)",
        "comment",
        "commentaire",
    }
)
_GEO: Final = {
    "latitude": 0,
    "lat": 0,
    "longitude": 1,
    "lon": 1,
    "lng": 1,
    "altitude": 2,
    "alt": 2,
    "precision": 3,
    "accuracy": 3,
    "précision": 3,
}
_MULTIPLE: Final = frozenset({QuestionType.SELECT_MULTIPLE, QuestionType.RANK})
_ABBREVIATED: Final = 15
_UNNAMED: Final = " (sans en-tête)"


def unnamed_header(column: int) -> str:
    """What stands for the header of a column that has none (`column` from 0).

    >>> unnamed_header(0)
    'Colonne A (sans en-tête)'
    """
    return f"Colonne {column_letters(column + 1)}{_UNNAMED}"


def is_unnamed(header: str) -> bool:
    """Whether `header` stands for the header of a column that has none."""
    return header.endswith(_UNNAMED)


class Part(StrEnum):
    """What a column holds of its question."""

    ANSWER = "answer"
    CHOICE = "choice"  # one choice of several, ticked or not
    OTHER = "other"  # the text of « autre, préciser »
    MENTION = "mention"  # the first, second… choice named
    COMPONENT = "component"  # latitude, longitude…
    META = "meta"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class Target:
    """What a header designates. `rank` is the repeat's rank (0 outside), the mention's or the component's own."""

    question: Question | None
    part: Part = Part.ANSWER
    choice: Choice | None = None
    repeat: int = 0
    rank: int = 0
    meta: Meta | None = None
    by: str = "name"


@dataclass(frozen=True, slots=True)
class Column:
    """A column (`index` from 0) and what it was found to be."""

    index: int
    header: str
    target: Target

    @property
    def question(self) -> Question | None:
        """The question it answers, if any."""
        return self.target.question


@dataclass(slots=True)
class HeaderIndex:
    """Every way in which a header may designate a question of one questionnaire.

    `mapping` is what the user wrote in `correspondances.yaml` (folded header → question name, `ignorer`, or `nom/modalité`).
    `repeat` restricts it to one repeated block (its own sheet). `ranks` accepts `Q04` and `Q06[SQ002]` by rank,
    judging on all the `headers` of the file.
    """

    questionnaire: Questionnaire
    mapping: Mapping[str, str] = field(default_factory=dict)
    repeat: str | None = None
    ranks: bool = False
    headers: tuple[str, ...] = ()
    questions: tuple[Question, ...] = field(init=False)
    order: dict[str, int] = field(init=False)
    _whole: dict[str, list[Question]] = field(init=False)
    _names: dict[str, Question] = field(init=False)
    _matrices: dict[str, list[Question]] = field(init=False)
    _groups: set[str] = field(init=False)
    _aside: set[str] = field(init=False)
    _choices: dict[str, tuple[dict[str, Choice], dict[str, Choice]]] = field(default_factory=dict)
    _cache: dict[str, tuple[Target, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.questions = tuple(q for q in self.questionnaire.asked() if q.type is not QuestionType.NOTE)
        self.order = {question.name: rank for rank, question in enumerate(self.questions)}
        self._names = {fold(question.name): question for question in self.questions}
        self._whole = {}
        for question in self.questions:
            for text in question_texts(question):
                if key := bare(text):
                    known = self._whole.setdefault(key, [])
                    if question not in known:
                        known.append(question)
        self._matrices = {}
        for question in self.questions:
            if question.matrix:
                self._note_matrix(question)
        self._groups = set(group_texts(self.questionnaire))
        self._aside = set(texts_aside(self.questionnaire))

    def _note_matrix(self, row: Question) -> None:
        matrix = self.questionnaire.question(row.matrix)
        for text in {matrix.name, matrix.label, *matrix.labels.values()}:
            if key := bare(text):
                self._matrices.setdefault(key, []).append(row)

    # ── one header ───────────────────────────────────────────────────────────────────────────────────────────────

    def resolve(self, header: str) -> tuple[Target, ...]:
        """What `header` may designate: one target, several when questions share a label, none when unknown."""
        if header not in self._cache:
            self._cache[header] = tuple(self._resolved(header))
        return self._cache[header]

    def _resolved(self, header: str) -> list[Target]:
        text = header.strip()
        if not text:
            return []
        if (decided := self.mapping.get(fold(text))) is not None:
            return self._decided(decided)
        if len(text) > _LONGEST:
            return [Target(question, by="label") for question in self._scoped(self._questions(text))]
        # LimeSurvey may write its spaces as underscores.
        for attempt in dict.fromkeys((text, text.replace("_", " "))):
            if found := self._question_like(attempt):
                return found
            if (role := self._meta(attempt)) is not None:
                return [Target(None, Part.META, meta=role)]
        if fold(text) in self._aside:
            return [Target(None, Part.IGNORED, by="aside")]
        return self._repeated(text) or self._ranked(text)

    def pair(self, parent: str, child: str) -> tuple[Target, ...]:
        """What a header on two rows designates: the question above, the choice or the matrix row below."""
        for question in self._questions(parent):
            if found := self._inner(question, child, parent):
                return (found,)
        rows = self._matrices.get(bare(parent), [])
        return tuple(Target(row, by="label") for row in rows if is_row(row, child, self.questionnaire))

    def _decided(self, decision: str) -> list[Target]:
        if fold(decision) in {"ignorer", "ignore", "-"}:
            return [Target(None, Part.IGNORED, by="mapping")]
        found = self._question_like(decision)
        named = [target for target in found if target.by == "name"]
        return [replace(target, by="mapping") for target in named or found]

    def _meta(self, text: str) -> Meta | None:
        keys = {
            fold(key) for key in (*self.questionnaire.respondent_key, self.questionnaire.respondent_id) if key
        }
        role = role_of(text)
        if fold(text) in keys and (role is None or role in {Meta.PERSONAL, Meta.OTHER}):
            return Meta.USER_KEY
        return role

    def _question_like(self, text: str) -> list[Target]:
        coded = _CODE_AND_LABEL.match(text)
        known = coded and (fold(coded[1]) in self._names or bare(coded[1]) in self._matrices)
        if coded and known and (inner := self.pair(coded[1], coded[2])):
            return list(inner)
        if (both := self._coded(text)) is not None:
            return [Target(both)]
        for attempt in unnumbered(text):
            if found := self._scoped(self._questions(attempt)):
                return [Target(question, by=designated_by(question, attempt)) for question in found]
            if targets := self._bracketed(attempt) or self._split(attempt):
                return targets
        return []

    def _coded(self, text: str) -> Question | None:
        """The question that both the code and the label of `code. label` designate."""
        found = CODED.match(text)
        if found is None or self._questions(text):
            return None
        label = bare(text[found.end() :])
        named = self._questions(found[0].rstrip(" .:)"))
        return next((question for question in named if label in map(bare, question_texts(question))), None)

    def _questions(self, text: str) -> list[Question]:
        """The questions that `text` names or labels, whole; the one it names first, unless it shares its label with others."""
        named = self._names.get(fold(text)) or self._names.get(fold(text).replace(" ", "_"))
        labelled = self._whole.get(bare(text)) or self._whole.get(bare(text.replace("_", " "))) or []
        inside = [question for question in labelled if self._in_scope(question)]
        if named is not None and self._in_scope(named):
            same = [question for question in inside if bare(question.label) == bare(named.label)]
            if named in same and bare(text) == bare(named.label):
                return same
            return [named, *(question for question in inside if question != named)]
        return inside or ([named] if named is not None else labelled)

    def _in_scope(self, question: Question) -> bool:
        return question.repeat == self.repeat

    def _scoped(self, questions: list[Question]) -> list[Question]:
        inside = [question for question in questions if self._in_scope(question)]
        return inside or questions if self.repeat is None else inside

    def _bracketed(self, text: str) -> list[Target]:
        found = _BRACKET.match(text)
        if not found:
            return []
        outer, inner = found[1], found[2]
        for attempt in unnumbered(outer):
            targets = self.pair(attempt, inner)
            if targets and (not inner.strip().isdigit() or self._is_ticked(targets[0])):
                return list(targets)
        return []

    def _is_ticked(self, target: Target) -> bool:
        """Whether `question[2]` is the choice called 2 (LimeSurvey), rather than a second mention or a second instance."""
        question = target.question
        return self.ranks and question is not None and question.type is QuestionType.SELECT_MULTIPLE

    def _split(self, text: str) -> list[Target]:
        """`question/choice` (the longest question first), then `group/question`."""
        cuts = [
            match.span() for match in _SPLIT.finditer(text) if match.start() > 0 and match.end() < len(text)
        ]
        for start, end in reversed(cuts):
            if targets := self.pair(text[:start], text[end:]):
                return list(targets)
        for start, end in cuts:
            if fold(text[:start]) in self._groups and (inner := self._question_like(text[end:])):
                return inner
        for start, end in cuts:
            right = [q for q in self._questions(text[end:]) if self._in_scope(q)]
            strong = text[start:end].strip() in {"/", "-", ":", "|", "–", "—"}
            if strong and len(right) == 1 and not self._questions(text[:start]):
                return [Target(right[0], by="suffix")]
        return []

    def _inner(self, question: Question, inner: str, outer: str) -> Target | None:
        """The choice, the « autre » text or the component of `question` that `inner` names."""
        text = fold(inner)
        if question.type is QuestionType.GEOPOINT:
            rank = _GEO.get(text)
            return None if rank is None else Target(question, Part.COMPONENT, rank=rank)
        if not question.type.is_choice:
            return None
        if question.type is QuestionType.RANK and (rank_of := _RANK_NAME.match(text)):
            return Target(question, Part.MENTION, rank=int(rank_of[1]))
        choice = self._choice(question, inner, labelled=designated_by(question, outer) == "label")
        if choice is None and self.ranks and (found := _SUBRANK.match(text)):
            choice = self._by_rank(question, int(found[1]), outer)
        if choice is not None and question.type in _MULTIPLE:
            return Target(question, Part.CHOICE, choice)
        if text in _OTHER_WORDS and (choice is None or question.type not in _MULTIPLE):
            return Target(question, Part.OTHER)
        return None

    def _by_rank(self, question: Question, rank: int, outer: str) -> Choice | None:
        """The nth subquestion; « autre » has no number of its own when the numbers leave no gap for it."""
        choices = self.questionnaire.choices_of(question)
        ranks = {int(n) for code, n in self._subranks() if code == fold(outer)}
        numbered = numbered_choices(choices, ranks, other_apart=(fold(outer), "other") in self._others())
        return numbered[rank - 1] if 1 <= rank <= len(numbered) else None

    def _subranks(self) -> Iterator[tuple[str, str]]:
        """The numbered subquestions of the file: (code of the question, number)."""
        for header in self.headers:
            if found := _SUBQUESTION.match(fold(header)):
                yield found[1], found[2]

    def _others(self) -> set[tuple[str, str]]:
        return {
            (found[1], "other") for header in self.headers if (found := _OTHER_COLUMN.match(fold(header)))
        }

    def _choice(self, question: Question, text: str, *, labelled: bool) -> Choice | None:
        """The choice that `text` names or labels: what is the code of one and the label of another is read as the question is."""
        names, labels = self._choices_of(question)
        for known in (labels, names) if labelled else (names, labels):
            if (choice := known.get(fold(text)) or known.get(bare(text))) is not None:
                return choice
        return None

    def _choices_of(self, question: Question) -> tuple[dict[str, Choice], dict[str, Choice]]:
        """The choices of a question by code, then by label or alias."""
        key = f"{question.choices}\0{question.or_other}"
        if key not in self._choices:
            choices = (*self.questionnaire.choices_of(question), *self.questionnaire.nonresponse)
            labels: dict[str, Choice] = {}
            for choice in choices:
                for text in (choice.label, *choice.labels.values(), *choice.aliases):
                    if text:
                        labels.setdefault(fold(text), choice)
            self._choices[key] = ({fold(choice.name): choice for choice in reversed(choices)}, labels)
        return self._choices[key]

    def _repeated(self, text: str) -> list[Target]:
        """`ep2_commune`, `commune_2`, `episode[2]/commune`: a repeat's rank; `motifs_2`: the second choice named."""
        matches = list(_DIGITS.finditer(text))
        for match in matches if len(matches) <= _MOST_NUMBERS else ():
            left = text[: match.start()].rstrip(" _-.[(#°nN")
            right = text[match.end() :].lstrip(" ])").lstrip()
            rank = int(match[0])
            for attempt in rejoined(left, right):
                for target in self._any_scope(attempt):
                    question = target.question
                    if question is not None and question.repeat and self.repeat is None:
                        return [replace(target, repeat=rank)]
                    if question is not None and question.type in _MULTIPLE and target.part is Part.ANSWER:
                        return [replace(target, part=Part.MENTION, rank=rank)]
        return []

    def _any_scope(self, text: str) -> list[Target]:
        found = self._question_like(text)
        if found:
            return found
        for match in _SPLIT.finditer(text):
            right = [question for question in self._questions(text[match.end() :]) if question.repeat]
            if len(right) == 1:
                return [Target(right[0], by="repeat")]
        return []

    def _ranked(self, text: str) -> list[Target]:
        """`Q04`, `Q06[SQ002]`, `Q04[other]` by rank, where the file is LimeSurvey's and its definition names differ."""
        if not self.ranks:
            return []
        bracket = _BRACKET.match(text)
        outer = bracket[1] if bracket else text
        found = _RANK_CODE.match(fold(outer))
        visible = [q for q in self.questionnaire.questions if q.type.is_answered and q.repeat is None]
        if not found or not 1 <= int(found[1]) <= len(visible):
            return []
        question = visible[int(found[1]) - 1]
        if bracket is None:
            return [Target(question, by="rank")]
        inner = self._inner(question, bracket[2], outer)
        return [replace(inner, by="rank")] if inner else []

    def abbreviated(self, text: str) -> tuple[Target, ...]:
        """The only question whose label begins with `text`, cut by the exporter at fifteen characters or so."""
        bracket = _BRACKET.match(text)
        outer, inner = (bracket[1], bracket[2]) if bracket else (text, "")
        start = fold(outer.rstrip(" .…"))
        whole = outer.rstrip() == outer.rstrip(" .…")  # nothing was cut: only this very label will do
        if inner and (rows := self._abbreviated_rows(start, inner, whole=whole)):
            return (Target(rows[0], by="prefix"),) if len(rows) == 1 else ()
        if len(start) < _ABBREVIATED - 2:
            return ()
        labels = [q for q in self.questions if q.repeat == self.repeat and fold(q.label).startswith(start)]
        if len(labels) != 1:
            return ()
        if not inner:
            return (Target(labels[0], by="prefix"),)
        _, choices = self._choices_of(labels[0])
        ending = fold(inner.rstrip(" .…"))
        exact = choices.get(fold(inner))
        names = (
            {exact.name: exact}
            if exact
            else {c.name: c for key, c in choices.items() if key.startswith(ending)}
        )
        if len(names) == 1 and labels[0].type in _MULTIPLE:
            return (Target(labels[0], Part.CHOICE, next(iter(names.values())), by="prefix"),)
        if labels[0].type is QuestionType.RANK and (rank := _DIGITS.search(inner)):
            return (Target(labels[0], Part.MENTION, rank=int(rank[0]), by="prefix"),)
        return (Target(labels[0], Part.OTHER, by="prefix"),) if ending in _OTHER_WORDS else ()

    def _abbreviated_rows(self, start: str, inner: str, *, whole: bool) -> list[Question]:
        """The rows of matrices whose label begins with `start`, the row itself with `inner`."""
        ending = fold(inner.rstrip(" .…"))
        rows = [
            row
            for label, rows in self._matrices.items()
            if (label == bare(start) if whole else len(start) >= _ABBREVIATED - 2 and label.startswith(start))
            for row in rows
        ]
        exact = [row for row in rows if fold(row.label) == fold(inner)]
        found = exact or [row for row in rows if fold(row.label).startswith(ending)]
        return list({row.name: row for row in found}.values())

    def other_of(self, question: Question) -> Choice | None:
        """The choice of `question` that asks for a text."""
        return other_choice(self.questionnaire.choices_of(question))
