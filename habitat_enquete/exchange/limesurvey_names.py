"""What things are called in LimeSurvey: short codes of letters and digits, repeats asked several times in a row.

Source: LimeSurvey manual and `TSVImportSurvey` of its source: codes of questions and subquestions hold 20 letters or digits,
those of answers 5; a question begins with a letter.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Final

from habitat_enquete.model.questionnaire import Choice, Question, Questionnaire, QuestionType

QUESTION_LENGTH: Final = 20
ANSWER_LENGTH: Final = 5


def unrolled(form: Questionnaire, repetitions: int) -> Iterator[tuple[Question, int]]:
    """The questions in order, those of a repeat as many times as it is asked."""
    done: set[str] = set()
    for question in form.questions:
        if question.type is QuestionType.METADATA:
            continue
        if question.repeat is None:
            yield question, 0
        elif question.repeat not in done:
            done.add(question.repeat)
            count = next((each.count for each in form.repeats if each.name == question.repeat), "")
            for rank in range(1, (int(count) if count.isdigit() else repetitions) + 1):
                yield from ((each, rank) for each in _inside(form, question.repeat))


def _inside(form: Questionnaire, repeat: str) -> Iterable[Question]:
    return [each for each in form.questions if each.repeat == repeat]


def specify(form: Questionnaire, question: Question) -> Choice | None:
    """The choice that LimeSurvey asks for by itself, with its text."""
    if question.type not in (QuestionType.SELECT_ONE, QuestionType.SELECT_MULTIPLE):
        return None
    return next((choice for choice in form.choices_of(question) if choice.specify), None)


def short(name: str, length: int) -> str:
    """A name of plain letters and digits, cut."""
    plain = unicodedata.normalize("NFD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]", "", plain)[:length]


def unique(wished: str, length: int, used: set[str], prefix: str) -> str:
    """A short name not used yet; a question must begin with a letter."""
    name = short(wished, length) or prefix
    if prefix == "q" and not name[0].isalpha():
        name = (prefix + name)[:length]
    rank = 1
    candidate = name
    while candidate.casefold() in used:
        rank += 1
        candidate = name[: length - len(str(rank))] + str(rank)
    used.add(candidate.casefold())
    return candidate
