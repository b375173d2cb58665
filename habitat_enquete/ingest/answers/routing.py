"""Which questions a respondent had to be asked, and which rules of the questionnaire the answers break."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

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
from habitat_enquete.ingest.expressions.syntax import Expression
from habitat_enquete.model.questionnaire import Question, Questionnaire, QuestionType


class Rule(StrEnum):
    """A rule of the questionnaire that an answer can break."""

    RELEVANT = "relevant"  # answered though it was not to be asked
    REQUIRED = "required"
    CONSTRAINT = "constraint"


@dataclass(frozen=True, slots=True)
class Violation:
    """A broken rule: the question, the rank of its repeat (0 outside), and whether it only deserves a warning."""

    question: str
    rank: int
    rule: Rule
    warns: bool = False


@dataclass(frozen=True, slots=True)
class Followed:
    """A respondent's way through the questionnaire.

    `answers` are those that count (an answer to a question that was not to be asked is empty there);
    `not_asked` holds (question, rank in its repeat or 0).
    """

    answers: Answers
    not_asked: frozenset[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Step:
    """One question with the conditions, its own and those of the blocks around it, under which it is asked."""

    question: Question
    conditions: tuple[str, ...]
    constraint: str
    required_if: str


@dataclass(frozen=True, slots=True)
class Routing:
    """The rules of a questionnaire, ready to be applied to many respondents.

    `steps` come in the order of the questionnaire, `sequence` in one where a question follows those its conditions look at.
    `ignored` lists the expressions that
    cannot be computed here (faulty, or known to the collection tool only): they are never held against a respondent.
    """

    form: Form
    steps: tuple[Step, ...]
    sequence: tuple[Step, ...]
    ignored: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, questionnaire: Questionnaire) -> Routing:
        """The routing of a questionnaire."""
        ignored: list[tuple[str, str]] = []
        steps = [_step(questionnaire, question, ignored) for question in questionnaire.asked()]
        return cls(Form.of(questionnaire), tuple(steps), tuple(_ordered(steps)), tuple(ignored))

    def follow(self, answers: Answers) -> Followed:
        """The way of one respondent: which questions were not to be asked, which answers count."""
        values = dict(answers.values)
        repeats = {name: [dict(each) for each in instances] for name, instances in answers.repeats.items()}
        counted = Answers(values, repeats, answers.now)
        skipped: set[tuple[str, int]] = set()
        for step in self.sequence:
            if step.conditions:
                for place in _places(step.question, counted):
                    if not self._asked(step, counted, place):
                        skipped.add((step.question.name, place.rank))
                        _holder(values, repeats, place).pop(step.question.name, None)
        return Followed(counted, frozenset(skipped))

    def violations(self, answers: Answers, followed: Followed) -> list[Violation]:
        """The rules that the answers break, in the order of the questionnaire. `answers` are those that were given."""
        return [each for step in self.steps for each in self._violations(step, answers, followed)]

    def _asked(self, step: Step, answers: Answers, place: Place) -> bool:
        return all(boolean(compiled(each)(self.form, answers, place)) for each in step.conditions)

    def _violations(self, step: Step, answers: Answers, followed: Followed) -> Iterator[Violation]:
        name = step.question.name
        for place in _places(step.question, answers):
            given = _holder(answers.values, answers.repeats, place).get(name, "")
            if (name, place.rank) in followed.not_asked:
                if given and step.question.type.is_answered:
                    yield Violation(name, place.rank, Rule.RELEVANT)
            elif not given:
                if self._required(step, followed.answers, place):
                    yield Violation(name, place.rank, Rule.REQUIRED)
            elif step.constraint and not boolean(
                compiled(step.constraint)(self.form, followed.answers, place)
            ):
                yield Violation(name, place.rank, Rule.CONSTRAINT, step.question.constraint_warns)

    def _required(self, step: Step, answers: Answers, place: Place) -> bool:
        if not step.question.type.is_answered:
            return False
        if step.question.required:
            return True
        return bool(step.required_if) and boolean(compiled(step.required_if)(self.form, answers, place))


def _holder(
    values: Mapping[str, str], repeats: Mapping[str, Iterable[Mapping[str, str]]], place: Place
) -> dict[str, str]:
    holder = list(repeats[place.repeat])[place.rank - 1] if place.repeat else values
    return holder if isinstance(holder, dict) else dict(holder)


def _places(question: Question, answers: Answers) -> Iterator[Place]:
    """Where a question is asked: once, or in each instance of its repeat."""
    if question.repeat is None:
        yield Place(question.name)
        return
    for rank in range(1, len(answers.repeats.get(question.repeat, ())) + 1):
        yield Place(question.name, question.repeat, rank)


def _step(questionnaire: Questionnaire, question: Question, ignored: list[tuple[str, str]]) -> Step:
    def usable(text: str) -> str:
        if not text or is_computable(text):
            return text
        ignored.append((question.name, text))
        return ""

    conditions = [each for text in conditions_of(questionnaire, question) if (each := usable(text))]
    constraint = usable(constraint_of(questionnaire, question))
    return Step(question, tuple(conditions), constraint, usable(question.required_if))


def conditions_of(questionnaire: Questionnaire, question: Question) -> list[str]:
    """The conditions under which a question is asked: those of the blocks around it, the widest first, then its own."""
    blocks = (block.relevant for block in questionnaire.around(question))
    return [text for text in (*blocks, question.relevant) if text]


def constraint_of(questionnaire: Questionnaire, question: Question) -> str:
    """The whole constraint of a question: as written, and as its greatest number of choices and exclusive choices imply."""
    parts = [question.constraint] if question.constraint else []
    if question.type is QuestionType.SELECT_MULTIPLE:
        implied = implied_constraints(questionnaire, question)
        parts = [f"({each})" if implied and " or " in each else each for each in parts] + implied
    return " and ".join(parts)


def implied_constraints(questionnaire: Questionnaire, question: Question) -> list[str]:
    """What `max:` and `exclusif:` mean, written as constraints."""
    limit = question.maximum_choices
    counted = [f"count-selected(.) <= {limit}"] if limit is not None else []
    exclusive = [choice.name for choice in questionnaire.choices_of(question) if choice.exclusive]
    return counted + [f"not(selected(., '{name}') and count-selected(.) > 1)" for name in exclusive]


def _ordered(steps: list[Step]) -> list[Step]:
    """The steps so that each follows those its conditions look at; in a cycle, the order of the questionnaire holds."""
    by_name = {step.question.name: step for step in steps}
    needs = {name: _needs(step) & by_name.keys() - {name} for name, step in by_name.items()}
    placed: dict[str, Step] = {}
    waiting = list(by_name)
    while waiting:
        ready = [name for name in waiting if needs[name] <= placed.keys()] or waiting[:1]
        placed |= {name: by_name[name] for name in ready}
        waiting = [name for name in waiting if name not in placed]
    return list(placed.values())


def _needs(step: Step) -> frozenset[str]:
    expressions: list[Expression] = [parse(text) for text in step.conditions]
    return frozenset(name for expression in expressions for name in references(expression))
