"""Whether a typology would be found again: with other people of the same kind, and with other dates within what is known.

Source: C. Hennig, « Cluster-wise assessment of cluster stability », *CSDA* 52, 2007, p. 258-271.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from habitat_enquete.pathways.sequences.distances import Distances
from habitat_enquete.pathways.sequences.states import Floats
from habitat_enquete.pathways.sequences.typology import SEED, Partition, best_medoids, rand_index

_DRAWN = 600


@dataclass(frozen=True, slots=True, eq=False)
class Stability:
    """How often each person stays with the same group, shape (n,); mean Jaccard similarity of each group, shape (k,); mean
    adjusted Rand index with the partition studied."""

    people: Floats
    groups: Floats
    rand: float


def bootstrap(
    distances: Distances,
    partition: Partition,
    *,
    weights: Floats,
    draws: int = 50,
    starts: int = 5,
    seed: int = SEED,
) -> Stability:
    """Draw as many people (600 at most), with replacement, group them again, and put everyone with the nearest new medoid."""
    generator = np.random.default_rng(seed)
    square = distances.distinct_square()
    found = []
    for draw in range(draws):
        drawn = generator.integers(0, len(distances), min(len(distances), _DRAWN))
        heavy = np.asarray(
            np.bincount(distances.index[drawn], weights[drawn], distances.size), dtype=np.float64
        )
        kept = np.flatnonzero(heavy)
        if kept.size < partition.k:
            continue
        medoids = kept[
            best_medoids(square[np.ix_(kept, kept)], heavy[kept], partition.k, starts, seed + draw)
        ]
        found.append(square[:, medoids].argmin(axis=1)[distances.index].astype(np.int64))
    return compare(partition, found)


def over_draws(partition: Partition, regroup: Callable[[int], NDArray[np.int64]], *, draws: int) -> Stability:
    """The same over `draws` other groupings of the same people, each made by `regroup` (Monte-Carlo over imprecise dates)."""
    return compare(partition, [regroup(draw) for draw in range(draws)])


def compare(partition: Partition, others: list[NDArray[np.int64]]) -> Stability:
    """A partition against others of the same people; each of their groups is matched to the one it shares most with."""
    n, k = partition.groups.size, partition.k
    if not others:
        return Stability(np.full(n, np.nan), np.full(k, np.nan), float("nan"))
    same, jaccard = np.zeros(n), np.zeros(k)
    for groups in others:
        matched, likeness = _matched(partition.groups, groups, k)
        same += matched == partition.groups
        jaccard += likeness
    rand = float(np.mean([rand_index(partition.groups, groups) for groups in others]))
    return Stability(same / len(others), jaccard / len(others), rand)


def _matched(
    groups: NDArray[np.int64], others: NDArray[np.int64], k: int
) -> tuple[NDArray[np.int64], Floats]:
    """`others` renamed like `groups`, and the Jaccard similarity of each group with its match."""
    from scipy.optimize import linear_sum_assignment

    size = max(k, int(others.max()) + 1)
    table = np.zeros((size, size))
    np.add.at(table, (groups, others), 1)
    union = table.sum(axis=1)[:, None] + table.sum(axis=0)[None, :] - table
    likeness = np.divide(table, union, out=np.zeros_like(table), where=union > 0)
    rows, columns = linear_sum_assignment(-table)
    name = np.empty(size, dtype=np.int64)
    name[columns] = rows
    return name[others], likeness[rows, columns][:k]
