"""What the closed questions answer to the same thing, beside what people say in their own words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from habitat_enquete.model.codebook import Code
from habitat_enquete.model.finding import SurveyShare, Verdict
from habitat_enquete.model.response import Answer, AnswerState
from habitat_enquete.stats.intervals import Interval, effective_size, weighted_share, wilson
from habitat_enquete.synthesis.material import Material

LEAST_PEOPLE = 5


def compare(material: Material, code: Code, spoken: tuple[int, int]) -> tuple[SurveyShare, ...]:
    """The closed questions mapped to `code`, one share each; `spoken` is (people, base) of those who said it in their own words.

    The survey agrees when the two 95 % intervals overlap; else it says it more, or less. Under five people on a side, nothing is said.
    """
    shares = (_share(material, question, choices, spoken) for question, choices in code.closed.items())
    return tuple(share for share in shares if share is not None)


def _share(
    material: Material, question: str, choices: Sequence[str], spoken: tuple[int, int]
) -> SurveyShare | None:
    answers = {
        person: said
        for person, given in material.answers.get(question, {}).items()
        if person not in material.withdrawn and (said := [a for a in given if _is_substantial(a)])
    }
    if not answers:
        return None
    ticked = {person: any(a.value in choices for a in said) for person, said in answers.items()}
    people, base = sum(ticked.values()), len(ticked)
    interval = wilson(people, base)
    return SurveyShare(
        question=question,
        label=_label(material, question),
        choices=_choice_labels(material, question, answers.values(), choices),
        people=people,
        base=base,
        low=interval.low,
        high=interval.high,
        verdict=_verdict(people / base, base, interval, spoken),
        weighted=weighted(material, ticked),
    )


def _is_substantial(answer: Answer) -> bool:
    return answer.state is AnswerState.ANSWERED


def weighted(material: Material, said: dict[str, bool]) -> float | None:
    """The weighted share of those who said it, None when nobody has a weight. People without one count for the mean weight."""
    known = [material.weights[person] for person in said if person in material.weights]
    if not known or effective_size(known) == 0:
        return None
    mean = sum(known) / len(known)
    return weighted_share(list(said.values()), [material.weights.get(person, mean) for person in said])[0]


def _verdict(share: float, base: int, interval: Interval, spoken: tuple[int, int]) -> Verdict:
    if base < LEAST_PEOPLE or spoken[1] < LEAST_PEOPLE:
        return Verdict.TOO_FEW
    own_words = wilson(*spoken)
    if interval.overlaps(own_words):
        return Verdict.AGREES
    return Verdict.MORE_IN_SURVEY if share > own_words.high else Verdict.LESS_IN_SURVEY


def _label(material: Material, question: str) -> str:
    return next((label for (_, name), label in material.questions.items() if name == question), question)


def _choice_labels(
    material: Material, question: str, answers: Iterable[Iterable[Answer]], choices: Sequence[str]
) -> tuple[str, ...]:
    labels = {answer.value: answer.label for given in answers for answer in given if answer.label}
    return tuple(labels.get(choice) or material.choices.get((question, choice), choice) for choice in choices)
