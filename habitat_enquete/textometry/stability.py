"""How solid a classification is: would other interviews have given the same classes?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from habitat_enquete.textometry.reinert import Settings, classify

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

REPLICATES: Final = 20
# Below it two draws of interviews give classes that share little: usual reading of the adjusted Rand index.
SOLID: Final = 0.6
# A class that holds more says nothing of the corpus; one under 5 % is an accident.
LARGEST: Final = 0.65
SMALLEST: Final = 0.05
# Means closer than this differ no more than two series of draws would.
NOTICEABLE: Final = 0.03
NEARLY: Final = 0.93
MOST_FRAGILE: Final = 6


@dataclass(frozen=True, slots=True)
class Stability:
    """For one number of classes: mean adjusted Rand index with classes found on resampled interviews, and its quartiles.

    `smallest` and `largest` are the shares of classified segments in these classes, `unclassified` the share of segments left out.
    `recovered` gives for each class its mean Jaccard index with the class of the resampled trees, of any level, that is most like
    it: 1 when other draws find it again exactly (C. Hennig, « Cluster-wise assessment of cluster stability », Computational
    Statistics & Data Analysis 52, 2007).
    """

    k: int
    mean: float
    low: float
    high: float
    smallest: float
    largest: float
    unclassified: float
    recovered: tuple[float, ...] = ()

    @property
    def is_solid(self) -> bool:
        """Whether the classes mostly survive another draw of interviews."""
        return self.mean >= SOLID

    @property
    def is_balanced(self) -> bool:
        """Whether no class takes most of the corpus and none is tiny."""
        return self.largest <= LARGEST and self.smallest >= SMALLEST


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
    scores: dict[int, list[float]] = {number: [] for number in range(2, whole.k + 1)}
    found: dict[int, list[Floats]] = {number: [] for number in range(2, whole.k + 1)}
    for replicate, rows in enumerate(_draws(groups, replicates, seed)):
        if progress:
            progress(replicate, replicates)
        again = classify(sp.csr_array(presence[rows]), k, settings)
        nodes = _memberships(again.levels)
        for number in scores:
            one = whole.classes(number)[rows]
            # A draw that cannot be cut so far is a draw that does not find these classes.
            other = again.levels[:, min(number, again.k) - 2] if again.k > 1 else np.zeros_like(one)
            both = (one > 0) & (other > 0)
            scores[number].append(adjusted_rand(one[both], other[both]) if both.any() else 0.0)
            found[number].append(_likeness(one, number, nodes))
    return [_summary(whole.classes(number), number, scores[number], found[number]) for number in scores]


def stability_of(
    classes: Ints,
    groups: Sequence[str],
    classified: Callable[[Ints], Ints],
    *,
    replicates: int = REPLICATES,
    seed: int = 0,
) -> Stability:
    """Stability of any classes: `classified` makes them again from the rows of the interviews drawn (see `stability`).

    Classes that leave much unclassified must leave the same: the index counts for the share of rows that both classify, of those
    that either does.
    """
    k = int(classes.max(initial=1))
    scores, found = [], []
    for rows in _draws(groups, replicates, seed):
        one, other = classes[rows], classified(rows)
        both = (one > 0) & (other > 0)
        overlap = both.sum() / max(1, ((one > 0) | (other > 0)).sum())
        scores.append(adjusted_rand(one[both], other[both]) * overlap if both.any() else 0.0)
        found.append(_likeness(one, k, _memberships(other[:, None])))
    return _summary(classes, k, scores, found)


def _draws(groups: Sequence[str], replicates: int, seed: int) -> Iterator[Ints]:
    """The segments of the interviews drawn, each time as many as there are, with replacement."""
    names, codes = np.unique(np.asarray(groups), return_inverse=True)
    random = np.random.default_rng(seed)
    for _ in range(replicates):
        drawn = np.unique(random.integers(0, len(names), len(names)))
        yield np.flatnonzero(np.isin(codes, drawn))


def _memberships(levels: Ints) -> sp.csr_array:
    """Which rows each distinct class of a tree holds, shape (classes of any level, rows)."""
    members, kept = [], set()
    for column in levels.T:
        for number in range(1, int(column.max(initial=0)) + 1):
            inside = column == number
            mark = inside.tobytes()
            if mark not in kept:
                kept.add(mark)
                members.append(inside)
    shape = (len(members), levels.shape[0])
    return sp.csr_array(np.array(members, dtype=np.float64).reshape(shape))


def _likeness(classes: Ints, k: int, nodes: sp.csr_array) -> Floats:
    """For each class, its best Jaccard index with the rows of `nodes`; NaN for a class that no row holds."""
    rows = np.flatnonzero(classes > 0)
    own = sp.csr_array((np.ones(len(rows)), (rows, classes[rows] - 1)), shape=(len(classes), k))
    sizes = np.asarray(own.sum(axis=0)).ravel()
    if nodes.shape[0] == 0:
        return np.where(sizes > 0, 0.0, np.nan)
    both = np.asarray((nodes @ own).todense())
    union = np.asarray(nodes.sum(axis=1)).reshape(-1, 1) + sizes - both
    best: Floats = (both / np.maximum(union, 1)).max(axis=0)
    return np.where(sizes > 0, best, np.nan)


def _summary(classes: Ints, k: int, scores: list[float], found: list[Floats]) -> Stability:
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
        tuple(float(value) for value in _means(found, k)),
    )


def _means(found: list[Floats], k: int) -> Floats:
    """The mean of each class over the draws that hold some of it; 0 when none does."""
    values = np.array(found).reshape(-1, k)
    held = ~np.isnan(values)
    return np.asarray(np.where(held, values, 0.0).sum(axis=0) / np.maximum(1, held.sum(axis=0)))


def preference(candidate: Stability) -> tuple[bool, float, float]:
    """How good a classification is, to be maximised: balanced first, then stable.

    Without any balanced one, the smallest largest class. A classification in two parts of 10 and 90 % is stable and says nothing:
    stability alone does not choose.
    """
    if not candidate.is_balanced:
        return False, -candidate.largest, candidate.mean
    return True, candidate.mean, float(candidate.k)


def chosen(candidates: Sequence[Stability]) -> Stability | None:
    """The number of classes to read; None without candidates.

    The most classes that are balanced, solid, and where the stability breaks off: one class more would lose some of it, and coming
    to so many lost none. On corpora of known subjects that is the number of subjects. Else, of the balanced numbers as stable as the
    most stable one or nearly, the most classes, six at the most: there is no reason to show many fragile ones.
    """
    edges = [c for c, before, after in _neighbours(candidates) if _breaks_off(c, before, after)]
    if edges:
        return max(edges, key=lambda c: c.k)
    best = max(candidates, key=preference, default=None)
    if best is None or not best.is_balanced:
        return best
    least = max(best.mean - NOTICEABLE, NEARLY * best.mean)
    near = [c for c in candidates if c.is_balanced and c.mean >= least and c.k <= MOST_FRAGILE]
    return max(near, key=lambda c: c.k, default=best)


def _neighbours(candidates: Sequence[Stability]) -> list[tuple[Stability, float, float]]:
    ordered = sorted(candidates, key=lambda c: c.k)
    means = [0.0, *(c.mean for c in ordered), 0.0]
    return [(c, means[i], means[i + 2]) for i, c in enumerate(ordered)]


def _breaks_off(candidate: Stability, before: float, after: float) -> bool:
    kept = candidate.mean >= before - NOTICEABLE
    return candidate.is_balanced and candidate.is_solid and kept and after <= candidate.mean - NOTICEABLE
