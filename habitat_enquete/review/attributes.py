"""What is known of people that is worth filtering by: attributes of a few values, with the names that the study gives them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from habitat_enquete.ingest.definitions.questionnaires import read_all
from habitat_enquete.project import Project
from habitat_enquete.synthesis.settings import read

# Names for readers; other attributes are shown by their own.
_NAMES: Final = {
    "public": "public",
    "publics_pd2h": "public du PD2H",
    "territoire": "territoire",
    "epci": "intercommunalité",
    "installation": "installation",
    "genre": "genre",
}
# Not what people are: whether their words may be used is another matter.
_LEFT_OUT: Final = ("consentement", "poids")
_MOST_VALUES: Final = 24


@dataclass(frozen=True, slots=True)
class Attributes:
    """The attributes to filter by, in order; `labels` says how a reader reads each name and each of its values."""

    labels: Mapping[str, Mapping[str, Any]]

    def of(self, people: Iterable[Mapping[str, str]]) -> dict[str, tuple[str, ...]]:
        """The values that some people have, several in one cell split apart."""
        found: dict[str, set[str]] = defaultdict(set)
        for known in people:
            for name in self.labels:
                found[name].update(_split(known.get(name, "")))
        return {name: tuple(sorted(values)) for name, values in found.items() if values}

    def one(self, people: Iterable[Mapping[str, str]]) -> dict[str, str]:
        """The same, each in one text, for a heading."""
        return {name: ";".join(values) for name, values in self.of(people).items()}


def value_names(project: Project) -> dict[str, dict[str, str]]:
    """How values are read, by attribute: the choices of the questions that give them, and what `enquete.yaml` says.

    Raises: EnqueteError when `enquete.yaml` or a questionnaire cannot be read.
    """
    names: dict[str, dict[str, str]] = defaultdict(dict)
    for questionnaire in read_all(project.questionnaires):
        for question in questionnaire.asked():
            if question.attribute:
                choices = questionnaire.choices_of(question)
                names[question.attribute].update({each.name: each.label for each in choices})
    for attribute, declared in read(project.settings).labels.items():
        names[attribute].update(declared)
    return names


def read_attributes(
    people: Mapping[str, Mapping[str, str]], names: Mapping[str, Mapping[str, str]]
) -> Attributes:
    """The attributes of `people` that group them: from two to two dozen values, shared by several people.

    `names` says how values are read, by attribute; others are read as they are written.
    """
    uses: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for known in people.values():
        for name, value in known.items():
            for part in _split(value):
                uses[name][part] += 1
    chosen = [name for name in _NAMES if name in uses]
    chosen += [
        name
        for name, values in sorted(uses.items())
        if name not in _NAMES
        and not name.startswith(_LEFT_OUT)
        and 2 <= len(values) <= _MOST_VALUES
        and 2 * len(values) <= sum(values.values())
        and not all(_is_number(value) for value in values)
    ]
    return Attributes(
        {
            name: {
                "label": _NAMES.get(name, name.replace("_", " ")),
                "values": {
                    value: names.get(name, {}).get(value) or value.replace("_", " ")
                    for value in sorted(uses[name])
                },
            }
            for name in chosen
        }
    )


def _split(value: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split(";") if part.strip())


def _is_number(value: str) -> bool:
    return value.replace(",", "").replace(".", "").replace("-", "").isdigit()
