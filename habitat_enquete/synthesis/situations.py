"""Installations that succeeded and those that failed: what the people of each speak of, in their own words."""

from __future__ import annotations

from collections.abc import Sequence

from habitat_enquete.model.codebook import Polarity
from habitat_enquete.model.finding import Evidence, Finding
from habitat_enquete.model.synthesis import Crossing, Factor, Situation
from habitat_enquete.synthesis.corpus import groups
from habitat_enquete.synthesis.crossings import shown_cell
from habitat_enquete.synthesis.evidence import choose
from habitat_enquete.synthesis.material import Material

_MOST = 6
ATTRIBUTE = "installation"


def situations(
    material: Material, findings: Sequence[Finding], crossings: Sequence[Crossing]
) -> tuple[Situation, ...]:
    """Each outcome of installation that the study knows, with the barriers and opportunities its people speak of most."""
    return tuple(
        Situation(
            value,
            _factors(material, findings, crossings, value.id, Polarity.BARRIER),
            _factors(material, findings, crossings, value.id, Polarity.OPPORTUNITY),
        )
        for value in groups(material, ATTRIBUTE)
    )


def _factors(
    material: Material,
    findings: Sequence[Finding],
    crossings: Sequence[Crossing],
    outcome: str,
    polarity: Polarity,
) -> tuple[Factor, ...]:
    counted = [
        (finding, shown_cell(material, finding, crossings, ATTRIBUTE, outcome))
        for finding in findings
        if finding.polarity is polarity
    ]
    met = sorted(
        (each for each in counted if each[1].people), key=lambda each: (-each[1].people, each[0].code)
    )
    return tuple(
        Factor(finding.code, finding.label, cell, _voices(material, finding.code, outcome))
        for finding, cell in met[:_MOST]
    )


def _voices(material: Material, code: str, outcome: str) -> tuple[Evidence, ...]:
    """One quote of a person whose installation had this outcome."""
    said = [
        coding
        for person, codings in material.said(code).items()
        if outcome in material.values(person, ATTRIBUTE)
        for coding in codings
    ]
    return choose(material, said, number=1)
