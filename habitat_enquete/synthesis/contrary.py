"""Who says the contrary: opposite codes, and the words that qualify a finding."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from habitat_enquete.model.codebook import Code, Polarity
from habitat_enquete.model.coding import Coding
from habitat_enquete.model.finding import Evidence, EvidenceKind
from habitat_enquete.synthesis.evidence import choose
from habitat_enquete.synthesis.material import Material

_SHOWN: Final = 2


def opposites(material: Material) -> list[tuple[Code, Code]]:
    """Pairs of codes that say the contrary of each other: a code and the one its negation counts for; else, in a theme, the barrier and
    the opportunity that most people speak of."""
    codes = {code.id: code for code in material.codebook}
    pairs = [(code, codes[code.negated_code]) for code in codes.values() if code.negated_code in codes]
    for theme in material.codebook.themes:
        if not any(theme.id in (first.theme, second.theme) for first, second in pairs):
            sides = [_most_spoken(material, theme.id, p) for p in (Polarity.BARRIER, Polarity.OPPORTUNITY)]
            if sides[0] and sides[1]:
                pairs.append((sides[0], sides[1]))
    return sorted(pairs, key=lambda pair: -min(len(material.voices.who(code.id)) for code in pair))


def _most_spoken(material: Material, theme: str, polarity: Polarity) -> Code | None:
    codes = [
        c for c in material.codebook.of_theme(theme) if c.polarity is polarity and material.voices.who(c.id)
    ]
    return max(codes, key=lambda code: len(material.voices.who(code.id)), default=None)


def by_code(material: Material) -> dict[str, tuple[str, ...]]:
    """The codes that say the contrary of each code."""
    found: dict[str, list[str]] = {}
    for first, second in opposites(material):
        found.setdefault(first.id, []).append(second.id)
        found.setdefault(second.id, []).append(first.id)
    return {code: tuple(others) for code, others in found.items()}


def qualifying(
    material: Material, said: Mapping[str, tuple[Coding, ...]], contrary: Iterable[str]
) -> tuple[Evidence, ...]:
    """At most two quotes that qualify what `said` (person → codings) holds: its negated passages, and the `contrary` codes.

    The contrary is quoted from people of the same publics, who did not say the finding themselves.
    """
    publics = {public for person in said for public in material.values(person, "public")}
    codings = [coding for own in said.values() for coding in own if coding.negated]
    for code in contrary:
        for person, own in material.said(code).items():
            if person not in said and (
                not publics or publics.intersection(material.values(person, "public"))
            ):
                codings += own
    return tuple(
        replace(evidence, kind=EvidenceKind.COUNTER) for evidence in choose(material, codings, number=_SHOWN)
    )
