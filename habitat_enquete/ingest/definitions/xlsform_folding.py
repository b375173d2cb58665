"""Recognises, in an XLSForm, what the model says in one word: matrices, « autre (préciser) », limits on choices.

Each pattern is exactly what `exchange/xlsform.py` writes; a form that does otherwise is left as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from habitat_enquete.model.questionnaire import (
    Choice,
    Group,
    Question,
    Questionnaire,
    QuestionType,
    matrix_rows,
    specified,
)

_LIMIT: Final = re.compile(r"count-selected\(\.\) <= (\d+)")
_EXCLUSIVE: Final = re.compile(r"not\(selected\(\., '([^']*)'\) and count-selected\(\.\) > 1\)")


def folded(questionnaire: Questionnaire) -> Questionnaire:
    """The questionnaire with its patterns recognised."""
    return _with_limits(_with_specified(_with_matrices(questionnaire)))


# ── « autre (préciser) » ───────────────────────────────────────────────────────────────────────────────────────────


def _with_specified(questionnaire: Questionnaire) -> Questionnaire:
    """A text asked beside a choice becomes a mark on the choice, when every question of the list asks it alike."""
    by_name = {question.name: question for question in questionnaire.questions}
    lists = dict(questionnaire.choice_lists)
    gone: set[str] = set()
    for name, choices in lists.items():
        users = [each for each in questionnaire.questions if each.choices == name and _may_specify(each)]
        marked = []
        for choice in choices:
            texts = [by_name.get(f"{user.name}_{choice.name}") for user in users]
            alike = bool(texts) and all(
                text is not None and _asks(text, user, choice)
                for text, user in zip(texts, users, strict=True)
            )
            gone.update(text.name for text in texts if text is not None and alike)
            marked.append(replace(choice, specify=True) if alike else choice)
        lists[name] = tuple(marked)
    kept = tuple(each for each in questionnaire.questions if each.name not in gone)
    return replace(questionnaire, questions=kept, choice_lists=lists)


def _may_specify(question: Question) -> bool:
    return question.type is not QuestionType.MATRIX


def _asks(text: Question, question: Question, choice: Choice) -> bool:
    plain = replace(text, line=question.line, lines={}, labels=choice.labels, specifies=question.name)
    return text.labels in ({}, choice.labels) and plain == specified(question, choice)


# ── limits and exclusive choices ───────────────────────────────────────────────────────────────────────────────────


def _with_limits(questionnaire: Questionnaire) -> Questionnaire:
    """`count-selected(.) <= 3` becomes a greatest number of choices, `not(selected(., 'nsp') and …)` exclusive choices."""
    codes = {name: {each.name for each in choices} for name, choices in questionnaire.choice_lists.items()}
    found_in = {each.name: _limits(each) for each in questionnaire.questions if _may_limit(each)}
    read = {
        each.name: found_in[each.name]
        for each in questionnaire.questions
        if each.name in found_in and found_in[each.name][2] <= codes.get(each.choices or "", set())
    }
    lists = dict(questionnaire.choice_lists)
    for name, choices in lists.items():
        found = [
            read[user.name][2] if user.name in read else frozenset()
            for user in questionnaire.questions
            if user.choices == name and user.type is QuestionType.SELECT_MULTIPLE
        ]
        common = frozenset.intersection(*found) if found else frozenset()
        if any(each != common for each in found):
            return questionnaire  # the same list is exclusive here and not there: leave what was written
        lists[name] = tuple(
            replace(each, exclusive=each.exclusive or each.name in common) for each in choices
        )
    questions = tuple(_limited(each, read) for each in questionnaire.questions)
    return replace(questionnaire, questions=questions, choice_lists=lists)


def _may_limit(question: Question) -> bool:
    return question.type is QuestionType.SELECT_MULTIPLE and question.choices is not None


def _limited(question: Question, read: Mapping[str, tuple[str, int | None, frozenset[str]]]) -> Question:
    if question.name not in read:
        return question
    rest, limit, _ = read[question.name]
    return replace(question, constraint=rest, maximum_choices=limit)


def _limits(question: Question) -> tuple[str, int | None, frozenset[str]]:
    """The constraint without what is recognised at its end, the greatest number of choices, the exclusive choices."""
    parts = list(_conjuncts(question.constraint))
    limit: int | None = None
    exclusive: set[str] = set()
    while parts:
        at_most, alone = _LIMIT.fullmatch(parts[-1]), _EXCLUSIVE.fullmatch(parts[-1])
        if at_most and limit is None:
            limit = int(at_most.group(1))
        elif alone and limit is None:
            exclusive.add(alone.group(1))
        else:
            break
        parts.pop()
    rest = " and ".join(parts)
    whole = rest[1:-1] if len(parts) == 1 and (limit or exclusive) and _is_wrapped(rest) else rest
    return whole, limit, frozenset(exclusive)


def _is_wrapped(text: str) -> bool:
    return (
        text.startswith("(")
        and text.endswith(")")
        and " or " in text
        and next(_closing(text)) == len(text) - 1
    )


def _closing(text: str) -> Iterator[int]:
    depth = 0
    for rank, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if depth == 0:
            yield rank


def _conjuncts(text: str) -> Iterator[str]:
    """The parts of `a and b and c`, outside parentheses and quotes."""
    depth, quote, start, rank = 0, "", 0, 0
    while rank < len(text):
        character = text[rank]
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        else:
            depth += (character in "([") - (character in ")]")
            if depth == 0 and text.startswith(" and ", rank):
                yield text[start:rank]
                start = rank = rank + 5
                continue
        rank += 1
    if text[start:]:
        yield text[start:]


# ── matrices ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _with_matrices(questionnaire: Questionnaire) -> Questionnaire:
    """A group shown as a table, of questions that differ by their label only, becomes a matrix."""
    matrices = {
        group.path: matrix
        for group in questionnaire.groups
        if (matrix := _matrix(questionnaire, group)) is not None
    }
    if not matrices:
        return questionnaire
    questions: list[Question] = []
    for question in questionnaire.questions:
        matrix = matrices.get(question.group)
        if matrix is None:
            questions.append(question)
        elif not questions or questions[-1] is not matrix:
            questions.append(matrix)
    groups = tuple(group for group in questionnaire.groups if group.path not in matrices)
    return replace(questionnaire, questions=tuple(questions), groups=groups)


def _matrix(questionnaire: Questionnaire, group: Group) -> Question | None:
    rows = [each for each in questionnaire.questions if each.group == group.path]
    blocks = [each.path for each in questionnaire.groups] + [each.path for each in questionnaire.repeats]
    nested = any(len(path) > len(group.path) and path[: len(group.path)] == group.path for path in blocks)
    prefix = f"{group.name}_"
    table = group.appearance == "table-list" and not group.attributes
    if not table or not rows or nested or not all(each.name.startswith(prefix) for each in rows):
        return None
    first = rows[0]
    messages = {key: texts for key, texts in first.translations.items() if key.endswith("message")}
    matrix = replace(
        first,
        name=group.name,
        type=QuestionType.MATRIX,
        label=group.label,
        labels=group.labels,
        rows=tuple(
            Choice(each.name.removeprefix(prefix), each.label, each.labels, line=each.line) for each in rows
        ),
        hint=group.hint,
        translations=messages | ({"hint": group.hints} if group.hints else {}),
        relevant=group.relevant,
        group=group.path[:-1],
        line=group.line,
        lines=group.lines,
    )
    written = [replace(each, line=None, lines={}, matrix="") for each in matrix_rows(matrix)]
    read = [replace(each, line=None, lines={}) for each in rows]
    return matrix if [replace(each, relevant="") for each in written] == read else None
