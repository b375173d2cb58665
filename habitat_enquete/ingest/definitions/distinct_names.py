"""One name, one question: an XLSForm may use a name again in another block, or by mistake beside itself.

Answers are kept by the name of their question. The second question of a name is therefore read under another one, and
keeps its path in the form as an alias, so that exports are understood.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from habitat_enquete.errors import Code, Problem, Severity
from habitat_enquete.ingest.definitions.places import Places
from habitat_enquete.model.questionnaire import Question, Questionnaire


@dataclass(frozen=True, slots=True)
class Renamed:
    """A question read under another name, and the question that had its name first."""

    question: Question
    name: str
    first: Question

    @property
    def alias(self) -> str:
        """How exports tell it from the first one; empty when they cannot."""
        return (
            ""
            if self.question.group == self.first.group
            else "/".join((*self.question.group, self.question.name))
        )


def renamed(questionnaire: Questionnaire) -> list[Renamed]:
    """The questions whose name is already taken, in order, each with the name it is read under."""
    return list(_renamed(questionnaire))


def _renamed(questionnaire: Questionnaire) -> Iterator[Renamed]:
    first: dict[str, Question] = {}
    taken = {question.name for question in questionnaire.questions}
    for question in questionnaire.questions:
        before = first.setdefault(question.name, question)
        if before is question:
            continue
        apart = bool(question.group) and question.group != before.group
        base = f"{question.group[-1]}_{question.name}" if apart else f"{question.name}_2"
        name, rank = base, 2
        while name in taken:
            rank += 1
            name = f"{base}_{rank}" if apart else f"{question.name}_{rank}"
        taken.add(name)
        yield Renamed(question, name, before)


def with_distinct_names(questionnaire: Questionnaire) -> Questionnaire:
    """The questionnaire with one question a name; inside its own block, a reference follows its question."""
    changes = {id(each.question): each for each in renamed(questionnaire)}
    if not changes:
        return questionnaire
    inside = [each for each in changes.values() if each.alias]
    questions = []
    for question in questionnaire.questions:
        change = changes.get(id(question))
        moved = _following(question, [each for each in inside if each.question.group == question.group])
        if change is not None:
            aliases = (*question.aliases, change.alias) if change.alias else question.aliases
            moved = replace(moved, name=change.name, aliases=aliases)
        questions.append(moved)
    return replace(questionnaire, questions=tuple(questions))


def _following(question: Question, changes: list[Renamed]) -> Question:
    """The question with its references to the renamed questions of its block."""
    for change in changes:
        pattern = re.compile(rf"\$\{{\s*{re.escape(change.question.name)}\s*\}}")
        new = f"${{{change.name}}}"
        question = replace(
            question,
            relevant=pattern.sub(new, question.relevant),
            constraint=pattern.sub(new, question.constraint),
            calculation=pattern.sub(new, question.calculation),
            required_if=pattern.sub(new, question.required_if),
            choice_filter=pattern.sub(new, question.choice_filter),
            default=pattern.sub(new, question.default),
        )
    return question


def renaming_problems(questionnaire: Questionnaire) -> list[Problem]:
    """What must be said of names used twice: an error side by side, a warning in two blocks, where tools accept it."""
    places = Places(questionnaire)
    problems = []
    for each in renamed(questionnaire):
        severity = Severity.WARNING if each.alias else Severity.ERROR
        code = Code.QUESTION_SAME_NAME if each.alias else Code.QUESTION_DUPLICATE
        make = places.warning if severity is Severity.WARNING else places.error
        problems.append(
            make(code, each.question, "name", name=each.question.name, first=each.first.line, read=each.name)
        )
    return problems
