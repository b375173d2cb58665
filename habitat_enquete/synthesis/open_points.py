"""What the study leaves unsettled, and says so: isolated testimonies, contradictions, waiting suggestions, thin publics."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from habitat_enquete.model.codebook import Code, Polarity
from habitat_enquete.model.coding import Coding
from habitat_enquete.model.finding import Evidence, Finding, Verdict
from habitat_enquete.model.synthesis import OpenPoint, OpenPointKind
from habitat_enquete.synthesis.contrary import opposites
from habitat_enquete.synthesis.evidence import choose
from habitat_enquete.synthesis.material import Material

THIN_PUBLIC: Final = 5
_MOST_PER_KIND: Final = 12


def open_points(material: Material, findings: Sequence[Finding]) -> tuple[OpenPoint, ...]:
    """All open points, those that weigh most on the conclusions first within each kind."""
    points: list[OpenPoint] = []
    for kind in (_contradictions, _survey_gaps, _one_person, _suggestions, _thin_publics, _silent_codes):
        points += list(kind(material, findings))[:_MOST_PER_KIND]
    return tuple(points)


def _one_person(material: Material, findings: Sequence[Finding]) -> Iterator[OpenPoint]:
    for finding in findings:
        if finding.people < material.settings.weak_finding and finding.polarity is not Polarity.NEUTRAL:
            yield OpenPoint(
                OpenPointKind.ONE_PERSON,
                (finding.code,),
                (finding.label,),
                {"people": finding.people, "mentions": finding.mentions},
                finding.evidence[:1],
            )


def _contradictions(material: Material, findings: Sequence[Finding]) -> Iterator[OpenPoint]:
    """Opposite codes that both have people: those who say one, those who say the other, those who say both."""
    for first, second in opposites(material):
        one, other = material.voices.who(first.id), material.voices.who(second.id)
        if one and other:
            yield OpenPoint(
                OpenPointKind.CONTRADICTION,
                (first.id, second.id),
                (first.label, second.label),
                {"first": len(one), "second": len(other), "both": len(one & other)},
                (*_sides(material, first, one - other), *_sides(material, second, other - one)),
            )


def _sides(material: Material, code: Code, people: frozenset[str]) -> tuple[Evidence, ...]:
    said: list[Coding] = []
    for person, codings in material.voices.codings[code.id].items():
        if person in people:
            said += codings
    return choose(material, said, number=1)


def _survey_gaps(material: Material, findings: Sequence[Finding]) -> Iterator[OpenPoint]:
    for finding in findings:
        for share in finding.survey:
            if share.verdict in (Verdict.MORE_IN_SURVEY, Verdict.LESS_IN_SURVEY):
                yield OpenPoint(
                    OpenPointKind.SURVEY,
                    (finding.code,),
                    (finding.label,),
                    {
                        "question": share.label,
                        "survey": share.people / share.base,
                        "survey_base": share.base,
                        "spoken": finding.share,
                        "spoken_base": finding.base,
                    },
                )


def _suggestions(material: Material, findings: Sequence[Finding]) -> Iterator[OpenPoint]:
    labels = {code.id: code.label for code in material.codebook}
    for code, waiting in sorted(material.suggested.items(), key=lambda pair: (-pair[1], pair[0])):
        if code in labels:
            yield OpenPoint(OpenPointKind.SUGGESTIONS, (code,), (labels[code],), {"waiting": waiting})


def _thin_publics(material: Material, findings: Sequence[Finding]) -> Iterator[OpenPoint]:
    for attribute in ("public", "publics_pd2h"):
        counts = material.bases(attribute)
        declared = material.settings.labels.get(attribute, {})
        for public in declared if counts else ():
            if counts.get(public, 0) < THIN_PUBLIC:
                yield OpenPoint(
                    OpenPointKind.THIN_PUBLIC,
                    (),
                    (material.label(attribute, public),),
                    {"people": counts.get(public, 0)},
                )


def _silent_codes(material: Material, findings: Sequence[Finding]) -> Iterator[OpenPoint]:
    silent = [code for code in material.codebook if not material.voices.who(code.id)]
    if silent and material.voices.people:
        yield OpenPoint(
            OpenPointKind.SILENT_CODE,
            tuple(code.id for code in silent),
            tuple(code.label for code in silent),
            {"count": len(silent)},
        )
