"""Questions that nobody will ever be asked: no combination of answers satisfies their conditions.

The answers tried are every choice of a list, and, for numbers and texts, the values that the conditions mention and their
neighbours. Conditions that look at anything else, or at too many questions, are left aside.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import Final

from habitat_enquete.errors import Code, Problem
from habitat_enquete.ingest.answers.routing import conditions_of, constraint_of
from habitat_enquete.ingest.definitions.places import Places
from habitat_enquete.ingest.expressions.evaluation import (
    Answers,
    Form,
    Place,
    boolean,
    compiled,
    is_computable,
    parse,
    references,
)
from habitat_enquete.ingest.expressions.syntax import Binary, Call, Current, Negate, Number, Reference, Text
from habitat_enquete.model.questionnaire import Question, Questionnaire, QuestionType

_MOST_TRIALS: Final = 4_000
_SHOWN: Final = 120
_MOST_MENTIONED: Final = 5
_COMPARED: Final = (Binary, Current, Number, Negate)
_LOGIC: Final = frozenset(
    {"not", "selected", "true", "false", "count-selected", "boolean", "string", "number"}
)


def unreachable(questionnaire: Questionnaire, places: Places) -> Iterator[Problem]:
    """An error for each question that can never be asked; one told on a block is not repeated on its questions."""
    form = Form.of(questionnaire)
    asked = {question.name: question for question in questionnaire.asked()}
    dead: set[tuple[str, ...]] = set()
    for question in asked.values():
        conditions = tuple(conditions_of(questionnaire, question))
        if not conditions or conditions in dead or question.specifies:
            continue
        if _is_dead(questionnaire, form, asked, conditions):
            dead.add(conditions)
            shown = " et ".join(conditions)
            cut = shown if len(shown) <= _SHOWN else shown[:_SHOWN] + "…"
            yield places.error(
                Code.CHECK_UNREACHABLE, question, "relevant", name=question.name, condition=cut
            )


def unanswerable(questionnaire: Questionnaire, places: Places) -> Iterator[Problem]:
    """An error for each question whose own constraint lets no answer through."""
    form = Form.of(questionnaire)
    for question in questionnaire.questions:
        constraint = question.constraint
        if not constraint or not is_computable(constraint) or references(parse(constraint)):
            continue
        found = _candidates(questionnaire, form, question, (constraint,))
        if found == [""] and all(isinstance(node, _COMPARED) for node in parse(constraint).nodes()):
            yield places.error(
                Code.CHECK_CONSTRAINT_IMPOSSIBLE,
                question,
                "constraint",
                name=question.name,
                condition=constraint[:_SHOWN],
            )


def _is_dead(
    questionnaire: Questionnaire, form: Form, asked: dict[str, Question], conditions: tuple[str, ...]
) -> bool:
    if not all(is_computable(text) for text in conditions):
        return False
    names = sorted({name for text in conditions for name in references(parse(text))})
    if any(name not in asked or asked[name].repeat for name in names) or "today(" in "".join(conditions):
        return False
    trials = [_candidates(questionnaire, form, asked[name], conditions) for name in names]
    if any(not each for each in trials) or math.prod(map(len, trials)) > _MOST_TRIALS:
        return False
    tests = [compiled(text) for text in conditions]
    return not any(
        all(boolean(test(form, Answers(dict(zip(names, values, strict=True))), Place())) for test in tests)
        for values in itertools.product(*trials)
    )


def _candidates(
    questionnaire: Questionnaire, form: Form, question: Question, conditions: tuple[str, ...]
) -> list[str]:
    """Answers worth trying; none when the question's answers cannot be listed."""
    if question.type in (QuestionType.SELECT_ONE, QuestionType.SELECT_MULTIPLE):
        found = _choices(questionnaire, question, conditions)
    elif question.type is QuestionType.ACKNOWLEDGE:
        found = ["OK"]
    elif question.type.is_number and any(_computes(node) for node in _nodes(conditions)):
        return []
    elif question.type.is_number:
        found = _numbers(conditions, question)
    elif question.type is QuestionType.TEXT:
        found = [node.value for node in _nodes(conditions) if isinstance(node, Text)] + ["?"]
        if any("regex(" in text or "contains(" in text or "length(" in text for text in conditions):
            return []
    else:
        return []
    constraint = constraint_of(questionnaire, question)
    if not constraint or not is_computable(constraint) or references(parse(constraint)):
        return ["", *dict.fromkeys(found)]
    return ["", *dict.fromkeys(value for value in found if _is_allowed(constraint, form, question, value))]


def _choices(questionnaire: Questionnaire, question: Question, conditions: tuple[str, ...]) -> list[str]:
    """The choices that conditions mention and another one; of several choices, those mentioned together in every way."""
    codes = [choice.name for choice in (*questionnaire.choices_of(question), *questionnaire.nonresponse)]
    texts = {node.value for node in _nodes(conditions) if isinstance(node, Text)}
    mentioned = [code for code in codes if code in texts]
    others = [code for code in codes if code not in texts]
    if any(_looks_inside(node) for node in _nodes(conditions)):
        mentioned, others = codes, []
    if question.type is QuestionType.SELECT_ONE:
        return [*mentioned, *others[:1]]
    sizes = range(1, len(mentioned) + 1) if len(mentioned) <= _MOST_MENTIONED else (1, 2, len(mentioned))
    together = [" ".join(each) for size in sizes for each in itertools.combinations(mentioned, size)]
    with_another = [f"{each} {others[0]}" for each in together] if others else []
    first = [" ".join(codes[:count]) for count in range(1, len(codes) + 1)]  # for count-selected()
    written = [text for text in texts if text and set(text.split()) <= set(codes)]
    return [*together, *others[:1], *with_another, *first, *written]


def _looks_inside(node: object) -> bool:
    """Whether a condition compares two answers, or looks into their text: every choice is then worth trying."""
    if isinstance(node, Binary):
        return isinstance(node.left, Reference) and isinstance(node.right, Reference)
    return isinstance(node, Call) and node.name not in _LOGIC


def _computes(node: object) -> bool:
    """Whether a number goes through a computation: the values worth trying are not those that are written."""
    if isinstance(node, Binary):
        return node.operator in {"+", "-", "*", "div", "mod"}
    return isinstance(node, Call) and node.name not in _LOGIC


def _numbers(conditions: tuple[str, ...], question: Question) -> list[str]:
    step = 1.0 if question.type is QuestionType.INTEGER else 0.5
    mentioned = {0.0, *(node.value for node in _nodes(conditions) if isinstance(node, Number))}
    return [f"{value + shift:g}" for value in sorted(mentioned) for shift in (-step, 0.0, step)]


def _nodes(conditions: tuple[str, ...]) -> Iterator[object]:
    return (node for text in conditions for node in parse(text).nodes())


def _is_allowed(constraint: str, form: Form, question: Question, value: str) -> bool:
    """Whether the question's own constraint lets this answer through."""
    answers = Answers({question.name: value}, {question.repeat or "": [{question.name: value}]})
    place = Place(question.name, question.repeat or "", 1)
    return boolean(compiled(constraint)(form, answers, place))
