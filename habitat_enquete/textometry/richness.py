"""Lexical richness of who speaks, and how much of what is said the analysed vocabulary covers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from habitat_enquete.textometry.lexical_table import LexicalTable, Unit

WINDOW: Final = 500


@dataclass(frozen=True, slots=True)
class Richness:
    """The vocabulary of some people: words, distinct lemmas, lemmas said once, mean share of distinct lemmas in 500 running words.

    `mattr`, unlike lemmas per word, can be compared between groups that talk more or less; None for fewer than 500 words.
    Source: M. Covington, J. McFall, « Cutting the Gordian knot: the moving-average type–token ratio », Journal of Quantitative
    Linguistics 17(2), 2010.
    """

    name: str
    value: str
    people: int
    words: int
    lemmas: int
    hapax: int
    mattr: float | None


@dataclass(frozen=True, slots=True)
class VocabularyCoverage:
    """What the active terms cover: their share of the words that have a meaning of their own, and of the segments."""

    occurrences: float
    segments: float
    per_segment: float


def richness(units: Sequence[Unit], groups: Mapping[str, Sequence[Sequence[str]]]) -> tuple[Richness, ...]:
    """The richness of each group of each attribute. Args: `groups` attribute → the values of each unit."""
    found = []
    for name, values in groups.items():
        lemmas: dict[str, list[str]] = {}
        people: dict[str, set[str]] = {}
        for unit, held in zip(units, values, strict=True):
            spoken = [word.lemma for word in unit.said if word.category != "PUNCT"]
            for value in held:
                lemmas.setdefault(value, []).extend(spoken)
                people.setdefault(value, set()).add(unit.respondent or unit.document)
        for value in sorted(lemmas):
            counts = Counter(lemmas[value])
            hapax = sum(1 for count in counts.values() if count == 1)
            words = len(lemmas[value])
            found.append(
                Richness(name, value, len(people[value]), words, len(counts), hapax, mattr(lemmas[value]))
            )
    return tuple(found)


def mattr(lemmas: Sequence[str], *, window: int = WINDOW) -> float | None:
    """The mean share of distinct lemmas in every run of `window` words; None for a shorter text.

    >>> mattr(["a", "b", "a", "a"], window=2)
    0.8333333333333334
    """
    if len(lemmas) < window:
        return None
    inside = Counter(lemmas[:window])
    total = distinct = len(inside)
    for leaving, entering in zip(lemmas, lemmas[window:], strict=False):
        inside[leaving] -= 1
        distinct -= inside[leaving] == 0
        distinct += inside[entering] == 0
        inside[entering] += 1
        total += distinct
    return total / window / (len(lemmas) - window + 1)


def coverage_of(table: LexicalTable, occurrences_of_all: int) -> VocabularyCoverage:
    """How much of the corpus the terms of the table cover. Args: occurrences of every active word, kept or not."""
    held = np.diff(table.counts.indptr)
    return VocabularyCoverage(
        float(table.counts.sum()) / max(1, occurrences_of_all),
        float((held > 0).mean()) if len(held) else 0.0,
        float(held.mean()) if len(held) else 0.0,
    )
