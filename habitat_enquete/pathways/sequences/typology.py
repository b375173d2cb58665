"""Types of paths: groups around real people (medoids), from many starts, with case weights.

Distinct paths are partitioned, each weighing as much as all those who share it; sources: E. Schubert & P. Rousseeuw, « Fast
and eager k-medoids clustering », *Information Systems* 101, 2021; L. Kaufman & P. Rousseeuw, *Finding groups in data*, 1990
(PAM, CLARA).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from habitat_enquete.pathways.sequences.alignment import optimal_matching, to_references
from habitat_enquete.pathways.sequences.costs import Costs
from habitat_enquete.pathways.sequences.distances import Distances
from habitat_enquete.pathways.sequences.states import Codes, Floats, Sequences, distinct

STARTS: Final = 50
SEED: Final = 20260101


@dataclass(frozen=True, slots=True, eq=False)
class Partition:
    """n paths in k groups: `groups` (0 … k - 1), shape (n,), numbered from the heaviest; `medoids`, rows of the n paths,
    shape (k,); `cost`, the weighted sum of distances to the medoids."""

    groups: NDArray[np.int64]
    medoids: NDArray[np.int64]
    cost: float

    @property
    def k(self) -> int:
        """How many groups."""
        return int(self.medoids.size)


def group(
    distances: Distances, k: int, *, weights: Floats | None = None, starts: int = STARTS, seed: int = SEED
) -> Partition:
    """The best partition in `k` groups found from `starts` random starts and one greedy start.

    Raises: ValueError when there are fewer than `k` distinct paths.
    """
    own = np.ones(len(distances)) if weights is None else np.asarray(weights, dtype=float)
    if distances.size < k or k < 1:
        raise ValueError(f"{k} groups asked of {distances.size} distinct paths")
    square = distances.distinct_square()
    heavy = np.asarray(np.bincount(distances.index, own, distances.size), dtype=np.float64)
    medoids = best_medoids(square, heavy, k, starts, seed)
    first_row = np.full(distances.size, -1, dtype=np.int64)
    first_row[distances.index[::-1]] = np.arange(len(distances))[::-1]
    return _assigned(square[:, medoids].astype(float)[distances.index], first_row[medoids], own)


def _assigned(to_medoids: Floats, medoids: NDArray[np.int64], weights: Floats) -> Partition:
    """Everyone with the nearest medoid, groups numbered from the heaviest."""
    nearest = to_medoids.argmin(axis=1)
    heavy = np.argsort(-np.bincount(nearest, weights, medoids.size), kind="stable")
    rank = np.argsort(heavy)
    cost = float(weights @ to_medoids.min(axis=1))
    return Partition(rank[nearest].astype(np.int64), medoids[heavy], cost)


def best_medoids(
    square: NDArray[Any], weights: Floats, k: int, starts: int = STARTS, seed: int = SEED
) -> NDArray[np.int64]:
    """Medoids of least weighted cost among `starts` random starts of FasterPAM and one BUILD start. Shape (k,)."""
    import kmedoids

    if k == 1:
        return np.array([np.argmin(weights @ square)], dtype=np.int64)
    # Scaling each row by its weight gives the weighted problem: the library reads (item, medoid) only.
    scaled = np.ascontiguousarray(square * weights[:, None].astype(square.dtype))
    inits = [("build", 0)] + [("random", seed + start) for start in range(starts)]
    found = [kmedoids.fasterpam(scaled, k, init=init, random_state=state, n_cpu=1) for init, state in inits]
    best = min(found, key=lambda result: float(result.loss))
    return np.sort(np.asarray(best.medoids).astype(np.int64))


CodesToRows = Callable[[Codes, Codes], NDArray[Any]]


def sampled_medoids(
    codes: Codes,
    weights: Floats,
    k: int,
    *,
    between: CodesToRows,
    samples: int = 5,
    size: int = 2_000,
    starts: int = 10,
    seed: int = SEED,
) -> tuple[NDArray[np.int64], NDArray[Any]]:
    """CLARA, for more distinct paths than a matrix can hold: medoids of samples, the best over everyone kept.

    Args:
        codes: distinct sequences, shape (u, length).
        between: distances from some sequences to others, shape (rows, rows).

    Returns: the medoids' rows, shape (k,), and everyone's distances to them, shape (u, k).
    """
    generator = np.random.default_rng(seed)
    share = weights / weights.sum()
    best: tuple[float, NDArray[np.int64], NDArray[Any]] | None = None
    for sample in range(samples):
        drawn = np.sort(generator.choice(len(codes), min(size, len(codes)), replace=False, p=share))
        sample_codes = codes[drawn]
        square = between(sample_codes, sample_codes)
        medoids = drawn[best_medoids(square, weights[drawn], k, starts, seed + sample)]
        everyone = between(codes, codes[medoids])
        cost = float(weights @ everyone.min(axis=1))
        if best is None or cost < best[0]:
            best = cost, medoids, everyone
    assert best is not None
    return best[1], best[2]


def group_many(
    sequences: Sequences,
    k: int,
    *,
    cost: Costs,
    samples: int = 5,
    size: int = 1_000,
    starts: int = 10,
    seed: int = SEED,
) -> Partition:
    """`k` types among tens of thousands of paths: distinct ones only, medoids from samples (CLARA), unnormalised OM.

    Raises: ValueError when there are fewer than `k` distinct paths.
    """
    source = sequences.with_missing_state() if sequences.has_missing() else sequences
    unique = distinct(source)
    if len(unique.codes) < k:
        raise ValueError(f"{k} groups asked of {len(unique.codes)} distinct paths")
    heavy = np.asarray(np.bincount(unique.index, source.weights), dtype=np.float64)

    def between(some: Codes, others: Codes) -> NDArray[Any]:
        if some is not others and len(others) <= k:
            return to_references(some, others, cost)
        return Distances(
            optimal_matching(some, cost, dtype=np.float32), np.arange(len(some))
        ).distinct_square()

    medoids, everyone = sampled_medoids(
        unique.codes, heavy, k, between=between, samples=samples, size=size, starts=starts, seed=seed
    )
    first_row = np.full(len(unique.codes), -1, dtype=np.int64)
    first_row[unique.index[::-1]] = np.arange(len(unique.index))[::-1]
    return _assigned(everyone.astype(float)[unique.index], first_row[medoids], source.weights)


def rand_index(one: NDArray[np.int64], other: NDArray[np.int64]) -> float:
    """Adjusted Rand index of two partitions: 1 the same, about 0 by chance.

    Source: L. Hubert & P. Arabie, « Comparing partitions », *Journal of Classification* 2, 1985, p. 193-218.
    """
    table = np.zeros((int(one.max()) + 1, int(other.max()) + 1))
    np.add.at(table, (one, other), 1)
    pairs = (table * (table - 1)).sum() / 2
    rows, columns = ((m * (m - 1)).sum() / 2 for m in (table.sum(axis=1), table.sum(axis=0)))
    total = one.size * (one.size - 1) / 2
    expected = rows * columns / total if total else 0.0
    ceiling = (rows + columns) / 2
    return 1.0 if ceiling == expected else float((pairs - expected) / (ceiling - expected))
