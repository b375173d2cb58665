"""What could be done: the policy levers that findings open, by how many people would be concerned."""

from __future__ import annotations

from collections.abc import Sequence

from habitat_enquete.model.codebook import Polarity
from habitat_enquete.model.finding import Finding
from habitat_enquete.model.synthesis import LeverUse
from habitat_enquete.synthesis.material import Material


def used(material: Material, findings: Sequence[Finding]) -> tuple[LeverUse, ...]:
    """The levers opened by at least one finding, those that answer most people first."""
    uses = []
    for lever in material.codebook.levers:
        opening = [f for f in findings if lever.id in f.levers and f.polarity is not Polarity.NEUTRAL]
        people = {person for finding in opening for person in finding.respondents}
        if opening:
            uses.append(
                LeverUse(
                    lever.id,
                    lever.label,
                    lever.actor,
                    lever.scale,
                    lever.horizon,
                    tuple(finding.code for finding in opening),
                    len(people),
                    len(material.voices.people),
                )
            )
    return tuple(sorted(uses, key=lambda use: (-use.people, use.id)))
