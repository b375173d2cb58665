"""Agglomerative trees, for those who read dendrograms; equal distances are joined in the order of R's `hclust`.

Sources: G. Lance & W. Williams, « A general theory of classificatory sorting strategies », *Computer Journal* 9, 1967; F. Murtagh &
P. Legendre, « Ward's hierarchical agglomerative clustering method », *Journal of Classification* 31, 2014.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from habitat_enquete.pathways.sequences.states import Floats

# (distances to one, to the other, between both, sizes of one, of the other, of each third) → distances to their union.
Update = Callable[[Floats, Floats, float, float, float, Floats], Floats]


def _ward(a: Floats, b: Floats, between: float, one: float, other: float, third: Floats) -> Floats:
    return ((one + third) * a + (other + third) * b - third * between) / (one + other + third)


_UPDATES: Final[dict[str, Update]] = {
    "ward.D": _ward,
    "ward.D2": _ward,
    "average": lambda a, b, _, one, other, __: (one * a + other * b) / (one + other),
    "complete": lambda a, b, *_: np.maximum(a, b),
    "single": lambda a, b, *_: np.minimum(a, b),
}


def hierarchy(square: Floats, linkage: str = "ward.D2") -> Floats:
    """The tree as a linkage table of scipy's shape, (n - 1, 4); `linkage`: ward.D, ward.D2, average, complete or single.

    Ward.D applies Ward's update to the distances as they are, Ward.D2 to their squares. With integer distances ties abound, and
    two correct programs may give different groups: look at stability before reading any.

    Raises: KeyError for another linkage.
    """
    update = _UPDATES[linkage]
    between = square**2 if linkage == "ward.D2" else square.astype(float)
    np.fill_diagonal(between, np.inf)
    n = len(between)
    alive, sizes, names = np.ones(n, dtype=bool), np.ones(n), np.arange(n)
    nearest, closest = np.zeros(n, dtype=np.int64), np.full(n, np.inf)
    for item in range(n - 1):
        _look_ahead(item, between, alive, nearest, closest)
    tree = np.empty((n - 1, 4))
    for step in range(n - 1):
        first = int(np.argmin(np.where(alive, closest, np.inf)))
        last, height = int(nearest[first]), float(closest[first])
        tree[step] = names[first], names[last], height, sizes[first] + sizes[last]
        names[first] = n + step
        alive[last] = False
        _join(first, last, height, between, alive, sizes, nearest, closest, update)
    if linkage == "ward.D2":
        tree[:, 2] = np.sqrt(tree[:, 2])
    return tree


def _join(
    first: int,
    last: int,
    height: float,
    between: Floats,
    alive: NDArray[np.bool_],
    sizes: Floats,
    nearest: NDArray[np.int64],
    closest: Floats,
    update: Update,
) -> None:
    """Replace `first` by its union with `last`, and keep everyone's nearest follower true."""
    others = np.flatnonzero(alive)
    others = others[others != first]
    joined = update(
        between[first, others], between[last, others], height, sizes[first], sizes[last], sizes[others]
    )
    between[first, others] = between[others, first] = joined
    sizes[first] += sizes[last]
    before = others < first
    better = joined[before] < closest[others[before]]
    moved = others[before][better]
    closest[moved], nearest[moved] = joined[before][better], first
    lost = alive & ((nearest == first) | (nearest == last))
    lost[first] = True
    lost[moved] = False
    for item in np.flatnonzero(lost):
        _look_ahead(int(item), between, alive, nearest, closest)


def _look_ahead(
    item: int, between: Floats, alive: NDArray[np.bool_], nearest: NDArray[np.int64], closest: Floats
) -> None:
    """Find the nearest of the items that come after `item`, the first in case of a tie."""
    after = np.flatnonzero(alive[item + 1 :]) + item + 1
    closest[item] = np.inf
    if after.size:
        at = int(np.argmin(between[item, after]))
        nearest[item], closest[item] = after[at], between[item, after[at]]


def cut(tree: Floats, k: int) -> NDArray[np.int64]:
    """The `k` groups of a tree, numbered in order of appearance from 0."""
    from scipy.cluster.hierarchy import cut_tree

    labels = cut_tree(tree, n_clusters=k)[:, 0]
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[inverse].astype(np.int64)
