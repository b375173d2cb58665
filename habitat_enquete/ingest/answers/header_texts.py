"""Every way exporters write a question, a group or the row of a matrix in a header."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from habitat_enquete.ingest.answers.choices import bare, fold
from habitat_enquete.model.questionnaire import Question, Questionnaire, QuestionType

CODED: Final = re.compile(r"^\w{1,30}(?:\[\w+\])*\s*[.:)]\s+(?=\S)")
_NUMBERED: Final = re.compile(r"^(?:q\s*)?\d{1,3}(?:[.,]\d+)*\s*[-–.:)°]+\s*(?=\S)", re.IGNORECASE)
GEO_ENDINGS: Final = tuple(f"_{name}" for name in ("latitude", "longitude", "altitude", "precision"))


def designated_by(question: Question, text: str) -> str:
    """Whether `text`, which designates the question, is its « label » or its « name »."""
    labels = (question.label, *question.labels.values(), *question.aliases)
    named = fold(text).replace(" ", "_") == fold(question.name)
    return (
        "label"
        if not named and bare(text.replace("_", " ")) in {bare(t.replace("_", " ")) for t in labels}
        else "name"
    )


def question_texts(question: Question) -> Iterator[str]:
    yield question.name
    if "_" in question.name:
        yield question.name.replace("_", "")  # LimeSurvey accepts no underscore
    yield question.label
    yield from question.labels.values()
    yield from question.aliases
    if question.group:
        for mark in "/-.":
            yield mark.join((*question.group, question.name))


def group_texts(questionnaire: Questionnaire) -> Iterator[str]:
    """Every way to write a path of groups: names or labels, joined as exporters do."""
    labels = {group.path: (group.label, *group.labels.values()) for group in questionnaire.groups}
    labels |= {
        repeat.path or (repeat.name,): (repeat.label, *repeat.labels.values())
        for repeat in questionnaire.repeats
    }
    paths = {question.group for question in questionnaire.questions if question.group} | set(labels)
    for path in paths:
        yield fold(path[-1])
        for text in labels.get(path, ()):
            yield fold(text)
        for mark in "/-.":
            yield fold(mark.join(path))
        whole = [
            labels.get(path[: depth + 1], (path[depth],))[0] or path[depth] for depth in range(len(path))
        ]
        yield fold("/".join(whole))


def texts_aside(questionnaire: Questionnaire) -> Iterator[str]:
    """The headers of columns that hold no answer: notes shown to the respondent, links to photographs (`photo_URL`, Kobo)."""
    for question in questionnaire.questions:
        if question.type is QuestionType.NOTE:
            yield from map(fold, filter(None, question_texts(question)))
        else:
            yield from (fold(f"{text}_url") for text in question_texts(question) if text)


def is_row(row: Question, text: str, questionnaire: Questionnaire) -> bool:
    matrix = questionnaire.question(row.matrix)
    name = row.name.removeprefix(f"{matrix.name}_")
    keys = {
        fold(name),
        fold(row.name),
        bare(row.label),
        *map(bare, row.labels.values()),
        *map(bare, row.aliases),
    }
    return fold(text) in keys or bare(text) in keys


def unnumbered(text: str) -> Iterator[str]:
    """The header as it is, then without the code or the number before it."""
    yield text
    if text.startswith("_") and text.endswith(GEO_ENDINGS):  # _lieu_latitude (Kobo)
        yield text[1:]
    for pattern in (CODED, _NUMBERED):
        if (found := pattern.match(text)) is not None:
            yield text[found.end() :]


def rejoined(left: str, right: str) -> Iterable[str]:
    """What remains of a header once a rank is taken out of it."""
    bare_right = right.lstrip(" _-./:|–—")
    return dict.fromkeys(
        part
        for part in (left + right, f"{left}/{bare_right}", left if not bare_right else "", bare_right)
        if part
    )
