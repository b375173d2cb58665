"""Groups of respondents from the axes of a correspondence analysis: Ward's tree, a cut, and consolidation around the centres.

Source: F. Husson, J. Josse & J. Pagès, « Principal component methods – hierarchical clustering – partitional clustering », technical
report, Agrocampus, 2010; figures are those of `HCPC` of R FactoMineR.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from habitat_enquete.pathways.sequences.states import Floats

Groups = NDArray[np.int64]
_MOST_ROUNDS = 100


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """A Ward tree of people: `merges` of shape (n - 1, 2) in the order of scipy, `heights` the inertia that each merge loses."""

    merges: NDArray[np.int64]
    heights: Floats

    def cut(self, count: int) -> Groups:
        """The group of each person when `count` groups are left, in the order of their first members."""
        n = len(self.heights) + 1
        owner = list(range(2 * n - 1))
        for step, (left, right) in enumerate(self.merges[: max(n - count, 0)].tolist()):
            owner[left] = owner[right] = n + step

        def root(node: int) -> int:
            while owner[node] != node:
                node = owner[node]
            return node

        names: dict[int, int] = {}
        return np.array([names.setdefault(root(node), len(names)) for node in range(n)], dtype=np.int64)


def ward(points: Floats, weights: Floats) -> Tree:
    """Ward's tree of weighted points: each merge loses the least between-group inertia, in shares of the total weight.

    The chain of nearest neighbours gives the same tree as the naive search, in n² operations.
    """
    n, total = len(points), float(weights.sum())
    size = np.concatenate([weights.astype(float), np.zeros(n - 1)])
    centre = np.concatenate([points.astype(float), np.zeros((n - 1, points.shape[1]))])
    alive = np.zeros(2 * n - 1, dtype=bool)
    alive[:n] = True
    found: list[tuple[float, int, int, int]] = []
    losses = np.zeros(2 * n - 1)
    chain: list[int] = []
    for step in range(n - 1):
        if not chain:
            chain = [int(np.flatnonzero(alive)[0])]
        while True:
            top = chain[-1]
            others = np.flatnonzero(alive)
            others = others[others != top]
            gap = ((centre[others] - centre[top]) ** 2).sum(axis=1)
            loss = gap * size[others] * size[top] / (size[others] + size[top]) / total
            best = int(others[int(np.argmin(loss))])
            lost = float(loss.min())
            if len(chain) > 1:
                back = chain[-2]
                at = int(np.flatnonzero(others == back)[0])
                if loss[at] <= lost:
                    best, lost = back, float(loss[at])
            if len(chain) > 1 and best == chain[-2]:
                break
            chain.append(best)
        chain = chain[:-2]
        new = n + step
        centre[new] = (size[top] * centre[top] + size[best] * centre[best]) / (size[top] + size[best])
        size[new] = size[top] + size[best]
        alive[[top, best]], alive[new] = False, True
        # Rounding may make a merge of equal points lose a hair less than those it is made of.
        losses[new] = max(lost, losses[top], losses[best])
        found.append((float(losses[new]), top, best, new))
    return _in_order(found, n)


def _in_order(found: list[tuple[float, int, int, int]], n: int) -> Tree:
    """Merges by increasing loss, each node renamed after its place."""
    names = {node: node for node in range(n)}
    merges, heights = [], []
    for rank, (lost, left, right, new) in enumerate(sorted(found, key=lambda each: (each[0], each[3]))):
        merges.append((names[left], names[right]))
        heights.append(lost)
        names[new] = n + rank
    return Tree(np.array(merges, dtype=np.int64).reshape(-1, 2), np.array(heights))


def consolidated(points: Floats, groups: Groups, weights: Floats) -> Groups:
    """Everybody moved to the group whose centre is nearest, until nobody moves; no group is emptied."""
    own = groups.copy()
    count = int(own.max()) + 1
    for _ in range(_MOST_ROUNDS):
        centres = _centres(points, own, weights, count)
        nearest = ((points[:, None] - centres[None]) ** 2).sum(axis=2).argmin(axis=1)
        if len(np.unique(nearest)) < count or (nearest == own).all():
            break
        own = nearest.astype(np.int64)
    return own


def _centres(points: Floats, groups: Groups, weights: Floats, count: int) -> Floats:
    return np.stack(
        [np.average(points[groups == g], axis=0, weights=weights[groups == g]) for g in range(count)]
    )


def along_first_axis(points: Floats, groups: Groups, weights: Floats) -> Groups:
    """The same groups, numbered by where their centres are on the first axis."""
    centres = _centres(points, groups, weights, int(groups.max()) + 1)
    rank = np.argsort(np.argsort(centres[:, 0]))
    return np.asarray(rank[groups], dtype=np.int64)


def paragons(
    points: Floats, groups: Groups, weights: Floats, count: int = 5
) -> list[list[tuple[int, float]]]:
    """The people nearest to the centre of each group, with their distances."""
    centres = _centres(points, groups, weights, int(groups.max()) + 1)
    found = []
    for group, centre in enumerate(centres):
        rows = np.flatnonzero(groups == group)
        gaps = np.sqrt(((points[rows] - centre) ** 2).sum(axis=1))
        order = np.argsort(gaps, kind="stable")[:count]
        found.append([(int(rows[at]), float(gaps[at])) for at in order])
    return found


def best_count(heights: Floats, *, least: int = 3, most: int = 10) -> int:
    """The number of groups where the inertia gained by the last split, relatively to the one after, falls most.

    With fewer than two groups to compare, one group is said.
    """
    within = np.cumsum(np.sort(heights))[::-1]  # inertia inside groups, for 1, 2, 3… groups
    most = min(most, len(within) - 1)
    if most < least:
        return 1
    ratios = [(within[k - 1] / within[k - 2], k) for k in range(least, most + 1) if within[k - 2] > 0]
    return min(ratios)[1] if ratios else 1
