"""Whether more interviews would bring more: new codes at each interview, overall and in each public."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping

from habitat_enquete.model.synthesis import Saturation, SaturationStep
from habitat_enquete.model.text import Document, DocumentKind
from habitat_enquete.synthesis.material import Material, people_of


def saturate(material: Material) -> Saturation | None:
    """New codes per interview, in the order of their dates (then of their ids); None when there is no interview."""
    interviews = sorted(
        (d for d in material.heard.values() if d.kind is not DocumentKind.ANSWER),
        key=lambda document: (_date(material, document), document.id),
    )
    if not interviews:
        return None
    spoken = _codes_by_document(material)
    uses = Counter(code for document in interviews for code in spoken.get(document.id, ()))
    return Saturation(
        _steps(material, interviews, spoken),
        len(uses),
        chao2(uses, len(interviews)),
        sum(1 for count in uses.values() if count == 1),
        _by_public(material, interviews, spoken),
    )


def chao2(uses: Mapping[str, int], interviews: int) -> float:
    """A lower bound of the number of codes to be heard, from those heard in one interview and in two.

    `uses` is code → number of interviews that speak of it.
    Source: A. Chao, « Estimating the population size for capture-recapture data with unequal catchability », Biometrics 43, 1987
    (bias-corrected form).

    >>> chao2({"loyer": 3, "vacance": 1, "accueil": 1, "travaux": 2}, 4)
    4.375
    """
    once = sum(1 for count in uses.values() if count == 1)
    twice = sum(1 for count in uses.values() if count == 2)
    if interviews == 0:
        return float(len(uses))
    return len(uses) + (interviews - 1) / interviews * once * (once - 1) / (2 * (twice + 1))


def _codes_by_document(material: Material) -> dict[str, set[str]]:
    spoken: dict[str, set[str]] = defaultdict(set)
    for code, people in material.voices.codings.items():
        for said in people.values():
            for coding in said:
                spoken[coding.document].add(code)
    return spoken


def _date(material: Material, document: Document) -> str:
    dates = [material.respondents.get(person, {}).get("date_entretien", "") for person in people_of(document)]
    return min(filter(None, dates), default=document.attributes.get("date", "") or "9999")


def _public(material: Material, document: Document) -> str:
    publics = (public for person in people_of(document) for public in material.values(person, "public"))
    return next(publics, "")


def _steps(
    material: Material, interviews: list[Document], spoken: Mapping[str, set[str]]
) -> tuple[SaturationStep, ...]:
    known: set[str] = set()
    steps = []
    for document in interviews:
        new = spoken.get(document.id, set()) - known
        known |= new
        steps.append(SaturationStep(document.id, _public(material, document), len(new), len(known)))
    return tuple(steps)


def _by_public(
    material: Material, interviews: list[Document], spoken: Mapping[str, set[str]]
) -> dict[str, tuple[int, int]]:
    counts: dict[str, int] = Counter()
    known: dict[str, set[str]] = defaultdict(set)
    last: dict[str, int] = {}
    for document in interviews:
        public = _public(material, document)
        if public:
            codes = spoken.get(document.id, set())
            last[public] = len(codes - known[public])
            counts[public] += 1
            known[public] |= codes
    return {public: (counts[public], last[public]) for public in sorted(counts)}
