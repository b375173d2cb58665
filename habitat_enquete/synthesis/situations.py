"""Installations that succeeded and those that failed: what the people of each speak of, in their own words."""

from __future__ import annotations

from collections.abc import Sequence

from habitat_enquete.model.codebook import Polarity
from habitat_enquete.model.finding import Evidence, Finding
from habitat_enquete.model.synthesis import Factor, Situation
from habitat_enquete.synthesis.corpus import groups
from habitat_enquete.synthesis.evidence import choose
from habitat_enquete.synthesis.material import Material

_MOST = 6
ATTRIBUTE = "installation"


def situations(material: Material, findings: Sequence[Finding]) -> tuple[Situation, ...]:
    """Each outcome of installation that the study knows, with the barriers and opportunities its people speak of most."""
    return tuple(
        Situation(
            value,
            _factors(material, findings, value.id, Polarity.BARRIER),
            _factors(material, findings, value.id, Polarity.OPPORTUNITY),
        )
        for value in groups(material, ATTRIBUTE)
    )


def _factors(
    material: Material, findings: Sequence[Finding], outcome: str, polarity: Polarity
) -> tuple[Factor, ...]:
    counted = [
        (finding, *finding.by.get(ATTRIBUTE, {}).get(outcome, (0, 0)))
        for finding in findings
        if finding.polarity is polarity
    ]
    met = sorted((each for each in counted if each[1]), key=lambda each: (-each[1], each[0].code))[:_MOST]
    return tuple(
        Factor(finding.code, finding.label, people, base, _voices(material, finding.code, outcome))
        for finding, people, base in met
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
