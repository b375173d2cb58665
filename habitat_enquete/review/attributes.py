"""What is known of people that is worth filtering by: attributes of a few values, with the names that the study gives them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

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
_DECLARED: Final = {"public": "publics"}
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


def read_attributes(people: Mapping[str, Mapping[str, str]], settings: Mapping[str, Any]) -> Attributes:
    """The attributes of `people` that group them: from two to two dozen values, shared by several people."""
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
                "values": _labels(settings.get(_DECLARED.get(name, name)), uses[name]),
            }
            for name in chosen
        }
    )


def _labels(declared: object, values: Iterable[str]) -> dict[str, str]:
    """How each value is read: as `enquete.yaml` says, or by itself."""
    known = (
        {
            str(each["id"]): str(each.get("label", each["id"]))
            for each in declared
            if isinstance(each, Mapping) and "id" in each
        }
        if isinstance(declared, list)
        else {}
    )
    return {value: known.get(value, value.replace("_", " ")) for value in sorted(values)}


@cache
def _split(value: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split(";") if part.strip())


def _is_number(value: str) -> bool:
    return value.replace(",", "").replace(".", "").replace("-", "").isdigit()
