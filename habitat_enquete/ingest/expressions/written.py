"""Every expression of a questionnaire, where it is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from habitat_enquete.ingest.definitions.places import Holder
from habitat_enquete.model.questionnaire import Questionnaire

# Field → how it is called in a sentence.
FIELDS: Final[Mapping[str, str]] = {
    "relevant": "filtre",
    "constraint": "contrôle",
    "calculation": "calcul",
    "required_if": "obligation",
    "choice_filter": "filtre des modalités",
    "count": "nombre de répétitions",
}


@dataclass(frozen=True, slots=True)
class Written:
    """An expression where it is written: its question or block, its field."""

    holder: Holder
    field: str
    text: str

    @property
    def name(self) -> str:
        return self.holder.name


def written_expressions(questionnaire: Questionnaire) -> Iterator[Written]:
    """Every expression of a questionnaire."""
    holders: list[Holder] = [*questionnaire.questions, *questionnaire.groups, *questionnaire.repeats]
    for holder in holders:
        for field in FIELDS:
            text = getattr(holder, field, "")
            if text:
                yield Written(holder, field, text)
