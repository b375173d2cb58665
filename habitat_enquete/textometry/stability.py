"""How solid a classification is: would other interviews have given the same classes?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from habitat_enquete.textometry.reinert import Settings, classify

Ints = npt.NDArray[np.int64]

REPLICATES: Final = 20
# Below it two draws of interviews give classes that share little: usual reading of the adjusted Rand index.
SOLID: Final = 0.6
# Usual reading of classes: one that holds more than half of the corpus says nothing of it, one under 5 % is an accident.
LARGEST: Final = 0.5
SMALLEST: Final = 0.05
LARGEST_OF_TWO: Final = 1.2  # in equal parts: two classes may be as uneven as 60 and 40 %


@dataclass(frozen=True, slots=True)
class Stability:
    """For one number of classes: mean adjusted Rand index with classes found on resampled interviews, and its quartiles.

    `smallest` and `largest` are the shares of classified segments in these classes, `unclassified` the share of segments left out.
    """

    k: int
    mean: float
    low: float
    high: float
    smallest: float
    largest: float
    unclassified: float

    @property
    def is_solid(self) -> bool:
        """Whether the classes mostly survive another draw of interviews."""
        return self.mean >= SOLID

    @property
    def is_balanced(self) -> bool:
        """Whether no class takes most of the corpus and none is tiny."""
        return self.largest <= max(LARGEST, LARGEST_OF_TWO / self.k) and self.smallest >= SMALLEST


def adjusted_rand(one: Ints, other: Ints) -> float:
    """Agreement of two partitions of the same items, corrected for chance: 1 same, 0 chance (Hubert & Arabie 1985)."""
    _, a = np.unique(one, return_inverse=True)
    _, b = np.unique(other, return_inverse=True)
    table = np.zeros((a.max(initial=0) + 1, b.max(initial=0) + 1))
    np.add.at(table, (a, b), 1)

    def pairs(counts: npt.NDArray[np.float64]) -> float:
        return float((counts * (counts - 1) / 2).sum())

    together, rows, columns = pairs(table), pairs(table.sum(axis=1)), pairs(table.sum(axis=0))
    everything = pairs(np.array([float(len(a))]))
    chance = rows * columns / everything if everything else 0.0
    highest = (rows + columns) / 2
    return 1.0 if highest == chance else (together - chance) / (highest - chance)


def stability(
    presence: sp.csr_array,
    groups: Sequence[str],
    k: int,
    settings: Settings,
    *,
    replicates: int = REPLICATES,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> list[Stability]:
    """Stability of every number of classes from 2 to `k`: interviews are drawn again with replacement, and classified anew.

    Args: `presence` (segments, terms); `groups` the interview or respondent of each segment.
    Each replicate is compared, on the segments it holds, with the classification of the whole.
    """
    whole = classify(presence, k, settings)
    names, codes = np.unique(np.asarray(groups), return_inverse=True)
    random = np.random.default_rng(seed)
    scores: dict[int, list[float]] = {number: [] for number in range(2, whole.k + 1)}
    for replicate in range(replicates):
        if progress:
            progress(replicate, replicates)
        drawn = np.unique(random.integers(0, len(names), len(names)))
        rows = np.flatnonzero(np.isin(codes, drawn))
        again = classify(sp.csr_array(presence[rows]), k, settings)
        for number in range(2, min(whole.k, again.k) + 1):
            one, other = whole.classes(number)[rows], again.classes(number)
            both = (one > 0) & (other > 0)
            scores[number].append(adjusted_rand(one[both], other[both]))
    return [_summary(whole.classes(number), number, scores[number]) for number in scores]


def _summary(classes: Ints, k: int, scores: list[float]) -> Stability:
    sizes = np.bincount(classes, minlength=k + 1)
    low, mean, high = (
        (float(np.quantile(scores, 0.25)), float(np.mean(scores)), float(np.quantile(scores, 0.75)))
        if scores
        else (0.0, 0.0, 0.0)
    )
    total = max(1, sizes[1:].sum())
    return Stability(
        k,
        mean,
        low,
        high,
        float(sizes[1:].min() / total),
        float(sizes[1:].max() / total),
        float(sizes[0] / len(classes)),
    )


def preference(candidate: Stability) -> tuple[bool, bool, float, float]:
    """How good a number of classes is, to be maximised: balanced first, then solid.

    Of balanced and solid ones, the most classes; of balanced but fragile ones, the most stable; without any balanced one, the
    smallest largest class. A classification in two halves of 10 and 90 % is stable and says nothing: stability alone does not choose.
    """
    if not candidate.is_balanced:
        return False, False, -candidate.largest, candidate.mean
    return True, candidate.is_solid, candidate.k if candidate.is_solid else candidate.mean, candidate.mean


def chosen_k(candidates: Sequence[Stability]) -> int | None:
    """The number of classes to read (see `preference`); None without candidates."""
    return max(candidates, key=preference).k if candidates else None
