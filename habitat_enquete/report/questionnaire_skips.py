"""Where to go after an answer: « → Q14 », when it makes the questions that follow pointless."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from habitat_enquete.ingest.answers.routing import conditions_of
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
from habitat_enquete.model.questionnaire import Question, Questionnaire, QuestionType

END = "fin du questionnaire"


def skips(questionnaire: Questionnaire, question: Question, marks: Mapping[str, str]) -> dict[str, str]:
    """For each choice after which some of the next questions are not asked: the number of the next one that is.

    Only what this answer alone decides counts; `marks` gives the numbers, and which questions are on the page.
    """
    if question.type is not QuestionType.SELECT_ONE or question.repeat:
        return {}
    form = Form.of(questionnaire)
    following = [each for each in _after(questionnaire, question) if each.name in marks]
    own = set(conditions_of(questionnaire, question))
    found = {}
    for choice in questionnaire.choices_of(question):
        answers = Answers({question.name: choice.name})
        skipped, known = 0, {question.name}  # what is not asked is known to be empty
        for each in following:
            conditions = set(conditions_of(questionnaire, each)) - own
            if not any(_is_refused(text, known, form, answers) for text in conditions):
                break
            skipped += 1
            known.add(each.name)
        if skipped:
            found[choice.name] = marks[following[skipped].name] if skipped < len(following) else END
    return found if len(found) < len(questionnaire.choices_of(question)) else {}


def _after(questionnaire: Questionnaire, question: Question) -> Iterator[Question]:
    passed = False
    for each in questionnaire.questions:
        if passed:
            yield each
        passed = passed or each.name == question.name


def _is_refused(text: str, known: set[str], form: Form, answers: Answers) -> bool:
    """Whether a condition that looks at known answers alone is false."""
    if not is_computable(text) or not references(parse(text)) <= known:
        return False
    return not boolean(compiled(text)(form, answers, Place()))
