"""Where to go after an answer: « → Q14 », when it makes the questions that follow pointless."""

from __future__ import annotations

from collections.abc import Mapping

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


class Skips:
    """The ways through a questionnaire on paper; `marks` gives the numbers, and which questions are on the page."""

    def __init__(self, questionnaire: Questionnaire, marks: Mapping[str, str]) -> None:
        self.questionnaire = questionnaire
        self.marks = marks
        self.form = Form.of(questionnaire)
        self.printed = [each for each in questionnaire.questions if each.name in marks]
        self.ranks = {each.name: rank for rank, each in enumerate(self.printed)}
        self.conditions = [frozenset(conditions_of(questionnaire, each)) for each in self.printed]

    def after(self, question: Question) -> dict[str, str]:
        """For each choice after which some of the next questions are not asked: the number of the next one that is.

        Only what this answer alone decides counts.
        """
        if question.type is not QuestionType.SELECT_ONE or question.repeat or question.name not in self.ranks:
            return {}
        choices = self.questionnaire.choices_of(question)
        gotos = {choice.name: self._next(question, choice.name) for choice in choices}
        found = {name: goto for name, goto in gotos.items() if goto}
        return found if len(found) < len(choices) else {}

    def _next(self, question: Question, code: str) -> str:
        start = self.ranks[question.name] + 1
        answers = Answers({question.name: code})
        known = {question.name}  # what is not asked is known to be empty
        rank = start
        while rank < len(self.printed):
            conditions = self.conditions[rank] - self.conditions[start - 1]
            if not any(_is_refused(text, known, self.form, answers) for text in conditions):
                break
            known.add(self.printed[rank].name)
            rank += 1
        if rank == start:
            return ""
        return self.marks[self.printed[rank].name] if rank < len(self.printed) else END


def _is_refused(text: str, known: set[str], form: Form, answers: Answers) -> bool:
    """Whether a condition that looks at known answers alone is false."""
    if not is_computable(text) or not references(parse(text)) <= known:
        return False
    return not boolean(compiled(text)(form, answers, Place()))
