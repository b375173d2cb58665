"""Which quotes to show: those that say what most say, then those that say it otherwise, from other people and places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import log, sqrt
from typing import Final

from habitat_enquete.model.coding import Coding
from habitat_enquete.model.finding import Evidence, EvidenceKind
from habitat_enquete.model.text import Document
from habitat_enquete.synthesis.material import Material, person_of
from habitat_enquete.synthesis.quotes import quote
from habitat_enquete.synthesis.words import content_words

# Weights of what makes a good verbatim; they only order quotes, no figure depends on them.
_REPRESENTATIVE: Final = 0.5
_READABLE: Final = 0.2
_NOVELTY: Final = 0.25
_NEW_GROUP: Final = 0.25
_HEARSAY: Final = 0.3
_CONFIRMED: Final = 0.15
_BEST_LENGTH: Final = (15, 60)
_MOST_CANDIDATES: Final = 200

Vector = Mapping[str, float]


def piece(material: Material, coding: Coding) -> Evidence:
    """The evidence that one coding gives."""
    document = material.documents[coding.document]
    person = person_of(coding, document)
    return quote(
        coding,
        document,
        person=person,
        attributes=material.shown_attributes.get(person, {}),
        questions=material.questions,
        printable=material.is_quotable(person),
    )


def choose(
    material: Material, codings: Iterable[Coding], *, number: int, avoid: Iterable[str] = ()
) -> tuple[Evidence, ...]:
    """At most `number` quotes out of `codings`: one person each, the most representative first, then the most different.

    Representative: its words are those that many of the candidates use (cosine to the centroid of TF-IDF vectors). Different: far from
    the quotes already chosen, and from a public, a territory or a kind of document not shown yet. People who refused to be
    quoted are never chosen, nor those in `avoid`.
    """
    offered = {coding.id or 0: coding for coding in _quotable(material, codings, frozenset(avoid))}
    seen = [_seen(material, coding) for coding in offered.values()]
    order = material.memory.recall(
        "quotes", (number, seen), lambda: _order(material, list(offered.values()), number)
    )
    return tuple(
        replace(
            piece(material, offered[coding]), kind=EvidenceKind.DIVERSE if position else EvidenceKind.TYPICAL
        )
        for position, coding in enumerate(order)
    )


def _quotable(material: Material, codings: Iterable[Coding], avoid: frozenset[str]) -> list[Coding]:
    """The codings that may be printed; very many are thinned at regular intervals to bound the work."""
    quotable = [
        coding
        for coding in codings
        if material.is_quotable(person := person_of(coding, material.documents[coding.document]))
        and person not in avoid
    ]
    return quotable[:: max(1, len(quotable) // _MOST_CANDIDATES)]


def _seen(material: Material, coding: Coding) -> tuple[object, ...]:
    """All of a coding that the choice of quotes looks at."""
    document = material.documents[coding.document]
    person = person_of(coding, document)
    turn = document.turn_at(coding.span.start)
    return (
        *(coding.id, document.id, material.text_hash(document.id), coding.span.start, coding.span.end),
        (turn.span.start, turn.span.end) if turn is not None else None,
        *(coding.reported, coding.hypothetical, coding.id in material.validated, person),
        _groups(material, document, person),
    )


def _order(material: Material, codings: Sequence[Coding], number: int) -> list[int]:
    """The ids of the codings to quote, in order."""
    candidates = _candidates(material, codings)
    chosen: list[_Candidate] = []
    while len(chosen) < number:
        people = {candidate.evidence.respondent for candidate in chosen}
        left = [candidate for candidate in candidates if candidate.evidence.respondent not in people]
        if not left:
            break
        chosen.append(max(left, key=lambda candidate: _score(candidate, chosen)))
    return [candidate.evidence.coding for candidate in chosen]


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A quote that could be shown: how well it stands for the others, and which groups it would represent."""

    evidence: Evidence
    vector: Vector
    merit: float
    groups: tuple[tuple[str, str], ...]


def _candidates(material: Material, codings: Iterable[Coding]) -> list[_Candidate]:
    """The quotes that codings give, each passage once."""
    passages: dict[str, tuple[Coding, Evidence]] = {}
    for coding in codings:
        evidence = piece(material, coding)
        passages.setdefault(evidence.quote.casefold(), (coding, evidence))
    vectors = _vectors([evidence.quote for _, evidence in passages.values()])
    centre = _centroid(vectors)
    return [
        _Candidate(
            evidence,
            vector,
            _merit(material, coding, evidence, _dot(vector, centre)),
            _groups(material, material.documents[evidence.document], evidence.respondent or ""),
        )
        for (coding, evidence), vector in zip(passages.values(), vectors, strict=True)
    ]


def _score(candidate: _Candidate, chosen: Sequence[_Candidate]) -> float:
    if not chosen:
        return candidate.merit
    nearest = max(_dot(candidate.vector, other.vector) for other in chosen)
    seen = {group for other in chosen for group in other.groups}
    fresh = sum(group not in seen for group in candidate.groups) / len(candidate.groups)
    return candidate.merit + _NOVELTY * (1 - nearest) + _NEW_GROUP * fresh


def _groups(material: Material, document: Document, person: str) -> tuple[tuple[str, str], ...]:
    return (
        ("kind", document.kind.value),
        *(("public", value) for value in material.values(person, "public") or ("",)),
        *(
            (scale, value)
            for scale in material.settings.scales[-1:]
            for value in material.values(person, scale) or ("",)
        ),
    )


def _merit(material: Material, coding: Coding, evidence: Evidence, closeness: float) -> float:
    """How well a quote stands for the others: close to what they say, of a readable length, not hearsay, confirmed by a person."""
    words = len(evidence.quote.split())
    shortest, longest = _BEST_LENGTH
    length = min(1.0, words / shortest) if words <= longest else longest / words
    hearsay = _HEARSAY if coding.reported or coding.hypothetical else 0.0
    confirmed = _CONFIRMED if coding.id in material.validated else 0.0
    return _REPRESENTATIVE * closeness * length + _READABLE * length + confirmed - hearsay


def _vectors(texts: Sequence[str]) -> list[Vector]:
    """Normalised TF-IDF vectors of the meaningful words of each text."""
    counts = [Counter(content_words(text)) for text in texts]
    uses = Counter(word for count in counts for word in count)
    total = len(texts)
    raw = [{word: n * log((1 + total) / uses[word]) for word, n in sorted(count.items())} for count in counts]
    return [_normalised(vector) for vector in raw]


def _centroid(vectors: Sequence[Vector]) -> Vector:
    total: dict[str, float] = {}
    for vector in vectors:
        for word, value in vector.items():
            total[word] = total.get(word, 0.0) + value
    return _normalised(total)


def _normalised(vector: Mapping[str, float]) -> Vector:
    norm = sqrt(sum(value * value for value in vector.values()))
    return {word: value / norm for word, value in vector.items()} if norm else {}


def _dot(first: Vector, second: Vector) -> float:
    if len(first) > len(second):
        first, second = second, first
    return sum(value * second.get(word, 0.0) for word, value in first.items())
