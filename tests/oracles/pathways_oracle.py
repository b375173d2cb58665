"""Slow and obvious versions of the numbers of paths, straight from their definitions."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np


def optimal_matching(
    one: Sequence[int], other: Sequence[int], substitution: np.ndarray, indel: np.ndarray
) -> float:
    """The cheapest way to turn one sequence into the other, cell by cell."""
    table = np.zeros((len(one) + 1, len(other) + 1))
    for i, state in enumerate(one, start=1):
        table[i, 0] = table[i - 1, 0] + indel[state]
    for j, state in enumerate(other, start=1):
        table[0, j] = table[0, j - 1] + indel[state]
    for i, a in enumerate(one, start=1):
        for j, b in enumerate(other, start=1):
            table[i, j] = min(
                table[i - 1, j - 1] + substitution[a, b],
                table[i - 1, j] + indel[a],
                table[i, j - 1] + indel[b],
            )
    return float(table[-1, -1])


def subsequences(states: Sequence[int]) -> int:
    """How many different subsequences, by listing them all."""
    return len({tuple(chosen) for size in range(len(states) + 1) for chosen in combinations(states, size)})


def best_medoids(square: np.ndarray, weights: np.ndarray, k: int) -> float:
    """The least weighted cost of k medoids, by trying them all."""
    return min(
        float(weights @ square[:, list(chosen)].min(axis=1)) for chosen in combinations(range(len(square)), k)
    )


def silhouette(square: np.ndarray, groups: np.ndarray) -> list[float]:
    """Rousseeuw's silhouette of each item; 1 for an item alone in its group (as WeightedCluster)."""
    found = []
    for i, own in enumerate(groups):
        mates = [j for j, g in enumerate(groups) if g == own and j != i]
        inside = float(np.mean(square[i, mates])) if mates else 0.0
        outside = min(float(np.mean(square[i, groups == g])) for g in set(groups.tolist()) - {own})
        top = max(inside, outside)
        found.append((outside - inside) / top if top else 0.0)
    return found
