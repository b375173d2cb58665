"""Counting codings: code × attribute, code × code, person × code. People first, then documents and mentions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from habitat_enquete.coding.query import within
from habitat_enquete.model.coding import Coding

UNKNOWN = "(non renseigné)"


@dataclass(frozen=True, slots=True)
class Cell:
    """How many people speak of it, in how many documents, how many times; `base`: people of that category in the study."""

    people: int
    documents: int
    mentions: int
    base: int


def by_attribute(
    codings: Iterable[Coding],
    codes: Sequence[str],
    attributes: Mapping[str, Mapping[str, str]],
    name: str,
) -> dict[str, dict[str, Cell]]:
    """Code → value of the attribute → counts. Somebody with several values (joined by `;`) counts under each.

    Args: `attributes`: what is known of each respondent of the study; people of whom it is not known come under `UNKNOWN`.
    """
    values_of = {person: _values(known.get(name, "")) for person, known in attributes.items()}
    base: dict[str, int] = defaultdict(int)
    for values in values_of.values():
        for value in values:
            base[value] += 1
    found: dict[tuple[str, str], list[Coding]] = defaultdict(list)
    for coding in codings:
        for value in values_of.get(coding.respondent or "", (UNKNOWN,)):
            found[coding.code, value].append(coding)
    columns = sorted({*base, *(value for _, value in found)}, key=lambda value: (value == UNKNOWN, value))
    return {
        code: {value: _cell(found.get((code, value), []), base[value]) for value in columns} for code in codes
    }


def _values(known: str) -> tuple[str, ...]:
    return tuple(value for value in (part.strip() for part in known.split(";")) if value) or (UNKNOWN,)


def _cell(codings: Sequence[Coding], base: int) -> Cell:
    return Cell(
        people=len({coding.respondent for coding in codings if coding.respondent}),
        documents=len({coding.document for coding in codings}),
        mentions=len(codings),
        base=base,
    )


def cooccurrences(
    codings: Iterable[Coding], texts: Mapping[str, str], *, words: int = 0
) -> dict[tuple[str, str], tuple[int, int]]:
    """Pairs of codes met together → (people or documents, pairs of passages).

    Args: `words`: 0 for passages that touch or overlap, else the greatest number of words between them. The pair is in
    alphabetical order; who is not known is counted by document.
    """
    by_document: dict[str, list[Coding]] = defaultdict(list)
    for coding in codings:
        by_document[coding.document].append(coding)
    pairs: dict[tuple[str, str], int] = defaultdict(int)
    people: dict[tuple[str, str], set[str]] = defaultdict(set)
    for document, here in by_document.items():
        here.sort(key=lambda each: each.span)
        for one, other in _close_pairs(here, texts[document], words):
            pair = (min(one.code, other.code), max(one.code, other.code))
            pairs[pair] += 1
            people[pair].add(one.respondent or document)
    return {pair: (len(people[pair]), count) for pair, count in sorted(pairs.items())}


def _close_pairs(here: Sequence[Coding], text: str, words: int) -> Iterable[tuple[Coding, Coding]]:
    if words:
        yield from (
            (one, other)
            for one, other in combinations(here, 2)
            if one.code != other.code and within(one, other, text, words)
        )
        return
    active: list[Coding] = []
    for coding in here:
        active = [each for each in active if each.span.end >= coding.span.start]
        yield from ((each, coding) for each in active if each.code != coding.code)
        active.append(coding)


def matrix(codings: Iterable[Coding], people: Sequence[str], codes: Sequence[str]) -> list[list[int]]:
    """People × codes: 1 when the person spoke of it."""
    said = {(coding.respondent, coding.code) for coding in codings}
    return [[int((person, code) in said) for code in codes] for person in people]
