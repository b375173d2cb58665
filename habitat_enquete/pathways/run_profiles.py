"""`enquete pathways --profiles`: types of respondents from the closed questions of the study."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from habitat_enquete.errors import Code, EnqueteError
from habitat_enquete.model.codebook import Codebook
from habitat_enquete.model.pathway import RepeatedAnswer
from habitat_enquete.model.questionnaire import Questionnaire, QuestionType
from habitat_enquete.pathways.respondents.profiles import RespondentTypes, respondent_types
from habitat_enquete.pathways.settings import settings
from habitat_enquete.project import Project
from habitat_enquete.store import pathways as stored
from habitat_enquete.store.connection import Store
from habitat_enquete.store.respondents import respondents

# What `--profiles` says instead of naming questions.
EVERY_QUESTION: Final = "mca"
_WEIGHT: Final = "poids"
_NO_PROFILE: Final = ("consentement", "date_", "annee_", "age", "poids")


def run_profiles(
    project: Project,
    codebook: Codebook,
    questionnaires: Sequence[Questionnaire],
    named: Sequence[str],
    *,
    count: int = 0,
    **chosen: Any,
) -> RespondentTypes:
    """The types of respondents from the questions named, or from all closed questions with one answer (`mca`).

    Raises: EnqueteError when a name is no such question, or too little can be analysed.
    """
    labels = dict(pair for questionnaire in questionnaires for pair in _closed(questionnaire))
    wanted = list(labels) if list(named) == [EVERY_QUESTION] else list(named)
    for name in wanted:
        if name not in labels:
            known = ", ".join(labels) or "aucune"
            raise EnqueteError(Code.PROFILES_QUESTION, value=name, known=known)
    with Store(project.database) as store:
        people = respondents(store)
        given = stored.answers_to(store, wanted) if wanted else []
    attributes = {
        person: {n: v for n, v in known.items() if not n.startswith(_NO_PROFILE)}
        for person, known in people.items()
    }
    weights = {person: _weight(known.get(_WEIGHT, "")) for person, known in people.items()}
    return respondent_types(
        _by_question(given, wanted),
        labels,
        attributes,
        weights,
        settings(codebook.pathways, **chosen),
        count=count,
    )


def _closed(questionnaire: Questionnaire) -> Iterator[tuple[str, str]]:
    """The closed questions with one answer, and the rows of matrices, with what they ask; consent is no profile."""
    for question in questionnaire:
        if question.repeat is not None or (question.attribute or "").startswith(_NO_PROFILE):
            continue
        if question.type is QuestionType.SELECT_ONE:
            yield question.name, question.label or question.name
        elif question.type is QuestionType.MATRIX:
            for row in question.rows:
                yield row.name, f"{question.label} {row.label}".strip()


def _by_question(given: Sequence[RepeatedAnswer], wanted: Sequence[str]) -> dict[str, Mapping[str, str]]:
    found: dict[str, dict[str, str]] = {name: {} for name in wanted}
    for answer in given:
        if answer.state == "answered" and answer.value:
            found[answer.question][answer.respondent] = answer.label or answer.value
    return {name: own for name, own in found.items() if own}


def _weight(text: str) -> float:
    try:
        weight = float(text.replace(",", ".") or 1)
    except ValueError:
        return 1.0
    return weight if 0 < weight < float("inf") else 1.0
