"""What an expression reads: bare words where quotes are missing, a repeat seen from outside, columns of a choice filter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from habitat_enquete.errors import Code, Problem
from habitat_enquete.ingest.definitions.places import Holder, Places
from habitat_enquete.ingest.expressions.syntax import (
    Call,
    Expression,
    Filter,
    Node,
    Path,
    Reference,
    children,
)
from habitat_enquete.ingest.expressions.written import FIELDS, Written
from habitat_enquete.model.questionnaire import Question, Questionnaire
from habitat_enquete.yamlsource import hint

# Functions that take all the answers of a repeat at once.
_GATHERING: Final = frozenset(
    {"sum", "count", "count-non-empty", "min", "max", "join", "concat", "indexed-repeat", "checklist"}
)
_COLUMNS: Final = frozenset({"name", "label", "root", "item"})


class Reading:
    """Looks at what the expressions of a questionnaire read, one after the other."""

    def __init__(self, questionnaire: Questionnaire, places: Places) -> None:
        self.questionnaire = questionnaire
        self.places = places
        asked = questionnaire.asked()
        self.groups: Mapping[str, tuple[str, ...]] = {question.name: question.group for question in asked}
        self.repeat_of = {question.name: question.repeat for question in asked if question.repeat}
        self.paths = {repeat.name: repeat.path for repeat in questionnaire.repeats}

    def check(self, expression: Expression, written: Written) -> Iterator[Problem]:
        """The problems of what one expression reads."""
        reader = _Reader(self, written)
        if written.field == "choice_filter":
            yield from reader.columns(expression)
        else:
            yield from reader.bare_words(expression)
        if self.paths and not _lists_a_repeat(written):
            yield from reader.repeats(expression.root, gathered=False)
        yield from reader.indexed(expression)


def _lists_a_repeat(written: Written) -> bool:
    """Whether an expression filters the rounds of a repeat, which are the choices of its question."""
    holder = written.holder
    return (
        written.field == "choice_filter" and isinstance(holder, Question) and "${" in (holder.choices or "")
    )


@dataclass(frozen=True, slots=True)
class _Reader:
    all: Reading
    written: Written

    def bare_words(self, expression: Expression) -> Iterator[Problem]:
        """`${statut} = locataire`: a word that is neither a reference nor a text."""
        filters = [node for node in expression.nodes() if isinstance(node, Filter)]
        for node in expression.nodes():
            if isinstance(node, Path) and node.name and "/" not in node.text and not filters:
                advice = f"${{{node.name}}}" if node.name in self.all.groups else f"'{node.name}'"
                yield self._error(Code.CHECK_BARE_WORD, word=node.name, advice=advice)

    def columns(self, expression: Expression) -> Iterator[Problem]:
        """`dep = ${dep}`: the column « dep » must be on the sheet of choices."""
        question = self.written.holder
        if not isinstance(question, Question) or question.choices_file:
            return
        choices = self.all.questionnaire.choices_of(question)
        known = {key for choice in choices for key in choice.attributes} | _COLUMNS
        for node in expression.nodes():
            if (
                isinstance(node, Path)
                and node.name
                and "/" not in node.text
                and choices
                and node.name not in known
            ):
                where = {
                    "column": node.name,
                    "list": question.choices,
                    "hint": hint(node.name, known - _COLUMNS),
                }
                yield self._error(Code.CHECK_COLUMN_MISSING, **where)

    def repeats(self, node: Node, *, gathered: bool) -> Iterator[Problem]:
        """A question of a repeat read from outside gives as many answers as repetitions."""
        name = node.name if isinstance(node, Reference) else ""
        repeat = self.all.repeat_of.get(name, "")
        if repeat and not gathered and not self._is_inside(self.written.holder, repeat):
            yield self._error(Code.CHECK_REPEAT_READ, reference=name, repeat=repeat)
        inside = gathered or (isinstance(node, Call) and node.name in _GATHERING)
        for child in children(node):
            yield from self.repeats(child, gathered=inside or isinstance(node, Filter))

    def _is_inside(self, holder: Holder, repeat: str) -> bool:
        path = self.all.paths.get(repeat, (repeat,))
        around = holder.group if isinstance(holder, Question) else holder.path
        return around[: len(path)] == path or (isinstance(holder, Question) and holder.repeat == repeat)

    def indexed(self, expression: Expression) -> Iterator[Problem]:
        """`indexed-repeat(${question}, ${boucle}, rang)`: the second must be a repeat, the first one of its questions."""
        for node in expression.nodes():
            match node:
                case Call(
                    name="indexed-repeat", arguments=(Reference(name=name), Reference(name=repeat), *_)
                ):
                    if repeat not in self.all.paths:
                        yield self._error(
                            Code.CHECK_NOT_A_REPEAT, reference=repeat, hint=hint(repeat, self.all.paths)
                        )
                    elif not self._is_in(name, repeat):
                        yield self._error(Code.CHECK_NOT_IN_REPEAT, reference=name, repeat=repeat)

    def _is_in(self, name: str, repeat: str) -> bool:
        path = self.all.paths[repeat]
        groups = self.all.groups
        return name not in groups or groups[name][: len(path)] == path

    def _error(self, code: Code, **where: object) -> Problem:
        where |= {"field": FIELDS[self.written.field], "name": self.written.name}
        return self.all.places.error(code, self.written.holder, self.written.field, **where)
