"""What segments are crossed with besides their words: who speaks, named as the study names it, when, and where in the interview."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from habitat_enquete.textometry.lexical_table import Unit

POSITION: Final = "position"
PERIOD: Final = "periode"
PATHWAY: Final = "parcours"
THIRDS: Final = ("1. début", "2. milieu", "3. fin")
# A text of fewer units has no beginning, middle and end.
_UNITS_FOR_THIRDS: Final = 9
Labels = Mapping[str, Mapping[str, str]]


# How a study writes that a person refuses something.
_REFUSALS: Final = frozenset({"non", "no", "refus", "refuse", "refusé", "false", "0"})


def refused(attributes: Mapping[str, str], name: str) -> bool:
    """Whether the person refused what attribute `name` asks (a consent)."""
    return attributes.get(name, "").strip().lower() in _REFUSALS


def may_be_quoted(unit: Unit) -> bool:
    """Whether the person did not refuse that their words be printed."""
    return not refused(unit.attributes, "consentement_citation")


def described(
    attributes: Mapping[str, str],
    *,
    labels: Labels,
    communes: Mapping[str, Mapping[str, str]],
    pathway: str = "",
) -> dict[str, str]:
    """What is known of a person, in the study's words: values labelled, territories found from the commune, wave, type of pathway.

    A multiple value keeps its `;`; a value without label stays as it is written.
    """
    known = dict(attributes)
    for scale, value in communes.get(known.get("commune", ""), {}).items():
        if scale in labels:
            known.setdefault(scale, value)
    found = {name: _named(value, labels.get(name, {})) for name, value in known.items()}
    if pathway:
        found[PATHWAY] = pathway
    wave = period(known.get("date_entretien", ""))
    if wave:
        found[PERIOD] = wave
    return found


def _named(value: str, labels: Mapping[str, str]) -> str:
    return ";".join(labels.get(part.strip()) or part.strip() for part in value.split(";"))


def period(date: str) -> str:
    """The quarter of an ISO date: `2026-02-14` → `2026, trimestre 1`; empty when there is no such date."""
    year, _, rest = date.partition("-")
    month = rest[:2]
    if not (len(year) == 4 and year.isdigit() and month.isdigit() and 1 <= int(month) <= 12):
        return ""
    return f"{year}, trimestre {(int(month) + 2) // 3}"


def placed(units: Sequence[Unit]) -> list[Unit]:
    """The units, each knowing whether it stands at the beginning, the middle or the end of its text, when that is long enough."""
    lengths: dict[str, int] = {}
    for unit in units:
        lengths[unit.document] = lengths.get(unit.document, 0) + 1
    seen: dict[str, int] = {}
    found = []
    for unit in units:
        rank, length = seen.get(unit.document, 0), lengths[unit.document]
        seen[unit.document] = rank + 1
        third = {POSITION: THIRDS[3 * rank // length]} if length >= _UNITS_FOR_THIRDS else {}
        found.append(replace(unit, attributes={**unit.attributes, **third}))
    return found


def crossed(
    values: Iterable[Iterable[str]], classes: Sequence[int], k: int
) -> list[tuple[str, tuple[int, ...]]]:
    """How many classified segments with each value fall in each class, values in alphabetical order.

    Args: `values` those of each segment (none, one or several); `classes` its class, 0 when unclassified.
    """
    counts: dict[str, list[int]] = {}
    for held, number in zip(values, classes, strict=True):
        for value in set(held):
            row = counts.setdefault(value, [0] * k)
            if number:
                row[number - 1] += 1
    return [(value, tuple(counts[value])) for value in sorted(counts)]
