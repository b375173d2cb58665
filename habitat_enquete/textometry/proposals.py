"""What the classes suggest for the codebook: vocabularies no code covers, words people use that no term holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from habitat_enquete.textometry.profiles import SIGNIFICANT_CHI2, Association

Ints = npt.NDArray[np.int64]

# A class is the codebook's when a code marks this share of its segments.
COVERED: Final = 0.15
TERMS_PROPOSED: Final = 8


@dataclass(frozen=True, slots=True)
class Coverage:
    """How the codebook sees a class: the share of its segments that hold any coding, and each code's share, largest first.

    `missed` says that no code covers the class; `split` lists the codes that share it when several do.
    """

    number: int
    coded: float
    codes: tuple[tuple[str, float], ...]

    @property
    def missed(self) -> bool:
        """Whether no single code marks enough of the class."""
        return not self.codes or self.codes[0][1] < COVERED

    @property
    def split(self) -> tuple[str, ...]:
        """The codes that share the class, when there are several."""
        shared = tuple(code for code, share in self.codes if share >= COVERED)
        return shared if len(shared) > 1 else ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """Something to consider adding to `codebook.yaml`: terms for an existing code, or a code for a class nobody coded."""

    kind: str  # "code" or "terms"
    code: str | None
    number: int
    terms: tuple[str, ...]


def coverage(classes: Ints, codes: Sequence[Sequence[str]], number: int) -> Coverage:
    """How the codings of the segments fall within a class; `codes` holds the codes of each segment."""
    rows = np.flatnonzero(classes == number).tolist()
    counts: dict[str, int] = {}
    for row in rows:
        for code in set(codes[row]):
            counts[code] = counts.get(code, 0) + 1
    size = max(1, len(rows))
    shares = sorted(((code, n / size) for code, n in counts.items()), key=lambda pair: (-pair[1], pair[0]))
    return Coverage(number, sum(1 for row in rows if codes[row]) / size, tuple(shares))


def proposals(
    coverages: Sequence[Coverage],
    profiles: Mapping[int, Sequence[Association]],
    known_terms: frozenset[str],
) -> list[Proposal]:
    """Codes and terms to consider, strongest class terms first. Nothing is written anywhere: a person decides.

    Args: `known_terms` the lemmas that the codebook's terms already hold.
    """
    found = []
    for covered in coverages:
        new = tuple(
            association.feature
            for association in profiles[covered.number]
            if association.chi2 >= SIGNIFICANT_CHI2 and association.feature not in known_terms
        )[:TERMS_PROPOSED]
        if not new:
            continue
        if covered.missed:
            found.append(Proposal("code", None, covered.number, new))
        else:
            found.append(Proposal("terms", covered.codes[0][0], covered.number, new))
    return found
